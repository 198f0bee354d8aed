"""Which coefficients of a regression have no finite estimate, because their variables foretell outcomes with certainty.

Where some combination of variables is positive only where the outcome happened, or counts are 0 wherever it is
positive, the likelihood keeps rising as that combination moves on. The observations so foretold then fit perfectly,
and what can be estimated is what the others tell (A. Albert and J. A. Anderson, "On the existence of maximum
likelihood estimates in logistic regression models", Biometrika 71 (1984) 1–10; C. J. Geyer, "Likelihood inference in
exponential families and directions of recession", Electronic Journal of Statistics 3 (2009) 259–289). Directions in
which nothing falls and something rises form a cone. A coefficient is then one of three:

- finite: no direction of the cone moves it; its estimate, error and limits are those of a fit to the others alone;
- infinite: directions move it one way only; the likelihood keeps rising as it goes there;
- undetermined: directions move it both ways; the likelihood can come as near to its top at any value of it. So it is
  with the ratio of two groups that both have no event.

R's glm and SAS's PROC GENMOD step on until the likelihood no longer changes visibly, and print where they stopped: a
coefficient around 20 or 25 with a standard error in the thousands, for infinite and undetermined ones alike.

Observations that are apart by less than a hundred-millionth of a variable's range may count as tied.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.errors import DataError
from topline.stats.covariate_columns import refuse_extreme
from topline.stats.estimate import Floats

_DEPENDENT = 1e-9
"""A column of which no more than this share is left after the columns before it follows from them."""

_TIED = 1e-8
"""Movements of no more than this share of the largest are none."""

_LEAN = 1e-7
"""A coefficient that a direction moves by no more than this share of the most it could is not moved."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimable:
    """The part of a model that has finite estimates.

    Attributes
    ----------
    kept
        The observations that are not foretold with certainty.
    basis
        Orthonormal columns that span the model's columns at those observations.
    back
        From coefficients of the basis to those of the model: model's × basis'.
    finite
        Which of the model's coefficients the kept observations determine.
    direction
        The sign of infinity of each infinite coefficient; 0 of those that are finite or undetermined.
    """

    kept: NDArray[np.bool_]
    basis: Floats
    back: Floats
    finite: NDArray[np.bool_]
    direction: Floats

    def coefficients(self, found: Floats) -> Floats:
        """Give the model's coefficients from those of the basis; ± infinity where infinite, 0 where undetermined."""
        lost = np.where(self.direction == 0, 0.0, np.copysign(np.inf, self.direction))
        return np.where(self.finite, self.back @ found, lost)

    def covariance(self, found: Floats) -> Floats:
        """Give the covariance of the model's coefficients; infinite variances where not finite, else 0."""
        whole = self.back @ found @ self.back.T
        lost = ~self.finite
        whole[lost] = 0.0
        whole[:, lost] = 0.0
        whole[lost, lost] = np.inf
        return np.asarray(whole)


def whole_model(columns: Floats, names: tuple[str, ...]) -> Estimable:
    """Take all observations and columns.

    Raises
    ------
    DataError
        If a column follows from those before it, or is so small or so large that its squares would be no numbers.

    Examples
    --------
    >>> whole_model(np.array([[1.0, 2.0], [1.0, 2.0]]), ("(Intercept)", "age"))
    Traceback (most recent call last):
        ...
    topline.errors.DataError: the coefficient 'age' cannot be told from those before it
      where: column 1 of the model
      accepted: variables that vary, none of which follows from the others
      to do: leave it out
    """
    size = np.abs(columns).max(axis=0)
    for position, (name, largest) in enumerate(zip(names, size.tolist(), strict=True)):
        refuse_extreme(name, f"column {position} of the model", largest)
    scaled = columns / np.where(size > 0, size, 1.0)
    basis, triangle = np.linalg.qr(scaled)
    left = np.zeros(columns.shape[1])
    length = np.sqrt((scaled**2).sum(axis=0))[: len(triangle)]
    left[: length.size] = np.abs(np.diag(triangle)) / np.where(length > 0, length, 1.0)
    if bool((left <= _DEPENDENT).any()):
        position = int(np.argmax(left <= _DEPENDENT))
        raise DataError(
            f"the coefficient {names[position]!r} cannot be told from those before it",
            where=f"column {position} of the model",
            accepted="variables that vary, none of which follows from the others",
            advice="leave it out",
        )
    return Estimable(
        kept=np.ones(len(columns), dtype=bool),
        basis=basis,
        back=np.linalg.inv(triangle) / size[:, np.newaxis],
        finite=np.ones(columns.shape[1], dtype=bool),
        direction=np.zeros(columns.shape[1]),
    )


