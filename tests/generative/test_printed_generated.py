"""Whatever a record says can be printed, in both forms."""

import io
import zipfile

import docx
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.record_strategies import nodes

from topline.formats.document import Document
from topline.record.protocol import IdentificationModule, ProtocolSection
from topline.record.results import ResultsSection
from topline.record.study import Study
from topline.render.pdf_document import pdf
from topline.render.print_document import printed_document
from topline.render.word_document import word


def document(study: Study) -> Document:
    return Document(study=study, format="api-json", place="made")


@settings(max_examples=25)
@given(results=nodes(ResultsSection, most_fields=6))
def test_any_results_are_printed(results: ResultsSection) -> None:
    made = printed_document(document(Study(results_section=results)))
    assert pdf(made).startswith(b"%PDF-")
    assert zipfile.ZipFile(io.BytesIO(word(made))).testzip() is None


@settings(max_examples=30)
@given(title=st.text(min_size=1, max_size=40))
def test_any_character_is_printed_or_named(title: str) -> None:
    study = Study(
        protocol_section=ProtocolSection(
            identification_module=IdentificationModule(brief_title=title)
        )
    )
    made = printed_document(document(study))
    assert pdf(made).startswith(b"%PDF-")
    again = docx.Document(io.BytesIO(word(made)))
    assert made.title.replace("\n", "") in "".join(one.text for one in again.paragraphs).replace(
        "\n", ""
    )
