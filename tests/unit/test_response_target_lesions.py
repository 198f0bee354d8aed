"""Target lesions by RECIST 1.1: sums, nadir, thresholds, and what is missing."""

from decimal import Decimal

import pytest
from tests.unit.response_timelines import Size, day, evaluated, overall, participant, seen

from topline.trial.response.assessments import Participant, TargetFinding
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Response, TargetCall
from topline.trial.response.rules import ResponseRules

RECIST = CRITERIA["recist1.1"]


def responses(who: Participant, rules: ResponseRules | None = None) -> list[tuple[str, TargetCall]]:
    found = evaluated(RECIST, who, rules)
    calls = [one.target for one in found.time_points if one.target is not None]
    return [(str(call.response), call) for call in calls]


def named(sizes: list[Size], rules: ResponseRules | None = None) -> list[str]:
    """The target responses of one lesion, first size at baseline, then every 6 weeks."""
    points = [seen(6 * place, size) for place, size in enumerate(sizes)]
    return [name for name, _ in responses(participant(*points), rules)]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        # Eisenhauer 2009, section 4.3.1, at its thresholds and one step beyond each
        ([100, 70], ["PR"]),
        ([100, "70.1"], ["SD"]),
        ([100, 100], ["SD"]),
        ([100, "119.9"], ["SD"]),
        ([100, 120], ["PD"]),
        ([100, 0], ["CR"]),
        # 20 % of 20 mm are 4 mm: the 5 mm decide
        ([20, 24], ["SD"]),
        ([20, "24.9"], ["SD"]),
        ([20, 25], ["PD"]),
        # against the smallest sum so far, not against baseline
        ([100, 40, 55], ["PR", "PD"]),
        ([100, 50, 60], ["PR", "PD"]),
        ([100, 50, 59], ["PR", "PR"]),
        # baseline is the nadir where nothing was smaller
        ([100, 110, 120], ["SD", "PD"]),
        # after progression the nadir stays
        ([100, 50, 70, 58], ["PR", "PD", "PR"]),
        # too small to measure counts as 5 mm, and is not gone
        ([100, "small"], ["PR"]),
        ([6, "small"], ["SD"]),
        ([100, None], ["NE"]),
        ([100, None, 120], ["NE", "PD"]),
    ],
)
def test_one_lesion(sizes: list[Size], expected: list[str]) -> None:
    assert named(sizes) == expected


def test_sums_are_exact_in_decimal() -> None:
    # 0.1 + 0.2 is not 0.3 in binary: three lesions of 23.1 must be 70 % of three of 33
    at_baseline = seen(0, {name: 33 for name in ("T01", "T02", "T03")})
    later = seen(6, {name: "23.1" for name in ("T01", "T02", "T03")})
    assert [name for name, _ in responses(participant(at_baseline, later))] == ["PR"]


@pytest.mark.parametrize(
    ("node", "expected"),
    [("9.9", "CR"), (10, "PR"), (0, "CR"), (22, "SD"), (23, "PD"), ("small", "CR")],
)
def test_a_node_is_gone_below_10_mm(node: Size, expected: str) -> None:
    who = participant(seen(0, nodes={"T01": 18}), seen(6, nodes={"T01": node}))
    assert [name for name, _ in responses(who)] == [expected]


def test_complete_response_with_normal_nodes_needs_no_sum_of_zero() -> None:
    who = participant(
        seen(0, {"T01": 30}, nodes={"T02": 20}), seen(6, {"T01": 0}, nodes={"T02": 9})
    )
    ((name, call),) = responses(who)
    assert (name, call.total) == ("CR", Decimal(9))
    assert call.reason == "all target lesions are gone or normal nodes below 10 mm (sum 9 mm)"


def test_complete_response_is_asked_for_before_progression() -> None:
    # two normal nodes that grow from 5 to 9 mm: 80 % and 8 mm above nadir, and still normal
    who = participant(
        seen(0, nodes={"T01": 20, "T02": 20}),
        seen(6, nodes={"T01": 5, "T02": 5}),
        seen(12, nodes={"T01": 9, "T02": 9}),
    )
    assert [name for name, _ in responses(who)] == ["CR", "CR"]


