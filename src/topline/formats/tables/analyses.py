"""The statistical analyses of outcome measures."""

from collections.abc import Iterator

from topline.formats.tables.measures import NUMBER, OUTCOMES, group_titles, outcome_measures
from topline.formats.tables.number_columns import number_columns
from topline.formats.tables.table import ADDRESS, Column, Row, StudyPart, Table
from topline.record.results import MeasureAnalysis

BETWEEN = " | "
"""Stands between the groups of an analysis."""

_NUMBERS = ("paramValue", "dispersionValue", "pValue", "ciPctValue", "ciLowerLimit", "ciUpperLimit")


def _rows(part: StudyPart) -> Iterator[Row]:
    for place, measure in enumerate(outcome_measures(part)):
        titles = group_titles(measure.groups)
        for position, analysis in enumerate(measure.analyses or ()):
            here = f"{OUTCOMES}/{place}/analyses/{position}"
            ids = analysis.group_ids or ()
            yield (
                here,
                place + 1,
                measure.title,
                measure.time_frame,
                position + 1,
                BETWEEN.join(ids) or None,
                BETWEEN.join(titles.get(one) or "" for one in ids) or None,
                *part.numbers.fields(*(f"{here}/{name}" for name in _NUMBERS)),
                *(getattr(analysis, column.name) for column in _TEXTS),
            )


_TEXTS = (
    Column("param_type", "text", "What the estimate is, such as a hazard ratio."),
    Column("dispersion_type", "text", "What the dispersion of the estimate is."),
    Column("ci_num_sides", "text", "Whether the confidence interval has one side or two."),
    Column("statistical_method", "text", "The test or model."),
    Column("non_inferiority_type", "text", "Superiority, non-inferiority, equivalence or other."),
    Column("tested_non_inferiority", "boolean", "Whether non-inferiority was tested."),
    Column("estimate_comment", "text", "What to know about the estimate."),
    Column("p_value_comment", "text", "Adjustment and threshold of the p-value."),
    Column("ci_lower_limit_comment", "text", "Why the lower limit is NA."),
    Column("ci_upper_limit_comment", "text", "Why the upper limit is NA."),
    Column("statistical_comment", "text", "What to know about the method."),
    Column("non_inferiority_comment", "text", "Margin and definition of a test against a margin."),
    Column("group_description", "text", "Which groups are compared, in words."),
    Column("other_analysis_description", "text", "An analysis that is no test or estimate."),
)

STATISTICAL_ANALYSES = Table(
    name="statistical_analyses",
    title="Statistical analyses",
    row="one statistical analysis of an outcome measure",
    own_columns=(
        ADDRESS,
        NUMBER,
        Column("measure", "text", "Title of the outcome measure."),
        Column("time_frame", "text", "When it was assessed."),
        Column("analysis", "integer", "Which analysis of the outcome measure it is, from 1."),
        Column("group_ids", "text", f"The groups compared, with {BETWEEN.strip()} between them."),
        Column("group_titles", "text", f"Their titles, with {BETWEEN.strip()} between them."),
        *number_columns(MeasureAnalysis, "param_value", "The estimate, of param_type"),
        *number_columns(MeasureAnalysis, "dispersion_value", "The dispersion of the estimate"),
        *number_columns(MeasureAnalysis, "p_value", "The p-value"),
        *number_columns(MeasureAnalysis, "ci_pct_value", "The confidence level in percent"),
        *number_columns(MeasureAnalysis, "ci_lower_limit", "The lower confidence limit"),
        *number_columns(MeasureAnalysis, "ci_upper_limit", "The upper confidence limit"),
        *_TEXTS,
    ),
    own_rows=_rows,
)
