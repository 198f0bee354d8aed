"""Pearson, Spearman and Kendall correlations with intervals and tests.

Sources: R. A. Fisher, "On the probable error of a coefficient of correlation deduced from a small sample",
Metron 1 (1921) 3–32 (the transform); D. G. Bonett and T. A. Wright, "Sample size requirements for estimating
Pearson, Kendall and Spearman correlations", Psychometrika 65 (2000) 23–28, doi:10.1007/BF02294183 (standard
errors of the transformed rank correlations); E. C. Fieller, H. O. Hartley and E. S. Pearson, "Tests for rank
correlation coefficients", Biometrika 44 (1957) 470–481; M. G. Kendall, Rank Correlation Methods (variance with
ties).
"""

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, finite, known, same_length
from topline.stats.concordant_pairs import PairBalance, balance_of_pairs
from topline.stats.distribution import normal_multiplier, t_probability
from topline.stats.estimate import (
    Estimate,
    Floats,
    Integers,
    Sides,
    Test,
    undefined_estimate,
    undefined_test,
)
from topline.stats.rank_correlation_distributions import (
    MOST_PAIRS_OF_KENDALL,
    MOST_PAIRS_OF_SPEARMAN,
    kendall_probability,
    spearman_edgeworth_probability,
    spearman_probability,
)
from topline.stats.ranking import midranks, normal_probability

Coefficient: TypeAlias = Literal["pearson", "spearman", "kendall"]
"""Of the values, of their ranks, or the balance of concordant and discordant pairs (tau-b)."""

RankError: TypeAlias = Literal["bonett_wright", "fieller", "fisher"]
"""The variance of Fisher's transform of a rank correlation: ``(1 + r²/2) / (n - 3)`` for Spearman and
``0.437 / (n - 4)`` for Kendall; ``1.06 / (n - 3)`` and ``0.437 / (n - 4)``; or ``1 / (n - 3)`` as for Pearson."""

CorrelationDistribution: TypeAlias = Literal["approximate", "exact", "edgeworth"]
"""Of a rank correlation where there is none: a t or normal distribution; all orders, each as likely; or, for
Spearman, Edgeworth's series."""

DISTRIBUTIONS: tuple[CorrelationDistribution, ...] = ("approximate", "exact", "edgeworth")

TITLES = {
    "pearson": "Pearson correlation",
    "spearman": "Spearman rank correlation",
    "kendall": "Kendall's tau-b",
}
KENDALL_TEST = "Kendall's tau, normal approximation given the ties"
_STATISTICS = {
    "spearman": "Spearman's sum of squared rank differences",
    "kendall": "Kendall's number of concordant pairs",
}
_ORDERED = {"exact": ("spearman", "kendall"), "edgeworth": ("spearman",)}
"""Distribution over all orders -> the coefficients that have it."""

ERRORS = ("bonett_wright", "fieller", "fisher")
_SIDES = ("two-sided", "greater", "less")


