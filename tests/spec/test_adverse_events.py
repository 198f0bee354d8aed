"""Which events are listed, who counts, and out of whom."""

from pathlib import Path

import polars as pl
import pytest
from tests.spec.small_trial import Table, built, event_totals, events, notes, results

from topline.analysis.build import Build
from topline.analysis.findings import AnalysisError
from topline.errors import SpecificationError

SPECIFICATION = """
groups:
  a: {title: Drug, treatment: Drug}
  b: {title: Placebo, treatment: Placebo}
baseline: {measures: [{title: Age, variable: AGE, summary: mean, unit: years}]}
adverse_events:
  time_frame: 12 weeks
"""
HEADER = "USUBJID TRTEMFL AESER AESDTH AEBODSYS AEDECOD\n"
PAIN = "NERVOUS_SYSTEM_DISORDERS HEADACHE"


def adsl(a: int, b: int, **changed: str) -> pl.DataFrame:
    """Make ``a`` participants on Drug, 1 to a, and ``b`` on Placebo after them."""
    rows = [
        {
            "USUBJID": str(number),
            "TRT01P": "Drug" if number <= a else "Placebo",
            "TRT01A": "Drug" if number <= a else "Placebo",
            "ITTFL": "Y",
            "SAFFL": "Y",
            "DTHFL": None,
            "AGE": 50.0,
            "EOSSTT": "COMPLETED",
            "DCSREAS": None,
        }
        for number in range(1, a + b + 1)
    ]
    for name, values in changed.items():
        for entry in values.split():
            number, value = entry.split("=")
            rows[int(number) - 1][name] = value or None
    return pl.DataFrame(rows, infer_schema_length=None)


def build(folder: Path, participants: pl.DataFrame, adae: Table, more: str = "") -> Build:
    # Terms in sentence case read better in the titles of rows; the default is as collected.
    lines = (
        more.splitlines() if "term_case" in more else ["term_case: sentence", *more.splitlines()]
    )
    specification = SPECIFICATION + "".join(f"  {line}\n" for line in lines)
    if isinstance(adae, str):
        adae = HEADER + adae
    return built(folder, specification, adsl=participants, adae=adae)


def many(first: int, last: int, words: str) -> str:
    return "".join(f"{number} {words}\n" for number in range(first, last + 1))


