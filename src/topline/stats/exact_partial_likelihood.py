"""The exact partial likelihood of tied times, as of discrete time: conditional logistic regression.

Given that d of those at risk have the event at a time, the likelihood is the odds that it was those who did:
``Π risk of the deaths / Σ over all subsets of size d``. The sum over subsets is the elementary symmetric
polynomial, which grows by one participant in one step: ``e_k ← e_k + risk × e_{k−1}``; so do its derivatives.
"""

import math

import numpy as np

from topline.errors import LimitError
from topline.stats.estimate import Floats
from topline.stats.risk_sets import RiskSets

LARGEST_TIE = 600
"""Events at one time that the exact method takes: sums over subsets of so many stay within a float's range."""


def exact_likelihood(sets: RiskSets, coefficients: Floats) -> tuple[float, Floats, Floats]:
    """Evaluate the exact partial likelihood.

    Parameters
    ----------
    sets
        The risk sets, without weights.
    coefficients
        The logarithms of the hazard ratios (of the odds ratios in discrete time).

    Returns
    -------
    float
        The log-likelihood.
    numpy.ndarray
        Its gradient.
    numpy.ndarray
        The observed information.

    Raises
    ------
    LimitError
        If so many are tied that the number of subsets cannot be held in a floating-point number.

    Notes
    -----
    Gail, Lubin and Rubinstein, Biometrika 68 (1981) 703–707. Risk sets are nested where there is no late
    entry, so one pass serves all; with late entry each is built by itself. Time grows with the participants
    times the largest number of ties.

    Examples
    --------
    >>> from topline.stats.risk_sets import arrange
    >>> sets = arrange([1, 1, 2], [1, 1, 0], np.array([[0.0], [1.0], [0.0]]))
    >>> round(exact_likelihood(sets, np.zeros(1))[0], 6)
    -1.098612
    """
    predictor = coefficients @ sets.covariates
    predictor = predictor - predictor.max()
    value, score = 0.0, np.zeros(coefficients.size)
    information = np.zeros((coefficients.size, coefficients.size))
    sizes = sets.set_size
    for stratum in range(sets.bounds.size - 1):
        first, last = (int(one) for one in sets.set_bounds[stratum : stratum + 2])
        if first == last:
            continue
        start = int(sets.bounds[stratum])
        polynomial = _Polynomial(
            sets.covariates, predictor, start, int(sets.last_at_risk[last - 1]) + 1
        )
        polynomial.restart(int(sizes[first:last].max()))
        done = start
        for tied in range(first, last):
            stop, deaths = int(sets.last_at_risk[tied]) + 1, int(sizes[tied])
            if sets.entry is not None:
                polynomial.restart(deaths)
                entered = sets.entry.time[start:stop] < sets.time[stop - 1]
                polynomial.add(start + np.flatnonzero(entered))
            else:
                polynomial.add(np.arange(done, stop))
                done = stop
            logarithm, mean, covariance = polynomial.subsets(deaths)
            died = sets.happened[sets.first_death[tied] : sets.first_death[tied] + deaths]
            value += float(predictor[died].sum()) - logarithm
            score += sets.covariates[:, died].sum(axis=1) - mean
            information += covariance
    return value, score, information


class _Polynomial:
    """Elementary symmetric polynomials of risks, with the first and second moments of the covariates."""

    def __init__(self, covariates: Floats, predictor: Floats, start: int, stop: int) -> None:
        self.covariates = covariates.T
        self.risk = np.exp(predictor)
        self.total = float(self.risk[start:stop].sum())

    def restart(self, largest: int) -> None:
        """Begin with nobody, for subsets of at most a size."""
        if largest > LARGEST_TIE:
            raise _too_many(largest)
        number = self.covariates.shape[1]
        # Risks are divided so that all polynomials stay below e^size, which a float holds up to 700.
        self.scale = self.total / largest
        self.zeroth = np.zeros(largest + 1)
        self.zeroth[0] = 1.0
        self.first = np.zeros((largest + 1, number))
        self.second = np.zeros((largest + 1, number, number))

    def add(self, places: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> None:
        """Add participants one by one."""
        for place in places.tolist():
            x, risk = self.covariates[place], self.risk[place] / self.scale
            cross = self.first[:-1, :, None] * x
            self.second[1:] += risk * (
                self.second[:-1]
                + cross
                + cross.transpose(0, 2, 1)
                + self.zeroth[:-1, None, None] * np.outer(x, x)
            )
            self.first[1:] += risk * (self.first[:-1] + self.zeroth[:-1, None] * x)
            self.zeroth[1:] += risk * self.zeroth[:-1]

    def subsets(self, size: int) -> tuple[float, Floats, Floats]:
        """Give the logarithm of the sum over subsets, and the mean and covariance of a subset's covariates."""
        total = float(self.zeroth[size])
        if not 0 < total < math.inf:
            raise _too_many(size)
        mean = self.first[size] / total
        covariance = self.second[size] / total - np.outer(mean, mean)
        return math.log(total) + size * math.log(self.scale), mean, covariance


def _too_many(size: int) -> LimitError:
    return LimitError(
        f"{size} tied events are too many for the exact method",
        accepted=f"at most {LARGEST_TIE} events at one time, and risks that are not extreme",
        advice="use ties='efron'",
    )
