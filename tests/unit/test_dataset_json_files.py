"""Dataset-JSON 1.1, as JSON and as NDJSON: types as declared, nothing lost in silence."""

import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from topline.errors import DataError, LimitError
from topline.trial import dataset_json_rows
from topline.trial.reading import read_dataset

Columns = list[dict[str, Any]]


def column(name: str, data_type: str = "string", **more: Any) -> dict[str, Any]:
    return {
        "itemOID": f"IT.{name}",
        "name": name,
        "label": name.title(),
        "dataType": data_type,
    } | more


def document(columns: Columns, rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    return {
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.ADSL",
        "records": len(rows),
        "name": "ADSL",
        "label": "Subjects",
        "columns": columns,
        **more,
        "rows": rows,
    }


def write(path: Path, content: dict[str, Any]) -> Path:
    if path.suffix == ".json":
        path.write_text(json.dumps(content), encoding="utf-8")
    else:
        description = {key: value for key, value in content.items() if key != "rows"}
        lines = [description, *content["rows"]]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


COLUMNS: Columns = [
    column("USUBJID", length=11, keySequence=1),
    column("AGE", "integer"),
    column("BMIBL", "decimal", targetDataType="decimal"),
    column("AVAL", "float"),
    column("TRTSDT", "date", targetDataType="integer", displayFormat="DATE9."),
    column("RFSTDTC", "datetime"),
    column("ADTM", "datetime", targetDataType="integer", displayFormat="DATETIME20."),
    column("ATM", "time", targetDataType="integer"),
    column("DONE", "boolean"),
]
ROWS: list[list[Any]] = [
    [
        "01-701-1015",
        63,
        "25.1",
        1.5,
        "2014-01-02",
        "2014-01",
        "2014-01-02T03:04:05",
        "03:04:05",
        True,
    ],
    ["01-701-1023", 64.0, " 30.40000000000000", 2, None, "2014-01-02", None, None, None],
    ["", None, "", None, "", "", "", "", False],
]


@pytest.mark.parametrize("name", ["adsl.json", "adsl.ndjson"])
def test_names_labels_formats_types_and_values(tmp_path: Path, name: str) -> None:
    adsl = read_dataset(write(tmp_path / name, document(COLUMNS, ROWS)))
    assert (adsl.name, adsl.label, adsl.records, adsl.notes) == ("ADSL", "Subjects", 3, ())
    assert [(one.name, one.type) for one in adsl.variables.values()] == [
        ("USUBJID", "text"),
        ("AGE", "integer"),
        ("BMIBL", "number"),
        ("AVAL", "number"),
        ("TRTSDT", "date"),
        ("RFSTDTC", "text"),
        ("ADTM", "datetime"),
        ("ATM", "time"),
        ("DONE", "boolean"),
    ]
    assert adsl.variable("TRTSDT").format == "DATE9."
    assert (adsl.variable("USUBJID").label, adsl.variable("USUBJID").length) == ("Usubjid", 11)
    assert adsl.frame.to_dict(as_series=False) == {
        "USUBJID": ["01-701-1015", "01-701-1023", None],
        "AGE": [63, 64, None],
        "BMIBL": [25.1, 30.4, None],
        "AVAL": [1.5, 2.0, None],
        "TRTSDT": [date(2014, 1, 2), None, None],
        "RFSTDTC": ["2014-01", "2014-01-02", None],
        "ADTM": [datetime(2014, 1, 2, 3, 4, 5), None, None],  # noqa: DTZ001  # no time zone in SAS
        "ATM": [time(3, 4, 5), None, None],
        "DONE": [True, None, False],
    }


def read(tmp_path: Path, columns: Columns, rows: list[list[Any]], **more: Any) -> Any:
    return read_dataset(write(tmp_path / "adsl.json", document(columns, rows, **more)))


def test_integers_that_hold_decimals_keep_them(tmp_path: Path) -> None:
    adsl = read(tmp_path, [column("AVAL", "integer")], [[1], [2.5], [None]])
    assert adsl.column("AVAL").to_list() == [1.0, 2.5, None]
    assert adsl.variable("AVAL").type == "number"
    assert str(adsl.notes[0]) == "AVAL: declared as integer, but holds decimals, which were kept"


def test_large_integers_are_exact(tmp_path: Path) -> None:
    values = [9007199254740993, -9223372036854775808, 9223372036854775807]
    adsl = read(tmp_path, [column("X", "integer")], [[value] for value in values])
    assert adsl.column("X").to_list() == values


def test_decimal_text_is_the_nearest_double(tmp_path: Path) -> None:
    texts = ["0.1", "  51.70000000000000", ".5", "5.", "1e-3", "-7", "+7"]
    adsl = read(tmp_path, [column("X", "decimal")], [[text] for text in texts])
    assert adsl.column("X").to_list() == [0.1, 51.7, 0.5, 5.0, 0.001, -7.0, 7.0]


def test_missing_numbers_written_as_words_are_null_and_counted(tmp_path: Path) -> None:
    adsl = read(tmp_path, [column("X", "decimal")], [["  NA"], ["."], ["1.5"]])
    assert adsl.column("X").to_list() == [None, None, 1.5]
    assert str(adsl.notes[0]) == "X: NA or . was read as missing (2 records)"


def test_identifiers_written_as_numbers_stay_as_they_stand(tmp_path: Path) -> None:
    adsl = read(tmp_path, [column("SITEID")], [[701], ["007"]])
    assert adsl.column("SITEID").to_list() == ["701", "007"]


def test_a_partial_date_leaves_the_variable_text(tmp_path: Path) -> None:
    columns = [column("ADT", "date", targetDataType="integer")]
    adsl = read(tmp_path, columns, [["2014-01-02"], ["2014-01"], [None]])
    assert adsl.column("ADT").to_list() == ["2014-01-02", "2014-01", None]
    assert adsl.variable("ADT").type == "text"
    assert "not all values are a whole date" in str(adsl.notes[0])


def test_a_variable_without_any_value_has_its_declared_type(tmp_path: Path) -> None:
    columns = [column("N", "integer"), column("T"), column("D", "date", targetDataType="integer")]
    adsl = read(tmp_path, columns, [[None, None, None]] * 2)
    assert adsl.frame.schema == {"N": pl.Int64, "T": pl.String, "D": pl.Date}


@pytest.mark.parametrize("name", ["adsl.json", "adsl.ndjson"])
def test_a_dataset_without_records(tmp_path: Path, name: str) -> None:
    adsl = read_dataset(write(tmp_path / name, document(COLUMNS, [])))
    assert (adsl.records, adsl.frame.height, adsl.frame.width) == (0, 0, 9)


@pytest.mark.parametrize("name", ["adsl.json", "adsl.ndjson"])
def test_pieces_of_any_size_give_the_same_rows(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text that looks like the end of a row stands in the values."""
    rows = [[f'], [ ]\n],["{number}', number] for number in range(200)]
    path = write(tmp_path / name, document([column("T"), column("N", "integer")], rows))
    for size in (1, 10, 100, 1000, 100_000):
        monkeypatch.setattr(dataset_json_rows, "PIECE_BYTES", size)
        adsl = read_dataset(path)
        assert adsl.frame.rows() == [tuple(row) for row in rows]


@pytest.mark.parametrize("end", ["", "\n", " \r\n\n"])
def test_white_space_at_the_end_is_no_matter(tmp_path: Path, end: str) -> None:
    path = write(tmp_path / "adsl.json", document(COLUMNS, ROWS))
    path.write_text(path.read_text() + end)
    assert read_dataset(path).records == 3


def test_white_space_within_and_a_byte_order_mark_are_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "adsl.json"
    path.write_text(json.dumps(document(COLUMNS, ROWS), indent=2), encoding="utf-8-sig")
    assert read_dataset(path).records == 3


def test_rows_may_stand_anywhere_in_the_document(tmp_path: Path) -> None:
    content = document(COLUMNS, ROWS)
    rows = content.pop("rows")
    path = tmp_path / "adsl.json"
    path.write_text(json.dumps({"rows": rows} | content))
    assert read_dataset(path).records == 3
    path.write_text(json.dumps(content | {"rows": rows, "originator": "nobody"}))
    assert read_dataset(path).records == 3


def test_only_the_columns_asked_for_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "adsl.json", document(COLUMNS, ROWS))
    adsl = read_dataset(path, columns=["AGE"])
    assert adsl.frame.columns == ["AGE"]
    assert (adsl.records, len(adsl.variables)) == (3, 9)
    assert adsl.variable("TRTSDT").type == "date"


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        ("integer", "sixty"),
        ("decimal", "1,5"),
        ("decimal", "nan"),
        ("decimal", "1_0"),
        ("integer", True),
        ("float", "inf"),
        ("string", 1.5),
        ("string", True),
        ("boolean", "Y"),
        ("date", 19725.5),
        ("integer", 9223372036854775808),
    ],
)
def test_a_value_that_is_not_of_its_declared_type_is_refused(
    tmp_path: Path, data_type: str, value: Any
) -> None:
    columns = [column("X", data_type)]
    with pytest.raises(DataError, match=rf"X is declared as {data_type}, but holds") as caught:
        read(tmp_path, columns, [[None], [value]])
    assert str(caught.value.where).endswith("row 2")


def test_fewer_rows_than_the_description_says_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="says 4 records, the file holds 3"):
        read(tmp_path, COLUMNS, ROWS, records=4)


def test_a_row_with_another_number_of_values_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 2 has 1 values for 2 columns"):
        read(tmp_path, [column("A"), column("B")], [["a", "b"], ["a"]])


@pytest.mark.parametrize("name", ["adsl.json", "adsl.ndjson"])
def test_a_file_that_was_cut_off_is_refused_wherever(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, document(COLUMNS, ROWS))
    content = path.read_bytes()
    whole = content.rstrip(b"\n")
    for size in [*range(1, len(whole), 7), len(whole) - 1]:
        path.write_bytes(content[:size])
        with pytest.raises(DataError):
            read_dataset(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"a": 1}', "not Dataset-JSON"),
        ('{"clinicalData": {"itemGroupData": {}}}', "1.0 or before"),
        ('{"columns": [], "rows": [[[1]]]}', "no rows of plain values"),
        ('{"columns": [], "rows": [{"a": 1}]}', "no rows of plain values"),
        ('{"columns": [], "rows": 5}', "no rows of plain values"),
        ('{"columns": []}', "no rows of plain values"),
        ('{"columns": [{"name": "A", "dataType": "text"}], "rows": []}', "has data type 'text'"),
        ('{"columns": [{"name": "A"}], "rows": []}', "not Dataset-JSON"),
        ('{"columns": [], "rows": [[1], [2]]', "not whole JSON"),
        ('{"columns": [], "rows": [["\x00"]]}', "not whole JSON"),
    ],
)
def test_json_that_is_not_a_dataset_is_refused(
    tmp_path: Path, content: str, complaint: str
) -> None:
    path = tmp_path / "adsl.json"
    path.write_text(content)
    with pytest.raises(DataError, match=complaint):
        read_dataset(path)


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "adsl.json", document([column("T")], [["Z_rich"]]))
    path.write_bytes(path.read_bytes().replace(b"Z_rich", b"Z\xfcrich"))
    with pytest.raises(DataError, match="not whole JSON"):
        read_dataset(path)


@pytest.mark.parametrize(
    "start",
    [b'{"a":', b'{"columns":[],"rows":[', b'{"columns":[],"x":', b'{"columns":[]}\n'],
)
def test_deep_nesting_is_refused(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "adsl.json"
    path.write_bytes(start + b"[" * 3_000_000)
    with pytest.raises(DataError):
        read_dataset(path)
    path.write_bytes(start + b"[" * 200_000 + b"]" * 200_000 + b"]}")
    with pytest.raises(DataError):
        read_dataset(path)


def test_a_row_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_json_rows, "MAXIMUM_DESCRIPTION", 1000)
    monkeypatch.setattr(dataset_json_rows, "PIECE_BYTES", 100)
    path = tmp_path / "adsl.json"
    path.write_bytes(b'{"columns":[],"rows":[["' + b"a" * 5000 + b'"]]}')
    with pytest.raises(LimitError):
        read_dataset(path)
    path.write_bytes(b'{"columns":[]}\n["' + b"a" * 5000 + b'"]\n[]\n')
    with pytest.raises(LimitError):
        read_dataset(path)
