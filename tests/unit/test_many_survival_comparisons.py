"""Comparisons of many pairs of survival curves at once are those of one pair after the other."""

from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pytest
from tests.unit.test_many_estimates import assert_same

from topline.errors import DataError, UsageError
from topline.stats.curve_crossing import TRANSFORMS
from topline.stats.estimate import Sides
from topline.stats.hazard_ratio import (
    peto_hazard_ratio,
    peto_hazard_ratios,
    pike_hazard_ratio,
    pike_hazard_ratios,
)
from topline.stats.log_rank import log_rank, log_ranks
from topline.stats.many_survival_comparisons import (
    restricted_mean_differences,
    restricted_mean_ratios,
    restricted_means,
    survival_difference_tests,
    survival_differences,
    survivals_at,
)
from topline.stats.restricted_mean import (
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)
from topline.stats.survival import survival_at
from topline.stats.survival_curves import SurvivalCurves, kaplan_meier_curves
from topline.stats.survival_difference import survival_difference, survival_difference_test

SIDES: tuple[Sides, ...] = get_args(Sides)
TIMES = (0.0, 0.5, 2.0, 3.0, 4.5, 30.0)


def curves(seed: int) -> SurvivalCurves:
    """Curves of one participant, without events, with events only, at time 0, that end early, and common ones."""
    random = np.random.default_rng(seed)
    groups = [([3.0], [1]), ([1.0, 2.0, 9.0], [0, 0, 0]), ([1.0, 2.0, 2.0], [1, 1, 1])]
    groups += [([0.0, 0.0], [1, 1]), ([0.0, 1.0, 1.5], [1, 0, 0]), ([2.0, 4.5, 4.5], [0, 1, 0])]
    for size in random.integers(2, 60, 80).tolist():
        times = random.exponential(3, size).round(1)
        groups.append((times.tolist(), random.integers(0, 2, size).tolist()))
    order = random.permutation(len(groups))
    times, events = zip(*(groups[place] for place in order), strict=True)
    offsets = np.cumsum([0, *map(len, times)])
    return kaplan_meier_curves(np.concatenate(times), np.concatenate(events), offsets)


@pytest.fixture(scope="module")
def pairs() -> tuple[SurvivalCurves, SurvivalCurves]:
    return curves(21), curves(22)


@pytest.mark.parametrize("time", TIMES)
def test_differences_of_survival(pairs: tuple[SurvivalCurves, SurvivalCurves], time: float) -> None:
    first, second = pairs
    each = [
        survival_difference(first.curve(place), second.curve(place), time)
        for place in range(len(first))
    ]
    found = survival_differences(first, second, time)
    assert_same(found, each, 1e-12, 1e-14)
    assert found.method == each[0].method


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_tests_of_survival(pairs: tuple[SurvivalCurves, SurvivalCurves], transform: str) -> None:
    first, second = pairs
    for time in TIMES:
        for sides in SIDES:
            null_value = 0.1 if transform == "plain" else 0.0
            each = [
                survival_difference_test(
                    first.curve(place),
                    second.curve(place),
                    time,
                    transform=transform,
                    sides=sides,
                    null_value=null_value,
                )
                for place in range(len(first))
            ]
            found = survival_difference_tests(
                first, second, time, transform=transform, sides=sides, null_value=null_value
            )
            assert_same(found, each, 1e-11, 1e-13)
            assert found.method == each[0].method


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("horizon", TIMES[1:])
def test_restricted_means(
    pairs: tuple[SurvivalCurves, SurvivalCurves], horizon: float, corrected: bool
) -> None:
    first, _ = pairs
    each = [
        restricted_mean(first.curve(place), horizon, corrected=corrected)
        for place in range(len(first))
    ]
    found = restricted_means(first, horizon, corrected=corrected)
    assert_same(found, each, 1e-12, 1e-14)
    assert found.method == each[0].method
    carried = [any("carried" in note for note in one.notes) for one in each]
    assert found.carried.tolist() == carried
    assert any("carried" in note for note in found.notes) == any(carried)
    errors = [np.nan if one.standard_error is None else one.standard_error for one in each]
    assert found.standard_error == pytest.approx(errors, rel=1e-11, abs=1e-14, nan_ok=True)


