"""Quantiles of a hundred thousand beta distributions at one probability, from polynomials that were fitted to a few.

At one probability the quantile q of Beta(a, b) is a smooth function of two numbers: the spread r = √(1/a + 1/b), and
m = b/(a + b). A beta variable is G/(G + H) with G and H gamma variables of shapes a and b, so that log(q/(1 − q)) is a
quantile of log G − log H, whose cumulants are 1/a, 1/b and their powers (Johnson, Kotz and Balakrishnan, Continuous
Univariate Distributions 2, 2nd edition, 1995, chapter 25): W = (log(q/(1 − q)) − log(a/b))/r is the normal quantile
plus terms in r whose factors are polynomials in m (Cornish and Fisher, Revue de l'Institut International de Statistique
5 (1938) 307–320). Chebyshev interpolation gives W in three ranges of r to all digits that matter. Outside them, and
where a fit does not hold at points between its nodes, each quantile is found for itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev

from topline.stats.distribution import beta_quantile
from topline.stats.estimate import Floats, Integers

_MANY = 20_000
"""Fewer quantiles than this are not worth fitting for."""

_BLOCK = 1 << 13
"""Quantiles that are worked on at once: they stay in the processor's cache."""

_RANGES = ((0.01, 0.1, 12), (0.1, 0.2, 13), (0.2, 0.4, 15))
"""From which to which spread a polynomial serves, and of how many nodes each way: shapes from about 6 to 10,000 and more.

With a smaller shape the polynomial would need many more terms, and a quantile is quickly found for itself.
"""

_AGREEMENT = 2e-13
"""How far, relative to itself, a quantile may lie from that found for itself; those carry half of it."""


def many_beta_quantiles(
    first: Floats, second: Floats, tail: float, *, upper: bool = False
) -> Floats:
    """Give quantiles of many beta distributions, to a relative 1e-12 each as :func:`beta_quantile` gives them.

    Parameters
    ----------
    first, second
        The two shapes, above 0; of one length.
    tail
        The probability below the quantile, or above it with ``upper``.
    upper
        Count ``tail`` from above.

    Examples
    --------
    >>> shapes = np.linspace(5.5, 700.0, 30_000)
    >>> many = many_beta_quantiles(shapes, shapes[::-1], 0.025)
    >>> bool(np.abs(many / beta_quantile(shapes, shapes[::-1], 0.025) - 1).max() < 1e-12)
    True
    """
    if first.size < _MANY:
        return beta_quantile(first, second, tail, upper=upper)
    found = np.empty(first.size)
    spread = np.sqrt(1 / first + 1 / second)
    left = np.ones(first.size, dtype=np.bool_)
    for polynomial in _polynomials(tail):
        inside = (polynomial.low <= spread) & (spread < polynomial.high)
        left &= ~inside
        for block in _blocks(np.flatnonzero(inside)):
            a, b = first[block], second[block]
            # The upper quantile of Beta(a, b) is 1 less the lower one of Beta(b, a).
            lean = (a - b if upper else b - a) / (a + b)
            shift = spread[block] * polynomial.at(spread[block], lean)
            odds = a * np.exp(-shift if upper else shift)
            found[block] = odds / (odds + b)
    found[left] = beta_quantile(first[left], second[left], tail, upper=upper)
    return found


def _blocks(places: Integers) -> Iterator[Integers]:
    for start in range(0, places.size, _BLOCK):
        yield places[start : start + _BLOCK]


@dataclass(frozen=True, slots=True)
class _Polynomial:
    """W of one range of spreads; ``rows`` holds for each power of the spread the factors of the powers of 2m − 1."""

    low: float
    high: float
    rows: tuple[tuple[float, ...], ...]

    def at(self, spread: Floats, lean: Floats) -> Floats:
        """Give W at spreads and at 2m − 1, by Horner's rule."""
        place = (2 * spread - (self.low + self.high)) / (self.high - self.low)
        total, inner = np.zeros_like(place), np.empty_like(place)
        for row in reversed(self.rows):
            inner.fill(row[-1])
            for factor in row[-2::-1]:
                inner *= lean
                inner += factor
            total *= place
            total += inner
        return total


@lru_cache(maxsize=32)
def _polynomials(tail: float) -> tuple[_Polynomial, ...]:
    """Fit W at one probability; those ranges in which a fit agrees with quantiles found for themselves."""
    fitted = (_fitted(tail, *one) for one in _RANGES)
    return tuple(one for one in fitted if _largest_error(tail, one) <= _AGREEMENT)


def _fitted(tail: float, low: float, high: float, nodes: int) -> _Polynomial:
    places = np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes)
    spread = (low + high) / 2 + (high - low) / 2 * places
    values = _found_for_itself(tail, spread[:, np.newaxis], places[np.newaxis])
    weights = chebyshev.chebvander(places, nodes - 1) * (2 / nodes)
    weights[:, 0] /= 2
    factors = weights.T @ values @ weights
    # The terms fall with the sum of both powers: a term of large powers in both is nothing but rounding.
    powers = np.add.outer(np.arange(nodes), np.arange(nodes))
    factors = np.where(powers < nodes, factors, 0.0)
    to_powers = np.zeros((nodes, nodes))
    for power in range(nodes):
        to_powers[power, : power + 1] = chebyshev.cheb2poly([0.0] * power + [1.0])
    factors = to_powers.T @ factors @ to_powers
    return _Polynomial(
        low, high, tuple(tuple(row[: nodes - power].tolist()) for power, row in enumerate(factors))
    )


def _largest_error(tail: float, polynomial: _Polynomial) -> float:
    """Compare at points between the nodes, and on the edges; infinity where a number is none."""
    spread = np.linspace(polynomial.low, polynomial.high, 14)[:, np.newaxis]
    lean = (1 - 1e-4) * np.cos(np.linspace(0, np.pi, 18))[np.newaxis]
    spread, lean = (np.ascontiguousarray(one) for one in np.broadcast_arrays(spread, lean))
    error = spread * np.abs(polynomial.at(spread, lean) - _found_for_itself(tail, spread, lean))
    return float(np.nan_to_num(error, nan=np.inf).max())


def _found_for_itself(tail: float, spread: Floats, lean: Floats) -> Floats:
    """Give W of shapes with such a spread and such 2m − 1."""
    first, second = 2 / (spread**2 * (1 + lean)), 2 / (spread**2 * (1 - lean))
    below = beta_quantile(first, second, tail)
    above = beta_quantile(second, first, tail, upper=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        logit = np.log(below / above) - np.log(first / second)
    return np.asarray(logit / spread)
