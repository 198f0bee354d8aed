"""What must hold of survival curves and their quantiles for every input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.stats import curve_blocks as curve_blocks_module
from topline.stats import survival as survival_module
from topline.stats import survival_quantiles as quantiles_module
from topline.stats.curve_crossing import TRANSFORMS
from topline.stats.restricted_mean import restricted_mean
from topline.stats.survival import kaplan_meier, nelson_aalen, survival_quantile
from topline.stats.survival_curves import kaplan_meier_curves
from topline.stats.survival_quantiles import survival_quantiles

TIME = st.one_of(
    st.integers(0, 12).map(float),
    st.floats(0, 100, allow_subnormal=False).map(lambda number: round(number, 3)),
)
PARTICIPANT = st.tuples(TIME, st.booleans())
GROUP = st.lists(PARTICIPANT, min_size=1, max_size=40)
TRANSFORM = st.sampled_from(sorted(TRANSFORMS))
PROBABILITIES = (0.1, 0.25, 0.5, 0.9)


def by_definition(group: list[tuple[float, bool]]) -> list[tuple[float, int, int, float]]:
    """At each distinct time: at risk, events, and the product, in exact order and one by one."""
    survival, rows = 1.0, []
    for time in sorted({time for time, _ in group}):
        at_risk = sum(other >= time for other, _ in group)
        events = sum(other == time and event for other, event in group)
        survival *= (at_risk - events) / at_risk
        rows.append((time, at_risk, events, survival))
    return rows


def unpack(group: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [time for time, _ in group], [event for _, event in group]


@given(GROUP)
def test_a_curve_is_the_product_of_its_definition(group: list[tuple[float, bool]]) -> None:
    curve = kaplan_meier(*unpack(group), tie_tolerance=0)
    rows = by_definition(group)
    assert curve.time.tolist() == [row[0] for row in rows]
    assert curve.at_risk.tolist() == [row[1] for row in rows]
    assert curve.events.tolist() == [row[2] for row in rows]
    assert curve.survival.tolist() == [row[3] for row in rows]
    leaving = [sum(time == row[0] for time, _ in group) for row in rows]
    assert (curve.events + curve.censored).tolist() == leaving


@given(GROUP, st.sampled_from([0.0, 1e-8, 0.05, 0.3]), st.integers(1, 5))
def test_whole_days_shifted_to_fractions_give_the_same_curve(
    group: list[tuple[float, bool]], tolerance: float, block: int
) -> None:
    """Whole times are counted, others sorted and followed in blocks, those with entry merged otherwise."""
    times, events = unpack(group)
    whole = [float(round(time)) for time in times]
    halves = [time / 2 + 0.25 for time in whole]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curve_blocks_module, "BLOCK", block)
        sorted_curve = kaplan_meier(halves, events, tie_tolerance=tolerance)
    entered = kaplan_meier(halves, events, [0.0] * len(halves), tie_tolerance=tolerance)
    for name in ("at_risk", "events", "censored", "survival", "time"):
        assert getattr(sorted_curve, name).tolist() == getattr(entered, name).tolist()
    if tolerance < 0.01:
        counted = kaplan_meier(whole, events)
        assert counted.survival.tolist() == sorted_curve.survival.tolist()
        assert counted.standard_error == pytest.approx(sorted_curve.standard_error, nan_ok=True)


@given(GROUP, TRANSFORM, st.integers(1, 5))
def test_quantiles_do_not_depend_on_how_the_curve_is_followed(
    group: list[tuple[float, bool]], transform: str, block: int
) -> None:
    times, events = unpack(group)
    curve = kaplan_meier(times, events)
    expected = [survival_quantile(curve, one, transform=transform) for one in PROBABILITIES]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curve_blocks_module, "BLOCK", block)
        patch.setattr(quantiles_module, "LARGE", 1)
        patch.setattr(quantiles_module, "BLOCK", len(times))
        patch.setattr(survival_module, "BLOCK", block)
        followed = survival_quantiles(
            times, events, probabilities=PROBABILITIES, transform=transform
        )
        again = [survival_quantile(curve, one, transform=transform) for one in PROBABILITIES]
    assert again == expected
    for column, one in enumerate(expected):
        for part in ("value", "lower", "upper"):
            number = getattr(one, part)
            found = float(getattr(followed, part)[0, column])
            assert math.isnan(found) if number is None else found == number


@given(st.lists(GROUP, min_size=1, max_size=90), TRANSFORM)
def test_many_curves_at_once_equal_each_alone(
    groups: list[list[tuple[float, bool]]], transform: str
) -> None:
    times, events = unpack([one for group in groups for one in group])
    offsets = np.cumsum([0, *(len(group) for group in groups)])
    curves = kaplan_meier_curves(times, events, offsets)
    quantiles = survival_quantiles(
        times, events, probabilities=PROBABILITIES, offsets=offsets, transform=transform
    )
    assert len(curves) == len(groups)
    for position, group in enumerate(groups):
        alone, among = kaplan_meier(*unpack(group)), curves.curve(position)
        for name in ("time", "at_risk", "events", "censored", "survival", "standard_error"):
            assert np.array_equal(getattr(alone, name), getattr(among, name), equal_nan=True), name
        for column, probability in enumerate(PROBABILITIES):
            one = survival_quantile(alone, probability, transform=transform)
            for part in ("value", "lower", "upper"):
                number = getattr(one, part)
                found = float(getattr(quantiles, part)[position, column])
                assert math.isnan(found) if number is None else found == number


@given(st.integers(1, 5), TRANSFORM, st.integers(0, 2**32 - 1))
def test_blocks_are_skipped_only_where_nothing_crosses(
    scale: int, transform: str, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    times = generator.exponential(scale, 400)
    events = generator.random(400) < generator.choice([0.05, 0.5, 0.95, 1.0])
    curve = kaplan_meier(times, events)
    expected = [survival_quantile(curve, one, transform=transform) for one in PROBABILITIES]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survival_module, "BLOCK", 16)
        found = [survival_quantile(curve, one, transform=transform) for one in PROBABILITIES]
    assert found == expected


@given(st.lists(TIME, min_size=2, max_size=40))
def test_without_censoring_the_restricted_mean_is_the_mean(times: list[float]) -> None:
    horizon = max(times) + 1
    found = restricted_mean(kaplan_meier(times, [1] * len(times), tie_tolerance=0), horizon)
    assert found.value == pytest.approx(np.mean(times), abs=1e-12)
    # Greenwood's variance is that of a mean with n, not n − 1.
    assert found.standard_error == pytest.approx(
        np.std(times) / math.sqrt(len(times)), rel=1e-9, abs=1e-12
    )


@given(GROUP, st.floats(0.1, 120))
def test_the_restricted_mean_is_the_area_under_the_curve(
    group: list[tuple[float, bool]], horizon: float
) -> None:
    curve = kaplan_meier(*unpack(group))
    found = restricted_mean(curve, horizon)
    area, before, height = 0.0, 0.0, 1.0
    for time, survival in zip(curve.time.tolist(), curve.survival.tolist(), strict=True):
        if time >= horizon:
            break
        area, before, height = area + height * (time - before), time, survival
    assert found.value == pytest.approx(area + height * (horizon - before))


@given(GROUP)
def test_survival_is_at_most_the_exponential_of_minus_the_cumulative_hazard(
    group: list[tuple[float, bool]],
) -> None:
    curve = kaplan_meier(*unpack(group))
    hazard = nelson_aalen(curve)
    assert (curve.survival <= np.exp(-hazard.hazard) + 1e-12).all()
    assert (np.diff(hazard.hazard) >= 0).all()
