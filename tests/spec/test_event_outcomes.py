"""Causality and deaths by term: counted for EudraCT beside the record, with their provenance."""

import csv
import io
from pathlib import Path

import pytest
from tests.spec.small_trial import built, events
from tests.spec.test_adverse_events import SPECIFICATION, adsl
from tests.unit.command import Command

from topline.analysis.build import Build
from topline.analysis.exports.eudract import eudract_answers
from topline.errors import UsageError

MODULE = "/resultsSection/adverseEventsModule"
HEADER = "USUBJID TRTEMFL AESER AESDTH AEREL AEBODSYS AEDECOD\n"
HEART, NERVES = "CARDIAC_DISORDERS Failure", "NERVOUS_SYSTEM_DISORDERS Stroke"
# Drug is participants 1 to 4, Placebo 5 to 7.
EVENTS = f"""1 Y Y N Y {HEART}
1 Y Y Y Y {HEART}
1 Y Y Y N {HEART}
2 Y Y Y N {HEART}
2 Y Y Y Y {NERVES}
3 Y N N Y {HEART}
5 Y Y N . {NERVES}
5 N Y Y Y {NERVES}
6 Y N Y Y {NERVES}"""


def build(folder: Path, more: str = "related_where: AEREL == 'Y'", adae: str = EVENTS) -> Build:
    lines = "".join(f"  {line}\n" for line in more.splitlines())
    died = adsl(4, 3, DTHFL="1=Y 2=Y 6=Y")
    return built(folder, SPECIFICATION + lines, adsl=died, adae=HEADER + adae)


def counts(made: Build) -> dict[str, str]:
    return {row.address.removeprefix(f"{MODULE}/"): row.posted for row in made.beyond}


def test_related_events_and_deaths_are_counted_by_term_and_group(tmp_path: Path) -> None:
    made = build(tmp_path)
    # The death of participant 6 is serious whatever its flag; the one of 5 began before treatment.
    assert events(made, "serious") == {
        "Cardiac disorders / Failure": ["2/4, 4", "0/3, 0"],
        "Nervous system disorders / Stroke": ["1/4, 1", "2/3, 2"],
    }
    # Participant 1 died of two events of one term, and counts once; one of them was related.
    assert counts(made) == {
        "seriousEvents/0/stats/0/occurrencesCausallyRelatedToTreatment": "2",
        "seriousEvents/0/stats/1/occurrencesCausallyRelatedToTreatment": "0",
        "seriousEvents/1/stats/0/occurrencesCausallyRelatedToTreatment": "1",
        "seriousEvents/1/stats/1/occurrencesCausallyRelatedToTreatment": "1",
        "seriousEvents/0/stats/0/fatalities/deaths": "2",
        "seriousEvents/0/stats/1/fatalities/deaths": "0",
        "seriousEvents/1/stats/0/fatalities/deaths": "1",
        "seriousEvents/1/stats/1/fatalities/deaths": "1",
        "seriousEvents/0/stats/0/fatalities/deathsCausallyRelatedToTreatment": "1",
        "seriousEvents/0/stats/1/fatalities/deathsCausallyRelatedToTreatment": "0",
        "seriousEvents/1/stats/0/fatalities/deathsCausallyRelatedToTreatment": "1",
        "seriousEvents/1/stats/1/fatalities/deathsCausallyRelatedToTreatment": "1",
        "eventGroups/0/deathsResultingFromAdverseEvents": "2",
        "eventGroups/1/deathsResultingFromAdverseEvents": "1",
    }


def test_every_count_is_that_of_the_rows_it_names(tmp_path: Path) -> None:
    # ``built`` has asked the data again by the condition of each.
    made = build(tmp_path)
    assert len(made.beyond) == 14
    for row in made.beyond:
        expected = row.rows if row.name.startswith("occurrences") else row.participants
        assert (row.posted, row.raw) == (str(expected), expected)


def test_where_the_data_do_not_say_who_died_only_causality_is_counted(tmp_path: Path) -> None:
    header = "USUBJID TRTEMFL AESER AEREL AEBODSYS AEDECOD\n"
    made = built(
        tmp_path,
        SPECIFICATION + "  related_where: AEREL == 'Y'\n",
        adsl=adsl(4, 3),
        adae=header + f"1 Y Y Y {HEART}",
    )
    assert {row.name for row in made.beyond} == {"occurrencesCausallyRelatedToTreatment"}


def test_the_record_is_the_same_with_and_without_causality(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    without = build(tmp_path / "a", more="")
    assert len(without.beyond) == 0
    assert without.study == build(tmp_path / "b").study
    with pytest.raises(UsageError, match="does not say which adverse events are related"):
        eudract_answers(without.study, without.beyond)


def test_build_answer_convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    topline = Command(capsys)
    data = tmp_path / "data"
    data.mkdir()
    build(data)
    specification = tmp_path / "study.yaml"
    specification.write_text(
        SPECIFICATION + "  related_where: AEREL == 'Y'\n  vocabulary: MedDRA 22.0\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    ran = topline("build", specification, "--data", data, "-o", out, "--export", "eudract")
    assert ran.code == 0, ran.err
    rows = list(csv.DictReader(io.StringIO((out / "eudract.csv").read_text(encoding="utf-8"))))
    assert [row["field"] for row in rows if not row["value"]] == ["organSystem/version"] * 2
    assert all("ADAE where" in row["source"] for row in rows if row["value"])
    mine = tmp_path / "mine.csv"
    mine.write_text(
        f"address,field,value\n{MODULE}/seriousEvents/*,organSystem/version,22\n"
        f"{MODULE}/otherEvents/*,organSystem/version,22\n",
        encoding="utf-8",
    )
    xml = out / "ae.xml"
    answers = ("--answers", out / "eudract.csv", "--answers", mine)
    ran = topline("convert", out / "record.json", "-o", xml, "--to", "eudract-xml", *answers)
    assert ran.code == 0, ran.err
    assert "adverseEventsModule" not in ran.err
    ran = topline("export", out, "--to", "eudract")
    assert (ran.code, "topline build SPECIFICATION --export eudract" in ran.err) == (2, True)
