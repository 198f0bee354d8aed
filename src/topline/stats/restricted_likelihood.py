"""The restricted likelihood of repeated measurements with normal errors, and its derivatives.

With covariance matrices V_i of participants' measurements, Φ = (Σ X_i′V_i⁻¹X_i)⁻¹ and residuals r_i of the
generalised least squares fit, minus twice the restricted log-likelihood is

    (N − p) log 2π + Σ log |V_i| + log |Φ⁻¹| + Σ r_i′V_i⁻¹r_i

(Harville, Journal of the American Statistical Association 72 (1977) 320–338, doi:10.1080/01621459.1977.10480998,
without the constant log |X′X|, as in R's mmrm and nlme and in SAS PROC MIXED). Derivatives by the parameters of V
are those of Lindstrom and Bates, Journal of the American Statistical Association 83 (1988) 1014–1022, written
with products of pattern sums so that their cost does not grow with the participants.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from topline.stats.covariance_structures import Derivatives
from topline.stats.estimate import Floats
from topline.stats.visit_patterns import VisitPatterns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likelihood:
    """The likelihood at one covariance matrix, with what its derivatives need.

    Parameters
    ----------
    minus_twice
        Minus twice the restricted log-likelihood, for the columns as given.
    coefficients
        The generalised least squares solution for the columns as given.
    root
        A triangular matrix whose product with its transpose is the coefficients' covariance.
    inverses
        Patterns × visits × visits: inverse covariance matrices, zero where not observed.
    weighted_columns
        Pseudo-participants × visits × columns: inverse covariance times columns times ``root``.
    weighted_residuals
        Pseudo-participants × visits: inverse covariance times residuals.
    """

    minus_twice: float
    coefficients: Floats
    root: Floats
    inverses: Floats
    weighted_columns: Floats
    weighted_residuals: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curvature:
    """Derivatives of minus twice the restricted log-likelihood by the covariance parameters.

    Parameters
    ----------
    gradient
        First derivatives.
    observed, expected
        Second derivatives, and their expectation; half of each is an information matrix.
    slopes
        Parameters × columns × columns: derivatives of the inverse covariance of the coefficients, negated, in
        the coordinates where that covariance is the identity (``root′ · X′V⁻¹ dV V⁻¹X · root``).
    """

    gradient: Floats
    observed: Floats
    expected: Floats
    slopes: Floats


def restricted_likelihood(patterns: VisitPatterns, covariance: Floats) -> Likelihood | None:
    """Evaluate the likelihood; ``None`` where the covariance matrix is not positive definite."""
    seen = patterns.observed
    both = seen[:, :, np.newaxis] & seen[:, np.newaxis, :]
    # Unobserved visits become independent of all others with variance 1: their logarithm is 0.
    padded = np.where(both, covariance, np.eye(len(covariance)))
    try:
        factors = np.linalg.cholesky(padded)
    except np.linalg.LinAlgError:
        return None
    diagonals = np.diagonal(factors, axis1=1, axis2=2)
    if not np.isfinite(diagonals).all():
        return None
    halves = np.linalg.inv(factors)
    inverses = np.where(both, halves.swapaxes(1, 2) @ halves, 0.0)
    weighted = inverses[patterns.pattern] @ patterns.rows
    width = patterns.rows.shape[2]
    products = weighted.reshape(-1, width).T @ patterns.rows.reshape(-1, width)
    size = width - 1
    try:
        triangle = np.linalg.cholesky(products[:size, :size])
    except np.linalg.LinAlgError:
        return None
    coefficients = linalg.cho_solve((triangle, True), products[:size, size], check_finite=False)
    combination = np.append(-coefficients, 1.0)
    residuals = weighted @ combination
    # Not by subtracting sums of squares, which would lose digits.
    squares = float(((patterns.rows @ combination) * residuals).sum())
    root = linalg.solve_triangular(triangle, np.eye(size), lower=True, check_finite=False).T
    number = float(patterns.participants @ seen.sum(axis=1))
    determinant = float(patterns.participants @ np.log(diagonals).sum(axis=1))
    minus_twice = (
        (number - size) * math.log(2 * math.pi)
        + 2 * determinant
        + 2 * float(np.log(np.diag(triangle)).sum())
        + squares
    )
    return Likelihood(
        minus_twice=minus_twice,
        coefficients=coefficients,
        root=root,
        inverses=inverses,
        weighted_columns=weighted[:, :, :size] @ root,
        weighted_residuals=residuals,
    )


def curvature(patterns: VisitPatterns, found: Likelihood, derivatives: Derivatives) -> Curvature:
    """Differentiate the likelihood by the covariance parameters."""
    first = derivatives.first
    parameters, visits = first.shape[:2]
    columns, residuals = found.weighted_columns, found.weighted_residuals
    size = columns.shape[2]
    by_columns = _by_pattern(patterns, columns @ columns.swapaxes(1, 2))
    by_residuals = _by_pattern(patterns, residuals[:, :, np.newaxis] * residuals[:, np.newaxis, :])
    by_number = patterns.participants[:, np.newaxis, np.newaxis] * found.inverses
    # The derivative by each element of the covariance matrix.
    elements = (by_number - by_columns - by_residuals).sum(axis=0)
    flat = first.reshape(parameters, -1)
    slopes = slopes_of(found, first)
    turned = columns.reshape(-1, visits * size).T @ residuals
    leanings = flat @ turned.reshape(visits, size, visits).transpose(0, 2, 1).reshape(-1, size)
    slope_products = slopes.reshape(parameters, -1) @ slopes.reshape(parameters, -1).T
    expected = _double_traces(by_number - 2 * by_columns, found.inverses, first) + slope_products
    observed = (
        _double_traces(2 * by_columns + 2 * by_residuals - by_number, found.inverses, first)
        - slope_products
        - 2 * leanings @ leanings.T
        + derivatives.second.reshape(parameters, parameters, -1) @ elements.ravel()
    )
    return Curvature(
        gradient=flat @ elements.ravel(),
        observed=(observed + observed.T) / 2,
        expected=(expected + expected.T) / 2,
        slopes=slopes,
    )


def slopes_of(found: Likelihood, directions: Floats) -> Floats:
    """Give root′ · X′V⁻¹ D V⁻¹X · root for each direction D, a matrix of visits × visits."""
    number, visits = directions.shape[:2]
    size = found.weighted_columns.shape[2]
    flat = found.weighted_columns.reshape(-1, visits * size)
    pairs = (flat.T @ flat).reshape(visits, size, visits, size).transpose(0, 2, 1, 3)
    summed = directions.reshape(number, -1) @ pairs.reshape(visits * visits, -1)
    return summed.reshape(number, size, size)


def _by_pattern(patterns: VisitPatterns, values: Floats) -> Floats:
    sums = np.zeros((len(patterns.observed), *values.shape[1:]))
    np.add.at(sums, patterns.pattern, values)
    return sums


def _double_traces(outer: Floats, inner: Floats, first: Floats) -> Floats:
    """Give Σ tr(A D_k B D_l) over patterns with matrices A and B, for all pairs of derivatives."""
    parameters = len(first)
    left = (outer[:, np.newaxis] @ first).transpose(1, 0, 2, 3).reshape(parameters, -1)
    right = (inner[:, np.newaxis] @ first).transpose(1, 0, 3, 2).reshape(parameters, -1)
    traces: Floats = left @ right.T
    return traces
