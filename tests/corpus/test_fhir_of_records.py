"""Real records as FHIR Evidence: of the structure, and every number that it keeps is there."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.fhir_structure import bundle_faults

from topline.formats.fhir.evidence_bundle import write
from topline.formats.registry import read_documents
from topline.record.cells import Cell, CellKind, cells
from topline.record.values import Bound, Number

pytestmark = pytest.mark.corpus

NOT_KEPT = {CellKind.FREQUENCY_THRESHOLD, CellKind.DENOMINATOR}
"""The first is declared as lost; the second stands beside each measurement, not by itself."""


def numbers(value: Any) -> Iterator[Decimal]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, int | Decimal):
        yield Decimal(value)


def holds(evidence: dict[str, Any], cell: Cell) -> bool:
    """Whether the statistics of an address hold the number of a cell."""
    value = cell.value()
    if isinstance(value, Bound):
        value = value.number
    if not isinstance(value, Number):
        return json.dumps(f'posted as "{cell.text}"', ensure_ascii=False)[1:-1] in evidence["text"]
    level = cell.kind is CellKind.CONFIDENCE_LEVEL
    return (value.amount / 100 if level else value.amount) in evidence["numbers"]


def test_real_records_are_bundles_with_their_numbers(corpus: Path) -> None:
    files = sorted((corpus / "records/v2").glob("*.json"))[::8]
    kept: Counter[str] = Counter()
    lost: Counter[CellKind] = Counter()
    for file in files:
        (document,) = read_documents(file)
        stream = io.BytesIO()
        write([document], stream)
        bundle = json.loads(stream.getvalue(), parse_float=Decimal)
        assert not list(bundle_faults(bundle)), file.name
        by_address = {}
        for entry in bundle["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] == "Evidence":
                by_address[resource["identifier"][0]["value"]] = {
                    "numbers": set(numbers(resource["statistic"])),
                    "text": json.dumps(resource["statistic"], default=str, ensure_ascii=False),
                }
        for cell in cells(document.study):
            address, _, field = cell.address.rpartition("/")
            if cell.kind in NOT_KEPT:
                lost[cell.kind] += 1
                continue
            if "/eventGroups/" in address:
                field = field.replace("NumAtRisk", "NumAffected")
                address = f"{address}/{field}"
            assert holds(by_address[address], cell), (file.name, cell)
            kept[cell.module.value] += 1
    assert sum(kept.values()) > 50_000
    assert set(lost) == NOT_KEPT


def test_a_denominator_is_beside_its_measurement(corpus: Path) -> None:
    (document,) = read_documents(corpus / "records/v2/NCT00430716.json")
    stream = io.BytesIO()
    write([document], stream)
    bundle = json.loads(stream.getvalue(), parse_float=Decimal)
    posted = {
        cell.group_id: int(cell.text)
        for cell in cells(document.study)
        if cell.kind is CellKind.DENOMINATOR and "/outcomeMeasures/0/denoms/0/" in cell.address
    }
    assert posted
    found = {
        entry["resource"]["identifier"][0]["value"].rpartition("/")[2]: entry["resource"][
            "statistic"
        ][0]["sampleSize"]["knownDataCount"]
        for entry in bundle["entry"]
        if "/outcomeMeasures/0/classes/0/"
        in entry["resource"].get("identifier", [{"value": ""}])[0]["value"]
    }
    assert sorted(found.values()) == sorted(posted.values())
