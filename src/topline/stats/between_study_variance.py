"""Estimators of the variance of true effects between studies, τ².

Each estimator works on a :class:`topline.stats.study_model.StudyModel`: on one set of studies with
moderators or on many sets without, with the same formulas. Moment estimators are closed; the likelihood
and estimating-equation methods are roots found with a bracket, and where the likelihood has several
peaks the highest is taken.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.stats.estimate import Floats, Integers
from topline.stats.root_finding import falling_roots
from topline.stats.study_model import Moments, StudyModel

LEAST_PLACES, PLACES_A_DECADE = 10, 3
"""Where a likelihood's slope is looked at before its peaks are sought: how many places, and how many for ten times τ²."""


class BetweenStudyVariance(NamedTuple):
    """τ² of each set, and whether the method settled."""

    value: Floats
    settled: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Method:
    """An estimator of τ² under its name.

    Attributes
    ----------
    title
        The name in words, with its authors.
    estimate
        From studies to τ².
    error
        From studies and τ² to the standard error of τ²; NaN where the method has none.
    iterative
        Whether it is a root that is sought.
    """

    title: str
    estimate: Callable[[StudyModel], BetweenStudyVariance]
    error: Callable[[StudyModel, Floats], Floats]
    iterative: bool = False


def estimate_between(model: StudyModel, method: str) -> BetweenStudyVariance:
    """Estimate τ² by a method of :data:`METHODS`.

    Part of :func:`topline.stats.pooling.pool`. With weights w = 1/v, Q = Σ w (y − μ̂)² and k studies: DL (Q − (k −
    1))/(Σ w − Σ w²/Σ w); HE the sample variance of y less the mean of v; HS (Q − k)/Σ w, HSk with Q k/(k − 1) for Q;
    SJ Σ u (y − μ̂)²/(k − 1) with u = τ₀²/(v + τ₀²) and τ₀² = Σ (y − ȳ)²/k; PM and EB solve Σ (y − μ̂)²/(v + τ²) =
    k − 1, PMM the same with the median of chi-squared; ML and REML maximise the likelihood, and of several peaks the
    highest counts. All are cut at 0. DLIT repeats DL with weights 1/(v + τ²).

    Parameters
    ----------
    model
        Effects and variances of one set with moderators, or of many sets without.
    method
        A name in :data:`METHODS`.

    Returns
    -------
    BetweenStudyVariance
        τ² of each set [the effects' unit squared], and whether the search settled.

    Notes
    -----
    DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177–188, doi:10.1016/0197-2456(86)90046-2 (DL);
    Viechtbauer, Journal of Educational and Behavioral Statistics 30 (2005) 261–293, doi:10.3102/10769986030003261
    (HE, HS, ML, REML); Sidik and Jonkman, Statistics in Medicine 26 (2007) 1964–1981, doi:10.1002/sim.2688 (SJ, EB);
    Paule and Mandel, Journal of Research of the National Bureau of Standards 87 (1982) 377–385,
    doi:10.6028/jres.087.022 (PM).

    In R: ``metafor::rma.uni(yi, vi, method = "DL")$tau2``; in SAS: PROC MIXED for ML and REML only.

    Examples
    --------
    >>> from topline.stats.study_model import CommonMean
    >>> two = CommonMean(np.array([[0.3], [-0.2]]), np.array([[0.02], [0.05]]))
    >>> estimate_between(two, "DL").value.round(6)
    array([0.09])
    """
    return METHODS[method].estimate(model)


def between_error(model: StudyModel, method: str, between: Floats) -> Floats:
    """Give the standard error of τ² at its estimate; NaN where the method has none.

    Part of :func:`topline.stats.pooling.pool`. For moment estimators that of a quadratic form of normal effects, else
    from the expected information.

    Parameters
    ----------
    model, method
        As for :func:`estimate_between`.
    between
        τ² of each set [the effects' unit squared].

    Returns
    -------
    numpy.ndarray
        [the effects' unit squared]; NaN for EE, and where one study has all the weight to the last digit of a float.

    Examples
    --------
    >>> from topline.stats.study_model import CommonMean
    >>> two = CommonMean(np.array([[0.3], [-0.2]]), np.array([[0.02], [0.05]]))
    >>> between_error(two, "DL", np.array([0.09])).round(6)
    array([0.176777])
    """
    # Where one study has all the weight to the last digit, no spread is left to tell an error by.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        error = METHODS[method].error(model, between)
    return np.where(np.isfinite(error), error, np.nan)


def _none(model: StudyModel) -> BetweenStudyVariance:
    return _closed(np.zeros(model.variances.shape[1]))


def _no_error(model: StudyModel, between: Floats) -> Floats:
    return np.full(between.size, np.nan)


