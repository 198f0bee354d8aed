"""Correlations of many pairs of measurements at once, from the measurements or from published correlations.

The formulas are those of :mod:`topline.stats.correlation`; a number that those leave undefined with a reason is NaN
here. Tests are by t and the normal distribution: the exact ones of ranks are made one by one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, counts, finite, known, same_length
from topline.stats.concordant_pairs import balance_of_pairs
from topline.stats.correlation import (
    ERRORS,
    KENDALL_TEST,
    TITLES,
    Coefficient,
    RankError,
    kendall_coefficients,
    kendall_deviates,
    transformed_variances,
)
from topline.stats.distribution import normal_multiplier, normal_probabilities
from topline.stats.estimate import Estimates, Floats, Integers, Sides, Tests
from topline.stats.grouping import run_bounds
from topline.stats.many_means import t_probabilities
from topline.stats.many_ranks import ranks_within


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correlations:
    """Numbers of pairs and correlations of many groups, as arrays of one length.

    Parameters
    ----------
    number
        How many pairs; at least 2.
    value
        The correlations; NaN where one of the measurements does not vary.
    coefficient
        Of which kind all are.
    deviate
        Of Kendall's: concordant less discordant pairs in standard errors, given the ties; ``None`` of the others, and
        of correlations that came without their measurements.
    """

    number: Integers
    value: Floats
    coefficient: Coefficient
    deviate: Floats | None = None


def correlation_summaries(
    number: ArrayLike, value: ArrayLike, *, coefficient: Coefficient = "pearson"
) -> Correlations:
    """Take correlations that are already made, such as published ones. Part of :func:`correlations`.

    Parameters
    ----------
    number
        How many pairs each is of [participants, or another unit]; whole, from 2.
    value
        The correlations, from -1 to 1 [1].
    coefficient
        Of which kind all are.

    Raises
    ------
    DataError
        If the lengths differ or there is none, a number is below 2, or a correlation beyond -1 or 1.
    UsageError
        If the coefficient is not known.

    Examples
    --------
    >>> correlation_summaries([9, 40], [0.57, -0.2]).number
    array([ 9, 40])
    """
    numbers, values = counts("number", number), finite("value", value)
    same_length(number=numbers, value=values)
    known("coefficient", coefficient, TITLES)
    for name, given, wrong, accepted in (
        ("number", numbers, numbers < 2, "at least two pairs"),
        ("value", values, np.abs(values) > 1, "a correlation from -1 to 1"),
    ):
        if wrong.any():
            position = int(np.argmax(wrong))
            where = f"{name}[{position}]"
            raise DataError(f"{where} is {given[position]:g}", where=where, accepted=accepted)
    return Correlations(number=numbers, value=values, coefficient=coefficient)


def correlate_many(
    first: ArrayLike,
    second: ArrayLike,
    offsets: ArrayLike,
    *,
    coefficient: Coefficient = "pearson",
) -> Correlations:
    """Correlate groups that lie one after another in two arrays, each as :func:`topline.stats.correlation.correlation` does.

    Parameters
    ----------
    first, second
        The two measurements of each participant of all groups, in the same order [any units].
    offsets
        Where each group begins, and at the end the number of pairs [places among the pairs]; a group holds at least
        two.
    coefficient
        See :data:`topline.stats.correlation.Coefficient`.

    Returns
    -------
    Correlations
        NaN where one of a group's measurements does not vary. The sums are rounded as they come: a correlation that is
        complete may miss 1 in its last digit, as that of one group may.

    Raises
    ------
    DataError
        If a value is not finite, the lengths differ, the offsets do not fit, or a group has one pair.
    UsageError
        If the coefficient is not known.

    Examples
    --------
    >>> correlate_many([1, 2, 4, 5, 5], [1, 3, 2, 1, 2], [0, 3, 5]).value.round(4)
    array([0.3273,    nan])
    """
    x, y = finite("first", first), finite("second", second)
    same_length(first=x, second=y)
    bounds = run_bounds(offsets, x.size)
    known("coefficient", coefficient, TITLES)
    sizes = np.diff(bounds)
    if (sizes < 2).any():
        where = f"offsets[{int(np.argmax(sizes < 2))}]"
        raise DataError("one pair has no correlation", where=where, accepted="at least two pairs")
    if coefficient == "kendall":
        pairs = balance_of_pairs(x, y, bounds)
        return Correlations(
            number=sizes,
            value=kendall_coefficients(pairs),
            coefficient=coefficient,
            deviate=kendall_deviates(pairs),
        )
    if coefficient == "spearman":
        # Doubled, the deviations of ranks are whole: equal or opposite orders give just 1 or -1, as for one group.
        middle = np.repeat(sizes + 1, sizes)
        a, b = (2 * ranks_within(values, bounds) - middle for values in (x, y))
        product = np.sqrt(np.add.reduceat(a * a, bounds[:-1]) * np.add.reduceat(b * b, bounds[:-1]))
    else:
        (a, lengths), (b, others) = (_centred(values, bounds) for values in (x, y))
        product = np.sqrt(lengths) * np.sqrt(others)
    value = np.full(sizes.size, np.nan)
    np.divide(np.add.reduceat(a * b, bounds[:-1]), product, out=value, where=product > 0)
    return Correlations(number=sizes, value=np.clip(value, -1.0, 1.0), coefficient=coefficient)


def correlations(
    summaries: Correlations, *, level: float = 0.95, rank_error: RankError = "bonett_wright"
) -> Estimates:
    """Put Fisher's limits around many correlations, each as :func:`topline.stats.correlation.correlation` does.

    Parameters
    ----------
    summaries
        From :func:`correlation_summaries` or :func:`correlate_many`.
    level
        The confidence level, a fraction [1].
    rank_error
        As in :func:`topline.stats.correlation.correlation`.

    Returns
    -------
    Estimates
        The correlations [1]. NaN where one of the measurements does not vary; limits also for fewer than four pairs
        (five for Kendall), and the correlation itself where that is -1 or 1.

    Raises
    ------
    UsageError
        If a word is not known, or the level is not a fraction.

    Examples
    --------
    >>> found = correlations(correlation_summaries([9, 3, 40], [0.5712, 0.9, -0.2]))
    >>> found.lower.round(4), found.upper.round(4)
    (array([-0.1497,     nan, -0.4815]), array([0.8956,    nan, 0.1189]))
    """
    known("rank_error", rank_error, ERRORS)
    level = confidence_level(level)
    value, coefficient = summaries.value, summaries.coefficient
    method = f"{TITLES[coefficient]}, Fisher limits"
    if coefficient != "pearson":
        method += f" ({rank_error.replace('_', '–').title()} variance)"
    half = normal_multiplier(level) * np.sqrt(
        transformed_variances(value, summaries.number, coefficient, rank_error)
    )
    complete = np.abs(value) == 1
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.arctanh(value)
        lower, upper = np.tanh(centre - half), np.tanh(centre + half)
    return Estimates(
        value=value,
        lower=np.where(complete, value, lower),
        upper=np.where(complete, value, upper),
        level=level,
        method=method,
        undefined="one of the measurements does not vary, or there are too few pairs",
    )


def correlation_tests(summaries: Correlations, *, sides: Sides = "two-sided") -> Tests:
    """Make many t tests of correlations, each as :func:`topline.stats.correlation.correlation_test` does.

    Parameters
    ----------
    summaries
        From :func:`correlation_summaries` or :func:`correlate_many`.
    sides
        As in :func:`topline.stats.correlation.correlation_test`, whose ``"approximate"`` distribution this is.

    Returns
    -------
    Tests
        t with n − 2 degrees of freedom; NaN where one of the measurements does not vary, for fewer than three pairs,
        and where the correlation is -1 or 1. Of Kendall's the normal statistic, whose variance is given the ties; NaN
        where one of the measurements does not vary.

    Raises
    ------
    UsageError
        If a word is not known, or Kendall's correlations came without their measurements, whose ties the test needs.

    Examples
    --------
    >>> correlation_tests(correlation_summaries([9, 3], [0.5712, 1])).p_value.round(4)
    array([0.1082,    nan])
    """
    known("sides", sides, ("two-sided", "greater", "less"))
    if summaries.coefficient == "kendall":
        return _kendall_tests(summaries, sides)
    value, freedom = summaries.value, summaries.number.astype(np.float64) - 2
    told = (np.abs(value) < 1) & (freedom > 0)
    statistic = np.full(value.size, np.nan)
    statistic[told] = value[told] * np.sqrt(freedom[told] / ((1 - value[told]) * (1 + value[told])))
    return Tests(
        statistic=statistic,
        degrees_of_freedom=np.where(told, freedom, np.nan),
        p_value=t_probabilities(statistic, freedom, sides),
        sides=sides,
        null_value=0.0,
        method=f"{TITLES[summaries.coefficient]}, t test",
        undefined="a measurement does not vary, there are fewer than three pairs, or the correlation is complete",
    )


def _kendall_tests(summaries: Correlations, sides: Sides) -> Tests:
    if summaries.deviate is None:
        raise UsageError(
            "a test of Kendall's correlations without their measurements",
            accepted="correlations from correlate_many, which sees the ties",
        )
    return Tests(
        statistic=summaries.deviate,
        p_value=normal_probabilities(summaries.deviate, sides),
        sides=sides,
        null_value=0.0,
        method=KENDALL_TEST,
        undefined="a measurement does not vary",
    )


def _centred(values: Floats, bounds: Integers) -> tuple[Floats, Floats]:
    """Give the deviations from each group's mean and their sums of squares; 0 where a group does not vary."""
    starts, sizes = bounds[:-1], np.diff(bounds)
    lowest, highest = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    # As in the correlation of one group: the largest size first, so that no square leaves the range of floats.
    scale = np.maximum(np.abs(lowest), np.abs(highest))
    scaled = values / np.repeat(np.where(scale > 0, scale, 1.0), sizes)
    about = scaled - np.repeat(np.add.reduceat(scaled, starts) / sizes, sizes)
    squares = np.add.reduceat(about * about, starts)
    return about, np.where(lowest == highest, 0.0, squares)
