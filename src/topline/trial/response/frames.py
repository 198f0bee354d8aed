"""Response as datasets: one row a time point, one row a participant, and shaped as ADRS and ADTTE are."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl

from topline.trial.response.best_overall_response import BestResponse
from topline.trial.response.criteria import Criteria
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.responses import (
    Response,
    TargetCall,
    TimePoint,
)
from topline.trial.response.time_to_event import TITLES
from topline.trial.response.trial_response import TrialResponse

Row = dict[str, Any]

_TIME_POINTS = {
    "USUBJID": pl.String,
    "VISIT": pl.String,
    "ADT": pl.Date,
    "ADY": pl.Int64,
    "BASE": pl.Float64,
    "NADIR": pl.Float64,
    "NADIRDT": pl.Date,
    "SUMDIAM": pl.Float64,
    "COMPLETE": pl.Boolean,
    "CHG": pl.Float64,
    "PCHG": pl.Float64,
    "CHGNAD": pl.Float64,
    "PCHGNAD": pl.Float64,
    "TRGRESP": pl.String,
    "NTRGRESP": pl.String,
    "NEWLIND": pl.String,
    "OVRLRESP": pl.String,
    "REASON": pl.String,
    "TRGREAS": pl.String,
    "NTRGREAS": pl.String,
    "NEWLREAS": pl.String,
}
_PARTICIPANTS = {
    "USUBJID": pl.String,
    "STARTDT": pl.Date,
    "BASE": pl.Float64,
    "MEASURFL": pl.String,
    "EVALFL": pl.String,
    "EVALREAS": pl.String,
    "BOR": pl.String,
    "BORDT": pl.Date,
    "BORREAS": pl.String,
    "CBOR": pl.String,
    "CBORDT": pl.Date,
    "CBORREAS": pl.String,
    "RSPDT": pl.Date,
    "PDDT": pl.Date,
    "PDREAS": pl.String,
    "BPCHG": pl.Float64,
    "NOTES": pl.String,
}
_RESPONSES = {
    "USUBJID": pl.String,
    "PARAMCD": pl.String,
    "PARAM": pl.String,
    "AVISIT": pl.String,
    "ADT": pl.Date,
    "ADY": pl.Int64,
    "AVAL": pl.Float64,
    "AVALC": pl.String,
    "EVALFL": pl.String,
    "REASON": pl.String,
}
_TIMES = {
    "USUBJID": pl.String,
    "PARAMCD": pl.String,
    "PARAM": pl.String,
    "STARTDT": pl.Date,
    "ADT": pl.Date,
    "AVAL": pl.Float64,
    "AVALU": pl.String,
    "CNSR": pl.Int64,
    "EVNTDESC": pl.String,
    "CNSDTDSC": pl.String,
    "REASON": pl.String,
}
PARAMETERS = MappingProxyType(
    {
        "SUMDIAM": "Sum of Diameters of Target Lesions (mm)",
        "PCHG": "Percent Change from Baseline of the Sum of Diameters",
        "TRGRESP": "Target Response",
        "NTRGRESP": "Non-Target Response",
        "NEWLIND": "New Lesion",
        "OVRLRESP": "Overall Response at Time Point",
        "BPCHG": "Best Percent Change from Baseline of the Sum of Diameters",
        "BOR": "Best Overall Response (confirmation not required)",
        "CBOR": "Best Overall Response (confirmation required)",
        "RSP": "Objective Response (confirmation not required)",
        "CRSP": "Objective Response (confirmation required)",
        "CB": "Disease Control (confirmation not required)",
        "CCB": "Disease Control (confirmation required)",
        "PD": "Disease Progression",
        "MDIS": "Measurable Disease at Baseline",
        "EVAL": "Evaluable for Response",
    }
)
"""The parameters of the response dataset, named as admiralonco's ADRS names its own where it has them."""

RANKS = MappingProxyType(
    {
        Response.COMPLETE: 1,
        Response.PARTIAL: 2,
        Response.STABLE: 3,
        Response.NEITHER: 4,
        Response.PROGRESSION: 5,
        Response.UNCONFIRMED: 5.5,
        Response.NOT_EVALUABLE: 6,
        Response.MISSING: 7,
        Response.NO_DISEASE: 8,
    }
)
"""AVAL of a response, as admiralonco numbers them; what that does not have stands between or after."""


