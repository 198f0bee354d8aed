"""What the pooling of counts gives: an estimate with its test and the heterogeneity around it."""

from dataclasses import dataclass

import numpy as np

from topline.stats.distribution import normal_multiplier
from topline.stats.effect_sizes import EffectSizes
from topline.stats.estimate import Estimate, Scale, Test, undefined_estimate, undefined_test
from topline.stats.heterogeneity import Heterogeneity, heterogeneity_from_q
from topline.stats.pooling import two_sided_probability


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledTables:
    """An effect pooled from counts.

    Attributes
    ----------
    estimate
        The pooled effect, ratios as logarithms.
    test
        That the effect is none: z.
    heterogeneity
        Cochran's Q of the studies' own effects around the pooled one.
    studies
        How many tables were given.
    informative
        How many of them tell anything about the effect.
    association
        The Cochran–Mantel–Haenszel test without continuity correction, where the method has one.
    homogeneity
        Further tests that the studies share one effect, by name.
    notes
        What a reader must know.
    """

    estimate: Estimate
    test: Test
    heterogeneity: Heterogeneity
    studies: int
    informative: int
    association: Test | None = None
    homogeneity: tuple[tuple[str, Test], ...] = ()
    notes: tuple[str, ...] = ()


def normal_estimate(
    value: float, error: float, level: float, scale: Scale, method: str
) -> tuple[Estimate, Test]:
    """Make a normal interval and z test; undefined numbers, NaN or infinite, are said to be so.

    Examples
    --------
    >>> estimate, test = normal_estimate(0.0, 1.0, 0.95, "log", "pooled log odds ratio")
    >>> round(estimate.upper, 4), test.p_value
    (1.96, 1.0)
    """
    if not (np.isfinite(value) and np.isfinite(error) and error > 0):
        reason = "undefined, because a group has no events (or only events) in all studies together"
        return (
            undefined_estimate(method, reason, level, scale=scale),
            undefined_test(f"{method}, z test", reason),
        )
    half = normal_multiplier(level) * error
    statistic = value / error
    return (
        Estimate(
            value=value,
            lower=value - half,
            upper=value + half,
            level=level,
            scale=scale,
            method=method,
            standard_error=error,
        ),
        Test(
            statistic=statistic,
            p_value=float(two_sided_probability(np.array(statistic), None)),
            sides="two-sided",
            null_value=0.0,
            method=f"{method}, z test",
        ),
    )


def spread_around(effects: EffectSizes, value: float | None) -> Heterogeneity:
    """Describe how studies' own effects, where defined, lie around a pooled effect.

    Examples
    --------
    >>> from topline.stats.effect_sizes_two_by_two import two_by_two_effects
    >>> effects = two_by_two_effects([4, 6], [123, 306], [11, 29], [139, 303])
    >>> round(spread_around(effects, -1.4).test.statistic, 3)
    0.936
    """
    fine = np.isfinite(effects.value)
    free = max(int(fine.sum()) - 1, 0)
    if value is None:
        free = 0
    statistic = (
        float(np.sum((effects.value[fine] - value) ** 2 / effects.variance[fine]))
        if value is not None and free
        else 0.0
    )
    return heterogeneity_from_q(statistic, free, what=f"around the pooled effect; {effects.method}")
