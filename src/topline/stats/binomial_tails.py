"""Tails of the binomial distribution and their slopes in the share, vectorised.

A tail is an incomplete beta integral, which keeps full relative precision where the tail is tiny; its slope is
a beta density (Johnson, Kemp, Kotz, Univariate Discrete Distributions, chapter 3).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.stats.estimate import Floats


def at_most(count: Floats, number: Floats, share: Floats) -> Floats:
    """Give the probability of at most ``count`` of ``number`` [1]; 0 below a count of 0, 1 from ``number`` on.

    Examples
    --------
    >>> at_most(np.array([-1.0, 0.0, 2.0]), np.array([2.0, 2.0, 2.0]), np.array([0.1, 0.1, 0.1])).round(2)
    array([0.  , 0.81, 1.  ])
    """
    inside = (count >= 0) & (count < number)
    first, second = _shapes(count + 1, number - count, inside)
    tail = special.betaincc(first, second, share)
    return np.where(inside, tail, np.where(count < 0, 0.0, 1.0))


def at_least(count: Floats, number: Floats, share: Floats) -> Floats:
    """Give the probability of at least ``count`` of ``number`` [1]; 1 up to a count of 0, 0 above ``number``.

    Examples
    --------
    >>> at_least(np.array([0.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0]), np.array([0.1, 0.1, 0.1])).round(2)
    array([1.  , 0.01, 0.  ])
    """
    inside = (count >= 1) & (count <= number)
    first, second = _shapes(count, number - count + 1, inside)
    tail = special.betainc(first, second, share)
    return np.where(inside, tail, np.where(count < 1, 1.0, 0.0))


def at_least_slope(count: Floats, number: Floats, share: Floats) -> Floats:
    """Give the derivative of :func:`at_least` in the share; that of :func:`at_most` one below is its negative.

    Examples
    --------
    >>> at_least_slope(np.array([2.0]), np.array([2.0]), np.array([0.1])).round(3)
    array([0.2])
    """
    inside = (count >= 1) & (count <= number)
    first, second = _shapes(count, number - count + 1, inside)
    logarithm = (
        special.xlogy(first - 1, share)
        + special.xlog1py(second - 1, -share)
        - special.betaln(first, second)
    )
    return np.where(inside, np.exp(logarithm), 0.0)


def mass(count: Floats, number: Floats, share: Floats) -> Floats:
    """Give the probability of exactly ``count`` of ``number`` [1].

    Examples
    --------
    >>> mass(np.array([1.0]), np.array([2.0]), np.array([0.1])).round(2)
    array([0.18])
    """
    ways = -special.betaln(number - count + 1, count + 1) - np.log1p(number)
    return np.asarray(
        np.exp(ways + special.xlogy(count, share) + special.xlog1py(number - count, -share))
    )


def _shapes(first: Floats, second: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Replace shapes that no beta distribution has; the caller knows the tail there."""
    return np.where(inside, first, 1.0), np.where(inside, second, 1.0)
