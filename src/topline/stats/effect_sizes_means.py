"""Effects from means and standard deviations of two groups: differences, standardised differences, ratios.

The standardised differences carry the exact correction for small samples (Hedges 1981, J Educ Stat 6:107–128).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError
from topline.stats.checking import counts, finite, known, positive, same_length
from topline.stats.effect_sizes import EffectSizes, effects_with_reasons
from topline.stats.estimate import Floats, Scale


class Groups(NamedTuple):
    """Means, standard deviations and numbers of two groups of each study."""

    first_mean: Floats
    first_deviation: Floats
    first: Floats
    second_mean: Floats
    second_deviation: Floats
    second: Floats


@dataclass(frozen=True, slots=True)
class MeanMeasure:
    """An effect measure of two means: in words, the scale, the formulas, and what they need."""

    title: str
    scale: Scale
    compute: Callable[[Groups], tuple[Floats, Floats]]
    needs: str = "finite numbers"


def mean_effects(
    mean: ArrayLike,
    standard_deviation: ArrayLike,
    number: ArrayLike,
    control_mean: ArrayLike,
    control_standard_deviation: ArrayLike,
    control_number: ArrayLike,
    *,
    measure: str = "MD",
) -> EffectSizes:
    """Compute an effect and its variance from the means of two groups of each study.

    Parameters
    ----------
    mean, standard_deviation, number
        Of the first (experimental) group of each study [unit, unit, participants].
    control_mean, control_standard_deviation, control_number
        Of the second group [unit, unit, participants].
    measure
        Of :data:`MEAN_MEASURES`.

    Returns
    -------
    EffectSizes
        MD in the measurement's unit, the others [1], logarithms for ROM, VR and CVR. Ratios of means are undefined,
        NaN with the reason, where the means have different signs or one is zero; Glass' Δ where the second group has
        two participants, of whose single degree of freedom the correction would be 0. A single participant or no
        spread is an error.

    Raises
    ------
    DataError
        If a number is not finite, a standard deviation not positive, a group has fewer than two participants, or
        lengths differ.
    UsageError
        If there is no such measure.

    Notes
    -----
    MD: x̄₁ − x̄₂, variance s₁²/n₁ + s₂²/n₂. SMD: Hedges' g = J(m) (x̄₁ − x̄₂)/s with pooled s, m = n₁ + n₂ − 2 and
    J(m) = Γ(m/2)/(√(m/2) Γ((m − 1)/2)), variance 1/n₁ + 1/n₂ + g²/(2 (n₁ + n₂)). SMDH: with s = √((s₁² + s₂²)/2) and
    no assumption of equal variances. SMD1: Glass' Δ with the second group's s. ROM: log(x̄₁/x̄₂), s₁²/(n₁ x̄₁²) +
    s₂²/(n₂ x̄₂²). VR, CVR: log ratios of standard deviations and of coefficients of variation. Hedges, Journal of
    Educational Statistics 6 (1981) 107–128, doi:10.3102/10769986006002107 (SMD); Bonett, Psychological Methods 14
    (2009) 225–238, doi:10.1037/a0016619 (SMDH); Hedges, Gurevitch and Curtis, Ecology 80 (1999) 1150–1156 (ROM);
    Nakagawa and others, Methods in Ecology and Evolution 6 (2015) 143–152, doi:10.1111/2041-210X.12309 (VR, CVR).

    Not for standardised differences where all studies share one unit: they mix the effect with how varied the
    participants were. Not for ratios of measurements without a true zero.

    In R:
    ``metafor::escalc(measure = "SMD", m1i = mean, sd1i = standard_deviation, n1i = number, m2i = control_mean, sd2i =
    control_standard_deviation, n2i = control_number)``; in SAS: none.

    Examples
    --------
    >>> g = mean_effects([55], [47], [155], [75], [64], [156], measure="SMD")
    >>> g.value.round(6), g.variance.round(6)
    (array([-0.35517]), array([0.013065]))
    """
    given = {
        "mean": finite("mean", mean),
        "standard_deviation": positive("standard_deviation", standard_deviation),
        "number": counts("number", number).astype(np.float64),
        "control_mean": finite("control_mean", control_mean),
        "control_standard_deviation": positive(
            "control_standard_deviation", control_standard_deviation
        ),
        "control_number": counts("control_number", control_number).astype(np.float64),
    }
    same_length(**given)
    for name in ("number", "control_number"):
        if np.any(given[name] < 2):
            place = int(np.argmax(given[name] < 2))
            raise DataError(
                f"{name}[{place}] is {given[name][place]:g}",
                where=f"{name}[{place}]",
                accepted="at least two participants, without whom there is no standard deviation",
            )
    chosen = MEAN_MEASURES[known("measure", measure, MEAN_MEASURES)]
    with np.errstate(divide="ignore", invalid="ignore"):
        value, variance = chosen.compute(Groups(*given.values()))
    return effects_with_reasons(
        value,
        variance,
        f"{chosen.title} needs {chosen.needs}",
        measure=measure,
        scale=chosen.scale,
        method=chosen.title,
    )


def small_sample_factor(degrees_of_freedom: Floats) -> Floats:
    """Give Hedges' exact factor J(m) = Γ(m/2) / (√(m/2) Γ((m − 1)/2)).

    Part of :func:`mean_effects`. Hedges, Journal of Educational Statistics 6 (1981) 107–128,
    doi:10.3102/10769986006002107.

    Parameters
    ----------
    degrees_of_freedom
        m, from 1 [1].

    Returns
    -------
    numpy.ndarray
        Between 0 and 1; 0 for a single degree of freedom.

    Examples
    --------
    >>> small_sample_factor(np.array([10.0])).round(6)
    array([0.922746])
    """
    m = degrees_of_freedom
    return np.asarray(
        np.exp(special.gammaln(m / 2) - special.gammaln((m - 1) / 2)) / np.sqrt(m / 2)
    )


def _difference(g: Groups) -> tuple[Floats, Floats]:
    return (
        g.first_mean - g.second_mean,
        g.first_deviation**2 / g.first + g.second_deviation**2 / g.second,
    )


def _hedges(g: Groups) -> tuple[Floats, Floats]:
    free = g.first + g.second - 2
    pooled = np.sqrt(
        ((g.first - 1) * g.first_deviation**2 + (g.second - 1) * g.second_deviation**2) / free
    )
    value = small_sample_factor(free) * (g.first_mean - g.second_mean) / pooled
    return value, 1 / g.first + 1 / g.second + value**2 / (2 * (g.first + g.second))


def _bonett(g: Groups) -> tuple[Floats, Floats]:
    first, second = g.first_deviation**2, g.second_deviation**2
    average = (first + second) / 2
    factor = small_sample_factor(g.first + g.second - 2)
    value = factor * (g.first_mean - g.second_mean) / np.sqrt(average)
    spread = first**2 / (g.first - 1) + second**2 / (g.second - 1)
    errors = first / (g.first - 1) + second / (g.second - 1)
    return value, factor**2 * (value**2 * spread / (8 * average**2) + errors / average)


def _glass(g: Groups) -> tuple[Floats, Floats]:
    factor = np.where(g.second > 2, small_sample_factor(g.second - 1), np.nan)
    value = factor * (g.first_mean - g.second_mean) / g.second_deviation
    return value, 1 / g.first + 1 / g.second + value**2 / (2 * g.second)


def _ratio_of_means(g: Groups) -> tuple[Floats, Floats]:
    return (
        np.log(g.first_mean / g.second_mean),
        _relative_error(g.first_mean, g.first_deviation, g.first)
        + _relative_error(g.second_mean, g.second_deviation, g.second),
    )


def _relative_error(mean: Floats, deviation: Floats, number: Floats) -> Floats:
    return deviation**2 / (number * mean**2)


def _variability_ratio(g: Groups) -> tuple[Floats, Floats]:
    first, second = 1 / (2 * (g.first - 1)), 1 / (2 * (g.second - 1))
    return np.log(g.first_deviation / g.second_deviation) + first - second, first + second


def _variation_ratio(g: Groups) -> tuple[Floats, Floats]:
    spread, variance = _variability_ratio(g)
    means, error = _ratio_of_means(g)
    return spread - means, variance + error


_ONE_SIGN = "two means of one sign"

MEAN_MEASURES: dict[str, MeanMeasure] = {
    "MD": MeanMeasure("mean difference", "natural", _difference),
    "SMD": MeanMeasure("standardised mean difference (Hedges' g)", "natural", _hedges),
    "SMDH": MeanMeasure(
        "standardised mean difference without equal variances (Bonett)", "natural", _bonett
    ),
    "SMD1": MeanMeasure(
        "mean difference in standard deviations of the second group (Glass' Δ)",
        "natural",
        _glass,
        "three participants in the second group",
    ),
    "ROM": MeanMeasure("log ratio of means", "log", _ratio_of_means, _ONE_SIGN),
    "VR": MeanMeasure("log ratio of standard deviations", "log", _variability_ratio),
    "CVR": MeanMeasure(
        "log ratio of coefficients of variation", "log", _variation_ratio, _ONE_SIGN
    ),
}
"""The effect measures of two means by the names that metafor gives them in R."""
