"""The maximum of a likelihood that is a sum over studies, some of whose parameters belong to one study each.

Marginal likelihoods of mixed models have no simple derivatives. They are smooth and cheap, so that central
differences of fourth order give derivatives to nine or ten digits, and Newton's method the maximum to about as many.
Parameters of one study only are maximised study by study, all at once; the curvature of the profile that is left is
exactly the inverse of the shared parameters' block of the covariance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from topline.stats.estimate import Floats

Contributions: TypeAlias = Callable[[Floats, Floats], Floats]
"""From the shared parameters and each study's own parameter to each study's log likelihood."""

STEP = 4e-3
"""Of differences: the parameters are on the scale of log odds, where curvature changes over about 1."""

MOST_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """Where a likelihood is highest.

    Attributes
    ----------
    shared, own
        The parameters.
    value
        The log likelihood.
    covariance
        Of the shared parameters that were free, from the observed information.
    settled
        Whether the last step was negligible.
    """

    shared: Floats
    own: Floats
    value: float
    covariance: Floats
    settled: bool


def maximise(
    contributions: Contributions,
    shared: Floats,
    own: Floats | None = None,
    *,
    free: tuple[int, ...] | None = None,
) -> Maximum:
    """Maximise a sum of studies' log likelihoods by Newton's method with halved steps.

    Parameters
    ----------
    contributions
        See :data:`Contributions`.
    shared
        First guess of the parameters that all studies share.
    own
        First guess of each study's own parameter; ``None`` where studies have none.
    free
        Positions of the shared parameters that vary; the others stay. All where ``None``.

    Examples
    --------
    >>> found = maximise(lambda shared, _: -((shared[0] - np.array([1.0, 3.0])) ** 2), np.array([0.0]))
    >>> found.shared.round(6), found.covariance.round(6)
    (array([2.]), array([[0.25]]))
    """
    profile = _Profile(contributions, own)
    place = shared.astype(np.float64).copy()
    varying = list(range(place.size)) if free is None else list(free)
    value = profile(place)
    settled = not varying
    covariance: Floats = np.zeros((0, 0))
    length = np.inf
    for _ in range(MOST_STEPS if varying else 0):
        gradient, hessian = _derivatives(profile, place, varying)
        step = _uphill(gradient, hessian)
        there, reached = _walk(profile, place, varying, step, value)
        shorter = float(np.max(np.abs(there - place)))
        # Newton's steps shrink quadratically until rounding stops them: then the maximum is as near as it can be.
        stopped = length < 1e-4 and shorter > 0.2 * length
        place, value, length = there, reached, shorter
        if stopped or length < 1e-8:
            settled = True
            break
    if varying:
        _, hessian = _derivatives(profile, place, varying)
        covariance = np.asarray(np.linalg.pinv(-hessian), dtype=np.float64)
    return Maximum(
        shared=place,
        own=profile.own,
        value=profile(place),
        covariance=covariance,
        settled=settled,
    )


def own_derivatives(
    contributions: Contributions, shared: Floats, own: Floats
) -> tuple[Floats, Floats]:
    """Give each study's first and second derivative by its own parameter.

    Examples
    --------
    >>> first, second = own_derivatives(lambda _, own: -(own**2), np.zeros(1), np.array([1.0, 2.0]))
    >>> first.round(6), second.round(6)
    (array([-2., -4.]), array([-2., -2.]))
    """
    middle = contributions(shared, own)
    near = [contributions(shared, own + STEP), contributions(shared, own - STEP)]
    far = [contributions(shared, own + 2 * STEP), contributions(shared, own - 2 * STEP)]
    first = (8 * (near[0] - near[1]) - (far[0] - far[1])) / (12 * STEP)
    second = (16 * (near[0] + near[1]) - (far[0] + far[1]) - 30 * middle) / (12 * STEP**2)
    return first, second


class _Profile:
    """The likelihood as a function of the shared parameters alone."""

    def __init__(self, contributions: Contributions, own: Floats | None) -> None:
        self._contributions = contributions
        self._has_own = own is not None
        self.own: Floats = np.zeros(0) if own is None else own.astype(np.float64).copy()

    def __call__(self, shared: Floats) -> float:
        if self._has_own:
            self._climb(shared)
        return float(np.sum(self._contributions(shared, self.own)))

    def _climb(self, shared: Floats) -> None:
        """Maximise each study's likelihood over its own parameter, from where it was last."""
        for _ in range(MOST_STEPS):
            first, second = own_derivatives(self._contributions, shared, self.own)
            step = np.clip(first / np.maximum(-second, 1e-12), -1.0, 1.0)
            self.own = self.own + step
            # The profile is flat here: an error of 1e-7 changes it by 1e-14 of the curvature.
            if float(np.max(np.abs(step))) < 1e-7:
                return


def _walk(
    profile: _Profile, place: Floats, varying: list[int], step: Floats, value: float
) -> tuple[Floats, float]:
    """Take a step, halved until it does not lead down."""
    size = 1.0
    while True:
        there = place.copy()
        there[varying] += size * step
        reached = profile(there)
        # Near the maximum rounding decides which of two values is higher.
        if reached >= value - 1e-10 * (1 + abs(value)) or size < 1e-6:
            return there, reached
        size /= 2


def _derivatives(profile: _Profile, place: Floats, varying: list[int]) -> tuple[Floats, Floats]:
    """Give gradient and Hessian by central differences of fourth order."""
    size = len(varying)
    axes = np.zeros((size, place.size))
    axes[np.arange(size), varying] = STEP
    middle = profile(place)

    def along(direction: Floats) -> tuple[float, float]:
        near = profile(place + direction), profile(place - direction)
        far = profile(place + 2 * direction), profile(place - 2 * direction)
        return (
            (8 * (near[0] - near[1]) - (far[0] - far[1])) / 12,
            (16 * (near[0] + near[1]) - (far[0] + far[1]) - 30 * middle) / 12,
        )

    gradient, hessian = np.zeros(size), np.zeros((size, size))
    for one in range(size):
        gradient[one], hessian[one, one] = along(axes[one])
    for one in range(size):
        for other in range(one):
            # The second derivative along a diagonal holds the mixed one.
            _, both = along(axes[one] + axes[other])
            mixed = (both - hessian[one, one] - hessian[other, other]) / 2
            hessian[one, other] = hessian[other, one] = mixed
    return gradient / STEP, hessian / STEP**2


def _uphill(gradient: Floats, hessian: Floats) -> Floats:
    """Give Newton's step where the surface is dome-shaped, and else one up the slope; at most 1 long."""
    values, vectors = np.linalg.eigh(-hessian)
    # Directions in which the surface curves up are walked by their slope, as if they curved down.
    floor = 1e-8 * max(1.0, float(np.max(np.abs(values))))
    curvature = np.maximum(np.abs(values), floor)
    step = vectors @ ((vectors.T @ gradient) / curvature)
    longest = float(np.max(np.abs(step)))
    return np.asarray(step / max(1.0, longest))
