"""What is looked at from the other side, or in another unit, gives the same answer from that side and in that unit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.stats.contingency import cochran_mantel_haenszel_test
from topline.stats.correlation import correlation_test
from topline.stats.estimate import Sides
from topline.stats.heterogeneity import chi_squared_probability
from topline.stats.many_binomial_tests import rate_ratio_tests
from topline.stats.rate_comparison import MIRRORED, RATIO_TESTS, rate_ratio_test

SIDES: st.SearchStrategy[Sides] = st.sampled_from(["two-sided", "greater", "less"])
EVENTS = st.sampled_from([0, 1, 2, 7, 100, 10**6])
TIMES = st.floats(1e-6, 1e9)


@settings(max_examples=60)
@given(
    st.tuples(EVENTS, TIMES),
    st.tuples(EVENTS, TIMES),
    st.sampled_from([1e-3, 0.5, 1.0, 3.0, 1e3]),
    st.sampled_from(list(RATIO_TESTS)),
    SIDES,
)
def test_a_ratio_of_rates_and_its_inverse_have_one_p_value(
    first: tuple[int, float], second: tuple[int, float], ratio: float, test: str, sides: Sides
) -> None:
    forth = rate_ratio_test(*first, *second, null_value=ratio, test=test, sides=sides)
    back = rate_ratio_test(*second, *first, null_value=1 / ratio, test=test, sides=MIRRORED[sides])
    both = rate_ratio_tests(
        *([part] for part in (*first, *second)), null_value=ratio, test=test, sides=sides
    )
    if forth.p_value is None:
        assert back.p_value is None
        assert np.isnan(both.p_value[0])
    else:
        assert back.p_value == pytest.approx(forth.p_value, rel=1e-7, abs=1e-290)
        assert both.p_value[0] == pytest.approx(forth.p_value, rel=1e-11, abs=1e-290)


@settings(max_examples=40)
@given(
    st.lists(
        st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([1e-150, -1.0, 7.0, 1e150]),
    st.floats(-5, 5),
    st.sampled_from(["correlation", "row_mean_scores"]),
)
def test_scores_in_another_unit_test_the_same(
    tables: list[list[list[int]]], factor: float, shift: float, test: str
) -> None:
    tables = [[[cell + (i == j == 0) for j, cell in enumerate(row)] for i, row in enumerate(table)] for table in tables]  # fmt: skip
    scores = np.array([0.0, 1.0, 2.5])
    plain, other = (
        cochran_mantel_haenszel_test(tables, test=test, row_scores=one, column_scores=one)
        for one in (scores, factor * (scores + shift))
    )
    if plain.p_value is None:
        assert other.p_value is None
    else:
        assert other.p_value == pytest.approx(plain.p_value, rel=1e-8, abs=1e-12)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=4, max_size=25),
    st.sampled_from(["pearson", "spearman", "kendall"]),
    SIDES,
)
def test_a_measurement_turned_round_turns_its_correlation(
    pairs: list[tuple[int, int]], coefficient: str, sides: Sides
) -> None:
    first, second = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    forth = correlation_test(first, second, coefficient=coefficient, sides=sides)  # type: ignore[arg-type]  # one of the three
    back = correlation_test(first, -second, coefficient=coefficient, sides=MIRRORED[sides])  # type: ignore[arg-type]  # as above
    if coefficient != "pearson" or None not in (forth.p_value, back.p_value):
        assert (forth.p_value is None) == (back.p_value is None)
    if forth.p_value is not None and back.p_value is not None:
        assert back.p_value == pytest.approx(forth.p_value, rel=1e-7, abs=1e-12)


@given(st.floats(0, 50), st.integers(1, 40))
def test_a_tail_of_chi_squared_is_a_probability(statistic: float, degrees: int) -> None:
    assert 0 <= chi_squared_probability(np.array([statistic]), degrees)[0] <= 1
