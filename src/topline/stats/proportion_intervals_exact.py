"""Intervals of a proportion that invert binomial tests: Clopper–Pearson, mid-p and Blaker.

Every function takes arrays of counts and numbers that are already checked and the level as a fraction, and
gives fractions [1]. The lower limit is 0 where the count is 0, the upper 1 where it is the number.
"""

import numpy as np

from topline.stats.binomial_tails import at_least, at_least_slope, at_most
from topline.stats.distribution import beta_quantile
from topline.stats.estimate import Floats, Integers, Limits
from topline.stats.many_beta_quantiles import many_beta_quantiles
from topline.stats.proportion_intervals_closed import wilson
from topline.stats.root_finding import falling_roots

_HALF_STEP = 1e-17
"""Shares closer than this are one: no limit of a count is so near 0 that it would matter."""


def clopper_pearson(count: Floats, number: Floats, level: float) -> Limits:
    """Give Clopper–Pearson ("exact") limits, which invert two one-sided binomial tests.

    The lower limit p solves P(X ≥ x; p) = (1 − level)/2, the upper P(X ≤ x; p) = (1 − level)/2: quantiles of
    Beta(x, n − x + 1) and Beta(x + 1, n − x). Clopper, Pearson, Biometrika 26 (1934) 404–413,
    doi:10.1093/biomet/26.4.404. Not for coverage near the level: it is never below, mostly far above. In R:
    ``binom.test(x, n)``; in SAS: PROC FREQ, ``BINOMIAL(CL=EXACT)``.

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
    >>> clopper_pearson(np.array([0.0]), np.array([20.0]), 0.95).upper.round(6)
    array([0.168433])
    """
    tail = (1 - level) / 2
    # At the edges one shape would be 0, where the quantile is undefined; the limit is known there.
    lower = many_beta_quantiles(np.maximum(count, 1), number - count + 1, tail)
    upper = many_beta_quantiles(count + 1, np.maximum(number - count, 1), tail, upper=True)
    return Limits(np.where(count == 0, 0.0, lower), np.where(count == number, 1.0, upper))


def mid_p(count: Floats, number: Floats, level: float) -> Limits:
    """Give mid-p limits: as Clopper–Pearson, but the observed count enters each tail with half its probability.

    The lower limit solves P(X > x) + P(X = x)/2 = (1 − level)/2, the upper P(X < x) + P(X = x)/2 = (1 − level)/2.
    Lancaster, Journal of the American Statistical Association 56 (1961) 223–234,
    doi:10.1080/01621459.1961.10482105. Newcombe, Statistics in Medicine 17 (1998) 857–872, method 6. Not for a
    guarantee: coverage is near nominal on average, not at least nominal. In R: ``exactci::binom.exact(x, n, midp =
    TRUE)``; in SAS: PROC FREQ, ``BINOMIAL(CL=MIDP)``.

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
    >>> limits = mid_p(np.array([8.0]), np.array([27.0]), 0.95)
    >>> limits.lower.round(6), limits.upper.round(6)
    (array([0.148129]), array([0.486172]))
    """
    # By the mirror rule the upper limit is 1 less the lower limit of those who lack it; the lower limit is
    # solved for itself, since 1 less an upper limit near 1 would lose its digits.
    start = wilson(count, number, level)
    tail = (1 - level) / 2

    def fall_of_lower(place: Floats, index: Integers) -> tuple[Floats, Floats]:
        x, n = count[index], number[index]
        probability = (at_least(x, n, place) + at_least(x + 1, n, place)) / 2
        slope = (at_least_slope(x, n, place) + at_least_slope(x + 1, n, place)) / 2
        return _on_log_scale(tail, probability, slope)

    def fall_of_upper(place: Floats, index: Integers) -> tuple[Floats, Floats]:
        x, n = count[index], number[index]
        probability = (at_most(x - 1, n, place) + at_most(x, n, place)) / 2
        slope = -(at_least_slope(x, n, place) + at_least_slope(x + 1, n, place)) / 2
        value, change = _on_log_scale(tail, probability, slope)
        return -value, -change

    share = count / number
    lower = falling_roots(
        fall_of_lower, start.lower, np.zeros_like(share), share, smallest_step=_HALF_STEP
    )
    upper = falling_roots(
        fall_of_upper, start.upper, share, np.ones_like(share), smallest_step=_HALF_STEP
    )
    return Limits(
        np.where(count == 0, 0.0, lower.place), np.where(count == number, 1.0, upper.place)
    )


