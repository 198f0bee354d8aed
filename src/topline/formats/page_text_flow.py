"""The participant flow of a page: text before the tables, milestones, reasons for withdrawal.

The site prints recruitment details and pre-assignment details one below the other without a label.
Two lines are read as one each. One line may be either, and more may be split anywhere: they are
set aside rather than guessed. On pages of ours both have labels where this would not read them.
"""

from collections.abc import Sequence

from topline.formats.page_text_fields import Fields, Labelled, opening_text
from topline.formats.page_text_groups import (
    agreed_columns,
    by_group,
    column_lines,
    read_columns,
)
from topline.formats.page_text_labels import (
    MILESTONES,
    NO_MILESTONES,
    NO_REASONS,
    PRE_ASSIGNMENT,
    REASONS,
    RECRUITMENT,
    UNIT_OF_ANALYSIS,
)
from topline.formats.page_text_layout import Page
from topline.formats.page_text_lines import (
    Block,
    first_titles,
    lines_text,
    number_repeats,
    text_lines,
    title_lines,
    unnumbered,
)
from topline.formats.page_text_notes import Notes
from topline.formats.page_text_numbers import number_word, read_number_word
from topline.formats.page_text_table import Table, page_error, shown, table_lines
from topline.record.results import (
    DropWithdraw,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    ParticipantFlowModule,
)

ADDRESS = "/resultsSection/participantFlowModule"
_TEXT = Labelled((RECRUITMENT, PRE_ASSIGNMENT, UNIT_OF_ANALYSIS), MILESTONES)
_UNLABELLED = "text before the tables"
_PREFIX = "FG"
_TITLES = 2  # of a row: period, and milestone or reason
_DETAILS = 2  # lines without a label that are read: recruitment and pre-assignment details
_NUMBERS = 2  # in a cell: participants and units

_Row = tuple[str | None, str | None, tuple[FlowStats, ...] | None]


def read_flow(page: Page, notes: Notes) -> ParticipantFlowModule | None:
    """Read the participant flow.

    Parameters
    ----------
    page
        The parts of the page.
    notes
        Text that may be recruitment or pre-assignment details is set aside here.

    Raises
    ------
    DocumentError
        If the two tables have different groups, or a cell is not one or two words and a comment.
    """
    tables = [table for table in (page.milestones, page.reasons) if table is not None]
    columns = agreed_columns(
        page.name,
        [(table, read_columns(page.name, table, _PREFIX, counted=False)) for table in tables],
    )
    ids = [column.id for column in columns]
    fields = _TEXT.read(page.flow_text) if page.flow_text else Fields((), {})
    recruitment, pre_assignment = _details(fields, notes)
    module = ParticipantFlowModule(
        recruitment_details=recruitment,
        pre_assignment_details=pre_assignment,
        type_units_analyzed=fields.texts.get(UNIT_OF_ANALYSIS),
        groups=tuple(FlowGroup(id=c.id, title=c.title, description=c.description) for c in columns)
        or None,
        periods=_read_periods(page, ids),
    )
    return None if module == ParticipantFlowModule() else module


def flow_lines(module: ParticipantFlowModule | None, notes: Notes) -> list[str]:
    """Write the participant flow.

    Raises
    ------
    OutputError
        If a count belongs to no group, or a group has two.
    """
    module = module or ParticipantFlowModule()
    groups = module.groups or ()
    periods = module.periods or ()
    header = [column_lines(group, place, _PREFIX) for place, group in enumerate(groups)]
    titles = number_repeats(period.title for period in periods)
    milestones = [
        row
        for place, (title, period) in enumerate(zip(titles, periods, strict=True))
        for row in _milestone_rows(title, period, groups, f"{ADDRESS}/periods/{place}")
    ]
    reasons = [
        row
        for place, (title, period) in enumerate(zip(titles, periods, strict=True))
        for row in _reason_rows(title, period, groups, f"{ADDRESS}/periods/{place}")
    ]
    return [
        *_text_lines(module, notes),
        MILESTONES,
        *(table_lines(header, milestones) if groups or periods else [NO_MILESTONES]),
        REASONS,
        *(table_lines(header, reasons) if reasons else [NO_REASONS]),
    ]


def _details(fields: Fields, notes: Notes) -> tuple[str | None, str | None]:
    recruitment = fields.texts.get(RECRUITMENT)
    pre_assignment = fields.texts.get(PRE_ASSIGNMENT)
    opening = fields.opening
    if recruitment is None and pre_assignment is None and len(opening) == _DETAILS:
        return opening[0], opening[1]
    if opening:
        notes.add(
            ADDRESS,
            _UNLABELLED,
            opening_text(fields) or "",
            "the page does not say which of it is recruitment and which pre-assignment details",
        )
    return recruitment, pre_assignment


