"""Regressions whose variables foretell outcomes: what is estimated, what is not, and what is said of it."""

import math

import numpy as np
import pytest
from scipy import optimize, special

from topline.errors import DataError
from topline.stats.generalized_linear import RegressionFit
from topline.stats.logistic import fit_logistic
from topline.stats.model_matrix import ModelMatrix, model_matrix, variables
from topline.stats.negative_binomial import (
    dispersion_estimate,
    fit_negative_binomial,
    negative_binomial_ratios,
)
from topline.stats.poisson_regression import fit_poisson
from topline.stats.regression_ratios import coefficient_ratios, profile_limit

ARMS = "AAAABBBBCCCC"
HALF_DEVIANCE = special.chdtri(1, 0.05) / 2


def arms(labels: str) -> ModelMatrix:
    return model_matrix(variables(factors={"arm": list(labels)}), [("arm",)])


def two_variables(labels: str, covariate: object) -> ModelMatrix:
    made = variables(factors={"arm": list(labels)}, covariates={"x": np.asarray(covariate)})
    return model_matrix(made, [("arm",), ("x",)])


def test_a_level_whose_participants_all_have_the_outcome_leaves_the_other_levels_as_they_are() -> (
    None
):
    outcome = [1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1]
    fit = fit_logistic(outcome, arms(ARMS))
    alone = fit_logistic(outcome[:8], arms(ARMS[:8]))
    assert fit.finite.tolist() == [True, True, False]
    assert fit.coefficients[:2] == pytest.approx(alone.coefficients, abs=1e-12)
    assert fit.coefficients[2] == math.inf
    assert fit.covariance[:2, :2] == pytest.approx(alone.covariance, abs=1e-12)
    assert fit.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-12)
    assert (fit.number, fit.degrees_of_freedom) == (12, 9)
    assert fit.pearson_dispersion == pytest.approx(alone.pearson_dispersion, abs=1e-12)
    for limits in ("wald", "profile", "profile_interpolated"):
        for effect, same in zip(
            coefficient_ratios(fit, limits=limits),
            coefficient_ratios(alone, limits=limits),
            strict=False,
        ):
            assert effect.estimate.lower == pytest.approx(same.estimate.lower, rel=1e-9)
            assert effect.estimate.upper == pytest.approx(same.estimate.upper, rel=1e-9)


def test_an_infinite_odds_ratio_has_its_one_profile_limit_where_arithmetic_puts_it() -> None:
    """1 of 4 against 4 of 4: at a given ratio the likelihood has one unknown, the odds of the first arm."""
    fit = fit_logistic([1, 0, 0, 0, 1, 1, 1, 1], arms("AAAABBBB"))
    (_, ratio) = coefficient_ratios(fit, limits="profile")

    def height(logarithm: float) -> float:
        def depth(odds: float) -> float:
            return -(
                math.log(special.expit(odds))
                + 3 * math.log(special.expit(-odds))
                + 4 * math.log(special.expit(odds + logarithm))
            )

        return -float(
            optimize.minimize_scalar(depth, bounds=(-20, 20), options={"xatol": 1e-12}).fun
        )

    top = math.log(1 / 4) + 3 * math.log(3 / 4)
    limit = optimize.brentq(lambda at: top - height(at) - HALF_DEVIANCE, -5, 5, xtol=1e-10)
    assert fit.log_likelihood == pytest.approx(top, abs=1e-12)
    assert ratio.estimate.lower == pytest.approx(math.exp(limit), rel=1e-6)
    assert ratio.estimate.value is ratio.estimate.upper is None
    assert ratio.estimate.reason("upper") == (
        "not finite: the likelihood keeps rising as the ratio goes to infinity"
        " (the covariate separates the events)"
    )
    assert ratio.test is not None
    assert ratio.test.p_value is None


def test_a_group_without_events_has_the_upper_profile_limit_of_its_likelihood() -> None:
    """0 events in 4 years against 6 in 8: the first rate is free, so the fall is that of two Poisson rates."""
    fit = fit_poisson([0, 6], arms("BA"), offset=np.log([4.0, 8.0]))
    limit = profile_limit(fit, 1, 0.95, 1)
    assert profile_limit(fit, 1, 0.95, -1) is None
    assert limit is not None
    # At a rate ratio r: 6 events in 8 + 4 r years of the reference rate, none of them in the 4 r.
    share = 8 / (8 + 4 * math.exp(limit))
    assert -6 * math.log(share) == pytest.approx(HALF_DEVIANCE, abs=1e-9)


