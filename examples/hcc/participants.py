"""ADSL: one row for each participant, with who they are and how their study went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import stdev

from examples.hcc.courses import Course
from examples.hcc.dataset_json import STUDY, Column, Dataset, Row
from examples.hcc.draws import Draws, whole_numbers_with_total

TREATMENT = "Sorafenib + Pembrolizumab"
TREATMENT_NUMBER = 1

SEXES = {"F": 11, "M": 26}
RACES = {"BLACK OR AFRICAN AMERICAN": 5, "WHITE": 26, "UNKNOWN": 4, "NOT REPORTED": 2}
ETHNICITIES = {"HISPANIC OR LATINO": 4, "NOT HISPANIC OR LATINO": 31, "NOT REPORTED": 2}
SITES = ("01", "02")
AGE_MEAN, AGE_DEVIATION = 67.4, 9.7
LEEWAY_OF_ONE_DECIMAL = 0.04
"""Nearer than this a value prints as the wanted one at one decimal place."""
BODY_MASS_INDEX_MEAN, BODY_MASS_INDEX_DEVIATION = 28.5, 5.3
HEIGHT_CENTIMETRES = {"F": (152, 170), "M": (164, 188)}

IDENTIFIERS = (
    Column("STUDYID", "Study Identifier"),
    Column("USUBJID", "Unique Subject Identifier"),
)
COLUMNS = (
    *IDENTIFIERS,
    Column("SUBJID", "Subject Identifier for the Study"),
    Column("SITEID", "Study Site Identifier"),
    Column("SYNTHFL", "Synthetic Record Flag"),
    Column("AGE", "Age", "integer"),
    Column("AGEU", "Age Units"),
    Column("SEX", "Sex"),
    Column("RACE", "Race"),
    Column("ETHNIC", "Ethnicity"),
    Column("COUNTRY", "Country"),
    Column("HEIGHTBL", "Baseline Height (cm)", "integer"),
    Column("WEIGHTBL", "Baseline Weight (kg)", "double"),
    Column("BMIBL", "Baseline Body Mass Index (kg/m2)", "double"),
    Column("ARM", "Description of Planned Arm"),
    Column("ACTARM", "Description of Actual Arm"),
    Column("TRT01P", "Planned Treatment for Period 01"),
    Column("TRT01PN", "Planned Treatment for Period 01 (N)", "integer"),
    Column("TRT01A", "Actual Treatment for Period 01"),
    Column("TRT01AN", "Actual Treatment for Period 01 (N)", "integer"),
    Column("ENRLFL", "Enrolled Population Flag"),
    Column("ITTFL", "Intent-To-Treat Population Flag"),
    Column("SAFFL", "Safety Population Flag"),
    Column("EVALFL", "Response Evaluable Population Flag"),
    Column("ENRLDT", "Date of Enrollment", "date"),
    Column("RFSTDTC", "Subject Reference Start Date/Time"),
    Column("TRTSDT", "Date of First Exposure to Treatment", "date"),
    Column("TRTEDT", "Date of Last Exposure to Treatment", "date"),
    Column("TRTDURD", "Total Treatment Duration (Days)", "integer"),
    Column("AEFUEDT", "End Date of Adverse Event Follow-up", "date"),
    Column("EOSSTT", "End of Study Status"),
    Column("DCSREAS", "Reason for Discontinuation from Study"),
    Column("DTHFL", "Subject Death Flag"),
    Column("DTHDT", "Date of Death", "date"),
    Column("DTHCAUS", "Cause of Death"),
    Column("LSTALVDT", "Date Last Known Alive", "date"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A participant: the course of the disease and the row of ADSL."""

    course: Course
    row: Row

    @property
    def identifiers(self) -> dict[str, str]:
        """The variables that stand first in every dataset."""
        return {name: str(self.row[name]) for name in ("STUDYID", "USUBJID")}


def study_day(day: date, reference: date) -> int:
    """Return the ADaM study day: 1 on the reference day, -1 on the day before it."""
    days = (day - reference).days
    return days + 1 if days >= 0 else days


def _repeated(counts: dict[str, int]) -> list[str]:
    return [name for name, count in counts.items() for _ in range(count)]


