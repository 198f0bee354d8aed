"""What the log-rank family sums over event times: observed and expected events, scores, and their variance."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from topline.stats.estimate import Floats, Integers
from topline.stats.grouping import cumulative_products
from topline.stats.tied_times import closest_gap, end_of_run, merge_ties, sort_with_labels

BATCH = 1 << 17
"""Participants that are counted together, where there are more."""

Sums: TypeAlias = tuple[Integers, Floats, Floats, Floats]
"""For each test (first axis): observed and expected events, score, and variance."""


def batches(tests: Integers) -> list[tuple[slice, Integers]]:
    """Divide many tests into batches whose numbers stay in the processor's cache.

    Parameters
    ----------
    tests
        Where each test begins, and at last the number of participants.

    Returns
    -------
    list
        The participants of each batch, and where the tests begin among them.

    Examples
    --------
    >>> batches(np.array([0, 3, 5]))
    [(slice(0, 5, None), array([0, 3, 5]))]
    """
    if tests.size == 2:
        return [(slice(0, int(tests[1])), tests)]
    marks = np.arange(0, int(tests[-1]), BATCH)
    firsts = np.unique(np.searchsorted(tests, marks, side="right") - 1)
    lasts = np.append(firsts[1:], tests.size - 1)
    return [
        (slice(int(tests[one]), int(tests[other])), tests[one : other + 1] - tests[one])
        for one, other in zip(firsts.tolist(), lasts.tolist(), strict=True)
    ]


def _by_stratum(stratum: Integers, tests: Integers) -> tuple[Integers, Integers, Integers]:
    """Bring ordered observations into the order of test and stratum, keeping that of time."""
    levels = int(stratum.max()) + 1
    keys = np.repeat(np.arange(tests.size - 1), np.diff(tests)) * levels + stratum
    by_stratum = np.argsort(keys, kind="stable")
    keys = keys[by_stratum]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    first_of_test = np.searchsorted(keys[starts] // levels, np.arange(tests.size - 1))
    return by_stratum, np.append(starts, keys.size), first_of_test


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """At each time with an event: at risk and events, in all and by group (second axis); runs are strata."""

    at_risk: Integers
    events: Integers
    group_at_risk: Integers
    group_events: Integers
    bounds: Integers


def _tabulate(
    changes: NDArray[np.bool_], labels: Integers, bounds: Integers, later: Integers
) -> _Table:
    """Count at the times with an event.

    ``changes`` says which time differs from the one before; ``later`` how many of each group stand after the last,
    and so are at risk at every time.
    """
    groups, codes = later.size, labels >> 1
    happened = (labels & 1).astype(np.bool_)
    died = np.flatnonzero(happened)
    group_of_death = codes[died]
    if changes.all():
        starts, tied = died, None
    else:
        run = (np.cumsum(changes) - 1)[died]
        first = np.ones(run.size, dtype=np.bool_)
        np.not_equal(run[1:], run[:-1], out=first[1:])
        tied = np.flatnonzero(first)
        starts = np.flatnonzero(changes)[run[tied]]
    runs = np.searchsorted(starts, bounds)
    last = np.repeat(bounds[1:], np.diff(runs))
    group_at_risk = np.empty((groups, starts.size), dtype=np.int64)
    group_events = np.empty((groups, starts.size), dtype=np.int64)
    at_risk = last - starts + later.sum()
    events = np.ones(starts.size, np.int64) if tied is None else np.diff(tied, append=died.size)
    for code in range(groups - 1):
        count = np.concatenate(([0], np.cumsum(codes == code)))
        group_at_risk[code] = count[last] - count[starts] + later[code]
        own = (group_of_death == code).astype(np.int64)
        group_events[code] = own if tied is None else np.add.reduceat(own, tied)
    group_at_risk[-1] = at_risk - group_at_risk[:-1].sum(axis=0)
    group_events[-1] = events - group_events[:-1].sum(axis=0)
    return _Table(
        at_risk=at_risk,
        events=events,
        group_at_risk=group_at_risk,
        group_events=group_events,
        bounds=runs,
    )


def _weights(
    table: _Table, weight: str, powers: tuple[float, float], so_far: float
) -> tuple[Floats | None, float]:
    """Give the weight at each time, ``None`` for 1, and the pooled survival at the end.

    ``so_far`` is the pooled survival at the beginning of each run.
    """
    n, size = table.at_risk.astype(np.float64), table.at_risk.size
    if weight == "log-rank" or (weight == "fleming-harrington" and powers == (0.0, 0.0)):
        return None, so_far
    if weight in ("gehan-breslow", "tarone-ware") or size == 0:
        return (np.sqrt(n) if weight == "tarone-ware" else n), so_far
    more = 0 if weight == "fleming-harrington" else 1
    filled = np.flatnonzero(np.diff(table.bounds))
    bounds = np.append(table.bounds[filled], size)
    factors = (n + more - table.events) / (n + more)
    factors[bounds[:-1]] *= so_far
    survival = cumulative_products(factors, bounds)
    if more:
        return (survival if weight == "peto-peto" else survival * n / (n + 1)), float(survival[-1])
    before = np.concatenate(([so_far], survival[:-1]))
    before[bounds[:-1]] = so_far
    weights = before ** powers[0] * (1 - before) ** powers[1]
    return np.asarray(weights), float(survival[-1])


def log_rank_sums(
    times: Floats,
    labels: Integers,
    tests: Integers,
    groups: int,
    number: int,
    weight: str,
    powers: tuple[float, float],
    tolerance: float,
) -> Sums:
    """Give observed, expected, score and variance of each test, summed over times and strata.

    Parameters
    ----------
    times
        Of the participants of one test after the other.
    labels
        Twice the group, plus one for an event, plus twice the number of groups for each stratum before one's own.
    tests
        Where each test begins, and at last the number of participants.
    groups, number
        How many groups, and how many labels.
    weight, powers
        The name of the weight, and the powers of Fleming and Harrington's.
    tolerance
        As ``tie_tolerance`` of :func:`topline.stats.survival.kaplan_meier`.

    Examples
    --------
    >>> observed, expected, score, variance = log_rank_sums(
    ...     np.array([1.0, 2.0, 3.0]), np.array([1, 3, 1]), np.array([0, 3]), 2, 4, "log-rank", (0.0, 0.0), 0.0)
    >>> observed, expected.round(4)
    (array([[2, 1]]), array([[2.1667, 0.8333]]))
    """
    ordered, labels = sort_with_labels(times, labels, number, tests)
    if tests.size == 2 and number == 2 * groups and ordered.size > BATCH:
        return _followed(ordered, labels, groups, weight, powers, tolerance)
    ordered = merge_ties(ordered, tests, tolerance)
    first_of_test, bounds = np.arange(tests.size - 1), tests
    if number > 2 * groups:
        stratum, labels = np.divmod(labels, 2 * groups)
        by_stratum, bounds, first_of_test = _by_stratum(stratum, tests)
        ordered, labels = ordered[by_stratum], labels[by_stratum]
    changes = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    changes[bounds[:-1]] = True
    table = _tabulate(changes, labels, bounds, np.zeros(groups, dtype=np.int64))
    weights, _ = _weights(table, weight, powers, 1.0)
    return _sum_up(table, weights, table.bounds[first_of_test])


def _followed(
    ordered: Floats,
    labels: Integers,
    groups: int,
    weight: str,
    powers: tuple[float, float],
    tolerance: float,
) -> Sums:
    """Sum one large test block by block, so that its numbers stay in the processor's cache."""
    closest = closest_gap(ordered, tolerance, _as_they_are)
    later = np.bincount(labels, minlength=2 * groups).reshape(-1, 2).sum(axis=1)
    start, survival, parts = 0, 1.0, []
    while start < ordered.size:
        stop = end_of_run(ordered, min(start + BATCH, ordered.size), closest, _as_they_are)
        part = labels[start:stop]
        later = later - np.bincount(part >> 1, minlength=groups)
        changes = np.concatenate(([True], np.diff(ordered[start:stop]) > closest))
        table = _tabulate(changes, part, np.array([0, stop - start]), later)
        weights, survival = _weights(table, weight, powers, survival)
        parts.append(_sum_up(table, weights, table.bounds[:1]))
        start = stop
    observed, expected, score, variance = zip(*parts, strict=True)
    return sum(observed), sum(expected), sum(score), sum(variance)


