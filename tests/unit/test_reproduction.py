"""Verdicts on posted analyses: reproduced, exchanged, not reproduced, not determinable, and guesses why."""

from typing import Any

import pytest
from tests.unit.derive_examples import measure, row, study

from topline.analysis.derive.posted_analysis import (
    Parameter,
    adjusted_by,
    p_value,
    parameter,
    posted_numbers,
    rows_named,
)
from topline.analysis.reproduction.record import judged_analyses
from topline.analysis.reproduction.survey import survey
from topline.analysis.reproduction.verdict import Judged, Verdict
from topline.posted.summaries import Row
from topline.record import Study
from topline.record.results import MeasureAnalysis, MeasureClass, OutcomeMeasure

MEANS = {"param_type": "MEAN", "dispersion_type": "STANDARD_DEVIATION"}
COUNTS = {"param_type": "COUNT_OF_PARTICIPANTS"}
GROUPS = ("OG000", "OG001")


def analysis(
    value: str, kind: str = "Mean Difference (Final Values)", **fields: Any
) -> MeasureAnalysis:
    made: dict[str, Any] = {"group_ids": GROUPS, "param_type": kind, "param_value": value}
    return MeasureAnalysis(**(made | fields))


def record(
    *analyses: MeasureAnalysis,
    rows: tuple[MeasureClass, ...] = (row(("12.3", "4.1"), ("9.8", "5.6")),),
    numbers: tuple[int, int] = (45, 50),
    **fields: Any,
) -> Study:
    return study(measure(numbers, *rows, analyses=analyses, **(MEANS | fields)))


def judged(*args: Any, **fields: Any) -> Judged:
    (found,) = judged_analyses(record(*args, **fields))
    return found


def test_a_difference_of_means_is_reproduced_with_its_welch_interval() -> None:
    limits = {"ci_pct_value": "95", "ci_lower_limit": "0.51", "ci_upper_limit": "4.49"}
    found = judged(analysis("2.5", **limits))
    assert found.verdict is Verdict.REPRODUCED
    assert "welch" in found.precision_by
    assert found.derived is not None
    assert found.derived.lower == pytest.approx(2.4)
    assert found.derived.upper == pytest.approx(2.6)


def test_a_one_sided_limit_is_that_of_a_wider_two_sided_interval() -> None:
    # One-sided 97.5 % is the lower limit of the two-sided 95 % interval.
    one_sided = {"ci_pct_value": "97.5", "ci_num_sides": "ONE_SIDED", "ci_lower_limit": "0.51"}
    assert "welch" in judged(analysis("2.5", **one_sided)).precision_by


def test_the_second_group_minus_the_first_is_the_direction_exchanged() -> None:
    limits = {"ci_pct_value": "95", "ci_lower_limit": "-4.49", "ci_upper_limit": "-0.51"}
    found = judged(analysis("-2.5", **limits))
    assert found.verdict is Verdict.DIRECTION
    assert "welch" in found.precision_by


def test_a_ratio_the_other_way_round_is_the_direction_exchanged() -> None:
    rows = (row("48", "56"),)
    found = judged(
        analysis("2.67", "Odds Ratio (OR)"),
        rows=rows,
        numbers=(80, 70),
        **COUNTS,
        dispersion_type=None,
    )
    assert found.verdict is Verdict.DIRECTION


@pytest.mark.parametrize(("posted", "percent"), [("20.0", True), ("0.20", False)])
def test_a_risk_difference_is_in_percent_or_not(posted: str, percent: bool) -> None:
    found = judged(
        analysis(posted, "Risk Difference (RD)"),
        rows=(row("56", "48"),),
        numbers=(70, 80),
        param_type="COUNT_OF_PARTICIPANTS",
        dispersion_type=None,
    )
    assert (found.verdict, found.is_percent) == (Verdict.REPRODUCED, percent)


def test_standard_errors_labelled_standard_deviations_are_found_by_the_interval() -> None:
    # 0.50 and 0.50 as errors: 1 ± 2.0106 · 0.7071.
    limits = {"ci_pct_value": "95", "ci_lower_limit": "-0.42", "ci_upper_limit": "2.42"}
    found = judged(
        analysis("1.00", **limits),
        rows=(row(("5.00", "0.50"), ("4.00", "0.50")),),
        numbers=(25, 25),
    )
    assert found.verdict is Verdict.SPREADS
    assert "pooled" in found.precision_by


def test_a_p_value_alone_does_not_exchange_labels() -> None:
    found = judged(
        analysis("1.00", p_value="0.16"),
        rows=(row(("5.00", "0.50"), ("4.00", "0.50")),),
        numbers=(25, 25),
    )
    assert found.verdict is Verdict.REPRODUCED
    assert found.precision_by == ()


