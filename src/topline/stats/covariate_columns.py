"""Covariates of a regression: columns of finite numbers that vary, with names."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import finite
from topline.stats.estimate import Floats


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
        If the shape is another, an element is not a finite number, or a column does not vary.

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
