"""Two event rates: their ratio and their difference, with intervals and tests; one comparison or many at once.

The first group's rate is compared with the second's, the control's. The numbers of events are taken as Poisson;
negative binomial regression allows for rates that differ between participants.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from topline.stats import proportion, rate
from topline.stats.checking import (
    LARGEST_COUNT,
    confidence_level,
    counts,
    finite,
    known,
    positive,
    same_length,
)
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import (
    Estimate,
    Estimates,
    Floats,
    Integers,
    Limits,
    Sides,
    Test,
    undefined_test,
)
from topline.stats.interval_words import interval_words
from topline.stats.proportion_tests import proportion_test
from topline.stats.ranking import normal_probability
from topline.stats.root_finding import falling_roots
from topline.stats.score_statistics import restricted_rates

RATIO_INTERVALS: Mapping[str, str] = MappingProxyType(
    {
        "exact": "exact conditional (Clopper–Pearson)",
        "mid_p": "mid-p conditional",
        "score": "score (Wilson)",
        "jeffreys": "Jeffreys conditional",
        "wald_log": "Wald on the log scale",
    }
)
"""The intervals of a ratio by name."""

DIFFERENCE_INTERVALS: Mapping[str, str] = MappingProxyType(
    {
        "score": "score (Miettinen–Nurminen)",
        "wald": "Wald",
        "mover_jeffreys": "variance recovery from Jeffreys limits (MOVER)",
        "mover_score": "variance recovery from score limits (MOVER)",
    }
)
"""The intervals of a difference by name."""

RATIO_TESTS: Mapping[str, str] = MappingProxyType(
    {"exact": "exact", "mid_p": "mid_p", "score": "score"}
)
"""The tests of a ratio by name, with the test of a proportion that each is."""

MIRRORED: Mapping[Sides, Sides] = MappingProxyType(
    {"two-sided": "two-sided", "greater": "less", "less": "greater"}
)
"""The alternative as seen from the other group."""

_SHARES = {
    "exact": "clopper_pearson",
    "mid_p": "mid_p",
    "score": "wilson",
    "jeffreys": "jeffreys",
}
"""The interval of the first group's share of the events behind each interval of the ratio."""

_CHUNK = 1 << 13
"""So many comparisons are worked on together: their arrays stay in the processor's cache."""


class _Groups(NamedTuple):
    """Events and person-time of two groups, checked; arrays of one length."""

    events: Floats
    person_time: Floats
    control_events: Floats
    control_person_time: Floats

    def at(self, index: Integers) -> "_Groups":
        return _Groups(*(part[index] for part in self))


def _groups(
    events: ArrayLike,
    person_time: ArrayLike,
    control_events: ArrayLike,
    control_person_time: ArrayLike,
) -> _Groups:
    found = _Groups(
        counts("events", events).astype(np.float64),
        positive("person_time", person_time),
        counts("control_events", control_events).astype(np.float64),
        positive("control_person_time", control_person_time),
    )
    same_length(**found._asdict())
    return found


