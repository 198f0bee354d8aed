"""Best overall response: RECIST 1.1's table 3, line by line, and what stands around it."""

import pytest
from tests.unit.response_timelines import day, evaluated, participant

from topline.trial.response.best_overall_response import BestResponse
from topline.trial.response.combination_tables import RECIST_CONFIRMATION, ConfirmationLine
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Response as R
from topline.trial.response.rules import ResponseRules

RECIST = CRITERIA["recist1.1"]


def found(
    *points: tuple[float, R],
    rules: ResponseRules | None = None,
    new_therapy: float | None = None,
) -> ParticipantResponse:
    """A participant with these responses, so many weeks after the start."""
    who = participant(stated=dict(points), new_therapy=new_therapy)
    return evaluated(RECIST, who, rules, source="stated")


def confirmed(*points: tuple[float, R], rules: ResponseRules | None = None) -> BestResponse:
    return found(*points, rules=rules).confirmed


@pytest.mark.parametrize(
    "line", RECIST_CONFIRMATION, ids=lambda line: f"{line.first}, {line.subsequent}"
)
class TestTable3:
    def test_where_stable_disease_was_long_enough(self, line: ConfirmationLine) -> None:
        best = confirmed((6, line.first), (12, line.subsequent))
        assert best.response is line.best

    def test_where_it_was_not(self, line: ConfirmationLine) -> None:
        # the second 4 weeks after the first, both sooner than 6 weeks after the start
        best = confirmed((1, line.first), (5, line.subsequent))
        expected = line.otherwise
        if line.first is R.PARTIAL and line.subsequent is R.STABLE:
            expected = R.NOT_EVALUABLE  # the guideline takes for granted that it was
        assert best.response is (expected or line.best)


def test_table_3_as_printed() -> None:
    printed = [
        "CR CR CR -", "CR PR SD PD", "CR SD SD PD", "CR PD SD PD", "CR NE SD NE", "PR CR PR -",
        "PR PR PR -", "PR SD SD -", "PR PD SD PD", "PR NE SD NE", "NE NE NE -",
    ]  # fmt: skip
    assert [
        f"{line.first} {line.subsequent} {line.best} {line.otherwise or '-'}"
        for line in RECIST_CONFIRMATION
    ] == printed


class TestConfirmation:
    def test_sooner_than_4_weeks_is_none(self) -> None:
        best = confirmed((6, R.PARTIAL), (9.9, R.PARTIAL))
        assert (best.response, best.reason) == (
            R.STABLE,
            "PR on 2021-02-15, 42 days after start; PR on 2021-02-15 was not confirmed",
        )

    def test_4_weeks_to_the_day_is(self) -> None:
        best = confirmed((6, R.PARTIAL), (10, R.PARTIAL))
        assert (best.response, best.date, best.confirmed_on) == (R.PARTIAL, day(6), day(10))
        assert best.reason == (
            "PR on 2021-02-15, confirmed by PR on 2021-03-15, 28 days later"
        )  # fmt: skip

    def test_a_later_one_confirms_where_the_next_was_too_soon(self) -> None:
        assert confirmed((6, R.PARTIAL), (8, R.PARTIAL), (12, R.COMPLETE)).response is R.PARTIAL

    def test_one_not_evaluable_may_stand_between(self) -> None:
        assert (
            confirmed((6, R.PARTIAL), (12, R.NOT_EVALUABLE), (18, R.PARTIAL)).response is R.PARTIAL
        )
        twice = ((6, R.PARTIAL), (9, R.NOT_EVALUABLE), (12, R.NOT_EVALUABLE), (18, R.PARTIAL))
        assert confirmed(*twice).response is R.STABLE
        rules = ResponseRules(not_evaluable_between=2)
        assert confirmed(*twice, rules=rules).response is R.PARTIAL

    def test_stable_disease_between_breaks_it_unless_the_rules_allow_it(self) -> None:
        points = ((6, R.PARTIAL), (12, R.STABLE), (18, R.PARTIAL))
        assert confirmed(*points).response is R.STABLE
        assert confirmed(*points, rules=ResponseRules(stable_between=1)).response is R.PARTIAL

    def test_a_complete_response_needs_another(self) -> None:
        assert confirmed((6, R.PARTIAL), (12, R.COMPLETE)).response is R.PARTIAL
        best = confirmed((6, R.PARTIAL), (12, R.COMPLETE), (18, R.COMPLETE))
        assert (best.response, best.date) == (R.COMPLETE, day(12))

    def test_a_partial_response_after_a_complete_one_in_between_does_not_confirm(self) -> None:
        points = ((6, R.PARTIAL), (8, R.COMPLETE), (12, R.PARTIAL))
        assert confirmed(*points).response is R.STABLE

    def test_a_complete_response_claimed_too_early(self) -> None:
        # footnote a of table 3: then the first was a partial response too
        rules = ResponseRules(complete_then_partial="partial_response")
        best = confirmed((6, R.COMPLETE), (12, R.PARTIAL), rules=rules)
        assert (best.response, best.date) == (R.PARTIAL, day(6))

    def test_progression_ends_it(self) -> None:
        points = ((6, R.PARTIAL), (9, R.PROGRESSION), (12, R.PARTIAL))
        assert confirmed(*points).response is R.STABLE


