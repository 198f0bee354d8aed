"""ADAE: the adverse events, so that each posted row counts as many participants as it should.

Terms, organ systems and counts are the published facts that the example reproduces; who had an
event, when and how badly is drawn. Each posted term has one event for each participant affected.
Around them stand events that must not be counted, as in any real dataset: before the first dose,
later than 30 days after the last one, and non-serious terms at or below the threshold of 5 %.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from examples.hcc.courses import Course
from examples.hcc.dataset_json import Column, Dataset, Row
from examples.hcc.draws import Draws
from examples.hcc.participants import IDENTIFIERS, TREATMENT, TREATMENT_NUMBER, Participant
from examples.hcc.participants import study_day as relative_day

Counts = Mapping[str, Mapping[str, int]]

SERIOUS: Counts = {
    "Cardiac disorders": {"Aortic valve disease": 1, "Heart failure": 1},
    "Gastrointestinal disorders": {
        "Abdominal pain": 2,
        "Duodenal hemorrhage": 1,
        "Lower gastrointestinal hemorrhage": 1,
        "Oral pain": 1,
    },
    "General disorders": {"Death NOS": 3, "Fever": 1, "Multi-organ failure": 1},
    "Hepatobiliary disorders": {"Hepatic failure": 2},
    "Immune system disorders": {"Immune system disorders - Other": 4},
    "Infections and infestations": {
        "Appendicitis perforated": 1,
        "Enterocolitis infectious": 1,
        "Infections and infestations - Other": 2,
        "Sepsis": 3,
    },
    "Metabolism and nutrition disorders": {
        "Anorexia": 1,
        "Dehydration": 1,
        "Hyperkalemia": 1,
        "Hyponatremia": 2,
    },
    "Musculoskeletal and connective tissue disorders": {"Generalized muscle weakness": 1},
    "Respiratory, thoracic and mediastinal disorders": {
        "Pulmonary edema": 1,
        "Respiratory failure": 1,
    },
}
"""Organ system, term, participants with a serious event: 22 terms."""

OTHER: Counts = {
    "Blood and lymphatic system disorders": {"Anemia": 3},
    "Endocrine disorders": {"Hypothyroidism": 3},
    "Gastrointestinal disorders": {
        "Abdominal pain": 8,
        "Constipation": 5,
        "Diarrhea": 23,
        "Mucositis oral": 4,
        "Nausea": 8,
        "Vomiting": 3,
    },
    "General disorders": {"Chills": 6, "Edema limbs": 3, "Fatigue": 21, "Fever": 4},
    "Investigations": {
        "Alanine aminotransferase increased": 4,
        "Aspartate aminotransferase increased": 7,
        "Blood bilirubin increased": 9,
        "Lymphocyte count decreased": 3,
        "Weight loss": 13,
    },
    "Metabolism and nutrition disorders": {"Anorexia": 20},
    "Musculoskeletal and connective tissue disorders": {
        "Arthralgia": 5,
        "Generalized muscle weakness": 9,
        "Myalgia": 3,
    },
    "Nervous system disorders": {"Dizziness": 4, "Dysgeusia": 3},
    "Respiratory, thoracic and mediastinal disorders": {"Dyspnea": 3, "Hoarseness": 4},
    "Skin and subcutaneous tissue disorders": {
        "Alopecia": 4,
        "Dry skin": 6,
        "Palmar-plantar erythrodysesthesia syndrome": 16,
        "Pruritus": 4,
        "Rash maculo-papular": 11,
    },
    "Vascular disorders": {"Hypertension": 8},
}
"""Organ system, term, participants with a non-serious event: 31 terms, all above 5 % of 37."""

RARE: Counts = {
    "Gastrointestinal disorders": {"Dry mouth": 1},
    "Metabolism and nutrition disorders": {"Dehydration": 1},
    "Musculoskeletal and connective tissue disorders": {"Back pain": 1},
    "Nervous system disorders": {"Headache": 1},
    "Psychiatric disorders": {"Insomnia": 1},
    "Respiratory, thoracic and mediastinal disorders": {"Cough": 1},
}
"""Non-serious terms of one participant (2.7 %): collected, but at or below the threshold."""

BEFORE_TREATMENT = (
    ("Gastrointestinal disorders", "Nausea"),
    ("General disorders", "Fatigue"),
    ("Metabolism and nutrition disorders", "Anorexia"),
    ("Vascular disorders", "Hypertension"),
)
AFTER_FOLLOW_UP = (
    ("Blood and lymphatic system disorders", "Anemia", False),
    ("Infections and infestations", "Sepsis", True),
    ("Nervous system disorders", "Dizziness", False),
)
"""Organ system, term, serious: more than 30 days after the last dose."""

NEVER_GRADE_3 = {"Alopecia", "Chills", "Dysgeusia", "Hoarseness", "Dry skin", "Edema limbs"}
DOSE_REDUCED_AT_GRADE_2 = {"Diarrhea", "Palmar-plantar erythrodysesthesia syndrome"}
UNRELATED = {
    "Aortic valve disease",
    "Appendicitis perforated",
    "Back pain",
    "Cough",
    "Death NOS",
    "Infections and infestations - Other",
    "Insomnia",
    "Multi-organ failure",
    "Sepsis",
}
COLUMNS = (
    *IDENTIFIERS,
    Column("AESEQ", "Sequence Number", "integer"),
    Column("TRTA", "Actual Treatment"),
    Column("TRTAN", "Actual Treatment (N)", "integer"),
    Column("SAFFL", "Safety Population Flag"),
    Column("TRTSDT", "Date of First Exposure to Treatment", "date"),
    Column("TRTEDT", "Date of Last Exposure to Treatment", "date"),
    Column("AETERM", "Reported Term for the Adverse Event"),
    Column("AEDECOD", "Dictionary-Derived Term"),
    Column("AEBODSYS", "Body System or Organ Class"),
    Column("AESOC", "Primary System Organ Class"),
    Column("ASTDT", "Analysis Start Date", "date"),
    Column("ASTDY", "Analysis Start Relative Day", "integer"),
    Column("AENDT", "Analysis End Date", "date"),
    Column("AENDY", "Analysis End Relative Day", "integer"),
    Column("TRTEMFL", "Treatment Emergent Analysis Flag"),
    Column("AESER", "Serious Event"),
    Column("AESDTH", "Results in Death"),
    Column("AESHOSP", "Requires or Prolongs Hospitalization"),
    Column("AESLIFE", "Is Life Threatening"),
    Column("AESDISAB", "Persist or Signif Disability/Incapacity"),
    Column("AESCONG", "Congenital Anomaly or Birth Defect"),
    Column("AESMIE", "Other Medically Important Serious Event"),
    Column("AETOXGR", "Standard Toxicity Grade"),
    Column("AEREL", "Causality"),
    Column("AEACN", "Action Taken with Study Treatment"),
    Column("AEOUT", "Outcome of Adverse Event"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One adverse event of one participant."""

    participant: Participant
    organ_system: str
    term: str
    serious: bool
    start: date
    days: int
    grade: int
    treatment_emergent: bool = True
    fatal: bool = False
    withdrawing: bool = False


