"""A made-up trial large enough to show what costs grow with: 20,000 participants, 1,000,000 events.

``write_large_trial(folder)`` writes ``adsl.parquet``, ``adae.parquet``, ``adtte.parquet`` and
``study.yaml``. The same seed gives the same files. No participant is real: everything is drawn
here, in the shape that safety data have (a few terms are common and most are rare, a few
participants have very many events, one event in twelve is serious).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from topline.analysis.organ_systems import ORGAN_SYSTEMS

SEED = 20_250_301
ARMS = ("Placebo", "Low Dose", "High Dose")
_FIRST_DAY = date(2021, 1, 4)
_QUALITIES = (
    "Acute", "Chronic", "Recurrent", "Transient", "Mild", "Severe", "Latent", "Diffuse", "Focal",
    "Partial", "Bilateral", "Central", "Peripheral", "Early", "Late", "Nocturnal", "Postural",
    "Allergic", "Toxic", "Atypical", "Persistent", "Secondary", "Primary", "Progressive",
    "Intermittent", "Upper", "Lower", "Left", "Right", "Proximal", "Distal", "Deep", "Superficial",
    "General", "Local", "Reactive", "Residual", "Induced", "Drug-related", "Treatment-related",
)  # fmt: skip
_COMPLAINTS = (
    "headache", "nausea", "rash", "fatigue", "cough", "oedema", "pain", "bleeding", "infection",
    "inflammation", "weakness", "tremor", "cramp", "itching", "swelling", "fever", "chills",
    "dizziness", "insomnia", "anxiety", "stiffness", "numbness", "burning", "discharge", "lesion",
    "spasm", "obstruction", "ulcer", "fracture", "palpitation", "syncope", "hypotension",
    "hypertension", "arrhythmia", "ischaemia", "thrombosis", "anaemia", "neutropenia",
    "thrombocytopenia", "hepatitis", "nephritis", "gastritis", "colitis", "dermatitis",
    "pneumonia", "bronchitis", "sinusitis", "arthralgia", "myalgia", "neuropathy",
)  # fmt: skip

SPECIFICATION = """\
study:
  organization_id: MADE-UP-20000
  title: A Made-Up Trial for Measuring Speed
  summary: No participant of this trial is real.
  sponsor: {name: topline benchmarks, class: OTHER}
  status: COMPLETED
  study_type: INTERVENTIONAL
  phases: [PHASE3]
  conditions: [Hypertension]
  allocation: RANDOMIZED
  intervention_model: PARALLEL
  masking: DOUBLE

groups:
  placebo: {title: Placebo, description: One tablet a day., treatment: Placebo, type: PLACEBO_COMPARATOR}
  low: {title: Low Dose, description: One tablet a day., treatment: Low Dose, type: EXPERIMENTAL}
  high: {title: High Dose, description: One tablet a day., treatment: High Dose, type: EXPERIMENTAL}

baseline:
  measures: [age, age_categories, sex, race, ethnicity]

outcomes:
  - title: Overall Survival
    type: primary
    time_frame: From randomization to 3 years
    description: Time from randomization to death from any cause.
    dataset: ADTTE
    where: PARAMCD == 'OS'
    summary: {method: kaplan_meier_quantile}
    unit: days
    decimals: 1

adverse_events:
  time_frame: From first dose to 3 years
  vocabulary: MedDRA 27.0
  threshold: 1

