"""Intervals of a proportion from its likelihood: Jeffreys' credible interval and the likelihood ratio.

Every function takes arrays of counts and numbers that are already checked and the level as a fraction, and
gives fractions [1].
"""

import numpy as np
from scipy import special

from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Floats, Integers, Limits
from topline.stats.many_beta_quantiles import many_beta_quantiles
from topline.stats.proportion_intervals_closed import wilson
from topline.stats.root_finding import falling_roots


def jeffreys(count: Floats, number: Floats, level: float) -> Limits:
    """Give Jeffreys limits: equal-tailed quantiles of Beta(x + 1/2, n − x + 1/2), with the rule for edges.

    P(p ≤ limit) = (1 − level)/2 and (1 + level)/2 for a p of that distribution. Brown, Cai, DasGupta, Statistical
    Science 16 (2001) 101–133, doi:10.1214/ss/1009213286, section 3.1.3. Not for a guarantee: coverage is near
    nominal on average, not at least nominal. In R: ``DescTools::BinomCI(x, n, method = "jeffreys")``; in SAS: PROC
    FREQ, ``BINOMIAL(CL=JEFFREYS)``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside [0, 1]. By the rule the lower limit is 0 for nobody, and the upper 1 for everybody, so that
        the interval holds the estimate; the other limit remains that of two tails.

    Examples
    --------
    >>> jeffreys(np.array([8.0, 0.0]), np.array([27.0, 20.0]), 0.95).lower.round(6)
    array([0.151206, 0.      ])
    """
    lower, upper = jeffreys_without_edge_rule(count, number, level)
    return Limits(np.where(count == 0, 0.0, lower), np.where(count == number, 1.0, upper))


def jeffreys_without_edge_rule(count: Floats, number: Floats, level: float) -> Limits:
    """Give Jeffreys limits as the bare beta quantiles, also at a count of 0 or the number.

    P(p ≤ limit) = (1 − level)/2 and (1 + level)/2 for a p of Beta(x + 1/2, n − x + 1/2). Brown, Cai, DasGupta,
    Statistical Science 16 (2001) 101–133, doi:10.1214/ss/1009213286, section 3.1.3, equation 8. Not for counts of 0
    or the number, where the interval leaves out the estimate itself. In R: ``qbeta(c(0.025, 0.975), x + 0.5, n - x
    + 0.5)``; in SAS: none, as PROC FREQ has the rule. Python's statsmodels calls this ``jeffreys``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside (0, 1), also for nobody and everybody.

    Examples
    --------
    >>> jeffreys_without_edge_rule(np.array([0.0]), np.array([20.0]), 0.95).lower.round(8)
    array([2.425e-05])
    """
    tail = (1 - level) / 2
    return Limits(
        many_beta_quantiles(count + 0.5, number - count + 0.5, tail),
        many_beta_quantiles(count + 0.5, number - count + 0.5, tail, upper=True),
    )


def likelihood_ratio(count: Floats, number: Floats, level: float) -> Limits:
    """Give likelihood-ratio limits: all p₀ with 2 (log L(p) − log L(p₀)) at most the χ² quantile of one degree.

    log L(p) = x log p + (n − x) log q. Brown, Cai, DasGupta, Statistical Science 16 (2001) 101–133,
    doi:10.1214/ss/1009213286, section 4.1. Not for a guarantee: coverage is below the level for some proportions,
    mostly near 0 and 1. In R: ``binom::binom.lrt``, ``confint(glm(…, binomial))`` on the logit scale; in SAS: PROC
    FREQ, ``BINOMIAL(CL=LIKELIHOODRATIO)``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside [0, 1]; the lower is 0 for nobody, the upper 1 for everybody.

    Examples
    --------
    >>> limits = likelihood_ratio(np.array([8.0]), np.array([27.0]), 0.95)
    >>> limits.lower.round(6), limits.upper.round(6)
    (array([0.147972]), array([0.481608]))
    """
    start, share = wilson(count, number, level), count / number
    lower = _root(count, number, level, (start.lower, np.zeros_like(share), share), 1)
    upper = _root(count, number, level, (start.upper, share, np.ones_like(share)), -1)
    return Limits(np.where(count == 0, 0.0, lower), np.where(count == number, 1.0, upper))


def _root(
    count: Floats,
    number: Floats,
    level: float,
    bracket: tuple[Floats, Floats, Floats],
    side: int,
) -> Floats:
    """Solve for the signed root of the deviance, which is nearly straight in the share."""
    z = normal_multiplier(level)

    def fall(place: Floats, index: Integers) -> tuple[Floats, Floats]:
        x, n = count[index], number[index]
        with np.errstate(divide="ignore", invalid="ignore"):
            deviance = 2 * (
                special.rel_entr(x, n * place) + special.rel_entr(n - x, n * (1 - place))
            )
            root = np.sqrt(np.maximum(deviance, 0))
            slope = (n * place - x) / (place * (1 - place)) / root
        return side * (root - z), side * slope

    return falling_roots(fall, *bracket, smallest_step=1e-17).place