def _as_they_are(block: Floats) -> Floats:
    return block


def _sum_up(table: _Table, weights: Floats | None, starts: Integers) -> Sums:
    """Sum over the times of each test, of which ``starts`` tells the first."""
    groups = table.group_at_risk.shape[0]
    n, d = table.at_risk.astype(np.float64), table.events.astype(np.float64)
    w = np.ones(1) if weights is None else weights
    share = table.group_at_risk / n
    expected = share * d
    # One at risk leaves nothing to chance: its term of the variance is 0, not 0 / 0.
    spread = w * w * d * (n - d) / np.maximum(n - 1, 1)
    # Over all groups scores sum to 0, and rows of the variance too.
    score = np.zeros((starts.size, groups))
    variance = np.zeros((starts.size, groups, groups))
    observed = np.empty((starts.size, groups), dtype=np.int64)
    expectations = np.empty((starts.size, groups))
    observed[:, -1] = _sums(table.group_events[-1], starts)
    expectations[:, -1] = _sums(expected[-1], starts)
    for one in range(groups - 1):
        observed[:, one] = _sums(table.group_events[one], starts)
        expectations[:, one] = _sums(expected[one], starts)
        difference = table.group_events[one] - expected[one]
        score[:, one] = _sums(difference if weights is None else w * difference, starts)
        own = spread * share[one]
        variance[:, one, one] = _sums(own - own * share[one], starts)
        for other in range(one):
            product = _sums(own * share[other], starts)
            variance[:, one, other] = variance[:, other, one] = -product
    score[:, -1] = -score[:, :-1].sum(axis=1)
    variance[:, -1, :-1] = variance[:, :-1, -1] = -variance[:, :-1, :-1].sum(axis=1)
    variance[:, -1, -1] = variance[:, :-1, :-1].sum(axis=(1, 2))
    return observed, expectations, score, variance


def _sums(values: Floats | Integers, starts: Integers) -> Floats:
    """Sum runs that may be empty, where ``add.reduceat`` would give the next element."""
    if starts.size == 1:
        return np.array([values.sum()], dtype=np.float64)
    if int(np.diff(starts).min()) > 0 and starts[-1] < values.size:
        return np.add.reduceat(values, starts).astype(np.float64)
    padded = np.append(values, 0)
    sums = np.add.reduceat(padded, starts).astype(np.float64)
    sums[np.diff(starts, append=values.size) == 0] = 0.0
    return sums
