"""Mixed models for repeated measures: against a direct computation, where nothing converges, and bad input."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from topline.errors import DataError, LimitError, UsageError
from topline.stats.covariance_structures import STRUCTURES
from topline.stats.degrees_of_freedom import (
    INFORMATION,
    METHODS,
    Information,
    Method,
    mixed_model_inference,
)
from topline.stats.mixed_model import MixedFit, fit_mixed_model
from topline.stats.mixed_model_means import (
    fit_repeated_measures,
    mixed_model_coefficients,
    mixed_model_contrast,
    mixed_model_difference,
    mixed_model_mean,
    mixed_model_test,
)
from topline.stats.model_matrix import model_matrix, variables

Floats = NDArray[np.float64]


def trial(
    participants: int = 40, visits: int = 3, *, missing: float = 0.2, seed: int = 7
) -> dict[str, Floats]:
    random = np.random.default_rng(seed)
    common = random.normal(size=(participants, 1))
    values = 10 + common + random.normal(size=(participants, visits)) + np.arange(visits)
    seen = random.random((participants, visits)) >= missing
    seen[:2] = True
    who, when = np.nonzero(seen)
    arm = np.arange(participants) % 2
    return {
        "y": values[seen],
        "who": who.astype(np.float64),
        "when": when.astype(np.float64) + 1,
        "arm": arm[who].astype(np.float64),
    }


def fitted(data: dict[str, Floats], covariance: str = "unstructured") -> MixedFit:
    return fit_repeated_measures(
        data["y"],
        subject=data["who"],
        visit=data["when"],
        group=data["arm"],
        covariance=covariance,
    )


def direct_likelihood(data: dict[str, Floats], columns: Floats, covariance: Floats) -> float:
    """Minus twice the restricted log-likelihood with the whole covariance matrix written out."""
    same = data["who"][:, np.newaxis] == data["who"]
    position = (data["when"] - 1).astype(int)
    whole = np.where(same, covariance[np.ix_(position, position)], 0.0)
    inverse = np.linalg.inv(whole)
    information = columns.T @ inverse @ columns
    coefficients = np.linalg.solve(information, columns.T @ inverse @ data["y"])
    residuals = data["y"] - columns @ coefficients
    return float(
        (len(columns) - columns.shape[1]) * np.log(2 * np.pi)
        + np.linalg.slogdet(whole)[1]
        + np.linalg.slogdet(information)[1]
        + residuals @ inverse @ residuals
    )


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_likelihood_is_that_of_the_whole_matrix_and_at_its_maximum(name: str) -> None:
    data = trial()
    fit = fitted(data, name)
    assert fit.converged, fit.notes
    structure, columns = STRUCTURES[name], fit.matrix.columns

    def value(parameters: Floats) -> float:
        return direct_likelihood(data, columns, structure.value(parameters, 3))

    best = value(fit.parameters)
    assert fit.minus_twice_log_likelihood == pytest.approx(best, rel=1e-12)
    size = fit.parameters.size
    assert size == structure.number_of_parameters(3)
    # Second differences of the direct computation give the observed information of the fit.
    step = 1e-3
    hessian = np.empty((size, size))
    for i, j in itertools.product(range(size), repeat=2):
        a, b = step * np.eye(size)[i], step * np.eye(size)[j]
        p = fit.parameters
        corners = value(p + a + b) - value(p + a - b) - value(p - a + b) + value(p - a - b)
        hessian[i, j] = corners / (4 * step * step)
    np.testing.assert_allclose(fit.curvature.observed, hessian, rtol=2e-4, atol=2e-3)
    assert np.linalg.eigvalsh(fit.curvature.observed).min() > 0
    assert np.abs(fit.curvature.gradient).max() < 1e-8


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("visits", [1, 2, 3, 5])
def test_derivatives_of_the_covariance_are_its_differences(name: str, visits: int) -> None:
    structure = STRUCTURES[name]
    random = np.random.default_rng(visits)
    parameters = random.normal(scale=0.3, size=structure.number_of_parameters(visits))
    found = structure.derivatives(parameters, visits)
    np.testing.assert_allclose(found.value, structure.value(parameters, visits), rtol=1e-14)
    step = 1e-5
    for place, direction in enumerate(step * np.eye(parameters.size)):
        ahead = structure.derivatives(parameters + direction, visits)
        behind = structure.derivatives(parameters - direction, visits)
        once = (ahead.value - behind.value) / (2 * step)
        twice = (ahead.first - behind.first) / (2 * step)
        np.testing.assert_allclose(found.first[place], once, rtol=1e-7, atol=1e-8)
        np.testing.assert_allclose(found.second[place], twice, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_fit_begins_with_the_structure_it_is_given(name: str) -> None:
    structure = STRUCTURES[name]
    parameters = np.random.default_rng(3).normal(scale=0.2, size=structure.number_of_parameters(4))
    covariance = structure.value(parameters, 4)
    np.testing.assert_allclose(structure.start(covariance), parameters, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("method", "information"), list(itertools.product(METHODS, INFORMATION)))
def test_every_result_has_an_interval_around_it(method: Method, information: Information) -> None:
    inference = mixed_model_inference(fitted(trial()), method=method, information=information)
    found = mixed_model_difference(
        inference, {"group": "1.0", "visit": "3.0"}, {"group": "0.0", "visit": "3.0"}, level=0.9
    )
    assert found.name == "1.0, 3.0 - 0.0, 3.0"
    estimate = found.estimate
    assert estimate.lower is not None
    assert estimate.value is not None
    assert estimate.upper is not None
    assert estimate.lower < estimate.value < estimate.upper
    assert information in estimate.method
    assert found.test.p_value is not None


def test_a_difference_is_that_of_its_means() -> None:
    inference = mixed_model_inference(fitted(trial()))
    places = [{"group": arm, "visit": "2.0"} for arm in ("0.0", "1.0")]
    means = [mixed_model_mean(inference, at).value for at in places]
    found = mixed_model_difference(inference, places[1], places[0]).estimate.value
    assert means[0] is not None
    assert means[1] is not None
    assert found == pytest.approx(means[1] - means[0], rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_joint_test_of_one_contrast_is_its_t_test(method: Method) -> None:
    inference = mixed_model_inference(fitted(trial()), method=method)
    row = np.array([0.0, 1, 0, 0, 0, 1])
    one, joint = mixed_model_contrast(inference, row).test, mixed_model_test(inference, [row])
    assert one.statistic is not None
    assert joint.statistic == pytest.approx(one.statistic**2, rel=1e-9)
    assert joint.denominator_degrees_of_freedom == pytest.approx(one.degrees_of_freedom, rel=1e-9)
    assert joint.p_value == pytest.approx(one.p_value, rel=1e-8)


def test_a_column_that_others_determine_has_no_estimate() -> None:
    data = trial()
    factors = {"arm": data["arm"], "copy": data["arm"], "visit": data["when"]}
    made = model_matrix(variables(factors=factors), [("arm",), ("copy",), ("visit",)])
    fit = fit_mixed_model(data["y"], made, subject=data["who"], visit=data["when"])
    assert any("copy1.0" in note for note in fit.notes)
    inference = mixed_model_inference(fit)
    effects = {one.name: one for one in mixed_model_coefficients(inference)}
    assert effects["copy1.0"].estimate.value is None
    alone = model_matrix(
        variables(factors={"arm": data["arm"], "visit": data["when"]}), [("arm",), ("visit",)]
    )
    without = fit_mixed_model(data["y"], alone, subject=data["who"], visit=data["when"])
    for one in mixed_model_coefficients(mixed_model_inference(without)):
        assert effects[one.name].estimate.value == pytest.approx(one.estimate.value, rel=1e-9)
    # The mean of arm 0 needs to know what is the arm's and what the copy's.
    assert mixed_model_mean(inference, {"arm": "0.0"}).reason("value") is not None
    both = mixed_model_mean(inference, {"arm": "1.0", "copy": "1.0"}).value
    told = mixed_model_mean(mixed_model_inference(without), {"arm": "1.0"}).value
    assert both == pytest.approx(told, rel=1e-9)


def test_an_empty_cell_has_no_mean_and_the_others_do() -> None:
    data = trial()
    keep = (data["arm"] == 0) | (data["when"] < 3)
    fit = fitted({name: values[keep] for name, values in data.items()})
    inference = mixed_model_inference(fit)
    empty = mixed_model_mean(inference, {"group": "1.0", "visit": "3.0"})
    assert empty.value is None
    assert "not estimable" in str(empty.reason("value"))
    assert mixed_model_mean(inference, {"group": "1.0", "visit": "2.0"}).value is not None


@pytest.mark.parametrize(
    ("values", "who", "when"),
    [
        # Two participants cannot tell three variances and three covariances.
        ([1, 2, 3, 2, 4, 3], [1, 1, 1, 2, 2, 2], [1, 2, 3, 1, 2, 3]),
        # No participant has both visits, so that nothing tells their covariance.
        ([1, 2, 4, 3, 5, 9, 2, 8], [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 2, 2, 2, 2]),
    ],
)
def test_a_covariance_the_data_do_not_tell_is_said_not_to_have_converged(
    values: Sequence[float], who: Sequence[int], when: Sequence[int]
) -> None:
    made = model_matrix(variables(factors={"visit": when}), [])
    fit = fit_mixed_model(values, made, subject=who, visit=when)
    assert not fit.converged
    found = mixed_model_coefficients(mixed_model_inference(fit))[0]
    assert found.estimate.value is None
    assert "did not converge" in str(found.estimate.reason("value"))
    assert found.test.p_value is None
    assert mixed_model_test(mixed_model_inference(fit), [[1.0]]).statistic is None


def test_a_large_mean_does_not_cost_the_digits_of_a_small_spread() -> None:
    data = trial()
    near, far = fitted(data), fitted({**data, "y": data["y"] + 2.0**20})
    np.testing.assert_allclose(far.covariance, near.covariance, rtol=1e-8)


def test_visits_out_of_order_need_an_order_only_where_it_matters() -> None:
    made = model_matrix(variables(factors={"visit": ["week 4", "week 12"] * 4}), [("visit",)])
    values = [1, 2, 2, 4, 4, 3, 5, 7]

    def fit(structure: str, order: Sequence[str] | None) -> MixedFit:
        return fit_mixed_model(
            values,
            made,
            subject=[1, 1, 2, 2, 3, 3, 4, 4],
            visit=["week 4", "week 12"] * 4,
            covariance=structure,
            visit_order=order,
        )

    assert fit("unstructured", None).visits == ("week 12", "week 4")
    with pytest.raises(UsageError, match="depends on the order"):
        fit("autoregressive", None)
    assert fit("autoregressive", ["week 4", "week 12"]).visits == ("week 4", "week 12")


def test_bad_input_is_refused() -> None:
    made = model_matrix(variables(factors={"visit": [1, 2, 1, 2]}), [("visit",)])

    def fit(values: Sequence[float], covariance: str = "unstructured") -> MixedFit:
        return fit_mixed_model(
            values, made, subject=[1, 1, 2, 2], visit=[1, 2, 1, 2], covariance=covariance
        )

    with pytest.raises(DataError, match="more than one measurement at visit '1'"):
        fit_mixed_model([1, 2, 3, 5], made, subject=[1, 1, 2, 2], visit=[1, 1, 1, 2])
    with pytest.raises(UsageError, match="did you mean 'toeplitz'"):
        fit([1, 2, 3, 5], "toeplits")
    with pytest.raises(DataError, match="response\\[1\\] is nan"):
        fit([1, float("nan"), 3, 5])
    with pytest.raises(DataError, match="lengths differ"):
        fit([1, 2, 3])
    with pytest.raises(DataError, match="no variance"):
        fit([1, 2, 1, 2])
    with pytest.raises(DataError, match="2 measurements for a model of 2"):
        fit_mixed_model(
            [1, 2],
            model_matrix(variables(factors={"visit": [1, 2]}), [("visit",)]),
            subject=[1, 1],
            visit=[1, 2],
        )
    many = list(range(25)) * 2
    wide = model_matrix(variables(factors={"visit": many}), [])
    with pytest.raises(LimitError, match="25 visits"):
        fit_mixed_model(list(range(50)), wide, subject=[0] * 25 + [1] * 25, visit=many)


def test_a_wrong_question_is_refused() -> None:
    inference = mixed_model_inference(fitted(trial()))
    with pytest.raises(UsageError, match="no group"):
        mixed_model_mean(inference, {"group": "2"})
    with pytest.raises(UsageError, match="no variable"):
        mixed_model_mean(inference, {"arm": "1"})
    with pytest.raises(DataError, match="lengths differ"):
        mixed_model_contrast(inference, [1, 0])
    with pytest.raises(UsageError, match="linearly dependent"):
        mixed_model_test(inference, [[0, 1, 0, 0, 0, 0], [0, 2, 0, 0, 0, 0]])
    with pytest.raises(UsageError, match="shape"):
        mixed_model_test(inference, [1, 0])
    with pytest.raises(UsageError, match="no method"):
        mixed_model_inference(inference.fit, method="kenwardroger")  # type: ignore[arg-type]  # wrong on purpose
