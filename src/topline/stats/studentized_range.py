"""The distribution of the studentised range: the largest difference of k means over their standard error.

With W the range of k standard normal variables and s² an independent χ² variable over its degrees of freedom ν,

    P(W / s > q) = ∫ P(W > q s) f_ν(s) ds,   P(W > w) = k ∫ φ(z) [Φ(z)^(k−1) − (Φ(z) − Φ(z − w))^(k−1)] dz

(Copenhaver and Holland, Journal of Statistical Computation and Simulation 30 (1988) 1–15). Both integrals are
taken by Gauss–Legendre rules; the difference of powers is expanded, so that small tails keep their digits, which
R's ptukey (absolute error) does not promise.
"""

import math
from functools import lru_cache

import numpy as np
from scipy import special

from topline.errors import UsageError
from topline.stats.checking import confidence_level, scalar
from topline.stats.estimate import Floats
from topline.stats.root_finding import falling_roots

INNER_PANELS, OUTER_PANELS, NODES = 6, 24, 24
"""Gauss–Legendre panels of the two integrals, and nodes of each panel."""

EDGE = 9.0
"""A standard normal variable beyond this is left out of an integral: its probability is below 1e-18."""

FARTHEST = 30.0
"""How far the upper edge moves at most: tails beyond are below 1e-190."""

SMALLEST_TAIL, SMALLEST_LOGARITHM = 1e-100, -85.0
"""Values of s² with less probability below them, or smaller on the scale of a gamma variable, are left out."""


def studentized_range_probability(
    statistic: float, number: int, degrees_of_freedom: float
) -> float:
    """Give the upper tail probability of a studentised range [1].

    P(W/s > q) = ∫ P(W > q s) f(s) ds, as the module's text has it in full. Copenhaver and Holland, Journal of
    Statistical Computation and Simulation 30 (1988) 1–15, doi:10.1080/00949658808811082. Not for means with
    standard errors of different sizes; :func:`topline.stats.analysis_of_variance.tukey_differences` has Kramer's
    approximation.

    Parameters
    ----------
    statistic
        The range over its standard error [1]; the probability is 1 where it is 0 or below.
    number
        How many means [1]; a whole number of at least 2.
    degrees_of_freedom
        Of the standard error [1], above 0; infinite for a known one.

    Returns
    -------
    float
        A probability [1]; tails down to about 1e-190 keep their digits.

    Raises
    ------
    UsageError
        If the number or the degrees of freedom do not fit.

    See Also
    --------
    R: ``ptukey(q, nmeans, df, lower.tail = FALSE)``. SAS: 1 - PROBMC('RANGE', q, ., df, nmeans).

    Examples
    --------
    >>> round(studentized_range_probability(3.5064, 3, 27), 4)
    0.05
    """
    _check(number, degrees_of_freedom)
    if scalar("statistic", statistic) <= 0:
        return 1.0
    tail, _ = _tail(statistic, number, degrees_of_freedom)
    return min(1.0, tail)


def studentized_range_quantile(level: float, number: int, degrees_of_freedom: float) -> float:
    """Give the value that a studentised range stays below with a probability.

    The q with P(W/s > q) = 1 − level of :func:`studentized_range_probability`. Source:
    :func:`studentized_range_probability`. Not for means with standard errors of different sizes.

    Parameters
    ----------
    level
        The probability, a fraction [1].
    number, degrees_of_freedom
        As in :func:`studentized_range_probability`; with 2 means it is √2 times the quantile of Student's t, with
        infinite degrees of freedom that of normal variables.

    Returns
    -------
    float
        The quantile, over the standard error of one mean [1].

    Raises
    ------
    UsageError
        If the level, the number or the degrees of freedom do not fit.

    See Also
    --------
    R: ``qtukey(level, nmeans, df)``. SAS: PROBMC('RANGE', ., level, df, nmeans).

    Examples
    --------
    >>> round(studentized_range_quantile(0.95, 3, 27), 4)
    3.5064
    """
    _check(number, degrees_of_freedom)
    target = 1 - confidence_level(level)
    high = 4.0
    while _tail(high, number, degrees_of_freedom)[0] > target:
        high *= 2

    def excess(place: Floats, index: np.ndarray) -> tuple[Floats, Floats]:
        tail, slope = _tail(float(place[0]), number, degrees_of_freedom)
        return np.array([tail - target]), np.array([slope])

    roots = falling_roots(excess, np.array([high / 2]), np.zeros(1), np.array([high]))
    return float(roots.place[0])


def _check(number: int, degrees_of_freedom: float) -> None:
    if not (scalar("number", number) >= 2 and number == int(number)):
        raise UsageError(f"the range of {number} means", accepted="a whole number of means from 2")
    if not degrees_of_freedom > 0:
        raise UsageError(
            f"{degrees_of_freedom:g} degrees of freedom", accepted="a number above 0, or infinity"
        )


@lru_cache(maxsize=4)
def _rule(panels: int) -> tuple[Floats, Floats]:
    """Give places and weights on [0, 1]."""
    places, weights = np.polynomial.legendre.leggauss(NODES)
    starts = np.arange(panels)[:, np.newaxis] / panels
    return (
        (starts + (places + 1) / (2 * panels)).ravel(),
        np.tile(weights / (2 * panels), panels),
    )


def _tail(statistic: float, number: int, degrees_of_freedom: float) -> tuple[float, float]:
    """Give the upper tail probability and its derivative by the statistic."""
    if math.isinf(degrees_of_freedom):
        tail, slope = _range_tail(np.array([statistic]), number)
        return float(tail[0]), float(slope[0])
    half = degrees_of_freedom / 2
    places, weights = _rule(OUTER_PANELS)
    low = max(_logarithm(float(special.gammaincinv(half, SMALLEST_TAIL))), SMALLEST_LOGARITHM)
    high = _logarithm(float(special.gammainccinv(half, 1e-20)))
    logarithm = low + (high - low) * places
    density = np.exp(half * logarithm - np.exp(logarithm) - special.gammaln(half))
    share = weights * (high - low) * density
    deviation = np.sqrt(np.exp(logarithm) / half)
    tail, slope = _range_tail(statistic * deviation, number)
    return float(share @ tail), float(share @ (slope * deviation))


def _range_tail(width: Floats, number: int) -> tuple[Floats, Floats]:
    """Give the tail of the range of standard normal variables, and its derivative, at many widths."""
    places, weights = _rule(INNER_PANELS)
    # Where both ends of a wide range are far out, they are about as far: the upper edge follows half the width.
    extent = 2 * EDGE + np.minimum(width / 2, FARTHEST)[:, np.newaxis]
    z = extent * places - EDGE
    share = extent * weights * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    whole = special.ndtr(z)
    below = special.ndtr(z - width[:, np.newaxis])
    inside = np.maximum(whole - below, 0.0)
    # a^m − b^m = (a − b) Σ a^i b^(m−1−i) for m = k − 1.
    powers = np.zeros_like(inside)
    for exponent in range(number - 1):
        powers = powers * inside + whole**exponent
    tail = number * (below * powers * share).sum(axis=1)
    density = np.exp(-((z - width[:, np.newaxis]) ** 2) / 2) / math.sqrt(2 * math.pi)
    slope = -number * (number - 1) * (density * inside ** (number - 2) * share).sum(axis=1)
    return tail, slope


def _logarithm(place: float) -> float:
    return math.log(max(place, 1e-300))
