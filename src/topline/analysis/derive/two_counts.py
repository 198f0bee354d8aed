"""The test that belongs to the contrasts of two proportions.

It is the chi-squared test with N − 1: Miettinen and Nurminen's score test of equality, so that it
rejects exactly where their interval, the default of all three contrasts, leaves out equality.
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.stats.estimate import Floats, Test
from topline.stats.two_proportions import EQUALITY_TESTS, two_groups

Columns: TypeAlias = tuple[NDArray[np.int64], ...]
"""Count and number of the first group, then of the second, one element for each table."""

TEST = EQUALITY_TESTS["n_minus_1"]


class Tests(NamedTuple):
    """Statistics and p-values of many tables, NaN where undefined."""

    statistic: Floats
    p_value: Floats


def equality(columns: Columns) -> Tests:
    """Test in each of many tables whether the two proportions are equal.

    Parameters
    ----------
    columns
        Counts and numbers of both groups.

    Examples
    --------
    >>> equality(tuple(np.array([number]) for number in (56, 70, 48, 80))).p_value.round(6)
    array([0.008258])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = TEST.statistic(two_groups(*columns))
        return Tests(statistic, np.asarray(special.chdtrc(1, statistic), dtype=np.float64))


def test_of_equality(tests: Tests, place: int) -> Test:
    """Take one of many tests.

    Examples
    --------
    >>> test_of_equality(equality(tuple(np.array([number]) for number in (0, 9, 0, 9))), 0).p_value
    """
    statistic, p_value = float(tests.statistic[place]), float(tests.p_value[place])
    undefined = math.isnan(statistic)
    reason = "undefined where no participant, or every participant, has the event"
    return Test(
        statistic=None if undefined else statistic,
        degrees_of_freedom=TEST.degrees_of_freedom,
        p_value=None if undefined else p_value,
        sides="two-sided",
        null_value=0.0,
        method=TEST.title,
        notes=(f"statistic: {reason}", f"p_value: {reason}") if undefined else (),
    )
