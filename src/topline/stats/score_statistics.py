"""Score statistics of two proportions under a given difference, ratio or odds ratio, and limits that invert them.

Under a null value the two proportions are estimated together by maximum likelihood; the statistic is the observed
contrast less the null value, over the standard error at those estimates. Miettinen, Nurminen, "Comparative analysis of
two rates", Statistics in Medicine 4 (1985) 213–226, where the variance is taken times N/(N − 1); without that factor the
difference is Mee's (Biometrics 40 (1984) 1175–1176), the ratio Koopman's (Biometrics 40 (1984) 513–517).

Each statistic comes with its slope in the null value, so that limits settle in a few Newton steps.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from topline.stats.estimate import Floats, Integers, Limits
from topline.stats.root_finding import falling_roots
from topline.stats.two_proportions import TwoGroups

_CHUNK = 1 << 13
"""So many comparisons are worked on together: their arrays stay in the processor's cache."""


_SETTLED = 1e-10
"""A Newton step of this share of the interval's half-width leaves an error of its square: below rounding."""


class Restricted(NamedTuple):
    """The two proportions estimated under a null value, what each lacks to one, and the slopes of both."""

    first: Floats
    second: Floats
    first_without: Floats
    second_without: Floats
    first_slope: Floats
    second_slope: Floats


Score: TypeAlias = Callable[[TwoGroups, Floats], tuple[Floats, Floats]]
"""From groups and null values to statistics and their slopes."""


def restricted_by_difference(groups: TwoGroups, difference: Floats) -> Restricted:
    """Estimate both proportions given their difference (first minus second).

    The second proportion is the root of a cubic that lies between max(0, −δ) and min(1, 1 − δ); Miettinen, Nurminen
    1985, appendix I; Farrington, Manning, Statistics in Medicine 9 (1990) 1447–1454.

    Parameters
    ----------
    groups
        Checked counts.
    difference
        Null values in [−1, 1].

    Examples
    --------
    >>> from topline.stats.two_proportions import two_groups
    >>> restricted_by_difference(two_groups([83], [90], [69], [76]), np.array([-0.1])).second.round(6)
    array([0.944571])
    """
    x, n, y, m = groups
    # Where most have the event, those without are counted instead, lest 1 − p lose its digits.
    most = x + y > (n + m) / 2
    rarer = TwoGroups(np.where(most, n - x, x), n, np.where(most, m - y, y), m)
    null = np.where(most, -difference, difference)
    second, slope = _root_of_cubic(rarer, null)
    first = np.clip(second + null, 0.0, 1.0)
    without, control_without = 1 - first, 1 - second
    # Counting those without turns the sign of the null value and of the change: the slopes stay.
    return Restricted(
        np.where(most, without, first),
        np.where(most, control_without, second),
        np.where(most, first, without),
        np.where(most, second, control_without),
        1 + slope,
        slope,
    )


def _root_of_cubic(groups: TwoGroups, difference: Floats) -> tuple[Floats, Floats]:
    """Give the second proportion and its slope in the difference.

    The trigonometric form of the root loses half the digits where two roots are close, so Newton steps on the cubic follow.
    """
    x, n, y, m = groups
    everyone = n + m
    events, share = (x + y) / everyone, m / everyone
    # p³ + a p² + b p + c = 0, divided by N so that no large count cancels.
    a = difference * (1 + share) - 1 - events
    b = (difference * share - 1 - 2 * y / everyone) * difference + events
    c = y / everyone * difference * (1 - difference)
    third = a / 3
    half_turn = third * (third * third - b / 2) + c / 2
    radius = np.copysign(np.sqrt(np.maximum(third * third - b / 3, 0.0)), half_turn)
    cube = radius * radius * radius
    ratio = np.divide(half_turn, cube, out=np.zeros_like(cube), where=cube != 0)
    angle = (np.pi + np.arccos(np.clip(ratio, -1.0, 1.0))) / 3
    lowest, highest = np.maximum(0.0, -difference), np.minimum(1.0, 1.0 - difference)
    root = np.clip(2 * radius * np.cos(angle) - third, lowest, highest)
    for _ in range(2):
        value = ((root + a) * root + b) * root + c
        steepness = (3 * root + 2 * a) * root + b
        step = np.divide(value, steepness, out=np.zeros_like(value), where=steepness != 0)
        # Where roots coincide the step is rounding over rounding: the trigonometric root stands.
        root = np.clip(root - np.where(np.abs(step) < 1e-6, step, 0.0), lowest, highest)
    steepness = (3 * root + 2 * a) * root + b
    a_slope, b_slope = 1 + share, 2 * difference * share - 1 - 2 * y / everyone
    rise = -((a_slope * root + b_slope) * root + y / everyone * (1 - 2 * difference))
    return root, np.divide(rise, steepness, out=np.zeros_like(rise), where=steepness != 0)


