"""The difference of two proportions with its interval, for one comparison or for many at once.

:data:`INTERVALS` lists the methods by name. The default, Miettinen and Nurminen's, keeps near-nominal coverage also
with few or no events, and agrees with the score test; Newcombe, "Interval estimation for the difference between
independent proportions: comparison of eleven methods", Statistics in Medicine 17 (1998) 873–890, compares them.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import known
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Estimates, Floats, Limits
from topline.stats.proportion_intervals_closed import wilson, wilson_corrected
from topline.stats.score_statistics import difference_score, score_limits
from topline.stats.two_proportions import (
    ContrastMethod,
    TwoGroups,
    contrast_estimates,
    single_estimate,
    two_groups,
)


def observed_difference(groups: TwoGroups) -> Floats:
    """Give the observed risk differences [1]. Part of :func:`risk_difference`.

    Parameters
    ----------
    groups
        From :func:`topline.stats.two_proportions.two_groups`.

    Examples
    --------
    >>> observed_difference(two_groups([3], [4], [1], [4]))
    array([0.5])
    """
    return groups.count / groups.number - groups.control_count / groups.control_number


def wald_error(groups: TwoGroups) -> Floats:
    """Give the standard error √(p₁q₁/n₁ + p₂q₂/n₂) [1]; 0 where neither group varies. Part of :func:`wald`.

    Parameters
    ----------
    groups
        From :func:`topline.stats.two_proportions.two_groups`.

    Examples
    --------
    >>> wald_error(two_groups([5], [10], [5], [10])).round(4)
    array([0.2236])
    """
    first, second = groups.count / groups.number, groups.control_count / groups.control_number
    return np.sqrt(
        first * (1 - first) / groups.number + second * (1 - second) / groups.control_number
    )


def wald(groups: TwoGroups, level: float) -> Limits:
    """Give Wald limits: d ± z √(p₁q₁/n₁ + p₂q₂/n₂).

    Newcombe, Statistics in Medicine 17 (1998) 873–890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 1. Not for small groups, or
    proportions near 0 or 1: its coverage is far below the level. In R: ``prop.test(c(x1, x2), c(n1, n2), correct =
    FALSE)``; in SAS: PROC FREQ, ``RISKDIFF(CL=WALD)``.

    Parameters
    ----------
    groups, level
        As for :func:`score`.

    Returns
    -------
    Limits
        They may lie outside [−1, 1] and are not cut; without width where in each group nobody or everybody has the
        event.

    Examples
    --------
    >>> wald(two_groups([56], [70], [48], [80]), 0.95).lower.round(6)
    array([0.057505])
    """
    difference, half = observed_difference(groups), normal_multiplier(level) * wald_error(groups)
    return Limits(difference - half, difference + half)


def wald_corrected(groups: TwoGroups, level: float) -> Limits:
    """Give Wald limits widened by (1/n₁ + 1/n₂)/2 on each side.

    d ± (z √(p₁q₁/n₁ + p₂q₂/n₂) + (1/n₁ + 1/n₂)/2). Newcombe, Statistics in Medicine 17 (1998) 873–890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 2. Not for small groups, or
    proportions near 0 or 1. In R: ``prop.test(c(x1, x2), c(n1, n2))``, which corrects by no more than the
    difference; in SAS: PROC FREQ, ``RISKDIFF(CL=WALD CORRECT)``.

    Parameters
    ----------
    groups, level
        As for :func:`score`.

    Returns
    -------
    Limits
        They may lie outside [−1, 1] and are not cut; where in each group nobody or everybody has the event, the
        correction alone.

    Examples
    --------
    >>> wald_corrected(two_groups([56], [70], [48], [80]), 0.95).lower.round(6)
    array([0.044112])
    """
    lower, upper = wald(groups, level)
    correction = (1 / groups.number + 1 / groups.control_number) / 2
    return Limits(lower - correction, upper + correction)


def newcombe(groups: TwoGroups, level: float) -> Limits:
    """Give Newcombe's hybrid score limits, from the Wilson limits l, u of each proportion.

    d − √((p₁ − l₁)² + (u₂ − p₂)²) and d + √((u₁ − p₁)² + (p₂ − l₂)²). Newcombe, Statistics in Medicine 17 (1998)
    873–890, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10. Not for agreement with
    the score test's p-value: that is :func:`score`. In R: ``DescTools::BinomDiffCI(x1, n1, x2, n2, method =
    "score")``; in SAS: PROC FREQ, ``RISKDIFF(CL=NEWCOMBE)``.

    Parameters
    ----------
    groups, level
        As for :func:`score`.

    Returns
    -------
    Limits
        Always inside [−1, 1] and of positive width, also where nobody or everybody has the event.

    Examples
    --------
    >>> newcombe(two_groups([56], [70], [48], [80]), 0.95).upper.round(6)
    array([0.333873])
    """
    return _combined_limits(
        groups,
        wilson(groups.count, groups.number, level),
        wilson(groups.control_count, groups.control_number, level),
    )


def newcombe_corrected(groups: TwoGroups, level: float) -> Limits:
    """Give Newcombe's limits from Wilson limits with continuity correction.

    The limits of :func:`newcombe` with those of :func:`topline.stats.proportion_intervals_closed.wilson_corrected`
    for l and u. Formula: :func:`newcombe`. Newcombe, Statistics in Medicine 17 (1998) 873–890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 11. Not for the narrowest interval
    near the level: it mostly covers more. In R: ``DescTools::BinomDiffCI(x1, n1, x2, n2, method = "scorecc")``; in
    SAS: PROC FREQ, ``RISKDIFF(CL=NEWCOMBE CORRECT)``.

    Parameters
    ----------
    groups, level
        As for :func:`score`.

    Returns
    -------
    Limits
        Always inside [−1, 1] and of positive width, also where nobody or everybody has the event.

    Examples
    --------
    >>> newcombe_corrected(two_groups([56], [70], [48], [80]), 0.95).upper.round(6)
    array([0.342186])
    """
    return _combined_limits(
        groups,
        wilson_corrected(groups.count, groups.number, level),
        wilson_corrected(groups.control_count, groups.control_number, level),
    )


def _combined_limits(groups: TwoGroups, first: Limits, second: Limits) -> Limits:
    """Combine the limits of two independent proportions into limits of their difference.

    Examples
    --------
    >>> _combined_limits(two_groups([1], [2], [1], [2]), Limits(np.array([0.2]), np.array([0.8])),
    ...                 Limits(np.array([0.1]), np.array([0.9]))).lower
    array([-0.5])
    """
    share, control = groups.count / groups.number, groups.control_count / groups.control_number
    difference = share - control
    return Limits(
        difference - np.hypot(share - first.lower, second.upper - control),
        difference + np.hypot(first.upper - share, control - second.lower),
    )


def agresti_caffo(groups: TwoGroups, level: float) -> Limits:
    """Give Wald limits after adding one event and one other to each group.

    p̃₁ − p̃₂ ± z √(p̃₁q̃₁/(n₁ + 2) + p̃₂q̃₂/(n₂ + 2)) with p̃ᵢ = (xᵢ + 1)/(nᵢ + 2). Agresti, Caffo, The American
    Statistician 54 (2000) 280–288, doi:10.1080/00031305.2000.10474560. Not for levels far from 0.95, for which the
    number added was chosen. In R: ``DescTools::BinomDiffCI(x1, n1, x2, n2, method = "ac")``; in SAS: PROC FREQ,
    ``RISKDIFF(CL=AC)``.

    Parameters
    ----------
    groups, level
        As for :func:`score`.

    Returns
    -------
    Limits
        Their middle is not the observed difference. They may lie outside [−1, 1], as where everybody has the event
        in one group and nobody in the other, and are not cut.

    Examples
    --------
    >>> agresti_caffo(two_groups([56], [70], [48], [80]), 0.95).upper.round(6)
    array([0.335758])
    """
    x, n, y, m = groups
    return wald(TwoGroups(x + 1, n + 2, y + 1, m + 2), level)


def score(groups: TwoGroups, level: float, *, unbiased: bool = True) -> Limits:
    """Give Miettinen–Nurminen limits, or with ``unbiased=False`` Mee's: those that the score test does not reject.

    All δ with |d − δ| ≤ z √V(δ), V being the variance p̃₁q̃₁/n₁ + p̃₂q̃₂/n₂ at the most likely proportions that
    differ by δ, times N/(N − 1) for Miettinen and Nurminen (:mod:`topline.stats.score_statistics`). Miettinen,
    Nurminen, Statistics in Medicine 4 (1985) 213–226, doi:10.1002/sim.4780040211; Mee, Biometrics 40 (1984)
    1175–1176. Not for a guarantee: coverage is near nominal on average, not at least nominal.

    In R: ``ratesci::scoreci(x1, n1, x2, n2, skew = FALSE)``, ``DescTools::BinomDiffCI(x1, n1, x2, n2, method =
    "mn")`` or ``"mee"``; in SAS: PROC FREQ, ``RISKDIFF(CL=MN)``, ``CL=MN(CORRECT=NO)`` for Mee.

    Parameters
    ----------
    groups
        From :func:`topline.stats.two_proportions.two_groups`.
    level
        The confidence level, a fraction [1].
    unbiased
        Whether the variance is multiplied by N/(N − 1).

    Returns
    -------
    Limits
        Always inside [−1, 1] and of positive width, also where nobody or everybody has the event.

    Examples
    --------
    >>> found = score(two_groups([0], [10], [0], [20]), 0.95)
    >>> found.lower.round(6), found.upper.round(6)
    (array([-0.16576]), array([0.284381]))
    """
    return score_limits(
        groups,
        partial(difference_score, unbiased=unbiased),
        normal_multiplier(level),
        newcombe(groups, level),
        observed_difference(groups),
        (-1.0, 1.0),
    )


INTERVALS: Mapping[str, ContrastMethod] = MappingProxyType(
    {
        "miettinen_nurminen": ContrastMethod(
            title="Miettinen–Nurminen (score)",
            limits=score,
            source="Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226",
            closed=False,
        ),
        "mee": ContrastMethod(
            title="Mee (score)",
            limits=partial(score, unbiased=False),
            source="Mee, Biometrics 40 (1984) 1175–1176",
            closed=False,
        ),
        "newcombe": ContrastMethod(
            title="Newcombe (hybrid score)",
            limits=newcombe,
            source="Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10",
        ),
        "newcombe_corrected": ContrastMethod(
            title="Newcombe (hybrid score) with continuity correction",
            limits=newcombe_corrected,
            source="Newcombe, Statistics in Medicine 17 (1998) 873–890, method 11",
        ),
        "agresti_caffo": ContrastMethod(
            title="Agresti–Caffo",
            limits=agresti_caffo,
            source="Agresti, Caffo, The American Statistician 54 (2000) 280–288",
        ),
        "wald": ContrastMethod(
            title="Wald",
            limits=wald,
            source="Newcombe, Statistics in Medicine 17 (1998) 873–890, method 1",
            standard_error=wald_error,
        ),
        "wald_corrected": ContrastMethod(
            title="Wald with continuity correction",
            limits=wald_corrected,
            source="Newcombe, Statistics in Medicine 17 (1998) 873–890, method 2",
            standard_error=wald_error,
        ),
    }
)
"""The interval methods by name."""


def risk_difference(
    count: float,
    number: float,
    control_count: float,
    control_number: float,
    *,
    level: float = 0.95,
    interval: str = "miettinen_nurminen",
) -> Estimate:
    """Estimate the difference of two proportions with its interval.

    d = x₁/n₁ − x₂/n₂, with limits by one of :data:`INTERVALS`, which names the source of each. Newcombe, Statistics
    in Medicine 17 (1998) 873–890, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, compares
    them. In R: ``DescTools::BinomDiffCI(x1, n1, x2, n2, method = "mn")``; in SAS: PROC FREQ, ``RISKDIFF(CL=MN)``.

    Not for: matched or repeated participants (:mod:`topline.stats.paired_proportions`), strata
    (:mod:`topline.stats.stratified_tables`).

    Parameters
    ----------
    count, number
        Participants with the event and participants of the first group [participants].
    control_count, control_number
        The same of the control group, which is subtracted [participants].
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`INTERVALS`.

    Returns
    -------
    Estimate
        A difference of fractions, not of percentages [1]. Defined also where nobody or everybody has the event; the
        standard error is given for Wald intervals. Limits of Wald and Agresti–Caffo intervals may lie outside [−1,
        1]; a note says so.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``level`` or ``interval`` does not fit.

    Examples
    --------
    >>> found = risk_difference(56, 70, 48, 80)
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (0.2, 0.0528, 0.3382)
    """
    many = risk_differences(
        [count], [number], [control_count], [control_number], level=level, interval=interval
    )
    error = INTERVALS[interval].standard_error
    groups = two_groups([count], [number], [control_count], [control_number])
    found = single_estimate(
        many, standard_error=error(groups) if error else None, undefined="undefined"
    )
    return _with_notes_on_range(found)


def _with_notes_on_range(found: Estimate) -> Estimate:
    outside = tuple(
        f"{part}: the formula gives {limit:.6g}, outside the possible range; left as it is"
        for part, limit in (("lower", found.lower), ("upper", found.upper))
        if limit is not None and abs(limit) > 1
    )
    return replace(found, notes=(*found.notes, *outside))


def risk_differences(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "miettinen_nurminen",
) -> Estimates:
    """Estimate many risk differences with their intervals at once, each as :func:`risk_difference` does.

    Parameters
    ----------
    count, number, control_count, control_number
        One element for each comparison [participants].
    level, interval
        As in :func:`risk_difference`.

    Returns
    -------
    Estimates
        Differences of fractions [1], defined also where nobody or everybody has the event.

    Raises
    ------
    DataError, UsageError
        As :func:`risk_difference`; the message names the element.

    Examples
    --------
    >>> risk_differences([56, 9], [70, 10], [48, 3], [80, 10]).lower.round(4)
    array([0.0528, 0.17  ])
    """
    groups = two_groups(count, number, control_count, control_number)
    method = INTERVALS[known("interval", interval, INTERVALS)]
    return contrast_estimates(
        groups, observed_difference(groups), method, level=level, what="risk difference"
    )
