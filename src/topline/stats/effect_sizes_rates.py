"""Effects from events over person-time in two groups: rate ratios and differences."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import UsageError
from topline.stats.checking import counts, known, positive, same_length, scalar
from topline.stats.effect_sizes import EffectSizes, effects_with_reasons
from topline.stats.estimate import Floats, Scale

Rates = tuple[Floats, Floats, Floats, Floats]
"""Events and person-time of the first group, and of the second."""


@dataclass(frozen=True, slots=True)
class RateMeasure:
    """An effect measure of two rates: in words, the scale, and the formulas."""

    title: str
    scale: Scale
    compute: Callable[[Rates], tuple[Floats, Floats]]


def rate_effects(
    events: ArrayLike,
    person_time: ArrayLike,
    control_events: ArrayLike,
    control_person_time: ArrayLike,
    *,
    measure: str = "IRR",
    zero_cells: str = "tables with zeros",
    add: float = 0.5,
) -> EffectSizes:
    """Compute an effect and its variance from the event rates of two groups of each study.

    Parameters
    ----------
    events, person_time
        Events and time at risk of the first group of each study [events, any unit of time].
    control_events, control_person_time
        Of the second group [events, the same unit].
    measure
        Of :data:`RATE_MEASURES`.
    zero_cells
        ``"none"``, or ``"tables with zeros"``: ``add`` to both groups' events of studies with a group without any.
    add
        The constant that is added [events].

    Returns
    -------
    EffectSizes
        The logarithm of a ratio [1], a difference [events per unit of time], or a difference of roots. Undefined, NaN
        with the reason, where a zero remains that the measure cannot take.

    Raises
    ------
    DataError
        If events are no count, person-time is not positive, or lengths differ.
    UsageError
        If ``measure``, ``zero_cells`` or ``add`` does not fit.

    Notes
    -----
    IRR: log((x₁/t₁)/(x₂/t₂)), variance 1/x₁ + 1/x₂. IRD: x₁/t₁ − x₂/t₂, x₁/t₁² + x₂/t₂². IRSD: √(x₁/t₁) − √(x₂/t₂),
    1/(4t₁) + 1/(4t₂), which needs no rule for zeros. Rothman, Greenland and Lash, Modern Epidemiology, 3rd edition,
    2008, chapter 14.

    Not for events that recur in the same participants, whose variance is larger than that of Poisson counts; not for
    pooling rare events by inverse variance: :func:`topline.stats.mantel_haenszel_pooling.pool_mantel_haenszel_rates`.

    In R:
    ``metafor::escalc(measure = "IRR", x1i = events, t1i = person_time, x2i = control_events, t2i =
    control_person_time)``; in SAS: none.

    Examples
    --------
    >>> ratio = rate_effects([9], [413.0], [19], [398.0])
    >>> ratio.value.round(4), ratio.variance.round(4)
    (array([-0.7842]), array([0.1637]))
    """
    first = counts("events", events).astype(np.float64)
    second = counts("control_events", control_events).astype(np.float64)
    time = positive("person_time", person_time)
    control_time = positive("control_person_time", control_person_time)
    same_length(
        events=first, person_time=time, control_events=second, control_person_time=control_time
    )
    chosen = RATE_MEASURES[known("measure", measure, RATE_MEASURES)]
    known("zero-cell rule", zero_cells, ("none", "tables with zeros"))
    if scalar("add", add) < 0:
        raise UsageError(f"{add} is added to events", accepted="a finite number from 0")
    adds = zero_cells != "none" and measure != "IRSD"
    zero = (first == 0) | (second == 0)
    extra = np.where(zero & adds, add, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, variance = chosen.compute((first + extra, time, second + extra, control_time))
    words = f"{add:g} added to both groups of studies with zero events" if adds else "nothing added"
    return effects_with_reasons(
        value,
        variance,
        f"{chosen.title} or its variance is undefined without events, and {words}",
        measure=measure,
        scale=chosen.scale,
        method=f"{chosen.title}; {words}",
    )


def _ratio(rates: Rates) -> tuple[Floats, Floats]:
    first, time, second, control_time = rates
    return np.log((first / time) / (second / control_time)), 1 / first + 1 / second


def _difference(rates: Rates) -> tuple[Floats, Floats]:
    first, time, second, control_time = rates
    return first / time - second / control_time, first / time**2 + second / control_time**2


def _root_difference(rates: Rates) -> tuple[Floats, Floats]:
    first, time, second, control_time = rates
    return (
        np.sqrt(first / time) - np.sqrt(second / control_time),
        1 / (4 * time) + 1 / (4 * control_time),
    )


RATE_MEASURES: dict[str, RateMeasure] = {
    "IRR": RateMeasure("log rate ratio", "log", _ratio),
    "IRD": RateMeasure("rate difference", "natural", _difference),
    "IRSD": RateMeasure("difference of square roots of rates", "natural", _root_difference),
}
"""The effect measures of two rates by the names that metafor gives them in R."""
