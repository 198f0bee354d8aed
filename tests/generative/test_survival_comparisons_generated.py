"""What must hold of tests between survival curves and of proportional hazards for every input."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from topline.errors import DataError
from topline.stats.concordance import concordance
from topline.stats.cox import CoxFit, cox
from topline.stats.cox_residuals import martingale_residuals, schoenfeld_residuals, score_residuals
from topline.stats.log_rank import WEIGHTS, log_rank, log_ranks, trend
from topline.stats.partial_likelihood import information, moments
from topline.stats.proportional_hazards import proportional_hazards
from topline.stats.risk_sets import arrange

Sample = tuple[list[float], list[bool], list[int]]
WEIGHT = st.sampled_from(sorted(WEIGHTS))


@st.composite
def samples(draw: st.DrawFn, groups: int = 2, smallest: int = 4) -> Sample:
    """Times with many ties, events and groups, each group present."""
    number = draw(st.integers(max(smallest, groups), 30))
    times = draw(st.lists(st.integers(1, 9).map(float), min_size=number, max_size=number))
    events = draw(st.lists(st.booleans(), min_size=number, max_size=number))
    members = draw(st.lists(st.integers(0, groups - 1), min_size=number, max_size=number))
    members[:groups] = range(groups)
    return times, events, members


def same(one: float | None, other: float | None, *, rel: float = 1e-9) -> bool:
    """Whether two numbers agree; undefined agrees with undefined only."""
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, rel=rel, abs=1e-10)


def slow_log_rank(sample: Sample) -> tuple[float, float]:
    """Score and variance of the first group, time by time."""
    times, events, members = sample
    score = variance = 0.0
    for time in {time for time, event in zip(times, events, strict=True) if event}:
        n = sum(other >= time for other in times)
        n1 = sum(o >= time and m == 0 for o, m in zip(times, members, strict=True))
        died = [m for o, e, m in zip(times, events, members, strict=True) if e and o == time]
        d = len(died)
        score += died.count(0) - n1 * d / n
        if n > 1:
            variance += d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
    return score, variance


@given(samples())
def test_the_log_rank_test_is_its_definition(sample: Sample) -> None:
    found = log_rank(*sample)
    score, variance = slow_log_rank(sample)
    assert found.score[0] == pytest.approx(score, abs=1e-12)
    assert found.variance[0, 0] == pytest.approx(variance, abs=1e-12)


@given(samples(), WEIGHT)
def test_swapping_the_groups_changes_the_sign_only(sample: Sample, weight: str) -> None:
    times, events, members = sample
    found = log_rank(*sample, weight=weight)
    swapped = log_rank(times, events, [1 - member for member in members], weight=weight)
    assert swapped.score == pytest.approx(-found.score, abs=1e-9)
    assert same(swapped.test.statistic, found.test.statistic)
    if found.test.statistic is not None:
        z = log_rank(*sample, weight=weight, sides="greater").test
        other = log_rank(times, events, [1 - m for m in members], weight=weight, sides="less").test
        assert z.statistic is not None
        assert z.statistic**2 == pytest.approx(found.test.statistic, rel=1e-9, abs=1e-12)
        assert z.p_value == pytest.approx(other.p_value, rel=1e-9)


@given(samples(groups=3), WEIGHT, st.sampled_from([0.5, 2.0, 1024.0]))
def test_the_scale_of_time_does_not_matter(sample: Sample, weight: str, factor: float) -> None:
    times, events, members = sample
    found = log_rank(*sample, weight=weight)
    rescaled = log_rank([time * factor for time in times], events, members, weight=weight)
    assert rescaled.test == found.test


@given(samples(groups=3), samples(groups=3), WEIGHT)
def test_strata_add_up(one: Sample, other: Sample, weight: str) -> None:
    strata = ["a"] * len(one[0]) + ["b"] * len(other[0])
    found = log_rank(
        one[0] + other[0], one[1] + other[1], one[2] + other[2], strata=strata, weight=weight
    )
    apart = [log_rank(*sample, weight=weight) for sample in (one, other)]
    assert found.score == pytest.approx(apart[0].score + apart[1].score, abs=1e-9)
    assert found.variance == pytest.approx(apart[0].variance + apart[1].variance, abs=1e-9)
    assert found.observed.tolist() == (apart[0].observed + apart[1].observed).tolist()


@given(st.lists(samples(groups=3), min_size=1, max_size=80), WEIGHT, st.booleans())
def test_many_tests_at_once_equal_each_alone(
    tests: list[Sample], weight: str, stratified: bool
) -> None:
    times, events, members = (
        [value for sample in tests for value in sample[part]] for part in range(3)
    )
    strata = [position % 2 for position in range(len(times))] if stratified else None
    offsets = np.cumsum([0, *(len(sample[0]) for sample in tests)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("topline.stats.log_rank_sums.BATCH", 100)
        found = log_ranks(times, events, members, offsets, strata=strata, weight=weight)
    for position, sample in enumerate(tests):
        part = slice(int(offsets[position]), int(offsets[position + 1]))
        alone = log_rank(*sample, strata=None if strata is None else strata[part], weight=weight)
        assert found.score[position] == pytest.approx(alone.score, abs=1e-9)
        assert found.observed[position].tolist() == alone.observed.tolist()
        statistic = float(found.statistic[position])
        if alone.test.statistic is None:
            assert math.isnan(statistic)
        else:
            assert statistic == pytest.approx(alone.test.statistic, rel=1e-9, abs=1e-12)


@given(samples(groups=3), WEIGHT, st.integers(1, 5), st.sampled_from([0.0, 1e-8, 0.3]))
def test_a_large_test_followed_in_blocks_is_the_test_at_once(
    sample: Sample, weight: str, block: int, tolerance: float
) -> None:
    found = log_rank(*sample, weight=weight, tie_tolerance=tolerance)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("topline.stats.log_rank_sums.BATCH", block)
        followed = log_rank(*sample, weight=weight, tie_tolerance=tolerance)
    assert followed.score == pytest.approx(found.score, abs=1e-9)
    assert followed.variance == pytest.approx(found.variance, abs=1e-9)
    assert followed.observed.tolist() == found.observed.tolist()
    assert followed.expected == pytest.approx(found.expected)


@given(samples(), st.sampled_from([1e-300, 1.0, 1e300]), st.booleans())
def test_times_of_any_magnitude_are_sorted_alike(
    sample: Sample, factor: float, with_zero: bool
) -> None:
    """Times that share a key with their group, and times that need all their bits."""
    times, events, members = sample
    spread = [time * factor for time in times]
    if with_zero:
        spread[0], times = 0.0, [0.0, *times[1:]]
    found = log_rank(times, events, members, tie_tolerance=0)
    assert log_rank(spread, events, members, tie_tolerance=0).test == found.test
    # One time beside them that is far away leaves too few bits for keys.
    far = log_rank([*spread, 1e-308], [*events, False], [*members, 0], tie_tolerance=0)
    near = log_rank([*times, 1e-3], [*events, False], [*members, 0], tie_tolerance=0)
    if not with_zero:
        assert far.test == near.test


@given(samples())
def test_fleming_and_harrington_without_powers_and_two_groups_in_order_are_the_log_rank_test(
    sample: Sample,
) -> None:
    found = log_rank(*sample)
    powerless = log_rank(*sample, weight="fleming-harrington", rho=0, gamma=0)
    assert powerless.test.statistic == found.test.statistic
    assert same(trend(found).statistic, found.test.statistic)


def fitted(sample: Sample, **options: Any) -> CoxFit:
    """Fit, and set aside the samples where the likelihood has no maximum."""
    times, events, members = sample
    try:
        fit = cox(times, events, [float(member) for member in members], **options)
    except DataError:
        assume(False)
        raise
    assume(not fit.notes)
    return fit


@given(samples())
def test_the_exact_score_test_is_the_log_rank_test(sample: Sample) -> None:
    fit = fitted(sample, ties="exact")
    assert same(fit.score.statistic, log_rank(*sample).test.statistic)


def slow_efron(sample: Sample, coefficient: float) -> float:
    times, events, members = sample
    risk = [math.exp(coefficient * member) for member in members]
    total = 0.0
    for time in {time for time, event in zip(times, events, strict=True) if event}:
        at_risk = sum(r for r, other in zip(risk, times, strict=True) if other >= time)
        died = [i for i, other in enumerate(times) if other == time and events[i]]
        for place, person in enumerate(died):
            share = sum(risk[i] for i in died) * place / len(died)
            total += coefficient * members[person] - math.log(at_risk - share)
    return total


def slow_exact(sample: Sample, coefficient: float) -> float:
    times, events, members = sample
    total = 0.0
    for time in {time for time, event in zip(times, events, strict=True) if event}:
        at_risk = [i for i, other in enumerate(times) if other >= time]
        died = [i for i in at_risk if times[i] == time and events[i]]
        subsets = itertools.combinations(at_risk, len(died))
        total += coefficient * sum(members[i] for i in died) - math.log(
            sum(math.exp(coefficient * sum(members[i] for i in subset)) for subset in subsets)
        )
    return total


@given(samples(groups=3))
def test_efrons_likelihood_is_its_definition(sample: Sample) -> None:
    fit = fitted(sample)
    coefficient = float(fit.coefficients[0])
    assert fit.log_likelihood == pytest.approx(slow_efron(sample, coefficient), rel=1e-9)
    for step in (-0.01, 0.01):
        assert slow_efron(sample, coefficient + step) < fit.log_likelihood


@given(samples(groups=3).filter(lambda sample: len(sample[0]) <= 12))
def test_the_exact_likelihood_counts_every_subset(sample: Sample) -> None:
    fit = fitted(sample, ties="exact")
    coefficient = float(fit.coefficients[0])
    assert fit.log_likelihood == pytest.approx(slow_exact(sample, coefficient), rel=1e-9)
    for step in (-0.01, 0.01):
        assert slow_exact(sample, coefficient + step) < fit.log_likelihood


@given(samples(groups=3), st.sampled_from(["efron", "breslow"]), st.floats(-1, 1))
def test_the_information_is_the_slope_of_the_score(
    sample: Sample, ties: Any, coefficient: float
) -> None:
    times, events, members = sample
    assume(any(events))
    covariates = np.array([[float(m), float(m == 1)] for m in members])
    sets = arrange(times, events, covariates)
    point, step = np.array([coefficient, -coefficient]), np.array([1e-5, 0.0])
    slope = (
        moments(sets, point + step, ties).score - moments(sets, point - step, ties).score
    ) / 2e-5
    expected = information(sets, moments(sets, point, ties))[0]
    assert -slope == pytest.approx(expected, rel=1e-5, abs=1e-6)


@given(samples(groups=3), st.sampled_from(["efron", "breslow", "exact"]))
def test_late_entry_at_the_beginning_changes_nothing(sample: Sample, ties: str) -> None:
    fit = fitted(sample, ties=ties)
    entered = fitted(sample, ties=ties, entry=[0.0] * len(sample[0]))
    assert entered.coefficients == pytest.approx(fit.coefficients, rel=1e-7, abs=1e-9)
    assert entered.log_likelihood == pytest.approx(fit.log_likelihood)


@given(samples(groups=3), st.integers(1, 8), st.sampled_from(["efron", "breslow", "exact"]))
def test_cutting_follow_up_in_two_records_changes_nothing(
    sample: Sample, cut: int, ties: str
) -> None:
    """Each participant under observation at the cut becomes two records; those with the same id are one cluster."""
    records = [
        record
        for person, (time, event, member) in enumerate(zip(*sample, strict=True))
        for record in (
            [(0.0, float(cut), False, member, person), (float(cut), time, event, member, person)]
            if time > cut
            else [(0.0, time, event, member, person)]
        )
    ]
    entry, times, events, members, people = (list(part) for part in zip(*records, strict=True))
    fit = fitted(sample, ties=ties)
    halved = fitted((times, events, members), ties=ties, entry=entry)
    assert halved.coefficients == pytest.approx(fit.coefficients, rel=1e-7, abs=1e-9)
    assert halved.log_likelihood == pytest.approx(fit.log_likelihood)
    assert halved.standard_errors == pytest.approx(fit.standard_errors, rel=1e-6)
    if ties != "exact":
        robust = fitted(sample, ties=ties, robust=True)
        clustered = fitted((times, events, members), ties=ties, entry=entry, cluster=people)
        assert clustered.standard_errors == pytest.approx(robust.standard_errors, rel=1e-6)


@given(samples(groups=3))
def test_a_weight_of_two_is_the_participant_twice(sample: Sample) -> None:
    """With Breslow's ties, whose likelihood a copy enters like another participant."""
    doubled: Sample = tuple(part * 2 for part in sample)  # type: ignore[assignment] # three parts stay three
    weighted = fitted(sample, ties="breslow", weights=[2.0] * len(sample[0]))
    twice = fitted(doubled, ties="breslow")
    assert weighted.coefficients == pytest.approx(twice.coefficients, rel=1e-7, abs=1e-9)
    assert weighted.standard_errors == pytest.approx(twice.standard_errors, rel=1e-7)
    assert weighted.log_likelihood == pytest.approx(twice.log_likelihood)


