"""Generated conditions: their text, their answers against a slow evaluation, and random texts."""

import math
from collections.abc import Mapping
from datetime import date
from operator import eq, ge, gt, le, lt, ne

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topline.trial.condition_evaluation import to_expression
from topline.trial.condition_expressions import Operator
from topline.trial.conditions import (
    And,
    Comparison,
    ConditionError,
    EveryRow,
    Expression,
    Literal,
    Membership,
    Missing,
    Not,
    Or,
    Variable,
    all_of,
    any_of,
    parse_condition,
)
from topline.trial.text_values import tidy

Value = str | int | float | date | None
OPERATORS: tuple[Operator, ...] = ("==", "!=", "<", "<=", ">", ">=")
PYTHON = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}

# Few and near values, so that equality and order are both met.
TEXTS = st.sampled_from(["F", "M", "M  ", "f", " M", "it's", 'a "b"', "back\\slash", "Ω", "10"])
NUMBERS: st.SearchStrategy[int | float] = st.sampled_from(
    [0, 1, -1, 2, 10, 0.5, -0.5, 0.1, 1e300, 2.0]
)
DATES = st.dates(date(2013, 12, 30), date(2014, 1, 2))
COLUMNS: Mapping[str, tuple[st.SearchStrategy[Value], pl.DataType]] = {
    "SEX": (TEXTS, pl.String()),
    "ARM": (TEXTS, pl.String()),
    "AGE": (st.integers(-2, 10), pl.Int32()),
    "AVAL": (st.one_of(NUMBERS.map(float), st.just(math.nan)), pl.Float64()),
    "BASE": (NUMBERS.map(float), pl.Float64()),
    "ADT": (DATES, pl.Date()),
    "DTHDT": (DATES, pl.Date()),
}
KINDS: Mapping[str, tuple[list[str], st.SearchStrategy[str | int | float | date]]] = {
    "text": (["SEX", "ARM"], TEXTS),
    "number": (["AGE", "AVAL", "BASE"], NUMBERS),
    "date": (["ADT", "DTHDT"], DATES),
}
BLANK = {"text": st.sampled_from([None, "", "  "])}


@st.composite
def comparisons(draw: st.DrawFn) -> Expression:
    names, literals = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    variable = Variable(draw(st.sampled_from(names)))
    form = draw(st.sampled_from(["missing", "in", "literal", "turned", "variables"]))
    negated = draw(st.booleans())
    if form == "missing":
        return Missing(variable, negated)
    if form == "in":
        listed = draw(st.lists(literals, min_size=1, max_size=4))
        return Membership(variable, tuple(Literal(value) for value in listed), negated)
    operator = draw(st.sampled_from(OPERATORS))
    if form == "variables":
        return Comparison(variable, operator, Variable(draw(st.sampled_from(names))))
    literal = Literal(draw(literals))
    if form == "turned":
        return Comparison(literal, operator, variable)
    return Comparison(variable, operator, literal)


EXPRESSIONS = st.recursive(
    st.one_of(comparisons(), st.just(EveryRow())),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(all_of),
        st.lists(inner, min_size=1, max_size=3).map(any_of),
        inner.map(Not),
    ),
    max_leaves=12,
)


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    rows = draw(st.integers(0, 6))
    return pl.DataFrame(
        {
            name: pl.Series(
                draw(
                    st.lists(
                        st.one_of(values, BLANK["text"] if kind == pl.String() else st.none()),
                        min_size=rows,
                        max_size=rows,
                    )
                ),
                dtype=kind,
            )
            for name, (values, kind) in COLUMNS.items()
        }
    )


def slow_value(operand: Variable | Literal, row: Mapping[str, Value]) -> Value:
    value = row[operand.name] if isinstance(operand, Variable) else operand.value
    if isinstance(value, str):
        return value.rstrip(" ") or None
    return None if isinstance(value, float) and math.isnan(value) else value


def slow(condition: Expression, row: Mapping[str, Value]) -> bool:
    """The meaning of a condition, one row at a time, as plainly as it can be said."""
    match condition:
        case And(terms):
            return all(slow(term, row) for term in terms)
        case Or(terms):
            return any(slow(term, row) for term in terms)
        case Not(term):
            return not slow(term, row)
        case Missing(variable, negated):
            return (slow_value(variable, row) is None) != negated
        case Membership(variable, values, negated):
            value = slow_value(variable, row)
            listed = [slow_value(literal, row) for literal in values]
            return value is not None and (value in listed) != negated
        case Comparison(left, operator, right):
            one, other = slow_value(left, row), slow_value(right, row)
            return one is not None and other is not None and PYTHON[operator](one, other)
        case _:
            return True


@given(EXPRESSIONS)
def test_the_text_of_a_condition_reads_back_as_the_condition(condition: Expression) -> None:
    assert parse_condition(str(condition)) == condition


@given(EXPRESSIONS, frames())
def test_answers_equal_a_slow_evaluation_row_by_row(
    condition: Expression, frame: pl.DataFrame
) -> None:
    answers = frame.select(to_expression(condition, frame.schema)).to_series()

    assert answers.null_count() == 0
    assert answers.to_list() == [slow(condition, row) for row in frame.to_dicts()]


@given(EXPRESSIONS, frames())
def test_filtering_keeps_the_rows_that_the_answers_name(
    condition: Expression, frame: pl.DataFrame
) -> None:
    asked = to_expression(condition, frame.schema)

    kept = frame.with_columns(asked.alias("ANSWER")).filter("ANSWER").drop("ANSWER")
    assert frame.filter(asked).equals(kept)


@given(EXPRESSIONS, frames())
def test_tidy_text_gives_the_same_answers_untrimmed(
    condition: Expression, frame: pl.DataFrame
) -> None:
    frame, _ = tidy(frame)

    trimming = frame.select(to_expression(condition, frame.schema))
    as_it_is = frame.select(to_expression(condition, frame.schema, tidy=True))

    assert trimming.to_series().to_list() == as_it_is.to_series().to_list()


WORDS = st.sampled_from(
    "and or not in is missing true date ( ) [ ] , == != < <= > >= = & | ' \" 'F' 1 -1.5 . AGE SEX "
    "AVAL ADT ADTM '2014-01-01' “F” \\ \x00 \ud800 é # ; 1e999 0x1F".split(" ")
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join)))
@example("date '0000-01-01' == ADT")
@example("X == '\ud800'")
def test_random_text_is_a_condition_or_a_clear_error(text: str) -> None:
    schema = {name: kind for name, (_, kind) in COLUMNS.items()}
    try:
        condition = parse_condition(text)
        assert parse_condition(str(condition)) == condition
        asked = to_expression(condition, schema)
    except ConditionError as caught:
        error = caught
    else:
        assert pl.DataFrame(schema=schema).select(asked).height == 0
        return
    assert error.found
    assert error.accepted
    assert str(error)
