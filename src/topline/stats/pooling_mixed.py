"""Pooling of counts by generalized linear mixed models: exact likelihoods instead of normal effects.

Studies keep their binomial (or conditional) likelihood, and only the true effects are normal: no continuity correction,
no variance taken as known. Stijnen, Hamza, Özdemir 2010, Stat Med 29:3046–3067.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, counts, known, same_length
from topline.stats.distribution import normal_multiplier
from topline.stats.effect_sizes_two_by_two import Tables, two_by_two_tables
from topline.stats.estimate import Estimate, Scale, Test, undefined_estimate, undefined_test
from topline.stats.heterogeneity import q_test
from topline.stats.mixed_count_models import FITS, Fitted, fit_binomial
from topline.stats.pooling import two_sided_probability

MODELS: dict[str, str] = {
    "UM.FS": "unconditional model with fixed study effects",
    "UM.RS": "unconditional model with random study effects",
    "CM.AL": "conditional model with binomial instead of hypergeometric likelihood",
    "CM.EL": "conditional model with exact likelihood",
}
"""The models of :func:`pool_odds_ratios` by the names that metafor gives them in R."""

POINTS = 40
"""Quadrature nodes unless told otherwise: enough for eight digits.

metafor takes 7 (and integrates CM.EL adaptively), which leaves three or four where events are rare and effects differ much.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedPooling:
    """What a generalized linear mixed model gives.

    Attributes
    ----------
    estimate
        The mean effect with its normal interval.
    test
        That it is zero: z.
    between_study_variance
        τ², zero where the likelihood is highest there; ``None`` where the estimate is at infinity, as is the
        log-likelihood.
    study_variance
        The variance of the studies' baseline log odds, where the model has one.
    wald_test, likelihood_ratio_test
        That all studies share one effect; undefined, with the reason, for one study. A study whose own effect is
        infinite adds nothing to Wald's, which a note says; its degrees of freedom are those of all studies, as metafor's.
    log_likelihood
        At the estimates, without constants.
    studies, informative
        How many studies were given, and how many tell anything about the effect.
    method
        In words.
    notes
        What a reader must know.
    """

    estimate: Estimate
    test: Test
    between_study_variance: float | None
    study_variance: float | None = None
    wald_test: Test
    likelihood_ratio_test: Test
    log_likelihood: float | None
    studies: int
    informative: int
    method: str
    notes: tuple[str, ...] = ()


