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

    Brown, Cai, DasGupta, Statistical Science 16 (2001) 101–133, doi:10.1214/ss/1009213286, section 2. Not for use
    by choice: its coverage is poor even for large numbers; it is here because protocols ask for it. In SAS: PROC
    FREQ, ``BINOMIAL(CL=WALD)``; in R: ``binom::binom.asymp``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        They may lie outside [0, 1] and are not cut; for nobody or everybody the interval has no width.

    Examples
    --------
    >>> wald(np.array([8.0]), np.array([27.0]), 0.95).lower.round(6)
    array([0.12406])
    """
    share = count / number
    half = normal_multiplier(level) * np.sqrt(share * (1 - share) / number)
    return Limits(share - half, share + half)


def wald_corrected(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wald limits with continuity correction: p ± (z √(pq/n) + 1/(2n)).

    Newcombe, Statistics in Medicine 17 (1998) 857–872,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, method 2. Not for small counts: the
    correction widens the interval but leaves its centre wrong. In R: ``DescTools::BinomCI(x, n, method =
    "waldcc")``, cut to [0, 1]; in SAS: PROC FREQ, ``BINOMIAL(CL=WALD(CORRECT))``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        They may lie outside [0, 1] and are not cut; for nobody they are ±1/(2n).

    Examples
    --------
    >>> wald_corrected(np.array([8.0]), np.array([27.0]), 0.95).lower.round(6)
    array([0.105542])
    """
    lower, upper = wald(count, number, level)
    return Limits(lower - 0.5 / number, upper + 0.5 / number)


def wilson(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wilson (score) limits without continuity correction: all p₀ with |p − p₀| ≤ z √(p₀q₀/n).

    Wilson, Journal of the American Statistical Association 22 (1927) 209–212, doi:10.1080/01621459.1927.10502953.
    Brown, Cai, DasGupta, Statistical Science 16 (2001) 101–133, section 3.1.1. Not for a guarantee that coverage is
    never below the level: :func:`topline.stats.proportion_intervals_exact.clopper_pearson`. In R: ``prop.test(x, n,
    correct = FALSE)``; in SAS: PROC FREQ, ``BINOMIAL(CL=WILSON)``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside [0, 1]; the lower is 0 for nobody, the upper 1 for everybody, and the interval never without
        width.

    Examples
    --------
    >>> wilson(np.array([8.0]), np.array([27.0]), 0.95).upper.round(6)
    array([0.484807])
    """
    return wilson_by_multiplier(count, number, normal_multiplier(level))


def wilson_by_multiplier(count: Floats, number: Floats, multiplier: float | Floats) -> Limits:
    """Give Wilson limits for a normal multiplier, which may differ by element.

    (2x + z² ± z √(z² + 4xq)) / (2(n + z²)) for the multiplier z. Source: :func:`wilson`. Not for an interval of one
    proportion, where :func:`wilson` takes the level. In R: ``prop.test(x, n, conf.level = 2 * pnorm(z) - 1, correct
    = FALSE)``; in SAS: none.

    Parameters
    ----------
    count, number
        As in :func:`topline.stats.proportion.proportion`.
    multiplier
        z, how many standard errors the limits are from the estimate [1], from 0; NaN gives NaN.

    Returns
    -------
    Limits
        As of :func:`wilson`: the lower is 0 for nobody, the upper 1 for everybody.

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
    """Give Wilson limits with continuity correction in Newcombe's form.

    All p₀ with |p − p₀| − 1/(2n) ≤ z √(p₀q₀/n). Newcombe, Statistics in Medicine 17 (1998) 857–872,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, method 4. Not for the narrowest interval
    that keeps the level: it is nearly as wide as Clopper–Pearson. In R: ``prop.test(x, n)``, which differs where
    the count is within a half of n/2 (:func:`wilson_prop_test`), ``DescTools::BinomCI(x, n, method = "wilsoncc")``;
    in SAS: PROC FREQ, ``BINOMIAL(CL=WILSON(CORRECT))``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside [0, 1]; the lower is 0 for nobody, the upper 1 for everybody.

    Examples
    --------
    >>> wilson_corrected(np.array([8.0]), np.array([27.0]), 0.95).upper.round(6)
    array([0.503408])
    """
    return _wilson_shifted(count, number, level, np.full_like(count, 0.5))


def wilson_prop_test(count: Floats, number: Floats, level: float) -> Limits:
    """Give Wilson limits with the continuity correction of R's ``prop.test``.

    All p₀ with |p − p₀| − c/n ≤ z √(p₀q₀/n) and c = min(1/2, |x − n/2|): the correction of the test of 1/2, which
    ``prop.test`` also uses for its interval. Source: :func:`wilson_corrected`. Not for anything but reproducing R.
    In R: ``prop.test(x, n)``; in SAS: none.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside [0, 1]; the lower is 0 for nobody, the upper 1 for everybody; of exactly one half, Wilson's
        limits without correction.

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

    p̃ ± z √(p̃q̃/ñ) with ñ = n + z² and p̃ = (x + z²/2)/ñ. Agresti, Coull, The American Statistician 52 (1998)
    119–126, doi:10.1080/00031305.1998.10480550. Brown, Cai, DasGupta, Statistical Science 16 (2001) 101–133,
    section 3.1.2. Not for very small or very large proportions, where it is wider than need be. In R:
    ``binom::binom.agresti.coull``; in SAS: PROC FREQ, ``BINOMIAL(CL=AGRESTICOULL)``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        They may lie outside [0, 1], as they do for nobody and everybody; they are not cut.

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

    The variance-stabilizing interval without Anscombe's correction: Brown, Cai, DasGupta, Statistical Science 16
    (2001) 101–133, doi:10.1214/ss/1009213286, section 4.2.1 with p̂ for p̌. Not for counts near the edges: at a
    count of 0 the upper limit is far too low. In R: none (``DescTools::BinomCI`` has a relative of it with
    Anscombe's 3/8); in SAS: none.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside [0, 1]; the lower is 0 for nobody, the upper 1 for everybody.

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

    1/(1 + exp(−λ)) with λ = log(p/q) ± z √(n/(x(n − x))). Brown, Cai, DasGupta, Statistical Science 16 (2001)
    101–133, doi:10.1214/ss/1009213286, section 4.2.2. Not for counts near 0 or the number, where it is very wide.
    In R: ``binom::binom.logit``; in SAS: PROC FREQ, ``BINOMIAL(CL=LOGIT)``.

    Parameters
    ----------
    count, number, level
        As in :func:`topline.stats.proportion.proportion`.

    Returns
    -------
    Limits
        Always inside (0, 1); NaN for nobody and everybody, where the logit is infinite.

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
