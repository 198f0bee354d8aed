"""Where a survival curve, and the limits around it, first fall to a probability.

A curve of ten million times is looked at block by block. Limits are costly and rarely near the probability asked
for, so a block is skipped where bounds of survival and of its error at the ends of the block rule the crossing out.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from topline.stats.estimate import Floats, Limits

TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""Survival this close to a requested probability equals it: a product such as 7/8 × 6/7 × … is rounded."""

BLOCK = 1 << 16
"""Times in a block."""

_LOOKED_AT = 1 << 10
"""Times whose limits are computed together."""

Transform = Callable[[Floats, Floats, float], Limits]
"""Survival above 0, the standard error of its logarithm, and the normal quantile → the limits."""


def _plain(survival: Floats, error: Floats, z: float) -> Limits:
    half = z * survival * error
    return Limits(np.maximum(survival - half, 0), np.minimum(survival + half, 1))


def _log(survival: Floats, error: Floats, z: float) -> Limits:
    return Limits(survival * np.exp(-z * error), np.minimum(survival * np.exp(z * error), 1))


def _log_log(survival: Floats, error: Floats, z: float) -> Limits:
    power = np.exp(-z * error / np.log(survival))
    return Limits(survival**power, survival ** (1 / power))


def _logit(survival: Floats, error: Floats, z: float) -> Limits:
    odds = survival / (1 - survival)
    factor = np.exp(z * error / (1 - survival))
    return Limits(1 - 1 / (1 + odds / factor), 1 - 1 / (1 + odds * factor))


def _arcsine(survival: Floats, error: Floats, z: float) -> Limits:
    angle = np.arcsin(np.sqrt(survival))
    half = z / 2 * error * np.sqrt(survival / (1 - survival))
    return Limits(
        np.sin(np.maximum(angle - half, 0)) ** 2, np.sin(np.minimum(angle + half, np.pi / 2)) ** 2
    )


TRANSFORMS: Mapping[str, Transform] = MappingProxyType(
    {"plain": _plain, "log": _log, "log-log": _log_log, "logit": _logit, "arcsine": _arcsine}
)
"""The scales on which limits around survival are symmetric, by name.

SAS calls them LINEAR, LOG, LOGLOG (its default), LOGIT and ASINSQRT; R's default is "log".
"""

_SURE = ("plain", "log")
"""The transforms that have limits, 1 and 1, after a censoring but before the first event."""


def limits_around(survival: Floats, log_error: Floats, z: float, transform: str) -> Limits:
    """Give limits around survival.

    Parameters
    ----------
    survival
        Any survival probabilities.
    log_error
        The standard error of the logarithm of each.
    z
        The normal quantile.
    transform
        A name in :data:`TRANSFORMS`.

    Returns
    -------
    Limits
        NaN where survival is 0, and, except for "plain" and "log", where it is 1.

    Examples
    --------
    >>> limits_around(np.array([1.0, 0.5, 0.0]), np.array([0.0, 0.1, np.inf]), 1.96, "log").lower.round(4)
    array([1.   , 0.411,   nan])
    """
    lower, upper = np.full((2, survival.size), np.nan)
    if transform in _SURE:
        lower[survival == 1] = upper[survival == 1] = 1
    between = (survival > 0) & (survival < 1)
    lower[between], upper[between] = TRANSFORMS[transform](survival[between], log_error[between], z)
    return Limits(lower, upper)


class Height(NamedTuple):
    """How high a curve is: survival, and Greenwood's sum, the square of the standard error of its logarithm."""

    survival: float
    squared: float


class Crossing:
    """Finds the first time at which a step function is at most a target, block by block.

    Where the function equals the target (within :data:`TOLERANCE`) over an interval, the crossing is the
    interval's midpoint; at the end of the curve the midpoint of the interval's beginning and the last time.

    Parameters
    ----------
    target
        The height looked for.

    Examples
    --------
    >>> crossing = Crossing(0.5)
    >>> crossing.look(np.array([1.0, 2.0, 3.0]), np.array([0.8, 0.5, 0.2]))
    >>> crossing.found(3.0)
    2.5
    """

    __slots__ = ("_below", "_first", "_last_height", "target")

    def __init__(self, target: float) -> None:
        self.target = target
        self._first: float | None = None
        self._below: float | None = None
        self._last_height = np.nan

    @property
    def settled(self) -> bool:
        """Whether further blocks can change nothing."""
        return self._below is not None

    def possible(self, lowest: float) -> bool:
        """Whether a block whose heights are at least ``lowest`` could change the answer."""
        return not self.settled and not lowest > self.target + 2 * TOLERANCE

    def look(self, time: Floats, height: Floats) -> None:
        """Take the next block; heights that are NaN do not count."""
        if self.settled:
            return
        self._last_height = float(height[-1])
        if self._first is None:
            at_most = height <= self.target + TOLERANCE
            place = int(np.argmax(at_most))
            if not at_most[place]:
                return
            self._first = float(time[place])
            time, height = time[place:], height[place:]
        below = height <= self.target - TOLERANCE
        place = int(np.argmax(below))
        if below[place]:
            self._below = float(time[place])

    def found(self, last: float) -> float | None:
        """Give the crossing of a curve that ends at the time ``last``; ``None`` where there is none."""
        if self._first is None:
            return None
        if self._below is not None:
            return (self._first + self._below) / 2
        if abs(self._last_height - self.target) < TOLERANCE:
            return (self._first + last) / 2
        return None


