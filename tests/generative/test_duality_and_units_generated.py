"""Identities across families: tests and their intervals, exchanged arms, other units of time, strata that add up."""

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from topline.errors import DataError
from topline.stats.competing_risks import cumulative_incidence, incidence_at
from topline.stats.cox import cox
from topline.stats.estimate import Estimate
from topline.stats.fine_gray import fine_gray
from topline.stats.gray_test import gray_test
from topline.stats.hazard_ratio import peto_hazard_ratio, pike_hazard_ratio
from topline.stats.log_rank import log_rank
from topline.stats.mantel_haenszel_pooling import pool_mantel_haenszel
from topline.stats.odds_ratio import odds_ratio
from topline.stats.restricted_mean import (
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)
from topline.stats.risk_difference import risk_difference
from topline.stats.risk_ratio import risk_ratio
from topline.stats.stratified_tables import cochran_mantel_haenszel, homogeneity_test
from topline.stats.survival import kaplan_meier, survival_at, survival_quantile
from topline.stats.two_proportions import two_proportions_test

Table = tuple[int, int, int, int]
Records = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]

UNITS = (7.0, 365.25, 1 / 30.4375)
"""Weeks, years and months of a day."""


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Two groups with both outcomes among them."""
    number, control = draw(st.integers(1, 80)), draw(st.integers(1, 80))
    count, other = draw(st.integers(0, number)), draw(st.integers(0, control))
    assume(0 < count + other < number + control)
    return count, number, other, control


@st.composite
def records(draw: st.DrawFn, causes: int = 1) -> Records:
    """Whole days, what happened (0: censored), and two arms, both with events."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(1, 40), st.integers(0, causes), st.integers(0, 1)),
            min_size=6,
            max_size=40,
        )
    )
    time, event, arm = (np.array(column) for column in zip(*rows, strict=True))
    for group in (0, 1):
        assume((event[arm == group] == 1).sum() >= 2)
    return time.astype(np.float64), event, arm


def same(found: Estimate, other: Estimate, *, relative: float = 1e-12) -> bool:
    """Whether value and limits agree; what is undefined is so on both sides."""
    return all(
        (one is None) is (two is None)
        and (one is None or two == pytest.approx(one, rel=relative, abs=1e-14))
        for one, two in (
            (getattr(found, part), getattr(other, part)) for part in ("value", "lower", "upper")
        )
    )


@pytest.mark.parametrize(
    ("interval", "test"),
    [("unbiased", "n_minus_1"), ("plain", "pearson")],
)
@settings(max_examples=60)
@given(tables(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_score_intervals_of_all_contrasts_leave_out_no_effect_where_chi_squared_rejects(
    interval: str, test: str, table: Table, level: float
) -> None:
    plain = interval == "plain"
    limits = [
        (
            risk_difference(*table, level=level, interval="mee" if plain else "miettinen_nurminen"),
            0,
        ),
        (risk_ratio(*table, level=level, interval="koopman" if plain else "miettinen_nurminen"), 1),
        (
            odds_ratio(
                *table, level=level, interval="cornfield" if plain else "miettinen_nurminen"
            ),
            1,
        ),
    ]
    probability = two_proportions_test(*table, test=test).p_value
    assert probability is not None
    assume(abs(probability - (1 - level)) > 1e-9)
    for found, null in limits:
        lower = -np.inf if found.lower is None else found.lower
        upper = np.inf if found.upper is None else found.upper
        assert (lower < null < upper) == (probability > 1 - level)


@settings(max_examples=40)
@given(tables(), st.integers(2, 4))
def test_copies_of_a_stratum_leave_the_common_effect_and_add_up_what_is_known(
    table: Table, copies: int
) -> None:
    once = tuple([cell] for cell in table)
    often = tuple([cell] * copies for cell in table)
    one, many = cochran_mantel_haenszel(*once), cochran_mantel_haenszel(*often)
    assert one.statistic is not None
    assert many.statistic == pytest.approx(copies * one.statistic, rel=1e-12, abs=1e-12)
    for measure in ("OR", "RR", "RD"):
        single = pool_mantel_haenszel(*once, measure=measure).estimate
        repeated = pool_mantel_haenszel(*often, measure=measure).estimate
        if single.value is None or single.standard_error is None:
            assert repeated.value is None
            continue
        assert repeated.value == pytest.approx(single.value, rel=1e-12, abs=1e-12)
        assert repeated.standard_error == pytest.approx(
            single.standard_error / copies**0.5, rel=1e-10
        )
    for test in ("breslow_day", "tarone"):
        homogeneous = homogeneity_test(*often, test=test)
        if homogeneous.statistic is not None:
            assert homogeneous.statistic == pytest.approx(0, abs=1e-9)
            assert homogeneous.degrees_of_freedom == copies - 1


@settings(max_examples=40)
@given(records(), st.sampled_from(UNITS), st.sampled_from(["plain", "log", "log-log", "logit"]))
def test_another_unit_of_time_moves_times_and_leaves_probabilities(
    given_records: Records, unit: float, transform: str
) -> None:
    time, event, _ = given_records
    curve, other = kaplan_meier(time, event), kaplan_meier(time / unit, event)
    assert other.survival == pytest.approx(curve.survival, rel=1e-14)
    for probability in (0.25, 0.5, 0.75):
        days = survival_quantile(curve, probability, transform=transform)
        units = survival_quantile(other, probability, transform=transform)
        for part in ("value", "lower", "upper"):
            first, second = getattr(days, part), getattr(units, part)
            assert (first is None) == (second is None)
            if first is not None:
                assert second * unit == pytest.approx(first, rel=1e-12)
    horizon = float(time.max())
    mean, scaled = restricted_mean(curve, horizon), restricted_mean(other, horizon / unit)
    assert (scaled.value or 0) * unit == pytest.approx(mean.value, rel=1e-10)
    assert (scaled.standard_error or 0) * unit == pytest.approx(mean.standard_error, rel=1e-10)
    # A time between two whole days, so that rounding cannot move an event across it.
    day = survival_at(curve, 10.5, transform=transform, extend=True)
    assert same(day, survival_at(other, 10.5 / unit, transform=transform, extend=True))


@settings(max_examples=25)
@given(records(), st.sampled_from(UNITS), st.sampled_from(["efron", "breslow", "exact"]))
def test_hazards_do_not_know_the_unit_of_time_and_turn_round_with_the_arms(
    given_records: Records, unit: float, ties: str
) -> None:
    time, event, arm = given_records
    fit = cox(time, event, arm, ties=ties)
    assume(not fit.notes)
    scaled, turned = cox(time / unit, event, arm, ties=ties), cox(time, event, 1 - arm, ties=ties)
    assert scaled.coefficients == pytest.approx(fit.coefficients, rel=1e-9, abs=1e-9)
    assert scaled.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-12)
    assert turned.coefficients == pytest.approx(-fit.coefficients, rel=1e-7, abs=1e-8)
    assert turned.standard_errors == pytest.approx(fit.standard_errors, rel=1e-7)
    assert turned.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-10)