def time_point_frame(trial: TrialResponse) -> pl.DataFrame:
    """Return one row a participant and time point: sums, changes, responses and reasons.

    Sums and changes are in mm and percent. ``COMPLETE`` tells whether every target lesion was measured; changes are
    null where not. Responses are in the words of the criteria.
    """
    words = trial.evaluation.criteria
    rows = [
        _time_point(one, point, words) for one in trial.participants for point in one.time_points
    ]
    return pl.DataFrame(rows, schema=_TIME_POINTS)


def _time_point(one: ParticipantResponse, point: TimePoint, criteria: Criteria) -> Row:
    target, non_target, lesions = point.target, point.non_target, point.new_lesions
    return {
        "USUBJID": one.participant.name,
        "VISIT": point.visit or None,
        "ADT": point.date,
        "ADY": _day(one, point.date),
        **_sums(target),
        "TRGRESP": criteria.word(target.response) if target else None,
        "NTRGRESP": criteria.word(non_target.response) if non_target else None,
        "NEWLIND": _yes(lesions.present) if lesions else None,
        "OVRLRESP": criteria.word(point.overall.response),
        "REASON": sentence(point.overall.reason, point.overall.response, criteria),
        "TRGREAS": sentence(target.reason, target.response, criteria) if target else None,
        "NTRGREAS": (
            sentence(non_target.reason, non_target.response, criteria) if non_target else None
        ),
        "NEWLREAS": lesions.reason if lesions else None,
    }


def sentence(reason: str, response: Response, criteria: Criteria) -> str:
    """Return a reason with what it leads to, as in ``sum 55 mm is … above nadir 40 mm: PD``."""
    return f"{reason}: {criteria.word(response)}"


