"""A linear model with independent errors of equal variance: coefficients, contrasts, type 2 and type 3 tests.

:func:`fit_linear_model` takes any model matrix; :mod:`topline.stats.least_squares` is the shorter way to groups'
least squares means alone. Analysis of covariance is a model of a factor and a covariate.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from topline.errors import DataError
from topline.stats.checking import confidence_level, finite, known, same_length
from topline.stats.effect import Effect, Question, t_effect, undefined_effect
from topline.stats.estimate import Estimate, Floats, Sides, Test, undefined_test
from topline.stats.judged_statistics import f_test
from topline.stats.model_matrix import (
    Margins,
    ModelMatrix,
    Term,
    model_matrix,
    refuse_no_difference,
)

DEPENDENT = 1e-9
"""A column whose part outside the columns before it is below this share of its length is determined by them."""

NOISE = 1e-13
"""Residuals below this share of the response's size are rounding noise of a perfect fit."""

_PERFECT = "undefined: the fit is perfect"
_NO_FREEDOM = "undefined: no degrees of freedom are left"
_NOT_ESTIMABLE = "not estimable: the data do not tell it apart from other effects (an empty cell, or confounding)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearFit:
    """A fitted linear model.

    Parameters
    ----------
    matrix
        The columns of the model.
    coefficients
        One for each column; 0 for a column that ``estimated`` excludes, as if it were not in the model.
    estimated
        Whether each column is told apart from those before it.
    root
        Columns × rank: its product with its transpose, times the residual variance, is the coefficients'
        covariance.
    dependence
        What the excluded columns are of the others: rank × excluded.
    residual_norm
        The root of the residual sum of squares.
    response
        What was fitted.
    """

    matrix: ModelMatrix
    coefficients: Floats
    estimated: NDArray[np.bool_]
    root: Floats
    dependence: Floats
    residual_norm: float
    response: Floats

    @property
    def degrees_of_freedom(self) -> int:
        """Observations minus the rank of the model."""
        return self.response.size - int(self.estimated.sum())

    @property
    def residual_standard_deviation(self) -> float | None:
        """The root of the residual mean square [the response's unit]; ``None`` without degrees of freedom."""
        if self.degrees_of_freedom == 0:
            return None
        return float(self.residual_norm / np.sqrt(self.degrees_of_freedom))

    @property
    def determination(self) -> float | None:
        """The share of the variance about the mean that the model explains, R² [1]; ``None`` without variance."""
        about = float(np.linalg.norm(self.response - self.response.mean()))
        return 1 - (self.residual_norm / about) ** 2 if about > 0 else None

    def estimable(self, row: Floats) -> bool:
        """Tell whether the data determine a combination of coefficients."""
        implied = row[self.estimated] @ self.dependence
        gap = np.abs(row[~self.estimated] - implied)
        return bool((gap <= 1e-8 * max(1.0, float(np.linalg.norm(row)))).all())


def fit_linear_model(response: ArrayLike, matrix: ModelMatrix) -> LinearFit:
    """Fit a linear model by least squares.

    The coefficients b minimise Σ(yᵢ − xᵢ′b)²; the residual variance s² is that sum over the number of observations
    less the rank of the columns. Draper and Smith, Applied Regression Analysis, 3rd edition, 1998, chapter 5. Not
    for several measurements of one participant: :func:`topline.stats.mixed_model.fit_mixed_model`.

    Parameters
    ----------
    response
        One finite number for each observation [the response's unit].
    matrix
        The columns of the model, from :func:`topline.stats.model_matrix.model_matrix`.

    Returns
    -------
    LinearFit
        Also where columns are linearly dependent: later ones are then left out, as R does; and without degrees of
        freedom, where standard errors and tests are then undefined.

    Raises
    ------
    DataError
        If the lengths differ, an element is not finite, or the numbers are too large to be squared.

    See Also
    --------
    R: ``lm(response ~ terms)``. SAS: PROC GLM.

    Examples
    --------
    >>> from topline.stats.model_matrix import variables
    >>> made = model_matrix(variables(factors={"arm": ["a", "a", "b", "b"]}), [("arm",)])
    >>> fit = fit_linear_model([1, 2, 4, 5], made)
    >>> fit.coefficients.round(6).tolist(), round(fit.residual_standard_deviation, 6)
    ([1.5, 3.0], 0.707107)
    """
    outcome = finite("response", response)
    same_length(response=outcome, matrix=matrix.columns)
    with np.errstate(over="ignore"):
        scales = np.linalg.norm(matrix.columns, axis=0)
        size = float(np.linalg.norm(outcome))
    if not np.isfinite(scales).all() or not np.isfinite(size):
        raise DataError("the numbers are too large to be squared", where="response")
    scales[scales == 0] = 1.0
    columns = matrix.columns / scales
    basis, estimated = _orthonormal_basis(columns)
    triangle = basis.T @ columns[:, estimated]
    # Without its mean: a large mean would cost the digits of a small spread. The intercept is always in the model.
    mean = float(outcome.mean())
    about = outcome - mean
    coordinates = basis.T @ about
    residual = float(np.linalg.norm(about - basis @ coordinates))
    coefficients = np.zeros(scales.size)
    coefficients[estimated] = linalg.solve_triangular(triangle, coordinates, check_finite=False)
    coefficients /= scales
    coefficients[0] += mean
    rank = len(triangle)
    root = np.zeros((scales.size, rank))
    root[estimated] = linalg.solve_triangular(triangle, np.eye(rank), check_finite=False)
    implied = linalg.solve_triangular(
        triangle, basis.T @ columns[:, ~estimated], check_finite=False
    )
    return LinearFit(
        matrix=matrix,
        coefficients=coefficients,
        estimated=estimated,
        root=root / scales[:, np.newaxis],
        dependence=implied * scales[~estimated] / scales[estimated][:, np.newaxis],
        residual_norm=residual if residual > NOISE * size else 0.0,
        response=outcome,
    )


