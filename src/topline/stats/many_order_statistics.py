"""Medians, sign tests and quantiles of many samples at once, laid one after the other with offsets.

The formulas are those of :mod:`topline.stats.median` and :mod:`topline.stats.quantile`; a number that those leave
undefined with a reason is NaN here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import confidence_level, finite, known
from topline.stats.estimate import Estimates, Floats, Integers, Sides, Tests
from topline.stats.grouping import run_bounds
from topline.stats.median import limit_ranks, sign_probabilities
from topline.stats.quantile import DEFAULT, ordered_places, shares_below


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Medians(Estimates):
    """Medians of many samples, as arrays of one length.

    Parameters
    ----------
    value, lower, upper, level, scale, method, undefined
        As in :class:`topline.stats.estimate.Estimates`.
    coverage
        As in :class:`topline.stats.median.Median`, one for each sample; NaN for a single observation.
    """

    coverage: Floats

    @property
    def notes(self) -> tuple[str, ...]:
        """Which of the numbers are undefined and why, and where limits hold less than the level."""
        short = np.flatnonzero(self.coverage < self.level)
        # The two-argument form, since the class is made anew for its slots.
        gaps = super(Medians, self).notes
        if not short.size:
            return gaps
        few = f"too few observations for the level at {short.size} of {self.coverage.size}"
        return (*gaps, f"{few}, first at {short[0]}")


def medians(values: ArrayLike, offsets: ArrayLike, *, level: float = 0.95) -> Medians:
    """Estimate many medians, each as :func:`topline.stats.median.median` does.

    Parameters
    ----------
    values
        The observations of all samples, one sample after the other [any units].
    offsets
        Where each sample begins, from 0, and at last the number of observations [places among the values].
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Medians
        In the measurement's unit, with what the limits hold; no limits, NaN, for a single observation.

    Raises
    ------
    DataError
        If an element is not a finite number, or the offsets do not fit.
    UsageError
        If ``level`` does not fit.

    Examples
    --------
    >>> found = medians([7, 1, 5, 3, 9, 11, 4], [0, 6, 7])
    >>> found.value, found.lower, found.coverage
    (array([6., 4.]), array([ 1., nan]), array([0.96875,     nan]))
    """
    level = confidence_level(level)
    ordered, bounds = _ordered(values, offsets)
    starts, number = bounds[:-1], np.diff(bounds)
    rank, coverage = limit_ranks(number, level)
    limited = number > 1
    lower, upper = np.full((2, number.size), np.nan)
    lower[limited] = ordered[(starts + rank - 1)[limited]]
    upper[limited] = ordered[(starts + number - rank)[limited]]
    return Medians(
        value=(ordered[starts + (number - 1) // 2] + ordered[starts + number // 2]) / 2,
        lower=lower,
        upper=upper,
        level=level,
        method="median, interval by order statistics",
        undefined="a single observation",
        coverage=np.where(limited, coverage, np.nan),
    )


def sign_tests(
    values: ArrayLike, offsets: ArrayLike, *, null_value: float = 0.0, sides: Sides = "two-sided"
) -> Tests:
    """Test many medians against one value, each as :func:`topline.stats.median.sign_test` does.

    Parameters
    ----------
    values, offsets
        As in :func:`medians`.
    null_value
        The median under every null hypothesis [the measurement's unit].
    sides
        As in :func:`topline.stats.median.sign_test`.

    Returns
    -------
    Tests
        How many values are above; NaN where none differs from the null value.

    Raises
    ------
    DataError
        As :func:`medians`.
    UsageError
        If a word is not known.

    Examples
    --------
    >>> found = sign_tests([1.2, 0.4, -0.3, 2.2, 0.9, 1.1, 0, 0], [0, 6, 8])
    >>> found.statistic, found.p_value
    (array([ 5., nan]), array([0.21875,     nan]))
    """
    known("alternative", sides, ("two-sided", "greater", "less"))
    numbers = finite("values", values)
    bounds = run_bounds(offsets, numbers.size)
    null_value = float(finite("null_value", [null_value])[0])
    above, below = (
        np.add.reduceat(found.astype(np.int64), bounds[:-1])
        for found in (numbers > null_value, numbers < null_value)
    )
    return Tests(
        statistic=np.where(above + below > 0, above.astype(np.float64), np.nan),
        p_value=sign_probabilities(above, below, sides),
        sides=sides,
        null_value=null_value,
        method="sign test, exact",
        undefined="all values equal the null value",
    )


def many_quantiles(
    values: ArrayLike,
    offsets: ArrayLike,
    probabilities: Sequence[float],
    *,
    definition: str = DEFAULT,
) -> Floats:
    """Give quantiles of many samples, each as :func:`topline.stats.quantile.quantiles` does.

    Parameters
    ----------
    values, offsets
        As in :func:`medians`.
    probabilities
        The share of the distribution below each quantile, from 0 to 1 [1]; the same for all samples.
    definition
        A name in :data:`topline.stats.quantile.DEFINITIONS`.

    Returns
    -------
    numpy.ndarray
        In the measurement's unit: a row for each sample, a column for each probability. Of a single observation all
        are that one.

    Raises
    ------
    DataError
        As :func:`medians`.
    UsageError
        If a probability or the definition is not known.

    Examples
    --------
    >>> many_quantiles([4, 2, 1, 3, 9], [0, 4, 5], [0.25, 0.5, 0.75])
    array([[1.5, 2.5, 3.5],
           [9. , 9. , 9. ]])
    """
    ordered, bounds = _ordered(values, offsets)
    number = np.diff(bounds)
    columns = []
    for probability in shares_below(probabilities):
        below, above, weight = ordered_places(number, probability, definition)
        low, high = (ordered[bounds[:-1] + place] for place in (below, above))
        with np.errstate(invalid="ignore"):
            between = (1 - weight) * low + weight * high
        columns.append(
            np.where((weight == 0) | (low == high), low, np.where(weight == 1, high, between))
        )
    return np.stack(columns, axis=1)


def _ordered(values: ArrayLike, offsets: ArrayLike) -> tuple[Floats, Integers]:
    """Sort each sample."""
    numbers = finite("values", values)
    bounds = run_bounds(offsets, numbers.size)
    run = np.repeat(np.arange(bounds.size - 1), np.diff(bounds))
    return numbers[np.lexsort((numbers, run))], bounds
