"""An effect's standard error, test and interval from one another, when a report prints only some of them.

Every function takes numbers or intervals of possible values (:func:`topline.stats.possible_values.rounded` reads a
printed number so), and gives the value with all it can be. The formulas are those of the Cochrane Handbook for
Systematic Reviews of Interventions, chapters 6.3 and 6.5, and of D. G. Altman and J. M. Bland, "How to obtain the P
value from a confidence interval", BMJ 343 (2011) d2304, doi:10.1136/bmj.d2304, and "How to obtain the confidence
interval from a P value", BMJ 343 (2011) d2090, doi:10.1136/bmj.d2090, with exact quantiles.

They hold for intervals and tests that stand on the estimate and its standard error (Wald); not for exact, score or
profile limits, nor where the p-value belongs to another test (log-rank) or was adjusted for multiplicity.
"""

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, known
from topline.stats.distribution import normal_multiplier, t_multiplier
from topline.stats.estimate import Scale, Sides
from topline.stats.possible_values import Derived, Given, PossibleValues, derive, possible
from topline.stats.wald_relations import (
    distance_from_null,
    exponential,
    limits_on_scale,
    null_on_scale,
    on_scale,
    p_value_of_statistic,
    printed_p_value,
    size_of,
    statistic_from_p,
)

Side: TypeAlias = Literal["greater", "less"]
"""Which way a one-sided test looks: at effects above, or below, the null value."""

_SIDES = ("two-sided", "greater", "less")


def standard_error_from_interval(
    lower: Given,
    upper: Given,
    *,
    level: float = 0.95,
    scale: Scale = "natural",
    degrees_of_freedom: float | None = None,
) -> Derived:
    """Give the standard error behind a confidence interval: its width over twice the quantile.

    Parameters
    ----------
    lower, upper
        The limits, as printed on the natural scale [the estimate's unit].
    level
        The confidence level, a fraction [1].
    scale
        ``"log"`` for ratios, whose limits are symmetric as logarithms: the standard error is then that of the
        logarithm.
    degrees_of_freedom
        Of the t distribution behind the numbers [1]; normal where ``None``.

    Returns
    -------
    Derived
        On ``scale`` [its unit]. 0 where the limits are equal; infinite or open, with a note, where a limit is known
        by a bound only.

    Raises
    ------
    DataError
        If limits are out of order, or not above 0 on the log scale.
    UsageError
        If ``level`` or ``scale`` does not fit.

    Notes
    -----
    SE = (upper − lower)/(2 q), q the normal or t quantile of the level. Cochrane Handbook for Systematic Reviews of
    Interventions, version 6.5, 2024, section 6.3.1 (ratios: section 6.3.2). Not for limits or tests that do not stand
    on the estimate and its standard error: exact, score, profile, log-rank.

    In R: ``meta::metagen(TE, lower = lower, upper = upper)$seTE``; in SAS: none.

    Examples
    --------
    >>> round(standard_error_from_interval(0.50, 0.92, scale="log").value, 4)
    0.1556
    """
    low, high = limits_on_scale(lower, upper, scale)
    multiplier = _multiplier(level, degrees_of_freedom)
    return derive(
        lambda a, b: max(0.0, b - a) / (2 * multiplier),
        (low, high),
        f"width of the {100 * level:.6g}% interval over twice the {_named(degrees_of_freedom)} quantile{_on(scale)}",
    )


def effect_from_interval(lower: Given, upper: Given, *, scale: Scale = "natural") -> Derived:
    """Give the estimate in the middle of a confidence interval.

    Parameters
    ----------
    lower, upper, scale
        As in :func:`standard_error_from_interval`.

    Returns
    -------
    Derived
        On the natural scale: for ``"log"`` the geometric middle. Undefined, ``None``, where a limit is known by a
        bound only.

    Notes
    -----
    (lower + upper)/2, and √(lower × upper) on the log scale. Altman and Bland, BMJ 343 (2011) d2090,
    doi:10.1136/bmj.d2090. Not for exact, profile or score limits, in whose middle the estimate does not lie.

    In R: ``meta::metagen(lower = lower, upper = upper)$TE``; in SAS: none.

    Examples
    --------
    >>> round(effect_from_interval(0.50, 0.92, scale="log").value, 3)
    0.678
    """
    low, high = limits_on_scale(lower, upper, scale)
    back = math.exp if scale == "log" else float
    return derive(
        lambda a, b: back((a + b) / 2), (low, high), f"middle of the interval{_on(scale)}"
    )


