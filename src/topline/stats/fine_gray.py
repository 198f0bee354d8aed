"""Fine and Gray's regression: how covariates change the cumulative incidence of a cause.

A proportional-hazards model of the subdistribution: who had a competing event stays in the risk set, with the
weight ``G(t−) / G(T−)``, the probability, having been under observation at T, of still being so at t.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import UsageError
from topline.stats.checking import confidence_level, finite, known, same_length
from topline.stats.competing_risks import observations
from topline.stats.covariate_columns import checked_columns, covariate_names
from topline.stats.estimate import Estimate, Floats, Integers, Test
from topline.stats.log_coefficients import (
    all_zero_test,
    notes_on_predictions,
    ratio_estimates,
    wald_tests,
)
from topline.stats.newton import Evaluation, covariance_at_end, maximise
from topline.stats.tied_times import TIE_TOLERANCE, merge_ties

TIED_CENSORINGS = {
    "together": "who is censored at a time was at risk of it with those who had an event then, as in cmprsk",
    "after": "events come first, as in survival's finegray and as in every other survival curve",
}
"""How the censoring distribution takes censorings and events at one time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineGrayFit:
    """A fitted model of a subdistribution hazard.

    Parameters
    ----------
    names
        Of the covariates, in the order of the arrays.
    coefficients
        The logarithms of the subdistribution hazard ratios.
    covariance
        Of the coefficients, robust, with the estimation of the censoring distribution counted in.
    hazard_ratios
        Subdistribution hazard ratios, with limits symmetric on the log scale.
    coefficient_tests
        For each covariate, whether its ratio is 1: the normal statistic (Wald).
    likelihood_ratio
        The (pseudo) likelihood-ratio test that all coefficients are 0, as R's ``summary(crr(…))`` prints it.
    log_likelihood, log_likelihood_null
        The pseudo-log-likelihood at the coefficients, and at 0.
    number, events
        Participants, and how many of them with the cause.
    cause
        The code of the cause.
    time, hazard
        The distinct times of the cause, and the cumulative subdistribution hazard at the means of the covariates.
    centre
        Those means.
    notes
        Whether the search settled, and which coefficients are not finite.
    finite
        For each coefficient, whether it is finite; the others are given where the search ended.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    hazard_ratios: tuple[Estimate, ...]
    coefficient_tests: tuple[Test, ...]
    likelihood_ratio: Test
    log_likelihood: float
    log_likelihood_null: float
    number: int
    events: int
    cause: int
    time: Floats = field(repr=False)
    hazard: Floats = field(repr=False)
    centre: Floats = field(repr=False)
    notes: tuple[str, ...]
    finite: NDArray[np.bool_]

    @property
    def standard_errors(self) -> Floats:
        """The roots of the diagonal of ``covariance``."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: ArrayLike,
    *,
    event: int = 1,
    names: Sequence[str] | None = None,
    level: float = 0.95,
    tied_censorings: str = "together",
    tie_tolerance: float = TIE_TOLERANCE,
) -> FineGrayFit:
    """Fit a proportional subdistribution-hazards model.

    Parameters
    ----------
    time, cause
        As in :func:`topline.stats.competing_risks.cumulative_incidence`.
    covariates, names
        As in :func:`topline.stats.cox.cox`.
    event
        The code of the cause that is modelled [1].
    level
        The confidence level, a fraction [1].
    tied_censorings
        Of :data:`TIED_CENSORINGS`; matters where somebody is censored at the time of an event.
    tie_tolerance
        As in :func:`topline.stats.survival.kaplan_meier`.

    Returns
    -------
    FineGrayFit
        Where a covariate separates those with the event, its ratio is ``None`` with the reason, and ``notes`` says
        that the coefficient is not finite.

    Raises
    ------
    DataError
        If an input is not as described, or covariates do not vary or follow from each other.
    UsageError
        If nobody has an event of the cause, or a word is not known.

    Notes
    -----
    λ(t ∣ x) = λ₀(t) exp(xβ) for the subdistribution hazard −d log(1 − F(t))/dt; who had a competing event at T stays
    at risk with the weight G(t−)/G(T−), G the censoring distribution. Fine and Gray, Journal of the American
    Statistical Association 94 (1999) 496–509, doi:10.1080/01621459.1999.10474144. Breslow's ties and one censoring
    distribution for all.

    Not for causes: a subdistribution hazard ratio says in which direction, not by how much, a covariate moves the
    incidence; look at cause-specific hazards too.

    In R: ``cmprsk::crr(ftime, fstatus, cov1)``, standard errors included (``survival::coxph`` on
    ``survival::finegray`` data gives the coefficients of ``tied_censorings = "after"``, and slightly different
    errors); in SAS: PROC PHREG, MODEL / EVENTCODE=. The default is cmprsk's way, which most published analyses rest
    on.

    Examples
    --------
    >>> fit = fine_gray([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 1, 0, 1, 2, 1], [0, 1, 0, 1, 1, 0, 0, 1])
    >>> round(fit.hazard_ratios[0].value, 4)
    0.4981
    """
    confidence_level(level)
    known("tied_censorings", tied_censorings, TIED_CENSORINGS)
    times, codes = observations(time, cause)
    columns = checked_columns(covariates, names)
    labels = covariate_names(names, columns.shape[1])
    same_length(time=times, covariates=columns)
    if not (codes == event).any():
        listed = ", ".join(str(code) for code in np.unique(codes[codes > 0]).tolist())
        raise UsageError(f"cause {event}", accepted=f"a cause with events: {listed}")
    sets = _arrange(
        times, codes, columns, event, tie_tolerance, events_first=tied_censorings == "after"
    )

    def evaluate(coefficients: Floats) -> Evaluation:
        found = _moments(sets, coefficients)
        return found.log_likelihood, found.score, found.information

    widest = np.maximum(sets.covariates.max(axis=1), -sets.covariates.min(axis=1))
    search = maximise(evaluate, labels, sets.happened.size * widest**2)
    found = _moments(sets, search.coefficients)
    influence = covariance_at_end(search) @ (
        _score_parts(sets, found) + _censoring_parts(sets, found)
    )
    covariance = influence @ influence.T
    finite_ones = search.finite
    method = f"Fine–Gray regression of cause {event}"
    if tied_censorings == "after":
        method += ", censorings after events of the same time"
    notes = tuple(
        f"coefficient of {name!r}: not finite"
        for name, is_finite in zip(labels, finite_ones, strict=True)
        if not is_finite
    )
    if not (search.settled or search.barred):
        notes = (*notes, f"the search did not settle in {search.steps} steps")
    return FineGrayFit(
        names=labels,
        coefficients=search.coefficients,
        covariance=covariance,
        hazard_ratios=ratio_estimates(
            search.coefficients,
            covariance,
            finite_ones,
            level,
            method,
            ratio="subdistribution hazard ratio",
        ),
        coefficient_tests=wald_tests(search.coefficients, covariance, finite_ones, method),
        likelihood_ratio=all_zero_test(
            2 * (search.end[0] - search.start[0]), len(labels), "pseudo-likelihood-ratio test"
        ),
        log_likelihood=search.end[0],
        log_likelihood_null=search.start[0],
        number=times.size,
        events=int((codes == event).sum()),
        cause=event,
        time=sets.event_time,
        hazard=np.cumsum(found.hazard) * np.exp(-found.shift),
        centre=sets.centre,
        notes=notes,
        finite=finite_ones,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictedIncidence:
    """The cumulative incidence of a cause that a model predicts.

    Parameters
    ----------
    time
        The times of the cause, ascending.
    incidence
        The cumulative incidence up to and including each time [1].
    notes
        Which coefficients are not finite: what is predicted then depends on where the search for them ended.
    """

    time: Floats
    incidence: Floats
    notes: tuple[str, ...] = ()


def predicted_incidence(fit: FineGrayFit, covariates: ArrayLike) -> PredictedIncidence:
    """Give the cumulative incidence of the cause for given covariates.

    Parameters
    ----------
    fit
        From :func:`fine_gray`.
    covariates
        One value for each covariate [its unit].

    Returns
    -------
    PredictedIncidence
        Probabilities [1], one for each time of the cause; a single event gives a single step. Of a fit with a
        coefficient that is not finite, where the search ended, and ``notes`` says so.

    Raises
    ------
    DataError
        If there is not one finite value for each covariate.

    Notes
    -----
    F(t ∣ x) = 1 − exp(−Λ₀(t) exp(xβ)), Λ₀ Breslow's cumulative subdistribution hazard. Fine and Gray, Journal of the
    American Statistical Association 94 (1999) 496–509, doi:10.1080/01621459.1999.10474144.

    Not for all causes of one participant together: predicted for each cause on its own, their incidences can sum to
    more than 1. Not for a fit with a coefficient that is not finite.

    In R: ``predict(cmprsk::crr(ftime, fstatus, cov1), cov1)``; in SAS: PROC PHREG, BASELINE CIF=.

    Examples
    --------
    >>> fit = fine_gray([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 1, 0, 1, 2, 1], [0, 1, 0, 1, 1, 0, 0, 1])
    >>> predicted_incidence(fit, [1]).incidence.round(2)
    array([0.08, 0.17, 0.26, 0.38, 0.53])
    """
    values = finite("covariates", covariates)
    same_length(covariates=values, names=fit.names)
    predictor = float((values - fit.centre) @ fit.coefficients)
    return PredictedIncidence(
        time=fit.time,
        incidence=np.asarray(-np.expm1(-fit.hazard * np.exp(predictor))),
        notes=notes_on_predictions("incidence", fit.names, fit.finite),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sets:
    """Participants in ascending order of time, and the times of the cause and of censorings.

    ``still`` is G(T−) of each participant, the probability of being under observation just before their time;
    ``event_still`` is G(t−) at the times of the cause. ``first_at_risk`` is the first participant at risk at each
    time of the cause; ``until`` counts for each participant the times of the cause up to their own.
    """

    covariates: Floats
    centre: Floats
    happened: Integers
    competing: Floats
    censored: Integers
    still: Floats
    event_time: Floats
    event_still: Floats
    deaths: Floats
    first_at_risk: Integers
    set_of_death: Integers
    until: Integers
    censoring_time_first: Integers
    censoring_counts: Floats
    set_of_censoring: Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Moments:
    """What is known at given coefficients; ``means`` has one column for each time of the cause."""

    log_likelihood: float
    score: Floats
    information: Floats
    risk: Floats
    shift: float
    hazard: Floats
    means: Floats
    cumulative: Floats


def _arrange(
    times: Floats,
    codes: Integers,
    columns: Floats,
    event: int,
    tolerance: float,
    *,
    events_first: bool,
) -> _Sets:
    order = np.argsort(times, kind="stable")
    ordered = merge_ties(times[order], np.array([0, times.size]), tolerance)
    if events_first:
        # At one time those with an event are listed, and have left, before the first who is censored.
        order = order[np.lexsort((codes[order] == 0, ordered))]
    kind = codes[order]
    censored = np.flatnonzero(kind == 0)
    censoring_time, set_of_censoring = np.unique(ordered[censored], return_inverse=True)
    first = np.searchsorted(ordered, censoring_time)
    if events_first:
        first = censored[np.searchsorted(set_of_censoring, np.arange(censoring_time.size))]
    censorings = np.bincount(set_of_censoring, minlength=1).astype(np.float64)
    remaining = np.cumprod(1 - censorings / (times.size - first)) if censored.size else np.ones(0)
    before = np.concatenate(([1.0], remaining))
    still = before[np.searchsorted(censoring_time, ordered)]
    happened = np.flatnonzero(kind == event)
    event_time, set_of_death = np.unique(ordered[happened], return_inverse=True)
    centre = columns.mean(axis=0)
    return _Sets(
        covariates=np.ascontiguousarray((columns[order] - centre).T),
        centre=centre,
        happened=happened,
        competing=((kind != 0) & (kind != event)) / still,
        censored=censored,
        still=still,
        event_time=event_time,
        event_still=before[np.searchsorted(censoring_time, event_time)],
        deaths=np.bincount(set_of_death).astype(np.float64),
        first_at_risk=np.searchsorted(ordered, event_time),
        set_of_death=set_of_death,
        until=np.searchsorted(event_time, ordered, side="right"),
        censoring_time_first=first,
        censoring_counts=censorings,
        set_of_censoring=set_of_censoring,
    )


def _moments(sets: _Sets, coefficients: Floats) -> _Moments:
    predictor = coefficients @ sets.covariates
    shift = float(predictor.max())
    risk = np.exp(predictor - shift)
    denominator = _at_risk(sets, risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Risks that underflow to 0 make the likelihood minus infinity, which the search steps back from.
        hazard = sets.deaths / denominator
        log_likelihood = float(
            (predictor[sets.happened] - shift).sum() - (sets.deaths * np.log(denominator)).sum()
        )
    if not np.isfinite(log_likelihood):
        log_likelihood = -np.inf
    cumulative = _accumulate(sets, hazard)
    residual = -risk * cumulative
    residual[sets.happened] += 1.0
    means = np.stack([_at_risk(sets, row * risk) / denominator for row in sets.covariates])
    return _Moments(
        log_likelihood=log_likelihood,
        score=sets.covariates @ residual,
        information=(sets.covariates * (risk * cumulative)) @ sets.covariates.T
        - (means * sets.deaths) @ means.T,
        risk=risk,
        shift=shift,
        hazard=hazard,
        means=means,
        cumulative=cumulative,
    )


def _at_risk(sets: _Sets, values: Floats) -> Floats:
    """Sum over those at risk at each time of the cause, who had a competing event before with their weight."""
    present = np.cumsum(values[::-1])[::-1][sets.first_at_risk]
    gone = np.concatenate(([0.0], np.cumsum(values * sets.competing)))[sets.first_at_risk]
    return np.asarray(present + sets.event_still * gone)


def _accumulate(sets: _Sets, increments: Floats) -> Floats:
    """Sum increments at times of the cause over those when each participant was at risk, with their weight."""
    before = np.concatenate(([0.0], np.cumsum(increments)))[sets.until]
    after = np.append(np.cumsum((increments * sets.event_still)[::-1])[::-1], 0.0)[sets.until]
    return np.asarray(before + sets.competing * after)


def _score_parts(sets: _Sets, found: _Moments) -> Floats:
    """Give each participant's part of the score, the censoring distribution taken as known."""
    parts = -found.risk * found.cumulative * sets.covariates
    for row, means in enumerate(found.means):
        parts[row] += found.risk * _accumulate(sets, found.hazard * means)
        parts[row, sets.happened] += sets.covariates[row, sets.happened] - means[sets.set_of_death]
    return parts


def _censoring_parts(sets: _Sets, found: _Moments) -> Floats:
    """Give what each participant adds to the score by having been counted in the censoring distribution.

    ``ψ = ∫ q(u) / π(u) dM_c(u)``, with q(u) the change of the score when the probability of remaining under
    observation changes at u: the weights G(t−) / G(T−) with T < u ≤ t.
    """
    number = sets.covariates.shape[1]
    parts = np.zeros((sets.covariates.shape[0], number))
    if sets.censored.size == 0:
        return parts
    first = sets.censoring_time_first
    at_risk = (number - first).astype(np.float64)
    following = np.searchsorted(sets.first_at_risk, first)
    weighted = found.hazard * sets.event_still
    later = np.append(np.cumsum(weighted[::-1])[::-1], 0.0)[following]
    gone = found.risk * sets.competing
    earlier = np.concatenate(([0.0], np.cumsum(gone)))[first]
    counted = np.searchsorted(first, np.arange(number), side="right")
    for row, covariate in enumerate(sets.covariates):
        sums = np.concatenate(([0.0], np.cumsum(gone * covariate)))[first]
        means = np.append(np.cumsum((weighted * found.means[row])[::-1])[::-1], 0.0)[following]
        change = (later * sums - earlier * means) / at_risk
        compensator = np.cumsum(change * sets.censoring_counts / at_risk)
        parts[row] -= np.concatenate(([0.0], compensator))[counted]
        parts[row, sets.censored] += change[sets.set_of_censoring]
    return parts
