"""Rank tests of several groups: Kruskal–Wallis, and Jonckheere–Terpstra for groups in an order.

Sources: W. H. Kruskal and W. A. Wallis, "Use of ranks in one-criterion variance analysis", Journal of the American
Statistical Association 47 (1952) 583–621, doi:10.1080/01621459.1952.10483441; A. R. Jonckheere, "A
distribution-free k-sample test against ordered alternatives", Biometrika 41 (1954) 133–145,
doi:10.1093/biomet/41.1-2.133; the variance with ties as in Hollander and Wolfe, Nonparametric Statistical
Methods, chapter 6.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError
from topline.stats.checking import finite, known, same_length
from topline.stats.estimate import Floats, Integers, Sides, Test
from topline.stats.model_matrix import categorize
from topline.stats.ranking import RankStatistic, midranks, normal_rank_test

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
    ranked = midranks(numbers)
    total = numbers.size
    sizes = np.bincount(codes)
    # Rank sums about their means: no cancellation of large squares.
    excess = np.bincount(codes, weights=ranked.ranks - (total + 1) / 2)
    free = float(total) ** 3 - total
    untied = 1 - ranked.tie_excess / free
    degrees = float(sizes.size - 1)
    method = "Kruskal–Wallis test, corrected for ties, chi-squared approximation"
    if untied <= 0:
        return _undefined(method, "two-sided", degrees)
    statistic = 12 * float((excess**2 / sizes).sum()) / (total * (total + 1)) / untied
    return Test(
        statistic=statistic,
        degrees_of_freedom=degrees,
        p_value=float(special.chdtrc(degrees, statistic)),
        sides="two-sided",
        null_value=0.0,
        method=method,
    )


def _undefined(method: str, sides: Sides, degrees: float | None) -> Test:
    reason = "undefined: all values are equal"
    return Test(
        statistic=None,
        degrees_of_freedom=degrees,
        p_value=None,
        sides=sides,
        null_value=0.0,
        method=method,
        notes=(f"statistic: {reason}", f"p_value: {reason}"),
    )


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
    sizes = np.bincount(codes).astype(np.float64)
    ties = midranks(numbers).tie_sizes.astype(np.float64)
    return RankStatistic(
        value=_pairs_in_order(numbers, codes),
        mean=(float(numbers.size) ** 2 - float(sizes @ sizes)) / 4,
        variance=_variance(float(numbers.size), sizes, ties),
    )


def _pairs_in_order(numbers: Floats, codes: Integers) -> float:
    samples = [np.sort(numbers[codes == code]) for code in range(int(codes.max()) + 1)]
    pairs = 0.0
    earlier = samples[0]
    for sample in samples[1:]:
        below = np.searchsorted(earlier, sample, side="left")
        through = np.searchsorted(earlier, sample, side="right")
        pairs += float((below + through).sum()) / 2
        earlier = np.sort(np.concatenate((earlier, sample)), kind="stable")
    return pairs


def _variance(total: float, sizes: Floats, ties: Floats) -> float:
    def moment(counts: Floats) -> float:
        return float((counts * (counts - 1) * (2 * counts + 5)).sum())

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1)).sum())

    def triples(counts: Floats) -> float:
        return float((counts * (counts - 1) * (counts - 2)).sum())

    every = np.array([total])
    variance = (moment(every) - moment(sizes) - moment(ties)) / 72
    if total > 2:
        variance += triples(sizes) * triples(ties) / (36 * triples(every))
    return variance + pairs(sizes) * pairs(ties) / (8 * pairs(every))


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
        method="Jonckheere–Terpstra test, variance given the ties",
    )
