"""Exact unconditional tests of two proportions: Barnard's and Boschloo's.

The tables at least as extreme as the observed one are found by a statistic; the p-value is their largest probability
over the common proportion, the nuisance parameter. Barnard, Biometrika 34 (1947) 123–138; Suissa, Shuster, Journal of
the Royal Statistical Society A 148 (1985) 317–327 (z statistics); Boschloo, Statistica Neerlandica 24 (1970) 1–9 (the
p-value of Fisher's test as statistic, uniformly more powerful than Fisher's test itself).

Two tables whose statistics are equal must be extreme together: rounding that parts them changes the p-value in its
first digits (9 of 10 against 3 of 10), so statistics are compared with a tolerance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.errors import LimitError
from topline.stats.binomial_tails import mass
from topline.stats.checking import known
from topline.stats.estimate import Floats, Integers, Sides, Test
from topline.stats.proportion_tests import TIED
from topline.stats.root_finding import falling_roots
from topline.stats.two_proportions import two_groups

MOST_TABLES = 4_000_000
"""Most tables enumerated: two groups of 2,000 take some seconds and 100 MB."""

_SAME = 1e-9
"""Statistics that differ by less, relatively, are equal."""


class Ordering(Protocol):
    """Which tables are at least as extreme as the observed one."""

    def __call__(
        self, number: int, control_number: int, observed: tuple[int, int], sides: Sides
    ) -> NDArray[np.bool_]:
        """Give a matrix: first group's events by row, control group's by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnconditionalTest:
    """An exact unconditional test.

    Attributes
    ----------
    title
        In words.
    extreme
        Which tables are at least as extreme as the observed one.
    source
        Where it stands.
    """

    title: str
    extreme: Ordering
    source: str


def unconditional_test(
    count: float,
    number: float,
    control_count: float,
    control_number: float,
    *,
    test: str = "barnard_pooled",
    sides: Sides = "two-sided",
) -> Test:
    """Test exactly and unconditionally whether two proportions are equal.

    p = max over π of Σ C(n₁, i) C(n₂, j) πⁱ⁺ʲ (1 − π)ᴺ⁻ⁱ⁻ʲ over the tables (i, j) at least as extreme as the
    observed one; the common proportion π in [0, 1] is sought on a fine grid and refined at the peaks.
    ``barnard_pooled``: tables ordered by z with the pooled variance; ``barnard_unpooled``: by Wald's z;
    ``boschloo``: by the p-value of Fisher's test for the same alternative (two-sided: the sum of no likelier
    tables). Barnard, Biometrika 34 (1947) 123–138, doi:10.1093/biomet/34.1-2.123; Suissa, Shuster, Journal of the
    Royal Statistical Society A 148 (1985) 317–327, doi:10.2307/2981892; Boschloo, Statistica Neerlandica 24 (1970)
    1–9, doi:10.1111/j.1467-9574.1970.tb00104.x. In R: ``Exact::exact.test`` (``"z-pooled"``, ``"z-unpooled"``,
    ``"boschloo"``); in SAS: PROC FREQ, ``EXACT BARNARD`` (pooled).

    Not for: large groups, where a score test does as well.

    Parameters
    ----------
    count, number, control_count, control_number
        As for :func:`topline.stats.two_proportions.two_groups` [participants].
    test
        A name in :data:`TESTS`.
    sides
        ``"greater"``: the first group's proportion is the larger.

    Returns
    -------
    Test
        The statistic is the common proportion at which the maximum lies [1]. Where nobody or everybody in both
        groups has the event, the p-value is 1.

    Raises
    ------
    DataError
        If counts do not fit.
    LimitError
        If there are more than :data:`MOST_TABLES` tables.
    UsageError
        If ``test`` or ``sides`` does not fit.

    Examples
    --------
    >>> round(unconditional_test(9, 10, 3, 10).p_value, 8)
    0.00795555
    >>> round(unconditional_test(9, 10, 3, 10, test="boschloo", sides="greater").p_value, 8)
    0.00397778
    """
    groups = two_groups([count], [number], [control_count], [control_number])
    known("alternative", sides, ("two-sided", "greater", "less"))
    chosen = TESTS[known("test", test, TESTS)]
    x, n, y, m = (int(part[0]) for part in groups)
    if (n + 1) * (m + 1) > MOST_TABLES:
        raise LimitError(
            f"there are {(n + 1) * (m + 1):,} tables of groups of {n:,} and {m:,}",
            accepted=f"at most {MOST_TABLES:,} tables",
            advice="use a score test: it is as good here",
        )
    extreme = chosen.extreme(n, m, (x, y), sides)
    share, probability = _largest(_extreme_shares(extreme))
    return Test(
        statistic=share,
        p_value=min(1.0, probability),
        sides=sides,
        null_value=0.0,
        method=chosen.title,
        notes=("the statistic is the common proportion at which the p-value is largest",),
    )