def _ages(count: int, draws: Draws) -> list[int]:
    """Return whole years whose mean and standard deviation print as the wanted ones.

    Rounding to whole years moves the standard deviation a little; a sample in which it moved too
    far is drawn again.
    """
    while True:
        exact = draws.normal_sample(count, AGE_MEAN, AGE_DEVIATION)
        years = whole_numbers_with_total(exact, round(count * AGE_MEAN), draws)
        if abs(stdev(years) - AGE_DEVIATION) < LEEWAY_OF_ONE_DECIMAL:
            return years


def _body(sex: str, body_mass_index: float, draws: Draws) -> dict[str, int | float]:
    """Return height and weight as measured, and the body mass index that follows from them."""
    height = draws.whole(*HEIGHT_CENTIMETRES[sex])
    weight = round(body_mass_index * (height / 100) ** 2, 1)
    return {
        "HEIGHTBL": height,
        "WEIGHTBL": weight,
        "BMIBL": round(weight / (height / 100) ** 2, 1),
    }


def _cause_of_death(course: Course) -> str | None:
    if course.died is None:
        return None
    return "ADVERSE EVENT" if course.plan.fatal_event else "DISEASE PROGRESSION"


def _course_variables(course: Course) -> Row:
    return {
        "ENRLFL": "Y",
        "ITTFL": "Y",
        "SAFFL": "Y",
        "EVALFL": "Y" if course.completed else "N",
        "ENRLDT": course.enrolled,
        "RFSTDTC": course.first_dose.isoformat(),
        "TRTSDT": course.first_dose,
        "TRTEDT": course.last_dose,
        "TRTDURD": study_day(course.last_dose, course.first_dose),
        "AEFUEDT": course.adverse_event_end,
        "EOSSTT": "COMPLETED" if course.completed else "DISCONTINUED",
        "DCSREAS": course.plan.reason or None,
        "DTHFL": "Y" if course.died else None,
        "DTHDT": course.died,
        "DTHCAUS": _cause_of_death(course),
        "LSTALVDT": course.last_alive,
    }


def make_participants(courses: Sequence[Course], draws: Draws) -> tuple[Participant, ...]:
    """Give each course a person.

    Parameters
    ----------
    courses
        The courses, numbered from 1.
    draws
        The stream of random choices.

    Returns
    -------
    tuple of Participant
        In the order of the courses.
    """
    count = len(courses)
    sexes = draws.shuffled(_repeated(SEXES))
    races = draws.shuffled(_repeated(RACES))
    ethnicities = draws.shuffled(_repeated(ETHNICITIES))
    ages = draws.shuffled(_ages(count, draws))
    indices = draws.shuffled(
        draws.normal_sample(count, BODY_MASS_INDEX_MEAN, BODY_MASS_INDEX_DEVIATION)
    )
    participants = []
    for place, course in enumerate(courses):
        site = draws.pick(SITES)
        subject = f"{course.number:03d}"
        row: Row = {
            "STUDYID": STUDY,
            "USUBJID": f"{STUDY}-{site}-{subject}",
            "SUBJID": subject,
            "SITEID": site,
            "SYNTHFL": "Y",
            "AGE": ages[place],
            "AGEU": "YEARS",
            "SEX": sexes[place],
            "RACE": races[place],
            "ETHNIC": ethnicities[place],
            "COUNTRY": "USA",
            **_body(sexes[place], indices[place], draws),
            "ARM": TREATMENT,
            "ACTARM": TREATMENT,
            "TRT01P": TREATMENT,
            "TRT01PN": TREATMENT_NUMBER,
            "TRT01A": TREATMENT,
            "TRT01AN": TREATMENT_NUMBER,
            **_course_variables(course),
        }
        participants.append(Participant(course=course, row=row))
    return tuple(participants)


def participants_dataset(participants: Sequence[Participant]) -> Dataset:
    """Return ADSL, in the order of the unique subject identifiers."""
    rows = sorted(
        (participant.row for participant in participants), key=lambda r: str(r["USUBJID"])
    )
    return Dataset("ADSL", "Subject-Level Analysis Dataset", ["STUDYID", "USUBJID"], COLUMNS, rows)
