"""The results of one study put into a document downloaded from the registry, byte for byte otherwise.

lxml would write the whole document anew: quotation marks, entities, line ends and comments would change under the hands
of whoever compares the two. So the place is found in bytes, by expat, and only what stands there is replaced.
"""

import codecs
import io
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pyexpat import ParserCreate, XMLParserType
from typing import Any

from lxml import etree

from topline.errors import DocumentError, NotFoundError, UsageError
from topline.formats.document import Document
from topline.formats.prs_elements import Element
from topline.formats.prs_study import (
    DISPOSITION,
    RESULT,
    STUDY_NAMESPACE,
    organization_id,
    wrong_namespace,
)
from topline.formats.source import Source
from topline.formats.xml_tree import parse_tree

_RESULT_NAME = RESULT[1:].replace("}", " ")
_DISPOSITION_NAME = DISPOSITION[1:].replace("}", " ")
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_NCT = re.compile(r"NCT\d{8}")
_START_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")


@dataclass(slots=True)
class _Place:
    """Where the parts of one study stand [bytes], and what identifies it."""

    organization_ids: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    result: tuple[int, int] | None = None
    disposition: int | None = None
    end: int | None = None
    ids: set[str] = field(default_factory=set)


def splice(document: Document, downloaded: Source, make: Callable[[str], Element]) -> bytes:
    """Return a downloaded document with the results of one study replaced.

    Parameters
    ----------
    document
        The record; its organization's study number, or its NCT number, says which study is meant.
    downloaded
        The document, within limits.
    make
        Makes the element of the results, given what stands before every id.

    Raises
    ------
    DocumentError
        If the document is not one of the registry's, or its encoding is not one that can be written.
    NotFoundError
        If it holds no study with the record's numbers.
    UsageError
        If the record has no number, or its numbers fit several studies or contradict one.
    """
    text = _Text(downloaded)
    places = _Finder(text.utf8, downloaded.name).find()
    place = _choose(document, places, downloaded.name)
    others = {id for one in places for id in one.ids if one is not place}
    prefixes = itertools.chain([""], (f"S{number}-" for number in itertools.count(2)))
    element = next(
        made
        for made in map(make, prefixes)
        if others.isdisjoint(below.get("id") for below in made.iterdescendants())
    )
    etree.indent(element)
    written = etree.tostring(element, encoding="unicode")
    if place.result is not None:
        start, stop = place.result
    else:
        before = place.disposition if place.disposition is not None else place.end
        assert before is not None  # a study that was found has an end
        start = stop = before
        written += "\n"
    new = text.replaced(start, stop, written)
    parse_tree(Source(f"{downloaded.name}, with the results", io.BytesIO(new), downloaded.limits))
    return new


class _Text:
    """A document as text, of which a part can be replaced without a change of the bytes around it.

    expat knows few encodings, so it is given UTF-8, and its places are those of UTF-8.
    """

    def __init__(self, source: Source) -> None:
        data = source.stream.read(source.limits.document_bytes + 1)
        # Checked as every document is: well-formed, within limits, and without a document type declaration.
        root = parse_tree(Source(source.name, io.BytesIO(data), source.limits))
        if root.tag != f"{{{STUDY_NAMESPACE}}}study_collection":
            raise wrong_namespace(root, source.name)
        self._name = source.name
        self._mark, self._encoding = _encoding(data)
        self._data = data[len(self._mark) :]
        try:
            text = self._data.decode(self._encoding)
        except (LookupError, UnicodeError) as error:
            raise self._fault() from error
        self.utf8 = text.encode()

    def replaced(self, start: int, stop: int, new: str) -> bytes:
        """Return the document with the part between two places of its UTF-8 replaced."""
        head = self.utf8[:start].decode().encode(self._encoding)
        tail = self.utf8[stop:].decode().encode(self._encoding)
        if not (self._data.startswith(head) and self._data.endswith(tail)):
            raise self._fault()
        if b"\r\n" in self.utf8:
            new = new.replace("\n", "\r\n")
        # What the encoding cannot say is written as a reference.
        inside = new.encode(self._encoding, errors="xmlcharrefreplace")
        return self._mark + head + inside + tail

    def _fault(self) -> DocumentError:
        return DocumentError(
            f"the encoding {self._encoding} cannot be written into",
            where=self._name,
            accepted="an encoding of Unicode or of single bytes, named by a mark or in the first line",
            advice="save the document as UTF-8",
        )


