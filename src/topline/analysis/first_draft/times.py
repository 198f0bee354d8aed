"""Outcomes of times to an event: a median with its interval, a log-rank test and a hazard ratio."""

from typing import Any

import polars as pl

from topline.analysis.first_draft.characteristics import unit_of
from topline.analysis.first_draft.document import Asked
from topline.analysis.first_draft.outcomes import (
    Proposal,
    Proposed,
    measure,
    parameters,
)
from topline.analysis.first_draft.survey import PARTICIPANT, Survey
from topline.trial.condition_expressions import Literal


def is_of_times(survey: Survey, dataset: str) -> bool:
    """Tell whether a dataset holds times to events."""
    return survey.has(dataset, "PARAMCD", "AVAL", "CNSR")


def propose(survey: Survey, dataset: str) -> Proposed:
    """Propose an outcome for each parameter."""
    wanted = ["PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "ADT", "STARTDT", "ADY"]
    rows = survey.rows(dataset, wanted)
    for code, title in parameters(survey, dataset):
        own = rows.filter(pl.col("PARAMCD") == code).drop_nulls("AVAL")
        if own.is_empty():
            continue
        if own[PARTICIPANT].n_unique() != own.height:
            yield Proposal(dataset, code, None, "participants have several rows: which one counts?")
            continue
        unit, plain = _unit(own, title)
        outcome = measure(
            survey, dataset, plain, f"PARAMCD == {Literal(code)}", own.drop("AVAL", strict=False)
        )
        outcome["time_frame"] = Asked(
            f"Up to {float(own['AVAL'].max() or 0):g} "  # type: ignore[arg-type]  # a number
            f"{unit.value if isinstance(unit, Asked) else unit}",
            "From when, until when? As the protocol says it",
        )
        outcome["summary"] = "kaplan_meier_quantile"
        outcome["unit"] = unit
        events = own.filter(pl.col("CNSR") == 0)
        if survey.compares and events.height:
            outcome["analyses"] = [
                {"method": "log_rank", "type": "superiority"},
                {"method": "cox_regression", "type": "superiority"},
            ]
        yield Proposal(dataset, code, outcome)


def _unit(rows: pl.DataFrame, title: str) -> tuple[Any, str]:
    """Find the unit in AVALU, in the title, or by comparing with the dates."""
    unit, plain = unit_of(title)
    if "AVALU" in rows.columns:
        units = rows["AVALU"].drop_nulls().unique().to_list()
        if len(units) == 1:
            return str(units[0]).lower(), plain if unit else title
    if unit is not None:
        return unit, plain
    if {"ADT", "STARTDT"} <= set(rows.columns) and rows.schema["ADT"] == pl.Date:
        days = (rows["ADT"] - rows["STARTDT"]).dt.total_days()
        for shift in (1, 0):
            if bool(((days + shift) == rows["AVAL"]).fill_null(False).all()):
                return "days", title
        months = (days + 1) / 30.4375
        if bool(((months - rows["AVAL"]).abs() < 0.06).fill_null(False).all()):
            return "months", title
    return Asked("days", "Which unit are the times in?"), title
