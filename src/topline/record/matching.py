"""Which element of one list is which element of another, by name before position.

Two versions of a record keep their lists in nearly the same order, with elements inserted,
removed, renamed or moved. Pairing by position would report everything after an insertion as
changed; pairing by name alone would lose a renamed element. So pairing goes in rounds: equal
elements, those of one full key, of ever shorter keys, and last those left over between two
paired neighbours. Where the records come from different hands, position tells nothing: an identity
with a likeness pairs what is left over by what it says and the numbers it holds instead.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from topline.record import derived, protocol, results
from topline.record.node import Node

Key: TypeAlias = Callable[[Any], Hashable]
Likeness: TypeAlias = Callable[[Any, Any], float]
Pair: TypeAlias = tuple[int | None, int | None]
"""Positions in the two lists; ``None`` where the other list has no counterpart."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What makes an element of a list the same element in another version.

    Parameters
    ----------
    keys
        From the most to the least specific; each round pairs what is left over by one key, in
        order where several share it. A key of ``None`` pairs nothing.
    label
        The fields that name the element: renaming them leaves the rest as it was.
    by_position
        Whether two leftovers at the same place are taken for each other whatever their names.
    likeness
        How alike two elements are, 0 where they are not each other's. It decides between several
        of one key and pairs leftovers, the most alike first; then ``label`` and ``by_position``
        are not asked, and position decides only between the equally alike.
    by_elimination
        With a likeness: whether in lists of one length the last two left are each other's.
    """

    keys: tuple[Key, ...] = ()
    label: tuple[str, ...] = ()
    by_position: bool = False
    likeness: Likeness | None = None
    by_elimination: bool = False


def _named(*keys: Key) -> Identity:
    """Recognize elements by name, then by place."""
    return Identity(keys=keys, by_position=True)


_OF_A_GROUP = Identity(keys=(lambda part: (part.group_id,),))

IDENTITIES: dict[type[Node], Identity] = {
    results.FlowStats: _OF_A_GROUP,
    results.DenomCount: _OF_A_GROUP,
    results.Measurement: _OF_A_GROUP,
    results.EventStats: _OF_A_GROUP,
    results.FlowPeriod: Identity(
        keys=(lambda part: (part.title,),), label=("title",), by_position=True
    ),
    results.FlowMilestone: Identity(keys=(lambda part: part.type,), label=("type",)),
    results.DropWithdraw: Identity(keys=(lambda part: part.type,), label=("type",)),
    results.Denom: Identity(keys=(lambda part: (part.units,),), label=("units",), by_position=True),
    results.MeasureClass: Identity(
        keys=(lambda part: (part.title,),), label=("title",), by_position=True
    ),
    results.MeasureCategory: Identity(
        keys=(lambda part: (part.title,),), label=("title",), by_position=True
    ),
    results.BaselineMeasure: Identity(
        keys=(
            lambda part: (part.title, part.param_type, part.unit_of_measure),
            lambda part: (part.title, part.unit_of_measure),
            lambda part: part.title,
        ),
        label=("title",),
    ),
    results.OutcomeMeasure: Identity(
        keys=(
            lambda part: (part.type, part.title, part.time_frame, part.unit_of_measure),
            lambda part: (part.type, part.title, part.time_frame),
            lambda part: (part.title, part.time_frame),
            lambda part: part.title,
        ),
        label=("title", "time_frame"),
    ),
    results.MeasureAnalysis: Identity(
        keys=(
            lambda part: (
                part.group_ids,
                part.statistical_method,
                part.param_type,
                part.group_description,
            ),
            lambda part: (part.group_ids, part.statistical_method, part.param_type),
            lambda part: part.group_ids,
        ),
        by_position=True,
    ),
    results.AdverseEvent: Identity(
        keys=(
            lambda part: (part.organ_system, part.term, part.source_vocabulary, part.notes),
            lambda part: (part.organ_system, part.term),
            lambda part: part.term,
        ),
        label=("term",),
    ),
    protocol.ArmGroup: _named(lambda part: part.label),
    protocol.Intervention: _named(lambda part: (part.type, part.name)),
    protocol.Outcome: _named(
        lambda part: (part.measure, part.time_frame), lambda part: part.measure
    ),
    protocol.Location: _named(lambda part: (part.facility, part.city, part.zip)),
    protocol.Reference: _named(lambda part: part.citation),
    protocol.SecondaryIdInfo: _named(lambda part: part.id),
    derived.LargeDoc: _named(lambda part: part.filename),
}
"""How the elements of each kind of list are recognized; other lists go by equality and place.

