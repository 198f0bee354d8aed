"""What a document does not give back, found by reading it again and comparing leaf by leaf.

A writer that only listed what it means to leave out could overlook something; what is read back cannot.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, TypeAlias

from topline.formats.document import SetAside
from topline.record.addresses import field_names, format_address, parse_address
from topline.record.node import Node
from topline.record.results import Denom, FlowMilestone
from topline.record.study import Study

BLANK = "a text without characters is written as none"
NO_CHARACTER = "XML cannot hold one of its characters; U+FFFD is written in its place"
NOT_BACK = "the form of the document has no place for it"
ORDER = "the document has another order"

_REPLACEMENT = "\ufffd"
_Path: TypeAlias = tuple[str | int, ...]
_Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """A part of one record, or something set aside, that a document does not hold.

    Attributes
    ----------
    address
        Where it stands: a JSON Pointer.
    reason
        Why it does not come along.
    set_aside
        What was set aside, if it is that; its own address and field say where it stood.
    """

    address: str
    reason: str
    set_aside: SetAside | None = None


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: _Path
    pattern: str
    key: _Key
    value: object


def not_given_back(
    study: Study, back: Study, keeps: Set[str], reasons: Mapping[str, str]
) -> Iterator[Lost]:
    """Compare a record with what was read back from its document.

    Parameters
    ----------
    study
        The record that was written.
    back
        The record that was read.
    keeps
        The leaves that the format keeps, with ``*`` for positions; others are not compared.
    reasons
        Address of a part to why it may not come back.

    Yields
    ------
    Lost
        Each leaf that did not come back as it was. Numbers are found by their group, milestones by their name and
        denominators by their units, so that one that is missing does not move the others; another order is reported
        for the list.
    """
    found = {leaf.key: leaf.value for leaf in _leaves(back)}
    for leaf in _leaves(study):
        if leaf.pattern not in keeps:
            continue
        value = found.get(leaf.key)
        if value != leaf.value or type(value) is not type(leaf.value):
            address = format_address(leaf.path)
            yield Lost(address, _reason(address, leaf.value, value, reasons))
    yield from _moved(study, back, reasons)


def leaf_values(study: Study) -> dict[str, object]:
    """Return every leaf of a record by its address."""
    return {format_address(leaf.path): leaf.value for leaf in _leaves(study)}


def _reason(address: str, value: object, back: object | None, reasons: Mapping[str, str]) -> str:
    if isinstance(value, str) and not value.strip():
        return BLANK
    if (
        isinstance(back, str)
        and isinstance(value, str)
        and back.count(_REPLACEMENT) > value.count(_REPLACEMENT)
    ):
        return NO_CHARACTER
    tokens = parse_address(address)
    for length in range(len(tokens), 0, -1):
        if (reason := reasons.get(format_address(tokens[:length]))) is not None:
            return reason
    return NOT_BACK if back is None else f"the document says {str(back)[:60]!r} for it"


def _leaves(study: Study) -> Iterator[_Leaf]:
    return _walk(study, (), "", ())


def _walk(part: Any, path: _Path, pattern: str, key: _Key) -> Iterator[_Leaf]:
    if isinstance(part, Node):
        for name, field in field_names(type(part)).items():
            child = getattr(part, field)
            if child is not None:
                yield from _walk(child, (*path, name), f"{pattern}/{name}", (*key, name))
    elif isinstance(part, tuple):
        for place, (own, child) in enumerate(zip(_keys(part), part, strict=True)):
            yield from _walk(child, (*path, place), f"{pattern}/*", (*key, own))
    else:
        yield _Leaf(path, pattern, key, part)


def _keys(elements: tuple[Any, ...]) -> list[object]:
    """Return what tells the elements of a list apart: a name and how often it came before, or the position."""
    names = [_name(element, place) for place, element in enumerate(elements)]
    seen: Counter[object] = Counter()
    keys: list[object] = []
    for name in names:
        keys.append((name, seen[name]))
        seen[name] += 1
    return keys


def _name(element: Any, place: int) -> object:
    if isinstance(element, str):
        return element
    if isinstance(element, FlowMilestone):
        return element.type
    if isinstance(element, Denom):
        return element.units
    if isinstance(element, Node) and "group_id" in element.__struct_fields__:
        return getattr(element, "group_id", None)
    return place


def _moved(study: Study, back: Study, reasons: Mapping[str, str]) -> Iterator[Lost]:
    orders = {key: order for _, key, order in _orders(back, (), ())}
    for path, key, order in _orders(study, (), ()):
        other = orders.get(key, [])
        common = set(order) & set(other)
        if [one for one in order if one in common] != [one for one in other if one in common]:
            address = format_address(path)
            yield Lost(address, reasons.get(address, ORDER))


def _orders(part: Any, path: _Path, key: _Key) -> Iterator[tuple[_Path, _Key, list[object]]]:
    if isinstance(part, Node):
        for name, field in field_names(type(part)).items():
            child = getattr(part, field)
            if child is not None:
                yield from _orders(child, (*path, name), (*key, name))
    elif isinstance(part, tuple):
        own = _keys(part)
        yield path, key, own
        for place, child in enumerate(part):
            yield from _orders(child, (*path, place), (*key, own[place]))
