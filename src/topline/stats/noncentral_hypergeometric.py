"""The noncentral hypergeometric (Fisher) likelihood of two-by-two tables given their margins."""

import numpy as np
from scipy import special

from topline.stats.effect_sizes_two_by_two import Tables
from topline.stats.estimate import Floats


class ConditionalTables:
    """Many tables given their margins, as a likelihood of each table's log odds ratio.

    Parameters
    ----------
    tables
        Two-by-two tables with events and others in each.

    Examples
    --------
    >>> one = ConditionalTables(Tables(*(np.array([float(cell)]) for cell in (1, 1, 1, 1))))
    >>> value, first, second = one.log_likelihood(np.zeros(1))
    >>> round(float(np.exp(value[0])), 6), round(float(second[0]), 6)
    (0.666667, -0.333333)
    """

    def __init__(self, tables: Tables) -> None:
        a, b, c, d = tables
        first, second, events = a + b, c + d, a + c
        self._observed = a
        self._lowest = np.maximum(0.0, events - second)
        self._highest = np.minimum(events, first)
        sizes = (self._highest - self._lowest + 1).astype(np.int64)
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self._study = np.repeat(np.arange(sizes.size), sizes)
        within = np.arange(sizes.sum()) - np.repeat(self._starts, sizes)
        # The first cell at each point of the support, from the observed one: the sums then lose no digits.
        cell = within + np.repeat(self._lowest, sizes)
        self._away = cell - a[self._study]
        logs = -(
            special.gammaln(cell + 1)
            + special.gammaln(first[self._study] - cell + 1)
            + special.gammaln(events[self._study] - cell + 1)
            + special.gammaln(second[self._study] - events[self._study] + cell + 1)
        )
        observed = -np.sum([special.gammaln(one + 1) for one in tables], axis=0)
        self._weight = logs - observed[self._study]

    def log_likelihood(self, odds: Floats) -> tuple[Floats, Floats, Floats]:
        """Give log likelihood and its two derivatives at log odds ratios; the last axis runs over tables."""
        height = self._weight + odds[..., self._study] * self._away
        top = np.maximum.reduceat(height, self._starts, axis=-1)
        share = np.exp(height - top[..., self._study])
        total = np.add.reduceat(share, self._starts, axis=-1)
        mean = np.add.reduceat(share * self._away, self._starts, axis=-1) / total
        apart = self._away - mean[..., self._study]
        variance = np.add.reduceat(share * apart * apart, self._starts, axis=-1) / total
        return -(top + np.log(total)), -mean, -variance

    def own_maxima(self) -> tuple[Floats, Floats, Floats]:
        """Give each table's own log odds ratio, its information and its log likelihood there.

        Where the observed cell is the least or largest possible the odds ratio is infinite and the likelihood 1.
        """
        inside = (self._observed > self._lowest) & (self._observed < self._highest)
        odds = np.zeros(self._observed.size)
        for _ in range(200):
            value, first, second = self.log_likelihood(odds)
            step = np.where(inside, np.clip(first / np.maximum(-second, 1e-300), -2.0, 2.0), 0.0)
            odds = odds + step
            if float(np.max(np.abs(step))) < 1e-13:
                break
        value, _, second = self.log_likelihood(odds)
        infinite = np.where(self._observed == self._lowest, -np.inf, np.inf)
        return (
            np.where(inside, odds, infinite),
            np.where(inside, -second, 0.0),
            np.where(inside, value, 0.0),
        )