@given(samples(groups=3), st.floats(-100, 100), st.sampled_from([0.001, 3.0, 1e4]))
def test_a_covariate_may_be_shifted_and_rescaled(
    sample: Sample, shift: float, factor: float
) -> None:
    fit = fitted(sample)
    times, events, members = sample
    other = cox(times, events, [member * factor + shift for member in members])
    assert other.coefficients * factor == pytest.approx(fit.coefficients, rel=1e-6, abs=1e-8)
    assert other.likelihood_ratio.statistic == pytest.approx(
        fit.likelihood_ratio.statistic, rel=1e-6, abs=1e-9
    )


@given(samples(groups=3), st.sampled_from(["efron", "breslow"]), st.booleans())
def test_residuals_sum_to_nothing(sample: Sample, ties: str, stratified: bool) -> None:
    strata = [position % 2 for position in range(len(sample[0]))] if stratified else None
    fit = fitted(sample, ties=ties, strata=strata)
    for residuals in (
        score_residuals(fit),
        martingale_residuals(fit),
        schoenfeld_residuals(fit)[1],
    ):
        assert residuals.sum() == pytest.approx(0, abs=1e-6)
    assert martingale_residuals(fit).max() <= 1


@given(samples(groups=3), st.sampled_from([2.0, 0.25]))
def test_proportionality_is_judged_alike_in_other_units_of_time(
    sample: Sample, factor: float
) -> None:
    times, events, members = sample
    fit = fitted(sample)
    other = fitted(([time * factor + 1 for time in times], events, members))
    for scale in ("identity", "km", "rank"):
        one = proportional_hazards(fit, scale=scale).overall
        again = proportional_hazards(other, scale=scale).overall
        if one.statistic is not None and again.statistic is not None:
            assert again.statistic == pytest.approx(one.statistic, rel=1e-5, abs=1e-7)


