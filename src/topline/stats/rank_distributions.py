"""Permutation distributions of sums of ranks, by dynamic programming over the ranks.

Both distributions take midranks as they are, so ties need no approximation. Probabilities are added, never
subtracted, so that also the far tails keep their relative precision (Streitberg and Röhmel, "Exact
distributions for permutation and rank tests", Statistical Software Newsletter 12, 1986, describe the shift
algorithm for midranks).
"""

from dataclasses import dataclass

import numpy as np

from topline.errors import UsageError
from topline.stats.estimate import Floats, Integers, Sides

LARGEST_WORK = 4e9
"""Additions beyond which an exact distribution is refused: it would take more than some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankDistribution:
    """The distribution of a sum of ranks on an even grid.

    Parameters
    ----------
    lowest
        The smallest possible sum, in units of ``1 / scale``.
    scale
        1 where all ranks are whole, 2 where there are half ranks.
    probabilities
        Of ``lowest``, ``lowest + 1``, … in units of ``1 / scale``.
    """

    lowest: int
    scale: int
    probabilities: Floats

    def p_value(self, value: float, mean: float, sides: Sides) -> float:
        """Give the probability of a sum at least as extreme as ``value`` [1].

        Two-sided means at least as far from ``mean`` on either side, as in R's exactRankTests and coin. Where
        the distribution is not symmetric, twice the smaller tail is another convention.

        Examples
        --------
        >>> untied = sign_flips(np.arange(1.0, 10.0))
        >>> untied.p_value(40.0, 22.5, "two-sided")
        0.0390625
        """
        place = round(value * self.scale) - self.lowest
        if sides == "greater":
            return min(1.0, float(self.probabilities[max(place, 0) :].sum()))
        if sides == "less":
            return min(1.0, float(self.probabilities[: max(place + 1, 0)].sum()))
        # Twice the distance from the mean is whole for a mean that is a multiple of 1/(2 scale).
        twice = 2 * (np.arange(self.probabilities.size) + self.lowest) - round(
            2 * mean * self.scale
        )
        distance = abs(2 * round(value * self.scale) - round(2 * mean * self.scale))
        return min(1.0, float(self.probabilities[np.abs(twice) >= distance].sum()))

    def quantile(self, tail: float) -> int:
        """Give the smallest sum, counted from the lowest, with at least ``tail`` at or below it.

        ``tail`` is lowered by ten units of rounding first, as R's qsignrank and qwilcox do.

        Examples
        --------
        >>> sign_flips(np.arange(1.0, 10.0)).quantile(0.025)
        6
        """
        below = np.cumsum(self.probabilities)
        return int(np.searchsorted(below, tail - 10 * np.finfo(np.float64).eps))

    def below(self, place: int) -> float:
        """Give the probability of a sum less than ``place``, counted from the lowest [1]."""
        return float(self.probabilities[: max(place, 0)].sum())


def sign_flips(ranks: Floats) -> RankDistribution:
    """Give the distribution of the sum of those ranks whose sign comes up positive, each with probability 1/2.

    Parameters
    ----------
    ranks
        Midranks of absolute values.

    Raises
    ------
    UsageError
        If there are so many that the exact distribution would take too long.

    Examples
    --------
    >>> sign_flips(np.array([1.0, 2.0])).probabilities
    array([0.25, 0.25, 0.25, 0.25])
    """
    scale, whole = _whole(ranks)
    total = int(whole.sum())
    _refuse_too_much(float(total) * whole.size / 2)
    probabilities = np.zeros(total + 1)
    probabilities[0] = 1.0
    reached = 0
    for rank in whole.tolist():
        before = 0.5 * probabilities[: reached + 1]
        probabilities[: reached + 1] = before
        probabilities[rank : reached + rank + 1] += before
        reached += rank
    return RankDistribution(lowest=0, scale=scale, probabilities=probabilities)


def random_choices(ranks: Floats, number: int) -> RankDistribution:
    """Give the distribution of the sum of ``number`` of the ranks, every choice equally likely.

    Parameters
    ----------
    ranks
        Midranks of all observations.
    number
        How many are chosen.

    Raises
    ------
    UsageError
        If there are so many that the exact distribution would take too long.

    Examples
    --------
    >>> found = random_choices(np.array([1.0, 2.0, 3.0]), 2)
    >>> found.lowest, found.probabilities.round(4)
    (3, array([0.3333, 0.3333, 0.3333]))
    """
    scale, whole = _whole(ranks)
    ascending = np.sort(whole)
    if 2 * number > ascending.size:
        return _mirrored(random_choices(ranks, ascending.size - number), int(ascending.sum()))
    smallest = np.concatenate(([0], np.cumsum(ascending)))
    span = int(ascending[ascending.size - number :].sum() - smallest[number])
    _refuse_too_much(float(ascending.size) * number * (span + 1) / 4)
    # Row j: the excess of the sum of the j chosen so far over the sum of the j smallest ranks.
    table = np.zeros((number + 1, span + 1))
    table[0, 0] = 1.0
    for seen, rank in enumerate(ascending.tolist()):
        left = ascending.size - seen
        for chosen in range(min(seen, number), -1, -1):
            reach = int(smallest[seen] - smallest[seen - chosen] - smallest[chosen]) + 1
            row = table[chosen, :reach]
            take = min(1.0, (number - chosen) / left)
            if chosen < number:
                step = rank - int(ascending[chosen])
                table[chosen + 1, step : step + reach] += take * row
            row *= 1 - take
    return RankDistribution(
        lowest=int(smallest[number]), scale=scale, probabilities=table[number].copy()
    )


def _mirrored(rest: RankDistribution, total: int) -> RankDistribution:
    """Turn the distribution of the sum of those not chosen into that of those chosen."""
    return RankDistribution(
        lowest=total - rest.lowest - rest.probabilities.size + 1,
        scale=rest.scale,
        probabilities=rest.probabilities[::-1],
    )


def _whole(ranks: Floats) -> tuple[int, Integers]:
    """Give ranks as whole numbers, doubled where there are halves."""
    scale = 1 if bool((ranks == np.floor(ranks)).all()) else 2
    return scale, np.rint(ranks * scale).astype(np.int64)


def _refuse_too_much(work: float) -> None:
    if work > LARGEST_WORK:
        raise UsageError(
            f"the exact distribution of so many ranks takes {work:.1g} additions",
            accepted=f"at most {LARGEST_WORK:.0g}",
            advice="use the normal approximation, which is as good as exact for samples of this size",
        )