def estimable_model(
    whole: Estimable, rising: Floats, certain: NDArray[np.bool_]
) -> Estimable | None:
    """Find what can be estimated, by linear programming; ``None`` where everything can.

    Parameters
    ----------
    whole
        From :func:`whole_model`.
    rising
        1 or -1 for each observation: which way its linear predictor raises its likelihood.
    certain
        Whether a model can foretell an observation with certainty: both outcomes of a binary variable, counts of 0.

    Examples
    --------
    Everyone in the second group has the outcome, of the first group one of two:

    >>> columns = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    >>> whole = whole_model(columns, ("(Intercept)", "armB"))
    >>> found = estimable_model(whole, np.array([1.0, -1.0, 1.0]), np.ones(3, bool))
    >>> found.finite, found.kept, found.direction
    (array([ True, False]), array([ True,  True, False]), array([0., 1.]))
    """
    kept = np.ones(len(whole.kept), dtype=bool)
    places = _independent(whole.basis)
    # One direction need not foretell all that can be foretold: repeat on those left, which lie in fewer dimensions.
    while places.shape[1]:
        step = _recession(places, rising[kept], certain[kept])
        if step is None:
            break
        moved = np.abs(places @ step)
        still = moved <= _TIED * moved.max()
        places = _independent(places[still] @ _level(step[np.newaxis] / np.abs(step).max()))
        kept[kept] = still
    if kept.all():
        return None
    told, free = np.split(_turned(whole.basis[kept])[1], [places.shape[1]], axis=1)
    basis, triangle = np.linalg.qr(whole.basis[kept] @ told)
    lean = whole.back @ free / np.sqrt((whole.back**2).sum(axis=1))[:, np.newaxis]
    finite = np.sqrt((lean**2).sum(axis=1)) <= _LEAN
    gains = (whole.basis[~kept] @ free) * rising[~kept][:, np.newaxis]
    return Estimable(
        kept=kept,
        basis=basis,
        back=whole.back @ told @ np.linalg.inv(triangle),
        finite=finite,
        direction=np.array(
            [0.0 if known else _sign(gains, one) for known, one in zip(finite, lean, strict=True)]
        ),
    )


def _recession(places: Floats, rising: Floats, certain: NDArray[np.bool_]) -> Floats | None:
    """Find the direction along which the certain outcomes gain most and none loses; ``None`` if there is none."""
    span = _level(places[~certain])
    if not span.shape[1]:
        return None
    gains = (places[certain] @ span) * rising[certain][:, np.newaxis]
    size = np.abs(gains).max(axis=0)
    gains = gains / size
    step = _farthest(gains, gains.mean(axis=0))
    if float((gains @ step).max()) <= _TIED:
        return None
    return np.asarray(span @ (step / size))


def _sign(gains: Floats, lean: Floats) -> float:
    """Tell which way the directions that lose nothing move a coefficient; 0 where they move it both ways."""
    gains = gains / np.sqrt((gains**2).sum(axis=1))[:, np.newaxis]
    lean = lean / np.sqrt((lean**2).sum())
    most, least = (float(_farthest(gains, side * lean) @ lean) for side in (1, -1))
    return float(most > _LEAN) - float(least < -_LEAN)


def _farthest(gains: Floats, towards: Floats) -> Floats:
    """Find the direction, each part within ±1, that loses no gain and goes farthest."""
    from scipy.optimize import linprog  # costs a second to import, and is rarely needed

    answer = linprog(
        -towards,
        A_ub=-gains,
        b_ub=np.zeros(len(gains)),
        bounds=[(-1, 1)] * gains.shape[1],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    # Not to move at all is always possible: an answer is missing only where the solver gave up.
    return np.zeros(gains.shape[1]) if answer.x is None else np.asarray(answer.x, dtype=np.float64)


def _turned(rows: Floats) -> tuple[Floats, Floats]:
    """Give singular values and all right singular vectors, as columns, the largest first."""
    if not len(rows):
        return np.zeros(0), np.eye(rows.shape[1])
    _, sizes, right = np.linalg.svd(np.linalg.qr(rows, mode="r"))
    return sizes, np.asarray(right.T)


def _level(rows: Floats) -> Floats:
    """Give orthonormal columns that span the directions in which no row moves; the rows are of order 1."""
    sizes, right = _turned(rows)
    return np.asarray(right[:, int((sizes > _TIED).sum()) :])


def _independent(rows: Floats) -> Floats:
    """Give columns that span the columns, as many as are independent, each up to ±1; the rows are of order 1."""
    sizes, right = _turned(rows)
    found = (rows @ right[:, : int((sizes > _TIED).sum())]) / sizes[sizes > _TIED]
    return np.asarray(found / np.abs(found).max(axis=0)) if found.size else found
