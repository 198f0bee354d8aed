"""The baseline hazard of a proportional-hazards model, and the survival it predicts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import finite, same_length
from topline.stats.cox import CoxFit
from topline.stats.cox_residuals import moments_of
from topline.stats.estimate import Floats
from topline.stats.log_coefficients import notes_on_predictions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictedSurvival:
    """The survival that a model predicts in one stratum.

    Parameters
    ----------
    stratum
        Its label; "all" where the model has no strata.
    time
        The times of events, ascending.
    hazard
        The cumulative hazard up to and including each time [1].
    survival
        ``exp(−hazard)``.
    notes
        Which coefficients are not finite: what is predicted then depends on where the search for them ended.
    """

    stratum: str
    time: Floats
    hazard: Floats
    survival: Floats
    notes: tuple[str, ...] = ()


def predicted_survival(
    fit: CoxFit, covariates: ArrayLike | None = None
) -> tuple[PredictedSurvival, ...]:
    """Give the cumulative hazard and survival of a participant with given covariates.

    Parameters
    ----------
    fit
        From :func:`topline.stats.cox.cox`.
    covariates
        One value for each covariate [its unit]; by default the means over the participants.

    Returns
    -------
    tuple of PredictedSurvival
        One for each stratum, in the order of their labels. Above 0 also where everybody has had the event. Ties
        handled as "exact" take Breslow's denominators, as in R. Of a fit with a coefficient that is not finite, where the search
        ended, and ``notes`` says so.

    Raises
    ------
    DataError
        If there is not one finite value for each covariate.

    Notes
    -----
    Λ(t) = exp(xβ) Σ d/Σⱼ exp(xⱼβ), the first sum over event times up to t, the second over those at risk, with
    Efron's denominators where ties were handled so; survival exp(−Λ). Breslow, Biometrics 30 (1974) 89–99,
    doi:10.2307/2529620.

    Not for the survival of a group: the mean of covariates is nobody in particular. Not for a fit with a coefficient
    that is not finite.

    In R: ``survival::basehaz(fit)``, ``survival::survfit(fit, newdata)``; in SAS: PROC PHREG, BASELINE /
    METHOD=BRESLOW.

    Examples
    --------
    >>> from topline.stats.cox import cox
    >>> (found,) = predicted_survival(cox([1, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1]), [0])
    >>> found.time
    array([1., 2., 3.])
    """
    sets, found = fit.risk_sets, moments_of(fit)
    shift = found.shift
    if covariates is None:
        predictor = 0.0
    else:
        values = finite("covariates", covariates)
        same_length(covariates=values, names=fit.names)
        predictor = float((values - sets.centre) @ fit.coefficients)
    increments = sets.sum_deaths(found.hazard) * np.exp(predictor - shift)
    results = []
    for position, label in enumerate(sets.strata):
        chosen = slice(int(sets.set_bounds[position]), int(sets.set_bounds[position + 1]))
        hazard = np.cumsum(increments[chosen][::-1])
        results.append(
            PredictedSurvival(
                stratum=label,
                time=sets.set_time[chosen][::-1],
                hazard=hazard,
                survival=np.exp(-hazard),
                notes=notes_on_predictions("survival", fit.names, fit.finite),
            )
        )
    return tuple(results)
