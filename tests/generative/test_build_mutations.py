"""A build ends in a record or in an error for its user, whatever is done to data or specification.

Datasets lose columns and rows, change types and are filled with odd values; specifications lose parts
and get others' values. What passes the check and is built must still keep its provenance.
"""

import copy
import random
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from tests.spec.small_trial import assert_traceable

from topline.analysis import references
from topline.analysis.build import build
from topline.analysis.methods import vocabulary
from topline.errors import ToplineError
from topline.trial.library import Library
from topline.trial.specification_reading import read_specification

EXAMPLE = Path(__file__).parents[2] / "examples" / "hcc"
ROUNDS = 25
"""Mutated trials a test; a thousand and more were tried for each kind."""

SPECIFICATION = """
groups:
  a: {title: Drug, treatment: [Drug, Drug high]}
  b: {title: Placebo, where: "TRT01P == 'Placebo'"}
populations:
  OLD: {where: AGE >= 30, treatment: actual}
participant_flow:
  units: {title: Eyes, variable: EYES}
  periods:
    - {title: First, completed: DBFL == 'Y', milestones: [{title: Dosed, dataset: EX, where: DOSE > 0}]}
    - {title: Second, reason: DCSREAS, reasons: {DEATH: Death}}
baseline:
  population: OLD
  population_description: Those of age
  measures:
    - age
    - age_categories
    - sex
    - {measure: race, unlisted: unknown, values: {X: White}}
    - ethnicity
    - race_not_collected
    - {measure: region, dataset: DM}
    - {title: Stage, variable: STAGE, summary: count_of_participants}
    - {title: Weight, variable: WEIGHT, summary: median, unit: kg}
outcomes:
  - title: Responders
    type: primary
    time_frame: 8 weeks
    population_description: With data
    dataset: ADX
    where: PARAMCD == 'R'
    summary: {method: percentage, interval: jeffreys}
    units: {title: Eyes, variable: EYE}
    categories: {Yes: [CR, PR], No: AVALC is missing}
  - title: Change
    type: secondary
    time_frame: 8 weeks
    population: OLD
    population_description: With data
    dataset: ADX
    where: EYE == 'OD'
    unit: points
    summary: {method: least_squares_mean, covariates: [BASE], factors: [SITE]}
    classes: {One: VISIT == 1, Two: VISIT == 2}
    analyses:
      - {method: paired_t_test, compared_with: BASE}
      - {method: one_sample_t_test, null_value: 1, groups: [a], sides: less}
  - title: Time
    type: secondary
    time_frame: 8 weeks
    population_description: With data
    dataset: ADX
    where: EYE == 'OD' and VISIT == 1
    unit: weeks
    summary: {method: kaplan_meier_quantile, transform: log}
  - title: Rate
    type: secondary
    time_frame: 8 weeks
    population_description: With data
    dataset: ADX
    where: EYE == 'OD' and VISIT == 1
    unit: events
    summary: {method: event_rate, exposure: BASE, per: 100}
  - title: Concentration
    type: post_hoc
    time_frame: 8 weeks
    population_description: With data
    dataset: ADX
    where: EYE == 'OD' and VISIT == 2
    unit: mg
    summary: {method: geometric_mean, dispersion: interval}
adverse_events:
  time_frame: 8 weeks
  threshold: 2.5
  organ_systems: {HEART: Cardiac disorders}
  mortality: {population: ITT}
"""

SEED = 20260101
Frames = dict[str, pl.DataFrame]
Tree = dict[str, Any]


