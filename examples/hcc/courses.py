"""The course of the disease of each of the 37 made-up participants.

Everything that has a date in more than one dataset is decided here, once: enrolment, first and last
dose, imaging, progression, death and last contact. The datasets only tell it.

Why the Kaplan–Meier figures come out as intended
-------------------------------------------------
The estimate, Greenwood's variance and so the *places* at which the curve and its limits pass one
half depend only on the order of events and censorings. :data:`PLANS` therefore says how many events
lie in which window of days, and the windows round the wanted quantiles are three days wide: 188 to
190 days all print as 6.2 months, 519 to 521 as 17.1, 1131 to 1133 as 37.2 (overall survival); 75 to
77 as 2.5, 112 to 114 as 3.7, 264 to 266 as 8.7 (time to progression). Each window holds so many
events that the plain, the log and the log-log limits all pass one half inside it, whichever days
are drawn. Progressions crowd together in any trial with this design, since they are seen when a
scan is made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from examples.hcc.draws import Draws

FIRST_ENROLMENT = date(2017, 11, 6)
ENROLMENT_DAYS = 1000
DAYS_TO_MONDAY = {6: 2, 7: 1}
ADVERSE_EVENT_DAYS_AFTER_LAST_DOSE = 30
IMAGING_DAYS: tuple[int, ...] = (76, 113, 154, 210, 265, *range(328, 1200, 63))
"""The days of planned imaging, from enrolment as day 1."""
EARLY_VISITS = 5
"""Up to this visit imaging is a day early or late at most, later four days."""

Window = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What several participants' courses have in common; days count from enrolment as day 1.

    Attributes
    ----------
    count
        Number of participants.
    response
        Best overall response: CR, PR, SD, PD, or NE where no imaging was made.
    reason
        Why the participant did not complete the study; empty for those who did.
    progression_visits
        First and last imaging visit at which progression may be seen.
    clinical_progression
        Days between which the disease progressed by symptoms, before any imaging.
    last_visits
        First and last visit that may be the last, of those who never progressed.
    treated
        Days from first to last dose, both included; None: until shortly before progression.
    death
        Days between which the participant died; None: alive at the last contact.
    last_contact
        Days between which the last contact was, of those alive.
    fatal_event
        The adverse event that the participant died of.
    withdrawing_event
        The adverse event that ended the treatment of a participant who lived on.
    """

    count: int
    response: str
    reason: str = ""
    progression_visits: Window | None = None
    clinical_progression: Window | None = None
    last_visits: Window | None = None
    treated: Window | None = None
    death: Window | None = None
    last_contact: Window = (1135, 1172)
    fatal_event: str = ""
    withdrawing_event: str = ""


EARLY, MIDDLE, LATE = (112, 187), (191, 518), (523, 1129)
LOWER_LIMIT, MEDIAN, UPPER_LIMIT = (188, 190), (519, 521), (1131, 1133)
ADVERSE_EVENT, LACK_OF_EFFICACY = "ADVERSE EVENT", "LACK OF EFFICACY"
PHYSICIAN_DECISION = "PHYSICIAN DECISION"

