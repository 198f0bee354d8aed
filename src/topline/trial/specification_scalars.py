"""A single value of a specification: source text and expected type into a value, or why not.

YAML 1.1 reads ``No`` as false, ``1:30`` as 90 and ``010`` as 8. Where a text is expected, the text
is taken as it is written; where a number is expected, only a plain decimal one is.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec.inspect as kinds
import yaml

from topline.trial.specification_positions import KNOWN_TAGS, TAG
from topline.trial.specification_problems import one_of, shown
from topline.trial.spelling import nearest

Scalar = str | int | float | bool | None

WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"[+-]?(0|[1-9][0-9]*)?(\.[0-9]+)?(?<=[0-9])([eE][+-]?[0-9]{1,3})?")
TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value is not what was expected.

    Attributes
    ----------
    found, accepted, nearest
        As in a problem.
    """

    found: str
    accepted: str
    nearest: str | None = None


def read_scalar(node: yaml.ScalarNode, expected: kinds.Type) -> Scalar | Refusal:
    """Read a single value as the type that is expected.

    Parameters
    ----------
    node
        The value with its tag and style.
    expected
        A type of :mod:`msgspec.inspect`; a list or mapping is refused.

    Returns
    -------
    str, int, float, bool, None or Refusal
        The value, or why it is none of the type.

    Examples
    --------
    >>> from topline.trial.specification_positions import compose
    >>> read_scalar(compose("No"), kinds.StrType()), read_scalar(compose("No"), kinds.BoolType())
    ('No', False)
    >>> read_scalar(compose("010"), kinds.IntType()).found
    '"010", which some read as 8 and some as 10'
    """
    if node.tag not in KNOWN_TAGS:
        return Refusal(f"the tag {shown(node.tag)}", "a value without a tag")
    reader = READERS.get(type(expected))
    if reader is None:
        return Refusal(what(node), describe(expected))
    return reader(node, expected)


def is_empty(node: yaml.Node) -> bool:
    """Tell whether nothing at all stands after a key."""
    return isinstance(node, yaml.ScalarNode) and node.tag == f"{TAG}null" and not node.value


def is_null(node: yaml.Node) -> bool:
    """Tell whether ``null`` or ``~`` is written."""
    return isinstance(node, yaml.ScalarNode) and node.tag == f"{TAG}null" and bool(node.value)


def what(node: yaml.Node) -> str:
    """Name what a node is, for a message."""
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if is_empty(node):
        return "nothing"
    if isinstance(node, yaml.ScalarNode) and node.tag == f"{TAG}str" and node.style is not None:
        return f"the text {shown(node.value)}"
    return shown(node.value)


def _text(node: yaml.ScalarNode, expected: kinds.StrType) -> Scalar | Refusal:
    if is_null(node) or is_empty(node):
        return Refusal(f"{node.value or 'nothing'}", "a text")
    text: str = node.value
    if expected.max_length is not None and len(text) > expected.max_length:
        return Refusal(
            f"{len(text):,} characters, {shown(text)}", f"at most {expected.max_length} characters"
        )
    if expected.min_length is not None and len(text) < expected.min_length:
        return Refusal(shown(text), f"at least {expected.min_length} characters")
    if expected.pattern is not None and not _of_form(text, expected.pattern):
        return Refusal(shown(text), f"a text of the form {expected.pattern.strip('^$')}")
    if not text.strip():
        return Refusal("a text of blanks", "a text")
    return text


def _of_form(text: str, pattern: str) -> bool:
    # `$` would let a last line break pass, and `\d` digits of any script.
    strict = pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern
    return re.search(strict, text, re.ASCII) is not None


def _whole(node: yaml.ScalarNode, expected: kinds.IntType) -> Scalar | Refusal:
    if node.tag == f"{TAG}str" or not WHOLE.fullmatch(node.value):
        return Refusal(_as_number(node), describe(expected))
    return _in_range(int(node.value), expected)


def _fraction(node: yaml.ScalarNode, expected: kinds.FloatType) -> Scalar | Refusal:
    # PyYAML takes 1e3 for a text, since it has no point; a quoted number is one on purpose.
    quoted = node.style is not None or (node.tag == f"{TAG}str" and "e" not in node.value.lower())
    if quoted or not DECIMAL.fullmatch(node.value) or math.isinf(float(node.value)):
        return Refusal(_as_number(node), describe(expected))
    value = int(node.value) if WHOLE.fullmatch(node.value) else float(node.value)
    return _in_range(value, expected)


def _as_number(node: yaml.ScalarNode) -> str:
    plain = node.value.lstrip("+-").replace("_", "")
    if node.tag == f"{TAG}int" and plain.isdigit() and plain.startswith("0") and plain != "0":
        eight = f"some read as {int(plain, 8)}" if set(plain) <= set("01234567") else "is no octal"
        return f"{shown(node.value)}, which {eight} and some as {int(plain)}"
    if node.tag in (f"{TAG}int", f"{TAG}float") and ":" in plain:
        return f"{shown(node.value)}, which some read as a number to the base of 60"
    return what(node)