def difference_variance(groups: TwoGroups, difference: Floats) -> tuple[Floats, Floats]:
    """Give the variance p₁q₁/n₁ + p₂q₂/n₂ at the estimates given the difference, and its slope in the difference.

    Examples
    --------
    >>> from topline.stats.two_proportions import two_groups
    >>> difference_variance(two_groups([5], [10], [5], [10]), np.array([0.0]))[0].round(3)
    array([0.05])
    """
    found = restricted_by_difference(groups, difference)
    variance = (
        found.first * found.first_without / groups.number
        + found.second * found.second_without / groups.control_number
    )
    slope = (found.first_without - found.first) * found.first_slope / groups.number + (
        found.second_without - found.second
    ) * found.second_slope / groups.control_number
    return variance, slope


def difference_score(
    groups: TwoGroups, null_value: Floats, *, unbiased: bool = True
) -> tuple[Floats, Floats]:
    """Give the score statistic z of a risk difference, and its slope in the null value.

    Parameters
    ----------
    groups
        Checked counts.
    null_value
        Differences in [−1, 1].
    unbiased
        Take the variance times N/(N − 1), as Miettinen and Nurminen do and Mee and Farrington–Manning do not.

    Examples
    --------
    >>> from topline.stats.two_proportions import two_groups
    >>> difference_score(two_groups([83], [90], [69], [76]), np.array([-0.1]), unbiased=False)[0].round(6)
    array([2.467101])
    """
    x, n, y, m = groups
    variance, variance_slope = difference_variance(groups, null_value)
    excess = (x * m - y * n) / (n * m) - null_value
    return _standardize(excess, -1.0, variance, variance_slope, _factor(groups, unbiased))


def ratio_score(
    groups: TwoGroups, log_ratio: Floats, *, unbiased: bool = True
) -> tuple[Floats, Floats]:
    """Give the score statistic z of a risk ratio, and its slope in the log ratio.

    z = (p̂₁ − φp̂₂) / √(p₁q₁/n₁ + φ²p₂q₂/n₂); the restricted proportions solve a quadratic (Miettinen, Nurminen 1985,
    appendix I).

    Examples
    --------
    >>> from topline.stats.two_proportions import two_groups
    >>> ratio_score(two_groups([56], [70], [48], [80]), np.array([0.0]))[0].round(6)
    array([2.641323])
    """
    x, n, y, m = groups
    ratio = np.exp(log_ratio)
    linear = n * ratio + x + m + y * ratio
    events = x + y
    root = np.sqrt(np.maximum(linear * linear - 4 * (n + m) * ratio * events, 0.0))
    second = np.minimum(2 * events / (linear + root), 1.0)
    rise = np.where(root > 0, ((n + m) * second - (n + y)) * second, 0.0)
    slope = np.divide(rise, root, out=np.zeros_like(root), where=root > 0)
    first = np.minimum(second * ratio, 1.0)
    without = _restricted_lacking(groups.swapped(), -log_ratio)
    control_without = _restricted_lacking(groups, log_ratio)
    first_slope = second + ratio * slope
    variance = first * without / n + ratio * ratio * second * control_without / m
    variance_slope = (
        (1 - 2 * first) * first_slope / n
        + 2 * ratio * second * control_without / m
        + ratio * ratio * (1 - 2 * second) * slope / m
    )
    # Where most have the event in both groups, p̂₁ − φp̂₂ is had from those without.
    excess = np.where(
        (2 * x > n) & (2 * y > m),
        ratio * (m - y) / m - (n - x) / n - np.expm1(log_ratio),
        x / n - ratio * (y / m),
    )
    statistic, change = _standardize(
        excess, -y / m, np.maximum(variance, 0.0), variance_slope, _factor(groups, unbiased)
    )
    return statistic, change * ratio


