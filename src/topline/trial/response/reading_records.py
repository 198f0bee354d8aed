"""The records of TR, TU and ADTR as records of one form, and what of them could not be used.

Names of CDISC variables end here: what follows knows lesions, states and lengths.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import polars as pl

from topline.errors import DataError
from topline.trial.dataset import ROW_NUMBER, Dataset, missing_variable
from topline.trial.library import Library
from topline.trial.response.assessments import State
from topline.trial.response.reading_dates import whole_date
from topline.trial.response.reading_sources import Evaluator, ResponseData, dataset_of
from topline.trial.response.reading_words import (
    NODE,
    STATE_TESTS,
    STATES,
    TOO_SMALL_WORDS,
    UNITS,
    length,
)

_NUMBER = re.compile(r"\d+(\.\d+)?")
GROUPS = ("TARGET", "NON-TARGET", "NEW")
_ENDINGS = (
    "ACPTFL", "CAT", "DTC", "EVAL", "GRPID", "LNKID", "LOC", "ORRES", "ORRESU", "REASND", "STAT",
    "STRESC", "STRESN", "STRESU", "TESTCD",
)  # fmt: skip
"""Variables of TU, TR and RS that are read, without the letters of their dataset."""
_OTHERS = ("USUBJID", "VISIT", "AVISIT", "ADT", "PARAMCD", "AVALC", "TULOC")
EVALUATORS: Mapping[Evaluator, str] = {
    "investigator": "INVESTIGATOR",
    "independent": "INDEPENDENT ASSESSOR",
}


class LesionRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One measurement or finding of one lesion.

    Parameters
    ----------
    participant, visit, date
        Whose, at which visit, when.
    partial
        Whether the date was completed.
    group
        TARGET, NON-TARGET or NEW.
    lesion
        The lesion's name.
    test
        What was measured, in CDISC's words.
    value
        The length [mm].
    state
        What was seen.
    too_small
        Seen, but too small to measure.
    why
        Why it was not done.
    """

    participant: str
    visit: str
    date: date
    partial: bool
    group: str
    lesion: str
    test: str
    value: Decimal | None = None
    state: State | None = None
    too_small: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """What TU says about a lesion."""

    group: str
    location: str = ""

    @property
    def nodal(self) -> bool:
        """Whether it is a lymph node."""
        return NODE in self.location.upper()


@dataclass(slots=True)
class LesionRecords:
    """All records of a trial's lesions.

    Parameters
    ----------
    records
        In the order of the dataset.
    identified
        By participant and lesion.
    notes
        What was assumed, and what was left out.
    """

    records: list[LesionRecord] = field(default_factory=list)
    identified: dict[tuple[str, str], Identified] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def lesion_records(library: Library, data: ResponseData) -> LesionRecords:
    """Read the lesions of a trial.

    Parameters
    ----------
    library
        The datasets.
    data
        Which of them, and whose assessments.

    Raises
    ------
    DataError
        There is no dataset with measurements, it lacks a variable, or it holds a unit or a state that
        is not known.
    """
    name = dataset_of(library, data, "measurements")
    if name is None:
        raise DataError(
            "there is no dataset with measurements of lesions",
            where=str(library.folder),
            accepted="TR (SDTM) or ADTR (ADaM)",
            advice="add it to the folder, name it as measurements, or take responses as stated",
        )
    found = LesionRecords()
    identification = dataset_of(library, data, "identification")
    if identification is not None:
        _identify(library.read(identification), data, found)
    dataset = library.read(name)
    _measure(dataset, data, found)
    if not any(one.group != "TARGET" for one in found.records):
        found.notes.append(
            f"{name} holds target lesions only: non-target and new lesions are as stated, or unknown"
        )
    return found


def chosen_rows(dataset: Dataset, prefix: str, evaluator: Evaluator) -> pl.DataFrame:
    """Return the rows of an evaluator, with row numbers; of a dataset that names none, all rows.

    Parameters
    ----------
    dataset
        A dataset of the SDTM classes TU, TR and RS, or one of ADaM made from it.
    prefix
        The two letters that its variables begin with.
    evaluator
        Whose rows. Of several independent readers those that were accepted.

    Raises
    ------
    DataError
        The dataset has rows of other evaluators only.
    """
    used = (ROW_NUMBER, *(f"{prefix}{ending}" for ending in _ENDINGS), *_OTHERS)
    frame = dataset.with_row_numbers()
    frame = frame.select([name for name in frame.columns if name in used])
    if not {"USUBJID"} <= set(frame.columns):
        raise missing_variable("USUBJID", dataset.name, dataset.variables, str(dataset.source))
    by = f"{prefix}EVAL"
    if by not in frame.columns or frame[by].null_count() == frame.height:
        return frame
    # Rows that were derived (sums, in ADTR) name no evaluator.
    rows = frame.filter(pl.col(by) == EVALUATORS[evaluator])
    accepted = f"{prefix}ACPTFL"
    if evaluator == "independent" and accepted in frame.columns and (rows[accepted] == "Y").any():
        rows = rows.filter(pl.col(accepted) == "Y")
    if rows.is_empty():
        there = ", ".join(sorted(frame[by].drop_nulls().unique().to_list()))
        raise DataError(
            f"{dataset.name} has no assessment by the {evaluator}",
            where=str(dataset.source),
            accepted=f"{by} {EVALUATORS[evaluator]}; there is: {there}",
        )
    return rows


