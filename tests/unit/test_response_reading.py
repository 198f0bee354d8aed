"""Reading lesions, stated responses and participants from SDTM and ADaM datasets."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.errors import DataError, NotFoundError, UsageError
from topline.trial.library import Library
from topline.trial.response.assessments import State
from topline.trial.response.evaluation import Evaluation
from topline.trial.response.frames import time_point_frame
from topline.trial.response.reading_dates import whole_date
from topline.trial.response.reading_participants import TrialParticipants, read_participants
from topline.trial.response.reading_sources import ResponseData
from topline.trial.response.registry import CRITERIA
from topline.trial.response.responses import Response as R
from topline.trial.response.trial_response import evaluate_response

RECIST = CRITERIA["recist1.1"]

DM = "USUBJID,RFXSTDTC,DTHDTC\n01,2021-01-04,\n02,2021-01-04,2021-03-01\n03,,\n"
TU = """USUBJID,TULNKID,TUORRES,TULOC,VISIT,TUDTC
01,T01,TARGET,LIVER,BASELINE,2021-01-02
01,T02,TARGET,LYMPH NODE,BASELINE,2021-01-02
01,NT01,NON-TARGET,LUNG,BASELINE,2021-01-02
01,NEW01,NEW,BRAIN,WEEK 6,2021-02-15
"""
TR = """USUBJID,TRLNKID,TRTESTCD,TRSTRESC,TRSTRESN,TRSTRESU,TRSTAT,TRREASND,VISIT,TRDTC
01,T01,LDIAM,30,30,mm,,,BASELINE,2021-01-02
01,T02,LDIAM,25,25,mm,,,BASELINE,2021-01-02
01,T02,LPERP,20,20,mm,,,BASELINE,2021-01-02
01,NT01,TUMSTATE,PRESENT,,,,,BASELINE,2021-01-03
01,T01,LDIAM,12,12,mm,,,WEEK 6,2021-02-15
01,T02,LPERP,8,8,mm,,,WEEK 6,2021-02-15
01,NT01,TUMSTATE,PRESENT,,,,,WEEK 6,2021-02-16
01,,SUMDIAM,20,20,mm,,,WEEK 6,2021-02-15
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("dm", DM), ("tu", TU), ("tr", TR)):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def read(folder: Path, **data: str) -> TrialParticipants:
    return read_participants(
        Library(folder), ResponseData(**data), RECIST, "measurements"  # type: ignore[arg-type]  # words are literals
    )  # fmt: skip


def append(folder: Path, name: str, line: str) -> None:
    file = folder / f"{name}.csv"
    file.write_text(f"{file.read_text()}{line}\n")


