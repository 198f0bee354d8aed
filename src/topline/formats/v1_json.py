"""The JSON of the registry's API version 1, of the years to 2024, read without losing anything.

A study stands alone, in a list, or in the answer that the API gave (``FullStudiesResponse``). Its
names are those of ``v1_json_names``; its values are the texts that the registry printed, which become
codes, dates, flags and whole numbers where the record has them.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from topline.errors import DocumentError, LimitError
from topline.formats.document import Document, SetAside
from topline.formats.format import Format
from topline.formats.json_extents import Frame, check_depth, split_studies
from topline.formats.json_faults import (
    given_twice,
    in_other_encoding,
    malformed,
    no_study,
    not_utf8,
)
from topline.formats.limits import DEFAULT_LIMITS, Limits
from topline.formats.source import Source
from topline.formats.unknown_fields import UNKNOWN, find_repeated_field, has_as_many_keys
from topline.formats.v1_json_names import names_of
from topline.formats.v1_json_reading import ROOT, Reading, json_text
from topline.record.addresses import field_names
from topline.record.study import Study

NAME = "v1-json"

_SECTIONS = frozenset(names_of(Study))
_NEWER = frozenset(field_names(Study))
_AROUND = frozenset({"Study", "FullStudy"})
_BESIDE = frozenset({"Rank"})  # the place of a study in an answer, which is no part of it

# Possessive repeats (``++``) never give back what they took, so time stays linear in the input.
_VALUE = rb'(?:"(?:[^"\\]++|\\.)*+"|-?\d++|null)'
_FIELD = (
    rb'"(?:APIVrs|DataVrs|Expression|NStudies\w++|MinRank|MaxRank|FieldList)"\s*+:\s*+' + _VALUE
)
_ANSWER = Frame(
    re.compile(
        rb'\{\s*+(?:"FullStudiesResponse"\s*+:\s*+\{\s*+)?+(?:'
        + _FIELD
        + rb'\s*+,\s*+)*+"FullStudies"\s*+:\s*+\[',
        re.DOTALL,
    ),
    re.compile(rb"\s*+(?:,\s*+" + _FIELD + rb"\s*+)*+\}(?:\s*+\})?+", re.DOTALL),
    "a field of the answer, or the } behind the list of studies",
)

_FIRST_NAME = re.compile(rb'[\s\[{\xef\xbb\xbf]*"(\w+)"\s*:')
_FIRST_NAMES = frozenset(
    {
        *(f"{name}Section".encode() for name in ("Protocol", "Results", "Annotation", "Document")),
        b"DerivedSection",
        b"FullStudiesResponse",
        b"FullStudies",
        b"FullStudy",
        b"Study",
        b"Rank",
        b"StudyFieldsResponse",
    }
)

# Parts of a study and what is around it are nested 20 deep at most: this is far from the usual limit.
_SHALLOW = Limits(depth=DEFAULT_LIMITS.depth // 2)

_UNTYPED = msgspec.json.Decoder(float_hook=lambda digits: msgspec.Raw(digits.encode()))
_ENCODER = msgspec.json.Encoder()


def recognizes(head: bytes) -> bool:
    """Whether a document begins like JSON of version 1: by its first name, which is capitalized.

    Examples
    --------
    >>> recognizes(b'{"ProtocolSection": {'), recognizes(b'{"protocolSection": {')
    (True, False)
    """
    first = _FIRST_NAME.match(head)
    return first is not None and first[1] in _FIRST_NAMES


def decode(data: bytes, *, place: str = "JSON", limits: Limits = DEFAULT_LIMITS) -> Document:
    """Decode the JSON of one study of version 1.

    Parameters
    ----------
    data
        One JSON object in UTF-8: a study, or an object with it as ``Study`` or ``FullStudy``.
    place
        The name that errors give it.
    limits
        ``depth`` is kept.

    Returns
    -------
    Document
        The record, and what it cannot hold, by the names of version 1.

    Raises
    ------
    DocumentError
        If the data are not JSON, not a study, or give a field twice.
    LimitError
        If they are nested too deeply.

    Examples
    --------
    >>> document = decode(b'{"ProtocolSection": {"StatusModule": {"StatusVerifiedDate": "May 2018"}}}')
    >>> document.study.protocol_section.status_module.status_verified_date
    '2018-05'
    """
    check_depth(data, place, limits)
    try:
        tree = _UNTYPED.decode(data)
    except UnicodeDecodeError as error:
        raise not_utf8(data, place) from error
    except msgspec.DecodeError as error:
        raise malformed(data, place, str(error)) from error
    complete = has_as_many_keys(_ENCODER.encode(tree), data)
    if not complete and (repeated := find_repeated_field(data)) is not None:
        raise given_twice(data, place, repeated)
    set_aside: list[SetAside] = []
    tree, _ = _study_within(tree, data, place, set_aside)
    return _document(_study(tree, set_aside), set_aside, place)


def read(source: Source) -> Iterator[Document]:
    """Read studies one at a time: one alone, a list, one per line, or an answer of the API.

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
    # How deep real studies are nested is known; a bound below the usual needs looking at each bracket.
    usual = source.limits.depth >= DEFAULT_LIMITS.depth
    for extent in split_studies(source, _decode_proven if usual else _decode_nothing, _ANSWER):
        if extent.decoded is not None:
            yield _document(*extent.decoded, extent.place)
        else:
            yield decode(extent.data, place=extent.place, limits=source.limits)


