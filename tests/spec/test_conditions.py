"""What a condition means: each title is a sentence of the documentation."""

from datetime import date, datetime, time

import polars as pl
import pytest

from topline.trial.condition_evaluation import condition_mistakes, to_expression
from topline.trial.conditions import ConditionError, parse_condition

# Datasets hold local times without a zone.
MORNING = datetime.fromisoformat("2014-01-01T09:30:00")
NEXT_DAY = datetime.fromisoformat("2014-01-02T00:00:00")
ROWS = pl.DataFrame(
    {
        "SEX": ["F", "M", "M  ", "", "   ", None],
        "ARM": ["A", "B", "M", "B", None, "A"],
        "AGE": [70, 15, 40, None, 18, 99],
        "AVAL": [1.5, float("nan"), 2.0, None, -3.0, 0.1],
        "BASE": [1.5, 1.0, 3.0, 2.0, None, 0.1],
        "ADT": [date(2014, 1, 1), None, date(2014, 1, 2), date(2013, 12, 31)] + [None] * 2,
        "ADTM": [MORNING, None, NEXT_DAY, None, None, None],
        "ATM": [time(9, 30), None, time(23, 59, 59), None, None, None],
        "EMPTY": pl.Series([None] * 6, dtype=pl.Null),
        "FLAG": [True, False, None, True, False, None],
        "SMALL": pl.Series([0.1, 0.2, None, 0.1, 1.0, 2.0], dtype=pl.Float32),
    }
)
Y, N = True, False


def answers(text: str) -> list[bool | None]:
    expression = to_expression(parse_condition(text), ROWS.schema)
    return ROWS.select(expression).to_series().to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SEX == 'F'", [Y, N, N, N, N, N]),
        ('SEX == "M"', [N, Y, Y, N, N, N]),
        ("'M' == sex", [N, Y, Y, N, N, N]),
        ("SEX == 'M     '", [N, Y, Y, N, N, N]),
        ("SEX == ' M'", [N, N, N, N, N, N]),
        ("SEX == 'm'", [N, N, N, N, N, N]),
        ("SEX > 'F'", [N, Y, Y, N, N, N]),
        ("SEX == ARM", [N, N, Y, N, N, N]),
        ("SEX in ['F', 'X']", [Y, N, N, N, N, N]),
        ("SEX in ['M ', \"F\"]", [Y, Y, Y, N, N, N]),
        ("AGE >= 18", [Y, N, Y, N, Y, Y]),
        ("18 <= AGE", [Y, N, Y, N, Y, Y]),
        ("AGE < 18.5", [N, Y, N, N, Y, N]),
        ("AGE in [15, 40.0]", [N, Y, Y, N, N, N]),
        ("AVAL == BASE", [Y, N, N, N, N, Y]),
        ("AVAL < 0 or AGE > 65", [Y, N, N, N, Y, Y]),
        ("AGE > 18 and AVAL > 1.9", [N, N, Y, N, N, N]),
        ("SMALL == 0.1", [Y, N, N, Y, N, N]),
        ("SMALL not in [0.1, 2]", [N, Y, N, N, Y, N]),
        ("true", [Y, Y, Y, Y, Y, Y]),
        ("not true", [N, N, N, N, N, N]),
    ],
)
def test_texts_and_numbers_compare_as_they_read(text: str, expected: list[bool]) -> None:
    assert answers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SEX is missing", [N, N, N, Y, Y, Y]),
        ("SEX is not missing", [Y, Y, Y, N, N, N]),
        ("AVAL is missing", [N, Y, N, Y, N, N]),
        ("EMPTY is missing", [Y, Y, Y, Y, Y, Y]),
        ("FLAG is missing", [N, N, Y, N, N, Y]),
        ("ADT Is Not Missing", [Y, N, Y, Y, N, N]),
    ],
)
def test_null_not_a_number_and_blank_text_are_missing(text: str, expected: list[bool]) -> None:
    assert answers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SEX != 'F'", [N, Y, Y, N, N, N]),
        ("SEX not in ['F']", [N, Y, Y, N, N, N]),
        ("AVAL != 1.5", [N, N, Y, N, Y, Y]),
        ("AVAL not in [1.5, 2]", [N, N, N, N, Y, Y]),
        ("AVAL != BASE", [N, N, Y, N, N, N]),
        ("AVAL <= BASE", [Y, N, Y, N, N, Y]),
        ("ADT != date '2014-01-01'", [N, N, Y, Y, N, N]),
        ("EMPTY == 'x'", [N, N, N, N, N, N]),
        ("EMPTY not in ['x']", [N, N, N, N, N, N]),
        ("EMPTY != AGE", [N, N, N, N, N, N]),
    ],
)
def test_a_comparison_with_a_missing_value_is_never_true(text: str, expected: list[bool]) -> None:
    assert answers(text) == expected


