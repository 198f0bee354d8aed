"""Many tests of event rates at once: against a given rate, and of differences of two rates.

The formulas are those of :func:`topline.stats.rate.event_rate_test` and
:func:`topline.stats.rate_comparison.rate_difference_test`; a number that those leave undefined with a reason is NaN here.
Ratios of rates are in :mod:`topline.stats.many_binomial_tests`.
"""

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import counts, finite, known, positive, same_length
from topline.stats.distribution import normal_probabilities
from topline.stats.estimate import Sides, Tests
from topline.stats.poisson_tails import poisson_probabilities
from topline.stats.rate import RATE_TESTS, expected_events
from topline.stats.score_statistics import restricted_rates

_SIDES: tuple[Sides, ...] = ("two-sided", "greater", "less")
_TITLES = {"exact": "exact Poisson test", "mid_p": "mid-p Poisson test", "score": "score test"}


def event_rate_tests(
    events: ArrayLike,
    person_time: ArrayLike,
    *,
    null_value: float,
    test: str = "exact",
    sides: Sides = "two-sided",
) -> Tests:
    """Test many event rates against one rate, each as :func:`topline.stats.rate.event_rate_test` does.

    Parameters
    ----------
    events, person_time
        One element for each group [events, time].
    null_value, test, sides
        As in :func:`topline.stats.rate.event_rate_test`.

    Returns
    -------
    Tests
        Always defined: also without events.

    Raises
    ------
    DataError, UsageError
        As :func:`topline.stats.rate.event_rate_test`; the message names the element.

    Examples
    --------
    >>> event_rate_tests([7, 0], [53.2, 2], null_value=0.25).p_value.round(6)
    array([0.097543, 1.      ])
    """
    known("test", test, RATE_TESTS)
    known("sides", sides, _SIDES)
    observed = counts("events", events).astype(np.float64)
    exposure = positive("person_time", person_time)
    same_length(events=observed, person_time=exposure)
    rate = float(positive("null_value", [null_value])[0])
    expected = expected_events(rate, exposure)
    if test == "score":
        statistic = (observed - expected) / np.sqrt(expected)
        p_value = normal_probabilities(statistic, sides)
    else:
        statistic = observed
        p_value = poisson_probabilities(observed, expected, sides, mid_p=test == "mid_p")
    return Tests(
        statistic=statistic,
        p_value=np.minimum(1.0, p_value),
        sides=sides,
        null_value=rate,
        method=f"{_TITLES[test]} of an event rate",
    )


def rate_difference_tests(
    events: ArrayLike,
    person_time: ArrayLike,
    control_events: ArrayLike,
    control_person_time: ArrayLike,
    *,
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Tests:
    """Test many differences of event rates, each as :func:`topline.stats.rate_comparison.rate_difference_test` does.

    Parameters
    ----------
    events, person_time, control_events, control_person_time
        One element for each comparison [events, time].
    null_value, sides
        As in :func:`topline.stats.rate_comparison.rate_difference_test`.

    Returns
    -------
    Tests
        NaN where there is no event in either group and the null value is 0.

    Raises
    ------
    DataError, UsageError
        As :func:`topline.stats.rate_comparison.rate_difference_test`; the message names the element.

    Examples
    --------
    >>> rate_difference_tests([11, 0], [800, 5], [6, 0], [707.7, 6]).p_value.round(6)
    array([0.336014,      nan])
    """
    known("sides", sides, _SIDES)
    x, t = counts("events", events).astype(np.float64), positive("person_time", person_time)
    y = counts("control_events", control_events).astype(np.float64)
    u = positive("control_person_time", control_person_time)
    same_length(events=x, person_time=t, control_events=y, control_person_time=u)
    margin = float(finite("null_value", [null_value])[0])
    variance = restricted_rates(x, t, y, u, np.full(x.size, margin)).variance
    statistic = np.full(x.size, np.nan)
    np.divide(x / t - y / u - margin, np.sqrt(variance), out=statistic, where=variance > 0)
    return Tests(
        statistic=statistic,
        p_value=normal_probabilities(statistic, sides),
        sides=sides,
        null_value=margin,
        method="score test of a rate difference (Miettinen–Nurminen)",
        undefined="there is no event in either group",
    )
