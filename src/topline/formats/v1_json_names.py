"""The names of the registry's API version 1, and what each is in the record.

Version 1 gave every field the name of its kind of part before its own: ``OutcomeMeasureTitle`` is the
title of an outcome measure. A list stood in an object of its own: ``{"OutcomeMeasureList":
{"OutcomeMeasure": [...]}}``. So the names follow from the record's types, the beginnings below and the
names of the elements of lists. Upper and lower case are not told apart: ``NCTId`` is ``nctId``.
"""

import typing
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec

from topline.formats.legacy_values import DATES, WHOLE_NUMBERS, YES_OR_NO, Words, labels
from topline.record import derived, protocol, results
from topline.record.node import Node

_BEGINNINGS: Mapping[type[Node], tuple[str, ...]] = MappingProxyType(
    {
        protocol.OrgStudyIdInfo: ("OrgStudy", "OrgStudyId"),
        protocol.SecondaryIdInfo: ("Secondary", "SecondaryId"),
        protocol.Organization: ("Org",),
        protocol.ExpandedAccessInfo: ("", "ExpandedAccess"),
        protocol.PartialDateStruct: tuple(
            begin + end
            for begin in ("Start", "PrimaryCompletion", "Completion")
            for end in ("", "Date")
        ),
        protocol.DateStruct: tuple(
            f"{begin}Post{end}"
            for begin in ("StudyFirst", "ResultsFirst", "DispFirst", "LastUpdate", "FirstMCP")
            for end in ("", "Date")
        ),
        protocol.ResponsibleParty: ("ResponsibleParty",),
        protocol.Sponsor: ("LeadSponsor", "Collaborator"),
        protocol.ExpandedAccessTypes: ("ExpAccType",),
        protocol.DesignInfo: ("Design",),
        protocol.MaskingBlock: ("Design",),
        protocol.BioSpec: ("BioSpec",),
        protocol.EnrollmentInfo: ("Enrollment",),
        protocol.ArmGroup: ("ArmGroup",),
        protocol.Intervention: ("Intervention",),
        protocol.Outcome: ("PrimaryOutcome", "SecondaryOutcome", "OtherOutcome"),
        protocol.Contact: ("CentralContact", "LocationContact"),
        protocol.Official: ("OverallOfficial",),
        protocol.Location: ("Location",),
        protocol.Reference: ("Reference",),
        protocol.Retraction: ("Retraction",),
        protocol.SeeAlsoLink: ("SeeAlsoLink",),
        protocol.AvailIpd: ("AvailIPD",),
        protocol.IpdSharingStatementModule: ("", "IPDSharing"),
        results.ParticipantFlowModule: ("Flow",),
        results.FlowGroup: ("FlowGroup",),
        results.FlowPeriod: ("FlowPeriod",),
        results.FlowMilestone: ("FlowMilestone",),
        results.FlowStats: ("FlowAchievement", "FlowReason"),
        results.DropWithdraw: ("FlowDropWithdraw",),
        results.BaselineCharacteristicsModule: ("Baseline",),
        results.MeasureGroup: ("BaselineGroup", "OutcomeGroup"),
        results.Denom: (
            "BaselineDenom",
            "BaselineMeasureDenom",
            "BaselineClassDenom",
            "OutcomeDenom",
            "OutcomeClassDenom",
        ),
        results.DenomCount: (
            "BaselineDenomCount",
            "BaselineMeasureDenomCount",
            "BaselineClassDenomCount",
            "OutcomeDenomCount",
            "OutcomeClassDenomCount",
        ),
        results.BaselineMeasure: ("BaselineMeasure",),
        results.MeasureClass: ("BaselineClass", "OutcomeClass"),
        results.MeasureCategory: ("BaselineCategory", "OutcomeCategory"),
        results.Measurement: ("BaselineMeasurement", "OutcomeMeasurement"),
        results.OutcomeMeasure: ("OutcomeMeasure",),
        results.MeasureAnalysis: ("OutcomeAnalysis",),
        results.AdverseEventsModule: ("Events",),
        results.EventGroup: ("EventGroup",),
        results.AdverseEvent: ("SeriousEvent", "OtherEvent"),
        results.EventStats: ("SeriousEventStats", "OtherEventStats"),
        results.LimitationsAndCaveats: ("LimitationsAndCaveats",),
        results.CertainAgreement: ("Agreement",),
        results.PointOfContact: ("PointOfContact",),
        derived.UnpostedEvent: ("UnpostedEvent",),
        derived.ViolationEvent: ("ViolationEvent",),
        derived.LargeDocumentModule: ("LargeDoc",),
        derived.LargeDoc: ("LargeDoc",),
        derived.FirstMcpInfo: ("FirstMCP",),
        derived.SubmissionInfo: ("Submission",),
        derived.Mesh: (
            "ConditionMesh",
            "ConditionAncestor",
            "InterventionMesh",
            "InterventionAncestor",
        ),
        derived.BrowseLeaf: ("ConditionBrowseLeaf", "InterventionBrowseLeaf"),
        derived.BrowseBranch: ("ConditionBrowseBranch", "InterventionBrowseBranch"),
    }
)
"""What the names of a part's fields begin with; nothing for a part that is not here."""

