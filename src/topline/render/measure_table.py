"""Rows of a measure: its denominators, then its classes and categories by group.

Baseline and outcome measures have the same shape; both tables are made of these rows.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from topline.record.results import (
    BaselineMeasure,
    Denom,
    MeasureCategory,
    MeasureClass,
    Measurement,
    OutcomeMeasure,
)
from topline.render.table_model import Cell, Group, Mark, Part, Row
from topline.render.table_parts import (
    EMPTY,
    Footnotes,
    HasGroup,
    by_group,
    joined,
    label,
    number,
    percentage,
)

Measure = BaselineMeasure | OutcomeMeasure
COUNTS = frozenset({"COUNT_OF_PARTICIPANTS", "COUNT_OF_UNITS"})


class MeasureRows(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows of one measure are made from.

    Parameters
    ----------
    measure
        The measure.
    address
        Its JSON Pointer.
    groups
        The columns.
    denoms
        Denominators that hold where the measure and its class say nothing else.
    footnotes
        The comments of the table.
    untitled
        The header of a row whose class and category have no title.
    level
        Depth of the rows in the table.
    """

    measure: Measure
    address: str
    groups: tuple[Group, ...]
    denoms: tuple[Denom, ...]
    footnotes: Footnotes
    untitled: Part
    level: int = 0

    def rows(self) -> Iterator[Row]:
        """Yield a row per category, with class headings and denominators where posted."""
        for place, measure_class in enumerate(self.measure.classes or ()):
            yield from self._class_rows(measure_class, f"{self.address}/classes/{place}")

    def denominators(
        self, denoms: Sequence[Denom] | None, address: str, level: int
    ) -> Iterator[Row]:
        """Yield one row per unit analysed: participants, and eyes or lesions where posted."""
        for place, denom in enumerate(denoms or ()):
            here = f"{address}/{place}"
            found = by_group(denom.counts)
            yield Row(
                header=_units_analyzed(denom, here),
                kind="denominator",
                level=level,
                cells=tuple(
                    joined(
                        [
                            Cell(
                                (Part(count.value or "", f"{here}/counts/{position}/value"),),
                            )
                            for position, count in found.get(group.id, ())
                            if count.value is not None
                        ]
                    )
                    for group in self.groups
                ),
            )

    def _class_rows(self, measure_class: MeasureClass, address: str) -> Iterator[Row]:
        categories = measure_class.categories or ()
        title = Part(measure_class.title, f"{address}/title") if measure_class.title else None
        of = _denominators(
            measure_class.denoms or self.measure.denoms or self.denoms,
            self.measure.denom_units_selected,
        )
        alone = len(categories) == 1 and not categories[0].title
        level = self.level
        if title is not None and (not alone or measure_class.denoms):
            yield Row(header=title, kind="heading", level=level)
            level += 1
            title = None if not alone else Part("Value")
        yield from self.denominators(measure_class.denoms, f"{address}/denoms", level)
        for place, category in enumerate(categories):
            here = f"{address}/categories/{place}"
            yield Row(
                header=_category_title(category, here, title or self.untitled),
                level=level,
                cells=self._cells(category.measurements, f"{here}/measurements", of),
            )

    def _cells(
        self, posted: Sequence[Measurement] | None, address: str, of: Mapping[str, float]
    ) -> tuple[Cell, ...]:
        found = by_group(posted)
        counts = self.measure.param_type in COUNTS and self.measure.calculate_pct is not False
        return tuple(
            joined(
                [
                    measurement_cell(
                        measurement,
                        f"{address}/{place}",
                        self.footnotes,
                        of.get(group.id) if counts else None,
                    )
                    for place, measurement in found[group.id]
                ]
            )
            if group.id in found
            else EMPTY
            for group in self.groups
        )


def measurement_cell(
    posted: Measurement, address: str, footnotes: Footnotes, of: float | None
) -> Cell:
    """Return a measurement as people read it: ``67.4 (9.7)``, ``17.1 (6.2 to 37.2)``, ``8 (29.6%)``.

    Parameters
    ----------
    posted
        The measurement.
    address
        Its JSON Pointer.
    footnotes
        Where its comment goes.
    of
        The denominator of a count whose percentage is to be computed; ``None`` for none.

    Examples
    --------
    >>> limits = Measurement(value="17.1", lower_limit="6.2", upper_limit="37.2")
    >>> measurement_cell(limits, "/a", Footnotes(), None).text
    '17.1 (6.2 to 37.2)'
    """
    parts: list[Part] = []
    if posted.value is not None:
        parts.append(Part(posted.value, f"{address}/value"))
    if posted.spread is not None:
        parts += [Part(" ("), Part(posted.spread, f"{address}/spread"), Part(")")]
    if posted.lower_limit is not None or posted.upper_limit is not None:
        parts += _limits(posted, address)
    computed = percentage(number(posted.value), of)
    if computed is not None:
        parts += [Part(" ("), computed, Part(")")]
    marks: tuple[Mark, ...] = ()
    if posted.comment:
        marks = footnotes.mark(posted.comment, f"{address}/comment")
    return Cell(tuple(parts), marks)


