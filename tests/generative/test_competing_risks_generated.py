"""What must hold of cumulative incidence, Gray's test and Fine–Gray regression for every input."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from topline.errors import DataError
from topline.stats.competing_risks import cumulative_incidence, incidence_at, incidence_error
from topline.stats.cox import cox
from topline.stats.fine_gray import fine_gray, predicted_incidence
from topline.stats.gray_test import gray_test
from topline.stats.log_rank import log_rank
from topline.stats.survival import kaplan_meier

Sample = tuple[list[float], list[int], list[int]]


@st.composite
def samples(draw: st.DrawFn, causes: int = 2, censored: bool = True) -> Sample:
    number = draw(st.integers(6, 30))
    times = draw(st.lists(st.integers(1, 9).map(float), min_size=number, max_size=number))
    lowest = 0 if censored else 1
    codes = draw(st.lists(st.integers(lowest, causes), min_size=number, max_size=number))
    members = draw(st.lists(st.integers(0, 1), min_size=number, max_size=number))
    codes[0], members[:2] = 1, [0, 1]
    return times, codes, members


@given(samples(causes=3))
def test_probabilities_sum_to_one_and_survival_is_that_of_any_event(sample: Sample) -> None:
    times, codes, _ = sample
    found = cumulative_incidence(times, codes)
    assert found.survival + found.incidence.sum(axis=0) == pytest.approx(np.ones(found.time.size))
    curve = kaplan_meier(times, [code > 0 for code in codes])
    assert found.survival.tolist() == curve.survival.tolist()
    assert incidence_error(found, 0)[curve.survival > 0] == pytest.approx(
        curve.standard_error[curve.survival > 0]
    )


@given(samples(causes=1))
def test_one_cause_is_one_minus_kaplan_meier_with_greenwoods_error(sample: Sample) -> None:
    times, codes, _ = sample
    found = cumulative_incidence(times, codes)
    curve = kaplan_meier(times, codes)
    assert found.incidence[0] == pytest.approx(1 - curve.survival, abs=1e-12)
    expected = np.where(curve.survival > 0, curve.standard_error, 0.0)
    # A variance of 0 is left as the rounding of numbers near 1, and its root is their root.
    assert incidence_error(found, 1) == pytest.approx(expected, abs=3e-8)


@given(samples(causes=3, censored=False))
def test_without_censoring_incidence_is_a_proportion_with_its_error(sample: Sample) -> None:
    times, codes, _ = sample
    found = cumulative_incidence(times, codes)
    number = len(times)
    for row, cause in enumerate(found.causes):
        shares = [
            sum(t <= when and c == cause for t, c in zip(times, codes, strict=True)) / number
            for when in found.time.tolist()
        ]
        assert found.incidence[row] == pytest.approx(shares)
        errors = [math.sqrt(share * (1 - share) / number) for share in shares]
        assert incidence_error(found, cause) == pytest.approx(errors, abs=3e-8)


@given(samples(), st.sampled_from(["plain", "log", "log-log"]), st.floats(0, 12))
def test_limits_hold_the_estimate(sample: Sample, transform: str, when: float) -> None:
    times, codes, _ = sample
    for cause in (0, 1):
        found = incidence_at(cumulative_incidence(times, codes), cause, when, transform=transform)
        assert found.value is not None
        if found.lower is not None:
            assert found.upper is not None
            assert 0 <= found.lower <= found.value + 1e-12
            assert found.value - 1e-12 <= found.upper <= 1


@given(samples())
def test_grays_test_does_not_depend_on_names_of_groups_or_units_of_time(sample: Sample) -> None:
    times, codes, members = sample
    found = gray_test(times, codes, members).test
    swapped = gray_test([t * 8 for t in times], codes, [1 - m for m in members]).test
    if found.statistic is not None and swapped.statistic is not None:
        assert swapped.statistic == pytest.approx(found.statistic, rel=1e-7, abs=1e-9)


@given(samples(causes=1))
def test_without_competing_events_grays_score_is_the_log_rank_score(sample: Sample) -> None:
    times, codes, members = sample
    found = gray_test(times, codes, members)
    assert found.score[0] == pytest.approx(log_rank(times, codes, members).score[0], abs=1e-9)


@given(samples(), samples())
def test_strata_of_grays_test_add_up(one: Sample, other: Sample) -> None:
    strata = [0] * len(one[0]) + [1] * len(other[0])
    found = gray_test(one[0] + other[0], one[1] + other[1], one[2] + other[2], strata=strata)
    parts = gray_test(*one), gray_test(*other)
    assert found.score == pytest.approx(parts[0].score + parts[1].score, abs=1e-9)
    assert found.variance == pytest.approx(parts[0].variance + parts[1].variance, abs=1e-9)


@given(samples(causes=1))
def test_without_competing_events_fine_and_gray_is_cox(sample: Sample) -> None:
    times, codes, members = sample
    covariate = [float(member) for member in members]
    try:
        expected = cox(times, codes, covariate, ties="breslow", robust=True)
    except DataError:
        assume(False)
        raise
    assume(not expected.notes)
    found = fine_gray(times, codes, covariate)
    assert found.coefficients == pytest.approx(expected.coefficients, rel=1e-7, abs=1e-9)
    assert found.standard_errors == pytest.approx(expected.standard_errors, rel=1e-7)
    assert found.log_likelihood == pytest.approx(expected.log_likelihood)


@given(samples())
def test_predicted_incidence_rises_from_0_towards_1(sample: Sample) -> None:
    times, codes, members = sample
    try:
        fit = fine_gray(times, codes, [float(member) for member in members])
    except DataError:
        assume(False)
        raise
    assume(not fit.notes)
    for value in (0.0, 1.0):
        predicted = predicted_incidence(fit, [value]).incidence
        assert (np.diff(predicted) >= 0).all()
        assert predicted.min() >= 0
        assert predicted.max() <= 1


def remaining(times: list[float], codes: list[int], when: float, *, events_first: bool) -> float:
    """The probability of being under observation just before a time, product by product."""
    found = 1.0
    for place in sorted({t for t, c in zip(times, codes, strict=True) if c == 0 and t < when}):
        leaving = sum(t == place and c == 0 for t, c in zip(times, codes, strict=True))
        at_risk = sum(
            t > place or (t == place and (c == 0 or not events_first))
            for t, c in zip(times, codes, strict=True)
        )
        found *= 1 - leaving / at_risk
    return found


def slope(sample: Sample, coefficient: float, *, events_first: bool) -> tuple[float, float]:
    """The derivative of Fine and Gray's log pseudo-likelihood from its definition, and its information."""
    times, codes, members = sample
    total = information = 0.0
    for when in sorted({t for t, c in zip(times, codes, strict=True) if c == 1}):
        weights = [
            math.exp(coefficient * x)
            * (
                1.0
                if t >= when
                else remaining(times, codes, when, events_first=events_first)
                / remaining(times, codes, t, events_first=events_first)
                if c > 1
                else 0.0
            )
            for t, c, x in zip(times, codes, members, strict=True)
        ]
        mean = sum(w * x for w, x in zip(weights, members, strict=True)) / sum(weights)
        for t, c, x in zip(times, codes, members, strict=True):
            if t == when and c == 1:
                total += x - mean
                information += mean * (1 - mean)
    return total, information


@given(samples(), st.sampled_from(["together", "after"]))
def test_the_slope_of_fine_and_grays_likelihood_is_zero_whichever_comes_first(
    sample: Sample, tied: str
) -> None:
    times, codes, members = sample
    try:
        fit = fine_gray(times, codes, members, tied_censorings=tied)
    except DataError:
        assume(False)
    assume(not fit.notes)
    found, information = slope(sample, float(fit.coefficients[0]), events_first=tied == "after")
    assert found == pytest.approx(0.0, abs=1e-6 * max(1.0, information))


@given(samples())
def test_without_shared_times_it_does_not_matter_which_comes_first(sample: Sample) -> None:
    times, codes, members = sample
    # Censorings half a unit later share no time with an event.
    apart = [t + 0.5 * (c == 0) for t, c in zip(times, codes, strict=True)]
    try:
        together = fine_gray(apart, codes, members)
    except DataError:
        assume(False)
    after = fine_gray(apart, codes, members, tied_censorings="after")
    assert after.coefficients.tolist() == together.coefficients.tolist()
    assert after.covariance == pytest.approx(together.covariance, rel=1e-12)