def standard_error_from_p(
    estimate: Given,
    p_value: Given,
    *,
    sides: Sides = "two-sided",
    null_value: float | None = None,
    scale: Scale = "natural",
    degrees_of_freedom: float | None = None,
) -> Derived:
    """Give the standard error of an estimate from its p-value: its distance from the null value over the quantile.

    Parameters
    ----------
    estimate
        As printed on the natural scale [its unit].
    p_value
        In [0, 1] [1].
    sides
        Of the test.
    null_value
        The value tested against [the estimate's unit]; ``None`` for 0, or 1 on the log scale.
    scale
        ``"log"`` for ratios: the standard error is then that of the logarithm.
    degrees_of_freedom
        Of the t distribution behind the numbers [1]; normal where ``None``.

    Returns
    -------
    Derived
        On ``scale`` [its unit]. A p-value of 1 tells nothing (0.5 one-sided): the standard error is then infinite,
        ``None`` with a note. 0 where the estimate is the null value.

    Raises
    ------
    DataError
        If a p-value is not in [0, 1], or a one-sided p-value lies on the other side than the estimate.
    UsageError
        If a word is not known.

    Notes
    -----
    SE = ∣estimate − null value∣/q, q the normal or t quantile of the p-value. Cochrane Handbook for Systematic
    Reviews of Interventions, version 6.5, 2024, section 6.3.1; Altman and Bland, BMJ 343 (2011) d2090,
    doi:10.1136/bmj.d2090. Not for limits or tests that do not stand on the estimate and its standard error: exact,
    score, profile, log-rank. Not for p-values printed as "< 0.05" unless given as their interval.

    In R: ``meta::metagen(TE, pval = p_value, df = degrees_of_freedom)$seTE``; in SAS: none.

    Examples
    --------
    >>> round(standard_error_from_p(3.8, 0.008, degrees_of_freedom=78).value, 3)
    1.396
    """
    statistic = statistic_from_p(p_value, sides, degrees_of_freedom)
    distance = distance_from_null(estimate, null_value, scale)
    if sides == "less":
        distance = distance.mapped(lambda number: -number)
    if sides == "two-sided":
        distance = size_of(distance)
    elif distance.middle * statistic.middle < 0:
        raise DataError(
            f"a one-sided p-value of {possible(p_value).middle:g} ({sides}) does not go with the estimate",
            accepted="an estimate on the side of the alternative exactly where the p-value is below 0.5",
        )
    elif distance.middle < 0:
        distance, statistic = size_of(distance), size_of(statistic)
    return derive(
        _ratio_of_sizes,
        (distance, statistic),
        f"distance from the null value over the {_named(degrees_of_freedom)} quantile of the p-value"
        f" ({sides}){_on(scale)}",
    )


def _ratio_of_sizes(distance: float, statistic: float) -> float:
    if math.isinf(statistic):
        return 0.0
    return max(distance, 0.0) / statistic if statistic > 0 else math.inf


