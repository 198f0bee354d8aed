"""Every posted record with adverse events as EudraCT's XML, and every example of that XML read and written.

The counts of the run are asserted as they were found; what is lost is named cell by cell.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lxml import etree
from tests.conversion.answering import answered

from topline.formats import api_json, eudract_xml
from topline.formats.document import Document
from topline.formats.eudract_tree import NAMESPACE
from topline.formats.source import Source
from topline.record.addresses import pattern_of
from topline.record.cells import cells
from topline.record.results import EventGroup, ResultsSection
from topline.record.study import Study

pytestmark = pytest.mark.corpus

EXAMPLES = "upload_xml/eudract"
RECORDS = "records/v2"


@pytest.fixture(scope="module")
def schema(corpus: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(corpus / "schemas/eudract/adverseEvents.xsd"))


def read(data: bytes, place: str = "made") -> Document:
    (document,) = eudract_xml.read(Source(place, io.BytesIO(data)))
    return document


def written(document: Document) -> bytes:
    stream = io.BytesIO()
    eudract_xml.write([document], stream)
    return stream.getvalue()


def texts(root: etree._Element) -> Counter[tuple[str, str]]:
    """Count the texts of a document by their element, and the attributes."""
    found = Counter(
        (str(element.tag), element.text.strip())
        for element in root.iter(etree.Element)
        if element.text and element.text.strip()
    )
    for element in root.iter(etree.Element):
        found.update(
            (str(name), str(value)) for name, value in element.attrib.items() if name != _NIL
        )
    return found


_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class TestExamples:
    def examples(self, corpus: Path) -> list[Path]:
        found = sorted((corpus / EXAMPLES).glob("*.xml"))
        assert len(found) == 5
        return [*found, corpus / "trials/eudract-safety/table_eudract.xml"]

    def test_reading_writing_and_reading_is_the_identity(self, corpus: Path) -> None:
        for path in self.examples(corpus):
            document = read(path.read_bytes())
            assert document.set_aside
            assert read(written(document)) == document, path.name

    def test_no_text_of_a_document_is_lost(self, corpus: Path) -> None:
        for path in self.examples(corpus):
            data = path.read_bytes()
            again = written(read(data))
            assert texts(etree.fromstring(again)) == texts(etree.fromstring(data)), path.name

    def test_what_is_written_is_valid(self, corpus: Path, schema: etree.XMLSchema) -> None:
        valid = 0
        for path in self.examples(corpus):
            root = etree.fromstring(written(read(path.read_bytes())))
            section = root.find("adverseEvents")
            if section is not None:  # within a full result set it has another name
                section.tag = f"{{{NAMESPACE}}}adverseEvents"
                root = etree.fromstring(etree.tostring(section))
            schema.assertValid(root)
            valid += 1
        assert valid == 6

    def test_the_totals_that_cannot_be_are_the_files_own(self, corpus: Path) -> None:
        # A total of participants is at least that of its largest term and at most the sum of all.
        impossible = [
            (path.name, group.title, group.other_num_affected, most)
            for path in self.examples(corpus)
            for group, most in _groups_with_sums(read(path.read_bytes()).study)
            if (group.other_num_affected or 0) > most
        ]
        assert impossible == IMPOSSIBLE


# These two list 14 terms above a threshold and count the participants of all terms in the total.
IMPOSSIBLE = [
    ("inst_extdata_safety__upload.xml", "Experimental", 24, 9),
    ("sample_output.xml", "Experimental", 24, 9),
]


def _groups_with_sums(study: Study) -> Iterator[tuple[EventGroup, int]]:
    assert study.results_section is not None
    module = study.results_section.adverse_events_module
    assert module is not None
    for position, group in enumerate(module.event_groups or ()):
        numbers = [
            (event.stats or ())[position].num_affected for event in module.other_events or ()
        ]
        yield group, sum(number or 0 for number in numbers)


@dataclass
class Account:
    """What a run over all records found."""

    files: int = 0
    valid: int = 0
    asked: int = 0
    cells_in: int = 0
    cells_out: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    where: list[tuple[str, str, str, str | None]] = field(default_factory=list)


@pytest.fixture(scope="module")
def account(corpus: Path, schema: etree.XMLSchema) -> Account:
    found = Account()
    for path in sorted((corpus / RECORDS).glob("*.json")):
        document = api_json.decode(path.read_bytes(), place=path.name)
        before = numbers(document.study)
        results = document.study.results_section
        if results is None or results.adverse_events_module is None:
            continue
        found.files += 1
        document, asked = answered(document, eudract_xml.asks)
        found.asked += asked
        data = written(document)
        found.valid += schema.validate(etree.fromstring(data))
        after = numbers(read(data).study)
        found.cells_in += len(before)
        found.cells_out += sum(before[address] == after.get(address) for address in before)
        lost = [address for address, text in before.items() if after.get(address) != text]
        if lost:
            assert {lost.address for lost in eudract_xml.losses(document)} >= set(lost)
        for address in lost:
            found.lost[pattern_of(address)] += 1
            found.where.append((path.name, address, before[address], after.get(address)))
    return found


def numbers(study: Study) -> dict[str, str]:
    """Give the numbers of the adverse events by address."""
    results = study.results_section
    module = results.adverse_events_module if results is not None else None
    alone = Study(results_section=ResultsSection(adverse_events_module=module))
    return {cell.address: cell.text for cell in cells(alone)}


def test_every_record_is_written_and_valid(account: Account) -> None:
    assert account.files == 375
    assert account.valid == 375


def test_every_cell_comes_back_or_is_told(account: Account) -> None:
    assert account.cells_in == account.cells_out + len(account.where)
    assert (account.asked, account.cells_in, account.cells_out) == (319_515, 321_817, 318_866)


def test_what_is_lost_is_what_eudract_cannot_hold(account: Account) -> None:
    module = "/resultsSection/adverseEventsModule"
    # EudraCT takes at least one participant exposed, one number of them a group, and at most 5 %.
    assert account.lost == {
        f"{module}/otherEvents/*/stats/*/numAtRisk": 1979,
        f"{module}/seriousEvents/*/stats/*/numAtRisk": 851,
        f"{module}/eventGroups/*/seriousNumAtRisk": 40,
        f"{module}/eventGroups/*/otherNumAtRisk": 40,
        f"{module}/eventGroups/*/deathsNumAtRisk": 40,
        f"{module}/frequencyThreshold": 1,
    }
    assert all(text == "0" for _, address, text, _ in account.where if "/stats/" in address)
    # EudraCT counts deaths among those exposed: where a record counts them among others, it cannot say.
    otherwise = [(name, text, after) for name, _, text, after in account.where if after is not None]
    assert otherwise == [
        ("NCT00114530.json", "36", "34"),
        ("NCT00114530.json", "39", "37"),
        ("NCT02130557.json", "268", "265"),
        ("NCT02465515.json", "4731", "4717"),
        ("NCT02465515.json", "4732", "4715"),
        ("NCT03276728.json", "17", "16"),
        ("NCT04280705.json", "521", "516"),
        ("NCT04280705.json", "541", "532"),
        ("NCT04431453.json", "4", "3"),
    ]
