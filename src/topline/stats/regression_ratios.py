"""Odds and rate ratios from a fitted regression: Wald limits and tests, and profile likelihood limits."""

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from topline.errors import DataError
from topline.stats.checking import confidence_level, known
from topline.stats.crossing import crossing
from topline.stats.distribution import normal_multiplier
from topline.stats.effect import Effect
from topline.stats.estimate import Estimate, Floats
from topline.stats.generalized_linear import RegressionFit, climb, separated, solve
from topline.stats.interpolated_profile import interpolated_limits
from topline.stats.log_coefficients import (
    intercept_worded,
    ratio_estimate,
    ratio_estimates,
    wald_tests,
)
from topline.stats.separation import whole_model

Dispersion: TypeAlias = Literal["one", "pearson"]
"""The factor of the variance: 1, as the model says, or Pearson's dispersion (quasi-likelihood)."""

RatioLimits: TypeAlias = Literal["wald", "profile", "profile_interpolated"]
"""How limits of a ratio are found; see :func:`coefficient_ratios`."""

_PROFILES = {
    "profile": "profile likelihood limits",
    "profile_interpolated": "profile likelihood limits, interpolated as by R's confint",
}
_RATIOS = {"logistic regression": "odds ratio"}
_LONGEST_SEARCH = 100
_FARTHEST = 1e6
"""Units of a variable beyond which a profile counts as level."""

_FIRST_STEP = 30.0
"""No linear predictor moves farther in the first step."""

_FLAT = 60
"""Doublings of a step outwards before a profile counts as level."""


def coefficient_ratios(
    fit: RegressionFit,
    *,
    level: float = 0.95,
    limits: RatioLimits = "wald",
    dispersion: Dispersion = "one",
) -> tuple[Effect, ...]:
    """Give the exponential of each coefficient with its limits, and the Wald test whether it is 1.

    Parameters
    ----------
    fit
        Of a logistic or Poisson regression.
    level
        The confidence level, a fraction [1].
    limits
        ``"wald"``: ``exp(β ± z se)``. ``"profile"``: where twice the log likelihood, maximised over all other
        coefficients, is z² below its largest. Those are the better ones with few events, and an infinite
        coefficient still has one of them. ``"profile_interpolated"``: the same with the interpolation of R's
        confint, in four or five digits; to compare with printed results.
    dispersion
        See :data:`Dispersion`; for Wald limits and tests.

    Returns
    -------
    tuple of Effect
        In the order of the fit's names; the first is usually the odds or rate where all variables are 0. Where a
        covariate separates the outcomes the ratio is infinite or 0: value and Wald limits are ``None``, with the
        reason, and the profile has one limit.

    Raises
    ------
    UsageError
        If a word is not known.
    DataError
        If Pearson's dispersion is asked for, and there are no more observations than coefficients.

    Notes
    -----
    exp(β̂), Wald limits exp(β̂ ± z SE), test z = β̂/SE; profile limits where 2 (ℓ(β̂) − max ℓ given β) = z². Venzon
    and Moolgavkar, Applied Statistics 37 (1988) 87–94, doi:10.2307/2347496 (profile limits). Errors widened by
    Pearson's dispersion: McCullagh and Nelder, Generalized Linear Models, 2nd edition, 1989, section 6.2.

    Not for Wald limits with few events or large coefficients: they are too short on the side away from 1; take
    profile limits.

    In R: ``exp(cbind(coef(fit), confint.default(fit)))`` (Wald), ``exp(confint(fit))`` (profile; up to version 4.3 in
    the package MASS); in SAS: PROC LOGISTIC, CLODDS=WALD or CLODDS=PL; PROC GENMOD, LRCI and SCALE=PEARSON.

    Examples
    --------
    >>> from topline.stats.logistic import fit_logistic
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AAAABBBB")}), [("arm",)])
    >>> found = coefficient_ratios(fit_logistic([1, 0, 0, 0, 1, 1, 1, 0], made), limits="profile")[1]
    >>> round(found.estimate.value, 6), round(found.estimate.lower, 4), round(found.estimate.upper, 3)
    (9.0, 0.4778, 418.98)
    """
    level = confidence_level(level)
    known("limits", limits, ("wald", *_PROFILES))
    known("dispersion", dispersion, ("one", "pearson"))
    name = fit.distribution.name
    ratio = _RATIOS.get(name, "rate ratio")
    covariance = fit.covariance
    if dispersion == "pearson":
        covariance = np.where(np.isfinite(covariance), covariance, 0.0) * _widening(fit)
        covariance[~fit.finite, ~fit.finite] = np.inf
        name += ", errors widened by Pearson's dispersion"
    tests = wald_tests(fit.coefficients, covariance, fit.finite, name)
    if limits == "wald":
        estimates = ratio_estimates(
            fit.coefficients, covariance, fit.finite, level, name, ratio=ratio
        )
    else:
        estimates = tuple(
            _profiled(fit, place, level, ratio, interpolated=limits == "profile_interpolated")
            for place in range(len(fit.names))
        )
    return tuple(
        Effect(name=name, estimate=intercept_worded(name, estimate), test=test)
        for name, estimate, test in zip(fit.names, estimates, tests, strict=True)
    )


