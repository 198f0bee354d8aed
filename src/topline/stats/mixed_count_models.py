"""Generalized linear mixed models of counts, fitted: the likelihoods behind :mod:`topline.stats.pooling_mixed`.

In all models the effect comes first among the shared parameters and the standard deviation of the effects last. The
likelihood does not depend on a standard deviation's sign, so that zero is no edge for the search.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.stats.effect_sizes_two_by_two import Tables
from topline.stats.estimate import Floats
from topline.stats.likelihood_maximum import Contributions, Maximum, maximise, own_derivatives
from topline.stats.noncentral_hypergeometric import ConditionalTables
from topline.stats.random_effect_integral import integrate_effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fitted model.

    Attributes
    ----------
    maximum
        The likelihood's maximum: the effect is the first shared parameter, its τ the last.
    free
        Positions of the shared parameters that are not on the edge.
    wald, likelihood_ratio
        Statistics for one effect of all studies.
    infinite
        How many studies' own effects are infinite. Their standard errors grow faster than they do, so that they add
        nothing to Wald's statistic.
    """

    maximum: Maximum
    free: tuple[int, ...]
    wald: float
    likelihood_ratio: float
    infinite: int


@dataclass(frozen=True, slots=True)
class _Climb:
    """The maximum, the maximum without heterogeneity, and which parameters were free at the first."""

    best: Maximum
    common: Maximum
    free: tuple[int, ...]


def _climb_from(contributions: Contributions, first: Floats, own: Floats | None = None) -> _Climb:
    """Maximise from several spreads and compare with a spread of zero, the edge of what is possible."""
    fixed = tuple(range(first.size - 1))
    edge = first.copy()
    edge[-1] = 0.0
    common = maximise(contributions, edge, own, free=fixed)
    best, free = common, fixed
    for spread in (0.2, 0.7):
        start = common.shared.copy()
        start[-1] = spread
        found = maximise(contributions, start, common.own if own is not None else None)
        found.shared[-1] = abs(found.shared[-1])
        # A gain below the rounding of the likelihood is none: the edge is the maximum.
        if found.value > best.value + 1e-9 * (1 + abs(best.value)) and found.shared[-1] > 1e-5:
            best, free = found, tuple(range(first.size))
    return _Climb(best, common, free)


def fit_binomial(x: Floats, n: Floats, offset: Floats, points: int) -> Fitted:
    """Fit x ~ Bin(n, p) with logit p = offset + normal effect."""

    def contributions(shared: Floats, _: Floats) -> Floats:
        def kernel(effect: Floats) -> tuple[Floats, Floats, Floats]:
            return _logistic(x, n, offset + shared[0] + effect)

        return integrate_effect(kernel, float(shared[1]), x.size, points)

    start = float(np.log((x.sum() + 0.5) / ((n - x).sum() + 0.5)) - np.mean(offset))
    climb = _climb_from(contributions, np.array([start, 0.0]))
    saturated = float(np.sum(special.xlogy(x, x / n) + special.xlogy(n - x, 1 - x / n)))
    finite = (x > 0) & (x < n)
    with np.errstate(divide="ignore"):
        own = np.log(x / (n - x)) - offset
    return Fitted(
        maximum=climb.best,
        free=climb.free,
        wald=_q(own[finite], (x * (n - x) / n)[finite]),
        likelihood_ratio=2 * (saturated - climb.common.value),
        infinite=int(np.count_nonzero(~finite)),
    )


def _logistic(x: Floats, n: Floats, predictor: Floats) -> tuple[Floats, Floats, Floats]:
    """Give the binomial log likelihood without its constant, and its derivatives by the predictor."""
    share = special.expit(predictor)
    return (
        x * predictor - n * np.logaddexp(0.0, predictor),
        x - n * share,
        -n * share * special.expit(-predictor),
    )


def fit_conditional_approximate(tables: Tables, points: int) -> Fitted:
    """Fit the binomial limit of the conditional model (CM.AL)."""
    offset = np.log(
        (tables.first_events + tables.first_others) / (tables.second_events + tables.second_others)
    )
    both = tables.first_events + tables.second_events
    return fit_binomial(tables.first_events, both, offset, points)


