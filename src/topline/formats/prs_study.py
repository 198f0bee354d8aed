"""A study in the registry's upload: what identifies it, its results, and its registration as it stands.

The registration is not read into the record, but for numbers and titles: it is kept as XML and written again.
``partialUpload``, on the results, and ``partial_upload``, on the study, tell the registry what to do with what an
upload omits. The first is the writer's decision and never a document's: see ``prs_xml``.
"""

from collections.abc import Iterable

import msgspec
from lxml import etree

from topline.errors import DocumentError
from topline.formats.document import SetAside
from topline.formats.prs_baseline import read_baseline, write_baseline
from topline.formats.prs_elements import (
    Element,
    Reading,
    Writing,
    add,
    children,
    read_xml_text,
    text,
)
from topline.formats.prs_events import read_events, write_events
from topline.formats.prs_flow import read_flow, write_flow
from topline.formats.prs_groups import number_groups
from topline.formats.prs_more import read_more, write_agreement_and_limitations, write_contact
from topline.formats.prs_outcomes import read_outcomes, write_outcomes
from topline.record.protocol import IdentificationModule, OrgStudyIdInfo, ProtocolSection
from topline.record.results import ResultsSection
from topline.record.study import Study

STUDY_NAMESPACE = "http://clinicaltrials.gov/prs"
RESULTS_NAMESPACE = "http://clinicaltrials.gov/rrs"
RESULT = f"{{{RESULTS_NAMESPACE}}}result"
DISPOSITION = f"{{{RESULTS_NAMESPACE}}}resultDisposition"

PROTOCOL = "/protocolSection"
IDENTIFICATION = "/protocolSection/identificationModule"
KEPT_AS_IT_STANDS = "the registration is not read from this format, but kept as it stands"
PARTIAL_STUDY = "partial_upload"

_RESULT = (
    "baseline",
    "certainAgreement",
    "limitationsAndCaveats",
    "outcomeMeasures",
    "participantFlow",
    "pointOfContact",
    "reportedEvents",
)
_BEFORE_NUMBER = ("provider_name", "provider_study_id", "org_name")


def read_study(element: Element, reading: Reading, place: str) -> Study:
    """Read a ``clinical_study``, with its registration set aside."""
    results: list[Element] = []
    protocol: Element | None = None
    titles: dict[str, str | None] = {}
    if (partial := element.get(PARTIAL_STUDY)) is not None:
        reading.keep_text("", PARTIAL_STUDY, partial, "it says what an upload does, not what is so")
    for child in element:
        name = etree.QName(child).localname
        if child.tag == RESULT:
            results.append(child)
        elif name == "result":
            raise wrong_namespace(child, place)
        elif name == "id_info" and protocol is None:
            protocol = child
        elif child.tag == DISPOSITION:
            reading.keep("", child, KEPT_AS_IT_STANDS)
        else:
            titles.setdefault(name, text(child))
            reading.keep(PROTOCOL, child, KEPT_AS_IT_STANDS)
    if len(results) > 1:
        raise DocumentError(
            "the study has more than one result",
            where=f"{place}, line {results[1].sourceline}",
            accepted="one element result in a clinical_study",
        )
    section = read_result(results[0], reading, place) if results else None
    return Study(
        protocol_section=_read_protocol(protocol, titles, reading),
        results_section=section,
        has_results=None if section is None else True,
    )


def read_result(element: Element, reading: Reading, place: str) -> ResultsSection | None:
    """Read the results of a study; ``None`` if they say nothing."""
    known = len(reading.elements)
    section = _read_section(element, reading)
    # An element in a namespace has none of the names that are read, so that it, or what holds it, was set aside.
    if any(_is_in_namespace(below) for one in reading.elements[known:] for below in one.iter()):
        _refuse_namespaces(element, place)
    return section


def _is_in_namespace(element: Element) -> bool:
    return str(element.tag).startswith("{")


def _refuse_namespaces(element: Element, place: str) -> None:
    """Name the first element within results that is in a namespace."""
    for below in element.iterdescendants():
        if _is_in_namespace(below):
            name = etree.QName(below)
            raise DocumentError(
                f"{name.localname[:100]} stands in the namespace {str(name.namespace)[:200]}",
                where=f"{place}, line {below.sourceline}",
                accepted="elements within result that are in no namespace",
                advice='leave out xmlns="…", and write rrs:result with its prefix',
            )


def _read_section(element: Element, reading: Reading) -> ResultsSection | None:
    found = children(element, _RESULT, "/resultsSection", reading)
    section = ResultsSection(
        participant_flow_module=read_flow(found.get("participantFlow"), reading),
        baseline_characteristics_module=read_baseline(found.get("baseline"), reading),
        outcome_measures_module=read_outcomes(found.get("outcomeMeasures"), reading),
        adverse_events_module=read_events(found.get("reportedEvents"), reading),
        more_info_module=read_more(found, reading),
    )
    return None if section == ResultsSection() else section


