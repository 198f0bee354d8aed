"""Outcome measures by group: dots with intervals for summaries, bars for counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from topline.record.results import Measurement, OutcomeMeasure
from topline.render.axis import Axis, axis_over, percent_axis
from topline.render.figure import NARROW, Figure, draw
from topline.render.measure_table import (
    COUNTS,
    class_denominators,
    measurement_cell,
    summary_label,
)
from topline.render.palette import SERIES
from topline.render.row_plot import PlotMark, PlotRow, row_plot
from topline.render.table_parts import Footnotes, label, number

MOST_MARKS = 72
"""A chart with more marks is harder to read than its table."""
MOST_GROUPS_ALONE = 24
"""Groups drawn where each is a row of its own."""
MOST_DESCRIBED = 12
"""Numbers repeated in the description for those who cannot see the chart."""
_ADDITIVE = frozenset({"Standard Deviation", "Standard Error"})
"""Dispersions drawn as the value plus and minus the spread."""


@dataclass(frozen=True, slots=True)
class _Point:
    """A measurement that can be drawn: where its row stands, what it is called, its mark."""

    row: tuple[int, int]
    label: str
    mark: PlotMark


def group_chart(measure: OutcomeMeasure, address: str, name: str) -> Figure | None:
    """Return the chart of an outcome measure, ``None`` where a table says it better.

    A measure is drawn if it holds at least two and at most 72 numbers of at most eight groups
    (24 where there is one number per group). Counts are drawn as percentages of the number
    analysed, where that was posted.

    Parameters
    ----------
    measure
        The outcome measure.
    address
        Its JSON Pointer.
    name
        The figure's file name without extension.
    """
    titles = [group.title or group.id or "" for group in measure.groups or ()]
    shares = _can_be_shares(measure)
    points = list(_points(measure, shares))
    alone = len({point.row for point in points}) == 1
    if not _worth_drawing(len(points), len(titles), alone):
        return None
    axis = _axis(points, measure, shares)
    title = _axis_title(measure, shares, axis)
    spec = row_plot(
        list(_rows(points, titles, alone)),
        legend=() if alone or len(titles) < 2 else titles,
        axis=axis,
        title=title,
        width=NARROW,
        bars=measure.param_type in COUNTS,
    )
    heading = f"{measure.title or 'Outcome measure'}: {title}"
    description = _describe(points, titles)
    return Figure(
        name=name,
        title=heading,
        description=description,
        address=address,
        spec=spec,
        svg=draw(spec, heading, description),
    )


def _worth_drawing(points: int, groups: int, alone: bool) -> bool:
    most_groups = MOST_GROUPS_ALONE if alone else len(SERIES)
    return 2 <= points <= MOST_MARKS and groups <= most_groups


def _can_be_shares(measure: OutcomeMeasure) -> bool:
    """Whether every count can be put over the number analysed."""
    return measure.param_type in COUNTS and all(
        class_denominators(measure, measure_class, ()).get(measurement.group_id or "")
        for measure_class in measure.classes or ()
        for category in measure_class.categories or ()
        for measurement in category.measurements or ()
        if number(measurement.value) is not None
    )


def _points(measure: OutcomeMeasure, shares: bool) -> Iterator[_Point]:
    places = {group.id: place for place, group in enumerate(measure.groups or ())}
    dispersion = label("MeasureDispersionType", measure.dispersion_type)
    for class_place, measure_class in enumerate(measure.classes or ()):
        of = class_denominators(measure, measure_class, ()) if shares else {}
        for place, category in enumerate(measure_class.categories or ()):
            title = ": ".join(text for text in (measure_class.title, category.title) if text)
            for posted in category.measurements or ():
                group = places.get(posted.group_id)
                value = number(posted.value)
                if group is None or value is None:
                    continue
                mark = _mark(posted, group, value, dispersion, of)
                yield _Point((class_place, place), title, mark)


def _mark(
    posted: Measurement, group: int, value: float, dispersion: str, of: Mapping[str, float]
) -> PlotMark:
    denominator = of.get(posted.group_id or "")
    text = measurement_cell(posted, "", Footnotes(), denominator).text
    if denominator:
        return PlotMark(series=group, value=100 * value / denominator, text=text)
    lower, upper = number(posted.lower_limit), number(posted.upper_limit)
    spread = number(posted.spread)
    if spread is not None and dispersion in _ADDITIVE:
        lower, upper = value - spread, value + spread
    if (lower is None) != (upper is None):  # one limit was not reached: draw the other half
        lower = value if lower is None else lower
        upper = value if upper is None else upper
    return PlotMark(series=group, value=value, lower=lower, upper=upper, text=text)


def _rows(points: Sequence[_Point], titles: Sequence[str], alone: bool) -> Iterator[PlotRow]:
    """Yield a row per class and category; of a single one, a row per group."""
    if alone:
        for point in points:
            yield PlotRow(label=titles[point.mark.series], marks=(point.mark,))
        return
    labels = {point.row: point.label for point in points}
    for row, title in labels.items():
        marks = tuple(point.mark for point in points if point.row == row)
        yield PlotRow(label=title, marks=marks)


def _axis(points: Sequence[_Point], measure: OutcomeMeasure, shares: bool) -> Axis:
    marks = [point.mark for point in points]
    if shares:
        return percent_axis(max(mark.value for mark in marks))
    numbers = [
        end for mark in marks for end in (mark.value, mark.lower, mark.upper) if end is not None
    ]
    return axis_over(numbers, from_zero=measure.param_type in COUNTS)


def _axis_title(measure: OutcomeMeasure, shares: bool, axis: Axis) -> str:
    if shares:
        units = measure.denom_units_selected or measure.type_units_analyzed or "Participants"
        return f"% of {units.lower()} analyzed"
    parameter = label("MeasureParam", measure.param_type)
    dispersion = label("MeasureDispersionType", measure.dispersion_type)
    summary = (
        f"{parameter} ± {dispersion}".strip() if dispersion in _ADDITIVE else summary_label(measure)
    )
    title = ", ".join(text for text in (summary, measure.unit_of_measure) if text) or "Value"
    return f"{title} (log scale)" if axis.logarithmic else title


def _describe(points: Sequence[_Point], titles: Sequence[str]) -> str:
    said = [
        ", ".join(text for text in (point.label, titles[point.mark.series]) if text)
        + f": {point.mark.text}"
        for point in points[:MOST_DESCRIBED]
    ]
    more = len(points) - len(said)
    if more > 0:
        said.append(f"and {more} more numbers in the table")
    return "; ".join(said)
