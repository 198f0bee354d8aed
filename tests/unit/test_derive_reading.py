"""What posted summaries are read as, and what is refused with which reason."""

import math
from typing import Any

import pytest
from tests.unit.derive_examples import OUTCOME, denominators, measure, row, study

from topline.analysis.derive.null_values import null_value
from topline.analysis.derive.runner import derive
from topline.posted.dispersions import dispersion
from topline.posted.outcome_rows import outcome_rows
from topline.posted.row_numbers import numbers_in
from topline.posted.summaries import (
    Posted,
    PostedCount,
    PostedMean,
    Unusable,
    counts_of_share,
)
from topline.posted.units import Counted, counted
from topline.record.results import (
    Denom,
    MeasureCategory,
    MeasureClass,
    Measurement,
    OutcomeMeasure,
)


def cell(made: OutcomeMeasure, group: str = "OG000") -> Posted | Unusable:
    return next(outcome_rows(made, OUTCOME)).cells[group]


def count(made: OutcomeMeasure) -> PostedCount:
    found = cell(made)
    assert isinstance(found, PostedCount)
    return found


def mean(made: OutcomeMeasure) -> PostedMean:
    found = cell(made)
    assert isinstance(found, PostedMean)
    return found


def reason(made: OutcomeMeasure) -> str:
    found = cell(made)
    assert isinstance(found, Unusable), found
    return found.reason


COUNTS: dict[str, Any] = {"param_type": "COUNT_OF_PARTICIPANTS"}
MEANS: dict[str, Any] = {"param_type": "MEAN", "dispersion_type": "Standard Deviation"}


def test_a_count_is_exact_and_has_the_addresses_of_value_and_denominator() -> None:
    found = count(measure((27,), row("8"), **COUNTS))
    assert (found.lowest, found.count, found.highest, found.number) == (8, 8, 8, 27)
    assert found.inputs == (
        f"{OUTCOME}/classes/0/categories/0/measurements/0/value",
        f"{OUTCOME}/denoms/0/counts/0/value",
    )


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("participants", Counted.PARTICIPANTS),
        ("Number of subjects", Counted.PARTICIPANTS),
        ("patients with an event", Counted.PARTICIPANTS),
        ("percentage of participants", Counted.PERCENTAGE),
        ("% of patients", Counted.PERCENTAGE),
        ("percentage of of partcipants", Counted.PERCENTAGE),
        ("proportion of participants", Counted.FRACTION),
        ("events", Counted.OTHER),
        ("participants per 100 person-years", Counted.OTHER),
        ("participant-years", Counted.OTHER),
        ("participants/events", Counted.OTHER),
        ("percentage of days", Counted.OTHER),
        ("percentage", Counted.OTHER),
        ("", Counted.OTHER),
    ],
)
def test_a_number_counts_what_its_unit_says(unit: str, expected: Counted) -> None:
    assert counted(OutcomeMeasure(param_type="NUMBER", unit_of_measure=unit)) is expected


def test_a_bare_percentage_counts_participants_only_if_the_title_says_so() -> None:
    said = OutcomeMeasure(
        param_type="NUMBER", unit_of_measure="%", title="Percentage of Participants with Response"
    )
    assert counted(said) is Counted.PERCENTAGE


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("29.6", 27, (8, 8, 8)),
        ("30", 400, (118, 120, 122)),
        ("0", 1000, (0, 0, 5)),
        ("100.0", 12, (12, 12, 12)),
        ("12.5%", 8, (1, 1, 1)),
    ],
)
def test_a_percentage_is_that_of_every_count_that_prints_so(
    text: str, number: int, expected: tuple[int, int, int]
) -> None:
    assert counts_of_share(text, number, 100) == expected