def _restricted_lacking(groups: TwoGroups, log_ratio: Floats) -> Floats:
    """Give one less the second proportion of a given ratio, without subtracting it from one."""
    x, n, y, m = groups
    ratio = np.exp(log_ratio)
    product = (m - y) * np.expm1(log_ratio)
    linear = x + m + y * ratio - n * ratio - 2 * m * ratio
    square = (n + m) * ratio
    root = np.sqrt(np.maximum(linear * linear - 4 * square * product, 0.0))
    # Of the two forms of the root, the one in which nothing cancels.
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(linear > 0, -2 * product / (root + linear), (root - linear) / (2 * square))
    return np.clip(found, 0.0, 1.0)


def fitted_count(groups: TwoGroups, odds_ratio: Floats) -> Floats:
    """Give the first group's events that have a given odds ratio and the table's margins; not whole.

    The root of a quadratic; Breslow, Day, Statistical Methods in Cancer Research I (1980), equations 4.30–4.31.

    Examples
    --------
    >>> from topline.stats.two_proportions import two_groups
    >>> fitted_count(two_groups([9], [10], [3], [10]), np.array([21.0])).round(6)
    array([9.])
    """
    _, n, _, m = groups
    events = groups.count + groups.control_count
    linear = odds_ratio * (n + events) + (m - events)
    root = np.sqrt(
        np.maximum(linear * linear - 4 * odds_ratio * (odds_ratio - 1) * n * events, 0.0)
    )
    # Of the two forms of the root, the one in which nothing cancels.
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = np.where(
            linear > 0,
            2 * odds_ratio * n * events / (linear + root),
            (linear - root) / (2 * (odds_ratio - 1)),
        )
    return np.asarray(fitted, dtype=np.float64)


def odds_ratio_score(
    groups: TwoGroups, log_odds_ratio: Floats, *, unbiased: bool = True
) -> tuple[Floats, Floats]:
    """Give the score statistic z of an odds ratio, and its slope in the log odds ratio.

    z = (x₁ − A) √(1/A + 1/(n₁ − A) + 1/(m − A) + 1/(n₂ − m + A)), A the fitted count; Miettinen, Nurminen 1985; without
    the factor √((N − 1)/N) Cornfield's.

    Examples
    --------
    >>> from topline.stats.two_proportions import two_groups
    >>> odds_ratio_score(two_groups([56], [70], [48], [80]), np.array([0.0]))[0].round(6)
    array([2.641323])
    """
    x, n, y, m = groups
    flipped = TwoGroups(n - x, n, m - y, m)
    ratio, inverse = np.exp(log_odds_ratio), np.exp(-log_odds_ratio)
    observed = np.stack([x, n - x, y, m - y])
    # Each cell of the fitted table is a root of its own, lest it vanish by subtraction.
    fitted = np.stack(
        [
            fitted_count(groups, ratio),
            fitted_count(flipped, inverse),
            fitted_count(groups.swapped(), inverse),
            fitted_count(flipped.swapped(), ratio),
        ]
    )
    # All cells differ from the observed ones by the same amount; the smallest cells tell it best.
    smallest = np.argmin(observed + fitted, axis=0)[None, :]
    sign = np.array([1.0, -1.0, -1.0, 1.0])[smallest[0]]
    excess = sign * np.take_along_axis(observed - fitted, smallest, axis=0)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = (1 / fitted).sum(axis=0)
        bend = np.array([-1.0, 1.0, 1.0, -1.0]) @ (1 / fitted**2)
        factor = np.sqrt(1 / _factor(groups, unbiased))
        statistic = factor * excess * np.sqrt(precision)
        slope = factor * (-1 / np.sqrt(precision) + excess / 2 * bend * precision**-1.5)
    return statistic, slope


