"""An input without meaning gets an error that names the element and what was expected."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from topline.errors import DataError, ToplineError, UsageError
from topline.stats.checking import finite, zero_or_one
from topline.stats.effect_sizes_two_by_two import two_by_two_effects
from topline.stats.from_summaries import standard_error_from_interval
from topline.stats.gray_test import gray_test
from topline.stats.least_squares import fit_groups, least_squares_difference, least_squares_mean
from topline.stats.log_rank import log_rank
from topline.stats.many_poolings import pool_many
from topline.stats.mean import (
    MeanSummary,
    geometric_mean,
    one_sample_t_test,
    summarize,
    summarize_pairs,
)
from topline.stats.possible_values import rounded
from topline.stats.proportion import proportion, proportions
from topline.stats.proportion_tests import proportion_test
from topline.stats.publication_bias import egger_test
from topline.stats.quantile import quantiles
from topline.stats.rate import event_rate
from topline.stats.restricted_mean import restricted_mean
from topline.stats.survival import kaplan_meier, survival_at, survival_quantile

CURVE = kaplan_meier([1, 2], [1, 0])
FIT = fit_groups([1, 2, 4, 5], ["a", "a", "b", "b"])

WRONG_DATA: dict[str, tuple[Callable[[], object], str]] = {
    "count above number": (lambda: proportion(28, 27), "28 of 27"),
    "nobody": (lambda: proportion(0, 0), "0 of 0"),
    "count not whole": (lambda: proportion(2.5, 27), "count[0] is 2.5"),
    "count negative": (lambda: proportions([3, -1], [5, 5]), "count[1] is -1"),
    "count infinite": (lambda: proportion(1, float("inf")), "number[0] is inf"),
    "lengths of proportions": (lambda: proportions([1], [2, 3]), "count has 1, number has 2"),
    "empty": (lambda: summarize([]), "values is empty"),
    "missing": (lambda: summarize([1.0, float("nan")]), "values[1] is nan"),
    "none": (lambda: finite("values", [1, None]), "values[1] is None"),  # type: ignore[arg-type]  # the fault
    "text": (lambda: finite("values", ["1.5", "2"]), "values[0] is np.str_('1.5')"),
    "table": (lambda: summarize([[1, 2], [3, 4]]), "2 dimensions"),
    "ragged": (lambda: finite("values", [[1], [2, 3]]), "not a plain sequence"),
    "too large": (lambda: summarize([1e300, -1e300]), "too large"),
    "logarithm of zero": (lambda: geometric_mean([1, 0]), "values[1] is 0"),
    "pairs": (lambda: summarize_pairs([1, 2], [1]), "first has 2, second has 1"),
    "summary of nobody": (
        lambda: MeanSummary(number=0, mean=1, standard_deviation=None),
        "no observations",
    ),
    "spread of one": (
        lambda: MeanSummary(number=1, mean=1, standard_deviation=0.0),
        "1 observations",
    ),
    "no spread of two": (
        lambda: MeanSummary(number=2, mean=1, standard_deviation=None),
        "2 observations",
    ),
    "spread below zero": (
        lambda: MeanSummary(number=2, mean=1, standard_deviation=-1),
        "standard_deviation[0] is -1",
    ),
    "event of two": (lambda: kaplan_meier([1, 2], [1, 2]), "event[1] is 2"),
    "probability missing": (lambda: quantiles([1, 2], [float("nan")]), "probabilities[0] is nan"),
    "one probability": (
        lambda: quantiles([1, 2], 0.5),  # type: ignore[arg-type]  # the fault
        "probabilities has 0 dimensions",
    ),
    "many effects as text": (
        lambda: pool_many(["0.1", "0.2"], [1, 1], offsets=[0, 2]),
        "effects hold something other than numbers",
    ),
    "rounded number": (
        lambda: rounded(0.5),  # type: ignore[arg-type]  # the fault
        "0.5 is not text",
    ),
    "given number": (
        lambda: standard_error_from_interval(1, "2"),  # type: ignore[arg-type]  # the fault
        "'2' is not a finite number",
    ),
    "precise studies": (
        lambda: egger_test([1, 1, 1], [1e-10, 1, 1e10], method="DL"),
        "the precise studies alone decide",
    ),
    "time below zero": (lambda: kaplan_meier([1, -2], [1, 0]), "time[1] is -2"),
    "time and event": (lambda: kaplan_meier([1, 2], [1]), "time has 2, event has 1"),
    "entry after time": (
        lambda: kaplan_meier([1, 2], [1, 0], [0, 2]),
        "entry[1] is 2, and time[1] is 2",
    ),
    "no time": (lambda: survival_at(CURVE, float("nan")), "time[0] is nan"),
    "no time at risk": (lambda: event_rate(3, 0), "person_time[0] is 0"),
    "vanishing time at risk": (lambda: event_rate(3, 1e-320), "too large"),
    "missing group": (lambda: fit_groups([1, 2], ["a", None]), "group[1] is missing"),
    "missing label": (
        lambda: fit_groups([1, 2], ["a", "b"], factors={"site": ["x", float("nan")]}),
        "site[1] is missing",
    ),
    "covariate length": (
        lambda: fit_groups([1, 2], ["a", "b"], covariates={"age": [40]}),
        "response has 2, group has 2, age has 1",
    ),
    "response too large": (lambda: fit_groups([1e200, 1], ["a", "b"]), "response is too large"),
    "covariate too large": (
        lambda: fit_groups([1, 2], ["a", "b"], covariates={"age": [1e200, 1]}),
        "age is too large",
    ),
}

WRONG_USE: dict[str, tuple[Callable[[], object], str]] = {
    "share tested as text": (
        lambda: proportion_test(3, 10, "0.1"),  # type: ignore[arg-type]  # the fault
        "null_value is '0.1', not a number",
    ),
    "survival quantile missing": (
        lambda: survival_quantile(CURVE, None),  # type: ignore[arg-type]  # the fault
        "probability is None",
    ),
    "horizon infinite": (lambda: restricted_mean(CURVE, float("inf")), "horizon is inf"),
    "power missing": (
        lambda: log_rank(
            [1, 2], [1, 1], ["a", "b"], weight="fleming-harrington", gamma=float("nan")
        ),
        "gamma is nan",
    ),
    "power of Gray's test": (
        lambda: gray_test([1, 2], [1, 2], ["a", "b"], rho=float("nan")),
        "rho is nan",
    ),
    "constant missing": (
        lambda: two_by_two_effects([1], [2], [1], [2], add=None),  # type: ignore[arg-type]  # the fault
        "add is None",
    ),
    "unit of a rate": (lambda: event_rate(1, 2, per=float("inf")), "per is inf"),
    "level in percent": (lambda: proportion(8, 27, level=95), "write 0.95 for 95 %"),
    "level of one": (lambda: proportion(8, 27, level=1), "the confidence level is 1"),
    "interval": (lambda: proportion(8, 27, interval="jefreys"), "did you mean 'jeffreys'?"),
    "transform": (lambda: survival_quantile(CURVE, transform="loglog"), "did you mean 'log-log'?"),
    "rate interval": (lambda: event_rate(1, 1, interval="exakt"), "did you mean 'exact'?"),
    "per nothing": (lambda: event_rate(1, 1, per=0), "a rate per 0"),
    "definition": (lambda: quantiles([1], [0.5], definition="linaer"), "did you mean 'linear'?"),
    "probability": (lambda: quantiles([1], [50]), "a quantile at probability 50"),
    "survival probability": (lambda: survival_quantile(CURVE, 0), "at probability 0"),
    "tie tolerance": (lambda: kaplan_meier([1], [1], tie_tolerance=-1), "a tie tolerance of -1"),
    "group": (lambda: least_squares_mean(FIT, "c"), "there is no group 'c'"),
    "same group": (lambda: least_squares_difference(FIT, "a", "a"), "from itself"),
    "margins": (
        lambda: least_squares_mean(FIT, "a", margins="equal"),  # type: ignore[arg-type]  # the fault
        "accepted: balanced, observed",
    ),
    "alternative": (
        lambda: one_sample_t_test(summarize([1, 2]), sides="both"),  # type: ignore[arg-type]  # the fault
        "accepted: two-sided, greater, less",
    ),
    "interaction": (
        lambda: fit_groups([1, 2], ["a", "b"], covariates={"age": [1, 2]}, interactions=["sex"]),
        "there is no covariate or factor 'sex'",
    ),
    "name twice": (
        lambda: fit_groups([1, 2], ["a", "b"], covariates={"x": [1, 2]}, factors={"x": [1, 2]}),
        "'x' is used twice",
    ),
    "name taken": (
        lambda: fit_groups([1, 2], ["a", "b"], covariates={"group": [1, 2]}),
        "'group' is used twice",
    ),
}


@pytest.mark.parametrize("case", WRONG_DATA)
def test_wrong_data_is_named(case: str) -> None:
    call, said = WRONG_DATA[case]
    with pytest.raises(DataError) as caught:
        call()
    assert said in str(caught.value)


@pytest.mark.parametrize("case", WRONG_USE)
def test_wrong_use_is_named(case: str) -> None:
    call, said = WRONG_USE[case]
    with pytest.raises(UsageError) as caught:
        call()
    assert said in str(caught.value)


@pytest.mark.parametrize("case", [*WRONG_DATA, *WRONG_USE])
def test_every_message_says_what_would_be_accepted_or_where(case: str) -> None:
    call, _ = {**WRONG_DATA, **WRONG_USE}[case]
    with pytest.raises(ToplineError) as caught:
        call()
    assert caught.value.accepted or caught.value.where


def test_decimals_and_booleans_are_numbers() -> None:
    assert summarize([Decimal("1.5"), Decimal("2.5")]).mean == 2.0  # type: ignore[arg-type]  # not an array type
    assert list(zero_or_one("event", [True, False])) == [True, False]
    assert list(zero_or_one("event", [1.0, 0.0])) == [True, False]


def test_inputs_are_left_as_they_were() -> None:
    time, event = np.array([3.0, 1.0, 2.0]), np.array([1, 0, 1])
    kaplan_meier(time, event)
    assert list(time) == [3.0, 1.0, 2.0]
    assert time.flags.writeable
