"""The protocol section of a study: its registration."""

import msgspec

from topline.record.node import Node


class OrgStudyIdInfo(Node, frozen=True, kw_only=True):
    """The organization's own number of the study."""

    id: str | None = None
    type: str | None = None
    link: str | None = None


class SecondaryIdInfo(Node, frozen=True, kw_only=True):
    """Another number of the study."""

    id: str | None = None
    type: str | None = None
    domain: str | None = None
    link: str | None = None


class Organization(Node, frozen=True, kw_only=True):
    """The organization that owns the record."""

    full_name: str | None = None
    class_: str | None = msgspec.field(name="class", default=None)


class IdentificationModule(Node, frozen=True, kw_only=True):
    """Numbers and titles of the study."""

    nct_id: str | None = None
    nct_id_aliases: tuple[str, ...] | None = None
    org_study_id_info: OrgStudyIdInfo | None = None
    secondary_id_infos: tuple[SecondaryIdInfo, ...] | None = None
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None
    organization: Organization | None = None


class ExpandedAccessInfo(Node, frozen=True, kw_only=True):
    """Whether and where expanded access exists."""

    has_expanded_access: bool | None = None
    nct_id: str | None = None
    status_for_nct_id: str | None = None


class PartialDateStruct(Node, frozen=True, kw_only=True):
    """A date that may lack its day or month, actual or estimated."""

    date: str | None = None
    type: str | None = None


class DateStruct(Node, frozen=True, kw_only=True):
    """A full date, actual or estimated."""

    date: str | None = None
    type: str | None = None


class StatusModule(Node, frozen=True, kw_only=True):
    """Recruitment status and the dates of the study and of its record."""

    status_verified_date: str | None = None
    overall_status: str | None = None
    last_known_status: str | None = None
    delayed_posting: bool | None = None
    why_stopped: str | None = None
    expanded_access_info: ExpandedAccessInfo | None = None
    start_date_struct: PartialDateStruct | None = None
    primary_completion_date_struct: PartialDateStruct | None = None
    completion_date_struct: PartialDateStruct | None = None
    study_first_submit_date: str | None = None
    study_first_submit_qc_date: str | None = None
    study_first_post_date_struct: DateStruct | None = None
    results_waived: bool | None = None
    results_first_submit_date: str | None = None
    results_first_submit_qc_date: str | None = None
    results_first_post_date_struct: DateStruct | None = None
    disp_first_submit_date: str | None = None
    disp_first_submit_qc_date: str | None = None
    disp_first_post_date_struct: DateStruct | None = None
    last_update_submit_date: str | None = None
    last_update_post_date_struct: DateStruct | None = None


class ResponsibleParty(Node, frozen=True, kw_only=True):
    """The party responsible for the record."""

    type: str | None = None
    investigator_full_name: str | None = None
    investigator_title: str | None = None
    investigator_affiliation: str | None = None
    old_name_title: str | None = None
    old_organization: str | None = None


class Sponsor(Node, frozen=True, kw_only=True):
    """A sponsor or collaborator."""

    name: str | None = None
    class_: str | None = msgspec.field(name="class", default=None)


class SponsorCollaboratorsModule(Node, frozen=True, kw_only=True):
    """Who is responsible for the study."""

    responsible_party: ResponsibleParty | None = None
    lead_sponsor: Sponsor | None = None
    collaborators: tuple[Sponsor, ...] | None = None


class OversightModule(Node, frozen=True, kw_only=True):
    """Data monitoring and regulatory oversight."""

    oversight_has_dmc: bool | None = None
    is_fda_regulated_drug: bool | None = None
    is_fda_regulated_device: bool | None = None
    is_unapproved_device: bool | None = None
    is_ppsd: bool | None = None
    is_us_export: bool | None = None
    fdaaa801_violation: bool | None = None


class DescriptionModule(Node, frozen=True, kw_only=True):
    """Brief summary and detailed description."""

    brief_summary: str | None = None
    detailed_description: str | None = None


class ConditionsModule(Node, frozen=True, kw_only=True):
    """Conditions studied and keywords."""

    conditions: tuple[str, ...] | None = None
    keywords: tuple[str, ...] | None = None


class ExpandedAccessTypes(Node, frozen=True, kw_only=True):
    """Kinds of expanded access offered."""

    individual: bool | None = None
    intermediate: bool | None = None
    treatment: bool | None = None


class MaskingBlock(Node, frozen=True, kw_only=True):
    """Who was masked."""

    masking: str | None = None
    masking_description: str | None = None
    who_masked: tuple[str, ...] | None = None


class DesignInfo(Node, frozen=True, kw_only=True):
    """Allocation, model, purpose and masking."""

    allocation: str | None = None
    intervention_model: str | None = None
    intervention_model_description: str | None = None
    primary_purpose: str | None = None
    observational_model: str | None = None
    time_perspective: str | None = None
    masking_info: MaskingBlock | None = None


class BioSpec(Node, frozen=True, kw_only=True):
    """Biospecimens kept."""

    retention: str | None = None
    description: str | None = None


class EnrollmentInfo(Node, frozen=True, kw_only=True):
    """How many participants were enrolled or are expected."""

    count: int | None = None
    type: str | None = None