def fit_conditional_exact(tables: Tables, points: int) -> Fitted:
    """Fit the conditional model with noncentral hypergeometric tables (CM.EL)."""
    conditional = ConditionalTables(tables)
    number = tables.first_events.size

    def contributions(shared: Floats, _: Floats) -> Floats:
        def kernel(effect: Floats) -> tuple[Floats, Floats, Floats]:
            return conditional.log_likelihood(shared[0] + effect)

        return integrate_effect(kernel, float(shared[1]), number, points)

    climb = _climb_from(contributions, np.array([_crude(tables), 0.0]))
    own, information, saturated = conditional.own_maxima()
    finite = np.isfinite(own)
    return Fitted(
        maximum=climb.best,
        free=climb.free,
        wald=_q(own[finite], information[finite]),
        likelihood_ratio=2 * (float(np.sum(saturated)) - climb.common.value),
        infinite=int(np.count_nonzero(~finite)),
    )


def fit_unconditional_fixed(tables: Tables, points: int) -> Fitted:
    """Fit the model with a fixed baseline for each study (UM.FS)."""
    number = tables.first_events.size

    def contributions(shared: Floats, own: Floats) -> Floats:
        def kernel(effect: Floats) -> tuple[Floats, Floats, Floats]:
            half = (shared[0] + effect) / 2
            value, first, second = _arms(tables, own + half, own - half)
            return value, (first[0] - first[1]) / 2, (second[0] + second[1]) / 4

        return integrate_effect(kernel, float(shared[1]), number, points)

    events = tables.first_events + tables.second_events
    others = tables.first_others + tables.second_others
    own = np.log((events + 0.5) / (others + 0.5))
    climb = _climb_from(contributions, np.array([_crude(tables), 0.0]), own)
    cells = np.array(tables)
    finite = np.all(cells > 0, axis=0)
    a, b, c, d = cells[:, finite]
    return Fitted(
        maximum=climb.best,
        free=climb.free,
        wald=_q(np.log((a * d) / (b * c)), 1 / np.sum(1 / cells[:, finite], axis=0)),
        likelihood_ratio=2 * (_saturated(tables) - climb.common.value),
        infinite=int(np.count_nonzero(~finite)),
    )


def fit_unconditional_random(tables: Tables, _: int) -> Fitted:
    """Fit the model with a random baseline, independent of the effect, by Laplace's approximation (UM.RS)."""

    def contributions(shared: Floats, __: Floats) -> Floats:
        effect, baseline, between, spread = (
            float(shared[0]),
            float(shared[1]),
            float(shared[2]),
            float(shared[3]),
        )
        middle = np.full(tables.first_events.size, baseline)
        return _laplace(tables, middle, np.full(middle.size, effect), between, spread)

    def separate(shared: Floats, own: Floats) -> Floats:
        # The baseline is the second group's here, as in metafor: each study's effect is free beside it.
        return _laplace(tables, float(shared[0]) + own / 2, own, float(shared[1]), 0.0)

    events = tables.first_events + tables.second_events
    others = tables.first_others + tables.second_others
    logits = np.log((events + 0.5) / (others + 0.5))
    start = np.array([_crude(tables), float(np.mean(logits)), float(np.std(logits)) + 0.1, 0.0])
    climb = _climb_from(contributions, start)
    a, b, c, d = (cell + 0.5 for cell in tables)
    own = np.log((a * d) / (b * c))
    second = np.log((tables.second_events + 0.5) / (tables.second_others + 0.5))
    each = maximise(separate, np.array([np.mean(second), np.std(second) + 0.1]), own)
    # The second group's logit is a random baseline, which is finite whatever its counts.
    finite = (tables.first_events > 0) & (tables.first_others > 0)
    return Fitted(
        maximum=climb.best,
        free=climb.free,
        wald=_separate_wald(separate, each, finite),
        likelihood_ratio=2 * (each.value - climb.common.value),
        infinite=int(np.count_nonzero(~finite)),
    )


def _separate_wald(contributions: Contributions, each: Maximum, finite: NDArray[np.bool_]) -> float:
    """Test equality of the studies' own finite effects, whose estimates share the baseline's uncertainty.

    With information D of the own effects (diagonal), B mixed with the shared parameters and covariance S of those,
    the covariance of the own effects is D⁻¹ + D⁻¹BSB'D⁻¹.
    """
    step = 2e-3
    _, second = own_derivatives(contributions, each.shared, each.own)
    mixed = np.zeros((each.own.size, each.shared.size))
    for position in range(each.shared.size):
        shift = np.zeros(each.shared.size)
        shift[position] = step
        above, _ = own_derivatives(contributions, each.shared + shift, each.own)
        below, _ = own_derivatives(contributions, each.shared - shift, each.own)
        mixed[:, position] = (above - below) / (2 * step)
    pull = mixed[finite] / second[finite, np.newaxis]
    covariance = np.diag(-1 / second[finite]) + pull @ each.covariance @ pull.T
    own = each.own[finite]
    if own.size < 2:
        return 0.0
    contrast = np.hstack([-np.ones((own.size - 1, 1)), np.eye(own.size - 1)])
    difference = contrast @ own
    return float(difference @ np.linalg.solve(contrast @ covariance @ contrast.T, difference))


