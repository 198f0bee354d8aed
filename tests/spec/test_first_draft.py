"""``topline init``: what is read off the data, what is asked, and what is said where the file exists already."""

from pathlib import Path

import polars as pl
import pytest
import yaml
from tests.spec.small_trial import library, outcome, rows
from tests.unit.command import Command

from topline.analysis import references
from topline.analysis.build import Build, build
from topline.analysis.first_draft.differences import differences, parameter_codes
from topline.analysis.first_draft.document import Asked, Suggested, document, plain
from topline.analysis.first_draft.draft import Draft, draft
from topline.analysis.methods import vocabulary
from topline.trial.library import Library
from topline.trial.regimens import regimen
from topline.trial.specification_reading import read_specification

EXAMPLE = Path(__file__).parents[2] / "examples" / "hcc" / "adam"


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def adsl(number: int = 12) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "STUDYID": "XYZ-1",
            "USUBJID": [f"P{one:02d}" for one in range(number)],
            "TRT01P": ["Placebo", "Drug 5 mg"] * (number // 2),
            "TRT01A": ["Placebo", "Drug 5 mg"] * (number // 2),
            "ITTFL": "Y",
            "SAFFL": "Y",
            "AGE": [40 + one for one in range(number)],
            "AGEU": "YEARS",
            "SEX": ["F", "M", "M"] * (number // 3),
            "RACE": "WHITE",
            "EOSSTT": ["COMPLETED"] * (number - 1) + ["DISCONTINUED"],
            "DCSREAS": [None] * (number - 1) + ["MOVED AWAY"],
            "WEIGHTBL": [70.0 + one for one in range(number)],
            "DTHFL": pl.Series([None] * number, dtype=pl.String),
        }
    )


def adtte(number: int = 12) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "USUBJID": [f"P{one:02d}" for one in range(number)],
            "PARAMCD": "OS",
            "PARAM": "Overall Survival (days)",
            "AVAL": [10.0 * (one + 1) for one in range(number)],
            "CNSR": [one % 3 // 2 for one in range(number)],
        }
    )


def advs(number: int = 12) -> pl.DataFrame:
    people = [f"P{one:02d}" for one in range(number)]
    frames = [
        pl.DataFrame(
            {
                "USUBJID": people,
                "PARAMCD": "SYSBP",
                "PARAM": "Systolic Blood Pressure (mmHg)",
                "AVISIT": visit,
                "AVISITN": number_of,
                "ABLFL": "Y" if number_of == 0 else None,
                "AVAL": [120.0 + one + number_of for one in range(number)],
                "BASE": [120.0 + one for one in range(number)],
                "CHG": None
                if number_of == 0
                else [float(number_of + one % 2) for one in range(number)],
            },
            schema_overrides={"ABLFL": pl.String, "CHG": pl.Float64},
        )
        for visit, number_of in (("Baseline", 0), ("WEEK 4", 4), ("WEEK 8", 8))
    ]
    return pl.concat(frames)


def adrs(number: int = 12) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "USUBJID": [f"P{one:02d}" for one in range(number)],
            "PARAMCD": "BOR",
            "PARAM": "Best Overall Response",
            "AVALC": ["CR", "PR", "SD", "PD"] * (number // 4),
        }
    )


def built_from(made: Draft, datasets: Library) -> Build:
    reading = read_specification(made.text, vocabulary())
    reading.raise_problems(references.check(reading, datasets))
    return build(reading.specification, datasets)


def whole(folder: Path) -> Library:
    folder.mkdir(exist_ok=True)
    return library(folder, adsl=adsl(), adtte=adtte(), advs=advs(), adrs=adrs())


