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
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        "protocol section: 2 equal\noutcome measures: 15 equal\nrecord: 1 equal\n"
        "the records are equal\n"
    )


def test_records_that_differ_end_with_1_and_say_where(
    topline: Command, tmp_path: Path, other: Path
) -> None:
    ran = topline("diff", written(tmp_path), other)
    assert ran.code == 1
    assert f"~ {VALUE}\n" in ran.out
    assert "> Active > value [points]: '2.00' -> '2.50'" in ran.out
    assert "outcome measures: 13 equal, 2 changed\n" in ran.err


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
    assert "outcome measures: 13 equal, 2 removed\n" in ran.err
    assert len(msgspec.json.decode(topline("diff", one, other, "--json").out)["differences"]) == 2


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
    assert "outcome measures: 17 equal, 1 moved\n" in ran.err


def test_differences_as_json_are_alone_on_standard_output(
    topline: Command, tmp_path: Path, other: Path
) -> None:
    ran = topline("diff", written(tmp_path), other, "--json")
    assert (ran.code, ran.err) == (1, "")
    found = msgspec.json.decode(ran.out)
    assert [one["after"] for one in found["differences"]] == ["Change in Score\x1b[2J", "2.50"]
    assert (found["equal"], found["before"]["format"]) == (False, "api-json")
    same = msgspec.json.decode(topline("diff", other, other, "--json").out)
    assert (same["equal"], same["differences"]) == (True, [])


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


def test_what_changed_within_a_long_text_is_marked(topline: Command, tmp_path: Path) -> None:
    text = "The mean of all participants who took at least one dose, " * 4
    one = written(tmp_path, "one.json", altered("2.00", f"{text}at 12 weeks, by arm. {text}"))
    two = written(tmp_path, "two.json", altered("2.00", f"{text}at 24 weeks, by arm. {text}"))
    ran = topline("diff", one, two)
    assert "at least one dose, at [-12-]{+24+} weeks, by arm. The mean of all" in ran.out
    assert max(map(len, ran.out.splitlines())) < 250


def test_what_another_form_does_not_hold_is_counted_and_no_difference(
    topline: Command, tmp_path: Path
) -> None:
    record = altered("2.00", "Change in Score")
    record["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0] |= {
        "reportingStatus": "POSTED"  # which a page says of every outcome with values
    }
    one, page = written(tmp_path, "one.json", record), tmp_path / "page.txt"
    assert topline("convert", one, "-o", page).code == 0
    ran = topline("diff", one, page)
    assert (ran.code, ran.out) == (0, "")
    assert "not compared, since page-text does not hold it:" in ran.err
    assert "/resultsSection/outcomeMeasuresModule/outcomeMeasures/*/paramType" in ran.err
    assert ran.err.endswith("what both hold is equal\n")


def test_a_change_is_found_across_two_forms(topline: Command, tmp_path: Path, other: Path) -> None:
    page = tmp_path / "page.txt"
    assert topline("convert", written(tmp_path), "-o", page).code == 0
    ran = topline("diff", page, other)
    assert ran.code == 1
    assert "'2.00' -> '2.50'" in ran.out


def test_what_stands_outside_the_record_is_compared_too(topline: Command, tmp_path: Path) -> None:
    record = altered("2.00", "Change in Score")
    one = written(tmp_path, "one.json", record | {"score": "1.10", "kept": True})
    two = written(tmp_path, "two.json", record | {"score": "1.1", "kept": True})
    ran = topline("diff", one, two)
    assert ran.code == 1
    assert "~ the study\n    score: '\"1.10\"' -> '\"1.1\"'\n" in ran.out
    assert "outside the record: 1 equal, 1 changed\n" in ran.err


def test_a_report_for_people_is_one_file_that_shows_every_difference(
    topline: Command, tmp_path: Path, other: Path
) -> None:
    report = tmp_path / "report.html"
    assert topline("diff", written(tmp_path), other, "--html", report).code == 1
    page = report.read_text(encoding="utf-8")
    assert "<del>2.00</del>" in page
    assert "<ins>2.50</ins>" in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_text_broken_into_other_lines_is_said_to_be_the_same(
    topline: Command, tmp_path: Path
) -> None:
    one = written(tmp_path, "one.json", altered("2.00", "Change in\n      Score"))
    two = written(tmp_path, "two.json", altered("2.00", "Change in Score"))
    ran = topline("diff", one, two)
    assert ran.code == 1
    assert "title: 'Change in Score' (only blanks and line breaks differ)\n" in ran.out
    assert "outcome measures: 14 equal, 1 changed (1 in spelling only)\n" in ran.err


def test_a_term_that_became_another_kind_of_event_is_told_once(
    topline: Command, tmp_path: Path
) -> None:
    event = {"term": "Pain", "organSystem": "Eye disorders", "stats": [{"groupId": "EG000"}]}
    module: dict[str, Any] = {"eventGroups": [{"id": "EG000", "title": "Active"}]}
    files = [
        written(
            tmp_path,
            f"{table}.json",
            {"resultsSection": {"adverseEventsModule": module | {table: [event]}}},
        )
        for table in ("seriousEvents", "otherEvents")
    ]
    ran = topline("diff", *files)
    events = "/resultsSection/adverseEventsModule"
    assert ran.out == (
        f"> {events}/otherEvents/0\n"
        f"    other events: 'Eye disorders: Pain', from {events}/seriousEvents/0\n"
    )
    assert "adverse events: 5 equal, 1 moved\n" in ran.err
