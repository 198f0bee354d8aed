"""Which coefficients of small regressions are finite, infinite or undetermined, against exact arithmetic."""

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

from topline.stats.generalized_linear import Distribution, RegressionFit, fit
from topline.stats.logistic import BINARY
from topline.stats.poisson_regression import COUNTS
from topline.stats.regression_ratios import coefficient_ratios, profile_limit

Row = Sequence[int]
Direction = list[Fraction]
Design = tuple[NDArray[np.int64], NDArray[np.float64], Distribution]


def level(rows: Sequence[Row], number: int) -> list[Direction]:
    """Give a basis of the directions in which no row moves, by elimination."""
    left = [[Fraction(part) for part in row] for row in rows]
    pivots: list[int] = []
    for column in range(number):
        found = next((row for row in left[len(pivots) :] if row[column]), None)
        if found is None:
            continue
        left.remove(found)
        found = [part / found[column] for part in found]
        left = [[a - row[column] * b for a, b in zip(row, found, strict=True)] for row in left]
        left.insert(len(pivots), found)
        pivots.append(column)
    basis = []
    for column in sorted(set(range(number)) - set(pivots)):
        direction = [Fraction(int(column == place)) for place in range(number)]
        for row, pivot in zip(left, pivots, strict=False):
            direction[pivot] = -row[column]
        basis.append(direction)
    return basis


def moved(row: Row, direction: Direction) -> Fraction:
    return sum((part * way for part, way in zip(row, direction, strict=True)), Fraction(0))


def edges(free: Sequence[Row], held: Sequence[Row], number: int) -> list[Direction]:
    """Give the edges of the cone in which no free row falls and no held row moves."""
    found = []
    for size in range(number):
        for chosen in itertools.combinations(dict.fromkeys(free), size):
            basis = level([*dict.fromkeys(held), *chosen], number)
            for sign in (1, -1) if len(basis) == 1 else ():
                direction = [sign * part for part in basis[0]]
                if all(moved(row, direction) >= 0 for row in free):
                    found.append(direction)
    return found


def classified(
    columns: NDArray[np.int64], outcome: NDArray[np.float64], certain: NDArray[np.bool_]
) -> tuple[list[bool], list[bool], list[int]]:
    """Tell which observations are not foretold, which coefficients finite, and which way the infinite ones go."""
    number = columns.shape[1]
    rows = [tuple(row if y > 0 else -row) for row, y in zip(columns, outcome, strict=True)]
    free = [row for row, one in zip(rows, certain, strict=True) if one]
    held = [row for row, one in zip(rows, certain, strict=True) if not one]
    cone = edges(free, held, number)
    kept = [not any(moved(row, direction) for direction in cone) for row in rows]
    lost = level([row for row, one in zip(rows, kept, strict=True) if one], number)
    finite = [not any(direction[place] for direction in lost) for place in range(number)]
    ways = [
        {1 if direction[place] > 0 else -1 for direction in cone if direction[place]}
        for place in range(number)
    ]
    sign = [
        0 if known or len(way) != 1 else way.pop() for known, way in zip(finite, ways, strict=True)
    ]
    return kept, finite, sign


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Draw few observations of few whole covariates, and outcomes that they foretell or do not."""
    number, width = draw(st.integers(4, 10)), draw(st.integers(1, 3))
    largest = draw(st.sampled_from([1, 2, 5]))
    row = st.lists(st.integers(0, largest), min_size=width, max_size=width)
    covariates = draw(st.lists(row, min_size=number, max_size=number))
    columns = np.column_stack([np.ones(number, dtype=np.int64), np.array(covariates)])
    assume(np.linalg.matrix_rank(columns) == width + 1)
    if draw(st.booleans()):
        slopes = draw(st.lists(st.integers(-3, 3), min_size=width + 1, max_size=width + 1))
        happened = columns @ np.array(slopes) > 0
    else:
        happened = np.array(draw(st.lists(st.booleans(), min_size=number, max_size=number)))
    assume(happened.any())
    if draw(st.booleans()):
        assume(not happened.all())
        return columns, happened.astype(np.float64), BINARY
    counts = draw(st.lists(st.integers(1, 9), min_size=number, max_size=number))
    return columns, np.where(happened, counts, 0).astype(np.float64), COUNTS


def fitted(design: Design, scale: NDArray[np.float64] | float = 1.0) -> RegressionFit:
    columns, outcome, distribution = design
    names = tuple(f"x{place}" for place in range(columns.shape[1]))
    scaled = np.asarray(columns * scale, dtype=np.float64)
    return fit(outcome, scaled, names, distribution, np.zeros(outcome.size))


@given(designs(), st.lists(st.integers(-6, 6), min_size=4, max_size=4))
def test_coefficients_are_finite_infinite_or_undetermined_as_exact_arithmetic_says(
    design: Design, powers: list[int]
) -> None:
    columns, outcome, distribution = design
    certain = np.ones(outcome.size, dtype=bool) if distribution is BINARY else outcome == 0
    kept, finite, sign = classified(columns, outcome, certain)
    found = fitted(design, 10.0 ** np.array(powers[: columns.shape[1]]))
    assert found.estimable.kept.tolist() == kept
    assert found.finite.tolist() == finite
    assert found.estimable.direction.tolist() == sign
    for known, way, coefficient, variance in zip(
        finite, sign, found.coefficients, np.diag(found.covariance), strict=True
    ):
        assert np.isfinite(variance) == known
        if not known:
            assert coefficient == (way * np.inf if way else 0.0)


@given(designs())
def test_what_is_finite_equals_a_fit_to_the_others_alone(design: Design) -> None:
    columns, outcome, distribution = design
    found = fitted(design)
    kept = found.estimable.kept
    if not kept.any():
        assert found.log_likelihood == 0
        return
    predictor, covariance = shortest_fit(columns[kept], outcome[kept], distribution)
    alone = float(distribution.log_likelihood(outcome[kept], predictor).sum())
    assert found.log_likelihood == pytest.approx(alone, abs=1e-9)
    assert found.predictor[kept] == pytest.approx(predictor, abs=1e-6)
    for place in np.flatnonzero(found.finite):
        unit = np.eye(columns.shape[1])[place]
        way = np.linalg.lstsq(columns[kept].T, unit, rcond=None)[0]
        assert found.coefficients[place] == pytest.approx(float(way @ predictor), abs=1e-6)
        assert found.covariance[place, place] == pytest.approx(covariance[place, place], rel=1e-6)


def shortest_fit(
    columns: NDArray[np.int64], outcome: NDArray[np.float64], distribution: Distribution
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit by Newton's method with a pseudo-inverse, which needs no independent columns."""
    coefficients = np.zeros(columns.shape[1])
    for _ in range(100):
        predictor = columns @ coefficients
        weight = distribution.variance(predictor)
        information = columns.T @ (weight[:, np.newaxis] * columns)
        inverse = np.linalg.pinv(information, rcond=1e-11, hermitian=True)
        step = inverse @ (columns.T @ (outcome - distribution.mean(predictor)))
        coefficients = coefficients + step * min(1.0, 2.0 / max(1e-9, float(np.abs(step).max())))
    return columns @ coefficients, np.asarray(inverse, dtype=np.float64)


