"""Coverage of the intervals of hazard ratios and of concordance: samples are drawn."""

import math
from collections.abc import Iterator

import numpy as np

from docs.coverage.probability import SEED, Table, coverage_of, limits_of, rows
from docs.coverage.survival import censored
from topline.stats.concordance import concordance, cox_concordance
from topline.stats.cox import TIES, cox
from topline.stats.estimate import Estimate, Floats
from topline.stats.fine_gray import fine_gray
from topline.stats.hazard_ratio import peto_hazard_ratio, pike_hazard_ratio
from topline.stats.log_rank import log_rank

SAMPLES = 2_000
RATIO = 0.6
"""Of the hazard in the second group to that in the first."""


def hazard_ratios_table() -> Table:
    """Simulate two groups of exponential survival; in one design times are rounded up, so that many are tied."""
    random = np.random.default_rng(SEED)
    found = rows()
    for size, tied in ((15, False), (50, False), (50, True)):
        estimates: dict[str, list[Estimate]] = {}
        for _ in range(SAMPLES):
            first, second = censored(random, size), censored(random, size, RATIO)
            time, event = (np.concatenate(both) for both in zip(first, second, strict=True))
            if tied:
                time = np.ceil(time * 5)
            for name, estimate in _hazard_ratios(time, event, TIES if tied else TIES[:1]):
                estimates.setdefault(name, []).append(estimate)
        design = f"{size} and {size}{', tied' if tied else ''}"
        for name, listed in estimates.items():
            found[name][design] = coverage_of(RATIO, *limits_of(listed))
    return found


def _hazard_ratios(
    time: Floats, event: Floats, ways: tuple[str, ...]
) -> Iterator[tuple[str, Estimate]]:
    size = time.size // 2
    second = np.repeat([0.0, 1.0], size)[:, None]
    # Without ties all ways to handle them are one.
    for ties in ways:
        yield f"cox, {ties}", cox(time, event, second, ties=ties).hazard_ratios[0]
    yield "cox, robust", cox(time, event, second, robust=True).hazard_ratios[0]
    # The groups are compared in the order of their labels.
    compared = log_rank(time, event, ["b"] * size + ["a"] * size)
    yield "peto", peto_hazard_ratio(compared)
    yield "pike", pike_hazard_ratio(compared)


def concordances_table() -> Table:
    """Simulate the concordance of a normal covariate with a log hazard ratio of 0.7, without censoring."""
    slope = 0.7
    random = np.random.default_rng(SEED)
    # Of two participants the one with the higher score comes first with probability 1 / (1 + exp(−0.7 |difference|)).
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    likely = 1 / (1 + np.exp(-slope * np.abs(math.sqrt(2) * nodes)))
    truth = float(weights @ likely / weights.sum())
    found = rows()
    for size in (20, 50, 150):
        direct, fitted = [], []
        for _ in range(SAMPLES):
            score = random.standard_normal(size)
            time, event = random.exponential(np.exp(-slope * score)), np.ones(size)
            direct.append(concordance(time, event, score).estimate)
            fitted.append(cox_concordance(cox(time, event, score[:, None])).estimate)
        found["concordance"][f"n = {size}"] = coverage_of(truth, *limits_of(direct))
        found["concordance of a Cox model"][f"n = {size}"] = coverage_of(truth, *limits_of(fitted))
    return found


def subdistribution_table() -> Table:
    """Simulate Fine and Gray's subdistribution hazard ratio of two groups, after their own design.

    The cause of interest happens to half of the first group in the end (Fine, Gray, Journal of the American
    Statistical Association 94 (1999) 496–509, section 5).
    """
    random = np.random.default_rng(SEED)
    found = rows()
    for size in (25, 50, 100):
        listed = []
        group = np.repeat([0.0, 1.0], size)
        for _ in range(SAMPLES):
            time, cause = _competing(random, group)
            listed.append(fine_gray(time, cause, group[:, None]).hazard_ratios[0])
        found["fine_gray"][f"{size} and {size}"] = coverage_of(RATIO, *limits_of(listed))
    return found


def _competing(random: np.random.Generator, group: Floats) -> tuple[Floats, Floats]:
    share = 0.5
    power = np.where(group > 0, RATIO, 1.0)
    ever = 1 - (1 - share) ** power
    first = random.random(group.size) < ever
    # 1 − (1 − p (1 − e^−t))^θ is the incidence; its inverse at a uniform share of those who ever have the event.
    reached = 1 - (1 - random.random(group.size) * ever) ** (1 / power)
    time = np.where(first, -np.log1p(-reached / share), random.exponential(1.0, group.size))
    censoring = random.uniform(0.0, 3.0, group.size)
    cause = np.where(time <= censoring, np.where(first, 1.0, 2.0), 0.0)
    return np.minimum(time, censoring), cause