def linear_model_coefficients(fit: LinearFit, *, level: float = 0.95) -> tuple[Effect, ...]:
    """Estimate and test every coefficient.

    bⱼ with the standard error s √((X′X)⁻¹ⱼⱼ), and t = bⱼ over it, with the degrees of freedom of s. Draper and
    Smith, Applied Regression Analysis, 3rd edition, 1998, chapter 5. Not for the effect of a factor of three or
    more levels, which is several coefficients: :func:`type_two_tests`. In R: ``summary(fit)$coefficients``; in SAS:
    PROC GLM, MODEL … / SOLUTION CLPARM, with the last level as reference and not the first.

    Parameters
    ----------
    fit
        From :func:`fit_linear_model`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    tuple of Effect
        One for each column [the response's unit over the column's]. A column determined by those before it has no
        estimate; limits and test are undefined where the fit is perfect or no degrees of freedom are left.

    Examples
    --------
    >>> from topline.stats.model_matrix import variables
    >>> made = model_matrix(variables(factors={"arm": ["a", "a", "b", "b"]}), [("arm",)])
    >>> found = linear_model_coefficients(fit_linear_model([1, 2, 4, 5], made))[1]
    >>> found.name, round(found.estimate.standard_error, 6)
    ('armb', 0.707107)
    """
    names = fit.matrix.names
    found = []
    for name, row, told in zip(names, np.eye(len(names)), fit.estimated, strict=True):
        question = Question(name=name, method="coefficient, least squares", level=level)
        reason = None if told else "not estimable: determined by the columns before it"
        found.append(_effect(fit, row, question, reason))
    return tuple(found)


def linear_model_mean(
    fit: LinearFit,
    at: Mapping[str, str | float],
    *,
    level: float = 0.95,
    margins: Margins = "balanced",
) -> Estimate:
    """Estimate a least squares mean: the model's prediction at named levels.

    x′b, at the mean of each covariate and averaged over the levels of factors that are not named, with the standard
    error s √(x′(X′X)⁻¹x). Searle, Speed and Milliken, The American Statistician 34 (1980) 216–221,
    doi:10.1080/00031305.1980.10483031. Not for comparison with an observed mean: it is the mean that a group would
    have had with the covariates of all.

    Parameters
    ----------
    fit
        From :func:`fit_linear_model`.
    at, margins
        As in :meth:`topline.stats.model_matrix.ModelMatrix.row`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        In the response's unit, with standard error and degrees of freedom; undefined where the data cannot tell it,
        the limits also for a perfect fit or without degrees of freedom.

    See Also
    --------
    R: ``emmeans(fit, "arm")``. SAS: PROC GLM, LSMEANS.

    Examples
    --------
    >>> from topline.stats.model_matrix import variables
    >>> made = model_matrix(variables(factors={"arm": ["a", "a", "b", "b"]}), [("arm",)])
    >>> round(linear_model_mean(fit_linear_model([1, 2, 4, 5], made), {"arm": "b"}).value, 6)
    4.5
    """
    question = Question(method=f"least squares mean{_weights(margins)}", level=level)
    row = fit.matrix.row(at, margins=margins)
    return _effect(fit, row, question, None).estimate


