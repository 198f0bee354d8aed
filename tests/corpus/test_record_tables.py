"""Every posted number of every real record stands in its tables, once."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from topline.record import Study
from topline.record.cells import cells
from topline.render.tables import ModuleTables, Section, Table, tables

UNKNOWN_FIELDS = {"modelPredictions", "locations_nested"}


def known(part: Any) -> Any:
    """The record without the fields that the current interface does not have."""
    if isinstance(part, dict):
        return {name: known(value) for name, value in part.items() if name not in UNKNOWN_FIELDS}
    return [known(value) for value in part] if isinstance(part, list) else part


def table_addresses(table: Table) -> Iterator[str]:
    for row in table.rows:
        assert not row.cells or len(row.cells) == table.width
        for part in (row.header, *row.details):
            yield part.address
        for mark in row.marks:
            yield mark.address
        for cell in row.cells:
            for part in cell.parts:
                yield part.address
            for mark in cell.marks:
                assert mark.number < len(table.footnotes)
                yield mark.address


def section_addresses(section: Section) -> Iterator[str]:
    yield section.title_address
    for fact in section.facts:
        yield fact.address
    for group in section.groups:
        yield group.title_address
        yield group.description_address
    for table in section.tables:
        yield from table_addresses(table)


def addresses(modules: tuple[ModuleTables, ...]) -> Counter[str]:
    return Counter(
        address
        for module in modules
        for section in module.sections
        for address in section_addresses(section)
        if address
    )


@pytest.mark.corpus
def test_every_posted_number_of_every_record_stands_in_a_table_once(corpus: Path) -> None:
    files = sorted((corpus / "records" / "v2").glob("NCT*.json"))
    assert len(files) > 300
    for file in files:
        study = msgspec.convert(known(msgspec.json.decode(file.read_bytes())), Study)
        shown = addresses(tables(study))
        missing = [cell.address for cell in cells(study) if cell.address not in shown]
        assert not missing, file.name
        assert not [address for address, times in shown.items() if times > 1], file.name
