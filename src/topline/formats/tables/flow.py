"""The participant flow: milestones, and reasons not completed."""

from collections.abc import Iterator

from topline.formats.tables.number_columns import number_columns
from topline.formats.tables.table import ADDRESS, GROUP_COLUMNS, Column, Row, StudyPart, Table
from topline.record.results import FlowStats, ParticipantFlowModule

_MODULE = "/resultsSection/participantFlowModule"


def _columns(what: Column, comment: str) -> tuple[Column, ...]:
    return (
        ADDRESS,
        Column("period", "text", "Title of the period."),
        what,
        Column(f"{what.name}_comment", "text", comment),
        *GROUP_COLUMNS,
        *number_columns(FlowStats, "num_subjects", "Participants"),
        *number_columns(FlowStats, "num_units", "Units other than participants"),
        Column("comment", "text", "What was posted beside the number."),
    )


def _milestones(part: StudyPart) -> Iterator[Row]:
    module = _module(part)
    for place, period in enumerate(module.periods or ()):
        for position, milestone in enumerate(period.milestones or ()):
            address = f"{_MODULE}/periods/{place}/milestones/{position}/achievements"
            titles = (period.title, milestone.type, milestone.comment)
            yield from _rows(part, address, titles, milestone.achievements or ())


def _reasons(part: StudyPart) -> Iterator[Row]:
    module = _module(part)
    for place, period in enumerate(module.periods or ()):
        for position, reason in enumerate(period.drop_withdraws or ()):
            address = f"{_MODULE}/periods/{place}/dropWithdraws/{position}/reasons"
            titles = (period.title, reason.type, reason.comment)
            yield from _rows(part, address, titles, reason.reasons or ())


def _rows(
    part: StudyPart,
    address: str,
    titles: tuple[str | None, ...],
    stats: tuple[FlowStats, ...],
) -> Iterator[Row]:
    groups = {group.id: group.title for group in _module(part).groups or ()}
    for place, one in enumerate(stats):
        here = f"{address}/{place}"
        numbers = part.numbers.fields(f"{here}/numSubjects", f"{here}/numUnits")
        group = (one.group_id, groups.get(one.group_id))
        yield (here, *titles, *group, *numbers, one.comment)


def _module(part: StudyPart) -> ParticipantFlowModule:
    results = part.study.results_section
    module = results.participant_flow_module if results is not None else None
    return module if module is not None else ParticipantFlowModule()


MILESTONES = Table(
    name="participant_flow",
    title="Participant flow",
    row="the participants of one group who reached one milestone of a period",
    own_columns=_columns(
        Column("milestone", "text", "The milestone: STARTED, COMPLETED, NOT COMPLETED or another."),
        "What was posted beside the milestone.",
    ),
    own_rows=_milestones,
)
REASONS = Table(
    name="reasons_not_completed",
    title="Reasons not completed",
    row="the participants of one group who did not complete a period for one reason",
    own_columns=_columns(
        Column("reason", "text", "The reason."), "What was posted beside the reason."
    ),
    own_rows=_reasons,
)
