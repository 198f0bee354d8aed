"""Survival at a time compared, and restricted means, in many groups or pairs of groups at once.

The formulas are those of :mod:`topline.stats.survival_difference` and :mod:`topline.stats.restricted_mean`; a number that
those leave undefined with a reason is NaN here. The curves are those of
:func:`topline.stats.survival_curves.kaplan_meier_curves`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, finite, known, scalar
from topline.stats.curve_crossing import TRANSFORMS, limits_around
from topline.stats.distribution import normal_multiplier, normal_probabilities
from topline.stats.estimate import Estimates, Floats, Sides, Tests, notes_on_gaps
from topline.stats.grouping import apply_within
from topline.stats.survival_curves import SurvivalCurves
from topline.stats.survival_difference import SCALES

_NO_SURVIVAL = (
    "nobody of a group was observed at the time, its survival is 0, or neither had an event"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RestrictedMeans(Estimates):
    """Many restricted means, or differences of them, as arrays of one length.

    Parameters
    ----------
    value, lower, upper, level, scale, method, undefined
        As in :class:`topline.stats.estimate.Estimates`.
    standard_error
        Their standard errors; NaN where undefined.
    carried
        Where follow-up ended before the horizon with somebody still free of the event, so that survival is carried
        on from the last time.
    horizon
        The time up to which the areas are taken.
    """

    standard_error: Floats
    carried: NDArray[np.bool_]
    horizon: float

    @property
    def notes(self) -> tuple[str, ...]:
        """Which of the numbers are not finite and why, and where survival is carried on."""
        gaps = notes_on_gaps(self.undefined, value=self.value, lower=self.lower, upper=self.upper)
        places = np.flatnonzero(self.carried)
        if not places.size:
            return gaps
        on = f"survival is carried from a last time on to {self.horizon:g}"
        return (*gaps, f"value: {on} at {places.size} of {self.carried.size}, first at {places[0]}")


def survivals_at(
    curves: SurvivalCurves, time: float, *, level: float = 0.95, transform: str = "log-log"
) -> Estimates:
    """Estimate the survival of many groups at a time, each as :func:`topline.stats.survival.survival_at` does.

    Parameters
    ----------
    curves
        From :func:`topline.stats.survival_curves.kaplan_meier_curves`.
    time
        One time for all [the unit of time].
    level, transform
        As in :func:`topline.stats.survival.survival_at`.

    Returns
    -------
    Estimates
        Fractions [1]. 1 with limits of 1 before the first time of a curve. NaN beyond the last time on which anyone was
        observed; the limits also where survival is 0, and, except for "plain" and "log", where there was no event yet.

    Raises
    ------
    DataError
        If the time is not a finite number from 0.
    UsageError
        If the level or the transform is not known.

    Examples
    --------
    >>> from topline.stats.survival_curves import kaplan_meier_curves
    >>> found = survivals_at(kaplan_meier_curves([1, 2, 2, 3, 5, 1, 2], [1, 1, 0, 1, 0, 1, 0], [0, 5, 7]), 2.5)
    >>> found.value.round(4), found.lower.round(4)
    (array([0.6, nan]), array([0.1257,    nan]))
    """
    z = normal_multiplier(confidence_level(level))
    known("transform", transform, TRANSFORMS)
    when = float(finite("time", [time], minimum=0)[0])
    survival, error = _survival_at(curves, when)
    with np.errstate(invalid="ignore", divide="ignore"):
        lower, upper = limits_around(survival, error / survival, z, transform)
    # Nothing was observed yet that could make survival anything but 1.
    before = curves.time[curves.offsets[:-1]] > when
    return Estimates(
        value=survival,
        lower=np.where(before, 1.0, lower),
        upper=np.where(before, 1.0, upper),
        level=level,
        method=f"Kaplan–Meier survival at {when:g}, {transform} limits",
        undefined="nobody of a group was observed at the time, its survival is 0, or it had no event yet",
    )


def survival_differences(
    first: SurvivalCurves, second: SurvivalCurves, time: float, *, level: float = 0.95
) -> Estimates:
    """Estimate many differences of survival at a time, each as :func:`topline.stats.survival_difference.survival_difference` does.

    Parameters
    ----------
    first, second
        From :func:`topline.stats.survival_curves.kaplan_meier_curves`, as many curves of the one as of the other.
    time
        One time for all [the unit of time].
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        Differences of fractions [1]. NaN where a curve has no survival at the time, or survival is 0; the limits also
        where neither group had an event.

    Raises
    ------
    DataError
        If there are not as many curves of the one as of the other, or the time is not a finite number from 0.
    UsageError
        If the level is not a fraction.

    Examples
    --------
    >>> from topline.stats.survival_curves import kaplan_meier_curves
    >>> treated = kaplan_meier_curves([2, 3, 4, 4, 5, 1, 2], [1, 0, 1, 1, 0, 0, 1], [0, 5, 7])
    >>> control = kaplan_meier_curves([1, 2, 2, 3, 5, 1, 9], [1, 1, 0, 1, 0, 1, 0], [0, 5, 7])
    >>> found = survival_differences(treated, control, 3)
    >>> found.value.round(4), found.lower.round(4)
    (array([0.5, nan]), array([-0.0847,     nan]))
    """
    multiplier = normal_multiplier(confidence_level(level))
    when, (one, other) = _at_both(first, second, time)
    value, error = one[0] - other[0], np.hypot(one[1], other[1])
    value = np.where(np.isnan(error), np.nan, value)
    half = np.where(error > 0, multiplier * error, np.nan)
    return Estimates(
        value=value,
        lower=value - half,
        upper=value + half,
        level=level,
        method=f"difference of Kaplan–Meier survival at {when:g}, Greenwood's variances, normal limits",
        undefined=_NO_SURVIVAL,
    )


def survival_difference_tests(
    first: SurvivalCurves,
    second: SurvivalCurves,
    time: float,
    *,
    transform: str = "plain",
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Tests:
    """Test survival at a time in many pairs of groups, each as :func:`topline.stats.survival_difference.survival_difference_test` does.

    Parameters
    ----------
    first, second, time
        As in :func:`survival_differences`.
    transform, null_value, sides
        As in :func:`topline.stats.survival_difference.survival_difference_test`.

    Returns
    -------
    Tests
        NaN as :func:`survival_differences`, and, on scales other than "plain" and "log", where survival is 1 in a
        group.

    Raises
    ------
    DataError, UsageError
        As :func:`survival_differences`, and as
        :func:`topline.stats.survival_difference.survival_difference_test`.

    Examples
    --------
    >>> from topline.stats.survival_curves import kaplan_meier_curves
    >>> treated = kaplan_meier_curves([2, 3, 4, 4, 5, 1, 2], [1, 0, 1, 1, 0, 0, 1], [0, 5, 7])
    >>> control = kaplan_meier_curves([1, 2, 2, 3, 5, 1, 9], [1, 1, 0, 1, 0, 1, 0], [0, 5, 7])
    >>> survival_difference_tests(treated, control, 3, transform="log-log").p_value.round(4)
    array([0.1603,    nan])
    """
    known("transform", transform, TRANSFORMS)
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value])[0])
    if null_value and transform != "plain":
        raise UsageError(
            f"a difference of {null_value:g} on the {transform} scale",
            accepted="a difference of 0, or the plain scale",
        )
    when, (one, other) = _at_both(first, second, time)
    function, slope = SCALES[transform]
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.hypot(slope(one[0]) * one[1], slope(other[0]) * other[1])
        statistic = (function(one[0]) - function(other[0]) - null_value) / error
    told = error > 0
    if transform not in ("plain", "log"):
        told &= np.maximum(one[0], other[0]) < 1
    statistic = np.where(told, statistic, np.nan)
    return Tests(
        statistic=statistic,
        p_value=normal_probabilities(statistic, sides),
        sides=sides,
        null_value=null_value,
        method=f"z test of Kaplan–Meier survival at {when:g}, {transform} scale",
        undefined=f"{_NO_SURVIVAL}, or survival is 1, where the scale has no number",
    )


def restricted_means(
    curves: SurvivalCurves, horizon: float, *, level: float = 0.95, corrected: bool = False
) -> RestrictedMeans:
    """Estimate many restricted means, each as :func:`topline.stats.restricted_mean.restricted_mean` does.

    Parameters
    ----------
    curves
        From :func:`topline.stats.survival_curves.kaplan_meier_curves`.
    horizon
        The time up to which the areas are taken [the unit of the curves], above 0, one for all.
    level
        The confidence level, a fraction [1].
    corrected
        As in :func:`topline.stats.restricted_mean.restricted_mean`.

    Returns
    -------
    RestrictedMeans
        In the unit of time. The limits are NaN where a corrected variance has one event only. A note says where
        survival is carried on to the horizon.

    Raises
    ------
    UsageError
        If the horizon is not a finite time above 0, or the level is not a fraction.

    Examples
    --------
    >>> from topline.stats.survival_curves import kaplan_meier_curves
    >>> found = restricted_means(kaplan_meier_curves([1, 2, 2, 3, 5, 1, 2], [1, 1, 0, 1, 0, 1, 0], [0, 5, 7]), 4)
    >>> found.value.round(4), found.standard_error.round(4)
    (array([2.7, 2.5]), array([0.507 , 1.0607]))
    >>> found.notes
    ('value: survival is carried from a last time on to 4 at 1 of 2, first at 1',)
    """
    level = confidence_level(level)
    tau = _horizon(horizon)
    value, error = _areas(curves, tau, corrected=corrected)
    method = f"restricted mean survival time up to {tau:g}, normal limits"
    if corrected:
        method += ", variance times m / (m − 1)"
    half = normal_multiplier(level) * error
    return RestrictedMeans(
        value=value,
        lower=value - half,
        upper=value + half,
        level=level,
        method=method,
        undefined="the correction m / (m − 1) needs two events before the horizon",
        standard_error=error,
        carried=_carried(curves, tau),
        horizon=tau,
    )


def restricted_mean_differences(
    first: SurvivalCurves, second: SurvivalCurves, horizon: float, *, level: float = 0.95
) -> tuple[RestrictedMeans, Tests]:
    """Compare many restricted means, each as :func:`topline.stats.restricted_mean.restricted_mean_difference` does.

    Parameters
    ----------
    first, second
        As in :func:`survival_differences`.
    horizon, level
        As in :func:`restricted_means`.

    Returns
    -------
    RestrictedMeans
        The first restricted means minus the second [the unit of time], with normal limits.
    Tests
        Against no difference, two-sided; NaN where neither group had an event before the horizon.

    Raises
    ------
    DataError
        If there are not as many curves of the one as of the other.
    UsageError
        As :func:`restricted_means`.

    Examples
    --------
    >>> from topline.stats.survival_curves import kaplan_meier_curves
    >>> treated = kaplan_meier_curves([2, 3, 4, 4, 5, 5], [1, 0, 1, 1, 0, 0], [0, 5, 6])
    >>> control = kaplan_meier_curves([1, 2, 2, 3, 5, 6], [1, 1, 0, 1, 0, 0], [0, 5, 6])
    >>> differences, tests = restricted_mean_differences(treated, control, 4)
    >>> differences.value.round(4), tests.p_value.round(4)
    (array([0.9, 0. ]), array([0.1469,    nan]))
    """
    level = confidence_level(level)
    tau = _horizon(horizon)
    _as_many(first, second)
    (one, one_error), (other, other_error) = (
        _areas(curves, tau, corrected=False) for curves in (first, second)
    )
    value, error = one - other, np.hypot(one_error, other_error)
    half = normal_multiplier(level) * error
    method = f"difference of restricted mean survival times up to {tau:g}"
    statistic = np.full(value.size, np.nan)
    np.divide(value, error, out=statistic, where=error > 0)
    differences = RestrictedMeans(
        value=value,
        lower=value - half,
        upper=value + half,
        level=level,
        method=f"{method}, normal limits",
        standard_error=error,
        carried=_carried(first, tau) | _carried(second, tau),
        horizon=tau,
    )
    tests = Tests(
        statistic=statistic,
        p_value=normal_probabilities(statistic, "two-sided"),
        sides="two-sided",
        null_value=0.0,
        method=f"{method}, normal test",
        undefined="no event before the horizon leaves a standard error of 0",
    )
    return differences, tests


def restricted_mean_ratios(
    first: SurvivalCurves, second: SurvivalCurves, horizon: float, *, level: float = 0.95
) -> RestrictedMeans:
    """Estimate many ratios of restricted means, each as :func:`topline.stats.restricted_mean.restricted_mean_ratio` does.

    Parameters
    ----------
    first, second, horizon, level
        As in :func:`restricted_mean_differences`.

    Returns
    -------
    RestrictedMeans
        The first restricted means over the second [1], with limits that are normal on the log scale. NaN where
        everybody of a group has the event at time 0.

    Raises
    ------
    DataError, UsageError
        As :func:`restricted_mean_differences`.

    Examples
    --------
    >>> from topline.stats.survival_curves import kaplan_meier_curves
    >>> treated = kaplan_meier_curves([2, 3, 4, 4, 5, 5], [1, 0, 1, 1, 0, 0], [0, 5, 6])
    >>> control = kaplan_meier_curves([1, 2, 2, 3, 5, 0], [1, 1, 0, 1, 0, 1], [0, 5, 6])
    >>> found = restricted_mean_ratios(treated, control, 4)
    >>> found.value.round(4), found.lower.round(4)
    (array([1.3333,    nan]), array([0.8792,    nan]))
    """
    level = confidence_level(level)
    tau = _horizon(horizon)
    _as_many(first, second)
    (one, one_error), (other, other_error) = (
        _areas(curves, tau, corrected=False) for curves in (first, second)
    )
    told = np.where(np.minimum(one, other) > 0, 1.0, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = told * one / other
        error = told * np.hypot(one_error / one, other_error / other)
    half = normal_multiplier(level) * error
    return RestrictedMeans(
        value=value,
        lower=value * np.exp(-half),
        upper=value * np.exp(half),
        level=level,
        method=f"ratio of restricted mean survival times up to {tau:g}, limits on the log scale",
        undefined="a restricted mean is 0: all its events were at time 0",
        standard_error=value * error,
        carried=_carried(first, tau) | _carried(second, tau),
        horizon=tau,
    )


def _as_many(first: SurvivalCurves, second: SurvivalCurves) -> None:
    if len(first) != len(second):
        raise DataError(
            f"there are {len(first)} curves of first groups and {len(second)} of second ones",
            where="second",
            accepted="as many curves of the one as of the other",
        )


def _at_both(
    first: SurvivalCurves, second: SurvivalCurves, time: float
) -> tuple[float, tuple[tuple[Floats, Floats], tuple[Floats, Floats]]]:
    """Give the time, and survival there with its standard error in both groups."""
    when = float(finite("time", [time], minimum=0)[0])
    _as_many(first, second)
    return when, (_survival_at(first, when), _survival_at(second, when))


def _survival_at(curves: SurvivalCurves, when: float) -> tuple[Floats, Floats]:
    """Give each curve's survival at a time and its standard error; NaN where a curve has ended or is 0."""
    starts, last = curves.offsets[:-1], curves.offsets[1:] - 1
    passed = np.add.reduceat((curves.time <= when).astype(np.int64), starts)
    place = starts + np.maximum(passed - 1, 0)
    survival = np.where(passed > 0, curves.survival[place], 1.0)
    error = np.where(passed > 0, curves.standard_error[place], 0.0)
    ended = (when > curves.time[last]) & (curves.survival[last] > 0)
    return np.where(ended, np.nan, survival), np.where(ended, np.nan, error)


