"""Values, addresses, cells and differences over every real record."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from topline.record.addresses import replace_at, value_at
from topline.record.cells import Cell, CellKind, Leaf, Text, cells, leaves
from topline.record.difference import DifferenceKind, differences
from topline.record.results import OutcomeMeasure
from topline.record.study import Study
from topline.record.values import Bound, NotANumber, Number, Unreadable, read_value

pytestmark = pytest.mark.corpus

RECORDS = 376

NUMERIC_FIELDS = {
    "numSubjects",
    "numUnits",
    "value",
    "spread",
    "lowerLimit",
    "upperLimit",
    "pValue",
    "paramValue",
    "dispersionValue",
    "ciPctValue",
    "ciLowerLimit",
    "ciUpperLimit",
    "deathsNumAffected",
    "deathsNumAtRisk",
    "seriousNumAffected",
    "seriousNumAtRisk",
    "otherNumAffected",
    "otherNumAtRisk",
    "numEvents",
    "numAffected",
    "numAtRisk",
    "frequencyThreshold",
}


@cache
def _load(path: Path) -> tuple[dict[str, Any], Study]:
    tree: dict[str, Any] = json.loads(path.read_bytes())
    # Fields the types do not have; what becomes of them is the readers' matter.
    tree.get("derivedSection", {}).get("miscInfoModule", {}).pop("modelPredictions", None)
    tree["protocolSection"].get("contactsLocationsModule", {}).pop("locations_nested", None)
    return tree, msgspec.convert(tree, Study)


@pytest.fixture(scope="module")
def records(corpus: Path) -> dict[str, tuple[dict[str, Any], Study]]:
    paths = sorted((corpus / "records" / "v2").glob("*.json"))
    assert len(paths) == RECORDS
    return {path.stem: _load(path) for path in paths}


def _walk(tree: Any, address: str, name: str) -> Iterator[tuple[str, str, Any]]:
    """Every leaf of plain JSON: address, nearest field name, value."""
    if isinstance(tree, dict):
        for field, child in tree.items():
            yield from _walk(child, f"{address}/{field}", field)
    elif isinstance(tree, list):
        for position, child in enumerate(tree):
            yield from _walk(child, f"{address}/{position}", name)
    else:
        yield address, name, tree


def test_cells_are_the_numbers_and_texts_the_rest_of_an_independent_walk(
    records: dict[str, tuple[dict[str, Any], Study]],
) -> None:
    total: Counter[CellKind] = Counter()
    for tree, study in records.values():
        numbers: dict[str, str] = {}
        others: dict[str, str] = {}
        for address, name, value in _walk(tree["resultsSection"], "/resultsSection", ""):
            if name in NUMERIC_FIELDS:
                numbers[address] = str(value)
            elif name not in ("groupId", "groupIds"):
                others[address] = str(value).lower() if isinstance(value, bool) else str(value)
        found = list(leaves(study))
        assert {leaf.address: leaf.text for leaf in found if isinstance(leaf, Cell)} == numbers
        assert {leaf.address: leaf.text for leaf in found if isinstance(leaf, Text)} == others
        assert len(found) == len(numbers) + len(others)
        total.update(leaf.kind for leaf in found if isinstance(leaf, Cell))
    # Independent totals of the posted strings, counted once with a plain script over the files.
    assert total[CellKind.VALUE] + total[CellKind.DENOMINATOR] == 133_062
    assert total[CellKind.PARTICIPANTS] == 10_042
    assert total[CellKind.SPREAD] == 30_445
    assert total[CellKind.P_VALUE] == 3_022
    assert total[CellKind.ESTIMATE] == 2_777


def test_every_cell_of_a_group_names_a_group_and_its_title(
    records: dict[str, tuple[dict[str, Any], Study]],
) -> None:
    whole_record = {CellKind.FREQUENCY_THRESHOLD}
    for name, (_, study) in records.items():
        for cell in cells(study):
            if cell.kind not in whole_record:
                assert cell.group_ids, (name, cell.address)
                assert None not in cell.group_titles, (name, cell.address)
            assert cell.context or cell.kind in whole_record | {CellKind.DENOMINATOR}


def test_every_posted_number_is_read_or_named_here(
    records: dict[str, tuple[dict[str, Any], Study]],
) -> None:
    where: dict[str, set[str]] = {}
    count: Counter[str] = Counter()
    for name, (_, study) in records.items():
        for cell in cells(study):
            where.setdefault(cell.text, set()).add(name)
            count[cell.text] += 1
    kinds: Counter[type] = Counter()
    unreadable: dict[str, set[str]] = {}
    for text, times in count.items():
        value = read_value(text)
        kinds[type(value)] += times
        if isinstance(value, Unreadable):
            unreadable[text] = where[text]
        elif isinstance(value, NotANumber):
            assert value.interval() is None
        else:
            assert value.interval() is not None
        # A zero is never read where none was posted.
        if isinstance(value, Number) and value.amount.is_zero():
            assert set(text) <= set("0.- =")
    # Each is a slip of the keyboard that has more than one reading: the first two stand beside an
    # upper limit of -0.024 (-0.083 and -0.141 were meant), 07 beside an SD of 0.1 (0.7 m/s), 05
    # is a confidence level (95).
    assert unreadable == {
        "-0,083": {"NCT02717507"},
        "-0141": {"NCT02717507"},
        "07": {"NCT02059512"},
        "05": {"NCT01644500"},
    }
    # Counted in the files as text, by a search for the signs and the tokens.
    assert kinds[Bound] == 594
    assert kinds[NotANumber] == 2_847
    assert sum(kinds.values()) == sum(count.values())


def test_the_part_at_a_cell_s_address_is_the_cell(
    records: dict[str, tuple[dict[str, Any], Study]],
) -> None:
    for _, study in list(records.values())[::20]:
        for cell in cells(study):
            assert str(value_at(study, cell.address)) == cell.text


def test_a_record_does_not_differ_from_itself_read_again(
    records: dict[str, tuple[dict[str, Any], Study]],
) -> None:
    for tree, study in records.values():
        assert differences(study, msgspec.convert(tree, Study)) == ()


def _other(posted: object) -> str | int | bool:
    if isinstance(posted, bool):
        return not posted
    return posted + 1 if isinstance(posted, int) else "zebra"


def _sample(study: Study, count: int) -> list[Leaf]:
    # A group's id is left out: changing it alone breaks every reference to the group.
    candidates = [leaf for leaf in leaves(study) if isinstance(leaf, Cell) or leaf.field != "id"]
    return random.Random(20_240_515).sample(candidates, min(count, len(candidates)))


def test_one_replaced_leaf_is_the_only_difference(
    records: dict[str, tuple[dict[str, Any], Study]],
) -> None:
    for _, study in list(records.values())[::10]:
        for leaf in _sample(study, 8):
            posted = value_at(study, leaf.address)
            changed = replace_at(study, leaf.address, _other(posted))
            (found,) = differences(study, changed)
            assert found.kind is DifferenceKind.CHANGED
            assert found.address_a == found.address_b == leaf.address
            assert found.before == leaf.text


def test_an_inserted_outcome_is_the_only_difference_in_the_largest_record(
    records: dict[str, tuple[dict[str, Any], Study]],
) -> None:
    _, study = records["NCT04955626"]
    address = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
    outcomes = value_at(study, address)
    assert isinstance(outcomes, tuple)
    new = OutcomeMeasure(title="An outcome that no one registered", type="POST_HOC")
    longer = replace_at(study, address, (*outcomes[:3], new, *outcomes[3:]))
    assert [(d.kind.value, d.address_b) for d in differences(study, longer)] == [
        ("added", f"{address}/3/type"),
        ("added", f"{address}/3/title"),
    ]


def test_two_versions_of_groups_with_other_ids_differ_in_the_ids_alone(
    records: dict[str, tuple[dict[str, Any], Study]],
) -> None:
    _, study = records["NCT03447990"]
    section = study.results_section
    assert section is not None
    encoded = msgspec.json.encode(section).replace(b'"OG0', b'"O9')
    renamed = replace(study, results_section=msgspec.json.decode(encoded, type=type(section)))
    found = differences(study, renamed)
    assert found
    assert {difference.field for difference in found} == {"id"}