def p_from_interval(
    lower: Given,
    upper: Given,
    *,
    estimate: Given | None = None,
    level: float = 0.95,
    sides: Sides = "two-sided",
    null_value: float | None = None,
    scale: Scale = "natural",
    degrees_of_freedom: float | None = None,
) -> Derived:
    """Give the p-value that belongs to a confidence interval.

    Parameters
    ----------
    lower, upper
        The limits, as printed on the natural scale [the estimate's unit].
    estimate
        As printed [its unit]; the middle of the interval where ``None``.
    level
        The confidence level of the (two-sided) interval, a fraction [1].
    sides
        Of the p-value wanted.
    null_value
        The value tested against [the estimate's unit]; ``None`` for 0, or 1 on the log scale.
    scale
        ``"log"`` for ratios.
    degrees_of_freedom
        Of the t distribution behind the numbers [1]; normal where ``None``.

    Returns
    -------
    Derived
        The p-value [1]. Equal limits give 0, or 1 at the null value: ``value`` is ``None`` and ``possible`` has it
        where a statistic is infinite.

    Raises
    ------
    DataError
        If limits are out of order, or not above 0 on the log scale.
    UsageError
        If a word is not known.

    Notes
    -----
    z = (estimate − null value)/SE with SE = (upper − lower)/(2 q). Altman and Bland, BMJ 343 (2011) d2304,
    doi:10.1136/bmj.d2304, with exact quantiles. Not for limits or tests that do not stand on the estimate and its
    standard error: exact, score, profile, log-rank.

    In R: ``2 * pnorm(-abs(z))`` of that z, ``meta::metagen(TE, lower = lower, upper = upper)$pval``; in SAS: none.

    Examples
    --------
    >>> from topline.stats.possible_values import rounded
    >>> found = p_from_interval(rounded("0.50"), rounded("0.92"), estimate=rounded("0.68"), scale="log")
    >>> round(found.value, 4), round(found.possible.lower, 4), round(found.possible.upper, 4)
    (0.0132, 0.0095, 0.0177)
    """
    known("sides", sides, _SIDES)
    low, high = limits_on_scale(lower, upper, scale)
    multiplier = _multiplier(level, degrees_of_freedom)
    null = null_on_scale(null_value, scale)
    if estimate is None:
        statistic = derive(
            lambda a, b: _middle_over_width(a - null, b - null) * multiplier, (low, high), ""
        )
    else:
        statistic = derive(
            lambda a, b, centre: _over(centre - null, (b - a) / (2 * multiplier)),
            (low, high, on_scale(possible(estimate), scale)),
            "",
        )
    return p_value_of_statistic(
        statistic.result,
        sides,
        degrees_of_freedom,
        f"distance from the null value in standard errors from the {100 * level:.6g}% interval{_on(scale)},"
        f" {_named(degrees_of_freedom)} ({sides})",
    )


def interval_from_p(
    estimate: Given,
    p_value: Given,
    *,
    level: float = 0.95,
    sides: Sides = "two-sided",
    null_value: float | None = None,
    scale: Scale = "natural",
    degrees_of_freedom: float | None = None,
) -> tuple[Derived, Derived]:
    """Give both limits of the confidence interval that belongs to an estimate and its p-value.

    Parameters
    ----------
    estimate, p_value, sides, null_value, scale, degrees_of_freedom
        As in :func:`standard_error_from_p`.
    level
        The confidence level wanted, a fraction [1].

    Returns
    -------
    tuple of Derived
        Lower and upper limit on the natural scale. Infinite, ``None`` with a note, for a p-value of 1.

    Notes
    -----
    estimate ± q SE, SE = ∣estimate − null value∣/q(p). Altman and Bland, BMJ 343 (2011) d2090, doi:10.1136/bmj.d2090.
    Not for limits or tests that do not stand on the estimate and its standard error: exact, score, profile, log-rank.

    In R: ``meta::metagen(TE, pval = p_value)``, columns lower and upper; in SAS: none.

    Examples
    --------
    >>> lower, upper = interval_from_p(0.81, 0.03, scale="log")
    >>> round(lower.value, 2), round(upper.value, 2)
    (0.67, 0.98)
    """
    error = standard_error_from_p(
        estimate,
        p_value,
        sides=sides,
        null_value=null_value,
        scale=scale,
        degrees_of_freedom=degrees_of_freedom,
    )
    return interval_from_standard_error(
        estimate,
        error.result,
        level=level,
        scale=scale,
        degrees_of_freedom=degrees_of_freedom,
    )


