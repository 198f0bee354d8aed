"""A table for paper: how wide its columns are, and where it is taken apart if it is wider than the page.

No column is cut off: columns that do not fit beside the others form a further part of the table,
with the row headers and their own titles again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from topline.render.page_templates import plain as as_typed
from topline.render.print_blocks import HeadCell, PrintedRow, PrintedTable, Run, Runs
from topline.render.table_model import Cell, ColumnGroup, Mark, Row, Table
from topline.render.terminal_text import plain

PORTRAIT, LANDSCAPE = 174.0, 261.0
"""What a line of an A4 page takes, upright and on its side, with margins of 18 mm [mm]."""

_PADDING = 2.4
"""Left and right of a column's text, together [mm]."""
_INDENT = 3.0
"""Before a row header, for each level it is below the headings [mm]."""
_LONGEST_NUMBER = 36.0
"""Longer cells of numbers are broken at blanks [mm]."""
_LONGEST_WORD = 34.0
"""Longer words are broken rather than widening the column [mm]."""
_WIDEST_TEXT = 46.0
"""What a column of words takes at most where there is room [mm]."""
_TITLE_LINES = 2
"""How often a column's title is broken before it widens the column."""
_SHARE_OF_HEADERS = 0.36
"""How much of the page the row headers take at most, where the numbers need the room."""
_SHARE_BESIDE_WORDS = 0.22
"""The same where a column of words stands beside them."""
_BOLD = 1.08
"""How much wider a title is than the same text within the table."""
_LEAST = 11.0
"""No column is narrower [mm]."""
_LINES_OF_A_TALL_ROW = 14

_WIDEST_LETTER = 3.0
_NARROW = frozenset("iljtfIr.,:;'|()[]/-! ")
_WIDE = frozenset("mwMW@%")


def text_width(text: str) -> float:
    """Return about how wide a line of a table is, rather too wide than too narrow [mm].

    Examples
    --------
    >>> text_width("12.5") < text_width("12.5 (3.4)") < text_width("WWWWWWWWWW")
    True
    """
    width = 0.0
    for letter in text:
        if letter in _NARROW:
            width += 0.95
        elif letter.isupper() or letter in _WIDE:
            width += 2.05
        else:
            width += 1.5 if ord(letter) < 0x2000 else _WIDEST_LETTER
    return width


