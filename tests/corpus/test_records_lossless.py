"""Every real record comes back equal; what the types do not know is what the API's own description
does not know; and the types are that description, field for field."""

import io
import json
import typing
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import fields
from tests.generative.record_strategies import node_types

from topline.formats import api_json
from topline.formats.document import Document, SetAside
from topline.formats.registry import FORMATS
from topline.formats.source import Source
from topline.record.addresses import field_names
from topline.record.node import Node
from topline.record.study import Study

pytestmark = pytest.mark.corpus

RECORDS = 376


@cache
def records(corpus: Path) -> dict[str, bytes]:
    found = {
        file.name: file.read_bytes() for file in sorted((corpus / "records/v2").glob("*.json"))
    }
    assert len(found) == RECORDS
    example = corpus / "schemas/api_v2/example-study-no-results.json"
    return {**found, example.name: example.read_bytes()}


@cache
def schemas(corpus: Path) -> dict[str, Any]:
    description = yaml.safe_load((corpus / "schemas/api_v2/openapi-2.0.5.yaml").read_text())
    assert description["info"]["version"] == "2.0.5"
    found: dict[str, Any] = description["components"]["schemas"]
    return found


def test_every_record_comes_back_equal_but_for_what_was_reported(corpus: Path) -> None:
    unknown: Counter[str] = Counter()
    for name, data in records(corpus).items():
        document = api_json.decode(data, place=name)
        original = json.loads(data)
        assert json.loads(api_json.encode(document)) == original, name
        for item in document.set_aside:
            unknown[f"{item.address}/{item.field}"] += 1
            assert json.loads(item.value) == take(original, item)
            assert item.field not in schema_at(corpus, item.address)["properties"], item
        # What is left when the reported fields are taken out is exactly what the types hold.
        without = Document(study=document.study, format="api-json", place=name)
        assert json.loads(api_json.encode(without)) == original, name
    # The only such fields in these records; a new one must be looked at.
    assert unknown == {
        "/derivedSection/miscInfoModule/modelPredictions": 4,
        "/protocolSection/contactsLocationsModule/locations_nested": 1,
    }


@pytest.mark.parametrize("name", [n for n, f in FORMATS.items() if f.keeps == ("",)])
def test_records_in_one_document_come_back_equal(corpus: Path, name: str) -> None:
    format = FORMATS[name]
    assert format.read is not None
    chosen = list(records(corpus).values())[::8]
    originals = [json.loads(data) for data in chosen]
    documents = [api_json.decode(data) for data in chosen]
    for write in filter(None, (format.write, format.write_indented)):
        stream = io.BytesIO()
        write(documents, stream)
        stream.seek(0)
        again = format.read(Source(name, stream))
        for document, original in zip(again, originals, strict=True):
            assert json.loads(api_json.encode(document)) == original


def take(tree: Any, item: SetAside) -> Any:
    """Take a field out of a tree and return its value."""
    for token in item.address.split("/")[1:]:
        tree = tree[int(token)] if isinstance(tree, list) else tree[token]
    return tree.pop(item.field)


def schema_at(corpus: Path, address: str) -> dict[str, Any]:
    schema = resolve(corpus, schemas(corpus)["Study"])
    for token in address.split("/")[1:]:
        inner = schema["items"] if schema["type"] == "array" else schema["properties"][token]
        schema = resolve(corpus, inner)
    return schema


def resolve(corpus: Path, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = schemas(corpus)[schema["$ref"].rsplit("/", 1)[1]]
    return schema


def kind_in_schema(corpus: Path, schema: dict[str, Any]) -> str:
    """Name what a schema allows: text, whole number, list of ... or an object of a name."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    resolved = resolve(corpus, schema)
    if resolved["type"] == "array":
        return f"list of {kind_in_schema(corpus, resolved['items'])}"
    return name if resolved["type"] == "object" else str(resolved["type"])


JSON_TYPES = {str: "string", int: "integer", bool: "boolean"}


def kind_in_types(annotation: Any) -> str:
    members = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
    if set(members) == {int, float}:
        return "number"
    if typing.get_origin(annotation) is tuple:
        return f"list of {kind_in_types(members[0])}"
    if members:
        return kind_in_types(members[0])
    return annotation.__name__ if issubclass(annotation, Node) else JSON_TYPES[annotation]


def test_types_have_the_fields_of_the_description_and_no_others(corpus: Path) -> None:
    for node_type in node_types():
        properties = schemas(corpus)[node_type.__name__]["properties"]
        described = {name: kind_in_schema(corpus, schema) for name, schema in properties.items()}
        held = {field.encode_name: kind_in_types(field.type) for field in fields(node_type)}
        assert held == described, node_type.__name__


def test_types_require_what_the_description_requires(corpus: Path) -> None:
    for node_type in node_types():
        required = {field.encode_name for field in fields(node_type) if field.required}
        assert required == set(schemas(corpus)[node_type.__name__].get("required", ()))


def test_types_are_all_the_objects_a_study_may_hold(corpus: Path) -> None:
    waiting, found = ["Study"], set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        for schema in schemas(corpus)[name]["properties"].values():
            kind = kind_in_schema(corpus, schema).removeprefix("list of ")
            if kind in schemas(corpus) and kind not in found:
                waiting.append(kind)
    assert {node_type.__name__ for node_type in node_types()} == found


def test_the_454_nodes_of_the_metadata_are_addresses_of_the_types(corpus: Path) -> None:
    tree = json.loads((corpus / "schemas/api_v2/metadata.json").read_bytes())
    described = dict(metadata_nodes(tree))
    assert len(described) == 454
    held = dict(type_nodes(Study))
    assert set(described) - set(held) == set()
    # The description of the API has them, the metadata do not; real records hold coordinates.
    assert set(held) - set(described) == {
        "/protocolSection/contactsLocationsModule/locations/geoPoint/lat",
        "/protocolSection/contactsLocationsModule/locations/geoPoint/lon",
        "/resultsSection/participantFlowModule/periods/dropWithdraws/reasons/numUnits",
    }
    for address, kind in described.items():
        assert held[address].startswith("list of") == kind.endswith("[]"), address
        plain = {"text": "string", "markup": "string", "integer": "integer", "boolean": "boolean"}
        if kind in plain:
            assert held[address] == plain[kind], address


def metadata_nodes(tree: list[dict[str, Any]], above: str = "") -> list[tuple[str, str]]:
    found = []
    for node in tree:
        address = f"{above}/{node['name']}"
        found.append((address, node["type"]))
        found.extend(metadata_nodes(node.get("children", []), address))
    return found


def type_nodes(node_type: type[Node], above: str = "") -> list[tuple[str, str]]:
    by_name = {kind.__name__: kind for kind in node_types()}
    types = {field.encode_name: field.type for field in fields(node_type)}
    found = []
    for name in field_names(node_type):
        kind = kind_in_types(types[name])
        found.append((f"{above}/{name}", kind))
        inner = by_name.get(kind.removeprefix("list of "))
        if inner is not None:
            found.extend(type_nodes(inner, f"{above}/{name}"))
    return found
