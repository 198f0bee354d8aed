"""Tests of one proportion against a given share: exact, mid-p and score.

:data:`TESTS` lists them by name. Intervals that invert them are in :mod:`topline.stats.proportion`: Wilson's
the score test, Clopper–Pearson's and the mid-p interval the one-sided exact and mid-p tests, twice.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import special

from topline.errors import UsageError
from topline.stats.binomial_tails import at_least, at_most, mass
from topline.stats.checking import known, scalar
from topline.stats.estimate import Sides, Test
from topline.stats.proportion import proportion

TIED = 1 + 1e-7
"""Probabilities within this factor are equal: rounding must not part two outcomes that are equally likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionTest:
    """A way to test one proportion.

    Attributes
    ----------
    title
        In words.
    compute
        From count, number, the share tested and the sides to statistic and p-value.
    source
        Where it stands.
    """

    title: str
    compute: Callable[[float, float, float, Sides], tuple[float, float]]
    source: str


def proportion_test(
    count: float,
    number: float,
    null_value: float,
    *,
    test: str = "exact",
    sides: Sides = "two-sided",
) -> Test:
    """Test whether a proportion equals a given share.

    ``exact``: binomial tails; two-sided, the sum of the probabilities of all counts no more likely than the
    observed one. ``exact_doubled``: twice the smaller tail instead. ``mid_p``: the observed count enters with half
    its probability; two-sided, twice the smaller one-sided value. ``score``: z = (p − p₀) / √(p₀q₀/n).
    ``score_corrected``: with |p − p₀| less 1/(2n), but not below 0. Agresti, Categorical Data Analysis, 3rd
    edition, 2013, section 1.4.

    In R: ``binom.test(x, n, p0)`` (``exact``), ``prop.test(x, n, p0, correct = FALSE)`` (``score``), ``prop.test(x,
    n, p0)`` (``score_corrected``); in SAS: PROC FREQ, ``BINOMIAL(P=…)`` (``score``), ``BINOMIAL(P=… CORRECT)``, and
    EXACT BINOMIAL (``exact_doubled``, not R's).

    Not for: several proportions (:mod:`topline.stats.two_proportions`).

    Parameters
    ----------
    count, number
        As for :func:`topline.stats.proportion.proportion` [participants].
    null_value
        The share tested [1], strictly between 0 and 1.
    test
        A name in :data:`TESTS`.
    sides
        Whether the alternative is a different, a greater or a smaller proportion.

    Returns
    -------
    Test
        The statistic is the count for exact tests, z for score tests. Always defined: for nobody the p-value of
        ``"greater"`` is 1 (``exact``), and for everybody that of ``"less"``.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``null_value``, ``test`` or ``sides`` does not fit.

    Examples
    --------
    >>> round(proportion_test(8, 27, 0.1).p_value, 8)
    0.00387141
    >>> round(proportion_test(8, 27, 0.1, test="score").statistic, 6)
    3.399952
    """
    proportion(count, number, interval="wald")  # refuses what is not a proportion
    known("alternative", sides, ("two-sided", "greater", "less"))
    chosen = TESTS[known("test", test, TESTS)]
    share = scalar("null_value", null_value)
    if not 0 < share < 1:
        raise UsageError(
            f"the share tested is {null_value}", accepted="a fraction strictly between 0 and 1"
        )
    statistic, probability = chosen.compute(float(count), float(number), share, sides)
    return Test(
        statistic=statistic,
        p_value=min(1.0, probability),
        sides=sides,
        null_value=share,
        method=chosen.title,
    )


def normal_probability(statistic: float, sides: Sides) -> float:
    """Give the p-value of a standard normal statistic [1]. Part of :func:`proportion_test`.

    Parameters
    ----------
    statistic
        Its value [1]; an infinite one has a p-value of 0, or of 1 on the other side.
    sides
        The alternative.

    Examples
    --------
    >>> round(normal_probability(-1.959964, "two-sided"), 6), round(normal_probability(1.644854, "greater"), 6)
    (0.05, 0.05)
    """
    if sides == "two-sided":
        return float(2 * special.ndtr(-abs(statistic)))
    return float(special.ndtr(-statistic if sides == "greater" else statistic))


