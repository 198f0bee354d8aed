"""Survival statistics that textbooks and papers print, to the digits they print."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.reference.tolerance import half_unit

from topline.stats.cox import cox
from topline.stats.log_rank import log_rank
from topline.stats.survival import kaplan_meier, survival_at, survival_quantile

PUBLISHED = tomllib.loads(
    (Path(__file__).parent / "published_survival.toml").read_text(encoding="utf-8")
)


def observations(text: str) -> tuple[list[float], list[int]]:
    """Read times, of which those with "+" are censorings."""
    words = text.split()
    return [float(word.rstrip("+")) for word in words], [int("+" not in word) for word in words]


def groups_of(name: str) -> tuple[list[float], list[int], list[str]]:
    times: list[float] = []
    events: list[int] = []
    members: list[str] = []
    for group, text in PUBLISHED["data"][name].items():
        if group != "source":
            more, happened = observations(text)
            times, events, members = times + more, events + happened, members + [group] * len(more)
    return times, events, members


def as_printed(number: float | None, printed: str) -> bool:
    # The last digit of a printed table may have been rounded half up or half to even.
    return number == pytest.approx(float(printed), abs=half_unit(printed) * 1.001)


def named(case: dict[str, Any]) -> str:
    return " ".join(str(case[key]) for key in ("data", "group", "ties") if key in case)


@pytest.mark.parametrize("case", PUBLISHED["curve"], ids=named)
def test_a_printed_curve(case: dict[str, Any]) -> None:
    curve = kaplan_meier(*observations(PUBLISHED["data"][case["data"]][case["group"]]))
    for time, printed in case["survival"].items():
        assert as_printed(survival_at(curve, float(time)).value, printed), time
    for time, printed in case.get("standard_error", {}).items():
        assert as_printed(survival_at(curve, float(time)).standard_error, printed), time
    if "median" in case:
        assert survival_quantile(curve).value == float(case["median"])


@pytest.mark.parametrize("case", PUBLISHED["test"], ids=named)
def test_a_printed_comparison(case: dict[str, Any]) -> None:
    times, events, members = groups_of(case["data"])
    for weight, printed in case["statistic"].items():
        found = log_rank(times, events, members, weight=weight)
        assert as_printed(found.test.statistic, printed), weight
    for group, printed in case["expected"].items():
        assert as_printed(float(found.expected[found.groups.index(group)]), printed), group


@pytest.mark.parametrize("case", PUBLISHED["regression"], ids=named)
def test_a_printed_regression(case: dict[str, Any]) -> None:
    times, events, members = groups_of(case["data"])
    fit = cox(times, events, [member == case["group"] for member in members], ties=case["ties"])
    assert as_printed(float(fit.coefficients[0]), case["coefficient"])
    assert as_printed(float(fit.standard_errors[0]), case["standard_error"])
    assert as_printed(fit.hazard_ratios[0].value, case["hazard_ratio"])
    if "deviance" in case:
        assert as_printed(-2 * fit.log_likelihood, case["deviance"])
        assert as_printed(-2 * fit.log_likelihood_null, case["deviance_null"])
