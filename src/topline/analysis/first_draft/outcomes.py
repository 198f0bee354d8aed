"""The outcome measures of a first specification: one maker for each kind of dataset, in the order they are found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from topline.analysis.first_draft.document import Asked
from topline.analysis.first_draft.survey import PARTICIPANT, Survey

Proposed = Iterator["Proposal"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An outcome, or why there is none for a parameter.

    Attributes
    ----------
    dataset, parameter
        What it is of.
    content
        The outcome; ``None`` where a person must decide.
    reason
        Why there is none.
    """

    dataset: str
    parameter: str
    content: dict[str, Any] | None
    reason: str = ""


Maker = Callable[[Survey, str], Proposed]


def parameters(survey: Survey, dataset: str) -> list[tuple[str, str]]:
    """List the parameters of a dataset, code and title, in the order of their number, else of the file."""
    columns = ["PARAMCD", "PARAM", "PARAMN"]
    rows = survey.rows(dataset, columns).drop_nulls("PARAMCD")
    if "PARAM" not in rows.columns:
        rows = rows.with_columns(pl.col("PARAMCD").alias("PARAM"))
    if "PARAMN" in rows.columns:
        rows = rows.sort("PARAMN", maintain_order=True, nulls_last=True)
    found = rows.unique("PARAMCD", keep="first", maintain_order=True)
    return [(code, title or code) for code, title in found.select("PARAMCD", "PARAM").iter_rows()]


def measure(
    survey: Survey, dataset: str, title: str, where: str, rows: pl.DataFrame
) -> dict[str, Any]:
    """Begin an outcome with what every kind has.

    Parameters
    ----------
    rows
        Those with a value, to tell whether everyone who started has one.
    """
    begun: dict[str, Any] = {
        "title": title[:255],
        "type": "secondary",
        "time_frame": Asked(_time_frame(rows), "As the protocol says it"),
        "dataset": dataset,
        "where": where,
    }
    analyzed = rows[PARTICIPANT].n_unique()
    if analyzed != survey.started.height:
        begun["population_description"] = Asked(
            "Participants with a value.",
            f"{analyzed} of {survey.started.height} participants have a value. Who are they?",
        )
    return begun


def _time_frame(rows: pl.DataFrame) -> str:
    """Say over how long the rows go, as far as they tell."""
    if "ADY" in rows.columns and rows["ADY"].drop_nulls().len():
        return f"Up to day {int(rows['ADY'].drop_nulls().max() or 0)}"  # type: ignore[arg-type]  # a number
    if "AVISIT" in rows.columns:
        visits = rows["AVISIT"].drop_nulls().unique(maintain_order=True).to_list()
        if visits:
            return f"Up to {sentence(str(visits[-1]))}"
    if (
        "AVAL" in rows.columns
        and rows.schema["AVAL"].is_numeric()
        and rows["AVAL"].drop_nulls().len()
    ):
        return f"Up to {float(rows['AVAL'].drop_nulls().max()):g}"  # type: ignore[arg-type]  # a number
    return "From the start of treatment to the end of the study"


def sentence(text: str) -> str:
    """Give words in capitals a form that reads.

    >>> sentence("WEEK 24"), sentence("Week 8")
    ('Week 24', 'Week 8')
    """
    return text.title() if text.isupper() else text


def analysis_flags(survey: Survey, dataset: str) -> list[str]:
    """Give the condition that selects the rows to analyze, where the dataset has the usual flag."""
    return ["ANL01FL == 'Y'"] if survey.has(dataset, "ANL01FL") else []
