"""Posted strings as values: what is read, what is not guessed, and which numbers stay possible."""

from decimal import Decimal

import pytest

from topline.record.intervals import Interval
from topline.record.values import (
    MAXIMUM_LENGTH,
    NOT_A_NUMBER_TOKENS,
    Bound,
    NotANumber,
    Number,
    Printing,
    Unreadable,
    format_value,
    read_value,
    same_value,
)


@pytest.mark.parametrize(
    ("text", "amount", "decimals"),
    [
        ("0.08", "0.08", 2),
        (".08", "0.08", 2),
        ("-.043", "-0.043", 3),
        ("8.", "8", 0),
        ("80.", "80", 0),
        ("1,234", "1234", 0),
        ("1,234,567.80", "1234567.80", 2),
        ("0.000", "0.000", 3),
        ("0", "0", 0),
        ("00", "0", 0),
        ("01.75", "1.75", 2),
        ("+3", "3", 0),
        ("\u22121.5", "-1.5", 1),
        ("\u20131.5", "-1.5", 1),
        (" \u00a012 \t", "12", 0),
        ("1.5E-05", "0.000015", 6),
        ("1.2e3", "1.2E+3", -2),
        ("1.50 x 10^-3", "0.00150", 5),
        ("= 0.917", "0.917", 3),
        ("p=0.03", "0.03", 2),
    ],
)
def test_a_number_keeps_its_exact_amount_and_its_printed_digits(
    text: str, amount: str, decimals: int
) -> None:
    value = read_value(text)
    assert value == Number(Decimal(amount), decimals)
    # Decimal equality ignores trailing zeros; the printed digits are part of the value.
    assert isinstance(value, Number)
    assert value.amount.as_tuple() == Decimal(amount).as_tuple()


def test_a_percent_sign_is_kept_and_does_not_divide() -> None:
    assert read_value("12.5 %") == Number(Decimal("12.5"), 1, percent=True)
    assert not same_value("12.5%", "12.5")


def test_the_printed_digits_distinguish_equal_amounts() -> None:
    assert read_value("0.80") != read_value("0.8")
    assert same_value("0.80", "0.8")


@pytest.mark.parametrize(
    ("text", "operator", "amount"),
    [
        ("<0.001", "<", "0.001"),
        ("< .0001", "<", "0.0001"),
        ("p<0.05", "<", "0.05"),
        ("P < 0.05", "<", "0.05"),
        ("≤5", "<=", "5"),
        ("=<5", "<=", "5"),
        (">= 0.99", ">=", "0.99"),
        ("≥0.99", ">=", "0.99"),
        ("> 1,000", ">", "1000"),
    ],
)
def test_an_inequality_is_a_bound(text: str, operator: str, amount: str) -> None:
    value = read_value(text)
    assert isinstance(value, Bound)
    assert (value.operator, value.number.amount) == (operator, Decimal(amount))


@pytest.mark.parametrize("token", ["NA", "na", "N/A", " NE ", "Not  Reported", "NR"])
def test_a_token_for_no_number_keeps_its_comment(token: str) -> None:
    value = read_value(token, "Upper limit not reached")
    assert value == NotANumber(token.strip(), "Upper limit not reached")
    assert value.interval() is None


def test_every_token_has_a_meaning() -> None:
    assert all(NotANumber(token).meaning for token in NOT_A_NUMBER_TOKENS)


def test_a_number_is_not_accepted_as_a_token() -> None:
    with pytest.raises(ValueError, match="'0' does not say that there is no number"):
        NotANumber("0")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,23", "the comma does not separate thousands: 1.23 or 123?"),
        ("-0,083", "the comma does not separate thousands: -0.083?"),
        ("12,3456", "the comma does not separate thousands: 12.3456 or 123456?"),
        ("-0141", "a zero before other digits: 141 or 0.141?"),
        ("07", "a zero before other digits: 7 or 0.7?"),
        ("<05", "a zero before other digits: 5 or 0.5?"),
        ("", "empty"),
        ("  ", "empty"),
        (".", "not a number"),
        ("-", "not a number"),
        ("%", "not a number"),
        ("<", "not a number"),
        ("NaN", "not a number"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("-Infinity", "not a number"),
        ("1_000", "not a number"),
        ("1 234", "not a number"),
        ("5 (3)", "not a number"),
        ("1-2", "not a number"),
        ("0x10", "not a number"),
        ("\u0663", "not a number"),
        ("\uff15", "not a number"),
        ("<<5", "not a number"),
        ("1.2.3", "not a number"),
        ("1E9999", "more digits than any number a trial reports"),
        ("9" * 65, "more digits than any number a trial reports"),
        ("9" * (MAXIMUM_LENGTH + 1), f"longer than {MAXIMUM_LENGTH} characters"),
    ],
)
def test_what_cannot_be_read_beyond_doubt_is_kept_verbatim_with_the_reason(
    text: str, reason: str
) -> None:
    assert read_value(text) == Unreadable(text, reason)
    assert read_value(text).interval() is None


