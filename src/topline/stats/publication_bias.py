"""Small studies that differ from large ones: tests of funnel asymmetry, and failsafe numbers.

Asymmetry has many causes besides studies that were not published. With fewer than ten studies the tests have little
power, and ratios of rare events are correlated with their own standard errors.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError
from topline.stats.checking import confidence_level, known
from topline.stats.distribution import normal_multiplier, t_multiplier
from topline.stats.estimate import Estimate, Floats, Test, undefined_test
from topline.stats.meta_regression import INTERCEPT, regress_effects
from topline.stats.pooling import two_sided_probability
from topline.stats.study_model import Moderated, check_studies

PREDICTORS: dict[str, str] = {
    "standard error": "the studies' standard errors",
    "variance": "the studies' variances",
}
"""What Egger's regression may use for the size of studies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelAsymmetry:
    """Egger's regression of effects on their standard errors.

    Attributes
    ----------
    test
        That effects do not depend on their standard errors.
    slope
        The change of effect by one unit of the predictor.
    limit
        The effect expected of a study without sampling error: the regression's intercept.
    """

    test: Test
    slope: Estimate
    limit: Estimate


def egger_test(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    method: str | None = None,
    predictor: str = "standard error",
    level: float = 0.95,
) -> FunnelAsymmetry:
    """Test by regression whether a funnel of studies is asymmetric.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`; at least three studies.
    method
        ``None`` for Egger's own regression, or an estimator of τ².
    predictor
        Of :data:`PREDICTORS`.
    level
        The confidence level of slope and limit, a fraction [1].

    Returns
    -------
    FunnelAsymmetry
        The test, t with k − 2 degrees of freedom (z with ``method``), the slope, and the limit [the effects' unit] of
        a study without sampling error. Undefined, an error, where all variances are equal: a funnel then has no
        edges.

    Raises
    ------
    DataError
        If effects or variances do not fit, or all variances are equal.
    UsageError
        If there are fewer than three studies, or a word does not fit.

    Notes
    -----
    y = a + b √v + e with weights 1/v and a factor for dispersion, t = b̂/SE(b̂). (Regressing y/√v on 1/√v is the
    same; its intercept is the slope here.) With ``method`` a mixed-effects meta-regression with that estimator of τ²,
    z. Egger, Davey Smith, Schneider and Minder, BMJ 315 (1997) 629–634, doi:10.1136/bmj.315.7109.629.

    Not for odds ratios of rare or strong effects (see Harbord's or Peters' test), nor for fewer than ten studies.

    In R: ``metafor::regtest(metafor::rma.uni(yi, vi), model = "lm")``, ``meta::metabias(m, method.bias = "Egger")``,
    and with ``method`` ``model = "rma"``; in SAS: none; PROC REG with WEIGHT 1/v gives the regression.

    Examples
    --------
    >>> found = egger_test([0.1, 0.9, 0.4, -0.2, 0.3], [0.02, 0.05, 0.01, 0.03, 0.04])
    >>> round(found.test.statistic, 4), found.test.degrees_of_freedom, round(found.limit.value, 4)
    (0.0265, 3, 0.2653)
    """
    y, v = check_studies(effects, variances, least=3)
    level = confidence_level(level)
    known("predictor", predictor, PREDICTORS)
    size = np.sqrt(v) if predictor == "standard error" else v
    if np.ptp(size) <= 1e-12 * float(np.max(size)):
        raise DataError(
            "all variances are equal",
            where="variances",
            accepted="studies of different size, without which a funnel has no shape",
        )
    if method is not None:
        fitted = regress_effects(y, v, {predictor: size}, method=method, level=level)
        return FunnelAsymmetry(
            test=fitted.tests[predictor],
            slope=fitted.coefficients[predictor],
            limit=fitted.coefficients[INTERCEPT],
        )
    values, covariance, residuals = Moderated(y, v, np.column_stack([np.ones(y.size), size])).solve(
        1 / v
    )
    free = y.size - 2
    dispersion = float(np.sum(residuals**2 / v)) / free
    words = f"regression of effects on {PREDICTORS[predictor]}, weights 1/v, estimated dispersion"
    errors = np.sqrt(np.diag(covariance) * dispersion)
    limit, slope = (
        _t_estimate(float(value), float(error), free, level, words)
        for value, error in zip(values, errors, strict=True)
    )
    assert slope.value is not None  # a regression of full rank has a slope
    return FunnelAsymmetry(
        test=_t_test(slope.value, float(errors[1]), free, f"Egger's test: {words}"),
        slope=slope,
        limit=limit,
    )


