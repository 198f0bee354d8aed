"""The difference of two means, the ratio of two geometric means, and their t-tests, from data or from summaries.

Welch's form lets the variances differ, the pooled form takes them to be equal. The default is Welch's: it costs next
to nothing where they are equal, and the pooled form is wrong where they are not and the groups differ in size.
"""

import math
from typing import Literal, NamedTuple, TypeAlias

from topline.errors import DataError
from topline.stats.checking import confidence_level, finite, known
from topline.stats.distribution import t_multiplier, t_probability
from topline.stats.effect import Question, undefined_effect
from topline.stats.estimate import Estimate, Sides, Test, undefined_test
from topline.stats.mean import ROUNDING, MeanSummary

Variances: TypeAlias = Literal["unequal", "equal"]
"""Whether the groups' variances may differ (Welch) or are taken to be equal (pooled)."""

METHODS = {"unequal": "Welch", "equal": "pooled variance"}


class _Difference(NamedTuple):
    """A difference of means with its standard error and degrees of freedom."""

    value: float
    standard_error: float
    degrees_of_freedom: float


def mean_difference(
    first: MeanSummary,
    second: MeanSummary,
    *,
    variances: Variances = "unequal",
    level: float = 0.95,
) -> Estimate:
    """Estimate the difference of two groups' means, first minus second, with its t interval.

    Unequal variances: the standard error is √(s₁²/n₁ + s₂²/n₂), with the degrees of freedom of Welch (Biometrika 34
    (1947) 28–35, doi:10.1093/biomet/34.1-2.28) and Satterthwaite (Biometrics Bulletin 2 (1946) 110–114,
    doi:10.2307/3002019). Equal variances: s √(1/n₁ + 1/n₂) with the pooled s and n₁ + n₂ − 2 degrees of freedom.
    Not for paired measurements: :func:`topline.stats.mean.paired_t_test`.

    Parameters
    ----------
    first, second
        Of the measurements of each group, made from data or written down from a record.
    variances
        Whether the groups' variances may differ.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        In the measurement's unit. With unequal variances the limits are ``None`` where a group has a single
        observation or both have no spread. With equal ones they are ``None`` only where each group has a single
        observation; where neither has any spread, both equal the difference.

    Raises
    ------
    UsageError
        If the word for the variances or the level is not known.

    See Also
    --------
    R: ``t.test(x, y)``, ``t.test(x, y, var.equal = TRUE)``. SAS: PROC TTEST, "Satterthwaite" and "Pooled".

    Examples
    --------
    >>> found = mean_difference(MeanSummary(number=45, mean=12.3, standard_deviation=4.1),
    ...                         MeanSummary(number=50, mean=9.8, standard_deviation=5.6))
    >>> round(found.lower, 4), round(found.upper, 4), round(found.degrees_of_freedom, 2)
    (0.5124, 4.4876, 89.42)
    """
    level = confidence_level(level)
    known("variances", variances, METHODS)
    method = f"difference of means, t interval ({METHODS[variances]})"
    found = _difference(first, second, variances)
    if isinstance(found, str):
        question = Question(method=method, level=level)
        return undefined_effect(question, found, value=first.mean - second.mean).estimate
    half = t_multiplier(level, found.degrees_of_freedom) * found.standard_error
    return Estimate(
        value=found.value,
        lower=found.value - half,
        upper=found.value + half,
        level=level,
        method=method,
        standard_error=found.standard_error,
        degrees_of_freedom=found.degrees_of_freedom,
    )


def two_sample_t_test(
    first: MeanSummary,
    second: MeanSummary,
    *,
    variances: Variances = "unequal",
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Test:
    """Test whether two groups' means differ by something else than a given value.

    t = (x̄₁ − x̄₂ − δ₀) / e, with the standard error e and degrees of freedom of :func:`mean_difference`. Student,
    Biometrika 6 (1908) 1–25, doi:10.1093/biomet/6.1.1, for equal variances; Welch, Biometrika 34 (1947) 28–35,
    doi:10.1093/biomet/34.1-2.28, for unequal ones. Not for paired measurements:
    :func:`topline.stats.mean.paired_t_test`.

    Parameters
    ----------
    first, second, variances
        As in :func:`mean_difference`.
    null_value
        The difference, first minus second, under the null hypothesis, such as a non-inferiority margin [the
        measurement's unit].
    sides
        The alternative: ``"greater"`` where the difference is greater than ``null_value``.

    Returns
    -------
    Test
        Undefined as the limits of :func:`mean_difference`, and where all observations of both groups are equal
        within their group.

    See Also
    --------
    R: ``t.test(x, y, mu, alternative, var.equal)``. SAS: PROC TTEST, H0= SIDES=.

    Examples
    --------
    >>> test = two_sample_t_test(MeanSummary(number=45, mean=12.3, standard_deviation=4.1),
    ...                          MeanSummary(number=50, mean=9.8, standard_deviation=5.6))
    >>> round(test.statistic, 4), round(test.p_value, 4)
    (2.4991, 0.0143)
    """
    known("variances", variances, METHODS)
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value])[0])
    method = f"two-sample t-test ({METHODS[variances]})"
    found = _difference(first, second, variances)
    if not isinstance(found, str) and found.standard_error <= ROUNDING * max(
        abs(first.mean), abs(second.mean)
    ):
        found = "undefined, because all observations of each group are equal"
    if isinstance(found, str):
        return undefined_test(method, found, sides=sides, null_value=null_value)
    statistic = (found.value - null_value) / found.standard_error
    return Test(
        statistic=statistic,
        degrees_of_freedom=found.degrees_of_freedom,
        p_value=t_probability(statistic, found.degrees_of_freedom, sides),
        sides=sides,
        null_value=null_value,
        method=method,
    )


