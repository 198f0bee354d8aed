"""Quantiles of many beta distributions, and the intervals of proportions made of them, are those found one by one."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from topline.stats.distribution import beta_quantile
from topline.stats.estimate import Floats
from topline.stats.many_beta_quantiles import many_beta_quantiles
from topline.stats.proportion import proportions

SHAPES = np.array([6.5, 41.5, 100.5, 2500.5, 9000.0, 13.0, 4900.5, 250.0])
OTHERS = np.array([6.5, 4321.5, 33.5, 2500.5, 40000.0, 800.0, 20.5, 250.0])

# R 4.2.2: qbeta(p, a, b) and qbeta(p, a, b, lower.tail = FALSE), printed with "%.17g".
QUANTILES = {
    (0.025, False): [
        *(0.24301125787197186, 0.0068506294697595815, 0.6736028351894684, 0.48614431585647211),
        *(0.18025725598061237, 0.0085513957072038856, 0.99385221434276361, 0.45623613800216711),
    ],
    (0.025, True): [
        *(0.75698874212802814, 0.012598175843307691, 0.81933130288851719, 0.51385568414352789),
        *(0.18711414065521015, 0.025672343741888093, 0.99743575117375571, 0.54376386199783289),
    ],
    (0.005, False): [
        *(0.17942759551083085, 0.0061498651426693356, 0.64770642946894086, 0.48179308687294831),
        *(0.17919202823504157, 0.0068994175080616576, 0.99309428180905523, 0.44256476593711574),
    ],
    (0.005, True): [
        *(0.82057240448916913, 0.013716076883162343, 0.83838485042980293, 0.51820691312705169),
        *(0.18820341189452749, 0.029513107329266486, 0.99782114402429334, 0.55743523406288431),
    ],
}


def largest_difference(found: Floats, expected: Any) -> float:
    """Give the largest relative difference."""
    return float(np.max(np.abs(found / expected - 1)))


@pytest.mark.parametrize(("tail", "upper"), QUANTILES)
def test_the_quantiles_are_those_of_r(tail: float, upper: bool) -> None:
    found = many_beta_quantiles(
        np.tile(SHAPES, 3000), np.tile(OTHERS, 3000), tail, upper=upper
    ).reshape(3000, -1)
    assert largest_difference(found, np.array(QUANTILES[tail, upper])) < 1e-12
    assert bool((found == found[0]).all())


@pytest.mark.parametrize("upper", [False, True], ids=["lower", "upper"])
@pytest.mark.parametrize("tail", [0.25, 0.1, 0.05, 0.025, 0.005, 0.0005, 1e-6])
def test_they_are_scipys_whatever_the_shapes(tail: float, upper: bool) -> None:
    each = np.concatenate([[0.5, 1, 1.5, 2, 3, 5, 6, 12.5], np.geomspace(13, 3e4, 152)])
    first, second = (grid.ravel() for grid in np.meshgrid(each, each))
    found = many_beta_quantiles(first, second, tail, upper=upper)
    expected = (stats.beta.isf if upper else stats.beta.ppf)(tail, first, second)
    assert largest_difference(found, expected) < 1e-12


def test_where_scipys_upper_quantile_has_ten_digits_the_polynomial_has_all() -> None:
    # R 4.2.2: sprintf("%.17g", qbeta(0.025, c(13, 49.963282878634494), c(1e7, 65.40221984001069), lower.tail = FALSE))
    first, second = np.array([13.0, 49.963282878634494]), np.array([1e7, 65.40221984001069])
    found = many_beta_quantiles(
        np.tile(first, 10_000), np.tile(second, 10_000), 0.025, upper=True
    ).reshape(-1, 2)
    expected = np.array([2.0961550501876467e-06, 0.5240425705995625])
    assert largest_difference(found, expected) < 1e-13


def test_beyond_what_a_polynomial_can_follow_each_is_found_for_itself() -> None:
    shapes = np.geomspace(6, 5000, 20_000)
    for tail in (1e-100, 1e-300):
        found = many_beta_quantiles(shapes, shapes[::-1].copy(), tail)
        assert np.array_equal(found, beta_quantile(shapes, shapes[::-1], tail), equal_nan=True)


def test_few_are_found_for_themselves() -> None:
    found = many_beta_quantiles(SHAPES, OTHERS, 0.025)
    assert np.array_equal(found, beta_quantile(SHAPES, OTHERS, 0.025))


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_intervals_of_many_distinct_groups_are_those_of_each(level: float) -> None:
    """Groups of every size from 1, nobody and everybody among them."""
    number = np.repeat(np.arange(1, 5001), 12)
    random = np.random.default_rng(7)
    count = np.minimum(random.binomial(number, random.random(number.size)), number)
    count[::12], count[1::12] = 0, number[1::12]
    some = random.permutation(number.size)[:900]
    for interval, half in (("jeffreys", 0.5), ("clopper_pearson", 0.0)):
        many = proportions(count, number, level=level, interval=interval)
        few = proportions(count[some], number[some], level=level, interval=interval)
        assert many.lower[some] == pytest.approx(few.lower, rel=1e-12)
        assert many.upper[some] == pytest.approx(few.upper, rel=1e-12)
        inside = (count > 0) & (count < number)
        x, n = count[inside], number[inside]
        whole = 1 - 2 * half
        lower = stats.beta.ppf((1 - level) / 2, x + half, n - x + whole + half)
        upper = stats.beta.isf((1 - level) / 2, x + whole + half, n - x + half)
        assert largest_difference(many.lower[inside], lower) < 1e-12
        assert largest_difference(many.upper[inside], upper) < 1e-12
        assert set(many.lower[count == 0]) == {0.0}
        assert set(many.upper[count == number]) == {1.0}


def test_limits_rise_with_the_count() -> None:
    number = np.full(25_000, 24_999)
    for interval in ("jeffreys", "clopper_pearson"):
        many = proportions(np.arange(25_000), number, interval=interval)
        assert bool((np.diff(many.lower) > 0).all())
        assert bool((np.diff(many.upper) > 0).all())
