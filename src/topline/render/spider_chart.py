"""Spider: the change of each participant's target lesions over time, a panel a best response.

All lines in one panel can be followed for twenty participants, and not for two hundred; a panel for each best response
serves both, and says by position what colour says. The other lines stand behind each panel in grey.
"""

from typing import Any

from topline.render.axis import Axis, axis_over
from topline.render.drawing import Drawing
from topline.render.figure import Figure, in_two_widths
from topline.render.palette import GRID, INK, MUTED
from topline.render.response_marks import (
    TimeScale,
    counted,
    response_mark,
    responses_among,
    time_scale,
)
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.responses import Response
from topline.trial.response.trial_response import TrialResponse

_HEIGHT = 170
"""Height of a panel [px]."""
_TITLE, _BELOW = 22, 46
"""Room above a panel for its name, below it for the axis [px]."""
_LEFT, _TOP, _RIGHT, _BOTTOM = 62, 24, 14, 8
_BETWEEN = 18
_NARROWEST = 190
"""A panel is no narrower; further ones stand below [px]."""
_HIGHEST = 100.0
"""A larger increase is drawn here [%]."""
_FEW = 40
"""Up to so many lines have a symbol at each assessment."""

_Line = list[tuple[int, float]]
"""Days since the start, and percent change."""


def spider_chart(trial: TrialResponse, name: str = "spider") -> Figure | None:
    """Return the changes over time of a trial, ``None`` where none were measured.

    Complete sums after progression are drawn too, thinner.

    Parameters
    ----------
    trial
        The trial's responses.
    name
        The figure's file name without extension.
    """
    drawn = [(one, line) for one in trial.participants if len(line := _line(one)) > 1]
    if not drawn:
        return None
    title = f"Change of target lesions over time, {trial.evaluation.criteria.title}"
    scale = time_scale(max(line[-1][0] for _, line in drawn))
    caption = _caption(drawn, len(trial.participants) - len(drawn))
    description = f"{_describe(trial, drawn)}. {caption}"
    return in_two_widths(
        lambda width: _definition(trial, drawn, scale, width),
        name=name,
        title=title,
        description=description,
        caption=caption,
    )


def _line(one: ParticipantResponse) -> _Line:
    """Return the changes of a participant's complete sums, from baseline on."""
    start = one.participant.start
    if start is None:
        return []
    points: _Line = [(0, 0.0)]
    for point in one.time_points:
        change = point.target.percent_change if point.target is not None else None
        if change is not None:
            points.append(((point.date - start).days, float(change)))
    return points


_Drawn = list[tuple[ParticipantResponse, _Line]]