agreement: {investigators_are_employees: false, restricts: false}
"""


@dataclass(frozen=True, slots=True)
class LargeTrial:
    """Where the trial was written, and how large it is.

    Attributes
    ----------
    folder
        The folder of the datasets.
    specification, events
        The files of the specification and of the adverse events.
    participants, rows, terms
        How many participants, adverse-event rows and distinct terms.
    """

    folder: Path
    specification: Path
    events: Path
    participants: int
    rows: int
    terms: int


def write_large_trial(
    folder: Path, *, participants: int = 20_000, rows: int = 1_000_000, terms: int = 2_000
) -> LargeTrial:
    """Draw the trial and write its files."""
    random = np.random.default_rng(SEED)
    subjects = _subjects(random, participants)
    subjects.write_parquet(folder / "adsl.parquet")
    _survival(random, subjects).write_parquet(folder / "adtte.parquet")
    events = folder / "adae.parquet"
    _events(random, subjects, rows, terms).write_parquet(events)
    specification = folder / "study.yaml"
    specification.write_text(f"data: .\n\n{SPECIFICATION}", encoding="utf-8")
    return LargeTrial(folder, specification, events, participants, rows, terms)


def _subjects(random: np.random.Generator, number: int) -> pl.DataFrame:
    site = random.integers(101, 301, number)
    subject = [f"{place}-{index:05d}" for index, place in enumerate(site)]
    start = [_FIRST_DAY + timedelta(days=int(days)) for days in random.integers(0, 400, number)]
    completed = random.random(number) < 0.82
    died = ~completed & (random.random(number) < 0.2)
    reasons = random.choice(
        ["Adverse Event", "Lost to Follow-up", "Withdrawal by Subject", "Physician Decision"],
        number,
    )
    reasons = np.where(died, "Death", reasons)
    age = np.clip(random.normal(58, 13, number), 18, 95).round()
    arm = np.array(ARMS)[random.permutation(np.arange(number) % len(ARMS))]
    return pl.DataFrame(
        {
            "STUDYID": ["MADE-UP-20000"] * number,
            "USUBJID": [f"MADE-UP-20000-{one}" for one in subject],
            "SUBJID": subject,
            "SITEID": site.astype(str),
            "AGE": age,
            "AGEU": ["YEARS"] * number,
            "SEX": random.choice(["F", "M"], number),
            "RACE": random.choice(
                ["WHITE", "BLACK OR AFRICAN AMERICAN", "ASIAN"], number, p=[0.7, 0.2, 0.1]
            ),
            "ETHNIC": random.choice(["HISPANIC OR LATINO", "NOT HISPANIC OR LATINO"], number),
            "TRT01P": arm,
            "TRT01A": arm,
            "ITTFL": ["Y"] * number,
            "SAFFL": np.where(random.random(number) < 0.995, "Y", "N"),
            "TRTSDT": start,
            "EOSSTT": np.where(completed, "COMPLETED", "DISCONTINUED"),
            "DCSREAS": np.where(completed, "", reasons),
            "DTHFL": np.where(died, "Y", ""),
        }
    )


def _survival(random: np.random.Generator, subjects: pl.DataFrame) -> pl.DataFrame:
    number = subjects.height
    death = random.exponential(900.0, number)
    followed = random.uniform(700.0, 1095.0, number)
    return subjects.select("STUDYID", "USUBJID", "TRT01P", "ITTFL").with_columns(
        pl.lit("OS").alias("PARAMCD"),
        pl.lit("Overall Survival (days)").alias("PARAM"),
        pl.Series("AVAL", np.ceil(np.minimum(death, followed))),
        pl.Series("CNSR", (death > followed).astype(np.float64)),
    )


def _events(
    random: np.random.Generator, subjects: pl.DataFrame, rows: int, terms: int
) -> pl.DataFrame:
    """Draw the events, participant by participant in order of time as SDTM sorts them."""
    burden = random.gamma(1.2, size=subjects.height)
    person = np.sort(random.choice(subjects.height, rows, p=burden / burden.sum()))
    # The k-th commonest term has a share of 1/k: a few terms are common, most are rare.
    share = 1.0 / np.arange(1, terms + 1)
    term = random.choice(terms, rows, p=share / share.sum())
    system = random.permutation(np.arange(terms) % len(ORGAN_SYSTEMS))[term]
    names = [f"{_QUALITIES[k % 40]} {_COMPLAINTS[k // 40 % 50]}" for k in range(terms)]
    day = random.integers(1, 1000, rows)
    lasts = random.integers(1, 60, rows)
    start = subjects["TRTSDT"].gather(person)
    serious = random.random(rows) < 1 / 12
    return pl.DataFrame(
        [
            *subjects.select(
                "STUDYID", "SITEID", "USUBJID", "SUBJID", "AGE", "SEX", "RACE", "SAFFL"
            )[person],
            subjects["TRT01A"].gather(person).alias("TRTA"),
            _sequence(person),
            _drawn("AETERM", [f"{name.upper()} AS REPORTED" for name in names], term),
            _drawn("AELLT", [f"{name} (lowest level)" for name in names], term),
            _drawn("AEDECOD", names, term),
            _drawn("AEHLT", [f"{name.split()[-1]} conditions" for name in names], term),
            _drawn("AEHLGT", [f"{name} group" for name in ORGAN_SYSTEMS], system),
            _drawn("AEBODSYS", list(ORGAN_SYSTEMS), system),
            _drawn("AESOC", list(ORGAN_SYSTEMS), system),
            _flag("AESER", serious),
            _flag("AESDTH", serious & (random.random(rows) < 0.01)),
            _drawn("AESEV", ["MILD", "MODERATE", "SEVERE"], random.integers(0, 3, rows)),
            _drawn("AEREL", ["NONE", "POSSIBLE", "PROBABLE"], random.integers(0, 3, rows)),
            _drawn("AEACN", ["DOSE NOT CHANGED", "DRUG WITHDRAWN"], random.integers(0, 2, rows)),
            _drawn(
                "AEOUT",
                ["RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED", "UNKNOWN"],
                random.integers(0, 3, rows),
            ),
            _date("ASTDT", start, day),
            _date("AENDT", start, day + lasts),
            pl.Series("ASTDY", day.astype(np.float64)),
            pl.Series("AENDY", (day + lasts).astype(np.float64)),
            _flag("TRTEMFL", random.random(rows) < 0.9),
        ]
    )


def _drawn(name: str, values: list[str], places: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series(name, values).gather(places)


def _flag(name: str, raised: npt.NDArray[np.bool_]) -> pl.Series:
    return _drawn(name, ["N", "Y"], raised.astype(np.int64))


def _date(name: str, start: pl.Series, days: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series(name, start.to_physical().to_numpy() + days).cast(pl.Int32).cast(pl.Date)


def _sequence(person: npt.NDArray[np.int64]) -> pl.Series:
    """Number a participant's events from 1."""
    first = np.searchsorted(person, person, side="left")
    return pl.Series("AESEQ", (np.arange(len(person)) - first + 1).astype(np.float64))
