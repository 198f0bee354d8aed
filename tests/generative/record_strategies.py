"""Hypothesis strategies for records, built from the types themselves: a new field is drawn at once.

Any value that the types allow may come, in any combination: groups need not match, and texts may
hold anything that is text.
"""

import typing
from functools import cache
from typing import Any, TypeVar

import msgspec
from hypothesis import strategies as st

from topline.record.node import Node
from topline.record.study import Study

AnyNode = TypeVar("AnyNode", bound=Node)

POSTED_NUMBERS = ("0", "12", "1,234", "0.05", ".5", "12.", "<0.001", "-3.40", "NA", "", "12.5%")


def texts() -> st.SearchStrategy[str]:
    """Texts as they are posted: numbers, words, and whatever else is text."""
    any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    return st.sampled_from(POSTED_NUMBERS) | any_text


def nodes(node_type: type[AnyNode], *, most_fields: int = 3) -> st.SearchStrategy[AnyNode]:
    """Build nodes of a type with some of its fields, and within them likewise.

    Parameters
    ----------
    node_type
        A type of the record.
    most_fields
        How many optional fields of a node are filled at most.
    """
    return _nodes(node_type, most_fields)


def studies(*, most_fields: int = 3) -> st.SearchStrategy[Study]:
    """Build records; some are empty."""
    return nodes(Study, most_fields=most_fields)


def json_values() -> st.SearchStrategy[Any]:
    """Values as an unknown field might hold them."""
    whole = st.integers(min_value=-(2**80), max_value=2**80)
    number = st.floats(allow_nan=False, allow_infinity=False)
    leaves = st.none() | st.booleans() | whole | number | texts()
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3),
        max_leaves=6,
    )


def node_types() -> tuple[type[Node], ...]:
    """Return every type that a record may hold, the study first."""
    found: dict[type[Node], None] = {}
    waiting: list[type[Node]] = [Study]
    while waiting:
        node_type = waiting.pop()
        if node_type not in found:
            found[node_type] = None
            for field in msgspec.structs.fields(node_type):
                waiting.extend(_types_within(field.type))
    return tuple(found)


@cache
def _nodes(node_type: type[AnyNode], most_fields: int) -> st.SearchStrategy[AnyNode]:
    fields = msgspec.structs.fields(node_type)
    values = {field.name: _values(field.type, most_fields) for field in fields}
    required = [field.name for field in fields if field.required]
    optional = [field.name for field in fields if not field.required]

    @st.composite
    def build(draw: st.DrawFn) -> AnyNode:
        chosen = list(required)
        if optional:
            chosen += draw(st.lists(st.sampled_from(optional), unique=True, max_size=most_fields))
        return node_type(**{name: draw(values[name]) for name in chosen})

    return build()


def _values(annotation: Any, most_fields: int) -> st.SearchStrategy[Any]:
    """Values other than ``None``: a field that is chosen is there."""
    members = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
    if typing.get_origin(annotation) is tuple:
        return st.lists(_values(members[0], most_fields), max_size=3).map(tuple)
    if members:
        return st.one_of(*(_values(kind, most_fields) for kind in members))
    if issubclass(annotation, Node):
        return st.deferred(lambda: _nodes(annotation, most_fields))
    return {
        str: texts(),
        bool: st.booleans(),
        int: st.integers(min_value=-(2**63), max_value=2**63 - 1),
        float: st.floats(allow_nan=False, allow_infinity=False),
    }[annotation]


def _types_within(annotation: Any) -> list[type[Node]]:
    if isinstance(annotation, type) and issubclass(annotation, Node):
        return [annotation]
    return [found for kind in typing.get_args(annotation) for found in _types_within(kind)]
