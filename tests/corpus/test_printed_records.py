"""Every posted number and text of the results of real records is printed, in the PDF and in Word."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from topline.formats.document import Document
from topline.formats.registry import read_document
from topline.record.cells import Cell, Leaf, leaves
from topline.render.page_templates import plain as as_typed
from topline.render.pdf_document import pdf
from topline.render.print_blocks import PrintedDocument, PrintedTable, Terms
from topline.render.print_document import printed_document
from topline.render.print_table import LANDSCAPE, PORTRAIT
from topline.render.terminal_text import plain
from topline.render.word_document import word

pytestmark = pytest.mark.corpus

RECORDS = 376
SAMPLE = {
    "NCT00329836": "the fewest numbers",
    "NCT02742766": "20 groups, the most but for two far larger records; participants of no group",
    "NCT02059512": "the longest cells, footnotes in all tables",
    "NCT00119678": "the longest row headers",
}
"""Printed whole: chosen by size and shape from all records."""
LARGEST = "NCT04955626"
"""The most numbers and groups (41): set in Word only, since reading its PDF back takes minutes."""

NUMBER = re.compile(r"(?:(?<!\w)-)?\d+(?:[.,]\d+)*")
CODES = {
    *("id", "type", "reporting_status", "param_type", "dispersion_type", "denom_units_selected"),
    *("calculate_pct", "assessment_type", "non_inferiority_type", "tested_non_inferiority"),
    *("ci_num_sides", "pi_sponsor_employee", "restrictive_agreement", "restriction_type"),
}
"""Texts that are printed by the words for them, or not at all (ids of groups), as declared."""


def record(corpus: Path, name: str) -> Document:
    return read_document(corpus / "records" / "v2" / f"{name}.json")


def posted(found: Iterable[Leaf]) -> Counter[str]:
    """Count the numbers of all cells; of an interval or an inequality, each."""
    return numbers(one.text for one in found if isinstance(one, Cell))


def numbers(runs: Iterable[str]) -> Counter[str]:
    return Counter(number for text in runs for number in NUMBER.findall(text))


def printed_texts(document: PrintedDocument) -> Iterator[str]:
    blocks = [*document.opening, *(block for one in document.chapters for block in one.blocks)]
    for block in blocks:
        if isinstance(block, Terms):
            for item in block.items:
                yield from item
        elif isinstance(block, PrintedTable):
            yield block.caption
            for head in block.head:
                yield from (cell.text for cell in head)
            for row in block.rows:
                for runs in (row.header, *row.cells):
                    yield from (run.text for run in runs)
            yield from (text for _, text in block.notes)
        else:
            yield getattr(block, "text", "")


def test_every_number_and_text_of_every_record_is_printed(corpus: Path) -> None:
    files = sorted((corpus / "records" / "v2").glob("NCT*.json"))
    assert len(files) == RECORDS
    for file in files:
        document = read_document(file)
        found = list(leaves(document.study))
        made = printed_document(document, drawn=())
        said = list(printed_texts(made))
        missing = posted(found) - numbers(said)
        assert not missing, file.name
        whole = "\n".join(said)
        wanted = {one.text for one in found if not isinstance(one, Cell) and one.field not in CODES}
        lost = [text for text in wanted if plain(as_typed(text)).strip() not in whole]
        lost = [text for text in lost if plain(text).strip() not in whole]
        assert not lost, file.name
        for chapter in made.chapters:
            room = LANDSCAPE if chapter.landscape else PORTRAIT
            for block in chapter.blocks:
                if isinstance(block, PrintedTable):
                    assert sum(block.widths) <= room + 0.5, (file.name, block.caption)


@pytest.mark.parametrize("name", [*SAMPLE, LARGEST])
def test_every_number_stands_in_the_word_document(corpus: Path, name: str) -> None:
    document = record(corpus, name)
    made = docx.Document(io.BytesIO(word(printed_document(document, drawn=()))))
    paragraphs = (
        "".join(
            run.text or ""
            for run in paragraph.iter(qn("w:t"))
            # Footnotes' letters are not part of a number.
            if run.getparent().find(f"{qn('w:rPr')}/{qn('w:vertAlign')}") is None
        )
        for paragraph in made.element.body.iter(qn("w:p"))
    )
    assert not posted(leaves(document.study)) - numbers(paragraphs)
    for table in made.element.body.iter(qn("w:tbl")):
        heads = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") for row in table.iter(qn("w:tr"))]
        assert heads[0] is not None
        assert None in heads


@pytest.mark.parametrize("name", SAMPLE)
def test_every_number_stands_in_the_pdf(corpus: Path, name: str) -> None:
    document = record(corpus, name)
    reader = PdfReader(io.BytesIO(pdf(printed_document(document, drawn=()))))
    pages = [page.extract_text() for page in reader.pages]
    assert not posted(leaves(document.study)) - numbers(pages)
    for place, page in enumerate(pages, 1):
        assert f"Page {place} of {len(pages)}" in page
        assert name in page


def elements(part: Any) -> Iterator[DictionaryObject]:
    """Walk the structure tree."""
    part = part.get_object()
    kids = part.get("/K", [])
    if "/S" in part:
        yield part
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object()
        if isinstance(found, DictionaryObject) and "/S" in found:
            yield from elements(found)


def kind(part: Any) -> str:
    return str(part.get_object()["/S"])


@pytest.mark.parametrize("name", ["NCT00329836", "NCT01120210"])
def test_the_pdf_is_tagged(corpus: Path, name: str) -> None:
    document = record(corpus, name)
    reader = PdfReader(io.BytesIO(pdf(printed_document(document))))
    root = cast(dict[str, Any], reader.root_object)
    assert str(root["/Lang"]) == "en"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert reader.metadata.title
    found = list(elements(root["/StructTreeRoot"]))
    assert {"/H1", "/H2", "/H3", "/L", "/Caption"} <= set(map(kind, found))
    figures = [one for one in found if kind(one) == "/Figure"]
    assert figures
    assert all(one.get("/Alt") for one in figures)
    tables = [one for one in found if kind(one) == "/Table"]
    assert tables
    for table in tables:
        parts = list(elements(table))
        assert "/THead" in map(kind, parts)
        for row in (one for one in parts if kind(one) == "/TR"):
            cells_of_row = [kind(cell) for cell in cast(list[Any], row["/K"])]
            # Of the columns in the head, of the rows below a heading, of the row itself.
            assert cells_of_row[0] == "/TH"
            assert set(cells_of_row[1:]) <= {"/TH"} or set(cells_of_row[1:]) <= {"/TD"}
