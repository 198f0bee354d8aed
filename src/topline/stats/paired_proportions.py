"""Two proportions in the same participants: their difference and the conditional odds ratio.

A pair of answers (before and after, or two raters, or matched participants) falls into one of four cells: both have the
event (a), only the first (b), only the second (c), neither (d). The difference is first minus second, (b − c)/n.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import confidence_level, counts, known, same_length
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Estimates, Floats, Integers, Limits, undefined_estimate
from topline.stats.interval_words import interval_words
from topline.stats.proportion import proportion, proportions
from topline.stats.proportion_intervals_closed import wilson
from topline.stats.root_finding import falling_roots


@dataclass(frozen=True, slots=True)
class Pairs:
    """Checked counts of pairs, one element for each comparison [pairs].

    Attributes
    ----------
    both, first_only, second_only, neither
        Pairs in which both have the event, only the first, only the second, or neither.
    """

    both: Floats
    first_only: Floats
    second_only: Floats
    neither: Floats

    @property
    def number(self) -> Floats:
        """All pairs."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def difference(self) -> Floats:
        """The first proportion less the second."""
        return (self.first_only - self.second_only) / self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedMethod:
    """One way to put an interval around a difference of paired proportions.

    Attributes
    ----------
    title
        The name as a record or a table prints it.
    limits
        From checked pairs and the level to limits.
    source
        Where the formula stands.
    """

    title: str
    limits: Callable[[Pairs, float], Limits]
    source: str


def pairs(
    both: ArrayLike, first_only: ArrayLike, second_only: ArrayLike, neither: ArrayLike
) -> Pairs:
    """Check the counts of pairs. Part of :func:`tango`.

    Parameters
    ----------
    both, first_only, second_only, neither
        Pairs in which both have the event, only the first, only the second, or neither, one element for each
        comparison [pairs].

    Raises
    ------
    DataError
        If a number is not a count, lengths differ, or a comparison has no pair.

    Examples
    --------
    >>> pairs([20], [12], [2], [16]).number
    array([50.])
    """
    given = {
        "both": counts("both", both),
        "first_only": counts("first_only", first_only),
        "second_only": counts("second_only", second_only),
        "neither": counts("neither", neither),
    }
    same_length(**given)
    empty = sum(given.values()) == 0
    if np.any(empty):
        position = int(np.argmax(empty))
        raise DataError(
            f"there is no pair at position {position}",
            where=f"both[{position}]",
            accepted="at least one pair in one of the four cells",
        )
    return Pairs(*(cell.astype(np.float64) for cell in given.values()))


def wald(table: Pairs, level: float) -> Limits:
    """Give Wald limits: d ± z √(b + c − (b − c)²/n) / n.

    Newcombe, Statistics in Medicine 17 (1998) 2635–2650,
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C, method 1. Not for few discordant pairs:
    its coverage is far below the level. In R: ``PropCIs::diffpropci.Wald.mp(c, b, n, level)``, which cuts to [−1,
    1]; in SAS: none.

    Parameters
    ----------
    table
        From :func:`pairs`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        They may lie outside [−1, 1] and are not cut; without width where there is no discordant pair.

    Examples
    --------
    >>> wald(pairs([20], [12], [2], [16]), 0.95).lower.round(6)
    array([0.06421])
    """
    half = normal_multiplier(level) * _wald_error(table)
    return Limits(table.difference - half, table.difference + half)


def _wald_error(table: Pairs) -> Floats:
    """Give the standard error √(b + c − (b − c)²/n) / n [1].

    Examples
    --------
    >>> _wald_error(pairs([20], [12], [2], [16])).round(6)
    array([0.069282])
    """
    b, c, n = table.first_only, table.second_only, table.number
    return np.asarray(np.sqrt(np.maximum(b + c - (b - c) ** 2 / n, 0.0)) / n, dtype=np.float64)


