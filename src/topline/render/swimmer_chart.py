"""Swimmer: each participant's time on study, with response, progression and death where they fall.

A thick part of the bar is the duration of response. For few participants the bars have names; for many they are
thinner, and the symbols smaller.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from topline.render.drawing import Drawing
from topline.render.figure import NARROW, Figure, fitted, in_two_widths
from topline.render.palette import GRID, INK, MUTED, PAPER
from topline.render.response_marks import (
    ResponseMark,
    TimeScale,
    counted,
    legend_records,
    response_colour,
    response_mark,
    time_scale,
)
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.responses import ORDER, RESPONDING, Response
from topline.trial.response.time_to_event import DURATION_OF_RESPONSE
from topline.trial.response.trial_response import TrialResponse

_NAMED = 60
"""Up to so many participants are named."""
_TALLEST, _LOWEST = 17.0, 4.2
"""Height of a participant's line: for twenty, and for two hundred or more [px]."""
_ALL = 860.0
"""Height that the lines of many share [px]."""
_NAMES = 96
"""Room for names [px]."""
_LEFT, _TOP, _RIGHT, _BOTTOM = 12, 8, 22, 44
PROGRESSED, DIED, ONGOING = "triangle-down", "cross", "triangle-right"
"""Symbols that are no response."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """One participant's line: dates as days since the start."""

    one: ParticipantResponse
    end: int
    response: tuple[int, int] | None
    progressed: int | None
    died: int | None


def swimmer_chart(trial: TrialResponse, name: str = "swimmer") -> Figure | None:
    """Return the time on study of a trial's participants, ``None`` without a participant.

    Time on study ends on the date last known alive, or with the last assessment where that is later or the
    other is not known; of the dead with death.

    Parameters
    ----------
    trial
        The trial's responses.
    name
        The figure's file name without extension.
    """
    lanes = [lane for one in trial.participants if (lane := _lane(one)) is not None]
    if not lanes:
        return None
    lanes.sort(key=lambda lane: (-lane.end, lane.one.participant.name))
    title = f"Time on study and response, {trial.evaluation.criteria.title}"
    scale = time_scale(max(lane.end for lane in lanes))
    caption = (
        "Each line is a participant; the coloured part of it is the duration of response, from the first "
        "complete or partial response until progression, death or the last evaluable assessment."
    )
    description = f"{_describe(trial, lanes)}. {caption}"
    return in_two_widths(
        lambda width: _definition(trial, lanes, scale, width),
        name=name,
        title=title,
        description=description,
        caption=caption,
    )


def _lane(one: ParticipantResponse) -> _Lane | None:
    start = one.participant.start
    if start is None:
        return None

    def day(when: date | None) -> int | None:
        return None if when is None else (when - start).days

    died = day(one.participant.died)
    known = [
        day(one.participant.last_known_alive),
        *(day(point.date) for point in one.time_points),
    ]
    last = max((days for days in known if days is not None), default=0)
    duration = next((time for time in one.times if time.parameter == DURATION_OF_RESPONSE), None)
    return _Lane(
        one=one,
        end=max(0, last if died is None else died),
        response=None
        if duration is None
        else ((duration.start - start).days, (duration.date - start).days),
        progressed=day(one.progression.date),
        died=died,
    )


def _definition(
    trial: TrialResponse, lanes: list[_Lane], scale: TimeScale, width: int
) -> dict[str, Any]:
    named = len(lanes) <= _NAMED
    names = (_NAMES if width > NARROW else _NAMES * 0.85) if named else 0.0
    room = width - _LEFT - _RIGHT
    picture = Drawing()
    explained, below = legend_records(_legend(trial, lanes), room)
    for item in explained:
        picture.symbol(item["x"], item["y"], item["shape"], item["colour"], 46)
        picture.word(item["text_x"], item["y"], item["text"])
    step = max(_LOWEST, min(_TALLEST, _ALL / len(lanes)))
    axis = scale.axis(max(lane.end for lane in lanes))
    per_day = (room - names) / scale.days / axis.upper
    pool = _Pool(trial, names, below + 8, step, per_day)
    bottom = pool.top + step * len(lanes)
    for tick in axis.ticks:
        at = pool.x(tick * scale.days)
        picture.grid(at, pool.top, at, bottom)
        picture.word(at, bottom + 12, f"{tick:g}", align="center", colour=MUTED)
    middle = names + (room - names) / 2
    picture.word(middle, bottom + 30, scale.title, align="center", colour=MUTED)
    for place, lane in enumerate(lanes):
        if named:
            label = fitted(lane.one.participant.name, names - 10)
            picture.word(names - 8, pool.y(place), label, align="right", colour=MUTED)
        pool.draw(picture, lane, place)
    picture.rule(pool.x(0), pool.top, pool.x(0), bottom)
    return picture.spec(room, bottom, (_LEFT, _TOP, _RIGHT, _BOTTOM))


