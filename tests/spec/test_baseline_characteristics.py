"""Who the participants were: the registry's own measures and those of the study."""

from pathlib import Path

import polars as pl
import pytest
from tests.spec.small_trial import (
    Table,
    analyzed,
    baseline,
    built,
    class_analyzed,
    notes,
    results,
    rows,
)

from topline.analysis.build import Build
from topline.analysis.findings import AnalysisError
from topline.errors import SpecificationError

GROUPS = """
groups:
  a: {title: Drug, treatment: Drug}
  b: {title: Placebo, treatment: Placebo}
baseline:
  measures:
"""
ADSL = """
USUBJID TRT01P  ITTFL AGE AGEU  SEX RACE                      ETHNIC                 COUNTRY WEIGHT STAGE EOSSTT
1       Drug    Y     18  YEARS F   WHITE                     HISPANIC_OR_LATINO     USA     60.5   II    COMPLETED
2       Drug    Y     19  YEARS M   BLACK_OR_AFRICAN_AMERICAN NOT_HISPANIC_OR_LATINO USA     70.5   III   COMPLETED
3       Drug    Y     64  YEARS F   ASIAN                     NOT_REPORTED           CAN     .      II    COMPLETED
4       Placebo Y     65  YEARS M   WHITE                     UNKNOWN                DEU     80.0   .     COMPLETED
5       Placebo Y     66  YEARS M   WHITE                     .                      USA     81.0   II    COMPLETED
9       Drug    N     99  YEARS U   PURPLE                    .                      XXX     99.999 IX    .
"""


def build(folder: Path, measures: str, adsl: str = ADSL, **datasets: Table) -> Build:
    specification = GROUPS + "\n".join(f"    {line}" for line in measures.strip().splitlines())
    return built(folder, specification, adsl=with_reason(adsl), **datasets)


def with_reason(adsl: str) -> str:
    header, *lines = adsl.strip().splitlines()
    return "\n".join([f"{header} DCSREAS", *(f"{line} ." for line in lines)])


class TestColumns:
    def test_several_groups_have_a_total_column_of_everyone(self, tmp_path: Path) -> None:
        module = results(build(tmp_path, "- age")).baseline_characteristics_module
        assert module is not None
        assert [group.title for group in module.groups or ()] == ["Drug", "Placebo", "Total"]
        assert analyzed(module.denoms) == {"Participants": ["3", "2", "5"]}

    def test_the_total_is_computed_from_all_participants_not_from_the_groups(
        self, tmp_path: Path
    ) -> None:
        # 18, 19, 64, 65, 66: the squared deviations from 46.4 add up to 2597.2, of 4 degrees.
        assert rows(baseline(build(tmp_path, "- age"), "Age, Continuous")) == {
            "": ["33.7 (26.3)", "65.5 (0.7)", "46.4 (25.5)"]
        }

    def test_a_single_group_has_no_total_column(self, tmp_path: Path) -> None:
        made = built(
            tmp_path,
            "groups: {a: {title: All}}\nbaseline: {measures: [age]}",
            adsl=with_reason(ADSL),
        )
        assert analyzed(getattr(results(made).baseline_characteristics_module, "denoms", ())) == {
            "Participants": ["5"]
        }

    def test_numbers_that_differ_from_those_who_started_must_be_explained(
        self, tmp_path: Path
    ) -> None:
        specification = GROUPS.replace(
            "baseline:",
            "populations: {ADULT: AGE > 18 and ITTFL == 'Y'}\nbaseline:\n  population: ADULT",
        )
        with pytest.raises(AnalysisError, match=r"differs from those started \(Drug: 2 of 3\)"):
            built(tmp_path, specification + "    - age", adsl=with_reason(ADSL))
        specification = specification.replace(
            "ADULT\n", "ADULT\n  population_description: Over 18.\n"
        )
        made = built(tmp_path, specification + "    - age", adsl=with_reason(ADSL))
        module = results(made).baseline_characteristics_module
        assert module is not None
        assert module.population_description == "Over 18."
        assert analyzed(module.denoms) == {"Participants": ["2", "2", "4"]}


