"""Progression-free survival, time to progression, duration of response, and who is evaluable."""

from dataclasses import replace

import pytest
from tests.unit.response_timelines import START, day, evaluated, participant, seen

from topline.trial.response.assessments import Participant
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Response as R
from topline.trial.response.time_to_event import CENSORING, CensoringRules, EventTime

RECIST = CRITERIA["recist1.1"]
FDA, EMA = CENSORING["fda"], CENSORING["ema"]


def found(who: Participant, rules: CensoringRules = EMA) -> ParticipantResponse:
    return evaluated(RECIST, who, source="stated", censoring=rules)


def time(who: Participant, parameter: str, rules: CensoringRules = EMA) -> EventTime:
    (one,) = (one for one in found(who, rules).times if one.parameter == parameter)
    return one


def short(one: EventTime) -> tuple[int, bool, str, str | None]:
    return one.days, one.censored, one.event, one.censored_at


LAST = "Last Tumor Assessment"
NONE = "Start: No Tumor Assessment After Baseline"
RESPONSES = {6.0: R.PARTIAL, 12.0: R.PARTIAL, 18.0: R.PROGRESSION}
STABLE_THEN_PD = {6.0: R.STABLE, 12.0: R.PROGRESSION}


class TestProgressionFreeSurvival:
    def test_progression(self) -> None:
        one = time(participant(stated=STABLE_THEN_PD), "PFS")
        assert short(one) == (85, False, "Disease Progression", None)

    def test_death(self) -> None:
        one = time(participant(stated={6.0: R.STABLE}, died=10), "PFS")
        assert short(one) == (71, False, "Death", None)

    def test_whichever_is_first(self) -> None:
        assert time(participant(stated=STABLE_THEN_PD, died=20), "PFS").date == day(12)
        assert time(participant(stated=STABLE_THEN_PD, died=9), "PFS").date == day(9)

    def test_without_event_the_last_evaluable_assessment(self) -> None:
        who = participant(stated={6.0: R.STABLE, 12.0: R.PARTIAL, 18.0: R.NOT_EVALUABLE})
        assert short(time(who, "PFS")) == (85, True, "No Event", LAST)

    def test_without_assessment_the_start(self) -> None:
        one = time(participant(), "PFS")
        assert short(one) == (1, True, "No Event", NONE)
        assert one.reason == "no event: censored at the start 2021-01-04"

    def test_death_without_assessment_is_an_event(self) -> None:
        assert short(time(participant(died=5), "PFS")) == (36, False, "Death", None)

    def test_without_a_date_of_start_there_is_no_time(self) -> None:
        assert found(replace(participant(stated=STABLE_THEN_PD), start=None)).times == ()


class TestTimeToProgression:
    def test_progression(self) -> None:
        assert short(time(participant(stated=STABLE_THEN_PD), "TTP"))[1] is False

    def test_death_is_no_event(self) -> None:
        who = participant(stated={6.0: R.STABLE}, died=10)
        one = time(who, "TTP")
        assert short(one) == (43, True, "Died on 2021-03-15 without progression", LAST)


class TestDurationOfResponse:
    def test_from_the_first_response(self) -> None:
        one = time(participant(stated=RESPONSES), "DOR")
        assert (one.start, *short(one)) == (day(6), 85, False, "Disease Progression", None)

    def test_from_the_first_whichever_it_was(self) -> None:
        who = participant(stated={6.0: R.PARTIAL, 12.0: R.COMPLETE, 18.0: R.COMPLETE})
        for confirmation in (False, True):
            best = evaluated(RECIST, who, source="stated", confirmation=confirmation).best
            assert (best.response, best.date, best.responded) == (R.COMPLETE, day(12), day(6))

    def test_for_responders_only(self) -> None:
        assert [one.parameter for one in found(participant(stated=STABLE_THEN_PD)).times] == [
            "PFS", "TTP",
        ]  # fmt: skip

    def test_from_the_confirmed_response_where_that_is_asked_for(self) -> None:
        who = participant(stated={6.0: R.PARTIAL, 9.0: R.STABLE, 12.0: R.PARTIAL, 18.0: R.PARTIAL})
        starts = [
            one.start
            for confirmation in (False, True)
            for one in evaluated(RECIST, who, source="stated", confirmation=confirmation).times
            if one.parameter == "DOR"
        ]
        assert starts == [day(6), day(12)]

    def test_censored_no_sooner_than_it_begins(self) -> None:
        one = time(participant(stated={6.0: R.PARTIAL}), "DOR")
        assert short(one) == (1, True, "No Event", LAST)


