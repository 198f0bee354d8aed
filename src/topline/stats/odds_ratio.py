"""The odds ratio of two groups with its interval, for one comparison or for many at once.

:data:`INTERVALS` lists the methods by name; some come with an estimator of their own (half an event added to each cell,
the conditional likelihood). The default is the score interval: defined for every table with events and non-events.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import known
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Estimates, Floats, Limits, Scale
from topline.stats.exact_tables import Tail, conditional_distribution, conditional_estimate
from topline.stats.score_statistics import odds_ratio_score, score_limits
from topline.stats.two_proportions import (
    ContrastMethod,
    TwoGroups,
    contrast_estimates,
    single_estimate,
    two_groups,
)

_BOUND = 300.0
"""Log odds ratios are sought within ±300: beyond it the squares of the quadratic leave the range of floats."""


_UNDEFINED = "a cell of the table is 0"


def _observed_odds_ratio(groups: TwoGroups) -> Floats:
    """Give the observed odds ratios [1]; infinite or NaN where cells are 0.

    Examples
    --------
    >>> _observed_odds_ratio(two_groups([3, 1], [4, 4], [1, 0], [4, 4]))
    array([ 9., inf])
    """
    x, n, y, m = groups
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((x * (m - y)) / (y * (n - x)), dtype=np.float64)


def _log_error(groups: TwoGroups) -> Floats:
    """Give Woolf's standard error of the log odds ratio; infinite where a cell is 0.

    Examples
    --------
    >>> _log_error(two_groups([56], [70], [48], [80])).round(6)
    array([0.375991])
    """
    x, n, y, m = groups
    with np.errstate(divide="ignore"):
        return np.asarray(np.sqrt(1 / x + 1 / (n - x) + 1 / y + 1 / (m - y)), dtype=np.float64)


def _with_halves(groups: TwoGroups) -> TwoGroups:
    """Add half an event and half a non-event to each group.

    Examples
    --------
    >>> _with_halves(two_groups([0], [4], [1], [4])).count
    array([0.5])
    """
    x, n, y, m = groups
    return TwoGroups(x + 0.5, n + 1, y + 0.5, m + 1)


def woolf(groups: TwoGroups, level: float) -> Limits:
    """Give Woolf's limits: exp(log ψ ± z √(1/a + 1/b + 1/c + 1/d)).

    Woolf, Annals of Human Genetics 19 (1955) 251–253, doi:10.1111/j.1469-1809.1955.tb01348.x. Not for a cell of a
    few participants, where the logarithm is far from normal: :func:`score`. In R: ``epitools::oddsratio.wald``; in
    SAS: PROC FREQ, ``OR(CL=WALD)``.

    Parameters
    ----------
    groups, level
        As for :func:`score`.

    Returns
    -------
    Limits
        NaN where a cell is 0: nobody, or everybody, in a group has the event.

    Examples
    --------
    >>> woolf(two_groups([56], [70], [48], [80]), 0.95).upper.round(6)
    array([5.57202])
    """
    error = _log_error(groups)
    with np.errstate(invalid="ignore", over="ignore"):
        spread = np.exp(normal_multiplier(level) * error)
        ratio = _observed_odds_ratio(groups)
        defined = np.isfinite(error)
        return Limits(
            np.where(defined, ratio / spread, np.nan), np.where(defined, ratio * spread, np.nan)
        )


def haldane_anscombe(groups: TwoGroups, level: float) -> Limits:
    """Give Woolf's limits after adding one half to every cell.

    exp(log ψ̃ ± z √(Σ 1/(cell + ½))) with ψ̃ = (a + ½)(d + ½)/((b + ½)(c + ½)). Haldane, Annals of Human Genetics
    20 (1956) 309–311, doi:10.1111/j.1469-1809.1955.tb01285.x; Anscombe, Biometrika 43 (1956) 461–464,
    doi:10.1093/biomet/43.3-4.461. Not for groups of very different size with few events, of which the halves make
    an effect. In R: ``metafor::escalc(measure = "OR", add = 1/2, to = "all")``, on the log scale; in SAS: none.

    Parameters
    ----------
    groups, level
        As for :func:`score`.

    Returns
    -------
    Limits
        Always finite, also where nobody or everybody has the event.

    Examples
    --------
    >>> haldane_anscombe(two_groups([0], [10], [0], [20]), 0.95).upper.round(4)
    array([105.5222])
    """
    return woolf(_with_halves(groups), level)


def score(groups: TwoGroups, level: float, *, unbiased: bool = True) -> Limits:
    """Give score limits: Miettinen and Nurminen's, or with ``unbiased=False`` Cornfield's without correction.

    All ψ with (x₁ − n₁p̃₁)² ≤ z² / (1/(n₁p̃₁q̃₁) + 1/(n₂p̃₂q̃₂)), at the most likely proportions p̃ of odds ratio
    ψ, the left side divided by N/(N − 1) for Miettinen and Nurminen (:mod:`topline.stats.score_statistics`).
    Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226, doi:10.1002/sim.4780040211; Cornfield, Proceedings
    of the Third Berkeley Symposium 4 (1956) 135–148. Not for a guarantee: coverage is near nominal on average;
    :func:`conditional` is never below.

    In R: ``ratesci::scoreci(x1, n1, x2, n2, contrast = "OR", skew = FALSE)``; in SAS: PROC FREQ, ``OR(CL=SCORE)``.

    Parameters
    ----------
    groups
        From :func:`topline.stats.two_proportions.two_groups`.
    level
        The confidence level, a fraction [1].
    unbiased
        Whether the variance is multiplied by N/(N − 1).

    Returns
    -------
    Limits
        The lower limit is 0 where the first group has no event or the control group no non-event; the upper is
        infinite in the mirrored case. Where nobody or everybody in both groups has the event, they are 0 and
        infinite.

    Examples
    --------
    >>> found = score(two_groups([10], [10], [0], [10]), 0.95)
    >>> found.lower.round(5), found.upper
    (array([24.46329]), array([inf]))
    """
    x, n, y, m = groups
    z = normal_multiplier(level)
    filled = _with_halves(groups)
    centre, half = np.log(_observed_odds_ratio(filled)), z * _log_error(filled)
    no_lower, no_upper = (x == 0) | (y == m), (y == 0) | (x == n)
    with np.errstate(divide="ignore"):
        estimate = np.where(no_lower & no_upper, 0.0, np.log(_observed_odds_ratio(groups)))
    lower, upper = score_limits(
        groups,
        partial(odds_ratio_score, unbiased=unbiased),
        z,
        Limits(centre - half, centre + half),
        estimate,
        (-_BOUND, _BOUND),
    )
    return Limits(np.where(no_lower, 0.0, np.exp(lower)), np.where(no_upper, np.inf, np.exp(upper)))


def conditional(groups: TwoGroups, level: float, *, tail: Tail = "exact") -> Limits:
    """Give conditional exact or mid-p limits, table by table.

    The lower limit ψ solves P(S ≥ x₁; ψ) = (1 − level)/2 for the first group's events S given both margins, the
    upper P(S ≤ x₁; ψ) = (1 − level)/2; mid-p takes half of P(S = x₁) off each tail. Source:
    :func:`topline.stats.exact_tables.conditional_odds_ratio`. Not for many comparisons of large groups, as every
    table is enumerated. In R: ``fisher.test(table)$conf.int``, for mid-p ``exact2x2::exact2x2(table, midp =
    TRUE)``; in SAS: PROC FREQ, ``EXACT OR``.

    Parameters
    ----------
    groups, level
        As for :func:`score`.
    tail
        ``"exact"``, never below nominal coverage, or ``"mid_p"``, near it on average.

    Returns
    -------
    Limits
        The lower is 0 at the smallest possible number of events, the upper infinite at the largest; both where
        nobody or everybody in both groups has the event.

    Examples
    --------
    >>> conditional(two_groups([9], [10], [3], [10]), 0.95).lower.round(6)
    array([1.387114])
    """
    found = [
        conditional_estimate(conditional_distribution(groups.at(slice(i, i + 1))), level, tail)
        for i in range(groups.count.size)
    ]
    return Limits(
        np.array([one.lower for one in found], dtype=np.float64),
        np.array([np.inf if one.upper is None else one.upper for one in found]),
    )


def _conditional_value(groups: TwoGroups) -> Floats:
    """Give conditional maximum likelihood estimates; infinite at the largest possible table, NaN where it is the only one.

    Examples
    --------
    >>> _conditional_value(two_groups([9], [10], [3], [10])).round(6)
    array([17.269034])
    """
    found = []
    for place in range(groups.count.size):
        distribution = conditional_distribution(groups.at(slice(place, place + 1)))
        estimate = conditional_estimate(distribution, 0.5, "exact").value
        alone = distribution.at_top and distribution.at_bottom
        found.append((np.nan if alone else np.inf) if estimate is None else estimate)
    return np.array(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class OddsRatioMethod(ContrastMethod):
    """An interval of the odds ratio with the estimator it belongs to.

    Attributes
    ----------
    value
        From checked groups to estimates.
    """

    value: Callable[[TwoGroups], Floats] = _observed_odds_ratio


INTERVALS: Mapping[str, OddsRatioMethod] = MappingProxyType(
    {
        "miettinen_nurminen": OddsRatioMethod(
            title="Miettinen–Nurminen (score)",
            limits=score,
            source="Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226",
            closed=False,
        ),
        "cornfield": OddsRatioMethod(
            title="Cornfield (score) without continuity correction",
            limits=partial(score, unbiased=False),
            source="Cornfield, Proceedings of the Third Berkeley Symposium 4 (1956) 135–148",
            closed=False,
        ),
        "woolf": OddsRatioMethod(
            title="Woolf (log)",
            limits=woolf,
            source="Woolf, Annals of Human Genetics 19 (1955) 251–253",
            standard_error=_log_error,
        ),
        "haldane_anscombe": OddsRatioMethod(
            title="Haldane–Anscombe (log, one half added to each cell)",
            limits=haldane_anscombe,
            source="Haldane, Annals of Human Genetics 20 (1956) 309–311",
            standard_error=lambda groups: _log_error(_with_halves(groups)),
            value=lambda groups: _observed_odds_ratio(_with_halves(groups)),
        ),
        "conditional_exact": OddsRatioMethod(
            title="conditional exact",
            limits=conditional,
            source="Cornfield, Journal of the National Cancer Institute 11 (1951) 1269–1275",
            closed=False,
            value=_conditional_value,
        ),
        "conditional_mid_p": OddsRatioMethod(
            title="conditional mid-p",
            limits=partial(conditional, tail="mid_p"),
            source="Mehta, Walsh, The American Statistician 46 (1992) 146–150",
            closed=False,
            value=_conditional_value,
        ),
    }
)
"""The interval methods by name."""


def odds_ratio(
    count: float,
    number: float,
    control_count: float,
    control_number: float,
    *,
    level: float = 0.95,
    interval: str = "miettinen_nurminen",
    scale: Scale = "natural",
) -> Estimate:
    """Estimate the odds ratio of two groups with its interval.

    ψ = ad/(bc) of events a and c and non-events b and d, with limits by one of :data:`INTERVALS`, which names the
    source of each. The default is by Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226,
    doi:10.1002/sim.4780040211. In R: ``ratesci::scoreci(x1, n1, x2, n2, contrast = "OR", skew = FALSE)``; in SAS:
    PROC FREQ, ``OR(CL=SCORE)``.

    Not for: matched pairs (:mod:`topline.stats.paired_proportions`), strata
    (:mod:`topline.stats.stratified_tables`).

    Parameters
    ----------
    count, number
        Participants with the event and participants of the first group [participants].
    control_count, control_number
        The same of the control group, whose odds are divided by [participants].
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`INTERVALS`.
    scale
        ``"log"`` for natural logarithms; then Woolf's and Haldane's intervals come with their standard errors.

    Returns
    -------
    Estimate
        A ratio [1]. What is infinite or undefined for a zero cell is ``None`` with the reason.

    Raises
    ------
    DataError
        If counts do not fit.
    LimitError
        If a conditional method would enumerate too much.
    UsageError
        If ``level``, ``interval`` or ``scale`` does not fit.

    Examples
    --------
    >>> found = odds_ratio(56, 70, 48, 80)
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (2.6667, 1.2816, 5.5402)
    """
    many = odds_ratios(
        [count],
        [number],
        [control_count],
        [control_number],
        level=level,
        interval=interval,
        scale=scale,
    )
    error = INTERVALS[interval].standard_error if scale == "log" else None
    groups = two_groups([count], [number], [control_count], [control_number])
    return single_estimate(
        many,
        standard_error=error(groups) if error else None,
        undefined=_UNDEFINED,
    )


def odds_ratios(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "miettinen_nurminen",
    scale: Scale = "natural",
) -> Estimates:
    """Estimate many odds ratios with their intervals at once, each as :func:`odds_ratio` does.

    Conditional methods go table by table; all others are vectorised.

    Parameters
    ----------
    count, number, control_count, control_number
        One element for each comparison [participants].
    level, interval, scale
        As in :func:`odds_ratio`.

    Returns
    -------
    Estimates
        Ratios [1]; NaN where undefined, infinite where without bound.

    Raises
    ------
    DataError, LimitError, UsageError
        As :func:`odds_ratio`; the message names the element.

    Examples
    --------
    >>> odds_ratios([56, 5], [70, 56], [48, 0], [80, 29], interval="haldane_anscombe").value.round(4)
    array([2.6111, 6.301 ])
    """
    groups = two_groups(count, number, control_count, control_number)
    method = INTERVALS[known("interval", interval, INTERVALS)]
    known("scale", scale, ("natural", "log"))
    return contrast_estimates(
        groups,
        method.value(groups),
        method,
        level=level,
        scale=scale,
        what="odds ratio",
        undefined=_UNDEFINED,
    )