@pytest.mark.parametrize("horizon", TIMES[1:])
def test_differences_of_restricted_means(
    pairs: tuple[SurvivalCurves, SurvivalCurves], horizon: float
) -> None:
    first, second = pairs
    each = [
        restricted_mean_difference(first.curve(place), second.curve(place), horizon)
        for place in range(len(first))
    ]
    differences, tests = restricted_mean_differences(first, second, horizon)
    assert_same(differences, [one for one, _ in each], 1e-12, 1e-13)
    assert_same(tests, [one for _, one in each], 1e-11, 1e-13)
    assert differences.method == each[0][0].method
    carried = [any("carried" in note for note in one.notes) for one, _ in each]
    assert differences.carried.tolist() == carried


@pytest.mark.parametrize("horizon", TIMES[1:])
def test_ratios_of_restricted_means(
    pairs: tuple[SurvivalCurves, SurvivalCurves], horizon: float
) -> None:
    first, second = pairs
    each = [
        restricted_mean_ratio(first.curve(place), second.curve(place), horizon)
        for place in range(len(first))
    ]
    found = restricted_mean_ratios(first, second, horizon)
    assert {None} < {one.value for one in each}
    assert_same(found, each, 1e-12)
    assert found.method == each[0].method
    errors = [np.nan if one.standard_error is None else one.standard_error for one in each]
    assert found.standard_error == pytest.approx(errors, rel=1e-11, abs=1e-14, nan_ok=True)


@pytest.mark.parametrize("transform", TRANSFORMS)
def test_survival_at_a_time(pairs: tuple[SurvivalCurves, SurvivalCurves], transform: str) -> None:
    many, _ = pairs
    for time in TIMES:
        each = [
            survival_at(many.curve(place), time, transform=transform, level=0.9)
            for place in range(len(many))
        ]
        found = survivals_at(many, time, transform=transform, level=0.9)
        assert_same(found, each, 1e-13)
        assert found.method == each[0].method


@pytest.mark.parametrize(
    ("several", "one"),
    [(peto_hazard_ratios, peto_hazard_ratio), (pike_hazard_ratios, pike_hazard_ratio)],
)
def test_hazard_ratios(several: Any, one: Any) -> None:
    random = np.random.default_rng(23)
    bounds = np.cumsum([0, 2, 3, 4, *random.integers(4, 60, 60)])
    time = random.exponential(3, bounds[-1]).round(1) + 0.1
    event, group = random.integers(0, 2, (2, bounds[-1]))
    # No event; events of the first group alone; a first group that leaves before any event.
    event[:2], event[2:5], group[2:5] = 0, [1, 1, 0], [0, 0, 1]
    time[5:9], event[5:9], group[5:9] = [1, 1, 2, 3], [0, 0, 1, 1], [0, 0, 1, 1]
    each = [
        one(log_rank(time[begin:end], event[begin:end], group[begin:end]))
        for begin, end in pairwise(bounds)
        if len(set(group[begin:end])) == 2
    ]
    found = several(log_ranks(time, event, group, bounds))
    both = [
        place for place, run in enumerate(pairwise(bounds)) if len(set(group[slice(*run)])) == 2
    ]
    assert {None} < {alone.value for alone in each}
    for part in ("value", "lower", "upper"):
        expected = [np.nan if (x := getattr(alone, part)) is None else x for alone in each]
        assert getattr(found, part)[both] == pytest.approx(expected, rel=1e-11, nan_ok=True)
    assert found.method == each[0].method
    three = log_ranks([1, 2, 3], [1, 1, 1], ["a", "b", "c"], [0, 3])
    with pytest.raises(UsageError, match="3 groups"):
        several(three)
    weighted = log_ranks([1, 2, 3], [1, 1, 1], ["a", "b", "b"], [0, 3], weight="gehan-breslow")
    with pytest.raises(UsageError, match="weight"):
        several(weighted)


def test_what_does_not_fit_is_refused(pairs: tuple[SurvivalCurves, SurvivalCurves]) -> None:
    first, _ = pairs
    fewer = kaplan_meier_curves([1, 2], [1, 0], [0, 2])
    with pytest.raises(DataError, match="1 of second ones"):
        survival_differences(first, fewer, 2)
    with pytest.raises(UsageError, match="horizon of 0"):
        restricted_means(fewer, 0)
    with pytest.raises(UsageError, match="log scale"):
        survival_difference_tests(fewer, fewer, 2, transform="log", null_value=0.1)
