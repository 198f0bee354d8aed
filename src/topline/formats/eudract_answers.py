"""What an EudraCT document still wants: what was set aside is given back, the rest is asked for.

Answers are numbers of patients like those of the record, so that one which contradicts another is
refused with both.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from topline.errors import DocumentError, OutputError
from topline.formats import eudract_fields as fields
from topline.formats.answers import UNKNOWN, Answer, Answers, Question, unanswered
from topline.formats.document import SetAside
from topline.formats.eudract_fields import Field
from topline.formats.eudract_layout import AnyPart, Lack, Layout, Part, Value, ValuePart
from topline.formats.eudract_terms import PRODUCT_ISSUES
from topline.record.addresses import pattern_of

NO_PLACE = "the record has no place for it"
OTHERWISE = "the record would have it written otherwise"
IDENTIFIER = "id"
ATTRIBUTE = "@"

_COMMON = {
    field.name
    for field in (
        fields.SYSTEM_VERSION,
        fields.ASSESSMENT,
        fields.OVERRIDDEN,
        *fields.DICTIONARY,
    )
}
_VERSION_HINT = (
    "the version of the organ system in the EU telematics controlled terms; published examples from "
    "2013 on have 15 to 22, and other software writes 3 for Product issues"
)
#: Of the values of a group, what a record holds.
_HELD = frozenset({fields.OCCURRENCES.name, fields.AFFECTED.name, fields.EXPOSED.name})
#: Of each pair the first is not more than the second, within one part.
_NOT_MORE = (
    (fields.AFFECTED, fields.OCCURRENCES),
    (fields.AFFECTED, fields.EXPOSED),
    (fields.RELATED, fields.OCCURRENCES),
    (fields.FATAL, fields.AFFECTED),
    (fields.FATAL_RELATED, fields.FATAL),
    (fields.DEATHS_BY_EVENTS, fields.DEATHS),
    (fields.DEATHS, fields.EXPOSED_GROUP),
    *((affected, fields.EXPOSED_GROUP) for affected in fields.GROUP[2:4]),
)


def set_aside_of(found: Layout, known: Layout) -> tuple[SetAside, ...]:
    """Give what a document holds and its record does not.

    Parameters
    ----------
    found
        The document as read.
    known
        The document as its record alone would have it: the same parts, of which the values of the groups
        are not needed.
    """
    apart = [
        *(
            SetAside("", ATTRIBUTE + name, text, NO_PLACE)
            for name, text in (found.attributes or {}).items()
        ),
        *(SetAside("", name, text, NO_PLACE) for name, text in found.sections.items()),
    ]
    if found.attributes == {} and not found.sections:
        apart.append(SetAside("", "result", "", NO_PLACE))
    for group, own in zip(found.groups or (), known.groups or (), strict=True):
        if group.identifier != own.identifier:
            apart.append(SetAside(group.address, IDENTIFIER, group.identifier, OTHERWISE))
    apart += _apart(found.module, known.module)
    for group, own in zip(found.groups or (), known.groups or (), strict=True):
        apart += _apart(group, own)
    for kind, events in found.events.items():
        for event, own_event in zip(events or (), known.events[kind] or (), strict=True):
            apart += _apart(event.term, own_event.term)
            for value in event.values or ():
                apart += _not_held(value)
    return tuple(apart)


def _apart(part: Part, own_part: Part) -> Iterator[SetAside]:
    """Give what a part holds and its record would have otherwise."""
    for field in part.fields:
        value, own_value = part.values[field.name], own_part.values[field.name]
        if value != own_value and not _asked_again(field, value, own_value):
            reason = NO_PLACE if isinstance(own_value, Lack) else OTHERWISE
            yield SetAside(part.address, field.name, part.text(field) or "", reason)


def _not_held(part: ValuePart) -> Iterator[SetAside]:
    """Give what the values of a group hold and no record can.

    Its record need not be laid out for that: the counts that it holds are whole numbers as read, so that each is
    written again as it was, or asked for again where EudraCT does not take it. One that is not given, however,
    would be asked for, and the rest has no place.
    """
    address = None
    for name, value in part.values.items():
        if value is None or name not in _HELD:
            address = address or part.address
            yield SetAside(address, name, value if isinstance(value, str) else "", NO_PLACE)


def _asked_again(field: Field, value: Value, own_value: Value) -> bool:
    """Whether a record holds the value and EudraCT does not take it: none exposed, a short title."""
    return (
        isinstance(own_value, Lack)
        and isinstance(value, str)
        and field.kind != "term"
        and field.fault(value) is not None
    )


def give_back(layout: Layout, set_aside: Sequence[SetAside]) -> None:
    """Put back what was set aside on reading a document of this format.

    Raises
    ------
    OutputError
        If the part it belongs to is not there any more.
    """
    parts = {part.address: part for part in layout.parts()}
    groups = {group.address: group for group in layout.groups or ()}
    for item in set_aside:
        if item.address == "":
            _give_back_section(layout, item)
        elif item.field == IDENTIFIER and item.address in groups:
            groups[item.address].identifier = item.value
        elif item.address in parts and item.field in parts[item.address].values:
            parts[item.address].values[item.field] = item.value or None
        else:
            raise OutputError(
                f"the field {item.field!r} that was set aside has nowhere to go",
                where=item.address,
                accepted="a record that still has the part the field belongs to",
                advice="leave the field out of what is set aside if its part was removed",
            )


def questions_of(layout: Layout) -> list[Question]:
    """Ask for every value that is lacking."""
    return [
        Question(
            address=part.address,
            field=field.name,
            about=_about(part, field, value),
            accepted=_accepted(part, field),
            common=field.name in _COMMON
            and part.fields is fields.EVENT
            and not (
                field is fields.SYSTEM_VERSION and part.text(fields.SYSTEM_ID) == PRODUCT_ISSUES
            ),
        )
        for part, field, value in _lacking(layout)
    ]


def answer(layout: Layout, given: Sequence[Answer], place: str) -> None:
    """Put answers where values are lacking.

    Parameters
    ----------
    layout
        The document; changed in place.
    given
        The answers.
    place
        Where the record was found, for errors.

    Raises
    ------
    OutputError
        If a value is still lacking: all are listed.
    DocumentError
        If an answer is of the wrong kind, contradicts another number, or answers nothing that is
        asked.
    """
    answers = Answers(given)
    used: dict[tuple[str, str], Answer] = {}
    concerned: list[AnyPart] = []
    for part in layout.parts():
        if _answer_part(part, answers, used):
            concerned.append(part)
    for one in answers.exact():
        if (one.address, one.field) not in used:
            raise _not_asked(layout, one)
    missing = questions_of(layout)
    if missing:
        raise unanswered(missing, "EudraCT adverse-event XML", place)
    for part in concerned:
        _check_system(part)
        _check_order(part, used)
    _check_deaths(layout, used)


def _answer_part(part: AnyPart, answers: Answers, used: dict[tuple[str, str], Answer]) -> bool:
    """Put answers where values of a part are lacking; tell whether there was one."""
    names = [name for name, value in part.values.items() if isinstance(value, Lack)]
    if not names:
        return False
    address, before = part.address, len(used)
    for field in part.fields:
        if field.name in names and (found := answers.find(address, field.name)) is not None:
            part.values[field.name] = _checked(field, found, part)
            used[address, field.name] = found
    return len(used) > before


def _lacking(layout: Layout) -> Iterator[tuple[AnyPart, Field, Lack]]:
    for part in layout.parts():
        for field in part.fields:
            value = part.values[field.name]
            if isinstance(value, Lack):
                yield part, field, value


def _about(part: AnyPart, field: Field, lack: Lack) -> str:
    if field is fields.SYSTEM_VERSION:
        return _VERSION_HINT
    return f"{part.about}: {lack.reason}"


def _accepted(part: AnyPart, field: Field) -> str:
    if field is fields.SYSTEM_VERSION and part.text(fields.SYSTEM_ID) is not None:
        return field.accepted.removesuffix(f", or {UNKNOWN}")
    return field.accepted


def _give_back_section(layout: Layout, item: SetAside) -> None:
    if layout.attributes is None:
        layout.attributes = {}
    if item.field.startswith(ATTRIBUTE):
        layout.attributes[item.field.removeprefix(ATTRIBUTE)] = item.value
    elif item.value:
        layout.sections[item.field] = item.value


def _checked(field: Field, found: Answer, part: AnyPart) -> str | None:
    value = field.answered(found.value)
    fault = None if value is None else field.fault(value)
    if fault is not None:
        raise DocumentError(
            f"the answer {fault}",
            where=f"{found.place}: {field.name} of {part.address}",
            accepted=field.accepted,
        )
    return value


def _not_asked(layout: Layout, one: Answer) -> DocumentError:
    part = next((part for part in layout.parts() if part.address == one.address), None)
    if part is None:
        found, accepted = "the record has no such part of its adverse events", None
    elif one.field not in part.values:
        found, accepted = "EudraCT has no such field there", ", ".join(part.values)
    else:
        found, accepted = "the record gives it, and an answer cannot change a record", None
    return DocumentError(
        f"{one.field} is answered and not asked for: {found}",
        where=f"{one.place}: {one.address}",
        accepted=accepted,
        advice="delete the line, or write the questions again with `--ask`",
    )


def _check_system(part: AnyPart) -> None:
    """Refuse an identifier without its version, and a version without identifier."""
    if part.fields is not fields.EVENT:
        return
    system, version = part.text(fields.SYSTEM_ID), part.text(fields.SYSTEM_VERSION)
    if (system is None) != (version is None):
        known, unknown = (
            (fields.SYSTEM_ID, fields.SYSTEM_VERSION)
            if version is None
            else (fields.SYSTEM_VERSION, fields.SYSTEM_ID)
        )
        raise DocumentError(
            f"{known.name} is {part.text(known)} and {unknown.name} is not known",
            where=part.address,
            accepted="both or neither",
            advice=f"answer {unknown.name} of {pattern_of(part.address)}",
        )


@cache
def _within(wanted: tuple[Field, ...]) -> tuple[tuple[Field, Field], ...]:
    return tuple((low, high) for low, high in _NOT_MORE if low in wanted and high in wanted)


def _check_order(part: AnyPart, used: dict[tuple[str, str], Answer]) -> None:
    for lower, upper in _within(part.fields):
        less, more = part.text(lower), part.text(upper)
        if less is None or more is None:
            continue
        answered = [
            found
            for field in (lower, upper)
            if (found := used.get((part.address, field.name))) is not None
        ]
        if answered and int(less) > int(more):
            raise DocumentError(
                f"{lower.name} is {less} and {upper.name} is {more} ({part.about})",
                where=f"{answered[0].place}: {part.address}",
                accepted=f"{lower.name} not above {upper.name}",
                advice="mend the answer, or the record that it contradicts",
            )


def _check_deaths(layout: Layout, used: dict[tuple[str, str], Answer]) -> None:
    """Refuse more deaths by one term than deaths that resulted from all events of the group."""
    groups = layout.groups or []
    for event in layout.events["seriousEvents"] or ():
        for value in event.values or ():
            group = groups[value.group]
            died, all_died = value.text(fields.FATAL), group.text(fields.DEATHS_BY_EVENTS)
            if not (died and all_died):
                continue
            answered = used.get((value.address, fields.FATAL.name)) or used.get(
                (group.address, fields.DEATHS_BY_EVENTS.name)
            )
            if answered and int(died) > int(all_died):
                raise DocumentError(
                    f"{died} died of one term and {all_died} of all events ({value.about})",
                    where=f"{answered.place}: {value.address}",
                    accepted=f"{fields.FATAL.name} not above {fields.DEATHS_BY_EVENTS.name}",
                    advice="mend one of the two answers",
                )