def summary_label(measure: Measure) -> str:
    """Return what the numbers of a measure are, in the registry's words.

    Examples
    --------
    >>> summary_label(OutcomeMeasure(param_type="MEAN", dispersion_type="STANDARD_DEVIATION"))
    'Mean (Standard Deviation)'
    >>> summary_label(OutcomeMeasure(param_type="NUMBER"))
    'Number'
    """
    parameter = label("MeasureParam", measure.param_type)
    dispersion = label("MeasureDispersionType", measure.dispersion_type)
    if dispersion and dispersion != "Not Applicable":
        return f"{parameter} ({dispersion})" if parameter else dispersion
    return parameter


def summary_parts(measure: Measure, address: str) -> tuple[Part, ...]:
    """Return the summary and the unit as texts with their addresses.

    Examples
    --------
    >>> age = BaselineMeasure(param_type="MEAN", unit_of_measure="years")
    >>> "".join(part.text for part in summary_parts(age, "/a"))
    'Mean, years'
    """
    parts: list[Part] = []
    if measure.param_type is not None:
        parts.append(Part(label("MeasureParam", measure.param_type), f"{address}/paramType"))
    dispersion = label("MeasureDispersionType", measure.dispersion_type)
    if dispersion and dispersion != "Not Applicable":
        parts += [Part(" (" if parts else "("), Part(dispersion, f"{address}/dispersionType")]
        parts.append(Part(")"))
    if measure.unit_of_measure is not None and not _is_said(measure):
        parts += [Part(", ")] if parts else []
        parts.append(Part(measure.unit_of_measure, f"{address}/unitOfMeasure"))
    return tuple(parts)


def _is_said(measure: Measure) -> bool:
    """Whether "Count of Participants" says the unit already."""
    unit = (measure.unit_of_measure or "").lower()
    return measure.param_type == "COUNT_OF_PARTICIPANTS" and unit == "participants"


def computed_note(rows: Sequence[Row]) -> str:
    """Return what to say below a table that shows percentages nobody posted; else nothing."""
    if any(part.computed for row in rows for cell in row.cells for part in cell.parts):
        return "Percentages in italics are computed here from the posted counts and denominators."
    return ""


def class_denominators(
    measure: Measure, measure_class: MeasureClass, otherwise: tuple[Denom, ...]
) -> Mapping[str, float]:
    """Return the denominator of each group id for one class of a measure."""
    return _denominators(
        measure_class.denoms or measure.denoms or otherwise, measure.denom_units_selected
    )


def _limits(posted: Measurement, address: str) -> list[Part]:
    def limit(text: str | None, member: str) -> Part:
        return Part(text, f"{address}/{member}") if text is not None else Part("–")

    return [
        Part(" ("),
        limit(posted.lower_limit, "lowerLimit"),
        Part(" to "),
        limit(posted.upper_limit, "upperLimit"),
        Part(")"),
    ]


def _units_analyzed(denom: Denom, address: str) -> Part:
    if denom.units is None:
        return Part("Number analyzed")
    return Part(f"{denom.units} analyzed", f"{address}/units")


def _category_title(category: MeasureCategory, address: str, otherwise: Part) -> Part:
    if category.title:
        return Part(category.title, f"{address}/title")
    return otherwise


def measure_numbers(measure: Measure) -> Iterator[Sequence[HasGroup] | None]:
    """Yield every list of a measure whose numbers name a group."""
    for denom in measure.denoms or ():
        yield denom.counts
    for measure_class in measure.classes or ():
        for denom in measure_class.denoms or ():
            yield denom.counts
        for category in measure_class.categories or ():
            yield category.measurements


def _denominators(denoms: Sequence[Denom], units: str | None) -> Mapping[str, float]:
    """Return the denominators in the units that the measure counts in."""
    for denom in denoms:
        if units is None or denom.units == units:
            return {
                count.group_id or "": amount
                for count in denom.counts or ()
                if (amount := number(count.value)) is not None
            }
    return {}
