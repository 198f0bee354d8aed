"""Analysis results data (ARD): one flat table with the columns that pharmaverse's cards uses.

Column by column: the reference page ``analysis-results``.
"""

import io

import polars as pl

from topline.analysis.cohort import TOTAL
from topline.analysis.exports.described import DescribedStatistic, described
from topline.analysis.exports.export import Export
from topline.analysis.statistics import Statistics
from topline.record.cells import Module
from topline.record.study import Study

SCHEMA: dict[str, type[pl.DataType]] = {
    "group1": pl.String,
    "group1_level": pl.String,
    "group2": pl.String,
    "group2_level": pl.String,
    "group3": pl.String,
    "group3_level": pl.String,
    "variable": pl.String,
    "variable_level": pl.String,
    "context": pl.String,
    "stat_name": pl.String,
    "stat_label": pl.String,
    "stat": pl.Float64,
    "stat_fmt": pl.String,
    "fmt_fun": pl.Int64,
    "warning": pl.String,
    "error": pl.String,
    "groups": pl.String,
    "unit": pl.String,
    "population": pl.String,
    "dataset": pl.String,
    "condition": pl.String,
    "rows": pl.Int64,
    "participants": pl.Int64,
    "method": pl.String,
    "rounding": pl.String,
    "address": pl.String,
}
"""The columns with their types: those of cards in its standard order, then topline's own."""


def analysis_results_data(study: Study, statistics: Statistics) -> pl.DataFrame:
    """Return the statistics of a build as analysis results data.

    Parameters
    ----------
    study
        The record that the build yielded.
    statistics
        Its statistics.

    Returns
    -------
    polars.DataFrame
        One row a statistic, in the order of the record, with the columns of :data:`SCHEMA`.

    Raises
    ------
    DataError
        If record and statistics are not of one build.

    Examples
    --------
    >>> analysis_results_data(Study(), Statistics()).columns[:2]
    ['group1', 'group1_level']
    """
    rows = [_row(one) for one in described(study, statistics)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


_MEASURED = {
    Module.PARTICIPANT_FLOW: "period",
    Module.BASELINE_CHARACTERISTICS: "baseline measure",
    Module.OUTCOME_MEASURES: "outcome measure",
    Module.ADVERSE_EVENTS: "adverse events",
}


def _row(one: DescribedStatistic) -> tuple[object, ...]:
    row, cell = one.row, one.cell
    titles = [title or "" for title in cell.group_titles]
    single = titles[0] if len(titles) == 1 and titles[0] != TOTAL else None
    section = one.section or _analysis(one)
    return (
        "group" if titles else None,
        single,
        _MEASURED[cell.module],
        one.measure,
        (one.section_variable or ("analysis" if not one.section else "class")) if section else None,
        section or None,
        one.variable,
        (one.level or None) if not _analysis(one) else None,
        one.context,
        one.called.name,
        one.called.label,
        row.raw,
        row.posted,
        _decimals(one),
        row.notes or None,
        None,
        " | ".join(titles) or None,
        cell.unit,
        row.population,
        row.dataset,
        row.condition,
        row.rows,
        row.participants,
        row.method,
        row.rounding or None,
        row.address,
    )


def _analysis(one: DescribedStatistic) -> str:
    """Name the statistical analysis a number belongs to; empty for other numbers."""
    return one.level if "/analyses/" in one.row.address else ""


def _decimals(one: DescribedStatistic) -> int | None:
    """Give the decimals by which cards prints the statistic as it was posted; none if it cannot.

    cards rounds half away from zero.
    """
    text = one.row.posted
    if one.row.raw is None or "half to even" in one.row.rounding:
        return None
    if not text.lstrip("-").replace(".", "", 1).isdecimal():
        return None
    return len(text.partition(".")[2])


def _parquet(study: Study, statistics: Statistics) -> bytes:
    stream = io.BytesIO()
    analysis_results_data(study, statistics).write_parquet(stream)
    return stream.getvalue()


def _csv(study: Study, statistics: Statistics) -> bytes:
    # Polars writes a float with as many digits as bring it back.
    return analysis_results_data(study, statistics).write_csv().encode()


EXPORT = Export(
    name="ard",
    title="analysis results data with the columns of cards",
    writers={".parquet": _parquet, ".csv": _csv},
)
