"""Responses as the assessor stated them, in RS or ADRS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import polars as pl

from topline.errors import DataError
from topline.trial.dataset import Dataset
from topline.trial.library import Library
from topline.trial.response.assessments import State, StatedResponse
from topline.trial.response.criteria import Criteria
from topline.trial.response.reading_dates import whole_date
from topline.trial.response.reading_records import chosen_rows
from topline.trial.response.reading_sources import ResponseData, dataset_of
from topline.trial.response.reading_words import STATES
from topline.trial.response.responses import Response

OVERALL, NON_TARGET, NEW = "overall", "non-target", "new"
_TESTS: Mapping[str, str] = MappingProxyType(
    {
        "OVRLRESP": OVERALL,
        "OVR": OVERALL,
        "NTRGRESP": NON_TARGET,
        "NEWLPROG": NEW,
        "NEWLIND": NEW,
    }
)
"""Tests of RS, and parameters of ADRS, that state a response."""
_YES_NO: Mapping[str, State] = MappingProxyType({"Y": State.UNEQUIVOCAL, "N": State.ABSENT})

_WORST_FIRST = (
    Response.PROGRESSION,
    Response.UNCONFIRMED,
    Response.NEITHER,
    Response.STABLE,
    Response.PARTIAL,
    Response.COMPLETE,
    Response.NOT_EVALUABLE,
)
"""Of several responses on one day the worst counts; what is not evaluable only alone."""


@dataclass(slots=True)
class Stated:
    """What was stated in a trial.

    Parameters
    ----------
    overall
        Overall responses by participant, one a day.
    non_target
        Non-target responses by participant and date.
    new_lesions
        What was said of new lesions by participant and date.
    notes
        What could not be used.
    """

    overall: dict[str, list[StatedResponse]] = field(default_factory=dict)
    non_target: dict[tuple[str, date], Response] = field(default_factory=dict)
    new_lesions: dict[tuple[str, date], State] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def stated_responses(library: Library, data: ResponseData, criteria: Criteria) -> Stated:
    """Read what assessors stated, in the words of the criteria or of RECIST 1.1.

    Parameters
    ----------
    library
        The datasets.
    data
        Which of them, and whose assessments.
    criteria
        Whose words responses are in. Responses by other criteria (RSCAT) are left out where the
        dataset has some by these.

    Returns
    -------
    Stated
        Empty where the folder has neither RS nor ADRS.
    """
    name = dataset_of(library, data, "responses")
    found = Stated()
    if name is None:
        return found
    dataset = library.read(name)
    rows = chosen_rows(dataset, "RS", data.evaluator)
    test = next((one for one in ("PARAMCD", "RSTESTCD") if one in rows.columns), None)
    if test is None:
        raise DataError(
            f"{name} has neither RSTESTCD nor PARAMCD",
            where=str(dataset.source),
            accepted="RS (SDTM) or ADRS (ADaM)",
        )
    rows = _by_criteria(rows, criteria).filter(pl.col(test).is_in(list(_TESTS)))
    unknown: dict[str, int] = {}
    undated = 0
    for row in rows.iter_rows(named=True):
        text = _text(row, "AVALC") or _text(row, "RSSTRESC") or _text(row, "RSORRES")
        when, _ = whole_date(row.get("ADT") or row.get("RSDTC"), data.partial_dates)
        if when is None:
            undated += 1
        elif text:
            _state_one(found, row, _TESTS[row[test]], text, when, criteria, unknown)
    _one_a_day(found)
    _note(found, dataset, unknown, undated)
    return found


def _by_criteria(rows: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Leave out responses by other criteria, where there are some by these."""
    if "RSCAT" not in rows.columns:
        return rows
    asked = criteria.title.partition(" (")[0].upper().replace(" ", "")
    matches = pl.col("RSCAT").str.to_uppercase().str.replace_all(" ", "") == asked
    chosen = rows.filter(matches)
    return rows if chosen.is_empty() else chosen


def _state_one(
    found: Stated,
    row: Mapping[str, Any],
    kind: str,
    text: str,
    when: date,
    criteria: Criteria,
    unknown: dict[str, int],
) -> None:
    participant = str(row["USUBJID"])
    if kind == NEW:
        state = _YES_NO.get(text.upper()) or STATES.get(text.upper())
        if state is None:
            unknown[text] = unknown.get(text, 0) + 1
        else:
            found.new_lesions[participant, when] = state
        return
    response = criteria.response(text)
    if response is None:
        unknown[text] = unknown.get(text, 0) + 1
        response = Response.NOT_EVALUABLE
    if kind == NON_TARGET:
        found.non_target[participant, when] = response
        return
    visit = _text(row, "VISIT") or _text(row, "AVISIT")
    found.overall.setdefault(participant, []).append(
        StatedResponse(date=when, visit=visit, response=response)
    )


def _one_a_day(found: Stated) -> None:
    for participant, responses in found.overall.items():
        days: dict[date, StatedResponse] = {}
        for one in sorted(responses, key=lambda stated: _rank(stated.response)):
            days.setdefault(one.date, one)
        found.overall[participant] = [days[day] for day in sorted(days)]


def _rank(response: Response) -> int:
    return _WORST_FIRST.index(response) if response in _WORST_FIRST else len(_WORST_FIRST)


def _note(found: Stated, dataset: Dataset, unknown: Mapping[str, int], undated: int) -> None:
    for text, number in sorted(unknown.items()):
        found.notes.append(
            f"{dataset.name}: {text!r} is no response and counts as not evaluable: {number}"
        )
    if undated:
        found.notes.append(f"{dataset.name}: responses without a date, left out: {undated}")


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()
