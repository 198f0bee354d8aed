"""An event rate per unit of person-time, its interval and its test, for one group or for many at once.

:data:`INTERVALS` lists the interval methods by name; a new one is one function and one entry. The number of events is
taken as Poisson: not suitable where the same participant's events hang together, or rates differ much between
participants; negative binomial regression allows for that.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats import rate_intervals
from topline.stats.checking import (
    LARGEST_COUNT,
    confidence_level,
    counts,
    known,
    positive,
    same_length,
    scalar,
)
from topline.stats.estimate import Estimate, Estimates, Floats, Limits, Sides, Test
from topline.stats.interval_words import interval_words
from topline.stats.poisson_tails import poisson_probabilities
from topline.stats.ranking import normal_probability


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


def _registry(*methods: IntervalMethod) -> Mapping[str, IntervalMethod]:
    return MappingProxyType({method.name: method for method in methods})


INTERVALS: Mapping[str, IntervalMethod] = _registry(
    IntervalMethod(
        name="exact",
        title="exact Poisson (Garwood)",
        limits=rate_intervals.garwood,
        source="Garwood, Biometrika 28 (1936) 437–442, doi:10.1093/biomet/28.3-4.437",
    ),
    IntervalMethod(
        name="byar",
        title="Byar",
        limits=rate_intervals.byar,
        source="Breslow and Day, Statistical Methods in Cancer Research II, 1987, chapter 2",
    ),
    IntervalMethod(
        name="mid_p",
        title="mid-p (exact)",
        limits=rate_intervals.mid_p,
        source="Lancaster, Journal of the American Statistical Association 56 (1961) 223–234",
    ),
    IntervalMethod(
        name="score",
        title="score",
        limits=rate_intervals.score,
        source="Barker, The American Statistician 56 (2002) 85–89",
    ),
    IntervalMethod(
        name="jeffreys",
        title="Jeffreys",
        limits=rate_intervals.jeffreys,
        source="Brown, Cai, DasGupta, Statistica Sinica 13 (2003) 19–49",
    ),
    IntervalMethod(
        name="jeffreys_without_edge_rule",
        title="Jeffreys, without the rule for no events",
        limits=rate_intervals.jeffreys_without_edge_rule,
        source="Brown, Cai, DasGupta, Statistica Sinica 13 (2003) 19–49",
    ),
    IntervalMethod(
        name="likelihood_ratio",
        title="likelihood ratio",
        limits=rate_intervals.likelihood_ratio,
        source="Brown, Cai, DasGupta, Statistica Sinica 13 (2003) 19–49",
    ),
    IntervalMethod(
        name="wald",
        title="Wald",
        limits=rate_intervals.wald,
        source="Barker, The American Statistician 56 (2002) 85–89",
    ),
    IntervalMethod(
        name="wald_log",
        title="Wald on the log scale",
        limits=rate_intervals.wald_log,
        source="the delta method: the logarithm of a Poisson count has variance 1 / count",
    ),
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
        How many events were observed; whole, from 0 [events].
    person_time
        The time at risk, summed over participants [any unit of time]; above 0.
    level
        The confidence level, a fraction [1].
    per
        The person-time the rate is given for, in the unit of ``person_time``: 100 for events per 100
        participant-years where person_time is in years [the unit of ``person_time``].
    interval
        A name in :data:`INTERVALS`.

    Returns
    -------
    Estimate
        Events per ``per`` units of person-time. Without events the rate is 0, and so is the lower limit, except Jeffreys'
        without the edge rule; the upper limit is above 0 except Wald's, which is 0; "wald_log" has no limits,
        ``None`` with the reason. A Wald limit below 0 is left, with a note.

    Raises
    ------
    DataError
        If ``events`` is not a count or ``person_time`` not above 0.
    UsageError
        If ``level``, ``per`` or ``interval`` does not fit.

    Notes
    -----
    λ̂ = x/T, x the events and T the person-time; limits are those of the expected count
    (:mod:`topline.stats.rate_intervals`) over T. Garwood, Biometrika 28 (1936) 437–442, doi:10.1093/biomet/28.3-4.437
    (exact); Barker, The American Statistician 56 (2002) 85–89, doi:10.1198/000313002317572736 (a comparison of
    methods).

    Not for events that recur in the same participants or rates that differ much between them: the limits are then too
    narrow, and :func:`topline.stats.negative_binomial.fit_negative_binomial` allows for it.

    In R: ``poisson.test(x, T)`` for exact limits; in SAS: PROC STDRATE, STAT=RATE with STRATA / STATS(CL=POISSON).

    Examples
    --------
    >>> rate = event_rate(24, 1000, per=100)
    >>> round(rate.value, 3), round(rate.lower, 3), round(rate.upper, 3)
    (2.4, 1.538, 3.571)
    """
    many = event_rates([events], [person_time], level=level, per=per, interval=interval)
    value, lower, upper = (float(part[0]) for part in (many.value, many.lower, many.upper))
    notes: tuple[str, ...] = ()
    if math.isnan(lower):
        notes = tuple(f"{part}: undefined for no events" for part in ("lower", "upper"))
    elif lower < 0:
        notes = (f"lower: the formula gives {lower:.6g}, below any rate; left as it is",)
    return Estimate(
        value=value,
        lower=None if math.isnan(lower) else lower,
        upper=None if math.isnan(upper) else upper,
        level=many.level,
        method=many.method,
        notes=notes,
    )


