"""Coverage of the intervals of one proportion, and of two independent ones: all outcomes are enumerated."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from docs.coverage.probability import Table, coverage_of, rows
from topline.stats import odds_ratio, proportion, risk_difference, risk_ratio
from topline.stats.estimate import Estimates

SIZES = (10, 30, 100)
GROUPS = ((10, 10), (30, 30), (60, 40))
SHARES = ((0.1, 0.1), (0.4, 0.2))

Four = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def proportions_table() -> Table:
    """Enumerate all counts of one group."""
    found = rows()
    for name in proportion.INTERVALS:
        for size in SIZES:
            counts = np.arange(size + 1)
            limits = proportion.proportions(counts, np.full(size + 1, size), interval=name)
            for share in (0.05, 0.3):
                found[name][f"n = {size}, p = {share:g}"] = coverage_of(
                    share, limits.lower, limits.upper, stats.binom.pmf(counts, size, share)
                )
    return found


def risk_differences_table() -> Table:
    """Enumerate all tables of two groups for the risk difference."""
    return _contrasts(
        risk_difference.INTERVALS,
        lambda name, table: risk_difference.risk_differences(*table, interval=name),
        lambda first, second: first - second,
    )


def risk_ratios_table() -> Table:
    """Enumerate all tables of two groups for the risk ratio."""
    return _contrasts(
        risk_ratio.INTERVALS,
        lambda name, table: risk_ratio.risk_ratios(*table, interval=name),
        lambda first, second: first / second,
    )


def odds_ratios_table() -> Table:
    """Enumerate all tables of two groups for the odds ratio."""
    return _contrasts(
        odds_ratio.INTERVALS,
        lambda name, table: odds_ratio.odds_ratios(*table, interval=name),
        lambda first, second: first / (1 - first) / (second / (1 - second)),
    )


def _contrasts(
    names: Iterable[str],
    estimate: Callable[[str, Four], Estimates],
    truth: Callable[[float, float], float],
) -> Table:
    found = rows()
    for name in names:
        for first, second in GROUPS:
            x, y = (part.ravel() for part in np.indices((first + 1, second + 1)))
            limits = estimate(name, (x, np.full(x.size, first), y, np.full(y.size, second)))
            for p, q in SHARES:
                probability = stats.binom.pmf(x, first, p) * stats.binom.pmf(y, second, q)
                found[name][f"{first} and {second}, {p:g} v {q:g}"] = coverage_of(
                    truth(p, q), limits.lower, limits.upper, probability
                )
    return found
