"""Proportions as papers, textbooks and manuals print them, within half a unit of the last printed digit."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.reference.tolerance import half_unit

from topline.stats.contingency import (
    cochran_armitage_test,
    cochran_mantel_haenszel_test,
    pearson_test,
)
from topline.stats.estimate import Estimate, Test
from topline.stats.exact_tables import conditional_odds_ratio, fisher_test
from topline.stats.freeman_halton import freeman_halton_test
from topline.stats.paired_proportions import mcnemar_test, paired_difference
from topline.stats.proportion import INTERVALS, proportion
from topline.stats.proportion_tests import proportion_test
from topline.stats.risk_difference import INTERVALS as DIFFERENCES
from topline.stats.risk_difference import risk_difference
from topline.stats.stratified_tables import (
    cochran_mantel_haenszel,
    common_odds_ratio,
    homogeneity_test,
)
from topline.stats.unconditional_tests import unconditional_test

CASES: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("published_proportions.toml").read_text(encoding="utf-8")
)


def agrees(found: float | None, printed: str) -> bool:
    assert found is not None
    # A hair beyond half a unit, for a number that lies in the middle.
    return abs(found - float(printed)) <= half_unit(printed) * (1 + 1e-9)


def check(found: Estimate, printed: list[str]) -> None:
    assert agrees(found.lower, printed[0]), (found, printed)
    assert agrees(found.upper, printed[1]), (found, printed)


@pytest.mark.parametrize("case", CASES["one"], ids=lambda case: f"{case['count']}/{case['number']}")
def test_intervals_of_one_proportion(case: dict[str, Any]) -> None:
    named = sorted(set(case) & set(INTERVALS))
    assert len(named) >= 5
    for name in named:
        check(proportion(case["count"], case["number"], interval=name), case[name])


@pytest.mark.parametrize("case", CASES["difference"], ids=lambda case: str(case["table"]))
def test_intervals_of_a_difference(case: dict[str, Any]) -> None:
    named = sorted(set(case) & set(DIFFERENCES))
    assert len(named) >= 5
    for name in named:
        check(risk_difference(*case["table"], interval=name), case[name])


# Penicillin in rabbits by dose: cured and not, injected at once and after a delay.
RABBITS = ([0, 3, 6, 5, 2], [6, 6, 6, 6, 2], [0, 0, 2, 6, 5], [5, 6, 6, 6, 5])
# Admissions to Berkeley 1973 by department: men and women admitted, of those who applied.
BERKELEY = (
    [512, 353, 120, 138, 53, 22],
    [825, 560, 325, 417, 191, 373],
    [89, 17, 202, 131, 94, 24],
    [108, 25, 593, 375, 393, 341],
)
JOBS = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]
SATISFACTION = (
    [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]],
    [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]],
)
SCORES: dict[str, Any] = {"row_scores": [3, 10, 20, 35], "column_scores": [1, 3, 4, 5]}
SMOKERS, PATIENTS = [83, 90, 129, 70], [86, 93, 136, 82]
AGRESTI = "Agresti, Categorical Data Analysis, 2nd edition (2002)"

TESTS: dict[str, tuple[Callable[[], Test], str | None, str]] = {
    # What is computed, the printed statistic and the printed p-value.
    f"tea tasting, one-sided: {AGRESTI}, section 3.5.2; R, example of fisher.test": (
        lambda: fisher_test(3, 4, 1, 4, sides="greater"),
        None,
        "0.2429",
    ),
    "tea tasting, two-sided: the same": (lambda: fisher_test(3, 4, 1, 4), None, "0.4857"),
    "criminal convictions of twins: R, example of fisher.test": (
        lambda: fisher_test(2, 17, 10, 13, sides="less"),
        None,
        "0.0004652",
    ),
    f"job satisfaction: {AGRESTI}, page 57; R, example of fisher.test": (
        lambda: freeman_halton_test(JOBS),
        None,
        "0.7827",
    ),
    "Mendel's peas: Conover, Practical Nonparametric Statistics (1971), page 97; R, example of binom.test": (
        lambda: proportion_test(682, 925, 0.75),
        None,
        "0.3825",
    ),
    "vaccine: Mehta, Senchaudhuri, Conditional versus unconditional exact tests (2003), Barnard": (
        lambda: unconditional_test(7, 15, 12, 15, sides="less"),
        None,
        "0.0341",
    ),
    "vaccine: the same, Fisher": (
        lambda: fisher_test(7, 15, 12, 15, sides="less"),
        None,
        "0.0641",
    ),
    f"approval of the prime minister: {AGRESTI}, section 10.1": (
        lambda: mcnemar_test(86, 150),
        "17.36",
        "0.00003",
    ),
    "smokers in four groups: Fleiss; R, example of prop.test": (
        lambda: pearson_test([[a, b - a] for a, b in zip(SMOKERS, PATIENTS, strict=True)]),
        "12.600",
        "0.005585",
    ),
    "smokers, trend: R, example of prop.trend.test": (
        lambda: cochran_armitage_test(SMOKERS, PATIENTS),
        "8.2249",
        "0.004132",
    ),
    "smokers, last group against the rest: R, example of prop.trend.test": (
        lambda: cochran_armitage_test(SMOKERS, PATIENTS, [0, 0, 0, 1]),
        "12.173",
        "0.0004848",
    ),
    "rabbits: Agresti, Categorical Data Analysis (1990), pages 231–237; R, example of mantelhaen.test": (
        lambda: cochran_mantel_haenszel(*RABBITS, corrected=True),
        "3.9286",
        "0.04747",
    ),
    "rabbits, exact: R, example of mantelhaen.test": (
        lambda: fisher_test(*RABBITS),
        "16",
        "0.03994",
    ),
    "Berkeley: R, example of mantelhaen.test": (
        lambda: cochran_mantel_haenszel(*BERKELEY, corrected=True),
        "1.4269",
        "0.2323",
    ),
    "Berkeley, homogeneity: R package DescTools": (
        lambda: homogeneity_test(*BERKELEY),
        "18.826",
        "0.002071",
    ),
    f"satisfaction by sex, general association: {AGRESTI}, section 7.5; R, example of mantelhaen.test": (
        lambda: cochran_mantel_haenszel_test(SATISFACTION),
        "10.2001",
        "0.3345",
    ),
    f"satisfaction by sex, row mean scores: {AGRESTI}, section 7.5": (
        lambda: cochran_mantel_haenszel_test(SATISFACTION, test="row_mean_scores", **SCORES),
        "9.0342",
        "0.0288",
    ),
    f"satisfaction by sex, correlation: {AGRESTI}, section 7.5": (
        lambda: cochran_mantel_haenszel_test(SATISFACTION, test="correlation", **SCORES),
        "6.1563",
        "0.0131",
    ),
}


@pytest.mark.parametrize("name", TESTS)
def test_printed_tests(name: str) -> None:
    compute, statistic, probability = TESTS[name]
    found = compute()
    if statistic is not None:
        assert agrees(found.statistic, statistic), (found, statistic)
    assert agrees(found.p_value, probability), (found, probability)


def test_the_interval_of_mendels_peas() -> None:
    """R, example of binom.test."""
    check(proportion(682, 925, interval="clopper_pearson"), ["0.7076683", "0.7654066"])


def test_common_odds_ratios() -> None:
    """R, example of mantelhaen.test, for rabbits and Berkeley."""
    rabbits, berkeley = common_odds_ratio(*RABBITS), common_odds_ratio(*BERKELEY)
    assert agrees(rabbits.value, "7.0000")
    check(rabbits, ["1.026713", "47.725133"])
    assert agrees(berkeley.value, "0.9046968")
    check(berkeley, ["0.7719074", "1.0603298"])


def test_conditional_odds_ratios() -> None:
    """R, example of fisher.test, whose root finder stops after four to five digits."""
    assert conditional_odds_ratio(3, 4, 1, 4).value == pytest.approx(6.408309, rel=1e-5)
    assert conditional_odds_ratio(2, 17, 10, 13).value == pytest.approx(0.04693661, rel=1e-5)


def test_the_change_of_approval() -> None:
    """Agresti, Categorical Data Analysis, 2nd edition (2002), section 10.1: 0.04 with standard error 0.0095."""
    found = paired_difference(794, 150, 86, 570, interval="wald")
    assert agrees(found.value, "0.0400")
    assert agrees(found.standard_error, "0.0095")
    check(found, ["0.02", "0.06"])
