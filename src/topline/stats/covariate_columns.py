"""Covariates of a regression: columns of finite numbers that vary, with names."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import finite
from topline.stats.estimate import Floats

SMALLEST, LARGEST = 1e-100, 1e100
"""Between them a variable's spread and size must lie: products of two variances must be numbers."""


def checked_columns(covariates: ArrayLike, names: Sequence[str] | None = None) -> Floats:
    """Take covariates: one row for each participant, one column for each covariate.

    Parameters
    ----------
    covariates
        Two-dimensional, or one-dimensional for one covariate.
    names
        As in :func:`covariate_names`.

    Raises
    ------
    DataError
        If the shape is another, an element is not a finite number, or a column does not vary or is so small or so
        large that its squares would be no numbers.

    Examples
    --------
    >>> checked_columns([0, 1, 1]).shape
    (3, 1)
    """
    columns = _columns(covariates)
    _check_columns(columns, covariate_names(names, columns.shape[1]))
    return columns


def _columns(covariates: ArrayLike) -> Floats:
    array = np.asarray(covariates)
    if array.ndim == 1:
        return finite("covariates", array)[:, None]
    if array.ndim != 2 or array.shape[1] == 0:
        raise DataError(
            f"covariates of shape {array.shape}",
            where="covariates",
            accepted="one row for each participant, one column for each covariate",
        )
    if array.dtype.kind not in "buif":
        return np.stack(
            [
                finite(f"covariates[:, {column}]", array[:, column].tolist())
                for column in range(array.shape[1])
            ],
            axis=1,
        )
    return array.astype(np.float64, copy=False)


def covariate_names(names: Sequence[str] | None, number: int) -> tuple[str, ...]:
    """Take the names of covariates, "x1", "x2" … by default.

    Raises
    ------
    UsageError
        If there is not one name of its own for each.

    Examples
    --------
    >>> covariate_names(None, 2)
    ('x1', 'x2')
    """
    if names is None:
        return tuple(f"x{position + 1}" for position in range(number))
    found = tuple(names)
    if len(found) != number or len(set(found)) != number:
        raise UsageError(
            f"{len(found)} names ({', '.join(found)}) for {number} covariates",
            accepted="one name of its own for each",
        )
    return found


def _check_columns(columns: Floats, names: tuple[str, ...]) -> None:
    for position, name in enumerate(names):
        column = columns[:, position]
        low, high = float(column.min()), float(column.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            finite(f"covariates[:, {position}]", column)
        if low == high:
            raise DataError(
                f"the covariate {name!r} is {low:g} for everybody",
                where=f"covariates, column {position}",
                accepted="covariates that differ between participants",
            )
        place = f"covariates, column {position}"
        refuse_extreme(name, place, max(high, -low))
        refuse_extreme(name, place, high / 2 - low / 2)


def refuse_extreme(name: str, where: str, size: float) -> None:
    """Refuse a variable whose squares would overflow, or underflow to 0.

    Parameters
    ----------
    name, where
        What the variable is called, and where it stands, for the message.
    size
        Its largest value without the sign, or its spread [the variable's unit]; 0 says nothing.

    Raises
    ------
    DataError
        If the size is not between 1e-100 and 1e100.

    Examples
    --------
    >>> refuse_extreme("age", "covariates, column 0", 1e200)
    Traceback (most recent call last):
        ...
    topline.errors.DataError: the variable 'age' reaches or spreads over 1e+200, of which no variance can be computed
      where: covariates, column 0
      accepted: variables between 1e-100 and 1e+100 in size
      to do: give it in another unit
    """
    if size and not SMALLEST <= size <= LARGEST:
        raise DataError(
            f"the variable {name!r} reaches or spreads over {size:g}, of which no variance can be computed",
            where=where,
            accepted=f"variables between {SMALLEST:g} and {LARGEST:g} in size",
            advice="give it in another unit",
        )
