"""Outcome measures: who is analyzed, in which rows, and which denominators stand beside them."""

from pathlib import Path

import pytest
from tests.spec.small_trial import (
    analyzed,
    built,
    class_analyzed,
    notes,
    outcome,
    rows,
)

from topline.analysis.build import Build
from topline.analysis.findings import AnalysisError
from topline.errors import SpecificationError

TRIAL = """
groups:
  a: {title: Drug, treatment: Drug}
  b: {title: Placebo, treatment: Placebo}
baseline: {measures: [{title: Age, variable: AGE, summary: mean, unit: years}]}
outcomes:
"""
ADSL = """
USUBJID TRT01P  ITTFL EFFFL AGE EOSSTT    DCSREAS
1       Drug    Y     Y     50  COMPLETED .
2       Drug    Y     Y     51  COMPLETED .
3       Drug    Y     N     52  COMPLETED .
4       Placebo Y     Y     53  COMPLETED .
5       Placebo Y     Y     54  COMPLETED .
9       Drug    N     N     55  .         .
"""
ADRS = """
USUBJID PARAMCD AVALC AVAL VISIT   EYE
1       BOR     CR    1    Week_8  OD
2       BOR     PD    4    Week_8  OD
3       BOR     .     .    Week_8  OD
4       BOR     PR    2    Week_8  OD
5       BOR     NE    9    Week_8  OD
9       BOR     ZZ    99   Week_8  OD
1       BOR     CR    1    Week_16 OS
4       BOR     PD    4    Week_16 OS
1       OTHER   PD    4    Week_8  OS
8       BOR     PD    4    Week_8  OS
"""
COMMON = (
    "title: Response, type: primary, time_frame: 8 weeks, dataset: ADRS, "
    "population_description: Those assessed"
)
WEEK_8 = "where: PARAMCD == 'BOR' and VISIT == 'Week 8'"


def build(folder: Path, *outcomes: str, adrs: str = ADRS, adsl: str = ADSL) -> Build:
    specification = TRIAL + "".join(f"  - {{{one}}}\n" for one in outcomes)
    return built(folder, specification, adsl=adsl, adrs=adrs)


