"""Concordant and discordant pairs of two measurements, counted in many runs at once.

Kendall's tau and the Jonckheere–Terpstra test both rest on how many pairs are in the same order by both measurements.
They are counted without looking at each pair: sorted by the first measurement, a pair is discordant where it is an
inversion of the second.
"""

from dataclasses import dataclass

import numpy as np

from topline.stats.estimate import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairBalance:
    """Pairs of each run by their order [pairs].

    Parameters
    ----------
    balance
        Concordant less discordant pairs.
    untied_first, untied_second
        Pairs not tied in the first, and in the second measurement.
    variance
        Of ``balance`` over all orders of one measurement, each as likely, given the ties of both.
    """

    balance: Floats
    untied_first: Floats
    untied_second: Floats
    variance: Floats


def balance_of_pairs(first: Floats, second: Floats, bounds: Integers) -> PairBalance:
    """Count the pairs of each run by their order.

    Parameters
    ----------
    first, second
        The two measurements of all runs, finite [any units].
    bounds
        From :func:`topline.stats.grouping.run_bounds`; at least two observations in each run.

    Examples
    --------
    >>> found = balance_of_pairs(np.array([1.0, 2, 3, 1, 1]), np.array([1.0, 3, 2, 5, 4]), np.array([0, 3, 5]))
    >>> found.balance, found.untied_first, found.variance.round(4)
    (array([1., 0.]), array([3., 0.]), array([3.6667, 0.    ]))
    """
    sizes = np.diff(bounds)
    run = np.repeat(np.arange(sizes.size), sizes)
    alone = sizes.size == 1
    order = np.lexsort((second, first) if alone else (second, first, run))
    x, y = first[order], second[order]
    by_second = np.argsort(y) if alone else np.lexsort((y, run))
    new_first, new_second = _begins(x, run), _begins(y[by_second], run)
    ties = _Ties.of(new_first, run), _Ties.of(new_second, run)
    # How many distinct smaller values of the second measurement the run has.
    counted = np.cumsum(new_second)
    places = np.empty(y.size, dtype=np.int64)
    places[by_second] = counted - counted[bounds[:-1]][run]
    tied_both = _Ties.of(new_first | _begins(y, run), run).pairs / 2
    every = _Ties.sums(sizes.astype(np.float64))
    pairs, tied_first, tied_second = (found.pairs / 2 for found in (every, *ties))
    untied = pairs - tied_first - tied_second + tied_both
    varied = (pairs > tied_first) & (pairs > tied_second)
    return PairBalance(
        balance=untied - 2 * _inversions(places, bounds),
        untied_first=pairs - tied_first,
        untied_second=pairs - tied_second,
        # Where one does not vary the sum is 0 but for its rounding.
        variance=np.where(varied, _variance(every, *ties), 0.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ties:
    """Sums over the groups of equal values of each run: t(t − 1), t(t − 1)(t − 2) and t(t − 1)(2t + 5)."""

    pairs: Floats
    triples: Floats
    moment: Floats

    @classmethod
    def sums(cls, sizes: Floats) -> "_Ties":
        pairs = sizes * (sizes - 1)
        return cls(pairs=pairs, triples=pairs * (sizes - 2), moment=pairs * (2 * sizes + 5))

    @classmethod
    def of(cls, new: "np.typing.NDArray[np.bool_]", run: Integers) -> "_Ties":
        starts = np.flatnonzero(new)
        each = cls.sums(np.diff(np.append(starts, run.size)).astype(np.float64))
        of_run, runs = run[starts], int(run[-1]) + 1
        pairs, triples, moment = (
            np.bincount(of_run, weights=part, minlength=runs).astype(np.float64)
            for part in (each.pairs, each.triples, each.moment)
        )
        return cls(pairs=pairs, triples=triples, moment=moment)


def _variance(every: _Ties, first: _Ties, second: _Ties) -> Floats:
    found = (every.moment - first.moment - second.moment) / 18
    found = found + first.pairs * second.pairs / (2 * every.pairs)
    triples = np.where(every.triples > 0, every.triples, 1.0)
    return np.asarray(found + first.triples * second.triples / (9 * triples), dtype=np.float64)


def _begins(values: Floats, run: Integers) -> "np.typing.NDArray[np.bool_]":
    """Say where a value differs from the one before it, or another run begins."""
    return np.concatenate(([True], (values[1:] != values[:-1]) | (run[1:] != run[:-1])))


def _inversions(places: Integers, bounds: Integers) -> Floats:
    """Count in each run the pairs in which the earlier is the larger, bit by bit from the highest.

    Two numbers first differ in one bit: they are an inversion where the earlier has a 1 there and the later a 0. The
    number of the run stands in still higher bits, so that no pair of two runs is counted.
    """
    bits = int(places.max()).bit_length()
    lengths = np.diff(bounds)
    current = places + (np.repeat(np.arange(lengths.size), lengths) << bits)
    inversions = np.zeros(lengths.size, dtype=np.int64)
    order = np.arange(places.size)
    for bit in reversed(range(bits)):
        # Numbers that agree in the higher bits stand together, in their first order.
        ones = (current >> bit) & 1
        seen = np.cumsum(ones)
        higher = current >> (bit + 1)
        starts = np.flatnonzero(np.concatenate(([True], higher[1:] != higher[:-1])))
        sizes = np.diff(np.append(starts, places.size))
        before = np.repeat(seen[starts] - ones[starts], sizes)
        since = seen - ones - before
        zero = ones == 0
        inversions += np.add.reduceat(np.where(zero, since, 0), bounds[:-1])
        # Within each group those with a 0 move before those with a 1; neither change their order.
        ends = starts + sizes
        first_one = np.repeat(ends - (seen[ends - 1] - seen[starts] + ones[starts]), sizes)
        moved = np.empty_like(current)
        moved[np.where(zero, order - since, first_one + since)] = current
        current = moved
    return inversions.astype(np.float64)