def _closed(value: Floats) -> BetweenStudyVariance:
    """Truncate a moment estimate at zero."""
    return BetweenStudyVariance(np.maximum(value, 0.0), np.ones(value.size, dtype=bool))


def _der_simonian_laird(model: StudyModel) -> BetweenStudyVariance:
    # With weights 1/v the mean of y'Py without heterogeneity is k − p.
    within = model.within()
    excess, told = within.residual - (model.studies - model.coefficients), within.trace > 0
    # Where one study has all the weight to the last digit, nothing tells the variance between studies.
    value = np.divide(excess, within.trace, out=np.zeros_like(excess), where=told)
    return BetweenStudyVariance(np.maximum(value, 0.0), told)


def _der_simonian_laird_error(model: StudyModel, between: Floats) -> Floats:
    spread = model.form_spread(1 / model.variances, model.variances + between)
    return spread / model.within().trace


def _hedges_olkin(model: StudyModel) -> BetweenStudyVariance:
    free = model.studies - model.coefficients
    plain = np.ones_like(model.variances)
    return _closed((model.plain_residual() - model.form_mean(plain, model.variances)) / free)


def _hedges_olkin_error(model: StudyModel, between: Floats) -> Floats:
    free = model.studies - model.coefficients
    return model.form_spread(np.ones_like(model.variances), model.variances + between) / free


def _hunter_schmidt(model: StudyModel) -> BetweenStudyVariance:
    within = model.within()
    return _closed((within.residual - model.studies) / within.weight)


def _hunter_schmidt_error(model: StudyModel, between: Floats) -> Floats:
    spread = model.form_spread(1 / model.variances, model.variances + between)
    return spread / model.within().weight


def _hunter_schmidt_corrected(model: StudyModel) -> BetweenStudyVariance:
    within = model.within()
    factor = model.studies / (model.studies - model.coefficients)
    return _closed((factor * within.residual - model.studies) / within.weight)


def _hunter_schmidt_corrected_error(model: StudyModel, between: Floats) -> Floats:
    factor = model.studies / (model.studies - model.coefficients)
    return factor * _hunter_schmidt_error(model, between)


def _sidik_jonkman(model: StudyModel) -> BetweenStudyVariance:
    first, positive = _sidik_jonkman_start(model)
    residual = model.moments(1 / (model.variances + first)).residual
    free = model.studies - model.coefficients
    return _closed(np.where(positive, first * residual / free, 0.0))


def _sidik_jonkman_error(model: StudyModel, between: Floats) -> Floats:
    first, positive = _sidik_jonkman_start(model)
    spread = model.form_spread(1 / (model.variances + first), model.variances + between)
    return np.where(positive, first * spread / (model.studies - model.coefficients), 0.0)


def _sidik_jonkman_start(model: StudyModel) -> tuple[Floats, NDArray[np.bool_]]:
    """Give the first guess, the mean squared deviation of the effects from their mean, and where it is positive.

    Moderators have no part in it, as in metafor. Where all effects are equal the guess is zero, and so is the estimate;
    1 stands in for it.
    """
    first = model.plain_variance()
    return np.where(first > 0, first, 1.0), first > 0


def _maximum_likelihood(model: StudyModel) -> BetweenStudyVariance:
    return _highest_peak(model, _likelihood_slope, restricted=False)


def _maximum_likelihood_error(model: StudyModel, between: Floats) -> Floats:
    return np.sqrt(2 / model.moments(1 / (model.variances + between)).weight_squared)


def _restricted_maximum_likelihood(model: StudyModel) -> BetweenStudyVariance:
    return _highest_peak(model, _restricted_slope, restricted=True)


def _restricted_maximum_likelihood_error(model: StudyModel, between: Floats) -> Floats:
    return np.sqrt(2 / model.moments(1 / (model.variances + between)).trace_squared)


def _likelihood_slope(moments: Moments) -> tuple[Floats, Floats]:
    return (
        moments.residual_squared - moments.weight,
        moments.weight_squared - 2 * moments.residual_cubed,
    )


def _restricted_slope(moments: Moments) -> tuple[Floats, Floats]:
    return (
        moments.residual_squared - moments.trace,
        moments.trace_squared - 2 * moments.residual_cubed,
    )


