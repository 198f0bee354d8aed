"""Mantel–Haenszel pooling: one ratio or difference from the counts of several studies, without patching zeros.

The fixed-effect method of choice for rare events: studies enter with their counts, and a group without events needs no
correction as long as not all studies lack events in it.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.checking import confidence_level, counts, known, positive, same_length
from topline.stats.effect_sizes import EffectSizes, effects_with_reasons
from topline.stats.effect_sizes_rates import rate_effects
from topline.stats.effect_sizes_two_by_two import (
    Tables,
    peto_parts,
    two_by_two_effects,
    two_by_two_tables,
)
from topline.stats.estimate import Estimate, Floats, Scale, Test, undefined_test
from topline.stats.heterogeneity import chi_squared_probability
from topline.stats.pooled_tables import PooledTables, normal_estimate, spread_around

TITLES: dict[str, tuple[str, Scale]] = {
    "OR": ("log odds ratio", "log"),
    "RR": ("log risk ratio", "log"),
    "RD": ("risk difference", "natural"),
}
"""The measures of :func:`pool_mantel_haenszel` in words, with their scales."""

HOMOGENEITY_TITLES = {
    "breslow_day": "Breslow–Day test of homogeneous odds ratios",
    "tarone": "Breslow–Day test of homogeneous odds ratios with Tarone's correction",
}
"""The tests that all studies have one odds ratio."""

RATE_TITLES: dict[str, tuple[str, Scale]] = {
    "IRR": ("log rate ratio", "log"),
    "IRD": ("rate difference", "natural"),
}
"""The measures of :func:`pool_mantel_haenszel_rates`."""


def pool_mantel_haenszel(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    measure: str = "OR",
    level: float = 0.95,
    zero_cells: str = "tables with zeros",
    variance: str = "sato",
) -> PooledTables:
    """Pool two-by-two tables by Mantel and Haenszel's weights.

    Parameters
    ----------
    count, number, control_count, control_number
        As in :func:`topline.stats.effect_sizes_two_by_two.two_by_two_effects`.
    measure
        ``"OR"``, ``"RR"`` or ``"RD"``.
    level
        The confidence level, a fraction [1].
    zero_cells
        The zero-cell rule of the studies' own effects, which enter Q only, never the pooled effect.
    variance
        Of a risk difference: ``"sato"`` or ``"greenland-robins"``.

    Returns
    -------
    PooledTables
        Logarithm of a ratio, or a difference [1]. Undefined, ``None`` with the reason, where a group has no events in
        all studies together (a difference: where nobody is affected). For odds ratios also the
        Cochran–Mantel–Haenszel test without continuity correction, and Breslow and Day's test of homogeneity without
        and with Tarone's correction.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``measure``, ``level``, ``zero_cells`` or ``variance`` does not fit.

    Notes
    -----
    With a of n₁ and c of n₂ affected, b and d not, N in all. OR = Σ(ad/N)/Σ(bc/N). RR = Σ(a n₂/N)/Σ(c n₁/N). RD =
    Σ((a n₂ − c n₁)/N)/Σ(n₁ n₂/N). Mantel and Haenszel, Journal of the National Cancer Institute 22 (1959) 719–748,
    doi:10.1093/jnci/22.4.719; Robins, Breslow and Greenland, Biometrics 42 (1986) 311–323, doi:10.2307/2531052
    (variance of the log OR); Greenland and Robins, Biometrics 41 (1985) 55–68, doi:10.2307/2530643 (of the log RR,
    and RevMan's of RD); Sato, Biometrics 45 (1989) 1323–1324 (of RD, as metafor; it holds for few large and many
    small studies).

    Studies without events in both groups say nothing about a ratio and are left out. Those with nothing but events
    say nothing about an odds ratio, but their risk ratio is 1 and is counted (metafor, ``meta``, SAS; RevMan leaves
    them out). A risk difference counts both kinds. The Q of ratios and differences counts neither, as metafor's.

    Not for effects that differ between studies more than by chance.

    In R: ``metafor::rma.mh(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i)``,
    ``meta::metabin(event.e, n.e, event.c, n.c, method = "MH")``; in SAS: PROC FREQ, TABLES study * group * event /
    CMH (ratios), COMMONRISKDIFF (difference).

    Examples
    --------
    >>> pooled = pool_mantel_haenszel([0, 1, 2], [20, 40, 60], [1, 3, 6], [22, 41, 58])
    >>> round(pooled.estimate.value, 4), round(pooled.estimate.standard_error, 4)
    (-1.2826, 0.6749)
    """
    tables = two_by_two_tables(count, number, control_count, control_number)
    level = confidence_level(level)
    title, scale = TITLES[known("measure", measure, TITLES)]
    events = tables.first_events + tables.second_events
    others = tables.first_others + tables.second_others
    varied = (events > 0) & (others > 0)
    used = {"OR": varied, "RR": events > 0, "RD": np.ones_like(varied)}[measure]
    effects = two_by_two_effects(
        count, number, control_count, control_number, measure=measure, zero_cells=zero_cells
    )
    known("variance", variance, ("sato", "greenland-robins"))
    part = Tables(*(cell[used] for cell in tables))
    if measure == "RD":
        value, error = _risk_difference(part, by_sato=variance == "sato")
        title += f", variance by {'Sato' if variance == 'sato' else 'Greenland and Robins'}"
    else:
        ratio = log_odds_ratio if measure == "OR" else log_risk_ratio
        value, error = map(float, ratio(part, np.sum))
    estimate, test = normal_estimate(value, error, level, scale, f"Mantel–Haenszel {title}")
    return PooledTables(
        estimate=estimate,
        test=test,
        heterogeneity=spread_around(_only(effects, varied), estimate.value),
        studies=int(used.size),
        informative=int((varied if measure == "RD" else used).sum()),
        association=_association(part) if measure == "OR" else None,
        homogeneity=_homogeneity(part, estimate) if measure == "OR" else (),
        notes=(*_left_out(used, "left out"), *_left_out(varied | ~used, "left out of Q")),
    )


def pool_mantel_haenszel_rates(
    events: ArrayLike,
    person_time: ArrayLike,
    control_events: ArrayLike,
    control_person_time: ArrayLike,
    *,
    measure: str = "IRR",
    level: float = 0.95,
    zero_cells: str = "tables with zeros",
) -> PooledTables:
    """Pool event rates of two groups by Mantel and Haenszel's weights.

    Parameters
    ----------
    events, person_time, control_events, control_person_time
        As in :func:`topline.stats.effect_sizes_rates.rate_effects`.
    measure
        ``"IRR"`` or ``"IRD"``.
    level
        The confidence level, a fraction [1].
    zero_cells
        The rule for studies' own effects, which enter Q only.

    Returns
    -------
    PooledTables
        Logarithm of a ratio [1], or a difference [events per unit of time]. Undefined, ``None`` with the reason,
        where a group has no events in all studies together (a difference: where nobody has one). A study without any
        event is left out of a ratio, of which it says nothing, and counted in a difference, which it draws towards 0.
        ``informative`` counts the studies with events.

    Raises
    ------
    DataError
        If events or times do not fit.
    UsageError
        If ``measure``, ``level`` or ``zero_cells`` does not fit.

    Notes
    -----
    With x₁ events in t₁, x₂ in t₂ and T = t₁ + t₂. IRR = Σ(x₁ t₂/T)/Σ(x₂ t₁/T), variance of the log Σ((x₁ + x₂) t₁
    t₂/T²)/(Σ(x₁ t₂/T) Σ(x₂ t₁/T)). IRD = Σ((x₁ t₂ − x₂ t₁)/T)/Σ(t₁ t₂/T), variance Σ((x₁ t₂² + x₂ t₁²)/T²)/
    (Σ(t₁ t₂/T))². Greenland and Robins, Biometrics 41 (1985) 55–68, doi:10.2307/2530643. Studies without events do not
    enter Q, of either measure, as metafor's.

    Not for events that recur in the same participants, nor for effects that differ between studies more than by
    chance.

    In R: ``metafor::rma.mh(measure = "IRR", x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i)``,
    ``meta::metainc(event.e, time.e, event.c, time.c, method = "MH")``; in SAS: PROC STDRATE METHOD=MH.

    Examples
    --------
    >>> pooled = pool_mantel_haenszel_rates([9, 8], [413.0, 263.0], [19, 20], [398.0, 258.0])
    >>> round(pooled.estimate.value, 4), round(pooled.estimate.standard_error, 4)
    (-0.8586, 0.2907)
    """
    x1 = counts("events", events).astype(np.float64)
    x2 = counts("control_events", control_events).astype(np.float64)
    t1 = positive("person_time", person_time)
    t2 = positive("control_person_time", control_person_time)
    same_length(events=x1, person_time=t1, control_events=x2, control_person_time=t2)
    level = confidence_level(level)
    title, scale = RATE_TITLES[known("measure", measure, RATE_TITLES)]
    effects = rate_effects(
        events,
        person_time,
        control_events,
        control_person_time,
        measure=measure,
        zero_cells=zero_cells,
    )
    happened = (x1 + x2) > 0
    used = happened if measure == "IRR" else np.ones_like(happened)
    x1, t1, x2, t2 = x1[used], t1[used], x2[used], t2[used]
    both = t1 + t2
    first, second = np.sum(x1 * t2 / both), np.sum(x2 * t1 / both)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "IRR":
            value = np.log(first / second)
            variance = np.sum((x1 + x2) * t1 * t2 / both**2) / (first * second)
        else:
            weight = np.sum(t1 * t2 / both)
            value = (first - second) / weight
            variance = np.sum((x1 * t2**2 + x2 * t1**2) / both**2) / weight**2
    estimate, test = normal_estimate(
        float(value), float(np.sqrt(variance)), level, scale, f"Mantel–Haenszel {title}"
    )
    return PooledTables(
        estimate=estimate,
        test=test,
        heterogeneity=spread_around(_only(effects, happened), estimate.value),
        studies=int(used.size),
        informative=int(happened.sum()),
        notes=_left_out(
            happened, "left out" if measure == "IRR" else "left out of Q", have="no events"
        ),
    )


def _left_out(
    used: NDArray[np.bool_], what: str, *, have: str = "no events, or nothing else,"
) -> tuple[str, ...]:
    lost = np.flatnonzero(~used).tolist()
    if not lost:
        return ()
    listed = ", ".join(str(position) for position in lost)
    return (f"studies at positions {listed} have {have} in both groups: {what}",)


def _only(effects: EffectSizes, used: NDArray[np.bool_]) -> EffectSizes:
    return effects_with_reasons(
        effects.value[used],
        effects.variance[used],
        "a zero cell",
        measure=effects.measure,
        scale=effects.scale,
        method=effects.method,
    )


def log_odds_ratio(tables: Tables, total: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Give the logarithm of Mantel and Haenszel's odds ratio and its standard error.

    Part of :func:`pool_mantel_haenszel`.

    Parameters
    ----------
    tables
        Those of one or several sets of studies [participants].
    total
        Adds up what studies give: of all, or of each set [participants].

    Examples
    --------
    >>> value, error = log_odds_ratio(two_by_two_tables([1, 2], [40, 60], [3, 6], [41, 58]), np.sum)
    >>> round(float(value), 4), round(float(error), 4)
    (-1.1797, 0.683)
    """
    a, b, c, d = tables
    everyone = a + b + c + d
    towards, against = a * d / everyone, b * c / everyone
    agree, differ = (a + d) / everyone, (b + c) / everyone
    up, down = total(towards), total(against)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = 0.5 * (
            total(agree * towards) / up**2
            + total(agree * against + differ * towards) / (up * down)
            + total(differ * against) / down**2
        )
        return np.log(up / down), np.sqrt(variance)