class TestWhatIsReadOffTheData:
    def test_arms_with_the_comparator_and_its_type(self, tmp_path: Path) -> None:
        groups = draft(whole(tmp_path), "adam").specification["groups"]
        assert [(key, group["treatment"], group["type"]) for key, group in groups.items()] == [
            ("drug_5_mg", "Drug 5 mg", "EXPERIMENTAL"),
            ("placebo", "Placebo", "PLACEBO_COMPARATOR"),
        ]

    def test_times_to_events_get_a_median_and_comparisons(self, tmp_path: Path) -> None:
        made = draft(whole(tmp_path), "adam")
        (one,) = [one for one in made.specification["outcomes"] if one["dataset"] == "ADTTE"]
        assert (one["summary"], one["unit"]) == ("kaplan_meier_quantile", "days")
        assert [each["method"] for each in one["analyses"]] == ["log_rank", "cox_regression"]

    def test_best_responses_get_categories_and_a_rate(self, tmp_path: Path) -> None:
        made = draft(whole(tmp_path), "adam")
        first, second = [one for one in made.specification["outcomes"] if one["dataset"] == "ADRS"]
        assert list(first["categories"]) == [
            "Complete Response", "Partial Response", "Stable Disease", "Progressive Disease",
        ]  # fmt: skip
        assert second["analyzed"] == "population"
        assert second["summary"]["method"] == "percentage"

    def test_changes_get_a_class_for_each_visit_and_a_comparison_at_the_last(
        self, tmp_path: Path
    ) -> None:
        made = draft(whole(tmp_path), "adam")
        (one,) = [one for one in made.specification["outcomes"] if one["dataset"] == "ADVS"]
        assert one["title"] == "Change From Baseline in Systolic Blood Pressure"
        assert one["unit"] == "mmHg"
        assert one["classes"] == {"Week 4": "AVISITN == 4", "Week 8": "AVISITN == 8"}
        assert one["analyses"] == [
            {"method": "analysis_of_covariance", "classes": "Week 8", "type": "superiority",
             "covariates": ["BASE"]}
        ]  # fmt: skip

    def test_baseline_measures_and_reasons(self, tmp_path: Path) -> None:
        specification = draft(whole(tmp_path), "adam").specification
        measures = specification["baseline"]["measures"]
        assert measures[:4] == ["age", "age_categories", "sex", "race"]
        assert measures[4]["variable"] == "WEIGHTBL"
        assert specification["participant_flow"]["periods"][0]["reasons"] == {
            "MOVED AWAY": "Moved away"
        }

    def test_arms_and_codes_with_quotes_and_visits_with_long_numbers(self, tmp_path: Path) -> None:
        code = 'O\'S "2" \\'
        visits = advs().with_columns(pl.col("AVISITN") * 1_000_001)
        datasets = library(
            tmp_path,
            adsl=adsl()
            .drop("ITTFL", "SAFFL")
            .with_columns(TRT01P=pl.col("TRT01P").replace("Drug 5 mg", "St. John's Wort")),
            adtte=adtte().with_columns(PARAMCD=pl.lit(code)),
            advs=visits,
        )
        made = draft(datasets, "adam")
        built_from(made, datasets)
        times, pressure = made.specification["outcomes"]
        assert parameter_codes(times["where"]) == [code]
        assert set(pressure["classes"].values()) == {
            f"AVISITN == {one}" for one in visits["AVISITN"].unique() if one > 0
        }

    def test_it_builds_unedited(self, tmp_path: Path) -> None:
        datasets = whole(tmp_path)
        made = built_from(draft(datasets, "adam"), datasets)
        change = outcome(made, 3)
        assert rows(change)["Week 8"] == ["9.0 (0.0)", "8.0 (0.0)"]

    def test_the_bundled_example_builds_unedited(self) -> None:
        datasets = Library(EXAMPLE)
        made = draft(datasets, "adam")
        built = built_from(made, datasets)
        titles = [one["title"] for one in made.specification["outcomes"]]
        survival = outcome(
            built, next(place for place, one in enumerate(titles) if "Overall Survival" in one)
        )
        # The seed of the example: a median of 17.1 months, 6.2 to 37.2.
        assert rows(survival)[""] == ["17.1 (6.2 to 37.2)"]


class TestWhatIsAsked:
    def test_every_question_stands_above_what_it_is_about(self, tmp_path: Path) -> None:
        text = draft(whole(tmp_path), "adam").text
        lines = text.splitlines()
        place = next(
            place for place, line in enumerate(lines) if "Which interval was planned?" in line
        )
        assert lines[place + 1].strip().startswith("summary: {method: percentage")

    def test_the_file_says_what_the_draft_means(self, tmp_path: Path) -> None:
        made = draft(whole(tmp_path), "adam")
        assert yaml.safe_load(made.text) == made.specification

    def test_several_rows_a_visit_are_left_out_with_the_reason(self, tmp_path: Path) -> None:
        twice = pl.concat([advs(), advs()])
        made = draft(library(tmp_path, adsl=adsl(), advs=twice), "adam")
        assert "outcomes" not in made.specification
        assert "participants have several rows at one visit" in made.text

    def test_a_folder_without_flags_is_asked_about(self, tmp_path: Path) -> None:
        bare = adsl().drop("ITTFL", "SAFFL", "DCSREAS", "DTHFL")
        datasets = library(tmp_path, adsl=bare)
        made = draft(datasets, "adam")
        assert any("no flag for those randomized" in one for one in made.questions)
        assert built_from(made, datasets).study.results_section is not None

    def test_a_single_arm_has_nothing_to_compare(self, tmp_path: Path) -> None:
        single = adsl().with_columns(pl.lit("Drug").alias("TRT01P"))
        made = draft(library(tmp_path, adsl=single, adtte=adtte()), "adam")
        assert all("analyses" not in one for one in made.specification["outcomes"])

    def test_two_active_arms_are_asked_which_one_is_the_reference(self, tmp_path: Path) -> None:
        active = adsl().with_columns(pl.col("TRT01P").replace("Placebo", "Drug 10 mg"))
        made = draft(library(tmp_path, adsl=active), "adam")
        assert any("Which arm are the others compared with?" in one for one in made.questions)