class TestAge:
    def test_eighteen_is_in_the_youngest_category_and_sixty_five_in_the_oldest(
        self, tmp_path: Path
    ) -> None:
        assert rows(baseline(build(tmp_path, "- age_categories"), "Age, Categorical")) == {
            "<=18 years": ["1", "0", "1"],
            "Between 18 and 65 years": ["2", "0", "2"],
            ">=65 years": ["0", "2", "2"],
        }

    def test_who_has_no_age_is_in_no_category_and_not_in_the_denominator(
        self, tmp_path: Path
    ) -> None:
        made = build(tmp_path, "- age_categories\n- age", ADSL.replace(" 18  YEARS", " . YEARS"))
        for title in ("Age, Categorical", "Age, Continuous"):
            measure = baseline(made, title)
            assert class_analyzed(measure)["None"] == {"Participants": ["2", "2", "4"]}
            assert f"{title!r} is not known for everyone (Drug: 2 of 3; Total: 4 of 5)" in notes(
                made
            )
        assert rows(baseline(made, "Age, Categorical"))["<=18 years"] == ["0", "0", "0"]

    def test_the_unit_is_that_of_the_data(self, tmp_path: Path) -> None:
        assert baseline(build(tmp_path, "- age"), "Age, Continuous").unit_of_measure == "years"

    def test_ages_in_months_are_not_sorted_into_categories_of_years(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="AGEU holds 'MONTHS'"):
            build(tmp_path, "- age_categories", ADSL.replace("YEARS", "MONTHS"))

    def test_ages_in_several_units_have_no_mean(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="several units: MONTHS, YEARS"):
            build(tmp_path, "- age", ADSL.replace("66  YEARS", "66 MONTHS"))


class TestSex:
    def test_the_rows_are_female_and_male(self, tmp_path: Path) -> None:
        measure = baseline(build(tmp_path, "- sex"), "Sex: Female, Male")
        assert rows(measure) == {"Female": ["2", "0", "2"], "Male": ["1", "2", "3"]}
        assert (measure.param_type, measure.unit_of_measure, measure.dispersion_type) == (
            "COUNT_OF_PARTICIPANTS", "Participants", None,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("value", "said"),
        [("U", "SEX holds 'U', which no row"), (".", "SEX is missing for 1 participants")],
    )
    def test_a_sex_without_a_row_stops_the_build(
        self, tmp_path: Path, value: str, said: str
    ) -> None:
        with pytest.raises(AnalysisError, match=said):
            build(tmp_path, "- sex", ADSL.replace("66  YEARS M", f"66 YEARS {value}"))