def slow_pairs(
    sample: Sample, entry: list[float], weights: list[float], strata: list[int]
) -> tuple[float, float, float]:
    times, events, scores = sample
    concordant = discordant = tied = 0.0
    for one, other in itertools.permutations(range(len(times)), 2):
        outlived = times[other] > times[one] or (times[other] == times[one] and not events[other])
        if not (events[one] and outlived and entry[other] < times[one]):
            continue
        if strata[one] != strata[other]:
            continue
        weight = weights[one] * weights[other]
        concordant += weight * (scores[one] > scores[other])
        discordant += weight * (scores[one] < scores[other])
        tied += weight * (scores[one] == scores[other])
    return concordant, discordant, tied


@given(samples(groups=4), st.data())
def test_concordance_counts_every_pair(sample: Sample, data: st.DataObject) -> None:
    times, events, scores = sample
    assume(any(events) and len(set(scores)) > 1)
    number = len(times)

    def some(choices: list[Any]) -> list[Any]:
        return data.draw(st.lists(st.sampled_from(choices), min_size=number, max_size=number))

    fraction, weights, strata = some([0.0, 0.3, 0.9]), some([1.0, 2.0, 0.5]), some([0, 1])
    entry = [math.floor(time * part * 4) / 4 for time, part in zip(times, fraction, strict=True)]
    found = concordance(times, events, scores, entry=entry, weights=weights, strata=strata)
    expected = slow_pairs(sample, entry, weights, strata)
    assert (found.concordant, found.discordant, found.tied) == pytest.approx(expected)


