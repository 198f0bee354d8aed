"""Kaplan–Meier curves: steps with limits, ticks of censoring, numbers at risk below."""

from collections.abc import Iterator, Sequence

import altair

from topline.analysis.curves import SurvivalCurve
from topline.render.axis import Axis, axis_over
from topline.render.figure import (
    EXACT,
    NARROW,
    WIDE,
    Figure,
    Record,
    definition,
    draw,
    fitted,
    inline,
)
from topline.render.palette import INK, MUTED, series_colour

_HEIGHT = 260
_LINE = 15
"""Height of a line of text below the chart [px]."""
_AXIS = 40
"""Room for the time axis between the curves and the numbers at risk [px]."""
_TICK = 7
"""Height of a censoring tick [px]."""


def survival_chart(curves: Sequence[SurvivalCurve], title: str, name: str) -> Figure:
    """Return the Kaplan–Meier curves of one outcome measure.

    Parameters
    ----------
    curves
        One per group, of the same outcome measure and unit; at least one.
    title
        The outcome measure's title.
    name
        The figure's file name without extension.
    """
    first = curves[0]
    heading = f"Kaplan–Meier curve: {title}"
    caption = _caption(first)
    description = f"{_describe(curves)}. {caption}"
    wide, narrow = (definition(_chart(curves, width)) for width in (WIDE, NARROW))
    return Figure(
        name=name,
        title=heading,
        description=description,
        caption=caption,
        address=first.address,
        spec=wide,
        svg=draw(wide, heading, description),
        narrow=draw(narrow, heading, description),
    )


def _chart(curves: Sequence[SurvivalCurve], width: int) -> altair.VConcatChart:
    axis = _time_axis(curves)
    plot_width = width - 64
    return altair.vconcat(
        _curves(curves, axis, plot_width),
        _at_risk(curves, axis, plot_width),
        spacing=_AXIS,
        bounds="flush",
    )


def _time_axis(curves: Sequence[SurvivalCurve]) -> Axis:
    """Return the axis of time: to the end of follow-up, with ticks at the times of the table."""
    end = max(_end(curve) for curve in curves)
    times = {time for curve in curves for time in curve.at_risk_times}
    found = axis_over((0.0, end, *times))
    upper = end if end > 0 else found.upper
    ticks = sorted(times) or found.ticks
    return Axis(lower=0, upper=upper, ticks=tuple(tick for tick in ticks if tick <= upper))


def _end(curve: SurvivalCurve) -> float:
    """Return the end of a curve's follow-up, where its last step ends."""
    return max((*curve.times, *curve.censored))


def _curves(curves: Sequence[SurvivalCurve], axis: Axis, width: int) -> altair.LayerChart:
    x_scale = altair.Scale(domain=[axis.lower, axis.upper], nice=False)
    unit = curves[0].unit
    x_axis = altair.Axis(values=list(axis.ticks), grid=False, title=unit.capitalize(), format=EXACT)
    x = altair.X("time:Q", scale=x_scale, axis=x_axis)
    y = altair.Y(
        "survival:Q",
        scale=altair.Scale(domain=[0, 1], nice=False),
        axis=altair.Axis(
            values=[0, 0.25, 0.5, 0.75, 1], format=".0%", title="Probability without the event"
        ),
    )
    colour = altair.Color("colour:N", scale=None, legend=None)
    band = [record for place, curve in enumerate(curves) for record in _band(curve, place)]
    steps = [record for place, curve in enumerate(curves) for record in _steps(curve, place)]
    ticks = [record for place, curve in enumerate(curves) for record in _censored(curve, place)]
    layers: list[altair.Chart] = [
        altair.Chart(inline(band))
        .mark_rect(opacity=0.14)
        .encode(
            x=x,
            x2="until:Q",
            y=altair.Y("lower:Q", scale=altair.Scale(domain=[0, 1], nice=False)),
            y2="upper:Q",
            fill=altair.Fill("colour:N", scale=None, legend=None),
        ),
        altair.Chart(inline([{"survival": 0.5}]))
        .mark_rule(color=MUTED, strokeDash=[2, 3])
        .encode(y=y),
        altair.Chart(inline(steps))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(
            x=x,
            y=y,
            stroke=altair.Stroke("colour:N", scale=None, legend=None),
            strokeDash=altair.StrokeDash("dash:N", scale=None, legend=None),
            detail="series:N",
            order="place:Q",
        ),
        altair.Chart(inline(ticks))
        .mark_tick(orient="vertical", size=_TICK, thickness=1.2)
        .encode(x=x, y=y, color=colour),
    ]
    return altair.LayerChart(layer=layers, width=width, height=_HEIGHT)


