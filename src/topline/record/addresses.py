"""Addresses: every part of a record by its JSON Pointer (RFC 6901), in the JSON's own names.

``/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/title`` is the title of the first
outcome measure. Findings, provenance, differences and links on the page all speak in addresses.
"""

import difflib
from functools import cache
from typing import Any, TypeAlias

import msgspec

from topline.errors import NotFoundError, UsageError
from topline.record.node import Node
from topline.record.study import Study

Part: TypeAlias = Node | tuple[Any, ...] | str | int | float | bool
"""What an address can lead to: a node, a list, or a leaf."""


ANY = "*"
"""Stands for every position of a list in the address of a pattern."""


def pattern_of(address: str) -> str:
    """Put ``*`` for every position in a list.

    Examples
    --------
    >>> pattern_of("/protocolSection/designModule/phases/0")
    '/protocolSection/designModule/phases/*'
    """
    if address.startswith("/") and "~" not in address:  # nearly all: no name is written otherwise
        return "/".join([ANY if token.isdecimal() else token for token in address.split("/")])
    return format_address(
        tuple(ANY if token.isdecimal() else token for token in parse_address(address))
    )


def format_address(tokens: tuple[str | int, ...]) -> str:
    """Write the names and positions of a path as an address.

    Examples
    --------
    >>> format_address(("resultsSection", "moreInfoModule"))
    '/resultsSection/moreInfoModule'
    >>> format_address(("a/b", 0, "~"))
    '/a~1b/0/~0'
    """
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def parse_address(address: str) -> tuple[str, ...]:
    """Read an address into its names and positions; the empty address is the whole record.

    Raises
    ------
    UsageError
        If the address does not begin with a slash or holds a ``~`` that RFC 6901 does not know.

    Examples
    --------
    >>> parse_address("/resultsSection/moreInfoModule")
    ('resultsSection', 'moreInfoModule')
    >>> parse_address("/a~1b/0/~0")
    ('a/b', '0', '~')
    """
    if address == "":
        return ()
    if not address.startswith("/"):
        raise UsageError(
            f"{_shorten(address)!r} is not an address",
            accepted="a JSON Pointer such as /resultsSection/participantFlowModule/groups/0",
            advice="begin the address with a slash",
        )
    return tuple(_unescape(token, address) for token in address[1:].split("/"))


def value_at(study: Study, address: str) -> Part:
    """Return the part of a record at an address.

    Parameters
    ----------
    study
        The record.
    address
        A JSON Pointer in the names of the JSON (camel case).

    Returns
    -------
    Part
        A node, a tuple of nodes or strings, or a leaf as it was posted.

    Raises
    ------
    UsageError
        If the address is malformed.
    NotFoundError
        If the record has no such part: with the deepest part that exists and the nearest names.

    Examples
    --------
    >>> value_at(Study(has_results=True), "/hasResults")
    True
    """
    part: Part = study
    tokens = parse_address(address)
    for depth, token in enumerate(tokens):
        part = _child(part, token, tokens[:depth])
    return part


def replace_at(study: Study, address: str, value: Part | None) -> Study:
    """Return the record with another value at an address; the record given stays as it was.

    Parameters
    ----------
    study
        The record.
    address
        Where: an existing part, or a field that the node there may have and does not.
    value
        The new value, of the type the field has. ``None`` leaves the field out. A list is
        changed by replacing the list.

    Raises
    ------
    UsageError
        If the address is malformed or empty, or the value is not of the field's type.
    NotFoundError
        If the parent of the address does not exist or has no such field or position.

    Examples
    --------
    >>> replace_at(Study(has_results=True), "/hasResults", False)
    Study(protocol_section=None, results_section=None, annotation_section=None, \
document_section=None, derived_section=None, has_results=False)
    """
    tokens = parse_address(address)
    if not tokens:
        raise UsageError(
            "the empty address is the whole record, which has nothing to be replaced in",
            advice="use the other record instead",
        )
    parents: list[Part] = [study]
    for depth, token in enumerate(tokens[:-1]):
        parents.append(_child(parents[-1], token, tokens[:depth]))
    new: Any = value
    for depth in reversed(range(len(tokens))):
        new = _with_child(parents[depth], tokens[depth], new, tokens[:depth])
    replaced: Study = new
    return replaced