class TestWhoIsAnalyzed:
    def test_with_data_those_without_a_value_are_not_analyzed(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: percentage, categories: {{Response: [CR, PR]}}",
        )
        assert analyzed(outcome(made).denoms) == {"Participants": ["2", "2"]}
        assert [one.split(" ")[0] for one in rows(outcome(made))["Response"]] == ["50.0", "50.0"]

    def test_of_the_population_they_are_analyzed_and_in_no_category(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: percentage, analyzed: population, "
            "categories: {Response: [CR, PR]}",
        )
        assert analyzed(outcome(made).denoms) == {"Participants": ["3", "2"]}
        assert [one.split(" ")[0] for one in rows(outcome(made))["Response"]] == ["33.3", "50.0"]

    def test_of_the_population_a_category_may_ask_for_what_is_missing(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: count_of_participants, analyzed: population, "
            "categories: {Assessed: AVALC is not missing, Not: AVALC is missing}",
        )
        assert rows(outcome(made)) == {"Assessed": ["2", "2"], "Not": ["1", "0"]}

    def test_with_data_a_category_of_what_is_missing_is_reported(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: count_of_participants, "
            "categories: {Assessed: AVALC is not missing, Not: AVALC is missing}",
        )
        assert rows(outcome(made)) == {"Assessed": ["2", "2"], "Not": ["0", "0"]}
        assert "1 rows meet the condition of 'Not' and have no AVALC" in notes(made)

    def test_values_of_those_without_one_cannot_be_averaged(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="analyzed: population for mean, which cannot tell"):
            build(
                tmp_path, f"{COMMON}, {WEEK_8}, summary: mean, unit: points, analyzed: population"
            )

    def test_the_population_is_that_of_the_flow_or_another_one(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: count_of_participants",
            f"{COMMON.replace('Response', 'R2')}, {WEEK_8}, summary: count_of_participants, "
            "population: EFFICACY, analyzed: population",
        )
        assert analyzed(outcome(made, 0).denoms) == {"Participants": ["2", "2"]}
        assert analyzed(outcome(made, 1).denoms) == {"Participants": ["2", "2"]}

    def test_fewer_than_started_must_be_explained(self, tmp_path: Path) -> None:
        words = f"{COMMON}, {WEEK_8}, summary: count_of_participants"
        words = words.replace(", population_description: Those assessed", "")
        with pytest.raises(AnalysisError, match=r"numbers analysed differ.*\(Drug: 2 of 3\)"):
            build(tmp_path, words)

    def test_as_many_but_others_than_started_are_reported(self, tmp_path: Path) -> None:
        specification = TRIAL.replace(
            "outcomes:", "populations: {OLD: AGE > 50}\noutcomes:\n"
        ) + f"  - {{{COMMON}, summary: count_of_participants, population: OLD, dataset: ADSL, variable: TRT01P}}".replace("dataset: ADRS, ", "")  # fmt: skip
        made = built(tmp_path, specification, adsl=ADSL)
        assert analyzed(outcome(made).denoms) == {"Participants": ["3", "2"]}
        assert "1 participants of OLD did not start in the group they count in" in notes(made)

    def test_an_outcome_may_be_of_some_groups(self, tmp_path: Path) -> None:
        made = build(tmp_path, f"{COMMON}, {WEEK_8}, summary: count_of_participants, groups: [b]")
        assert analyzed(outcome(made).denoms) == {"Participants": ["2"]}
        assert rows(outcome(made)) == {"NE": ["1"], "PR": ["1"]}

    def test_an_empty_group_is_zero_or_not_available_with_the_reason(self, tmp_path: Path) -> None:
        adrs = "\n".join(line for line in ADRS.splitlines() if line[:1] not in "45")
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: count_of_participants",
            f"{COMMON.replace('Response', 'R2')}, {WEEK_8}, summary: mean, unit: points",
            f"{COMMON.replace('Response', 'R3')}, {WEEK_8}, summary: percentage, categories: {{R: [CR]}}",
            adrs=adrs,
        )
        assert analyzed(outcome(made).denoms) == {"Participants": ["2", "0"]}
        assert rows(outcome(made, 0)) == {"CR": ["1", "0"], "PD": ["1", "0"]}
        assert rows(outcome(made, 1))[""][1] == "NA (NA)"
        assert rows(outcome(made, 2))["R"][1] == "NA (NA to NA)"
        first = (outcome(made, 1).classes or ())[0].categories or ()
        assert [one.comment for one in first[0].measurements or ()] == [
            None, "Value and dispersion: no participant was analyzed.",
        ]  # fmt: skip

    def test_no_value_in_any_group_needs_categories_to_be_listed(self, tmp_path: Path) -> None:
        words = f"{COMMON}, where: PARAMCD == 'NONE', summary: count_of_participants"
        with pytest.raises(
            AnalysisError, match="no value is found, so that there are no categories"
        ):
            build(tmp_path, words)
        made = build(tmp_path, f"{words}, categories: {{Response: [CR, PR]}}")
        assert rows(outcome(made)) == {"Response": ["0", "0"]}


