"""An event rate per unit of person-time and its interval, for one group or for many at once.

:data:`INTERVALS` lists the interval methods by name; a new one is one function and one entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, counts, known, positive, same_length
from topline.stats.distribution import gamma_quantile
from topline.stats.estimate import Estimate, Estimates, Floats, Limits


class IntervalFunction(Protocol):
    """Limits of an expected count from the observed count and the level, vectorised; inputs are already checked."""

    def __call__(self, events: Floats, level: float) -> Limits:
        """Give one lower and one upper limit [events] for each count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalMethod:
    """One way to put an interval around a rate.

    Parameters
    ----------
    name
        The key in :data:`INTERVALS`.
    title
        The name as a record or a table prints it.
    limits
        The function: limits of the expected number of events, from the observed number.
    source
        Where the formula stands.
    """

    name: str
    title: str
    limits: IntervalFunction
    source: str


def garwood(events: Floats, level: float) -> Limits:
    """Give exact Poisson limits of an expected number of events, by gamma quantiles.

    The lower limit is 0 where no event was observed.

    Examples
    --------
    >>> garwood(np.array([0.0]), 0.95).upper.round(6)
    array([3.688879])
    """
    tail = (1 - level) / 2
    # With no events the shape would be 0, where the quantile is undefined; the limit is known there.
    lower = gamma_quantile(np.maximum(events, 1), tail)
    return Limits(np.where(events == 0, 0.0, lower), gamma_quantile(events + 1, tail, upper=True))


INTERVALS: Mapping[str, IntervalMethod] = MappingProxyType(
    {
        "exact": IntervalMethod(
            name="exact",
            title="exact Poisson (Garwood)",
            limits=garwood,
            source="Garwood, Biometrika 28 (1936) 437–442, doi:10.1093/biomet/28.3-4.437",
        )
    }
)
"""The interval methods by name."""


def event_rate(
    events: float,
    person_time: float,
    *,
    level: float = 0.95,
    per: float = 1.0,
    interval: str = "exact",
) -> Estimate:
    """Estimate an event rate with its interval.

    Parameters
    ----------
    events
        How many events were observed; whole, from 0.
    person_time
        The time at risk, summed over participants [any unit of time]; above 0.
    level
        The confidence level, a fraction.
    per
        The person-time the rate is given for, in the unit of ``person_time``: 100 for events per 100
        participant-years where person_time is in years.
    interval
        A name in :data:`INTERVALS`.

    Returns
    -------
    Estimate
        Events per ``per`` units of person-time.

    Raises
    ------
    DataError
        If ``events`` is not a count or ``person_time`` not above 0.
    UsageError
        If ``level``, ``per`` or ``interval`` does not fit.

    Examples
    --------
    >>> rate = event_rate(24, 1000, per=100)
    >>> round(rate.value, 3), round(rate.lower, 3), round(rate.upper, 3)
    (2.4, 1.538, 3.571)
    """
    many = event_rates([events], [person_time], level=level, per=per, interval=interval)
    return Estimate(
        value=float(many.value[0]),
        lower=float(many.lower[0]),
        upper=float(many.upper[0]),
        level=many.level,
        method=many.method,
    )


def event_rates(
    events: ArrayLike,
    person_time: ArrayLike,
    *,
    level: float = 0.95,
    per: float = 1.0,
    interval: str = "exact",
) -> Estimates:
    """Estimate many event rates with their intervals at once; parameters as in :func:`event_rate`.

    Examples
    --------
    >>> event_rates([0, 7], [12.5, 53.2]).upper.round(4)
    array([0.2951, 0.2711])
    """
    observed = counts("events", events).astype(np.float64)
    exposure = positive("person_time", person_time, why=": without time at risk there is no rate")
    same_length(events=observed, person_time=exposure)
    level = confidence_level(level)
    if not (0 < per < np.inf):
        raise UsageError(
            f"a rate per {per} units of person-time",
            accepted="a finite number above 0, such as 100",
        )
    method = INTERVALS[known("interval", interval, INTERVALS)]
    lower, upper = method.limits(observed, level)
    with np.errstate(over="ignore"):
        scaled = per / exposure
        too_large = ~np.isfinite(upper * scaled)
    if too_large.any():
        position = int(np.argmax(too_large))
        raise DataError(
            f"person_time[{position}] is {exposure[position]:g}: the rate per {per:g} is too large for a number",
            where=f"person_time[{position}]",
            accepted="person-time that is not vanishingly small",
        )
    return Estimates(
        value=observed * scaled,
        lower=lower * scaled,
        upper=upper * scaled,
        level=level,
        method=f"events per {per:g} unit{'' if per == 1 else 's'} of person-time, {method.title} interval",
    )
