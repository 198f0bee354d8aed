"""The parts of a page, and how a page with table marks is taken apart into them.

Taking apart knows where headings, texts and tables begin and end, and nothing of what they mean;
the plain variant of the page comes apart into the same parts (``page_text_plain``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from topline.formats.page_text_labels import (
    AGREEMENTS,
    BASELINE,
    BASELINE_TABLE,
    EMPLOYEE,
    EVENTS,
    FLOW,
    MILESTONES,
    MORE,
    NO_BASELINE,
    NO_EVENTS,
    NO_MILESTONES,
    NO_MORE,
    NO_OUTCOME,
    NO_REASONS,
    OTHER,
    OUTCOME_TABLE,
    OVERVIEW,
    REASONS,
    RESTRICTED,
    SERIOUS,
    outcome_type,
)
from topline.formats.page_text_lines import Block, OwnLines, lines_title, lines_titles, title_spans
from topline.formats.page_text_table import Cursor, PageEnds, Table, page_error, shown

HEADING_TEXT = OwnLines(OVERVIEW)
OVERVIEW_TEXT = OwnLines(FLOW)

_OVERVIEW_VALUES = 5
_FROM_ENROLLMENT = 3  # enrollment, time frame, date


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The lines below "Results Overview": of the primary outcome and of the study."""

    line: int
    enrollment_line: int
    description: str | None
    status: str | None
    phases: str | None
    enrollment: str | None
    time_frame: str | None
    date: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePart:
    """One outcome measure: its type, the text below its heading, and its table if there is one."""

    line: int
    type: str
    text: Block
    table: Table | None


@dataclass(slots=True, kw_only=True)
class Page:
    """The parts of a page, as they stand there; a part that is missing is ``None``.

    Attributes
    ----------
    remainder
        What an incomplete page holds after its last complete part.
    """

    name: str
    heading: tuple[str | None, ...] | None = None
    overview: Overview | None = None
    flow_text: Block | None = None
    milestones: Table | None = None
    reasons: Table | None = None
    baseline_text: Block | None = None
    baseline: Table | None = None
    outcomes: list[OutcomePart] = field(default_factory=list)
    events_text: Block | None = None
    serious: Table | None = None
    other: Table | None = None
    more_text: Block | None = None
    employee: str | None = None
    restricted: str | None = None
    agreement_text: Block | None = None
    remainder: Block | None = None


def is_line(line: str) -> Callable[[str], bool]:
    """Make the test for one line, as :meth:`Cursor.block` asks for."""
    return lambda found: found == line


def read_marked(cursor: Cursor) -> Page:
    """Take a page with table marks apart.

    Raises
    ------
    DocumentError
        If a heading, a table or a row is not where the form has it.
    PageEnds
        If the page ends before its last part, unless the cursor allows that.
    """
    page = Page(name=cursor.name)
    try:
        for section in (_opening, _flow, _baseline, _outcomes, _events, _more):
            section(cursor, page)
    except PageEnds:
        if not cursor.allow_incomplete:
            raise
        page.remainder = Block(cursor.unit + 1, tuple(cursor.lines[cursor.unit :]))
    return page


def _opening(cursor: Cursor, page: Page) -> None:
    heading = cursor.block(is_line(OVERVIEW), repr(OVERVIEW))
    page.heading = tuple(lines_titles(HEADING_TEXT.unmark(heading.lines)))
    cursor.expect(OVERVIEW)
    block = cursor.block(is_line(FLOW), repr(FLOW))
    lines = OVERVIEW_TEXT.unmark(block.lines)
    spans = list(title_spans(lines))
    values = [lines_title(lines[start:end]) for start, end in spans]
    if len(values) < _OVERVIEW_VALUES:
        raise page_error(
            cursor.name,
            block.line,
            f"the results overview has {len(values)} lines",
            "status, phase, enrollment, time frame and date, each on its line",
        )
    status, phases, enrollment, time_frame, date = values[-_OVERVIEW_VALUES:]
    described = [value or "" for value in values[:-_OVERVIEW_VALUES]]
    page.overview = Overview(
        line=block.line,
        enrollment_line=block.line + spans[-_FROM_ENROLLMENT][0],
        description="\n".join(described) or None,
        status=status,
        phases=phases,
        enrollment=enrollment,
        time_frame=time_frame,
        date=date,
    )


def _flow(cursor: Cursor, page: Page) -> None:
    cursor.expect(FLOW)
    page.flow_text = cursor.block(is_line(MILESTONES), repr(MILESTONES))
    cursor.expect(MILESTONES)
    page.milestones = cursor.table_or(NO_MILESTONES)
    cursor.expect(REASONS)
    page.reasons = cursor.table_or(NO_REASONS)


def _baseline(cursor: Cursor, page: Page) -> None:
    cursor.expect(BASELINE)
    page.baseline_text = cursor.block(is_line(BASELINE_TABLE), repr(BASELINE_TABLE))
    cursor.expect(BASELINE_TABLE)
    page.baseline = cursor.table_or(NO_BASELINE)


def _outcomes(cursor: Cursor, page: Page) -> None:
    while True:
        heading = cursor.take(f"the heading of an outcome measure or {EVENTS!r}")
        line = cursor.index
        found = outcome_type(heading)
        if found is None:
            cursor.index -= 1
            return
        text = cursor.block(is_line(OUTCOME_TABLE), repr(OUTCOME_TABLE))
        cursor.unit = line - 1  # an outcome measure is complete with its table only
        cursor.index += 1
        table = cursor.table_or(NO_OUTCOME)
        page.outcomes.append(OutcomePart(line=line, type=found, text=text, table=table))


def _events(cursor: Cursor, page: Page) -> None:
    if cursor.peek() != EVENTS:
        raise page_error(
            cursor.name,
            cursor.index + 1,
            f"found {shown(cursor.peek() or '')}",
            f"the heading of an outcome measure or {EVENTS!r}",
        )
    cursor.expect(EVENTS)
    page.events_text = cursor.block(is_line(SERIOUS), repr(SERIOUS))
    cursor.expect(SERIOUS)
    page.serious = cursor.table_or(NO_EVENTS)
    cursor.expect(OTHER)
    page.other = cursor.table_or(NO_EVENTS)


def _more(cursor: Cursor, page: Page) -> None:
    cursor.expect(MORE)
    if cursor.peek() == NO_MORE:
        cursor.expect(NO_MORE)
        if cursor.peek() is not None:
            raise page_error(
                cursor.name, cursor.index + 1, f"found {shown(cursor.peek() or '')}", "the end"
            )
        return
    page.more_text = cursor.block(is_line(AGREEMENTS), f"{AGREEMENTS!r} or {NO_MORE!r}")
    cursor.expect(AGREEMENTS)
    page.employee = _agreement(cursor, tuple(EMPLOYEE.values()))
    page.restricted = _agreement(cursor, tuple(RESTRICTED.values()))
    page.agreement_text = cursor.rest()


def _agreement(cursor: Cursor, accepted: tuple[str, ...]) -> str:
    """Take a line that begins with one of those accepted; the site may print details after it."""
    due = " or ".join(repr(line) for line in accepted)
    found = cursor.take(due)
    if not found.startswith(accepted):
        raise page_error(cursor.name, cursor.index, f"found {shown(found)}", due)
    cursor.unit = cursor.index
    return found