def test_a_huge_string_is_refused_without_being_read() -> None:
    text = "1," * 5_000_000
    assert isinstance(read_value(text), Unreadable)


@pytest.mark.parametrize(
    ("text", "printing", "interval"),
    [
        ("0.08", Printing.ROUNDED, "[0.075, 0.085]"),
        ("0.08", Printing.TRUNCATED, "[0.08, 0.09)"),
        ("0.08", Printing.EITHER, "[0.075, 0.09)"),
        ("-0.08", Printing.ROUNDED, "[-0.085, -0.075]"),
        ("-0.08", Printing.TRUNCATED, "(-0.09, -0.08]"),
        ("-0.08", Printing.EITHER, "(-0.09, -0.075]"),
        ("0.000", Printing.ROUNDED, "[-0.0005, 0.0005]"),
        ("0.000", Printing.TRUNCATED, "(-0.001, 0.001)"),
        ("37", Printing.ROUNDED, "[36.5, 37.5]"),
        ("1.2E3", Printing.ROUNDED, "[1150, 1250]"),
        ("<0.001", Printing.ROUNDED, "(-∞, 0.001)"),
        ("<=0.001", Printing.ROUNDED, "(-∞, 0.001]"),
        (">5", Printing.ROUNDED, "(5, ∞)"),
        (">=5", Printing.ROUNDED, "[5, ∞)"),
    ],
)
def test_the_interval_holds_the_numbers_that_print_so(
    text: str, printing: Printing, interval: str
) -> None:
    value = read_value(text)
    found = value.interval(printing) if isinstance(value, Number) else value.interval()
    assert str(found) == interval


def test_intervals_of_the_longest_numbers_stay_exact() -> None:
    value = read_value("0." + "1" * 64)
    assert isinstance(value, Number)
    interval = value.interval()
    assert interval.lower is not None
    assert interval.upper is not None
    assert str(interval.lower).endswith("1105")
    assert str(interval.upper).endswith("1115")


def test_a_number_refuses_decimals_that_are_not_its_own() -> None:
    with pytest.raises(ValueError, match=r"0\.80 has 2 decimals, not 1"):
        Number(Decimal("0.80"), 1)
    with pytest.raises(ValueError, match="a number is finite, not NaN"):
        Number(Decimal("NaN"), 0)
    with pytest.raises(ValueError, match="at most 64 digits"):
        Number(Decimal("1E-401"), 401)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1,234", "1234"),
        (".08", "0.08"),
        ("8.", "8"),
        ("< .0010", "<0.0010"),
        ("≥ 5 %", ">=5%"),
        ("1.2E3", "1.2E+3"),
        ("1E-70", "1E-70"),
        ("0.00000001", "0.00000001"),
        ("NA", "NA"),
        ("about 5", "about 5"),
    ],
)
def test_a_value_is_written_in_one_canonical_spelling(text: str, canonical: str) -> None:
    assert format_value(read_value(text)) == canonical


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("1,234", "1234", True),
        ("<.05", "< 0.050", True),
        ("<0.05", "<=0.05", False),
        ("<0.05", "0.05", False),
        ("NA", "N/A", True),
        ("NA", "NE", False),
        ("NA", "0", False),
        ("about 5", "about 5", True),
        ("about 5", "About 5", False),
        ("07", "7", False),
        ("-0.0", "0", True),
    ],
)
def test_two_spellings_of_one_value_are_the_same(one: str, two: str, same: bool) -> None:
    assert same_value(one, two) is same


def test_an_impossible_interval_cannot_be_built() -> None:
    one, two = Decimal(1), Decimal(2)
    with pytest.raises(ValueError, match="no number lies between 2 and 1"):
        Interval(two, one, True, True)
    with pytest.raises(ValueError, match="no number lies between 1 and 1"):
        Interval(one, one, True, False)
    with pytest.raises(ValueError, match="cannot be closed there"):
        Interval(None, one, True, True)
    with pytest.raises(ValueError, match="a finite number, not Infinity"):
        Interval(one, Decimal("Infinity"), True, False)
