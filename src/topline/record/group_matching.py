"""Which group of one record is which of another: by title, by description, else by the numbers in its column."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from topline.record import results
from topline.record.likeness import BY_CONTENT, GroupContent, folded, group_numbers
from topline.record.matching import Pair, match_elements
from topline.record.node import Node

GroupMapping: TypeAlias = Mapping[str, str]
"""Group id in A -> id of the same group in B; empty where every group kept its id."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


def groups_of(node: Node) -> tuple[Any, ...] | None:
    """Give the groups that a module or outcome measure defines; ``None`` for other parts.

    Examples
    --------
    >>> groups_of(results.OutcomeMeasure()), groups_of(results.Measurement())
    ((), None)
    """
    if isinstance(node, results.AdverseEventsModule):
        return node.event_groups or ()
    if isinstance(
        node,
        results.ParticipantFlowModule
        | results.BaselineCharacteristicsModule
        | results.OutcomeMeasure,
    ):
        return node.groups or ()
    return None


def match_groups(
    a: Node, b: Node, *, by_id: bool = False, known_as: Mapping[str, str] = _NOTHING
) -> Sequence[Pair] | None:
    """Match the groups that two modules or outcome measures define.

    Parameters
    ----------
    a, b
        The modules or outcome measures.
    by_id
        Whether of several groups with one title, or none, the id decides: so it is between versions
        of one record.
    known_as
        Title in A -> what B calls that group, where that was found elsewhere in the records.

    Returns
    -------
    sequence of pairs, or None
        Positions of groups, as :func:`topline.record.matching.match_elements`; ``None`` where the
        parts define no groups.

    Examples
    --------
    >>> def outcome(*groups):
    ...     return results.OutcomeMeasure(
    ...         groups=tuple(results.MeasureGroup(id=id, title=title) for id, title in groups))
    >>> match_groups(outcome(("OG000", "Placebo")), outcome(("OG000", "Drug"), ("OG001", "PLACEBO")))
    ((None, 0), (0, 1))
    """
    groups_a, groups_b = groups_of(a), groups_of(b)
    if groups_a is None or groups_b is None:
        return None
    numbers_a, numbers_b = (
        # Titles that decide spare the counting of what stands under them.
        ({}, {}) if _same_titles(groups_a, groups_b) else (group_numbers(a), group_numbers(b))
    )
    described_a, described_b = _own_descriptions(groups_a), _own_descriptions(groups_b)
    contents_a = tuple(
        GroupContent(
            title=one.title or "",
            known_as=known_as.get(one.title or "", ""),
            numbers=numbers_a.get(one.id, Counter()),
            id=(one.id or "") if by_id else "",
            description=described,
        )
        for one, described in zip(groups_a, described_a, strict=True)
    )
    contents_b = tuple(
        # Its title stands for both names, so that a title learned elsewhere finds it.
        GroupContent(
            title=one.title or "",
            known_as=one.title or "",
            numbers=numbers_b.get(one.id, Counter()),
            id=(one.id or "") if by_id else "",
            description=described,
        )
        for one, described in zip(groups_b, described_b, strict=True)
    )
    return match_elements(contents_a, contents_b, BY_CONTENT[GroupContent])


def group_mapping(a: Node, b: Node, pairs: Sequence[Pair]) -> GroupMapping:
    """Say what the groups of two modules or outcome measures are called in the other.

    Parameters
    ----------
    a, b
        The modules or outcome measures.
    pairs
        Their groups as :func:`match_groups` pairs them.

    Returns
    -------
    mapping
        A group that only A has is called what no group of B is: its id may be another group's id in B,
        and must not be taken for it.

    Examples
    --------
    >>> def outcome(*groups):
    ...     return results.OutcomeMeasure(
    ...         groups=tuple(results.MeasureGroup(id=id, title=title) for id, title in groups))
    >>> one = outcome(("OG000", "Placebo"), ("OG001", "Drug"))
    >>> two = outcome(("OG000", "Drug"))
    >>> group_mapping(one, two, match_groups(one, two))
    {'OG000': 'only in A OG000', 'OG001': 'OG000'}
    """
    groups_a, groups_b = groups_of(a) or (), groups_of(b) or ()
    mapping = {}
    for i, j in pairs:
        if i is not None and (old := groups_a[i].id) is not None:
            mapping[old] = f"only in A {old}" if j is None else str(groups_b[j].id)
    return mapping if any(old != new for old, new in mapping.items()) else {}


def _own_descriptions(groups: Iterable[Any]) -> tuple[str, ...]:
    """Return what is said of each group and of no other; what is said of several tells none."""
    descriptions = [folded(group.description) for group in groups]
    times = Counter(descriptions)
    return tuple(one if times[one] == 1 else "" for one in descriptions)


def _same_titles(a: Iterable[Any], b: Iterable[Any]) -> bool:
    """Whether two lists of groups have the same titles, each once."""
    titles_a, titles_b = ([folded(group.title) for group in one] for one in (a, b))
    return sorted(titles_a) == sorted(titles_b) and len(set(titles_a)) == len(titles_a)
