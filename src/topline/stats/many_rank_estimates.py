"""Shifts and pseudomedians of many samples at once, laid one after the other with offsets.

The estimates are those of :func:`topline.stats.rank_sum.hodges_lehmann` and
:func:`topline.stats.signed_rank.pseudomedian` with limits that stand at a known place among the ordered pairs: samples of
one size, whose places are the same, are ordered together. Limits by the normal approximation given the ties are the
end of a search for each sample, and are made one by one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import confidence_level, finite, known, same_length, zero_or_one
from topline.stats.estimate import Estimates, Floats, Integers
from topline.stats.grouping import run_bounds
from topline.stats.pair_order import LISTED, difference_order, middle_places, walsh_order
from topline.stats.rank_sum import exact_shift_place, moses_place, shift_method
from topline.stats.signed_rank import exact_centre_place, pseudomedian_method

_PLACED = ("exact", "moses_floor", "moses_round")
"""The limits of a shift that stand at a place known from the sizes of the samples."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankEstimates(Estimates):
    """Many estimates by ranks, as arrays of one length.

    Parameters
    ----------
    value, lower, upper, level, scale, method, undefined
        As in :class:`topline.stats.estimate.Estimates`.
    held
        The level that the limits of each hold: lower than ``level`` where samples are too small for it.
    """

    held: Floats

    @property
    def notes(self) -> tuple[str, ...]:
        """Which of the numbers are undefined and why, and where limits hold less than the level."""
        # The two-argument form, since the class is made anew for its slots.
        gaps = super(RankEstimates, self).notes
        short = np.flatnonzero(self.held < self.level)
        if not short.size:
            return gaps
        few = f"{self.level:g} cannot be reached with so few values"
        return (*gaps, f"level: {few} at {short.size} of {self.held.size}, first at {short[0]}")


def shifts(
    values: ArrayLike,
    in_first: ArrayLike,
    offsets: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "exact",
) -> RankEstimates:
    """Estimate many shifts of two samples, each as :func:`topline.stats.rank_sum.hodges_lehmann` does.

    Parameters
    ----------
    values
        The measurements of all comparisons, one comparison after the other [any units].
    in_first
        1 for a measurement of the first sample, 0 for one of the second [1].
    offsets
        Where each comparison begins, from 0, and at last the number of measurements [places among the values].
    level
        The confidence level, a fraction [1].
    interval
        ``"exact"``, ``"moses_floor"`` or ``"moses_round"``, as in :func:`topline.stats.rank_sum.hodges_lehmann`.

    Returns
    -------
    RankEstimates
        In the measurement's unit: how much higher the first samples lie. NaN where a comparison lacks one of the
        samples; the limits also of a single value in each sample, and Moses' of samples too small for them.

    Raises
    ------
    DataError
        If a value is not finite, an indicator neither 0 nor 1, the lengths differ, or the offsets do not fit.
    UsageError
        If the level or the interval is not known.
    LimitError
        If the exact distribution would take too long.

    Examples
    --------
    >>> found = shifts([1, 4, 2, 3, 4, 9, 8, 1, 2], [1, 1, 0, 0, 0, 1, 1, 0, 0], [0, 5, 9])
    >>> found.value, found.lower, found.held.round(4)
    (array([-0.5,  7. ]), array([-3.,  6.]), array([0.8   , 0.6667]))
    """
    numbers, first = finite("values", values), zero_or_one("in_first", in_first)
    same_length(values=numbers, in_first=first)
    bounds = run_bounds(offsets, numbers.size)
    level = confidence_level(level)
    known("interval", interval, _PLACED)
    run = np.repeat(np.arange(bounds.size - 1), np.diff(bounds))
    ordered = numbers[np.lexsort((numbers, ~first, run))]
    sizes = np.add.reduceat(first.astype(np.int64), bounds[:-1])
    found = _empty(bounds.size - 1, level)
    for (one, other), places in _alike(np.stack([sizes, np.diff(bounds) - sizes], axis=1)):
        if not one or not other:
            continue
        wanted, held = _shift_places(one, other, level, interval)
        for block in _blocks(places, one * other):
            starts = bounds[block][:, None]
            x = ordered[starts + np.arange(one)]
            y = ordered[starts + one + np.arange(other)]
            if one * other > LISTED:
                found[:3, block] = _of_places(
                    wanted, partial(_selected, partial(difference_order, x[0], y[0]))
                )
            else:
                pairs = (x[:, :, None] - y[:, None, :]).reshape(block.size, -1)
                found[:3, block] = _of_places(wanted, partial(_at, pairs))
        found[3, places] = held
    return _estimates(
        found, level, shift_method(interval), "a sample is empty, or too small for limits"
    )


