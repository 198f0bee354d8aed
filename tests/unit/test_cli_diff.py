"""``topline diff``: what differs, in words, and an exit code a script can use."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.command import MEASURE, RECORD, VALUE, Command, process, written


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The small record with another value and another title."""
    return written(tmp_path, "other.json", altered("2.50", "Change in Score\x1b[2J"))


def altered(value: str, title: str) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(RECORD))
    measure = record["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    measure["classes"][0]["categories"][0]["measurements"][0]["value"] = value
    measure["title"] = title
    return record


def test_equal_records_end_with_0(topline: Command, tmp_path: Path) -> None:
    path = written(tmp_path)
    ran = topline("diff", path, path)
    assert (ran.code, ran.out, ran.err) == (0, "", "the records are equal\n")


def test_records_that_differ_end_with_1_and_say_where(
    topline: Command, tmp_path: Path, other: Path
) -> None:
    ran = topline("diff", written(tmp_path), other)
    assert ran.code == 1
    assert f"~ {VALUE}\n" in ran.out
    assert "> Active > value [points]: '2.00' -> '2.50'" in ran.out
    assert ran.err == "outcome measures: 2 changed\n"


def test_another_spelling_of_the_same_number_is_said_to_be_one(
    topline: Command, tmp_path: Path
) -> None:
    other = written(tmp_path, "other.json", altered("2.0", "Change in Score"))
    ran = topline("diff", written(tmp_path), other)
    assert ran.code == 1
    assert "'2.00' -> '2.0' (same value)" in ran.out


def test_a_part_that_went_is_told_once_and_listed_in_json(topline: Command, tmp_path: Path) -> None:
    record = altered("2.00", "Change in Score")
    measure = record["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    del measure["classes"][0]["categories"][0]["measurements"][1]
    one, other = written(tmp_path), written(tmp_path, "other.json", record)
    ran = topline("diff", one, other)
    address = VALUE.removesuffix("/0/value") + "/1"
    assert ran.out == (
        f"- {address}\n"
        "    Outcome measures > Change in Score > Placebo > value [points]: '0.50'; "
        "Outcome measures > Change in Score > Placebo > spread [points]: '0.70'\n"
    )
    assert ran.err == "outcome measures: 2 removed\n"
    assert len(msgspec.json.decode(topline("diff", one, other, "--json").out)) == 2


def test_of_a_large_part_the_beginning_is_told_and_the_rest_counted(
    topline: Command, tmp_path: Path
) -> None:
    record = altered("2.00", "Change in Score")
    record["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"].append(
        {"type": "SECONDARY", "title": "Pain", "description": "x" * 500, "timeFrame": "8 weeks"}
    )
    ran = topline("diff", written(tmp_path), written(tmp_path, "other.json", record))
    assert ran.out.startswith(f"+ {MEASURE[:-1]}1\n")
    assert ran.out.endswith("x…; and 1 more\n")
    assert max(map(len, ran.out.splitlines())) < 300


def test_a_part_that_moved_is_named(topline: Command, tmp_path: Path) -> None:
    first = altered("2.00", "Change in Score")
    measures = first["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"]
    measures.append({"title": "Pain", "timeFrame": "8 weeks"})
    one = written(tmp_path, "one.json", first)
    measures.reverse()
    ran = topline("diff", one, written(tmp_path, "two.json", first))
    assert "outcome measures: 'Pain', from " in ran.out
    assert ran.err == "outcome measures: 1 moved\n"


def test_differences_as_json_are_alone_on_standard_output(
    topline: Command, tmp_path: Path, other: Path
) -> None:
    ran = topline("diff", written(tmp_path), other, "--json")
    assert (ran.code, ran.err) == (1, "")
    found = msgspec.json.decode(ran.out)
    assert [one["after"] for one in found] == ["Change in Score\x1b[2J", "2.50"]
    assert topline("diff", other, other, "--json").out == "[]\n"


def test_what_a_terminal_would_obey_is_written_out(
    topline: Command, tmp_path: Path, other: Path
) -> None:
    ran = topline("diff", written(tmp_path), other)
    assert "\x1b" not in ran.out + ran.err
    assert "\\x1b[2J" in ran.out


def test_an_error_is_never_taken_for_a_difference(topline: Command, tmp_path: Path) -> None:
    path = written(tmp_path)
    assert topline("diff", path, tmp_path / "missing.json").code == 8
    empty = tmp_path / "empty.json"
    empty.touch()
    assert topline("diff", empty, path).code == 3
    assert topline("diff", "-", "-").code == 2


def test_one_of_the_records_may_be_standard_input(tmp_path: Path) -> None:
    ran = process("diff", written(tmp_path), "-", stdin=msgspec.json.encode(RECORD))
    assert ran.code == 0


def test_a_study_is_compared_within_a_document_of_several(topline: Command, tmp_path: Path) -> None:
    several = written(tmp_path, "several.json", [RECORD, {"hasResults": False}])
    one = written(tmp_path)
    assert topline("diff", one, several).code == 3
    assert topline("diff", one, several, "--study", "NCT00000001").code == 0