class TestDocuments:
    def test_comments_do_not_change_what_is_read(self) -> None:
        content = {
            "a": Asked({"b": [1, Suggested(2, "Two?"), Asked("x: y", "Three?")]}, "One?"),
            "c": Suggested({"d": 1}, "Four?"),
            "e": [Asked({"f": Asked(("long " * 40).strip(), "Five?")}, "Six?")],
        }
        assert yaml.safe_load(document(content, "heading")) == plain(content)


class TestRegimens:
    def test_drug_dose_form_route_and_frequency(self, tmp_path: Path) -> None:
        ex = pl.DataFrame(
            {
                "USUBJID": ["P01", "P03", "P05"],
                "EXTRT": ["SORAFENIB"] * 3,
                "EXDOSE": [400.0, 400.0, 400.0],
                "EXDOSU": "mg",
                "EXDOSFRM": "TABLET",
                "EXROUTE": "ORAL",
                "EXDOSFRQ": "BID",
            }
        )
        datasets = library(tmp_path, adsl=adsl(), ex=ex)
        assert regimen(datasets, "TRT01P", "Drug 5 mg") == (
            "Sorafenib 400 mg, tablet, oral, twice a day."
        )
        assert regimen(datasets, "TRT01P", "Placebo") == ""

    def test_the_plan_of_the_arm(self, tmp_path: Path) -> None:
        ta = pl.DataFrame(
            {
                "ARM": ["Placebo", "Placebo", "Drug 5 mg"],
                "TAETORD": [2, 1, 1],
                "ETCD": ["PBO", "SCRN", "DRG"],
                "ELEMENT": ["Placebo", "Screen", "Drug_5"],
                "EPOCH": ["TREATMENT", "SCREENING", "TREATMENT"],
            }
        )
        te = pl.DataFrame({"ETCD": ["PBO", "DRG"], "TEDUR": ["P26W", None]})
        datasets = library(tmp_path, adsl=adsl(), ta=ta, te=te)
        assert regimen(datasets, "TRT01P", "Placebo") == "Planned: Placebo 26 weeks."
        assert regimen(datasets, "TRT01P", "Drug 5 mg") == "Planned: Drug 5."


class TestAskedAgain:
    def said(self, made: Draft, text: str, datasets: Library) -> list[str]:
        reading = read_specification(text, vocabulary())
        return [str(one) for one in differences(made, reading, text, datasets)]

    def test_nothing_changed(self, tmp_path: Path) -> None:
        datasets = whole(tmp_path)
        made = draft(datasets, "adam")
        assert self.said(made, made.text, datasets) == []

    def test_what_is_new_gone_and_changed(self, tmp_path: Path) -> None:
        before = draft(whole(tmp_path / "before"), "adam").text
        later = tmp_path / "later"
        later.mkdir()
        times = pl.concat([adtte(), adtte().with_columns(pl.lit("PFS").alias("PARAMCD"))])
        datasets = library(later, adsl=adsl().drop("WEIGHTBL"), adtte=times, advs=advs())
        said = self.said(draft(datasets, "adam"), before, datasets)
        assert "new: outcome of ADTTE PFS" in said
        assert "gone: outcome of ADRS BOR" in said
        assert "changed: dataset ADTTE: 12 rows before, 24 now" in said
        assert any("variable WEIGHTBL, which ADSL does not have" in one for one in said)

    def test_the_command_writes_once_and_keeps_what_is_there(
        self, tmp_path: Path, topline: Command
    ) -> None:
        whole(tmp_path / "adam")
        file = tmp_path / "study.yaml"
        first = topline("init", tmp_path / "adam", "-o", file)
        assert first.code == 0
        assert "outcome measures: 4" in first.out
        edited = file.read_text().replace("title: Placebo", "title: Sugar Pill")
        file.write_text(edited)
        again = topline("init", tmp_path / "adam", "-o", file)
        assert again.code == 0
        assert "nothing that it does not speak of" in again.out
        assert file.read_text() == edited

    def test_the_command_on_a_folder_without_adsl(self, tmp_path: Path, topline: Command) -> None:
        found = topline("init", tmp_path)
        assert found.code == 4
        assert "there is no ADSL dataset" in found.err


@pytest.mark.parametrize("name", ["study.yaml", "-"])
def test_standard_output_or_a_file(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, topline: Command
) -> None:
    whole(tmp_path / "adam")
    monkeypatch.chdir(tmp_path)
    found = topline("init", "adam", "-o", name)
    text = found.out if name == "-" else (tmp_path / name).read_text()
    assert yaml.safe_load(text)["data"] == "adam"
