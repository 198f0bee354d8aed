"""Regression of a binary outcome or of counts: the fit that logistic and Poisson regression share.

Both have their natural link, so that the log likelihood is concave and Newton's method (here the same as
iteratively reweighted least squares) finds its largest value from anywhere. P. McCullagh and J. A. Nelder,
Generalized Linear Models, 2nd edition, 1989, chapter 2.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from topline.errors import DataError
from topline.stats.estimate import Floats
from topline.stats.separation import Estimable, estimable_model, whole_model

MOST_STEPS = 60
"""Newton steps before the search is given up."""

_SETTLED = 1e-20
"""The search ends when the next step would raise the log likelihood by less than half of this."""

_NEAR = 1e-9
"""So near the top in log likelihood that Newton's steps are taken as they are."""

_LONGEST_STEP = 1000.0
"""A step moves no linear predictor farther."""

_STEEP = 0.6
"""A step that raises the log likelihood by more than this share of its slope may go farther."""

_RUNAWAY = 12.0
"""Linear predictors beyond ± this are looked at for separation: probabilities within 1e-5 of 0 or 1."""


Evaluation: TypeAlias = tuple[float, Floats, Floats]
"""The log likelihood, its gradient, and the information."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distribution:
    """What makes a regression logistic or Poisson.

    Attributes
    ----------
    name
        In words.
    mean
        From the linear predictor.
    link
        The linear predictor from a mean inside its range.
    variance
        From the linear predictor: it is the slope of the mean, and keeps its digits where the mean is near an edge.
    log_likelihood
        Of each observation, from outcome and linear predictor, with all constants.
    saturated
        The log likelihood of each observation where the mean is the outcome itself.
    start
        A first linear predictor from the outcome.
    """

    name: str
    mean: Callable[[Floats], Floats]
    link: Callable[[float], float]
    variance: Callable[[Floats], Floats]
    log_likelihood: Callable[[Floats, Floats], Floats]
    saturated: Callable[[Floats], Floats]
    start: Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressionFit:
    """A fitted regression.

    Attributes
    ----------
    names
        Of the coefficients.
    columns, outcome, offset
        What it was fitted to: observations × coefficients, and two numbers for each observation.
    distribution
        Of the outcome.
    coefficients, covariance
        Estimates on the scale of the linear predictor, and their covariance from the information. Where a covariate
        separates the outcomes, the likelihood keeps rising as its coefficient grows: it is then ± infinity. Where
        any coefficient serves equally well, it is 0. Both have an infinite variance, and ``finite`` tells.
    estimable
        The part of the model that has finite estimates; see :mod:`topline.stats.separation`.
    predictor
        The fitted linear predictor of each observation; ± infinity where the outcome is foretold with certainty.
    log_likelihood, null_log_likelihood
        At the estimates, and of the model with an intercept (and the offset) only.
    saturated_log_likelihood
        Of a model that fits each observation exactly.
    steps
        Newton steps taken.
    settled
        Whether the search ended at the largest likelihood.
    """

    names: tuple[str, ...]
    columns: Floats
    outcome: Floats
    offset: Floats
    distribution: Distribution
    coefficients: Floats
    covariance: Floats
    estimable: Estimable
    predictor: Floats
    log_likelihood: float
    null_log_likelihood: float
    saturated_log_likelihood: float
    steps: int
    settled: bool

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which coefficients are finite."""
        return self.estimable.finite

    @property
    def number(self) -> int:
        """The number of observations."""
        return self.outcome.size

    @property
    def degrees_of_freedom(self) -> int:
        """Observations less coefficients, finite or not."""
        return self.number - len(self.names)

    @property
    def deviance(self) -> float:
        """Twice the distance of the log likelihood from that of a model that fits exactly."""
        return 2 * (self.saturated_log_likelihood - self.log_likelihood)

    @property
    def null_deviance(self) -> float:
        """The deviance of the model with an intercept (and the offset) only."""
        return 2 * (self.saturated_log_likelihood - self.null_log_likelihood)

    @property
    def pearson_dispersion(self) -> float | None:
        """Pearson's chi-squared per degree of freedom, 1 if the model holds; ``None`` without degrees of freedom.

        Observations foretold with certainty fit perfectly whatever the dispersion, and tell nothing about it: they
        count neither among the observations nor do the coefficients that only they could tell. (R counts both, and
        so finds less dispersion.)
        """
        kept = self.estimable.kept
        degrees = int(kept.sum()) - len(self.estimable.basis.T)
        if degrees < 1:
            return None
        left = self.outcome[kept] - self.distribution.mean(self.predictor[kept])
        spread = left**2 / self.distribution.variance(self.predictor[kept])
        return float(spread.sum()) / degrees


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """Where Newton's search ended."""

    coefficients: Floats
    log_likelihood: float
    gradient: Floats
    information: Floats
    steps: int
    settled: bool