class DesignModule(Node, frozen=True, kw_only=True):
    """Study type, phases, design and enrolment."""

    study_type: str | None = None
    n_ptrs_to_this_exp_acc_nct_id: int | None = None
    expanded_access_types: ExpandedAccessTypes | None = None
    patient_registry: bool | None = None
    target_duration: str | None = None
    phases: tuple[str, ...] | None = None
    design_info: DesignInfo | None = None
    bio_spec: BioSpec | None = None
    enrollment_info: EnrollmentInfo | None = None


class ArmGroup(Node, frozen=True, kw_only=True):
    """A registered arm or group."""

    label: str | None = None
    type: str | None = None
    description: str | None = None
    intervention_names: tuple[str, ...] | None = None


class Intervention(Node, frozen=True, kw_only=True):
    """A registered intervention."""

    type: str | None = None
    name: str | None = None
    description: str | None = None
    arm_group_labels: tuple[str, ...] | None = None
    other_names: tuple[str, ...] | None = None


class ArmsInterventionsModule(Node, frozen=True, kw_only=True):
    """Arms and interventions as registered."""

    arm_groups: tuple[ArmGroup, ...] | None = None
    interventions: tuple[Intervention, ...] | None = None


class Outcome(Node, frozen=True, kw_only=True):
    """A registered outcome measure."""

    measure: str | None = None
    description: str | None = None
    time_frame: str | None = None


class OutcomesModule(Node, frozen=True, kw_only=True):
    """Outcome measures as registered."""

    primary_outcomes: tuple[Outcome, ...] | None = None
    secondary_outcomes: tuple[Outcome, ...] | None = None
    other_outcomes: tuple[Outcome, ...] | None = None


class EligibilityModule(Node, frozen=True, kw_only=True):
    """Who may take part."""

    eligibility_criteria: str | None = None
    healthy_volunteers: bool | None = None
    sex: str | None = None
    gender_based: bool | None = None
    gender_description: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None
    std_ages: tuple[str, ...] | None = None
    study_population: str | None = None
    sampling_method: str | None = None


class Contact(Node, frozen=True, kw_only=True):
    """A person to contact."""

    name: str | None = None
    role: str | None = None
    phone: str | None = None
    phone_ext: str | None = None
    email: str | None = None


class Official(Node, frozen=True, kw_only=True):
    """An overall official."""

    name: str | None = None
    affiliation: str | None = None
    role: str | None = None


class GeoPoint(Node, frozen=True, kw_only=True):
    """Latitude and longitude in degrees."""

    lat: int | float
    lon: int | float


class Location(Node, frozen=True, kw_only=True):
    """A site."""

    facility: str | None = None
    status: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    contacts: tuple[Contact, ...] | None = None
    geo_point: GeoPoint | None = None


class ContactsLocationsModule(Node, frozen=True, kw_only=True):
    """Contacts, officials and sites."""

    central_contacts: tuple[Contact, ...] | None = None
    overall_officials: tuple[Official, ...] | None = None
    locations: tuple[Location, ...] | None = None


class Retraction(Node, frozen=True, kw_only=True):
    """A retraction of a publication."""

    pmid: str | None = None
    source: str | None = None


class Reference(Node, frozen=True, kw_only=True):
    """A publication."""

    pmid: str | None = None
    type: str | None = None
    citation: str | None = None
    retractions: tuple[Retraction, ...] | None = None


class SeeAlsoLink(Node, frozen=True, kw_only=True):
    """A related page."""

    label: str | None = None
    url: str | None = None


class AvailIpd(Node, frozen=True, kw_only=True):
    """A data set or document of individual participants that is available."""

    id: str | None = None
    type: str | None = None
    url: str | None = None
    comment: str | None = None


class ReferencesModule(Node, frozen=True, kw_only=True):
    """Publications, links and shared data."""

    references: tuple[Reference, ...] | None = None
    see_also_links: tuple[SeeAlsoLink, ...] | None = None
    avail_ipds: tuple[AvailIpd, ...] | None = None


class IpdSharingStatementModule(Node, frozen=True, kw_only=True):
    """The plan to share individual participant data."""

    ipd_sharing: str | None = None
    description: str | None = None
    info_types: tuple[str, ...] | None = None
    time_frame: str | None = None
    access_criteria: str | None = None
    url: str | None = None


class ProtocolSection(Node, frozen=True, kw_only=True):
    """The registration: what was planned, by whom, where and with whom."""

    identification_module: IdentificationModule | None = None
    status_module: StatusModule | None = None
    sponsor_collaborators_module: SponsorCollaboratorsModule | None = None
    oversight_module: OversightModule | None = None
    description_module: DescriptionModule | None = None
    conditions_module: ConditionsModule | None = None
    design_module: DesignModule | None = None
    arms_interventions_module: ArmsInterventionsModule | None = None
    outcomes_module: OutcomesModule | None = None
    eligibility_module: EligibilityModule | None = None
    contacts_locations_module: ContactsLocationsModule | None = None
    references_module: ReferencesModule | None = None
    ipd_sharing_statement_module: IpdSharingStatementModule | None = None
