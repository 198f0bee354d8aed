"""What must hold of comparisons of means for all data: symmetry, units, duality of tests and intervals."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

from topline.stats.analysis_of_variance import (
    brown_forsythe_test,
    differences_from,
    one_way_analysis,
    tukey_differences,
    welch_analysis,
)
from topline.stats.mean import MeanSummary
from topline.stats.median import median, sign_test
from topline.stats.shape import shapiro_wilk_test, skewness
from topline.stats.standardized_difference import cohens_d, hedges_g
from topline.stats.two_means import Variances, mean_difference, two_sample_t_test
from topline.stats.variances import standard_deviation, variance_ratio, variance_ratio_test

LEVEL = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
VARIANCES: st.SearchStrategy[Variances] = st.sampled_from(["equal", "unequal"])
NUMBER = st.floats(-1e4, 1e4).map(lambda value: round(value, 4))
VALUES = st.lists(NUMBER, min_size=2, max_size=30)
SUMMARY = st.builds(
    MeanSummary,
    number=st.integers(2, 200),
    mean=NUMBER,
    standard_deviation=st.floats(0.01, 1e3).map(lambda value: round(value, 3)),
)
FEW = settings(max_examples=50)


@FEW
@given(SUMMARY, SUMMARY, VARIANCES, LEVEL)
def test_a_limit_is_the_difference_that_is_just_not_rejected(
    first: MeanSummary, second: MeanSummary, variances: Variances, level: float
) -> None:
    found = mean_difference(first, second, variances=variances, level=level)
    for limit in (found.lower, found.upper):
        assert limit is not None
        test = two_sample_t_test(first, second, variances=variances, null_value=limit)
        assert test.p_value == pytest.approx(1 - level, rel=1e-7)


@FEW
@given(SUMMARY, SUMMARY, VARIANCES, LEVEL)
def test_swapping_the_groups_turns_the_difference_round(
    first: MeanSummary, second: MeanSummary, variances: Variances, level: float
) -> None:
    one = mean_difference(first, second, variances=variances, level=level)
    other = mean_difference(second, first, variances=variances, level=level)
    assert one.lower is not None
    assert one.upper is not None
    assert (other.lower, other.upper) == (-one.upper, -one.lower)
    greater = two_sample_t_test(first, second, variances=variances, sides="greater").p_value
    less = two_sample_t_test(second, first, variances=variances, sides="less").p_value
    assert greater == less


@FEW
@given(SUMMARY, SUMMARY)
def test_groups_of_one_size_and_spread_do_not_ask_how_variances_are(
    first: MeanSummary, second: MeanSummary
) -> None:
    twin = MeanSummary(
        number=first.number,
        mean=second.mean,
        standard_deviation=first.standard_deviation,
    )
    tests = [
        two_sample_t_test(first, twin, variances=one).statistic for one in ("equal", "unequal")
    ]
    assert tests[0] == pytest.approx(tests[1], rel=1e-12)
    freedom = two_sample_t_test(first, twin).degrees_of_freedom
    assert freedom == pytest.approx(2 * first.number - 2, rel=1e-12)


@settings(max_examples=15)  # each integrates a studentised range
@given(SUMMARY, SUMMARY)
def test_two_groups_analysed_as_several_are_a_t_test(
    first: MeanSummary, second: MeanSummary
) -> None:
    groups = {"a": first, "b": second}
    for test, variances in (
        (one_way_analysis(groups).test, "equal"),
        (welch_analysis(groups), "unequal"),
    ):
        alone = two_sample_t_test(first, second, variances=variances)  # type: ignore[arg-type]  # words of two
        assert alone.statistic is not None
        assume(abs(alone.statistic) > 1e-6)
        assert test.statistic == pytest.approx(alone.statistic**2, rel=1e-8)
        assert test.denominator_degrees_of_freedom == pytest.approx(
            alone.degrees_of_freedom, rel=1e-10
        )
        assert test.p_value == pytest.approx(alone.p_value, rel=1e-6)
    (tukey,), (plain,) = tukey_differences(groups), differences_from(groups, "a")
    assert tukey.test.p_value == pytest.approx(plain.test.p_value, rel=1e-8, abs=1e-14)
    assert tukey.estimate.upper == pytest.approx(plain.estimate.upper, rel=1e-8, abs=1e-8)


@FEW
@given(SUMMARY, SUMMARY, LEVEL)
def test_an_exact_limit_of_cohens_d_leaves_its_tail(
    first: MeanSummary, second: MeanSummary, level: float
) -> None:
    found = cohens_d(first, second, level=level)
    assume(found.value is not None and found.lower is not None and found.upper is not None)
    assert found.value is not None
    assert found.lower is not None
    assert found.upper is not None
    scale = math.sqrt(1 / first.number + 1 / second.number)
    freedom = first.number + second.number - 2
    for limit, tail in ((found.lower, (1 + level) / 2), (found.upper, (1 - level) / 2)):
        below = float(special.nctdtr(freedom, limit / scale, found.value / scale))
        assert below == pytest.approx(tail, abs=1e-7)
    mirrored = cohens_d(second, first, level=level)
    assert mirrored.value == -found.value
    assert mirrored.lower == pytest.approx(-found.upper, rel=1e-6, abs=1e-9)
    corrected = hedges_g(first, second, level=level)
    if corrected.value is not None and found.value:
        assert 0 < corrected.value / found.value < 1


@FEW
@given(SUMMARY, LEVEL)
def test_limits_of_a_standard_deviation_surround_it(summary: MeanSummary, level: float) -> None:
    found = standard_deviation(summary, level=level)
    assert found.lower is not None
    assert found.value is not None
    assert found.upper is not None
    # With few observations and little confidence both limits may lie on one side, but in order.
    assert 0 < found.lower < found.upper
    if level >= 0.8:
        assert found.lower < found.value < found.upper


@FEW
@given(SUMMARY, SUMMARY, LEVEL)
def test_a_limit_of_a_variance_ratio_is_just_not_rejected(
    first: MeanSummary, second: MeanSummary, level: float
) -> None:
    found = variance_ratio(first, second, level=level)
    for limit in (found.lower, found.upper):
        assert limit is not None
        test = variance_ratio_test(first, second, null_value=limit)
        assert test.p_value == pytest.approx(1 - level, rel=1e-7)


@FEW
@given(VALUES, LEVEL)
def test_a_medians_limits_are_what_the_sign_test_does_not_reject(
    values: list[float], level: float
) -> None:
    found = median(values, level=level)
    assert found.coverage is not None
    lower, upper = found.estimate.lower, found.estimate.upper
    assert lower is not None
    assert found.estimate.value is not None
    assert upper is not None
    assert lower <= found.estimate.value <= upper
    assume(found.coverage >= level and len(set(values)) == len(values))
    inside = (lower + upper) / 2
    if lower < inside < upper and inside not in values:
        p_value = sign_test(values, null_value=inside).p_value
        assert p_value is not None
        # Between the outer of two neighbouring observations and the limit nothing is rejected at 1 − coverage.
        assert p_value > 1 - found.coverage - 1e-12


@FEW
@given(VALUES)
def test_a_sign_test_counts_all_arrangements(values: list[float]) -> None:
    above, below = sum(one > 0 for one in values), sum(one < 0 for one in values)
    number = above + below
    assume(number > 0)
    exact = sum(math.comb(number, k) for k in range(above, number + 1)) / 2**number
    assert sign_test(values, sides="greater").p_value == pytest.approx(exact, rel=1e-12)


@FEW
@given(
    st.lists(st.floats(-100, 100).map(lambda v: round(v, 2)), min_size=3, max_size=40, unique=True),
    st.floats(0.1, 100),
    NUMBER,
)
def test_shape_does_not_know_the_unit(values: list[float], scale: float, shift: float) -> None:
    there = [shift + scale * one for one in values]
    assert shapiro_wilk_test(there).statistic == pytest.approx(
        shapiro_wilk_test(values).statistic, rel=1e-6
    )
    turned = skewness([-one for one in values])
    straight = skewness(values)
    assert turned is not None
    assert straight is not None
    assert turned == pytest.approx(-straight, rel=1e-9, abs=1e-12)


@FEW
@given(st.lists(st.tuples(NUMBER, st.sampled_from("abc")), min_size=6, max_size=30), NUMBER)
def test_equal_spread_is_judged_without_the_means(
    rows: list[tuple[float, str]], shift: float
) -> None:
    values, group = [value for value, _ in rows], [name for _, name in rows]
    assume(len(set(group)) > 1)
    moved = [value + shift if name == "a" else value for value, name in rows]
    one = brown_forsythe_test(values, group).statistic
    other = brown_forsythe_test(moved, group).statistic
    assume(one is not None and other is not None and one > 1e-6)
    assert other == pytest.approx(one, rel=1e-4)
