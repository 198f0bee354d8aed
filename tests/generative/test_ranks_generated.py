"""What must hold of rank tests and their estimates for every input; small ones against all permutations."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from topline.stats import pair_order
from topline.stats.correlation import correlation, correlation_test
from topline.stats.estimate import Sides, Test
from topline.stats.k_sample_ranks import (
    jonckheere_terpstra,
    jonckheere_terpstra_statistic,
    kruskal_wallis,
)
from topline.stats.many_ranks import rank_sum_tests, signed_rank_tests
from topline.stats.pair_order import difference_order, walsh_order
from topline.stats.rank_sum import (
    ShiftInterval,
    hodges_lehmann,
    rank_sum_statistic,
    rank_sum_test,
)
from topline.stats.ranking import RankMethod, midranks
from topline.stats.signed_rank import pseudomedian, signed_rank_statistic, signed_rank_test
from topline.stats.stratified_ranks import stratified_rank_test

SMALL = st.integers(-4, 4).map(float)
VALUE = st.integers(-2000, 2000).map(lambda number: number / 8)
"""Multiples of 1/8 have exact differences, so that ties do not depend on rounding."""
SAMPLE = st.lists(VALUE, min_size=2, max_size=25)
METHOD: st.SearchStrategy[RankMethod] = st.sampled_from(["exact", "normal", "normal_corrected"])
LEVEL = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
SIDES: tuple[Sides, ...] = ("two-sided", "greater", "less")


def as_extreme(statistics: Sequence[float], observed: float, mean: float) -> dict[str, float]:
    found = np.array(statistics)
    return {
        "two-sided": float((np.abs(found - mean) >= abs(observed - mean)).mean()),
        "greater": float((found >= observed).mean()),
        "less": float((found <= observed).mean()),
    }


@given(st.lists(SMALL, min_size=1, max_size=8), st.sampled_from(["drop", "pratt"]))
def test_the_exact_signed_rank_test_counts_all_signs(values: list[float], zeros: Any) -> None:
    found = signed_rank_statistic(values, zeros=zeros)
    kept = [value for value in values if value != 0]
    assume(kept)
    ranks = midranks(np.abs(np.array(values if zeros == "pratt" else kept))).ranks
    ranks = ranks[np.array(values if zeros == "pratt" else kept) != 0]
    every = [
        sum(rank for rank, sign in zip(ranks, signs, strict=True) if sign)
        for signs in itertools.product((False, True), repeat=len(kept))
    ]
    assert found.mean == pytest.approx(np.mean(every))
    assert found.variance == pytest.approx(np.var(every))
    expected = as_extreme(every, found.value, found.mean)
    for sides in SIDES:
        test = signed_rank_test(values, method="exact", zeros=zeros, sides=sides)
        assert test.p_value == pytest.approx(expected[sides], rel=1e-12)


@given(
    st.lists(SMALL, min_size=1, max_size=4),
    st.lists(SMALL, min_size=1, max_size=4),
)
def test_the_exact_rank_sum_test_counts_all_choices(x: list[float], y: list[float]) -> None:
    found = rank_sum_statistic(x, y)
    ranks = midranks(np.array(x + y)).ranks
    base = len(x) * (len(x) + 1) / 2
    every = [sum(chosen) - base for chosen in itertools.combinations(ranks, len(x))]
    assert found.mean == pytest.approx(np.mean(every))
    assert found.variance == pytest.approx(np.var(every), abs=1e-12)
    expected = as_extreme(every, found.value, found.mean)
    for sides in SIDES:
        test = rank_sum_test(x, y, method="exact", sides=sides)
        assert test.p_value == pytest.approx(expected[sides], rel=1e-12)


def same_p_value(one: Test, other: Test) -> bool:
    """Tell whether two p-values agree; where all values are tied, neither is defined."""
    if one.p_value is None or other.p_value is None:
        return one.p_value is other.p_value
    return bool(one.p_value == pytest.approx(other.p_value, rel=1e-12))


@given(SAMPLE, SAMPLE, METHOD)
def test_swapping_the_samples_mirrors_test_and_estimate(
    x: list[float], y: list[float], method: RankMethod
) -> None:
    assert rank_sum_statistic(x, y).value + rank_sum_statistic(y, x).value == len(x) * len(y)
    one, other = rank_sum_test(x, y, method=method), rank_sum_test(y, x, method=method)
    assert same_p_value(one, other)
    greater = rank_sum_test(x, y, method=method, sides="greater")
    less = rank_sum_test(y, x, method=method, sides="less")
    assert same_p_value(greater, less)
    shift, back = hodges_lehmann(x, y, interval="exact"), hodges_lehmann(y, x, interval="exact")
    assert shift.value == -(back.value or 0.0)
    if shift.lower is not None and shift.upper is not None:
        assert (shift.lower, shift.upper) == (-(back.upper or 0.0), -(back.lower or 0.0))


@given(SAMPLE, SAMPLE, METHOD)
def test_ranks_see_only_the_order(x: list[float], y: list[float], method: RankMethod) -> None:
    curved = [[value**3 + value for value in sample] for sample in (x, y)]
    assert (
        rank_sum_test(x, y, method=method).p_value == rank_sum_test(*curved, method=method).p_value
    )


@given(
    SAMPLE,
    SAMPLE,
    st.sampled_from(["exact", "normal", "normal_corrected", "moses_floor", "moses_round"]),
    st.integers(-50, 50),
)
def test_shift_limits_move_with_the_data(
    x: list[float], y: list[float], interval: ShiftInterval, distance: int
) -> None:
    here = hodges_lehmann(x, y, interval=interval)
    there = hodges_lehmann([value + distance for value in x], y, interval=interval)
    assert there.value == (here.value or 0.0) + distance
    for part in ("lower", "upper"):
        one, other = getattr(here, part), getattr(there, part)
        assert (one is None) == (other is None)
        # Where the statistic stands at the quantile on a whole step, the place found depends on the search.
        if one is not None and interval.startswith(("exact", "moses")):
            assert other == one + distance


@given(st.lists(VALUE, min_size=6, max_size=20, unique=True), LEVEL, st.floats(0.01, 0.99))
def test_exact_limits_hold_the_locations_that_the_exact_test_does_not_reject(
    values: list[float], level: float, share: float
) -> None:
    found = pseudomedian(values, level=level, interval="exact")
    assume(found.level == level and found.lower is not None and found.upper is not None)
    assert found.lower is not None
    assert found.upper is not None
    low, high = min(values) - 1, max(values) + 1
    place = low + share * (high - low) + 1 / 1024  # never a Walsh average
    p_value = signed_rank_test(values, null_value=place, method="exact").p_value
    assert p_value is not None
    assert (found.lower < place < found.upper) == (p_value > (1 - level) * (1 + 1e-9))


@given(
    st.lists(VALUE, min_size=4, max_size=12, unique=True),
    st.lists(VALUE, min_size=4, max_size=12, unique=True),
    LEVEL,
    st.floats(0.01, 0.99),
)
def test_exact_shift_limits_hold_the_shifts_that_the_exact_test_does_not_reject(
    x: list[float], y: list[float], level: float, share: float
) -> None:
    found = hodges_lehmann(x, y, level=level, interval="exact")
    assume(found.level == level and found.lower is not None)
    assert found.lower is not None
    assert found.upper is not None
    low, high = min(x) - max(y) - 1, max(x) - min(y) + 1
    place = low + share * (high - low) + 1 / 1024
    p_value = rank_sum_test(x, y, shift=place, method="exact").p_value
    assert p_value is not None
    assert (found.lower < place < found.upper) == (p_value > (1 - level) * (1 + 1e-9))


@given(st.lists(VALUE, min_size=8, max_size=25), st.booleans(), st.sampled_from([0.8, 0.9, 0.95]))
def test_normal_limits_are_where_the_normal_test_begins_to_reject(
    values: list[float], corrected: bool, level: float
) -> None:
    method: RankMethod = "normal_corrected" if corrected else "normal"
    found = pseudomedian(values, level=level, interval=method)
    assume(found.lower is not None and found.level == level)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= found.upper
    for limit, sign in ((found.lower, 1), (found.upper, -1)):
        z = -stats.norm.ppf((1 - level) / 2)
        around = []
        for place in (limit - 1e-7, limit, limit + 1e-7):
            moved = signed_rank_statistic(values, null_value=place)
            deviate = moved.deviate("two-sided", corrected=corrected)
            around.append(0.0 if deviate is None else deviate)
        assert min(around) - 1e-9 <= sign * z <= max(around) + 1e-9


@given(
    st.lists(VALUE, min_size=1, max_size=30),
    st.lists(VALUE, min_size=1, max_size=30),
    st.integers(1, 40),
)
def test_selected_pairs_are_those_of_the_full_list(
    x: list[float], y: list[float], listed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pair_order, "LISTED", listed)
        every = np.sort(np.subtract.outer(x, y).ravel())
        places = [1, (every.size + 1) // 2, every.size]
        assert difference_order(np.array(x), np.array(y), places) == [
            every[place - 1] for place in places
        ]
        i, j = np.triu_indices(len(x))
        walsh = np.sort((np.array(x)[i] + np.array(x)[j]) / 2)
        places = [1, (walsh.size + 1) // 2, walsh.size]
        assert walsh_order(np.array(x), places) == [walsh[place - 1] for place in places]


@given(SAMPLE, SAMPLE)
def test_two_groups_give_the_same_by_every_test(x: list[float], y: list[float]) -> None:
    group = ["a"] * len(x) + ["b"] * len(y)
    z = rank_sum_test(x, y, method="normal").statistic
    kruskal = kruskal_wallis(x + y, group).statistic
    trend = jonckheere_terpstra(x + y, group).statistic
    one_stratum = stratified_rank_test(x + y, group, ["s"] * len(group), weights="equal").statistic
    if z is None:
        assert kruskal is trend is one_stratum is None
        return
    assert kruskal == pytest.approx(z * z, rel=1e-9, abs=1e-12)
    assert one_stratum == pytest.approx(z, rel=1e-9, abs=1e-12)
    assert trend == pytest.approx(-z, rel=1e-9, abs=1e-12)


@given(st.lists(st.tuples(SMALL, st.sampled_from("abc")), min_size=3, max_size=7))
def test_jonckheeres_variance_is_that_over_all_permutations(
    data: list[tuple[float, str]],
) -> None:
    values, groups = [value for value, _ in data], [group for _, group in data]
    assume(len(set(groups)) > 1)
    found = jonckheere_terpstra_statistic(values, groups)
    every = [
        sum(
            (first < second) + 0.5 * (first == second)
            for (first, one), (second, other) in itertools.product(
                zip(order, groups, strict=True), repeat=2
            )
            if one < other
        )
        for order in itertools.permutations(values)
    ]
    assert found.mean == pytest.approx(np.mean(every))
    assert found.variance == pytest.approx(np.var(every), abs=1e-9)


@given(
    st.lists(st.tuples(SMALL, st.sampled_from("ab"), st.sampled_from("12")), min_size=4, max_size=7)
)
def test_van_elterens_variance_is_that_over_permutations_within_strata(
    data: list[tuple[float, str, str]],
) -> None:
    values, groups, strata = zip(*data, strict=True)
    assume(len(set(groups)) > 1)
    found = stratified_rank_test(values, groups, strata).statistic
    inside = [
        [place for place, s in enumerate(strata) if s == stratum] for stratum in sorted(set(strata))
    ]

    def score(order: dict[int, int]) -> float:
        total = 0.0
        for places in inside:
            ranks = midranks(np.array([values[order[place]] for place in places])).ranks
            for place, rank in zip(places, ranks, strict=True):
                if groups[place] == min(groups):
                    total += float(rank - (len(places) + 1) / 2) / (len(places) + 1)
        return total

    orders = [
        dict(
            itertools.chain.from_iterable(
                zip(p, q, strict=True) for p, q in zip(inside, chosen, strict=True)
            )
        )
        for chosen in itertools.product(*(itertools.permutations(places) for places in inside))
    ]
    every = [score(order) for order in orders]
    spread = float(np.std(every))
    if found is None:
        assert spread == pytest.approx(0, abs=1e-12)
    else:
        assert found == pytest.approx(score({k: k for k in range(len(values))}) / spread, abs=1e-9)


@given(
    st.lists(st.tuples(VALUE, VALUE), min_size=3, max_size=40),
    st.sampled_from(["pearson", "spearman", "kendall"]),
)
def test_correlations_agree_with_scipy_and_do_not_mind_swapping(
    pairs: list[tuple[float, float]], coefficient: Any
) -> None:
    x, y = (list(side) for side in zip(*pairs, strict=True))
    found = correlation(x, y, coefficient=coefficient).value
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found is None
        return
    if coefficient == "kendall":
        tau = stats.kendalltau(x, y, method="asymptotic")
        expected = float(tau.statistic)
        p_value = correlation_test(x, y, coefficient="kendall").p_value
        assert p_value == pytest.approx(float(tau.pvalue), rel=1e-9)
    elif coefficient == "spearman":
        expected = float(stats.spearmanr(x, y).statistic)
    else:
        expected = float(stats.pearsonr(x, y).statistic)
    assert found == pytest.approx(expected, abs=1e-10)
    assert correlation(y, x, coefficient=coefficient).value == pytest.approx(found, abs=1e-12)
    turned = correlation([-value for value in x], y, coefficient=coefficient)
    assert turned.value == pytest.approx(-(found or 0.0), abs=1e-12)


@given(st.lists(st.tuples(VALUE, VALUE), min_size=5, max_size=30))
def test_a_correlation_lies_inside_its_limits(pairs: list[tuple[float, float]]) -> None:
    x, y = (list(side) for side in zip(*pairs, strict=True))
    found = correlation(x, y)
    assume(found.value is not None)
    assert found.value is not None
    assert found.lower is not None
    assert found.upper is not None
    assert -1 <= found.lower <= found.value <= found.upper <= 1


@given(
    st.lists(
        st.lists(st.tuples(SMALL, st.booleans()), min_size=1, max_size=9), min_size=1, max_size=6
    ),
    st.booleans(),
    st.sampled_from(SIDES),
)
def test_many_rank_tests_at_once_equal_each_alone(
    samples: list[list[tuple[float, bool]]], corrected: bool, sides: Sides
) -> None:
    offsets = np.concatenate(([0], np.cumsum([len(sample) for sample in samples])))
    values, first = zip(*itertools.chain(*samples), strict=True)
    method: RankMethod = "normal_corrected" if corrected else "normal"
    sums = rank_sum_tests(values, first, offsets, corrected=corrected, sides=sides)
    signed = signed_rank_tests(values, offsets, corrected=corrected, sides=sides)
    for place, sample in enumerate(samples):
        mine = [value for value, one in sample if one]
        rest = [value for value, one in sample if not one]
        together = [value for value, _ in sample]
        alone = signed_rank_test(together, method=method, sides=sides)
        assert signed.statistic[place] == signed_rank_statistic(together).value
        check_same(signed.p_value[place], alone.p_value)
        if mine and rest:
            assert sums.statistic[place] == rank_sum_statistic(mine, rest).value
            check_same(
                sums.p_value[place], rank_sum_test(mine, rest, method=method, sides=sides).p_value
            )
        else:
            assert math.isnan(sums.p_value[place])


def check_same(found: float, expected: float | None) -> None:
    assert math.isnan(found) if expected is None else found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("first", "second"), [(30, 45), (7, 60)])
def test_exact_tails_without_ties_are_those_of_scipy(first: int, second: int) -> None:
    random = np.random.default_rng(20261123)
    x, y = random.normal(0.7, 1, first), random.normal(0, 1, second)
    expected = stats.mannwhitneyu(x, y, method="exact").pvalue
    assert rank_sum_test(x, y, method="exact").p_value == pytest.approx(expected, rel=1e-11)
    differences = stats.wilcoxon(x, method="exact").pvalue
    assert signed_rank_test(x, method="exact").p_value == pytest.approx(differences, rel=1e-11)
    assert math.isclose(
        float(stats.kruskal(x, y).statistic),
        kruskal_wallis([*x, *y], [0] * first + [1] * second).statistic or 0.0,
        rel_tol=1e-12,
    )