# Deaths: 12 early, 3, 3 in the middle, 1, 4 late, 3; 11 alive. Days of adverse-event follow-up: 18
# participants below 140, one at 140 (110 days of treatment), 18 above; least 41, most 1162.
PLANS = (
    # Died of an adverse event before the first imaging.
    Plan(
        count=2,
        response="NE",
        reason=ADVERSE_EVENT,
        treated=(42, 46),
        death=(54, 72),
        fatal_event="Death NOS",
    ),
    Plan(
        count=1,
        response="NE",
        reason=ADVERSE_EVENT,
        treated=(42, 46),
        death=(54, 72),
        fatal_event="Multi-organ failure",
    ),
    Plan(
        count=1,
        response="NE",
        reason=ADVERSE_EVENT,
        treated=(42, 46),
        death=(54, 72),
        fatal_event="Sepsis",
    ),
    # Stopped for an adverse event before the first imaging and lived on.
    Plan(
        count=1,
        response="NE",
        reason=ADVERSE_EVENT,
        treated=(11, 11),
        death=MIDDLE,
        withdrawing_event="Appendicitis perforated",
    ),
    Plan(
        count=1,
        response="NE",
        reason=ADVERSE_EVENT,
        treated=(20, 50),
        death=EARLY,
        withdrawing_event="Hepatic failure",
    ),
    Plan(
        count=1,
        response="NE",
        reason=ADVERSE_EVENT,
        treated=(20, 50),
        death=LATE,
        withdrawing_event="Heart failure",
    ),
    # Got worse by symptoms before the first imaging.
    Plan(
        count=2,
        response="NE",
        reason=LACK_OF_EFFICACY,
        clinical_progression=(50, 70),
        death=EARLY,
    ),
    Plan(count=1, response="NE", reason=PHYSICIAN_DECISION, treated=(35, 55), death=MIDDLE),
    # Progressed at the first imaging; six of ten were treated on until it was confirmed.
    Plan(count=4, response="PD", progression_visits=(1, 1), death=EARLY),
    Plan(count=2, response="PD", progression_visits=(1, 1), treated=(96, 108), death=LOWER_LIMIT),
    Plan(count=1, response="PD", progression_visits=(1, 1), treated=(113, 126), death=MIDDLE),
    Plan(count=1, response="PD", progression_visits=(1, 1), treated=(110, 110), death=MEDIAN),
    Plan(count=2, response="PD", progression_visits=(1, 1), treated=(113, 126), death=LATE),
    # Stable, then progressed.
    Plan(
        count=1,
        response="SD",
        progression_visits=(2, 2),
        treated=(106, 108),
        death=(128, 136),
        fatal_event="Death NOS",
    ),
    Plan(count=1, response="SD", progression_visits=(2, 2), treated=(100, 108), death=LOWER_LIMIT),
    Plan(count=1, response="SD", progression_visits=(2, 2), treated=(117, 128), death=LATE),
    Plan(count=1, response="SD", progression_visits=(2, 2), treated=(117, 128), death=UPPER_LIMIT),
    Plan(count=1, response="SD", progression_visits=(3, 3), death=UPPER_LIMIT),
    Plan(count=1, response="SD", progression_visits=(4, 4)),
    Plan(count=3, response="SD", progression_visits=(5, 5)),
    # Responded.
    Plan(count=1, response="PR", progression_visits=(5, 5), death=UPPER_LIMIT),
    Plan(count=4, response="PR", progression_visits=(6, 14)),
    Plan(count=2, response="PR", last_visits=(15, 17), treated=(640, 735)),
    Plan(
        count=1,
        response="CR",
        last_visits=(18, 18),
        treated=(1132, 1132),
        last_contact=(1167, 1176),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One participant's course in dates.

    Attributes
    ----------
    number
        The participant's place in the order of enrolment, from 1.
    plan
        What the course was drawn from.
    enrolled, first_dose, last_dose
        Dates of enrolment and of first and last dose.
    scans
        Dates of imaging, in order; where progression was seen, with the scan that confirmed it.
    progressed
        The date of first progression, by imaging or by symptoms; None if never.
    last_assessed
        The last date on which the disease was assessed.
    died
        The date of death; None if alive at the last contact.
    last_alive
        The last date on which the participant was known to be alive.
    """

    number: int
    plan: Plan
    enrolled: date
    first_dose: date
    last_dose: date
    scans: tuple[date, ...]
    progressed: date | None
    last_assessed: date
    died: date | None
    last_alive: date

    @property
    def completed(self) -> bool:
        """Whether the participant stayed in the study until the response could be evaluated."""
        return not self.plan.reason

    @property
    def adverse_event_end(self) -> date:
        """The last day on which adverse events were collected."""
        end = self.last_dose + timedelta(days=ADVERSE_EVENT_DAYS_AFTER_LAST_DOSE)
        return end if self.died is None else min(end, self.died)


def _visit_day(visit: int, draws: Draws) -> int:
    leeway = 1 if visit <= EARLY_VISITS else 4
    return IMAGING_DAYS[visit - 1] + draws.whole(-leeway, leeway)


def _scan_days(plan: Plan, draws: Draws) -> list[int]:
    """Return the days of imaging up to the one with progression, or to the last one."""
    visits = plan.progression_visits or plan.last_visits
    if visits is None:
        return []
    return [_visit_day(visit, draws) for visit in range(1, draws.whole(*visits) + 1)]


def _course(plan: Plan, enrolled: date, draws: Draws) -> Course:
    scan_days = _scan_days(plan, draws)
    progression_day: int | None = None
    if plan.clinical_progression:
        progression_day = draws.whole(*plan.clinical_progression)
    elif plan.progression_visits:
        progression_day = scan_days[-1]
    lead = draws.whole(1, 4)
    if plan.treated:
        last_dose_day = lead + draws.whole(*plan.treated)
    elif progression_day:
        last_dose_day = progression_day - draws.whole(1, 6)
    else:
        raise ValueError(f"a plan says neither how long nor until when to treat: {plan}")
    if plan.progression_visits and progression_day and last_dose_day > progression_day:
        # Treated beyond progression: the next imaging confirms it, as immune-related criteria ask.
        scan_days.append(_visit_day(len(scan_days) + 1, draws))
    death_day = draws.whole(*plan.death) if plan.death else None
    last_alive_day = death_day or draws.whole(*plan.last_contact)
    assessed_day = max(
        scan_days[-1] if scan_days else 0,
        progression_day or 0,
        0 if scan_days else min(last_dose_day + draws.whole(1, 7), last_alive_day),
    )

    def on(day: int) -> date:
        return enrolled + timedelta(days=day - 1)

    return Course(
        number=0,
        plan=plan,
        enrolled=enrolled,
        first_dose=on(1 + lead),
        last_dose=on(last_dose_day),
        scans=tuple(on(day) for day in scan_days),
        progressed=on(progression_day) if progression_day else None,
        last_assessed=on(assessed_day),
        died=on(death_day) if death_day else None,
        last_alive=on(last_alive_day),
    )


def make_courses(draws: Draws, plans: Sequence[Plan] = PLANS) -> tuple[Course, ...]:
    """Draw every participant's course.

    Parameters
    ----------
    draws
        The stream of random choices.
    plans
        What to draw from, and how often.

    Returns
    -------
    tuple of Course
        The participants in the order of enrolment, numbered from 1.
    """
    everyone = draws.shuffled([plan for plan in plans for _ in range(plan.count)])
    enrolments = sorted(
        FIRST_ENROLMENT + timedelta(days=round(level * ENROLMENT_DAYS))
        for level in draws.quantile_levels(len(everyone))
    )
    weekdays = [day + timedelta(days=DAYS_TO_MONDAY.get(day.isoweekday(), 0)) for day in enrolments]
    return tuple(
        replace(_course(plan, enrolled, draws), number=number)
        for number, (plan, enrolled) in enumerate(zip(everyone, weekdays, strict=True), start=1)
    )
