"""One effect from several studies: inverse-variance pooling with a fixed or a random effect.

Effects come on a scale on which they are about normal: log odds ratios, mean differences; see
:mod:`topline.stats.effect_sizes_two_groups` and its neighbours. For many meta-analyses at once see
:mod:`topline.stats.many_poolings`; for moderators :mod:`topline.stats.meta_regression`; where events are rare,
:mod:`topline.stats.mantel_haenszel_pooling`, :mod:`topline.stats.peto_pooling` and
:mod:`topline.stats.pooling_mixed` need no effect for each study.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.stats.between_study_variance import METHODS, between_error, estimate_between
from topline.stats.checking import confidence_level, known
from topline.stats.distribution import normal_multiplier, t_multiplier
from topline.stats.estimate import Estimate, Floats, Scale, Test
from topline.stats.heterogeneity import (
    Heterogeneity,
    chi_squared_probability,
    heterogeneity_from_q,
    q_test,
    typical_variance,
)
from topline.stats.study_model import CommonMean, check_studies

INTERVALS: dict[str, str] = {
    "normal": "normal interval",
    "hartung-knapp": "Hartung–Knapp interval",
    "hartung-knapp-floor": "Hartung–Knapp interval, not narrower than with known variances",
}
"""The intervals for a pooled effect, by the name given to :func:`pool`."""

PREDICTIONS: dict[str, int | None] = {
    "normal": None,
    "studies - 1": 1,
    "studies - 2": 2,
}
"""The reference distributions of a prediction interval: normal, or t with studies less so many degrees of freedom."""


class PooledArrays(NamedTuple):
    """What pooling gives for each of many sets of one size; NaN where undefined."""

    value: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    statistic: Floats
    p_value: Floats
    between: Floats
    q: Floats
    q_p_value: Floats
    i_squared: Floats
    h_squared: Floats
    settled: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling:
    """The pooled effect of one set of studies.

    Attributes
    ----------
    estimate
        The pooled effect with its interval, on the scale of the effects given.
    test
        That the pooled effect is zero: z, or t for a Hartung–Knapp interval.
    studies
        How many.
    between_study_variance
        τ² [the effects' unit squared]; ``None`` for one study.
    between_study_variance_standard_error
        ``None`` where the method has none.
    heterogeneity
        Q, I², H².
    weights
        The studies' shares [percent].
    log_likelihood, restricted_log_likelihood
        At the estimates; the restricted one ``None`` for one study.
    method
        The estimator of τ² in words.
    notes
        What a reader must know.
    """

    estimate: Estimate
    test: Test
    studies: int
    between_study_variance: float | None
    between_study_variance_standard_error: float | None
    heterogeneity: Heterogeneity
    weights: tuple[float, ...]
    log_likelihood: float
    restricted_log_likelihood: float | None
    method: str
    notes: tuple[str, ...] = ()


def pool(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    method: str = "REML",
    interval: str = "normal",
    level: float = 0.95,
    scale: Scale = "natural",
) -> Pooling:
    """Pool the effects of studies by inverse-variance weights.

    Parameters
    ----------
    effects
        One effect for each study [any scale on which they are about normal].
    variances
        Their sampling variances [the effects' unit squared], taken as known.
    method
        The estimator of τ², of :data:`topline.stats.between_study_variance.METHODS`.
    interval
        Of :data:`INTERVALS`.
    level
        The confidence level, a fraction [1].
    scale
        What scale the effects are on; passed on to the estimate.

    Returns
    -------
    Pooling
        The pooled effect [the effects' unit]. For a single study its own effect, without τ². A Hartung–Knapp interval
        is undefined for one study, and of length zero (with a note) where all effects are equal.

    Raises
    ------
    DataError
        If an effect is not finite, a variance not positive, or lengths differ.
    UsageError
        If ``method``, ``interval`` or ``level`` does not fit.

    Notes
    -----
    μ̂ = Σ w y/Σ w with w = 1/(v + τ²) and variance 1/Σ w. Hartung–Knapp multiplies the variance by Σ w (y − μ̂)²/(k −
    1) and takes t with k − 1 degrees of freedom, with its floor by no factor below 1. The estimators of τ² are those
    of :func:`topline.stats.between_study_variance.estimate_between`; EE: τ² = 0. DerSimonian and Laird, Controlled
    Clinical Trials 7 (1986) 177–188, doi:10.1016/0197-2456(86)90046-2; Viechtbauer, Journal of Educational and
    Behavioral Statistics 30 (2005) 261–293, doi:10.3102/10769986030003261 (REML and others); Hartung and Knapp,
    Statistics in Medicine 20 (2001) 3875–3889, doi:10.1002/sim.1009; Sidik and Jonkman, Statistics in Medicine 21
    (2002) 3153–3159, doi:10.1002/sim.1262.

    Not for correlated effects (several outcomes or arms of one study), nor for zero cells patched by a constant when
    events are rare.

    In R: ``metafor::rma.uni(yi, vi, method = "REML", test = "z")``, with test "knha" for Hartung–Knapp and "adhoc"
    for its floor, ``meta::metagen(TE, seTE)``; in SAS: PROC MIXED or GLIMMIX with known residual variances, PARMS /
    HOLD= (REML, ML).

    Examples
    --------
    >>> pooled = pool([0.1, 0.9, 0.4, -0.2], [0.02, 0.05, 0.01, 0.03], interval="hartung-knapp")
    >>> round(pooled.estimate.value, 4), round(pooled.estimate.lower, 4), round(pooled.estimate.upper, 4)
    (0.2866, -0.4356, 1.0088)
    >>> round(pooled.between_study_variance, 4), round(pooled.heterogeneity.i_squared, 1)
    (0.1672, 88.2)
    """
    y, v = check_studies(effects, variances)
    level = confidence_level(level)
    known("method", method, METHODS)
    known("interval", interval, INTERVALS)
    model = CommonMean(y[:, np.newaxis], v[:, np.newaxis])
    found = pool_model(model, method if y.size > 1 else "EE", interval, level)
    between = float(found.between[0])
    weights = 1 / (v + between)
    likelihood, restricted = model.log_likelihoods(found.between)
    free = y.size - 1
    words = f"inverse-variance pooling, {METHODS[method].title}"
    notes: list[str] = []
    if not free:
        notes.append("between_study_variance: one study does not tell how effects vary")
    if not found.settled[0]:
        notes.append("between_study_variance: did not settle")
    degrees = free if interval != "normal" and free else None
    return Pooling(
        estimate=_estimate(found, level, scale, f"{words}, {INTERVALS[interval]}", degrees),
        test=_test(found, degrees, f"{words}, {'z' if interval == 'normal' else 't'} test"),
        studies=y.size,
        between_study_variance=between if free else None,
        between_study_variance_standard_error=(
            _number(between_error(model, method, found.between)[0]) if free else None
        ),
        heterogeneity=_heterogeneity(found, free, method),
        weights=tuple((100 * weights / weights.sum()).tolist()),
        log_likelihood=float(likelihood[0]),
        restricted_log_likelihood=float(restricted[0]) if free else None,
        method=METHODS[method].title,
        notes=tuple(notes),
    )


def prediction_interval(
    pooling: Pooling, *, reference: str = "studies - 2", level: float | None = None
) -> Estimate:
    """Give the interval in which the true effect of a further study is expected: μ̂ ± q √(SE² + τ²).

    With t on k − 2 degrees of freedom it is that of Higgins, Thompson and Spiegelhalter (RevMan, ``meta`` before 7),
    the default here; metafor takes the distribution of the pooling's own interval: normal, or t on k − 1 with
    Hartung–Knapp's standard error.

    Parameters
    ----------
    pooling
        By a random-effects method.
    reference
        Of :data:`PREDICTIONS`.
    level
        The probability, a fraction [1]; that of the pooling where ``None``.

    Returns
    -------
    Estimate
        The pooled effect with the limits [the effects' unit]; the limits are ``None``, with the reason, where no
        degree of freedom is left, as for two studies with "studies - 2", and for a single study.

    Raises
    ------
    UsageError
        If ``reference`` or ``level`` does not fit.

    Notes
    -----
    μ̂ ± q √(SE² + τ²), q of the normal or t distribution. Higgins, Thompson and Spiegelhalter, Journal of the Royal
    Statistical Society A 172 (2009) 137–159, doi:10.1111/j.1467-985X.2008.00552.x, section 3.2.

    Not for few studies, fewer than about five, whose τ² is hardly known; not for effects that are not normal between
    studies.

    In R: ``meta::metagen(TE, seTE, method.predict = "HTS")`` (k − 2),
    ``predict(metafor::rma.uni(yi, vi, test = "z"))`` (normal), and with test "knha" (k − 1); in SAS: none.

    Examples
    --------
    >>> pooled = pool([0.1, 0.9, 0.4, -0.2], [0.02, 0.05, 0.01, 0.03])
    >>> further = prediction_interval(pooled)
    >>> round(further.lower, 3), round(further.upper, 3)
    (-1.711, 2.284)
    """
    known("reference", reference, PREDICTIONS)
    probability = pooling.estimate.level if level is None else confidence_level(level)
    assert probability is not None  # every pooling has a level
    fewer = PREDICTIONS[reference]
    degrees = None if fewer is None else pooling.studies - fewer
    words = f"prediction interval, {'normal' if degrees is None else f't on {reference} degrees of freedom'}"
    value, error = pooling.estimate.value, pooling.estimate.standard_error
    reason = _no_prediction(pooling, degrees)
    if reason is not None or value is None or error is None:
        return Estimate(
            value=value,
            level=probability,
            scale=pooling.estimate.scale,
            method=words,
            notes=(*pooling.estimate.notes, f"lower: {reason}", f"upper: {reason}"),
        )
    quantile = (
        normal_multiplier(probability) if degrees is None else t_multiplier(probability, degrees)
    )
    half = quantile * math.sqrt(error**2 + (pooling.between_study_variance or 0.0))
    return Estimate(
        value=value,
        lower=value - half,
        upper=value + half,
        level=probability,
        scale=pooling.estimate.scale,
        method=words,
        degrees_of_freedom=degrees,
    )


def _no_prediction(pooling: Pooling, degrees: int | None) -> str | None:
    if pooling.between_study_variance is None:
        return "one study does not tell how effects vary"
    if pooling.estimate.standard_error is None:
        return pooling.estimate.reason("standard_error") or "the standard error is undefined"
    if degrees is not None and degrees < 1:
        return f"{pooling.studies} studies leave no degree of freedom"
    return None


def pool_model(model: CommonMean, method: str, interval: str, level: float) -> PooledArrays:
    """Pool many sets of studies of one size, with arguments that are checked already.

    Part of :func:`pool`, and of :func:`topline.stats.many_poolings.pool_many`.

    Parameters
    ----------
    model
        Effects and variances: studies in rows, sets in columns.
    method, interval
        As for :func:`pool`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    PooledArrays
        One element for each set; NaN where undefined.

    Examples
    --------
    >>> two = CommonMean(np.array([[0.3], [-0.2]]), np.array([[0.02], [0.05]]))
    >>> pool_model(two, "DL", "normal", 0.95).value.round(6)
    array([0.08])
    """
    free = model.studies - 1
    found = estimate_between(model, method)
    weights = 1 / (model.variances + found.value)
    total = np.sum(weights, axis=0)
    value = model.means(weights)
    factor, quantile = 1.0 if interval == "normal" else np.full_like(value, np.nan), np.nan
    if interval == "normal":
        quantile = normal_multiplier(level)
    elif free:
        quantile = t_multiplier(level, free)
        factor = model.residual(weights) / free
        if interval == "hartung-knapp-floor":
            factor = np.maximum(factor, 1.0)
    error = np.sqrt(factor / total)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = value / error
    q = model.within().residual
    i_squared, h_squared = _shares(model, method, found.value, q)
    return PooledArrays(
        value=value,
        standard_error=error,
        lower=value - quantile * error,
        upper=value + quantile * error,
        statistic=statistic,
        p_value=two_sided_probability(statistic, None if interval == "normal" else free),
        between=found.value,
        q=q,
        q_p_value=chi_squared_probability(q, free) if free else np.ones_like(q),
        i_squared=i_squared,
        h_squared=h_squared,
        settled=found.settled,
    )


def two_sided_probability(statistic: Floats, degrees_of_freedom: int | None) -> Floats:
    """Give two-sided p-values of z, or of t with degrees of freedom, to full relative precision.

    Part of :func:`pool`.

    Parameters
    ----------
    statistic
        z or t [1].
    degrees_of_freedom
        Of t [1]; ``None`` for z.

    Returns
    -------
    numpy.ndarray
        Probabilities [1].

    Examples
    --------
    >>> two_sided_probability(np.array([1.96]), None).round(6)
    array([0.049996])
    >>> two_sided_probability(np.array([2.2]), 28).round(6)
    array([0.036225])
    """
    if degrees_of_freedom is None:
        return np.asarray(2 * special.ndtr(-np.abs(statistic)))
    if degrees_of_freedom == 0:
        return np.full_like(statistic, np.nan)
    return np.asarray(2 * special.stdtr(degrees_of_freedom, -np.abs(statistic)))


def _shares(model: CommonMean, method: str, between: Floats, q: Floats) -> tuple[Floats, Floats]:
    """Give I² [percent] and H²: from Q for equal effects, else from τ² and the typical variance."""
    free = model.studies - 1
    if free == 0:
        return np.full_like(q, np.nan), np.full_like(q, np.nan)
    if method == "EE":
        with np.errstate(divide="ignore"):
            return 100 * np.maximum(0.0, 1 - free / q), q / free
    typical = typical_variance(model)
    return 100 * between / (typical + between), 1 + between / typical


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _estimate(
    found: PooledArrays, level: float, scale: Scale, method: str, degrees: int | None
) -> Estimate:
    value, error = float(found.value[0]), _number(found.standard_error[0])
    if error is None:
        reason = "undefined for one study, whose residual is zero by definition"
        notes = tuple(f"{part}: {reason}" for part in ("lower", "upper", "standard_error"))
    elif error == 0:
        notes = ("standard_error: zero, because all effects are equal",)
    else:
        notes = ()
    return Estimate(
        value=value,
        lower=_number(found.lower[0]),
        upper=_number(found.upper[0]),
        level=level,
        scale=scale,
        method=method,
        notes=notes,
        standard_error=error,
        degrees_of_freedom=degrees,
    )


def _test(found: PooledArrays, degrees: int | None, method: str) -> Test:
    statistic = _number(found.statistic[0])
    p_value = _number(found.p_value[0]) if statistic is not None else None
    reason = "undefined, because the standard error is zero or undefined"
    return Test(
        statistic=statistic,
        degrees_of_freedom=degrees,
        p_value=p_value,
        sides="two-sided",
        null_value=0.0,
        method=method,
        notes=() if statistic is not None else (f"statistic: {reason}", f"p_value: {reason}"),
    )


def _heterogeneity(found: PooledArrays, free: int, method: str) -> Heterogeneity:
    what = "inverse variance weights"
    if method == "EE" or not free:
        return heterogeneity_from_q(float(found.q[0]), free, what=what)
    return Heterogeneity(
        test=q_test(float(found.q[0]), free, what),
        i_squared=float(found.i_squared[0]),
        h_squared=float(found.h_squared[0]),
        method="from the variance between studies and the typical variance within",
    )
