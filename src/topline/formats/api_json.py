"""The registry's API JSON: read study by study, without losing anything, and written again.

Decoding goes two ways. The fast way decodes straight into the record's types and then proves that
nothing was lost. Where a field is unknown, given as ``null`` or given twice, or the proof fails, the
exact way decodes without types, sets aside what the record cannot hold, and decodes the rest.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.json_extents import Extent, check_depth, split_studies
from topline.formats.json_faults import (
    given_twice,
    in_other_encoding,
    malformed,
    no_study,
    not_utf8,
    wrong_type,
)
from topline.formats.limits import DEFAULT_LIMITS, Limits
from topline.formats.source import Source
from topline.formats.unknown_fields import (
    find_repeated_field,
    has_as_many_keys,
    put_back,
    take_out,
)
from topline.record.addresses import field_names
from topline.record.study import Study

NAME = "api-json"
LINES_NAME = "api-ndjson"

_DECODER = msgspec.json.Decoder(Study)
# Numbers of unknown fields keep their digits: 1.10 is not 1.1 in a registry.
_UNTYPED = msgspec.json.Decoder(float_hook=lambda digits: msgspec.Raw(digits.encode()))
_ENCODER = msgspec.json.Encoder()


def decode(data: bytes, *, place: str = "JSON", limits: Limits = DEFAULT_LIMITS) -> Document:
    """Decode the JSON of one study.

    Parameters
    ----------
    data
        One JSON object in UTF-8.
    place
        The name that errors give it.
    limits
        ``depth`` is kept.

    Returns
    -------
    Document
        The record, and what it cannot hold: unknown fields, and fields given as ``null``.
        :func:`encode` gives both back.

    Raises
    ------
    DocumentError
        If the data are not JSON, not a study, hold a value of the wrong JSON type, or give a
        field twice.
    LimitError
        If an unknown field is nested too deeply.

    Examples
    --------
    >>> decode(b'{"hasResults": true, "score": 1.10}').set_aside[0].value
    '1.10'
    """
    data = data.strip(b" \t\r\n")
    study = _decode_proven(data)
    if study is not None:
        return Document(study=study, format=NAME, place=place)
    return _decode_exactly(data, place, limits)


def encode(document: Document, *, indented: bool = False) -> bytes:
    """Encode a record as the JSON of one study, with the unknown fields that were set aside.

    Parameters
    ----------
    document
        The record. What was set aside by another format is not JSON and is not written.
    indented
        Whether for people: two spaces a level. Else compact, as the registry writes.

    Returns
    -------
    bytes
        JSON in UTF-8, without a line break at the end.

    Raises
    ------
    OutputError
        If a field that was set aside belongs to a part the record does not have any more.

    Examples
    --------
    >>> encode(decode(b'{"score": 1.10, "hasResults": true}'))
    b'{"hasResults":true,"score":1.10}'
    """
    data = _ENCODER.encode(document.study)
    if document.set_aside and document.format in (NAME, LINES_NAME):
        tree = _UNTYPED.decode(data)
        put_back(tree, document.set_aside)
        data = _ENCODER.encode(tree)
    return msgspec.json.format(data, indent=2) if indented else data


def recognizes(head: bytes) -> bool:
    """Whether a document begins like JSON: with a brace or bracket, in any Unicode encoding."""
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] in (b"{", b"[")


def read(source: Source) -> Iterator[Document]:
    """Read studies one at a time from any of the forms in which the registry's JSON is kept.

    Parameters
    ----------
    source
        One study, a list, an answer of the API (``{"studies": [...]}``), or one study per line.
        The answer's ``totalCount`` and ``nextPageToken`` belong to a query, not to a study: they
        are passed over.

    Yields
    ------
    Document
        Each study in order. Memory holds one study and a few chunks.

    Raises
    ------
    DocumentError, LimitError
        As :func:`decode`; or where the document holds something else than studies.
    """
    if in_other_encoding(source.head()):
        raise not_utf8(source.head(), source.name)
    for extent in split_studies(source, _decode_proven):
        yield _document(extent, source.limits)


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write compact JSON: one study as it is, several as ``{"studies": [...]}``, one per line."""
    _write(documents, stream, indented=False)


