"""By which rule a posted number or text agrees with a built one, and where none does."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from topline.analysis.rounding import Rounding, meant, quantized
from topline.analysis.rounding_rules import rule_between
from topline.analysis.wording_rules import wording_between


@pytest.mark.parametrize(
    ("built", "raw", "posted", "rule"),
    [
        ("0.085", 0.0849, "0.08", "fewer decimals"),
        ("0.075", 0.0751, "0.08", "fewer decimals"),
        ("0.075", 0.0751, "0.07", "fewer decimals, truncation"),
        ("0.08", 0.0849, "0.0849", "more decimals"),
        ("0.08", 0.0751, "0.07", "truncation"),
        ("-1.3", -1.26, "-1.2", "truncation"),
        ("0.3", 0.25, "0.2", "half to even"),
        ("2.68", 2.675, "2.67", "truncation"),
        ("1,234.5", 1234.5, "1234.5", "thousands separators"),
        ("12", 12.0, "12.00", "trailing zeros"),
        ("0.80", 0.8, ".8", "trailing zeros"),
        ("0.08", 0.08, ".08", "another spelling of the number"),
        ("5.0", 5.0, " 5.0 ", "another spelling of the number"),
        ("-1.0", -1.0, "−1.0", "another spelling of the number"),
        ("0.0", -0.04, "-0.0", "another spelling of the number"),
        ("NA", None, "N/A", "another spelling of the number"),
    ],
)
def test_a_rule_is_named(built: str, raw: float | None, posted: str, rule: str) -> None:
    assert rule_between(built, posted, raw) == rule


@pytest.mark.parametrize(
    ("built", "raw", "posted"),
    [
        ("0.085", 0.0849, "0.09"),  # rounded twice
        ("0.08", 0.0849, "0.085001"),
        ("17.1", 17.08, "17.2"),
        ("17.1", 17.08, "-17.1"),
        ("17.1", 17.08, "17.1%"),
        ("17.1", 17.08, "17,1"),
        ("17.1", 17.08, "NA"),
        ("NA", None, "17.1"),
        ("NA", None, "NE"),
        ("17.1", None, "17.08"),  # nothing tells what the value was
        ("17.1", 17.08, "<20"),
        ("17.1", 17.08, "1e-300"),
        ("17.1", 17.08, ""),
    ],
)
def test_no_rule_explains_another_number(built: str, raw: float | None, posted: str) -> None:
    assert rule_between(built, posted, raw) is None


def test_a_count_has_no_other_rounding() -> None:
    assert rule_between("37", "37.0", 37.0, exact=True) == "trailing zeros"
    assert rule_between("1234", "1,234", 1234.0, exact=True) == "thousands separators"
    assert rule_between("37", "40", 37.0, exact=True) is None
    assert rule_between("37", "4E+1", 37.0, exact=True) is None


@pytest.mark.parametrize(
    ("built", "raw", "posted", "rule"),
    [
        ("0.0004", 0.0004, "<0.001", "a bound in place of the number"),
        ("0.0004", 0.0004, "<.0001", None),
        ("<0.0001", 0.00003, "<0.001", "another bound"),
        ("<0.0001", 0.00003, "< .0001", "another spelling of the number"),
        ("<0.0001", 0.00003, "0.00003", "the number in place of a bound, more decimals"),
        ("<0.0001", 0.00003, "0.0000", "the number in place of a bound"),
        ("<0.0001", 0.00003, "0.0001", None),
        ("0.0496", 0.0496, "0.05", "fewer decimals, across 0.05"),
        ("0.0437", 0.0437, "0.05", None),
        ("0.0437", 0.0437, "<0.05", "a bound in place of the number"),
        ("0.0512", 0.0512, "<0.05", None),
    ],
)
def test_p_values_may_be_bounds(built: str, raw: float, posted: str, rule: str | None) -> None:
    assert rule_between(built, posted, raw, is_p_value=True) == rule


def test_the_build_s_own_rounding_is_tried_first() -> None:
    applied = Rounding("half_to_even").describe(2)
    assert rule_between("0.12", "0.1", 0.125, applied=applied) == "fewer decimals"
    assert rule_between("0.12", "0.13", 0.125, applied=applied) == "half away from zero"
    assert rule_between("0.13", "0.12", 0.125) == "half to even"


numbers = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda number: abs(number) > 1e-9)
places = st.integers(0, 6)


@given(numbers, places, places, st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN]))
def test_every_rounding_of_the_raw_value_is_recognized(
    raw: float, decimals: int, posted_decimals: int, mode: str
) -> None:
    built = Rounding().text(raw, decimals)
    posted = f"{quantized(raw, posted_decimals, mode):f}"
    assume(posted != built)
    assert rule_between(built, posted, raw) is not None


@given(numbers, places, places, st.sampled_from([-2, -1, 1, 2]))
def test_a_number_further_than_a_unit_away_is_not(
    raw: float, decimals: int, posted_decimals: int, units: int
) -> None:
    unit = Decimal(1).scaleb(-posted_decimals)
    rounded = quantized(raw, posted_decimals, ROUND_HALF_UP) + units * unit
    assume(abs(rounded - meant(raw)) >= unit)
    built = Rounding().text(raw, decimals)
    assume(Decimal(built) != rounded)
    assert rule_between(built, f"{rounded:f}", raw) is None


@pytest.mark.parametrize(
    ("built", "posted", "field", "rule"),
    [
        ("Heart failure", "Heart  failure\n", "term", "blanks"),
        ("Crohn's – ileal", "Crohn’s - ileal", "term", "typographic marks"),
        ("a < 1", "a \\< 1", "description", "typographic marks"),
        ("HEADACHE", "Headache", "term", "capitals"),
        ("Participants", "participants", "unit_of_measure", "capitals"),
        ("mg/dL", "mg/dl", "unit_of_measure", None),
        ("mM", "MM", "unit_of_measure", None),
        ("kg", "Kg", "units", None),
        ("Week 8", "Week 9", "title", None),
        ("Hypotension", "Hypertension", "term", None),
    ],
)
def test_texts_that_say_the_same(built: str, posted: str, field: str, rule: str | None) -> None:
    assert wording_between(built, posted, field) == rule
