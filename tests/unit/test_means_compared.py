"""Comparisons of means: known cases by hand, edges, and what is refused."""

import math

import numpy as np
import pytest

from topline.errors import DataError, LimitError, UsageError
from topline.stats.analysis_of_variance import (
    bartlett_test,
    brown_forsythe_test,
    differences_from,
    one_way_analysis,
    summarize_groups,
    tukey_differences,
    welch_analysis,
)
from topline.stats.distribution import t_probability
from topline.stats.many_means import (
    arithmetic_means,
    mean_differences,
    mean_summaries,
    summarize_many,
    two_sample_t_tests,
)
from topline.stats.mean import MeanSummary, arithmetic_mean, summarize, summarize_logarithms
from topline.stats.median import median, sign_test
from topline.stats.shape import shapiro_wilk_test, skewness
from topline.stats.standardized_difference import cohens_d, hedges_g
from topline.stats.studentized_range import (
    studentized_range_probability,
    studentized_range_quantile,
)
from topline.stats.two_means import (
    geometric_mean_ratio,
    mean_difference,
    pooled_standard_deviation,
    two_sample_t_test,
)
from topline.stats.variances import standard_deviation, variance_ratio, variance_ratio_test

SINGLE = MeanSummary(number=1, mean=3.0, standard_deviation=None)
FLAT = MeanSummary(number=4, mean=3.0, standard_deviation=0.0)
PAIR = MeanSummary(number=2, mean=5.0, standard_deviation=2.0)


def test_a_single_observation_leaves_welch_undefined_and_pooled_defined() -> None:
    welch, pooled = mean_difference(SINGLE, PAIR), mean_difference(SINGLE, PAIR, variances="equal")
    assert welch.value == -2.0
    assert welch.lower is None
    assert "single observation" in str(welch.reason("lower"))
    # s √(1 + 1/2) with one degree of freedom, whose 97.5 % quantile is 12.706.
    assert pooled.standard_error == pytest.approx(2 * math.sqrt(1.5), rel=1e-14)
    assert pooled.lower == pytest.approx(-2 - 12.7062047361747 * 2 * math.sqrt(1.5), rel=1e-12)
    assert two_sample_t_test(SINGLE, PAIR).statistic is None
    assert two_sample_t_test(SINGLE, SINGLE, variances="equal").p_value is None


def test_groups_without_spread_have_no_test() -> None:
    for variances in ("equal", "unequal"):
        test = two_sample_t_test(FLAT, FLAT, variances=variances)
        assert test.statistic is None
        assert "equal" in str(test.reason("p_value"))
    pooled = mean_difference(FLAT, FLAT, variances="equal")
    assert (pooled.lower, pooled.upper) == (0.0, 0.0)
    assert cohens_d(FLAT, FLAT).value is None
    assert variance_ratio(FLAT, PAIR).value is None
    assert variance_ratio_test(PAIR, FLAT).p_value is None


def test_what_a_single_observation_cannot_tell() -> None:
    assert standard_deviation(SINGLE).value is None
    assert variance_ratio(SINGLE, PAIR).reason("value") is not None
    assert cohens_d(SINGLE, SINGLE).value is None
    # One degree of freedom gives d, but J(1) is 0.
    assert cohens_d(SINGLE, PAIR).value == -1.0
    assert hedges_g(SINGLE, PAIR).value is None
    with pytest.raises(DataError, match="no group has more than one"):
        pooled_standard_deviation(SINGLE, SINGLE)


def test_a_ratio_too_large_is_said() -> None:
    first = MeanSummary(number=2, mean=400.0, standard_deviation=120.0)
    found = geometric_mean_ratio(first, summarize_logarithms([1.0, 2.0]))
    assert found.upper is None
    assert "too large" in str(found.reason("upper"))


def test_the_median_of_few_says_how_little_its_limits_cover() -> None:
    few = median([4.2, 5.1, 9.3])
    assert (few.estimate.lower, few.estimate.upper, few.coverage) == (4.2, 9.3, 0.75)
    assert any("75 %" in note for note in few.estimate.notes)
    assert median([2.0]).coverage is None
    assert median([2.0]).estimate.lower is None
    six = median(range(6))
    assert six.coverage == pytest.approx(0.96875, rel=1e-14)
    assert six.estimate.notes == ()


def test_a_sign_test_leaves_out_what_has_no_sign() -> None:
    found = sign_test([0, 1, 2, -1], sides="greater")
    # P(X ≥ 2) of three: 1/2.
    assert found.p_value == pytest.approx(0.5, rel=1e-14)
    assert found.notes == ("left out, being equal to the null value: 1",)
    assert sign_test([1.0, 1.0], null_value=1.0).statistic is None


def test_shape_of_too_few_too_many_and_equal() -> None:
    assert shapiro_wilk_test([1, 2]).statistic is None
    assert shapiro_wilk_test([1, 1, 1]).p_value is None
    assert skewness([2, 2]) is None
    assert skewness([-1, 0, 1]) == pytest.approx(0, abs=1e-15)
    with pytest.raises(LimitError, match="5,001"):
        shapiro_wilk_test(np.arange(5001.0))
    extreme = shapiro_wilk_test([0, 0, 1e300])
    assert extreme.statistic == pytest.approx(0.75, rel=1e-12)
    assert extreme.p_value == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize(("number", "freedom"), [(2, 5), (2, 1), (2, 60), (2, 2.5)])
