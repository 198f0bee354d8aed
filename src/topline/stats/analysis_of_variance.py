"""Several groups' means at once: analysis of variance, Welch's, tests of equal variances, and Tukey's comparisons.

All but the Brown–Forsythe test follow from each group's number, mean and standard deviation, so they take the
summaries of groups by name: from :func:`summarize_groups`, or written down from a record.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import confidence_level, finite, known, same_length
from topline.stats.effect import Effect, Question, t_effect, undefined_effect
from topline.stats.estimate import Estimate, Floats, Integers, Test, undefined_test
from topline.stats.judged_statistics import chi_squared_test, f_test
from topline.stats.many_analyses_of_variance import (
    BARTLETT,
    ONE_WAY,
    WELCH,
    bartlett_parts,
    mean_squares,
    welch_parts,
)
from topline.stats.many_means import MeanSummaries
from topline.stats.mean import MeanSummary, summarize
from topline.stats.model_matrix import categorize
from topline.stats.studentized_range import (
    studentized_range_probability,
    studentized_range_quantile,
)
from topline.stats.two_means import pooled_standard_deviation

_NO_SPREAD = "undefined, because all observations of each group are equal"
_TOO_FEW = "undefined: no group has more than one observation"
_SINGLE = "undefined for a single observation in a group"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisOfVariance:
    """A one-way analysis of variance.

    Parameters
    ----------
    test
        The F test of equal means.
    mean_square_between, mean_square_within
        The squared unit of the measurements; ``None`` where undefined.
    """

    test: Test
    mean_square_between: float
    mean_square_within: float | None


def summarize_groups(values: ArrayLike, group: Iterable[object]) -> dict[str, MeanSummary]:
    """Summarize measurements by group, the groups in the order of their names as text.

    Part of :func:`one_way_analysis`.

    Parameters
    ----------
    values
        One finite number for each observation [the measurement's unit].
    group
        The group of each observation; its label is compared as text.

    Raises
    ------
    DataError
        If the lengths differ, an element is missing or not finite.

    Examples
    --------
    >>> summarize_groups([1, 3, 5], ["b", "a", "a"])["a"].mean
    4.0
    """
    return {name: summarize(found) for name, found in _split(values, group).items()}


def one_way_analysis(groups: Mapping[str, MeanSummary]) -> AnalysisOfVariance:
    """Test whether several groups' means are equal, taking their variances to be equal.

    F = [Σ nᵢ(x̄ᵢ − x̄)²/(k − 1)] / [Σ(nᵢ − 1)sᵢ²/(N − k)] with k − 1 and N − k degrees of freedom. Fisher,
    Statistical Methods for Research Workers, 1925, chapter 7. Not for groups of different size whose variances
    differ: :func:`welch_analysis`.

    Parameters
    ----------
    groups
        Of the measurements of each group; at least two.

    Returns
    -------
    AnalysisOfVariance
        Undefined where no group has more than one observation, or no group has any spread. A group with a single
        observation counts in the means alone.

    Raises
    ------
    DataError
        If there are fewer than two groups.

    See Also
    --------
    R: ``anova(lm(y ~ group))``. SAS: PROC GLM, PROC ANOVA.

    Examples
    --------
    >>> found = one_way_analysis(summarize_groups([1, 2, 4, 5], ["a", "a", "b", "b"]))
    >>> round(found.test.statistic, 6), round(found.test.p_value, 6)
    (18.0, 0.051317)
    """
    found, bounds = _one_comparison(_several(groups))
    squares = mean_squares(found, bounds)
    between, within = float(squares.between[0]), float(squares.within[0])
    if squares.denominator[0] == 0:
        return AnalysisOfVariance(
            test=undefined_test(ONE_WAY, _TOO_FEW),
            mean_square_between=between,
            mean_square_within=None,
        )
    degrees = int(squares.numerator[0]), int(squares.denominator[0])
    return AnalysisOfVariance(
        test=f_test(ONE_WAY, between / within, *degrees)
        if within
        else undefined_test(ONE_WAY, _NO_SPREAD),
        mean_square_between=between,
        mean_square_within=within,
    )


def welch_analysis(groups: Mapping[str, MeanSummary]) -> Test:
    """Test whether several groups' means are equal, letting their variances differ.

    With weights wᵢ = nᵢ/sᵢ², their sum W, the weighted mean x̃ and Λ = Σ(1 − wᵢ/W)²/(nᵢ − 1), F = [Σ wᵢ(x̄ᵢ −
    x̃)²/(k − 1)] / [1 + 2(k − 2)Λ/(k² − 1)] with k − 1 and (k² − 1)/(3Λ) degrees of freedom. Welch, "On the
    comparison of several mean values: an alternative approach", Biometrika 38 (1951) 330–336,
    doi:10.1093/biomet/38.3-4.330. Not for groups of a few observations each, whose variances tell too little to
    weight by.

    Parameters
    ----------
    groups
        Of the measurements of each group; at least two groups, of at least two observations and some spread each.

    Returns
    -------
    Test
        An F test; undefined where a group has a single observation or no spread.

    Raises
    ------
    DataError
        If there are fewer than two groups.

    See Also
    --------
    R: ``oneway.test(y ~ group)``. SAS: PROC GLM, MEANS group / WELCH.

    Examples
    --------
    >>> test = welch_analysis(summarize_groups([1, 2, 4, 5, 8, 9], ["a", "a", "b", "b", "b", "a"]))
    >>> round(test.statistic, 4), round(test.denominator_degrees_of_freedom, 4)
    (0.3571, 2.8672)
    """
    found, bounds = _one_comparison(_several(groups))
    reason = _why_no_variances(found)
    if reason is not None:
        return undefined_test(WELCH, reason)
    statistic, numerator, denominator = (float(part[0]) for part in welch_parts(found, bounds))
    return f_test(WELCH, statistic, int(numerator), denominator)


def bartlett_test(groups: Mapping[str, MeanSummary]) -> Test:
    """Test whether several groups' variances are equal, by normal theory.

    χ² = [(N − k) log s² − Σ(nᵢ − 1) log sᵢ²] / [1 + (Σ 1/(nᵢ − 1) − 1/(N − k))/(3(k − 1))] with the pooled variance
    s² and k − 1 degrees of freedom. Bartlett, Proceedings of the Royal Society A 160 (1937) 268–282,
    doi:10.1098/rspa.1937.0109. Not for measurements that may not be normal, to which it is very sensitive:
    :func:`brown_forsythe_test` is not.

    Parameters
    ----------
    groups
        Of the measurements of each group; at least two groups, of at least two observations and some spread each.

    Returns
    -------
    Test
        A chi-squared test; undefined as :func:`welch_analysis`, where a group has a single observation or no
        spread.

    Raises
    ------
    DataError
        If there are fewer than two groups.

    See Also
    --------
    R: ``bartlett.test(y ~ group)``. SAS: PROC GLM, MEANS group / HOVTEST=BARTLETT.

    Examples
    --------
    >>> test = bartlett_test(summarize_groups([1, 2, 4, 5, 8, 9], ["a", "a", "b", "b", "b", "a"]))
    >>> round(test.statistic, 4), round(test.p_value, 4)
    (0.8043, 0.3698)
    """
    found, bounds = _one_comparison(_several(groups))
    reason = _why_no_variances(found)
    if reason is not None:
        return undefined_test(BARTLETT, reason)
    statistic, degrees = (float(part[0]) for part in bartlett_parts(found, bounds))
    return chi_squared_test(BARTLETT, statistic, int(degrees))


def brown_forsythe_test(values: ArrayLike, group: Iterable[object]) -> Test:
    """Test whether several groups' variances are equal, by the distances from each group's median.

    The F of :func:`one_way_analysis` of the distances |yᵢⱼ − ỹᵢ| from the medians ỹᵢ, also called Levene's test
    about the median. Formula: :func:`one_way_analysis`. Brown and Forsythe, Journal of the American Statistical
    Association 69 (1974) 364–367, doi:10.1080/01621459.1974.10482955. Not for choosing between two analyses of the
    same data: the choice changes their error rates.

    Parameters
    ----------
    values, group
        As in :func:`summarize_groups`; at least two groups.

    Returns
    -------
    Test
        An F test; undefined as :func:`one_way_analysis` of the distances: where no group has more than one
        observation, or all distances of each group are equal, as with two observations in every group.

    Raises
    ------
    DataError
        If the lengths differ, an element is missing or not finite, or there are fewer than two groups.

    See Also
    --------
    R: ``car::leveneTest(y ~ group)``. SAS: PROC GLM, MEANS group / HOVTEST=BF.

    Examples
    --------
    >>> test = brown_forsythe_test([1, 2, 4, 5, 8, 9], ["a", "a", "b", "b", "b", "a"])
    >>> round(test.statistic, 4), round(test.p_value, 4)
    (0.32, 0.6018)
    """
    distances = {
        name: summarize(np.abs(found - np.median(found)))
        for name, found in _split(values, group).items()
    }
    found = one_way_analysis(distances).test
    method = "Brown–Forsythe test of equal variances"
    if found.statistic is None:
        return undefined_test(method, found.reason("statistic") or "")
    return Test(
        statistic=found.statistic,
        degrees_of_freedom=found.degrees_of_freedom,
        denominator_degrees_of_freedom=found.denominator_degrees_of_freedom,
        p_value=found.p_value,
        sides="two-sided",
        null_value=0.0,
        method=method,
    )


def tukey_differences(
    groups: Mapping[str, MeanSummary], *, level: float = 0.95
) -> tuple[Effect, ...]:
    """Compare all pairs of groups with limits that hold together, and p-values adjusted for their number.

    The limits are x̄ⱼ − x̄ᵢ ± q s √((1/nᵢ + 1/nⱼ)/2) with the quantile q of the studentised range of k means:
    Tukey's honest differences, for groups of different size with Kramer's standard error (Biometrics 12 (1956)
    307–310, doi:10.2307/3001469); with unequal sizes the limits hold with more than the level. Not for comparisons
    with one control group only, for which the limits are wider than need be, nor for unequal variances.

    Parameters
    ----------
    groups
        Of the measurements of each group, with equal variances; at least two.
    level
        The probability with which all intervals hold, a fraction [1].

    Returns
    -------
    tuple of Effect
        Later minus earlier group of each pair, in the order of the groups. The statistic is the difference over its
        standard error, √2 times which is a studentised range. Limits and test are undefined as
        :func:`one_way_analysis`.

    Raises
    ------
    DataError
        If there are fewer than two groups.

    See Also
    --------
    R: ``TukeyHSD(aov(y ~ group))``. SAS: PROC GLM, MEANS group / TUKEY.

    Examples
    --------
    >>> found = tukey_differences(summarize_groups([1, 2, 4, 5], ["a", "a", "b", "b"]))
    >>> found[0].name, found[0].estimate.value, round(found[0].test.p_value, 6)
    ('b - a', 3.0, 0.051317)
    """
    level = confidence_level(level)
    summaries, names = _several(groups), list(groups)
    freedom = sum(one.degrees_of_freedom for one in summaries)
    multiplier = studentized_range_quantile(level, len(names), freedom) if freedom else 0.0
    found = []
    for earlier, first in enumerate(summaries):
        for later in range(earlier + 1, len(names)):
            question = Question(
                name=f"{names[later]} - {names[earlier]}",
                method=f"Tukey's differences of {len(names)} means",
                level=level,
            )
            found.append(
                _tukey(question, first, summaries[later], summaries, multiplier / math.sqrt(2))
            )
    return tuple(found)


def differences_from(
    groups: Mapping[str, MeanSummary], reference: str, *, level: float = 0.95
) -> tuple[Effect, ...]:
    """Compare every group with one of them by the variance within all groups, not adjusted for their number.

    The limits are x̄ᵢ − x̄₀ ± t s √(1/nᵢ + 1/n₀) with the pooled standard deviation s of all groups and N − k
    degrees of freedom: Fisher's least significant difference. Scheffé, The Analysis of Variance, 1959, chapter 3.
    Not for claims about several comparisons at once, as nothing is adjusted for their number, nor for unequal
    variances.

    Parameters
    ----------
    groups
        Of the measurements of each group, with equal variances; at least two.
    reference
        The name of the group that the others are compared with.
    level
        The confidence level of each interval, a fraction [1].

    Returns
    -------
    tuple of Effect
        Each other group minus the reference. Limits and test are undefined as :func:`one_way_analysis`.

    Raises
    ------
    DataError
        If there are fewer than two groups.
    UsageError
        If no group has the name of the reference.

    See Also
    --------
    R: ``contrast(emmeans(lm(y ~ group), "group"), "trt.vs.ctrl", adjust = "none")``. SAS: PROC GLM, LSMEANS group /
    PDIFF=CONTROL.

    Examples
    --------
    >>> found = differences_from(summarize_groups([1, 2, 4, 5], ["a", "a", "b", "b"]), "a")
    >>> found[0].name, round(found[0].estimate.standard_error, 6)
    ('b - a', 0.707107)
    """
    level = confidence_level(level)
    known("group", reference, groups)
    summaries = _several(groups)
    freedom = sum(one.degrees_of_freedom for one in summaries)
    against = groups[reference]
    found = []
    for name, summary in groups.items():
        if name == reference:
            continue
        question = Question(
            name=f"{name} - {reference}",
            method="difference of means by the variance within all groups",
            level=level,
        )
        value = summary.mean - against.mean
        if freedom == 0:
            found.append(undefined_effect(question, _TOO_FEW, value=value))
            continue
        error = _kramer(summary, against, summaries) * math.sqrt(2)
        if error == 0:
            found.append(undefined_effect(question, _NO_SPREAD, value=value))
        else:
            found.append(t_effect(question, value, error, freedom))
    return tuple(found)


def _split(values: ArrayLike, group: Iterable[object]) -> dict[str, Floats]:
    numbers, named = finite("values", values), categorize("group", group)
    same_length(values=numbers, group=named.codes)
    order = np.argsort(named.codes, kind="stable")
    ends = np.cumsum(np.bincount(named.codes))[:-1]
    return dict(zip(named.levels, np.split(numbers[order], ends), strict=True))


def _several(groups: Mapping[str, MeanSummary]) -> list[MeanSummary]:
    if len(groups) < 2:
        raise DataError(f"{len(groups)} groups to compare", accepted="at least two groups")
    return list(groups.values())


def _one_comparison(groups: list[MeanSummary]) -> tuple[MeanSummaries, Integers]:
    """Give groups as the only one of many comparisons."""
    spreads = [one.standard_deviation for one in groups]
    together = MeanSummaries(
        number=np.array([one.number for one in groups]),
        mean=np.array([one.mean for one in groups]),
        standard_deviation=np.array([np.nan if one is None else one for one in spreads]),
    )
    return together, np.array([0, len(groups)])


def _why_no_variances(groups: MeanSummaries) -> str | None:
    if np.isnan(groups.standard_deviation).any():
        return _SINGLE
    if (groups.standard_deviation == 0).any():
        return "undefined, because all observations of a group are equal"
    return None


def _kramer(first: MeanSummary, second: MeanSummary, groups: list[MeanSummary]) -> float:
    """Give the standard error that a studentised range is over: of one mean, were both groups of one size."""
    return pooled_standard_deviation(*groups) * math.sqrt(
        (1 / first.number + 1 / second.number) / 2
    )


def _tukey(
    question: Question,
    first: MeanSummary,
    second: MeanSummary,
    groups: list[MeanSummary],
    multiplier: float,
) -> Effect:
    value = second.mean - first.mean
    freedom = sum(one.degrees_of_freedom for one in groups)
    if freedom == 0:
        return undefined_effect(question, _TOO_FEW, value=value)
    error = _kramer(first, second, groups) * math.sqrt(2)
    if error == 0:
        return undefined_effect(question, _NO_SPREAD, value=value)
    statistic = value / error
    return Effect(
        name=question.name,
        estimate=Estimate(
            value=value,
            lower=value - multiplier * error,
            upper=value + multiplier * error,
            level=question.level,
            method=question.method,
            standard_error=error,
            degrees_of_freedom=freedom,
        ),
        test=Test(
            statistic=statistic,
            degrees_of_freedom=freedom,
            p_value=studentized_range_probability(
                abs(statistic) * math.sqrt(2), len(groups), freedom
            ),
            sides="two-sided",
            null_value=0.0,
            method=question.method,
        ),
    )