def test_not_turns_false_into_true_also_where_a_value_is_missing() -> None:
    assert answers("not SEX == 'F'") == [N, Y, Y, Y, Y, Y]
    assert answers("not (SEX in ['F'])") == [N, Y, Y, Y, Y, Y]
    assert answers("not AVAL > 0") == [N, Y, N, Y, Y, N]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ADT >= date '2014-01-01'", [Y, N, Y, N, N, N]),
        ("ADT >= '2014-01-01'", [Y, N, Y, N, N, N]),
        ("date '2014-01-01' == ADT", [Y, N, N, N, N, N]),
        ("ADT in [date '2014-01-01', '2013-12-31']", [Y, N, N, Y, N, N]),
        ("ADT not in ['2014-01-01']", [N, N, Y, Y, N, N]),
        ("ADT == ADTM", [Y, N, Y, N, N, N]),
        ("ADTM == date '2014-01-01'", [Y, N, N, N, N, N]),
        ("ADTM == '2014-01-01'", [Y, N, N, N, N, N]),
        ("ADTM == '2014-01-01T09:30'", [Y, N, N, N, N, N]),
        ("ADTM > '2014-01-01T09:30:00.5'", [N, N, Y, N, N, N]),
        ("ATM < '12:00'", [Y, N, N, N, N, N]),
    ],
)
def test_dates_compare_with_dates_and_with_iso_8601_texts(text: str, expected: list[bool]) -> None:
    assert answers(text) == expected


def test_and_binds_more_closely_than_or_and_not_more_closely_than_both() -> None:
    assert str(parse_condition("A == 1 or B == 1 and not C == 1 or D == 1")) == (
        "A == 1 or (B == 1 and not (C == 1)) or D == 1"
    )


def test_keywords_and_variables_are_read_in_any_case() -> None:
    written = "Sex NOT IN ['a'] AND (adt IS NOT MISSING Or Date == DATE '2014-01-01')"
    expected = "SEX not in ['a'] and (ADT is not missing or DATE == date '2014-01-01')"
    assert str(parse_condition(written)) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("X == 'it''s'", "it's"),
        (r"X == 'it\'s'", "it's"),
        ('X == "say ""yes"""', 'say "yes"'),
        (r'X == "a\\b\c"', r"a\b\c"),
        ("X == 'Ω # é'", "Ω # é"),
    ],
)
def test_a_quotation_mark_inside_a_text_is_doubled_or_follows_a_backslash(
    text: str, value: str
) -> None:
    frame = pl.DataFrame({"X": [value, "other"]})
    expression = to_expression(parse_condition(text), frame.schema)
    assert frame.select(expression).to_series().to_list() == [True, False]


@pytest.mark.parametrize(
    ("text", "column", "found", "accepted"),
    [
        ("", 1, "the end", "SEX == 'F'"),
        ("   ", 4, "the end", "SEX == 'F'"),
        ("SEX", 4, "the end", "SEX == 'Y'"),
        ("SEX = 'F'", 5, "=", "=="),
        ("SEX == 'F' && AGE > 1", 12, "&&", "and"),
        ("SEX == 'F' || AGE > 1", 12, "||", "or"),
        ("SEX <> 'F'", 5, "<>", "!="),
        ("AGE => 1", 5, "=>", ">="),
        ("AGE =< 1", 5, "=<", "<="),
        ("AGE === 1", 5, "===", "=="),
        ("! AGE == 1", 1, "!", "not"),
        ("SEX ^= 'F'", 5, "^=", "!="),
        ("SEX eq 'F'", 5, "eq", "=="),
        ("SEX like 'F%'", 5, "like", "do not search"),
        ("SEX == 'F", 8, "does not end", "closing '"),
        ("SEX == “F”", 8, "“", "straight"),
        ("SEX == ''", 8, "blanks", "is missing"),
        ("SEX == F and", 13, "the end", "a variable"),
        ("SEX is null", 8, "null", "missing"),
        ("AVAL == .", 9, ".", "is missing"),
        ("missing(AVAL)", 1, "missing", "no functions"),
        ("SEX in ('F')", 8, "(", "square brackets"),
        ("SEX in []", 9, "]", "a text in quotation marks"),
        ("SEX in ['F' 'M']", 13, "the text 'M'", "a comma"),
        ("SEX in [F]", 9, "F", "'F'"),
        ("SEX in {'F'}", 8, "{", "square brackets"),
        ("1 < AGE < 3", 9, "<", "1 < AVAL and AVAL < 3"),
        ("1 == 1", 3, "==", "a variable on one side"),
        ("AGE > 1,5", 8, ",", "with a point"),
        ("AGE > 1x", 7, "1x", "a number"),
        ("AGE > 1e999", 7, "1e999", "1.8e308"),
        ("AGE - 1 > 2", 5, "-", "do not calculate"),
        ("(AGE > 1", 9, "the end", ")"),
        ("AGE > 1)", 8, ")", "and, or"),
        ("ADT > '01JAN2014'd", 18, "d", "date '2014-01-31'"),
        ("ADT > date '2014-13-01'", 12, "2014-13-01", "calendar"),
        ("AGE > 1; drop", 8, ";", "one condition"),
        ("AGE @ 1", 5, "@", "a comparison"),
        ("AGE > 1 AGE < 3", 9, "AGE", "and, or"),
        ("not", 4, "the end", "a variable"),
    ],
)
def test_a_mistake_names_its_column_what_was_found_and_what_is_accepted(
    text: str, column: int, found: str, accepted: str
) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)

    error = caught.value
    assert (error.column, found in error.found) == (column, True), str(error)
    assert accepted in (error.accepted or "")


