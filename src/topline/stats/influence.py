"""What single studies do to a pooled effect: leaving one out, adding one at a time, shrinkage, diagnostics."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.estimate import Floats
from topline.stats.many_poolings import Poolings, pool_many
from topline.stats.pooling import pool
from topline.stats.study_model import check_studies

BLOCK = 1 << 20
"""Studies in the sets pooled together, which bounds memory for very many studies."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Influence:
    """Diagnostics of each study; one element for each.

    Attributes
    ----------
    hat
        Its share of the weights.
    cook_distance
        How far the pooled effect moves without it, squared, over the effect's variance.
    studentized_residual
        Its distance from the effect pooled without it, in standard errors of that distance.
    covariance_ratio
        Variance of the pooled effect without it over that with it.
    without
        The poolings without it.
    """

    hat: Floats
    cook_distance: Floats
    studentized_residual: Floats
    covariance_ratio: Floats
    without: Poolings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShrunkEffects:
    """The studies' true effects as predicted from all studies; one element for each.

    Attributes
    ----------
    value, standard_error
        The best linear unbiased predictions.
    """

    value: Floats
    standard_error: Floats


def leave_one_out(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    method: str = "REML",
    interval: str = "normal",
    level: float = 0.95,
) -> Poolings:
    """Pool all studies but one, for each study, each as :func:`topline.stats.pooling.pool` does.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`; at least two studies.
    method, interval, level
        As for :func:`topline.stats.pooling.pool`.

    Returns
    -------
    Poolings
        Position ``i`` is without study ``i``. Of two studies each leaves a single one, whose own effect stands, with
        the reason; limits that are undefined are NaN.

    Raises
    ------
    DataError
        If effects or variances do not fit.
    UsageError
        If there is only one study, or a word does not fit.

    Notes
    -----
    In R: ``metafor::leave1out(metafor::rma.uni(yi, vi))``, ``meta::metainf(m)``; in SAS: none.

    Examples
    --------
    >>> leave_one_out([0.1, 0.9, 0.4, 0.2], [0.02, 0.05, 0.01, 0.03], method="DL").value.round(4)
    array([0.4655, 0.2597, 0.3722, 0.4288])
    """
    y, v = check_studies(effects, variances, least=2)
    others = np.arange(y.size - 1)
    parts: list[Poolings] = []
    most = max(1, BLOCK // y.size)
    for begin in range(0, y.size, most):
        left = np.arange(begin, min(begin + most, y.size))[:, np.newaxis]
        kept = others + (others >= left)
        parts.append(pool_many(y[kept], v[kept], method=method, interval=interval, level=level))
    return parts[0] if len(parts) == 1 else _joined(parts)


def accumulate(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    method: str = "REML",
    interval: str = "normal",
    level: float = 0.95,
) -> Poolings:
    """Pool the first study, the first two and so on, each as :func:`topline.stats.pooling.pool` does.

    In the order given, usually that of publication. The limits are not adjusted for looking again and again.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`.
    method, interval, level
        As for :func:`topline.stats.pooling.pool`.

    Returns
    -------
    Poolings
        Position ``i`` is of the first ``i + 1`` studies; the first is a single study, whose own effect stands, with
        the reason. Limits that are undefined are NaN.

    Raises
    ------
    DataError
        If effects or variances do not fit.
    UsageError
        If a word does not fit.

    Notes
    -----
    In R: ``metafor::cumul(metafor::rma.uni(yi, vi))``, ``meta::metacum(m)``; in SAS: none.

    Examples
    --------
    >>> accumulate([0.1, 0.9, 0.4, 0.2], [0.02, 0.05, 0.01, 0.03], method="DL").value.round(4)
    array([0.1   , 0.4813, 0.4288, 0.3677])
    """
    y, v = check_studies(effects, variances, least=1)
    sizes = np.arange(1, y.size + 1)
    parts: list[Poolings] = []
    begin = 0
    while begin < y.size:
        end = begin + max(1, BLOCK // min(y.size, 2 * begin + 1024))
        part = sizes[begin:end]
        index = np.concatenate([np.arange(size) for size in part])
        offsets = np.concatenate([[0], np.cumsum(part)])
        parts.append(
            pool_many(
                y[index], v[index], offsets=offsets, method=method, interval=interval, level=level
            )
        )
        begin = end
    return parts[0] if len(parts) == 1 else _joined(parts)


def diagnose_influence(
    effects: ArrayLike, variances: ArrayLike, *, method: str = "REML"
) -> Influence:
    """Measure each study's influence on the pooled effect.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`; at least three studies.
    method
        As for :func:`topline.stats.pooling.pool`.

    Returns
    -------
    Influence
        One element for each study: shares of the weights [1], Cook's distances [1], residuals [standard errors],
        ratios of variances [1]. With effects all equal, distances and residuals are 0.

    Raises
    ------
    DataError
        If effects or variances do not fit.
    UsageError
        If there are fewer than three studies, or there is no such method.

    Notes
    -----
    hᵢ = wᵢ/Σ w; Cook's distance (μ̂ − μ̂₋ᵢ)²/Var μ̂; externally studentized residual (yᵢ − μ̂₋ᵢ)/√(vᵢ + τ̂²₋ᵢ + Var
    μ̂₋ᵢ); covariance ratio Var μ̂₋ᵢ/Var μ̂. Viechtbauer and Cheung, Research Synthesis Methods 1 (2010) 112–125,
    doi:10.1002/jrsm.11.

    Not for leaving out whatever stands out: of k studies one in twenty has a residual beyond ±1.96 by chance.

    In R: ``influence(metafor::rma.uni(yi, vi))``; in SAS: none.

    Examples
    --------
    >>> found = diagnose_influence([0.1, 0.9, 0.4, 0.2], [0.02, 0.05, 0.01, 0.03], method="DL")
    >>> found.studentized_residual.round(2)
    array([-1.15,  2.39,  0.07, -0.61])
    """
    y, v = check_studies(effects, variances, least=3)
    whole = pool(y, v, method=method)
    without = leave_one_out(y, v, method=method)
    value, error = whole.estimate.value, whole.estimate.standard_error
    assert value is not None  # three studies always have a pooled effect
    assert error is not None
    distance = y - without.value
    return Influence(
        hat=np.array(whole.weights) / 100,
        cook_distance=(value - without.value) ** 2 / error**2,
        studentized_residual=distance
        / np.sqrt(v + without.between_study_variance + without.standard_error**2),
        covariance_ratio=without.standard_error**2 / error**2,
        without=without,
    )


def shrink(effects: ArrayLike, variances: ArrayLike, *, method: str = "REML") -> ShrunkEffects:
    """Predict each study's true effect from its own and the pooled one.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`; at least two studies.
    method
        As for :func:`topline.stats.pooling.pool`.

    Returns
    -------
    ShrunkEffects
        [the effects' unit]. Where τ² is 0, as for effects all equal, each is the pooled effect.

    Raises
    ------
    DataError
        If effects or variances do not fit.
    UsageError
        If there is only one study, or there is no such method.

    Notes
    -----
    λ y + (1 − λ) μ̂ with λ = τ²/(τ² + v), variance λ v + (1 − λ)² Var μ̂; τ² is taken as known. Raudenbush and Bryk,
    Journal of Educational Statistics 10 (1985) 75–98, doi:10.3102/10769986010002075.

    Not for studies that do not belong to one population of studies: each borrows from all others.

    In R: ``metafor::blup(metafor::rma.uni(yi, vi))``; in SAS: PROC MIXED with known residual variances, RANDOM /
    SOLUTION.

    Examples
    --------
    >>> shrink([0.1, 0.9, 0.4, 0.2], [0.02, 0.05, 0.01, 0.03], method="DL").value.round(4)
    array([0.173 , 0.6423, 0.3949, 0.2604])
    """
    y, v = check_studies(effects, variances, least=2)
    whole = pool(y, v, method=method)
    value, error = whole.estimate.value, whole.estimate.standard_error
    between = whole.between_study_variance
    assert value is not None  # two studies always have a pooled effect
    assert error is not None
    assert between is not None
    own = between / (between + v)
    return ShrunkEffects(
        value=own * y + (1 - own) * value,
        standard_error=np.sqrt(own * v + (1 - own) ** 2 * error**2),
    )


def _joined(parts: list[Poolings]) -> Poolings:
    """Put poolings of neighbouring sets together."""
    reasons: dict[int, str] = {}
    begin = 0
    for part in parts:
        reasons |= {begin + position: reason for position, reason in part.reasons.items()}
        begin += part.value.size
    arrays = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Poolings)
        if field.name not in ("reasons", "level", "method")
    }
    return Poolings(**arrays, reasons=reasons, level=parts[0].level, method=parts[0].method)
