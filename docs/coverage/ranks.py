"""Coverage of the intervals that rest on ranks, and of correlations: samples are drawn."""

from typing import get_args

import numpy as np

from docs.coverage.probability import SEED, Table, coverage_of, limits_of, rows
from topline.stats.correlation import RankError, correlation
from topline.stats.rank_sum import ShiftInterval, hodges_lehmann
from topline.stats.ranking import RANK_METHODS
from topline.stats.signed_rank import pseudomedian

SAMPLES = 2_000
SAMPLES_OF_CORRELATIONS = 2_000

SIZES = (8, 15, 30)


def shifts_table() -> Table:
    """Simulate the shift of two samples by Hodges and Lehmann: of continuous values, and of values with many ties."""
    random = np.random.default_rng(SEED)
    found = rows()
    for first, second, tied in ((6, 6, False), (20, 10, False), (20, 10, True)):
        x = 1 + 2 * random.standard_normal((SAMPLES, first))
        y = 2 * random.standard_normal((SAMPLES, second))
        if tied:
            x, y = np.round(x), np.round(y)
        design = f"{first} and {second}{', tied' if tied else ''}"
        for name in get_args(ShiftInterval):
            limits = limits_of(
                hodges_lehmann(one, other, interval=name) for one, other in zip(x, y, strict=True)
            )
            found[name][design] = coverage_of(1.0, *limits)
    return found


def pseudomedians_table() -> Table:
    """Simulate the centre of a symmetric distribution by signed ranks."""
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        samples = random.standard_t(3, (SAMPLES, size))
        for name in RANK_METHODS:
            limits = limits_of(pseudomedian(sample, interval=name) for sample in samples)
            found[name][f"n = {size}"] = coverage_of(0.0, *limits)
    return found


def correlations_table() -> Table:
    """Simulate correlations of normal pairs, for which the three coefficients have known true values."""
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        for pearson in (0.0, 0.7):
            first = random.standard_normal((SAMPLES_OF_CORRELATIONS, size))
            other = random.standard_normal((SAMPLES_OF_CORRELATIONS, size))
            second = pearson * first + np.sqrt(1 - pearson**2) * other
            design = f"n = {size}, ρ = {pearson:g}"
            pairs = list(zip(first, second, strict=True))
            found["pearson"][design] = coverage_of(
                pearson, *limits_of(correlation(x, y) for x, y in pairs)
            )
            spearman = 6 / np.pi * np.arcsin(pearson / 2)
            kendall = 2 / np.pi * np.arcsin(pearson)
            for error in get_args(RankError):
                found[f"spearman, {error}"][design] = coverage_of(
                    spearman,
                    *limits_of(
                        correlation(x, y, coefficient="spearman", rank_error=error)
                        for x, y in pairs
                    ),
                )
                found[f"kendall, {error}"][design] = coverage_of(
                    kendall,
                    *limits_of(
                        correlation(x, y, coefficient="kendall", rank_error=error) for x, y in pairs
                    ),
                )
    return found
