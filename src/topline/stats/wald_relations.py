"""What lies between an estimate, its limits and its p-value: distances on a scale, and tails, with all they can be.

:mod:`topline.stats.from_summaries` puts these steps together.
"""

import math

from scipy import special

from topline.errors import DataError, UsageError
from topline.stats.checking import known
from topline.stats.distribution import t_probability
from topline.stats.estimate import Scale, Sides
from topline.stats.possible_values import Derived, Given, PossibleValues, derive, possible
from topline.stats.ranking import normal_probability

_SCALES = ("natural", "log")
_SIDES = ("two-sided", "greater", "less")


def limits_on_scale(
    lower: Given, upper: Given, scale: Scale
) -> tuple[PossibleValues, PossibleValues]:
    """Take the limits of an interval, in order and on their scale.

    Examples
    --------
    >>> [one.middle for one in limits_on_scale(1.0, 1.0, "log")]
    [0.0, 0.0]
    """
    known("scale", scale, _SCALES)
    low, high = possible(lower), possible(upper)
    if low.middle > high.middle or low.lower > high.upper:
        raise DataError(
            f"an interval from {low.middle:g} to {high.middle:g}",
            where="lower, upper",
            accepted="a lower limit that is not above the upper one",
        )
    return on_scale(low, scale), on_scale(high, scale)


def on_scale(values: PossibleValues, scale: Scale) -> PossibleValues:
    """Take logarithms on the log scale; a printed 0.00 of a ratio is above 0, and goes on without end.

    Examples
    --------
    >>> on_scale(PossibleValues(1.0, 1.0, 1.0), "log").middle
    0.0
    """
    known("scale", scale, _SCALES)
    if scale == "natural":
        return values
    if values.middle <= 0:
        raise DataError(
            f"{values.middle:g} has no logarithm",
            accepted="ratios and their limits above 0, or the natural scale",
        )
    return values.mapped(lambda number: math.log(number) if number > 0 else -math.inf)


def exponential(number: float) -> float:
    """Give e to the power of a number, infinite where that is too large.

    Examples
    --------
    >>> exponential(0.0), exponential(1000.0)
    (1.0, inf)
    """
    try:
        return math.exp(number)
    except OverflowError:
        return math.inf


def null_on_scale(null_value: float | None, scale: Scale) -> float:
    """Give the null value on its scale; 0, or 1 for ratios, where there is none.

    Examples
    --------
    >>> null_on_scale(None, "log"), null_on_scale(2.0, "natural")
    (0.0, 2.0)
    """
    if scale == "natural":
        return 0.0 if null_value is None else float(null_value)
    if null_value is None:
        return 0.0
    if null_value <= 0:
        raise UsageError(f"a null value of {null_value:g} for a ratio", accepted="a number above 0")
    return math.log(null_value)


def distance_from_null(estimate: Given, null_value: float | None, scale: Scale) -> PossibleValues:
    """Give how far an estimate lies above the null value, on its scale.

    Examples
    --------
    >>> distance_from_null(3.0, 1.0, "natural").middle
    2.0
    """
    null = null_on_scale(null_value, scale)
    return on_scale(possible(estimate), scale).mapped(lambda number: number - null)


def size_of(values: PossibleValues) -> PossibleValues:
    """Give all possible sizes of numbers of either sign.

    Examples
    --------
    >>> size_of(PossibleValues(-2.0, 1.0))
    PossibleValues(lower=0.0, upper=2.0, printed=None)
    """
    ends = abs(values.lower), abs(values.upper)
    across = values.lower <= 0 <= values.upper
    printed = None if values.printed is None else abs(values.printed)
    return PossibleValues(0.0 if across else min(ends), max(ends), printed)


def printed_p_value(p_value: Given) -> PossibleValues:
    """Take a p-value, and with it what rounding leaves open within [0, 1].

    Examples
    --------
    >>> printed_p_value(0.03).middle
    0.03
    """
    values = possible(p_value)
    # A rounded 0.000 or "<0.001" reaches below 0, where no probability is.
    low, high = max(values.lower, 0.0), min(values.upper, 1.0)
    if low > high or not low <= values.middle <= high:
        raise DataError(
            f"a p-value of {values.middle:g}", where="p_value", accepted="a number from 0 to 1"
        )
    return PossibleValues(low, high, values.printed)


def statistic_from_p(
    p_value: Given, sides: Sides, degrees_of_freedom: float | None
) -> PossibleValues:
    """Give the statistic of a p-value: its size, or for one-sided tests how far it is towards the alternative.

    Normal where there are no degrees of freedom, and Student's t otherwise.

    Examples
    --------
    >>> round(statistic_from_p(0.05, "two-sided", None).middle, 6)
    1.959964
    """
    known("sides", sides, _SIDES)
    tail = printed_p_value(p_value)

    def statistic(p: float) -> float:
        upper = p / 2 if sides == "two-sided" else p
        if upper in (0.0, 1.0):
            return math.inf if upper == 0 else -math.inf
        if degrees_of_freedom is None:
            return -float(special.ndtri(upper))
        size = _t_of_tails(2 * min(upper, 1 - upper), degrees_of_freedom)
        return size if upper <= 0.5 else -size

    return tail.mapped(statistic)


def _t_of_tails(both: float, degrees_of_freedom: float) -> float:
    """Give t such that Student's variable lies beyond ±t with probability ``both``, also where that is tiny."""
    half = degrees_of_freedom / 2
    share = float(special.betaincinv(half, 0.5, both))
    rest = float(special.betainccinv(0.5, half, both))
    return math.sqrt(degrees_of_freedom * rest / share) if share > 0 else math.inf


def p_value_of_statistic(
    statistic: PossibleValues, sides: Sides, degrees_of_freedom: float | None, method: str
) -> Derived:
    """Give the p-value of a statistic.

    Examples
    --------
    >>> round(p_value_of_statistic(PossibleValues(2.0, 2.0, 2.0), "two-sided", None, "z").value, 4)
    0.0455
    """

    def tail(number: float) -> float:
        if math.isinf(number):
            return 0.0 if sides == "two-sided" or (number > 0) == (sides == "greater") else 1.0
        if degrees_of_freedom is None:
            return normal_probability(number, sides)
        return t_probability(number, degrees_of_freedom, sides)

    values = size_of(statistic) if sides == "two-sided" else statistic
    return derive(tail, (values,), method)