class TestCounting:
    def test_a_participant_counts_once_a_term_and_every_event_counts(self, tmp_path: Path) -> None:
        made = build(tmp_path, adsl(2, 1), f"1 Y N N {PAIN}\n1 Y N N {PAIN}\n2 Y N N {PAIN}")
        assert events(made, "other") == {
            "Nervous system disorders / Headache": ["2/2, 3", "0/1, 0"]
        }
        assert event_totals(made)["other"] == ["2/2", "0/1"]

    def test_one_term_under_two_organ_systems_is_two_rows(self, tmp_path: Path) -> None:
        adae = "1 Y N N INFECTIONS_AND_INFESTATIONS PNEUMONIA\n1 Y N N RESPIRATORY,_THORACIC_AND_MEDIASTINAL_DISORDERS PNEUMONIA"
        made = build(tmp_path, adsl(2, 1), adae)
        assert events(made, "other") == {
            "Infections and infestations / Pneumonia": ["1/2, 1", "0/1, 0"],
            "Respiratory, thoracic and mediastinal disorders / Pneumonia": ["1/2, 1", "0/1, 0"],
        }
        assert event_totals(made)["other"] == ["1/2", "0/1"]

    def test_rows_stand_by_organ_system_then_term(self, tmp_path: Path) -> None:
        adae = (
            f"1 Y N N VASCULAR_DISORDERS FLUSHING\n1 Y N N {PAIN}\n"
            "1 Y N N NERVOUS_SYSTEM_DISORDERS DIZZINESS\n1 Y N N CARDIAC_DISORDERS PALPITATIONS"
        )
        assert [title.split(" / ")[1] for title in events(build(tmp_path, adsl(2, 1), adae), "other")] == [
            "Palpitations", "Dizziness", "Headache", "Flushing",
        ]  # fmt: skip

    def test_an_event_may_be_serious_once_and_not_serious_another_time(
        self, tmp_path: Path
    ) -> None:
        made = build(tmp_path, adsl(2, 1), f"1 Y N N {PAIN}\n1 Y Y N {PAIN}\n1 Y Y N {PAIN}")
        title = "Nervous system disorders / Headache"
        assert events(made, "serious") == {title: ["1/2, 2", "0/1, 0"]}
        assert events(made, "other") == {title: ["1/2, 1", "0/1, 0"]}

    def test_only_treatment_emergent_events_count(self, tmp_path: Path) -> None:
        made = build(tmp_path, adsl(2, 1), f"1 Y N N {PAIN}\n2 N N N {PAIN}\n3 . N N {PAIN}")
        assert events(made, "other") == {
            "Nervous system disorders / Headache": ["1/2, 1", "0/1, 0"]
        }

    def test_without_that_flag_all_events_count_and_the_build_says_so(self, tmp_path: Path) -> None:
        adae = "USUBJID AESER AEBODSYS AEDECOD\n" + f"1 N {PAIN}\n2 N {PAIN}"
        made = built(tmp_path, SPECIFICATION, adsl=adsl(2, 1), adae=adae)
        assert event_totals(made)["other"] == ["2/2", "0/1"]
        assert "ADAE has no TRTEMFL: every event is counted" in notes(made)

    def test_which_events_count_may_be_any_condition(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            adsl(2, 1),
            f"1 Y N N {PAIN}\n2 N N N {PAIN}",
            "where: TRTEMFL == 'N' or AESER == 'Y'",
        )
        assert event_totals(made)["other"] == ["1/2", "0/1"]

    def test_events_of_persons_outside_adsl_or_the_population_are_set_aside_and_reported(
        self, tmp_path: Path
    ) -> None:
        participants = adsl(3, 1, SAFFL="3=N")
        made = build(tmp_path, participants, f"1 Y N N {PAIN}\n3 Y N N {PAIN}\n77 Y N N {PAIN}")
        assert events(made, "other") == {
            "Nervous system disorders / Headache": ["1/2, 1", "0/1, 0"]
        }
        assert "1 events are of participants in no group of SAFETY" in notes(made)
        assert "ADAE: 1 row belongs to participants who are not in ADSL" in notes(made)

    def test_a_trial_without_events_posts_zeros(self, tmp_path: Path) -> None:
        adae = pl.DataFrame(
            schema=dict.fromkeys(HEADER.split(), pl.String()),
        )
        made = built(tmp_path, SPECIFICATION, adsl=adsl(2, 1), adae=adae)
        assert events(made, "other") == events(made, "serious") == {}
        assert event_totals(made) == {
            "deaths": ["0/2", "0/1"], "serious": ["0/2", "0/1"], "other": ["0/2", "0/1"],
        }  # fmt: skip