def _follow_up_days(course: Course) -> int:
    return relative_day(course.adverse_event_end, course.first_dose)


def _start(course: Course, draws: Draws) -> date:
    """Return a day of the adverse-event follow-up, early ones more likely."""
    return course.first_dose + timedelta(
        days=int(draws.unit() ** 1.7 * (_follow_up_days(course) - 1))
    )


def _grade(term: str, serious: bool, draws: Draws) -> int:
    if serious:
        return 4 if draws.chance(0.25) else 3
    if draws.chance(0.12) and term not in NEVER_GRADE_3:
        return 3
    return 1 if draws.chance(0.58) else 2


def _drawn_event(
    participant: Participant, organ_system: str, term: str, serious: bool, draws: Draws
) -> Event:
    return Event(
        participant=participant,
        organ_system=organ_system,
        term=term,
        serious=serious,
        start=_start(participant.course, draws),
        days=draws.whole(3, 60),
        grade=_grade(term, serious, draws),
    )


def _planned_events(participants: Sequence[Participant], draws: Draws) -> list[Event]:
    """Return the serious events that ended a life or a treatment, as the courses say."""
    systems = {term: system for system, terms in SERIOUS.items() for term in terms}
    events = []
    for participant in participants:
        course = participant.course
        fatal, withdrawing = course.plan.fatal_event, course.plan.withdrawing_event
        if fatal and course.died:
            length = 1 if fatal == "Death NOS" else draws.whole(2, 6)
            start = course.died - timedelta(days=length - 1)
        elif withdrawing:
            length = draws.whole(8, 21)
            start = course.last_dose
        else:
            continue
        term = fatal or withdrawing
        events.append(
            Event(
                participant=participant,
                organ_system=systems[term],
                term=term,
                serious=True,
                start=start,
                days=length,
                grade=5 if fatal else 3,
                fatal=bool(fatal),
                withdrawing=True,
            )
        )
    return events


