"""Wilcoxon's rank-sum (Mann–Whitney) test of two samples, and the Hodges–Lehmann shift with its limits.

The statistic W counts the pairs in which the value of the first sample is larger, a tie as one half; ``W / (m n)``
estimates the probability that a value of the first sample exceeds one of the second. The Hodges–Lehmann estimate
is the median of all differences ``xᵢ - yⱼ``. Sources: H. B. Mann and D. R. Whitney, "On a test of whether one of
two random variables is stochastically larger than the other", Annals of Mathematical Statistics 18 (1947) 50–60,
doi:10.1214/aoms/1177730491; J. L. Hodges and E. L. Lehmann, Annals of Mathematical Statistics 34 (1963)
598–611, doi:10.1214/aoms/1177704172; L. E. Moses' limits as in Hollander and Wolfe, Nonparametric
Statistical Methods, chapter 4.

The shift speaks of a difference in location only where the two distributions have the same shape.
"""

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import confidence_level, finite, known
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Floats, Sides, Test, undefined_estimate
from topline.stats.pair_order import difference_order, middle_places
from topline.stats.rank_distributions import random_choices
from topline.stats.rank_limits import limits_to_the_end, nearest_difference, root
from topline.stats.ranking import (
    EXACT_BELOW,
    RANK_METHODS,
    TITLES,
    Ranked,
    RankMethod,
    RankStatistic,
    midranks,
    normal_rank_test,
)

ShiftInterval: TypeAlias = Literal[
    "exact", "normal", "normal_corrected", "moses_floor", "moses_round"
]
"""How limits of the Hodges–Lehmann shift are found; see :func:`hodges_lehmann`."""

_INTERVAL_TITLES = {
    **{name: f"limits from the rank-sum test, {title}" for name, title in TITLES.items()},
    "exact": "limits from the rank-sum test, exact distribution without ties",
    "moses_floor": "Moses' asymptotic limits, place rounded down",
    "moses_round": "Moses' asymptotic limits, place rounded to the nearest",
}
_SIDES = ("two-sided", "greater", "less")
_TEST_METHODS = (*RANK_METHODS, "exact_doubled")

RankSumMethod: TypeAlias = Literal["exact", "exact_doubled", "normal", "normal_corrected"]
"""How the rank-sum test judges its statistic; see :func:`rank_sum_test`."""


def rank_sum_statistic(first: ArrayLike, second: ArrayLike, *, shift: float = 0.0) -> RankStatistic:
    """Give Mann and Whitney's W of the first sample, with its mean and variance given the ties.

    Part of :func:`rank_sum_test`. W = R₁ − m (m + 1)/2, R₁ the sum of the midranks of the first sample of size m;
    mean m n/2, variance m n/12 × (N + 1 − Σ(t³ − t)/(N (N − 1))), N = m + n and t the sizes of the groups of ties.
    The variance is 0 where all values are equal.

    Parameters
    ----------
    first, second, shift
        As in :func:`rank_sum_test`.

    Examples
    --------
    >>> rank_sum_statistic([1.0, 4.0], [2.0, 3.0, 4.0]).value
    2.5
    """
    x, y = finite("first", first), finite("second", second)
    return _mann_whitney(midranks(np.concatenate((x - _one("shift", shift), y))), x.size)


def _one(name: str, number: float) -> float:
    return float(finite(name, [number])[0])


def _mann_whitney(ranked: Ranked, number: int) -> RankStatistic:
    total = ranked.ranks.size
    rest = total - number
    spread = total + 1 - ranked.tie_excess / (total * (total - 1)) if total > 1 else 0.0
    return RankStatistic(
        value=float(ranked.ranks[:number].sum()) - number * (number + 1) / 2,
        mean=number * rest / 2,
        variance=number * rest / 12 * spread,
    )


