"""One proportion and its interval, for one group or for many at once.

:data:`INTERVALS` lists the interval methods by name; a new one is one function and one entry. Comparison of
the methods: Brown, Cai, DasGupta, "Interval estimation for a binomial proportion", Statistical Science
16 (2001) 101–133, doi:10.1214/ss/1009213286, here "BCD".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import LARGEST_COUNT, confidence_level, counts, known, same_length
from topline.stats.distribution import beta_quantile, normal_multiplier
from topline.stats.estimate import Estimate, Estimates, Floats, Integers, Limits


class IntervalFunction(Protocol):
    """Limits of a proportion from counts, numbers and the level, vectorised; inputs are already checked."""

    def __call__(self, count: Floats, number: Floats, level: float) -> Limits:
        """Give one lower and one upper limit [1] for each count of each number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalMethod:
    """One way to put an interval around a proportion.

    Parameters
    ----------
    name
        The key in :data:`INTERVALS`, as a specification writes it.
    title
        The name as a record or a table prints it.
    limits
        The function.
    source
        Where the formula stands.
    """

    name: str
    title: str
    limits: IntervalFunction
    source: str


def jeffreys(count: Floats, number: Floats, level: float, *, edge_rule: bool = True) -> Limits:
    """Give Jeffreys limits: equal-tailed quantiles of Beta(count + 1/2, number - count + 1/2).

    Parameters
    ----------
    count
        How many of each number.
    number
        Each denominator, from 1.
    level
        The confidence level, a fraction.
    edge_rule
        Set the lower limit to 0 where the count is 0, and the upper limit to 1 where it is the number
        (BCD section 3.1.3; SAS does the same). Without it the interval at the edge leaves out the
        estimate itself.

    Examples
    --------
    >>> jeffreys(np.array([8.0]), np.array([27.0]), 0.95)[0].round(6)
    array([0.151206])
    """
    tail = (1 - level) / 2
    lower = beta_quantile(count + 0.5, number - count + 0.5, tail)
    upper = beta_quantile(count + 0.5, number - count + 0.5, tail, upper=True)
    if edge_rule:
        lower = np.where(count == 0, 0.0, lower)
        upper = np.where(count == number, 1.0, upper)
    return Limits(lower, upper)


def clopper_pearson(count: Floats, number: Floats, level: float) -> Limits:
    """Give Clopper–Pearson ("exact") limits, which invert two one-sided binomial tests.

    The lower limit is 0 where the count is 0, the upper 1 where it is the number.

    Examples
    --------
    >>> clopper_pearson(np.array([0.0]), np.array([20.0]), 0.95).upper.round(6)
    array([0.168433])
    """
    tail = (1 - level) / 2
    # At the edges one shape would be 0, where the quantile is undefined; the limit is known there.
    lower = beta_quantile(np.maximum(count, 1), number - count + 1, tail)
    upper = beta_quantile(count + 1, np.maximum(number - count, 1), tail, upper=True)
    return Limits(np.where(count == 0, 0.0, lower), np.where(count == number, 1.0, upper))


