"""The standard deviation of one sample with its limits, and the ratio of two samples' variances."""

import math

import numpy as np
from scipy import special

from topline.stats.checking import confidence_level, finite, known
from topline.stats.distribution import f_probability
from topline.stats.estimate import Estimate, Floats, Sides, Test, undefined_estimate, undefined_test
from topline.stats.mean import MeanSummary

DEVIATION_METHOD = "standard deviation, chi-squared interval"
_ONE_OBSERVATION = "undefined for a single observation"


def standard_deviation(summary: MeanSummary, *, level: float = 0.95) -> Estimate:
    """Estimate a standard deviation with the interval of normal theory.

    The limits are s √(ν/χ²) with the upper and lower quantiles of χ² of ν = n − 1 degrees of freedom. NIST/SEMATECH
    e-Handbook of Statistical Methods, section 1.3.5.8, doi:10.18434/M32189. Not for measurements that are not
    normal, however many there are.

    Parameters
    ----------
    summary
        Of the measurements.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        In the measurement's unit; undefined for a single observation, and 0 with limits 0 where all are equal.

    See Also
    --------
    R: ``sqrt((n - 1) * var(x) / qchisq(c(0.975, 0.025), n - 1))``. SAS: PROC UNIVARIATE, CIBASIC.

    Examples
    --------
    >>> found = standard_deviation(MeanSummary(number=20, mean=1.17, standard_deviation=0.84))
    >>> round(found.lower, 4), round(found.upper, 4)
    (0.6388, 1.2269)
    """
    level = confidence_level(level)
    method = DEVIATION_METHOD
    spread = summary.standard_deviation
    if spread is None:
        return undefined_estimate(method, _ONE_OBSERVATION, level, with_error=False)
    lower, upper = deviation_factors(np.array([float(summary.degrees_of_freedom)]), level)
    return Estimate(
        value=spread,
        lower=spread * float(lower[0]),
        upper=spread * float(upper[0]),
        level=level,
        method=method,
        degrees_of_freedom=summary.degrees_of_freedom,
    )


def deviation_factors(degrees_of_freedom: Floats, level: float) -> tuple[Floats, Floats]:
    """Give what lower and upper limits are multiples of standard deviations by, √(ν/χ²) [1].

    Part of :func:`standard_deviation`.

    Parameters
    ----------
    degrees_of_freedom
        Of each standard deviation [1]; NaN where there is none.
    level
        The confidence level, a fraction [1].

    Examples
    --------
    >>> deviation_factors(np.array([19.0, 0.0]), 0.95)[1].round(4)
    array([1.4606,    nan])
    """
    half = np.where(degrees_of_freedom > 0, degrees_of_freedom / 2, np.nan)
    tail = (1 - level) / 2
    return (
        np.sqrt(half / special.gammainccinv(half, tail)),
        np.sqrt(half / special.gammaincinv(half, tail)),
    )


def variance_ratio(first: MeanSummary, second: MeanSummary, *, level: float = 0.95) -> Estimate:
    """Estimate the ratio of two groups' variances, first over second, with the F interval.

    The limits of r = s₁²/s₂² are r/F with the upper and lower quantiles of F of n₁ − 1 and n₂ − 1 degrees of
    freedom. NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.5.9, doi:10.18434/M32189. Not for
    measurements that are not normal, however many there are:
    :func:`topline.stats.analysis_of_variance.brown_forsythe_test`.

    Parameters
    ----------
    first, second
        Of the measurements of each group.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        A ratio [1]; undefined for a single observation in a group, or where all of a group are equal.

    See Also
    --------
    R: ``var.test(x, y)``. SAS: PROC TTEST, "Folded F", which puts the larger variance first.

    Examples
    --------
    >>> found = variance_ratio(MeanSummary(number=10, mean=0.75, standard_deviation=1.789),
    ...                        MeanSummary(number=10, mean=2.33, standard_deviation=2.002))
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (0.7985, 0.1983, 3.2149)
    """
    level = confidence_level(level)
    method = "ratio of variances, F interval"
    ratio = _ratio(first, second)
    if isinstance(ratio, str):
        return undefined_estimate(method, ratio, level, with_error=False)
    numerator, denominator = first.degrees_of_freedom / 2, second.degrees_of_freedom / 2
    tail = (1 - level) / 2
    # An F quantile is a ratio of a beta variable and its complement, inverted separately to keep their digits.
    inner = special.betaincinv(numerator, denominator, [1 - tail, tail])
    rest = special.betaincinv(denominator, numerator, [tail, 1 - tail])
    lower, upper = (float(one / other) for one, other in zip(rest, inner, strict=True))
    return Estimate(
        value=ratio,
        lower=ratio * lower * numerator / denominator,
        upper=ratio * upper * numerator / denominator,
        level=level,
        method=method,
    )