def tango(table: Pairs, level: float) -> Limits:
    """Give Tango's score limits: the differences δ that z(δ) = (b − c − nδ) / √(n (2q + δ(1 − δ))) does not reject.

    q is the restricted estimate of the second-only probability, the larger root of 2nq² + (−b − c + (2n − b + c)δ)q
    − cδ(1 − δ) = 0. Tango, Statistics in Medicine 17 (1998) 891–908,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B. Not for a guarantee: coverage is near
    nominal on average, not at least nominal. In R: ``PropCIs::scoreci.mp(c, b, n, level)``; in SAS: none, by macro.

    Parameters
    ----------
    table
        From :func:`pairs`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Always inside [−1, 1] and of positive width, also where nobody or everybody has the event or there is no
        discordant pair.

    Examples
    --------
    >>> found = tango(pairs([20], [12], [2], [16]), 0.95)
    >>> found.lower.round(6), found.upper.round(6)
    (array([0.061112]), array([0.344709]))
    """
    z, start = normal_multiplier(level), newcombe(table, level)
    b, c, n = table.first_only, table.second_only, table.number

    def limit(target: float, first: Floats, low: Floats, high: Floats) -> Floats:
        def fall(place: Floats, index: Integers) -> tuple[Floats, Floats]:
            value, slope = _tango_score(b[index], c[index], n[index], place)
            return value - target, slope

        return falling_roots(fall, first, low, high, smallest_step=1e-13).place

    ones, difference = np.ones_like(n), table.difference
    return Limits(
        limit(z, start.lower, -ones, difference), limit(-z, start.upper, difference, ones)
    )


