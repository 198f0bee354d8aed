"""Many cases at once are the cases one by one, also far from what is common."""

import math
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_many_estimates import assert_same

from topline.stats.correlation import RankError, correlation, correlation_test
from topline.stats.estimate import Sides
from topline.stats.k_sample_ranks import (
    jonckheere_terpstra,
    jonckheere_terpstra_tests,
    kruskal_wallis,
    kruskal_wallis_tests,
)
from topline.stats.many_correlations import correlate_many, correlation_tests, correlations
from topline.stats.many_means import mean_summaries
from topline.stats.many_order_statistics import medians, sign_tests
from topline.stats.many_rate_tests import event_rate_tests, rate_difference_tests
from topline.stats.many_stratified_tables import (
    cochran_mantel_haenszel_tests,
    common_odds_ratios,
    common_risk_ratios,
    homogeneity_tests,
)
from topline.stats.many_survival_comparisons import restricted_means, survival_differences
from topline.stats.many_variances import many_cohens_d, variance_ratio_tests, variance_ratios
from topline.stats.mean import MeanSummary
from topline.stats.median import median, sign_test
from topline.stats.non_inferiority import TESTS, difference_test, difference_tests
from topline.stats.rate import RATE_TESTS, event_rate_test
from topline.stats.rate_comparison import rate_difference_test
from topline.stats.restricted_mean import restricted_mean
from topline.stats.standardized_difference import cohens_d
from topline.stats.stratified_tables import (
    cochran_mantel_haenszel,
    common_odds_ratio,
    common_risk_ratio,
    homogeneity_test,
)
from topline.stats.survival_curves import kaplan_meier_curves
from topline.stats.survival_difference import survival_difference
from topline.stats.variances import variance_ratio, variance_ratio_test

SIDES = st.sampled_from(get_args(Sides))
RATES = st.tuples(st.integers(0, 400), st.floats(1e-3, 1e4))


@st.composite
def two_groups(draw: st.DrawFn) -> tuple[int, int, int, int]:
    number, control = draw(st.integers(1, 60)), draw(st.integers(1, 60))
    return draw(st.integers(0, number)), number, draw(st.integers(0, control)), control


@st.composite
def summaries(draw: st.DrawFn) -> MeanSummary:
    number = draw(st.integers(1, 200))
    spread = draw(st.sampled_from([0.0, 0.01, 0.7, 1.0, 3.5])) if number > 1 else None
    mean = draw(st.integers(-40, 40)) / 8
    return MeanSummary(number=number, mean=mean, standard_deviation=spread)


def together(each: list[MeanSummary]) -> Any:
    numbers, means = [one.number for one in each], [one.mean for one in each]
    spreads: Any = [one.standard_deviation for one in each]
    return mean_summaries(numbers, means, spreads)


@given(
    st.lists(RATES, min_size=1, max_size=8),
    st.floats(1e-3, 10),
    st.sampled_from(RATE_TESTS),
    SIDES,
)
def test_event_rates(
    rates: list[tuple[int, float]], null_value: float, test: str, sides: Sides
) -> None:
    options: dict[str, Any] = {"null_value": null_value, "test": test, "sides": sides}
    found = event_rate_tests(*zip(*rates, strict=True), **options)
    assert_same(found, [event_rate_test(*one, **options) for one in rates], 1e-11, 1e-14)


@given(st.lists(st.tuples(RATES, RATES), min_size=1, max_size=8), st.floats(-2, 2), SIDES)
def test_rate_differences(
    pairs: list[tuple[tuple[int, float], tuple[int, float]]], margin: float, sides: Sides
) -> None:
    rows = [(*first, *second) for first, second in pairs]
    options: dict[str, Any] = {"null_value": margin, "sides": sides}
    found = rate_difference_tests(*zip(*rows, strict=True), **options)
    assert_same(found, [rate_difference_test(*row, **options) for row in rows], 1e-12)


@given(
    st.lists(two_groups(), min_size=1, max_size=8),
    st.floats(-0.9, 0.9),
    st.sampled_from(sorted(TESTS)),
    SIDES,
)
def test_margins(
    tables: list[tuple[int, int, int, int]], margin: float, test: str, sides: Sides
) -> None:
    options: dict[str, Any] = {"null_difference": margin, "test": test, "sides": sides}
    found = difference_tests(*zip(*tables, strict=True), **options)
    assert_same(found, [difference_test(*one, **options) for one in tables], 1e-12)