class TestNewTherapy:
    who = participant(stated={6.0: R.STABLE, 12.0: R.STABLE, 18.0: R.PROGRESSION}, new_therapy=14)

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("censor", (85, True, "Another therapy began on 2021-04-12", LAST)),
            ("event", (99, False, "New Anticancer Therapy", None)),
            ("ignore", (127, False, "Disease Progression", None)),
        ],
    )
    def test_before_progression(self, rule: str, expected: tuple[object, ...]) -> None:
        rules = CensoringRules(new_therapy=rule)  # type: ignore[arg-type]  # the parameter is the literal
        assert short(time(self.who, "PFS", rules)) == expected

    def test_after_progression_it_does_not_matter(self) -> None:
        for therapy in (12, 13):  # on the day of progression it began because of it
            who = participant(stated=STABLE_THEN_PD, new_therapy=therapy)
            found = time(who, "PFS", CensoringRules())
            assert short(found) == (85, False, "Disease Progression", None)

    def test_without_progression(self) -> None:
        who = participant(stated={6.0: R.STABLE, 18.0: R.STABLE}, new_therapy=14)
        assert time(who, "PFS", CensoringRules()).days == 43
        assert time(who, "PFS", CensoringRules(new_therapy="ignore")).days == 127


class TestMissedAssessments:
    def test_an_event_after_two_missed_is_censored_before_them(self) -> None:
        late = participant(stated={6.0: R.STABLE, 20.0: R.PROGRESSION})
        one = time(late, "PFS", FDA)
        assert (one.days, one.censored, one.censored_at) == (43, True, LAST)
        assert "98 days after the last assessment before it, more than 91" in one.reason
        assert time(late, "PFS", EMA).censored is False

    def test_within_the_gap_it_counts(self) -> None:
        on_time = participant(stated={6.0: R.STABLE, 19.0: R.PROGRESSION})
        assert time(on_time, "PFS", FDA).censored is False

    def test_what_is_not_evaluable_is_missed(self) -> None:
        who = participant(stated={6.0: R.STABLE, 12.0: R.NOT_EVALUABLE, 20.0: R.PROGRESSION})
        assert time(who, "PFS", FDA).censored is True

    def test_a_late_death_without_assessment_is_censored_at_the_start(self) -> None:
        one = time(participant(died=20), "PFS", FDA)
        assert (one.days, one.censored, one.censored_at) == (1, True, NONE)

    def test_the_gap_must_be_given(self) -> None:
        with pytest.raises(ValueError, match="longest_gap_days is not given"):
            CensoringRules(missed_assessments="censor")


class TestEvaluable:
    def judged(self, who: Participant) -> tuple[bool, bool, str]:
        found = evaluated(RECIST, who).evaluability
        return found.measurable, found.evaluable, found.reason

    def test_with_an_evaluable_assessment(self) -> None:
        who = participant(seen(0, 100), seen(6, 90))
        assert self.judged(who) == (True, True, "evaluable assessment on 2021-02-15")

    def test_without_one(self) -> None:
        assert self.judged(participant(seen(0, 100), seen(6, None))) == (
            True, False, "no evaluable assessment after baseline",
        )  # fmt: skip

    def test_an_early_death_counts(self) -> None:
        assert self.judged(participant(seen(0, 100), died=3))[1] is True

    def test_nothing_to_measure_or_no_treatment(self) -> None:
        only_other = participant(
            seen(0, others={"NT01": "present"}), seen(6, others={"NT01": "absent"})
        )
        assert self.judged(only_other) == (False, False, "no measurable disease at baseline")
        untreated = participant(seen(0, 100), seen(6, 90), treated=False)
        assert self.judged(untreated) == (True, False, "not treated")


def test_the_named_rules_are_what_they_are_called() -> None:
    assert CensoringRules(
        new_therapy="censor", missed_assessments="censor", longest_gap_days=91
    ) == FDA  # fmt: skip
    assert CensoringRules(new_therapy="ignore", missed_assessments="ignore") == EMA
    assert day(0) == START
