"""What is given to be pooled, what is left out, and why."""

import math
from typing import Any

from tests.unit.derive_examples import OUTCOME, denominators, flow, measure, row

from topline.formats.tables import effects
from topline.formats.tables.arms import Arms
from topline.formats.tables.table import StudyPart, Table
from topline.record.results import (
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ResultsSection,
)
from topline.record.study import Study

COUNTS: dict[str, Any] = {"param_type": "COUNT_OF_PARTICIPANTS"}
SHARES: dict[str, Any] = {"param_type": "NUMBER", "unit_of_measure": "percentage of participants"}
MEANS: dict[str, Any] = {"param_type": "MEAN", "dispersion_type": "STANDARD_DEVIATION"}


def study(*measures: OutcomeMeasure) -> Study:
    """Two arms of 30 and 28, known to share nobody."""
    return Study(
        results_section=ResultsSection(
            participant_flow_module=flow([(30, 28)]),
            outcome_measures_module=OutcomeMeasuresModule(outcome_measures=measures),
        )
    )


def rows(table: Table, *measures: OutcomeMeasure) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    part = StudyPart(study(*measures), 1, "made")
    return [dict(zip(names, made, strict=True)) for made in table.rows(part)]


def reasons(*measures: OutcomeMeasure) -> list[tuple[str, str, str]]:
    return [
        (one["address"], one["what"], one["reason"]) for one in rows(effects.LEFT_OUT, *measures)
    ]


def test_a_count_is_an_arm_with_its_denominator_and_the_addresses_of_both() -> None:
    made = rows(effects.BINARY, measure((30, 28), row("8", "3", title="Week 8"), **COUNTS))
    assert [(one["treat"], one["event"], one["n"]) for one in made] == [
        ("Drug", 8, 30),
        ("Placebo", 3, 28),
    ]
    assert made[0]["event_address"] == f"{OUTCOME}/classes/0/categories/0/measurements/0/value"
    assert made[0]["n_address"] == f"{OUTCOME}/denoms/0/counts/0/value"
    assert (made[0]["row"], made[0]["studlab"]) == ("Week 8", "study 1")
    assert made[0]["event_from"] == "posted count"


def test_a_pair_is_the_four_counts_of_escalc() -> None:
    (made,) = rows(effects.BINARY_PAIRS, measure((30, 28), row("8", "3"), **COUNTS))
    assert [made[name] for name in ("ai", "bi", "ci", "di", "n1i", "n2i")] == [8, 22, 3, 25, 30, 28]
    assert (made["treat1"], made["treat2"]) == ("Drug", "Placebo")


def test_a_percentage_is_a_count_only_where_one_count_prints_so() -> None:
    made = rows(effects.BINARY, measure((30, 2800), row("26.7", "10.7"), **SHARES))
    assert [(one["event"], one["n"]) for one in made] == [(8, 30)]
    assert made[0]["event_from"] == "posted percentage, of which it alone prints so"
    (left,) = reasons(measure((30, 2800), row("26.7", "10.7"), **SHARES))
    # Of 2800, from 298.2 (10.65 %) to 301 (10.75 %).
    assert left[1:] == ("numbers", "299 to 301 participants print as the posted percentage")


def test_a_mean_has_its_standard_deviation_or_that_of_its_standard_error() -> None:
    with_deviation = measure((30, 28), row(("5.0", "1.2"), ("4.0", "1.1")), **MEANS)
    (one, _) = rows(effects.CONTINUOUS, with_deviation)
    assert (one["n"], one["mean"], one["sd"]) == (30, 5.0, 1.2)
    assert one["sd_from"] == "posted standard deviation"
    with_error = measure(
        (30, 28),
        row(("5.0", "0.2"), ("4.0", "0.1")),
        **MEANS | {"dispersion_type": "STANDARD_ERROR"},
    )
    (one, _) = rows(effects.CONTINUOUS, with_error)
    assert one["sd"] == 0.2 * math.sqrt(30)
    assert one["sd_from"] == "posted standard error times the square root of n"
    (pair,) = rows(effects.CONTINUOUS_PAIRS, with_error)
    assert [pair[name] for name in ("n1i", "m1i", "n2i", "m2i", "sd2i")] == [
        30, 5.0, 28, 4.0, 0.1 * math.sqrt(28),
    ]  # fmt: skip


def test_what_is_in_doubt_is_left_out_with_its_reason() -> None:
    limits = row(("5.0", "4.0", "6.0"), ("4.0", "3.0", "5.0"))
    left = reasons(
        measure((30, 28), limits, **MEANS | {"dispersion_type": "CONFIDENCE_95"}),
        measure((30, 28), row("5", "6"), param_type="MEDIAN"),
        measure(
            (30, 28), row("0.5", "0.6"), param_type="NUMBER", unit_of_measure="events per year"
        ),
        measure((30, 28), row("8", "3"), **COUNTS, classes=()),
        measure((30, 28), row("8", "31"), **COUNTS),
    )
    assert [one[1] for one in left] == ["numbers"] * 5
    said = [one[2] for one in left]
    assert said[0].startswith("the standard deviation would be from the posted 95 % limits")
    assert said[1] == "a median is no count, mean or geometric mean"
    assert "events per year" in said[2]
    assert said[3] == "no data are posted"
    assert said[4] == "31 participants of 28 analyzed"


def test_denominators_that_a_title_gives_are_taken_from_there() -> None:
    made = rows(
        effects.BINARY, measure((30, 28), row("8", "3", title="Week 8 (n=20, 18)"), **COUNTS)
    )
    assert [one["n"] for one in made] == [20, 18]
    assert made[0]["n_address"] == f"{OUTCOME}/classes/0/title"
    assert "row's title" in made[0]["notes"]


def test_arms_that_may_share_participants_are_given_and_never_paired() -> None:
    titles = ("Drug", "Placebo", "Total")
    made = measure((30, 28, 58), row("8", "3", "11"), titles=titles, **COUNTS)
    total = rows(effects.BINARY, made)[2]
    assert total["not_disjoint"] == "OG000: overlapping | OG001: overlapping"
    assert len(rows(effects.BINARY_PAIRS, made)) == 1
    left = rows(effects.LEFT_OUT, made)
    assert [(one["group_ids"], one["what"]) for one in left] == [
        ("OG000 | OG002", "comparison"),
        ("OG001 | OG002", "comparison"),
    ]


def test_a_row_of_too_many_arms_is_given_and_not_paired() -> None:
    titles = [f"Arm {number}" for number in range(101)]
    made = measure([9] * 101, row(*["1"] * 101), titles=titles, **COUNTS)
    assert len(rows(effects.BINARY, made)) == 101
    assert not rows(effects.BINARY_PAIRS, made)
    assert [one[1:] for one in reasons(made)] == [
        ("comparison", "rows of more than 100 arms are not paired")
    ]


def test_a_record_without_results_gives_nothing() -> None:
    arms = Arms(Study())
    assert (arms.rows, arms.left_out) == ([], [])


def test_units_other_than_participants_are_no_denominators() -> None:
    eyes = measure((30, 28), row("8", "3"), **COUNTS)
    (left,) = reasons(
        OutcomeMeasure(
            **{name: getattr(eyes, name) for name in ("title", "param_type", "groups", "classes")},
            denoms=(denominators((30, 28), "Eyes"),),
        )
    )
    assert left == (OUTCOME, "numbers", "the record has no denominators in participants")
