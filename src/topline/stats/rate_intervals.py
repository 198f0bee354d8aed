"""Limits of an expected number of events of a Poisson variable, from the number observed; vectorised.

Every function takes counts that are already checked, and the level; a rate's limits are these divided by the
person-time. Review: L. Barker, "A comparison of nine confidence intervals for a Poisson parameter when the expected
number of events is ≤ 5", The American Statistician 56 (2002) 85–89.
"""

import numpy as np
from scipy import special

from topline.stats.distribution import gamma_quantile, normal_multiplier
from topline.stats.estimate import Floats, Integers, Limits
from topline.stats.root_finding import falling_roots


def garwood(events: Floats, level: float) -> Limits:
    """Give exact limits by gamma quantiles: each tail holds at most half of what the level leaves.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. The lower limit is 0 without events.

    Notes
    -----
    The limits are the (1 − level)/2 quantile of Gamma(x) and the (1 + level)/2 quantile of Gamma(x + 1), x = events.
    Garwood, Biometrika 28 (1936) 437–442, doi:10.1093/biomet/28.3-4.437.

    Not for the shortest interval: it holds at least the level, often much more with few events; mid-p limits hold it
    on average.

    In R: ``poisson.test(x)``; in SAS: PROC STDRATE, STRATA / STATS(CL=POISSON).

    Examples
    --------
    >>> garwood(np.array([0.0]), 0.95).upper.round(6)
    array([3.688879])
    """
    tail = (1 - level) / 2
    # A million groups hold few distinct counts.
    distinct, position = np.unique(events, return_inverse=True)
    # With no events the shape would be 0, where the quantile is undefined; the limit is known there.
    lower = np.where(distinct == 0, 0.0, gamma_quantile(np.maximum(distinct, 1), tail))
    upper = gamma_quantile(distinct + 1, tail, upper=True)
    return Limits(lower[position], upper[position])


def byar(events: Floats, level: float) -> Limits:
    """Give Byar's approximation to the exact limits, by the Wilson–Hilferty cube root.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. The lower limit is 0 without events; for one or two events at
        levels above 0.99 it may lie below 0, and is not cut.

    Notes
    -----
    Lower: x (1 − 1/(9x) − z/(3√x))³; upper: (x + 1) (1 − 1/(9(x + 1)) + z/(3√(x + 1)))³, x = events. Breslow and Day,
    Statistical Methods in Cancer Research II, 1987, chapter 2.

    Not for software of today, which has the exact limits (:func:`garwood`) at once: here to reproduce what was
    reported.

    In R: ``PHEindicatormethods::phe_rate(data, x, n)`` from 10 events on (``epitools::pois.byar`` takes x + 1/2 for
    both limits, which is another formula); in SAS: none.

    Examples
    --------
    >>> byar(np.array([7.0]), 0.95).lower.round(6)
    array([2.804431])
    """
    z = normal_multiplier(level)
    some, more = np.maximum(events, 1), events + 1
    lower = some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3
    upper = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return Limits(np.where(events == 0, 0.0, lower), upper)


