"""Repeated measures of hardly more participants than coefficients: a number as R gives it, or why there is none."""

import itertools
import math

import numpy as np
import pytest

from topline.errors import DataError
from topline.stats.covariance_structures import STRUCTURES
from topline.stats.degrees_of_freedom import INFORMATION, METHODS, Inference, mixed_model_inference
from topline.stats.mixed_model import MixedFit, fit_mixed_model
from topline.stats.mixed_model_means import (
    fit_repeated_measures,
    mixed_model_coefficients,
    mixed_model_test,
)
from topline.stats.model_matrix import model_matrix, variables

RESPONSE = np.array([1, 2, 4, 5, 6.5, 9, 3, 5, 4, 8, 9, 11, 2, 7, 3])
SUBJECT, VISIT = np.repeat(range(1, 6), 3), np.tile([1, 2, 3], 5)
GROUP = np.repeat(list("aabbc"), 3)


def five_participants(without: list[int]) -> Inference:
    kept = np.setdiff1d(np.arange(RESPONSE.size), without)
    made = model_matrix(
        variables(factors={"group": GROUP[kept], "visit": VISIT[kept]}), [("group",), ("visit",)]
    )
    fit = fit_mixed_model(
        RESPONSE[kept],
        made,
        subject=SUBJECT[kept],
        visit=VISIT[kept],
        covariance="compound-symmetry",
    )
    return mixed_model_inference(fit, method="kenward-roger-linear", information="expected")


# R 4.2.2, lme4 1.1.31, pbkrtest 0.5.2: KRmodcomp(lmer(y ~ g + v + (1 | id)), L). Of the complete data the mean of
# the F statistic is infinite, of the others its variance; lmer stops at about eight digits.
@pytest.mark.parametrize(
    ("without", "columns", "statistic", "denominator", "p_value"),
    [
        ([], [1, 2], 0.265031370306422, 2.0, 0.790494230793482),
        ([1, 8], [1, 2], 0.352176726705897, 1.9598771057937, 0.740171037148207),
        ([1, 8], [1, 3], 2.56709517285364, 3.35251042299641, 0.210790495958267),
    ],
)
def test_a_joint_test_of_few_participants_is_pbkrtests(
    without: list[int], columns: list[int], statistic: float, denominator: float, p_value: float
) -> None:
    found = mixed_model_test(five_participants(without), np.eye(5)[columns])
    assert found.statistic == pytest.approx(statistic, rel=1e-7)
    assert found.denominator_degrees_of_freedom == pytest.approx(denominator, rel=1e-8)
    assert found.p_value == pytest.approx(p_value, rel=1e-7)


def small_fit(seed: int, covariance: str) -> MixedFit | None:
    """Fit a trial of three to seven participants; None where the data are refused."""
    random = np.random.default_rng(seed)
    participants, visits = int(random.integers(3, 8)), int(random.integers(2, 5))
    base = random.normal(size=(participants, 1))
    values = base * random.uniform(0, 2) + random.normal(size=(participants, visits))
    who, when = np.nonzero(random.random(values.shape) > 0.15)
    arm, seen = (who % 2).astype(np.float64), values[who, when]
    try:
        return fit_repeated_measures(
            # Some measurements are whole numbers, so that they tie.
            seen.round(0 if seed % 2 else 6),
            subject=who,
            visit=when,
            group=arm,
            covariance=covariance,
        )
    except DataError:
        return None


@pytest.mark.parametrize("covariance", STRUCTURES)
def test_a_small_trial_has_a_result_or_a_reason(covariance: str) -> None:
    outcomes = set()
    for seed in range(8):
        fit = small_fit(seed, covariance)
        if fit is None:
            continue
        names = fit.matrix.names
        joint = np.eye(len(names))[[place for place, name in enumerate(names) if "visit" in name]]
        for method, information in itertools.product(METHODS, INFORMATION):
            inference = mixed_model_inference(fit, method=method, information=information)
            found = mixed_model_test(inference, joint)
            outcomes.add("undefined" if found.p_value is None else "defined")
            if found.p_value is None:
                assert found.reason("p_value")
            else:
                assert found.statistic is not None
                assert math.isfinite(found.statistic)
                assert found.statistic >= 0
                assert 0 <= found.p_value <= 1
            for effect in mixed_model_coefficients(inference):
                error = effect.estimate.standard_error
                assert effect.estimate.reason("standard_error") if error is None else error > 0
    assert "defined" in outcomes


def test_a_standard_error_of_an_indefinite_adjusted_covariance_is_its_own() -> None:
    seen = 0
    for seed in range(25):
        fit = small_fit(seed, "heterogeneous-autoregressive")
        if fit is None:
            continue
        inference = mixed_model_inference(fit, method="kenward-roger")
        if (inference.adjusted_signs > 0).all():
            continue
        seen += 1
        root = inference.adjusted_root
        adjusted = root @ np.diag(inference.adjusted_signs) @ root.T
        for place, effect in enumerate(mixed_model_coefficients(inference)):
            variance, error = adjusted[place, place], effect.estimate.standard_error
            if error is None:
                assert variance <= 0 or effect.estimate.reason("standard_error")
            else:
                assert error**2 == pytest.approx(variance, rel=1e-9)
    assert seen > 0
