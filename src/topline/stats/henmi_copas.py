"""Henmi and Copas' interval: an equal-effects estimate with limits that allow for heterogeneity."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError
from topline.stats.checking import confidence_level
from topline.stats.estimate import Estimate, Floats, Scale
from topline.stats.study_model import check_studies

NODES = 200
"""Of the quadrature over the standardised estimate; more change nothing in the twelfth digit."""


def henmi_copas_interval(
    effects: ArrayLike, variances: ArrayLike, *, level: float = 0.95, scale: Scale = "natural"
) -> Estimate:
    """Estimate a pooled effect that depends little on small studies, with limits for a random effect.

    The estimate has weights 1/v, which give small studies and their bias less say.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`; at least two studies.
    level
        The confidence level, a fraction [1].
    scale
        What scale the effects are on.

    Returns
    -------
    Estimate
        [the effects' unit]. Its standard error is √((1 + τ̂²W₂)/Σw); the limits are wider than ±z times it. Defined
        also where all effects are equal; a single study is an error.

    Raises
    ------
    DataError
        If effects or variances do not fit, or one study has all the weight to the last digit of a float.
    UsageError
        If there is only one study, or ``level`` is no fraction.

    Notes
    -----
    The limits rest on the distribution of (μ̂ − μ)/√(1 + τ̂²W₂), μ̂ = Σ w y/Σ w, w = 1/v, W₂ = Σ w²/Σ w, with τ̂² by
    DerSimonian and Laird, approximated by a gamma distribution of Q given μ̂. Henmi and Copas, Statistics in Medicine
    29 (2010) 2969–2983, doi:10.1002/sim.4029.

    Not for effects that differ between studies for reasons of interest: a mean that large studies govern is then not
    the mean of effects.

    In R: ``metafor::hc(metafor::rma.uni(yi, vi))``; in SAS: none.

    Examples
    --------
    >>> found = henmi_copas_interval([0.1, 0.9, 0.4, -0.2], [0.02, 0.05, 0.01, 0.03])
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (0.277, -0.3729, 0.927)
    """
    y, v = check_studies(effects, variances, least=2)
    level = confidence_level(level)
    weights = 1 / v
    total = float(np.sum(weights))
    value = float(y[0] + np.sum(weights * (y - y[0])) / total)
    powers = [float(np.sum(weights**power)) / total for power in (2, 3, 4)]
    q = float(np.sum(weights * (y - value) ** 2))
    free = y.size - 1
    if not total > powers[0]:
        raise DataError(
            "the variances differ by so much that the most precise study alone decides",
            where="variances",
            accepted="at least two studies that have some weight",
        )
    between = max(0.0, (q - free) / (total - powers[0]))
    spread = math.sqrt(1 + between * powers[0])
    quantile = _quantile(level, free, between, total, powers)
    half = quantile * spread**2 / math.sqrt(total)
    return Estimate(
        value=value,
        lower=value - half,
        upper=value + half,
        level=level,
        scale=scale,
        method="equal-effects weights, Henmi–Copas interval",
        standard_error=spread / math.sqrt(total),
    )


def _quantile(level: float, free: int, between: float, total: float, powers: list[float]) -> float:
    """Find t with P(|μ̂ − μ|√Σw > t s ŝ) = 1 − level, where s² = 1 + τ²W₂ and ŝ is its estimate."""
    low, high = 0.0, 1.0
    while _tail(high, free, between, total, powers) > (1 - level) / 2:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        if high - low <= 1e-14 * high:
            break
        if _tail(middle, free, between, total, powers) > (1 - level) / 2:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _tail(quantile: float, free: int, between: float, total: float, powers: list[float]) -> float:
    """Give P(R > quantile ŝ) for the standardised estimate R, the paper's equation for the limits.

    Q given R = r is about gamma with the mean and variance that normal effects give it.
    """
    second, third, fourth = powers
    ratio = 1 + between * second
    place, weight = np.polynomial.legendre.leggauss(NODES)
    # Beyond 39 the normal density is zero in floating point.
    reach = max(quantile + 12.0, 12.0)
    r = quantile + (place + 1) / 2 * (reach - quantile)
    square: Floats = (r * math.sqrt(ratio)) ** 2
    lean = square / ratio**2 - 1 / ratio
    mean = free + between * (total - second) + between**2 * lean * (third - second**2)
    variance = (
        2 * free
        + 4 * between * (total - second)
        + 2 * between**2 * (total * second - 2 * third + second**2)
        + 4 * between**2 * lean * (third - second**2)
        + 4 * between**3 * lean * (fourth - 2 * second * third + second**3)
        + 2 * between**4 * (1 / ratio**2 - 2 * square / ratio**3) * (third - second**2) ** 2
    )
    if quantile > 0:
        bound = (total / second - 1) * ((r / quantile) ** 2 - 1) + free
    else:
        bound = np.full_like(r, np.inf)
    below = np.where(
        np.isfinite(bound),
        special.gammainc(mean**2 / variance, np.minimum(bound, 1e300) * mean / variance),
        1.0,
    )
    density = np.exp(-r * r / 2) / math.sqrt(2 * math.pi)
    return float(np.sum(weight * below * density) * (reach - quantile) / 2)