def small_trial() -> tuple[Tree, Frames]:
    """Make a trial of 24 participants whose specification asks for a bit of everything."""
    number = 24
    names = [f"S{one:02d}" for one in range(number)]
    arms = [("Drug", "Drug high", "Placebo")[one % 3] for one in range(number)]
    done = [one % 4 != 0 for one in range(number)]
    adsl = pl.DataFrame(
        {
            "USUBJID": names,
            "TRT01P": arms,
            "TRT01A": arms,
            "ITTFL": "Y",
            "SAFFL": ["Y" if one else None for one in range(number)],
            "AGE": [float(20 + one) for one in range(number)],
            "AGEU": "YEARS",
            "SEX": ["FM"[one % 2] for one in range(number)],
            "RACE": [("WHITE", "ASIAN", "X", None)[one % 4] for one in range(number)],
            "ETHNIC": [("HISPANIC OR LATINO", None)[one % 2] for one in range(number)],
            "STAGE": ["I", "II"] * (number // 2),
            "WEIGHT": [50.5 + one for one in range(number)],
            "EYES": [1 + one % 2 for one in range(number)],
            "DBFL": ["Y" if one else "N" for one in done],
            "EOSSTT": ["COMPLETED" if one else "DISCONTINUED" for one in done],
            "DCSREAS": [None if one else "DEATH" for one in done],
            "DTHFL": [None if one else "Y" for one in done],
        }
    )
    adx = pl.DataFrame(
        [
            {
                "USUBJID": name, "EYE": eye, "VISIT": visit, "PARAMCD": "R", "SITE": str(place % 2),
                "AVALC": ("CR", "PR", "PD", None)[(place + visit) % 4],
                "AVAL": float(place + visit), "BASE": 1.5 + place % 5, "CNSR": place % 2,
            }
            for place, name in enumerate(names) for eye in ("OD", "OS") for visit in (1, 2)
        ]
    )  # fmt: skip
    adae = pl.DataFrame(
        [
            {
                "USUBJID": name, "TRTEMFL": "Y", "AESER": "NY"[place % 5 == 0],
                "AESDTH": "Y" if place == 8 else None, "AEDECOD": ("HEADACHE", "PAIN")[place % 2],
                "AEBODSYS": ("HEART", "NERVOUS SYSTEM DISORDERS")[place % 2],
            }
            for place, name in enumerate([*names, "S99"])
        ]
    )  # fmt: skip
    dm = pl.DataFrame({"USUBJID": names, "COUNTRY": ["USA", "CAN"] * (number // 2)})
    ex = pl.DataFrame({"USUBJID": names, "DOSE": [float(one % 3) for one in range(number)]})
    frames = {"adsl": adsl, "adx": adx, "adae": adae, "dm": dm, "ex": ex}
    return yaml.safe_load(SPECIFICATION), frames


def example_trial() -> tuple[Tree, Frames]:
    """Give the bundled example."""
    found = Library(EXAMPLE / "adam")
    frames = {name.lower(): found.read(name).frame for name in found.names}
    return yaml.safe_load((EXAMPLE / "study.yaml").read_text(encoding="utf-8")), frames


ODD: tuple[object, ...] = (
    "", " ", "x", "O'Neil", "a\\b", "a\nb", "Δ\u202e", "Y", "COMPLETED", "NA", "x" * 300, 0, -1, 1e308,
    -1e-308, 0.5, 2**53, date(2020, 2, 29), datetime(2020, 1, 1, 9, 30), time(9, 30), True, None,  # noqa: DTZ001 - a dataset has no time zones
)  # fmt: skip


def without_column(chance: random.Random, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop(chance.choice(frame.columns))


def blank_column(chance: random.Random, frame: pl.DataFrame) -> pl.DataFrame:
    name = chance.choice(frame.columns)
    kind = chance.choice([frame.schema[name], pl.String(), pl.Float64(), pl.Date()])
    return frame.with_columns(pl.lit(None, dtype=kind).alias(name))


def blank_cells(chance: random.Random, frame: pl.DataFrame) -> pl.DataFrame:
    name = chance.choice(frame.columns)
    keep = [chance.random() < 0.7 for _ in range(frame.height)]
    return frame.with_columns(
        pl.when(pl.Series(keep, dtype=pl.Boolean)).then(pl.col(name)).alias(name)
    )


def odd_column(chance: random.Random, frame: pl.DataFrame) -> pl.DataFrame:
    value = chance.choice(ODD)
    values = [value if chance.random() < 0.8 else None for _ in range(frame.height)]
    return frame.with_columns(pl.Series(chance.choice(frame.columns), values, strict=False))


def odd_text(chance: random.Random, frame: pl.DataFrame) -> pl.DataFrame:
    name = chance.choice(frame.columns)
    values = frame[name].cast(pl.String, strict=False).to_list()
    for place in range(len(values)):
        if chance.random() < 0.2:
            values[place] = str(chance.choice(ODD))
    return frame.with_columns(pl.Series(name, values, dtype=pl.String))


def odd_number(chance: random.Random, frame: pl.DataFrame) -> pl.DataFrame:
    numbers = [
        chance.choice([0.0, -1.0, 1.5, 1e308, -1e308, 1e-300, 7.0]) for _ in range(frame.height)
    ]
    return frame.with_columns(pl.Series(chance.choice(frame.columns), numbers, dtype=pl.Float64))


def copied_column(chance: random.Random, frame: pl.DataFrame) -> pl.DataFrame:
    first, second = chance.choice(frame.columns), chance.choice(frame.columns)
    return frame.with_columns(pl.col(first).alias(second))


def other_rows(chance: random.Random, frame: pl.DataFrame) -> pl.DataFrame:
    if chance.random() < 0.3:
        return frame.clear()
    rows = [chance.randrange(frame.height) for _ in range(chance.choice([1, frame.height]))]
    return frame[rows] if frame.height else frame


DATA: tuple[Callable[[random.Random, pl.DataFrame], pl.DataFrame], ...] = (
    without_column, blank_column, blank_cells, odd_column, odd_text, odd_number, copied_column,
    other_rows,
)  # fmt: skip


def places(tree: Any) -> list[tuple[Any, Any]]:
    """List every place of a specification as what holds it and its key."""
    pairs = list(tree.items() if isinstance(tree, dict) else enumerate(tree)) if isinstance(tree, dict | list) else []  # fmt: skip
    return [(tree, key) for key, _ in pairs] + [one for _, below in pairs for one in places(below)]


def mutated_specification(chance: random.Random, tree: Tree) -> Tree:
    changed = copy.deepcopy(tree)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        holder, key = chance.choice(places(changed))
        kind = chance.random()
        if kind < 0.3:
            del holder[key]
        elif kind < 0.8:
            other, name = chance.choice(places(tree))
            alike = [
                (there, one) for there, one in places(tree)
                if isinstance(there, dict) and (one == key or type(there[one]) is type(holder[key]))
            ]  # fmt: skip
            there, one = chance.choice(alike) if alike else (other, name)
            holder[key] = copy.deepcopy(there[one])
        else:
            holder[key] = chance.choice(
                ["x", "AVAL", "USUBJID", 0, 1.5, [], {}, None, "mean", "ALL"]
            )
    return changed


def attempt(folder: Path, tree: Tree, frames: Frames) -> bool:
    """Build what is left; tell whether there was a record."""
    for file in folder.iterdir():
        file.unlink()
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
    library = Library(folder)
    try:
        reading = read_specification(text, vocabulary())
        reading.raise_problems(references.check(reading, library))
        made = build(reading.specification, library)
    except ToplineError as error:
        assert str(error)  # noqa: PT017 - that there may be an error is the point
        return False
    assert_traceable(made, reading.specification, library)
    return True


@pytest.mark.parametrize("trial", [small_trial, example_trial])
def test_mutated_data_give_a_record_or_an_error_for_the_user(
    trial: Callable[[], tuple[Tree, Frames]], tmp_path: Path
) -> None:
    tree, frames = trial()
    assert attempt(tmp_path, tree, frames), "the trial itself is built"
    chance = random.Random(SEED)
    outcomes = []
    for _ in range(ROUNDS):
        changed = dict(frames)
        for _ in range(chance.choice([1, 1, 2])):
            name = chance.choice(list(changed))
            changed[name] = chance.choice(DATA)(chance, changed[name])
        outcomes.append(attempt(tmp_path, tree, changed))
    assert any(outcomes)
    assert not all(outcomes)


@pytest.mark.parametrize("trial", [small_trial, example_trial])
def test_mutated_specifications_give_a_record_or_an_error_for_the_user(
    trial: Callable[[], tuple[Tree, Frames]], tmp_path: Path
) -> None:
    tree, frames = trial()
    chance = random.Random(SEED)
    outcomes = [
        attempt(tmp_path, mutated_specification(chance, tree), frames) for _ in range(ROUNDS)
    ]
    assert any(outcomes)
    assert not all(outcomes)
