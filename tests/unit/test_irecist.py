"""iRECIST: unconfirmed and confirmed progression, best response, and the published examples."""

from itertools import product

import pytest
from tests.unit.response_timelines import day, evaluated, overall, participant, seen

from topline.trial.response.assessments import Assessment, State
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Response as R
from topline.trial.response.rules import PersistingProgression, ResponseRules

IRECIST = CRITERIA["irecist"]
WORDS = {IRECIST.word(response): response for response in R}


def judged(*points: Assessment, rules: ResponseRules | None = None) -> list[str]:
    return overall(evaluated(IRECIST, participant(*points), rules), IRECIST)


def last_reason(*points: Assessment) -> str:
    return evaluated(IRECIST, participant(*points)).time_points[-1].overall.reason


# Seymour 2017, table 3: examples of best response, each place with what it may hold. "Any" is every response.
ANY = "iCR, iPR, iSD, iUPD, iCPD, NE"
TABLE_3 = [
    (["iCR", "iCR, iPR, iUPD, NE", "iCR, iPR, iUPD, NE", "iUPD", "iCPD"], "iCR"),
    (["iUPD", "iPR, iSD, NE", "iCR", "iCR, iUPD, NE", "iCR, iPR, iSD, iUPD, iCPD, NE"], "iCR"),
    (["iUPD", "iPR", "iPR, iSD, iUPD, NE", "iPR, iSD, iUPD, NE, iCPD", "iPR, iSD, iUPD, NE, iCPD"], "iPR"),
    (["iUPD", "iSD, NE", "iPR", "iPR, iSD, iUPD, NE", "iPR, iSD, iUPD, iCPD, NE"], "iPR"),
    (["iUPD", "iSD", "iSD, iUPD, NE", "iSD, iUPD, iCPD, NE", "iSD, iUPD, iCPD, NE"], "iSD"),
    (["iUPD", "iCPD", ANY, ANY, ANY], "iCPD"),
    (["iUPD", "iUPD", "iCPD", ANY, ANY], "iCPD"),
    (["iUPD", "NE", "NE", "NE", "NE"], "iUPD"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("places", "expected"), TABLE_3, ids=[f"example {place + 1}" for place in range(len(TABLE_3))]
)
def test_best_response_of_table_3(places: list[str], expected: str) -> None:
    sequences = list(product(*(place.split(", ") for place in places)))
    for sequence in sequences:
        stated = {6.0 * (place + 1): WORDS[word] for place, word in enumerate(sequence)}
        found = evaluated(IRECIST, participant(stated=stated), source="stated")
        assert IRECIST.word(found.unconfirmed.response) == expected, sequence


class TestConfirmation:
    def test_a_further_5_mm(self) -> None:
        assert judged(seen(0, 100), seen(6, 125), seen(12, 130)) == ["iUPD", "iCPD"]
        assert judged(seen(0, 100), seen(6, 125), seen(12, "129.9")) == ["iUPD", "iUPD"]
        assert last_reason(seen(0, 100), seen(6, 125), seen(12, 130)) == (
            "progression of 2021-02-15 confirmed: sum 130 mm is a further 5 mm above the 125 mm "
            "since 2021-02-15"
        )

    def test_increases_add_up(self) -> None:
        # EORTC: 4 mm at one assessment and 2 mm at the next confirm
        points = (seen(0, 100), seen(6, 125), seen(12, 129), seen(18, 131))
        assert judged(*points) == ["iUPD", "iUPD", "iCPD"]

    def test_sooner_than_4_weeks_is_left_out_of_account(self) -> None:
        points = (seen(0, 100), seen(6, 125), seen(8, 140))
        assert judged(*points) == ["iUPD", "iUPD"]
        assert "but only 14 days after 2021-02-15, too soon to confirm" in last_reason(*points)
        assert judged(*points, seen(11, 140)) == ["iUPD", "iUPD", "iCPD"]
        rules = ResponseRules(progression_confirmation_days=14)
        assert judged(*points, rules=rules) == ["iUPD", "iCPD"]

    def test_any_increase_of_non_target_lesions(self) -> None:
        base = seen(0, 100, others={"NT01": "present", "NT02": "present"})
        first = seen(6, 100, others={"NT01": "unequivocal", "NT02": "present"})
        for later, expected in (
            ({"NT01": "increased", "NT02": "present"}, "iCPD"),
            ({"NT01": "unequivocal", "NT02": "increased"}, "iCPD"),
            ({"NT01": "unequivocal", "NT02": "unequivocal"}, "iCPD"),
            ({"NT01": "unequivocal", "NT02": "present"}, "iUPD"),
            ({"NT01": "present", "NT02": "present"}, "iSD"),
        ):
            assert judged(base, first, seen(12, 100, others=later)) == ["iUPD", expected], later

    @pytest.mark.parametrize(
        ("later", "expected"),
        [
            ({"NEW01": ("present", 20)}, "iCPD"),
            ({"NEW01": ("present", 19)}, "iUPD"),
            ({"NEW01": ("present", 15), "NEW02": "present"}, "iCPD"),
            ({"NEW01": ("present", 15)}, "iUPD"),
            ({}, "iUPD"),
            ({"NEW01": "absent"}, "iSD"),
        ],
    )
    def test_new_lesions(
        self, later: dict[str, str | tuple[str, int]], expected: str
    ) -> None:  # fmt: skip
        points = (seen(0, 100), seen(6, 100, new={"NEW01": ("present", 15)}))
        assert judged(*points, seen(12, 100, new=later)) == ["iUPD", expected]

    def test_any_increase_of_new_lesions_that_are_not_measured(self) -> None:
        points = (seen(0, 100), seen(6, 100, new={"NEW01": "present"}))
        assert judged(*points, seen(12, 100, new={"NEW01": "increased"})) == ["iUPD", "iCPD"]
        assert judged(*points, seen(12, 100, new={"NEW01": "present"})) == ["iUPD", "iUPD"]

    def test_progression_of_a_kind_of_lesion_that_had_none(self) -> None:
        others = {"NT01": "present"}
        base, first = seen(0, 100, others=others), seen(6, 125, others=others)
        for later in (
            seen(12, 125, others={"NT01": "unequivocal"}),
            seen(12, 125, others=others, new={"NEW01": "present"}),
        ):
            assert judged(base, first, later) == ["iUPD", "iCPD"]
        by_new = seen(6, 100, others=others, new={"NEW01": "present"})
        later = seen(12, 121, others=others, new={"NEW01": "present"})
        assert judged(base, by_new, later) == ["iUPD", "iCPD"]
        # a rise of 5 mm that is no progression of target lesions confirms nothing of the kind
        later = seen(12, 106, others=others, new={"NEW01": "present"})
        assert judged(base, by_new, later) == ["iUPD", "iUPD"]

    def test_once_confirmed_it_stays(self) -> None:
        points = (seen(0, 100), seen(6, 125), seen(12, 140), seen(18, 20))
        assert judged(*points) == ["iUPD", "iCPD", "iCPD"]

    def test_what_is_not_evaluable_between_changes_nothing(self) -> None:
        points = (seen(0, 100), seen(6, 125), seen(12), seen(18, 131))
        assert judged(*points) == ["iUPD", "NE", "iCPD"]


class TestPseudoprogression:
    def test_the_bar_is_reset(self) -> None:
        points = (seen(0, 100), seen(6, 125), seen(12, 60), seen(18, 75), seen(24, 80))
        assert judged(*points) == ["iUPD", "iPR", "iUPD", "iCPD"]

    def test_the_nadir_is_kept(self) -> None:
        points = (seen(0, 100), seen(6, 50), seen(12, 62), seen(18, 59), seen(24, 60))
        assert judged(*points) == ["iPR", "iUPD", "iPR", "iUPD"]

    def test_complete_response_after_progression(self) -> None:
        assert judged(seen(0, 100), seen(6, 125), seen(12, 0)) == ["iUPD", "iCR"]

    def test_an_old_new_lesion_keeps_response_from_being_complete(self) -> None:
        points = (
            seen(0, 100),
            seen(6, 100, new={"NEW01": "present"}),
            seen(12, 0, new={"NEW01": "present"}),
        )
        assert judged(*points) == ["iUPD", "iPR"]
        assert judged(*points, seen(18, 0, new={"NEW01": "absent"})) == ["iUPD", "iPR", "iCR"]

    def test_old_new_lesions_progress_anew_by_20_percent_or_another(self) -> None:
        reset = (
            seen(0, 100),
            seen(6, 100, new={"NEW01": ("present", 20)}),
            seen(12, 60, new={"NEW01": ("present", 20)}),
        )
        cases: list[tuple[dict[str, str | tuple[str, int]], str]] = [
            ({"NEW01": ("present", 24)}, "iPR"),
            ({"NEW01": ("present", 25)}, "iUPD"),
            ({"NEW01": ("present", 20), "NEW02": "present"}, "iUPD"),
            ({"NEW01": "increased"}, "iPR"),
        ]
        for later, expected in cases:
            found = judged(*reset, seen(18, 60, new=later))
            assert found == ["iUPD", "iPR", expected], later

    def test_old_new_lesions_confirm_progression_of_target_lesions(self) -> None:
        reset = (
            seen(0, 100),
            seen(6, 100, new={"NEW01": ("present", 20)}),
            seen(12, 60, new={"NEW01": ("present", 20)}),
            seen(18, 75, new={"NEW01": ("present", 20)}),
        )
        for size, expected in ((24, "iUPD"), (25, "iCPD")):
            found = judged(*reset, seen(24, 75, new={"NEW01": ("present", size)}))
            assert found == ["iUPD", "iPR", "iUPD", expected]

    def test_old_non_target_progression_is_none_again_unless_it_worsens(self) -> None:
        reset = (
            seen(0, 100, others={"NT01": "present", "NT02": "present"}),
            seen(6, 100, others={"NT01": "unequivocal", "NT02": "present"}),
            seen(12, 60, others={"NT01": "unequivocal", "NT02": "present"}),
        )
        for later, expected in (
            ({"NT01": "unequivocal", "NT02": "present"}, "iPR"),
            ({"NT01": "unequivocal", "NT02": "unequivocal"}, "iUPD"),
        ):
            assert judged(*reset, seen(18, 60, others=later)) == ["iUPD", "iPR", expected], later


class TestPersistingProgression:
    """The paper's scenarios B and F, as EORTC's answers retell them, and the other two readings."""

    B = (
        seen(0, 100),
        seen(6, 100, new={"NEW01": "present"}),
        seen(12, 60, new={"NEW01": "present"}),
    )
    F = (
        seen(0, 100),
        seen(6, 60),
        seen(12, 60, new={"NEW01": "present"}),
        seen(18, 60, new={"NEW01": "present"}),
    )

    @pytest.mark.parametrize(
        ("rule", "b", "f"),
        [
            ("shrinkage", ["iUPD", "iPR"], ["iPR", "iUPD", "iUPD"]),
            ("remains", ["iUPD", "iUPD"], ["iPR", "iUPD", "iUPD"]),
            ("tolerated", ["iUPD", "iPR"], ["iPR", "iUPD", "iPR"]),
        ],
    )
    def test_scenarios(self, rule: PersistingProgression, b: list[str], f: list[str]) -> None:
        rules = ResponseRules(persisting_progression=rule)
        assert judged(*self.B, rules=rules) == b
        assert judged(*self.F, rules=rules) == f


class TestStated:
    """Non-target and new lesions that the assessor stated without naming lesions."""

    def test_progression(self) -> None:
        others = {"NT01": "present"}
        points = (
            seen(0, 100, others=others),
            seen(6, 100, stated_non_target=R.PROGRESSION),
            seen(12, 100, stated_non_target=R.PROGRESSION),
            seen(18, 60, stated_non_target=R.NEITHER),
            seen(24, 60, stated_non_target=R.PROGRESSION),
        )
        assert judged(*points) == ["iUPD", "iUPD", "iPR", "iUPD"]

    def test_a_new_lesion(self) -> None:
        points = (seen(0, 100), seen(6, 100, stated_new_lesion=State.UNEQUIVOCAL))
        assert judged(*points) == ["iUPD"]


class TestDateOfProgression:
    def test_the_first_of_those_confirmed(self) -> None:
        points = (seen(0, 100), seen(6, 125), seen(12, 126), seen(18, 140))
        found = evaluated(IRECIST, participant(*points)).progression
        assert (found.date, found.place, found.confirmed) == (day(6), 2, True)

    def test_none_where_it_was_resolved(self) -> None:
        points = (seen(0, 100), seen(6, 125), seen(12, 100))
        found = evaluated(IRECIST, participant(*points)).progression
        assert (found.date, found.reason) == (None, "iUPD was not confirmed")

    def test_the_last_counts_where_nothing_could_confirm_it(self) -> None:
        points = (seen(0, 100), seen(6, 60), seen(12, 75), seen(18))
        found = evaluated(IRECIST, participant(*points))
        assert (found.progression.date, found.progression.confirmed) == (day(12), False)
        assert found.unconfirmed.response is R.PARTIAL
        rules = ResponseRules(unconfirmed_progression="ignored")
        ignored = evaluated(IRECIST, participant(*points), rules).progression
        assert ignored.date is None

    def test_another_block_after_a_reset(self) -> None:
        points = (seen(0, 100), seen(6, 125), seen(12, 100), seen(18, 125), seen(24, 140))
        found = evaluated(IRECIST, participant(*points)).progression
        assert (found.date, found.confirmed) == (day(18), True)


def test_by_kind_of_lesion_progression_is_unconfirmed() -> None:
    found = evaluated(IRECIST, participant(seen(0, 100), seen(6, 125), seen(12, 140)))
    assert [
        IRECIST.word(one.target.response) for one in found.time_points if one.target is not None
    ] == ["iUPD", "iUPD"]


def test_non_target_disease_only() -> None:
    points = (
        seen(0, others={"NT01": "present"}),
        seen(6, others={"NT01": "present"}),
        seen(12, others={"NT01": "unequivocal"}),
        seen(18, others={"NT01": "increased"}),
    )
    assert judged(*points) == ["NON-iCR/NON-iUPD", "iUPD", "iCPD"]
