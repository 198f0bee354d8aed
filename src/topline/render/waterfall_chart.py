"""Waterfall: the best change of each participant's target lesions, from the worst to the best.

Below the bars every best response has a line with a tick under each of its participants, so that what colour says is
said by position too, also where two hundred bars leave no room for words.
"""

from typing import Any

from topline.render.axis import Axis, axis_over
from topline.render.drawing import Drawing
from topline.render.figure import Figure, in_two_widths
from topline.render.palette import INK, MUTED
from topline.render.response_marks import counted, response_mark, responses_among
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.frames import best_percent_change
from topline.trial.response.trial_response import TrialResponse

_HEIGHT = 250
"""Height of the bars' part [px]."""
_LINE, _GAP = 16, 12
"""Height of a response's line below the bars, and the space above the first [px]."""
_LEFT, _TOP, _RIGHT, _BOTTOM = 62, 32, 12, 8
_HIGHEST = 100.0
"""A larger increase is cut here, and marked [%]."""
_THRESHOLDS = (-30.0, 20.0)
"""The decrease of a partial response, and the increase of progression from baseline [%]."""
_WIDEST = 44.0
"""A bar is no wider, however few there are [px]."""
_SMALLEST = 2.0
"""A change of nothing still is a bar that can be seen [px]."""

_Drawn = list[tuple[ParticipantResponse, float]]


def waterfall_chart(trial: TrialResponse, name: str = "waterfall") -> Figure | None:
    """Return the waterfall of a trial, ``None`` where no participant has a measured change.

    Parameters
    ----------
    trial
        The trial's responses.
    name
        The figure's file name without extension.
    """
    changes = [(one, best_percent_change(one)) for one in trial.participants]
    drawn: _Drawn = [(one, float(change)) for one, change in changes if change is not None]
    if not drawn:
        return None
    drawn.sort(key=lambda pair: (-pair[1], pair[0].participant.name))
    title = f"Best change of target lesions from baseline, {trial.evaluation.criteria.title}"
    caption = _caption(drawn, len(changes) - len(drawn))
    description = f"{_describe(trial, drawn)}. {caption}"
    return in_two_widths(
        lambda width: _definition(trial, drawn, width),
        name=name,
        title=title,
        description=description,
        caption=caption,
    )


def _definition(trial: TrialResponse, drawn: _Drawn, width: int) -> dict[str, Any]:
    criteria = trial.evaluation.criteria
    axis = axis_over((*(min(change, _HIGHEST) for _, change in drawn), 0.0, *_THRESHOLDS))
    room = width - _LEFT - _RIGHT
    step = min(room / len(drawn), _WIDEST)
    end = step * len(drawn)
    picture = Drawing()
    _frame(picture, axis, end)
    kinds = responses_among(one for one, _ in drawn)
    for place, kind in enumerate(kinds):
        y = _line(place)
        picture.word(-8, y, response_mark(kind, criteria).word, align="right")
        picture.grid(0, y, end, y)
    gap = min(step * 0.16, 2.0)
    for place, (one, change) in enumerate(drawn):
        colour = response_mark(one.best.response, criteria).colour
        left, right = place * step + gap / 2, (place + 1) * step - gap / 2
        zero, top = _y(0, axis), _y(change, axis)
        top = zero - _SMALLEST if abs(top - zero) < _SMALLEST else top
        picture.rectangle(left, right, min(zero, top), max(zero, top), colour)
        y = _line(kinds.index(one.best.response))
        picture.rectangle(left, right, y - 5, y + 5, colour)
        if change > _HIGHEST:
            picture.symbol((left + right) / 2, _y(_HIGHEST, axis) - 6, "triangle-up", INK, 26)
    height = _HEIGHT + _GAP + _LINE * len(kinds)
    return picture.spec(room, height, (_LEFT, _TOP, _RIGHT, _BOTTOM))


def _frame(picture: Drawing, axis: Axis, end: float) -> None:
    """Draw what changes are read against."""
    picture.word(8 - _LEFT, -20, "Best change of the sum from baseline", colour=MUTED)
    for tick in axis.ticks:
        picture.grid(0, _y(tick, axis), end, _y(tick, axis))
        words = f"{tick:+g} %".replace("-", "−") if tick else "0 %"
        picture.word(-8, _y(tick, axis), words, align="right", colour=MUTED)
    picture.rule(0, _y(0, axis), end, _y(0, axis))
    for threshold in _THRESHOLDS:
        y = _y(threshold, axis)
        picture.rule(0, y, end, y, INK, dash=(3, 3))


def _y(change: float, axis: Axis) -> float:
    """Return where a change stands [px from the top]."""
    share = (min(change, _HIGHEST) - axis.lower) / (axis.upper - axis.lower)
    return _HEIGHT * (1 - share)


def _line(place: int) -> float:
    """Return the middle of a response's line [px from the top]."""
    return _HEIGHT + _GAP + _LINE * (place + 0.5)


def _caption(drawn: _Drawn, without: int) -> str:
    cut = sum(change > _HIGHEST for _, change in drawn)
    parts = [
        "Each bar is a participant: the smallest sum of diameters against baseline, by best response.",
        "Broken lines are at −30 % and +20 %.",
    ]
    if cut:
        parts.append(f"Triangles mark increases of more than {_HIGHEST:g} %: {cut}.")
    if without:
        parts.append(f"Without a measured change, and not shown: {without}.")
    return " ".join(parts)


def _describe(trial: TrialResponse, drawn: _Drawn) -> str:
    smaller = sum(change < 0 for _, change in drawn)
    response = sum(change <= -30 for _, change in drawn)
    return (
        f"{len(drawn)} participants with a best change from {drawn[0][1]:+.0f} % to "
        f"{drawn[-1][1]:+.0f} %; target lesions became smaller in {smaller}, by 30 % or more in "
        f"{response}; best responses: {counted((one for one, _ in drawn), trial.evaluation.criteria)}"
    )
