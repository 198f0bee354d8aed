"""Kaplan–Meier curves: steps with limits, ticks of censoring, numbers at risk below."""

import copy
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import altair

from topline.analysis.curves import SurvivalCurve
from topline.render.axis import Axis, axis_over
from topline.render.figure import (
    EXACT,
    Figure,
    Record,
    definition,
    fitted,
    in_two_widths,
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
    return in_two_widths(
        lambda width: _definition(curves, width),
        name=name,
        title=heading,
        description=description,
        caption=caption,
        address=first.address,
    )


def _definition(curves: Sequence[SurvivalCurve], width: int) -> dict[str, Any]:
    axis = _time_axis(curves)
    plot_width = width - 64
    table_height = _LINE * (2 * len(curves) + 1)
    spec = copy.deepcopy(_template())
    plot, table = spec["vconcat"]
    plot.update(width=plot_width, height=_HEIGHT)
    table.update(width=plot_width, height=table_height)
    data = _plotted(curves) | _at_risk(curves, axis, plot_width)
    for layer in (*plot["layer"], *table["layer"]):
        layer["data"] = {"values": data[layer["data"]["name"]]}
        x = layer["encoding"].get("x", {})
        if "scale" in x:
            x["scale"]["domain"] = [axis.lower, axis.upper]
        if x.get("axis"):
            x["axis"].update(values=list(axis.ticks), title=curves[0].unit.capitalize())
    for layer in table["layer"]:
        layer["encoding"]["y"]["scale"].update(domain=[0, table_height], range=[0, table_height])
    return spec


@cache
def _template() -> dict[str, Any]:
    """Return the definition with its data, lengths and times still to be filled in.

    Altair copies all that a chart holds many times over while it is put together: with the steps of
    a large trial in it, that takes longer than everything else a build does.
    """
    return definition(
        altair.vconcat(_plot_template(), _table_template(), spacing=_AXIS, bounds="flush")
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


def _plot_template() -> altair.LayerChart:
    x = altair.X(
        "time:Q", scale=altair.Scale(nice=False), axis=altair.Axis(grid=False, format=EXACT)
    )
    y = altair.Y(
        "survival:Q",
        scale=altair.Scale(domain=[0, 1], nice=False),
        axis=altair.Axis(
            values=[0, 0.25, 0.5, 0.75, 1], format=".0%", title="Probability without the event"
        ),
    )
    colour = altair.Color("colour:N", scale=None, legend=None)
    band, half, steps, ticks = (
        altair.Chart(altair.NamedData(name=name)) for name in ("band", "half", "steps", "ticks")
    )
    layers: list[altair.Chart] = [
        band.mark_rect(opacity=0.14).encode(
            x=x,
            x2="until:Q",
            y=altair.Y("lower:Q", scale=altair.Scale(domain=[0, 1], nice=False)),
            y2="upper:Q",
            fill=altair.Fill("colour:N", scale=None, legend=None),
        ),
        half.mark_rule(color=MUTED, strokeDash=[2, 3]).encode(y=y),
        steps.mark_line(interpolate="step-after", strokeWidth=2).encode(
            x=x,
            y=y,
            stroke=altair.Stroke("colour:N", scale=None, legend=None),
            strokeDash=altair.StrokeDash("dash:N", scale=None, legend=None),
            detail="series:N",
            order="place:Q",
        ),
        ticks.mark_tick(orient="vertical", size=_TICK, thickness=1.2).encode(
            x=x, y=y, color=colour
        ),
    ]
    return altair.LayerChart(layer=layers)


def _plotted(curves: Sequence[SurvivalCurve]) -> dict[str, list[Record]]:
    """Return what each layer of the plot draws, by the name of its data."""
    numbered = list(enumerate(curves))
    return {
        "band": [record for place, curve in numbered for record in _band(curve, place)],
        "half": [{"survival": 0.5}],
        "steps": [record for place, curve in numbered for record in _steps(curve, place)],
        "ticks": [record for place, curve in numbered for record in _censored(curve, place)],
    }


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


def _at_risk(curves: Sequence[SurvivalCurve], axis: Axis, width: int) -> dict[str, list[Record]]:
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
    header: list[Record] = [{"y": _LINE / 2, "text": "Number at risk"}]
    return {"header": header, "keys": keys, "texts": texts, "numbers": numbers}


def _table_template() -> altair.LayerChart:
    y = altair.Y("y:Q", scale=altair.Scale(), axis=None)
    header, keys, texts, numbers = (
        altair.Chart(altair.NamedData(name=name)) for name in ("header", "keys", "texts", "numbers")
    )
    layers: list[altair.Chart] = [
        header.mark_text(align="left", baseline="middle", color=MUTED).encode(
            x=altair.value(0), y=y, text="text:N"
        ),
        keys.mark_rule(strokeWidth=2).encode(
            x=altair.value(0),
            x2=altair.value(22),
            y=y,
            stroke=altair.Stroke("colour:N", scale=None, legend=None),
            strokeDash=altair.StrokeDash("dash:N", scale=None, legend=None),
        ),
        texts.mark_text(align="left", baseline="middle", color=INK).encode(
            x=altair.value(28), y=y, text="text:N"
        ),
        numbers.mark_text(baseline="middle", color=INK).encode(
            x=altair.X("time:Q", scale=altair.Scale(nice=False), axis=None), y=y, text="text:N"
        ),
    ]
    return altair.LayerChart(layer=layers)


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
