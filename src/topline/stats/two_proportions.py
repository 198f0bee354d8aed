"""Two independent proportions: their counts, what an interval method is, and tests that they are equal.

Throughout, the first group (``count`` of ``number``) is compared with the second, the control group
(``control_count`` of ``control_number``): differences are first minus control, ratios first over control. The
contrasts have modules of their own: :mod:`topline.stats.risk_difference`, :mod:`topline.stats.risk_ratio`,
:mod:`topline.stats.odds_ratio`; tests that enumerate tables are in :mod:`topline.stats.exact_tables` and
:mod:`topline.stats.unconditional_tests`.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.stats.checking import confidence_level, known
from topline.stats.effect_sizes_two_by_two import two_by_two_tables
from topline.stats.estimate import (
    Estimate,
    Estimates,
    Floats,
    Limits,
    Scale,
    Sides,
    Test,
    Tests,
)
from topline.stats.interval_words import interval_words


@dataclass(frozen=True, slots=True)
class TwoGroups:
    """Checked counts of two groups, one element for each comparison.

    Attributes
    ----------
    count, number
        Participants with the event and participants of the first group [participants].
    control_count, control_number
        The same of the control group.
    """

    count: Floats
    number: Floats
    control_count: Floats
    control_number: Floats

    def __iter__(self) -> Iterator[Floats]:
        return iter((self.count, self.number, self.control_count, self.control_number))

    def at(self, index: NDArray[np.bool_] | NDArray[np.int64] | slice) -> "TwoGroups":
        """Give some of the comparisons."""
        return TwoGroups(*(part[index] for part in self))

    def swapped(self) -> "TwoGroups":
        """Give the comparisons of the control group with the first."""
        return TwoGroups(self.control_count, self.control_number, self.count, self.number)


def two_groups(
    count: ArrayLike, number: ArrayLike, control_count: ArrayLike, control_number: ArrayLike
) -> TwoGroups:
    """Check the counts of two groups. Part of :func:`two_proportions_test`.

    Parameters
    ----------
    count, number
        Participants with the event and participants of the first group [participants].
    control_count, control_number
        The same of the control group [participants].

    Returns
    -------
    TwoGroups
        One element for each comparison. No group is empty; groups without events, or with nothing else, are as good
        as any.

    Raises
    ------
    DataError
        If a number is not a count, a group is empty or has more events than participants, or lengths differ.

    Examples
    --------
    >>> two_groups([4], [123], [11], [139]).number
    array([123.])
    """
    tables = two_by_two_tables(count, number, control_count, control_number)
    return TwoGroups(
        tables.first_events,
        tables.first_events + tables.first_others,
        tables.second_events,
        tables.second_events + tables.second_others,
    )


ContrastFunction: TypeAlias = Callable[[TwoGroups, float], Limits]
"""Limits of a contrast from checked groups and the level; NaN where undefined, infinite where unbounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastMethod:
    """One way to put an interval around a contrast of two proportions.

    Attributes
    ----------
    title
        The name as a record or a table prints it.
    limits
        The function.
    source
        Where the formula stands.
    standard_error
        On the natural scale for differences, on the log scale for ratios; ``None`` where the method has none.
    closed
        Whether it is a closed form, cheaper than looking for repeated tables.
    """

    title: str
    limits: ContrastFunction
    source: str
    standard_error: Callable[[TwoGroups], Floats] | None = None
    closed: bool = True


