"""The bundled example's record, cell by cell against the published page it was shaped after.

Without the real page, its figures are those that ``test_hcc_figures`` lists.
"""

from pathlib import Path

import pytest
from tests.corpus.test_hcc_figures import EXPECTED
from tests.spec.small_trial import (
    analyzed,
    assert_traceable,
    baseline,
    class_analyzed,
    event_totals,
    events,
    flow,
    notes,
    outcome,
    rows,
)

from topline.analysis import references
from topline.analysis.build import Build, build
from topline.analysis.methods import vocabulary
from topline.formats.registry import read_study
from topline.record.cells import CellKind, Module, cells
from topline.record.study import Study
from topline.trial.library import Library
from topline.trial.specification_reading import read_specification

EXAMPLE = Path(__file__).parents[2] / "examples" / "hcc"


@pytest.fixture(scope="module")
def made() -> Build:
    reading = read_specification(EXAMPLE / "study.yaml", vocabulary())
    library = Library(EXAMPLE / "adam")
    reading.raise_problems(references.check(reading, library))
    built = build(reading.specification, library)
    assert_traceable(built, reading.specification, library)
    return built


class TestEveryFigure:
    def test_participant_flow(self, made: Build) -> None:
        assert {title.split(": ")[1]: number for title, (number,) in flow(made).items()} == {
            title: EXPECTED[title]
            for title in (
                "STARTED", "COMPLETED", "NOT COMPLETED", "Adverse Event", "Lack of Efficacy",
                "Physician Decision",
            )
        }  # fmt: skip

    def test_baseline(self, made: Build) -> None:
        assert rows(baseline(made, "Age, Continuous")) == {"": [EXPECTED["Age"]]}
        assert rows(baseline(made, "Body Mass Index")) == {"": [EXPECTED["Body mass index"]]}
        for title in ("Sex: Female, Male", "Race (NIH/OMB)", "Region of Enrollment"):
            for row, numbers in rows(baseline(made, title)).items():
                assert numbers == [EXPECTED[row]], row
            for shown in class_analyzed(baseline(made, title)).values():
                assert shown == {"Participants": ["37"]}

    def test_outcomes(self, made: Build) -> None:
        shown = [rows(outcome(made, index)) for index in range(5)]
        assert shown == [
            {
                "Responder (CR or PR)": [EXPECTED["Responders"]],
                "Non-responder (SD or PD)": [EXPECTED["Non-responders"]],
            },
            # R 4.2.2: qbeta(c(.025, .975), 8.5, 19.5), see tests/reference/statistics.toml.
            {"Responder (CR or PR)": ["29.6 (15.1 to 48.2)"]},
            {"": [EXPECTED["Overall survival"]]},
            {"": [EXPECTED["Time to progression"]]},
            {"": [EXPECTED["Ratio"]]},
        ]
        numbers = [analyzed(outcome(made, index).denoms)["Participants"] for index in range(5)]
        assert numbers == [
            [EXPECTED["Evaluable"]], [EXPECTED["Evaluable"]], ["37"], ["37"],
            [EXPECTED["Paired samples"]],
        ]  # fmt: skip
        assert outcome(made, 5).reporting_status == "NOT_POSTED"

    def test_the_test_of_the_ratio_against_1(self, made: Build) -> None:
        (test,) = outcome(made, 4).analyses or ()
        # From the summary, R gives 0.3768; from the values, whose mean is not exactly 1.17, 0.3767.
        assert float(str(test.p_value)) == pytest.approx(0.376759759432353, abs=2e-4)
        assert (test.param_value, test.ci_lower_limit, test.ci_upper_limit) == (
            "1.17",
            "0.78",
            "1.56",
        )

    def test_adverse_events(self, made: Build) -> None:
        for kind in ("Serious", "Other"):
            assert {
                f"{kind} / {title}": numbers
                for title, (numbers,) in events(made, kind.lower()).items()
            } == {
                title: numbers
                for title, numbers in EXPECTED.items()
                if title.startswith(f"{kind} / ")
            }
        assert len(events(made, "serious")) == 22
        assert len(events(made, "other")) == 31
        assert all(total[0].endswith("/37") for total in event_totals(made).values())

    def test_nothing_odd_is_found_in_the_data(self, made: Build) -> None:
        assert notes(made) == ""


TITLES = {
    "Body Mass index": "Body Mass Index",
    "Overall Response Rate Defined as Partial or Complete Response Per Immune-related Response "
    "Evaluation Criteria in Solid Tumors": "Participants With a Tumor Response by Immune-Related "
    "Criteria",
    "Responder (CR+PR)": "Responder (CR or PR)",
    "non-Responder (SD+PD)": "Non-responder (SD or PD)",
    "Time to Tumor Progression": "Time to Progression",
    "Change in Functional Activity of Effector T Cells": "Effector T-Cell Function on Treatment "
    "Relative to Baseline",
}
"""Titles of the page -> the example's own words for the same."""

Places = dict[tuple[Module, tuple[str, ...], CellKind], str]


def by_place(study: Study) -> Places:
    found = [
        ((cell.module, tuple(TITLES.get(one, one) for one in cell.context), cell.kind), cell.text)
        for cell in cells(study)
    ]
    assert len(dict(found)) == len(found)  # no figure hides behind another
    return dict(found)


@pytest.mark.corpus
def test_every_figure_of_the_published_page_stands_at_its_place(made: Build, corpus: Path) -> None:
    page = by_place(read_study(corpus / "page" / "NCT03211416.txt"))
    assert len(page) == 196
    posted = by_place(made.study)
    assert {place: posted.get(place) for place in page} == page


@pytest.mark.corpus
def test_what_the_record_posts_beyond_the_page(made: Build, corpus: Path) -> None:
    """Denominators of baseline, totals and deaths, and what the page describes and leaves out."""
    page = by_place(read_study(corpus / "page" / "NCT03211416.txt"))
    beyond = by_place(made.study).keys() - page.keys()
    rate = "Response Rate by Immune-Related Criteria"
    assert {
        (context[0] if context else "", kind)
        for _, context, kind in beyond
        if "Statistical Analysis 1" not in context
    } == {
        *((title, CellKind.DENOMINATOR) for title in (
            "Age, Continuous", "Sex: Female, Male", "Race (NIH/OMB)", "Region of Enrollment",
            "Body Mass Index", rate,
        )),
        *((rate, kind) for kind in (CellKind.VALUE, CellKind.LOWER_LIMIT, CellKind.UPPER_LIMIT)),
        ("", CellKind.FREQUENCY_THRESHOLD),
        ("All-Cause Mortality", CellKind.AFFECTED),
        ("All-Cause Mortality", CellKind.AT_RISK),
        ("Serious Adverse Events", CellKind.AFFECTED),
        ("Other Adverse Events", CellKind.AFFECTED),
    }  # fmt: skip
