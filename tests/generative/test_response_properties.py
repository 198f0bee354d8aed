"""What must hold of tumour response whatever the lesions do."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.response_timelines import START, evaluated, participant

from topline.trial.response.assessments import (
    Assessment,
    NewLesionFinding,
    NonTargetFinding,
    Participant,
    State,
    TargetFinding,
)
from topline.trial.response.criteria import Criteria
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Response as R
from topline.trial.response.rules import ResponseRules

RECIST = CRITERIA["recist1.1"]
Item = TypeVar("Item")
every = pytest.mark.parametrize("criteria", CRITERIA.values(), ids=lambda one: one.name)

few = settings(max_examples=40)  # of each of the four criteria

GOODNESS = {R.COMPLETE: 4, R.PARTIAL: 3, R.STABLE: 2, R.NEITHER: 1}
"""How good a best response is; progression, nothing evaluable and nothing at all are all no success."""

diameters = st.integers(0, 600).map(lambda tenths: Decimal(tenths) / 10)
states = st.sampled_from(list(State))


@st.composite
def participants(draw: st.DrawFn) -> Participant:
    """A participant with up to three target, two non-target and two new lesions over up to six visits."""
    targets = draw(st.integers(0, 3))
    nodes = [draw(st.booleans()) for _ in range(targets)]
    others = draw(st.integers(0, 2))
    first = Assessment(
        date=START,
        targets=tuple(_target(place, node, draw(diameters)) for place, node in enumerate(nodes)),
        non_targets=tuple(
            NonTargetFinding(lesion=f"NT{place}", state=State.PRESENT) for place in range(others)
        ),
    )
    later, day = [], 0
    for _ in range(draw(st.integers(0, 6))):
        day += draw(st.integers(7, 100))
        later.append(
            Assessment(
                date=START + timedelta(days=day),
                targets=tuple(
                    _target(place, node, draw(st.none() | diameters))
                    for place, node in enumerate(nodes)
                    if draw(st.integers(0, 9)) > 0
                ),
                non_targets=tuple(
                    NonTargetFinding(lesion=f"NT{place}", state=draw(states))
                    for place in range(others)
                ),
                new_lesions=tuple(
                    NewLesionFinding(
                        lesion=f"NEW{place}",
                        state=draw(states),
                        diameter=draw(st.none() | diameters),
                    )
                    for place in range(2)
                    if draw(st.integers(0, 3)) == 0
                ),
            )
        )
    died = draw(st.none() | st.integers(day, day + 200))
    therapy = draw(st.none() | st.integers(0, day + 100))
    return replace(
        participant(first, *later),
        died=None if died is None else START + timedelta(days=died),
        new_therapy=None if therapy is None else START + timedelta(days=therapy),
    )


def _target(place: int, node: bool, size: Decimal | None) -> TargetFinding:
    return TargetFinding(lesion=f"T{place}", diameter=size, nodal=node)


stated = st.dictionaries(
    st.integers(1, 60).map(float),
    st.sampled_from([R.COMPLETE, R.PARTIAL, R.STABLE, R.NEITHER, R.NOT_EVALUABLE]),
    max_size=8,
)


def goodness(response: R) -> int:
    return GOODNESS.get(response, 0)


@every
@few
@given(who=participants())
def test_confirmation_only_downgrades(criteria: Criteria, who: Participant) -> None:
    found = evaluated(criteria, who)
    assert goodness(found.confirmed.response) <= goodness(found.unconfirmed.response)


@every
@few
@given(
    responses=stated, week=st.integers(1, 60), progression=st.sampled_from([R.PROGRESSION, R.UNCONFIRMED])
)  # fmt: skip
def test_a_best_response_never_improves_by_progression(
    criteria: Criteria, responses: dict[float, R], week: int, progression: R
) -> None:
    before = evaluated(criteria, participant(stated=responses), source="stated")
    worse = participant(stated={**responses, week + 0.5: progression})
    after = evaluated(criteria, worse, source="stated")
    assert goodness(after.unconfirmed.response) <= goodness(before.unconfirmed.response)
    assert goodness(after.confirmed.response) <= goodness(before.confirmed.response)


@every
@few
@given(who=participants(), random=st.randoms(use_true_random=False))
def test_the_order_of_lesions_and_assessments_does_not_matter(
    criteria: Criteria, who: Participant, random: Random
) -> None:
    mixed = tuple(
        replace(
            one,
            targets=shuffled(one.targets, random),
            non_targets=shuffled(one.non_targets, random),
            new_lesions=shuffled(one.new_lesions, random),
        )
        for one in shuffled(who.assessments, random)
    )
    first, second = evaluated(criteria, who), evaluated(criteria, replace(who, assessments=mixed))
    assert _outcome(first) == _outcome(second)


def shuffled(items: tuple[Item, ...], random: Random) -> tuple[Item, ...]:
    return tuple(random.sample(items, len(items)))


def _outcome(found: ParticipantResponse) -> tuple[object, ...]:
    return (
        [(one.date, one.overall, one.target) for one in found.time_points],
        found.unconfirmed,
        found.confirmed,
        found.progression,
        found.times,
    )


@every
@few
@given(who=participants())
def test_every_time_point_has_a_response_and_a_reason(criteria: Criteria, who: Participant) -> None:
    found = evaluated(criteria, who)
    assert [one.date for one in found.time_points] == sorted(
        one.date for one in who.assessments[1:]
    )
    for one in found.time_points:
        assert one.target is not None
        assert one.non_target is not None
        assert one.new_lesions is not None
        for reason in (one.overall.reason, one.target.reason, one.non_target.reason):
            assert reason
        assert criteria.word(one.overall.response)
    assert found.unconfirmed.reason
    assert found.confirmed.reason


@given(who=participants())
def test_target_responses_by_the_definitions_again(who: Participant) -> None:
    """A second, plain reading of section 4.3.1 in fractions, without reasons or options."""
    found = evaluated(RECIST, who, ResponseRules(after_complete="as_measured"))
    base = {one.lesion: one for one in who.assessments[0].targets}
    sums = [Fraction(0) + sum((Fraction(one.diameter or 0) for one in base.values()), Fraction(0))]
    for point, assessment in zip(found.time_points, who.assessments[1:], strict=True):
        assert point.target is not None
        assert point.target.response is _again(base, assessment, sums), point.target.reason


def _again(
    base: dict[str, TargetFinding], assessment: Assessment, sums: list[Fraction]
) -> R:  # fmt: skip
    if not base:
        return R.NO_DISEASE if sums else R.NOT_EVALUABLE
    lengths = {one.lesion: one.diameter for one in assessment.targets if one.diameter is not None}
    if not lengths:
        return R.NOT_EVALUABLE
    total, nadir = sum((Fraction(one) for one in lengths.values()), Fraction(0)), min(sums)
    complete = set(lengths) == set(base)
    if complete:
        sums.append(total)
    if complete and all(
        length < 10 if base[name].nodal else length == 0 for name, length in lengths.items()
    ):
        return R.COMPLETE
    if total * 5 >= nadir * 6 and total - nadir >= 5:
        return R.PROGRESSION
    if not complete:
        return R.NOT_EVALUABLE
    return R.PARTIAL if total * 10 <= sums[0] * 7 else R.STABLE


@every
@few
@given(who=participants(), place=st.integers(1, 6), more=diameters)
def test_larger_target_lesions_are_never_a_better_response_there(
    criteria: Criteria, who: Participant, place: int, more: Decimal
) -> None:
    if place >= len(who.assessments) or not who.assessments[place].targets:
        return
    assessment = who.assessments[place]
    largest = assessment.targets[0]
    if largest.diameter is None:
        return
    grown = replace(largest, diameter=largest.diameter + more)
    larger = replace(assessment, targets=(grown, *assessment.targets[1:]))
    changed = replace(
        who,
        assessments=(*who.assessments[:place], larger, *who.assessments[place + 1 :]),
    )
    before = evaluated(criteria, who).time_points[place - 1].target
    after = evaluated(criteria, changed).time_points[place - 1].target
    assert before is not None
    assert after is not None
    assert goodness(after.response) <= goodness(before.response)
    if before.response in (R.PROGRESSION, R.UNCONFIRMED):
        assert after.response in (R.PROGRESSION, R.UNCONFIRMED)


@given(who=participants())
def test_irecist_is_recist_until_the_first_progression(who: Participant) -> None:
    """Seymour 2017: without pseudoprogression the categories are the same."""
    recist = [one.overall.response for one in evaluated(RECIST, who).time_points]
    immune = [one.overall.response for one in evaluated(CRITERIA["irecist"], who).time_points]
    for before, after in zip(recist, immune, strict=True):
        if before is R.PROGRESSION:
            assert after is R.UNCONFIRMED
            break
        assert before is after


@given(who=participants())
def test_irrecist_without_other_lesions_is_recist(who: Participant) -> None:
    """Where there are target lesions alone the criteria differ in what follows from progression only."""
    alone = replace(
        who,
        assessments=tuple(replace(one, non_targets=(), new_lesions=()) for one in who.assessments),
    )
    rules = ResponseRules(after_complete="as_measured")
    recist = [one.overall.response for one in evaluated(RECIST, alone, rules).time_points]
    for name in ("irrecist-nishino", "irrecist-bohnsack"):
        found = evaluated(CRITERIA[name], alone, rules)
        assert [one.overall.response for one in found.time_points] == recist


@every
@few
@given(who=participants())
def test_times_and_dates_are_in_order(criteria: Criteria, who: Participant) -> None:
    found = evaluated(criteria, who)
    times = {one.parameter: one for one in found.times}
    survival, progression = times["PFS"], times["TTP"]
    for one in found.times:
        assert one.days >= 1
        assert one.date >= one.start
        assert (one.censored_at is None) == (not one.censored)
    if not progression.censored:
        assert not survival.censored
        assert survival.days <= progression.days
    if who.died is not None:
        assert not survival.censored
        assert survival.date <= who.died
    if found.best.responded is not None:
        assert times["DOR"].date == max(survival.date, times["DOR"].start)
        assert found.best.controlled is not None
        assert found.best.controlled <= found.best.responded


@settings(max_examples=50)
@given(who=participants(), days=st.integers(1, 90))
def test_a_longer_wait_for_confirmation_confirms_no_more(who: Participant, days: int) -> None:
    shorter = evaluated(RECIST, who, ResponseRules(confirmation_days=days)).confirmed
    longer = evaluated(RECIST, who, ResponseRules(confirmation_days=days + 10)).confirmed
    assert goodness(longer.response) <= goodness(shorter.response)
