"""Coverage of the intervals of means, medians, spreads and differences of means: samples are drawn."""

from collections.abc import Callable, Iterator

import numpy as np

from docs.coverage.probability import SEED, Coverage, Table, coverage_of, limits_of, rows
from topline.stats.analysis_of_variance import differences_from, tukey_differences
from topline.stats.estimate import Estimates, Floats
from topline.stats.many_means import (
    MeanSummaries,
    arithmetic_means,
    mean_differences,
    summarize_many,
)
from topline.stats.mean import MeanSummary
from topline.stats.median import median
from topline.stats.standardized_difference import cohens_d, hedges_g
from topline.stats.two_means import Variances
from topline.stats.variances import standard_deviation, variance_ratio

SAMPLES = 20_000
SAMPLES_OF_SPREADS = 5_000
"""For spreads and several means, which are computed one sample at a time."""
SAMPLES_OF_STANDARDIZED = 2_000
"""For standardised differences, whose noncentral limits take longer."""

SIZES = (10, 30, 100)
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]


def _normal(random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return random.standard_normal(shape)


def _exponential(random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return random.standard_exponential(shape)


def _log_normal(random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return np.exp(random.standard_normal(shape))


def locations_table() -> Table:
    """Simulate the mean, the median and the geometric mean, where their assumptions hold and where not."""
    # The logarithm of a standard exponential variable has the mean −γ, Euler's constant.
    designs: tuple[tuple[str, str, Draw, float], ...] = (
        ("mean, t interval", "normal", _normal, 0.0),
        ("mean, t interval", "exponential", _exponential, 1.0),
        ("median, order statistics", "normal", _normal, 0.0),
        ("median, order statistics", "exponential", _exponential, float(np.log(2))),
        ("geometric mean, t interval", "log-normal", _log_normal, 1.0),
        ("geometric mean, t interval", "exponential", _exponential, float(np.exp(-np.euler_gamma))),
    )
    random = np.random.default_rng(SEED)
    found = rows()
    for name, shape, draw, truth in designs:
        for size in SIZES:
            lower, upper = _location_limits(name, draw(random, (SAMPLES, size)))
            found[f"{name}, {shape} values"][f"n = {size}"] = coverage_of(truth, lower, upper)
    return found


def _location_limits(name: str, samples: Floats) -> tuple[Floats, Floats]:
    if name.startswith("median"):
        return limits_of(median(sample).estimate for sample in samples)
    geometric = name.startswith("geometric")
    found = arithmetic_means(_summarized(np.log(samples) if geometric else samples))
    if geometric:
        return np.exp(found.lower), np.exp(found.upper)
    return found.lower, found.upper


def _summarized(samples: Floats) -> MeanSummaries:
    """Give the summaries of samples, one in each row."""
    offsets = np.arange(samples.shape[0] + 1) * samples.shape[1]
    return summarize_many(samples.ravel(), offsets)


def _each(many: MeanSummaries) -> Iterator[MeanSummary]:
    for number, mean, deviation in zip(
        many.number, many.mean, many.standard_deviation, strict=True
    ):
        yield MeanSummary(number=int(number), mean=mean, standard_deviation=deviation)


def spreads_table() -> Table:
    """Simulate the standard deviation and the ratio of two variances, of normal and of exponential values."""
    random = np.random.default_rng(SEED)
    found = rows()
    for shape, draw in (("normal", _normal), ("exponential", _exponential)):
        for size in SIZES:
            first, second = (
                list(_each(_summarized(draw(random, (SAMPLES_OF_SPREADS, size))))) for _ in range(2)
            )
            design = f"n = {size}"
            found[f"SD, chi-squared interval, {shape} values"][design] = coverage_of(
                1.0, *limits_of(map(standard_deviation, first))
            )
            found[f"ratio of variances, F interval, {shape} values"][design] = coverage_of(
                1.0, *limits_of(map(variance_ratio, first, second))
            )
    return found


DIFFERENCES = {
    "10 and 10, SD 1 and 1": (10, 10, 1.0),
    "10 and 30, SD 2 and 1": (10, 30, 2.0),
    "30 and 10, SD 2 and 1": (30, 10, 2.0),
    "100 and 50, SD 2 and 1": (100, 50, 2.0),
}
"""Sizes of two groups and the standard deviation of the first; that of the second is 1."""


def mean_differences_table() -> Table:
    """Simulate differences of means and ratios of geometric means by either t interval."""
    random = np.random.default_rng(SEED)
    found = rows()
    for design, (first, second, deviation) in DIFFERENCES.items():
        one = _summarized(1 + deviation * _normal(random, (SAMPLES, first)))
        other = _summarized(_normal(random, (SAMPLES, second)))
        for variances in ("unequal", "equal"):
            limits = _differences(one, other, variances)
            found[f"difference, {variances}"][design] = coverage_of(1.0, limits.lower, limits.upper)
            # The same numbers taken for logarithms: what is exponentiated holds e.
            found[f"ratio of geometric means, {variances}"][design] = coverage_of(
                np.e, np.exp(limits.lower), np.exp(limits.upper)
            )
    return found


def _differences(first: MeanSummaries, second: MeanSummaries, variances: Variances) -> Estimates:
    return mean_differences(first, second, variances=variances)


def standardized_differences_table() -> Table:
    """Simulate Cohen's d and Hedges' g of normal values one half of a standard deviation apart, and two."""
    random = np.random.default_rng(SEED)
    found = rows()
    for truth in (0.5, 2.0):
        for first, second in ((10, 10), (30, 15), (100, 100)):
            shapes = (SAMPLES_OF_STANDARDIZED, first), (SAMPLES_OF_STANDARDIZED, second)
            one = list(_each(_summarized(truth + _normal(random, shapes[0]))))
            other = list(_each(_summarized(_normal(random, shapes[1]))))
            design = f"{first} and {second}, d = {truth:g}"
            for name, estimate in (("cohens_d", cohens_d), ("hedges_g", hedges_g)):
                found[name][design] = coverage_of(truth, *limits_of(map(estimate, one, other)))
    return found


def several_means_table() -> Table:
    """Simulate differences of four means: Tukey's, which shall hold together, and single ones from a reference."""
    random = np.random.default_rng(SEED)
    found = rows()
    for sizes in ((5, 5, 5, 5), (20, 20, 20, 20), (30, 15, 10, 5)):
        many = [_summarized(_normal(random, (SAMPLES_OF_SPREADS, size))) for size in sizes]
        design = f"{', '.join(map(str, sizes[:-1]))} and {sizes[-1]}"
        found["tukey, all together"][design] = _together(many)
        sets = [
            dict(zip("abcd", groups, strict=True)) for groups in zip(*map(_each, many), strict=True)
        ]
        found["from a reference, one of them"][design] = coverage_of(
            0.0, *limits_of(differences_from(groups, "a")[-1].estimate for groups in sets)
        )
    return found


def _together(many: list[MeanSummaries]) -> Coverage:
    """Give how often all of Tukey's intervals hold the truth, with his multiplier computed once for the design."""
    groups = dict(zip("abcd", (next(_each(one)) for one in many), strict=True))
    model = tukey_differences(groups)[0].estimate
    assert model.upper is not None
    assert model.value is not None
    assert model.standard_error is not None
    multiplier = (model.upper - model.value) / model.standard_error
    number = np.array([one.number[0] for one in many], dtype=np.float64)
    mean = np.stack([one.mean for one in many])
    variance = np.stack([one.standard_deviation for one in many]) ** 2
    within = np.sum((number - 1)[:, None] * variance, axis=0) / np.sum(number - 1)
    excess = [
        np.abs(mean[i] - mean[j]) - multiplier * np.sqrt(within * (1 / number[i] + 1 / number[j]))
        for i in range(len(many))
        for j in range(i)
    ]
    # All hold where none of the differences, which are truly 0, lies farther out than its half width.
    return coverage_of(0.0, np.max(excess, axis=0), np.full(mean.shape[1], np.inf))