def log_risk_ratio(tables: Tables, total: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Give the logarithm of Mantel and Haenszel's risk ratio and its standard error.

    Part of :func:`pool_mantel_haenszel`.

    Parameters
    ----------
    tables, total
        As for :func:`log_odds_ratio` [participants].

    Examples
    --------
    >>> value, error = log_risk_ratio(two_by_two_tables([1, 2], [40, 60], [3, 6], [41, 58]), np.sum)
    >>> round(float(value), 4), round(float(error), 4)
    (-1.113, 0.651)
    """
    a, b, c, d = tables
    first, second = a + b, c + d
    everyone = first + second
    up, down = total(a * second / everyone), total(c * first / everyone)
    spread = total((first * second * (a + c) - a * c * everyone) / everyone**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(up / down), np.sqrt(spread / (up * down))


def _risk_difference(tables: Tables, *, by_sato: bool) -> tuple[float, float]:
    a, b, c, d = tables
    first, second = a + b, c + d
    everyone = first + second
    weight = float(np.sum(first * second / everyone))
    value = float(np.sum((a * second - c * first) / everyone)) / weight
    if by_sato:
        skew = (c * first**2 - a * second**2 + first * second * (second - first) / 2) / everyone**2
        spread = value * float(np.sum(skew)) + float(np.sum((a * d + b * c) / everyone)) / 2
    else:
        cubes = a * b * second**3 + c * d * first**3
        spread = float(np.sum(cubes / (first * second * everyone**2)))
    return value, math.sqrt(max(spread, 0.0)) / weight


def _association(tables: Tables) -> Test:
    difference, variance = (float(np.sum(part)) for part in peto_parts(tables))
    method = "Cochran–Mantel–Haenszel test without continuity correction"
    if not variance > 0:
        return undefined_test(method, "no study tells anything about the effect")
    return _chi_squared(difference**2 / variance, 1, method)


def _homogeneity(tables: Tables, estimate: Estimate) -> tuple[tuple[str, Test], ...]:
    """Test with Breslow and Day whether all odds ratios equal the pooled one."""
    free = tables.first_events.size - 1
    if estimate.value is None or free < 1:
        reason = "undefined for one study, or without a pooled odds ratio"
        return tuple(
            (name, undefined_test(title, reason)) for name, title in HOMOGENEITY_TITLES.items()
        )
    expected, variance = expected_events(tables, np.exp(estimate.value))
    difference = tables.first_events - expected
    plain = float(np.sum(difference**2 / variance))
    lost = float(np.sum(difference)) ** 2 / float(np.sum(variance))
    return tuple(
        (name, _chi_squared(max(statistic, 0.0), free, title))
        for (name, title), statistic in zip(
            HOMOGENEITY_TITLES.items(), (plain, plain - lost), strict=True
        )
    )


def expected_events(tables: Tables, odds_ratio: ArrayLike) -> tuple[Floats, Floats]:
    """Give the first cell that has a given odds ratio and the table's margins, and its variance.

    Part of :func:`pool_mantel_haenszel`. The cell solves a quadratic, taken in the form that loses no digits near an
    odds ratio of 1. Breslow, Day 1980, Statistical Methods in Cancer Research I, IARC, equations 4.30–4.32.

    Parameters
    ----------
    tables
        Tables in which some, not all, have the event [participants].
    odds_ratio
        One for all, or one for each table [1]; above 0.

    Examples
    --------
    >>> cell, variance = expected_events(two_by_two_tables([16], [48], [9], [46]), 1.0)
    >>> cell.round(4), variance.round(4)
    (array([12.766]), array([4.5857]))
    """
    odds_ratio = np.asarray(odds_ratio, dtype=np.float64)
    a, b, c, d = tables
    first, second, events = a + b, c + d, a + c
    linear = odds_ratio * (first + events) + (second - events)
    root = np.sqrt(linear**2 - 4 * odds_ratio * (odds_ratio - 1) * first * events)
    cell = 2 * odds_ratio * first * events / (linear + root)
    cells = (cell, first - cell, events - cell, second - events + cell)
    return cell, 1 / np.sum([1 / one for one in cells], axis=0)


def _chi_squared(statistic: float, degrees: int, method: str) -> Test:
    return Test(
        statistic=statistic,
        degrees_of_freedom=degrees,
        p_value=float(chi_squared_probability(np.array(statistic), degrees)),
        sides="two-sided",
        null_value=0.0,
        method=method,
    )
