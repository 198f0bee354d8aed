"""The participant flow as one table: per period its milestones and reasons not completed."""

from collections.abc import Iterator, Sequence

from topline.record.results import FlowPeriod, FlowStats, ParticipantFlowModule
from topline.render.table_model import (
    Cell,
    ColumnGroup,
    Group,
    ModuleTables,
    Part,
    Row,
    Section,
    Table,
)
from topline.render.table_parts import (
    Footnotes,
    by_group,
    facts,
    groups,
    joined,
    with_strays,
)

ADDRESS = "/resultsSection/participantFlowModule"


def flow_tables(module: ParticipantFlowModule) -> ModuleTables:
    """Return the participant flow.

    Examples
    --------
    >>> from topline.record.results import FlowMilestone
    >>> started = FlowMilestone(type="STARTED", achievements=(
    ...     FlowStats(group_id="FG000", num_subjects="37"),))
    >>> flow = flow_tables(ParticipantFlowModule(periods=(
    ...     FlowPeriod(title="Overall Study", milestones=(started,)),)))
    >>> [(row.header.text, [cell.text for cell in row.cells])
    ...     for row in flow.sections[0].tables[0].rows]
    [('Overall Study', []), ('Started', ['37'])]
    """
    columns = with_strays(groups(module.groups, f"{ADDRESS}/groups"), _numbers(module))
    footnotes = Footnotes()
    rows: list[Row] = []
    for place, period in enumerate(module.periods or ()):
        address = f"{ADDRESS}/periods/{place}"
        title = (
            Part(period.title, f"{address}/title") if period.title is not None else Part("Period")
        )
        rows.append(Row(header=title, kind="heading"))
        rows += _period_rows(period, address, columns, footnotes, module.type_units_analyzed)
    section = Section(
        key="flow",
        title="Participant flow",
        address=ADDRESS,
        facts=facts(
            ADDRESS,
            (
                ("Recruitment details", "recruitmentDetails", module.recruitment_details),
                ("Pre-assignment details", "preAssignmentDetails", module.pre_assignment_details),
                ("Units analyzed", "typeUnitsAnalyzed", module.type_units_analyzed),
            ),
        ),
        groups=columns,
        tables=(
            Table(
                key="flow",
                title="Participants at each milestone, and reasons not completed",
                corner="Milestone",
                column_groups=tuple(ColumnGroup(title=group.title) for group in columns),
                rows=tuple(rows),
                footnotes=footnotes.texts,
            ),
        )
        if rows
        else (),
    )
    return ModuleTables(
        key="participant-flow", title="Participant flow", address=ADDRESS, sections=(section,)
    )


def milestone_name(posted: str | None) -> str:
    """Return a milestone's name as people write it.

    Examples
    --------
    >>> milestone_name("NOT COMPLETED"), milestone_name("Received First Dose")
    ('Not completed', 'Received First Dose')
    """
    if posted is None:
        return "Milestone"
    return posted.capitalize() if posted in {"STARTED", "COMPLETED", "NOT COMPLETED"} else posted


def _numbers(module: ParticipantFlowModule) -> Iterator[Sequence[FlowStats] | None]:
    for period in module.periods or ():
        for milestone in period.milestones or ():
            yield milestone.achievements
        for reason in period.drop_withdraws or ():
            yield reason.reasons


def _period_rows(
    period: FlowPeriod,
    address: str,
    columns: Sequence[Group],
    footnotes: Footnotes,
    units: str | None,
) -> Iterator[Row]:
    for place, milestone in enumerate(period.milestones or ()):
        here = f"{address}/milestones/{place}"
        yield Row(
            header=Part(
                milestone_name(milestone.type), f"{here}/type" if milestone.type is not None else ""
            ),
            level=1,
            cells=_cells(milestone.achievements, f"{here}/achievements", columns, footnotes, units),
            marks=footnotes.mark(milestone.comment, f"{here}/comment"),
        )
    reasons = period.drop_withdraws or ()
    if reasons:
        yield Row(header=Part("Reasons not completed"), kind="heading", level=1)
    for place, reason in enumerate(reasons):
        here = f"{address}/dropWithdraws/{place}"
        yield Row(
            header=Part(
                reason.type if reason.type is not None else "Reason",
                f"{here}/type" if reason.type is not None else "",
            ),
            level=2,
            cells=_cells(reason.reasons, f"{here}/reasons", columns, footnotes, units),
            marks=footnotes.mark(reason.comment, f"{here}/comment"),
        )


def _cells(
    posted: Sequence[FlowStats] | None,
    address: str,
    columns: Sequence[Group],
    footnotes: Footnotes,
    units: str | None,
) -> tuple[Cell, ...]:
    found = by_group(posted)
    return tuple(
        joined(
            [
                _cell(stats, f"{address}/{place}", footnotes, units)
                for place, stats in found.get(group.id, ())
            ]
        )
        for group in columns
    )


def _cell(stats: FlowStats, address: str, footnotes: Footnotes, units: str | None) -> Cell:
    parts: list[Part] = []
    if stats.num_subjects is not None:
        parts.append(Part(stats.num_subjects, f"{address}/numSubjects"))
    if stats.num_units is not None:
        parts += [
            Part(" ("),
            Part(stats.num_units, f"{address}/numUnits"),
            Part(f" {units or 'units'})"),
        ]
    return Cell(
        tuple(parts),
        footnotes.mark(stats.comment, f"{address}/comment"),
    )
