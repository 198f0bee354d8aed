"""Hazard ratios of two groups from the observed and expected events of a log-rank test.

Both are quick approximations to a proportional-hazards model, good near 1; they are here because trials and
meta-analyses report them. Use :func:`topline.stats.cox.cox` for a result of one's own.
"""

import math

import numpy as np

from topline.errors import UsageError
from topline.stats.checking import confidence_level
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Estimates, Floats, Integers, undefined_estimate
from topline.stats.log_rank import LogRank, LogRanks


def peto_hazard_ratio(found: LogRank, *, level: float = 0.95) -> Estimate:
    """Estimate the hazard ratio of the first group to the second by one step from 1.

    Parameters
    ----------
    found
        From :func:`topline.stats.log_rank.log_rank` with the weight "log-rank", of two groups, with or without
        strata.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        The hazard ratio [1]. Undefined, ``None`` with the reason, where no event happened while both groups were at
        risk; finite also where one group has no event.

    Raises
    ------
    UsageError
        If there are not two groups, or the test was weighted.

    Notes
    -----
    exp((O − E)/V), with limits exp((O − E)/V ± z/√V), O and E the observed and expected events of the first group and
    V the log-rank variance. Yusuf, Peto, Lewis, Collins and Sleight, Progress in Cardiovascular Diseases 27 (1985)
    335–371, doi:10.1016/S0033-0620(85)80003-7.

    Not for ratios far from 1 or groups of very unequal size, where it is biased towards 1:
    :func:`topline.stats.cox.cox`. Meta-analyses in RevMan name it "O − E and variance".

    In R: ``exp((fit$obs - fit$exp)[1] / fit$var[1, 1])`` of ``fit = survival::survdiff(Surv(time, event) ~ group)``;
    in SAS: none; PROC LIFETEST, STRATA prints O − E and V.

    Examples
    --------
    >>> from topline.stats.log_rank import log_rank
    >>> found = log_rank([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], ["A", "A", "A", "B", "B", "B"])
    >>> ratio = peto_hazard_ratio(found)
    >>> round(ratio.value, 3), round(ratio.lower, 3), round(ratio.upper, 3)
    (9.439, 0.574, 155.22)
    """
    level = confidence_level(level)
    _demand_two(found.groups, found.test.method)
    return _one(*_peto(found.score[None], found.variance[None]), level, _PETO, _NO_EVENT)


def peto_hazard_ratios(found: LogRanks, *, level: float = 0.95) -> Estimates:
    """Estimate many hazard ratios by one step from 1, each as :func:`peto_hazard_ratio` does.

    Parameters
    ----------
    found
        From :func:`topline.stats.log_rank.log_ranks` with the weight "log-rank", of two groups.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        Ratios [1]; NaN where no event happened while both groups were at risk.

    Raises
    ------
    UsageError
        As :func:`peto_hazard_ratio`.

    Examples
    --------
    >>> from topline.stats.log_rank import log_ranks
    >>> found = log_ranks([1, 2, 3, 4, 5, 6, 1, 2], [1, 1, 0, 1, 1, 1, 0, 1], list("AAABBBAB"), [0, 6, 8])
    >>> peto_hazard_ratios(found).value.round(3)
    array([9.439,   nan])
    """
    level = confidence_level(level)
    _demand_two(found.groups, found.method)
    return _many(*_peto(found.score, found.variance), level, _PETO, _NO_EVENT)


_PETO = "Peto hazard ratio, one step from 1, limits on the log scale"
_NO_EVENT = "no event happened while both groups were at risk"


