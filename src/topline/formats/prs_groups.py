"""Groups of the registry's upload: ids that are unique in a document, and what refers to them.

A record numbers the groups of each module and of each outcome measure anew, as the registry does (``FG000``,
``OG000``); in XML an id is unique in the whole document, and must be a name. An outcome measure's groups therefore
carry its number before their own. A reference that leads to no group, or to two, cannot be written at all.
"""

import operator
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, get_args

import msgspec

from topline.formats.prs_elements import (
    NO_GROUP,
    Element,
    Reading,
    Writing,
    add_if,
    children,
    text,
)
from topline.record import results
from topline.record.node import Node
from topline.record.results import MeasureGroup

_WRITTEN = re.compile(r"(?:S\d+-)?(?:OM\d+-)?([FBOE]G\d{3,9})")
_POSTED = re.compile(r"[FBOE]G\d{3,9}")

NUMBERED_ANEW = "the groups are numbered anew, since the record's ids cannot stand in XML"
LEADS_NOWHERE = "it belongs to no group, or to one of two with the same id"

GROUP_CHILDREN = ("description", "numUnitsAnalyzed", "subjectsAnalyzed", "title")

AnyNode = TypeVar("AnyNode", bound=Node)


class GroupIds:
    """The groups of one module or outcome measure as they were read: XML id to the record's id.

    Parameters
    ----------
    elements
        The elements of the groups, in order.
    letter
        ``F``, ``B``, ``O`` or ``E``: the module.
    """

    def __init__(self, elements: Sequence[Element], letter: str) -> None:
        written = [element.get("id") for element in elements]
        known = [_WRITTEN.fullmatch(one) if one is not None else None for one in written]
        ids = [match[1] for match in known if match is not None and match[1][0] == letter]
        if len(ids) != len(written) or len(set(ids)) != len(ids):
            ids = [f"{letter}G{place:03}" for place in range(len(written))]
        self.ids = ids
        """The record's id of each group, in order."""
        times = Counter(written)
        # What refers to one of two groups belongs to neither: which is meant is not said.
        self._by_written = {
            one: id for one, id in zip(written, ids, strict=True) if times[one] == 1
        }

    def find(self, element: Element | None) -> str | None:
        """Return the record's id of the group that an element refers to, if there is one."""
        return self.named(text(element) if element is not None and len(element) == 0 else None)

    def named(self, reference: str | None) -> str | None:
        """Return the record's id of the group that a text refers to, if there is one."""
        return self._by_written.get(reference.strip()) if reference is not None else None

    def sort(
        self, elements: Iterable[Element], address: str, reading: Reading
    ) -> Iterator[tuple[str, Element]]:
        """Yield elements with the group each refers to; those that refer to none are set aside."""
        for element in elements:
            found = self.find(next(element.iterchildren("reportingGroupId"), None))
            if found is None:
                reading.keep(address, element, NO_GROUP)
            else:
                yield found, element


def read_measure_group(
    element: Element, id: str, address: str, reading: Reading
) -> tuple[MeasureGroup, str | None, str | None]:
    """Read a group of baseline or outcome measures: itself, its participants and its units."""
    found = children(element, GROUP_CHILDREN, address, reading)
    group = MeasureGroup(
        id=id, title=text(found.get("title")), description=text(found.get("description"))
    )
    return group, text(found.get("subjectsAnalyzed")), text(found.get("numUnitsAnalyzed"))


def write_measure_group(
    element: Element,
    group: MeasureGroup,
    participants: str | None,
    units: str | None,
    place: tuple[str, Writing],
) -> None:
    """Write what stands within the element of a group."""
    address, writing = place
    add_if(element, "description", group.description)
    add_if(element, "numUnitsAnalyzed", units)
    add_if(element, "subjectsAnalyzed", participants)
    add_if(element, "title", group.title)
    writing.give_back(element, address, GROUP_CHILDREN)


def written_ids(groups: Iterable[Any] | None, prefix: str) -> dict[str, str]:
    """Return the XML id of each of a module's groups, by its id in the record, in order."""
    return {group.id: f"{prefix}{group.id}" for group in groups or () if group.id is not None}


def number_groups(part: AnyNode, letter: str) -> AnyNode:
    """Return a module or outcome measure whose groups have ids that can be written.

    Where the ids are the registry's and each is given once, nothing changes. Lists keep their lengths, so that
    addresses stay: what refers to no group, or to one of two with the same id, refers to ``None`` afterwards.

    Examples
    --------
    >>> from topline.record.results import FlowGroup, ParticipantFlowModule
    >>> flow = ParticipantFlowModule(groups=(FlowGroup(id="a"), FlowGroup(id="b")))
    >>> [group.id for group in number_groups(flow, "F").groups]
    ['FG000', 'FG001']
    """
    field = "event_groups" if isinstance(part, results.AdverseEventsModule) else "groups"
    groups: tuple[Any, ...] = getattr(part, field) or ()
    times = Counter(group.id for group in groups)
    posted = all(
        group.id is not None and times[group.id] == 1 and _is_posted(group.id, letter)
        for group in groups
    )
    numbers = [group.id if posted else f"{letter}G{place:03}" for place, group in enumerate(groups)]
    by_id = {
        group.id: number
        for group, number in zip(groups, numbers, strict=True)
        if group.id is not None and times[group.id] == 1
    }
    numbered: AnyNode = _refer(part, by_id)
    if groups and not posted:
        renamed = tuple(
            msgspec.structs.replace(group, id=number)
            for group, number in zip(groups, numbers, strict=True)
        )
        numbered = msgspec.structs.replace(numbered, **{field: renamed})
    return numbered


def _is_posted(id: str, letter: str) -> bool:
    return id[0:1] == letter and _POSTED.fullmatch(id) is not None


def _refer(part: Any, numbers: Mapping[str | None, str]) -> Any:
    """Replace the references within a part; a part in which none changes is returned as it is."""
    if isinstance(part, tuple):
        renewed = [_refer(element, numbers) for element in part]
        return part if all(map(operator.is_, renewed, part)) else tuple(renewed)
    node: Node = part
    changed: dict[str, Any] = {}
    for name in _referring_fields(type(node)):
        value = getattr(part, name)
        if value is None:
            continue
        new: Any
        if name == "group_id":
            new = numbers.get(value)
        elif name == "group_ids":
            new = tuple(numbers.get(one, "") for one in value)
        else:
            new = _refer(value, numbers)
        if new is not value and new != value:
            changed[name] = new
    return msgspec.structs.replace(node, **changed) if changed else node


@cache
def _referring_fields(node_type: type[Node]) -> tuple[str, ...]:
    """Return the fields of a type that refer to groups, or hold nodes that do."""
    return tuple(
        field.name
        for field in msgspec.structs.fields(node_type)
        if field.name in {"group_id", "group_ids"}
        or any(_referring_fields(inner) for inner in _node_types(field.type))
    )


def _node_types(annotation: Any) -> Iterator[type[Node]]:
    """Yield the types of nodes that a field of this type can hold."""
    if isinstance(annotation, type) and issubclass(annotation, Node):
        yield annotation
    for inner in get_args(annotation):
        yield from _node_types(inner)