def footnote_mark(place: int) -> str:
    """Return the letter of a footnote: a small digit behind a number would read as an exponent.

    Examples
    --------
    >>> [footnote_mark(place) for place in (0, 25, 26, 27)]
    ['a', 'z', 'aa', 'ab']
    """
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table.

    Attributes
    ----------
    place
        Its position in the rows' cells.
    title
        Its own title, below that of its group.
    numeric
        Whether it holds numbers.
    least
        How wide it must be so that no number and no ordinary word is broken [mm].
    wish
        How wide it would like to be [mm].
    """

    place: int
    title: str
    numeric: bool
    least: float
    wish: float


@dataclass(frozen=True, slots=True)
class _Unit:
    """Columns that stay together under their title."""

    title: str
    columns: tuple[_Column, ...]
    spanning: bool

    @property
    def least(self) -> float:
        return sum(column.least for column in self.columns)


@dataclass(frozen=True, slots=True)
class _Part:
    """Columns that fit beside each other, and how wide they and the row headers are."""

    units: tuple[_Unit, ...]
    widths: tuple[float, ...]


class MeasuredTable:
    """A table whose columns have been measured.

    Parameters
    ----------
    table
        The table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._units = tuple(_units(table))
        leads = [unit.columns[0].numeric for unit in self._units[:2]] == [False, True]
        # Words that come before the numbers, such as the organ system of a term, belong to the row.
        self._lead = tuple(map(_readable, self._units[:1])) if leads else ()
        self._rest = self._units[1:] if leads else self._units
        self._share = _SHARE_BESIDE_WORDS if leads else _SHARE_OF_HEADERS

    def parts(self, room: float) -> int:
        """Return in how many parts it is printed where a line takes so much room [mm]."""
        return len(self._divided(room))

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self._table.rows)

    def printed(self, room: float, number: int) -> Iterator[PrintedTable]:
        """Yield the table, or its parts.

        Parameters
        ----------
        room
            What a line takes [mm].
        number
            Of the table in the document.
        """
        parts = self._divided(room)
        repeated = _repeated(self._table.rows)
        for place, part in enumerate(parts, 1):
            which = f", part {place} of {len(parts)}" if len(parts) > 1 else ""
            yield PrintedTable(
                caption=f"Table {number}{which}. {plain(self._table.title)}",
                widths=tuple(round(width, 2) for width in part.widths),
                numeric=tuple(column.numeric for unit in part.units for column in unit.columns),
                head=_head(self._table.corner, part.units),
                rows=tuple(
                    self._row(row, part, again)
                    for row, again in zip(self._table.rows, repeated, strict=True)
                ),
                notes=tuple(_notes(self._table)) if place == len(parts) else (),
            )

    @cached_property
    def _header_least(self) -> float:
        headers = [(row.level, _header(row)) for row in self._table.rows if row.kind != "heading"]
        headers.append((0, (Run(self._table.corner),)))
        longest = _BOLD * max(
            _INDENT * level + _longest_word(_text(runs)) for level, runs in headers
        )
        return max(min(longest, _LONGEST_WORD) + _PADDING, _LEAST)

    @cached_property
    def _header_wish(self) -> float:
        headers = [
            _INDENT * row.level + text_width(line)
            for row in self._table.rows
            if row.kind != "heading"
            for line in _text(_header(row)).split("\n")
        ]
        headers.append(_BOLD * text_width(self._table.corner))
        return max(self._header_least, min(max(headers, default=0.0) + _PADDING, 80.0))

    def _header(self, room: float) -> float:
        """Return how wide the row headers are where they may take so much."""
        return max(self._header_least, min(self._header_wish, room))

    def _divided(self, room: float) -> list[_Part]:
        lead = sum(unit.least for unit in self._lead)
        least = self._header_least + lead
        if least + sum(unit.least for unit in self._rest) <= room:
            return [self._laid_out(self._rest, room)]
        left = room - lead - self._header(room * self._share)
        units = [piece for unit in self._rest for piece in _fitting(unit, left)]
        return [self._laid_out(units, room) for units in _filled(units, left)]

    def _laid_out(self, units: Sequence[_Unit], room: float) -> _Part:
        """Give every column what it needs, and of the rest what it would like."""
        shown = (*self._lead, *units)
        columns = [column for unit in shown for column in unit.columns]
        needed = sum(column.least for column in columns)
        least = [
            self._header(min(room - needed, room * self._share)),
            *(column.least for column in columns),
        ]
        wish = [self._header_wish, *(column.wish for column in columns)]
        if sum(least) > room:
            # A single column wider than the page: its words are broken.
            scale = (room - least[0]) / sum(least[1:])
            return _Part(shown, (least[0], *(width * scale for width in least[1:])))
        spare = room - sum(least)
        wanted = sum(wish) - sum(least)
        share = min(1.0, spare / wanted) if wanted > 0 else 0.0
        widths = [one + (more - one) * share for one, more in zip(least, wish, strict=True)]
        return _Part(shown, (widths[0], *_alike(shown, widths[1:], room - widths[0])))

    def _row(self, row: Row, part: _Part, again: bool) -> PrintedRow:
        header = _header(row)
        if row.kind == "heading":
            return PrintedRow(row.kind, row.level, header, (), False, again)
        cells = tuple(
            _cell(row.cells[column.place]) for unit in part.units for column in unit.columns
        )
        tall = any(
            _is_tall(runs, width) for runs, width in zip((header, *cells), part.widths, strict=True)
        )
        return PrintedRow(row.kind, row.level, header, cells, tall)


def _repeated(rows: Sequence[Row]) -> list[bool]:
    """Say of each row whether it is a heading with rows below it, or with headings that have some."""
    found: list[bool] = []
    below: Row | None = None
    for row in reversed(rows):
        if below is None or row.kind != "heading":
            found.append(False)
        else:
            found.append(below.kind != "heading" or (below.level > row.level and found[-1]))
        below = row
    return found[::-1]


def _is_tall(runs: Runs, width: float) -> bool:
    room = _LINES_OF_A_TALL_ROW * (width - _PADDING)
    text = _text(runs)
    # Most texts are so short that they need no measuring.
    return _WIDEST_LETTER * len(text) > room and text_width(text) > room


def _alike(units: Sequence[_Unit], widths: Sequence[float], room: float) -> Iterator[float]:
    """Give the columns of all groups the same widths, where there is room: they are to be compared."""
    columns = [column for unit in units for column in unit.columns]
    keys = [
        (len(unit.columns), place) if column.numeric else (0, column.place)
        for unit in units
        for place, column in enumerate(unit.columns)
    ]
    alike: dict[tuple[int, int], list[float]] = {}
    least: dict[tuple[int, int], float] = {}
    for key, width, column in zip(keys, widths, columns, strict=True):
        alike.setdefault(key, []).append(width)
        least[key] = max(least.get(key, 0.0), column.least)
    widest = [max(alike[key]) for key in keys]
    mean = [sum(alike[key]) / len(alike[key]) for key in keys]
    if sum(widest) <= room:
        yield from widest
    elif all(width >= least[key] for key, width in zip(keys, mean, strict=True)):
        yield from mean
    else:
        yield from widths


def _units(table: Table) -> Iterator[_Unit]:
    place = 0
    for group in table.column_groups:
        columns = []
        for title in group.columns:
            columns.append(_measured(table, group, place, title))
            place += 1
        yield _unit(group, columns)


