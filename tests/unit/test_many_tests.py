"""Many tests at once are the tests one by one."""

import math
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pytest

from topline.errors import DataError, LimitError, UsageError
from topline.stats.contingency import (
    cochran_armitage_test,
    cochran_armitage_tests,
    cramers_v,
    likelihood_ratio_test,
    likelihood_ratio_tests,
    many_cramers_v,
    pearson_test,
    pearson_tests,
)
from topline.stats.estimate import Floats, Integers, Sides, Test, Tests
from topline.stats.exact_tables import Tail, fisher_test, fisher_tests
from topline.stats.k_sample_ranks import (
    jonckheere_terpstra,
    jonckheere_terpstra_tests,
    kruskal_wallis,
    kruskal_wallis_tests,
)
from topline.stats.many_binomial_tests import proportion_tests, rate_ratio_tests
from topline.stats.many_means import mean_summaries, one_sample_t_tests
from topline.stats.many_rate_tests import event_rate_tests, rate_difference_tests
from topline.stats.mcnemar import MCNEMAR_TESTS, mcnemar_test, mcnemar_tests
from topline.stats.mean import MeanSummary, one_sample_t_test
from topline.stats.non_inferiority import TESTS as MARGIN_TESTS
from topline.stats.non_inferiority import (
    difference_test,
    difference_tests,
    equivalence_test,
    equivalence_tests,
)
from topline.stats.proportion_tests import TESTS, proportion_test
from topline.stats.rate import RATE_TESTS, event_rate_test
from topline.stats.rate_comparison import RATIO_TESTS, rate_difference_test, rate_ratio_test

SIDES: tuple[Sides, ...] = get_args(Sides)


def assert_same(many: Tests, each: list[Test], digits: float) -> None:
    for place, one in enumerate(each):
        for part in ("statistic", "p_value"):
            found, expected = float(getattr(many, part)[place]), getattr(one, part)
            if expected is None:
                assert math.isnan(found)
                assert any(note.startswith(part) for note in many.notes)
            else:
                assert found == pytest.approx(expected, rel=digits, abs=1e-300)
    assert many.method == each[0].method
    assert many.null_value == each[0].null_value


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("tail", get_args(Tail))
def test_fishers(sides: Sides, tail: Tail) -> None:
    random = np.random.default_rng(3)
    number, control = random.integers(1, 400, (2, 300))
    count, control_count = random.binomial(number, 0.3), random.binomial(control, 0.2)
    # The margins of the first allow one table; those of the last are large.
    count[0] = control_count[0] = 0
    number[-1], control[-1], count[-1], control_count[-1] = 90_000, 50_000, 41_000, 22_000
    tables = count, number, control_count, control
    each = [
        fisher_test(*(int(part) for part in table), sides=sides, tail=tail)
        for table in zip(*tables, strict=True)
    ]
    assert_same(fisher_tests(*tables, sides=sides, tail=tail), each, 1e-9)


def test_no_table_and_a_table_beyond_limits() -> None:
    with pytest.raises(DataError, match="count is empty"):
        fisher_tests([], [], [], [])
    with pytest.raises(LimitError, match="large-sample"):
        fisher_tests([10**7], [4 * 10**7], [10**7], [4 * 10**7])
    with pytest.raises(DataError, match=r"count\[1\]"):
        fisher_tests([1, 5], [4, 4], [1, 1], [4, 4])


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("test", TESTS)
def test_proportions(test: str, sides: Sides) -> None:
    random = np.random.default_rng(5)
    number = random.integers(1, 60, 300)
    count = random.integers(0, number + 1)
    number[-1], count[-1] = 100_000, 29_800
    for share in (0.01, 0.3, 0.5, 0.97):
        each = [
            proportion_test(int(x), int(n), share, test=test, sides=sides)
            for x, n in zip(count, number, strict=True)
        ]
        assert_same(proportion_tests(count, number, share, test=test, sides=sides), each, 1e-12)


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("test", RATIO_TESTS)
def test_rate_ratios(test: str, sides: Sides) -> None:
    random = np.random.default_rng(6)
    events, control = random.poisson(8, (2, 200))
    events[0] = control[0] = 0
    times, control_times = random.uniform(1, 100, (2, 200)).round(1)
    rows = events, times, control, control_times
    each = [
        rate_ratio_test(*row, null_value=1.5, test=test, sides=sides)
        for row in zip(*(part.tolist() for part in rows), strict=True)
    ]
    assert_same(rate_ratio_tests(*rows, null_value=1.5, test=test, sides=sides), each, 1e-12)


def test_what_is_no_proportion_or_rate_is_refused() -> None:
    with pytest.raises(UsageError, match="strictly between"):
        proportion_tests([1], [2], 1.0)
    with pytest.raises(DataError, match=r"person_time\[1\]"):
        rate_ratio_tests([1, 1], [2, 0], [1, 1], [2, 2])


