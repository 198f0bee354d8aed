"""The log-rank test and its weighted family: two or more groups, strata, trend, one test or many.

At each time with an event, the events of each group are compared with those expected if all groups shared one
hazard: ``U = Σ w (d_j − n_j d / n)``. The variance is hypergeometric. What differs within the family is the
weight ``w``; :data:`WEIGHTS` lists them by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError, UsageError
from topline.stats.checking import finite, known, same_length, scalar
from topline.stats.estimate import Floats, Integers, Sides, Test, notes_on_gaps, undefined_test
from topline.stats.grouping import categories, run_bounds
from topline.stats.judged_statistics import chi_squared_test
from topline.stats.log_rank_sums import batches, log_rank_sums
from topline.stats.observed_times import observed_times
from topline.stats.tied_times import TIE_TOLERANCE

WEIGHTS = MappingProxyType(
    {
        "log-rank": "1",
        "gehan-breslow": "n, all at risk",
        "tarone-ware": "the square root of n",
        "fleming-harrington": "S^rho (1 - S)^gamma, S the pooled Kaplan–Meier estimate just before",
        "peto-peto": "the product of 1 - d / (n + 1) up to and including the time",
        "andersen": "the Peto–Peto weight times n / (n + 1)",
    }
)
"""The weight at a time with d events among n at risk, by name of the test."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRank:
    """A test that groups share one survival curve.

    Parameters
    ----------
    groups
        The labels, in the order of the arrays.
    observed, expected
        Events observed, and expected under one hazard, unweighted, summed over strata [events].
    score
        The weighted sum of observed minus expected in each group.
    variance
        The covariance matrix of ``score`` under one hazard.
    test
        The test: chi-squared, or for two groups and a one-sided question z.
    """

    groups: tuple[str, ...]
    observed: Integers
    expected: Floats
    score: Floats
    variance: Floats
    test: Test


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRanks:
    """Many tests on the same groups; the first axis of every array is the test.

    Parameters
    ----------
    groups, observed, expected, score, variance
        As in :class:`LogRank`.
    statistic
        Chi-squared; NaN where the test is undefined: fewer than two groups were at risk with an event.
    degrees_of_freedom
        Groups at risk when events happened, less one.
    p_value
        Two-sided; NaN where the test is undefined.
    method
        The test in words.
    """

    groups: tuple[str, ...]
    observed: Integers
    expected: Floats
    score: Floats
    variance: Floats
    statistic: Floats
    degrees_of_freedom: Integers
    p_value: Floats
    method: str

    @property
    def notes(self) -> tuple[str, ...]:
        """Which of the tests are undefined and why."""
        why = "fewer than two groups were at risk when an event happened"
        return notes_on_gaps(why, statistic=self.statistic, p_value=self.p_value)


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: Iterable[object],
    *,
    strata: Iterable[object] | None = None,
    weight: str = "log-rank",
    rho: float = 0.0,
    gamma: float = 0.0,
    sides: Sides = "two-sided",
    tie_tolerance: float = TIE_TOLERANCE,
) -> LogRank:
    """Test whether groups share one survival curve.

    Parameters
    ----------
    time
        The time to event or censoring of each participant [any unit of time], from 0.
    event
        1 (or True) for an event, 0 (or False) for a censoring [1].
    group
        The group of each participant; two or more groups.
    strata
        The stratum of each participant: expectations are formed within strata, and summed.
    weight
        A name in :data:`WEIGHTS`. The log-rank test is the most powerful where hazards are proportional; the others
        look at early (Gehan–Breslow, Tarone–Ware, Peto–Peto, Fleming–Harrington with ``rho``) or late (with
        ``gamma``) differences, and must have been chosen before the data were seen.
    rho, gamma
        The powers of the Fleming–Harrington weight [1], from 0; 0 and 0 give the log-rank test.
    sides
        For two groups: "greater" asks whether the first group has more events than expected, "less" whether fewer;
        the statistic then is z.
    tie_tolerance
        As in :func:`topline.stats.survival.kaplan_meier`.

    Returns
    -------
    LogRank
        The test is undefined, ``None`` with the reason, where no event happened while two groups were at risk:
        without events, or where everybody has the event at one time. A group that was never at risk when an event
        happened is left out of the degrees of freedom. Ties are no approximation: the variance is hypergeometric.

    Raises
    ------
    DataError
        If times, events or groups are not as described, or there is only one group.
    UsageError
        If the weight is not known, a power is negative, powers are given to a weight that has none, or a
        one-sided question is asked of more than two groups.

    Notes
    -----
    χ² = U' V⁻ U, Uⱼ = Σ w (dⱼ − nⱼ d/n) over the times with an event, V = Σ w² d (n − d)/(n − 1) × (nⱼ/n) (δⱼₖ −
    nₖ/n), both summed over strata. Mantel, Cancer Chemotherapy Reports 50 (1966) 163–170; Gehan, Biometrika 52 (1965)
    203–223; Breslow, Biometrika 57 (1970) 579–594; Peto and Peto, Journal of the Royal Statistical Society A 135
    (1972) 185–207; Tarone and Ware, Biometrika 64 (1977) 156–160; Harrington and Fleming, Biometrika 69 (1982)
    553–566.

    Not for hazards that cross, where early and late differences cancel (a weight chosen beforehand, or
    :func:`topline.stats.restricted_mean.restricted_mean_difference`); not for competing events, see
    :func:`topline.stats.gray_test.gray_test`.

    In R: ``survival::survdiff(Surv(time, event) ~ group + strata(stratum), rho = 0)``, with no other weights than
    S^rho; in SAS: PROC LIFETEST, STRATA / GROUP= TEST=(LOGRANK WILCOXON TARONE PETO MODPETO FLEMING), whose PETO is
    "peto-peto" and MODPETO "andersen".

    Examples
    --------
    >>> found = log_rank([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], ["A", "A", "A", "B", "B", "B"])
    >>> found.observed, found.expected.round(4)
    (array([2, 3]), array([0.9, 4.1]))
    >>> round(found.test.statistic, 4), round(found.test.p_value, 4)
    (2.4694, 0.1161)
    """
    many = _tests(time, event, group, None, strata, weight, (rho, gamma), tie_tolerance)
    if len(many.groups) < 2:
        raise DataError(
            f"group has one label, {many.groups[0]!r}", where="group", accepted="two groups or more"
        )
    score, variance = many.score[0], many.variance[0]
    if sides == "two-sided":
        test = _chi_squared(float(many.statistic[0]), int(many.degrees_of_freedom[0]), many.method)
    else:
        test = _one_sided(many.groups, score, variance, sides, many.method)
    return LogRank(
        groups=many.groups,
        observed=many.observed[0],
        expected=many.expected[0],
        score=score,
        variance=variance,
        test=test,
    )


