"""The participants of a trial with their assessments and the dates that matter to response."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from topline.errors import DataError
from topline.trial.dataset import Dataset, missing_variable
from topline.trial.library import Library
from topline.trial.response.assessments import Assessment, Participant
from topline.trial.response.criteria import Criteria
from topline.trial.response.evaluation import Source
from topline.trial.response.reading_assessments import assessments
from topline.trial.response.reading_dates import whole_date
from topline.trial.response.reading_records import by_participant, lesion_records
from topline.trial.response.reading_sources import ResponseData, dataset_of
from topline.trial.response.reading_stated import Stated, stated_responses

STARTS = ("RANDDT", "TRTSDT", "RFXSTDTC", "RFSTDTC")
"""Where times count from: the first of these that the dataset of participants has."""
_TREATED = ("TRTSDT", "RFXSTDTC")
_DIED = ("DTHDT", "DTHDTC")
_ALIVE = ("LSTALVDT", "EOSDT", "RFPENDTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialParticipants:
    """The participants, and what was assumed or left out in reading them.

    Parameters
    ----------
    participants
        Everyone with a date of start, in the order of their dataset.
    notes
        For a statistician to know.
    """

    participants: tuple[Participant, ...]
    notes: tuple[str, ...] = ()


def read_participants(
    library: Library, data: ResponseData, criteria: Criteria, source: Source
) -> TrialParticipants:
    """Read the participants of a trial for the evaluation of response.

    Parameters
    ----------
    library
        The datasets.
    data
        Which of them, and whose assessments.
    criteria
        Whose words stated responses are in.
    source
        Whether lesions are needed, or stated responses are enough.

    Raises
    ------
    DataError
        A dataset or variable is missing, or holds what cannot be understood.
    """
    notes: list[str] = []
    # Lesions first: where several datasets could be meant, theirs is the name to ask for.
    lesions = lesion_records(library, data) if source == "measurements" else None
    stated = stated_responses(library, data, criteria)
    seen: dict[str, tuple[Assessment, ...]] = {}
    if lesions is not None:
        notes += lesions.notes
        seen = {
            name: tuple(
                _with_stated(name, assessments(records, lesions.identified, data.sizes), stated)
            )
            for name, records in by_participant(lesions.records).items()
        }
    elif not stated.overall:
        raise DataError(
            "there is no stated overall response",
            where=str(library.folder),
            accepted="RS with RSTESTCD OVRLRESP, or ADRS with PARAMCD OVR or OVRLRESP",
        )
    else:
        notes += stated.notes
    found = list(_rows(library, data, notes))
    known = {one.name for one in found}
    orphans = sorted((set(seen) | set(stated.overall)) - known)
    if orphans:
        notes.append(
            f"participants with assessments, but without a date of start, left out: {len(orphans)} "
            f"(the first is {orphans[0]})"
        )
    return TrialParticipants(
        participants=tuple(
            replace(
                one,
                assessments=seen.get(one.name, ()),
                stated=tuple(stated.overall.get(one.name, ())),
            )
            for one in found
        ),
        notes=tuple(notes),
    )


def _with_stated(
    participant: str, found: Iterable[Assessment], stated: Stated
) -> Iterable[Assessment]:
    """Add what was stated of non-target and new lesions on the date of an assessment."""
    for one in found:
        key = (participant, one.date)
        yield replace(
            one,
            stated_non_target=stated.non_target.get(key),
            stated_new_lesion=stated.new_lesions.get(key),
        )


def _rows(library: Library, data: ResponseData, notes: list[str]) -> Iterable[Participant]:
    name = dataset_of(library, data, "participants")
    if name is None:
        raise DataError(
            "there is no dataset of participants",
            where=str(library.folder),
            accepted="ADSL (ADaM) or DM (SDTM)",
        )
    dataset = library.read(name)
    repeated = dataset.column("USUBJID").is_duplicated().sum()
    if repeated:
        raise DataError(
            f"{name} holds participants more than once ({repeated} rows)",
            where=str(dataset.source),
            accepted="one row a participant",
        )
    start = _start(dataset, data)
    therapy = data.new_therapy.upper() if data.new_therapy else None
    if therapy is not None and therapy not in dataset:
        raise missing_variable(therapy, name, dataset.variables, str(dataset.source))
    notes.append(f"times count from {name}.{start}")
    without = 0
    for row in dataset.frame.iter_rows(named=True):
        begun = _date(row, (start,), data)
        if begun is None:
            without += 1
            continue
        treated = [one for one in _TREATED if one in row]
        yield Participant(
            name=str(row["USUBJID"]),
            start=begun,
            treated=not treated or any(row[one] is not None for one in treated),
            died=_date(row, _DIED, data),
            new_therapy=_date(row, (therapy,), data) if therapy else None,
            last_known_alive=_date(row, _ALIVE, data),
            ongoing=str(row.get("EOSSTT") or "").upper() == "ONGOING",
        )
    if without:
        notes.append(f"participants of {name} without {start}, left out: {without}")


def _start(dataset: Dataset, data: ResponseData) -> str:
    if data.start is not None:
        dataset.variable(data.start)  # says which there are, where this one is not
        return data.start.upper()
    for name in STARTS:
        if name in dataset:
            return name
    raise DataError(
        f"{dataset.name} has no date that times could count from",
        where=str(dataset.source),
        accepted=", ".join(STARTS),
        advice="name the variable as start",
    )


def _date(row: Mapping[str, Any], names: Iterable[str], data: ResponseData) -> date | None:
    """Return the first date that is there under one of the names."""
    for name in names:
        found, _ = whole_date(row.get(name), data.partial_dates)
        if found is not None:
            return found
    return None
