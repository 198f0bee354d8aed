"""The reported adverse events in the registry's upload, with all-cause mortality.

Vocabulary and assessment can be given once, for all terms that do not give their own; a record has them at each term,
as the registry posts them, and they are written there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from topline.formats.prs_codes import ASSESSMENT, organ_system_of
from topline.formats.prs_elements import (
    NO_PLACE,
    NOT_READ,
    Element,
    Reading,
    Writing,
    add,
    add_if,
    children,
    listed,
    plain_texts,
    text,
    texts_of,
)
from topline.formats.prs_groups import LEADS_NOWHERE, GroupIds, written_ids
from topline.formats.xml_repeats import Repeats
from topline.record.results import AdverseEvent, AdverseEventsModule, EventGroup, EventStats

ADDRESS = "/resultsSection/adverseEventsModule"

_EVENTS = (
    "allCauseMortComment",
    "assessmentType",
    "frequencyReportingThreshold",
    "frequentAdverseEvents",
    "interventionGroups",
    "notes",
    "seriousAdverseEvents",
    "sourceVocabulary",
    "timeFrame",
)
_EVENT = (
    "adverseEventStats",
    "assessmentType",
    "notes",
    "organSystemName",
    "sourceVocabulary",
    "term",
)
_EVENT_NAMES = frozenset(_EVENT)
_EVENT_TEXTS = {name: name for name in _EVENT if name != "adverseEventStats"}
_GROUP_COUNTS = {
    "numDeaths": "deaths_num_affected",
    "numSubjectsFrequentEvents": "other_num_affected",
    "numSubjectsSeriousEvents": "serious_num_affected",
    "partAtRiskAllCauseMort": "deaths_num_at_risk",
    "partAtRiskFrequentEvents": "other_num_at_risk",
    "partAtRiskSeriousEvents": "serious_num_at_risk",
}
_GROUP = ("description", *_GROUP_COUNTS, "title")
_STATS_COUNTS = {
    "numEvents": "num_events",
    "numSubjectsAffected": "num_affected",
    "numSubjects": "num_at_risk",
}
_STATS = ("reportingGroupId", *_STATS_COUNTS)
_STATS_NAMES = frozenset(_STATS)
_WHOLE = re.compile(r"\s*(-?\d{1,19})\s*", re.ASCII)
_LARGEST = 1 << 63


def read_events(element: Element | None, reading: Reading) -> AdverseEventsModule | None:
    """Read the adverse events; ``None`` if there are none, or an empty element."""
    if element is None:
        return None
    found = children(element, _EVENTS, ADDRESS, reading)
    groups = listed(found.get("interventionGroups"), "interventionGroup", ADDRESS, reading)
    ids = GroupIds(groups, "E")
    for name in ("assessmentType", "sourceVocabulary"):
        default = found.get(name)
        if default is not None and text(default) is not None:
            reading.keep(ADDRESS, default, f"{NO_PLACE}; it stands at each term instead")
    usual = (
        ASSESSMENT.code_of(text(found.get("assessmentType"))),
        text(found.get("sourceVocabulary")),
    )
    repeats = Repeats("eventStats", lambda stats: _plain_stats(stats, ids))
    tables = {
        record_name: tuple(
            _read_event(event, ids, repeats, usual, (f"{ADDRESS}/{json_name}/{place}", reading))
            for place, event in enumerate(
                listed(found.get(container), name, f"{ADDRESS}/{json_name}", reading)
            )
        )
        or None
        for record_name, json_name, container, name in (
            ("serious_events", "seriousEvents", "seriousAdverseEvents", "seriousEvent"),
            ("other_events", "otherEvents", "frequentAdverseEvents", "frequentEvent"),
        )
    }
    module = AdverseEventsModule(
        frequency_threshold=text(found.get("frequencyReportingThreshold")),
        time_frame=text(found.get("timeFrame")),
        description=text(found.get("notes")),
        all_cause_mortality_comment=text(found.get("allCauseMortComment")),
        event_groups=tuple(
            _read_group(group, id, f"{ADDRESS}/eventGroups/{place}", reading)
            for place, (group, id) in enumerate(zip(groups, ids.ids, strict=True))
        )
        or None,
        **tables,
    )
    return None if module == AdverseEventsModule() else module


def write_events(parent: Element, module: AdverseEventsModule | None, writing: Writing) -> None:
    """Write the adverse events, if the record has the module."""
    if module is None:
        return
    element = add(parent, "reportedEvents")
    ids = written_ids(module.event_groups, writing.id_prefix)
    add_if(element, "allCauseMortComment", module.all_cause_mortality_comment)
    add_if(element, "frequencyReportingThreshold", module.frequency_threshold)
    others = add(element, "frequentAdverseEvents")
    _write_table(others, "frequentEvent", module.other_events, ids, ("otherEvents", writing))
    groups = add(element, "interventionGroups")
    for place, group in enumerate(module.event_groups or ()):
        written = add(groups, "interventionGroup")
        written.set("id", ids[group.id or ""])
        add_if(written, "description", group.description)
        for name, field in _GROUP_COUNTS.items():
            add_if(written, name, _written(getattr(group, field)))
        add_if(written, "title", group.title)
        writing.give_back(written, f"{ADDRESS}/eventGroups/{place}", _GROUP)
    add_if(element, "notes", module.description)
    serious = add(element, "seriousAdverseEvents")
    _write_table(serious, "seriousEvent", module.serious_events, ids, ("seriousEvents", writing))
    add_if(element, "timeFrame", module.time_frame)
    _give_back_defaults(element, module, writing)


def _give_back_defaults(element: Element, module: AdverseEventsModule, writing: Writing) -> None:
    """Put what was given for all terms back, unless it would then speak for a term that has none."""
    events = (*(module.serious_events or ()), *(module.other_events or ()))
    names = tuple(
        name
        for name in _EVENTS
        if not (name == "assessmentType" and any(one.assessment_type is None for one in events))
        and not (
            name == "sourceVocabulary" and any(one.source_vocabulary is None for one in events)
        )
    )
    writing.give_back(element, ADDRESS, names)


def _read_group(element: Element, id: str, address: str, reading: Reading) -> EventGroup:
    found = children(element, _GROUP, address, reading)
    return EventGroup(
        id=id,
        title=text(found.get("title")),
        description=text(found.get("description")),
        **_counts(found, _GROUP_COUNTS, address, reading),
    )


def _read_event(
    element: Element,
    ids: GroupIds,
    repeats: Repeats[EventStats],
    usual: tuple[str | None, str | None],
    at: tuple[str, Reading],
) -> AdverseEvent:
    address, reading = at
    within: dict[str, Element] = {}
    texts = plain_texts(element, _EVENT_NAMES, within)
    if texts is None:
        within = dict(children(element, _EVENT, address, reading))
        texts = texts_of(within, _EVENT_TEXTS)
    container = within.get("adverseEventStats")
    stats = None if container is None else repeats.listed(container)
    if stats is None:
        stats = []
        for one in listed(container, "eventStats", address, reading):
            stats += _read_stats(one, ids, len(stats), at)
    assessment = ASSESSMENT.code_of(texts.get("assessmentType"))
    vocabulary = texts.get("sourceVocabulary")
    return AdverseEvent(
        term=texts.get("term"),
        organ_system=organ_system_of(texts.get("organSystemName")),
        source_vocabulary=usual[1] if vocabulary is None else vocabulary,
        assessment_type=usual[0] if assessment is None else assessment,
        notes=texts.get("notes"),
        stats=tuple(stats) or None,
    )


def _plain_stats(element: Element, ids: GroupIds) -> EventStats | None:
    """Read the numbers of one group where each is written in digits alone; ``None`` wants the longer way."""
    texts = plain_texts(element, _STATS_NAMES)
    if texts is None:
        return None
    id = ids.named(texts.pop("reportingGroupId", None))
    if id is None:
        return None
    counts: dict[str, int] = {}
    for name, written in texts.items():
        if written is None or not (written.isdecimal() and written.isascii() and len(written) < 19):
            return None
        counts[name] = int(written)
    get = counts.get
    return EventStats(
        group_id=id,
        num_events=get("numEvents"),
        num_affected=get("numSubjectsAffected"),
        num_at_risk=get("numSubjects"),
    )


def _read_stats(
    element: Element, ids: GroupIds, place: int, at: tuple[str, Reading]
) -> Iterator[EventStats]:
    """Read the numbers of one group, if it is one of the groups, and set aside what is in the way."""
    address, reading = at
    for id, one in ids.sort([element], f"{address}/stats", reading):
        here = f"{address}/stats/{place}"
        inside = children(one, _STATS, here, reading)
        yield EventStats(group_id=id, **_counts(inside, _STATS_COUNTS, here, reading))


def _counts(
    found: Mapping[str, Element], fields: Mapping[str, str], address: str, reading: Reading
) -> dict[str, Any]:
    """Read the counts that an element has; what is no whole number is set aside."""
    counts: dict[str, Any] = {}
    for name, field in fields.items():
        element = found.get(name)
        written = text(element)
        if element is None or written is None:
            continue
        whole = _WHOLE.fullmatch(written)
        if whole is not None and -_LARGEST <= int(whole[1]) < _LARGEST:
            counts[field] = int(whole[1])
        else:
            reading.keep(address, element, NOT_READ)
    return counts


def _write_table(
    container: Element,
    name: str,
    events: Iterable[AdverseEvent] | None,
    ids: Mapping[str, str],
    at: tuple[str, Writing],
) -> None:
    table, writing = at
    for place, event in enumerate(events or ()):
        address = f"{ADDRESS}/{table}/{place}"
        element = add(container, name)
        stats = add(element, "adverseEventStats")
        for number, one in enumerate(event.stats or ()):
            here = f"{address}/stats/{number}"
            if one.group_id is None:
                writing.explain(here, LEADS_NOWHERE)
                continue
            written = add(stats, "eventStats")
            add(written, "reportingGroupId", ids[one.group_id])
            for count_name, field in _STATS_COUNTS.items():
                add_if(written, count_name, _written(getattr(one, field)))
            writing.give_back(written, here, _STATS)
        add_if(element, "assessmentType", ASSESSMENT.text_of(event.assessment_type))
        add_if(element, "notes", event.notes)
        add_if(element, "organSystemName", event.organ_system)
        add_if(element, "sourceVocabulary", event.source_vocabulary)
        add_if(element, "term", event.term)
        writing.give_back(element, address, _EVENT)


def _written(count: int | None) -> str | None:
    return None if count is None else str(count)