def _highest_peak(
    model: StudyModel,
    slope: Callable[[Moments], tuple[Floats, Floats]],
    *,
    restricted: bool,
) -> BetweenStudyVariance:
    """Find the τ² from zero at which a likelihood is highest.

    Beyond max(v, 2 SSE / (k − p)), SSE the residual sum of squares without weights, the slope is negative:
    there y'PPy ≤ SSE/τ⁴ and tr(P) ≥ (k − p)/(2τ²). Below, the slope is looked at on a grid; each fall
    through zero is a peak, and so is zero itself where the slope begins negative.
    """
    free = model.studies - model.coefficients
    number = model.variances.shape[1]
    largest = np.max(model.variances, axis=0)
    end = np.maximum(largest, 2 * model.plain_residual() / max(free, 1)) * (1 + 1e-9)
    begin = np.minimum(np.min(model.variances, axis=0) / 8, end / 2)
    decades = float(np.max(np.log10(end / begin)))
    steps = max(LEAST_PLACES, math.ceil(PLACES_A_DECADE * decades))
    ratio = (end / begin) ** (1 / (steps - 1))
    places = np.vstack([np.zeros(number), begin * ratio ** np.arange(steps)[:, np.newaxis]])
    places[-1] = end
    rising = np.array(
        [model.slope(1 / (model.variances + place), restricted=restricted) > 0 for place in places]
    )
    rising[-1] = False
    peaks = rising[:-1] & ~rising[1:]
    value = np.zeros(number)
    settled = np.ones(number, dtype=bool)
    single = peaks.any(axis=0) & (peaks.sum(axis=0) + ~rising[0] == 1)
    first = np.argmax(peaks, axis=0)
    _climb(model, slope, np.flatnonzero(single), places, first, value, settled)
    several = np.flatnonzero(peaks.sum(axis=0) + ~rising[0] > 1)
    if several.size:
        _choose_peak(model, slope, several, places, peaks, value, settled, restricted=restricted)
    return BetweenStudyVariance(value, settled)


def _climb(
    model: StudyModel,
    slope: Callable[[Moments], tuple[Floats, Floats]],
    sets: Integers,
    places: Floats,
    interval: Integers,
    value: Floats,
    settled: NDArray[np.bool_],
) -> None:
    """Find the peak of each set within its interval of the grid, and write it down."""
    if not sets.size:
        return
    low = places[interval[sets], sets]
    high = places[interval[sets] + 1, sets]
    chosen = _Narrowing(model.choose(sets))

    def equation(between: Floats, index: Integers) -> tuple[Floats, Floats]:
        part = chosen.of(index)
        return slope(part.moments(1 / (part.variances + between)))

    # The slope is about proportional to 1/τ⁴: the root lies nearer the geometric middle.
    start = np.where(low > 0, np.sqrt(low * high), high / 2)
    roots = falling_roots(equation, start, low, high, smallest_step=1e-16 * high)
    value[sets], settled[sets] = roots.place, roots.settled


def _choose_peak(
    model: StudyModel,
    slope: Callable[[Moments], tuple[Floats, Floats]],
    sets: Integers,
    places: Floats,
    peaks: NDArray[np.bool_],
    value: Floats,
    settled: NDArray[np.bool_],
    *,
    restricted: bool,
) -> None:
    """Compare the peaks of the few sets that have several."""
    part = model.choose(sets)
    best = part.log_likelihoods(np.zeros(sets.size))[int(restricted)]
    value[sets] = 0.0
    for interval in range(peaks.shape[0]):
        here = peaks[interval, sets]
        if not here.any():
            continue
        places_here = value.copy()
        settled_here = settled.copy()
        _climb(
            model,
            slope,
            sets[here],
            places,
            np.full(value.size, interval),
            places_here,
            settled_here,
        )
        height = part.log_likelihoods(places_here[sets])[int(restricted)]
        higher = here & (height > best)
        value[sets[higher]] = places_here[sets[higher]]
        settled[sets[higher]] = settled_here[sets[higher]]
        best = np.where(higher, height, best)


class _Narrowing:
    """Keeps the model of the sets still sought, and copies it only when they have become much fewer."""

    def __init__(self, model: StudyModel) -> None:
        self._model = model
        self._index: Integers = np.arange(model.variances.shape[1])

    def of(self, index: Integers) -> StudyModel:
        """Give the model of the sets in ``index``, a subset of those asked for before."""
        if index.size < self._index.size:
            self._model = self._model.choose(np.searchsorted(self._index, index))
            self._index = index
        return self._model