class TestCategories:
    def test_without_a_list_each_value_of_those_analyzed_is_one(self, tmp_path: Path) -> None:
        made = build(tmp_path, f"{COMMON}, {WEEK_8}, summary: count_of_participants")
        assert rows(outcome(made)) == {
            "CR": ["1", "0"], "NE": ["0", "1"], "PD": ["1", "0"], "PR": ["0", "1"],
        }  # fmt: skip
        made = build(
            tmp_path, f"{COMMON}, {WEEK_8}, summary: count_of_participants, variable: AVAL"
        )
        assert list(rows(outcome(made))) == ["1", "2", "4", "9"]

    def test_a_category_may_be_values_a_condition_or_its_title(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: count_of_participants, "
            "categories: {Response: [CR, PR], High: AVAL > 5, PD: }",
        )
        assert rows(outcome(made)) == {"Response": ["1", "1"], "High": ["0", "1"], "PD": ["1", "0"]}
        assert "categor" not in notes(made)

    def test_a_participant_of_several_categories_counts_in_each_and_is_reported(
        self, tmp_path: Path
    ) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: count_of_participants, "
            "categories: {Any: AVALC is not missing, Response: [CR, PR]}",
        )
        assert rows(outcome(made)) == {"Any": ["2", "2"], "Response": ["1", "1"]}
        assert "2 participants count in several categories" in notes(made)

    def test_a_participant_with_several_rows_counts_once(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, where: PARAMCD == 'BOR', summary: count_of_participants, "
            "categories: {Response: [CR, PR], Other: [PD, NE]}",
        )
        assert rows(outcome(made)) == {"Response": ["1", "1"], "Other": ["1", "2"]}
        assert "1 participants count in several categories" in notes(made)

    def test_a_value_of_no_category_is_reported(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: count_of_participants, "
            "categories: {Response: [CR, PR], Progression: [PD]}",
        )
        assert "1 participants have a value and count in no category" in notes(made)

    def test_values_of_another_type_are_a_mistake_of_the_specification(
        self, tmp_path: Path
    ) -> None:
        with pytest.raises(SpecificationError, match="which holds a number"):
            build(
                tmp_path,
                f"{COMMON}, {WEEK_8}, summary: count_of_participants, variable: AVAL, "
                "categories: {Response: [CR, PR]}",
            )

    def test_an_apostrophe_and_a_backslash_are_only_characters(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, {WEEK_8}, summary: count_of_participants",
            adrs=ADRS.replace(" CR ", r" C'R\x ").replace("PD", "'"),
        )
        assert rows(outcome(made))[r"C'R\x"] == ["1", "0"]
        assert rows(outcome(made))["'"] == ["1", "0"]


class TestClasses:
    def test_visits_are_classes_with_denominators_where_they_differ(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, where: PARAMCD == 'BOR', summary: mean, unit: points, "
            "classes: {Week 8: VISIT == 'Week 8', Week 16: VISIT == 'Week 16'}",
        )
        measure = outcome(made)
        assert analyzed(measure.denoms) == {"Participants": ["2", "2"]}
        assert class_analyzed(measure) == {"Week 16": {"Participants": ["1", "1"]}}
        assert rows(measure) == {
            "Week 8": ["2.5 (2.1)", "5.5 (4.9)"],
            "Week 16": ["1.0 (NA)", "4.0 (NA)"],
        }

    def test_who_is_in_no_class_is_not_analyzed(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, where: PARAMCD == 'BOR', summary: mean, unit: points, "
            "classes: {Week 16: VISIT == 'Week 16'}",
        )
        assert analyzed(outcome(made).denoms) == {"Participants": ["1", "1"]}

    def test_a_class_may_have_a_variable_of_its_own(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON.replace('ADRS', 'ADSL')}, summary: mean, unit: years, "
            "classes: [{title: Age, variable: AGE}]",
        )
        assert rows(outcome(made)) == {"Age": ["51.0 (1.0)", "53.5 (0.7)"]}

    def test_all_classes_have_the_same_categories(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, where: PARAMCD == 'BOR', summary: count_of_participants, "
            "classes: {Week 8: VISIT == 'Week 8', Week 16: VISIT == 'Week 16'}",
        )
        titles = [title.split(" / ")[1] for title in rows(outcome(made))]
        assert titles == ["CR", "NE", "PD", "PR"] * 2