def _extreme_shares(extreme: NDArray[np.bool_]) -> Floats:
    """Give, for each total number of events, the conditional probability of the extreme tables."""
    n, m = extreme.shape[0] - 1, extreme.shape[1] - 1
    row, column = np.nonzero(extreme)
    ways = _log_ways(n)[row] + _log_ways(m)[column] - _log_ways(n + m)[row + column]
    summed = np.bincount(row + column, weights=np.exp(ways), minlength=n + m + 1)
    return summed.astype(np.float64)


def _log_ways(number: int) -> Floats:
    """Give the log binomial coefficients of a number."""
    chosen = np.arange(number + 1, dtype=np.float64)
    return np.asarray(
        special.gammaln(number + 1)
        - special.gammaln(chosen + 1)
        - special.gammaln(number - chosen + 1),
        dtype=np.float64,
    )


def _largest(shares: Floats) -> tuple[float, float]:
    """Find the largest value of Σ h(s) P(S = s), S binomial in N, over its proportion."""
    everyone = shares.size - 1
    # Binomial distributions change over 1/√N of the angle arcsin √p; the grid is far finer than that.
    angle = np.linspace(0.0, np.pi / 2, 40 * int(np.sqrt(everyone)) + 201)
    grid = np.sin(angle) ** 2
    values = _expectation(shares, grid)
    peak = np.flatnonzero(
        (values[1:-1] >= values[:-2]) & (values[1:-1] >= values[2:]) & (values[1:-1] > 0)
    )
    peak = peak[values[peak + 1] >= 0.99 * values.max()] + 1
    candidates = np.concatenate([grid, _peaks(shares, grid, peak)])
    values = np.concatenate([values, _expectation(shares, candidates[grid.size :])])
    best = int(np.argmax(values))
    return float(candidates[best]), float(values[best])


def _peaks(shares: Floats, grid: Floats, peak: Integers) -> Floats:
    """Refine peaks between their neighbours, where the slope falls through zero."""
    if not peak.size:
        return np.zeros(0)
    everyone = shares.size - 1
    first = np.diff(shares)
    second = np.diff(first)

    def slope(place: Floats, _: Integers) -> tuple[Floats, Floats]:
        bend = (everyone - 1) * _expectation(second, place) if second.size else 0 * place
        return _expectation(first, place), bend

    return falling_roots(
        slope, grid[peak], grid[peak - 1], grid[peak + 1], smallest_step=1e-13
    ).place


def _expectation(values: Floats, share: Floats) -> Floats:
    """Give Σ v(s) P(S = s) for each share, leaving out what is 0."""
    kept = np.flatnonzero(values)
    number = float(values.size - 1)
    total = np.zeros(share.size)
    for begin in range(0, kept.size, 256):
        some = kept[begin : begin + 256]
        chances = mass(some[:, None].astype(np.float64), np.array(number), share[None, :])
        total += values[some] @ chances
    return total