def rate_ratio(
    events: float,
    person_time: float,
    control_events: float,
    control_person_time: float,
    *,
    level: float = 0.95,
    interval: str = "exact",
) -> Estimate:
    """Estimate the ratio of two event rates with its interval.

    Parameters
    ----------
    events, control_events
        How many events were observed in each group; whole, from 0 [events].
    person_time, control_person_time
        The time at risk, summed over the participants of each group [any unit, the same]; above 0.
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`RATIO_INTERVALS`. ``"wald_log"`` is undefined for no events in either group.

    Returns
    -------
    Estimate
        The ratio [1]. Without events in the control group it has no finite value, and no upper limit; the lower one
        stands. Without any event nothing is known of it.

    Raises
    ------
    DataError
        If events are not counts or person-time is not above 0.
    UsageError
        If ``level`` or ``interval`` is not known.

    Notes
    -----
    φ̂ = (x₁/t₁)/(x₂/t₂). Given x₁ + x₂, x₁ is binomial with share φ t₁/(φ t₁ + t₂), so that limits of that share give
    those of φ; "wald_log": φ̂ exp(± z √(1/x₁ + 1/x₂)). Breslow and Day, Statistical Methods in Cancer Research II,
    1987, chapter 3.

    Not for events that recur in the same participants: the limits are too narrow, and
    :func:`topline.stats.negative_binomial.fit_negative_binomial` allows for it.

    In R: ``poisson.test(c(x1, x2), c(t1, t2))`` for exact limits,
    ``exactci::poisson.exact(c(x1, x2), c(t1, t2), midp = TRUE, tsmethod = "central")`` for mid-p; in SAS: PROC
    GENMOD, DIST=POISSON for "wald_log", with EXACT for exact limits.

    Examples
    --------
    >>> found = rate_ratio(11, 800, 6, 707.7)
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (1.6218, 0.5498, 5.3409)
    """
    many = rate_ratios(
        [events],
        [person_time],
        [control_events],
        [control_person_time],
        level=level,
        interval=interval,
    )
    parts = {"value": many.value, "lower": many.lower, "upper": many.upper}
    numbers = {name: float(part[0]) for name, part in parts.items()}
    missing = [name for name, number in numbers.items() if not math.isfinite(number)]
    reason = _why_undefined(events, control_events, interval)
    return Estimate(
        value=_known(numbers["value"]),
        lower=_known(numbers["lower"]),
        upper=_known(numbers["upper"]),
        level=many.level,
        method=many.method,
        notes=tuple(f"{name}: {reason}" for name in missing),
    )


