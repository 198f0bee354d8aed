"""Baseline and outcome measures: their measurements and denominators."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from topline.formats.tables.number_columns import number_columns
from topline.formats.tables.table import ADDRESS, GROUP_COLUMNS, Column, Row, StudyPart, Table
from topline.record.results import (
    BaselineCharacteristicsModule,
    BaselineMeasure,
    Denom,
    DenomCount,
    MeasureGroup,
    Measurement,
    OutcomeMeasure,
)

BASELINE = "/resultsSection/baselineCharacteristicsModule"
OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"

_Titles: TypeAlias = Mapping[str | None, str | None]

NUMBER = Column("outcome", "integer", "Which outcome measure of the record it is, from 1.")
_ROW_TITLES = (
    Column("class", "text", "Title of the class (row group), such as a time point."),
    Column("category", "text", "Title of the category (row)."),
)
_WHAT = (
    Column("param_type", "text", "What the value is: a code such as MEAN."),
    Column("dispersion_type", "text", "What the spread or the limits are."),
    Column("unit_of_measure", "text", "Unit of the values."),
)
_NUMBERS = (
    *number_columns(Measurement, "value", "The count, mean, median or other value"),
    *number_columns(Measurement, "spread", "The spread, of dispersion_type"),
    *number_columns(Measurement, "lower_limit", "The lower limit, of dispersion_type"),
    *number_columns(Measurement, "upper_limit", "The upper limit, of dispersion_type"),
    Column("comment", "text", "What was posted beside the value: why it is NA."),
)


def outcome_measures(part: StudyPart) -> tuple[OutcomeMeasure, ...]:
    """Return the outcome measures of a study; none where it has no results."""
    results = part.study.results_section
    module = results.outcome_measures_module if results is not None else None
    return (module.outcome_measures if module is not None else None) or ()


def baseline(part: StudyPart) -> BaselineCharacteristicsModule:
    """Return the baseline characteristics of a study; empty where it has none."""
    results = part.study.results_section
    module = results.baseline_characteristics_module if results is not None else None
    return module if module is not None else BaselineCharacteristicsModule()


def group_titles(groups: tuple[MeasureGroup, ...] | None) -> _Titles:
    """Return the titles of groups by id."""
    return {group.id: group.title for group in groups or ()}


def _baseline_rows(part: StudyPart) -> Iterator[Row]:
    module = baseline(part)
    titles = group_titles(module.groups)
    for place, measure in enumerate(module.measures or ()):
        what = (measure.param_type, measure.dispersion_type, measure.unit_of_measure)
        before = (measure.title, *what)
        yield from _measurements(part, measure, f"{BASELINE}/measures/{place}", before, titles)


def _outcome_rows(part: StudyPart) -> Iterator[Row]:
    for place, measure in enumerate(outcome_measures(part)):
        what = (measure.param_type, measure.dispersion_type, measure.unit_of_measure)
        before = (place + 1, measure.type, measure.title, measure.time_frame, *what)
        titles = group_titles(measure.groups)
        yield from _measurements(part, measure, f"{OUTCOMES}/{place}", before, titles)


def _measurements(
    part: StudyPart,
    measure: BaselineMeasure | OutcomeMeasure,
    address: str,
    before: Row,
    titles: _Titles,
) -> Iterator[Row]:
    for place, measure_class in enumerate(measure.classes or ()):
        for position, category in enumerate(measure_class.categories or ()):
            row = (*before, measure_class.title, category.title)
            where = f"{address}/classes/{place}/categories/{position}/measurements"
            for number, posted in enumerate(category.measurements or ()):
                here = f"{where}/{number}"
                numbers = part.numbers.fields(
                    f"{here}/value", f"{here}/spread", f"{here}/lowerLimit", f"{here}/upperLimit"
                )
                group = (posted.group_id, titles.get(posted.group_id))
                yield (here, *row, *group, *numbers, posted.comment)


def _denominators(part: StudyPart) -> Iterator[Row]:
    module = baseline(part)
    titles = group_titles(module.groups)
    before: Row = ("baseline characteristics", None, None, None)
    yield from _counts(part, module.denoms, BASELINE, before, titles)
    for place, measure in enumerate(module.measures or ()):
        before = ("baseline characteristics", None, measure.title)
        yield from _of_measure(part, measure, f"{BASELINE}/measures/{place}", before, titles)
    for place, outcome in enumerate(outcome_measures(part)):
        before = ("outcome measures", place + 1, outcome.title)
        titles = group_titles(outcome.groups)
        yield from _of_measure(part, outcome, f"{OUTCOMES}/{place}", before, titles)


def _of_measure(
    part: StudyPart,
    measure: BaselineMeasure | OutcomeMeasure,
    address: str,
    before: Row,
    titles: _Titles,
) -> Iterator[Row]:
    yield from _counts(part, measure.denoms, address, (*before, None), titles)
    for place, measure_class in enumerate(measure.classes or ()):
        where = f"{address}/classes/{place}"
        yield from _counts(
            part, measure_class.denoms, where, (*before, measure_class.title), titles
        )


def _counts(
    part: StudyPart, denoms: tuple[Denom, ...] | None, address: str, before: Row, titles: _Titles
) -> Iterator[Row]:
    for place, denom in enumerate(denoms or ()):
        for position, count in enumerate(denom.counts or ()):
            here = f"{address}/denoms/{place}/counts/{position}"
            group = (count.group_id, titles.get(count.group_id))
            yield (here, *before, denom.units, *group, *part.numbers.fields(f"{here}/value"))


BASELINE_MEASURES = Table(
    name="baseline_measures",
    title="Baseline measures",
    row="one group's measurement in one row of a baseline measure",
    own_columns=(
        ADDRESS,
        Column("measure", "text", "Title of the baseline measure."),
        *_WHAT,
        *_ROW_TITLES,
        *GROUP_COLUMNS,
        *_NUMBERS,
    ),
    own_rows=_baseline_rows,
)
OUTCOME_MEASURES = Table(
    name="outcome_measures",
    title="Outcome measures",
    row="one group's measurement in one row of an outcome measure",
    own_columns=(
        ADDRESS,
        NUMBER,
        Column("type", "text", "Primary, secondary or another kind of outcome."),
        Column("measure", "text", "Title of the outcome measure."),
        Column("time_frame", "text", "When it was assessed."),
        *_WHAT,
        *_ROW_TITLES,
        *GROUP_COLUMNS,
        *_NUMBERS,
    ),
    own_rows=_outcome_rows,
)
DENOMINATORS = Table(
    name="denominators",
    title="Denominators",
    row="how many of one group a measure or one of its classes speaks of",
    own_columns=(
        ADDRESS,
        Column("module", "text", "Baseline characteristics or outcome measures."),
        NUMBER,
        Column("measure", "text", "Title of the measure; empty for the whole baseline module."),
        Column("class", "text", "Title of the class; empty where it is of the whole measure."),
        Column("units", "text", "What is counted: participants, or other units."),
        *GROUP_COLUMNS,
        *number_columns(DenomCount, "value", "How many"),
    ),
    own_rows=_denominators,
)
