"""Newton's search for the largest of a concave likelihood.

:func:`maximise` serves the regressions whose log-likelihood is concave with a known gradient and information.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.errors import DataError
from topline.stats.estimate import Floats

ITERATIONS = 40
"""Newton steps before the search is given up."""

_SETTLED = 1e-16
"""The search ends when a further step is smaller than the root of this, in standard errors."""

_RUNAWAY = 1e6
"""A variance that grew by this factor on the way from 0 belongs to a coefficient that is not finite."""

_LINEAR = (0.2, 0.6)
"""What a step could gain falls to about 1/e of the last one's where a coefficient runs away, and otherwise near a maximum."""

_BARRED = 100.0
"""The same where the search was barred: coefficients so large that no float holds the likelihood a step further."""

_IN_TURN = 3
"""So many steps in turn must say that a coefficient runs away, or that the search is barred: one may say so by chance."""

Evaluation = tuple[float, Floats, Floats]
"""The log-likelihood, its gradient, and the information."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """Where Newton's search for the largest likelihood began and ended.

    Parameters
    ----------
    coefficients
        At the end.
    start, end
        The evaluations at 0 and at the end.
    steps
        Newton steps taken.
    settled
        Whether a further step would move less than a hundred-millionth of a standard error.
    runaway
        Whether it ended because the likelihood rises for ever.
    barred
        Whether it ended because the likelihood, still rising, is no number a step further.
    """

    coefficients: Floats
    start: Evaluation
    end: Evaluation
    steps: int
    settled: bool
    runaway: bool
    barred: bool = False

    @property
    def finite(self) -> NDArray[np.bool_]:
        """For each coefficient whether it is finite: whether its variance kept its order of magnitude."""
        if not (self.runaway or self.barred):
            return np.ones(self.coefficients.size, dtype=np.bool_)
        return np.asarray(_growth(self.start, self.end) < (_BARRED if self.barred else _RUNAWAY))


def maximise(
    evaluate: Callable[[Floats], Evaluation], names: tuple[str, ...], largest: Floats
) -> Search:
    """Find the largest of a concave likelihood by Newton's method, stepping back where a step lowers it.

    Parameters
    ----------
    evaluate
        Coefficients → log-likelihood, gradient, information.
    names
        Of the coefficients, for messages.
    largest
        The order of magnitude of what each diagonal element of the information could be at most: an element that is
        a rounding error of it is 0.

    Returns
    -------
    Search
        Where the likelihood rises for ever as coefficients grow, it ends when the variance of one has grown a
        million times; :attr:`Search.finite` tells which.

    Raises
    ------
    DataError
        If the information at 0 is singular: a covariate does not vary among those at risk, or is a linear
        combination of others.

    Examples
    --------
    >>> found = maximise(lambda b: (-float((b[0] - 2) ** 2), -2 * (b - 2), np.array([[2.0]])), ("x",),
    ...                  np.ones(1))
    >>> found.coefficients, found.settled
    (array([2.]), True)
    """
    coefficients = np.zeros(len(names))
    start = current = evaluate(coefficients)
    _refuse_singular(start[2], names, largest)
    barred, linear, last = 0, 0, np.inf
    for steps in range(ITERATIONS):
        step = solve(current[2], current[1])
        decrement = 0.0 if step is None else float(current[1] @ step)
        growth = _growth(start, current).max()
        # A variance grows as much without end, or where one far value of a covariate hid how the others vary.
        linear = linear + 1 if _LINEAR[0] * last < decrement < _LINEAR[1] * last else 0
        runaway = step is None or (growth >= _RUNAWAY and linear >= _IN_TURN)
        barred_off = barred >= _IN_TURN and growth >= _BARRED
        if step is None or decrement <= _SETTLED or runaway or barred_off:
            return Search(
                # The last step is below what changes likelihood or information, and costs nothing.
                coefficients=coefficients if step is None or barred_off else coefficients + step,
                start=start,
                end=current,
                steps=steps,
                settled=step is not None and not barred_off,
                runaway=runaway,
                barred=barred_off,
            )
        step, current, beyond = _step(evaluate, coefficients, step, start, current)
        coefficients = coefficients + step
        barred, last = barred + 1 if beyond else 0, decrement
    return Search(
        coefficients=coefficients,
        start=start,
        end=current,
        steps=ITERATIONS,
        settled=False,
        runaway=bool(_growth(start, current).max() >= _RUNAWAY),
    )


def _step(
    evaluate: Callable[[Floats], Evaluation],
    coefficients: Floats,
    step: Floats,
    start: Evaluation,
    current: Evaluation,
) -> tuple[Floats, Evaluation, bool]:
    """Shorten a step until it does not lower the likelihood, and leaves information to go on from.

    Says too whether the likelihood was no number anywhere on the way.
    """
    beyond = False
    for _ in range(60):
        following = evaluate(coefficients + step)
        beyond |= not np.isfinite(following[0])
        rises = following[0] >= current[0] - 1e-12 * abs(current[0])
        if rises and _growth(start, following).max() < _RUNAWAY * 1e4:
            break
        step = step / 2
    return step, following, beyond


def _growth(start: Evaluation, end: Evaluation) -> Floats:
    """Give by how much the variance of each coefficient grew; infinity where the information is singular."""
    before, after = inverse(start[2]), inverse(end[2])
    if before is None or after is None:
        return np.full(start[1].size, np.inf)
    growth = np.diag(after) / np.diag(before)
    return np.where(growth > 0, growth, np.inf)


def covariance_at_end(search: Search) -> Floats:
    """Invert the information where a search ended; a matrix of infinities where it is singular.

    Examples
    --------
    >>> found = maximise(lambda b: (-float((b[0] - 2) ** 2), -2 * (b - 2), np.array([[2.0]])), ("x",),
    ...                  np.ones(1))
    >>> covariance_at_end(found)
    array([[0.5]])
    """
    found = inverse(search.end[2])
    return np.full_like(search.end[2], np.inf) if found is None else found


def inverse(matrix: Floats) -> Floats | None:
    """Invert a symmetric matrix after scaling its diagonal to 1; ``None`` where it is singular.

    Examples
    --------
    >>> inverse(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    diagonal = np.diag(matrix)
    if not (np.isfinite(matrix).all() and (diagonal > 0).all()):
        return None
    lengths = np.sqrt(diagonal)
    scale = np.outer(lengths, lengths)
    try:
        return np.asarray(np.linalg.inv(matrix / scale) / scale)
    except np.linalg.LinAlgError:
        return None


def solve(matrix: Floats, vector: Floats) -> Floats | None:
    """Solve a symmetric system after scaling its diagonal to 1; ``None`` where it is singular.

    Examples
    --------
    >>> solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 2.0]))
    array([1. , 0.5])
    """
    diagonal = np.diag(matrix)
    if not (np.isfinite(matrix).all() and (diagonal > 0).all()):
        return None
    scale = np.sqrt(diagonal)
    try:
        return np.asarray(np.linalg.solve(matrix / np.outer(scale, scale), vector / scale) / scale)
    except np.linalg.LinAlgError:
        return None


def _refuse_singular(matrix: Floats, names: tuple[str, ...], largest: Floats) -> None:
    for position, name in enumerate(names):
        if not matrix[position, position] > 1e-12 * largest[position]:
            raise DataError(
                f"the covariate {name!r} does not vary among those at risk at the events",
                where=f"covariates, column {position}",
                accepted="covariates that differ between participants of one risk set",
            )
    scale = np.sqrt(np.diag(matrix))
    scaled = matrix / np.outer(scale, scale)
    for position in range(1, len(names)):
        earlier = scaled[:position, :position]
        left = 1 - scaled[position, :position] @ np.linalg.solve(
            earlier, scaled[:position, position]
        )
        if left < 1e-10:
            raise DataError(
                f"the covariate {names[position]!r} is a linear combination of those before it",
                where=f"covariates, column {position}",
                accepted="covariates none of which follows from the others",
                advice="leave it out; of the 0/1 columns of a category leave one out",
            )
