"""Coefficients that are logarithms of ratios, worded as ratios with limits, and their tests."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Floats, Test, undefined_test
from topline.stats.judged_statistics import chi_squared_test

UNDETERMINED = "undetermined: whatever the ratio, what could tell it is foretold with certainty"
"""Why a coefficient that can go anywhere has no value."""

_LARGEST = 700.0
"""The exponential of a larger number is none, or next to 0."""


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
        limits = (None, None)
        if is_finite:
            limits = (coefficient - multiplier * error, coefficient + multiplier * error)
        kind = f"{ratio}, {method}" + (", Wald limits on the log scale" if is_finite else "")
        found.append(
            ratio_estimate(
                coefficient, error, limits, is_finite=bool(is_finite), level=level, method=kind
            )
        )
    return tuple(found)


def intercept_worded(name: str, estimate: Estimate) -> Estimate:
    """Call the exponential of an intercept what it is: no ratio, but the odds or the rate where all else is 0.

    Parameters
    ----------
    name
        The coefficient's name.
    estimate
        As of any coefficient.

    Examples
    --------
    >>> found = Estimate(value=0.5, method="odds ratio, logistic regression, Wald limits")
    >>> intercept_worded("(Intercept)", found).method
    'odds where all variables are 0 or at the first category, logistic regression, Wald limits'
    >>> intercept_worded("age", found).method
    'odds ratio, logistic regression, Wald limits'
    """
    if name != "(Intercept)":
        return estimate
    ratio, comma, model = estimate.method.partition(", ")
    what = f"{ratio.removesuffix(' ratio')} where all variables are 0 or at the first category"
    return replace(estimate, method=f"{what}{comma}{model}")


def ratio_estimate(
    coefficient: float,
    error: float,
    limits: tuple[float | None, float | None],
    *,
    is_finite: bool,
    level: float,
    method: str,
) -> Estimate:
    """Word one coefficient as a ratio, with the reason for each part that is missing.

    Parameters
    ----------
    coefficient, error
        The logarithm and its standard error. Of a coefficient that is not finite: where it goes, and 0 if it can go
        anywhere.
    limits
        Of the logarithm; ``None`` where there is none.
    is_finite
        Whether the coefficient has a finite estimate.
    level
        The confidence level, a fraction.
    method
        Model and limits in words.

    Examples
    --------
    >>> ratio_estimate(9.0, 500.0, (-971.0, 989.0), is_finite=True, level=0.95, method="a model").notes
    ('lower: no number: its logarithm is -971', 'upper: no number: its logarithm is 989')
    """
    logarithms = {
        "value": coefficient if is_finite else None,
        "lower": limits[0],
        "upper": limits[1],
    }
    parts = {part: _exponential(logarithm) for part, logarithm in logarithms.items()}
    value = parts["value"]
    spread = None if value is None or value * error == math.inf else value * error
    notes = []
    for part, number in [*parts.items(), ("standard_error", spread)]:
        if number is None:
            notes.append(f"{part}: {_reason(logarithms.get(part), coefficient, is_finite)}")
    return Estimate(
        value=value,
        lower=parts["lower"],
        upper=parts["upper"],
        level=level,
        standard_error=spread,
        method=method,
        notes=tuple(notes),
    )


def _exponential(logarithm: float | None) -> float | None:
    return None if logarithm is None or abs(logarithm) > _LARGEST else math.exp(logarithm)


def _reason(logarithm: float | None, coefficient: float, is_finite: bool) -> str:
    if logarithm is not None:
        return f"no number: its logarithm is {logarithm:.6g}"
    if is_finite:
        return "not reached: so far from the estimate, numbers do not tell the likelihood"
    if coefficient == 0:
        return UNDETERMINED
    towards = "infinity" if coefficient > 0 else "0"
    return (
        f"not finite: the likelihood keeps rising as the ratio goes to {towards}"
        " (the covariate separates the events)"
    )


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
        if not is_finite and coefficient == 0:
            reason = UNDETERMINED
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


def all_zero_test(
    statistic: float | None, degrees: int, method: str, notes: tuple[str, ...] = ()
) -> Test:
    """Word a chi-squared statistic as the test that all coefficients are 0; ``None`` where it is undefined.

    Examples
    --------
    >>> round(all_zero_test(3.841459, 1, "score test").p_value, 4)
    0.05
    """
    title = f"{method} that all coefficients are 0"
    if statistic is None:
        reason = "undefined: the covariance matrix is singular"
        return undefined_test(title, reason, degrees_of_freedom=float(degrees))
    # Rounding at a maximum that is at 0 may leave less.
    return chi_squared_test(title, max(statistic, 0.0), float(degrees), notes=notes)


def notes_on_predictions(
    what: str, names: tuple[str, ...], finite_ones: NDArray[np.bool_]
) -> tuple[str, ...]:
    """Say of what a model predicts which of its coefficients are not finite.

    Parameters
    ----------
    what
        The number that is predicted.
    names
        Of the coefficients.
    finite_ones
        Which of them are finite.

    Examples
    --------
    >>> notes_on_predictions("survival", ("age", "arm"), np.array([True, False]))
    ("survival: the coefficient of 'arm' is not finite: what is predicted depends on where the search ended",)
    """
    return tuple(
        f"{what}: the coefficient of {name!r} is not finite: what is predicted depends on where the search ended"
        for name, is_finite in zip(names, finite_ones, strict=True)
        if not is_finite
    )
