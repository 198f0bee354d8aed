"""What is wrong with JSON that should be a study, in words: where, what was found, what belongs.

Each function returns the error to raise. A study is named by its registry number where that can be
found, whatever else is wrong.
"""

import re
from typing import Any

import msgspec

from topline.errors import DocumentError
from topline.record.addresses import field_names
from topline.record.study import Study

_NCT_ID = re.compile(rb'"nctId"\s*+:\s*+"(NCT\d{8})"')
_COMPLAINT = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(?P<accepted>[^`]*)`, got `(?P<found>[^`]*)`")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_JSON_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_SHOWN = 60
"""How much of a wrong value a message shows [characters]."""


def in_other_encoding(head: bytes) -> bool:
    """Whether a document's first bytes are those of UTF-16 or UTF-32, which JSON is not kept in.

    Examples
    --------
    >>> in_other_encoding("{}".encode("utf-16")), in_other_encoding("{}".encode("utf-32-be"))
    (True, True)
    >>> in_other_encoding(b"{}")
    False
    """
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]


def not_utf8(data: bytes, place: str) -> DocumentError:
    """Return the error for text in another encoding than UTF-8."""
    if in_other_encoding(data):
        return DocumentError(
            "the JSON is not in UTF-8, but looks like UTF-16 or UTF-32",
            where=place,
            accepted="UTF-8, with or without a byte order mark",
            advice="save the file again as UTF-8",
        )
    try:
        data.decode()
        what = "a character that cannot be"
    except UnicodeDecodeError as error:
        what = f"byte 0x{data[error.start]:02X} at position {error.start:,} of the study"
    return DocumentError(
        f"the text is not in UTF-8: it has {what}",
        where=_where(data, place),
        accepted="UTF-8",
        advice="save the file again as UTF-8; it may be in Latin-1 or Windows-1252",
    )


def malformed(data: bytes, place: str, complaint: str) -> DocumentError:
    """Return the error for what is not JSON at all."""
    return DocumentError(
        f"the JSON cannot be read: {complaint}",
        where=_where(data, place),
        accepted="JSON as the registry's API gives it",
        advice="fetch or make the file again",
    )


def given_twice(data: bytes, place: str, address: str) -> DocumentError:
    """Return the error for a field that an object gives twice."""
    return DocumentError(
        "a field is given twice, and JSON does not say which of the two counts",
        where=f"{_where(data, place)}, {address}",
        accepted="each field once",
        advice="remove one of the two",
    )


def no_study(data: bytes, place: str, tree: Any) -> DocumentError:
    """Return the error for JSON that has none of a study's fields."""
    if isinstance(tree, dict):
        names = [_shorten(name) for name in list(tree)[:5]]
        found = f"an object with {', '.join(names)}{' and more' if len(tree) > 5 else ''}"
    else:
        found = _describe(tree)
    return DocumentError(
        f"the JSON is not a study: it is {found}",
        where=_where(data, place),
        accepted=f"an object with {', '.join(field_names(Study))}",
        advice="give JSON of the registry's API version 2",
    )


def wrong_type(data: bytes, place: str, complaint: str, tree: Any) -> DocumentError:
    """Return the error for a value of the wrong JSON type.

    Parameters
    ----------
    data, place
        The study's JSON and where it was found.
    complaint
        What the typed decoder said.
    tree
        The study decoded without types, in which the value is looked up.
    """
    match = _COMPLAINT.fullmatch(complaint)
    assert match is not None  # the pattern takes any text
    steps = _STEP.findall(match["path"] or "")
    address = "".join(f"/{name or position}" for name, position in steps) or "the whole study"
    expected = _EXPECTED.fullmatch(match["what"])
    if expected is None:
        return DocumentError(
            f"the study does not fit its types: {match['what']}",
            where=f"{_where(data, place)}, {address}",
            accepted="JSON as the registry's API gives it",
        )
    words = [_JSON_WORDS.get(word, word) for word in expected["accepted"].split(" | ")]
    accepted = " or ".join(word for word in words if word != "null")
    for name, position in steps:
        tree = tree[name] if name else tree[int(position)]
    return DocumentError(
        f"the study has {_describe(tree)} where {accepted} belongs",
        where=f"{_where(data, place)}, {address}",
        accepted=accepted,
        advice="correct the value, or leave the field out",
    )


def _where(data: bytes, place: str) -> str:
    match = _NCT_ID.search(data)
    return place if match is None else f"{place}, {match[1].decode()}"


def _describe(value: Any) -> str:
    """Name a JSON value and show it, if it is short."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = _shorten(msgspec.json.encode(value).decode())
    if isinstance(value, str):
        return f"the text {text}"
    return text if value is None or isinstance(value, bool) else f"the number {text}"


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