class TestRaceAndEthnicity:
    def test_race_has_the_seven_rows_of_nih_and_omb(self, tmp_path: Path) -> None:
        assert rows(baseline(build(tmp_path, "- race"), "Race (NIH/OMB)")) == {
            "American Indian or Alaska Native": ["0", "0", "0"],
            "Asian": ["1", "0", "1"],
            "Native Hawaiian or Other Pacific Islander": ["0", "0", "0"],
            "Black or African American": ["1", "0", "1"],
            "White": ["1", "2", "3"],
            "More than one race": ["0", "0", "0"],
            "Unknown or Not Reported": ["0", "0", "0"],
        }

    @pytest.mark.parametrize(
        ("collected", "row"),
        [
            ("OTHER", "Unknown or Not Reported"),
            ("NOT_REPORTED", "Unknown or Not Reported"),
            ("UNKNOWN", "Unknown or Not Reported"),
            (".", "Unknown or Not Reported"),
            ("MULTIPLE", "More than one race"),
            ("White", "White"),
        ],
    )
    def test_collected_values_count_in_their_row(
        self, tmp_path: Path, collected: str, row: str
    ) -> None:
        measure = baseline(
            build(tmp_path, "- race", ADSL.replace("ASIAN", collected)), "Race (NIH/OMB)"
        )
        assert class_analyzed(measure)["None"] == {"Participants": ["3", "2", "5"]}
        expected = ["2", "2", "4"] if row == "White" else ["1", "0", "1"]
        assert rows(measure)[row] == expected

    def test_a_value_of_no_row_stops_the_build_or_is_mapped_or_unknown(
        self, tmp_path: Path
    ) -> None:
        adsl = ADSL.replace("ASIAN", "JAPANESE")
        with pytest.raises(AnalysisError, match="RACE holds 'JAPANESE'"):
            build(tmp_path, "- race", adsl)
        made = build(tmp_path, "- {measure: race, values: {Japanese: Asian}}", adsl)
        assert rows(baseline(made, "Race (NIH/OMB)"))["Asian"] == ["1", "0", "1"]
        made = build(tmp_path, "- {measure: race, unlisted: unknown}", adsl)
        assert rows(baseline(made, "Race (NIH/OMB)"))["Unknown or Not Reported"] == ["1", "0", "1"]

    def test_ethnicity_has_three_rows_and_missing_is_unknown(self, tmp_path: Path) -> None:
        assert rows(baseline(build(tmp_path, "- ethnicity"), "Ethnicity (NIH/OMB)")) == {
            "Hispanic or Latino": ["1", "0", "1"],
            "Not Hispanic or Latino": ["1", "0", "1"],
            "Unknown or Not Reported": ["1", "2", "3"],
        }

    def test_a_race_of_another_dataset(self, tmp_path: Path) -> None:
        dm = "USUBJID RACE\n1 WHITE\n2 WHITE\n3 ASIAN\n4 WHITE\n5 MULTIPLE\n77 PURPLE"
        made = build(tmp_path, "- {measure: race, dataset: DM}", dm=dm)
        shown = rows(baseline(made, "Race (NIH/OMB)"))
        assert shown["White"] == ["2", "1", "3"]
        assert shown["More than one race"] == ["0", "1", "1"]

    def test_who_is_not_in_that_dataset_stops_the_build(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="4 participants have no row in DM"):
            build(tmp_path, "- {measure: race, dataset: DM}", dm="USUBJID RACE\n1 WHITE")

    def test_rows_of_the_study_are_a_measure_of_the_study(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="whose rows the registry fixes"):
            build(tmp_path, "- {measure: race, categories: {White: [WHITE]}}")
        own = (
            "{title: 'Race/Ethnicity, Customized', variable: RACE, summary: count_of_participants}"
        )
        assert rows(baseline(build(tmp_path, f"- {own}"), "Race/Ethnicity, Customized")) == {
            "ASIAN": ["1", "0", "1"],
            "BLACK OR AFRICAN AMERICAN": ["1", "0", "1"],
            "WHITE": ["1", "2", "3"],
        }

    def test_race_not_collected_is_zero_of_zero_as_the_registry_prints_it(
        self, tmp_path: Path
    ) -> None:
        title = "Race and Ethnicity Not Collected"
        measure = baseline(build(tmp_path, "- race_not_collected"), title)
        assert rows(measure) == {"": ["0", "0", "0"]}
        assert class_analyzed(measure)["None"] == {"Participants": ["0", "0", "0"]}
        assert measure.population_description == (
            "Race and Ethnicity were not collected from any participant."
        )


class TestRegion:
    def test_each_country_is_a_row_by_its_registry_name(self, tmp_path: Path) -> None:
        measure = baseline(build(tmp_path, "- region"), "Region of Enrollment")
        assert rows(measure) == {
            "Canada": ["1", "0", "1"],
            "Germany": ["0", "1", "1"],
            "United States": ["2", "1", "3"],
        }
        assert class_analyzed(measure)["Canada"] == {"Participants": ["3", "2", "5"]}

    def test_the_country_is_taken_from_dm_where_adsl_has_none(self, tmp_path: Path) -> None:
        dm = "USUBJID COUNTRY\n1 USA\n2 USA\n3 USA\n4 FRA\n5 FRA\n77 QQQ"
        made = build(tmp_path, "- region", ADSL.replace("COUNTRY", "SITE"), dm=dm)
        assert rows(baseline(made, "Region of Enrollment")) == {
            "France": ["0", "2", "2"],
            "United States": ["3", "0", "3"],
        }
        assert "DM: 1 row belongs to participants who are not in ADSL" in notes(made)

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("ATLANTIS", "'ATLANTIS', which is no ISO 3166 code"),
            (".", "missing for 1 participants"),
        ],
    )
    def test_a_country_without_a_name_stops_the_build(
        self, tmp_path: Path, code: str, said: str
    ) -> None:
        with pytest.raises(AnalysisError, match=said):
            build(tmp_path, "- region", ADSL.replace("CAN", code))

    def test_a_code_of_the_studys_own_may_be_mapped(self, tmp_path: Path) -> None:
        made = build(
            tmp_path, "- {measure: region, values: {CAN-1: Canada}}", ADSL.replace("CAN", "CAN-1")
        )
        assert rows(baseline(made, "Region of Enrollment"))["Canada"] == ["1", "0", "1"]

    def test_no_country_anywhere_is_a_mistake_of_the_specification(self, tmp_path: Path) -> None:
        with pytest.raises(SpecificationError, match="COUNTRY, which no ADSL and no DM has"):
            build(tmp_path, "- region", ADSL.replace("COUNTRY", "SITE"))


