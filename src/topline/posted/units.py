"""What the numbers of an outcome measure count, as its type, unit and title say.

The registry has a type for counts of participants and none for percentages: those are "Number" with
a unit in free text. Only texts that say beyond doubt what is counted are taken; "events" are no
participants, and a percentage that is not of participants is no proportion.
"""

import re
from enum import StrEnum

from topline.record.results import OutcomeMeasure


class Counted(StrEnum):
    """What a posted number is."""

    PARTICIPANTS = "participants"
    PERCENTAGE = "percentage of participants"
    FRACTION = "proportion of participants"
    OTHER = "other"


_PEOPLE = (
    r"(?:parti?ci?pants?|subjects?|patients?|people|persons?|individuals|volunteers|adults|children"
    r"|infants|women|men)\b"
)
_PER = re.compile(r"\bper\b|/|[- ](?:years?|months?|weeks?|days?|time)\b|\bevents\b")
"""A rate, or events: not a number of participants, however it begins."""
_PARTICIPANTS = re.compile(rf"(?:(?:number|count|no\.?|#) ?(?:of )?)?{_PEOPLE}")
_PERCENTAGE = re.compile(rf"(?:percent(?:age)?s?|%) ?(?:\(%\) ?)?(?:of )*{_PEOPLE}")
_FRACTION = re.compile(rf"(?:proportion|fraction) (?:of )?{_PEOPLE}")
_BARE = re.compile(r"(?:percent(?:age)?|%)")
_PERCENTAGE_IN_TITLE = re.compile(rf"(?:percent(?:age)?|%|proportion) of (?:\w+ )?{_PEOPLE}")
_ESTIMATED = re.compile(
    r"kaplan|\bkm\b|product[- ]limit|life[- ]table|cumulative incidence|time[- ]to[- ]event"
    r"|estimated (?:probability|proportion|percentage|rate)|event[- ]free|progression[- ]free"
    r"|\badjusted\b|model[- ](?:based|estimated|adjusted)|least[- ]squares?|multiple imputation"
)
"""A percentage that is not a number affected over a number analyzed."""


def counted(measure: OutcomeMeasure) -> Counted:
    """Say what the numbers of an outcome measure count.

    Parameters
    ----------
    measure
        The outcome measure.

    Examples
    --------
    >>> counted(OutcomeMeasure(param_type="COUNT_OF_PARTICIPANTS")).value
    'participants'
    >>> counted(OutcomeMeasure(param_type="NUMBER", unit_of_measure="% of subjects")).value
    'percentage of participants'
    >>> counted(OutcomeMeasure(param_type="NUMBER", unit_of_measure="events per patient-year")).value
    'other'
    """
    if measure.param_type == "COUNT_OF_PARTICIPANTS":
        return Counted.PARTICIPANTS
    # A page of text does not print the type; a number of participants is one all the same.
    if measure.param_type not in ("NUMBER", None):
        return Counted.OTHER
    unit = " ".join((measure.unit_of_measure or "").casefold().split())
    if _PER.search(unit):
        return Counted.OTHER
    if _FRACTION.match(unit):
        return Counted.FRACTION
    title = " ".join((measure.title or "").casefold().split())
    if _PERCENTAGE.match(unit) or (_BARE.fullmatch(unit) and _PERCENTAGE_IN_TITLE.search(title)):
        return Counted.PERCENTAGE
    return Counted.PARTICIPANTS if _PARTICIPANTS.match(unit) else Counted.OTHER


def estimated_otherwise(measure: OutcomeMeasure) -> str | None:
    """Return the words by which a percentage says that it is no plain share; ``None`` where none do.

    Examples
    --------
    >>> estimated_otherwise(OutcomeMeasure(description="Kaplan-Meier estimate at 12 months"))
    'kaplan'
    """
    for text in (measure.title, measure.description, measure.unit_of_measure):
        found = _ESTIMATED.search((text or "").casefold())
        if found is not None:
            return found[0]
    return None
