"""``topline explain``: where a number comes from, or why that cannot be said."""

import shutil
from pathlib import Path

import msgspec
import pytest
from tests.unit.command import Command
from tests.unit.tiny_trial import CHANGE, trial_files

from topline.cli.main import main

MEASURE = CHANGE.partition("/classes")[0]


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of the tiny trial."""
    folder = tmp_path_factory.mktemp("trial")
    assert main(["build", str(trial_files(folder)), "-o", str(folder / "out"), "--json"]) == 0
    return folder / "out"


@pytest.fixture
def results(built_once: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(built_once, tmp_path / "results"))


def test_a_number_is_explained_from_where_it_stands_to_its_rows(
    topline: Command, results: Path
) -> None:
    ran = topline("explain", results / "record.json", CHANGE)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == CHANGE
    assert lines[1:3] == [
        "  where:       Outcome measures > Change in Score > Active > value [points]",
        "  posted:      2.00",
    ]
    assert "  raw value:   2.0" in lines
    assert "  dataset:     ADQS" in lines
    assert lines[-1] == "  rows:        2, of 2 participants"


@pytest.mark.parametrize(
    "address", [f"#{CHANGE}", f"page.html#{CHANGE.replace('/', '%2F')}", f"{CHANGE}/"]
)
def test_a_link_copied_from_the_page_is_an_address(
    topline: Command, results: Path, address: str
) -> None:
    assert topline("explain", results, address).out.startswith(f"{CHANGE}\n")


def test_of_a_part_every_number_is_explained(topline: Command, results: Path) -> None:
    ran = topline("explain", results, MEASURE)
    assert ran.err == "6 numbers\n"
    assert ran.out.count("  posted: ") == 6
    whole = topline("explain", results, "")
    assert whole.code == 0


def test_json_is_one_object_a_number_as_in_the_dataset(topline: Command, results: Path) -> None:
    from topline.analysis.statistics_table import FILE_NAME, read_statistics

    ran = topline("explain", results, "", "--json")
    assert ran.err == ""
    rows = msgspec.json.decode(ran.out)
    assert rows == list(msgspec.to_builtins(read_statistics(results / FILE_NAME).rows))


def test_a_part_that_was_not_computed_names_the_nearest_that_was(
    topline: Command, results: Path
) -> None:
    ran = topline("explain", results, f"{MEASURE}/title")
    assert (ran.code, ran.out) == (8, "")
    assert "no number was computed here" in ran.err
    assert f"{MEASURE}, in which 6 were" in ran.err


def test_what_is_outside_the_results_names_no_part(topline: Command, results: Path) -> None:
    ran = topline("explain", results, "/hasResults")
    assert ran.code == 8
    assert ran.err == "topline: no number was computed here\n  where: /hasResults\n"


def test_an_address_the_record_has_not_says_what_it_has(topline: Command, results: Path) -> None:
    ran = topline("explain", results, f"{MEASURE}/clases/0")
    assert ran.code == 8
    assert "did you mean classes?" in ran.err


def test_words_that_are_no_address_are_wrong_usage(topline: Command, results: Path) -> None:
    assert topline("explain", results, "age").code == 2


def test_a_record_without_its_dataset_says_what_is_missing(
    topline: Command, results: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.parquet"
    (results / "statistics.parquet").rename(elsewhere)
    ran = topline("explain", results, CHANGE)
    assert ran.code == 8
    assert "there is no analysis results dataset" in ran.err
    assert topline("explain", results, CHANGE, "--statistics", elsewhere).code == 0


def test_a_number_that_was_changed_since_is_not_explained(topline: Command, results: Path) -> None:
    record = results / "record.json"
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace('"value": "2.00"', '"value": "2.01"'), encoding="utf-8")
    ran = topline("explain", results, CHANGE)
    assert (ran.code, ran.out) == (4, "")
    assert "posts 2.01 here, but the build computed 2.00" in ran.err
    assert topline("explain", results, CHANGE.replace("measurements/0", "measurements/1")).code == 0


@pytest.mark.parametrize("damage", ["empty", "cut", "text", "other"])
def test_a_damaged_dataset_is_a_data_error(topline: Command, results: Path, damage: str) -> None:
    import polars as pl

    file = results / "statistics.parquet"
    data = file.read_bytes()
    if damage == "other":
        pl.DataFrame({"address": [1]}).write_parquet(file)
    else:
        file.write_bytes({"empty": b"", "cut": data[: len(data) // 2], "text": b"PAR1"}[damage])
    ran = topline("explain", results, CHANGE)
    assert (ran.code, ran.out) == (4, "")
    assert "Traceback" not in ran.err


def test_a_dataset_of_other_types_is_a_data_error(topline: Command, results: Path) -> None:
    import polars as pl

    file = results / "statistics.parquet"
    pl.read_parquet(file).with_columns(rows=pl.lit("many")).write_parquet(file)
    assert topline("explain", results, CHANGE).code == 4


def test_what_a_terminal_would_obey_is_written_out(topline: Command, results: Path) -> None:
    import polars as pl

    file = results / "statistics.parquet"
    pl.read_parquet(file).with_columns(notes=pl.lit("a\x1b[2J")).write_parquet(file)
    ran = topline("explain", results, CHANGE)
    assert ran.code == 0
    assert ran.out.endswith("notes:       a\\x1b[2J\n")
