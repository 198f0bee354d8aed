"""Which observations belong together: by label, or as runs of one array given by offsets.

Many small computations are one large one when their observations stand one after the other and offsets say
where each group begins: ``offsets[i]`` to ``offsets[i + 1]`` is group ``i``.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError
from topline.stats.checking import counts, labels
from topline.stats.estimate import Floats, Integers

FEW = 64
"""Up to this many runs are worked on one by one; more are gathered by length."""

_BLOCK = 1 << 15
"""So many values are summed at a time where no room is to be taken."""

_WIDEST_RANGE = 1000
"""Whole-number labels within such a range are sorted by counting."""


def categories(name: str, values: Iterable[object]) -> tuple[tuple[str, ...], Integers]:
    """Take a label for each observation, as the sorted labels and the position of each in them.

    Parameters
    ----------
    name
        What the sequence is called in a message.
    values
        One label for each observation: numbers, text, or anything with a text form.

    Returns
    -------
    tuple of str
        The distinct labels: numbers in numeric order, all others in the order of their text.
    numpy.ndarray
        For each observation the position of its label, int64.

    Raises
    ------
    DataError
        If the sequence is empty, or a label is missing.

    Examples
    --------
    >>> categories("group", ["B", "A", "B"])
    (('A', 'B'), array([1, 0, 1]))
    >>> categories("group", [10, 9, 10])
    (('9', '10'), array([1, 0, 1]))
    """
    array: NDArray[Any] = (
        values if isinstance(values, np.ndarray) else np.array([*values, None], dtype=object)[:-1]
    )
    if array.ndim == 1 and array.size and array.dtype.kind in "bui":
        return _whole_categories(array)
    found = labels(name, array.tolist())
    numeric = all(
        isinstance(value, int | float | np.number) and not isinstance(value, bool)
        for value in array.tolist()
    )
    if numeric:
        distinct, codes = np.unique(np.asarray(array, dtype=np.float64), return_inverse=True)
        first = {float(value): label for value, label in zip(array.tolist(), found, strict=True)}
        return tuple(first[value] for value in distinct.tolist()), codes.astype(np.int64)
    ordered = sorted(set(found))
    position = {label: place for place, label in enumerate(ordered)}
    return tuple(ordered), np.array(list(map(position.__getitem__, found)), np.int64)


def _whole_categories(array: NDArray[Any]) -> tuple[tuple[str, ...], Integers]:
    if array.dtype.kind != "b":
        lowest, highest = int(array.min()), int(array.max())
        if highest - lowest < _WIDEST_RANGE:
            places = array.astype(np.int64) - lowest
            present = np.bincount(places) > 0
            names = tuple(str(lowest + place) for place in np.flatnonzero(present).tolist())
            if present.all():
                return names, places
            return names, (np.cumsum(present) - 1)[places]
    distinct, codes = np.unique(array, return_inverse=True)
    return tuple(str(value) for value in distinct.tolist()), codes.astype(np.int64)


def run_bounds(offsets: ArrayLike, size: int) -> Integers:
    """Take the offsets of runs that divide an array.

    Parameters
    ----------
    offsets
        Where each run begins, and at the end the length of the array: one element more than runs.
    size
        The length of the array.

    Raises
    ------
    DataError
        If the offsets do not begin with 0, do not end with ``size``, or a run is empty.

    Examples
    --------
    >>> run_bounds([0, 3, 5], 5)
    array([0, 3, 5])
    >>> run_bounds([0, 3, 3, 5], 5)
    Traceback (most recent call last):
        ...
    topline.errors.DataError: offsets[2] is 3, as the offset before it: that group is empty
      where: offsets[2]
      accepted: ascending offsets: every group has at least one observation
    """
    bounds = counts("offsets", offsets)
    if bounds.size < 2 or bounds[0] != 0 or bounds[-1] != size:
        raise DataError(
            f"the offsets go from {bounds[0]} to {bounds[-1]}, and there are {size} observations",
            where="offsets",
            accepted=f"where each group begins, from 0, and at last {size}",
        )
    wrong = np.diff(bounds) <= 0
    if wrong.any():
        position = int(np.argmax(wrong)) + 1
        why = "as the offset before it: that group is empty"
        raise DataError(
            f"offsets[{position}] is {bounds[position]}, "
            + (why if bounds[position] == bounds[position - 1] else "below the offset before it"),
            where=f"offsets[{position}]",
            accepted="ascending offsets: every group has at least one observation",
        )
    return bounds


def apply_within(
    function: Callable[[NDArray[Any]], NDArray[Any]],
    values: NDArray[Any],
    bounds: Integers,
    out: NDArray[Any],
) -> None:
    """Apply a function that works along the last axis to each run by itself.

    Parameters
    ----------
    function
        Takes one or two dimensions, and returns the same shape, such as a cumulative sum along axis -1.
    values
        One-dimensional.
    bounds
        From :func:`run_bounds`.
    out
        Takes the results; may be ``values``.

    Notes
    -----
    Runs of the same length are stacked into a matrix and done at once, so that the cost is in proportion to
    the observations even for a million runs.

    Examples
    --------
    >>> sums = np.empty(4)
    >>> apply_within(lambda run: np.cumsum(run, axis=-1), np.ones(4), np.array([0, 1, 4]), sums)
    >>> sums
    array([1., 1., 2., 3.])
    """
    lengths = np.diff(bounds)
    if lengths.size <= FEW:
        for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            out[start:stop] = function(values[start:stop])
        return
    if lengths.min() == lengths.max():
        rows = (-1, int(lengths[0]))
        out.reshape(rows)[...] = function(values.reshape(rows))
        return
    by_length = np.argsort(lengths, kind="stable")
    changes = np.flatnonzero(np.diff(lengths[by_length])) + 1
    for chosen in np.split(by_length, changes):
        places = bounds[:-1][chosen][:, None] + np.arange(int(lengths[chosen[0]]))
        out[places] = function(values[places])


def cumulative_sums(values: Floats, bounds: Integers) -> Floats:
    """Give the running sum within each run.

    Examples
    --------
    >>> cumulative_sums(np.array([1.0, 2.0, 3.0]), np.array([0, 2, 3]))
    array([1., 3., 3.])
    """
    sums = np.empty_like(values)
    apply_within(lambda run: np.cumsum(run, axis=-1), values, bounds, sums)
    return sums


def accumulate(values: Floats, bounds: Integers) -> None:
    """Turn values into what :func:`cumulative_sums` gives, where they stand and without a copy of them all.

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 3.0])
    >>> accumulate(values, np.array([0, 2, 3]))
    >>> values
    array([1., 3., 3.])
    """
    if bounds.size - 1 > FEW:
        apply_within(lambda run: np.cumsum(run, axis=-1), values, bounds, values)
        return
    for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        for first in range(start, stop, _BLOCK):
            block = values[first : min(first + _BLOCK, stop)]
            if first > start:
                block[0] += values[first - 1]
            block[:] = np.cumsum(block)


def cumulative_products(values: Floats, bounds: Integers) -> Floats:
    """Give the running product within each run.

    Examples
    --------
    >>> cumulative_products(np.array([1.0, 2.0, 3.0]), np.array([0, 2, 3]))
    array([1., 2., 3.])
    """
    products = np.empty_like(values)
    apply_within(lambda run: np.cumprod(run, axis=-1), values, bounds, products)
    return products
