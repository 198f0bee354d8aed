"""Which group of one record is which of another: by title, by description, else by the numbers in its column."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from topline.record import results
from topline.record.likeness import BY_CONTENT, GroupContent, folded, group_numbers
from topline.record.matching import Pair, match_elements
from topline.record.node import Node

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


def _own_descriptions(groups: Iterable[Any]) -> tuple[str, ...]:
    """Return what is said of each group and of no other; what is said of several tells none."""
    descriptions = [folded(group.description) for group in groups]
    times = Counter(descriptions)
    return tuple(one if times[one] == 1 else "" for one in descriptions)


def _same_titles(a: Iterable[Any], b: Iterable[Any]) -> bool:
    """Whether two lists of groups have the same titles, each once."""
    titles_a, titles_b = ([folded(group.title) for group in one] for one in (a, b))
    return sorted(titles_a) == sorted(titles_b) and len(set(titles_a)) == len(titles_a)
