"""The difference of two means in units of their standard deviation: Cohen's d and Hedges' g.

With the pooled standard deviation s, d = (x̄₁ − x̄₂)/s, and t = d / √(1/n₁ + 1/n₂) follows a noncentral t
distribution of m = n₁ + n₂ − 2 degrees of freedom for normal measurements of equal variance. The limits are the
effects under which t would be as large, or as small, with probability (1 − level)/2 (Cumming and Finch,
Educational and Psychological Measurement 61 (2001) 532–574). Hedges' g = J(m) d with
J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)) is unbiased (Hedges, Journal of Educational Statistics 6 (1981) 107–128).
"""

import math
from collections.abc import Callable

from scipy import special

from topline.stats.checking import confidence_level
from topline.stats.effect import Question, undefined_effect
from topline.stats.estimate import Estimate
from topline.stats.mean import MeanSummary
from topline.stats.two_means import pooled_standard_deviation

PLACES = 200
"""Bisections at most: a float has 53 bits, and the bracket begins a few units wide."""

FARTHEST = 1e5
"""The largest t statistic with limits: beyond it SciPy's noncentral t takes ever longer to give none."""

CLOSE = 1e-9
"""How near the probability at a limit must come to what it should be."""


def cohens_d(first: MeanSummary, second: MeanSummary, *, level: float = 0.95) -> Estimate:
    """Estimate Cohen's d, the difference first minus second over the pooled standard deviation.

    d = (x̄₁ − x̄₂)/s. The limits are exact for normal measurements of equal variance, by the noncentral t
    distribution. Cumming and Finch, Educational and Psychological Measurement 61 (2001) 532–574,
    doi:10.1177/0013164401614002. Not for groups whose standard deviations differ much, as the pooled one is then
    that of neither.

    Parameters
    ----------
    first, second
        Of the measurements of each group.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        In standard deviations [1]; undefined where no group has two observations, or there is no spread.

    See Also
    --------
    R: ``effectsize::cohens_d(x, y)``, ``effsize::cohen.d(x, y, noncentral = TRUE)``. SAS: none.

    Examples
    --------
    >>> found = cohens_d(MeanSummary(number=10, mean=0.75, standard_deviation=1.789),
    ...                  MeanSummary(number=10, mean=2.33, standard_deviation=2.002))
    >>> round(found.value, 4)
    -0.8322
    """
    return _standardized(first, second, level, factor=1.0, name="Cohen's d")


def hedges_g(first: MeanSummary, second: MeanSummary, *, level: float = 0.95) -> Estimate:
    """Estimate Hedges' g, Cohen's d without its bias in small samples.

    g = J(m) d with J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)) and m = n₁ + n₂ − 2; the limits are J(m) times those of
    :func:`cohens_d`. Hedges, Journal of Educational Statistics 6 (1981) 107–128, doi:10.3102/10769986006002107. Not
    for groups whose standard deviations differ much.

    Parameters
    ----------
    first, second
        Of the measurements of each group.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        In standard deviations [1]; undefined as :func:`cohens_d`, and also where m is 1, and J therefore 0.

    See Also
    --------
    R: ``effectsize::hedges_g(x, y)``; ``metafor::escalc("SMD")`` gives the same value. SAS: none.

    Examples
    --------
    >>> found = hedges_g(MeanSummary(number=10, mean=0.75, standard_deviation=1.789),
    ...                  MeanSummary(number=10, mean=2.33, standard_deviation=2.002))
    >>> round(found.value, 4)
    -0.797
    """
    freedom = first.degrees_of_freedom + second.degrees_of_freedom
    factor = small_sample_correction(freedom) if freedom > 1 else 0.0
    return _standardized(first, second, level, factor=factor, name="Hedges' g")


def small_sample_correction(degrees_of_freedom: float) -> float:
    """Give J(m), the factor from Cohen's d to Hedges' g [1]. Part of :func:`hedges_g`.

    Parameters
    ----------
    degrees_of_freedom
        m, the degrees of freedom of the pooled standard deviation [1]; from 1, where J is 0.

    Examples
    --------
    >>> round(small_sample_correction(18), 6)
    0.957646
    """
    half = degrees_of_freedom / 2
    # Γ(half) / Γ(half − ½) as a Pochhammer symbol: a difference of logarithms would lose digits for large m.
    return float(special.poch(half - 0.5, 0.5)) / math.sqrt(half)


def _standardized(
    first: MeanSummary, second: MeanSummary, level: float, *, factor: float, name: str
) -> Estimate:
    question = Question(
        method=f"{name}, limits by the noncentral t distribution", level=confidence_level(level)
    )
    freedom = first.degrees_of_freedom + second.degrees_of_freedom
    if freedom == 0 or factor == 0:
        return undefined_effect(question, "undefined: too few observations").estimate
    spread = pooled_standard_deviation(first, second)
    if spread == 0:
        reason = "undefined, because all observations of each group are equal"
        return undefined_effect(question, reason).estimate
    value = (first.mean - second.mean) / spread
    scale = math.sqrt(1 / first.number + 1 / second.number)
    statistic, tail = value / scale, (1 - level) / 2
    limits = [_noncentrality(statistic, freedom, probability) for probability in (1 - tail, tail)]
    lower, upper = (None if limit is None else factor * limit * scale for limit in limits)
    reason = "undefined: the noncentral t distribution cannot be computed so far out"
    return Estimate(
        value=factor * value,
        lower=lower,
        upper=upper,
        level=level,
        method=question.method,
        notes=tuple(
            f"{part}: {reason}"
            for part, limit in (("lower", lower), ("upper", upper))
            if limit is None
        ),
        degrees_of_freedom=freedom,
    )


def _noncentrality(statistic: float, freedom: float, probability: float) -> float | None:
    """Give the noncentrality under which a t statistic stays below the one found with a probability."""

    def excess(place: float) -> float:
        return float(special.nctdtr(freedom, place, statistic)) - probability

    if abs(statistic) > FARTHEST:
        return None
    found = _falling_root(excess, statistic)
    # A comparison with NaN is false, so that what SciPy cannot compute is not taken for a limit.
    return found if abs(excess(found)) < CLOSE else None


def _falling_root(excess: Callable[[float], float], near: float) -> float:
    """Find where a falling function is zero, by bisection from a bracket widened about a place."""
    width = 1.0
    while width < 1e300 and (excess(near - width) < 0 or excess(near + width) > 0):
        width *= 2
    low, high = near - width, near + width
    for _ in range(PLACES):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if excess(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