def _known(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _why_undefined(events: float, control_events: float, interval: str) -> str:
    if events == 0 and control_events == 0:
        return "undefined: there is no event in either group"
    if control_events == 0:
        return "not finite: there is no event in the control group"
    return f"undefined for no events with the interval {interval}"


def rate_ratios(
    events: ArrayLike,
    person_time: ArrayLike,
    control_events: ArrayLike,
    control_person_time: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "exact",
) -> Estimates:
    """Estimate many rate ratios with their intervals at once, each as :func:`rate_ratio` does.

    Parameters
    ----------
    events, person_time, control_events, control_person_time, level, interval
        As in :func:`rate_ratio`; one element of each count and time for each comparison.

    Returns
    -------
    Estimates
        Ratios [1]: value and upper limit infinite where only the control group has no event, NaN where undefined.

    Examples
    --------
    >>> rate_ratios([11, 0], [800, 10], [6, 4], [707.7, 12]).upper.round(4)
    array([5.3409, 1.8178])
    """
    groups = _groups(events, person_time, control_events, control_person_time)
    level = confidence_level(level)
    known("interval", interval, RATIO_INTERVALS)
    x, t, y, u = groups
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = (x / y) * (u / t)
        if interval == "wald_log":
            half = normal_multiplier(level) * np.sqrt(1 / x + 1 / y)
            finite_half = np.isfinite(half)
            factor = np.exp(np.where(finite_half, half, np.nan))
            lower, upper = value / factor, value * factor
        else:
            odds = _odds(x, y, _SHARES[interval], level)
            lower, upper = odds.lower * (u / t), odds.upper * (u / t)
    nothing = x + y == 0
    return Estimates(
        value=np.where(nothing, np.nan, value),
        lower=np.where(nothing, np.nan, lower),
        upper=np.where(nothing, np.nan, upper),
        level=level,
        method=f"rate ratio, {interval_words(RATIO_INTERVALS[interval])}",
        undefined="a group has no event",
    )


def _odds(x: Floats, y: Floats, interval: str, level: float) -> Limits:
    """Give limits of the odds that an event is the first group's.

    The share of the one group and that of the other are limited separately, so that neither loses its digits by
    being subtracted from 1.
    """
    limits = proportion.INTERVALS[interval].limits
    largest = max(float(x.max()), float(y.max())) + 1
    position: Integers | slice = slice(None)
    if largest**2 < LARGEST_COUNT:
        # A million comparisons hold few distinct pairs.
        pairs, found = np.unique(x * largest + y, return_inverse=True)
        (x, y), position = np.divmod(pairs, largest), found.astype(np.int64)
    total = np.maximum(x + y, 1.0)
    first, second = limits(x, total, level), limits(y, total, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = first.lower / second.upper, first.upper / second.lower
    return Limits(lower[position], upper[position])


def rate_ratio_test(
    events: float,
    person_time: float,
    control_events: float,
    control_person_time: float,
    *,
    null_value: float = 1.0,
    test: str = "exact",
    sides: Sides = "two-sided",
) -> Test:
    """Test the ratio of two event rates, given the total number of events.

    Parameters
    ----------
    events, person_time, control_events, control_person_time
        As in :func:`rate_ratio`.
    null_value
        The ratio tested [1]; above 0.
    test
        A name in :data:`RATIO_TESTS`: ``"exact"`` (R's ``poisson.test``), ``"mid_p"``, or ``"score"``, the
        normal statistic ``(x - m q) / √(m q (1 - q))`` with ``q`` the share under the null hypothesis.
    sides
        ``"greater"``: the ratio is greater than the null value.

    Returns
    -------
    Test
        The statistic of the exact tests is the number of events of the first group [events]; the score statistic is
        standard normal. Undefined, ``None`` with the reason, where there is no event in either group; with events in
        only one group it is defined.

    Raises
    ------
    DataError, UsageError
        As :func:`rate_ratio`, and if the null value is no such value.

    Notes
    -----
    Given x₁ + x₂ = m, x₁ is binomial with share q = φ₀ t₁/(φ₀ t₁ + t₂), φ₀ the ratio tested. Breslow and Day,
    Statistical Methods in Cancer Research II, 1987, chapter 3.

    Not for events that recur in the same participants; the p-value is then too small.

    In R: ``poisson.test(c(x1, x2), c(t1, t2), r = null_value)``; in SAS: PROC GENMOD, DIST=POISSON with EXACT
    (``"exact"``).

    Examples
    --------
    >>> round(rate_ratio_test(11, 800, 6, 707.7).p_value, 6)
    0.467307
    """
    known("test", test, RATIO_TESTS)
    known("sides", sides, ("two-sided", "greater", "less"))
    groups = _groups([events], [person_time], [control_events], [control_person_time])
    x, t, y, u = (float(part[0]) for part in groups)
    ratio = float(positive("null_value", [null_value])[0])
    method = f"{test.replace('_', '-')} test of a rate ratio, given the total number of events"
    if x + y == 0:
        reason = "undefined: there is no event in either group"
        return undefined_test(method, reason, sides=sides, null_value=ratio)
    # The events of the group of which fewer are expected are counted: 1 less a share near 1 would lose its digits.
    mostly_first = ratio * t > u
    counted, share = (y, u) if mostly_first else (x, ratio * t)
    found = proportion_test(
        counted,
        x + y,
        share / (ratio * t + u),
        test=RATIO_TESTS[test],
        sides=MIRRORED[sides] if mostly_first else sides,
    )
    statistic = found.statistic if test == "score" else x
    if test == "score" and mostly_first and statistic is not None:
        statistic = 0.0 - statistic
    return Test(
        statistic=statistic,
        p_value=found.p_value,
        sides=sides,
        null_value=ratio,
        method=method,
    )


def rate_difference(
    events: float,
    person_time: float,
    control_events: float,
    control_person_time: float,
    *,
    level: float = 0.95,
    interval: str = "score",
) -> Estimate:
    """Estimate the difference of two event rates with its interval.

    Parameters
    ----------
    events, person_time, control_events, control_person_time
        As in :func:`rate_ratio`.
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`DIFFERENCE_INTERVALS`.

    Returns
    -------
    Estimate
        The first rate minus the second [events per unit of person-time], with Wald's standard error. The difference
        is 0 without events in both groups: score and MOVER limits have width, Wald's have none.

    Raises
    ------
    DataError, UsageError
        As :func:`rate_ratio`.

    Notes
    -----
    δ̂ = x₁/t₁ − x₂/t₂. Score: the δ with (δ̂ − δ)/√(λ̃₁/t₁ + λ̃₂/t₂) = ± z, λ̃ the rates that are most likely under
    δ. Miettinen and Nurminen, Statistics in Medicine 4 (1985) 213–226, doi:10.1002/sim.4780040211. Wald: δ̂ ± z
    √(x₁/t₁² + x₂/t₂²). MOVER: Zou and Donner, Statistics in Medicine 27 (2008) 1693–1702, doi:10.1002/sim.3095.

    Not for events that recur in the same participants; Wald limits not for few events.

    In R: ``ratesci::scoreci(x1, t1, x2, t2, distrib = "poi", contrast = "RD", skew = FALSE)`` for score limits; in
    SAS: PROC STDRATE, METHOD=MH EFFECT=DIFF for Wald limits.

    Examples
    --------
    >>> found = rate_difference(11, 800, 6, 707.7)
    >>> round(found.value, 6), round(found.lower, 6), round(found.upper, 6)
    (0.005272, -0.00628, 0.017195)
    """
    many = rate_differences(
        [events],
        [person_time],
        [control_events],
        [control_person_time],
        level=level,
        interval=interval,
    )
    error = math.sqrt(events / person_time**2 + control_events / control_person_time**2)
    return Estimate(
        value=float(many.value[0]),
        lower=float(many.lower[0]),
        upper=float(many.upper[0]),
        level=many.level,
        method=many.method,
        standard_error=error,
    )


def rate_differences(
    events: ArrayLike,
    person_time: ArrayLike,
    control_events: ArrayLike,
    control_person_time: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "score",
) -> Estimates:
    """Estimate many rate differences with their intervals at once, each as :func:`rate_difference` does.

    Parameters
    ----------
    events, person_time, control_events, control_person_time, level, interval
        As in :func:`rate_difference`; one element of each count and time for each comparison.

    Returns
    -------
    Estimates
        Differences [events per unit of person-time]. No limit is NaN; without any event Wald limits have no width.

    Examples
    --------
    >>> rate_differences([11, 0], [800, 10], [6, 4], [707.7, 12]).lower.round(4)
    array([-0.0063, -0.8572])
    """
    groups = _groups(events, person_time, control_events, control_person_time)
    level = confidence_level(level)
    known("interval", interval, DIFFERENCE_INTERVALS)
    x, t, y, u = groups
    value = x / t - y / u
    if interval == "wald":
        half = normal_multiplier(level) * np.sqrt(x / t**2 + y / u**2)
        limits = Limits(value - half, value + half)
    elif interval == "score":
        lower, upper = np.empty_like(value), np.empty_like(value)
        for begin in range(0, value.size, _CHUNK):
            part = np.arange(begin, min(begin + _CHUNK, value.size))
            found = _score_limits(groups.at(part), value[part], normal_multiplier(level))
            lower[part], upper[part] = found
        limits = Limits(lower, upper)
    else:
        limits = _recovered(groups, value, interval.removeprefix("mover_"), level)
    return Estimates(
        value=value,
        lower=limits.lower,
        upper=limits.upper,
        level=level,
        method=f"rate difference, {interval_words(DIFFERENCE_INTERVALS[interval])}",
    )


def rate_difference_test(
    events: float,
    person_time: float,
    control_events: float,
    control_person_time: float,
    *,
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Test:
    """Test the difference of two event rates by its score, as for non-inferiority with a margin.

    Parameters
    ----------
    events, person_time, control_events, control_person_time
        As in :func:`rate_ratio`.
    null_value
        The difference tested [events per unit of person-time].
    sides
        ``"greater"``: the difference is greater than the null value.

    Returns
    -------
    Test
        The statistic is standard normal. Undefined, ``None`` with the reason, where there is no event in either group
        and the null value is 0.

    Raises
    ------
    DataError, UsageError
        As :func:`rate_ratio`, and if the null value is no such value.

    Notes
    -----
    z = (x₁/t₁ − x₂/t₂ − δ₀)/√(λ̃₁/t₁ + λ̃₂/t₂), λ̃ the rates that are most likely under the difference δ₀. Miettinen
    and Nurminen, Statistics in Medicine 4 (1985) 213–226, doi:10.1002/sim.4780040211.

    Not for events that recur in the same participants, nor for fewer than about five in all, where the normal
    distribution is a poor guide.

    In R: ``ratesci::scoreci(x1, t1, x2, t2, distrib = "poi", contrast = "RD", skew = FALSE, theta0 = null_value)``;
    in SAS: none.

    Examples
    --------
    >>> round(rate_difference_test(11, 800, 6, 707.7).p_value, 6)
    0.336014
    """
    known("sides", sides, ("two-sided", "greater", "less"))
    groups = _groups([events], [person_time], [control_events], [control_person_time])
    margin = finite("null_value", [null_value])
    found = restricted_rates(*groups, margin)
    method = "score test of a rate difference (Miettinen–Nurminen)"
    if found.variance[0] <= 0:
        reason = "undefined: there is no event in either group"
        return undefined_test(method, reason, sides=sides, null_value=float(margin[0]))
    x, t, y, u = groups
    z = float((x[0] / t[0] - y[0] / u[0] - margin[0]) / math.sqrt(found.variance[0]))
    return Test(
        statistic=z,
        p_value=normal_probability(z, sides),
        sides=sides,
        null_value=float(margin[0]),
        method=method,
    )


def _score_limits(groups: _Groups, value: Floats, z: float) -> Limits:
    """Find the differences at which the score statistic is z, and -z."""
    x, t, y, u = groups
    reach = 2 * (z + 1) * np.sqrt((x + 1) / t**2 + (y + 1) / u**2)

    def score(place: Floats, index: Integers) -> tuple[Floats, Floats]:
        some = groups if index.size == value.size else groups.at(index)
        found = restricted_rates(*some, place)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.sqrt(found.variance)
            statistic = np.where(error > 0, (value[index] - place) / error, 0.0)
            slope = -1 / error - statistic * found.slope / (2 * found.variance)
        return statistic, slope

    everything = np.arange(value.size)
    low, high = value - reach, value + reach
    for _ in range(60):
        short, long = score(low, everything)[0] < z, score(high, everything)[0] > -z
        if not (short.any() or long.any()):
            break
        low = np.where(short, value - 2 * (value - low), low)
        high = np.where(long, value + 2 * (high - value), high)

    def reaches(target: float, start: Floats, between: tuple[Floats, Floats]) -> Floats:
        def excess(place: Floats, index: Integers) -> tuple[Floats, Floats]:
            statistic, slope = score(place, index)
            return statistic - target, slope

        return falling_roots(excess, start, *between, smallest_step=1e-15 * reach).place

    half = z * np.sqrt((x + 0.5) / t**2 + (y + 0.5) / u**2)
    return Limits(reaches(z, value - half, (low, value)), reaches(-z, value + half, (value, high)))


def _recovered(groups: _Groups, value: Floats, interval: str, level: float) -> Limits:
    """Combine the distances of each rate's limits from its estimate."""
    x, t, y, u = groups
    limits = rate.INTERVALS[interval].limits
    first, second = limits(x, level), limits(y, level)
    below = np.hypot((x - first.lower) / t, (second.upper - y) / u)
    above = np.hypot((first.upper - x) / t, (y - second.lower) / u)
    return Limits(value - below, value + above)