def _in_range(
    value: int | float, expected: kinds.IntType | kinds.FloatType
) -> int | float | Refusal:
    low = expected.ge is None or value >= expected.ge
    above = expected.gt is None or value > expected.gt
    high = expected.le is None or value <= expected.le
    below = expected.lt is None or value < expected.lt
    if low and above and high and below:
        return value
    return Refusal(str(value), describe(expected))


def _truth(node: yaml.ScalarNode, expected: kinds.BoolType) -> Scalar | Refusal:
    truth = TRUTHS.get(node.value.lower()) if node.tag == f"{TAG}bool" else None
    return Refusal(what(node), "true or false") if truth is None else truth


def _listed(node: yaml.ScalarNode, expected: kinds.LiteralType) -> Scalar | Refusal:
    words = {str(value): value for value in expected.values}
    if node.value in words:
        return words[node.value]
    return Refusal(what(node), one_of(words), nearest(node.value, words))


def _anything(node: yaml.ScalarNode, expected: kinds.Type) -> Scalar | Refusal:
    if is_null(node) or is_empty(node):
        return None
    return _first(node, (kinds.BoolType(), kinds.IntType(), kinds.FloatType(), kinds.StrType()))


def _union(node: yaml.ScalarNode, expected: kinds.UnionType) -> Scalar | Refusal:
    if any(isinstance(option, kinds.NoneType) for option in expected.types) and is_null(node):
        return None
    # A text takes whatever is written, so it is tried last.
    options = sorted(
        expected.types, key=lambda option: isinstance(unwrapped(option), kinds.StrType)
    )
    return _first(node, tuple(unwrapped(option) for option in options))


def _first(node: yaml.ScalarNode, options: tuple[kinds.Type, ...]) -> Scalar | Refusal:
    answers = [read_scalar(node, option) for option in options]
    values = [answer for answer in answers if not isinstance(answer, Refusal)]
    if values:
        return values[0]
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    accepted = dict.fromkeys(
        refusal.accepted
        for refusal, option in zip(refusals, options, strict=True)
        if not isinstance(option, kinds.NoneType)
    )
    near = next((refusal.nearest for refusal in refusals if refusal.nearest), None)
    return Refusal(what(node), "; or ".join(accepted), near)


def unwrapped(expected: kinds.Type) -> kinds.Type:
    """Give a type without the descriptions around it."""
    while isinstance(expected, kinds.Metadata):
        expected = expected.type
    return expected


def describe(expected: kinds.Type) -> str:
    """Say in words what a type accepts.

    Examples
    --------
    >>> describe(kinds.IntType(ge=0, le=12)), describe(kinds.FloatType(gt=0, lt=1))
    ('a whole number from 0 to 12', 'a number above 0 and below 1')
    """
    expected = unwrapped(expected)
    if isinstance(expected, kinds.IntType | kinds.FloatType):
        return _describe_number(expected)
    if isinstance(expected, kinds.LiteralType):
        return one_of(str(value) for value in expected.values)
    if isinstance(expected, kinds.UnionType):
        options = [o for o in expected.types if not isinstance(unwrapped(o), kinds.NoneType)]
        return one_of(dict.fromkeys(describe(option) for option in options))
    if isinstance(expected, kinds.VarTupleType | kinds.ListType):
        return f"a list of which each is {describe(expected.item_type)}"
    return DESCRIPTIONS.get(type(expected), "a value")


DESCRIPTIONS: Mapping[type[Any], str] = {
    kinds.StrType: "a text",
    kinds.BoolType: "true or false",
    kinds.StructType: "a mapping",
    kinds.DictType: "a mapping",
    kinds.TupleType: "a list",
    kinds.NoneType: "null",
}


def _describe_number(expected: kinds.IntType | kinds.FloatType) -> str:
    noun = "a whole number" if isinstance(expected, kinds.IntType) else "a number"
    if expected.ge is not None and expected.le is not None:
        return f"{noun} from {expected.ge:g} to {expected.le:g}"
    limits = [
        f"{word} {limit:g}"
        for word, limit in (
            ("of at least", expected.ge),
            ("above", expected.gt),
            ("of at most", expected.le),
            ("below", expected.lt),
        )
        if limit is not None
    ]
    return f"{noun} {' and '.join(limits)}" if limits else noun


# Each reader is called with the very type it stands under.
READERS: Mapping[type[Any], Callable[[yaml.ScalarNode, Any], Scalar | Refusal]] = {
    kinds.StrType: _text,
    kinds.IntType: _whole,
    kinds.FloatType: _fraction,
    kinds.BoolType: _truth,
    kinds.LiteralType: _listed,
    kinds.AnyType: _anything,
    kinds.UnionType: _union,
}