def test_a_studentised_range_of_two_is_a_t_statistic(number: int, freedom: float) -> None:
    for t in (0.01, 0.5, 2.0, 10.0):
        found = studentized_range_probability(t * math.sqrt(2), number, freedom)
        assert found == pytest.approx(t_probability(t, freedom, "two-sided"), rel=1e-11)


@pytest.mark.parametrize(
    # Upper 5 % and 1 % points as tables print them (E. S. Pearson and H. O. Hartley, Biometrika Tables for
    # Statisticians, volume 1).
    ("level", "number", "freedom", "printed"),
    [(0.95, 3, 10, "3.88"), (0.95, 5, 20, "4.23"), (0.99, 3, 10, "5.27"), (0.95, 10, 60, "4.65")],
)
def test_studentised_ranges_of_printed_tables(
    level: float, number: int, freedom: int, printed: str
) -> None:
    assert studentized_range_quantile(level, number, freedom) == pytest.approx(
        float(printed), abs=0.0051
    )


def test_three_means_known_in_one_line() -> None:
    """Of three means with known error, the range of three normals: P(W > w) in closed form at w = 0 and far out."""
    assert studentized_range_probability(0.0, 3, math.inf) == pytest.approx(1.0, rel=1e-12)
    assert studentized_range_quantile(0.95, 3, math.inf) == pytest.approx(3.31449, abs=5e-6)


def test_groups_that_cannot_be_compared_are_refused_or_say_so() -> None:
    with pytest.raises(DataError, match="1 groups"):
        one_way_analysis({"a": PAIR})
    singles = {"a": SINGLE, "b": SINGLE}
    assert one_way_analysis(singles).test.statistic is None
    assert one_way_analysis(singles).mean_square_within is None
    assert tukey_differences(singles)[0].estimate.reason("lower") is not None
    assert differences_from(singles, "a")[0].test.p_value is None
    flat = {"a": FLAT, "b": FLAT}
    assert "equal" in str(one_way_analysis(flat).test.reason("statistic"))
    assert bartlett_test(flat).statistic is None
    assert welch_analysis({"a": SINGLE, "b": PAIR}).statistic is None
    assert tukey_differences(flat)[0].test.p_value is None
    with pytest.raises(UsageError, match="no group 'c'"):
        differences_from(flat, "c")
    assert brown_forsythe_test([1, 1, 2, 2], ["a", "a", "b", "b"]).statistic is None


def test_groups_are_summarized_in_their_order() -> None:
    found = summarize_groups([5, 1, 2, 7], ["b", "a", "a", "b"])
    assert list(found) == ["a", "b"]
    assert found["b"] == summarize([5, 7])


def test_many_groups_are_what_each_is_alone() -> None:
    random = np.random.default_rng(5)
    sizes = [1, 2, 3, 10, 100, 2]
    groups = [random.normal(1e6, 1, size) for size in sizes]
    groups[-1][:] = 0.1
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    many = summarize_many(np.concatenate(groups), offsets)
    estimates = arithmetic_means(many, level=0.9)
    for place, group in enumerate(groups):
        one = summarize(group)
        assert many.mean[place] == pytest.approx(one.mean, rel=1e-15)
        alone = arithmetic_mean(one, level=0.9)
        if one.standard_deviation is None:
            assert math.isnan(many.standard_deviation[place])
            assert math.isnan(estimates.lower[place])
            continue
        assert many.standard_deviation[place] == pytest.approx(one.standard_deviation, rel=1e-10)
        assert estimates.lower[place] == pytest.approx(alone.lower, rel=1e-12)


@pytest.mark.parametrize("variances", ["equal", "unequal"])
@pytest.mark.parametrize("sides", ["two-sided", "greater", "less"])
def test_many_differences_are_what_each_is_alone(variances: str, sides: str) -> None:
    firsts = [SINGLE, FLAT, PAIR, MeanSummary(number=40, mean=1.5, standard_deviation=2.0)]
    seconds = [PAIR, FLAT, FLAT, MeanSummary(number=30, mean=2.5, standard_deviation=3.0)]
    rows = [
        mean_summaries(
            [one.number for one in side],
            [one.mean for one in side],
            [
                math.nan if one.standard_deviation is None else one.standard_deviation
                for one in side
            ],
        )
        for side in (firsts, seconds)
    ]
    estimates = mean_differences(*rows, variances=variances)  # type: ignore[arg-type]  # a word of two
    tests = two_sample_t_tests(*rows, variances=variances, sides=sides, null_value=0.5)  # type: ignore[arg-type]  # words of few
    for place, pair in enumerate(zip(firsts, seconds, strict=True)):
        alone = mean_difference(*pair, variances=variances)  # type: ignore[arg-type]  # a word of two
        test = two_sample_t_test(*pair, variances=variances, sides=sides, null_value=0.5)  # type: ignore[arg-type]  # words of few
        for found, expected in (
            (estimates.lower[place], alone.lower),
            (estimates.upper[place], alone.upper),
            (tests.statistic[place], test.statistic),
            (tests.p_value[place], test.p_value),
        ):
            if expected is None:
                assert math.isnan(found)
            else:
                assert found == pytest.approx(expected, rel=1e-12)


def test_many_that_cannot_be_are_refused() -> None:
    with pytest.raises(DataError, match="standard_deviation\\[1\\] is -1"):
        mean_summaries([2, 2], [1, 1], [1, -1])
    with pytest.raises(DataError, match="number\\[0\\] is 0"):
        mean_summaries([0], [1], [1])
    with pytest.raises(DataError, match="offsets"):
        summarize_many([1, 2, 3], [0, 2])