def test_a_percentage_of_no_whole_number_is_refused() -> None:
    made = measure(
        (27,), row("28.9"), param_type="NUMBER", unit_of_measure="percentage of participants"
    )
    assert reason(made) == "28.9 is not the percentage of a whole number of 27 participants"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (measure((27,), row("28"), **COUNTS), "28 participants of 27 analyzed"),
        (measure((27,), row("8.5"), **COUNTS), "8.5 is not a whole number"),
        (measure((0,), row("0"), **COUNTS), "nobody was analyzed"),
        (measure((27,), row("8"), denoms=(), **COUNTS), "no denominators in participants"),
        (
            measure((27,), row("8"), denoms=(denominators((50,), "Eyes"),), **COUNTS),
            "no denominators in participants",
        ),
        (
            measure((27,), row("8"), denom_units_selected="Eyes", **COUNTS),
            "the numbers are of eyes, of which a participant may have several",
        ),
        (measure((27,), row("NA"), **COUNTS), "there is no number"),
        (measure((27,), row("1,23"), **COUNTS), "cannot be read"),
        (measure((27,), row("<5"), **COUNTS), "only a bound is posted"),
        (measure((9,), row(("5", "1")), param_type="MEDIAN"), "a median is no count"),
        (
            measure((9,), row("5"), param_type="NUMBER", unit_of_measure="events"),
            "a number of 'events' says neither",
        ),
        (
            measure(
                (200,),
                row("0.4"),
                param_type="NUMBER",
                unit_of_measure="percentage of participants",
            ),
            "no percentage is above 0.4: percent, or fractions of 1?",
        ),
        (
            measure(
                (20,), row("40"), param_type="NUMBER", unit_of_measure="proportion of participants"
            ),
            "the unit is a proportion, and 40 is above 1",
        ),
        (
            measure(
                (20,),
                row("40"),
                param_type="NUMBER",
                unit_of_measure="percentage of participants",
                description="Kaplan-Meier estimate at 12 months",
            ),
            'the text says "kaplan"',
        ),
        (
            measure((9,), row(("5", "2")), title="Adjusted Mean Change", **MEANS),
            "a mean adjusted by a model has no standard deviation",
        ),
        (measure((9,), row(("5", "2")), dispersion_type="STANDARD_ERROR"), "does not say what"),
        (
            measure(
                (9,),
                row(("5", "0.3")),
                param_type="GEOMETRIC_MEAN",
                dispersion_type="Geometric Coefficient of Variation",
            ),
            "no coefficient of variation is above 0.3: percent, or fractions of 1?",
        ),
        (
            measure((9,), row(("0.0", "30")), param_type="GEOMETRIC_MEAN"),
            "may be 0, which has no logarithm",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    made: OutcomeMeasure, expected: str
) -> None:
    assert expected in reason(made)


def test_a_group_with_two_numbers_in_one_row_is_refused() -> None:
    twice = MeasureClass(
        categories=(
            MeasureCategory(
                measurements=tuple(Measurement(group_id="OG000", value=v) for v in ("8", "9"))
            ),
        )
    )
    assert reason(measure((27,), twice, **COUNTS)) == "the row posts several numbers for the group"


def test_a_standard_error_gives_the_standard_deviation_with_its_range() -> None:
    made = measure((25,), row(("10.0", "0.5")), param_type="MEAN", dispersion_type="Standard Error")
    found = mean(made)
    assert found.standard_deviation is not None
    assert found.standard_deviation.printed == pytest.approx(2.5)
    assert found.standard_deviation.lower == pytest.approx(0.45 * 5)
    assert found.standard_deviation.upper == pytest.approx(0.55 * 5)
    assert "standard deviations are from the posted standard errors" in found.notes


def test_limits_give_the_standard_deviation_if_the_mean_is_in_their_middle() -> None:
    # t(24; 0.975) = 2.063899 (R 4.3: qt(0.975, 24)); 10 ± 2.063899 * 0.5.
    fields = {"param_type": "MEAN", "dispersion_type": "95% Confidence Interval"}
    found = mean(measure((25,), row(("10.00", "8.97", "11.03")), **fields))
    assert found.standard_deviation is not None
    assert found.standard_deviation.contains(2.5)
    skewed = mean(measure((25,), row(("10.00", "9.50", "12.00")), **fields))
    assert skewed.standard_deviation is None
    assert "not symmetric" in skewed.why_none


def test_a_geometric_mean_is_read_as_logarithms() -> None:
    # s = sqrt(log(1 + 0.5²)) = 0.472381.
    found = mean(
        measure(
            (12,),
            row(("20.0", "50.0")),
            param_type="GEOMETRIC_MEAN",
            dispersion_type="Geometric Coefficient of Variation",
        )
    )
    assert found.mean.printed == pytest.approx(math.log(20))
    assert found.standard_deviation is not None
    assert found.standard_deviation.printed == pytest.approx(0.472381, abs=1e-6)


def test_a_least_squares_mean_has_no_standard_deviation() -> None:
    fields = {"param_type": "LEAST_SQUARES_MEAN", "dispersion_type": "Standard Error"}
    found = mean(measure((12,), row(("20.0", "0.5")), **fields))
    assert found.standard_deviation is None
    said = mean(
        measure(
            (12,),
            row(("20.0", "0.5")),
            param_type="MEAN",
            dispersion_type="Standard Error",
            title="Adjusted mean change",
        )
    )
    assert said.kind == "least squares"


def test_a_class_has_denominators_of_its_own() -> None:
    own = MeasureClass(
        denoms=(denominators((20,)),),
        categories=(MeasureCategory(measurements=(Measurement(group_id="OG000", value="8"),)),),
    )
    found = count(measure((27,), own, **COUNTS))
    assert found.number == 20
    assert found.inputs[1] == f"{OUTCOME}/classes/0/denoms/0/counts/0/value"


