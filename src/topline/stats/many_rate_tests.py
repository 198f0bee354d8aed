"""Many tests of event rates at once: against a given rate, and of differences of two rates.

The formulas are those of :func:`topline.stats.rate.event_rate_test` and
:func:`topline.stats.rate_comparison.rate_difference_test`; a number that those leave undefined with a reason is NaN here.
Ratios of rates are in :mod:`topline.stats.many_binomial_tests`.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.checking import counts, finite, known, positive, same_length
from topline.stats.distribution import normal_probabilities
from topline.stats.estimate import Floats, Sides, Tests
from topline.stats.rate import RATE_TESTS, TIED, expected_events
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
        p_value = _tail(observed, expected, sides, half=test == "mid_p")
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


def _tail(observed: Floats, expected: Floats, sides: Sides, *, half: bool) -> Floats:
    below = np.asarray(special.pdtr(observed, expected), dtype=np.float64)
    # At least 0 events are certain; SciPy takes no count of −1.
    some, fewer = observed > 0, np.maximum(observed - 1, 0)
    above = np.where(some, special.pdtrc(fewer, expected), 1.0)
    if half:
        # The mean of the tails with and without their edge, as for one rate.
        below = (below + np.where(some, special.pdtr(fewer, expected), 0.0)) / 2
        above = (above + special.pdtrc(observed, expected)) / 2
    if sides != "two-sided":
        return above if sides == "greater" else below
    if half:
        return 2 * np.minimum(below, above)
    return _no_more_likely(observed, expected, below, above)


def _likelihood(number: Floats, expected: Floats) -> Floats:
    """Give the logarithm of a Poisson probability, but for the mean."""
    return np.asarray(number * np.log(expected) - special.gammaln(number + 1), dtype=np.float64)


def _no_more_likely(observed: Floats, expected: Floats, below: Floats, above: Floats) -> Floats:
    """Add to the tail of each number all numbers on the other side of the mean that are no more likely."""
    limit = _likelihood(observed, expected) + TIED
    over = observed > expected
    found = np.where(over, above, below)
    found[over] += _lower_tail(expected[over], limit[over])
    under = observed < expected
    found[under] += _upper_tail(expected[under], limit[under])
    return np.where(observed == expected, 1.0, found)


def _lower_tail(expected: Floats, limit: Floats) -> Floats:
    """Give the probability of the numbers below the mean whose likelihood keeps within a limit."""
    low, high = np.full(expected.size, -1.0), np.floor(expected)
    while (low < high).any():
        middle = np.floor((low + high + 1) / 2)
        rare = _likelihood(np.maximum(middle, 0.0), expected) <= limit
        going = low < high
        low, high = np.where(going & rare, middle, low), np.where(going & ~rare, middle - 1, high)
    return np.where(low >= 0, special.pdtr(np.maximum(low, 0.0), expected), 0.0)


def _upper_tail(expected: Floats, limit: Floats) -> Floats:
    """Give the probability of the numbers above the mean whose likelihood keeps within a limit."""
    low = np.ceil(expected)
    high = low + 1
    while (short := _likelihood(high, expected) > limit).any():
        high = np.where(short, 2 * high - low, high)
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        rare = _likelihood(middle, expected) <= limit
        going = low < high
        low, high = np.where(going & ~rare, middle + 1, low), np.where(going & rare, middle, high)
    return np.where(low > 0, special.pdtrc(np.maximum(low - 1, 0.0), expected), 1.0)