Groups are not here: their columns tell them apart, which a group does not hold itself
(:mod:`topline.record.group_matching`).
"""

_ANY = _named()


def match_elements(
    before: Sequence[Any], after: Sequence[Any], identity: Identity | None = None
) -> tuple[Pair, ...]:
    """Pair the elements of two lists.

    Parameters
    ----------
    before, after
        The two lists.
    identity
        What makes elements the same; by default, what their type says in :data:`IDENTITIES`.

    Returns
    -------
    tuple of pairs
        Every position of both lists once: in the order of ``after``, each removed element
        following the element that it followed in ``before``.

    Examples
    --------
    >>> match_elements(("x", "y", "z"), ("x", "new", "y"))
    ((0, 0), (None, 1), (1, 2), (2, None))
    """
    if identity is None:
        element_types = {type(element) for element in (*before[:1], *after[:1])}
        identity = next((IDENTITIES[kind] for kind in element_types if kind in IDENTITIES), _ANY)
    paired: dict[int, int] = {}  # position in after -> position in before
    # Equal elements first: of several with one name, the unchanged ones are each other's.
    for key in (_itself, *identity.keys):
        _pair_by_key(before, after, key, paired, identity.likeness)
    if len(paired) < min(len(before), len(after)):
        if identity.likeness is None:
            _pair_in_gaps(before, after, identity, paired)
        else:
            _pair_by_likeness(before, after, identity, paired)
    return _in_order(len(before), len(after), paired)


def _itself(part: Hashable) -> Hashable:
    return part


def with_group_ids(parts: tuple[Any, ...], groups: Mapping[str, str]) -> tuple[Any, ...]:
    """Return elements with the group ids of another record, so that their keys compare.

    Parameters
    ----------
    parts
        Elements of a list within the module or outcome measure that defines the groups.
    groups
        Group id in their record to the id of the same group in the other.

    Examples
    --------
    >>> with_group_ids((results.DenomCount(group_id="OG000", value="9"),), {"OG000": "OG001"})
    (DenomCount(group_id='OG001', value='9'),)
    """
    return tuple(_with_group_ids(part, groups) for part in parts) if groups else parts


GROUP_KEYED = (results.Measurement, results.FlowStats, results.EventStats, results.DenomCount)
"""Elements of which a list has one for each group."""


def _with_group_ids(part: Any, groups: Mapping[str, str]) -> Any:
    if isinstance(part, tuple):
        return tuple(_with_group_ids(element, groups) for element in part)
    if not isinstance(part, Node):
        return part
    changed: dict[str, Any] = {}
    for field in part.__struct_fields__:
        value = getattr(part, field)
        if field == "group_id":
            changed[field] = groups.get(value, value)
        elif field == "group_ids":
            changed[field] = value and tuple(groups.get(one, one) for one in value)
        elif isinstance(value, Node | tuple):
            changed[field] = _with_group_ids(value, groups)
    return msgspec.structs.replace(part, **changed) if changed else part


def moved(pairs: Sequence[Pair]) -> frozenset[int]:
    """Return the positions in ``after`` of the fewest elements whose moving explains the order.

    Examples
    --------
    >>> sorted(moved(((1, 0), (2, 1), (0, 2))))
    [2]
    """
    both = sorted((b, a) for a, b in pairs if a is not None and b is not None)
    befores = [a for _, a in both]
    if befores == sorted(befores):
        return frozenset()
    kept = _longest_increasing(befores)
    return frozenset(b for place, (b, _) in enumerate(both) if place not in kept)


def _pair_by_key(
    before: Sequence[Any],
    after: Sequence[Any],
    key: Key,
    paired: dict[int, int],
    likeness: Likeness | None,
) -> None:
    taken = set(paired.values())
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for position, element in enumerate(before):
        if position not in taken:
            waiting[key(element)].append(position)
    asking: dict[Hashable, list[int]] = defaultdict(list)
    for position, element in enumerate(after):
        if position not in paired and (name := key(element)) is not None and name in waiting:
            asking[name].append(position)
    for name, right in asking.items():
        left = waiting[name]
        if likeness is not None and max(len(left), len(right)) > 1:
            _pair_most_alike(before, after, left, right, likeness, paired)
        taken = set(paired.values())
        free = (one for one in left if one not in taken)
        paired.update(zip((one for one in right if one not in paired), free, strict=False))


def _pair_by_likeness(
    before: Sequence[Any], after: Sequence[Any], identity: Identity, paired: dict[int, int]
) -> None:
    """Pair leftovers by what they are like, wherever they stand."""
    assert identity.likeness is not None  # the caller has seen to it
    left, right = _leftovers(len(before), len(after), paired)
    _pair_most_alike(before, after, left, right, identity.likeness, paired)
    if identity.by_elimination and len(before) == len(after) == len(paired) + 1:
        left, right = _leftovers(len(before), len(after), paired)
        paired[right[0]] = left[0]


def _leftovers(
    length_before: int, length_after: int, paired: dict[int, int]
) -> tuple[list[int], list[int]]:
    taken = set(paired.values())
    return (
        [position for position in range(length_before) if position not in taken],
        [position for position in range(length_after) if position not in paired],
    )


def _pair_most_alike(
    before: Sequence[Any],
    after: Sequence[Any],
    left: list[int],
    right: list[int],
    likeness: Likeness,
    paired: dict[int, int],
) -> None:
    if len(left) * len(right) > _WIDEST_GAP**2:
        return
    alike = [
        (-score, abs(i - j), i, j)
        for i in left
        for j in right
        if (score := likeness(before[i], after[j])) > 0
    ]
    taken: set[int] = set()
    for _, _, i, j in sorted(alike):
        if i not in taken and j not in paired:
            paired[j] = i
            taken.add(i)


def _pair_in_gaps(
    before: Sequence[Any], after: Sequence[Any], identity: Identity, paired: dict[int, int]
) -> None:
    """Pair leftovers that stand between the same two paired neighbours."""
    gaps_after: dict[int, list[int]] = defaultdict(list)
    anchor = -1
    for position in range(len(after)):
        if position in paired:
            anchor = paired[position]
        else:
            gaps_after[anchor].append(position)
    gaps_before: dict[int, list[int]] = defaultdict(list)
    taken = set(paired.values())
    anchor = -1
    for position in range(len(before)):
        if position in taken:
            anchor = position
        else:
            gaps_before[anchor].append(position)
    for anchor, positions in gaps_after.items():
        _pair_one_gap(before, after, gaps_before.get(anchor, []), positions, identity, paired)


_WIDEST_GAP = 200
"""Elements; comparing all with all in a wider gap would cost more than the answer is worth."""


def _pair_one_gap(
    before: Sequence[Any],
    after: Sequence[Any],
    left: list[int],
    right: list[int],
    identity: Identity,
    paired: dict[int, int],
) -> None:
    if identity.by_position and len(left) == len(right):
        paired.update(zip(right, left, strict=True))
        return
    if not identity.label or len(left) > _WIDEST_GAP or len(right) > _WIDEST_GAP:
        return
    free, open_positions = list(left), list(right)
    # A similar name tells more than an equal content: many contents are empty or all zeros.
    for is_renamed in (_has_similar_name, _differs_in_name_alone):
        for position in tuple(open_positions):
            same = (one for one in free if is_renamed(before[one], after[position], identity.label))
            found = next(same, None)
            if found is not None:
                paired[position] = found
                free.remove(found)
                open_positions.remove(position)


def _has_similar_name(one: Node, two: Node, label: tuple[str, ...]) -> bool:
    """Whether more than half of the words in either name are in both."""
    words_one, words_two = _words(one, label), _words(two, label)
    return 2 * len(words_one & words_two) > len(words_one | words_two)


def _differs_in_name_alone(one: Node, two: Node, label: tuple[str, ...]) -> bool:
    blank = dict.fromkeys(label)
    return msgspec.structs.replace(one, **blank) == msgspec.structs.replace(two, **blank)


def _words(node: Node, label: tuple[str, ...]) -> set[str]:
    return {word for name in label for word in (getattr(node, name) or "").lower().split()}


def _in_order(length_before: int, length_after: int, paired: dict[int, int]) -> tuple[Pair, ...]:
    place_of = {before: after for after, before in paired.items()}
    removed_after: dict[int, list[int]] = defaultdict(list)
    follows = -1
    for position in range(length_before):
        if position in place_of:
            follows = place_of[position]
        else:
            removed_after[follows].append(position)
    pairs: list[Pair] = [(position, None) for position in removed_after[-1]]
    for position in range(length_after):
        pairs.append((paired.get(position), position))
        pairs.extend((removed, None) for removed in removed_after[position])
    return tuple(pairs)


def _longest_increasing(numbers: Sequence[int]) -> frozenset[int]:
    """Return the places of a longest increasing subsequence, in O(n log n)."""
    tails: list[int] = []  # places of the smallest last number of a run of each length
    previous: list[int] = []
    for place, number in enumerate(numbers):
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            if numbers[tails[middle]] < number:
                low = middle + 1
            else:
                high = middle
        previous.append(tails[low - 1] if low else -1)
        tails[low : low + 1] = [place]
    kept = set()
    place = tails[-1] if tails else -1
    while place >= 0:
        kept.add(place)
        place = previous[place]
    return frozenset(kept)
