"""ADRS, ADTTE and ADFC: tumour responses, times to event, and effector T-cell function."""

from collections.abc import Sequence
from datetime import date
from statistics import fmean

from examples.hcc.dataset_json import Column, Dataset, Row, Value
from examples.hcc.draws import Draws
from examples.hcc.participants import (
    IDENTIFIERS,
    TREATMENT,
    TREATMENT_NUMBER,
    Participant,
    study_day,
)

DAYS_IN_A_MONTH = 30.4375
RATIO_MEAN, RATIO_DEVIATION = 1.17, 0.84
PAIRED, BASELINE_ONLY = 20, 6

TREATMENT_COLUMNS = (
    Column("TRTP", "Planned Treatment"),
    Column("TRTPN", "Planned Treatment (N)", "integer"),
    Column("TRTA", "Actual Treatment"),
    Column("TRTAN", "Actual Treatment (N)", "integer"),
)
TREATMENT_VALUES: dict[str, Value] = {
    "TRTP": TREATMENT,
    "TRTPN": TREATMENT_NUMBER,
    "TRTA": TREATMENT,
    "TRTAN": TREATMENT_NUMBER,
}
FLAG_COLUMNS = (
    Column("ITTFL", "Intent-To-Treat Population Flag"),
    Column("EVALFL", "Response Evaluable Population Flag"),
)
PARAMETER_COLUMNS = (
    Column("PARAM", "Parameter"),
    Column("PARAMCD", "Parameter Code"),
)
RESPONSE_COLUMNS = (
    *IDENTIFIERS,
    *TREATMENT_COLUMNS,
    *FLAG_COLUMNS,
    *PARAMETER_COLUMNS,
    Column("AVISIT", "Analysis Visit"),
    Column("AVISITN", "Analysis Visit (N)", "integer"),
    Column("ADT", "Analysis Date", "date"),
    Column("ADY", "Analysis Relative Day", "integer"),
    Column("AVALC", "Analysis Value (C)"),
    Column("AVAL", "Analysis Value", "integer"),
    Column("ANL01FL", "Analysis Flag 01"),
)
TIME_COLUMNS = (
    *IDENTIFIERS,
    *TREATMENT_COLUMNS,
    *FLAG_COLUMNS,
    *PARAMETER_COLUMNS,
    Column("STARTDT", "Time-to-Event Origin Date for Subject", "date"),
    Column("ADT", "Analysis Date", "date"),
    Column("AVAL", "Analysis Value", "double"),
    Column("AVALU", "Analysis Value Unit"),
    Column("CNSR", "Censor", "integer"),
    Column("EVNTDESC", "Event or Censoring Description"),
)
FUNCTION_COLUMNS = (
    *IDENTIFIERS,
    *TREATMENT_COLUMNS,
    *FLAG_COLUMNS,
    *PARAMETER_COLUMNS,
    Column("AVISIT", "Analysis Visit"),
    Column("AVISITN", "Analysis Visit (N)", "integer"),
    Column("ADT", "Analysis Date", "date"),
    Column("ADY", "Analysis Relative Day", "integer"),
    Column("AVAL", "Analysis Value", "double"),
    Column("BASE", "Baseline Value", "double"),
    Column("R2BASE", "Ratio to Baseline", "double"),
    Column("ABLFL", "Baseline Record Flag"),
    Column("ANL01FL", "Analysis Flag 01"),
)

RESPONSE_PARAMETERS = {
    "OVR": "Overall Response at Visit by irRECIST, Investigator",
    "BOR": "Best Overall Response by irRECIST, Investigator",
}
RESPONSE_NUMBERS = {"CR": 1, "PR": 2, "SD": 3, "PD": 5, "NE": 6}
BEST_OVERALL_VISIT = ("Best overall", 99)


def _flags(participant: Participant) -> dict[str, Value]:
    return {name: participant.row[name] for name in ("ITTFL", "EVALFL")}


def _start(participant: Participant, parameter: str, parameters: dict[str, str]) -> Row:
    """Return what every row of a participant and a parameter begins with."""
    return {
        **participant.identifiers,
        **TREATMENT_VALUES,
        **_flags(participant),
        "PARAM": parameters[parameter],
        "PARAMCD": parameter,
    }


def _visit_response(participant: Participant, visit: int, scan: date) -> str:
    """Return the response at a visit on the way to the participant's best one.

    A partial response is first seen at the first or second visit, by the parity of the
    participant's number; a complete one at the third.
    """
    course = participant.course
    if course.progressed and scan >= course.progressed:
        return "PD"
    best = course.plan.response
    if best == "PR":
        return "PR" if visit > course.number % 2 else "SD"
    if best == "CR":
        return "CR" if visit > 2 else "PR"
    return best


def _response_row(
    participant: Participant, parameter: str, visit: tuple[str, int], day: date, response: str
) -> Row:
    name, number = visit
    return {
        **_start(participant, parameter, RESPONSE_PARAMETERS),
        "AVISIT": name,
        "AVISITN": number,
        "ADT": day,
        "ADY": study_day(day, participant.course.first_dose),
        "AVALC": response,
        "AVAL": RESPONSE_NUMBERS[response],
        "ANL01FL": "Y",
    }


