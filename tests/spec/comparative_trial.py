"""A trial of ninety participants in three groups that every comparison of groups is tried on."""

from pathlib import Path

import numpy as np
import polars as pl
from tests.spec.small_trial import built

from topline.analysis.build import Build

NUMBER = 90
ARMS = ["drug", "low", "placebo"]


def adsl() -> pl.DataFrame:
    random = np.random.default_rng(11)
    return pl.DataFrame(
        {
            "USUBJID": [f"P{one:03d}" for one in range(NUMBER)],
            "TRT01P": [ARMS[one % 3] for one in range(NUMBER)],
            "ITTFL": "Y",
            "AGE": random.integers(40, 80, NUMBER),
            "SITE": random.choice(["1", "2", "3"], NUMBER),
            "TRTDUR": np.round(random.uniform(0.5, 2.0, NUMBER), 3),
            "EOSSTT": "COMPLETED",
            "DCSREAS": pl.Series([None] * NUMBER, dtype=pl.String),
        }
    )


def adx() -> pl.DataFrame:
    """One row a participant: a value, its baseline, a response before and after, a count, a time, a stratum."""
    random = np.random.default_rng(12)
    effect = np.array([1.5, 0.5, 0.0])[np.arange(NUMBER) % 3]
    base = np.round(random.normal(10, 2, NUMBER), 2)
    time = np.round(random.exponential(10 * np.exp(effect / 2)), 1) + 0.1
    return pl.DataFrame(
        {
            "USUBJID": [f"P{one:03d}" for one in range(NUMBER)],
            "AVAL": np.round(base + effect + random.normal(0, 1.5, NUMBER), 2),
            "BASE": base,
            "AVALC": np.where(random.random(NUMBER) < 0.3 + effect / 4, "Y", "N"),
            "BASEC": random.choice(["Y", "N"], NUMBER),
            "GRADE": random.choice(["mild", "moderate", "severe"], NUMBER),
            "COUNT": random.poisson(2 - effect / 2),
            "TIME": time,
            "CNSR": (random.random(NUMBER) < 0.25).astype(int),
            "EVNT": random.choice(["RELAPSE", "DEATH"], NUMBER),
            "STRAT": random.choice(["A", "B"], NUMBER),
        }
    )


SPECIFICATION = """
groups:
  drug: {title: Drug, treatment: drug, type: EXPERIMENTAL}
  low: {title: Low Dose, treatment: low, type: EXPERIMENTAL}
  placebo: {title: Placebo, treatment: placebo, type: PLACEBO_COMPARATOR}
baseline: {measures: [{title: Age, variable: AGE, summary: mean, unit: years}]}
"""


def compared(folder: Path, outcome: str, more: str = "", **datasets: pl.DataFrame) -> Build:
    """Build one outcome of the trial; what it says stands two spaces in, after its title, type and time frame."""
    lines = "".join(f"    {line}\n" for line in outcome.strip().splitlines())
    specification = (
        f"{SPECIFICATION}{more}\noutcomes:\n  - title: Outcome\n    type: primary\n"
        f"    time_frame: 8 weeks\n    dataset: ADX\n{lines}"
    )
    folder.mkdir(exist_ok=True)
    return built(folder, specification, **({"adsl": adsl(), "adx": adx()} | datasets))
