"""What the tests of the specification share: a vocabulary and a specification without mistakes."""

from typing import Annotated, Literal

from msgspec import Meta

from topline.trial.specification import GroupName, Part, Variable
from topline.trial.specification_methods import Vocabulary


class Count(Part, frozen=True, kw_only=True):
    """A summary without options."""


class Quantile(Part, frozen=True, kw_only=True):
    """A summary whose options all have defaults."""

    probability: Annotated[float, Meta(gt=0, lt=1, description="Which quantile.")] = 0.5
    transform: Annotated[
        Literal["plain", "log", "log-log"], Meta(description="The scale of the limits.")
    ] = "log-log"
    level: Annotated[float, Meta(ge=50, le=99.9, description="Confidence level, %.")] = 95


class Comparison(Part, frozen=True, kw_only=True):
    """An analysis with an option that must be given."""

    groups: Annotated[tuple[GroupName, GroupName], Meta(description="The two groups.")]
    covariates: Annotated[tuple[Variable, ...], Meta(description="Covariates.")] = ()
    margin: Annotated[float, Meta(description="Non-inferiority margin.")] | None = None
    sides: Annotated[Literal[1, 2], Meta(description="Sides of the test.")] = 2


VOCABULARY = Vocabulary(
    summaries={"count": Count, "kaplan_meier_quantile": Quantile},
    analyses={"log_rank": Comparison},
)

GOOD = """\
study:
  nct_id: NCT01234567
  title: A study of two arms
  phases: PHASE2
  start_date: 2014-01
data: adam
groups:
  active:
    title: Active
    description: 10 mg daily
    treatment: [Active 10 mg, 20]
  placebo:
    title: Placebo
    where: "TRT01P == 'Placebo'"
populations:
  FAS: FASFL == 'Y'
  RESPONDERS: {where: "BORFL == 'Y'", treatment: actual}
participant_flow:
  population: FAS
  recruitment_details: |
    Recruited from January 2014
    at three sites.
  periods:
    - title: Treatment
      completed: EOTSTT == 'COMPLETED'
      milestones:
        Received Treatment: TRTSDT is not missing
      reason: DCTREAS
      reasons: {LOST: Lost to Follow-up, SPONSOR: Study terminated}
    - title: Follow-up
baseline:
  measures:
    - age
    - sex
    - title: Weight
      variable: WEIGHTBL
      summary: kaplan_meier_quantile
      unit: kg
      decimals: 1
outcomes:
  - title: Overall Survival
    type: primary
    time_frame: 2 years
    dataset: ADTTE
    where: >-
      PARAMCD == 'OS'
      and ITTFL == 'Y'
    summary: {method: kaplan_meier_quantile, transform: log}
    analyses:
      method: log_rank
      groups: [active, placebo]
      covariates: sex
  - title: Best Response
    type: secondary
    time_frame: 1 year
    population: PER PROTOCOL
    groups: [active, placebo]
    analyzed: population
    summary: count
    categories:
      Responder: AVALC in ['CR', 'PR']
      Other: [SD, PD]
      Unknown:
  - title: Quality of Life
    type: secondary
    time_frame: 1 year
    not_posted: {anticipated: 2026-05}
adverse_events:
  time_frame: 30 days after the last dose
  threshold: 2.5
  organ_systems: {"HEART": Cardiac disorders}
agreement:
  investigators_are_employees: no
  restricts: yes
  restriction: OTHER
  details: As the contract says.
contact: {title: The Sponsor, organization: The Sponsor, phone: +1 555 0100}
"""
