"""RECIST 1.1.

Eisenhauer et al., European Journal of Cancer 45 (2009) 228–247, doi:10.1016/j.ejca.2008.10.026.
"""

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

from topline.trial.response.assessments import Participant
from topline.trial.response.baseline import Baseline
from topline.trial.response.combination_tables import (
    RECIST_NON_TARGET,
    RECIST_SOURCE,
    RECIST_TARGET,
    New,
)
from topline.trial.response.criteria import Criteria, Progression
from topline.trial.response.new_lesions import Sightings, new_lesion_call
from topline.trial.response.non_target_lesions import non_target_response
from topline.trial.response.overall import overall_call
from topline.trial.response.responses import RESPONDING, Response, TimePoint
from topline.trial.response.rules import ResponseRules
from topline.trial.response.target_lesions import Sum, sum_of_diameters, target_response

WORDS = MappingProxyType({response: response.value for response in Response})
TABLES = (RECIST_TARGET, RECIST_NON_TARGET)


def time_points(
    participant: Participant, baseline: Baseline, rules: ResponseRules
) -> tuple[TimePoint, ...]:
    """Judge every assessment after baseline by RECIST 1.1.

    Time points after progression are judged too, by the same rules; what they mean is for best response and times
    to decide.
    """
    sightings = Sightings(baseline.later)
    sums: list[Sum] = []
    found: list[TimePoint] = []
    for place, assessment in enumerate(baseline.later):
        complete_since = complete_response_since(found, rules)
        total = sum_of_diameters(assessment.targets, baseline, assessment.date)
        target = target_response(
            total,
            sums,
            baseline,
            complete_since=complete_since,
            kept_since=partial_response_since(found, rules),
        )
        non_target = non_target_response(
            assessment,
            baseline,
            complete_since=complete_since,
            confirmed_later=sightings.non_targets_confirmed(place),
        )
        lesions = new_lesion_call(sightings, place)
        new = New.YES if lesions.present else New.NO
        overall = overall_call(target, non_target, lesions, new, TABLES, WORDS)
        found.append(
            TimePoint(
                date=assessment.date,
                visit=assessment.visit,
                target=target,
                non_target=non_target,
                new_lesions=lesions,
                overall=overall,
            )
        )
        sums.append(total)
    return tuple(found)


def complete_response_since(before: Sequence[TimePoint], rules: ResponseRules) -> date | None:
    """Return the date of the first complete response, after which disease that is back is progression.

    Parameters
    ----------
    before
        The time points so far.
    rules
        Whether that is so.
    """
    if rules.after_complete != "progression":
        return None
    complete = (one.date for one in before if one.overall.response is Response.COMPLETE)
    return next(complete, None)


def partial_response_since(before: Sequence[TimePoint], rules: ResponseRules) -> date | None:
    """Return the date of the partial response of the target lesions that is kept, if any is.

    Parameters
    ----------
    before
        The time points so far. Progression ends what was kept.
    rules
        Whether a partial response is kept from its first, or from its confirmation on.
    """
    if rules.partial_response_kept == "never":
        return None
    first: date | None = None
    last: date | None = None
    for one in before:
        response = one.target.response if one.target is not None else None
        if one.overall.response in (Response.PROGRESSION, Response.UNCONFIRMED):
            first = last = None
        elif response in RESPONDING:
            first, last = first or one.date, one.date
    if first is None or last is None or rules.partial_response_kept == "assigned":
        return first
    return first if (last - first).days >= rules.confirmation_days else None


def progression(points: Sequence[TimePoint], rules: ResponseRules) -> Progression:
    """Find the first progression; RECIST 1.1 asks for no confirmation of it."""
    for place, one in enumerate(points):
        if one.overall.response is Response.PROGRESSION:
            reason = f"first PD on {one.date}: {one.overall.reason}"
            return Progression(date=one.date, place=place, reason=reason)
    return Progression(date=None, place=None, reason="no PD")


CRITERIA = Criteria(
    name="recist1.1",
    title="RECIST 1.1",
    source=RECIST_SOURCE,
    words=WORDS,
    tables=TABLES,
    time_points=time_points,
    progression=progression,
)
