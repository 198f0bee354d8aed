"""Negative binomial regression: rate ratios of counts that vary more than Poisson counts.

``log μ = Xβ + log(person-time)``, variance ``μ + k μ²`` (NB2); the dispersion k is 0 for Poisson counts, and
θ = 1/k. J. F. Lawless, "Negative binomial and mixed Poisson regression", Canadian Journal of Statistics 15 (1987)
209–225, doi:10.2307/3314912.

Two kinds of standard errors are in use, up to some percent apart, and both are here under their names:
``"observed"`` inverts the second derivatives of the log likelihood in coefficients and dispersion together (SAS PROC
GENMOD; Stata), ``"expected"`` the expected information of the coefficients at the estimated dispersion (R's
MASS::glm.nb). The observed information is the default.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.checking import confidence_level, known
from topline.stats.distribution import normal_multiplier
from topline.stats.effect import Effect
from topline.stats.estimate import Estimate, Floats, undefined_estimate
from topline.stats.generalized_linear import at_top, invert, no_top, solve
from topline.stats.generalized_linear import fit as fit_regression
from topline.stats.log_coefficients import intercept_worded, ratio_estimates, wald_tests
from topline.stats.model_matrix import ModelMatrix
from topline.stats.poisson_regression import COUNTS, checked_counts

Information: TypeAlias = Literal["observed", "expected"]
"""Where standard errors come from; see the module."""

_MOST_STEPS = 200
_TOO_FAR = 1e100
"""Counts are never so many times their mean that MASS's first guess could come to anything."""

_NEAR = 1e-9
"""A step that promises a smaller share of the log likelihood is taken as it is."""

_LONGEST_STEP = 20.0
"""A step moves no linear predictor farther,"""

_LONGEST_STEP_OF_THETA = 2.0
"""nor the logarithm of θ."""

_NO_DISPERSION = 1e10
"""A θ beyond it is a Poisson distribution as far as numbers can tell."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NegativeBinomialFit:
    """A fitted negative binomial regression.

    Attributes
    ----------
    names
        Of the coefficients.
    coefficients
        Logarithms of the rate where all variables are 0, and of rate ratios. ± infinity, or 0 with an infinite
        variance where any coefficient serves equally well, as in
        :class:`topline.stats.generalized_linear.RegressionFit`.
    covariance
        Of the coefficients, from ``information``.
    finite
        Which coefficients are finite.
    information
        See :data:`Information`.
    theta
        1 / dispersion; ``None`` where the counts vary no more than Poisson counts, and the dispersion is 0.
    theta_error
        Its standard error: with expected information at given coefficients, otherwise jointly with them.
    log_likelihood
        At the estimates, with all constants.
    events, mean
        Observed and fitted, for each participant.
    steps, settled
        Newton steps taken, and whether the search ended at the largest likelihood.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    finite: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    information: Information
    theta: float | None
    theta_error: float | None
    log_likelihood: float
    events: Floats
    mean: Floats
    steps: int
    settled: bool

    @property
    def dispersion(self) -> float:
        """The k in the variance ``μ + k μ²``."""
        return 0.0 if self.theta is None else 1 / self.theta

    @property
    def method(self) -> str:
        """The model in words."""
        return (
            f"negative binomial regression, standard errors from the {self.information} information"
        )


