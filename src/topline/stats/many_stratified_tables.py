"""Two groups compared within strata, in many comparisons at once: test, common ratios, and homogeneity.

Each comparison has strata of its own, such as the studies of one meta-analysis or the sites of one trial; they lie one
after the other with offsets. The formulas are those of :mod:`topline.stats.stratified_tables`; a number that those leave
undefined with a reason is NaN here. Many common differences are
:func:`topline.stats.stratified_risk_difference.common_risk_differences`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import confidence_level, known
from topline.stats.distribution import normal_multiplier
from topline.stats.effect_sizes_two_by_two import Tables, peto_parts, two_by_two_tables
from topline.stats.estimate import Estimates, Floats, Integers, Scale, Tests
from topline.stats.grouping import run_bounds
from topline.stats.judged_statistics import chi_squared_tests
from topline.stats.mantel_haenszel_pooling import (
    HOMOGENEITY_TITLES,
    expected_events,
    log_odds_ratio,
    log_risk_ratio,
)

_Total = Callable[[Floats], Floats]


def cochran_mantel_haenszel_tests(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    offsets: ArrayLike,
    *,
    corrected: bool = False,
) -> Tests:
    """Test many comparisons over strata, each as :func:`topline.stats.stratified_tables.cochran_mantel_haenszel` does.

    Parameters
    ----------
    count, number, control_count, control_number
        The strata of all comparisons, one comparison after the other [participants].
    offsets
        Where each comparison begins, and the end of the last [places among the strata].
    corrected
        As in :func:`topline.stats.stratified_tables.cochran_mantel_haenszel`.

    Returns
    -------
    Tests
        χ² of one degree of freedom. NaN where in every stratum nobody or everybody has the event.

    Raises
    ------
    DataError
        If counts or offsets do not fit; the message names the element.

    Examples
    --------
    >>> found = cochran_mantel_haenszel_tests([16, 7, 12, 0], [48, 31, 40, 9], [9, 4, 10, 0], [46, 30, 41, 8], [0, 3, 4])
    >>> found.statistic.round(4), found.p_value.round(4)
    (array([3.0419,    nan]), array([0.0811,    nan]))
    """
    tables, bounds = _strata(count, number, control_count, control_number, offsets)
    difference, variance = map(_total(bounds), peto_parts(tables))
    excess = np.abs(difference)
    if corrected:
        excess = np.where(excess >= 0.5, excess - 0.5, excess)
    told = variance > 0
    statistic = np.full(told.size, np.nan)
    statistic[told] = excess[told] ** 2 / variance[told]
    words = "with" if corrected else "without"
    return chi_squared_tests(
        f"Cochran–Mantel–Haenszel test {words} continuity correction",
        statistic,
        1,
        "no stratum tells anything about the difference",
    )


def common_odds_ratios(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    offsets: ArrayLike,
    *,
    level: float = 0.95,
    scale: Scale = "natural",
) -> Estimates:
    """Estimate many common odds ratios, each as :func:`topline.stats.stratified_tables.common_odds_ratio` does.

    Parameters
    ----------
    count, number, control_count, control_number, offsets
        As in :func:`cochran_mantel_haenszel_tests`.
    level
        The confidence level, a fraction [1].
    scale
        ``"log"`` for natural logarithms.

    Returns
    -------
    Estimates
        Ratios [1]; NaN where a sum is 0. Strata in which nobody or everybody has the event have no say.

    Raises
    ------
    DataError, UsageError
        As :func:`topline.stats.stratified_tables.common_odds_ratio`, and if the offsets do not fit.

    Examples
    --------
    >>> found = common_odds_ratios([16, 7, 12, 0], [48, 31, 40, 9], [9, 4, 10, 2], [46, 30, 41, 8], [0, 3, 4])
    >>> found.value.round(4), found.lower.round(4)
    (array([1.714,   nan]), array([0.9356,    nan]))
    """
    tables, bounds = _strata(count, number, control_count, control_number, offsets)
    method = "Mantel–Haenszel odds ratio, Robins–Breslow–Greenland interval"
    return _on_scale(*log_odds_ratio(tables, _total(bounds)), level, scale, method)


def common_risk_ratios(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    offsets: ArrayLike,
    *,
    level: float = 0.95,
    scale: Scale = "natural",
) -> Estimates:
    """Estimate many common risk ratios, each as :func:`topline.stats.stratified_tables.common_risk_ratio` does.

    Parameters
    ----------
    count, number, control_count, control_number, offsets, level, scale
        As in :func:`common_odds_ratios` [participants].

    Returns
    -------
    Estimates
        Ratios [1]; NaN where a group has no event in any stratum of a comparison.

    Raises
    ------
    DataError, UsageError
        As :func:`common_odds_ratios`.

    Examples
    --------
    >>> found = common_risk_ratios([16, 7, 12, 0], [48, 31, 40, 9], [9, 4, 10, 2], [46, 30, 41, 8], [0, 3, 4])
    >>> found.value.round(4), found.lower.round(4)
    (array([1.4997,    nan]), array([0.9473,    nan]))
    """
    tables, bounds = _strata(count, number, control_count, control_number, offsets)
    method = "Mantel–Haenszel risk ratio, Greenland–Robins interval"
    return _on_scale(*log_risk_ratio(tables, _total(bounds)), level, scale, method)


def homogeneity_tests(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    offsets: ArrayLike,
    *,
    test: str = "breslow_day",
) -> Tests:
    """Test in many comparisons whether odds ratios are equal, each as :func:`topline.stats.stratified_tables.homogeneity_test` does.

    Parameters
    ----------
    count, number, control_count, control_number, offsets
        As in :func:`cochran_mantel_haenszel_tests`.
    test
        A name in :data:`topline.stats.stratified_tables.HOMOGENEITY_TESTS`.

    Returns
    -------
    Tests
        χ² of one degree of freedom fewer than a comparison has informative strata; NaN for one informative stratum,
        or without a common odds ratio.

    Raises
    ------
    DataError, UsageError
        As :func:`topline.stats.stratified_tables.homogeneity_test`, and if the offsets do not fit.

    Examples
    --------
    >>> homogeneity_tests([16, 7, 12, 3], [48, 31, 40, 9], [9, 4, 10, 2], [46, 30, 41, 8], [0, 3, 4]).statistic.round(4)
    array([0.4229,    nan])
    """
    known("test", test, HOMOGENEITY_TITLES)
    tables, bounds = _strata(count, number, control_count, control_number, offsets)
    total = _total(bounds)
    common, error = log_odds_ratio(tables, total)
    events = tables.first_events + tables.second_events
    varied = (events > 0) & (tables.first_others + tables.second_others > 0)
    free = total(varied.astype(np.float64)) - 1
    told = _defined(common, error) & (free >= 1)
    used = varied & np.repeat(told, np.diff(bounds))
    ratio = np.repeat(np.where(told, common, 0.0), np.diff(bounds))[used]
    part = Tables(*(cell[used] for cell in tables))
    expected, spread = expected_events(part, np.exp(ratio))
    difference, variance, terms = np.zeros((3, used.size))
    difference[used], variance[used] = part.first_events - expected, spread
    terms[used] = difference[used] ** 2 / spread
    plain = total(terms)[told]
    statistic = np.full(told.size, np.nan)
    if test == "tarone":
        plain = plain - total(difference)[told] ** 2 / total(variance)[told]
    statistic[told] = np.maximum(plain, 0.0)
    degrees = np.where(told, free, np.nan)
    why = "one informative stratum, or no common odds ratio"
    return chi_squared_tests(HOMOGENEITY_TITLES[test], statistic, degrees, why)


def _strata(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    offsets: ArrayLike,
) -> tuple[Tables, Integers]:
    tables = two_by_two_tables(count, number, control_count, control_number)
    return tables, run_bounds(offsets, tables.first_events.size)


def _total(bounds: Integers) -> _Total:
    """Give what adds up the strata of each comparison."""

    def total(values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, bounds[:-1]), dtype=np.float64)

    return total


def _defined(value: Floats, error: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(np.isfinite(value) & np.isfinite(error) & (error > 0))


def _on_scale(value: Floats, error: Floats, level: float, scale: Scale, method: str) -> Estimates:
    level = confidence_level(level)
    known("scale", scale, ("natural", "log"))
    value = np.where(_defined(value, error), value, np.nan)
    half = normal_multiplier(level) * np.where(np.isnan(value), np.nan, error)
    parts = [value, value - half, value + half]
    if scale == "natural":
        parts = [np.exp(part) for part in parts]
    return Estimates(
        value=parts[0],
        lower=parts[1],
        upper=parts[2],
        level=level,
        scale=scale,
        method=method,
        undefined="a group has no events (or only events) in all strata together",
    )