def _encoding(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark and the name of the encoding."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return mark, encoding
    # Without a mark, UTF-16 is told by its first sign, as XML 1.0 says (appendix F).
    for start, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if data.startswith(start):
            return b"", encoding
    declared = _DECLARED.match(data)
    return b"", declared[1].decode("ascii") if declared is not None else "utf-8"


class _Finder:
    """Walks a document that is known to be well-formed, and notes where things stand."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self._path: list[str] = []
        self._text: list[str] = []
        self._places: list[_Place] = []
        self._start = 0

    def find(self) -> list[_Place]:
        parser = ParserCreate("utf-8", namespace_separator=" ")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._finish
        parser.CharacterDataHandler = self._text.append
        self._parser: XMLParserType = parser
        parser.Parse(self._data, True)
        return self._places

    def _begin(self, name: str, attributes: dict[str, Any]) -> None:
        self._path.append(name)
        self._text.clear()
        depth = len(self._path)
        if depth == 2 and name == "clinical_study":
            self._places.append(_Place())
        elif depth == 3 and self._path[1] == "clinical_study":
            place = self._places[-1]
            if name == _RESULT_NAME:
                if place.result is not None:
                    raise DocumentError(
                        "a study has more than one result", where=self._name, accepted="one"
                    )
                self._start = self._parser.CurrentByteIndex
            elif name == _DISPOSITION_NAME and place.disposition is None:
                place.disposition = self._parser.CurrentByteIndex
        if "id" in attributes and _RESULT_NAME in self._path and self._places:
            self._places[-1].ids.add(attributes["id"])

    def _finish(self, name: str) -> None:
        written = "".join(self._text).strip()
        self._text.clear()
        path, depth = self._path, len(self._path)
        if depth >= 4 and path[1:3] == ["clinical_study", "id_info"]:
            self._identify(path[3:], written)
        elif depth == 3 and name == _RESULT_NAME and self._places:
            self._places[-1].result = (self._start, self._tag_end())
        elif depth == 2 and name == "clinical_study":
            self._places[-1].end = self._tag_start()
        path.pop()

    def _identify(self, path: list[str], written: str) -> None:
        place = self._places[-1]
        if path == ["org_study_id"]:
            place.organization_ids.append(written)
        elif path == ["nct_id"] or (path == ["secondary_id", "id"] and _NCT.fullmatch(written)):
            place.numbers.append(written.upper())

    def _tag_start(self) -> int:
        return self._parser.CurrentByteIndex

    def _tag_end(self) -> int:
        """Return where the results end: behind their end tag, or behind the only tag of an empty element."""
        only = _START_TAG.match(self._data, self._start)
        assert only is not None  # the document is well-formed
        if only[0].endswith(b"/>"):
            return only.end()
        return self._data.index(b">", self._parser.CurrentByteIndex) + 1


def _choose(document: Document, places: list[_Place], name: str) -> _Place:
    """Return the study that a record is of; a record is never put into another study."""
    own = organization_id(document.study)
    number = document.study.identification.nct_id
    wanted = [one for one in (own, number) if one is not None]
    if not wanted:
        raise UsageError(
            "the record has neither the organization's study number nor an NCT number",
            where=document.place,
            accepted="a record that says of which study it is",
            advice="give /protocolSection/identificationModule/orgStudyIdInfo/id in the record",
        )
    found = [place for place in places if _fits(place, own, number)]
    has = "; ".join(
        ", ".join((*place.organization_ids, *place.numbers)) or "no number" for place in places[:20]
    )
    if not found:
        raise NotFoundError(
            f"there is no study {' or '.join(wanted)}", where=name, accepted=has or "no study"
        )
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} studies have the number {' or '.join(wanted)}",
            where=name,
            accepted=f"one study of these numbers; it has {has}",
            advice="download the record of the one study",
        )
    if (
        own is not None
        and found[0].organization_ids
        and own.strip() not in found[0].organization_ids
    ):
        raise UsageError(
            f"the study {number} has the number {', '.join(found[0].organization_ids)} there, and {own} in the record",
            where=name,
            accepted="a record and a download of the same study",
        )
    if number is not None and found[0].numbers and number.upper() not in found[0].numbers:
        raise UsageError(
            f"the study {own} is {', '.join(found[0].numbers)} there, and {number} in the record",
            where=name,
            accepted="a record and a download of the same study",
        )
    return found[0]


def _fits(place: _Place, own: str | None, number: str | None) -> bool:
    return (own is not None and own.strip() in place.organization_ids) or (
        number is not None and number.strip().upper() in place.numbers
    )
