"""The outcome measures of a page.

The site runs the time frame together with what follows: ``Timeframe: Up to 6 monthsPopulation: …``
and, where there is no population, ``…up to 3 yearsWill be estimated…``. The label ``Population: ``
separates; without it a capital letter directly behind a small letter, a digit, a point, a percent
sign or a bracket does. Of 1,141 outcome measures of real records with a description and without a
population, 1,079 have such a place, and the first is where the description begins in all but one;
the others stand in the time frame whole. Pages of ours give each text its own label where this would
misread them, and say more where the record holds what the site leaves out.
"""

import re
from collections.abc import Sequence

from topline.formats.page_text_fields import Labelled
from topline.formats.page_text_groups import column_lines, read_columns
from topline.formats.page_text_labels import (
    ANTICIPATED,
    DESCRIPTION,
    DISPERSION,
    NO_OUTCOME,
    NOT_POSTED,
    OUTCOME_TABLE,
    OUTCOME_TITLE,
    PARAMETER,
    POPULATION,
    POSTED,
    REPORTING_STATUS,
    TIMEFRAME,
    UNIT,
    UNIT_OF_ANALYSIS,
    outcome_type,
)
from topline.formats.page_text_layout import OutcomePart, Page
from topline.formats.page_text_lines import Block, lines_text, number_repeats, word, word_text
from topline.formats.page_text_measures import (
    Values,
    counts_by_group,
    denominators_of,
    measure_attributes,
    read_values,
    value_rows,
)
from topline.formats.page_text_notes import Notes
from topline.formats.page_text_rows import Row, check_unit, read_row
from topline.formats.page_text_table import page_error, shown, table_lines
from topline.record.results import MeasureGroup, OutcomeMeasure, OutcomeMeasuresModule

ADDRESS = "/resultsSection/outcomeMeasuresModule"
_PREFIX = "OG"
_TEXT = Labelled(
    (
        TIMEFRAME,
        POPULATION,
        DESCRIPTION,
        UNIT_OF_ANALYSIS,
        REPORTING_STATUS,
        ANTICIPATED,
        OUTCOME_TITLE,
        UNIT,
        DISPERSION,
        PARAMETER,
    ),
    OUTCOME_TABLE,
)
_SEPARATE_LABELS = frozenset({POPULATION, DESCRIPTION})
# Not behind a letter that stands alone: the p of pH is not the end of a word.
_RUN_TOGETHER = re.compile(r"(?<=[a-z0-9.)%])(?<!^[a-z])(?<![^A-Za-z0-9][a-z])(?=[A-Z])")
_OTHER_TYPE = "?"

_Texts = tuple[str | None, str | None, str | None]


def read_outcomes(page: Page, notes: Notes) -> OutcomeMeasuresModule | None:
    """Read the outcome measures.

    Parameters
    ----------
    page
        The parts of the page.
    notes
        Limits of an unknown kind, and denominators that cells print, are set aside here.

    Raises
    ------
    DocumentError
        If the text of an outcome measure does not begin with its time frame, or a row is not one
        of its values.
    """
    measures = tuple(
        _read_outcome(page.name, part, f"{ADDRESS}/outcomeMeasures/{place}", notes)
        for place, part in enumerate(page.outcomes)
    )
    return OutcomeMeasuresModule(outcome_measures=measures) if measures else None


def outcome_lines(module: OutcomeMeasuresModule | None, notes: Notes) -> list[str]:
    """Write the outcome measures.

    Raises
    ------
    OutputError
        If a value belongs to no group, or a group has two.
    """
    lines: list[str] = []
    for place, measure in enumerate((module.outcome_measures if module else None) or ()):
        lines += _outcome_lines(measure, f"{ADDRESS}/outcomeMeasures/{place}", notes)
    return lines


def separate_texts(lines: Sequence[str]) -> _Texts:
    """Separate the site's run-together lines into time frame, population and description.

    Examples
    --------
    >>> separate_texts(["Up to 6 monthsPopulation: 10 were not evaluable.", "The response rate."])
    ('Up to 6 months', '10 were not evaluable.', 'The response rate.')
    >>> separate_texts(["From enrollment, up to 3 yearsWill be estimated."])
    ('From enrollment, up to 3 years', None, 'Will be estimated.')
    """
    first, *further = lines
    if POPULATION in first:
        time_frame, population = first.split(POPULATION, 1)
        return time_frame or None, population or None, lines_text(further)
    found = _RUN_TOGETHER.search(first)
    if found:
        begun = first[found.start() :]
        return first[: found.start()], None, "\n".join([begun, *further])
    return first or None, None, lines_text(further)