def score_limits(
    groups: TwoGroups,
    score: Score,
    multiplier: float,
    start: Limits,
    estimate: Floats,
    bounds: tuple[float, float],
) -> Limits:
    """Find where a falling score statistic reaches the multiplier below, and its negative above, the estimate.

    Parameters
    ----------
    groups
        Checked counts.
    score
        Statistic and slope.
    multiplier
        The normal quantile.
    start
        First guesses.
    estimate
        Where the statistic is 0; infinite values stand for the bounds.
    bounds
        The smallest and largest null value, also the limit where the estimate already lies there.

    Examples
    --------
    >>> from topline.stats.two_proportions import two_groups
    >>> found = score_limits(two_groups([56], [70], [48], [80]), difference_score, 1.959963984540054,
    ...                      Limits(np.array([0.05]), np.array([0.3])), np.array([0.2]), (-1.0, 1.0))
    >>> found.lower.round(6), found.upper.round(6)
    (array([0.05283]), array([0.338173]))
    """
    middle = np.clip(estimate, *bounds)
    lower, upper = np.empty_like(middle), np.empty_like(middle)
    for begin in range(0, middle.size, _CHUNK):
        part = slice(begin, begin + _CHUNK)
        some = groups.at(part)
        low, high = np.full_like(middle[part], bounds[0]), np.full_like(middle[part], bounds[1])
        lower[part] = _root(some, score, multiplier, start.lower[part], (low, middle[part]))
        upper[part] = _root(some, score, -multiplier, start.upper[part], (middle[part], high))
    return Limits(lower, upper)


def _root(
    groups: TwoGroups, score: Score, target: float, start: Floats, bracket: tuple[Floats, Floats]
) -> Floats:
    low, high = bracket
    estimate = high if target > 0 else low

    def fall(place: Floats, index: Integers) -> tuple[Floats, Floats]:
        some = groups if index.size == groups.count.size else groups.at(index)
        value, slope = score(some, place)
        return value - target, slope

    width = np.minimum(np.abs(start - estimate), 1.0)
    return falling_roots(fall, start, low, high, smallest_step=_SETTLED * width).place


def _factor(groups: TwoGroups, unbiased: bool) -> Floats | float:
    everyone = groups.number + groups.control_number
    return everyone / (everyone - 1) if unbiased else 1.0


def _standardize(
    excess: Floats,
    excess_slope: Floats | float,
    variance: Floats,
    variance_slope: Floats,
    factor: Floats | float,
) -> tuple[Floats, Floats]:
    """Divide by the standard error, with the slope; without variance the statistic is 0 or infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(variance * factor)
        statistic = np.where(excess == 0, 0.0, excess / error)
        slope = excess_slope / error - statistic * variance_slope / (2 * variance)
    return statistic, slope


class RestrictedRates(NamedTuple):
    """The variance of a difference of rates that are estimated under a null difference, and its slope in it."""

    variance: Floats
    slope: Floats


def restricted_rates(
    events: Floats,
    person_time: Floats,
    control_events: Floats,
    control_person_time: Floats,
    difference: Floats,
) -> RestrictedRates:
    """Estimate two event rates given their difference (first minus second), and the variance of the observed one.

    The smaller rate r is the positive root of ``A r² + (A g - x - y) r - s g = 0``, with A the total person-time, g the
    size of the difference and s the events of the group with the smaller rate.

    Parameters
    ----------
    events, person_time, control_events, control_person_time
        Checked numbers of Poisson events, and person-times.
    difference
        Null values [events per unit of person-time].

    Examples
    --------
    >>> one = np.ones(1)
    >>> restricted_rates(3 * one, 10 * one, one, 10 * one, 0 * one).variance
    array([0.04])
    """
    x, t, y, u = events, person_time, control_events, control_person_time
    gap = np.abs(difference)
    first_is_larger = difference >= 0
    total, fewer = t + u, np.where(first_is_larger, y, x)
    linear = total * gap - x - y
    root = np.sqrt(linear * linear + 4 * total * fewer * gap)
    with np.errstate(divide="ignore", invalid="ignore"):
        smaller = np.where(
            linear > 0, 2 * fewer * gap / (linear + root), (root - linear) / (2 * total)
        )
        change = np.where(root > 0, (fewer - total * smaller) / root, 0.0)
    near, far = np.where(first_is_larger, u, t), np.where(first_is_larger, t, u)
    variance = smaller / near + (smaller + gap) / far
    slope = change / near + (change + 1) / far
    return RestrictedRates(variance, np.where(first_is_larger, slope, -slope))
