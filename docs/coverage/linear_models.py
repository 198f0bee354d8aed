"""Coverage of the intervals of linear models and of mixed models for repeated measures: samples are drawn."""

from collections.abc import Iterator

import numpy as np

from docs.coverage.probability import SEED, Table, coverage_of, limits_of, rows
from topline.stats.degrees_of_freedom import METHODS, mixed_model_inference
from topline.stats.estimate import Estimate, Floats
from topline.stats.least_squares import fit_groups, least_squares_difference, least_squares_mean
from topline.stats.linear_model import (
    fit_linear_model,
    linear_model_coefficients,
    linear_model_difference,
    linear_model_mean,
)
from topline.stats.mixed_model import MixedFit
from topline.stats.mixed_model_means import (
    fit_repeated_measures,
    mixed_model_coefficients,
    mixed_model_contrast,
    mixed_model_difference,
    mixed_model_mean,
)
from topline.stats.model_matrix import model_matrix, variables

SAMPLES = 2_000
SAMPLES_OF_REPEATED = 2_000
"""For repeated measures, whose fit takes a while."""

SIZES = (5, 15, 40)
"""Of each of two groups."""

DIFFERENCE = 0.5
"""Between the groups."""


def covariance_analysis_table() -> Table:
    """Simulate a comparison of two groups adjusted for a covariate, by both ways to fit it."""
    random = np.random.default_rng(SEED)
    found = rows()
    for size in SIZES:
        group = np.repeat(["a", "b"], size)
        covariate = random.standard_normal((SAMPLES, 2 * size))
        noise = random.standard_normal((SAMPLES, 2 * size))
        response = 1 + DIFFERENCE * (group == "b") + 0.8 * covariate + noise
        estimates: dict[str, tuple[list[float], list[Estimate]]] = {}
        for values, base in zip(response, covariate, strict=True):
            # A group's mean is estimated at the sample's mean of the covariate.
            mean = 1 + DIFFERENCE + 0.8 * float(base.mean())
            for name, truth, estimate in _adjusted(values, group, base, mean):
                truths, listed = estimates.setdefault(name, ([], []))
                truths.append(truth)
                listed.append(estimate)
        for name, (truths, listed) in estimates.items():
            found[name][f"{size} and {size}"] = coverage_of(truths, *limits_of(listed))
    return found


def _adjusted(
    values: Floats, group: "np.typing.NDArray[np.str_]", base: Floats, mean: float
) -> Iterator[tuple[str, float, Estimate]]:
    labels = group.tolist()
    fit = fit_groups(values, labels, covariates={"base": base})
    yield "least squares mean", mean, least_squares_mean(fit, "b")
    compared = least_squares_difference(fit, "b", "a")
    yield "least squares difference", DIFFERENCE, compared.estimate
    made = variables(covariates={"base": base}, factors={"arm": labels})
    linear = fit_linear_model(values, model_matrix(made, [("arm",), ("base",)]))
    yield "linear model, mean", mean, linear_model_mean(linear, {"arm": "b"})
    effect = linear_model_difference(linear, {"arm": "b"}, {"arm": "a"})
    yield "linear model, difference", DIFFERENCE, effect.estimate
    yield "linear model, coefficient", 0.8, linear_model_coefficients(linear)[-1].estimate


_VISITS = 3
_SPREAD = np.array([1.0, 1.3, 1.7])
_CORRELATION = np.array([[1.0, 0.6, 0.4], [0.6, 1.0, 0.6], [0.4, 0.6, 1.0]])


def repeated_measures_table() -> Table:
    """Simulate three visits of two groups, unstructured, a fifth of each visit's values missing after the first."""
    random = np.random.default_rng(SEED)
    root = np.linalg.cholesky(_CORRELATION * np.outer(_SPREAD, _SPREAD))
    found = rows()
    for size in (8, 15, 30):
        estimates: dict[str, tuple[float, list[Estimate]]] = {}
        for _ in range(SAMPLES_OF_REPEATED):
            noise = random.standard_normal((2 * size, _VISITS)) @ root.T
            seen = random.random((2 * size, _VISITS)) > np.array([0.0, 0.2, 0.2])
            for name, truth, estimate in _repeated(noise, seen, size):
                estimates.setdefault(name, (truth, []))[1].append(estimate)
        for name, (truth, listed) in estimates.items():
            found[name][f"{size} and {size}"] = coverage_of(truth, *limits_of(listed))
    return found


def _repeated(
    noise: Floats, seen: "np.typing.NDArray[np.bool_]", size: int
) -> Iterator[tuple[str, float, Estimate]]:
    subject, visit = np.nonzero(seen)
    second = subject >= size
    fit = fit_repeated_measures(
        (noise + DIFFERENCE * (np.arange(2 * size) >= size)[:, None])[seen],
        subject=subject.tolist(),
        visit=visit.tolist(),
        group=["b" if later else "a" for later in second],
    )
    for method in METHODS:
        yield from _inferred(fit, method)


def _inferred(fit: MixedFit, method: str) -> Iterator[tuple[str, float, Estimate]]:
    inference = mixed_model_inference(fit, method=method)  # type: ignore[arg-type] # one of METHODS
    last = {"group": "b", "visit": "2"}, {"group": "a", "visit": "2"}
    effect = mixed_model_difference(inference, *last)
    yield f"difference at the last visit, {method}", DIFFERENCE, effect.estimate
    yield f"mean at the last visit, {method}", DIFFERENCE, mixed_model_mean(inference, last[0])
    over_visits = fit.matrix.row({"group": "b"}) - fit.matrix.row({"group": "a"})
    contrast = mixed_model_contrast(inference, over_visits)
    yield f"difference over all visits, {method}", DIFFERENCE, contrast.estimate
    coefficient = mixed_model_coefficients(inference)[0]
    yield f"coefficient, {method}", 0.0, coefficient.estimate
