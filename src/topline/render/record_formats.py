"""Every form that a record takes as a document: those of the formats, and those that are only printed.

A format of its own reads and writes; these draw tables and charts, which lies above it.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.registry import FORMATS
from topline.record import results
from topline.record.addresses import field_names
from topline.record.node import Node

_PROTOCOL = "/protocolSection"
_RESULTS = "/resultsSection"
_FLOW = f"{_RESULTS}/participantFlowModule"
_BASELINE = f"{_RESULTS}/baselineCharacteristicsModule"
_OUTCOMES = f"{_RESULTS}/outcomeMeasuresModule/outcomeMeasures/*"
_EVENTS = f"{_RESULTS}/adverseEventsModule"


def _but(part: type[Node], address: str, *left_out: str) -> tuple[str, ...]:
    """Return the addresses of all fields of a part but some."""
    return tuple(f"{address}/{name}" for name in field_names(part) if name not in left_out)


_KEEPS = (
    *(
        f"{_PROTOCOL}/identificationModule/{name}"
        for name in ("nctId", "briefTitle", "officialTitle")
    ),
    f"{_PROTOCOL}/statusModule/overallStatus",
    f"{_PROTOCOL}/statusModule/whyStopped",
    f"{_PROTOCOL}/statusModule/startDateStruct",
    f"{_PROTOCOL}/statusModule/primaryCompletionDateStruct",
    f"{_PROTOCOL}/statusModule/completionDateStruct",
    f"{_PROTOCOL}/statusModule/resultsFirstPostDateStruct",
    f"{_PROTOCOL}/statusModule/lastUpdatePostDateStruct",
    f"{_PROTOCOL}/sponsorCollaboratorsModule/leadSponsor/name",
    f"{_PROTOCOL}/sponsorCollaboratorsModule/collaborators/*/name",
    f"{_PROTOCOL}/descriptionModule/briefSummary",
    f"{_PROTOCOL}/conditionsModule/conditions",
    f"{_PROTOCOL}/designModule/studyType",
    f"{_PROTOCOL}/designModule/phases",
    f"{_PROTOCOL}/designModule/designInfo/allocation",
    f"{_PROTOCOL}/designModule/designInfo/interventionModel",
    f"{_PROTOCOL}/designModule/designInfo/observationalModel",
    f"{_PROTOCOL}/designModule/designInfo/maskingInfo/masking",
    f"{_PROTOCOL}/designModule/enrollmentInfo",
    f"{_PROTOCOL}/armsInterventionsModule/interventions/*/name",
    *_but(results.ParticipantFlowModule, _FLOW, "groups"),
    *_but(results.FlowGroup, f"{_FLOW}/groups/*", "id"),
    *_but(results.BaselineCharacteristicsModule, _BASELINE, "groups", "measures"),
    *_but(results.MeasureGroup, f"{_BASELINE}/groups/*", "id"),
    *_but(results.BaselineMeasure, f"{_BASELINE}/measures/*", "calculatePct"),
    *_but(results.OutcomeMeasure, _OUTCOMES, "groups", "calculatePct", "denomUnitsSelected"),
    *_but(results.MeasureGroup, f"{_OUTCOMES}/groups/*", "id"),
    *_but(results.AdverseEventsModule, _EVENTS, "eventGroups"),
    *_but(results.EventGroup, f"{_EVENTS}/eventGroups/*", "id"),
    f"{_RESULTS}/moreInfoModule",
    *(
        f"/documentSection/largeDocumentModule/largeDocs/*/{name}"
        for name in ("label", "date", "filename")
    ),
    "/derivedSection/miscInfoModule/versionHolder",
)
_LOSES = (
    "Of the protocol, everything but what heads the results page. Of the results, the ids of groups, "
    "which units of the denominators were selected, and whether the registry prints percentages; "
    "every number is printed. A document holds one study."
)


def _write_pdf(documents: Iterable[Document], stream: BinaryIO) -> None:
    from topline.render.pdf_document import write_pdf  # takes long to load

    write_pdf(documents, stream)


def _write_word(documents: Iterable[Document], stream: BinaryIO) -> None:
    from topline.render.word_document import write_word  # takes long to load

    write_word(documents, stream)


PDF = Format(
    name="pdf",
    title="PDF",
    extensions=(".pdf",),
    media_type="application/pdf",
    keeps=_KEEPS,
    loses=(
        f"{_LOSES} Characters that its fonts lack, such as Chinese, are printed by their number."
    ),
    write=_write_pdf,
)
WORD = Format(
    name="docx",
    title="Word document",
    extensions=(".docx",),
    media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    keeps=_KEEPS,
    loses=_LOSES,
    write=_write_word,
)
RECORD_FORMATS: Mapping[str, Format] = MappingProxyType({**FORMATS, PDF.name: PDF, WORD.name: WORD})
"""Every format by its name: what a command offers, and what documentation lists."""
