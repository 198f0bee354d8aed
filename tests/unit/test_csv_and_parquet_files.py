"""CSV and Parquet: types are taken only where that cannot change what stands in the file."""

import json
import random
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Literal

import polars as pl
import pyarrow  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet  # type: ignore[import-untyped]  # ships no types
import pytest

from topline.errors import DataError, LimitError, ToplineError
from topline.trial import comma_separated, dataset_format
from topline.trial.dataset import Dataset
from topline.trial.reading import read_dataset


def csv(tmp_path: Path, text: str | bytes, name: str = "adsl.csv") -> Dataset:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_dataset(path)


def only(tmp_path: Path, name: str, *values: str) -> pl.Series:
    lines = [f"{name},END", *(f"{value},x" for value in values)]
    return csv(tmp_path, "\n".join(lines) + "\n").column(name)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("SUBJECT", ["01-701-1015", "01-701-1023"]),
        ("CODE", ["007", "701"]),
        ("SITEID", ["701", "702"]),
        ("SUBJID", ["1015", "1023"]),
        ("SAFFL", ["1", "0"]),
        ("LBTESTCD", ["1", "2"]),
        ("AVALC", ["1.5", "2"]),
        ("SITEGR1", ["701", "900"]),
        ("RFSTDTC", ["2014-01-02", "2014-01-03"]),
        ("AEDT", ["2014-01-02", "2014-01"]),
        ("X", ["1,5".replace(",", ";"), "2"]),
        ("X", ["1", "one"]),
        ("X", ["1234567890123456", "1"]),
        ("X", ["1e999", "1"]),
        ("X", ["NaN", "1"]),
        ("X", ["0x1F", "1"]),
        ("X", ["1_000", "1"]),
        ("COUNTRY", ["NA", "NA"]),
        ("X", ["", "NA"]),
    ],
)
def test_what_a_number_would_change_stays_text(
    tmp_path: Path, name: str, values: list[str]
) -> None:
    assert only(tmp_path, name, *values).to_list() == [value or None for value in values]


def test_numbers_are_numbers(tmp_path: Path) -> None:
    assert only(tmp_path, "AGE", "63", "", "0", "-5").to_list() == [63, None, 0, -5]
    assert only(tmp_path, "AVAL", "63", "", ".5", "-1.25e-3", "5.").to_list() == [
        63.0, None, 0.5, -0.00125, 5.0,
    ]  # fmt: skip


def test_a_numeric_date_of_adam_is_a_date(tmp_path: Path) -> None:
    assert only(tmp_path, "TRTSDT", "2014-01-02", "").to_list() == [date(2014, 1, 2), None]


def test_missing_numbers_as_sas_and_r_write_them_are_null_and_noted(tmp_path: Path) -> None:
    adsl = csv(tmp_path, "AGE,X\n63,.\n.,NA\n.A,1\n")
    assert adsl.frame.to_dict(as_series=False) == {"AGE": [63, None, None], "X": [None, None, 1]}
    assert [str(note) for note in adsl.notes] == [
        "AGE: ., .A was read as missing (2 records)",
        "X: ., NA was read as missing (2 records)",
    ]


def test_quotes_separators_and_line_breaks_in_values(tmp_path: Path) -> None:
    adsl = csv(
        tmp_path, 'TERM,N\r\n"Pain, chest",1\r\n"say ""no""",2\r\n"two\nlines",3\r\n5" tall,4'
    )
    assert adsl.column("TERM").to_list() == ["Pain, chest", 'say "no"', "two\nlines", '5" tall']
    assert adsl.column("N").to_list() == [1, 2, 3, 4]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_separate(tmp_path: Path, separator: str) -> None:
    adsl = csv(tmp_path, f"A{separator}B\n1{separator}x\n")
    assert adsl.frame.rows() == [(1, "x")]


def test_names_are_upper_case_and_the_dataset_is_named_as_its_file(tmp_path: Path) -> None:
    adsl = csv(tmp_path, b"\xef\xbb\xbfusubjid,age\n01,63\n")
    assert (adsl.name, list(adsl.variables)) == ("ADSL", ["USUBJID", "AGE"])


