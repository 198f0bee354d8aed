"""``topline verify``: what it prints, the report it writes, and an exit code a script can use."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.command import Command, process
from tests.unit.tiny_trial import CHANGE, trial_files

OUTCOME = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0"


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return trial_files(tmp_path)


@pytest.fixture
def record(topline: Command, study: Path) -> Path:
    """The record as built: the file that a test then changes."""
    folder = study.parent / "out"
    assert topline("build", study, "-o", folder).code == 0
    return folder / "record.json"


def change(record: Path, value: str, title: str = "Change in Score") -> None:
    study: dict[str, Any] = msgspec.json.decode(record.read_bytes())
    measure = study["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    measure["classes"][0]["categories"][0]["measurements"][0]["value"] = value
    measure["title"] = title
    record.write_bytes(msgspec.json.encode(study))


def test_a_record_that_agrees_ends_with_0(topline: Command, study: Path, record: Path) -> None:
    ran = topline("verify", study, record)
    assert ran.code == 0
    assert ran.err.endswith("the posted record agrees with the data\n")
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["outcome", "measures,", "numbers", "6", "6", "0", "0", "0", "0", "0"] in lines
    assert not any("different:" in line or "only" in line[:1] for line in lines)


def test_a_number_that_differs_is_told_with_its_raw_value_and_ends_with_1(
    topline: Command, study: Path, record: Path
) -> None:
    change(record, "2.30")
    ran = topline("verify", study, record)
    assert ran.code == 1
    assert ran.out.endswith(
        f"different: {CHANGE}\n"
        "  Outcome measures > Change in Score > Active > value [points]: "
        "'2.00' (raw value 2.0) in the build, '2.30' posted\n"
    )


def test_another_rounding_is_named_and_ends_with_0(
    topline: Command, study: Path, record: Path
) -> None:
    change(record, "2.0")
    ran = topline("verify", study, record)
    assert ran.code == 0
    assert "equal by another rule: 1 by trailing zeros\n" in ran.out


def test_numbers_alone_may_be_compared(topline: Command, study: Path, record: Path) -> None:
    change(record, "2.00", "Score, Change")
    assert topline("verify", study, record).code == 1
    ran = topline("verify", study, record, "--numbers")
    assert ran.code == 0
    assert "texts" not in ran.out


def test_a_part_that_one_record_has_alone_is_told_at_once(
    topline: Command, study: Path, record: Path
) -> None:
    posted = msgspec.json.decode(record.read_bytes())
    del posted["resultsSection"]["baselineCharacteristicsModule"]
    record.write_bytes(msgspec.json.encode(posted))
    ran = topline("verify", study, record)
    assert ran.code == 1
    assert ran.out.count("only here: ") == 1
    assert "only here: /resultsSection/baselineCharacteristicsModule\n" in ran.out
    assert " more\n" in ran.out


def test_where_the_posted_record_has_it_elsewhere_both_addresses_are_told(
    topline: Command, study: Path, record: Path
) -> None:
    posted = msgspec.json.decode(record.read_bytes())
    measures = posted["resultsSection"]["baselineCharacteristicsModule"]["measures"]
    measures[0]["description"] = "In years."
    measures.reverse()
    record.write_bytes(msgspec.json.encode(posted))
    ran = topline("verify", study, record, "--json")
    (found,) = msgspec.json.decode(ran.out)["discrepancies"]
    assert found["verdict"] == "only there"
    assert found["address_posted"].endswith(f"/measures/{len(measures) - 1}/description")


def test_as_json_the_result_is_alone_on_standard_output(
    topline: Command, study: Path, record: Path
) -> None:
    change(record, "2.30")
    ran = topline("verify", study, record, "--json")
    assert (ran.code, ran.err) == (1, "")
    told = msgspec.json.decode(ran.out)
    assert told["agrees"] is False
    assert told["format"] == "api-json"
    (found,) = told["discrepancies"]
    assert (found["built"], found["posted"], found["raw"]) == ("2.00", "2.30", 2.0)
    assert found["address_built"] == found["address_posted"] == CHANGE
    assert sum(one["different"] for one in told["tallies"]) == 1


def test_the_report_shows_both_texts_and_nothing_of_a_record_is_obeyed(
    topline: Command, study: Path, record: Path, tmp_path: Path
) -> None:
    change(record, "2.30<script>alert(1)</script>", "Change\x1b[2J in Score")
    report = tmp_path / "report.html"
    ran = topline("verify", study, record, "--html", report)
    assert ran.code == 1
    assert "\x1b" not in ran.out + ran.err
    page = report.read_text(encoding="utf-8")
    assert "2.30&lt;script&gt;" in page
    assert "<script" not in page
    assert CHANGE in page


def test_what_cannot_be_read_or_built_is_no_discrepancy(
    topline: Command, study: Path, record: Path, tmp_path: Path
) -> None:
    assert topline("verify", study, tmp_path / "missing.json").code == 8
    empty = tmp_path / "empty.json"
    empty.touch()
    assert topline("verify", study, empty).code == 3
    study.write_text("groups: 3", encoding="utf-8")
    assert topline("verify", study, record).code == 5


def test_the_posted_record_may_be_standard_input(study: Path, record: Path) -> None:
    assert process("verify", study, "-", stdin=record.read_bytes()).code == 0


def test_the_page_text_of_the_build_agrees(topline: Command, study: Path, record: Path) -> None:
    ran = topline("verify", study, record.parent / "page.txt")
    assert ran.code == 0
    assert "not shown" in ran.out


def test_a_text_is_told_with_the_group_it_describes(
    topline: Command, study: Path, record: Path
) -> None:
    posted = msgspec.json.decode(record.read_bytes())
    groups = posted["resultsSection"]["participantFlowModule"]["groups"]
    groups[1]["description"] = "Capsules"
    record.write_bytes(msgspec.json.encode(posted))
    ran = topline("verify", study, record)
    assert ran.out.endswith(
        "  Participant flow > Placebo > description: "
        "'Matching tablets' in the build, 'Capsules' posted\n"
    )


def test_of_two_long_texts_what_differs_is_told(
    topline: Command, study: Path, record: Path
) -> None:
    posted = msgspec.json.decode(record.read_bytes())
    long = "Matching tablets twice a day " * 6
    study.write_text(study.read_text().replace("Matching tablets", long.strip()))
    posted["resultsSection"]["participantFlowModule"]["groups"][1]["description"] = (
        f"{long}until death"
    )
    record.write_bytes(msgspec.json.encode(posted))
    told = topline("verify", study, record).out
    assert "[-in the build-] {+posted+}: …" in told
    assert "{+ until death+}" in told
