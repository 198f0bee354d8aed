"""Outcomes of responses: best responses by category with the response rate, and events answered by yes or no."""

from typing import Any

import polars as pl

from topline.analysis.first_draft.document import Asked
from topline.analysis.first_draft.outcomes import (
    Proposal,
    Proposed,
    analysis_flags,
    measure,
    parameters,
)
from topline.analysis.first_draft.survey import PARTICIPANT, Survey
from topline.trial.condition_expressions import Literal

RESPONSES = (
    "CR", "iCR", "irCR", "PR", "iPR", "irPR", "SD", "iSD", "irSD", "NON-CR/NON-PD",
    "NON-iCR/NON-iUPD", "iUPD", "iCPD", "PD", "irPD", "NE", "NA", "ND", "MISSING",
)  # fmt: skip
"""Codes of a response in the order of a table."""
RESPONDERS = ("CR", "PR", "iCR", "iPR", "irCR", "irPR")
TITLES = {
    "CR": "Complete Response", "PR": "Partial Response", "SD": "Stable Disease",
    "PD": "Progressive Disease", "NE": "Not Evaluable", "NON-CR/NON-PD": "Non-CR/Non-PD",
    "MISSING": "Missing",
}  # fmt: skip


def is_of_responses(survey: Survey, dataset: str) -> bool:
    """Tell whether a dataset holds answers: values in words, of parameters."""
    return survey.has(dataset, "PARAMCD", "AVALC") and not survey.has(dataset, "CNSR")


def propose(survey: Survey, dataset: str) -> Proposed:
    """Propose one or two outcomes for each parameter with one answer a participant."""
    rows = survey.rows(dataset, ["PARAMCD", "PARAM", "AVALC", "ANL01FL", "ADY"])
    flags = analysis_flags(survey, dataset)
    if flags:
        rows = rows.filter(pl.col("ANL01FL") == "Y")
    for code, title in parameters(survey, dataset):
        own = rows.filter(pl.col("PARAMCD") == code).drop_nulls("AVALC")
        values = set(own["AVALC"].unique().to_list())
        if not values or not (values <= set(RESPONSES) or values <= {"Y", "N"}):
            continue
        if own[PARTICIPANT].n_unique() != own.height:
            yield Proposal(
                dataset, code, None, "participants have several rows, one at each assessment"
            )
            continue
        where = " and ".join([f"PARAMCD == {Literal(code)}", *flags])
        if values <= {"Y", "N"}:
            yield Proposal(dataset, code, _yes(survey, dataset, title, where, own))
        else:
            yield Proposal(dataset, code, _categories(survey, dataset, title, where, own, values))
            yield Proposal(dataset, code, _rate(survey, dataset, title, where, own))


def _yes(
    survey: Survey, dataset: str, title: str, where: str, rows: pl.DataFrame
) -> dict[str, Any]:
    outcome = measure(survey, dataset, title, where, rows)
    return outcome | _share(survey, "Yes", ["Y"])


def _rate(
    survey: Survey, dataset: str, title: str, where: str, rows: pl.DataFrame
) -> dict[str, Any]:
    outcome = measure(survey, dataset, f"Objective Response Rate: {title}", where, rows)
    return outcome | _share(survey, "Complete or Partial Response", list(RESPONDERS))


def _share(survey: Survey, title: str, values: list[str]) -> dict[str, Any]:
    share: dict[str, Any] = {
        "variable": "AVALC",
        "analyzed": "population",
        "summary": Asked(
            {"method": "percentage", "interval": "clopper_pearson"}, "Which interval was planned?"
        ),
        "categories": {title: values},
    }
    if survey.compares:
        share["analyses"] = [
            {"method": "risk_difference", "type": "superiority", "test": "fisher_exact"}
        ]
    return share


def _categories(
    survey: Survey, dataset: str, title: str, where: str, rows: pl.DataFrame, values: set[str]
) -> dict[str, Any]:
    outcome = measure(survey, dataset, title, where, rows)
    ordered = [value for value in RESPONSES if value in values]
    return outcome | {
        "variable": "AVALC",
        "summary": "count_of_participants",
        "categories": {TITLES.get(value, value): [value] for value in ordered},
    }
