"""Participants arranged so that every risk set is the beginning of a run: the ground of proportional hazards.

Within each stratum participants stand in descending order of time. Those at risk at a time are then all that stand
before a place, and a sum over a risk set is one element of a running sum. Late entry takes away again who had not
entered yet, by a second order.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import finite, positive, same_length
from topline.stats.estimate import Floats, Integers
from topline.stats.grouping import accumulate, categories, cumulative_sums
from topline.stats.observed_times import observed_times
from topline.stats.tied_times import TIE_TOLERANCE, merge_ties

_BLOCK = 1 << 15
"""Places that are gathered at once: as many as stay in the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """Participants by stratum and descending time, with their events and ties.

    Parameters
    ----------
    order
        For each place the position of the participant in the input.
    time
        In the order of the places; nearly equal times are made equal.
    happened
        Places of the events, ascending; "deaths" below, whatever the event is.
    covariates
        One row for each covariate, one column for each place, centred.
    centre
        What was subtracted from each covariate.
    weights
        Of each place; ``None`` for 1.
    death_weights
        For each death the mean weight of its tied set; ``None`` for 1.
    strata
        The labels of the strata, in the order of the runs.
    bounds
        Where the run of each stratum begins, and at last the number of participants.
    last_at_risk
        For each tied set of deaths, the last place at risk.
    first_death
        For each tied set, its first death.
    set_bounds
        Where the tied sets of each stratum begin, and at last their number.
    since
        For each place the first tied set at or before its time (in descending time: that and all further ones of
        the stratum happened while the participant was under observation, but for late entry); the number of sets
        where there is none.
    ties
        The deaths that share their time; ``None`` where none do.
    entry
        Late entry; ``None`` where observation of all began at 0.
    """

    order: Integers
    time: Floats
    happened: Integers
    covariates: Floats
    centre: Floats
    weights: Floats | None
    death_weights: Floats | None
    strata: tuple[str, ...]
    bounds: Integers
    last_at_risk: Integers
    first_death: Integers
    set_bounds: Integers
    since: Integers
    ties: "TiedDeaths | None"
    entry: "LateEntry | None"

    @property
    def set_time(self) -> Floats:
        """The time of each tied set of deaths."""
        return np.asarray(self.time[self.last_at_risk])

    @property
    def set_size(self) -> Integers:
        """The deaths in each tied set."""
        return np.diff(self.first_death, append=self.happened.size)

    @property
    def set_of_death(self) -> Integers:
        """For each death, its tied set."""
        return np.repeat(np.arange(self.first_death.size), self.set_size)

    def weighted(self, values: Floats) -> Floats:
        """Multiply values of deaths by the mean weight of their tied set."""
        return values if self.death_weights is None else values * self.death_weights

    def sum_deaths(self, values: Floats) -> Floats:
        """Sum values of deaths over each tied set."""
        if self.ties is None:
            return values
        sums = values[self.first_death]
        sums[self.ties.sets] = np.add.reduceat(values[self.ties.deaths], self.ties.starts)
        return sums

    def spread(self, values: Floats) -> Floats:
        """Give each death the value of its tied set."""
        return values if self.ties is None else np.repeat(values, self.set_size)

    def sum_at_risk(self, values: Floats, *, spent: bool = False) -> Floats:
        """Sum values of places over those at risk at each tied set; values that are spent are written over."""
        outside = None if self.entry is None else self.entry.sum_not_entered(values, self.bounds)
        if spent:
            accumulate(values, self.bounds)
        running = values if spent else cumulative_sums(values, self.bounds)
        sums = running[self.last_at_risk]  # a copy, and the rest is freed
        return sums if outside is None else sums - outside

    def accumulate(self, increments: Floats) -> Floats:
        """Sum increments of tied sets over those that happened while each place was under observation."""
        backwards = cumulative_sums(increments[::-1], self.set_bounds[-1] - self.set_bounds[::-1])
        totals = np.append(backwards[::-1], 0.0)
        found = totals[self.since]
        if self.entry is not None:
            found = found - totals[self.entry.until]
        return np.asarray(found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TiedDeaths:
    """The deaths that share their time and stratum with others.

    Parameters
    ----------
    deaths
        Which deaths these are.
    places
        Where they stand.
    sets
        The tied sets of two deaths or more.
    starts
        For each of those sets the position in ``deaths`` of its first.
    set_of
        For each of ``deaths`` the position of its set in ``sets``.
    share
        For each of ``deaths``, how many of its set come before it, divided by the size of the set.
    """

    deaths: Integers
    places: Integers
    sets: Integers
    starts: Integers
    set_of: Integers
    share: Floats

    def sum(self, values: Floats) -> Floats:
        """Sum values of places over each of the tied sets, given to each of ``deaths``."""
        return np.asarray(np.add.reduceat(values[self.places], self.starts)[self.set_of])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LateEntry:
    """Who had not entered yet.

    Parameters
    ----------
    time
        The time of entry of each place.
    order
        The places of each stratum in descending order of entry.
    not_entered
        For each tied set, the last element of ``order`` that had not entered; -1 where all had.
    until
        For each place the first tied set at or before its entry, as ``since`` of :class:`RiskSets`.
    """

    time: Floats
    order: Integers
    not_entered: Integers
    until: Integers

    def sum_not_entered(self, values: Floats, bounds: Integers) -> Floats:
        """Sum values of places over those that had not entered at each tied set."""
        sums = np.append(cumulative_sums(values[self.order], bounds), 0.0)
        return np.asarray(sums[self.not_entered])


def arrange(
    time: ArrayLike,
    event: ArrayLike,
    covariates: Floats,
    *,
    entry: ArrayLike | None = None,
    strata: Iterable[object] | None = None,
    weights: ArrayLike | None = None,
    tie_tolerance: float = TIE_TOLERANCE,
) -> RiskSets:
    """Arrange participants into risk sets.

    Parameters
    ----------
    time, event
        As in :func:`topline.stats.survival.kaplan_meier`.
    covariates
        One row for each participant, one column for each covariate.
    entry
        When observation of each participant began, before ``time``.
    strata
        The stratum of each participant.
    weights
        The weight of each participant, above 0.
    tie_tolerance
        As in :func:`topline.stats.survival.kaplan_meier`.

    Returns
    -------
    RiskSets

    Raises
    ------
    DataError
        If an input is not as described, the lengths differ, or nobody has the event.

    Examples
    --------
    >>> sets = arrange([1, 2, 2, 3], [1, 1, 1, 0], np.array([[0.0], [1.0], [0.0], [1.0]]))
    >>> sets.set_time, sets.sum_at_risk(np.ones(4))
    (array([2., 1.]), array([3., 4.]))
    """
    times, happened = observed_times(time, event)
    same_length(time=times, covariates=covariates)
    if not happened.any():
        raise DataError(
            "nobody has the event",
            where="event",
            accepted="at least one event: without one, hazards cannot be compared",
        )
    levels, codes = (("all",), None) if strata is None else categories("strata", strata)
    if codes is not None:
        same_length(time=times, strata=codes)
    entries = None if entry is None else _entries(entry, times)
    if entries is not None:
        times, entries = _merged(times, entries, tie_tolerance)
    order = np.argsort(times)[::-1]
    ordered = merge_ties(times[order][::-1], np.array([0, times.size]), tie_tolerance)[::-1]
    bounds = np.array([0, times.size])
    if codes is not None:
        by_stratum = np.argsort(codes[order], kind="stable")
        order, ordered = order[by_stratum], ordered[by_stratum]
        bounds = np.concatenate(([0], np.cumsum(np.bincount(codes))))
    return _sets(
        order,
        ordered,
        np.flatnonzero(happened[order]),
        covariates,
        None if weights is None else _weights(weights, order),
        levels,
        bounds,
        None if entries is None else entries[order],
    )


def _sets(
    order: Integers,
    ordered: Floats,
    deaths: Integers,
    covariates: Floats,
    weights: Floats | None,
    levels: tuple[str, ...],
    bounds: Integers,
    entries: Floats | None,
) -> RiskSets:
    differs = np.concatenate((ordered[1:] != ordered[:-1], [True]))
    differs[bounds[1:] - 1] = True
    ends = np.flatnonzero(differs)
    run = np.cumsum(differs)
    last = ends[run[deaths] - differs[deaths]]
    first_death = np.flatnonzero(np.concatenate(([True], last[1:] != last[:-1])))
    last_at_risk = last[first_death]
    set_bounds = np.searchsorted(last_at_risk, bounds)
    closed = np.zeros(ordered.size + 1, dtype=np.int64)
    closed[last_at_risk + 1] = 1
    since = np.cumsum(closed[:-1])
    since[since >= np.repeat(set_bounds[1:], np.diff(bounds))] = last_at_risk.size
    sizes = np.diff(first_death, append=deaths.size)
    death_weights = None
    if weights is not None:
        death_weights = np.repeat(np.add.reduceat(weights[deaths], first_death) / sizes, sizes)
    centre = covariates.mean(axis=0)
    return RiskSets(
        order=order,
        time=ordered,
        happened=deaths,
        covariates=_rows(covariates, centre, order),
        centre=centre,
        weights=weights,
        death_weights=death_weights,
        strata=levels,
        bounds=bounds,
        last_at_risk=last_at_risk,
        first_death=first_death,
        set_bounds=set_bounds,
        since=since,
        ties=_tied_deaths(deaths, sizes),
        entry=None
        if entries is None
        else _late_entry(entries, ordered[last_at_risk], bounds, set_bounds),
    )


def _rows(covariates: Floats, centre: Floats, order: Integers) -> Floats:
    """Arrange and centre, one row for each covariate, by blocks that stay in the processor's cache."""
    rows = np.empty((covariates.shape[1], order.size))
    for start in range(0, order.size, _BLOCK):
        block = covariates[order[start : start + _BLOCK]]
        block -= centre
        rows[:, start : start + _BLOCK] = block.T
    return rows


def _tied_deaths(deaths: Integers, sizes: Integers) -> TiedDeaths | None:
    sets = np.flatnonzero(sizes > 1)
    if sets.size == 0:
        return None
    tied = np.flatnonzero(np.repeat(sizes > 1, sizes))
    starts = np.cumsum(sizes[sets]) - sizes[sets]
    set_of = np.repeat(np.arange(sets.size), sizes[sets])
    before = np.arange(tied.size) - starts[set_of]
    return TiedDeaths(
        deaths=tied,
        places=deaths[tied],
        sets=sets,
        starts=starts,
        set_of=set_of,
        share=before / sizes[sets][set_of],
    )


def _late_entry(
    entries: Floats, set_times: Floats, bounds: Integers, set_bounds: Integers
) -> LateEntry:
    order = np.empty(entries.size, dtype=np.int64)
    not_entered = np.empty(set_times.size, dtype=np.int64)
    until = np.empty(entries.size, dtype=np.int64)
    for stratum in range(bounds.size - 1):
        places = slice(int(bounds[stratum]), int(bounds[stratum + 1]))
        sets = slice(int(set_bounds[stratum]), int(set_bounds[stratum + 1]))
        start = int(bounds[stratum])
        order[places] = start + np.argsort(-entries[places])
        ascending = np.sort(entries[places])
        late = ascending.size - np.searchsorted(ascending, set_times[sets], side="left")
        not_entered[sets] = np.where(late > 0, start + late - 1, -1)
        happened = set_times[sets][::-1]
        earlier = np.searchsorted(happened, entries[places], side="right")
        until[places] = np.where(earlier > 0, sets.stop - earlier, set_times.size)
    return LateEntry(time=entries, order=order, not_entered=not_entered, until=until)


def _entries(entry: ArrayLike, times: Floats) -> Floats:
    entries = finite("entry", entry)
    same_length(time=times, entry=entries)
    late = entries >= times
    if late.any():
        position = int(np.argmax(late))
        raise DataError(
            f"entry[{position}] is {entries[position]:g}, and time[{position}] is {times[position]:g}",
            where=f"entry[{position}]",
            accepted="an entry before the time: nobody is observed for no time",
        )
    return entries


def _weights(weights: ArrayLike, order: Integers) -> Floats:
    found = positive("weights", weights)
    same_length(time=order, weights=found)
    return np.asarray(found[order])


def _merged(times: Floats, entries: Floats, tolerance: float) -> tuple[Floats, Floats]:
    """Make nearly equal times equal, entries among them."""
    together = np.concatenate((times, entries))
    ordered = np.sort(together)
    merged = merge_ties(ordered, np.array([0, ordered.size]), tolerance)
    if merged is ordered:
        return times, entries
    replaced = merged[np.searchsorted(ordered, together)]
    times, entries = replaced[: times.size], replaced[times.size :]
    return times, np.minimum(entries, np.nextafter(times, -np.inf))
