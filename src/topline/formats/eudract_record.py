"""From a record to the parts of an EudraCT document, and back.

What a record does not give, or gives in a form that EudraCT does not take, is a
:class:`~topline.formats.eudract_layout.Lack` with its reason; nothing is put in its place.
"""

import re
from collections import Counter
from functools import lru_cache

from topline.errors import OutputError
from topline.formats import eudract_fields as fields
from topline.formats.eudract_fields import Field
from topline.formats.eudract_layout import (
    ADDRESS,
    LISTS,
    EventPart,
    Filled,
    GroupPart,
    Lack,
    Layout,
    Part,
    Value,
    ValuePart,
    group_part,
    module_part,
    term_part,
    value_part,
)
from topline.formats.eudract_terms import (
    ORGAN_SYSTEMS,
    assessment_term,
    assessment_type,
    dictionary_of,
    organ_system_id,
    vocabulary_of,
)
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    EventGroup,
    EventStats,
    ResultsSection,
)
from topline.record.study import Study

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_OWN_IDENTIFIER = re.compile(r"EG[0-9]{3,}")
_BLANKS = " \t\r\n"
_DICTIONARY = tuple(field.name for field in fields.DICTIONARY)
_NAMES = {kind: tuple(field.name for field in listed) for kind, listed in LISTS.items()}
_LONGEST_KEPT = 200
"""Longer texts [characters] name no dictionary, and are not kept in memory to be looked up again."""
_NOT_GIVEN = Lack("the record does not give it")
_NOT_HELD = Lack("a record cannot hold it")


def layout_of(study: Study, *, values: bool = True) -> Layout:
    """Lay the adverse events of a record out as EudraCT has them.

    Parameters
    ----------
    study
        The record.
    values
        Whether to lay out the values of the groups too; without them, every term has none.

    Returns
    -------
    Layout
        Its parts; what the record does not give is a lack.

    Raises
    ------
    OutputError
        If the record has no adverse events, or a group that two share or none has.
    """
    section = study.results_section
    module = section.adverse_events_module if section is not None else None
    if module is None:
        raise OutputError(
            "the record has no adverse events",
            where=ADDRESS,
            accepted="a record with an adverse events module",
        )
    events = {
        "seriousEvents": module.serious_events,
        "otherEvents": module.other_events,
    }
    every = [event for listed in events.values() for event in listed or ()]
    dictionary = _common_dictionary(every)
    groups = _groups(module.event_groups)
    positions = {
        group.id: position
        for position, group in enumerate(module.event_groups or ())
        if group.id is not None
    }
    return Layout(
        module=module_part(_module_values(module, every, dictionary)),
        groups=groups,
        events={
            kind: None
            if listed is None
            else [
                _event(kind, position, event, dictionary, groups or [], positions)
                if values
                else EventPart(term_part(kind, position, _event_values(event, dictionary)), None)
                for position, event in enumerate(listed)
            ]
            for kind, listed in events.items()
        },
    )


def study_of(layout: Layout) -> Study:
    """Give the record of a document: what a record can hold of it."""
    own = [group.identifier for group in layout.groups or ()]
    if not all(_OWN_IDENTIFIER.fullmatch(identifier) for identifier in own):
        own = [f"EG{position:03d}" for position in range(len(own))]
    module = layout.module
    return Study(
        has_results=True,
        results_section=ResultsSection(
            adverse_events_module=AdverseEventsModule(
                frequency_threshold=module.text(fields.THRESHOLD),
                time_frame=module.text(fields.TIME_FRAME),
                description=module.text(fields.MODULE[0]),
                event_groups=None
                if layout.groups is None
                else tuple(
                    _event_group(identifier, group)
                    for identifier, group in zip(own, layout.groups, strict=True)
                ),
                serious_events=_adverse_events(layout, "seriousEvents", own),
                other_events=_adverse_events(layout, "otherEvents", own),
            )
        ),
    )


def _module_values(
    module: AdverseEventsModule, events: list[AdverseEvent], dictionary: tuple[Value, ...]
) -> dict[str, Value]:
    assessments = {event.assessment_type for event in events}
    assessment: Value = None
    if len(assessments) == 1:
        assessment = _assessment(events[0])
    elif assessments:
        assessment = Lack("the record's events are assessed in different ways")
    return {
        "description": _text(fields.MODULE[0], module.description, None),
        fields.THRESHOLD.name: _text(fields.THRESHOLD, module.frequency_threshold),
        fields.TIME_FRAME.name: _text(fields.TIME_FRAME, module.time_frame),
        fields.ASSESSMENT.name: assessment,
        **dict(zip(_DICTIONARY, dictionary, strict=True)),
    }


