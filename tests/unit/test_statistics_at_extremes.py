"""What a statistic gives, or how it refuses, where counts, times and scales are far from any trial's."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from topline.errors import DataError, LimitError, UsageError
from topline.stats.contingency import cochran_mantel_haenszel_test
from topline.stats.correlation import correlation, correlation_test
from topline.stats.cox import cox
from topline.stats.degrees_of_freedom import mixed_model_inference
from topline.stats.estimate import Sides
from topline.stats.freeman_halton import freeman_halton_test
from topline.stats.henmi_copas import henmi_copas_interval
from topline.stats.heterogeneity import chi_squared_probability
from topline.stats.linear_model import fit_linear_model, linear_model_difference
from topline.stats.many_binomial_tests import rate_ratio_tests
from topline.stats.many_correlations import correlate_many
from topline.stats.many_means import mean_summaries
from topline.stats.many_rate_tests import event_rate_tests
from topline.stats.many_variances import many_cohens_d, variance_ratio_tests
from topline.stats.mean import MeanSummary
from topline.stats.mixed_model_means import fit_repeated_measures, mixed_model_difference
from topline.stats.model_matrix import model_matrix, variables
from topline.stats.pooling import pool
from topline.stats.rank_sum import hodges_lehmann
from topline.stats.rate import event_rate_test
from topline.stats.rate_comparison import rate_ratio_test
from topline.stats.standardized_difference import cohens_d
from topline.stats.stratified_risk_difference import common_risk_difference
from topline.stats.variances import variance_ratio, variance_ratio_test


@pytest.mark.parametrize("test", ["exact", "mid_p", "score"])
@pytest.mark.parametrize(("person_time", "null_value"), [(1e150, 1e3), (1e-200, 1e-200)])
def test_a_rate_that_expects_more_events_than_can_be_counted_or_none_is_refused(
    test: str, person_time: float, null_value: float
) -> None:
    with pytest.raises(UsageError, match="expects"):
        event_rate_test(3, person_time, null_value=null_value, test=test)
    with pytest.raises(UsageError, match="expects"):
        event_rate_tests([3], [person_time], null_value=null_value, test=test)


@pytest.mark.parametrize("test", ["exact", "mid_p"])
def test_rates_of_very_unequal_person_times_keep_their_digits(test: str) -> None:
    """Of 3 events, 2 fall in the group with 1e-9 of the person-time: the tail is arithmetic, by fractions."""
    share = 1 / (1 + Fraction(10**9))

    def tail(least: int) -> Fraction:
        return sum(
            (comb(3, k) * share**k * (1 - share) ** (3 - k) for k in range(least, 4)), Fraction(0)
        )

    expected = float(tail(2) if test == "exact" else (tail(2) + tail(3)) / 2)
    few = rate_ratio_test(2, 1, 1, 1e9, test=test, sides="greater")
    many = rate_ratio_test(1, 1e9, 2, 1, test=test, sides="less")
    together = rate_ratio_tests([2], [1], [1], [1e9], test=test, sides="greater")
    turned = rate_ratio_tests([1], [1e9], [2], [1], test=test, sides="less")
    for found in (few.p_value, many.p_value, together.p_value[0], turned.p_value[0]):
        assert found == pytest.approx(expected, rel=1e-12, abs=0)
    assert (few.statistic, many.statistic) == (2, 1)


@pytest.mark.parametrize("sides", ["two-sided", "greater", "less"])
def test_a_rate_ratio_of_a_vanishing_share_has_a_score_or_is_refused(sides: Sides) -> None:
    cases = [(7, 1e9, 2, 1e-6), (0, 1e9, 5, 1e-6)]
    found = rate_ratio_tests(*zip(*cases, strict=True), null_value=1e9, test="score", sides=sides)
    for place, case in enumerate(cases):
        one = rate_ratio_test(*case, null_value=1e9, test="score", sides=sides)
        assert one.statistic == found.statistic[place]
        assert one.p_value == found.p_value[place]
    with pytest.raises(UsageError, match="share tested"):
        rate_ratio_test(1, 1e-150, 2, 1e150, null_value=1e-100)
    with pytest.raises(UsageError, match="share tested"):
        rate_ratio_tests([1], [1e-150], [2], [1e150], null_value=1e-100)


def test_a_table_with_huge_cells_is_listed_where_its_margins_allow_few_tables_and_refused_otherwise() -> (
    None
):
    # With a row of one participant there are two tables, and the observed one is the rarer.
    assert freeman_halton_test([[1, 0], [10**7, 3 * 10**7]]).p_value == pytest.approx(
        0.25, rel=1e-6
    )
    with pytest.raises(LimitError, match="ways to fill one column"):
        freeman_halton_test([[10**11, 10**11], [10**11, 10**11]])


@pytest.mark.parametrize("factor", [1e-160, 1e160, -3.0])
def test_scores_count_only_by_their_order_and_spacing(factor: float) -> None:
    tables = [[[3, 1, 0], [0, 3, 7], [1, 1, 7]], [[7, 0, 3], [1, 7, 3], [1, 3, 2]]]
    scores = np.array([0.1, 1.0, 2.5])
    for test in ("correlation", "row_mean_scores"):
        plain = cochran_mantel_haenszel_test(
            tables, test=test, row_scores=scores, column_scores=scores
        )
        scaled = cochran_mantel_haenszel_test(
            tables, test=test, row_scores=factor * scores, column_scores=factor * scores
        )
        assert scaled.statistic == pytest.approx(plain.statistic, rel=1e-12)


def test_equal_scores_tell_nothing_whatever_they_are() -> None:
    for score in (0.1, 1 / 3, 1e9 + 0.1, 0.0):
        found = cochran_mantel_haenszel_test(
            [[[3, 1, 0], [0, 3, 7]]], test="correlation", row_scores=[score] * 2
        )
        assert found.statistic is None


def test_satos_error_is_0_where_each_group_is_all_or_nothing_in_any_order_of_strata() -> None:
    strata = [(1, 1, 0, 20), (2, 2, 0, 2), (1, 1, 0, 1)]
    for turn in range(len(strata)):
        turned = strata[turn:] + strata[:turn]
        found = common_risk_difference(*zip(*turned, strict=True), interval="sato")
        assert found.lower == found.value == found.upper
        assert found.value == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize(
    ("spreads", "null_value"), [((1e200, 1e-200), 1.0), ((1e100, 1.0), 1e-200)]
)
def test_variances_too_unequal_for_a_float_have_no_test(
    spreads: tuple[float, float], null_value: float
) -> None:
    for order in (1, -1):
        first, second = (
            MeanSummary(number=5, mean=0.0, standard_deviation=s) for s in spreads[::order]
        )
        null = null_value**order
        assert "float" in (
            variance_ratio_test(first, second, null_value=null).reason("p_value") or ""
        )
        one, other = (mean_summaries([5], [0.0], [s]) for s in spreads[::order])
        found = variance_ratio_tests(one, other, null_value=null)
        assert np.isnan(found.p_value[0])
        assert "float" in found.notes[0]
    wide, narrow = (MeanSummary(number=5, mean=0.0, standard_deviation=s) for s in (1e200, 1e-200))
    assert variance_ratio(wide, narrow).value is None


def test_a_standardised_difference_beyond_all_measure_has_no_limits() -> None:
    first = MeanSummary(number=10, mean=1e9, standard_deviation=1.0)
    second = MeanSummary(number=10, mean=0.0, standard_deviation=1.0)
    found = cohens_d(first, second)
    assert found.value == pytest.approx(1e9, rel=1e-12)
    assert "so far out" in (found.reason("lower") or "")
    assert found.upper is None
    many = many_cohens_d(
        mean_summaries([10, 10], [1e9, 1.0], [1.0, 1.0]),
        mean_summaries([10, 10], [0.0, 0.0], [1.0, 1.0]),
    )
    assert np.isnan(many.lower).tolist() == [True, False]


def test_a_mean_differs_from_itself_in_no_model() -> None:
    made = model_matrix(variables(factors={"arm": ["a", "a", "b", "b"]}), [("arm",)])
    with pytest.raises(UsageError, match="are the same, whatever the data"):
        linear_model_difference(fit_linear_model([1, 2, 4, 5], made), {"arm": "b"}, {"arm": "b"})
    fit = fit_repeated_measures(
        [1, 2, 2, 4, 4, 3, 5, 7],
        subject=[1, 1, 2, 2, 3, 3, 4, 4],
        visit=[1, 2] * 4,
        group=list("aaaabbbb"),
        covariance="compound-symmetry",
    )
    place = {"group": "b", "visit": "2"}
    with pytest.raises(UsageError, match="are the same, whatever the data"):
        mixed_model_difference(mixed_model_inference(fit), place, place)


def test_equal_and_opposite_orders_have_a_rank_correlation_of_just_1_and_minus_1() -> None:
    source = np.random.default_rng(3)
    for number in range(3, 60):
        first = np.round(source.normal(size=number), 1)
        second = np.exp(first)
        for sign in (1.0, -1.0):
            assert correlation(first, sign * second, coefficient="spearman").value == sign
            test = correlation_test(first, sign * second, coefficient="spearman")
            assert "complete" in (test.reason("p_value") or "")
            many = correlate_many(first, sign * second, [0, number], coefficient="spearman")
            assert many.value[0] == sign


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_covariate_that_foretells_the_order_of_events_is_fitted_without_a_warning(
    ties: str,
) -> None:
    """The search tries coefficients under which risks underflow; warnings fail the tests."""
    time = [1.1, 1.0, 2.1, 0.1, 0.1, 0.4, 0.6, 5.6, 1.6, 1.0, 1.8, 0.8, 1.8, 0.4, 1.5, 0.4, 1.0, 1.8, 1.3, 1.3, 0.6, 0.1]  # fmt: skip
    event = [0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1]
    arm = [0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1]
    fit = cox(time, event, np.column_stack([100 * np.array(time), arm]), ties=ties)
    # Every event befalls the smallest covariate at risk: the likelihood rises for ever.
    assert fit.finite.tolist() == [False, False]
    assert "not finite" in fit.notes[0]


def test_a_far_value_of_a_covariate_does_not_make_its_hazard_ratio_infinite() -> None:
    """A risk of exp(-2500) counts nothing, so the fit is that without the participant, who has no event."""
    source = np.random.default_rng(31)
    time = np.round(source.exponential(size=12), 2) + 1
    event = source.integers(0, 2, 12)
    covariate = np.round(source.normal(size=12), 1)
    covariate[0] = 3000.0
    assert event[0] == 0
    fit = cox(time, event, covariate[:, None])
    without = cox(time[1:], event[1:], covariate[1:, None])
    assert fit.finite[0]
    assert fit.coefficients == pytest.approx(without.coefficients, rel=1e-7)


def test_hardly_any_heterogeneity_has_a_p_value_of_at_most_1() -> None:
    statistics = np.logspace(-12, 0, 2001)
    for degrees in range(1, 25):
        assert (chi_squared_probability(statistics, degrees) <= 1).all()
    effects = [0.3, 0.3001, 0.2999, 0.3, 0.3002, 0.2998, 0.3, 0.3]
    for variance in (0.01, 0.1, 0.37, 1.0, 3.0):
        found = pool(effects, [variance] * 8, method="DL").heterogeneity.test
        assert found.p_value == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("method", ["DL", "REML", "ML", "PM"])
def test_a_study_that_has_all_the_weight_is_the_pooled_value_without_a_warning(method: str) -> None:
    effects, variances = [1.2, 1.4, -1.4], [6e7, 2e-11, 7e6]
    assert pool(effects, variances, method=method).estimate.value == pytest.approx(1.4, rel=1e-12)
    with pytest.raises(DataError, match="most precise study alone"):
        henmi_copas_interval(effects, variances)


@pytest.mark.parametrize("seed", [1, 6])
def test_limits_of_a_shift_stay_in_order_where_values_differ_in_their_last_digit(seed: int) -> None:
    source = np.random.default_rng(seed)
    first, second = (1e8 + source.integers(0, 4, number) * 1e-8 for number in (30, 12))
    found = hodges_lehmann(first, second, level=0.5, interval="normal")
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= found.upper