CROSSINGS = ("first", "nearest")
"""Where a limit that falls and rises again crosses a probability: at the first time it is not above it; or where it comes
nearest without being above, as R looks it up among the sorted limits. One that only falls has one crossing."""


def nearest_crossing(time: Floats, height: Floats, target: float) -> float | None:
    """Give the crossing of a step function as R's ``quantile.survfit`` does; ``None`` where there is none.

    Parameters
    ----------
    time
        Its steps, ascending.
    height
        How high it is from each; NaN where undefined.
    target
        The height looked for.

    Examples
    --------
    >>> nearest_crossing(np.array([1.0, 2.0, 3.0]), np.array([0.4, 0.8, 0.45]), 0.5)
    3.0
    """

    def nearest(most: float) -> int:
        return int(np.argmax(np.where(height <= most, height, -np.inf)))

    first, second = nearest(target + TOLERANCE), nearest(target - TOLERANCE)
    if not height[first] <= target + TOLERANCE:
        return None
    if abs(height[-1] - target) < TOLERANCE:
        return float(time[first] + time[-1]) / 2
    if not height[second] <= target - TOLERANCE:
        return None
    return float(time[first] + time[second]) / 2


class QuantileSearch:
    """Finds one quantile of survival with its limits, block by block.

    Parameters
    ----------
    target
        The survival probability: one minus the quantile's.
    z
        The normal quantile of the limits.
    transform
        A name in :data:`TRANSFORMS`.
    """

    __slots__ = ("_crossings", "_transform", "_z")

    def __init__(self, target: float, z: float, transform: str) -> None:
        self._crossings = Crossing(target), Crossing(target), Crossing(target)
        self._z, self._transform = z, transform

    @property
    def settled(self) -> bool:
        """Whether further blocks can change nothing."""
        return all(crossing.settled for crossing in self._crossings)

    def possible(self, before: Height, after: Height) -> bool:
        """Whether what is looked for may lie on the curve between two heights."""
        value, lower, upper = self._crossings
        lowest, lowest_upper = self._bounds(before, after)
        return (
            value.possible(after.survival) or lower.possible(lowest) or upper.possible(lowest_upper)
        )

    def look(self, time: Floats, survival: Floats, squared: Floats, *, last: bool) -> None:
        """Take the next block that :meth:`possible` does not rule out.

        Parameters
        ----------
        time, survival
            Of the curve.
        squared
            Greenwood's sum.
        last
            Whether the curve ends here: a function that ends at its target has its midpoint there.
        """
        ends = Height(survival[0], squared[0]), Height(survival[-1], squared[-1])
        if not (last or self.possible(*ends)):
            return
        if time.size > _LOOKED_AT:
            # A crossing lies in a small part of a block: the rest is ruled out as blocks are.
            middle = time.size // 2
            for part, ends_here in ((slice(middle), False), (slice(middle, None), last)):
                self.look(time[part], survival[part], squared[part], last=ends_here)
            return
        value, lower, upper = self._crossings
        value.look(time, survival)
        limits = limits_around(survival, np.sqrt(squared), self._z, self._transform)
        lower.look(time, limits.lower)
        upper.look(time, limits.upper)

    def found(self, last: float) -> tuple[float | None, float | None, float | None]:
        """Give the quantile and its limits; ``None`` for what was not reached."""
        value, lower, upper = (crossing.found(last) for crossing in self._crossings)
        return value, lower, upper

    def _bounds(self, before: Height, after: Height) -> tuple[float, float]:
        """Give heights below which the lower, and the upper, limit does not fall between two heights of the curve.

        Survival falls and its error grows along the curve. At a fixed survival the lower limit falls with the error
        and the upper rises; at a fixed error both are, on every scale, rising or first rising and then falling in
        survival, so that they are lowest at an end.
        """
        if not 0 < after.survival <= before.survival < 1:
            return -np.inf, -np.inf
        ends = np.array([before.survival, after.survival] * 2)
        errors = np.sqrt([after.squared, after.squared, before.squared, before.squared])
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            # The largest error with the highest survival may be more than a scale can hold: no bound then.
            limits = TRANSFORMS[self._transform](ends, errors, self._z)
        return float(limits.lower[:2].min()), float(limits.upper[2:].min())
