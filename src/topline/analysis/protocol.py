"""The parts of a record that do not come from data: registration, agreement, contact."""

from typing import Any

import msgspec

from topline.record.protocol import (
    ArmGroup,
    ArmsInterventionsModule,
    ConditionsModule,
    DescriptionModule,
    DesignInfo,
    DesignModule,
    EnrollmentInfo,
    IdentificationModule,
    MaskingBlock,
    OrgStudyIdInfo,
    Outcome,
    OutcomesModule,
    PartialDateStruct,
    ProtocolSection,
    Sponsor,
    SponsorCollaboratorsModule,
    StatusModule,
)
from topline.record.results import (
    CertainAgreement,
    LimitationsAndCaveats,
    MoreInfoModule,
    PointOfContact,
)
from topline.trial.specification import Specification


def more_information(specification: Specification) -> MoreInfoModule | None:
    """Give limitations, agreement and contact; ``None`` where nothing is said of them."""
    agreement, contact = specification.agreement, specification.contact
    module = MoreInfoModule(
        limitations_and_caveats=LimitationsAndCaveats(description=specification.limitations)
        if specification.limitations
        else None,
        certain_agreement=CertainAgreement(
            pi_sponsor_employee=agreement.investigators_are_employees,
            restrictive_agreement=agreement.restricts,
            restriction_type=agreement.restriction,
            other_details=agreement.details,
        )
        if agreement
        else None,
        point_of_contact=PointOfContact(
            title=contact.title,
            organization=contact.organization,
            email=contact.email,
            phone=contact.phone,
            phone_ext=contact.phone_extension,
        )
        if contact
        else None,
    )
    return None if module == MoreInfoModule() else module


def protocol_section(
    specification: Specification, registered: ProtocolSection | None, started: int
) -> ProtocolSection:
    """Give the protocol section: what the specification says, laid over what is registered.

    Parameters
    ----------
    specification
        The study specification.
    registered
        The registered protocol section, if there is one; what the specification does not say is
        kept from it.
    started
        How many started, which is the actual enrolment unless the specification says otherwise.
    """
    base = registered or ProtocolSection()
    return msgspec.structs.replace(
        base,
        identification_module=_identification(specification, base),
        status_module=_status(specification, base),
        sponsor_collaborators_module=_sponsor(specification, base),
        description_module=_overlay(
            base.description_module or DescriptionModule(),
            brief_summary=specification.study.summary,
        ),
        conditions_module=_overlay(
            base.conditions_module or ConditionsModule(),
            conditions=specification.study.conditions or None,
        ),
        design_module=_design(specification, base, started),
        arms_interventions_module=_arms(specification, base),
        outcomes_module=base.outcomes_module or _outcomes(specification),
    )


def _overlay(part: Any, **said: Any) -> Any:
    """Replace the fields that are said; a part in which nothing is said vanishes."""
    changed = msgspec.structs.replace(
        part, **{name: value for name, value in said.items() if value is not None}
    )
    return None if changed == type(part)() else changed


def _identification(specification: Specification, base: ProtocolSection) -> Any:
    study = specification.study
    return _overlay(
        base.identification_module or IdentificationModule(),
        nct_id=study.nct_id,
        org_study_id_info=OrgStudyIdInfo(id=study.organization_id)
        if study.organization_id
        else None,
        brief_title=study.title,
        official_title=study.official_title,
    )


def _date(text: str | None) -> PartialDateStruct | None:
    return PartialDateStruct(date=text, type="ACTUAL") if text else None


def _status(specification: Specification, base: ProtocolSection) -> Any:
    study = specification.study
    return _overlay(
        base.status_module or StatusModule(),
        overall_status=study.status,
        start_date_struct=_date(study.start_date),
        primary_completion_date_struct=_date(study.primary_completion_date),
        completion_date_struct=_date(study.completion_date),
        last_update_submit_date=study.last_updated,
    )


def _sponsor(specification: Specification, base: ProtocolSection) -> Any:
    sponsor = specification.study.sponsor
    return _overlay(
        base.sponsor_collaborators_module or SponsorCollaboratorsModule(),
        lead_sponsor=Sponsor(name=sponsor.name, class_=sponsor.class_) if sponsor else None,
    )


def _design(specification: Specification, base: ProtocolSection, started: int) -> Any:
    study = specification.study
    design = base.design_module or DesignModule()
    info = design.design_info or DesignInfo()
    return _overlay(
        design,
        study_type=study.study_type,
        phases=study.phases or None,
        design_info=_overlay(
            info,
            allocation=study.allocation,
            intervention_model=study.intervention_model,
            masking_info=_overlay(info.masking_info or MaskingBlock(), masking=study.masking),
        ),
        enrollment_info=EnrollmentInfo(
            count=started if study.enrollment is None else study.enrollment, type="ACTUAL"
        ),
    )


def _arms(specification: Specification, base: ProtocolSection) -> ArmsInterventionsModule | None:
    if base.arms_interventions_module is not None:
        return base.arms_interventions_module
    return ArmsInterventionsModule(
        arm_groups=tuple(
            ArmGroup(label=group.title, type=group.type, description=group.description or None)
            for group in specification.groups.values()
        )
    )


def _outcomes(specification: Specification) -> OutcomesModule | None:
    """List the outcome measures as the registration would have them; post-hoc ones were not."""
    fields = {
        "primary": "primary_outcomes",
        "secondary": "secondary_outcomes",
        "other_pre_specified": "other_outcomes",
    }
    listed: dict[str, list[Outcome]] = {}
    for outcome in specification.outcomes:
        if outcome.type in fields:
            listed.setdefault(fields[outcome.type], []).append(
                Outcome(
                    measure=outcome.title,
                    description=outcome.description,
                    time_frame=outcome.time_frame,
                )
            )
    if not listed:
        return None
    return OutcomesModule(**{name: tuple(outcomes) for name, outcomes in listed.items()})
