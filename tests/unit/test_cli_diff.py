"""``topline diff``: what differs, in words, and an exit code a script can use."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.command import RECORD, VALUE, Command, process, written


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
