"""The study specification: what ``study.yaml`` may say, as types.

These types are the one source of the reader, of the JSON Schema that editors use and of the
reference page. ADaM conventions are the defaults, so a plain trial says little. A field typed
:data:`Condition` holds an expression over dataset variables (``topline.trial.conditions``).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from topline.trial.specification_response import TumourResponse

Condition = Annotated[
    str,
    Meta(
        description="A condition over dataset variables, such as PARAMCD == 'OS' and ITTFL == 'Y'.",
        extra={"kind": "condition"},
    ),
]
Variable = Annotated[
    str,
    Meta(description="The name of a dataset variable.", extra={"kind": "variable"}),
]
DatasetName = Annotated[
    str, Meta(description="The name of a dataset, such as ADTTE.", extra={"kind": "dataset"})
]
PopulationName = Annotated[
    str,
    Meta(
        description="A population: one of `populations`, or ITT, SAFETY, RANDOMIZED, EFFICACY, "
        "PER PROTOCOL, ENROLLED or ALL.",
        extra={"kind": "population"},
    ),
]
GroupName = Annotated[str, Meta(description="A key of `groups`.", extra={"kind": "group"})]
PartialDate = Annotated[
    str,
    Meta(
        description="A date as YYYY, YYYY-MM or YYYY-MM-DD.",
        pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$",
        extra={"kind": "partial_date"},
    ),
]
Decimals = Annotated[int, Meta(ge=0, le=12, description="Decimal places posted.")]
Method = Mapping[str, Any]
"""A method and its options: ``{method: NAME, option: value}``; a bare string names the method."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every part of a specification."""


class Sponsor(Part, frozen=True, kw_only=True):
    """Who is responsible for the study."""

    name: Annotated[str, Meta(description="The sponsor's name.")]
    class_: Annotated[
        Literal["NIH", "FED", "OTHER_GOV", "INDIV", "INDUSTRY", "NETWORK", "OTHER"],
        Meta(description="The registry's class of agency."),
    ] = msgspec.field(name="class", default="OTHER")


class StudyPart(Part, frozen=True, kw_only=True):
    """What identifies the study; anything left out comes from `registration`, if that is given."""

    registration: (
        Annotated[
            str,
            Meta(
                description="A file with the registered record (API v2 JSON) whose protocol section is "
                "kept; relative to this file."
            ),
        ]
        | None
    ) = None
    nct_id: (
        Annotated[str, Meta(pattern=r"^NCT\d{8}$", description="The registry's number.")] | None
    ) = None
    organization_id: (
        Annotated[str, Meta(description="The organization's own study number.")] | None
    ) = None
    title: Annotated[str, Meta(description="Brief title.", max_length=300)] | None = None
    official_title: Annotated[str, Meta(description="Official title.", max_length=600)] | None = (
        None
    )
    summary: Annotated[str, Meta(description="Brief summary.")] | None = None
    sponsor: Annotated[Sponsor, Meta(description="The lead sponsor.")] | None = None
    status: (
        Annotated[
            Literal[
                "ACTIVE_NOT_RECRUITING",
                "COMPLETED",
                "ENROLLING_BY_INVITATION",
                "NOT_YET_RECRUITING",
                "RECRUITING",
                "SUSPENDED",
                "TERMINATED",
                "WITHDRAWN",
                "UNKNOWN",
            ],
            Meta(description="Overall recruitment status."),
        ]
        | None
    ) = None
    study_type: (
        Annotated[
            Literal["INTERVENTIONAL", "OBSERVATIONAL", "EXPANDED_ACCESS"],
            Meta(description="Study type."),
        ]
        | None
    ) = None
    phases: Annotated[
        tuple[Literal["NA", "EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4"], ...],
        Meta(description="Phases."),
    ] = ()
    conditions: Annotated[tuple[str, ...], Meta(description="Conditions studied.")] = ()
    enrollment: (
        Annotated[int, Meta(ge=0, description="Actual enrolment; default: those who started.")]
        | None
    ) = None
    start_date: Annotated[PartialDate, Meta(description="First participant enrolled.")] | None = (
        None
    )
    primary_completion_date: (
        Annotated[PartialDate, Meta(description="Last primary-outcome assessment.")] | None
    ) = None
    completion_date: Annotated[PartialDate, Meta(description="Last assessment.")] | None = None
    last_updated: (
        Annotated[PartialDate, Meta(description="Date of this version of the record.")] | None
    ) = None
    allocation: (
        Annotated[Literal["RANDOMIZED", "NON_RANDOMIZED", "NA"], Meta(description="Allocation.")]
        | None
    ) = None
    intervention_model: (
        Annotated[
            Literal["SINGLE_GROUP", "PARALLEL", "CROSSOVER", "FACTORIAL", "SEQUENTIAL"],
            Meta(description="Intervention model."),
        ]
        | None
    ) = None
    masking: (
        Annotated[
            Literal["NONE", "SINGLE", "DOUBLE", "TRIPLE", "QUADRUPLE"],
            Meta(description="Masking."),
        ]
        | None
    ) = None


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


