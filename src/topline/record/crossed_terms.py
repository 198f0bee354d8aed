"""Terms that went from one table of adverse events to the other: serious ones called other, and the reverse."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from topline.record.likeness import folded
from topline.record.matching import with_group_ids
from topline.record.results import AdverseEvent, AdverseEventsModule, EventStats

TABLES = ("serious_events", "other_events")

_Identity: TypeAlias = tuple[str, str, tuple[EventStats, ...]]
"""Organ system, term and the numbers of each group."""


@dataclass(frozen=True, slots=True)
class CrossedTerm:
    """A term that stood in one table before and stands in the other after, with the same numbers.

    Parameters
    ----------
    table_a, table_b
        The field of the table it stood in, and of the one it stands in.
    place_a, place_b
        Its positions there.
    """

    table_a: str
    place_a: int
    table_b: str
    place_b: int


def crossed_terms(
    a: AdverseEventsModule, b: AdverseEventsModule, groups: Mapping[str, str]
) -> tuple[CrossedTerm, ...]:
    """Find the terms that went to the other table with the same numbers.

    A term with other numbers there is not taken for the same: participants with a serious event and those
    with another are counted apart, and both tables may have the term.

    Parameters
    ----------
    a, b
        The module before and after.
    groups
        Group id in A to the id of the same group in B; empty where every group kept its id.

    Examples
    --------
    >>> headache = AdverseEvent(term="Headache")
    >>> before = AdverseEventsModule(serious_events=(headache,))
    >>> crossed_terms(before, AdverseEventsModule(other_events=(headache,)), {})
    (CrossedTerm(table_a='serious_events', place_a=0, table_b='other_events', place_b=0),)
    """
    before = {
        table: _identities(with_group_ids(getattr(a, table) or (), groups)) for table in TABLES
    }
    after = {table: _identities(getattr(b, table) or ()) for table in TABLES}
    return tuple(
        CrossedTerm(table_a, place_a, table_b, place_b)
        for table_a, table_b in (TABLES, TABLES[::-1])
        for place_a, place_b in _pairs(
            _only_in(before[table_a], after[table_a]), _only_in(after[table_b], before[table_b])
        )
    )


def _identities(events: Iterable[AdverseEvent]) -> tuple[_Identity, ...]:
    """Return what makes a term the same: names and numbers, whatever the order of groups and what is said of it."""
    return tuple(
        (
            folded(event.organ_system),
            folded(event.term),
            tuple(sorted(event.stats or (), key=lambda one: one.group_id or "")),
        )
        for event in events
    )


def _only_in(
    events: Sequence[_Identity], others: Sequence[_Identity]
) -> Mapping[_Identity, list[int]]:
    known = frozenset(others)
    found: dict[_Identity, list[int]] = defaultdict(list)
    for place, event in enumerate(events):
        if event not in known:
            found[event].append(place)
    return found


def _pairs(
    gone: Mapping[_Identity, list[int]], come: Mapping[_Identity, list[int]]
) -> Iterator[tuple[int, int]]:
    for event, places in gone.items():
        if event in come:
            yield from zip(places, come[event], strict=False)
