"""The study specification: what ``study.yaml`` may say, as types.

These types are the one source of the reader, of the JSON Schema that editors use and of the
reference page. ADaM conventions are the defaults, so a plain trial says little. A field typed
:data:`Condition` holds an expression over dataset variables (``topline.trial.conditions``).
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from topline.trial.specification_base import (
    Condition,
    DatasetName,
    Decimals,
    GroupName,
    Method,
    Part,
    PartialDate,
    PopulationName,
    Variable,
)
from topline.trial.specification_measures import (
    Baseline,
    BaselineMeasure,
    Category,
    Estimand,
    IntercurrentEvent,
    MeasureClass,
    NotPosted,
    OutcomeMeasure,
    Units,
)
from topline.trial.specification_response import TumourResponse
from topline.trial.specification_study import Sponsor, StudyPart

__all__ = [
    "AdverseEvents",
    "Agreement",
    "Baseline",
    "BaselineMeasure",
    "Category",
    "Condition",
    "Contact",
    "DatasetName",
    "Decimals",
    "Estimand",
    "FlowUnits",
    "Group",
    "GroupName",
    "IntercurrentEvent",
    "MeasureClass",
    "Method",
    "Milestone",
    "Mortality",
    "NotPosted",
    "OutcomeMeasure",
    "Part",
    "PartialDate",
    "ParticipantFlow",
    "ParticipantValue",
    "Period",
    "Population",
    "PopulationName",
    "Specification",
    "Sponsor",
    "StudyPart",
    "TreatmentVariables",
    "Units",
    "Variable",
]


class ParticipantValue(Part, frozen=True, kw_only=True):
    """A value of each participant, derived from the rows of a dataset; it becomes a variable of ADSL."""

    dataset: Annotated[DatasetName, Meta(description="The dataset whose rows are looked at.")]
    take: Annotated[
        Literal["count", "sum", "highest", "lowest"],
        Meta(
            description="What is taken of a participant's rows. Without any, count and sum are 0, highest "
            "and lowest missing."
        ),
    ]
    of: (
        Annotated[
            Variable,
            Meta(description="The numeric variable; of a count: whose values are counted."),
        ]
        | None
    ) = None
    where: Annotated[Condition, Meta(description="Which rows.")] | None = None
    at_most: (
        Annotated[
            float,
            Meta(gt=0, description="The most that counts: 1 counts participants, not events."),
        ]
        | None
    ) = None


class Group(Part, frozen=True, kw_only=True):
    """A group of participants that is a column of the record's tables."""

    title: Annotated[
        str, Meta(description="The group's title, at most 100 characters.", max_length=100)
    ]
    description: Annotated[
        str, Meta(description="Intervention, dose, form, frequency, duration.")
    ] = ""
    treatment: (
        Annotated[
            str | tuple[str, ...],
            Meta(
                description="The value or values of the treatment variable (TRT01P for planned, TRT01A "
                "for actual treatment) that make the group."
            ),
        ]
        | None
    ) = None
    where: (
        Annotated[Condition, Meta(description="Instead of `treatment`: a condition over ADSL.")]
        | None
    ) = None
    combines: Annotated[
        tuple[GroupName, ...],
        Meta(
            description="Instead of `treatment`: the groups that this one is made of, such as all doses. It is "
            "posted only where it is named."
        ),
    ] = ()
    rows: (
        Annotated[
            Condition,
            Meta(
                description="For a crossover: which rows of a dataset are of this intervention, such as "
                "TRTP == 'A'. The group is posted only where it is named."
            ),
        ]
        | None
    ) = None
    type: (
        Annotated[
            Literal[
                "EXPERIMENTAL",
                "ACTIVE_COMPARATOR",
                "PLACEBO_COMPARATOR",
                "SHAM_COMPARATOR",
                "NO_INTERVENTION",
                "OTHER",
            ],
            Meta(description="The arm's type in the protocol section."),
        ]
        | None
    ) = None


class TreatmentVariables(Part, frozen=True, kw_only=True):
    """Which variables of ADSL hold the treatment."""

    planned: Annotated[Variable, Meta(description="Treatment assigned.")] = "TRT01P"
    actual: Annotated[Variable, Meta(description="Treatment received.")] = "TRT01A"


class Population(Part, frozen=True, kw_only=True):
    """An analysis population: a condition over ADSL and the treatment that groups it."""

    where: Annotated[Condition, Meta(description="Who belongs to it.")]
    treatment: (
        Annotated[
            Literal["planned", "actual"],
            Meta(
                description="Whether participants count in the group assigned or received; default: "
                "as the standard population of that name, else assigned."
            ),
        ]
        | None
    ) = None
    description: Annotated[str, Meta(description="The population in words.")] = ""


