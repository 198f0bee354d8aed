"""The results section of a study: the four results modules and more information.

Names are the registry's, in snake case. Reported numbers are the strings that were posted.
"""

from topline.record.node import Node


class FlowGroup(Node, frozen=True, kw_only=True):
    """A group of the participant flow."""

    id: str | None = None
    title: str | None = None
    description: str | None = None


class FlowStats(Node, frozen=True, kw_only=True):
    """Participants (and units) of one group at a milestone or for a reason."""

    group_id: str | None = None
    comment: str | None = None
    num_subjects: str | None = None
    num_units: str | None = None


class FlowMilestone(Node, frozen=True, kw_only=True):
    """A milestone of a period, with the number who reached it by group."""

    type: str | None = None
    comment: str | None = None
    achievements: tuple[FlowStats, ...] | None = None


class DropWithdraw(Node, frozen=True, kw_only=True):
    """A reason not completed, with the number by group."""

    type: str | None = None
    comment: str | None = None
    reasons: tuple[FlowStats, ...] | None = None


class FlowPeriod(Node, frozen=True, kw_only=True):
    """A period of the trial: milestones and reasons not completed."""

    title: str | None = None
    milestones: tuple[FlowMilestone, ...] | None = None
    drop_withdraws: tuple[DropWithdraw, ...] | None = None


class ParticipantFlowModule(Node, frozen=True, kw_only=True):
    """How participants moved through the trial, by period."""

    pre_assignment_details: str | None = None
    recruitment_details: str | None = None
    type_units_analyzed: str | None = None
    groups: tuple[FlowGroup, ...] | None = None
    periods: tuple[FlowPeriod, ...] | None = None


class MeasureGroup(Node, frozen=True, kw_only=True):
    """A group of baseline or outcome measures."""

    id: str | None = None
    title: str | None = None
    description: str | None = None


class DenomCount(Node, frozen=True, kw_only=True):
    """The denominator of one group."""

    group_id: str | None = None
    value: str | None = None


class Denom(Node, frozen=True, kw_only=True):
    """Denominators in one unit, by group."""

    units: str | None = None
    counts: tuple[DenomCount, ...] | None = None


class Measurement(Node, frozen=True, kw_only=True):
    """The cell of a measure: value, spread or limits, and the comment where it is NA."""

    group_id: str | None = None
    value: str | None = None
    spread: str | None = None
    lower_limit: str | None = None
    upper_limit: str | None = None
    comment: str | None = None


class MeasureCategory(Node, frozen=True, kw_only=True):
    """A category (row) of a class, with one measurement per group."""

    title: str | None = None
    measurements: tuple[Measurement, ...] | None = None


class MeasureClass(Node, frozen=True, kw_only=True):
    """A class (row group) of a measure, with its categories."""

    title: str | None = None
    denoms: tuple[Denom, ...] | None = None
    categories: tuple[MeasureCategory, ...] | None = None


class BaselineMeasure(Node, frozen=True, kw_only=True):
    """One baseline measure."""

    title: str | None = None
    description: str | None = None
    population_description: str | None = None
    param_type: str | None = None
    dispersion_type: str | None = None
    unit_of_measure: str | None = None
    calculate_pct: bool | None = None
    denom_units_selected: str | None = None
    denoms: tuple[Denom, ...] | None = None
    classes: tuple[MeasureClass, ...] | None = None


class BaselineCharacteristicsModule(Node, frozen=True, kw_only=True):
    """Baseline measures by group, with the Total column where there is one."""

    population_description: str | None = None
    type_units_analyzed: str | None = None
    groups: tuple[MeasureGroup, ...] | None = None
    denoms: tuple[Denom, ...] | None = None
    measures: tuple[BaselineMeasure, ...] | None = None


class MeasureAnalysis(Node, frozen=True, kw_only=True):
    """A statistical analysis of an outcome measure."""

    param_type: str | None = None
    param_value: str | None = None
    dispersion_type: str | None = None
    dispersion_value: str | None = None
    statistical_method: str | None = None
    statistical_comment: str | None = None
    p_value: str | None = None
    p_value_comment: str | None = None
    ci_num_sides: str | None = None
    ci_pct_value: str | None = None
    ci_lower_limit: str | None = None
    ci_upper_limit: str | None = None
    ci_lower_limit_comment: str | None = None
    ci_upper_limit_comment: str | None = None
    estimate_comment: str | None = None
    tested_non_inferiority: bool | None = None
    non_inferiority_type: str | None = None
    non_inferiority_comment: str | None = None
    other_analysis_description: str | None = None
    group_description: str | None = None
    group_ids: tuple[str, ...] | None = None


