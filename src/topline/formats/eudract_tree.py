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
_BLANKS = " \t\r\n"
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_Children = dict[str, etree._Element]


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
            within = self._children(element, _first_names(fields.GROUP))
            values = self._values(within, fields.GROUP)
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
            within = self._children(element, _first_names(fields.EVENT, "values"))
            term = term_part(kind, position, self._values(within, fields.EVENT))
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
        for place, element in enumerate(self._all(listed, "value")):
            identifier = self._attribute(element, "reportingGroupId")
            group = positions.get(identifier)
            if group is None:
                self.refuse(
                    element,
                    f"the values are of {identifier!r}, which is no reporting group",
                    ", ".join(positions) or "a document with reporting groups",
                )
            within = self._children(element, _first_names(LISTS[kind]))
            values = self._values(within, LISTS[kind])
            found.append(value_part(term, kind, place, groups[group], group, values))
        return found

    def _values(self, within: _Children, wanted: tuple[Field, ...]) -> dict[str, Value]:
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
            if text is not None and element is not None and field.kind in ("count", "decimal"):
                self._check_number(element, field, text)
                values[field.name] = str(int(text)) if field.kind == "count" else text
        return values

    def _check_number(self, element: etree._Element, field: Field, text: str) -> None:
        fault = field.fault(text)
        # No participants at all is no reason to refuse what was posted.
        if fault is not None and not (field.least == 1 and text == "0"):
            self.refuse(element, f"{field.name}: {fault}", field.accepted)

    def _children(self, element: etree._Element, names: tuple[str, ...]) -> _Children:
        children: _Children = {}
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
        texts = [element.text, *(child.tail for child in element)]
        for text in texts:
            if text is not None and text.strip(_BLANKS):
                self.refuse(
                    element,
                    f"{_tag(element)} holds the text {text.strip(_BLANKS)[:40]!r}",
                    "elements only",
                )

    def _text(self, element: etree._Element) -> str | None:
        if len(element):
            self.refuse(element[0], f"{_tag(element)} holds {_tag(element[0])}", "a text only")
        return (element.text or "").strip(_BLANKS) or None

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


def _write_fields(element: etree._Element, part: Part, wanted: tuple[Field, ...]) -> None:
    """Write the fields of a part that has no lack; a group of fields without values is left out."""
    for field in wanted:
        text = part.text(field)
        first, *rest = field.name.split("/")
        if rest and not _any_of(first, part, wanted):
            continue
        if text is None and not field.nillable:
            continue
        within = _child(element, first)
        # Where the value is not known, what is nil is the element of the term, not the value in it.
        for name in rest if text is not None else rest[:1]:
            within = _child(within, name)
        if text is None:
            within.set(_NIL, "true")
        else:
            within.text = _sendable(text, part, field)


def _any_of(first: str, part: Part, wanted: tuple[Field, ...]) -> bool:
    return any(
        part.text(field) is not None for field in wanted if field.name.startswith(f"{first}/")
    )


def _child(element: etree._Element, name: str) -> etree._Element:
    found = element.find(name)
    return etree.SubElement(element, name) if found is None else found


def _sendable(text: str, part: Part, field: Field) -> str:
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        raise OutputError(
            f"{field.name} holds the character U+{ord(forbidden[0]):04X}, which XML cannot hold",
            where=part.address,
            advice="take the character out of the record",
        )
    return text