def climb(
    columns: Floats,
    outcome: Floats,
    offset: Floats,
    distribution: Distribution,
    start: Floats | None = None,
) -> Search:
    """Find the coefficients of largest likelihood.

    Parameters
    ----------
    columns, outcome, offset
        Observations × coefficients, and two numbers for each observation.
    distribution
        Of the outcome.
    start
        First coefficients; from a weighted fit to the outcome where ``None``.
    """

    def evaluate(coefficients: Floats) -> Evaluation:
        with np.errstate(over="ignore", invalid="ignore"):
            predictor = columns @ coefficients + offset
            mean = distribution.mean(predictor)
            likelihood = float(distribution.log_likelihood(outcome, predictor).sum())
            weight = distribution.variance(predictor)
            return (
                likelihood if math.isfinite(likelihood) else -math.inf,
                columns.T @ (outcome - mean),
                columns.T @ (weight[:, np.newaxis] * columns),
            )

    if start is not None:
        found = _ascend(evaluate, columns, start)
        if found.settled:
            return found
    found = _ascend(evaluate, columns, _first_guess(columns, outcome, offset, distribution))
    return found if found.settled else _ascend(evaluate, columns, np.zeros(columns.shape[1]))


def _ascend(evaluate: Callable[[Floats], Evaluation], columns: Floats, place: Floats) -> Search:
    here = evaluate(place)
    steps, settled, before = 0, not columns.shape[1], math.inf
    while steps < MOST_STEPS and not settled:
        step = solve(here[2], here[1])
        if step is None or here[0] == -math.inf:
            break
        gain = float(here[1] @ step)
        # Where all is fitted nearly perfectly or not at all, the likelihood seems flat and a step too long by far.
        farthest = float(np.abs(columns @ step).max())
        step = step * (_LONGEST_STEP / max(_LONGEST_STEP, farthest))
        found = _along(evaluate, place, step, here, gain)
        if found is None:
            break
        place, here = found
        steps += 1
        settled = at_top(gain, before, here[0]) or not step.any()
        before = gain
    return Search(
        coefficients=place,
        log_likelihood=here[0],
        gradient=here[1],
        information=here[2],
        steps=steps,
        settled=settled,
    )


def at_top(gain: float, before: float, likelihood: float) -> bool:
    """Tell whether a search ends: the next step promises nothing, or what rounding makes of nothing.

    Parameters
    ----------
    gain, before
        Twice what this step and the one before it promised to add to the log likelihood.
    likelihood
        The log likelihood.

    Examples
    --------
    >>> at_top(1e-21, 1e-9, -5.0), at_top(1e-17, 1e-9, -5.0), at_top(1e-17, 1e-17, -5.0)
    (True, False, True)
    """
    share = gain / (1 + abs(likelihood))
    return share <= _SETTLED or (share <= _NEAR and gain > 0.9 * before)


def _along(
    evaluate: Callable[[Floats], Evaluation],
    place: Floats,
    step: Floats,
    here: Evaluation,
    gain: float,
) -> tuple[Floats, Evaluation] | None:
    """Go a step, or as much less of it as does not lower the likelihood, or more while it rises steeply."""
    for _ in range(50):
        there = evaluate(place + step)
        # So near the top, rounding decides which of two likelihoods is the larger.
        near = gain <= _NEAR * (1 + abs(here[0]))
        if there[0] >= here[0] or (near and math.isfinite(there[0])):
            break
        step = step / 2
    else:
        return None
    # A parabola rises by half of the gain. Counts' likelihood above the top is steeper by far.
    while gain > 1 and there[0] - here[0] > _STEEP * gain:
        farther = evaluate(place + 2 * step)
        if farther[0] <= there[0]:
            break
        step, there = 2 * step, farther
    return place + step, there


def _first_guess(
    columns: Floats, outcome: Floats, offset: Floats, distribution: Distribution
) -> Floats:
    target = distribution.start(outcome)
    root = np.sqrt(distribution.variance(target))
    return np.asarray(
        np.linalg.lstsq(columns * root[:, np.newaxis], (target - offset) * root, rcond=None)[0]
    )