def _steps(curve: SurvivalCurve, place: int) -> Iterator[Record]:
    end = _end(curve)
    points = [*zip(curve.times, curve.survival, strict=True)]
    if end > curve.times[-1]:
        points.append((end, curve.survival[-1]))
    for position, (time, survival) in enumerate(points):
        yield {
            "time": time,
            "survival": survival,
            "series": place,
            "place": position,
            "colour": series_colour(place),
            "dash": _dash(place),
        }


def _dash(place: int) -> list[int]:
    """Return the dashes of a curve: colour is never the only difference."""
    return ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])[place % 4]


def _band(curve: SurvivalCurve, place: int) -> Iterator[Record]:
    """Yield a rectangle per step with defined limits; undefined ones leave a gap."""
    untils = (*curve.times[1:], _end(curve))
    for time, until, lower, upper in zip(
        curve.times, untils, curve.lower, curve.upper, strict=True
    ):
        if lower is not None and upper is not None and until > time:
            yield {
                "time": time,
                "until": until,
                "lower": lower,
                "upper": upper,
                "colour": series_colour(place),
            }


def _censored(curve: SurvivalCurve, place: int) -> Iterator[Record]:
    """Yield a tick on the curve at each distinct time of censoring."""
    step = 0
    for time in sorted(set(curve.censored)):
        while step + 1 < len(curve.times) and curve.times[step + 1] <= time:
            step += 1
        yield {
            "time": time,
            "survival": curve.survival[step],
            "colour": series_colour(place),
        }


def _at_risk(curves: Sequence[SurvivalCurve], axis: Axis, width: int) -> altair.LayerChart:
    """Return the numbers at risk below the times they belong to, each group under its title."""
    texts: list[Record] = []
    numbers: list[Record] = []
    keys: list[Record] = []
    for place, curve in enumerate(curves):
        line = _LINE * (1.5 + 2 * place)
        keys.append({"y": line, "colour": series_colour(place), "dash": _dash(place)})
        texts.append({"y": line, "text": fitted(curve.group_title, width - 30)})
        numbers += [
            {"time": time, "y": line + _LINE, "text": str(at_risk)}
            for time, at_risk in zip(curve.at_risk_times, curve.at_risk, strict=True)
            if time <= axis.upper
        ]
    height = _LINE * (2 * len(curves) + 1)
    y = altair.Y("y:Q", scale=altair.Scale(domain=[0, height], range=[0, height]), axis=None)
    x_scale = altair.Scale(domain=[axis.lower, axis.upper], nice=False)
    header = [{"y": _LINE / 2, "text": "Number at risk"}]
    layers = [
        altair.Chart(inline(header))
        .mark_text(align="left", baseline="middle", color=MUTED)
        .encode(x=altair.value(0), y=y, text="text:N"),
        altair.Chart(inline(keys))
        .mark_rule(strokeWidth=2)
        .encode(
            x=altair.value(0),
            x2=altair.value(22),
            y=y,
            stroke=altair.Stroke("colour:N", scale=None, legend=None),
            strokeDash=altair.StrokeDash("dash:N", scale=None, legend=None),
        ),
        altair.Chart(inline(texts))
        .mark_text(align="left", baseline="middle", color=INK)
        .encode(x=altair.value(28), y=y, text="text:N"),
        altair.Chart(inline(numbers))
        .mark_text(baseline="middle", color=INK)
        .encode(x=altair.X("time:Q", scale=x_scale, axis=None), y=y, text="text:N"),
    ]
    return altair.LayerChart(layer=layers, width=width, height=height)


def _describe(curves: Sequence[SurvivalCurve]) -> str:
    said = []
    for curve in curves:
        median = next(
            (
                time
                for time, survival in zip(curve.times, curve.survival, strict=True)
                if survival <= 0.5
            ),
            None,
        )
        reached = (
            "does not fall to half"
            if median is None
            else f"falls to half at {median:.4g} {curve.unit}"
        )
        said.append(
            f"{curve.group_title}: {curve.at_risk[0] if curve.at_risk else 0} at risk at the start, "
            f"{reached}, followed to {_end(curve):.4g} {curve.unit}"
        )
    return "; ".join(said)


def _caption(curve: SurvivalCurve) -> str:
    return (
        f"Bands are {100 * curve.level:g}% confidence limits ({curve.transform}); "
        "ticks mark censoring."
    )
