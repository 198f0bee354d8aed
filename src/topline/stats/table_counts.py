"""Tables of counts, one or many of one shape, checked once before any formula sees them."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError
from topline.stats.checking import LARGEST_COUNT
from topline.stats.estimate import Floats


def contingency_table(table: ArrayLike, name: str = "table") -> Floats:
    """Take a table of counts. Part of :func:`topline.stats.contingency.pearson_test`.

    Parameters
    ----------
    table
        At least two rows and two columns of whole numbers from 0 [participants]; at least one participant.
    name
        What it is called in a message.

    Raises
    ------
    DataError
        If it is not such a table; the message names the element.

    Examples
    --------
    >>> contingency_table([[1, 2], [3, 4.0]])
    array([[1., 2.],
           [3., 4.]])
    """
    try:
        cells = np.asarray(table)
    except ValueError:  # rows of different lengths
        cells = np.empty(0, dtype=object)
    if cells.ndim != 2 or min(cells.shape) < 2:
        raise DataError(
            f"{name} is not a table of at least two rows and two columns",
            where=name,
            accepted="rows of equal length, each a sequence of counts",
        )
    numbers = whole_counts(cells, name)
    if not numbers.any():
        raise DataError(f"{name} counts nobody", where=name, accepted="at least one participant")
    return numbers


def contingency_tables(tables: ArrayLike) -> Floats:
    """Take many tables of counts, all of one shape. Part of :func:`topline.stats.contingency.pearson_test`.

    Parameters
    ----------
    tables
        Counts in three dimensions: tables, rows, columns [participants]; each as for :func:`contingency_table`.

    Raises
    ------
    DataError
        If they are no such tables, or a table counts nobody; the message names the element.

    Examples
    --------
    >>> contingency_tables([[[1, 2], [3, 4]], [[0, 0], [0, 1]]]).shape
    (2, 2, 2)
    """
    try:
        given = np.asarray(tables)
    except ValueError:  # tables of different shapes
        given = np.empty(0, dtype=object)
    if given.ndim != 3 or not given.shape[0] or min(given.shape[1:]) < 2:
        raise DataError(
            "tables are not counts in three dimensions",
            where="tables",
            accepted="tables of one shape, each of at least two rows and two columns",
        )
    cells = whole_counts(given, "tables")
    nobody = ~cells.any(axis=(1, 2))
    if nobody.any():
        where = f"tables[{int(np.argmax(nobody))}]"
        raise DataError(f"{where} counts nobody", where=where, accepted="at least one participant")
    return cells


def whole_counts(cells: NDArray[Any], name: str) -> Floats:
    """Take cells that are counts, in any number of dimensions.

    Examples
    --------
    >>> whole_counts(np.array([[1, 2]]), "affected")
    array([[1., 2.]])
    """
    if cells.dtype.kind not in "buif":
        raise DataError(
            f"{name} holds something other than numbers",
            where=name,
            accepted="whole numbers from 0",
        )
    numbers = cells.astype(np.float64)
    with np.errstate(invalid="ignore"):
        wrong = ~((numbers >= 0) & (numbers == np.floor(numbers)) & (numbers <= LARGEST_COUNT))
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        where = name + "".join(f"[{index}]" for index in place)
        raise DataError(
            f"{where} is {numbers[place]:g}",
            where=where,
            accepted="a count: a whole number from 0",
        )
    return numbers
