"""The risks of adverse events by group: the terms in which groups differ most."""

from dataclasses import dataclass

from topline.record.results import AdverseEvent, AdverseEventsModule
from topline.render.axis import percent_axis
from topline.render.figure import Figure, in_two_widths
from topline.render.palette import SERIES
from topline.render.row_plot import PlotMark, PlotRow, row_plot
from topline.render.table_parts import percentage

MOST_TERMS = 15
"""Terms drawn; the table holds the rest."""

MOST_PRINTED = 2
"""Risks printed beside a row: more do not fit on a telephone."""
MOST_DESCRIBED = 5
"""Terms repeated in the description for those who cannot see the chart."""


@dataclass(frozen=True, slots=True)
class _Term:
    """A term with its risks: label, group places and percentages, in group order."""

    label: str
    risks: tuple[tuple[int, float], ...]

    @property
    def difference(self) -> float:
        """Largest minus smallest risk [percentage points]."""
        percents = [percent for _, percent in self.risks]
        return max(percents) - min(percents)

    @property
    def highest(self) -> float:
        """The largest risk [%]."""
        return max(percent for _, percent in self.risks)


def risk_chart(module: AdverseEventsModule, address: str, name: str) -> Figure | None:
    """Return the dot plot of risks, ``None`` where there is nothing to compare or too many groups.

    The 15 terms with the largest difference between groups are drawn, of a single group the 15
    most frequent, the largest on top. Serious events say so; a term under two organ systems is two
    terms. Risks are participants affected over participants at risk, computed here.

    Parameters
    ----------
    module
        The adverse events.
    address
        The JSON Pointer of the module.
    name
        The figure's file name without extension.
    """
    groups = module.event_groups or ()
    titles = [group.title or group.id or "" for group in groups]
    places = {group.id: place for place, group in enumerate(groups)}
    terms = [
        term
        for events, suffix in ((module.serious_events, " (serious)"), (module.other_events, ""))
        for event in events or ()
        if (term := _term(event, suffix, places)) is not None
    ]
    if not terms or len(groups) > len(SERIES):
        return None
    several = len(groups) > 1
    chosen = sorted(
        terms, key=lambda term: (-(term.difference if several else term.highest), -term.highest)
    )[:MOST_TERMS]
    rows = [_row(term, several) for term in chosen]
    title = "Participants affected, % of those at risk"
    legend = titles if several else ()
    axis = percent_axis(max(term.highest for term in chosen))
    heading = "Risks of adverse events by group" if several else "Most frequent adverse events"
    caption = _caption(len(chosen), len(terms), several)
    description = f"{caption} {_describe(chosen, titles)}"
    return in_two_widths(
        lambda width: row_plot(
            rows, legend=legend, axis=axis, title=title, width=width, bars=not several
        ),
        name=name,
        title=heading,
        description=description,
        caption=caption,
        address=address,
    )


def _term(event: AdverseEvent, suffix: str, places: dict[str | None, int]) -> _Term | None:
    risks = tuple(
        (places[stats.group_id], 100 * stats.num_affected / stats.num_at_risk)
        for stats in event.stats or ()
        if stats.group_id in places and stats.num_affected is not None and stats.num_at_risk
    )
    return _Term(f"{event.term or 'No term'}{suffix}", risks) if risks else None


def _row(term: _Term, several: bool) -> PlotRow:
    shares = [percentage(percent, 100) for _, percent in term.risks]
    printed = [share.text for share in shares if share is not None]
    marks = tuple(
        PlotMark(series=place, value=percent, text="" if several else text)
        for (place, percent), text in zip(term.risks, printed, strict=True)
    )
    together = " · ".join(printed) if len(printed) <= MOST_PRINTED else ""
    return PlotRow(label=term.label, marks=marks, joined=several, text=together)


def _caption(chosen: int, terms: int, several: bool) -> str:
    how = "the largest differences between groups" if several else "the highest risks"
    which = f"The {chosen} of {terms} terms with {how}." if chosen < terms else "All terms."
    return f"{which} Percentages are computed from the posted numbers affected and at risk."


def _describe(chosen: list[_Term], titles: list[str]) -> str:
    return "; ".join(
        f"{term.label}: "
        + ", ".join(f"{titles[place]} {percent:.1f}%" for place, percent in term.risks)
        for term in chosen[:MOST_DESCRIBED]
    )
