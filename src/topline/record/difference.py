"""What differs between two records, leaf by leaf, with the address on both sides.

Lists are aligned by what their elements are (``topline.record.matching``) and groups by their
titles, their descriptions, then by the numbers in their columns, whatever their ids: so an inserted outcome measure
or group does not make everything after it differ.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from topline.record import results
from topline.record.addresses import field_names
from topline.record.cells import Cell, Leaf, Module, leaves
from topline.record.crossed_terms import TABLES, CrossedTerm, crossed_terms
from topline.record.group_matching import GroupMapping, group_mapping, match_groups
from topline.record.matching import (
    GROUP_KEYED,
    Pair,
    match_elements,
    moved,
    with_group_ids,
)
from topline.record.node import Node
from topline.record.study import Study
from topline.record.values import same_value


class DifferenceKind(StrEnum):
    """How two records differ at one place."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One leaf that differs between record A (before) and record B (after).

    Parameters
    ----------
    kind
        Changed, added, removed; or moved: the part is in both, at another place of its list or, a
        term of adverse events, in the other table.
    section
        The results module, or the other section of the record, in words.
    address_a, address_b
        Where the leaf stands in each record; ``None`` where it does not.
    field
        The field's name, as in ``docs/reference/names.md``; for a moved part, its list's.
    before, after
        What was posted, numbers and flags as text; ``None`` where nothing was. For a moved part,
        its name on both sides.
    same_value
        Whether both sides spell the same number ("0.80" and "0.8"), or the same text with other
        blanks and line breaks.
    leaf
        The cell or text with its groups and context, of B where it is there, else of A; ``None``
        outside the results section and for moved parts.
    whole
        The address of the part that was added or removed as a whole, where the leaf is within
        one: in B if added, in A if removed.
    """

    kind: DifferenceKind
    section: str
    address_a: str | None
    address_b: str | None
    field: str
    before: str | None
    after: str | None
    same_value: bool = False
    leaf: Leaf | None = None
    whole: str | None = None


_GROUP_LISTS = ("groups", "event_groups")
REFERENCES = frozenset({"group_id", "group_ids"})
"""Fields that name a group and are no leaves."""

_At: TypeAlias = tuple[str, str]
"""The address in A and in B."""


def differences(a: Study, b: Study) -> tuple[Difference, ...]:
    """Return every leaf that differs between two records; empty exactly if they are equal.

    Parameters
    ----------
    a, b
        The record before and after.

    Returns
    -------
    tuple of Difference
        In the order of the record. A reference to a group is not a difference where both
        records' groups are the same by title, whatever their ids; the ids themselves are.

    Examples
    --------
    >>> [(d.kind.value, d.address_b, d.before, d.after) for d in differences(
    ...     Study(has_results=False), Study(has_results=True))]
    [('changed', '/hasResults', 'false', 'true')]
    """
    if a == b:
        return ()
    found = list(_compare(a, b, ("", ""), "", {}))
    if not found:
        # Group ids so broken (two groups of one id) that references are ambiguous: compare by
        # position, so that unequal records never look equal.
        found = list(_compare_by_position(a, b, "", ""))
    return tuple(_with_leaves(a, b, found))


def _compare(a: Any, b: Any, at: _At, name: str, groups: GroupMapping) -> Iterator[Difference]:
    """Compare two parts that stand for each other."""
    if isinstance(a, Node):
        yield from _compare_nodes(a, b, at, groups)
    elif name in REFERENCES:
        if _mapped(a, groups) != b:
            yield _changed(name, a, b, at)
    elif isinstance(a, tuple):
        yield from _compare_lists(a, b, at, name, groups)
    elif a != b:
        yield _changed(name, a, b, at)


def _compare_nodes(a: Node, b: Node, at: _At, groups: GroupMapping) -> Iterator[Difference]:
    if a == b and not groups:
        return
    own = match_groups(a, b, by_id=True)
    groups = groups if own is None else group_mapping(a, b, own)
    crossed = _crossed(a, b, groups)
    for camel, name in field_names(type(a)).items():
        x, y = getattr(a, name), getattr(b, name)
        here = f"{at[0]}/{camel}", f"{at[1]}/{camel}"
        if x is None and y is None:
            continue
        if crossed and name in TABLES:
            yield from _compare_tables(a, b, crossed, at, name, groups)
        elif x is None:
            yield from _whole(DifferenceKind.ADDED, name, y, here[1])
        elif y is None:
            yield from _whole(DifferenceKind.REMOVED, name, x, here[0])
        elif name in _GROUP_LISTS and own is not None:
            yield from _compare_elements(x, y, own, here, name, groups)
        else:
            yield from _compare(x, y, here, name, groups)


def _crossed(a: Node, b: Node, groups: GroupMapping) -> tuple[CrossedTerm, ...]:
    if isinstance(a, results.AdverseEventsModule) and isinstance(b, results.AdverseEventsModule):
        return crossed_terms(a, b, groups)
    return ()


def _compare_tables(
    module_a: Node,
    module_b: Node,
    crossed: Sequence[CrossedTerm],
    at: _At,
    name: str,
    groups: GroupMapping,
) -> Iterator[Difference]:
    """Compare two tables of adverse events without the terms that went to the other table, and tell those."""
    a, b = getattr(module_a, name) or (), getattr(module_b, name) or ()
    camel = field_names(results.AdverseEventsModule)
    names = {field: json_name for json_name, field in camel.items()}
    left = {one.place_a for one in crossed if one.table_a == name}
    arrived = {one.place_b: one for one in crossed if one.table_b == name}
    stayed_a = [place for place in range(len(a)) if place not in left]
    stayed_b = [place for place in range(len(b)) if place not in arrived]
    pairs = match_elements(
        with_group_ids(tuple(a[place] for place in stayed_a), groups),
        tuple(b[place] for place in stayed_b),
    )
    for place, one in arrived.items():
        here = f"{at[0]}/{names[one.table_a]}/{one.place_a}", f"{at[1]}/{names[name]}/{place}"
        event = getattr(module_a, one.table_a)[one.place_a]
        yield _moved(name, event, b[place], here)
        yield from _compare(event, b[place], here, name, groups)
    placed = [
        (None if i is None else stayed_a[i], None if j is None else stayed_b[j]) for i, j in pairs
    ]
    here = f"{at[0]}/{names[name]}", f"{at[1]}/{names[name]}"
    yield from _compare_elements(a, b, placed, here, name, groups)


def _compare_lists(
    a: tuple[Any, ...], b: tuple[Any, ...], at: _At, name: str, groups: GroupMapping
) -> Iterator[Difference]:
    if a == b and not groups:
        return
    pairs = match_elements(with_group_ids(a, groups), b)
    yield from _compare_elements(a, b, pairs, at, name, groups)


def _compare_elements(
    a: tuple[Any, ...],
    b: tuple[Any, ...],
    pairs: Sequence[Pair],
    at: _At,
    name: str,
    groups: GroupMapping,
) -> Iterator[Difference]:
    # Cells that only follow their groups to another place have not moved themselves.
    follow = bool(groups) and all(isinstance(part, GROUP_KEYED) for part in a[:1])
    moved_positions = frozenset() if follow else moved(pairs)
    for i, j in pairs:
        if i is None and j is not None:
            yield from _whole(DifferenceKind.ADDED, name, b[j], f"{at[1]}/{j}")
        elif j is None and i is not None:
            yield from _whole(DifferenceKind.REMOVED, name, a[i], f"{at[0]}/{i}")
        elif i is not None and j is not None:
            here = f"{at[0]}/{i}", f"{at[1]}/{j}"
            if j in moved_positions:
                yield _moved(name, a[i], b[j], here)
            yield from _compare(a[i], b[j], here, name, groups)


def _mapped(ids: Any, groups: GroupMapping) -> Any:
    if isinstance(ids, tuple):
        return tuple(groups.get(group_id, group_id) for group_id in ids)
    return groups.get(ids, ids)


def _compare_by_position(a: Any, b: Any, address: str, name: str) -> Iterator[Difference]:
    if a == b:
        return
    if a is None:
        yield from _whole(DifferenceKind.ADDED, name, b, address)
    elif b is None:
        yield from _whole(DifferenceKind.REMOVED, name, a, address)
    elif isinstance(a, Node):
        for camel, field in field_names(type(a)).items():
            x, y = getattr(a, field), getattr(b, field)
            yield from _compare_by_position(x, y, f"{address}/{camel}", field)
    elif isinstance(a, tuple):
        for position, (x, y) in enumerate(zip_longest(a, b)):
            yield from _compare_by_position(x, y, f"{address}/{position}", name)
    else:
        yield _changed(name, a, b, (address, address))


def _changed(name: str, a: Any, b: Any, at: _At) -> Difference:
    return Difference(
        kind=DifferenceKind.CHANGED,
        section=section_of(at[1]),
        address_a=at[0],
        address_b=at[1],
        field=name,
        before=_as_text(a),
        after=_as_text(b),
    )


def _moved(name: str, a: Any, b: Any, at: _At) -> Difference:
    return Difference(
        kind=DifferenceKind.MOVED,
        section=section_of(at[1]),
        address_a=at[0],
        address_b=at[1],
        field=name,
        before=_label(a),
        after=_label(b),
    )


def _whole(kind: DifferenceKind, name: str, part: Any, address: str) -> Iterator[Difference]:
    """Report every leaf of a part that only one record has."""
    for field, value, here in _leaves_of(name, part, address):
        yield _one_sided(kind, field, value, here, address)


def _leaves_of(name: str, part: Any, address: str) -> Iterator[tuple[str, Any, str]]:
    """Yield the leaves of a part; an empty list, or a node that holds references only, is one."""
    if not isinstance(part, Node | tuple):
        yield name, part, address
        return
    inside: list[tuple[str, Any, str]] = []
    if isinstance(part, Node):
        for camel, field in field_names(type(part)).items():
            value = getattr(part, field)
            if value is not None and field not in REFERENCES:
                inside.extend(_leaves_of(field, value, f"{address}/{camel}"))
    else:
        for position, element in enumerate(part):
            inside.extend(_leaves_of(name, element, f"{address}/{position}"))
    yield from inside or [(name, "", address)]


def _one_sided(
    kind: DifferenceKind, field: str, value: Any, address: str, whole: str
) -> Difference:
    is_added = kind is DifferenceKind.ADDED
    return Difference(
        kind=kind,
        section=section_of(address),
        address_a=None if is_added else address,
        address_b=address if is_added else None,
        field=field,
        before=None if is_added else _as_text(value),
        after=_as_text(value) if is_added else None,
        whole=whole if whole != address else None,
    )


def _with_leaves(a: Study, b: Study, found: Iterable[Difference]) -> Iterator[Difference]:
    """Add to each difference the cell or text it is about, with groups and context."""
    found = tuple(found)
    # The walk costs more than the comparison: A is walked only for what B no longer has.
    only_a = any(difference.address_b is None for difference in found)
    leaves_a = {leaf.address: leaf for leaf in leaves(a)} if only_a else {}
    leaves_b = {leaf.address: leaf for leaf in leaves(b)}
    for difference in found:
        address = difference.address_b
        leaf = (
            leaves_a.get(difference.address_a or "") if address is None else leaves_b.get(address)
        )
        before, after = difference.before or "", difference.after or ""
        is_same = difference.kind is DifferenceKind.CHANGED and (
            same_value(before, after) if isinstance(leaf, Cell) else before.split() == after.split()
        )
        yield replace(difference, leaf=leaf, same_value=is_same)


_SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "protocolSection": "protocol section",
        "resultsSection": "results section",
        "participantFlowModule": Module.PARTICIPANT_FLOW.value,
        "baselineCharacteristicsModule": Module.BASELINE_CHARACTERISTICS.value,
        "outcomeMeasuresModule": Module.OUTCOME_MEASURES.value,
        "adverseEventsModule": Module.ADVERSE_EVENTS.value,
        "moreInfoModule": Module.MORE_INFORMATION.value,
        "annotationSection": "annotation section",
        "documentSection": "document section",
        "derivedSection": "derived section",
        "hasResults": "record",
    }
)


def section_of(address: str) -> str:
    """Give the section or results module in which an address lies, in words.

    Examples
    --------
    >>> section_of("/resultsSection/adverseEventsModule/timeFrame"), section_of("/hasResults")
    ('adverse events', 'record')
    """
    _, top, *rest = address.split("/", 3)
    return _SECTIONS.get(rest[0] if rest and top == "resultsSection" else top, "record")


SECTIONS: tuple[str, ...] = tuple(_SECTIONS.values())
"""Sections and results modules in the order of a record."""


def count_leaves(study: Study) -> Counter[str]:
    """Count the numbers and texts of a record by section or module, as :func:`differences` does.

    Examples
    --------
    >>> count_leaves(Study(has_results=True))
    Counter({'record': 1})
    """
    if study == Study():
        return Counter()
    return Counter(section_of(address) for _, _, address in _leaves_of("", study, ""))


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)


def _label(part: Any) -> str:
    """Return what names an element in its list."""
    if not isinstance(part, Node):
        return _as_text(part)
    if isinstance(part, results.AdverseEvent):
        return f"{part.organ_system}: {part.term}"
    fields = ("title", "measure", "label", "name", "units", "type", "group_id", "id")
    named = (getattr(part, field, None) for field in fields)
    return next((name for name in named if isinstance(name, str)), "")
