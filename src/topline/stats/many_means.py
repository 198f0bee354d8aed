"""Means of many groups at once, and differences of many pairs of means, as arrays.

The formulas are those of :mod:`topline.stats.mean` and :mod:`topline.stats.two_means`; a number that those leave
undefined with a reason is NaN here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError
from topline.stats.checking import confidence_level, counts, finite, known, same_length
from topline.stats.estimate import Estimates, Floats, Integers, Sides, Tests
from topline.stats.mean import ROUNDING
from topline.stats.two_means import METHODS, Variances


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanSummaries:
    """Numbers, means and standard deviations of many groups, as arrays of one length.

    Parameters
    ----------
    number
        How many observations; at least 1.
    mean
        Their arithmetic means [the measurement's unit].
    standard_deviation
        With divisor ``number - 1``; NaN for a single observation.
    """

    number: Integers
    mean: Floats
    standard_deviation: Floats

    @property
    def standard_error(self) -> Floats:
        """The standard errors of the means; NaN for a single observation."""
        found: Floats = self.standard_deviation / np.sqrt(self.number)
        return found


def mean_summaries(
    number: ArrayLike, mean: ArrayLike, standard_deviation: ArrayLike
) -> MeanSummaries:
    """Take many summaries that are already made, such as those of many records. Part of :func:`arithmetic_means`.

    Parameters
    ----------
    number
        How many observations each group has [participants, or another unit]; whole, from 1.
    mean
        The mean of each [the measurement's unit].
    standard_deviation
        The standard deviation of each, with divisor ``number - 1`` [the measurement's unit]; ``None`` or NaN for a
        single observation.

    Raises
    ------
    DataError
        If the lengths differ or there is no group, a number is not a count from 1, a mean is not finite, or a
        standard deviation of more than one observation is missing or negative.

    Examples
    --------
    >>> mean_summaries([20, 1], [1.17, 3], [0.84, float("nan")]).standard_error.round(4)
    array([0.1878,    nan])
    """
    numbers, means = counts("number", number), finite("mean", mean)
    spread = _spreads(standard_deviation)
    same_length(number=numbers, mean=means, standard_deviation=spread)
    if (numbers < 1).any():
        position = int(np.argmax(numbers < 1))
        raise DataError(
            f"number[{position}] is 0", where=f"number[{position}]", accepted="at least 1"
        )
    several = numbers > 1
    wrong = several & ~(np.isfinite(spread) & (spread >= 0))
    if wrong.any():
        position = int(np.argmax(wrong))
        where = f"standard_deviation[{position}]"
        raise DataError(
            f"{where} is {spread[position]:g}", where=where, accepted="a number of at least 0"
        )
    spread[~several] = np.nan
    return MeanSummaries(number=numbers, mean=means, standard_deviation=spread)


def _spreads(values: ArrayLike) -> Floats:
    """Take standard deviations; a single observation has none, written as None or NaN."""
    given = np.asarray(values)
    if given.dtype == object:
        given = np.array([np.nan if one is None else one for one in given.ravel().tolist()])
    if given.dtype.kind not in "buif":
        raise DataError(
            "standard_deviation holds something other than numbers",
            where="standard_deviation",
            accepted="numbers of at least 0, missing for a single observation",
        )
    return given.astype(np.float64)


def summarize_many(values: ArrayLike, offsets: ArrayLike) -> MeanSummaries:
    """Summarize groups that lie one after another in one array, each as :func:`topline.stats.mean.summarize` does.

    Parameters
    ----------
    values
        The measurements of all groups [the measurement's unit].
    offsets
        Where each group begins, and at the end the number of measurements [places in ``values``]: group i is
        ``values[offsets[i]:offsets[i + 1]]``, and holds at least one.

    Returns
    -------
    MeanSummaries
        With a standard deviation of NaN for a single observation, and of exactly 0 where all of a group are equal.

    Raises
    ------
    DataError
        If a measurement is not finite, or the offsets do not rise from 0 to the number of measurements.

    Examples
    --------
    >>> summarize_many([1, 3, 4, 4, 4], [0, 2, 5]).standard_deviation.round(4)
    array([1.4142, 0.    ])
    """
    numbers, places = finite("values", values), counts("offsets", offsets)
    sizes = np.diff(places)
    if places[0] != 0 or places[-1] != numbers.size or (sizes < 1).any():
        raise DataError(
            "the offsets do not rise from 0 to the number of measurements",
            where="offsets",
            accepted="the place where each group begins, and the number of measurements at the end",
        )
    starts = places[:-1]
    mean = np.add.reduceat(numbers, starts) / sizes
    about = numbers - np.repeat(mean, sizes)
    # The mean of what is left mends the rounding of a long sum.
    mend = np.add.reduceat(about, starts) / sizes
    squares = np.add.reduceat(about * about, starts) - sizes * mend * mend
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(squares / (sizes - 1))
    first = numbers[starts]
    equal = np.minimum.reduceat(numbers, starts) == np.maximum.reduceat(numbers, starts)
    mean = np.where(equal, first, mean + mend)
    spread = np.where(equal & (sizes > 1), 0.0, spread)
    return MeanSummaries(number=sizes, mean=mean, standard_deviation=spread)


def arithmetic_means(summaries: MeanSummaries, *, level: float = 0.95) -> Estimates:
    """Estimate many means with their t intervals, each as :func:`topline.stats.mean.arithmetic_mean` does.

    Parameters
    ----------
    summaries
        From :func:`mean_summaries` or :func:`summarize_many`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        In the measurement's unit. The limits are NaN for a single observation.

    Examples
    --------
    >>> found = arithmetic_means(mean_summaries([20, 37], [1.17, 67.4], [0.84, 9.7]))
    >>> found.lower.round(4), found.upper.round(4)
    (array([ 0.7769, 64.1659]), array([ 1.5631, 70.6341]))
    """
    level = confidence_level(level)
    half = t_multipliers(level, summaries.number.astype(np.float64) - 1) * summaries.standard_error
    return Estimates(
        value=summaries.mean,
        lower=summaries.mean - half,
        upper=summaries.mean + half,
        level=level,
        method="arithmetic mean, t interval",
        undefined="one observation does not tell how observations vary",
    )


def geometric_means(summaries: MeanSummaries, *, level: float = 0.95) -> Estimates:
    """Estimate many geometric means, each as :func:`topline.stats.mean.geometric_mean` does.

    Parameters
    ----------
    summaries
        Of the natural logarithms, from :func:`mean_summaries` or :func:`summarize_many`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        In the measurement's unit. The limits are NaN for a single observation; so is a number that is too large for a
        float.

    Examples
    --------
    >>> found = geometric_means(summarize_many(np.log([4.2, 5.1, 9.3, 2]), [0, 3, 4]))
    >>> found.value.round(4), found.lower.round(4)
    (array([5.8403, 2.    ]), array([2.086,   nan]))
    """
    return _exponentials(
        arithmetic_means(summaries, level=level), "geometric mean, t interval on the logarithms"
    )


def mean_differences(
    first: MeanSummaries,
    second: MeanSummaries,
    *,
    variances: Variances = "unequal",
    level: float = 0.95,
) -> Estimates:
    """Estimate many differences of means, each as :func:`topline.stats.two_means.mean_difference` does.

    Parameters
    ----------
    first, second
        From :func:`mean_summaries` or :func:`summarize_many`, as many of the one as of the other.
    variances
        Whether the variances of two groups that are compared may differ.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        In the measurement's unit. The limits are NaN where those of :func:`topline.stats.two_means.mean_difference`
        are undefined.

    Examples
    --------
    >>> found = mean_differences(mean_summaries([45, 20], [12.3, 1.17], [4.1, 0.84]),
    ...                          mean_summaries([50, 18], [9.8, 0.95], [5.6, 0.5]))
    >>> found.lower.round(4)
    array([ 0.5124, -0.232 ])
    """
    level = confidence_level(level)
    known("variances", variances, ("unequal", "equal"))
    value, error, freedom = _differences(first, second, variances)
    half = t_multipliers(level, freedom) * error
    return Estimates(
        value=value,
        lower=value - half,
        upper=value + half,
        level=level,
        method=f"difference of means, t interval ({variances} variances)",
        undefined="one observation in a group does not tell how it varies",
    )


def geometric_mean_ratios(
    first: MeanSummaries,
    second: MeanSummaries,
    *,
    variances: Variances = "equal",
    level: float = 0.95,
) -> Estimates:
    """Estimate many ratios of geometric means, each as :func:`topline.stats.two_means.geometric_mean_ratio` does.

    Parameters
    ----------
    first, second
        Of the natural logarithms, from :func:`mean_summaries` or :func:`summarize_many`, as many of the one as of
        the other.
    variances
        As in :func:`topline.stats.two_means.geometric_mean_ratio`.
    level
        The confidence level, a fraction [1]; 0.9 for bioequivalence.

    Returns
    -------
    Estimates
        Ratios [1]. The limits are NaN where those of :func:`mean_differences` are; so is a number that is too large
        for a float.

    Examples
    --------
    >>> found = geometric_mean_ratios(summarize_many(np.log([2, 8, 3]), [0, 2, 3]),
    ...                               summarize_many(np.log([1, 4, 6]), [0, 2, 3]))
    >>> found.value.round(4), found.lower.round(4)
    (array([2. , 0.5]), array([0.0295,    nan]))
    """
    found = mean_differences(first, second, variances=variances, level=level)
    method = f"ratio of geometric means, t interval on the logarithms ({METHODS[variances]})"
    return _exponentials(found, method)


def _exponentials(found: Estimates, method: str) -> Estimates:
    """Take estimates from the logarithms back; NaN where no float is so large."""
    with np.errstate(over="ignore"):
        value, lower, upper = (
            np.where(np.isinf(ratio := np.exp(part)), np.nan, ratio)
            for part in (found.value, found.lower, found.upper)
        )
    return Estimates(
        value=value,
        lower=lower,
        upper=upper,
        level=found.level,
        method=method,
        undefined=f"{found.undefined}, or the number is too large",
    )


def one_sample_t_tests(
    summaries: MeanSummaries, *, null_value: float = 0.0, sides: Sides = "two-sided"
) -> Tests:
    """Make many one-sample t-tests, each as :func:`topline.stats.mean.one_sample_t_test` does.

    Parameters
    ----------
    summaries
        From :func:`mean_summaries`.
    null_value
        The mean under every null hypothesis [the measurement's unit].
    sides
        The alternative.

    Returns
    -------
    Tests
        t with n − 1 degrees of freedom; NaN with the reason for one observation, or where all are equal.

    Examples
    --------
    >>> one_sample_t_tests(mean_summaries([20], [1.17], [0.84]), null_value=1).p_value.round(4)
    array([0.3768])
    """
    return _t_tests(summaries, null_value, sides, "one-sample t-test")


def paired_t_tests(
    first: ArrayLike,
    second: ArrayLike,
    offsets: ArrayLike,
    *,
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Tests:
    """Make many paired t-tests, each as :func:`topline.stats.mean.paired_t_test` does.

    The estimates that belong to them are :func:`arithmetic_means` of :func:`summarize_many` of the differences.

    Parameters
    ----------
    first, second
        The two measurements of each pair of all comparisons, one comparison after the other [the measurement's unit].
    offsets
        Where each comparison begins, from 0, and at last the number of pairs [places among the pairs].
    null_value
        The mean difference under every null hypothesis [the measurement's unit].
    sides
        The alternative.

    Returns
    -------
    Tests
        t with n − 1 degrees of freedom; NaN for a single pair, and where all differences of a comparison are equal.

    Raises
    ------
    DataError
        If a measurement is not finite, the lengths differ, or the offsets do not fit.

    Examples
    --------
    >>> paired_t_tests([1.9, 0.8, 1.1, 3], [0.7, -1.6, -0.2, 1], [0, 3, 4]).statistic.round(4)
    array([4.2488,    nan])
    """
    before, after = finite("first", first), finite("second", second)
    same_length(first=before, second=after)
    return _t_tests(summarize_many(before - after, offsets), null_value, sides, "paired t-test")


def _t_tests(summaries: MeanSummaries, null_value: float, sides: Sides, method: str) -> Tests:
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value])[0])
    error, freedom = summaries.standard_error, (summaries.number - 1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        flat = error <= ROUNDING * np.abs(summaries.mean)
        statistic = np.where(flat, np.nan, (summaries.mean - null_value) / error)
    return Tests(
        statistic=statistic,
        degrees_of_freedom=np.where(freedom > 0, freedom, np.nan),
        p_value=t_probabilities(statistic, freedom, sides),
        sides=sides,
        null_value=null_value,
        method=method,
        undefined="all observations are equal, or one observation does not tell how they vary",
    )


def two_sample_t_tests(
    first: MeanSummaries,
    second: MeanSummaries,
    *,
    variances: Variances = "unequal",
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Tests:
    """Make many two-sample t-tests, each as :func:`topline.stats.two_means.two_sample_t_test` does.

    Parameters
    ----------
    first, second, variances
        As in :func:`mean_differences`.
    null_value
        The difference under every null hypothesis [the measurement's unit].
    sides
        The alternative.

    Returns
    -------
    Tests
        Statistic and p-value are NaN where those of :func:`topline.stats.two_means.two_sample_t_test` are
        undefined.

    Examples
    --------
    >>> found = two_sample_t_tests(mean_summaries([45], [12.3], [4.1]), mean_summaries([50], [9.8], [5.6]))
    >>> found.p_value.round(4)
    array([0.0143])
    """
    known("variances", variances, ("unequal", "equal"))
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value])[0])
    value, error, freedom = _differences(first, second, variances)
    flat = error <= ROUNDING * np.maximum(np.abs(first.mean), np.abs(second.mean))
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where(flat, np.nan, (value - null_value) / error)
    return Tests(
        statistic=statistic,
        degrees_of_freedom=freedom,
        p_value=t_probabilities(statistic, freedom, sides),
        sides=sides,
        null_value=null_value,
        method=f"two-sample t-test ({variances} variances)",
        undefined="neither group varies, or one observation in a group does not tell how it varies",
    )


def t_multipliers(level: float, degrees_of_freedom: Floats) -> Floats:
    """Give t such that Student's variables lie within ±t with a probability. Part of :func:`arithmetic_means`.

    Whole numbers of degrees of freedom, which recur, are inverted once each.

    Parameters
    ----------
    level
        The probability, a fraction [1].
    degrees_of_freedom
        Of each variable [1]; the multiplier is NaN where they are not above 0.

    Examples
    --------
    >>> t_multipliers(0.95, np.array([19.0, 0.0, 19.0])).round(4)
    array([2.093,   nan, 2.093])
    """
    freedom = np.where(degrees_of_freedom > 0, degrees_of_freedom, np.nan)
    tail = (1 - level) / 2
    if freedom.size and (freedom == np.floor(freedom)).all():
        distinct, which = np.unique(freedom, return_inverse=True)
        recurring: Floats = -np.asarray(special.stdtrit(distinct, tail), dtype=np.float64)[which]
        return recurring
    return -np.asarray(special.stdtrit(freedom, tail), dtype=np.float64)


def t_probabilities(statistic: Floats, degrees_of_freedom: Floats, sides: Sides) -> Floats:
    """Give the p-values of t statistics. Part of :func:`two_sample_t_tests`.

    Parameters
    ----------
    statistic
        One for each test [1]; the p-value is NaN where it is.
    degrees_of_freedom
        Of each statistic [1].
    sides
        The alternative.

    Examples
    --------
    >>> t_probabilities(np.array([2.2, 0.1]), np.array([28.0, 28.0]), "two-sided").round(4)
    array([0.0362, 0.9211])
    """
    freedom = np.where(degrees_of_freedom > 0, degrees_of_freedom, np.nan)
    towards = {"two-sided": -np.abs(statistic), "greater": -statistic, "less": statistic}[sides]
    found: Floats = np.asarray(special.stdtr(freedom, towards), dtype=np.float64)
    return 2 * found if sides == "two-sided" else found


def _differences(
    first: MeanSummaries, second: MeanSummaries, variances: Variances
) -> tuple[Floats, Floats, Floats]:
    """Give differences, their standard errors and degrees of freedom; NaN where undefined."""
    same_length(first=first.number, second=second.number)
    value = first.mean - second.mean
    freedoms = first.number - 1.0, second.number - 1.0
    if variances == "equal":
        freedom = freedoms[0] + freedoms[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            roots = [
                np.sqrt(own / freedom) * np.where(own > 0, group.standard_deviation, 0.0)
                for own, group in zip(freedoms, (first, second), strict=True)
            ]
        error = np.hypot(*roots) * np.sqrt(1 / first.number + 1 / second.number)
        return value, error, np.where(freedom > 0, freedom, np.nan)
    errors = first.standard_error, second.standard_error
    error = np.hypot(*errors)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [(one / error) ** 4 for one in errors]
        freedom = 1 / (shares[0] / freedoms[0] + shares[1] / freedoms[1])
    return value, error, freedom