class TestUnits:
    def test_eyes_are_counted_beside_participants(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, where: PARAMCD == 'BOR', summary: count_of_participants, "
            "units: {title: Eyes, variable: EYE}, categories: {Response: [CR, PR], Other: [PD, NE]}",
        )
        measure = outcome(made)
        assert analyzed(measure.denoms) == {"Participants": ["2", "2"], "Eyes": ["3", "3"]}
        assert rows(measure) == {"Response": ["2", "1"], "Other": ["1", "2"]}
        assert (
            measure.param_type, measure.unit_of_measure, measure.type_units_analyzed,
            measure.denom_units_selected,
        ) == ("COUNT_OF_UNITS", "Eyes", "Eyes", "Eyes")  # fmt: skip

    def test_a_percentage_of_eyes_has_eyes_below_and_says_they_are_taken_for_independent(
        self, tmp_path: Path
    ) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, where: PARAMCD == 'BOR', summary: percentage, "
            "units: {title: Eyes, variable: EYE}, categories: {Response: [CR, PR]}",
        )
        measure = outcome(made)
        assert [one.split(" ")[0] for one in rows(measure)["Response"]] == ["66.7", "33.3"]
        assert measure.unit_of_measure == "percentage of eyes"
        assert "eyes of one participant are taken for independent" in notes(made)

    def test_a_mean_of_eyes_takes_one_row_an_eye(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            f"{COMMON}, where: PARAMCD == 'BOR', summary: mean, unit: points, "
            "units: {title: Eyes, variable: EYE}",
        )
        assert rows(outcome(made)) == {"": ["2.0 (1.7)", "5.0 (3.6)"]}

    def test_eyes_without_data_are_not_counted_for_the_population(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="how many eyes those without data have"):
            build(
                tmp_path,
                f"{COMMON}, where: PARAMCD == 'BOR', summary: percentage, analyzed: population, "
                "units: {title: Eyes, variable: EYE}, categories: {Response: [CR, PR]}",
            )

    def test_a_value_of_no_eye_stops_the_build(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="1 rows with a value have no EYE"):
            build(
                tmp_path,
                f"{COMMON}, where: PARAMCD == 'BOR', summary: mean, unit: points, "
                "units: {title: Eyes, variable: EYE}",
                adrs=ADRS.replace("Week_16 OS", "Week_16 .", 1),
            )


class TestDefinition:
    def test_results_not_posted_yet_have_a_date_and_no_data(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            "title: Later, type: secondary, time_frame: 2 years, not_posted: {anticipated: 2031-05}",
        )
        measure = outcome(made)
        assert (measure.reporting_status, measure.anticipated_posting_date, measure.type) == (
            "NOT_POSTED", "2031-05", "SECONDARY",
        )  # fmt: skip
        assert (measure.groups, measure.classes, measure.denoms) == (None, None, None)

    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            ("primary", "PRIMARY"), ("secondary", "SECONDARY"),
            ("other_pre_specified", "OTHER_PRE_SPECIFIED"), ("post_hoc", "POST_HOC"),
        ],
    )  # fmt: skip
    def test_every_kind_has_the_registrys_code(self, tmp_path: Path, kind: str, code: str) -> None:
        words = COMMON.replace("type: primary", f"type: {kind}")
        made = build(tmp_path, f"{words}, {WEEK_8}, summary: count_of_participants")
        assert outcome(made).type == code
        assert outcome(made).reporting_status == "POSTED"

    def test_a_number_needs_a_unit(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="'Response' has no unit of measure"):
            build(tmp_path, f"{COMMON}, {WEEK_8}, summary: mean")

    def test_a_summary_of_values_needs_one_row_a_participant(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="belong to participants with more than one row"):
            build(tmp_path, f"{COMMON}, where: PARAMCD == 'BOR', summary: mean, unit: points")

    def test_a_summary_of_values_needs_numbers(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="AVALC holds string values"):
            build(tmp_path, f"{COMMON}, {WEEK_8}, summary: mean, unit: points, variable: AVALC")

    def test_every_reason_not_to_build_is_given_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(
            AnalysisError, match=r"(?s)4 reasons.*'R2' has no unit.*AVALC holds string"
        ):
            build(
                tmp_path,
                f"{COMMON}, {WEEK_8}, summary: count_of_participants, where: PARAMCD == 'X'".replace(
                    f"{WEEK_8}, ", ""
                ),
                f"{COMMON.replace('Response', 'R2')}, {WEEK_8}, summary: mean",
                f"{COMMON.replace('Response', 'R3')}, {WEEK_8}, summary: mean, unit: points, variable: AVALC",
                adsl=ADSL.replace("52  COMPLETED", "52 ONGOING"),
            )
