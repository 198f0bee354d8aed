"""Identities of pooling on generated studies."""

import itertools
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import integrate, special

from topline.stats.between_study_variance import METHODS
from topline.stats.effect_sizes_one_group import proportion_effects, proportion_from_effect
from topline.stats.effect_sizes_two_by_two import MEASURES, Tables, two_by_two_effects
from topline.stats.heterogeneity import chi_squared_probability, heterogeneity_limits
from topline.stats.influence import accumulate, leave_one_out
from topline.stats.mantel_haenszel_pooling import pool_mantel_haenszel
from topline.stats.many_poolings import pool_many
from topline.stats.noncentral_hypergeometric import ConditionalTables
from topline.stats.peto_pooling import pool_peto
from topline.stats.pooling import INTERVALS, pool
from topline.stats.publication_bias import begg_test
from topline.stats.random_effect_integral import integrate_effect
from topline.stats.study_model import CommonMean, Moderated
from topline.stats.trim_and_fill import trim_and_fill

Studies = tuple[NDArray[np.float64], NDArray[np.float64]]
Groups = tuple[list[int], list[int], list[int], list[int]]


@st.composite
def studies(draw: st.DrawFn, least: int = 2, most: int = 12) -> Studies:
    """Effects within ±3 and variances over four orders of magnitude."""
    number = draw(st.integers(least, most))
    effects = draw(arrays(np.float64, number, elements=st.floats(-3, 3, width=32)))
    logs = draw(arrays(np.float64, number, elements=st.floats(-6, 3, width=32)))
    return effects, np.exp(logs)


