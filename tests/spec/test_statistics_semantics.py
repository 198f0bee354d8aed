"""What the statistics mean where textbooks leave a choice."""

import math

import numpy as np
import pytest

from topline.stats.estimate import Estimate, Test
from topline.stats.least_squares import (
    fit_groups,
    group_test,
    least_squares_difference,
    least_squares_mean,
)
from topline.stats.mean import arithmetic_mean, geometric_mean, one_sample_t_test, summarize
from topline.stats.proportion import proportion
from topline.stats.quantile import DEFINITIONS, quantiles
from topline.stats.survival import (
    kaplan_meier,
    number_at_risk,
    survival_at,
    survival_limits,
    survival_quantile,
)


class TestResults:
    def test_a_result_never_holds_nan_or_infinity(self) -> None:
        for number in (math.nan, math.inf, -math.inf):
            with pytest.raises(ValueError, match="finite number, or None with its reason"):
                Estimate(value=number, method="mean")
            with pytest.raises(ValueError, match="finite number, or None with its reason"):
                Test(statistic=number, p_value=0.5, sides="two-sided", null_value=0, method="t")

    def test_a_missing_number_says_why(self) -> None:
        with pytest.raises(ValueError, match="value is None, and no note"):
            Estimate(value=None, method="median")
        with pytest.raises(ValueError, match="upper is None, and no note"):
            Estimate(value=1.0, lower=0.5, level=0.95, method="median", notes=("lower: other",))
        with pytest.raises(ValueError, match="p_value is None, and no note"):
            Test(statistic=1.0, p_value=None, sides="two-sided", null_value=0, method="t")

    def test_limits_may_be_missing_without_a_word_where_no_level_was_asked_for(self) -> None:
        assert Estimate(value=1.0, method="mean").lower is None

    def test_a_p_value_is_a_probability(self) -> None:
        with pytest.raises(ValueError, match="a p-value lies in"):
            Test(statistic=1.0, p_value=1.2, sides="two-sided", null_value=0, method="t")


class TestProportions:
    def test_jeffreys_lower_limit_is_zero_without_an_event(self) -> None:
        assert proportion(0, 20).lower == 0
        assert proportion(20, 20).upper == 1

    def test_a_wald_limit_below_zero_stays_unless_bounded_and_a_note_says_so_either_way(
        self,
    ) -> None:
        free = proportion(1, 20, interval="wald")
        cut = proportion(1, 20, interval="wald", bounded=True)
        assert free.lower == pytest.approx(-0.0455, abs=5e-5)
        assert (
            free.reason("lower")
            == "the formula gives -0.0455168, outside the possible range; left as it is"
        )
        assert cut.lower == 0
        assert (
            cut.reason("lower")
            == "the formula gives -0.0455168, outside the possible range; cut to 0"
        )


class TestMeans:
    def test_a_single_observation_has_a_mean_and_no_limits(self) -> None:
        found = arithmetic_mean(summarize([7]))
        assert found.value == 7
        assert found.reason("lower") == "undefined for a single observation"
        test = one_sample_t_test(summarize([7]), null_value=5)
        assert test.reason("p_value") == "undefined for a single observation"
        assert geometric_mean([7]).coefficient_of_variation is None

    def test_equal_observations_have_no_spread_and_no_test(self) -> None:
        summary = summarize([0.1] * 3)  # whose sum divided by three is not 0.1
        assert summary.mean == 0.1
        assert summary.standard_deviation == 0
        test = one_sample_t_test(summary)
        assert test.reason("statistic") == "undefined, because all observations are equal"

    def test_a_spread_of_rounding_noise_is_no_spread(self) -> None:
        summary = summarize([0.3, 0.1 + 0.2])
        assert summary.standard_deviation != 0
        assert one_sample_t_test(summary).p_value is None

    def test_geometric_limits_beyond_any_number_are_missing_with_a_reason(self) -> None:
        found = geometric_mean([1e-300, 1e300])
        assert found.estimate.lower == 0
        assert found.estimate.reason("upper") == "too large for a floating-point number"
        assert found.coefficient_of_variation is None


class TestQuantiles:
    def test_the_median_of_an_even_number_lies_between_the_middle_two(self) -> None:
        assert quantiles([4, 1, 3, 2], [0.5]) == (2.5,)

    def test_definitions_one_three_and_four_take_the_lower_of_the_middle_two(self) -> None:
        for name, definition in DEFINITIONS.items():
            found = quantiles([1, 2, 3, 4], [0.5], definition=name)
            assert found == ((2.0,) if definition.type in (1, 3, 4) else (2.5,)), name


