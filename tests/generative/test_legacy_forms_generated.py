"""Whatever an older form holds, and wherever: it is in the record, or it is set aside. Nothing is lost."""

import io
import json
import random
from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from topline.formats import legacy_xml, v1_json
from topline.formats.document import Document
from topline.formats.legacy_xml_elements import Part, Shape, Within
from topline.formats.legacy_xml_more import RESULTS
from topline.formats.legacy_xml_protocol import PROTOCOL
from topline.formats.source import Source
from topline.formats.v1_json_names import names_of
from topline.record.node import Node
from topline.record.study import Study

WORDS = (
    "Total",
    "Total, serious adverse events",
    "Number of Participants",
    "Participants",
    "Yes",
    "12",
    "May 3, 2018",
    "E1",
)
"""Texts that mean something to the reader, beside those that mean nothing and are looked for."""

# children of elements that functions read, which no table names
BY_FUNCTIONS = {
    "serious_events": (
        "default_vocab",
        "default_assessment",
        "frequency_threshold",
        "category_list",
    ),
    "other_events": ("default_vocab", "default_assessment", "frequency_threshold", "category_list"),
    "category_list": ("category",),
    "category": ("title", "sub_title", "event_list", "measurement_list"),
    "event_list": ("event",),
    "event": ("sub_title", "assessment", "description", "counts"),
    "measure_list": ("measure",),
    "measure": ("title", "units", "param", "category_list", "class_list"),
    "measurement_list": ("measurement",),
    "location_countries": ("country",),
}
ATTRIBUTES = ("group_id", "value", "count", "subjects_affected", "events", "vocab", "type", "odd")


class Maker:
    """Makes documents at random, with a text of its own in every place."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.texts: list[str] = []

    def text(self) -> str:
        if self.random.random() < 0.25:
            return self.random.choice(WORDS)
        self.texts.append(f"t{len(self.texts)}x")
        return self.texts[-1]

    def element(self, tag: str, known: Mapping[str, Any] | None, depth: int) -> etree._Element:
        made = etree.Element(tag)
        for name in ATTRIBUTES:
            if self.random.random() < 0.12:
                made.set(name, self.text())
        names = list(known or BY_FUNCTIONS.get(tag, ()))
        count = self.random.randint(0, 4) if names and depth < 12 else 0
        if not names or self.random.random() < 0.05:
            made.text = self.text()
        if self.random.random() < 0.03:
            names, count = ["odd", "title", "textblock"], 2
        for _ in range(count):
            name = self.random.choice(names)
            child = self.element(name, self.within(known, name), depth + 1)
            if self.random.random() < 0.03:
                child.tail = self.text()
            made.append(child)
        return made

    @staticmethod
    def within(known: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
        found = (known or {}).get(name)
        more = getattr(found, "more", None)
        if isinstance(found, Part):
            return found.shape.children
        if isinstance(found, Within):
            return found.children
        if isinstance(more, Shape):
            return more.children
        return more if isinstance(more, Mapping) else None

    def json(self, node: type[Node], depth: int = 0) -> dict[str, Any]:
        names = list(names_of(node).items())
        made: dict[str, Any] = {}
        for name, known in self.random.sample(names, min(len(names), 5)):
            odd = self.random.random() < 0.1
            value: Any
            if known.part is not None and depth < 10 and not odd:
                value = self.json(known.part, depth + 1)
            else:
                value = self.text()
            if known.element is not odd:
                count = self.random.randint(0, 3)
                value = {name: [value, *(self.text() for _ in range(count))]}
                made[f"{name}List"] = value
            else:
                made[name] = value
        if self.random.random() < 0.2:
            made["Odd"] = [self.text(), {"deep": self.text()}]
        return made


def said(document: Document) -> str:
    """Return all that a document says: its record and what was set aside."""
    record = msgspec.json.encode(document.study).decode()
    return "\n".join((record, *(f"{item.value}" for item in document.set_aside)))


@given(seed=st.integers(0, 2**32))
def test_no_text_of_any_public_xml_is_lost(seed: int) -> None:
    maker = Maker(seed)
    root = etree.Element("clinical_study")
    etree.SubElement(root, "acronym").text = "A"
    for name in maker.random.sample(sorted(PROTOCOL), 12):
        known = Maker.within(PROTOCOL, name)
        root.append(maker.element(name, known, 0))
    root.append(maker.element("clinical_results", RESULTS.children, 0))
    (document,) = legacy_xml.read(Source("made", io.BytesIO(etree.tostring(root))))
    everything = said(document)
    assert [text for text in maker.texts if text not in everything] == []


@given(seed=st.integers(0, 2**32))
def test_no_value_of_any_json_of_version_1_is_lost(seed: int) -> None:
    maker = Maker(seed)
    tree = {"ProtocolSection": {}, **maker.json(Study)}
    document = v1_json.decode(json.dumps(tree).encode())
    everything = said(document)
    assert [text for text in maker.texts if text not in everything] == []
