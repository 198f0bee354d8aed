"""Coverage of the intervals of logistic, Poisson and negative binomial regression."""

from collections.abc import Iterator
from typing import get_args

import numpy as np
from scipy import stats

from docs.coverage.probability import SEED, Table, coverage_of, limits_of, rows
from topline.stats.estimate import Estimate, Floats
from topline.stats.logistic import fit_logistic
from topline.stats.model_matrix import ModelMatrix, model_matrix, variables
from topline.stats.negative_binomial import (
    Information,
    dispersion_estimate,
    fit_negative_binomial,
    negative_binomial_ratios,
)
from topline.stats.poisson_regression import fit_poisson
from topline.stats.regression_ratios import RatioLimits, coefficient_ratios

SAMPLES = 2_000
NEGLIGIBLE = 1e-8
"""Outcomes of less probability are left out."""

SIZES = (20, 50, 100)
"""Of each of two groups."""

RATIO = 2.0
"""Of the odds or rates of the second group to the first."""

DISPERSION = 0.7
"""Of counts: their variance is mean + dispersion × mean²."""


def logistic_table() -> Table:
    """Enumerate all outcomes of two groups for their odds ratio, 0.15 of the first with the outcome."""
    found = rows()
    odds = 0.15 / 0.85 * RATIO
    for size in (15, 25, 40):
        matrix = _matrix(np.repeat([0.0, 1.0], size))
        first, second = (part.ravel() for part in np.indices((size + 1, size + 1)))
        probability = stats.binom.pmf(first, size, 0.15) * stats.binom.pmf(
            second, size, odds / (1 + odds)
        )
        # Where nobody or everybody has the outcome there is no regression.
        varied = ((first + second) % (2 * size) > 0) & (probability > NEGLIGIBLE)
        fits = [
            fit_logistic(np.concatenate([_with(x, size), _with(y, size)]), matrix)
            for x, y in zip(first[varied], second[varied], strict=True)
        ]
        for limits in get_args(RatioLimits):
            lower, upper = np.full(first.size, np.nan), np.full(first.size, np.nan)
            lower[varied], upper[varied] = limits_of(
                (coefficient_ratios(fit, limits=limits)[1].estimate for fit in fits),
                unbounded=True,
            )
            found[limits][f"{size} and {size}"] = coverage_of(RATIO, lower, upper, probability)
    return found


def _with(count: int, size: int) -> Floats:
    return (np.arange(size) < count).astype(np.float64)


def counts_table() -> Table:
    """Simulate the rate ratio of two groups with one event a participant expected in the first."""
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        group = np.repeat([0.0, 1.0], size)
        estimates: dict[str, tuple[float, list[Estimate]]] = {}
        for _ in range(SAMPLES):
            for name, truth, estimate in _counts(random, group, size):
                estimates.setdefault(name, (truth, []))[1].append(estimate)
        for name, (truth, listed) in estimates.items():
            limits = limits_of(listed, unbounded=True)
            found[name][f"{size} and {size}"] = coverage_of(truth, *limits)
    return found


def _matrix(group: Floats) -> ModelMatrix:
    return model_matrix(variables(covariates={"group": group}), [("group",)])


def _counts(
    random: np.random.Generator, group: Floats, size: int
) -> Iterator[tuple[str, float, Estimate]]:
    matrix = _matrix(group)
    mean = RATIO**group
    equal = random.poisson(mean)
    fit = fit_poisson(equal, matrix)
    for limits in get_args(RatioLimits):
        effect = coefficient_ratios(fit, limits=limits)[1]
        yield f"poisson, {limits}, Poisson counts", RATIO, effect.estimate
    varied = random.poisson(mean * random.gamma(1 / DISPERSION, DISPERSION, 2 * size))
    fit = fit_poisson(varied, matrix)
    yield "poisson, wald, varied rates", RATIO, coefficient_ratios(fit)[1].estimate
    widened = coefficient_ratios(fit, dispersion="pearson")[1]
    yield "poisson, wald, pearson dispersion, varied rates", RATIO, widened.estimate
    for information in get_args(Information):
        negative = fit_negative_binomial(varied, matrix, information=information)
        effect = negative_binomial_ratios(negative)[1]
        yield f"negative binomial, {information}, varied rates", RATIO, effect.estimate
        dispersion = dispersion_estimate(negative)
        yield f"dispersion, {information}, varied rates", DISPERSION, dispersion
