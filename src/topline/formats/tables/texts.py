"""The studies, their groups, and every text of their results."""

from collections.abc import Iterator, Sequence

from topline.formats.tables.analyses import BETWEEN
from topline.formats.tables.measures import BASELINE, OUTCOMES, baseline, outcome_measures
from topline.formats.tables.table import ADDRESS, Column, Row, StudyPart, Table
from topline.record.cells import Module
from topline.record.protocol import DesignModule
from topline.record.results import EventGroup, FlowGroup, MeasureGroup

_FLOW = "/resultsSection/participantFlowModule"
_EVENTS = "/resultsSection/adverseEventsModule/eventGroups"
_CONTEXT = " > "


def _studies(part: StudyPart) -> Iterator[Row]:
    protocol = part.study.protocol_section
    named = part.study.identification
    design = (protocol.design_module if protocol is not None else None) or DesignModule()
    enrollment = design.enrollment_info
    yield (
        named.acronym,
        named.brief_title,
        named.official_title,
        design.study_type,
        BETWEEN.join(design.phases or ()) or None,
        enrollment.count if enrollment is not None else None,
        part.study.has_results,
        part.place,
    )


def _groups(part: StudyPart) -> Iterator[Row]:
    results = part.study.results_section
    if results is None:
        return
    flow, events = results.participant_flow_module, results.adverse_events_module
    yield from _of(flow.groups if flow else None, f"{_FLOW}/groups", Module.PARTICIPANT_FLOW)
    yield from _of(baseline(part).groups, f"{BASELINE}/groups", Module.BASELINE_CHARACTERISTICS)
    for place, measure in enumerate(outcome_measures(part)):
        where = f"{OUTCOMES}/{place}/groups"
        yield from _of(measure.groups, where, Module.OUTCOME_MEASURES, place + 1)
    yield from _of(events.event_groups if events else None, _EVENTS, Module.ADVERSE_EVENTS)


def _of(
    groups: Sequence[FlowGroup | MeasureGroup | EventGroup] | None,
    address: str,
    module: Module,
    outcome: int | None = None,
) -> Iterator[Row]:
    for place, group in enumerate(groups or ()):
        about = (group.id, group.title, group.description)
        yield (f"{address}/{place}", module.value, outcome, *about)


def _more_information(part: StudyPart) -> Iterator[Row]:
    for text in part.texts:
        if text.module is Module.MORE_INFORMATION:
            yield (text.address, text.address.split("/")[3], text.field, text.text)


def _texts(part: StudyPart) -> Iterator[Row]:
    for text in part.texts:
        if text.module is not Module.MORE_INFORMATION:
            yield (
                text.address,
                text.module.value,
                text.field,
                BETWEEN.join(text.group_ids) or None,
                _CONTEXT.join(text.context) or None,
                text.text,
            )


_TEXT_ADDRESS = Column("address", "text", "JSON Pointer of the text in the record.")

STUDIES = Table(
    name="studies",
    title="Studies",
    row="one study of the input",
    own_columns=(
        Column("acronym", "text", "The study's acronym."),
        Column("brief_title", "text", "The study's short title."),
        Column("official_title", "text", "The study's full title."),
        Column("study_type", "text", "Interventional, observational or expanded access."),
        Column("phases", "text", f"The phases, with {BETWEEN.strip()} between them."),
        Column("enrollment", "integer", "Participants enrolled, or to be enrolled."),
        Column("has_results", "boolean", "Whether the registry says that results are posted."),
        Column("place", "text", "Where the study was found: file, member of an archive, line."),
    ),
    own_rows=_studies,
)
GROUPS = Table(
    name="groups",
    title="Groups",
    row="one group of a module or an outcome measure",
    own_columns=(
        ADDRESS,
        Column("module", "text", "The module that the group is of."),
        Column("outcome", "integer", "Which outcome measure it is of, from 1."),
        Column("group_id", "text", "Its id."),
        Column("title", "text", "Its title."),
        Column("description", "text", "Its description."),
    ),
    own_rows=_groups,
)
MORE_INFORMATION = Table(
    name="more_information",
    title="More information",
    row="one text on limitations, the agreement with investigators, or whom to ask",
    own_columns=(
        _TEXT_ADDRESS,
        Column("part", "text", "The part of the module, as the record names it."),
        Column("field", "text", "The text's name."),
        Column("text", "text", "As posted; true or false for a flag."),
    ),
    own_rows=_more_information,
)
TEXTS = Table(
    name="texts",
    title="Every text of the results",
    row="one title, description, comment, code or flag of the results, but more information",
    own_columns=(
        _TEXT_ADDRESS,
        Column("module", "text", "The module that it stands in."),
        Column("field", "text", "The text's name."),
        Column("group_ids", "text", f"The groups it speaks of, with {BETWEEN.strip()} between."),
        Column("context", "text", "Titles around it, outermost first, with > between them."),
        Column("text", "text", "As posted; true or false for a flag."),
    ),
    own_rows=_texts,
)