class TestMissingLesions:
    def test_a_lesion_not_measured_makes_it_not_evaluable(self) -> None:
        who = participant(seen(0, {"T01": 30, "T02": 20}), seen(6, {"T01": 10}))
        ((name, call),) = responses(who)
        assert name == "NE"
        assert call.reason == (
            "not measured: T02; what was measured is no progression "
            "(sum 10 mm is 80 % and 40 mm below nadir 50 mm of 2021-01-04)"
        )

    def test_nor_is_it_complete_where_the_others_are_gone(self) -> None:
        who = participant(seen(0, {"T01": 30, "T02": 20}), seen(6, {"T01": 0}))
        assert [name for name, _ in responses(who)] == ["NE"]

    def test_unless_what_was_measured_has_progressed(self) -> None:
        # the guideline's own example (section 4.4.3): baseline 50 mm, two of three lesions 80 mm
        who = participant(
            seen(0, {"T01": 20, "T02": 20, "T03": 10}), seen(6, {"T01": 40, "T02": 40})
        )
        ((name, call),) = responses(who)
        assert name == "PD"
        assert call.reason == (
            "sum 80 mm is 60 % and 30 mm above nadir 50 mm of 2021-01-04, even without T03"
        )

    def test_an_incomplete_sum_is_no_nadir(self) -> None:
        who = participant(
            seen(0, {"T01": 30, "T02": 20}),
            seen(6, {"T01": 20}),
            seen(12, {"T01": 25, "T02": 20}),
        )
        found = responses(who)
        assert [name for name, _ in found] == ["NE", "SD"]
        assert (found[1][1].nadir, found[1][1].nadir_date) == (Decimal(50), day(0))

    def test_an_incomplete_sum_has_no_change(self) -> None:
        who = participant(seen(0, {"T01": 30, "T02": 20}), seen(6, {"T01": 20}))
        ((_, call),) = responses(who)
        assert (call.total, call.change, call.percent_change) == (Decimal(20), None, None)
        assert (call.nadir_change, call.percent_nadir_change) == (None, None)

    def test_a_lesion_not_measured_at_baseline_leaves_nothing_to_compare_with(self) -> None:
        who = participant(seen(0, {"T01": 30, "T02": None}), seen(6, {"T01": 30, "T02": 20}))
        found = evaluated(RECIST, who)
        ((name, call),) = responses(who)
        assert (name, call.reason) == ("NE", "sum 50 mm, but none at baseline")
        assert "target lesion T02 was not measured at baseline" in found.baseline.notes

    def test_a_lesion_that_was_no_target_at_baseline_is_said_and_not_added(self) -> None:
        who = participant(seen(0, {"T01": 30}), seen(6, {"T01": 30, "T09": 50}))
        ((name, call),) = responses(who)
        assert (name, call.total) == ("SD", Decimal(30))
        assert "T09 was no target lesion at baseline: not added" in call.reason


class TestReasons:
    def test_progression_after_response(self) -> None:
        found = responses(participant(seen(0, 100), seen(8, 40), seen(16, 55)))
        assert found[1][1].reason == (
            "sum 55 mm is 37.5 % and 15 mm above nadir 40 mm of 2021-03-01"
        )

    def test_a_percentage_below_a_threshold_never_looks_like_it(self) -> None:
        ((_, call),) = responses(participant(seen(0, 100), seen(6, "70.01")))
        assert "29.9 % below baseline 100 mm, less than 30 %" in call.reason

    def test_nadir_zero_has_no_percentage(self) -> None:
        rules = ResponseRules(after_complete="as_measured")
        found = responses(participant(seen(0, 30), seen(6, 0), seen(12, 5)), rules)
        assert found[1][1].reason == "sum 5 mm is 5 mm above nadir 0 mm of 2021-02-15"
        assert found[1][1].percent_nadir_change is None


class TestAfterCompleteResponse:
    def test_anything_back_is_progression(self) -> None:
        found = responses(participant(seen(0, 30), seen(6, 0), seen(12, 2)))
        assert [name for name, _ in found] == ["CR", "PD"]
        assert found[1][1].reason.startswith(
            "back after the complete response of 2021-02-15: T01 2 mm"
        )

    def test_or_sizes_decide_where_the_rules_say_so(self) -> None:
        rules = ResponseRules(after_complete="as_measured")
        assert named([30, 0, 4], rules) == ["CR", "PR"]
        assert named([30, 0, 5], rules) == ["CR", "PD"]

    def test_a_node_is_back_at_10_mm(self) -> None:
        who = participant(
            seen(0, nodes={"T01": 20}), seen(6, nodes={"T01": 8}), seen(12, nodes={"T01": 10})
        )
        assert [name for name, _ in responses(who)] == ["CR", "PD"]

    def test_a_lesion_back_where_other_lesions_had_stayed_is_as_measured(self) -> None:
        # EORTC: disappearing and reappearing is no progression unless the overall response was complete
        who = participant(
            seen(0, 30, others={"NT01": "present"}),
            seen(6, 0, others={"NT01": "present"}),
            seen(12, 4, others={"NT01": "present"}),
        )
        assert [name for name, _ in responses(who)] == ["CR", "PR"]