def rank_sum_test(
    first: ArrayLike,
    second: ArrayLike,
    *,
    shift: float = 0.0,
    method: RankSumMethod | None = None,
    sides: Sides = "two-sided",
) -> Test:
    """Test whether two samples come from one distribution, against a shift.

    Parameters
    ----------
    first, second
        One measurement for each participant of each group [the measurement's unit].
    shift
        How much larger the first is under the null hypothesis [the measurement's unit].
    method
        ``"exact"``: the permutation distribution, exact also with ties; the two-sided p-value is the probability
        of a W at least as far from its mean (exactRankTests, coin, SAS). ``"exact_doubled"``: the same, with twice
        the smaller tail; the two differ only where ties make the distribution lopsided. ``"normal"``;
        ``"normal_corrected"``: with continuity correction. ``None``: exact where both samples have fewer than
        50 values, otherwise normal with correction.
    sides
        ``"greater"``: the first sample lies higher.

    Returns
    -------
    Test
        With W as statistic where the method is exact, and the standardised W otherwise (:func:`rank_sum_statistic`
        gives its mean and variance). One value in each sample: the exact p-value is 1. All values equal: the exact
        p-value is 1, and the normal statistic is undefined, ``None`` with the reason.

    Raises
    ------
    DataError
        If a value is not a finite number, or a sample is empty.
    UsageError
        If a word is not known, or the exact distribution would take too long.

    Notes
    -----
    W = Σᵢⱼ (1 if xᵢ > yⱼ, ½ if xᵢ = yⱼ). W/(m n) estimates the probability that a value of the first sample exceeds
    one of the second. Mann and Whitney, Annals of Mathematical Statistics 18 (1947) 50–60,
    doi:10.1214/aoms/1177730491.

    Not for paired values (:func:`topline.stats.signed_rank.signed_rank_test`), and not a test of means or medians
    where the two distributions differ in shape.

    In R: ``wilcox.test(x, y)``, exact only without ties; with them ``exactRankTests::wilcox.exact(x, y)`` or
    ``coin::wilcox_test(y ~ group, distribution = "exact")``. In SAS: PROC NPAR1WAY WILCOXON, whose Z is corrected,
    with EXACT WILCOXON.

    Examples
    --------
    >>> found = rank_sum_test([0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
    ...                       [1.15, 0.88, 0.90, 0.74, 1.21], sides="greater")
    >>> found.statistic, round(found.p_value, 6)
    (35.0, 0.127206)
    """
    known("sides", sides, _SIDES)
    x, y = finite("first", first), finite("second", second)
    null_value = _one("shift", shift)
    ranked = midranks(np.concatenate((x - null_value, y)))
    statistic = _mann_whitney(ranked, x.size)
    chosen = method or _default(x, y)
    known("method", chosen, _TEST_METHODS)
    title = "Wilcoxon rank-sum test"
    if chosen in ("normal", "normal_corrected"):
        return normal_rank_test(
            statistic,
            sides=sides,
            corrected=chosen == "normal_corrected",
            null_value=null_value,
            method=title,
        )
    base = x.size * (x.size + 1) / 2
    distribution = random_choices(ranked.ranks, x.size)
    place, mean = statistic.value + base, statistic.mean + base
    doubled = chosen == "exact_doubled" and sides == "two-sided"
    if doubled:
        tails = (distribution.p_value(place, mean, one) for one in ("greater", "less"))
        probability = min(1.0, 2 * min(tails))
    else:
        probability = distribution.p_value(place, mean, sides)
    return Test(
        statistic=statistic.value,
        p_value=probability,
        sides=sides,
        null_value=null_value,
        method=f"{title}, {TITLES['exact']}{', twice the smaller tail' if doubled else ''}",
    )


def _default(x: Floats, y: Floats) -> RankMethod:
    return "exact" if max(x.size, y.size) < EXACT_BELOW else "normal_corrected"