def _text_lines(module: ParticipantFlowModule, notes: Notes) -> list[str]:
    recruitment = module.recruitment_details
    pre_assignment = module.pre_assignment_details
    unit = {UNIT_OF_ANALYSIS: module.type_units_analyzed}
    if recruitment and pre_assignment and "\n" not in recruitment + pre_assignment:
        return [*_TEXT.own.mark([recruitment, pre_assignment]), *_TEXT.lines(unit)]
    return [
        *_TEXT.opening_lines(notes.get(ADDRESS, _UNLABELLED)),
        *_TEXT.lines({RECRUITMENT: recruitment, PRE_ASSIGNMENT: pre_assignment, **unit}),
    ]


def _read_periods(page: Page, ids: Sequence[str | None]) -> tuple[FlowPeriod, ...] | None:
    milestones: dict[str | None, list[FlowMilestone]] = {}
    reasons: dict[str | None, list[DropWithdraw]] = {}
    for period, found in _read_rows(page.name, page.milestones, ids):
        listed = milestones.setdefault(period, [])
        if found is not None:
            listed.append(FlowMilestone(type=found[0], comment=found[1], achievements=found[2]))
    for period, found in _read_rows(page.name, page.reasons, ids):
        milestones.setdefault(period, [])
        if found is not None:
            drop = DropWithdraw(type=found[0], comment=found[1], reasons=found[2])
            reasons.setdefault(period, []).append(drop)
    return (
        tuple(
            FlowPeriod(
                title=unnumbered(period),
                milestones=tuple(listed) or None,
                drop_withdraws=tuple(reasons.get(period, ())) or None,
            )
            for period, listed in milestones.items()
        )
        or None
    )


def _read_rows(
    name: str, table: Table | None, ids: Sequence[str | None]
) -> list[tuple[str | None, _Row | None]]:
    rows: list[tuple[str | None, _Row | None]] = []
    for label, *cells in table.rows if table else ():
        titles, comment = first_titles(label.lines, _TITLES)
        stats = tuple(
            _read_stats(name, cell, group)
            for group, cell in zip(ids, cells, strict=True)
            if cell.lines
        )
        if not titles:
            raise page_error(
                name, label.line, "a row has no label", "the period and the milestone or reason"
            )
        if len(titles) == 1 and not stats:
            rows.append((titles[0], None))
        elif len(titles) == 1:
            raise page_error(
                name,
                label.line,
                f"found the label {shown(titles[0] or '')} alone",
                "the period, and below it the milestone or reason",
            )
        else:
            rows.append((titles[0], (titles[1], lines_text(comment), stats or None)))
    return rows


def _read_stats(name: str, cell: Block, group: str | None) -> FlowStats:
    first, *comment = cell.lines
    words = first.split(" ")
    if len(words) > _NUMBERS:
        raise page_error(
            name,
            cell.line,
            f"found {shown(first)} in a cell of the participant flow",
            "a number of participants, or one and a number of units",
        )
    return FlowStats(
        group_id=group,
        num_subjects=read_number_word(name, cell.line, words[0]),
        num_units=read_number_word(name, cell.line, words[1]) if len(words) > 1 else None,
        comment=lines_text(comment),
    )


def _milestone_rows(
    title: str, period: FlowPeriod, groups: Sequence[FlowGroup], address: str
) -> list[list[list[str]]]:
    if not period.milestones:
        return [[title_lines(title), *([] for _ in groups)]]
    return [
        [
            _label(title, milestone.type, milestone.comment),
            *_cells(groups, milestone.achievements, f"{address}/milestones/{place}/achievements"),
        ]
        for place, milestone in enumerate(period.milestones)
    ]


def _reason_rows(
    title: str, period: FlowPeriod, groups: Sequence[FlowGroup], address: str
) -> list[list[list[str]]]:
    return [
        [
            _label(title, drop.type, drop.comment),
            *_cells(groups, drop.reasons, f"{address}/dropWithdraws/{place}/reasons"),
        ]
        for place, drop in enumerate(period.drop_withdraws or ())
    ]


def _label(period: str, kind: str | None, comment: str | None) -> list[str]:
    return [*title_lines(period), *title_lines(kind), *text_lines(comment)]


def _cells(
    groups: Sequence[FlowGroup], stats: Sequence[FlowStats] | None, address: str
) -> list[list[str]]:
    return [
        [] if found is None else [_numbers(found), *text_lines(found.comment)]
        for found in by_group(groups, stats, address)
    ]


def _numbers(stats: FlowStats) -> str:
    if stats.num_units is None:
        return number_word(stats.num_subjects)
    return f"{number_word(stats.num_subjects)} {number_word(stats.num_units)}"