def wilson(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wilson (score) limits without continuity correction.

    Examples
    --------
    >>> wilson(np.array([8.0]), np.array([27.0]), 0.95).upper.round(6)
    array([0.484807])
    """
    z = normal_multiplier(level)
    square = z * z
    centre = (count + square / 2) / (number + square)
    half = z / (number + square) * np.sqrt(count * (number - count) / number + square / 4)
    # At the edges the limit is exactly 0 or 1; rounding would leave it a hair away.
    return Limits(
        np.where(count == 0, 0.0, centre - half), np.where(count == number, 1.0, centre + half)
    )


def agresti_coull(count: Floats, number: Floats, level: float) -> Limits:
    """Give Agresti–Coull limits: Wald limits after adding z²/2 to the count and z² to the number.

    The limits may lie outside [0, 1]; they are not cut.

    Examples
    --------
    >>> agresti_coull(np.array([0.0]), np.array([20.0]), 0.95).lower.round(6)
    array([-0.028684])
    """
    z = normal_multiplier(level)
    square = z * z
    centre = (count + square / 2) / (number + square)
    half = z * np.sqrt(centre * (1 - centre) / (number + square))
    return Limits(centre - half, centre + half)


def wald(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wald limits without continuity correction.

    The limits may lie outside [0, 1] and are not cut; at 0 or the number the interval has no width. Its
    coverage is poor even for large numbers (BCD section 2): it is here because protocols ask for it.

    Examples
    --------
    >>> wald(np.array([8.0]), np.array([27.0]), 0.95).lower.round(6)
    array([0.12406])
    """
    share = count / number
    half = normal_multiplier(level) * np.sqrt(share * (1 - share) / number)
    return Limits(share - half, share + half)


def _registry(*methods: IntervalMethod) -> Mapping[str, IntervalMethod]:
    return MappingProxyType({method.name: method for method in methods})


INTERVALS: Mapping[str, IntervalMethod] = _registry(
    IntervalMethod(name="jeffreys", title="Jeffreys", limits=jeffreys, source="BCD section 3.1.3"),
    IntervalMethod(
        name="wilson", title="Wilson (score)", limits=wilson, source="BCD section 3.1.1"
    ),
    IntervalMethod(
        name="clopper_pearson",
        title="Clopper–Pearson (exact)",
        limits=clopper_pearson,
        source="Clopper and Pearson, Biometrika 26 (1934) 404–413, doi:10.1093/biomet/26.4.404",
    ),
    IntervalMethod(
        name="agresti_coull",
        title="Agresti–Coull",
        limits=agresti_coull,
        source="BCD section 3.1.2",
    ),
    IntervalMethod(name="wald", title="Wald", limits=wald, source="BCD section 2"),
)
"""The interval methods by name."""


def proportion(
    count: float,
    number: float,
    *,
    level: float = 0.95,
    interval: str = "jeffreys",
    bounded: bool = False,
) -> Estimate:
    """Estimate a proportion with its interval.

    Parameters
    ----------
    count
        How many have the characteristic [participants, or another unit]; whole, from 0 to ``number``.
    number
        How many were looked at; whole, from 1.
    level
        The confidence level, a fraction.
    interval
        A name in :data:`INTERVALS`.
    bounded
        Cut a limit outside [0, 1] to 0 or 1 (Wald and Agresti–Coull can give one). Either way a note says
        that the formula's limit lay outside.

    Returns
    -------
    Estimate
        A fraction, not a percentage.

    Raises
    ------
    DataError
        If a count is not whole, or not between 0 and a number of at least 1.
    UsageError
        If ``level`` or ``interval`` is not known.

    Examples
    --------
    >>> rate = proportion(8, 27)
    >>> round(rate.value, 4), round(rate.lower, 4), round(rate.upper, 4)
    (0.2963, 0.1512, 0.4825)
    """
    many = proportions([count], [number], level=level, interval=interval)
    lower, upper = float(many.lower[0]), float(many.upper[0])
    notes: list[str] = []
    if lower < 0:
        notes.append(_outside("lower", lower, "0", bounded))
    if upper > 1:
        notes.append(_outside("upper", upper, "1", bounded))
    return Estimate(
        value=float(many.value[0]),
        lower=max(lower, 0.0) if bounded else lower,
        upper=min(upper, 1.0) if bounded else upper,
        level=many.level,
        method=many.method,
        notes=tuple(notes),
    )


def proportions(
    count: ArrayLike, number: ArrayLike, *, level: float = 0.95, interval: str = "jeffreys"
) -> Estimates:
    """Estimate many proportions with their intervals at once.

    Parameters
    ----------
    count, number
        As in :func:`proportion`, one element for each group.
    level, interval
        As in :func:`proportion`. Limits are not cut to [0, 1].

    Returns
    -------
    Estimates
        Fractions.

    Raises
    ------
    DataError, UsageError
        As :func:`proportion`; the message names the element.

    Examples
    --------
    >>> proportions([0, 8], [20, 27], interval="clopper_pearson").upper.round(4)
    array([0.1684, 0.5018])
    """
    having, of = counts("count", count), counts("number", number)
    same_length(count=having, number=of)
    _refuse_impossible(having, of)
    level = confidence_level(level)
    method = INTERVALS[known("interval", interval, INTERVALS)]
    lower, upper = _on_distinct(having, of, lambda x, n: method.limits(x, n, level))
    return Estimates(
        value=having / of,
        lower=lower,
        upper=upper,
        level=level,
        method=f"proportion, {method.title} interval",
    )


def _outside(part: str, limit: float, edge: str, bounded: bool) -> str:
    done = f"cut to {edge}" if bounded else "left as it is"
    return f"{part}: the formula gives {limit:.6g}, outside the possible range; {done}"


def _refuse_impossible(count: Integers, number: Integers) -> None:
    for wrong, what in ((number < 1, "number"), (count > number, "count")):
        if wrong.any():
            position = int(np.argmax(wrong))
            where = f"{what}[{position}]"
            raise DataError(
                f"{count[position]} of {number[position]} is not a proportion",
                where=where,
                accepted="a number of at least 1, and a count from 0 to that number",
            )


def _on_distinct(
    count: Integers, number: Integers, limits: Callable[[Floats, Floats], Limits]
) -> Limits:
    """Compute each distinct pair once: a million rows of adverse events hold few distinct pairs."""
    largest = int(number.max())
    if count.size < 1000 or (largest + 1) ** 2 > LARGEST_COUNT:
        return limits(count.astype(np.float64), number.astype(np.float64))
    pairs, position = np.unique(number * (largest + 1) + count, return_inverse=True)
    of, having = np.divmod(pairs, largest + 1)
    lower, upper = limits(having.astype(np.float64), of.astype(np.float64))
    return Limits(lower[position], upper[position])
