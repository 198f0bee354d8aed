"""Coverage of the intervals of event rates and of their ratios and differences: all likely counts are enumerated."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from docs.coverage.probability import Table, coverage_of, rows
from topline.stats import rate, rate_comparison
from topline.stats.estimate import Estimates, Floats

EXPECTED = (2, 10, 50)
PAIRS = ((3, 3), (10, 5), (40, 20))
"""Events expected in two groups of which the second is observed half as long."""

Counts = tuple[NDArray[np.int64], Floats, NDArray[np.int64], Floats]


def rates_table() -> Table:
    """Enumerate all counts of events that have a probability worth counting."""
    found = rows()
    counts = np.arange(201)
    for name in rate.INTERVALS:
        limits = rate.event_rates(counts, np.ones(counts.size), interval=name)
        for mean in EXPECTED:
            found[name][f"{mean} events expected"] = coverage_of(
                mean, limits.lower, limits.upper, stats.poisson.pmf(counts, mean)
            )
    return found


def rate_ratios_table() -> Table:
    """Enumerate the counts of two groups for the ratio of their rates."""
    return _contrasts(
        rate_comparison.RATIO_INTERVALS,
        lambda name, counts: rate_comparison.rate_ratios(*counts, interval=name),
        lambda first, second: first / second,
    )


def rate_differences_table() -> Table:
    """Enumerate the counts of two groups for the difference of their rates."""
    return _contrasts(
        rate_comparison.DIFFERENCE_INTERVALS,
        lambda name, counts: rate_comparison.rate_differences(*counts, interval=name),
        lambda first, second: first - second,
    )


def _contrasts(
    names: Iterable[str],
    estimate: Callable[[str, Counts], Estimates],
    truth: Callable[[float, float], float],
) -> Table:
    found = rows()
    for name in names:
        for first, second in PAIRS:
            # Counts beyond ten standard deviations have no probability that these sums could show.
            most = [int(mean + 10 * mean**0.5 + 10) for mean in (first, second)]
            x, y = (part.ravel() for part in np.indices((most[0] + 1, most[1] + 1)))
            limits = estimate(name, (x, np.full(x.size, 2.0), y, np.ones(y.size)))
            probability = stats.poisson.pmf(x, first) * stats.poisson.pmf(y, second)
            found[name][f"{first} and {second} events expected"] = coverage_of(
                truth(first / 2, second), limits.lower, limits.upper, probability
            )
    return found
