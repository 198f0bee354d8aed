"""What must hold of mixed models for every trial: invariances, and exact tests of complete data."""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from topline.stats.covariance_structures import STRUCTURES
from topline.stats.degrees_of_freedom import METHODS, Method, mixed_model_inference
from topline.stats.effect import Effect
from topline.stats.estimate import Test
from topline.stats.mean import summarize
from topline.stats.mixed_model import MixedFit
from topline.stats.mixed_model_means import (
    fit_repeated_measures,
    mixed_model_difference,
    mixed_model_test,
)
from topline.stats.two_means import two_sample_t_test

STRUCTURE = st.sampled_from(sorted(STRUCTURES))
METHOD = st.sampled_from(METHODS)
MANY = settings(max_examples=20)


@dataclass(frozen=True)
class Trial:
    """One measurement a row."""

    response: NDArray[np.float64]
    subject: NDArray[np.int64]
    visit: NDArray[np.int64]
    group: NDArray[np.int64]

    def rows(self, order: NDArray[np.int64]) -> "Trial":
        return Trial(
            self.response[order], self.subject[order], self.visit[order], self.group[order]
        )


@st.composite
def trials(draw: st.DrawFn, *, complete: bool = False, visits: int | None = None) -> Trial:
    """Draw a trial of two arms whose measurements have a correlation and some spread."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    number = visits or draw(st.integers(2, 4))
    participants = draw(st.integers(10, 24))
    common = random.normal(size=(participants, 1)) * draw(st.floats(0, 1.5))
    values = common + random.normal(size=(participants, number)) * random.uniform(1, 2, number)
    seen = random.random((participants, number)) > (0.0 if complete else 0.15)
    seen[:8] = True
    who, when = np.nonzero(seen)
    return Trial(values[seen].round(3), who, when + 1, (np.arange(participants) % 2)[who])


def fitted(trial: Trial, structure: str) -> MixedFit:
    return fit_repeated_measures(
        trial.response,
        subject=trial.subject,
        visit=trial.visit,
        group=trial.group,
        covariance=structure,
    )


def last_difference(fit: MixedFit, method: Method) -> Effect:
    last = fit.visits[-1]
    return mixed_model_difference(
        mixed_model_inference(fit, method=method),
        {"group": "1", "visit": last},
        {"group": "0", "visit": last},
    )


def numbers(found: Effect) -> list[float]:
    parts = (found.estimate.value, found.estimate.standard_error)
    kept = [part for part in (*parts, found.estimate.degrees_of_freedom) if part is not None]
    assert len(kept) == 3
    return kept


@MANY
@given(trials(), STRUCTURE, METHOD)
def test_the_order_of_rows_and_the_names_of_participants_say_nothing(
    trial: Trial, structure: str, method: Method
) -> None:
    fit = fitted(trial, structure)
    order = np.random.default_rng(trial.response.size).permutation(trial.response.size)
    shuffled = trial.rows(order)
    renamed = replace(shuffled, subject=1000 - shuffled.subject)
    other = fitted(renamed, structure)
    assert fit.converged == other.converged
    if fit.converged:
        np.testing.assert_allclose(
            numbers(last_difference(fit, method)),
            numbers(last_difference(other, method)),
            rtol=1e-7,
        )


@MANY
@given(trials(), STRUCTURE, METHOD, st.floats(0.01, 100), st.floats(-100, 100))
def test_another_unit_rescales_estimates_and_leaves_degrees_of_freedom(
    trial: Trial, structure: str, method: Method, scale: float, shift: float
) -> None:
    fit = fitted(trial, structure)
    other = fitted(replace(trial, response=shift + scale * trial.response), structure)
    assert fit.converged == other.converged
    if fit.converged:
        value, error, freedom = numbers(last_difference(fit, method))
        np.testing.assert_allclose(
            numbers(last_difference(other, method)),
            [scale * value, scale * error, freedom],
            rtol=1e-6,
            atol=1e-9 * scale,
        )
        np.testing.assert_allclose(other.covariance, scale**2 * fit.covariance, rtol=1e-6)


@MANY
@given(trials(), st.sampled_from(["unstructured", "heterogeneous-compound-symmetry"]))
def test_structures_without_order_do_not_know_the_order(trial: Trial, structure: str) -> None:
    fit = fitted(trial, structure)
    last = int(trial.visit.max())
    backwards = fitted(replace(trial, visit=last + 1 - trial.visit), structure)
    assert fit.converged == backwards.converged
    if fit.converged:
        np.testing.assert_allclose(
            backwards.covariance[::-1, ::-1], fit.covariance, rtol=1e-6, atol=1e-8
        )


@MANY
@given(trials())
def test_more_parameters_fit_at_least_as_well(trial: Trial) -> None:
    chain = ("compound-symmetry", "toeplitz", "heterogeneous-toeplitz", "unstructured")
    fits = [fitted(trial, structure) for structure in chain]
    for narrow, wide in itertools.pairwise(fits):
        if narrow.converged and wide.converged:
            excess = wide.minus_twice_log_likelihood - narrow.minus_twice_log_likelihood
            assert excess <= 1e-6


@MANY
@given(trials(complete=True))
def test_complete_data_give_the_t_test_of_each_visit(trial: Trial) -> None:
    """Each visit's difference by an unstructured covariance is that visit's own pooled t-test."""
    fit = fitted(trial, "unstructured")
    if not fit.converged:
        return
    for visit in fit.visits:
        here = trial.visit == int(visit)
        arms = [summarize(trial.response[here & (trial.group == arm)]) for arm in (1, 0)]
        alone = two_sample_t_test(*arms, variances="equal")
        found = mixed_model_difference(
            mixed_model_inference(fit),
            {"group": "1", "visit": visit},
            {"group": "0", "visit": visit},
        ).test
        assert found.degrees_of_freedom == pytest.approx(alone.degrees_of_freedom, rel=1e-7)
        assert found.p_value == pytest.approx(alone.p_value, rel=1e-6)


def within(fit: MixedFit, method: Method) -> Test:
    """Test the interaction of group and visit."""
    rows = [
        row
        for row, name in zip(np.eye(len(fit.matrix.names)), fit.matrix.names, strict=True)
        if ":" in name
    ]
    return mixed_model_test(mixed_model_inference(fit, method=method), rows)


@MANY
@given(trials(complete=True), METHOD)
def test_complete_data_of_compound_symmetry_give_the_split_plot_test(
    trial: Trial, method: Method
) -> None:
    """Satterthwaite's and Kenward and Roger's tests are then the exact F test of repeated measures."""
    fit = fitted(trial, "compound-symmetry")
    if not fit.converged:
        return
    subjects, visits = fit.participants, len(fit.visits)
    table = trial.response.reshape(subjects, visits)
    arm = trial.group.reshape(subjects, visits)[:, 0]
    deviations = table - table.mean(axis=1, keepdims=True)
    inside = {one: deviations[arm == one] for one in (0, 1)}
    total = deviations.mean(axis=0)
    interaction = sum(
        len(rows) * float(((rows.mean(axis=0) - total) ** 2).sum()) for rows in inside.values()
    )
    error = sum(float(((rows - rows.mean(axis=0)) ** 2).sum()) for rows in inside.values())
    freedom = (visits - 1) * (subjects - 2)
    statistic = (interaction / (visits - 1)) / (error / freedom)
    found = within(fit, method)
    assert found.degrees_of_freedom == visits - 1
    if method == "kenward-roger":
        # Its parameters are not variances, and its second derivatives then move the test a little.
        return
    assert found.denominator_degrees_of_freedom == pytest.approx(freedom, rel=1e-5)
    assert found.statistic == pytest.approx(statistic, rel=1e-5)


@MANY
@given(trials(complete=True, visits=3))
def test_complete_data_of_any_covariance_give_hotellings_test(trial: Trial) -> None:
    """With expected information, Kenward and Roger's scaled F is Hotelling's T² test, exactly."""
    fit = fitted(trial, "unstructured")
    if not fit.converged:
        return
    table = trial.response.reshape(fit.participants, 3)
    arm = trial.group.reshape(fit.participants, 3)[:, 0]
    changes = np.diff(table, axis=1)
    arms = [changes[arm == one] for one in (0, 1)]
    freedom = fit.participants - 2
    pooled = sum((len(rows) - 1) * np.cov(rows.T) for rows in arms) / freedom
    gap = arms[1].mean(axis=0) - arms[0].mean(axis=0)
    scale = 1 / len(arms[0]) + 1 / len(arms[1])
    hotelling = float(gap @ np.linalg.solve(pooled * scale, gap))
    rows = np.eye(len(fit.matrix.names))[[":" in name for name in fit.matrix.names]]
    for information in ("observed", "expected"):
        inference = mixed_model_inference(
            fit, method="kenward-roger-linear", information=information
        )
        found = mixed_model_test(inference, rows)
        assert found.denominator_degrees_of_freedom == pytest.approx(freedom - 1, rel=1e-6)
        assert found.statistic == pytest.approx(hotelling * (freedom - 1) / (2 * freedom), rel=1e-6)