def solve(matrix: Floats, vector: Floats) -> Floats | None:
    """Solve a symmetric system after scaling its diagonal to 1; ``None`` where it is singular.

    Examples
    --------
    >>> solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 2.0]))
    array([1. , 0.5])
    """
    inverse = invert(matrix)
    return None if inverse is None else inverse @ vector


def invert(matrix: Floats) -> Floats | None:
    """Invert a symmetric matrix after scaling its diagonal to 1; ``None`` where it is singular.

    Examples
    --------
    >>> invert(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    diagonal = np.diag(matrix)
    if not diagonal.size:
        return np.zeros((0, 0))
    if not bool((diagonal > 0).all()) or not bool(np.isfinite(matrix).all()):
        return None
    scale = 1 / np.sqrt(diagonal)
    try:
        inner = np.linalg.inv(matrix * scale * scale[:, np.newaxis])
    except np.linalg.LinAlgError:
        return None
    with np.errstate(over="ignore"):
        found = np.asarray(inner * scale * scale[:, np.newaxis])
    return found if bool(np.isfinite(found).all() and (np.diag(found) > 0).all()) else None


def fit(
    outcome: Floats,
    columns: Floats,
    names: tuple[str, ...],
    distribution: Distribution,
    offset: Floats,
) -> RegressionFit:
    """Fit a regression to checked data.

    Raises
    ------
    DataError
        If a column follows from those before it, there are fewer observations than columns, or the search finds no
        largest likelihood.
    """
    model = whole_model(columns, names)
    found = climb(model.basis, outcome, offset, distribution)
    covariance = invert(found.information)
    if covariance is None or _runs_away(model, outcome, offset, distribution, found):
        model = separated(model, outcome, distribution)
        if not model.kept.all():
            some = outcome[model.kept], offset[model.kept]
            found = climb(model.basis, *some, distribution)
            covariance = invert(found.information)
    if covariance is None or not found.settled:
        raise no_top()
    # Those foretold with certainty have the predictor of their outcome.
    predictor = np.where(outcome > 0, np.inf, -np.inf)
    predictor[model.kept] = model.basis @ found.coefficients + offset[model.kept]
    return RegressionFit(
        names=names,
        columns=columns,
        outcome=outcome,
        offset=offset,
        distribution=distribution,
        coefficients=model.coefficients(found.coefficients),
        covariance=model.covariance(covariance),
        estimable=model,
        predictor=predictor,
        log_likelihood=found.log_likelihood,
        null_log_likelihood=_null_likelihood(outcome, offset, distribution),
        saturated_log_likelihood=float(distribution.saturated(outcome).sum()),
        steps=found.steps,
        settled=found.settled,
    )


def no_top() -> DataError:
    """Word that no search found the largest likelihood.

    Examples
    --------
    >>> print(no_top())
    the likelihood is so flat or so steep that numbers cannot tell its top
      where: the model's variables and offset
      accepted: variables and offsets of ordinary size; an offset is the logarithm of person-time
    """
    return DataError(
        "the likelihood is so flat or so steep that numbers cannot tell its top",
        where="the model's variables and offset",
        accepted="variables and offsets of ordinary size; an offset is the logarithm of person-time",
    )


def separated(whole: Estimable, outcome: Floats, distribution: Distribution) -> Estimable:
    """Leave out of a model what has no finite estimate; everything stays where all of it has.

    Parameters
    ----------
    whole
        From :func:`topline.stats.separation.whole_model`.
    outcome, distribution
        Of each observation, and of all.
    """
    certain = distribution.saturated(outcome) == 0
    found = estimable_model(whole, np.where(outcome > 0, 1.0, -1.0), certain)
    return whole if found is None else found


def _runs_away(
    model: Estimable, outcome: Floats, offset: Floats, distribution: Distribution, found: Search
) -> bool:
    """Tell whether some outcome is fitted so well that it may be foretold with certainty."""
    with np.errstate(over="ignore"):
        mean = distribution.mean(model.basis @ found.coefficients + offset)
    certain = distribution.saturated(outcome) == 0
    near = certain & (np.abs(outcome - mean) < math.exp(-_RUNAWAY))
    return not found.settled or bool(near.any())


def _null_likelihood(outcome: Floats, offset: Floats, distribution: Distribution) -> float:
    if offset.any():
        return climb(np.ones((outcome.size, 1)), outcome, offset, distribution).log_likelihood
    predictor = np.full(outcome.size, distribution.link(float(outcome.mean())))
    return float(distribution.log_likelihood(outcome, predictor).sum())
