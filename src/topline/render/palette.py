"""The colours of charts: told apart by colour-blind readers, and mapped to the dark theme.

A chart is drawn once, in the light colours. On the page a rule of CSS per colour replaces it by
the dark theme's; shape and position always repeat what colour says.
"""

SERIES = (
    ("#1f6fb2", "#6cb4ee"),
    ("#c8500a", "#ff9d5c"),
    ("#00806b", "#45cdb1"),
    ("#a1468a", "#e59fd0"),
    ("#7d6500", "#dcbf4d"),
    ("#2a8bb8", "#a5dcf7"),
    ("#4f5b69", "#b9c2cd"),
    ("#8c2341", "#f391ab"),
)
"""Light and dark colour of each group; after Okabe and Ito, darkened to a contrast of 3 on white."""

SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)
INK, INK_DARK = "#1b2330", "#e8ecf2"
MUTED, MUTED_DARK = "#586273", "#a7b1c0"
GRID, GRID_DARK = "#dfe4ea", "#343d4b"
PAPER = "#ffffff"

_MAPPED = (*SERIES, (INK, INK_DARK), (MUTED, MUTED_DARK), (GRID, GRID_DARK), (PAPER, "transparent"))


def series_colour(place: int) -> str:
    """Return the light colour of a group by its place; beyond the eighth they repeat.

    Examples
    --------
    >>> series_colour(0) == series_colour(8)
    True
    """
    return SERIES[place % len(SERIES)][0]


def series_shape(place: int) -> str:
    """Return the symbol of a group by its place.

    Examples
    --------
    >>> series_shape(1)
    'square'
    """
    return SHAPES[place % len(SHAPES)]


def dark_rules(selector: str) -> str:
    """Return the CSS that gives a chart's colours their dark counterparts.

    Parameters
    ----------
    selector
        What the chart is inside of.

    Examples
    --------
    >>> dark_rules(".chart").splitlines()[0]
    '.chart [fill="#1f6fb2"]{fill:#6cb4ee}'
    """
    return "\n".join(
        f'{selector} [{attribute}="{light}"]{{{attribute}:{dark}}}'
        for light, dark in _MAPPED
        for attribute in ("fill", "stroke")
    )
