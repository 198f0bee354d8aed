"""The example trial yields every figure of the published record, counted here without topline.

``recomputed`` reads the example's Dataset-JSON files and computes each figure in plain Python;
``posted`` reads the same figures from the page of the published record (NCT03211416) with small
patterns of its own. The literal expectations between them were taken from that page.
"""

import json
import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ADAM = ROOT / "examples" / "hcc" / "adam"
Row = Mapping[str, Any]
Figures = dict[str, str]

EXPECTED: Figures = {
    "STARTED": "37",
    "COMPLETED": "27",
    "NOT COMPLETED": "10",
    "Adverse Event": "7",
    "Lack of Efficacy": "2",
    "Physician Decision": "1",
    "Age": "67.4 (9.7)",
    "Female": "11",
    "Male": "26",
    "American Indian or Alaska Native": "0",
    "Asian": "0",
    "Native Hawaiian or Other Pacific Islander": "0",
    "Black or African American": "5",
    "White": "26",
    "More than one race": "0",
    "Unknown or Not Reported": "6",
    "United States": "37",
    "Body mass index": "28.5 (5.3)",
    "Evaluable": "27",
    "Responders": "8",
    "Non-responders": "19",
    "Overall survival": "17.1 (6.2 to 37.2)",
    "Time to progression": "3.7 (2.5 to 8.7)",
    "Paired samples": "20",
    "Ratio": "1.17 (0.84)",
    "Days of adverse-event follow-up": "140 (41 to 1162)",
    "Serious / Cardiac disorders / Aortic valve disease": "1/37, 1",
    "Serious / Cardiac disorders / Heart failure": "1/37, 1",
    "Serious / Gastrointestinal disorders / Abdominal pain": "2/37, 2",
    "Serious / Gastrointestinal disorders / Duodenal hemorrhage": "1/37, 1",
    "Serious / Gastrointestinal disorders / Lower gastrointestinal hemorrhage": "1/37, 1",
    "Serious / Gastrointestinal disorders / Oral pain": "1/37, 1",
    "Serious / General disorders / Death NOS": "3/37, 3",
    "Serious / General disorders / Fever": "1/37, 1",
    "Serious / General disorders / Multi-organ failure": "1/37, 1",
    "Serious / Hepatobiliary disorders / Hepatic failure": "2/37, 2",
    "Serious / Immune system disorders / Immune system disorders - Other": "4/37, 4",
    "Serious / Infections and infestations / Appendicitis perforated": "1/37, 1",
    "Serious / Infections and infestations / Enterocolitis infectious": "1/37, 1",
    "Serious / Infections and infestations / Infections and infestations - Other": "2/37, 2",
    "Serious / Infections and infestations / Sepsis": "3/37, 3",
    "Serious / Metabolism and nutrition disorders / Anorexia": "1/37, 1",
    "Serious / Metabolism and nutrition disorders / Dehydration": "1/37, 1",
    "Serious / Metabolism and nutrition disorders / Hyperkalemia": "1/37, 1",
    "Serious / Metabolism and nutrition disorders / Hyponatremia": "2/37, 2",
    "Serious / Musculoskeletal and connective tissue disorders / Generalized muscle weakness": "1/37, 1",
    "Serious / Respiratory, thoracic and mediastinal disorders / Pulmonary edema": "1/37, 1",
    "Serious / Respiratory, thoracic and mediastinal disorders / Respiratory failure": "1/37, 1",
    "Other / Blood and lymphatic system disorders / Anemia": "3/37, 3",
    "Other / Endocrine disorders / Hypothyroidism": "3/37, 3",
    "Other / Gastrointestinal disorders / Abdominal pain": "8/37, 8",
    "Other / Gastrointestinal disorders / Constipation": "5/37, 5",
    "Other / Gastrointestinal disorders / Diarrhea": "23/37, 23",
    "Other / Gastrointestinal disorders / Mucositis oral": "4/37, 4",
    "Other / Gastrointestinal disorders / Nausea": "8/37, 8",
    "Other / Gastrointestinal disorders / Vomiting": "3/37, 3",
    "Other / General disorders / Chills": "6/37, 6",
    "Other / General disorders / Edema limbs": "3/37, 3",
    "Other / General disorders / Fatigue": "21/37, 21",
    "Other / General disorders / Fever": "4/37, 4",
    "Other / Investigations / Alanine aminotransferase increased": "4/37, 4",
    "Other / Investigations / Aspartate aminotransferase increased": "7/37, 7",
    "Other / Investigations / Blood bilirubin increased": "9/37, 9",
    "Other / Investigations / Lymphocyte count decreased": "3/37, 3",
    "Other / Investigations / Weight loss": "13/37, 13",
    "Other / Metabolism and nutrition disorders / Anorexia": "20/37, 20",
    "Other / Musculoskeletal and connective tissue disorders / Arthralgia": "5/37, 5",
    "Other / Musculoskeletal and connective tissue disorders / Generalized muscle weakness": "9/37, 9",
    "Other / Musculoskeletal and connective tissue disorders / Myalgia": "3/37, 3",
    "Other / Nervous system disorders / Dizziness": "4/37, 4",
    "Other / Nervous system disorders / Dysgeusia": "3/37, 3",
    "Other / Respiratory, thoracic and mediastinal disorders / Dyspnea": "3/37, 3",
    "Other / Respiratory, thoracic and mediastinal disorders / Hoarseness": "4/37, 4",
    "Other / Skin and subcutaneous tissue disorders / Alopecia": "4/37, 4",
    "Other / Skin and subcutaneous tissue disorders / Dry skin": "6/37, 6",
    "Other / Skin and subcutaneous tissue disorders / Palmar-plantar erythrodysesthesia syndrome": "16/37, 16",
    "Other / Skin and subcutaneous tissue disorders / Pruritus": "4/37, 4",
    "Other / Skin and subcutaneous tissue disorders / Rash maculo-papular": "11/37, 11",
    "Other / Vascular disorders / Hypertension": "8/37, 8",
}


