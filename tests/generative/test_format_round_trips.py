"""What one writes, one reads again but for what is told: every format, on generated records."""

import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.record_strategies import json_values, node_types, nodes, studies, texts

from topline.errors import DocumentError, ToplineError
from topline.formats import api_json
from topline.formats.answers import UNKNOWN, Answer
from topline.formats.conversion import parts_not_kept
from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.read_back import leaf_values, leaves, not_given_back
from topline.formats.registry import FORMATS
from topline.formats.source import Source
from topline.record.addresses import field_names, pattern_of
from topline.record.node import Node
from topline.record.results import AdverseEventsModule, EventGroup, ResultsSection
from topline.record.study import Study

COMPLETE = [
    format
    for format in FORMATS.values()
    if format.keeps == ("",) and format.read is not None and format.write is not None
]


PARTIAL = [
    format
    for format in FORMATS.values()
    if format not in COMPLETE and format.read is not None and format.write is not None
]
WRITTEN = [format for format in FORMATS.values() if format.is_written]


def results() -> st.SearchStrategy[Study]:
    """Records that have results, most fields of them filled."""
    return nodes(ResultsSection, most_fields=8).map(lambda made: Study(results_section=made))


def answered(format: Format, document: Document) -> Document:
    """Answer what a format asks: that it is not known, where that is an answer."""
    if format.asks is None:
        return document
    return replace(
        document,
        answers=tuple(
            Answer(
                address=question.address,
                field=question.field,
                value=UNKNOWN
                if UNKNOWN in question.accepted
                else question.accepted.split(" or ")[0]
                if " or " in question.accepted
                else "Some words",
                place="the test",
            )
            for question in format.asks(document)
        ),
    )


def written(format: Format, study: Study) -> tuple[Document, bytes] | ToplineError:
    """Write a record, or give the words in which it was refused."""
    stream = io.BytesIO()
    assert format.write is not None
    try:
        document = answered(format, Document(study=study, format="", place="made"))
        format.write([document], stream)
    except ToplineError as error:
        return error
    return document, stream.getvalue()


def lost(format: Format, document: Document) -> tuple[set[str], set[str]]:
    """Give what is told as lost: leaves by their address, and lists whose order is."""
    study = document.study
    parts = tuple(parts_not_kept(study, format.keeps))
    told = {one.address for one in (format.losses(document) if format.losses else ())}
    values = leaf_values(study)
    found = {
        address
        for address in values
        if address in told or any(_within(pattern_of(address), part) for part in parts)
    }
    return found, told - values.keys()


def kept(format: Format, study: Study) -> set[str]:
    """Give the patterns of the leaves that a format keeps."""
    return {
        pattern
        for _, pattern, _ in leaves(study)
        if any(_within(pattern, part) for part in format.keeps)
    }


def _within(address: str, part: str) -> bool:
    return address == part or address.startswith(f"{part}/")


def _around(address: str) -> Iterator[str]:
    while address:
        yield address
        address = address.rpartition("/")[0]


@pytest.mark.parametrize("format", PARTIAL, ids=lambda format: format.name)
@settings(max_examples=60)
@given(study=results() | studies(most_fields=5))
def test_what_does_not_come_back_is_told(format: Format, study: Study) -> None:
    made = written(format, study)
    if isinstance(made, ToplineError):
        return
    document, data = made
    assert format.read is not None
    (back,) = format.read(Source("made", io.BytesIO(data)))
    missing, elsewhere = lost(format, document)
    for one in not_given_back(study, back.study, kept(format, study), {}):
        assert one.address in missing or elsewhere & set(_around(one.address)), one


@pytest.mark.parametrize("format", PARTIAL, ids=lambda format: format.name)
@settings(max_examples=60)
@given(study=results() | studies(most_fields=5))
def test_what_is_told_as_lost_does_not_come_back(format: Format, study: Study) -> None:
    made = written(format, study)
    if isinstance(made, ToplineError):
        return
    document, data = made
    assert format.read is not None
    (back,) = format.read(Source("made", io.BytesIO(data)))
    missing, _ = lost(format, document)
    everything = {pattern for _, pattern, _ in leaves(study)}
    gone = {one.address for one in not_given_back(study, back.study, everything, {})}
    # Whether there are results is not held by these forms, but seen again when they are read.
    assert missing - {"/hasResults"} <= gone


@pytest.mark.parametrize("format", PARTIAL, ids=lambda format: format.name)
def test_a_plain_record_is_not_refused(format: Format) -> None:
    groups = (EventGroup(id="EG000", title="Green tea"),)
    module = AdverseEventsModule(time_frame="8 weeks", event_groups=groups)
    study = Study(results_section=ResultsSection(adverse_events_module=module))
    made = written(format, study)
    assert not isinstance(made, ToplineError), made
    assert lost(format, made[0]) == (set(), set())


@pytest.mark.parametrize("format", WRITTEN, ids=lambda format: format.name)
@settings(max_examples=20)
@given(study=results() | studies(most_fields=5))
def test_any_record_is_written_or_refused_in_words(format: Format, study: Study) -> None:
    if format.write is not None:
        made = written(format, study)
        assert str(made) if isinstance(made, ToplineError) else made[1]
        return
    assert format.write_folder is not None
    with tempfile.TemporaryDirectory() as folder:
        try:
            format.write_folder([Document(study=study, format="", place="made")], Path(folder))
        except ToplineError:
            return
        assert {path.name for path in Path(folder).iterdir()} <= set(format.folder_files)


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
