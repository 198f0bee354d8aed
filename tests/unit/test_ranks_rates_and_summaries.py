"""Ranks, rates, regressions and summaries: wrong input is named, and what is undefined says why."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from topline.errors import DataError, ToplineError, UsageError
from topline.stats.correlation import correlation, correlation_test
from topline.stats.from_summaries import (
    effect_from_interval,
    interval_at_level,
    interval_from_p,
    interval_from_standard_error,
    p_from_interval,
    standard_error_from_interval,
    standard_error_from_p,
    standard_error_from_statistic,
    two_sided_p,
)
from topline.stats.k_sample_ranks import jonckheere_terpstra, kruskal_wallis
from topline.stats.logistic import fit_logistic
from topline.stats.model_matrix import ModelMatrix, model_matrix, variables
from topline.stats.negative_binomial import (
    dispersion_estimate,
    fit_negative_binomial,
    negative_binomial_ratios,
    theta_error_as_mass,
)
from topline.stats.pair_order import difference_order, walsh_order
from topline.stats.poisson_regression import fit_poisson
from topline.stats.possible_values import Derived, PossibleValues, rounded
from topline.stats.rank_sum import hodges_lehmann, rank_sum_test
from topline.stats.rate import event_rate, event_rate_test, event_rates
from topline.stats.rate_comparison import (
    rate_difference,
    rate_difference_test,
    rate_ratio,
    rate_ratio_test,
)
from topline.stats.regression_ratios import coefficient_ratios
from topline.stats.separation import whole_model
from topline.stats.signed_rank import pseudomedian, signed_rank_test
from topline.stats.spread_from_summaries import (
    deviation_bounds_from_range,
    deviation_from_error,
    deviation_from_interval,
    deviation_from_quartiles,
    mean_from_median,
)
from topline.stats.stratified_ranks import stratified_rank_test


def arms(first: int, second: int) -> ModelMatrix:
    return model_matrix(variables(factors={"arm": ["A"] * first + ["B"] * second}), [("arm",)])


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "missing value": (lambda: signed_rank_test([1.0, math.nan]), "values[1] is nan"),
    "infinite null value": (
        lambda: signed_rank_test([1.0], null_value=math.inf),
        "null_value[0] is inf",
    ),
    "method": (lambda: rank_sum_test([1], [2], method="exakt"), "no method 'exakt'"),  # type: ignore[arg-type]  # the fault
    "sides": (lambda: rank_sum_test([1], [2], sides="both"), "no sides 'both'"),  # type: ignore[arg-type]  # the fault
    "too much to be exact": (
        lambda: rank_sum_test(range(1500), range(1500), method="exact"),
        "takes",
    ),
    "too many signs": (
        lambda: signed_rank_test(range(1, 5000), method="exact"),
        "takes",
    ),
    "one group": (lambda: kruskal_wallis([1, 2], ["a", "a"]), "all observations are in one group"),
    "order": (
        lambda: jonckheere_terpstra([1, 2], ["a", "b"], order=["a", "c"]),
        "'b', which is not in its order",
    ),
    "strata of another length": (
        lambda: stratified_rank_test([1, 2], ["a", "b"], ["s"]),
        "stratum has 1",
    ),
    "one-sided of three groups": (
        lambda: stratified_rank_test([1, 2, 3], list("abc"), list("sss"), sides="less"),
        "two-sided",
    ),
    "one pair": (lambda: correlation([1], [2]), "one pair has no correlation"),
    "pairs": (lambda: correlation([1, 2], [2]), "first has 2, second has 1"),
    "events": (lambda: event_rate(1.5, 3), "events[0] is 1.5"),
    "no time": (lambda: event_rate(1, 0), "person_time[0] is 0"),
    "interval": (lambda: event_rates([1], [2], interval="midp"), "no interval 'midp'"),
    "null rate": (lambda: event_rate_test(1, 2, null_value=0), "null_value[0] is 0"),
    "control time": (lambda: rate_ratio(1, 2, 1, -1), "control_person_time[0] is -1"),
    "ratio interval": (lambda: rate_ratio(1, 2, 1, 1, interval="wald"), "no interval 'wald'"),
    "outcome": (lambda: fit_logistic([0, 2], arms(1, 1)), "outcome[1] is 2"),
    "every outcome": (lambda: fit_logistic([1, 1, 1], arms(1, 2)), "every outcome is 1"),
    "lengths": (lambda: fit_logistic([0, 1], arms(2, 2)), "outcome has 2, matrix has 4"),
    "no event": (lambda: fit_poisson([0, 0], arms(1, 1)), "no participant had an event"),
    "negative count": (lambda: fit_negative_binomial([1, -1], arms(1, 1)), "events[1] is -1"),
    "dependent": (
        lambda: whole_model(np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]), ("a", "b")),
        "'b' cannot be told",
    ),
    "more columns than rows": (
        lambda: whole_model(np.array([[1.0, 2.0]]), ("a", "b")),
        "'b' cannot be told",
    ),
    "limits out of order": (
        lambda: standard_error_from_interval(2, 1),
        "an interval from 2 to 1",
    ),
    "logarithm of 0": (
        lambda: standard_error_from_interval(0, 1, scale="log"),
        "0 has no logarithm",
    ),
    "p above 1": (lambda: standard_error_from_p(1, 1.2), "a p-value of 1.2"),
    "p on the other side": (
        lambda: standard_error_from_p(-2, 0.01, sides="greater"),
        "does not go with the estimate",
    ),
    "percent": (lambda: p_from_interval(1, 2, level=95), "confidence level is 95"),
    "null ratio": (
        lambda: p_from_interval(1, 2, null_value=-1, scale="log"),
        "a null value of -1 for a ratio",
    ),
    "degrees": (
        lambda: interval_from_standard_error(1, 1, degrees_of_freedom=0),
        "0 degrees of freedom",
    ),
    "error below 0": (lambda: interval_from_standard_error(1, -1), "a standard error of -1"),
    "not a number": (lambda: rounded("0.0x"), "'0.0x' is not a number"),
    "not finite": (lambda: rounded("inf"), "not a finite number"),
    "out of order": (lambda: PossibleValues(2, 1), "no number lies between 2 and 1"),
    "printed elsewhere": (lambda: PossibleValues(1, 2, 3), "3 does not lie between"),
    "one participant": (lambda: deviation_from_error(1, 1), "a standard deviation of 1"),
    "error of a mean": (lambda: deviation_from_error(-1, 5), "standard_error is -1"),
    "quantile": (lambda: deviation_from_interval(1, 2, 5, reference="z"), "a quantile of 'z'"),
    "mean outside": (
        lambda: deviation_bounds_from_range(1, 2, 5, mean=3),
        "a mean of 3 of values from 1 to 2",
    ),
    "half a range": (lambda: deviation_from_quartiles(1, 2, 5, smallest=0), "one end of the range"),
    "median alone": (lambda: mean_from_median(1, 5), "a median by itself"),
    "quartiles out of order": (lambda: mean_from_median(1, 5, quartiles=(2, 0)), "lower end of 2"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_input_is_named(what: str) -> None:
    call, message = WRONG[what]
    with pytest.raises((DataError, UsageError)) as caught:
        call()
    assert isinstance(caught.value, ToplineError)
    assert message in str(caught.value)


def test_values_all_at_the_null_value_have_no_test() -> None:
    found = signed_rank_test([2.0, 2.0], null_value=2.0)
    assert found.p_value is None
    assert "do not vary" in (found.reason("p_value") or "")


def test_equal_samples_have_no_normal_test_but_an_exact_one() -> None:
    assert rank_sum_test([1, 1], [1, 1], method="normal").p_value is None
    assert rank_sum_test([1, 1], [1, 1], method="exact").p_value == 1.0
    assert kruskal_wallis([3, 3, 3], ["a", "b", "b"]).reason("statistic") is not None
    assert jonckheere_terpstra([3, 3, 3], ["a", "b", "b"]).statistic is None
    assert stratified_rank_test([3, 3, 3], ["a", "b", "b"], ["s"] * 3).statistic is None


def test_with_ties_the_tail_may_be_doubled_instead_of_mirrored() -> None:
    # R 4.2.2, exactRankTests 0.8-35: wilcox.exact(x, y)$p.value and twice that of alternative = "less"
    x, y = [1, 1, 2, 2, 3, 5], [2, 3, 3, 4, 4, 4, 4]
    assert rank_sum_test(x, y).p_value == pytest.approx(0.115967365967366, rel=1e-12)
    doubled = rank_sum_test(x, y, method="exact_doubled")
    assert doubled.p_value == pytest.approx(0.117715617715618, rel=1e-12)
    assert doubled.method.endswith("twice the smaller tail")
    one_sided = rank_sum_test(x, y, method="exact_doubled", sides="less")
    assert one_sided == rank_sum_test(x, y, method="exact", sides="less")
    assert rank_sum_test([1], [1], method="exact_doubled").p_value == 1


def test_a_stratum_of_one_group_says_nothing() -> None:
    alone = stratified_rank_test([1, 2, 3, 4], list("abab"), list("1111"))
    beside = stratified_rank_test(
        [1, 2, 3, 4, 9, 7, 5], list("abab") + list("aaa"), list("1111222")
    )
    assert beside.statistic == pytest.approx(alone.statistic)


def test_three_groups_in_strata_are_judged_by_chi_squared() -> None:
    values = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    found = stratified_rank_test(values, list("abcabcabc"), ["s"] * 9, weights="equal")
    expected = kruskal_wallis(values, list("abcabcabc"))
    assert found.degrees_of_freedom == 2
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.p_value)


def test_a_level_that_so_few_values_cannot_hold_is_lowered() -> None:
    found = pseudomedian([1.0, 2.0, 4.0], level=0.95, interval="exact")
    assert (found.lower, found.upper, found.level) == (1.0, 4.0, 0.75)
    assert "cannot be reached" in found.notes[0]
    normal = pseudomedian(
        [1.1, 2.2, -0.4, 3.7, 0.9, 5.2], interval="normal_corrected", null_value=0.5
    )
    assert normal.level == pytest.approx(0.9)
    two = hodges_lehmann([1.0, 2.0], [5.0, 9.0], interval="exact")
    assert two.level == pytest.approx(2 / 3)
    assert hodges_lehmann([1.0], [5.0], interval="exact").reason("lower") is not None
    assert hodges_lehmann([1.0], [5.0], interval="moses_floor").reason("upper") is not None
    assert hodges_lehmann([1.0], [1.0], interval="normal").reason("upper") is not None
    assert pseudomedian([1.0], interval="exact").reason("lower") is not None
    assert pseudomedian([2.0, 2.0], interval="normal", estimator="root").value == 2.0


def test_many_pairs_are_not_listed() -> None:
    random = np.random.default_rng(20261123)
    x, y = random.normal(size=3000), random.normal(size=2500)
    every = np.sort(np.subtract.outer(x, y).ravel())
    places = [1, 3_750_000, 7_499_999]
    assert difference_order(x, y, places) == [every[place - 1] for place in places]
    i, j = np.triu_indices(x.size)
    walsh = np.sort((x[i] + x[j]) / 2)
    assert walsh_order(x, [2_000_000]) == [walsh[1_999_999]]


def test_a_complete_or_an_impossible_correlation_says_so() -> None:
    complete = correlation([1, 2, 3], [2, 4, 6])
    assert (complete.value, complete.lower, complete.upper) == (1.0, 1.0, 1.0)
    assert complete.notes
    assert correlation_test([1, 2, 3], [2, 4, 6]).reason("statistic") is not None
    assert correlation_test([1, 2, 3], [2, 2, 2]).p_value is None
    assert correlation([1, 2, 3], [2, 2, 2]).reason("value") is not None
    assert correlation([1, 2, 4], [2, 1, 7]).reason("lower") is not None
    assert correlation([1, 2, 4, 5], [2, 1, 7, 3], coefficient="kendall").lower is None
    assert correlation_test([1, 2], [2, 1]).p_value is None


def test_rank_correlations_offer_three_errors() -> None:
    x, y = [1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]
    widths = {}
    for error in ("bonett_wright", "fieller", "fisher"):
        found = correlation(x, y, coefficient="spearman", rank_error=error)
        assert found.upper is not None
        widths[error] = math.atanh(found.upper) - math.atanh(found.value or 0.0)
    value = correlation(x, y, coefficient="spearman").value or 0.0
    assert widths["fieller"] / widths["fisher"] == pytest.approx(math.sqrt(1.06))
    assert widths["bonett_wright"] / widths["fisher"] == pytest.approx(math.sqrt(1 + value**2 / 2))


def test_limits_without_events_are_there_or_say_why_not() -> None:
    assert event_rate(0, 5, interval="wald_log").reason("upper") == "undefined for no events"
    assert "below any rate" in (event_rate(1, 5, interval="wald").reason("lower") or "")
    assert math.isnan(event_rates([0], [5], interval="wald_log").lower[0])
    ratio = rate_ratio(3, 10, 0, 10)
    assert ratio.lower is not None
    assert ratio.reason("upper") == "not finite: there is no event in the control group"
    assert rate_ratio(0, 10, 0, 10).reason("lower") is not None
    assert rate_ratio(0, 10, 4, 10, interval="wald_log").reason("lower") is not None
    assert rate_ratio_test(0, 10, 0, 10).reason("p_value") is not None
    assert rate_difference_test(0, 10, 0, 10).reason("p_value") is not None
    assert rate_difference_test(0, 10, 0, 10, null_value=0.2, sides="less").p_value is not None
    none = rate_difference(0, 10, 0, 10)
    assert none.value == 0
    assert none.lower == pytest.approx(-(1.959963984540054**2) / 10)


def test_a_covariate_that_separates_outcomes_has_one_limit_only() -> None:
    matrix = model_matrix(
        variables(
            factors={"arm": ["A"] * 6 + ["B"] * 4},
            covariates={"age": [3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 5.5, 3.5]},
        ),
        [("arm",), ("age",)],
    )
    outcome = [0, 1, 0, 1, 1, 0, 1, 1, 1, 1]
    fit = fit_logistic(outcome, matrix)
    assert fit.finite.tolist() == [True, False, True]
    wald, profile = (coefficient_ratios(fit, limits=limits) for limits in ("wald", "profile"))
    assert wald[1].estimate.value is None
    assert "infinity" in (wald[1].estimate.reason("value") or "")
    assert wald[1].test.p_value is None
    assert profile[1].estimate.lower is not None
    assert profile[1].estimate.upper is None
    # What is finite is the fit of the arm that is not separated.
    rest = fit_logistic(
        outcome[:6],
        model_matrix(variables(covariates={"age": [3.0, 1.0, 4.0, 1.5, 5.0, 9.0]}), [("age",)]),
    )
    assert fit.coefficients[[0, 2]] == pytest.approx(rest.coefficients, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(rest.log_likelihood, rel=1e-9)
    assert wald[2].estimate.lower == pytest.approx(
        coefficient_ratios(rest)[1].estimate.lower, rel=1e-7
    )
    # The limit is where the likelihood ratio reaches the quantile, against the supremum.
    limit = profile[1].estimate.lower
    held = fit_logistic(
        outcome,
        model_matrix(variables(covariates={"age": matrix.variables.covariates["age"]}), [("age",)]),
        offset=[0.0] * 6 + [math.log(limit)] * 4,
    )
    assert 2 * (fit.log_likelihood - held.log_likelihood) == pytest.approx(3.841458820694124)


def test_an_arm_without_events_has_no_finite_rate_ratio() -> None:
    fit = fit_poisson([2, 1, 4, 0, 0, 0], arms(3, 3))
    assert fit.finite.tolist() == [True, False]
    found = coefficient_ratios(fit, limits="profile")[1].estimate
    assert found.value is None
    assert found.lower is None
    # The upper limit: without events in B its log likelihood is less by its expected events.
    assert found.upper == pytest.approx(3.841458820694124 / 2 / 7, rel=0.35)
    negative = negative_binomial_ratios(fit_negative_binomial([2, 1, 9, 0, 0, 0], arms(3, 3)))
    assert negative[1].estimate.value is None


def test_counts_that_vary_less_than_poisson_have_no_dispersion() -> None:
    fit = fit_negative_binomial([3, 3, 3, 4, 4, 4], arms(3, 3))
    poisson = fit_poisson([3, 3, 3, 4, 4, 4], arms(3, 3))
    assert fit.theta is None
    assert fit.log_likelihood == poisson.log_likelihood
    assert dispersion_estimate(fit).value == 0.0
    assert theta_error_as_mass(fit) is None


def test_overdispersed_errors_are_widened_by_name() -> None:
    fit = fit_poisson([0, 9, 1, 12, 3, 20], arms(3, 3))
    one, wide = (coefficient_ratios(fit, dispersion=name)[1] for name in ("one", "pearson"))
    dispersion = fit.pearson_dispersion
    assert dispersion is not None
    assert dispersion > 1
    assert wide.estimate.standard_error == pytest.approx(
        (one.estimate.standard_error or 0) * math.sqrt(dispersion)
    )
    assert "Pearson" in wide.estimate.method


def test_bounds_in_give_bounds_out_and_no_value() -> None:
    found = standard_error_from_p(3.8, rounded("<0.001"))
    assert found.value is None
    assert found.possible.lower == 0
    assert found.possible.upper == pytest.approx(3.8 / 3.290526731491926)
    lower, upper = interval_from_p(rounded("0.68"), rounded("0.000"), scale="log")
    assert lower.value is upper.value is None
    assert lower.possible.upper == pytest.approx(0.685)
    nothing = standard_error_from_p(3.8, 1.0)
    assert "not finite" in nothing.notes[0]
    assert standard_error_from_statistic(3.8, 0.0).value is None


def test_a_ratio_printed_as_zero_reaches_down_without_end() -> None:
    found = standard_error_from_interval(
        PossibleValues(0.0, 0.005, 0.004), rounded("0.92"), scale="log"
    )
    assert math.isinf(found.possible.upper)
    p_value = p_from_interval(PossibleValues(0.0, 0.005, 0.004), rounded("0.92"), scale="log")
    assert p_value.value is not None
    assert p_value.possible.contains(p_value.value)
    effect = effect_from_interval(PossibleValues(0.0, 0.005, 0.004), 0.92, scale="log")
    assert effect.possible.lower == 0
    narrower = interval_at_level(
        PossibleValues(0.0, 0.005, 0.004), 0.92, level=0.95, wanted=0.9, scale="log"
    )
    assert narrower[0].possible.lower == 0
    same = interval_at_level(1.0, 2.0, level=0.95, wanted=0.95)
    assert [one.value for one in same] == [1.0, 2.0]


def test_a_one_sided_p_that_may_be_a_half_may_be_one_two_sided() -> None:
    found = two_sided_p(rounded("0.5"))
    assert found.possible.upper == 1.0
    assert found.possible.lower == pytest.approx(0.9)


def test_a_derived_number_without_its_reason_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no note"):
        Derived(value=None, possible=PossibleValues(0, 1), method="")
    with pytest.raises(ValueError, match="finite"):
        Derived(value=math.inf, possible=PossibleValues(0, 1), method="")


@pytest.mark.parametrize("seed", range(60))
def test_regressions_of_any_small_trial_end_with_numbers_or_reasons(seed: int) -> None:
    """Few participants, variables of any size, separation in part or whole: no warning, no overflow, no NaN."""
    random = np.random.default_rng(seed)
    number = int(random.integers(8, 30))
    covariate = np.round(random.normal(size=number) * 10.0 ** random.integers(-3, 4), 5)
    matrix = model_matrix(
        variables(
            factors={"arm": [*"AB", *random.choice(list("AB"), number - 2)]},
            covariates={"x": covariate},
        ),
        [("arm",), ("x",)],
    )
    offset = None if seed % 2 else random.normal(size=number)
    outcome = np.append([0, 1], random.random(number - 2) < random.random())
    events = np.append([1], random.poisson(random.gamma(0.5, 5 * 10.0 ** (seed % 3), number - 1)))
    fits = [
        fit_logistic(outcome, matrix, offset=offset),
        fit_poisson(events, matrix, offset=offset),
    ]
    for fit in fits:
        assert fit.settled
        for limits in ("wald", "profile", "profile_interpolated"):
            for one in coefficient_ratios(fit, limits=limits):
                assert one.estimate.value is None or one.estimate.value >= 0
        coefficient_ratios(fit, dispersion="pearson")
    negative = fit_negative_binomial(events, matrix, offset=offset)
    assert negative.settled
    assert negative.log_likelihood >= fits[1].log_likelihood - 1e-9
    assert len(negative_binomial_ratios(negative)) == 3
    assert dispersion_estimate(negative).value is not None