def _widening(fit: RegressionFit) -> float:
    if not fit.finite.any():
        return 1.0
    dispersion = fit.pearson_dispersion
    if dispersion is None:
        number, coefficients = fit.estimable.basis.shape
        raise DataError(
            f"{number} observations tell {coefficients} coefficients: no dispersion is left",
            where="observations that are not foretold with certainty",
            accepted="more of them than coefficients",
            advice="take the dispersion as 1",
        )
    return dispersion


def _profiled(
    fit: RegressionFit, place: int, level: float, ratio: str, *, interpolated: bool
) -> Estimate:
    limits = _profile_limits(fit, place, level, interpolated=interpolated)
    error = math.sqrt(float(fit.covariance[place, place]))
    return ratio_estimate(
        float(fit.coefficients[place]),
        error,
        limits,
        is_finite=bool(fit.finite[place]),
        level=level,
        method=f"{ratio}, {fit.distribution.name}, "
        + _PROFILES["profile_interpolated" if interpolated else "profile"],
    )


def _profile_limits(
    fit: RegressionFit, place: int, level: float, *, interpolated: bool
) -> tuple[float | None, float | None]:
    if not interpolated or not fit.finite[place]:
        return profile_limit(fit, place, level, -1), profile_limit(fit, place, level, 1)
    profile = _Profile(fit, place)
    error = math.sqrt(float(fit.covariance[place, place]))
    try:
        return interpolated_limits(
            lambda coefficient: profile(coefficient)[0],
            float(fit.coefficients[place]),
            error,
            level,
        )
    except _LostError:
        return None, None


def profile_limit(fit: RegressionFit, place: int, level: float, side: int) -> float | None:
    """Give the lower (side -1) or upper (1) profile likelihood limit of a coefficient; ``None`` if not reached.

    Part of :func:`coefficient_ratios`. The root of the likelihood ratio, signed, is nearly straight in the
    coefficient, so that Newton's method settles in a few steps; its slope is the score of the constrained fit over
    the root.

    Parameters
    ----------
    fit
        Of a logistic or Poisson regression.
    place
        Of the coefficient, from 0 [1].
    level
        The confidence level, a fraction [1].
    side
        −1 or 1 [1].

    Returns
    -------
    float or None
        On the scale of the coefficient, a logarithm. An infinite coefficient has the limit on its finite side only.

    Examples
    --------
    >>> from topline.stats.logistic import fit_logistic
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> made = model_matrix(variables(factors={"arm": list("AAAABBBB")}), [("arm",)])
    >>> fitted = fit_logistic([1, 0, 0, 0, 1, 1, 1, 0], made)
    >>> round(profile_limit(fitted, 1, 0.95, -1), 4), round(profile_limit(fitted, 1, 0.95, 1), 4)
    (-0.7386, 6.0378)
    """
    towards = int(fit.estimable.direction[place])
    if not fit.finite[place] and towards != -side:
        return None
    profile, z = _Profile(fit, place), normal_multiplier(level)
    try:
        if not fit.finite[place]:
            return _limit_of_infinite(profile, z, towards)
        return _limit_of_finite(profile, z, side)
    except _LostError:
        return None