def contrast_estimates(
    groups: TwoGroups,
    value: Floats,
    method: ContrastMethod,
    *,
    level: float,
    scale: Scale = "natural",
    what: str,
    undefined: str = "undefined",
) -> Estimates:
    """Put intervals around contrasts; each distinct table is computed once where that saves time.

    Part of :func:`topline.stats.risk_difference.risk_difference`.

    Parameters
    ----------
    groups
        The checked counts.
    value
        The contrast of each comparison [1], on the natural scale.
    method
        How to put an interval around it.
    level
        The confidence level, a fraction [1].
    scale
        ``"log"`` to give the logarithms of value and limits, of 0 minus infinity.
    what
        What the contrast is called.
    undefined
        Why a number is NaN, should it be.

    Examples
    --------
    >>> groups = two_groups([1], [2], [1], [4])
    >>> method = ContrastMethod(title="none", limits=lambda groups, level: Limits(groups.count, groups.count), source="")
    >>> contrast_estimates(groups, np.array([0.25]), method, level=0.95, what="risk difference").method
    'risk difference, none interval'
    """
    level = confidence_level(level)
    if method.closed:
        lower, upper = method.limits(groups, level)
    else:
        lower, upper = _on_distinct(groups, lambda some: method.limits(some, level))
    if scale == "log":
        with np.errstate(divide="ignore"):
            value, lower, upper = np.log(value), np.log(lower), np.log(upper)
    return Estimates(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        scale=scale,
        method=f"{what}, {interval_words(method.title)}",
        undefined=undefined,
    )


def single_estimate(
    many: Estimates, *, standard_error: Floats | None = None, undefined: str
) -> Estimate:
    """Take the only one of many estimates; what is undefined or without bound becomes ``None`` with a note.

    Part of :func:`topline.stats.risk_difference.risk_difference`.

    Parameters
    ----------
    many
        Estimates of length one.
    standard_error
        Its standard error, if the method has one [the unit of the estimate].
    undefined
        Why a number is undefined, should it be.

    Examples
    --------
    >>> found = single_estimate(
    ...     Estimates(value=np.array([2.0]), lower=np.array([1.0]), upper=np.array([np.inf]), level=0.9, method=""),
    ...     undefined="no event")
    >>> found.notes
    ('upper: without bound: the data exclude no value, however large',)
    """
    parts = {"value": many.value, "lower": many.lower, "upper": many.upper}
    if standard_error is not None:
        parts["standard_error"] = standard_error
    numbers: dict[str, float | None] = {}
    notes: list[str] = []
    for part, array in parts.items():
        number = float(array[0])
        numbers[part] = number if math.isfinite(number) else None
        if not math.isfinite(number):
            notes.append(f"{part}: {_why(part, number, undefined)}")
    return Estimate(
        value=numbers["value"],
        lower=numbers["lower"],
        upper=numbers["upper"],
        standard_error=numbers.get("standard_error"),
        level=many.level,
        scale=many.scale,
        method=many.method,
        notes=tuple(notes),
    )


def _why(part: str, number: float, undefined: str) -> str:
    if math.isnan(number) or part == "standard_error":
        return undefined
    if part == "value":
        return "infinite: " + undefined
    small_or_large = "large" if number > 0 else "small"
    return f"without bound: the data exclude no value, however {small_or_large}"


def _on_distinct(groups: TwoGroups, limits: Callable[[TwoGroups], Limits]) -> Limits:
    """Compute each distinct table once: a million rows of adverse events hold few distinct tables."""
    sizes = [int(part.max()) + 1 for part in groups]
    if groups.count.size < 1000 or math.prod(sizes) > 2**62:
        return limits(groups)
    key = np.zeros(groups.count.size, dtype=np.int64)
    for part, size in zip(groups, sizes, strict=True):
        key = key * size + part.astype(np.int64)
    keys, position = np.unique(key, return_inverse=True)
    if 2 * keys.size > key.size:
        return limits(groups)
    parts: list[Floats] = []
    for size in reversed(sizes):
        keys, part = np.divmod(keys, size)
        parts.append(part.astype(np.float64))
    lower, upper = limits(TwoGroups(*reversed(parts)))
    return Limits(lower[position], upper[position])


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualityTest:
    """A large-sample test that two proportions are equal.

    Attributes
    ----------
    title
        In words.
    statistic
        From checked groups to statistics; NaN where undefined.
    degrees_of_freedom
        Of χ²; ``None`` for a z statistic.
    source
        Where it stands.
    """

    title: str
    statistic: Callable[[TwoGroups], Floats]
    degrees_of_freedom: float | None
    source: str


