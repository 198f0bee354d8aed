"""Tumour response in a build: outcomes of the datasets that the specification has derived from lesions."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.spec.small_trial import built, library, notes, outcome, rows

from topline.analysis import references
from topline.analysis.methods import vocabulary
from topline.errors import SpecificationError, UsageError
from topline.render.page import render_page
from topline.render.response_figures import placed_response_figures
from topline.trial.library import Library
from topline.trial.response.derived_datasets import data_of, derive_response, evaluation_of
from topline.trial.response.reading_sources import ResponseData
from topline.trial.response.registry import CRITERIA
from topline.trial.response.rules import ResponseRules
from topline.trial.response.time_to_event import CENSORING, CensoringRules
from topline.trial.specification_reading import read_specification
from topline.trial.specification_response import TumourResponse

ADSL = """
USUBJID RANDFL TRT01P TRTSDT     DTHDT      EOSSTT    DCSREAS SEX AGE RACE  ETHNIC
01      Y      A      2021-01-04 .          COMPLETED . F   50  WHITE NOT_HISPANIC_OR_LATINO
02      Y      A      2021-01-04 .          COMPLETED . M   60  WHITE NOT_HISPANIC_OR_LATINO
03      Y      A      2021-01-04 2021-03-15 COMPLETED . M   70  WHITE NOT_HISPANIC_OR_LATINO
04      Y      A      2021-01-04 .          COMPLETED . F   80  WHITE NOT_HISPANIC_OR_LATINO
"""
TR = """
USUBJID TRLNKID TRGRPID TRTESTCD TRSTRESC TRSTRESN TRSTRESU VISIT    TRDTC
01      T01     TARGET  LDIAM    100      100      mm       BASELINE 2021-01-04
01      T01     TARGET  LDIAM    50       50       mm       WEEK_6   2021-02-15
01      T01     TARGET  LDIAM    45       45       mm       WEEK_12  2021-03-29
01      T01     TARGET  LDIAM    60       60       mm       WEEK_18  2021-05-10
02      T01     TARGET  LDIAM    80       80       mm       BASELINE 2021-01-04
02      T01     TARGET  LDIAM    80       80       mm       WEEK_6   2021-02-15
02      T01     TARGET  LDIAM    100      100      mm       WEEK_12  2021-03-29
03      T01     TARGET  LDIAM    50       50       mm       BASELINE 2021-01-04
04      T01     TARGET  LDIAM    50       50       mm       BASELINE 2021-01-04
04      T01     TARGET  LDIAM    30       30       mm       WEEK_6   2021-02-15
"""
SPECIFICATION = """
groups: {a: {title: A, treatment: A}}
baseline: {measures: [sex]}
response:
  criteria: recist1.1
outcomes:
  - title: Best Overall Response
    type: primary
    time_frame: 18 weeks
    dataset: RESPONSE
    where: PARAMCD == 'CBOR'
    variable: AVALC
    summary: count_of_participants
    categories: {CR: , PR: , SD: , PD: , NE: , MISSING: }
  - title: Objective Response Rate
    type: secondary
    time_frame: 18 weeks
    dataset: RESPONSE
    where: PARAMCD == 'RSP' and AVALC == 'Y'
    summary: {method: percentage, interval: clopper_pearson}
    categories: {Responder: AVALC == 'Y'}
    analyzed: population
    unit: percentage of participants
  - title: Progression-Free Survival
    type: secondary
    time_frame: 18 weeks
    dataset: response_times
    where: PARAMCD == 'PFS'
    summary: {method: kaplan_meier_quantile}
    unit: days
  - title: Best Change
    type: secondary
    time_frame: 18 weeks
    dataset: RESPONSE
    where: PARAMCD == 'BPCHG'
    summary: {method: median, dispersion: range}
    unit: percent
    population_description: Participants with a measurement after baseline.
