"""What one writes, one reads again: every format that keeps everything, on generated records."""

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.record_strategies import json_values, node_types, nodes, studies, texts

from topline.errors import DocumentError
from topline.formats import api_json
from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.registry import FORMATS
from topline.formats.source import Source
from topline.record.addresses import field_names
from topline.record.node import Node
from topline.record.study import Study

COMPLETE = [
    format
    for format in FORMATS.values()
    if format.keeps == ("",) and format.read is not None and format.write is not None
]


def test_there_are_formats_that_keep_everything() -> None:
    assert {"api-json", "api-ndjson"} <= {format.name for format in COMPLETE}


@pytest.mark.parametrize("format", COMPLETE, ids=lambda format: format.name)
@given(records=st.lists(studies(), max_size=4))
def test_records_come_back_as_they_were(format: Format, records: list[Study]) -> None:
    documents = [Document(study=study, format=format.name, place="made") for study in records]
    for write in (format.write, format.write_indented):
        if write is None:
            continue
        stream = io.BytesIO()
        write(documents, stream)
        if not records and not stream.getvalue():
            continue  # no study, one per line, is an empty document: reading one is an error
        stream.seek(0)
        assert format.read is not None
        read = list(format.read(Source("made", stream)))
        assert [document.study for document in read] == records
        assert all(document.set_aside == () for document in read)


@pytest.mark.parametrize("node_type", node_types(), ids=lambda node_type: node_type.__name__)
@settings(max_examples=15)
@given(data=st.data())
def test_every_type_comes_back_as_it_was(node_type: type[Node], data: st.DataObject) -> None:
    node = data.draw(nodes(node_type, most_fields=8))
    assert msgspec.json.decode(msgspec.json.encode(node), type=node_type) == node


def test_the_strategy_knows_every_type() -> None:
    made = {kind for kind in _subclasses(Node) if kind.__module__.startswith("topline.record")}
    assert made == set(node_types())


@given(study=studies(), data=st.data())
def test_unknown_fields_come_back_in_their_place(study: Study, data: st.DataObject) -> None:
    tree = json.loads(api_json.encode(Document(study=study, format="api-json", place="made")))
    unknown = texts().filter(lambda name: name not in _KNOWN)
    places = [tree, *_objects(tree)]
    for _ in range(data.draw(st.integers(1, 3))):
        data.draw(st.sampled_from(places))[data.draw(unknown)] = data.draw(json_values())
    tree.setdefault("hasResults", True)  # an object without any field of a study is refused
    indent = data.draw(st.sampled_from([None, 1]))
    text = json.dumps(tree, indent=indent, ensure_ascii=data.draw(st.booleans()))

    document = api_json.decode(text.encode())

    assert document.set_aside
    assert json.loads(api_json.encode(document)) == tree


@given(study=studies(), data=st.data())
def test_a_field_given_twice_is_never_dropped(study: Study, data: st.DataObject) -> None:
    tree = json.loads(api_json.encode(Document(study=study, format="api-json", place="made")))
    tree["hasResults"] = True
    place = data.draw(st.sampled_from([tree, *(part for part in _objects(tree) if part)]))
    twice = data.draw(st.sampled_from(sorted(place)))
    place["@"] = 0  # stands for the second of the two
    indent = data.draw(st.sampled_from([None, 1]))
    text = json.dumps(tree, indent=indent, ensure_ascii=data.draw(st.booleans()))
    text = text.replace('"@"', json.dumps(twice))
    with pytest.raises(DocumentError, match="twice"):
        api_json.decode(text.encode())


def _subclasses(kind: type[Node]) -> set[type[Node]]:
    return {kind for child in kind.__subclasses__() for kind in {child, *_subclasses(child)}}


_KNOWN = {name for node_type in node_types() for name in field_names(node_type)}


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects below a value that stand where the types know an object."""
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    below = [found for child in children for found in _objects(child)]
    return [*(child for child in children if isinstance(child, dict)), *below]
