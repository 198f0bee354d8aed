"""Whether measurements look normal: their skewness, and the Shapiro–Wilk test."""

import math

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import LimitError
from topline.stats.checking import finite
from topline.stats.estimate import Floats, Test, undefined_test

FEWEST, MOST = 3, 5000
"""The numbers of observations for which the test's approximation was made."""


def skewness(values: ArrayLike) -> float | None:
    """Give the moment coefficient of skewness, m₃ / m₂^(3/2) with moments about the mean of divisor n [1].

    It is g₁ of Joanes and Gill, The Statistician 47 (1998) 183–189, doi:10.1111/1467-9884.00122. Not for
    judging the shape of a few measurements: its error is about √(6/n) for normal ones. In R: ``e1071::skewness(x,
    type = 1)``; in SAS: PROC MEANS, SKEWNESS VARDEF=N. SAS's default and R's ``type = 2`` are larger by the factor
    √(n(n − 1)) / (n − 2).

    Parameters
    ----------
    values
        One finite number for each observation [the measurement's unit]; at least one.

    Returns
    -------
    float or None
        ``None`` for a single observation and where all are equal; 0 for two.

    Examples
    --------
    >>> round(skewness([4.2, 5.1, 9.3]), 6)
    0.621146
    """
    numbers = finite("values", values)
    if numbers.min() == numbers.max():
        return None
    about = numbers - numbers.mean()
    # Powers of shares of the largest deviation neither overflow nor vanish.
    about /= np.abs(about).max()
    return float((about**3).mean() / (about**2).mean() ** 1.5)


def shapiro_wilk_test(values: ArrayLike) -> Test:
    """Test whether measurements come from a normal distribution.

    W = (Σ aᵢ x₍ᵢ₎)² / Σ(xᵢ − x̄)² with weights a of expected normal order statistics, and the approximation of its
    distribution of Royston, Applied Statistics 44 (1995) 547–551, doi:10.2307/2986146, algorithm AS R94. Computed
    with normal scores of full precision as R does; SciPy's, of lesser precision, agrees to 8 digits. Not suitable
    for choosing an analysis of the same data: the choice changes the error rate of the analysis.

    Parameters
    ----------
    values
        One finite number for each observation [the measurement's unit]; 3 to 5,000. Ties, as of rounded
        measurements, make W smaller.

    Returns
    -------
    Test
        With W as the statistic; undefined for fewer than three observations and where all are equal.

    Raises
    ------
    DataError
        If an element is not a finite number, or there is none.
    LimitError
        If there are more than 5,000.

    See Also
    --------
    R: ``shapiro.test(x)``. SAS: PROC UNIVARIATE, NORMAL, for up to 2,000.

    Examples
    --------
    >>> test = shapiro_wilk_test([4.2, 5.1, 9.3])
    >>> round(test.statistic, 6), round(test.p_value, 6)
    (0.87753, 0.317178)
    """
    numbers = finite("values", values)
    if numbers.size > MOST:
        raise LimitError(
            f"{numbers.size:,} observations for the Shapiro–Wilk test",
            where="values",
            accepted=f"{FEWEST} to {MOST:,}",
        )
    reason = None
    if numbers.size < FEWEST:
        reason = f"undefined for fewer than {FEWEST} observations"
    elif numbers.min() == numbers.max():
        reason = "undefined, because all observations are equal"
    method = "Shapiro–Wilk test"
    if reason is not None:
        return undefined_test(method, reason)
    ordered = np.sort(numbers)
    # In shares of the range, so that no square overflows.
    ordered = (ordered - ordered[0]) / (ordered[-1] - ordered[0])
    rest = _rest(ordered, _weights(numbers.size))
    return Test(
        statistic=1 - rest,
        p_value=_probability(rest, numbers.size),
        sides="two-sided",
        null_value=0.0,
        method=method,
    )


# Royston's polynomials, the constant first: corrections to the first two weights by 1/√n; then mean and logarithm
# of the standard deviation of the transformed W, by n for small samples and by log n for others.
_FIRST_WEIGHT = (0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056)
_SECOND_WEIGHT = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
_SMALL_SHIFT = (-2.273, 0.459)
_SMALL_MEAN = (0.544, -0.39978, 0.025054, -6.714e-4)
_SMALL_DEVIATION = (1.3822, -0.77857, 0.062767, -0.0020322)
_MEAN = (-1.5861, -0.31082, -0.083751, 0.0038915)
_DEVIATION = (-0.4803, -0.082676, 0.0030302)

LARGEST_SMALL_SAMPLE = 11


def _weights(number: int) -> Floats:
    """Give the weights of the ordered observations, antisymmetric and of length 1 but for rounding."""
    if number == 3:
        return np.array([-1.0, 0.0, 1.0]) * math.sqrt(0.5)
    scores = special.ndtri((np.arange(1, number + 1) - 0.375) / (number + 0.25))
    squares = float(scores @ scores)
    step = 1 / math.sqrt(number)
    outer = [polyval(step, _FIRST_WEIGHT) - scores[0] / math.sqrt(squares)]
    if number > 5:
        outer.append(polyval(step, _SECOND_WEIGHT) - scores[1] / math.sqrt(squares))
    corrected = np.array(outer, dtype=np.float64)
    left = squares - 2 * float((scores[: corrected.size] ** 2).sum())
    weights: Floats = scores / math.sqrt(left / (1 - 2 * float(corrected @ corrected)))
    weights[: corrected.size] = -corrected
    weights[-corrected.size :] = corrected[::-1]
    return weights


def _rest(ordered: Floats, weights: Floats) -> float:
    """Give 1 − W, one minus the squared correlation of observations and weights, without cancellation."""
    about, against = ordered - ordered.mean(), weights - weights.mean()
    length = math.sqrt(float(about @ about) * float(against @ against))
    product = float(about @ against)
    return (length - product) * (length + product) / length**2


def _probability(rest: float, number: int) -> float:
    if number == 3:
        # W is at least ¾, and its distribution is known.
        found = 6 / math.pi * (math.asin(math.sqrt(1 - rest)) - math.asin(math.sqrt(0.75)))
        return min(1.0, max(0.0, found))
    if rest <= 0:
        return 1.0
    transformed = math.log(rest)
    if number <= LARGEST_SMALL_SAMPLE:
        gap = float(polyval(number, _SMALL_SHIFT)) - transformed
        if gap <= 0:
            return 0.0
        transformed = -math.log(gap)
        mean, deviation = polyval(number, _SMALL_MEAN), polyval(number, _SMALL_DEVIATION)
    else:
        logarithm = math.log(number)
        mean, deviation = polyval(logarithm, _MEAN), polyval(logarithm, _DEVIATION)
    return float(special.ndtr((float(mean) - transformed) / math.exp(float(deviation))))
