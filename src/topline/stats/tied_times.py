"""Times put in order, with those that only rounding keeps apart made one.

R's survival package has done so since version 2.40 (its ``timefix``): times computed in other units, such as
days / 30.4375, differ in the last digits where the days were equal, and ties decide at-risk counts.
"""

import numpy as np

from topline.errors import UsageError
from topline.stats.estimate import Floats, Integers
from topline.stats.grouping import apply_within

TIE_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""Times that differ by less, absolutely or relative to the mean of the distinct times, are one time."""


def tie_tolerance_in_range(tolerance: float) -> float:
    """Take a tie tolerance: a small number from 0; 0 merges nothing.

    Raises
    ------
    UsageError
        If it is not from 0 to below 1.
    """
    if not 0 <= tolerance < 1:
        raise UsageError(
            f"a tie tolerance of {tolerance}", accepted="a small number from 0, such as 1e-8"
        )
    return float(tolerance)


def order_within(times: Floats, bounds: Integers) -> Integers:
    """Give the positions of observations in ascending order of time, run by run.

    Examples
    --------
    >>> order_within(np.array([3.0, 1.0, 2.0, 9.0, 8.0]), np.array([0, 3, 5]))
    array([1, 2, 0, 4, 3])
    """
    order = np.empty(times.size, dtype=np.int64)
    apply_within(lambda run: np.argsort(run, axis=-1), times, bounds, order)
    if bounds.size > 2:
        order += np.repeat(bounds[:-1], np.diff(bounds))
    return order


def merge_ties(ordered: Floats, bounds: Integers, tolerance: float = TIE_TOLERANCE) -> Floats:
    """Give each of a chain of nearly equal times the value of its first.

    Parameters
    ----------
    ordered
        Ascending within each run.
    bounds
        The runs, each judged by itself.
    tolerance
        See :data:`TIE_TOLERANCE`; 0 merges nothing.

    Returns
    -------
    numpy.ndarray
        ``ordered`` itself where nothing is to be merged.

    Examples
    --------
    >>> merge_ties(np.array([1.0, 2.0, 2.0 + 1e-12]), np.array([0, 3]))
    array([1., 2., 2.])
    """
    if tie_tolerance_in_range(tolerance) == 0 or ordered.size < 2:
        return ordered
    gaps = np.diff(ordered)
    widest = tolerance * max(1.0, float(ordered.max()))
    if not bool(np.any((gaps > 0) & (gaps <= widest))):
        return ordered
    starts = np.concatenate(([True], gaps != 0))
    starts[bounds[:-1]] = True
    run = np.searchsorted(bounds, np.flatnonzero(starts), side="right") - 1
    distinct = np.bincount(run)
    means = np.bincount(run, weights=ordered[starts]) / distinct
    closest = np.repeat(tolerance * np.maximum(1.0, means), np.diff(bounds))
    starts[1:] &= gaps > closest[1:]
    starts[bounds[:-1]] = True
    firsts = np.flatnonzero(starts)
    return np.repeat(ordered[firsts], np.diff(firsts, append=ordered.size))
