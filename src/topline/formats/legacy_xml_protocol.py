"""The registration in the public XML: everything of a study but its results."""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from topline.formats.legacy_values import DATES, WHOLE_NUMBERS, YES_OR_NO, Words, labels
from topline.formats.legacy_xml_contacts import CONTACT, LOCATION, OFFICIAL
from topline.formats.legacy_xml_design import (
    read_arm_counts,
    read_design,
    read_masking,
    read_phase,
    read_study_type,
)
from topline.formats.legacy_xml_elements import (
    NOT_READ,
    Action,
    Aside,
    By,
    Part,
    Path,
    Reading,
    Said,
    Shape,
    Text,
    Texts,
    Within,
    parts,
    wrapped,
)
from topline.record.derived import LargeDoc, Mesh, UnpostedEvent
from topline.record.protocol import (
    ArmGroup,
    AvailIpd,
    Intervention,
    Outcome,
    Reference,
    SecondaryIdInfo,
    SeeAlsoLink,
    Sponsor,
)

_PROTOCOL = "protocol_section"
_IDENTIFICATION = f"{_PROTOCOL}.identification_module"
_STATUS = f"{_PROTOCOL}.status_module"
_SPONSORS = f"{_PROTOCOL}.sponsor_collaborators_module"
_PARTY = f"{_SPONSORS}.responsible_party"
_OVERSIGHT = f"{_PROTOCOL}.oversight_module"
_DESIGN = f"{_PROTOCOL}.design_module"
_ARMS = f"{_PROTOCOL}.arms_interventions_module"
_OUTCOMES = f"{_PROTOCOL}.outcomes_module"
_ELIGIBILITY = f"{_PROTOCOL}.eligibility_module"
_CONTACTS = f"{_PROTOCOL}.contacts_locations_module"
_REFERENCES = f"{_PROTOCOL}.references_module"
_SHARING = f"{_PROTOCOL}.ipd_sharing_statement_module"
_MISCELLANEOUS = "derived_section.misc_info_module"

NO_LONGER_KEPT = "the registry no longer keeps it"
OF_THE_DOWNLOAD = "it belongs to the download, not to the study"
NO_LIMIT = "the record leaves out an age limit that there is not"
NOT_A_PLACE = "the record says the countries with its locations, and no location is there"
NO_QC_DATE = "the record has no date for the check of the last update"

_PROCESSED = "ClinicalTrials.gov processed this data on "
_DATE_TYPES = labels("DateType", {"Anticipated": "ESTIMATED", "Estimate": "ESTIMATED"})
_AGENCIES = labels("AgencyClass", {"U.S. Fed": "FED", "Industry": "INDUSTRY", "Other": "OTHER"})
_HEALTHY_VOLUNTEERS = Words({"No": False, "Accepts Healthy Volunteers": True, "Yes": True})


def without_layout(text: str) -> str:
    r"""Return a block of text without the blanks by which the XML indents it.

    Lines stay lines: which of their breaks are the author's cannot be told.

    Examples
    --------
    >>> without_layout("\n      Criteria:\r\n\r\n        1. Adults\r\n    ")
    'Criteria:\n\n  1. Adults'
    """
    lines = text.replace("\r\n", "\n").rstrip(" \t\r\n").lstrip("\r\n").split("\n")
    filled = [line for line in lines if line.strip()]
    indent = min((len(line) - len(line.lstrip(" ")) for line in filled), default=0)
    return "\n".join(line[indent:].rstrip() for line in lines)


def _block(field: str) -> Within:
    """Say that an element holds one block of text."""
    return Within({"textblock": Text(field, tidy=without_layout)})


def _date(field: str) -> Text:
    """Say that an element is a date with its type: actual or estimated."""
    struct = f"{_STATUS}.{field}"
    return Text(
        f"{struct}.date",
        DATES,
        tidy=str,
        attributes={"type": (f"{struct}.type", _DATE_TYPES)},
    )


def _day(field: str) -> Text:
    return Text(f"{_STATUS}.{field}", DATES)


def _flag(field: str) -> Text:
    return Text(field, YES_OR_NO)


