"""Mixed models of counts against slower computations of the same likelihoods by other means.

They also settle what to believe where metafor's figures and these differ: metafor takes standard errors and Wald
statistics from numerical Hessians that are good to two digits (UM.RS), or fail (CM.EL with no heterogeneity).
"""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, special, stats

from topline.stats.pooling_mixed import MixedPooling, pool_odds_ratios, pool_proportions

Array = NDArray[np.float64]

# Six trials of lidocaine after myocardial infarction (Hine et al. 1989): deaths and participants, lidocaine and control.
HOMOGENEOUS = (
    [2, 4, 6, 7, 7, 11],
    [39, 44, 107, 103, 110, 154],
    [1, 4, 4, 5, 3, 4],
    [43, 44, 110, 100, 106, 146],
)
SPREAD = ([2, 14, 6, 1, 7], [39, 44, 107, 53, 110], [9, 4, 14, 15, 3], [43, 44, 110, 50, 106])


def _standard_error(found: MixedPooling) -> float:
    assert found.estimate.standard_error is not None
    return found.estimate.standard_error


def _value(found: MixedPooling) -> float:
    assert found.estimate.value is not None
    return found.estimate.value


def _deviation(found: MixedPooling) -> float:
    assert found.between_study_variance is not None
    return math.sqrt(found.between_study_variance)


def _conditional(tables: tuple[list[int], ...], odds: float) -> list[Array]:
    """Give each table's log probability and the mean and variance of its first cell."""
    found = []
    for a, first, c, second in zip(*tables, strict=True):
        exact = stats.nchypergeom_fisher(first + second, a + c, first, np.exp(odds))
        found.append(np.array([exact.logpmf(a), exact.mean(), exact.var()]))
    return found


def test_without_heterogeneity_the_conditional_model_is_exact_conditional_regression() -> None:
    found = pool_odds_ratios(*HOMOGENEOUS, model="CM.EL")
    assert found.between_study_variance == 0
    parts = np.array(_conditional(HOMOGENEOUS, _value(found)))
    assert parts[:, 1].sum() == pytest.approx(sum(HOMOGENEOUS[0]), rel=1e-7)
    assert _standard_error(found) == pytest.approx(1 / np.sqrt(parts[:, 2].sum()), rel=1e-6)


def test_wald_q_of_the_conditional_model_weighs_own_effects_by_their_information() -> None:
    found = pool_odds_ratios(*SPREAD, model="CM.EL")
    odds, weights = [], []
    for place in range(len(SPREAD[0])):
        one = tuple([column[place]] for column in SPREAD)

        def excess(value: float, one: tuple[list[int], ...] = one) -> float:
            return float(_conditional(one, value)[0][1] - one[0][0])

        odds.append(optimize.brentq(excess, -8, 8, xtol=1e-12))
        weights.append(_conditional(one, odds[-1])[0][2])
    mean = np.average(odds, weights=weights)
    q = np.sum(np.array(weights) * (np.array(odds) - mean) ** 2)
    assert found.wald_test.statistic == pytest.approx(q, rel=1e-6)


def test_the_conditional_likelihood_is_the_integral_over_effects() -> None:
    found = pool_odds_ratios(*SPREAD, model="CM.EL", points=40)

    def log_likelihood(shared: Array) -> float:
        nodes, shares = np.polynomial.legendre.leggauss(300)
        effects = 8 * shared[1] * nodes
        density = stats.norm.pdf(effects, scale=shared[1]) * shares * 8 * shared[1]
        total = 0.0
        for a, first, c, second in zip(*SPREAD, strict=True):
            cells = np.arange(max(0, a + c - second), min(a + c, first) + 1)
            ways = np.array([math.comb(first, k) * math.comb(second, a + c - k) for k in cells])
            weights = ways / ways.max() * np.exp(np.outer(shared[0] + effects, cells - a))
            given = weights[:, cells == a][:, 0] / weights.sum(axis=1)
            total += float(np.log(density @ given))
        return total

    place = np.array([_value(found), _deviation(found)])
    assert found.log_likelihood is not None
    assert found.log_likelihood == pytest.approx(log_likelihood(place), abs=1e-6)
    for step in (np.array([0.02, 0]), np.array([0, 0.02])):
        assert log_likelihood(place + step) < found.log_likelihood
        assert log_likelihood(place - step) < found.log_likelihood