def fit_negative_binomial(
    events: ArrayLike,
    matrix: ModelMatrix,
    *,
    offset: ArrayLike | None = None,
    information: Information = "observed",
) -> NegativeBinomialFit:
    """Fit a negative binomial regression by maximum likelihood.

    Parameters
    ----------
    events
        How many events each participant had [events]; whole, from 0.
    matrix
        The columns of the model, from :func:`topline.stats.model_matrix.model_matrix`.
    offset
        The logarithm of each participant's time at risk [log of any unit of time]; 0 where ``None``.
    information
        See :data:`Information`.

    Returns
    -------
    NegativeBinomialFit
        Where counts vary no more than Poisson counts, the dispersion is 0 and the fit that of a Poisson regression.
        Groups without events are treated as by :func:`topline.stats.poisson_regression.fit_poisson`.

    Raises
    ------
    DataError
        If an element is not a count, there is no event at all, lengths differ, a column follows from others, or the
        search finds no largest likelihood.

    Notes
    -----
    log μ = Xβ + offset, with variance μ + k μ², k = 1/θ; β and θ by maximum likelihood together. Lawless, Canadian
    Journal of Statistics 15 (1987) 209–225, doi:10.2307/3314912.

    Not for small groups with many zeros, where the dispersion is estimated poorly and Wald limits are too narrow; not
    for counts that vary less than Poisson counts, of which it makes a Poisson regression.

    In R: ``MASS::glm.nb(events ~ x + offset(log(time)))`` (expected information; :func:`theta_error_as_mass` gives
    the standard error of θ that it prints); in SAS: PROC GENMOD, MODEL / DIST=NEGBIN OFFSET= (observed).

    Examples
    --------
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AAAABBBB")}), [("arm",)])
    >>> found = fit_negative_binomial([0, 1, 1, 6, 2, 0, 9, 13], made)
    >>> found.coefficients.round(6), round(found.dispersion, 4)
    (array([0.693147, 1.098612]), 1.1158)
    """
    known("information", information, ("observed", "expected"))
    observed, exposure = checked_counts(events, matrix, offset)
    poisson = fit_regression(observed, matrix.columns, matrix.names, COUNTS, exposure)
    model = poisson.estimable
    kept = model.kept
    mean = np.exp(poisson.predictor)
    # The slope of the likelihood in the dispersion where that is 0.
    excess = float(((observed - mean) ** 2 - observed).sum())
    search = _Search(observed[kept], model.basis, exposure[kept])
    if excess > 0:
        start = float((mean**2).sum()) / excess
        first = model.basis.T @ (poisson.predictor[kept] - exposure[kept])
        search.climb(first, min(max(start, 1e-3), 1e3))
    if excess <= 0 or search.theta > _NO_DISPERSION:
        return NegativeBinomialFit(
            names=matrix.names,
            coefficients=poisson.coefficients,
            covariance=poisson.covariance,
            finite=poisson.finite,
            information=information,
            theta=None,
            theta_error=None,
            log_likelihood=poisson.log_likelihood,
            events=observed,
            mean=mean,
            steps=poisson.steps,
            settled=poisson.settled,
        )
    if not search.settled:
        raise no_top()
    covariance, theta_error = search.errors(information)
    mean = np.zeros(observed.size)
    mean[kept] = np.exp(model.basis @ search.coefficients + exposure[kept])
    return NegativeBinomialFit(
        names=matrix.names,
        coefficients=model.coefficients(search.coefficients),
        covariance=model.covariance(covariance),
        finite=poisson.finite,
        information=information,
        theta=search.theta,
        theta_error=theta_error,
        log_likelihood=search.likelihood(search.coefficients, math.log(search.theta)),
        events=observed,
        mean=mean,
        steps=search.steps,
        settled=search.settled,
    )


def negative_binomial_ratios(
    fit: NegativeBinomialFit, *, level: float = 0.95
) -> tuple[Effect, ...]:
    """Give the exponential of each coefficient with Wald limits, and the Wald test whether it is 1.

    Parameters
    ----------
    fit
        From :func:`fit_negative_binomial`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    tuple of Effect
        In the order of the fit's names; the first is usually the rate where all variables are 0 [events per unit of
        time], the others rate ratios [1]. The ratio of a group without events is infinite or 0: value, limits and
        test are then ``None``, with the reason.

    Raises
    ------
    UsageError
        If the level is not a fraction.

    Notes
    -----
    exp(β̂), limits exp(β̂ ± z SE), test z = β̂/SE. Lawless, Canadian Journal of Statistics 15 (1987) 209–225,
    doi:10.2307/3314912.

    Not for few participants in a group: the Wald limits take no account of how badly the dispersion is known.

    In R: ``exp(cbind(coef(fit), confint.default(fit)))``, ``summary(fit)`` of ``MASS::glm.nb`` (expected
    information); in SAS: PROC GENMOD with ESTIMATE / EXP, or LSMEANS / DIFF EXP CL.

    Examples
    --------
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AAAABBBB")}), [("arm",)])
    >>> found = negative_binomial_ratios(fit_negative_binomial([0, 1, 1, 6, 2, 0, 9, 13], made))[1]
    >>> found.name, round(found.estimate.value, 6), round(found.test.p_value, 4)
    ('armB', 3.0, 0.1968)
    """
    level = confidence_level(level)
    estimates = ratio_estimates(
        fit.coefficients, fit.covariance, fit.finite, level, fit.method, ratio="rate ratio"
    )
    tests = wald_tests(fit.coefficients, fit.covariance, fit.finite, fit.method)
    return tuple(
        Effect(name=name, estimate=intercept_worded(name, estimate), test=test)
        for name, estimate, test in zip(fit.names, estimates, tests, strict=True)
    )


