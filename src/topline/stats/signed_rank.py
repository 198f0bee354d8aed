"""Wilcoxon's signed-rank test, and the pseudomedian with its limits.

For paired data take the differences first. The test asks whether the values lie symmetrically about the null
value; the pseudomedian (Hodges–Lehmann estimate) is the median of all Walsh averages ``(xᵢ + xⱼ) / 2``. Sources:
F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945) 80–83, doi:10.2307/3001968;
J. L. Hodges and E. L. Lehmann, "Estimates of location based on rank tests", Annals of Mathematical Statistics
34 (1963) 598–611, doi:10.1214/aoms/1177704172; J. W. Pratt, "Remarks on zeros and ties in the Wilcoxon signed
rank procedures", Journal of the American Statistical Association 54 (1959) 655–667.

Not suitable where the values are clearly skewed about their middle: then it tests symmetry as much as location;
the sign test does not.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import confidence_level, finite, known
from topline.stats.estimate import Estimate, Floats, Sides, Test
from topline.stats.pair_order import middle_places, walsh_order
from topline.stats.rank_distributions import sign_flips
from topline.stats.rank_limits import limits_within, nearest_walsh_average, root
from topline.stats.ranking import (
    EXACT_BELOW,
    RANK_METHODS,
    TITLES,
    RankMethod,
    RankStatistic,
    midranks,
    normal_rank_test,
)

Zeros: TypeAlias = Literal["drop", "pratt"]
"""What becomes of values equal to the null value: left out before ranking, or ranked and then left out (Pratt)."""

_SIDES = ("two-sided", "greater", "less")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Signed:
    """The ranks of absolute differences that take part, and which of them are of positive differences."""

    ranks: Floats
    statistic: RankStatistic


def _signed(differences: Floats, zeros: Zeros) -> _Signed:
    if zeros == "drop":
        differences = differences[differences != 0]
    if not differences.size:
        return _Signed(
            ranks=differences, statistic=RankStatistic(value=0.0, mean=0.0, variance=0.0)
        )
    # Pratt ranks the zeros too; they are the smallest, and have no sign.
    ranks = midranks(np.abs(differences)).ranks[differences != 0]
    positive = differences[differences != 0] > 0
    return _Signed(
        ranks=ranks,
        statistic=RankStatistic(
            value=float(ranks[positive].sum()),
            mean=float(ranks.sum()) / 2,
            variance=float(ranks @ ranks) / 4,
        ),
    )


def signed_rank_statistic(
    values: ArrayLike, *, null_value: float = 0.0, zeros: Zeros = "drop"
) -> RankStatistic:
    """Give the sum of the ranks of those above the null value, with its mean and variance given the ties.

    Part of :func:`signed_rank_test`. V = Σ Rᵢ over the values above the null value, Rᵢ the midranks of the absolute
    differences; mean Σ Rᵢ/2 and variance Σ Rᵢ²/4 over all of them. All are 0 where every value equals the null value.

    Parameters
    ----------
    values, null_value, zeros
        As in :func:`signed_rank_test`.

    Examples
    --------
    >>> signed_rank_statistic([1.1, 2.2, -0.4, 3.7, 0.9, 5.2], null_value=0.5).value
    18.0
    """
    known("zeros", zeros, ("drop", "pratt"))
    location = float(finite("null_value", [null_value])[0])
    return _signed(finite("values", values) - location, zeros).statistic


def signed_rank_test(
    values: ArrayLike,
    *,
    null_value: float = 0.0,
    method: RankMethod | None = None,
    sides: Sides = "two-sided",
    zeros: Zeros = "drop",
) -> Test:
    """Test whether values lie symmetrically about a null value.

    Parameters
    ----------
    values
        One measurement or difference within a pair for each participant [the measurement's unit].
    null_value
        The location tested [the measurement's unit].
    method
        ``"exact"``: the permutation distribution over all signs, exact also with ties; ``"normal"``;
        ``"normal_corrected"``: with continuity correction. ``None``: exact for fewer than 50 values that differ
        from the null value, otherwise normal with correction.
    sides
        ``"greater"``: the values lie above the null value.
    zeros
        What becomes of values equal to the null value. R and SAS drop them.

    Returns
    -------
    Test
        With the sum of positive ranks as statistic where the method is exact, and the standardised one otherwise
        (:func:`signed_rank_statistic` gives its mean and variance). A single value gives the exact p-value 1.
        Undefined, ``None`` with the reason, where every value equals the null value.

    Raises
    ------
    DataError
        If a value is not a finite number.
    UsageError
        If a word is not known, or the exact distribution would take too long.

    Notes
    -----
    V = Σ Rᵢ over the values above the null value, Rᵢ the rank of ∣xᵢ − null value∣. Wilcoxon, Biometrics Bulletin 1
    (1945) 80–83, doi:10.2307/3001968; Pratt, Journal of the American Statistical Association 54 (1959) 655–667.

    Not for values that are clearly skewed about their middle: it then tests symmetry as much as location; the sign
    test does not.

    In R: ``wilcox.test(x, mu = null_value)``, exact only without ties and zeros; with them
    ``exactRankTests::wilcox.exact(x, mu = null_value)``. In SAS: PROC UNIVARIATE MU0= (exact up to 20 values,
    otherwise a t approximation that is not offered here).

    Examples
    --------
    >>> found = signed_rank_test([0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01])
    >>> found.statistic, found.p_value
    (40.0, 0.0390625)
    """
    known("zeros", zeros, ("drop", "pratt"))
    known("sides", sides, _SIDES)
    location = float(finite("null_value", [null_value])[0])
    signed = _signed(finite("values", values) - location, zeros)
    chosen = method or ("exact" if signed.ranks.size < EXACT_BELOW else "normal_corrected")
    known("method", chosen, RANK_METHODS)
    title = "Wilcoxon signed-rank test"
    if zeros == "pratt":
        title += " with Pratt's ranking of zeros"
    if chosen == "exact" and signed.ranks.size:
        statistic = signed.statistic
        return Test(
            statistic=statistic.value,
            p_value=sign_flips(signed.ranks).p_value(statistic.value, statistic.mean, sides),
            sides=sides,
            null_value=location,
            method=f"{title}, {TITLES['exact']}",
        )
    return normal_rank_test(
        signed.statistic,
        sides=sides,
        corrected=chosen == "normal_corrected",
        null_value=location,
        method=title,
    )


def pseudomedian(
    values: ArrayLike,
    *,
    level: float = 0.95,
    interval: RankMethod | None = None,
    estimator: Literal["walsh", "root"] = "walsh",
    null_value: float | None = None,
) -> Estimate:
    """Estimate the pseudomedian, the centre of a symmetric distribution, with its interval.

    Parameters
    ----------
    values
        One measurement or difference within a pair for each participant [the measurement's unit].
    level
        The confidence level, a fraction [1].
    interval
        ``"exact"``: the Walsh averages that stand at the quantile of the null distribution without ties, from
        either end (Hollander and Wolfe, Nonparametric Statistical Methods). ``"normal"``,
        ``"normal_corrected"``: where the normal approximation to the test, given the ties, passes its quantiles,
        as R's wilcox.test with ``exact = FALSE`` does. ``None``: exact for fewer than 50 values, otherwise
        normal with correction.
    estimator
        ``"walsh"``: the median of all Walsh averages. ``"root"``: where the normal approximation passes 0, as R
        gives it where its test is not exact; the two can differ where the middle two averages differ.
    null_value
        Values equal to it are left out, as R does [the measurement's unit]; ``None`` leaves out none.

    Returns
    -------
    Estimate
        The pseudomedian [the measurement's unit]. A level that cannot be reached with so few values is lowered, and a
        note says so: exact limits are then the smallest and the largest value. A single value has no limits, nor have
        equal values by the normal approximation; the notes say why.

    Raises
    ------
    DataError
        If a value is not a finite number, or there is none.
    UsageError
        If a word or the level is not known.

    Notes
    -----
    θ̂ = median of the n (n + 1)/2 Walsh averages (xᵢ + xⱼ)/2, i ≤ j. Hodges and Lehmann, Annals of Mathematical
    Statistics 34 (1963) 598–611, doi:10.1214/aoms/1177704172. Exact limits: Hollander and Wolfe, Nonparametric
    Statistical Methods, 2nd edition, 1999, section 3.3.

    Not for skewed values, of which it estimates neither the median nor the mean:
    :func:`topline.stats.median.median` holds for any distribution.

    In R: ``wilcox.test(x, conf.int = TRUE)``; in SAS: none in PROC UNIVARIATE, whose CIPCTLDF option gives limits of
    the median.

    Examples
    --------
    >>> found = pseudomedian([0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01])
    >>> round(found.value, 3), round(found.lower, 3), round(found.upper, 3)
    (0.46, 0.01, 0.786)
    """
    ordered = np.sort(finite("values", values))
    if null_value is not None:
        kept = ordered[ordered - float(finite("null_value", [null_value])[0]) != 0]
        ordered = kept if kept.size else ordered
    level = confidence_level(level)
    chosen = interval or ("exact" if ordered.size < EXACT_BELOW else "normal_corrected")
    known("interval", chosen, RANK_METHODS)
    known("estimator", estimator, ("walsh", "root"))
    value = _walsh_median(ordered) if estimator == "walsh" else _root_estimate(ordered)
    title = WALSH if estimator == "walsh" else "root of the signed-rank test"
    if chosen == "exact":
        return _exact_limits(ordered, level, value, title)
    limits = limits_within(
        lambda place: _deviate(ordered, place, corrected=chosen == "normal_corrected"),
        lambda place: nearest_walsh_average(ordered, place),
        (float(ordered[0]), float(ordered[-1])),
        level,
    )
    return _described(value, limits.lower, limits.upper, (level, limits.level), title, chosen)


WALSH = "median of Walsh averages"


def pseudomedian_method(interval: RankMethod = "exact", title: str = WALSH) -> str:
    """Name a pseudomedian and its limits. Part of :func:`pseudomedian`.

    Parameters
    ----------
    interval
        As in :func:`pseudomedian`.
    title
        The estimator in words.

    Examples
    --------
    >>> pseudomedian_method()
    'median of Walsh averages; limits from the signed-rank test, exact distribution without ties'
    """
    by = "exact distribution without ties" if interval == "exact" else TITLES[interval]
    return f"{title}; limits from the signed-rank test, {by}"


def exact_centre_place(number: int, level: float) -> tuple[int, float]:
    """Give the place of exact limits among the ordered Walsh averages, from either end, and the level they hold [1].

    Part of :func:`pseudomedian`. A level of 0 or less is none: a single value has no limits.

    Parameters
    ----------
    number
        The size of the sample [participants].
    level
        The confidence level, a fraction [1].

    Examples
    --------
    >>> exact_centre_place(9, 0.95)
    (6, 0.9609375)
    """
    distribution = sign_flips(np.arange(1.0, number + 1))
    place = max(distribution.quantile((1 - level) / 2), 1)
    return place, 1 - 2 * distribution.below(place)


def _described(
    value: float,
    lower: float | None,
    upper: float | None,
    levels: tuple[float, float],
    title: str,
    chosen: RankMethod,
) -> Estimate:
    asked, held = levels
    notes: list[str] = []
    if lower is None:
        reason = "undefined: there are too few different values for any level"
        notes += [f"lower: {reason}", f"upper: {reason}"]
    if held < asked:
        notes.append(
            f"level: {asked:g} cannot be reached with so few values; the limits hold {held:.6g}"
        )
    return Estimate(
        value=value,
        lower=lower,
        upper=upper,
        level=held,
        method=pseudomedian_method(chosen, title),
        notes=tuple(notes),
    )


def _walsh_median(ordered: Floats) -> float:
    low, high = walsh_order(ordered, middle_places(ordered.size * (ordered.size + 1) // 2))
    return (low + high) / 2


def _deviate(ordered: Floats, place: float, *, corrected: bool) -> float | None:
    statistic = _signed(ordered - place, "drop").statistic
    return statistic.deviate("two-sided", corrected=corrected)


def _root_estimate(ordered: Floats) -> float:
    if ordered[0] == ordered[-1]:
        return float(ordered[0])
    return root(
        lambda place: _deviate(ordered, place, corrected=False),
        lambda place: nearest_walsh_average(ordered, place),
        (float(ordered[0]), float(ordered[-1])),
        0.0,
    )


def _exact_limits(ordered: Floats, level: float, value: float, title: str) -> Estimate:
    number = ordered.size
    place, held = exact_centre_place(number, level)
    if held <= 0:
        return _described(value, None, None, (level, level), title, "exact")
    pairs = number * (number + 1) // 2
    lower, upper = walsh_order(ordered, [place, pairs + 1 - place])
    return _described(value, lower, upper, (level, min(level, held)), title, "exact")
