"""A table as lines of text: where it is wider than the lines may be, it goes on below itself.

No number is ever cut off: columns that do not fit beside the others form a further block, with the
row headers repeated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

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


@dataclass(frozen=True)
class _Column:
    """A column of words or numbers.

    Attributes
    ----------
    title
        Its title.
    cells
        Its text in each row.
    numeric
        Whether it stands to the right.
    """

    title: str
    cells: tuple[str, ...]
    numeric: bool

    @cached_property
    def least(self) -> int:
        """How wide it must be so that no number and no ordinary word is broken."""
        within = max((_longest(cell, whole=self.numeric) for cell in self.cells), default=0)
        title = max(min(width_of(self.title), _TITLE), _longest(self.title, whole=False))
        return max(within, title, 1)

    @cached_property
    def wish(self) -> int:
        """How wide it would be with nothing broken."""
        return max(map(_longest_line, (self.title, *self.cells)))


@dataclass(frozen=True)
class _Frame:
    """What stands before the columns.

    Attributes
    ----------
    corner
        What the row headers are.
    headers
        The row headers.
    levels
        How deep each is below the headings.
    """

    corner: str
    headers: tuple[str, ...]
    levels: tuple[int, ...]

    @property
    def widest(self) -> int:
        """How wide it would be with nothing broken."""
        indented = (
            len(_INDENT) * level + _longest_line(header)
            for level, header in zip(self.levels, self.headers, strict=True)
        )
        return max(width_of(self.corner), *indented, 1)

    def room(self, rest: int, share: int) -> int:
        """Return its width: as it likes where there is room beside all columns, else a share."""
        return min(self.widest, max(rest, share, 1))


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
    frame = _Frame(
        plain(table.corner), tuple(map(_header, table.rows)), tuple(row.level for row in table.rows)
    )
    columns = list(_columns(table))
    if frame.widest + _needed(columns) > width:
        frame, columns = _narrowed(frame, columns, table)
    room = frame.room(width - _needed(columns), int(width * _SHARE_OF_HEADERS))
    blocks = list(_blocks(columns, width - room))
    done = 0
    for block in blocks:
        if len(blocks) > 1:
            first, last = done + 1, done + len(block)
            which = f"Column {first}" if first == last else f"Columns {first} to {last}"
            yield Line(f"{which} of {len(columns)}", "dim")
        yield from _block_lines(table, frame, block, room, width)
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
    marked = not table.computed  # a table that is computed as a whole says so in its title
    for group in table.column_groups:
        for name in group.columns:
            title = plain(" ".join(part for part in (group.title, name) if part))
            cells = tuple(
                _cell(row.cells[place], marked=marked) if row.cells else "" for row in table.rows
            )
            yield _Column(title, cells, numeric=group.numeric)
            place += 1


def _narrowed(
    frame: _Frame, columns: Sequence[_Column], table: Table
) -> tuple[_Frame, list[_Column]]:
    """Return a table that is too wide with fewer columns, so that it takes fewer blocks.

    The columns of a group become one. A column of words that comes first, such as the organ system
    of a term, goes into the row headers: in no block a row may be read without it.
    """
    merged = []
    rest = list(columns)
    for group in table.column_groups:
        own, rest = rest[: len(group.columns)], rest[len(group.columns) :]
        names = "; ".join(name for name in group.columns if name)
        title = f"{group.title}: {names}" if group.title and names else group.title or names
        cells = tuple(
            "; ".join(text for text in texts if text)
            for texts in zip(*(column.cells for column in own), strict=True)
        )
        merged.append(_Column(plain(title), cells, numeric=group.numeric))
    if [column.numeric for column in merged[:2]] == [False, True]:
        words = merged.pop(0)
        headers = tuple(
            f"{header} ({text})" if text else header
            for header, text in zip(frame.headers, words.cells, strict=True)
        )
        frame = _Frame(f"{frame.corner} ({words.title})", headers, frame.levels)
    return frame, merged


def _cell(cell: Cell, *, marked: bool) -> str:
    text = "".join(
        f"{part.text}*" if part.computed and marked else part.text for part in cell.parts
    )
    return plain(text + "".join(f" [{mark.number + 1}]" for mark in cell.marks))


def _longest(text: str, *, whole: bool) -> int:
    pieces = text.split("\n") if whole else text.split()
    most = 2 * _LONGEST_WORD if whole else _LONGEST_WORD
    return min(max(map(width_of, pieces), default=0), most)


def _needed(columns: Sequence[_Column]) -> int:
    return sum(column.least + len(_GAP) for column in columns)


def _longest_line(text: str) -> int:
    return max(map(width_of, text.split("\n")))


def _blocks(columns: Sequence[_Column], room: int) -> Iterator[Sequence[_Column]]:
    """Divide the columns into runs that fit beside the row headers; a run has at least one."""
    block: list[_Column] = []
    for column in columns:
        if block and _needed([*block, column]) > room:
            yield block
            block = []
        block.append(column)
    yield block


def _block_lines(
    table: Table, frame: _Frame, block: Sequence[_Column], room: int, width: int
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

    yield from lines([column.title for column in block], wrapped(frame.corner, room))
    yield Line("─" * (room + sum(widths) + len(_GAP) * len(block)))
    for place, row in enumerate(table.rows):
        header = wrapped(frame.headers[place], room, _INDENT * row.level)
        style: Style = "bold" if row.kind in ("heading", "total") else ""
        yield from lines([column.cells[place] for column in block], header, style)


def _widths(block: Sequence[_Column], room: int) -> list[int]:
    """Return the width of each column: what it needs, and of the rest what its title takes."""
    widths = [min(column.least, max(room - len(_GAP), 1)) for column in block]
    rest = room - sum(widths) - len(_GAP) * len(block)
    share = max(rest // len(block), 0) if block else 0
    return [
        min(max(column.wish, width), width + share)
        for column, width in zip(block, widths, strict=True)
    ]
