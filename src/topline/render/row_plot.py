"""Rows of dots with intervals, or of bars: the one shape behind every chart of groups.

A row has its label on a line of its own, above its marks, so that long titles stay readable on a
telephone. Positions along y are laid out here, in pixels.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair

from topline.render.axis import Axis
from topline.render.figure import EXACT, Record, definition, fitted, wrapped
from topline.render.palette import GRID, INK, MUTED, series_colour, series_shape

LABEL, MARK, GAP = 15, 15, 7
"""Height of a label line, of a line of marks, and of the space between rows [px]."""
VALUES = 104
"""Width of the column of printed values on the right [px]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotMark:
    """One number of one group.

    Parameters
    ----------
    series
        Place of the group, which gives colour and symbol.
    value
        Where the dot stands or the bar ends.
    lower, upper
        The ends of the interval; ``None`` for none.
    text
        The number as posted, printed beside it.
    """

    series: int
    value: float
    lower: float | None = None
    upper: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotRow:
    """A label and the marks below it.

    Parameters
    ----------
    label
        What the row is.
    marks
        One per group.
    joined
        Whether the marks share one line, joined by a thin rule, instead of a line each.
    text
        Printed beside a joined row.
    """

    label: str
    marks: tuple[PlotMark, ...]
    joined: bool = False
    text: str = ""


def row_plot(
    rows: Sequence[PlotRow],
    *,
    legend: Sequence[str],
    axis: Axis,
    title: str,
    width: int,
    bars: bool = False,
) -> dict[str, Any]:
    """Return the Vega-Lite definition of the chart.

    Parameters
    ----------
    rows
        The rows, from the top.
    legend
        Titles of the groups in the order of their places; empty where the labels say them.
    axis
        The axis below.
    title
        The axis' title: what the numbers are, and their unit.
    width
        Width of the whole drawing [px].
    bars
        Whether values are drawn as bars from zero.
    """
    table, height, top = _layout(rows, legend, bars)
    plot_width = width - 24 - (VALUES if table.values else 0)
    spec = copy.deepcopy(_template(bars, axis.logarithmic))
    spec["width"], spec["height"] = plot_width, height
    spec["datasets"] = {
        "grid": [{"value": tick, "y": top, "bottom": height} for tick in axis.ticks],
        "spans": table.spans,
        "marks": table.marks,
        "keys": table.keys,
        "labels": _fitted(table.labels, width - 16),
        "values": [{**value, "text": _printed(value["text"])} for value in table.values],
        "names": _fitted(table.names, width - 30),
    }
    for layer in spec["layer"]:
        encoding = layer["encoding"]
        encoding["y"]["scale"].update(domain=[0, height], range=[0, height])
        if "scale" in encoding["x"]:
            encoding["x"]["scale"]["domain"] = [axis.lower, axis.upper]
            encoding["x"]["axis"].update(values=list(axis.ticks), title=wrapped(title, width - 24))
        elif layer["data"]["name"] == "values":
            encoding["x"]["value"] = plot_width + 10
    return spec