@given(st.lists(st.lists(two_groups(), min_size=1, max_size=6), min_size=1, max_size=5))
def test_strata(comparisons: list[list[tuple[int, int, int, int]]]) -> None:
    columns = list(zip(*(row for one in comparisons for row in one), strict=True))
    offsets = [0]
    for one in comparisons:
        offsets.append(offsets[-1] + len(one))
    functions: list[tuple[Any, Any]] = [
        (cochran_mantel_haenszel_tests, cochran_mantel_haenszel),
        (common_odds_ratios, common_odds_ratio),
        (common_risk_ratios, common_risk_ratio),
        (homogeneity_tests, homogeneity_test),
    ]
    for many, alone in functions:
        each = [alone(*zip(*one, strict=True)) for one in comparisons]
        assert_same(many(*columns, offsets), each, 1e-9, 1e-12)


@given(st.lists(st.tuples(summaries(), summaries()), min_size=1, max_size=5))
def test_spreads(pairs: list[tuple[MeanSummary, MeanSummary]]) -> None:
    first, second = (together([pair[place] for pair in pairs]) for place in (0, 1))
    assert_same(
        variance_ratios(first, second), [variance_ratio(*pair) for pair in pairs], 1e-11, 1e-200
    )
    tests = variance_ratio_tests(first, second, sides="two-sided")
    assert_same(tests, [variance_ratio_test(*pair) for pair in pairs], 1e-10, 1e-200)
    each = [cohens_d(*pair) for pair in pairs]
    assert_same(many_cohens_d(first, second), each, 1e-8, 1e-9)


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1)), min_size=1, max_size=9),
        min_size=2,
        max_size=6,
    ),
    st.integers(1, 13),
)
def test_survival(groups: list[list[tuple[int, int]]], time: int) -> None:
    offsets = [0]
    for one in groups:
        offsets.append(offsets[-1] + len(one))
    times, events = zip(*(row for one in groups for row in one), strict=True)
    curves = kaplan_meier_curves(times, events, offsets)
    turned = kaplan_meier_curves(
        [time for time, _ in (row for one in groups[::-1] for row in one)],
        [event for _, event in (row for one in groups[::-1] for row in one)],
        [0, *(offsets[-1] - place for place in offsets[-2::-1])],
    )
    each = range(len(groups))
    assert_same(
        survival_differences(curves, turned, time),
        [survival_difference(curves.curve(i), turned.curve(i), time) for i in each],
        1e-12,
        1e-14,
    )
    found = restricted_means(curves, time)
    assert_same(found, [restricted_mean(curves.curve(i), time) for i in each], 1e-12, 1e-13)
    assert found.standard_error == pytest.approx(
        [restricted_mean(curves.curve(i), time).standard_error for i in each], rel=1e-11, abs=1e-13
    )


RUNS = st.lists(
    st.lists(st.tuples(st.integers(-3, 6), st.integers(0, 5)), min_size=2, max_size=12),
    min_size=1,
    max_size=6,
)


@given(RUNS, SIDES, st.sampled_from(get_args(RankError)))
def test_orders(runs: list[list[tuple[int, int]]], sides: Sides, rank_error: RankError) -> None:
    first, second = zip(*(pair for one in runs for pair in one), strict=True)
    offsets = [0]
    for one in runs:
        offsets.append(offsets[-1] + len(one))
    separate = [tuple(zip(*one, strict=True)) for one in runs]
    kendall = correlate_many(first, second, offsets, coefficient="kendall")
    alone: dict[str, Any] = {"coefficient": "kendall"}
    assert_same(
        correlations(kendall, rank_error=rank_error),
        [correlation(*pair, rank_error=rank_error, **alone) for pair in separate],
        1e-12,
        1e-14,
    )
    assert_same(
        correlation_tests(kendall, sides=sides),
        [correlation_test(*pair, sides=sides, **alone) for pair in separate],
        1e-12,
        1e-14,
    )
    found = medians(first, offsets)
    assert_same(found, [median(values).estimate for values, _ in separate], 1e-14)
    signs = sign_tests(first, offsets, sides=sides)
    assert_same(signs, [sign_test(values, sides=sides) for values, _ in separate], 1e-13)
    several = [place for place, (_, group) in enumerate(separate) if len(set(group)) > 1]
    for many, one_by_one in (
        (kruskal_wallis_tests(first, second, offsets), kruskal_wallis),
        (jonckheere_terpstra_tests(first, second, offsets), jonckheere_terpstra),
    ):
        for place in range(len(runs)):
            expected = one_by_one(*separate[place]).statistic if place in several else None
            number = float(many.statistic[place])
            assert number == pytest.approx(
                math.nan if expected is None else expected, rel=1e-11, abs=1e-13, nan_ok=True
            )