class TestLesions:
    def test_a_trial(self, folder: Path) -> None:
        found = read(folder)
        assert [one.name for one in found.participants] == ["01", "02"]
        assert found.notes == (
            "times count from DM.RFXSTDTC",
            "participants of DM without RFXSTDTC, left out: 1",
        )
        first, second = found.participants
        assert (first.start, second.died) == (date(2021, 1, 4), date(2021, 3, 1))
        base, later = first.assessments
        assert (base.date, base.visit, base.baseline) == (date(2021, 1, 2), "BASELINE", True)
        assert [(one.lesion, one.diameter, one.nodal) for one in base.targets] == [
            ("T01", Decimal(30), False), ("T02", Decimal(20), True),
        ]  # fmt: skip
        assert [(one.lesion, one.state) for one in later.non_targets] == [("NT01", State.PRESENT)]
        assert [(one.lesion, one.location) for one in later.new_lesions] == [("NEW01", "BRAIN")]

    def test_its_responses(self, folder: Path) -> None:
        trial = evaluate_response(Library(folder), Evaluation(criteria=RECIST))
        rows = time_point_frame(trial).select("USUBJID", "SUMDIAM", "TRGRESP", "OVRLRESP").rows()
        assert rows == [("01", 20.0, "PR", "PD")]

    def test_centimetres(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,1.35,1.35,cm,,,WEEK 12,2021-03-29")
        later = read(folder).participants[0].assessments[-1]
        assert later.targets[0].diameter == Decimal("13.5")

    def test_without_a_unit_it_is_millimetres_and_said(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,13,13,,,,WEEK 12,2021-03-29")
        found = read(folder)
        assert found.participants[0].assessments[-1].targets[0].diameter == 13
        assert "TR: lengths without a unit, taken for mm: 1" in found.notes

    def test_a_size_that_is_written_as_a_result_only(self, folder: Path) -> None:
        (folder / "tr.csv").write_text(
            TR.replace(",TRSTRESN", "")
            .replace("12,12,", "12,")
            .replace("30,30,", "30,")
            .replace("25,25,", "25,")
            .replace("20,20,", "20,")
            .replace("8,8,", "8,")
            .replace("PRESENT,,", "PRESENT,")
        )
        base, later = read(folder).participants[0].assessments
        assert [one.diameter for one in base.targets] == [30, 20]
        assert [one.diameter for one in later.targets] == [12, 8]

    def test_too_small_to_measure(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,TOO SMALL TO MEASURE,,,,,WEEK 12,2021-03-29")
        finding = read(folder).participants[0].assessments[-1].targets[0]
        assert (finding.diameter, finding.too_small) == (None, True)

    def test_absent_without_a_size_is_zero(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,TUMSTATE,ABSENT,,,,,WEEK 12,2021-03-29")
        assert read(folder).participants[0].assessments[-1].targets[0].diameter == 0

    def test_not_done_keeps_its_reason(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,,,,NOT DONE,Image obscured,WEEK 12,2021-03-29")
        finding = read(folder).participants[0].assessments[-1].targets[0]
        assert (finding.diameter, finding.why) == (None, "Image obscured")

    def test_two_sizes_that_disagree_are_none(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,14,14,mm,,,WEEK 6,2021-02-15")
        finding = read(folder).participants[0].assessments[-1].targets[0]
        assert (finding.diameter, finding.why) == (None, "recorded as 12 mm and 14 mm")

    def test_a_size_recorded_twice_is_one(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,12,12,mm,,,WEEK 6,2021-02-15")
        assert read(folder).participants[0].assessments[-1].targets[0].diameter == 12

    def test_one_lesion_on_two_days_of_a_visit_is_two_time_points(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,15,15,mm,,,UNSCHEDULED,2021-04-01")
        append(folder, "tr", "01,T01,LDIAM,18,18,mm,,,UNSCHEDULED,2021-05-01")
        last = read(folder).participants[0].assessments[-2:]
        assert [(one.date, one.targets[0].diameter) for one in last] == [
            (date(2021, 4, 1), Decimal(15)), (date(2021, 5, 1), Decimal(18)),
        ]  # fmt: skip

    def test_the_size_that_was_collected_may_be_chosen(self, folder: Path) -> None:
        append(folder, "tr", "01,T02,DIAMETER,11,11,mm,,,WEEK 6,2021-02-15")
        for sizes, expected in (("axes", 8), ("diameter", 11)):
            finding = read(folder, sizes=sizes).participants[0].assessments[-1].targets[1]
            assert finding.diameter == expected

    def test_parts_and_merged_lesions(self, folder: Path) -> None:
        for name, size in (("T01.1", 6), ("T01.2", 7), ("T01/T02", 40)):
            append(folder, "tu", f"01,{name},TARGET,LIVER,WEEK 12,2021-03-29")
            append(folder, "tr", f"01,{name},LDIAM,{size},{size},mm,,,WEEK 12,2021-03-29")
        found = read(folder).participants[0].assessments[-1].targets
        assert [(one.lesion, one.originals) for one in found] == [
            ("T01.1", ("T01",)), ("T01.2", ("T01",)), ("T01/T02", ("T01", "T02")),
        ]  # fmt: skip

    def test_names_with_points_of_lesions_of_their_own_are_no_parts(self, tmp_path: Path) -> None:
        (tmp_path / "dm.csv").write_text(DM)
        (tmp_path / "tr.csv").write_text(
            "USUBJID,TRLNKID,TRGRPID,TRTESTCD,TRSTRESC,TRSTRESN,TRSTRESU,VISIT,TRDTC\n"
            "01,1.1,TARGET,LDIAM,30,30,mm,BASELINE,2021-01-02\n"
            "01,1.2,TARGET,LDIAM,20,20,mm,BASELINE,2021-01-02\n"
        )
        found = read(tmp_path).participants[0].assessments[0].targets
        assert [one.originals for one in found] == [("1.1",), ("1.2",)]

    def test_kinds_by_name_where_nothing_else_says_them(self, tmp_path: Path) -> None:
        (tmp_path / "dm.csv").write_text(DM)
        rows = "".join(
            f"01,{name},TUMSTATE,PRESENT,BASELINE,2021-01-02\n"
            for name in ("T1", "NT1", "R1-NT2", "NEW1")
        )
        (tmp_path / "tr.csv").write_text(f"USUBJID,TRLNKID,TRTESTCD,TRSTRESC,VISIT,TRDTC\n{rows}")
        (found,) = read(tmp_path).participants[0].assessments
        assert [one.lesion for one in found.targets] == ["T1"]
        assert [one.lesion for one in found.non_targets] == ["NT1", "R1-NT2"]
        assert [one.lesion for one in found.new_lesions] == ["NEW1"]


class TestDates:
    def test_partial_ones_count_as_the_last_or_the_first_day(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,15,15,mm,,,WEEK 12,2021-04")
        for words, expected in (("last", date(2021, 4, 30)), ("first", date(2021, 4, 1))):
            found = read(folder, partial_dates=words)
            assert found.participants[0].assessments[-1].date == expected
            assert f"TR: partial dates taken for the {words} day they can be: 1" in found.notes

    def test_a_whole_date_of_the_visit_goes_before(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,15,15,mm,,,WEEK 12,2021-04")
        append(folder, "tr", "01,NT01,TUMSTATE,PRESENT,,,,,WEEK 12,2021-04-06")
        assert read(folder).participants[0].assessments[-1].date == date(2021, 4, 6)

    def test_none_leaves_the_record_out_and_says_so(self, folder: Path) -> None:
        append(folder, "tr", "01,T01,LDIAM,15,15,mm,,,WEEK 12,")
        found = read(folder)
        assert len(found.participants[0].assessments) == 2
        assert "TR: records without a date, left out: 1" in found.notes

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2021", (date(2021, 12, 31), True)),
            ("2020-02", (date(2020, 2, 29), True)),
            ("2021-02-30", (None, False)),
            ("2021--15", (None, False)),
            ("", (None, False)),
            (None, (None, False)),
        ],
    )
    def test_text(self, text: str | None, expected: tuple[date | None, bool]) -> None:
        assert whole_date(text, "last") == expected


class TestMistakes:
    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("01,T01,LDIAM,1,1,in,,,WEEK 12,2021-04-01", "the unit 'in' of a lesion's size is not known"),
            ("01,T01,LDIAM,-1,-1,mm,,,WEEK 12,2021-04-01", "the size of a lesion is negative: -1"),
            ("01,T01,LDIAM,x,1e999,mm,,,WEEK 12,2021-04-01", "the size of a lesion is no number: '1e999'"),
            ("01,NT01,TUMSTATE,PERHAPS,,,,,WEEK 12,2021-04-01", "the state 'PERHAPS' of a lesion is not known"),
        ],
    )  # fmt: skip
    def test_a_value_that_cannot_be_understood(self, folder: Path, line: str, message: str) -> None:
        append(folder, "tr", line)
        with pytest.raises(DataError) as caught:
            read(folder)
        assert caught.value.message == message
        assert caught.value.where is not None
        assert caught.value.where.endswith("tr.csv, record 9")
        assert caught.value.accepted

    def test_a_size_in_letters(self, folder: Path) -> None:
        (folder / "tr.csv").write_text(TR.replace("12,12,mm", "12,twelve,mm"))
        with pytest.raises(DataError, match="the size of a lesion is no number: 'twelve'"):
            read(folder)

    def test_a_participant_twice(self, folder: Path) -> None:
        append(folder, "dm", "01,2021-01-05,")
        with pytest.raises(DataError, match=r"DM holds participants more than once \(2 rows\)"):
            read(folder)

    def test_participants_without_a_name(self, folder: Path) -> None:
        (folder / "dm.csv").write_text("SUBJID,RFXSTDTC\n01,2021-01-04\n")
        with pytest.raises(DataError, match="DM has no variable USUBJID"):
            read(folder)

    def test_no_measurements(self, folder: Path) -> None:
        (folder / "tr.csv").unlink()
        with pytest.raises(DataError, match="no dataset with measurements of lesions"):
            read(folder)

    def test_no_participants(self, folder: Path) -> None:
        (folder / "dm.csv").unlink()
        with pytest.raises(DataError, match="no dataset of participants"):
            read(folder)

    def test_several_datasets(self, folder: Path) -> None:
        (folder / "tr.csv").rename(folder / "tr_a.csv")
        (folder / "tr_b.csv").write_text(TR)
        with pytest.raises(
            UsageError, match=r"2 datasets could hold the measurements[\s\S]*--measurements TR_"
        ):
            read(folder)
        assert len(read(folder, measurements="tr_b").participants) == 2

    def test_a_name_that_is_not_there(self, folder: Path) -> None:
        with pytest.raises(NotFoundError, match="there is no dataset TRX"):
            read(folder, measurements="TRX")

    def test_the_identification_of_the_same_ending_is_taken(self, folder: Path) -> None:
        (folder / "tu.csv").rename(folder / "tu_a.csv")
        (folder / "tu_b.csv").write_text("USUBJID,TULNKID,TUORRES,TULOC,VISIT,TUDTC\n")
        (folder / "tr.csv").rename(folder / "tr_a.csv")
        first = read(folder, measurements="TR_A").participants[0]
        assert first.assessments[0].targets[1].nodal

    def test_a_start_that_is_not_there(self, folder: Path) -> None:
        with pytest.raises(DataError, match="DM has no variable TRTSDT"):
            read(folder, start="TRTSDT")
        with pytest.raises(DataError, match="DM has no variable NACTDT"):
            read(folder, new_therapy="NACTDT")

    def test_no_date_that_could_be_the_start(self, folder: Path) -> None:
        (folder / "dm.csv").write_text("USUBJID\n01\n")
        with pytest.raises(DataError, match="no date that times could count from"):
            read(folder)

    def test_no_such_evaluator(self, folder: Path) -> None:
        text = TR.replace("VISIT,TRDTC", "TREVAL,VISIT,TRDTC", 1)
        lines = text.splitlines()
        rows = [
            line.replace(",BASELINE", ",INVESTIGATOR,BASELINE").replace(
                ",WEEK", ",INVESTIGATOR,WEEK"
            )
            for line in lines[1:]
        ]
        (folder / "tr.csv").write_text("\n".join([lines[0], *rows]) + "\n")
        assert len(read(folder).participants[0].assessments) == 2
        with pytest.raises(DataError, match="TR has no assessment by the independent"):
            read(folder, evaluator="independent")

    def test_assessments_of_unknown_participants_are_said(self, folder: Path) -> None:
        append(folder, "tr", "09,T01,LDIAM,15,15,mm,,,WEEK 12,2021-04-01")
        assert read(folder).notes[-1] == (
            "participants with assessments, but without a date of start, left out: 1 (the first is 09)"
        )


RS = """USUBJID,RSTESTCD,RSSTRESC,RSCAT,VISIT,RSDTC
01,OVRLRESP,PR,RECIST 1.1,WEEK 6,2021-02-15
01,OVRLRESP,PD,RECIST 1.1,WEEK 6,2021-02-15
01,OVRLRESP,CHECK,RECIST 1.1,WEEK 12,2021-03-29
01,OVRLRESP,iUPD,iRECIST,WEEK 6,2021-02-15
01,NTRGRESP,PD,RECIST 1.1,WEEK 12,2021-03-29
01,NEWLIND,Y,RECIST 1.1,WEEK 18,2021-05-10
01,OVRLRESP,SD,RECIST 1.1,WEEK 24,
"""


class TestStated:
    @pytest.fixture
    def with_stated(self, folder: Path) -> Path:
        (folder / "rs.csv").write_text(RS)
        return folder

    def test_responses_by_the_criteria_the_worst_of_a_day(self, with_stated: Path) -> None:
        found = read_participants(Library(with_stated), ResponseData(), RECIST, "stated")
        assert [(one.visit, one.response) for one in found.participants[0].stated] == [
            ("WEEK 6", R.PROGRESSION), ("WEEK 12", R.NOT_EVALUABLE),
        ]  # fmt: skip
        assert found.notes[:2] == (
            "RS: 'CHECK' is no response and counts as not evaluable: 1",
            "RS: responses without a date, left out: 1",
        )

    def test_in_the_words_of_other_criteria(self, with_stated: Path) -> None:
        found = read_participants(
            Library(with_stated), ResponseData(), CRITERIA["irecist"], "stated"
        )
        assert [one.response for one in found.participants[0].stated] == [R.UNCONFIRMED]

    def test_components_fill_what_lesions_do_not_say(self, with_stated: Path) -> None:
        append(with_stated, "tr", "01,T01,LDIAM,12,12,mm,,,WEEK 12,2021-03-29")
        append(with_stated, "tr", "01,T01,LDIAM,12,12,mm,,,WEEK 18,2021-05-10")
        *_, twelve, eighteen = read(with_stated).participants[0].assessments
        assert twelve.stated_non_target is R.PROGRESSION
        assert eighteen.stated_new_lesion is State.UNEQUIVOCAL

    def test_none(self, folder: Path) -> None:
        with pytest.raises(DataError, match="there is no stated overall response"):
            read_participants(Library(folder), ResponseData(), RECIST, "stated")

    def test_a_dataset_that_is_none(self, folder: Path) -> None:
        (folder / "rs.csv").write_text("USUBJID,AVAL\n01,1\n")
        with pytest.raises(DataError, match="RS has neither RSTESTCD nor PARAMCD"):
            read(folder)


class TestAnalysisDatasets:
    @pytest.fixture
    def adam(self, tmp_path: Path) -> Path:
        (tmp_path / "adsl.csv").write_text(
            "USUBJID,RANDDT,TRTSDT,DTHDT,NACTDT,EOSSTT\n"
            "01,2021-01-04,2021-01-05,,2021-06-01,ONGOING\n02,2021-01-04,,,,COMPLETED\n"
        )
        (tmp_path / "adtr.csv").write_text(
            "USUBJID,PARAMCD,TRLNKID,TRGRPID,TRTESTCD,TRSTRESC,TRSTRESN,TRSTRESU,TULOC,AVISIT,ADT\n"
            "01,LDIAM1,T01,TARGET,LDIAM,30,30,mm,LIVER,BASELINE,2021-01-02\n"
            "01,NLDIAM2,T02,TARGET,LPERP,20,20,mm,LYMPH NODE,BASELINE,2021-01-02\n"
            "01,SDIAM,,,,,50,mm,,BASELINE,2021-01-02\n"
            "01,LDIAM1,T01,TARGET,LDIAM,20,20,mm,LIVER,WEEK 6,2021-02-15\n"
            "01,NLDIAM2,T02,TARGET,LPERP,15,15,mm,LYMPH NODE,WEEK 6,2021-02-15\n"
        )
        (tmp_path / "adrs.csv").write_text(
            "USUBJID,PARAMCD,AVALC,AVISIT,ADT\n01,OVR,SD,WEEK 6,2021-02-15\n01,BOR,SD,,\n"
        )
        return tmp_path

    def test_measurements(self, adam: Path) -> None:
        found = read(adam, new_therapy="NACTDT")
        first, second = found.participants
        assert (first.start, first.new_therapy, first.ongoing, first.treated) == (
            date(2021, 1, 4), date(2021, 6, 1), True, True,
        )  # fmt: skip
        assert (second.treated, second.ongoing) == (False, False)
        assert "ADTR holds target lesions only" in found.notes[0]
        trial = evaluate_response(Library(adam), Evaluation(criteria=RECIST))
        assert time_point_frame(trial)["OVRLRESP"].to_list() == ["PR"]

    def test_stated(self, adam: Path) -> None:
        found = read_participants(Library(adam), ResponseData(), RECIST, "stated")
        assert [one.response for one in found.participants[0].stated] == [R.STABLE]


@settings(max_examples=15)
@given(tenths=st.lists(st.integers(0, 500), min_size=4, max_size=4))
def test_responses_are_the_same_in_millimetres_and_centimetres(
    tenths: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outcomes = []
    for unit, factor in (("mm", Decimal("0.1")), ("cm", Decimal("0.01"))):
        folder = tmp_path_factory.mktemp("lesions")
        (folder / "dm.csv").write_text(DM)
        rows = "".join(
            f"01,T01,TARGET,LDIAM,{size * factor},{size * factor},{unit},V{place},2021-0{place + 1}-04\n"
            for place, size in enumerate(tenths)
        )
        (folder / "tr.csv").write_text(
            f"USUBJID,TRLNKID,TRGRPID,TRTESTCD,TRSTRESC,TRSTRESN,TRSTRESU,VISIT,TRDTC\n{rows}"
        )
        trial = evaluate_response(Library(folder), Evaluation(criteria=RECIST))
        outcomes.append(time_point_frame(trial).rows())
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0]) == 3
