"""Hazard ratios of two groups from the observed and expected events of a log-rank test.

Both are quick approximations to a proportional-hazards model, good near 1; they are here because trials and
meta-analyses report them. Use :func:`topline.stats.cox.cox` for a result of one's own.
"""

import math

from topline.errors import UsageError
from topline.stats.checking import confidence_level
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate
from topline.stats.log_rank import LogRank


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
    multiplier = normal_multiplier(confidence_level(level))
    _demand_two(found)
    method = "Peto hazard ratio, one step from 1, limits on the log scale"
    variance = float(found.variance[0, 0])
    if variance <= 0:
        return _undefined("no event happened while both groups were at risk", level, method)
    logarithm = float(found.score[0]) / variance
    return _on_log_scale(logarithm, 1 / math.sqrt(variance), multiplier, level, method)


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
    multiplier = normal_multiplier(confidence_level(level))
    _demand_two(found)
    method = "Pike hazard ratio, observed to expected events, limits on the log scale"
    observed, expected = found.observed.tolist(), found.expected.tolist()
    if min(expected) <= 0:
        return _undefined("a group was never at risk when an event happened", level, method)
    if min(observed) == 0:
        return _undefined("a group has no event", level, method)
    logarithm = math.log(observed[0] / expected[0]) - math.log(observed[1] / expected[1])
    error = math.sqrt(1 / expected[0] + 1 / expected[1])
    return _on_log_scale(logarithm, error, multiplier, level, method)


def _demand_two(found: LogRank) -> None:
    if len(found.groups) != 2:
        raise UsageError(
            f"a hazard ratio of {len(found.groups)} groups", accepted="a log-rank test of two"
        )
    if not found.test.method.startswith(("log-rank", "stratified log-rank")):
        raise UsageError(
            f"a hazard ratio from a {found.test.method}", accepted="the weight 'log-rank'"
        )


def _on_log_scale(
    logarithm: float, error: float, multiplier: float, level: float, method: str
) -> Estimate:
    return Estimate(
        value=math.exp(logarithm),
        lower=math.exp(logarithm - multiplier * error),
        upper=math.exp(logarithm + multiplier * error),
        level=level,
        standard_error=math.exp(logarithm) * error,
        method=method,
    )


def _undefined(why: str, level: float, method: str) -> Estimate:
    parts = ("value", "lower", "upper", "standard_error")
    return Estimate(
        value=None,
        level=level,
        method=method,
        notes=tuple(f"{part}: undefined: {why}" for part in parts),
    )
