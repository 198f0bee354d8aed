"""What becomes of an element of the public XML, declared in tables; and the reader that follows them.

A :class:`Shape` says, for one kind of element, which field of the record each child, attribute and its
own text goes to. Every element, attribute and text that a table does not name, or that cannot go
where the table says, is set aside with the address of the part it belongs to: the reader looks at
each of them, so that nothing can be lost by not being asked for.
"""

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec
from lxml import etree

from topline.formats.document import SetAside
from topline.formats.legacy_values import GroupIds
from topline.record.node import Node

NO_PLACE = "the record has no place for it"
REPEATED = "the record has room for one, and the document gives another"
NOT_READ = "it cannot be read as what the record holds here"
MIXED = "text beside elements, where the form has none"
IN_TEXT = "an element within a text, where the form has none"

_BLANKS = " \t\r\n"

Path: TypeAlias = tuple[Any, str, list[Any] | None]
"""Where a part stands: the path of the part around it, what leads on from there in the JSON's names,
and the list that the part will be the next element of."""

ROOT: Path = (None, "", None)


def address_of(path: Path | None) -> str:
    """Write a path as an address; a part still being read is the next of its list.

    Examples
    --------
    >>> address_of(((ROOT, "/resultsSection", None), "/groups", ["one"]))
    '/resultsSection/groups/1'
    """
    if path is None:
        return ""
    around, name, others = path
    here = address_of(around) + name
    return here if others is None else f"{here}/{len(others)}"


