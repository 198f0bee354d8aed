"""Mixed models for repeated measures against what SAS PROC MIXED and R's mmrm printed."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.reference.tolerance import half_unit

from topline.stats.degrees_of_freedom import Method, mixed_model_inference
from topline.stats.estimate import Estimate
from topline.stats.mixed_model import MixedFit, fit_mixed_model
from topline.stats.mixed_model_means import mixed_model_coefficients, mixed_model_test
from topline.stats.model_matrix import Term, model_matrix, variables

pytestmark = pytest.mark.corpus

PUBLISHED = tomllib.loads(
    (Path(__file__).with_name("published_repeated_measures.toml")).read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def rows(corpus: Path) -> list[dict[str, str]]:
    path = corpus / "reference-values" / "data" / "fev.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["FEV1"] not in ("", "NA")]


def fitted(rows: list[dict[str, str]], structure: str, terms: list[Term]) -> MixedFit:
    arm = variables(factors={"ARMCD": [row["ARMCD"] for row in rows]})
    return fit_mixed_model(
        [float(row["FEV1"]) for row in rows],
        model_matrix(arm, terms),
        subject=[row["USUBJID"] for row in rows],
        visit=[row["AVISIT"] for row in rows],
        covariance=structure,
        visit_order=["VIS1", "VIS2", "VIS3", "VIS4"],
    )


def last_coefficient(fit: MixedFit, method: Method) -> Estimate:
    return mixed_model_coefficients(mixed_model_inference(fit, method=method))[-1].estimate


@pytest.mark.parametrize("case", PUBLISHED["kenward_roger"], ids=lambda case: case["sas"])
def test_kenward_roger_as_sas_printed_it(rows: list[dict[str, str]], case: dict[str, Any]) -> None:
    fit = fitted(rows, case["structure"], [("ARMCD",)])
    assert fit.structure.sas == case["sas"]
    full = last_coefficient(fit, "kenward-roger-sas")
    linear = last_coefficient(fit, "kenward-roger-linear")
    near = case["relative"]
    assert full.standard_error == pytest.approx(case["standard_error"], rel=near)
    assert linear.standard_error == pytest.approx(case["standard_error_linear"], rel=near)
    for found in (full, linear, last_coefficient(fit, "satterthwaite")):
        assert found.degrees_of_freedom == pytest.approx(case["degrees_of_freedom"], rel=near)


@pytest.mark.parametrize("case", PUBLISHED["intercept"], ids=lambda case: case["structure"])
def test_the_likelihood_is_at_least_what_sas_reached(
    rows: list[dict[str, str]], case: dict[str, Any]
) -> None:
    fit = fitted(rows, case["structure"], [])
    excess = fit.minus_twice_log_likelihood - case["minus_twice_log_likelihood"]
    # The printed figure of the last structure has four decimals.
    assert -1e-5 <= excess <= (6e-5 if fit.structure.sas is None else 6e-9)
    found = last_coefficient(fit, "satterthwaite")
    for part in ("standard_error", "degrees_of_freedom"):
        assert getattr(found, part) == pytest.approx(
            float(case[part]), abs=half_unit(case[part]) * 1.01
        )
    slack = 0.003 * float(case["standard_error"]) + half_unit(case["estimate"])
    assert found.value == pytest.approx(float(case["estimate"]), abs=slack)


def test_a_joint_test_as_mmrm_printed_it(rows: list[dict[str, str]]) -> None:
    case = PUBLISHED["joint"]
    fit = fitted(rows, case["structure"], [("ARMCD",)])
    found = mixed_model_test(
        mixed_model_inference(fit, method="kenward-roger"), [[0.0, 1.0], [1.0, 0.0]]
    )
    assert found.degrees_of_freedom == case["numerator"]
    assert found.denominator_degrees_of_freedom == pytest.approx(
        float(case["denominator"]), abs=half_unit(case["denominator"])
    )
    assert found.statistic == pytest.approx(
        float(case["statistic"]), abs=half_unit(case["statistic"])
    )
    assert found.p_value == pytest.approx(case["p_value"], rel=1e-3)
