"""Progression-free survival, time to progression, duration of response: events and censoring by named rules.

Two sets of rules are named after where they are written down:

- ``fda``: Food and Drug Administration, Guidance for Industry, Clinical Trial Endpoints for the Approval of
  Cancer Drugs and Biologics (2018), appendix on progression-free survival: an event after another therapy, or after
  two or more missed assessments, is censored at the last adequate assessment before.
- ``ema``: European Medicines Agency, appendix 1 to the guideline on anticancer medicinal products
  (EMA/CHMP/27994/2008 Rev. 1, 2012): progression and death count whenever they come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from topline.trial.response.assessments import Participant
from topline.trial.response.best_overall_response import BestResponse
from topline.trial.response.criteria import Progression
from topline.trial.response.responses import Response, TimePoint

NewTherapy = Literal["censor", "event", "ignore"]
MissedAssessments = Literal["censor", "ignore"]

PROGRESSION_FREE_SURVIVAL, TIME_TO_PROGRESSION, DURATION_OF_RESPONSE = "PFS", "TTP", "DOR"
TITLES: Mapping[str, str] = MappingProxyType(
    {
        PROGRESSION_FREE_SURVIVAL: "Progression-Free Survival",
        TIME_TO_PROGRESSION: "Time to Progression",
        DURATION_OF_RESPONSE: "Duration of Response",
    }
)
"""The parameters and what they are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CensoringRules:
    """When a time ends in an event, and when it is censored.

    Parameters
    ----------
    new_therapy
        What another anticancer therapy before the event does: ``censor`` at the last adequate
        assessment before it, count as an ``event``, or nothing (``ignore``).
    missed_assessments
        Whether an event after too long a time without an adequate assessment is censored at the last
        one before (``censor``), or counts (``ignore``).
    longest_gap_days
        What is too long. Two missed assessments every 6 weeks are, with a week's tolerance, more than
        2 × 42 + 7 = 91 days. Needed where missed assessments censor.

    Raises
    ------
    ValueError
        If missed assessments censor and no gap is given. Whoever takes these from a user asks before.
    """

    new_therapy: NewTherapy = "censor"
    missed_assessments: MissedAssessments = "ignore"
    longest_gap_days: int | None = None

    def __post_init__(self) -> None:
        if self.missed_assessments == "censor" and self.longest_gap_days is None:
            raise ValueError("missed assessments censor, but longest_gap_days is not given")


CENSORING: Mapping[str, CensoringRules] = MappingProxyType(
    {
        "fda": CensoringRules(
            new_therapy="censor", missed_assessments="censor", longest_gap_days=91
        ),
        "ema": CensoringRules(new_therapy="ignore", missed_assessments="ignore"),
    }
)
"""Named sets of rules; the gap of ``fda`` is that of assessments every 6 weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTime:
    """One time to an event.

    Parameters
    ----------
    parameter
        PFS, TTP or DOR.
    start
        The date the time counts from.
    date
        The date of the event or of censoring.
    censored
        Whether it is censored.
    event
        What happened: the event, or why follow-up ends.
    censored_at
        What the date of a censored time is; ``None`` for an event.
    reason
        The rule that decided, in words.
    """

    parameter: str
    start: date
    date: date
    censored: bool
    event: str
    censored_at: str | None
    reason: str

    @property
    def days(self) -> int:
        """The time [days]; an event on the day of the start is on day 1."""
        return (self.date - self.start).days + 1


@dataclass(frozen=True, slots=True)
class _Event:
    date: date
    what: str
    reason: str


def event_times(
    participant: Participant,
    points: Sequence[TimePoint],
    progression: Progression,
    response: BestResponse,
    rules: CensoringRules,
) -> tuple[EventTime, ...]:
    """Return the times of a participant; duration of response for responders only.

    Parameters
    ----------
    participant
        With the date of start; without one there are no times.
    points
        All time points by date.
    progression
        Where progression is.
    response
        The best response, whose first response begins the duration of response: that with confirmation,
        where it is asked for.
    rules
        The censoring rules.
    """
    start = participant.start
    if start is None:
        return ()
    times = [
        _time(PROGRESSION_FREE_SURVIVAL, start, participant, points, progression, rules),
        _time(TIME_TO_PROGRESSION, start, participant, points, progression, rules),
    ]
    since = response.responded
    if since is not None:
        times.append(
            _time(DURATION_OF_RESPONSE, start, participant, points, progression, rules, since)
        )
    return tuple(times)


def _time(
    parameter: str,
    start: date,
    participant: Participant,
    points: Sequence[TimePoint],
    progression: Progression,
    rules: CensoringRules,
    since: date | None = None,
) -> EventTime:
    """Return one time; ``since`` is where it counts from, if not from the start."""
    event = _event(participant, progression, deaths=parameter != TIME_TO_PROGRESSION)
    therapy = participant.new_therapy
    if therapy is not None and (event is None or therapy < event.date):
        if rules.new_therapy == "event":
            event = _Event(therapy, "New Anticancer Therapy", f"another therapy began on {therapy}")
        elif rules.new_therapy == "censor":
            why = f"another therapy began on {therapy}"
            return _censored(parameter, since or start, start, points, therapy, why)
    if event is None:
        end = participant.died if parameter == TIME_TO_PROGRESSION else None
        why = f"died on {end} without progression" if end else "no event"
        return _censored(parameter, since or start, start, points, None, why)
    last = _last_adequate(points, event.date, start)
    gap = (event.date - last).days
    longest = rules.longest_gap_days
    if rules.missed_assessments == "censor" and longest is not None and gap > longest:
        why = f"{event.reason}, {gap} days after the last assessment before it, more than {longest}"
        return _censored(parameter, since or start, start, points, event.date, why)
    return EventTime(
        parameter=parameter,
        start=since or start,
        date=event.date,
        censored=False,
        event=event.what,
        censored_at=None,
        reason=event.reason,
    )


def _event(participant: Participant, progression: Progression, *, deaths: bool) -> _Event | None:
    """Return the first event: progression, or death where that counts."""
    found = []
    if progression.date is not None:
        found.append(_Event(progression.date, "Disease Progression", progression.reason))
    if deaths and participant.died is not None:
        found.append(_Event(participant.died, "Death", f"died on {participant.died}"))
    return min(found, key=lambda one: one.date, default=None)


def _last_adequate(points: Sequence[TimePoint], before: date | None, start: date) -> date:
    """Return the date of the last evaluable assessment before a date, or the start."""
    dates = [
        one.date
        for one in points
        if one.overall.response is not Response.NOT_EVALUABLE
        and (before is None or one.date < before)
    ]
    return max([*dates, start])


def _censored(
    parameter: str,
    since: date,
    start: date,
    points: Sequence[TimePoint],
    before: date | None,
    why: str,
) -> EventTime:
    last = _last_adequate(points, before, start)
    assessed = last > start
    at = "Last Tumor Assessment" if assessed else "Start: No Tumor Assessment After Baseline"
    where = f"last evaluable assessment of {last}" if assessed else f"start {start}"
    return EventTime(
        parameter=parameter,
        start=since,
        date=max(last, since),
        censored=True,
        event="No Event" if why == "no event" else why[0].upper() + why[1:],
        censored_at=at,
        reason=f"{why}: censored at the {where}",
    )
