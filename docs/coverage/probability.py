"""The probability that an interval holds the truth: outcomes weighed, all of them or samples with a fixed seed."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.estimate import Estimate, Floats

SEED = 20240501
LEVEL = 0.95
ROUNDING = 1e-9
"""A limit this near to the truth holds it: search ends a little before or behind it."""

ENUMERATED = 0.94
"""An interval that holds the truth less often than this is called anti-conservative where all outcomes are summed."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an interval does in one design: probabilities.

    Parameters
    ----------
    held
        Of an interval that holds the truth; one that is not defined does not.
    undefined
        Of no interval.
    samples
        How many samples were drawn; 0 where all outcomes are enumerated.
    """

    held: float
    undefined: float
    samples: int = 0

    @property
    def where_defined(self) -> float:
        """The probability of holding the truth, given that there is an interval; NaN where there never is one."""
        return self.held / (1 - self.undefined) if self.undefined < 1 else math.nan

    @property
    def least(self) -> float:
        """The coverage below which the interval is called anti-conservative.

        Where samples are drawn: three standard errors of the simulation below the level.

        Examples
        --------
        >>> round(Coverage(0.95, 0.0, samples=2_000).least, 3), Coverage(0.95, 0.0).least
        (0.935, 0.94)
        """
        if not self.samples:
            return ENUMERATED
        return LEVEL - 3 * math.sqrt(LEVEL * (1 - LEVEL) / self.samples)


Table = Mapping[str, Mapping[str, Coverage]]
"""Interval -> design -> coverage."""

Rows = defaultdict[str, dict[str, Coverage]]
"""A table while it is made."""


def rows() -> Rows:
    """Begin a table."""
    return defaultdict(dict)


def coverage_of(
    truth: ArrayLike, lower: ArrayLike, upper: ArrayLike, probability: ArrayLike | None = None
) -> Coverage:
    """Weigh outcomes, alike unless probabilities are given; a limit of NaN is none.

    Examples
    --------
    >>> coverage_of(2.0, [1.0, 3.0, float("nan")], [2.0, 4.0, 9.0], [0.5, 0.3, 0.2])
    Coverage(held=0.5, undefined=0.2, samples=0)
    """
    low, high = np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64)
    true = np.asarray(truth, dtype=np.float64)
    weight = np.full(low.size, 1 / low.size) if probability is None else np.asarray(probability)
    undefined = np.isnan(low) | np.isnan(high)
    near = ROUNDING * np.maximum(1.0, np.abs(true))
    held = ~undefined & (low <= true + near) & (high >= true - near)
    samples = low.size if probability is None else 0
    return Coverage(float(weight[held].sum()), float(weight[undefined].sum()), samples)


def limits_of(found: Iterable[Estimate], *, unbounded: bool = False) -> tuple[Floats, Floats]:
    """Give the limits of single estimates as arrays, NaN where there is none.

    Parameters
    ----------
    found
        The estimates.
    unbounded
        An upper limit that is missing beside a lower one is infinite, as that of a ratio without control events, or
        of a median that is not reached.

    Examples
    --------
    >>> one = Estimate(value=1.0, lower=0.5, level=0.95, method="ratio", notes=("upper: infinite",))
    >>> limits_of([one], unbounded=True)
    (array([0.5]), array([inf]))
    """
    both = np.array([(one.lower, one.upper) for one in found], dtype=np.float64).reshape(-1, 2)
    lower, upper = both[:, 0], both[:, 1]
    if unbounded:
        upper = np.where(np.isnan(upper) & ~np.isnan(lower), np.inf, upper)
    return lower, upper


def multinomial(
    number: int, shares: tuple[float, float, float, float]
) -> tuple[tuple[Floats, Floats, Floats, Floats], Floats]:
    """Enumerate all ways in which participants fall into four cells, with their probabilities.

    Examples
    --------
    >>> cells, probability = multinomial(2, (0.25, 0.25, 0.25, 0.25))
    >>> cells[0].size, round(float(probability.sum()), 12)
    (10, 1.0)
    """
    from scipy import stats

    first, second, third = (part.ravel() for part in np.indices((number + 1,) * 3))
    possible = first + second + third <= number
    first, second, third = first[possible], second[possible], third[possible]
    last = number - first - second - third
    cells = tuple(part.astype(np.float64) for part in (first, second, third, last))
    probability = stats.multinomial.pmf(np.column_stack(cells), number, shares)
    return (cells[0], cells[1], cells[2], cells[3]), np.asarray(probability)
