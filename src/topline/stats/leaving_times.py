"""Who leaves observation when: distinct times with the number of events and censorings at each."""

import numpy as np
from numpy.typing import NDArray

from topline.stats.curve_crossing import BLOCK
from topline.stats.estimate import Floats, Integers
from topline.stats.tied_times import tie_tolerance_in_range


def count_leaving(times: Floats, happened: NDArray[np.bool_]) -> tuple[Floats, Integers, Integers]:
    """Count who leaves, and how many of them with an event, at each distinct time.

    Parameters
    ----------
    times, happened
        From :func:`topline.stats.observed_times.observed_times`.

    Returns
    -------
    numpy.ndarray
        The distinct times, ascending.
    numpy.ndarray
        Who leaves at each, with or without event.
    numpy.ndarray
        Who has the event at each.

    Examples
    --------
    >>> count_leaving(np.array([2.0, 1.0, 2.0]), np.array([True, False, False]))
    (array([1., 2.]), array([1, 2]), array([0, 1]))
    """
    counted = count_whole(times, happened)
    if counted is not None:
        return counted
    packed = sorted_keys(times, happened)
    ordered = (packed >> np.uint64(1)).view(np.float64)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    packed &= np.uint64(1)
    events = np.add.reduceat(packed.view(np.int64), starts)
    return ordered[starts], np.diff(starts, append=times.size), events


def sorted_keys(times: Floats, happened: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Sort times with their events in one array of keys.

    Floats from 0 are ordered as their bits are, and the sign bit is free: with the event in the lowest bit, one
    plain sort of one array orders both.

    Examples
    --------
    >>> keys = sorted_keys(np.array([2.0, 1.0]), np.array([True, False]))
    >>> (keys >> np.uint64(1)).view(np.float64), keys & np.uint64(1)
    (array([1., 2.]), array([0, 1], dtype=uint64))
    """
    keys = packed_keys(times, happened)
    keys.sort()
    return keys


def packed_keys(times: Floats, happened: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Pack each time with its event into a key, in the order given; see :func:`sorted_keys`."""
    # The sign bit is shifted out, so that -0.0 is 0.0.
    keys = np.left_shift(times.view(np.uint64), np.uint64(1))
    keys |= happened
    return keys


def tied_runs(distinct: Floats, tolerance: float) -> tuple[Integers, Integers] | None:
    """Find the first and last position of each run of times that only rounding keeps apart.

    Returns
    -------
    tuple of numpy.ndarray or None
        ``None`` where all times are apart.

    Examples
    --------
    >>> tied_runs(np.array([1.0, 1.0 + 1e-12, 2.0]), 1e-8)
    (array([0, 2]), array([1, 2]))
    """
    closest = tie_tolerance_in_range(tolerance) * max(1.0, float(distinct.mean()))
    apart = np.diff(distinct) > closest
    if bool(apart.all()):
        return None
    return (
        np.flatnonzero(np.concatenate(([True], apart))),
        np.flatnonzero(np.concatenate((apart, [True]))),
    )


def count_whole(
    times: Floats, happened: NDArray[np.bool_]
) -> tuple[Floats, Integers, Integers] | None:
    """Count as :func:`count_leaving` without a sort, where all times are whole and not too far apart.

    Returns
    -------
    tuple of numpy.ndarray or None
        ``None`` where times are not so.

    Examples
    --------
    >>> count_whole(np.array([2.5]), np.array([True])) is None
    True
    """
    highest = float(times.max())
    if highest > 2 * times.size + 1000:
        return None
    cells = 2 * (int(highest) + 1)
    table = np.zeros(cells, dtype=np.int64)
    step = max(BLOCK, cells)
    for start in range(0, times.size, step):
        part = times[start : start + step]
        whole = part.astype(np.int64)
        if not bool((whole == part).all()):
            return None
        whole <<= 1
        whole += happened[start : start + step]
        table += np.bincount(whole, minlength=cells)
    by_time = table.reshape(-1, 2)
    leaving = by_time.sum(axis=1)
    distinct = np.flatnonzero(leaving)
    return distinct.astype(np.float64), leaving[distinct], by_time[distinct, 1]