def begg_test(effects: ArrayLike, variances: ArrayLike) -> Test:
    """Test by ranks whether a funnel of studies is asymmetric.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`; at least two studies.

    Returns
    -------
    Test
        Its statistic is Kendall's τ [1]; undefined, ``None`` with the reason, where all of one of the two are tied.
        Without ties the p-value is exact; with ties normal, without continuity correction, and τ is τ-b.

    Raises
    ------
    DataError
        If effects or variances do not fit.
    UsageError
        If there is only one study.

    Notes
    -----
    Kendall's τ between the variances v and the effects standardised as (y − μ̂)/√(v − 1/Σ w), μ̂ = Σ w y/Σ w the
    equal-effects estimate, w = 1/v. Begg and Mazumdar, Biometrics 50 (1994) 1088–1101, doi:10.2307/2533446.

    Not for fewer than about 25 studies: it has less power than Egger's test.

    In R: ``metafor::ranktest(yi, vi)``, ``meta::metabias(m, method.bias = "Begg")`` (normal always); in SAS: none;
    PROC CORR KENDALL of the two.

    Examples
    --------
    >>> test = begg_test([0.1, 0.9, 0.4, -0.2, 0.3], [0.02, 0.05, 0.01, 0.03, 0.04])
    >>> round(test.statistic, 2), round(test.p_value, 4)
    (0.2, 0.8167)
    """
    y, v = check_studies(effects, variances, least=2)
    weights = 1 / v
    centred = y - y[0]
    mean = np.sum(weights * centred) / np.sum(weights)
    # The first study's weight may be all of it: then the difference is rounding noise, kept above zero.
    spread = np.sqrt(np.maximum(v - 1 / np.sum(weights), np.finfo(np.float64).tiny))
    return _kendall((centred - mean) / spread, v)


def failsafe_number(
    effects: ArrayLike, variances: ArrayLike, *, kind: str = "rosenthal", alpha: float = 0.05
) -> int:
    """Give the number of studies without effect that would make the pooled effect not significant.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`.
    kind
        ``"rosenthal"`` or ``"rosenberg"``.
    alpha
        The level of significance, a fraction [1].

    Returns
    -------
    int
        Studies, rounded up; 0 where the pooled effect is not significant already, as for most a single study.

    Raises
    ------
    DataError
        If effects or variances do not fit.
    UsageError
        If ``kind`` or ``alpha`` does not fit.

    Notes
    -----
    Rosenthal: (Σ z/z_α)² − k, one-sided, z = y/√v. Rosenberg: k/Σ w × ((Σ w y)²/z² − Σ w), w = 1/v, two-sided, for
    studies of average weight. Rosenthal, Psychological Bulletin 86 (1979) 638–641, doi:10.1037/0033-2909.86.3.638;
    Rosenberg, Evolution 59 (2005) 464–468, doi:10.1111/j.0014-3820.2005.tb01004.x.

    Not for a measure of robustness: it takes hidden studies to be null on average, and ignores heterogeneity.

    In R: ``metafor::fsn(yi, vi, type = "Rosenthal")``, type "Rosenberg"; in SAS: none.

    Examples
    --------
    >>> failsafe_number([0.5, 0.9, 0.4], [0.02, 0.05, 0.01])
    47
    """
    y, v = check_studies(effects, variances, least=1)
    known("kind", kind, ("rosenthal", "rosenberg"))
    alpha = 1 - confidence_level(1 - alpha)
    if kind == "rosenthal":
        found = (float(np.sum(y / np.sqrt(v))) / normal_multiplier(1 - 2 * alpha)) ** 2 - y.size
    else:
        total = float(np.sum(1 / v))
        square = (float(np.sum(y / v)) / normal_multiplier(1 - alpha)) ** 2
        found = y.size / total * (square - total)
    return max(0, math.ceil(found))