def test_the_numbers_in_a_row_title_come_before_those_of_the_whole_measure() -> None:
    made = measure((58, 56), row("8", "9", title="Week 13 (n=46, 44)"), **COUNTS)
    found = count(made)
    assert found.number == 46
    assert found.inputs[1] == f"{OUTCOME}/classes/0/title"
    assert "n=46, 44" in found.notes[0]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Week 13 (n=46)", "gives 1 numbers analyzed (46) for 2 groups"),
        ("Week 13 (n=46, 57)", "gives more analyzed (46, 57) than the measure has"),
        ("Week 13 (n=46) and 14 (n=44)", "gives 0 numbers analyzed"),
    ],
)
def test_numbers_in_a_title_that_do_not_fit_are_refused(title: str, expected: str) -> None:
    assert expected in reason(measure((58, 56), row("8", "9", title=title), **COUNTS))


def test_numbers_in_a_title_belong_to_the_groups_that_have_a_value() -> None:
    made = measure((58, 56), row("8", "NA", title="Week 52 (n=46)"), **COUNTS)
    assert count(made).number == 46


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Baseline, N=65, N=66", (65, 66)),
        ("n = 76,81,73", (76, 81, 73)),
        ("Any (n=10/12)", (10, 12)),
        ("Nausea", ()),
        ("pH n=", ()),
    ],
)
def test_numbers_are_found_in_titles(title: str, expected: tuple[int, ...]) -> None:
    assert numbers_in(title) == expected


def test_rows_that_differ_in_words_only_are_refused() -> None:
    made = measure(
        (58, 56),
        row("8", "9", title="Week 12"),
        row("8", "9", title="Week 24"),
        population_description="n = number of participants with data at the visit",
        **COUNTS,
    )
    assert "said in words only" in reason(made)


def test_a_row_without_a_number_of_its_own_says_so_in_a_note() -> None:
    made = measure((58, 56), row("8", "9"), row("8", "9"), **COUNTS)
    assert "the number analyzed" not in count(made).notes
    assert any("of its own" in note for note in count(made).notes)


def test_a_page_of_text_has_no_type_and_a_standard_deviation_means_a_mean() -> None:
    made = measure((20,), row(("1.17", "0.84")), dispersion_type="Standard Deviation")
    assert "taken for a mean" in mean(made).notes[-1]


@pytest.mark.parametrize(
    ("text", "word", "level"),
    [
        ("Standard Deviation", "standard deviation", None),
        ("STANDARD_ERROR", "standard error", None),
        ("95% Confidence Interval", "confidence interval", 0.95),
        ("CONFIDENCE_975", "confidence interval", 0.975),
        ("CONFIDENCE_OTHER", "confidence other", None),
        ("GEOMETRIC_COEFFICIENT", "coefficient of variation", None),
        (None, "", None),
    ],
)
def test_dispersions_are_read_as_labels_and_as_codes(
    text: str | None, word: str, level: float | None
) -> None:
    found = dispersion(text)
    assert (found.word, found.level) == (word, level)


@pytest.mark.parametrize(
    ("title", "unit", "description", "row_title", "expected"),
    [
        ("Change From Baseline in Weight", "kg", "", "", 0.0),
        ("Change From Baseline in Weight", "kg", "", "Baseline", None),
        ("Percent change in LDL", "percent", "", "", 0.0),
        ("Weight", "kg", "", "Change at Week 12", 0.0),
        ("Weight", "kg", "", "Week 12", None),
        ("Time to change of therapy", "days", "", "", None),
        ("Expression", "ratio", "post/pre-treatment ratio", "", 1.0),
        ("Fold change of titer", "fold change", "", "", 1.0),
        ("Change in Albumin/Creatinine Ratio", "ratio", "", "", None),
        ("Change in log ratio", "log ratio", "", "", 0.0),
    ],
)
def test_no_change_is_0_or_1_or_not_known(
    title: str, unit: str, description: str, row_title: str, expected: float | None
) -> None:
    made = OutcomeMeasure(title=title, unit_of_measure=unit, description=description)
    assert null_value(made, (row_title,) if row_title else ()) == expected


def test_values_at_visits_under_the_title_of_a_change_are_not_tested() -> None:
    made = measure(
        (20,),
        row(("80", "5"), title="Baseline"),
        row(("78", "5"), title="Week 12"),
        title="Change From Baseline in Weight",
    )
    assert null_value(made, ("Week 12",)) is None


def test_a_measure_without_numbers_is_refused_once() -> None:
    found = derive(study(OutcomeMeasure(title="Not posted")))
    assert [one.reason for one in found.refusals] == ["the measure posts no numbers"]


def test_denominators_of_units_are_not_taken_for_participants() -> None:
    made = measure(
        (27,), row("8"), denoms=(Denom(units="Eyes", counts=()), denominators((27,))), **COUNTS
    )
    assert count(made).number == 27