def _identify(dataset: Dataset, data: ResponseData, found: LesionRecords) -> None:
    """Learn from TU what each lesion is, and record when a new one was first seen."""
    undated = 0
    for row in chosen_rows(dataset, "TU", data.evaluator).iter_rows(named=True):
        group = _text(row, "TUSTRESC") or _text(row, "TUORRES")
        lesion = _text(row, "TULNKID")
        if group.upper() not in GROUPS or not lesion:
            continue
        participant = str(row["USUBJID"])
        key = (participant, lesion)
        if key not in found.identified:
            found.identified[key] = Identified(
                group=group.upper(),
                location=_text(row, "TULOC"),
            )
        if group.upper() == "NEW":
            when, partial = whole_date(row.get("TUDTC"), data.partial_dates)
            if when is None:
                undated += 1
                continue
            found.records.append(
                LesionRecord(
                    participant=participant,
                    visit=_text(row, "VISIT"),
                    date=when,
                    partial=partial,
                    group="NEW",
                    lesion=lesion,
                    test="TUMIDENT",
                    state=State.PRESENT,
                )
            )
    if undated:
        found.notes.append(f"{dataset.name}: new lesions without a date, left out: {undated}")


def _measure(dataset: Dataset, data: ResponseData, found: LesionRecords) -> None:
    undated = partial_dates = without_unit = 0
    for row in chosen_rows(dataset, "TR", data.evaluator).iter_rows(named=True):
        lesion = _text(row, "TRLNKID")
        if not lesion:
            continue  # a sum over lesions, not one of them
        participant = str(row["USUBJID"])
        when, partial = whole_date(row.get("TRDTC") or row.get("ADT"), data.partial_dates)
        if when is None:
            undated += 1
            continue
        partial_dates += partial
        _locate(row, participant, lesion, found)
        group = found.identified[participant, lesion].group
        test = _text(row, "TRTESTCD").upper()
        text = _text(row, "TRSTRESC") or _text(row, "TRORRES")
        value, unit_missing = _value(row, text, dataset)
        without_unit += unit_missing
        found.records.append(
            LesionRecord(
                participant=participant,
                visit=_text(row, "VISIT") or _text(row, "AVISIT"),
                date=when,
                partial=partial,
                group=group,
                lesion=lesion,
                test=test,
                value=value,
                state=_state(row, text, dataset) if test in STATE_TESTS else None,
                too_small=value is None and text.upper().startswith(TOO_SMALL_WORDS),
                why=_why(row) if value is None and not text else "",
            )
        )
    for number, words in (
        (undated, "records without a date, left out"),
        (partial_dates, f"partial dates taken for the {data.partial_dates} day they can be"),
        (without_unit, "lengths without a unit, taken for mm"),
    ):
        if number:
            found.notes.append(f"{dataset.name}: {words}: {number}")


def _locate(row: Mapping[str, Any], participant: str, lesion: str, found: LesionRecords) -> None:
    """Learn from the measurement itself what TU did not say."""
    known = found.identified.get((participant, lesion))
    if known is not None and (known.location or not _text(row, "TULOC")):
        return
    group = _text(row, "TRGRPID").upper()
    if known is None and group not in GROUPS:
        group = "NEW" if lesion.upper().startswith("NEW") else "TARGET"
        if lesion.upper().rpartition("-")[2].startswith("NT"):
            group = "NON-TARGET"
    found.identified[participant, lesion] = Identified(
        group=known.group if known is not None else group,
        location=_text(row, "TULOC"),
    )


def _value(row: Mapping[str, Any], text: str, dataset: Dataset) -> tuple[Decimal | None, bool]:
    """Return a length in millimetres, and whether its unit had to be assumed."""
    found = row.get("TRSTRESN")
    found = text if found is None and _NUMBER.fullmatch(text) else found
    if found is None:
        return None, False
    where = f"{dataset.source}, record {row[ROW_NUMBER]}"
    try:
        number = float(found)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        shown = f"{number:g}" if math.isfinite(number) else repr(found)
        raise DataError(
            f"the size of a lesion is {'negative' if number < 0 else 'no number'}: {shown}",
            where=where,
            accepted="0 for a lesion that is gone, or its size",
        )
    unit = (_text(row, "TRSTRESU") or _text(row, "TRORRESU")).upper()
    if unit and unit not in UNITS:
        raise DataError(
            f"the unit {unit.lower()!r} of a lesion's size is not known",
            where=where,
            accepted="mm or cm",
        )
    return length(number, UNITS[unit or "MM"]), not unit


def _state(row: Mapping[str, Any], text: str, dataset: Dataset) -> State:
    if not text:
        return State.NOT_ASSESSED
    known = STATES.get(" ".join(text.upper().split()))
    if known is None:
        raise DataError(
            f"the state {text!r} of a lesion is not known",
            where=f"{dataset.source}, record {row[ROW_NUMBER]}",
            accepted=", ".join(STATES),
        )
    return known


def _why(row: Mapping[str, Any]) -> str:
    return _text(row, "TRREASND") or _text(row, "TRSTAT").lower()


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def by_participant(records: Iterable[LesionRecord]) -> dict[str, list[LesionRecord]]:
    """Return the records of each participant, in their order."""
    found: dict[str, list[LesionRecord]] = {}
    for one in records:
        found.setdefault(one.participant, []).append(one)
    return found
