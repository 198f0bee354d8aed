"""Outcomes of changes from baseline, or of values: means by visit, compared at the last one."""

import re
from typing import Any

import polars as pl

from topline.analysis.first_draft.characteristics import unit_of
from topline.analysis.first_draft.document import Asked
from topline.analysis.first_draft.outcomes import (
    Proposal,
    Proposed,
    analysis_flags,
    measure,
    parameters,
    sentence,
)
from topline.analysis.first_draft.survey import PARTICIPANT, Survey
from topline.analysis.rounding import decimal_places
from topline.trial.condition_expressions import Literal

_NO_LAST_VISIT = r"(?i)end of|follow|early|mean|average"
"""Titles of visits that come last and are not the time point of a comparison."""
_MOST_PLACES = 2
"""Decimals in the data beyond which a person is asked how many to post."""
MOST_VISITS = 12
"""Of one outcome; more make a table that nobody reads, and a person should choose."""


def is_of_changes(survey: Survey, dataset: str) -> bool:
    """Tell whether a dataset holds changes from baseline by visit."""
    return survey.has(dataset, "PARAMCD", "AVAL", "BASE", "CHG") and (
        survey.has(dataset, "AVISIT") or survey.has(dataset, "AVISITN")
    )


def is_of_values(survey: Survey, dataset: str) -> bool:
    """Tell whether a dataset holds values by visit without a baseline, such as ratings of change."""
    return survey.has(dataset, "PARAMCD", "AVAL") and (
        survey.has(dataset, "AVISIT") or survey.has(dataset, "AVISITN")
    )


def propose(survey: Survey, dataset: str) -> Proposed:
    """Propose an outcome for each parameter whose rows are one a participant and visit."""
    wanted = ["PARAMCD", "PARAM", "AVAL", "BASE", "CHG", "AVISIT", "AVISITN", "ABLFL", "ANL01FL",
              "AVALU", "DTYPE", "ADY"]  # fmt: skip
    rows = survey.rows(dataset, wanted)
    flags = analysis_flags(survey, dataset)
    if flags:
        rows = rows.filter(pl.col("ANL01FL") == "Y")
    if "ABLFL" in rows.columns:
        rows = rows.filter(pl.col("ABLFL").fill_null("") != "Y")
    for code, title in parameters(survey, dataset):
        own = rows.filter(pl.col("PARAMCD") == code).drop_nulls(_needed(survey, dataset))
        if own.is_empty():
            continue
        yield _of_parameter(survey, dataset, code, title, own, flags)


def _needed(survey: Survey, dataset: str) -> list[str]:
    return ["CHG", "BASE"] if is_of_changes(survey, dataset) else ["AVAL"]


def _of_parameter(
    survey: Survey,
    dataset: str,
    code: str,
    title: str,
    rows: pl.DataFrame,
    flags: list[str],
) -> Proposal:
    visit = "AVISITN" if _numbered(rows) else "AVISIT"
    visits = _visits(rows, visit)
    if not visits:
        return Proposal(dataset, code, None, "no visit is named on rows with a change")
    if len(visits) > MOST_VISITS:
        return Proposal(dataset, code, None, f"{len(visits)} visits: which should be posted?")
    own = rows.filter(pl.col(visit).is_in([value for value, _ in visits]))
    if own.select(PARTICIPANT, visit).is_duplicated().any():
        return Proposal(
            dataset, code, None, "participants have several rows at one visit: which one counts?"
        )
    where = " and ".join([f"PARAMCD == {Literal(code)}", *flags])
    if "ABLFL" in survey.library.variables(dataset):
        where += " and not (ABLFL == 'Y')"
    unit, plain = _unit(rows, title)
    change = is_of_changes(survey, dataset)
    outcome: dict[str, Any] = measure(
        survey, dataset, f"Change From Baseline in {plain}" if change else plain, where, own
    )
    outcome["time_frame"] = Asked(
        f"{'Baseline and ' if change else ''}{', '.join(label for _, label in visits)}"[:255],
        "As the protocol says it",
    )
    if "DTYPE" in rows.columns and rows["DTYPE"].drop_nulls().len():
        kinds = ", ".join(sorted(map(str, rows["DTYPE"].drop_nulls().unique().to_list())))
        outcome["description"] = Asked(
            f"Missing values are imputed ({kinds}).",
            "Imputed rows are analyzed too; add `and DTYPE is missing` to `where` for observed values",
        )
    outcome["variable"] = "CHG" if change else "AVAL"
    outcome["summary"] = "mean"
    outcome["unit"] = unit
    places = decimal_places(own[outcome["variable"]].drop_nulls().to_numpy())
    if places > _MOST_PLACES:
        outcome["decimals"] = Asked(
            _MOST_PLACES, f"The data have {places} decimals; how many should be posted?"
        )
    outcome["classes"] = {label: f"{visit} == {_literal(value)}" for value, label in visits}
    last = next(
        (one for one in reversed(visits) if not re.search(_NO_LAST_VISIT, one[1])), visits[-1]
    )
    if survey.compares and _comparable(survey, own.filter(pl.col(visit) == last[0])):
        analysis = {"method": "analysis_of_covariance", "classes": last[1], "type": "superiority"}
        outcome["analyses"] = [analysis | ({"covariates": ["BASE"]} if change else {})]
    return Proposal(dataset, code, outcome)


def _comparable(survey: Survey, rows: pl.DataFrame) -> bool:
    """Tell whether every arm has a few participants at the visit compared."""
    if survey.treatment is None:
        return False
    arms = rows.join(survey.started.select(PARTICIPANT, survey.treatment), on=PARTICIPANT)
    counts = arms.group_by(survey.treatment).len()
    return counts.height == len(survey.arms) and bool((counts["len"] > 2).all())


def _numbered(rows: pl.DataFrame) -> bool:
    return "AVISITN" in rows.columns and rows["AVISITN"].null_count() < rows.height


def _visits(rows: pl.DataFrame, visit: str) -> list[tuple[Any, str]]:
    """List the planned visits in order, each with its title."""
    frame = rows.drop_nulls(visit)
    if "AVISIT" in frame.columns:
        frame = frame.filter(
            ~pl.col("AVISIT").fill_null("").str.contains(r"(?i)unsched|^\s*baseline\s*$|^\s*$")
        )
    frame = frame.unique(visit, keep="first", maintain_order=True)
    if visit == "AVISITN":
        frame = frame.filter(pl.col(visit) > 0).sort(visit)
    titles = frame["AVISIT"].to_list() if "AVISIT" in frame.columns else [None] * frame.height
    found: list[tuple[Any, str]] = []
    for value, title in zip(frame[visit].to_list(), titles, strict=True):
        label = sentence(str(title).strip()) if title else f"Visit {value:g}"
        if label in [one for _, one in found]:
            label = f"{label} ({value})"
        found.append((value, label))
    return found


def _literal(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(Literal(value))


def _unit(rows: pl.DataFrame, title: str) -> tuple[Any, str]:
    unit, plain = unit_of(title)
    if "AVALU" in rows.columns:
        units = rows["AVALU"].drop_nulls().unique().to_list()
        if len(units) == 1:
            return str(units[0]), plain
    if unit is not None and len(unit) <= 20 and not unit.isdigit():
        return unit, plain
    return Asked("units on a scale", "What is the unit of measure?"), title
