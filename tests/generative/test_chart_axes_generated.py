"""An axis holds every number it is drawn over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.render.axis import axis_over, percent_axis

numbers = st.lists(
    st.one_of(
        st.floats(min_value=-1e9, max_value=1e9, allow_nan=False, allow_subnormal=False),
        st.integers(-1000, 1000).map(float),
        st.floats(min_value=1e-6, max_value=1e6),
    ),
    min_size=1,
    max_size=12,
)


@given(numbers, st.booleans())
def test_an_axis_holds_all_numbers_between_its_first_and_last_tick(
    found: list[float], from_zero: bool
) -> None:
    axis = axis_over(found, from_zero=from_zero)
    margin = 1e-6 * max(abs(axis.lower), abs(axis.upper))
    assert axis.lower - margin <= min(found)
    assert max(found) <= axis.upper + margin
    assert axis.lower < axis.upper
    assert list(axis.ticks) == sorted(set(axis.ticks))
    assert 2 <= len(axis.ticks) <= 8
    assert axis.lower <= axis.ticks[0]
    assert axis.ticks[-1] <= axis.upper


@given(numbers)
def test_bars_start_at_zero(found: list[float]) -> None:
    axis = axis_over(found, from_zero=True)
    assert not axis.logarithmic
    assert axis.lower <= 0 <= axis.upper


@given(st.floats(min_value=0, max_value=100))
def test_a_percentage_axis_begins_at_zero_and_holds_the_highest(highest: float) -> None:
    axis = percent_axis(highest)
    assert axis.lower == 0
    assert highest <= axis.upper * (1 + 1e-9)


@pytest.mark.parametrize("same", [0.0, 5.0, -3.0])
def test_one_number_alone_has_room_on_its_axis(same: float) -> None:
    axis = axis_over([same, same])
    assert axis.lower < axis.upper
