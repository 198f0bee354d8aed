"""A chart as a file and as a part of the page: its definition, its SVG, its words.

Charts are defined in Altair and drawn by vl-convert, which runs Vega inside the process: it needs
no browser and no network, since every definition carries its data. The converter starts once per
process (about half a second) and draws a chart in some hundredths of a second afterwards.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import altair
import vl_convert

from topline.render.palette import GRID, INK, MUTED, PAPER

Record = dict[str, Any]
"""One datum of a chart."""

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

EXACT = ",.6~r"
"""How an axis prints its ticks: every digit they have. Left to itself Vega rounds the labels of
ticks it did not choose, and a tick at 6.5 would say 6."""

WIDE = 720
"""Width of a chart that fills the page's column [px]."""
NARROW = 340
"""Width of a chart that fits a telephone, or stands beside a table [px]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart of a record.

    Parameters
    ----------
    name
        Its file name without extension.
    title
        What it shows, in a line.
    description
        What a reader who cannot see it should know.
    caption
        What a reader who sees it should know; empty where the chart says it all.
    address
        JSON Pointer of the part of the record it shows.
    spec
        Its Vega-Lite definition.
    svg
        The drawing, a document of its own.
    narrow
        The same at :data:`NARROW` width for small screens; empty where ``svg`` is that narrow.
    """

    name: str
    title: str
    description: str
    address: str
    spec: Mapping[str, Any]
    svg: str
    caption: str = ""
    narrow: str = ""


def in_two_widths(
    define: Callable[[int], Mapping[str, Any]],
    *,
    name: str,
    title: str,
    description: str,
    caption: str,
    address: str = "",
) -> Figure:
    """Draw a chart that fills the page's column, and again for small screens.

    Parameters
    ----------
    define
        Gives the chart's definition at a width.
    name, title, description, caption, address
        As in :class:`Figure`.
    """
    wide, narrow = define(WIDE), define(NARROW)
    return Figure(
        name=name,
        title=title,
        description=description,
        caption=caption,
        address=address,
        spec=wide,
        svg=draw(wide, title, description),
        narrow=draw(narrow, title, description),
    )


def fitted(text: str, width: float) -> str:
    """Return a text cut to a width, with an ellipsis where something was cut.

    Vega can cut texts too, but measures each several times, which takes longer than the rest of
    the drawing. Widths are those of Liberation Sans at 11 px, by kinds of letters.

    Parameters
    ----------
    text
        The text; line ends become blanks.
    width
        The room for it [px].

    Examples
    --------
    >>> fitted("Sorafenib and pembrolizumab", 80)
    'Sorafenib an…'
    """
    line = " ".join(text.split())
    used = 0.0
    for place, letter in enumerate(line):
        used += _letter_width(letter)
        if used > width:
            # Give back room for the ellipsis, which is as wide as two narrow letters or more.
            return line[: max(0, place - 2)].rstrip() + "…"
    return line


def wrapped(text: str, width: float) -> list[str]:
    """Return a text as lines of at most a width, broken at blanks; a longer word is cut.

    Parameters
    ----------
    text
        The text.
    width
        The room for a line [px].

    Examples
    --------
    >>> wrapped("Geometric Mean (95% Confidence Interval), pg/mL", 180)
    ['Geometric Mean (95% Confidence', 'Interval), pg/mL']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and fitted(longer, width) == longer:
            lines[-1] = longer
        else:
            lines.append(fitted(word, width))
    return lines


def _letter_width(letter: str) -> float:
    """Return about how wide a letter is at 11 px; of an unknown script, a whole square."""
    if letter in "iljtfIr.,:;'|()[]/- !":
        return 3.6
    if letter in "mwMW@%":
        return 9.4
    if letter.isupper():
        return 7.8
    return 6.2 if ord(letter) < 0x0590 else 11.5


def definition(chart: altair.TopLevelMixin) -> dict[str, Any]:
    """Return the Vega-Lite definition of a chart in the house's style.

    Altair's own validation is left out: it takes longer than the drawing, and the charts are ours,
    with nothing of a record in them but data and texts.
    """
    spec: dict[str, Any] = chart.to_dict(validate=False)
    spec["config"] = {
        "aria": False,
        "font": FONT,
        "background": PAPER,
        "view": {"stroke": None},
        "axis": {
            "labelColor": MUTED,
            "titleColor": MUTED,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "titlePadding": 6,
            "domainColor": MUTED,
            "tickColor": MUTED,
            "gridColor": GRID,
        },
        "text": {"color": INK, "fontSize": 11},
    }
    spec["padding"] = 6
    return spec


def draw(spec: Mapping[str, Any], title: str, description: str) -> str:
    """Return the SVG of a definition, named for readers who cannot see it.

    Parameters
    ----------
    spec
        A Vega-Lite definition with its data.
    title, description
        The accessible name and description.
    """
    # No address may be fetched, whatever a definition says.
    svg: str = vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[])
    opening = (
        f'<svg role="img" aria-label="{escape(f"{title}. {description}")}" '
        'xmlns="http://www.w3.org/2000/svg" '
    )
    # Within an image, the roles and names of its parts are noise to a reader.
    return opening + _TAG.sub(_without_roles, svg[svg.index("width=") :])


def _without_roles(tag: re.Match[str]) -> str:
    return _ROLES.sub("", tag[0])


_TAG = re.compile(r"<[a-z][^>]*>")
_ROLES = re.compile(r' (?:role|class|pointer-events|aria-[a-z]+)="[^"]*"')