def _arms(
    tables: Tables, first: Floats, second: Floats
) -> tuple[Floats, tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Give the log likelihood of two arms at their logits, and the derivatives by each."""
    one = _logistic(tables.first_events, tables.first_events + tables.first_others, first)
    two = _logistic(tables.second_events, tables.second_events + tables.second_others, second)
    return one[0] + two[0], (one[1], two[1]), (one[2], two[2])


def _laplace(
    tables: Tables, baseline: Floats, effect: Floats, between: float, spread: float
) -> Floats:
    """Integrate out a baseline N(0, between²) and an effect N(0, spread²) by Laplace's approximation."""
    level, tilt = np.zeros(effect.size), np.zeros(effect.size)
    height, pull, curvature = _integrand(tables, baseline, effect, between, spread, level, tilt)
    for _ in range(200):
        one, mixed, two = curvature
        determinant = one * two - mixed**2
        step_level = (two * pull[0] - mixed * pull[1]) / determinant
        step_tilt = (one * pull[1] - mixed * pull[0]) / determinant
        size = np.ones(effect.size)
        # The integrand is concave, but far from its mode Newton's step overshoots.
        for _ in range(40):
            there = (level + size * step_level, tilt + size * step_tilt)
            reached, pull, curvature = _integrand(tables, baseline, effect, between, spread, *there)
            down = reached < height - 1e-10 * (1 + np.abs(height))
            if not down.any():
                break
            size = np.where(down, size / 4, size)
        level, tilt = there
        height = reached
        longest = np.maximum(np.abs(size * step_level), np.abs(size * step_tilt))
        if float(np.max(longest)) < 1e-9:
            break
    one, mixed, two = curvature
    return np.asarray(height - 0.5 * np.log(one * two - mixed**2))


def _integrand(
    tables: Tables,
    baseline: Floats,
    effect: Floats,
    between: float,
    spread: float,
    level: Floats,
    tilt: Floats,
) -> tuple[Floats, tuple[Floats, Floats], tuple[Floats, Floats, Floats]]:
    """Give height, gradient and negative Hessian of the integrand at standardised random effects."""
    middle = baseline + between * level
    half = (effect + spread * tilt) / 2
    value, first, second = _arms(tables, middle + half, middle - half)
    information = -(second[0] + second[1])
    return (
        value - level**2 / 2 - tilt**2 / 2,
        (
            between * (first[0] + first[1]) - level,
            spread * (first[0] - first[1]) / 2 - tilt,
        ),
        (
            1 + between**2 * information,
            between * spread * (second[1] - second[0]) / 2,
            1 + spread**2 * information / 4,
        ),
    )


def _crude(tables: Tables) -> float:
    """Give the log odds ratio of the tables added up, a first guess."""
    a, b, c, d = (float(np.sum(cell)) + 0.5 for cell in tables)
    return math.log(a * d / (b * c))


def _saturated(tables: Tables) -> float:
    """Give the log likelihood of both arms at their observed proportions."""
    total = 0.0
    for events, others in (
        (tables.first_events, tables.first_others),
        (tables.second_events, tables.second_others),
    ):
        share = events / (events + others)
        total += float(np.sum(special.xlogy(events, share) + special.xlogy(others, 1 - share)))
    return total


def _q(effects: Floats, weights: Floats) -> float:
    if effects.size < 2:
        return 0.0
    mean = np.sum(weights * effects) / np.sum(weights)
    return float(np.sum(weights * (effects - mean) ** 2))


FITS: dict[str, Callable[[Tables, int], Fitted]] = {
    "UM.FS": fit_unconditional_fixed,
    "UM.RS": fit_unconditional_random,
    "CM.AL": fit_conditional_approximate,
    "CM.EL": fit_conditional_exact,
}
"""The fit of each model by its name."""
