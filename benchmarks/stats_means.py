"""A million two-sample t-tests and intervals from summaries, and tails of studentised ranges.

The peers are SciPy's: ``ttest_ind_from_stats``, which is vectorised too, with ``t.ppf`` for the limits, and
``studentized_range.sf``.
"""

from functools import partial

import numpy as np
from benchmarks.measure import Measured, ratio
from scipy import stats

from topline.stats.many_means import (
    MeanSummaries,
    mean_differences,
    mean_summaries,
    two_sample_t_tests,
)
from topline.stats.studentized_range import studentized_range_probability

PAIRS = 1_000_000


def _summaries(seed: int) -> MeanSummaries:
    random = np.random.default_rng(seed)
    return mean_summaries(
        random.integers(10, 200, PAIRS),
        random.normal(10, 2, PAIRS),
        random.uniform(1, 5, PAIRS),
    )


def _ours(first: MeanSummaries, second: MeanSummaries, variances: str) -> None:
    mean_differences(first, second, variances="equal" if variances == "equal" else "unequal")
    two_sample_t_tests(first, second, variances="equal" if variances == "equal" else "unequal")


def _theirs(first: MeanSummaries, second: MeanSummaries, variances: str) -> None:
    sides = [(one.mean, one.standard_deviation, one.number) for one in (first, second)]
    found = stats.ttest_ind_from_stats(*sides[0], *sides[1], equal_var=variances == "equal")
    difference = first.mean - second.mean
    error = difference / found.statistic
    if variances == "equal":
        freedom = first.number + second.number - 2.0
    else:
        parts = [one.standard_deviation**2 / one.number for one in (first, second)]
        freedom = (parts[0] + parts[1]) ** 2 / (
            parts[0] ** 2 / (first.number - 1) + parts[1] ** 2 / (second.number - 1)
        )
    half = stats.t.ppf(0.975, freedom) * error
    np.stack([difference - half, difference + half])


def _ranges_ours() -> None:
    for number in range(2, 12):
        studentized_range_probability(3.5, number, 30)


def _ranges_theirs() -> None:
    for number in range(2, 12):
        stats.studentized_range.sf(3.5, number, 30)


def lines(rounds: int) -> list[Measured]:
    """Measure pooled and Welch tests with their limits, and ten studentised ranges."""
    first, second = _summaries(1), _summaries(2)
    found = [
        ratio(
            f"{PAIRS:,} t-tests and intervals, {variances} variances",
            "SciPy ttest_ind_from_stats and t.ppf",
            partial(_ours, first, second, variances),
            partial(_theirs, first, second, variances),
            aim=1.0,
            rounds=rounds,
        )
        for variances in ("equal", "unequal")
    ]
    found.append(
        ratio(
            "10 tails of studentised ranges",
            "SciPy studentized_range",
            _ranges_ours,
            _ranges_theirs,
            aim=1.0,
            rounds=rounds,
        )
    )
    return found


if __name__ == "__main__":
    for line in lines(3):
        print(
            f"{line.what}: {line.ours:.4f} s; {line.peer}: {line.theirs:.4f} s; ratio {line.figure:.3f}"
        )
