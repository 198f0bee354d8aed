"""Cox's partial likelihood with its derivatives, with Breslow's and Efron's handling of ties.

The sums over risk sets are running sums of :class:`topline.stats.risk_sets.RiskSets`. Two of them are never formed:
the score is ``Σ x (weight × event − risk × cumulative hazard)`` over participants, and the second moments
are ``Σ risk × cumulative hazard × x xᵀ``, one matrix product, since both change the order of summation.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from topline.stats.estimate import Floats
from topline.stats.risk_sets import RiskSets

Ties: TypeAlias = Literal["efron", "breslow"]

_BLOCK = 1 << 15
"""Places whose moments are formed at once: as many as stay in the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """What is known at given coefficients.

    Parameters
    ----------
    log_likelihood
        The partial log-likelihood.
    score
        Its gradient.
    risk
        For each place the weight times the relative risk, the largest risk taken as 1.
    shift
        The logarithm of that largest relative risk, at the centre of the covariates.
    efron
        Whether those who died together leave the denominator one after the other (and any did).
    denominator
        For each death the risk in its risk set, less the share of the tied.
    hazard
        For each death its increment of the baseline hazard, on the scale of ``risk``.
    means
        For each covariate (rows) and death the weighted mean in the risk set.
    cumulative
        For each place the baseline hazard while it was under observation.
    """

    log_likelihood: float
    score: Floats
    risk: Floats
    shift: float
    efron: bool
    denominator: Floats
    hazard: Floats
    means: Floats
    cumulative: Floats


def moments(sets: RiskSets, coefficients: Floats, ties: Ties) -> Moments:
    """Evaluate the partial likelihood and its gradient.

    Parameters
    ----------
    sets
        The risk sets.
    coefficients
        The logarithms of the hazard ratios, one for each covariate.
    ties
        "efron" or "breslow".

    Returns
    -------
    Moments
        With a log-likelihood of minus infinity where the coefficients are so large that risks underflow.

    Examples
    --------
    >>> from topline.stats.risk_sets import arrange
    >>> sets = arrange([1, 2, 3], [1, 1, 1], np.array([[0.0], [1.0], [0.0]]))
    >>> round(moments(sets, np.zeros(1), "efron").log_likelihood, 6)
    -1.791759
    """
    predictor = coefficients @ sets.covariates
    shift = float(predictor.max())
    predictor -= shift
    own = predictor[sets.happened]
    if sets.weights is not None:
        own *= sets.weights[sets.happened]
    of_deaths = own.sum()
    del own  # there may be a million: what is no longer needed makes room
    risk = np.exp(predictor, out=predictor)
    if sets.weights is not None:
        risk *= sets.weights
    efron = ties == "efron" and sets.ties is not None
    denominator = _less_tied(sets, risk, efron)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Risks that underflow to 0 make the likelihood minus infinity, which the search steps back from.
        hazard = sets.weighted(1 / denominator)
        log_likelihood = float(of_deaths - sets.weighted(np.log(denominator)).sum())
    if not np.isfinite(log_likelihood) or denominator.min() <= 0:
        log_likelihood = -np.inf
    means = np.empty((coefficients.size, sets.happened.size))
    scratch = np.empty_like(risk)
    for row, covariate in enumerate(sets.covariates):
        np.multiply(covariate, risk, out=scratch)
        np.divide(_less_tied(sets, scratch, efron, spent=True), denominator, out=means[row])
    del scratch
    cumulative = _cumulative(sets, hazard, efron)
    residuals = -risk
    residuals *= cumulative
    residuals[sets.happened] += 1.0 if sets.weights is None else sets.weights[sets.happened]
    score = sets.covariates @ residuals
    return Moments(
        log_likelihood=log_likelihood,
        score=score,
        risk=risk,
        shift=shift,
        efron=efron,
        denominator=denominator,
        hazard=hazard,
        means=means,
        cumulative=cumulative,
    )


def information(sets: RiskSets, found: Moments, multiplier: Floats | None = None) -> Floats:
    """Give the sum over deaths of the covariance of the covariates in the risk set: the observed information.

    Parameters
    ----------
    sets, found
        The risk sets, and their moments.
    multiplier
        A factor for each death; ``None`` for 1.

    Returns
    -------
    numpy.ndarray
        A symmetric matrix.
    """
    if multiplier is None:
        cumulative, weights = found.cumulative, sets.death_weights
    else:
        cumulative = _cumulative(sets, found.hazard * multiplier, found.efron)
        weights = sets.weighted(multiplier)
    at_participants = _second_moments(sets.covariates, found.risk * cumulative)
    return np.asarray(at_participants - _second_moments(found.means, weights))


def score_parts(sets: RiskSets, found: Moments) -> Floats:
    """Give each place's part of the score, unweighted: one row for each covariate.

    For participant i: ``event × (x − x̄(t)) − Σ risk × (x − x̄(s)) dΛ(s)`` over the times under observation, with the
    means of Efron's tied sets averaged. Therneau and Grambsch, Modeling Survival Data (2000), section 4.6.
    """
    risk = found.risk if sets.weights is None else found.risk / sets.weights
    parts = -risk * found.cumulative * sets.covariates
    for row, means in enumerate(found.means):
        parts[row] += risk * _cumulative(sets, means * found.hazard, found.efron)
        parts[row, sets.happened] += sets.covariates[row, sets.happened] - mean_of_set(sets, means)
    return parts


def mean_of_set(sets: RiskSets, means: Floats) -> Floats:
    """Give each death the average over its tied set of what Efron's method gives one after the other."""
    if sets.ties is None:
        return means
    return sets.spread(sets.sum_deaths(means) / sets.set_size)


def _less_tied(sets: RiskSets, values: Floats, efron: bool, *, spent: bool = False) -> Floats:
    """Give for each death the sum over its risk set; with Efron, less the share of its tied set."""
    if not efron or sets.ties is None:
        return sets.spread(sets.sum_at_risk(values, spent=spent))
    tied = sets.ties.share * sets.ties.sum(values)
    sums = sets.spread(sets.sum_at_risk(values, spent=spent))
    sums[sets.ties.deaths] -= tied
    return sums


def _cumulative(sets: RiskSets, hazard: Floats, efron: bool) -> Floats:
    """Accumulate hazards over participants; a death bears only a part of those of its own tied set."""
    cumulative = sets.accumulate(sets.sum_deaths(hazard))
    if efron and sets.ties is not None:
        ties = sets.ties
        less = np.add.reduceat(hazard[ties.deaths] * ties.share, ties.starts)
        cumulative[ties.places] -= less[ties.set_of]
    return cumulative


def _second_moments(rows: Floats, weights: Floats | None) -> Floats:
    """Give ``Σ weight × x xᵀ`` over columns, by blocks, so that no second copy of the rows is made."""
    total = np.zeros((rows.shape[0], rows.shape[0]))
    for start in range(0, rows.shape[1], _BLOCK):
        block = rows[:, start : start + _BLOCK]
        part = block if weights is None else block * weights[start : start + _BLOCK]
        total += part @ block.T
    return total
