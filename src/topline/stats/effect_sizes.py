"""An effect and its sampling variance for each study: what pooling takes, whatever it was computed from.

One function for one kind of data: :func:`topline.stats.effect_sizes_two_by_two.two_by_two_effects` for events
of two groups, :func:`topline.stats.effect_sizes_means.mean_effects`, :func:`topline.stats.effect_sizes_rates.rate_effects`,
:mod:`topline.stats.effect_sizes_one_group` for single groups and correlations, and here
:func:`effects_from_intervals` for effects that were published with their limits.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import confidence_level, finite, same_length
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Floats, Scale


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EffectSizes:
    """The effects of studies; NaN where one is undefined, with the reason.

    Attributes
    ----------
    value
        One effect for each study, on ``scale``.
    variance
        Its sampling variance.
    measure
        The effect measure by its short name, such as OR.
    scale
        Natural, or natural logarithms.
    method
        The measure, its variance and the rule for zero cells in words.
    reasons
        For each undefined effect, by its position: why.
    """

    value: Floats
    variance: Floats
    measure: str
    scale: Scale
    method: str
    reasons: dict[int, str] = field(default_factory=dict)


def effects_with_reasons(
    value: Floats, variance: Floats, reason: str, *, measure: str, scale: Scale, method: str
) -> EffectSizes:
    """Make effect sizes, with one reason for all that are not finite or have no positive variance.

    Part of :func:`topline.stats.effect_sizes_two_by_two.two_by_two_effects`, and of every other function that makes
    effect sizes.

    Parameters
    ----------
    value, variance
        One effect for each study [the unit of the scale], and its variance [that unit squared].
    reason
        Why what is not finite is not.
    measure, scale, method
        As in :class:`EffectSizes`.

    Returns
    -------
    EffectSizes
        NaN and the reason wherever a value is not finite or a variance not above 0.

    Examples
    --------
    >>> found = effects_with_reasons(np.array([np.inf]), np.array([1.0]), "a zero cell", measure="OR",
    ...                              scale="log", method="log odds ratio")
    >>> found.value, found.reasons
    (array([nan]), {0: 'a zero cell'})
    """
    fine = np.isfinite(value) & np.isfinite(variance) & (variance > 0)
    return EffectSizes(
        value=np.where(fine, value, np.nan),
        variance=np.where(fine, variance, np.nan),
        measure=measure,
        scale=scale,
        method=method,
        reasons={int(position): reason for position in np.flatnonzero(~fine)},
    )


def effects_from_intervals(
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    value: ArrayLike | None = None,
    level: float = 0.95,
    ratio: bool = False,
) -> EffectSizes:
    """Take effects from their confidence limits: variance = ((upper − lower) / 2z)².

    For ratios (hazard, odds, risk ratios) everything is on logarithms. The effect is ``value`` where it is given and
    the middle of the limits where not.

    Parameters
    ----------
    lower, upper
        The limits, one pair for each study [the effect's unit; 1 for ratios].
    value
        The published effects [the same].
    level
        The confidence level of the limits, a fraction [1].
    ratio
        Whether the effects are ratios.

    Returns
    -------
    EffectSizes
        Effects and variances, of logarithms for ratios. No effect is undefined: limits that are equal, as of an
        infinite or empty study, are an error.

    Raises
    ------
    DataError
        If a limit is not finite (above 0 for ratios), not below its partner, or a value outside its limits.

    Notes
    -----
    variance = ((upper − lower)/(2 z))², z the normal quantile of the level. Cochrane Handbook for Systematic Reviews
    of Interventions, version 6.5, 2024, section 6.3.1 (differences) and section 6.3.2 (ratios).

    Not for limits from t, exact, profile or bootstrap methods, which are not ±z standard errors.

    In R: ``meta::metagen(TE, lower = lower, upper = upper)``, of logarithms for ratios; in SAS: none.

    Examples
    --------
    >>> hazard_ratio = effects_from_intervals([0.50], [0.92], value=[0.68], ratio=True)
    >>> round(float(hazard_ratio.value[0]), 4), round(float(hazard_ratio.variance[0]) ** 0.5, 4)
    (-0.3857, 0.1556)
    """
    low, high = finite("lower", lower), finite("upper", upper)
    same_length(lower=low, upper=high)
    middle = finite("value", value) if value is not None else None
    if middle is not None:
        same_length(lower=low, value=middle)
    for name, numbers in (("lower", low), ("upper", high), ("value", middle)):
        if ratio and numbers is not None and np.any(numbers <= 0):
            place = int(np.argmax(numbers <= 0))
            raise DataError(
                f"{name}[{place}] is {numbers[place]:g}",
                where=f"{name}[{place}]",
                accepted="a ratio above 0",
            )
    inside = low < high
    if middle is not None:
        inside &= (low <= middle) & (middle <= high)
    if not inside.all():
        place = int(np.argmin(inside))
        between = "" if middle is None else f" around {middle[place]:g}"
        raise DataError(
            f"limits {low[place]:g} and {high[place]:g}{between}",
            where=f"lower[{place}]",
            accepted="a lower limit below the upper, and the effect between them",
        )
    if ratio:
        low, high = np.log(low), np.log(high)
        middle = None if middle is None else np.log(middle)
    error = (high - low) / (2 * normal_multiplier(confidence_level(level)))
    return EffectSizes(
        value=(low + high) / 2 if middle is None else middle,
        variance=error**2,
        measure="log ratio" if ratio else "difference",
        scale="log" if ratio else "natural",
        method=f"published effect, variance from its {100 * level:g} % limits",
    )
