"""The adverse events of the public XML.

Three rows of the category "Total" are no events: they are the totals of the two tables and the deaths
from any cause, which the record keeps with the groups. A table says once which vocabulary and kind of
assessment its events have unless they say otherwise; the record says it with every event.
"""

from typing import Any

from lxml import etree
from msgspec.structs import replace

from topline.errors import LimitError
from topline.formats.legacy_values import WHOLE_NUMBERS, labels
from topline.formats.legacy_xml_elements import (
    MIXED,
    NO_PLACE,
    By,
    Path,
    Reading,
    Shape,
    Text,
    Within,
    build,
    camel,
    parts,
)
from topline.record.node import Node
from topline.record.results import AdverseEvent, AdverseEventsModule, EventGroup, EventStats

_TOTALS = {
    "Total, serious adverse events": "serious",
    "Total, other adverse events": "other",
    "Total, all-cause mortality": "deaths",
}
_TOTAL = "Total"

NO_EVENT_TAKES_IT = "no event of the table takes it: each says its own"
NO_SUCH_GROUP = "the total is of a group that the document does not define, or gives again"

_ASSESSMENTS = labels("EventAssessment")

_GROUP = Shape(
    EventGroup,
    {"title": Text("title"), "description": Text("description")},
    attributes={"group_id": ("id", "E")},
)

_COUNTS = Shape(
    EventStats,
    attributes={
        "group_id": ("group_id", "E"),
        "subjects_affected": ("num_affected", WHOLE_NUMBERS),
        "subjects_at_risk": ("num_at_risk", WHOLE_NUMBERS),
        "events": ("num_events", WHOLE_NUMBERS),
    },
)