class OutcomeMeasure(Node, frozen=True, kw_only=True):
    """One outcome measure: its definition, groups, denominators, values and analyses."""

    type: str | None = None
    title: str | None = None
    description: str | None = None
    population_description: str | None = None
    reporting_status: str | None = None
    anticipated_posting_date: str | None = None
    param_type: str | None = None
    dispersion_type: str | None = None
    unit_of_measure: str | None = None
    calculate_pct: bool | None = None
    time_frame: str | None = None
    type_units_analyzed: str | None = None
    denom_units_selected: str | None = None
    groups: tuple[MeasureGroup, ...] | None = None
    denoms: tuple[Denom, ...] | None = None
    classes: tuple[MeasureClass, ...] | None = None
    analyses: tuple[MeasureAnalysis, ...] | None = None


class OutcomeMeasuresModule(Node, frozen=True, kw_only=True):
    """All outcome measures of the record, primary to post-hoc."""

    outcome_measures: tuple[OutcomeMeasure, ...] | None = None


class EventGroup(Node, frozen=True, kw_only=True):
    """A group of the adverse-event tables with its totals and mortality."""

    id: str | None = None
    title: str | None = None
    description: str | None = None
    deaths_num_affected: int | None = None
    deaths_num_at_risk: int | None = None
    serious_num_affected: int | None = None
    serious_num_at_risk: int | None = None
    other_num_affected: int | None = None
    other_num_at_risk: int | None = None


class EventStats(Node, frozen=True, kw_only=True):
    """Affected, at risk and events of one term in one group."""

    group_id: str | None = None
    num_events: int | None = None
    num_affected: int | None = None
    num_at_risk: int | None = None


class AdverseEvent(Node, frozen=True, kw_only=True):
    """One row of an adverse-event table: a term within an organ system."""

    term: str | None = None
    organ_system: str | None = None
    source_vocabulary: str | None = None
    assessment_type: str | None = None
    notes: str | None = None
    stats: tuple[EventStats, ...] | None = None


class AdverseEventsModule(Node, frozen=True, kw_only=True):
    """Serious and other adverse events, their groups and all-cause mortality."""

    frequency_threshold: str | None = None
    time_frame: str | None = None
    description: str | None = None
    all_cause_mortality_comment: str | None = None
    event_groups: tuple[EventGroup, ...] | None = None
    serious_events: tuple[AdverseEvent, ...] | None = None
    other_events: tuple[AdverseEvent, ...] | None = None


class LimitationsAndCaveats(Node, frozen=True, kw_only=True):
    """What limits the trial's results, in the sponsor's words."""

    description: str | None = None


class CertainAgreement(Node, frozen=True, kw_only=True):
    """The agreement that restricts investigators in discussing the results."""

    pi_sponsor_employee: bool | None = None
    restriction_type: str | None = None
    restrictive_agreement: bool | None = None
    other_details: str | None = None


class PointOfContact(Node, frozen=True, kw_only=True):
    """Whom to ask about the results."""

    title: str | None = None
    organization: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_ext: str | None = None


class MoreInfoModule(Node, frozen=True, kw_only=True):
    """Limitations, the agreement with investigators and the point of contact."""

    limitations_and_caveats: LimitationsAndCaveats | None = None
    certain_agreement: CertainAgreement | None = None
    point_of_contact: PointOfContact | None = None


class ResultsSection(Node, frozen=True, kw_only=True):
    """The results record proper: the four results modules and more information."""

    participant_flow_module: ParticipantFlowModule | None = None
    baseline_characteristics_module: BaselineCharacteristicsModule | None = None
    outcome_measures_module: OutcomeMeasuresModule | None = None
    adverse_events_module: AdverseEventsModule | None = None
    more_info_module: MoreInfoModule | None = None