def _groups(groups: tuple[EventGroup, ...] | None) -> list[GroupPart] | None:
    if groups is None:
        return None
    shared = [name for name, times in Counter(group.id for group in groups).items() if times > 1]
    named = [name for name in shared if name is not None]
    if named:
        raise OutputError(
            f"the groups share the id {named[0]!r}",
            where=f"{ADDRESS}/eventGroups",
            accepted="groups with an id of their own",
        )
    keep = all(group.id is not None and _NAME.fullmatch(group.id) for group in groups)
    return [
        group_part(
            position,
            group.id if keep and group.id is not None else f"EG{position:03d}",
            _group_values(group),
        )
        for position, group in enumerate(groups)
    ]


def _group_values(group: EventGroup) -> dict[str, Value]:
    description, other, serious = fields.GROUP[1:4]
    exposed: Value = _count(fields.EXPOSED_GROUP, group.serious_num_at_risk)
    if group.serious_num_at_risk != group.other_num_at_risk:
        exposed = Lack(
            f"the record has {group.serious_num_at_risk} at risk of serious and "
            f"{group.other_num_at_risk} of other events"
        )
    return {
        "title": _text(fields.TITLE, group.title),
        description.name: _text(description, group.description, None),
        other.name: _count(other, group.other_num_affected),
        serious.name: _count(serious, group.serious_num_affected),
        fields.EXPOSED_GROUP.name: exposed,
        fields.DEATHS.name: _count(fields.DEATHS, group.deaths_num_affected),
        fields.DEATHS_BY_EVENTS.name: _NOT_HELD,
    }


def _event(
    kind: str,
    position: int,
    event: AdverseEvent,
    dictionary: tuple[Value, ...],
    groups: list[GroupPart],
    positions: dict[str, int],
) -> EventPart:
    term = term_part(kind, position, _event_values(event, dictionary))
    if event.stats is None:
        return EventPart(term, None)
    values = []
    for place, stats in enumerate(event.stats):
        group = positions.get(stats.group_id) if stats.group_id is not None else None
        if group is None:
            raise OutputError(
                f"the values are of the group {stats.group_id!r}, which the record does not have",
                where=f"{term.address}/stats/{place}/groupId",
                accepted=", ".join(positions) or "a record with groups of adverse events",
            )
        known = _stats_values(kind, stats)
        values.append(value_part(term, kind, place, groups[group], group, known))
    return EventPart(term, values)


def _event_values(event: AdverseEvent, dictionary: tuple[Value, ...]) -> dict[str, Value]:
    system: Value = _NOT_GIVEN
    if event.organ_system:
        system = organ_system_id(event.organ_system) or Lack(
            f"{event.organ_system!r} is none of EudraCT's organ systems"
        )
    return {
        "description": _text(fields.EVENT[0], event.notes, None),
        "term": _text(fields.TERM, event.term),
        fields.SYSTEM_ID.name: system,
        fields.SYSTEM_VERSION.name: Lack(
            f"a record cannot hold the version of {event.organ_system}"
        ),
        fields.ASSESSMENT.name: _assessment(event),
        **_dictionary_values(event, dictionary),
    }


def _dictionary_values(event: AdverseEvent, common: tuple[Value, ...]) -> dict[str, Value]:
    none: dict[str, Value] = dict.fromkeys(_DICTIONARY)
    own = _dictionary(event)
    if own == common:
        return {fields.OVERRIDDEN.name: "false", **none}
    if own is None and common[-1] is _NOT_GIVEN:  # no event names one: what is answered is of all
        return {fields.OVERRIDDEN.name: "false", **none}
    if own is None:
        unsaid = Lack("the record does not say whether the term is of the common dictionary")
        return dict.fromkeys((fields.OVERRIDDEN.name, *_DICTIONARY), unsaid)
    return {fields.OVERRIDDEN.name: "true", **dict(zip(_DICTIONARY, own, strict=True))}


def _common_dictionary(events: list[AdverseEvent]) -> tuple[Value, ...]:
    """Give the dictionary of most events, as EudraCT has one for all that name no other."""
    if not events:
        return (None, None, None)
    named = Counter(own for event in events if (own := _dictionary(event)) is not None)
    if not named:
        return (None, _NOT_GIVEN, _NOT_GIVEN)
    return named.most_common(1)[0][0]


