"""Everything about one participant's response: time points, best responses, dates, times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from topline.trial.response.assessments import Participant
from topline.trial.response.baseline import Baseline, baseline
from topline.trial.response.best_overall_response import (
    BestResponse,
    back_after_complete,
    best_response,
    counted_time_points,
)
from topline.trial.response.criteria import Criteria, Progression
from topline.trial.response.evaluable import Evaluability, evaluability
from topline.trial.response.responses import Call, TimePoint
from topline.trial.response.rules import ResponseRules
from topline.trial.response.time_to_event import CENSORING, CensoringRules, EventTime, event_times

Source = Literal["measurements", "stated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How response is evaluated in a trial.

    Parameters
    ----------
    criteria
        The response criteria.
    rules
        The protocol's numbers and choices.
    censoring
        When times are censored.
    source
        Whether overall responses are derived from lesions (``measurements``), or taken as the
        assessor ``stated`` them.
    confirmation
        Whether duration of response and rates count confirmed responses only; ``None`` as the
        criteria's publication demands.
    """

    criteria: Criteria
    rules: ResponseRules = field(default_factory=ResponseRules)
    censoring: CensoringRules = CENSORING["ema"]
    source: Source = "measurements"
    confirmation: bool | None = None

    @property
    def confirmed(self) -> bool:
        """Whether responses count only if confirmed."""
        return self.criteria.response_confirmed if self.confirmation is None else self.confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantResponse:
    """What became of one participant.

    Parameters
    ----------
    participant
        The participant.
    baseline
        The baseline; empty where responses were read as stated.
    time_points
        The responses by date.
    progression
        When the disease progressed.
    unconfirmed, confirmed
        The best response without and with confirmation of complete and partial responses.
    best
        The one of the two that the evaluation counts.
    times
        Progression-free survival, time to progression, duration of response.
    evaluability
        Which populations the participant belongs to.
    notes
        What is unusual about the data.
    """

    participant: Participant
    baseline: Baseline
    time_points: tuple[TimePoint, ...]
    progression: Progression
    unconfirmed: BestResponse
    confirmed: BestResponse
    best: BestResponse
    times: tuple[EventTime, ...]
    evaluability: Evaluability
    notes: tuple[str, ...] = ()


def evaluate(participant: Participant, evaluation: Evaluation) -> ParticipantResponse:
    """Evaluate the response of one participant.

    Parameters
    ----------
    participant
        What was seen, and the dates that matter.
    evaluation
        By which criteria and rules.

    Examples
    --------
    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from topline.trial.response.assessments import Assessment, TargetFinding
    >>> from topline.trial.response.registry import CRITERIA
    >>> def seen(day, millimetres):
    ...     finding = TargetFinding(lesion="T01", diameter=Decimal(millimetres))
    ...     return Assessment(date=day, targets=(finding,))
    >>> found = evaluate(
    ...     Participant(
    ...         name="01-701-1015",
    ...         start=date(2021, 1, 19),
    ...         assessments=(
    ...             seen(date(2021, 1, 18), 100), seen(date(2021, 3, 2), 40), seen(date(2021, 4, 13), 55),
    ...         ),
    ...     ),
    ...     Evaluation(criteria=CRITERIA["recist1.1"]),
    ... )
    >>> [str(one.overall.response) for one in found.time_points]
    ['PR', 'PD']
    >>> found.time_points[1].overall.reason
    'sum 55 mm is 37.5 % and 15 mm above nadir 40 mm of 2021-03-02'
    >>> str(found.unconfirmed.response), str(found.confirmed.response), found.times[0].days
    ('PR', 'SD', 85)
    """
    criteria, rules = evaluation.criteria, evaluation.rules
    at_baseline = baseline(participant)
    if evaluation.source == "stated":
        points = _stated(participant, criteria)
    else:
        points = criteria.time_points(participant, at_baseline, rules)
    progression = criteria.progression(points, rules)
    counted = counted_time_points(points, progression, participant.new_therapy)
    unconfirmed, confirmed = (
        best_response(
            counted, progression, participant.start, rules, criteria.words, confirmed=asked
        )
        for asked in (False, True)
    )
    best = confirmed if evaluation.confirmed else unconfirmed
    return ParticipantResponse(
        participant=participant,
        baseline=at_baseline,
        time_points=points,
        progression=progression,
        unconfirmed=unconfirmed,
        confirmed=confirmed,
        best=best,
        times=event_times(participant, points, progression, best, evaluation.censoring),
        evaluability=evaluability(participant, at_baseline, points),
        notes=(*at_baseline.notes, *_unusual(points, criteria)),
    )


def _unusual(points: Sequence[TimePoint], criteria: Criteria) -> Iterator[str]:
    back = back_after_complete(points)
    if back is not None:
        word = criteria.word(back.overall.response)
        yield f"{word} on {back.date} after a complete response, not called progression"


def _stated(participant: Participant, criteria: Criteria) -> tuple[TimePoint, ...]:
    start = participant.start
    return tuple(
        TimePoint(
            date=one.date, visit=one.visit, overall=Call(one.response, "as the assessor stated it")
        )
        for one in sorted(participant.stated, key=lambda one: one.date)
        if start is None or one.date >= start
    )


def evaluate_all(
    participants: Sequence[Participant], evaluation: Evaluation
) -> tuple[ParticipantResponse, ...]:
    """Evaluate the response of several participants, in their order."""
    return tuple(evaluate(one, evaluation) for one in participants)
