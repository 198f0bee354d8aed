"""irRECIST: the tumour burden with new lesions, confirmation, and what the two variants differ in."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.response_timelines import day, evaluated, overall, participant, seen

from topline.trial.response.assessments import Assessment, NewLesionFinding, State
from topline.trial.response.criteria import Criteria
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Response as R
from topline.trial.response.rules import ResponseRules

NISHINO, BOHNSACK = CRITERIA["irrecist-nishino"], CRITERIA["irrecist-bohnsack"]
both = pytest.mark.parametrize("criteria", [NISHINO, BOHNSACK], ids=lambda one: one.name)


def judged(criteria: Criteria, *points: Assessment) -> list[str]:
    return overall(evaluated(criteria, participant(*points)), criteria)


@both
class TestTumourBurden:
    def test_a_new_lesion_by_itself_is_no_progression(self, criteria: Criteria) -> None:
        points = (seen(0, 100), seen(6, 60, new={"NEW01": ("present", 12)}))
        found = evaluated(criteria, participant(*points)).time_points[0]
        assert found.target is not None
        assert (criteria.word(found.overall.response), found.target.total) == (
            "irSD", Decimal(72),
        )  # fmt: skip
        assert found.target.reason == (
            "tumour burden 72 mm is 28 % below baseline 100 mm, less than 30 %; tumour burden 72 mm "
            "is 28 % and 28 mm below nadir 100 mm of 2021-01-04 (with new NEW01)"
        )

    def test_its_size_adds_to_the_sum(self, criteria: Criteria) -> None:
        points = (seen(0, 100), seen(6, 100, new={"NEW01": ("present", 20)}))
        assert judged(criteria, *points) == ["irPD"]
        points = (seen(0, 100), seen(6, 100, new={"NEW01": ("present", 19)}))
        assert judged(criteria, *points) == ["irSD"]

    def test_only_measurable_ones_do(self, criteria: Criteria) -> None:
        points = (seen(0, 40), seen(6, 40, new={"NEW01": ("present", 9)}))
        found = evaluated(criteria, participant(*points)).time_points[0].target
        assert found is not None
        assert found.total == 40

    def test_one_that_grows_measurable_joins_then(self, criteria: Criteria) -> None:
        points = (
            seen(0, 100),
            seen(6, 100, new={"NEW01": ("present", 9)}),
            seen(12, 100, new={"NEW01": ("present", 11)}),
        )
        totals = [
            one.target.total
            for one in evaluated(criteria, participant(*points)).time_points
            if one.target is not None
        ]
        assert totals == [100, 111]

    def test_at_most_five_and_two_in_an_organ_the_largest_first(self, criteria: Criteria) -> None:
        def found(name: str, size: int, organ: str) -> NewLesionFinding:
            return NewLesionFinding(
                lesion=name, state=State.PRESENT, diameter=Decimal(size), location=organ
            )

        new = [found(f"L{size}", size, "LIVER") for size in (11, 12, 13)]
        new += [found(f"B{size}", size, f"ORGAN {size}") for size in (14, 15, 16, 17)]
        later = Assessment(date=day(6), targets=seen(6, 100).targets, new_lesions=tuple(new))
        (point,) = evaluated(criteria, participant(seen(0, 100), later)).time_points
        assert point.target is not None
        assert point.target.total == 100 + 17 + 16 + 15 + 14 + 13
        new = [found(f"L{size}", size, "LIVER") for size in (20, 19, 18)]
        new += [found("B11", 11, "LUNG")]
        later = replace(later, new_lesions=tuple(new))
        (point,) = evaluated(criteria, participant(seen(0, 100), later)).time_points
        assert point.target is not None
        assert point.target.total == 100 + 20 + 19 + 11

    def test_one_that_is_gone_counts_nothing_and_one_not_seen_makes_it_incomplete(
        self, criteria: Criteria
    ) -> None:
        points = (seen(0, 100), seen(6, 60, new={"NEW01": ("present", 12)}))
        assert judged(criteria, *points, seen(12, 60, new={"NEW01": "absent"})) == ["irSD", "irPR"]
        assert judged(criteria, *points, seen(12, 60)) == ["irSD", "irNE"]

    def test_new_measurable_lesions_where_nothing_was_measurable(self, criteria: Criteria) -> None:
        points = (
            seen(0, others={"NT01": "present"}),
            seen(6, others={"NT01": "present"}, new={"NEW01": ("present", 12)}),
        )
        assert judged(criteria, *points) == ["irPD"]


class TestNonTargetLesions:
    points = (
        seen(0, 100, others={"NT01": "present"}),
        seen(6, 50, others={"NT01": "unequivocal"}),
    )

    def test_after_nishino_they_never_progress(self) -> None:
        assert judged(NISHINO, *self.points) == ["irPR"]

    def test_after_bohnsack_they_do(self) -> None:
        assert judged(BOHNSACK, *self.points) == ["irPD"]

    def test_new_lesions_that_are_not_measurable_progress_after_bohnsack_alone(self) -> None:
        points = (
            seen(0, 100),
            seen(6, 50, new={"NEW01": "present"}),
            seen(12, 50, new={"NEW01": "increased"}),
        )
        assert judged(NISHINO, *points) == ["irPR", "irPR"]
        assert judged(BOHNSACK, *points) == ["irPR", "irPD"]

    @both
    def test_a_new_lesion_precludes_a_complete_response(self, criteria: Criteria) -> None:
        points = (seen(0, 100), seen(6, 0, new={"NEW01": "present"}), seen(12, 0))
        assert judged(criteria, *points) == ["irPR", "irPR"]
        assert judged(criteria, *points, seen(18, 0, new={"NEW01": "absent"})) == [
            "irPR", "irPR", "irCR",
        ]  # fmt: skip


@both
class TestConfirmationOfProgression:
    def test_by_the_next_scan_4_weeks_later(self, criteria: Criteria) -> None:
        found = evaluated(criteria, participant(seen(0, 100), seen(6, 125), seen(10, 125)))
        assert (found.progression.date, found.progression.confirmed) == (day(6), True)
        assert found.unconfirmed.response is R.PROGRESSION

    def test_negated_by_anything_else(self, criteria: Criteria) -> None:
        found = evaluated(criteria, participant(seen(0, 100), seen(6, 125), seen(12, 110)))
        assert (found.progression.date, found.progression.reason) == (
            None, "irPD was not confirmed",
        )  # fmt: skip
        assert found.unconfirmed.response is R.STABLE

    def test_a_scan_too_soon_neither_confirms_nor_negates(self, criteria: Criteria) -> None:
        points = (seen(0, 100), seen(6, 125), seen(8, 126), seen(12, 126))
        found = evaluated(criteria, participant(*points))
        assert (found.progression.date, found.progression.confirmed) == (day(6), True)
        alone = evaluated(criteria, participant(*points[:3]))
        assert (alone.progression.date, alone.progression.confirmed) == (day(6), False)
        negated = evaluated(criteria, participant(*points[:3], seen(12, 110)))
        assert negated.progression.date is None

    def test_what_is_not_evaluable_does_not_count(self, criteria: Criteria) -> None:
        points = (seen(0, 100), seen(6, 125), seen(12), seen(18, 125))
        assert evaluated(criteria, participant(*points)).progression.date == day(6)

    def test_the_last_scan_counts_or_is_ignored(self, criteria: Criteria) -> None:
        who = participant(seen(0, 100), seen(6, 60), seen(12, 90))
        assert evaluated(criteria, who).progression.date == day(12)
        rules = ResponseRules(unconfirmed_progression="ignored")
        found = evaluated(criteria, who, rules)
        assert found.progression.date is None
        assert found.unconfirmed.response is R.PARTIAL


def test_response_must_be_confirmed_after_nishino_alone() -> None:
    who = participant(seen(0, 100), seen(6, 60))
    assert evaluated(NISHINO, who).best.response is R.STABLE
    assert evaluated(BOHNSACK, who).best.response is R.PARTIAL
    assert evaluated(BOHNSACK, who, confirmation=True).best.response is R.STABLE


def test_no_disease_at_baseline() -> None:
    points = (seen(0), seen(6), seen(12, new={"NEW01": "present"}))
    assert judged(BOHNSACK, *points) == ["irND", "irNN"]