def wrong_namespace(element: Element, place: str) -> DocumentError:
    """Make the error of an element that has the right name in the wrong namespace."""
    name = etree.QName(element)
    namespace = name.namespace[:200] if name.namespace else "no namespace"
    return DocumentError(
        f"{name.localname[:100]} stands in {namespace}",
        where=f"{place}, line {element.sourceline}",
        accepted=f"study_collection in {STUDY_NAMESPACE} with clinical_study in no namespace, "
        f"and result in {RESULTS_NAMESPACE}",
        advice="check that the document is an upload or download of the registry's PRS",
    )


def study_with_ids(study: Study) -> Study:
    """Return the study with groups whose ids can be written: see ``number_groups``."""
    section = study.results_section
    if section is None:
        return study
    changed: dict[str, object] = {}
    for name, letter in (
        ("participant_flow_module", "F"),
        ("baseline_characteristics_module", "B"),
        ("adverse_events_module", "E"),
    ):
        module = getattr(section, name)
        if module is not None:
            changed[name] = number_groups(module, letter)
    outcomes = section.outcome_measures_module
    if outcomes is not None and outcomes.outcome_measures is not None:
        measures = tuple(number_groups(measure, "O") for measure in outcomes.outcome_measures)
        if any(a is not b for a, b in zip(measures, outcomes.outcome_measures, strict=True)):
            changed["outcome_measures_module"] = msgspec.structs.replace(
                outcomes, outcome_measures=measures
            )
    if all(changed[name] is getattr(section, name) for name in changed):
        return study
    return msgspec.structs.replace(
        study, results_section=msgspec.structs.replace(section, **changed)
    )


def write_study(parent: Element, study: Study, writing: Writing, *, partial: bool) -> None:
    """Write a ``clinical_study``: a study that was not read from this format touches no registration."""
    element = add(parent, "clinical_study")
    written_before = writing.take("", PARTIAL_STUDY)
    kept = [read_xml_text(item.value) for item in writing.take(PROTOCOL)]
    if written_before or not kept:
        element.set(PARTIAL_STUDY, written_before[0].value if written_before else "true")
    _write_identification(element, study, writing)
    for one in kept:
        if one is not None:
            element.append(one)
    if study.results_section is not None:
        element.append(write_result(study.results_section, writing, partial=partial))
    for item in writing.take("", "resultDisposition"):
        disposition = read_xml_text(item.value)
        if disposition is not None:
            element.append(disposition)


def write_result(section: ResultsSection, writing: Writing, *, partial: bool) -> Element:
    """Write results as ``rrs:result``, in the order of the schema."""
    element = etree.Element(RESULT, nsmap={"rrs": RESULTS_NAMESPACE})
    if partial:
        element.set("partialUpload", "true")
    write_baseline(element, section.baseline_characteristics_module, writing)
    write_agreement_and_limitations(element, section.more_info_module, writing)
    write_outcomes(element, section.outcome_measures_module, writing)
    write_flow(element, section.participant_flow_module, writing)
    write_contact(element, section.more_info_module)
    write_events(element, section.adverse_events_module, writing)
    return element


def organization_id(study: Study) -> str | None:
    """Return the organization's own number of a study."""
    info = study.identification.org_study_id_info
    return info.id if info is not None and info.id is not None and info.id.strip() else None


def _read_protocol(
    element: Element | None, titles: dict[str, str | None], reading: Reading
) -> ProtocolSection | None:
    own = nct_id = None
    for child in element if element is not None else ():
        name = etree.QName(child).localname
        if name == "org_study_id" and own is None:
            own = text(child)
        else:
            reading.keep(IDENTIFICATION, child, KEPT_AS_IT_STANDS)
            nct_id = text(child) if name == "nct_id" and nct_id is None else nct_id
    module = IdentificationModule(
        nct_id=None if nct_id is None else nct_id.strip(),
        org_study_id_info=None if own is None else OrgStudyIdInfo(id=own),
        brief_title=titles.get("brief_title"),
        official_title=titles.get("official_title"),
        acronym=titles.get("acronym"),
    )
    empty = module == IdentificationModule()
    return None if empty else ProtocolSection(identification_module=module)


def _write_identification(parent: Element, study: Study, writing: Writing) -> None:
    element = add(parent, "id_info")
    kept = writing.take(IDENTIFICATION)
    if any(item.field == "org_name" for item in kept):
        _append(element, kept, _BEFORE_NUMBER)
    else:
        organization = study.identification.organization
        add(element, "org_name", organization.full_name if organization is not None else None)
    add(element, "org_study_id", organization_id(study))
    _append(element, [item for item in kept if item.field not in _BEFORE_NUMBER], None)


def _append(element: Element, items: Iterable[SetAside], names: tuple[str, ...] | None) -> None:
    for item in items:
        child = read_xml_text(item.value) if names is None or item.field in names else None
        if child is not None:
            element.append(child)
