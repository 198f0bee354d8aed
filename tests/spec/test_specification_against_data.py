"""What a specification asks of the data is checked before anything is computed, all of it at once."""

from pathlib import Path

import polars as pl
import pytest
from tests.spec.small_trial import Table, built, library

from topline.analysis import references
from topline.analysis.methods import vocabulary
from topline.errors import DataError, SpecificationError
from topline.trial.specification_reading import read_specification

SPECIFICATION = """\
groups:
  a: {title: Drug, treatment: Drug}
  b: {title: Placebo, where: ARMCD == 'P'}
populations:
  OLD: AGE > '65'
participant_flow:
  units: {title: Eyes, variable: EYES}
  periods:
    - milestones: [{title: Dosed, dataset: EX, where: DOSE > 0}]
baseline:
  population: OLD
  measures:
    - sex
    - race
    - region
    - {title: Weight, summary: mean, unit: kg}
outcomes:
  - title: Response
    type: primary
    time_frame: 8 weeks
    dataset: ADRS
    where: PARAMC == 'BOR'
    summary: count_of_participants
    categories: {Response: [1, 2]}
    classes: {One: VISITNUM == 1, Two: {variable: AVALCA1}}
  - title: Time
    type: primary
    time_frame: 8 weeks
    population: SAFETY
    dataset: ADTTE
    summary: {method: kaplan_meier_quantile, censor: CENSOR}
  - title: Change
    type: primary
    time_frame: 8 weeks
    dataset: ADRS
    unit: points
    summary: {method: least_squares_mean, covariates: [BAS], factors: [SITE]}
    analyses: [paired_t_test]
  - title: Eyes
    type: primary
    time_frame: 8 weeks
    dataset: ADRS
    units: {title: Eyes, variable: EYE}
    summary: percentage
    categories: {Response: "AVALC == 3"}
  - {title: Later, type: primary, time_frame: 8 weeks, not_posted: {}, dataset: NONE}
adverse_events:
  time_frame: 8 weeks
  where: TRTEMFL == 1
  term: AEDECO
"""
ADSL = "USUBJID AGE TRT01P SAFFL\n1 50 Drug Y"
ADRS = "USUBJID PARAMCD AVALC AVAL\n1 BOR CR 1"
ADTTE = "SUBJID AVAL CNSR\n1 5 0"
ADAE = "USUBJID TRTEMFL AEDECOD\n1 Y HEADACHE"


def mistakes(folder: Path, specification: str = SPECIFICATION, **datasets: Table) -> list[str]:
    found = library(folder, **datasets)
    reading = read_specification(specification, vocabulary(), file="study.yaml")
    assert reading.problems == ()
    with pytest.raises(SpecificationError) as caught:
        reading.raise_problems(references.check(reading, found))
    return [str(problem) for problem in caught.value.problems]


def test_every_mistake_is_reported_at_its_line_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = mistakes(tmp_path, adsl=ADSL, adrs=ADRS, adtte=ADTTE, adae=ADAE)
    expected = [
        ":1:1: treatment.actual: found variable TRT01A, which ADSL does not have",
        ":3:30: groups.b.where: found the variable ARMCD, which the dataset does not have",
        ":5:14: populations.OLD.where: found a text, '65', compared with AGE, which holds a number",
        ":7:3: participant_flow: found no population, and ADSL has none of RANDFL, ITTFL, ENRLFL",
        ":7:34: participant_flow.units.variable: found variable EYES, which ADSL does not have",
        ":9:7: participant_flow.periods[0].completed: found nothing, and ADSL has none of EOSSTT, "
        "DCSREAS, DCDECOD, accepted: completed: CONDITION",
        ":9:7: participant_flow.periods[0].reason: found nothing, and ADSL has none of DCSREAS, "
        "DCDECOD, DCREASCD, accepted: reason: VARIABLE",
        ":9:44: participant_flow.periods[0].milestones[0].dataset: found dataset EX, which the "
        "folder does not have",
        ":13:7: baseline.measures[0].variable: found variable SEX, which ADSL does not have",
        ":14:7: baseline.measures[1].variable: found variable RACE, which ADSL does not have",
        ":15:7: baseline.measures[2].variable: found COUNTRY, which no ADSL and no DM has",
        ":16:7: baseline.measures[3].variable: found variable AVAL, which ADSL does not have",
        ":22:12: outcomes[0].where: found the variable PARAMC, which the dataset does not have",
        ":24:26: outcomes[0].categories[0]: found a number, 1, compared with AVALC, which holds a text",
        ":25:20: outcomes[0].classes[0].where: found the variable VISITNUM",
        ":25:51: outcomes[0].classes[1].variable: found variable AVALCA1, which neither ADRS nor ADSL has",
        ":30:14: outcomes[1].dataset: found dataset ADTTE, which has no USUBJID",
        ":31:54: outcomes[1].summary.censor: found variable CENSOR, which neither ADTTE nor ADSL has",
        ":37:55: outcomes[2].summary.covariates: found variable BAS, which neither ADRS nor ADSL has",
        ":37:71: outcomes[2].summary.factors: found variable SITE, which neither ADRS nor ADSL has",
        ":38:16: outcomes[2].analyses[0].compared_with: found variable BASE, which neither ADRS nor ADSL has",
        ":43:36: outcomes[3].units.variable: found variable EYE, which neither ADRS nor ADSL has",
        ":45:38: outcomes[3].categories[0].where: found a number, 3, compared with AVALC",
        ":48:3: adverse_events.serious_where: found the variable AESER",
        ":48:3: adverse_events.mortality.deaths: found the variable DTHFL",
        ":48:3: adverse_events.organ_system: found nothing, and ADAE has none of AESOC, AEBODSYS",
        ":49:21: adverse_events.where: found a number, 1, compared with TRTEMFL, which holds a text",
        ":50:9: adverse_events.term: found variable AEDECO, which neither ADAE nor ADSL has",
    ]
    lines = [int(one.split(":")[1]) for one in found]
    assert lines == sorted(lines)
    assert len(found) == len(expected)
    for one, words in zip(found, expected, strict=True):
        assert one.startswith(f"study.yaml{words}")
    assert any("did you mean AEDECOD?" in one for one in found)


