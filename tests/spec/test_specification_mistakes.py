"""Every kind of mistake in a specification has its place, what was found and what is accepted."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.unit.specification_examples import VOCABULARY

from topline.analysis.methods import vocabulary
from topline.errors import SpecificationError
from topline.trial.specification import Specification
from topline.trial.specification_reading import read_specification

BASE = "groups: {A: {title: A}}"
FILE = Path(__file__).with_name("specification_mistakes.yaml")
CASES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_mistake_is_reported_once_at_its_place(case: dict[str, Any]) -> None:
    text = case["text"].replace("BASE", BASE)

    reading = read_specification(text, VOCABULARY, file="study.yaml")

    assert len(reading.problems) == 1, "\n".join(str(problem) for problem in reading.problems)
    problem = reading.problems[0]
    shown = str(problem)
    assert ([problem.line, problem.column], problem.path) == (case["at"], case["path"]), shown
    assert case["found"] in f"found {problem.found}", shown
    assert case["accepted"] in problem.accepted, shown
    assert problem.nearest == case.get("nearest"), shown
    assert case.get("advice", "") in (problem.advice or ""), shown
    assert shown.startswith(f"study.yaml:{problem.line}:{problem.column}: ")
    assert "\n" not in shown


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_specification_with_a_mistake_is_still_a_specification_but_never_built(
    case: dict[str, Any],
) -> None:
    reading = read_specification(case["text"].replace("BASE", BASE), VOCABULARY)

    assert isinstance(reading.specification, Specification)
    with pytest.raises(SpecificationError, match=r"^1 mistake in the specification\n"):
        reading.raise_problems()


def test_there_are_enough_kinds_of_mistakes_and_each_has_its_own_title() -> None:
    titles = [case["title"] for case in CASES]
    assert len(titles) >= 40
    assert len(set(titles)) == len(titles)


MANY = """\
study: {nct_id: NCT1, phases: PHASE5}
groups:
  A: {title: Drug, treatment: A}
  B:
    titel: Drug
populations:
  FAS: FASFL = 'Y'
outcomes:
  - title: Survival
    type: primary
    where: PARAMCD == 'OS' and
    summary: {method: kaplan_meier_quantile, probability: 50}
    population: FSA
  - time_frame: 1 year
    type: secondary
    analyses: [{method: log_rank, groups: [A, C]}]
adverse_events: {threshold: 6}
roundig: half_to_even
"""


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    reading = read_specification(MANY, VOCABULARY, file="study.yaml")

    with pytest.raises(SpecificationError) as caught:
        reading.raise_problems()

    assert [(problem.line, problem.path) for problem in reading.problems] == [
        (1, "study.nct_id"),
        (1, "study.phases[0]"),
        (5, "groups.B.titel"),
        (5, "groups.B.treatment"),
        (7, "populations.FAS.where"),
        (9, "outcomes[0].time_frame"),
        (11, "outcomes[0].where"),
        (12, "outcomes[0].summary.probability"),
        (13, "outcomes[0].population"),
        (14, "outcomes[1].title"),
        (14, "outcomes[1].summary"),
        (16, "outcomes[1].analyses[0].groups[1]"),
        (17, "adverse_events.time_frame"),
        (17, "adverse_events.threshold"),
        (18, "roundig"),
    ]
    assert str(caught.value).splitlines()[:2] == [
        "15 mistakes in study.yaml",
        'study.yaml:1:17: study.nct_id: found "NCT1", accepted: a text of the form NCT\\d{8}',
    ]
    assert len(caught.value.problems) == 15


def test_a_reason_that_is_nearly_one_of_the_registrys_is_a_warning_not_a_mistake() -> None:
    text = f"""\
{BASE}
participant_flow:
  periods:
    reasons: {{LOST: Lost to Followup, SPONSOR: Study terminated, DEATH: Death}}
"""

    reading = read_specification(text, VOCABULARY)

    assert reading.problems == ()
    reading.raise_problems()
    assert [(warning.line, warning.path, warning.nearest) for warning in reading.warnings] == [
        (4, "participant_flow.periods[0].reasons.LOST", "Lost to Follow-up")
    ]


@pytest.mark.parametrize("level", ["0.95", "1", "5"])
@pytest.mark.parametrize(
    "summary", ["percentage", "kaplan_meier_quantile", "kaplan_meier_survival", "event_rate"]
)
def test_a_level_is_in_percent_and_a_share_is_never_taken_for_one(summary: str, level: str) -> None:
    more = {"kaplan_meier_survival": ", time: 12", "event_rate": ", exposure: PYEARS"}.get(
        summary, ""
    )
    text = (
        f"{BASE}\noutcomes:\n  - {{title: T, type: primary, time_frame: 1 year, unit: x, dataset: ADTTE, "
        f"summary: {{method: {summary}, level: {level}{more}}}}}\n"
    )
    problems = read_specification(text, vocabulary()).problems
    assert [problem.path for problem in problems] == ["outcomes[0].summary.level"]
    assert problems[0].accepted == "a number above 50 and below 100"
