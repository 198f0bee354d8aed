"""The statistics give the numbers of other software; see ``statistics.toml`` for each source."""

import math
import tomllib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.reference.tolerance import Comparison, Kind

from topline.stats import proportion, rate
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
from topline.stats.quantile import DEFINITIONS, quantiles
from topline.stats.survival import kaplan_meier, number_at_risk, survival_at, survival_quantile
from topline.stats.survival_difference import survival_difference, survival_difference_test

Case = dict[str, Any]  # parsed TOML: its shape differs by family

CASES: dict[str, list[Case]] = tomllib.loads(
    (Path(__file__).parent / "statistics.toml").read_text(encoding="utf-8")
)


def of(family: str) -> pytest.MarkDecorator:
    cases = CASES[family]
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def compare(kind: Kind, found: float | None, expected: float | str) -> None:
    """Compare with a number as software prints it, or with "not reached"."""
    if expected == "not reached":
        assert found is None
    else:
        comparison = Comparison()
        comparison.check(kind, "number", found, expected)
        comparison.finish(1)


def compare_limits(
    lower: float | None, upper: float | None, expected: Sequence[float | str], kind: Kind = "limit"
) -> None:
    compare(kind, lower, expected[0])
    compare(kind, upper, expected[1])


def test_every_case_says_where_its_numbers_come_from() -> None:
    for cases in CASES.values():
        for case in cases:
            assert case["software"], case["name"]
            assert case["command"], case["name"]


@of("proportion")
def test_proportion(case: Case) -> None:
    named = [name for name in proportion.INTERVALS if name in case]
    assert named
    for name in named:
        found = proportion.proportion(
            case["count"], case["number"], level=case["level"], interval=name
        )
        compare("estimate", found.value, case["value"])
        compare_limits(found.lower, found.upper, case[name])


def test_every_interval_of_a_proportion_has_reference_values() -> None:
    assert set(proportion.INTERVALS) <= {name for case in CASES["proportion"] for name in case}


@of("mean")
def test_mean(case: Case) -> None:
    summary = summarize(case["values"])
    compare("estimate", summary.mean, case["mean"])
    compare("error", summary.standard_deviation, case["standard_deviation"])
    check_mean_inference(summary, case)
    if "geometric_mean" in case:
        found = geometric_mean(case["values"], level=case["level"])
        compare("estimate", found.estimate.value, case["geometric_mean"])
        compare_limits(found.estimate.lower, found.estimate.upper, case["geometric_limits"])
        assert found.coefficient_of_variation is not None
        compare("error", 100 * found.coefficient_of_variation, case["geometric_variation_percent"])


@of("mean_from_summary")
def test_mean_from_summary(case: Case) -> None:
    summary = MeanSummary(
        number=case["number"], mean=case["mean"], standard_deviation=case["standard_deviation"]
    )
    check_mean_inference(summary, case)


def check_mean_inference(summary: MeanSummary, case: Case) -> None:
    found = arithmetic_mean(summary, level=case["level"])
    test = one_sample_t_test(summary, null_value=case["null_value"])
    compare("error", found.standard_error, case["standard_error"])
    compare_limits(found.lower, found.upper, case["limits"])
    compare("statistic", test.statistic, case["statistic"])
    compare("count", test.degrees_of_freedom, case["degrees_of_freedom"])
    compare("p_value", test.p_value, case["p_value"])


@of("pairs")
def test_pairs(case: Case) -> None:
    summary = summarize_pairs(case["first"], case["second"])
    found = arithmetic_mean(summary, level=case["level"])
    test = paired_t_test(case["first"], case["second"])
    compare("estimate", found.value, case["mean"])
    compare("error", summary.standard_deviation, case["standard_deviation"])
    compare_limits(found.lower, found.upper, case["limits"])
    compare("statistic", test.statistic, case["statistic"])
    compare("count", test.degrees_of_freedom, case["degrees_of_freedom"])
    compare("p_value", test.p_value, case["p_value"])


@of("quartiles")
@pytest.mark.parametrize("definition", DEFINITIONS)
def test_quartiles(case: Case, definition: str) -> None:
    found = quantiles(case["values"], (0.25, 0.5, 0.75), definition=definition)
    for one, expected in zip(found, case[definition], strict=True):
        compare("estimate", one, expected)


@of("one_way")
def test_one_way(case: Case) -> None:
    groups: dict[str, list[float]] = case["groups"]
    fit = fit_groups(
        [value for values in groups.values() for value in values],
        [name for name, values in groups.items() for _ in values],
    )
    test = group_test(fit)
    compare("statistic", test.statistic, case["f_statistic"])
    compare("count", test.degrees_of_freedom, case["f_degrees_of_freedom"][0])
    compare("count", test.denominator_degrees_of_freedom, case["f_degrees_of_freedom"][1])
    compare("p_value", test.p_value, case["f_p_value"])
    assert fit.residual_standard_deviation is not None
    compare("estimate", fit.residual_standard_deviation**2, case["mean_square"])
    for expected in case["differences"]:
        found = least_squares_difference(
            fit, expected["first"], expected["second"], level=case["level"]
        )
        compare("estimate", found.estimate.value, expected["estimate"])
        compare("error", found.estimate.standard_error, expected["standard_error"])
        compare_limits(found.estimate.lower, found.estimate.upper, expected["limits"])
        compare("p_value", found.test.p_value, expected["p_value"])


@of("survival_difference")
def test_survival_difference(case: Case) -> None:
    first, second = (kaplan_meier(**case[group]) for group in ("first", "second"))
    for point in case["at"]:
        found = survival_difference(first, second, point["time"], level=case["level"])
        compare("estimate", found.value, point["estimate"])
        compare("error", found.standard_error, point["standard_error"])
        compare_limits(found.lower, found.upper, point["limits"])
        for transform, statistic in point["statistics"].items():
            test = survival_difference_test(first, second, point["time"], transform=transform)
            compare("statistic", test.statistic, statistic)
            compare("p_value", test.p_value, point["p_values"][transform])


