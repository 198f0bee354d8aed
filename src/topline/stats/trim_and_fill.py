"""Trim and fill: how a pooled effect would change if the studies missing from one side of a funnel were there."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.between_study_variance import METHODS
from topline.stats.checking import known
from topline.stats.estimate import Floats, Scale
from topline.stats.meta_regression import regress_effects
from topline.stats.pooling import Pooling, pool
from topline.stats.study_model import check_studies

ESTIMATORS: dict[str, str] = {
    "L0": "from the sum of the ranks on the fuller side",
    "R0": "from the run of the highest ranks on the fuller side",
    "Q0": "from the sum of the ranks, quadratic",
}
"""The estimators of the number of missing studies by Duval and Tweedie's names."""

Side = Literal["left", "right"]

MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledPooling:
    """A pooling with the studies that seem to be missing.

    Attributes
    ----------
    missing
        The estimated number of missing studies.
    side
        Where they are missing.
    pooling
        With the filled-in studies.
    effects, variances
        Of the filled-in studies.
    notes
        What a reader must know.
    """

    missing: int
    side: Side
    pooling: Pooling
    effects: tuple[float, ...]
    variances: tuple[float, ...]
    notes: tuple[str, ...] = ()


def trim_and_fill(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    estimator: str = "L0",
    method: str = "REML",
    interval: str = "normal",
    side: Side | None = None,
    level: float = 0.95,
    scale: Scale = "natural",
) -> FilledPooling:
    """Estimate how many studies are missing on one side of a funnel, and pool with their mirror images.

    The most extreme studies of the fuller side are trimmed until their number settles; their mirror images about the
    trimmed centre are then added.

    Parameters
    ----------
    effects, variances, method, interval, level, scale
        As for :func:`topline.stats.pooling.pool`; at least three studies.
    estimator
        Of :data:`ESTIMATORS`.
    side
        Where studies are missing; ``None`` to take the side of Egger's regression with ``method``: left where effects
        rise with the standard error.

    Returns
    -------
    FilledPooling
        How many studies are missing [studies], and the pooling with their mirror images [the effects' unit]. Nothing
        is filled in where all effects are equal.

    Raises
    ------
    DataError
        If effects or variances do not fit.
    UsageError
        If there are fewer than three studies, or a word does not fit.

    Notes
    -----
    With Tₙ the sum of the ranks of ∣y − μ̂∣ on the fuller side: L₀ = (4Tₙ − n (n + 1))/(2n − 1); R₀ = γ − 1, γ the
    run of the highest ranks on that side; Q₀ = n − ½ − √(2n² − 4Tₙ + ¼). Duval and Tweedie, Biometrics 56 (2000)
    455–463, doi:10.1111/j.0006-341X.2000.00455.x, and Journal of the American Statistical Association 95 (2000)
    89–98, doi:10.1080/01621459.2000.10473905.

    Not for a correction: a sensitivity analysis. Heterogeneity alone can look like missing studies.

    In R: ``metafor::trimfill(metafor::rma.uni(yi, vi), estimator = "L0")``, ``meta::trimfill(m)``; in SAS: none.

    Examples
    --------
    >>> found = trim_and_fill([0.1, 0.2, 0.35, 0.5, 0.9, 1.1], [0.01, 0.01, 0.02, 0.04, 0.08, 0.1], method="EE")
    >>> found.missing, found.side, round(found.pooling.estimate.value, 4)
    (3, 'left', 0.19)
    """
    y, v = check_studies(effects, variances, least=3)
    known("estimator", estimator, ESTIMATORS)
    known("method", method, METHODS)
    if side is not None:
        known("side", side, ("left", "right"))
    where = side or _side(y, v, method)
    turned = y if where == "left" else -y
    order = np.argsort(turned, kind="stable")
    turned, spread = turned[order], v[order]
    missing, centre, settled = _count(turned, spread, estimator, method)
    kept = y.size - missing
    mirrored = 2 * centre - turned[kept:]
    filled = mirrored if where == "left" else -mirrored
    return FilledPooling(
        missing=missing,
        side=where,
        pooling=pool(
            np.concatenate([y, filled]),
            np.concatenate([v, spread[kept:]]),
            method=method,
            interval=interval,
            level=level,
            scale=scale,
        ),
        effects=tuple(filled.tolist()),
        variances=tuple(spread[kept:].tolist()),
        notes=() if settled else ("missing: the number of trimmed studies did not settle",),
    )


def _side(y: Floats, v: Floats, method: str) -> Side:
    error = np.sqrt(v)
    if np.ptp(error) <= 1e-12 * float(np.max(error)):
        return "left"
    slope = regress_effects(y, v, {"standard error": error}, method=method).coefficients
    return "right" if (slope["standard error"].value or 0.0) < 0 else "left"


def _count(
    effects: Floats, variances: Floats, estimator: str, method: str
) -> tuple[int, float, bool]:
    """Give the number of missing studies, the centre at which it settled, and whether it did."""
    missing, centre = 0, 0.0
    for _ in range(MOST_ROUNDS):
        kept = effects.size - missing
        trimmed = pool(effects[:kept], variances[:kept], method=method).estimate.value
        assert trimmed is not None  # inverse-variance pooling always has a value
        centre = trimmed
        found = _estimate(effects - centre, estimator)
        if found == missing:
            return missing, centre, True
        missing = found
    return missing, centre, False


def _estimate(deviations: Floats, estimator: str) -> int:
    number = deviations.size
    ranks = np.empty(number)
    ranks[np.argsort(np.abs(deviations), kind="stable")] = np.arange(1, number + 1)
    if estimator == "R0":
        below = ranks[deviations < 0]
        found = number - (float(np.max(below)) if below.size else 0.0) - 1
    else:
        total = float(np.sum(ranks[deviations > 0]))
        if estimator == "L0":
            found = (4 * total - number * (number + 1)) / (2 * number - 1)
        else:
            inner = 2 * number**2 - 4 * total + 0.25
            found = number - 0.5 - np.sqrt(max(inner, 0.0))
    # At least one study must stay, to have a centre.
    return min(max(0, round(found)), number - 1)
