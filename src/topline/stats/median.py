"""The median with limits that are two of the observations, and the sign test.

Both rest on the binomial distribution of how many observations lie above a value, with probability one half, and on
no assumption about the shape of the measurements' distribution beyond that it has no steps.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.checking import confidence_level, finite, known
from topline.stats.estimate import Estimate, Floats, Integers, Sides, Test, undefined_estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """A median with limits by order statistics.

    Parameters
    ----------
    estimate
        The median with its interval [the measurement's unit].
    coverage
        The probability with which an interval between these order statistics holds the median of a distribution
        without steps [1]; ``None`` without limits.
    """

    estimate: Estimate
    coverage: float | None


def median(values: ArrayLike, *, level: float = 0.95) -> Median:
    """Estimate a median with an interval between two order statistics.

    The limits are the k-th smallest and the k-th largest observation, with k the smallest number of successes that
    a binomial variable of n trials and probability ½ does not exceed with probability (1 − level)/2, and at least
    1; they cover the median with probability 1 − 2 P(X ≤ k − 1), which is at least ``level`` where n allows.
    Conover, Practical Nonparametric Statistics, 3rd edition, 1999, section 3.2. Not for times of which some are
    censored: :func:`topline.stats.survival.survival_quantile`.

    Parameters
    ----------
    values
        One finite number for each observation, in any order [the measurement's unit]; at least one. With ties, the
        interval covers more often.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Median
        With a note where even the smallest and the largest observation are too near for the level (fewer than 6
        observations at 0.95), and no limits for a single observation.

    Raises
    ------
    DataError
        If an element is not a finite number, or there is none.

    See Also
    --------
    R: ``sort(x)[c(k, n - k + 1)]`` with ``k = qbinom((1 - level) / 2, n, 0.5)``; ``DescTools::MedianCI(x, method =
    "exact")``. SAS: PROC UNIVARIATE, CIQUANTDF, which may choose other order statistics.

    Examples
    --------
    >>> found = median([7, 1, 5, 3, 9, 11])
    >>> found.estimate.value, found.estimate.lower, found.estimate.upper, found.coverage
    (6.0, 1.0, 11.0, 0.96875)
    """
    level = confidence_level(level)
    ordered = np.sort(finite("values", values))
    number = ordered.size
    method = "median, interval by order statistics"
    value = float((ordered[(number - 1) // 2] + ordered[number // 2]) / 2)
    if number == 1:
        reason = "undefined for a single observation"
        return Median(
            estimate=undefined_estimate(method, reason, level, value=value, with_error=False),
            coverage=None,
        )
    ranks, coverages = limit_ranks(np.array([number]), level)
    rank, coverage = int(ranks[0]), float(coverages[0])
    notes = []
    if coverage < level:
        notes.append(
            f"too few observations for the level: smallest and largest cover {100 * coverage:.4g} %"
        )
    return Median(
        estimate=Estimate(
            value=value,
            lower=float(ordered[rank - 1]),
            upper=float(ordered[number - rank]),
            level=level,
            method=method,
            notes=tuple(notes),
        ),
        coverage=coverage,
    )


def sign_test(values: ArrayLike, *, null_value: float = 0.0, sides: Sides = "two-sided") -> Test:
    """Test whether a median differs from a given value, by the exact binomial distribution.

    With a values above and b below the null value, the two-sided p-value is 2 P(X ≤ min(a, b)), at most 1, for a
    binomial X of a + b trials and probability ½. Conover, Practical Nonparametric Statistics, 3rd edition, 1999,
    section 3.4. Not for symmetric measurements without gross outliers, of which
    :func:`topline.stats.signed_rank.signed_rank_test` makes more use.

    Parameters
    ----------
    values
        One finite number for each observation, or the difference of each pair [the measurement's unit]. Values
        equal to ``null_value`` carry no sign and are left out; a note says how many.
    null_value
        The median under the null hypothesis [the measurement's unit].
    sides
        The alternative: ``"greater"`` where the median is greater than ``null_value``.

    Returns
    -------
    Test
        The statistic is how many values are above ``null_value``; undefined where none differs from it.

    Raises
    ------
    DataError
        If an element is not a finite number, or there is none.

    See Also
    --------
    R: ``binom.test(sum(x > m), sum(x != m))``. SAS: PROC UNIVARIATE, "Sign" (M is half the difference of counts).

    Examples
    --------
    >>> test = sign_test([1.2, 0.4, -0.3, 2.2, 0.9, 1.1])
    >>> test.statistic, round(test.p_value, 6)
    (5.0, 0.21875)
    """
    known("alternative", sides, ("two-sided", "greater", "less"))
    numbers = finite("values", values)
    null_value = float(finite("null_value", [null_value])[0])
    above, below = int((numbers > null_value).sum()), int((numbers < null_value).sum())
    number = above + below
    notes = []
    if number < numbers.size:
        notes.append(f"left out, being equal to the null value: {numbers.size - number}")
    if number == 0:
        reason = "undefined, because all values equal the null value"
        notes += [f"statistic: {reason}", f"p_value: {reason}"]
    probability = float(sign_probabilities(np.array([above]), np.array([below]), sides)[0])
    return Test(
        statistic=float(above) if number else None,
        p_value=probability if number else None,
        sides=sides,
        null_value=null_value,
        method="sign test, exact",
        notes=tuple(notes),
    )


def limit_ranks(number: Integers, level: float) -> tuple[Integers, Floats]:
    """Give which smallest and which largest observation are the limits, and what they hold [1].

    Part of :func:`median`.

    Parameters
    ----------
    number
        How many observations each sample has [observations]; from 1.
    level
        The confidence level, a fraction [1].

    Examples
    --------
    >>> limit_ranks(np.array([6, 20]), 0.95)
    (array([1, 6]), array([0.96875   , 0.95861053]))
    """
    distinct, which = np.unique(number, return_inverse=True)
    rank = np.array([max(1, _half_quantile((1 - level) / 2, size)) for size in distinct.tolist()])
    coverage = 1 - 2 * np.asarray(special.bdtr(rank - 1.0, distinct, 0.5), dtype=np.float64)
    return rank[which], coverage[which]


def sign_probabilities(above: Integers, below: Integers, sides: Sides) -> Floats:
    """Give the p-value of each sign test [1]; NaN without a sign. Part of :func:`sign_test`.

    Parameters
    ----------
    above, below
        How many values are above and below the null value [observations].
    sides
        As in :func:`sign_test`.

    Examples
    --------
    >>> sign_probabilities(np.array([5, 0]), np.array([1, 0]), "two-sided")
    array([0.21875,     nan])
    """
    number = above + below
    # Of P(X ≥ above) and P(X ≤ above), each written as a lower tail of the counts on the other side.
    tails = {"greater": below, "less": above, "two-sided": np.minimum(above, below)}
    tail = np.asarray(special.bdtr(tails[sides].astype(np.float64), number, 0.5), dtype=np.float64)
    probability = np.minimum(1.0, 2 * tail) if sides == "two-sided" else tail
    return np.where(number > 0, probability, np.nan)


def _half_quantile(probability: float, number: int) -> int:
    """Give the smallest count whose binomial(number, ½) distribution function reaches a probability."""
    count = max(0, int(special.bdtrik(probability, number, 0.5)) - 1)
    while special.bdtr(count, number, 0.5) < probability:
        count += 1
    return count