def event_rates(
    events: ArrayLike,
    person_time: ArrayLike,
    *,
    level: float = 0.95,
    per: float = 1.0,
    interval: str = "exact",
) -> Estimates:
    """Estimate many event rates with their intervals at once, each as :func:`event_rate` does.

    Parameters
    ----------
    events, person_time
        As in :func:`event_rate`, one element for each group.
    level, per, interval
        As in :func:`event_rate`.

    Returns
    -------
    Estimates
        Events per ``per`` units of person-time. A limit that is undefined, such as those of "wald_log" without
        events, is NaN.

    Raises
    ------
    DataError, UsageError
        As :func:`event_rate`; the message names the element.

    Examples
    --------
    >>> event_rates([0, 7], [12.5, 53.2]).upper.round(4)
    array([0.2951, 0.2711])
    """
    observed = counts("events", events).astype(np.float64)
    exposure = positive("person_time", person_time, why=": without time at risk there is no rate")
    same_length(events=observed, person_time=exposure)
    level = confidence_level(level)
    if not scalar("per", per) > 0:
        raise UsageError(
            f"a rate per {per} units of person-time",
            accepted="a finite number above 0, such as 100",
        )
    method = INTERVALS[known("interval", interval, INTERVALS)]
    lower, upper = method.limits(observed, level)
    with np.errstate(over="ignore"):
        scaled = per / exposure
        too_large = np.isinf(upper * scaled)
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
        method=f"events per {per:g} unit{'' if per == 1 else 's'} of person-time, {interval_words(method.title)}",
        undefined="the method has no limits without events",
    )


RATE_TESTS = ("exact", "mid_p", "score")
"""The tests by name."""


def event_rate_test(
    events: float,
    person_time: float,
    *,
    null_value: float,
    test: str = "exact",
    sides: Sides = "two-sided",
) -> Test:
    """Test whether an event rate is a given one.

    Parameters
    ----------
    events, person_time
        As in :func:`event_rate`.
    null_value
        The rate tested [events per unit of person-time]; above 0.
    test
        ``"exact"``: Poisson tails; two-sided, all numbers of events that are no more likely than the one observed
        (R's ``poisson.test``). ``"mid_p"``: half the probability of the number itself, and that of all beyond;
        two-sided, twice the smaller. ``"score"``: ``(x - μ) / √μ`` by the normal distribution.
    sides
        ``"greater"``: the rate is greater than the null value.

    Returns
    -------
    Test
        The number of events is the statistic of the first two. Defined without events too: the lower exact tail is
        then exp(−μ).

    Raises
    ------
    DataError
        If ``events`` is not a count, or the person-time or null value not above 0.
    UsageError
        If a word is not known.

    Notes
    -----
    Under the null hypothesis x is Poisson with mean μ = λ₀ T, λ₀ the rate tested and T the person-time. Exact test:
    Garwood, Biometrika 28 (1936) 437–442, doi:10.1093/biomet/28.3-4.437; mid-p: Lancaster, Journal of the American
    Statistical Association 56 (1961) 223–234.

    Not for events that recur in the same participants, whose number varies more than a Poisson count; not for the
    score test with fewer than about ten events.

    In R: ``poisson.test(x, T, r = null_value)``; mid-p
    ``exactci::poisson.exact(x, T, r = null_value, midp = TRUE, tsmethod = "central")``; in SAS: no procedure, the
    function CDF('POISSON', x, m) gives the tails.

    Examples
    --------
    >>> round(event_rate_test(137, 24.19893, null_value=1).p_value, 6)
    0.0
    >>> round(event_rate_test(7, 53.2, null_value=0.25).p_value, 6)
    0.097543
    """
    known("test", test, RATE_TESTS)
    known("sides", sides, ("two-sided", "greater", "less"))
    observed = float(counts("events", [events])[0])
    exposure = float(positive("person_time", [person_time])[0])
    rate = float(positive("null_value", [null_value])[0])
    expected = expected_events(rate, np.array([exposure]))
    if test == "score":
        statistic = (observed - float(expected[0])) / math.sqrt(float(expected[0]))
        p_value = normal_probability(statistic, sides)
    else:
        statistic = observed
        mid_p = test == "mid_p"
        p_value = float(
            poisson_probabilities(np.array([observed]), expected, sides, mid_p=mid_p)[0]
        )
    title = {"exact": "exact Poisson test", "mid_p": "mid-p Poisson test", "score": "score test"}
    return Test(
        statistic=statistic,
        p_value=min(1.0, p_value),
        sides=sides,
        null_value=rate,
        method=f"{title[test]} of an event rate",
    )


def expected_events(rate: float, person_time: Floats) -> Floats:
    """Give the events expected under a rate [events]. Part of :func:`event_rate_test`.

    Parameters
    ----------
    rate
        Above 0 [events per unit of person-time].
    person_time
        Of each group, above 0 [time].

    Raises
    ------
    UsageError
        If they are 0 to all digits of a float, or more than can be counted.

    Examples
    --------
    >>> expected_events(0.25, np.array([8.0]))
    array([2.])
    """
    with np.errstate(over="ignore"):
        expected = rate * person_time
    outside = ~((expected > 0) & (expected <= LARGEST_COUNT))
    if outside.any():
        place = int(np.argmax(outside))
        raise UsageError(
            f"null_value {rate:g} expects {expected[place]:g} events in person_time {person_time[place]:g}",
            where="null_value",
            accepted=f"a rate that expects more than 0 and at most {LARGEST_COUNT:,} events",
        )
    return expected