def blaker(count: Floats, number: Floats, level: float) -> Limits:
    """Give Blaker limits: all shares whose acceptability is at least 1 − level.

    The acceptability of a share is the smaller tail at the count plus the largest opposite tail that does not
    exceed it: with P(X ≥ x) the smaller, P(X ≥ x) + max{P(X ≤ y) ≤ P(X ≥ x)}. Blaker, Canadian Journal of
    Statistics 28 (2000) 783–798, doi:10.2307/3315916. Never below nominal coverage and never wider than
    Clopper–Pearson. Not for one-sided limits, as its tails are not equal. In R: ``exactci::binom.exact(x, n,
    tsmethod = "blaker")``, which stops at a grid of 1e-5 unless told otherwise; in SAS: PROC FREQ,
    ``BINOMIAL(CL=BLAKER)``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside [0, 1]; the lower is 0 for nobody, the upper 1 for everybody. Where shares between accepted
        ones are refused, they are inside the limits.

    Examples
    --------
    >>> limits = blaker(np.array([8.0]), np.array([27.0]), 0.95)
    >>> limits.lower.round(6), limits.upper.round(6)
    (array([0.147659]), array([0.5]))
    """
    return Limits(
        _blaker_lower(count, number, 1 - level),
        1 - _blaker_lower(number - count, number, 1 - level),
    )


def _blaker_lower(count: Floats, number: Floats, error: float) -> Floats:
    """Find the smallest acceptable share.

    From the Clopper–Pearson limit upwards, the opposite tail "at most k" joins in steps of k, each at the
    share where it has shrunk to the size of the tail at the count. Below the first step the acceptability is
    the sum of two known tails, which falls and then rises; at the first step it is twice a tail that already
    exceeds error / 2. So the limit is where that sum reaches the error, or else the first step.
    """
    inside = count > 0
    x = np.where(inside, count, 1.0)
    start = beta_quantile(x, number - x + 1, error / 2)
    opposite = _largest_small_tail(x, number, start, error / 2)
    share = x / number

    def fall_to_step(place: Floats, index: Integers) -> tuple[Floats, Floats]:
        k, n, near = opposite[index] + 1, number[index], x[index]
        far, here = at_most(k, n, place), at_least(near, n, place)
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = -at_least_slope(k + 1, n, place) / far - at_least_slope(near, n, place) / here
            return np.log(far / here), slope

    # Where both tails are just half the error, the limit of Clopper and Pearson is accepted itself; there the sum has
    # its lowest point, which no root finder hits to more than half the digits.
    accepted = at_least(x, number, start) + at_most(opposite, number, start) >= error
    # The upper limit is 1 less such a limit, so that near 1 every digit counts.
    step = falling_roots(
        fall_to_step, start, start, share, smallest_step=_HALF_STEP, tolerance=3e-16
    ).place
    before_step = at_least(x, number, step) + at_most(opposite, number, step)

    def fall_to_error(place: Floats, index: Integers) -> tuple[Floats, Floats]:
        k, n, near = opposite[index], number[index], x[index]
        slope = at_least_slope(k + 1, n, place) - at_least_slope(near, n, place)
        return error - at_least(near, n, place) - at_most(k, n, place), slope

    crossing = falling_roots(
        fall_to_error, step, start, step, smallest_step=_HALF_STEP, tolerance=3e-16
    ).place
    limit = np.where(accepted, start, np.where(before_step >= error, crossing, step))
    return np.where(inside, limit, 0.0)


def _largest_small_tail(count: Floats, number: Floats, share: Floats, tail: float) -> Floats:
    """Give the largest k below the count with P(X ≤ k) at most ``tail``; −1 where there is none."""
    low, high = np.full_like(count, -1.0), count - 1
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        small = at_most(middle, number, share) <= tail
        low, high = np.where(small, middle, low), np.where(small, high, middle)
    return low


def _on_log_scale(tail: float, probability: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """Compare a tail with its target as logarithms, on which Newton's method needs few steps."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(tail) - np.log(probability), -slope / probability
