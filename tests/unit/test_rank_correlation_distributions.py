"""Exact p-values of rank correlations: against every order of few pairs, against R, and where there are none."""

import itertools
from collections.abc import Sequence
from typing import get_args

import numpy as np
import pytest

from topline.errors import UsageError
from topline.stats.correlation import (
    DISTRIBUTIONS,
    Coefficient,
    CorrelationDistribution,
    correlation_test,
)
from topline.stats.estimate import Sides
from topline.stats.rank_correlation_distributions import (
    kendall_probability,
    spearman_edgeworth_probability,
    spearman_probability,
)

Pairs = tuple[Sequence[float], Sequence[float]]

SIDES: tuple[Sides, ...] = get_args(Sides)


def concordant(order: Sequence[int]) -> int:
    return sum(one < other for one, other in itertools.combinations(order, 2))


def squares(order: Sequence[int]) -> int:
    return sum((place - rank) ** 2 for place, rank in enumerate(order))


@pytest.mark.parametrize("pairs", range(2, 8))
def test_probabilities_are_shares_of_all_orders(pairs: int) -> None:
    orders = list(itertools.permutations(range(pairs)))
    for found, statistic, sign in (
        (kendall_probability, concordant, 1),
        (spearman_probability, squares, -1),
    ):
        every = np.array([statistic(order) for order in orders])
        for value in np.unique(every).tolist():
            greater = float((sign * every >= sign * value).mean())
            less = float((sign * every <= sign * value).mean())
            assert found(value, pairs, "greater") == pytest.approx(greater, rel=1e-14)
            assert found(value, pairs, "less") == pytest.approx(less, rel=1e-14)
            both = min(1.0, 2 * min(greater, less))
            assert found(value, pairs, "two-sided") == pytest.approx(both, rel=1e-14)


# R 4.2.2: cor.test(x, y, method = m, alternative = a, exact = TRUE), a two-sided, greater, less. The first are the
# tuna of Hollander and Wolfe, Nonparametric Statistical Methods (1973), pages 187f.; the others sample() with seed 5.
TUNA = ([44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1], [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8])  # fmt: skip
FOURTEEN = ([13, 2, 11, 9, 4, 3, 10, 12, 7, 8, 6, 1, 14, 5], [13, 9, 5, 6, 2, 7, 10, 11, 8, 4, 12, 1, 14, 3])  # fmt: skip
TWENTY = (
    [13, 9, 20, 7, 11, 4, 5, 18, 10, 17, 3, 19, 1, 2, 14, 8, 16, 15, 6, 12],
    [13, 5, 20, 17, 3, 10, 18, 7, 11, 12, 1, 9, 2, 8, 19, 6, 15, 16, 4, 14],
)
CASES: list[tuple[Pairs, Coefficient, CorrelationDistribution, float, list[float]]] = [
    (TUNA, "kendall", "exact", 26, [0.1194389329806, 0.0597194664902998, 0.962411816578483]),
    (TUNA, "spearman", "exact", 48, [0.0967978395061728, 0.0483989197530864, 0.957137345679012]),
    (FOURTEEN, "kendall", "exact", 68, [0.0138377949303048, 0.0069188974651524, 0.995123478366596]),
    (
        FOURTEEN,
        "spearman",
        "edgeworth",
        172,
        [0.0202287147773164, 0.0101143573886582, 0.990412074647561],
    ),
    (TWENTY, "kendall", "exact", 125, [0.0547535457472637, 0.0273767728736318, 0.976615531625052]),
    (
        TWENTY,
        "spearman",
        "edgeworth",
        712,
        [0.0405399933070938, 0.0202699966535469, 0.980084436171355],
    ),
]


@pytest.mark.parametrize(("data", "coefficient", "distribution", "statistic", "p_values"), CASES)
def test_r_gives_the_same(
    data: Pairs,
    coefficient: Coefficient,
    distribution: CorrelationDistribution,
    statistic: float,
    p_values: list[float],
) -> None:
    for sides, expected in zip(SIDES, p_values, strict=True):
        found = correlation_test(
            *data, coefficient=coefficient, sides=sides, distribution=distribution
        )
        assert found.statistic == statistic
        assert found.p_value == pytest.approx(expected, rel=1e-12)


def test_a_far_tail_keeps_its_digits() -> None:
    # R as above, 40 pairs of seed 5.
    assert kendall_probability(587, 40, "greater") == pytest.approx(8.0588493001077e-07, rel=1e-9)
    found = spearman_edgeworth_probability(3406, 40, "greater")
    assert found == pytest.approx(1.409089717845e-06, rel=1e-9)
    assert spearman_probability(0, 14, "greater") == pytest.approx(1 / 87178291200, rel=1e-15)


def test_critical_values_of_spearman_are_the_published_ones() -> None:
    # The tables of Zar, Biostatistical Analysis, one-sided 5 %: the smallest rho is 0.564 of 10 pairs, 0.464 of 14.
    for pairs, critical in ((10, 0.564), (14, 0.464)):
        largest = (pairs**3 - pairs) // 3
        rejected = max(
            total
            for total in range(0, largest + 1, 2)
            if spearman_probability(total, pairs, "greater") <= 0.05
        )
        assert round(1 - 2 * rejected / largest, 3) == critical


def test_edgeworths_series_is_near_the_exact_distribution() -> None:
    for total in range(0, 729, 26):
        exact = spearman_probability(total, 13, "greater")
        assert spearman_edgeworth_probability(total, 13, "greater") == pytest.approx(
            exact, abs=1e-3
        )


def test_ties_and_too_many_pairs_are_said() -> None:
    tied = correlation_test([1, 2, 2, 3], [1, 2, 3, 4], coefficient="kendall", distribution="exact")
    assert tied.statistic is None
    assert "ties" in str(tied.reason("p_value"))
    many = np.arange(15.0)
    found = correlation_test(many, many, coefficient="spearman", distribution="exact")
    assert "more than 14 pairs" in str(found.reason("p_value"))
    complete = correlation_test(many, many, coefficient="spearman", distribution="edgeworth")
    assert complete.p_value is not None
    assert correlation_test(many, -many, coefficient="kendall", distribution="exact").statistic == 0


@pytest.mark.parametrize(
    ("coefficient", "distribution"), [("pearson", "exact"), ("kendall", "edgeworth")]
)
def test_a_distribution_that_a_coefficient_lacks_is_refused(
    coefficient: Coefficient, distribution: CorrelationDistribution
) -> None:
    with pytest.raises(UsageError, match="accepted: approximate, or"):
        correlation_test([1, 2, 3], [1, 3, 2], coefficient=coefficient, distribution=distribution)


def test_the_list_of_distributions_is_the_types() -> None:
    assert get_args(CorrelationDistribution) == DISTRIBUTIONS