def _definition(
    trial: TrialResponse, drawn: _Drawn, scale: TimeScale, width: int
) -> dict[str, Any]:
    kinds = responses_among(one for one, _ in drawn)
    room = width - _LEFT - _RIGHT
    columns = max(1, min(len(kinds), int((room + _BETWEEN) / (_NARROWEST + _BETWEEN))))
    panel = (room - _BETWEEN * (columns - 1)) / columns
    changes = [min(change, _HIGHEST) for _, line in drawn for _, change in line]
    changes_axis = axis_over((*changes, -30.0, 20.0))
    times_axis = scale.axis(max(line[-1][0] for _, line in drawn))
    picture = Drawing()
    picture.word(8 - _LEFT, -14, "Change of the sum from baseline", colour=MUTED)
    for place, kind in enumerate(kinds):
        row, column = divmod(place, columns)
        left = column * (panel + _BETWEEN)
        top = row * (_HEIGHT + _TITLE + _BELOW) + _TITLE
        within = _Panel(left, top, panel, changes_axis, times_axis, scale)
        _panel(picture, within, trial, drawn, kind, labels=column == 0)
    rows = -(-len(kinds) // columns)
    height = rows * (_HEIGHT + _TITLE + _BELOW)
    return picture.spec(room, height, (_LEFT, _TOP, _RIGHT, _BOTTOM))


class _Panel:
    """Where things stand within one panel."""

    def __init__(
        self, left: float, top: float, width: float, changes: Axis, times: Axis, scale: TimeScale
    ) -> None:
        self.left, self.top, self.width = left, top, width
        self.changes, self.times, self.scale = changes, times, scale

    def x(self, time: float) -> float:
        return self.left + self.width * time / self.times.upper

    def y(self, change: float) -> float:
        lower, upper = self.changes.lower, self.changes.upper
        return self.top + _HEIGHT * (upper - min(change, _HIGHEST)) / (upper - lower)

    def points(self, line: _Line) -> list[tuple[float, float]]:
        return [(self.x(days / self.scale.days), self.y(change)) for days, change in line]


def _panel(
    picture: Drawing,
    within: _Panel,
    trial: TrialResponse,
    drawn: _Drawn,
    kind: Response,
    *,
    labels: bool,
) -> None:
    mark = response_mark(kind, trial.evaluation.criteria)
    own = [(one, line) for one, line in drawn if one.best.response is kind]
    others = [line for one, line in drawn if one.best.response is not kind]
    picture.symbol(within.left + 5, within.top - 12, mark.shape, mark.colour, 46)
    picture.word(within.left + 14, within.top - 12, f"{mark.word}, {len(own)}")
    _frame(picture, within, labels=labels)
    for line in others:
        picture.line(within.points(line), GRID, width=1)
    few = len(own) <= _FEW
    for one, line in own:
        counts = _until_progression(one, line)
        points = within.points(line)
        picture.line(points[: len(counts)], mark.colour, width=1.7 if few else 1.1)
        picture.line(points[len(counts) - 1 :], mark.colour, width=0.5)
        for x, y in points[1 : len(counts)] if few else points[len(counts) - 1 : len(counts)]:
            picture.symbol(x, y, mark.shape, mark.colour, 20 if few else 10)


def _until_progression(one: ParticipantResponse, line: _Line) -> _Line:
    """Return the part of a line that counts: up to and including progression."""
    start, progressed = one.participant.start, one.progression.date
    if start is None or progressed is None:
        return line
    return [point for point in line if point[0] <= (progressed - start).days]


def _frame(picture: Drawing, within: _Panel, *, labels: bool) -> None:
    end = within.left + within.width
    for tick in within.changes.ticks:
        y = within.y(tick)
        picture.grid(within.left, y, end, y)
        if labels:
            words = f"{tick:+g} %".replace("-", "−") if tick else "0 %"
            picture.word(within.left - 8, y, words, align="right", colour=MUTED)
    picture.rule(within.left, within.y(0), end, within.y(0))
    for threshold in (-30.0, 20.0):
        picture.rule(
            within.left, within.y(threshold), end, within.y(threshold), INK, width=0.7, dash=(3, 3)
        )
    bottom = within.top + _HEIGHT
    for tick in within.times.ticks:
        picture.rule(within.x(tick), bottom, within.x(tick), bottom + 4)
        picture.word(within.x(tick), bottom + 12, f"{tick:g}", align="center", colour=MUTED)
    middle = within.left + within.width / 2
    picture.word(middle, bottom + 28, within.scale.title, align="center", colour=MUTED)


def _caption(drawn: _Drawn, without: int) -> str:
    cut = sum(any(change > _HIGHEST for _, change in line) for _, line in drawn)
    parts = [
        "Each line is a participant, in the panel of the best response, thin after progression; grey "
        "lines are the others.",
        "Broken lines are at −30 % and +20 % of baseline.",
    ]
    if cut:
        parts.append(f"Increases of more than {_HIGHEST:g} % are drawn there: {cut} participants.")
    if without:
        parts.append(f"Without a measured change, and not shown: {without}.")
    return " ".join(parts)


def _describe(trial: TrialResponse, drawn: _Drawn) -> str:
    criteria = trial.evaluation.criteria
    longest = max(line[-1][0] for _, line in drawn)
    below = sum(line[-1][1] <= -30 for _, line in drawn)
    return (
        f"{len(drawn)} participants followed for up to {longest} days; at the last measurement "
        f"{below} were 30 % or more below baseline; best responses: "
        f"{counted((one for one, _ in drawn), criteria)}"
    )