def test_without_heterogeneity_fixed_baselines_are_logistic_regression() -> None:
    found = pool_odds_ratios(*HOMOGENEOUS, model="UM.FS")
    assert found.between_study_variance == 0
    number = len(HOMOGENEOUS[0])
    events = np.array([*HOMOGENEOUS[0], *HOMOGENEOUS[2]], dtype=np.float64)
    total = np.array([*HOMOGENEOUS[1], *HOMOGENEOUS[3]], dtype=np.float64)
    design = np.hstack(
        [np.vstack([np.eye(number)] * 2), np.repeat([0.5, -0.5], number)[:, np.newaxis]]
    )
    coefficients = np.zeros(number + 1)
    for _ in range(50):
        share = special.expit(design @ coefficients)
        information = design.T @ (design * (total * share * (1 - share))[:, np.newaxis])
        coefficients += np.linalg.solve(information, design.T @ (events - total * share))
    assert _value(found) == pytest.approx(coefficients[-1], rel=1e-7)
    expected = np.linalg.inv(information)[-1, -1] ** 0.5
    assert _standard_error(found) == pytest.approx(expected, rel=1e-6)


def test_random_baselines_maximise_laplaces_likelihood_and_take_its_curvature() -> None:
    found = pool_odds_ratios(*SPREAD, model="UM.RS")
    tables = np.array(SPREAD, dtype=np.float64).T

    def negative(shared: Array) -> float:
        effect, baseline, between, spread = shared
        total = 0.0
        for a, first, c, second in tables:

            def integrand(
                z: Array, a: float = a, first: float = first, c: float = c, second: float = second
            ) -> float:
                middle, half = baseline + between * z[0], (effect + spread * z[1]) / 2
                return float(
                    -a * (middle + half)
                    + first * np.logaddexp(0, middle + half)
                    - c * (middle - half)
                    + second * np.logaddexp(0, middle - half)
                    + z @ z / 2
                )

            mode = optimize.minimize(integrand, np.zeros(2), tol=1e-12).x
            one, two = special.expit(
                [
                    baseline + between * mode[0] + (effect + spread * mode[1]) / 2,
                    baseline + between * mode[0] - (effect + spread * mode[1]) / 2,
                ]
            )
            weights = first * one * (1 - one), second * two * (1 - two)
            directions = np.array([[between, spread / 2], [between, -spread / 2]])
            hessian = np.eye(2) + sum(
                w * np.outer(d, d) for w, d in zip(weights, directions, strict=True)
            )
            total += integrand(mode) + 0.5 * np.linalg.slogdet(hessian)[1]
        return total

    assert found.study_variance is not None
    baseline = optimize.minimize_scalar(
        lambda value: negative(
            np.array([_value(found), value, found.study_variance**0.5, _deviation(found)])
        ),
        bounds=(-5, 0),
        method="bounded",
        options={"xatol": 1e-7},
    ).x
    place = np.array([_value(found), baseline, found.study_variance**0.5, _deviation(found)])
    assert -negative(place) == pytest.approx(found.log_likelihood, abs=1e-6)
    step = 0.02
    hessian = np.empty((4, 4))
    for row in range(4):
        for column in range(4):
            by, and_by = step * np.eye(4)[row], step * np.eye(4)[column]
            hessian[row, column] = (
                negative(place + by + and_by)
                - negative(place + by - and_by)
                - negative(place - by + and_by)
                + negative(place - by - and_by)
            ) / (4 * step**2)
    expected = np.linalg.inv(hessian)[0, 0] ** 0.5
    # The differences here are of second order, with a step wide enough for modes found to six digits.
    assert _standard_error(found) == pytest.approx(expected, rel=2e-3)


def test_more_nodes_change_little() -> None:
    few, many = (pool_odds_ratios(*SPREAD, model="CM.EL", points=points) for points in (40, 80))
    assert _value(few) == pytest.approx(_value(many), rel=1e-7)
    assert few.between_study_variance == pytest.approx(many.between_study_variance, rel=1e-6)


def test_exchanging_groups_turns_the_effect_round() -> None:
    turned = (SPREAD[2], SPREAD[3], SPREAD[0], SPREAD[1])
    for model in ("UM.FS", "UM.RS", "CM.EL", "CM.AL"):
        one, other = (
            pool_odds_ratios(*tables, model=model, points=9) for tables in (SPREAD, turned)
        )
        assert _value(one) == pytest.approx(-_value(other), rel=1e-5)
        assert one.between_study_variance == pytest.approx(other.between_study_variance, rel=1e-4)


def test_equal_proportions_have_the_plain_log_odds() -> None:
    found = pool_proportions([5, 10, 20], [20, 40, 80])
    assert found.between_study_variance == 0
    assert _value(found) == pytest.approx(np.log(1 / 3), rel=1e-7)
    assert _standard_error(found) == pytest.approx((1 / 35 + 1 / 105) ** 0.5, rel=1e-6)
    assert found.likelihood_ratio_test.statistic == pytest.approx(0, abs=1e-9)
