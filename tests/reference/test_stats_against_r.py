"""Every applicable reference value of the corpus, computed by R 4.2.2, is reproduced.

Each test counts its comparisons: a case that is skipped or a value that is renamed fails the count.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.reference.tolerance import Comparison

from topline.stats import proportion, rate
from topline.stats.estimate import Estimate
from topline.stats.least_squares import (
    fit_groups,
    group_test,
    least_squares_difference,
    least_squares_mean,
)
from topline.stats.mean import (
    MeanSummary,
    arithmetic_mean,
    geometric_mean,
    one_sample_t_test,
    paired_t_test,
    summarize,
    summarize_pairs,
)
from topline.stats.quantile import DEFINITIONS, quantiles, spread
from topline.stats.survival import (
    SurvivalCurve,
    kaplan_meier,
    number_at_risk,
    survival_at,
    survival_quantile,
)

pytestmark = pytest.mark.corpus

Case = dict[str, Any]  # parsed JSON: its shape differs by family
Cases = Callable[[str, str], Iterator[Case]]

TRANSFORMS = {
    "plain": "plain",
    "log": "log",
    "loglog": "log-log",
    "logit": "logit",
    "arcsin": "arcsine",
}


@pytest.fixture
def folder(corpus: Path) -> Path:
    return corpus / "reference-values"


@pytest.fixture
def cases(folder: Path) -> Cases:
    def select(file: str, family: str) -> Iterator[Case]:
        document = json.loads((folder / "json" / f"{file}.json").read_text(encoding="utf-8"))
        return (case for case in document["cases"] if case["family"] == family)

    return select


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_limits(
    comparison: Comparison, what: str, found: Estimate, expected: Mapping[str, object]
) -> None:
    comparison.check("limit", f"{what} lower", found.lower, expected["lower"])
    comparison.check("limit", f"{what} upper", found.upper, expected["upper"])


def test_proportions_and_their_intervals(cases: Cases) -> None:
    """19 cases: the estimate and 14 intervals; logit has none in the 6 cases at an edge."""
    comparison = Comparison()
    keys = {
        "jeffreys": "jeffreys_edge",
        "jeffreys_without_edge_rule": "jeffreys_noedge",
        "wald_corrected": "wald_cc",
        "wilson_corrected": "wilson_cc_newcombe",
        "wilson_prop_test": "wilson_cc_R_prop_test",
    }
    nowhere = {"lower": None, "upper": None}
    for case in cases("prop1", "one_proportion_ci"):
        count, number = case["input"]["x"], case["input"]["n"]
        level, expected = case["params"]["conf_level"], case["expected"]
        for name in proportion.INTERVALS:
            found = proportion.proportion(count, number, level=level, interval=name)
            reference = expected.get(keys.get(name, name), nowhere)
            check_limits(comparison, f"{case['id']} {name}", found, reference)
            comparison.check("estimate", case["id"], found.value, expected["estimate"])
    comparison.finish(19 * 14 * 3)


def test_means_of_one_sample(cases: Cases) -> None:
    """5 cases: mean, spread, t interval and test, nine kinds of quartiles, geometric mean where defined."""
    comparison = Comparison()
    types = {definition.type: name for name, definition in DEFINITIONS.items()}
    for case in cases("means", "one_sample_mean"):
        values, expected, name = case["input"]["x"], case["expected"], case["id"]
        level, null_value = case["params"]["conf_level"], case["params"]["mu"]
        summary = summarize(values)
        comparison.check("count", f"{name} n", summary.number, expected["n"])
        comparison.check("estimate", f"{name} mean", summary.mean, expected["mean"])
        comparison.check("error", f"{name} sd", summary.standard_deviation, expected["sd"])
        comparison.check("error", f"{name} se", summary.standard_error, expected["se"])
        check_limits(comparison, name, arithmetic_mean(summary, level=level), expected["t_ci"])
        test = one_sample_t_test(summary, null_value=null_value)
        comparison.check("statistic", f"{name} t", test.statistic, expected["t"])
        comparison.check("count", f"{name} df", test.degrees_of_freedom, expected["df"])
        comparison.check("p_value", f"{name} p", test.p_value, expected["p"])
        greater = one_sample_t_test(summary, null_value=null_value, sides="greater")
        comparison.check("p_value", f"{name} p greater", greater.p_value, expected["p_greater"])
        extent = spread(values)
        comparison.check("estimate", f"{name} median", extent.median, expected["median"])
        comparison.check("estimate", f"{name} minimum", extent.minimum, expected["min"])
        comparison.check("estimate", f"{name} maximum", extent.maximum, expected["max"])
        for type_, definition in types.items():
            found = quantiles(values, (0.25, 0.5, 0.75), definition=definition)
            key = f"quartiles_type{type_}"
            comparison.check_all("estimate", f"{name} {key}", found, expected[key])
        if "geomean" in expected:
            geometric = geometric_mean(values, level=level)
            comparison.check(
                "estimate", f"{name} geomean", geometric.estimate.value, expected["geomean"]
            )
            check_limits(comparison, f"{name} geomean", geometric.estimate, expected["geomean_ci"])
            variation = geometric.coefficient_of_variation
            comparison.check(
                "error", f"{name} CV", variation and 100 * variation, expected["geo_cv_percent"]
            )
            comparison.check(
                "error", f"{name} geo SD", geometric.standard_deviation, expected["geo_sd"]
            )
    comparison.finish(5 * (13 + 27) + 3 * 5)


def test_means_of_one_sample_from_their_summary(cases: Cases) -> None:
    """4 cases: standard error, t test and interval from number, mean and standard deviation."""
    comparison = Comparison()
    for case in cases("means", "one_sample_mean_summary"):
        given, expected, name = case["input"], case["expected"], case["id"]
        summary = MeanSummary(number=given["n"], mean=given["mean"], standard_deviation=given["sd"])
        test = one_sample_t_test(summary, null_value=case["params"]["mu"])
        comparison.check("error", f"{name} se", summary.standard_error, expected["se"])
        comparison.check("statistic", f"{name} t", test.statistic, expected["t"])
        comparison.check("count", f"{name} df", test.degrees_of_freedom, expected["df"])
        comparison.check("p_value", f"{name} p", test.p_value, expected["p"])
        found = arithmetic_mean(summary, level=case["params"]["conf_level"])
        check_limits(comparison, name, found, expected["ci"])
    comparison.finish(4 * 6)


def test_means_of_pairs(cases: Cases) -> None:
    """2 cases: the mean difference, its spread, interval and paired t-test."""
    comparison = Comparison()
    for case in cases("means", "paired_mean"):
        first, second = case["input"]["x"], case["input"]["y"]
        expected, name = case["expected"], case["id"]
        summary = summarize_pairs(first, second)
        found = arithmetic_mean(summary, level=case["params"]["conf_level"])
        test = paired_t_test(first, second)
        comparison.check("estimate", f"{name} difference", found.value, expected["diff"])
        comparison.check("error", f"{name} sd", summary.standard_deviation, expected["sd_diff"])
        comparison.check("statistic", f"{name} t", test.statistic, expected["t"])
        comparison.check("count", f"{name} df", test.degrees_of_freedom, expected["df"])
        comparison.check("p_value", f"{name} p", test.p_value, expected["p"])
        check_limits(comparison, name, found, expected["ci"])
    comparison.finish(2 * 7)


def test_one_way_analysis_of_variance(cases: Cases) -> None:
    """2 cases: the F test, the mean square, and every group's difference from the first."""
    comparison = Comparison()
    for case in cases("means", "anova"):
        expected, name = case["expected"], case["id"]
        level = case["params"]["conf_level"]
        fit = fit_groups(case["input"]["y"], case["input"]["group"])
        test = group_test(fit)
        comparison.check("statistic", f"{name} F", test.statistic, expected["F"])
        comparison.check("count", f"{name} df1", test.degrees_of_freedom, expected["df1"])
        comparison.check(
            "count", f"{name} df2", test.denominator_degrees_of_freedom, expected["df2"]
        )
        comparison.check("p_value", f"{name} p", test.p_value, expected["p"])
        deviation = fit.residual_standard_deviation
        comparison.check("estimate", f"{name} mse", deviation and deviation**2, expected["mse"])
        check_differences(comparison, name, fit, expected["vs_first"], level)
    comparison.finish(2 * 5 + (2 + 5) * 5)


