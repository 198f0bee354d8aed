"""A made-up trial of three arms whose record has every kind of part, for what is tested on records.

All numbers follow from formulas, so that nothing is drawn at random.
"""

from dataclasses import replace
from pathlib import Path

import msgspec
import polars as pl
from tests.spec.small_trial import built

from topline.analysis.build import Build
from topline.analysis.statistics import Statistic, Statistics
from topline.record.addresses import replace_at, value_at
from topline.record.results import MeasureAnalysis

ARMS = ("Placebo", "Low dose", "High dose")
SIZES = (23, 21, 22)
WEEKS = (8, 16)

SPECIFICATION = """
study: {nct_id: NCT00000001, title: A Trial of Three Arms}
groups:
  placebo: {title: Placebo, description: Two matching tablets a day, treatment: Placebo}
  low: {title: Xanthin Low Dose, description: 10 mg and a matching tablet a day, treatment: Low dose}
  high: {title: Xanthin High Dose, description: 20 mg a day, treatment: High dose}
participant_flow:
  recruitment_details: Made up.
  periods:
    - title: Overall Study
      milestones: [{title: Reached Week 8, where: WEEK8FL == 'Y'}]
baseline:
  measures:
    - age
    - sex
    - {title: Body Mass Index, variable: BMIBL, summary: mean, unit: kg/m^2, decimals: 2,
       description: Weight by height squared.}
outcomes:
  - title: Change From Baseline in Symptom Score
    type: primary
    time_frame: Baseline, Week 8 and Week 16
    description: A lower score means fewer symptoms.
    population_description: Participants with an assessment.
    dataset: ADQS
    variable: CHG
    summary: {method: mean, dispersion: standard_deviation}
    unit: units on a scale
    decimals: 2
    classes: {Week 8: AVISITN == 8, Week 16: AVISITN == 16}
  - title: Response at Week 16
    type: primary
    time_frame: Week 16
    dataset: ADRS
    summary: count_of_participants
    categories:
      - {title: Complete response, values: [CR]}
      - {title: Partial response, values: [PR]}
      - {title: No response, values: [NR]}
  - title: Response Rate
    type: secondary
    time_frame: Week 16
    dataset: ADRS
    summary: {method: percentage, interval: jeffreys}
    categories: [{title: Responders, values: [CR, PR]}]
    unit: percentage of participants
    decimals: 1
  - title: Time to Relapse
    type: secondary
    time_frame: From start to 2 years
    dataset: ADTTE
    summary: {method: kaplan_meier_quantile}
    unit: months
    decimals: 1
  - title: Serum Concentration of Xanthin
    type: other_pre_specified
    time_frame: Week 8
    dataset: ADPC
    summary: {method: mean, dispersion: standard_deviation}
    unit: ng/mL
    decimals: 1
adverse_events:
  time_frame: From first dose to Week 16
  vocabulary: MedDRA 26.0
  threshold: 5
limitations: The trial is made up.
agreement: {investigators_are_employees: true}
contact: {title: Trials office, organization: Example, email: contact@example.org}
"""

TERMS = (
    ("NERVOUS SYSTEM DISORDERS", "HEADACHE", (3, 5, 7)),
    ("NERVOUS SYSTEM DISORDERS", "DIZZINESS", (4, 3, 6)),
    ("GASTROINTESTINAL DISORDERS", "NAUSEA", (2, 6, 9)),
    ("GASTROINTESTINAL DISORDERS", "VOMITING", (1, 2, 4)),
    ("SKIN AND SUBCUTANEOUS TISSUE DISORDERS", "PRURITUS", (5, 8, 10)),
    ("VASCULAR DISORDERS", "HYPOTENSION", (2, 3, 1)),
    ("VASCULAR DISORDERS", "HYPERTENSION", (3, 2, 5)),
)
SERIOUS = (
    ("CARDIAC DISORDERS", "ATRIAL FIBRILLATION", (1, 2, 3)),
    ("CARDIAC DISORDERS", "SYNCOPE", (2, 1, 4)),
    ("NERVOUS SYSTEM DISORDERS", "HEADACHE", (0, 1, 1)),
)
REASONS = ("ADVERSE EVENT", "LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT")


def three_arm_trial(folder: Path) -> Build:
    """Build the record of the trial, with an analysis of two groups put in."""
    participants = [(arm, number) for arm, size in enumerate(SIZES) for number in range(size)]
    made = built(
        folder,
        SPECIFICATION,
        adsl=_adsl(participants),
        adqs=_adqs(participants),
        adrs=_adrs(participants),
        adtte=_adtte(participants),
        adpc=_adpc(participants),
        adae=_adae(),
    )
    return _with_comparison(made)


def _name(arm: int, number: int) -> str:
    return f"{arm}-{number:02}"


