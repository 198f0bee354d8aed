"""Coverage of the intervals of two proportions in the same participants: all tables are enumerated."""

import numpy as np

from docs.coverage.probability import Table, coverage_of, limits_of, multinomial, rows
from topline.stats import proportion
from topline.stats.agreement import cohen_kappa
from topline.stats.paired_proportions import INTERVALS, paired_differences, paired_odds_ratio

SIZES = (10, 20, 30)
"""Pairs; 30 of them fall into the four cells in 5,456 ways."""

RATED = (20, 30, 40)
"""Participants judged twice, for kappa, whose interval is for large numbers."""

SHARES = ((0.3, 0.2, 0.1, 0.4), (0.6, 0.1, 0.1, 0.2))
"""Of pairs in which both, only the first, only the second or neither have the event."""


def paired_differences_table() -> Table:
    """Enumerate all tables of pairs for the difference."""
    found = rows()
    for name in INTERVALS:
        for size in SIZES:
            for shares in SHARES:
                cells, probability = multinomial(size, shares)
                limits = paired_differences(*cells, interval=name)
                found[name][_design(size, shares)] = coverage_of(
                    shares[1] - shares[2], limits.lower, limits.upper, probability
                )
    return found


def paired_odds_ratios_table() -> Table:
    """Enumerate all numbers of discordant pairs for their odds ratio, by each interval of a proportion."""
    found = rows()
    for size in SIZES:
        cells, _ = multinomial(size, SHARES[0])
        # The conditional odds ratio is a matter of the discordant pairs alone.
        pairs, place = np.unique(
            np.column_stack(cells[1:3]).astype(int), axis=0, return_inverse=True
        )
        weights = {
            shares: np.bincount(place.ravel(), weights=multinomial(size, shares)[1])
            for shares in SHARES
        }
        for name in proportion.INTERVALS:
            limits = limits_of(
                (paired_odds_ratio(int(b), int(c), interval=name) for b, c in pairs),
                unbounded=True,
            )
            for shares, weight in weights.items():
                truth = shares[1] / shares[2]
                found[name][_design(size, shares)] = coverage_of(truth, *limits, weight)
    return found


def kappas_table() -> Table:
    """Enumerate all tables of two raters' answers for their kappa."""
    found = rows()
    for size in RATED:
        for shares in SHARES:
            cells, probability = multinomial(size, shares)
            limits = limits_of(
                cohen_kappa([[a, b], [c, d]]) for a, b, c, d in zip(*cells, strict=True)
            )
            found["kappa"][_design(size, shares)] = coverage_of(
                _kappa(shares), *limits, probability
            )
    return found


def _kappa(shares: tuple[float, float, float, float]) -> float:
    both, first, second, neither = shares
    agree = both + neither
    chance = (both + first) * (both + second) + (neither + first) * (neither + second)
    return (agree - chance) / (1 - chance)


def _design(size: int, shares: tuple[float, float, float, float]) -> str:
    return f"{size} pairs, {shares[1]:g} and {shares[2]:g} discordant"