class TestSurvival:
    def test_an_event_comes_before_a_censoring_at_the_same_time(self) -> None:
        curve = kaplan_meier([2, 2], [1, 0])
        assert list(curve.survival) == [0.5]

    def test_an_event_at_time_zero_counts(self) -> None:
        assert survival_at(kaplan_meier([0, 1], [1, 0]), 0).value == 0.5

    def test_a_median_on_a_flat_stretch_is_its_midpoint(self) -> None:
        assert survival_quantile(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])).value == 2.5
        assert survival_quantile(kaplan_meier([1, 2, 3, 4, 9], [1, 1, 0, 1, 1])).value == 4
        # The flat stretch at the end of a curve ends with its last time.
        assert survival_quantile(kaplan_meier([1, 2, 3, 9], [1, 1, 0, 0])).value == 5.5

    def test_a_product_that_should_be_one_half_is_one_half(self) -> None:
        for number in range(2, 101, 2):
            curve = kaplan_meier(np.arange(1, number + 1), np.ones(number))
            assert survival_quantile(curve).value == (number + 1) / 2

    def test_a_median_not_reached_is_none_with_the_reason(self) -> None:
        found = survival_quantile(kaplan_meier([3, 5, 6, 9, 10], [0, 0, 1, 0, 0]))
        assert found.value is None
        assert found.lower == 6
        assert found.upper is None
        assert found.notes == (
            "value: not reached: survival is still above 0.5 at the last time, 10",
            "upper: not reached: the upper limit of survival does not fall to 0.5",
        )

    def test_an_upper_limit_that_rises_again_counts_at_its_first_fall(self) -> None:
        curve = kaplan_meier(range(1, 13), [1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0])
        upper = survival_limits(curve, transform="log").upper
        assert upper[10] > upper[8]
        assert survival_quantile(curve, 0.1, transform="log").upper == 8

    def test_survival_is_undefined_beyond_the_last_time_unless_carried(self) -> None:
        curve = kaplan_meier([1, 2, 3], [1, 0, 0])
        assert survival_at(curve, 4).value is None
        assert survival_at(curve, 4).reason("value") == (
            "undefined: nobody was observed beyond 3, when survival was 0.6667"
        )
        carried = survival_at(curve, 4, extend=True)
        assert carried.value == pytest.approx(2 / 3)
        assert carried.reason("value") == "carried from the last time, 3"

    def test_survival_that_has_reached_zero_stays_there_without_limits(self) -> None:
        found = survival_at(kaplan_meier([1, 2], [1, 1]), 3)
        assert found.value == 0
        assert found.reason("lower") == "undefined: survival is 0"
        assert found.standard_error is None

    def test_before_the_first_time_survival_and_its_limits_are_one(self) -> None:
        found = survival_at(kaplan_meier([5, 6], [1, 1]), 1)
        assert (found.value, found.lower, found.upper, found.standard_error) == (1, 1, 1, 0)

    def test_without_an_event_only_plain_and_log_limits_exist(self) -> None:
        curve = kaplan_meier([3, 5, 6], [0, 0, 0])
        assert survival_at(curve, 4, transform="plain").lower == 1
        assert survival_at(curve, 4, transform="log").lower == 1
        for transform in ("log-log", "logit", "arcsine"):
            found = survival_at(curve, 4, transform=transform)
            assert found.reason("lower") == f"undefined: {transform} limits need an event"

    def test_times_that_only_rounding_separates_are_one_time(self) -> None:
        time = [0.1 + 0.2, 0.3, 1.0]
        assert list(kaplan_meier(time, [1, 1, 1]).at_risk) == [3, 1]
        assert list(kaplan_meier(time, [1, 1, 1], tie_tolerance=0).at_risk) == [3, 2, 1]
        late = kaplan_meier(time, [1, 1, 1], [0.0, 0.0, 0.5])
        assert list(late.at_risk) == [2, 1]
        # Who enters between the two counts as at risk, or more would leave than were there.
        assert list(kaplan_meier(time[:2], [1, 1], [0.3, 0.0]).at_risk) == [2]

    def test_negative_zero_is_zero(self) -> None:
        curve = kaplan_meier([-0.0, 0.0, 0.5], [1, 1, 0])
        assert list(curve.time) == [0, 0.5]
        assert list(curve.events) == [2, 0]

    def test_at_risk_are_those_who_have_not_left_before(self) -> None:
        curve = kaplan_meier([1, 2, 3], [1, 0, 1])
        assert list(number_at_risk(curve, [0, 1, 1.5, 3, 4])) == [3, 3, 2, 1, 0]

    def test_a_late_entrant_is_at_risk_only_after_entering(self) -> None:
        curve = kaplan_meier([2, 5], [1, 1], [0, 3])
        assert list(curve.at_risk) == [1, 1]
        assert list(number_at_risk(curve, [1, 2.5, 4])) == [1, 0, 1]

    def test_a_curve_cannot_be_changed(self) -> None:
        curve = kaplan_meier([1, 2], [1, 0])
        with pytest.raises(ValueError, match="read-only"):
            curve.survival[0] = 1


