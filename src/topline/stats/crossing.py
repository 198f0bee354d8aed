"""Where a falling function crosses zero, by Brent's method, as R's uniroot finds it.

Confidence limits from a normal approximation to a rank statistic are places where a step function passes a
quantile. Where it has a step at the very level of the quantile, every place of that step is a root, and which one
is found depends on the path of the search: for that reason this is Brent's own algorithm (R. P. Brent,
Algorithms for Minimization without Derivatives, 1973, chapter 4), step by step.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_EPSILON = float(np.finfo(np.float64).eps)


class Crossing(NamedTuple):
    """A place, and whether the function is exactly zero there (otherwise it jumps over zero)."""

    place: float
    exact: bool


def crossing(
    function: Callable[[float], float],
    low: float,
    high: float,
    tolerance: float,
    *,
    most_steps: int = 1000,
) -> Crossing:
    """Find a zero between two places with values of opposite sign.

    Parameters
    ----------
    function
        Of one number; not both ends positive or both negative.
    low, high
        The bracket.
    tolerance
        How near the place must be.
    most_steps
        After so many steps the best place so far is given.

    Examples
    --------
    >>> round(crossing(lambda x: 2 - x * x, 0.0, 2.0, 1e-12).place, 9)
    1.414213562
    """
    previous, best, opposite = low, high, low
    value_previous, value_best = function(low), function(high)
    value_opposite = value_previous
    if value_previous == 0:
        return Crossing(low, True)
    for _ in range(most_steps):
        last_step = best - previous
        if abs(value_opposite) < abs(value_best):
            previous, best, opposite = best, opposite, best
            value_previous, value_best, value_opposite = value_best, value_opposite, value_best
        smallest = 2 * _EPSILON * abs(best) + tolerance / 2
        half = (opposite - best) / 2
        if abs(half) <= smallest or value_best == 0:
            break
        step = half
        if abs(last_step) >= smallest and abs(value_previous) > abs(value_best):
            step = _interpolated(
                (previous, best, opposite),
                (value_previous, value_best, value_opposite),
                last_step,
                smallest,
            )
        if abs(step) < smallest:
            step = smallest if step > 0 else -smallest
        previous, value_previous = best, value_best
        best += step
        value_best = function(best)
        if value_best * value_opposite > 0:
            opposite, value_opposite = previous, value_previous
    return Crossing(best, value_best == 0)


def _interpolated(
    places: tuple[float, float, float],
    values: tuple[float, float, float],
    last_step: float,
    smallest: float,
) -> float:
    """Propose a step by the secant or by inverse quadratic interpolation; half the bracket where that is too long."""
    previous, best, opposite = places
    value_previous, value_best, value_opposite = values
    span = opposite - best
    if previous == opposite:
        ratio = value_best / value_previous
        numerator, denominator = span * ratio, 1.0 - ratio
    else:
        q, r, s = (
            value_previous / value_opposite,
            value_best / value_opposite,
            value_best / value_previous,
        )
        numerator = s * (span * q * (q - r) - (best - previous) * (r - 1.0))
        denominator = (q - 1.0) * (r - 1.0) * (s - 1.0)
    if numerator > 0:
        denominator = -denominator
    else:
        numerator = -numerator
    inside = numerator < 0.75 * span * denominator - abs(smallest * denominator) / 2
    if inside and numerator < abs(last_step * denominator / 2):
        return numerator / denominator
    return span / 2
