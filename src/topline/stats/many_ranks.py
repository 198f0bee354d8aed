"""Rank tests of many comparisons at once, laid one after the other with offsets.

The results are those of :func:`topline.stats.rank_sum.rank_sum_test` and
:func:`topline.stats.signed_rank.signed_rank_test` by the normal distribution, comparison by comparison.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.stats.checking import finite, known, same_length, zero_or_one
from topline.stats.estimate import Floats, Integers, Sides, notes_on_gaps
from topline.stats.grouping import run_bounds
from topline.stats.ranking import TITLES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankTests:
    """Many rank tests of one kind, as arrays of one length; NaN where a number is undefined.

    Attributes
    ----------
    statistic
        The sum of ranks: W of the rank-sum test, V of the signed-rank test.
    deviate
        Standardised, given the ties; NaN where the ranks of a comparison do not vary.
    p_value
        For the alternative in ``sides``.
    sides, method
        The same for all.
    """

    statistic: Floats
    deviate: Floats
    p_value: Floats
    sides: Sides
    method: str

    @property
    def notes(self) -> tuple[str, ...]:
        """Which of the tests are undefined and why."""
        why = "the ranks do not vary, or there is one sample only"
        return notes_on_gaps(why, deviate=self.deviate, p_value=self.p_value)


def rank_sum_tests(
    values: ArrayLike,
    in_first: ArrayLike,
    offsets: ArrayLike,
    *,
    corrected: bool = True,
    sides: Sides = "two-sided",
) -> RankTests:
    """Compare many pairs of samples by the normal distribution, each as :func:`topline.stats.rank_sum.rank_sum_test` does.

    Parameters
    ----------
    values
        The measurements of all comparisons, one comparison after the other [any units].
    in_first
        1 for a measurement of the first sample, 0 for one of the second [1].
    offsets
        Where each comparison begins, from 0, and at last the number of measurements [places among the values].
    corrected
        Whether to correct for continuity.
    sides
        ``"greater"``: the first sample lies higher.

    Returns
    -------
    RankTests
        NaN where a comparison lacks one of the samples, or all its values are equal.

    Examples
    --------
    >>> found = rank_sum_tests([1, 4, 2, 3, 4, 9, 8, 1, 2], [1, 1, 0, 0, 0, 1, 1, 0, 0], [0, 5, 9])
    >>> found.statistic, found.p_value.round(4)
    (array([2.5, 4. ]), array([1.    , 0.2453]))
    """
    known("sides", sides, ("two-sided", "greater", "less"))
    numbers, first = finite("values", values), zero_or_one("in_first", in_first)
    same_length(values=numbers, in_first=first)
    bounds = run_bounds(offsets, numbers.size)
    sizes = np.diff(bounds).astype(np.float64)
    ranks = ranks_within(numbers, bounds)
    starts = bounds[:-1]
    number = np.add.reduceat(first.astype(np.float64), starts)
    mean_rank = (sizes + 1) / 2
    centred = ranks - np.repeat(mean_rank, np.diff(bounds))
    excess = np.add.reduceat(np.where(first, centred, 0.0), starts)
    spread = np.add.reduceat(centred * centred, starts)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = number * (sizes - number) / (sizes * (sizes - 1)) * spread
    return _judged(
        excess + number * (sizes - number) / 2, excess, variance, corrected, sides, "rank-sum"
    )


def signed_rank_tests(
    values: ArrayLike,
    offsets: ArrayLike,
    *,
    null_value: float = 0.0,
    corrected: bool = True,
    sides: Sides = "two-sided",
) -> RankTests:
    """Test the centres of many samples by the normal distribution, each as :func:`topline.stats.signed_rank.signed_rank_test` does.

    Parameters
    ----------
    values
        The measurements of all samples, one sample after the other [any unit].
    offsets
        Where each sample begins, from 0, and at last the number of measurements [places among the values].
    null_value
        The location tested [the measurements' unit]; values equal to it are left out.
    corrected
        Whether to correct for continuity.
    sides
        ``"greater"``: the values lie above the null value.

    Returns
    -------
    RankTests
        NaN where no value of a sample differs from the null value.

    Examples
    --------
    >>> found = signed_rank_tests([1.1, 2.2, -0.4, 3.7, 0.9, 5.2, 0.0, 1.0], [0, 6, 8])
    >>> found.statistic, found.p_value.round(4)
    (array([20.,  1.]), array([0.0592, 1.    ]))
    """
    known("sides", sides, ("two-sided", "greater", "less"))
    numbers = finite("values", values) - float(finite("null_value", [null_value])[0])
    bounds = run_bounds(offsets, numbers.size)
    starts = bounds[:-1]
    # Zeros are the smallest: their number is what all other ranks lie too high.
    zeros = np.add.reduceat((numbers == 0).astype(np.float64), starts)
    ranks = ranks_within(np.abs(numbers), bounds) - np.repeat(zeros, np.diff(bounds))
    ranks[numbers == 0] = 0.0
    statistic = np.add.reduceat(np.where(numbers > 0, ranks, 0.0), starts)
    mean = np.add.reduceat(ranks, starts) / 2
    variance = np.add.reduceat(ranks * ranks, starts) / 4
    return _judged(statistic, statistic - mean, variance, corrected, sides, "signed-rank")


def ranks_within(numbers: Floats, bounds: Integers) -> Floats:
    """Rank each run by itself, equal values by the mean of their places. Part of :func:`rank_sum_tests`.

    Parameters
    ----------
    numbers
        Finite values of all runs, one run after the other [any unit].
    bounds
        From :func:`topline.stats.grouping.run_bounds` [places among the values].

    Examples
    --------
    >>> ranks_within(np.array([3.0, 1.0, 5.0, 5.0]), np.array([0, 2, 4]))
    array([2. , 1. , 1.5, 1.5])
    """
    lengths = np.diff(bounds)
    run = np.repeat(np.arange(lengths.size), lengths)
    # Equal values share a rank, so that their order is of no account: of one run the fastest sort will do.
    order = np.lexsort((numbers, run)) if lengths.size > 1 else np.argsort(numbers)
    ordered, of_run = numbers[order], run[order]
    new: NDArray[np.bool_] = np.concatenate(
        ([True], (ordered[1:] != ordered[:-1]) | (of_run[1:] != of_run[:-1]))
    )
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, numbers.size))
    ranks = np.empty(numbers.size)
    ranks[order] = np.repeat(starts - bounds[of_run[starts]] + (sizes + 1) / 2, sizes)
    return ranks


def _judged(
    statistic: Floats,
    excess: Floats,
    variance: Floats,
    corrected: bool,
    sides: Sides,
    title: str,
) -> RankTests:
    if corrected:
        towards = (
            np.sign(excess) if sides == "two-sided" else np.float64(sides == "greater") * 2 - 1
        )
        excess = excess - 0.5 * towards
    with np.errstate(divide="ignore", invalid="ignore"):
        deviate = np.where(variance > 0, excess / np.sqrt(variance), np.nan)
    if sides == "two-sided":
        p_value = np.minimum(1.0, 2 * special.ndtr(-np.abs(deviate)))
    else:
        p_value = special.ndtr(-deviate if sides == "greater" else deviate)
    return RankTests(
        statistic=statistic,
        deviate=deviate,
        p_value=p_value,
        sides=sides,
        method=f"Wilcoxon {title} test, {TITLES['normal_corrected' if corrected else 'normal']}",
    )
