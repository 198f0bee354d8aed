"""Residuals of a proportional-hazards model: score, martingale and Schoenfeld."""

import numpy as np

from topline.errors import UsageError
from topline.stats.cox import CoxFit
from topline.stats.estimate import Floats
from topline.stats.partial_likelihood import Moments, mean_of_set, moments, score_parts


def moments_of(fit: CoxFit) -> Moments:
    """Evaluate the partial likelihood of a fit at its coefficients; "exact" is judged as Breslow's, as in R.

    Part of :func:`score_residuals`, and of all that is asked of a fit.

    Parameters
    ----------
    fit
        From :func:`topline.stats.cox.cox`.

    Examples
    --------
    >>> from topline.stats.cox import cox
    >>> fit = cox([1, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1])
    >>> bool(moments_of(fit).log_likelihood == fit.log_likelihood)
    True
    """
    return moments(fit.risk_sets, fit.coefficients, "efron" if fit.ties == "efron" else "breslow")


def score_residuals(fit: CoxFit) -> Floats:
    """Give each participant's part of the score: one row for each participant, one column for each covariate.

    Parameters
    ----------
    fit
        From :func:`topline.stats.cox.cox`.

    Returns
    -------
    numpy.ndarray
        In the order of the input [the covariates' units]. Weighted sums are 0 where the coefficients are finite.

    Raises
    ------
    UsageError
        If ties were handled as "exact", whose likelihood has no such parts of single participants.

    Notes
    -----
    Lᵢ = ∫ (xᵢ − x̄(t)) dMᵢ(t), x̄ the mean of those at risk weighted by exp(xβ) and Mᵢ the martingale residual up to
    t. Therneau, Grambsch and Fleming, Biometrika 77 (1990) 147–160, doi:10.1093/biomet/77.1.147.

    Not for a fit with a coefficient that is not finite (``fit.notes``): residuals are then of where the search ended.

    In R: ``residuals(survival::coxph(Surv(time, event) ~ x), type = "score")``; in SAS: PROC PHREG, OUTPUT RESSCO=.

    Examples
    --------
    >>> from topline.stats.cox import cox
    >>> fit = cox([1, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1])
    >>> bool(abs(score_residuals(fit).sum()) < 1e-9)
    True
    """
    _refuse_exact(fit, "score")
    residuals = np.empty((fit.number, len(fit.names)))
    residuals[fit.risk_sets.order] = score_parts(fit.risk_sets, moments_of(fit)).T
    return residuals


def martingale_residuals(fit: CoxFit) -> Floats:
    """Give observed minus expected events of each participant.

    Parameters
    ----------
    fit
        From :func:`topline.stats.cox.cox`.

    Returns
    -------
    numpy.ndarray
        In the order of the input; at most 1 [events]. Weighted sums are 0; ties handled as "exact" take Breslow's
        hazard, as in R. Nobody censored has one above 0.

    Notes
    -----
    Mᵢ = δᵢ − Λ̂₀(tᵢ) exp(xᵢβ), δ the event and Λ̂₀ the cumulative baseline hazard, over the time under observation.
    Therneau, Grambsch and Fleming, Biometrika 77 (1990) 147–160, doi:10.1093/biomet/77.1.147.

    Not for a judgement of single participants: their distribution is skewed, with no bound below.

    In R: ``residuals(survival::coxph(Surv(time, event) ~ x), type = "martingale")``; in SAS: PROC PHREG, OUTPUT
    RESMART=.

    Examples
    --------
    >>> from topline.stats.cox import cox
    >>> fit = cox([1, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1])
    >>> bool(abs(martingale_residuals(fit).sum()) < 1e-9)
    True
    """
    sets, found = fit.risk_sets, moments_of(fit)
    risk = found.risk if sets.weights is None else found.risk / sets.weights
    ordered = -risk * found.cumulative
    ordered[sets.happened] += 1.0
    residuals = np.empty(fit.number)
    residuals[sets.order] = ordered
    return residuals


def schoenfeld_residuals(fit: CoxFit) -> tuple[Floats, Floats]:
    """Give for each event the covariates of who had it, less the mean of those at risk.

    Parameters
    ----------
    fit
        From :func:`topline.stats.cox.cox`.

    Returns
    -------
    numpy.ndarray
        The times of the events, ascending within strata [the unit of time].
    numpy.ndarray
        One row for each event, one column for each covariate; columns sum to 0 without weights [the covariates'
        units].

    Raises
    ------
    UsageError
        If ties were handled as "exact", in whose likelihood those at risk have no such mean.

    Notes
    -----
    sᵢ = xᵢ − x̄(tᵢ), x̄ the mean of those at risk weighted by exp(xβ). Schoenfeld, Biometrika 69 (1982) 239–241,
    doi:10.1093/biomet/69.1.239. Tied events share the average of Efron's means.

    Not for the time course of a ratio as they stand: scaled by the covariance they estimate it, see
    :func:`topline.stats.proportional_hazards.proportional_hazards` for the test.

    In R: ``residuals(survival::coxph(Surv(time, event) ~ x), type = "schoenfeld")``; in SAS: PROC PHREG, OUTPUT
    RESSCH=.

    Examples
    --------
    >>> from topline.stats.cox import cox
    >>> times, residuals = schoenfeld_residuals(cox([1, 2, 3, 4], [1, 1, 1, 0], [0, 1, 0, 1]))
    >>> times, bool(abs(residuals.sum()) < 1e-9)
    (array([1., 2., 3.]), True)
    """
    _refuse_exact(fit, "Schoenfeld")
    sets, found = fit.risk_sets, moments_of(fit)
    means = np.stack([mean_of_set(sets, row) for row in found.means])
    ordered = (sets.covariates[:, sets.happened] - means).T
    times = sets.time[sets.happened]
    stratum = np.searchsorted(sets.bounds, sets.happened, side="right")
    ascending = np.lexsort((times, stratum))
    return times[ascending], ordered[ascending]


def _refuse_exact(fit: CoxFit, what: str) -> None:
    """Refuse what R refuses, too: at these coefficients the residuals of another likelihood do not sum to 0."""
    if fit.ties == "exact":
        raise UsageError(
            f"{what} residuals of a fit whose ties were handled as 'exact'",
            accepted="a fit with ties='efron' or 'breslow'",
            advice="fit the model again with one of them",
        )
