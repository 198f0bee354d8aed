"""Analyses of variance, and paired and geometric means, of many comparisons are those of one after the other."""

from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from tests.unit.test_many_estimates import assert_same, together

from topline.errors import DataError
from topline.stats.analysis_of_variance import bartlett_test, one_way_analysis, welch_analysis
from topline.stats.estimate import Floats, Integers, Sides, Test
from topline.stats.many_analyses_of_variance import (
    bartlett_tests,
    one_way_analyses,
    welch_analyses,
)
from topline.stats.many_means import geometric_means, paired_t_tests, summarize_many
from topline.stats.many_variances import standard_deviations
from topline.stats.mean import MeanSummary, geometric_mean, paired_t_test, summarize
from topline.stats.variances import standard_deviation


def comparisons() -> tuple[list[MeanSummary], Integers]:
    """Groups of comparisons: single observations, without spread, far from zero, and common ones."""
    random = np.random.default_rng(20)
    groups = [(1, 3.0, None), (1, 2.0, None), (4, 2.0, 0.0), (3, 5.0, 0.0), (3, 2.0, 1.0)]
    groups += [(5, 2.0, 0.0), (9, 2.0, 1.5), (1, 4.0, None), (7, 1e9, 1.0), (8, 1e9 + 2, 1.4)]
    sizes = [2, 2, 2, 2, 2, *random.integers(2, 6, 40).tolist()]
    for _ in range(sum(sizes[5:])):
        groups.append(
            (int(random.integers(2, 30)), float(random.normal(3)), float(random.uniform(0.5, 2)))
        )
    made = [MeanSummary(number=n, mean=m, standard_deviation=s) for n, m, s in groups]
    return made, np.cumsum([0, *sizes])


def test_analyses_of_variance() -> None:
    groups, bounds = comparisons()
    named = [
        {str(place): one for place, one in enumerate(groups[begin:end])}
        for begin, end in pairwise(bounds)
    ]
    many = together(groups)
    one_way = [one_way_analysis(one).test for one in named]
    for found, each in (
        (one_way_analyses(many, bounds), one_way),
        (welch_analyses(many, bounds), [welch_analysis(one) for one in named]),
        (bartlett_tests(many, bounds), [bartlett_test(one) for one in named]),
    ):
        assert {None} < {one.statistic for one in each}
        assert_same(found, each, 1e-9, 1e-15)
        assert found.method == each[-1].method
        for part in ("degrees_of_freedom", "denominator_degrees_of_freedom"):
            for place, one in enumerate(each):
                if one.statistic is not None and getattr(one, part) is not None:
                    assert getattr(found, part)[place] == pytest.approx(getattr(one, part))
    with pytest.raises(DataError, match="at least two groups"):
        one_way_analyses(together(groups[:3]), [0, 2, 3])


def test_means_far_from_zero_keep_their_differences() -> None:
    # F of 7 observations with mean 0 and SD 1, and 8 with mean 2 and SD 1.4, moved by 1e9.
    near = [
        MeanSummary(number=n, mean=m, standard_deviation=s) for n, m, s in ((7, 0, 1), (8, 2, 1.4))
    ]
    far = [
        MeanSummary(number=n, mean=m + 1e9, standard_deviation=s)
        for n, m, s in ((7, 0, 1), (8, 2, 1.4))
    ]
    found = one_way_analyses(together([*near, *far]), [0, 2, 4]).statistic
    assert found[1] == pytest.approx(found[0], rel=1e-12)


def measurements() -> tuple[Floats, Floats, Integers]:
    """Pairs in runs: one pair, equal differences, and common ones; all above 0."""
    random = np.random.default_rng(21)
    bounds = np.cumsum([0, 1, 4, *random.integers(2, 30, 40)])
    first, second = random.lognormal(1, 0.5, (2, bounds[-1])).round(2) + 0.01
    second[1:5] = first[1:5] + 0.5
    return first, second, bounds


@pytest.mark.parametrize("sides", get_args(Sides))
def test_pairs(sides: Sides) -> None:
    first, second, bounds = measurements()
    each: list[Test] = [
        paired_t_test(first[begin:end], second[begin:end], null_value=0.1, sides=sides)
        for begin, end in pairwise(bounds)
    ]
    found = paired_t_tests(first, second, bounds, null_value=0.1, sides=sides)
    assert_same(found, each, 1e-9, 1e-14)
    assert (found.method, found.null_value) == (each[0].method, 0.1)
    with pytest.raises(DataError, match="lengths differ"):
        paired_t_tests([1, 2], [1], [0, 2])


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_geometric_means_and_standard_deviations(level: float) -> None:
    first, _, bounds = measurements()
    first[1:5] = 7.0
    runs = list(pairwise(bounds))
    geometric = [geometric_mean(first[begin:end], level=level).estimate for begin, end in runs]
    found = geometric_means(summarize_many(np.log(first), bounds), level=level)
    assert_same(found, geometric, 1e-12)
    assert found.method == geometric[0].method
    spreads = [standard_deviation(summarize(first[begin:end]), level=level) for begin, end in runs]
    found = standard_deviations(summarize_many(first, bounds), level=level)
    assert_same(found, spreads, 1e-12)
    assert found.method == spreads[0].method