def hodges_lehmann(
    first: ArrayLike,
    second: ArrayLike,
    *,
    level: float = 0.95,
    interval: ShiftInterval | None = None,
    estimator: Literal["differences", "root"] = "differences",
) -> Estimate:
    """Estimate how much higher the first sample lies, with its interval.

    Parameters
    ----------
    first, second
        One measurement for each participant of each group [the measurement's unit].
    level
        The confidence level, a fraction [1].
    interval
        ``"exact"``: the differences that stand at the quantile of the null distribution without ties, from
        either end. ``"normal"``, ``"normal_corrected"``: where the normal approximation to the test, given the
        ties, passes its quantiles, as R's wilcox.test with ``exact = FALSE`` does. ``"moses_floor"``,
        ``"moses_round"``: the differences at place ``m n / 2 - z √(m n (m + n + 1) / 12)`` from either end,
        rounded. ``None``: exact where both samples have fewer than 50 values, otherwise normal with correction.
    estimator
        ``"differences"``: the median of all differences. ``"root"``: where the normal approximation passes 0,
        as R gives it where its test is not exact; the two can differ where the middle two differences differ.

    Returns
    -------
    Estimate
        The shift [the measurement's unit]. With tied values the exact limits, which disregard ties, hold at least the
        level. Exact limits of very small samples hold less than the level asked for: ``level`` is then what they
        hold, with a note. No limits, with the reason, for a single value in each sample, and by the normal
        approximation where all values are equal.

    Raises
    ------
    DataError
        If a value is not a finite number, or a sample is empty.
    UsageError
        If a word or the level is not known.

    Notes
    -----
    Δ̂ = median of all m n differences xᵢ − yⱼ. Hodges and Lehmann, Annals of Mathematical Statistics 34 (1963)
    598–611, doi:10.1214/aoms/1177704172. Exact and Moses' limits: Hollander and Wolfe, Nonparametric Statistical
    Methods, 2nd edition, 1999, section 4.3.

    Not for distributions of different shape or spread: the estimate is then the median difference of two random
    participants, and neither a difference of medians nor of means.

    In R: ``wilcox.test(x, y, conf.int = TRUE)``; in SAS: PROC NPAR1WAY HL for Moses' limits, with EXACT HL for the
    exact ones.

    Examples
    --------
    >>> found = hodges_lehmann([0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
    ...                        [1.15, 0.88, 0.90, 0.74, 1.21])
    >>> round(found.value, 3), round(found.lower, 2), round(found.upper, 2)
    (0.305, -0.15, 0.76)
    """
    x, y = np.sort(finite("first", first)), np.sort(finite("second", second))
    level = confidence_level(level)
    chosen = interval or _default(x, y)
    known("interval", chosen, _INTERVAL_TITLES)
    known("estimator", estimator, ("differences", "root"))
    method = shift_method(chosen, estimator)
    if estimator == "differences":
        low, high = difference_order(x, y, middle_places(x.size * y.size))
        value = (low + high) / 2
    else:
        value = _root_estimate(x, y)
    if chosen == "exact":
        return _exact_limits(x, y, level, value, method)
    if chosen in ("moses_floor", "moses_round"):
        return _moses_limits(x, y, level, value, method, rounded_down=chosen == "moses_floor")
    limits = limits_to_the_end(
        lambda place: _deviate(x, y, place, corrected=chosen == "normal_corrected"),
        lambda place: nearest_difference(x, y, place),
        (float(x[0] - y[-1]), float(x[-1] - y[0])),
        level,
    )
    if limits.lower is None:
        why = "undefined: all values of both samples are equal"
        return undefined_estimate(method, why, level, value=value, with_error=False)
    return Estimate(value=value, lower=limits.lower, upper=limits.upper, level=level, method=method)


def _deviate(x: Floats, y: Floats, place: float, *, corrected: bool) -> float | None:
    statistic = _mann_whitney(midranks(np.concatenate((x - place, y))), x.size)
    return statistic.deviate("two-sided", corrected=corrected)


