"""Ranks with ties, and what the rank tests make of them."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from topline.stats.estimate import Floats, Integers, Sides, Test

RankMethod: TypeAlias = Literal["exact", "normal", "normal_corrected"]
"""How a rank test judges its statistic: by its permutation distribution, by the normal distribution, or by the
normal distribution after moving the statistic half a unit towards its mean (continuity correction)."""

RANK_METHODS: tuple[RankMethod, ...] = ("exact", "normal", "normal_corrected")

EXACT_BELOW = 50
"""With fewer observations in a sample, exact methods are the default, as in R's wilcox.test."""

TITLES = {
    "exact": "exact permutation distribution given the ties",
    "normal": "normal approximation",
    "normal_corrected": "normal approximation with continuity correction",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """Midranks of a sequence, and the sizes of its groups of equal values in ascending order.

    Parameters
    ----------
    ranks
        From 1; equal values share the mean of their places.
    tie_sizes
        How often each distinct value occurs; 1 for a value without ties.
    """

    ranks: Floats
    tie_sizes: Integers

    @property
    def tied(self) -> bool:
        """Whether any value occurs twice."""
        return bool(self.tie_sizes.size < self.ranks.size)

    @property
    def tie_excess(self) -> float:
        """Σ(t³ - t) over the groups of equal values, which every tie correction uses."""
        sizes = self.tie_sizes.astype(np.float64)
        return float((sizes**3 - sizes).sum())


def midranks(values: Floats) -> Ranked:
    """Rank values, equal ones by the mean of their places.

    Examples
    --------
    >>> midranks(np.array([2.0, 7.0, 2.0])).ranks
    array([1.5, 3. , 1.5])
    """
    # Equal values share a rank, so that their order is of no account: the fastest sort will do.
    order = np.argsort(values)
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sizes = np.diff(np.append(starts, values.size))
    ranks = np.empty(values.size)
    ranks[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return Ranked(ranks=ranks, tie_sizes=sizes.astype(np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class RankStatistic:
    """A rank statistic with its mean and variance if the null hypothesis holds.

    Parameters
    ----------
    value
        The statistic: a sum of ranks [1].
    mean, variance
        Over all equally likely assignments of the ranks, given the ties.
    """

    value: float
    mean: float
    variance: float

    def deviate(self, sides: Sides, *, corrected: bool) -> float | None:
        """Give the standardised statistic; ``None`` where the variance is 0.

        Parameters
        ----------
        sides
            The alternative, which the continuity correction moves against.
        corrected
            Whether to move the statistic half a unit towards the null hypothesis.

        Examples
        --------
        >>> statistic = RankStatistic(value=40, mean=22.5, variance=71.25)
        >>> round(statistic.deviate("two-sided", corrected=True), 6)
        2.013986
        """
        if self.variance <= 0:
            return None
        difference = self.value - self.mean
        if corrected:
            towards = {"two-sided": float(np.sign(difference)), "greater": 1.0, "less": -1.0}
            difference -= 0.5 * towards[sides]
        return difference / math.sqrt(self.variance)


def normal_probability(deviate: float, sides: Sides) -> float:
    """Give the p-value of a standard normal statistic [1].

    Examples
    --------
    >>> round(normal_probability(1.96, "two-sided"), 6)
    0.049996
    """
    if sides == "two-sided":
        return min(1.0, float(2 * special.ndtr(-abs(deviate))))
    return float(special.ndtr(-deviate if sides == "greater" else deviate))


def normal_rank_test(
    statistic: RankStatistic, *, sides: Sides, corrected: bool, null_value: float, method: str
) -> Test:
    """Judge a rank statistic by the normal distribution.

    Examples
    --------
    >>> found = normal_rank_test(RankStatistic(value=40, mean=22.5, variance=71.25), sides="two-sided",
    ...                          corrected=True, null_value=0.0, method="signed-rank test")
    >>> round(found.p_value, 9)
    0.044010984
    """
    deviate = statistic.deviate(sides, corrected=corrected)
    reason = "undefined: the ranks do not vary, so that every assignment gives the same statistic"
    return Test(
        statistic=deviate,
        p_value=None if deviate is None else normal_probability(deviate, sides),
        sides=sides,
        null_value=null_value,
        method=f"{method}, {TITLES['normal_corrected' if corrected else 'normal']}",
        notes=(f"statistic: {reason}", f"p_value: {reason}") if deviate is None else (),
    )
