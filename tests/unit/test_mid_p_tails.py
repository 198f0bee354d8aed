"""A mid-p keeps all its digits where it is tiny, and never leaves [0, 1]. Expected: sums of fractions and decimals."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest

from topline.stats.estimate import Tests
from topline.stats.many_binomial_tests import proportion_tests
from topline.stats.many_rate_tests import event_rate_tests
from topline.stats.proportion_tests import proportion_test
from topline.stats.rate import event_rate_test


def poisson_mid_p(events: int, mean: str) -> float:
    """Half the probability of the number and that of two hundred beyond it, with 60 digits."""
    with localcontext() as context:
        context.prec = 60
        m = Decimal(mean)
        masses = [m**k / math.factorial(k) for k in range(events, events + 200)]
        return float((sum(masses) - masses[0] / 2) * (-m).exp())


def binomial_mid_p(count: int, number: int, share: Fraction) -> float:
    masses = [
        math.comb(number, k) * share**k * (1 - share) ** (number - k)
        for k in range(count, number + 1)
    ]
    return float(sum(masses, start=Fraction(0)) - masses[0] / 2)


@pytest.mark.parametrize(
    ("events", "mean"), [(1, "0.001"), (30, "0.003"), (70, "0.003"), (90, "12.5")]
)
def test_of_more_events_than_expected(events: int, mean: str) -> None:
    expected = poisson_mid_p(events, mean)
    assert 0 < expected < 0.01
    one = event_rate_test(events, 1.0, null_value=float(mean), test="mid_p", sides="greater")
    many = event_rate_tests([events], [1.0], null_value=float(mean), test="mid_p")
    # SciPy's incomplete gamma integral keeps 12 digits here.
    assert one.p_value == pytest.approx(expected, rel=1e-12)
    assert many.p_value == pytest.approx([2 * expected], rel=1e-12)


@pytest.mark.parametrize(("count", "number"), [(1, 40), (20, 40), (39, 40), (40, 40)])
def test_of_more_than_the_share_tested(count: int, number: int) -> None:
    expected = binomial_mid_p(count, number, Fraction(1, 1024))
    one = proportion_test(count, number, null_value=1 / 1024, test="mid_p", sides="greater")
    many = proportion_tests([count], [number], null_value=1 / 1024, test="mid_p", sides="greater")
    assert one.p_value == pytest.approx(expected, rel=1e-12)
    assert many.p_value == pytest.approx([expected], rel=1e-12)


@pytest.mark.parametrize("sides", ["two-sided", "greater", "less"])
@pytest.mark.parametrize(("events", "mean"), [(78, 0.003), (0, 800.0), (400, 1e-7), (1, 1e-320)])
def test_too_small_for_a_float_is_not_below_zero(events: int, mean: float, sides: str) -> None:
    found = event_rate_test(events, 1.0, null_value=mean, test="mid_p", sides=sides)  # type: ignore[arg-type]  # a parameter's text
    assert found.p_value is not None
    assert 0 <= found.p_value <= 1


def test_many_tests_refuse_a_probability_outside_its_range() -> None:
    with pytest.raises(ValueError, match="element 1 does"):
        Tests(
            statistic=np.zeros(2),
            p_value=np.array([np.nan, -1e-300]),
            sides="two-sided",
            null_value=0.0,
            method="none",
        )
