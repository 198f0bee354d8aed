"""A million intervals of one proportion and of the difference, ratio and odds ratio of two.

The peer of one proportion is SciPy's ``beta.ppf`` called for both Jeffreys limits. Score intervals of two have no
vectorised peer: they are compared with our own function called one by one, and with a plain scalar program (the
closed-form estimate and SciPy's ``brentq``); both are timed on a few hundred tables and scaled to a million.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from benchmarks.measure import Measured, compare, ratio, seconds
from scipy import optimize, stats

from topline.stats.odds_ratio import odds_ratios
from topline.stats.proportion import INTERVALS, proportions
from topline.stats.risk_difference import risk_difference, risk_differences
from topline.stats.risk_ratio import risk_ratios

MANY = 1_000_000
FEW = 300

#: Largest group sizes: with up to 500 most pairs occur many times, with up to 5,000 few do.
SIZES = (500, 5_000)
Z = float(stats.norm.ppf(0.975))


def groups(largest: int, seed: int, many: int = MANY) -> tuple[Any, Any]:
    """Draw events and sizes of groups, of all risks alike."""
    random = np.random.default_rng(seed)
    number = random.integers(20, largest, many)
    return random.binomial(number, random.random(many)), number


def beta_limits(count: Any, number: Any) -> None:
    first, second = count + 0.5, number - count + 0.5
    stats.beta.ppf(0.025, first, second)
    stats.beta.ppf(0.975, first, second)


def scalar_score(x: int, n: int, y: int, m: int, null: float) -> float:
    """Give Miettinen and Nurminen's z of one table, in plain Python."""
    everyone, events = n + m, x + y
    a = (n + 2 * m) * null - everyone - events
    b = (m * null - everyone - 2 * y) * null + events
    c = y * null * (1 - null)
    q = (a / (3 * everyone)) ** 3 - a * b / (6 * everyone**2) + c / (2 * everyone)
    p = math.sqrt(max((a / (3 * everyone)) ** 2 - b / (3 * everyone), 0.0))
    p = math.copysign(p, q)
    angle = (math.pi + math.acos(max(-1.0, min(1.0, q / p**3 if p else 0.0)))) / 3
    second = min(
        max(2 * p * math.cos(angle) - a / (3 * everyone), max(0.0, -null)), min(1.0, 1 - null)
    )
    first = second + null
    variance = (first * (1 - first) / n + second * (1 - second) / m) * everyone / (everyone - 1)
    excess = x / n - y / m - null
    if variance <= 0:
        return math.copysign(1e9, excess) if excess else 0.0
    return excess / math.sqrt(variance)


def scalar_limits(x: int, n: int, y: int, m: int) -> tuple[float, float]:
    difference = x / n - y / m

    def excess(null: float, target: float) -> float:
        return scalar_score(x, n, y, m, null) - target

    lower = -1.0 if difference == -1 else optimize.brentq(excess, -1, difference, args=(Z,))
    upper = 1.0 if difference == 1 else optimize.brentq(excess, difference, 1, args=(-Z,))
    return float(lower), float(upper)


def one_by_one(tables: list[tuple[int, int, int, int]], limits: Callable[..., object]) -> float:
    """Time a few tables, scaled to many."""

    def run() -> None:
        for table in tables:
            limits(*table)

    return seconds(run) * MANY / len(tables)


def _single(rounds: int) -> list[Measured]:
    found = []
    for largest in SIZES:
        count, number = groups(largest, 1)
        for interval in ("jeffreys", "clopper_pearson", "wilson"):
            found.append(
                ratio(
                    f"{MANY:,} {INTERVALS[interval].title} intervals, groups up to {largest:,}",
                    "SciPy beta.ppf, both Jeffreys limits",
                    partial(proportions, count, number, interval=interval),
                    partial(beta_limits, count, number),
                    aim=1 / 3,
                    rounds=rounds,
                )
            )
    return found


def lines(rounds: int) -> list[Measured]:
    """Measure intervals of one proportion, and score intervals of two."""
    columns = (*groups(SIZES[0], 1), *groups(SIZES[0], 2))
    tables: list[Any] = [tuple(row) for row in np.stack(columns, axis=1)[:FEW].tolist()]
    found = _single(rounds)
    peers: list[tuple[str, Callable[..., object], float | None]] = [
        ("our own function, one by one", risk_difference, 1 / 200),
        ("plain scalar program with brentq, one by one", scalar_limits, None),
    ]
    for peer, limits, aim in peers:
        found.append(
            compare(
                f"{MANY:,} Miettinen–Nurminen intervals of the difference",
                peer,
                partial(seconds, partial(risk_differences, *columns)),
                partial(one_by_one, tables, limits),
                aim=aim,
                rounds=rounds,
            )
        )
    for what, many in (("ratio", risk_ratios), ("odds ratio", odds_ratios)):
        found.append(
            ratio(
                f"{MANY:,} Miettinen–Nurminen intervals of the {what}",
                "those of the difference",
                partial(many, *columns),
                partial(risk_differences, *columns),
                aim=None,
                rounds=rounds,
            )
        )
    return found
