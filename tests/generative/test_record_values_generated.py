"""Values and intervals on generated input: round trips, and agreement with plain sampling."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from hypothesis import assume, example, given
from hypothesis import strategies as st

from topline.record.intervals import Interval
from topline.record.values import (
    NOT_A_NUMBER_TOKENS,
    Bound,
    NotANumber,
    Number,
    Printing,
    Unreadable,
    Value,
    format_value,
    read_value,
    same_value,
)

canonical_numbers = st.from_regex(r"\A-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?%?\Z")

numbers = st.builds(
    lambda sign, digits, decimals, percent: Number(
        Decimal((sign, tuple(map(int, str(digits))), -decimals)), decimals, percent
    ),
    st.integers(0, 1),
    st.integers(0, 10**40),
    st.integers(-30, 60),
    st.booleans(),
)
bounds = st.builds(Bound, st.sampled_from(["<", "<=", ">", ">="]), numbers)
tokens = st.builds(
    NotANumber, st.sampled_from(sorted(NOT_A_NUMBER_TOKENS)), st.none() | st.text(max_size=20)
)
values: st.SearchStrategy[Value] = numbers | bounds | tokens

ends = st.integers(-3, 3).map(Decimal)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    lower, upper = sorted((draw(ends), draw(ends)))
    open_below, open_above = draw(st.booleans()), draw(st.booleans())
    if lower == upper:
        return Interval.point(lower)
    return (
        Interval(
            None if draw(st.integers(0, 5)) == 0 else lower,
            None if draw(st.integers(0, 5)) == 0 else upper,
            False,
            False,
        )
        if open_below and open_above
        else Interval(lower, upper, not open_below, not open_above)
    )


# Numbers between and beyond all ends that the strategy draws: enough to tell intervals apart.
GRID = [Decimal(step) / 4 for step in range(-20, 21)]


def members(interval: Interval) -> set[Decimal]:
    return {
        amount
        for amount in GRID
        if (
            interval.lower is None
            or amount > interval.lower
            or (amount == interval.lower and interval.lower_closed)
        )
        and (
            interval.upper is None
            or amount < interval.upper
            or (amount == interval.upper and interval.upper_closed)
        )
    }


@given(canonical_numbers, st.sampled_from(["", "<", "<=", ">", ">="]))
def test_a_canonical_string_comes_back_as_it_was(text: str, operator: str) -> None:
    assert format_value(read_value(operator + text)) == operator + text


@given(values)
def test_a_value_comes_back_from_its_own_string(value: Value) -> None:
    comment = value.comment if isinstance(value, NotANumber) else None
    assert read_value(format_value(value), comment) == value


@given(numbers)
def test_writing_keeps_the_digits_and_invents_none(number: Number) -> None:
    again = read_value(format_value(number))
    assert isinstance(again, Number)
    assert again.amount.as_tuple() == number.amount.as_tuple()


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_thousands_separators_change_nothing_but_the_spelling(digits: int, decimals: int) -> None:
    amount = Decimal(digits).scaleb(-decimals)
    plain, separated = f"{amount:f}", f"{amount:,f}"
    assert read_value(separated) == read_value(plain)
    assert same_value(separated, plain)


@given(st.text(max_size=30) | st.text("0123456789.,-+<>=%eE ", max_size=12))
@example("0,083")
@example("1,2345")
@example("--1")
def test_any_text_is_read_without_error_and_never_becomes_a_number_by_accident(text: str) -> None:
    value = read_value(text)
    match value:
        case Unreadable():
            assert value.text == text
            assert value.reason
        case NotANumber():
            assert value.token == text.strip()
        case Number() | Bound():
            # Every digit that was printed is in the value, but for zeros that say nothing.
            number = value if isinstance(value, Number) else value.number
            printed = re.sub(r"[eE^].*", "", text)
            digits = "".join(re.findall("[0-9]", printed)).lstrip("0")
            assert "".join(map(str, number.amount.as_tuple().digits)).lstrip("0") == digits


@given(
    st.decimals(-1000, 1000, allow_nan=False, places=8),
    st.integers(0, 5),
    st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]),
)
def test_a_rounded_number_lies_in_the_interval_of_its_print(
    exact: Decimal, decimals: int, rounding: str
) -> None:
    printed = exact.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)
    value = read_value(f"{printed:f}")
    assert isinstance(value, Number)
    assert value.interval().contains(exact)
    assert value.interval(Printing.EITHER).contains(exact)


@given(st.decimals(-1000, 1000, allow_nan=False, places=8), st.integers(0, 5))
def test_a_truncated_number_lies_in_the_truncation_interval(exact: Decimal, decimals: int) -> None:
    printed = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN)
    value = read_value(f"{printed:f}")
    assert isinstance(value, Number)
    assert value.interval(Printing.TRUNCATED).contains(exact)
    assert value.interval(Printing.EITHER).contains(exact)


@given(st.decimals(-100, 100, allow_nan=False, places=6), st.integers(0, 3))
def test_a_number_outside_the_interval_prints_differently(exact: Decimal, decimals: int) -> None:
    value = read_value("1." + "0" * decimals)
    assert isinstance(value, Number)
    assume(not value.interval().contains(exact))
    unit = Decimal(1).scaleb(-decimals)
    assert exact.quantize(unit, rounding=ROUND_HALF_UP) != value.amount


@given(intervals(), intervals())
def test_interval_comparisons_agree_with_the_numbers_in_them(one: Interval, two: Interval) -> None:
    ones, twos = members(one), members(two)
    assert one.may_equal(two) is bool(ones & twos)
    assert one.certainly_less(two) is all(a < b for a in ones for b in twos)
    assert one.certainly_greater(two) is all(a > b for a in ones for b in twos)
    assert one.may_be_less(two) is any(a < b for a in ones for b in twos)


@given(intervals(), intervals())
def test_intersection_and_hull_hold_the_right_numbers(one: Interval, two: Interval) -> None:
    both = one.intersection(two)
    assert (members(both) if both is not None else set()) == members(one) & members(two)
    hull = members(one.hull(two))
    joined = members(one) | members(two)
    assert joined <= hull
    assert hull <= {amount for amount in GRID if min(joined) <= amount <= max(joined)}
