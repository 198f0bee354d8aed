"""Many estimates at once, with their tests, are those of one case after the other."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest

from topline.errors import DataError, UsageError
from topline.stats.agreement import cohen_kappa, cohen_kappas
from topline.stats.concordant_pairs import balance_of_pairs
from topline.stats.correlation import Coefficient, RankError, correlation, correlation_test
from topline.stats.estimate import Estimate, Estimates, Integers, Scale, Sides, Test, Tests
from topline.stats.many_correlations import (
    correlate_many,
    correlation_summaries,
    correlation_tests,
    correlations,
)
from topline.stats.many_means import MeanSummaries, geometric_mean_ratios, mean_summaries
from topline.stats.many_stratified_tables import (
    cochran_mantel_haenszel_tests,
    common_odds_ratios,
    common_risk_ratios,
    homogeneity_tests,
)
from topline.stats.many_variances import (
    many_cohens_d,
    many_hedges_g,
    variance_ratio_tests,
    variance_ratios,
)
from topline.stats.mean import MeanSummary
from topline.stats.paired_proportions import paired_odds_ratio, paired_odds_ratios
from topline.stats.proportion import INTERVALS
from topline.stats.standardized_difference import cohens_d, hedges_g
from topline.stats.stratified_tables import (
    HOMOGENEITY_TESTS,
    cochran_mantel_haenszel,
    common_odds_ratio,
    common_risk_ratio,
    homogeneity_test,
)
from topline.stats.two_means import Variances, geometric_mean_ratio
from topline.stats.variances import variance_ratio, variance_ratio_test

SIDES: tuple[Sides, ...] = get_args(Sides)


def assert_same(
    many: Estimates | Tests, each: Iterable[Estimate | Test], digits: float, near_zero: float = 0.0
) -> None:
    parts = ("statistic", "p_value") if isinstance(many, Tests) else ("value", "lower", "upper")
    for place, one in enumerate(each):
        for part in parts:
            found, expected = float(getattr(many, part)[place]), getattr(one, part)
            if expected is None:
                assert math.isnan(found), (place, part)
                assert any(note.startswith(part) for note in many.notes)
            else:
                assert found == pytest.approx(expected, rel=digits, abs=near_zero), (place, part)


def runs(random: np.random.Generator) -> tuple[list[list[float]], list[list[float]]]:
    """Pairs of measurements in runs: flat, short, complete, tied, far from zero, tiny."""
    first: list[list[float]] = [[1, 1, 1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [0, 1, 2, 5, 9]]
    second: list[list[float]] = [[1, 2, 3], [5, 3], [2, 1, 3], [0, 2, 2, 1], [3, 3, 3, 3, 3]]
    first += [[1, 2, 3, 4, 5], [1e-200, 3e-200, 2e-200, 5e-200], [-1e9, -1e9 + 1, -1e9 + 4, -1e9]]
    second += [[2, 4, 6, 8, 10], [1e200, 2e200, 1e200, 7e200], [4, 1, 2, 2]]
    for size in random.integers(4, 40, 60).tolist():
        x = random.normal(size=size).round(1)
        first.append(x.tolist())
        second.append((random.normal() * x + random.normal(size=size)).round(1).tolist())
    return first, second


@pytest.mark.parametrize("rank_error", get_args(RankError))
@pytest.mark.parametrize("coefficient", get_args(Coefficient))
def test_correlations_of_runs(coefficient: Coefficient, rank_error: RankError) -> None:
    first, second = runs(np.random.default_rng(11))
    bounds = np.cumsum([0, *map(len, first)])
    summaries = correlate_many(
        np.concatenate(first), np.concatenate(second), bounds, coefficient=coefficient
    )
    pairs = list(zip(first, second, strict=True))
    each = [correlation(*one, coefficient=coefficient, rank_error=rank_error) for one in pairs]
    found = correlations(summaries, rank_error=rank_error)
    assert_same(found, each, 1e-12, 1e-14)
    assert found.method == each[0].method
    for sides in SIDES:
        tests = [correlation_test(*one, coefficient=coefficient, sides=sides) for one in pairs]
        many = correlation_tests(summaries, sides=sides)
        assert_same(many, tests, 1e-11, 1e-13)
        assert many.method == tests[-1].method


def test_published_correlations_are_those_of_the_measurements() -> None:
    first, second = runs(np.random.default_rng(12))
    first, second = first[8:], second[8:]
    each = [correlation(*one) for one in zip(first, second, strict=True)]
    given = correlation_summaries(list(map(len, first)), [one.value or 0.0 for one in each])
    assert_same(correlations(given), each, 1e-14)


def test_pairs_of_many_runs_are_counted_as_one_by_one() -> None:
    random = np.random.default_rng(15)
    sizes = random.integers(2, 60, 80)
    bounds = np.cumsum([0, *sizes])
    x, y = random.integers(0, 9, bounds[-1]), random.integers(-3, 30, bounds[-1])
    found = balance_of_pairs(x.astype(float), y.astype(float), bounds)
    for place, (begin, end) in enumerate(pairwise(bounds)):
        first, second = (
            np.sign(np.subtract.outer(one[begin:end], one[begin:end])) for one in (x, y)
        )
        assert found.balance[place] == (first * second).sum() / 2
        assert found.untied_first[place] == np.abs(first).sum() / 2
        assert found.untied_second[place] == np.abs(second).sum() / 2


def test_pairs_of_what_does_not_vary_have_no_variance() -> None:
    flat, groups = np.zeros(6), np.array([0.0, 0, 1, 1, 1, 1])
    for first, second in ((flat, groups), (groups, flat)):
        assert balance_of_pairs(first, second, np.array([0, 6])).variance.tolist() == [0.0]


def test_what_is_no_correlation_is_refused() -> None:
    with pytest.raises(DataError, match=r"value\[1\] is 1\.2"):
        correlation_summaries([5, 5], [0.1, 1.2])
    with pytest.raises(DataError, match=r"number\[0\] is 1"):
        correlation_summaries([1], [0.1])
    with pytest.raises(DataError, match="one pair"):
        correlate_many([1, 2, 3], [1, 2, 3], [0, 2, 3])
    with pytest.raises(UsageError, match="kendal"):
        correlate_many([1, 2], [1, 2], [0, 2], coefficient="kendal")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="without their measurements"):
        correlation_tests(correlation_summaries([9], [0.5], coefficient="kendall"))


def groups() -> tuple[list[MeanSummary], list[MeanSummary]]:
    """Two groups of each comparison: single observations, no spread, far apart, large, and common ones."""
    random = np.random.default_rng(13)
    first = [(1, 3.0, None), (2, 1.0, 0.5), (5, 2.0, 0.0), (1, 3.0, None), (3, 4.0, 0.0)]
    second = [(1, 2.0, None), (1, 4.0, None), (6, 1.0, 0.7), (8, 1.0, 2.5), (4, 5.0, 0.0)]
    first += [(10, 30.0, 1.0), (100_000, 1.02, 1.1), (2, 9.0, 0.01), (60, 500.0, 1.0)]
    second += [(12, 2.0, 1.3), (80_000, 1.0, 1.0), (2, 1.0, 0.02), (50, 0.0, 2.0)]
    for rows in (first, second):
        rows += [
            (int(n), float(m), float(s))
            for n, m, s in zip(
                random.integers(2, 90, 60),
                random.normal(2, 0.6, 60),
                random.uniform(0.4, 1.6, 60),
                strict=True,
            )
        ]
    made = [
        [MeanSummary(number=n, mean=m, standard_deviation=s) for n, m, s in rows]
        for rows in (first, second)
    ]
    return made[0], made[1]


def together(each: list[MeanSummary]) -> MeanSummaries:
    return mean_summaries(
        [one.number for one in each],
        [one.mean for one in each],
        np.array([one.standard_deviation for one in each], dtype=object),
    )


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_standardized_differences(level: float) -> None:
    pairs = groups()
    first, second = map(together, pairs)
    for many, one in ((many_cohens_d, cohens_d), (many_hedges_g, hedges_g)):
        each = [one(*pair, level=level) for pair in zip(*pairs, strict=True)]
        found = many(first, second, level=level)
        # The noncentral t distribution itself has some twelve digits.
        assert_same(found, each, 1e-9, 1e-11)
        assert found.method == each[0].method


def test_variance_ratios() -> None:
    pairs = groups()
    first, second = map(together, pairs)
    each = [variance_ratio(*pair, level=0.9) for pair in zip(*pairs, strict=True)]
    found = variance_ratios(first, second, level=0.9)
    assert_same(found, each, 1e-12)
    assert found.method == each[0].method
    for sides in SIDES:
        for ratio in (0.0, 0.5, 1.0):
            tests = [
                variance_ratio_test(*pair, null_value=ratio, sides=sides)
                for pair in zip(*pairs, strict=True)
            ]
            many = variance_ratio_tests(first, second, null_value=ratio, sides=sides)
            assert_same(many, tests, 1e-11)
            assert (many.method, many.null_value) == (tests[0].method, ratio)


@pytest.mark.parametrize("variances", get_args(Variances))
def test_ratios_of_geometric_means(variances: Variances) -> None:
    pairs = groups()
    pairs[0].append(MeanSummary(number=5, mean=700.0, standard_deviation=30.0))
    pairs[1].append(MeanSummary(number=5, mean=-30.0, standard_deviation=1.0))
    first, second = map(together, pairs)
    each = [geometric_mean_ratio(*pair, variances=variances) for pair in zip(*pairs, strict=True)]
    found = geometric_mean_ratios(first, second, variances=variances)
    assert_same(found, each, 1e-11)
    assert found.method == each[0].method


def comparisons() -> tuple[tuple[Integers, Integers, Integers, Integers], Integers]:
    """Strata of many comparisons: without events, with all, in one group only, of one and of many strata."""
    random = np.random.default_rng(14)
    sizes = np.array([1, 1, 1, 1, 2, 3, *random.integers(1, 25, 60)])
    number, control = random.integers(1, 50, (2, sizes.sum()))
    share = np.repeat(random.uniform(0.01, 0.6, sizes.size), sizes)
    count, control_count = random.binomial(number, share), random.binomial(control, share)
    count[:3], control_count[:3] = [0, number[1], 0], [0, control[1], control[2]]
    count[4:6] = control_count[4:6] = 0
    count[6:9], control_count[6:9] = [0, 0, number[8]], [1, 1, control[8]]
    number[9], control[9], count[9], control_count[9] = 1, 1, 1, 0
    return (count, number, control_count, control), np.cumsum([0, *sizes])


@pytest.mark.parametrize("corrected", [False, True])
def test_tests_over_strata(corrected: bool) -> None:
    tables, bounds = comparisons()
    each = [
        cochran_mantel_haenszel(*(part[begin:end] for part in tables), corrected=corrected)
        for begin, end in pairwise(bounds)
    ]
    found = cochran_mantel_haenszel_tests(*tables, bounds, corrected=corrected)
    assert_same(found, each, 1e-11, 1e-20)
    assert found.method == each[0].method


@pytest.mark.parametrize("scale", get_args(Scale))
def test_common_ratios(scale: Scale) -> None:
    tables, bounds = comparisons()
    for many, one in (
        (common_odds_ratios, common_odds_ratio),
        (common_risk_ratios, common_risk_ratio),
    ):
        each = [
            one(*(part[begin:end] for part in tables), level=0.9, scale=scale)
            for begin, end in pairwise(bounds)
        ]
        assert {None} < {found.value for found in each}
        found = many(*tables, bounds, level=0.9, scale=scale)
        assert_same(found, each, 1e-11, 1e-13)
        assert (found.method, found.scale) == (each[0].method, scale)


@pytest.mark.parametrize("test", HOMOGENEITY_TESTS)
def test_homogeneities(test: str) -> None:
    tables, bounds = comparisons()
    each = [
        homogeneity_test(*(part[begin:end] for part in tables), test=test)
        for begin, end in pairwise(bounds)
    ]
    found = homogeneity_tests(*tables, bounds, test=test)
    assert_same(found, each, 1e-9, 1e-12)
    assert found.method == each[0].method
    for place, one in enumerate(each):
        if one.statistic is not None:
            assert found.degrees_of_freedom is not None
            assert found.degrees_of_freedom[place] == one.degrees_of_freedom


def test_strata_that_offsets_do_not_divide_are_refused() -> None:
    with pytest.raises(DataError, match="offsets"):
        common_odds_ratios([1, 2], [4, 4], [1, 1], [4, 4], [0, 1])
    with pytest.raises(DataError, match=r"count\[1\]"):
        homogeneity_tests([1, 5], [4, 4], [1, 1], [4, 4], [0, 2])


def test_far_limits_of_one_degree_of_freedom_settle() -> None:
    first = [MeanSummary(number=1, mean=m, standard_deviation=None) for m in (1.5, 4.98, 9.0)]
    second = [MeanSummary(number=2, mean=1.0, standard_deviation=1.1)] * 3
    each = [cohens_d(*pair, level=0.999) for pair in zip(first, second, strict=True)]
    assert all(one.lower is not None for one in each)
    found = many_cohens_d(together(first), together(second), level=0.999)
    assert_same(found, each, 1e-9)


@pytest.mark.parametrize("size", [2, 4])
def test_kappas(size: int) -> None:
    random = np.random.default_rng(24)
    tables = random.poisson(3, (60, size, size))
    # One category only; perfect agreement; none at all.
    tables[:3] = 0
    tables[0, 1, 1], tables[2, 0, 1] = 9, 5
    tables[1, range(size), range(size)] = 4
    each = [cohen_kappa(table, level=0.9) for table in tables]
    found = cohen_kappas(tables, level=0.9)
    assert each[0].value is None
    assert_same(found, each, 1e-12, 1e-15)
    assert found.method == each[0].method
    with pytest.raises(DataError, match="square"):
        cohen_kappas(random.poisson(3, (2, 2, 3)) + 1)


@pytest.mark.parametrize("interval", INTERVALS)
def test_paired_odds_ratios(interval: str) -> None:
    first = [0, 3, 0, 1, 12, 400, 90_000]
    second = [0, 0, 4, 1, 2, 700, 88_000]
    each = [paired_odds_ratio(*row, interval=interval) for row in zip(first, second, strict=True)]
    found = paired_odds_ratios(first, second, interval=interval)
    assert found.method == each[-1].method
    for part in ("value", "lower", "upper"):
        for place, one in enumerate(each):
            number, expected = float(getattr(found, part)[place]), getattr(one, part)
            if expected is not None:
                assert number == pytest.approx(expected, rel=1e-12), (part, place)
                continue
            reason = one.reason(part) or ""
            assert math.isinf(number) if "infinite" in reason else math.isnan(number), reason
