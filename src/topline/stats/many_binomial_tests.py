"""Many binomial tests at once: proportions against a given share, and rate ratios given the number of events.

The formulas are those of :mod:`topline.stats.proportion_tests` and :func:`topline.stats.rate_comparison.rate_ratio_test`; a
number that those leave undefined with a reason is NaN here.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import UsageError
from topline.stats.binomial_tails import at_least, at_most, mass
from topline.stats.checking import counts, known, positive, same_length, scalar
from topline.stats.estimate import Floats, Sides, Tests
from topline.stats.proportion import proportions
from topline.stats.proportion_tests import TESTS, TIED
from topline.stats.rate_comparison import MIRRORED, RATIO_TESTS

_SIDES: tuple[Sides, ...] = ("two-sided", "greater", "less")


def proportion_tests(
    count: ArrayLike,
    number: ArrayLike,
    null_value: float,
    *,
    test: str = "exact",
    sides: Sides = "two-sided",
) -> Tests:
    """Test many proportions against one share, each as :func:`topline.stats.proportion_tests.proportion_test` does.

    Parameters
    ----------
    count, number
        One element for each proportion [participants].
    null_value, test, sides
        As in :func:`topline.stats.proportion_tests.proportion_test`.

    Returns
    -------
    Tests
        Always defined: also where nobody, or everybody, has the event.

    Raises
    ------
    DataError, UsageError
        As :func:`topline.stats.proportion_tests.proportion_test`; the message names the element.

    Examples
    --------
    >>> proportion_tests([8, 0], [27, 5], 0.1).p_value.round(8)
    array([0.00387141, 1.        ])
    """
    proportions(count, number, interval="wald")  # refuses what is not a proportion
    known("alternative", sides, _SIDES)
    chosen = TESTS[known("test", test, TESTS)]
    share = scalar("null_value", null_value)
    if not 0 < share < 1:
        raise UsageError(
            f"the share tested is {null_value}", accepted="a fraction strictly between 0 and 1"
        )
    x, n = (counts("count", values).astype(np.float64) for values in (count, number))
    statistic, p_value = _judged(x, n, np.full(x.size, share), test, sides)
    return Tests(
        statistic=statistic, p_value=p_value, sides=sides, null_value=share, method=chosen.title
    )


def rate_ratio_tests(
    events: ArrayLike,
    person_time: ArrayLike,
    control_events: ArrayLike,
    control_person_time: ArrayLike,
    *,
    null_value: float = 1.0,
    test: str = "exact",
    sides: Sides = "two-sided",
) -> Tests:
    """Test many ratios of event rates, each as :func:`topline.stats.rate_comparison.rate_ratio_test` does.

    Parameters
    ----------
    events, person_time, control_events, control_person_time
        One element for each comparison [events, time].
    null_value, test, sides
        As in :func:`topline.stats.rate_comparison.rate_ratio_test`.

    Returns
    -------
    Tests
        NaN where there is no event in either group.

    Raises
    ------
    DataError, UsageError
        As :func:`topline.stats.rate_comparison.rate_ratio_test`; the message names the element.

    Examples
    --------
    >>> rate_ratio_tests([11, 0], [800, 5], [6, 0], [707.7, 6]).p_value.round(6)
    array([0.467307,      nan])
    """
    known("test", test, RATIO_TESTS)
    known("sides", sides, _SIDES)
    x, y = (
        counts(f"{group}events", values).astype(np.float64)
        for group, values in (("", events), ("control_", control_events))
    )
    t, u = (
        positive("person_time", person_time),
        positive("control_person_time", control_person_time),
    )
    same_length(events=x, person_time=t, control_events=y, control_person_time=u)
    ratio = float(positive("null_value", [null_value])[0])
    statistic, p_value = np.full((2, x.size), np.nan)
    told = x + y > 0
    with np.errstate(over="ignore", invalid="ignore"):
        mostly_first = ratio * t > u
        # As for one comparison, the events of the group of which fewer are expected are counted.
        counted = np.where(mostly_first, y, x)
        share = np.where(mostly_first, u, ratio * t) / (ratio * t + u)
    _refuse_certain(share[told])
    for turned, alternative in ((False, sides), (True, MIRRORED[sides])):
        some = told & (mostly_first == turned)
        found, p_value[some] = _judged(
            counted[some], (x + y)[some], share[some], RATIO_TESTS[test], alternative
        )
        statistic[some] = (0.0 - found if turned else found) if test == "score" else x[some]
    return Tests(
        statistic=statistic,
        p_value=p_value,
        sides=sides,
        null_value=ratio,
        method=f"{test.replace('_', '-')} test of a rate ratio, given the total number of events",
        undefined="there is no event in either group",
    )


def _refuse_certain(share: Floats) -> None:
    """Refuse shares that are 0 to all digits of a float, as those of one comparison are refused."""
    certain = ~(share > 0)
    if certain.any():
        raise UsageError(
            f"the share tested is {share[int(np.argmax(certain))]}",
            accepted="a fraction strictly between 0 and 1",
        )


def _judged(
    count: Floats, number: Floats, share: Floats, test: str, sides: Sides
) -> tuple[Floats, Floats]:
    """Give statistics and p-values by a test of proportions."""
    if test in ("score", "score_corrected"):
        difference = count / number - share
        if test == "score_corrected":
            shrunk = np.maximum(0.0, np.abs(difference) - 0.5 / number)
            difference = np.copysign(shrunk, difference)
        statistic = difference / np.sqrt(share * (1 - share) / number)
        towards = {"two-sided": -np.abs(statistic), "greater": -statistic, "less": statistic}
        tail = special.ndtr(towards[sides])
        return statistic, np.asarray(2 * tail if sides == "two-sided" else tail)
    below, above = at_most(count, number, share), at_least(count, number, share)
    if test == "mid_p":
        # A mid-p is the mean of the tails with and without their edge, a sum in which no digits cancel.
        below = (below + at_most(count - 1, number, share)) / 2
        above = (above + at_least(count + 1, number, share)) / 2
    if sides != "two-sided":
        return count, below if sides == "less" else above
    if test == "exact":
        return count, np.minimum(1.0, _no_likelier(count, number, share, below, above))
    return count, np.minimum(1.0, 2 * np.minimum(below, above))


def _no_likelier(
    count: Floats, number: Floats, share: Floats, below: Floats, above: Floats
) -> Floats:
    """Add to the tail of each count all counts on the other side of the mean that are no likelier."""
    mean = number * share
    # A count above the mean is looked at from the other end, where it is below.
    over = count > mean
    x = np.where(over, number - count, count)
    p = np.where(over, 1 - share, share)
    limit = mass(x, number, p) * TIED
    low, high = np.ceil(number * p) - 1, number + 1
    while bool((high - low > 1).any()):
        middle = np.where(high - low > 1, np.floor((low + high) / 2), high)
        rare = (middle > number) | (mass(np.minimum(middle, number), number, p) <= limit)
        high = np.where(rare, middle, high)
        low = np.where(rare, low, middle)
    opposite = np.where(over, at_most(number - high, number, share), at_least(high, number, share))
    return np.where(count == mean, 1.0, np.where(over, above, below) + opposite)
