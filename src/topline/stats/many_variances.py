"""Standard deviations, ratios of variances and standardised differences of many groups at once.

The formulas are those of :mod:`topline.stats.variances` and :mod:`topline.stats.standardized_difference`; a number that
those leave undefined with a reason is NaN here.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.stats.checking import confidence_level, finite, known, same_length
from topline.stats.estimate import Estimates, Floats, Integers, Sides, Tests
from topline.stats.many_means import MeanSummaries
from topline.stats.root_finding import falling_roots
from topline.stats.standardized_difference import CLOSE, FARTHEST
from topline.stats.variances import DEVIATION_METHOD, deviation_factors

_NO_RATIO = (
    "a group has a single observation, or all its observations are equal, or the variances differ by more than a float"
    " can hold"
)
_WIDEST = 1e300
"""No bracket of a noncentrality is made wider."""


def standard_deviations(summaries: MeanSummaries, *, level: float = 0.95) -> Estimates:
    """Estimate many standard deviations, each as :func:`topline.stats.variances.standard_deviation` does.

    Parameters
    ----------
    summaries
        From :func:`topline.stats.many_means.mean_summaries` or :func:`topline.stats.many_means.summarize_many`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        In the measurement's unit; NaN for a single observation, and 0 with limits 0 where all of a group are equal.

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> found = standard_deviations(mean_summaries([20, 1], [1.17, 3], [0.84, None]))
    >>> found.lower.round(4), found.upper.round(4)
    (array([0.6388,    nan]), array([1.2269,    nan]))
    """
    level = confidence_level(level)
    lower, upper = deviation_factors(summaries.number.astype(np.float64) - 1, level)
    return Estimates(
        value=summaries.standard_deviation,
        lower=summaries.standard_deviation * lower,
        upper=summaries.standard_deviation * upper,
        level=level,
        method=DEVIATION_METHOD,
        undefined="a single observation does not tell how observations vary",
    )


def variance_ratios(
    first: MeanSummaries, second: MeanSummaries, *, level: float = 0.95
) -> Estimates:
    """Estimate many ratios of variances, each as :func:`topline.stats.variances.variance_ratio` does.

    Parameters
    ----------
    first, second
        From :func:`topline.stats.many_means.mean_summaries` or :func:`topline.stats.many_means.summarize_many`, as
        many of the one as of the other.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        Ratios [1]; NaN for a single observation in a group, or where all of a group are equal.

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> found = variance_ratios(mean_summaries([10, 1], [0.75, 2], [1.789, None]),
    ...                         mean_summaries([10, 5], [2.33, 3], [2.002, 1]))
    >>> found.value.round(4), found.lower.round(4)
    (array([0.7985,    nan]), array([0.1983,    nan]))
    """
    level = confidence_level(level)
    ratio, (numerator, denominator) = _ratios(first, second)
    one, other, tail = numerator / 2, denominator / 2, (1 - level) / 2
    # An F quantile is a ratio of a beta variable and its complement, inverted separately to keep their digits.
    low, high = (
        special.betaincinv(other, one, probability)
        / special.betaincinv(one, other, 1 - probability)
        for probability in (tail, 1 - tail)
    )
    return Estimates(
        value=ratio,
        lower=ratio * low * one / other,
        upper=ratio * high * one / other,
        level=level,
        method="ratio of variances, F interval",
        undefined=_NO_RATIO,
    )


def variance_ratio_tests(
    first: MeanSummaries,
    second: MeanSummaries,
    *,
    null_value: float = 1.0,
    sides: Sides = "two-sided",
) -> Tests:
    """Test many ratios of variances, each as :func:`topline.stats.variances.variance_ratio_test` does.

    Parameters
    ----------
    first, second
        As in :func:`variance_ratios`.
    null_value, sides
        As in :func:`topline.stats.variances.variance_ratio_test`.

    Returns
    -------
    Tests
        F, and the degrees of freedom of its numerator; NaN as :func:`variance_ratios`, and for a null value of 0.

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> found = variance_ratio_tests(mean_summaries([10], [0.75], [1.789]), mean_summaries([10], [2.33], [2.002]))
    >>> found.statistic.round(4), found.p_value.round(4)
    (array([0.7985]), array([0.743]))
    """
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value], minimum=0)[0])
    ratio, (numerator, denominator) = _ratios(first, second)
    with np.errstate(over="ignore", under="ignore"):
        statistic = _within_floats(ratio / (null_value or np.nan))
    share = numerator * statistic / (numerator * statistic + denominator)
    rest = denominator / (numerator * statistic + denominator)
    greater = special.betainc(denominator / 2, numerator / 2, rest)
    less = special.betainc(numerator / 2, denominator / 2, share)
    tails = {"greater": greater, "less": less}
    tails["two-sided"] = np.minimum(1.0, 2 * np.minimum(greater, less))
    return Tests(
        statistic=statistic,
        degrees_of_freedom=np.where(np.isnan(statistic), np.nan, numerator),
        p_value=np.asarray(tails[sides], dtype=np.float64),
        sides=sides,
        null_value=null_value,
        method="F test of equal variances",
        undefined=_NO_RATIO if null_value else "undefined for a null value of 0",
    )


def many_cohens_d(first: MeanSummaries, second: MeanSummaries, *, level: float = 0.95) -> Estimates:
    """Estimate many of Cohen's d, each as :func:`topline.stats.standardized_difference.cohens_d` does.

    Parameters
    ----------
    first, second
        As in :func:`variance_ratios`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        In standard deviations [1]; NaN where no group has two observations, or there is no spread. Limits that the
        noncentral t distribution cannot give, so far out, are NaN too.

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> found = many_cohens_d(mean_summaries([10, 1], [0.75, 2], [1.789, None]),
    ...                       mean_summaries([10, 1], [2.33, 3], [2.002, None]))
    >>> found.value.round(4), found.lower.round(4)
    (array([-0.8322,     nan]), array([-1.7389,     nan]))
    """
    return _standardized(first, second, level, correct=False)


def many_hedges_g(first: MeanSummaries, second: MeanSummaries, *, level: float = 0.95) -> Estimates:
    """Estimate many of Hedges' g, each as :func:`topline.stats.standardized_difference.hedges_g` does.

    Parameters
    ----------
    first, second
        As in :func:`variance_ratios`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        In standard deviations [1]; NaN as :func:`many_cohens_d`, and where both groups have three observations
        together.

    Examples
    --------
    >>> from topline.stats.many_means import mean_summaries
    >>> found = many_hedges_g(mean_summaries([10, 2], [0.75, 2], [1.789, 1]),
    ...                       mean_summaries([10, 1], [2.33, 3], [2.002, None]))
    >>> found.value.round(4)
    array([-0.797,    nan])
    """
    return _standardized(first, second, level, correct=True)


def _ratios(first: MeanSummaries, second: MeanSummaries) -> tuple[Floats, tuple[Floats, Floats]]:
    """Give the ratios of variances, NaN where undefined, with the degrees of freedom of both."""
    same_length(first=first.number, second=second.number)
    told = (first.standard_deviation > 0) & (second.standard_deviation > 0)
    ratio: Floats = np.full(told.size, np.nan)
    with np.errstate(over="ignore", under="ignore"):
        ratio[told] = (first.standard_deviation[told] / second.standard_deviation[told]) ** 2
    return _within_floats(ratio), (
        first.number.astype(np.float64) - 1,
        second.number.astype(np.float64) - 1,
    )


def _within_floats(ratio: Floats) -> Floats:
    """Give the ratios, NaN where the variances differ by more than a float can hold."""
    return np.where((ratio > 0) & (ratio < np.inf), ratio, np.nan)


def _standardized(
    first: MeanSummaries, second: MeanSummaries, level: float, *, correct: bool
) -> Estimates:
    level = confidence_level(level)
    name = "Hedges' g" if correct else "Cohen's d"
    same_length(first=first.number, second=second.number)
    own, other = first.number.astype(np.float64) - 1, second.number.astype(np.float64) - 1
    freedom = own + other
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.hypot(
            np.sqrt(own / freedom) * np.where(own > 0, first.standard_deviation, 0.0),
            np.sqrt(other / freedom) * np.where(other > 0, second.standard_deviation, 0.0),
        )
    told = (spread > 0) & (freedom > int(correct))
    value, lower, upper = np.full((3, told.size), np.nan)
    freedom = freedom[told]
    # J as a Pochhammer symbol, as for one pair of groups.
    factor = special.poch(freedom / 2 - 0.5, 0.5) / np.sqrt(freedom / 2) if correct else 1.0
    scale = np.sqrt(1 / first.number[told] + 1 / second.number[told])
    difference = (first.mean[told] - second.mean[told]) / spread[told]
    value[told] = factor * difference
    for limits, probability in ((lower, (1 + level) / 2), (upper, (1 - level) / 2)):
        limits[told] = factor * scale * _noncentralities(difference / scale, freedom, probability)
    return Estimates(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method=f"{name}, limits by the noncentral t distribution",
        undefined="there are too few observations, all of each group are equal, or the limit is too far out",
    )


def _noncentralities(statistic: Floats, freedom: Floats, probability: float) -> Floats:
    """Give the noncentralities under which each t statistic stays below the one found with a probability."""
    target = float(special.ndtri(probability))
    # On the scale of the normal distribution the probability falls almost in a line, of nearly this slope.
    slope: Floats = -1 / np.sqrt(1 + statistic**2 / (2 * freedom))

    def excess(place: Floats, index: Integers) -> tuple[Floats, Floats]:
        found = special.nctdtr(freedom[index], place, statistic[index])
        return np.asarray(special.ndtri(found) - target, dtype=np.float64), slope[index]

    def close(place: Floats) -> NDArray[np.bool_]:
        missed = np.abs(special.nctdtr(freedom, place, statistic) - probability)
        # A comparison with NaN is false, so that what SciPy cannot compute is not taken for a limit.
        return np.asarray(missed < CLOSE)

    # Farther out nothing is sought, as for one pair of groups; NaN says so to the end.
    statistic = np.where(np.abs(statistic) > FARTHEST, np.nan, statistic)
    every, width = np.arange(statistic.size), np.ones(statistic.size)
    while True:
        narrow = (excess(statistic - width, every)[0] < 0) | (
            excess(statistic + width, every)[0] > 0
        )
        narrow &= width < _WIDEST
        if not narrow.any():
            break
        width = np.where(narrow, 2 * width, width)
    start = statistic + target / slope
    place = falling_roots(excess, start, statistic - width, statistic + width).place
    far = np.flatnonzero(~close(place))
    if far.size:
        # Of one or two degrees of freedom the line can be too steep to settle: halving the bracket does.
        def halved(some: Floats, index: Integers) -> tuple[Floats, Floats]:
            return excess(some, far[index])[0], np.zeros(index.size)

        low, high = (statistic - width)[far], (statistic + width)[far]
        place[far] = falling_roots(halved, statistic[far], low, high).place
    return np.where(close(place), place, np.nan)
