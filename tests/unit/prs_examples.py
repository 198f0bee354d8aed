"""Small documents of the registry's upload, made for the tests."""

import io

from topline.formats.document import Document
from topline.formats.prs_xml import FORMAT, losses
from topline.formats.source import Source
from topline.record.protocol import (
    IdentificationModule,
    Organization,
    OrgStudyIdInfo,
    ProtocolSection,
)
from topline.record.results import (
    MeasureGroup,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ResultsSection,
)
from topline.record.study import Study

RESULT = '<rrs:result xmlns:rrs="http://clinicaltrials.gov/rrs">{}</rrs:result>'
COLLECTION = (
    '<prs:study_collection xmlns:prs="http://clinicaltrials.gov/prs">{}</prs:study_collection>'
)


def result(inside: str) -> str:
    """Results alone."""
    return RESULT.format(inside)


def events(inside: str) -> str:
    return result(f"<outcomeMeasures/><reportedEvents>{inside}</reportedEvents>")


def outcome(inside: str) -> str:
    return result(f"<outcomeMeasures><outcomeMeasure>{inside}</outcomeMeasure></outcomeMeasures>")


def study_element(inside: str, number: str = "A-1") -> str:
    return (
        f"<clinical_study><id_info><org_name>Unit</org_name><org_study_id>{number}</org_study_id></id_info>"
        f"{inside}</clinical_study>"
    )


def collection(*studies: str) -> str:
    return COLLECTION.format("".join(studies))


def read(document: str | bytes) -> Document:
    data = document.encode() if isinstance(document, str) else document
    assert FORMAT.read is not None
    (found,) = FORMAT.read(Source("made.xml", io.BytesIO(data)))
    return found


def written(document: Document) -> str:
    stream = io.BytesIO()
    assert FORMAT.write is not None
    FORMAT.write([document], stream)
    return stream.getvalue().decode()


def record(number: str | None = "A-1", nct_id: str | None = None, **modules: object) -> Document:
    """A record with some modules."""
    info = None if number is None else OrgStudyIdInfo(id=number)
    identification = IdentificationModule(
        nct_id=nct_id, org_study_id_info=info, organization=Organization(full_name="Trials Unit")
    )
    return Document(
        study=Study(
            protocol_section=ProtocolSection(identification_module=identification),
            results_section=ResultsSection(**modules),  # type: ignore[arg-type]  # a test names modules by keyword
        ),
        format="api-json",
        place="record.json",
    )


def section(document: Document) -> ResultsSection:
    assert document.study.results_section is not None
    return document.study.results_section


def one_outcome(document: Document) -> OutcomeMeasure:
    module = section(document).outcome_measures_module
    assert module is not None
    assert module.outcome_measures is not None
    return module.outcome_measures[0]


def outcome_record(**fields: object) -> Document:
    groups = (MeasureGroup(id="OG000", title="A"), MeasureGroup(id="OG001", title="B"))
    measure = OutcomeMeasure(**{"groups": groups, **fields})  # type: ignore[arg-type]  # fields by keyword
    return record(outcome_measures_module=OutcomeMeasuresModule(outcome_measures=(measure,)))


def lost(document: Document) -> dict[str, str]:
    return {one.address.rpartition("Module")[2]: one.reason for one in losses(document)}


def lines(document: Document) -> list[str]:
    return [line.strip() for line in written(document).splitlines()]
