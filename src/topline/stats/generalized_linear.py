"""Regression of a binary outcome or of counts: the fit that logistic and Poisson regression share.

Both have their natural link, so that the log likelihood is concave and Newton's method (here the same as
iteratively reweighted least squares) finds its largest value from anywhere. P. McCullagh and J. A. Nelder,
Generalized Linear Models, 2nd edition, 1989, chapter 2.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.errors import DataError
from topline.stats.estimate import Floats

MOST_STEPS = 60
"""Newton steps before the search is given up."""

_SETTLED = 1e-20
"""The search ends when the next step would raise the log likelihood by less than half of this."""

_DEPENDENT = 1e-9
"""A column of which no more than this share is left after the columns before it follows from them."""

_RUNAWAY = 12.0
"""Linear predictors beyond ± this are looked at for separation: probabilities within 1e-5 of 0 or 1."""


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
        Estimates on the scale of the linear predictor, and their covariance from the information.
    finite
        Which coefficients are finite. Where a covariate separates the outcomes, the likelihood keeps rising as its
        coefficient grows.
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
    finite: NDArray[np.bool_]
    log_likelihood: float
    null_log_likelihood: float
    saturated_log_likelihood: float
    steps: int
    settled: bool

    @property
    def number(self) -> int:
        """The number of observations."""
        return self.outcome.size

    @property
    def degrees_of_freedom(self) -> int:
        """Observations less coefficients."""
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
        """Pearson's chi-squared per degree of freedom, 1 if the model holds; ``None`` without degrees of freedom."""
        if self.degrees_of_freedom < 1:
            return None
        predictor = self.columns @ self.coefficients + self.offset
        mean = self.distribution.mean(predictor)
        spread = (self.outcome - mean) ** 2 / self.distribution.variance(predictor)
        return float(spread.sum()) / self.degrees_of_freedom


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

    def evaluate(coefficients: Floats) -> tuple[float, Floats, Floats]:
        predictor = columns @ coefficients + offset
        with np.errstate(over="ignore", invalid="ignore"):
            mean = distribution.mean(predictor)
            likelihood = float(distribution.log_likelihood(outcome, predictor).sum())
            weight = distribution.variance(predictor)
            return (
                likelihood,
                columns.T @ (outcome - mean),
                columns.T @ (weight[:, np.newaxis] * columns),
            )

    if start is None:
        start = _first_guess(columns, outcome, offset, distribution)
    place, here = start, evaluate(start)
    steps, settled = 0, False
    while steps < MOST_STEPS and not settled:
        step = solve(here[2], here[1])
        if step is None:
            break
        gain = float(here[1] @ step)
        for _ in range(50):
            there = evaluate(place + step)
            # Near the top rounding decides which of two likelihoods is the larger.
            if there[0] >= here[0] - 1e-12 * (1 + abs(here[0])):
                break
            step = step / 2
        else:
            break
        place, here = place + step, there
        steps += 1
        settled = gain <= _SETTLED * (1 + abs(here[0])) or not step.any()
    return Search(
        coefficients=place,
        log_likelihood=here[0],
        gradient=here[1],
        information=here[2],
        steps=steps,
        settled=settled,
    )


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
    if not bool((diagonal > 0).all()) or not bool(np.isfinite(matrix).all()):
        return None
    scale = 1 / np.sqrt(diagonal)
    try:
        inner = np.linalg.inv(matrix * np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return None
    return np.asarray(inner * np.outer(scale, scale))


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
        If a column follows from those before it, or there are fewer observations than columns.
    """
    refuse_dependent(columns, names)
    found = climb(columns, outcome, offset, distribution)
    finite = _finite(columns, outcome, offset, distribution, found)
    covariance = invert(found.information)
    if covariance is None:
        covariance = np.full_like(found.information, np.inf)
    return RegressionFit(
        names=names,
        columns=columns,
        outcome=outcome,
        offset=offset,
        distribution=distribution,
        coefficients=found.coefficients,
        covariance=covariance,
        finite=finite,
        log_likelihood=found.log_likelihood,
        null_log_likelihood=_null_likelihood(outcome, offset, distribution),
        saturated_log_likelihood=float(distribution.saturated(outcome).sum()),
        steps=found.steps,
        settled=found.settled,
    )


def _null_likelihood(outcome: Floats, offset: Floats, distribution: Distribution) -> float:
    if offset.any():
        return climb(np.ones((outcome.size, 1)), outcome, offset, distribution).log_likelihood
    predictor = np.full(outcome.size, distribution.link(float(outcome.mean())))
    return float(distribution.log_likelihood(outcome, predictor).sum())


def refuse_dependent(columns: Floats, names: tuple[str, ...]) -> None:
    """Refuse columns of which one follows from those before it.

    Examples
    --------
    >>> refuse_dependent(np.array([[1.0, 2.0], [1.0, 2.0]]), ("(Intercept)", "age"))
    Traceback (most recent call last):
        ...
    topline.errors.DataError: the coefficient 'age' cannot be told from those before it
      where: column 1 of the model
      accepted: variables that vary, none of which follows from the others
      to do: leave it out
    """
    size = np.sqrt((columns**2).sum(axis=0))
    left = np.zeros(columns.shape[1])
    if bool((size > 0).all()):
        triangle = np.linalg.qr(columns / size, mode="r")
        diagonal = np.abs(np.diag(triangle))
        left[: diagonal.size] = diagonal
    if bool((left <= _DEPENDENT).any()):
        position = int(np.argmax(left <= _DEPENDENT))
        raise DataError(
            f"the coefficient {names[position]!r} cannot be told from those before it",
            where=f"column {position} of the model",
            accepted="variables that vary, none of which follows from the others",
            advice="leave it out",
        )


def _finite(
    columns: Floats,
    outcome: Floats,
    offset: Floats,
    distribution: Distribution,
    found: Search,
) -> NDArray[np.bool_]:
    """Tell which coefficients are finite, by linear programming where predictors run away.

    A direction along which no observation's likelihood falls, and some one's rises, leads to infinity (A. Albert and
    J. A. Anderson, "On the existence of maximum likelihood estimates in logistic regression models", Biometrika 71
    (1984) 1–10). The direction that goes furthest moves every coefficient that is not finite.
    """
    everything = np.ones(columns.shape[1], dtype=bool)
    mean = distribution.mean(columns @ found.coefficients + offset)
    # Outcomes that a model can foretell with certainty: both of a binary variable, and counts of 0.
    certain = distribution.saturated(outcome) == 0
    runaway = certain & (np.abs(outcome - mean) < np.exp(-_RUNAWAY))
    if found.settled and not bool(runaway.any()):
        return everything
    from scipy.optimize import linprog  # costs a second to import, and is rarely needed

    rising = np.where(outcome > 0, 1.0, -1.0)
    size = np.abs(columns).max(axis=0)
    scaled = columns / size
    free, held = scaled[certain] * rising[certain][:, np.newaxis], scaled[~certain]
    answer = linprog(
        -free.sum(axis=0),
        A_ub=-free,
        b_ub=np.zeros(len(free)),
        A_eq=held if len(held) else None,
        b_eq=np.zeros(len(held)) if len(held) else None,
        bounds=[(-1, 1)] * columns.shape[1],
        method="highs",
    )
    if answer.x is None or answer.fun is None or answer.fun >= -1e-7:
        return everything
    return np.asarray(np.abs(answer.x) <= 1e-7)
