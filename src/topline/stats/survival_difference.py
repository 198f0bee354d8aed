"""Survival at one time in two groups: its difference, and tests whether it is the same.

Klein, Logan, Harhoff and Andersen, Statistics in Medicine 26 (2007) 4505–4519, doi:10.1002/sim.2864. With the
Kaplan–Meier estimates S of two independent groups, σ² the variance of log S by Greenwood and a function φ,

    z = (φ(S₁) − φ(S₂)) / √(φ′(S₁)² S₁² σ₁² + φ′(S₂)² S₂² σ₂²)

is nearly normal where survival is the same. The time is chosen before the data are seen. It asks about one time: the
log-rank test asks about all of them.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from topline.errors import UsageError
from topline.stats.checking import confidence_level, finite, known
from topline.stats.curve_crossing import TRANSFORMS
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Floats, Sides, Test, undefined_estimate
from topline.stats.ranking import normal_probability
from topline.stats.survival import SurvivalCurve, survival_at

_Scale = tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]

SCALES: Mapping[str, _Scale] = MappingProxyType(
    {
        "plain": (lambda s: s, np.ones_like),
        "log": (np.log, lambda s: 1 / s),
        # Turned round, so that more survival is more on every scale.
        "log-log": (lambda s: -np.log(-np.log(s)), lambda s: -1 / (s * np.log(s))),
        "logit": (lambda s: np.log(s / (1 - s)), lambda s: 1 / (s * (1 - s))),
        "arcsine": (lambda s: np.arcsin(np.sqrt(s)), lambda s: 0.5 / np.sqrt(s * (1 - s))),
    }
)
"""Each function φ that increases with survival, and its slope, by the names of :data:`TRANSFORMS`."""

_NO_VARIANCE = "undefined: no event in either group leaves a standard error of 0"


def survival_difference(
    first: SurvivalCurve, second: SurvivalCurve, time: float, *, level: float = 0.95
) -> Estimate:
    """Estimate by how much survival at a time is higher in the first group than in the second.

    Parameters
    ----------
    first, second
        From :func:`topline.stats.survival.kaplan_meier`, of independent groups: the group, and what it is compared
        with.
    time
        Chosen before the data are seen [the unit of time].
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        A difference of fractions, the first minus the second, with Greenwood's variances added and normal limits,
        which may leave the range from -1 to 1. Undefined, ``None`` with the reason, where a curve has no survival at
        the time, beyond its last time, or no variance, where survival is 0.

    Raises
    ------
    DataError, UsageError
        As :func:`topline.stats.survival.survival_at`.

    Notes
    -----
    Ŝ₁ − Ŝ₂ ± z √(Ŝ₁² σ̂₁² + Ŝ₂² σ̂₂²). Klein, Logan, Harhoff and Andersen, Statistics in Medicine 26 (2007)
    4505–4519, doi:10.1002/sim.2864.

    In R: ``summary(survfit(…), times = time)``, and the difference of its ``surv`` with the root of the sum of its
    squared ``std.err``; in SAS: PROC LIFETEST with OUTSURV=, and the same arithmetic. Not suitable in small groups or
    where survival is near 0 or 1: the limits are then too narrow (docs/explanation/coverage.md).

    Examples
    --------
    >>> from topline.stats.survival import kaplan_meier
    >>> treated = kaplan_meier([2, 3, 4, 4, 5], [1, 0, 1, 1, 0])
    >>> control = kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    >>> found = survival_difference(treated, control, 3)
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (0.5, -0.0847, 1.0847)
    """
    multiplier = normal_multiplier(confidence_level(level))
    one, other = _at_both(first, second, time)
    method = (
        f"difference of Kaplan–Meier survival at {time:g}, Greenwood's variances, normal limits"
    )
    parts = _parts(one, other)
    if isinstance(parts, str):
        return undefined_estimate(method, parts, level)
    value, error = parts[0] - parts[1], math.hypot(parts[2], parts[3])
    if error == 0:
        return Estimate(
            value=value,
            level=level,
            standard_error=error,
            method=method,
            notes=tuple(f"{part}: {_NO_VARIANCE}" for part in ("lower", "upper")),
        )
    return Estimate(
        value=value,
        lower=value - multiplier * error,
        upper=value + multiplier * error,
        level=level,
        standard_error=error,
        method=method,
    )


def survival_difference_test(
    first: SurvivalCurve,
    second: SurvivalCurve,
    time: float,
    *,
    transform: str = "plain",
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Test:
    """Test whether survival at a time is the same in two groups, or differs by a margin.

    Parameters
    ----------
    first, second, time
        As in :func:`survival_difference`.
    transform
        The scale on which survival is compared, of :data:`topline.stats.curve_crossing.TRANSFORMS`; "plain" is the
        test that belongs to the limits of the difference. Klein and others (2007) compare them by simulation.
    null_value
        The difference under the null hypothesis, a fraction [1]; other than 0 on the plain scale only.
    sides
        The alternative: "greater" that survival is higher in the first group.

    Returns
    -------
    Test
        The normal statistic, positive where survival is higher in the first group. Undefined as
        :func:`survival_difference` is, and, on scales other than "plain" and "log", where survival is 1 in a group.

    Raises
    ------
    DataError
        As :func:`topline.stats.survival.survival_at`.
    UsageError
        If a word is not known, or a null value other than 0 is asked of a transformed scale.

    Notes
    -----
    z = (φ(Ŝ₁) − φ(Ŝ₂) − δ)/√(φ′(Ŝ₁)² Ŝ₁² σ̂₁² + φ′(Ŝ₂)² Ŝ₂² σ̂₂²). Klein, Logan, Harhoff and Andersen, Statistics in
    Medicine 26 (2007) 4505–4519, doi:10.1002/sim.2864, which gives the five scales.

    Not for a time chosen after seeing the curves, nor in place of a test of the whole curves.

    In R: ``ComparisonSurv::Fixpoint.test`` gives all five as χ², the square of this statistic; in SAS: none.

    Examples
    --------
    >>> from topline.stats.survival import kaplan_meier
    >>> treated = kaplan_meier([2, 3, 4, 4, 5], [1, 0, 1, 1, 0])
    >>> control = kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    >>> [round(survival_difference_test(treated, control, 3, transform=one).p_value, 4) for one in ("plain", "log-log")]
    [0.0937, 0.1603]
    """
    known("transform", transform, TRANSFORMS)
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value])[0])
    if null_value and transform != "plain":
        raise UsageError(
            f"a difference of {null_value:g} on the {transform} scale",
            accepted="a difference of 0, or the plain scale",
        )
    one, other = _at_both(first, second, time)
    statistic = _statistic(one, other, transform, null_value)
    reason = statistic if isinstance(statistic, str) else None
    z = None if isinstance(statistic, str) else statistic
    return Test(
        statistic=z,
        p_value=None if z is None else normal_probability(z, sides),
        sides=sides,
        null_value=null_value,
        method=f"z test of Kaplan–Meier survival at {time:g}, {transform} scale",
        notes=() if reason is None else (f"statistic: {reason}", f"p_value: {reason}"),
    )


def _statistic(one: Estimate, other: Estimate, transform: str, null_value: float) -> float | str:
    parts = _parts(one, other)
    if isinstance(parts, str):
        return parts
    if transform not in ("plain", "log") and max(parts[:2]) == 1:
        return f"undefined: survival is 1 in a group, where the {transform} scale has no number"
    function, slope = SCALES[transform]
    survival, errors = np.array(parts[:2]), np.array(parts[2:])
    error = math.hypot(*(slope(survival) * errors))
    if error == 0:
        return _NO_VARIANCE
    heights = function(survival)
    return (float(heights[0]) - float(heights[1]) - null_value) / error


def _at_both(first: SurvivalCurve, second: SurvivalCurve, time: float) -> tuple[Estimate, Estimate]:
    one, other = (survival_at(curve, time, transform="plain") for curve in (first, second))
    return one, other


def _parts(one: Estimate, other: Estimate) -> tuple[float, float, float, float] | str:
    """Give both survivals and their standard errors, or why a group has none."""
    found: list[float] = []
    for part in ("value", "standard_error"):
        for place, estimate in (("first", one), ("second", other)):
            number = getattr(estimate, part)
            if number is None:
                return f"undefined in the {place} group: {estimate.reason(part)}"
            found.append(number)
    return found[0], found[1], found[2], found[3]
