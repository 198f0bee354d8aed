"""McNemar's tests: whether two proportions in the same participants are equal, from discordant pairs.

For the difference with its limits: :mod:`topline.stats.paired_proportions`.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.checking import counts, known, same_length
from topline.stats.estimate import Test, Tests, undefined_test
from topline.stats.proportion_tests import normal_probability, proportion_test

MCNEMAR_TESTS: Mapping[str, str] = MappingProxyType(
    {
        "asymptotic": "McNemar's test without continuity correction",
        "corrected": "McNemar's test with continuity correction",
        "exact": "exact McNemar test",
        "mid_p": "mid-p McNemar test",
    }
)
"""The tests of :func:`mcnemar_test` in words."""


def mcnemar_test(first_only: float, second_only: float, *, test: str = "asymptotic") -> Test:
    """Test from discordant pairs whether two proportions in the same participants are equal.

    ``asymptotic``: χ² = (b − c)²/(b + c); ``corrected``: (|b − c| − 1)²/(b + c), and 0 where b = c. McNemar,
    Psychometrika 12 (1947) 153–157, doi:10.1007/BF02295996; Edwards, Psychometrika 13 (1948) 185–187,
    doi:10.1007/BF02289261. ``exact``: the binomial test of b of b + c against 1/2; ``mid_p``: less half the
    probability of the observed split on each side (Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13
    (2013) 91, doi:10.1186/1471-2288-13-91). In R: ``mcnemar.test(table, correct = FALSE)``, ``binom.test(b, b +
    c)``; in SAS: PROC FREQ, ``AGREE``, ``EXACT MCNEM`` (without correction). Not for independent groups, nor for
    more than two answers; ``asymptotic`` not for a handful of discordant pairs.

    Parameters
    ----------
    first_only, second_only
        Pairs in which only the first, or only the second, has the event [pairs].
    test
        A name in :data:`MCNEMAR_TESTS`.

    Returns
    -------
    Test
        Without discordant pairs: p = 1 for the exact tests; undefined, with the reason, for the others.

    Raises
    ------
    DataError
        If a number is not a count.
    UsageError
        If ``test`` does not fit.

    Examples
    --------
    >>> found = mcnemar_test(12, 2)
    >>> round(found.statistic, 4), round(found.p_value, 6)
    (7.1429, 0.007526)
    """
    method = MCNEMAR_TESTS[known("test", test, MCNEMAR_TESTS)]
    b = float(counts("first_only", [first_only])[0])
    c = float(counts("second_only", [second_only])[0])
    if test in ("exact", "mid_p"):
        return Test(
            statistic=b,
            p_value=_exact_probability(b, b + c, test),
            sides="two-sided",
            null_value=0.0,
            method=method,
        )
    if b + c == 0:
        reason = "undefined without discordant pairs"
        return undefined_test(method, reason, degrees_of_freedom=1)
    shrunk = max(abs(b - c) - (1 if test == "corrected" else 0), 0.0)
    return Test(
        statistic=shrunk**2 / (b + c),
        p_value=normal_probability(shrunk / math.sqrt(b + c), "two-sided"),
        degrees_of_freedom=1,
        sides="two-sided",
        null_value=0.0,
        method=method,
    )


def mcnemar_tests(
    first_only: ArrayLike, second_only: ArrayLike, *, test: str = "asymptotic"
) -> Tests:
    """Make many McNemar tests at once, each as :func:`mcnemar_test` does.

    Parameters
    ----------
    first_only, second_only
        One element for each table [pairs].
    test
        A name in :data:`MCNEMAR_TESTS`.

    Returns
    -------
    Tests
        NaN without discordant pairs where the test is asymptotic or corrected.

    Raises
    ------
    DataError, UsageError
        As :func:`mcnemar_test`; the message names the element.

    Examples
    --------
    >>> mcnemar_tests([12, 0], [2, 0], test="exact").p_value.round(6)
    array([0.012939, 1.      ])
    """
    method = MCNEMAR_TESTS[known("test", test, MCNEMAR_TESTS)]
    b = counts("first_only", first_only).astype(np.float64)
    c = counts("second_only", second_only).astype(np.float64)
    same_length(first_only=b, second_only=c)
    exact = test in ("exact", "mid_p")
    if exact:
        # At a share of 1/2 both binomial tails are alike, and the sum of a tail with and without its edge is a mid-p.
        statistic, fewer, more = b, np.minimum(b, c), np.maximum(b, c)
        upto = special.betainc(more, fewer + 1, 0.5)
        below = special.betainc(more + 1, fewer, 0.5) if test == "mid_p" else upto
        p_value = np.where(b == c, 1.0, upto + below)
    else:
        shrunk = np.maximum(np.abs(b - c) - (1 if test == "corrected" else 0), 0.0)
        with np.errstate(invalid="ignore"):
            statistic = shrunk**2 / (b + c)
            p_value = 2 * special.ndtr(-shrunk / np.sqrt(b + c))
    return Tests(
        statistic=statistic,
        degrees_of_freedom=None if exact else np.ones(b.size),
        p_value=np.asarray(p_value, dtype=np.float64),
        sides="two-sided",
        null_value=0.0,
        method=method,
        undefined="there are no discordant pairs",
    )


def _exact_probability(first_only: float, discordant: float, test: str) -> float:
    if discordant == 0:
        return 1.0
    found = proportion_test(first_only, discordant, 0.5, test=test).p_value
    assert found is not None  # the binomial tests are always defined
    return found