def _at_most(count: float, number: float, share: float) -> float:
    return float(at_most(np.array(count), np.array(number), np.array(share)))


def _at_least(count: float, number: float, share: float) -> float:
    return float(at_least(np.array(count), np.array(number), np.array(share)))


def _mass(count: float, number: float, share: float) -> float:
    return float(mass(np.array(count), np.array(number), np.array(share)))


def _exact(count: float, number: float, share: float, sides: Sides) -> tuple[float, float]:
    below, above = _at_most(count, number, share), _at_least(count, number, share)
    if sides != "two-sided":
        return count, below if sides == "less" else above
    mean = number * share
    if count == mean:
        return count, 1.0
    if count < mean:
        opposite = _first_no_likelier(count, number, share)
        return count, below + _at_least(opposite, number, share)
    mirrored = _first_no_likelier(number - count, number, 1 - share)
    opposite = number - mirrored
    return count, above + _at_most(opposite, number, share)


def _first_no_likelier(count: float, number: float, share: float) -> float:
    """Give the smallest count above the mean that is no likelier than one below it; number + 1 if none is."""
    limit = _mass(count, number, share) * TIED
    low, high = math.ceil(number * share) - 1.0, number + 1.0
    while high - low > 1:
        middle = math.floor((low + high) / 2)
        if _mass(middle, number, share) <= limit:
            high = middle
        else:
            low = middle
    return high


def _exact_doubled(count: float, number: float, share: float, sides: Sides) -> tuple[float, float]:
    below, above = _at_most(count, number, share), _at_least(count, number, share)
    return count, {"less": below, "greater": above, "two-sided": 2 * min(below, above)}[sides]


def _mid_p(count: float, number: float, share: float, sides: Sides) -> tuple[float, float]:
    # A mid-p is the mean of the tails with and without their edge, a sum in which no digits cancel.
    below = (_at_most(count, number, share) + _at_most(count - 1, number, share)) / 2
    above = (_at_least(count, number, share) + _at_least(count + 1, number, share)) / 2
    return count, {"less": below, "greater": above, "two-sided": 2 * min(below, above)}[sides]


def _score(count: float, number: float, share: float, sides: Sides) -> tuple[float, float]:
    statistic = (count / number - share) / math.sqrt(share * (1 - share) / number)
    return statistic, normal_probability(statistic, sides)


def _score_corrected(
    count: float, number: float, share: float, sides: Sides
) -> tuple[float, float]:
    difference = count / number - share
    shrunk = math.copysign(max(0.0, abs(difference) - 0.5 / number), difference)
    statistic = shrunk / math.sqrt(share * (1 - share) / number)
    return statistic, normal_probability(statistic, sides)


TESTS: Mapping[str, ProportionTest] = MappingProxyType(
    {
        "exact": ProportionTest(
            title="exact binomial test",
            compute=_exact,
            source="R, function stats::binom.test",
        ),
        "exact_doubled": ProportionTest(
            title="exact binomial test, two-sided as twice the smaller tail",
            compute=_exact_doubled,
            source="SAS, PROC FREQ, exact BINOMIAL",
        ),
        "mid_p": ProportionTest(
            title="mid-p binomial test",
            compute=_mid_p,
            source="Lancaster, Journal of the American Statistical Association 56 (1961) 223–234",
        ),
        "score": ProportionTest(
            title="score test of a proportion",
            compute=_score,
            source="Wilson, Journal of the American Statistical Association 22 (1927) 209–212",
        ),
        "score_corrected": ProportionTest(
            title="score test of a proportion with continuity correction",
            compute=_score_corrected,
            source="R, function stats::prop.test",
        ),
    }
)
"""The tests by name."""
