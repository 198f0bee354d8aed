"""Every form that a record takes as a document: those of the formats, and those that are only printed.

A format of its own reads and writes; these draw tables and charts, which lies above it.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.registry import FORMATS

_KEEPS = (
    "/protocolSection/identificationModule/nctId",
    "/protocolSection/identificationModule/briefTitle",
    "/protocolSection/identificationModule/officialTitle",
    "/resultsSection",
)
_LOSES = (
    "Of the protocol, everything but what heads the results page: titles, sponsor, dates, "
    "conditions, interventions, design, enrollment and brief summary. The results section is "
    "printed whole, ids of groups apart."
)


def _write_pdf(documents: Iterable[Document], stream: BinaryIO) -> None:
    from topline.render.pdf_document import write_pdf  # takes long to load

    write_pdf(documents, stream)


def _write_word(documents: Iterable[Document], stream: BinaryIO) -> None:
    from topline.render.word_document import write_word  # takes long to load

    write_word(documents, stream)


def _never(head: bytes) -> bool:
    return False


PDF = Format(
    name="pdf",
    title="PDF",
    extensions=(".pdf",),
    media_type="application/pdf",
    keeps=_KEEPS,
    loses=(
        f"{_LOSES} One study a document. Characters that the fonts of the document lack, such as "
        "Chinese, are printed by their number."
    ),
    recognizes=_never,
    read=None,
    write=_write_pdf,
)
WORD = Format(
    name="docx",
    title="Word document",
    extensions=(".docx",),
    media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    keeps=_KEEPS,
    loses=f"{_LOSES} One study a document.",
    recognizes=_never,
    read=None,
    write=_write_word,
)
RECORD_FORMATS: Mapping[str, Format] = MappingProxyType({**FORMATS, PDF.name: PDF, WORD.name: WORD})
"""Every format by its name: what a command offers, and what documentation lists."""
