"""Gray's test that groups share one cumulative incidence of a cause, in the presence of competing causes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import same_length, scalar
from topline.stats.competing_risks import observations
from topline.stats.estimate import Floats, Integers, Test, undefined_test
from topline.stats.grouping import categories
from topline.stats.judged_statistics import chi_squared_test
from topline.stats.tied_times import TIE_TOLERANCE, merge_ties


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrayTest:
    """A test that groups share one cumulative incidence.

    Parameters
    ----------
    groups
        The labels, in the order of the arrays.
    score
        Weighted observed minus expected events of each group but the last.
    variance
        The covariance matrix of ``score`` under one incidence.
    test
        Chi-squared.
    """

    groups: tuple[str, ...]
    score: Floats
    variance: Floats
    test: Test


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: Iterable[object],
    *,
    event: int = 1,
    strata: Iterable[object] | None = None,
    rho: float = 0.0,
    tie_tolerance: float = TIE_TOLERANCE,
) -> GrayTest:
    """Test whether groups share one cumulative incidence of a cause.

    Parameters
    ----------
    time, cause
        As in :func:`topline.stats.competing_risks.cumulative_incidence`.
    group
        The group of each participant; two or more groups.
    event
        The code of the cause that is compared [1].
    strata
        The stratum of each participant: scores and variances are summed over strata.
    rho
        The power of the weight (1 − F)^rho [1], F the pooled cumulative incidence just before; above 0 it looks at
        early differences.
    tie_tolerance
        As in :func:`topline.stats.survival.kaplan_meier`.

    Returns
    -------
    GrayTest
        Chi-squared with one degree of freedom fewer than groups. Undefined, ``None`` with the reason, with too few
        events of the cause while groups were at risk together, as where everybody has the event at one time.

    Raises
    ------
    DataError
        If an input is not as described, or there is only one group.
    UsageError
        If nobody has an event of the cause.

    Notes
    -----
    χ² = U' V⁻¹ U, U the sums of ∫ w(t) Rⱼ(t) (dΓⱼ(t) − dΓ(t)), Γⱼ the cumulative subdistribution hazard of group j, Γ
    the pooled one and Rⱼ = nⱼ (1 − Fⱼ)/Sⱼ the number at risk of it; V with the variance for ties of R's cmprsk. Gray,
    Annals of Statistics 16 (1988) 1141–1154, doi:10.1214/aos/1176350951.

    Not for what causes the events: it compares incidences, that is subdistribution hazards, and not cause-specific
    hazards, for which a log-rank test with the other causes censored asks.

    In R: ``cmprsk::cuminc(time, cause, group, strata, rho = 0)``, component Tests; in SAS: PROC LIFETEST, TIME /
    EVENTCODE= with STRATA.

    Examples
    --------
    >>> found = gray_test([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 1, 0, 1, 2, 1], list("AABABBAB"))
    >>> round(found.test.statistic, 4), round(found.test.p_value, 4)
    (0.0047, 0.9453)
    """
    times, codes = observations(time, cause)
    groups, members = categories("group", group)
    same_length(time=times, group=members)
    if len(groups) < 2:
        raise DataError(
            f"group has one label, {groups[0]!r}", where="group", accepted="two groups or more"
        )
    if not (codes == event).any():
        raise UsageError(f"cause {event}", accepted=f"a cause with events: {_listed(codes)}")
    if scalar("rho", rho) < 0:
        raise UsageError(f"rho {rho:g}", accepted="a power of 0 or more")
    order = np.argsort(times, kind="stable")
    ordered = merge_ties(times[order], np.array([0, times.size]), tie_tolerance)
    kind = np.where(codes == event, 1, np.where(codes > 0, 2, 0))[order]
    members = members[order]
    levels, stratum = (
        (("all",), np.zeros(times.size, np.int64))
        if strata is None
        else categories("strata", strata)
    )
    same_length(time=times, strata=stratum)
    stratum = stratum[order]
    score = np.zeros(len(groups) - 1)
    variance = np.zeros((len(groups) - 1, len(groups) - 1))
    for level in range(len(levels)):
        chosen = stratum == level
        table = _tabulate(ordered[chosen], kind[chosen], members[chosen], len(groups))
        own_score, own_variance = _score(table, rho)
        score += own_score
        variance += own_variance
    method = f"{'stratified ' if strata is not None else ''}Gray's test of cause {event}"
    return GrayTest(
        groups=groups,
        score=score,
        variance=variance,
        test=_test(score, variance, method if rho == 0 else f"{method}, rho {rho:g}"),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """At each distinct time with an event (last axis), by group (first axis): at risk, of the cause, of others."""

    at_risk: Floats
    own: Floats
    other: Floats


def _tabulate(ordered: Floats, kind: Integers, members: Integers, groups: int) -> _Table:
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    stops = np.append(starts[1:], ordered.size)
    at_risk, own, other = np.empty((3, groups, starts.size))
    for group in range(groups):
        member = members == group
        present = np.concatenate(([0], np.cumsum(member)))
        at_risk[group] = present[-1] - present[starts]
        for code, target in ((1, own), (2, other)):
            so_far = np.concatenate(([0], np.cumsum(member & (kind == code))))
            target[group] = so_far[stops] - so_far[starts]
    some = (own + other).sum(axis=0) > 0
    return _Table(at_risk=at_risk[:, some], own=own[:, some], other=other[:, some])


def _score(table: _Table, rho: float) -> tuple[Floats, Floats]:
    """Sum the scores, and their covariance, over times.

    The score of a group depends on events through its own counts, and through the estimates of survival and of the
    pooled incidence that weigh later times. The effect of an event at s on all later weights is what the
    accumulated ``c`` leaves after s; Gray's appendix gives the terms.
    """
    n, own, other = table.at_risk, table.own, table.other
    present = n > 0
    safe = np.where(present, n, 1.0)
    after = np.cumprod(1 - (own + other) / safe, axis=1)
    before = np.concatenate((np.ones((n.shape[0], 1)), after[:, :-1]), axis=1)
    incidence = np.cumsum(before * own / safe, axis=1)
    incidence_before = np.concatenate((np.zeros((n.shape[0], 1)), incidence[:, :-1]), axis=1)
    inflated = np.divide(n, before, out=np.zeros_like(n), where=present)
    total = inflated.sum(axis=0)
    at_risk = inflated * (1 - incidence_before)
    events = own.sum(axis=0)
    pooled = np.cumsum(events / total)
    pooled_before = np.concatenate(([0.0], pooled[:-1]))
    weight = (1 - pooled_before) ** rho
    score = (weight * (own - events * at_risk / at_risk.sum(axis=0))).sum(axis=1)
    compared = n.shape[0] - 1
    # direct[i, k]: what an event of group k at this time does to the score of group i.
    direct = -weight * inflated[:compared, None] * inflated[None, :] / total
    direct[np.arange(compared), np.arange(compared)] += weight * inflated[:compared]
    # Where the pooled incidence has reached 1, no later time is left to weigh.
    left = total * (1 - pooled_before)
    rate = np.divide(events, left, out=np.zeros_like(left), where=left > 0)
    accumulated = np.cumsum(direct * rate, axis=2)
    remaining = accumulated[:, :, -1:] - accumulated
    share = np.divide(1 - pooled, after, out=np.zeros_like(n), where=after > 0)
    effect = direct + (1 - share) * remaining
    spread = np.maximum(total * before - 1, 1e-300)
    ties = np.where(events > 1, 1 - (events - 1) / spread, 1.0)
    size = np.where(present, ties * before * events / (total * safe), 0.0)
    covariance = np.einsum("ikt,jkt,kt->ij", effect, effect, size)
    spread = np.maximum(n - 1, 1.0)
    ties = np.where(other > 1, 1 - (other - 1) / spread, 1.0)
    size = np.where((other > 0) & (after > 0), ties * before**2 * other / safe**2, 0.0)
    effect = share * remaining
    covariance += np.einsum("ikt,jkt,kt->ij", effect, effect, size)
    return score[:compared], covariance


def _test(score: Floats, variance: Floats, method: str) -> Test:
    degrees = score.size
    spread = np.linalg.eigvalsh(variance)
    if spread[0] <= 1e-13 * max(spread[-1], 1e-300):
        # With few events Gray's estimate of the variance can even be negative; R then gives a negative statistic.
        reason = "undefined: too few events of the cause while groups were at risk together"
        return undefined_test(method, reason, degrees_of_freedom=float(degrees))
    statistic = float(score @ np.linalg.solve(variance, score))
    return chi_squared_test(method, statistic, float(degrees))


def _listed(codes: Integers) -> str:
    return ", ".join(str(code) for code in np.unique(codes[codes > 0]).tolist())
