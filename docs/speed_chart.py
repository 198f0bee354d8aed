"""The plot of costs and their growth: seconds against size, one line for each job."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair

from docs.speed import Growth, Panel, Speed, seconds_text
from topline.render.figure import definition, draw
from topline.render.palette import INK, MUTED, SERIES, SHAPES

IMAGE = Path(__file__).parent / "images" / "speed.svg"
SORT = "NumPy sort of as many numbers"
LINEAR = 1e-6
"""Seconds for each of the dashed line: any would do, only its slope says something."""

_TITLES: dict[Panel, str] = {"one": "One large computation", "many": "Many small ones in one call"}
_WIDTH, _HEIGHT = 430, 380
_GREY = 6


def speed_chart(speed: Speed) -> str:
    """Draw the jobs in two panels with the same scales, as SVG."""
    points = [second for job in speed.growth for second in (*job.seconds, *job.sorts)]
    sizes = [size for job in speed.growth for size in job.sizes]
    # Room above and below, so that no mark is cut.
    points = [0.5 * min(points), 2 * max(points)]
    scales = [
        altair.Scale(type="log", domain=[min(of), max(of)], nice=False) for of in (sizes, points)
    ]
    panels = [_panel(panel, speed, *scales) for panel in _TITLES]
    chart = altair.hconcat(*panels, spacing=28).resolve_scale(
        color="independent", shape="independent"
    )
    spec = definition(chart)
    spec["datasets"] = {panel: _points(panel, speed.growth) for panel in _TITLES}
    spec["datasets"]["linear"] = _linear(scales[0].domain, scales[1].domain)
    return draw(spec, "Costs and their growth", _describe(speed.growth))


def _points(panel: Panel, growth: Sequence[Growth]) -> list[dict[str, Any]]:
    """Give what is drawn; the sort of each size once."""
    points = {
        (name, size): {"job": name, "size": size, "seconds": second}
        for job in growth
        if job.panel == panel
        for name, seconds in ((job.title, job.seconds), (SORT, job.sorts))
        for size, second in zip(job.sizes, seconds, strict=True)
    }
    return list(points.values())


def _panel(
    panel: Panel, speed: Speed, x: altair.Scale, y: altair.Scale
) -> altair.LayerChart | altair.FacetChart:
    jobs = [job for job in speed.growth if job.panel == panel]
    names = [*(job.title for job in jobs), SORT]
    # The grey one of the series is too near to that of the sort.
    series = [colour for place, (colour, _) in enumerate(SERIES) if place != _GREY]
    colours = [*series[: len(jobs)], MUTED]
    legend = altair.Legend(
        title=None, orient="bottom", columns=1, labelLimit=400, symbolSize=60, labelFontSize=11
    )
    lines = (
        altair.Chart(altair.NamedData(name=panel))
        .mark_line(strokeWidth=2, point=altair.OverlayMarkDef(size=42, filled=True))
        .encode(
            x=altair.X(
                "size:Q", scale=x, title="n", axis=altair.Axis(format="~s", values=_tens(x.domain))
            ),
            y=altair.Y(
                "seconds:Q",
                scale=y,
                title="seconds",
                axis=altair.Axis(format="~g", values=_tens(y.domain)),
            ),
            color=altair.Color(
                "job:N", scale=altair.Scale(domain=names, range=colours), legend=legend
            ),
            shape=altair.Shape(
                "job:N", scale=altair.Scale(domain=names, range=list(SHAPES)), legend=legend
            ),
        )
    )
    linear = altair.Chart(altair.NamedData(name="linear")).encode(
        x=altair.X("size:Q", scale=x), y=altair.Y("seconds:Q", scale=y)
    )
    dashes = linear.mark_line(strokeDash=[5, 4], color=INK, strokeWidth=1)
    label = linear.mark_text(align="left", dx=6, dy=10, color=INK, fontSize=11).encode(
        text="label:N"
    )
    return altair.layer(dashes, label, lines).properties(
        width=_WIDTH,
        height=_HEIGHT,
        title=altair.TitleParams(_TITLES[panel], color=INK, fontSize=13),
    )


def _tens(domain: Sequence[float]) -> list[float]:
    """Give the powers of ten within a domain.

    Examples
    --------
    >>> _tens([20, 10_000])
    [100.0, 1000.0, 10000.0]
    """
    first, last = (math.log10(end) for end in domain)
    return [10.0**power for power in range(math.ceil(first), math.floor(last) + 1)]


def _linear(sizes: Sequence[float], seconds: Sequence[float]) -> list[dict[str, Any]]:
    """Give the ends of the dashed line within the panel, its words at the first."""
    first = max(sizes[0], seconds[0] / LINEAR)
    last = min(sizes[1], seconds[1] / LINEAR)
    return [
        {"size": size, "seconds": size * LINEAR, "label": label}
        for size, label in ((first, "1 µs each"), (last, ""))
    ]


def _describe(jobs: Sequence[Growth]) -> str:
    return "; ".join(
        f"{job.title}: {job.sizes[-1]:,} {job.unit} in {seconds_text(job.seconds[-1])}, "
        f"growing by n to the power of {job.exponent:.1f}"
        for job in jobs
    )
