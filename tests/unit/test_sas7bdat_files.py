"""SAS7BDAT files: values, missing codes, dates, codepages, and damage.

No SAS-made file can be carried here, so the fixtures are written by ReadStat's own SAS7BDAT writer, which pyreadstat
contains and does not expose to Python.
"""

import ctypes
import random
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

import pytest
from pyreadstat import _readstat_writer

from topline.errors import DataError, ToplineError
from topline.trial.reading import read_dataset

TEXT, NUMBER = 0, 5
Declared = tuple[bytes, int, int, bytes, bytes | None]
Value = bytes | float | None


def sas7bdat(
    variables: Sequence[Declared],
    rows: Sequence[Sequence[Value]],
    table: bytes = b"ADSL",
    label: bytes = b"Subject-Level Analysis Dataset",
) -> bytes:
    """Return a SAS7BDAT file; bytes in a numeric variable are the letter of a special missing value."""
    library = ctypes.CDLL(_readstat_writer.__file__)
    handle, text = ctypes.c_void_p, ctypes.c_char_p
    library.readstat_writer_init.restype = handle
    library.readstat_add_variable.restype = handle
    library.readstat_add_variable.argtypes = [handle, text, ctypes.c_int, ctypes.c_size_t]
    library.readstat_variable_set_label.argtypes = [handle, text]
    library.readstat_variable_set_format.argtypes = [handle, text]
    library.readstat_insert_double_value.argtypes = [handle, handle, ctypes.c_double]
    library.readstat_insert_string_value.argtypes = [handle, handle, text]
    library.readstat_insert_tagged_missing_value.argtypes = [handle, handle, ctypes.c_char]
    library.readstat_insert_missing_value.argtypes = [handle, handle]
    content = bytearray()

    def take(data: int, size: int, _: int) -> int:
        content.extend(ctypes.string_at(data, size))
        return size

    # Kept in a name of its own: C calls it for as long as the file is written.
    taker = ctypes.CFUNCTYPE(ctypes.c_ssize_t, handle, ctypes.c_size_t, handle)(take)
    writer = handle(library.readstat_writer_init())
    library.readstat_set_data_writer(writer, taker)
    library.readstat_writer_set_table_name(writer, table)
    library.readstat_writer_set_file_label(writer, label)
    columns = []
    for name, kind, width, label_, format_ in variables:
        column = handle(library.readstat_add_variable(writer, name, kind, width))
        library.readstat_variable_set_label(column, label_)
        if format_:
            library.readstat_variable_set_format(column, format_)
        columns.append((column, kind))
    assert library.readstat_begin_writing_sas7bdat(writer, None, ctypes.c_long(len(rows))) == 0
    for row in rows:
        library.readstat_begin_row(writer)
        for (column, kind), value in zip(columns, row, strict=True):
            if value is None:
                failed = library.readstat_insert_missing_value(writer, column)
            elif kind == TEXT:
                failed = library.readstat_insert_string_value(writer, column, value)
            elif isinstance(value, bytes):
                failed = library.readstat_insert_tagged_missing_value(writer, column, value)
            else:
                failed = library.readstat_insert_double_value(writer, column, value)
            assert failed == 0
        assert library.readstat_end_row(writer) == 0
    assert library.readstat_end_writing(writer) == 0
    library.readstat_writer_free(writer)
    return bytes(content)