def dispersion_estimate(fit: NegativeBinomialFit, *, level: float = 0.95) -> Estimate:
    """Give the dispersion k with Wald limits of its logarithm.

    Parameters
    ----------
    fit
        From :func:`fit_negative_binomial`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        The dispersion [1]. Where it is 0, at the edge, limits and error are ``None``, with the reason.

    Raises
    ------
    UsageError
        If the level is not a fraction.

    Notes
    -----
    k = 1/θ, limits k exp(± z SE(θ)/θ). Lawless, Canadian Journal of Statistics 15 (1987) 209–225,
    doi:10.2307/3314912.

    Not for a test whether counts are Poisson: 0 is at the edge of what k can be, where these limits do not hold.

    In R: ``1 / MASS::glm.nb(events ~ x)$theta``; in SAS: PROC GENMOD, DIST=NEGBIN, the row Dispersion.

    Examples
    --------
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AAAABBBB")}), [("arm",)])
    >>> found = dispersion_estimate(fit_negative_binomial([0, 1, 1, 6, 2, 0, 9, 13], made))
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (1.1158, 0.281, 4.4307)
    """
    level = confidence_level(level)
    method = f"dispersion, {fit.method}, Wald limits on the log scale"
    if fit.theta is None or fit.theta_error is None:
        reason = "undefined: the dispersion is 0, at the edge of what is possible"
        if fit.theta is not None:
            reason = "undefined: the likelihood is too flat in the dispersion to tell"
        return undefined_estimate(method, reason, level, value=fit.dispersion)
    relative = fit.theta_error / fit.theta
    factor = math.exp(normal_multiplier(level) * relative)
    return Estimate(
        value=fit.dispersion,
        lower=fit.dispersion / factor,
        upper=fit.dispersion * factor,
        level=level,
        standard_error=fit.dispersion * relative,
        method=method,
    )


def theta_error_as_mass(fit: NegativeBinomialFit) -> float | None:
    """Give the standard error of θ that R's MASS prints.

    Part of :func:`fit_negative_binomial`, to compare with what R printed: ``theta.ml`` iterates from the moment
    estimate at the fitted means and takes the information from the step before the last, so that its standard error
    is off by the order of 1e-4. ``None`` where the dispersion is 0, or the iteration finds no information.

    Parameters
    ----------
    fit
        From :func:`fit_negative_binomial`, with expected information.

    Examples
    --------
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AAAABBBB")}), [("arm",)])
    >>> found = fit_negative_binomial([0, 1, 1, 6, 2, 0, 9, 13], made, information="expected")
    >>> round(theta_error_as_mass(found) / found.theta_error - 1, 4)
    -0.0
    """
    if fit.theta is None:
        return None
    y, mean = fit.events, fit.mean
    # Where the fitted mean vanishes, so does the count.
    ratio = np.divide(y, mean, out=np.zeros_like(mean), where=mean > 0)
    spread = float(((ratio - 1) ** 2).sum()) if ratio.max() < _TOO_FAR else 0.0
    if spread == 0:
        return None
    theta = y.size / spread
    information, step = math.nan, 1.0
    for _ in range(499):
        theta = abs(theta)
        slope, information = _theta_derivatives(y, mean, theta)
        if information == 0 or not math.isfinite(slope / information):
            return None
        step = slope / information
        theta += step
        if abs(step) <= float(np.finfo(np.float64).eps) ** 0.25:
            break
    return 1 / math.sqrt(information) if information > 0 else None


def _theta_derivatives(y: Floats, mean: Floats, theta: float) -> tuple[float, float]:
    """Give slope of the log likelihood in θ, and its observed information."""
    whole = theta + mean
    slope = (
        special.digamma(y + theta)
        - special.digamma(theta)
        - np.log1p(mean / theta)
        - (y - mean) / whole
    )
    bend = (
        special.polygamma(1, theta)
        - special.polygamma(1, y + theta)
        - 1 / theta
        + 2 / whole
        - (y + theta) / whole / whole
    )
    return float(slope.sum()), float(bend.sum())