def _counted_events(
    participants: Sequence[Participant],
    counts: Counts,
    serious: bool,
    planned: Sequence[Event],
    draws: Draws,
) -> list[Event]:
    """Return one event for each participant affected, beyond those planned.

    The longer the follow-up, the likelier an event.
    """
    events = []
    for organ_system, terms in counts.items():
        for term, affected in terms.items():
            have = {id(event.participant) for event in planned if event.term == term}
            others = [one for one in participants if id(one) not in have]
            weights = [_follow_up_days(one.course) ** 0.4 for one in others]
            for participant in draws.sample(others, affected - len(have), weights):
                events.append(_drawn_event(participant, organ_system, term, serious, draws))
    return events


def _without(
    participants: Sequence[Participant],
    events: Sequence[Event],
    term: str,
    fits: Callable[[Course], bool],
) -> list[Participant]:
    """Return the participants without a counted event of the term whose course fits."""
    have = {id(event.participant) for event in events if event.term == term}
    return [one for one in participants if id(one) not in have and fits(one.course)]


def _uncounted_events(
    participants: Sequence[Participant], events: Sequence[Event], draws: Draws
) -> list[Event]:
    """Return the events that are not treatment-emergent.

    They go to participants who have no counted event of the term: counting them would show.
    """
    uncounted = []
    for organ_system, term in BEFORE_TREATMENT:
        participant = draws.pick(_without(participants, events, term, lambda course: True))
        uncounted.append(
            Event(
                participant=participant,
                organ_system=organ_system,
                term=term,
                serious=False,
                start=participant.course.first_dose - timedelta(days=draws.whole(5, 20)),
                days=draws.whole(2, 5),
                grade=1,
                treatment_emergent=False,
            )
        )
    for organ_system, term, serious in AFTER_FOLLOW_UP:
        participant = draws.pick(
            _without(
                participants,
                events,
                term,
                lambda course: course.last_alive > course.adverse_event_end + timedelta(days=60),
            )
        )
        uncounted.append(
            Event(
                participant=participant,
                organ_system=organ_system,
                term=term,
                serious=serious,
                start=participant.course.adverse_event_end + timedelta(days=draws.whole(5, 25)),
                days=draws.whole(5, 20),
                grade=3 if serious else 2,
                treatment_emergent=False,
            )
        )
    return uncounted


def _second_headache(events: Sequence[Event]) -> Event:
    """Return a further event of a participant whose first one is already there.

    It makes one rare term count two events in one participant.
    """
    first = next(event for event in events if event.term == "Headache")
    return Event(
        participant=first.participant,
        organ_system=first.organ_system,
        term=first.term,
        serious=False,
        start=first.participant.course.first_dose + timedelta(days=2),
        days=2,
        grade=1,
    )