def test_least_squares_means_determine_their_difference_whatever_the_model() -> None:
    found = judged(
        analysis("-0.56", "LS mean difference", statistical_method="ANCOVA"),
        rows=(row(("-1.48", "0.1"), ("-0.92", "0.1")),),
        param_type="LEAST_SQUARES_MEAN",
        dispersion_type="STANDARD_ERROR",
    )
    assert (found.verdict, found.of_model) == (Verdict.REPRODUCED, True)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (analysis("2.2", statistical_method="ANCOVA"), 'adjusted: "ancova"'),
        (analysis("2.2", statistical_comment="Adjusted for age"), 'adjusted: "adjusted"'),
        (analysis("2.2", group_ids=("OG000",)), "1 groups, not two"),
        (analysis("2.2", group_ids=("OG000", "OG007")), "no row has numbers of both groups"),
    ],
)
def test_what_the_summaries_do_not_determine_says_why(made: MeasureAnalysis, reason: str) -> None:
    found = judged(made)
    assert found.verdict is Verdict.NOT_DETERMINABLE
    assert reason in found.reason


def test_groups_that_are_not_known_to_be_disjoint_determine_nothing() -> None:
    made = study(
        measure(
            (45, 50), row(("12.3", "4.1"), ("9.8", "5.6")), analyses=(analysis("2.5"),), **MEANS
        ),
        flow_titles=("A", "B"),
    )
    (found,) = judged_analyses(made)
    assert found.verdict is Verdict.NOT_DETERMINABLE
    assert "the groups are unknown" in found.reason


@pytest.mark.parametrize(
    "made",
    [
        MeasureAnalysis(group_ids=GROUPS, p_value="0.03", statistical_method="t-test, 2 sided"),
        analysis("0.8", "Hazard Ratio (HR)"),
        analysis("NA"),
    ],
)
def test_analyses_without_such_an_estimate_are_not_judged(made: MeasureAnalysis) -> None:
    assert list(judged_analyses(record(made))) == []


def visits(*weeks: int) -> tuple[MeasureClass, ...]:
    return tuple(
        row((f"{week}.0", "4.1"), ("9.8", "5.6"), title=f"Week {week} (n=45, 50)") for week in weeks
    )


def test_the_row_that_an_analysis_names_is_taken_and_the_longest_name_wins() -> None:
    rows = [Row(address=str(week), titles=(f"Week {week} (n=45, 50)",)) for week in (2, 20, 24)]
    for week in (2, 20, 24):
        named = rows_named(rows, analysis("1", statistical_comment=f"At week {week}."))
        assert [one.address for one in named] == [str(week)]
    assert len(rows_named(rows, analysis("1"))) == 3
    assert len(rows_named(rows, analysis("1", statistical_comment="Week 24 and week 20"))) == 3


def test_baseline_in_a_comment_names_no_row() -> None:
    rows = [Row(address="0", titles=("Baseline",)), Row(address="1", titles=("Week 12",))]
    assert len(rows_named(rows, analysis("1", statistical_comment="Change from baseline"))) == 2


def test_of_rows_that_are_not_named_one_that_gives_the_estimate_is_enough_and_is_counted() -> None:
    found = judged(analysis("10.2"), rows=visits(2, 20))
    assert found.verdict is Verdict.REPRODUCED
    assert found.rows == 2
    assert found.row.endswith("/classes/1/categories/0")


def guessed(value: str, kind: str = "Mean Difference (Final Values)", **fields: Any) -> str:
    extra = {
        name: fields.pop(name)
        for name in ("statistical_method", "statistical_comment")
        if name in fields
    }
    found = judged(analysis(value, kind, **extra), **fields)
    assert found.verdict is Verdict.NOT_REPRODUCED
    return found.reason


COUNT_RECORD: dict[str, Any] = {
    "rows": (row("56", "48"),),
    "numbers": (70, 80),
    "param_type": "COUNT_OF_PARTICIPANTS",
    "dispersion_type": None,
}


@pytest.mark.parametrize(
    ("reason", "value", "fields"),
    [
        ("the ratio of the two values", "1.255", {}),
        ("the value of one group", "12.3", {}),
        ("a power of ten off", "25.0", {}),
        ("near:", "2.85", {}),
        ("another population", "7.10", {}),
        ("a percentage of one group's value", "25.51", {}),
        (
            "an analysis of variance with further factors",
            "7.10",
            {"statistical_method": "ANOVA"},
        ),
        (
            "an analysis of changes",
            "7.10",
            {
                "statistical_comment": "Compares changes.",
                "rows": (
                    row(("12.3", "4.1"), ("9.8", "5.6"), title="Baseline"),
                    row(("10.3", "4.1"), ("9.1", "5.6"), title="Month 12"),
                ),
            },
        ),
        ("the record does not say which of 2 rows", "88.1", {"rows": visits(2, 20)}),
        (
            # 57 of 70 over 48 of 80 is 1.3571: rounded 1.36.
            "digits were cut off",
            "1.35",
            {"kind": "Risk Ratio (RR)", **COUNT_RECORD, "rows": (row("57", "48"),)},
        ),
        ("a risk ratio for an odds ratio", "1.33", {"kind": "Odds Ratio (OR)", **COUNT_RECORD}),
        ("the logarithm", "0.98", {"kind": "Odds Ratio (OR)", **COUNT_RECORD}),
        (
            "a regression whose covariates",
            "3.9",
            {
                "kind": "Odds Ratio (OR)",
                "statistical_method": "Regression, Logistic",
                **COUNT_RECORD,
            },
        ),
        (
            "not of one model and population",
            "7.1",
            {"param_type": "LEAST_SQUARES_MEAN", "dispersion_type": "STANDARD_ERROR"},
        ),
    ],
)
def test_a_guess_says_what_would_explain_the_number(
    reason: str, value: str, fields: dict[str, Any]
) -> None:
    assert reason in guessed(value, **fields)