def _read_term(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read the term of an event, with its vocabulary."""
    text = element.text
    if text is not None and not element.items() and not len(element) and "term" not in values:
        values["term"] = text
        return
    for name, value in element.items():
        if name != "vocab" or values.setdefault("source_vocabulary", value) != value:
            reading.aside(path, f"sub_title/@{name}", value, NO_PLACE)
    if len(element):
        reading.element_aside(element, path, MIXED)
    elif text is not None:
        reading.set(element, "term", text, values, path)


_EVENT = Shape(
    AdverseEvent,
    {
        "sub_title": By(_read_term),
        "assessment": Text("assessment_type", _ASSESSMENTS),
        "description": Text("notes"),
        "counts": parts("stats", _COUNTS),
    },
)


_DEFAULTS = {"default_vocab": "source_vocabulary", "default_assessment": "assessment_type"}


_LONGEST = 2_000


def _said_with_each(text: str, place: str) -> str:
    """Return a text that the record says with each event, or refuse one that would fill memory."""
    if len(text) > _LONGEST:
        raise LimitError(
            f"a text of {len(text):,} characters would have to be said with every event of a table",
            where=f"{place}, {text[:40]!r}",
            accepted=f"organ systems and vocabularies of at most {_LONGEST:,} characters",
        )
    return text


class _Table:
    """One of the two tables being read: what its events have unless they say otherwise."""

    def __init__(self, element: etree._Element, place: str) -> None:
        self.saying: dict[str, etree._Element] = {}
        self.defaults: dict[str, str] = {}
        self.taken: set[str] = set()
        for name, target in _DEFAULTS.items():
            found = element.find(name)
            if found is not None and found.text and not len(found) and not found.items():
                self.saying[target] = found
                is_code = target == "assessment_type"
                text = _said_with_each(found.text, place)
                self.defaults[target] = _ASSESSMENTS[text] if is_code else text

    def is_said(self, element: etree._Element) -> bool:
        """Whether the events say what an element says for all of them."""
        return any(element is self.saying[target] for target in self.taken)

    def complete(self, values: dict[str, Any]) -> None:
        """Give an event what the table says for all."""
        for name, value in self.defaults.items():
            if name not in values:
                values[name] = value
                self.taken.add(name)


def _table(field: str) -> By:
    """Say that an element is the table whose events a field of the module lists."""

    def read(reading: Reading, element: etree._Element, values: dict[str, Any], path: Path) -> None:
        table = _Table(element, reading.place)
        events: list[Any] = values.setdefault(field, [])
        here = (path, camel(field), events)
        for child in element:
            if child.tag == "category_list":
                for category in child:
                    _read_category(reading, category, table, values, here)
            elif child.tag == "frequency_threshold" and not child.items() and not len(child):
                reading.set(child, "frequency_threshold", child.text, values, path)
            elif child.tag not in _DEFAULTS:
                reading.element_aside(child, path, NO_PLACE)
        _set_unsaid_aside(reading, element, table, path)
        _look_for_stray_text(reading, element, path)
        if not events:
            del values[field]

    return By(read)


def _set_unsaid_aside(reading: Reading, element: etree._Element, table: _Table, path: Path) -> None:
    """Set aside what a table says for all events and no event takes."""
    for name in _DEFAULTS:
        for found in element.findall(name):
            if not table.is_said(found):
                reading.element_aside(found, path, NO_EVENT_TAKES_IT)


_HAVE_OWN = etree.XPath(
    "boolean("
    + " | ".join(
        f"{within}{own}"
        for within in (
            "",
            "category_list/",
            "category_list/category/",
            "category_list/category/event_list/",
        )
        for own in ("@*", "text()")
    )
    + ")"
)
"""Whether any of the elements of a table that hold others has an attribute, or a text that is not laid out."""


def _look_for_stray_text(reading: Reading, element: etree._Element, path: Path) -> None:
    """Set aside what a table's holding elements have of attributes and texts of their own."""
    if not _HAVE_OWN(element):
        return
    holders = [
        element,
        *element.findall("category_list"),
        *element.findall("category_list/category"),
    ]
    holders += element.findall("category_list/category/event_list")
    for holder in holders:
        name = str(holder.tag)
        for attribute, value in holder.items():
            reading.aside(path, f"{name}/@{attribute}", value, NO_PLACE)
        for text in (holder.text, *(child.tail for child in holder)):
            if text is not None and text.strip():
                reading.aside(path, name, text, MIXED)


def _read_category(
    reading: Reading,
    element: etree._Element,
    table: _Table,
    values: dict[str, Any],
    path: Path,
) -> None:
    """Read the events of one organ system, or the totals; ``path`` is that of the next event."""
    module, _, events = path
    assert events is not None  # a table has a list of events
    if element.tag != "category":
        reading.element_aside(element, module, NO_PLACE)
        return
    first = element.find("title")
    plain = first is not None and not len(first) and not first.items()
    title = first.text if first is not None and plain else None
    if title is not None:
        _said_with_each(title, reading.place)
    used = False
    for child in element:
        if child.tag == "event_list":
            for event in child:
                if event.tag != "event":
                    reading.element_aside(event, module, NO_PLACE)
                    continue
                used = True
                if title == _TOTAL and event.findtext("sub_title") in _TOTALS:
                    _read_total(reading, event, values, module)
                else:
                    events.append(_event(reading, event, table, title, path))
        elif child is not first or not plain:
            reading.element_aside(child, module, NO_PLACE)
    if title is not None and not used:
        reading.aside(module, "category/title", title, "the organ system has no event")


def _event(
    reading: Reading, element: etree._Element, table: _Table, organ_system: str | None, path: Path
) -> Node:
    values: dict[str, Any] = {}
    if element.text is not None or element.items():
        reading.own(_EVENT, element, values, path)
    reading.children(_EVENT.children, element, values, path)
    if organ_system is not None:
        values["organ_system"] = organ_system
    table.complete(values)
    if "stats" in values:
        values["stats"] = tuple(values["stats"])
    return AdverseEvent(**values)


def _read_total(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read the totals of a table, or the deaths, into what the groups will have."""
    row: dict[str, Any] = {}
    reading.own(_EVENT, element, row, path)
    reading.children(_EVENT.children, element, row, path)
    kind = _TOTALS[row.pop("term")]
    totals = values.setdefault("totals", {})
    groups = reading.once.get("event groups")
    if groups is None:  # not for each total anew: a document may have many of both
        groups = reading.once["event groups"] = {
            group.id for group in values.get("event_groups", ())
        }
    for stats in row.pop("stats", ()):
        total = totals.setdefault(stats.group_id, {})
        mine = {
            f"{kind}_num_affected": stats.num_affected,
            f"{kind}_num_at_risk": stats.num_at_risk,
        }
        if stats.group_id not in groups or mine.keys() & total.keys():
            reading.aside(path, f"{_TOTAL}/counts", repr(stats), NO_SUCH_GROUP)
            continue
        total.update(mine)
        if stats.num_events is not None:
            reading.aside(path, f"{_TOTAL}/counts/@events", str(stats.num_events), NO_PLACE)
    for name, value in row.items():
        reading.aside(path, f"{_TOTAL}/{name}", value, "the record says nothing about a total")


def _module(reading: Reading, values: dict[str, Any], path: Path) -> Node:
    totals = values.pop("totals", {})
    if totals:
        values["event_groups"] = [
            replace(group, **totals.pop(group.id, {})) for group in values["event_groups"]
        ]
    return build(AdverseEventsModule, values)


EVENTS = Shape(
    AdverseEventsModule,
    {
        "time_frame": Text("time_frame"),
        "desc": Text("description"),
        "group_list": Within({"group": parts("event_groups", _GROUP)}),
        "serious_events": _table("serious_events"),
        "other_events": _table("other_events"),
    },
    finish=_module,
)