def _dictionary(event: AdverseEvent) -> tuple[Value, ...] | None:
    vocabulary = _trimmed(event.source_vocabulary)
    if vocabulary is None:
        return None
    short = len(vocabulary) <= _LONGEST_KEPT
    return _short_dictionary(vocabulary) if short else _dictionary_named(vocabulary)


def _dictionary_named(vocabulary: str) -> tuple[Value, ...]:
    if not vocabulary[0].isalpha():
        unclear = Lack(f"{vocabulary!r} does not name a dictionary")
        return (None, unclear, unclear)
    other, version, name = dictionary_of(vocabulary)
    listed = other is None
    return (
        _text(fields.DICTIONARY[0], other, None),
        _text(fields.DICTIONARY[1], version, _NOT_GIVEN if listed else None),
        name,
    )


_short_dictionary = lru_cache(maxsize=1024)(_dictionary_named)


def _stats_values(kind: str, stats: EventStats) -> dict[str, Value]:
    values: dict[str, Value] = {name: _NOT_HELD for name in _NAMES[kind]}
    values[fields.OCCURRENCES.name] = _count(fields.OCCURRENCES, stats.num_events)
    values[fields.AFFECTED.name] = _count(fields.AFFECTED, stats.num_affected)
    values[fields.EXPOSED.name] = _count(fields.EXPOSED, stats.num_at_risk)
    return values


def _assessment(event: AdverseEvent) -> Value:
    if event.assessment_type is None:
        return _NOT_GIVEN
    term = assessment_term(event.assessment_type)
    return term or Lack(f"{event.assessment_type!r} is no way of assessment that EudraCT knows")


def _text(field: Field, text: str | None, missing: Value = _NOT_GIVEN) -> Value:
    value = _trimmed(text)
    if value is None:
        return missing
    fault = field.fault(value)
    return value if fault is None else Lack(f"the record's {fault}")


def _count(field: Field, number: int | None) -> Value:
    if number is None:
        return _NOT_GIVEN
    if field.least <= number <= field.most:
        return str(number)
    fault = field.fault(str(number))
    return str(number) if fault is None else Lack(f"the record's {fault}")


def _trimmed(text: str | None) -> str | None:
    return (text.strip(_BLANKS) or None) if text is not None else None


def _event_group(identifier: str, group: GroupPart) -> EventGroup:
    description, other, serious = fields.GROUP[1:4]
    exposed = _number(group, fields.EXPOSED_GROUP)
    deaths = _number(group, fields.DEATHS)
    return EventGroup(
        id=identifier,
        title=group.text(fields.TITLE),
        description=group.text(description),
        deaths_num_affected=deaths,
        # EudraCT counts the deaths among the exposed of the group.
        deaths_num_at_risk=exposed if deaths is not None else None,
        serious_num_affected=_number(group, serious),
        serious_num_at_risk=exposed,
        other_num_affected=_number(group, other),
        other_num_at_risk=exposed,
    )


def _adverse_events(layout: Layout, kind: str, own: list[str]) -> tuple[AdverseEvent, ...] | None:
    events = layout.events[kind]
    if events is None:
        return None
    return tuple(
        AdverseEvent(
            term=event.term.text(fields.TERM),
            organ_system=ORGAN_SYSTEMS.get(event.term.text(fields.SYSTEM_ID) or ""),
            source_vocabulary=_vocabulary(event.term, layout.module),
            assessment_type=assessment_type(event.term.text(fields.ASSESSMENT) or ""),
            notes=event.term.text(fields.EVENT[0]),
            stats=None
            if event.values is None
            else tuple(_event_stats(own[value.group], value) for value in event.values),
        )
        for event in events
    )


def _vocabulary(term: Part, module: Part) -> str | None:
    own = term.text(fields.OVERRIDDEN) == "true"
    other, version, name = ((term if own else module).text(field) for field in fields.DICTIONARY)
    return vocabulary_of(other, version, name)


def _event_stats(identifier: str, value: ValuePart) -> EventStats:
    return EventStats(
        group_id=identifier,
        num_events=_number(value, fields.OCCURRENCES),
        num_affected=_number(value, fields.AFFECTED),
        num_at_risk=_number(value, fields.EXPOSED),
    )


def _number(part: Filled, field: Field) -> int | None:
    text = part.values[field.name]
    return int(text) if isinstance(text, str) else None