def test_blank_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    adsl = csv(tmp_path, "A,B\n1,2\n\n3,4\n\n")
    assert adsl.frame.rows() == [(1, 2), (3, 4)]
    assert str(adsl.notes[0]) == "2 blank lines were skipped"


def test_a_header_alone_is_a_dataset_without_records(tmp_path: Path) -> None:
    adsl = csv(tmp_path, "A,B\n")
    assert adsl.records == 0
    assert dict(adsl.frame.schema) == {"A": pl.String, "B": pl.String}


def test_windows_1252_is_read_and_noted(tmp_path: Path) -> None:
    adsl = csv(tmp_path, "A,B\nZürich,1\n".encode("cp1252"))
    assert adsl.column("A").to_list() == ["Zürich"]
    assert str(adsl.notes[0]) == "not UTF-8; read as windows-1252"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A,B\n1\n", "record 1 has 1 values for 2 variables"),
        ("A,B\n1,2\n3,4,5\n", "record 2 has 3 values for 2 variables"),
        ("A,B\n1,2\n3", "record 2 has 1 values"),
        ("A,A\n1,2\n", "two variables have the same name"),
        ("A,\n1,2\n", "variable 2 has no readable name"),
        ('A,B\n1,"2\n', "unexpected end of data"),
        ('A,B\n1,"2"3\n', "cannot be read as CSV"),
        ("A,B\n1,\x00\n", "binary"),
        ("A" * 1_100_000, "no line breaks"),
        ("A,B\n1," + "x" * 200_000 + "\n", "field larger than field limit"),
        ("\n\n", "no variables"),
    ],
)
def test_csv_that_is_not_whole_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        csv(tmp_path, text)


def test_a_csv_file_that_is_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comma_separated, "MAXIMUM_BYTES", 5)
    with pytest.raises(LimitError, match="has 6 bytes"):
        csv(tmp_path, "A\n1\n2\n")


def parquet(tmp_path: Path, frame: pl.DataFrame, **metadata: str) -> Dataset:
    path = tmp_path / "adsl.parquet"
    frame.write_parquet(path, metadata=metadata)
    return read_dataset(path)


def test_parquet_types_become_the_few_types_of_a_dataset(tmp_path: Path) -> None:
    moment = datetime(2014, 1, 2, 3, 4, 5, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "usubjid": ["01 ", ""],
            "n": pl.Series([1, None], dtype=pl.UInt8),
            "big": pl.Series([1, 2], dtype=pl.UInt64),
            "f": pl.Series([0.5, None], dtype=pl.Float32),
            "dec": pl.Series([Decimal("1.25"), None]),
            "cat": pl.Series(["a", None], dtype=pl.Categorical),
            "enum": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
            "d": [date(2014, 1, 2), None],
            "t": [time(1), None],
            "at": [moment, None],
            "yes": [True, None],
            "nothing": [None, None],
        }
    )
    adsl = parquet(tmp_path, frame)
    assert adsl.frame.to_dict(as_series=False) == {
        "USUBJID": ["01", None],
        "N": [1, None],
        "BIG": [1, 2],
        "F": [0.5, None],
        "DEC": [1.25, None],
        "CAT": ["a", None],
        "ENUM": ["a", "b"],
        "D": [date(2014, 1, 2), None],
        "T": [time(1), None],
        "AT": [moment.replace(tzinfo=None), None],
        "YES": [True, None],
        "NOTHING": [None, None],
    }
    assert [one.type for one in adsl.variables.values()] == [
        "text", "integer", "integer", "number", "number", "text", "text",
        "date", "time", "datetime", "boolean", "text",
    ]  # fmt: skip
    assert [str(note) for note in adsl.notes] == ["AT: the time zone was dropped"]
    assert read_dataset(adsl.source, columns=()).variables == adsl.variables


