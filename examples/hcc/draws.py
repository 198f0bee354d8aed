"""Random choices that come out the same under every Python version.

Only ``random.Random.random`` is promised to give the same numbers for ever, so every other choice
is built on it here. Each part of the example has a stream of its own, named by a word: a change in
one dataset then leaves the others as they were.
"""

import math
from collections.abc import Sequence
from random import Random
from statistics import NormalDist, fmean, stdev
from typing import TypeVar

Item = TypeVar("Item")


class Draws:
    """A named stream of reproducible random choices.

    Parameters
    ----------
    seed
        The seed of the whole example.
    stream
        The name of the part that draws.

    Examples
    --------
    >>> Draws(1, "demonstration").whole(1, 6) == Draws(1, "demonstration").whole(1, 6)
    True
    """

    def __init__(self, seed: int, stream: str) -> None:
        self._random = Random(f"{seed}/{stream}")

    def unit(self) -> float:
        """Return a number from 0 up to, but not including, 1."""
        return self._random.random()

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + math.floor(self.unit() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Return true with the given probability."""
        return self.unit() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items, each as likely as the others."""
        return items[self.whole(0, len(items) - 1)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in a random order."""
        return self.sample(items, len(items))

    def sample(
        self, items: Sequence[Item], count: int, weights: Sequence[float] | None = None
    ) -> list[Item]:
        """Return `count` different items, the heavier ones more likely.

        The largest keys u^(1/weight) are taken (Efraimidis and Spirakis 2006,
        doi:10.1016/j.ipl.2005.11.003).
        """
        heaviness = [1.0] * len(items) if weights is None else weights
        keys = [self.unit() ** (1 / weight) for weight in heaviness]
        order = sorted(range(len(items)), key=lambda place: keys[place], reverse=True)
        return [items[place] for place in order[:count]]

    def quantile_levels(self, count: int) -> list[float]:
        """Return one probability from the inner part of each of `count` equal slices of (0, 1)."""
        return [(place + 0.2 + 0.6 * self.unit()) / count for place in range(count)]

    def normal_sample(self, count: int, mean: float, deviation: float) -> list[float]:
        """Return an ordered, bell-shaped sample with exactly this mean and standard deviation.

        The standard deviation has the divisor count - 1.
        """
        scores = [NormalDist().inv_cdf(level) for level in self.quantile_levels(count)]
        return _rescaled(scores, mean, deviation)

    def lognormal_sample(self, count: int, mean: float, deviation: float) -> list[float]:
        """Return an ordered, positive, right-skewed sample with this mean and standard deviation.

        The spread on the log scale is found by halving: the sample's coefficient of variation grows
        with it.
        """
        scores = [NormalDist().inv_cdf(level) for level in self.quantile_levels(count)]
        low, high = 0.0, 5.0
        for _ in range(60):
            spread = (low + high) / 2
            values = [math.exp(spread * score) for score in scores]
            if stdev(values) / fmean(values) < deviation / mean:
                low = spread
            else:
                high = spread
        return [value * mean / fmean(values) for value in values]


def _rescaled(values: Sequence[float], mean: float, deviation: float) -> list[float]:
    centre, spread = fmean(values), stdev(values)
    return [mean + deviation * (value - centre) / spread for value in values]


def whole_numbers_with_total(values: Sequence[float], total: int, draws: Draws) -> list[int]:
    """Round the values to whole numbers and move random ones by one until they add up to `total`.

    Parameters
    ----------
    values
        The values to be rounded; their sum should be near `total`.
    total
        The sum that the whole numbers must have.
    draws
        Says which values are moved.

    Returns
    -------
    list of int
        One whole number for each value, in the same order.

    Examples
    --------
    >>> sum(whole_numbers_with_total([1.4, 2.4, 3.4], 7, Draws(1, "demonstration")))
    7
    """
    rounded = [round(value) for value in values]
    missing = total - sum(rounded)
    for place in draws.sample(range(len(rounded)), abs(missing)):
        rounded[place] += 1 if missing > 0 else -1
    return rounded
