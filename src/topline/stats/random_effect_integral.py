"""Integrals over a normal random effect of each study, by adaptive Gauss–Hermite quadrature.

Nodes are put around the mode of each study's integrand and spread by its curvature (Pinheiro, Bates 1995, J Comput
Graph Stat 4:12–35). One node is the Laplace approximation.
"""

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import numpy as np
from scipy import special

from topline.stats.estimate import Floats

Kernel: TypeAlias = Callable[[Floats], tuple[Floats, Floats, Floats]]
"""From a random effect of each study to the log likelihood of its data, and the two derivatives."""


@cache
def nodes(points: int) -> tuple[Floats, Floats]:
    """Give Gauss–Hermite nodes, and weights times exp(node²).

    Examples
    --------
    >>> place, weight = nodes(1)
    >>> place, weight.round(6)
    (array([0.]), array([1.772454]))
    """
    place, weight = np.polynomial.hermite.hermgauss(points)
    return place, weight * np.exp(place**2)


def integrate_effect(kernel: Kernel, spread: float, number: int, points: int) -> Floats:
    """Give the logarithm of each study's likelihood with a N(0, spread²) effect integrated out.

    Parameters
    ----------
    kernel
        Concave in the random effect. Takes and gives arrays whose last axis runs over studies.
    spread
        The standard deviation of the effects; its sign does not matter.
    number
        How many studies.
    points
        How many nodes.

    Examples
    --------
    >>> normal = lambda u: (-0.5 * u**2, -u, -np.ones_like(u))
    >>> integrate_effect(normal, 1.0, 1, 5).round(6)
    array([-0.346574])
    """
    mode = np.zeros(number)
    height, first, second = _standardised(kernel, spread, mode)
    for _ in range(200):
        step, size = first / -second, np.ones(number)
        # The integrand is concave, but far from its mode Newton's step overshoots.
        for _ in range(40):
            there = mode + size * step
            reached, first, second = _standardised(kernel, spread, there)
            down = reached < height - 1e-10 * (1 + np.abs(height))
            if not down.any():
                break
            size = np.where(down, size / 4, size)
        mode, height = there, reached
        if float(np.max(np.abs(size * step))) < 1e-9:
            break
    place, weight = nodes(points)
    places = mode + np.sqrt(2 / -second) * place[:, np.newaxis]
    heights = kernel(spread * places)[0] - places**2 / 2
    total = special.logsumexp(heights, axis=0, b=weight[:, np.newaxis])
    return np.asarray(total - 0.5 * np.log(np.pi * -second))


def _standardised(kernel: Kernel, spread: float, place: Floats) -> tuple[Floats, Floats, Floats]:
    """Give the integrand's logarithm and its derivatives at a standardised effect."""
    value, first, second = kernel(spread * place)
    return value - place**2 / 2, spread * first - place, spread**2 * second - 1