def log_ranks(
    time: ArrayLike,
    event: ArrayLike,
    group: Iterable[object],
    offsets: ArrayLike,
    *,
    strata: Iterable[object] | None = None,
    weight: str = "log-rank",
    rho: float = 0.0,
    gamma: float = 0.0,
    tie_tolerance: float = TIE_TOLERANCE,
) -> LogRanks:
    """Test many samples at once, each as :func:`log_rank` does.

    Parameters
    ----------
    time, event, group, strata
        As in :func:`log_rank`, one sample after the other.
    offsets
        Where each sample begins, and at last the number of participants [1].
    weight, rho, gamma, tie_tolerance
        As in :func:`log_rank`.

    Returns
    -------
    LogRanks
        Chi-squared statistics and two-sided p-values [1], NaN where a test is undefined: fewer than two groups were
        at risk when an event happened.

    Raises
    ------
    DataError, UsageError
        As :func:`log_rank`, and if the offsets do not divide the participants.

    Examples
    --------
    >>> groups = [0, 0, 0, 1, 1, 1] + [0, 1, 0, 1, 0, 1]
    >>> found = log_ranks([1, 2, 3, 4, 5, 6] * 2, [1, 1, 0, 1, 1, 1] * 2, groups, [0, 6, 12])
    >>> found.p_value.round(4)
    array([0.1161, 0.7857])
    """
    return _tests(time, event, group, offsets, strata, weight, (rho, gamma), tie_tolerance)


def trend(found: LogRank, scores: ArrayLike | None = None, *, sides: Sides = "two-sided") -> Test:
    """Test for a trend of the hazard over ordered groups.

    Parameters
    ----------
    found
        From :func:`log_rank`, of any weight and strata.
    scores
        One number for each group, in the order of ``found.groups``; 1, 2, 3 … by default [any unit]. Only differences
        between scores matter.
    sides
        "greater": more events than expected where scores are high.

    Returns
    -------
    Test
        Two-sided as chi-squared with one degree of freedom, otherwise z. Undefined, ``None`` with the reason, where
        no event happened while two groups were at risk, or all scores are equal.

    Raises
    ------
    DataError
        If there is not one finite score for each group.

    Notes
    -----
    z = Σ sⱼ Uⱼ/√(s' V s), with U and V of the log-rank test. Tarone, Biometrika 62 (1975) 679–682.

    Not for groups without an order that was fixed beforehand, nor for hazards that rise and fall again over the
    order.

    In R: ``summary(survival::coxph(Surv(time, event) ~ score))$sctest``, the same as the log-rank trend where times
    are not tied; in SAS: PROC LIFETEST, STRATA / TREND.

    Examples
    --------
    >>> found = log_rank([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], [2, 2, 1, 1, 0, 0])
    >>> round(trend(found).p_value, 4)
    0.0098
    """
    values = finite("scores", np.arange(1, len(found.groups) + 1) if scores is None else scores)
    same_length(scores=values, groups=found.groups)
    contrast = values - values.mean()
    variance = float(contrast @ found.variance @ contrast)
    method = f"{found.test.method.removesuffix(' test')} test for trend"
    if variance <= 0:
        return _undefined(method, sides, 1)
    z = float(contrast @ found.score) / np.sqrt(variance)
    return _z_test(z, sides, method)