def test_a_folder_without_adsl(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "groups: {a: {title: All}}", adrs=ADRS)
    assert any("no dataset ADSL in the folder" in one for one in found)


def test_only_the_treatment_variable_in_use_is_demanded(tmp_path: Path) -> None:
    specification = (
        "groups: {a: {title: Drug, treatment: Drug}}\nbaseline: {measures: [sex]}\n"
        "participant_flow: {population: %s, periods: [{completed: SEX == 'F', reason: SEX}]}"
    )
    planned = "USUBJID TRT01P SEX\n1 Drug F"
    built(tmp_path, specification % "ALL", adsl=planned)
    found = mistakes(tmp_path, specification % "SAFETY", adsl=planned)
    assert ["TRT01A" in one or "SAFFL" in one for one in found] == [True, True]


def test_a_population_is_reported_once_however_often_it_is_used(tmp_path: Path) -> None:
    specification = (
        "groups: {a: {title: All}}\n"
        "participant_flow: {population: ITT, periods: [{completed: SEX == 'F', reason: SEX}]}\n"
        "baseline: {population: ITT, measures: [sex]}"
    )
    found = mistakes(tmp_path, specification, adsl="USUBJID SEX\n1 F")
    assert [one.count("ITTFL") for one in found] == [1]


def test_a_variable_that_every_class_names_itself_need_not_have_its_default(
    tmp_path: Path,
) -> None:
    specification = (
        "groups: {a: {title: All}}\nbaseline:\n  measures:\n"
        "    - {title: Ages, summary: mean, unit: years, classes: [{title: Now, variable: AGE}]}"
    )
    built(tmp_path, specification, adsl="USUBJID AGE ITTFL EOSSTT DCSREAS\n1 50 Y COMPLETED .")


def test_a_term_that_is_no_text(tmp_path: Path) -> None:
    specification = (
        "groups: {a: {title: All}}\nbaseline: {measures: [sex]}\n"
        "adverse_events: {time_frame: 1 week, term: AESEQ}"
    )
    adsl = "USUBJID SEX ITTFL SAFFL DTHFL EOSSTT DCSREAS\n1 F Y Y . COMPLETED ."
    adae = "USUBJID AESER AEBODSYS AESEQ\n1 N EYE_DISORDERS 1"
    (found,) = mistakes(tmp_path, specification, adsl=adsl, adae=adae)
    assert "adverse_events.term: found AESEQ, which holds integer values" in found


class TestParticipants:
    SPECIFICATION = "groups: {a: {title: All}}\nbaseline: {measures: [sex]}"

    @pytest.mark.parametrize(
        ("names", "said"),
        [
            (["1", "1", "2"], "ADSL holds '1' more than once"),
            (["1", None, "2"], "1 rows of ADSL have no USUBJID"),
        ],
    )
    def test_each_has_one_row_of_adsl(
        self, tmp_path: Path, names: list[str | None], said: str
    ) -> None:
        adsl = pl.DataFrame(
            {"USUBJID": names, "SEX": "F", "ITTFL": "Y", "EOSSTT": "COMPLETED", "DCSREAS": "x"}
        )
        with pytest.raises(DataError, match=said):
            built(tmp_path, self.SPECIFICATION, adsl=adsl)

    def test_numbers_for_names_are_the_same_names_in_every_dataset(self, tmp_path: Path) -> None:
        specification = (
            "groups: {a: {title: All}}\nbaseline:\n  measures:\n"
            "    - {title: Weight, dataset: ADVS, summary: mean, unit: kg}"
        )
        adsl = pl.DataFrame(
            {"USUBJID": [1, 2], "ITTFL": "Y", "EOSSTT": "COMPLETED", "DCSREAS": "x"}
        )
        advs = pl.DataFrame({"USUBJID": ["1", "2"], "AVAL": [60.0, 70.0]})
        made = built(tmp_path, specification, adsl=adsl, advs=advs)
        assert made.notes == ()