def _tango_score(
    first_only: Floats, second_only: Floats, number: Floats, null: Floats
) -> tuple[Floats, Floats]:
    """Give Tango's statistic and its slope in the null difference."""
    spread = null * (1 - null)
    rise = 2 * number - first_only + second_only
    linear = -first_only - second_only + rise * null
    constant = -second_only * spread
    root = np.sqrt(np.maximum(linear * linear - 8 * number * constant, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        # Of the two forms of the root, the one in which nothing cancels.
        share = np.where(
            linear > 0, -2 * constant / (linear + root), (root - linear) / (4 * number)
        )
        share_slope = np.where(root > 0, -(rise * share - second_only * (1 - 2 * null)) / root, 0.0)
        variance = np.maximum(number * (2 * share + spread), 0.0)
        excess = first_only - second_only - number * null
        error = np.sqrt(variance)
        value = np.where(excess == 0, 0.0, excess / error)
        bend = number * (2 * share_slope + 1 - 2 * null)
        slope = -number / error - value * bend / (2 * variance)
    return value, slope


def newcombe(table: Pairs, level: float) -> Limits:
    """Give Newcombe's limits: Wilson limits of both proportions, combined with their correlation φ.

    d − √(δ₁² − 2φδ₁ε₂ + ε₂²), where δ₁ is the first proportion's distance to its lower and ε₂ the second's to its
    upper Wilson limit; the upper limit mirrored. φ = (ad − bc)/√(products of margins), of which a positive
    numerator is first lowered by n/2, but not below 0. Newcombe, Statistics in Medicine 17 (1998) 2635–2650,
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C, method 10. Not for agreement with
    McNemar's test: that is :func:`tango`. In R: ``ratesci::pairbinci(c(a, b, c, d), method = "MOVER_newc",
    moverbase = "wilson")``; in SAS: none, by macro.

    Parameters
    ----------
    table
        From :func:`pairs`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Always inside [−1, 1] and of positive width; where a margin is empty, with φ of 0.

    Examples
    --------
    >>> found = newcombe(pairs([20], [12], [2], [16]), 0.95)
    >>> found.lower.round(6), found.upper.round(6)
    (array([0.056156]), array([0.329207]))
    """
    n = table.number
    having, second_having = table.both + table.first_only, table.both + table.second_only
    first, second = wilson(having, n, level), wilson(second_having, n, level)
    share, other = having / n, second_having / n
    margins = np.sqrt(having * (n - having)) * np.sqrt(second_having * (n - second_having))
    product = table.both * table.neither - table.first_only * table.second_only
    lowered = np.where(product > 0, np.maximum(product - n / 2, 0.0), product)
    phi = np.divide(lowered, margins, out=np.zeros_like(margins), where=margins > 0)
    down, up = share - first.lower, first.upper - share
    other_down, other_up = other - second.lower, second.upper - other
    below = down**2 - 2 * phi * down * other_up + other_up**2
    above = up**2 - 2 * phi * up * other_down + other_down**2
    return Limits(
        table.difference - np.sqrt(np.maximum(below, 0.0)),
        table.difference + np.sqrt(np.maximum(above, 0.0)),
    )


INTERVALS: Mapping[str, PairedMethod] = MappingProxyType(
    {
        "tango": PairedMethod(
            title="Tango (score)",
            limits=tango,
            source="Tango, Statistics in Medicine 17 (1998) 891–908",
        ),
        "newcombe": PairedMethod(
            title="Newcombe (hybrid score)",
            limits=newcombe,
            source="Newcombe, Statistics in Medicine 17 (1998) 2635–2650, method 10",
        ),
        "wald": PairedMethod(
            title="Wald",
            limits=wald,
            source="Newcombe, Statistics in Medicine 17 (1998) 2635–2650, method 1",
        ),
    }
)
"""The interval methods of the difference by name."""


def paired_difference(
    both: float,
    first_only: float,
    second_only: float,
    neither: float,
    *,
    level: float = 0.95,
    interval: str = "tango",
) -> Estimate:
    """Estimate the difference of two proportions in the same participants, first minus second, with its interval.

    d = (b − c)/n, with limits by one of :data:`INTERVALS`, which names the source of each. Newcombe, Statistics in
    Medicine 17 (1998) 2635–2650, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C, compares
    them. In R: ``PropCIs::scoreci.mp(c, b, n, level)``; in SAS: none, by macro.

    Not for: independent groups (:mod:`topline.stats.risk_difference`).

    Parameters
    ----------
    both, first_only, second_only, neither
        Pairs in which both have the event, only the first, only the second, or neither [pairs].
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`INTERVALS`.

    Returns
    -------
    Estimate
        A difference of fractions [1], defined also for a single pair and without discordant pairs; with a standard
        error for Wald's interval.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``level`` or ``interval`` does not fit.

    Examples
    --------
    >>> found = paired_difference(20, 12, 2, 16)
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (0.2, 0.0611, 0.3447)
    """
    many = paired_differences(
        [both], [first_only], [second_only], [neither], level=level, interval=interval
    )
    error = None
    if interval == "wald":
        error = float(_wald_error(pairs([both], [first_only], [second_only], [neither]))[0])
    return Estimate(
        value=float(many.value[0]),
        lower=float(many.lower[0]),
        upper=float(many.upper[0]),
        level=many.level,
        method=many.method,
        standard_error=error,
    )


def paired_differences(
    both: ArrayLike,
    first_only: ArrayLike,
    second_only: ArrayLike,
    neither: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "tango",
) -> Estimates:
    """Estimate many differences of paired proportions at once, each as :func:`paired_difference` does.

    Parameters
    ----------
    both, first_only, second_only, neither
        As in :func:`paired_difference`, one element for each comparison.
    level, interval
        As in :func:`paired_difference`.

    Returns
    -------
    Estimates
        Differences of fractions [1], defined also without discordant pairs. Limits are not cut to [−1, 1].

    Raises
    ------
    DataError, UsageError
        As :func:`paired_difference`; the message names the element.

    Examples
    --------
    >>> paired_differences([20, 33], [12, 8], [2, 4], [16, 15]).lower.round(4)
    array([ 0.0611, -0.0518])
    """
    table = pairs(both, first_only, second_only, neither)
    level = confidence_level(level)
    method = INTERVALS[known("interval", interval, INTERVALS)]
    lower, upper = method.limits(table, level)
    return Estimates(
        value=table.difference,
        lower=lower,
        upper=upper,
        level=level,
        method=f"difference of paired proportions, {interval_words(method.title)}",
    )


def paired_odds_ratio(
    first_only: float, second_only: float, *, level: float = 0.95, interval: str = "clopper_pearson"
) -> Estimate:
    """Estimate the odds ratio of matched pairs by the conditional likelihood: b/c.

    Given b + c discordant pairs, b is binomial with share π = ψ/(1 + ψ); the limits are an interval of that share,
    turned into odds. Breslow, Day, Statistical Methods in Cancer Research I (1980), section 5.2. Not for the odds
    ratio of the two proportions themselves, which is nearer 1 where pairs resemble each other. In R:
    ``exact2x2::mcnemar.exact``; in SAS: PROC LOGISTIC with STRATA.

    Parameters
    ----------
    first_only, second_only
        Pairs in which only the first, or only the second, has the event [pairs].
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`topline.stats.proportion.INTERVALS`: ``"clopper_pearson"`` gives the exact interval,
        ``"mid_p"`` the mid-p and ``"wilson"`` the score interval.

    Returns
    -------
    Estimate
        A ratio [1]. With no second-only pair the value and the upper limit are ``None`` (infinite); without
        discordant pairs nothing is defined.

    Raises
    ------
    DataError
        If a number is not a count.
    UsageError
        If ``level`` or ``interval`` does not fit.

    Examples
    --------
    >>> found = paired_odds_ratio(12, 2)
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (6.0, 1.3357, 55.1971)
    """
    many = paired_odds_ratios([first_only], [second_only], level=level, interval=interval)
    if first_only + second_only == 0:
        reason = "undefined without discordant pairs"
        return undefined_estimate(_PAIRED_RATIO, reason, many.level, with_error=False)
    share = proportion(
        first_only, first_only + second_only, level=level, interval=interval, bounded=True
    )
    numbers, notes = {}, []
    for part in ("value", "lower", "upper"):
        number = float(getattr(many, part)[0])
        numbers[part] = number if np.isfinite(number) else None
        if np.isinf(number):
            notes.append(f"{part}: infinite: no pair with the event only in the second")
        elif np.isnan(number):
            notes.append(f"{part}: {share.reason(part)}")
    return Estimate(
        value=numbers["value"],
        lower=numbers["lower"],
        upper=numbers["upper"],
        level=many.level,
        method=many.method,
        notes=tuple(notes),
    )


def paired_odds_ratios(
    first_only: ArrayLike,
    second_only: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "clopper_pearson",
) -> Estimates:
    """Estimate many odds ratios of matched pairs, each as :func:`paired_odds_ratio` does.

    Parameters
    ----------
    first_only, second_only
        As in :func:`paired_odds_ratio`, one element for each comparison.
    level, interval
        As in :func:`paired_odds_ratio`.

    Returns
    -------
    Estimates
        Ratios [1]. Infinite where no pair has the event only in the second; NaN without discordant pairs, and where
        the interval has no limit.

    Raises
    ------
    DataError
        If a number is not a count, or the lengths differ; the message names the element.
    UsageError
        If ``level`` or ``interval`` does not fit.

    Examples
    --------
    >>> found = paired_odds_ratios([12, 3, 0], [2, 0, 0])
    >>> found.value, found.lower.round(4)
    (array([ 6., inf, nan]), array([1.3357, 0.4132,    nan]))
    """
    b, c = counts("first_only", first_only), counts("second_only", second_only)
    same_length(first_only=b, second_only=c)
    level = confidence_level(level)
    pairs_apart = b + c
    # One pair where there is none, whose share no one will see.
    share = proportions(b, np.maximum(pairs_apart, 1), level=level, interval=interval)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = b / c
        lower, upper = (
            np.where(pairs_apart > 0, np.where(cut >= 1, np.inf, cut / (1 - cut)), np.nan)
            for cut in (np.clip(limit, 0.0, 1.0) for limit in (share.lower, share.upper))
        )
    return Estimates(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        method=f"{_PAIRED_RATIO}; {share.method} of the discordant pairs",
        undefined="no pair with the event only in the second, no discordant pair, or the interval has no limit",
    )


_PAIRED_RATIO = "conditional odds ratio of matched pairs"
