"""Real records in the terminal: every number stands there, within the width, however wide the table."""

import re
from pathlib import Path

import pytest

from topline.formats.registry import read_study
from topline.render.table_model import Table
from topline.render.tables import tables
from topline.render.text_lines import width_of
from topline.render.text_record import record_lines
from topline.render.text_table import table_lines

RECORDS = (
    "NCT04955626",  # 37 groups
    "NCT01970865",
    "NCT02513394",  # 1,500 rows of adverse events
    "NCT01920711",  # long titles
    "NCT00209274",
)

NUMBER = re.compile(r"\d[\d.,]*")


@pytest.mark.corpus
@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("number", RECORDS)
def test_every_number_of_a_table_is_shown(corpus: Path, number: str, width: int) -> None:
    study = read_study(corpus / "records" / "v2" / f"{number}.json")
    for module in tables(study):
        for section in module.sections:
            for table in section.tables:
                lines = [line.text for line in table_lines(table, width)]
                assert numbers_in(table) <= set(NUMBER.findall("\n".join(lines)))


def numbers_in(table: Table) -> set[str]:
    """Collect every number that the cells of a table hold."""
    return {
        number
        for row in table.rows
        for cell in row.cells
        for part in cell.parts
        for number in NUMBER.findall(part.text)
    }


@pytest.mark.corpus
@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("number", RECORDS)
def test_no_line_is_wider_than_the_terminal(corpus: Path, number: str, width: int) -> None:
    study = read_study(corpus / "records" / "v2" / f"{number}.json")
    wide = [
        line.text
        for line in record_lines(study, tables(study), width)
        if width_of(line.text) > width
    ]
    assert wide == []
