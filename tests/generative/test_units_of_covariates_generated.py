"""A covariate's unit changes nothing but the unit of its coefficient, from 1e-90 to 1e90; beyond, it is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from topline.errors import DataError
from topline.stats.concordance import cox_concordance
from topline.stats.cox import TIES, cox
from topline.stats.cox_residuals import score_residuals
from topline.stats.fine_gray import fine_gray
from topline.stats.logistic import fit_logistic
from topline.stats.model_matrix import ModelMatrix, model_matrix, variables
from topline.stats.negative_binomial import fit_negative_binomial
from topline.stats.poisson_regression import fit_poisson
from topline.stats.proportional_hazards import proportional_hazards
from topline.stats.regression_ratios import profile_limit

Floats = NDArray[np.float64]

SOME = settings(max_examples=10)


@dataclass(frozen=True)
class Found:
    """Two coefficients with their covariance, and what has no unit."""

    coefficients: Floats
    covariance: Floats
    unitless: list[float | None]


@dataclass(frozen=True)
class Data:
    """Thirty participants."""

    time: Floats
    cause: NDArray[np.int64]
    counts: NDArray[np.int64]
    columns: Floats

    @property
    def matrix(self) -> ModelMatrix:
        covariates = {"age": self.columns[:, 0], "dose": self.columns[:, 1]}
        return model_matrix(variables(covariates=covariates), [("age",), ("dose",)])


def proportional(data: Data, ties: str) -> Found:
    fit = cox(data.time, data.cause == 1, data.columns, ties=ties)
    unitless = [fit.score.statistic, fit.wald.statistic, fit.likelihood_ratio.statistic]
    if ties != "exact":
        unitless += [
            proportional_hazards(fit).overall.statistic,
            cox_concordance(fit).estimate.value,
        ]
        assert np.isfinite(score_residuals(fit)).all()
    return Found(fit.coefficients, fit.covariance, unitless)


def robust(data: Data) -> Found:
    fit = cox(data.time, data.cause == 1, data.columns, robust=True)
    return Found(fit.coefficients, fit.covariance, [fit.wald.statistic])


def competing(data: Data) -> Found:
    fit = fine_gray(data.time, data.cause, data.columns)
    return Found(fit.coefficients, fit.covariance, [fit.likelihood_ratio.statistic])


def logistic(data: Data) -> Found:
    fit = fit_logistic(data.counts > 0, data.matrix)
    return Found(fit.coefficients[1:], fit.covariance[1:, 1:], [fit.log_likelihood])


def poisson(data: Data) -> Found:
    fit = fit_poisson(data.counts, data.matrix)
    return Found(fit.coefficients[1:], fit.covariance[1:, 1:], [fit.log_likelihood])


def negative_binomial(data: Data) -> Found:
    fit = fit_negative_binomial(data.counts, data.matrix)
    return Found(fit.coefficients[1:], fit.covariance[1:, 1:], [fit.log_likelihood, fit.theta])


MODELS: dict[str, Callable[[Data], Found]] = {
    **{f"cox, {ties}": partial(proportional, ties=ties) for ties in TIES},
    "cox, robust": robust,
    "fine-gray": competing,
    "logistic": logistic,
    "poisson": poisson,
    "negative binomial": negative_binomial,
}


@st.composite
def trials(draw: st.DrawFn) -> Data:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    number = 30
    return Data(
        time=random.integers(1, 15, number).astype(np.float64),
        cause=random.choice([0, 1, 1, 2], number),
        counts=random.negative_binomial(1.5, 0.4, number),
        columns=random.normal(size=(number, 2)) * [10, 1] + [50, 0],
    )


@pytest.mark.parametrize("model", MODELS)
@SOME
@given(data=trials(), powers=st.tuples(st.integers(-300, 300), st.integers(-300, 300)))
def test_a_power_of_two_only_moves_the_point(
    model: str, data: Data, powers: tuple[int, int]
) -> None:
    factors = 2.0 ** np.array(powers)
    plain = MODELS[model](data)
    scaled = MODELS[model](Data(data.time, data.cause, data.counts, data.columns * factors))
    np.testing.assert_allclose(scaled.coefficients * factors, plain.coefficients, rtol=1e-8)
    back = scaled.covariance * factors * factors[:, np.newaxis]
    np.testing.assert_allclose(back, plain.covariance, rtol=1e-6)
    for one, other in zip(scaled.unitless, plain.unitless, strict=True):
        assert one == (None if other is None else pytest.approx(other, rel=1e-8))


@SOME
@given(data=trials(), power=st.integers(-300, 300))
def test_profile_limits_move_with_their_unit(data: Data, power: int) -> None:
    assume((data.counts > 0).any() and not (data.counts > 0).all())
    factors = np.array([1.0, 2.0**power])
    plain = fit_logistic(data.counts > 0, data.matrix)
    moved = Data(data.time, data.cause, data.counts, data.columns * factors)
    scaled = fit_logistic(moved.counts > 0, moved.matrix)
    for side in (-1, 1):
        expected = profile_limit(plain, 2, 0.95, side)
        found = profile_limit(scaled, 2, 0.95, side)
        assert found is not None
        assert expected is not None
        assert found * factors[1] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("factor", [1e200, 1e-200, 1e305, 1e-305])
@pytest.mark.parametrize("model", MODELS)
def test_a_covariate_without_a_variance_is_refused_by_name(model: str, factor: float) -> None:
    random = np.random.default_rng(4)
    data = Data(
        time=random.integers(1, 15, 30).astype(np.float64),
        cause=random.choice([0, 1, 1, 2], 30),
        counts=random.negative_binomial(1.5, 0.4, 30),
        columns=random.normal(size=(30, 2)) * [1, factor],
    )
    with pytest.raises(DataError, match=r"the variable '(x2|dose)' reaches or spreads over"):
        MODELS[model](data)