@given(samples(groups=4))
def test_turning_the_score_around_turns_concordance_around(sample: Sample) -> None:
    times, events, scores = sample
    assume(any(events))
    found = concordance(times, events, scores).estimate
    turned = concordance(times, events, [-score for score in scores]).estimate
    if found.value is None:
        assert turned.value is None
    else:
        assert turned.value == pytest.approx(1 - found.value)
        assert turned.standard_error == pytest.approx(found.standard_error, abs=1e-12)


def influence(times: NDArray[Any], events: NDArray[Any], scores: NDArray[Any]) -> float:
    """The infinitesimal jackknife by numerical differentiation with respect to each weight."""
    slopes = []
    for person in range(times.size):
        values = []
        for change in (-1e-4, 1e-4):
            weights = np.ones(times.size)
            weights[person] += change
            value = concordance(times, events, scores, weights=weights).estimate.value
            assert value is not None
            values.append(value)
        slopes.append((values[1] - values[0]) / 2e-4)
    return math.sqrt(sum(slope**2 for slope in slopes))


def test_the_error_of_concordance_is_the_infinitesimal_jackknife() -> None:
    generator = np.random.default_rng(11)
    times, scores = generator.integers(1, 9, 40).astype(float), generator.integers(0, 5, 40)
    events = generator.random(40) < 0.6
    found = concordance(times, events, scores).estimate
    assert found.standard_error == pytest.approx(influence(times, events, scores), rel=1e-5)