def interval_from_standard_error(
    estimate: Given,
    standard_error: Given,
    *,
    level: float = 0.95,
    scale: Scale = "natural",
    degrees_of_freedom: float | None = None,
) -> tuple[Derived, Derived]:
    """Give both limits from an estimate and its standard error.

    Parameters
    ----------
    estimate
        As printed on the natural scale [its unit].
    standard_error
        On ``scale``; from 0 [its unit].
    level, scale, degrees_of_freedom
        As in :func:`standard_error_from_interval`.

    Returns
    -------
    tuple of Derived
        Lower and upper limit on the natural scale; both the estimate where the error is 0, infinite where it is.

    Notes
    -----
    estimate ± q SE, on the log scale estimate × exp(± q SE). Altman, Machin, Bryant and Gardner, Statistics with
    Confidence, 2nd edition, 2000, chapter 3. Not for estimates near an edge of what is possible, such as proportions
    near 0.

    In R: ``estimate + c(-1, 1) * qnorm(0.975) * standard_error``; in SAS: none.

    Examples
    --------
    >>> lower, upper = interval_from_standard_error(1.0, 0.5)
    >>> round(lower.value, 3), round(upper.value, 3)
    (0.02, 1.98)
    """
    multiplier = _multiplier(level, degrees_of_freedom)
    error = possible(standard_error)
    if error.middle < 0:
        raise DataError(f"a standard error of {error.middle:g}", accepted="a number from 0")
    # A rounded 0.0 reaches below 0, where no standard error is.
    error = PossibleValues(max(error.lower, 0.0), error.upper, error.printed)
    centre = on_scale(possible(estimate), scale)
    back: Callable[[float], float] = exponential if scale == "log" else float
    method = f"estimate and standard error{_on(scale)}, {_named(degrees_of_freedom)}, level {100 * level:.6g}%"
    lower, upper = (
        derive(lambda a, b, way=way: back(a + way * multiplier * b), (centre, error), method)
        for way in (-1, 1)
    )
    return lower, upper


def interval_at_level(
    lower: Given,
    upper: Given,
    *,
    level: float,
    wanted: float,
    scale: Scale = "natural",
    degrees_of_freedom: float | None = None,
) -> tuple[Derived, Derived]:
    """Give the limits at another confidence level.

    Parameters
    ----------
    lower, upper, scale, degrees_of_freedom
        As in :func:`standard_error_from_interval`.
    level, wanted
        The confidence level of the interval, and that wanted, fractions [1].

    Returns
    -------
    tuple of Derived
        Lower and upper limit on the natural scale; equal limits, without spread, stay as they are.

    Notes
    -----
    middle ± (upper − lower)/2 × q(wanted)/q(level). Cochrane Handbook for Systematic Reviews of Interventions,
    version 6.5, 2024, section 6.3.1 (the standard error between). Not for limits or tests that do not stand on the
    estimate and its standard error: exact, score, profile, log-rank.

    In R: ``meta::metagen(TE, lower = lower, upper = upper, level.ci = level, level = wanted)``; in SAS: none.

    Examples
    --------
    >>> lower, upper = interval_at_level(-1.0, 3.0, level=0.95, wanted=0.9)
    >>> round(lower.value, 3), round(upper.value, 3)
    (-0.678, 2.678)
    """
    low, high = limits_on_scale(lower, upper, scale)
    share = _multiplier(wanted, degrees_of_freedom) / _multiplier(level, degrees_of_freedom)
    back: Callable[[float], float] = exponential if scale == "log" else float
    method = f"the interval about the same middle at level {100 * wanted:.6g}% instead of {100 * level:.6g}%{_on(scale)}"
    return (
        derive(lambda a, b: back(_beyond(a, b, share)), (low, high), method),
        derive(lambda a, b: back(_beyond(b, a, share)), (low, high), method),
    )


def two_sided_p(p_value: Given) -> Derived:
    """Give the two-sided p-value from a one-sided one.

    Parameters
    ----------
    p_value
        One-sided, in [0, 1] [1].

    Returns
    -------
    Derived
        [1]; 1 for a one-sided p-value of 0.5, and 0 at the edges 0 and 1.

    Notes
    -----
    p₂ = 2 min(p₁, 1 − p₁). Bland and Altman, BMJ 309 (1994) 248. Not for exact tests of lopsided distributions, whose
    two-sided p-value is another sum.

    In R: ``2 * min(p, 1 - p)``; in SAS: none.

    Examples
    --------
    >>> two_sided_p(0.02).value, two_sided_p(0.98).value
    (0.04, 0.040000000000000036)
    """
    tail = printed_p_value(p_value)
    found = derive(lambda p: 2 * min(p, 1 - p), (tail,), "twice the smaller tail")
    if tail.contains(0.5):
        return Derived(
            value=found.value,
            possible=PossibleValues(found.possible.lower, 1.0),
            method=found.method,
        )
    return found


