"""Rank tests of several groups: Kruskal–Wallis, and Jonckheere–Terpstra for groups in an order.

Sources: W. H. Kruskal and W. A. Wallis, "Use of ranks in one-criterion variance analysis", Journal of the American
Statistical Association 47 (1952) 583–621, doi:10.1080/01621459.1952.10483441; A. R. Jonckheere, "A
distribution-free k-sample test against ordered alternatives", Biometrika 41 (1954) 133–145,
doi:10.1093/biomet/41.1-2.133; the variance with ties as in Hollander and Wolfe, Nonparametric Statistical
Methods, chapter 6.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import finite, known, same_length
from topline.stats.concordant_pairs import balance_of_pairs
from topline.stats.distribution import normal_probabilities
from topline.stats.estimate import Floats, Integers, Sides, Test, Tests, undefined_test
from topline.stats.grouping import categories, run_bounds
from topline.stats.judged_statistics import chi_squared_test, chi_squared_tests
from topline.stats.many_ranks import ranks_within
from topline.stats.model_matrix import categorize
from topline.stats.ranking import TITLES, RankStatistic, normal_rank_test

_SIDES = ("two-sided", "greater", "less")


def _grouped(
    values: ArrayLike, group: Iterable[object], order: Sequence[object] | None = None
) -> tuple[Floats, Integers]:
    numbers = finite("values", values)
    groups = categorize("group", group, order)
    same_length(values=numbers, group=groups.codes)
    if len(groups.levels) < 2:
        raise DataError(
            f"all observations are in one group, {groups.levels[0]!r}",
            where="group",
            accepted="observations of at least two groups",
        )
    return numbers, groups.codes.astype(np.int64)


def kruskal_wallis(values: ArrayLike, group: Iterable[object]) -> Test:
    """Test whether several groups come from one distribution, by ranks.

    Parameters
    ----------
    values
        One measurement for each participant [the measurement's unit].
    group
        The group of each; at least two groups.

    Returns
    -------
    Test
        H, with one degree of freedom fewer than groups [1]; the p-value is from chi-squared. Undefined, ``None`` with
        the reason, where all values are equal. A group of one participant counts like any other.

    Raises
    ------
    DataError
        If a value is not a finite number, or there are not two groups.

    Notes
    -----
    H = (12/(N (N + 1)) Σ Rᵢ²/nᵢ − 3 (N + 1)) / (1 − Σ(t³ − t)/(N³ − N)), Rᵢ the rank sum of a group of nᵢ, t the
    sizes of the groups of ties. Kruskal and Wallis, Journal of the American Statistical Association 47 (1952)
    583–621, doi:10.1080/01621459.1952.10483441.

    Not for groups with fewer than five values, where the chi-squared distribution is a poor guide; nor for groups in
    an order, where :func:`jonckheere_terpstra` has more power.

    In R: ``kruskal.test(values, group)``; in SAS: PROC NPAR1WAY WILCOXON.

    Examples
    --------
    >>> found = kruskal_wallis([1, 2, 3, 4, 5, 6], ["a", "a", "b", "b", "c", "c"])
    >>> round(found.statistic, 6), found.degrees_of_freedom
    (4.571429, 2.0)
    """
    numbers, codes = _grouped(values, group)
    statistic, degrees = (
        float(part[0]) for part in _kruskal_wallis(numbers, codes, np.array([0, numbers.size]))
    )
    if math.isnan(statistic):
        reason = "undefined: all values are equal"
        return undefined_test(_KRUSKAL_WALLIS, reason, degrees_of_freedom=degrees)
    return chi_squared_test(_KRUSKAL_WALLIS, statistic, degrees)


def kruskal_wallis_tests(values: ArrayLike, group: Iterable[object], offsets: ArrayLike) -> Tests:
    """Test many measurements of several groups, each as :func:`kruskal_wallis` does.

    Parameters
    ----------
    values
        The measurements of all comparisons, one comparison after the other [any units].
    group
        The group of each.
    offsets
        Where each comparison begins, from 0, and at last the number of measurements [places among the values].

    Returns
    -------
    Tests
        H, with one degree of freedom fewer than the comparison has groups; NaN where all its values are equal, or all
        are of one group.

    Raises
    ------
    DataError
        If a value is not a finite number, the lengths differ, or the offsets do not fit.

    Examples
    --------
    >>> found = kruskal_wallis_tests([1, 2, 3, 4, 5, 6, 7, 7], list("aabbccab"), [0, 6, 8])
    >>> found.statistic.round(6), found.degrees_of_freedom
    (array([4.571429,      nan]), array([2., 1.]))
    """
    numbers, (_, codes) = finite("values", values), categories("group", group)
    same_length(values=numbers, group=codes)
    statistic, degrees = _kruskal_wallis(numbers, codes, run_bounds(offsets, numbers.size))
    why = "all values are equal, or all are of one group"
    return chi_squared_tests(_KRUSKAL_WALLIS, statistic, degrees, why)


_ROOMY = 8
"""So many cells for each value are no waste."""
_KRUSKAL_WALLIS = "Kruskal–Wallis test, corrected for ties, chi-squared approximation"


def _kruskal_wallis(numbers: Floats, codes: Integers, bounds: Integers) -> tuple[Floats, Floats]:
    """Give H of each run, NaN where its ranks do not vary between groups, and the degrees of freedom."""
    total = np.diff(bounds).astype(np.float64)
    run = np.repeat(np.arange(total.size), np.diff(bounds))
    # About their means: no cancellation of large squares.
    ranks = ranks_within(numbers, bounds) - (total[run] + 1) / 2
    groups = int(codes.max()) + 1
    place = run * groups + codes
    if total.size * groups <= _ROOMY * codes.size:
        keys = np.arange(total.size * groups)
    else:
        # Labels differ from comparison to comparison: only the groups that occur.
        keys, place = np.unique(place, return_inverse=True)
    sizes = np.bincount(place, minlength=keys.size)
    excess = np.bincount(place, weights=ranks, minlength=keys.size)
    of_run = keys // groups
    between = np.bincount(of_run, weights=excess**2 / np.maximum(sizes, 1))
    spread = np.add.reduceat(ranks * ranks, bounds[:-1])
    degrees = np.bincount(of_run, weights=sizes > 0) - 1
    statistic = np.full(total.size, np.nan)
    told = (spread > 0) & (degrees > 0)
    np.divide((total - 1) * between, spread, out=statistic, where=told)
    return statistic, np.asarray(degrees, dtype=np.float64)


def jonckheere_terpstra_statistic(
    values: ArrayLike, group: Iterable[object], *, order: Sequence[object] | None = None
) -> RankStatistic:
    """Give J, the number of pairs from two groups that are in the groups' order, a tie as one half.

    Part of :func:`jonckheere_terpstra`. Its mean is (N² − Σ nᵢ²)/4; the variance, 0 where all values are equal, takes
    the ties into account.

    Parameters
    ----------
    values, group, order
        As in :func:`jonckheere_terpstra`.

    Examples
    --------
    >>> jonckheere_terpstra_statistic([1, 2, 3, 2], ["a", "a", "b", "b"]).value
    3.5
    """
    numbers, codes = _grouped(values, group, order)
    value, mean, variance = (
        float(part[0])
        for part in _pairs_in_order(codes.astype(np.float64), numbers, np.array([0, numbers.size]))
    )
    return RankStatistic(value=value, mean=mean, variance=variance)


def _pairs_in_order(
    place: Floats, numbers: Floats, bounds: Integers
) -> tuple[Floats, Floats, Floats]:
    """Give J of each run with its mean and variance: half of what Kendall's balance of pairs and its error are."""
    # Groups are few, and the second measurement is the one that is counted bit by bit.
    pairs = balance_of_pairs(numbers, place, bounds)
    return (
        (pairs.untied_second + pairs.balance) / 2,
        pairs.untied_second / 2,
        pairs.variance / 4,
    )


def jonckheere_terpstra(
    values: ArrayLike,
    group: Iterable[object],
    *,
    order: Sequence[object] | None = None,
    sides: Sides = "two-sided",
) -> Test:
    """Test whether values rise (or fall) with the order of the groups, by ranks.

    Parameters
    ----------
    values
        One measurement for each participant [the measurement's unit].
    group
        The group of each.
    order
        The groups from the first to the last; ``None`` for the order of their text, in which 10 is before 9.
    sides
        ``"greater"``: values rise with the order.

    Returns
    -------
    Test
        The standardised J, its variance given the ties, without continuity correction [1]
        (:func:`jonckheere_terpstra_statistic` gives J itself). Undefined, ``None`` with the reason, where all values
        are equal. Of two groups it is the rank-sum test.

    Raises
    ------
    DataError
        If a value is not a finite number, there are not two groups, or the order does not fit the groups.

    Notes
    -----
    J = Σ over pairs of groups i < j of the pairs of values with x in group i below y in group j, a tie as ½; z = (J −
    E J)/√Var J. Jonckheere, Biometrika 41 (1954) 133–145, doi:10.1093/biomet/41.1-2.133. Variance with ties:
    Hollander and Wolfe, Nonparametric Statistical Methods, 2nd edition, 1999, section 6.2.

    Not for groups without an order that was fixed before the data were seen, nor for responses that rise and fall
    again over the order.

    In R: ``DescTools::JonckheereTerpstraTest(values, group)``, ``clinfun::jonckheere.test(values, group)`` (exact up
    to 100 values without ties); in SAS: PROC FREQ, TABLES / JT.

    Examples
    --------
    >>> found = jonckheere_terpstra([3, 5, 4, 9, 8, 12], [0, 0, 10, 10, 50, 50], order=[0, 10, 50])
    >>> round(found.statistic, 4)
    1.5894
    """
    known("sides", sides, _SIDES)
    statistic = jonckheere_terpstra_statistic(values, group, order=order)
    return normal_rank_test(
        statistic,
        sides=sides,
        corrected=False,
        null_value=0.0,
        method=_JONCKHEERE,
    )


_JONCKHEERE = "Jonckheere–Terpstra test, variance given the ties"


def jonckheere_terpstra_tests(
    values: ArrayLike, place: ArrayLike, offsets: ArrayLike, *, sides: Sides = "two-sided"
) -> Tests:
    """Test many measurements for a trend over groups, each as :func:`jonckheere_terpstra` does.

    Parameters
    ----------
    values
        The measurements of all comparisons, one comparison after the other [any units].
    place
        Of each participant's group in the order of the groups: numbers such as a dose [any unit].
    offsets
        Where each comparison begins, from 0, and at last the number of measurements [places among the values]; a
        comparison has at least two.
    sides
        As in :func:`jonckheere_terpstra`.

    Returns
    -------
    Tests
        The standardised J; NaN where all values of a comparison are equal, or all are of one group.

    Raises
    ------
    DataError
        If a number is not finite, the lengths differ, the offsets do not fit, or a comparison has one measurement.
    UsageError
        If a word is not known.

    Examples
    --------
    >>> found = jonckheere_terpstra_tests([3, 5, 4, 9, 8, 12, 1, 1], [0, 0, 10, 10, 50, 50, 0, 10], [0, 6, 8])
    >>> found.statistic.round(4)
    array([1.5894,    nan])
    """
    known("sides", sides, _SIDES)
    numbers, places = finite("values", values), finite("place", place)
    same_length(values=numbers, place=places)
    bounds = run_bounds(offsets, numbers.size)
    single = np.diff(bounds) < 2
    if single.any():
        where = f"offsets[{int(np.argmax(single))}]"
        raise DataError(
            "a comparison has one measurement", where=where, accepted="at least two measurements"
        )
    value, mean, variance = _pairs_in_order(places, numbers, bounds)
    statistic = np.full(value.size, np.nan)
    told = variance > 0
    statistic[told] = (value[told] - mean[told]) / np.sqrt(variance[told])
    return Tests(
        statistic=statistic,
        p_value=normal_probabilities(statistic, sides),
        sides=sides,
        null_value=0.0,
        method=f"{_JONCKHEERE}, {TITLES['normal']}",
        undefined="all values are equal, or all are of one group",
    )