@pytest.mark.parametrize("limits", ["wald", "profile", "profile_interpolated"])
def test_the_ratio_of_two_groups_without_events_is_undetermined(limits: str) -> None:
    fit = fit_poisson([0, 0, 0, 0, 2, 1], arms("AABBCC"))
    assert fit.coefficients.tolist() == [-math.inf, 0.0, math.inf]
    assert np.diag(fit.covariance).tolist() == [math.inf] * 3
    ratio = coefficient_ratios(fit, limits=limits)[1]  # type: ignore[arg-type]  # a word of three
    for part in ("value", "lower", "upper", "standard_error"):
        reason = ratio.estimate.reason(part)
        assert reason is not None
        assert reason.startswith("undetermined")
    assert ratio.test is not None
    assert str(ratio.test.reason("p_value")).startswith("undetermined")


def test_a_covariate_that_foretells_every_outcome_leaves_nothing_to_estimate() -> None:
    fit = fit_logistic([0, 0, 0, 1, 1, 1], two_variables("ABABAB", [1.0, 2, 3, 4, 5, 6]))
    assert not fit.finite.any()
    assert not fit.estimable.kept.any()
    assert fit.log_likelihood == 0
    assert fit.settled
    # The slope must rise and the intercept fall, but the arm may go either way.
    assert fit.coefficients.tolist() == [-math.inf, 0.0, math.inf]
    assert fit.pearson_dispersion is None
    assert len(coefficient_ratios(fit, dispersion="pearson")) == 3


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("shift", [0.0, 100.0])
def test_the_unit_of_a_covariate_changes_nothing_but_its_ratio(scale: float, shift: float) -> None:
    covariate = np.array([0.3, 1.2, 0.7, 2.2, 1.9, 0.1, 1.1, 1.6, 0.4, 2.0, 1.3, 0.9])
    outcome = [0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1]
    plain = fit_logistic(outcome, two_variables(ARMS, covariate))
    scaled = fit_logistic(outcome, two_variables(ARMS, (covariate + shift) * scale))
    assert plain.finite.tolist() == [True, True, False, True]
    assert scaled.finite.tolist() == plain.finite.tolist()
    assert scaled.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-9)
    assert scaled.coefficients[3] * scale == pytest.approx(plain.coefficients[3], rel=1e-8)
    for side in (-1, 1):
        for place, unit in ((1, 1.0), (3, scale)):
            limit, same = (profile_limit(one, place, 0.95, side) for one in (scaled, plain))
            assert limit is not None
            assert limit * unit == pytest.approx(same, rel=1e-6)
    assert profile_limit(scaled, 2, 0.95, 1) is None
    assert profile_limit(scaled, 2, 0.95, -1) == pytest.approx(
        profile_limit(plain, 2, 0.95, -1), rel=1e-6
    )


def test_outcomes_that_overlap_by_a_hair_are_not_separated() -> None:
    """The slope is large but finite, and its profile limits are where the likelihood has fallen."""
    covariate = np.append(np.linspace(0, 1000, 101), [500.1, 499.1])
    outcome = np.append(np.linspace(0, 1000, 101) > 500, [False, True]).astype(int)
    matrix = model_matrix(variables(covariates={"x": covariate}), [("x",)])
    fit = fit_logistic(outcome, matrix)
    assert fit.finite.all()
    lower, upper = (profile_limit(fit, 1, 0.95, side) for side in (-1, 1))
    assert lower is not None
    assert upper is not None
    assert lower < fit.coefficients[1] < upper
    for limit in (lower, upper):
        assert fit.log_likelihood - highest(fit, limit) == pytest.approx(HALF_DEVIANCE, abs=1e-6)


def highest(fit: RegressionFit, slope: float) -> float:
    """Give the largest log likelihood at a slope: of an intercept only, which is sought by Brent's method."""

    def depth(intercept: float) -> float:
        predictor = (fit.columns[:, 1] - 500) * slope + intercept
        return -float(fit.distribution.log_likelihood(fit.outcome, predictor).sum())

    return -float(optimize.minimize_scalar(depth, bracket=(-1, 1), options={"xtol": 1e-12}).fun)


