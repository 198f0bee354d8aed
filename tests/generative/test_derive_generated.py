"""Derived numbers: what rounding allows holds the truth, and exchanging the groups turns them round."""

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.derive_examples import measure, row, study

from topline.analysis.derive.derivation import DerivedEstimate, Range
from topline.analysis.derive.registry import derivations
from topline.analysis.derive.runner import Wanted, derive
from topline.record.results import OutcomeMeasure
from topline.stats import odds_ratio, proportion, risk_difference, risk_ratio
from topline.stats.distribution import t_multiplier
from topline.stats.mean import MeanSummary, arithmetic_mean
from topline.stats.two_means import Variances, mean_difference, two_sample_t_test

NUMBERS = st.integers(2, 300)
SPREADS = st.floats(0.05, 40)
MEANS = st.floats(-100, 100)
DECIMALS = st.integers(0, 3)
MODES = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN])


def printed(number: float, decimals: int, mode: str) -> str:
    return str(Decimal(number).quantize(Decimal(1).scaleb(-decimals), rounding=mode))


def holds(possible: Range | None, truth: float | None) -> bool:
    """Whether a range holds a number, but for the last digits of floating point."""
    if truth is None or possible is None:
        return truth is None
    slack = 1e-9 * max(1.0, abs(truth))
    return Range(
        None if possible.lower is None else possible.lower - slack,
        None if possible.upper is None else possible.upper + slack,
    ).contains(truth)


def one(made: OutcomeMeasure, name: str, **wanted: object) -> DerivedEstimate | None:
    """The only estimate of a name; None where it was refused."""
    found = derive(study(made), Wanted(**wanted))  # type: ignore[arg-type]  # as a caller would
    same = [estimate for estimate in found.estimates if estimate.name == name]
    assert len(same) <= 1
    return same[0] if same else None


@given(MEANS, MEANS, SPREADS, SPREADS, NUMBERS, NUMBERS, DECIMALS, MODES, st.booleans())
def test_a_mean_difference_from_unrounded_numbers_is_possible_from_rounded_ones(
    mean: float,
    other: float,
    spread: float,
    other_spread: float,
    number: int,
    other_number: int,
    decimals: int,
    mode: str,
    pooled: bool,
) -> None:
    cells = [
        (printed(m, decimals, mode), printed(s, decimals, mode))
        for m, s in ((mean, spread), (other, other_spread))
    ]
    made = measure(
        (number, other_number),
        row(*cells),
        param_type="MEAN",
        dispersion_type="STANDARD_DEVIATION",
        unit_of_measure="kg",
    )
    method = "pooled" if pooled else "welch"
    found = one(made, "mean difference", methods={"mean_difference": method})
    assume(found is not None)  # groups far apart are refused as ambiguous
    assert found is not None
    first = MeanSummary(number=number, mean=mean, standard_deviation=spread)
    second = MeanSummary(number=other_number, mean=other, standard_deviation=other_spread)
    variances: Variances = "equal" if pooled else "unequal"
    truth = mean_difference(first, second, variances=variances)
    test = two_sample_t_test(first, second, variances=variances)
    assert holds(found.estimate_possible, truth.value)
    assert holds(found.lower_possible, truth.lower)
    assert holds(found.upper_possible, truth.upper)
    assert holds(found.p_value_possible, test.p_value)


@given(MEANS, SPREADS, NUMBERS, DECIMALS, MODES, st.sampled_from([0.9, 0.95, 0.99]))
def test_a_mean_whose_interval_was_printed_is_possible(
    mean: float, spread: float, number: int, decimals: int, mode: str, level: float
) -> None:
    truth = arithmetic_mean(
        MeanSummary(number=number, mean=mean, standard_deviation=spread), level=level
    )
    assert truth.lower is not None
    assert truth.upper is not None
    cell = [printed(part, decimals, mode) for part in (mean, truth.lower, truth.upper)]
    made = measure(
        (number,),
        row((cell[0], cell[1], cell[2])),
        titles=("Drug",),
        param_type="MEAN",
        dispersion_type=f"{100 * level:g}% Confidence Interval",
    )
    found = one(made, "mean", level=level)
    assert found is not None
    assert holds(found.lower_possible, truth.lower)
    assert holds(found.upper_possible, truth.upper)


