"""Every real record as tables: no number and no text of its results is lost, or there twice."""

import io
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from topline.formats.document import Document
from topline.formats.registry import read_documents
from topline.formats.tables.registry import TABLES, table_rows
from topline.formats.tables.table import Row, StudyPart, Table
from topline.formats.tables.workbook import write as write_workbook
from topline.record.addresses import value_at
from topline.record.cells import Cell, cells, leaves
from topline.record.values import Number, read_value

pytestmark = pytest.mark.corpus

RECORDS = 376
NUMBERS = 530_464  # in these records: what `cells` yields, counted once
TEXT_TABLES = {"texts", "more_information"}


def documents(corpus: Path, every: int = 1) -> Iterator[Document]:
    files = sorted((corpus / "records/v2").glob("*.json"))
    assert len(files) == RECORDS
    for file in files[::every]:
        yield from read_documents(file)


def posted(table: Table, row: Row) -> Iterator[tuple[str, str]]:
    """Addresses and texts of the numbers in a row."""
    names = [column.name for column in table.columns]
    for column, field in zip(table.columns, row, strict=True):
        if column.cell is not None and field is not None:
            yield f"{row[names.index('address')]}/{column.cell}", str(field)


def test_every_number_and_text_of_every_record_is_in_the_tables_once(corpus: Path) -> None:
    numbers = 0
    for document in documents(corpus):
        part = StudyPart(document.study, 1, document.place)
        found: list[tuple[str, str]] = []
        words: list[tuple[str, str]] = []
        for table in TABLES:
            if table.name.startswith("effects"):
                continue
            for row in table.rows(part):
                found += posted(table, row)
                if table.name in TEXT_TABLES:
                    words.append((str(row[2]), str(row[-1])))
        once, words_once = dict(found), dict(words)
        assert (len(once), len(words_once)) == (len(found), len(words)), document.place
        for leaf in leaves(document.study):
            by_address = once if isinstance(leaf, Cell) else words_once
            assert by_address.pop(leaf.address) == leaf.text
        assert not once | words_once, "nothing is there that was not posted"
        numbers += len(found)
    assert numbers == NUMBERS


def test_what_is_to_be_pooled_is_what_was_posted(corpus: Path) -> None:
    arms = pairs = 0
    for document in documents(corpus, every=9):
        study, part = document.study, StudyPart(document.study, 1, document.place)
        for row in part.arms.rows:
            pairs += len(list(row.pairs()))
            for arm in row.arms:
                arms += 1
                value = read_value(str(value_at(study, arm.inputs[0])))
                assert isinstance(value, Number)
                if arm.event is not None and arm.had_from == "posted count":
                    assert arm.event == value.amount
                elif arm.event is not None:
                    share, half = (
                        Decimal(arm.event) / arm.number,
                        Decimal((0, (5,), -value.decimals - 1)),
                    )
                    off = min(abs(whole * share - value.amount) for whole in (1, 100))
                    assert off <= half, (arm.inputs, share)
                if arm.mean is not None and arm.deviation is not None:
                    spread = float(str(value_at(study, arm.inputs[-1])).replace(",", ""))
                    factor = math.sqrt(arm.number) if "error" in arm.had_from else 1
                    assert arm.mean == float(value.amount)
                    assert arm.deviation == pytest.approx(spread * factor, rel=1e-12)
    assert arms > 10_000
    assert pairs > 1_000


def test_every_measurement_is_an_arm_or_left_out_with_a_reason(corpus: Path) -> None:
    for document in documents(corpus, every=9):
        arms = StudyPart(document.study, 1, document.place).arms
        given = {(row.arms[0].address, arm.group.id) for row in arms.rows for arm in row.arms}
        rows: set[tuple[str, str]] = set()
        whole: set[str] = set()
        for one in arms.left_out:
            assert one.reason
            if not one.of_pairs:
                whole.update([one.address] if not one.group_ids else [])
                rows.update((one.address, group) for group in one.group_ids)
        assert not given & rows
        for cell in cells(document.study):
            if cell.kind.value == "value" and "/outcomeMeasures/" in cell.address:
                row, _, _ = cell.address.partition("/measurements/")
                measure, _, _ = row.partition("/classes/")
                assert (row, cell.group_id or "") in given | rows or measure in whole, cell.address


def test_a_workbook_reads_back_as_the_rows(corpus: Path) -> None:
    import openpyxl

    chosen = list(documents(corpus, every=95))
    stream = io.BytesIO()
    write_workbook(chosen, stream)
    book = openpyxl.load_workbook(stream, read_only=True)
    for table in TABLES:
        sheet = book[table.name].iter_rows(min_row=2, values_only=True)
        rows = [row for listed, made in table_rows(chosen) if listed is table for row in made]
        for read, made in zip(sheet, rows, strict=True):
            for column, one, two in zip(table.columns, read, made, strict=True):
                if column.type == "number" and two is not None:
                    # A sheet's number has 16 digits.
                    assert isinstance(two, int | float | Decimal)
                    assert one == pytest.approx(float(two), rel=1e-15, abs=0)
                else:
                    assert one == two
