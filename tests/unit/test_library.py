"""The registry of dataset formats, and a folder of datasets."""

import json
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from topline.errors import DataError, NotFoundError, UsageError
from topline.trial import library as library_module
from topline.trial.dataset import Dataset
from topline.trial.library import Library
from topline.trial.reading import DATASET_FORMATS, format_of, read_dataset

FRAME = pl.DataFrame({"USUBJID": ["01", "02"], "AGE": [63.0, 64.0], "SEX": ["F", "M"]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pyreadstat.write_xport(FRAME, str(tmp_path / "adsl.xpt"), table_name="ADSL")
    FRAME.write_parquet(tmp_path / "adtte.parquet")
    FRAME.write_csv(tmp_path / "adae.csv")
    (tmp_path / "notes.txt").write_text("no dataset")
    (tmp_path / "sub.xpt").mkdir()
    return tmp_path


def test_each_extension_belongs_to_one_format() -> None:
    extensions = [extension for one in DATASET_FORMATS for extension in one.extensions]
    assert len(extensions) == len(set(extensions))
    assert all(extension == extension.lower() for extension in extensions)


def test_content_decides_and_a_wrong_name_is_noted(folder: Path) -> None:
    path = (folder / "adtte.parquet").rename(folder / "adtte.xpt")
    adtte = read_dataset(path)
    assert adtte.format == "parquet"
    assert [str(note) for note in adtte.notes] == [
        "the name ends in .xpt, but the content is Parquet"
    ]
    bare = (folder / "adsl.xpt").rename(folder / "adsl")
    assert format_of(bare).name == "xpt"


@pytest.mark.parametrize(
    "name", ["adsl.xpt", "adsl.sas7bdat", "adsl.parquet", "adsl.json", "adsl.ndjson", "adsl.csv"]
)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 1000,
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xfe\x81\x00",
        b"<?xml version='1.0'?>\x00",
    ],
)
def test_what_is_no_dataset_is_refused_whatever_its_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_dataset(path)
    assert name in str(caught.value)