def one_sided_p(p_value: Given, *, effect_towards_alternative: bool) -> Derived:
    """Give the one-sided p-value from a two-sided one.

    Parameters
    ----------
    p_value
        Two-sided, in [0, 1] [1].
    effect_towards_alternative
        Whether the estimate lies on the side of the one-sided alternative.

    Returns
    -------
    Derived
        [1]; 0.5 for a two-sided p-value of 1, the edge, whichever side the estimate lies on.

    Notes
    -----
    p₁ = p₂/2 towards the alternative, 1 − p₂/2 away from it. Bland and Altman, BMJ 309 (1994) 248. Not for
    chi-squared or F tests with more than one degree of freedom, which have no side; not for exact tests of lopsided
    distributions.

    In R: ``p / 2``; in SAS: none.

    Examples
    --------
    >>> one_sided_p(0.04, effect_towards_alternative=True).value
    0.02
    """
    towards = effect_towards_alternative
    return derive(
        lambda p: p / 2 if towards else 1 - p / 2,
        (printed_p_value(p_value),),
        "half the two-sided p-value" if towards else "1 less half the two-sided p-value",
    )


def standard_error_from_statistic(
    estimate: Given,
    statistic: Given,
    *,
    kind: Literal["z", "t", "chi-squared", "f"] = "t",
    null_value: float | None = None,
    scale: Scale = "natural",
) -> Derived:
    """Give the standard error from an estimate and its test statistic.

    Parameters
    ----------
    estimate, null_value, scale
        As in :func:`standard_error_from_p`.
    statistic
        As printed; its sign does not count [1].
    kind
        ``"chi-squared"`` and ``"f"``, with one (numerator) degree of freedom, are squares.

    Returns
    -------
    Derived
        On ``scale`` [its unit]. Infinite, ``None`` with a note, for a statistic of 0.

    Notes
    -----
    SE = ∣estimate − null value∣/∣statistic∣, its root for squares. Cochrane Handbook for Systematic Reviews of
    Interventions, version 6.5, 2024, section 6.3.1. Not for limits or tests that do not stand on the estimate and its
    standard error: exact, score, profile, log-rank.

    In R: ``metafor::conv.wald(zval = statistic, out = "yi", data = d)`` for z; in SAS: none.

    Examples
    --------
    >>> standard_error_from_statistic(3.0, 4.0, kind="chi-squared").value
    1.5
    """
    known("kind", kind, ("z", "t", "chi-squared", "f"))
    size = size_of(possible(statistic))
    square = kind in ("chi-squared", "f")
    return derive(
        lambda distance, found: _ratio_of_sizes(distance, math.sqrt(found) if square else found),
        (size_of(distance_from_null(estimate, null_value, scale)), size),
        f"distance from the null value over {'the root of ' if square else ''}the statistic{_on(scale)}",
    )


def _multiplier(level: float, degrees_of_freedom: float | None) -> float:
    level = confidence_level(level)
    if degrees_of_freedom is None:
        return normal_multiplier(level)
    if not degrees_of_freedom > 0:
        raise UsageError(f"{degrees_of_freedom} degrees of freedom", accepted="a number above 0")
    return t_multiplier(level, degrees_of_freedom)


def _named(degrees_of_freedom: float | None) -> str:
    return "normal" if degrees_of_freedom is None else f"t({degrees_of_freedom:g})"


def _on(scale: Scale) -> str:
    return ", on the log scale" if scale == "log" else ""


def _beyond(near: float, far: float, share: float) -> float:
    """Give the limit on the side of ``near`` of an interval whose width is multiplied by ``share``."""
    return near if share == 1 else (near * (1 + share) + far * (1 - share)) / 2


def _middle_over_width(low: float, high: float) -> float:
    """Give the middle in units of half the width; where an end is infinite, the side of it."""
    if math.isinf(low) or math.isinf(high):
        return float(math.isinf(high)) - float(math.isinf(low))
    return _over((low + high) / 2, (high - low) / 2)


def _over(distance: float, error: float) -> float:
    if error > 0:
        return distance / error
    return math.copysign(math.inf, distance) if distance else 0.0
