"""Times and events as a caller gives them, checked once, and not copied where they are as they should be."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.checking import finite, same_length, zero_or_one
from topline.stats.estimate import Floats


def observed_times(time: ArrayLike, event: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    """Take the time of each participant, and whether the event happened then.

    Parameters
    ----------
    time
        To event or censoring [any unit], from 0.
    event
        1 (or True) for an event, 0 (or False) for a censoring.

    Returns
    -------
    numpy.ndarray
        The times, float64; the caller's own array where it is one of float64. Never write to it.
    numpy.ndarray
        Whether the event happened.

    Raises
    ------
    DataError
        If there is no participant, the lengths differ, a time is missing, negative or infinite, or an event is
        neither 0 nor 1.

    Examples
    --------
    >>> observed_times([1, 2.5], [1, 0])
    (array([1. , 2.5]), array([ True, False]))
    """
    times, happened = _times(time), _indicators(event)
    same_length(time=times, event=happened)
    return times, happened


def _times(time: ArrayLike) -> Floats:
    if isinstance(time, np.ndarray) and time.ndim == 1 and time.size and time.dtype.kind in "iuf":
        # A missing time makes both extremes missing, so that two passes judge every element.
        lowest, highest = float(time.min()), float(time.max())
        if lowest >= 0 and highest < np.inf:
            return time.astype(np.float64, copy=False)
    return finite("time", time, minimum=0)


def _indicators(event: ArrayLike) -> NDArray[np.bool_]:
    if (
        isinstance(event, np.ndarray)
        and event.ndim == 1
        and event.size
        and event.dtype.kind in "iu"
    ):
        if int(event.min()) >= 0 and int(event.max()) <= 1:
            return event.astype(np.bool_)
    return zero_or_one("event", event)