class Milestone(Part, frozen=True, kw_only=True):
    """A milestone of a period beside STARTED and COMPLETED."""

    title: Annotated[str, Meta(description="The milestone's title.")]
    where: Annotated[Condition, Meta(description="Who reached it.")]
    dataset: Annotated[
        DatasetName, Meta(description="Where the condition is read; any row counts.")
    ] = "ADSL"
    comment: Annotated[str, Meta(description="The registry's comment.")] | None = None


class Period(Part, frozen=True, kw_only=True):
    """A period of the participant flow."""

    title: Annotated[str, Meta(description="The period's title.")] = "Overall Study"
    started: (
        Annotated[
            Condition,
            Meta(
                description="Who started; default: the flow's population in the first period, those who "
                "completed the period before in a later one."
            ),
        ]
        | None
    ) = None
    completed: (
        Annotated[Condition, Meta(description="Who completed; default: EOSSTT == 'COMPLETED'.")]
        | None
    ) = None
    milestones: Annotated[tuple[Milestone, ...], Meta(description="Further milestones.")] = ()
    reason: (
        Annotated[
            Variable,
            Meta(
                description="The variable with the reason not completed; default DCSREAS or DCDECOD."
            ),
        ]
        | None
    ) = None
    reasons: Annotated[
        Mapping[str, str],
        Meta(
            description="Collected reason -> the registry's reason; anything beyond the registry's "
            "list becomes Other with that name."
        ),
    ] = {}


class FlowUnits(Part, frozen=True, kw_only=True):
    """Units other than participants that were assigned, such as eyes."""

    title: Annotated[str, Meta(description="The type of units, such as Eyes.")]
    variable: Annotated[Variable, Meta(description="A numeric ADSL variable: units a participant.")]


class ParticipantFlow(Part, frozen=True, kw_only=True):
    """The participant flow."""

    population: (
        Annotated[
            PopulationName,
            Meta(
                description="Who is in the flow; default: randomised, intention-to-treat or enrolled."
            ),
        ]
        | None
    ) = None
    groups: Annotated[
        tuple[GroupName, ...],
        Meta(description="Which groups, such as the sequences of a crossover; default: all."),
    ] = ()
    recruitment_details: (
        Annotated[str, Meta(description="Key recruitment facts.", max_length=500)] | None
    ) = None
    pre_assignment_details: (
        Annotated[str, Meta(description="What happened before assignment.", max_length=500)] | None
    ) = None
    units: Annotated[FlowUnits, Meta(description="Units assigned.")] | None = None
    periods: Annotated[tuple[Period, ...], Meta(description="Periods in order.", min_length=1)] = (
        Period(),
    )


class Mortality(Part, frozen=True, kw_only=True):
    """All-cause mortality."""

    population: (
        Annotated[
            PopulationName, Meta(description="Who was at risk; default: the events' population.")
        ]
        | None
    ) = None
    deaths: Annotated[Condition, Meta(description="Who died; default: DTHFL == 'Y'.")] | None = None
    comment: Annotated[str, Meta(description="The registry's comment.")] | None = None


class AdverseEvents(Part, frozen=True, kw_only=True):
    """The adverse events."""

    time_frame: Annotated[str, Meta(description="The period over which they were collected.")]
    description: Annotated[str, Meta(description="Additional description.")] | None = None
    dataset: Annotated[DatasetName, Meta(description="The dataset.")] = "ADAE"
    population: (
        Annotated[PopulationName, Meta(description="Who was at risk; default: SAFETY.")] | None
    ) = None
    where: (
        Annotated[
            Condition,
            Meta(description="Which events; default: TRTEMFL == 'Y' where that variable exists."),
        ]
        | None
    ) = None
    groups: Annotated[tuple[GroupName, ...], Meta(description="Which groups; default: all.")] = ()
    term: Annotated[Variable, Meta(description="The term.")] = "AEDECOD"
    organ_system: (
        Annotated[Variable, Meta(description="The organ system; default AESOC or AEBODSYS.")] | None
    ) = None
    organ_systems: Annotated[
        Mapping[str, str],
        Meta(description="Collected organ system -> the registry's, where the names differ."),
    ] = {}
    serious: Annotated[
        Literal["deaths_are_serious", "as_flagged"],
        Meta(
            description="Whether an event that results in death is serious whatever its flag "
            "(42 CFR 11.10), or the flag alone decides."
        ),
    ] = "deaths_are_serious"
    serious_where: (
        Annotated[Condition, Meta(description="Flagged as serious; default: AESER == 'Y'.")] | None
    ) = None
    fatal_where: (
        Annotated[
            Condition,
            Meta(description="Resulted in death; default: AESDTH == 'Y' or AEOUT == 'FATAL'."),
        ]
        | None
    ) = None
    related_where: (
        Annotated[
            Condition,
            Meta(
                description="Causally related to the treatment. A record does not hold it; with it, "
                "`topline build --export eudract` has the counts that EudraCT wants."
            ),
        ]
        | None
    ) = None
    threshold: Annotated[
        float,
        Meta(ge=0, le=5, description="Other events strictly above this percentage are posted."),
    ] = 5
    vocabulary: Annotated[str, Meta(description="Source vocabulary and version.")] | None = None
    assessment: Annotated[
        Literal["systematic", "non_systematic"], Meta(description="How events were collected.")
    ] = "systematic"
    term_case: Annotated[
        Literal["as_collected", "sentence"],
        Meta(description="Whether terms in capitals are posted as they are or in sentence case."),
    ] = "as_collected"
    mortality: Annotated[Mortality, Meta(description="All-cause mortality.")] = Mortality()