def two_proportions_test(
    count: float,
    number: float,
    control_count: float,
    control_number: float,
    *,
    test: str = "pearson",
    sides: Sides = "two-sided",
) -> Test:
    """Test with a large-sample statistic whether two proportions are equal.

    ``pearson``: χ² = N(ad − bc)²/(n₁n₂m(N − m)), the pooled z squared. ``pearson_corrected``: with Yates's
    correction, |ad − bc| less N/2 but not below 0 (Yates, Supplement to the Journal of the Royal Statistical
    Society 1 (1934) 217–235, doi:10.2307/2983604). ``n_minus_1``: Pearson's times (N − 1)/N. ``likelihood_ratio``:
    G² = 2Σ o log(o/e). ``pooled`` and ``unpooled``: z with the variance under equality, or of the two observed
    proportions (Wald).

    In R: ``chisq.test``, ``prop.test``; in SAS: PROC FREQ with CHISQ (Pearson, Yates, likelihood ratio), RISKDIFF
    (``EQUAL`` for z). Not for expected counts below about 5: use :mod:`topline.stats.exact_tables`.

    Parameters
    ----------
    count, number, control_count, control_number
        As for :func:`two_groups` [participants].
    test
        A name in :data:`EQUALITY_TESTS`.
    sides
        Only z statistics have sides other than ``"two-sided"``.

    Returns
    -------
    Test
        Without events, or with nothing else, in both groups: the statistic is ``None``, with the reason (0 for the
        likelihood ratio). Where neither group varies but they differ, the ``unpooled`` z is infinite: ``None`` with
        a p-value of 0.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``test`` or ``sides`` does not fit.

    Examples
    --------
    >>> found = two_proportions_test(56, 70, 48, 80)
    >>> round(found.statistic, 4), round(found.p_value, 6)
    (7.0234, 0.008045)
    """
    many = two_proportions_tests(
        [count], [number], [control_count], [control_number], test=test, sides=sides
    )
    statistic, probability = float(many.statistic[0]), float(many.p_value[0])
    notes: list[str] = []
    if math.isnan(statistic):
        notes = [f"{part}: undefined where {many.undefined}" for part in ("statistic", "p_value")]
    elif math.isinf(statistic):
        notes = ["statistic: infinite, because neither group varies"]
    return Test(
        statistic=statistic if math.isfinite(statistic) else None,
        degrees_of_freedom=EQUALITY_TESTS[test].degrees_of_freedom,
        p_value=None if math.isnan(probability) else probability,
        sides=sides,
        null_value=0.0,
        method=many.method,
        notes=tuple(notes),
    )


def two_proportions_tests(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    test: str = "pearson",
    sides: Sides = "two-sided",
) -> Tests:
    """Test many pairs of proportions at once, each as :func:`two_proportions_test` does.

    Parameters
    ----------
    count, number, control_count, control_number
        One element for each comparison [participants].
    test, sides
        As in :func:`two_proportions_test`.

    Returns
    -------
    Tests
        NaN where undefined; a z statistic is infinite where neither group varies.

    Raises
    ------
    DataError, UsageError
        As :func:`two_proportions_test`; the message names the element.

    Examples
    --------
    >>> found = two_proportions_tests([56, 0], [70, 9], [48, 0], [80, 8])
    >>> found.statistic.round(4), found.p_value.round(6)
    (array([7.0234,    nan]), array([0.008045,      nan]))
    """
    groups = two_groups(count, number, control_count, control_number)
    chosen = EQUALITY_TESTS[known("test", test, EQUALITY_TESTS)]
    directed: tuple[Sides, ...] = ("two-sided", "greater", "less")
    degrees = chosen.degrees_of_freedom
    known("alternative", sides, directed if degrees is None else directed[:1])
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.asarray(chosen.statistic(groups), dtype=np.float64)
    return Tests(
        statistic=statistic,
        degrees_of_freedom=None if degrees is None else np.full(statistic.shape, degrees),
        p_value=_probability(statistic, degrees, sides),
        sides=sides,
        null_value=0.0,
        method=chosen.title,
        undefined="no participant, or every participant, has the event",
    )