@st.composite
def groups(draw: st.DrawFn, least: int = 1) -> Groups:
    """Counts of two groups of several studies, zeros included."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(1, 60), st.integers(1, 60), st.floats(0, 1), st.floats(0, 1)),
            min_size=least,
            max_size=8,
        )
    )
    first = [round(number * share) for number, _, share, _ in rows]
    second = [round(number * share) for _, number, _, share in rows]
    return first, [row[0] for row in rows], second, [row[1] for row in rows]


@settings(max_examples=40)
@given(studies(), st.sampled_from(sorted(METHODS)), st.floats(-50, 50), st.floats(0.01, 100))
def test_a_shift_moves_the_effect_and_a_unit_scales_it(
    given_studies: Studies, method: str, shift: float, unit: float
) -> None:
    y, v = given_studies
    plain = pool(y, v, method=method)
    moved = pool((y + shift) * unit, v * unit**2, method=method)
    assert plain.between_study_variance is not None
    assert moved.between_study_variance is not None
    assert plain.estimate.value is not None
    # Shifting costs digits of the effects themselves.
    assert moved.between_study_variance == pytest.approx(
        plain.between_study_variance * unit**2, rel=1e-6, abs=1e-6 * unit**2
    )
    assert moved.estimate.value == pytest.approx(
        (plain.estimate.value + shift) * unit, rel=1e-6, abs=1e-6 * unit
    )


@settings(max_examples=40)
@given(studies(), st.sampled_from(sorted(METHODS)), st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(
    given_studies: Studies,
    method: str,
    random: Random,
) -> None:
    y, v = given_studies
    order = list(range(y.size))
    random.shuffle(order)
    one, other = pool(y, v, method=method), pool(y[order], v[order], method=method)
    assert one.estimate.value == pytest.approx(other.estimate.value, rel=1e-9, abs=1e-9)
    assert one.between_study_variance == pytest.approx(
        other.between_study_variance, rel=1e-8, abs=1e-9
    )


@given(
    st.lists(studies(least=1), min_size=1, max_size=8),
    st.sampled_from(sorted(METHODS)),
    st.sampled_from(sorted(INTERVALS)),
)
@settings(max_examples=60)
def test_many_sets_give_what_each_gives_alone(
    sets: list[Studies], method: str, interval: str
) -> None:
    offsets = np.concatenate([[0], np.cumsum([y.size for y, _ in sets])])
    many = pool_many(
        np.concatenate([y for y, _ in sets]),
        np.concatenate([v for _, v in sets]),
        offsets=offsets,
        method=method,
        interval=interval,
    )
    width = max(y.size for y, _ in sets)
    mask = np.array([np.arange(width) < y.size for y, _ in sets])
    table = np.full((2, len(sets), width), np.nan)
    for row, (y, v) in enumerate(sets):
        table[:, row, : y.size] = y, v
    masked = pool_many(table[0], table[1], mask=mask, method=method, interval=interval)
    for row, (y, v) in enumerate(sets):
        single = pool(y, v, method=method, interval=interval)
        for found in (many, masked):
            pairs = (
                (found.value, single.estimate.value),
                (found.standard_error, single.estimate.standard_error),
                (found.lower, single.estimate.lower),
                (found.upper, single.estimate.upper),
                (found.between_study_variance, single.between_study_variance),
                (found.q_p_value, single.heterogeneity.test.p_value),
            )
            for array, number in pairs:
                if number is None:
                    assert np.isnan(array[row]) or (array is found.q_p_value and array[row] == 1)
                else:
                    assert array[row] == pytest.approx(number, rel=1e-9, abs=1e-12)
            assert found.settled[row] == (y.size > 1)
            assert (row in found.reasons) == (y.size == 1)


@settings(max_examples=40)
@given(studies(), st.floats(1e-4, 100), st.booleans())
def test_no_other_variance_between_studies_is_more_likely(
    given_studies: Studies, other: float, restricted: bool
) -> None:
    y, v = given_studies
    found = pool(y, v, method="REML" if restricted else "ML")
    model = CommonMean(y[:, np.newaxis], v[:, np.newaxis])
    there = model.log_likelihoods(np.array([other]))[int(restricted)][0]
    here = found.restricted_log_likelihood if restricted else found.log_likelihood
    assert here is not None
    assert here >= there - 1e-9 * (1 + abs(there))


@settings(max_examples=40)
@given(studies())
def test_paule_and_mandel_bring_q_to_its_degrees_of_freedom(given_studies: Studies) -> None:
    y, v = given_studies
    between = pool(y, v, method="PM").between_study_variance
    assert between is not None
    model = CommonMean(y[:, np.newaxis], v[:, np.newaxis])
    q = float(model.residual(1 / (model.variances + between))[0])
    if between > 0:
        assert q == pytest.approx(y.size - 1, rel=1e-9)
    else:
        assert q <= (y.size - 1) * (1 + 1e-12)


@settings(max_examples=40)
@given(studies(), st.floats(0.5, 0.99))
def test_profile_limits_bracket_paule_and_mandel_and_grow_with_the_level(
    given_studies: Studies, level: float
) -> None:
    y, v = given_studies
    between = pool(y, v, method="PMM").between_study_variance
    assert between is not None
    inner = heterogeneity_limits(y, v, level=level).tau_squared
    outer = heterogeneity_limits(y, v, level=(1 + level) / 2).tau_squared
    slack = 1e-9 * (1 + between)
    assert inner[0] - slack <= between <= inner[1] + slack
    assert outer[0] <= inner[0] + slack
    assert inner[1] <= outer[1] + slack * 1e3


@settings(max_examples=40)
@given(
    arrays(np.float64, st.integers(2, 10), elements=st.floats(-3, 3, width=32)),
    st.floats(0.01, 4),
)
def test_with_equal_variances_four_estimators_are_one(
    effects: NDArray[np.float64], variance: float
) -> None:
    variances = np.full(effects.size, variance)
    expected = max(0.0, float(np.var(effects, ddof=1)) - variance)
    for method in ("DL", "HE", "PM", "REML"):
        found = pool(effects, variances, method=method).between_study_variance
        assert found == pytest.approx(expected, rel=1e-7, abs=1e-9)


@settings(max_examples=40)
@given(studies(least=3), st.sampled_from(sorted(METHODS)))
def test_a_regression_on_nothing_is_pooling(given_studies: Studies, method: str) -> None:
    y, v = given_studies
    alone = METHODS[method].estimate(CommonMean(y[:, np.newaxis], v[:, np.newaxis])).value[0]
    design = METHODS[method].estimate(Moderated(y, v, np.ones((y.size, 1)))).value[0]
    assert design == pytest.approx(alone, rel=1e-7, abs=1e-9)


@settings(max_examples=40)
@given(studies(least=3, most=8))
def test_leaving_out_and_adding_agree_with_pooling_the_rest(given_studies: Studies) -> None:
    y, v = given_studies
    left, added = leave_one_out(y, v), accumulate(y, v)
    assert left.value[-1] == pytest.approx(pool(y[:-1], v[:-1]).estimate.value, rel=1e-9, abs=1e-12)
    assert added.value[-2] == pytest.approx(left.value[-1], rel=1e-9, abs=1e-12)
    assert added.value[-1] == pytest.approx(pool(y, v).estimate.value, rel=1e-9, abs=1e-12)


@settings(max_examples=40)
@given(groups(), st.sampled_from(sorted(MEASURES)))
def test_exchanging_groups_turns_effects_round(tables: Groups, measure: str) -> None:
    one = two_by_two_effects(*tables, measure=measure)
    other = two_by_two_effects(*tables[2:], *tables[:2], measure=measure)
    assert one.value == pytest.approx(-other.value, rel=1e-9, abs=1e-12, nan_ok=True)
    assert one.variance == pytest.approx(other.variance, rel=1e-9, nan_ok=True)
    assert one.reasons.keys() == other.reasons.keys()


@settings(max_examples=40)
@given(groups())
def test_exchanging_groups_or_events_turns_an_odds_ratio_round(tables: Groups) -> None:
    first, number, second, other = tables
    without = (
        [n - x for x, n in zip(first, number, strict=True)],
        number,
        [n - x for x, n in zip(second, other, strict=True)],
        other,
    )
    for pooled in (pool_mantel_haenszel, pool_peto):
        plain = pooled(*tables).estimate
        swapped = (pooled(second, other, first, number).estimate, pooled(*without).estimate)
        for turned in swapped:
            if plain.value is None:
                assert turned.value is None
            else:
                assert turned.value is not None
                assert turned.value == pytest.approx(-plain.value, rel=1e-9, abs=1e-9)
                assert turned.standard_error == pytest.approx(plain.standard_error, rel=1e-9)


@settings(max_examples=40)
@given(groups(), st.sampled_from(["OR", "RR", "RD"]), st.integers(2, 5))
def test_copies_of_studies_only_narrow_the_interval(
    tables: Groups, measure: str, copies: int
) -> None:
    first, number, second, other = tables
    once = pool_mantel_haenszel(first, number, second, other, measure=measure).estimate
    more = pool_mantel_haenszel(
        first * copies, number * copies, second * copies, other * copies, measure=measure
    ).estimate
    if once.value is None or more.value is None:
        assert once.value == more.value
        return
    assert more.value == pytest.approx(once.value, rel=1e-9, abs=1e-12)
    assert once.standard_error is not None
    assert more.standard_error == pytest.approx(once.standard_error / copies**0.5, rel=1e-9)


@settings(max_examples=40)
@given(groups())
def test_one_study_pooled_is_its_own_odds_ratio(tables: Groups) -> None:
    one = tuple(column[:1] for column in tables)
    own = two_by_two_effects(*one, zero_cells="none")
    pooled = pool_mantel_haenszel(*one)
    assume(not own.reasons)
    assert pooled.estimate.value == pytest.approx(own.value[0], rel=1e-9, abs=1e-12)
    assert pooled.estimate.standard_error == pytest.approx(own.variance[0] ** 0.5, rel=1e-9)


@given(st.lists(st.floats(-3, 3, width=32), min_size=2, max_size=6, unique=True))
@settings(max_examples=25)
def test_beggs_probability_is_that_of_all_orders(effects: list[float]) -> None:
    variances = np.linspace(0.5, 1.5, len(effects)) ** 2
    found = begg_test(effects, variances)
    assume("exact" in found.method)
    assert found.statistic is not None
    pairs = len(effects) * (len(effects) - 1) / 2
    scores = [
        sum(np.sign(b - a) for a, b in itertools.combinations(order, 2)) / pairs
        for order in itertools.permutations(range(len(effects)))
    ]
    above = np.mean([score >= found.statistic - 1e-9 for score in scores])
    below = np.mean([score <= found.statistic + 1e-9 for score in scores])
    assert found.p_value == pytest.approx(min(1.0, 2 * min(above, below)), rel=1e-9)


@settings(max_examples=40)
@given(studies(least=4), st.sampled_from(["L0", "R0", "Q0"]))
def test_mirrored_studies_are_missing_on_the_other_side(
    given_studies: Studies, estimator: str
) -> None:
    y, v = given_studies
    assume(np.unique(np.abs(np.subtract.outer(y, y)[np.triu_indices(y.size, 1)])).size > 1)
    left = trim_and_fill(y, v, estimator=estimator, side="left", method="EE")
    right = trim_and_fill(-y, v, estimator=estimator, side="right", method="EE")
    assert left.missing == right.missing
    assert left.pooling.estimate.value == pytest.approx(
        -right.pooling.estimate.value if right.pooling.estimate.value is not None else None,
        rel=1e-9,
        abs=1e-12,
    )


@settings(max_examples=40)
@given(st.integers(0, 50), st.integers(1, 50), st.sampled_from(["PR", "PLO", "PAS", "PFT", "PLN"]))
def test_a_transformed_proportion_comes_back(count: int, more: int, measure: str) -> None:
    number = count + more
    found = proportion_effects([count], [number], measure=measure)
    adds = measure in ("PR", "PLO", "PLN") and count == 0
    expected = 0.5 / (number + 1) if adds else count / number
    back = proportion_from_effect(found.value, measure=measure, harmonic_number=float(number))
    assert back[0] == pytest.approx(expected, rel=1e-7, abs=1e-9)


@settings(max_examples=40)
@given(st.integers(1, 25), st.floats(0, 400))
def test_a_short_sum_is_the_chi_squared_tail(degrees: int, statistic: float) -> None:
    expected = special.gammaincc(degrees / 2, statistic / 2)
    assert chi_squared_probability(np.array([statistic]), degrees)[0] == pytest.approx(
        expected, rel=1e-11
    )


@settings(max_examples=40)
@given(st.integers(1, 15), st.integers(1, 15), st.integers(1, 14), st.floats(-3, 3))
def test_conditional_tables_share_out_all_probability(
    first: int, second: int, events: int, odds: float
) -> None:
    assume(events < first + second)
    lowest, highest = max(0, events - second), min(events, first)
    total = mean = 0.0
    for cell in range(lowest, highest + 1):
        cells = (cell, first - cell, events - cell, second - events + cell)
        one = ConditionalTables(Tables(*(np.array([float(number)]) for number in cells)))
        value, slope, curvature = one.log_likelihood(np.array([odds]))
        total += float(np.exp(value[0]))
        mean += float(np.exp(value[0])) * slope[0]
        assert curvature[0] <= 0
    assert total == pytest.approx(1, rel=1e-9)
    # The score has mean zero.
    assert mean == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.05, 2), st.floats(-2, 2))
@settings(max_examples=40)
def test_quadrature_is_the_integral(
    affected: int, others: int, spread: float, middle: float
) -> None:
    number = affected + others

    def height(effect: float) -> float:
        predictor = middle + effect
        value = affected * predictor - number * np.logaddexp(0, predictor)
        return float(np.exp(value - effect**2 / (2 * spread**2)))

    def kernel(
        effect: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        share = special.expit(middle + effect)
        value = affected * (middle + effect) - number * np.logaddexp(0, middle + effect)
        return value, affected - number * share, -number * share * (1 - share)

    expected, _ = integrate.quad(
        height, -12 * spread, 12 * spread, epsabs=0, epsrel=1e-10, limit=500
    )
    found = integrate_effect(kernel, spread, 1, 40)
    assume(expected > 1e-250)
    assert found[0] == pytest.approx(
        np.log(expected / (spread * np.sqrt(2 * np.pi))), rel=1e-7, abs=1e-7
    )
