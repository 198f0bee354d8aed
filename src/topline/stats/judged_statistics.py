"""A statistic judged by its null distribution: the test that it makes of the hypothesis that nothing differs."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.distribution import f_probability
from topline.stats.estimate import Floats, Test, Tests


def chi_squared_test(
    method: str, statistic: float, degrees_of_freedom: float, *, notes: tuple[str, ...] = ()
) -> Test:
    """Give the test of a statistic that is chi-squared where nothing differs.

    Parameters
    ----------
    method
        The test in words.
    statistic
        Chi-squared, from 0.
    degrees_of_freedom
        Of its null distribution.
    notes
        As in :class:`topline.stats.estimate.Test`.

    Examples
    --------
    >>> round(chi_squared_test("score test", 3.841459, 1).p_value, 6)
    0.05
    """
    return Test(
        statistic=statistic,
        degrees_of_freedom=degrees_of_freedom,
        p_value=float(special.chdtrc(degrees_of_freedom, statistic)),
        sides="two-sided",
        null_value=0.0,
        method=method,
        notes=notes,
    )


def chi_squared_tests(
    method: str, statistic: Floats, degrees_of_freedom: ArrayLike, undefined: str
) -> Tests:
    """Give the tests of many statistics that are chi-squared where nothing differs.

    Parameters
    ----------
    method
        The test in words.
    statistic
        Chi-squared, from 0; NaN where undefined.
    degrees_of_freedom
        Of their null distributions: one for all, or one for each.
    undefined
        Why a statistic is NaN.

    Examples
    --------
    >>> found = chi_squared_tests("score test", np.array([3.841459, np.nan]), 1, "nobody has the event")
    >>> found.p_value.round(6), found.degrees_of_freedom
    (array([0.05,  nan]), array([1., 1.]))
    """
    degrees = np.full(statistic.shape, degrees_of_freedom, dtype=np.float64)
    return Tests(
        statistic=statistic,
        degrees_of_freedom=degrees,
        p_value=np.asarray(special.chdtrc(degrees, statistic), dtype=np.float64),
        sides="two-sided",
        null_value=0.0,
        method=method,
        undefined=undefined,
    )


def f_test(method: str, statistic: float, numerator: float, denominator: float) -> Test:
    """Give the test of a statistic that has an F distribution where nothing differs.

    Parameters
    ----------
    method
        The test in words.
    statistic
        F, from 0.
    numerator, denominator
        The degrees of freedom of its null distribution.

    Examples
    --------
    >>> round(f_test("analysis of variance", 4.84608786238014, 2, 27).p_value, 7)
    0.01591
    """
    return Test(
        statistic=statistic,
        degrees_of_freedom=numerator,
        denominator_degrees_of_freedom=denominator,
        p_value=f_probability(statistic, numerator, denominator),
        sides="two-sided",
        null_value=0.0,
        method=method,
    )