def test_the_comparison_of_other_groups_is_recognized() -> None:
    titles = ("Low", "High", "Placebo")
    rows = row(("1.00", "2.00"), ("3.50", "2.00"), ("9.25", "2.00"))
    made = study(
        measure((20, 20, 20), rows, titles=titles, analyses=(analysis("5.75"),), **MEANS),
        starts=[(20, 20, 20)],
        flow_titles=titles,
    )
    (found,) = judged_analyses(made)
    assert found.reason == "the comparison of other groups than named"


@pytest.mark.parametrize(
    ("kind", "measured", "expected"),
    [
        ("Odds Ratio (OR)", "COUNT_OF_PARTICIPANTS", Parameter.ODDS_RATIO),
        ("Risk Ratio (RR)", "COUNT_OF_PARTICIPANTS", Parameter.RISK_RATIO),
        ("Difference in Percentages", "COUNT_OF_PARTICIPANTS", Parameter.RISK_DIFFERENCE),
        ("LS mean difference", "LEAST_SQUARES_MEAN", Parameter.MEAN_DIFFERENCE),
        ("Geometric mean ratio", "GEOMETRIC_MEAN", Parameter.GEOMETRIC_MEAN_RATIO),
        ("Median Difference (Net)", "MEAN", None),
        ("Ratio of means", "MEAN", None),
        ("Slope", "MEAN", None),
        ("Mean Difference (Net)", "MEDIAN", None),
        (None, "MEAN", None),
    ],
)
def test_the_parameter_is_what_the_words_and_the_measure_say(
    kind: str | None, measured: str, expected: Parameter | None
) -> None:
    made = OutcomeMeasure(param_type=measured)
    assert parameter(made, MeasureAnalysis(param_type=kind)) is expected


@pytest.mark.parametrize(
    ("fields", "adjusted"),
    [
        ({"statistical_method": "t-test, 2 sided"}, False),
        ({"statistical_method": "Regression, Logistic"}, False),
        ({"p_value_comment": "Adjusted for multiplicity by Bonferroni"}, False),
        ({"statistical_comment": "Unadjusted difference"}, False),
        ({"statistical_comment": "No adjustment for covariates"}, True),
        ({"statistical_method": "Mixed Models Analysis"}, True),
        ({"statistical_method": "Cochran-Mantel-Haenszel"}, True),
        ({"statistical_comment": "ANCOVA with baseline as covariate"}, True),
        ({"param_type": "LS means difference"}, True),
        ({"statistical_comment": "stratified by region"}, True),
    ],
)
def test_an_adjusted_analysis_says_so_in_words(fields: dict[str, str], adjusted: bool) -> None:
    made: dict[str, Any] = dict(fields)
    assert (adjusted_by(MeasureAnalysis(**made)) is not None) == adjusted


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("<0.001", (0.0, 0.001)),
        ("0.05", (0.045, 0.055)),
        ("0.000", (0.0, 0.0005)),
        ("> 0.99", (0.99, 1.0)),
        ("p = 0.5", (0.45, 0.55)),
        ("NS", None),
        ("1.2", None),
    ],
)
def test_p_values_are_intervals_of_probabilities(
    text: str, ends: tuple[float, float] | None
) -> None:
    found = p_value(text)
    assert (found is None) == (ends is None)
    if found is not None and ends is not None:
        assert found.lower == pytest.approx(ends[0])
        assert found.upper == pytest.approx(ends[1])


def test_limits_without_a_level_are_not_read() -> None:
    found = posted_numbers(analysis("2.5", ci_lower_limit="1", ci_upper_limit="4"))
    assert found is not None
    assert (found.lower, found.level) == (None, None)


def test_a_survey_counts_outcomes_and_verdicts() -> None:
    made = record(analysis("2.5"))
    results = made.results_section
    assert results is not None
    without = study(measure((70, 80), row("56", "48"), **COUNTS))
    found = survey([("NCT00000001", made), ("NCT00000002", without), ("NCT00000003", Study())])
    assert (found.records, found.outcomes, found.without) == (2, 2, 1)
    assert (found.derived, found.compared, found.tested) == (1, 1, 0)
    assert [(nct_id, one.verdict) for nct_id, one in found.judged] == [
        ("NCT00000001", Verdict.REPRODUCED)
    ]
