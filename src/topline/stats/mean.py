"""A mean and its interval, t-tests, and the geometric mean.

Everything about a mean follows from how many, their mean and their standard deviation, so every function
takes a :class:`MeanSummary`: made from data by :func:`summarize`, :func:`summarize_pairs` or
:func:`summarize_logarithms`, or written down from what a record posts.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import confidence_level, counts, finite, known, positive, same_length
from topline.stats.distribution import t_multiplier, t_probability
from topline.stats.estimate import Estimate, Floats, Sides, Test, undefined_estimate, undefined_test

ROUNDING = 10 * np.finfo(np.float64).eps
"""A standard error below this share of the mean is rounding noise of equal values, not variation."""

_ONE_OBSERVATION = "undefined for a single observation"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSummary:
    """How many, their mean, and their standard deviation.

    Parameters
    ----------
    number
        How many observations; at least 1.
    mean
        Their arithmetic mean [the measurement's unit].
    standard_deviation
        With divisor ``number - 1`` [the measurement's unit], from 0; ``None`` exactly where ``number`` is 1.

    Raises
    ------
    DataError
        If the numbers cannot belong together.

    Examples
    --------
    >>> round(MeanSummary(number=20, mean=1.17, standard_deviation=0.84).standard_error, 6)
    0.18783
    """

    number: int
    mean: float
    standard_deviation: float | None

    def __post_init__(self) -> None:
        if int(counts("number", [self.number])[0]) < 1:
            raise DataError(
                "a mean of no observations", where="number", accepted="at least one observation"
            )
        finite("mean", [self.mean])
        if (self.standard_deviation is None) != (self.number == 1):
            raise DataError(
                f"{self.number} observations with standard deviation {self.standard_deviation}",
                where="standard_deviation",
                accepted="a number from two observations on; None for a single one, where it is undefined",
            )
        if self.standard_deviation is not None:
            finite("standard_deviation", [self.standard_deviation], minimum=0)

    @property
    def standard_error(self) -> float | None:
        """The standard error of the mean; ``None`` for a single observation."""
        return (
            None
            if self.standard_deviation is None
            else self.standard_deviation / math.sqrt(self.number)
        )

    @property
    def degrees_of_freedom(self) -> int:
        """One fewer than the observations."""
        return self.number - 1


def summarize(values: ArrayLike) -> MeanSummary:
    """Summarize measurements by number, mean and standard deviation, s = √(Σ(xᵢ − x̄)² / (n − 1)).

    Part of :func:`arithmetic_mean`.

    Parameters
    ----------
    values
        One finite number for each observation [the measurement's unit]; at least one.

    Returns
    -------
    MeanSummary
        With standard deviation 0 exactly where all values are equal, and ``None`` for a single one.

    Raises
    ------
    DataError
        If an element is not a finite number, or the values are too large to be squared.

    Examples
    --------
    >>> summarize([4.2, 5.1, 9.3]).mean
    6.2
    """
    return _summarize(finite("values", values))


def summarize_pairs(first: ArrayLike, second: ArrayLike) -> MeanSummary:
    """Summarize the differences ``first - second`` within pairs, as a paired t-test needs them.

    Part of :func:`paired_t_test`.

    Parameters
    ----------
    first, second
        The two measurements of each pair, in the same order [the measurement's unit].

    Returns
    -------
    MeanSummary
        Of the differences. A pair with a missing measurement is not left out but refused: leave it out before.

    Raises
    ------
    DataError
        As :func:`summarize`, and if the lengths differ.

    Examples
    --------
    >>> summarize_pairs([3, 5], [1, 1])
    MeanSummary(number=2, mean=3.0, standard_deviation=1.4142135623730951)
    """
    before, after = finite("first", first), finite("second", second)
    same_length(first=before, second=after)
    return _summarize(before - after)


def summarize_logarithms(values: ArrayLike) -> MeanSummary:
    """Summarize the natural logarithms of measurements, as a geometric mean needs them.

    Part of :func:`geometric_mean`.

    Parameters
    ----------
    values
        One finite number above 0 for each observation [the measurement's unit]; at least one.

    Returns
    -------
    MeanSummary
        Of the logarithms.

    Raises
    ------
    DataError
        As :func:`summarize`, and if a value is not above 0.

    Examples
    --------
    >>> summarize_logarithms([1, 1])
    MeanSummary(number=2, mean=0.0, standard_deviation=0.0)
    """
    return _summarize(np.log(positive("values", values, why=": a logarithm needs one")))


def arithmetic_mean(summary: MeanSummary, *, level: float = 0.95) -> Estimate:
    """Estimate a mean with its t interval.

    The limits are x̄ ± t s/√n, with the quantile t of Student's distribution of n − 1 degrees of freedom at (1 +
    level)/2. Student, Biometrika 6 (1908) 1–25, doi:10.1093/biomet/6.1.1. Not for few measurements of a very skewed
    distribution: the limits then hold the mean less often than they say. In R: ``t.test(x)$conf.int``; in SAS: PROC
    MEANS, CLM.

    Parameters
    ----------
    summary
        Of the measurements, or of the differences within pairs.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        In the measurement's unit, with standard error and degrees of freedom. The limits are ``None`` for a single
        observation, and both equal the mean where all observations are equal.

    Examples
    --------
    >>> ratio = arithmetic_mean(MeanSummary(number=20, mean=1.17, standard_deviation=0.84))
    >>> round(ratio.lower, 4), round(ratio.upper, 4)
    (0.7769, 1.5631)
    """
    level = confidence_level(level)
    method = "arithmetic mean, t interval"
    if summary.standard_error is None:
        return undefined_estimate(method, _ONE_OBSERVATION, level, value=summary.mean)
    half = t_multiplier(level, summary.degrees_of_freedom) * summary.standard_error
    return Estimate(
        value=summary.mean,
        lower=summary.mean - half,
        upper=summary.mean + half,
        level=level,
        method=method,
        standard_error=summary.standard_error,
        degrees_of_freedom=summary.degrees_of_freedom,
    )


def one_sample_t_test(
    summary: MeanSummary, *, null_value: float = 0.0, sides: Sides = "two-sided"
) -> Test:
    """Test whether a mean differs from a given value.

    t = (x̄ − μ₀) / (s/√n) with n − 1 degrees of freedom. Student, Biometrika 6 (1908) 1–25,
    doi:10.1093/biomet/6.1.1. Not for few measurements of a very skewed distribution:
    :func:`topline.stats.median.sign_test` assumes no shape. In R: ``t.test(x, mu = null_value)``; in SAS: PROC
    TTEST, H0=.

    Parameters
    ----------
    summary
        Of the measurements.
    null_value
        The mean under the null hypothesis [the measurement's unit].
    sides
        The alternative: ``"greater"`` where the mean is greater than ``null_value``.

    Returns
    -------
    Test
        Statistic and p-value are ``None`` for a single observation, and where all observations are equal (their
        standard error is 0, or rounding noise beside the mean).

    Examples
    --------
    >>> test = one_sample_t_test(MeanSummary(number=20, mean=1.17, standard_deviation=0.84), null_value=1)
    >>> round(test.statistic, 4), test.degrees_of_freedom, round(test.p_value, 4)
    (0.9051, 19, 0.3768)
    """
    return _t_test(summary, null_value, sides, "one-sample t-test")


def paired_t_test(
    first: ArrayLike, second: ArrayLike, *, null_value: float = 0.0, sides: Sides = "two-sided"
) -> Test:
    """Test whether the mean difference ``first - second`` within pairs differs from a given value.

    The one-sample test of the differences, t = (d̄ − δ₀) / (s/√n) with the standard deviation s of the differences
    and n − 1 degrees of freedom for n pairs. The estimate that belongs to the test is
    ``arithmetic_mean(summarize_pairs(first, second))``. Student, Biometrika 6 (1908) 1–25,
    doi:10.1093/biomet/6.1.1. Not for a crossover trial with period effects, which the differences then contain. In
    R: ``t.test(first, second, paired = TRUE, mu = null_value)``; in SAS: PROC TTEST, PAIRED first*second.

    Parameters
    ----------
    first, second
        The two measurements of each pair, in the same order [the measurement's unit].
    null_value
        The mean difference under the null hypothesis [the measurement's unit].
    sides
        The alternative: ``"greater"`` where the mean difference is greater than ``null_value``.

    Returns
    -------
    Test
        Undefined as in :func:`one_sample_t_test`: for a single pair, and where all differences are equal.

    Raises
    ------
    DataError
        As :func:`summarize_pairs`.

    Examples
    --------
    >>> round(paired_t_test([1.9, 0.8, 1.1], [0.7, -1.6, -0.2]).statistic, 4)
    4.2488
    """
    return _t_test(summarize_pairs(first, second), null_value, sides, "paired t-test")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometricMean:
    """A geometric mean with its measures of spread.

    Parameters
    ----------
    estimate
        The geometric mean with its interval [the measurement's unit].
    coefficient_of_variation
        The geometric coefficient of variation sqrt(exp(s²) - 1), s the standard deviation of the logarithms;
        a fraction, not a percentage. ``None`` for a single observation, and where it would exceed the largest
        floating-point number (values that differ by a factor of more than 10^20).
    standard_deviation
        The geometric standard deviation exp(s), a factor from 1; ``None`` as above.
    logarithms
        The summary of the natural logarithms.
    """

    estimate: Estimate
    coefficient_of_variation: float | None
    standard_deviation: float | None
    logarithms: MeanSummary


def geometric_mean(values: ArrayLike, *, level: float = 0.95) -> GeometricMean:
    """Estimate a geometric mean with its interval, coefficient of variation and standard deviation.

    With mean l̄ and standard deviation s of the n natural logarithms, the geometric mean is exp(l̄), its limits are
    exp(l̄ ± t s/√n) with n − 1 degrees of freedom, the geometric standard deviation is exp(s), and the geometric
    coefficient of variation √(exp(s²) − 1). Julious and Debarnot, Journal of Biopharmaceutical Statistics 10 (2000)
    55–71, doi:10.1081/BIP-100101013. Not for measurements that can be zero or negative, nor for an arithmetic mean
    of skewed measurements, such as mean costs. In R: ``exp(t.test(log(x))$conf.int)``; in SAS: PROC TTEST,
    DIST=LOGNORMAL.

    Parameters
    ----------
    values
        Measurements, all above 0 [the measurement's unit]. A zero (often a value below the limit of quantification)
        has no logarithm: the caller decides what it stands for.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    GeometricMean
        For a single observation only the geometric mean is defined; where all are equal, the limits equal it, the
        coefficient of variation is 0 and the standard deviation 1.

    Raises
    ------
    DataError
        As :func:`summarize_logarithms`.

    Examples
    --------
    >>> found = geometric_mean([4.2, 5.1, 9.3])
    >>> round(found.estimate.value, 4), round(found.coefficient_of_variation, 4)
    (5.8403, 0.4329)
    """
    logarithms = summarize_logarithms(values)
    on_logs = arithmetic_mean(logarithms, level=level)
    notes = tuple(note for note in on_logs.notes if not note.startswith("standard_error: "))
    upper = None if on_logs.upper is None else _exponential(on_logs.upper)
    if on_logs.upper is not None and upper is None:
        notes += ("upper: too large for a floating-point number",)
    spread = logarithms.standard_deviation
    return GeometricMean(
        estimate=Estimate(
            value=math.exp(logarithms.mean),
            lower=None if on_logs.lower is None else math.exp(on_logs.lower),
            upper=upper,
            level=on_logs.level,
            method="geometric mean, t interval on the logarithms",
            notes=notes,
            degrees_of_freedom=on_logs.degrees_of_freedom,
        ),
        coefficient_of_variation=None if spread is None else _coefficient_of_variation(spread),
        standard_deviation=None if spread is None else _exponential(spread),
        logarithms=logarithms,
    )


def _summarize(numbers: Floats) -> MeanSummary:
    """Two passes over the data; equal values give themselves and no spread, without rounding."""
    if numbers.min() == numbers.max():
        return MeanSummary(
            number=numbers.size,
            mean=float(numbers[0]),
            standard_deviation=0.0 if numbers.size > 1 else None,
        )
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(numbers.mean())
        deviation = float(numbers.std(ddof=1))
    if not math.isfinite(mean) or not math.isfinite(deviation):
        raise DataError(
            "the values are too large for a standard deviation",
            where="values",
            accepted=f"numbers whose squares stay below {np.finfo(np.float64).max:.2g}",
        )
    return MeanSummary(number=numbers.size, mean=mean, standard_deviation=deviation)


def _exponential(logarithm: float) -> float | None:
    """Give e to the power of a number, or None where no floating-point number is so large."""
    try:
        return math.exp(logarithm)
    except OverflowError:
        return None


def _coefficient_of_variation(spread: float) -> float | None:
    try:
        # expm1 keeps the digits that subtracting 1 would lose for a small spread.
        return math.sqrt(math.expm1(spread * spread))
    except OverflowError:
        return None


def _t_test(summary: MeanSummary, null_value: float, sides: Sides, method: str) -> Test:
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value])[0])
    error = summary.standard_error
    if error is None:
        reason = _ONE_OBSERVATION
    elif error <= ROUNDING * abs(summary.mean):
        reason = "undefined, because all observations are equal"
    else:
        statistic = (summary.mean - null_value) / error
        return Test(
            statistic=statistic,
            degrees_of_freedom=summary.degrees_of_freedom,
            p_value=t_probability(statistic, summary.degrees_of_freedom, sides),
            sides=sides,
            null_value=null_value,
            method=method,
        )
    return undefined_test(method, reason, sides=sides, null_value=null_value)