def _t_estimate(value: float, error: float, free: int, level: float, words: str) -> Estimate:
    half = t_multiplier(level, free) * error
    return Estimate(
        value=value,
        lower=value - half,
        upper=value + half,
        level=level,
        method=words,
        standard_error=error,
        degrees_of_freedom=free,
    )


def _t_test(value: float, error: float, free: int, words: str) -> Test:
    if error == 0:
        return undefined_test(words, "undefined: the effects lie on the regression")
    statistic = value / error
    return Test(
        statistic=statistic,
        degrees_of_freedom=free,
        p_value=float(two_sided_probability(np.array(statistic), free)),
        sides="two-sided",
        null_value=0.0,
        method=words,
    )


def _kendall(first: Floats, second: Floats) -> Test:
    """Test Kendall's correlation: exactly without ties, else by a normal approximation."""
    number = first.size
    score = 0
    for place in range(number - 1):
        agree = np.sign(first[place + 1 :] - first[place]) * np.sign(
            second[place + 1 :] - second[place]
        )
        score += int(np.sum(agree))
    pairs = number * (number - 1) // 2
    ties = [_tied(values) for values in (first, second)]
    words = "Begg's rank correlation test"
    if ties[0][0] == pairs or ties[1][0] == pairs:
        return undefined_test(words, "undefined: all values are tied")
    tau = score / math.sqrt((pairs - ties[0][0]) * (pairs - ties[1][0]))
    if not ties[0][0] and not ties[1][0]:
        p_value, how = _exact_kendall((score + pairs) // 2, number), "exact"
    else:
        spread = _kendall_variance(number, ties)
        p_value = float(two_sided_probability(np.array(score / math.sqrt(spread)), None))
        how = "normal approximation because of ties"
    return Test(
        statistic=tau,
        p_value=p_value,
        sides="two-sided",
        null_value=0.0,
        method=f"{words}, Kendall's τ, {how}",
    )


def _tied(values: Floats) -> tuple[int, int, int, int]:
    """Give the tied pairs, and Σt(t−1)(2t+5), Σt(t−1), Σt(t−1)(t−2) over groups of t tied values."""
    _, sizes = np.unique(values, return_counts=True)
    t: NDArray[np.int64] = sizes.astype(np.int64)
    twice = t * (t - 1)
    return (
        int(np.sum(twice) // 2),
        int(np.sum(twice * (2 * t + 5))),
        int(np.sum(twice)),
        int(np.sum(twice * (t - 2))),
    )


def _kendall_variance(number: int, ties: list[tuple[int, int, int, int]]) -> float:
    """Give the variance of Kendall's score with ties (Kendall 1970, Rank Correlation Methods, chapter 4)."""
    first, second = ties
    whole = number * (number - 1) * (2 * number + 5)
    variance = (whole - first[1] - second[1]) / 18
    variance += first[2] * second[2] / (2 * number * (number - 1))
    if number > 2:
        variance += first[3] * second[3] / (9 * number * (number - 1) * (number - 2))
    return variance


def _exact_kendall(concordant: int, number: int) -> float:
    """Give twice the smaller tail of the number of concordant pairs among all orders."""
    chances = np.ones(1)
    for size in range(2, number + 1):
        # A new value stands before 0 to size − 1 of the others with equal chances.
        padded = np.concatenate([chances, np.zeros(size - 1)])
        running = np.cumsum(padded)
        running[size:] -= running[:-size].copy()
        chances = np.maximum(running, 0.0) / size
    below, above = float(np.sum(chances[: concordant + 1])), float(np.sum(chances[concordant:]))
    return min(1.0, 2 * min(below, above))