@settings(max_examples=40)
@given(designs())
def test_profile_limits_are_where_a_nearly_unpenalised_fit_to_all_has_fallen(
    design: Design,
) -> None:
    columns, _, _ = design
    found = fitted(design)
    for place in range(columns.shape[1]):
        for side in (-1, 1):
            limit = profile_limit(found, place, 0.95, side)
            direction = found.estimable.direction[place]
            if limit is None:
                assert not found.finite[place]
                assert direction in (0, side)
                continue
            assert found.finite[place] or direction == -side
            fall = 2 * (found.log_likelihood - penalised(design, place, limit))
            assert fall == pytest.approx(special.chdtri(1, 0.05), abs=1e-4)


@settings(max_examples=40)
@given(designs())
def test_the_likelihood_of_an_undetermined_coefficient_is_level_and_of_an_infinite_one_rises(
    design: Design,
) -> None:
    found = fitted(design)
    for place in np.flatnonzero(~found.finite).tolist():
        way = found.estimable.direction[place] or 1.0
        falls = [
            2 * (found.log_likelihood - penalised(design, place, way * at)) for at in (-3.0, 0, 3)
        ]
        if found.estimable.direction[place]:
            assert falls[0] > falls[1] > falls[2] > 0
        else:
            assert falls == pytest.approx([0, 0, 0], abs=1e-4)


def penalised(design: Design, place: int, coefficient: float) -> float:
    """Give the log likelihood at one coefficient of a fit of the others with next to no penalty."""
    columns, outcome, distribution = design
    others, offset = np.delete(columns, place, axis=1), columns[:, place] * coefficient
    penalty, found = 1e-9, np.zeros(columns.shape[1] - 1)

    def height(at: NDArray[np.float64]) -> float:
        with np.errstate(over="ignore"):
            likelihood = distribution.log_likelihood(outcome, others @ at + offset).sum()
        return float(likelihood) - penalty / 2 * float(at @ at)

    for _ in range(300):
        predictor = others @ found + offset
        weight = distribution.variance(predictor)
        slope = others.T @ (outcome - distribution.mean(predictor)) - penalty * found
        bend = others.T @ (weight[:, np.newaxis] * others) + penalty * np.eye(found.size)
        step = np.linalg.lstsq(bend, slope, rcond=1e-15)[0]
        while height(found + step) < height(found) and float(np.abs(step).max()) > 1e-12:
            step = step / 2
        found = found + step
        if float(np.abs(step).max()) <= 1e-9:
            break
    return float(distribution.log_likelihood(outcome, others @ found + offset).sum())


@settings(max_examples=40)
@given(designs())
def test_every_ratio_has_a_number_or_a_reason(design: Design) -> None:
    found = fitted(design)
    for limits in ("wald", "profile", "profile_interpolated"):
        for effect, known, way in zip(
            coefficient_ratios(found, limits=limits),
            found.finite,
            found.estimable.direction,
            strict=True,
        ):
            reason = effect.estimate.reason("value")
            assert (reason is None) == known
            if reason is not None:
                assert reason.startswith("not finite" if way else "undetermined")
