"""The ratio of two proportions (relative risk) with its interval, for one comparison or for many at once.

:data:`INTERVALS` lists the methods by name. The default, Miettinen and Nurminen's, is defined with zero events in one
group, where the logarithm of the ratio is not.
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import known
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Estimates, Floats, Limits, Scale
from topline.stats.score_statistics import ratio_score, score_limits
from topline.stats.two_proportions import (
    ContrastMethod,
    TwoGroups,
    contrast_estimates,
    single_estimate,
    two_groups,
)

_BOUND = 300.0
"""Log ratios are sought within ±300: beyond it the squares of the quadratic leave the range of floats."""


_UNDEFINED = "a group has no events, and the ratio or its logarithm needs some"


def _observed_ratio(groups: TwoGroups) -> Floats:
    """Give the observed risk ratios [1]; infinite without control events, NaN without any.

    Examples
    --------
    >>> _observed_ratio(two_groups([3, 1], [4, 4], [1, 0], [4, 4]))
    array([ 3., inf])
    """
    x, n, y, m = groups
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((x * m) / (y * n), dtype=np.float64)


def _log_error(groups: TwoGroups) -> Floats:
    """Give the standard error of the log ratio, √(1/x₁ − 1/n₁ + 1/x₂ − 1/n₂); infinite without events in a group.

    Examples
    --------
    >>> _log_error(two_groups([56], [70], [48], [80])).round(6)
    array([0.109109])
    """
    x, n, y, m = groups
    with np.errstate(divide="ignore"):
        return np.asarray(np.sqrt((n - x) / (n * x) + (m - y) / (m * y)), dtype=np.float64)


def katz(groups: TwoGroups, level: float) -> Limits:
    """Give Katz's limits: exp(log φ ± z √(1/x₁ − 1/n₁ + 1/x₂ − 1/n₂)).

    Katz, Baptista, Azen, Pike, Biometrics 34 (1978) 469–474, doi:10.2307/2530610. Not for few events in a group,
    where the logarithm is far from normal: :func:`score`. In R: ``epitools::riskratio.wald``; in SAS: PROC FREQ,
    ``RELRISK(CL=WALD)``.

    Parameters
    ----------
    groups, level
        As for :func:`score`.

    Returns
    -------
    Limits
        NaN without events in a group; of no width where everybody has one.

    Examples
    --------
    >>> katz(two_groups([56], [70], [48], [80]), 0.95).upper.round(6)
    array([1.651249])
    """
    defined = (groups.count > 0) & (groups.control_count > 0)
    with np.errstate(invalid="ignore", over="ignore"):
        spread = np.exp(normal_multiplier(level) * _log_error(groups))
        ratio = _observed_ratio(groups)
        return Limits(
            np.where(defined, ratio / spread, np.nan), np.where(defined, ratio * spread, np.nan)
        )


def score(groups: TwoGroups, level: float, *, unbiased: bool = True) -> Limits:
    """Give Miettinen–Nurminen limits, or with ``unbiased=False`` Koopman's: those that the score test does not reject.

    All φ with |p₁ − φp₂| ≤ z √V(φ), V being the variance p̃₁q̃₁/n₁ + φ²p̃₂q̃₂/n₂ at the most likely proportions of
    ratio φ, times N/(N − 1) for Miettinen and Nurminen (:mod:`topline.stats.score_statistics`). Miettinen,
    Nurminen, Statistics in Medicine 4 (1985) 213–226, doi:10.1002/sim.4780040211; Koopman, Biometrics 40 (1984)
    513–517, doi:10.2307/2531405. Not for a guarantee: coverage is near nominal on average, not at least nominal.

    In R: ``ratesci::scoreci(x1, n1, x2, n2, contrast = "RR", skew = FALSE)``, ``DescTools::BinomRatioCI(x1, n1, x2,
    n2, method = "koopman")``; in SAS: PROC FREQ, ``RELRISK(CL=SCORE)``, ``CL=SCORE(CORRECT=NO)`` for Koopman.

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
        The lower limit is 0 without events in the first group, the upper infinite without events in the control
        group.

    Examples
    --------
    >>> found = score(two_groups([5], [56], [0], [29]), 0.95)
    >>> found.lower.round(6), found.upper
    (array([0.717495]), array([inf]))
    """
    x, n, y, m = groups
    z = normal_multiplier(level)
    # A first guess that exists for every table: half an event more in each group.
    filled = TwoGroups(x + 0.5, n + 0.5, y + 0.5, m + 0.5)
    centre, half = np.log(_observed_ratio(filled)), z * _log_error(filled)
    with np.errstate(divide="ignore"):
        estimate = np.where((x == 0) & (y == 0), 0.0, np.log(_observed_ratio(groups)))
    lower, upper = score_limits(
        groups,
        partial(ratio_score, unbiased=unbiased),
        z,
        Limits(centre - half, centre + half),
        estimate,
        (-_BOUND, _BOUND),
    )
    return Limits(np.where(x == 0, 0.0, np.exp(lower)), np.where(y == 0, np.inf, np.exp(upper)))


INTERVALS: Mapping[str, ContrastMethod] = MappingProxyType(
    {
        "miettinen_nurminen": ContrastMethod(
            title="Miettinen–Nurminen (score)",
            limits=score,
            source="Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226",
            closed=False,
        ),
        "koopman": ContrastMethod(
            title="Koopman (score)",
            limits=partial(score, unbiased=False),
            source="Koopman, Biometrics 40 (1984) 513–517",
            closed=False,
        ),
        "katz": ContrastMethod(
            title="Katz (log)",
            limits=katz,
            source="Katz, Baptista, Azen, Pike, Biometrics 34 (1978) 469–474",
            standard_error=_log_error,
        ),
    }
)
"""The interval methods by name."""


def risk_ratio(
    count: float,
    number: float,
    control_count: float,
    control_number: float,
    *,
    level: float = 0.95,
    interval: str = "miettinen_nurminen",
    scale: Scale = "natural",
) -> Estimate:
    """Estimate the ratio of two proportions with its interval.

    φ = (x₁/n₁)/(x₂/n₂), with limits by one of :data:`INTERVALS`, which names the source of each. The default is by
    Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226, doi:10.1002/sim.4780040211. In R:
    ``ratesci::scoreci(x1, n1, x2, n2, contrast = "RR", skew = FALSE)``; in SAS: PROC FREQ, ``RELRISK(CL=SCORE)``.

    Not for: case-control samples, whose proportions are chosen (:mod:`topline.stats.odds_ratio`); strata
    (:mod:`topline.stats.stratified_tables`).

    Parameters
    ----------
    count, number
        Participants with the event and participants of the first group [participants].
    control_count, control_number
        The same of the control group, which is divided by [participants].
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`INTERVALS`.
    scale
        ``"log"`` for natural logarithms; then Katz's interval comes with its standard error.

    Returns
    -------
    Estimate
        A ratio [1]. Without control events the value and the upper limit are ``None`` with the reason; without any
        events the lower limit is 0 and nothing else is defined; Katz's limits are ``None`` without events in either
        group. On the log scale a lower limit of 0 is ``None`` too.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``level``, ``interval`` or ``scale`` does not fit.

    Examples
    --------
    >>> found = risk_ratio(56, 70, 48, 80)
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (1.3333, 1.079, 1.6721)
    """
    many = risk_ratios(
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


def risk_ratios(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "miettinen_nurminen",
    scale: Scale = "natural",
) -> Estimates:
    """Estimate many risk ratios with their intervals at once, each as :func:`risk_ratio` does.

    Parameters
    ----------
    count, number, control_count, control_number
        One element for each comparison [participants].
    level, interval, scale
        As in :func:`risk_ratio`.

    Returns
    -------
    Estimates
        Ratios [1]; NaN where undefined, infinite without control events.

    Raises
    ------
    DataError, UsageError
        As :func:`risk_ratio`; the message names the element.

    Examples
    --------
    >>> risk_ratios([56, 5], [70, 56], [48, 0], [80, 29]).upper.round(4)
    array([1.6721,    inf])
    """
    groups = two_groups(count, number, control_count, control_number)
    method = INTERVALS[known("interval", interval, INTERVALS)]
    known("scale", scale, ("natural", "log"))
    return contrast_estimates(
        groups,
        _observed_ratio(groups),
        method,
        level=level,
        scale=scale,
        what="risk ratio",
        undefined=_UNDEFINED,
    )
