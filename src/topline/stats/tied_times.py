"""Times put in order, with those that only rounding keeps apart made one.

R's survival package has done so since version 2.40 (its ``timefix``): times computed in other units, such as
days / 30.4375, differ in the last digits where the days were equal, and ties decide at-risk counts.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from topline.errors import UsageError
from topline.stats.curve_crossing import BLOCK
from topline.stats.estimate import Floats, Integers
from topline.stats.grouping import apply_within

TIE_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""Times that differ by less, absolutely or relative to the mean of the distinct times, are one time."""

Unpack: TypeAlias = Callable[[NDArray[Any]], Floats]
"""Makes times of a block of sorted values that hold them."""

_LARGEST = np.iinfo(np.uint64).max


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


def sort_with_labels(
    times: Floats, labels: Integers, number: int, bounds: Integers
) -> tuple[Floats, Integers]:
    """Sort times within runs, and carry a label of each along.

    Parameters
    ----------
    times
        From 0.
    labels
        Whole numbers from 0 to below ``number``.
    number
        How many labels there are.
    bounds
        The runs.

    Returns
    -------
    numpy.ndarray
        The times, ascending within each run.
    numpy.ndarray
        The label of each.

    Notes
    -----
    Floats from 0 are ordered as their bits are, and times seldom need all 63 of them: where the label fits beside the
    bits in which times differ, one plain sort does what otherwise takes a sort of positions and two gatherings.

    Examples
    --------
    >>> sort_with_labels(np.array([3.0, 1.0, 2.0]), np.array([7, 8, 9]), 10, np.array([0, 3]))
    (array([1., 2., 3.]), array([8, 9, 7]))
    """
    keys = np.add(times, 0.0).view(np.uint64)  # -0.0, whose sign bit is set, becomes 0.0
    above = keys > 0
    lowest, highest = int(keys.min(where=above, initial=_LARGEST)), int(keys.max())
    width = max(number - 1, 1).bit_length()
    if highest == 0 or (highest - lowest + 1).bit_length() + width > 64:
        order = _order_within(times, bounds)
        return times[order], labels[order]
    # The smallest time above 0 becomes 1, so that 0 stays 0.
    base, shift = np.uint64(lowest - 1), np.uint64(width)
    np.subtract(keys, base, out=keys, where=above)
    keys <<= shift
    keys |= labels.view(np.uint64)
    apply_within(_sorted, keys, bounds, keys)
    carried = (keys & np.uint64((1 << width) - 1)).view(np.int64)
    keys >>= shift
    np.add(keys, base, out=keys, where=keys > 0)
    return keys.view(np.float64), carried


def _sorted(run: NDArray[np.uint64]) -> NDArray[np.uint64]:
    if run.ndim == 1:
        run.sort()  # a view of the keys: in place
        return run
    return np.sort(run, axis=-1)


def _order_within(times: Floats, bounds: Integers) -> Integers:
    order = np.empty(times.size, dtype=np.int64)
    apply_within(lambda run: np.argsort(run, axis=-1), times, bounds, order)
    if bounds.size > 2:
        order += np.repeat(bounds[:-1], np.diff(bounds))
    return order


def closest_gap(values: NDArray[Any], tolerance: float, unpack: Unpack) -> float:
    """Give the gap up to which neighbouring times are one time, from the mean of the distinct times.

    Parameters
    ----------
    values
        Sorted times in any form.
    tolerance
        See :data:`TIE_TOLERANCE`.
    unpack
        Makes times of a block of values.

    Examples
    --------
    >>> closest_gap(np.array([1.0, 1.0, 3.0]), 0.01, lambda block: block)
    0.02
    """
    if tolerance == 0:
        return 0.0
    total, distinct, before = 0.0, 0, np.nan
    for start in range(0, values.size, BLOCK):
        ordered = unpack(values[start : start + BLOCK])
        new = np.empty(ordered.size, dtype=np.bool_)
        new[0] = ordered[0] != before
        np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
        count = int(np.count_nonzero(new))
        total += float(ordered.sum() if count == ordered.size else ordered[new].sum())
        distinct, before = distinct + count, float(ordered[-1])
    return tolerance * max(1.0, total / distinct)


def end_of_run(values: NDArray[Any], stop: int, closest: float, unpack: Unpack) -> int:
    """Move a position on to where a time differs from the one before it.

    Examples
    --------
    >>> end_of_run(np.array([1.0, 2.0, 2.0, 3.0]), 2, 0.0, lambda block: block)
    3
    """
    ahead = 16  # a run mostly ends at once; one that does not may be long
    while stop < values.size:
        apart = np.flatnonzero(np.diff(unpack(values[stop - 1 : stop + ahead])) > closest)
        if apart.size:
            return stop + int(apart[0])
        stop, ahead = min(stop + ahead, values.size), BLOCK
    return stop


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
    gaps[bounds[1:-1] - 1] = np.inf
    near = np.flatnonzero((gaps > 0) & (gaps <= widest))
    if near.size == 0:
        return ordered
    runs = np.unique(np.searchsorted(bounds, near, side="right") - 1)
    if runs.size == bounds.size - 1:
        return _merged(ordered, bounds, tolerance)
    sizes = np.diff(bounds)[runs]
    stops = np.cumsum(sizes)
    places = np.repeat(bounds[runs] - (stops - sizes), sizes) + np.arange(int(stops[-1]))
    merged = ordered.copy()
    merged[places] = _merged(ordered[places], np.append(0, stops), tolerance)
    return merged


def _merged(ordered: Floats, bounds: Integers, tolerance: float) -> Floats:
    gaps = np.diff(ordered)
    starts = np.concatenate(([True], gaps != 0))
    starts[bounds[:-1]] = True
    run = np.searchsorted(bounds, np.flatnonzero(starts), side="right") - 1
    means = np.bincount(run, weights=ordered[starts]) / np.bincount(run)
    closest = np.repeat(tolerance * np.maximum(1.0, means), np.diff(bounds))
    starts[1:] &= gaps > closest[1:]
    starts[bounds[:-1]] = True
    firsts = np.flatnonzero(starts)
    return np.repeat(ordered[firsts], np.diff(firsts, append=ordered.size))
