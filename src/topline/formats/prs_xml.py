"""The upload of the registry's Protocol Registration System (PRS): results as XML, written and read.

Two schemas describe it: ``RRSUploadSchema.xsd`` (2017.04.18) the results, ``ProtocolRecordSchema.xsd`` (2018.05.08) the
study around them. Results are written with ``partialUpload="true"``, so that the registry keeps every module that the
document omits; without it, the registry deletes them. A study without the organization's number is written as results
alone.
"""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from lxml import etree

from topline.errors import DocumentError, UsageError
from topline.formats.document import Document, SetAside
from topline.formats.filing import Filing
from topline.formats.format import Format
from topline.formats.prs_cautions import cautions, omitted
from topline.formats.prs_elements import Element, Reading, Writing
from topline.formats.prs_groups import LEADS_NOWHERE, NUMBERED_ANEW
from topline.formats.prs_keeps import KEEPS, LOSES
from topline.formats.prs_splice import splice
from topline.formats.prs_study import (
    IDENTIFICATION,
    PROTOCOL,
    RESULT,
    STUDY_NAMESPACE,
    organization_id,
    read_result,
    read_study,
    study_with_ids,
    write_result,
    write_study,
    wrong_namespace,
)
from topline.formats.read_back import Lost, leaf_values, leaves, not_given_back
from topline.formats.source import Source
from topline.formats.xml_tree import parse_tree, root_name
from topline.record.results import ResultsSection
from topline.record.study import Study

NAME = "prs-xml"

COLLECTION = f"{{{STUDY_NAMESPACE}}}study_collection"
_ROOTS = frozenset({"study_collection", "result"})
_KEPT = frozenset(KEEPS)
_RESULTS = "/resultsSection/"
_NO_ELEMENT = "the upload schema has no element for it"
_NO_PLACE_BACK = "it was set aside on reading and finds no place in the document written"


def recognizes(head: bytes) -> bool:
    """Whether a document begins like an upload: by the name of its root element.

    Examples
    --------
    >>> recognizes(b'<prs:study_collection xmlns:prs="http://clinicaltrials.gov/prs">')
    True
    >>> recognizes(b"<clinical_study>")
    False
    """
    return root_name(head) in _ROOTS


def read(source: Source) -> Iterator[Document]:
    r"""Read the studies of an upload or download, or results that stand alone.

    Raises
    ------
    DocumentError
        If it is not well-formed, is no such document, or holds elements in the wrong namespace: with the line.
    LimitError
        If it is larger or deeper than is allowed.

    Examples
    --------
    >>> data = (b'<r:result xmlns:r="http://clinicaltrials.gov/rrs"><outcomeMeasures/>'
    ...         b"<pointOfContact><title>Trials Unit</title></pointOfContact></r:result>")
    >>> (document,) = read(Source("a.xml", io.BytesIO(data)))
    >>> document.study.results_section.more_info_module.point_of_contact.title
    'Trials Unit'
    """
    root = parse_tree(source)
    if root.tag == RESULT:
        reading = Reading()
        section = read_result(root, reading, source.name)
        study = Study(results_section=section, has_results=None if section is None else True)
        yield Document(study=study, format=NAME, place=source.name, set_aside=reading.all())
    elif root.tag == COLLECTION:
        yield from _read_collection(root, source.name)
    elif etree.QName(root).localname in (*_ROOTS, "clinical_study"):
        raise wrong_namespace(root, source.name)
    else:
        raise DocumentError(
            f"the root of the document is {etree.QName(root).localname[:100]!r}",
            where=f"{source.name}, line {root.sourceline}",
            accepted="study_collection or result, as in an upload or download of the registry's PRS; of other forms of "
            "XML, clinical_study of a public download, or adverseEvents of EudraCT",
            advice="if it is one of these, name the format",
        )


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write studies such that the registry keeps what they omit.

    Raises
    ------
    UsageError
        If there is no study.
    """
    _write(documents, stream, partial=True)


def write_replacing(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write studies such that the registry deletes the results modules that they omit."""
    _write(documents, stream, partial=False)


