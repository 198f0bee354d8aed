"""Coverage of the intervals of pooled effects, of the variance between studies and of the next study: samples are drawn."""

from collections.abc import Iterator

import numpy as np
from scipy import stats

from docs.coverage.probability import SEED, Coverage, Table, coverage_of, limits_of, rows
from topline.stats.between_study_variance import METHODS
from topline.stats.estimate import Estimate, Floats
from topline.stats.heterogeneity import heterogeneity_limits
from topline.stats.many_poolings import pool_many
from topline.stats.meta_regression import regress_effects
from topline.stats.pooling import INTERVALS, PREDICTIONS
from topline.stats.publication_bias import PREDICTORS, egger_test
from topline.stats.trim_and_fill import ESTIMATORS, trim_and_fill

SAMPLES = 2_000
SAMPLES_OF_FUNNELS = 2_000
"""For what takes a while for each set of studies."""


def poolings_table() -> Table:
    """Simulate sets of studies whose true effects are equal or vary, pooled in all ways."""
    found = rows()
    for design, _, effects, variances in _study_sets(SAMPLES):
        for method in METHODS:
            for interval in INTERVALS:
                pooled = pool_many(effects, variances, method=method, interval=interval)
                found[f"{method}, {interval}"][design] = coverage_of(
                    0.0, pooled.lower, pooled.upper
                )
    return found


def predictions_table() -> Table:
    """Simulate prediction intervals: the probability that the true effect of one more study lies within."""
    found = rows()
    for design, between, effects, variances in _study_sets(SAMPLES):
        for prediction in PREDICTIONS:
            for interval in INTERVALS:
                pooled = pool_many(effects, variances, prediction=prediction, interval=interval)
                found[f"{prediction}, {interval}"][design] = _predicted(
                    pooled.prediction_lower, pooled.prediction_upper, between
                )
    return found


def _predicted(lower: Floats, upper: Floats, between: float) -> Coverage:
    if between == 0:
        return coverage_of(0.0, lower, upper)
    deviation = np.sqrt(between)
    held = stats.norm.cdf(upper / deviation) - stats.norm.cdf(lower / deviation)
    undefined = np.isnan(held)
    return Coverage(float(np.nansum(held) / held.size), float(undefined.mean()), samples=held.size)


def heterogeneity_table() -> Table:
    """Simulate the limits of the variance between studies, and of what follows from it."""
    found = rows()
    for design, between, effects, variances in _study_sets(SAMPLES):
        limits = [heterogeneity_limits(y, v) for y, v in zip(effects, variances, strict=True)]
        both = np.array([one.tau_squared for one in limits])
        found["tau squared, Q-profile"][design] = coverage_of(between, both[:, 0], both[:, 1])
    return found


def funnels_table() -> Table:
    """Simulate funnels without any bias: the effect after trim and fill, Egger's limit and slope, a meta-regression."""
    found = rows()
    for design, _, effects, variances in _study_sets(SAMPLES_OF_FUNNELS):
        if design.startswith("k = 3"):
            continue
        estimates: dict[str, list[Estimate]] = {}
        for y, v in zip(effects, variances, strict=True):
            for name, estimate in _funnel(y, v):
                estimates.setdefault(name, []).append(estimate)
        for name, listed in estimates.items():
            found[name][design] = coverage_of(0.0, *limits_of(listed))
    return found


def _funnel(effects: Floats, variances: Floats) -> Iterator[tuple[str, Estimate]]:
    for estimator in ESTIMATORS:
        filled = trim_and_fill(effects, variances, estimator=estimator, method="DL")
        yield f"trim and fill, {estimator}", filled.pooling.estimate
    for predictor in PREDICTORS:
        found = egger_test(effects, variances, predictor=predictor)
        yield f"egger, {predictor}, slope", found.slope
        yield f"egger, {predictor}, limit", found.limit
    for interval in INTERVALS:
        moderators = {"place": np.linspace(-1, 1, effects.size)}
        fitted = regress_effects(effects, variances, moderators, method="DL", interval=interval)
        yield f"meta-regression, {interval}", fitted.coefficients["place"]


def _study_sets(samples: int) -> Iterator[tuple[str, float, Floats, Floats]]:
    random = np.random.default_rng(SEED)
    for studies in (3, 6, 20):
        for between in (0.0, 0.1):
            shape = (samples, studies)
            # Sampling variances of log odds ratios from some 40 to 400 participants.
            variances = random.uniform(0.04, 0.4, shape)
            effects = random.standard_normal(shape) * np.sqrt(variances + between)
            yield f"k = {studies}, τ² = {between:g}", between, effects, variances
