"""A table as lines of text: where it is wider than the lines may be, it goes on below itself.

No number is ever cut off: columns that do not fit beside the others form a further block, with the
row headers repeated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topline.render.table_model import Cell, Row, Table
from topline.render.terminal_text import plain
from topline.render.text_lines import Line, Style, padded, width_of, wrapped

_GAP = "  "
"""Between columns."""
_INDENT = "  "
"""Before a row header, for each level it is below the headings."""
_SHARE_OF_HEADERS = 0.4
"""How much of the width the row headers take at most, where the numbers need the room."""
_TITLE = 14
"""What a column's title may take without having to wrap [columns of the terminal]."""
_LONGEST_WORD = 24
"""Longer words of titles and texts are broken rather than widening the column [columns]."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of text and numbers.

    Attributes
    ----------
    title
        Its title.
    cells
        Its text in each row.
    numeric
        Whether it stands to the right.
    least
        The width it needs to be read well.
    """

    title: str
    cells: tuple[str, ...]
    numeric: bool
    least: int


def table_lines(table: Table, width: int) -> Iterator[Line]:
    """Yield a table with its title and footnotes.

    Numbers that topline computed, which the page sets in italics, are marked by an asterisk.

    Parameters
    ----------
    table
        What to say.
    width
        The most a line takes [columns].

    Examples
    --------
    >>> from topline.render.table_model import ColumnGroup, Part
    >>> row = Row(header=Part("Female"), cells=(Cell((Part("11"),)), Cell((Part("5"),))))
    >>> groups = (ColumnGroup(title="Active"), ColumnGroup(title="Placebo"))
    >>> made = Table(key="t", title="Sex", corner="Measure", column_groups=groups, rows=(row,))
    >>> for line in table_lines(made, 60):
    ...     print(line.text)
    Sex
    Measure  Active  Placebo
    ────────────────────────
    Female       11        5
    """
    for line in wrapped(plain(table.title), width):
        yield Line(line)
    headers = [_header(row) for row in table.rows]
    columns = list(_columns(table))
    room = _room_of_headers(table, headers, columns, width)
    done = 0
    for block in _blocks(columns, width - room):
        if len(block) < len(columns):
            first, last = done + 1, done + len(block)
            which = f"Column {first}" if first == last else f"Columns {first} to {last}"
            yield Line(f"{which} of {len(columns)}", "dim")
        yield from _block_lines(table, headers, block, room, width)
        done += len(block)
    notes = [f"[{number}] {note}" for number, note in enumerate(table.footnotes, 1)]
    notes += [table.note.replace("in italics", "marked *")] if table.note else []
    for note in notes:
        for line in wrapped(plain(note), width):
            yield Line(line, "dim")


def _header(row: Row) -> str:
    """Return what stands before a row: its header, its details and its marks."""
    details = "".join(part.text for part in row.details)
    marks = "".join(f"[{mark.number + 1}]" for mark in row.marks)
    words = (row.header.text, details, marks)
    return plain(" ".join(word.strip() for word in words if word.strip()))


def _columns(table: Table) -> Iterator[_Column]:
    place = 0
    for group in table.column_groups:
        for name in group.columns:
            title = plain(" ".join(part for part in (group.title, name) if part))
            cells = tuple(_cell(row.cells[place]) if row.cells else "" for row in table.rows)
            yield _Column(title, cells, group.numeric, _least(title, cells, numeric=group.numeric))
            place += 1


def _cell(cell: Cell) -> str:
    text = "".join(f"{part.text}*" if part.computed else part.text for part in cell.parts)
    return plain(text + "".join(f" [{mark.number + 1}]" for mark in cell.marks))


def _least(title: str, cells: Sequence[str], *, numeric: bool) -> int:
    """Return how wide a column must be so that no number and no ordinary word is broken."""
    within = max((_longest(cell, whole=numeric) for cell in cells), default=0)
    return max(within, min(width_of(title), _TITLE), _longest(title, whole=False), 1)


def _longest(text: str, *, whole: bool) -> int:
    pieces = text.split("\n") if whole else text.split()
    most = 2 * _LONGEST_WORD if whole else _LONGEST_WORD
    return min(max(map(width_of, pieces), default=0), most)


def _room_of_headers(
    table: Table, headers: Sequence[str], columns: Sequence[_Column], width: int
) -> int:
    """Return the width of the row headers: as they like where all fits, else a share."""
    levels = (len(_INDENT) * row.level for row in table.rows)
    wanted = max(
        width_of(plain(table.corner)),
        *(indent + _longest_line(header) for indent, header in zip(levels, headers, strict=True)),
        1,
    )
    rest = width - sum(column.least + len(_GAP) for column in columns)
    return min(wanted, max(rest, int(width * _SHARE_OF_HEADERS), 1))


def _longest_line(text: str) -> int:
    return max(map(width_of, text.split("\n")))


def _blocks(columns: Sequence[_Column], room: int) -> Iterator[Sequence[_Column]]:
    """Divide the columns into runs that fit beside the row headers; a run has at least one."""
    block: list[_Column] = []
    used = 0
    for column in columns:
        needed = column.least + len(_GAP)
        if block and used + needed > room:
            yield block
            block, used = [], 0
        block.append(column)
        used += needed
    yield block


def _block_lines(
    table: Table, headers: Sequence[str], block: Sequence[_Column], room: int, width: int
) -> Iterator[Line]:
    widths = _widths(block, width - room)
    right = [column.numeric for column in block]

    def lines(texts: Sequence[str], header: list[str], style: Style = "") -> Iterator[Line]:
        parts = [
            wrapped(text, size) if text else [] for text, size in zip(texts, widths, strict=True)
        ]
        for place in range(max(len(header), *(len(part) for part in parts), 0)):
            line = padded(header[place] if place < len(header) else "", room)
            for part, size, to_right in zip(parts, widths, right, strict=True):
                text = part[place] if place < len(part) else ""
                line += _GAP + padded(text, size, right=to_right)
            yield Line(line.rstrip(), style)

    yield from lines([column.title for column in block], wrapped(plain(table.corner), room))
    yield Line("─" * (room + sum(widths) + len(_GAP) * len(block)))
    for place, row in enumerate(table.rows):
        header = wrapped(headers[place], room, _INDENT * row.level)
        style: Style = "bold" if row.kind in ("heading", "total") else ""
        yield from lines([column.cells[place] for column in block], header, style)


def _widths(block: Sequence[_Column], room: int) -> list[int]:
    """Return the width of each column: what it needs, and of the rest what its title takes."""
    widths = [min(column.least, max(room - len(_GAP), 1)) for column in block]
    rest = room - sum(widths) - len(_GAP) * len(block)
    wishes = [
        max(_longest_line(text) for text in (column.title, *column.cells)) for column in block
    ]
    share = rest // len(block) if block else 0
    return [
        min(max(wish, width), width + max(share, 0))
        for wish, width in zip(wishes, widths, strict=True)
    ]