@pytest.mark.parametrize("test", MCNEMAR_TESTS)
def test_mcnemars(test: str) -> None:
    tables = [(0, 0), (5, 5), (12, 2), (2, 12), (0, 7), (1, 0), (400, 300), (3000, 1000)]
    first, second = zip(*tables, strict=True)
    each = [mcnemar_test(*table, test=test) for table in tables]
    assert_same(mcnemar_tests(first, second, test=test), each, 1e-9)


@pytest.mark.parametrize("sides", SIDES)
def test_one_sample_t_tests(sides: Sides) -> None:
    groups = [(20, 1.17, 0.84), (1, 3.0, None), (5, 2.0, 0.0), (2, -4.0, 1.5)]
    number, mean, spread = zip(*groups, strict=True)
    each = [
        one_sample_t_test(
            MeanSummary(number=n, mean=m, standard_deviation=s), null_value=1, sides=sides
        )
        for n, m, s in groups
    ]
    found = one_sample_t_tests(mean_summaries(number, mean, spread), null_value=1, sides=sides)
    assert_same(found, each, 1e-13)


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("test", RATE_TESTS)
def test_rates(test: str, sides: Sides) -> None:
    random = np.random.default_rng(7)
    times = random.uniform(0.5, 200, 300).round(1)
    events = random.poisson(0.3 * times)
    # No event, as many as expected, one likely and one hardly likely number, and large ones.
    times[:6], events[:6] = [10, 20, 40, 40, 1e6, 1e6], [0, 5, 0, 60, 250_800, 249_100]
    each = [
        event_rate_test(x, t, null_value=0.25, test=test, sides=sides)
        for x, t in zip(events.tolist(), times.tolist(), strict=True)
    ]
    found = event_rate_tests(events, times, null_value=0.25, test=test, sides=sides)
    assert_same(found, each, 1e-12)


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("margin", [0.0, 0.2, -0.05])
def test_rate_differences(margin: float, sides: Sides) -> None:
    random = np.random.default_rng(8)
    events, control = random.poisson(4, (2, 200))
    events[:3], control[:3] = [0, 0, 9], [0, 7, 0]
    times, control_times = random.uniform(1, 100, (2, 200)).round(1)
    rows = events, times, control, control_times
    each = [
        rate_difference_test(*row, null_value=margin, sides=sides)
        for row in zip(*(part.tolist() for part in rows), strict=True)
    ]
    assert_same(rate_difference_tests(*rows, null_value=margin, sides=sides), each, 1e-13)


def tables_of_two_groups() -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    random = np.random.default_rng(9)
    number, control = random.integers(1, 300, (2, 200))
    count, control_count = random.binomial(number, 0.8), random.binomial(control, 0.85)
    # Nobody, everybody, one group each: neither varies.
    number[:4], control[:4] = [5, 6, 7, 1], [8, 9, 4, 1]
    count[:4], control_count[:4] = [0, 6, 7, 1], [0, 9, 0, 0]
    return count, number, control_count, control


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("test", MARGIN_TESTS)
def test_differences_against_a_margin(test: str, sides: Sides) -> None:
    tables = tables_of_two_groups()
    for margin in (-0.1, 0.0, 0.25):
        each = [
            difference_test(*row, null_difference=margin, sides=sides, test=test)
            for row in zip(*(part.tolist() for part in tables), strict=True)
        ]
        found = difference_tests(*tables, null_difference=margin, sides=sides, test=test)
        assert_same(found, each, 1e-12)


@pytest.mark.parametrize("test", MARGIN_TESTS)
def test_equivalences(test: str) -> None:
    tables = tables_of_two_groups()
    each = [
        equivalence_test(*row, lower_margin=-0.1, upper_margin=0.15, test=test)
        for row in zip(*(part.tolist() for part in tables), strict=True)
    ]
    found = equivalence_tests(*tables, lower_margin=-0.1, upper_margin=0.15, test=test)
    for many, ones in zip(found, zip(*each, strict=True), strict=True):
        assert_same(many, list(ones), 1e-12)
    with pytest.raises(UsageError, match="margins"):
        equivalence_tests(*tables, lower_margin=0.1, upper_margin=0.1)


def test_what_is_no_rate_and_no_table_is_refused() -> None:
    with pytest.raises(DataError, match=r"events\[1\]"):
        event_rate_tests([1, -1], [2, 2], null_value=1)
    with pytest.raises(DataError, match=r"control_person_time\[0\]"):
        rate_difference_tests([1], [2], [1], [0])
    with pytest.raises(DataError, match=r"count\[1\]"):
        difference_tests([1, 5], [4, 4], [1, 1], [4, 4], null_difference=0.1)


