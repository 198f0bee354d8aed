"""The analysis results of a real trial in the forms of others."""

import io
import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from tests.corpus.pilot_trial import PilotTrial
from tests.spec.reporting_event_model import mistakes, objects

from topline.analysis.build import Build
from topline.analysis.exports.registry import exports

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def pilot(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    trial = PilotTrial(corpus / "trials" / "cdiscpilot01", tmp_path_factory.mktemp("datasets"))
    return trial.posted


def test_the_reporting_event_is_what_the_model_allows_and_holds_every_statistic(
    pilot: Build,
) -> None:
    event = json.loads(exports()["ars"].writers[".json"](pilot.study, pilot.statistics))
    assert mistakes(event) == []
    ids = Counter(part["id"] for _, _, part in objects(event) if "id" in part)
    assert set(ids.values()) == {1}
    results = [one for analysis in event["analyses"] for one in analysis["results"]]
    assert Counter(
        (float(one["rawValue"]) if "rawValue" in one else None, one["formattedValue"])
        for one in results
    ) == Counter((row.raw, row.posted) for row in pilot.statistics)


def test_the_table_holds_every_statistic_under_names_of_its_own(pilot: Build) -> None:
    frame = pl.read_parquet(
        io.BytesIO(exports()["ard"].writers[".parquet"](pilot.study, pilot.statistics))
    )
    assert frame["stat"].to_list() == [row.raw for row in pilot.statistics]
    assert frame["stat_fmt"].to_list() == [row.posted for row in pilot.statistics]
    names = [*frame.columns[:11], "groups"]
    assert frame.filter(frame.select(names).is_duplicated()).select(names).rows() == []


def test_age_is_what_the_example_of_the_standard_has_for_this_trial(pilot: Build) -> None:
    """Analysis An03_01_Age_Summ_ByTrt of "Common Safety Displays", CDISC's own example.

    Its raw values have seven decimals (cdisc-org/analysis-results-standard at b734711).
    """
    frame = pl.read_parquet(
        io.BytesIO(exports()["ard"].writers[".parquet"](pilot.study, pilot.statistics))
    )
    age = frame.filter(pl.col("variable") == "AGE", pl.col("stat_name").is_in(["mean", "sd"]))
    found = {
        (arm, name): round(raw, 7)
        for arm, name, raw in age.drop_nulls("group1_level")
        .select("group1_level", "stat_name", "stat")
        .iter_rows()
    }
    assert found == {
        ("Placebo", "mean"): 75.2093023, ("Placebo", "sd"): 8.5901671,
        ("Xanomeline Low Dose", "mean"): 75.6666667, ("Xanomeline Low Dose", "sd"): 8.2860506,
        ("Xanomeline High Dose", "mean"): 74.3809524, ("Xanomeline High Dose", "sd"): 7.8860938,
    }  # fmt: skip
