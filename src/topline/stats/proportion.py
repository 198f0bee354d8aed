"""One proportion and its interval, for one group or for many at once.

:data:`INTERVALS` lists the interval methods by name; a new one is one function and one entry. Comparison of
the methods: Brown, Cai, DasGupta, "Interval estimation for a binomial proportion", Statistical Science
16 (2001) 101–133, doi:10.1214/ss/1009213286, here "BCD".
"""

import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats import proportion_intervals_closed as closed
from topline.stats import proportion_intervals_exact as exact
from topline.stats import proportion_intervals_likelihood as likelihood
from topline.stats.checking import LARGEST_COUNT, confidence_level, counts, known, same_length
from topline.stats.estimate import Estimate, Estimates, Floats, Integers, Limits, undefined_estimate
from topline.stats.interval_words import interval_words


class IntervalFunction(Protocol):
    """Limits of a proportion from counts, numbers and the level, vectorised; inputs are already checked."""

    def __call__(self, count: Floats, number: Floats, level: float) -> Limits:
        """Give one lower and one upper limit [1] for each count of each number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalMethod:
    """One way to put an interval around a proportion.

    Parameters
    ----------
    name
        The key in :data:`INTERVALS`, as a specification writes it.
    title
        The name as a record or a table prints it.
    limits
        The function.
    source
        Where the formula stands.
    closed
        Whether it is a closed form, cheaper than looking for repeated pairs.
    """

    name: str
    title: str
    limits: IntervalFunction
    source: str
    closed: bool = False


def _registry(*methods: IntervalMethod) -> Mapping[str, IntervalMethod]:
    return MappingProxyType({method.name: method for method in methods})


INTERVALS: Mapping[str, IntervalMethod] = _registry(
    IntervalMethod(
        name="jeffreys", title="Jeffreys", limits=likelihood.jeffreys, source="BCD section 3.1.3"
    ),
    IntervalMethod(
        name="wilson",
        title="Wilson (score)",
        limits=closed.wilson,
        source="BCD section 3.1.1",
        closed=True,
    ),
    IntervalMethod(
        name="clopper_pearson",
        title="Clopper–Pearson (exact)",
        limits=exact.clopper_pearson,
        source="Clopper and Pearson, Biometrika 26 (1934) 404–413, doi:10.1093/biomet/26.4.404",
    ),
    IntervalMethod(
        name="agresti_coull",
        title="Agresti–Coull",
        limits=closed.agresti_coull,
        source="BCD section 3.1.2",
        closed=True,
    ),
    IntervalMethod(
        name="wald", title="Wald", limits=closed.wald, source="BCD section 2", closed=True
    ),
    IntervalMethod(
        name="wald_corrected",
        title="Wald with continuity correction",
        limits=closed.wald_corrected,
        source="Newcombe, Statistics in Medicine 17 (1998) 857–872, method 2",
        closed=True,
    ),
    IntervalMethod(
        name="wilson_corrected",
        title="Wilson (score) with continuity correction",
        limits=closed.wilson_corrected,
        source="Newcombe, Statistics in Medicine 17 (1998) 857–872, method 4",
        closed=True,
    ),
    IntervalMethod(
        name="wilson_prop_test",
        title="Wilson (score) with the continuity correction of R's prop.test",
        limits=closed.wilson_prop_test,
        source="R, function stats::prop.test",
        closed=True,
    ),
    IntervalMethod(
        name="jeffreys_without_edge_rule",
        title="Jeffreys, without the rule for edges",
        limits=likelihood.jeffreys_without_edge_rule,
        source="BCD section 3.1.3, equation 8",
    ),
    IntervalMethod(
        name="mid_p",
        title="mid-p (exact)",
        limits=exact.mid_p,
        source="Newcombe, Statistics in Medicine 17 (1998) 857–872, method 6",
    ),
    IntervalMethod(
        name="blaker",
        title="Blaker (exact)",
        limits=exact.blaker,
        source="Blaker, Canadian Journal of Statistics 28 (2000) 783–798",
    ),
    IntervalMethod(
        name="arcsine",
        title="arcsine",
        limits=closed.arcsine,
        source="BCD section 4.2.1",
        closed=True,
    ),
    IntervalMethod(
        name="likelihood_ratio",
        title="likelihood ratio",
        limits=likelihood.likelihood_ratio,
        source="BCD section 4.1",
    ),
    IntervalMethod(
        name="logit", title="logit", limits=closed.logit, source="BCD section 4.2.2", closed=True
    ),
)
"""The interval methods by name."""


def proportion(
    count: float,
    number: float,
    *,
    level: float = 0.95,
    interval: str = "jeffreys",
    bounded: bool = False,
) -> Estimate:
    """Estimate a proportion with its interval.

    p̂ = x/n of x among n, with limits by one of :data:`INTERVALS`, which names the source of each. Brown, Cai,
    DasGupta, Statistical Science 16 (2001) 101–133, doi:10.1214/ss/1009213286, compares them. Not for several
    events of one participant, which are no independent trials: :mod:`topline.stats.rate`. In R:
    ``DescTools::BinomCI(x, n, method = "jeffreys")``; in SAS: PROC FREQ, ``BINOMIAL(CL=JEFFREYS)``.

    Parameters
    ----------
    count
        How many have the characteristic [participants, or another unit]; whole, from 0 to ``number``.
    number
        How many were looked at [participants, or another unit]; whole, from 1.
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`INTERVALS`.
    bounded
        Cut a limit outside [0, 1] to 0 or 1 (Wald and Agresti–Coull can give one). Either way a note says that the
        formula's limit lay outside.

    Returns
    -------
    Estimate
        A fraction, not a percentage [1]. Limits are ``None``, with the reason, where the method has none for nobody
        or everybody (logit); a note says where Jeffreys' rule for edges set one.

    Raises
    ------
    DataError
        If a count is not whole, or not between 0 and a number of at least 1.
    UsageError
        If ``level`` or ``interval`` is not known.

    Examples
    --------
    >>> rate = proportion(8, 27)
    >>> round(rate.value, 4), round(rate.lower, 4), round(rate.upper, 4)
    (0.2963, 0.1512, 0.4825)
    """
    many = proportions([count], [number], level=level, interval=interval)
    lower, upper = float(many.lower[0]), float(many.upper[0])
    if math.isnan(lower):
        reason = f"undefined at {count:g} of {number:g}; another interval method has limits there"
        value = float(many.value[0])
        return undefined_estimate(many.method, reason, many.level, value=value, with_error=False)
    notes: list[str] = []
    if lower < 0:
        notes.append(_outside("lower", lower, "0", bounded))
    if upper > 1:
        notes.append(_outside("upper", upper, "1", bounded))
    if interval == "jeffreys" and count in (0, number):
        edge = "the lower limit is 0" if count == 0 else "the upper limit is 1"
        notes.append(f"{edge} by Jeffreys' rule for edges")
    return Estimate(
        value=float(many.value[0]),
        lower=max(lower, 0.0) if bounded else lower,
        upper=min(upper, 1.0) if bounded else upper,
        level=many.level,
        method=many.method,
        notes=tuple(notes),
    )


def proportions(
    count: ArrayLike, number: ArrayLike, *, level: float = 0.95, interval: str = "jeffreys"
) -> Estimates:
    """Estimate many proportions with their intervals at once, each as :func:`proportion` does.

    Parameters
    ----------
    count, number
        As in :func:`proportion`, one element for each group.
    level, interval
        As in :func:`proportion`.

    Returns
    -------
    Estimates
        Fractions [1]. Limits are not cut to [0, 1], and NaN where the method has none. Those of Jeffreys, and of
        Clopper and Pearson, of tens of thousands of distinct groups are those of :func:`proportion` to a relative 1e-12.

    Raises
    ------
    DataError, UsageError
        As :func:`proportion`; the message names the element.

    Examples
    --------
    >>> proportions([0, 8], [20, 27], interval="clopper_pearson").upper.round(4)
    array([0.1684, 0.5018])
    """
    having, of = counts("count", count), counts("number", number)
    same_length(count=having, number=of)
    _refuse_impossible(having, of)
    level = confidence_level(level)
    method = INTERVALS[known("interval", interval, INTERVALS)]
    if method.closed:
        lower, upper = method.limits(having.astype(np.float64), of.astype(np.float64), level)
    else:
        lower, upper = _on_distinct(having, of, lambda x, n: method.limits(x, n, level))
    return Estimates(
        value=having / of,
        lower=lower,
        upper=upper,
        level=level,
        method=f"proportion, {interval_words(method.title)}",
        undefined="the method has no limits where nobody, or everybody, is counted",
    )


def _outside(part: str, limit: float, edge: str, bounded: bool) -> str:
    done = f"cut to {edge}" if bounded else "left as it is"
    return f"{part}: the formula gives {limit:.6g}, outside the possible range; {done}"


def _refuse_impossible(count: Integers, number: Integers) -> None:
    for wrong, what in ((number < 1, "number"), (count > number, "count")):
        if wrong.any():
            position = int(np.argmax(wrong))
            where = f"{what}[{position}]"
            raise DataError(
                f"{count[position]} of {number[position]} is not a proportion",
                where=where,
                accepted="a number of at least 1, and a count from 0 to that number",
            )


_MANY = 50_000
"""From so many distinct pairs on, the work is shared between two threads: SciPy computes outside Python's lock."""


