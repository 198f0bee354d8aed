"""Several groups' means and variances compared in many comparisons at once.

Formulas and sources: :mod:`topline.stats.analysis_of_variance`, whose single comparisons are made of the same sums; a
number that is undefined there with a reason is NaN here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError
from topline.stats.estimate import Floats, Integers, Tests
from topline.stats.grouping import run_bounds
from topline.stats.judged_statistics import chi_squared_tests
from topline.stats.many_means import MeanSummaries

ONE_WAY = "one-way analysis of variance"
WELCH = "Welch's analysis of variance"
BARTLETT = "Bartlett's test of equal variances"
_NO_VARIANCE = "a group has a single observation, or all its observations are equal"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VarianceRatioTests(Tests):
    """Many F tests, as arrays of one length; NaN where a number is undefined.

    Parameters
    ----------
    statistic, degrees_of_freedom, p_value, sides, null_value, method, undefined
        As in :class:`topline.stats.estimate.Tests`.
    denominator_degrees_of_freedom
        Of each F statistic.
    """

    denominator_degrees_of_freedom: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanSquares:
    """What one-way analyses of variance are made of, one element for each.

    Parameters
    ----------
    between, within
        Mean squares [the measurement's unit, squared]; ``within`` is NaN where no group has two observations.
    numerator, denominator
        Their degrees of freedom.
    """

    between: Floats
    within: Floats
    numerator: Floats
    denominator: Floats


def one_way_analyses(groups: MeanSummaries, offsets: ArrayLike) -> VarianceRatioTests:
    """Test many times whether several means are equal, each as :func:`topline.stats.analysis_of_variance.one_way_analysis` does.

    Parameters
    ----------
    groups
        Of the measurements of the groups of all comparisons, one comparison after the other: from
        :func:`topline.stats.many_means.mean_summaries` or :func:`topline.stats.many_means.summarize_many`.
    offsets
        Where each comparison begins, from 0, and at last the number of groups [places among the groups]; at least two
        groups each.

    Returns
    -------
    VarianceRatioTests
        NaN where no group of a comparison has more than one observation, or none has any spread.

    Raises
    ------
    DataError
        If the offsets do not fit, or a comparison has one group.

    Examples
    --------
    >>> from topline.stats.many_means import summarize_many
    >>> groups = summarize_many([1, 2, 4, 5, 3, 3, 9], [0, 2, 4, 6, 7])
    >>> found = one_way_analyses(groups, [0, 2, 4])
    >>> found.statistic.round(6), found.p_value.round(6)
    (array([18., nan]), array([0.051317,      nan]))
    """
    found = mean_squares(groups, _comparisons(groups, offsets))
    statistic = np.full(found.between.size, np.nan)
    np.divide(found.between, found.within, out=statistic, where=found.within > 0)
    return _f_tests(
        (statistic, found.numerator, found.denominator),
        ONE_WAY,
        "no group has more than one observation, or all observations of each group are equal",
    )


def welch_analyses(groups: MeanSummaries, offsets: ArrayLike) -> VarianceRatioTests:
    """Test many times whether means are equal where variances differ, each as :func:`topline.stats.analysis_of_variance.welch_analysis` does.

    Parameters
    ----------
    groups, offsets
        As in :func:`one_way_analyses`.

    Returns
    -------
    VarianceRatioTests
        NaN where a group has a single observation or no spread.

    Raises
    ------
    DataError
        As :func:`one_way_analyses`.

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> groups = mean_summaries([3, 3, 2, 1], [4, 5.6666666667, 1, 2], [4.3588989435, 2.0816659995, 1, None])
    >>> welch_analyses(groups, [0, 2, 4]).statistic.round(4)
    array([0.3571,    nan])
    """
    return _f_tests(welch_parts(groups, _comparisons(groups, offsets)), WELCH, _NO_VARIANCE)


def bartlett_tests(groups: MeanSummaries, offsets: ArrayLike) -> Tests:
    """Test many times whether several variances are equal, each as :func:`topline.stats.analysis_of_variance.bartlett_test` does.

    Parameters
    ----------
    groups, offsets
        As in :func:`one_way_analyses`.

    Returns
    -------
    Tests
        χ²; NaN where a group has a single observation or no spread.

    Raises
    ------
    DataError
        As :func:`one_way_analyses`.

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> groups = mean_summaries([3, 3, 2, 1], [4, 5.6666666667, 1, 2], [4.3588989435, 2.0816659995, 1, None])
    >>> bartlett_tests(groups, [0, 2, 4]).statistic.round(4)
    array([0.8043,    nan])
    """
    statistic, degrees = bartlett_parts(groups, _comparisons(groups, offsets))
    return chi_squared_tests(BARTLETT, statistic, degrees, _NO_VARIANCE)


def mean_squares(groups: MeanSummaries, bounds: Integers) -> MeanSquares:
    """Give the mean squares between and within the groups of each comparison. Part of :func:`one_way_analyses`.

    Parameters
    ----------
    groups
        As in :func:`one_way_analyses`.
    bounds
        Where each comparison begins, and at last the number of groups [places among the groups].

    Examples
    --------
    >>> from topline.stats.many_means import summarize_many
    >>> mean_squares(summarize_many([1, 2, 4, 5], [0, 2, 4]), np.array([0, 2])).within
    array([0.5])
    """
    starts, count = bounds[:-1], np.diff(bounds)
    numbers, freedom = groups.number.astype(np.float64), groups.number - 1.0
    everyone = np.add.reduceat(numbers, starts)
    middle = np.add.reduceat(numbers * groups.mean, starts) / everyone
    about = groups.mean - np.repeat(middle, count)
    # The mean of what is left mends the rounding of a sum of large means.
    about = about - np.repeat(np.add.reduceat(numbers * about, starts) / everyone, count)
    denominator = np.add.reduceat(freedom, starts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return MeanSquares(
            between=np.add.reduceat(numbers * about**2, starts) / (count - 1),
            within=_pooled_deviations(groups, bounds) ** 2,
            numerator=count - 1.0,
            denominator=denominator,
        )


def welch_parts(groups: MeanSummaries, bounds: Integers) -> tuple[Floats, Floats, Floats]:
    """Give Welch's F and its degrees of freedom; NaN where a group has no variance. Part of :func:`welch_analyses`.

    Parameters
    ----------
    groups
        As in :func:`one_way_analyses`.
    bounds
        Where each comparison begins, and at last the number of groups [places among the groups].

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> groups = mean_summaries([3, 3], [4, 5.6666666667], [4.3588989435, 2.0816659995])
    >>> welch_parts(groups, np.array([0, 2]))[2].round(4)
    array([2.8672])
    """
    starts, size = bounds[:-1], np.diff(bounds)
    count = size.astype(np.float64)
    weights = groups.number / _variances(groups)
    shares = weights / np.repeat(np.add.reduceat(weights, starts), size)
    middle = np.repeat(np.add.reduceat(shares * groups.mean, starts), size)
    between = np.add.reduceat(weights * (groups.mean - middle) ** 2, starts) / (count - 1)
    freedom = np.where(groups.number > 1, groups.number - 1.0, np.nan)
    excess = np.add.reduceat((1 - shares) ** 2 / freedom, starts)
    statistic = between / (1 + 2 * (count - 2) * excess / (count**2 - 1))
    return statistic, count - 1, (count**2 - 1) / (3 * excess)


def bartlett_parts(groups: MeanSummaries, bounds: Integers) -> tuple[Floats, Floats]:
    """Give Bartlett's χ² and its degrees of freedom; NaN where a group has no variance. Part of :func:`bartlett_tests`.

    Parameters
    ----------
    groups
        As in :func:`one_way_analyses`.
    bounds
        Where each comparison begins, and at last the number of groups [places among the groups].

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> bartlett_parts(mean_summaries([3, 3], [4, 5], [4.3588989435, 2.0816659995]), np.array([0, 2]))[0].round(4)
    array([0.8043])
    """
    starts, count = bounds[:-1], np.diff(bounds)
    freedom = np.where(groups.number > 1, groups.number - 1.0, np.nan)
    total = np.add.reduceat(freedom, starts)
    ratios = _variances(groups) / np.repeat(_pooled_deviations(groups, bounds) ** 2, count)
    inverse = np.add.reduceat(1 / freedom, starts)
    correction = 1 + (inverse - 1 / total) / (3 * (count - 1))
    found = -np.add.reduceat(freedom * np.log(ratios), starts) / correction
    return np.maximum(found, 0.0), count - 1.0


def _variances(groups: MeanSummaries) -> Floats:
    """Give each group's variance; NaN where it is 0 or there is none."""
    spread = groups.standard_deviation
    return np.where(spread > 0, spread, np.nan) ** 2


def _pooled_deviations(groups: MeanSummaries, bounds: Integers) -> Floats:
    """Give the root of the mean square within the groups of each comparison; NaN where there is none."""
    starts, freedom = bounds[:-1], groups.number - 1.0
    total = np.add.reduceat(freedom, starts)
    with np.errstate(invalid="ignore", divide="ignore"):
        # The root of the degrees of freedom first: squaring a large deviation could overflow.
        roots = np.sqrt(freedom / np.repeat(total, np.diff(bounds))) * np.where(
            freedom > 0, groups.standard_deviation, 0.0
        )
    return np.hypot.reduceat(roots, starts)


def _comparisons(groups: MeanSummaries, offsets: ArrayLike) -> Integers:
    bounds = run_bounds(offsets, groups.number.size)
    alone = np.diff(bounds) < 2
    if alone.any():
        where = f"offsets[{int(np.argmax(alone))}]"
        raise DataError("1 group to compare", where=where, accepted="at least two groups")
    return bounds


def _f_tests(
    parts: tuple[Floats, Floats, Floats], method: str, undefined: str
) -> VarianceRatioTests:
    statistic, numerator, denominator = parts
    freedom = np.where(denominator > 0, denominator, np.nan)
    share = freedom / (freedom + numerator * statistic)
    return VarianceRatioTests(
        statistic=statistic,
        degrees_of_freedom=numerator,
        denominator_degrees_of_freedom=freedom,
        p_value=np.asarray(special.betainc(freedom / 2, numerator / 2, share), dtype=np.float64),
        sides="two-sided",
        null_value=0.0,
        method=method,
        undefined=undefined,
    )
