"""SAS transport files, versions 5 and 8: what is read, and what is refused."""

import struct
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import pyreadstat
import pytest

from topline.errors import DataError, UsageError
from topline.trial.reading import read_dataset
from topline.trial.transport import numbers

FRAME = pl.DataFrame(
    {
        "USUBJID": ["01-701-1015", "01-701-1023", "01-701-1028"],
        "SITEID": ["701", "", "701"],
        "AGE": [63.0, None, 71.5],
        "TRTSDT": [date(2014, 1, 2), None, date(1959, 12, 31)],
        "ADTM": [datetime(2014, 1, 2, 3, 4, 5), None, None],  # noqa: DTZ001  # SAS has no time zones
        "ATM": [time(3, 4, 5), None, None],
    }
)
LABELS = ["Unique Subject Identifier", "Site", "Age", "First Dose", "When", "Time"]


def write(path: Path, frame: pl.DataFrame = FRAME, version: Literal[5, 8] = 5, **more: Any) -> Path:
    pyreadstat.write_xport(frame, str(path), table_name="ADSL", file_format_version=version, **more)
    return path


def patched(path: Path, old: bytes, new: bytes, count: int = 1) -> Path:
    """Replace bytes of a file by as many others."""
    content = path.read_bytes()
    assert content.count(old) >= count
    assert len(old) == len(new)
    path.write_bytes(content.replace(old, new, count))
    return path


@pytest.mark.parametrize("version", [5, 8])
def test_names_labels_formats_types_and_values(tmp_path: Path, version: Literal[5, 8]) -> None:
    path = write(
        tmp_path / "adsl.xpt",
        version=version,
        file_label="Subject-Level Analysis Dataset",
        column_labels=LABELS,
    )
    adsl = read_dataset(path)
    assert (adsl.name, adsl.label) == ("ADSL", "Subject-Level Analysis Dataset")
    assert (adsl.records, adsl.format, adsl.notes) == (3, "xpt", ())
    assert [one.label for one in adsl.variables.values()] == LABELS
    assert {one.name: one.type for one in adsl.variables.values()} == {
        "USUBJID": "text",
        "SITEID": "text",
        "AGE": "number",
        "TRTSDT": "date",
        "ADTM": "datetime",
        "ATM": "time",
    }
    assert adsl.variable("TRTSDT").format == "DATE."
    assert adsl.variable("USUBJID").length == 11
    assert adsl.frame.equals(FRAME.with_columns(SITEID=pl.Series(["701", None, "701"])))


def test_version_8_has_long_names_and_long_labels(tmp_path: Path) -> None:
    frame = pl.DataFrame({"AVERYLONGVARIABLENAME": [1.0], "X": ["a"]})
    label = "A label that is a good deal longer than the forty bytes of version 5"
    adsl = read_dataset(
        write(tmp_path / "adsl.xpt", frame, version=8, column_labels=[label, "short"])
    )
    assert adsl.variable("averylongvariablename").label == label
    assert adsl.variable("X").label == "short"
    assert adsl.frame.equals(frame)


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "adsl.xpt")
    adsl = read_dataset(path, columns=["age", "USUBJID"])
    assert adsl.frame.columns == ["USUBJID", "AGE"]
    assert list(adsl.variables) == FRAME.columns
    nothing = read_dataset(path, columns=())
    assert (nothing.frame.width, nothing.records) == (0, 3)
    with pytest.raises(DataError, match="ADSL has no variable AGEE"):
        read_dataset(path, columns=["AGEE"])


def test_special_missing_values_are_null_and_keep_their_codes(tmp_path: Path) -> None:
    path = write(tmp_path / "adsl.xpt", pl.DataFrame({"AVAL": [1.0, None, None, None, None, 0.0]}))
    content = bytearray(path.read_bytes())
    first = content.rindex(b"HEADER RECORD*******OBS") + 80
    for row, code in ((2, b"A"), (3, b"Z"), (4, b"_")):
        assert content[first + 8 * row] == ord(".")
        content[first + 8 * row] = code[0]
    path.write_bytes(content)
    adsl = read_dataset(path)
    assert adsl.column("AVAL").to_list() == [1.0, None, None, None, None, 0.0]
    assert adsl.missing_codes("AVAL").to_list() == [None, ".", ".A", ".Z", "._", None]
    assert adsl.variable("AVAL").missing == {".": 1, ".A": 1, ".Z": 1, "._": 1}