def _end(event: Event) -> date | None:
    """Return the event's last day; None where it outlasted the follow-up."""
    end = event.start + timedelta(days=event.days - 1)
    course = event.participant.course
    if not event.treatment_emergent:
        return end
    return end if event.fatal or end < course.adverse_event_end else None


def _outcome(event: Event, end: date | None) -> str:
    if event.fatal:
        return "FATAL"
    return "NOT RECOVERED/NOT RESOLVED" if end is None else "RECOVERED/RESOLVED"


def _action(event: Event) -> str:
    if not event.treatment_emergent or event.start > event.participant.course.last_dose:
        return "NOT APPLICABLE"
    if event.withdrawing:
        return "DRUG WITHDRAWN"
    if event.grade == 2 and event.term in DOSE_REDUCED_AT_GRADE_2:
        return "DOSE REDUCED"
    return "DOSE NOT CHANGED" if event.grade < 3 else "DRUG INTERRUPTED"


def _seriousness(event: Event) -> Row:
    """Return the seriousness criteria: why an event is serious, if it is."""

    def flag(condition: bool) -> str:
        return "Y" if condition else "N"

    living = event.serious and not event.fatal
    return {
        "AESER": flag(event.serious),
        "AESDTH": flag(event.fatal),
        "AESHOSP": flag(living),
        "AESLIFE": flag(living and event.grade == 4),
        "AESDISAB": "N",
        "AESCONG": "N",
        "AESMIE": "N",
    }


def _related(event: Event) -> str:
    related = event.treatment_emergent and event.term not in UNRELATED
    return "RELATED" if related else "NOT RELATED"


def _row(event: Event, sequence: int) -> Row:
    course = event.participant.course
    end = _end(event)
    return {
        **event.participant.identifiers,
        "AESEQ": sequence,
        "TRTA": TREATMENT,
        "TRTAN": TREATMENT_NUMBER,
        "SAFFL": "Y",
        "TRTSDT": course.first_dose,
        "TRTEDT": course.last_dose,
        "AETERM": event.term.upper(),
        "AEDECOD": event.term,
        "AEBODSYS": event.organ_system,
        "AESOC": event.organ_system,
        "ASTDT": event.start,
        "ASTDY": relative_day(event.start, course.first_dose),
        "AENDT": end,
        "AENDY": relative_day(end, course.first_dose) if end else None,
        "TRTEMFL": "Y" if event.treatment_emergent else None,
        **_seriousness(event),
        "AETOXGR": str(event.grade),
        "AEREL": _related(event),
        "AEACN": _action(event),
        "AEOUT": _outcome(event, end),
    }


def adverse_events_dataset(participants: Sequence[Participant], draws: Draws) -> Dataset:
    """Return ADAE in the order of participant and start.

    Parameters
    ----------
    participants
        Everyone treated.
    draws
        The stream of random choices.

    Returns
    -------
    Dataset
        One row for each event, numbered within its participant.
    """
    planned = _planned_events(participants, draws)
    events = [
        *planned,
        *_counted_events(participants, SERIOUS, True, planned, draws),
        *_counted_events(participants, OTHER, False, (), draws),
        *_counted_events(participants, RARE, False, (), draws),
    ]
    events.append(_second_headache(events))
    events += _uncounted_events(participants, events, draws)
    events.sort(
        key=lambda event: (
            event.participant.identifiers["USUBJID"],
            event.start,
            event.term,
            event.serious,
        )
    )
    sequences: dict[str, int] = {}
    rows = []
    for event in events:
        subject = event.participant.identifiers["USUBJID"]
        sequences[subject] = sequences.get(subject, 0) + 1
        rows.append(_row(event, sequences[subject]))
    return Dataset(
        "ADAE",
        "Adverse Events Analysis Dataset",
        ["STUDYID", "USUBJID", "AESEQ"],
        COLUMNS,
        rows,
    )
