"""What must hold of the statistics for every input, not only for those with a reference value."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from topline.stats import proportion, rate
from topline.stats.curve_crossing import TRANSFORMS
from topline.stats.least_squares import (
    fit_groups,
    group_test,
    least_squares_difference,
    least_squares_mean,
)
from topline.stats.mean import (
    arithmetic_mean,
    geometric_mean,
    one_sample_t_test,
    paired_t_test,
    summarize,
    summarize_pairs,
)
from topline.stats.quantile import DEFINITIONS, quantiles, spread
from topline.stats.survival import (
    kaplan_meier,
    number_at_risk,
    survival_at,
    survival_limits,
    survival_quantile,
)

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
INTERVAL = st.sampled_from(
    sorted({*proportion.INTERVALS} - {"logit"})  # without limits at the edges: tested by itself
)
TRANSFORM = st.sampled_from(sorted(TRANSFORMS))
MEASUREMENT = st.floats(-1e6, 1e6).map(lambda number: round(number, 6))
MEASUREMENTS = st.lists(MEASUREMENT, min_size=2, max_size=40)


@st.composite
def counts(draw: st.DrawFn, largest: int = 2000) -> tuple[int, int]:
    number = draw(st.integers(1, largest))
    return draw(st.integers(0, number)), number


@given(counts(), LEVELS, INTERVAL)
def test_a_proportion_lies_inside_its_interval(
    counted: tuple[int, int], level: float, interval: str
) -> None:
    assume(interval != "jeffreys_without_edge_rule" or 0 < counted[0] < counted[1])
    found = proportion.proportion(*counted, level=level, interval=interval)
    assert found.lower is not None
    assert found.value is not None
    assert found.upper is not None
    assert found.lower <= found.value * (1 + 1e-12)
    assert found.value * (1 - 1e-12) <= found.upper


@given(counts(), INTERVAL, st.tuples(LEVELS, LEVELS))
def test_more_confidence_means_a_wider_interval(
    counted: tuple[int, int], interval: str, levels: tuple[float, float]
) -> None:
    narrow, wide = (
        proportion.proportion(*counted, level=level, interval=interval) for level in sorted(levels)
    )
    assert wide.lower is not None
    assert wide.upper is not None
    assert narrow.lower is not None
    assert narrow.upper is not None
    assert wide.lower <= narrow.lower + 1e-15
    assert narrow.upper <= wide.upper + 1e-15


@given(counts(), LEVELS, INTERVAL)
def test_counting_those_without_instead_mirrors_the_interval(
    counted: tuple[int, int], level: float, interval: str
) -> None:
    count, number = counted
    having = proportion.proportion(count, number, level=level, interval=interval)
    lacking = proportion.proportion(number - count, number, level=level, interval=interval)
    assert lacking.upper is not None
    assert lacking.lower is not None
    assert having.lower == pytest.approx(1 - lacking.upper, abs=1e-12)
    assert having.upper == pytest.approx(1 - lacking.lower, abs=1e-12)


@given(counts(), LEVELS, INTERVAL)
def test_bounded_limits_are_possible_proportions_and_say_what_was_cut(
    counted: tuple[int, int], level: float, interval: str
) -> None:
    free = proportion.proportion(*counted, level=level, interval=interval)
    found = proportion.proportion(*counted, level=level, interval=interval, bounded=True)
    assert found.lower is not None
    assert found.upper is not None
    assert 0 <= found.lower <= found.upper <= 1
    for part in ("lower", "upper"):
        assert (getattr(free, part) != getattr(found, part)) == (found.reason(part) is not None)


@given(counts(60), LEVELS)
def test_clopper_pearson_limits_solve_the_binomial_tails(
    counted: tuple[int, int], level: float
) -> None:
    count, number = counted
    found = proportion.proportion(count, number, level=level, interval="clopper_pearson")

    def tail(share: float | None, ranks: range) -> float:
        assert share is not None
        return math.fsum(
            math.comb(number, k) * share**k * (1 - share) ** (number - k) for k in ranks
        )

    if count > 0:
        assert tail(found.lower, range(count, number + 1)) == pytest.approx(
            (1 - level) / 2, rel=1e-9
        )
    if count < number:
        assert tail(found.upper, range(count + 1)) == pytest.approx((1 - level) / 2, rel=1e-9)


@given(st.lists(counts(50), min_size=1, max_size=20), LEVELS, INTERVAL, st.booleans())
def test_many_proportions_at_once_equal_each_alone(
    counted: list[tuple[int, int]], level: float, interval: str, repeated: bool
) -> None:
    # Repeated a thousand times, the many take the path that computes each distinct pair once.
    rows = counted * 1000 if repeated else counted
    many = proportion.proportions(*zip(*rows, strict=True), level=level, interval=interval)
    for position, (count, number) in enumerate(counted):
        alone = proportion.proportion(count, number, level=level, interval=interval)
        assert many.value[position] == alone.value
        assert many.lower[position] == alone.lower
        assert many.upper[position] == alone.upper


@given(st.integers(0, 200), st.floats(1e-3, 1e6), LEVELS)
def test_exact_rate_limits_solve_the_poisson_tails(
    events: int, person_time: float, level: float
) -> None:
    found = rate.event_rate(events, person_time, level=level)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= events / person_time <= found.upper

    def at_most(count: int, expected: float) -> float:
        return math.fsum(
            math.exp(k * math.log(expected) - expected - math.lgamma(k + 1))
            for k in range(count + 1)
        )

    upper_tail = at_most(events, found.upper * person_time)
    assert upper_tail == pytest.approx((1 - level) / 2, rel=1e-9)
    if events:
        lower_tail = 1 - at_most(events - 1, found.lower * person_time)
        assert lower_tail == pytest.approx((1 - level) / 2, rel=1e-9)


@given(st.integers(0, 200), st.floats(1e-3, 1e6), st.floats(1e-3, 1e4))
def test_a_rate_per_more_time_is_the_rate_times_that_time(
    events: int, person_time: float, per: float
) -> None:
    one, many = rate.event_rate(events, person_time), rate.event_rate(events, person_time, per=per)
    for part in ("value", "lower", "upper"):
        assert getattr(many, part) == pytest.approx(per * getattr(one, part), rel=1e-12)


@given(MEASUREMENTS, LEVELS)
def test_a_t_interval_holds_the_null_values_its_test_does_not_reject(
    values: list[float], level: float
) -> None:
    summary = summarize(values)
    found = arithmetic_mean(summary, level=level)
    assert found.value is not None
    assert min(values) <= found.value <= max(values) or math.isclose(found.value, values[0])
    assert found.lower is not None
    test = one_sample_t_test(summary, null_value=found.lower)
    if test.p_value is not None and summary.standard_deviation:
        assume(summary.standard_deviation > 1e-6 * abs(summary.mean))
        assert test.p_value == pytest.approx(1 - level, rel=1e-5)


@given(MEASUREMENTS, MEASUREMENT)
def test_one_sided_p_values_are_complements_and_halves(
    values: list[float], null_value: float
) -> None:
    summary = summarize(values)
    both = one_sample_t_test(summary, null_value=null_value)
    greater = one_sample_t_test(summary, null_value=null_value, sides="greater")
    less = one_sample_t_test(summary, null_value=null_value, sides="less")
    if both.p_value is None:
        assert both.reason("p_value") is not None
        assert greater.p_value is None
        return
    assert greater.p_value is not None
    assert less.p_value is not None
    assert greater.p_value + less.p_value == pytest.approx(1, abs=1e-12)
    assert both.p_value == pytest.approx(2 * min(greater.p_value, less.p_value), rel=1e-12)


@given(st.lists(st.tuples(MEASUREMENT, MEASUREMENT), min_size=2, max_size=20))
def test_a_paired_test_is_a_one_sample_test_of_the_differences(
    pairs: list[tuple[float, float]],
) -> None:
    first, second = zip(*pairs, strict=True)
    assert (
        paired_t_test(first, second).p_value
        == one_sample_t_test(summarize_pairs(first, second)).p_value
    )
    assert summarize_pairs(second, first).mean == pytest.approx(
        -summarize_pairs(first, second).mean, abs=1e-9
    )


@given(st.lists(st.floats(1e-3, 1e6), min_size=2, max_size=30), st.floats(1e-2, 1e2))
def test_a_change_of_unit_scales_a_geometric_mean_and_leaves_its_variation(
    values: list[float], factor: float
) -> None:
    one, other = geometric_mean(values), geometric_mean([factor * value for value in values])
    assert one.estimate.value is not None
    assert other.estimate.value == pytest.approx(factor * one.estimate.value, rel=1e-9)
    assert one.coefficient_of_variation is not None
    assert other.coefficient_of_variation == pytest.approx(
        one.coefficient_of_variation, rel=1e-6, abs=1e-7
    )


@given(st.lists(MEASUREMENT, min_size=1, max_size=40), st.sampled_from(sorted(DEFINITIONS)))
def test_quantiles_are_ordered_and_lie_in_the_range(values: list[float], definition: str) -> None:
    probabilities = [0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1]
    found = quantiles(values, probabilities, definition=definition)
    slack = 1e-9 * max(abs(value) for value in values)
    assert all(a <= b + slack for a, b in itertools.pairwise(found))
    assert found[0] == min(values)
    assert found[-1] == max(values)
    extent = spread(values, definition=definition)
    assert extent.minimum <= extent.first_quartile + slack
    assert extent.third_quartile <= extent.maximum + slack


@given(
    st.lists(MEASUREMENT, min_size=1, max_size=40),
    st.sampled_from(sorted(DEFINITIONS)),
    # eighths have no rounding noise, so that NumPy's discontinuous definitions can be relied on
    st.integers(0, 8).map(lambda eighths: eighths / 8),
)
def test_quantiles_equal_those_of_numpy(
    values: list[float], definition: str, probability: float
) -> None:
    (found,) = quantiles(values, [probability], definition=definition)
    expected = np.quantile(values, probability, method=definition)  # type: ignore[call-overload]  # any name
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)


@st.composite
def follow_up(draw: st.DrawFn, *, whole: bool | None = None) -> tuple[list[float], list[int]]:
    number = draw(st.integers(1, 40))
    days = draw(st.booleans()) if whole is None else whole
    time = st.integers(0, 30) if days else st.floats(0, 100).map(lambda value: round(value, 3))
    times = draw(st.lists(time, min_size=number, max_size=number))
    return times, draw(st.lists(st.sampled_from([0, 1]), min_size=number, max_size=number))


@given(st.lists(st.floats(0, 1000).map(lambda value: round(value, 2)), min_size=1, max_size=40))
def test_without_censoring_survival_is_the_share_still_free_of_the_event(time: list[float]) -> None:
    curve = kaplan_meier(time, [1] * len(time))
    for when, survival, error in zip(curve.time, curve.survival, curve.standard_error, strict=True):
        share = sum(other > when for other in time) / len(time)
        assert survival == pytest.approx(share, abs=1e-12)
        if share > 0:  # Greenwood's variance is then the binomial one
            assert error == pytest.approx(math.sqrt(share * (1 - share) / len(time)), rel=1e-9)


@given(follow_up())
def test_a_curve_counts_everyone_once_and_never_rises(data: tuple[list[float], list[int]]) -> None:
    time, event = data
    curve = kaplan_meier(time, event)
    assert curve.events.sum() == sum(event)
    assert (curve.events + curve.censored).sum() == len(time)
    assert curve.at_risk[0] == len(time)
    assert list(curve.at_risk) == [sum(other >= when for other in time) for when in curve.time]
    assert (np.diff(curve.survival) <= 0).all()
    assert list(number_at_risk(curve, curve.time)) == list(curve.at_risk)


@given(follow_up(whole=True), st.permutations(range(40)))
def test_whole_days_counted_or_sorted_and_in_any_order_give_one_curve(
    data: tuple[list[float], list[int]], order: list[int]
) -> None:
    time, event = data
    counted = kaplan_meier(time, event)
    shuffled = [position for position in order if position < len(time)]
    # Half a day more makes no time whole: this takes the path that sorts.
    ordered = kaplan_meier([time[i] + 0.5 for i in shuffled], [event[i] for i in shuffled])
    assert list(ordered.time - 0.5) == list(counted.time)
    assert list(ordered.at_risk) == list(counted.at_risk)
    assert list(ordered.events) == list(counted.events)
    assert list(ordered.survival) == list(counted.survival)


@given(follow_up())
def test_entering_before_everything_is_the_same_as_no_late_entry(
    data: tuple[list[float], list[int]],
) -> None:
    time, event = [when + 1 for when in data[0]], data[1]
    late, plain = kaplan_meier(time, event, [0.5] * len(time)), kaplan_meier(time, event)
    assert list(late.at_risk) == list(plain.at_risk)
    assert list(late.survival) == list(plain.survival)


@given(follow_up(), st.data())
def test_late_entry_counts_who_is_under_observation(
    data: tuple[list[float], list[int]], more: st.DataObject
) -> None:
    time, event = [when + 1 for when in data[0]], data[1]
    entry = [round(when * more.draw(st.floats(0, 0.9)), 3) for when in time]
    curve = kaplan_meier(time, event, entry)
    pairs = list(zip(entry, time, strict=True))
    expected = [sum(begin < when <= end for begin, end in pairs) for when in curve.time]
    assert list(curve.at_risk) == expected
    assert list(number_at_risk(curve, curve.time)) == expected


@given(follow_up(), LEVELS, TRANSFORM)
def test_limits_of_survival_hold_the_estimate(
    data: tuple[list[float], list[int]], level: float, transform: str
) -> None:
    curve = kaplan_meier(*data)
    limits = survival_limits(curve, level=level, transform=transform)
    known = ~np.isnan(limits.lower)
    assert list(known) == list(~np.isnan(limits.upper))
    assert (limits.lower[known] >= 0).all()
    assert (limits.lower[known] <= curve.survival[known] + 1e-12).all()
    assert (limits.upper[known] >= curve.survival[known] - 1e-12).all()
    assert (limits.upper[known] <= 1).all()


@given(follow_up(), LEVELS, TRANSFORM, st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_limits_of_a_survival_quantile_hold_the_estimate_and_what_is_missing_is_said(
    data: tuple[list[float], list[int]], level: float, transform: str, probability: float
) -> None:
    curve = kaplan_meier(*data)
    found = survival_quantile(curve, probability, level=level, transform=transform)
    assert found.value is None or found.lower is None or found.lower <= found.value
    assert found.value is None or found.upper is None or found.value <= found.upper
    for part in ("value", "lower", "upper"):
        assert (getattr(found, part) is None) == (found.reason(part) is not None)
    if found.value is not None:
        before = survival_at(curve, max(0.0, math.nextafter(curve.time[0], -1)))
        assert before.value is not None
        after = survival_at(curve, found.value)
        assert after.value is not None
        assert after.value <= 1 - probability + 1e-7


@st.composite
def groups(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.integers(6, 25))
    small = st.integers(-20, 20)
    return {
        "response": draw(st.lists(small, min_size=number, max_size=number)),
        "group": draw(st.lists(st.sampled_from("abc"), min_size=number, max_size=number)),
        "covariate": draw(st.lists(small, min_size=number, max_size=number)),
        "site": draw(st.lists(st.sampled_from("xyz"), min_size=number, max_size=number)),
    }


@given(groups())
def test_unadjusted_least_squares_means_are_the_means_of_the_groups(data: dict[str, Any]) -> None:
    fit = fit_groups(data["response"], data["group"])
    for name in fit.group.levels:
        members = [y for y, g in zip(data["response"], data["group"], strict=True) if g == name]
        found = least_squares_mean(fit, name)
        assert found.value == pytest.approx(sum(members) / len(members), abs=1e-10)
        if found.standard_error is not None:
            assert fit.residual_standard_deviation is not None
            expected = fit.residual_standard_deviation / math.sqrt(len(members))
            assert found.standard_error == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(groups(), st.integers(-1000, 1000))
def test_moving_the_response_or_the_covariate_moves_no_difference(
    data: dict[str, Any], shift: int
) -> None:
    def difference(response_shift: int, covariate_shift: int) -> tuple[float | None, float | None]:
        fit = fit_groups(
            [y + response_shift for y in data["response"]],
            data["group"],
            covariates={"baseline": [x + covariate_shift for x in data["covariate"]]},
            factors={"site": data["site"]},
        )
        if len(fit.group.levels) < 2:
            return None, None
        found = least_squares_difference(fit, *fit.group.levels[:2])
        return found.estimate.value, found.estimate.standard_error

    plain, moved = difference(0, 0), difference(shift, -shift)
    for one, other in zip(plain, moved, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert other == pytest.approx(one, rel=1e-7, abs=1e-8)


@given(groups())
def test_every_least_squares_result_is_a_number_or_says_why_not(data: dict[str, Any]) -> None:
    fit = fit_groups(
        data["response"],
        data["group"],
        covariates={"baseline": data["covariate"]},
        factors={"site": data["site"]},
        interactions=["site"],
    )
    for name in fit.group.levels:
        found = least_squares_mean(fit, name)
        assert (found.value is None) == (found.reason("value") is not None)
        cell = {s for s, g in zip(data["site"], data["group"], strict=True) if g == name}
        if found.value is None:
            assert cell != set(data["site"]) or fit.degrees_of_freedom < 2
    test = group_test(fit)
    assert (test.p_value is None) == (test.reason("p_value") is not None)
