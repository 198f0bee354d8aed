"""The outcome measures: for each its definition, its table and its statistical analyses."""

from topline.record.results import OutcomeMeasure, OutcomeMeasuresModule
from topline.render.analysis_table import analysis_table
from topline.render.measure_table import (
    MeasureRows,
    computed_note,
    measure_numbers,
    summary_label,
    summary_parts,
)
from topline.render.table_model import ColumnGroup, ModuleTables, Part, Section, Table
from topline.render.table_parts import Footnotes, facts, groups, label, with_strays

ADDRESS = "/resultsSection/outcomeMeasuresModule"


def outcome_tables(module: OutcomeMeasuresModule) -> ModuleTables:
    """Return the outcome measures, one section each, in the order of the record.

    Examples
    --------
    >>> measures = outcome_tables(OutcomeMeasuresModule(outcome_measures=(
    ...     OutcomeMeasure(type="PRIMARY", title="Overall Survival", time_frame="3 years"),)))
    >>> section = measures.sections[0]
    >>> section.kind, section.title, [fact.label for fact in section.facts]
    ('Primary', 'Overall Survival', ['Time frame'])
    """
    return ModuleTables(
        key="outcome-measures",
        title="Outcome measures",
        address=ADDRESS,
        sections=tuple(
            outcome_section(measure, place)
            for place, measure in enumerate(module.outcome_measures or ())
        ),
    )


def outcome_section(measure: OutcomeMeasure, place: int) -> Section:
    """Return one outcome measure.

    Parameters
    ----------
    measure
        The measure.
    place
        Its place in the record, from 0.
    """
    address = f"{ADDRESS}/outcomeMeasures/{place}"
    columns = with_strays(groups(measure.groups, f"{address}/groups"), measure_numbers(measure))
    footnotes = Footnotes()
    made_from = MeasureRows(
        measure=measure,
        address=address,
        groups=columns,
        denoms=(),
        footnotes=footnotes,
        untitled=Part(summary_label(measure) or "Value"),
    )
    rows = (*made_from.denominators(measure.denoms, f"{address}/denoms", 0), *made_from.rows())
    tables: list[Table] = []
    said = summary_parts(measure, address)
    if rows:
        tables.append(
            Table(
                key="values",
                title="".join(part.text for part in said) or "Values by group",
                title_parts=said,
                corner="Measure",
                column_groups=tuple(ColumnGroup(title=group.title) for group in columns),
                rows=rows,
                footnotes=footnotes.texts,
                note=computed_note(rows),
            )
        )
    if measure.analyses:
        titles = {group.id: group.title for group in columns}
        tables.append(analysis_table(measure.analyses, f"{address}/analyses", titles))
    return Section(
        key=f"outcome-{place + 1}",
        title=measure.title if measure.title is not None else "Outcome measure",
        title_address=f"{address}/title" if measure.title is not None else "",
        address=address,
        kind=label("OutcomeMeasureType", measure.type),
        facts=facts(
            address,
            (
                ("Description", "description", measure.description),
                ("Time frame", "timeFrame", measure.time_frame),
                ("Analysis population", "populationDescription", measure.population_description),
                ("Units analyzed", "typeUnitsAnalyzed", measure.type_units_analyzed),
                ("Reporting status", "reportingStatus", _not_posted(measure.reporting_status)),
                (
                    "Anticipated posting date",
                    "anticipatedPostingDate",
                    measure.anticipated_posting_date,
                ),
                *(() if rows else _summary_facts(measure)),
            ),
        ),
        groups=columns,
        tables=tuple(tables),
    )


def _summary_facts(measure: OutcomeMeasure) -> tuple[tuple[str, str, str | None], ...]:
    """Return what the table's title would say, for a measure without a table."""
    return (
        ("Measure", "paramType", label("MeasureParam", measure.param_type) or None),
        (
            "Dispersion",
            "dispersionType",
            label("MeasureDispersionType", measure.dispersion_type) or None,
        ),
        ("Unit of measure", "unitOfMeasure", measure.unit_of_measure),
    )


def _not_posted(status: str | None) -> str | None:
    """Return the reporting status where it says more than the numbers below it."""
    return None if status in (None, "POSTED") else label("ReportingStatus", status)