class Category(Part, frozen=True, kw_only=True):
    """A category (row) of a measure and who counts in it."""

    title: Annotated[str, Meta(description="The row's title.")]
    where: (
        Annotated[
            Condition, Meta(description="Who counts; default: the variable equals the title.")
        ]
        | None
    ) = None
    values: Annotated[
        tuple[str | int | float, ...],
        Meta(description="Instead of `where`: the values of the variable."),
    ] = ()


class MeasureClass(Part, frozen=True, kw_only=True):
    """A class of a measure: a visit, a subgroup, an item."""

    title: Annotated[str, Meta(description="The class's title.")]
    where: Annotated[Condition, Meta(description="The rows of the class.")] | None = None
    variable: (
        Annotated[Variable, Meta(description="The variable summarised, where it differs.")] | None
    ) = None


class BaselineMeasure(Part, frozen=True, kw_only=True):
    """A baseline measure: one of the registry's own by `measure`, or a study-specific one."""

    measure: (
        Annotated[
            Literal[
                "age", "age_categories", "sex", "race", "ethnicity", "race_not_collected", "region"
            ],
            Meta(description="A measure of the registry's list; the rest then has defaults."),
        ]
        | None
    ) = None
    title: Annotated[str, Meta(description="Title.", max_length=255)] | None = None
    description: Annotated[str, Meta(description="Description.", max_length=999)] | None = None
    population_description: (
        Annotated[str, Meta(description="Why the number analysed differs from the group's.")] | None
    ) = None
    dataset: Annotated[DatasetName, Meta(description="The dataset.")] = "ADSL"
    where: Annotated[Condition, Meta(description="Which rows.")] | None = None
    variable: Annotated[Variable, Meta(description="The variable summarised.")] | None = None
    summary: (
        Annotated[Method, Meta(description="The summary.", extra={"kind": "summary"})] | None
    ) = None
    unit: Annotated[str, Meta(description="Unit of measure.")] | None = None
    decimals: (
        Annotated[Decimals, Meta(description="Decimal places; default: one more than the data's.")]
        | None
    ) = None
    categories: Annotated[tuple[Category, ...], Meta(description="Rows, for counts.")] = ()
    classes: Annotated[tuple[MeasureClass, ...], Meta(description="Classes.")] = ()
    values: Annotated[
        Mapping[str, str],
        Meta(description="Collected value -> the registry's row, for race, ethnicity and region."),
    ] = {}
    unlisted: Annotated[
        Literal["error", "unknown"],
        Meta(
            description="What to do with a collected value that no row takes: stop, or count it as "
            "Unknown or Not Reported."
        ),
    ] = "error"


class Baseline(Part, frozen=True, kw_only=True):
    """The baseline characteristics."""

    population: (
        Annotated[PopulationName, Meta(description="Default: the flow's population.")] | None
    ) = None
    population_description: (
        Annotated[
            str,
            Meta(description="Demanded where the numbers differ from those started."),
        ]
        | None
    ) = None
    groups: Annotated[tuple[GroupName, ...], Meta(description="Which groups; default: all.")] = ()
    measures: Annotated[
        tuple[BaselineMeasure, ...],
        Meta(description="Measures in order; a bare word is one of the registry's own."),
    ] = (
        BaselineMeasure(measure="age"),
        BaselineMeasure(measure="sex"),
        BaselineMeasure(measure="race"),
        BaselineMeasure(measure="ethnicity"),
    )


