"""A linear model of repeated measurements with correlated errors, fitted by restricted maximum likelihood.

This is the mixed model for repeated measures (MMRM) of clinical trials: every participant's measurements at
several visits, with a covariance matrix between visits and no imputation. :func:`fit_mixed_model` fits it;
:mod:`topline.stats.degrees_of_freedom` and :mod:`topline.stats.mixed_model_means` ask it for results.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from topline.errors import DataError, LimitError, UsageError
from topline.stats.checking import finite, known, same_length
from topline.stats.covariance_structures import STRUCTURES, CovarianceStructure
from topline.stats.estimate import Floats
from topline.stats.model_matrix import Categorical, ModelMatrix, categorize
from topline.stats.restricted_likelihood import (
    Curvature,
    Likelihood,
    curvature,
    restricted_likelihood,
)
from topline.stats.visit_patterns import VisitPatterns, reduce_to_patterns

LARGEST_NUMBER_OF_VISITS = 24
"""Beyond it the second derivatives of an unstructured covariance matrix would not fit in memory."""

MOST_STEPS = 200
LONGEST_STEP = 2.0
"""Of any parameter in one step: a factor of e² in a standard deviation."""

SETTLED, SETTLED_SHARE = 1e-8, 1e-13
"""An expected fall of minus twice the log-likelihood this small, or this small a share of it, which rounding could
hide: full Newton steps from here on."""

DEPENDENT = 1e-8
"""A column whose part outside the columns before it is below this share of its length is determined by them."""

NOISE = 1e-10
"""A residual variance below this share of the response's, or correlations this near to singular, is no variance."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedFit:
    """A fitted linear model of repeated measurements.

    Parameters
    ----------
    matrix
        The columns of the model.
    structure
        The covariance structure.
    visits
        The visits in order.
    number, participants
        Measurements and participants.
    coefficients
        One for each column; 0 for a column that ``estimated`` excludes, as if it were not in the model.
    estimated
        Whether each column is told apart from those before it.
    root
        Columns × rank: its product with its transpose is the coefficients' asymptotic covariance.
    dependence
        What the excluded columns are of the others: rank × excluded.
    parameters
        The covariance parameters.
    covariance
        The covariance matrix between visits [the response's unit, squared].
    minus_twice_log_likelihood
        Minus twice the restricted log-likelihood.
    patterns, likelihood, curvature
        What degrees of freedom are computed from.
    converged
        Whether the likelihood's maximum was found.
    steps
        How many steps it took.
    notes
        Why not, and what else a reader must know.
    """

    matrix: ModelMatrix
    structure: CovarianceStructure
    visits: tuple[str, ...]
    number: int
    participants: int
    coefficients: Floats
    estimated: NDArray[np.bool_]
    root: Floats
    dependence: Floats
    parameters: Floats
    covariance: Floats
    minus_twice_log_likelihood: float
    patterns: VisitPatterns
    likelihood: Likelihood
    curvature: Curvature
    converged: bool
    steps: int
    notes: tuple[str, ...] = ()

    @property
    def akaike_criterion(self) -> float:
        """Minus twice the restricted log-likelihood plus twice the covariance parameters (as SAS and R's mmrm)."""
        return self.minus_twice_log_likelihood + 2 * self.parameters.size

    @property
    def bayesian_criterion(self) -> float:
        """The same with the logarithm of the number of participants in place of 2 (as SAS and R's mmrm)."""
        return self.minus_twice_log_likelihood + self.parameters.size * math.log(self.participants)

    def estimable(self, row: Floats) -> bool:
        """Tell whether the data determine a combination of coefficients."""
        implied = row[self.estimated] @ self.dependence
        gap = np.abs(row[~self.estimated] - implied)
        return bool((gap <= DEPENDENT * max(1.0, float(np.linalg.norm(row)))).all())


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Where a search for the maximum ended."""

    parameters: Floats
    likelihood: Likelihood
    curvature: Curvature
    converged: bool
    steps: int


def fit_mixed_model(
    response: ArrayLike,
    matrix: ModelMatrix,
    *,
    subject: Iterable[object],
    visit: Iterable[object],
    covariance: str = "unstructured",
    visit_order: Sequence[object] | None = None,
) -> MixedFit:
    """Fit a linear model of repeated measurements by restricted maximum likelihood.

    The covariance parameters maximise the restricted likelihood (Patterson and Thompson, Biometrika 58 (1971)
    545–554, doi:10.1093/biomet/58.3.545); the coefficients are the generalised least squares solution given them, b
    = (Σ Xᵢ′Vᵢ⁻¹Xᵢ)⁻¹ Σ Xᵢ′Vᵢ⁻¹yᵢ over participants. Newton's method with analytic second derivatives, guarded by
    expected second derivatives (Fisher scoring) where the observed ones are not positive definite and by halving
    steps, runs until rounding stops it.

    Parameters
    ----------
    response
        One finite number for each measurement [the response's unit]. Leave out measurements that were not taken:
        nothing is imputed.
    matrix
        The columns of the model, from :func:`topline.stats.model_matrix.model_matrix`.
    subject
        Who each measurement is of.
    visit
        When it was taken; no participant has two at one visit.
    covariance
        A name in :data:`topline.stats.covariance_structures.STRUCTURES`. All participants share one matrix.
    visit_order
        The visits in order. May be left out for structures that do not depend on it (unstructured, compound
        symmetry), and where all visits are numbers.

    Returns
    -------
    MixedFit
        With ``converged`` false and a note where the likelihood has no maximum inside the parameters' space, as
        with too few participants for an unstructured matrix; everything that rests on it is then undefined.

    Raises
    ------
    DataError
        If the sequences differ in length, an element is missing or not finite, a participant has two measurements
        at one visit, or there are no more measurements than columns.
    UsageError
        If the structure is not known, or depends on an order of visits that is not given.
    LimitError
        If there are more than 24 visits.

    See Also
    --------
    R: ``mmrm::mmrm(response ~ … + us(visit | subject))``, ``nlme::gls``. SAS: PROC MIXED with REPEATED visit /
    SUBJECT=subject TYPE=UN.

    Notes
    -----
    Not suitable where a participant's measurements at different visits are missing because of values that were not
    observed: the method assumes that data are missing at random.

    Examples
    --------
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> visit = ["1", "2"] * 4
    >>> made = model_matrix(variables(factors={"visit": visit}), [("visit",)])
    >>> fit = fit_mixed_model([1, 2, 2, 4, 4, 3, 5, 7], made, subject=[1, 1, 2, 2, 3, 3, 4, 4], visit=visit)
    >>> fit.converged, fit.coefficients.round(6).tolist(), fit.covariance.round(4).tolist()
    (True, [3.0, 1.0], [[3.3333, 3.0], [3.0, 4.6667]])
    """
    outcome = finite("response", response)
    structure = STRUCTURES[known("covariance structure", covariance, STRUCTURES)]
    who = categorize("subject", subject)
    when = _visits(visit, visit_order, structure)
    same_length(response=outcome, subject=who.codes, visit=when.codes, matrix=matrix.columns)
    _refuse_twice(who, when)
    if len(when.levels) > LARGEST_NUMBER_OF_VISITS:
        raise LimitError(
            f"{len(when.levels)} visits", accepted=f"at most {LARGEST_NUMBER_OF_VISITS}"
        )
    with np.errstate(over="ignore"):
        scales = np.linalg.norm(matrix.columns, axis=0)
        size = float(np.linalg.norm(outcome))
    if not np.isfinite(scales).all() or not math.isfinite(size):
        raise DataError("the numbers are too large to be squared", where="response")
    scales[scales == 0] = 1.0
    columns = matrix.columns / scales
    # Reduced about a rough fit, so that a large mean does not cost the digits of a small spread.
    rough = np.linalg.lstsq(columns.T @ columns, columns.T @ outcome, rcond=1e-12)[0]
    everything = np.column_stack([columns, outcome - columns @ rough])
    patterns = reduce_to_patterns(everything, who.codes, when.codes, len(when.levels))
    basis = _basis(patterns)
    kept = np.flatnonzero(basis.estimated)
    _refuse_too_few(outcome.size, kept.size)
    start = structure.start(_moments(basis.patterns, when.levels, outcome))
    found = _maximise(basis.patterns, structure, start)
    # Back from orthonormal columns to the model's own.
    back = linalg.solve_triangular(basis.triangle, np.eye(kept.size), check_finite=False)
    coefficients = np.zeros(scales.size)
    coefficients[kept] = (
        back @ found.likelihood.coefficients
        + basis.shift
        + rough[kept]
        + basis.dependence @ rough[~basis.estimated]
    )
    root = np.zeros((scales.size, kept.size))
    root[kept] = back @ found.likelihood.root
    sizes = np.abs(np.diagonal(basis.triangle)) * scales[kept]
    value = structure.value(found.parameters, len(when.levels))
    found = replace(found, converged=found.converged and _is_inside(found.curvature, value))
    return MixedFit(
        matrix=matrix,
        structure=structure,
        visits=when.levels,
        number=outcome.size,
        participants=len(who.levels),
        coefficients=coefficients / scales,
        estimated=basis.estimated,
        root=root / scales[:, np.newaxis],
        dependence=basis.dependence * scales[~basis.estimated] / scales[kept][:, np.newaxis],
        parameters=found.parameters,
        covariance=value,
        minus_twice_log_likelihood=found.likelihood.minus_twice + 2 * float(np.log(sizes).sum()),
        patterns=basis.patterns,
        likelihood=found.likelihood,
        curvature=found.curvature,
        converged=found.converged,
        steps=found.steps,
        notes=_notes(found, basis, matrix),
    )


def _visits(
    visit: Iterable[object], order: Sequence[object] | None, structure: CovarianceStructure
) -> Categorical:
    found = visit.tolist() if isinstance(visit, np.ndarray) else list(visit)
    if order is None and structure.ordered and not all(isinstance(one, Real) for one in found):
        raise UsageError(
            f"the structure {structure.name!r} depends on the order of the visits, and they are not numbers",
            where="visit_order",
            accepted="the visits in order",
        )
    return categorize("visit", found, order)


def _refuse_twice(who: Categorical, when: Categorical) -> None:
    cells = who.codes * len(when.levels) + when.codes
    ordered = np.sort(cells)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if twice.size:
        subject, visit = divmod(int(twice[0]), len(when.levels))
        raise DataError(
            f"subject {who.levels[subject]!r} has more than one measurement at visit {when.levels[visit]!r}",
            where="visit",
            accepted="one measurement for each subject and visit",
        )


def _refuse_too_few(number: int, rank: int) -> None:
    if rank == 0:
        raise DataError("the model has no column that is not zero", where="matrix")
    if number <= rank:
        raise DataError(
            f"{number} measurements for a model of {rank} coefficients",
            accepted="more measurements than coefficients",
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Basis:
    """The data with orthonormal columns and the residuals of ordinary least squares in place of the response."""

    patterns: VisitPatterns
    estimated: NDArray[np.bool_]
    triangle: Floats
    shift: Floats
    dependence: Floats


def _basis(patterns: VisitPatterns) -> _Basis:
    width = patterns.rows.shape[2]
    stacked = patterns.rows.reshape(-1, width)
    if len(stacked) < width:
        stacked = np.vstack([stacked, np.zeros((width - len(stacked), width))])
    triangle: Floats = linalg.qr(stacked, mode="r", check_finite=False)[0][:width].astype(
        np.float64
    )
    estimated = _independent(triangle[:, :-1])
    kept = triangle[:, :-1][:, estimated]
    rotation, inner = np.linalg.qr(kept)
    shift = linalg.solve_triangular(inner, rotation.T @ triangle[:, -1], check_finite=False)
    dependence = linalg.solve_triangular(
        inner, rotation.T @ triangle[:, :-1][:, ~estimated], check_finite=False
    )
    columns = patterns.rows[:, :, :-1][:, :, estimated]
    rows = np.empty((*columns.shape[:2], inner.shape[0] + 1))
    rows[:, :, :-1] = linalg.solve_triangular(
        inner, columns.reshape(-1, len(inner)).T, trans="T", check_finite=False
    ).T.reshape(columns.shape)
    rows[:, :, -1] = patterns.rows[:, :, -1] - columns @ shift
    return _Basis(
        patterns=VisitPatterns(
            rows=rows,
            pattern=patterns.pattern,
            observed=patterns.observed,
            participants=patterns.participants,
        ),
        estimated=estimated,
        triangle=inner,
        shift=shift,
        dependence=dependence,
    )


def _independent(triangle: Floats) -> NDArray[np.bool_]:
    """Tell which columns are not determined by those before them, as R's lm does."""
    found = np.zeros(triangle.shape[1], dtype=np.bool_)
    basis = np.zeros((len(triangle), 0))
    for position, column in enumerate(triangle.T):
        # Twice, because once leaves rounding behind where little of the column is left.
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        length = float(np.linalg.norm(rest))
        if length > DEPENDENT * float(np.linalg.norm(column)):
            found[position] = True
            basis = np.column_stack([basis, rest / length])
    return found


def _moments(patterns: VisitPatterns, visits: Sequence[str], outcome: Floats) -> Floats:
    """Estimate variances and covariances between visits from residuals, to begin with."""
    residuals = patterns.rows[:, :, -1]
    seen = patterns.observed.astype(np.float64)
    together = seen.T @ (patterns.participants[:, np.newaxis] * seen)
    sums = residuals.T @ residuals
    found: Floats = np.where(together > 0, sums / np.maximum(together, 1), 0.0)
    noise = NOISE * float(outcome.var())
    for visit, variance in zip(visits, np.diag(found), strict=True):
        if variance <= noise:
            raise DataError(
                f"the model fits the measurements at visit {visit!r} exactly, so that they have no variance",
                where="visit",
                accepted="more measurements at each visit than the model has columns for it",
            )
    return found


def _maximise(patterns: VisitPatterns, structure: CovarianceStructure, start: Floats) -> _Found:
    """Maximise the restricted likelihood by a guarded Newton method."""
    visits = patterns.observed.shape[1]
    here = start
    likelihood = restricted_likelihood(patterns, structure.value(here, visits))
    if likelihood is None:
        raise DataError(
            "the likelihood cannot be computed: the measurements are too far apart in size"
        )
    bent = curvature(patterns, likelihood, structure.derivatives(here, visits))
    for count in range(MOST_STEPS):
        step, fall, exact = _step(bent)
        if exact and fall < SETTLED + SETTLED_SHARE * abs(likelihood.minus_twice):
            return _polish(patterns, structure, _Found(here, likelihood, bent, True, count), step)
        moved = _search(patterns, structure, here, likelihood, step, fall)
        if moved is None:
            return _Found(here, likelihood, bent, False, count)
        here, likelihood = moved
        bent = curvature(patterns, likelihood, structure.derivatives(here, visits))
    return _Found(here, likelihood, bent, False, MOST_STEPS)


def _step(bent: Curvature) -> tuple[Floats, float, bool]:
    """Give the step, by how much it should lower the function, and whether by observed derivatives."""
    for second, exact in ((bent.observed, True), (bent.expected, False)):
        try:
            factor = linalg.cho_factor(second, check_finite=False)
        except linalg.LinAlgError:
            continue
        step = -linalg.cho_solve(factor, bent.gradient, check_finite=False)
        fall = -float(bent.gradient @ step)
        if math.isfinite(fall):
            return step, fall, exact
    # Neither is positive definite: some parameter does nothing, and the others move alone.
    step = -np.linalg.lstsq(bent.expected, bent.gradient, rcond=1e-10)[0].astype(np.float64)
    return step, max(0.0, -float(bent.gradient @ step)), False


def _search(
    patterns: VisitPatterns,
    structure: CovarianceStructure,
    here: Floats,
    likelihood: Likelihood,
    step: Floats,
    fall: float,
) -> tuple[Floats, Likelihood] | None:
    """Shorten a step until the likelihood rises."""
    longest = float(np.abs(step).max())
    share = min(1.0, LONGEST_STEP / longest) if longest > 0 else 1.0
    while share > 1e-10:
        there = here + share * step
        tried = restricted_likelihood(patterns, structure.value(there, patterns.observed.shape[1]))
        if tried is not None and (
            tried.minus_twice <= likelihood.minus_twice - 1e-4 * share * fall
        ):
            return there, tried
        share /= 2
    return None


def _polish(
    patterns: VisitPatterns, structure: CovarianceStructure, found: _Found, step: Floats
) -> _Found:
    """Take full Newton steps near the maximum for as long as rounding lets them help."""
    visits = patterns.observed.shape[1]
    _, fall, _ = _step(found.curvature)
    for _ in range(10):
        there = found.parameters + step
        likelihood = restricted_likelihood(patterns, structure.value(there, visits))
        if likelihood is None:
            break
        bent = curvature(patterns, likelihood, structure.derivatives(there, visits))
        step, next_fall, exact = _step(bent)
        if not exact or next_fall >= fall:
            break
        found, fall = _Found(there, likelihood, bent, True, found.steps + 1), next_fall
    return found


def _is_inside(bent: Curvature, covariance: Floats) -> bool:
    """Tell whether a maximum is a point, and not a flat line or the edge of what is a covariance matrix."""
    for matrix in (bent.observed, bent.expected, covariance):
        lengths = np.sqrt(np.abs(np.diag(matrix)))
        if not lengths.all() or not np.isfinite(lengths).all():
            return False
        if np.linalg.eigvalsh(matrix / lengths[:, np.newaxis] / lengths)[0] < NOISE:
            return False
    return True


def _notes(found: _Found, basis: _Basis, matrix: ModelMatrix) -> tuple[str, ...]:
    notes = []
    if not found.converged:
        notes.append(
            "did not converge: the likelihood rises towards a covariance matrix that is none "
            "(too few participants for this structure?)"
        )
    excluded = [name for name, kept in zip(matrix.names, basis.estimated, strict=True) if not kept]
    if excluded:
        notes.append(f"determined by other columns, and left out: {', '.join(excluded)}")
    return tuple(notes)
