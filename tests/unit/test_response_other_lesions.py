"""Non-target and new lesions by RECIST 1.1."""

from decimal import Decimal

import pytest
from tests.unit.response_timelines import evaluated, overall, participant, seen

from topline.trial.response.assessments import (
    Assessment,
    NonTargetFinding,
    State,
)
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Call, NewLesionCall
from topline.trial.response.responses import Response as R
from topline.trial.response.rules import ResponseRules

RECIST = CRITERIA["recist1.1"]
BASE = {"NT01": "present", "NT02": "present"}


def non_target(**states: str) -> Call:
    """The response of two non-target lesions after 6 weeks."""
    who = participant(seen(0, 100, others=BASE), seen(6, 100, others=states))
    (point,) = evaluated(RECIST, who).time_points
    assert point.non_target is not None
    return point.non_target


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("absent", "absent", "CR"),
        ("absent", "present", "NON-CR/NON-PD"),
        ("present", "increased", "NON-CR/NON-PD"),
        ("present", "equivocal", "NON-CR/NON-PD"),
        ("absent", "unequivocal", "PD"),
        ("absent", "not assessed", "NE"),
        ("unequivocal", "not assessed", "PD"),
    ],
)
def test_non_target_lesions(first: str, second: str, expected: str) -> None:
    assert non_target(NT01=first, NT02=second).response == expected


def test_a_lesion_left_out_was_not_assessed() -> None:
    call = non_target(NT01="absent")
    assert (call.response, call.reason) == (
        R.NOT_EVALUABLE,
        "non-target lesions not assessed: NT02",
    )


def test_a_normal_node_is_gone_and_a_larger_one_is_not() -> None:
    def node(week: float, size: int) -> Assessment:
        finding = NonTargetFinding(
            lesion="NT01",
            state=State.PRESENT,
            nodal=True,
            diameter=seen(0, size).targets[0].diameter,
        )
        return Assessment(date=seen(week).date, non_targets=(finding,))

    for size, expected in ((9, "CR"), (10, "NON-CR/NON-PD")):
        found = evaluated(RECIST, participant(node(0, 12), node(6, size)))
        assert overall(found, RECIST) == [expected]


def test_elevated_markers_keep_it_from_being_complete() -> None:
    who = participant(
        seen(0, others=BASE),
        seen(6, others={"NT01": "absent", "NT02": "absent"}, markers_elevated=True),
    )
    assert overall(evaluated(RECIST, who), RECIST) == ["NON-CR/NON-PD"]


def test_a_stated_response_is_taken_where_nothing_is_recorded_by_lesion() -> None:
    points = (seen(0, 100, others=BASE), seen(6, 100, stated_non_target=R.PROGRESSION))
    assert overall(evaluated(RECIST, participant(*points)), RECIST) == ["PD"]
    both = seen(6, 100, others=BASE, stated_non_target=R.PROGRESSION)
    assert overall(evaluated(RECIST, participant(points[0], both)), RECIST) == ["SD"]


class TestEquivocalFindings:
    def lesions(self, *states: str) -> list[str]:
        points = [seen(0, 100)]
        for place, state in enumerate(states):
            points.append(seen(6 * (place + 1), 100, new={"NEW01": state} if state else None))
        return overall(evaluated(RECIST, participant(*points)), RECIST)

    def test_a_new_lesion_counts_from_its_first_scan_once_confirmed(self) -> None:
        assert self.lesions("equivocal", "unequivocal") == ["PD", "PD"]
        assert self.lesions("equivocal", "", "equivocal", "present") == ["PD", "SD", "PD", "PD"]

    def test_and_not_at_all_otherwise(self) -> None:
        assert self.lesions("equivocal") == ["SD"]
        assert self.lesions("equivocal", "absent", "unequivocal") == ["SD", "SD", "PD"]

    def test_the_reason_says_so(self) -> None:
        who = participant(
            seen(0, 100),
            seen(6, 100, new={"NEW01": "equivocal"}),
            seen(12, 100, new={"NEW01": "unequivocal"}),
        )
        first, _ = evaluated(RECIST, who).time_points
        assert first.overall.reason == "new lesion NEW01, equivocal here and confirmed later"

    def test_non_target_progression_is_dated_back_as_well(self) -> None:
        points = (
            seen(0, 100, others={"NT01": "present"}),
            seen(6, 100, others={"NT01": "equivocal"}),
            seen(12, 100, others={"NT01": "unequivocal"}),
        )
        found = evaluated(RECIST, participant(*points))
        assert overall(found, RECIST) == ["PD", "PD"]
        assert found.time_points[0].overall.reason == (
            "unequivocal progression of NT01 (equivocal, confirmed later)"
        )


class TestNewLesions:
    def call(self, **new: str | tuple[str, int]) -> NewLesionCall:
        (point,) = evaluated(RECIST, participant(seen(0, 100), seen(6, 100, new=new))).time_points
        assert point.new_lesions is not None
        return point.new_lesions

    def test_what_is_there(self) -> None:
        assert self.call(NEW01="present").reason == "new lesion NEW01"
        assert self.call(NEW01=("unequivocal", 12), NEW02=("present", 8)) == NewLesionCall(
            present=True, reason="new lesions NEW01 12 mm, NEW02 8 mm", total=Decimal(20)
        )
        assert self.call(NEW01="equivocal").reason == "NEW01 equivocal, not confirmed later"
        assert self.call().reason == "no new lesion"

    def test_as_stated(self) -> None:
        for state, expected in ((State.UNEQUIVOCAL, "PD"), (State.EQUIVOCAL, "SD")):
            who = participant(seen(0, 100), seen(6, 100, stated_new_lesion=state))
            assert overall(evaluated(RECIST, who), RECIST) == [expected]


class TestAfterCompleteResponse:
    base = seen(0, 100, others={"NT01": "present"})
    complete = seen(6, 0, others={"NT01": "absent"})

    def test_a_non_target_lesion_that_is_back_is_progression(self) -> None:
        who = participant(self.base, self.complete, seen(12, 0, others={"NT01": "present"}))
        found = evaluated(RECIST, who)
        assert overall(found, RECIST) == ["CR", "PD"]
        assert found.time_points[1].overall.reason == (
            "back after the complete response of 2021-02-15: NT01"
        )
        rules = ResponseRules(after_complete="as_measured")
        assert overall(evaluated(RECIST, who, rules), RECIST) == ["CR", "PR"]

    def test_a_node_must_have_progressed_unequivocally(self) -> None:
        def node(week: float, state: State) -> Assessment:
            finding = NonTargetFinding(lesion="NT01", state=state, nodal=True)
            return Assessment(date=seen(week).date, non_targets=(finding,))

        start, gone = node(0, State.PRESENT), node(6, State.ABSENT)
        for state, expected in ((State.PRESENT, "NON-CR/NON-PD"), (State.UNEQUIVOCAL, "PD")):
            found = evaluated(RECIST, participant(start, gone, node(12, state)))
            assert overall(found, RECIST) == ["CR", expected]


def test_non_target_disease_assessed_at_another_visit_than_target_disease() -> None:
    who = participant(
        seen(-2, others={"NT01": "present"}), seen(0, 100), seen(6, 0, others={"NT01": "absent"})
    )
    found = evaluated(RECIST, who)
    assert (len(found.baseline.targets), len(found.baseline.non_targets)) == (1, 1)
    assert overall(found, RECIST) == ["CR"]