class TestUnconfirmed:
    def test_the_best_of_all(self) -> None:
        best = found((6, R.STABLE), (12, R.PARTIAL), (18, R.COMPLETE), (24, R.PROGRESSION))
        assert (best.unconfirmed.response, best.unconfirmed.date) == (R.COMPLETE, day(18))

    def test_responses_after_progression_do_not_count(self) -> None:
        best = found((6, R.PROGRESSION), (12, R.COMPLETE)).unconfirmed
        assert (best.response, best.date) == (R.PROGRESSION, day(6))

    def test_nor_those_under_another_therapy(self) -> None:
        points = ((6, R.STABLE), (12, R.PARTIAL))
        assert found(*points, new_therapy=10).unconfirmed.response is R.STABLE
        assert found(*points, new_therapy=12).unconfirmed.response is R.STABLE
        assert found(*points, new_therapy=13).unconfirmed.response is R.PARTIAL
        assert found(*points, new_therapy=1).unconfirmed.response is R.MISSING


class TestStableDisease:
    def test_from_the_minimum_duration_on(self) -> None:
        assert found((6, R.STABLE)).unconfirmed.response is R.STABLE
        early = found((5.9, R.STABLE)).unconfirmed
        assert (early.response, early.reason) == (
            R.NOT_EVALUABLE,
            "nothing but SD; SD on day 41 only, sooner than 42 days after start",
        )

    def test_disease_is_under_control_from_the_first_that_counts(self) -> None:
        best = found((3, R.STABLE), (6, R.STABLE), (12, R.PARTIAL)).unconfirmed
        assert (best.responded, best.controlled) == (day(12), day(6))
        best = found((3, R.PARTIAL), (6, R.STABLE)).unconfirmed
        assert (best.responded, best.controlled) == (day(3), day(3))
        best = found((3, R.PARTIAL), (6, R.STABLE)).confirmed
        assert (best.responded, best.controlled) == (None, day(6))
        assert found((3, R.STABLE)).unconfirmed.controlled is None

    def test_the_protocol_may_ask_for_longer(self) -> None:
        rules = ResponseRules(minimum_stable_days=56)
        assert found((6, R.STABLE), rules=rules).unconfirmed.response is R.NOT_EVALUABLE
        assert found((8, R.STABLE), rules=rules).unconfirmed.response is R.STABLE

    def test_too_short_before_progression_is_progression(self) -> None:
        best = found((3, R.STABLE), (6, R.PROGRESSION)).unconfirmed
        assert best.response is R.PROGRESSION
        assert "SD on day 21 only" in best.reason

    def test_non_target_disease_alone(self) -> None:
        assert found((6, R.NEITHER)).unconfirmed.response is R.NEITHER
        assert found((3, R.NEITHER)).unconfirmed.response is R.NOT_EVALUABLE
        assert found((6, R.NEITHER), (12, R.STABLE)).unconfirmed.response is R.STABLE


def test_disease_back_after_a_complete_response_is_said() -> None:
    one = found((6, R.COMPLETE), (12, R.PARTIAL))
    assert one.notes[-1] == ("PR on 2021-03-29 after a complete response, not called progression")
    assert found((6, R.COMPLETE), (12, R.PROGRESSION)).notes == one.notes[:-1]


def test_no_assessment_is_missing_and_no_evaluable_one_is_not_evaluable() -> None:
    nobody = evaluated(RECIST, participant(), source="stated")
    assert (nobody.unconfirmed.response, nobody.confirmed.response) == (R.MISSING, R.MISSING)
    assert found((6, R.NOT_EVALUABLE)).unconfirmed.response is R.NOT_EVALUABLE


def test_without_a_date_of_start_no_stable_disease_is_too_short() -> None:
    who = participant(stated={1: R.STABLE})
    nobody_knows = type(who)(name=who.name, stated=who.stated, start=None)
    assert evaluated(RECIST, nobody_knows, source="stated").unconfirmed.response is R.STABLE