def _extreme_z(
    number: int, control_number: int, observed: tuple[int, int], sides: Sides, *, pooled: bool
) -> NDArray[np.bool_]:
    x = np.arange(number + 1, dtype=np.float64)[:, None]
    y = np.arange(control_number + 1, dtype=np.float64)[None, :]
    difference = x / number - y / control_number
    if pooled:
        share = (x + y) / (number + control_number)
        variance = share * (1 - share) * (1 / number + 1 / control_number)
    else:
        variance = x * (number - x) / number**3 + y * (control_number - y) / control_number**3
    # A difference that is rounding only is none.
    difference = np.where(np.abs(difference) < 1e-14, 0.0, difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(difference == 0, 0.0, difference / np.sqrt(variance))
    z = np.clip(z, -1e150, 1e150)
    if sides == "two-sided":
        z = np.abs(z)
    elif sides == "less":
        z = -z
    own = z[observed]
    return np.asarray(z >= own - _SAME * abs(own))


def _extreme_pooled(
    number: int, control_number: int, observed: tuple[int, int], sides: Sides
) -> NDArray[np.bool_]:
    return _extreme_z(number, control_number, observed, sides, pooled=True)


def _extreme_unpooled(
    number: int, control_number: int, observed: tuple[int, int], sides: Sides
) -> NDArray[np.bool_]:
    return _extreme_z(number, control_number, observed, sides, pooled=False)


def _extreme_fisher(
    number: int, control_number: int, observed: tuple[int, int], sides: Sides
) -> NDArray[np.bool_]:
    """Order tables by Fisher's p-value, one margin of events after the other."""
    if sides == "less":
        mirrored = (number - observed[0], control_number - observed[1])
        return _extreme_fisher(number, control_number, mirrored, "greater")[::-1, ::-1]
    ways, control_ways = _log_ways(number), _log_ways(control_number)
    probabilities = np.empty((number + 1, control_number + 1))
    for events in range(number + control_number + 1):
        x = np.arange(max(0, events - control_number), min(number, events) + 1)
        chance = np.exp(ways[x] + control_ways[events - x] - _peak(ways, control_ways, x, events))
        chance /= chance.sum()
        if sides == "greater":
            probabilities[x, events - x] = np.cumsum(chance[::-1])[::-1]
        else:
            probabilities[x, events - x] = _no_likelier(chance)
    return np.asarray(probabilities <= probabilities[observed] * TIED)


def _peak(ways: Floats, control_ways: Floats, x: Integers, events: int) -> float:
    return float(np.max(ways[x] + control_ways[events - x]))


def _no_likelier(chance: Floats) -> Floats:
    """Sum, for each table, the probabilities of all that are no likelier."""
    order = np.argsort(chance)
    sorted_chance = chance[order]
    summed = np.cumsum(sorted_chance)
    last = np.searchsorted(sorted_chance, sorted_chance * TIED, side="right") - 1
    total = np.empty_like(chance)
    total[order] = summed[last]
    return total


TESTS: Mapping[str, UnconditionalTest] = MappingProxyType(
    {
        "barnard_pooled": UnconditionalTest(
            title="Barnard's exact unconditional test, pooled z",
            extreme=_extreme_pooled,
            source="Suissa, Shuster, Journal of the Royal Statistical Society A 148 (1985) 317–327",
        ),
        "barnard_unpooled": UnconditionalTest(
            title="Barnard's exact unconditional test, unpooled z",
            extreme=_extreme_unpooled,
            source="Suissa, Shuster, Journal of the Royal Statistical Society A 148 (1985) 317–327",
        ),
        "boschloo": UnconditionalTest(
            title="Boschloo's exact unconditional test",
            extreme=_extreme_fisher,
            source="Boschloo, Statistica Neerlandica 24 (1970) 1–9",
        ),
    }
)
"""The tests by name."""
