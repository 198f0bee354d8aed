"""Shifts and pseudomedians of many samples are those of one after the other."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.test_many_estimates import assert_same

from topline.errors import DataError, UsageError
from topline.stats import many_rank_estimates
from topline.stats.estimate import Estimate, Floats, Integers
from topline.stats.many_rank_estimates import pseudomedians, shifts
from topline.stats.rank_sum import hodges_lehmann
from topline.stats.signed_rank import pseudomedian


def comparisons() -> tuple[Floats, NDArray[np.bool_], Integers]:
    """Pairs of samples: one value each, one value in one, tied, and of sizes that recur."""
    random = np.random.default_rng(26)
    sizes = np.array([2, 2, 6, 9, *random.integers(4, 16, 80)])
    bounds = np.cumsum([0, *sizes])
    first = random.random(bounds[-1]) < 0.5
    first[bounds[:-1]], first[bounds[:-1] + 1] = True, False
    return random.normal(size=bounds[-1]).round(1), first, bounds


def assert_levels(held: Floats, each: list[Estimate]) -> None:
    for place, one in enumerate(each):
        assert held[place] == pytest.approx(one.level, rel=1e-14)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("interval", ["exact", "moses_floor", "moses_round"])
def test_shifts(interval: str, level: float, monkeypatch: pytest.MonkeyPatch) -> None:
    values, first, bounds = comparisons()
    each = [
        hodges_lehmann(
            values[begin:end][first[begin:end]],
            values[begin:end][~first[begin:end]],
            level=level,
            interval=interval,  # type: ignore[arg-type] # one of those accepted
        )
        for begin, end in pairwise(bounds)
    ]
    # With little room most pairs are ordered in parts, and those of the largest samples are selected.
    for room in (2**21, 40):
        monkeypatch.setattr(many_rank_estimates, "LISTED", room)
        found = shifts(values, first, bounds, level=level, interval=interval)
        assert_same(found, each, 0)
        assert found.method == each[0].method
        assert_levels(found.held, each)
    assert ("cannot be reached" in " ".join(found.notes)) == (interval == "exact")


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_pseudomedians(level: float, monkeypatch: pytest.MonkeyPatch) -> None:
    values, _, bounds = comparisons()
    bounds = np.concatenate([[0, 1], bounds[1:]])
    each = [
        pseudomedian(values[begin:end], level=level, interval="exact")
        for begin, end in pairwise(bounds)
    ]
    for room in (2**21, 40):
        monkeypatch.setattr(many_rank_estimates, "LISTED", room)
        found = pseudomedians(values, bounds, level=level)
        assert_same(found, each, 0)
        assert found.method == each[0].method
        assert_levels(found.held, each)


def test_what_has_no_shift_is_undefined_or_refused() -> None:
    found = shifts([1, 2, 3, 4], [1, 1, 0, 1], [0, 2, 4])
    assert np.isnan(found.value).tolist() == [True, False]
    assert found.notes[0].startswith("value: undefined at 1 of 2, first at 0: a sample is empty")
    with pytest.raises(UsageError, match="there is no interval 'normal'"):
        shifts([1, 2], [1, 0], [0, 2], interval="normal")
    with pytest.raises(DataError, match=r"in_first\[1\]"):
        shifts([1, 2], [1, 2], [0, 2])
