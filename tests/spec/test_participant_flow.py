"""Who started, who completed, and why the others did not."""

from pathlib import Path

import polars as pl
import pytest
from tests.spec.small_trial import built, flow, notes, results

from topline.analysis.build import Build
from topline.analysis.findings import AnalysisError

GROUPS = """
groups:
  a: {title: Drug, treatment: Drug}
  b: {title: Placebo, treatment: Placebo}
baseline: {measures: [{title: Age, variable: AGE, summary: mean, unit: years}]}
"""
ADSL = """
USUBJID TRT01P  ITTFL AGE EOSSTT       DCSREAS
1       Drug    Y     50  COMPLETED    .
2       Drug    Y     51  DISCONTINUED ADVERSE_EVENT
3       Drug    Y     52  DISCONTINUED LOST_TO_FOLLOW-UP
4       Placebo Y     53  COMPLETED    .
5       Placebo Y     54  DISCONTINUED STUDY_TERMINATED_BY_SPONSOR
6       Screen  N     55  .            SCREEN_FAILURE
"""


def build(folder: Path, adsl: str = ADSL, more: str = "", **datasets: str | pl.DataFrame) -> Build:
    treated = adsl.replace("TRT01P", "TRT01P TRT01A", 1)
    lines = [treated.strip().splitlines()[0]]
    for line in adsl.strip().splitlines()[1:]:
        words = line.split()
        lines.append(" ".join([*words[:2], words[1], *words[2:]]))
    return built(folder, GROUPS + more, adsl="\n".join(lines), **datasets)