@cache
def field_names(node_type: type[Node]) -> dict[str, str]:
    """Return the fields of a type: name in the JSON to name in Python, in order.

    Examples
    --------
    >>> field_names(Study)["hasResults"]
    'has_results'
    """
    return {field.encode_name: field.name for field in msgspec.structs.fields(node_type)}


@cache
def _field_types(node_type: type[Node]) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(node_type)}


def _unescape(token: str, address: str) -> str:
    if "~" not in token:
        return token
    if "~" in token.replace("~0", "").replace("~1", ""):
        raise UsageError(
            f"a ~ in the address {_shorten(address)!r} is not followed by 0 or 1",
            accepted="~0 for a tilde and ~1 for a slash inside a name",
        )
    return token.replace("~1", "/").replace("~0", "~")


def _child(part: Part, token: str, path: tuple[str, ...]) -> Part:
    if isinstance(part, Node):
        name = field_names(type(part)).get(token)
        found: Part | None = getattr(part, name) if name is not None else None
        if found is None:
            raise _no_such_field(part, token, path)
        return found
    if isinstance(part, tuple):
        element: Part = part[_position(part, token, path)]
        return element
    raise NotFoundError(
        f"the record has nothing at {_shorten(format_address((*path, token)))}",
        where=f"{format_address(path)} is {_shorten(repr(part))}, which has no parts",
        advice="shorten the address",
    )


def _with_child(part: Part, token: str, value: Any, path: tuple[str, ...]) -> Part:
    if isinstance(part, Node):
        name = field_names(type(part)).get(token)
        if name is None:
            raise _no_such_field(part, token, path)
        expected = _field_types(type(part))[token]
        return msgspec.structs.replace(part, **{name: _checked(value, expected, (*path, token))})
    if isinstance(part, tuple):
        position = _position(part, token, path)
        if not isinstance(value, type(part[position])):
            found, wanted = type(value).__name__, type(part[position]).__name__
            raise UsageError(
                f"{found} cannot stand where the record has {wanted}",
                where=format_address((*path, token)),
                accepted=wanted,
                advice="to shorten or lengthen a list, replace the list",
            )
        return (*part[:position], value, *part[position + 1 :])
    return _child(part, token, path)  # a leaf has no parts: raises the error that says so


def _checked(value: Any, expected: Any, path: tuple[str, ...]) -> Any:
    try:
        return msgspec.convert(value, expected)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{_shorten(repr(value))} is not what the field holds: {error}",
            where=format_address(path),
            advice="give a value of the field's type; reported numbers are strings, counts of "
            "adverse events integers",
        ) from error


def _position(part: tuple[Any, ...], token: str, path: tuple[str, ...]) -> int:
    # RFC 6901: digits without a leading zero. isdecimal alone would take other scripts' digits.
    is_position = token.isascii() and token.isdecimal() and (token == "0" or token[0] != "0")
    # A number longer than a list can be is not converted: that costs more than linear time.
    if is_position and len(token) < 10 and int(token) < len(part):
        return int(token)
    has = f"positions 0 to {len(part) - 1}" if part else "an empty list"
    raise NotFoundError(
        f"the record has nothing at {_shorten(format_address((*path, token)))}",
        where=f"{format_address(path)} has {has}",
        accepted=has,
    )


def _no_such_field(part: Node, token: str, path: tuple[str, ...]) -> NotFoundError:
    names = field_names(type(part))
    present = [name for name, field in names.items() if getattr(part, field) is not None]
    whole = format_address(path) or "the record"
    nearest = difflib.get_close_matches(_shorten(token), names, n=1, cutoff=0.6)
    if token in names:
        what = f"{token} is a field that this record leaves out"
        advice = None
    else:
        what = f"there is no field {_shorten(token)!r}"
        advice = f"did you mean {nearest[0]}?" if nearest else None
    return NotFoundError(
        f"the record has nothing at {_shorten(format_address((*path, token)))}: {what}",
        where=f"{whole} exists ({type(part).__name__})",
        accepted=", ".join(present) or "nothing: it is empty",
        advice=advice,
    )


def _shorten(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