def pooled_standard_deviation(*groups: MeanSummary) -> float:
    """Give the root of the mean square within groups, √(Σ(nᵢ − 1)sᵢ² / Σ(nᵢ − 1)) [the measurement's unit].

    Part of :func:`mean_difference`.

    Parameters
    ----------
    groups
        Of the measurements of each group; one with a single observation tells nothing about the spread.

    Raises
    ------
    DataError
        If no group has more than one observation.

    Examples
    --------
    >>> round(pooled_standard_deviation(MeanSummary(number=45, mean=12.3, standard_deviation=4.1),
    ...                                 MeanSummary(number=50, mean=9.8, standard_deviation=5.6)), 4)
    4.9473
    """
    freedom = sum(group.degrees_of_freedom for group in groups)
    if freedom == 0:
        raise DataError(
            "no group has more than one observation",
            accepted="at least one group of two, whose standard deviation is defined",
        )
    # The root of the degrees of freedom first: squaring a large deviation could overflow.
    roots = [
        math.sqrt(group.degrees_of_freedom / freedom) * (group.standard_deviation or 0.0)
        for group in groups
    ]
    return math.hypot(*roots)


def geometric_mean_ratio(
    first: MeanSummary,
    second: MeanSummary,
    *,
    variances: Variances = "equal",
    level: float = 0.95,
) -> Estimate:
    """Estimate the ratio of two groups' geometric means, first over second.

    exp(l̄₁ − l̄₂), with the limits of the difference of the means of the logarithms by :func:`mean_difference`,
    exponentiated. Julious and Debarnot, Journal of Biopharmaceutical Statistics 10 (2000) 55–71,
    doi:10.1081/BIP-100101013. Not for a crossover trial, in which each participant is in both groups: its analysis
    compares within participants.

    Parameters
    ----------
    first, second
        Of the natural logarithms, from :func:`topline.stats.mean.summarize_logarithms`.
    variances
        As in :func:`mean_difference`; equal by default, as bioequivalence is judged.
    level
        The confidence level, a fraction [1]; 0.9 for bioequivalence.

    Returns
    -------
    Estimate
        A ratio [1] on the natural scale; undefined as in :func:`mean_difference`.

    See Also
    --------
    R: ``exp(t.test(log(x), log(y), var.equal = TRUE)$conf.int)``. SAS: PROC TTEST, DIST=LOGNORMAL.

    Examples
    --------
    >>> from topline.stats.mean import summarize_logarithms
    >>> round(geometric_mean_ratio(summarize_logarithms([2, 8]), summarize_logarithms([1, 4])).value, 6)
    2.0
    """
    found = mean_difference(first, second, variances=variances, level=level)
    method = f"ratio of geometric means, t interval on the logarithms ({METHODS[variances]})"
    notes = [note for note in found.notes if not note.startswith("standard_error: ")]
    values: dict[str, float | None] = {}
    for part in ("value", "lower", "upper"):
        logarithm = getattr(found, part)
        values[part] = None if logarithm is None else _exponential(logarithm)
        if logarithm is not None and values[part] is None:
            notes.append(f"{part}: too large for a floating-point number")
    return Estimate(
        value=values["value"],
        lower=values["lower"],
        upper=values["upper"],
        level=found.level,
        method=method,
        notes=tuple(notes),
        degrees_of_freedom=found.degrees_of_freedom,
    )


def _difference(first: MeanSummary, second: MeanSummary, variances: Variances) -> _Difference | str:
    """Give a difference with its error, or why it has none."""
    value = first.mean - second.mean
    if variances == "equal":
        freedom = first.degrees_of_freedom + second.degrees_of_freedom
        if freedom == 0:
            return "undefined for a single observation in each group"
        error = pooled_standard_deviation(first, second) * math.sqrt(
            1 / first.number + 1 / second.number
        )
        return _Difference(value, error, freedom)
    if first.standard_error is None or second.standard_error is None:
        return "undefined for a single observation in a group"
    error = math.hypot(first.standard_error, second.standard_error)
    if error == 0:
        return "undefined, because all observations of each group are equal"
    shares = (first.standard_error / error) ** 2, (second.standard_error / error) ** 2
    freedom_of_welch = 1 / (
        shares[0] ** 2 / first.degrees_of_freedom + shares[1] ** 2 / second.degrees_of_freedom
    )
    return _Difference(value, error, freedom_of_welch)


def _exponential(logarithm: float) -> float | None:
    try:
        return math.exp(logarithm)
    except OverflowError:
        return None
