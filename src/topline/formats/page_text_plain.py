"""The plain variant of a page: no table marks, labels in the overview, blank lines between parts.

It is read only, into the same parts as the variant with table marks.
"""

from collections.abc import Callable, Sequence

from topline.formats.page_text_labels import (
    AGREEMENTS,
    BASELINE,
    BASELINE_TABLE,
    DESCRIPTION,
    EMPLOYEE,
    EVENTS,
    FLOW,
    MILESTONES,
    MORE,
    NO_EVENTS,
    NO_OUTCOME,
    NO_REASONS,
    OTHER,
    OUTCOME_TABLE,
    OVERVIEW,
    PLAIN_ENROLLMENT,
    PLAIN_PHASE,
    PLAIN_POSTED,
    PLAIN_STATUS,
    PLAIN_TIMEFRAME,
    POPULATION,
    REASONS,
    RESTRICTED,
    SERIOUS,
    outcome_type,
)
from topline.formats.page_text_layout import OutcomePart, Overview, Page
from topline.formats.page_text_lines import Block
from topline.formats.page_text_plain_tables import PlainTable
from topline.formats.page_text_table import Cursor, PageEnds, Table, page_error, shown

_LABELS = (PLAIN_STATUS, PLAIN_PHASE, PLAIN_ENROLLMENT, PLAIN_TIMEFRAME, PLAIN_POSTED)


def read_plain(cursor: Cursor) -> Page:
    """Take a page of the plain variant apart.

    Parameters
    ----------
    cursor
        The page. Where it allows an incomplete page and the page is one, its last line is not
        read, since it may be cut off too.

    Raises
    ------
    DocumentError
        If a heading is not where the form has it, or a table cannot be read in exactly one way.
    PageEnds
        If the page ends before its last part, unless the cursor allows that.
    """
    lines = list(cursor.lines[: cursor.end])
    try:
        return _Reader(cursor.name, lines, allow_incomplete=False).read()
    except PageEnds:
        if not cursor.allow_incomplete:
            raise
    while lines and not lines.pop().strip():
        pass
    reader = _Reader(cursor.name, lines, allow_incomplete=True)
    page = reader.read()
    unread = reader.unread_line()
    page.remainder = Block(unread, tuple(cursor.lines[unread - 1 :]))
    return page


