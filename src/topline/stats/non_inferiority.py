"""Tests of the difference of two proportions against a margin: non-inferiority, superiority by a margin, equivalence.

The null value δ₀ is the margin with its sign: where a higher proportion is better, non-inferiority within 10 percentage
points is ``null_difference=-0.1`` and ``sides="greater"``; where a lower one is better (deaths), it is
``null_difference=0.1`` and ``sides="less"``. Equivalence is both one-sided tests (:func:`equivalence_test`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import UsageError
from topline.stats.checking import known
from topline.stats.distribution import normal_probabilities
from topline.stats.estimate import Floats, Sides, Test, Tests, undefined_test
from topline.stats.proportion_tests import normal_probability
from topline.stats.risk_difference import observed_difference, wald_error
from topline.stats.score_statistics import difference_score, restricted_by_difference
from topline.stats.two_proportions import TwoGroups, two_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginTest:
    """A z test of a risk difference against a margin.

    Attributes
    ----------
    title
        In words.
    statistic
        From checked groups and null differences to z.
    source
        Where it stands.
    """

    title: str
    statistic: Callable[[TwoGroups, Floats], Floats]
    source: str


def difference_test(
    count: float,
    number: float,
    control_count: float,
    control_number: float,
    *,
    null_difference: float,
    sides: Sides = "greater",
    test: str = "farrington_manning",
) -> Test:
    """Test a risk difference against a margin.

    z = (p̂₁ − p̂₂ − δ₀) / SE. ``farrington_manning``: SE at the proportions estimated under δ₀ (Farrington,
    Manning, Statistics in Medicine 9 (1990) 1447–1454, doi:10.1002/sim.4780091208); ``miettinen_nurminen``: the
    same with N/(N − 1) (Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226, doi:10.1002/sim.4780040211);
    ``wald``: SE at the observed proportions. The score tests agree with Mee's and Miettinen–Nurminen's limits: p <
    0.025 one-sided exactly where the 95 % limit excludes the margin. In R: ``gsDesign::testBinomial(x1, x2, n1, n2,
    delta0)``, with ``adj = 1`` for Miettinen and Nurminen; in SAS: PROC FREQ, ``RISKDIFF(NONINF MARGIN=…
    METHOD=FM)``, ``METHOD=WALD``, with N/(N − 1) none.

    Not for: margins of a ratio; a handful of events.

    Parameters
    ----------
    count, number, control_count, control_number
        As for :func:`topline.stats.two_proportions.two_groups` [participants].
    null_difference
        δ₀ [1], between −1 and 1: the margin with its sign.
    sides
        ``"greater"``: the difference exceeds δ₀.
    test
        A name in :data:`TESTS`.

    Returns
    -------
    Test
        The score tests are defined also where nobody or everybody has the event. Where neither group varies, Wald's
        statistic is ``None`` with the reason.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``null_difference``, ``sides`` or ``test`` does not fit.

    Examples
    --------
    >>> found = difference_test(83, 90, 69, 76, null_difference=-0.1)
    >>> round(found.statistic, 4), round(found.p_value, 6)
    (2.4671, 0.006811)
    """
    groups = two_groups([count], [number], [control_count], [control_number])
    known("alternative", sides, ("two-sided", "greater", "less"))
    chosen = TESTS[known("test", test, TESTS)]
    null = _difference(null_difference)
    statistic = float(chosen.statistic(groups, null)[0])
    method = f"{chosen.title} of a risk difference"
    if np.isfinite(statistic):
        return Test(
            statistic=statistic,
            p_value=normal_probability(statistic, sides),
            sides=sides,
            null_value=float(null[0]),
            method=method,
        )
    what = "undefined" if np.isnan(statistic) else "infinite"
    reason = f"{what}, because neither group varies"
    return undefined_test(method, reason, sides=sides, null_value=float(null[0]))


def difference_tests(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    null_difference: float,
    sides: Sides = "greater",
    test: str = "farrington_manning",
) -> Tests:
    """Test many risk differences against one margin, each as :func:`difference_test` does.

    Parameters
    ----------
    count, number, control_count, control_number
        One element for each comparison [participants].
    null_difference, sides, test
        As for :func:`difference_test`.

    Returns
    -------
    Tests
        Wald's are NaN where neither group varies; the score tests are always defined.

    Raises
    ------
    DataError, UsageError
        As :func:`difference_test`; the message names the element.

    Examples
    --------
    >>> difference_tests([83, 5], [90, 5], [69, 6], [76, 6], null_difference=-0.1).p_value.round(6)
    array([0.006811, 0.228028])
    """
    groups = two_groups(count, number, control_count, control_number)
    known("alternative", sides, ("two-sided", "greater", "less"))
    chosen = TESTS[known("test", test, TESTS)]
    null = float(_difference(null_difference)[0])
    statistic = chosen.statistic(groups, np.full(groups.count.size, null))
    statistic = np.where(np.isfinite(statistic), statistic, np.nan)
    return Tests(
        statistic=statistic,
        p_value=normal_probabilities(statistic, sides),
        sides=sides,
        null_value=null,
        method=f"{chosen.title} of a risk difference",
        undefined="neither group varies",
    )


def equivalence_test(
    count: float,
    number: float,
    control_count: float,
    control_number: float,
    *,
    lower_margin: float,
    upper_margin: float,
    test: str = "farrington_manning",
) -> tuple[Test, Test]:
    """Test both one-sided hypotheses of equivalence; the p-value of equivalence is the larger of the two.

    p = max(p₁, p₂) of two tests by :func:`difference_test`: that the difference is above the lower margin, and that
    it is below the upper one. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657–680,
    doi:10.1007/BF01068419. Not for a margin chosen after the data were seen, nor for the absence of a significant
    difference. In R: none in one step, ``gsDesign::testBinomial`` twice; in SAS: PROC FREQ, ``RISKDIFF(EQUIV
    MARGIN=(lower, upper))``.

    Parameters
    ----------
    count, number, control_count, control_number, test
        As for :func:`difference_test`.
    lower_margin, upper_margin
        The differences within which the groups count as equivalent [1].

    Returns
    -------
    tuple of Test
        Against the lower margin (``"greater"``), and against the upper (``"less"``); Wald's are undefined where
        neither group varies.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If the margins are not in order, or another parameter does not fit.

    Examples
    --------
    >>> above, below = equivalence_test(83, 90, 69, 76, lower_margin=-0.1, upper_margin=0.1)
    >>> round(max(above.p_value, below.p_value), 4)
    0.0377
    """
    _in_order(lower_margin, upper_margin)
    table = (count, number, control_count, control_number)
    return (
        difference_test(*table, null_difference=lower_margin, sides="greater", test=test),
        difference_test(*table, null_difference=upper_margin, sides="less", test=test),
    )


def equivalence_tests(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    lower_margin: float,
    upper_margin: float,
    test: str = "farrington_manning",
) -> tuple[Tests, Tests]:
    """Test many comparisons for equivalence within the same margins, each as :func:`equivalence_test` does.

    Parameters
    ----------
    count, number, control_count, control_number
        One element for each comparison [participants].
    lower_margin, upper_margin, test
        As for :func:`equivalence_test`.

    Returns
    -------
    tuple of Tests
        Against the lower margin, and against the upper; Wald's are NaN where neither group varies. The p-values of
        equivalence are the larger of each two.

    Raises
    ------
    DataError, UsageError
        As :func:`equivalence_test`; the message names the element.

    Examples
    --------
    >>> above, below = equivalence_tests([83, 5], [90, 5], [69, 6], [76, 6], lower_margin=-0.1, upper_margin=0.1)
    >>> np.maximum(above.p_value, below.p_value).round(4)
    array([0.0377, 0.228 ])
    """
    _in_order(lower_margin, upper_margin)
    tables = (count, number, control_count, control_number)
    return (
        difference_tests(*tables, null_difference=lower_margin, sides="greater", test=test),
        difference_tests(*tables, null_difference=upper_margin, sides="less", test=test),
    )


def restricted_proportions(
    count: float,
    number: float,
    control_count: float,
    control_number: float,
    *,
    null_difference: float,
) -> tuple[float, float]:
    """Give the maximum likelihood estimates of both proportions when their difference is given [1].

    The p₁ and p₂ that maximise x₁ log p₁ + (n₁ − x₁) log q₁ + x₂ log p₂ + (n₂ − x₂) log q₂ with p₁ − p₂ = δ₀, a
    root of a cubic equation. Farrington, Manning, Statistics in Medicine 9 (1990) 1447–1454,
    doi:10.1002/sim.4780091208. Not for estimating the proportions: they are those of a hypothesis. In R: none; in
    SAS: none.

    Parameters
    ----------
    count, number, control_count, control_number, null_difference
        As for :func:`difference_test`.

    Returns
    -------
    tuple of float
        The first group's and the control group's proportion [1], also where nobody or everybody has the event.

    Examples
    --------
    >>> first, control = restricted_proportions(83, 90, 69, 76, null_difference=-0.1)
    >>> round(first, 6), round(control, 6)
    (0.844571, 0.944571)
    """
    groups = two_groups([count], [number], [control_count], [control_number])
    found = restricted_by_difference(groups, _difference(null_difference))
    return float(found.first[0]), float(found.second[0])


def _in_order(lower_margin: float, upper_margin: float) -> None:
    if not lower_margin < upper_margin:
        raise UsageError(
            f"the margins are {lower_margin} and {upper_margin}",
            accepted="a lower margin below the upper",
        )


def _difference(null_difference: float) -> Floats:
    if not -1 < null_difference < 1:
        raise UsageError(
            f"the null difference is {null_difference}",
            accepted="a fraction strictly between -1 and 1, such as -0.1",
            advice="write -0.1 for a margin of 10 percentage points",
        )
    return np.array([float(null_difference)])


def _wald(groups: TwoGroups, null: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((observed_difference(groups) - null) / wald_error(groups))


TESTS: Mapping[str, MarginTest] = MappingProxyType(
    {
        "farrington_manning": MarginTest(
            title="Farrington–Manning score test",
            statistic=lambda groups, null: difference_score(groups, null, unbiased=False)[0],
            source="Farrington, Manning, Statistics in Medicine 9 (1990) 1447–1454",
        ),
        "miettinen_nurminen": MarginTest(
            title="Miettinen–Nurminen score test",
            statistic=lambda groups, null: difference_score(groups, null)[0],
            source="Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226",
        ),
        "wald": MarginTest(
            title="Wald test", statistic=_wald, source="the test that Wald's interval inverts"
        ),
    }
)
"""The tests by name."""
