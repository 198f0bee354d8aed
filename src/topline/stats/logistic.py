"""Logistic regression: odds ratios of a binary outcome, with Wald and profile limits.

``log(p / (1 - p)) = Xβ``. D. R. Cox, "The regression analysis of binary sequences", Journal of the Royal Statistical
Society B 20 (1958) 215–242; D. W. Hosmer and S. Lemeshow, Applied Logistic Regression.

Not suitable with few events for each coefficient: the estimates are then too far from 0.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError
from topline.stats.checking import finite, same_length, zero_or_one
from topline.stats.estimate import Floats
from topline.stats.generalized_linear import Distribution, RegressionFit, fit
from topline.stats.model_matrix import ModelMatrix


def _log_likelihood(outcome: Floats, predictor: Floats) -> Floats:
    against = np.where(outcome > 0, -predictor, predictor)
    return -np.maximum(against, 0.0) - np.log1p(np.exp(-np.abs(against)))


BINARY = Distribution(
    name="logistic regression",
    mean=lambda predictor: np.asarray(special.expit(predictor)),
    link=lambda mean: math.log(mean / (1 - mean)),
    variance=lambda predictor: np.asarray(special.expit(predictor) * special.expit(-predictor)),
    log_likelihood=_log_likelihood,
    saturated=np.zeros_like,
    start=lambda outcome: np.where(outcome > 0, 1.0, -1.0),
)


def fit_logistic(
    outcome: ArrayLike, matrix: ModelMatrix, *, offset: ArrayLike | None = None
) -> RegressionFit:
    """Fit a logistic regression by maximum likelihood.

    Parameters
    ----------
    outcome
        1 or 0 for each participant [1].
    matrix
        The columns of the model, from :func:`topline.stats.model_matrix.model_matrix`.
    offset
        A known part of each participant's log odds [1]; 0 where ``None``.

    Returns
    -------
    RegressionFit
        Ratios, limits and tests come from it by :func:`topline.stats.regression_ratios.coefficient_ratios`. A
        coefficient whose covariate separates those with and without the outcome is infinite or undetermined; the
        fit says which, and the others are estimated all the same (see :mod:`topline.stats.separation`).

    Raises
    ------
    DataError
        If an outcome is neither 0 nor 1, all are the same, lengths differ, or a column follows from others.

    Notes
    -----
    log(p/(1 − p)) = Xβ + offset, β by maximum likelihood. Cox, Journal of the Royal Statistical Society B 20 (1958)
    215–242. Separation: Albert and Anderson, Biometrika 71 (1984) 1–10, doi:10.1093/biomet/71.1.1.

    Not for few events for each coefficient, fewer than about ten: the estimates are then too far from 0. Not for odds
    ratios of common outcomes that will be read as risk ratios.

    In R: ``glm(outcome ~ x, family = binomial)``; in SAS: PROC LOGISTIC, EVENT='1'. Where a covariate separates the
    outcomes, R warns of "fitted probabilities numerically 0 or 1" and prints where its steps ended: a coefficient
    around 20 with a standard error in the thousands, which mean nothing. SAS notes quasi-complete separation and does
    the same.

    Examples
    --------
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AAAABBBB")}), [("arm",)])
    >>> fit_logistic([1, 0, 0, 0, 1, 1, 1, 0], made).coefficients.round(6)
    array([-1.098612,  2.197225])
    """
    happened = zero_or_one("outcome", outcome).astype(np.float64)
    known = np.zeros(happened.size) if offset is None else finite("offset", offset)
    same_length(outcome=happened, matrix=matrix.columns, offset=known)
    if happened.min() == happened.max():
        raise DataError(
            f"every outcome is {happened[0]:g}",
            where="outcome",
            accepted="participants with and participants without the outcome",
        )
    return fit(happened, matrix.columns, matrix.names, BINARY, known)
