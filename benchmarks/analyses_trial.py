"""A made-up trial of 20,000 participants with thirty outcomes and sixty analyses, and its specification."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

PARTICIPANTS = 20_000
TIMES, CHANGES, RESPONSES = 10, 10, 10
ARMS = ("Drug", "Placebo")


@dataclass(frozen=True, slots=True)
class AnalysesTrial:
    """The trial in memory and on disk.

    Attributes
    ----------
    specification
        ``study.yaml`` beside the datasets.
    drug
        Whether each participant is on the drug.
    age, site
        Covariates.
    times, events, baselines, values, responses
        One row for each outcome of its kind, one column for each participant.
    """

    specification: Path
    drug: np.ndarray
    age: np.ndarray
    site: np.ndarray
    times: np.ndarray
    events: np.ndarray
    baselines: np.ndarray
    values: np.ndarray
    responses: np.ndarray


def write_trial(folder: Path, number: int = PARTICIPANTS) -> AnalysesTrial:
    """Make the trial up with a fixed seed, and write it."""
    random = np.random.default_rng(5)
    drug = np.arange(number) % 2 == 0
    age = random.integers(30, 80, number)
    site = random.integers(1, 6, number)
    times = np.ceil(random.exponential(200 * np.exp(0.2 * drug), (TIMES, number)) * 10) / 10
    events = random.random((TIMES, number)) < 0.6
    baselines = np.round(random.normal(50, 10, (CHANGES, number)), 1)
    values = np.round(0.8 * baselines + 2 * drug + random.normal(0, 5, (CHANGES, number)), 1)
    responses = random.random((RESPONSES, number)) < 0.3 + 0.05 * drug
    names = [f"S{one:06d}" for one in range(number)]
    pl.DataFrame(
        {
            "USUBJID": names,
            "TRT01P": np.where(drug, *ARMS),
            "ITTFL": "Y",
            "AGE": age,
            "SITE": site.astype(str),
            "EOSSTT": "COMPLETED",
            "DCSREAS": pl.Series([None] * number, dtype=pl.String),
        }
    ).write_parquet(folder / "adsl.parquet")
    _long(names, "TTE", TIMES, AVAL=times, CNSR=(~events).astype(np.int64)).write_parquet(
        folder / "adtte.parquet"
    )
    _long(names, "CHG", CHANGES, AVAL=values, BASE=baselines).write_parquet(folder / "adx.parquet")
    _long(names, "RSP", RESPONSES, AVALC=np.where(responses, "Y", "N")).write_parquet(
        folder / "adrs.parquet"
    )
    file = folder / "study.yaml"
    file.write_text(_specification())
    return AnalysesTrial(file, drug, age, site, times, events, baselines, values, responses)


def _long(names: list[str], code: str, number: int, **columns: np.ndarray) -> pl.DataFrame:
    return pl.concat(
        [
            pl.DataFrame(
                {"USUBJID": names, "PARAMCD": f"{code}{one}"}
                | {name: values[one] for name, values in columns.items()}
            )
            for one in range(number)
        ]
    )


def _specification() -> str:
    outcomes = []
    for one in range(TIMES):
        outcomes.append(
            f"""
  - title: Time {one}
    dataset: ADTTE
    where: PARAMCD == 'TTE{one}'
    summary: kaplan_meier_quantile
    unit: days
    analyses: [log_rank, {{method: cox_regression, covariates: [AGE], factors: [SITE]}}]"""
        )
    for one in range(CHANGES):
        outcomes.append(
            f"""
  - title: Value {one}
    dataset: ADX
    where: PARAMCD == 'CHG{one}'
    summary: mean
    unit: points
    analyses: [two_sample_t_test, {{method: analysis_of_covariance, covariates: [BASE], factors: [SITE]}}]"""
        )
    for one in range(RESPONSES):
        outcomes.append(
            f"""
  - title: Response {one}
    dataset: ADRS
    where: PARAMCD == 'RSP{one}'
    summary: percentage
    variable: AVALC
    unit: percentage of participants
    categories: {{Yes: [Y]}}
    analyses: [risk_difference, {{method: logistic_regression, covariates: [AGE], factors: [SITE]}}]"""
        )
    said = "".join(
        one.replace("\n    dataset", "\n    type: secondary\n    time_frame: 1 year\n    dataset")
        for one in outcomes
    )
    return f"""data: .
groups:
  drug: {{title: Drug, treatment: Drug, type: EXPERIMENTAL}}
  placebo: {{title: Placebo, treatment: Placebo, type: PLACEBO_COMPARATOR}}
baseline: {{measures: [{{title: Age, variable: AGE, summary: mean, unit: years}}]}}
outcomes:{said}
"""
