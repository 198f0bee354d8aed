"""An adverse-event document of EudraCT as its parts in order, each a few fields with an address.

The reader makes these parts from XML and the writer from a record, so that what a record cannot
hold is what the two make differently.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from topline.formats.eudract_fields import (
    EVENT,
    GROUP,
    MODULE,
    OTHER_VALUE,
    SERIOUS_VALUE,
    Field,
)

ADDRESS = "/resultsSection/adverseEventsModule"

LISTS = {"seriousEvents": SERIOUS_VALUE, "otherEvents": OTHER_VALUE}
"""The lists of events by their names in a record, each with the fields of a group's values."""


@dataclass(frozen=True, slots=True)
class Lack:
    """That a record does not give the value of a field, and why."""

    reason: str


Value = str | None | Lack
"""A value as text; ``None`` if the document goes without it; or that it is lacking."""


@dataclass(slots=True)
class Filled:
    """Some fields with their values.

    Attributes
    ----------
    fields
        Those that it may have, in the order of the document.
    values
        The value of each by its name.
    """

    fields: tuple[Field, ...]
    values: dict[str, Value]

    def text(self, field: Field) -> str | None:
        """Return the value of a field, ``None`` where it has none or lacks it."""
        value = self.values.get(field.name)
        return value if isinstance(value, str) else None


@dataclass(slots=True)
class Part(Filled):
    """The fields that belong to one part of a record.

    Attributes
    ----------
    address
        Of the part of the record.
    about
        What it is, in words.
    """

    address: str
    about: str


@dataclass(slots=True)
class GroupPart(Part):
    """A reporting group, with the identifier it has in the document."""

    identifier: str


@dataclass(slots=True)
class ValuePart(Filled):
    """The values of one group, by its position among the groups.

    There are more of these than of all else, so that address and words are made when they are asked for.
    """

    event: Part
    place: int
    of: GroupPart
    group: int

    @property
    def address(self) -> str:
        """Of the part of the record."""
        return f"{self.event.address}/stats/{self.place}"

    @property
    def about(self) -> str:
        """What it is, in words."""
        return f"{self.event.about}, {self.of.about}"


AnyPart = Part | ValuePart


@dataclass(slots=True)
class EventPart:
    """A term with the values of the groups; ``None`` where there is no list of them."""

    term: Part
    values: list[ValuePart] | None


@dataclass(slots=True)
class Layout:
    """All of a document.

    Attributes
    ----------
    events
        The lists of events by their names in a record; ``None`` where there is no list.
    sections
        Other sections of the full result set that the adverse events stand in, as XML by name.
    attributes
        Attributes of the full result set; ``None`` if the adverse events stand alone.
    """

    module: Part
    groups: list[GroupPart] | None
    events: dict[str, list[EventPart] | None]
    sections: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] | None = None

    def parts(self) -> Iterator[AnyPart]:
        """Give every part in the order of the document."""
        yield self.module
        yield from self.groups or ()
        for events in self.events.values():
            for event in events or ():
                yield event.term
                yield from event.values or ()


def module_part(values: Mapping[str, Value]) -> Part:
    """Make the part of the module."""
    return Part(address=ADDRESS, about="adverse events", fields=MODULE, values=dict(values))


def group_part(position: int, identifier: str, values: Mapping[str, Value]) -> GroupPart:
    """Make the part of a group."""
    title = values.get("title")
    return GroupPart(
        address=f"{ADDRESS}/eventGroups/{position}",
        about=f"group {title if isinstance(title, str) else position + 1}",
        fields=GROUP,
        values=dict(values),
        identifier=identifier,
    )


def term_part(kind: str, position: int, values: Mapping[str, Value]) -> Part:
    """Make the part of a term."""
    term = values.get("term")
    name = "serious" if kind == "seriousEvents" else "other"
    return Part(
        address=f"{ADDRESS}/{kind}/{position}",
        about=f"{name} event {term if isinstance(term, str) else position + 1}",
        fields=EVENT,
        values=dict(values),
    )


def value_part(
    event: Part,
    kind: str,
    position: int,
    group: GroupPart,
    group_position: int,
    values: dict[str, Value],
) -> ValuePart:
    """Make the part of a group's values of a term; it keeps the values as its own."""
    return ValuePart(LISTS[kind], values, event, position, group, group_position)