class TestOnePeriod:
    def test_by_default_the_intention_to_treat_start_and_eosstt_tells_who_completed(
        self, tmp_path: Path
    ) -> None:
        assert flow(build(tmp_path)) == {
            "Overall Study: STARTED": ["3", "2"],
            "Overall Study: COMPLETED": ["1", "1"],
            "Overall Study: NOT COMPLETED": ["2", "1"],
            "Overall Study: Adverse Event": ["1", "0"],
            "Overall Study: Lost to Follow-up": ["1", "0"],
            "Overall Study: Study terminated by sponsor": ["0", "1"],
        }

    def test_reasons_add_up_to_those_who_did_not_complete(self, tmp_path: Path) -> None:
        shown = flow(build(tmp_path))
        numbers = {title: list(map(int, texts)) for title, texts in shown.items()}
        started, completed, lost = (
            numbers.pop(f"Overall Study: {one}")
            for one in ("STARTED", "COMPLETED", "NOT COMPLETED")
        )
        assert lost == [one - other for one, other in zip(started, completed, strict=True)]
        assert lost == [sum(column) for column in zip(*numbers.values(), strict=True)]

    def test_a_randomised_flag_comes_before_the_intention_to_treat_flag(
        self, tmp_path: Path
    ) -> None:
        adsl = ADSL.replace("EOSSTT", "EOSSTT RANDFL", 1)
        adsl = "\n".join(
            line if number == 0 else " ".join([*line.split()[:5], "Y", *line.split()[5:]])
            for number, line in enumerate(adsl.strip().splitlines())
        ).replace("6 Screen N 55 . Y", "6 Drug N 55 COMPLETED Y")
        assert flow(build(tmp_path, adsl))["Overall Study: STARTED"] == ["4", "2"]

    def test_reasons_stand_in_the_registrys_order_then_the_others_by_name(
        self, tmp_path: Path
    ) -> None:
        reasons = ["ZEBRA", "WITHDRAWAL_BY_SUBJECT", "DEATH", "APE", "ADVERSE_EVENT"]
        table = "USUBJID TRT01P ITTFL AGE EOSSTT DCSREAS\n" + "\n".join(
            f"{number} Drug Y 50 DISCONTINUED {reason}" for number, reason in enumerate(reasons)
        )
        titles = [title.split(": ")[1] for title in flow(build(tmp_path, table))]
        assert titles[3:] == ["Adverse Event", "Death", "Withdrawal by Subject", "Ape", "Zebra"]

    def test_a_reason_may_be_mapped_whatever_its_case(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            more="participant_flow: {periods: [{reasons: {Study terminated by sponsor: Lack of Efficacy}}]}",
        )
        assert flow(made)["Overall Study: Lack of Efficacy"] == ["0", "1"]

    def test_two_collected_reasons_of_one_kind_are_one_row(self, tmp_path: Path) -> None:
        adsl = ADSL.replace("LOST_TO_FOLLOW-UP", "PROTOCOL_DEVIATION").replace(
            "ADVERSE_EVENT", "PROTOCOL_VIOLATION"
        )
        assert flow(build(tmp_path, adsl))["Overall Study: Protocol Violation"] == ["2", "0"]

    def test_a_missing_reason_is_posted_as_not_recorded_and_reported(self, tmp_path: Path) -> None:
        made = build(tmp_path, ADSL.replace("ADVERSE_EVENT", "."))
        assert flow(made)["Overall Study: Reason not recorded"] == ["1", "0"]
        assert "1 participants who did not complete have no DCSREAS" in notes(made)

    def test_a_status_in_another_case_is_still_completed(self, tmp_path: Path) -> None:
        made = build(tmp_path, ADSL.replace("COMPLETED", "Completed"))
        assert flow(made)["Overall Study: COMPLETED"] == ["1", "1"]

    def test_without_a_status_a_blank_or_completed_reason_means_completed(
        self, tmp_path: Path
    ) -> None:
        adsl = ADSL.replace("EOSSTT", "OTHER").replace("COMPLETED    .", "X Completed", 1)
        assert flow(build(tmp_path, adsl))["Overall Study: COMPLETED"] == ["1", "1"]

    def test_completed_may_be_any_condition(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            more="participant_flow: {periods: [{completed: AGE < 52}]}",
            adsl=ADSL.replace("4       Placebo Y     53  COMPLETED    .", "4 Placebo Y 53 X DEATH"),
        )
        assert flow(made)["Overall Study: COMPLETED"] == ["2", "0"]

    def test_a_further_milestone_counts_those_who_started_and_reached_it(
        self, tmp_path: Path
    ) -> None:
        made = build(
            tmp_path,
            more="participant_flow: {periods: [{milestones: {Over 51: AGE > 51}}]}",
        )
        assert list(flow(made))[:3] == [
            "Overall Study: STARTED",
            "Overall Study: Over 51",
            "Overall Study: COMPLETED",
        ]
        assert flow(made)["Overall Study: Over 51"] == ["1", "2"]

    def test_a_milestone_of_another_dataset_is_reached_by_any_row(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            more="participant_flow: {periods: [{milestones: "
            "[{title: Dosed, dataset: EX, where: EXDOSE > 0, comment: At least once}]}]}",
            ex="USUBJID EXDOSE\n1 5\n1 10\n2 0\n4 5\n6 5",
        )
        assert flow(made)["Overall Study: Dosed"] == ["1", "1"]

    def test_units_assigned_are_counted_beside_participants(self, tmp_path: Path) -> None:
        made = built(
            tmp_path,
            "groups: {a: {title: Drug}}\nbaseline: {measures: [sex]}\n"
            "participant_flow: {units: {title: Eyes, variable: EYES}}",
            adsl="USUBJID ITTFL SEX EYES EOSSTT DCSREAS\n"
            "1 Y F 2 COMPLETED .\n2 Y M 1 DISCONTINUED DEATH\n3 N M . . .",
        )
        module = results(made).participant_flow_module
        assert module is not None
        assert module.type_units_analyzed == "Eyes"
        period = (module.periods or ())[0]
        counted = {
            one.type: [stat.num_units for stat in one.achievements or ()]
            for one in period.milestones or ()
        }
        assert counted == {"STARTED": ["3"], "COMPLETED": ["2"], "NOT COMPLETED": ["1"]}
        assert [stat.num_units for stat in (period.drop_withdraws or ())[0].reasons or ()] == ["1"]


class TestSeveralPeriods:
    SPECIFICATION = """
participant_flow:
  periods:
    - {title: Double Blind, completed: DBFL == 'Y'}
    - {title: Extension}
"""
    ADSL = """
USUBJID TRT01P  ITTFL AGE EOSSTT       DCSREAS       DBFL
1       Drug    Y     50  COMPLETED    .             Y
2       Drug    Y     51  DISCONTINUED ADVERSE_EVENT Y
3       Drug    Y     52  DISCONTINUED DEATH         N
4       Placebo Y     53  COMPLETED    .             Y
"""

    def test_a_later_period_is_started_by_those_who_completed_the_one_before(
        self, tmp_path: Path
    ) -> None:
        assert flow(build(tmp_path, self.ADSL, self.SPECIFICATION)) == {
            "Double Blind: STARTED": ["3", "1"],
            "Double Blind: COMPLETED": ["2", "1"],
            "Double Blind: NOT COMPLETED": ["1", "0"],
            "Double Blind: Death": ["1", "0"],
            "Extension: STARTED": ["2", "1"],
            "Extension: COMPLETED": ["1", "1"],
            "Extension: NOT COMPLETED": ["1", "0"],
            "Extension: Adverse Event": ["1", "0"],
        }

    def test_who_completed_an_earlier_period_must_be_said(self, tmp_path: Path) -> None:
        more = self.SPECIFICATION.replace(", completed: DBFL == 'Y'", "")
        with pytest.raises(AnalysisError, match="before the last one is not said"):
            build(tmp_path, self.ADSL, more)

    def test_who_starts_late_without_the_period_before_is_counted_and_reported(
        self, tmp_path: Path
    ) -> None:
        more = self.SPECIFICATION.replace(
            "{title: Extension}", "{title: Extension, started: AGE > 0}"
        )
        made = build(tmp_path, self.ADSL, more)
        assert flow(made)["Extension: STARTED"] == ["3", "1"]
        assert "1 participants started without having completed the period before" in notes(made)


