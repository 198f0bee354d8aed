"""Logarithms of factorials for Freeman and Halton's test, and the tails of its two by two tables."""

import functools
import math

import numpy as np
from scipy import special

from topline.stats.estimate import Floats, Integers

_TABULATED = 1_000_000
"""Up to this many participants log x! is looked up."""


class Factorials:
    """log x! as a number, and in whole units that are equal wherever products of factorials are."""

    def __init__(self, total: int) -> None:
        # The largest sum is log(total!); two bits are left for differences.
        magnitude = math.ceil(math.lgamma(total + 1.0) + 1).bit_length()
        self.unit = 2.0 ** max(magnitude - 60, -38)
        self._table = None if total > _TABULATED else _tabulated(1 << total.bit_length(), self.unit)

    def logarithm(self, count: Integers) -> Floats:
        """Give log x!."""
        if self._table is None:
            return np.asarray(special.gammaln(count + 1.0), dtype=np.float64)
        return self._table[0][count]

    def units(self, count: Integers) -> Integers:
        """Give log x! in units."""
        if self._table is None:
            return np.rint(self.logarithm(count) / self.unit).astype(np.int64)
        return self._table[1][count]

    def choose(self, number: Integers, taken: Integers) -> Floats:
        """Give the logarithm of the number of ways to take some."""
        return self.logarithm(number) - self.logarithm(taken) - self.logarithm(number - taken)


@functools.lru_cache(maxsize=4)
def _tabulated(largest: int, unit: float) -> tuple[Floats, Integers]:
    count = np.arange(largest + 1)
    rest, units = np.maximum(count, 1), np.zeros(largest + 1, dtype=np.int64)
    for prime in range(2, math.isqrt(largest) + 1):
        if rest[prime] == 1:  # smaller primes have used it up
            continue
        power = prime
        while power <= largest:
            units[power::power] += round(math.log(prime) / unit)
            rest[power::power] //= prime
            power *= prime
    # What is left of each number is a prime or 1.
    units += np.rint(np.log(rest) / unit).astype(np.int64)
    return special.gammaln(count + 1.0), np.cumsum(units)


def log_tails(
    first: Integers, second: Integers, left: Integers, limit: Integers, factorials: Factorials
) -> Floats:
    """Count the two by two tables that are unlikely enough; −∞ where there is none.

    Parameters
    ----------
    first, second, left
        The rows, and the first column.
    limit
        A table counts if its Σ −log x! is at most this [units].
    factorials
        What to take logarithms from.

    Returns
    -------
    ndarray
        log Σ C(first, x) C(second, left − x) over the ``x`` that count: those in two tails, for Σ −log x! is concave
        in x.

    Examples
    --------
    Of the tables with x = 0 … 3 all but the likeliest, x = 1: 4 + 12 + 1 ways.

    >>> sizes = [np.array([size]) for size in (3, 4, 3)]
    >>> limit = -Factorials(7).units(np.array([1, 2, 2, 2])).sum() - 1
    >>> float(np.exp(log_tails(*sizes, limit, Factorials(7)))[0].round(9))
    17.0
    """
    most = np.minimum(first, left)
    mode = np.minimum((first + 1) * (left + 1) // (first + second + 2), most)
    mode = np.maximum(mode, left - second)
    found = factorials.choose(first + second, left)
    limit = np.broadcast_to(limit, found.shape)
    some = np.flatnonzero(_units(first, second, left, mode, factorials) > limit)
    first, second, left, mode, limit = (part[some] for part in (first, second, left, mode, limit))
    # The upper tail is the lower one of the other column.
    lower = _log_tail(first, second, left, mode, limit, factorials)
    upper = _log_tail(first, second, first + second - left, first - mode, limit, factorials)
    found[some] = np.logaddexp(lower, upper)
    return found


def _units(
    first: Integers, second: Integers, left: Integers, cell: Integers, factorials: Factorials
) -> Integers:
    here = factorials.units(cell) + factorials.units(first - cell)
    return -(here + factorials.units(left - cell) + factorials.units(second - left + cell))


def _log_tail(
    first: Integers,
    second: Integers,
    left: Integers,
    above: Integers,
    limit: Integers,
    factorials: Factorials,
) -> Floats:
    """Sum the lower tail, which ends below a cell that does not count."""
    least = np.maximum(0, left - second)
    below = least - 1  # counts, or is none
    while np.any(above - below > 1):
        middle = np.maximum((below + above) // 2, least)
        counts = _units(first, second, left, middle, factorials) <= limit
        below, above = np.where(counts, middle, below), np.where(counts, above, middle)
    found = np.full(first.size, -np.inf)
    some = np.flatnonzero(below >= least)
    first, second, left, cell = first[some], second[some], left[some], below[some]
    largest = factorials.choose(first, cell) + factorials.choose(second, left - cell)
    found[some] = largest + np.log(_descending(first, second, left, cell))
    return found


def _descending(first: Integers, second: Integers, left: Integers, cell: Integers) -> Floats:
    """Sum the terms C(first, x) C(second, left − x) from a cell downwards, as parts of the first one."""
    summed = np.ones(cell.size)
    active, term = np.arange(cell.size), np.ones(cell.size)
    # The four cells of the table, as numbers that are counted down and up.
    a, d = cell.astype(np.float64), (second - left + cell).astype(np.float64)
    b, c = (first - cell + 1).astype(np.float64), (left - cell + 1).astype(np.float64)
    while active.size:
        ratio = a * d / (b * c)
        term = term * ratio
        summed[active] += term
        # The ratios fall, so that what follows is less than a geometric series.
        going = np.flatnonzero(term * ratio > 1e-15 * (1 - ratio) * summed[active])
        active, term = active[going], term[going]
        a, b, c, d = a[going] - 1, b[going] + 1, c[going] + 1, d[going] - 1
    return summed