class TestAtRisk:
    def test_participants_count_by_the_treatment_they_received(self, tmp_path: Path) -> None:
        made = build(tmp_path, adsl(2, 2, TRT01A="2=Placebo"), f"2 Y N N {PAIN}\n3 Y N N {PAIN}")
        assert events(made, "other") == {
            "Nervous system disorders / Headache": ["0/1, 0", "2/3, 2"]
        }

    def test_a_population_with_a_standard_name_counts_as_the_standard_does(
        self, tmp_path: Path
    ) -> None:
        specification = SPECIFICATION.replace(
            "adverse_events:", "populations: {Safety: SAFFL == 'Y'}\nadverse_events:"
        )
        made = built(
            tmp_path,
            specification,
            adsl=adsl(2, 2, TRT01A="2=Placebo"),
            adae=HEADER + f"2 Y N N {PAIN}",
        )
        assert event_totals(made)["other"] == ["0/1", "1/3"]

    def test_a_population_of_the_study_counts_by_assignment_unless_it_says_otherwise(
        self, tmp_path: Path
    ) -> None:
        participants = adsl(2, 2, TRT01A="2=Placebo")
        specification = SPECIFICATION.replace(
            "adverse_events:",
            "populations: {EXPOSED: SAFFL == 'Y'}\nadverse_events:\n  population: EXPOSED",
        )
        made = built(tmp_path, specification, adsl=participants, adae=HEADER + f"2 Y N N {PAIN}")
        assert event_totals(made)["other"] == ["1/2", "0/2"]
        assert (
            "EXPOSED counts participants by the treatment assigned, and 1 of them received another"
            in notes(made)
        )
        specification = specification.replace(
            "SAFFL == 'Y'", "{where: SAFFL == 'Y', treatment: actual}"
        )
        made = built(tmp_path, specification, adsl=participants, adae=HEADER + f"2 Y N N {PAIN}")
        assert event_totals(made)["other"] == ["0/1", "1/3"]

    def test_at_risk_is_the_safety_population(self, tmp_path: Path) -> None:
        made = build(tmp_path, adsl(3, 1, SAFFL="1=N"), f"2 Y N N {PAIN}")
        assert events(made, "other") == {
            "Nervous system disorders / Headache": ["1/2, 1", "0/1, 0"]
        }


class TestThreshold:
    def test_exactly_the_threshold_is_not_above_it(self, tmp_path: Path) -> None:
        made = build(tmp_path, adsl(20, 20), f"1 Y N N {PAIN}\n")
        assert events(made, "other") == {}
        assert event_totals(made)["other"] == ["0/20", "0/20"]

    def test_a_hair_above_the_threshold_is_above_it(self, tmp_path: Path) -> None:
        # 2 of 39 are 5.128 %, which rounds to 5 %.
        made = build(
            tmp_path, adsl(39, 40), many(1, 2, f"Y N N {PAIN}") + many(40, 41, f"Y N N {PAIN}")
        )
        assert events(made, "other") == {
            "Nervous system disorders / Headache": ["2/39, 2", "2/40, 2"]
        }

    def test_the_comparison_is_of_exact_numbers(self, tmp_path: Path) -> None:
        assert 1.4 / 100 * 1000 < 14  # in binary: 14 of 1,000 must not pass for more than 1.4 %
        participants = adsl(1000, 1)
        made = build(tmp_path, participants, many(1, 14, f"Y N N {PAIN}"), "threshold: 1.4")
        assert event_totals(made)["other"] == ["0/1000", "0/1"]
        made = build(tmp_path, participants, many(1, 15, f"Y N N {PAIN}"), "threshold: 1.4")
        assert event_totals(made)["other"] == ["15/1000", "0/1"]

    def test_a_term_above_it_in_one_group_is_listed_for_all(self, tmp_path: Path) -> None:
        other = "VASCULAR_DISORDERS FLUSHING"
        made = build(
            tmp_path, adsl(20, 20),
            many(1, 2, f"Y N N {PAIN}") + f"21 Y N N {PAIN}\n" + f"1 Y N N {other}\n22 Y N N {other}",
        )  # fmt: skip
        assert events(made, "other") == {
            "Nervous system disorders / Headache": ["2/20, 2", "1/20, 1"]
        }

    def test_totals_count_participants_with_a_listed_term_only(self, tmp_path: Path) -> None:
        rare = "5 Y N N VASCULAR_DISORDERS FLUSHING\n"
        made = build(tmp_path, adsl(20, 20), many(1, 2, f"Y N N {PAIN}") + rare)
        assert event_totals(made)["other"] == ["2/20", "0/20"]

    def test_the_threshold_is_posted_as_it_was_applied(self, tmp_path: Path) -> None:
        for said, posted in (("5", "5"), ("0", "0"), ("3.3", "3.3"), ("0.125", "0.125")):
            made = build(tmp_path, adsl(2, 1), f"1 Y N N {PAIN}", f"threshold: {said}")
            module = results(made).adverse_events_module
            assert module is not None
            assert module.frequency_threshold == posted

    def test_serious_events_are_listed_at_any_frequency(self, tmp_path: Path) -> None:
        made = build(tmp_path, adsl(40, 1), f"1 Y Y N {PAIN}")
        assert events(made, "serious") == {
            "Nervous system disorders / Headache": ["1/40, 1", "0/1, 0"]
        }
        assert event_totals(made)["serious"] == ["1/40", "0/1"]


