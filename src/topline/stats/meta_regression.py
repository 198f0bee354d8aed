"""Meta-regression: effects of studies as a linear function of what the studies are like.

A moderator of studies is not a randomised one: an association across studies may have other causes, and averages over
participants within studies say little about participants.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import UsageError
from topline.stats.between_study_variance import METHODS, between_error, estimate_between
from topline.stats.checking import confidence_level, finite, known, same_length
from topline.stats.distribution import f_probability, normal_multiplier, t_multiplier
from topline.stats.estimate import Estimate, Floats, Test, undefined_test
from topline.stats.heterogeneity import (
    Heterogeneity,
    chi_squared_probability,
    heterogeneity_from_q,
    q_test,
    typical_variance,
)
from topline.stats.pooling import INTERVALS, two_sided_probability
from topline.stats.study_model import Moderated, check_studies

INTERCEPT = "intercept"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaRegression:
    """The coefficients of a meta-regression.

    Attributes
    ----------
    coefficients
        By term: the estimate with its interval [effect per unit of the moderator].
    tests
        By term: that the coefficient is zero.
    covariance
        Of the coefficients, in their order.
    moderator_test
        That all coefficients but the intercept are zero: chi-squared, or F with Hartung–Knapp.
    heterogeneity
        What the moderators leave unexplained.
    between_study_variance
        The residual τ².
    between_study_variance_standard_error
        ``None`` where the method has none.
    explained
        The share of τ² that the moderators explain, R² [percent], from zero; for equal effects the adjusted R² of
        the weighted regression. ``None`` where there is nothing to explain.
    log_likelihood, restricted_log_likelihood
        At the estimates. Restricted ones of different moderators are not comparable.
    method
        In words.
    notes
        What a reader must know.
    """

    coefficients: Mapping[str, Estimate]
    tests: Mapping[str, Test]
    covariance: tuple[tuple[float, ...], ...]
    moderator_test: Test
    heterogeneity: Heterogeneity
    between_study_variance: float
    between_study_variance_standard_error: float | None
    explained: float | None
    log_likelihood: float
    restricted_log_likelihood: float
    method: str
    notes: tuple[str, ...] = ()


def regress_effects(
    effects: ArrayLike,
    variances: ArrayLike,
    moderators: Mapping[str, ArrayLike],
    *,
    method: str = "REML",
    interval: str = "normal",
    level: float = 0.95,
) -> MetaRegression:
    """Regress the effects of studies on moderators.

    Parameters
    ----------
    effects, variances, method, level
        As for :func:`topline.stats.pooling.pool`.
    moderators
        By name: one number for each study [any units]. An intercept is always added; categories are given as
        indicators.
    interval
        Of :data:`topline.stats.pooling.INTERVALS`.

    Returns
    -------
    MetaRegression
        Terms in the order given, ``"intercept"`` first [effect per unit of the moderator]. ``explained`` is ``None``
        where there is nothing to explain, τ² being 0 without moderators.

    Raises
    ------
    DataError
        If a number is not finite, a variance not positive, lengths differ, or moderators depend on each other.
    UsageError
        If no moderator is given, or there are not more studies than coefficients.

    Notes
    -----
    β̂ = (X'WX)⁻¹X'Wy with w = 1/(v + τ²), τ² by ``method`` from the residuals; Hartung–Knapp multiplies the
    covariance by Σ w e²/(k − p) and uses t and F with k − p degrees of freedom. R² = (τ₀² − τ²)/τ₀² with τ₀² without
    moderators. Viechtbauer, Journal of Educational and Behavioral Statistics 30 (2005) 261–293,
    doi:10.3102/10769986030003261; Knapp and Hartung, Statistics in Medicine 22 (2003) 2693–2710,
    doi:10.1002/sim.1482; Raudenbush in Cooper, Hedges and Valentine, Handbook of Research Synthesis and
    Meta-Analysis, 2nd edition, 2009, chapter 16 (R²).

    Not for fewer than about ten studies a moderator. Not for what holds of participants: an association across
    studies may have other causes.

    In R: ``metafor::rma.uni(yi, vi, mods = ~ x, method = "REML")``; in SAS: PROC MIXED with known residual variances,
    PARMS / HOLD=.

    Examples
    --------
    >>> found = regress_effects([0.1, 0.9, 0.4, -0.2, 0.3], [0.02, 0.05, 0.01, 0.03, 0.04],
    ...                         {"dose": [1, 4, 2, 0.5, 2]}, method="DL")
    >>> slope = found.coefficients["dose"]
    >>> round(slope.value, 4), round(slope.lower, 4), round(slope.upper, 4)
    (0.3053, 0.1628, 0.4478)
    """
    y, v, terms, design = _design(effects, variances, moderators)
    level = confidence_level(level)
    known("method", method, METHODS)
    known("interval", interval, INTERVALS)
    model = Moderated(y, v, design)
    free = model.studies - model.coefficients
    found = estimate_between(model, method)
    between = float(found.value[0])
    error = float(between_error(model, method, found.value)[0])
    weights = 1 / (v + between)
    values, covariance, residuals = model.solve(weights)
    factor = 1.0
    if interval != "normal":
        factor = float(np.sum(weights * residuals**2)) / free
        if interval == "hartung-knapp-floor":
            factor = max(1.0, factor)
    likelihood, restricted = model.log_likelihoods(found.value)
    scaled = covariance * factor
    words = f"meta-regression, {METHODS[method].title}, {INTERVALS[interval]}"
    degrees = None if interval == "normal" else free
    errors = np.sqrt(np.diag(scaled))
    return MetaRegression(
        coefficients={
            term: _coefficient(float(value), float(error), level, words, degrees)
            for term, value, error in zip(terms, values, errors, strict=True)
        },
        tests={
            term: _test(float(value), float(error), words, degrees)
            for term, value, error in zip(terms, values, errors, strict=True)
        },
        covariance=tuple(tuple(row) for row in scaled.tolist()),
        moderator_test=_moderator_test(values, scaled, degrees, words),
        heterogeneity=_heterogeneity(model, between, method),
        between_study_variance=between,
        between_study_variance_standard_error=error if math.isfinite(error) else None,
        explained=_explained(y, v, model, between, method),
        log_likelihood=float(likelihood[0]),
        restricted_log_likelihood=float(restricted[0]),
        method=words,
        notes=() if found.settled[0] else ("between_study_variance: did not settle",),
    )


def _design(
    effects: ArrayLike, variances: ArrayLike, moderators: Mapping[str, ArrayLike]
) -> tuple[Floats, Floats, tuple[str, ...], Floats]:
    y, v = check_studies(effects, variances)
    if not moderators:
        raise UsageError(
            "a meta-regression without a moderator",
            accepted="at least one moderator",
            advice="pool the effects instead",
        )
    columns = {str(name): finite(str(name), values) for name, values in moderators.items()}
    if INTERCEPT in columns:
        raise UsageError(
            f"a moderator is called {INTERCEPT!r}", accepted="another name: an intercept is added"
        )
    same_length(effects=y, variances=v, **columns)
    if y.size <= len(columns) + 1:
        raise UsageError(
            f"{y.size} studies for {len(columns) + 1} coefficients",
            accepted="more studies than coefficients",
        )
    design = np.column_stack([np.ones(y.size), *columns.values()])
    return y, v, (INTERCEPT, *columns), design


def _coefficient(
    value: float, error: float, level: float, words: str, degrees: int | None
) -> Estimate:
    quantile = normal_multiplier(level) if degrees is None else t_multiplier(level, degrees)
    return Estimate(
        value=value,
        lower=value - quantile * error,
        upper=value + quantile * error,
        level=level,
        method=words,
        standard_error=error,
        degrees_of_freedom=degrees,
    )


def _test(value: float, error: float, words: str, degrees: int | None) -> Test:
    if error == 0:
        reason = "undefined: the effects lie on the regression"
        return undefined_test(words, reason)
    statistic = value / error
    return Test(
        statistic=statistic,
        degrees_of_freedom=degrees,
        p_value=float(two_sided_probability(np.array(statistic), degrees)),
        sides="two-sided",
        null_value=0.0,
        method=words,
    )


def _moderator_test(values: Floats, covariance: Floats, degrees: int | None, words: str) -> Test:
    slopes, inner = values[1:], covariance[1:, 1:]
    if not np.any(inner):
        return _test(0.0, 0.0, words, degrees)
    # Correlation form: the variances of coefficients may differ by many orders of magnitude.
    spread = np.sqrt(np.diag(inner))
    scaled = slopes / spread
    joint = float(scaled @ np.linalg.solve(inner / np.outer(spread, spread), scaled))
    if degrees is None:
        p_value = float(chi_squared_probability(np.array(joint), slopes.size))
    else:
        joint /= slopes.size
        p_value = f_probability(joint, slopes.size, degrees)
    return Test(
        statistic=joint,
        degrees_of_freedom=slopes.size,
        denominator_degrees_of_freedom=degrees,
        p_value=p_value,
        sides="two-sided",
        null_value=0.0,
        method=f"{words}, {'chi-squared' if degrees is None else 'F'} test of all moderators",
    )


def _heterogeneity(model: Moderated, between: float, method: str) -> Heterogeneity:
    q = float(model.moments(1 / model.variances).residual[0])
    free, what = model.studies - model.coefficients, "residual, inverse variance weights"
    if method == "EE":
        return heterogeneity_from_q(q, free, what=what)
    typical = float(typical_variance(model)[0])
    return Heterogeneity(
        test=q_test(q, free, what),
        i_squared=100 * between / (typical + between),
        h_squared=1 + between / typical,
        method="from the variance between studies and the typical variance within",
    )


def _explained(y: Floats, v: Floats, model: Moderated, between: float, method: str) -> float | None:
    alone = Moderated(y, v, np.ones((y.size, 1)))
    if method == "EE":
        weights = 1 / model.variances
        total = float(alone.moments(weights).residual[0]) / (model.studies - 1)
        left = float(model.moments(weights).residual[0]) / (model.studies - model.coefficients)
    else:
        total, left = float(estimate_between(alone, method).value[0]), between
    return None if total <= 0 else max(0.0, 100 * (1 - left / total))
