"""Order statistics of all differences between two samples, and of all Walsh averages of one.

There are as many differences as pairs. Up to some millions they are listed; beyond that each order statistic is
selected without listing them, by discarding the pairs on the wrong side of a pivot (D. B. Johnson and
T. Mizoguchi, "Selecting the Kth element in X + Y and X1 + X2 + ... + Xm", SIAM Journal on Computing 7, 1978).
"""

from collections.abc import Callable, Sequence

import numpy as np

from topline.stats.estimate import Floats, Integers

LISTED = 2**21
"""Up to so many pairs are listed."""

Entry = Callable[[Integers, Integers], Floats]
"""The value of each pair of a row and a column; never falling along a row."""


def difference_order(first: Floats, second: Floats, places: Sequence[int]) -> list[float]:
    """Give order statistics of all differences ``first[i] - second[j]``.

    Parameters
    ----------
    first, second
        The samples.
    places
        Which order statistics, counted from 1.

    Examples
    --------
    >>> difference_order(np.array([1.0, 5.0]), np.array([0.0, 2.0]), [1, 2, 3, 4])
    [-1.0, 1.0, 3.0, 5.0]
    """
    rows, columns = np.sort(first), np.sort(second)[::-1]
    if rows.size * columns.size <= LISTED:
        return _listed(np.subtract.outer(rows, columns).ravel(), places)
    stops = np.full(rows.size, columns.size, dtype=np.int64)
    return [
        _select(lambda i, j: rows[i] - columns[j], np.zeros_like(stops), stops, place)
        for place in places
    ]


def walsh_order(values: Floats, places: Sequence[int]) -> list[float]:
    """Give order statistics of all Walsh averages ``(values[i] + values[j]) / 2`` with i ≤ j, counted from 1.

    Examples
    --------
    >>> walsh_order(np.array([1.0, 2.0, 6.0]), [1, 3, 6])
    [1.0, 2.0, 6.0]
    """
    ordered = np.sort(values)
    number = ordered.size
    if number * (number + 1) // 2 <= LISTED:
        i, j = np.triu_indices(number)
        return _listed((ordered[i] + ordered[j]) / 2, places)
    return [
        _select(
            lambda i, j: (ordered[i] + ordered[j]) / 2,
            np.arange(number, dtype=np.int64),
            np.full(number, number, dtype=np.int64),
            place,
        )
        for place in places
    ]


def middle_places(number: int) -> tuple[int, int]:
    """Give the places, from 1, of the one or two middle values, whose mean is the median.

    Examples
    --------
    >>> middle_places(5), middle_places(6)
    ((3, 3), (3, 4))
    """
    return (number + 1) // 2, number // 2 + 1


def _listed(pairs: Floats, places: Sequence[int]) -> list[float]:
    wanted = np.asarray(places) - 1
    return [float(number) for number in np.partition(pairs, np.unique(wanted))[wanted]]


def _select(entry: Entry, starts: Integers, stops: Integers, place: int) -> float:
    """Select the entry with ``place - 1`` entries before it, from rows that never fall between start and stop."""
    low, high = starts.copy(), stops.copy()
    rank = place
    while int((high - low).sum()) > LISTED:
        active = np.flatnonzero(high > low)
        lengths = (high - low)[active]
        pivot = _weighted_median(entry(active, low[active] + (lengths - 1) // 2), lengths)
        before = _count(entry, active, low[active], high[active], pivot, strictly=True)
        through = _count(entry, active, low[active], high[active], pivot, strictly=False)
        number_before = int((before - low[active]).sum())
        number_through = int((through - low[active]).sum())
        if rank <= number_before:
            high[active] = before
        elif rank <= number_through:
            return pivot
        else:
            low[active] = through
            rank -= number_through
    lengths = high - low
    row = np.repeat(np.arange(lengths.size), lengths)
    column = np.arange(row.size) - np.repeat(np.cumsum(lengths) - lengths, lengths) + low[row]
    return float(np.partition(entry(row, column), rank - 1)[rank - 1])


def _weighted_median(values: Floats, weights: Integers) -> float:
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, (cumulated[-1] + 1) // 2)])


def _count(
    entry: Entry, rows: Integers, low: Integers, high: Integers, pivot: float, *, strictly: bool
) -> Integers:
    """Find in each row the first column whose entry is not below (or not at or below) the pivot.

    The search compares the entries themselves, because ``x - y <= p`` and ``x <= p + y`` may round differently.
    """
    low, high = low.copy(), high.copy()
    while bool((open_rows := low < high).any()):
        middle = (low + high) // 2
        found = entry(rows, np.minimum(middle, high - 1))
        before = ((found < pivot) if strictly else (found <= pivot)) & open_rows
        low = np.where(before, middle + 1, low)
        high = np.where(open_rows & ~before, middle, high)
    return low
