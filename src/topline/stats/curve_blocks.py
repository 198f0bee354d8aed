"""A Kaplan–Meier curve followed block by block, so that its length costs no memory.

Each block stays in the processor's cache while everything is computed from it, and all blocks are laid out in the
same memory: taking new memory for each would cost more than the arithmetic.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from topline.stats.curve_crossing import BLOCK, Height
from topline.stats.estimate import Floats, Integers
from topline.stats.tied_times import closest_gap, end_of_run


class CurveBlock:
    """Successive times of a curve, a row for each participant; the next block overwrites them.

    Parameters
    ----------
    keys
        Part of the sorted keys, ending where a time does.
    following
        How many participants come after them.
    closest
        Times no further apart are one time.
    before
        The height at which the block begins.
    space
        Memory for at least as many rows.

    Attributes
    ----------
    time, at_risk, events
        As in :class:`topline.stats.survival.SurvivalCurve`, but counts as floats. A time that only rounding keeps from
        the one before it is given as that one, without events of its own.
    starts
        The rows at which a time begins.
    before
        As given.
    last
        Whether the curve ends here.
    """

    def __init__(
        self,
        keys: NDArray[np.uint64],
        following: int,
        closest: float,
        before: Height,
        space: "_Workspace",
    ) -> None:
        size = keys.size
        self.before, self.last = before, following == 0
        self.time = np.right_shift(keys, np.uint64(1), out=space.times[:size]).view(np.float64)
        self.events = space.events[:size]
        # What is not needed yet is the room for what is not needed for long.
        died = np.bitwise_and(keys, np.uint64(1), out=space.terms[:size].view(np.uint64))
        self.events[:] = died.view(np.int64)
        self.at_risk = np.subtract(
            float(size + following), space.position[:size], out=space.at_risk[:size]
        )
        self._following = following
        self._factors, self._terms = space.factors[:size], space.terms[:size]
        self._after: Height | None = None
        self._heights: tuple[Floats, Floats] | None = None
        gaps = np.subtract(self.time[1:], self.time[:-1], out=self._terms[1:])
        apart = space.apart[:size]
        apart[0] = True
        np.greater(gaps, closest, out=apart[1:])
        self.starts: slice | NDArray[np.bool_] = slice(None)
        if not apart.all():
            self.starts = apart
            self._join(np.flatnonzero(~apart))
        self._take_steps()

    def _join(self, joined: Integers) -> None:
        """Make times that are not apart from those before them one time with the first."""
        # Times next to one another that join are one run: it begins before the first of them.
        first = np.concatenate(([True], np.diff(joined) > 1))
        begins = (joined[first] - 1)[np.cumsum(first) - 1]
        np.add.at(self.events, begins, self.events[joined])
        self.events[joined] = 0.0
        self.time[joined] = self.time[begins]

    def _take_steps(self) -> None:
        """Lay out what survival is multiplied by at each time, and what Greenwood's sum grows by."""
        remaining = np.subtract(self.at_risk, self.events, out=self._factors)
        np.multiply(self.at_risk, remaining, out=self._terms)
        np.divide(remaining, self.at_risk, out=self._factors)
        with np.errstate(divide="ignore"):
            # Where the last at risk have the event the term is infinite, and survival 0.
            np.divide(self.events, self._terms, out=self._terms)

    @property
    def after(self) -> Height:
        """The height at the last time. Without :meth:`heights` it takes a fifth of what they take."""
        if self._after is None:
            self._after = Height(
                self.before.survival * _product(self._factors),
                self.before.squared + float(np.add.reduce(self._terms)),
            )
        return self._after

    def heights(self) -> tuple[Floats, Floats]:
        """Give survival at each time, and Greenwood's sum."""
        if self._heights is None:
            self._factors[0] *= self.before.survival
            self._terms[0] += self.before.squared
            survival = np.cumprod(self._factors, out=self._factors)
            squared = np.cumsum(self._terms, out=self._terms)
            self._heights = survival, squared
            self._after = self._after or Height(float(survival[-1]), float(squared[-1]))
        return self._heights

    def leaving(self) -> Integers:
        """Count who leaves at each time that begins, with or without event."""
        return -np.diff(self.at_risk[self.starts], append=self._following).astype(np.int64)


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
    >>> block.time, block.heights()[0], block.last
    (array([1., 2.]), array([1., 0.]), True)
    """
    closest = closest_gap(keys, tolerance, _times)
    space = _Workspace(BLOCK)
    height = Height(1.0, 0.0)
    # No limit can be ruled out in the block that begins at survival 1: it is a small one.
    start, size = 0, max(1, BLOCK >> 4)
    while start < keys.size:
        stop = end_of_run(keys, min(start + size, keys.size), closest, _times)
        if stop - start > space.position.size:
            space = _Workspace(stop - start)  # a run of equal times may be longer than a block
        block = CurveBlock(keys[start:stop], keys.size - stop, closest, height, space)
        yield block
        height, start, size = block.after, stop, BLOCK


class _Workspace:
    """The memory of a block.

    Parameters
    ----------
    size
        The most participants it takes.
    """

    def __init__(self, size: int) -> None:
        self.times = np.empty(size, dtype=np.uint64)
        self.at_risk, self.events, self.factors, self.terms = np.empty((4, size))
        self.apart = np.empty(size, dtype=np.bool_)
        self.position = np.arange(size, dtype=np.float64)


def _product(factors: Floats) -> float:
    """Multiply numbers: rows of them with one another at once, which NumPy does three times as fast as in turn."""
    width = max(1, int(factors.size**0.5))
    whole = factors.size // width * width
    rows = factors[:whole].reshape(width, -1)
    return float(rows.prod(axis=0).prod() * factors[whole:].prod())


def _times(keys: NDArray[np.uint64]) -> Floats:
    return (keys >> np.uint64(1)).view(np.float64)