def test_ordinary_missing_values_are_counted(tmp_path: Path) -> None:
    adsl = read_dataset(write(tmp_path / "adsl.xpt"))
    assert adsl.variable("AGE").missing == {".": 1}
    assert adsl.missing_codes("AGE").to_list() == [None, ".", None]
    assert adsl.variable("USUBJID").missing == {}


# IBM System/360 numbers: 118.625 and its bytes are the worked example of TS-140's sources
# (https://en.wikipedia.org/wiki/IBM_hexadecimal_floating-point, C276A000); 1 is 16 times 1/16.
@pytest.mark.parametrize(
    ("bytes_", "value"),
    [
        ("4110000000000000", 1.0),
        ("c276a00000000000", -118.625),
        ("0000000000000000", 0.0),
        ("8000000000000000", -0.0),
        ("401999999999999a", 0.1),
        ("4110", 1.0),
        ("c276a0", -118.625),
    ],
)
def test_hexadecimal_numbers(bytes_: str, value: float) -> None:
    cells = np.frombuffer(bytes.fromhex(bytes_), np.uint8).reshape(1, -1)
    assert numbers(cells).tolist() == [value]


def test_numbers_shorter_than_eight_bytes(tmp_path: Path) -> None:
    """No writer at hand makes them; SAS does where LENGTH says so."""
    path = write(tmp_path / "adsl.xpt", pl.DataFrame({"X": [1.0, None], "T": ["abcde", "f"]}))
    content = bytearray(path.read_bytes())
    start = content.rindex(b"HEADER RECORD*******OBS") + 80
    description = content.index(b"X       ") - 8
    content[description + 4 : description + 6] = struct.pack(">h", 3)
    second = content.index(b"T       ", description) - 8
    content[second + 84 : second + 88] = struct.pack(">i", 3)
    rows = b"\x41\x20\x00abcde" + b"\x42\x64\x00f    " + b".\x00\x00gh   "
    path.write_bytes(bytes(content[:start]) + rows.ljust(80))
    adsl = read_dataset(path)
    assert adsl.frame.to_dict(as_series=False) == {
        "X": [2.0, 100.0, None],
        "T": ["abcde", "f", "gh"],
    }


def test_blanks_around_text_go_and_blanks_in_front_are_noted(tmp_path: Path) -> None:
    frame = pl.DataFrame({"AVISIT": ["          Week 2", "Baseline", "   ", "in  between"]})
    adsl = read_dataset(write(tmp_path / "adlb.xpt", frame))
    assert adsl.column("AVISIT").to_list() == ["Week 2", "Baseline", None, "in  between"]
    assert [str(note) for note in adsl.notes] == ["AVISIT: leading blanks were removed (1 record)"]


def test_text_may_hold_line_breaks_and_other_odd_bytes(tmp_path: Path) -> None:
    odd = ["a\nb", "c\x1fd\x1e", "e\x1d\x1cf", "g"]
    adsl = read_dataset(write(tmp_path / "adsl.xpt", pl.DataFrame({"T": odd})))
    assert adsl.column("T").to_list() == odd


def test_utf_8_is_read_as_it_is(tmp_path: Path) -> None:
    adsl = read_dataset(write(tmp_path / "adsl.xpt", pl.DataFrame({"T": ["Zürich", "東京"]})))
    assert adsl.column("T").to_list() == ["Zürich", "東京"]
    assert adsl.notes == ()


@pytest.fixture
def windows_file(tmp_path: Path) -> Path:
    path = write(tmp_path / "ts.xpt", pl.DataFrame({"T": ["Alzheimer_s", "Zürich", "plain"]}))
    return patched(path, b"Alzheimer_s", b"Alzheimer\x92s")


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252_and_noted(windows_file: Path) -> None:
    ts = read_dataset(windows_file)
    assert ts.column("T").to_list() == ["Alzheimer’s", "Zürich", "plain"]
    assert [str(note) for note in ts.notes] == ["T: not UTF-8; read as windows-1252 (1 record)"]


def test_a_named_encoding_is_taken_at_its_word(tmp_path: Path) -> None:
    path = write(tmp_path / "adsl.xpt", pl.DataFrame({"T": ["______", "x"]}))
    patched(path, b"______", "東京都".encode("shift_jis"))
    adsl = read_dataset(path, encoding="shift_jis")
    assert adsl.column("T").to_list() == ["東京都", "x"]
    assert adsl.notes == ()