@pytest.mark.parametrize("gap", [1e-9, 0.0, -1e-12])
def test_what_differs_by_less_than_numbers_tell_counts_as_tied(gap: float) -> None:
    covariate = [1.0, 2.0, 3.0, 4.0, 4.0 + gap, 5.0, 6.0]
    matrix = model_matrix(variables(covariates={"x": np.array(covariate)}), [("x",)])
    fit = fit_logistic([0, 0, 0, 0, 1, 1, 1], matrix)
    assert fit.coefficients.tolist() == [-math.inf, math.inf]
    assert fit.estimable.kept.tolist() == [False, False, False, True, True, False, False]
    assert fit.log_likelihood == pytest.approx(2 * math.log(0.5), abs=1e-9)


def test_one_gap_in_a_wide_variable_is_seen() -> None:
    covariate = np.append(np.linspace(0, 1e4, 50), [5e3, 5e3 + 1e-3])
    outcome = np.append(np.linspace(0, 1e4, 50) > 5e3, [False, True]).astype(int)
    fit = fit_logistic(outcome, model_matrix(variables(covariates={"x": covariate}), [("x",)]))
    assert fit.log_likelihood == 0
    assert not fit.estimable.kept.any()


@pytest.mark.parametrize("labels", ["AAAABBBBCCCC", "CCCCAAAABBBB", "BBBBCCCCAAAA"])
@pytest.mark.parametrize("information", ["observed", "expected"])
def test_a_group_without_events_leaves_a_negative_binomial_fit_to_the_others(
    labels: str, information: str
) -> None:
    covariate = np.array([0.3, 1.2, 0.7, 2.2, 1.9, 0.1, 1.1, 1.6, 0.4, 2.0, 1.3, 0.9])
    events = np.array([0, 1, 14, 6, 2, 0, 19, 3, 0, 0, 0, 0])
    matrix = two_variables(labels, covariate)
    fit = fit_negative_binomial(events, matrix, information=information)  # type: ignore[arg-type]  # a word of two
    alone = fit_negative_binomial(
        events[:8],
        two_variables(labels[:8], covariate[:8]),
        information=information,  # type: ignore[arg-type]  # a word of two
    )
    assert fit.settled
    assert fit.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-9)
    assert fit.dispersion == pytest.approx(alone.dispersion, rel=1e-7)
    assert fit.theta_error == pytest.approx(alone.theta_error, rel=1e-6)
    assert fit.coefficients[3] == pytest.approx(alone.coefficients[2], rel=1e-7)
    assert fit.covariance[3, 3] == pytest.approx(alone.covariance[2, 2], rel=1e-6)
    assert fit.mean[8:].tolist() == [0.0] * 4
    reasons = [one.estimate.reason("value") for one in negative_binomial_ratios(fit)]
    assert [reason is None for reason in reasons] == fit.finite.tolist()
    assert dispersion_estimate(fit).value == pytest.approx(alone.dispersion, rel=1e-7)


def test_a_ratio_too_large_for_a_number_is_not_called_infinite() -> None:
    """A covariate in millionths: its coefficient is finite, the ratio for a whole unit is no number."""
    covariate = np.array([0.3, 1.2, 0.7, 2.2, 1.9, 0.1, 1.1, 1.6]) * 1e-6
    matrix = model_matrix(variables(covariates={"x": covariate}), [("x",)])
    fit = fit_logistic([0, 1, 0, 1, 0, 0, 1, 1], matrix)
    assert fit.finite.all()
    for limits in ("wald", "profile"):
        estimate = coefficient_ratios(fit, limits=limits)[1].estimate
        assert estimate.value is None
        assert str(estimate.reason("value")).startswith("no number: its logarithm is ")


def test_a_dispersion_needs_more_observations_than_coefficients() -> None:
    fit = fit_poisson([1, 3], arms("AB"))
    with pytest.raises(DataError, match="2 observations tell 2 coefficients"):
        coefficient_ratios(fit, dispersion="pearson")


def test_an_offset_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(DataError, match="numbers cannot tell its top"):
        fit_logistic([0, 1, 1, 0], arms("AABB"), offset=[1e300, -1e300, 0, 1])
