"""The baseline characteristics as one table: a heading per measure, its rows by group."""

from collections.abc import Iterator, Sequence

from topline.record.results import BaselineCharacteristicsModule, BaselineMeasure
from topline.render.measure_table import (
    MeasureRows,
    computed_note,
    measure_numbers,
    summary_parts,
)
from topline.render.table_model import ColumnGroup, ModuleTables, Part, Row, Section, Table
from topline.render.table_parts import Footnotes, HasGroup, facts, groups, with_strays

ADDRESS = "/resultsSection/baselineCharacteristicsModule"


def baseline_tables(module: BaselineCharacteristicsModule) -> ModuleTables:
    """Return the baseline characteristics.

    Examples
    --------
    >>> from topline.record.results import MeasureCategory, MeasureClass, Measurement
    >>> age = BaselineMeasure(title="Age, Continuous", unit_of_measure="years", classes=(
    ...     MeasureClass(categories=(MeasureCategory(measurements=(
    ...         Measurement(group_id="BG000", value="67.4", spread="9.7"),)),)),))
    >>> table = baseline_tables(BaselineCharacteristicsModule(measures=(age,))).sections[0].tables[0]
    >>> [(row.header.text, row.cells[0].text) for row in table.rows]
    [('Age, Continuous', '67.4 (9.7)')]
    """
    columns = with_strays(groups(module.groups, f"{ADDRESS}/groups"), _numbers(module))
    footnotes = Footnotes()
    overall = MeasureRows(
        measure=BaselineMeasure(),
        address=ADDRESS,
        groups=columns,
        denoms=(),
        footnotes=footnotes,
        untitled=Part(""),
    )
    rows = list(overall.denominators(module.denoms, f"{ADDRESS}/denoms", 0))
    for place, measure in enumerate(module.measures or ()):
        rows += _measure_rows(
            measure,
            MeasureRows(
                measure=measure,
                address=f"{ADDRESS}/measures/{place}",
                groups=columns,
                denoms=module.denoms or (),
                footnotes=footnotes,
                untitled=_title(measure, f"{ADDRESS}/measures/{place}"),
                level=1,
            ),
        )
    section = Section(
        key="baseline",
        title="Baseline characteristics",
        address=ADDRESS,
        facts=facts(
            ADDRESS,
            (
                ("Analysis population", "populationDescription", module.population_description),
                ("Units analyzed", "typeUnitsAnalyzed", module.type_units_analyzed),
            ),
        ),
        groups=columns,
        tables=(
            Table(
                key="baseline",
                title="Baseline measures by group",
                corner="Measure",
                column_groups=tuple(ColumnGroup(title=group.title) for group in columns),
                rows=tuple(rows),
                footnotes=footnotes.texts,
                note=computed_note(rows),
            ),
        )
        if rows
        else (),
    )
    return ModuleTables(
        key="baseline", title="Baseline characteristics", address=ADDRESS, sections=(section,)
    )


def _numbers(module: BaselineCharacteristicsModule) -> Iterator[Sequence[HasGroup] | None]:
    for denom in module.denoms or ():
        yield denom.counts
    for measure in module.measures or ():
        yield from measure_numbers(measure)


def _title(measure: BaselineMeasure, address: str) -> Part:
    return Part(measure.title, f"{address}/title") if measure.title is not None else Part("Measure")


def _measure_rows(measure: BaselineMeasure, made_from: MeasureRows) -> Iterator[Row]:
    """Yield the measure's heading and rows; one row alone stands in the heading's place."""
    address, footnotes = made_from.address, made_from.footnotes
    denominators = list(made_from.denominators(measure.denoms, f"{address}/denoms", 1))
    rows = list(made_from.rows())
    title = made_from.untitled
    details = summary_parts(measure, address)
    marks = footnotes.mark(measure.description, f"{address}/description")
    marks += footnotes.mark(measure.population_description, f"{address}/populationDescription")
    if len(rows) == 1 and rows[0].header == title and not denominators:
        yield Row(header=title, cells=rows[0].cells, details=details, marks=marks)
        return
    yield Row(header=title, kind="heading", details=details, marks=marks)
    yield from denominators
    for row in rows:
        if row.header == title:
            yield Row(header=Part("Value"), cells=row.cells, level=1)
        else:
            yield row
