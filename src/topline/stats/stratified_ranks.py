"""The rank-sum test within strata: van Elteren's, and the one that weighs ranks alike.

Within each stratum values are ranked by themselves; the rank sums of a group about their means are added with
weights. Van Elteren's weight ``1 / (n + 1)`` is the best where the shift is the same in all strata; equal weights
give large strata more say. Source: P. H. van Elteren, "On the combination of independent two sample tests of
Wilcoxon", Bulletin de l'Institut International de Statistique 37 (1960) 351–361; E. L. Lehmann,
Nonparametrics: Statistical Methods Based on Ranks, 1975, section 3.3.
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import finite, known, same_length
from topline.stats.estimate import Floats, Integers, Sides, Test, undefined_test
from topline.stats.grouping import categories
from topline.stats.judged_statistics import chi_squared_test
from topline.stats.ranking import midranks, normal_probability

Weights: TypeAlias = Literal["van_elteren", "equal"]
"""How much a stratum of n observations weighs: 1 / (n + 1) per rank, or 1 per rank."""

_TITLES = {
    "van_elteren": "van Elteren's stratified rank-sum test",
    "equal": "stratified rank-sum test, ranks weighted alike",
}
_SIDES = ("two-sided", "greater", "less")


def stratified_rank_test(
    values: ArrayLike,
    group: Iterable[object],
    stratum: Iterable[object],
    *,
    weights: Weights = "van_elteren",
    sides: Sides = "two-sided",
) -> Test:
    """Test whether groups come from one distribution within each stratum.

    Parameters
    ----------
    values
        One measurement for each participant [the measurement's unit].
    group
        The group of each; two for a one-sided test, otherwise two or more.
    stratum
        The stratum of each, such as site or baseline category. A stratum with one group only says nothing.
    weights
        See :data:`Weights`.
    sides
        ``"greater"``: the first of two groups, in the order of their labels, lies higher.

    Returns
    -------
    Test
        For two groups the normal statistic (its square is the chi-squared statistic); for more the chi-squared
        statistic with one degree of freedom fewer than groups. Undefined, ``None`` with the reason, where in no
        stratum both values and groups vary.

    Raises
    ------
    DataError
        If a value is not a finite number, or there are not two groups.
    UsageError
        If a word is not known, or a one-sided test is asked of more than two groups.

    Notes
    -----
    z = Σₕ wₕ (Rₕ − E Rₕ) / √(Σₕ wₕ² Var Rₕ), Rₕ the rank sum of the first group in stratum h of nₕ participants, wₕ =
    1/(nₕ + 1) or 1. The variance is that over all permutations within strata, given the ties; no continuity
    correction. Van Elteren, Bulletin de l'Institut International de Statistique 37 (1960) 351–361; Lehmann,
    Nonparametrics, 1975, section 3.3.

    Not for effects that go in opposite directions in different strata: they cancel.

    In R: none in package stats; in SAS: PROC FREQ, TABLES stratum * group * value / CMH2 SCORES=MODRIDIT (van
    Elteren) or SCORES=RANK (equal), row mean scores.

    Examples
    --------
    >>> found = stratified_rank_test([1, 2, 3, 4, 5, 6, 7], list("aabbabb"), list("1111222"))
    >>> round(found.statistic, 4)
    -1.9748
    """
    known("weights", weights, _TITLES)
    known("sides", sides, _SIDES)
    numbers = finite("values", values)
    groups, codes = categories("group", group)
    strata, places = categories("stratum", stratum)
    same_length(values=numbers, group=codes, stratum=places)
    if len(groups) < 2:
        raise DataError(
            f"all observations are in one group, {groups[0]!r}",
            where="group",
            accepted="observations of at least two groups",
        )
    if len(groups) > 2:
        known("sides of a test of more than two groups", sides, ("two-sided",))
    scores, covariance = _scores(numbers, codes, places, weights)
    method = f"{_TITLES[weights]}, {len(strata)} strata, variance given the ties"
    return _judged(scores, covariance, sides, method)


def _scores(
    numbers: Floats, codes: Integers, places: Integers, weights: Weights
) -> tuple[Floats, Floats]:
    """Add up the weighted rank sums about their means, and their covariances, over strata."""
    kinds = int(codes.max()) + 1
    scores, covariance = np.zeros(kinds), np.zeros((kinds, kinds))
    order = np.argsort(places, kind="stable")
    for inside in np.split(order, np.cumsum(np.bincount(places))[:-1]):
        size = inside.size
        if size < 2:
            continue
        weight = 1 / (size + 1) if weights == "van_elteren" else 1.0
        centred = midranks(numbers[inside]).ranks - (size + 1) / 2
        counts = np.bincount(codes[inside], minlength=kinds).astype(np.float64)
        scores += weight * np.bincount(codes[inside], weights=centred, minlength=kinds)
        spread = float(centred @ centred) / (size * (size - 1.0))
        covariance += weight**2 * spread * (size * np.diag(counts) - np.outer(counts, counts))
    return scores, covariance


def _judged(scores: Floats, covariance: Floats, sides: Sides, method: str) -> Test:
    degrees = np.linalg.matrix_rank(covariance, hermitian=True) if covariance.any() else 0
    if not degrees:
        reason = "undefined: in no stratum do both the values and the groups vary"
        return undefined_test(method, reason, sides=sides)
    if scores.size == 2:
        z = float(scores[0] / np.sqrt(covariance[0, 0]))
        return Test(
            statistic=z,
            p_value=normal_probability(z, sides),
            sides=sides,
            null_value=0.0,
            method=method,
        )
    statistic = float(scores @ np.linalg.pinv(covariance, hermitian=True) @ scores)
    return chi_squared_test(f"{method}, chi-squared", statistic, float(degrees))