def _read_download_date(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    text = reading.text_of(element, path) or ""
    date = DATES[text.removeprefix(_PROCESSED)] if text.startswith(_PROCESSED) else None
    if date is None:
        reading.element_aside(element, path, NOT_READ)
    else:
        values[f"{_MISCELLANEOUS}.version_holder"] = date


def _age(field: str) -> By:
    def read(reading: Reading, element: etree._Element, values: dict[str, Any], path: Path) -> None:
        if element.text in ("N/A", "None"):
            reading.element_aside(element, path, NO_LIMIT)
        elif (text := reading.text_of(element, path)) is not None:
            reading.set(element, f"{_ELIGIBILITY}.{field}", text, values, path)

    return By(read)


def _read_country(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Leave out a country of the locations; set any other aside."""
    found = reading.once.get("countries")
    if found is None:  # not for each country anew: a document may have many of both
        locations = values.get(f"{_CONTACTS}.locations", ())
        found = reading.once["countries"] = {location.country for location in locations}
    if len(element) or element.items() or element.text not in found:
        reading.element_aside(element, path, NOT_A_PLACE)


_DOCUMENT_ADDRESS = re.compile(
    r"https://ClinicalTrials\.gov/ProvidedDocs/([0-9]{2})/(NCT[0-9]{6}\1)/([^/]+)"
)


def _read_document_address(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read the name of a document's file from its address, whose rest the NCT number says."""
    text = reading.text_of(element, path) or ""
    match = _DOCUMENT_ADDRESS.fullmatch(text)
    if match is None:
        reading.element_aside(element, path, NOT_READ)
    else:
        reading.set(element, "filename", match[3], values, path)


def _unposted(kind: str) -> By:
    """Say that an element is one event before results are posted."""

    def read(reading: Reading, element: etree._Element, values: dict[str, Any], path: Path) -> None:
        text = reading.text_of(element, path)
        if text is None:
            return
        date = DATES[text]
        events = values.setdefault(
            "annotation_section.annotation_module.unposted_annotation.unposted_events", []
        )
        if date is not None:
            events.append(UnpostedEvent(type=kind, date=date))
        elif text == "Unknown":
            events.append(UnpostedEvent(type=kind, date_unknown=True))
        else:
            reading.element_aside(element, path, NOT_READ)

    return By(read)


def _reference(kind: str | None) -> Part:
    def finish(reading: Reading, values: dict[str, Any], path: Path) -> Reference:
        return Reference(type=kind, **values)

    return parts(
        f"{_REFERENCES}.references",
        Shape(Reference, {"citation": Text("citation"), "PMID": Text("pmid")}, finish=finish),
    )


def _outcome(kind: str) -> Part:
    return parts(
        f"{_OUTCOMES}.{kind}_outcomes",
        Shape(
            Outcome,
            {
                "measure": Text("measure"),
                "time_frame": Text("time_frame"),
                "description": Text("description"),
                "safety_issue": Aside(
                    "the registry no longer keeps whether an outcome is of safety"
                ),
            },
        ),
    )


_SPONSOR = Shape(Sponsor, {"agency": Text("name"), "agency_class": Text("class_", _AGENCIES)})

_ARM = Shape(
    ArmGroup,
    {
        "arm_group_label": Text("label"),
        "arm_group_type": Text("type", labels("ArmGroupType")),
        "description": Text("description"),
    },
)

_INTERVENTION = Shape(
    Intervention,
    {
        "intervention_type": Text("type", labels("InterventionType")),
        "intervention_name": Text("name"),
        "description": Text("description"),
        "arm_group_label": Texts("arm_group_labels"),
        "other_name": Texts("other_names"),
    },
)

_SHARED = Shape(
    AvailIpd,
    {
        "doc_id": Text("id"),
        "doc_type": Text("type"),
        "doc_url": Text("url"),
        "doc_comment": Text("comment"),
    },
)

_DOCUMENT = Shape(
    LargeDoc,
    {
        "document_type": Text("label"),
        "document_has_protocol": _flag("has_protocol"),
        "document_has_icf": _flag("has_icf"),
        "document_has_sap": _flag("has_sap"),
        "document_date": Text("date", DATES),
        "document_url": By(_read_document_address),
    },
)


def _terms(field: str) -> Within:
    return Within({"mesh_term": wrapped(f"derived_section.{field}.meshes", Mesh, "term")})


_HEAD: Mapping[str, Action] = {
    "required_header": Within(
        {
            "download_date": By(_read_download_date),
            "link_text": Said("Link to the current ClinicalTrials.gov record."),
            "url": Aside(OF_THE_DOWNLOAD),
        }
    ),
    "id_info": Within(
        {
            "org_study_id": Text(f"{_IDENTIFICATION}.org_study_id_info.id"),
            "secondary_id": wrapped(f"{_IDENTIFICATION}.secondary_id_infos", SecondaryIdInfo, "id"),
            "nct_id": Text(f"{_IDENTIFICATION}.nct_id"),
            "nct_alias": Texts(f"{_IDENTIFICATION}.nct_id_aliases"),
        }
    ),
    "brief_title": Text(f"{_IDENTIFICATION}.brief_title"),
    "acronym": Text(f"{_IDENTIFICATION}.acronym"),
    "official_title": Text(f"{_IDENTIFICATION}.official_title"),
    "source": Text(f"{_IDENTIFICATION}.organization.full_name"),
    "sponsors": Within(
        {
            "lead_sponsor": Part(f"{_SPONSORS}.lead_sponsor", _SPONSOR),
            "collaborator": parts(f"{_SPONSORS}.collaborators", _SPONSOR),
        }
    ),
    "responsible_party": Within(
        {
            "name_title": Text(f"{_PARTY}.old_name_title"),
            "organization": Text(f"{_PARTY}.old_organization"),
            "responsible_party_type": Text(f"{_PARTY}.type", labels("ResponsiblePartyType")),
            "investigator_affiliation": Text(f"{_PARTY}.investigator_affiliation"),
            "investigator_full_name": Text(f"{_PARTY}.investigator_full_name"),
            "investigator_title": Text(f"{_PARTY}.investigator_title"),
        }
    ),
    "oversight_info": Within(
        {
            "authority": Aside(NO_LONGER_KEPT),
            "has_dmc": _flag(f"{_OVERSIGHT}.oversight_has_dmc"),
            "is_fda_regulated_drug": _flag(f"{_OVERSIGHT}.is_fda_regulated_drug"),
            "is_fda_regulated_device": _flag(f"{_OVERSIGHT}.is_fda_regulated_device"),
            "is_unapproved_device": _flag(f"{_OVERSIGHT}.is_unapproved_device"),
            "is_ppsd": _flag(f"{_OVERSIGHT}.is_ppsd"),
            "is_us_export": _flag(f"{_OVERSIGHT}.is_us_export"),
        }
    ),
    "is_fda_regulated": Aside(NO_LONGER_KEPT),
    "is_section_801": Aside(NO_LONGER_KEPT),
    "brief_summary": _block(f"{_PROTOCOL}.description_module.brief_summary"),
    "detailed_description": _block(f"{_PROTOCOL}.description_module.detailed_description"),
    "condition": Texts(f"{_PROTOCOL}.conditions_module.conditions"),
    "keyword": Texts(f"{_PROTOCOL}.conditions_module.keywords"),
}

_DATES: Mapping[str, Action] = {
    "verification_date": _day("status_verified_date"),
    "overall_status": Text(f"{_STATUS}.overall_status", labels("Status")),
    "last_known_status": Text(f"{_STATUS}.last_known_status", labels("Status")),
    "why_stopped": Text(f"{_STATUS}.why_stopped", tidy=without_layout),
    "has_expanded_access": _flag(f"{_STATUS}.expanded_access_info.has_expanded_access"),
    "start_date": _date("start_date_struct"),
    "primary_completion_date": _date("primary_completion_date_struct"),
    "completion_date": _date("completion_date_struct"),
    "study_first_submitted": _day("study_first_submit_date"),
    "study_first_submitted_qc": _day("study_first_submit_qc_date"),
    "study_first_posted": _date("study_first_post_date_struct"),
    "results_first_submitted": _day("results_first_submit_date"),
    "results_first_submitted_qc": _day("results_first_submit_qc_date"),
    "results_first_posted": _date("results_first_post_date_struct"),
    "disposition_first_submitted": _day("disp_first_submit_date"),
    "disposition_first_submitted_qc": _day("disp_first_submit_qc_date"),
    "disposition_first_posted": _date("disp_first_post_date_struct"),
    "last_update_submitted": _day("last_update_submit_date"),
    "last_update_submitted_qc": Aside(NO_QC_DATE),
    "last_update_posted": _date("last_update_post_date_struct"),
    # the names of these four dates until 2018
    "firstreceived_date": _day("study_first_submit_date"),
    "firstreceived_results_date": _day("results_first_submit_date"),
    "firstreceived_results_disposition_date": _day("disp_first_submit_date"),
    "lastchanged_date": _day("last_update_submit_date"),
    "pending_results": Within(
        {
            "submitted": _unposted("RELEASE"),
            "returned": _unposted("RESET"),
            "submission_canceled": _unposted("UNRELEASE"),
        }
    ),
}

_PLAN: Mapping[str, Action] = {
    "phase": By(read_phase),
    "study_type": By(read_study_type),
    "expanded_access_info": Within(
        {
            f"expanded_access_type_{kind}": _flag(f"{_DESIGN}.expanded_access_types.{kind}")
            for kind in ("individual", "intermediate", "treatment")
        }
    ),
    "study_design": By(read_design),
    "study_design_info": Within(
        {
            "allocation": Text(f"{_DESIGN}.design_info.allocation", labels("DesignAllocation")),
            "intervention_model": Text(
                f"{_DESIGN}.design_info.intervention_model", labels("InterventionalAssignment")
            ),
            "intervention_model_description": Text(
                f"{_DESIGN}.design_info.intervention_model_description"
            ),
            "primary_purpose": Text(
                f"{_DESIGN}.design_info.primary_purpose", labels("PrimaryPurpose")
            ),
            "observational_model": Text(
                f"{_DESIGN}.design_info.observational_model", labels("ObservationalModel")
            ),
            "time_perspective": Text(
                f"{_DESIGN}.design_info.time_perspective", labels("DesignTimePerspective")
            ),
            "masking": By(read_masking),
            "masking_description": Text(f"{_DESIGN}.design_info.masking_info.masking_description"),
        }
    ),
    "target_duration": Text(f"{_DESIGN}.target_duration"),
    "number_of_arms": By(read_arm_counts),
    "number_of_groups": By(read_arm_counts),
    "enrollment": Text(
        f"{_DESIGN}.enrollment_info.count",
        WHOLE_NUMBERS,
        tidy=str,
        attributes={
            "type": (
                f"{_DESIGN}.enrollment_info.type",
                labels("EnrollmentType", {"Anticipated": "ESTIMATED"}),
            )
        },
    ),
    "biospec_retention": Text(f"{_DESIGN}.bio_spec.retention", labels("BioSpecRetention")),
    "biospec_descr": _block(f"{_DESIGN}.bio_spec.description"),
    "arm_group": parts(f"{_ARMS}.arm_groups", _ARM),
    "intervention": parts(f"{_ARMS}.interventions", _INTERVENTION),
    "primary_outcome": _outcome("primary"),
    "secondary_outcome": _outcome("secondary"),
    "other_outcome": _outcome("other"),
    "eligibility": Within(
        {
            "study_pop": _block(f"{_ELIGIBILITY}.study_population"),
            "sampling_method": Text(f"{_ELIGIBILITY}.sampling_method", labels("SamplingMethod")),
            "criteria": _block(f"{_ELIGIBILITY}.eligibility_criteria"),
            "gender": Text(f"{_ELIGIBILITY}.sex", labels("Sex", {"Both": "ALL"})),
            "gender_based": _flag(f"{_ELIGIBILITY}.gender_based"),
            "gender_description": Text(f"{_ELIGIBILITY}.gender_description"),
            "minimum_age": _age("minimum_age"),
            "maximum_age": _age("maximum_age"),
            "healthy_volunteers": Text(f"{_ELIGIBILITY}.healthy_volunteers", _HEALTHY_VOLUNTEERS),
        }
    ),
}

_REST: Mapping[str, Action] = {
    "overall_official": parts(f"{_CONTACTS}.overall_officials", OFFICIAL),
    "overall_contact": parts(f"{_CONTACTS}.central_contacts", CONTACT),
    "overall_contact_backup": parts(f"{_CONTACTS}.central_contacts", CONTACT),
    "location": parts(f"{_CONTACTS}.locations", LOCATION),
    "location_countries": Within({"country": By(_read_country)}),
    "removed_countries": Within({"country": Texts(f"{_MISCELLANEOUS}.removed_countries")}),
    "link": parts(
        f"{_REFERENCES}.see_also_links",
        Shape(SeeAlsoLink, {"url": Text("url"), "description": Text("label")}),
    ),
    "reference": _reference(None),
    "results_reference": _reference("RESULT"),
    "condition_browse": _terms("condition_browse_module"),
    "intervention_browse": _terms("intervention_browse_module"),
    "patient_data": Within(
        {
            "sharing_ipd": Text(f"{_SHARING}.ipd_sharing", labels("IpdSharing")),
            "ipd_description": Text(f"{_SHARING}.description"),
            "ipd_info_type": Texts(f"{_SHARING}.info_types", labels("IpdSharingInfoType")),
            "ipd_time_frame": Text(f"{_SHARING}.time_frame"),
            "ipd_access_criteria": Text(f"{_SHARING}.access_criteria"),
            "ipd_url": Text(f"{_SHARING}.url"),
        }
    ),
    "study_docs": Within({"study_doc": parts(f"{_REFERENCES}.avail_ipds", _SHARED)}),
    "provided_document_section": Within(
        {"provided_document": parts("document_section.large_document_module.large_docs", _DOCUMENT)}
    ),
}

PROTOCOL: Mapping[str, Action] = {**_HEAD, **_DATES, **_PLAN, **_REST}
"""What becomes of each child of a study but its results; fields are those of the whole record."""