def _limit_of_finite(profile: "_Profile", z: float, side: int) -> float | None:
    """Find a limit by Newton's method, kept within a bracket."""
    inner = profile.estimate
    # Of a coefficient that is nearly infinite the error tells nothing, and so long a step would leave all numbers.
    error = min(profile.error, _FIRST_STEP * profile.unit)
    step = z * error
    outer: float | None = None
    here = inner + side * step
    for count in range(_LONGEST_SEARCH):
        if not math.isfinite(here) or (outer is None and count > _FLAT):
            return None
        root, slope = profile(here)
        if root >= z:
            outer = here
        else:
            inner = here
        following = here + side * (z - root) / slope if slope > 0 else math.inf
        if abs(following - here) <= 1e-11 * max(abs(here), error):
            return following
        here = _kept_inside(following, inner, outer, side, 2 * step * 2.0**count)
    return here


def _limit_of_infinite(profile: "_Profile", z: float, towards: int) -> float | None:
    """Find the one limit of a coefficient that is not finite, between a likely place and an unlikely one."""
    step, likely, unlikely = profile.unit, 0.0, 0.0
    at_zero_likely = profile(0.0)[0] < z
    while step <= _FARTHEST * profile.unit:
        if at_zero_likely:
            likely, unlikely = unlikely, unlikely - towards * step
            if profile(unlikely)[0] >= z:
                break
        else:
            likely, unlikely = likely + towards * step, likely
            if profile(likely)[0] < z:
                break
        step *= 2
    else:
        return None
    low, high = min(likely, unlikely), max(likely, unlikely)
    sign = 1 if low == unlikely else -1
    found = crossing(
        lambda place: sign * (min(profile(place)[0], 2 * z) - z), low, high, 1e-11 * (high - low)
    )
    return found.place


def _kept_inside(
    place: float, inner: float, outer: float | None, side: int, longest: float
) -> float:
    """Keep a Newton step between the ends of the bracket, or within a longest step where it is open."""
    if outer is None:
        reach = min(side * (place - inner), longest)
        return inner + side * (reach if reach > 0 else longest)
    low, high = min(inner, outer), max(inner, outer)
    return place if low < place < high else (low + high) / 2


class _LostError(ArithmeticError):
    """So far from the estimate, numbers do not tell the others' largest likelihood."""


class _Profile:
    """The root of the likelihood ratio of one coefficient, and its slope away from the estimate.

    At a given coefficient the others may foretell outcomes with certainty (the same ones, whatever the coefficient):
    the likelihood of those is then 1, and the rest has a largest likelihood.
    """

    def __init__(self, fit: RegressionFit, place: int) -> None:
        others = np.delete(fit.columns, place, axis=1)
        names = (*fit.names[:place], *fit.names[place + 1 :])
        model = whole_model(others, names)
        left = fit.columns[:, place] - model.basis @ (model.basis.T @ fit.columns[:, place])
        self.unit = 1 / float(np.abs(left).max())
        if not fit.estimable.kept.all():
            model = separated(model, fit.outcome, fit.distribution)
        self._fit = fit
        self._basis = model.basis
        self._column, self._outcome, self._offset = (
            values[model.kept] for values in (fit.columns[:, place], fit.outcome, fit.offset)
        )
        self.estimate = float(fit.coefficients[place])
        self.error = math.sqrt(float(fit.covariance[place, place]))
        self._start: Callable[[float], Floats] | None = None
        if fit.finite[place]:
            left = fit.predictor[model.kept] - self._offset - self._column * self.estimate
            self._start = self._tangent(self.estimate, model.basis.T @ left)

    def _tangent(self, coefficient: float, others: Floats) -> Callable[[float], Floats]:
        """Give the others as a straight function of the coefficient: a first guess nearby."""
        predictor = self._basis @ others + self._offset + self._column * coefficient
        weight = self._fit.distribution.variance(predictor)[:, np.newaxis]
        slope = solve(
            self._basis.T @ (weight * self._basis), -(weight * self._basis).T @ self._column
        )
        return lambda place: others if slope is None else others + (place - coefficient) * slope

    def __call__(self, coefficient: float) -> tuple[float, float]:
        distribution = self._fit.distribution
        offset = self._offset + self._column * coefficient
        start = None if self._start is None else self._start(coefficient)
        found = climb(self._basis, self._outcome, offset, distribution, start)
        if not found.settled:
            raise _LostError
        self._start = self._tangent(coefficient, found.coefficients)
        mean = distribution.mean(self._basis @ found.coefficients + offset)
        score = float(self._column @ (self._outcome - mean))
        root = math.sqrt(max(0.0, 2 * (self._fit.log_likelihood - found.log_likelihood)))
        return root, abs(score) / root if root > 0 else 0.0
