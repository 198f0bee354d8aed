"""The JSON of the registry's API version 1, of the years to 2024, read without losing anything.

A study stands alone, in a list, or in the answer that the API gave (``FullStudiesResponse``). Its
names are those of ``v1_json_names``; its values are the texts that the registry printed, which become
codes, dates, flags and whole numbers where the record has them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from topline.errors import DocumentError
from topline.formats.document import Document, SetAside
from topline.formats.format import Format
from topline.formats.json_extents import Extent, Frame, check_depth, split_studies
from topline.formats.json_faults import (
    given_twice,
    in_other_encoding,
    malformed,
    no_study,
    not_utf8,
)
from topline.formats.limits import DEFAULT_LIMITS, Limits
from topline.formats.source import Source
from topline.formats.unknown_fields import (
    EXPLICIT_NULL,
    UNKNOWN,
    find_repeated_field,
    has_as_many_keys,
)
from topline.formats.v1_json_names import Named, names_of
from topline.record.addresses import field_names, format_address
from topline.record.node import Node
from topline.record.study import Study

NAME = "v1-json"

NOT_READ = "it cannot be read as what the record holds here"
SEVERAL = "the record has room for one, and the document gives several"
NO_OBJECT = "the record holds a part here, and the document something else"

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
    study = _study_within(tree, data, place, set_aside)
    values = _Reading(set_aside).values(Study, study, ())
    values["has_results"] = "results_section" in values
    return Document(study=Study(**values), format=NAME, place=place, set_aside=tuple(set_aside))


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
    for extent in split_studies(source, lambda data: None, _ANSWER):
        yield _document(extent, source.limits)


FORMAT = Format(
    name=NAME,
    title="API JSON of version 1, to 2024",
    extensions=(".v1.json",),
    media_type="application/json",
    keeps=(),
    loses="It is read, not written.",
    recognizes=recognizes,
    read=read,
    write=None,
)


def _document(extent: Extent, limits: Limits) -> Document:
    return decode(extent.data, place=extent.place, limits=limits)


def _study_within(tree: Any, data: bytes, place: str, set_aside: list[SetAside]) -> dict[str, Any]:
    """Return the study in what may be around it, or raise what is wrong."""
    while isinstance(tree, dict) and (around := sorted(_AROUND & tree.keys())):
        name = around[0]
        for beside, value in tree.items():
            if beside != name and beside not in _BESIDE:
                set_aside.append(SetAside("", beside, _json(value), UNKNOWN))
        tree = tree[name]
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
    return tree


def _json(value: Any) -> str:
    return _ENCODER.encode(value).decode()


class _Reading:
    """One study being read into the record, and what is set aside of it."""

    def __init__(self, set_aside: list[SetAside]) -> None:
        self._set_aside = set_aside

    def values(
        self, node: type[Node], tree: dict[str, Any], path: tuple[str | int, ...]
    ) -> dict[str, Any]:
        """Return the fields of a part of the record."""
        names = names_of(node)
        values: dict[str, Any] = {}
        for name, content in tree.items():
            known = names.get(name.lower())
            if type(content) is str and known is not None and known.is_text:
                # most of a study are texts that stand alone; the rest is looked at closely
                read = content if known.words is None else known.words[content]
                if read is not None and values.setdefault(known.field, read) is read:
                    continue
            self._look_closely(names, name, content, values, path)
        return values

    def _look_closely(
        self,
        names: Mapping[str, Named],
        name: str,
        content: Any,
        values: dict[str, Any],
        path: tuple[str | int, ...],
    ) -> None:
        """Read what is not a text alone into its field, or set it aside."""
        element, value = _element(name, content)
        known = names.get(element.lower())
        if value is None:
            self._aside(path, name, value, EXPLICIT_NULL)
        elif known is None or known.element is (element is name):
            self._aside(path, name, content, UNKNOWN)
        elif known.field in values:
            self._aside(path, name, content, SEVERAL)
        elif (found := self._value(known, name, value, path)) is not None:
            values[known.field] = found

    def _value(self, known: Named, name: str, value: Any, path: tuple[str | int, ...]) -> Any:
        if known.element:
            found: list[Any] = []
            for element in value:
                read = self._one(known, name, element, path, (known.json_name, len(found)))
                if read is not None:
                    found.append(read)
            if known.listed:
                return tuple(found)
            if len(found) != 1:
                self._aside(path, name, value, SEVERAL)
                return None
            return found[0]
        return self._one(known, name, value, path, (known.json_name,))

    def _one(
        self,
        known: Named,
        name: str,
        value: Any,
        path: tuple[str | int, ...],
        further: tuple[str | int, ...],
    ) -> Any:
        """Read a part or a text, ``further`` on from ``path``; ``None`` if it has been set aside."""
        if known.part is not None:
            if isinstance(value, dict):
                return known.part(**self.values(known.part, value, (*path, *further)))
            self._aside(path, name, value, NO_OBJECT)
            return None
        read = None
        if isinstance(value, str):
            read = value if known.words is None else known.words[value]
        if read is None:
            self._aside(path, name, value, NOT_READ)
        return read

    def _aside(self, path: tuple[str | int, ...], name: str, value: Any, reason: str) -> None:
        self._set_aside.append(SetAside(format_address(path), name, _json(value), reason))


def _element(name: str, content: Any) -> tuple[str, Any]:
    """Return the name of a list's elements and the list, where an object only holds a list."""
    if name.endswith("List") and isinstance(content, dict) and len(content) == 1:
        ((element, value),) = content.items()
        if isinstance(value, list):
            return element, value
    return name, content
