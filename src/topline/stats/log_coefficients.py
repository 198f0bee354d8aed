"""Coefficients that are logarithms of ratios, worded as ratios with limits, and their tests."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Floats, Test


def ratio_estimates(
    coefficients: Floats,
    covariance: Floats,
    finite_ones: NDArray[np.bool_],
    level: float,
    method: str,
    *,
    ratio: str = "hazard ratio",
) -> tuple[Estimate, ...]:
    """Give the ratio of each coefficient with limits symmetric on the log scale.

    Parameters
    ----------
    coefficients, covariance
        The logarithms, and their covariance matrix.
    finite_ones
        Which coefficients are finite; the others become ``None`` with the reason.
    level
        The confidence level, a fraction.
    method
        The model in words.
    ratio
        What the ratio is called.

    Examples
    --------
    >>> (found,) = ratio_estimates(np.array([0.0]), np.array([[1.0]]), np.array([True]), 0.95, "a model")
    >>> found.value, round(found.upper, 4)
    (1.0, 7.0991)
    """
    multiplier = normal_multiplier(level)
    found = []
    for coefficient, error, is_finite in zip(
        coefficients.tolist(), np.sqrt(np.diag(covariance)).tolist(), finite_ones, strict=True
    ):
        limits = [coefficient - multiplier * error, coefficient + multiplier * error]
        if is_finite and max(abs(limit) for limit in limits) < 700:
            found.append(
                Estimate(
                    value=math.exp(coefficient),
                    lower=math.exp(limits[0]),
                    upper=math.exp(limits[1]),
                    level=level,
                    standard_error=math.exp(coefficient) * error,
                    method=f"{ratio}, {method}, Wald limits on the log scale",
                )
            )
            continue
        reason = f"not finite: the likelihood keeps {_direction(coefficient)}"
        found.append(
            Estimate(
                value=None,
                level=level,
                method=f"{ratio}, {method}",
                notes=tuple(
                    f"{part}: {reason}" for part in ("value", "lower", "upper", "standard_error")
                ),
            )
        )
    return tuple(found)


def _direction(coefficient: float) -> str:
    towards = "infinity" if coefficient > 0 else "0"
    return f"rising as the ratio goes to {towards} (the covariate separates the events)"


def wald_tests(
    coefficients: Floats, covariance: Floats, finite_ones: NDArray[np.bool_], method: str
) -> tuple[Test, ...]:
    """Test of each coefficient whether it is 0: the normal statistic.

    Examples
    --------
    >>> (found,) = wald_tests(np.array([1.96]), np.array([[1.0]]), np.array([True]), "a model")
    >>> round(found.p_value, 4)
    0.05
    """
    found = []
    for coefficient, error, is_finite in zip(
        coefficients.tolist(), np.sqrt(np.diag(covariance)).tolist(), finite_ones, strict=True
    ):
        undefined = not is_finite or error == 0
        z = None if undefined else coefficient / error
        reason = "undefined: the coefficient is not finite; use the likelihood-ratio test"
        found.append(
            Test(
                statistic=z,
                p_value=None if z is None else float(2 * special.ndtr(-abs(z))),
                sides="two-sided",
                null_value=0.0,
                method=f"Wald test, {method}",
                notes=(f"statistic: {reason}", f"p_value: {reason}") if undefined else (),
            )
        )
    return tuple(found)


def all_zero_test(statistic: float | None, degrees: int, method: str) -> Test:
    """Word a chi-squared statistic as the test that all coefficients are 0; ``None`` where it is undefined.

    Examples
    --------
    >>> round(all_zero_test(3.841459, 1, "score test").p_value, 4)
    0.05
    """
    if statistic is None:
        reason = "undefined: the covariance matrix is singular"
        return Test(
            statistic=None,
            degrees_of_freedom=float(degrees),
            p_value=None,
            sides="two-sided",
            null_value=0.0,
            method=f"{method} that all coefficients are 0",
            notes=(f"statistic: {reason}", f"p_value: {reason}"),
        )
    statistic = max(statistic, 0.0)  # rounding at a maximum that is at 0
    return Test(
        statistic=statistic,
        degrees_of_freedom=float(degrees),
        p_value=float(special.chdtrc(degrees, statistic)),
        sides="two-sided",
        null_value=0.0,
        method=f"{method} that all coefficients are 0",
    )