def check_differences(
    comparison: Comparison, name: str, fit: Any, expected: Mapping[str, Any], level: float
) -> None:
    for position, contrast in enumerate(expected["contrast"]):
        first, second = contrast.split(" - ")
        found = least_squares_difference(fit, first, second, level=level)
        what = f"{name} {contrast}"
        comparison.check("estimate", what, found.estimate.value, expected["estimate"][position])
        comparison.check("error", what, found.estimate.standard_error, expected["se"][position])
        comparison.check("limit", what, found.estimate.lower, expected["lower"][position])
        comparison.check("limit", what, found.estimate.upper, expected["upper"][position])
        comparison.check("p_value", what, found.test.p_value, expected["p"][position])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_analysis_of_covariance(cases: Cases, folder: Path) -> None:
    """3 cases: least squares means, differences and the type III test; one with an interaction."""
    comparison = Comparison()
    models: dict[str, dict[str, Any]] = {
        "Postwt ~ Treat + Prewt": {"covariates": ["Prewt"]},
        "chg ~ Treat + Prewt": {"covariates": ["Prewt"]},
        "len ~ supp * dosef": {"factors": ["dosef"], "interactions": ["dosef"]},
    }
    for case in cases("means", "ancova"):
        given, expected, name = case["input"], case["expected"], case["id"]
        model, level = models[given["formula"]], case["params"]["conf_level"]
        rows = rows_of(folder, given["data_file"])
        response = given["formula"].split(" ~ ")[0]
        fit = fit_groups(
            [float(row[response]) for row in rows],
            [row[given["factor"]] for row in rows],
            covariates={
                one: [float(row[one]) for row in rows] for one in model.get("covariates", [])
            },
            factors={one: [row[one] for row in rows] for one in model.get("factors", [])},
            interactions=model.get("interactions", ()),
        )
        means = expected["ls_means"]
        for position, group in enumerate(means["level"]):
            found = least_squares_mean(fit, group, level=level)
            what = f"{name} {group}"
            comparison.check("estimate", what, found.value, means["estimate"][position])
            comparison.check("error", what, found.standard_error, means["se"][position])
            comparison.check("count", what, found.degrees_of_freedom, means["df"][position])
            comparison.check("limit", what, found.lower, means["lower"][position])
            comparison.check("limit", what, found.upper, means["upper"][position])
        differences = {key: as_list(value) for key, value in expected["vs_reference"].items()}
        check_differences(comparison, name, fit, differences, level)
        for position, contrast in enumerate(differences["contrast"]):
            test = least_squares_difference(fit, *contrast.split(" - ")).test
            comparison.check("statistic", name, test.statistic, differences["t"][position])
            comparison.check("count", name, test.degrees_of_freedom, differences["df"][position])
        comparison.check(
            "error", f"{name} sigma", fit.residual_standard_deviation, expected["sigma"]
        )
        term = expected["type3"]["term"].index(given["factor"])
        test = group_test(fit)
        comparison.check("statistic", f"{name} F", test.statistic, expected["type3"]["F"][term])
        comparison.check("p_value", f"{name} F", test.p_value, expected["type3"]["p"][term])
    comparison.finish((3 + 3 + 2) * 5 + (2 + 2 + 1) * (5 + 2) + 3 * 3)


