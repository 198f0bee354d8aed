"""P-values from the tails of Poisson distributions, vectorised: what :mod:`topline.stats.rate` tests with."""

import numpy as np
from scipy import special

from topline.stats.estimate import Floats, Sides

TIED = 1e-7
"""Probabilities that differ relatively by less are equal: rounding must not part two equally likely numbers."""


def poisson_probabilities(
    observed: Floats, expected: Floats, sides: Sides, *, mid_p: bool
) -> Floats:
    """Give the p-values of numbers of events [1], which may exceed 1 by rounding.

    Parameters
    ----------
    observed, expected
        One element for each group [events]; above 0 are expected.
    sides
        Two-sided, all numbers no more likely than the observed one count; for a mid-p twice the smaller tail.
    mid_p
        Whether the observed number counts half.

    Examples
    --------
    >>> poisson_probabilities(np.array([7.0]), np.array([13.3]), "two-sided", mid_p=False).round(6)
    array([0.097543])
    """
    below = np.asarray(special.pdtr(observed, expected), dtype=np.float64)
    # At least 0 events are certain; SciPy takes no count of −1.
    some, fewer = observed > 0, np.maximum(observed - 1, 0)
    above = np.where(some, special.pdtrc(fewer, expected), 1.0)
    if mid_p:
        # The mean of the tails with and without their edge, a sum in which no digits cancel.
        below = (below + np.where(some, special.pdtr(fewer, expected), 0.0)) / 2
        above = (above + special.pdtrc(observed, expected)) / 2
    if sides != "two-sided":
        return above if sides == "greater" else below
    if mid_p:
        return 2 * np.minimum(below, above)
    return _no_more_likely(observed, expected, below, above)


def _likelihood(number: Floats, expected: Floats) -> Floats:
    """Give the logarithm of a Poisson probability, but for the mean."""
    return np.asarray(number * np.log(expected) - special.gammaln(number + 1), dtype=np.float64)


def _no_more_likely(observed: Floats, expected: Floats, below: Floats, above: Floats) -> Floats:
    """Add to the tail of each number all numbers on the other side of the mean that are no more likely."""
    limit = _likelihood(observed, expected) + TIED
    over = observed > expected
    found = np.where(over, above, below)
    found[over] += _lower_tail(expected[over], limit[over])
    under = observed < expected
    found[under] += _upper_tail(expected[under], limit[under])
    return np.where(observed == expected, 1.0, found)


def _lower_tail(expected: Floats, limit: Floats) -> Floats:
    """Give the probability of the numbers below the mean whose likelihood keeps within a limit."""
    low, high = np.full(expected.size, -1.0), np.floor(expected)
    while (low < high).any():
        middle = np.floor((low + high + 1) / 2)
        rare = _likelihood(np.maximum(middle, 0.0), expected) <= limit
        going = low < high
        low, high = np.where(going & rare, middle, low), np.where(going & ~rare, middle - 1, high)
    return np.where(low >= 0, special.pdtr(np.maximum(low, 0.0), expected), 0.0)


def _upper_tail(expected: Floats, limit: Floats) -> Floats:
    """Give the probability of the numbers above the mean whose likelihood keeps within a limit."""
    low = np.ceil(expected)
    high = low + 1
    while (short := _likelihood(high, expected) > limit).any():
        high = np.where(short, 2 * high - low, high)
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        rare = _likelihood(middle, expected) <= limit
        going = low < high
        low, high = np.where(going & ~rare, middle + 1, low), np.where(going & rare, middle, high)
    return np.where(low > 0, special.pdtrc(np.maximum(low - 1, 0.0), expected), 1.0)