class TestWhatIsReported:
    def test_an_enrollment_that_differs_from_those_who_started(self, tmp_path: Path) -> None:
        assert "enrolled" not in notes(build(tmp_path, more="study: {enrollment: 5}"))
        made = build(tmp_path, more="study: {enrollment: 6}")
        assert "6 participants were enrolled and 5 started" in notes(made)

    def test_a_flow_by_the_treatment_received(self, tmp_path: Path) -> None:
        adsl = (
            "USUBJID TRT01P TRT01A SAFFL AGE EOSSTT DCSREAS\n"
            "1 Drug Drug Y 50 COMPLETED .\n2 Drug Placebo Y 50 COMPLETED ."
        )
        made = built(tmp_path, GROUPS + "participant_flow: {population: SAFETY}", adsl=adsl)
        assert flow(made)["Overall Study: STARTED"] == ["1", "1"]
        assert "SAFETY counts participants by the treatment received, and 1 of them were" in notes(
            made
        )


class TestWhatStopsTheBuild:
    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("Y     51  DISCONTINUED", "Y 51 ONGOING", "1 participants who started are ONGOING"),
            ("Y     51  DISCONTINUED", "Y 51 .", "1 participants who started have no EOSSTT"),
            ("2       Drug", "2 Drugg", "1 participants of ITT are in no group"),
            ("ADVERSE_EVENT", "COMPLETED", "who did not complete have the DCSREAS 'COMPLETED'"),
        ],
        ids=["ongoing", "no status", "in no group", "reason completed"],
    )
    def test_data_that_leave_a_participant_unaccounted_for(
        self, tmp_path: Path, old: str, new: str, said: str
    ) -> None:
        with pytest.raises(AnalysisError, match=said):
            build(tmp_path, ADSL.replace(old, new))

    def test_an_ongoing_person_outside_the_flow_does_not(self, tmp_path: Path) -> None:
        made = build(tmp_path, ADSL.replace("55  .", "55 ONGOING"))
        assert flow(made)["Overall Study: STARTED"] == ["3", "2"]

    def test_a_participant_in_two_groups(self, tmp_path: Path) -> None:
        specification = """
groups:
  young: {title: Young, where: AGE < 55}
  old: {title: Old, where: AGE > 50}
baseline: {measures: [{title: Age, variable: AGE, summary: mean, unit: years}]}
"""
        with pytest.raises(AnalysisError, match="4 participants of ITT are in several groups"):
            built(tmp_path, specification, adsl=ADSL)

    def test_units_that_are_no_count(self, tmp_path: Path) -> None:
        specification = """
groups: {a: {title: Drug}}
baseline: {measures: [{title: Age, variable: AGE, summary: mean, unit: years}]}
participant_flow: {units: {title: Eyes, variable: EYES}}
"""
        for eyes in (".", "1.5", "-1"):
            folder = tmp_path / f"eyes{eyes}"
            folder.mkdir()
            adsl = f"USUBJID ITTFL AGE EOSSTT DCSREAS EYES\n1 Y 5 COMPLETED . {eyes}\n2 Y 5 COMPLETED . 2"
            with pytest.raises(AnalysisError, match="EYES is missing or no count for 1"):
                built(folder, specification, adsl=adsl)

    def test_a_group_without_anybody_is_posted_as_zero_and_reported(self, tmp_path: Path) -> None:
        made = build(tmp_path, ADSL.replace("Placebo", "Drug"))
        assert flow(made)["Overall Study: STARTED"] == ["5", "0"]
        assert "nobody of ITT is in 'Placebo'" in notes(made)