def _probability(statistic: Floats, degrees: float | None, sides: Sides) -> Floats:
    if degrees is not None:
        return np.asarray(special.chdtrc(degrees, statistic))
    if sides == "two-sided":
        return np.asarray(2 * special.ndtr(-np.abs(statistic)))
    return np.asarray(special.ndtr(-statistic if sides == "greater" else statistic))


def _squared(groups: TwoGroups, correction: float) -> Floats:
    x, n, y, m = groups
    everyone, events = n + m, x + y
    difference = np.abs(x * (m - y) - (n - x) * y)
    shrunk = np.maximum(difference - correction * everyone, 0.0)
    return np.asarray(
        shrunk / (n * m) * (shrunk / (events * (everyone - events))) * everyone, dtype=np.float64
    )


def _pearson(groups: TwoGroups) -> Floats:
    return _squared(groups, 0.0)


def _yates(groups: TwoGroups) -> Floats:
    return _squared(groups, 0.5)


def _n_minus_1(groups: TwoGroups) -> Floats:
    everyone = groups.number + groups.control_number
    return _pearson(groups) * (everyone - 1) / everyone


def _likelihood_ratio(groups: TwoGroups) -> Floats:
    x, n, y, m = groups
    everyone, events = n + m, x + y
    pairs = [
        (x, n * events),
        (n - x, n * (everyone - events)),
        (y, m * events),
        (m - y, m * (everyone - events)),
    ]
    sums = np.sum(
        [special.xlogy(o, o * everyone / np.where(o > 0, e, 1)) for o, e in pairs], axis=0
    )
    return np.asarray(np.maximum(2 * sums, 0.0), dtype=np.float64)


def _pooled(groups: TwoGroups) -> Floats:
    x, n, y, m = groups
    share = (x + y) / (n + m)
    return np.asarray((x / n - y / m) / np.sqrt(share * (1 - share) * (1 / n + 1 / m)))


def _unpooled(groups: TwoGroups) -> Floats:
    x, n, y, m = groups
    p, q = x / n, y / m
    return np.asarray((p - q) / np.sqrt(p * (1 - p) / n + q * (1 - q) / m))


EQUALITY_TESTS: Mapping[str, EqualityTest] = MappingProxyType(
    {
        "pearson": EqualityTest(
            title="Pearson's chi-squared test",
            statistic=_pearson,
            degrees_of_freedom=1,
            source="Pearson, Philosophical Magazine 50 (1900) 157–175",
        ),
        "pearson_corrected": EqualityTest(
            title="chi-squared test with Yates's continuity correction",
            statistic=_yates,
            degrees_of_freedom=1,
            source="Yates, Supplement to the Journal of the Royal Statistical Society 1 (1934) 217–235",
        ),
        "n_minus_1": EqualityTest(
            title="chi-squared test with N − 1",
            statistic=_n_minus_1,
            degrees_of_freedom=1,
            source="Campbell, Statistics in Medicine 26 (2007) 3661–3675",
        ),
        "likelihood_ratio": EqualityTest(
            title="likelihood-ratio test (G²)",
            statistic=_likelihood_ratio,
            degrees_of_freedom=1,
            source="Wilks, Annals of Mathematical Statistics 9 (1938) 60–62",
        ),
        "pooled": EqualityTest(
            title="z test of two proportions, pooled variance",
            statistic=_pooled,
            degrees_of_freedom=None,
            source="the signed root of Pearson's statistic",
        ),
        "unpooled": EqualityTest(
            title="z test of two proportions, unpooled variance",
            statistic=_unpooled,
            degrees_of_freedom=None,
            source="Wald's test of the risk difference",
        ),
    }
)
"""The large-sample tests by name."""