def mid_p(events: Floats, level: float) -> Limits:
    """Give limits at which half the probability of the count itself, and that of all beyond it, is the tail.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. The lower limit is 0 without events, and the upper one −log(1 −
        level).

    Notes
    -----
    The lower limit λ solves P(X > x; λ) + P(X = x; λ)/2 = (1 − level)/2, the upper one the same with P(X < x; λ).
    Lancaster, Journal of the American Statistical Association 56 (1961) 223–234.

    Not for a guaranteed level: it is held on average, and not for every true rate.

    In R: ``exactci::poisson.exact(x, T, midp = TRUE, tsmethod = "central")``; in SAS: none.

    Examples
    --------
    >>> found = mid_p(np.array([7.0]), 0.95)
    >>> found.lower.round(6), found.upper.round(6)
    (array([3.061589]), array([13.847097]))
    """
    distinct, position = np.unique(events, return_inverse=True)
    tail = (1 - level) / 2
    outer = garwood(distinct, level)
    some = np.maximum(distinct, 1)

    # P(X > x) + P(X = x) / 2 = (P(X ≥ x) + P(X ≥ x + 1)) / 2, and likewise below: gamma integrals without
    # subtraction. Its logarithm is nearly straight, so that Newton's method settles in a few steps.
    def above(expected: Floats, index: Integers) -> tuple[Floats, Floats]:
        x = some[index]
        share = (special.gammainc(x, expected) + special.gammainc(x + 1, expected)) / 2
        slope = (_mass(x - 1, expected) + _mass(x, expected)) / 2
        return np.log(tail / share), -slope / share

    def below(expected: Floats, index: Integers) -> tuple[Floats, Floats]:
        x = distinct[index]
        without = np.where(x > 0, special.gammaincc(np.maximum(x, 1), expected), 0.0)
        share = (without + special.gammaincc(x + 1, expected)) / 2
        slope = (
            np.where(x > 0, _mass(np.maximum(x - 1, 0), expected), 0.0) + _mass(x, expected)
        ) / 2
        return np.log(share / tail), -slope / share

    lower = falling_roots(
        above, score(some, level).lower, np.minimum(outer.lower, some), some
    ).place
    # For no events the exact equation is exp(-λ) / 2 = tail.
    upper = falling_roots(below, score(distinct, level).upper, distinct, outer.upper).place
    return Limits(np.where(distinct == 0, 0.0, lower)[position], upper[position])


def _mass(count: Floats, expected: Floats) -> Floats:
    return np.asarray(
        np.exp(special.xlogy(count, expected) - expected - special.gammaln(count + 1))
    )


def score(events: Floats, level: float) -> Limits:
    """Give score limits: where the distance of the count from its expectation is z of its standard deviations.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. The lower limit is 0 without events.

    Notes
    -----
    x + z²/2 ± z √(x + z²/4), x = events: the roots of (x − λ)² = z² λ. Barker, The American Statistician 56 (2002)
    85–89, doi:10.1198/000313002317572736.

    Not for a guaranteed level with very few events: the level is held on average over true rates.

    In R: ``DescTools::PoissonCI(x, method = "score")``; in SAS: none.

    Examples
    --------
    >>> score(np.array([0.0]), 0.95).upper.round(6)
    array([3.841459])
    """
    z = normal_multiplier(level)
    upper = events + z * z / 2 + z * np.sqrt(events + z * z / 4)
    # The product of the two limits is x²: the lower one without the loss of subtracting.
    return Limits(np.where(events == 0, 0.0, events * events / upper), upper)


def jeffreys(events: Floats, level: float) -> Limits:
    """Give the equal-tailed limits of the posterior under Jeffreys' prior.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. Without events the lower limit is 0, by the rule for edges.

    Notes
    -----
    The (1 − level)/2 and (1 + level)/2 quantiles of Gamma(x + ½), x = events. Brown, Cai and DasGupta, Statistica
    Sinica 13 (2003) 19–49.

    Not for a guaranteed level: it is held on average, and not for every true rate.

    In R: ``qgamma(c(0.025, 0.975), x + 0.5)``, ``ratesci::jeffreysci(x, n, distrib = "poi")``; in SAS: none.

    Examples
    --------
    >>> jeffreys(np.array([0.0]), 0.95).upper.round(6)
    array([2.511943])
    """
    return _jeffreys(events, level, edge_rule=True)


def jeffreys_without_edge_rule(events: Floats, level: float) -> Limits:
    """Give Jeffreys limits with the lower quantile also for no events.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. Also without events the lower limit is above 0, so that the interval leaves
        out the estimate.

    Notes
    -----
    The (1 − level)/2 and (1 + level)/2 quantiles of Gamma(x + ½), x = events. Brown, Cai and DasGupta, Statistica
    Sinica 13 (2003) 19–49.

    Not for a report of no events, where an interval that leaves out 0 misleads: :func:`jeffreys` has the rule.

    In R: ``qgamma(c(0.025, 0.975), x + 0.5)``; in SAS: none.

    Examples
    --------
    >>> jeffreys_without_edge_rule(np.array([0.0]), 0.95).lower.round(6)
    array([0.000491])
    """
    return _jeffreys(events, level, edge_rule=False)


