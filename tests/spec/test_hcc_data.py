"""The example's datasets agree with each other as a real trial's should.

Dataset-JSON is read here in plain Python; nothing of topline is used.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "hcc"
NAMES = ("adae", "adfc", "adrs", "adsl", "adtte")
Row = Mapping[str, Any]


def document(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXAMPLE / "adam" / f"{name}.json").read_text("utf-8"))
    return read


def rows(name: str) -> list[Row]:
    """The rows as mappings, with the dates as dates."""
    found = document(name)
    columns = found["columns"]
    return [
        {
            column["name"]: date.fromisoformat(value)
            if column["dataType"] == "date" and value is not None
            else value
            for column, value in zip(columns, row, strict=True)
        }
        for row in found["rows"]
    ]


PARTICIPANTS = {row["USUBJID"]: row for row in rows("adsl")}
EVENTS, TIMES, RESPONSES, CELLS = rows("adae"), rows("adtte"), rows("adrs"), rows("adfc")


def time(subject: str, parameter: str) -> Row:
    (row,) = (r for r in TIMES if (r["USUBJID"], r["PARAMCD"]) == (subject, parameter))
    return row


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_that_it_is_synthetic(name: str) -> None:
    found = document(name)

    for key in ("originator", "studyOID", "fileOID", "label"):
        assert "synthetic" in found[key].lower(), key
    assert {"SYNTHETIC-HCC"} == {row["STUDYID"] for row in rows(name)}


@pytest.mark.parametrize("name", NAMES)
def test_every_file_has_the_form_of_dataset_json_1_1(name: str) -> None:
    found = document(name)

    assert "1.1.0" == found["datasetJSONVersion"]
    assert len(found["rows"]) == found["records"]
    for column in found["columns"]:
        assert {"itemOID", "name", "label", "dataType"} <= column.keys()
        assert 1 <= len(column["name"]) <= 8
        assert 1 <= len(column["label"]) <= 40


@pytest.mark.parametrize("name", NAMES)
def test_values_have_the_declared_types_and_lengths(name: str) -> None:
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "date": str,
        "integer": int,
        "double": (int, float),
    }
    found = document(name)

    for row in found["rows"]:
        for column, value in zip(found["columns"], row, strict=True):
            if value is not None:
                assert isinstance(value, kinds[column["dataType"]]), (column["name"], value)
            if column["dataType"] == "string" and value is not None:
                assert 1 <= len(value) <= column["length"], (column["name"], value)


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_in_the_order_of_keys_that_tell_them_apart(name: str) -> None:
    columns = document(name)["columns"]
    keyed = sorted((c["keySequence"], c["name"]) for c in columns if "keySequence" in c)
    keys = [tuple(row[key] for _, key in keyed) for row in rows(name)]

    assert sorted(set(keys)) == keys


@pytest.mark.parametrize("name", NAMES)
def test_every_row_belongs_to_a_participant_of_adsl(name: str) -> None:
    assert {row["USUBJID"] for row in rows(name)} <= PARTICIPANTS.keys()


@pytest.mark.parametrize("subject", PARTICIPANTS)
def test_a_course_goes_forward_in_time(subject: str) -> None:
    row = PARTICIPANTS[subject]

    assert row["ENRLDT"] < row["TRTSDT"] <= row["TRTEDT"] <= row["AEFUEDT"] <= row["LSTALVDT"]
    assert row["AEFUEDT"] == min(row["TRTEDT"] + timedelta(days=30), row["DTHDT"] or date.max)
    assert row["TRTDURD"] == (row["TRTEDT"] - row["TRTSDT"]).days + 1


@pytest.mark.parametrize("subject", PARTICIPANTS)
def test_survival_ends_with_death_or_the_last_contact(subject: str) -> None:
    row, survival = PARTICIPANTS[subject], time(subject, "OS")

    assert (row["DTHFL"] == "Y") == (row["DTHDT"] is not None) == (survival["CNSR"] == 0)
    assert survival["ADT"] == row["LSTALVDT"] == (row["DTHDT"] or row["LSTALVDT"])


@pytest.mark.parametrize("subject", PARTICIPANTS)
def test_progression_comes_before_death_and_within_survival(subject: str) -> None:
    progression, survival = time(subject, "TTP"), time(subject, "OS")

    assert progression["ADT"] <= survival["ADT"]
    if progression["CNSR"] == 0 and survival["CNSR"] == 0:
        assert progression["ADT"] < survival["ADT"]


def test_times_are_the_days_from_enrolment_in_months() -> None:
    for row in TIMES:
        assert row["STARTDT"] == PARTICIPANTS[row["USUBJID"]]["ENRLDT"]
        assert row["AVAL"] == round(((row["ADT"] - row["STARTDT"]).days + 1) / 30.4375, 6)


def test_those_who_completed_are_those_whose_response_was_evaluable() -> None:
    for row in PARTICIPANTS.values():
        assert (row["EOSSTT"] == "COMPLETED") == (row["EVALFL"] == "Y") == (row["DCSREAS"] is None)


@pytest.mark.parametrize("subject", PARTICIPANTS)
def test_the_best_response_is_the_best_of_the_visits(subject: str) -> None:
    order = ("CR", "PR", "SD", "PD")
    own = [row for row in RESPONSES if row["USUBJID"] == subject]
    (best,) = (row["AVALC"] for row in own if row["PARAMCD"] == "BOR")
    visits = [row["AVALC"] for row in own if row["PARAMCD"] == "OVR"]

    assert best == (min(visits, key=order.index) if visits else "NE")


@pytest.mark.parametrize("subject", PARTICIPANTS)
def test_progression_by_imaging_is_dated_on_the_first_scan_that_saw_it(subject: str) -> None:
    progression = time(subject, "TTP")
    scans = [r for r in RESPONSES if r["USUBJID"] == subject and r["PARAMCD"] == "OVR"]
    seen = [row["ADT"] for row in scans if row["AVALC"] == "PD"]

    assert (progression["EVNTDESC"] == "PROGRESSION BY IMAGING") == bool(seen)
    if seen:
        assert progression["ADT"] == min(seen)
    assert all(row["ADT"] <= PARTICIPANTS[subject]["LSTALVDT"] for row in scans)


def test_treatment_emergent_events_begin_within_the_follow_up() -> None:
    for row in EVENTS:
        participant = PARTICIPANTS[row["USUBJID"]]
        emergent = participant["TRTSDT"] <= row["ASTDT"] <= participant["AEFUEDT"]
        assert (row["TRTEMFL"] == "Y") == emergent, row
        assert row["ASTDT"] <= (row["AENDT"] or date.max)
        assert (row["AENDT"] or row["ASTDT"]) <= participant["LSTALVDT"], row


def test_there_are_events_that_must_not_be_counted() -> None:
    uncounted = [row for row in EVENTS if row["TRTEMFL"] is None]

    assert {True, False} == {row["ASTDT"] < row["TRTSDT"] for row in uncounted}
    assert any(row["AESER"] == "Y" for row in uncounted)
    for row in uncounted:
        same = (row["USUBJID"], row["AEDECOD"])
        assert same not in {(r["USUBJID"], r["AEDECOD"]) for r in EVENTS if r["TRTEMFL"] == "Y"}


def test_study_days_count_from_the_first_dose_without_a_day_zero() -> None:
    def day(when: date | None, start: date) -> int | None:
        if when is None:
            return None
        return (when - start).days + (when >= start)

    for row in EVENTS:
        assert row["ASTDY"] == day(row["ASTDT"], row["TRTSDT"])
        assert row["AENDY"] == day(row["AENDT"], row["TRTSDT"])


def test_events_of_a_participant_are_numbered_without_gaps() -> None:
    numbers: dict[str, list[int]] = {}
    for row in EVENTS:
        numbers.setdefault(row["USUBJID"], []).append(row["AESEQ"])

    assert all(list(range(1, len(found) + 1)) == found for found in numbers.values())


def test_fatal_events_are_serious_of_grade_5_and_end_with_the_death_in_adsl() -> None:
    fatal = [row for row in EVENTS if row["AESDTH"] == "Y"]

    assert {"Death NOS": 3, "Multi-organ failure": 1, "Sepsis": 1} == Counter(
        row["AEDECOD"] for row in fatal
    )
    for row in EVENTS:
        assert (row["AESDTH"] == "Y") == (row["AEOUT"] == "FATAL") == (row["AETOXGR"] == "5"), row
    for row in fatal:
        participant = PARTICIPANTS[row["USUBJID"]]
        assert row["AESER"] == "Y"
        assert row["AENDT"] == participant["DTHDT"]
        assert participant["DTHCAUS"] == "ADVERSE EVENT"
    assert len({row["USUBJID"] for row in fatal}) == len(fatal)
    assert {row["USUBJID"] for row in fatal} == {
        subject for subject, row in PARTICIPANTS.items() if row["DTHCAUS"] == "ADVERSE EVENT"
    }


def test_serious_events_meet_a_criterion_and_others_none() -> None:
    criteria = ("AESDTH", "AESHOSP", "AESLIFE", "AESDISAB", "AESCONG", "AESMIE")

    for row in EVENTS:
        assert (row["AESER"] == "Y") == any(row[name] == "Y" for name in criteria), row


def test_who_left_for_an_adverse_event_had_a_serious_one_that_stopped_treatment_or_life() -> None:
    left = {s for s, row in PARTICIPANTS.items() if row["DCSREAS"] == "ADVERSE EVENT"}
    ended = {
        row["USUBJID"]
        for row in EVENTS
        if row["AESER"] == "Y" and (row["AEACN"] == "DRUG WITHDRAWN" or row["AEOUT"] == "FATAL")
    }

    assert 7 == len(left)
    assert left <= ended


def test_the_ratio_is_the_later_value_divided_by_the_baseline() -> None:
    paired = [row for row in CELLS if row["R2BASE"] is not None]

    assert {row["USUBJID"] for row in paired} == {
        row["USUBJID"] for row in CELLS if row["ANL01FL"] == "Y"
    }
    for row in paired:
        (baseline,) = (
            r["AVAL"] for r in CELLS if (r["USUBJID"], r["ABLFL"]) == (row["USUBJID"], "Y")
        )
        assert row["BASE"] == baseline
        assert row["R2BASE"] == round(row["AVAL"] / baseline, 4)
        assert row["R2BASE"] > 0
        assert row["ADT"] <= PARTICIPANTS[row["USUBJID"]]["AEFUEDT"]


def test_some_participants_have_only_one_of_the_two_samples() -> None:
    samples = Counter(row["USUBJID"] for row in CELLS)

    assert {1: 7, 2: 20} == Counter(samples.values())


def test_body_mass_index_follows_from_height_and_weight() -> None:
    for row in PARTICIPANTS.values():
        assert row["BMIBL"] == round(row["WEIGHTBL"] / (row["HEIGHTBL"] / 100) ** 2, 1)
