"""Means and their comparisons as papers printed them."""

import math

import pytest
from tests.reference.tolerance import half_unit

from topline.stats.mean import MeanSummary, summarize, summarize_pairs
from topline.stats.shape import shapiro_wilk_test

# Student, "The probable error of a mean", Biometrika 6 (1908) 1–25, illustration I: additional hours of sleep
# gained by ten patients with two drugs. The standard deviations there have divisor n.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

# Shapiro and Wilk, "An analysis of variance test for normality (complete samples)", Biometrika 52 (1965) 591–611,
# the first numerical example: weights of eleven men [pounds].
WEIGHTS = [148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236]


@pytest.mark.parametrize(
    ("summary", "mean", "deviation"),
    [
        (summarize(FIRST), "0.75", "1.70"),
        (summarize(SECOND), "2.33", "1.90"),
        (summarize_pairs(SECOND, FIRST), "1.58", "1.17"),
    ],
    ids=["first drug", "second drug", "difference"],
)
def test_students_hours_of_sleep(summary: MeanSummary, mean: str, deviation: str) -> None:
    assert summary.mean == pytest.approx(float(mean), abs=half_unit(mean))
    assert summary.standard_deviation is not None
    of_all = summary.standard_deviation * math.sqrt(9 / 10)
    assert of_all == pytest.approx(float(deviation), abs=half_unit(deviation))


def test_shapiro_and_wilks_eleven_men() -> None:
    found = shapiro_wilk_test(WEIGHTS)
    assert found.statistic == pytest.approx(0.79, abs=half_unit("0.79"))
    assert found.p_value is not None
    # They find the value near the lower 1 % point of their table.
    assert 0.005 < found.p_value < 0.011
