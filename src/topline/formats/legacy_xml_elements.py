"""What becomes of an element of the public XML, declared in tables; and the reader that follows them.

A :class:`Shape` says, for one kind of element, which field of the record each child, attribute and its
own text goes to. Every element, attribute and text that a table does not name, or that cannot go
where the table says, is set aside with the address of the part it belongs to: the reader looks at
each of them, so that nothing can be lost by not being asked for.
"""

import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as of_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec
from lxml import etree

from topline.formats.document import SetAside
from topline.formats.legacy_values import GroupIds, Words
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

    ``tidy`` changes the text before; ``attributes`` are further fields, each with its words.
    """

    field: str
    words: Mapping[str, Any] | None = None
    tidy: Callable[[str], str] | None = None
    attributes: Mapping[str, tuple[str, Mapping[str, Any]]] = of_dataclass(default_factory=dict)


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
        self.lists = _lists_among(children.values())
        """The fields that are lists; ``None`` where functions of the table may make others."""


def _lists_among(actions: Iterable[Action]) -> tuple[str, ...] | None:
    """Return the fields that actions make lists; ``None`` where functions may make others."""
    found: list[str] = []
    for action in actions:
        match action:
            case By():
                return None
            case Texts(field) | Part(field, _, True):
                found.append(field)
            case Within(children):
                within = _lists_among(children.values())
                if within is None:
                    return None
                found += within
            case _:
                pass
    return tuple(dict.fromkeys(found))


Attributes: TypeAlias = Mapping[str, tuple[Any, Mapping[str, Any] | None]]
"""The field of each attribute, and the words to read it by."""

_UNKNOWN: tuple[Any, Mapping[str, Any]] = (None, Words())


class Compiled(typing.NamedTuple):
    """An action as the reader follows it: a method, and what it is given."""

    follow: "Callable[[Reading, etree._Element, Compiled, dict[str, Any], Path], None] | None"
    """``None`` for a text alone, which the reader reads on the spot: most elements are."""
    field: str = ""
    words: Any = None
    more: Any = None


Table: TypeAlias = Mapping[Any, Compiled]


def compiled(children: Mapping[str, Action]) -> Table:
    """Turn a table into what the reader looks at, once."""
    return {name: _compiled(action) for name, action in children.items()}


def _compiled(action: Action) -> Compiled:
    match action:
        case Text(name, words, None, attributes) if not attributes:
            return Compiled(None, name, words)
        case Text():
            return Compiled(Reading.attributed_text, more=action)
        case Texts(name, words):
            return Compiled(Reading.next_text, name, words)
        case Part(name, shape, listed):
            follow = Reading.next_part if listed else Reading.only_part
            if listed and not shape.children:
                follow = Reading.next_cell
            return Compiled(follow, name, camel(name), shape)
        case Within(children, at):
            return Compiled(Reading.within, at, None, compiled(children))
        case Said(text):
            return Compiled(Reading.said, more=text)
        case Aside(reason):
            return Compiled(Reading.aside_for, more=reason)
        case By(read):
            return Compiled(Reading.by, more=read)


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
        self.once: dict[str, Any] = {}
        """What functions of the tables work out once for a document."""
        self._attributes: dict[Shape, Attributes] = {}

    def part(self, shape: Shape, element: etree._Element, path: Path) -> Node:
        """Read an element as a part of the record."""
        values: dict[str, Any] = {}
        if element.text is not None or element.items():
            self.own(shape, element, values, path)
        self.children(shape.children, element, values, path)
        if shape.finish is not None:
            return shape.finish(self, values, path)
        if shape.lists is None:
            return build(shape.node, values)
        for name in shape.lists:
            if name in values:
                values[name] = tuple(values[name])
        return shape.node(**values)

    def own(
        self, shape: Shape, element: etree._Element, values: dict[str, Any], path: Path
    ) -> None:
        """Read an element's attributes, and its text where it may have one."""
        known = self._attributes_of(shape)
        for attribute, text in element.items():
            target, words = known.get(attribute, _UNKNOWN)
            value = text if words is None else words[text]
            if value is None:
                self.aside(path, f"@{attribute}", text, NO_PLACE if target is None else NOT_READ)
            else:
                values[target] = value
        self._own_text(shape, element, values, path)

    def children(
        self, known: Table, element: etree._Element, values: dict[str, Any], path: Path
    ) -> None:
        """Read the children of an element into the fields of the part it belongs to."""
        find = known.get
        for child in element:
            if (tail := child.tail) is not None and tail.strip(_BLANKS):
                self.aside(path, "text", tail, MIXED)
            action = find(child.tag)
            if action is None:
                self.element_aside(child, path, NO_PLACE)
                continue
            follow, field, words, _ = action
            if follow is not None:
                follow(self, child, action, values, path)
            elif (text := child.text) is None or child.items() or len(child):
                self._odd_text(child, action, values, path)
            else:
                value = text if words is None else words[text]
                if value is None:
                    self.element_aside(child, path, NOT_READ)
                elif field not in values:
                    values[field] = value
                elif values[field] != value:
                    self.element_aside(child, path, REPEATED)

    def next_cell(
        self,
        element: etree._Element,
        action: Compiled,
        values: dict[str, Any],
        path: Path,
    ) -> None:
        """Read an element without children as the next part of a list."""
        _, field, name, shape = action
        found = values.get(field)
        if found is None:
            found = values[field] = []
        cell: dict[str, Any] = {}
        known = self._attributes.get(shape) or self._attributes_of(shape)
        for attribute, text in element.items():
            target, words = known.get(attribute, _UNKNOWN)
            value = text if words is None else words[text]
            if value is None:
                reason = NO_PLACE if target is None else NOT_READ
                self.aside((path, name, found), f"@{attribute}", text, reason)
            else:
                cell[target] = value
        if element.text is not None or len(element):
            self._own_text(shape, element, cell, (path, name, found))
            self.children(shape.children, element, cell, (path, name, found))
        found.append(shape.node(**cell))

    def _own_text(
        self, shape: Shape, element: etree._Element, values: dict[str, Any], path: Path
    ) -> None:
        """Read an element's own text, or set it aside."""
        text = element.text
        if text is not None and text.strip(_BLANKS):
            if shape.text is not None and not len(element):
                values[shape.text] = text
            else:
                self.aside(path, "text", text, MIXED if len(element) else NO_PLACE)

    def _attributes_of(self, shape: Shape) -> Attributes:
        """Return the attributes of a shape with the words of this document."""
        found = self._attributes.get(shape)
        if found is None:
            found = self._attributes[shape] = {
                name: (target, words if words is None else self.words(words))
                for name, (target, words) in shape.attributes.items()
            }
        return found

    def next_part(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Read an element as the next part of a list."""
        _, field, name, shape = action
        found = values.get(field)
        if found is None:
            found = values[field] = []
        found.append(self.part(shape, element, (path, name, found)))

    def only_part(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Read an element as the part that a field holds."""
        if action.field in values:
            self.element_aside(element, path, REPEATED)
        else:
            values[action.field] = self.part(action.more, element, (path, action.words, None))

    def within(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Read what an element only holds."""
        inside = (path, action.field, None) if action.field else path
        if element.items() or element.text is not None:
            self.holder(element, inside)
        self.children(action.more, element, values, inside)

    def by(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Have a function read an element."""
        action.more(self, element, values, path)

    def said(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Leave out what the place of an element says."""
        if len(element) or element.items() or element.text not in (None, action.more):
            self.element_aside(element, path, f"its place says {action.more!r}")

    def aside_for(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Set an element aside for the reason of the table."""
        self.element_aside(element, path, action.more)

    def attributed_text(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Read a text that is tidied before, or has attributes that are fields."""
        table: Text = action.more
        if len(element):
            self.element_aside(element, path, IN_TEXT)
            return
        written = element.text
        if written is not None:
            text = written if table.tidy is None else table.tidy(written)
            value = text if table.words is None else table.words[text]
            if value is None or values.setdefault(table.field, value) != value:
                self.element_aside(element, path, NOT_READ if value is None else REPEATED)
                return
        for name, text in element.items():
            if name in table.attributes:
                target, words = table.attributes[name]
                value = words[text]
                if value is not None and values.setdefault(target, value) == value:
                    continue
            self.aside(path, f"{element.tag!s}/@{name}", text, NO_PLACE)

    def words(self, words: Mapping[str, Any] | str) -> Mapping[str, Any]:
        """Return the words of a table: those given, or the document's group ids of a kind."""
        return self.groups[words] if isinstance(words, str) else words

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
            name = f"{parent.tag!s}/{name}"
        if len(element) or element.items():
            value = etree.tostring(element, encoding="unicode", with_tail=False)
        else:
            value = element.text or ""
        if value.strip(_BLANKS):
            self.aside(path, name, value, reason)

    def _odd_text(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Read what should be a text alone, and has attributes, elements, or nothing in it."""
        if len(element):
            self.element_aside(element, path, IN_TEXT)
            return
        for name, text in element.items():
            self.aside(path, f"{element.tag!s}/@{name}", text, NO_PLACE)
        if element.text is not None:
            value = element.text if action.words is None else action.words[element.text]
            if value is None or values.setdefault(action.field, value) != value:
                reason = NOT_READ if value is None else REPEATED
                self.aside(path, str(element.tag), element.text, reason)

    def holder(self, element: etree._Element, path: Path) -> None:
        """Set aside what an element that only holds others has of its own."""
        for name, text in element.items():
            self.aside(path, f"{element.tag!s}/@{name}", text, NO_PLACE)
        if element.text is not None and element.text.strip(_BLANKS):
            self.aside(path, str(element.tag), element.text, MIXED)

    def next_text(
        self, element: etree._Element, action: Compiled, values: dict[str, Any], path: Path
    ) -> None:
        """Read an element as the next of a list of texts."""
        text = self.text_of(element, path)
        if text is not None:
            value = text if action.words is None else self.words(action.words)[text]
            if value is None:
                self.element_aside(element, path, NOT_READ)
            else:
                values.setdefault(action.field, []).append(value)


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
        first, rest = _first_and_rest(name)
        if rest:
            within.setdefault(first, {})[rest] = value
        else:
            own[first] = value
    for name, fields in within.items():
        own[name] = assembled(_type_within(node, name), fields)
    return build(node, own)


@cache  # the names of the tables, which are always the same
def _first_and_rest(name: str) -> tuple[str, str]:
    """Return the field of a part, and what the field within is called in it."""
    first, _, rest = name.partition(".")
    return first, rest


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
