"""Studies' effects with their variances, as the quantities that every estimator of their heterogeneity is made of.

With weights w, design X and P = W − WX(X'WX)⁻¹X'W (Viechtbauer 2005, J Educ Behav Stat 30:261–293), all
estimators of the variance between studies need only y'Py, y'PPy, y'PPPy and a few traces. Two forms give
them: :class:`CommonMean`, for many sets of studies of one size at once, and :class:`Moderated`, for one
set with moderators. Both return arrays with one element for each set.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import finite, positive, same_length
from topline.stats.estimate import Floats, Integers

LARGEST = 1e50
"""Effects, variances and the reciprocals of variances up to here keep all moments within floating point."""


def check_studies(
    effects: ArrayLike, variances: ArrayLike, *, least: int = 1
) -> tuple[Floats, Floats]:
    """Take one effect and one variance for each study.

    Parameters
    ----------
    effects
        Finite numbers.
    variances
        Finite numbers above 0.
    least
        How many studies there must be.

    Raises
    ------
    DataError
        If a number does not fit, is beyond :data:`LARGEST` (or a variance below its reciprocal), or lengths differ.
    UsageError
        If there are fewer studies than ``least``.

    Examples
    --------
    >>> check_studies([0.1, 0.2], [0.01, 0])
    Traceback (most recent call last):
        ...
    topline.errors.DataError: variances[1] is 0
      where: variances[1]
      accepted: a number above 0
    """
    y, v = finite("effects", effects), positive("variances", variances)
    same_length(effects=y, variances=v)
    for name, values, wrong in (
        ("effects", y, np.abs(y) > LARGEST),
        ("variances", v, (v > LARGEST) | (v < 1 / LARGEST)),
    ):
        if wrong.any():
            place = int(np.argmax(wrong))
            raise DataError(
                f"{name}[{place}] is {values[place]:g}",
                where=f"{name}[{place}]",
                accepted=f"a number between {1 / LARGEST:g} and {LARGEST:g} in size",
                advice="change the unit of the effects",
            )
    if y.size < least:
        raise UsageError(
            f"{y.size} stud{'y' if y.size == 1 else 'ies'}", accepted=f"at least {least} studies"
        )
    return y, v


class Moments(NamedTuple):
    """What a set of weights makes of the effects; one element for each set.

    Attributes
    ----------
    residual
        y'Py, the weighted sum of squared residuals.
    residual_squared, residual_cubed
        y'PPy and y'PPPy.
    trace, trace_squared
        The traces of P and of PP.
    weight, weight_squared
        The sums of the weights and of their squares.
    """

    residual: Floats
    residual_squared: Floats
    residual_cubed: Floats
    trace: Floats
    trace_squared: Floats
    weight: Floats
    weight_squared: Floats


class Sums(NamedTuple):
    """The moments that need no second pass over the residuals; one element for each set.

    Attributes
    ----------
    residual, trace, weight
        As in :class:`Moments`.
    """

    residual: Floats
    trace: Floats
    weight: Floats


class StudyModel(Protocol):
    """One or many sets of studies with one design."""

    @property
    def studies(self) -> int:
        """How many studies each set has."""

    @property
    def coefficients(self) -> int:
        """How many coefficients the design has."""

    @property
    def variances(self) -> Floats:
        """The sampling variances; the first axis runs over studies."""

    def choose(self, sets: Integers) -> "StudyModel":
        """Give the model of some of the sets."""

    def plain_residual(self) -> Floats:
        """Give the sum of squared residuals without weights."""

    def plain_variance(self) -> Floats:
        """Give the mean squared deviation of the effects from their plain mean, moderators apart."""

    def within(self) -> Sums:
        """Give the sums under weights 1/v, computed once."""

    def slope(self, weights: Floats, *, restricted: bool) -> Floats:
        """Give twice the derivative of the (restricted) log likelihood by τ²: y'PPy − tr(P), or − Σw."""

    def moments(self, weights: Floats) -> Moments:
        """Give the moments under weights, shaped as the variances."""

    def form_spread(self, weights: Floats, total: Floats) -> Floats:
        """Give the standard deviation of y'Py where the effects have variances ``total``."""

    def form_mean(self, weights: Floats, total: Floats) -> Floats:
        """Give the mean of y'Py where the effects have variances ``total``."""

    def log_likelihoods(self, between: Floats) -> tuple[Floats, Floats]:
        """Give the logarithms of likelihood and restricted likelihood at a variance between studies."""


