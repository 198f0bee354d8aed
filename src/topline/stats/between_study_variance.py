"""Estimators of the variance of true effects between studies, τ².

Each estimator works on a :class:`topline.stats.study_model.StudyModel`: on one set of studies with
moderators or on many sets without, with the same formulas. Moment estimators are closed; the likelihood
and estimating-equation methods are roots found with a bracket, and where the likelihood has several
peaks the highest is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.stats.estimate import Floats, Integers
from topline.stats.root_finding import falling_roots
from topline.stats.study_model import Moments, StudyModel

GRID = 10
"""Places where a likelihood's slope is looked at before its peaks are sought."""


class BetweenStudyVariance(NamedTuple):
    """τ² of each set, its standard error, and whether the method settled.

    The standard error is NaN where the method has none.
    """

    value: Floats
    standard_error: Floats
    settled: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Method:
    """An estimator of τ² under its name.

    Attributes
    ----------
    title
        The name in words, with its authors.
    estimate
        From studies to τ² (before truncation at zero), its standard error as a function of the truncated τ²,
        and whether each set settled.
    iterative
        Whether it is a root that is sought.
    """

    title: str
    estimate: Callable[[StudyModel], BetweenStudyVariance]
    iterative: bool = False


def estimate_between(model: StudyModel, method: str) -> BetweenStudyVariance:
    """Estimate τ² by a method of :data:`METHODS`.

    Examples
    --------
    >>> from topline.stats.study_model import CommonMean
    >>> two = CommonMean(np.array([[0.3], [-0.2]]), np.array([[0.02], [0.05]]))
    >>> estimate_between(two, "DL").value.round(6)
    array([0.09])
    """
    return METHODS[method].estimate(model)


def _none(model: StudyModel) -> BetweenStudyVariance:
    zero = np.zeros(model.variances.shape[1])
    return BetweenStudyVariance(zero, np.full(zero.size, np.nan), np.ones(zero.size, dtype=bool))


def _closed(value: Floats, spread: Callable[[Floats], Floats]) -> BetweenStudyVariance:
    """Truncate a moment estimate at zero and give its standard error there."""
    value = np.maximum(value, 0.0)
    return BetweenStudyVariance(value, spread(value), np.ones(value.size, dtype=bool))


def _by_moments(model: StudyModel, weights: Floats) -> BetweenStudyVariance:
    """Equate y'Py with its mean tr(PV) + τ² tr(P), for any fixed weights."""
    moments = model.moments(weights)
    value = (moments.residual - model.form_mean(weights, model.variances)) / moments.trace
    return _closed(
        value,
        lambda between: model.form_spread(weights, model.variances + between) / moments.trace,
    )


def _der_simonian_laird(model: StudyModel) -> BetweenStudyVariance:
    return _by_moments(model, 1 / model.variances)


def _hedges_olkin(model: StudyModel) -> BetweenStudyVariance:
    return _by_moments(model, np.ones_like(model.variances))


def _hunter_schmidt(model: StudyModel) -> BetweenStudyVariance:
    weights = 1 / model.variances
    moments = model.moments(weights)
    return _closed(
        (moments.residual - model.studies) / moments.weight,
        lambda between: model.form_spread(weights, model.variances + between) / moments.weight,
    )


def _hunter_schmidt_corrected(model: StudyModel) -> BetweenStudyVariance:
    weights = 1 / model.variances
    moments = model.moments(weights)
    factor = model.studies / (model.studies - model.coefficients)
    return _closed(
        (factor * moments.residual - model.studies) / moments.weight,
        lambda between: (
            factor * model.form_spread(weights, model.variances + between) / moments.weight
        ),
    )


def _sidik_jonkman(model: StudyModel) -> BetweenStudyVariance:
    free = model.studies - model.coefficients
    first = _plain_variance(model)
    positive = first > 0
    # Where all effects lie on the regression the starting value is zero, and so is the estimate.
    safe = np.where(positive, first, 1.0)
    weights = 1 / (model.variances + safe)
    value = np.where(positive, safe * model.moments(weights).residual / free, 0.0)
    return _closed(
        value,
        lambda between: np.where(
            positive, safe * model.form_spread(weights, model.variances + between) / free, 0.0
        ),
    )


