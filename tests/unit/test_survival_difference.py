"""Survival of two groups at a time: which way it is turned, and where there is none to compare."""

from pathlib import Path

import msgspec
import pytest
from tests.unit.command import Command

from topline.errors import UsageError
from topline.stats.curve_crossing import TRANSFORMS
from topline.stats.survival import SurvivalCurve, kaplan_meier, survival_at
from topline.stats.survival_difference import survival_difference, survival_difference_test

LONG = kaplan_meier([2, 3, 4, 4, 5, 7, 9], [1, 0, 1, 1, 0, 1, 0])
SHORT = kaplan_meier([1, 2, 2, 3, 5, 6, 6], [1, 1, 0, 1, 1, 0, 1])


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_more_survival_in_the_first_group_is_above_zero(transform: str) -> None:
    one, other = (survival_at(curve, 3).value for curve in (LONG, SHORT))
    assert one is not None
    assert other is not None
    assert survival_difference(LONG, SHORT, 3).value == one - other > 0
    forth = survival_difference_test(LONG, SHORT, 3, transform=transform)
    back = survival_difference_test(SHORT, LONG, 3, transform=transform)
    assert forth.statistic is not None
    assert forth.statistic > 0
    assert back.statistic == pytest.approx(-forth.statistic, rel=1e-12)
    greater = survival_difference_test(LONG, SHORT, 3, transform=transform, sides="greater")
    assert greater.p_value == pytest.approx((forth.p_value or 0) / 2, rel=1e-12)


def test_the_limits_hold_the_differences_that_the_plain_test_does_not_reject() -> None:
    found = survival_difference(LONG, SHORT, 3, level=0.9)
    for limit in (found.lower, found.upper):
        assert limit is not None
        test = survival_difference_test(LONG, SHORT, 3, null_value=limit)
        assert test.p_value == pytest.approx(0.1, rel=1e-9)


@pytest.mark.parametrize(
    ("first", "time", "reason"),
    [
        (LONG, 100, "in the first group: undefined: nobody was observed beyond 9"),
        (kaplan_meier([1, 2], [1, 1]), 3, "survival is 0"),
    ],
)
def test_what_a_group_does_not_tell_is_said(first: SurvivalCurve, time: float, reason: str) -> None:
    found = survival_difference(first, LONG, time)
    assert found.value is None
    assert reason in str(found.reason("value"))
    test = survival_difference_test(first, LONG, time)
    assert test.statistic is None
    assert reason in str(test.reason("p_value"))


def test_no_event_yet_leaves_no_variance_and_no_number_on_most_scales() -> None:
    quiet = kaplan_meier([5, 6], [0, 0])
    found = survival_difference(quiet, LONG, 1)
    assert (found.value, found.standard_error, found.lower) == (0, 0, None)
    assert survival_difference_test(quiet, LONG, 1).p_value is None
    assert survival_difference_test(quiet, LONG, 4, transform="log").p_value is not None
    assert "survival is 1" in str(
        survival_difference_test(quiet, LONG, 4, transform="log-log").reason("p_value")
    )


def test_a_margin_is_a_difference_of_survival_itself() -> None:
    with pytest.raises(UsageError, match="a difference of 0, or the plain scale"):
        survival_difference_test(LONG, SHORT, 3, transform="logit", null_value=0.1)
    with pytest.raises(UsageError, match="transform"):
        survival_difference_test(LONG, SHORT, 3, transform="cube")


def test_the_command_compares_every_group_with_the_reference(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = Path(__file__).parents[1] / "reference" / "commands" / "aml.csv"
    words = "--time time --event status --by x --at 12 --transform plain --reference Nonmaintained"
    ran = Command(capsys)("stat", "km", "--data", file, *words.split(), "--json")
    assert (ran.code, ran.err) == (0, "")
    found = {one["name"]: one for one in msgspec.json.decode(ran.out)["results"]}
    # R, as in the reference values.
    name = "Maintained - Nonmaintained: survival at 12"
    assert found[name]["value"] == pytest.approx(0.325757575757576, rel=1e-12)
    assert found[f"{name}, test"]["p_value"] == pytest.approx(0.0505951847450874, rel=1e-10)