_ELEMENTS: Mapping[type[Node], Mapping[str, str]] = MappingProxyType(
    {
        protocol.IdentificationModule: {
            "NCTIdAlias": "nct_id_aliases",
            "SecondaryIdInfo": "secondary_id_infos",
        },
        protocol.SponsorCollaboratorsModule: {"Collaborator": "collaborators"},
        protocol.ConditionsModule: {"Condition": "conditions", "Keyword": "keywords"},
        protocol.DesignModule: {"Phase": "phases"},
        protocol.DesignInfo: {
            # version 1 had a list of these two, of which the record has one
            "DesignObservationalModel": "observational_model",
            "DesignTimePerspective": "time_perspective",
        },
        protocol.MaskingBlock: {"DesignWhoMasked": "who_masked"},
        protocol.ArmsInterventionsModule: {
            "ArmGroup": "arm_groups",
            "Intervention": "interventions",
        },
        protocol.ArmGroup: {"ArmGroupInterventionName": "intervention_names"},
        protocol.Intervention: {
            "InterventionArmGroupLabel": "arm_group_labels",
            "InterventionOtherName": "other_names",
        },
        protocol.OutcomesModule: {
            "PrimaryOutcome": "primary_outcomes",
            "SecondaryOutcome": "secondary_outcomes",
            "OtherOutcome": "other_outcomes",
        },
        protocol.EligibilityModule: {"StdAge": "std_ages"},
        protocol.ContactsLocationsModule: {
            "CentralContact": "central_contacts",
            "OverallOfficial": "overall_officials",
            "Location": "locations",
        },
        protocol.Location: {"LocationContact": "contacts"},
        protocol.ReferencesModule: {
            "Reference": "references",
            "SeeAlsoLink": "see_also_links",
            "AvailIPD": "avail_ipds",
        },
        protocol.Reference: {"Retraction": "retractions"},
        protocol.IpdSharingStatementModule: {"IPDSharingInfoType": "info_types"},
        results.ParticipantFlowModule: {"FlowGroup": "groups", "FlowPeriod": "periods"},
        results.FlowPeriod: {"FlowMilestone": "milestones", "FlowDropWithdraw": "drop_withdraws"},
        results.FlowMilestone: {"FlowAchievement": "achievements"},
        results.DropWithdraw: {"FlowReason": "reasons"},
        results.BaselineCharacteristicsModule: {
            "BaselineGroup": "groups",
            "BaselineDenom": "denoms",
            "BaselineMeasure": "measures",
        },
        results.Denom: {
            f"{begin}DenomCount": "counts"
            for begin in ("Baseline", "BaselineMeasure", "BaselineClass", "Outcome", "OutcomeClass")
        },
        results.BaselineMeasure: {"BaselineMeasureDenom": "denoms", "BaselineClass": "classes"},
        results.MeasureClass: {
            "BaselineClassDenom": "denoms",
            "BaselineCategory": "categories",
            "OutcomeClassDenom": "denoms",
            "OutcomeCategory": "categories",
        },
        results.MeasureCategory: {
            "BaselineMeasurement": "measurements",
            "OutcomeMeasurement": "measurements",
        },
        results.OutcomeMeasuresModule: {"OutcomeMeasure": "outcome_measures"},
        results.OutcomeMeasure: {
            "OutcomeGroup": "groups",
            "OutcomeDenom": "denoms",
            "OutcomeClass": "classes",
            "OutcomeAnalysis": "analyses",
        },
        results.MeasureAnalysis: {"OutcomeAnalysisGroupId": "group_ids"},
        results.AdverseEventsModule: {
            "EventGroup": "event_groups",
            "SeriousEvent": "serious_events",
            "OtherEvent": "other_events",
        },
        results.AdverseEvent: {"SeriousEventStats": "stats", "OtherEventStats": "stats"},
        derived.UnpostedAnnotation: {"UnpostedEvent": "unposted_events"},
        derived.ViolationAnnotation: {"ViolationEvent": "violation_events"},
        derived.LargeDocumentModule: {"LargeDoc": "large_docs"},
        derived.MiscInfoModule: {"RemovedCountry": "removed_countries"},
        derived.SubmissionTracking: {"SubmissionInfo": "submission_infos"},
        derived.BrowseModule: {
            f"{begin}{element}": field
            for begin in ("Condition", "Intervention")
            for element, field in (
                ("Mesh", "meshes"),
                ("Ancestor", "ancestors"),
                ("BrowseLeaf", "browse_leaves"),
                ("BrowseBranch", "browse_branches"),
            )
        },
    }
)
"""The name of an element of each list, and the field that the list is."""

