"""Medians, sign tests and quantiles of many samples are those of one after the other."""

from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from tests.unit.test_many_estimates import assert_same

from topline.errors import DataError, UsageError
from topline.stats.estimate import Floats, Integers, Sides
from topline.stats.many_order_statistics import many_quantiles, medians, sign_tests
from topline.stats.median import median, sign_test
from topline.stats.quantile import DEFINITIONS, quantiles


def samples() -> tuple[Floats, Integers]:
    """Samples of one and of many observations, equal, tied, on the null value and not."""
    random = np.random.default_rng(19)
    sizes = np.array([1, 2, 5, 6, 100, *random.integers(1, 60, 60)])
    bounds = np.cumsum([0, *sizes])
    values = random.normal(0.3, 1, bounds[-1]).round(1)
    values[bounds[2] : bounds[3]] = 0.0
    return values, bounds


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_medians(level: float) -> None:
    values, bounds = samples()
    each = [median(values[begin:end], level=level) for begin, end in pairwise(bounds)]
    found = medians(values, bounds, level=level)
    assert_same(found, [one.estimate for one in each], 0)
    assert found.method == each[0].estimate.method
    for place, one in enumerate(each):
        expected = np.nan if one.coverage is None else one.coverage
        assert found.coverage[place] == pytest.approx(expected, rel=1e-14, nan_ok=True)
    short = [any("too few" in note for note in one.estimate.notes) for one in each]
    assert (f"at {sum(short)} of {len(each)}" in " ".join(found.notes)) == any(short)


@pytest.mark.parametrize("sides", get_args(Sides))
def test_signs(sides: Sides) -> None:
    values, bounds = samples()
    for null_value in (0.0, 0.5):
        each = [
            sign_test(values[begin:end], null_value=null_value, sides=sides)
            for begin, end in pairwise(bounds)
        ]
        found = sign_tests(values, bounds, null_value=null_value, sides=sides)
        assert_same(found, each, 0)
        assert (found.method, found.null_value) == (each[0].method, null_value)


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_quantiles(definition: str) -> None:
    values, bounds = samples()
    shares = [0, 0.07, 0.25, 0.5, 0.57, 0.9, 1]
    each = [
        quantiles(values[begin:end], shares, definition=definition)
        for begin, end in pairwise(bounds)
    ]
    assert many_quantiles(values, bounds, shares, definition=definition).tolist() == [
        list(one) for one in each
    ]


def test_what_is_no_sample_or_quantile_is_refused() -> None:
    with pytest.raises(DataError, match="offsets"):
        medians([1, 2, 3], [0, 2])
    with pytest.raises(DataError, match=r"values\[1\] is nan"):
        sign_tests([1, float("nan")], [0, 2])
    with pytest.raises(UsageError, match=r"probability 1\.5"):
        many_quantiles([1, 2], [0, 2], [1.5])
    with pytest.raises(UsageError, match="quantile definition"):
        many_quantiles([1, 2], [0, 2], [0.5], definition="lineal")