def _jeffreys(events: Floats, level: float, *, edge_rule: bool) -> Limits:
    tail = (1 - level) / 2
    distinct, position = np.unique(events, return_inverse=True)
    lower = gamma_quantile(distinct + 0.5, tail)
    if edge_rule:
        lower = np.where(distinct == 0, 0.0, lower)
    return Limits(lower[position], gamma_quantile(distinct + 0.5, tail, upper=True)[position])


def wald(events: Floats, level: float) -> Limits:
    """Give Wald limits: the count plus and minus z times its root.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. They may lie below 0 and are not cut; without events both are 0.

    Notes
    -----
    x ± z √x, x = events. Barker, The American Statistician 56 (2002) 85–89, doi:10.1198/000313002317572736.

    Not for fewer than about thirty events: the level is then missed by far.

    In R: ``DescTools::PoissonCI(x, method = "wald")``; in SAS: PROC STDRATE, STRATA / STATS(CL=NORMAL).

    Examples
    --------
    >>> wald(np.array([1.0]), 0.95).lower.round(6)
    array([-0.959964])
    """
    half = normal_multiplier(level) * np.sqrt(events)
    return Limits(events - half, events + half)


def wald_log(events: Floats, level: float) -> Limits:
    """Give Wald limits of the logarithm of the expected number.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. Undefined, NaN, for no events.

    Notes
    -----
    x exp(± z/√x), x = events: by the delta method the logarithm of a Poisson count has variance 1/x. Rothman,
    Greenland and Lash, Modern Epidemiology, 3rd edition, 2008, chapter 14.

    Not for groups without events, and not for one or two.

    In R: ``exp(confint.default(glm(x ~ 1, family = poisson)))``; in SAS: PROC STDRATE, STRATA / STATS(CL=LOGNORMAL).

    Examples
    --------
    >>> wald_log(np.array([7.0]), 0.95).upper.round(6)
    array([14.683243])
    """
    some = np.where(events > 0, events, np.nan)
    factor = np.exp(normal_multiplier(level) / np.sqrt(some))
    return Limits(some / factor, some * factor)


def likelihood_ratio(events: Floats, level: float) -> Limits:
    """Give limits at which twice the log likelihood is z² below its largest.

    Parameters
    ----------
    events
        Observed numbers, already checked, one for each group [events]; from 0.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Of the expected number [events]. Without events the lower limit is 0, and upper limit z²/2.

    Notes
    -----
    The roots of 2 (λ − x + x log(x/λ)) = z², x = events. Brown, Cai and DasGupta, Statistica Sinica 13 (2003) 19–49.

    Not for a guaranteed level: without events the upper limit is low, half the score limit.

    In R: ``exp(confint(glm(x ~ 1, family = poisson)))``, in four or five digits; in SAS: PROC GENMOD, MODEL /
    DIST=POISSON LRCI.

    Examples
    --------
    >>> likelihood_ratio(np.array([0.0]), 0.95).upper.round(6)
    array([1.920729])
    """
    distinct, position = np.unique(events, return_inverse=True)
    z = normal_multiplier(level)
    some = np.maximum(distinct, 1)
    outside = score(distinct, level)

    def equation(expected: Floats, index: Integers) -> tuple[Floats, Floats]:
        x = distinct[index]
        gap = 2 * (expected - x + special.xlogy(x, x) - special.xlogy(x, expected))
        return z * z - gap, -2 * (1 - x / expected)

    def mirrored(expected: Floats, index: Integers) -> tuple[Floats, Floats]:
        x = some[index]
        gap = 2 * (expected - x + special.xlogy(x, x / expected))
        # On the lower side the gap falls with the expected number.
        return gap - z * z, 2 * (1 - x / expected)

    lower = falling_roots(mirrored, score(some, level).lower, some * np.exp(-1 - z * z / 2), some)
    upper = falling_roots(
        equation, outside.upper, np.maximum(distinct, 1e-300), 4 * outside.upper + 4
    )
    return Limits(np.where(distinct == 0, 0.0, lower.place)[position], upper.place[position])
