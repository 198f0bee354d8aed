"""First specifications of real trials build unedited, and their numbers are the published ones."""

from pathlib import Path

import polars as pl
import pytest
from tests.spec.small_trial import flow, outcome, rows
from tests.unit.command import process

from topline.analysis import references
from topline.analysis.build import Build, build, tabulations
from topline.analysis.first_draft.draft import Draft, draft
from topline.analysis.methods import vocabulary
from topline.trial.library import Library
from topline.trial.specification_reading import read_specification

pytestmark = pytest.mark.corpus


def unedited(folder: Path) -> tuple[Draft, Build]:
    datasets = Library(folder, beside=tabulations(folder))
    made = draft(datasets, "adam")
    reading = read_specification(made.text, vocabulary())
    reading.raise_problems(references.check(reading, datasets))
    return made, build(reading.specification, datasets)


def place(made: Draft, title: str) -> int:
    titles = [one["title"] for one in made.specification["outcomes"]]
    return next(number for number, one in enumerate(titles) if title in one)


def test_the_pilot_study(corpus: Path) -> None:
    trial = corpus / "trials" / "cdiscpilot01"
    made, built = unedited(trial / "adam")
    assert flow(built)["Overall Study: STARTED"] == ["86", "84", "84"]
    assert flow(built)["Overall Study: COMPLETED"] == ["58", "25", "27"]
    change = outcome(built, place(made, "Change From Baseline in Adas-Cog(11)"))
    # The draft posts everyone with a value; the report's efficacy population is a person's decision.
    datasets = Library(trial / "adam")
    scores = datasets.read("ADQSADAS").frame.filter(
        (pl.col("PARAMCD") == "ACTOT") & (pl.col("AVISITN") == 24) & (pl.col("ANL01FL") == "Y")
    )
    arms = datasets.read("ADSL").frame.select("USUBJID", "TRT01P")
    means = dict(
        scores.join(arms, on="USUBJID").group_by("TRT01P").agg(pl.col("CHG").mean()).iter_rows()
    )
    assert [cell.split(" ")[0] for cell in rows(change)["Week 24"]] == [
        f"{means[arm]:.2f}" for arm in ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
    ]
    event = outcome(built, place(made, "Dermatologic"))
    medians = [cell.split(" ")[0] for cell in rows(event)[""]]
    assert medians == ["NA", "33.0", "36.0"]


@pytest.mark.parametrize("folder", ["adam", "adam-2023"])
def test_the_oncology_trial(corpus: Path, folder: str) -> None:
    made, built = unedited(corpus / "trials" / "onco" / folder)
    started = flow(built)["Overall Study: STARTED"]
    assert sorted(started) == ["84", "84", "86"]
    assert sorted(flow(built)["Overall Study: COMPLETED"]) == ["25", "27", "58"]
    best = outcome(built, place(made, "Best Overall Response by Investigator (confirmation not"))
    counted = {title: sum(map(int, cells)) for title, cells in rows(best).items()}
    assert counted["Complete Response"] == 3
    assert sum(counted.values()) == 254
    survival = outcome(built, place(made, "Overall Survival"))
    assert {cell.split(" ")[0] for cell in rows(survival)[""]} == {"NA"}


def test_the_how_to_page_shows_what_the_command_says_of_the_pilot_study(
    corpus: Path, tmp_path: Path
) -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "start-from-data.md"
    words = "init adam -o study.yaml"
    shown = page.read_text(encoding="utf-8").partition(f"$ topline {words}\n")[2]
    (tmp_path / "adam").symlink_to(corpus / "trials" / "cdiscpilot01" / "adam")
    (tmp_path / "sdtm").symlink_to(corpus / "trials" / "cdiscpilot01" / "sdtm")
    ran = process(*words.split(), folder=tmp_path)
    assert ran.out + ran.err == shown.partition("$ ")[0]
