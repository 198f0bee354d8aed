"""A Kaplan–Meier curve followed block by block, so that its length costs no memory.

Each block stays in the processor's cache while everything is computed from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.stats.curve_crossing import BLOCK
from topline.stats.estimate import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveBlock:
    """Successive times of a curve.

    Parameters
    ----------
    time, at_risk, events, survival
        As in :class:`topline.stats.survival.SurvivalCurve`, but counts as floats.
    leaving
        Who leaves at each time, with or without event; ``None`` where one at each.
    squared
        Greenwood's sum: the square of the standard error of the logarithm of survival; infinite where survival is 0.
    last
        Whether the curve ends here.
    """

    time: Floats
    at_risk: Floats
    leaving: Integers | None
    events: Floats
    survival: Floats
    squared: Floats
    last: bool


def curve_blocks(keys: NDArray[np.uint64], tolerance: float) -> Iterator[CurveBlock]:
    """Follow the curve of sorted times, some ten thousand at a time.

    Parameters
    ----------
    keys
        From :func:`topline.stats.leaving_times.sorted_keys`.
    tolerance
        As ``tie_tolerance`` of :func:`topline.stats.survival.kaplan_meier`.

    Yields
    ------
    CurveBlock

    Examples
    --------
    >>> from topline.stats.leaving_times import sorted_keys
    >>> (block,) = curve_blocks(sorted_keys(np.array([2.0, 1.0]), np.array([True, False])), 0.0)
    >>> block.time, block.survival, block.last
    (array([1., 2.]), array([1., 0.]), True)
    """
    number = keys.size
    closest = _closest(keys, tolerance)
    survival, squared = 1.0, 0.0
    start = 0
    while start < number:
        stop = _end_of_run(keys, min(start + BLOCK, number), closest)
        ordered = (keys[start:stop] >> np.uint64(1)).view(np.float64)
        died = keys[start:stop] & np.uint64(1)
        apart = np.diff(ordered) > closest
        at_risk = np.arange(number - start, number - stop, -1, dtype=np.float64)
        if apart.all():
            events, leaving = died.astype(np.float64), None
        else:
            starts = np.flatnonzero(np.concatenate(([True], apart)))
            leaving = np.diff(starts, append=stop - start)
            ordered, at_risk = ordered[starts], at_risk[starts]
            events = np.add.reduceat(died, starts).astype(np.float64)
        remaining = at_risk - events
        factors = remaining / at_risk
        factors[0] *= survival
        with np.errstate(divide="ignore", invalid="ignore"):
            # Where the last at risk has the event the term is infinite, and survival 0.
            terms = events / (at_risk * remaining)
        if remaining[-1] == 0 and events[-1] == 0:
            terms[-1] = 0.0
        terms[0] += squared
        heights, sums = np.cumprod(factors, dtype=np.float64), np.cumsum(terms, dtype=np.float64)
        yield CurveBlock(
            time=ordered,
            at_risk=at_risk,
            leaving=leaving,
            events=events,
            survival=heights,
            squared=sums,
            last=stop == number,
        )
        survival, squared, start = float(heights[-1]), float(sums[-1]), stop


def _closest(keys: NDArray[np.uint64], tolerance: float) -> float:
    """Give the gap up to which neighbours are one time, from the mean of the distinct times."""
    if tolerance == 0:
        return 0.0
    total, distinct, before = 0.0, 0, np.uint64(np.iinfo(np.uint64).max)
    for start in range(0, keys.size, BLOCK):
        bits = keys[start : start + BLOCK] >> np.uint64(1)
        ordered = bits.view(np.float64)
        new = np.empty(bits.size, dtype=np.bool_)
        new[0] = bits[0] != before
        np.not_equal(bits[1:], bits[:-1], out=new[1:])
        count = int(np.count_nonzero(new))
        total += float(ordered.sum() if count == bits.size else ordered[new].sum())
        distinct, before = distinct + count, bits[-1]
    return tolerance * max(1.0, total / distinct)


def _end_of_run(keys: NDArray[np.uint64], stop: int, closest: float) -> int:
    """Move a position on to where a time differs from the one before it."""
    while stop < keys.size:
        window = (keys[stop - 1 : stop + BLOCK] >> np.uint64(1)).view(np.float64)
        apart = np.flatnonzero(np.diff(window) > closest)
        if apart.size:
            return stop + int(apart[0])
        stop = min(stop + BLOCK, keys.size)
    return stop