def write_indented(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write JSON for people: as :func:`write`, indented by two spaces."""
    _write(documents, stream, indented=True)


def write_lines(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write one study per line."""
    for document in documents:
        stream.write(encode(document) + b"\n")


FORMAT = Format(
    name=NAME,
    title="API JSON",
    extensions=(".json",),
    media_type="application/json",
    keeps=("",),
    loses="Nothing of a record. The totalCount and nextPageToken of an API answer are not part "
    "of any record.",
    recognizes=recognizes,
    read=read,
    write=write,
    write_indented=write_indented,
)

LINES_FORMAT = Format(
    name=LINES_NAME,
    title="API JSON, one study per line",
    extensions=(".ndjson", ".jsonl"),
    media_type="application/x-ndjson",
    keeps=("",),
    loses="Nothing of a record.",
    recognizes=lambda head: False,  # its documents are recognized as API JSON, which reads lines
    read=read,
    write=write_lines,
    gives_back=(NAME,),
)


def _document(extent: Extent[Study], limits: Limits) -> Document:
    if extent.decoded is not None:
        return Document(study=extent.decoded, format=NAME, place=extent.place)
    return decode(extent.data, place=extent.place, limits=limits)


def _decode_proven(data: bytes) -> Study | None:
    """Decode a study if it can be shown that nothing of it is lost, else return ``None``."""
    try:
        study = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):  # faults are worded by the exact way
        return None
    return study if _holds_all_of(study, data) else None


def _holds_all_of(study: Study, data: bytes) -> bool:
    """Prove that no field was lost: given as null, or twice, where the decoder keeps one.

    Encoding the record writes the shortest JSON there is for it: if the document is not longer,
    nothing is missing. Blanks and escapes may make it longer; then the keys are counted.
    """
    encoded = _ENCODER.encode(study)
    if len(encoded) == len(data) and _writes_shortest(study):
        return True
    return has_as_many_keys(encoded, data)


def _writes_shortest(study: Study) -> bool:
    """Whether every number is written the shortest way: 12.0 and 0.001 could be 12 and 1e-3."""
    protocol = study.protocol_section
    module = protocol.contacts_locations_module if protocol is not None else None
    for location in (module.locations if module is not None else None) or ():
        point = location.geo_point
        for degrees in (point.lat, point.lon) if point is not None else ():
            if isinstance(degrees, float) and (degrees.is_integer() or abs(degrees) < 0.01):
                return False
    return True


def _decode_exactly(data: bytes, place: str, limits: Limits) -> Document:
    """Decode with everything the record cannot hold set aside, or say what is wrong."""
    check_depth(data, place, limits)
    try:
        tree = _UNTYPED.decode(data)
    except UnicodeDecodeError as error:
        raise not_utf8(data, place) from error
    except msgspec.DecodeError as error:
        raise malformed(data, place, str(error)) from error
    # Counting keys is fast, and nearly always tells; looking at each is slow, and always does.
    complete = has_as_many_keys(_ENCODER.encode(tree), data)
    if not complete and (repeated := find_repeated_field(data)) is not None:
        raise given_twice(data, place, repeated)
    # Else what is no study at all would become a record of nothing.
    if not isinstance(tree, dict) or (tree and not tree.keys() & field_names(Study).keys()):
        raise no_study(data, place, tree)
    set_aside = take_out(tree)
    try:
        study = _DECODER.decode(_ENCODER.encode(tree))
    except msgspec.ValidationError as error:
        raise wrong_type(data, place, str(error), tree) from error
    return Document(study=study, format=NAME, place=place, set_aside=set_aside)


def _write(documents: Iterable[Document], stream: BinaryIO, *, indented: bool) -> None:
    iterator = iter(documents)
    first = next(iterator, None)
    second = next(iterator, None)
    if first is not None and second is None:
        stream.write(encode(first, indented=indented) + b"\n")
        return
    stream.write(b'{"studies":[\n')
    separator = b""
    for document in (first, second):
        if document is not None:
            stream.write(separator + encode(document, indented=indented))
            separator = b",\n"
    for document in iterator:
        stream.write(separator + encode(document, indented=indented))
    stream.write(b"\n]}\n")
