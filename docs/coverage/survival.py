"""Coverage of the intervals around a survival curve: quantiles, survival at a time, restricted means; samples are drawn."""

import numpy as np

from docs.coverage.probability import SEED, Table, coverage_of, limits_of, rows
from topline.stats.competing_risks import (
    INCIDENCE_TRANSFORMS,
    VARIANCES,
    cumulative_incidence,
    incidence_at,
)
from topline.stats.curve_crossing import TRANSFORMS
from topline.stats.estimate import Floats
from topline.stats.restricted_mean import (
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)
from topline.stats.survival import SurvivalCurve, kaplan_meier, survival_at
from topline.stats.survival_difference import survival_difference
from topline.stats.survival_quantiles import survival_quantiles

SAMPLES = 2_000
SIZES = (10, 30, 100)

LAST = 3.0
"""Censoring is uniform from 0 to this, in the unit of the mean of the exponential survival."""


def censored(random: np.random.Generator, size: int, hazard: float = 1.0) -> tuple[Floats, Floats]:
    """Draw times of exponential survival under uniform censoring, and whether each is an event.

    Examples
    --------
    >>> time, event = censored(np.random.default_rng(1), 1_000)
    >>> bool((time < LAST).all()), round(1 - float(event.mean()), 2)
    (True, 0.33)
    """
    survival = random.exponential(1 / hazard, size)
    censoring = random.uniform(0.0, LAST, size)
    return np.minimum(survival, censoring), (survival <= censoring).astype(np.float64)


def medians_table() -> Table:
    """Simulate medians by each transform; an upper limit that is not reached is no bound."""
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        time, event = censored(random, SAMPLES * size)
        offsets = np.arange(SAMPLES + 1) * size
        for name in TRANSFORMS:
            limits = survival_quantiles(time, event, offsets=offsets, transform=name)
            upper = np.nan_to_num(limits.upper.ravel(), nan=np.inf)
            found[name][f"n = {size}"] = coverage_of(np.log(2), limits.lower.ravel(), upper)
    return found


def survival_table() -> Table:
    """Simulate survival early and late by each transform."""
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        curves = [kaplan_meier(*censored(random, size)) for _ in range(SAMPLES)]
        for when in (0.25, 1.5):
            for name in TRANSFORMS:
                limits = limits_of(survival_at(curve, when, transform=name) for curve in curves)
                design = f"n = {size}, time {when:g}"
                found[name][design] = coverage_of(np.exp(-when), *limits)
    return found


def restricted_means_table() -> Table:
    """Simulate restricted means of two groups with hazards 1 and 0.6, their difference and their ratio."""
    horizon = 1.5
    first, second = ((1 - np.exp(-hazard * horizon)) / hazard for hazard in (1.0, 0.6))
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        pairs = [_curves(random, size) for _ in range(SAMPLES)]
        estimates = {
            "mean": (first, [restricted_mean(one, horizon) for one, _ in pairs]),
            "difference": (
                first - second,
                [restricted_mean_difference(*pair, horizon)[0] for pair in pairs],
            ),
            "ratio": (first / second, [restricted_mean_ratio(*pair, horizon) for pair in pairs]),
        }
        for name, (truth, listed) in estimates.items():
            found[name][f"{size} in a group"] = coverage_of(truth, *limits_of(listed))
    return found


def survival_differences_table() -> Table:
    """Simulate differences of survival, early and late, of two groups with hazards 1 and 0.6."""
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        pairs = [_curves(random, size) for _ in range(SAMPLES)]
        for when in (0.25, 1.5):
            limits = limits_of(survival_difference(*pair, when) for pair in pairs)
            truth = np.exp(-when) - np.exp(-0.6 * when)
            found["difference"][f"{size} in a group, time {when:g}"] = coverage_of(truth, *limits)
    return found


def _curves(random: np.random.Generator, size: int) -> tuple[SurvivalCurve, SurvivalCurve]:
    return kaplan_meier(*censored(random, size)), kaplan_meier(*censored(random, size, 0.6))


def incidences_table() -> Table:
    """Simulate the cumulative incidence of a cause with two fifths of all events, by each transform and variance."""
    share, when = 0.4, 1.0
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        curves = []
        for _ in range(SAMPLES):
            time, event = censored(random, size)
            curves.append(
                cumulative_incidence(time, event * np.where(random.random(size) < share, 1, 2))
            )
        known = [curve for curve in curves if 1 in curve.causes]
        for transform in INCIDENCE_TRANSFORMS:
            for variance in VARIANCES:
                lower, upper = limits_of(
                    incidence_at(curve, 1, when, transform=transform, variance=variance)
                    for curve in known
                )
                # Where nobody has the event there is no interval.
                none = np.full(SAMPLES - len(known), np.nan)
                found[f"{transform}, {variance}"][f"n = {size}"] = coverage_of(
                    share * (1 - np.exp(-when)),
                    np.concatenate([lower, none]),
                    np.concatenate([upper, none]),
                )
    return found
