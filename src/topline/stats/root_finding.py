"""Roots of many equations in one unknown at once: Newton's method kept inside a bracket.

Plain Newton or Fisher scoring leaves a few in a hundred small meta-analyses unsettled. Here every equation
carries a bracket that each evaluation narrows; a Newton step that would leave the bracket is replaced by
its middle, so that the method always settles, and settles quadratically where the equation is smooth.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from topline.stats.estimate import Floats, Integers

Equation: TypeAlias = Callable[[Floats, Integers], tuple[Floats, Floats]]
"""From places and the indices of the equations asked for, to values and slopes there."""


class Roots(NamedTuple):
    """Where the equations cross zero, and whether each settled."""

    place: Floats
    settled: NDArray[np.bool_]


def falling_roots(
    equation: Equation,
    start: Floats,
    low: Floats,
    high: Floats,
    *,
    smallest_step: Floats | float = 0.0,
    tolerance: float = 1e-13,
    most_steps: int = 200,
) -> Roots:
    """Find where each equation falls through zero.

    Parameters
    ----------
    equation
        Positive at ``low`` and negative at ``high``.
    start
        First place for each equation; moved into the bracket where it lies outside.
    low, high
        The bracket of each root.
    smallest_step
        A step no longer than this settles an equation whose root is near zero.
    tolerance
        A step no longer than this share of the place settles an equation.
    most_steps
        After so many steps an equation counts as not settled; bisection alone needs about 60.

    Returns
    -------
    Roots
        One for each equation.

    Examples
    --------
    >>> def square_roots(place, index):
    ...     return np.array([2.0, 9.0])[index] - place**2, -2 * place
    >>> falling_roots(square_roots, np.ones(2), np.zeros(2), np.full(2, 10.0)).place.round(6)
    array([1.414214, 3.      ])
    """
    place = np.clip(start, low, high)
    low, high = low.copy(), high.copy()
    settled = np.zeros(place.size, dtype=bool)
    shortest = np.broadcast_to(np.asarray(smallest_step, dtype=np.float64), place.shape)
    active = np.arange(place.size)
    for _ in range(most_steps):
        if not active.size:
            break
        here = place[active]
        value, slope = equation(here, active)
        below, above = low[active], high[active]
        below = np.where(value > 0, here, below)
        above = np.where(value < 0, here, above)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            there = here - value / slope
        inside = (slope < 0) & (there > below) & (there < above)
        there = np.where(inside, there, 0.5 * (below + above))
        there = np.where(value == 0, here, there)
        step = np.abs(there - here)
        done = step <= np.maximum(tolerance * np.abs(there), shortest[active])
        low[active], high[active], place[active] = below, above, there
        settled[active[done]] = True
        active = active[~done]
    return Roots(place, settled)
