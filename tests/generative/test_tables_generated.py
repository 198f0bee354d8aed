"""Generated records as tables: what is read again is what the record posts."""

import csv
import io
import tempfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from tests.generative.record_strategies import nodes, studies

from topline.errors import OutputError
from topline.formats.document import Document
from topline.formats.tables import csv_folder, parquet_folder, workbook
from topline.formats.tables.registry import TABLES, table_rows
from topline.formats.tables.table import StudyPart
from topline.record.cells import cells, texts
from topline.record.results import ResultsSection
from topline.record.study import Study


def documents(records: list[Study]) -> list[Document]:
    return [Document(study=one, format="api-json", place="made") for one in records]


def largest_integer(records: list[Study]) -> int:
    rows = (row for _, made in table_rows(documents(records)) for row in made)
    return max((abs(field) for row in rows for field in row if isinstance(field, int)), default=0)


def results() -> st.SearchStrategy[Study]:
    """Records that have results, most fields of them filled."""
    return nodes(ResultsSection, most_fields=8).map(lambda made: Study(results_section=made))


@settings(max_examples=40)
@given(records=st.lists(results() | studies(), max_size=2))
def test_csv_holds_every_number_and_text_once(records: list[Study]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        csv_folder.write(documents(records), Path(folder))
        numbers: list[tuple[str, str, str]] = []
        words: list[tuple[str, str, str]] = []
        for table in TABLES:
            with Path(folder, f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    assert None not in row.values()
                    numbers += [
                        (row["record"], f"{row['address']}/{column.cell}", row[column.name])
                        for column in table.columns
                        if column.cell and row[column.name]
                    ]
                    if table.name in ("texts", "more_information"):
                        words.append((row["record"], row["address"], row["text"]))
    places = list(enumerate(records, 1))
    assert sorted(numbers) == sorted(
        # An empty text and none are one to the module csv; the next test tells them apart.
        (str(place), one.address, one.text)
        for place, record in places
        for one in cells(record)
        if one.text
    )
    assert sorted(words) == sorted(
        (str(place), one.address, one.text) for place, record in places for one in texts(record)
    )


@settings(max_examples=25)
@given(records=st.lists(results() | studies(), max_size=2))
def test_parquet_holds_the_rows_with_their_types(records: list[Study]) -> None:
    with tempfile.TemporaryDirectory() as outside:
        folder = Path(outside, "made")
        folder.mkdir()
        if largest_integer(records) >= 2**63:
            with pytest.raises(OutputError, match="larger than an integer"):
                parquet_folder.write(documents(records), folder)
            return
        parquet_folder.write(documents(records), folder)
        for table in TABLES:
            frame = pl.read_parquet(folder / f"{table.name}.parquet")
            rows = [
                row
                for listed, made in table_rows(documents(records))
                if listed is table
                for row in made
            ]
            kinds = [column.type for column in table.columns]
            assert frame.rows() == [
                tuple(
                    float(field) if kind == "number" and field is not None else field
                    for kind, field in zip(kinds, row, strict=True)
                )
                for row in rows
            ]
        assert [path.name for path in Path(outside).iterdir()] == ["made"]


@settings(max_examples=8)
@given(records=st.lists(results(), max_size=1))
def test_a_workbook_holds_the_texts_as_they_are(records: list[Study]) -> None:
    stream = io.BytesIO()
    if largest_integer(records) > 2**53:
        with pytest.raises(OutputError, match="larger than an integer"):
            workbook.write(documents(records), stream)
        return
    workbook.write(documents(records), stream)
    book = openpyxl.load_workbook(stream, read_only=True)
    found = [
        (row[2], unescape(str(row[-1] or "")))
        for row in book["texts"].iter_rows(min_row=2, values_only=True)
    ]
    expected = [
        (row[2], row[-1])
        for record in records
        for table in TABLES
        if table.name == "texts"
        for row in table.rows(StudyPart(record, 1, "made"))
    ]
    assert found == expected
