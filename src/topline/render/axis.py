"""Where an axis begins, ends and has its ticks."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A horizontal axis of numbers.

    Parameters
    ----------
    lower, upper
        Its ends, in data units.
    ticks
        Where a grid line and a label stand, ascending.
    logarithmic
        Whether equal ratios, rather than differences, are equally far apart.
    """

    lower: float
    upper: float
    ticks: tuple[float, ...]
    logarithmic: bool = False


def axis_over(numbers: Iterable[float], *, from_zero: bool = False) -> Axis:
    """Return an axis that holds all numbers, with round ticks.

    Zero is included where it is near; positive numbers that span more than two orders of
    magnitude get a logarithmic axis, unless they must start from zero.

    Parameters
    ----------
    numbers
        The numbers to show; at least one.
    from_zero
        Whether lengths are compared, so that the axis must start at zero.

    Examples
    --------
    >>> axis_over([3.0, 17.0]).ticks
    (0.0, 5.0, 10.0, 15.0, 20.0)
    >>> axis_over([0.02, 900.0]).logarithmic
    True
    """
    found = list(numbers)
    lowest, highest = min(found), max(found)
    if lowest > 0 and highest / lowest > 100 and not from_zero:
        return _logarithmic(lowest, highest)
    if from_zero or 0 < lowest <= 0.6 * highest:
        lowest = min(lowest, 0.0)
    if from_zero or 0 > highest >= 0.6 * lowest:
        highest = max(highest, 0.0)
    size = max(abs(lowest), abs(highest))
    if highest - lowest <= max(_ALIKE * size, _NOTHING):
        margin = size / 2 if size > _NOTHING else 1.0
        lowest, highest = (lowest if from_zero else lowest - margin), highest + margin
    step = _round_step((highest - lowest) / 4)
    first, last = math.floor(lowest / step + 1e-9), math.ceil(highest / step - 1e-9)
    digits = max(0, 1 - math.floor(math.log10(step)))
    ticks = tuple(round(place * step, digits) for place in range(first, last + 1))
    return Axis(lower=ticks[0], upper=ticks[-1], ticks=ticks)


def percent_axis(highest: float) -> Axis:
    """Return an axis of percentages from zero, to 100 where more than half of it is needed.

    Examples
    --------
    >>> percent_axis(60).ticks, percent_axis(8).ticks
    ((0, 25, 50, 75, 100), (0.0, 2.0, 4.0, 6.0, 8.0))
    """
    if 50 < highest <= 100:
        return Axis(lower=0, upper=100, ticks=(0, 25, 50, 75, 100))
    return axis_over((0.0, highest), from_zero=True)


_ALIKE = 1e-9
"""Numbers that differ by less than this share of themselves stand at one place."""
_NOTHING = 1e-300
"""Below this a difference has no logarithm worth having."""


def _round_step(rough: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 2.5, 5.0):
        if rough <= factor * magnitude * (1 + 1e-9):
            return factor * magnitude
    return 10.0 * magnitude


def _logarithmic(lowest: float, highest: float) -> Axis:
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    every = max(1, math.ceil((last - first) / 5))
    ticks = tuple(10.0**power for power in range(first, last + 1, every))
    return Axis(lower=ticks[0], upper=max(ticks[-1], 10.0**last), ticks=ticks, logarithmic=True)
