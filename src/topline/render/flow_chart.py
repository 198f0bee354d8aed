"""The participant flow as a drawing: what the page lays out as boxes, for media that need a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topline.render.context import FlowArm, FlowBox, FlowPeriodView
from topline.render.drawing import Drawing
from topline.render.figure import WIDE, Figure, draw, wrapped
from topline.render.palette import INK, MUTED

MOST_ARMS = 4
"""Groups beside each other in one drawing; more stand in a further one."""
_LINE = 15
"""Height of a line of words [px]."""
_GAP = 18
"""Between boxes [px]."""
_INSET = 8
"""Between a box and its words [px]."""
_ASIDE = 26
"""How far those who left stand beside the way down [px]."""
_WIDEST = 230
_FILL, _FILL_ASIDE = "#f5f7f9", "#ffffff"


@dataclass(frozen=True, slots=True)
class _Words:
    """A box with its words broken into lines."""

    lines: tuple[str, ...]
    aside: bool

    @property
    def height(self) -> int:
        return len(self.lines) * _LINE + 2 * _INSET


def flow_charts(periods: Sequence[FlowPeriodView], address: str) -> tuple[Figure, ...]:
    """Return the drawings of a flow diagram: of every period one, more where it has many groups.

    Parameters
    ----------
    periods
        The diagram, as :func:`topline.render.flow_diagram.flow_diagram` gives it.
    address
        JSON Pointer of the module.

    Examples
    --------
    >>> flow_charts((), "/resultsSection/participantFlowModule")
    ()
    """
    return tuple(
        _chart(period, arms, f"flow-{place}-{start // MOST_ARMS + 1}", address)
        for place, period in enumerate(periods, 1)
        for start in range(0, len(period.arms), MOST_ARMS)
        for arms in (period.arms[start : start + MOST_ARMS],)
    )


def _chart(period: FlowPeriodView, arms: Sequence[FlowArm], name: str, address: str) -> Figure:
    width = min(_WIDEST, (WIDE - _GAP * (len(arms) - 1)) / len(arms))
    inner = width - 2 * _INSET
    titles = [wrapped(arm.title or "Group", width) for arm in arms]
    columns = [[_words(box, inner) for box in arm.boxes] for arm in arms]
    top = max(map(len, titles)) * _LINE + 6.0
    drawing = Drawing()
    heights = _heights([arm.boxes for arm in arms], columns)
    for place, (arm, title, words) in enumerate(zip(arms, titles, columns, strict=True)):
        left = place * (width + _GAP)
        for line, text in enumerate(title):
            drawing.word(left, line * _LINE + _LINE / 2, text)
        _draw_arm(drawing, arm, words, heights, (left, left + width, top))
    height = top + sum(taken + _GAP for taken in heights.values()) - _GAP
    total = len(arms) * (width + _GAP) - _GAP
    heading = f"Participant flow: {period.title}"
    description = " ".join(_describe(arm) for arm in arms)
    spec = drawing.spec(total, max(height, 1.0), (2, 2, 2, 2))
    return Figure(
        name=name,
        title=heading,
        description=description,
        address=address,
        spec=spec,
        svg=draw(spec, heading, description),
    )


def _words(box: FlowBox, width: float) -> _Words:
    room = width - _ASIDE if box.aside else width
    lines = wrapped(f"{box.text} {box.label}", room)
    for reason in box.reasons:
        lines += wrapped(f"{reason.text} {reason.label}", room)
    return _Words(tuple(lines), box.aside)


def _key(box: FlowBox) -> tuple[str, bool]:
    return box.label, box.aside


def _heights(
    arms: Sequence[Sequence[FlowBox]], columns: Sequence[Sequence[_Words]]
) -> dict[tuple[str, bool], int]:
    """Return the height of every milestone, the same in all groups, in the order of the way down."""
    heights: dict[tuple[str, bool], int] = {}
    for boxes, words in zip(arms, columns, strict=True):
        for box, said in zip(boxes, words, strict=True):
            heights[_key(box)] = max(heights.get(_key(box), 0), said.height)
    # The completed come last, whatever a group without losses would say.
    return dict(sorted(heights.items(), key=lambda item: _RANK.get(item[0][0], 0)))


_RANK = {"Not completed": 1, "Completed": 2}


def _draw_arm(
    drawing: Drawing,
    arm: FlowArm,
    words: Sequence[_Words],
    heights: dict[tuple[str, bool], int],
    place: tuple[float, float, float],
) -> None:
    left, right, y = place
    said = {_key(box): text for box, text in zip(arm.boxes, words, strict=True)}
    middle, last = left + _ASIDE / 2, 0.0
    for key, height in heights.items():
        if key in said:
            box = said[key]
            if box.aside:
                drawing.rule(middle, y + box.height / 2, left + _ASIDE, y + box.height / 2)
            else:
                if last:
                    drawing.rule(middle, last, middle, y)
                last = y + box.height
            _draw_box(drawing, box, left + (_ASIDE if box.aside else 0), right, y)
        y += height + _GAP


def _draw_box(drawing: Drawing, box: _Words, left: float, right: float, top: float) -> None:
    bottom = top + box.height
    drawing.rectangle(left, right, top, bottom, _FILL_ASIDE if box.aside else _FILL)
    for x, y, x2, y2 in (
        (left, top, right, top),
        (left, bottom, right, bottom),
        (left, top, left, bottom),
        (right, top, right, bottom),
    ):
        drawing.rule(x, y, x2, y2, MUTED, width=0.75)
    for line, text in enumerate(box.lines):
        y = top + _INSET + (line + 0.5) * _LINE
        drawing.word(left + _INSET, y, text, colour=INK if line == 0 or not box.aside else MUTED)


def _describe(arm: FlowArm) -> str:
    return f"{arm.title}: {'; '.join(_told(arm.boxes))}."


def _told(boxes: Sequence[FlowBox]) -> Iterator[str]:
    for box in boxes:
        reasons = ", ".join(f"{reason.label} {reason.text}" for reason in box.reasons)
        yield f"{box.label} {box.text}" + (f" ({reasons})" if reasons else "")