def curve_of(case: Case, folder: Path, *, reverse: bool = False) -> SurvivalCurve:
    given = case["input"]
    if "data_file" not in given:
        event = [1 - status if reverse else status for status in given["status"]]
        return kaplan_meier(given["time"], event, given.get("entry"))
    rows = rows_of(folder, given["data_file"])
    if given["subset"] is not None:
        found = re.fullmatch(r"(\w+)=='?([^']+)'?", given["subset"])
        assert found is not None, given["subset"]
        rows = [row for row in rows if row[found[1]] == found[2]]
    columns = given["columns"]
    status = [int(row[columns["status_col"]]) for row in rows]
    time = [float(row[columns["time_col"]]) for row in rows]
    return kaplan_meier(time, [1 - one for one in status] if reverse else status)


def test_kaplan_meier_curves(cases: Cases, folder: Path) -> None:
    """17 cases: participants and events of each; at-risk, events, censored, survival, error where given."""
    comparison = Comparison()
    for case in cases("survival", "kaplan_meier"):
        expected, name = case["expected"], case["id"]
        curve = curve_of(case, folder)
        comparison.check("count", f"{name} n", curve.number, expected["n"])
        comparison.check("count", f"{name} events", curve.events.sum(), expected["events"])
        if "curve" in expected:
            points = expected["curve"]
            comparison.check_all("time", f"{name} time", curve.time, points["time"])
            comparison.check_all("count", f"{name} at risk", curve.at_risk, points["n_risk"])
            comparison.check_all("count", f"{name} events", curve.events, points["n_event"])
            comparison.check_all("count", f"{name} censored", curve.censored, points["n_censor"])
            comparison.check_all("estimate", f"{name} survival", curve.survival, points["surv"])
            errors = [None if np.isnan(error) else error for error in curve.standard_error]
            comparison.check_all("error", f"{name} error", errors, points["se_greenwood"])
    comparison.finish(17 * 2 + 6 * 80)