@dataclass(frozen=True, slots=True)
class Text:
    """The element's text is a field, once read by ``words`` (``None``: as it stands).

    ``tidy`` changes the text before; ``also`` reads attributes into further fields.
    """

    field: str
    words: Mapping[str, Any] | str | None = None
    tidy: Callable[[str], str] | None = None
    attributes: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Texts:
    """The element's text is the next of a list of texts."""

    field: str
    words: Mapping[str, Any] | str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The element is a part of the record, or the next of a list of parts if ``listed``."""

    field: str
    shape: "Shape"
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """The element only holds others that belong to the part around it."""

    children: Mapping[str, "Action"]
    at: str = ""
    """What the address of the part gets added for what is set aside within."""


@dataclass(frozen=True, slots=True)
class Said:
    """The element says what its place says already: only another text is set aside."""

    text: str


@dataclass(frozen=True, slots=True)
class Aside:
    """The record has no place for the element, and this is why."""

    reason: str = NO_PLACE


@dataclass(frozen=True, slots=True)
class By:
    """A function reads the element, where a table cannot say it."""

    read: "Callable[[Reading, etree._Element, dict[str, Any], Path], None]"


Action: TypeAlias = Text | Texts | Part | Within | Said | Aside | By

_TEXT, _TEXTS, _PARTS, _PART, _WITHIN, _OTHER = range(6)


class Shape:
    """What becomes of the children, attributes and text of one kind of element.

    Parameters
    ----------
    node
        The part of the record that it becomes.
    children
        Each child that is known, and what becomes of it.
    attributes
        The field of each known attribute, and the words to read it by: a mapping, the name of one
        of the document's kinds of group, or ``None`` for a text taken as it stands.
    text
        The field of the element's own text.
    finish
        Makes the part from its fields, where that is more than ``node(**fields)``.
    """

    def __init__(
        self,
        node: type[Node],
        children: Mapping[str, Action] = MappingProxyType({}),
        *,
        attributes: Mapping[str, tuple[str, Mapping[str, Any] | str | None]] = MappingProxyType({}),
        text: str | None = None,
        finish: "Callable[[Reading, dict[str, Any], Path], Node] | None" = None,
    ) -> None:
        self.node = node
        self.children = compiled(children)
        self.attributes = attributes
        self.text = text
        self.finish = finish


Compiled: TypeAlias = Mapping[str, tuple[int, str, Any, Any]]


def compiled(children: Mapping[str, Action]) -> Compiled:
    """Turn a table into the tuples that the reader looks at, once."""
    return {name: _compiled(action) for name, action in children.items()}


def _compiled(action: Action) -> tuple[int, str, Any, Any]:
    match action:
        case Text(field, words, None, attributes) if not attributes:
            return _TEXT, field, words, None
        case Texts(field, words):
            return _TEXTS, field, words, None
        case Part(field, shape, True):
            return _PARTS, field, camel(field), shape
        case Part(field, shape):
            return _PART, field, camel(field), shape
        case Within(children, at):
            return _WITHIN, at, None, compiled(children)
        case _:
            return _OTHER, "", None, action


def camel(name: str) -> str:
    """Write a field as the JSON does, with the slash before it.

    Examples
    --------
    >>> camel("status_module.start_date_struct")
    '/statusModule/startDateStruct'
    """
    parts = []
    for part in name.split("."):
        first, *rest = part.rstrip("_").split("_")
        parts.append(f"/{first}{''.join(word.capitalize() for word in rest)}")
    return "".join(parts)


class Reading:
    """One document being read: what was set aside, and its groups' ids.

    Parameters
    ----------
    place
        The document, for errors.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.set_aside: list[SetAside] = []
        self.groups = {
            kind: GroupIds(kind, code, place)
            for kind, code in (("P", "FG"), ("B", "BG"), ("O", "OG"), ("E", "EG"))
        }

    def part(self, shape: Shape, element: etree._Element, path: Path) -> Node:
        """Read an element as a part of the record."""
        values: dict[str, Any] = {}
        self.own(shape, element, values, path)
        if len(element):
            self.children(shape.children, element, values, path)
        if shape.finish is not None:
            return shape.finish(self, values, path)
        return build(shape.node, values)

    def own(
        self, shape: Shape, element: etree._Element, values: dict[str, Any], path: Path
    ) -> None:
        """Read an element's attributes, and its text where it may have one."""
        if items := element.items():
            known = shape.attributes
            for name, text in items:
                if name not in known:
                    self.aside(path, f"@{name}", text, NO_PLACE)
                    continue
                target, words = known[name]
                if words is None:
                    values[target] = text
                    continue
                value = self.words(words)[text]
                if value is None:
                    self.aside(path, f"@{name}", text, NOT_READ)
                else:
                    values[target] = value
        text_before = element.text
        if text_before is not None:
            if not text_before.strip(_BLANKS):
                return
            if shape.text is not None and len(element) == 0:
                values[shape.text] = text_before
            else:
                self.aside(path, "text", text_before, MIXED if len(element) else NO_PLACE)

    def children(
        self,
        known: Compiled,
        element: etree._Element,
        values: dict[str, Any],
        path: Path,
    ) -> None:
        """Read the children of an element into the fields of the part it belongs to."""
        for child in element:
            action = known.get(child.tag)
            tail = child.tail
            if tail is not None and tail.strip(_BLANKS):
                self.aside(path, "text", tail, MIXED)
            if action is None:
                self.element_aside(child, path, NO_PLACE)
                continue
            kind, target, words, more = action
            if kind == _TEXT:
                text = child.text
                if text is None or len(child) or child.items():
                    self._odd_text(child, target, words, values, path)
                    continue
                value = text if words is None else self.words(words)[text]
                if value is None:
                    self.element_aside(child, path, NOT_READ)
                elif values.setdefault(target, value) != value:
                    self.element_aside(child, path, REPEATED)
            elif kind == _PARTS:
                found = values.get(target)
                if found is None:
                    found = values[target] = []
                found.append(self.part(more, child, (path, words, found)))
            elif kind == _WITHIN:
                inside = path if not target else (path, target, None)
                if child.items() or child.text is not None:
                    self._odd_container(child, inside)
                self.children(more, child, values, inside)
            elif kind == _PART:
                if target in values:
                    self.element_aside(child, path, REPEATED)
                else:
                    values[target] = self.part(more, child, (path, words, None))
            elif kind == _TEXTS:
                self._next_text(child, target, words, values, path)
            else:
                self._by_action(more, child, values, path)

    def words(self, words: Mapping[str, Any] | str) -> Mapping[str, Any]:
        """Return the words of a table: those given, or the document's group ids of a kind."""
        return self.groups[words] if type(words) is str else words  # type: ignore[return-value]  # mypy does not narrow by type()

    def text_of(self, element: etree._Element, path: Path) -> str | None:
        """Return the text of an element that holds nothing else; ``None`` if it is empty."""
        text = element.text
        if len(element) or element.items():
            self.element_aside(element, path, IN_TEXT if len(element) else NO_PLACE)
            return None
        return text

    def set(
        self, element: etree._Element, target: str, value: Any, values: dict[str, Any], path: Path
    ) -> None:
        """Give a field its value, or set the element aside that another one has given it."""
        if value is None:
            self.element_aside(element, path, NOT_READ)
        elif values.setdefault(target, value) != value:
            self.element_aside(element, path, REPEATED)

    def aside(self, path: Path, name: str, value: str, reason: str) -> None:
        """Set something aside."""
        self.set_aside.append(SetAside(address_of(path), name, value, reason))

    def element_aside(self, element: etree._Element, path: Path, reason: str) -> None:
        """Set an element aside whole: its text, or its XML where it has more than a text."""
        parent = element.getparent()
        name = str(element.tag)
        if parent is not None and parent.tag in _NAMED_WITH_CHILDREN:
            name = f"{parent.tag}/{name}"
        if len(element) or element.items():
            value = etree.tostring(element, encoding="unicode", with_tail=False)
        else:
            value = element.text or ""
        if value.strip(_BLANKS):
            self.aside(path, name, value, reason)

    def _odd_text(
        self,
        element: etree._Element,
        target: str,
        words: Any,
        values: dict[str, Any],
        path: Path,
    ) -> None:
        """Read what should be a text alone, and has attributes, elements, or nothing in it."""
        if len(element):
            self.element_aside(element, path, IN_TEXT)
            return
        for name, text in element.items():
            self.aside(path, f"{element.tag}/@{name}", text, NO_PLACE)
        if element.text is not None:
            value = element.text if words is None else self.words(words)[element.text]
            if value is None or values.setdefault(target, value) != value:
                reason = NOT_READ if value is None else REPEATED
                self.aside(path, str(element.tag), element.text, reason)

    def _odd_container(self, element: etree._Element, path: Path) -> None:
        for name, text in element.items():
            self.aside(path, f"{element.tag}/@{name}", text, NO_PLACE)
        if element.text is not None and element.text.strip(_BLANKS):
            self.aside(path, str(element.tag), element.text, MIXED)

    def _next_text(
        self, element: etree._Element, target: str, words: Any, values: dict[str, Any], path: Path
    ) -> None:
        text = self.text_of(element, path)
        if text is not None:
            value = text if words is None else self.words(words)[text]
            if value is None:
                self.element_aside(element, path, NOT_READ)
            else:
                values.setdefault(target, []).append(value)

    def _by_action(
        self, action: Action, element: etree._Element, values: dict[str, Any], path: Path
    ) -> None:
        match action:
            case By(read):
                read(self, element, values, path)
            case Aside(reason):
                self.element_aside(element, path, reason)
            case Said(expected):
                if len(element) or element.items() or element.text not in (None, expected):
                    self.element_aside(element, path, f"its place says {expected!r}")
            case Text():
                self._attributed_text(action, element, values, path)

    def _attributed_text(
        self, action: Text, element: etree._Element, values: dict[str, Any], path: Path
    ) -> None:
        if len(element):
            self.element_aside(element, path, IN_TEXT)
            return
        written = element.text
        if written is not None:
            text = written if action.tidy is None else action.tidy(written)
            value = text if action.words is None else self.words(action.words)[text]
            if value is None or values.setdefault(action.field, value) != value:
                self.element_aside(element, path, NOT_READ if value is None else REPEATED)
                return
        for name, text in element.items():
            if name in action.attributes:
                target, words = action.attributes[name]
                value = words[text]
                if value is not None and values.setdefault(target, value) == value:
                    continue
            self.aside(path, f"{element.tag}/@{name}", text, NO_PLACE)


