"""The common risk difference of two groups over strata, with its interval: one comparison or many at once.

The estimate is Σ wᵢdᵢ / Σ wᵢ over the strata's observed differences dᵢ. :data:`INTERVALS` and :data:`WEIGHTS` list the
methods by name; with Mantel and Haenszel's weights n₁n₂/(n₁ + n₂) strata without events, or of few participants, need no
special care.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import UsageError
from topline.stats.checking import confidence_level, known
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Estimates, Floats, Integers, Limits
from topline.stats.grouping import run_bounds
from topline.stats.interval_words import interval_words
from topline.stats.proportion_intervals_closed import wilson_by_multiplier
from topline.stats.risk_difference import observed_difference, wald_error
from topline.stats.root_finding import falling_roots
from topline.stats.score_statistics import difference_variance
from topline.stats.two_proportions import TwoGroups, single_estimate, two_groups

WEIGHTS: Mapping[str, Callable[[TwoGroups], Floats]] = MappingProxyType(
    {
        "mantel_haenszel": lambda groups: (
            groups.number * groups.control_number / (groups.number + groups.control_number)
        ),
        "size": lambda groups: groups.number + groups.control_number,
        "equal": lambda groups: np.ones_like(groups.number),
    }
)
"""How strata are weighted, by name: n₁n₂/N, N, or all alike."""


@dataclass(frozen=True, slots=True)
class Strata:
    """Checked strata of one or many comparisons, one after the other.

    Attributes
    ----------
    groups
        Counts, one element for each stratum.
    weight
        The weight of each stratum; those of one comparison sum to 1.
    begin
        Where each comparison begins.
    """

    groups: TwoGroups
    weight: Floats
    begin: Integers

    def total(self, values: Floats) -> Floats:
        """Sum over the strata of each comparison."""
        return np.asarray(np.add.reduceat(values, self.begin), dtype=np.float64)

    def spread(self, values: Floats) -> Floats:
        """Give each stratum the value of its comparison."""
        return np.repeat(values, np.diff(np.append(self.begin, self.weight.size)))

    @property
    def difference(self) -> Floats:
        """The weighted difference of each comparison."""
        return self.total(self.weight * observed_difference(self.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class StratifiedMethod:
    """One way to put an interval around a common risk difference.

    Attributes
    ----------
    title
        The name as a record or a table prints it.
    limits
        From strata and the level to limits.
    source
        Where the formula stands.
    standard_error
        From strata to standard errors; ``None`` where the method has none.
    weights
        The only weights that the formula holds for; ``None`` for any.
    """

    title: str
    limits: Callable[[Strata, float], Limits]
    source: str
    standard_error: Callable[[Strata], Floats] | None = None
    weights: str | None = None


def miettinen_nurminen(strata: Strata, level: float) -> Limits:
    """Give stratified score limits: the common differences δ that the weighted score statistic does not reject.

    z(δ) = Σ wᵢ(dᵢ − δ) / √(Σ wᵢ²Vᵢ(δ)), Vᵢ the variance at stratum i's proportions restricted to δ, times Nᵢ/(Nᵢ −
    1). Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226, doi:10.1002/sim.4780040211, with fixed
    weights. Not for a guarantee: coverage is near nominal on average, not at least nominal. In R:
    ``ratesci::scoreci(x1, n1, x2, n2, stratified = TRUE, weighting = "MH", skew = FALSE)``; in SAS: PROC FREQ of
    SAS Viya (2023.10), ``COMMONRISKDIFF(CL=MNMH)``; the older ``CL=SCORE`` is another interval, a summary of the
    strata's own.

    Parameters
    ----------
    strata
        From :func:`strata_of`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        Always inside [−1, 1] and of positive width, also where nobody or everybody in a stratum has the event.

    Examples
    --------
    >>> strata = strata_of(two_groups([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41]))
    >>> miettinen_nurminen(strata, 0.95).lower.round(6)
    array([-0.012286])
    """
    z, middle = normal_multiplier(level), np.clip(strata.difference, -1.0, 1.0)
    half = z * greenland_robins_error(strata)
    low, high = np.full_like(middle, -1.0), np.full_like(middle, 1.0)

    def limit(target: float, start: Floats, below: Floats, above: Floats) -> Floats:
        place_of_all = start.copy()

        def fall(place: Floats, index: Integers) -> tuple[Floats, Floats]:
            place_of_all[index] = place
            value, slope = _score(strata, place_of_all)
            return value[index] - target, slope[index]

        return falling_roots(fall, start, below, above, smallest_step=1e-12).place

    return Limits(
        limit(z, np.maximum(middle - half, low), low, middle),
        limit(-z, np.minimum(middle + half, high), middle, high),
    )


def _score(strata: Strata, null: Floats) -> tuple[Floats, Floats]:
    """Give the stratified statistic and its slope in the null difference."""
    groups = strata.groups
    everyone = groups.number + groups.control_number
    variance, variance_slope = difference_variance(groups, strata.spread(null))
    share = strata.weight**2 * everyone / (everyone - 1)
    total, bend = strata.total(share * variance), strata.total(share * variance_slope)
    excess = strata.difference - null
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(total)
        value = np.where(excess == 0, 0.0, excess / error)
        return value, -1 / error - value * bend / (2 * total)


def newcombe(strata: Strata, level: float) -> Limits:
    """Give stratified Newcombe limits, from stratified Wilson limits L, U of both groups.

    d − z √(λ₁L₁(1 − L₁) + λ₂U₂(1 − U₂)) with λ = Σ wᵢ²/nᵢ, and mirrored. The Wilson limits of a group are Σ wᵢ
    times those of the strata with the multiplier z √(Σ wᵢ²vᵢ) / Σ wᵢ√vᵢ, vᵢ = pᵢqᵢ/nᵢ. Yan, Su, Statistics in
    Biopharmaceutical Research 2 (2010) 329–335. Not for strata most of which have no events:
    :func:`miettinen_nurminen`. In R: ``tern::prop_diff_strat_nc``; in SAS: PROC FREQ,
    ``COMMONRISKDIFF(CL=NEWCOMBE)``.

    Parameters
    ----------
    strata
        From :func:`strata_of`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Limits
        NaN where no stratum of a group varies: nobody, or everybody, in each has the event.

    Examples
    --------
    >>> strata = strata_of(two_groups([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41]))
    >>> newcombe(strata, 0.95).upper.round(6)
    array([0.205018])
    """
    groups = strata.groups
    first = _stratified_wilson(strata, groups.count, groups.number, level)
    second = _stratified_wilson(strata, groups.control_count, groups.control_number, level)
    spread = strata.total(strata.weight**2 / groups.number)
    control_spread = strata.total(strata.weight**2 / groups.control_number)
    z, difference = normal_multiplier(level), strata.difference

    def half(limit: Floats, control_limit: Floats) -> Floats:
        variance = spread * limit * (1 - limit) + control_spread * control_limit * (
            1 - control_limit
        )
        return np.asarray(z * np.sqrt(variance), dtype=np.float64)

    return Limits(
        difference - half(first.lower, second.upper), difference + half(first.upper, second.lower)
    )


def _stratified_wilson(strata: Strata, count: Floats, number: Floats, level: float) -> Limits:
    share = count / number
    variance = share * (1 - share) / number
    with np.errstate(invalid="ignore", divide="ignore"):
        multiplier = (
            normal_multiplier(level)
            * np.sqrt(strata.total(strata.weight**2 * variance))
            / strata.total(strata.weight * np.sqrt(variance))
        )
    lower, upper = wilson_by_multiplier(count, number, strata.spread(multiplier))
    undefined = np.isnan(multiplier)
    return Limits(
        np.where(undefined, np.nan, strata.total(strata.weight * lower)),
        np.where(undefined, np.nan, strata.total(strata.weight * upper)),
    )


def greenland_robins_error(strata: Strata) -> Floats:
    """Give the standard error √(Σ wᵢ²(p₁q₁/n₁ + p₂q₂/n₂)) [1]: Greenland and Robins's for Mantel–Haenszel weights.

    Part of :func:`common_risk_difference`. Greenland, Robins, Biometrics 41 (1985) 55–68, doi:10.2307/2530643;
    consistent for few large strata.

    Parameters
    ----------
    strata
        From :func:`strata_of`; the error is 0 where no group of a stratum varies.

    Examples
    --------
    >>> strata = strata_of(two_groups([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41]))
    >>> greenland_robins_error(strata).round(6)
    array([0.055314])
    """
    return np.sqrt(strata.total((strata.weight * wald_error(strata.groups)) ** 2))


_ROUNDING = 1e-14
"""A sum of this size, relative to its parts, is no more than their rounding."""


def sato_error(strata: Strata) -> Floats:
    """Give Sato's standard error √(dP + Q) [1] for Mantel–Haenszel weights, consistent for many small strata too.

    Part of :func:`common_risk_difference`. P = Σ (n₁²x₂ − n₂²x₁ + n₁n₂(n₂ − n₁)/2)/N², Q = Σ (x₁(n₂ − x₂) + x₂(n₁ −
    x₁))/(2N), both over (Σ n₁n₂/N)². Sato, letter in Biometrics 45 (1989) 1323–1324. In R:
    ``metafor::rma.mh(measure = "RD")``; in SAS: PROC FREQ, ``COMMONRISKDIFF(CL=MH)``.

    Parameters
    ----------
    strata
        From :func:`strata_of`; the error is 0 where in every stratum nobody or everybody has the event.

    Examples
    --------
    >>> strata = strata_of(two_groups([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41]))
    >>> sato_error(strata).round(6)
    array([0.055426])
    """
    x, n, y, m = strata.groups
    everyone = n + m
    skew = strata.total((n * n * y - m * m * x + n * m * (m - n) / 2) / everyone**2)
    spread = strata.total((x * (m - y) + y * (n - x)) / (2 * everyone))
    weight = strata.total(n * m / everyone)
    # The two parts cancel where everybody of one group and nobody of the other has the event: what is left is rounding.
    variance = strata.difference * skew + spread
    variance = np.where(variance > _ROUNDING * spread, variance, 0.0)
    return np.asarray(np.sqrt(variance) / weight, dtype=np.float64)


def _normal(error: Callable[[Strata], Floats]) -> Callable[[Strata, float], Limits]:
    def limits(strata: Strata, level: float) -> Limits:
        half = normal_multiplier(level) * error(strata)
        return Limits(strata.difference - half, strata.difference + half)

    return limits


INTERVALS: Mapping[str, StratifiedMethod] = MappingProxyType(
    {
        "miettinen_nurminen": StratifiedMethod(
            title="stratified Miettinen–Nurminen (score)",
            limits=miettinen_nurminen,
            source="Miettinen, Nurminen, Statistics in Medicine 4 (1985) 213–226",
        ),
        "newcombe": StratifiedMethod(
            title="stratified Newcombe (hybrid score)",
            limits=newcombe,
            source="Yan, Su, Statistics in Biopharmaceutical Research 2 (2010) 329–335",
        ),
        "sato": StratifiedMethod(
            title="Mantel–Haenszel–Sato",
            limits=_normal(sato_error),
            source="Sato, letter in Biometrics 45 (1989) 1323–1324",
            standard_error=sato_error,
            weights="mantel_haenszel",
        ),
        "greenland_robins": StratifiedMethod(
            title="Wald, variance by Greenland and Robins",
            limits=_normal(greenland_robins_error),
            source="Greenland, Robins, Biometrics 41 (1985) 55–68",
            standard_error=greenland_robins_error,
        ),
    }
)
"""The interval methods by name."""


def strata_of(
    groups: TwoGroups, begin: Integers | None = None, weights: str = "mantel_haenszel"
) -> Strata:
    """Weight checked strata. Part of :func:`miettinen_nurminen`.

    Parameters
    ----------
    groups
        From :func:`topline.stats.two_proportions.two_groups`, one element for each stratum.
    begin
        Where each comparison begins [places among the strata]; by default there is one comparison.
    weights
        A name in :data:`WEIGHTS`.

    Examples
    --------
    >>> strata_of(two_groups([1, 1], [2, 6], [1, 1], [2, 3])).weight.round(4)
    array([0.3333, 0.6667])
    """
    begin = np.zeros(1, dtype=np.int64) if begin is None else begin
    raw = Strata(groups, WEIGHTS[known("weights", weights, WEIGHTS)](groups), begin)
    return Strata(groups, raw.weight / raw.spread(raw.total(raw.weight)), begin)


def common_risk_difference(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "miettinen_nurminen",
    weights: str = "mantel_haenszel",
) -> Estimate:
    """Estimate the common risk difference over strata with its interval.

    d = Σ wᵢdᵢ / Σ wᵢ of the strata's differences, with limits by one of :data:`INTERVALS`, which names the source
    of each. The weights of Mantel and Haenszel are n₁n₂/N (Greenland, Robins, Biometrics 41 (1985) 55–68,
    doi:10.2307/2530643). In R: ``ratesci::scoreci(x1, n1, x2, n2, stratified = TRUE, weighting = "MH", skew =
    FALSE)``; in SAS: PROC FREQ of SAS Viya (2023.10), ``COMMONRISKDIFF(CL=MNMH)``; the older ``CL=SCORE`` is
    another interval, a summary of the strata's own.

    Not for: differences that change sign between strata; participants matched one to one.

    Parameters
    ----------
    count, number
        Participants with the event and participants of the first group of each stratum [participants].
    control_count, control_number
        The same of the control group [participants].
    level
        The confidence level, a fraction [1].
    interval
        A name in :data:`INTERVALS`.
    weights
        A name in :data:`WEIGHTS`; Sato's standard error holds for ``"mantel_haenszel"`` only.

    Returns
    -------
    Estimate
        A difference of fractions [1], defined also where nobody or everybody has the event; with a standard error
        for the normal intervals. Newcombe's limits are ``None`` where no stratum of a group varies.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``level``, ``interval`` or ``weights`` does not fit.

    Examples
    --------
    >>> found = common_risk_difference([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41])
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (0.098, -0.0123, 0.207)
    """
    groups = two_groups(count, number, control_count, control_number)
    many = _estimates(strata_of(groups, None, weights), level, interval, weights)
    error = INTERVALS[interval].standard_error
    return single_estimate(
        many,
        standard_error=error(strata_of(groups, None, weights)) if error else None,
        undefined=_UNDEFINED,
    )


def common_risk_differences(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    offsets: ArrayLike,
    *,
    level: float = 0.95,
    interval: str = "miettinen_nurminen",
    weights: str = "mantel_haenszel",
) -> Estimates:
    """Estimate many common risk differences at once, each as :func:`common_risk_difference` does.

    Parameters
    ----------
    count, number, control_count, control_number
        The strata of all comparisons, one after the other [participants].
    offsets
        Where each comparison begins, and the end of the last [places among the strata].
    level, interval, weights
        As in :func:`common_risk_difference`.

    Returns
    -------
    Estimates
        One for each comparison [1]; NaN where undefined.

    Raises
    ------
    DataError, UsageError
        As :func:`common_risk_difference`, and if the offsets do not fit.

    Examples
    --------
    >>> many = common_risk_differences([16, 7, 12], [48, 31, 40], [9, 4, 10], [46, 30, 41], [0, 2, 3])
    >>> many.value.round(4)
    array([0.1199, 0.0561])
    """
    groups = two_groups(count, number, control_count, control_number)
    begin = run_bounds(offsets, groups.count.size)[:-1]
    return _estimates(strata_of(groups, begin, weights), level, interval, weights)


_UNDEFINED = "no stratum of a group has both events and non-events"


def _estimates(strata: Strata, level: float, interval: str, weights: str) -> Estimates:
    level = confidence_level(level)
    method = INTERVALS[known("interval", interval, INTERVALS)]
    if method.weights not in (None, weights):
        raise UsageError(
            f"the interval {interval!r} does not hold for the weights {weights!r}",
            accepted=f"the weights {method.weights!r}, or another interval",
        )
    lower, upper = method.limits(strata, level)
    return Estimates(
        value=strata.difference,
        lower=lower,
        upper=upper,
        level=level,
        method=f"common risk difference, {weights.replace('_', '–').title()} weights, {interval_words(method.title)}",
        undefined=_UNDEFINED,
    )
