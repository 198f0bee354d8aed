"""Exact distributions of Kendall's and Spearman's statistics over all orders of untied measurements.

Kendall's counts of concordant pairs are those of inversions of permutations, by the recursion over the number of
pairs (M. G. Kendall, "A new measure of rank correlation", Biometrika 30 (1938) 81–93). Spearman's sums of squared
rank differences are counted over sets of ranks already given away, which needs 2ⁿ steps where the orders are n!.
Beyond 14 pairs there is Edgeworth's series (D. J. Best and D. E. Roberts, "Algorithm AS 89: the upper tail
probabilities of Spearman's rho", Applied Statistics 24 (1975) 377–379), which R calls exact from 10 pairs on.
"""

import math
from functools import cache
from itertools import accumulate

import numpy as np
from scipy import special

from topline.stats.estimate import Sides

MOST_PAIRS_OF_KENDALL = 200
"""Beyond it the exact counts of concordant pairs take more than a second."""

MOST_PAIRS_OF_SPEARMAN = 14
"""Beyond it the exact counts of squared differences take more than a second."""


def kendall_probability(concordant: int, pairs: int, sides: Sides) -> float:
    """Give the exact p-value of a number of concordant pairs [1].

    Parameters
    ----------
    concordant
        How many of the ``n (n - 1) / 2`` pairs of pairs are in the same order in both measurements.
    pairs
        n, the pairs of measurements, none tied; at most :data:`MOST_PAIRS_OF_KENDALL`.
    sides
        ``"greater"``: they are positively correlated. Two-sided is twice the smaller tail, as in R.

    Examples
    --------
    >>> kendall_probability(7, 5, "greater")
    0.24166666666666667
    """
    return _tails(_concordant_counts(pairs), concordant, sides)


def spearman_probability(squares: int, pairs: int, sides: Sides) -> float:
    """Give the exact p-value of a sum of squared rank differences [1].

    Parameters
    ----------
    squares
        The sum; 0 for equal ranks.
    pairs
        The pairs of measurements, none tied; at most :data:`MOST_PAIRS_OF_SPEARMAN`.
    sides
        As in :func:`kendall_probability`.

    Examples
    --------
    >>> spearman_probability(48, 9, "two-sided")
    0.0967978395061...
    """
    # Counted by similarity: the more squares, the less correlation. The sum is always even.
    largest = (pairs**3 - pairs) // 3
    return _tails(_similarity_counts(pairs), (largest - squares) // 2, sides)


def spearman_edgeworth_probability(squares: int, pairs: int, sides: Sides) -> float:
    """Give the p-value of a sum of squared rank differences by Edgeworth's series, good to about three decimals [1].

    Parameters
    ----------
    squares, pairs, sides
        As in :func:`spearman_probability`, with any number of pairs.

    Examples
    --------
    >>> round(spearman_edgeworth_probability(712, 20, "two-sided"), 12)
    0.040539993307
    """
    if sides == "greater":
        return _edgeworth_tail(squares + 2, pairs, upper=False)
    if sides == "less":
        return _edgeworth_tail(squares, pairs, upper=True)
    middle = (pairs**3 - pairs) / 6
    side: Sides = "less" if squares > middle else "greater"
    return min(1.0, 2 * spearman_edgeworth_probability(squares, pairs, side))


def _tails(counts: tuple[int, ...], place: int, sides: Sides) -> float:
    """Give the share of the counts from a place on, up to it, or twice the smaller of both."""
    whole = sum(counts)
    upper, lower = sum(counts[place:]), sum(counts[: place + 1])
    if sides == "greater":
        return upper / whole
    if sides == "less":
        return lower / whole
    return min(1.0, 2 * min(upper, lower) / whole)


@cache
def _concordant_counts(pairs: int) -> tuple[int, ...]:
    """Count the orders with 0, 1, 2 … concordant pairs, in whole numbers of any size."""
    counts = [1]
    for size in range(2, pairs + 1):
        # The new element is concordant with 0 to size - 1 of those before it.
        running = list(accumulate([*counts, *[0] * (size - 1)]))
        counts = [
            total - (running[place - size] if place >= size else 0)
            for place, total in enumerate(running)
        ]
    return tuple(counts)


@cache
def _similarity_counts(pairs: int) -> tuple[int, ...]:
    """Count the orders by half of how much their sum of squared differences is below the largest."""
    width = (pairs**3 - pairs) // 3 + 1
    sets = np.array([0], dtype=np.int64)
    counts = np.zeros((1, width), dtype=np.int64)
    counts[0, 0] = 1
    for position in range(pairs):
        every = 1 << np.arange(pairs, dtype=np.int64)
        following = np.unique((sets[:, np.newaxis] | every)[(sets[:, np.newaxis] & every) == 0])
        grown = np.zeros((following.size, width), dtype=np.int64)
        for rank in range(pairs):
            free = np.flatnonzero((sets >> rank & 1) == 0)
            square = (position - rank) ** 2
            places = np.searchsorted(following, sets[free] | 1 << rank)
            grown[places, square:] += counts[free, : width - square]
        sets, counts = following, grown
    # Odd sums do not occur.
    return tuple(counts[0, ::2][::-1].tolist())


_EDGEWORTH = (0.2274, 0.2531, 0.1745, 0.0758, 0.1033, 0.3932, 0.0879, 0.0151, 0.0072, 0.0831, 0.0131, 4.6e-4)  # fmt: skip
"""The constants of algorithm AS 89, in its order."""


def _edgeworth_tail(squares: int, pairs: int, *, upper: bool) -> float:
    """Give the probability of this sum or more, or of less, corrected by half of the distance between sums."""
    if squares <= 0 or squares > (pairs**3 - pairs) // 3:
        return float(upper == (squares <= 0))
    c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12 = _EDGEWORTH
    share = 1 / pairs
    x = (6 * (squares - 1) * share / (pairs**2 - 1) - 1) * math.sqrt(pairs - 1)
    y = x * x
    series = c9 - c10 * share + y * share * (c11 - c12 * y)
    series = -c4 + share * (c5 + c6 * share) - y * share * (c7 + c8 * share - y * series)
    series = c1 + share * (c2 + c3 * share) + y * series
    correction = x * share * series / math.exp(y / 2)
    tail = float(special.ndtr(-x)) + correction if upper else float(special.ndtr(x)) - correction
    return min(1.0, max(0.0, tail))