def correlation(
    first: ArrayLike,
    second: ArrayLike,
    *,
    coefficient: Coefficient = "pearson",
    level: float = 0.95,
    rank_error: RankError = "bonett_wright",
) -> Estimate:
    """Estimate a correlation with limits symmetric under Fisher's transform.

    Parameters
    ----------
    first, second
        The two measurements of each participant, in the same order [any units]; at least two pairs.
    coefficient
        See :data:`Coefficient`.
    level
        The confidence level, a fraction [1].
    rank_error
        The variance behind the limits of a rank correlation; see :data:`RankError`. SAS uses ``"fisher"`` for
        Spearman; R gives no limits for rank correlations.

    Returns
    -------
    Estimate
        The correlation [1]. Undefined where one of the measurements does not vary; limits need four pairs (five
        for Kendall), and are the correlation itself where that is -1 or 1.

    Raises
    ------
    DataError
        If a value is not a finite number, there are not two pairs, or the lengths differ.
    UsageError
        If a word is not known.

    Notes
    -----
    Pearson: r = Σ(x − x̄)(y − ȳ)/√(Σ(x − x̄)² Σ(y − ȳ)²); Spearman: the same of midranks; Kendall: τ_b = (C − D)/√((P
    − Tₓ)(P − T_y)), of P pairs C concordant, D discordant, and Tₓ, T_y tied in one measurement. Limits: tanh(artanh r
    ± z √V), V = 1/(n − 3) for Pearson. Fisher, Metron 1 (1921) 3–32; Bonett and Wright, Psychometrika 65 (2000)
    23–28, doi:10.1007/BF02294183 (V of rank correlations); Fieller, Hartley and Pearson, Biometrika 44 (1957)
    470–481.

    Not for agreement of two methods of measurement: a constant bias leaves the correlation at 1. Not for Pearson's
    limits where the two are far from jointly normal.

    In R: ``cor.test(x, y, method = "pearson")``; in SAS: PROC CORR, PEARSON SPEARMAN KENDALL FISHER(BIASADJ=NO).

    Examples
    --------
    >>> found = correlation([44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1],
    ...                     [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8])
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (0.5712, -0.1497, 0.8956)
    """
    known("coefficient", coefficient, TITLES)
    known("rank_error", rank_error, ERRORS)
    x, y = _pairs(first, second)
    level = confidence_level(level)
    method = f"{TITLES[coefficient]}, Fisher limits"
    if coefficient != "pearson":
        method += f" ({rank_error.replace('_', '–').title()} variance)"
    value = _coefficient(x, y, coefficient)
    if value is None:
        why = "undefined: one of the measurements does not vary"
        return undefined_estimate(method, why, level, with_error=False)
    if abs(value) == 1:
        note = "the correlation is complete; Fisher's limits have no width there"
        return Estimate(
            value=value, lower=value, upper=value, level=level, method=method, notes=(note,)
        )
    variance = _defined(
        transformed_variances(np.array([value]), np.array([x.size]), coefficient, rank_error)
    )
    if variance is None:
        needed = 5 if coefficient == "kendall" and rank_error != "fisher" else 4
        why = f"undefined for fewer than {needed} pairs"
        return undefined_estimate(method, why, level, value=value, with_error=False)
    half = normal_multiplier(level) * math.sqrt(variance)
    centre = math.atanh(value)
    return Estimate(
        value=value,
        lower=math.tanh(centre - half),
        upper=math.tanh(centre + half),
        level=level,
        method=method,
    )


def correlation_test(
    first: ArrayLike,
    second: ArrayLike,
    *,
    coefficient: Coefficient = "pearson",
    sides: Sides = "two-sided",
    distribution: CorrelationDistribution = "approximate",
) -> Test:
    """Test whether two measurements are uncorrelated.

    Parameters
    ----------
    first, second, coefficient
        As in :func:`correlation`.
    sides
        ``"greater"``: they are positively correlated.
    distribution
        See :data:`CorrelationDistribution`; for Pearson ``"approximate"`` only, whose t test is exact of normal
        measurements. ``"exact"`` and ``"edgeworth"`` need measurements without ties.

    Returns
    -------
    Test
        For Pearson and Spearman t with n − 2 degrees of freedom (an approximation for Spearman); for Kendall the
        normal statistic, its variance given the ties. Undefined, ``None`` with the reason, where one of the
        measurements does not vary, for fewer than three pairs, and, except for Kendall, where the correlation is −1
        or 1. By the other distributions the statistic is, as in R, the sum of squared rank differences (Spearman) or
        the number of concordant pairs (Kendall); two-sided is twice the smaller tail. They are undefined with ties,
        and exact ones of more than 14 (Spearman) or 200 pairs (Kendall) too.

    Raises
    ------
    DataError
        If a value is not a finite number, there are not two pairs, or the lengths differ.
    UsageError
        If a word is not known, or the coefficient has no such distribution.

    Notes
    -----
    Pearson and Spearman: t = r √((n − 2)/(1 − r²)); Kendall: z = (C − D)/√V, V with the ties of both measurements.
    Kendall, Rank Correlation Methods, 4th edition, 1970, chapter 4 (V); Fieller, Hartley and Pearson, Biometrika 44
    (1957) 470–481 (rank correlations in samples).

    Not for Spearman by t with fewer than about ten pairs, where it is a poor approximation: take ``"exact"``.

    In R: ``cor.test(x, y, method = "kendall", exact = FALSE)``; with ``exact = TRUE`` (the default without ties below
    50 pairs of Kendall and up to 1,290 of Spearman) it is ``"exact"`` for Kendall and for Spearman up to 9 pairs, and
    ``"edgeworth"`` for Spearman from 10 pairs on; in SAS: PROC CORR, PEARSON SPEARMAN KENDALL, and PROC FREQ with EXACT SCORR.

    Examples
    --------
    >>> found = correlation_test([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], coefficient="kendall")
    >>> round(found.statistic, 6)
    1.469694
    >>> found = correlation_test([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], coefficient="kendall", distribution="exact")
    >>> found.statistic, round(found.p_value, 6)
    (8.0, 0.233333)
    """
    known("coefficient", coefficient, TITLES)
    known("sides", sides, _SIDES)
    _known_distribution(distribution, coefficient)
    x, y = _pairs(first, second)
    value = _coefficient(x, y, coefficient)
    if value is None:
        return _undefined(coefficient, sides, "one of the measurements does not vary")
    if distribution != "approximate":
        return _ordered_test(x, y, coefficient, sides, distribution)
    if coefficient == "kendall":
        z = _defined(kendall_deviates(_balance(x, y)))
        if z is None:
            return _undefined(coefficient, sides, "the variance is 0")
        return Test(
            statistic=z,
            p_value=normal_probability(z, sides),
            sides=sides,
            null_value=0.0,
            method=KENDALL_TEST,
        )
    if x.size < 3:
        return _undefined(coefficient, sides, "fewer than three pairs")
    return _t_test(value, x.size - 2, coefficient, sides)