def _peto(score: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Give the logarithm of each ratio and its standard error; NaN where undefined."""
    own = np.where(variance[:, 0, 0] > 0, variance[:, 0, 0], np.nan)
    return score[:, 0] / own, 1 / np.sqrt(own)


def pike_hazard_ratio(found: LogRank, *, level: float = 0.95) -> Estimate:
    """Estimate the hazard ratio of the first group to the second as a ratio of observed to expected.

    Parameters
    ----------
    found, level
        As in :func:`peto_hazard_ratio`.

    Returns
    -------
    Estimate
        The hazard ratio [1]. Undefined, ``None`` with the reason, where a group has no event, or was never at risk
        when one happened.

    Raises
    ------
    UsageError
        As :func:`peto_hazard_ratio`.

    Notes
    -----
    (O₁/E₁)/(O₂/E₂), limits by √(1/E₁ + 1/E₂) as the standard error of the logarithm. Peto and others, British Journal
    of Cancer 35 (1977) 1–39, doi:10.1038/bjc.1977.1 (Pike's estimator); Berry, Kitchin and Mock, Statistics in
    Medicine 10 (1991) 749–755. GraphPad Prism names it "logrank".

    Not for ratios far from 1, where it is biased towards 1, though less than Peto's: :func:`topline.stats.cox.cox`.

    In R: ``(fit$obs / fit$exp)[1] / (fit$obs / fit$exp)[2]`` of
    ``fit = survival::survdiff(Surv(time, event) ~ group)``; in SAS: none.

    Examples
    --------
    >>> from topline.stats.log_rank import log_rank
    >>> found = log_rank([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], ["A", "A", "A", "B", "B", "B"])
    >>> round(pike_hazard_ratio(found).value, 4)
    3.037
    """
    level = confidence_level(level)
    _demand_two(found.groups, found.test.method)
    why = _NEVER if found.expected.min() <= 0 else "a group has no event"
    return _one(*_pike(found.observed[None], found.expected[None]), level, _PIKE, why)


def pike_hazard_ratios(found: LogRanks, *, level: float = 0.95) -> Estimates:
    """Estimate many hazard ratios by observed to expected events, each as :func:`pike_hazard_ratio` does.

    Parameters
    ----------
    found, level
        As in :func:`peto_hazard_ratios`.

    Returns
    -------
    Estimates
        Ratios [1]; NaN where a group has no event, or was never at risk when one happened.

    Raises
    ------
    UsageError
        As :func:`peto_hazard_ratio`.

    Examples
    --------
    >>> from topline.stats.log_rank import log_ranks
    >>> found = log_ranks([1, 2, 3, 4, 5, 6, 1, 2], [1, 1, 0, 1, 1, 1, 0, 1], list("AAABBBAB"), [0, 6, 8])
    >>> pike_hazard_ratios(found).value.round(4)
    array([3.037,   nan])
    """
    level = confidence_level(level)
    _demand_two(found.groups, found.method)
    why = f"a group has no event, or {_NEVER.removeprefix('a group ')}"
    return _many(*_pike(found.observed, found.expected), level, _PIKE, why)


_PIKE = "Pike hazard ratio, observed to expected events, limits on the log scale"
_NEVER = "a group was never at risk when an event happened"


def _pike(observed: Integers, expected: Floats) -> tuple[Floats, Floats]:
    """Give the logarithm of each ratio and its standard error; NaN where undefined."""
    told = (np.minimum(observed, expected).min(axis=1) > 0)[:, None]
    events, under_one = (np.where(told, part, np.nan) for part in (observed, expected))
    logarithm = np.log(events[:, 0] / under_one[:, 0]) - np.log(events[:, 1] / under_one[:, 1])
    return logarithm, np.sqrt((1 / under_one).sum(axis=1))


def _demand_two(groups: tuple[str, ...], method: str) -> None:
    if len(groups) != 2:
        raise UsageError(
            f"a hazard ratio of {len(groups)} groups", accepted="a log-rank test of two"
        )
    if not method.startswith(("log-rank", "stratified log-rank")):
        raise UsageError(f"a hazard ratio from a {method}", accepted="the weight 'log-rank'")


def _many(logarithm: Floats, error: Floats, level: float, method: str, why: str) -> Estimates:
    half = normal_multiplier(level) * error
    return Estimates(
        value=np.exp(logarithm),
        lower=np.exp(logarithm - half),
        upper=np.exp(logarithm + half),
        level=level,
        method=method,
        undefined=why,
    )


def _one(logarithm: Floats, error: Floats, level: float, method: str, why: str) -> Estimate:
    many = _many(logarithm, error, level, method, why)
    value = float(many.value[0])
    if math.isnan(value):
        return undefined_estimate(method, f"undefined: {why}", level)
    return Estimate(
        value=value,
        lower=float(many.lower[0]),
        upper=float(many.upper[0]),
        level=level,
        standard_error=value * float(error[0]),
        method=method,
    )
