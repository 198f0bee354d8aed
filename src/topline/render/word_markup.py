"""Parts of a Word document as its markup: tables, whose cells are far too many to build one by one.

Every text is escaped here; nothing else puts a text into markup.
"""

from collections.abc import Iterator, Sequence
from html import escape

from topline.render.print_blocks import HeadCell, PrintedRow, PrintedTable, Run, Runs

_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_INDENT = 170
"""Of a row header, for each level it is below the headings [twentieths of a point]."""
_STYLES = {
    "": "",
    "computed": "<w:rPr><w:i/></w:rPr>",
    "mark": '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>',
    "detail": '<w:rPr><w:color w:val="586273"/></w:rPr>',
}


def twips(millimetres: float) -> int:
    """Return a length in the unit of Word's markup [twentieths of a point].

    Examples
    --------
    >>> twips(25.4)
    1440
    """
    return round(millimetres / 25.4 * 1440)


def run_markup(run: Run) -> str:
    """Return a run; its line breaks stay.

    Examples
    --------
    >>> run_markup(Run("<b>"))
    '<w:r><w:t xml:space="preserve">&lt;b&gt;</w:t></w:r>'
    """
    lines = (
        f'<w:t xml:space="preserve">{escape(line, quote=False)}</w:t>'
        for line in run.text.split("\n")
    )
    return f"<w:r>{_STYLES[run.style]}{'<w:br/>'.join(lines)}</w:r>"


def field_markup(code: str) -> str:
    """Return a number that Word counts, such as ``PAGE``."""
    return (
        f'<w:fldSimple xmlns:w="{_NAMESPACE}" w:instr="{code}">{run_markup(Run("1"))}</w:fldSimple>'
    )


def table_markup(table: PrintedTable) -> str:
    """Return a table: its head is repeated on each page, and no row is broken that fits one.

    Parameters
    ----------
    table
        The table.
    """
    widths = [twips(width) for width in table.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = "".join(_head_rows(table.head, widths))
    rows = "".join(_row(row, widths, table.numeric) for row in table.rows)
    return (
        f'<w:tbl xmlns:w="{_NAMESPACE}"><w:tblPr><w:tblStyle w:val="PrintedTable"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="00A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" '
        'w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{escape(table.caption)}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>"
    )


def _head_rows(head: Sequence[Sequence[HeadCell]], widths: Sequence[int]) -> Iterator[str]:
    """Yield the rows of the head; a title that takes both rows goes on below itself."""
    grids: list[list[tuple[HeadCell | None, str]]] = []
    below = iter(head[1] if len(head) > 1 else ())
    grids.append([(cell, "restart" if cell.down > 1 else "") for cell in head[0]])
    if len(head) > 1:
        second: list[tuple[HeadCell | None, str]] = []
        for cell in head[0]:
            if cell.down > 1:
                second.append((None, "continue"))
            else:
                second += [(next(below), "") for _ in range(cell.across)]
        grids.append(second)
    for cells in grids:
        place, made = 0, []
        for title, merge in cells:
            across = title.across if title is not None else 1
            made.append(_head_cell(title, merge, sum(widths[place : place + across])))
            place += across
        yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(made)}</w:tr>"


def _head_cell(cell: HeadCell | None, merge: str, width: int) -> str:
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    if cell is not None and cell.across > 1:
        properties += f'<w:gridSpan w:val="{cell.across}"/>'
    if merge:
        properties += f'<w:vMerge w:val="{merge}"/>'
    properties += '<w:vAlign w:val="bottom"/>'
    text = cell.text if cell is not None else ""
    align = "center" if cell is not None and cell.across > 1 else ""
    if cell is not None and cell.across == 1 and cell.numeric:
        align = "right"
    return _cell((Run(text),) if text else (), properties, "TableHead", align)


def _row(row: PrintedRow, widths: Sequence[int], numeric: Sequence[bool]) -> str:
    together = "" if row.tall else "<w:cantSplit/>"
    indent = _INDENT * row.level
    if row.kind == "heading":
        properties = f'<w:tcW w:w="{sum(widths)}" w:type="dxa"/><w:gridSpan w:val="{len(widths)}"/>'
        cells = _cell(row.header, properties, "TableHeading", indent=indent)
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"
    style = "TableHead" if row.kind == "total" else "TableText"
    made = [_cell(row.header, f'<w:tcW w:w="{widths[0]}" w:type="dxa"/>', style, indent=indent)]
    for runs, width, is_number in zip(row.cells, widths[1:], numeric, strict=True):
        align = "right" if is_number else ""
        made.append(_cell(runs, f'<w:tcW w:w="{width}" w:type="dxa"/>', style, align))
    return f"<w:tr><w:trPr>{together}</w:trPr>{''.join(made)}</w:tr>"


def _cell(runs: Runs, properties: str, style: str, align: str = "", indent: int = 0) -> str:
    set_as = f'<w:pStyle w:val="{style}"/>'
    if indent:
        set_as += f'<w:ind w:left="{indent}"/>'
    if align:
        set_as += f'<w:jc w:val="{align}"/>'
    said = "".join(map(run_markup, runs))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:pPr>{set_as}</w:pPr>{said}</w:p></w:tc>"
