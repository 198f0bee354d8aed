"""All that t intervals and t-tests can be where means and standard deviations were rounded.

A limit is no simple function of the rounded numbers: a larger standard deviation in a small group can
lower Welch's degrees of freedom, or raise them. So the ranges of the difference, of its standard
error and of its degrees of freedom are found first, each exactly, and limits and p-value from the
worst of them. The result may be wider than need be, never too narrow.
"""

import math
from dataclasses import dataclass

from topline.posted.summaries import PostedMean
from topline.stats.distribution import t_multiplier, t_probability
from topline.stats.possible_values import PossibleValues
from topline.stats.two_means import Variances


@dataclass(frozen=True, slots=True)
class TRanges:
    """An estimate, its standard error and its degrees of freedom, each with all it can be.

    Attributes
    ----------
    estimate, standard_error, degrees_of_freedom
        With the number from what was printed among them; the error from 0, the degrees above 0.
    """

    estimate: PossibleValues
    standard_error: PossibleValues
    degrees_of_freedom: PossibleValues

    def limits(self, level: float) -> tuple[PossibleValues, PossibleValues]:
        """Return all that the lower and the upper limit can be.

        Examples
        --------
        >>> point = TRanges(*(PossibleValues(x, x, x) for x in (1.17, 0.18783, 19)))
        >>> round(point.limits(0.95)[0].lower, 4)
        0.7769
        """
        error, degrees = self.standard_error, self.degrees_of_freedom
        shortest = t_multiplier(level, degrees.upper) * error.lower
        longest = t_multiplier(level, degrees.lower) * error.upper
        low, high = self.estimate.lower, self.estimate.upper
        return (
            PossibleValues(low - longest, high - shortest),
            PossibleValues(low + shortest, high + longest),
        )

    def p_value(self, null_value: float) -> PossibleValues:
        """Return all that the two-sided p-value can be.

        Examples
        --------
        >>> point = TRanges(*(PossibleValues(x, x, x) for x in (1.17, 0.18783, 19)))
        >>> round(point.p_value(1).upper, 4)
        0.3768
        """
        low, high = self.estimate.lower - null_value, self.estimate.upper - null_value
        error, degrees = self.standard_error, self.degrees_of_freedom
        nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
        farthest = max(abs(low), abs(high))
        return PossibleValues(
            _two_sided(farthest, error.lower, degrees.upper),
            _two_sided(nearest, error.upper, degrees.lower),
        )


def _two_sided(distance: float, error: float, degrees: float) -> float:
    if error == 0:
        return 0.0 if distance > 0 else 1.0
    statistic = distance / error
    return 0.0 if math.isinf(statistic) else t_probability(statistic, degrees, "two-sided")


def one_mean(cell: PostedMean, deviation: PossibleValues) -> TRanges:
    """Return the ranges of a mean.

    Parameters
    ----------
    cell
        The posted mean.
    deviation
        Its standard deviation.
    """
    degrees = float(cell.number - 1)
    return TRanges(
        cell.mean, _error(deviation, cell.number), PossibleValues(degrees, degrees, degrees)
    )


def two_means(
    first: tuple[PostedMean, PossibleValues],
    second: tuple[PostedMean, PossibleValues],
    variances: Variances,
) -> TRanges:
    """Return the ranges of a difference of means, first minus second.

    Parameters
    ----------
    first, second
        Each posted mean with its standard deviation.
    variances
        Welch's form where unequal, the pooled one where equal.
    """
    (one, one_deviation), (two, two_deviation) = first, second
    estimate = difference(one.mean, two.mean)
    if variances == "equal":
        degrees = one.number + two.number - 2
        share = 1 / one.number + 1 / two.number
        ends = [
            math.sqrt(share * ((one.number - 1) * a * a + (two.number - 1) * b * b) / degrees)
            for a, b in (
                (one_deviation.lower, two_deviation.lower),
                (one_deviation.upper, two_deviation.upper),
            )
        ]
        return TRanges(estimate, PossibleValues(*ends), PossibleValues(degrees, degrees))
    errors = _error(one_deviation, one.number), _error(two_deviation, two.number)
    return TRanges(
        estimate,
        PossibleValues(
            math.hypot(errors[0].lower, errors[1].lower),
            math.hypot(errors[0].upper, errors[1].upper),
        ),
        _degrees_of_welch(errors, (one.number - 1, two.number - 1)),
    )


def difference(first: PossibleValues, second: PossibleValues) -> PossibleValues:
    """Return all that first minus second can be.

    Examples
    --------
    >>> difference(PossibleValues(1.0, 2.0, 1.5), PossibleValues(0.0, 0.5, 0.25))
    PossibleValues(lower=0.5, upper=2.0, printed=1.25)
    """
    printed = None
    low, high = first.lower - second.upper, first.upper - second.lower
    if first.printed is not None and second.printed is not None:
        printed = first.printed - second.printed
        low, high = min(low, printed), max(high, printed)
    return PossibleValues(low, high, printed)


def widened(values: PossibleValues, printed: float | None) -> PossibleValues:
    """Return possible values with the one from printed numbers among them, whatever the last digit.

    Examples
    --------
    >>> widened(PossibleValues(0.1, 0.3), 0.3000000001).upper
    0.3000000001
    """
    if printed is None:
        return values
    return PossibleValues(min(values.lower, printed), max(values.upper, printed), printed)


def _error(deviation: PossibleValues, number: int) -> PossibleValues:
    return deviation.mapped(lambda spread: spread / math.sqrt(number))


def _degrees_of_welch(
    errors: tuple[PossibleValues, PossibleValues], degrees: tuple[int, int]
) -> PossibleValues:
    """Return all that Welch's degrees of freedom can be.

    With r the share of the first group's variance in the whole, they are 1 / (r²/ν₁ + (1 − r)²/ν₂):
    they rise up to r = ν₁ / (ν₁ + ν₂), where they are ν₁ + ν₂, and fall from there.
    """
    one, two = errors
    shares = [_share(one.lower, two.upper), _share(one.upper, two.lower)]
    found = [_welch(share, degrees) for share in shares]
    best = degrees[0] / (degrees[0] + degrees[1])
    high = float(sum(degrees)) if shares[0] <= best <= shares[1] else max(found)
    return PossibleValues(min(found), high)


def _share(one: float, two: float) -> float:
    """Return one² / (one² + two²); where both are 0, nothing is known and half is as good as any."""
    whole = math.hypot(one, two)
    return (one / whole) ** 2 if whole > 0 else 0.5


def _welch(share: float, degrees: tuple[int, int]) -> float:
    return 1 / (share * share / degrees[0] + (1 - share) ** 2 / degrees[1])