_OTHER_NAMES: Mapping[type[Node], Mapping[str, str]] = MappingProxyType(
    {protocol.EligibilityModule: {"Gender": "sex"}}
)

_DATE_TYPES = labels("DateType", {"Anticipated": "ESTIMATED", "Estimate": "ESTIMATED"})

_CODES: Mapping[tuple[type[Node], str], Mapping[str, Any]] = MappingProxyType(
    {
        (protocol.OrgStudyIdInfo, "type"): labels("OrgStudyIdType"),
        (protocol.SecondaryIdInfo, "type"): labels("SecondaryIdType"),
        (protocol.StatusModule, "overall_status"): labels("Status"),
        (protocol.StatusModule, "last_known_status"): labels("Status"),
        (protocol.ExpandedAccessInfo, "status_for_nct_id"): labels("ExpandedAccessStatus"),
        (protocol.PartialDateStruct, "type"): _DATE_TYPES,
        (protocol.DateStruct, "type"): _DATE_TYPES,
        (protocol.ResponsibleParty, "type"): labels("ResponsiblePartyType"),
        (protocol.DesignModule, "study_type"): labels("StudyType"),
        (protocol.DesignModule, "phases"): labels("Phase"),
        (protocol.DesignInfo, "allocation"): labels("DesignAllocation"),
        (protocol.DesignInfo, "intervention_model"): labels("InterventionalAssignment"),
        (protocol.DesignInfo, "primary_purpose"): labels("PrimaryPurpose"),
        (protocol.DesignInfo, "observational_model"): labels("ObservationalModel"),
        (protocol.DesignInfo, "time_perspective"): labels("DesignTimePerspective"),
        (protocol.MaskingBlock, "masking"): labels("DesignMasking"),
        (protocol.MaskingBlock, "who_masked"): labels("WhoMasked"),
        (protocol.BioSpec, "retention"): labels("BioSpecRetention"),
        (protocol.EnrollmentInfo, "type"): labels("EnrollmentType", {"Anticipated": "ESTIMATED"}),
        (protocol.ArmGroup, "type"): labels("ArmGroupType"),
        (protocol.Intervention, "type"): labels("InterventionType"),
        (protocol.EligibilityModule, "sex"): labels("Sex"),
        (protocol.EligibilityModule, "std_ages"): labels("StandardAge"),
        (protocol.EligibilityModule, "sampling_method"): labels("SamplingMethod"),
        (protocol.EligibilityModule, "healthy_volunteers"): Words(
            {**YES_OR_NO, "Accepts Healthy Volunteers": True}
        ),
        (protocol.Contact, "role"): labels("ContactRole"),
        (protocol.Official, "role"): labels("OfficialRole"),
        (protocol.Location, "status"): labels("RecruitmentStatus"),
        (protocol.Reference, "type"): labels("ReferenceType"),
        (protocol.IpdSharingStatementModule, "ipd_sharing"): labels("IpdSharing"),
        (protocol.IpdSharingStatementModule, "info_types"): labels("IpdSharingInfoType"),
        (results.BaselineMeasure, "param_type"): labels("MeasureParam"),
        (results.BaselineMeasure, "dispersion_type"): labels("MeasureDispersionType"),
        (results.OutcomeMeasure, "type"): labels("OutcomeMeasureType"),
        (results.OutcomeMeasure, "reporting_status"): labels("ReportingStatus"),
        (results.OutcomeMeasure, "param_type"): labels("MeasureParam"),
        (results.MeasureAnalysis, "dispersion_type"): labels("AnalysisDispersionType"),
        (results.MeasureAnalysis, "ci_num_sides"): labels("ConfidenceIntervalNumSides"),
        (results.MeasureAnalysis, "non_inferiority_type"): labels("NonInferiorityType"),
        (results.AdverseEvent, "assessment_type"): labels("EventAssessment"),
        (derived.UnpostedEvent, "type"): labels("UnpostedEventType"),
        (derived.ViolationEvent, "type"): labels("ViolationEventType"),
        (derived.BrowseLeaf, "relevance"): labels("BrowseLeafRelevance"),
    }
)
"""Fields whose labels the record keeps as codes."""