FORMAT = Format(
    name=NAME,
    title="API JSON of version 1, to 2024",
    extensions=(".v1.json",),
    media_type="application/json",
    keeps=("",),
    loses="It is read, not written.",
    recognizes=recognizes,
    read=read,
    write=None,
)


def _document(study: Study, set_aside: list[SetAside], place: str) -> Document:
    return Document(study=study, format=NAME, place=place, set_aside=tuple(set_aside))


def _study(tree: dict[str, Any], set_aside: list[SetAside]) -> Study:
    values = Reading(set_aside).values(Study, tree, ROOT)
    values["has_results"] = "results_section" in values
    return Study(**values)


def _decode_proven(data: bytes) -> tuple[Study, list[SetAside]] | None:
    """Decode a study, and what is set aside of it, if that takes no look at each bracket of it.

    ``None`` where a field may be given twice, where the document has a fault, and where objects may
    be nested too deeply: in what is set aside, or around the study. The record's types bound the rest.
    """
    set_aside: list[SetAside] = []
    try:
        tree = _UNTYPED.decode(data)
        # Encoding writes the shortest JSON there is: what is as long has lost nothing.
        encoded = _ENCODER.encode(tree)
        if len(encoded) != len(data) and not has_as_many_keys(encoded, data):
            return None
        tree, around = _study_within(tree, data, "", set_aside)
        study = _study(tree, set_aside)
        for item in set_aside:
            if item.value[0] in "[{":
                check_depth(item.value.encode(), "", _SHALLOW)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DocumentError, LimitError):
        return None  # faults are worded by the exact way
    return None if around > len(_AROUND) else (study, set_aside)


def _decode_nothing(data: bytes) -> None:
    """Leave every study to the exact way."""


def _study_within(
    tree: Any, data: bytes, place: str, set_aside: list[SetAside]
) -> tuple[dict[str, Any], int]:
    """Return the study in what may be around it, and how many objects are; or raise what is wrong."""
    around_it = 0
    while isinstance(tree, dict) and (around := sorted(_AROUND & tree.keys())):
        name = around[0]
        for beside, value in tree.items():
            if beside != name and beside not in _BESIDE:
                set_aside.append(SetAside("", beside, json_text(value), UNKNOWN))
        tree = tree[name]
        around_it += 1
    if isinstance(tree, dict) and "StudyFieldsResponse" in tree:
        raise DocumentError(
            "the JSON lists single fields of studies, which do not say what belongs together",
            where=place,
            accepted="full studies: FullStudiesResponse, or a study with ProtocolSection",
            advice="fetch the studies whole",
        )
    if isinstance(tree, dict) and (newer := sorted(_NEWER & tree.keys())):
        raise DocumentError(
            f"the JSON has {newer[0]}, as of version 2 of the registry's API",
            where=place,
            accepted="JSON of version 1, whose names are capitalized: ProtocolSection",
            advice="name the format api-json, or leave it to be recognized",
        )
    if not isinstance(tree, dict) or not {name.lower() for name in tree} & _SECTIONS:
        raise no_study(data, place, tree)
    return tree, around_it