@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (5, 2)])
def test_tables_of_one_shape(shape: tuple[int, int]) -> None:
    tables = np.random.default_rng(10).poisson(4, (100, *shape))
    # An empty row, an empty column, one cell, and no association at all.
    tables[0, 0], tables[1, :, 1], tables[2], tables[3] = 0, 0, 0, 7
    tables[2, 0, 0] = 3
    each = [pearson_test(table) for table in tables]
    found = pearson_tests(tables)
    assert_same(found, each, 1e-12)
    assert found.degrees_of_freedom is not None
    assert set(found.degrees_of_freedom) == {each[0].degrees_of_freedom}


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([[1, 2], [3, 4]], "three dimensions"),
        ([[[1, 2]], [[3, 4]]], "three dimensions"),
        ([[[1, 2], [3, 4]], [[1, 2], [3, 4], [5, 6]]], "three dimensions"),
        ([[[1, 2], [3, 4]], [[1, 2], [3, -4]]], r"tables\[1\]\[1\]\[1\] is -4"),
        ([[[1, 2], [3, 4]], [[0, 0], [0, 0]]], r"tables\[1\] counts nobody"),
        ([[["a", "b"], ["c", "d"]]], "other than numbers"),
    ],
)
def test_what_is_no_list_of_tables_is_refused(tables: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        pearson_tests(tables)


def measured_groups() -> tuple[Integers, Floats, Integers]:
    """Groups and measurements of many comparisons: all equal, single observations of groups, tied and not."""
    random = np.random.default_rng(16)
    sizes = np.array([2, 3, 4, *random.integers(4, 40, 60)])
    bounds = np.cumsum([0, *sizes])
    group = random.integers(0, 4, bounds[-1])
    group[bounds[:-1]], group[bounds[:-1] + 1] = 0, 2
    values = random.normal(size=bounds[-1]).round(1) + 0.2 * group
    values[:2] = 7.0
    values[bounds[-2] :] = 3.0
    return group, values, bounds


@pytest.mark.parametrize("sides", SIDES)
def test_ranks_of_several_groups(sides: Sides) -> None:
    group, values, bounds = measured_groups()
    runs = list(pairwise(bounds))
    each = [kruskal_wallis(values[begin:end], group[begin:end]) for begin, end in runs]
    found = kruskal_wallis_tests(values, group, bounds)
    assert_same(found, each, 1e-12)
    assert found.degrees_of_freedom is not None
    assert found.degrees_of_freedom.tolist() == [one.degrees_of_freedom for one in each]
    each = [
        jonckheere_terpstra(values[begin:end], group[begin:end], sides=sides) for begin, end in runs
    ]
    assert_same(jonckheere_terpstra_tests(values, group, bounds, sides=sides), each, 1e-12)
    with pytest.raises(DataError, match="one measurement"):
        jonckheere_terpstra_tests([1, 2, 3], [1, 2, 3], [0, 1, 3])


def test_labels_may_differ_from_comparison_to_comparison() -> None:
    # As a table of all labels in all comparisons, these would take 300 GB.
    values = np.random.default_rng(25).normal(size=400_000)
    found = kruskal_wallis_tests(values, np.arange(400_000) // 2, np.arange(0, 400_001, 4))
    each = kruskal_wallis(values[-4:], ["a", "a", "b", "b"])
    assert found.statistic[-1] == pytest.approx(each.statistic, rel=1e-12)
    assert found.degrees_of_freedom is not None
    assert set(found.degrees_of_freedom) == {1.0}


def test_a_comparison_of_one_group_is_undefined() -> None:
    one_group = [1, 1, 1, 1, 2, 3]
    for found in (
        kruskal_wallis_tests([1, 2, 3, 4, 5, 6], one_group, [0, 3, 6]),
        jonckheere_terpstra_tests([1, 2, 3, 4, 5, 6], one_group, [0, 3, 6]),
    ):
        assert np.isnan(found.statistic).tolist() == [True, False]
        assert found.notes[0].startswith("statistic: undefined at 1 of 2, first at 0")


@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (5, 2)])
def test_likelihood_ratios_and_strengths_of_tables(shape: tuple[int, int]) -> None:
    tables = np.random.default_rng(17).poisson(4, (100, *shape))
    tables[0, 0], tables[1, :, 1], tables[2] = 0, 0, 7
    assert_same(
        likelihood_ratio_tests(tables), [likelihood_ratio_test(table) for table in tables], 1e-12
    )
    expected = [cramers_v(table) for table in tables]
    assert expected[0] is None
    assert many_cramers_v(tables) == pytest.approx(
        [math.nan if one is None else one for one in expected], rel=1e-13, nan_ok=True
    )


@pytest.mark.parametrize("scores", [None, [0, 5, 10, 40], [1, 1, 1, 1]])
def test_trends(scores: list[int] | None) -> None:
    random = np.random.default_rng(18)
    number = random.integers(1, 40, (100, 4))
    affected = random.binomial(number, [0.2, 0.25, 0.3, 0.5])
    affected[0], affected[1] = 0, number[1]
    each = [cochran_armitage_test(*row, scores) for row in zip(affected, number, strict=True)]
    found = cochran_armitage_tests(affected, number, scores)
    assert_same(found, each, 1e-12)
    with pytest.raises(DataError, match=r"affected\[1\]\[0\] is 5 of 4"):
        cochran_armitage_tests([[1, 2], [5, 1]], [[4, 4], [4, 4]])
    with pytest.raises(DataError, match="shape"):
        cochran_armitage_tests([1, 2], [4, 4])
