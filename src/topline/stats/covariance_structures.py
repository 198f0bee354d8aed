"""How the measurements of one participant at several visits may covary: nine structures with their derivatives.

Each structure has parameters that may be any real numbers: logarithms of standard deviations, and numbers ψ
that give correlations ρ = ψ / √(1 + ψ²), or for compound symmetry of m visits ρ between −1/(m − 1) and 1 by a
logistic function; the unstructured one has the logarithms of the diagonal and the lower elements of a Cholesky
factor. These are the parameters of R's mmrm from version 0.3.16 on (its vignette "Covariance structures", and its
news on compound symmetry), so that quantities which depend on the choice of parameters, as the full
Kenward–Roger covariance does, agree with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from scipy import special

from topline.stats.estimate import Floats

LARGEST_START = 0.9
"""Correlations the fit begins with stay within this."""


class Derivatives(NamedTuple):
    """A covariance matrix with its derivatives by the parameters.

    Parameters
    ----------
    value
        The covariance matrix, visits × visits [the response's unit, squared].
    first
        Parameters × visits × visits.
    second
        Parameters × parameters × visits × visits.
    """

    value: Floats
    first: Floats
    second: Floats


class _Correlation(NamedTuple):
    """A correlation matrix with its derivatives by the correlations that are parameters."""

    value: Floats
    first: Floats
    second: Floats


class _Link(NamedTuple):
    """Correlations as a function of unbounded parameters, with its derivatives."""

    value: Floats
    slope: Floats
    bend: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class CovarianceStructure:
    """One structure of the covariance of a participant's measurements.

    Parameters
    ----------
    name
        The key in :data:`STRUCTURES`.
    r, sas
        What R's mmrm and SAS PROC MIXED's TYPE= call it; ``None`` where SAS has no such structure.
    ordered
        Whether the order of the visits matters.
    number_of_parameters
        From the number of visits.
    value
        The covariance matrix, from parameters and number of visits.
    derivatives
        The same with its derivatives.
    start
        Parameters to begin a fit with, from a covariance matrix found without a model.
    sas_curvature
        For each parameter p that is a function of SAS's parameter s, p″(s) / p′(s)²; ``None`` where SAS's parameters
        are elements of the covariance matrix, so that it has no second derivatives by them.
    """

    name: str
    r: str
    sas: str | None
    ordered: bool
    number_of_parameters: Callable[[int], int]
    value: Callable[[Floats, int], Floats]
    derivatives: Callable[[Floats, int], Derivatives]
    start: Callable[[Floats], Floats]
    sas_curvature: Callable[[Floats, int], Floats] | None


def _between_minus_one_and_one(free: Floats, visits: int) -> _Link:
    root = np.sqrt(1 + free * free)
    return _Link(free / root, root**-3, -3 * free * root**-5)


def _from_minus_one_and_one(rho: Floats, visits: int) -> Floats:
    found: Floats = rho / np.sqrt(1 - rho * rho)
    return found


def _above_the_least(free: Floats, visits: int) -> _Link:
    """Keep a correlation common to all pairs above −1/(m − 1), where the matrix would be singular."""
    least = 1 / max(visits - 1, 1)
    share = special.expit(free)
    slope = (1 + least) * share * special.expit(-free)
    return _Link((1 + least) * share - least, slope, slope * (1 - 2 * share))


def _from_above_the_least(rho: Floats, visits: int) -> Floats:
    least = 1 / max(visits - 1, 1)
    found: Floats = special.logit((np.maximum(rho, -LARGEST_START * least) + least) / (1 + least))
    return found


@dataclass(frozen=True, slots=True)
class _Correlated:
    """A structure of standard deviations, one or one for each visit, and a correlation matrix."""

    number_of_correlations: Callable[[int], int]
    correlation: Callable[[Floats, int], _Correlation]
    lags: Callable[[Floats], Floats]
    link: Callable[[Floats, int], _Link] = _between_minus_one_and_one
    inverse_link: Callable[[Floats, int], Floats] = _from_minus_one_and_one
    heterogeneous: bool = False

    def deviations(self, visits: int) -> int:
        return visits if self.heterogeneous else 1

    def number_of_parameters(self, visits: int) -> int:
        return self.deviations(visits) + self.number_of_correlations(visits)

    def value(self, parameters: Floats, visits: int) -> Floats:
        return self.derivatives(parameters, visits).value

    def derivatives(self, parameters: Floats, visits: int) -> Derivatives:
        scales = self.deviations(visits)
        deviation = np.exp(np.broadcast_to(parameters[:scales], (visits,)))
        rho, slope, bend = self.link(parameters[scales:], visits)
        found = self.correlation(rho, visits)
        product = deviation[:, np.newaxis] * deviation
        value = product * found.value
        # By a correlation's parameter: the chain rule through the link.
        by_correlation = product * found.first * slope[:, np.newaxis, np.newaxis]
        twice = (
            product * found.second * (slope[:, np.newaxis] * slope)[:, :, np.newaxis, np.newaxis]
        )
        diagonal = np.arange(rho.size)
        twice[diagonal, diagonal] += product * found.first * bend[:, np.newaxis, np.newaxis]
        # By the logarithm of a standard deviation: the element again, as often as the deviation is a factor of it.
        factor = self._factors(visits)
        size = parameters.size
        first = np.concatenate([factor * value, by_correlation])
        second = np.empty((size, size, visits, visits))
        second[:scales, :scales] = factor[:, np.newaxis] * factor * value
        second[:scales, scales:] = factor[:, np.newaxis] * by_correlation
        second[scales:, :scales] = second[:scales, scales:].swapaxes(0, 1)
        second[scales:, scales:] = twice
        return Derivatives(value, first, second)

    def start(self, covariance: Floats) -> Floats:
        visits = len(covariance)
        variances = np.diag(covariance)
        deviation = np.sqrt(variances if self.heterogeneous else [variances.mean()])
        correlations = covariance / np.sqrt(variances[:, np.newaxis] * variances)
        lags = self.lags(correlations) if visits > 1 else np.zeros(0)
        rho = np.clip(lags, -LARGEST_START, LARGEST_START)
        for shrinking in (1.0, 0.7, 0.4, 0.1, 0.0):
            free = self.inverse_link(shrinking * rho, visits)
            parameters = np.concatenate([np.log(deviation), free])
            if _positive_definite(self.value(parameters, visits)):
                break
        return parameters

    def sas_curvature(self, parameters: Floats, visits: int) -> Floats:
        """SAS's parameters are variances, of which log σ is half the logarithm, and correlations."""
        scales = self.deviations(visits)
        link = self.link(parameters[scales:], visits)
        return np.concatenate([np.full(scales, -2.0), -link.bend / link.slope])

    def _factors(self, visits: int) -> Floats:
        if not self.heterogeneous:
            return np.full((1, visits, visits), 2.0)
        own = np.eye(visits)
        factors: Floats = own[:, :, np.newaxis] + own[:, np.newaxis, :]
        return factors


def _distances(visits: int) -> Floats:
    order = np.arange(visits, dtype=np.float64)
    return np.abs(order[:, np.newaxis] - order)


def _exchangeable(rho: Floats, visits: int) -> _Correlation:
    apart = 1 - np.eye(visits)
    shape = (rho.size, rho.size, visits, visits)
    return _Correlation(
        np.eye(visits) + rho.sum() * apart, apart[np.newaxis][: rho.size], np.zeros(shape)
    )


def _autoregressive(rho: Floats, visits: int) -> _Correlation:
    if visits == 1:
        return _toeplitz(rho, visits)
    lag = _distances(visits)
    once = lag * rho ** np.maximum(lag - 1, 0)
    twice = lag * (lag - 1) * rho ** np.maximum(lag - 2, 0)
    return _Correlation(rho**lag, once[np.newaxis], twice[np.newaxis, np.newaxis])


def _toeplitz(rho: Floats, visits: int) -> _Correlation:
    lag = _distances(visits)
    bands = (lag == np.arange(1, visits)[:, np.newaxis, np.newaxis]).astype(np.float64)
    value = np.eye(visits) + np.tensordot(rho, bands, axes=1)
    return _Correlation(value, bands, np.zeros((rho.size, rho.size, visits, visits)))


def _ante_dependent(rho: Floats, visits: int) -> _Correlation:
    """Correlate two visits by the product of the correlations of all neighbours between them."""
    order, steps = np.arange(visits), np.arange(visits - 1)
    earlier = np.minimum(order[:, np.newaxis], order)
    later = np.maximum(order[:, np.newaxis], order)
    between = (steps[:, np.newaxis, np.newaxis] >= earlier) & (
        steps[:, np.newaxis, np.newaxis] < later
    )
    factors = np.where(between, rho[:, np.newaxis, np.newaxis], 1.0)
    others = ~np.eye(rho.size, dtype=np.bool_)
    # Products without one factor, and without two, so that a correlation of 0 is no division by 0.
    without_one = np.where(others[:, :, np.newaxis, np.newaxis], factors, 1.0)
    first = np.where(between, without_one.prod(axis=1), 0.0)
    kept = others[:, np.newaxis, :] & others[np.newaxis, :, :]
    without_two = np.where(kept[..., np.newaxis, np.newaxis], factors, 1.0).prod(axis=2)
    both = between[:, np.newaxis] & between & others[:, :, np.newaxis, np.newaxis]
    return _Correlation(factors.prod(axis=0), first, np.where(both, without_two, 0.0))


def _mean_of_all(correlations: Floats) -> Floats:
    return np.array([correlations[np.triu_indices(len(correlations), 1)].mean()])


def _mean_of_neighbours(correlations: Floats) -> Floats:
    return np.array([np.diagonal(correlations, 1).mean()])


def _mean_by_lag(correlations: Floats) -> Floats:
    return np.array([np.diagonal(correlations, lag).mean() for lag in range(1, len(correlations))])


def _neighbours(correlations: Floats) -> Floats:
    return np.diagonal(correlations, 1).copy()


def _single(visits: int) -> int:
    return min(1, visits - 1)


def _all_but_one(visits: int) -> int:
    return visits - 1


def _triangle(visits: int) -> int:
    return visits * (visits + 1) // 2


def _factor(parameters: Floats, visits: int) -> tuple[Floats, Floats]:
    """Give the Cholesky factor, and the unit factor before its rows are scaled."""
    unit = np.eye(visits)
    unit[np.tril_indices(visits, -1)] = parameters[visits:]
    return np.exp(parameters[:visits])[:, np.newaxis] * unit, unit


def _unstructured_value(parameters: Floats, visits: int) -> Floats:
    factor, _ = _factor(parameters, visits)
    return factor @ factor.T


def _unstructured_derivatives(parameters: Floats, visits: int) -> Derivatives:
    factor, _ = _factor(parameters, visits)
    size, order = parameters.size, np.arange(visits)
    rows, columns = np.tril_indices(visits, -1)
    below = np.arange(visits, size)
    scales = np.exp(parameters[:visits])
    once = np.zeros((size, visits, visits))
    once[order, order] = factor
    once[below, rows, columns] = scales[rows]
    half = once @ factor.T
    # Twice by the same logarithm, or by it and an element of its row, gives the first derivative again.
    again = np.zeros((size, size, visits, visits))
    again[order, order] = half[order]
    again[rows, below] = half[below]
    again[below, rows] = half[below]
    crossed = once[:, np.newaxis] @ once.swapaxes(1, 2)
    total = again + crossed
    return Derivatives(factor @ factor.T, half + half.swapaxes(1, 2), total + total.swapaxes(2, 3))


def _unstructured_start(covariance: Floats) -> Floats:
    variances = np.diag(np.diag(covariance))
    for shrinking in (1.0, 0.9, 0.7, 0.4, 0.0):
        tried = shrinking * covariance + (1 - shrinking) * variances
        if _positive_definite(tried):
            break
    factor = np.linalg.cholesky(tried)
    scales = np.diag(factor)
    unit = factor / scales[:, np.newaxis]
    return np.concatenate([np.log(scales), unit[np.tril_indices(len(covariance), -1)]])


def _positive_definite(matrix: Floats) -> bool:
    try:
        factor = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return bool((np.diag(factor) ** 2 > 1e-6 * np.diag(matrix)).all())


def _correlated(
    name: str, r: str, sas: tuple[str | None, str], inner: _Correlated, *, ordered: bool = True
) -> tuple[CovarianceStructure, CovarianceStructure]:
    """Make a structure with one variance, and the same with a variance for each visit."""
    made = []
    for heterogeneous in (False, True):
        own = replace(inner, heterogeneous=heterogeneous)
        made.append(
            CovarianceStructure(
                name=f"heterogeneous-{name}" if heterogeneous else name,
                r=f"{r}h" if heterogeneous else r,
                sas=sas[heterogeneous],
                ordered=ordered,
                number_of_parameters=own.number_of_parameters,
                value=own.value,
                derivatives=own.derivatives,
                start=own.start,
                # TYPE=CS and TYPE=TOEP are the two whose parameters are variances and covariances.
                sas_curvature=None if sas[heterogeneous] in ("CS", "TOEP") else own.sas_curvature,
            )
        )
    return made[0], made[1]


_ALL = (
    CovarianceStructure(
        name="unstructured",
        r="us",
        sas="UN",
        ordered=False,
        number_of_parameters=_triangle,
        value=_unstructured_value,
        derivatives=_unstructured_derivatives,
        start=_unstructured_start,
        sas_curvature=None,
    ),
    *_correlated(
        "compound-symmetry",
        "cs",
        ("CS", "CSH"),
        _Correlated(_single, _exchangeable, _mean_of_all, _above_the_least, _from_above_the_least),
        ordered=False,
    ),
    *_correlated(
        "autoregressive",
        "ar1",
        ("AR(1)", "ARH(1)"),
        _Correlated(_single, _autoregressive, _mean_of_neighbours),
    ),
    *_correlated(
        "toeplitz", "toep", ("TOEP", "TOEPH"), _Correlated(_all_but_one, _toeplitz, _mean_by_lag)
    ),
    *_correlated(
        "ante-dependence",
        "ad",
        (None, "ANTE(1)"),
        _Correlated(_all_but_one, _ante_dependent, _neighbours),
    ),
)

STRUCTURES: Mapping[str, CovarianceStructure] = MappingProxyType(
    {structure.name: structure for structure in _ALL}
)
"""The structures by name.

Examples
--------
>>> {name: structure.number_of_parameters(4) for name, structure in STRUCTURES.items()}["toeplitz"]
4
"""