def _read_outcome(name: str, part: OutcomePart, address: str, notes: Notes) -> OutcomeMeasure:
    texts, (time_frame, population, description) = _read_text(name, part.text)
    columns = read_columns(name, part.table, _PREFIX) if part.table else ()
    rows = [read_row(name, row) for row in part.table.rows] if part.table else []
    _check_rows(rows)
    values = Values(title=None, unit=None, dispersion=None, parameter=None, classes=None)
    if rows:
        values = read_values(rows, columns, address, notes)
    return OutcomeMeasure(
        type=word_text(part.type[1:]) if part.type.startswith(_OTHER_TYPE) else part.type,
        title=texts.get(OUTCOME_TITLE, values.title),
        description=description,
        population_description=population,
        reporting_status=texts.get(REPORTING_STATUS, POSTED if part.table else NOT_POSTED),
        anticipated_posting_date=texts.get(ANTICIPATED),
        param_type=texts.get(PARAMETER, values.parameter),
        dispersion_type=texts.get(DISPERSION, values.dispersion),
        unit_of_measure=texts.get(UNIT, values.unit),
        time_frame=time_frame,
        type_units_analyzed=texts.get(UNIT_OF_ANALYSIS),
        groups=tuple(
            MeasureGroup(id=c.id, title=c.title, description=c.description) for c in columns
        )
        or None,
        denoms=denominators_of(columns),
        classes=values.classes,
    )


def _read_text(name: str, block: Block) -> tuple[dict[str, str], _Texts]:
    fields = _TEXT.read(block)
    texts = dict(fields.texts)
    if fields.opening:
        raise page_error(
            name,
            block.line,
            f"found {shown(fields.opening[0])} below the heading of an outcome measure",
            f"{TIMEFRAME + '…'!r}",
        )
    if _SEPARATE_LABELS & texts.keys() or TIMEFRAME not in texts:
        labels = (TIMEFRAME, POPULATION, DESCRIPTION)
        time_frame, population, description = (texts.get(label) or None for label in labels)
        return texts, (time_frame, population, description)
    return texts, separate_texts(texts[TIMEFRAME].split("\n"))


def _check_rows(rows: Sequence[Row]) -> None:
    units = [unit for row in rows for unit in row.units]
    for row in rows:
        if row.title != rows[0].title:
            raise page_error(
                row.page,
                row.line,
                f"found a row of {shown(row.title or '')}",
                f"a row of {shown(rows[0].title or '')}, as the rows before, or the next heading",
            )
        check_unit(row, units)


def _outcome_lines(measure: OutcomeMeasure, address: str, notes: Notes) -> list[str]:
    groups = measure.groups or ()
    counts = counts_by_group(measure.denoms, groups, address)
    values = Values(
        title=measure.title,
        unit=measure.unit_of_measure,
        dispersion=measure.dispersion_type,
        parameter=measure.param_type,
        classes=measure.classes,
    )
    tabled = bool(groups or measure.denoms or measure.classes)
    header = [
        column_lines(group, place, _PREFIX, counts[place]) for place, group in enumerate(groups)
    ]
    title = number_repeats([measure.title])[0]
    rows = value_rows(title, values, groups, counts, address, notes) if tabled else []
    type_ = measure.type or ""
    usual = outcome_type(f"{type_} outcome") is not None and not type_.startswith(_OTHER_TYPE)
    return [
        f"{type_ if usual else _OTHER_TYPE + word(measure.type)} outcome",
        *_text_lines(measure),
        *_TEXT.lines(
            {
                **_said(measure, tabled),
                **(measure_attributes(values) if tabled else _unshown(measure)),
            }
        ),
        OUTCOME_TABLE,
        *(table_lines(header, rows) if tabled else [NO_OUTCOME]),
    ]


def _said(measure: OutcomeMeasure, tabled: bool) -> dict[str, str | None]:
    usual_status = POSTED if tabled else NOT_POSTED
    status = measure.reporting_status
    return {
        UNIT_OF_ANALYSIS: measure.type_units_analyzed,
        REPORTING_STATUS: None if status == usual_status else status,
        ANTICIPATED: measure.anticipated_posting_date,
    }


def _unshown(measure: OutcomeMeasure) -> dict[str, str | None]:
    return {
        OUTCOME_TITLE: measure.title,
        UNIT: measure.unit_of_measure,
        DISPERSION: measure.dispersion_type,
        PARAMETER: measure.param_type,
    }


def _text_lines(measure: OutcomeMeasure) -> list[str]:
    due = (measure.time_frame, measure.population_description, measure.description)
    time_frame, population, description = due
    first = time_frame or ""
    if population is not None:
        run_together = f"{first}{POPULATION}{population}" + (
            "" if description is None else f"\n{description}"
        )
    else:
        run_together = first + (description or "")
    if any(due) and separate_texts(run_together.split("\n")) == due:
        return _TEXT.lines({TIMEFRAME: run_together})
    if time_frame is not None and population is None:
        description = description or ""  # its label says that the time frame stands alone
    return _TEXT.lines({TIMEFRAME: time_frame, POPULATION: population, DESCRIPTION: description})
