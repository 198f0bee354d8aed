"""A Kaplan–Meier curve followed block by block, so that its length costs no memory.

Each block stays in the processor's cache while everything is computed from it, and all blocks are laid out in the
same memory: taking new memory for each would cost more than the arithmetic.
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
    """Successive times of a curve; the next block overwrites them.

    Parameters
    ----------
    time, at_risk, events, survival
        As in :class:`topline.stats.survival.SurvivalCurve`, but counts as floats.
    remaining
        Who is at risk after the last time.
    squared
        Greenwood's sum: the square of the standard error of the logarithm of survival; infinite where survival is 0.
    last
        Whether the curve ends here.
    """

    time: Floats
    at_risk: Floats
    remaining: int
    events: Floats
    survival: Floats
    squared: Floats
    last: bool

    def leaving(self) -> Integers:
        """Count who leaves at each time, with or without event."""
        return -np.diff(self.at_risk, append=self.remaining).astype(np.int64)


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
    closest = closest_gap(keys, tolerance, _times)
    space = _Workspace(BLOCK)
    survival, squared = 1.0, 0.0
    start = 0
    while start < keys.size:
        stop = end_of_run(keys, min(start + BLOCK, keys.size), closest, _times)
        space = space.of_size(stop - start)
        space.count(keys[start:stop], keys.size - start, closest)
        space.estimate(survival, squared)
        yield CurveBlock(
            time=space.time,
            at_risk=space.at_risk,
            remaining=keys.size - stop,
            events=space.events,
            survival=space.survival,
            squared=space.squared,
            last=stop == keys.size,
        )
        survival, squared, start = float(space.survival[-1]), float(space.squared[-1]), stop


class _Workspace:
    """The memory of a block, and what is computed in it.

    Parameters
    ----------
    size
        The most participants it takes.
    """

    def __init__(self, size: int) -> None:
        self._times, self._died = np.empty((2, size), dtype=np.uint64)
        self._at_risk, self._events, self._survival, self._squared = np.empty((4, size))
        self._apart = np.empty(size, dtype=np.bool_)
        self._position = np.arange(size, dtype=np.float64)
        self.time, self.at_risk, self.events = (self._position[:0],) * 3
        self.survival, self.squared = (self._position[:0],) * 2

    def of_size(self, size: int) -> "_Workspace":
        """Give a workspace for so many: a run of equal times may be longer than a block."""
        return self if size <= self._position.size else _Workspace(size)

    def count(self, keys: NDArray[np.uint64], number: int, closest: float) -> None:
        """Lay out times, who is at risk, and who has the event."""
        size = keys.size
        self.time = np.right_shift(keys, np.uint64(1), out=self._times[:size]).view(np.float64)
        self.events = self._events[:size]
        self.events[:] = np.bitwise_and(keys, np.uint64(1), out=self._died[:size])
        self.at_risk = np.subtract(float(number), self._position[:size], out=self._at_risk[:size])
        gaps = np.subtract(self.time[1:], self.time[:-1], out=self._squared[: size - 1])
        apart = self._apart[:size]
        apart[0] = True
        np.greater(gaps, closest, out=apart[1:])
        if not apart.all():
            self._join(apart)

    def _join(self, apart: NDArray[np.bool_]) -> None:
        """Make times that are not apart from those before them one time with the first."""
        joined = np.flatnonzero(~apart)
        # Times next to one another that join are one run: it begins before the first of them.
        first = np.concatenate(([True], np.diff(joined) > 1))
        begins = (joined[first] - 1)[np.cumsum(first) - 1]
        np.add.at(self.events, begins, self.events[joined])
        self.time, self.at_risk = self.time[apart], self.at_risk[apart]
        self.events = self.events[apart]

    def estimate(self, survival: float, squared: float) -> None:
        """Carry survival and Greenwood's sum on from the block before."""
        size = self.time.size
        factors, terms = self._survival[:size], self._squared[:size]
        remaining = np.subtract(self.at_risk, self.events, out=factors)
        np.multiply(self.at_risk, remaining, out=terms)
        has_left = remaining[-1] == 0
        np.divide(remaining, self.at_risk, out=factors)
        factors[0] *= survival
        with np.errstate(divide="ignore", invalid="ignore"):
            # Where the last at risk has the event the term is infinite, and survival 0.
            np.divide(self.events, terms, out=terms)
        if has_left and self.events[-1] == 0:
            terms[-1] = 0.0
        terms[0] += squared
        self.survival, self.squared = np.cumprod(factors, out=factors), np.cumsum(terms, out=terms)


def _times(keys: NDArray[np.uint64]) -> Floats:
    return (keys >> np.uint64(1)).view(np.float64)
