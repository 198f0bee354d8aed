"""``topline derive``: what it prints and writes, and which errors end it."""

import json
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from tests.unit.command import Command
from tests.unit.derive_examples import OUTCOME, measure, row, study

from topline.record import Study

COUNT = f"{OUTCOME}/classes/0/categories/0/measurements/0/value"


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "100")
    return Command(capsys)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    made = study(
        measure((70, 80), row("56", "48"), param_type="COUNT_OF_PARTICIPANTS", title="Response"),
        measure((9, 9), row("5", "6"), param_type="MEDIAN", title="Survival", type="SECONDARY"),
    )
    return written(made, tmp_path / "record.json")


def written(made: Study, path: Path) -> Path:
    path.write_bytes(msgspec.json.encode(made))
    return path


def test_estimates_and_refusals_are_printed_by_outcome_measure(
    topline: Command, record: Path
) -> None:
    ran = topline("derive", record)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "1. Response"
    assert lines[1] == "Computed here: estimates from the posted numbers"
    (difference,) = (line for line in lines if line.startswith("risk difference"))
    assert "20.0 points     5.3 to 33.8 (95%)    0.008  56, 70," in difference
    assert "2. Secondary: Survival" in lines
    assert "not derived: any estimate: a median is no count" in ran.out
    assert "two groups of the participant flow" in " ".join(ran.out.split())
    assert max(map(len, lines)) <= 100
    assert ran.err == "5 estimates computed here, 1 refusal\n"


def test_json_has_every_field_and_the_mark(topline: Command, record: Path) -> None:
    ran = topline("derive", record, "--json")
    told: dict[str, Any] = json.loads(ran.out)
    assert told["computed"] == "computed here"
    assert [one["computed"] for one in told["estimates"]] == ["computed here"] * 5
    difference = next(one for one in told["estimates"] if one["name"] == "risk difference")
    assert difference["groups"] == ["OG000", "OG001"]
    assert difference["estimate"] == pytest.approx(0.2)
    assert difference["estimate_possible"] == {
        "lower": pytest.approx(0.2),
        "upper": pytest.approx(0.2),
    }
    assert difference["inputs"][0] == COUNT
    assert told["refusals"][0]["address"].endswith("/outcomeMeasures/1")


def test_options_reach_the_computation(topline: Command, record: Path) -> None:
    ran = topline(
        *("derive", record, "--json", "--outcome", 1, "--level", 90),
        *("--method", "proportion=wilson", "--method", "risk_difference=newcombe"),
        *("--against", "drug"),
    )
    told = json.loads(ran.out)
    assert told["refusals"] == []
    by_name = {one["name"]: one for one in told["estimates"]}
    assert by_name["proportion"]["method"] == "proportion, Wilson (score) interval"
    assert by_name["risk difference"]["method"].startswith("risk difference, Newcombe")
    assert by_name["risk difference"]["groups"] == ["OG001", "OG000"]
    assert by_name["risk difference"]["level"] == 0.9


def test_a_level_below_1_is_a_share_as_it_is_of_stat(topline: Command, record: Path) -> None:
    told = json.loads(topline("derive", record, "--json", "--level", 0.9).out)
    assert {one["level"] for one in told["estimates"]} == {0.9}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_is_written_with_the_mark_in_every_row(
    topline: Command, record: Path, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"derived.{ending}"
    ran = topline("derive", record, "-o", target)
    assert (ran.code, ran.out) == (0, "")
    assert str(target) in ran.err
    frame = pl.read_csv(target) if ending == "csv" else pl.read_parquet(target)
    assert frame["computed"].to_list() == ["computed here"] * 5
    difference = frame.filter(pl.col("name") == "risk difference").to_dicts()[0]
    assert difference["groups"] == "OG000; OG001"
    assert difference["estimate"] == pytest.approx(0.2)
    assert difference["estimate_possible_upper"] == pytest.approx(0.2)
    assert difference["inputs"].startswith(COUNT)


def test_json_is_written_as_it_is_printed(topline: Command, record: Path, tmp_path: Path) -> None:
    target = tmp_path / "derived.json"
    topline("derive", record, "-o", target)
    assert json.loads(target.read_bytes()) == json.loads(topline("derive", record, "--json").out)


def test_the_page_shows_the_estimates_with_links_to_their_inputs(
    topline: Command, record: Path, tmp_path: Path
) -> None:
    target = tmp_path / "page.html"
    assert topline("derive", record, "-o", target).code == 0
    page = target.read_text("utf-8")
    assert '<span class="kind">Computed here</span> 5 estimates' in page
    assert f'<a href="#{COUNT}">56</a>' in page
    assert page.count(f'id="{COUNT}"') == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--outcome", "9"], 8, "no outcome measure 9"),
        (["--method", "proportion"], 2, "NAME=METHOD"),
        (["--method", "proportion=magic"], 2, "no method 'magic'"),
        (["--method", "magic=wilson"], 2, "no estimate is called 'magic'"),
        (["--method", "proportion=wilsn"], 2, "did you mean 'wilson'?"),
        (["--level", "120"], 2, "a percentage between 0 and 100, such as 95"),
        (["-o", "derived.doc"], 2, ".csv, .parquet, .json, .html"),
    ],
)
def test_mistakes_end_with_the_exit_code_of_their_kind(
    topline: Command, record: Path, words: list[str], code: int, told: str
) -> None:
    ran = topline("derive", record, *words)
    assert ran.code == code
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_a_file_that_does_not_exist_is_not_found(topline: Command, tmp_path: Path) -> None:
    assert topline("derive", tmp_path / "none.json").code == 8


def test_a_record_without_results_derives_nothing(topline: Command, tmp_path: Path) -> None:
    ran = topline("derive", written(Study(has_results=False), tmp_path / "empty.json"))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "0 estimates computed here, 0 refusals\n"


def test_show_adds_them_when_asked(topline: Command, record: Path) -> None:
    assert "Computed here" not in topline("show", record).out
    ran = topline("show", record, "--derived")
    assert "Computed here: estimates from the posted numbers" in ran.out
    assert "they are not part of the record" in " ".join(ran.out.split())
    told = json.loads(topline("show", record, "--derived", "--json").out)
    tables = told[1]["sections"][0]["tables"]
    assert [table["computed"] for table in tables] == [0, 5]