_NEW_IN_VERSION_2 = frozenset({(protocol.Location, "geo_point")})
"""Fields that version 1 did not have, under any name."""

_OTHER_DATES = frozenset({"version_holder"})


class Named(typing.NamedTuple):
    """What a name of version 1 is in the record.

    Attributes
    ----------
    field, json_name
        The field, in Python and in JSON.
    part
        The type of the part, or of the parts of the list, that stand there.
    words
        How a text is read; ``None`` if it is taken as it stands.
    listed
        Whether the record has a list there.
    element
        Whether the name is one of an element: the document has a list there.
    """

    field: str
    json_name: str
    part: type[Node] | None
    words: Mapping[str, Any] | None
    listed: bool
    element: bool


@cache
def names_of(node: type[Node]) -> Mapping[str, Named]:
    """Return what each name within a part is, the name in lower case.

    Examples
    --------
    >>> names_of(results.OutcomeMeasure)["outcomemeasureparamtype"].field
    'param_type'
    """
    fields = {
        field.name: field
        for field in msgspec.structs.fields(node)
        if (node, field.name) not in _NEW_IN_VERSION_2
    }
    elements = _ELEMENTS.get(node, {})
    found = {}
    for begin in _BEGINNINGS.get(node, ("",)):
        for name, field in fields.items():
            if name not in elements.values():
                found[f"{begin}{field.encode_name}".lower()] = _named(node, field, element=False)
    for other, name in _OTHER_NAMES.get(node, {}).items():
        found[other.lower()] = _named(node, fields[name], element=False)
    for element, name in elements.items():
        found[element.lower()] = _named(node, fields[name], element=True)
    return found


def _named(node: type[Node], field: msgspec.structs.FieldInfo, *, element: bool) -> Named:
    inner = _types_within(field.type)
    part = next((kind for kind in inner if issubclass(kind, Node)), None)
    words = _CODES.get((node, field.name))
    if words is None:
        words = _words_of(field.name, inner)
    listed = "tuple" in str(field.type)
    return Named(field.name, field.encode_name, part, words, listed, element)


def _words_of(name: str, inner: tuple[type, ...]) -> Mapping[str, Any] | None:
    if bool in inner:
        return YES_OR_NO
    if int in inner:
        return WHOLE_NUMBERS
    if str in inner and (name.split("_")[-1] == "date" or name in _OTHER_DATES):
        return DATES
    return None


def _types_within(annotation: Any) -> tuple[type, ...]:
    """Return the types in ``X | None`` or ``tuple[X, ...] | None``, without ``None`` and tuples."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return () if annotation is type(None) else (annotation,)
    return tuple(found for part in typing.get_args(annotation) for found in _types_within(part))
