"""Ranks, rates and regressions beside SciPy and beside plain loops over our own functions for one case.

A loop over single cases is measured on a thousandth of them and multiplied.
"""

from functools import partial

import numpy as np
from benchmarks.measure import Measured, compare, ratio, seconds
from numpy.typing import NDArray
from scipy import stats

from topline.stats.correlation import correlation
from topline.stats.logistic import fit_logistic
from topline.stats.many_ranks import rank_sum_tests
from topline.stats.model_matrix import model_matrix, variables
from topline.stats.rank_sum import hodges_lehmann, rank_sum_test
from topline.stats.rate import event_rates
from topline.stats.rate_comparison import rate_difference, rate_differences, rate_ratio, rate_ratios
from topline.stats.signed_rank import signed_rank_test

MANY = 1_000_000
SHARE = 1_000
"""One of so many cases is computed by itself in the loops."""


def _gamma_limits(events: NDArray[np.int64], times: NDArray[np.float64]) -> None:
    stats.gamma.ppf(0.025, np.maximum(events, 1)) / times
    stats.gamma.isf(0.025, events + 1) / times


def _many_tests() -> list[Measured]:
    random = np.random.default_rng(20261123)
    groups, size = 10_000, 100
    values = np.round(random.normal(size=groups * size), 2)
    first = np.tile(np.arange(size) < size // 2, groups)
    offsets = np.arange(0, groups * size + 1, size)

    def loop() -> float:
        def some() -> None:
            for group in range(groups // SHARE):
                part = values[offsets[group] : offsets[group + 1]]
                stats.mannwhitneyu(part[: size // 2], part[size // 2 :], method="asymptotic")

        return SHARE * seconds(some)

    return [
        compare(
            f"{groups:,} rank-sum tests of {size}",
            "loop over SciPy's mannwhitneyu",
            lambda: seconds(partial(rank_sum_tests, values, first, offsets)),
            loop,
            aim=1 / 20,
            rounds=3,
        )
    ]


def _ranks(rounds: int) -> list[Measured]:
    random = np.random.default_rng(20261123)
    x, y = random.normal(size=MANY), random.normal(size=MANY)
    few = random.normal(size=49)
    some, others = random.normal(size=4_000), random.normal(size=4_000)
    return [
        ratio(
            f"rank-sum test of 2 × {MANY:,}",
            "SciPy mannwhitneyu",
            lambda: rank_sum_test(x, y, method="normal_corrected"),
            lambda: stats.mannwhitneyu(x, y, method="asymptotic"),
            aim=1.2,
            rounds=rounds,
        ),
        ratio(
            "exact signed-rank test of 49",
            "SciPy wilcoxon",
            lambda: signed_rank_test(few),
            lambda: stats.wilcoxon(few, method="exact"),
            aim=1.0,
            rounds=rounds,
        ),
        ratio(
            "Hodges–Lehmann shift with limits, 2 × 4,000",
            "sorting all differences",
            lambda: hodges_lehmann(some, others),
            lambda: np.sort(np.subtract.outer(some, others), axis=None),
            aim=1.0,
            rounds=rounds,
        ),
        ratio(
            f"Kendall's tau of {MANY:,} pairs",
            "SciPy kendalltau",
            lambda: correlation(x, y, coefficient="kendall"),
            lambda: stats.kendalltau(x, y),
            aim=None,
            rounds=3,
        ),
    ]


def _rates(rounds: int) -> list[Measured]:
    random = np.random.default_rng(20261123)
    events, others = random.poisson(20, MANY), random.poisson(15, MANY)
    times, other_times = random.uniform(1, 100, MANY), random.uniform(1, 100, MANY)
    every = (events, times, others, other_times)
    lines = [
        ratio(
            f"{MANY:,} exact Poisson intervals",
            "SciPy gamma.ppf",
            partial(event_rates, events, times),
            partial(_gamma_limits, events, times),
            aim=1 / 3,
            rounds=rounds,
        )
    ]
    for what, many, one in (
        ("score intervals of rate differences", rate_differences, rate_difference),
        ("exact intervals of rate ratios", rate_ratios, rate_ratio),
    ):

        def loop(one: object = one) -> float:
            def some() -> None:
                for place in range(MANY // SHARE):
                    one(*(float(column[place]) for column in every))  # type: ignore[operator]  # one of two functions

            return SHARE * seconds(some)

        lines.append(
            compare(
                f"{MANY:,} {what}",
                "one by one",
                lambda many=many: seconds(partial(many, *every)),  # type: ignore[misc]  # one of two functions
                loop,
                aim=1 / 20,
                rounds=3,
            )
        )
    return lines


def _regressions(rounds: int) -> list[Measured]:
    random = np.random.default_rng(20261123)
    number = 100_000
    columns = {f"x{place}": random.normal(size=number) for place in range(5)}
    matrix = model_matrix(variables(covariates=columns), [(name,) for name in columns])
    outcome = random.random(number) < 1 / (1 + np.exp(1 - 0.5 * columns["x0"]))
    return [
        ratio(
            f"logistic regression, {number:,} × 5",
            "one least-squares fit by NumPy",
            lambda: fit_logistic(outcome, matrix),
            lambda: np.linalg.lstsq(matrix.columns, outcome.astype(float), rcond=None),
            aim=None,
            rounds=rounds,
        )
    ]


def lines(rounds: int) -> list[Measured]:
    """Measure ranks, rates and a regression."""
    return [*_many_tests(), *_ranks(rounds), *_rates(rounds), *_regressions(rounds)]
