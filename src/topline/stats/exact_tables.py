"""Two-by-two tables given their margins: Fisher's test, and the odds ratio by the conditional likelihood.

Given the margins of one table, or of several strata with one common odds ratio ψ, the number of first-group events S has
probabilities proportional to c(s) ψˢ, where c is the product (over strata: the convolution) of binomial coefficients.
Everything here is computed from log c. Cornfield, Journal of the National Cancer Institute 11 (1951) 1269–1275;
Breslow, Day, Statistical Methods in Cancer Research I (1980), sections 4.2 and 4.4.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import LimitError
from topline.stats.checking import confidence_level, known
from topline.stats.estimate import Estimate, Floats, Integers, Sides, Test, Tests
from topline.stats.proportion_tests import TIED
from topline.stats.root_finding import falling_roots
from topline.stats.two_proportions import TwoGroups, two_groups

LONGEST_SUPPORT = 10_000_000
"""Most values that the number of first-group events may take [values]; 80 MB as floats."""

MOST_CONVOLVED = 2_000_000_000
"""Most products formed when strata are put together; about two seconds."""

_BLOCK = 1 << 16
"""Values of many tables that are held at a time."""

Tail: TypeAlias = Literal["exact", "mid_p"]
"""Whether the observed table enters a tail with all, or half, of its probability."""


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """The distribution of the number of first-group events given all margins.

    Attributes
    ----------
    first
        The smallest possible number.
    logarithms
        log c(s), up to a constant, from the smallest number upwards.
    observed
        The observed number.
    """

    first: int
    logarithms: Floats
    observed: int

    @property
    def support(self) -> Floats:
        """The possible numbers."""
        return np.arange(self.first, self.first + self.logarithms.size, dtype=np.float64)

    def probabilities(self, log_odds_ratio: float) -> Floats:
        """Give the probability of each possible number under an odds ratio."""
        logarithms = self.logarithms + log_odds_ratio * np.arange(self.logarithms.size)
        weights = np.exp(logarithms - logarithms.max())
        return np.asarray(weights / weights.sum(), dtype=np.float64)

    @property
    def at_bottom(self) -> bool:
        """Whether the observed number is the smallest possible."""
        return self.observed == self.first

    @property
    def at_top(self) -> bool:
        """Whether the observed number is the largest possible."""
        return self.observed == self.first + self.logarithms.size - 1


def conditional_distribution(groups: TwoGroups) -> Conditional:
    """Give the distribution of the first group's events over all strata, given the margins of each.

    Part of :func:`fisher_test`.

    Parameters
    ----------
    groups
        Checked counts, one element for each stratum.

    Returns
    -------
    Conditional
        The logarithms of c(s) of every possible number of events s, and the observed number. A single value where
        the margins allow only one table.

    Raises
    ------
    LimitError
        If the distribution has more than :data:`LONGEST_SUPPORT` values, or putting the strata together would take
        more than :data:`MOST_CONVOLVED` products.

    Examples
    --------
    >>> found = conditional_distribution(two_groups([3], [4], [1], [4]))
    >>> found.probabilities(0.0).round(4)
    array([0.0143, 0.2286, 0.5143, 0.2286, 0.0143])
    """
    events = groups.count + groups.control_count
    lowest = np.maximum(0, events - groups.control_number)
    lengths = np.minimum(groups.number, events) - lowest + 1
    _refuse_too_large(lengths)
    # Strata are tilted to an odds ratio near the data's before they are put together, so that what underflows is far away.
    tilt = _rough_log_odds_ratio(groups) if groups.count.size > 1 else 0.0
    together = np.zeros(1)
    for stratum in range(groups.count.size):
        own = _log_coefficients(groups, stratum, int(lowest[stratum]), int(lengths[stratum]))
        if groups.count.size > 1:
            own = own + tilt * np.arange(own.size)
            own -= own.max()
        together = own if stratum == 0 else _convolved(together, own)
    if groups.count.size > 1:
        together = together - tilt * np.arange(together.size)
    return Conditional(int(lowest.sum()), together, int(groups.count.sum()))


def fisher_test(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    sides: Sides = "two-sided",
    tail: Tail = "exact",
) -> Test:
    """Test by Fisher's conditional test whether two proportions are equal, in one table or over strata.

    P(S = s) ∝ c(s) given the margins; two-sided, the p-value is the sum of the probabilities of all tables no more
    likely than the observed one (Freeman, Halton, Biometrika 38 (1951) 141–149), not twice a tail. With
    ``tail="mid_p"`` half the observed table's probability is taken off. Over several strata it is the exact form of
    the Cochran–Mantel–Haenszel test. In R: ``fisher.test``, ``mantelhaen.test(exact = TRUE)``; in SAS: PROC FREQ
    with ``FISHER``, ``EXACT`` (and ``EXACT COMOR`` for strata).

    Not for: many participants where a large-sample test does; conservative for few (use ``mid_p`` or
    :mod:`topline.stats.unconditional_tests`).

    Parameters
    ----------
    count, number, control_count, control_number
        As for :func:`topline.stats.two_proportions.two_groups`, numbers or one element for each stratum
        [participants].
    sides
        ``"greater"``: more events in the first group.
    tail
        ``"exact"`` or ``"mid_p"``.

    Returns
    -------
    Test
        The statistic is the first group's number of events. Where nobody or everybody has the event, or the margins
        allow only one table for another reason, the p-value is 1 (½ with ``"mid_p"``).

    Raises
    ------
    DataError
        If counts do not fit.
    LimitError
        If the counts are too large to enumerate.
    UsageError
        If ``sides`` or ``tail`` does not fit.

    Examples
    --------
    >>> round(fisher_test(56, 70, 48, 80).p_value, 7)
    0.0125211
    """
    groups = _strata(count, number, control_count, control_number)
    known("alternative", sides, ("two-sided", "greater", "less"))
    known("tail", tail, ("exact", "mid_p"))
    distribution = conditional_distribution(groups)
    several = ", over strata" if groups.count.size > 1 else ""
    return Test(
        statistic=float(distribution.observed),
        p_value=min(1.0, _conditional_probability(distribution, sides, tail)),
        sides=sides,
        null_value=1.0,
        method=f"Fisher's {'mid-p' if tail == 'mid_p' else 'exact'} test{several}",
    )


def fisher_tests(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    sides: Sides = "two-sided",
    tail: Tail = "exact",
) -> Tests:
    """Test many tables at once by Fisher's conditional test, each as :func:`fisher_test` does.

    Parameters
    ----------
    count, number, control_count, control_number
        One element for each table [participants].
    sides, tail
        As in :func:`fisher_test`.

    Returns
    -------
    Tests
        Always defined: p = 1 where nobody, or everybody, has the event.

    Raises
    ------
    DataError, LimitError, UsageError
        As :func:`fisher_test`; the message names the element.

    Examples
    --------
    >>> fisher_tests([56, 3], [70, 4], [48, 1], [80, 4]).p_value.round(7)
    array([0.0125211, 0.4857143])
    """
    groups = two_groups(count, number, control_count, control_number)
    known("alternative", sides, ("two-sided", "greater", "less"))
    known("tail", tail, ("exact", "mid_p"))
    events = groups.count + groups.control_count
    lowest = np.maximum(0, events - groups.control_number)
    lengths = np.minimum(groups.number, events) - lowest + 1
    _refuse_too_large(lengths.max(keepdims=True))
    p_value = np.empty(lengths.size)
    # Tables of about the same length together, as many as fit in the processor's cache.
    order = np.argsort(lengths, kind="stable")
    start = 0
    while start < order.size:
        room = max(1, _BLOCK // int(lengths[order[start]]))
        own = order[start : start + room]
        own = own[: max(1, _BLOCK // int(lengths[own[-1]]))]
        p_value[own] = _tails_of(groups, own, lowest[own], lengths[own], sides, tail)
        start += own.size
    return Tests(
        statistic=groups.count.astype(np.float64),
        p_value=np.minimum(p_value, 1.0),
        sides=sides,
        null_value=1.0,
        method=f"Fisher's {'mid-p' if tail == 'mid_p' else 'exact'} test",
    )


def _tails_of(
    groups: TwoGroups, own: Integers, lowest: Floats, lengths: Floats, sides: Sides, tail: Tail
) -> Floats:
    """Give p-values of some tables: one row for each, one column for each possible number of events."""
    n, m = groups.number[own, np.newaxis], groups.control_number[own, np.newaxis]
    events = (groups.count + groups.control_count)[own, np.newaxis]
    place = np.arange(int(lengths.max()))
    s = lowest[:, np.newaxis] + place[:-1]
    possible = place < lengths[:, np.newaxis]
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.log((n - s) / (s + 1) * ((events - s) / (m - events + s + 1)))
    logarithms = np.zeros(possible.shape)
    np.cumsum(np.where(possible[:, 1:], steps, 0.0), axis=1, out=logarithms[:, 1:])
    logarithms[~possible] = -np.inf
    chances = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    observed = (groups.count[own] - lowest)[:, np.newaxis]
    here = np.take_along_axis(chances, observed.astype(np.int64), axis=1)
    counted = {
        "greater": place >= observed,
        "less": place <= observed,
        "two-sided": chances <= here * TIED,
    }[sides]
    total = np.where(counted, chances, 0.0).sum(axis=1)
    return np.asarray(total - here[:, 0] / 2 if tail == "mid_p" else total)


def _conditional_probability(distribution: Conditional, sides: Sides, tail: Tail) -> float:
    """Give the p-value of an odds ratio of 1; parameters as :func:`fisher_test`.

    Examples
    --------
    >>> found = conditional_distribution(two_groups([3], [4], [1], [4]))
    >>> round(_conditional_probability(found, "two-sided", "exact"), 4)
    0.4857
    """
    chances = distribution.probabilities(0.0)
    place = distribution.observed - distribution.first
    here = float(chances[place])
    if sides == "greater":
        total = float(chances[place:].sum())
    elif sides == "less":
        total = float(chances[: place + 1].sum())
    else:
        total = float(chances[chances <= here * TIED].sum())
    return total - here / 2 if tail == "mid_p" else total


def conditional_odds_ratio(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    level: float = 0.95,
    tail: Tail = "exact",
) -> Estimate:
    """Estimate the (common) odds ratio by the conditional likelihood, with exact or mid-p limits.

    P(S = s) ∝ c(s) ψˢ given the margins: the value ψ makes the observed number of first-group events the expected
    one; the limits make its upper and lower tail (1 − level)/2. Cornfield, Journal of the National Cancer Institute
    11 (1951) 1269–1275; Breslow, Day, Statistical Methods in Cancer Research I (1980), sections 4.2 and 4.4. Not
    for odds ratios that differ between strata, nor, with ``"exact"``, for coverage near the level.

    In R: ``fisher.test``, ``mantelhaen.test(exact = TRUE)``, whose root finder stops after 4 to 5 digits, for mid-p
    ``exact2x2``; in SAS: PROC FREQ, ``EXACT OR`` and ``EXACT COMOR`` (and ``MIDP``).

    Parameters
    ----------
    count, number, control_count, control_number
        As in :func:`fisher_test`: one table, or one element for each stratum with a common odds ratio.
    level
        The confidence level, a fraction [1].
    tail
        ``"exact"``, never below nominal coverage, or ``"mid_p"``, near it on average.

    Returns
    -------
    Estimate
        A ratio [1]. At the smallest possible number the value and lower limit are 0; at the largest the value and
        upper limit are ``None`` (infinite). Where the margins allow one table only, as where nobody or everybody
        has the event, the value is ``None`` and the lower limit 0.

    Raises
    ------
    DataError, LimitError, UsageError
        As :func:`fisher_test`, and if ``level`` does not fit.

    Examples
    --------
    >>> found = conditional_odds_ratio(56, 70, 48, 80)
    >>> round(found.value, 5), round(found.lower, 5), round(found.upper, 5)
    (2.64919, 1.20912, 6.03987)
    """
    groups = _strata(count, number, control_count, control_number)
    level = confidence_level(level)
    known("tail", tail, ("exact", "mid_p"))
    return conditional_estimate(conditional_distribution(groups), level, tail)


def conditional_estimate(distribution: Conditional, level: float, tail: Tail) -> Estimate:
    """Estimate the odds ratio of a conditional distribution that is already made.

    The ψ and limits of :func:`conditional_odds_ratio`. Formula and source: :func:`conditional_odds_ratio`. Not for
    counts: :func:`conditional_odds_ratio` checks them. In R: ``fisher.test(table)``; in SAS: PROC FREQ, ``EXACT
    OR``.

    Parameters
    ----------
    distribution
        From :func:`conditional_distribution`.
    level
        The confidence level, a fraction [1].
    tail
        ``"exact"`` or ``"mid_p"``.

    Returns
    -------
    Estimate
        A ratio [1]; ``None`` with the reason as in :func:`conditional_odds_ratio`.

    Examples
    --------
    >>> found = conditional_estimate(conditional_distribution(two_groups([0], [5], [0], [5])), 0.95, "exact")
    >>> found.reason("value")
    'undefined: the margins allow only the observed table'
    """
    notes: list[str] = []
    value: float | None
    if distribution.at_bottom and distribution.at_top:
        value = None
        notes.append("value: undefined: the margins allow only the observed table")
    elif distribution.at_top:
        value = None
        notes.append("value: infinite: the first group could not have more events")
    else:
        value = 0.0 if distribution.at_bottom else _solve(distribution, "mean", 0.0, tail)
    outside = (1 - level) / 2
    lower = 0.0 if distribution.at_bottom else _solve(distribution, "at_least", outside, tail)
    upper = None if distribution.at_top else _solve(distribution, "at_most", outside, tail)
    if upper is None:
        notes.append("upper: without bound: the data exclude no value, however large")
    return Estimate(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method=f"odds ratio, conditional maximum likelihood, {'mid-p' if tail == 'mid_p' else 'exact'} interval",
        notes=tuple(notes),
    )


def _solve(distribution: Conditional, what: str, target: float, tail: Tail) -> float:
    """Find the odds ratio at which the mean is the observed number, or a tail the target."""
    support, observed = distribution.support, distribution.observed
    weight = {
        "mean": support,
        "at_least": (support >= observed).astype(np.float64),
        "at_most": (support <= observed).astype(np.float64),
    }[what]
    if tail == "mid_p" and what != "mean":
        weight[observed - distribution.first] = 0.5
    wanted = float(observed) if what == "mean" else target
    direction = -1.0 if what == "at_most" else 1.0

    def fall(place: Floats, _: Integers) -> tuple[Floats, Floats]:
        chances = distribution.probabilities(float(place[0]))
        mean = float(np.sum(chances * weight))
        slope = float(np.sum(chances * weight * (support - float(np.sum(chances * support)))))
        if what == "mean":
            return np.array([wanted - mean]), np.array([-slope])
        # On the log scale a far tail is nearly straight in the log odds ratio.
        if mean <= 0:
            return np.array([direction * np.inf]), np.array([np.nan])
        return (
            np.array([direction * (math.log(wanted) - math.log(mean))]),
            np.array([-direction * slope / mean]),
        )

    widest = np.array([_WIDEST])
    found = falling_roots(fall, np.zeros(1), -widest, widest, smallest_step=1e-13)
    return math.exp(float(found.place[0]))


_WIDEST = 300.0
"""Log odds ratios are sought within ±300."""


def _strata(
    count: ArrayLike, number: ArrayLike, control_count: ArrayLike, control_number: ArrayLike
) -> TwoGroups:
    """Take one table as numbers, or strata as sequences."""
    first, second, third, fourth = (
        np.atleast_1d(np.asarray(value)) if np.ndim(value) == 0 else value
        for value in (count, number, control_count, control_number)
    )
    return two_groups(first, second, third, fourth)


def _refuse_too_large(lengths: Floats) -> None:
    products, length = 0.0, 1.0
    for own in lengths:
        products += length * own if length > 1 else 0.0
        length += own - 1
    if length > LONGEST_SUPPORT or products > MOST_CONVOLVED:
        raise LimitError(
            f"the margins allow {length:,.0f} values of the first group's events",
            accepted=f"at most {LONGEST_SUPPORT:,} values, and {MOST_CONVOLVED:,} products over strata",
            advice="use a large-sample test: it is as good here",
        )


def _log_coefficients(groups: TwoGroups, stratum: int, lowest: int, length: int) -> Floats:
    """Give log c(s) of one stratum, as sums of log ratios of neighbours from the middle outwards.

    Differences of log-gamma functions would lose a digit for each factor of ten in the counts.
    """
    n, m = float(groups.number[stratum]), float(groups.control_number[stratum])
    events = float(groups.count[stratum] + groups.control_count[stratum])
    s = np.arange(lowest, lowest + length - 1, dtype=np.float64)
    steps = np.log((n - s) / (s + 1) * ((events - s) / (m - events + s + 1)))
    peak = int(np.sum(steps > 0))
    falls = np.cumsum(steps[peak:])
    rises = -np.cumsum(steps[:peak][::-1])[::-1]
    return np.concatenate([rises, [0.0], falls])


def _rough_log_odds_ratio(groups: TwoGroups) -> float:
    """Give Mantel and Haenszel's log odds ratio, with half an event added on both sides."""
    x, n, y, m = groups
    everyone = n + m
    return math.log(
        (float(np.sum(x * (m - y) / everyone)) + 0.5)
        / (float(np.sum(y * (n - x) / everyone)) + 0.5)
    )


def _convolved(first: Floats, second: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(np.convolve(np.exp(first - first.max()), np.exp(second - second.max())))
