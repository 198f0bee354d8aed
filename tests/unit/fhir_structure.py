"""The structure of the FHIR R5 resources that are written, as far as they are written.

From the resource and data type pages of FHIR 5.0.0 (hl7.org/fhir/R5): names of elements, whether
they are required, whether they repeat, and their types. An element that is not here is a fault of
the writer, or a new one that has to be looked up and added.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,9})?")
CODES = {
    "status": {"draft", "active", "retired", "unknown"},
    "comparator": {"<", "<=", ">=", ">", "ad"},
    "Group.type": {"person"},
    "membership": {"definitional", "enumerated"},
    "RelatedArtifact.type": {"derived-from"},
}

# "1" after a name: required; "*": repeats.
TYPES: dict[str, str] = {
    "ResearchStudy": (
        "id:id identifier*:Identifier name:string title:string status1:code phase:CodeableConcept "
        "condition*:CodeableConcept descriptionSummary:string recruitment:Recruitment"
    ),
    "Recruitment": "targetNumber:unsignedInt actualNumber:unsignedInt",
    "Group": (
        "id:id identifier*:Identifier type1:code membership1:code name:string description:string"
    ),
    "EvidenceVariable": (
        "id:id identifier*:Identifier title:string status1:code description:string note*:Annotation"
    ),
    "Evidence": (
        "id:id identifier*:Identifier title:string status1:code relatedArtifact*:RelatedArtifact "
        "variableDefinition1*:VariableDefinition statistic*:Statistic"
    ),
    "RelatedArtifact": "type1:code resourceReference:Reference",
    "VariableDefinition": (
        "description:string variableRole1:CodeableConcept observed:Reference"
    ),
    "Statistic": (
        "note*:Annotation statisticType:CodeableConcept category:CodeableConcept quantity:Quantity "
        "numberOfEvents:unsignedInt numberAffected:unsignedInt sampleSize:SampleSize "
        "attributeEstimate*:AttributeEstimate modelCharacteristic*:ModelCharacteristic"
    ),
    "SampleSize": "description:string knownDataCount:unsignedInt",
    "AttributeEstimate": (
        "description:string note*:Annotation type:CodeableConcept quantity:Quantity level:decimal "
        "range:Range"
    ),
    "ModelCharacteristic": "code1:CodeableConcept",
    "Identifier": "system:uri value:string",
    "Annotation": "text1:string",
    "CodeableConcept": "coding*:Coding text:string",
    "Coding": "system:uri code:code display:string",
    "Quantity": "value:decimal comparator:code unit:string",
    "SimpleQuantity": "value:decimal unit:string",
    "Range": "low:SimpleQuantity high:SimpleQuantity",
    "Reference": "reference:string display:string",
}  # fmt: skip


def faults(value: Any, kind: str, path: str) -> Iterator[str]:
    """What in an element is not of its type."""
    if kind not in TYPES:
        if not _is_primitive(value, kind):
            yield f"{path}: {value!r} is no {kind}"
        return
    if not isinstance(value, dict) or not value:
        yield f"{path}: {value!r} is no {kind}"
        return
    words = dict(word.split(":") for word in TYPES[kind].split())
    for name in value.keys() - {word.rstrip("1*") for word in words} - {"resourceType"}:
        yield f"{path}: there is no {name}"
    for word, type_name in words.items():
        name = word.rstrip("1*")
        if name in value:
            yield from _member_faults(value[name], kind, word, type_name, f"{path}.{name}")
        elif "1" in word:
            yield f"{path}.{name} is missing"


def _member_faults(found: Any, kind: str, word: str, type_name: str, path: str) -> Iterator[str]:
    repeats, name = "*" in word, word.rstrip("1*")
    if repeats and not (isinstance(found, list) and found):
        yield f"{path}: {found!r} is no list of some"
        return
    allowed = CODES.get(f"{kind}.{name}", CODES.get(name))
    for one in found if repeats else [found]:
        yield from faults(one, type_name, path)
        if allowed is not None and one not in allowed:
            yield f"{path}: {one!r} is not a code of {allowed}"


def _is_primitive(value: Any, kind: str) -> bool:
    match kind:
        case "id":
            return isinstance(value, str) and ID.fullmatch(value) is not None
        case "string" | "uri" | "code":
            return isinstance(value, str) and bool(value.strip())
        case "unsignedInt":
            return type(value) is int and 0 <= value < 2**31
        case "decimal":
            return isinstance(value, int | Decimal) and DECIMAL.fullmatch(str(value)) is not None
    return False


def bundle_faults(bundle: dict[str, Any]) -> Iterator[str]:
    """What in a bundle is not as it should be: structures, ids, and references within it."""
    if (bundle["resourceType"], bundle["type"]) != ("Bundle", "collection"):
        yield "it is no collection"
    urls: set[str] = set()
    ids: set[tuple[str, str]] = set()
    for entry in bundle.get("entry", []):
        resource = entry["resource"]
        kind, resource_id = resource["resourceType"], resource["id"]
        yield from faults(resource, kind, f"{kind}/{resource_id}")
        if entry["fullUrl"] in urls or (kind, resource_id) in ids:
            yield f"{kind}/{resource_id} is there twice"
        for reference in _references(resource):
            # A resource comes after what it refers to.
            if reference not in urls:
                yield f"{kind}/{resource_id} refers to {reference}, which is not there"
        urls.add(entry["fullUrl"])
        ids.add((kind, resource_id))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "reference" in value:
            yield value["reference"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
