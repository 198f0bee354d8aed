"""Poisson regression: rate ratios of counts, and the same with errors widened for overdispersion.

``log μ = Xβ + log(person-time)``. P. McCullagh and J. A. Nelder, Generalized Linear Models, 2nd edition, 1989,
chapter 6; the widened errors (quasi-Poisson) in section 6.2.

Not suitable where counts vary more than Poisson counts do: the errors are then too small. Pearson's dispersion of the
fit says so; negative binomial regression, or ``dispersion="pearson"`` for the ratios, allow for it.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError
from topline.stats.checking import counts, finite, same_length
from topline.stats.estimate import Floats
from topline.stats.generalized_linear import Distribution, RegressionFit, fit
from topline.stats.model_matrix import ModelMatrix


def _log_likelihood(outcome: Floats, predictor: Floats) -> Floats:
    return np.asarray(outcome * predictor - np.exp(predictor) - special.gammaln(outcome + 1))


def _saturated(outcome: Floats) -> Floats:
    return np.asarray(special.xlogy(outcome, outcome) - outcome - special.gammaln(outcome + 1))


COUNTS = Distribution(
    name="Poisson regression",
    mean=lambda predictor: np.exp(predictor),
    link=math.log,
    variance=lambda predictor: np.exp(predictor),
    log_likelihood=_log_likelihood,
    saturated=_saturated,
    start=lambda outcome: np.log(outcome + 0.5),
)


def fit_poisson(
    events: ArrayLike, matrix: ModelMatrix, *, offset: ArrayLike | None = None
) -> RegressionFit:
    """Fit a Poisson regression by maximum likelihood.

    Parameters
    ----------
    events
        How many events each participant had [events]; whole, from 0.
    matrix
        The columns of the model, from :func:`topline.stats.model_matrix.model_matrix`.
    offset
        The logarithm of each participant's time at risk [log of any unit of time]; 0 where ``None``.

    Returns
    -------
    RegressionFit
        Ratios, limits and tests come from it by :func:`topline.stats.regression_ratios.coefficient_ratios`. The
        coefficient of a group without any event is infinite, or undetermined if the group it is compared with has
        none either; the fit says which, and the others are estimated all the same (see
        :mod:`topline.stats.separation`).

    Raises
    ------
    DataError
        If an element is not a count, there is no event at all, lengths differ, or a column follows from others.

    Notes
    -----
    log μ = Xβ + offset, the number of events Poisson with mean μ, β by maximum likelihood. McCullagh and Nelder,
    Generalized Linear Models, 2nd edition, 1989, chapter 6.

    Not for counts that vary more than Poisson counts, as recurring events mostly do: the errors are then too small.
    Pearson's dispersion of the fit says so.

    In R: ``glm(events ~ x + offset(log(time)), family = poisson)``; in SAS: PROC GENMOD, MODEL / DIST=POISSON
    OFFSET=. For a group without events both print where their steps ended: a coefficient around −20 with a standard
    error in the thousands, which mean nothing.

    Examples
    --------
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AABB")}), [("arm",)])
    >>> fit_poisson([1, 3, 4, 6], made).coefficients.round(6)
    array([0.693147, 0.916291])
    """
    observed, known = checked_counts(events, matrix, offset)
    return fit(observed, matrix.columns, matrix.names, COUNTS, known)


def checked_counts(
    events: ArrayLike, matrix: ModelMatrix, offset: ArrayLike | None
) -> tuple[Floats, Floats]:
    """Take counts and their offsets for a regression.

    Part of :func:`fit_poisson`, and of :func:`topline.stats.negative_binomial.fit_negative_binomial`.

    Parameters
    ----------
    events, matrix, offset
        As in :func:`fit_poisson`.

    Returns
    -------
    tuple
        The counts [events] and the offsets, 0 where ``None`` was given.

    Raises
    ------
    DataError
        As :func:`fit_poisson`.

    Examples
    --------
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AB")}), [("arm",)])
    >>> checked_counts([1, 3], made, None)
    (array([1., 3.]), array([0., 0.]))
    """
    observed = counts("events", events).astype(np.float64)
    known = np.zeros(observed.size) if offset is None else finite("offset", offset)
    same_length(events=observed, matrix=matrix.columns, offset=known)
    if not observed.any():
        raise DataError(
            "no participant had an event", where="events", accepted="at least one event"
        )
    return observed, known