class TestLeastSquaresMeans:
    def test_observed_margins_weight_the_levels_by_their_observations(self) -> None:
        fit = fit_groups(
            [1, 2, 2, 5, 6, 7], list("aaabbb"), factors={"sex": ["f", "f", "m", "f", "m", "m"]}
        )
        balanced, observed = (
            least_squares_mean(fit, "a", margins=margins).value
            for margins in ("balanced", "observed")
        )
        assert balanced == pytest.approx(observed)  # three of each sex
        fit = fit_groups([1, 2, 2, 5, 6], list("aaabb"), factors={"sex": ["f", "f", "m", "f", "m"]})
        # By hand: group a's mean for f is 10/7, and m adds 5/7; two of five are m.
        assert least_squares_mean(fit, "a", margins="balanced").value == pytest.approx(25 / 14)
        assert least_squares_mean(fit, "a", margins="observed").value == pytest.approx(12 / 7)

    def test_an_empty_cell_of_an_interaction_makes_its_mean_not_estimable(self) -> None:
        fit = fit_groups(
            [1, 2, 3, 5, 6, 8],
            list("aaabbb"),
            factors={"sex": ["f", "f", "m", "f", "f", "f"]},
            interactions=["sex"],
        )
        assert least_squares_mean(fit, "a").value == pytest.approx(2.25)
        missing = least_squares_mean(fit, "b")
        assert missing.value is None
        assert "not estimable" in (missing.reason("value") or "")
        difference = least_squares_difference(fit, "a", "b")
        assert difference.estimate.value is None
        assert "not estimable" in (difference.test.reason("p_value") or "")
        assert "not estimable" in (group_test(fit).reason("p_value") or "")

    def test_a_factor_that_equals_the_group_leaves_no_difference_to_tell(self) -> None:
        fit = fit_groups([1, 2, 4, 5], list("aabb"), factors={"site": list("xxyy")})
        assert least_squares_difference(fit, "a", "b").estimate.value is None

    def test_a_covariate_that_repeats_another_changes_nothing(self) -> None:
        response, group, age = [1, 3, 2, 6, 5, 9], list("aaabbb"), [1, 2, 3, 1, 2, 4]
        once = fit_groups(response, group, covariates={"age": age})
        twice = fit_groups(
            response, group, covariates={"age": age, "again": [2 * one for one in age]}
        )
        assert twice.degrees_of_freedom == once.degrees_of_freedom
        for name in ("a", "b"):
            one, two = least_squares_mean(once, name), least_squares_mean(twice, name)
            assert two.value == pytest.approx(one.value)
            assert two.standard_error == pytest.approx(one.standard_error)

    def test_a_constant_covariate_even_with_rounding_noise_changes_nothing(self) -> None:
        response, group = [1, 3, 2, 6, 5, 9], list("aaabbb")
        plain = fit_groups(response, group)
        noisy = fit_groups(
            response, group, covariates={"dose": [0.3, 0.1 + 0.2, 0.3, 0.3, 0.3, 0.3]}
        )
        assert noisy.degrees_of_freedom == plain.degrees_of_freedom
        assert least_squares_mean(noisy, "a").value == pytest.approx(2.0)

    def test_without_degrees_of_freedom_there_is_a_mean_and_no_error(self) -> None:
        fit = fit_groups([1, 5], ["a", "b"])
        found = least_squares_mean(fit, "b")
        assert found.value == pytest.approx(5)
        assert found.reason("standard_error") == "undefined: no degrees of freedom are left"
        test = least_squares_difference(fit, "a", "b").test
        assert test.reason("p_value") == "undefined: no degrees of freedom are left"

    def test_a_perfect_fit_has_no_test(self) -> None:
        fit = fit_groups([0.1, 0.1, 0.1, 0.7, 0.7, 0.7], list("aaabbb"))
        assert fit.residual_standard_deviation == 0
        assert least_squares_difference(fit, "a", "b").test.reason("p_value") == (
            "undefined: the fit is perfect"
        )
        assert group_test(fit).reason("p_value") == "undefined: the fit is perfect"

    def test_a_single_group_has_a_mean_and_nothing_to_compare(self) -> None:
        fit = fit_groups([1, 2, 4], ["a", "a", "a"])
        assert least_squares_mean(fit, "a").value == pytest.approx(7 / 3)
        assert group_test(fit).reason("p_value") == "undefined: there is a single group"

    def test_a_large_mean_does_not_cost_the_digits_of_a_small_spread(self) -> None:
        small = fit_groups([1, 2, 4, 5], list("aabb"))
        large = fit_groups([1e8 + one for one in (1, 2, 4, 5)], list("aabb"))
        one, other = (least_squares_difference(fit, "b", "a").estimate for fit in (small, large))
        assert other.standard_error == pytest.approx(one.standard_error, rel=1e-12)
