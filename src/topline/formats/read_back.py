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


def not_given_back(
    study: Study, back: Study, keeps: Set[str] | None, reasons: Mapping[str, str]
) -> Iterator[Lost]:
    """Compare a record with what was read back from its document.

    Parameters
    ----------
    study
        The record that was written.
    back
        The record that was read.
    keeps
        The leaves that the format keeps, with ``*`` for positions; others are not compared. ``None`` for all.
    reasons
        Address of a part to why it may not come back.

    Yields
    ------
    Lost
        Each leaf that did not come back as it was. Numbers are found by their group, milestones by their name and
        denominators by their units, so that one that is missing does not move the others; another order is reported
        for the list.

    Examples
    --------
    >>> list(not_given_back(Study(has_results=True), Study(), {"/hasResults"}, {}))
    [Lost(address='/hasResults', reason='the form of the document has no place for it', set_aside=None)]
    """
    for path, pattern, value, found in _differences(study, back, (), ""):
        address = format_address(path)
        if isinstance(value, tuple):
            yield Lost(address, reasons.get(address, ORDER))
        elif keeps is None or pattern in keeps:
            yield Lost(address, _reason(address, value, found, reasons))


def leaves(study: Study) -> Iterator[tuple[str, str, object]]:
    """Yield every leaf of a record: its address, that with ``*`` for positions, and its value.

    >>> list(leaves(Study(has_results=True)))
    [('/hasResults', '/hasResults', True)]
    """
    for path, pattern, value, _ in _differences(study, None, (), ""):
        if not isinstance(value, tuple):
            yield format_address(path), pattern, value


def leaf_values(study: Study) -> dict[str, object]:
    """Return every leaf of a record by its address."""
    return {address: value for address, _, value in leaves(study)}


def _reason(address: str, value: object, back: object, reasons: Mapping[str, str]) -> str:
    if isinstance(value, str) and not value.strip():
        return BLANK
    if (
        isinstance(value, str)
        and isinstance(back, str)
        and back.count(_REPLACEMENT) > value.count(_REPLACEMENT)
    ):
        return NO_CHARACTER
    tokens = parse_address(address)
    for length in range(len(tokens), 0, -1):
        if (reason := reasons.get(format_address(tokens[:length]))) is not None:
            return reason
    return NOT_BACK if back is None else f"the document says {str(back)[:60]!r} for it"


def _differences(
    part: Any, back: Any, path: _Path, pattern: str
) -> Iterator[tuple[_Path, str, object, object]]:
    """Yield leaves that differ, and lists whose order does: path, pattern, value, and what came back."""
    if part == back and type(part) is type(back):
        return  # nearly everything is the same, and comparing nodes whole is fast
    if isinstance(part, Node):
        other = back if type(back) is type(part) else None
        for name, field in field_names(type(part)).items():
            child = getattr(part, field)
            if child is not None:
                found = getattr(other, field, None)
                yield from _differences(child, found, (*path, name), f"{pattern}/{name}")
    elif isinstance(part, tuple):
        keys, other_keys = _keys(part), _keys(back or ())
        by_key = dict(zip(other_keys, back or (), strict=True))
        for place, (key, child) in enumerate(zip(keys, part, strict=True)):
            yield from _differences(child, by_key.get(key), (*path, place), f"{pattern}/*")
        common = set(keys) & set(other_keys)
        if [key for key in keys if key in common] != [key for key in other_keys if key in common]:
            yield path, pattern, part, back
    else:
        yield path, pattern, part, back


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
