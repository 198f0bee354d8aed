"""Quantiles and tail probabilities of the distributions behind limits and tests.

Each is written with incomplete beta and gamma functions of :mod:`scipy.special`: these keep full relative
precision in the far tail, where a one-minus would lose it, and importing them costs a third of importing
:mod:`scipy.stats`.
"""

import math

import numpy as np
from scipy import special

from topline.stats.estimate import Floats, Sides


def normal_multiplier(level: float) -> float:
    """Give z such that a standard normal variable lies within ±z with probability ``level`` [1].

    Examples
    --------
    >>> round(normal_multiplier(0.95), 6)
    1.959964
    """
    return float(-special.ndtri((1 - level) / 2))


def t_multiplier(level: float, degrees_of_freedom: float) -> float:
    """Give t such that Student's variable lies within ±t with probability ``level`` [1].

    The share ``x = ν / (ν + t²)`` is a beta variable; ``x`` and ``1 - x`` are inverted separately,
    because either may be so near 1 that the other could not be had from it by subtraction.

    Examples
    --------
    >>> round(t_multiplier(0.95, 19), 6)
    2.093024
    """
    half = degrees_of_freedom / 2
    share = special.betaincinv(half, 0.5, 1 - level)
    rest = special.betaincinv(0.5, half, level)
    return float(math.sqrt(degrees_of_freedom * rest / share))


def t_probability(statistic: float, degrees_of_freedom: float, sides: Sides) -> float:
    """Give the p-value of a t statistic [1].

    Examples
    --------
    >>> round(t_probability(2.2, 28, "two-sided"), 6)
    0.036225
    >>> round(t_probability(2.2, 28, "less"), 6)
    0.981887
    """
    square = statistic * statistic
    if square > degrees_of_freedom:
        both = float(
            special.betainc(
                degrees_of_freedom / 2, 0.5, degrees_of_freedom / (degrees_of_freedom + square)
            )
        )
    else:
        both = float(
            special.betaincc(0.5, degrees_of_freedom / 2, square / (degrees_of_freedom + square))
        )
    if sides == "two-sided":
        return both
    towards_alternative = (statistic > 0) == (sides == "greater")
    return both / 2 if towards_alternative else 1 - both / 2


def f_probability(statistic: float, numerator: float, denominator: float) -> float:
    """Give the upper tail probability of an F statistic [1].

    Parameters
    ----------
    statistic
        The F statistic, from 0.
    numerator, denominator
        The degrees of freedom.

    Examples
    --------
    >>> round(f_probability(4.84608786238014, 2, 27), 7)
    0.01591
    """
    share = denominator / (denominator + numerator * statistic)
    return float(special.betainc(denominator / 2, numerator / 2, share))


def beta_quantile(first: Floats, second: Floats, tail: float, *, upper: bool = False) -> Floats:
    """Give quantiles of beta distributions, vectorised.

    Parameters
    ----------
    first, second
        The two shapes; broadcast against each other.
    tail
        The probability below the quantile, or above it with ``upper``.
    upper
        Count ``tail`` from above: 1 - tail is never formed.

    Returns
    -------
    numpy.ndarray
        NaN where a shape is not above 0.

    Examples
    --------
    >>> beta_quantile(np.array([8.5]), np.array([19.5]), 0.025).round(6)
    array([0.151206])
    """
    invert = special.betainccinv if upper else special.betaincinv
    return np.asarray(invert(first, second, tail), dtype=np.float64)


def gamma_quantile(shape: Floats, tail: float, *, upper: bool = False) -> Floats:
    """Give quantiles of gamma distributions of scale 1, vectorised; ``tail`` and ``upper`` as for beta.

    Examples
    --------
    >>> gamma_quantile(np.array([1.0]), 0.025, upper=True).round(6)
    array([3.688879])
    """
    invert = special.gammainccinv if upper else special.gammaincinv
    return np.asarray(invert(shape, tail), dtype=np.float64)


def normal_probabilities(statistic: Floats, sides: Sides) -> Floats:
    """Give the p-values of many standard normal statistics; NaN where the statistic is.

    Examples
    --------
    >>> normal_probabilities(np.array([-1.959964, np.nan]), "two-sided").round(6)
    array([0.05,  nan])
    """
    towards = {"two-sided": -np.abs(statistic), "greater": -statistic, "less": statistic}[sides]
    found: Floats = np.asarray(special.ndtr(towards), dtype=np.float64)
    return 2 * found if sides == "two-sided" else found