def responses_dataset(participants: Sequence[Participant]) -> Dataset:
    """Return ADRS: the response at each imaging, and the best overall response.

    The best overall response of those without imaging is NE; it is dated on the day on which it was
    first seen, else on the last assessment.
    """
    rows: list[Row] = []
    for participant in participants:
        course = participant.course
        first_best = course.last_assessed
        for visit, scan in reversed(list(enumerate(course.scans, start=1))):
            response = _visit_response(participant, visit, scan)
            rows.append(
                _response_row(participant, "OVR", (f"Imaging {visit}", visit), scan, response)
            )
            if response == course.plan.response:
                first_best = scan
        rows.append(
            _response_row(participant, "BOR", BEST_OVERALL_VISIT, first_best, course.plan.response)
        )
    return _sorted_dataset(
        "ADRS", "Tumor Response Analysis Dataset", ["PARAMCD", "AVISITN"], RESPONSE_COLUMNS, rows
    )


TIME_PARAMETERS = {"OS": "Overall Survival (Months)", "TTP": "Time to Progression (Months)"}


def _end_of_survival(participant: Participant) -> tuple[date, int, str]:
    course = participant.course
    if course.died:
        return course.died, 0, "DEATH"
    return course.last_alive, 1, "ALIVE AT LAST CONTACT"


def _end_without_progression(participant: Participant) -> tuple[date, int, str]:
    course = participant.course
    if course.progressed is None:
        return course.last_assessed, 1, "NO PROGRESSION AT LAST ASSESSMENT"
    by_imaging = course.plan.progression_visits is not None
    return course.progressed, 0, f"PROGRESSION BY {'IMAGING' if by_imaging else 'SYMPTOMS'}"


def times_dataset(participants: Sequence[Participant]) -> Dataset:
    """Return ADTTE: overall survival and time to progression from enrolment.

    AVAL is (ADT - STARTDT + 1) / 30.4375 months, kept to six decimals; CNSR is 0 for an event. Death
    without progression does not end the time to progression: it is censored at the last assessment.
    """
    rows: list[Row] = []
    for participant in participants:
        for parameter, end in (("OS", _end_of_survival), ("TTP", _end_without_progression)):
            day, censored, description = end(participant)
            enrolled = participant.course.enrolled
            rows.append(
                {
                    **_start(participant, parameter, TIME_PARAMETERS),
                    "STARTDT": enrolled,
                    "ADT": day,
                    "AVAL": round(study_day(day, enrolled) / DAYS_IN_A_MONTH, 6),
                    "AVALU": "MONTHS",
                    "CNSR": censored,
                    "EVNTDESC": description,
                }
            )
    return _sorted_dataset(
        "ADTTE", "Time-to-Event Analysis Dataset", ["PARAMCD"], TIME_COLUMNS, rows
    )


FUNCTION_PARAMETERS = {"TEFF": "Interferon-Gamma Producing CD8+ T Cells (%)"}
BASELINE_VISIT, LATER_VISIT = ("Baseline", 0), ("On treatment", 1)


def functions_dataset(participants: Sequence[Participant], draws: Draws) -> Dataset:
    """Return ADFC: the function of effector T cells before and on treatment, and their ratio.

    Twenty participants who completed the study have both samples. Six others have only the first and
    one has only the second, so that nobody can take the rows for the pairs.
    """
    completed = draws.shuffled([one for one in participants if one.course.completed])
    left = draws.shuffled([one for one in participants if not one.course.completed])
    ratios = draws.shuffled(draws.lognormal_sample(PAIRED, RATIO_MEAN, RATIO_DEVIATION))
    levels = draws.shuffled(draws.lognormal_sample(len(participants), 14.0, 6.0))
    rows: list[Row] = []
    for participant, ratio in zip(completed[:PAIRED], ratios, strict=True):
        before = round(levels.pop(), 2)
        after = round(before * ratio, 2)
        rows.append(_function_row(participant, BASELINE_VISIT, before, before, draws))
        rows.append(_function_row(participant, LATER_VISIT, after, before, draws))
    for participant in left[:BASELINE_ONLY]:
        before = round(levels.pop(), 2)
        rows.append(_function_row(participant, BASELINE_VISIT, before, before, draws))
    rows.append(_function_row(completed[PAIRED], LATER_VISIT, round(fmean(levels), 2), None, draws))
    return _sorted_dataset(
        "ADFC",
        "Flow Cytometry Analysis Dataset",
        ["PARAMCD", "AVISITN"],
        FUNCTION_COLUMNS,
        rows,
    )


def _function_row(
    participant: Participant,
    visit: tuple[str, int],
    value: float,
    baseline: float | None,
    draws: Draws,
) -> Row:
    course = participant.course
    name, number = visit
    at_baseline = visit == BASELINE_VISIT
    after_first_dose = draws.whole(56, 68)
    day = (
        course.enrolled
        if at_baseline
        else course.first_dose.fromordinal(course.first_dose.toordinal() + after_first_dose)
    )
    paired = not at_baseline and baseline is not None
    return {
        **_start(participant, "TEFF", FUNCTION_PARAMETERS),
        "AVISIT": name,
        "AVISITN": number,
        "ADT": day,
        "ADY": study_day(day, course.first_dose),
        "AVAL": value,
        "BASE": baseline,
        "R2BASE": round(value / baseline, 4) if paired and baseline else None,
        "ABLFL": "Y" if at_baseline else None,
        "ANL01FL": "Y" if paired else None,
    }


def _sorted_dataset(
    name: str, label: str, keys: Sequence[str], columns: Sequence[Column], rows: Sequence[Row]
) -> Dataset:
    every_key = ["USUBJID", *keys]

    def order(row: Row) -> tuple[str | int, ...]:
        values = (row[key] for key in every_key)
        return tuple(value if isinstance(value, int) else str(value) for value in values)

    return Dataset(name, label, ["STUDYID", *every_key], columns, sorted(rows, key=order))