@dataclass(frozen=True, slots=True)
class _Pool:
    """Where the lines stand, and how one is drawn."""

    trial: TrialResponse
    left: float
    top: float
    step: float
    per_day: float

    def x(self, days: float) -> float:
        return self.left + days * self.per_day

    def y(self, place: int) -> float:
        return self.top + self.step * (place + 0.5)

    def draw(self, picture: Drawing, lane: _Lane, place: int) -> None:
        """Draw the bar, the response within it, and what happened."""
        criteria = self.trial.evaluation.criteria
        y, thick = self.y(place), self.step * 0.66
        end = max(self.x(lane.end), self.x(0) + 1)
        picture.rectangle(self.x(0), end, y - thick / 2, y + thick / 2, GRID)
        size = max(9.0, min(44.0, self.step**2 * 0.4))
        if lane.response is not None:
            since, until = lane.response
            mark = response_mark(lane.one.best.response, criteria)
            right = max(self.x(until), self.x(since) + 2)
            picture.rectangle(self.x(since), right, y - thick / 2, y + thick / 2, mark.colour)
        for days, response in _first_responses(lane):
            mark = response_mark(response, criteria)
            picture.symbol(self.x(days), y, mark.shape, PAPER, size * 1.9)
            picture.symbol(self.x(days), y, mark.shape, mark.colour, size)
        for days, shape, colour in _happenings(lane):
            picture.symbol(self.x(days), y, shape, colour, size)
        if lane.one.participant.ongoing:
            picture.symbol(end + self.step * 0.45, y, ONGOING, INK, size)


def _first_responses(lane: _Lane) -> list[tuple[int, Response]]:
    """Return when each kind of response was first met, before progression, as days since the start."""
    start = lane.one.participant.start
    if start is None or lane.response is None:
        return []
    since, until = lane.response
    found: dict[Response, int] = {}
    for point in lane.one.time_points:
        days = (point.date - start).days
        if point.overall.response in RESPONDING and since <= days <= until:
            found.setdefault(point.overall.response, days)
    return [(days, response) for response, days in found.items()]


def _happenings(lane: _Lane) -> list[tuple[int, str, str]]:
    progressed = response_colour(Response.PROGRESSION)
    found = [(lane.progressed, PROGRESSED, progressed), (lane.died, DIED, INK)]
    return [(days, shape, colour) for days, shape, colour in found if days is not None]


def _legend(trial: TrialResponse, lanes: list[_Lane]) -> list[ResponseMark]:
    criteria = trial.evaluation.criteria
    progressed = response_colour(Response.PROGRESSION)
    seen = {response for lane in lanes for _, response in _first_responses(lane)}
    marks = [response_mark(one, criteria) for one in ORDER if one in seen]
    for shown, mark in (
        (
            any(lane.progressed is not None for lane in lanes),
            ResponseMark("Progression", progressed, PROGRESSED),
        ),
        (any(lane.died is not None for lane in lanes), ResponseMark("Death", INK, DIED)),
        (
            any(lane.one.participant.ongoing for lane in lanes),
            ResponseMark("On study", INK, ONGOING),
        ),
    ):
        marks += [mark] if shown else []
    return marks


def _describe(trial: TrialResponse, lanes: list[_Lane]) -> str:
    progressed = sum(lane.progressed is not None for lane in lanes)
    died = sum(lane.died is not None for lane in lanes)
    ongoing = sum(lane.one.participant.ongoing for lane in lanes)
    return (
        f"{len(lanes)} participants followed for up to {lanes[0].end} days: "
        f"{sum(lane.response is not None for lane in lanes)} with response, {progressed} with "
        f"progression, {died} died, {ongoing} still on study; best responses: "
        f"{counted((lane.one for lane in lanes), trial.evaluation.criteria)}"
    )
