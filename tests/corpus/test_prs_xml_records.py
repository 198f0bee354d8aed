"""Every real record as the registry's upload and back: valid against its schemas, and no cell lost."""

import io
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree
from tests.corpus.pilot_trial import PilotTrial

from topline.analysis import references
from topline.analysis.build import build
from topline.analysis.methods import vocabulary
from topline.formats.document import Document
from topline.formats.prs_xml import FORMAT, losses, write_into, write_replacing
from topline.formats.read_back import leaves, not_given_back
from topline.formats.registry import read_document, read_documents
from topline.formats.source import Source
from topline.record.addresses import replace_at
from topline.record.cells import cells
from topline.record.study import Study
from topline.trial.library import Library
from topline.trial.specification_reading import read_specification

pytestmark = pytest.mark.corpus

RECORDS, CELLS = 376, 530_464
KEPT = frozenset(FORMAT.keeps)
ANALYSES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/*/analyses"
HCC = Path(__file__).parents[2] / "examples" / "hcc"

EXAMPLES = {
    "SAS_table_ct_gov.xml": 517,
    "SAS_table_ct_gov_safety.xml": 517,
    "inst_extdata_1234.xml": 0,
    "inst_extdata_ct_safety_upload.xml": 487,
    "tests_testthat_bak_study_file.xml": 517,
    "tests_testthat_ct.xml": 487,
    "tests_testthat_reference_table_ct.xml": 517,
    "tests_testthat_study_file.xml": 517,
    "tests_testthat_table_ct.xml": 517,
}
"""Each example with its numbers: 84 or 52 rows of events in 2 or 3 groups, totals and the threshold."""


@pytest.fixture(scope="module")
def schemas(corpus: Path) -> dict[str, etree.XMLSchema]:
    folder = corpus / "schemas" / "prs"
    return {
        root: etree.XMLSchema(etree.parse(folder / name))
        for root, name in (
            ("study_collection", "ProtocolRecordSchema.xsd"),
            ("result", "RRSUploadSchema.xsd"),
        )
    }


def assert_valid(
    data: bytes, schemas: dict[str, etree.XMLSchema], results_alone: bool = True
) -> None:
    """Hold a document to its schema, and its ids and references to each other, which lxml leaves open."""
    root = etree.fromstring(data)
    schemas[etree.QName(root).localname].assertValid(root)
    ids = Counter(element.get("id") for element in root.iter("{*}*") if element.get("id"))
    assert max(ids.values(), default=1) == 1
    for name in ("reportingGroupId", "outcomeReportingGroupId"):
        assert {element.text for element in root.iter(name)} <= ids.keys()
    if results_alone and root.tag != "{http://clinicaltrials.gov/rrs}result":
        (result,) = root.iter("{http://clinicaltrials.gov/rrs}result")
        schemas["result"].assertValid(etree.fromstring(etree.tostring(result, with_tail=False)))


def written(document: Document) -> bytes:
    assert FORMAT.write is not None
    stream = io.BytesIO()
    FORMAT.write([document], stream)
    return stream.getvalue()


def read_back(data: bytes, name: str) -> Document:
    assert FORMAT.read is not None
    (document,) = FORMAT.read(Source(name, io.BytesIO(data)))
    return document


def numbers(study: Study) -> dict[str, str]:
    return {cell.address: cell.text for cell in cells(study)}


def test_no_cell_of_any_record_is_lost(corpus: Path, schemas: dict[str, etree.XMLSchema]) -> None:
    files = sorted((corpus / "records/v2").glob("*.json"))
    assert len(files) == RECORDS
    cells_in = cells_out = 0
    no_element: Counter[str] = Counter()
    lost: list[str] = []
    for file in files:
        document = read_document(file)
        data = written(document)
        assert b' partialUpload="true">' in data
        # The schema of a study imports that of results; the latter alone is held to some.
        assert_valid(data, schemas, results_alone=cells_in % 8 == 0)
        back = read_back(data, file.name).study
        posted = numbers(document.study)
        cells_in += len(posted)
        if back.results_section == document.study.results_section:
            cells_out += len(posted)
            continue
        found = numbers(back)
        cells_out += len(found)
        lost += [
            f"{file.name} {address}" for address in posted if found.get(address) != posted[address]
        ]
        no_element.update(
            pattern
            for _, pattern, _ in leaves(document.study)
            if pattern.startswith("/resultsSection/") and pattern not in KEPT
        )
        # Nor is a text of those that the format keeps.
        lost += [
            f"{file.name} {one.address}: {one.reason}"
            for one in not_given_back(document.study, back, KEPT, {})
        ]
    assert lost == []
    # The only text of real results that the schema has no element for: the type of test says the same.
    assert no_element == {f"{ANALYSES}/*/testedNonInferiority": 823}
    assert (cells_in, cells_out) == (CELLS, CELLS)