class TestMeasuresOfTheStudy:
    def test_a_continuous_measure_has_its_own_denominators(self, tmp_path: Path) -> None:
        made = build(tmp_path, "- {title: Weight, variable: WEIGHT, summary: mean, unit: kg}")
        measure = baseline(made, "Weight")
        assert rows(measure) == {"": ["65.50 (7.07)", "80.50 (0.71)", "73.00 (9.58)"]}
        assert class_analyzed(measure) == {"None": {"Participants": ["2", "2", "4"]}}
        assert (measure.param_type, measure.dispersion_type) == ("MEAN", "STANDARD_DEVIATION")
        assert "say `population_description:`" in notes(made)

    def test_decimals_are_one_more_than_those_of_participants_counted(self, tmp_path: Path) -> None:
        # 99.999 is of a person outside the population.
        made = build(tmp_path, "- {title: W, variable: WEIGHT, summary: mean, unit: kg}")
        assert rows(baseline(made, "W"))[""][0] == "65.50 (7.07)"
        made = build(
            tmp_path, "- {title: W, variable: WEIGHT, summary: mean, unit: kg, decimals: 0}"
        )
        assert rows(baseline(made, "W"))[""][0] == "66 (7)"

    def test_categories_are_those_found_among_participants_counted(self, tmp_path: Path) -> None:
        made = build(tmp_path, "- {title: Stage, variable: STAGE, summary: count_of_participants}")
        measure = baseline(made, "Stage")
        assert rows(measure) == {"II": ["2", "1", "3"], "III": ["1", "0", "1"]}
        assert class_analyzed(measure) == {"None": {"Participants": ["3", "1", "4"]}}

    def test_a_value_of_no_category_is_reported(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            "- {title: Stage, variable: STAGE, summary: count_of_participants, categories: {Two: [II]}}",
        )
        assert rows(baseline(made, "Stage")) == {"Two": ["2", "1", "3"]}
        assert "1 participants have a value and count in no category" in notes(made)

    def test_median_and_quartiles(self, tmp_path: Path) -> None:
        made = build(tmp_path, "- {title: Age, variable: AGE, summary: median, unit: years}")
        measure = baseline(made, "Age")
        assert rows(measure)[""][2] == "64.0 (19.0 to 65.0)"
        assert measure.dispersion_type == "INTER_QUARTILE_RANGE"

    def test_a_measure_of_another_dataset_at_baseline(self, tmp_path: Path) -> None:
        advs = pl.DataFrame(
            {
                "USUBJID": ["1", "1", "2", "4", "77"],
                "ABLFL": ["Y", None, "Y", "Y", "Y"],
                "AVAL": [120.0, 180.0, 130.0, 110.0, 500.0],
            }
        )
        made = build(
            tmp_path,
            "- {title: Pressure, dataset: ADVS, where: ABLFL == 'Y', summary: mean, unit: mmHg}",
            advs=advs,
        )
        measure = baseline(made, "Pressure")
        assert rows(measure) == {"": ["125.0 (7.1)", "110.0 (NA)", "120.0 (10.0)"]}
        cells = (measure.classes or ())[0].categories or ()
        comments = [one.comment for one in cells[0].measurements or ()]
        assert comments == [
            None, "Dispersion not estimable from a single participant.", None,
        ]  # fmt: skip

    def test_least_squares_means_are_refused_beside_a_total(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="the total column is made of the others"):
            build(
                tmp_path,
                "- {title: W, variable: WEIGHT, summary: least_squares_mean, unit: kg}",
            )

    def test_a_measure_needs_a_unit(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="'W' has no unit of measure"):
            build(tmp_path, "- {title: W, variable: WEIGHT, summary: mean}")
