"""The published statistics of a real trial, as its study report prints them, from its datasets.

The report: CDISCPILOT01 Clinical Study Report of 27 June 2006, Figure 14-1, and the SAS output in its appendix
"Documentation of Statistical Methods". Every number is compared within half a unit of its last printed digit.
"""

import json
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from tests.reference.tolerance import half_unit

from topline.stats.estimate import Estimate
from topline.stats.least_squares import (
    fit_groups,
    group_test,
    least_squares_difference,
    least_squares_mean,
)
from topline.stats.survival import kaplan_meier, survival_quantile

pytestmark = pytest.mark.corpus

Row = dict[str, Any]  # a row of a dataset: text, numbers and dates

ARMS = {"placebo": "Placebo", "xan_low": "Xanomeline Low Dose", "xan_high": "Xanomeline High Dose"}


@pytest.fixture(scope="module")
def trial(corpus: Path) -> Path:
    return corpus / "trials" / "cdiscpilot01"


def rows_of(trial: Path, dataset: str, **conditions: str) -> list[Row]:
    columns, _ = pyreadstat.read_xport(trial / "adam" / f"{dataset}.xpt", output_format="dict")
    names = list(columns)
    rows = [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [
        row for row in rows if all(row[name].strip() == value for name, value in conditions.items())
    ]


def assert_printed(found: float | None, printed: float | str) -> None:
    assert found is not None
    assert found == pytest.approx(float(printed), abs=1.0001 * half_unit(str(printed)), rel=0)


def test_kaplan_meier_medians_of_the_figure_are_those_with_plain_limits(trial: Path) -> None:
    rows = rows_of(trial, "adtte", SAFFL="Y")
    published = json.loads((trial / "published" / "fig14_1_km_dermatologic.json").read_text())[
        "arms"
    ]
    for arm, printed in published.items():
        members = [row for row in rows if row["TRTA"] == ARMS[arm]]
        curve = kaplan_meier([row["AVAL"] for row in members], [1 - row["CNSR"] for row in members])
        assert curve.number == printed["n"]
        assert curve.events.sum() == printed["events"]
        assert curve.censored.sum() == printed["censored"]
        median = survival_quantile(curve, transform="plain")
        for found, text in (
            (median.value, printed["median"]),
            (median.lower, printed["ci95_lower"]),
            (median.upper, printed["ci95_upper"]),
        ):
            if text == "NA":
                assert found is None
            else:
                assert_printed(found, text)


def test_other_transforms_give_other_limits_than_the_figure(trial: Path) -> None:
    rows = [row for row in rows_of(trial, "adtte", SAFFL="Y") if row["TRTA"] == ARMS["xan_high"]]
    curve = kaplan_meier([row["AVAL"] for row in rows], [1 - row["CNSR"] for row in rows])
    limits = {
        name: survival_quantile(curve, transform=name) for name in ("plain", "log", "log-log")
    }
    assert {name: (found.lower, found.upper) for name, found in limits.items()} == {
        "plain": (24.0, 46.0),
        "log": (25.0, 47.0),
        "log-log": (23.0, 46.0),
    }


def assert_estimate(found: Estimate, printed: Row, value: str) -> None:
    assert_printed(found.value, printed[value])
    assert_printed(found.standard_error, printed["se"])
    assert_printed(found.lower, printed["lcl"])
    assert_printed(found.upper, printed["ucl"])


@pytest.mark.parametrize(
    ("dataset", "parameter", "response", "covariates", "table"),
    [
        ("adqsadas", "ACTOT", "CHG", ["BASE"], "t14_3_01_glm"),
        ("adqscibc", "CIBICVAL", "AVAL", [], "t14_3_02_glm"),
    ],
    ids=["ADAS-Cog change by ANCOVA", "CIBIC+ by two-way ANOVA"],
)
def test_least_squares_means_with_observed_margins_equal_the_sas_output(
    trial: Path, dataset: str, parameter: str, response: str, covariates: list[str], table: str
) -> None:
    rows = [
        row
        for row in rows_of(
            trial, dataset, PARAMCD=parameter, AVISIT="Week 24", ANL01FL="Y", EFFFL="Y"
        )
        if row[response] is not None
    ]
    output = json.loads((trial / "published" / "sas_raw_output_14_3_01_02_11.json").read_text())[
        table
    ]
    model = output["treatment_model"]
    fit = fit_groups(
        [row[response] for row in rows],
        [row["TRTP"] for row in rows],
        covariates={name: [row[name] for row in rows] for name in covariates},
        factors={"SITEGR1": [row["SITEGR1"] for row in rows]},
    )
    assert fit.number == output["n_used"]
    assert fit.degrees_of_freedom == model["df_error"]
    assert_printed(fit.residual_standard_deviation, model["root_mse"])
    for arm, printed in model["lsmeans"].items():
        assert_estimate(least_squares_mean(fit, ARMS[arm], margins="observed"), printed, "lsmean")
    for contrast, printed in model["estimates"].items():
        first, second = (
            ARMS[arm if arm == "placebo" else f"xan_{arm}"] for arm in contrast.split("_vs_")
        )
        found = least_squares_difference(fit, first, second, margins="observed")
        assert_estimate(found.estimate, printed, "est")
        assert_printed(found.test.statistic, printed["t"])
        assert_printed(found.test.p_value, printed["p"])
    printed = model["type3"]["TRTPCD"]
    test = group_test(fit)
    assert test.degrees_of_freedom == printed["df"]
    assert_printed(test.statistic, printed["F"])
    assert_printed(test.p_value, printed["p"])
