"""Coverage of the intervals of one effect common to several strata, or to several studies given as counts.

Few small strata are enumerated; for many, samples are drawn.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from docs.coverage.probability import SEED, Coverage, Table, coverage_of, limits_of, rows
from topline.stats.estimate import Estimate, Floats
from topline.stats.exact_tables import conditional_odds_ratio
from topline.stats.mantel_haenszel_pooling import pool_mantel_haenszel_rates
from topline.stats.peto_pooling import pool_peto
from topline.stats.stratified_risk_difference import INTERVALS, WEIGHTS, common_risk_differences
from topline.stats.stratified_tables import common_odds_ratio, common_risk_ratio

SAMPLES = 2_000
SAMPLES_OF_DIFFERENCES = 5_000
"""For risk differences, which are computed many at a time."""
SAMPLES_OF_ODDS_RATIOS = 1_000
"""For odds ratios, whose exact intervals take longer."""

Counts = NDArray[np.int64]
Sizes = tuple[tuple[int, int], ...]
"""The sizes of the two groups of each stratum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Tables of a design: one row for each outcome, one column for each stratum.

    Attributes
    ----------
    sizes
        Of the groups.
    first, second
        How many have the event.
    probability
        Of the outcomes; ``None`` where they are samples.
    """

    sizes: Sizes
    first: Counts
    second: Counts
    probability: Floats | None

    def each(self) -> Iterator[tuple[Counts, list[int], Counts, list[int]]]:
        """Give outcome by outcome the counts and sizes of both groups."""
        n, m = [first for first, _ in self.sizes], [second for _, second in self.sizes]
        for x, y in zip(self.first, self.second, strict=True):
            yield x, n, y, m


DESIGNS: Mapping[str, Sizes] = {
    "6 and 6, 4 and 4": ((6, 6), (4, 4)),
    "5 and 7, 4 and 3": ((5, 7), (4, 3)),
    "5 strata of 20 and 20": ((20, 20),) * 5,
    "20 strata of 3 and 3": ((3, 3),) * 20,
}
_ENUMERATED = 2
"""Designs of as many strata are enumerated."""

Alternative = Callable[[Floats], Floats]
"""From the control group's proportions of all strata to the first group's."""


def _control(sizes: Sizes) -> Floats:
    """Give the control group's proportions, which rise from stratum to stratum."""
    return np.linspace(0.2, 0.5, len(sizes))


def _outcomes(sizes: Sizes, alternative: Alternative, samples: int = SAMPLES) -> Outcomes:
    control = _control(sizes)
    treated = alternative(control)
    if len(sizes) > _ENUMERATED:
        random = np.random.default_rng(SEED)
        shape = (samples, len(sizes))
        first = random.binomial([n for n, _ in sizes], treated, shape)
        second = random.binomial([m for _, m in sizes], control, shape)
        return Outcomes(sizes=sizes, first=first, second=second, probability=None)
    most = [size for pair in sizes for size in pair]
    counts = np.column_stack(
        [part.ravel() for part in np.indices(tuple(size + 1 for size in most))]
    )
    shares = [share for pair in zip(treated, control, strict=True) for share in pair]
    probability = np.prod(stats.binom.pmf(counts, most, shares), axis=1)
    return Outcomes(
        sizes=sizes, first=counts[:, 0::2], second=counts[:, 1::2], probability=probability
    )


def common_risk_differences_table() -> Table:
    """Give the coverage for a difference of 0.2 in all strata, by each interval and weight."""
    truth = 0.2
    found = rows()
    for design, sizes in DESIGNS.items():
        outcomes = _outcomes(sizes, lambda control: control + truth, SAMPLES_OF_DIFFERENCES)
        many = outcomes.first.shape[0]
        counts = (
            outcomes.first.ravel(),
            np.tile([n for n, _ in sizes], many),
            outcomes.second.ravel(),
            np.tile([m for _, m in sizes], many),
        )
        offsets = np.arange(many + 1) * len(sizes)
        for name, method in INTERVALS.items():
            for weights in WEIGHTS:
                if method.weights not in (None, weights):
                    continue
                limits = common_risk_differences(*counts, offsets, interval=name, weights=weights)
                found[f"{name}, {weights}"][design] = coverage_of(
                    truth, limits.lower, limits.upper, outcomes.probability
                )
    return found


def common_risk_ratios_table() -> Table:
    """Give the coverage for a risk ratio of 1.5 in all strata."""
    truth = 1.5
    found = rows()
    for design, sizes in DESIGNS.items():
        outcomes = _outcomes(sizes, lambda control: control * truth)
        _held(found["mantel_haenszel"], design, outcomes, truth, common_risk_ratio)
    return found


def common_odds_ratios_table() -> Table:
    """Give the coverage for an odds ratio of 2 in all strata: Mantel and Haenszel's, the conditional ones, Peto's."""
    truth = 2.0
    estimates: Mapping[str, tuple[float, Estimator]] = {
        "mantel_haenszel": (truth, common_odds_ratio),
        "conditional_exact": (truth, conditional_odds_ratio),
        "conditional_mid_p": (truth, lambda *counts: conditional_odds_ratio(*counts, tail="mid_p")),
        "peto": (math.log(truth), lambda *counts: pool_peto(*counts).estimate),
    }
    found = rows()
    for design, sizes in DESIGNS.items():
        outcomes = _outcomes(
            sizes,
            lambda control: truth * control / (1 - control + truth * control),
            SAMPLES_OF_ODDS_RATIOS,
        )
        for name, (true, estimator) in estimates.items():
            _held(found[name], design, outcomes, true, estimator)
    return found


Estimator = Callable[[Counts, list[int], Counts, list[int]], Estimate]


def _held(
    row: dict[str, Coverage], design: str, outcomes: Outcomes, truth: float, estimator: Estimator
) -> None:
    """Note the coverage of an estimator that takes one outcome at a time."""
    limits = limits_of(starmap(estimator, outcomes.each()), unbounded=True)
    row[design] = coverage_of(truth, *limits, outcomes.probability)


RATES: Mapping[str, tuple[float, ...]] = {
    "2 strata, 5 events expected": (5.0, 5.0),
    "5 strata, 10 events expected": (10.0,) * 5,
    "20 strata, 1 event expected": (1.0,) * 20,
}
"""Events expected in the control group of each stratum; the other group is observed twice as long."""


def common_rates_table() -> Table:
    """Simulate the common rate ratio (1.5) and rate difference (0.5) over strata by Mantel and Haenszel."""
    random = np.random.default_rng(SEED)
    found = rows()
    for design, expected in RATES.items():
        control = np.array(expected)
        # The control group's person-time makes its rate 1 in all strata of a difference.
        times = {"IRR": np.ones(control.size), "IRD": control}
        for measure, treated in (("IRR", 1.5 * control), ("IRD", 1.5 * control)):
            first = random.poisson(2 * treated, (SAMPLES, control.size))
            second = random.poisson(control, (SAMPLES, control.size))
            time = times[measure]
            limits = limits_of(
                pool_mantel_haenszel_rates(x, 2 * time, y, time, measure=measure).estimate
                for x, y in zip(first, second, strict=True)
            )
            truth = math.log(1.5) if measure == "IRR" else 0.5
            found[f"mantel_haenszel, {measure}"][design] = coverage_of(truth, *limits)
    return found