def test_what_is_reported_of_real_records_is_what_was_found(corpus: Path) -> None:
    for file in sorted((corpus / "records/v2").glob("*.json"))[::25]:
        for one in losses(read_document(file)):
            assert one.address.endswith("/testedNonInferiority"), (file.name, one)


def test_the_whole_corpus_in_one_document_is_valid(
    corpus: Path, schemas: dict[str, etree.XMLSchema]
) -> None:
    files = sorted((corpus / "records/v2").glob("*.json"))[:20]
    stream = io.BytesIO()
    write_replacing((read_document(file) for file in files), stream)
    assert b"partialUpload" not in stream.getvalue()
    assert_valid(stream.getvalue(), schemas, results_alone=False)
    assert FORMAT.read is not None
    stream.seek(0)
    back = [numbers(one.study) for one in FORMAT.read(Source("made", stream))]
    assert back == [numbers(read_document(file).study) for file in files]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_read_whole_and_written_again(
    corpus: Path, schemas: dict[str, etree.XMLSchema], name: str
) -> None:
    file = corpus / "upload_xml" / "prs" / name
    (document,) = read_documents(file)
    assert len(numbers(document.study)) == EXAMPLES[name]
    assert list(losses(document)) == []
    data = written(document)
    assert_valid(data, schemas)
    # Every text of the example is in the document again, but for the ids of groups and two spellings.
    again = Counter(_texts(etree.fromstring(data)))
    missing = Counter(_texts(etree.parse(file).getroot())) - again
    assert {(tag, text) for tag, text in missing if tag not in ("reportingGroupId",)} <= {
        ("assessmentType", "Non-Systematic Assessment"),
        ("organSystemName", "General disorders and administration site conditions"),
    }


@pytest.mark.parametrize("name", [name for name in EXAMPLES if "safety" not in name])
def test_real_results_go_into_every_downloaded_example(
    corpus: Path, schemas: dict[str, etree.XMLSchema], name: str
) -> None:
    study = read_document(corpus / "records" / "v2" / "NCT02070991.json").study
    study = replace_at(study, "/protocolSection/identificationModule/orgStudyIdInfo/id", "1234")
    before = (corpus / "upload_xml" / "prs" / name).read_bytes()
    stream = io.BytesIO()
    document = Document(study=study, format="api-json", place="record")
    write_into(document, Source(name, io.BytesIO(before)), stream, partial=True)
    after = stream.getvalue()
    assert_valid(after, schemas)
    start, stop = before.index(b"<rrs:result "), before.index(b"</rrs:result>") + 13
    assert after.startswith(before[:start] + b"<rrs:result ")
    assert after.endswith(b"</rrs:result>" + before[stop:])
    assert read_back(after, name).study.results_section == study.results_section


def _texts(root: etree._Element) -> list[tuple[str, str]]:
    return [
        (etree.QName(element).localname, element.text.strip())
        for element in root.iter("{*}*")
        if len(element) == 0 and element.text is not None and element.text.strip()
    ]


def test_the_bundled_example_is_written_whole(schemas: dict[str, etree.XMLSchema]) -> None:
    reading = read_specification(HCC / "study.yaml", vocabulary())
    library = Library(HCC / "adam")
    reading.raise_problems(references.check(reading, library))
    assert_comes_back(build(reading.specification, library).study, schemas)


def test_the_record_of_the_real_trial_is_written_whole(
    corpus: Path, schemas: dict[str, etree.XMLSchema], tmp_path: Path
) -> None:
    pilot = PilotTrial(corpus / "trials" / "cdiscpilot01", tmp_path)
    assert_comes_back(pilot.posted.study, schemas)


def assert_comes_back(study: Study, schemas: dict[str, etree.XMLSchema]) -> None:
    document = Document(study=study, format="api-json", place="built")
    assert list(losses(document)) == []
    data = written(document)
    assert_valid(data, schemas)
    back = read_back(data, "built").study
    assert numbers(back) == numbers(study)
    assert len(numbers(study)) > 100
    assert back.results_section == study.results_section
