"""Restricted mean survival time: the area under a Kaplan–Meier curve up to a time, and comparisons of two.

The mean time without the event during the first ``horizon`` units of follow-up. It needs no proportional
hazards, and its difference is in units of time.
"""

import math

import numpy as np
from scipy import special

from topline.errors import UsageError
from topline.stats.checking import confidence_level, scalar
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Test, undefined_estimate, undefined_test
from topline.stats.survival import SurvivalCurve


def restricted_mean(
    curve: SurvivalCurve, horizon: float, *, level: float = 0.95, corrected: bool = False
) -> Estimate:
    """Estimate the mean time without the event up to a horizon.

    Parameters
    ----------
    curve
        From :func:`topline.stats.survival.kaplan_meier`.
    horizon
        The time up to which the area is taken [the unit of the curve], above 0; usually called tau. Choose it
        before the data are seen, or at most the smaller of the last times of the groups compared.
    level
        The confidence level, a fraction [1].
    corrected
        Multiply the variance by m / (m − 1), m the events up to the horizon; one event leaves it undefined.

    Returns
    -------
    Estimate
        In the unit of time, with normal limits, which may leave the range from 0 to the horizon. Without events
        before the horizon, or where everybody has the event at one time, the standard error is 0. Where follow-up
        ended before the horizon with somebody still free of the event, survival is carried on from the last time, and
        a note says so.

    Raises
    ------
    UsageError
        If the horizon is not a finite time above 0, or the level is not a fraction.

    Notes
    -----
    μ̂ = ∫ S(u) du from 0 to the horizon τ; variance Σ A(t)² d/(n (n − d)) over the event times up to τ, A(t) the area
    from t to τ. Klein and Moeschberger, Survival Analysis, 2nd edition, 2003, section 4.5. Some software, SAS's PROC
    LIFETEST for the mean among it, multiplies the variance by m/(m − 1) for m events; R does not, nor does this
    unless ``corrected``. Where the only one at risk has the event, the area beyond is 0 and the term counts nothing.

    Not for horizons at which few are still under observation: the last steps of a curve carry much of the area there
    and little of the information.

    In R: ``print(survival::survfit(Surv(time, event) ~ 1), rmean = horizon)``, and survRM2's ``rmst2`` for two
    groups; in SAS: PROC LIFETEST RMST(TAU=).

    Examples
    --------
    >>> from topline.stats.survival import kaplan_meier
    >>> found = restricted_mean(kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0]), 4)
    >>> round(found.value, 4), round(found.standard_error, 4)
    (2.7, 0.507)
    """
    multiplier = normal_multiplier(confidence_level(level))
    tau = _horizon(horizon)
    value, error = _area(curve, tau, corrected=corrected)
    last, ends = float(curve.time[-1]), float(curve.survival[-1])
    notes = (
        (f"value: survival is carried from the last time, {last:g}, on to {tau:g}",)
        if tau > last and ends > 0
        else ()
    )
    method = f"restricted mean survival time up to {tau:g}, normal limits"
    if corrected:
        method += ", variance times m / (m − 1)"
    if error is None:
        reason = "undefined: the correction m / (m − 1) needs two events before the horizon"
        notes = (*notes, *(f"{part}: {reason}" for part in ("lower", "upper", "standard_error")))
    return Estimate(
        value=value,
        lower=None if error is None else value - multiplier * error,
        upper=None if error is None else value + multiplier * error,
        level=level,
        standard_error=error,
        method=method,
        notes=notes,
    )


def restricted_mean_difference(
    first: SurvivalCurve, second: SurvivalCurve, horizon: float, *, level: float = 0.95
) -> tuple[Estimate, Test]:
    """Estimate how much longer, up to a horizon, the first group goes without the event than the second.

    Parameters
    ----------
    first, second
        From :func:`topline.stats.survival.kaplan_meier`, of independent groups: the group, and what it is compared
        with.
    horizon, level
        As in :func:`restricted_mean`.

    Returns
    -------
    Estimate
        The first restricted mean minus the second [the unit of time], with normal limits.
    Test
        Against no difference, two-sided: the normal statistic.

    Raises
    ------
    UsageError
        As :func:`restricted_mean`.

    Notes
    -----
    Δ̂ = μ̂₁ − μ̂₂ ± z √(SE₁² + SE₂²); the test is Δ̂/√(SE₁² + SE₂²), undefined where there is no event before the
    horizon. Royston and Parmar, BMC Medical Research Methodology 13 (2013) 152, doi:10.1186/1471-2288-13-152.

    Not for a horizon that was chosen after seeing the curves, nor for one beyond the follow-up of either group.

    In R: ``survRM2::rmst2(time, status, arm, tau = horizon)``, whose arm 1 is the first here; in SAS: PROC
    LIFETEST RMST(TAU=) with STRATA.

    Examples
    --------
    >>> from topline.stats.survival import kaplan_meier
    >>> treated = kaplan_meier([2, 3, 4, 4, 5], [1, 0, 1, 1, 0])
    >>> control = kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    >>> difference, test = restricted_mean_difference(treated, control, 4)
    >>> round(difference.value, 4), round(test.p_value, 4)
    (0.9, 0.1469)
    """
    one, other = restricted_mean(first, horizon), restricted_mean(second, horizon)
    multiplier = normal_multiplier(confidence_level(level))
    value, error = _known(one.value) - _known(other.value), math.hypot(*_errors(one, other))
    method = f"difference of restricted mean survival times up to {horizon:g}"
    estimate = Estimate(
        value=value,
        lower=value - multiplier * error,
        upper=value + multiplier * error,
        level=level,
        standard_error=error,
        method=f"{method}, normal limits",
        notes=_carried(one, other),
    )
    return estimate, _against_zero(value, error, method)