@settings(max_examples=30)
@given(records())
def test_exchanging_arms_turns_survival_contrasts_round(given_records: Records) -> None:
    time, event, arm = given_records
    first, second = (kaplan_meier(time[arm == one], event[arm == one]) for one in (0, 1))
    horizon = float(min(time[arm == 0].max(), time[arm == 1].max()))
    forth, test = restricted_mean_difference(first, second, horizon)
    back, turned = restricted_mean_difference(second, first, horizon)
    assert forth.value is not None
    means = [restricted_mean(curve, horizon).value for curve in (first, second)]
    assert means[0] is not None
    assert means[1] is not None
    assert forth.value == pytest.approx(means[0] - means[1], abs=1e-12)
    assert back.value == pytest.approx(-forth.value, abs=1e-12)
    assert turned.p_value == (None if test.p_value is None else pytest.approx(test.p_value))
    ratio, inverse = (
        restricted_mean_ratio(*curves, horizon) for curves in ((first, second), (second, first))
    )
    assert ratio.value == pytest.approx(means[0] / means[1], rel=1e-12)
    assert (ratio.value or 0) * (inverse.value or 0) == pytest.approx(1)
    ranks, exchanged = log_rank(time, event, arm), log_rank(time, event, 1 - arm)
    for hazard_ratio in (peto_hazard_ratio, pike_hazard_ratio):
        one, other = hazard_ratio(ranks), hazard_ratio(exchanged)
        if one.value and other.value:
            assert one.value * other.value == pytest.approx(1, rel=1e-10)


@settings(max_examples=25)
@given(records())
def test_strata_of_a_cox_model_add_their_likelihoods(given_records: Records) -> None:
    time, event, arm = given_records
    half = np.arange(time.size) % 2
    try:
        parts = [cox(time[half == one], event[half == one], arm[half == one]) for one in (0, 1)]
    except DataError:  # an arm without anybody at risk at an event of a stratum
        reject()
    both = cox(time, event, arm, strata=half)
    assert both.log_likelihood_null == pytest.approx(
        sum(part.log_likelihood_null for part in parts), rel=1e-12, abs=1e-12
    )
    assert both.log_likelihood <= sum(part.log_likelihood for part in parts) + 1e-9
    assert cox(time, event, arm, strata=np.zeros(time.size)).log_likelihood == pytest.approx(
        cox(time, event, arm).log_likelihood, rel=1e-12
    )


@settings(max_examples=25)
@given(records(causes=2), st.sampled_from(UNITS))
def test_competing_risks_do_not_know_the_unit_of_time_nor_which_arm_is_first(
    given_records: Records, unit: float
) -> None:
    time, cause, arm = given_records
    curve, other = cumulative_incidence(time, cause), cumulative_incidence(time / unit, cause)
    assert same(incidence_at(curve, 1, 10.5), incidence_at(other, 1, 10.5 / unit))
    gray, turned = gray_test(time, cause, arm).test, gray_test(time, cause, 1 - arm).test
    assert turned.statistic == (
        None if gray.statistic is None else pytest.approx(gray.statistic, rel=1e-8, abs=1e-10)
    )
    fit = fine_gray(time, cause, arm)
    assume(not fit.notes)
    scaled, exchanged = fine_gray(time / unit, cause, arm), fine_gray(time, cause, 1 - arm)
    assert scaled.coefficients == pytest.approx(fit.coefficients, rel=1e-8, abs=1e-8)
    assert exchanged.coefficients == pytest.approx(-fit.coefficients, rel=1e-6, abs=1e-7)
    assert exchanged.standard_errors == pytest.approx(fit.standard_errors, rel=1e-6)