@cache
def _template(bars: bool, logarithmic: bool) -> dict[str, Any]:
    """Return the definition with its data, lengths and titles still to be filled in.

    Altair takes as long to put a chart together as Vega to draw it; it does so once per kind.
    """
    y = altair.Y("y:Q", scale=altair.Scale(nice=False, zero=False), axis=None)
    scale = altair.Scale(type="log" if logarithmic else "linear", nice=False, zero=False)
    axis = altair.Axis(
        grid=False,
        titleAnchor="start",
        labelFlush=True,
        format="~g" if logarithmic else EXACT,
    )
    colour = altair.Color("colour:N", scale=None, legend=None)
    fill = altair.Fill("colour:N", scale=None, legend=None)
    shape = altair.Shape("shape:N", scale=None, legend=None)

    def x(field: str) -> altair.X:
        return altair.X(f"{field}:Q", scale=scale, axis=axis)

    def texts(name: str, colour: str, start: int) -> altair.Chart:
        chart = altair.Chart(altair.NamedData(name=name)).mark_text(
            align="left", baseline="middle", color=colour
        )
        placed: altair.Chart = chart.encode(x=altair.value(start), y=y, text="text:N")
        return placed

    spans = altair.Chart(altair.NamedData(name="spans")).mark_rule(strokeWidth=1.5)
    marks = altair.Chart(altair.NamedData(name="marks"))
    keys = altair.Chart(altair.NamedData(name="keys"))
    drawn = (
        marks.mark_bar(height=9).encode(x=x("zero"), x2="value:Q", y=y, color=colour)
        if bars
        else marks.mark_point(filled=True, size=52, opacity=1).encode(
            x=x("value"), y=y, fill=fill, shape=shape
        )
    )
    chart = altair.LayerChart(
        layer=[
            altair.Chart(altair.NamedData(name="grid"))
            .mark_rule(color=GRID)
            .encode(x=x("value"), y=y, y2="bottom:Q"),
            spans.encode(x=x("lower"), x2="upper:Q", y=y, color=colour),
            drawn,
            texts("labels", INK, 0),
            texts("values", MUTED, 0),
            texts("names", INK, 14),
            keys.mark_point(filled=True, size=52, opacity=1).encode(
                x=altair.value(5), y=y, fill=fill, shape=shape
            ),
        ]
    )
    return definition(chart)


@dataclass(frozen=True, slots=True)
class _Laid:
    """The rows laid out: what each layer draws."""

    marks: list[Record]
    spans: list[Record]
    labels: list[Record]
    values: list[Record]
    keys: list[Record]
    names: list[Record]


def _layout(
    rows: Sequence[PlotRow], legend: Sequence[str], bars: bool
) -> tuple[_Laid, float, float]:
    """Return what to draw, the height of it all and where the grid begins [px]."""
    laid = _Laid([], [], [], [], [], [])
    for place, title in enumerate(legend):
        centre = place * LABEL + LABEL / 2
        shape = "square" if bars else series_shape(place)
        laid.keys.append({"y": centre, "colour": series_colour(place), "shape": shape})
        laid.names.append({"y": centre, "text": title})
    top = len(legend) * LABEL + (GAP if legend else 0)
    y = float(top)
    for row in rows:
        laid.labels.append({"y": y + LABEL / 2, "text": row.label})
        y += LABEL
        if row.joined:
            _lay_joined(row, y + MARK / 2, laid)
            y += MARK
        else:
            for mark in row.marks:
                _lay(mark, y + MARK / 2, laid)
                y += MARK
        y += GAP
    return laid, y, top


def _lay(mark: PlotMark, y: float, laid: _Laid) -> None:
    colour = series_colour(mark.series)
    shape = series_shape(mark.series)
    laid.marks.append({"y": y, "value": mark.value, "zero": 0, "colour": colour, "shape": shape})
    if mark.lower is not None and mark.upper is not None:
        laid.spans.append({"y": y, "lower": mark.lower, "upper": mark.upper, "colour": colour})
    if mark.text:
        laid.values.append({"y": y, "text": mark.text})


def _lay_joined(row: PlotRow, y: float, laid: _Laid) -> None:
    values = [mark.value for mark in row.marks]
    laid.spans.append({"y": y, "lower": min(values), "upper": max(values), "colour": MUTED})
    for mark in row.marks:
        _lay(mark, y, laid)
    if row.text:
        laid.values.append({"y": y, "text": row.text})


def _printed(text: str) -> str:
    """Return what fits of a posted number: with its limits, without them, or nothing.

    A number is never cut: half of it would be another number.
    """
    for shown in (text, text.partition(" (")[0]):
        if fitted(shown, VALUES) == shown:
            return shown
    return ""


def _fitted(texts: list[Record], width: float) -> list[Record]:
    return [text | {"text": fitted(text["text"], width)} for text in texts]