def _carried(curves: SurvivalCurves, tau: float) -> NDArray[np.bool_]:
    last = curves.offsets[1:] - 1
    return np.asarray((tau > curves.time[last]) & (curves.survival[last] > 0))


def _areas(curves: SurvivalCurves, tau: float, *, corrected: bool) -> tuple[Floats, Floats]:
    """Give the area under each curve up to a time, and its standard error."""
    starts = curves.offsets[:-1]
    reached = np.minimum(curves.time, tau)
    following = np.append(reached[1:], tau)
    following[curves.offsets[1:] - 1] = tau
    beyond = (following - reached) * curves.survival
    apply_within(_from_the_end, beyond, curves.offsets, beyond)
    at_risk, events = curves.at_risk.astype(np.float64), curves.events.astype(np.float64)
    left = at_risk - events
    terms = np.zeros(beyond.size)
    np.divide(
        beyond**2 * events, at_risk * left, out=terms, where=(left > 0) & (curves.time <= tau)
    )
    variance = np.add.reduceat(terms, starts)
    if corrected:
        number = np.add.reduceat(np.where(curves.time <= tau, events, 0.0), starts)
        factor = np.where(number == 1, np.nan, 1.0)
        np.divide(number, number - 1, out=factor, where=number > 1)
        variance = variance * factor
    return reached[starts] + beyond[starts], np.sqrt(variance)


def _from_the_end(runs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum from each place to the end of its run."""
    return np.cumsum(runs[..., ::-1], axis=-1)[..., ::-1]


def _horizon(horizon: float) -> float:
    if not scalar("horizon", horizon) > 0:
        raise UsageError(
            f"a horizon of {horizon} for a restricted mean", accepted="a finite time above 0"
        )
    return float(horizon)
