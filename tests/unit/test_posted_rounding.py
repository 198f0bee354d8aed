"""Numbers become text once, in decimal, by the policy of the specification."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.analysis.organ_systems import ORGAN_SYSTEMS, organ_system
from topline.analysis.rounding import Rounding, decimal_places

AWAY, EVEN = Rounding(), Rounding("half_to_even")
#: Numbers as they are recorded: at most 15 significant digits, so that a double holds the one meant.
recorded = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**12), 10**12),
    st.integers(0, 8),
)


@pytest.mark.parametrize(
    ("number", "decimals", "away", "even"),
    [
        (0.5, 0, "1", "0"),
        (1.5, 0, "2", "2"),
        (-0.5, 0, "-1", "0"),
        (-2.5, 0, "-3", "-2"),
        (0.285, 2, "0.29", "0.28"),
        (1.005, 2, "1.01", "1.00"),
        (2.675, 2, "2.68", "2.68"),
        (-0.04, 1, "0.0", "0.0"),
        (-0.0, 2, "0.00", "0.00"),
        (0.0, 0, "0", "0"),
        (67.45, 1, "67.5", "67.4"),
        (1e21, 1, "1000000000000000000000.0", "1000000000000000000000.0"),
        (1e-300, 3, "0.000", "0.000"),
        (Fraction(1, 8), 2, "0.13", "0.12"),
        (Fraction(2, 3), 4, "0.6667", "0.6667"),
    ],
)
def test_ties_go_away_from_zero_or_to_the_even_digit(
    number: float, decimals: int, away: str, even: str
) -> None:
    assert (AWAY.text(number, decimals), EVEN.text(number, decimals)) == (away, even)


@given(recorded, st.integers(0, 6))
def test_a_double_is_rounded_as_the_decimal_it_stands_for(number: Decimal, decimals: int) -> None:
    place = Decimal(1).scaleb(-decimals)
    for policy, mode in ((AWAY, ROUND_HALF_UP), (EVEN, ROUND_HALF_EVEN)):
        expected = number.quantize(place, rounding=mode)
        assert Decimal(policy.text(float(number), decimals)) == expected
        assert not policy.text(float(number), decimals).startswith("-0") or expected != 0


@given(recorded)
def test_the_places_of_a_number_are_those_it_was_recorded_with(number: Decimal) -> None:
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    assert decimal_places([float(number)], most=8) == max(0, -exponent)


@given(st.lists(recorded, min_size=1, max_size=5))
def test_the_places_of_several_numbers_are_the_most_of_any(numbers: list[Decimal]) -> None:
    each = [decimal_places([float(number)]) for number in numbers]
    assert decimal_places([float(number) for number in numbers]) == max(each)


def test_places_ignore_what_is_missing_and_what_is_beyond_fractions() -> None:
    assert decimal_places([float("nan"), float("inf"), 1e300, 1.5]) == 1


@pytest.mark.parametrize(
    ("p_value", "text"),
    [
        (0.0, "<0.0001"), (0.00004, "<0.0001"), (0.00005, "0.0001"), (0.05, "0.0500"),
        (0.99996, ">0.9999"), (0.99994, "0.9999"), (1.0, "1.0000"),
    ],
)  # fmt: skip
def test_a_p_value_is_never_posted_as_0_or_as_1_unless_it_is_1(p_value: float, text: str) -> None:
    assert AWAY.p_value(p_value) == text


@given(st.sampled_from(ORGAN_SYSTEMS), st.booleans(), st.integers(24, 80))
def test_an_organ_system_is_known_in_capitals_and_cut_off(
    name: str, capitals: bool, length: int
) -> None:
    cut = (name.upper() if capitals else name)[:length]
    assert organ_system(cut) == name


@pytest.mark.parametrize(
    "name", ["", "Heart", "disorders", "Pregnancy", "Cardiac disorder of some sort"]
)
def test_what_is_no_organ_system_is_not_guessed(name: str) -> None:
    assert organ_system(name) is None


def test_there_are_27_organ_systems() -> None:
    assert len(set(ORGAN_SYSTEMS)) == 27