def pseudomedians(values: ArrayLike, offsets: ArrayLike, *, level: float = 0.95) -> RankEstimates:
    """Estimate many pseudomedians with exact limits, each as :func:`topline.stats.signed_rank.pseudomedian` does.

    Parameters
    ----------
    values
        The measurements, or differences within pairs, of all samples, one sample after the other [any unit].
    offsets
        Where each sample begins, from 0, and at last the number of measurements [places among the values].
    level
        The confidence level, a fraction [1].

    Returns
    -------
    RankEstimates
        In the measurement's unit; no limits, NaN, for a single value.

    Raises
    ------
    DataError
        If a value is not finite, or the offsets do not fit.
    UsageError
        If the level is not a fraction.
    LimitError
        If the exact distribution would take too long.

    Examples
    --------
    >>> found = pseudomedians([0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01, 3], [0, 9, 10])
    >>> found.value.round(3), found.lower.round(3)
    (array([0.46, 3.  ]), array([0.01,  nan]))
    """
    numbers = finite("values", values)
    bounds = run_bounds(offsets, numbers.size)
    level = confidence_level(level)
    run = np.repeat(np.arange(bounds.size - 1), np.diff(bounds))
    ordered = numbers[np.lexsort((numbers, run))]
    found = _empty(bounds.size - 1, level)
    for (size,), places in _alike(np.diff(bounds)[:, None]):
        pairs = size * (size + 1) // 2
        place, held = exact_centre_place(size, level)
        wanted = _both_ends(pairs, place if held > 0 else 0)
        for block in _blocks(places, pairs):
            x = ordered[bounds[block][:, None] + np.arange(size)]
            if pairs > LISTED:
                found[:3, block] = _of_places(
                    wanted, partial(_selected, partial(walsh_order, x[0]))
                )
            else:
                i, j = np.triu_indices(size)
                found[:3, block] = _of_places(wanted, partial(_at, (x[:, i] + x[:, j]) / 2))
        found[3, places] = min(level, held) if held > 0 else level
    return _estimates(found, level, pseudomedian_method(), "a single value has no limits")


Places = tuple[Sequence[int], Sequence[int]]
"""Of the one or two pairs in the middle, and of the limits, none where there are no limits; from 1."""


def _shift_places(one: int, other: int, level: float, interval: str) -> tuple[Places, float]:
    pairs = one * other
    if interval == "exact":
        place, held = exact_shift_place(one, other, level)
        return _both_ends(pairs, place if held > 0 else 0), min(level, held) if held > 0 else level
    place = moses_place(one, other, level, rounded_down=interval == "moses_floor")
    return _both_ends(pairs, place), level


def _both_ends(pairs: int, place: int) -> Places:
    return middle_places(pairs), (place, pairs + 1 - place) if place >= 1 else ()


def _of_places(wanted: Places, order: Callable[[Sequence[int]], Floats]) -> Floats:
    """Give value, lower and upper limit in three rows, from a function that finds pairs at places."""
    middle, ends = wanted
    at = order([*middle, *ends])
    limits = at[:, 2:].T if ends else np.full((2, at.shape[0]), np.nan)
    found: Floats = np.vstack([(at[:, 0] + at[:, 1]) / 2, limits])
    return found


def _at(pairs: Floats, places: Sequence[int]) -> Floats:
    """Give the pairs at places from 1 in the order of each row."""
    wanted = np.asarray(places) - 1
    found: Floats = np.partition(pairs, np.unique(wanted), axis=1)[:, wanted]
    return found


def _selected(order: Callable[[Sequence[int]], list[float]], places: Sequence[int]) -> Floats:
    """Give the pairs at places of one sample of which there are too many to list."""
    return np.array([order(places)])


def _alike(sizes: Integers) -> Iterator[tuple[list[int], Integers]]:
    """Give each distinct row of sizes with the places where it stands."""
    distinct, which = np.unique(sizes, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(which.ravel()))
    return zip(distinct.tolist(), np.split(order, ends[:-1]), strict=True)


def _blocks(places: Integers, pairs: int) -> Iterator[Integers]:
    """Divide places so that the pairs of each part are listed at once."""
    step = max(LISTED // pairs, 1)
    return (places[begin : begin + step] for begin in range(0, places.size, step))


def _empty(number: int, level: float) -> Floats:
    found = np.full((4, number), np.nan)
    found[3] = level
    return found


def _estimates(found: Floats, level: float, method: str, undefined: str) -> RankEstimates:
    value, lower, upper, held = found
    return RankEstimates(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        undefined=undefined,
        held=held,
    )