class CommonMean:
    """Many sets of studies of one size, each with one mean.

    Parameters
    ----------
    effects, variances
        Studies in rows, sets in columns.
    """

    coefficients = 1

    def __init__(self, effects: Floats, variances: Floats) -> None:
        self.studies = effects.shape[0]
        self.variances = variances
        # Residuals of effects far from zero lose digits unless the distance is taken off first. The first
        # study's own effect makes the residuals of equal effects exactly zero.
        self.origin = effects[0]
        self.effects = effects - self.origin
        self._within: Sums | None = None

    def choose(self, sets: Integers) -> "CommonMean":
        """Give the model of some of the sets."""
        if sets.size == self.effects.shape[1]:
            return self
        chosen = CommonMean.__new__(CommonMean)
        chosen.studies = self.studies
        chosen.variances = self.variances[:, sets]
        chosen.origin = self.origin[sets]
        chosen.effects = self.effects[:, sets]
        chosen._within = None
        return chosen

    def means(self, weights: Floats) -> Floats:
        """Give the weighted mean of each set."""
        total = np.sum(weights, axis=0)
        return np.asarray(self.origin + np.sum(weights * self.effects, axis=0) / total)

    def _residuals(self, weights: Floats, sums: Floats) -> Floats:
        return np.asarray(self.effects - np.sum(weights * self.effects, axis=0) / sums)

    def plain_residual(self) -> Floats:
        """Give the sum of squared deviations from the plain mean."""
        return np.asarray(np.sum((self.effects - self.effects.mean(axis=0)) ** 2, axis=0))

    def plain_variance(self) -> Floats:
        """Give the mean squared deviation of the effects from their plain mean."""
        return np.asarray(self.plain_residual() / self.studies)

    def within(self) -> Sums:
        """Give the sums under weights 1/v, computed once."""
        if self._within is None:
            weights = 1 / self.variances
            total = np.sum(weights, axis=0)
            self._within = Sums(
                residual=self.residual(weights),
                trace=_trace(weights, total, np.sum(weights * weights, axis=0)),
                weight=total,
            )
        return self._within

    def slope(self, weights: Floats, *, restricted: bool) -> Floats:
        """Give twice the derivative of the (restricted) log likelihood by τ²."""
        total = np.sum(weights, axis=0)
        pulled = weights * self._residuals(weights, total)
        squares = np.sum(pulled * pulled, axis=0)
        if not restricted:
            return np.asarray(squares - total)
        return np.asarray(squares - _trace(weights, total, np.sum(weights * weights, axis=0)))

    def residual(self, weights: Floats) -> Floats:
        """Give y'Py alone."""
        deviations = self._residuals(weights, np.sum(weights, axis=0))
        return np.asarray(np.sum(weights * deviations * deviations, axis=0))

    def moments(self, weights: Floats) -> Moments:
        """Give the moments under weights."""
        total = np.sum(weights, axis=0)
        residuals = self._residuals(weights, total)
        pulled = weights * residuals  # Py
        squares = weights * weights
        twice = weights * pulled
        total_squares = np.sum(squares, axis=0)
        total_cubes = np.sum(squares * weights, axis=0)
        return Moments(
            residual=np.sum(pulled * residuals, axis=0),
            residual_squared=np.sum(pulled * pulled, axis=0),
            residual_cubed=np.sum(twice * pulled, axis=0) - np.sum(twice, axis=0) ** 2 / total,
            trace=_trace(weights, total, total_squares),
            trace_squared=total_squares - 2 * total_cubes / total + (total_squares / total) ** 2,
            weight=total,
            weight_squared=total_squares,
        )

    def form_spread(self, weights: Floats, total: Floats) -> Floats:
        """Give the standard deviation of y'Py: √(2 tr(PΣPΣ)) for normal effects."""
        share, sums = weights * total, np.sum(weights, axis=0)
        traced = (
            np.sum(share * share, axis=0)
            - 2 * np.sum(share * share * weights, axis=0) / sums
            + (np.sum(share * weights, axis=0) / sums) ** 2
        )
        return np.asarray(np.sqrt(2 * np.maximum(traced, 0)))

    def form_mean(self, weights: Floats, total: Floats) -> Floats:
        """Give the mean of y'Py: tr(PΣ)."""
        share = weights * total
        return np.asarray(
            np.sum(share, axis=0) - np.sum(share * weights, axis=0) / np.sum(weights, axis=0)
        )

    def log_likelihoods(self, between: Floats) -> tuple[Floats, Floats]:
        """Give the logarithms of likelihood and restricted likelihood."""
        weights = 1 / (self.variances + between)
        total = np.sum(weights, axis=0)
        inner = np.sum(np.log(weights), axis=0) - self.residual(weights)
        full = 0.5 * (inner - self.studies * np.log(2 * np.pi))
        restricted = 0.5 * (
            inner - np.log(total) + np.log(self.studies) - (self.studies - 1) * np.log(2 * np.pi)
        )
        return np.asarray(full), np.asarray(restricted)