class Agreement(Part, frozen=True, kw_only=True):
    """The agreement with principal investigators."""

    investigators_are_employees: Annotated[
        bool, Meta(description="Whether all principal investigators are employed by the sponsor.")
    ]
    restricts: (
        Annotated[bool, Meta(description="Whether an agreement restricts discussing the results.")]
        | None
    ) = None
    restriction: (
        Annotated[
            Literal["LTE60", "GT60", "OTHER"],
            Meta(description="At most 60 days, more than 60 days, or other."),
        ]
        | None
    ) = None
    details: Annotated[str, Meta(description="The other restriction in words.")] | None = None


class Contact(Part, frozen=True, kw_only=True):
    """The point of contact for the results."""

    title: Annotated[str, Meta(description="Name or official title.")]
    organization: Annotated[str, Meta(description="Organization.")]
    email: Annotated[str, Meta(description="Electronic mail address.")] | None = None
    phone: Annotated[str, Meta(description="Telephone number.")] | None = None
    phone_extension: Annotated[str, Meta(description="Extension.")] | None = None


class Specification(Part, frozen=True, kw_only=True):
    """A study specification: from which data, by which rules, a results record is built."""

    groups: Annotated[
        Mapping[str, Group],
        Meta(description="The groups, by a short key used in this file.", min_length=1),
    ]
    study: Annotated[StudyPart, Meta(description="What identifies the study.")] = StudyPart()
    data: (
        Annotated[str, Meta(description="The folder of datasets, relative to this file.")] | None
    ) = None
    treatment: Annotated[
        TreatmentVariables, Meta(description="The variables that hold the treatment.")
    ] = TreatmentVariables()
    participant_values: Annotated[
        Mapping[str, ParticipantValue],
        Meta(description="Variables of ADSL derived from other datasets, by name."),
    ] = {}
    populations: Annotated[
        Mapping[str, Population], Meta(description="Analysis populations by name.")
    ] = {}
    participant_flow: Annotated[ParticipantFlow, Meta(description="Participant flow.")] = (
        ParticipantFlow()
    )
    baseline: Annotated[Baseline, Meta(description="Baseline characteristics.")] = Baseline()
    response: Annotated[TumourResponse | None, Meta(description="Tumour response.")] = None
    outcomes: Annotated[
        tuple[OutcomeMeasure, ...], Meta(description="Outcome measures in order.")
    ] = ()
    multiplicity: Annotated[
        Mapping[str, Literal["bonferroni", "holm", "hochberg", "hommel", "fixed_sequence"]],
        Meta(
            description="Families of tests, which analyses name by `family`, and how their p-values are "
            "adjusted; a fixed sequence is the order of this file."
        ),
    ] = {}
    adverse_events: (
        Annotated[AdverseEvents, Meta(description="Adverse events; left out: not posted.")] | None
    ) = None
    agreement: (
        Annotated[Agreement, Meta(description="Agreement with principal investigators.")] | None
    ) = None
    limitations: (
        Annotated[str, Meta(description="Limitations and caveats.", max_length=500)] | None
    ) = None
    contact: Annotated[Contact, Meta(description="Point of contact.")] | None = None
    rounding: Annotated[
        Literal["half_away_from_zero", "half_to_even"],
        Meta(description="How ties are rounded, once, at the end, in decimal."),
    ] = "half_away_from_zero"
