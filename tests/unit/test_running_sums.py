"""Running sums within runs are NumPy's, run by run and bit by bit, whether or not room is taken for them."""

import numpy as np
import pytest

from topline.stats.grouping import FEW, accumulate, cumulative_sums


@pytest.mark.parametrize(
    "lengths",
    [
        [1],
        [100_000],
        [1 << 15, 1 << 15],
        [40_000, 1, 70_000],
        [3] * (FEW + 1),
        [*range(1, FEW + 9)],
    ],
    ids=["one", "long", "whole blocks", "uneven", "many alike", "many uneven"],
)
def test_running_sums_are_those_of_each_run(lengths: list[int]) -> None:
    bounds = np.concatenate(([0], np.cumsum(lengths)))
    values = np.random.default_rng(20261129).normal(size=bounds[-1])
    expected = np.concatenate([np.cumsum(part) for part in np.split(values, bounds[1:-1])])
    np.testing.assert_array_equal(cumulative_sums(values, bounds), expected)
    accumulate(values, bounds)
    np.testing.assert_array_equal(values, expected)