class TestKeptPartialResponse:
    def test_eortc_example(self) -> None:
        sizes: list[Size] = [100, 70, 70, 80, 80, 80]
        assert named(sizes) == ["PR", "PR", "SD", "SD", "SD"]
        rules = ResponseRules(partial_response_kept="assigned")
        assert named(sizes, rules) == ["PR"] * 5
        rules = ResponseRules(partial_response_kept="confirmed")
        assert named(sizes, rules) == ["PR"] * 5

    def test_only_a_confirmed_one_is_kept_where_asked(self) -> None:
        rules = ResponseRules(partial_response_kept="confirmed")
        assert named([100, 70, 80, 80], rules) == ["PR", "SD", "SD"]

    def test_progression_ends_it(self) -> None:
        rules = ResponseRules(partial_response_kept="assigned")
        assert named([100, 70, 84, 80], rules) == ["PR", "PD", "SD"]


class TestSplitAndMerged:
    def part(self, name: str, size: int, *of: str) -> TargetFinding:
        return TargetFinding(lesion=name, diameter=Decimal(size), stands_for=of)

    def judged(self, *findings: TargetFinding) -> TargetCall:
        at_baseline = seen(0, {"T01": 30, "T02": 20})
        later = seen(6)
        later = type(later)(date=later.date, targets=findings)
        ((_, call),) = responses(participant(at_baseline, later))
        return call

    def test_the_parts_of_a_split_lesion_add_up(self) -> None:
        call = self.judged(
            self.part("T01.1", 12, "T01"), self.part("T01.2", 10, "T01"), self.part("T02", 20)
        )
        assert (call.response, call.total, call.complete) == (
            Response.STABLE, Decimal(42), True,
        )  # fmt: skip
        assert "T01 split into T01.1 and T01.2" in call.reason

    def test_merged_lesions_have_one_diameter(self) -> None:
        call = self.judged(self.part("T01/T02", 35, "T01", "T02"))
        assert (call.response, call.total, call.complete) == (
            Response.PARTIAL, Decimal(35), True,
        )  # fmt: skip
        assert "T01 and T02 merged into T01/T02" in call.reason


class TestBaseline:
    def test_the_last_assessment_on_or_before_the_start(self) -> None:
        who = participant(seen(-3, 90), seen(-1, 100), seen(0, 110), seen(6, 77))
        found = evaluated(RECIST, who)
        assert found.baseline.date == day(0)
        assert overall(found, RECIST) == ["PR"]

    def test_older_than_4_weeks_is_noted(self) -> None:
        found = evaluated(RECIST, participant(seen(-5, 90), seen(6, 77)))
        assert found.baseline.notes == (
            "the baseline assessment is 35 days before the start, more than 4 weeks",
        )

    def test_none_means_not_evaluable(self) -> None:
        found = evaluated(RECIST, participant(seen(6, 77)))
        assert found.baseline.notes == ("there is no baseline assessment",)
        assert overall(found, RECIST) == ["NE"]

    def test_lesions_that_the_guideline_would_not_choose_are_noted(self) -> None:
        sizes: dict[str, Size] = {f"T0{place}": 12 for place in range(1, 6)}
        found = evaluated(RECIST, participant(seen(0, sizes | {"T06": 9}, nodes={"T07": 14})))
        assert found.baseline.notes == (
            "7 target lesions, more than 5",
            "target lesion T06: diameter 9 mm at baseline is below 10 mm, not measurable",
            "target lesion T07: short axis 14 mm at baseline is below 15 mm, not measurable",
        )

    def test_three_in_one_organ_are_noted(self) -> None:
        findings = tuple(
            TargetFinding(lesion=f"T0{place}", diameter=Decimal(12), location="LIVER")
            for place in range(1, 4)
        )
        at_baseline = type(seen(0))(date=day(0), targets=findings)
        found = evaluated(RECIST, participant(at_baseline))
        assert found.baseline.notes == ("3 target lesions in LIVER, more than 2",)

    def test_a_baseline_visit_after_the_start_is_taken_with_a_note(self) -> None:
        late = type(seen(0))(
            date=day(1), visit="BASELINE", targets=seen(0, 50).targets, baseline=True
        )
        found = evaluated(RECIST, participant(late, seen(6, 30)))
        assert overall(found, RECIST) == ["PR"]
        assert found.baseline.notes == (
            "the baseline assessment of 2021-01-11: is after the start 2021-01-04",
        )


def test_a_negative_diameter_cannot_be() -> None:
    with pytest.raises(ValueError, match="the diameter of T01 is negative: -1"):
        TargetFinding(lesion="T01", diameter=Decimal(-1))