def linear_model_difference(
    fit: LinearFit,
    first: Mapping[str, str | float],
    second: Mapping[str, str | float],
    *,
    level: float = 0.95,
    margins: Margins = "balanced",
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Effect:
    """Estimate and test the difference of two least squares means, first minus second.

    d = (x₁ − x₂)′b with standard error s √((x₁ − x₂)′(X′X)⁻¹(x₁ − x₂)) and t = (d − δ₀) over it. Source:
    :func:`linear_model_mean`. Not for claims about several comparisons at once: nothing is adjusted for their
    number. In R: ``pairs(emmeans(fit, "arm"), adjust = "none")``; in SAS: PROC GLM, LSMEANS arm / PDIFF CL.

    Parameters
    ----------
    fit, level, margins
        As in :func:`linear_model_mean`.
    first, second
        Where the two means are taken, as ``at`` in :func:`linear_model_mean` [the covariate's unit].
    null_value
        The difference under the null hypothesis [the response's unit].
    sides
        The alternative: ``"greater"`` where the difference is greater than ``null_value``.

    Returns
    -------
    Effect
        In the response's unit; undefined as :func:`linear_model_mean`.

    Raises
    ------
    UsageError
        If the model gives both places one mean whatever the data, as it does a place and itself.

    Examples
    --------
    >>> from topline.stats.model_matrix import variables
    >>> made = model_matrix(variables(factors={"arm": ["a", "a", "b", "b"]}), [("arm",)])
    >>> found = linear_model_difference(fit_linear_model([1, 2, 4, 5], made), {"arm": "b"}, {"arm": "a"})
    >>> found.name, round(found.test.p_value, 6)
    ('b - a', 0.051317)
    """
    known("alternative", sides, ("two-sided", "greater", "less"))
    places = (", ".join(str(value) for value in at.values()) for at in (first, second))
    question = Question(
        name=" - ".join(places),
        method=f"difference of least squares means{_weights(margins)}",
        level=level,
        null_value=float(finite("null_value", [null_value])[0]),
        sides=sides,
    )
    row = fit.matrix.row(first, margins=margins) - fit.matrix.row(second, margins=margins)
    refuse_no_difference(row, first, second)
    return _effect(fit, row, question, None)


def type_two_tests(fit: LinearFit) -> dict[Term, Test]:
    """Test every term after all terms that do not contain it.

    The sum of squares of a term is by how much the residual sum of squares falls when the term joins the model of
    all terms that do not contain it; F = (fall/r)/s² with the r columns that it adds and the variance s² of the
    whole model. Langsrud, Statistics and Computing 13 (2003) 163–167, doi:10.1023/A:1023260610025. The tests do not
    depend on how factors are coded. Not for a term that is part of an interaction of interest: the test supposes
    that there is none.

    Parameters
    ----------
    fit
        From :func:`fit_linear_model`.

    Returns
    -------
    dict
        An F test for each term but the intercept, in the order of the model; undefined where the term adds nothing,
        the fit is perfect, or no degrees of freedom are left.

    See Also
    --------
    R: ``car::Anova(fit, type = 2)``. SAS: PROC GLM, MODEL … / SS2.

    Examples
    --------
    >>> from topline.stats.model_matrix import variables
    >>> made = model_matrix(variables(factors={"arm": ["a", "a", "b", "b"]}), [("arm",)])
    >>> round(type_two_tests(fit_linear_model([1, 2, 4, 5], made))[("arm",)].statistic, 6)
    18.0
    """
    terms, found = fit.matrix.terms, {}
    columns = fit.matrix.columns
    of = np.array(fit.matrix.term_of)
    for position, term in enumerate(terms):
        if not term:
            continue
        others = [
            place
            for place, other in enumerate(terms)
            if place != position and not set(term) < set(other)
        ]
        found[term] = _added(fit, columns[:, np.isin(of, others)], columns[:, of == position], 2)
    return found


def type_three_tests(fit: LinearFit) -> dict[Term, Test]:
    """Test every term after all others, with factors coded by differences from the mean of their levels.

    F = (fall of the residual sum of squares/r)/s², as in :func:`type_two_tests`, but against the model of all other
    terms. The hypotheses are those of equal means averaged equally over all other factors: the weighted squares of
    means of Yates, Journal of the American Statistical Association 29 (1934) 51–66,
    doi:10.1080/01621459.1934.10502686. Not for data with an empty cell, where the averages are not estimable, nor
    for terms with a covariate in an interaction, whose test is one at the covariate's 0.

    Parameters
    ----------
    fit
        From :func:`fit_linear_model`, coded in any way.

    Returns
    -------
    dict
        An F test for each term, the intercept ``()`` first; undefined as :func:`type_two_tests`, and everywhere
        where columns are linearly dependent.

    See Also
    --------
    R: ``car::Anova(lm(…, contrasts = list(arm = "contr.sum")), type = 3)``. SAS: PROC GLM, "Type III SS".

    Examples
    --------
    >>> from topline.stats.model_matrix import variables
    >>> made = model_matrix(variables(factors={"arm": ["a", "a", "b", "b"]}), [("arm",)])
    >>> round(type_three_tests(fit_linear_model([1, 2, 4, 5], made))[("arm",)].statistic, 6)
    18.0
    """
    matrix = model_matrix(fit.matrix.variables, fit.matrix.terms[1:], coding="sum")
    of = np.array(matrix.term_of)
    found = {}
    for position, term in enumerate(matrix.terms):
        inside = of == position
        if not fit.estimated.all():
            found[term] = undefined_test(_test_name(3), _NOT_ESTIMABLE)
        else:
            found[term] = _added(fit, matrix.columns[:, ~inside], matrix.columns[:, inside], 3)
    return found


def _orthonormal_basis(columns: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Give orthonormal columns that span a design, and which of its columns are told apart from those before.

    Parameters
    ----------
    columns
        Observations × columns, of length 1.

    Examples
    --------
    >>> _orthonormal_basis(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]) / np.sqrt([2, 2, 1]))[1].tolist()
    [True, False, True]
    """
    estimated = np.zeros(columns.shape[1], dtype=np.bool_)
    # Blocked Householder where nothing is dependent, the usual case; column by column otherwise.
    if len(columns) >= columns.shape[1]:
        basis, triangle = np.linalg.qr(columns)
        if (np.abs(np.diag(triangle)) > DEPENDENT).all():
            return basis, ~estimated
    kept: list[Floats] = []
    for position, column in enumerate(columns.T):
        rest = column.copy()
        # Twice, because once leaves rounding behind where little of the column is left.
        for _ in range(2):
            for one in kept:
                rest -= one * (one @ rest)
        length = float(np.linalg.norm(rest))
        if length > DEPENDENT and len(kept) < len(columns):
            estimated[position] = True
            kept.append(rest / length)
    return np.column_stack(kept), estimated


def _effect(fit: LinearFit, row: Floats, question: Question, reason: str | None) -> Effect:
    confidence_level(question.level)
    if reason is None and not question.method.startswith("coefficient"):
        reason = None if fit.estimable(row) else _NOT_ESTIMABLE
    if reason is not None:
        return undefined_effect(question, reason)
    value = float(row @ fit.coefficients)
    deviation = fit.residual_standard_deviation
    if not deviation:
        reason = _NO_FREEDOM if deviation is None else _PERFECT
        return undefined_effect(question, reason, value=value)
    error = float(np.linalg.norm(row @ fit.root)) * deviation
    return t_effect(question, value, error, fit.degrees_of_freedom)


def _added(fit: LinearFit, before: Floats, added: Floats, kind: int) -> Test:
    """Test what columns add to those before, by the residual variance of the whole model."""
    method = _test_name(kind)
    deviation = fit.residual_standard_deviation
    if not deviation:
        return undefined_test(method, _NO_FREEDOM if deviation is None else _PERFECT)
    together = np.hstack([before, added])
    scales = np.linalg.norm(together, axis=0)
    scales[scales == 0] = 1.0
    basis, estimated = _orthonormal_basis(together / scales)
    old = int(estimated[: before.shape[1]].sum())
    numerator = basis.shape[1] - old
    if numerator == 0:
        return undefined_test(method, _NOT_ESTIMABLE)
    # The response's mean is left in only where the intercept itself is what is added.
    intercept = old == 0 or not _holds_constant(basis[:, :old])
    response = fit.response if intercept else fit.response - fit.response.mean()
    explained = basis[:, old:].T @ response
    statistic = float(explained @ explained) / numerator / deviation**2
    return f_test(method, statistic, numerator, fit.degrees_of_freedom)


def _holds_constant(basis: Floats) -> bool:
    inside = np.linalg.norm(basis.T @ np.full(len(basis), 1 / np.sqrt(len(basis))))
    return bool(abs(inside - 1) < 1e-12)


def _test_name(kind: int) -> str:
    return f"F test of a term, type {kind}"


def _weights(margins: Margins) -> str:
    return "" if margins == "balanced" else ", observed margins"