def solve_generalized_q(model: StudyModel, target: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Find the τ² at which the generalized Q statistic equals a target.

    Part of :func:`topline.stats.heterogeneity.heterogeneity_limits`, and of Paule and Mandel's estimate. Q(τ²) = Σ (y
    − μ̂)²/(v + τ²) falls in τ². Its reciprocal is nearly a straight line (exactly one where all variances are equal),
    so that Newton's method is applied to that.

    Parameters
    ----------
    model
        As for :func:`estimate_between`.
    target
        The value wanted [1], above 0.

    Returns
    -------
    tuple of numpy.ndarray
        τ² of each set [the effects' unit squared], 0 where Q lies below the target at once; and whether the search
        settled.

    Examples
    --------
    >>> from topline.stats.study_model import CommonMean
    >>> two = CommonMean(np.array([[0.3], [-0.2]]), np.array([[0.02], [0.05]]))
    >>> solve_generalized_q(two, 1.0)[0].round(6)
    array([0.09])
    """
    number = model.variances.shape[1]
    at_zero = model.within().residual
    sets = np.flatnonzero(at_zero > target)
    value, settled = np.zeros(number), np.ones(number, dtype=bool)
    if sets.size:
        chosen = _Narrowing(model.choose(sets))
        # y'Py ≤ SSE/τ².
        high = chosen.of(np.arange(sets.size)).plain_residual() / target * (1 + 1e-9)

        def equation(between: Floats, index: Integers) -> tuple[Floats, Floats]:
            part = chosen.of(index)
            moments = part.moments(1 / (part.variances + between))
            return (
                1 / target - 1 / moments.residual,
                -moments.residual_squared / moments.residual**2,
            )

        roots = falling_roots(
            equation, np.zeros(sets.size), np.zeros(sets.size), high, smallest_step=1e-16 * high
        )
        value[sets], settled[sets] = roots.place, roots.settled
    return value, settled


def _paule_mandel(model: StudyModel) -> BetweenStudyVariance:
    free = float(model.studies - model.coefficients)
    return BetweenStudyVariance(*solve_generalized_q(model, free))


def _paule_mandel_median(model: StudyModel) -> BetweenStudyVariance:
    median = 2 * special.gammaincinv((model.studies - model.coefficients) / 2, 0.5)
    return BetweenStudyVariance(*solve_generalized_q(model, float(median)))


def _paule_mandel_error(model: StudyModel, between: Floats) -> Floats:
    free = model.studies - model.coefficients
    weight = model.moments(1 / (model.variances + between)).weight
    return math.sqrt(2 * model.studies**2 / free) / weight


def _iterated(model: StudyModel) -> BetweenStudyVariance:
    """Find the τ² that DerSimonian and Laird's formula gives again when its weights are 1/(v + τ²).

    τ² tr(P) = y'Py − (k − p). What is left over falls in τ²: y'Py does, and tr(P) − τ² tr(PP) ≥ 0.
    """
    free = float(model.studies - model.coefficients)
    number = model.variances.shape[1]
    sets = np.flatnonzero(model.within().residual > free)
    value, settled = np.zeros(number), np.ones(number, dtype=bool)
    if sets.size:
        chosen = _Narrowing(model.choose(sets))
        high = chosen.of(np.arange(sets.size)).plain_residual() / free * (1 + 1e-9)

        def equation(between: Floats, index: Integers) -> tuple[Floats, Floats]:
            part = chosen.of(index)
            moments = part.moments(1 / (part.variances + between))
            return (
                moments.residual - free - between * moments.trace,
                between * moments.trace_squared - moments.trace - moments.residual_squared,
            )

        roots = falling_roots(
            equation, np.zeros(sets.size), np.zeros(sets.size), high, smallest_step=1e-16 * high
        )
        value[sets], settled[sets] = roots.place, roots.settled
    return BetweenStudyVariance(value, settled)


def _iterated_error(model: StudyModel, between: Floats) -> Floats:
    """Take DerSimonian and Laird's formula at face value, as metafor does: as if v + τ² were the known variances."""
    total = model.variances + between
    return model.form_spread(1 / total, total + between) / model.moments(1 / total).trace


METHODS: dict[str, Method] = {
    "EE": Method("equal effects", _none, _no_error),
    "DL": Method("DerSimonian–Laird", _der_simonian_laird, _der_simonian_laird_error),
    "HE": Method("Hedges–Olkin", _hedges_olkin, _hedges_olkin_error),
    "HS": Method("Hunter–Schmidt", _hunter_schmidt, _hunter_schmidt_error),
    "HSk": Method(
        "Hunter–Schmidt with small-sample correction",
        _hunter_schmidt_corrected,
        _hunter_schmidt_corrected_error,
    ),
    "SJ": Method("Sidik–Jonkman", _sidik_jonkman, _sidik_jonkman_error),
    "ML": Method("maximum likelihood", _maximum_likelihood, _maximum_likelihood_error, True),
    "REML": Method(
        "restricted maximum likelihood",
        _restricted_maximum_likelihood,
        _restricted_maximum_likelihood_error,
        True,
    ),
    # The empirical Bayes estimate of Morris solves the same equation as Paule and Mandel's.
    "EB": Method("empirical Bayes", _paule_mandel, _paule_mandel_error, True),
    "PM": Method("Paule–Mandel", _paule_mandel, _paule_mandel_error, True),
    "PMM": Method("median-unbiased Paule–Mandel", _paule_mandel_median, _paule_mandel_error, True),
    # metafor's undocumented DLIT. It forgets that the sampling variances are v, not v + τ²; with them the iteration
    # would end at Paule and Mandel's.
    "DLIT": Method("iterated DerSimonian–Laird", _iterated, _iterated_error, True),
}
"""Every estimator by the name that metafor gives it in R."""