def pool_odds_ratios(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    model: str = "CM.EL",
    level: float = 0.95,
    points: int = POINTS,
) -> MixedPooling:
    """Pool odds ratios by a mixed model with random effects.

    Parameters
    ----------
    count, number, control_count, control_number
        As in :func:`topline.stats.effect_sizes_two_by_two.two_by_two_effects`.
    model
        Of :data:`MODELS`.
    level
        The confidence level, a fraction [1].
    points
        Quadrature nodes [1]. UM.RS, with two random effects, always uses Laplace's approximation, as lme4 does.

    Returns
    -------
    MixedPooling
        The mean log odds ratio [1]. Studies without events, or with nothing else, in both groups are left out. The
        estimate is ``None`` where the remaining studies put it at infinity. A single study has its own effect, and no
        test of one effect.

    Raises
    ------
    DataError
        If counts do not fit, or no study has both events and others.
    UsageError
        If ``model``, ``level`` or ``points`` does not fit.

    Notes
    -----
    With aᵢ of n₁ᵢ and cᵢ of n₂ᵢ affected and θᵢ ~ N(θ, τ²): UM.FS: logit p = αᵢ ± θᵢ/2 with fixed αᵢ; UM.RS: with αᵢ
    ~ N(α, σ²), independent of θᵢ; CM.EL: aᵢ given aᵢ + cᵢ is noncentral hypergeometric with log odds ratio θᵢ; CM.AL:
    the binomial limit for rare events, logit p = log(n₁ᵢ/n₂ᵢ) + θᵢ. Maximum likelihood; standard errors from the
    observed information, τ included. Stijnen, Hamza and Özdemir, Statistics in Medicine 29 (2010) 3046–3067,
    doi:10.1002/sim.4040; Jackson, Law, Stijnen, Viechtbauer and White, Statistics in Medicine 37 (2018) 1059–1085,
    doi:10.1002/sim.7588, models 2, 5, 6, 7.

    The likelihood ratio test of one effect compares with an effect of its own for each study; for UM.RS beside a
    random baseline of the second group, as in metafor, so that the order of the groups matters there.

    Not for UM.FS with many studies of few events: with one parameter for each study its τ² is too small. Not for
    CM.AL where more than about 10 % are affected.

    In R: ``metafor::rma.glmm(measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, model = "CM.EL")``; in SAS: PROC
    GLIMMIX METHOD=QUAD (UM.FS, CM.AL), PROC NLMIXED (CM.EL).

    Examples
    --------
    >>> pooled = pool_odds_ratios([4, 6, 3, 62], [123, 306, 231, 13598], [11, 29, 11, 248], [139, 303, 220, 12867])
    >>> round(pooled.estimate.value, 4), round(pooled.between_study_variance, 4)
    (-1.4497, 0.0)
    """
    tables = two_by_two_tables(count, number, control_count, control_number)
    level = confidence_level(level)
    known("model", model, MODELS)
    _check_points(points)
    events = tables.first_events + tables.second_events
    others = tables.first_others + tables.second_others
    used = (events > 0) & (others > 0)
    if not used.any():
        raise DataError(
            "no study has both participants with and without events",
            where="count",
            accepted="at least one study that tells something about the effect",
        )
    part = Tables(*(cell[used] for cell in tables))
    title = f"log odds ratio, {MODELS[model]}, maximum likelihood"
    if _at_infinity(part):
        return _infinite(title, "log", level, int(used.size), int(used.sum()))
    fitted = FITS[model](part, points)
    return _result(fitted, title, "log", level, int(used.size), int(used.sum()))


def pool_proportions(
    count: ArrayLike, number: ArrayLike, *, level: float = 0.95, points: int = POINTS
) -> MixedPooling:
    """Pool the proportions of single groups by a binomial model with normal log odds.

    The pooled log odds are those of the median study, not of the mean proportion.

    Parameters
    ----------
    count, number
        Participants affected and participants of each study [participants].
    level
        The confidence level, a fraction [1].
    points
        Quadrature nodes [1].

    Returns
    -------
    MixedPooling
        On the scale of log odds [1]. The estimate is ``None``, at infinity, where nobody or everybody of all studies
        is affected. A single study has its own log odds.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``level`` or ``points`` does not fit.

    Notes
    -----
    xᵢ ~ Bin(nᵢ, pᵢ) with log(pᵢ/(1 − pᵢ)) ~ N(μ, τ²), maximum likelihood: L = ∏ ∫ Bin(xᵢ; nᵢ, p(u)) φ((u − μ)/τ)/τ
    du. Stijnen, Hamza and Özdemir, Statistics in Medicine 29 (2010) 3046–3067, doi:10.1002/sim.4040; preferred to
    transformations where proportions are near 0 or 1: Schwarzer, Chemaitelly, Abu-Raddad and Rücker, Research
    Synthesis Methods 10 (2019) 476–483, doi:10.1002/jrsm.1348.

    Not for two or three studies, whose τ² is hardly known, so that the interval is too narrow.

    In R: ``metafor::rma.glmm(measure = "PLO", xi = xi, ni = ni)``, ``meta::metaprop(event, n, method = "GLMM")``; in
    SAS: PROC GLIMMIX METHOD=QUAD with RANDOM INTERCEPT / SUBJECT=study.

    Examples
    --------
    >>> pooled = pool_proportions([3, 8, 0, 12, 5, 20], [25, 27, 18, 40, 37, 66])
    >>> round(pooled.estimate.value, 3), round(pooled.between_study_variance, 3)
    (-1.433, 0.302)
    """
    x, n = counts("count", count).astype(np.float64), counts("number", number).astype(np.float64)
    same_length(count=x, number=n)
    if np.any((x > n) | (n == 0)):
        place = int(np.argmax((x > n) | (n == 0)))
        raise DataError(
            f"count[{place}] is {x[place]:g}, number[{place}] is {n[place]:g}",
            where=f"count[{place}]",
            accepted="a group of at least one participant, and no more events than participants",
        )
    level = confidence_level(level)
    _check_points(points)
    title = "log odds, binomial-normal model, maximum likelihood"
    if x.sum() == 0 or (n - x).sum() == 0:
        return _infinite(title, "natural", level, int(x.size), int(x.size))
    fitted = fit_binomial(x, n, np.zeros_like(x), points)
    return _result(fitted, title, "natural", level, int(x.size), int(x.size))