def _known_distribution(distribution: CorrelationDistribution, coefficient: Coefficient) -> None:
    known("distribution", distribution, DISTRIBUTIONS)
    if distribution != "approximate" and coefficient not in _ORDERED[distribution]:
        raise UsageError(
            f"the {distribution} distribution of {TITLES[coefficient]}",
            where="distribution",
            accepted=f"approximate, or {distribution} with {' or '.join(_ORDERED[distribution])}",
        )


def _ordered_test(
    x: Floats,
    y: Floats,
    coefficient: Coefficient,
    sides: Sides,
    distribution: CorrelationDistribution,
) -> Test:
    """Test by the distribution over all orders of untied measurements."""
    if _tied(x) or _tied(y):
        return _undefined(coefficient, sides, f"ties; the {distribution} distribution needs none")
    most = MOST_PAIRS_OF_KENDALL if coefficient == "kendall" else MOST_PAIRS_OF_SPEARMAN
    if distribution == "exact" and x.size > most:
        why = f"more than {most} pairs; take another distribution"
        return _undefined(coefficient, sides, why)
    if coefficient == "kendall":
        statistic = round((float(_balance(x, y).balance[0]) + x.size * (x.size - 1) / 2) / 2)
        p_value = kendall_probability(statistic, x.size, sides)
    else:
        statistic = round(float(((midranks(x).ranks - midranks(y).ranks) ** 2).sum()))
        probability = (
            spearman_probability if distribution == "exact" else spearman_edgeworth_probability
        )
        p_value = probability(statistic, x.size, sides)
    words = "exact distribution" if distribution == "exact" else "Edgeworth's series (AS 89)"
    return Test(
        statistic=float(statistic),
        p_value=p_value,
        sides=sides,
        null_value=0.0,
        method=f"{_STATISTICS[coefficient]}, {words}",
    )


def _t_test(value: float, degrees: int, coefficient: Coefficient, sides: Sides) -> Test:
    method = f"{TITLES[coefficient]}, t test"
    if abs(value) == 1:
        return _undefined(coefficient, sides, "the correlation is complete, and t infinite")
    t = value * math.sqrt(degrees / ((1 - value) * (1 + value)))
    return Test(
        statistic=t,
        degrees_of_freedom=float(degrees),
        p_value=t_probability(t, degrees, sides),
        sides=sides,
        null_value=0.0,
        method=method,
    )


def _undefined(coefficient: Coefficient, sides: Sides, why: str) -> Test:
    reason = f"undefined: {why}"
    return undefined_test(TITLES[coefficient], reason, sides=sides)


