"""The part of a study specification that identifies the study."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from topline.trial.specification_base import Part, PartialDate


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