def _unit(group: ColumnGroup, columns: Sequence[_Column]) -> _Unit:
    """Widen the columns of a group until its title needs no more lines than it should."""
    title = plain(group.title)
    if len(columns) == 1:
        return _Unit(title, tuple(columns), spanning=False)
    wanted = _title_width(title) / len(columns)
    return _Unit(
        title,
        tuple(
            _Column(
                column.place,
                column.title,
                column.numeric,
                max(column.least, min(_longest_word(title), _LONGEST_WORD) / len(columns)),
                max(column.wish, wanted),
            )
            for column in columns
        ),
        spanning=True,
    )


def _readable(unit: _Unit) -> _Unit:
    """Give words beside the row headers room for more than one of them a line."""
    return replace(
        unit,
        columns=tuple(
            replace(column, least=max(column.least, min(column.wish, _LONGEST_NUMBER)))
            for column in unit.columns
        ),
    )


def _measured(table: Table, group: ColumnGroup, place: int, title: str) -> _Column:
    texts = {_text(_cell(row.cells[place])) for row in table.rows if row.cells}
    lines = {line for text in texts for line in text.split("\n")}
    longest = max(map(text_width, lines), default=0.0)
    if group.numeric and longest <= _LONGEST_NUMBER:
        needed = longest
    else:
        needed = min(max(map(_longest_word, lines), default=0.0), _LONGEST_WORD)
    head = plain(title or ("" if len(group.columns) > 1 else group.title))
    least = max(needed, min(_BOLD * _longest_word(head), _LONGEST_WORD)) + _PADDING
    wish = max(min(longest, _WIDEST_TEXT), _title_width(head)) + _PADDING
    return _Column(place, head, group.numeric, max(least, _LEAST), max(least, wish, _LEAST))


def _title_width(title: str) -> float:
    """Return how wide a column makes its title break into few lines."""
    width = _BOLD * text_width(title)
    return max(_BOLD * _longest_word(title), min(width / _TITLE_LINES * 1.15, _WIDEST_TEXT))


def _fitting(unit: _Unit, room: float) -> Iterator[_Unit]:
    """Yield the columns under a title, each alone where they do not fit together."""
    if unit.least <= room or len(unit.columns) == 1:
        yield unit
        return
    for column in unit.columns:
        yield _Unit(unit.title, (column,), spanning=True)


def _filled(units: Sequence[_Unit], room: float) -> Iterator[tuple[_Unit, ...]]:
    """Yield as many columns as fit together, about as many in each part."""
    full = list(_greedy(units, room, len(units)))
    most = -(-len(units) // len(full))
    even = list(_greedy(units, room, most))
    yield from even if len(even) == len(full) else full


def _greedy(units: Sequence[_Unit], room: float, most: int) -> Iterator[tuple[_Unit, ...]]:
    part: list[_Unit] = []
    for unit in units:
        if part and (sum(one.least for one in part) + unit.least > room or len(part) == most):
            yield tuple(part)
            part = []
        part.append(unit)
    yield tuple(part)


def _head(corner: str, units: Sequence[_Unit]) -> tuple[tuple[HeadCell, ...], ...]:
    down = 2 if any(unit.spanning for unit in units) else 1
    above = [HeadCell(plain(corner), down=down, numeric=False)]
    below: list[HeadCell] = []
    for unit in units:
        if not unit.spanning:
            column = unit.columns[0]
            above.append(HeadCell(column.title, down=down, numeric=column.numeric))
            continue
        above.append(HeadCell(unit.title, across=len(unit.columns)))
        below += [HeadCell(column.title, numeric=column.numeric) for column in unit.columns]
    return (tuple(above), tuple(below)) if below else (tuple(above),)


def _header(row: Row) -> Runs:
    runs = [Run(plain(row.header.text)), *_marked(row.marks)]
    details = plain("".join(part.text for part in row.details)).strip()
    if details:
        runs += [Run(" "), Run(details, "detail")]
    return tuple(runs)


def _cell(cell: Cell) -> Runs:
    return (*_joined(cell), *_marked(cell.marks))


def _joined(cell: Cell) -> Iterator[Run]:
    """Yield the texts of a cell, those set alike as one."""
    text, computed = "", False
    for part in cell.parts:
        if part.computed != computed and text:
            yield Run(plain(text), "computed" if computed else "")
            text = ""
        text, computed = text + part.text, part.computed
    if text:
        yield Run(plain(text), "computed" if computed else "")


def _marked(marks: Iterable[Mark]) -> Iterator[Run]:
    letters = ",".join(footnote_mark(mark.number) for mark in marks)
    if letters:
        yield Run(letters, "mark")


def _notes(table: Table) -> Iterator[tuple[str, str]]:
    for place, note in enumerate(table.footnotes):
        yield footnote_mark(place), plain(as_typed(note))
    if table.note:
        yield "", plain(table.note)


def _text(runs: Runs) -> str:
    return "".join(run.text for run in runs)


def _longest_word(text: str) -> float:
    return max(map(text_width, text.split()), default=0.0)