VARIABLES: list[Declared] = [
    (b"usubjid", TEXT, 20, b"Unique Subject Identifier", b"$20"),
    (b"AGE", NUMBER, 8, b"Age", None),
    (b"TRTSDT", NUMBER, 8, b"First Dose", b"DATE9"),
    (b"ADTM", NUMBER, 8, b"When", b"E8601DT19"),
    (b"ATM", NUMBER, 8, b"Time", b"TIME5"),
    (b"AVAL", NUMBER, 8, b"Value", b"8.2"),
]
ROWS: list[list[Value]] = [
    [b"01-701-1015", 63.0, 19725.0, 19725 * 86400.0 + 61, 3600.0, None],
    ["Zürich".encode(), b"A", None, None, None, 0.1],
    [b"", b"Z", -1.0, 0.0, 0.0, b"_"],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "adsl.sas7bdat"
    path.write_bytes(sas7bdat(VARIABLES, ROWS))
    return path


def test_names_labels_formats_types_and_values(path: Path) -> None:
    adsl = read_dataset(path)
    assert (adsl.name, adsl.label, adsl.format) == (
        "ADSL",
        "Subject-Level Analysis Dataset",
        "sas7bdat",
    )
    assert (adsl.records, adsl.notes) == (3, ())
    assert [(one.name, one.label, one.type, one.format) for one in adsl.variables.values()] == [
        ("USUBJID", "Unique Subject Identifier", "text", "$20."),
        ("AGE", "Age", "number", None),
        ("TRTSDT", "First Dose", "date", "DATE9."),
        ("ADTM", "When", "datetime", "E8601DT19."),
        ("ATM", "Time", "time", "TIME5."),
        ("AVAL", "Value", "number", "8.2"),
    ]
    assert adsl.frame.to_dict(as_series=False) == {
        "USUBJID": ["01-701-1015", "Zürich", None],
        "AGE": [63.0, None, None],
        "TRTSDT": [date(2014, 1, 2), None, date(1959, 12, 31)],
        "ADTM": [
            datetime(2014, 1, 2, 0, 1, 1),  # noqa: DTZ001  # SAS has no time zones
            None,
            datetime(1960, 1, 1),  # noqa: DTZ001  # SAS has no time zones
        ],
        "ATM": [time(1), None, time(0)],
        "AVAL": [None, 0.1, None],
    }


def test_special_missing_values_keep_their_codes(path: Path) -> None:
    adsl = read_dataset(path)
    assert adsl.missing_codes("AGE").to_list() == [None, ".A", ".Z"]
    assert adsl.missing_codes("AVAL").to_list() == [".", None, "._"]
    assert adsl.missing_codes("TRTSDT").to_list() == [None, ".", None]
    assert adsl.variable("AGE").missing == {".A": 1, ".Z": 1}
    assert adsl.variable("TRTSDT").missing == {".": 1}


def test_only_the_columns_asked_for_are_read(path: Path) -> None:
    adsl = read_dataset(path, columns=["trtsdt", "USUBJID"])
    assert adsl.frame.columns == ["USUBJID", "TRTSDT"]
    assert adsl.variable("AGE").label == "Age"
    assert read_dataset(path, columns=()).records == 3
    with pytest.raises(DataError, match="did you mean TRTSDT"):
        read_dataset(path, columns=["TRTSTD"])


def test_text_outside_the_declared_encoding_is_read_as_windows_1252_and_noted(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace("Zürich".encode(), b"Z\xfcrich "))
    adsl = read_dataset(path)
    assert adsl.column("USUBJID").to_list() == ["01-701-1015", "Zürich", None]
    assert "not in the declared encoding; read as windows-1252" in str(adsl.notes[0])
    assert read_dataset(path, encoding="latin1").column("USUBJID").to_list()[1] == "Zürich"


def test_a_file_that_was_cut_off_is_refused_wherever(path: Path) -> None:
    content = path.read_bytes()
    for size in (1, 31, 32, 100, 287, 288, 4095, 4096, 5000, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(DataError):
            read_dataset(path)


def test_an_impossible_header_is_refused_before_memory_is_taken(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[204:208] = b"\xff\xff\xff\xff"  # the page size
    path.write_bytes(content)
    with pytest.raises(DataError, match="impossible"):
        read_dataset(path)


def test_a_character_set_that_is_not_known_is_not_guessed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[70] = 250
    path.write_bytes(content)
    with pytest.raises(DataError, match="character set"):
        read_dataset(path)


def test_damaged_files_are_read_or_refused_but_never_crash(path: Path) -> None:
    content = path.read_bytes()
    chance = random.Random(1)
    refused = 0
    for _ in range(400):
        damaged = bytearray(content)
        for _ in range(chance.randrange(1, 5)):
            place = chance.choice([chance.randrange(330), 4096 + chance.randrange(1500)])
            damaged[place] = chance.choice([0, 255, chance.randrange(256)])
        path.write_bytes(damaged)
        try:
            found = read_dataset(path)
        except ToplineError:
            refused += 1
        else:
            assert found.frame.height == found.records
    assert refused > 50