"""


def test_outcomes_of_derived_datasets(tmp_path: Path) -> None:
    made = built(tmp_path, SPECIFICATION, adsl=ADSL, tr=TR)
    assert rows(outcome(made, 0)) == {
        "CR": ["0"], "PR": ["1"], "SD": ["2"], "PD": ["0"], "NE": ["0"], "MISSING": ["1"],
    }  # fmt: skip
    # 2 of 4: Clopper and Pearson's limits are 6.8 and 93.2 %
    assert rows(outcome(made, 1)) == {"Responder": ["50.0 (6.8 to 93.2)"]}
    # events on days 127 (PD), 85 (PD) and 71 (death); 04 censored on day 43: the median is 85
    assert rows(outcome(made, 2))[""][0].startswith("85")
    # −55 %, 0 % and −40 %
    assert rows(outcome(made, 3)) == {"": ["-40.0 (-55 to 0)"]}


def test_the_evaluable_alone(tmp_path: Path) -> None:
    changed = SPECIFICATION.replace(
        """where: PARAMCD == 'RSP' and AVALC == 'Y'
    summary: {method: percentage, interval: clopper_pearson}
    categories: {Responder: AVALC == 'Y'}
    analyzed: population""",
        """where: PARAMCD == 'RSP' and EVALFL == 'Y'
    summary: {method: percentage, interval: clopper_pearson}
    categories: {Responder: AVALC == 'Y'}
    population_description: Participants who could be evaluated for response.""",
    )
    # all four: 03 died before the first assessment, which counts as evaluated, and as no response
    made = built(tmp_path, changed, adsl=ADSL, tr=TR)
    assert rows(outcome(made, 1)) == {"Responder": ["50.0 (6.8 to 93.2)"]}
    alive = ADSL.replace("2021-03-15", ".         ")
    (tmp_path / "second").mkdir()
    made = built(tmp_path / "second", changed, adsl=alive, tr=TR)
    assert rows(outcome(made, 1)) == {"Responder": ["66.7 (9.4 to 99.2)"]}


def test_where_the_numbers_come_from(tmp_path: Path) -> None:
    made = built(tmp_path, SPECIFICATION, adsl=ADSL, tr=TR)
    read = {one.name: one for one in made.datasets}
    assert read["RESPONSE"].file == "tr.csv"
    assert read["RESPONSE"].label == "Tumour response, RECIST 1.1"
    assert read["RESPONSE"].notes[:2] == (
        "derived from TR by RECIST 1.1",
        "TR holds target lesions only: non-target and new lesions are as stated, or unknown",
    )
    assert "RESPONSE" in {row.dataset for row in made.statistics}
    assert notes(made) is not None


def test_rules_change_the_record(tmp_path: Path) -> None:
    changed = SPECIFICATION.replace(
        "criteria: recist1.1", "criteria: recist1.1\n  minimum_stable_days: 60\n  time_unit: weeks"
    )
    made = built(tmp_path, changed, adsl=ADSL, tr=TR)
    found = rows(outcome(made, 0))
    assert (found["SD"], found["PD"]) == (["0"], ["1"])
    assert rows(outcome(made, 2))[""][0].startswith("12.1")


def mistakes(folder: Path, specification: str, **datasets: str) -> list[str]:
    found = library(folder, **({"adsl": ADSL, "tr": TR} | datasets))
    reading = read_specification(specification, vocabulary())
    with pytest.raises(SpecificationError) as caught:
        reading.raise_problems(references.check(reading, found))
    return str(caught.value).splitlines()[1:]


class TestMistakes:
    def changed(self, old: str, new: str) -> str:
        assert old in SPECIFICATION
        return SPECIFICATION.replace(old, new)

    def test_criteria(self, tmp_path: Path) -> None:
        found = mistakes(tmp_path, self.changed("recist1.1", "recist1.2"))
        assert len([line for line in found if "recist1.2" in line]) == 1
        assert "recist1.1" in " ".join(found)

    def test_a_dataset_and_a_variable(self, tmp_path: Path) -> None:
        more = "criteria: recist1.1\n  measurements: TRX\n  start: RANDDT"
        found = " ".join(mistakes(tmp_path, self.changed("criteria: recist1.1", more)))
        assert "dataset TRX, which the folder does not have" in found
        assert "variable RANDDT, which ADSL does not have" in found
        assert "RESPONSE" not in found.replace("RESPONSE_TIMES", "")

    def test_data_that_allow_no_evaluation(self, tmp_path: Path) -> None:
        bad = TR.replace("mm       WEEK_18", "in       WEEK_18")
        found = " ".join(mistakes(tmp_path, SPECIFICATION, tr=bad))
        assert "the unit 'in' of a lesion's size is not known" in found
        assert "tr.csv, record 4" in found

    def test_a_variable_that_response_does_not_have(self, tmp_path: Path) -> None:
        found = " ".join(mistakes(tmp_path, self.changed("variable: AVALC", "variable: AVALX")))
        assert "variable AVALX, which neither RESPONSE nor ADSL has" in found

    def test_response_without_its_part(self, tmp_path: Path) -> None:
        found = " ".join(mistakes(tmp_path, self.changed("response:\n  criteria: recist1.1\n", "")))
        assert "dataset RESPONSE, which the folder does not have" in found

    def test_censoring_by_a_gap_that_is_not_said(self, tmp_path: Path) -> None:
        more = "criteria: recist1.1\n  missed_assessments: censor"
        found = " ".join(mistakes(tmp_path, self.changed("criteria: recist1.1", more)))
        assert "no longest_gap_days where missed assessments censor" in found

    def test_a_file_of_the_same_name(self, tmp_path: Path) -> None:
        found = " ".join(mistakes(tmp_path, SPECIFICATION, response=TR))
        assert "the folder has a dataset RESPONSE" in found


class TestPart:
    def test_what_is_left_out_is_the_default_of_the_evaluation(self) -> None:
        part = TumourResponse(criteria="recist1.1")
        evaluation = evaluation_of(part)
        assert evaluation.criteria is CRITERIA["recist1.1"]
        assert evaluation.rules == ResponseRules()
        assert evaluation.censoring == CENSORING["ema"]
        assert data_of(part) == ResponseData(participants="ADSL")

    def test_censoring_may_be_changed_in_part(self) -> None:
        part = TumourResponse(criteria="irecist", censoring="fda", after_new_therapy="event")
        assert evaluation_of(part).censoring == CensoringRules(
            new_therapy="event", missed_assessments="censor", longest_gap_days=91
        )

    def test_every_rule_can_be_said(self) -> None:
        fields = set(TumourResponse.__struct_fields__)
        assert set(ResponseRules.__dataclass_fields__) <= fields
        assert set(ResponseData.__dataclass_fields__) <= fields

    def test_every_criterion_can_be_named(self) -> None:
        for name in CRITERIA:
            reading = read_specification(
                f"groups: {{a: {{title: A}}}}\nresponse: {{criteria: {name}}}", vocabulary()
            )
            assert not reading.problems
            assert reading.specification.response is not None
            assert reading.specification.response.criteria == name


def test_a_library_takes_derived_datasets(tmp_path: Path) -> None:
    found = library(tmp_path, adsl=ADSL, tr=TR)
    derive_response(TumourResponse(criteria="recist1.1"), found)
    assert found.names == ("ADSL", "RESPONSE", "RESPONSE_TIMES", "TR")
    assert found.derived == ("RESPONSE", "RESPONSE_TIMES")
    first = found.read("response")
    derive_response(TumourResponse(criteria="irecist"), found)
    assert found.read("RESPONSE", columns=["AVAL"]) is first
    assert found.variables("RESPONSE")["ADT"].type == "date"
    derive_response(None, found)
    with pytest.raises(UsageError, match="the folder has a dataset TR"):
        found.add(replace(first, name="TR"))
    assert "RESPONSE" not in Library(tmp_path)


def test_pictures_stand_at_the_first_outcome_of_responses_and_of_their_times(
    tmp_path: Path,
) -> None:
    made = built(tmp_path, SPECIFICATION, adsl=ADSL, tr=TR)
    measures = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
    assert {figure.name: figure.address for figure in placed_response_figures(made)} == {
        "waterfall": f"{measures}/0",
        "spider": f"{measures}/0",
        "swimmer": f"{measures}/2",
    }
    page = render_page(made.study, drawn=placed_response_figures(made))
    places = [page.index(f'id="{name}"') for name in ("waterfall", "outcome-2", "swimmer")]
    assert places == sorted(places)


def test_a_build_without_response_has_no_such_picture(tmp_path: Path) -> None:
    plain = SPECIFICATION.partition("response:")[0]
    assert placed_response_figures(built(tmp_path, plain, adsl=ADSL)) == ()