class TestDeaths:
    def test_an_event_that_results_in_death_is_serious_whatever_its_flag(
        self, tmp_path: Path
    ) -> None:
        made = build(tmp_path, adsl(2, 1, DTHFL="1=Y"), f"1 Y N Y {PAIN}\n2 Y . N {PAIN}")
        title = "Nervous system disorders / Headache"
        assert events(made, "serious") == {title: ["1/2, 1", "0/1, 0"]}
        assert events(made, "other") == {title: ["1/2, 1", "0/1, 0"]}
        assert (
            "1 events resulted in death and were not flagged as serious (participants: Drug: 1; Placebo: 0); posted as serious"
            in notes(made)
        )
        assert "1 events have no AESER" in notes(made)

    def test_the_outcome_fatal_is_a_death_too(self, tmp_path: Path) -> None:
        adae = "USUBJID TRTEMFL AESER AEOUT AEBODSYS AEDECOD\n" + f"1 Y N FATAL {PAIN}"
        made = built(tmp_path, SPECIFICATION, adsl=adsl(2, 1, DTHFL="1=Y"), adae=adae)
        assert event_totals(made)["serious"] == ["1/2", "0/1"]

    def test_as_flagged_leaves_it_with_the_flag_and_reports_the_difference(
        self, tmp_path: Path
    ) -> None:
        made = build(tmp_path, adsl(2, 1, DTHFL="1=Y"), f"1 Y N Y {PAIN}", "serious: as_flagged")
        assert event_totals(made)["serious"] == ["0/2", "0/1"]
        assert event_totals(made)["other"] == ["1/2", "0/1"]
        assert (
            "not flagged as serious (participants: Drug: 1; Placebo: 0); posted as not serious"
            in notes(made)
        )

    def test_mortality_is_from_adsl_not_from_the_events(self, tmp_path: Path) -> None:
        made = build(tmp_path, adsl(3, 1, DTHFL="1=Y 4=Y"), f"2 Y Y Y {PAIN}")
        assert event_totals(made)["deaths"] == ["1/3", "1/1"]
        assert (
            "1 participants have an event that resulted in death and do not meet DTHFL == 'Y'"
            in notes(made)
        )

    def test_mortality_may_have_a_population_and_a_condition_of_its_own(
        self, tmp_path: Path
    ) -> None:
        made = build(
            tmp_path, adsl(3, 1, SAFFL="1=N", DTHFL="1=Y"), f"2 Y N N {PAIN}",
            "mortality: {population: ITT, deaths: DTHFL is not missing, comment: All assigned}",
        )  # fmt: skip
        assert event_totals(made) == {
            "deaths": ["1/3", "0/1"], "serious": ["0/2", "0/1"], "other": ["1/2", "0/1"],
        }  # fmt: skip
        module = results(made).adverse_events_module
        assert module is not None
        assert module.all_cause_mortality_comment == "All assigned"