def _trace(weights: Floats, total: Floats, squares: Floats) -> Floats:
    """Give tr(P) = Σw − Σw²/Σw, without losing it where one study has nearly all the weight."""
    trace = total - squares / total
    lost = np.flatnonzero(trace < 1e-4 * total)
    if lost.size:
        few = np.sort(weights[:, lost], axis=0)
        rest, largest = np.sum(few[:-1], axis=0), few[-1]
        # The sum of all products of two different weights, over the sum of weights.
        pairs = np.sum(few[:-1] * (rest - few[:-1]), axis=0) + 2 * largest * rest
        trace[lost] = pairs / total[lost]
    return np.asarray(trace)


class Moderated:
    """One set of studies whose effects depend on moderators.

    Parameters
    ----------
    effects, variances
        One element for each study.
    design
        Studies in rows, coefficients in columns; of full column rank.

    Raises
    ------
    DataError
        If the columns depend on each other.
    """

    def __init__(self, effects: Floats, variances: Floats, design: Floats) -> None:
        self.studies, self.coefficients = design.shape
        # An orthogonal basis: the columns of a design may differ by a factor of a thousand (years beside indicators).
        basis, self.triangle = np.linalg.qr(design)
        self.basis: Floats = np.asarray(basis)
        diagonal = np.abs(np.diag(self.triangle))
        lengths = np.linalg.norm(design, axis=0)
        if np.any(diagonal <= 1e-12 * np.maximum(lengths, np.finfo(np.float64).tiny)):
            raise DataError(
                "a moderator is a combination of the others",
                where="moderators",
                accepted="columns of which none follows from the others and the intercept",
            )
        self.effects = effects
        self.variances = variances[:, np.newaxis]

    def choose(self, sets: Integers) -> "Moderated":
        """Give the model itself: it has one set."""
        return self

    def solve(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Give the coefficients, their covariance (X'WX)⁻¹ and the residuals under weights.

        The weights have one element for each study.
        """
        inverse = self._inverse(weights)
        coefficients = inverse @ (self.basis.T @ (weights * self.effects))
        residuals = self.effects - self.basis @ coefficients
        back = np.linalg.inv(self.triangle)
        return back @ coefficients, back @ inverse @ back.T, residuals

    def hat(self, weights: Floats) -> Floats:
        """Give the diagonal of X(X'WX)⁻¹X'W."""
        return np.asarray(
            np.sum((self.basis @ self._inverse(weights)) * self.basis, axis=1) * weights
        )

    def _inverse(self, weights: Floats) -> Floats:
        try:
            return np.asarray(np.linalg.inv(self._cross(weights)))
        except np.linalg.LinAlgError:
            raise DataError(
                "the variances differ by so much that the precise studies alone decide",
                where="variances",
                accepted="more studies of the highest precision than coefficients",
            ) from None

    def _cross(self, weights: Floats) -> Floats:
        return np.asarray(self.basis.T @ (weights[:, np.newaxis] * self.basis))

    def plain_residual(self) -> Floats:
        """Give the sum of squared residuals of the plain regression."""
        fitted = self.basis @ (self.basis.T @ self.effects)
        return np.array([np.sum((self.effects - fitted) ** 2)])

    def plain_variance(self) -> Floats:
        """Give the mean squared deviation of the effects from their plain mean, moderators apart."""
        return np.array([np.var(self.effects)])

    def within(self) -> Sums:
        """Give the sums under weights 1/v."""
        found = self.moments(1 / self.variances)
        return Sums(residual=found.residual, trace=found.trace, weight=found.weight)

    def slope(self, weights: Floats, *, restricted: bool) -> Floats:
        """Give twice the derivative of the (restricted) log likelihood by τ²."""
        found = self.moments(weights)
        return found.residual_squared - (found.trace if restricted else found.weight)

    def moments(self, weights: Floats) -> Moments:
        """Give the moments under weights, each an array of one."""
        w = weights[:, 0]
        inverse = self._inverse(w)
        coefficients = inverse @ (self.basis.T @ (w * self.effects))
        residuals = self.effects - self.basis @ coefficients
        pulled = w * residuals
        first = inverse @ self._cross(w**2)
        lost = self.basis.T @ (w * pulled)
        return Moments(
            residual=np.array([np.sum(pulled * residuals)]),
            residual_squared=np.array([np.sum(pulled**2)]),
            residual_cubed=np.array([np.sum(w * pulled**2) - lost @ inverse @ lost]),
            trace=np.array([np.sum(w) - np.trace(first)]),
            trace_squared=np.array(
                [np.sum(w**2) - 2 * np.trace(inverse @ self._cross(w**3)) + np.trace(first @ first)]
            ),
            weight=np.array([np.sum(w)]),
            weight_squared=np.array([np.sum(w**2)]),
        )

    def form_spread(self, weights: Floats, total: Floats) -> Floats:
        """Give the standard deviation of y'Py: √(2 tr(PΣPΣ)) for normal effects."""
        w, share = weights[:, 0], (weights * total)[:, 0]
        inverse = self._inverse(w)
        inner = inverse @ self._cross(share * w)
        traced = (
            np.sum(share**2)
            - 2 * np.trace(inverse @ self._cross(share**2 * w))
            + np.trace(inner @ inner)
        )
        return np.array([np.sqrt(2 * max(float(traced), 0.0))])

    def form_mean(self, weights: Floats, total: Floats) -> Floats:
        """Give the mean of y'Py: tr(PΣ)."""
        w, share = weights[:, 0], (weights * total)[:, 0]
        return np.array([np.sum(share) - np.trace(self._inverse(w) @ self._cross(share * w))])

    def log_likelihoods(self, between: Floats) -> tuple[Floats, Floats]:
        """Give the logarithms of likelihood and restricted likelihood."""
        weights = 1 / (self.variances + between)
        inner = float(np.sum(np.log(weights))) - float(self.moments(weights).residual[0])
        full = 0.5 * (inner - self.studies * np.log(2 * np.pi))
        # In the orthogonal basis X'X is the identity, so that its determinant falls out.
        _, determinant = np.linalg.slogdet(self._cross(weights[:, 0]))
        free = self.studies - self.coefficients
        restricted = 0.5 * (inner - determinant - free * np.log(2 * np.pi))
        return np.array([full]), np.array([restricted])