def test_a_file_of_no_known_format_names_those_that_are(folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_dataset(folder / "notes.txt")
    for one in DATASET_FORMATS:
        assert one.title in str(caught.value.accepted)


def test_a_file_that_is_not_there_and_a_folder_are_errors(folder: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no file"):
        read_dataset(folder / "none.xpt")
    with pytest.raises(DataError, match="cannot be read"):
        read_dataset(folder / "sub.xpt")


def test_a_library_lists_its_datasets_by_name(folder: Path) -> None:
    library = Library(folder)
    assert library.names == ("ADAE", "ADSL", "ADTTE")
    assert "adsl" in library
    assert "ADEX" not in library
    assert library.path("AdSl") == folder / "adsl.xpt"


def test_an_unknown_dataset_is_named_with_the_nearest(folder: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        Library(folder).read("ADTE")
    assert caught.value.accepted == "ADAE, ADSL, ADTTE"
    assert caught.value.advice == "did you mean ADTTE?"


def test_an_empty_folder_and_a_missing_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no dataset ADSL") as caught:
        Library(tmp_path).read("ADSL")
    assert caught.value.accepted == "the folder holds no dataset"
    with pytest.raises(NotFoundError, match="there is no folder"):
        Library(tmp_path / "none")


def test_two_files_for_one_dataset_are_refused_unless_one_is_chosen(folder: Path) -> None:
    FRAME[:1].write_csv(folder / "ADSL.csv")
    library = Library(folder)
    assert library.names == ("ADAE", "ADSL", "ADTTE")
    with pytest.raises(DataError, match="2 files could be dataset ADSL") as caught:
        library.read("ADSL")
    assert caught.value.accepted == "ADSL.csv or adsl.xpt"
    assert Library(folder, files={"adsl": "ADSL.csv"}).read("ADSL").records == 1
    assert Library(folder, files={"SUBJECTS": "adsl.xpt"}).read("subjects").records == 2
    with pytest.raises(UsageError, match=r"there is no file adsl\.json"):
        Library(folder, files={"ADSL": "adsl.json"})


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Every reading of a file that a library asks for."""
    asked: list[tuple[str, object]] = []

    def counted(path: Path, *, columns: object = None, encoding: str | None = None) -> Dataset:
        asked.append((path.name, columns))
        return read_dataset(path, columns=columns, encoding=encoding)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(library_module, "read_dataset", counted)
    return asked


def test_a_column_is_read_once(folder: Path, readings: list[tuple[str, object]]) -> None:
    library = Library(folder)
    assert list(library.variables("ADSL")) == ["USUBJID", "AGE", "SEX"]
    assert library.read("ADSL", columns=["sex"]).frame.columns == ["SEX"]
    both = library.read("ADSL", columns=["AGE", "SEX"])
    assert both.frame.equals(FRAME.select("AGE", "SEX"))
    assert library.read("ADSL", columns=["SEX"]) is both
    assert library.read("ADSL").frame.equals(FRAME)
    assert library.read("ADSL").frame.equals(FRAME)
    assert readings == [
        ("adsl.xpt", ()),
        ("adsl.xpt", ["sex"]),
        ("adsl.xpt", ["AGE"]),
        ("adsl.xpt", ["USUBJID"]),
    ]


def test_a_file_that_is_parsed_whole_is_parsed_once(
    folder: Path, readings: list[tuple[str, object]]
) -> None:
    library = Library(folder)
    assert library.read("ADAE", columns=["AGE"]).frame.columns == ["USUBJID", "AGE", "SEX"]
    library.read("ADAE", columns=["SEX"])
    assert readings == [("adae.csv", None)]
    with pytest.raises(DataError, match="ADAE has no variable XYZ"):
        library.read("ADAE", columns=["XYZ"])
    with pytest.raises(DataError, match="ADAE has no variable XYZ"):
        Library(folder).read("ADAE", columns=["XYZ"])


def test_the_name_of_the_file_wins_over_the_name_within(folder: Path) -> None:
    (folder / "adsl.xpt").rename(folder / "adsl_2023.xpt")
    adsl = Library(folder).read("ADSL_2023")
    assert adsl.name == "ADSL_2023"
    assert "the file calls this dataset ADSL" in [str(note) for note in adsl.notes]


def test_special_missing_values_and_notes_survive_a_second_reading(tmp_path: Path) -> None:
    frame = pl.DataFrame({"A": [" x", "y"], "B": [None, 1.0], "C": [None, 2.0]})
    path = tmp_path / "adlb.xpt"
    pyreadstat.write_xport(frame, str(path), table_name="ADLB")
    content = path.read_bytes()
    path.write_bytes(
        content.replace(b".\x00\x00\x00\x00\x00\x00\x00", b"B\x00\x00\x00\x00\x00\x00\x00")
    )
    library = Library(tmp_path)
    library.read("ADLB", columns=["A", "B"])
    adlb = library.read("ADLB", columns=["C"])
    assert adlb.missing_codes("B").to_list() == [".B", None]
    assert adlb.missing_codes("C").to_list() == [".B", None]
    assert adlb.variable("B").missing == {".B": 1}
    assert [str(note) for note in adlb.notes] == ["A: leading blanks were removed (1 record)"]


def test_the_encoding_reaches_every_file(tmp_path: Path) -> None:
    (tmp_path / "adsl.csv").write_bytes("A,B\n東京,1\n".encode("shift_jis"))
    assert Library(tmp_path, encoding="shift_jis").read("adsl").column("A").to_list() == ["東京"]


def test_json_that_is_no_dataset_stands_in_the_list_until_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "define.json").write_text(json.dumps({"study": "x"}))
    library = Library(tmp_path)
    assert library.names == ("DEFINE",)
    with pytest.raises(DataError, match="not Dataset-JSON"):
        library.read("DEFINE")