class _Search:
    """Newton's search in the coefficients and the logarithm of θ together."""

    def __init__(self, events: Floats, columns: Floats, offset: Floats) -> None:
        self._events, self._columns, self._offset = events, columns, offset
        self.coefficients: Floats = np.zeros(columns.shape[1])
        self.theta = 1.0
        self._height = -math.inf
        self.steps = 0
        self.settled = False

    def likelihood(self, coefficients: Floats, log_theta: float) -> float:
        """Give the log likelihood with all constants."""
        y, theta = self._events, math.exp(log_theta)
        predictor = self._columns @ coefficients + self._offset
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.exp(predictor)
            # log(θ / (θ + μ)) and log(μ / (θ + μ)), each without cancellation for large θ.
            none, some = -np.log1p(mean / theta), predictor - log_theta - np.log1p(mean / theta)
            ways = special.gammaln(theta + y) - special.gammaln(theta) - special.gammaln(y + 1)
            return float((ways + theta * none + y * some).sum())

    def derivatives(self) -> tuple[Floats, Floats]:
        """Give gradient and observed information in the coefficients and θ."""
        y, theta, columns = self._events, self.theta, self._columns
        mean = np.exp(columns @ self.coefficients + self._offset)
        whole = theta + mean
        residual = (y - mean) / whole
        slope, corner = _theta_derivatives(y, mean, theta)
        gradient = np.append(columns.T @ (residual * theta), slope)
        weight = mean / whole * theta * ((theta + y) / whole)
        cross = -columns.T @ (residual * (mean / whole))
        information = np.empty((gradient.size, gradient.size))
        information[:-1, :-1] = columns.T @ (weight[:, np.newaxis] * columns)
        information[-1, :-1] = information[:-1, -1] = cross
        information[-1, -1] = corner
        return gradient, information

    def climb(self, coefficients: Floats, theta: float) -> None:
        """Search from a first guess."""
        self.coefficients, self.theta = coefficients, theta
        self._height = self.likelihood(coefficients, math.log(theta))
        moved, before = True, math.inf
        while self.steps < _MOST_STEPS and not self.settled and moved:
            gradient, information = self._by_logarithm()
            step = solve(information, gradient) if self._dome(information) else None
            if step is None:
                # Far from the top: coefficients and log θ in turn. At a given θ the likelihood is concave.
                inner = solve(information[:-1, :-1], gradient[:-1])
                moved = inner is not None and self._move(np.append(inner, 0.0), gradient)
                gradient, information = self._by_logarithm()
                along = gradient[-1] / (abs(float(information[-1, -1])) + 1e-8)
                only = np.append(np.zeros(coefficients.size), along)
                moved = self._move(only, gradient) or moved
            else:
                moved = self._move(step, gradient)
                gain = float(gradient @ step)
                self.settled, before = at_top(gain, before, self._height), gain
            self.steps += 1
            if self.theta > _NO_DISPERSION:
                return

    def _move(self, step: Floats, gradient: Floats) -> bool:
        """Go a step uphill, or as much less of it as rises; tell whether it went."""
        gain = float(gradient @ step)
        farthest = float(np.abs(self._columns @ step[:-1]).max())
        step = step / max(
            1.0, farthest / _LONGEST_STEP, abs(float(step[-1])) / _LONGEST_STEP_OF_THETA
        )
        for _ in range(60):
            place = self.coefficients + step[:-1]
            log_theta = math.log(self.theta) + float(step[-1])
            there = self.likelihood(place, log_theta)
            # So near the top, rounding decides which of two likelihoods is the larger.
            if there >= self._height or gain <= _NEAR * (1 + abs(self._height)):
                self.coefficients, self.theta, self._height = place, math.exp(log_theta), there
                return True
            step = step / 2
        return False

    def _by_logarithm(self) -> tuple[Floats, Floats]:
        """Give gradient and observed information in the coefficients and log θ."""
        gradient, information = self.derivatives()
        gradient[-1] *= self.theta
        information[-1] *= self.theta
        information[:, -1] *= self.theta
        information[-1, -1] -= gradient[-1]
        return gradient, information

    @staticmethod
    def _dome(information: Floats) -> bool:
        scale = np.sqrt(np.abs(np.diag(information)))
        if not bool((scale > 0).all()):
            return False
        return bool(np.linalg.eigvalsh(information / scale / scale[:, np.newaxis])[0] > 0)

    def errors(self, information: Information) -> tuple[Floats, float | None]:
        """Give the covariance of the coefficients, and the standard error of θ."""
        _, observed = self.derivatives()
        corner = float(observed[-1, -1])
        whole = invert(observed)
        if information == "observed" and whole is not None:
            return whole[:-1, :-1], math.sqrt(float(whole[-1, -1]))
        # Where θ is so large that its information drowns in rounding, it and the coefficients do not depend on each
        # other.
        mean = np.exp(self._columns @ self.coefficients + self._offset)
        weight = mean / (1 + mean / self.theta)
        expected = invert(self._columns.T @ (weight[:, np.newaxis] * self._columns))
        if expected is None:
            raise no_top()
        theta_error = 1 / math.sqrt(corner) if information == "expected" and corner > 0 else None
        return expected, theta_error
