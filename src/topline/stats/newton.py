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
    """

    coefficients: Floats
    start: Evaluation
    end: Evaluation
    steps: int
    settled: bool

    @property
    def finite(self) -> NDArray[np.bool_]:
        """For each coefficient whether it is finite: whether its variance kept its order of magnitude."""
        return np.asarray(
            np.diag(np.linalg.inv(self.end[2])) < _RUNAWAY * np.diag(np.linalg.inv(self.start[2]))
        )


def maximise(evaluate: Callable[[Floats], Evaluation], names: tuple[str, ...]) -> Search:
    """Find the largest of a concave likelihood by Newton's method, stepping back where a step lowers it.

    Parameters
    ----------
    evaluate
        Coefficients → log-likelihood, gradient, information.
    names
        Of the coefficients, for messages.

    Raises
    ------
    DataError
        If the information at 0 is singular: a covariate does not vary among those at risk, or is a linear
        combination of others.

    Examples
    --------
    >>> found = maximise(lambda b: (-float((b[0] - 2) ** 2), -2 * (b - 2), np.array([[2.0]])), ("x",))
    >>> found.coefficients, found.settled
    (array([2.]), True)
    """
    coefficients = np.zeros(len(names))
    start = current = evaluate(coefficients)
    _refuse_singular(start[2], names)
    for steps in range(ITERATIONS):
        step = solve(current[2], current[1])
        if step is None or float(current[1] @ step) <= _SETTLED:
            return Search(
                # The last step is below what changes likelihood or information, and costs nothing.
                coefficients=coefficients if step is None else coefficients + step,
                start=start,
                end=current,
                steps=steps,
                settled=step is not None,
            )
        for _ in range(40):
            following = evaluate(coefficients + step)
            if following[0] >= current[0] - 1e-12 * abs(current[0]):
                break
            step = step / 2
        coefficients, current = coefficients + step, following
    return Search(
        coefficients=coefficients, start=start, end=current, steps=ITERATIONS, settled=False
    )


def solve(matrix: Floats, vector: Floats) -> Floats | None:
    """Solve a symmetric system after scaling its diagonal to 1; ``None`` where it is singular.

    Examples
    --------
    >>> solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 2.0]))
    array([1. , 0.5])
    """
    scale = np.sqrt(np.diag(matrix))
    if not (scale > 0).all():
        return None
    try:
        return np.asarray(np.linalg.solve(matrix / np.outer(scale, scale), vector / scale) / scale)
    except np.linalg.LinAlgError:
        return None


def _refuse_singular(matrix: Floats, names: tuple[str, ...]) -> None:
    scale = np.sqrt(np.diag(matrix))
    for position, name in enumerate(names):
        if not scale[position] > 0:
            raise DataError(
                f"the covariate {name!r} does not vary among those at risk at the events",
                where=f"covariates, column {position}",
                accepted="covariates that differ between participants of one risk set",
            )
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
