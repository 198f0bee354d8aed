"""What must hold of rates, their comparison and regressions for every input."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from topline.stats import rate
from topline.stats.estimate import Sides
from topline.stats.logistic import fit_logistic
from topline.stats.model_matrix import ModelMatrix, model_matrix, variables
from topline.stats.negative_binomial import (
    dispersion_estimate,
    fit_negative_binomial,
    negative_binomial_ratios,
)
from topline.stats.poisson_regression import fit_poisson
from topline.stats.rate import event_rate, event_rate_test, event_rates
from topline.stats.rate_comparison import (
    DIFFERENCE_INTERVALS,
    RATIO_INTERVALS,
    rate_difference,
    rate_difference_test,
    rate_differences,
    rate_ratio,
    rate_ratio_test,
    rate_ratios,
)
from topline.stats.regression_ratios import coefficient_ratios, profile_limit

EVENTS = st.integers(0, 400)
TIME = st.floats(0.01, 1e5)
LEVEL = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
INTERVAL = st.sampled_from(sorted(rate.INTERVALS))
GROUPS = st.tuples(EVENTS, TIME, EVENTS, TIME)


@given(EVENTS, TIME, LEVEL, INTERVAL)
def test_a_rate_lies_inside_its_interval(
    events: int, time: float, level: float, interval: str
) -> None:
    found = event_rate(events, time, level=level, interval=interval)
    assert found.value is not None
    if found.lower is None or found.upper is None:
        assert events == 0
        assert interval == "wald_log"
        return
    if interval == "jeffreys_without_edge_rule" and events == 0:
        assert found.value < found.lower < found.upper
        return
    # At low levels the quantiles of a skewed posterior, and Byar's roots, may lie on one side of the estimate.
    if interval not in ("jeffreys", "jeffreys_without_edge_rule", "byar") or level >= 0.9:
        assert found.lower <= found.value * (1 + 1e-12)
        assert found.value <= found.upper * (1 + 1e-12)


@given(EVENTS, LEVEL)
def test_exact_and_mid_p_limits_are_where_their_tests_begin_to_reject(
    events: int, level: float
) -> None:
    tail = (1 - level) / 2
    for interval, test in (("exact", "exact"), ("mid_p", "mid_p"), ("score", "score")):
        found = event_rate(events, 1.0, level=level, interval=interval)
        assert found.lower is not None
        assert found.upper is not None
        less = event_rate_test(events, 1.0, null_value=found.upper, test=test, sides="less")
        assert less.p_value == pytest.approx(tail, rel=1e-9)
        if events:
            greater = event_rate_test(
                events, 1.0, null_value=found.lower, test=test, sides="greater"
            )
            assert greater.p_value == pytest.approx(tail, rel=1e-9)
        else:
            assert found.lower == 0


@given(EVENTS, LEVEL)
def test_likelihood_ratio_limits_are_equally_unlikely(events: int, level: float) -> None:
    found = event_rate(events, 1.0, level=level, interval="likelihood_ratio")
    fall = stats.norm.ppf((1 + level) / 2) ** 2
    for limit in (found.lower, found.upper):
        assert limit is not None
        if limit == 0:
            assert events == 0
            continue
        gap = 2 * (limit - events + (events * math.log(events / limit) if events else 0))
        assert gap == pytest.approx(fall, rel=1e-8)


@given(st.integers(0, 60), st.floats(0.05, 80))
def test_the_exact_test_of_a_rate_adds_up_all_that_is_no_more_likely(
    events: int, expected: float
) -> None:
    every = stats.poisson.pmf(np.arange(700), expected)
    total = every[every <= every[events] * (1 + 1e-7)].sum()
    found = event_rate_test(events, 1.0, null_value=expected)
    assert found.p_value == pytest.approx(min(1.0, float(total)), rel=1e-8)


@given(st.lists(st.tuples(EVENTS, TIME), min_size=1, max_size=20), LEVEL, INTERVAL)
def test_many_rates_at_once_equal_each_alone(
    cases: list[tuple[int, float]], level: float, interval: str
) -> None:
    events, times = zip(*cases, strict=True)
    many = event_rates(events, times, level=level, interval=interval)
    for position, (x, t) in enumerate(cases):
        one = event_rate(x, t, level=level, interval=interval)
        for part in ("value", "lower", "upper"):
            alone = getattr(one, part)
            together = getattr(many, part)[position]
            assert math.isnan(together) if alone is None else together == pytest.approx(alone)


@given(GROUPS, LEVEL, st.sampled_from(sorted(RATIO_INTERVALS)))
def test_swapping_the_groups_inverts_the_ratio(
    groups: tuple[int, float, int, float], level: float, interval: str
) -> None:
    x, t, y, u = groups
    one = rate_ratio(x, t, y, u, level=level, interval=interval)
    other = rate_ratio(y, u, x, t, level=level, interval=interval)
    if one.lower is not None and one.lower > 0:
        assert other.upper == pytest.approx(1 / one.lower, rel=1e-9)
    if one.upper is not None and one.upper > 0:
        assert other.lower == pytest.approx(1 / one.upper, rel=1e-9)
    if one.value is not None and one.lower is not None and one.upper is not None:
        assert one.lower <= one.value * (1 + 1e-9)
        assert one.value <= one.upper * (1 + 1e-9) or (interval == "jeffreys" and level < 0.9)


@given(GROUPS, LEVEL, st.sampled_from(["exact", "mid_p", "score"]))
def test_ratio_limits_are_where_their_test_begins_to_reject(
    groups: tuple[int, float, int, float], level: float, name: str
) -> None:
    found = rate_ratio(*groups, level=level, interval=name)
    sides: tuple[Sides, Sides] = ("greater", "less")
    for limit, side in zip((found.lower, found.upper), sides, strict=True):
        if limit is not None and limit > 0:
            test = rate_ratio_test(*groups, null_value=limit, test=name, sides=side)
            assert test.p_value == pytest.approx((1 - level) / 2, rel=1e-7)


@given(GROUPS, LEVEL, st.sampled_from(sorted(DIFFERENCE_INTERVALS)))
def test_swapping_the_groups_turns_the_difference(
    groups: tuple[int, float, int, float], level: float, interval: str
) -> None:
    x, t, y, u = groups
    one = rate_difference(x, t, y, u, level=level, interval=interval)
    other = rate_difference(y, u, x, t, level=level, interval=interval)
    size = abs(one.lower or 0) + abs(one.upper or 0)
    assert one.lower == pytest.approx(-(other.upper or 0), rel=1e-9, abs=1e-9 * size)
    assert one.upper == pytest.approx(-(other.lower or 0), rel=1e-9, abs=1e-9 * size)
    rescaled = rate_difference(x, 10 * t, y, 10 * u, level=level, interval=interval)
    assert rescaled.lower == pytest.approx((one.lower or 0) / 10, rel=1e-8, abs=1e-10 * size)


@given(GROUPS, LEVEL)
def test_score_limits_of_a_difference_are_where_its_test_begins_to_reject(
    groups: tuple[int, float, int, float], level: float
) -> None:
    found = rate_difference(*groups, level=level)
    sides: tuple[Sides, Sides] = ("greater", "less")
    for limit, side in zip((found.lower, found.upper), sides, strict=True):
        assert limit is not None
        test = rate_difference_test(*groups, null_value=limit, sides=side)
        assert test.p_value == pytest.approx((1 - level) / 2, rel=1e-6)


@given(st.lists(GROUPS, min_size=1, max_size=10), LEVEL)
def test_many_comparisons_at_once_equal_each_alone(
    cases: list[tuple[int, float, int, float]], level: float
) -> None:
    columns = [list(column) for column in zip(*cases, strict=True)]
    for interval in RATIO_INTERVALS:
        many = rate_ratios(*columns, level=level, interval=interval)
        for position, case in enumerate(cases):
            alone = rate_ratio(*case, level=level, interval=interval)
            if alone.upper is not None:
                assert many.upper[position] == pytest.approx(alone.upper, rel=1e-12)
            else:
                assert not math.isfinite(many.upper[position])
    for interval in DIFFERENCE_INTERVALS:
        many = rate_differences(*columns, level=level, interval=interval)
        for position, case in enumerate(cases):
            alone = rate_difference(*case, level=level, interval=interval)
            assert many.lower[position] == pytest.approx(alone.lower, rel=1e-9, abs=1e-300)


def two_arms(first: int, second: int) -> ModelMatrix:
    return model_matrix(variables(factors={"arm": ["A"] * first + ["B"] * second}), [("arm",)])


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), LEVEL)
def test_a_logistic_regression_of_two_arms_is_the_odds_ratio_of_their_table(
    a: int, b: int, c: int, d: int, level: float
) -> None:
    fit = fit_logistic([1] * a + [0] * b + [1] * c + [0] * d, two_arms(a + b, c + d))
    found = coefficient_ratios(fit, level=level)[1].estimate
    log = math.log(c * b / (d * a))
    half = stats.norm.ppf((1 + level) / 2) * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert found.value == pytest.approx(math.exp(log), rel=1e-10)
    assert found.lower == pytest.approx(math.exp(log - half), rel=1e-10)
    assert found.upper == pytest.approx(math.exp(log + half), rel=1e-10)


@given(st.integers(1, 15), st.integers(1, 15), st.integers(1, 15), st.integers(1, 15))
def test_profile_limits_are_where_the_likelihood_has_fallen_by_the_quantile(
    a: int, b: int, c: int, d: int
) -> None:
    fit = fit_logistic([1] * a + [0] * b + [1] * c + [0] * d, two_arms(a + b, c + d))
    fall = stats.chi2.ppf(0.95, 1) / 2
    for side in (-1, 1):
        limit = profile_limit(fit, 1, 0.95, side)
        assert limit is not None
        # With the log odds ratio held there, the other coefficient is free.
        best = table_likelihood(a, b, c, d, limit)
        assert fit.log_likelihood - best == pytest.approx(fall, abs=1e-6)


def table_likelihood(a: int, b: int, c: int, d: int, slope: float) -> float:
    """Give the largest likelihood of a table with a given log odds ratio, its intercept found by halving."""
    low, high = -20.0 - abs(slope), 20.0 + abs(slope)
    for _ in range(200):
        middle = (low + high) / 2
        p, q = 1 / (1 + math.exp(-middle)), 1 / (1 + math.exp(-middle - slope))
        low, high = (middle, high) if a + c > (a + b) * p + (c + d) * q else (low, middle)
    return a * math.log(p) + b * math.log(1 - p) + c * math.log(q) + d * math.log(1 - q)


COUNTS = st.lists(st.integers(0, 15), min_size=3, max_size=12)


@given(COUNTS, COUNTS, st.floats(0.1, 10))
def test_a_poisson_regression_of_two_arms_is_the_rate_ratio(
    first: list[int], second: list[int], time: float
) -> None:
    assume(sum(first) and sum(second))
    offset = np.log([time] * len(first) + [1.0] * len(second))
    fit = fit_poisson(first + second, two_arms(len(first), len(second)), offset=offset)
    found = coefficient_ratios(fit)[1].estimate
    expected = rate_ratio(
        sum(second), len(second), sum(first), len(first) * time, interval="wald_log"
    )
    assert found.value == pytest.approx(expected.value, rel=1e-9)
    assert found.lower == pytest.approx(expected.lower, rel=1e-9)
    assert found.upper == pytest.approx(expected.upper, rel=1e-9)


@given(COUNTS, COUNTS)
def test_negative_binomial_fits_lie_at_the_top_of_their_likelihood(
    first: list[int], second: list[int]
) -> None:
    assume(sum(first) and sum(second))
    counts = np.array(first + second, dtype=float)
    matrix = two_arms(len(first), len(second))
    fit = fit_negative_binomial(counts, matrix)
    assert fit.settled
    # Whatever the dispersion, arms by themselves are fitted by their means.
    ratio = negative_binomial_ratios(fit)[1].estimate
    assert ratio.value == pytest.approx(np.mean(second) / np.mean(first), rel=1e-7)
    if fit.theta is None:
        assert fit.dispersion == 0
        assert dispersion_estimate(fit).reason("lower") is not None
        return
    size = fit.theta

    def likelihood(theta: float) -> float:
        return float(np.sum(stats.nbinom.logpmf(counts, theta, theta / (theta + fit.mean))))

    assert fit.log_likelihood == pytest.approx(likelihood(size), rel=1e-8, abs=1e-8)
    for factor in (0.9, 1.1):
        assert likelihood(size * factor) <= likelihood(size) + 1e-9


@given(COUNTS, COUNTS)
def test_observed_information_is_the_curvature_of_the_likelihood(
    first: list[int], second: list[int]
) -> None:
    assume(sum(first) and sum(second))
    counts = np.array(first + second, dtype=float)
    matrix = two_arms(len(first), len(second))
    fit = fit_negative_binomial(counts, matrix)
    assume(fit.theta is not None and 0.05 < fit.theta < 20)
    assert fit.theta is not None
    at = np.append(fit.coefficients, fit.theta)

    def likelihood(place: NDArray[np.float64]) -> float:
        mean = np.exp(matrix.columns @ place[:2])
        return float(np.sum(stats.nbinom.logpmf(counts, place[2], place[2] / (place[2] + mean))))

    step = np.array([1e-3, 1e-3, 1e-3 * fit.theta])
    information = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            e, f = np.eye(3)[i] * step, np.eye(3)[j] * step
            information[i, j] = -(
                likelihood(at + e + f)
                - likelihood(at + e - f)
                - likelihood(at - e + f)
                + likelihood(at - e - f)
            ) / (4 * step[i] * step[j])
    covariance = np.linalg.inv(information)
    assert np.diag(fit.covariance) == pytest.approx(np.diag(covariance)[:2], rel=1e-3)
    assert fit.theta_error == pytest.approx(math.sqrt(covariance[2, 2]), rel=1e-3)