class TestOrganSystems:
    @pytest.mark.parametrize(
        ("collected", "posted"),
        [
            ("CARDIAC_DISORDERS", "Cardiac disorders"),
            ("GENERAL_DISORDERS_AND_ADMINISTRATION_SITE_CONDITIONS", "General disorders"),
            ("GENERAL_DISORDERS_AND_ADMINISTRATION_SIT", "General disorders"),
            ("RESPIRATORY,_THORACIC_AND_MEDIASTINAL_DI", "Respiratory, thoracic and mediastinal disorders"),
            ("NEOPLASMS_BENIGN,_MALIGNANT_AND_UNSPECIF", "Neoplasms benign, malignant and unspecified (incl cysts and polyps)"),
            ("Product_issues", "Product Issues"),
        ],
    )  # fmt: skip
    def test_names_in_capitals_or_cut_off_are_the_registrys(
        self, tmp_path: Path, collected: str, posted: str
    ) -> None:
        made = build(tmp_path, adsl(2, 1), f"1 Y N N {collected} TERM")
        assert list(events(made, "other")) == [f"{posted} / Term"]

    def test_two_spellings_of_one_system_are_one(self, tmp_path: Path) -> None:
        made = build(
            tmp_path, adsl(2, 1), "1 Y N N CARDIAC_DISORDERS X\n1 Y N N Cardiac_disorders X"
        )
        assert events(made, "other") == {"Cardiac disorders / X": ["1/2, 2", "0/1, 0"]}

    def test_another_name_stops_the_build_unless_it_is_mapped(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="AEBODSYS holds 'HEART', which are none of the"):
            build(tmp_path, adsl(2, 1), "1 Y N N HEART X")
        made = build(
            tmp_path, adsl(2, 1), "1 Y N N HEART X", "organ_systems: {Heart: Cardiac disorders}"
        )
        assert list(events(made, "other")) == ["Cardiac disorders / X"]
        with pytest.raises(AnalysisError, match="'Heart' is mapped to 'Hearts', which is none"):
            build(tmp_path, adsl(2, 1), "1 Y N N HEART X", "organ_systems: {Heart: Hearts}")

    def test_an_event_without_a_system_or_a_term_stops_the_build(self, tmp_path: Path) -> None:
        with pytest.raises(
            AnalysisError, match=r"(?s)1 events have no AEBODSYS.*2 events have no AEDECOD"
        ):
            build(tmp_path, adsl(2, 1), "1 Y N N . .\n1 Y N N CARDIAC_DISORDERS .")

    def test_the_primary_system_comes_before_the_body_system(self, tmp_path: Path) -> None:
        adae = "USUBJID TRTEMFL AESER AESOC AEBODSYS AEDECOD\n1 Y N CARDIAC_DISORDERS VASCULAR_DISORDERS X"
        made = built(tmp_path, SPECIFICATION, adsl=adsl(2, 1), adae=adae)
        assert list(events(made, "other")) == ["Cardiac disorders / X"]

    def test_terms_are_posted_as_collected_or_capitals_in_sentence_case(
        self, tmp_path: Path
    ) -> None:
        adae = "1 Y N N CARDIAC_DISORDERS AV_BLOCK\n1 Y N N CARDIAC_DISORDERS QTc_long"
        assert list(events(build(tmp_path, adsl(2, 1), adae), "other")) == [
            "Cardiac disorders / Av block", "Cardiac disorders / QTc long",
        ]  # fmt: skip
        as_collected = built(tmp_path, SPECIFICATION, adsl=adsl(2, 1), adae=HEADER + adae)
        assert next(iter(events(as_collected, "other"))) == "Cardiac disorders / AV BLOCK"

    def test_the_term_may_be_any_variable(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            adsl(2, 1),
            f"1 Y N N {PAIN}\n1 Y N N NERVOUS_SYSTEM_DISORDERS X",
            "term: AEBODSYS",
        )
        assert events(made, "other") == {
            "Nervous system disorders / Nervous system disorders": ["1/2, 2", "0/1, 0"]
        }


class TestWhatTheDataMustHave:
    def test_every_missing_default_is_reported_at_once_with_its_line(self, tmp_path: Path) -> None:
        adae = "USUBJID TRTEMFL X\n1 Y Z"
        with pytest.raises(SpecificationError) as caught:
            built(tmp_path, SPECIFICATION, adsl=adsl(2, 1).drop("DTHFL", "SAFFL"), adae=adae)
        text = str(caught.value)
        for words in (
            ":6:3: adverse_events.population: found the variable SAFFL",
            "adverse_events.serious_where: found the variable AESER",
            "adverse_events.term: found variable AEDECOD",
            "adverse_events.mortality.deaths: found the variable DTHFL",
            "adverse_events.organ_system: found nothing, and ADAE has none of AESOC, AEBODSYS",
        ):
            assert words.split(": ", 1)[-1] in text
        assert text.startswith("5 mistakes")