def test_kaplan_meier_quantiles_under_five_transforms(cases: Cases, folder: Path) -> None:
    """17 cases, 5 transforms: quartiles and median with limits; and the reverse curve's median."""
    comparison = Comparison()
    for case in cases("survival", "kaplan_meier"):
        expected, name = case["expected"], case["id"]
        level, curve = case["params"]["conf_level"], curve_of(case, folder)
        for key, transform in TRANSFORMS.items():
            reference = expected[f"quantiles_{key}"]
            for position, probability in enumerate(reference["prob"]):
                found = survival_quantile(curve, probability, level=level, transform=transform)
                what = f"{name} {transform} {probability}"
                comparison.check("time", what, found.value, reference["estimate"][position])
                comparison.check("time", f"{what} lower", found.lower, reference["lower"][position])
                comparison.check("time", f"{what} upper", found.upper, reference["upper"][position])
        if "reverse_km_median" in expected:
            reference = expected["reverse_km_median"]
            found = survival_quantile(curve_of(case, folder, reverse=True), level=level)
            comparison.check("time", f"{name} reverse", found.value, reference["estimate"])
            comparison.check("time", f"{name} reverse lower", found.lower, reference["lower"])
            comparison.check("time", f"{name} reverse upper", found.upper, reference["upper"])
    comparison.finish(17 * 5 * 3 * 3 + 16 * 3)


def test_kaplan_meier_survival_at_times_under_five_transforms(cases: Cases, folder: Path) -> None:
    """17 cases, 5 transforms: numbers at risk, survival, Greenwood's error, and limits at given times."""
    comparison = Comparison()
    for case in cases("survival", "kaplan_meier"):
        expected, name = case["expected"], case["id"]
        level, curve = case["params"]["conf_level"], curve_of(case, folder)
        for key, transform in TRANSFORMS.items():
            reference = {
                part: as_list(values) for part, values in expected[f"surv_at_{key}"].items()
            }
            at_risk = number_at_risk(curve, reference["time"])
            comparison.check_all("count", f"{name} at risk", at_risk, reference["n_risk"])
            found = [
                survival_at(curve, time, level=level, transform=transform, extend=True)
                for time in reference["time"]
            ]
            what = f"{name} {transform}"
            comparison.check_all("estimate", what, [one.value for one in found], reference["surv"])
            comparison.check_all(
                "error", what, [one.standard_error for one in found], reference["se"]
            )
            comparison.check_all("limit", what, [one.lower for one in found], reference["lower"])
            comparison.check_all("limit", what, [one.upper for one in found], reference["upper"])
    comparison.finish(5 * 5 * 51)


def test_event_rates_with_exact_limits(cases: Cases) -> None:
    """7 cases: the rate and Garwood's limits."""
    comparison = Comparison()
    for case in cases("rates_glm", "one_rate"):
        given, expected = case["input"], case["expected"]
        found = rate.event_rate(
            given["events"], given["exposure"], level=case["params"]["conf_level"], interval="exact"
        )
        comparison.check("estimate", case["id"], found.value, expected["rate"])
        check_limits(comparison, case["id"], found, expected["exact_garwood"])
    comparison.finish(7 * 3)
