"""The parts of a study specification that say what is measured: baseline measures and outcome measures."""

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
