"""A chart laid out by its maker: rectangles, rules, lines, symbols and words, each at its place in pixels."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import altair

from topline.render.figure import Record, definition
from topline.render.palette import GRID, INK, MUTED

Align = Literal["left", "center", "right"]

SOLID: tuple[int, ...] = (1, 0)


@dataclass(slots=True)
class Drawing:
    """What is drawn, from the back to the front: grid, rectangles, rules, lines, symbols, words.

    Places are counted from the top left corner [px]; what lies outside of the size given to :meth:`spec` is still
    drawn, in the padding.
    """

    _grid: list[Record] = field(default_factory=list)
    _rectangles: list[Record] = field(default_factory=list)
    _rules: list[Record] = field(default_factory=list)
    _lines: list[Record] = field(default_factory=list)
    _symbols: list[Record] = field(default_factory=list)
    _words: dict[Align, list[Record]] = field(
        default_factory=lambda: {"left": [], "center": [], "right": []}
    )

    def grid(self, x: float, y: float, x2: float, y2: float) -> None:
        """Draw a line of the grid, behind everything."""
        self._grid.append({"x": x, "y": y, "x2": x2, "y2": y2})

    def rectangle(
        self, left: float, right: float, top: float, bottom: float, colour: str
    ) -> None:  # fmt: skip
        """Fill a rectangle."""
        self._rectangles.append(
            {"x": left, "x2": right, "y": top, "y2": bottom, "colour": colour}
        )  # fmt: skip

    def rule(
        self,
        x: float,
        y: float,
        x2: float,
        y2: float,
        colour: str = MUTED,
        *,
        width: float = 1,
        dash: Sequence[int] = SOLID,
    ) -> None:
        """Draw a straight line."""
        self._rules.append(
            {"x": x, "y": y, "x2": x2, "y2": y2, "colour": colour, "width": width, "dash": dash}
        )

    def line(
        self, points: Sequence[tuple[float, float]], colour: str, *, width: float = 1.5
    ) -> None:
        """Join points in their order."""
        series = len(self._lines)
        self._lines += [
            {"x": x, "y": y, "series": series, "place": place, "colour": colour, "width": width}
            for place, (x, y) in enumerate(points)
        ]

    def symbol(self, x: float, y: float, shape: str, colour: str, size: float = 40) -> None:
        """Draw a symbol of an area [px²]."""
        self._symbols.append({"x": x, "y": y, "shape": shape, "colour": colour, "size": size})

    def word(
        self, x: float, y: float, text: str, *, align: Align = "left", colour: str = INK
    ) -> None:
        """Write a line of words, its middle at a height."""
        self._words[align].append({"x": x, "y": y, "text": text, "colour": colour})

    def spec(
        self, width: float, height: float, padding: tuple[float, float, float, float]
    ) -> dict[str, Any]:
        """Return the Vega-Lite definition.

        Parameters
        ----------
        width, height
            The size that places are within [px].
        padding
            Room around it: left, top, right, bottom [px].
        """
        spec = copy.deepcopy(_template())
        spec.update(width=width, height=height)
        spec["padding"] = dict(zip(("left", "top", "right", "bottom"), padding, strict=True))
        spec["autosize"] = {"type": "none"}
        spec["datasets"] = {
            "grid": self._grid,
            "rectangles": self._rectangles,
            "rules": self._rules,
            "lines": self._lines,
            "symbols": self._symbols,
            **{f"words-{align}": words for align, words in self._words.items()},
        }
        for layer in spec["layer"]:
            encoding = layer["encoding"]
            encoding["x"]["scale"].update(domain=[0, width], range=[0, width])
            encoding["y"]["scale"].update(domain=[0, height], range=[0, height])
        return spec


@cache
def _template() -> dict[str, Any]:
    """Return the definition without its data; Altair takes long to put one together."""

    def place(name: str) -> dict[str, Any]:
        scale = altair.Scale(nice=False, zero=False, clamp=False)
        return {
            "x": altair.X("x:Q", scale=scale, axis=None),
            "y": altair.Y("y:Q", scale=scale, axis=None),
        } | ({"x2": "x2:Q", "y2": "y2:Q"} if name in ("grid", "rectangles", "rules") else {})

    def data(name: str) -> altair.Chart:
        return altair.Chart(altair.NamedData(name=name))

    colour = altair.Color("colour:N", scale=None, legend=None)
    fill = altair.Fill("colour:N", scale=None, legend=None)
    stroke = altair.Stroke("colour:N", scale=None, legend=None)
    width = altair.StrokeWidth("width:Q", scale=None, legend=None)
    layers: list[altair.Chart] = [
        data("grid").mark_rule(color=GRID).encode(**place("grid")),
        data("rectangles").mark_rect().encode(**place("rectangles"), color=colour),
        data("rules")
        .mark_rule()
        .encode(
            **place("rules"),
            stroke=stroke,
            strokeWidth=width,
            strokeDash=altair.StrokeDash("dash:N", scale=None, legend=None),
        ),
        data("lines")
        .mark_line(strokeJoin="round")
        .encode(
            **place("lines"), stroke=stroke, strokeWidth=width, detail="series:N", order="place:Q"
        ),
        data("symbols")
        .mark_point(filled=True, opacity=1)
        .encode(
            **place("symbols"),
            fill=fill,
            shape=altair.Shape("shape:N", scale=None, legend=None),
            size=altair.Size("size:Q", scale=None, legend=None),
        ),
        *(
            data(f"words-{align}")
            .mark_text(align=align, baseline="middle")
            .encode(**place("words"), text="text:N", color=colour)
            for align in ("left", "center", "right")
        ),
    ]
    return definition(altair.LayerChart(layer=layers))