def test_nan_in_parquet_is_a_missing_value_with_a_note(tmp_path: Path) -> None:
    adsl = parquet(tmp_path, pl.DataFrame({"X": [1.0, float("nan"), None]}))
    assert adsl.column("X").to_list() == [1.0, None, None]
    assert [str(note) for note in adsl.notes] == ["X: NaN was read as missing (1 record)"]


def test_parquet_may_carry_the_description_of_dataset_json(tmp_path: Path) -> None:
    described = {
        "name": "ADSL2",
        "label": "Subjects",
        "columns": [{"name": "AGE", "label": "Age", "displayFormat": "8.", "length": 8}],
    }
    frame = pl.DataFrame({"AGE": [63], "SEX": ["F"]})
    adsl = parquet(tmp_path, frame, dataset_json=json.dumps(described))
    assert (adsl.name, adsl.label) == ("ADSL2", "Subjects")
    assert (adsl.variable("AGE").label, adsl.variable("AGE").format) == ("Age", "8.")
    assert adsl.variable("SEX").label is None
    with pytest.raises(DataError, match="not a Dataset-JSON description"):
        parquet(tmp_path, frame, dataset_json="[")


def test_only_the_columns_asked_for_are_read_from_parquet(tmp_path: Path) -> None:
    path = parquet(tmp_path, pl.DataFrame({"A": [1], "B": [2]})).source
    adsl = read_dataset(path, columns=["b"])
    assert (adsl.frame.columns, adsl.records, list(adsl.variables)) == (["B"], 1, ["A", "B"])


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (pl.Series([[1]]), "has type List"),
        (pl.Series([{"a": 1}]), "has type Struct"),
        (pl.Series([b"\x00"]), "has type Binary"),
        (pl.Series([1 << 63], dtype=pl.UInt64), "above 2"),
    ],
)
def test_parquet_columns_that_no_dataset_has_are_refused(
    tmp_path: Path, values: pl.Series, complaint: str
) -> None:
    with pytest.raises(DataError, match=complaint):
        parquet(tmp_path, pl.DataFrame({"X": values}))


def test_a_small_file_that_stands_for_too_many_values_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_format, "MAXIMUM_CELLS", 1000)
    with pytest.raises(LimitError, match="1001 records of 1 variables"):
        parquet(tmp_path, pl.DataFrame({"X": [0] * 1001}))


def test_parquet_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, pl.DataFrame({"X": list(range(1000))})).source
    content = path.read_bytes()
    for size in (4, 5, 12, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(DataError):
            read_dataset(path)


def test_damaged_parquet_is_read_or_refused_but_never_kills_the_process(tmp_path: Path) -> None:
    """Without a look at the page headers first, Polars 2.1 aborts on some of these copies."""
    frame = pl.DataFrame({"USUBJID": [f"01-{one}" for one in range(300)], "X": [0.5] * 300})
    path = parquet(tmp_path, frame).source
    content = path.read_bytes()
    chance = random.Random(1)
    refused = 0
    for _ in range(400):
        damaged = bytearray(content)
        for _ in range(chance.randrange(1, 5)):
            damaged[chance.randrange(len(damaged))] = chance.choice([0, 255, chance.randrange(256)])
        path.write_bytes(damaged)
        try:
            assert read_dataset(path).records == 300
        except ToplineError:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize("compression", ["zstd", "snappy", "none", "gzip"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_parquet_of_another_writer_is_not_taken_for_damaged(
    tmp_path: Path, version: Literal["1.0", "2.0"], compression: str, statistics: bool
) -> None:
    """PyArrow writes other pages than Polars: both versions of page headers, dictionaries, groups."""
    values = [None if one % 7 == 0 else one for one in range(5000)]
    table = pyarrow.table({"N": values, "T": [f"text {one % 40}" for one in range(5000)]})
    path = tmp_path / "adlb.parquet"
    pyarrow.parquet.write_table(
        table,
        path,
        data_page_version=version,
        compression=compression,
        row_group_size=1200,
        data_page_size=500,
        write_statistics=statistics,
        write_page_index=statistics,
    )
    adlb = read_dataset(path)
    assert adlb.column("N").to_list() == values
    assert adlb.column("T").to_list() == table["T"].to_pylist()