def _root_estimate(x: Floats, y: Floats) -> float:
    span = (float(x[0] - y[-1]), float(x[-1] - y[0]))
    if span[0] == span[1]:
        return span[0]
    return root(
        lambda place: _deviate(x, y, place, corrected=False),
        lambda place: nearest_difference(x, y, place),
        span,
        0.0,
    )


def _exact_limits(x: Floats, y: Floats, level: float, value: float, method: str) -> Estimate:
    pairs = x.size * y.size
    place, held = exact_shift_place(x.size, y.size, level)
    if held <= 0:
        why = "undefined: with one value in each sample no limits hold any level"
        return undefined_estimate(method, why, level, value=value, with_error=False)
    lower, upper = difference_order(x, y, [place, pairs + 1 - place])
    note = f"level: {level:g} cannot be reached with so few values; the limits hold {held:.6g}"
    return Estimate(
        value=value,
        lower=lower,
        upper=upper,
        level=min(level, held),
        method=method,
        notes=(note,) if held < level else (),
    )


def shift_method(interval: str, estimator: str = "differences") -> str:
    """Name an estimate of a shift and its limits. Part of :func:`hodges_lehmann`.

    Parameters
    ----------
    interval, estimator
        As in :func:`hodges_lehmann`.

    Examples
    --------
    >>> shift_method("exact")
    'median of all differences (Hodges–Lehmann); limits from the rank-sum test, exact distribution without ties'
    """
    of = "median of all differences" if estimator == "differences" else "root of the rank-sum test"
    return f"{of} (Hodges–Lehmann); {_INTERVAL_TITLES[interval]}"


def exact_shift_place(first: int, second: int, level: float) -> tuple[int, float]:
    """Give the place of exact limits among the ordered differences, from either end, and the level they hold [1].

    Part of :func:`hodges_lehmann`. A level of 0 or less is none: the samples are too small for limits.

    Parameters
    ----------
    first, second
        The sizes of the samples [participants].
    level
        The confidence level, a fraction [1].

    Examples
    --------
    >>> place, held = exact_shift_place(10, 5, 0.95)
    >>> place, round(held, 4)
    (9, 0.96)
    """
    distribution = random_choices(np.arange(1.0, first + second + 1), first)
    place = max(distribution.quantile((1 - level) / 2), 1)
    return place, 1 - 2 * distribution.below(place)


def moses_place(first: int, second: int, level: float, *, rounded_down: bool = True) -> int:
    """Give the place of Moses' limits among the ordered differences, from either end; below 1 there is none.

    Part of :func:`hodges_lehmann`. The place is m n/2 − z √(m n (m + n + 1)/12), a normal approximation to the exact
    place: Hollander and Wolfe, Nonparametric Statistical Methods, 2nd edition, 1999, section 4.3.

    Parameters
    ----------
    first, second
        The sizes of the samples [participants].
    level
        The confidence level, a fraction [1].
    rounded_down
        Round the formula's number down, or else to the nearest whole number (a half to the even one).

    Examples
    --------
    >>> moses_place(10, 5, 0.95), moses_place(10, 5, 0.95, rounded_down=False)
    (8, 9)
    """
    pairs = first * second
    half = normal_multiplier(level) * math.sqrt(pairs * (first + second + 1) / 12)
    place = pairs / 2 - half
    return math.floor(place) if rounded_down else round(place)


def _moses_limits(
    x: Floats, y: Floats, level: float, value: float, method: str, *, rounded_down: bool
) -> Estimate:
    pairs = x.size * y.size
    place = moses_place(x.size, y.size, level, rounded_down=rounded_down)
    if place < 1:
        why = "undefined: the samples are too small for asymptotic limits at this level"
        return undefined_estimate(method, why, level, value=value, with_error=False)
    lower, upper = difference_order(x, y, [place, pairs + 1 - place])
    return Estimate(value=value, lower=lower, upper=upper, level=level, method=method)