def _check_points(points: int) -> None:
    if points != int(points) or not 1 <= points <= 100:
        raise UsageError(f"{points} quadrature nodes", accepted="a whole number from 1 to 100")


def _at_infinity(tables: Tables) -> bool:
    """Tell whether every study's own log odds ratio is infinite on the same side (or on either)."""
    up = (tables.first_others == 0) | (tables.second_events == 0)
    down = (tables.first_events == 0) | (tables.second_others == 0)
    return bool(np.all(up) or np.all(down))


_NOTHING_ADDED = (
    "statistic: own effects that are infinite ({}) add nothing, since their errors are too: a small one is no evidence "
    "that the effects are alike; the likelihood ratio test counts them"
)


def _homogeneity(statistic: float, informative: int, what: str, infinite: int = 0) -> Test:
    found = q_test(max(statistic, 0.0), informative - 1, what)
    notes = (*found.notes, *([_NOTHING_ADDED.format(infinite)] if infinite else []))
    return replace(found, method=f"{what} test of one effect", notes=notes)


def _result(
    fitted: Fitted, title: str, scale: Scale, level: float, studies: int, informative: int
) -> MixedPooling:
    found = fitted.maximum
    value = float(found.shared[0])
    error = math.sqrt(float(found.covariance[0, 0]))
    half = normal_multiplier(level) * error
    z = value / error
    notes = [] if found.settled else ["estimate: the likelihood's maximum was not settled"]
    notes += _left_out(studies, informative)
    if len(fitted.free) < found.shared.size:
        notes.append("between_study_variance: the likelihood is highest at zero")
    return MixedPooling(
        estimate=Estimate(
            value=value,
            lower=value - half,
            upper=value + half,
            level=level,
            scale=scale,
            method=title,
            standard_error=error,
        ),
        test=Test(
            statistic=z,
            p_value=float(two_sided_probability(np.array(z), None)),
            sides="two-sided",
            null_value=0.0,
            method=f"{title}, z test",
        ),
        between_study_variance=float(found.shared[-1]) ** 2,
        study_variance=float(found.shared[2]) ** 2 if found.shared.size == 4 else None,
        wald_test=_homogeneity(fitted.wald, informative, "Wald", fitted.infinite),
        likelihood_ratio_test=_homogeneity(
            fitted.likelihood_ratio, informative, "likelihood ratio"
        ),
        log_likelihood=found.value,
        studies=studies,
        informative=informative,
        method=title,
        notes=tuple(notes),
    )


def _left_out(studies: int, informative: int) -> list[str]:
    lost = studies - informative
    return [f"{lost} studies have no events, or nothing else, in both groups: left out"] * (
        lost > 0
    )


def _infinite(
    title: str, scale: Scale, level: float, studies: int, informative: int
) -> MixedPooling:
    reason = "infinite: no study has events (or others) where they would be needed"
    return MixedPooling(
        estimate=undefined_estimate(title, reason, level, scale=scale, with_error=False),
        test=undefined_test(f"{title}, z test", reason),
        between_study_variance=None,
        wald_test=undefined_test("Wald test of one effect", reason),
        likelihood_ratio_test=undefined_test("likelihood ratio test of one effect", reason),
        log_likelihood=None,
        studies=studies,
        informative=informative,
        method=title,
        notes=(
            f"estimate: {reason}",
            *_left_out(studies, informative),
            "between_study_variance: undefined where the estimate is at infinity",
            "log_likelihood: not computed where the estimate is at infinity",
        ),
    )
