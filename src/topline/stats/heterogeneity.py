"""How much the effects of studies differ: Cochran's Q, I², H², and limits for τ² by the Q-profile method.

I² says what share of the variation is not chance; it grows with the size of the studies and is no measure
of how much effects differ. τ², on the effects' own squared scale, is.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import UsageError
from topline.stats.between_study_variance import solve_generalized_q
from topline.stats.checking import confidence_level
from topline.stats.estimate import Floats, Test, undefined_test
from topline.stats.study_model import CommonMean, StudyModel, check_studies

FEW = 20
"""Up to so many degrees of freedom a chi-squared tail is summed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Cochran's Q with its test, and what follows from it or from τ².

    Attributes
    ----------
    test
        Cochran's Q, a chi-squared test that all studies share one effect; undefined for one study.
    i_squared
        The share of variation between studies that is not chance [percent]; ``None`` for one study.
    h_squared
        Total over within-study variation [1]; ``None`` for one study.
    method
        Whether I² and H² come from Q or from τ².
    """

    test: Test
    i_squared: float | None
    h_squared: float | None
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeterogeneityLimits:
    """Confidence limits of τ², I² and H².

    Attributes
    ----------
    tau_squared, i_squared, h_squared
        Lower and upper limit: [squared unit of the effects], [percent], [1].
    level
        The confidence level.
    method
        In words.
    notes
        Whether the set of plausible τ² is empty, or a limit was cut.
    """

    tau_squared: tuple[float, float]
    i_squared: tuple[float, float]
    h_squared: tuple[float, float]
    level: float
    method: str
    notes: tuple[str, ...] = ()


def typical_variance(model: StudyModel) -> Floats:
    """Give the typical sampling variance of Higgins and Thompson for each set.

    Part of :func:`topline.stats.pooling.pool`, whose I² is τ²/(τ² + typical variance). (k − p)/tr(P), for one mean Σ
    w (k − 1)/((Σ w)² − Σ w²). Higgins and Thompson, Statistics in Medicine 21 (2002) 1539–1558, doi:10.1002/sim.1186,
    equation 9.

    Parameters
    ----------
    model
        Effects and variances of the studies.

    Returns
    -------
    numpy.ndarray
        [the effects' unit squared].

    Examples
    --------
    >>> from topline.stats.study_model import CommonMean
    >>> typical_variance(CommonMean(np.array([[0.3], [-0.2]]), np.array([[0.02], [0.02]]))).round(6)
    array([0.02])
    """
    free = model.studies - model.coefficients
    return np.asarray(free / model.within().trace)


def chi_squared_probability(statistic: Floats, degrees_of_freedom: float) -> Floats:
    """Give the upper tail of the chi-squared distribution, to full relative precision.

    Part of :func:`topline.stats.pooling.pool`. For few whole degrees of freedom it is a short sum of positive terms,
    which takes a tenth of the time of the incomplete gamma function: Abramowitz and Stegun, Handbook of Mathematical
    Functions, 1964, equations 26.4.4 and 26.4.5.

    Parameters
    ----------
    statistic
        Chi-squared, from 0 [1].
    degrees_of_freedom
        From 1 [1].

    Returns
    -------
    numpy.ndarray
        Probabilities [1].

    Examples
    --------
    >>> chi_squared_probability(np.array([3.841459]), 1).round(6)
    array([0.05])
    """
    half = np.asarray(statistic, dtype=np.float64) / 2
    if degrees_of_freedom > FEW or degrees_of_freedom != int(degrees_of_freedom):
        return np.asarray(special.gammaincc(degrees_of_freedom / 2, half))
    odd = bool(degrees_of_freedom % 2)
    decay = np.exp(-half)
    power = decay * np.sqrt(half) if odd else decay
    order = 0.5 if odd else 0.0
    total = special.erfc(np.sqrt(half)) if odd else np.zeros_like(half)
    for step in range(int(degrees_of_freedom) // 2):
        total = total + power / math.gamma(order + step + 1)
        power = power * half
    # Near a statistic of 0 the terms add up to 1, and their rounding may lie above it.
    return np.minimum(total, 1.0)


def heterogeneity_from_q(statistic: float, degrees_of_freedom: int, *, what: str) -> Heterogeneity:
    """Describe heterogeneity by Q alone.

    Part of :func:`topline.stats.pooling.pool`, and of every pooling without τ². H² = Q/df, I² = 100 (Q − df)/Q, cut
    at 0. Higgins and Thompson, Statistics in Medicine 21 (2002) 1539–1558, doi:10.1002/sim.1186.

    Parameters
    ----------
    statistic
        Q, from zero [1].
    degrees_of_freedom
        One fewer than the studies, or than studies less coefficients [1].
    what
        What the Q is of, for the method.

    Returns
    -------
    Heterogeneity
        Undefined, ``None`` with the reason, without degrees of freedom.

    Examples
    --------
    >>> found = heterogeneity_from_q(6.9190466, 4, what="inverse variance weights")
    >>> round(found.i_squared, 1), round(found.h_squared, 2), round(found.test.p_value, 3)
    (42.2, 1.73, 0.14)
    """
    if degrees_of_freedom == 0:
        return Heterogeneity(
            test=q_test(0.0, 0, what), i_squared=None, h_squared=None, method="undefined"
        )
    share = 0.0 if statistic <= degrees_of_freedom else 100 * (1 - degrees_of_freedom / statistic)
    return Heterogeneity(
        test=q_test(statistic, degrees_of_freedom, what),
        i_squared=share,
        h_squared=statistic / degrees_of_freedom,
        method="from Q",
    )


def q_test(statistic: float, degrees_of_freedom: int, what: str) -> Test:
    """Make the chi-squared test of a Q statistic.

    Parameters
    ----------
    statistic
        Q, from zero [1].
    degrees_of_freedom
        One fewer than the studies [1].
    what
        What the Q is of, for the method.

    Returns
    -------
    Test
        Undefined, ``None`` with the reason, without degrees of freedom: a single study does not differ from itself.

    Notes
    -----
    Q = Σ w (y − μ̂)², w = 1/v, is chi-squared with k − 1 degrees of freedom where k studies share one effect.
    Cochran, Biometrics 10 (1954) 101–129, doi:10.2307/3001666.

    Not for deciding between a fixed and a random effect: with few studies it has little power, with large ones it
    finds what does not matter.

    In R: ``metafor::rma.uni(yi, vi)$QEp``; in SAS: none.

    Examples
    --------
    >>> q_test(0.0, 0, "inverse variance weights").reason("statistic")
    'a single study does not differ from itself'
    """
    method = f"Cochran's Q, {what}"
    if degrees_of_freedom == 0:
        reason = "a single study does not differ from itself"
        return undefined_test(method, reason)
    return Test(
        statistic=statistic,
        degrees_of_freedom=degrees_of_freedom,
        p_value=float(chi_squared_probability(np.array(statistic), degrees_of_freedom)),
        sides="two-sided",
        null_value=0.0,
        method=method,
    )


def heterogeneity_limits(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    level: float = 0.95,
    largest: float | None = None,
) -> HeterogeneityLimits:
    """Give limits of τ² by the Q-profile method, and of I² and H² through it.

    Parameters
    ----------
    effects
        The studies' effects [any scale on which they are about normal, such as log odds ratios]; at least two.
    variances
        Their sampling variances [the effects' unit squared].
    level
        The confidence level, a fraction [1].
    largest
        The largest τ² to look at [the effects' unit squared]; a limit beyond is cut there and noted. ``None`` looks
        as far as needed. metafor's default is the larger of 100 and ten times the estimated τ².

    Returns
    -------
    HeterogeneityLimits
        Both limits zero, with a note, where Q is so small that no τ² is plausible: the set is empty.

    Raises
    ------
    DataError
        If an effect is not finite, a variance not positive, or lengths differ.
    UsageError
        If there is one study only, ``level`` is no fraction, or ``largest`` is not positive.

    Notes
    -----
    The limits solve Σ (yᵢ − μ̂)²/(vᵢ + τ²) = quantile of chi-squared with k − 1 degrees of freedom; I² = 100 τ²/(τ² +
    s²), H² = (τ² + s²)/s² with the typical variance s². Viechtbauer, Statistics in Medicine 26 (2007) 37–52,
    doi:10.1002/sim.2514. Exact for normal effects with known variances.

    Not for very small studies, whose variances are estimated: the limits are then only approximate.

    In R: ``confint(metafor::rma.uni(yi, vi))``, ``meta::metagen(TE, seTE, method.tau.ci = "QP")``; in SAS: none.

    Examples
    --------
    >>> limits = heterogeneity_limits([0.1, 0.9, 0.4, -0.2], [0.02, 0.05, 0.01, 0.03])
    >>> [round(limit, 4) for limit in limits.tau_squared]
    [0.0321, 3.0185]
    """
    y, v = check_studies(effects, variances, least=2)
    level = confidence_level(level)
    if largest is not None and not largest > 0:
        raise UsageError(f"largest is {largest}", accepted="a number above 0, or None")
    model = CommonMean(y[:, np.newaxis], v[:, np.newaxis])
    half = (model.studies - 1) / 2
    targets = (
        2 * float(special.gammainccinv(half, (1 - level) / 2)),
        2 * float(special.gammaincinv(half, (1 - level) / 2)),
    )
    notes: list[str] = []
    if float(model.within().residual[0]) < targets[1]:
        notes.append(
            "tau_squared: effects are so alike that no variance between them is plausible; set to 0"
        )
    lower, upper = (float(solve_generalized_q(model, target)[0][0]) for target in targets)
    if largest is not None and upper > largest:
        notes.append(f"tau_squared: the upper limit {upper:.6g} was cut at {largest:.6g}, as asked")
        lower, upper = min(lower, largest), largest
    typical = float(typical_variance(model)[0])
    return HeterogeneityLimits(
        tau_squared=(lower, upper),
        i_squared=(100 * lower / (typical + lower), 100 * upper / (typical + upper)),
        h_squared=(1 + lower / typical, 1 + upper / typical),
        level=level,
        method="Q-profile",
        notes=tuple(notes),
    )