@given(st.floats(0.5, 500), st.floats(0.05, 1.5), NUMBERS, DECIMALS, MODES)
def test_a_geometric_mean_from_unrounded_numbers_is_possible(
    mean: float, deviation: float, number: int, decimals: int, mode: str
) -> None:
    coefficient = 100 * math.sqrt(math.expm1(deviation * deviation))
    assume(coefficient > 4)  # smaller ones may be fractions, and are refused
    made = measure(
        (number,),
        row((printed(mean, decimals + 1, mode), printed(coefficient, decimals, mode))),
        titles=("Drug",),
        param_type="GEOMETRIC_MEAN",
        dispersion_type="GEOMETRIC_COEFFICIENT",
    )
    found = one(made, "geometric mean")
    assert found is not None
    half = t_multiplier(0.95, number - 1) * deviation / math.sqrt(number)
    assert holds(found.estimate_possible, mean)
    assert holds(found.lower_possible, mean * math.exp(-half))
    assert holds(found.upper_possible, mean * math.exp(half))


@given(st.data(), NUMBERS, NUMBERS, st.integers(0, 2), MODES)
def test_contrasts_of_counts_are_possible_from_their_percentages(
    data: st.DataObject, number: int, other_number: int, decimals: int, mode: str
) -> None:
    count = data.draw(st.integers(0, number))
    other = data.draw(st.integers(0, other_number))
    shares = [100 * count / number, 100 * other / other_number]
    assume(max(shares) > 1.5)  # smaller ones may be fractions, and are refused
    made = measure(
        (number, other_number),
        row(*(printed(share, decimals, mode) for share in shares)),
        param_type="NUMBER",
        unit_of_measure="percentage of participants",
    )
    found = {
        estimate.name: estimate
        for estimate in derive(study(made)).estimates
        if len(estimate.groups) == 2
    }
    tables = (count, number, other, other_number)
    for name, truth in (
        ("risk difference", risk_difference.risk_difference(*tables)),
        ("risk ratio", risk_ratio.risk_ratio(*tables)),
        ("odds ratio", odds_ratio.odds_ratio(*tables)),
    ):
        for part in ("lower", "upper"):
            assert holds(getattr(found[name], f"{part}_possible"), getattr(truth, part)), name
        assert holds(found[name].estimate_possible, truth.value)


@given(st.data(), st.integers(1, 60), st.integers(1, 60))
def test_exchanging_the_groups_negates_differences_and_inverts_ratios(
    data: st.DataObject, number: int, other_number: int
) -> None:
    count = data.draw(st.integers(0, number))
    other = data.draw(st.integers(0, other_number))
    forth = measure(
        (number, other_number), row(str(count), str(other)), param_type="COUNT_OF_PARTICIPANTS"
    )
    back = measure(
        (other_number, number), row(str(other), str(count)), param_type="COUNT_OF_PARTICIPANTS"
    )
    for name in ("risk difference", "risk ratio", "odds ratio"):
        first, second = (one(made, name, against="OG001") for made in (forth, back))
        assert first is not None
        assert second is not None
        assert (first.p_value is None) == (second.p_value is None)
        if second.p_value is not None:
            assert first.p_value == pytest.approx(second.p_value, rel=1e-9)
        for part, mirrored in (("estimate", "estimate"), ("lower", "upper"), ("upper", "lower")):
            value, other_value = getattr(first, part), getattr(second, mirrored)
            if value is None or other_value is None:
                continue
            expected = (
                -other_value
                if name == "risk difference"
                else 1 / other_value
                if other_value
                else None
            )
            if expected is not None and value:
                assert value == pytest.approx(expected, rel=1e-6, abs=1e-8)


