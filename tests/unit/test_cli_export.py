"""``topline export`` and ``topline build --export``: analysis results for others."""

import json
from pathlib import Path

import msgspec
import polars as pl
import pytest
from tests.unit.command import Command
from tests.unit.tiny_trial import CHANGE, trial_files


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def folder(topline: Command, tmp_path: Path) -> Path:
    """A results folder."""
    made = tmp_path / "out"
    assert topline("build", trial_files(tmp_path), "-o", made).code == 0
    return made


def test_a_results_folder_is_exported_beside_what_it_holds(topline: Command, folder: Path) -> None:
    ran = topline("export", folder, "--to", "ars")
    assert (ran.code, ran.out) == (0, f"{folder / 'ars.json'}\n")
    event = json.loads((folder / "ars.json").read_bytes())
    assert event["name"] == "A Trial of Two Arms"


def test_the_dataset_alone_may_be_named_and_the_file_chosen(
    topline: Command, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "results.csv"
    ran = topline("export", folder / "statistics.parquet", "--to", "ard", "-o", file)
    assert ran.code == 0
    table = pl.read_csv(file, schema_overrides={"stat_fmt": pl.String})
    (row,) = table.filter(pl.col("address") == CHANGE).select("stat", "stat_fmt").rows()
    assert row == (2.0, "2.00")


def test_a_build_may_export_at_once_and_be_repeated(topline: Command, tmp_path: Path) -> None:
    specification, made = trial_files(tmp_path), tmp_path / "out"
    for _ in range(2):
        ran = topline("build", specification, "-o", made, "--export", "ars", "--export", "ard")
        assert ran.code == 0
    assert pl.read_parquet(made / "ard.parquet").height > 0
    assert json.loads((made / "ars.json").read_bytes())["analyses"]
    assert topline("build", specification, "-o", made).code == 0
    assert not (made / "ars.json").exists()


def test_mistakes_are_answered_with_what_is_accepted(
    topline: Command, folder: Path, tmp_path: Path
) -> None:
    ran = topline("export", folder, "--to", "arx")
    assert (ran.code, "accepted: ard, ars" in ran.err) == (2, True)
    ran = topline("export", folder, "--to", "ard", "-o", tmp_path / "x.xlsx")
    assert (ran.code, "accepted: .parquet, .csv" in ran.err) == (2, True)
    assert topline("export", tmp_path, "--to", "ars").code == 8
    assert topline("build", tmp_path / "study.yaml", "--export", "sas").code == 2


def test_a_record_changed_since_its_build_is_not_exported(topline: Command, folder: Path) -> None:
    file = folder / "record.json"
    record = msgspec.json.decode(file.read_bytes())
    outcome = record["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    outcome["classes"][0]["categories"][0]["measurements"][0]["value"] = "3.00"
    file.write_bytes(msgspec.json.encode(record))
    ran = topline("export", folder, "--to", "ars")
    assert (ran.code, CHANGE in ran.err) == (4, True)
    assert not (folder / "ars.json").exists()


def test_a_failed_export_leaves_an_earlier_file(topline: Command, folder: Path) -> None:
    assert topline("export", folder, "--to", "ard").code == 0
    before = (folder / "ard.parquet").read_bytes()
    (folder / "statistics.parquet").write_bytes(b"PAR1 nothing PAR1")
    assert topline("export", folder, "--to", "ard").code == 4
    assert (folder / "ard.parquet").read_bytes() == before
