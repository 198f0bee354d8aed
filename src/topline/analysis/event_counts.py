"""Adverse events counted: rows and participants, by group and by organ system and term.

Rows become integer codes once, and :func:`topline.stats.event_incidence.event_incidence` counts them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from topline.analysis.cohort import INDEX, Column
from topline.stats.event_incidence import event_incidence

#: Columns of events: what they are counted by.
SYSTEM, TERM = "__system__", "__term__"

Key = tuple[str, str]
"""An organ system and a term in it: the same term in two systems is two."""

_WIDEST = 4
"""Codes in a range of so many times the rows are numbered by counting, in a wider one by sorting."""


class Count(NamedTuple):
    """Events in one group, and the participants who had them.

    Attributes
    ----------
    affected
        How many participants had at least one [participants].
    events
        How many there were [events].
    """

    affected: int
    events: int


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Counts of chosen events by the group's key.

    Attributes
    ----------
    by_term
        For each organ system and term that some group has, the counts of all groups.
    totals
        The counts over all terms.
    """

    by_term: Mapping[Key, Mapping[str, Count]]
    totals: Mapping[str, Count]


class CodedEvents:
    """Events as integer codes, to be counted in several choices of rows.

    Parameters
    ----------
    events
        Events with :data:`~topline.analysis.cohort.INDEX`, and organ system and term as categories.
    columns
        The groups. Events of a participant in two groups count in both, of one in none nowhere.

    Examples
    --------
    >>> groups = [Column("A", "A", "", np.array([True, False])), Column("B", "B", "", np.array([True, True]))]
    >>> names = pl.Series(["Pain", "Pain", "Pain"], dtype=pl.Categorical)
    >>> events = pl.DataFrame({INDEX: [0, 1, 1], SYSTEM: names, TERM: names})
    >>> CodedEvents(events, groups).counted(np.array([True, True, True])).totals
    {'A': Count(affected=1, events=1), 'B': Count(affected=2, events=3)}
    """

    def __init__(self, events: pl.DataFrame, columns: Sequence[Column]) -> None:
        self._groups = [column.key for column in columns]
        self._members = np.array([column.members for column in columns])
        self._participant = events[INDEX].to_numpy()
        system, term = (
            events[name].to_physical().to_numpy().astype(np.int64) for name in (SYSTEM, TERM)
        )
        self._code = _numbered(system * (term.max(initial=0) + 1) + term)
        an_event = np.empty(self._code.max(initial=-1) + 1, dtype=np.int64)
        an_event[self._code] = np.arange(self._code.size)
        self._keys: list[Key] = events.select(SYSTEM, TERM)[an_event].rows()

    def counted(self, chosen: npt.NDArray[np.bool_]) -> EventCounts:
        """Count the events that are chosen: one of them for each row of ``events``."""
        found = event_incidence(
            self._participant[chosen],
            self._code[chosen],
            self._members,
            np.zeros(len(self._keys), dtype=np.int64),
        )
        by_term = zip(self._keys, found.affected.T.tolist(), found.events.T.tolist(), strict=True)
        return EventCounts(
            by_term={
                key: self._counts(affected, events)
                for key, affected, events in by_term
                if any(events)
            },
            totals=self._counts(found.total_affected.tolist(), found.total_events.tolist()),
        )

    def among(self, keys: Collection[Key]) -> npt.NDArray[np.bool_]:
        """Say of each event whether its organ system and term are among some."""
        listed = frozenset(keys)
        wanted = np.array([key in listed for key in self._keys], dtype=np.bool_)
        return wanted[self._code]

    def _counts(self, affected: Sequence[int], events: Sequence[int]) -> dict[str, Count]:
        return dict(zip(self._groups, map(Count, affected, events), strict=True))


def _numbered(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give each value its number among the different ones, counted from 0 in ascending order."""
    if values.max(initial=0) <= _WIDEST * values.size:
        numbers: npt.NDArray[Any] = np.cumsum(np.bincount(values) > 0) - 1
        return numbers[values]
    return np.unique(values, return_inverse=True)[1]