def _z_test(z: float, sides: Sides, method: str) -> Test:
    """Word a standard normal statistic as a test: two-sided as chi-squared with one degree of freedom.

    Examples
    --------
    >>> round(_z_test(1.959964, "two-sided", "some test").p_value, 6)
    0.05
    """
    if sides == "two-sided":
        return _chi_squared(z * z, 1, method)
    tail = -z if sides == "greater" else z
    return Test(
        statistic=z,
        p_value=float(special.ndtr(tail)),
        sides=sides,
        null_value=0.0,
        method=method,
    )


def _tests(
    time: ArrayLike,
    event: ArrayLike,
    group: Iterable[object],
    offsets: ArrayLike | None,
    strata: Iterable[object] | None,
    weight: str,
    powers: tuple[float, float],
    tolerance: float,
) -> LogRanks:
    method = _method(weight, powers, strata is not None)
    times, happened = observed_times(time, event)
    groups, codes = categories("group", group)
    same_length(time=times, group=codes)
    tests = np.array([0, times.size]) if offsets is None else run_bounds(offsets, times.size)
    labels = codes  # our own array: written over, since there may be many participants
    labels *= 2
    labels += happened
    number = 2 * len(groups)
    if strata is not None:
        levels, members = categories("strata", strata)
        same_length(time=times, strata=members)
        labels += number * members
        number *= len(levels)
    sums = [
        log_rank_sums(
            times[part], labels[part], bounds, len(groups), number, weight, powers, tolerance
        )
        for part, bounds in batches(tests)
    ]
    observed, expected, score, variance = (
        np.concatenate(parts) for parts in zip(*sums, strict=True)
    )
    statistic, degrees = _statistics(score, variance, expected)
    return LogRanks(
        groups=groups,
        observed=observed,
        expected=expected,
        score=score,
        variance=variance,
        statistic=statistic,
        degrees_of_freedom=degrees,
        p_value=np.asarray(special.chdtrc(np.maximum(degrees, 1), statistic)),
        method=method,
    )


def _method(weight: str, powers: tuple[float, float], stratified: bool) -> str:
    known("weight", weight, WEIGHTS)
    if weight != "fleming-harrington" and powers != (0.0, 0.0):
        raise UsageError(
            f"rho {powers[0]:g} and gamma {powers[1]:g} with the weight {weight!r}",
            accepted="rho and gamma with the weight 'fleming-harrington' only",
        )
    if min(scalar("rho", powers[0]), scalar("gamma", powers[1])) < 0:
        raise UsageError(
            f"rho {powers[0]:g} and gamma {powers[1]:g}", accepted="powers of 0 or more"
        )
    names = {
        "log-rank": "log-rank",
        "gehan-breslow": "Gehan–Breslow",
        "tarone-ware": "Tarone–Ware",
        "fleming-harrington": f"Fleming–Harrington ({powers[0]:g}, {powers[1]:g})",
        "peto-peto": "Peto–Peto",
        "andersen": "Peto–Peto–Andersen",
    }
    return f"{'stratified ' if stratified else ''}{names[weight]} test"


def _statistics(score: Floats, variance: Floats, expected: Floats) -> tuple[Floats, Integers]:
    """Give chi-squared and its degrees of freedom.

    A group that was never at risk at an event is left out. Groups that were, but never together with the others,
    leave the variance with a smaller rank, which then is the degrees of freedom.
    """
    present = expected > 0
    degrees = np.zeros(score.shape[0], dtype=np.int64)
    statistic = np.full(score.shape[0], np.nan)
    for pattern in np.unique(present, axis=0):
        members = np.flatnonzero(pattern)[:-1]
        if members.size == 0:
            continue
        rows = np.flatnonzero((present == pattern).all(axis=1))
        matrices, vectors = variance[np.ix_(rows, members, members)], score[np.ix_(rows, members)]
        values, directions = np.linalg.eigh(matrices)
        kept = values > 1e-10 * values[:, -1:]
        kept &= values[:, -1:] > 0
        along = np.einsum("tij,ti->tj", directions, vectors)
        parts = np.divide(along**2, values, out=np.zeros_like(values), where=kept)
        degrees[rows] = kept.sum(axis=1)
        statistic[rows] = np.where(degrees[rows] > 0, parts.sum(axis=1), np.nan)
    return statistic, degrees


def _chi_squared(statistic: float, degrees: int, method: str) -> Test:
    if not np.isfinite(statistic):
        return _undefined(method, "two-sided", degrees)
    return chi_squared_test(method, statistic, float(degrees))


def _one_sided(
    groups: tuple[str, ...], score: Floats, variance: Floats, sides: Sides, method: str
) -> Test:
    if len(groups) != 2:
        raise UsageError(
            f"a one-sided test of {len(groups)} groups",
            accepted="two groups, or a test for trend",
        )
    if variance[0, 0] <= 0:
        return _undefined(method, sides, None)
    z = float(score[0] / np.sqrt(variance[0, 0]))
    return _z_test(z, sides, f"{method}, more events than expected in group {groups[0]} is greater")


def _undefined(method: str, sides: Sides, degrees: int | None) -> Test:
    reason = "undefined: no event happened while two groups were at risk"
    return undefined_test(
        method, reason, sides=sides, degrees_of_freedom=None if degrees is None else float(degrees)
    )
