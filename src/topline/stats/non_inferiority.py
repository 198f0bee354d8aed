"""Tests of the difference of two proportions against a margin: non-inferiority, superiority by a margin, equivalence.

The null value δ₀ is the margin with its sign: where a higher proportion is better, non-inferiority within 10 percentage
points is ``null_difference=-0.1`` and ``sides="greater"``; where a lower one is better (deaths), it is
``null_difference=0.1`` and ``sides="less"``. Equivalence is both one-sided tests (:func:`equivalence_test`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from topline.errors import UsageError
from topline.stats.checking import known
from topline.stats.estimate import Floats, Sides, Test
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

    z = (p̂₁ − p̂₂ − δ₀) / SE. ``farrington_manning``: SE at the proportions estimated under δ₀; ``miettinen_nurminen``: the
    same with N/(N − 1); ``wald``: SE at the observed proportions. The score tests agree with Mee's and
    Miettinen–Nurminen's limits: p < 0.025 one-sided exactly where the 95 % limit excludes the margin. In SAS: PROC FREQ,
    ``RISKDIFF(NONINF MARGIN=… METHOD=FM)``, ``METHOD=SCORE``, ``METHOD=WALD``; in R: ``DescTools`` and ``ratesci``.

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
        Where neither group varies, Wald's statistic is ``None`` with the reason.

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
    return Test(
        statistic=None,
        p_value=None,
        sides=sides,
        null_value=float(null[0]),
        method=method,
        notes=(f"statistic: {reason}", f"p_value: {reason}"),
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

    Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657–680. In SAS: PROC FREQ,
    ``RISKDIFF(EQUIV MARGIN=(lower, upper))``.

    Parameters
    ----------
    count, number, control_count, control_number, test
        As for :func:`difference_test`.
    lower_margin, upper_margin
        The differences within which the groups count as equivalent [1].

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
    if not lower_margin < upper_margin:
        raise UsageError(
            f"the margins are {lower_margin} and {upper_margin}",
            accepted="a lower margin below the upper",
        )
    table = (count, number, control_count, control_number)
    return (
        difference_test(*table, null_difference=lower_margin, sides="greater", test=test),
        difference_test(*table, null_difference=upper_margin, sides="less", test=test),
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

    Farrington, Manning, Statistics in Medicine 9 (1990) 1447–1454. Parameters as for :func:`difference_test`.

    Examples
    --------
    >>> first, control = restricted_proportions(83, 90, 69, 76, null_difference=-0.1)
    >>> round(first, 6), round(control, 6)
    (0.844571, 0.944571)
    """
    groups = two_groups([count], [number], [control_count], [control_number])
    found = restricted_by_difference(groups, _difference(null_difference))
    return float(found.first[0]), float(found.second[0])


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
