"""From summaries and back: every formula undoes another, and what is possible holds all that can be."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from topline.stats.estimate import Scale, Sides
from topline.stats.from_summaries import (
    effect_from_interval,
    interval_at_level,
    interval_from_p,
    interval_from_standard_error,
    one_sided_p,
    p_from_interval,
    standard_error_from_interval,
    standard_error_from_p,
    standard_error_from_statistic,
    two_sided_p,
)
from topline.stats.mean import one_sample_t_test, summarize
from topline.stats.possible_values import PossibleValues, rounded
from topline.stats.spread_from_summaries import (
    deviation_bounds_from_range,
    deviation_from_error,
    deviation_from_interval,
    deviation_from_p,
    deviation_from_paired_p,
    error_from_deviation,
)

ESTIMATE = st.floats(0.05, 20)
ERROR = st.floats(0.05, 3)
LEVEL = st.sampled_from([0.8, 0.9, 0.95, 0.99])
SCALE: st.SearchStrategy[Scale] = st.sampled_from(["natural", "log"])
SIDES: st.SearchStrategy[Sides] = st.sampled_from(["two-sided", "greater", "less"])
DEGREES = st.one_of(st.none(), st.integers(2, 200).map(float))


@given(ESTIMATE, ERROR, LEVEL, SCALE, DEGREES, SIDES)
def test_an_estimate_and_its_error_come_back_from_interval_and_p(
    estimate: float,
    error: float,
    level: float,
    scale: Scale,
    degrees: float | None,
    sides: Sides,
) -> None:
    limits = interval_from_standard_error(
        estimate, error, level=level, scale=scale, degrees_of_freedom=degrees
    )
    lower, upper = (one.value for one in limits)
    assert lower is not None
    assert upper is not None
    again = standard_error_from_interval(
        lower, upper, level=level, scale=scale, degrees_of_freedom=degrees
    )
    assert again.value == pytest.approx(error, rel=1e-9)
    assert effect_from_interval(lower, upper, scale=scale).value == pytest.approx(
        estimate, rel=1e-9
    )
    p_value = p_from_interval(
        lower, upper, level=level, scale=scale, sides=sides, degrees_of_freedom=degrees
    ).value
    assert p_value is not None
    z = (math.log(estimate) if scale == "log" else estimate) / error
    expected = stats.norm.sf(z) if degrees is None else stats.t.sf(z, degrees)
    if sides == "two-sided":
        expected = 2 * min(expected, 1 - expected)
    assert p_value == pytest.approx(1 - expected if sides == "less" else expected, rel=1e-6)
    assume(abs(z) > 1e-3 and 1e-290 < p_value < 1 - 1e-9)
    from_p = standard_error_from_p(
        estimate, p_value, sides=sides, scale=scale, degrees_of_freedom=degrees
    )
    assert from_p.value == pytest.approx(error, rel=1e-5)
    back = interval_from_p(
        estimate, p_value, sides=sides, level=level, scale=scale, degrees_of_freedom=degrees
    )
    assert back[0].value == pytest.approx(lower, rel=1e-4, abs=1e-4 * (abs(lower) + error))
    assert back[1].value == pytest.approx(upper, rel=1e-4, abs=1e-4 * (abs(upper) + error))


@given(ESTIMATE, ERROR, LEVEL, LEVEL, SCALE)
def test_a_level_can_be_changed_and_changed_back(
    estimate: float, error: float, level: float, wanted: float, scale: Scale
) -> None:
    lower, upper = interval_from_standard_error(estimate, error, level=level, scale=scale)
    assert lower.value is not None
    assert upper.value is not None
    there = interval_at_level(lower.value, upper.value, level=level, wanted=wanted, scale=scale)
    expected = interval_from_standard_error(estimate, error, level=wanted, scale=scale)
    for one, other in zip(there, expected, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-9, abs=1e-9)


@given(st.floats(0, 1), st.booleans())
def test_two_sided_and_one_sided_p_values_undo_each_other(p_value: float, towards: bool) -> None:
    half = one_sided_p(p_value, effect_towards_alternative=towards).value
    assert half is not None
    assert two_sided_p(half).value == pytest.approx(p_value, abs=1e-15)


@given(
    st.floats(-5, 5),
    st.floats(0.05, 4),
    st.integers(0, 3),
    st.data(),
)
def test_what_rounded_limits_allow_holds_what_was_rounded(
    centre: float, half: float, decimals: int, data: st.DataObject
) -> None:
    lower, upper = centre - half, centre + half
    printed = [rounded(f"{limit:.{decimals}f}") for limit in (lower, upper)]
    assume(printed[0].middle < printed[1].middle)
    error = standard_error_from_interval(*printed)
    exact = standard_error_from_interval(lower, upper).value
    assert exact is not None
    assert error.possible.lower - 1e-12 <= exact <= error.possible.upper + 1e-12
    p_value = p_from_interval(*printed)
    truth = p_from_interval(lower, upper).value
    assert truth is not None
    assert p_value.possible.lower - 1e-12 <= truth <= p_value.possible.upper + 1e-12
    # Whatever is drawn from the possible inputs lies in the possible results.
    a, b = (data.draw(st.floats(one.lower, one.upper, allow_nan=False)) for one in printed)
    assume(a < b)
    drawn = p_from_interval(a, b).value
    assert drawn is not None
    assert p_value.possible.lower - 1e-12 <= drawn <= p_value.possible.upper + 1e-12


@given(st.floats(0.2, 5), st.floats(0.001, 0.9), st.integers(2, 3), SIDES, st.data())
def test_errors_from_rounded_p_values_hold_every_possible_one(
    estimate: float, p_value: float, decimals: int, sides: Sides, data: st.DataObject
) -> None:
    assume(abs(p_value - 0.5) > 0.01 or sides == "two-sided")
    signed = (
        -estimate if (sides == "less") == (p_value < 0.5) and sides != "two-sided" else estimate
    )
    printed = rounded(f"{p_value:.{decimals}f}")
    assume(0 < printed.middle)
    found = standard_error_from_p(rounded(f"{signed:.2f}"), printed, sides=sides)
    p = data.draw(st.floats(max(printed.lower, 1e-12), printed.upper))
    at = data.draw(st.floats(round(signed, 2) - 0.004, round(signed, 2) + 0.004))
    drawn = standard_error_from_p(at, p, sides=sides).value
    assert drawn is not None
    assert found.possible.lower * (1 - 1e-9) <= drawn <= found.possible.upper * (1 + 1e-9)


@given(st.lists(st.integers(-400, 400).map(lambda n: n / 8), min_size=3, max_size=40))
def test_a_standard_deviation_comes_back_from_what_a_report_prints(values: list[float]) -> None:
    summary = summarize(values)
    assume(summary.standard_deviation)
    assert summary.standard_deviation is not None
    assert summary.standard_error is not None
    number, spread = len(values), summary.standard_deviation
    assert deviation_from_error(summary.standard_error, number).value == pytest.approx(spread)
    assert error_from_deviation(spread, number).value == pytest.approx(summary.standard_error)
    low, high = stats.t.interval(0.95, number - 1, summary.mean, summary.standard_error)
    assert deviation_from_interval(low, high, number).value == pytest.approx(spread)
    test = one_sample_t_test(summary)
    if summary.mean and test.p_value and test.p_value < 1 - 1e-6:
        found = deviation_from_paired_p(summary.mean, test.p_value, number)
        assert found.value == pytest.approx(spread, rel=1e-6)
    bounds = deviation_bounds_from_range(min(values), max(values), number, mean=summary.mean)
    assert bounds.lower <= spread * (1 + 1e-12)
    assert spread <= bounds.upper * (1 + 1e-12)


@given(
    st.lists(st.integers(-400, 400).map(lambda n: n / 8), min_size=3, max_size=20),
    st.lists(st.integers(-400, 400).map(lambda n: n / 8), min_size=3, max_size=20),
)
def test_a_pooled_deviation_comes_back_from_the_p_value(x: list[float], y: list[float]) -> None:
    difference = float(np.mean(x) - np.mean(y))
    pooled = math.sqrt(
        ((len(x) - 1) * np.var(x, ddof=1) + (len(y) - 1) * np.var(y, ddof=1))
        / (len(x) + len(y) - 2)
    )
    assume(difference and pooled > 0)
    p_value = float(stats.ttest_ind(x, y).pvalue)
    assume(1e-200 < p_value < 1 - 1e-6)
    found = deviation_from_p(difference, p_value, len(x), len(y))
    assert found.value == pytest.approx(pooled, rel=1e-6)


@given(st.integers(2, 60), st.lists(st.integers(0, 4), min_size=2, max_size=60))
def test_bounds_from_the_range_are_reached(number: int, values: list[int]) -> None:
    """One at either end and all others in the middle, or half at either end, have the extreme deviations."""
    narrow = [0.0, 2.0] + [1.0] * (number - 2)
    wide = [0.0] * (number // 2) + [2.0] * (number - number // 2)
    bounds = deviation_bounds_from_range(0.0, 2.0, number)
    assert np.std(narrow, ddof=1) == pytest.approx(bounds.lower)
    assert np.std(wide, ddof=1) == pytest.approx(bounds.upper)
    if min(values) < max(values):
        found = deviation_bounds_from_range(min(values), max(values), len(values))
        assert found.lower - 1e-9 <= np.std(values, ddof=1) <= found.upper + 1e-9


@given(ESTIMATE, ERROR)
def test_statistics_of_all_kinds_give_one_standard_error(estimate: float, error: float) -> None:
    z = estimate / error
    for kind, statistic in (("z", z), ("t", -z), ("chi-squared", z * z), ("f", z * z)):
        found = standard_error_from_statistic(estimate, statistic, kind=kind)  # type: ignore[arg-type]  # words of a list
        assert found.value == pytest.approx(error)


@given(st.decimals(-1000, 1000, places=2))
def test_a_printed_number_allows_itself_and_half_a_unit(number: object) -> None:
    found = rounded(str(number))
    assert found.contains(float(str(number)))
    assert found.upper - found.lower == pytest.approx(0.01, abs=1e-10)
    assert found.may_equal(PossibleValues(found.upper, math.inf))