def variance_ratio_test(
    first: MeanSummary,
    second: MeanSummary,
    *,
    null_value: float = 1.0,
    sides: Sides = "two-sided",
) -> Test:
    """Test whether the ratio of two groups' variances, first over second, differs from a given value.

    F = (s₁²/s₂²)/r₀ with n₁ − 1 and n₂ − 1 degrees of freedom. NIST/SEMATECH e-Handbook of Statistical Methods,
    section 1.3.5.9, doi:10.18434/M32189. Not for choosing between the two forms of a t-test of the same data, nor
    for measurements that are not normal.

    Parameters
    ----------
    first, second
        Of the measurements of each group.
    null_value
        The ratio under the null hypothesis [1], above 0.
    sides
        The alternative; the two-sided p-value is twice the smaller tail.

    Returns
    -------
    Test
        An F test; undefined as :func:`variance_ratio`, and for a null value of 0.

    See Also
    --------
    R: ``var.test(x, y, ratio = null_value)``. SAS: PROC TTEST, "Folded F" (two-sided, ratio 1).

    Examples
    --------
    >>> test = variance_ratio_test(MeanSummary(number=10, mean=0.75, standard_deviation=1.789),
    ...                            MeanSummary(number=10, mean=2.33, standard_deviation=2.002))
    >>> round(test.statistic, 4), round(test.p_value, 4)
    (0.7985, 0.743)
    """
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value], minimum=0)[0])
    ratio = _ratio(first, second)
    if null_value == 0:
        ratio = "undefined for a null value of 0"
    if isinstance(ratio, str):
        return undefined_test(_TEST, ratio, sides=sides, null_value=null_value)
    statistic = _within_floats(ratio / null_value)
    if isinstance(statistic, str):
        return undefined_test(_TEST, statistic, sides=sides, null_value=null_value)
    numerator, denominator = first.degrees_of_freedom, second.degrees_of_freedom
    greater = f_probability(statistic, numerator, denominator)
    less = f_probability(1 / statistic, denominator, numerator)
    tails = {"greater": greater, "less": less, "two-sided": min(1.0, 2 * min(greater, less))}
    return Test(
        statistic=statistic,
        degrees_of_freedom=numerator,
        denominator_degrees_of_freedom=denominator,
        p_value=tails[sides],
        sides=sides,
        null_value=null_value,
        method=_TEST,
    )


_TEST = "F test of equal variances"


def _within_floats(ratio: float) -> float | str:
    """Give the ratio, or why it is none."""
    if 0 < ratio < math.inf:
        return ratio
    return "undefined: the variances differ by more than a float can hold"


def _ratio(first: MeanSummary, second: MeanSummary) -> float | str:
    """Give the ratio of variances, or why there is none."""
    if first.standard_deviation is None or second.standard_deviation is None:
        return "undefined for a single observation in a group"
    if first.standard_deviation == 0 or second.standard_deviation == 0:
        return "undefined, because all observations of a group are equal"
    quotient = first.standard_deviation / second.standard_deviation
    return _within_floats(quotient * quotient)