def test_depth_and_length_are_limited() -> None:
    with pytest.raises(ConditionError, match="levels of brackets"):
        parse_condition("(" * 1_000 + "A == 1" + ")" * 1_000)
    with pytest.raises(ConditionError, match="levels of brackets"):
        parse_condition("not " * 1_000 + "A == 1")
    with pytest.raises(ConditionError, match="20,000 characters"):
        parse_condition("A == 1 or " * 3_000 + "A == 1")


def test_a_condition_of_thousands_of_terms_is_answered() -> None:
    assert answers(" or ".join(f"AGE=={number}" for number in range(1_600))) == [Y, Y, Y, N, Y, Y]
    assert answers(f"AGE in [{','.join(str(n) for n in range(4_000))}]") == [Y, Y, Y, N, Y, Y]


@pytest.mark.parametrize(
    ("text", "found", "accepted", "near"),
    [
        ("AVALC == 'x'", "the variable AVALC", "AVAL", "AVAL"),
        ("SEX == F", "the variable F", "quotation marks", None),
        ("SEX == 1", "a number, 1, compared with SEX, which holds a text", "quotation", None),
        ("AGE == '70'", "a text, '70', compared with AGE", "without quotation", None),
        ("'70' == AGE", "a text, '70', compared with AGE", "without quotation", None),
        ("AGE in [1, 'x']", "a text, 'x', compared with AGE", "without quotation", None),
        ("SEX == AGE", "AGE, compared with SEX", "a text variable", None),
        ("SEX == date '2014-01-01'", "a date", "a text", None),
        ("ADT > '1JAN2014'", "the text '1JAN2014'", "date '2014-01-31'", None),
        ("ADT > '2014-02-30'", "the text '2014-02-30'", "date '2014-01-31'", None),
        ("ADT > 20000", "a number, 20000", "date '2014-01-31'", None),
        ("ATM > '25:00'", "the text '25:00'", "'09:30:00'", None),
        ("FLAG == 'Y'", "true or false", "is missing", None),
    ],
)
def test_a_condition_that_does_not_fit_the_data_says_why(
    text: str, found: str, accepted: str, near: str | None
) -> None:
    with pytest.raises(ConditionError) as caught:
        answers(text)

    error = caught.value
    assert found in error.found
    assert accepted in (error.accepted or "")
    assert error.nearest == near
    assert error.column is not None


def test_all_that_does_not_fit_the_data_is_found_at_once() -> None:
    text = "SEXX == 'F' and (AGEE > ARMM or AGE == '70') and not SEX in [1, 2] and ADT > 1"

    mistakes = condition_mistakes(parse_condition(text), ROWS.schema)

    assert [(error.column, error.nearest) for error in mistakes] == [
        (1, "SEX"),
        (18, "AGE"),
        (25, "ARM"),
        (40, None),
        (62, None),
        (78, None),
    ]
    assert condition_mistakes(parse_condition("SEX == 'F' or true"), ROWS.schema) == ()


def test_the_answer_is_never_null_for_a_dataset_without_rows() -> None:
    assert answers_of_empty("SEX == 'F' or true") == []


def answers_of_empty(text: str) -> list[bool | None]:
    frame = ROWS.clear()
    return frame.select(to_expression(parse_condition(text), frame.schema)).to_series().to_list()