@of("survival")
def test_survival(case: Case) -> None:
    curve = kaplan_meier(case["time"], case["event"], case.get("entry"))
    for transform, expected in case.get("quantiles", {}).items():
        for probability, (value, lower, upper) in zip((0.25, 0.5, 0.75), expected, strict=True):
            found = survival_quantile(curve, probability, level=case["level"], transform=transform)
            compare("time", found.value, value)
            compare_limits(found.lower, found.upper, (lower, upper), "time")
    for point in case["at"]:
        at_risk = number_at_risk(curve, [point["time"]])
        compare("count", int(at_risk[0]), point["at_risk"])
        found = survival_at(curve, point["time"])
        compare("estimate", found.value, point["survival"])
        compare("error", found.standard_error, point["standard_error"])
        for transform, limits in point.get("limits", {}).items():
            found = survival_at(curve, point["time"], level=case["level"], transform=transform)
            compare_limits(found.lower, found.upper, limits)


@of("rate")
def test_rate(case: Case) -> None:
    found = rate.event_rate(case["events"], case["person_time"], level=case["level"])
    compare("estimate", found.value, case["value"])
    compare_limits(found.lower, found.upper, case["exact"])


def test_kaplan_meier_by_exact_fractions() -> None:
    """Survival and Greenwood's variance in rational arithmetic, written from the formulas and nothing else."""
    time = [1, 2, 2, 3, 5, 8, 8, 9, 11, 14]
    event = [1, 1, 0, 1, 1, 0, 1, 1, 1, 0]
    curve = kaplan_meier(time, event)
    survival, total = Fraction(1), Fraction(0)
    for position, when in enumerate(sorted(set(time))):
        at_risk = sum(other >= when for other in time)
        deaths = sum(
            other == when and happened for other, happened in zip(time, event, strict=True)
        )
        survival *= 1 - Fraction(deaths, at_risk)
        total += Fraction(deaths, at_risk * (at_risk - deaths))
        assert curve.survival[position] == pytest.approx(float(survival), rel=1e-15)
        assert curve.standard_error[position] == pytest.approx(
            float(survival) * math.sqrt(total), rel=1e-14
        )
    assert position == curve.time.size - 1


def test_adjusted_means_by_exact_fractions() -> None:
    """An unbalanced model with a covariate and a factor, by the normal equations in rational arithmetic."""
    response = [3, 5, 4, 8, 9, 7, 12, 10, 6, 11, 2]
    group = ["a", "a", "a", "a", "b", "b", "b", "b", "c", "c", "c"]
    baseline = [1, 2, 2, 5, 3, 1, 6, 4, 2, 7, 0]
    site = ["x", "y", "x", "z", "x", "y", "z", "z", "y", "x", "y"]
    levels = [("b", "c"), ("y", "z")]
    rows = [
        [1, *(g == one for one in levels[0]), z, *(s == one for one in levels[1])]
        for g, z, s in zip(group, baseline, site, strict=True)
    ]
    design = [[Fraction(int(entry)) for entry in row] for row in rows]
    inverse = invert(
        [
            [sum((row[i] * row[j] for row in design), Fraction(0)) for j in range(6)]
            for i in range(6)
        ]
    )
    moments = [sum(row[i] * y for row, y in zip(design, response, strict=True)) for i in range(6)]
    solution = [sum(a * b for a, b in zip(line, moments, strict=True)) for line in inverse]
    fitted = [sum(a * b for a, b in zip(row, solution, strict=True)) for row in design]
    squares = sum((y - f) ** 2 for y, f in zip(response, fitted, strict=True))
    mean_square = squares / (len(response) - 6)

    fit = fit_groups(response, group, covariates={"baseline": baseline}, factors={"site": site})
    assert fit.degrees_of_freedom == 5
    for margins, weights in (
        ("balanced", [Fraction(1, 3)] * 2),
        ("observed", [Fraction(site.count(one), 11) for one in levels[1]]),
    ):
        for name in ("a", "b", "c"):
            row = [Fraction(1), *(Fraction(name == one) for one in levels[0])]
            row += [Fraction(sum(baseline), 11), *weights]
            value = sum(a * b for a, b in zip(row, solution, strict=True))
            variance = sum(row[i] * inverse[i][j] * row[j] for i in range(6) for j in range(6))
            found = least_squares_mean(fit, name, margins=margins)  # type: ignore[arg-type]  # literal in a tuple
            assert found.value == pytest.approx(float(value), rel=1e-13)
            assert found.standard_error == pytest.approx(
                math.sqrt(variance * mean_square), rel=1e-13
            )


def invert(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    size = len(matrix)
    work = [[*row, *(Fraction(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = next(row for row in range(column, size) if work[row][column] != 0)
        work[column], work[pivot] = work[pivot], work[column]
        work[column] = [entry / work[column][column] for entry in work[column]]
        for row in range(size):
            if row != column:
                factor = work[row][column]
                work[row] = [a - factor * b for a, b in zip(work[row], work[column], strict=True)]
    return [row[size:] for row in work]


def test_quantiles_do_not_go_by_rounding_noise() -> None:
    """Of 100, the 7th percentile by definition 2 is the mean of the 7th and 8th: 0.07 × 100 is exactly 7."""
    values = np.arange(1, 101)
    assert 0.07 * 100 != 7
    assert 0.57 * 100 != 57
    assert quantiles(values, (0.07, 0.57)) == (7.5, 57.5)
