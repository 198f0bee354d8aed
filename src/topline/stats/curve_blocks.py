"""A Kaplan–Meier curve followed block by block, so that its length costs no memory.

Each block stays in the processor's cache while everything is computed from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.stats.curve_crossing import BLOCK
from topline.stats.estimate import Floats, Integers
from topline.stats.tied_times import closest_gap, end_of_run


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
    closest = closest_gap(keys, tolerance, _times)
    survival, squared = 1.0, 0.0
    start = 0
    while start < number:
        stop = end_of_run(keys, min(start + BLOCK, number), closest, _times)
        ordered = _times(keys[start:stop])
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


def _times(keys: NDArray[np.uint64]) -> Floats:
    return (keys >> np.uint64(1)).view(np.float64)
