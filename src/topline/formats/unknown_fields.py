"""Fields of a JSON study that the record's types do not have: taken out, and put back.

The registry adds and removes fields. What it adds is kept here as JSON text with its address, so
that a record read today and written again still has it.
"""

import json
import re
import typing
from collections.abc import Iterable, Set
from functools import cache
from typing import Any, TypeAlias

import msgspec

from topline.errors import OutputError
from topline.formats.document import SetAside
from topline.record.addresses import format_address, parse_address
from topline.record.node import Node
from topline.record.study import Study

UNKNOWN = "the record's types have no such field"
EXPLICIT_NULL = "the field is given as null; the record leaves empty fields out"

_ESCAPED_KEY_SIGN = re.compile(rb"\\u00(?:22|3[aA])")  # a quotation mark or colon, escaped

_Path: TypeAlias = tuple[str | int, ...]


def take_out(tree: Any) -> tuple[SetAside, ...]:
    """Take unknown fields, and fields given as ``null``, out of a decoded study.

    Parameters
    ----------
    tree
        The study as decoded without types; changed in place. What is not of the right JSON type
        is left for the typed decoder to refuse.

    Returns
    -------
    tuple[SetAside, ...]
        What was taken out: address of the object it stood in, name, JSON text and reason.

    Examples
    --------
    >>> tree = {"hasResults": True, "score": [1, 2]}
    >>> take_out(tree)
    (SetAside(address='', field='score', value='[1,2]', reason="the record's types have no such \
field"),)
    >>> tree
    {'hasResults': True}
    """
    found: list[SetAside] = []
    _take_out(tree, Study, (), found)
    return tuple(found)


def put_back(tree: Any, set_aside: Iterable[SetAside]) -> None:
    """Put fields that were set aside back into a decoded study.

    Parameters
    ----------
    tree
        The study as decoded without types; changed in place.
    set_aside
        What :func:`take_out` returned.

    Raises
    ------
    OutputError
        If the object a field stood in is not there any more, or its value is not JSON.

    Examples
    --------
    >>> tree = {"hasResults": True}
    >>> put_back(tree, [SetAside("", "score", "[1,2]", UNKNOWN)])
    >>> msgspec.json.encode(tree)
    b'{"hasResults":true,"score":[1,2]}'
    """
    for item in set_aside:
        parent = _parent(tree, item)
        try:
            msgspec.json.decode(item.value)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise OutputError(
                f"what was set aside as {item.field!r} is not JSON: {error}",
                where=item.address or "the study",
                advice="leave the field out of what is set aside, or give it as JSON text",
            ) from error
        parent[item.field] = msgspec.Raw(item.value.encode())


def find_repeated_field(data: bytes) -> str | None:
    """Return the address of the first field that an object gives twice, or ``None``.

    JSON leaves open which of the two counts, and every parser drops one of them without a word.

    Parameters
    ----------
    data
        Valid JSON, nested within limits.

    Examples
    --------
    >>> find_repeated_field(b'{"groups": [{"id": "FG000", "id": "FG001"}]}')
    '/groups/0/id'
    >>> find_repeated_field(b'{"groups": [{"id": "FG000"}, {"id": "FG001"}]}') is None
    True
    """
    tree = json.loads(data, object_pairs_hook=_Pairs, parse_int=str, parse_float=str)
    return _find_repeated(tree, ())


def has_as_many_keys(encoded: bytes, data: bytes) -> bool:
    """Whether as many keys came out as went in; ``False`` also where that cannot be told.

    Without blanks, a key is a quotation mark and a colon. Texts may hold these two as well, and
    hold them still when encoded again, unless they were escaped.
    """
    compact = msgspec.json.format(data, indent=-1)
    return (
        compact.count(b'":') == encoded.count(b'":') and _ESCAPED_KEY_SIGN.search(compact) is None
    )


class _Pairs(list[tuple[str, Any]]):
    """An object as the pairs that were written."""


def _find_repeated(value: Any, path: _Path) -> str | None:
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, _Pairs):
        children = value
    elif isinstance(value, list):
        children = enumerate(value)
    seen: set[str | int] = set()
    for name, child in children:
        if name in seen:
            return format_address((*path, name))
        seen.add(name)
        if isinstance(child, list) and (found := _find_repeated(child, (*path, name))) is not None:
            return found
    return None


def _take_out(value: Any, node_type: type[Node], path: _Path, found: list[SetAside]) -> None:
    if not isinstance(value, dict):
        return
    shape = _shape(node_type)
    if not value.keys() <= shape.names:
        for name in [name for name in value if name not in shape.names]:
            found.append(_set_aside(path, name, value.pop(name), UNKNOWN))
    if None in value.values():
        for name in [name for name in value if value[name] is None and name in shape.optional]:
            found.append(_set_aside(path, name, value.pop(name), EXPLICIT_NULL))
    for name, child_type in shape.children:
        child = value.get(name)
        if isinstance(child, list):
            for position, element in enumerate(child):
                _take_out(element, child_type, (*path, name, position), found)
        elif child is not None:
            _take_out(child, child_type, (*path, name), found)


def _set_aside(path: _Path, name: str, value: Any, reason: str) -> SetAside:
    return SetAside(format_address(path), name, msgspec.json.encode(value).decode(), reason)


class _Shape(typing.NamedTuple):
    names: Set[str]
    optional: Set[str]
    children: tuple[tuple[str, type[Node]], ...]
    """Fields that hold an object, or a list of objects, with the type of the object."""


@cache
def _shape(node_type: type[Node]) -> _Shape:
    fields = msgspec.structs.fields(node_type)
    children = ((field.encode_name, _node_within(field.type)) for field in fields)
    return _Shape(
        names={field.encode_name for field in fields},
        optional={field.encode_name for field in fields if not field.required},
        children=tuple((name, child) for name, child in children if child is not None),
    )


def _node_within(annotation: Any) -> type[Node] | None:
    """Return the node type in ``X | None`` or ``tuple[X, ...] | None``, if ``X`` is one."""
    if isinstance(annotation, type) and issubclass(annotation, Node):
        return annotation
    for argument in typing.get_args(annotation):
        if (found := _node_within(argument)) is not None:
            return found
    return None


def _parent(tree: Any, item: SetAside) -> dict[str, Any]:
    parent = tree
    for token in parse_address(item.address):
        if isinstance(parent, list) and token.isdecimal() and int(token) < len(parent):
            parent = parent[int(token)]
        elif isinstance(parent, dict):
            parent = parent.get(token)
        else:
            parent = None
    if not isinstance(parent, dict):
        raise OutputError(
            f"the field {item.field!r} that was set aside has nowhere to go",
            where=item.address or "the study",
            accepted="a record that still has the object the field stood in",
            advice="leave the field out of what is set aside if it belongs to a removed part",
        )
    return parent
