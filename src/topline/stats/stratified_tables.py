"""Two groups compared within strata: the Cochran–Mantel–Haenszel test, common effects, and homogeneity of odds ratios.

The estimators are those of :mod:`topline.stats.mantel_haenszel_pooling`, where a stratum is a study; here ratios are given
on their own scale. Limits of the common risk difference that do not rest on a normal estimate are in
:mod:`topline.stats.stratified_risk_difference`; the exact common odds ratio and the exact test over strata are
:func:`topline.stats.exact_tables.conditional_odds_ratio` and :func:`topline.stats.exact_tables.fisher_test`.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import known
from topline.stats.effect_sizes_two_by_two import peto_parts, two_by_two_tables
from topline.stats.estimate import Estimate, Scale, Test, undefined_test
from topline.stats.judged_statistics import chi_squared_test
from topline.stats.mantel_haenszel_pooling import pool_mantel_haenszel
from topline.stats.pooled_tables import PooledTables

HOMOGENEITY_TESTS = {"breslow_day": "Breslow–Day test", "tarone": "Breslow–Day–Tarone test"}
"""The tests of :func:`homogeneity_test` in words."""


def cochran_mantel_haenszel(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    corrected: bool = False,
) -> Test:
    """Test over strata whether two groups have equal proportions.

    χ² = (Σ (xᵢ − Eᵢ))² / Σ Vᵢ with the hypergeometric mean and variance of each stratum's first-group events;
    corrected, the absolute sum is lowered by 1/2 where it is at least that. Mantel, Haenszel, Journal of the
    National Cancer Institute 22 (1959) 719–748, doi:10.1093/jnci/22.4.719; Cochran, Biometrics 10 (1954) 417–451,
    doi:10.2307/3001616. In R: ``mantelhaen.test``, which corrects unless told not to; in SAS: PROC FREQ, ``CMH``,
    which does not correct. Not for effects whose direction differs between strata, which cancel each other.

    Parameters
    ----------
    count, number
        Participants with the event and participants of the first group of each stratum [participants].
    control_count, control_number
        The same of the control group [participants].
    corrected
        Apply the continuity correction.

    Returns
    -------
    Test
        Undefined, with the reason, where in every stratum nobody or everybody has the event, or there is one
        participant.

    Raises
    ------
    DataError
        If counts do not fit.

    Examples
    --------
    >>> found = cochran_mantel_haenszel([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41])
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (3.0419, 0.0811)
    """
    tables = two_by_two_tables(count, number, control_count, control_number)
    difference, variance = (float(np.sum(part)) for part in peto_parts(tables))
    words = "with" if corrected else "without"
    method = f"Cochran–Mantel–Haenszel test {words} continuity correction"
    if not variance > 0:
        reason = "undefined: no stratum tells anything about the difference"
        return undefined_test(method, reason, degrees_of_freedom=1)
    excess = abs(difference)
    if corrected and excess >= 0.5:
        excess -= 0.5
    statistic = excess**2 / variance
    return chi_squared_test(method, statistic, 1)


def common_odds_ratio(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    level: float = 0.95,
    scale: Scale = "natural",
) -> Estimate:
    """Estimate the common odds ratio by Mantel and Haenszel, with Robins, Breslow and Greenland's limits.

    ψ = Σ(ad/N) / Σ(bc/N); limits exp(log ψ ± z SE). Robins, Breslow, Greenland, Biometrics 42 (1986) 311–323,
    doi:10.2307/2531052. In R: ``mantelhaen.test``; in SAS: PROC FREQ, ``CMH``. Not for: odds ratios that differ
    between strata (:func:`homogeneity_test`).

    Parameters
    ----------
    count, number, control_count, control_number
        As in :func:`cochran_mantel_haenszel`.
    level
        The confidence level, a fraction [1].
    scale
        ``"log"`` for natural logarithms, with their standard error.

    Returns
    -------
    Estimate
        A ratio [1]; ``None`` with the reason where a sum is 0. Strata in which nobody or everybody has the event
        have no say, and a note names them.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``level`` or ``scale`` does not fit.

    Examples
    --------
    >>> found = common_odds_ratio([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41])
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (1.714, 0.9356, 3.1401)
    """
    pooled = pool_mantel_haenszel(
        count, number, control_count, control_number, measure="OR", level=level
    )
    return _on_scale(pooled, scale, "Mantel–Haenszel odds ratio, Robins–Breslow–Greenland interval")


def common_risk_ratio(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    level: float = 0.95,
    scale: Scale = "natural",
) -> Estimate:
    """Estimate the common risk ratio by Mantel and Haenszel, with Greenland and Robins's limits.

    φ = Σ(an₂/N) / Σ(cn₁/N); limits exp(log φ ± z SE). Greenland, Robins, Biometrics 41 (1985) 55–68,
    doi:10.2307/2530643. In R: ``metafor::rma.mh(measure = "RR")``; in SAS: PROC FREQ, ``CMH``. Not for risk ratios
    that differ between strata.

    Parameters
    ----------
    count, number, control_count, control_number
        As in :func:`cochran_mantel_haenszel`.
    level
        The confidence level, a fraction [1].
    scale
        ``"log"`` for natural logarithms, with their standard error.

    Returns
    -------
    Estimate
        A ratio [1]; ``None`` with the reason where a group has no event in any stratum. A stratum in which
        everybody has the event draws the ratio towards 1; one in which nobody has has no say, and a note names it.

    Raises
    ------
    DataError, UsageError
        As :func:`common_odds_ratio`.

    Examples
    --------
    >>> found = common_risk_ratio([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41])
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (1.4997, 0.9473, 2.3742)
    """
    pooled = pool_mantel_haenszel(
        count, number, control_count, control_number, measure="RR", level=level
    )
    return _on_scale(pooled, scale, "Mantel–Haenszel risk ratio, Greenland–Robins interval")


def homogeneity_test(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    test: str = "breslow_day",
) -> Test:
    """Test whether the odds ratios of all strata are equal.

    ``breslow_day``: χ² = Σ (xᵢ − Aᵢ)²/Vᵢ with the cells Aᵢ that have the Mantel–Haenszel odds ratio and the stratum's
    margins; Breslow, Day, Statistical Methods in Cancer Research I (1980), section 4.4. ``tarone``: less (Σ (xᵢ −
    Aᵢ))²/Σ Vᵢ; Tarone, Biometrika 72 (1985) 91–95. One degree of freedom fewer than informative strata. In R:
    ``DescTools::BreslowDayTest``, ``metafor::rma.mh``; in SAS: PROC FREQ, ``CMH`` (``CMH(BDT)`` for Tarone's).

    Not for: strata of few participants.

    Parameters
    ----------
    count, number, control_count, control_number
        As in :func:`cochran_mantel_haenszel`.
    test
        A name in :data:`HOMOGENEITY_TESTS`.

    Returns
    -------
    Test
        Undefined, with the reason, for one informative stratum, or without a common odds ratio.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``test`` does not fit.

    Examples
    --------
    >>> round(homogeneity_test([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41]).statistic, 6)
    0.422852
    """
    known("test", test, HOMOGENEITY_TESTS)
    pooled = pool_mantel_haenszel(count, number, control_count, control_number, measure="OR")
    return dict(pooled.homogeneity)[test]


def _on_scale(pooled: PooledTables, scale: Scale, method: str) -> Estimate:
    """Turn an estimate on the log scale into the ratio; its standard error stays with the logarithm."""
    known("scale", scale, ("natural", "log"))
    left_out = (note.replace("studies at", "strata at") for note in pooled.notes)
    found = replace(pooled.estimate, method=method, notes=(*pooled.estimate.notes, *left_out))
    if scale == "log":
        return found
    value, lower, upper = (
        None if number is None else math.exp(number)
        for number in (found.value, found.lower, found.upper)
    )
    notes = tuple(note for note in found.notes if not note.startswith("standard_error"))
    return replace(
        found,
        value=value,
        lower=lower,
        upper=upper,
        standard_error=None,
        scale="natural",
        notes=notes,
    )
