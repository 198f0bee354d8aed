"""Adverse events by term, the totals and mortality of their groups, and how they were collected."""

from collections.abc import Iterator

from topline.formats.tables.number_columns import count_column, number_columns
from topline.formats.tables.table import ADDRESS, GROUP_COLUMNS, Column, Row, StudyPart, Table
from topline.record.addresses import field_names
from topline.record.results import AdverseEvent, AdverseEventsModule, EventGroup, EventStats

_MODULE = "/resultsSection/adverseEventsModule"
_LISTS = (("serious", "serious_events", "seriousEvents"), ("other", "other_events", "otherEvents"))
_TOTALS = tuple(name for name in field_names(EventGroup) if name.endswith(("Affected", "AtRisk")))


def _module(part: StudyPart) -> AdverseEventsModule | None:
    results = part.study.results_section
    return results.adverse_events_module if results is not None else None


def _terms(part: StudyPart) -> Iterator[Row]:
    module = _module(part)
    if module is None:
        return
    titles = {group.id: group.title for group in module.event_groups or ()}
    for kind, name, camel in _LISTS:
        events: tuple[AdverseEvent, ...] = getattr(module, name) or ()
        for place, event in enumerate(events):
            before = (kind, event.organ_system, event.term)
            after = (event.source_vocabulary, event.assessment_type, event.notes)
            for position, stats in enumerate(event.stats or ()):
                here = f"{_MODULE}/{camel}/{place}/stats/{position}"
                yield (
                    here,
                    *before,
                    stats.group_id,
                    titles.get(stats.group_id),
                    stats.num_affected,
                    stats.num_at_risk,
                    stats.num_events,
                    *after,
                )


def _groups(part: StudyPart) -> Iterator[Row]:
    module = _module(part)
    for place, group in enumerate((module.event_groups if module is not None else None) or ()):
        here = f"{_MODULE}/eventGroups/{place}"
        totals = (part.numbers.count(f"{here}/{name}") for name in _TOTALS)
        yield (here, group.id, group.title, *totals)


def _reporting(part: StudyPart) -> Iterator[Row]:
    module = _module(part)
    if module is not None:
        yield (
            _MODULE,
            module.time_frame,
            *part.numbers.fields(f"{_MODULE}/frequencyThreshold"),
            module.description,
            module.all_cause_mortality_comment,
        )


_AFFECTED = "Participants with at least one event"
_AT_RISK = "Participants who could have had one"

TERMS = Table(
    name="adverse_events",
    title="Adverse events",
    row="one group's counts of one serious or other adverse event",
    own_columns=(
        ADDRESS,
        Column("table", "text", "serious, or other (not serious, above the threshold)."),
        Column("organ_system", "text", "Organ system of the term."),
        Column("term", "text", "The adverse event."),
        *GROUP_COLUMNS,
        count_column(EventStats, "num_affected", _AFFECTED),
        count_column(EventStats, "num_at_risk", _AT_RISK),
        count_column(EventStats, "num_events", "Occurrences, however many in one participant"),
        Column("source_vocabulary", "text", "Dictionary of the term, with its version."),
        Column("assessment_type", "text", "Whether events were asked for systematically."),
        Column("notes", "text", "Additional description of the event."),
    ),
    own_rows=_terms,
)
GROUPS = Table(
    name="event_groups",
    title="All-cause mortality and totals of adverse events",
    row="one group of the adverse-event tables",
    own_columns=(
        ADDRESS,
        *GROUP_COLUMNS,
        count_column(EventGroup, "deaths_num_affected", "Participants who died, of any cause"),
        count_column(EventGroup, "deaths_num_at_risk", "Participants at risk of death"),
        count_column(EventGroup, "serious_num_affected", f"{_AFFECTED} that is serious"),
        count_column(EventGroup, "serious_num_at_risk", _AT_RISK),
        count_column(EventGroup, "other_num_affected", f"{_AFFECTED} listed that is not serious"),
        count_column(EventGroup, "other_num_at_risk", _AT_RISK),
    ),
    own_rows=_groups,
)
REPORTING = Table(
    name="adverse_event_reporting",
    title="How adverse events were collected and listed",
    row="the adverse-event module of one study",
    own_columns=(
        ADDRESS,
        Column("time_frame", "text", "The time over which events were collected."),
        *number_columns(
            AdverseEventsModule,
            "frequency_threshold",
            "Percentage of a group above which other events are listed",
        ),
        Column("description", "text", "How events were defined and collected."),
        Column("all_cause_mortality_comment", "text", "What to know about the mortality."),
    ),
    own_rows=_reporting,
)