def restricted_mean_ratio(
    first: SurvivalCurve, second: SurvivalCurve, horizon: float, *, level: float = 0.95
) -> Estimate:
    """Estimate the ratio of two restricted means, the first over the second.

    Parameters
    ----------
    first, second, horizon, level
        As in :func:`restricted_mean_difference`.

    Returns
    -------
    Estimate
        A ratio [1]; its limits are normal on the log scale, by the delta method. The standard error is that of
        the ratio's logarithm times the ratio.

    Raises
    ------
    UsageError
        As :func:`restricted_mean`.

    Notes
    -----
    ρ̂ = μ̂₁/μ̂₂, limits ρ̂ exp(± z √(SE₁²/μ̂₁² + SE₂²/μ̂₂²)). Royston and Parmar, BMC Medical Research Methodology 13
    (2013) 152, doi:10.1186/1471-2288-13-152. Both means are above 0 whenever the first events come after time 0;
    where everybody of a group has the event at time 0 the ratio is undefined, and the notes say so.

    Not for comparing trials of different horizons: the ratio nears 1 as the horizon nears 0.

    In R: ``survRM2::rmst2(time, status, arm, tau = horizon)``; in SAS: none that gives the same (PROC RMSTREG,
    LINK=LOG estimates it by regression).

    Examples
    --------
    >>> from topline.stats.survival import kaplan_meier
    >>> treated = kaplan_meier([2, 3, 4, 4, 5], [1, 0, 1, 1, 0])
    >>> control = kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    >>> ratio = restricted_mean_ratio(treated, control, 4)
    >>> round(ratio.value, 4), round(ratio.lower, 4), round(ratio.upper, 4)
    (1.3333, 0.8792, 2.0219)
    """
    one, other = restricted_mean(first, horizon), restricted_mean(second, horizon)
    multiplier = normal_multiplier(confidence_level(level))
    method = f"ratio of restricted mean survival times up to {horizon:g}, limits on the log scale"
    means = _known(one.value), _known(other.value)
    if min(means) <= 0:
        reason = "undefined: a restricted mean is 0: all its events were at time 0"
        return undefined_estimate(method, reason, level)
    errors = _errors(one, other)
    ratio, error = means[0] / means[1], math.hypot(errors[0] / means[0], errors[1] / means[1])
    return Estimate(
        value=ratio,
        lower=ratio * math.exp(-multiplier * error),
        upper=ratio * math.exp(multiplier * error),
        level=level,
        standard_error=ratio * error,
        method=method,
        notes=_carried(one, other),
    )


def _area(curve: SurvivalCurve, horizon: float, *, corrected: bool) -> tuple[float, float | None]:
    within = int(np.searchsorted(curve.time, horizon, side="right"))
    edges = np.concatenate(([0.0], curve.time[:within], [horizon]))
    pieces = np.diff(edges) * np.concatenate(([1.0], curve.survival[:within]))
    beyond = pieces[::-1].cumsum()[::-1][1:]
    at_risk = curve.at_risk[:within].astype(np.float64)
    events = curve.events[:within].astype(np.float64)
    left = at_risk - events
    counted = (events > 0) & (left > 0)
    terms = beyond[counted] ** 2 * events[counted] / (at_risk[counted] * left[counted])
    variance, number = float(terms.sum()), float(events.sum())
    if corrected and number:
        if number < 2:
            return float(pieces.sum()), None
        variance *= number / (number - 1)
    return float(pieces.sum()), math.sqrt(variance)


def _against_zero(value: float, error: float, method: str) -> Test:
    if error == 0:
        reason = "undefined: no event before the horizon leaves a standard error of 0"
        return undefined_test(method, reason)
    z = value / error
    return Test(
        statistic=z,
        p_value=float(2 * special.ndtr(-abs(z))),
        sides="two-sided",
        null_value=0.0,
        method=f"{method}, normal test",
    )


def _carried(one: Estimate, other: Estimate) -> tuple[str, ...]:
    return tuple(
        f"value: in the {place} group {note.removeprefix('value: ')}"
        for place, found in (("first", one), ("second", other))
        for note in found.notes
    )


def _errors(one: Estimate, other: Estimate) -> tuple[float, float]:
    return _known(one.standard_error), _known(other.standard_error)


def _known(number: float | None) -> float:
    """Give a number that the area under a curve always has."""
    if number is None:
        raise ValueError("a restricted mean always has a value and a standard error")
    return number


def _horizon(horizon: float) -> float:
    if not scalar("horizon", horizon) > 0:
        raise UsageError(
            f"a horizon of {horizon} for a restricted mean", accepted="a finite time above 0"
        )
    return float(horizon)
