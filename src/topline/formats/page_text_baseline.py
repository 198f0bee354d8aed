"""The baseline characteristics of a page."""

from collections.abc import Sequence

from topline.formats.page_text_fields import Fields, Labelled
from topline.formats.page_text_groups import Column, column_lines, read_columns
from topline.formats.page_text_labels import (
    BASELINE,
    BASELINE_TABLE,
    NO_BASELINE,
    UNIT_OF_ANALYSIS,
)
from topline.formats.page_text_layout import Page
from topline.formats.page_text_lines import (
    first_titles,
    lines_text,
    number_repeats,
    text_lines,
    title_lines,
)
from topline.formats.page_text_measures import (
    Values,
    counts_by_group,
    denominators_of,
    measure_attributes,
    read_values,
    value_rows,
)
from topline.formats.page_text_notes import Notes
from topline.formats.page_text_rows import Row, read_row
from topline.formats.page_text_table import Table, table_lines
from topline.record.results import (
    BaselineCharacteristicsModule,
    BaselineMeasure,
    MeasureGroup,
)

ADDRESS = "/resultsSection/baselineCharacteristicsModule"
_TEXT = Labelled((UNIT_OF_ANALYSIS,), BASELINE_TABLE)
_PREFIX = "BG"
_TITLE = "title above the table"
_TITLE_REASON = "the site repeats the title of the study here, and this is another"


def read_baseline(
    page: Page, title: str | None, notes: Notes
) -> BaselineCharacteristicsModule | None:
    """Read the baseline characteristics.

    Parameters
    ----------
    page
        The parts of the page.
    title
        The title of the study, which stands above the table again.
    notes
        The site's denominators in cells, and a title that differs, are set aside here.

    Raises
    ------
    DocumentError
        If a row is not one of values.
    """
    fields = _TEXT.read(page.baseline_text) if page.baseline_text else Fields((), {})
    titles, population = first_titles(fields.opening, 1)
    if page.baseline_text and titles != [title]:
        notes.add(ADDRESS, _TITLE, titles[0] or "" if titles else "", _TITLE_REASON)
    columns = read_columns(page.name, page.baseline, _PREFIX) if page.baseline else ()
    module = BaselineCharacteristicsModule(
        population_description=lines_text(population),
        type_units_analyzed=fields.texts.get(UNIT_OF_ANALYSIS),
        groups=tuple(
            MeasureGroup(id=c.id, title=c.title, description=c.description) for c in columns
        )
        or None,
        denoms=denominators_of(columns),
        measures=_read_measures(page.name, page.baseline, columns, notes),
    )
    return None if module == BaselineCharacteristicsModule() else module


def baseline_lines(
    module: BaselineCharacteristicsModule | None, title: str | None, notes: Notes
) -> list[str]:
    """Write the baseline characteristics.

    Raises
    ------
    OutputError
        If a value belongs to no group, or a group has two.
    """
    module = module or BaselineCharacteristicsModule()
    groups = module.groups or ()
    measures = module.measures or ()
    counts = counts_by_group(module.denoms, groups, ADDRESS)
    header = [
        column_lines(group, place, _PREFIX, counts[place]) for place, group in enumerate(groups)
    ]
    rows = [
        row
        for place, (numbered, measure) in enumerate(
            zip(number_repeats(m.title for m in measures), measures, strict=True)
        )
        for row in _measure_rows(
            numbered, measure, groups, counts, f"{ADDRESS}/measures/{place}", notes
        )
    ]
    kept_title = notes.get(ADDRESS, _TITLE)
    opening = [
        *title_lines(title if kept_title is None else kept_title),
        *text_lines(module.population_description),
    ]
    return [
        BASELINE,
        *_TEXT.own.mark(opening),
        *_TEXT.lines({UNIT_OF_ANALYSIS: module.type_units_analyzed}),
        BASELINE_TABLE,
        *(table_lines(header, rows) if groups or measures else [NO_BASELINE]),
    ]


def _read_measures(
    name: str, table: Table | None, columns: Sequence[Column], notes: Notes
) -> tuple[BaselineMeasure, ...] | None:
    measures: list[list[Row]] = []
    known: set[tuple[str | None, ...]] = set()
    units: set[str | None] = set()
    for blocks in table.rows if table else ():
        row = read_row(name, blocks)
        # Of the same measure: same title and unit, and a class or category that it has not yet.
        of_measure = measures and measures[-1][0].title == row.title
        if not of_measure or row.below in known or len(units | {*row.units}) > 1:
            measures.append([])
            known, units = set(), set()
        measures[-1].append(row)
        known.add(row.below)
        units.update(row.units)
    return (
        tuple(
            _read_measure(rows, columns, f"{ADDRESS}/measures/{place}", notes)
            for place, rows in enumerate(measures)
        )
        or None
    )


def _read_measure(
    rows: Sequence[Row], columns: Sequence[Column], address: str, notes: Notes
) -> BaselineMeasure:
    values = read_values(rows, columns, address, notes)
    return BaselineMeasure(
        title=values.title,
        param_type=values.parameter,
        dispersion_type=values.dispersion,
        unit_of_measure=values.unit,
        classes=values.classes,
    )


def _measure_rows(
    title: str,
    measure: BaselineMeasure,
    groups: Sequence[MeasureGroup],
    counts: Sequence[Sequence[tuple[str | None, str | None]]],
    address: str,
    notes: Notes,
) -> list[list[list[str]]]:
    values = Values(
        title=measure.title,
        unit=measure.unit_of_measure,
        dispersion=measure.dispersion_type,
        parameter=measure.param_type,
        classes=measure.classes,
    )
    rows = value_rows(title, values, groups, counts, address, notes)
    for label, text in measure_attributes(values).items():
        rows[0][0] += title_lines(label + text)
    return rows
