"""How often intervals hold the truth: by enumerating every outcome, or by simulation with a fixed seed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from topline.stats import odds_ratio, proportion, rate, risk_difference, risk_ratio
from topline.stats.curve_crossing import TRANSFORMS
from topline.stats.estimate import Estimates, Floats
from topline.stats.many_means import arithmetic_means, summarize_many
from topline.stats.many_poolings import pool_many
from topline.stats.median import median
from topline.stats.pooling import INTERVALS as POOLING_INTERVALS
from topline.stats.survival_quantiles import survival_quantiles

SEED = 20240501
SAMPLES = 2_000
SAMPLES_OF_VALUES = 20_000
"""For means and medians, which are cheap."""

SIZES = (10, 30, 100)
GROUPS = ((10, 10), (30, 30), (60, 40))
SHARES = ((0.1, 0.1), (0.4, 0.2))
ROUNDING = 1e-9
"""A limit this near to the truth holds it: search ends a little before or behind it."""

Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an interval does in one design: probabilities.

    Parameters
    ----------
    held
        Of an interval that holds the truth; one that is not defined does not.
    undefined
        Of no interval.
    """

    held: float
    undefined: float


Table = Mapping[str, Mapping[str, Coverage]]
"""Interval -> design -> coverage."""


def coverage_of(
    truth: float, lower: ArrayLike, upper: ArrayLike, probability: ArrayLike | None = None
) -> Coverage:
    """Weigh outcomes, alike unless probabilities are given; a limit of NaN is none.

    Examples
    --------
    >>> coverage_of(2.0, [1.0, 3.0, float("nan")], [2.0, 4.0, 9.0], [0.5, 0.3, 0.2])
    Coverage(held=0.5, undefined=0.2)
    """
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    weight = np.full(low.size, 1 / low.size) if probability is None else np.asarray(probability)
    undefined = np.isnan(low) | np.isnan(high)
    held = ~undefined & (low <= truth + ROUNDING) & (high >= truth - ROUNDING)
    return Coverage(float(weight[held].sum()), float(weight[undefined].sum()))


def proportions_table() -> Table:
    """Enumerate all counts of one group."""
    found: dict[str, dict[str, Coverage]] = {}
    for name in proportion.INTERVALS:
        for size in SIZES:
            counts = np.arange(size + 1)
            limits = proportion.proportions(counts, np.full(size + 1, size), interval=name)
            for share in (0.05, 0.3):
                found.setdefault(name, {})[f"n = {size}, p = {share:g}"] = coverage_of(
                    share, limits.lower, limits.upper, stats.binom.pmf(counts, size, share)
                )
    return found


def rates_table() -> Table:
    """Enumerate all counts of events that have a probability worth counting."""
    found: dict[str, dict[str, Coverage]] = {}
    counts = np.arange(201)
    for name in rate.INTERVALS:
        limits = rate.event_rates(counts, np.ones(counts.size), interval=name)
        for mean in (2, 10, 50):
            found.setdefault(name, {})[f"{mean} events expected"] = coverage_of(
                mean, limits.lower, limits.upper, stats.poisson.pmf(counts, mean)
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


Four = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _contrasts(
    names: Iterable[str],
    estimate: Callable[[str, Four], Estimates],
    truth: Callable[[float, float], float],
) -> Table:
    found: dict[str, dict[str, Coverage]] = {}
    for name in names:
        for first, second in GROUPS:
            x, y = (part.ravel() for part in np.indices((first + 1, second + 1)))
            limits = estimate(name, (x, np.full(x.size, first), y, np.full(y.size, second)))
            for p, q in SHARES:
                probability = stats.binom.pmf(x, first, p) * stats.binom.pmf(y, second, q)
                found.setdefault(name, {})[f"{first} and {second}, {p:g} v {q:g}"] = coverage_of(
                    truth(p, q), limits.lower, limits.upper, probability
                )
    return found


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
    found: dict[str, dict[str, Coverage]] = {}
    for name, shape, draw, truth in designs:
        row = found.setdefault(f"{name}, {shape} values", {})
        for size in SIZES:
            lower, upper = _location_limits(name, draw(random, (SAMPLES_OF_VALUES, size)))
            row[f"n = {size}"] = coverage_of(truth, lower, upper)
    return found


def _location_limits(name: str, samples: Floats) -> tuple[Floats, Floats]:
    if name.startswith("median"):
        limits = [median(sample).estimate for sample in samples]
        both = np.array([(one.lower, one.upper) for one in limits], dtype=np.float64)
        return both[:, 0], both[:, 1]
    geometric = name.startswith("geometric")
    numbers = np.log(samples) if geometric else samples
    offsets = np.arange(samples.shape[0] + 1) * samples.shape[1]
    found = arithmetic_means(summarize_many(numbers.ravel(), offsets))
    if geometric:
        return np.exp(found.lower), np.exp(found.upper)
    return found.lower, found.upper


def survival_table() -> Table:
    """Simulate medians of exponential survival, censored uniformly, by each transform of the limits.

    An upper limit that is not reached is no bound; a lower limit that is not reached is none.
    """
    random = np.random.default_rng(SEED)
    found: dict[str, dict[str, Coverage]] = {name: {} for name in TRANSFORMS}
    for size in SIZES:
        survival = random.standard_exponential(SAMPLES * size)
        censoring = random.uniform(0.0, 3.0, SAMPLES * size)
        time, event = np.minimum(survival, censoring), survival <= censoring
        offsets = np.arange(SAMPLES + 1) * size
        for name in TRANSFORMS:
            limits = survival_quantiles(time, event, offsets=offsets, transform=name)
            upper = np.nan_to_num(limits.upper.ravel(), nan=np.inf)
            found[name][f"n = {size}"] = coverage_of(float(np.log(2)), limits.lower.ravel(), upper)
    return found


def poolings_table() -> Table:
    """Simulate sets of studies whose true effects are equal or vary, pooled in the usual ways."""
    found: dict[str, dict[str, Coverage]] = {}
    for design, effects, variances in _study_sets():
        for method in ("DL", "REML"):
            for interval in POOLING_INTERVALS:
                pooled = pool_many(effects, variances, method=method, interval=interval)
                found.setdefault(f"{method}, {interval}", {})[design] = coverage_of(
                    0.0, pooled.lower, pooled.upper
                )
    return found


def _study_sets() -> Iterator[tuple[str, Floats, Floats]]:
    random = np.random.default_rng(SEED)
    for studies in (3, 6, 20):
        for between in (0.0, 0.1):
            shape = (SAMPLES, studies)
            # Sampling variances of log odds ratios from some 40 to 400 participants.
            variances = random.uniform(0.04, 0.4, shape)
            effects = random.standard_normal(shape) * np.sqrt(variances + between)
            yield f"k = {studies}, τ² = {between:g}", effects, variances