def test_the_expectations_list_22_serious_and_31_other_rows() -> None:
    counts = Counter(name.split(" / ")[0] for name in EXPECTED)

    assert (22, 31) == (counts["Serious"], counts["Other"])


def test_the_committed_datasets_yield_every_figure() -> None:
    assert EXPECTED == recomputed(ADAM)


@pytest.mark.parametrize("transform", ["plain", "log", "log-log"])
def test_the_limits_of_the_medians_do_not_depend_on_the_transform(transform: str) -> None:
    figures = recomputed(ADAM, transform)

    assert EXPECTED["Overall survival"] == figures["Overall survival"]
    assert EXPECTED["Time to progression"] == figures["Time to progression"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_give_other_participants_with_the_same_figures(
    seed: int, tmp_path: Path
) -> None:
    make_data(tmp_path, "--seed", str(seed))

    assert (tmp_path / "adsl.json").read_bytes() != (ADAM / "adsl.json").read_bytes()
    assert EXPECTED == recomputed(tmp_path)


def test_making_the_data_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    make_data(tmp_path)

    assert sorted(file.name for file in ADAM.iterdir()) == sorted(
        file.name for file in tmp_path.iterdir()
    )
    for file in ADAM.iterdir():
        assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name


@pytest.mark.corpus
def test_the_published_page_posts_these_figures(corpus: Path) -> None:
    page = (corpus / "page" / "NCT03211416.txt").read_text(encoding="utf-8")

    assert EXPECTED == posted(page)


# --- the figures from the datasets ---------------------------------------------------------------


def make_data(output: Path, *options: str) -> None:
    command = [sys.executable, "-m", "examples.hcc.make_data", "--output", str(output), *options]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)


def read(folder: Path, name: str) -> list[Row]:
    document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    names = [column["name"] for column in document["columns"]]
    assert len(document["rows"]) == document["records"]
    return [dict(zip(names, row, strict=True)) for row in document["rows"]]