def _pairs(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    x, y = finite("first", first), finite("second", second)
    same_length(first=x, second=y)
    if x.size < 2:
        raise DataError("one pair has no correlation", where="first", accepted="at least two pairs")
    return x, y


def _coefficient(x: Floats, y: Floats, coefficient: Coefficient) -> float | None:
    if coefficient == "pearson":
        return _pearson(x, y)
    if coefficient == "spearman":
        return _of_ranks(midranks(x).ranks, midranks(y).ranks)
    return _defined(kendall_coefficients(_balance(x, y)))


def _defined(found: Floats) -> float | None:
    value = float(found[0])
    return None if math.isnan(value) else value


def _balance(x: Floats, y: Floats) -> PairBalance:
    return balance_of_pairs(x, y, np.array([0, x.size]))


def kendall_coefficients(pairs: PairBalance) -> Floats:
    """Give τ_b of each run, (C − D)/√((P − Tₓ)(P − T_y)) [1]; NaN where a measurement does not vary.

    Part of :func:`correlation`.

    Parameters
    ----------
    pairs
        From :func:`topline.stats.concordant_pairs.balance_of_pairs`.

    Examples
    --------
    >>> pairs = balance_of_pairs(np.array([1.0, 2, 3, 4, 4]), np.array([1.0, 3, 2, 1, 1]), np.array([0, 3, 5]))
    >>> kendall_coefficients(pairs).round(4)
    array([0.3333,    nan])
    """
    varied = np.sqrt(pairs.untied_first) * np.sqrt(pairs.untied_second)
    value = np.full(varied.size, np.nan)
    np.divide(pairs.balance, varied, out=value, where=varied > 0)
    return np.asarray(np.clip(value, -1.0, 1.0), dtype=np.float64)


def kendall_deviates(pairs: PairBalance) -> Floats:
    """Standardise concordant minus discordant pairs by the variance over all orders; NaN where that is 0.

    Part of :func:`correlation_test`.

    Parameters
    ----------
    pairs
        From :func:`topline.stats.concordant_pairs.balance_of_pairs`.

    Examples
    --------
    >>> pairs = balance_of_pairs(np.array([1.0, 2, 3, 4, 4]), np.array([1.0, 3, 2, 1, 1]), np.array([0, 3, 5]))
    >>> kendall_deviates(pairs).round(4)
    array([0.5222,    nan])
    """
    told = pairs.variance > 0
    deviate = np.full(told.size, np.nan)
    np.divide(pairs.balance, np.sqrt(np.maximum(pairs.variance, 0.0)), out=deviate, where=told)
    return deviate


def _pearson(x: Floats, y: Floats) -> float | None:
    # Dividing by the largest size first keeps squares of very large or small measurements in range.
    scale_x, scale_y = float(np.abs(x).max()), float(np.abs(y).max())
    if bool((x == x[0]).all()) or bool((y == y[0]).all()):
        return None
    a, b = x / scale_x, y / scale_y
    a, b = a - a.mean(), b - b.mean()
    product = math.sqrt(float(a @ a)) * math.sqrt(float(b @ b))
    if product == 0:
        return None
    return max(-1.0, min(1.0, float(a @ b) / product))


def _of_ranks(x: Floats, y: Floats) -> float | None:
    """Correlate ranks. Their doubled deviations are whole, so that equal or opposite orders give just 1 or -1."""
    a, b = 2 * x - (x.size + 1), 2 * y - (y.size + 1)
    product = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / product if product else None


def transformed_variances(
    value: Floats, number: Integers, coefficient: Coefficient, rank_error: RankError
) -> Floats:
    """Give the variance of Fisher's transform of each correlation; NaN of too few pairs. Part of :func:`correlation`.

    Parameters
    ----------
    value
        The correlations [1].
    number
        How many pairs each is of [participants].
    coefficient, rank_error
        As in :func:`correlation`.

    Examples
    --------
    >>> transformed_variances(np.array([0.5, 0.5]), np.array([9, 3]), "spearman", "bonett_wright")
    array([0.1875,    nan])
    """
    share, lost = np.ones(value.size), 3.0
    if coefficient == "kendall" and rank_error != "fisher":
        share, lost = share * 0.437, 4.0
    elif coefficient == "spearman" and rank_error != "fisher":
        bonett_wright = rank_error == "bonett_wright"
        share = 1 + value * value / 2 if bonett_wright else share * 1.06
    beyond = number - lost
    return np.asarray(share / np.where(beyond > 0, beyond, np.nan), dtype=np.float64)


def _tied(values: Floats) -> bool:
    return np.unique(values).size < values.size