def test_bytes_without_meaning_are_refused_with_the_record(tmp_path: Path) -> None:
    path = patched(
        write(tmp_path / "adsl.xpt", pl.DataFrame({"T": ["good", "b_d"]})), b"b_d", b"b\x81d"
    )
    with pytest.raises(DataError, match="not text in utf-8 or windows-1252") as caught:
        read_dataset(path)
    assert caught.value.where == f"{path}, T, record 2"
    with pytest.raises(DataError, match="not text in ascii"):
        read_dataset(path, encoding="ascii")


@pytest.mark.parametrize("encoding", ["klingon", "hex", "utf-16", "cp500", "a\x00b"])
def test_an_encoding_that_no_data_file_has_is_refused(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "adsl.xpt")
    with pytest.raises(UsageError):
        read_dataset(path, encoding=encoding)


def test_a_file_without_records(tmp_path: Path) -> None:
    path = write(tmp_path / "adsl.xpt")
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"HEADER RECORD*******OBS") + 80])
    adsl = read_dataset(path)
    assert (adsl.records, adsl.frame.height, adsl.frame.width) == (0, 0, 6)
    assert adsl.frame.schema["USUBJID"] == pl.String


def test_short_blank_records_at_the_end_are_padding(tmp_path: Path) -> None:
    path = write(tmp_path / "adsl.xpt", pl.DataFrame({"FL": ["Y", "", "N"]}))
    adsl = read_dataset(path)
    assert adsl.column("FL").to_list() == ["Y", None, "N"]


@pytest.mark.parametrize("version", [5, 8])
def test_a_file_that_was_cut_off_anywhere_is_never_a_smaller_trial(
    tmp_path: Path, version: Literal[5, 8]
) -> None:
    """Version 5 does not say how many records it has: a cut between two records can only be noted."""
    path = write(tmp_path / "adsl.xpt", version=version)
    content = path.read_bytes()
    start = content.rindex(b"HEADER RECORD*******OBS") + 80
    length = 11 + 3 + 4 * 8
    whole = read_dataset(path).frame
    for size in range(1, len(content)):
        path.write_bytes(content[:size])
        rows, rest = divmod(size - start, length)
        if size >= start + 3 * length:
            # All records are there; what is missing is padding.
            assert read_dataset(path).frame.equals(whole)
        elif version == 5 and size >= start and rest == 0:
            cut = read_dataset(path)
            assert cut.frame.equals(whole[:rows])
            assert size % 80 == 0 or "cut off" in str(cut.notes[0])
        else:
            with pytest.raises(DataError):
                read_dataset(path)


def test_version_8_says_how_many_records_it_has(tmp_path: Path) -> None:
    path = write(tmp_path / "adsl.xpt", version=8)
    content = path.read_bytes()
    start = content.rindex(b"HEADER RECORD*******OBS") + 80
    path.write_bytes(content[: start + 2 * (11 + 3 + 32)])
    with pytest.raises(DataError, match="the header says 3 records, the file holds 2"):
        read_dataset(path)


def test_a_second_dataset_in_the_file_is_not_read_as_records_of_the_first(tmp_path: Path) -> None:
    first = write(tmp_path / "adsl.xpt").read_bytes()
    path = tmp_path / "both.xpt"
    path.write_bytes(first + first[240:])
    with pytest.raises(DataError, match="holds more than one dataset; the first is ADSL"):
        read_dataset(path)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (b"MEMBER ", b"MEMBRE ", "there is no MEMBER or MEMBV8 header"),
        (b"0000000140", b"0000000141", "not 140 or 136"),
        (b"000000000600", b"000000000700", "number of variables is not readable"),
        (b"000000000600", b"00000000xx00", "number of variables is not readable"),
        (b"AGE     ", b"        ", "no readable name"),
        (b"AGE     ", b"SITEID  ", "two variables have the same name"),
        (b"\x00\x01\x00\x00\x00\x08", b"\x00\x03\x00\x00\x00\x08", "has type 3 and length 8"),
        (b"\x00\x01\x00\x00\x00\x08", b"\x00\x01\x00\x00\x00\x09", "has type 1 and length 9"),
        (b"\x00\x02\x00\x00\x00\x03", b"\x00\x02\x00\x00\x00\x04", "begins at byte 14 of"),
    ],
)
def test_a_header_that_contradicts_itself_is_refused(
    tmp_path: Path, old: bytes, new: bytes, complaint: str
) -> None:
    path = patched(write(tmp_path / "adsl.xpt"), old, new)
    with pytest.raises(DataError, match=complaint):
        read_dataset(path)