def recomputed(folder: Path, transform: str = "log-log") -> Figures:
    participants = read(folder, "adsl")
    times, cells = read(folder, "adtte"), read(folder, "adfc")
    ratios = [row["R2BASE"] for row in cells if row["R2BASE"] is not None]
    return {
        **flow(participants),
        **baseline(participants),
        **responses(read(folder, "adrs")),
        "Overall survival": median_with_limits(times, "OS", transform),
        "Time to progression": median_with_limits(times, "TTP", transform),
        "Paired samples": str(len(ratios)),
        "Ratio": mean_and_deviation(ratios, 2),
        "Days of adverse-event follow-up": follow_up(participants),
        **adverse_events(read(folder, "adae"), participants),
    }


def flow(participants: Sequence[Row]) -> Figures:
    status = Counter(row["EOSSTT"] for row in participants)
    reasons = Counter(row["DCSREAS"] for row in participants if row["EOSSTT"] == "DISCONTINUED")
    return {
        "STARTED": str(len(participants)),
        "COMPLETED": str(status["COMPLETED"]),
        "NOT COMPLETED": str(status["DISCONTINUED"]),
        "Adverse Event": str(reasons["ADVERSE EVENT"]),
        "Lack of Efficacy": str(reasons["LACK OF EFFICACY"]),
        "Physician Decision": str(reasons["PHYSICIAN DECISION"]),
    }


def baseline(participants: Sequence[Row]) -> Figures:
    sex = Counter(row["SEX"] for row in participants)
    race = Counter(row["RACE"] for row in participants)
    country = Counter(row["COUNTRY"] for row in participants)
    assert sum(race.values()) == len(participants)
    return {
        "Age": mean_and_deviation([row["AGE"] for row in participants], 1),
        "Female": str(sex["F"]),
        "Male": str(sex["M"]),
        "American Indian or Alaska Native": str(race["AMERICAN INDIAN OR ALASKA NATIVE"]),
        "Asian": str(race["ASIAN"]),
        "Native Hawaiian or Other Pacific Islander": str(
            race["NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER"]
        ),
        "Black or African American": str(race["BLACK OR AFRICAN AMERICAN"]),
        "White": str(race["WHITE"]),
        "More than one race": str(race["MULTIPLE"]),
        "Unknown or Not Reported": str(race["UNKNOWN"] + race["NOT REPORTED"]),
        "United States": str(country["USA"]),
        "Body mass index": mean_and_deviation([row["BMIBL"] for row in participants], 1),
    }


def responses(rows: Sequence[Row]) -> Figures:
    best = Counter(
        row["AVALC"]
        for row in rows
        if row["PARAMCD"] == "BOR" and row["ANL01FL"] == "Y" and row["EVALFL"] == "Y"
    )
    return {
        "Evaluable": str(sum(best.values())),
        "Responders": str(best["CR"] + best["PR"]),
        "Non-responders": str(best["SD"] + best["PD"]),
    }


def follow_up(participants: Sequence[Row]) -> str:
    """The days from first dose to 30 days after the last one or death, from the dates."""
    days = [
        (date.fromisoformat(row["AEFUEDT"]) - date.fromisoformat(row["TRTSDT"])).days + 1
        for row in participants
    ]
    return f"{median(days)} ({min(days)} to {max(days)})"


def adverse_events(rows: Sequence[Row], participants: Sequence[Row]) -> Figures:
    at_risk = sum(row["SAFFL"] == "Y" for row in participants)
    figures = {}
    for table, serious in (("Serious", "Y"), ("Other", "N")):
        counted = [row for row in rows if row["TRTEMFL"] == "Y" and row["AESER"] == serious]
        events = Counter((row["AESOC"], row["AEDECOD"]) for row in counted)
        affected = Counter(
            (system, term)
            for system, term, _ in {(r["AESOC"], r["AEDECOD"], r["USUBJID"]) for r in counted}
        )
        for (system, term), count in affected.items():
            if serious == "Y" or count * 100 > 5 * at_risk:
                row = f"{count}/{at_risk}, {events[system, term]}"
                figures[f"{table} / {system} / {term}"] = row
    return figures