def _adsl(participants: list[tuple[int, int]]) -> pl.DataFrame:
    def left(arm: int, number: int) -> bool:
        return number < 3 + 2 * arm

    return pl.DataFrame(
        [
            {
                "USUBJID": _name(arm, number),
                "TRT01P": ARMS[arm],
                "TRT01A": ARMS[arm],
                "ITTFL": "Y",
                "SAFFL": "Y",
                "AGE": 41.0 + (number * 7 + arm * 3) % 29,
                "SEX": "F" if (number + arm) % 5 < 2 + arm else "M",
                "BMIBL": 21.37 + (number * 13 % 17) * 0.61 + arm * 0.29,
                "WEEK8FL": "N" if number < 1 + arm else "Y",
                "EOSSTT": "DISCONTINUED" if left(arm, number) else "COMPLETED",
                "DCSREAS": REASONS[(number * number + arm) % 3] if left(arm, number) else None,
                "DTHFL": "Y" if number < arm + 1 else None,
            }
            for arm, number in participants
        ],
        infer_schema_length=None,
    )


def _adqs(participants: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "USUBJID": _name(arm, number),
                "AVISITN": float(week),
                "CHG": -0.37 * arm * week / 8 + (number * 11 % 19) * 0.173 - 2.6,
            }
            for arm, number in participants
            for week in WEEKS
        ]
    )


def _adrs(participants: list[tuple[int, int]]) -> pl.DataFrame:
    def response(arm: int, number: int) -> str:
        return "CR" if number < 2 + arm else "PR" if number < 5 + 4 * arm else "NR"

    return pl.DataFrame(
        [
            {"USUBJID": _name(arm, number), "AVALC": response(arm, number)}
            for arm, number in participants
        ]
    )


def _adtte(participants: list[tuple[int, int]]) -> pl.DataFrame:
    # Half of those with the high dose relapse, so that its upper limit is not reached.
    return pl.DataFrame(
        [
            {
                "USUBJID": _name(arm, number),
                "AVAL": 1.37 + number * 0.83 + arm * 1.9,
                "CNSR": 0.0 if number % (arm + 1) == 0 else 1.0,
            }
            for arm, number in participants
        ]
    )


def _adpc(participants: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"USUBJID": _name(arm, number), "AVAL": 913.77 + arm * 731.3 + number * 21.19}
            for arm, number in participants
        ]
    )


def _adae() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "USUBJID": _name(arm, number),
                "TRTEMFL": "Y",
                "AESER": serious,
                "AEBODSYS": system,
                "AEDECOD": term,
            }
            for serious, terms in (("N", TERMS), ("Y", SERIOUS))
            for system, term, counts in terms
            for arm, count in enumerate(counts)
            for number in range(count)
            for _ in range(1 + number % 2)
        ]
    )


OUTCOME = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0"
ANALYSES = f"{OUTCOME}/analyses"
COMPARISON = (
    ("p_value", "pValue", 0.0437129, "0.0437"),
    ("param_value", "paramValue", -0.739812, "-0.74"),
    ("ci_pct_value", "ciPctValue", 95.0, "95"),
    ("ci_lower_limit", "ciLowerLimit", -1.452713, "-1.45"),
    ("ci_upper_limit", "ciUpperLimit", -0.026911, "-0.03"),
)


def _with_comparison(made: Build) -> Build:
    """Put in analyses of two groups: numbers as given, for no build is needed to compare them."""
    groups = getattr(value_at(made.study, OUTCOME), "groups", ())
    ids = {group.title: group.id for group in groups}
    first = MeasureAnalysis(
        group_ids=(ids["Placebo"], ids["Xanthin High Dose"]),
        group_description="High dose minus placebo.",
        statistical_method="ANCOVA",
        statistical_comment="Adjusted for the value at baseline.",
        param_type="Mean Difference (Final Values)",
        ci_num_sides="TWO_SIDED",
        non_inferiority_type="SUPERIORITY",
    )
    for name, _, _, text in COMPARISON:
        first = msgspec.structs.replace(first, **{name: text})
    second = msgspec.structs.replace(
        first,
        group_ids=(ids["Placebo"], ids["Xanthin Low Dose"]),
        group_description="Low dose minus placebo.",
        p_value="0.31",
        param_value="-0.37",
        ci_lower_limit="-1.10",
        ci_upper_limit="0.35",
    )
    study = replace_at(made.study, ANALYSES, (first, second))
    rows = [
        Statistic(
            address=f"{ANALYSES}/0/{camel}", name=name, group="placebo, high", dataset="ADQS",
            condition="", population="ITT", rows=45, participants=45, method="ANCOVA", raw=raw,
            rounding="", posted=text,
        )
        for name, camel, raw, text in COMPARISON
    ]  # fmt: skip
    return replace(made, study=study, statistics=Statistics([*made.statistics, *rows]))
