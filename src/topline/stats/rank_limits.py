"""Limits of a location or a shift that come from inverting the normal approximation to a rank test.

The test statistic is a step function of the location tested; its limits are where it passes the quantiles of the
normal distribution. This is what R's wilcox.test gives as conf.int where its test is not exact.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from topline.stats.crossing import crossing
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Floats

Deviate = Callable[[float], float | None]
"""The standardised statistic of testing a location; None where the ranks do not vary."""

Nearest = Callable[[float], float]
"""The pair (difference or Walsh average) nearest to a place: the statistic jumps at such places only."""

_SETTLED = 1e-12


class RootLimits(NamedTuple):
    """Where a statistic passes the quantiles of a level, and that level; None where it never does."""

    lower: float | None
    upper: float | None
    level: float


def root(deviate: Deviate, nearest: Nearest, span: tuple[float, float], quantile: float) -> float:
    """Find where a deviate that falls with the location passes a quantile.

    A place where it jumps over the quantile is given as the pair that makes it jump. Where it equals the quantile
    on a whole step, the place of that step is the one that Brent's method meets, as in R.
    """

    def excess(place: float) -> float:
        found = deviate(place)
        # Where the ranks do not vary nothing speaks against the place.
        return (0.0 if found is None else found) - quantile

    tolerance = _SETTLED * min(1.0, span[1] - span[0])
    found = crossing(excess, *span, tolerance)
    if found.exact:
        return found.place
    pair = nearest(found.place)
    near = 4 * (tolerance + 2 * float(np.finfo(np.float64).eps) * abs(found.place))
    return pair if abs(pair - found.place) <= near else found.place


def limits_within(
    deviate: Deviate, nearest: Nearest, span: tuple[float, float], level: float
) -> RootLimits:
    """Find two limits; a level whose quantiles the statistic does not reach is lowered.

    The error probability is doubled until the statistic at both ends of the span is beyond its quantiles, as
    R's wilcox.test does for one sample.
    """
    at_low, at_high = deviate(span[0]), deviate(span[1])
    if at_low is None or at_high is None:
        return RootLimits(None, None, level)
    error = 1 - level
    while error < 1 and not (
        at_low >= (multiplier := normal_multiplier(1 - error)) and at_high <= -multiplier
    ):
        error *= 2
    if error >= 1:
        return RootLimits(None, None, level)
    multiplier = normal_multiplier(1 - error)
    return RootLimits(
        *_in_order(
            root(deviate, nearest, span, multiplier), root(deviate, nearest, span, -multiplier)
        ),
        level if error == 1 - level else 1 - error,
    )


def limits_to_the_end(
    deviate: Deviate, nearest: Nearest, span: tuple[float, float], level: float
) -> RootLimits:
    """Find two limits; one whose quantile the statistic does not reach is the end of the span.

    This is what R's wilcox.test does for two samples.
    """
    at_low, at_high = deviate(span[0]), deviate(span[1])
    if at_low is None or at_high is None:
        return RootLimits(None, None, level)
    z = normal_multiplier(level)

    def limit(quantile: float) -> float:
        if at_low <= quantile:
            return span[0]
        if at_high >= quantile:
            return span[1]
        return root(deviate, nearest, span, quantile)

    return RootLimits(*_in_order(limit(z), limit(-z)), level)


def _in_order(lower: float, upper: float) -> tuple[float, float]:
    """Put two limits at one step of the statistic in order, of which each was found to its own last digits."""
    return (lower, upper) if lower <= upper else (upper, lower)


def nearest_difference(first: Floats, second: Floats, place: float) -> float:
    """Give the difference ``first[i] - second[j]`` nearest to a place; ``second`` ascends.

    Examples
    --------
    >>> nearest_difference(np.array([1.0, 5.0]), np.array([0.0, 2.0]), 3.2)
    3.0
    """
    position = np.searchsorted(second, first - place)
    found = np.stack(
        [first - second[np.clip(position + shift, 0, second.size - 1)] for shift in (-1, 0)]
    ).ravel()
    return float(found[np.argmin(np.abs(found - place))])


def nearest_walsh_average(ordered: Floats, place: float) -> float:
    """Give the Walsh average ``(values[i] + values[j]) / 2`` nearest to a place; the values ascend.

    Examples
    --------
    >>> nearest_walsh_average(np.array([1.0, 2.0, 6.0]), 3.7)
    3.5
    """
    position = np.searchsorted(ordered, 2 * place - ordered)
    found = np.stack(
        [
            (ordered + ordered[np.clip(position + shift, 0, ordered.size - 1)]) / 2
            for shift in (-1, 0)
        ]
    ).ravel()
    return float(found[np.argmin(np.abs(found - place))])
