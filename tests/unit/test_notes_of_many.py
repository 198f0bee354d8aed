"""Results that hold many numbers say which of them are undefined, and why."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import pytest

from topline.stats.log_rank import log_ranks
from topline.stats.many_means import (
    arithmetic_means,
    mean_differences,
    mean_summaries,
    two_sample_t_tests,
)
from topline.stats.many_ranks import rank_sum_tests, signed_rank_tests
from topline.stats.odds_ratio import odds_ratios
from topline.stats.proportion import proportions
from topline.stats.rate import event_rates
from topline.stats.rate_comparison import rate_ratios
from topline.stats.risk_difference import risk_differences
from topline.stats.risk_ratio import risk_ratios
from topline.stats.stratified_risk_difference import common_risk_differences
from topline.stats.survival_quantiles import survival_quantiles
from topline.stats.two_proportions import (
    EQUALITY_TESTS,
    two_proportions_test,
    two_proportions_tests,
)


class Noted(Protocol):
    @property
    def notes(self) -> tuple[str, ...]: ...


ONE, TWO = (
    mean_summaries([20, 1], [1.0, 3.0], [0.8, np.nan]),
    mean_summaries([9, 9], [1, 1], [0, 0]),
)
TABLES = ([4, 0, 3], [9, 9, 9], [2, 0, 0], [8, 8, 8])

GAPS: dict[str, tuple[Callable[[], Noted], tuple[str, ...]]] = {
    "proportions": (
        lambda: proportions([0, 3], [5, 5], interval="logit"),
        ("lower: undefined at 1 of 2, first at 0", "upper: undefined at 1 of 2, first at 0"),
    ),
    "no gap": (lambda: proportions([0, 3], [5, 5]), ()),
    "differences": (lambda: risk_differences(*TABLES), ()),
    "risk ratios": (
        lambda: risk_ratios(*TABLES),
        ("value: not finite at 2 of 3, first at 1", "upper: not finite at 2 of 3, first at 1"),
    ),
    "odds ratios": (
        lambda: odds_ratios(*TABLES, interval="woolf"),
        (
            "value: not finite at 2 of 3, first at 1",
            "lower: undefined at 2 of 3, first at 1",
            "upper: undefined at 2 of 3, first at 1",
        ),
    ),
    "rates": (
        lambda: event_rates([0, 3], [5, 5], interval="wald_log"),
        ("lower: undefined at 1 of 2, first at 0", "upper: undefined at 1 of 2, first at 0"),
    ),
    "rate ratios": (
        lambda: rate_ratios([1, 0], [1, 1], [0, 0], [1, 1]),
        (
            "value: not finite at 2 of 2, first at 0",
            "lower: undefined at 1 of 2, first at 1",
            "upper: not finite at 2 of 2, first at 0",
        ),
    ),
    "strata": (
        lambda: common_risk_differences([0], [5], [0], [5], [0, 1], interval="newcombe"),
        ("lower: undefined at 1 of 1, first at 0", "upper: undefined at 1 of 1, first at 0"),
    ),
    "means": (
        lambda: arithmetic_means(ONE),
        ("lower: undefined at 1 of 2, first at 1", "upper: undefined at 1 of 2, first at 1"),
    ),
    "differences of means": (
        lambda: mean_differences(ONE, TWO),
        ("lower: undefined at 1 of 2, first at 1", "upper: undefined at 1 of 2, first at 1"),
    ),
    "t-tests": (
        lambda: two_sample_t_tests(TWO, TWO),
        ("statistic: undefined at 2 of 2, first at 0", "p_value: undefined at 2 of 2, first at 0"),
    ),
    "rank-sum tests": (
        lambda: rank_sum_tests([1, 2, 3, 3], [1, 0, 1, 0], [0, 2, 4]),
        ("deviate: undefined at 1 of 2, first at 1", "p_value: undefined at 1 of 2, first at 1"),
    ),
    "signed-rank tests": (
        lambda: signed_rank_tests([0, 0, 1], [0, 2, 3]),
        ("deviate: undefined at 1 of 2, first at 0", "p_value: undefined at 1 of 2, first at 0"),
    ),
    "log-rank tests": (
        lambda: log_ranks([1, 2, 3, 4], [0, 0, 1, 1], ["a", "b", "a", "b"], [0, 2, 4]),
        ("statistic: undefined at 1 of 2, first at 0", "p_value: undefined at 1 of 2, first at 0"),
    ),
    "quantiles of survival": (
        lambda: survival_quantiles([1, 2, 3, 4], [0, 0, 0, 0], offsets=[0, 2, 4]),
        (
            "value: undefined at 2 of 2, first at 0",
            "lower: undefined at 2 of 2, first at 0",
            "upper: undefined at 2 of 2, first at 0",
        ),
    ),
    "tests of proportions": (
        lambda: two_proportions_tests(*TABLES),
        ("statistic: undefined at 1 of 3, first at 1", "p_value: undefined at 1 of 3, first at 1"),
    ),
}


@pytest.mark.parametrize("case", GAPS)
def test_every_gap_is_counted_placed_and_explained(case: str) -> None:
    call, expected = GAPS[case]
    notes = call().notes
    assert tuple(note.rpartition(": ")[0] for note in notes) == expected
    assert all(len(note.rpartition(": ")[2]) > 10 for note in notes)


@pytest.mark.parametrize("test", EQUALITY_TESTS)
def test_many_tests_of_proportions_equal_each_alone(test: str) -> None:
    tables = np.array([(4, 9, 2, 8), (0, 9, 0, 8), (5, 5, 0, 8), (30, 70, 20, 71), (1, 1, 0, 1)])
    many = two_proportions_tests(*tables.T, test=test)
    for place, table in enumerate(tables.tolist()):
        one = two_proportions_test(*table, test=test)
        assert one.method == many.method
        if one.statistic is not None:
            assert one.statistic == many.statistic[place]
        assert (one.p_value is None) == bool(np.isnan(many.p_value[place]))
        assert one.p_value is None or one.p_value == many.p_value[place]