class _Reader:
    """A page of the plain variant being read, paragraph by paragraph."""

    def __init__(self, name: str, lines: Sequence[str], *, allow_incomplete: bool) -> None:
        self.page = Page(name=name)
        self.paragraphs = _paragraphs(lines)
        self.index = 0
        self.whole = 0
        self.end_line = len(lines)
        self.allow_incomplete = allow_incomplete
        self.cut_line: int | None = None

    def read(self) -> Page:
        try:
            for section in (self._opening, self._flow, self._baseline, self._outcomes, self._more):
                section()
        except PageEnds:
            if not self.allow_incomplete:
                raise
        return self.page

    def unread_line(self) -> int:
        """Return the number of the first line that was not read."""
        if self.cut_line is not None:
            return self.cut_line
        if self.whole < len(self.paragraphs):
            return self.paragraphs[self.whole].line
        return self.end_line + 1

    def _opening(self) -> None:
        heading = self._until(OVERVIEW)
        self.page.heading = tuple(line for block in heading for line in block.lines)
        line = self._expect(OVERVIEW).line
        found: dict[str, list[str]] = {"": []}
        label = ""
        enrollment_line = line
        for block in self._until(FLOW):
            for text in block.lines:
                if text in _LABELS:
                    label = text
                    enrollment_line = block.line if label == PLAIN_ENROLLMENT else enrollment_line
                else:
                    found.setdefault(label, []).append(text)
        texts = {key: "\n".join(value) for key, value in found.items()}
        self.page.overview = Overview(
            line=line,
            enrollment_line=enrollment_line,
            description=texts[""] or None,
            status=texts.get(PLAIN_STATUS),
            phases=texts.get(PLAIN_PHASE),
            enrollment=texts.get(PLAIN_ENROLLMENT),
            time_frame=texts.get(PLAIN_TIMEFRAME),
            date=texts.get(PLAIN_POSTED),
        )

    def _flow(self) -> None:
        self._expect(FLOW)
        self.page.flow_text = self._text(MILESTONES)
        self._expect(MILESTONES)
        milestones = self._table(lambda table: table.flow(None))
        self.page.milestones = milestones
        self._expect(REASONS)
        groups = len(milestones.header) if milestones else None
        self.page.reasons = self._table(lambda table: table.flow(groups), NO_REASONS)

    def _baseline(self) -> None:
        self._expect(BASELINE)
        self.page.baseline_text = self._text(BASELINE_TABLE)
        self._expect(BASELINE_TABLE)
        self.page.baseline = self._table(lambda table: table.baseline())

    def _outcomes(self) -> None:
        while True:
            start = self.index
            heading = self._take(f"the heading of an outcome measure or {EVENTS!r}")
            found = outcome_type(heading.lines[0]) if len(heading.lines) == 1 else None
            if found is None:
                self.index = start
                return
            text = _outcome_text(self._until(OUTCOME_TABLE), heading.line + 1)
            self.index += 1
            table = self._table(lambda table: table.outcome(), NO_OUTCOME)
            self.page.outcomes.append(
                OutcomePart(line=heading.line, type=found, text=text, table=table)
            )

    def _more(self) -> None:
        self._expect(EVENTS)
        self.page.events_text = self._text(SERIOUS)
        self._expect(SERIOUS)
        self.page.serious = self._table(lambda table: table.events(), NO_EVENTS)
        self._expect(OTHER)
        self.page.other = self._table(lambda table: table.events(), NO_EVENTS)
        self._expect(MORE)
        self.page.more_text = self._text(AGREEMENTS)
        self._expect(AGREEMENTS)
        lines: list[str] = []
        line = self.end_line
        while self.index < len(self.paragraphs):
            block = self._take("the agreement")
            line = block.line if not lines else line
            lines += block.lines
        for accepted in (EMPLOYEE, RESTRICTED):
            if not lines:
                raise self._ends(" or ".join(repr(text) for text in accepted.values()))
            if not lines[0].startswith(tuple(accepted.values())):
                due = " or ".join(repr(text) for text in accepted.values())
                raise page_error(self.page.name, line, f"found {shown(lines[0])}", due)
            if accepted is EMPLOYEE:
                self.page.employee = lines.pop(0)
            else:
                self.page.restricted = lines.pop(0)
        self.page.agreement_text = Block(line, tuple(lines))
        self.whole = self.index

    def _take(self, due: str) -> Block:
        if self.index >= len(self.paragraphs):
            raise self._ends(due)
        self.index += 1
        return self.paragraphs[self.index - 1]

    def _expect(self, due: str) -> Block:
        found = self._take(repr(due))
        if found.lines != (due,):
            raise page_error(
                self.page.name, found.line, f"found {shown(found.lines[0])}", repr(due)
            )
        self.whole = self.index
        return found

    def _until(self, heading: str) -> list[Block]:
        blocks = []
        while (block := self._take(repr(heading))).lines != (heading,):
            blocks.append(block)
        self.index -= 1
        return blocks

    def _text(self, heading: str) -> Block:
        blocks = self._until(heading)
        self.whole = self.index
        lines = tuple(line for block in blocks for line in block.lines)
        return Block(blocks[0].line if blocks else 1, lines)

    def _table(
        self, read: Callable[[PlainTable], Table], absent: str | None = None
    ) -> Table | None:
        block = self._take("a table")
        if block.lines == (absent,):
            self.whole = self.index
            return None
        last = self.index == len(self.paragraphs)
        table = read(
            PlainTable(self.page.name, block, last=last, allow_incomplete=self.allow_incomplete)
        )
        self.whole = self.index
        if last and table.rows:
            cell = table.rows[-1][-1]
            end = cell.line + len(cell.lines)
            self.cut_line = end if end < block.line + len(block.lines) else None
        return table

    def _ends(self, due: str) -> PageEnds:
        return PageEnds(
            "the page ends here",
            where=f"{self.page.name}, line {self.end_line}",
            accepted=due,
            advice="give the whole page; an excerpt is not a record",
        )


def _paragraphs(lines: Sequence[str]) -> list[Block]:
    blocks: list[Block] = []
    start: int | None = None
    for at, line in enumerate([*lines, ""]):
        if line.strip():
            start = at if start is None else start
        elif start is not None:
            blocks.append(Block(start + 1, tuple(lines[start:at])))
            start = None
    return blocks


def _outcome_text(blocks: Sequence[Block], line: int) -> Block:
    """Give the description the label that tells it from the population before it."""
    lines: list[str] = []
    population = False
    for place, block in enumerate(blocks):
        begun = list(block.lines)
        if begun[0].startswith(POPULATION):
            population = True
        elif (
            place
            and not any(text.startswith(DESCRIPTION) for text in lines)
            and (population or POPULATION not in lines[0])
        ):
            begun[0] = DESCRIPTION + begun[0]
        lines += begun
    return Block(blocks[0].line if blocks else line, tuple(lines))
