"""Profile likelihood limits as R's MASS and stats interpolate them.

R's ``confint`` of a fitted regression does not solve for the limit: it computes the profile at a dozen places, lays
a spline through them, takes three times as many points from it, and interpolates straight between these. The result
agrees with the exact limit in four or five digits. It is here to compare with what R printed;
:func:`topline.stats.regression_ratios.profile_limit` is the exact one.
"""

import math
from collections.abc import Callable

import numpy as np
from scipy import special

from topline.stats.estimate import Floats

_MOST_PLACES = 9
"""On either side of the estimate."""


def interpolated_limits(
    root: Callable[[float], float], estimate: float, standard_error: float, level: float
) -> tuple[float | None, float | None]:
    """Interpolate both limits from the root of the likelihood ratio.

    Parameters
    ----------
    root
        The square root of twice the fall of the profile log likelihood, at a coefficient.
    estimate, standard_error
        Of the coefficient.
    level
        The confidence level, a fraction.

    Returns
    -------
    tuple
        Lower and upper limit; ``None`` where the profile was not followed far enough.

    Examples
    --------
    >>> lower, upper = interpolated_limits(abs, 0.0, 1.0, 0.95)
    >>> round(lower, 6), round(upper, 6)
    (-1.959964, 1.959964)
    """
    error = 1 - level
    farthest = math.sqrt(2 * special.gammainccinv(0.5, error / 4))
    places, roots = [estimate], [0.0]
    for side in (-1, 1):
        for step in range(1, _MOST_PLACES + 1):
            place = estimate + side * step * farthest / 5 * standard_error
            places.append(place)
            roots.append(side * root(place))
            if abs(roots[-1]) >= farthest:
                break
    if len(places) < 4 or not np.isfinite(roots).all():
        return None, None
    order = np.argsort(places)
    x, y = np.array(places)[order], np.array(roots)[order]
    points = np.linspace(x[0], x[-1], 3 * x.size)
    heights = end_cubic_spline(x, y, points)
    by_height = np.argsort(heights, kind="stable")
    z = float(-special.ndtri(error / 2))
    found = np.interp([-z, z], heights[by_height], points[by_height], left=np.nan, right=np.nan)
    lower, upper = (float(limit) if math.isfinite(limit) else None for limit in found)
    return lower, upper


def end_cubic_spline(x: Floats, y: Floats, points: Floats) -> Floats:
    """Evaluate the interpolating cubic spline whose ends bend like the cubics through the four points there.

    G. E. Forsythe, M. A. Malcolm and C. B. Moler, Computer Methods for Mathematical Computations, 1977, chapter 4;
    R's ``spline(method = "fmm")``.

    Parameters
    ----------
    x, y
        Ascending places, at least four, and heights there.
    points
        Where to evaluate.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 4.0, 5.0])
    >>> end_cubic_spline(x, x**3, np.array([3.0])).round(9)
    array([27.])
    """
    width = np.diff(x)
    slope = np.diff(y) / width
    number = x.size
    # The unknowns are a sixth of the second derivative at each place.
    matrix = np.zeros((number, number))
    right = np.zeros(number)
    for place in range(1, number - 1):
        before, after = width[place - 1], width[place]
        matrix[place, place - 1 : place + 2] = before, 2 * (before + after), after
        right[place] = slope[place] - slope[place - 1]
    second = np.diff(slope) / (x[2:] - x[:-2])
    third = np.diff(second) / (x[3:] - x[:-3])
    matrix[0, :2] = -width[0], width[0]
    right[0] = width[0] ** 2 * third[0]
    matrix[-1, -2:] = width[-1], -width[-1]
    right[-1] = -(width[-1] ** 2) * third[-1]
    bend = np.linalg.solve(matrix, right)
    piece = np.clip(np.searchsorted(x, points, side="right") - 1, 0, number - 2)
    along = points - x[piece]
    first = slope[piece] - width[piece] * (bend[piece + 1] + 2 * bend[piece])
    cubic = (bend[piece + 1] - bend[piece]) / width[piece]
    return np.asarray(y[piece] + along * (first + along * (3 * bend[piece] + along * cubic)))
