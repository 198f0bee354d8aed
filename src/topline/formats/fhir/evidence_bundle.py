"""Records as one Bundle of FHIR R5 resources: Evidence with what it refers to. Experimental.

An Evidence stands for each measurement, statistical analysis, count of the participant flow and
count of an adverse event, with its address in the record as identifier.
"""

from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from topline.formats.document import Document
from topline.formats.fhir.resources import StudyResources
from topline.formats.format import Format
from topline.formats.repetition import check_repetition
from topline.record.cells import leaves

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_BEGIN = b'{"resourceType":"Bundle","meta":{"tag":[{"display":"experimental"}]},"type":"collection"'


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write documents as one bundle, a resource at a time.

    Parameters
    ----------
    documents
        The records.
    stream
        What to write to.

    Examples
    --------
    >>> import io
    >>> stream = io.BytesIO()
    >>> write([], stream)
    >>> msgspec.json.decode(stream.getvalue())["type"]
    'collection'
    """
    stream.write(_BEGIN)
    before = b',"entry":[\n'
    for number, document in enumerate(documents, 1):
        check_repetition(tuple(leaves(document.study)), document.place)
        for entry in StudyResources(document.study, number).entries():
            stream.write(before)
            stream.write(_ENCODER.encode(entry))
            before = b",\n"
    stream.write(b"}\n" if before.startswith(b',"entry"') else b"\n]}\n")


_MEASURE = (
    "title",
    "description",
    "populationDescription",
    "paramType",
    "dispersionType",
    "unitOfMeasure",
    "groups",
    "denoms",
    "classes",
)
_BASELINE = "/resultsSection/baselineCharacteristicsModule"
_OUTCOME = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/*"
_EVENTS = "/resultsSection/adverseEventsModule"

FORMAT = Format(
    name="fhir-evidence",
    title="FHIR R5 Evidence, experimental",
    extensions=(".fhir.json",),
    media_type="application/fhir+json",
    keeps=(
        "/protocolSection/identificationModule/nctId",
        "/protocolSection/identificationModule/acronym",
        "/protocolSection/identificationModule/officialTitle",
        "/protocolSection/conditionsModule/conditions",
        "/protocolSection/descriptionModule/briefSummary",
        "/protocolSection/designModule/phases",
        "/protocolSection/designModule/enrollmentInfo",
        "/resultsSection/participantFlowModule/groups",
        "/resultsSection/participantFlowModule/periods",
        "/resultsSection/participantFlowModule/typeUnitsAnalyzed",
        f"{_BASELINE}/groups",
        f"{_BASELINE}/denoms",
        f"{_BASELINE}/populationDescription",
        *(f"{_BASELINE}/measures/*/{name}" for name in _MEASURE if name != "groups"),
        *(f"{_OUTCOME}/{name}" for name in (*_MEASURE, "type", "timeFrame", "analyses")),
        f"{_EVENTS}/timeFrame",
        f"{_EVENTS}/description",
        f"{_EVENTS}/allCauseMortalityComment",
        f"{_EVENTS}/eventGroups",
        f"{_EVENTS}/seriousEvents",
        f"{_EVENTS}/otherEvents",
    ),
    loses=(
        "All of the protocol but number, titles, conditions, summary, phases and enrolment; the "
        "frequency threshold, percentages to calculate, posting dates and more information. How a "
        "number was spelt: its digits stay, its thousands commas do not. A denominator of a group "
        "without a measurement, and one of a measure whose classes have their own. Whether "
        "non-inferiority was tested, in old records. Which group is the reference is not posted, so "
        "every group of an analysis is an exposure."
    ),
    write=write,
)