class Units(Part, frozen=True, kw_only=True):
    """Units analysed other than participants, such as eyes or lesions."""

    title: Annotated[str, Meta(description="The type of units, such as Eyes.")]
    variable: Annotated[
        Variable, Meta(description="The variable that tells a participant's units apart.")
    ]


class NotPosted(Part, frozen=True, kw_only=True):
    """An outcome measure whose results are not posted yet, or will not be."""

    anticipated: (
        Annotated[PartialDate, Meta(description="Anticipated reporting date, YYYY-MM.")] | None
    ) = None


class IntercurrentEvent(Part, frozen=True, kw_only=True):
    """An event after the start of treatment that bears on what an outcome means, and how it is handled."""

    event: Annotated[str, Meta(description="The event, such as discontinuation of treatment.")]
    strategy: Annotated[
        Literal[
            "treatment policy",
            "hypothetical",
            "composite variable",
            "while on treatment",
            "principal stratum",
        ],
        Meta(description="The strategy of ICH E9(R1)."),
    ]


class Estimand(Part, frozen=True, kw_only=True):
    """The estimand of an outcome (ICH E9(R1)); posted as part of its description."""

    population: Annotated[str, Meta(description="The population of the question.")] | None = None
    treatments: Annotated[str, Meta(description="The treatments compared.")] | None = None
    variable: Annotated[str, Meta(description="The variable of each participant.")] | None = None
    intercurrent_events: Annotated[
        tuple[IntercurrentEvent, ...],
        Meta(description="Intercurrent events and their strategies."),
    ] = ()
    summary: (
        Annotated[str, Meta(description="The population-level summary, such as a difference.")]
        | None
    ) = None


class OutcomeMeasure(Part, frozen=True, kw_only=True):
    """An outcome measure: its definition, its data and its summary."""

    title: Annotated[str, Meta(description="Title: what is measured.", max_length=255)]
    type: Annotated[
        Literal["primary", "secondary", "other_pre_specified", "post_hoc"],
        Meta(description="The kind of outcome measure."),
    ]
    time_frame: Annotated[str, Meta(description="When it is measured.", max_length=255)]
    description: Annotated[str, Meta(description="How it is measured.", max_length=999)] | None = (
        None
    )
    population: (
        Annotated[PopulationName, Meta(description="Default: the flow's population.")] | None
    ) = None
    population_description: (
        Annotated[
            str, Meta(description="Who was analysed; demanded where some who started are not.")
        ]
        | None
    ) = None
    dataset: Annotated[DatasetName, Meta(description="The dataset.")] | None = None
    where: Annotated[Condition, Meta(description="Which rows.")] | None = None
    variable: (
        Annotated[Variable, Meta(description="The variable; default AVAL, for categories AVALC.")]
        | None
    ) = None
    analyzed: Annotated[
        Literal["with_data", "population"],
        Meta(
            description="Who is analysed: participants with a value, or the whole population (those "
            "without a value then count in no category, as non-responders do)."
        ),
    ] = "with_data"
    summary: (
        Annotated[Method, Meta(description="The summary.", extra={"kind": "summary"})] | None
    ) = None
    unit: Annotated[str, Meta(description="Unit of measure.")] | None = None
    decimals: Annotated[Decimals, Meta(description="Decimal places.")] | None = None
    groups: Annotated[tuple[GroupName, ...], Meta(description="Which groups; default: all.")] = ()
    total: Annotated[
        bool, Meta(description="Whether a column for all groups together is posted too.")
    ] = False
    categories: Annotated[tuple[Category, ...], Meta(description="Rows, for counts.")] = ()
    classes: Annotated[tuple[MeasureClass, ...], Meta(description="Classes.")] = ()
    units: Annotated[Units, Meta(description="Units analysed.")] | None = None
    analyses: Annotated[
        tuple[Method, ...],
        Meta(description="Statistical analyses.", extra={"kind": "analysis"}),
    ] = ()
    estimand: (
        Annotated[Estimand, Meta(description="The estimand, said in the description.")] | None
    ) = None
    not_posted: (
        Annotated[NotPosted, Meta(description="Set instead of data: results are not posted.")]
        | None
    ) = None


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
