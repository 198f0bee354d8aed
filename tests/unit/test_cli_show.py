"""``topline show``: records as tables, whole or in part, whatever is in them."""

import gzip
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.command import MEASURE, RECORD, VALUE, Command, process, written


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "80")
    return Command(capsys)


def changed(**fields: Any) -> dict[str, Any]:
    """The small record with other fields in its outcome measure."""
    record: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(RECORD))
    record["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0].update(fields)
    return record


def test_a_record_is_shown_with_its_head_groups_and_numbers(
    topline: Command, tmp_path: Path
) -> None:
    ran = topline("show", written(tmp_path))
    assert ran.code == 0
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert lines[:2] == ["A Trial of Two Arms", "NCT00000001"]
    assert "OG000 Active: 10 mg a day" in lines
    assert "Mean (Standard Deviation)  2.00 (0.71)  0.50 (0.70)" in ran.out


@pytest.mark.parametrize("name", ["record.txt", "record", "record.xml", "-", "rec ord\n.json"])
def test_the_format_is_found_by_content_whatever_the_name(
    topline: Command, tmp_path: Path, name: str
) -> None:
    ran = topline("show", f"{tmp_path}/{written(tmp_path, name).name}")
    assert ran.code == 0
    assert "Change in Score" in ran.out


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_shown_packed_or_not(packed: bool) -> None:
    data = msgspec.json.encode(RECORD)
    ran = process("show", "-", stdin=gzip.compress(data) if packed else data)
    assert (ran.code, ran.err) == (0, "")
    assert "2.00 (0.71)" in ran.out


def test_one_module_is_shown_without_the_head(topline: Command, tmp_path: Path) -> None:
    ran = topline("show", written(tmp_path), "--module", "outcome-measures")
    assert ran.out.startswith("\nOutcome measures ───")
    assert "NCT00000001" not in ran.out


def test_a_module_the_record_lacks_is_not_found(topline: Command, tmp_path: Path) -> None:
    ran = topline("show", written(tmp_path), "--module", "baseline")
    assert ran.code == 8
    assert ran.err == "topline: the record has no baseline\n  accepted: outcome-measures\n"


def test_a_module_that_does_not_exist_is_wrong_usage(topline: Command, tmp_path: Path) -> None:
    ran = topline("show", written(tmp_path), "--module", "baselin")
    assert ran.code == 2
    assert "participant-flow, baseline" in ran.err


def test_an_address_shows_the_value_and_says_where_it_stands(
    topline: Command, tmp_path: Path
) -> None:
    ran = topline("show", written(tmp_path), "--address", VALUE)
    assert ran.out == "2.00\n"
    assert ran.err == "Outcome measures > Change in Score > Active > value [points]\n"


def test_a_link_copied_from_the_page_is_an_address(topline: Command, tmp_path: Path) -> None:
    link = "file:///home/a/out/page.html#" + VALUE.replace("/", "%2F")
    assert topline("show", written(tmp_path), "--address", link).out == "2.00\n"


def test_the_address_of_a_measure_shows_its_tables(topline: Command, tmp_path: Path) -> None:
    ran = topline("show", written(tmp_path), "--address", MEASURE)
    assert "Primary: Change in Score" in ran.out
    assert "2.00 (0.71)" in ran.out


def test_the_address_of_another_part_shows_it_as_posted(topline: Command, tmp_path: Path) -> None:
    ran = topline("show", written(tmp_path), "--address", f"{MEASURE}/groups/1")
    assert msgspec.json.decode(ran.out) == {"id": "OG001", "title": "Placebo"}


def test_json_of_an_address_is_the_part_itself(topline: Command, tmp_path: Path) -> None:
    ran = topline("show", written(tmp_path), "--address", VALUE, "--json")
    assert (ran.out, ran.err) == ('"2.00"\n', "")


def test_json_of_a_record_is_its_tables(topline: Command, tmp_path: Path) -> None:
    ran = topline("show", written(tmp_path), "--json")
    modules = msgspec.json.decode(ran.out)
    assert [module["key"] for module in modules] == ["outcome-measures"]


def test_a_missing_address_names_what_is_there(topline: Command, tmp_path: Path) -> None:
    ran = topline("show", written(tmp_path), "--address", f"{MEASURE}/titel")
    assert ran.code == 8
    assert "did you mean title?" in ran.err


def test_a_module_and_an_address_together_are_wrong_usage(topline: Command, tmp_path: Path) -> None:
    words = ("--module", "baseline", "--address", VALUE)
    assert topline("show", written(tmp_path), *words).code == 2


def test_a_record_without_results_says_so(topline: Command, tmp_path: Path) -> None:
    path = written(tmp_path, record={"protocolSection": RECORD["protocolSection"]})
    ran = topline("show", path)
    assert ran.code == 0
    assert ran.out.endswith("The record has no results.\n")


def test_of_several_studies_one_is_named_by_its_number(topline: Command, tmp_path: Path) -> None:
    other = {"protocolSection": {"identificationModule": {"nctId": "NCT00000002"}}}
    path = written(tmp_path, record=[RECORD, other])
    several = topline("show", path)
    assert several.code == 3
    assert "NCT00000001 or NCT00000002" in several.err
    assert "A Trial of Two Arms" in topline("show", path, "--study", "nct00000001").out
    none = topline("show", path, "--study", "NCT00000003")
    assert (none.code, none.out) == (8, "")
    assert "2 studies" in none.err


def test_what_a_terminal_would_obey_is_written_out(topline: Command, tmp_path: Path) -> None:
    hostile = "Score\x1b]0;owned\x07\x1b[2J\x9b31m\u202e[red]"
    path = written(tmp_path, record=changed(title=hostile, description=hostile))
    for words in ((), ("--json",), ("--address", f"{MEASURE}/title"), ("--address", MEASURE)):
        ran = topline("show", path, *words)
        assert ran.code == 0
        shown = ran.out + ran.err
        assert not set("\x1b\x07\x9b\u202e") & set(shown)
        assert "[red]" in shown
    assert (
        msgspec.json.decode(topline("show", path, "--json", "--address", f"{MEASURE}/title").out)
        == hostile
    )


def test_no_number_is_lost_where_the_table_is_wider_than_the_terminal(
    topline: Command, tmp_path: Path
) -> None:
    groups = [
        {"id": f"OG{place:03}", "title": f"Cohort {place} of the dose escalation"}
        for place in range(36)
    ]
    measurements = [
        {"groupId": group["id"], "value": f"{place}.25", "spread": f"1.{place:02}"}
        for place, group in enumerate(groups)
    ]
    classes = [{"title": "Week 4", "categories": [{"measurements": measurements}]}]
    ran = topline("show", written(tmp_path, record=changed(groups=groups, classes=classes)))
    for place in range(36):
        assert f"{place}.25 (1.{place:02})" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "Columns 1 to " in ran.out