def _on_distinct(
    count: Integers, number: Integers, limits: Callable[[Floats, Floats], Limits]
) -> Limits:
    """Compute each distinct pair once: a million rows of adverse events hold few distinct pairs."""
    largest = int(number.max())
    if count.size < 1000 or (largest + 1) ** 2 > LARGEST_COUNT:
        return limits(count.astype(np.float64), number.astype(np.float64))
    pairs, position = _distinct(number * (largest + 1) + count, (largest + 1) ** 2)
    of, having = (part.astype(np.float64) for part in np.divmod(pairs, largest + 1))
    if pairs.size < _MANY:
        lower, upper = limits(having, of)
    else:
        half = pairs.size // 2
        with ThreadPoolExecutor(2) as threads:
            found = list(
                threads.map(limits, (having[:half], having[half:]), (of[:half], of[half:]))
            )
        lower, upper = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Limits(lower[position], upper[position])


def _distinct(keys: Integers, beyond: int) -> tuple[Integers, Integers]:
    """Give the distinct keys, and the position of each key in them; by a table where the range is small."""
    if beyond > 16 * keys.size:
        distinct, position = np.unique(keys, return_inverse=True)
        return distinct, position
    seen = np.zeros(beyond, dtype=bool)
    seen[keys] = True
    distinct = np.flatnonzero(seen)
    place = np.empty(beyond, dtype=np.int64)
    place[distinct] = np.arange(distinct.size)
    return distinct, place[keys]
