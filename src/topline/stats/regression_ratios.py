"""Odds and rate ratios from a fitted regression: Wald limits and tests, and profile likelihood limits."""

import math
from typing import Literal, TypeAlias

import numpy as np

from topline.stats.checking import confidence_level, known
from topline.stats.distribution import normal_multiplier
from topline.stats.effect import Effect
from topline.stats.estimate import Estimate, Floats
from topline.stats.generalized_linear import RegressionFit, climb
from topline.stats.interpolated_profile import interpolated_limits
from topline.stats.log_coefficients import ratio_estimates, wald_tests

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
        The confidence level, a fraction.
    limits
        ``"wald"``: ``exp(β ± z se)``. ``"profile"``: where twice the log likelihood, maximised over all other
        coefficients, is z² below its largest. Those are the better ones with few events, and a coefficient that
        is not finite still has one of them. ``"profile_interpolated"``: the same with the interpolation of R's
        confint, in four or five digits; to compare with printed results.
    dispersion
        See :data:`Dispersion`; for Wald limits and tests.

    Returns
    -------
    tuple of Effect
        In the order of the fit's names; the first is usually the odds or rate where all variables are 0.

    Raises
    ------
    UsageError
        If a word is not known.

    Notes
    -----
    In R: ``exp(cbind(coef(fit), confint(fit)))``; up to version 4.3 confint belongs to the package MASS. In SAS: PROC LOGISTIC with CLODDS=WALD or PL.

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
        covariance = covariance * (fit.pearson_dispersion or math.nan)
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
        Effect(name=name, estimate=estimate, test=test)
        for name, estimate, test in zip(fit.names, estimates, tests, strict=True)
    )


def _profiled(
    fit: RegressionFit, place: int, level: float, ratio: str, *, interpolated: bool
) -> Estimate:
    finite = bool(fit.finite[place])
    if interpolated and finite:
        profile = _Profile(fit, place)
        lower, upper = interpolated_limits(
            lambda coefficient: profile(coefficient)[0],
            float(fit.coefficients[place]),
            math.sqrt(float(fit.covariance[place, place])),
            level,
        )
    else:
        lower, upper = (profile_limit(fit, place, level, side) for side in (-1, 1))
    upward = fit.coefficients[place] > 0
    notes = []
    if not finite:
        towards = "infinity" if upward else "0"
        notes.append(
            f"value: not finite: the likelihood keeps rising as the ratio goes to {towards}"
        )
        notes.append("standard_error: undefined: the coefficient is not finite")
    for part, found in (("lower", lower), ("upper", upper)):
        if found is None:
            notes.append(f"{part}: not reached: the likelihood levels off before")
    error = math.sqrt(float(fit.covariance[place, place]))
    value = math.exp(float(fit.coefficients[place])) if finite else None
    return Estimate(
        value=value,
        lower=None if lower is None else math.exp(lower),
        upper=None if upper is None else math.exp(upper),
        level=level,
        standard_error=None if value is None else value * error,
        method=f"{ratio}, {fit.distribution.name}, "
        + _PROFILES["profile_interpolated" if interpolated else "profile"],
        notes=tuple(notes),
    )


def profile_limit(fit: RegressionFit, place: int, level: float, side: int) -> float | None:
    """Give the lower (side -1) or upper (1) profile likelihood limit of a coefficient; ``None`` if not reached.

    The root of the likelihood ratio, signed, is nearly straight in the coefficient, so that Newton's method settles
    in a few steps; its slope is the score of the constrained fit over the root.

    Parameters
    ----------
    fit
        Of a logistic or Poisson regression.
    place
        Of the coefficient.
    level
        The confidence level, a fraction.
    side
        -1 or 1.
    """
    if not fit.finite[place] and side * fit.coefficients[place] > 0:
        return None
    profile = _Profile(fit, place)
    z = normal_multiplier(level)
    inner = float(fit.coefficients[place])
    error = math.sqrt(float(fit.covariance[place, place]))
    if fit.finite[place]:
        step = z * error
    else:
        step = 1 / max(float(np.abs(fit.columns[:, place]).max()), 1e-300)
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
        if abs(following - here) <= 1e-11 * max(abs(here), error if fit.finite[place] else 1.0):
            return following
        here = _kept_inside(following, inner, outer, side, 2 * step * 2.0**count)
    return here


def _kept_inside(
    place: float, inner: float, outer: float | None, side: int, longest: float
) -> float:
    """Keep a Newton step between the ends of the bracket, or within a longest step where it is open."""
    if outer is None:
        reach = min(side * (place - inner), longest)
        return inner + side * (reach if reach > 0 else longest)
    low, high = min(inner, outer), max(inner, outer)
    return place if low < place < high else (low + high) / 2


class _Profile:
    """The signed root of the likelihood ratio of one coefficient, and its slope away from the estimate."""

    def __init__(self, fit: RegressionFit, place: int) -> None:
        self._fit = fit
        self._place = place
        self._others = np.delete(fit.columns, place, axis=1)
        self._start: Floats = np.delete(fit.coefficients, place)

    def __call__(self, coefficient: float) -> tuple[float, float]:
        fit = self._fit
        column = fit.columns[:, self._place]
        offset = fit.offset + column * coefficient
        start = self._start
        if self._others.shape[1]:
            found = climb(self._others, fit.outcome, offset, fit.distribution, start)
            start, likelihood = found.coefficients, found.log_likelihood
        else:
            likelihood = float(fit.distribution.log_likelihood(fit.outcome, offset).sum())
        if not math.isfinite(likelihood):
            return math.inf, 0.0
        self._start = start
        mean = fit.distribution.mean(self._others @ start + offset)
        score = float(column @ (fit.outcome - mean))
        root = math.sqrt(max(0.0, 2 * (fit.log_likelihood - likelihood)))
        return root, abs(score) / root if root > 0 else 0.0