_NAMED_WITH_CHILDREN = frozenset({"required_header", "facility", "address", "measure"})
"""Elements whose children are named with them where they are set aside: alone they say too little."""


def parts(field: str, shape: Shape) -> Part:
    """Say that an element is the next of a list of parts."""
    return Part(field, shape, listed=True)


def wrapped(field: str, node: type[Node], only: str) -> By:
    """Say that an element's text is the only field of the next part of a list."""

    def read(reading: Reading, element: etree._Element, values: dict[str, Any], path: Path) -> None:
        text = reading.text_of(element, path)
        if text is not None:
            values.setdefault(field, []).append(node(**{only: text}))

    return By(read)


def assembled(node: type[Node], values: dict[str, Any]) -> Node:
    """Make a part from fields that are written with dots where they are fields of a part within.

    Examples
    --------
    >>> from topline.record.protocol import ProtocolSection
    >>> assembled(ProtocolSection, {"status_module.why_stopped": "No supply"}).status_module.why_stopped
    'No supply'
    """
    own: dict[str, Any] = {}
    within: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        first, dot, rest = name.partition(".")
        if dot:
            within.setdefault(first, {})[rest] = value
        else:
            own[first] = value
    for name, fields in within.items():
        own[name] = assembled(_type_within(node, name), fields)
    return build(node, own)


@cache
def _type_within(node: type[Node], name: str) -> type[Node]:
    """Return the type of a field that holds a part."""
    (annotation,) = (found.type for found in msgspec.structs.fields(node) if found.name == name)
    return next(
        found
        for found in typing.get_args(annotation)
        if isinstance(found, type) and issubclass(found, Node)
    )


def build(node: type[Node], values: dict[str, Any]) -> Node:
    """Make a part of the record from its fields; lists become tuples, an empty one is left out."""
    for name, value in values.items():
        if type(value) is list:
            values[name] = tuple(value)
    return node(**values)