def write_into(document: Document, downloaded: Source, stream: BinaryIO, *, partial: bool) -> None:
    """Write a downloaded document with the results of one study replaced; see ``prs_splice``."""
    section = study_with_ids(document.study).results_section or ResultsSection()
    own = document.set_aside if document.format == NAME else ()

    def make(id_prefix: str) -> Element:
        return write_result(section, Writing(own, id_prefix), partial=partial)

    stream.write(splice(document, downloaded, make))


def losses(document: Document) -> Iterator[Lost]:
    """Find what a written document does not hold of the results, by reading it again.

    Yields
    ------
    Lost
        Leaves of the record, and what was set aside on reading and has no place.
    """
    for address, pattern, _ in leaves(document.study):
        if pattern.startswith(_RESULTS) and pattern not in _KEPT:
            yield Lost(address, _NO_ELEMENT)
    study = study_with_ids(document.study)
    references = {} if study is document.study else _lost_references(document.study, study)
    for address, reason in references.items():
        yield Lost(address, reason)
    data = io.BytesIO()
    writing = _write([document], data, partial=True)
    data.seek(0)
    (back,) = read(Source(document.place, data))
    for lost in not_given_back(study, back.study, _KEPT, writing.reasons):
        if lost.address not in references:
            yield lost
    for item in writing.left_over():
        yield Lost(item.address, f"{item.reason}; {_NO_PLACE_BACK}", item)


def _lost_references(study: Study, numbered: Study) -> dict[str, str]:
    """Return the ids that had to change, and what referred to no group or to one of two, with the reason."""
    values = leaf_values(numbered)
    lost: dict[str, str] = {}
    for address, value in leaf_values(study).items():
        new = values.get(address)
        if new is None or new == "" != value:
            lost[address] = LEADS_NOWHERE
        elif new != value and address.endswith("/id"):
            lost[address] = NUMBERED_ANEW
    return lost


def _read_collection(root: Element, name: str) -> Iterator[Document]:
    studies = [child for child in root if child.tag == "clinical_study"]
    for child in root:
        if child.tag != "clinical_study":
            raise wrong_namespace(child, name)
    if not studies:
        raise DocumentError(
            "the collection holds no study", where=name, accepted="one clinical_study or more"
        )
    for number, element in enumerate(studies, 1):
        reading = Reading()
        study = read_study(element, reading, name)
        place = name if len(studies) == 1 else f"{name}, study {number}"
        yield Document(study=study, format=NAME, place=place, set_aside=reading.all())


def _write(documents: Iterable[Document], stream: BinaryIO, *, partial: bool) -> Writing:
    held = tuple(documents)
    if not held:
        raise UsageError("there is no study to write", accepted="one study or more")
    alone = len(held) == 1 and organization_id(held[0].study) is None
    root: Element = etree.Element(COLLECTION, nsmap={"prs": STUDY_NAMESPACE})
    for number, document in enumerate(held, 1):
        prefix = "" if len(held) == 1 else f"S{number}-"
        own = document.format == NAME
        writing = Writing(document.set_aside if own else (), prefix)
        study = study_with_ids(document.study)
        if alone and not (own and _has_registration(document.set_aside)):
            section = study.results_section or ResultsSection()
            root = write_result(section, writing, partial=partial)
        else:
            write_study(root, study, writing, partial=partial)
    etree.indent(root)
    stream.write(etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n")
    return writing


def _has_registration(set_aside: Iterable[SetAside]) -> bool:
    return any(item.address in (PROTOCOL, IDENTIFICATION) for item in set_aside)


FORMAT = Format(
    name=NAME,
    title="PRS upload XML",
    extensions=(".xml",),
    media_type="application/xml",
    keeps=KEEPS,
    loses=LOSES,
    recognizes=recognizes,
    read=read,
    write=write,
    losses=losses,
    filing=Filing(
        write_replacing=write_replacing,
        write_into=write_into,
        omitted=omitted,
        cautions=cautions,
    ),
)