@given(MEANS, MEANS, SPREADS, SPREADS, NUMBERS, NUMBERS)
def test_exchanging_the_groups_negates_a_mean_difference(
    mean: float, other: float, spread: float, other_spread: float, number: int, other_number: int
) -> None:
    cells = [(f"{m:.2f}", f"{s:.2f}") for m, s in ((mean, spread), (other, other_spread))]
    fields = {"param_type": "MEAN", "dispersion_type": "STANDARD_DEVIATION"}
    forth = one(measure((number, other_number), row(*cells), **fields), "mean difference")
    back = one(measure((other_number, number), row(*cells[::-1]), **fields), "mean difference")
    assert (forth is None) == (back is None)
    assume(forth is not None)
    assert forth is not None
    assert back is not None
    assert forth.estimate == pytest.approx(-(back.estimate or 0.0))
    assert forth.lower == pytest.approx(-(back.upper or 0.0))
    assert forth.p_value == pytest.approx(back.p_value)
    for part, mirrored in (("estimate", "estimate"), ("lower", "upper"), ("upper", "lower")):
        one_range = getattr(forth, f"{part}_possible")
        other_range = getattr(back, f"{mirrored}_possible")
        assert one_range.lower == pytest.approx(-other_range.upper)
        assert one_range.upper == pytest.approx(-other_range.lower)


@given(st.data(), st.integers(1, 80), st.integers(1, 80))
def test_the_default_interval_leaves_out_equality_exactly_where_the_test_rejects(
    data: st.DataObject, number: int, other_number: int
) -> None:
    count = data.draw(st.integers(0, number))
    other = data.draw(st.integers(0, other_number))
    made = measure(
        (number, other_number), row(str(count), str(other)), param_type="COUNT_OF_PARTICIPANTS"
    )
    for name, equal in (("risk difference", 0.0), ("risk ratio", 1.0), ("odds ratio", 1.0)):
        found = one(made, name)
        assert found is not None
        if found.p_value is None or abs(found.p_value - 0.05) < 1e-6:
            continue
        below = found.upper is not None and found.upper < equal
        above = found.lower is not None and found.lower > equal
        assert (below or above) == (found.p_value < 0.05), name


@pytest.mark.parametrize("number", [1, 2, 7, 30])
@pytest.mark.parametrize("other", [1, 3, 12])
@pytest.mark.parametrize(
    ("name", "many"),
    [
        ("risk_difference", risk_difference.risk_differences),
        ("risk_ratio", risk_ratio.risk_ratios),
        ("odds_ratio", odds_ratio.odds_ratios),
    ],
)
def test_limits_by_default_rise_with_the_first_count_and_fall_with_the_second(
    number: int, other: int, name: str, many: object
) -> None:
    # So the ends of a range of counts hold the ends of the limits, even where not all counts between are computed.
    first, second = np.meshgrid(np.arange(number + 1), np.arange(other + 1), indexing="ij")
    sizes = np.full(first.size, number), np.full(first.size, other)
    assert callable(many)
    found = many(
        first.ravel(),
        sizes[0],
        second.ravel(),
        sizes[1],
        interval=derivations()[name].default,
    )
    for part in ("lower", "upper"):
        limits = getattr(found, part).reshape(first.shape)
        finite = np.nan_to_num(limits, posinf=1e300)
        assert (np.diff(finite, axis=0) >= -1e-7).all()
        assert (np.diff(finite, axis=1) <= 1e-7).all()


def test_proportions_by_default_rise_with_the_count() -> None:
    found = proportion.proportions(np.arange(61), np.full(61, 60))
    assert (np.diff(found.lower) >= 0).all()
    assert (np.diff(found.upper) >= 0).all()