def _plain_variance(model: StudyModel) -> Floats:
    """Give the starting value of Sidik and Jonkman: the residual sum of squares over the studies."""
    return model.plain_residual() / model.studies


def _maximum_likelihood(model: StudyModel) -> BetweenStudyVariance:
    found = _highest_peak(model, _likelihood_slope, restricted=False)
    moments = model.moments(1 / (model.variances + found.value))
    return found._replace(standard_error=np.sqrt(2 / moments.weight_squared))


def _restricted_maximum_likelihood(model: StudyModel) -> BetweenStudyVariance:
    found = _highest_peak(model, _restricted_slope, restricted=True)
    moments = model.moments(1 / (model.variances + found.value))
    return found._replace(standard_error=np.sqrt(2 / moments.trace_squared))


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
    ratio = (end / begin) ** (1 / (GRID - 2))
    places = np.vstack([np.zeros(number), begin * ratio ** np.arange(GRID - 1)[:, np.newaxis]])
    places[-1] = end
    rising = np.array(
        [slope(model.moments(1 / (model.variances + place)))[0] > 0 for place in places]
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
    return BetweenStudyVariance(value, np.full(number, np.nan), settled)


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
    """Find the τ² at which y'Py with weights 1/(v + τ²) equals a target; zero where it is below at once.

    The generalized Q statistic falls in τ². Its reciprocal is nearly a straight line (exactly one where all
    variances are equal), so that Newton's method is applied to that.

    Examples
    --------
    >>> from topline.stats.study_model import CommonMean
    >>> two = CommonMean(np.array([[0.3], [-0.2]]), np.array([[0.02], [0.05]]))
    >>> solve_generalized_q(two, 1.0)[0].round(6)
    array([0.09])
    """
    number = model.variances.shape[1]
    at_zero = model.moments(1 / model.variances).residual
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


def _from_generalized_q(model: StudyModel, target: float) -> BetweenStudyVariance:
    value, settled = solve_generalized_q(model, target)
    moments = model.moments(1 / (model.variances + value))
    free = model.studies - model.coefficients
    error = np.sqrt(2 * model.studies**2 / free) / moments.weight
    return BetweenStudyVariance(value, error, settled)


def _paule_mandel(model: StudyModel) -> BetweenStudyVariance:
    return _from_generalized_q(model, float(model.studies - model.coefficients))


def _paule_mandel_median(model: StudyModel) -> BetweenStudyVariance:
    free = model.studies - model.coefficients
    return _from_generalized_q(model, float(2 * special.gammaincinv(free / 2, 0.5)))


def _iterated_der_simonian_laird(model: StudyModel) -> BetweenStudyVariance:
    """Repeat the moment estimate with the weights that it gives; its fixed point is Paule and Mandel's."""
    value, settled = solve_generalized_q(model, float(model.studies - model.coefficients))
    weights = 1 / (model.variances + value)
    trace = model.moments(weights).trace
    error = model.form_spread(weights, model.variances + value) / trace
    return BetweenStudyVariance(value, error, settled)


METHODS: dict[str, Method] = {
    "EE": Method("equal effects", _none),
    "DL": Method("DerSimonian–Laird", _der_simonian_laird),
    "HE": Method("Hedges–Olkin", _hedges_olkin),
    "HS": Method("Hunter–Schmidt", _hunter_schmidt),
    "HSk": Method("Hunter–Schmidt with small-sample correction", _hunter_schmidt_corrected),
    "SJ": Method("Sidik–Jonkman", _sidik_jonkman),
    "ML": Method("maximum likelihood", _maximum_likelihood, iterative=True),
    "REML": Method("restricted maximum likelihood", _restricted_maximum_likelihood, iterative=True),
    "EB": Method("empirical Bayes", _paule_mandel, iterative=True),
    "PM": Method("Paule–Mandel", _paule_mandel, iterative=True),
    "PMM": Method("median-unbiased Paule–Mandel", _paule_mandel_median, iterative=True),
    "DLIT": Method("iterated DerSimonian–Laird", _iterated_der_simonian_laird, iterative=True),
}
"""Every estimator by the name that metafor gives it in R."""
