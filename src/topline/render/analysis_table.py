"""The statistical analyses of an outcome measure: one row each, the words in footnotes."""

from collections.abc import Mapping, Sequence

from topline.record.results import MeasureAnalysis
from topline.render.table_model import Cell, ColumnGroup, Mark, Part, Row, Table
from topline.render.table_parts import Footnotes, label

_COLUMNS = (
    ("Groups compared", False),
    ("Hypothesis", False),
    ("Method", False),
    ("Parameter", False),
    ("Estimate", True),
    ("Confidence interval", True),
    ("P-value", True),
)


def analysis_table(
    analyses: Sequence[MeasureAnalysis], address: str, titles: Mapping[str, str]
) -> Table:
    """Return the statistical analyses as a table.

    Parameters
    ----------
    analyses
        The analyses of one outcome measure.
    address
        JSON Pointer of their list.
    titles
        Title of each group id of the measure.

    Examples
    --------
    >>> t_test = MeasureAnalysis(statistical_method="t-test, 1 sided", p_value="0.03",
    ...     group_ids=("OG000",))
    >>> row = analysis_table((t_test,), "/a", {"OG000": "Sorafenib"}).rows[0]
    >>> [cell.text for cell in row.cells]
    ['Sorafenib', '', 't-test, 1 sided', '', '', '', '0.03']
    """
    footnotes = Footnotes()
    return Table(
        key="analyses",
        title="Statistical analyses",
        corner="Analysis",
        column_groups=tuple(
            ColumnGroup(title=title, numeric=numeric) for title, numeric in _COLUMNS
        ),
        rows=tuple(
            Row(
                header=Part(str(place + 1)),
                cells=(
                    _compared(analysis, f"{address}/{place}", titles, footnotes),
                    _hypothesis(analysis, f"{address}/{place}", footnotes),
                    _method(analysis, f"{address}/{place}", footnotes),
                    _parameter(analysis, f"{address}/{place}", footnotes),
                    _estimate(analysis, f"{address}/{place}"),
                    _interval(analysis, f"{address}/{place}", footnotes),
                    _p_value(analysis, f"{address}/{place}", footnotes),
                ),
            )
            for place, analysis in enumerate(analyses)
        ),
        footnotes=footnotes.texts,
    )


def _part(text: str | None, address: str) -> tuple[Part, ...]:
    return (Part(text, address),) if text is not None else ()


def _compared(
    analysis: MeasureAnalysis, address: str, titles: Mapping[str, str], footnotes: Footnotes
) -> Cell:
    compared = ", ".join(titles.get(group, group) for group in analysis.group_ids or ())
    return Cell(
        (Part(compared),) if compared else (),
        footnotes.mark(analysis.group_description, f"{address}/groupDescription"),
    )


def _hypothesis(analysis: MeasureAnalysis, address: str, footnotes: Footnotes) -> Cell:
    parts = list(
        _part(
            label("NonInferiorityType", analysis.non_inferiority_type) or None,
            f"{address}/nonInferiorityType",
        )
    )
    if analysis.tested_non_inferiority is not None:
        told = "tested" if analysis.tested_non_inferiority else "not tested"
        parts += [Part("; ")] if parts else []
        parts.append(Part(f"non-inferiority {told}", f"{address}/testedNonInferiority"))
    return Cell(
        tuple(parts),
        footnotes.mark(analysis.non_inferiority_comment, f"{address}/nonInferiorityComment"),
    )


def _method(analysis: MeasureAnalysis, address: str, footnotes: Footnotes) -> Cell:
    marks: tuple[Mark, ...] = footnotes.mark(
        analysis.statistical_comment, f"{address}/statisticalComment"
    )
    marks += footnotes.mark(
        analysis.other_analysis_description, f"{address}/otherAnalysisDescription"
    )
    return Cell(_part(analysis.statistical_method, f"{address}/statisticalMethod"), marks)


def _parameter(analysis: MeasureAnalysis, address: str, footnotes: Footnotes) -> Cell:
    parts = list(_part(analysis.param_type, f"{address}/paramType"))
    if analysis.dispersion_type is not None:
        dispersion = label("AnalysisDispersionType", analysis.dispersion_type)
        parts += [Part(" ("), Part(dispersion, f"{address}/dispersionType"), Part(")")]
    return Cell(
        tuple(parts), footnotes.mark(analysis.estimate_comment, f"{address}/estimateComment")
    )


def _estimate(analysis: MeasureAnalysis, address: str) -> Cell:
    parts = list(_part(analysis.param_value, f"{address}/paramValue"))
    if analysis.dispersion_value is not None:
        parts += [Part(" ("), Part(analysis.dispersion_value, f"{address}/dispersionValue")]
        parts.append(Part(")"))
    return Cell(tuple(parts))


def _interval(analysis: MeasureAnalysis, address: str, footnotes: Footnotes) -> Cell:
    lower, upper = analysis.ci_lower_limit, analysis.ci_upper_limit
    parts: list[Part] = []
    if lower is not None or upper is not None:
        parts += _part(lower, f"{address}/ciLowerLimit") or (Part("–"),)
        parts.append(Part(" to "))
        parts += _part(upper, f"{address}/ciUpperLimit") or (Part("–"),)
    if analysis.ci_pct_value is not None:
        parts += [
            Part(" (" if parts else "("),
            Part(analysis.ci_pct_value, f"{address}/ciPctValue"),
        ]
        parts.append(Part("%"))
        if analysis.ci_num_sides is not None:
            sides = label("ConfidenceIntervalNumSides", analysis.ci_num_sides)
            parts += [Part(", "), Part(sides.lower(), f"{address}/ciNumSides")]
        parts.append(Part(")"))
    elif analysis.ci_num_sides is not None:
        sides = label("ConfidenceIntervalNumSides", analysis.ci_num_sides)
        parts += [Part(" " if parts else ""), Part(sides.lower(), f"{address}/ciNumSides")]
    marks = footnotes.mark(analysis.ci_lower_limit_comment, f"{address}/ciLowerLimitComment")
    marks += footnotes.mark(analysis.ci_upper_limit_comment, f"{address}/ciUpperLimitComment")
    return Cell(tuple(parts), marks)


def _p_value(analysis: MeasureAnalysis, address: str, footnotes: Footnotes) -> Cell:
    return Cell(
        _part(analysis.p_value, f"{address}/pValue"),
        footnotes.mark(analysis.p_value_comment, f"{address}/pValueComment"),
    )