def _sums(target: TargetCall | None) -> Row:
    if target is None:
        return {}
    return {
        "BASE": _number(target.baseline),
        "NADIR": _number(target.nadir),
        "NADIRDT": target.nadir_date,
        "SUMDIAM": _number(target.total),
        "COMPLETE": target.complete,
        "CHG": _number(target.change),
        "PCHG": _number(target.percent_change),
        "CHGNAD": _number(target.nadir_change),
        "PCHGNAD": _number(target.percent_nadir_change),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _yes(value: bool) -> str:
    return "Y" if value else "N"


def _day(one: ParticipantResponse, when: date | None) -> int | None:
    """Return the study day: the day of the start is day 1, the day before it day -1."""
    start = one.participant.start
    if start is None or when is None:
        return None
    days = (when - start).days
    return days + 1 if days >= 0 else days


def best_percent_change(one: ParticipantResponse) -> Decimal | None:
    """Return the best percent change from baseline of a participant's complete sums [%].

    Those up to and including progression count, before another therapy; ``None`` where there is none.
    """
    therapy, progression = one.participant.new_therapy, one.progression.date
    changes = [
        point.target.percent_change
        for point in one.time_points
        if point.target is not None
        and (therapy is None or point.date < therapy)
        and (progression is None or point.date <= progression)
    ]
    return min((change for change in changes if change is not None), default=None)


def participant_frame(trial: TrialResponse) -> pl.DataFrame:
    """Return one row a participant: best responses with reasons, dates, best change, and the times.

    For each of PFS, TTP and DOR there are the time [days], ``CNSR`` and the event.
    """
    criteria = trial.evaluation.criteria
    schema = dict(_PARTICIPANTS)
    for code in TITLES:
        schema |= {code: pl.Float64, f"{code}CNSR": pl.Int64, f"{code}EVNT": pl.String}
    return pl.DataFrame([_participant(one, criteria) for one in trial.participants], schema=schema)


def _participant(one: ParticipantResponse, criteria: Criteria) -> Row:
    row: Row = {
        "USUBJID": one.participant.name,
        "STARTDT": one.participant.start,
        "BASE": _number(one.baseline.total),
        "MEASURFL": _yes(one.evaluability.measurable),
        "EVALFL": _yes(one.evaluability.evaluable),
        "EVALREAS": one.evaluability.reason,
        "RSPDT": one.best.responded,
        "PDDT": one.progression.date,
        "PDREAS": one.progression.reason,
        "BPCHG": _number(best_percent_change(one)),
        "NOTES": "; ".join(one.notes) or None,
    }
    for code, best in (("BOR", one.unconfirmed), ("CBOR", one.confirmed)):
        row |= {
            code: criteria.word(best.response),
            f"{code}DT": best.date,
            f"{code}REAS": best.reason,
        }
    for time in one.times:
        row |= {
            time.parameter: float(time.days),
            f"{time.parameter}CNSR": int(time.censored),
            f"{time.parameter}EVNT": time.event,
        }
    return row


def response_dataset(trial: TrialResponse) -> pl.DataFrame:
    """Return the responses as a dataset shaped as ADRS: a row a parameter, participant and time point.

    Parameters (PARAMCD) are those of :data:`PARAMETERS`; yes-or-no ones have AVALC Y or N and AVAL 1 or 0.
    """
    criteria = trial.evaluation.criteria
    rows = [row for one in trial.participants for row in _responses(one, criteria)]
    return pl.DataFrame(rows, schema=_RESPONSES)


def _responses(one: ParticipantResponse, criteria: Criteria) -> Iterator[Row]:
    for point in one.time_points:
        yield from _at_time_point(one, point, criteria)
    change = best_percent_change(one)
    if change is not None:
        yield _row(one, "BPCHG", None, value=float(change))
    for code, best in (("BOR", one.unconfirmed), ("CBOR", one.confirmed)):
        yield _row(
            one, code, best.date,
            value=RANKS[best.response], text=criteria.word(best.response), reason=best.reason,
        )  # fmt: skip
    for code, best, when in (
        ("RSP", one.unconfirmed, one.unconfirmed.responded),
        ("CRSP", one.confirmed, one.confirmed.responded),
        ("CB", one.unconfirmed, one.unconfirmed.controlled),
        ("CCB", one.confirmed, one.confirmed.controlled),
    ):
        yield _flag(one, code, best, when)
    progressed = one.progression.date is not None
    yield _row(
        one, "PD", one.progression.date,
        value=float(progressed), text=_yes(progressed), reason=one.progression.reason,
    )  # fmt: skip
    for code, answer in (
        ("MDIS", one.evaluability.measurable),
        ("EVAL", one.evaluability.evaluable),
    ):
        yield _row(
            one, code, None,
            value=float(answer), text=_yes(answer), reason=one.evaluability.reason,
        )  # fmt: skip


def _at_time_point(one: ParticipantResponse, point: TimePoint, criteria: Criteria) -> Iterator[Row]:
    target, non_target, lesions = point.target, point.non_target, point.new_lesions
    if target is not None:
        for code, value in (("SUMDIAM", target.total), ("PCHG", target.percent_change)):
            if value is not None and target.complete:
                yield _row(one, code, point.date, visit=point.visit, value=float(value))
    for code, call in (("TRGRESP", target), ("NTRGRESP", non_target), ("OVRLRESP", point.overall)):
        if call is not None:
            yield _row(
                one, code, point.date,
                visit=point.visit, value=RANKS[call.response], text=criteria.word(call.response),
                reason=sentence(call.reason, call.response, criteria),
            )  # fmt: skip
    if lesions is not None:
        yield _row(
            one, "NEWLIND", point.date,
            visit=point.visit, value=float(lesions.present), text=_yes(lesions.present),
            reason=lesions.reason,
        )  # fmt: skip


def _flag(one: ParticipantResponse, code: str, best: BestResponse, when: date | None) -> Row:
    answer = when is not None
    return _row(
        one, code, when, value=float(answer), text=_yes(answer), reason=best.reason
    )  # fmt: skip


def _row(
    one: ParticipantResponse,
    code: str,
    when: date | None,
    *,
    visit: str = "",
    value: float,
    text: str | None = None,
    reason: str | None = None,
) -> Row:
    return {
        "USUBJID": one.participant.name,
        "PARAMCD": code,
        "PARAM": PARAMETERS[code],
        "AVISIT": visit or None,
        "ADT": when,
        "ADY": _day(one, when),
        "AVAL": float(value),
        "AVALC": text,
        "EVALFL": _yes(one.evaluability.evaluable),
        "REASON": reason,
    }


UNITS = MappingProxyType({"days": 1.0, "weeks": 7.0, "months": 365.25 / 12})
"""Units of time, and how many days are in one."""


def times_dataset(trial: TrialResponse, unit: str = "days") -> pl.DataFrame:
    """Return the times as a dataset shaped as ADTTE: CNSR 0 for an event, 1 censored.

    Parameters
    ----------
    trial
        The trial's responses.
    unit
        The unit of AVAL, one of :data:`UNITS`; AVALU says it.
    """
    rows = [
        {
            "USUBJID": one.participant.name,
            "PARAMCD": time.parameter,
            "PARAM": TITLES[time.parameter],
            "STARTDT": time.start,
            "ADT": time.date,
            "AVAL": time.days / UNITS[unit],
            "AVALU": unit.upper(),
            "CNSR": int(time.censored),
            "EVNTDESC": time.event,
            "CNSDTDSC": time.censored_at,
            "REASON": time.reason,
        }
        for one in trial.participants
        for time in one.times
    ]
    return pl.DataFrame(rows, schema=_TIMES)
