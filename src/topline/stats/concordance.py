"""Concordance: how often, of two participants, the one with the higher predicted risk has the event first.

Pairs are counted without looking at each: a wavelet matrix answers, for all participants at once, how many in a
stretch of an ordered list have a lower score, in as many passes as the ranks have binary digits.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import confidence_level, finite
from topline.stats.cox import CoxFit
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Floats, Integers, undefined_estimate
from topline.stats.risk_sets import RiskSets, arrange
from topline.stats.tied_times import TIE_TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Concordance:
    """The concordance of a score with survival.

    Parameters
    ----------
    estimate
        The share of comparable pairs that agree, ties of the score counting half.
    concordant, discordant, tied
        The (weighted) numbers of comparable pairs that agree, disagree, and have the same score.
    """

    estimate: Estimate
    concordant: float
    discordant: float
    tied: float


def concordance(
    time: ArrayLike,
    event: ArrayLike,
    score: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: Iterable[object] | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    tie_tolerance: float = TIE_TOLERANCE,
) -> Concordance:
    """Estimate the concordance of a risk score with survival (Harrell's C).

    Parameters
    ----------
    time, event, entry, strata, weights, tie_tolerance
        As in :func:`topline.stats.cox.cox`; pairs are formed within strata.
    score
        Of each participant [any unit]: higher is a higher risk, an earlier event.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Concordance
        The share [1]; 0.5 is no better than chance. A pair is comparable where the one has the event while the other
        is still under observation; a censoring at the time of an event comes after it, and two events at the same
        time are not compared. Undefined, ``None`` with the reason, where no pair is comparable, as for a single
        participant. Limits are not cut to [0, 1].

    Raises
    ------
    DataError
        If an input is not as described, or nobody has the event.

    Notes
    -----
    C = (concordant + tied/2)/comparable pairs; the standard error is the infinitesimal jackknife of R's
    ``concordance`` (survival 3.x), the limits are normal. Harrell, Califf, Pryor, Lee and Rosati, JAMA 247 (1982)
    2543–2546, doi:10.1001/jama.1982.03320430047030.

    Not for comparing trials of different lengths: C depends on the censoring. Not for how good predicted
    probabilities are, only for their order.

    In R: ``survival::concordance(Surv(time, event) ~ score, reverse = TRUE)``; in SAS: PROC PHREG
    CONCORDANCE=HARRELL(SE), whose error is a different one.

    Examples
    --------
    >>> found = concordance([1, 2, 3, 4], [1, 1, 0, 1], [4, 2, 3, 1])
    >>> found.concordant, found.discordant, found.estimate.value
    (4.0, 1.0, 0.8)
    """
    multiplier = normal_multiplier(confidence_level(level))
    scores = finite("score", score)
    sets = arrange(
        time,
        event,
        scores[:, None],
        entry=entry,
        strata=strata,
        weights=weights,
        tie_tolerance=tie_tolerance,
    )
    return _concordance(sets, scores[sets.order], level, multiplier)


def cox_concordance(fit: CoxFit, *, level: float = 0.95) -> Concordance:
    """Estimate the concordance of a proportional-hazards model's linear predictor with survival.

    Parameters
    ----------
    fit
        From :func:`topline.stats.cox.cox`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Concordance
        As :func:`concordance` gives it, the linear predictor being the score [1]. A covariate that separates the
        events (an infinite coefficient) orders all pairs that it tells apart.

    Notes
    -----
    C of :func:`concordance` with score = xβ. Harrell, Califf, Pryor, Lee and Rosati, JAMA 247 (1982) 2543–2546,
    doi:10.1001/jama.1982.03320430047030.

    Not for how well the model predicts other participants: judged on the data of the fit, it flatters the model.

    In R: ``survival::concordance(fit)``; in SAS: PROC PHREG CONCORDANCE=HARRELL(SE), whose error is a different one.

    Examples
    --------
    >>> from topline.stats.cox import cox
    >>> fit = cox([1, 2, 3, 4, 5], [1, 1, 0, 1, 1], [0, 1, 0, 1, 0])
    >>> round(cox_concordance(fit).estimate.value, 4)
    0.5625
    """
    multiplier = normal_multiplier(confidence_level(level))
    sets = fit.risk_sets
    predictor = np.zeros(sets.time.size)
    # Term by term, so that participants with the same covariates have the same predictor to the last digit.
    for coefficient, row in zip(fit.coefficients.tolist(), sets.covariates, strict=True):
        predictor += coefficient * row
    return _concordance(sets, predictor, level, multiplier)


def _concordance(sets: RiskSets, scores: Floats, level: float, multiplier: float) -> Concordance:
    ranks = np.unique(scores, return_inverse=True)[1].astype(np.int64)
    weights = np.ones(scores.size) if sets.weights is None else sets.weights
    lower, tied, higher = _pairs_of_deaths(sets, ranks, weights)
    own = weights[sets.happened]
    concordant, ties, discordant = (float((own * part).sum()) for part in (lower, tied, higher))
    pairs = concordant + ties + discordant
    method = "concordance (Harrell), infinitesimal-jackknife error, normal limits"
    if pairs == 0:
        reason = "undefined: no pair of participants can be compared"
        estimate = undefined_estimate(method, reason, level)
        return Concordance(estimate=estimate, concordant=0.0, discordant=0.0, tied=0.0)
    balance = (concordant - discordant) / pairs
    # Both ends of each pair: as the one with the event, and as the one still under observation.
    difference, total = _pairs_of_survivors(sets, ranks, weights)
    difference[sets.happened] += lower - higher
    total[sets.happened] += lower + tied + higher
    influence = weights * (difference - balance * total) / pairs
    error = float(np.sqrt((influence**2).sum())) / 2
    value = (balance + 1) / 2
    estimate = Estimate(
        value=value,
        lower=value - multiplier * error,
        upper=value + multiplier * error,
        level=level,
        standard_error=error,
        method=method,
    )
    return Concordance(estimate=estimate, concordant=concordant, discordant=discordant, tied=ties)


def _comparable(sets: RiskSets) -> tuple[Integers, Integers]:
    """Give an order with the censored of a time before its events, and for each tied set the first event's place."""
    event = np.zeros(sets.time.size, dtype=np.int64)
    event[sets.happened] = 1
    sizes = sets.set_size
    stratum = np.repeat(np.arange(sets.bounds.size - 1), np.diff(sets.bounds))
    return np.lexsort((event, -sets.time, stratum)), sets.last_at_risk + 1 - sizes


def _pairs_of_deaths(
    sets: RiskSets, ranks: Integers, weights: Floats
) -> tuple[Floats, Floats, Floats]:
    """Give for each death the weight of those comparable with a lower, the same, and a higher score."""
    order, stop = _comparable(sets)
    of_death = sets.set_of_death
    first = np.repeat(sets.bounds[:-1], np.diff(sets.set_bounds))[of_death]
    own = ranks[sets.happened]
    found = _weights_by_score(ranks[order], weights[order], first, stop[of_death], own)
    if sets.entry is not None:
        late = sets.entry.order
        not_entered = np.maximum(sets.entry.not_entered[of_death] + 1, first)
        away = _weights_by_score(ranks[late], weights[late], first, not_entered, own)
        found = found[0] - away[0], found[1] - away[1], found[2] - away[2]
    return found


def _pairs_of_survivors(sets: RiskSets, ranks: Integers, weights: Floats) -> tuple[Floats, Floats]:
    """Give for each place, over the events it outlived: concordant minus discordant, and all."""
    order, first_event = _comparable(sets)
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    stratum = np.repeat(np.arange(sets.bounds.size - 1), np.diff(sets.bounds))
    last_set = sets.set_bounds[1:][stratum]
    outlived = np.minimum(np.searchsorted(first_event, place, side="right"), last_set)
    deaths = np.append(sets.first_death, sets.happened.size)
    start, stop = deaths[outlived], deaths[last_set]
    if sets.entry is not None:
        until = sets.entry.until
        stop = np.where(until < sets.first_death.size, deaths[until], stop)
        stop = np.maximum(start, stop)
    lower, tied, higher = _weights_by_score(
        ranks[sets.happened], weights[sets.happened], start, stop, ranks
    )
    return higher - lower, lower + tied + higher


def _weights_by_score(
    ranks: Integers, weights: Floats, start: Integers, stop: Integers, own: Integers
) -> tuple[Floats, Floats, Floats]:
    """Sum weights within stretches by whether the rank is below, at, or above one's own."""
    totals = np.concatenate(([0.0], np.cumsum(weights)))
    everything = totals[stop] - totals[start]
    both = _weight_below(
        ranks,
        weights,
        np.concatenate((start, start)),
        np.concatenate((stop, stop)),
        np.concatenate((own, own + 1)),
    )
    below, not_above = both[: own.size], both[own.size :]
    return below, not_above - below, everything - not_above


def _weight_below(
    ranks: Integers, weights: Floats, start: Integers, stop: Integers, threshold: Integers
) -> Floats:
    """Sum the weights of ranks below a threshold in each of many stretches, by a wavelet matrix."""
    found = np.zeros(threshold.size)
    highest = max(int(ranks.max()), int(threshold.max()))
    for bit in reversed(range(highest.bit_length())):
        zero = ((ranks >> bit) & 1) == 0
        zeros = np.concatenate(([0], np.cumsum(zero)))
        weight = np.concatenate(([0.0], np.cumsum(np.where(zero, weights, 0.0))))
        one = ((threshold >> bit) & 1) == 1
        found += np.where(one, weight[stop] - weight[start], 0.0)
        start = np.where(one, zeros[-1] + start - zeros[start], zeros[start])
        stop = np.where(one, zeros[-1] + stop - zeros[stop], zeros[stop])
        ranks = np.concatenate((ranks[zero], ranks[~zero]))
        weights = np.concatenate((weights[zero], weights[~zero]))
    return found
