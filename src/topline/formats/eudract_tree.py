"""EudraCT's adverse-event XML as a tree, from and to the parts of a document."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NoReturn

from lxml import etree

from topline.errors import DocumentError, OutputError
from topline.formats import eudract_fields as fields
from topline.formats.eudract_fields import Field
from topline.formats.eudract_layout import (
    LISTS,
    AnyPart,
    EventPart,
    GroupPart,
    Layout,
    Part,
    Value,
    ValuePart,
    group_part,
    module_part,
    term_part,
    value_part,
)
from topline.formats.eudract_plain import BLANKS, Children, number_read, plain_values

RESULTS_NAMESPACE = "http://eudract.ema.europa.eu/schema/clinical_trial_result"
NAMESPACE = f"{RESULTS_NAMESPACE}/adverse_events"
ROOT = "adverseEvents"
FULL_ROOT = "result"

_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_NIL = f"{{{_INSTANCE}}}nil"
_ELEMENTS = {
    "seriousEvents": ("seriousAdverseEvents", "seriousAdverseEvent"),
    "otherEvents": ("nonSeriousAdverseEvents", "nonSeriousAdverseEvent"),
}
#: The order of the schema.
_WRITTEN_ORDER = ("otherEvents", "seriousEvents")
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_tree(root: etree._Element, place: str) -> Layout:
    """Read the parts of a document.

    Parameters
    ----------
    root
        The adverse events alone, or the full result set that holds them.
    place
        The name that errors give it.

    Raises
    ------
    DocumentError
        If it is no such document: with the line.
    """
    tree = _Tree(place)
    if root.tag == f"{{{NAMESPACE}}}{ROOT}":
        return tree.layout(root)
    if root.tag in (FULL_ROOT, f"{{{RESULTS_NAMESPACE}}}{FULL_ROOT}"):
        return tree.full_result(root)
    tree.refuse(
        root,
        f"the root element is {_tag(root)!r}",
        f"{ROOT} in the namespace {NAMESPACE}, or {FULL_ROOT} with such a section",
    )


def write_tree(layout: Layout) -> bytes:
    """Write the parts of a document as XML, laid out for people.

    Raises
    ------
    OutputError
        If a text holds a character that XML cannot hold.
    """
    names = {"aev": NAMESPACE, "xsi": _INSTANCE}
    if layout.attributes is None:
        root = section = etree.Element(f"{{{NAMESPACE}}}{ROOT}", nsmap=names)
    else:
        # The sections bring the namespaces that they use; the root gives them none to inherit.
        root = etree.Element(FULL_ROOT, attrib=layout.attributes)
        for text in layout.sections.values():
            root.append(etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False)))
        section = etree.SubElement(root, ROOT, nsmap={"xsi": _INSTANCE})
    _write_fields(section, layout.module, fields.MODULE)
    _write_groups(section, layout.groups)
    for kind in _WRITTEN_ORDER:
        _write_events(section, kind, layout)
    written: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=layout.attributes is None
    )
    return written


class _Tree:
    """Reads elements, and names the line where one is wrong."""

    def __init__(self, place: str) -> None:
        self._place = place

    def refuse(self, element: etree._Element, message: str, accepted: str) -> NoReturn:
        raise DocumentError(
            message, where=f"{self._place}, line {element.sourceline}", accepted=accepted
        )

    def full_result(self, root: etree._Element) -> Layout:
        found = [child for child in root if etree.QName(child).localname == ROOT]
        if len(found) != 1:
            self.refuse(
                root,
                f"the result set has {len(found)} sections of adverse events",
                "a result set of EudraCT with one section adverseEvents",
            )
        layout = self.layout(found[0])
        layout.attributes = {str(name): str(value) for name, value in root.attrib.items()}
        for child in root:
            name = etree.QName(child).localname
            if child is not found[0]:
                if name in layout.sections:
                    self.refuse(child, f"there is a second {name}", f"one {name}")
                child.tail = None
                layout.sections[name] = etree.tostring(child, method="c14n").decode()
        return layout

    def layout(self, root: etree._Element) -> Layout:
        lists = [plural for plural, _ in _ELEMENTS.values()]
        within = self._children(root, _first_names(fields.MODULE, "reportingGroups", *lists))
        groups, positions = self._groups(within.get("reportingGroups"))
        events = {
            kind: self._events(within.get(plural), kind, groups or [], positions)
            for kind, (plural, _) in _ELEMENTS.items()
        }
        module = module_part(self._values(within, fields.MODULE))
        return Layout(module=module, groups=groups, events=events)

    def _groups(
        self, listed: etree._Element | None
    ) -> tuple[list[GroupPart] | None, dict[str, int]]:
        if listed is None:
            return None, {}
        groups: list[GroupPart] = []
        positions: dict[str, int] = {}
        for element in self._all(listed, "reportingGroup"):
            identifier = self._attribute(element, "id")
            if identifier in positions:
                self.refuse(
                    element, f"the id {identifier!r} is given twice", "an id for each group"
                )
            positions[identifier] = len(groups)
            values, _ = self._part(element, fields.GROUP)
            groups.append(group_part(len(groups), identifier, values))
        return groups, positions

    def _events(
        self,
        listed: etree._Element | None,
        kind: str,
        groups: list[GroupPart],
        positions: dict[str, int],
    ) -> list[EventPart] | None:
        if listed is None:
            return None
        events = []
        for position, element in enumerate(self._all(listed, _ELEMENTS[kind][1])):
            own, within = self._part(element, fields.EVENT, ("values",))
            term = term_part(kind, position, own)
            values = within.get("values")
            known = (
                None
                if values is None
                else self._group_values(values, kind, term, groups, positions)
            )
            events.append(EventPart(term, known))
        return events

    def _group_values(
        self,
        listed: etree._Element,
        kind: str,
        term: Part,
        groups: list[GroupPart],
        positions: dict[str, int],
    ) -> list[ValuePart]:
        found = []
        wanted = LISTS[kind]
        for place, element in enumerate(self._all(listed, "value")):
            identifier = self._attribute(element, "reportingGroupId")
            group = positions.get(identifier)
            if group is None:
                self.refuse(
                    element,
                    f"the values are of {identifier!r}, which is no reporting group",
                    ", ".join(positions) or "a document with reporting groups",
                )
            values, _ = self._part(element, wanted)
            found.append(value_part(term, kind, place, groups[group], group, values))
        return found

    def _part(
        self, element: etree._Element, wanted: tuple[Field, ...], lists: tuple[str, ...] = ()
    ) -> tuple[dict[str, Value], Children]:
        """Give the values of a part and the elements of its lists, or refuse it."""
        plain = plain_values(element, wanted, lists)
        if plain is not None:
            return plain
        within = self._children(element, _first_names(wanted, *lists))
        return self._values(within, wanted), within

    def _values(self, within: Children, wanted: tuple[Field, ...]) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for field in wanted:
            first, *rest = field.name.split("/")
            element = within.get(first)
            for name in rest:
                siblings = (
                    {} if element is None else self._children(element, _within(first, wanted))
                )
                element = siblings.get(name)
                first = f"{first}/{name}"
            text = None if element is None else self._text(element)
            values[field.name] = text
            if text is not None and element is not None and field.is_number:
                read = number_read(field, text)
                if read is None:
                    self.refuse(element, f"{field.name}: {field.fault(text)}", field.accepted)
                values[field.name] = read
        return values

    def _children(self, element: etree._Element, names: tuple[str, ...]) -> Children:
        children: Children = {}
        self._check_blank(element)
        for child in element:
            name = _tag(child)
            if name not in names:
                self.refuse(child, f"{name} is no part of {_tag(element)}", ", ".join(names))
            if name in children:
                self.refuse(child, f"there is a second {name}", f"one {name}")
            children[name] = child
        return children

    def _all(self, element: etree._Element, name: str) -> Iterable[etree._Element]:
        self._check_blank(element)
        for child in element:
            if child.tag != name:
                self.refuse(child, f"{_tag(child)} is no part of {_tag(element)}", name)
            yield child

    def _check_blank(self, element: etree._Element) -> None:
        self._check_between(element, element.text)
        for child in element:
            self._check_between(element, child.tail)

    def _check_between(self, element: etree._Element, text: str | None) -> None:
        if text is not None and text.strip(BLANKS):
            self.refuse(
                element,
                f"{_tag(element)} holds the text {text.strip(BLANKS)[:40]!r}",
                "elements only",
            )

    def _text(self, element: etree._Element) -> str | None:
        if len(element):
            self.refuse(element[0], f"{_tag(element)} holds {_tag(element[0])}", "a text only")
        return (element.text or "").strip(BLANKS) or None

    def _attribute(self, element: etree._Element, name: str) -> str:
        value = element.get(name)
        if not value:
            self.refuse(element, f"{_tag(element)} has no {name}", f"an attribute {name}")
        return str(value)


def _tag(element: etree._Element) -> str:
    return str(element.tag)[:200]  # no name of the schema is as long


@cache
def _first_names(wanted: tuple[Field, ...], *more: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(field.name.split("/")[0] for field in wanted), *more)))


@cache
def _within(path: str, wanted: tuple[Field, ...]) -> tuple[str, ...]:
    start = path + "/"
    names = [field.name.removeprefix(start) for field in wanted if field.name.startswith(start)]
    return tuple(dict.fromkeys(name.split("/")[0] for name in names))


def _write_groups(section: etree._Element, groups: list[GroupPart] | None) -> None:
    if groups is None:
        return
    listed = etree.SubElement(section, "reportingGroups")
    for group in groups:
        element = etree.SubElement(listed, "reportingGroup", id=group.identifier)
        _write_fields(element, group, fields.GROUP)


def _write_events(section: etree._Element, kind: str, layout: Layout) -> None:
    events, groups = layout.events[kind], layout.groups or []
    if events is None:
        return
    plural, singular = _ELEMENTS[kind]
    listed = etree.SubElement(section, plural)
    for event in events:
        element = etree.SubElement(listed, singular)
        _write_fields(element, event.term, fields.EVENT)
        if event.values is None:
            continue
        values = etree.SubElement(element, "values")
        for value in event.values:
            of_group = etree.SubElement(
                values, "value", reportingGroupId=groups[value.group].identifier
            )
            _write_fields(of_group, value, LISTS[kind])


def _write_fields(element: etree._Element, part: AnyPart, wanted: tuple[Field, ...]) -> None:
    """Write the fields of a part that has no lack; a group of fields without values is left out."""
    made: Children = {}
    for field, steps, together in _steps(wanted):
        text = part.text(field)
        if text is None and not (
            field.nillable and (not together or any(part.text(one) is not None for one in together))
        ):
            continue
        within = element
        # Where the value is not known, what is nil is the element of the term, not the value in it.
        for path, name in steps if text is not None else steps[:2]:
            known = made.get(path)
            if known is None:
                known = made[path] = etree.SubElement(within, name)
            within = known
        if text is None:
            within.set(_NIL, "true")
        else:
            within.text = _sendable(text, part, field)


@cache
def _steps(
    wanted: tuple[Field, ...],
) -> tuple[tuple[Field, tuple[tuple[str, str], ...], tuple[Field, ...]], ...]:
    """Return each field with the elements down to it, by path and name, and the fields within the first of them."""
    found = []
    for field in wanted:
        names = field.name.split("/")
        paths = tuple(("/".join(names[: depth + 1]), name) for depth, name in enumerate(names))
        start = names[0] + "/"
        within = tuple(one for one in wanted if one.name.startswith(start))
        found.append((field, paths, within))
    return tuple(found)


def _sendable(text: str, part: AnyPart, field: Field) -> str:
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        raise OutputError(
            f"{field.name} holds the character U+{ord(forbidden[0]):04X}, which XML cannot hold",
            where=part.address,
            advice="take the character out of the record",
        )
    return text
