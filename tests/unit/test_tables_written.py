"""Tables as CSV, Parquet and a workbook: types, notes, limits, and folders whole or not at all."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.unit.command import RECORD, Command, written

from topline.errors import DocumentError, LimitError, OutputError
from topline.formats import repetition
from topline.formats.document import Document
from topline.formats.registry import FORMATS, write_documents
from topline.formats.tables import parquet_folder, workbook
from topline.formats.tables.posted_numbers import number_fields
from topline.formats.tables.registry import TABLES
from topline.record.cells import Cell, CellKind, Module
from topline.record.results import (
    AdverseEventsModule,
    EventGroup,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ResultsSection,
)
from topline.record.study import Study

FORMULA = '=HYPERLINK("http://example.org","a")'


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def study(title: str = FORMULA, affected: int = 3) -> Study:
    measured = [
        Measurement(group_id="OG000", value="1,234", spread="<0.5"),
        Measurement(group_id="OG001", value="NA", comment="Not reached"),
    ]
    measure = OutcomeMeasure(
        title=title,
        param_type="MEDIAN",
        groups=(MeasureGroup(id="OG000", title="+A"), MeasureGroup(id="OG001", title="B")),
        classes=(MeasureClass(categories=(MeasureCategory(measurements=tuple(measured)),)),),
    )
    groups = (
        EventGroup(id="EG000", title="A", deaths_num_affected=affected, deaths_num_at_risk=9),
    )
    return Study(
        results_section=ResultsSection(
            outcome_measures_module=OutcomeMeasuresModule(outcome_measures=(measure,)),
            adverse_events_module=AdverseEventsModule(event_groups=groups),
        ),
        has_results=True,
    )


def document(made: Study | None = None) -> Document:
    return Document(study=made or study(), format="api-json", place="made")


def fields(text: str, exact: bool = False) -> list[str | None]:
    cell = Cell(
        address="", module=Module.OUTCOME_MEASURES, kind=CellKind.VALUE, text=text, exact=exact
    )
    return [None if field is None else str(field) for field in number_fields(cell)]


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("0.80", ["0.80", "0.80", "0.795", "0.805", None, None]),
            ("1,234", ["1234", "1,234", "1233.5", "1234.5", None, None]),
            (">=5", [None, ">=5", "5", None, ">=", None]),
            ("NE", [None, "NE", None, None, None, "not estimable"]),
            ("", [None, "", None, None, None, "cannot be read: empty"]),
            ("1E+350", [None, "1E+350", None, None, None, "beyond what a double holds"]),
            ("1E-350", [None, "1E-350", None, None, None, "beyond what a double holds"]),
        ],
    )
    def test_a_number_is_six_fields(self, text: str, expected: list[str | None]) -> None:
        assert fields(text) == expected

    def test_a_count_is_only_itself(self) -> None:
        assert fields("37", exact=True)[2:4] == ["37", "37"]


class TestCsv:
    def test_a_folder_has_a_file_a_table_and_says_what_columns_are(self, tmp_path: Path) -> None:
        write_documents([document()], tmp_path / "out", "tables")
        names = {path.name for path in (tmp_path / "out").iterdir()}
        assert names == {*(f"{table.name}.csv" for table in TABLES), "columns.csv"}
        with (tmp_path / "out/columns.csv").open(encoding="utf-8", newline="") as file:
            described = {(row["table"], row["column"]): row for row in csv.DictReader(file)}
        assert described["outcome_measures", "value_text"]["cell"] == "value"
        assert all(row["description"].endswith(".") or row["cell"] for row in described.values())

    def test_texts_stay_as_posted_and_nothing_differs_from_empty(self, tmp_path: Path) -> None:
        write_documents([document()], tmp_path / "out", "tables")
        lines = (tmp_path / "out/outcome_measures.csv").read_text(encoding="utf-8").splitlines()
        quoted = '"=HYPERLINK(""http://example.org"",""a"")"'
        assert lines[1].startswith(
            f"1,,/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/classes/0/categories/0"
            f"/measurements/0,1,,{quoted},,MEDIAN,,,,,OG000,+A,1234,"
        )

    def test_several_studies_are_in_the_same_tables(self, topline: Command, tmp_path: Path) -> None:
        source = tmp_path / "all.ndjson"
        source.write_text(f"{json.dumps(RECORD)}\n{json.dumps(RECORD)}\n", encoding="utf-8")
        assert topline("convert", source, "-o", tmp_path / "out", "--to", "tables").code == 0
        frame = pl.read_csv(tmp_path / "out/outcome_measures.csv")
        assert frame["record"].to_list() == [1, 1, 2, 2]
        assert frame["spread"].to_list() == [0.71, 0.70] * 2


class TestFolders:
    def test_an_earlier_folder_is_replaced(self, tmp_path: Path) -> None:
        for _ in range(2):
            write_documents([document()], tmp_path / "out", "tables")
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_a_folder_with_anything_else_stays(self, topline: Command, tmp_path: Path) -> None:
        out = tmp_path / "out"
        out.mkdir()
        (out / "mine.txt").write_text("mine", encoding="utf-8")
        ran = topline("convert", written(tmp_path), "-o", out, "--to", "tables")
        assert ran.code == 7
        assert "holds 'mine.txt', which would be lost" in ran.err
        assert [path.name for path in out.iterdir()] == ["mine.txt"]

    def test_another_kind_of_tables_is_something_else(self, tmp_path: Path) -> None:
        write_documents([document()], tmp_path / "out", "tables")
        with pytest.raises(OutputError, match="would be lost"):
            write_documents([document()], tmp_path / "out", "tables-parquet")

    def test_standard_output_holds_no_folder(self, topline: Command, tmp_path: Path) -> None:
        ran = topline("convert", written(tmp_path), "--to", "tables")
        assert (ran.code, ran.out) == (2, "")
        assert "say with -o which folder" in ran.err

    def test_a_folder_has_no_indented_layout(self, topline: Command, tmp_path: Path) -> None:
        out = tmp_path / "out"
        ran = topline("convert", written(tmp_path), "-o", out, "--to", "tables", "--indent")
        assert ran.code == 2
        assert not out.exists()

    @pytest.mark.parametrize("name", ["tables", "tables-parquet"])
    def test_a_failure_leaves_the_earlier_folder_and_nothing_else(
        self, tmp_path: Path, name: str
    ) -> None:
        def documents() -> Iterator[Document]:
            yield document()
            raise DocumentError("the second is damaged")

        out = tmp_path / "out"
        write_documents([document()], out, name)
        before = {path.name: path.read_bytes() for path in out.iterdir()}
        with pytest.raises(DocumentError, match="the second"):
            write_documents(documents(), out, name)
        assert {path.name: path.read_bytes() for path in out.iterdir()} == before
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_formats_say_that_they_are_folders(self, topline: Command) -> None:
        listed = {one["name"]: one for one in json.loads(topline("formats", "--json").out)}
        assert {name for name, one in listed.items() if one["folder"]} == {
            name for name, format in FORMATS.items() if format.write_folder
        }
        assert listed["tables"]["writes"]
        assert "tables: Tables, CSV (a folder); writes" in topline("formats", "tables").out


class TestParquet:
    def test_columns_have_types_and_descriptions(self, tmp_path: Path) -> None:
        write_documents([document()], tmp_path / "out", "tables-parquet")
        path = tmp_path / "out/outcome_measures.parquet"
        frame = pl.read_parquet(path)
        assert frame["value"].to_list() == [1234.0, None]
        assert frame["spread_to"].to_list() == [0.5, None]
        assert frame["value_reason"].to_list() == [None, "not available"]
        assert frame.schema["value"] == pl.Float64
        assert frame.schema["outcome"] == pl.Int64
        metadata = pl.read_parquet_metadata(path)
        described = json.loads(metadata["columns"])
        assert list(described) == frame.columns
        assert metadata["title"] == "Outcome measures"

    def test_rows_put_aside_come_back_in_order(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        documents = [document(study(title=f"title {number}")) for number in range(5)]
        write_documents(documents, tmp_path / "whole", "tables-parquet")
        monkeypatch.setattr(parquet_folder, "ROWS_HELD", 3)
        write_documents(documents, tmp_path / "parts", "tables-parquet")
        for table in TABLES:
            one, two = (tmp_path / name / f"{table.name}.parquet" for name in ("whole", "parts"))
            assert pl.read_parquet(one).equals(pl.read_parquet(two)), table.name
            assert (
                pl.read_parquet_metadata(one)["columns"]
                == (pl.read_parquet_metadata(two)["columns"])
            )

    def test_an_integer_that_does_not_fit_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="larger than an integer"):
            write_documents([document(study(affected=2**63))], tmp_path / "out", "tables-parquet")
        write_documents([document(study(affected=2**63))], tmp_path / "csv", "tables")
        assert str(2**63) in (tmp_path / "csv/event_groups.csv").read_text(encoding="utf-8")


class TestSize:
    @pytest.mark.parametrize("name", ["tables", "tables-parquet", "tables-xlsx", "fhir-evidence"])
    def test_a_text_repeated_without_end_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setattr(repetition, "MOST_CHARACTERS", 1000)
        with pytest.raises(
            LimitError, match="a text of 200 characters would be repeated"
        ) as raised:
            write_documents([document(study(title="a" * 200))], tmp_path / "out", name)
        assert raised.value.where == (
            "made, /resultsSection/outcomeMeasuresModule/outcomeMeasures/0/title"
        )
        assert not list(tmp_path.iterdir())


class TestWorkbook:
    def test_cells_are_typed_and_text_is_never_a_formula(self, tmp_path: Path) -> None:
        write_documents([document()], tmp_path / "a.xlsx")
        book = openpyxl.load_workbook(tmp_path / "a.xlsx")
        sheet = book["outcome_measures"]
        heading = {cell.value: place for place, cell in enumerate(sheet[1], start=1)}
        title = sheet.cell(2, heading["measure"])
        assert (title.value, title.data_type) == (FORMULA, "s")
        assert title.hyperlink is None
        value = sheet.cell(2, heading["value"])
        assert (value.value, value.data_type) == (1234, "n")
        assert sheet.cell(2, heading["value_text"]).data_type == "s"
        formulas = [cell for one in book for row in one.iter_rows() for cell in row]
        assert not [cell for cell in formulas if cell.data_type == "f"]

    def test_headings_are_frozen_filtered_and_explained(self, tmp_path: Path) -> None:
        write_documents([document()], tmp_path / "a.xlsx")
        book = openpyxl.load_workbook(tmp_path / "a.xlsx")
        assert book.sheetnames == ["about", *(table.name for table in TABLES)]
        for table in TABLES:
            sheet = book[table.name]
            assert sheet.freeze_panes == "A2"
            assert sheet.auto_filter.ref.startswith("A1:")
            comments = [cell.comment.text for cell in sheet[1] if cell.comment is not None]
            assert comments == [column.description for column in table.columns]
        about = [[cell.value for cell in row] for row in book["about"].iter_rows()]
        assert ["event_groups", "All-cause mortality and totals of adverse events", 1] in [
            row[:3] for row in about
        ]

    def test_equal_content_makes_equal_files(self, tmp_path: Path) -> None:
        for name in ("a.xlsx", "b.xlsx"):
            write_documents([document()], tmp_path / name)
        assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()

    def test_a_full_sheet_goes_on_in_another(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
        write_documents([document()] * 3, tmp_path / "a.xlsx")
        book = openpyxl.load_workbook(tmp_path / "a.xlsx")
        rows = [
            row[0]
            for name in ("outcome_measures", "outcome_measures_2", "outcome_measures_3")
            for row in book[name].iter_rows(min_row=2, values_only=True)
        ]
        assert rows == [1, 1, 2, 2, 3, 3]

    @pytest.mark.parametrize(
        ("made", "match"),
        [
            (study(title="a" * 32_768), "a text has 32768 characters"),
            (study(title="<r><t>1</t></r>"), "a sheet's own markup"),
            (study(affected=2**53 + 1), "larger than an integer"),
        ],
    )
    def test_what_does_not_fit_is_refused_with_its_place(
        self, tmp_path: Path, made: Study, match: str
    ) -> None:
        with pytest.raises(OutputError, match=match) as raised:
            write_documents([document(made)], tmp_path / "a.xlsx")
        assert "study 1, /resultsSection/" in (raised.value.where or "")
        assert not list(tmp_path.iterdir())
