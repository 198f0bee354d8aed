"""From YAML nodes to the types of a specification, collecting every mistake on the way.

A part that is wrong leaves its default, or where it has none a stand-in, so that the rest can be
read and checked; a specification with a mistake is never built.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal, cast

import msgspec
import msgspec.inspect as kinds
import yaml

from topline.trial.conditions import ConditionError, parse_condition
from topline.trial.specification import Part
from topline.trial.specification_collector import Reading, Reference
from topline.trial.specification_methods import MethodKind
from topline.trial.specification_positions import KNOWN_TAGS, TAG, position_of
from topline.trial.specification_problems import join, one_of, shown
from topline.trial.specification_scalars import (
    Refusal,
    describe,
    is_empty,
    is_null,
    read_scalar,
    unwrapped,
    what,
)
from topline.trial.specification_shorthands import BARE, TITLE, TITLED
from topline.trial.spelling import nearest

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LONGEST_LIST = 10_000
"""A list in a specification may have so many items."""


class _Absent:
    """What stands for a value that could not be read."""


ABSENT = _Absent()


def convert(reading: Reading, node: yaml.Node, expected: type[Part]) -> Part:
    """Read a node as a part of a specification.

    Parameters
    ----------
    reading
        Takes the mistakes and the places.
    node
        The outermost node.
    expected
        The part's type.

    Returns
    -------
    Part
        As much of it as is right.
    """
    kind = kinds.type_info(expected)
    assert isinstance(kind, kinds.StructType)  # every Part is one
    reading.nodes[""] = node
    return cast(Part, _struct(reading, node, kind, "", None))


def stand_in(expected: kinds.Type, kind: str | None = None) -> Any:
    """Give a value of a type for a required field that could not be read.

    Parameters
    ----------
    expected
        The type.
    kind
        What the field holds, such as ``condition``.

    Returns
    -------
    object
        A value that further checks find nothing wrong with, if there is one.
    """
    if isinstance(expected, kinds.Metadata):
        return stand_in(expected.type, (expected.extra or {}).get("kind", kind))
    if isinstance(expected, kinds.StructType):
        return _built(expected, {})
    if isinstance(expected, kinds.LiteralType):
        return expected.values[0]
    if isinstance(expected, kinds.UnionType):
        return None if expected.includes_none else stand_in(expected.types[0], kind)
    if kind == "condition":
        return "true"
    simple: Mapping[type[Any], Any] = {
        kinds.StrType: "",
        kinds.IntType: 0,
        kinds.FloatType: 0.0,
        kinds.BoolType: False,
        kinds.DictType: {},
    }
    return simple.get(type(expected), ())


def _built(kind: kinds.StructType, given: Mapping[str, Any]) -> Part:
    values = dict(given)
    for each in kind.fields:
        if each.required and each.name not in values:
            values[each.name] = stand_in(each.type)
    return cast(Part, kind.cls(**values))


def _value(
    reading: Reading, node: yaml.Node, expected: kinds.Type, path: str, kind: str | None
) -> Any:
    """Read any node as any type; :data:`ABSENT` where it is wrong, with the mistake noted."""
    if isinstance(expected, kinds.Metadata):
        kind = (expected.extra or {}).get("kind", kind)
        return _value(reading, node, expected.type, path, kind)
    reading.nodes[path] = node
    if node.tag not in KNOWN_TAGS:
        reading.report(path, f"the tag {shown(node.tag)}", "a value without a tag")
        return ABSENT
    if isinstance(expected, kinds.UnionType):
        return _union(reading, node, expected, path, kind)
    if is_empty(node):
        reading.report(
            path,
            "nothing after the key",
            describe(expected),
            advice="leave the key out if there is nothing to say",
        )
        return ABSENT
    reader = READERS.get(type(expected))
    if reader is not None:
        return reader(reading, node, expected, path, kind)
    if not isinstance(node, yaml.ScalarNode):
        if isinstance(expected, kinds.AnyType):
            return _anything(reading, node, path)
        reading.report(path, what(node), describe(expected))
        return ABSENT
    answer = read_scalar(node, expected)
    if isinstance(answer, Refusal):
        reading.report(path, answer.found, answer.accepted, answer.nearest)
        return ABSENT
    return _of_kind(reading, answer, path, kind) if isinstance(answer, str) else answer


def _union(
    reading: Reading, node: yaml.Node, expected: kinds.UnionType, path: str, kind: str | None
) -> Any:
    if expected.includes_none and is_null(node):
        return None
    options = [o for o in expected.types if not isinstance(o, kinds.NoneType)]
    if len(options) == 1:
        return _value(reading, node, options[0], path, kind)
    wanted: tuple[type[Any], ...] = (kinds.StrType, kinds.IntType, kinds.FloatType)
    if isinstance(node, yaml.SequenceNode):
        wanted = (kinds.VarTupleType, kinds.TupleType, kinds.ListType)
    elif isinstance(node, yaml.MappingNode):
        wanted = (kinds.StructType, kinds.DictType)
    elif not is_empty(node):
        answer = read_scalar(cast(yaml.ScalarNode, node), expected)
        if not isinstance(answer, Refusal):
            return _of_kind(reading, answer, path, kind) if isinstance(answer, str) else answer
    fitting = next((option for option in options if isinstance(unwrapped(option), wanted)), None)
    if fitting is not None and not isinstance(node, yaml.ScalarNode):
        return _value(reading, node, fitting, path, kind)
    reading.report(path, what(node), describe(expected))
    return ABSENT


def _of_kind(reading: Reading, text: str, path: str, kind: str | None) -> Any:
    """Check a text that means more than its letters: a condition, a name, a reference."""
    if kind == "condition":
        return _condition(reading, text, path)
    if kind in ("variable", "dataset"):
        if NAME.fullmatch(text) is None:
            reading.report(path, shown(text), f"the name of a {kind}, such as {EXAMPLES[kind]}")
            return ABSENT
        return text.upper()
    if kind == "partial_date" and len(text) == len("2014-01-31") and not _in_calendar(text):
        reading.report(path, shown(text), "a day of the calendar, such as 2014-01-31")
        return ABSENT
    if kind in ("group", "population"):
        reading.references.append(Reference(cast(Literal["group", "population"], kind), text, path))
    return text


def _in_calendar(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


EXAMPLES = {"variable": "AVAL", "dataset": "ADTTE"}


def _condition(reading: Reading, text: str, path: str) -> Any:
    try:
        parse_condition(text)
    except ConditionError as error:
        reading.report(
            path,
            error.found,
            error.accepted or "",
            error.nearest,
            column=error.column,
            advice=_comment_advice(reading, path),
        )
        return ABSENT
    return text


def _comment_advice(reading: Reading, path: str) -> str | None:
    node = reading.nodes[path]
    line_end = reading.source[node.end_mark.index :].split("\n", 1)[0]
    if (
        isinstance(node, yaml.ScalarNode)
        and node.style is None
        and line_end.strip().startswith("#")
    ):
        return "a # after a blank begins a comment: put the whole condition in quotation marks"
    return None


def _entries(
    reading: Reading, node: yaml.MappingNode, path: str
) -> dict[str, tuple[yaml.ScalarNode, yaml.Node]]:
    """Take a mapping apart into key -> key node and value node, merging ``<<``."""
    merged: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
    own: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
    for key, value in node.value:
        if key.tag == f"{TAG}merge":
            for one in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(one, yaml.MappingNode):
                    merged = {**_entries(reading, one, path), **merged}
                else:
                    reading.report(join(path, "<<"), what(one), "a mapping", at=position_of(one))
        elif not isinstance(key, yaml.ScalarNode):
            reading.report(path, f"{what(key)} as a key", "a text as a key", at=position_of(key))
        elif key.value in own:
            reading.report(
                join(path, key.value),
                f"the key {key.value} a second time",
                "every key once",
                at=position_of(key),
                advice=f"it stands in line {position_of(own[key.value][0]).line} already",
            )
        else:
            own[key.value] = (key, value)
    return {**merged, **own}


def _struct(
    reading: Reading, node: yaml.Node, kind: kinds.StructType, path: str, _: str | None
) -> Any:
    bare = BARE.get(cast(type[Part], kind.cls))
    if isinstance(node, yaml.ScalarNode) and bare is not None:
        each = next(each for each in kind.fields if each.name == bare)
        value = _value(reading, node, each.type, join(path, bare), None)
        return _built(kind, {} if value is ABSENT else {bare: value})
    if not isinstance(node, yaml.MappingNode):
        names = one_of(each.encode_name for each in kind.fields)
        reading.report(path, what(node), f"a mapping with the keys {names}")
        return _built(kind, {})
    return _built(kind, _fields(reading, _entries(reading, node, path), kind, path))


def _fields(
    reading: Reading,
    entries: Mapping[str, tuple[yaml.ScalarNode, yaml.Node]],
    kind: kinds.StructType,
    path: str,
    owner: str = "",
) -> dict[str, Any]:
    """Read the fields of a part; ``owner`` is the method whose options they are."""
    known = {each.encode_name: each for each in kind.fields}
    noun = f"the option {{}} of {owner}" if owner else "the key {}"
    values: dict[str, Any] = {}
    meant: set[str | None] = set()
    for key, (key_node, node) in entries.items():
        each = known.get(key)
        if each is None:
            accepted = one_of(known) if known else "no options"
            near = nearest(key, known)
            meant.add(near)
            found = noun.format(shown(key)[1:-1])
            reading.report(join(path, key), found, accepted, near, at=position_of(key_node))
            continue
        value = _value(reading, node, each.type, join(path, key), None)
        if value is not ABSENT:
            values[each.name] = value
    for key, each in known.items():
        # A misspelt key is one mistake, not an unknown key and a missing one.
        if each.required and key not in entries and key not in meant:
            wanted = f"{noun.format(key)}, {describe(each.type)}"
            reading.report(join(path, key), f"no {key}", wanted)
    return values


def _mapping(
    reading: Reading, node: yaml.Node, expected: kinds.DictType, path: str, kind: str | None
) -> Any:
    if kind in ("summary", "analysis"):
        return _method(reading, node, path, cast(MethodKind, kind))
    if not isinstance(node, yaml.MappingNode):
        reading.report(path, what(node), "a mapping")
        return ABSENT
    values: dict[str, Any] = {}
    for key, (key_node, value_node) in _entries(reading, node, path).items():
        if not key.strip():
            reading.report(path, "a key of blanks", "a text as a key", at=position_of(key_node))
            continue
        value = _value(reading, value_node, expected.value_type, join(path, key), kind)
        if value is not ABSENT:
            values[key] = value
    if expected.min_length is not None and not node.value:
        reading.report(path, "an empty mapping", f"at least {expected.min_length} entry")
    return values


def _sequence(
    reading: Reading,
    node: yaml.Node,
    expected: kinds.VarTupleType | kinds.ListType | kinds.TupleType,
    path: str,
    kind: str | None,
) -> Any:
    nodes = _items(reading, node, expected, path)
    if nodes is None:
        return _titled(reading, cast(yaml.MappingNode, node), expected, path)
    if isinstance(expected, kinds.TupleType):
        types, least, most = expected.item_types, len(expected.item_types), len(expected.item_types)
    else:
        types = (expected.item_type,) * min(len(nodes), LONGEST_LIST)
        least, most = expected.min_length or 0, expected.max_length or LONGEST_LIST
    if not least <= len(nodes) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most:,}"
        count = "1 item" if len(nodes) == 1 else f"{len(nodes):,} items"
        reading.report(path, f"a list of {count}", f"a list of {wanted} items")
        return ABSENT
    values = [
        _value(reading, item, type_, join(path, position), kind)
        for position, (item, type_) in enumerate(zip(nodes, types, strict=True))
    ]
    return tuple(value for value in values if value is not ABSENT)


def _items(
    reading: Reading, node: yaml.Node, expected: kinds.Type, path: str
) -> list[yaml.Node] | None:
    """List the items of a list; none where it is written as a mapping by title."""
    if isinstance(node, yaml.SequenceNode):
        return cast(list[yaml.Node], node.value)
    item = unwrapped(getattr(expected, "item_type", expected))
    if isinstance(node, yaml.MappingNode) and isinstance(item, kinds.StructType):
        keys = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
        if item.cls in TITLED and not (
            TITLE in keys and keys <= {each.encode_name for each in item.fields}
        ):
            return None
    return [node]


def _titled(
    reading: Reading, node: yaml.MappingNode, expected: kinds.Type, path: str
) -> tuple[Part, ...]:
    """Read ``{title: condition}`` as parts with these titles."""
    item = cast(kinds.StructType, unwrapped(getattr(expected, "item_type", expected)))
    known = {each.name: each for each in item.fields}
    forms = TITLED[cast(type[Part], item.cls)]
    parts: list[Part] = []
    for key, (key_node, value) in _entries(reading, node, path).items():
        here = join(path, len(parts))
        reading.nodes[here] = key_node
        title = _value(reading, key_node, known[TITLE].type, join(here, TITLE), None)
        values: dict[str, Any] = {} if title is ABSENT else {TITLE: title}
        form = "list" if isinstance(value, yaml.SequenceNode) else "text"
        if isinstance(value, yaml.MappingNode):
            inner = {TITLE: (key_node, key_node), **_entries(reading, value, here)}
            values |= _fields(reading, inner, item, here)
        elif form not in forms:
            reading.report(here, f"a list after {shown(key)}", "a condition or a mapping")
        elif not (is_empty(value) or is_null(value)):
            name = forms[form]
            read = _value(reading, value, known[name].type, join(here, name), None)
            values |= {} if read is ABSENT else {name: read}
        parts.append(_built(item, values))
    return tuple(parts)


def _method(reading: Reading, node: yaml.Node, path: str, kind: MethodKind) -> Any:
    methods = reading.vocabulary.of(kind)
    if isinstance(node, yaml.ScalarNode):
        entries = {"method": (node, cast(yaml.Node, node))}
        return _with_options(reading, entries, path, path, kind)
    if not isinstance(node, yaml.MappingNode):
        reading.report(path, what(node), f"the name of a {kind}, or a mapping with method")
        return ABSENT
    entries = _entries(reading, node, path)
    if "method" not in entries:
        near = next((key for key in entries if nearest(key, ["method"])), None)
        reading.report(path, "no method", f"the key method, {one_of(methods)}", near and "method")
        return ABSENT
    return _with_options(reading, entries, path, join(path, "method"), kind)


def _with_options(
    reading: Reading,
    entries: Mapping[str, tuple[yaml.ScalarNode, yaml.Node]],
    path: str,
    name_path: str,
    kind: MethodKind,
) -> Any:
    methods = reading.vocabulary.of(kind)
    name = entries["method"][1]
    reading.nodes[name_path] = name
    if not isinstance(name, yaml.ScalarNode) or name.value not in methods:
        near = nearest(name.value, methods) if isinstance(name, yaml.ScalarNode) else None
        reading.report(name_path, f"the {kind} {what(name)}", one_of(methods), near)
        return ABSENT
    options = kinds.type_info(methods[name.value])
    assert isinstance(options, kinds.StructType)  # a vocabulary holds Parts
    before = len(reading.problems)
    given = {key: entry for key, entry in entries.items() if key != "method"}
    values = _fields(reading, given, options, path, f"the {kind} {name.value}")
    if len(reading.problems) > before:
        return ABSENT
    names = {each.name: each.encode_name for each in options.fields}
    plain = {names[field]: msgspec.to_builtins(value) for field, value in values.items()}
    return {"method": name.value, **plain}


def _anything(reading: Reading, node: yaml.Node, path: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        entries = _entries(reading, node, path).items()
        return {key: _any_value(reading, value, join(path, key)) for key, (_, value) in entries}
    return tuple(
        _any_value(reading, item, join(path, position)) for position, item in enumerate(node.value)
    )


def _any_value(reading: Reading, node: yaml.Node, path: str) -> Any:
    value = None if is_empty(node) else _value(reading, node, kinds.AnyType(), path, None)
    return None if value is ABSENT else value


READERS: Mapping[type[Any], Callable[[Reading, yaml.Node, Any, str, str | None], Any]] = {
    kinds.StructType: _struct,
    kinds.DictType: _mapping,
    kinds.VarTupleType: _sequence,
    kinds.ListType: _sequence,
    kinds.TupleType: _sequence,
}
