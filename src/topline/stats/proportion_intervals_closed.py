"""Intervals of a proportion that are a closed form: Wald, Wilson, Agresti–Coull, arcsine and logit.

"BCD" is Brown, Cai, DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001)
101–133, doi:10.1214/ss/1009213286; "Newcombe" is Newcombe, "Two-sided confidence intervals for the single
proportion", Statistics in Medicine 17 (1998) 857–872. Every function takes arrays of counts and numbers that
are already checked (0 ≤ count ≤ number, number from 1) and the level as a fraction, and gives fractions [1].
z is the normal quantile of (1 + level) / 2, p the observed share, q = 1 − p, n the number.
"""

import numpy as np
from scipy import special

from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Floats, Limits


def wald(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wald limits without continuity correction: p ± z √(pq/n).

    The limits may lie outside [0, 1] and are not cut; at 0 or the number the interval has no width. Its
    coverage is poor even for large numbers (BCD section 2): it is here because protocols ask for it.
    In SAS: PROC FREQ, ``BINOMIAL(CL=WALD)``; in R: ``binom::binom.asymp``.

    Examples
    --------
    >>> wald(np.array([8.0]), np.array([27.0]), 0.95).lower.round(6)
    array([0.12406])
    """
    share = count / number
    half = normal_multiplier(level) * np.sqrt(share * (1 - share) / number)
    return Limits(share - half, share + half)


def wald_corrected(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wald limits with continuity correction: p ± (z √(pq/n) + 1/(2n)); Newcombe, method 2.

    The limits may lie outside [0, 1] and are not cut. Not for small counts: the correction widens the
    interval but leaves its centre wrong. In SAS: PROC FREQ, ``BINOMIAL(CL=WALD(CORRECT))``.

    Examples
    --------
    >>> wald_corrected(np.array([8.0]), np.array([27.0]), 0.95).lower.round(6)
    array([0.105542])
    """
    lower, upper = wald(count, number, level)
    return Limits(lower - 0.5 / number, upper + 0.5 / number)


def wilson(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wilson (score) limits without continuity correction: all p₀ with |p − p₀| ≤ z √(p₀q₀/n).

    Wilson, Journal of the American Statistical Association 22 (1927) 209–212; BCD section 3.1.1; Newcombe,
    method 3. In R: ``prop.test(correct = FALSE)``; in SAS: PROC FREQ, ``BINOMIAL(CL=WILSON)``.

    Examples
    --------
    >>> wilson(np.array([8.0]), np.array([27.0]), 0.95).upper.round(6)
    array([0.484807])
    """
    return wilson_by_multiplier(count, number, normal_multiplier(level))


def wilson_by_multiplier(count: Floats, number: Floats, multiplier: float | Floats) -> Limits:
    """Give Wilson limits for a normal multiplier, which may differ by element.

    Examples
    --------
    >>> wilson_by_multiplier(np.array([0.0]), np.array([20.0]), 2.0).upper.round(6)
    array([0.166667])
    """
    square = multiplier * multiplier
    centre = (count + square / 2) / (number + square)
    half = (
        multiplier / (number + square) * np.sqrt(count * ((number - count) / number) + square / 4)
    )
    # At the edges the limit is exactly 0 or 1; rounding would leave it a hair away.
    return Limits(
        np.where(count == 0, 0.0, centre - half), np.where(count == number, 1.0, centre + half)
    )


def wilson_corrected(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wilson limits with continuity correction in Newcombe's form (method 4).

    All p₀ with |p − p₀| − 1/(2n) ≤ z √(p₀q₀/n); the lower limit is 0 at a count of 0, the upper 1 at the
    number. Nearly as wide as Clopper–Pearson. In SAS: PROC FREQ, ``BINOMIAL(CL=WILSON(CORRECT))``. R's
    ``prop.test`` differs where the count is within a half of n/2: see :func:`wilson_prop_test`.

    Examples
    --------
    >>> wilson_corrected(np.array([8.0]), np.array([27.0]), 0.95).upper.round(6)
    array([0.503408])
    """
    return _wilson_shifted(count, number, level, np.full_like(count, 0.5))


def wilson_prop_test(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wilson limits with the continuity correction of R's ``prop.test``.

    As :func:`wilson_corrected`, but the correction is min(1/2, |count − n/2|): the one of the test of 1/2,
    which ``prop.test`` also uses for its interval. Offered to reproduce R; not for anything else.

    Examples
    --------
    >>> wilson_prop_test(np.array([5.0]), np.array([10.0]), 0.95).lower.round(6)
    array([0.236593])
    """
    return _wilson_shifted(count, number, level, np.minimum(0.5, np.abs(count - number / 2)))


def _wilson_shifted(count: Floats, number: Floats, level: float, shift: Floats) -> Limits:
    """Give Wilson's lower limit for a count less the shift, and the upper for a count plus the shift."""
    z = normal_multiplier(level)
    below, above = np.maximum(count - shift, 0), np.minimum(count + shift, number)
    return Limits(
        wilson_by_multiplier(below, number, z).lower, wilson_by_multiplier(above, number, z).upper
    )


def agresti_coull(count: Floats, number: Floats, level: float) -> Limits:
    """Give Agresti–Coull limits: Wald limits after adding z²/2 to the count and z² to the number.

    Agresti, Coull, The American Statistician 52 (1998) 119–126; BCD section 3.1.2. The limits may lie outside
    [0, 1]; they are not cut. In R: ``binom::binom.agresti.coull``; in SAS: ``BINOMIAL(CL=AGRESTICOULL)``.

    Examples
    --------
    >>> agresti_coull(np.array([0.0]), np.array([20.0]), 0.95).lower.round(6)
    array([-0.028684])
    """
    z = normal_multiplier(level)
    square = z * z
    centre = (count + square / 2) / (number + square)
    half = z * np.sqrt(centre * (1 - centre) / (number + square))
    return Limits(centre - half, centre + half)


def arcsine(count: Floats, number: Floats, level: float) -> Limits:
    """Give arcsine limits: sin²(arcsin √p ± z/(2√n)), cut where the angle leaves [0, π/2].

    The variance-stabilizing interval without Anscombe's correction (BCD section 4.2.1 with p̂ for p̌). Not for
    counts near the edges: at a count of 0 the upper limit is far too low. In R: ``DescTools::BinomCI`` has a
    relative of it with Anscombe's 3/8; SAS has none.

    Examples
    --------
    >>> arcsine(np.array([8.0]), np.array([27.0]), 0.95).upper.round(6)
    array([0.478797])
    """
    angle = np.arcsin(np.sqrt(count / number))
    half = normal_multiplier(level) / (2 * np.sqrt(number))
    return Limits(
        np.sin(np.maximum(angle - half, 0)) ** 2, np.sin(np.minimum(angle + half, np.pi / 2)) ** 2
    )


def logit(count: Floats, number: Floats, level: float) -> Limits:
    """Give logit limits: Wald limits of log(p/q) with variance n/(x(n − x)), turned back into shares.

    BCD section 4.2.2. Undefined (NaN) at a count of 0 or the number, where the logit is infinite. In R:
    ``binom::binom.logit``; in SAS: PROC FREQ, ``BINOMIAL(CL=LOGIT)``.

    Examples
    --------
    >>> logit(np.array([8.0, 0.0]), np.array([27.0, 5.0]), 0.95).upper.round(6)
    array([0.490265,      nan])
    """
    inside = (count > 0) & (count < number)
    having, lacking = np.where(inside, count, 1.0), np.where(inside, number - count, 1.0)
    centre = np.log(having / lacking)
    half = normal_multiplier(level) * np.sqrt((having + lacking) / (having * lacking))
    undefined = np.nan
    return Limits(
        np.where(inside, special.expit(centre - half), undefined),
        np.where(inside, special.expit(centre + half), undefined),
    )