def rounded(value: float, decimals: int) -> str:
    return str(Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def mean_and_deviation(values: Sequence[float], decimals: int) -> str:
    return f"{rounded(mean(values), decimals)} ({rounded(stdev(values), decimals)})"


def median_with_limits(rows: Iterable[Row], parameter: str, transform: str) -> str:
    """The Kaplan–Meier median and its 95 % limits by the rules of R's survival package.

    The limits are the times at which the pointwise limits of the curve pass one half (Brookmeyer
    and Crowley). A time at which a curve is one half exactly would call for the midpoint rule; the
    example has none, which is asserted.
    """
    chosen = [(row["AVAL"], row["CNSR"]) for row in rows if row["PARAMCD"] == parameter]
    crossings: list[float | None] = [None, None, None]
    survival, variance = 1.0, 0.0
    for time in sorted({value for value, _ in chosen}):
        at_risk = sum(value >= time for value, _ in chosen)
        deaths = sum(value == time and censored == 0 for value, censored in chosen)
        if deaths == at_risk:
            break  # the limits are not defined where the curve is zero
        survival *= 1 - deaths / at_risk
        variance += deaths / (at_risk * (at_risk - deaths))
        curves = (survival, *limits(survival, math.sqrt(variance), transform))
        for place, curve in enumerate(curves):
            assert abs(curve - 0.5) > 1e-9
            if curve < 0.5 and crossings[place] is None:
                crossings[place] = time
    estimate, lower, upper = crossings
    assert estimate is not None
    assert lower is not None
    assert upper is not None
    return f"{rounded(estimate, 1)} ({rounded(lower, 1)} to {rounded(upper, 1)})"


def limits(survival: float, error: float, transform: str) -> tuple[float, float]:
    """Limits of one point of the curve; `error` is the standard error of log survival."""
    normal = 1.959963984540054
    if survival == 1:
        return 1.0, 1.0
    if transform == "plain":
        return survival - normal * error * survival, survival + normal * error * survival
    if transform == "log":
        return survival * math.exp(-normal * error), survival * math.exp(normal * error)
    shift = normal * error / -math.log(survival)
    return survival ** math.exp(shift), survival ** math.exp(-shift)


# --- the figures from the page -------------------------------------------------------------------

CELL = re.compile(r"^\|\n([^|]+)\n\|\n([^|]+)\n\|$", re.MULTILINE)
NAMES = {
    "Age, Continuous": "Age",
    "Body Mass index": "Body mass index",
    "Responder (CR+PR)": "Responders",
    "non-Responder (SD+PD)": "Non-responders",
    "Overall Survival": "Overall survival",
    "Time to Tumor Progression": "Time to progression",
    "Change in Functional Activity of Effector T Cells": "Ratio",
}


def posted(page: str) -> Figures:
    before, serious_and_other = page.split("\nSerious adverse events\n")
    serious, other = serious_and_other.split("\nOther adverse events\n")
    figures = {NAMES.get(name, name): value for name, value in plain_cells(before)}
    figures |= dict(event_cells("Serious", serious)) | dict(event_cells("Other", other))
    outcomes = re.findall(r"^n=(\d+) Participants$", before.split("PRIMARY outcome")[1], re.M)
    figures["Evaluable"], figures["Paired samples"] = outcomes[0], outcomes[-1]
    period = re.search(r"median of (\d+) days \(range = (\d+) to ([\d,]+) days\)", page)
    assert period is not None
    middle, least, most = period.groups()
    most = most.replace(",", "")
    figures["Days of adverse-event follow-up"] = f"{middle} ({least} to {most})"
    return figures


def plain_cells(text: str) -> Iterable[tuple[str, str]]:
    for label, value in CELL.findall(text):
        number = value.split()[0]
        deviation = re.search(r"standard_?\s?deviation ([\d.]+)", value, re.IGNORECASE)
        interval = re.search(r"Interval ([\d.]+) to ([\d.]+)", value)
        if deviation:
            number += f" ({deviation[1]})"
        if interval:
            number += f" ({interval[1]} to {interval[2]})"
        yield label.splitlines()[-1], number


def event_cells(table: str, text: str) -> Iterable[tuple[str, str]]:
    for label, value in CELL.findall(text):
        system, term = label.splitlines()
        counts = re.search(r"(\d+/\d+) • Number of events (\d+)", value)
        assert counts is not None, label
        yield f"{table} / {system} / {term}", f"{counts[1]}, {counts[2]}"
