"""Tables of a page with table marks, and the place in the page where reading stands.

A table is a header row, a separator and body rows; each cell is any number of lines ended by a
line that holds only a bar. The number of columns comes from the header, so that a cell may hold
whatever it likes, and a row that is cut off cannot be taken for a shorter one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from topline.errors import DocumentError
from topline.formats.page_text_labels import BAR, EXCERPT_END, SEPARATOR, TABLE
from topline.formats.page_text_lines import Block, OwnLines

_HEADER_LINES = OwnLines(BAR, beginnings=[SEPARATOR.pattern + r"\Z"])
_ROW_LINES = OwnLines(BAR)
_SHOWN = 60
"""How much of a wrong line a message shows [characters]."""


class PageEnds(DocumentError):
    """A page ends, or an excerpt is cut off, where more is due."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page.

    Attributes
    ----------
    line
        Number of its first line.
    header
        One block for each group.
    rows
        In each row the block of the label and one for each group.
    """

    line: int
    header: tuple[Block, ...]
    rows: tuple[tuple[Block, ...], ...]


def page_error(name: str, line: int, message: str, accepted: str | None = None) -> DocumentError:
    """Make the error for one line of a page.

    Examples
    --------
    >>> print(page_error("page.txt", 7, "'x' is not a number", "a whole number"))
    'x' is not a number
      where: page.txt, line 7
      accepted: a whole number
    """
    return DocumentError(message, where=f"{name}, line {line}", accepted=accepted)


def shown(text: str) -> str:
    """Quote a line for a message, shortened.

    Examples
    --------
    >>> shown("x" * 100) == repr("x" * 60) + "…"
    True
    """
    return repr(text) if len(text) <= _SHOWN else repr(text[:_SHOWN]) + "…"


class Cursor:
    """A page being read, line by line.

    Parameters
    ----------
    name
        The name that errors give the page.
    lines
        All lines of the page.
    allow_incomplete
        Whether a table whose last row is cut off is returned without that row.
    """

    def __init__(self, name: str, lines: Sequence[str], *, allow_incomplete: bool = False) -> None:
        self.name = name
        self.lines = lines
        self.index = 0
        self.unit = 0
        self.allow_incomplete = allow_incomplete
        self.end = len(lines)
        if self.end and lines[-1] == EXCERPT_END:
            self.end -= 1

    def peek(self) -> str | None:
        """Return the next line, or ``None`` at the end."""
        return self.lines[self.index] if self.index < self.end else None

    def take(self, due: str) -> str:
        """Take the next line; ``due`` says what it should be if there is none."""
        if self.index >= self.end:
            raise self._ends(due)
        self.index += 1
        return self.lines[self.index - 1]

    def expect(self, *accepted: str) -> str:
        """Take the next line, which must be one of those accepted; a unit is complete with it."""
        due = " or ".join(repr(line) for line in accepted)
        found = self.take(due)
        if found not in accepted:
            raise page_error(self.name, self.index, f"found {shown(found)}", due)
        self.unit = self.index
        return found

    def block(self, is_end: Callable[[str], bool], due: str) -> Block:
        """Take the lines before the first that ``is_end`` accepts; that one stays."""
        start = self.index
        while self.index < self.end and not is_end(self.lines[self.index]):
            self.index += 1
        if self.index >= self.end:
            raise self._ends(f"{due}, after the text from line {start + 1} on")
        self.unit = self.index
        return Block(start + 1, tuple(self.lines[start : self.index]))

    def rest(self) -> Block:
        """Take all lines that are left."""
        start = self.index
        self.index = self.unit = self.end
        return Block(start + 1, tuple(self.lines[start : self.end]))

    def table_or(self, absent: str) -> Table | None:
        """Take a table, or the line the page has instead of one."""
        if self.peek() == TABLE:
            return self.table()
        self.expect(absent, TABLE)
        return None

    def table(self) -> Table:
        """Take a table; where that is allowed, one whose last row is cut off, without that row."""
        line = self.index + 1
        self.take(TABLE)
        header = self._header()
        rows = []
        try:
            while self.peek() == BAR:
                rows.append(self._row(len(header) + 1))
                self.unit = self.index
        except PageEnds:
            if not self.allow_incomplete:
                raise
            self.index = self.end
        return Table(line, header, tuple(rows))

    def _header(self) -> tuple[Block, ...]:
        header: list[Block] = []
        while not SEPARATOR.fullmatch(self._peek_due("the separator or a group")):
            header.append(self._cell("a line '|' after the group", _HEADER_LINES))
        separator = self.take("the separator")
        columns = separator.count("---")
        if columns != len(header) + 1:
            raise page_error(
                self.name,
                self.index,
                f"the separator has {columns} columns and the header has {len(header)} groups",
                "one column for the measure and one for each group",
            )
        self.unit = self.index
        return tuple(header)

    def _row(self, columns: int) -> tuple[Block, ...]:
        self.take("a row")
        due = f"a row of {columns} cells, each ended by a line '|'"
        return tuple(self._cell(due, _ROW_LINES) for _ in range(columns))

    def _cell(self, due: str, own: OwnLines) -> Block:
        start = self.index
        while self.take(due) != BAR:
            pass
        return Block(start + 1, tuple(own.unmark(self.lines[start : self.index - 1])))

    def _peek_due(self, due: str) -> str:
        found = self.peek()
        if found is None:
            raise self._ends(due)
        return found

    def _ends(self, due: str) -> PageEnds:
        cut = self.end < len(self.lines)
        return PageEnds(
            f"the page is cut off: {EXCERPT_END!r}" if cut else "the page ends here",
            where=f"{self.name}, line {self.end + cut}",
            accepted=due,
            advice="give the whole page; an excerpt is not a record",
        )


def table_lines(
    header: Sequence[Sequence[str]], rows: Sequence[Sequence[Sequence[str]]]
) -> list[str]:
    """Write a table from the lines of its cells.

    Examples
    --------
    >>> table_lines([["Placebo"]], [[["Overall Study", "STARTED"], ["9"]]])
    ['| Measure |', 'Placebo', '|', '|---|---|', '|', 'Overall Study', 'STARTED', '|', '9', '|']
    """
    lines = [TABLE]
    for cell in header:
        lines += [*_HEADER_LINES.mark(cell), BAR]
    lines.append(BAR + "---|" * (len(header) + 1))
    for row in rows:
        lines.append(BAR)
        for cell in row:
            lines += [*_ROW_LINES.mark(cell), BAR]
    return lines
