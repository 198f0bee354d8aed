"""A table in the terminal: where it is wider than the terminal, it goes on below, column by column.

No number is ever cut off: columns that do not fit beside the others form a further block, with the
row headers repeated.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from topline.render.table_model import Cell, Row, Table
from topline.render.terminal_text import plain

_GAP = 2
"""Blanks between columns."""
_SHARE_OF_HEADERS = 0.4
"""How much of the width the row headers take at most, where the numbers need the room."""
_TITLE = 14
"""What a column's title may take without having to wrap [characters]."""
_LONGEST_WORD = 24
"""Longer words of titles and texts are broken rather than widening the column [characters]."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    cells: tuple[Text, ...]
    numeric: bool
    least: int
    """The width it must have to be read well."""


def print_table(console: Console, table: Table) -> None:
    """Print a table with its footnotes.

    Parameters
    ----------
    console
        Where to print; the table is at most as wide.
    table
        What to print.

    Examples
    --------
    >>> from topline.render.table_model import ColumnGroup, Part
    >>> row = Row(header=Part("Female"), cells=(Cell((Part("11"),)), Cell((Part("5"),))))
    >>> groups = (ColumnGroup(title="Active"), ColumnGroup(title="Placebo"))
    >>> made = Table(key="t", title="Sex", corner="Measure", column_groups=groups, rows=(row,))
    >>> print_table(Console(width=60), made)
    Sex
    Measure  Active  Placebo
    ────────────────────────
    Female       11        5
    """
    console.print(Text(plain(table.title), style="italic"))
    headers = [_header(row) for row in table.rows]
    columns = list(_columns(table))
    room = _room_of_headers(headers, table.corner, columns, console.width)
    done = 0
    for block in _blocks(columns, console.width - room):
        if len(block) < len(columns):
            first, last = done + 1, done + len(block)
            which = f"Column {first}" if first == last else f"Columns {first} to {last}"
            console.print(Text(f"{which} of {len(columns)}", style="dim"))
        console.print(_laid_out(table, headers, block, room))
        done += len(block)
    for number, note in enumerate(table.footnotes, 1):
        console.print(Text(f"[{number}] {plain(note)}", style="dim"))
    if table.note:
        console.print(Text(plain(table.note), style="dim"))


def _header(row: Row) -> Text:
    """What stands before a row: its header, details and marks, indented by its level."""
    details = "".join(part.text for part in row.details)
    marks = "".join(f"[{mark.number + 1}]" for mark in row.marks)
    words = (row.header.text, details, marks)
    text = Text(plain(" ".join(word.strip() for word in words if word.strip())))
    text.pad_left(2 * row.level)
    return text


def _columns(table: Table) -> Iterator[_Column]:
    place = 0
    for group in table.column_groups:
        for name in group.columns:
            title = plain(" ".join(part for part in (group.title, name) if part))
            cells = tuple(_cell(row.cells[place]) if row.cells else Text() for row in table.rows)
            yield _Column(title, cells, group.numeric, _least(title, cells, numeric=group.numeric))
            place += 1


def _cell(cell: Cell) -> Text:
    text = Text.assemble(
        *((plain(part.text), "italic" if part.computed else "") for part in cell.parts)
    )
    for mark in cell.marks:
        text.append(f" [{mark.number + 1}]")
    return text


def _least(title: str, cells: Sequence[Text], *, numeric: bool) -> int:
    """How wide a column must be so that numbers stand on one line and words are not broken."""
    within = max((_longest(cell.plain, whole=numeric) for cell in cells), default=0)
    return max(within, min(cell_len(title), _TITLE), _longest(title, whole=False), 1)


def _longest(text: str, *, whole: bool) -> int:
    pieces = text.split("\n") if whole else text.split()
    most = 2 * _LONGEST_WORD if whole else _LONGEST_WORD
    return min(max(map(cell_len, pieces), default=0), most)


def _room_of_headers(
    headers: Iterable[Text], corner: str, columns: Sequence[_Column], width: int
) -> int:
    """How wide the row headers are: as they like where all fits, else a share of the width."""
    wanted = max(cell_len(corner), *(header.cell_len for header in headers), 1)
    rest = width - sum(column.least + _GAP for column in columns)
    return min(wanted, max(rest, int(width * _SHARE_OF_HEADERS), 1))


def _blocks(columns: Sequence[_Column], room: int) -> Iterator[Sequence[_Column]]:
    """Divide the columns into runs that fit beside the row headers; a run has at least one."""
    block: list[_Column] = []
    used = 0
    for column in columns:
        if block and used + column.least + _GAP > room:
            yield block
            block, used = [], 0
        block.append(column)
        used += column.least + _GAP
    yield block


def _laid_out(
    table: Table, headers: Sequence[Text], block: Sequence[_Column], room: int
) -> RichTable:
    shown = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    # Where a text is longer than its column, it is broken: nothing is cut off.
    shown.add_column(Text(plain(table.corner)), overflow="fold", max_width=room)
    for column in block:
        shown.add_column(
            Text(column.title),
            justify="right" if column.numeric else "left",
            overflow="fold",
            min_width=column.least,
        )
    for place, row in enumerate(table.rows):
        shown.add_row(
            headers[place],
            *(column.cells[place] for column in block),
            style="bold" if row.kind in ("heading", "total") else None,
        )
    return shown
