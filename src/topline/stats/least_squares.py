"""Least squares means of groups and their differences, unadjusted or adjusted (ANOVA, ANCOVA).

:func:`fit_groups` fits a linear model of a response on a group and any covariates and further factors;
:func:`least_squares_mean`, :func:`least_squares_difference` and :func:`group_test` ask it for results. A least
squares mean is the model's prediction for a group at the overall mean of each covariate, averaged over the levels
of each further factor: equally ("balanced" margins; SAS's default, emmeans' default) or in proportion to the
observations at each level ("observed" margins; SAS's OM option). Searle, Speed and Milliken, The American
Statistician 34 (1980) 216–221, doi:10.1080/00031305.1980.10483031.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, finite, known, labels, same_length
from topline.stats.distribution import t_multiplier, t_probability
from topline.stats.estimate import Estimate, Floats, Sides, Test, undefined_estimate, undefined_test
from topline.stats.judged_statistics import f_test

Margins: TypeAlias = Literal["balanced", "observed"]
"""How the levels of a further factor are weighted: equally, or by their share of the observations."""

RANK_TOLERANCE = 1e-10
"""A singular value below this share of the largest, after scaling, marks a column others already determine."""

ESTIMABLE_TOLERANCE = 1e-8
"""A combination of coefficients this close to the space the data span is estimable."""

NOISE = 1e-13
"""A spread, or residuals, below this share of the values' size is rounding noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A categorical variable of a model: its levels in sorted order, with the observations at each."""

    name: str
    levels: tuple[str, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """A least squares solution of a design whose columns have length 1 and may be dependent.

    Parameters
    ----------
    coefficients
        One of the many solutions where the columns are dependent.
    covariance_root
        A matrix whose product with its transpose, times the residual variance, is the coefficients' covariance.
    estimable_space
        Orthonormal rows, as many as the rank, that span every combination of coefficients the data can tell.
    residual_norm
        The root of the residual sum of squares.
    """

    coefficients: Floats
    covariance_root: Floats
    estimable_space: Floats
    residual_norm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupFit:
    """A fitted linear model of a response on a group, covariates and factors.

    Parameters
    ----------
    group
        The groups compared.
    covariates
        The names of the continuous covariates, each centred at its overall mean in the model.
    factors
        The further categorical variables.
    interactions
        The names among covariates and factors whose effect may differ between groups.
    solution
        The solved equations.
    column_scales
        The length by which each column of the design was divided.
    number
        Observations.
    """

    group: Factor
    covariates: tuple[str, ...]
    factors: tuple[Factor, ...]
    interactions: tuple[str, ...]
    solution: Solution
    column_scales: Floats
    number: int

    @property
    def degrees_of_freedom(self) -> int:
        """Observations minus the rank of the model."""
        return self.number - len(self.solution.estimable_space)

    @property
    def residual_standard_deviation(self) -> float | None:
        """The root of the residual mean square [the response's unit]; ``None`` without degrees of freedom."""
        if self.degrees_of_freedom == 0:
            return None
        return self.solution.residual_norm / math.sqrt(self.degrees_of_freedom)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A difference of least squares means, first minus second, with its interval and its test."""

    first: str
    second: str
    estimate: Estimate
    test: Test


def fit_groups(
    response: ArrayLike,
    group: Iterable[object],
    *,
    covariates: Mapping[str, ArrayLike] | None = None,
    factors: Mapping[str, Iterable[object]] | None = None,
    interactions: Collection[str] = (),
) -> GroupFit:
    """Fit a linear model of groups, covariates and factors with independent errors of equal variance.

    The coefficients b minimise Σ(yᵢ − xᵢ′b)²; the residual variance is that sum over the number of observations
    less the rank of the columns. Draper and Smith, Applied Regression Analysis, 3rd edition, 1998, chapter 5. Not
    for several measurements of one participant: :func:`topline.stats.mixed_model_means.fit_repeated_measures`. In
    R: ``lm(response ~ group + covariate)``; in SAS: PROC GLM, CLASS group and MODEL response = group covariate.

    Parameters
    ----------
    response
        One finite number for each observation [the response's unit].
    group
        The group of each observation; at least one group.
    covariates
        Continuous covariates by name, such as the baseline value [the unit of each].
    factors
        Further categorical variables by name, such as the site. Labels are compared as text.
    interactions
        Names among ``covariates`` and ``factors`` whose effect may differ between groups. Interactions among
        covariates and factors themselves are not offered.

    Returns
    -------
    GroupFit
        Also of a single group, and where columns are linearly dependent: what the data then cannot tell is said by
        the results.

    Raises
    ------
    DataError
        If the sequences differ in length, or an element is missing or not finite.
    UsageError
        If an interaction names no covariate or factor, or one name is used twice.

    Examples
    --------
    >>> fit = fit_groups([1, 2, 4, 5], ["a", "a", "b", "b"])
    >>> fit.degrees_of_freedom, round(fit.residual_standard_deviation, 6)
    (2, 0.707107)
    """
    outcome = finite("response", response)
    arm = labels("group", group)
    continuous = {name: finite(name, values) for name, values in (covariates or {}).items()}
    categorical = {name: labels(name, values) for name, values in (factors or {}).items()}
    _refuse_names(continuous, categorical, interactions)
    same_length(response=outcome, group=arm, **continuous, **categorical)
    compared = _factor("group", arm)
    others = tuple(_factor(name, found) for name, found in categorical.items())
    blocks = [np.ones((outcome.size, 1)), _indicators(arm, compared)]
    for name, values in continuous.items():
        _add_block(blocks, _centred(name, values), name in interactions)
    for factor in others:
        _add_block(
            blocks, _indicators(categorical[factor.name], factor), factor.name in interactions
        )
    design = np.hstack(blocks)
    scales = np.linalg.norm(design, axis=0)
    scales[scales == 0] = 1.0  # a constant covariate, or an empty cell: nothing to scale
    solution = _solve(design / scales, outcome)
    solution.coefficients[0] += outcome.mean() * scales[0]
    return GroupFit(
        group=compared,
        covariates=tuple(continuous),
        factors=others,
        interactions=tuple(interactions),
        solution=solution,
        column_scales=scales,
        number=outcome.size,
    )


def least_squares_mean(
    fit: GroupFit, group: str, *, level: float = 0.95, margins: Margins = "balanced"
) -> Estimate:
    """Estimate the least squares mean of one group.

    x′b of the group at the overall mean of each covariate, averaged over the levels of each further factor; its
    standard error is s √(x′(X′X)⁻¹x). Searle, Speed and Milliken, The American Statistician 34 (1980) 216–221,
    doi:10.1080/00031305.1980.10483031. Not for comparison with an observed mean: it is the mean that a group would
    have had with the covariates of all. In R: ``emmeans(fit, "group")``, for observed margins with ``weights =
    "proportional"``; in SAS: PROC GLM, LSMEANS group / CL, for observed margins with OM.

    Parameters
    ----------
    fit
        From :func:`fit_groups`.
    group
        A level of ``fit.group``.
    level
        The confidence level, a fraction [1].
    margins
        How the levels of further factors are weighted. Without interactions the margins move every group's mean
        alike, and not their differences.

    Returns
    -------
    Estimate
        In the response's unit, with standard error and degrees of freedom. The value is ``None`` where the data
        cannot tell it (an empty cell of an interaction), the limits also where no degree of freedom is left.

    Raises
    ------
    UsageError
        If the group, the level or the margins are not known.

    Examples
    --------
    >>> fit = fit_groups([1, 2, 4, 5], ["a", "a", "b", "b"])
    >>> found = least_squares_mean(fit, "b")
    >>> round(found.value, 6), round(found.standard_error, 6), round(found.lower, 4)
    (4.5, 0.5, 2.3487)
    """
    return _estimate(
        fit, _prediction(fit, group, margins), level, f"least squares mean{_model(fit, margins)}"
    )


def least_squares_difference(
    fit: GroupFit,
    first: str,
    second: str,
    *,
    level: float = 0.95,
    margins: Margins = "balanced",
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Comparison:
    """Estimate and test the difference of two groups' least squares means, first minus second.

    d = (x₁ − x₂)′b with standard error s √((x₁ − x₂)′(X′X)⁻¹(x₁ − x₂)) and t = (d − δ₀) over it. Searle, Speed and
    Milliken, The American Statistician 34 (1980) 216–221, doi:10.1080/00031305.1980.10483031. Not for claims about
    several comparisons at once: nothing is adjusted for their number. In R: ``pairs(emmeans(fit, "group"), adjust =
    "none")``; in SAS: PROC GLM, LSMEANS group / PDIFF CL.

    Parameters
    ----------
    fit
        From :func:`fit_groups`.
    first, second
        Two levels of ``fit.group``.
    level, margins
        As in :func:`least_squares_mean`.
    null_value
        The difference under the null hypothesis [the response's unit].
    sides
        The alternative: ``"greater"`` where the difference is greater than ``null_value``.

    Returns
    -------
    Comparison
        In the response's unit; undefined as :func:`least_squares_mean`. Where the fit is perfect, both limits equal
        the difference and the test is undefined.

    Raises
    ------
    UsageError
        If a group, the level, the margins or the alternative are not known, or the groups are the same.

    Examples
    --------
    >>> fit = fit_groups([1, 2, 4, 5], ["a", "a", "b", "b"])
    >>> found = least_squares_difference(fit, "b", "a")
    >>> round(found.estimate.value, 6), round(found.test.statistic, 6), round(found.test.p_value, 6)
    (3.0, 4.242641, 0.051317)
    """
    if first == second:
        raise UsageError(
            f"a difference of group {first!r} from itself", accepted="two different groups"
        )
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value])[0])
    row = _prediction(fit, first, margins) - _prediction(fit, second, margins)
    estimate = _estimate(
        fit, row, level, f"difference of least squares means{_model(fit, margins)}"
    )
    method = f"t-test of a difference of least squares means{_model(fit, margins)}"
    if estimate.value is None or not estimate.standard_error:
        reason = (
            estimate.reason("value")
            or estimate.reason("standard_error")
            or "undefined: the fit is perfect"
        )
        test = undefined_test(method, reason, sides=sides, null_value=null_value)
    else:
        statistic = (estimate.value - null_value) / estimate.standard_error
        test = Test(
            statistic=statistic,
            degrees_of_freedom=fit.degrees_of_freedom,
            p_value=t_probability(statistic, fit.degrees_of_freedom, sides),
            sides=sides,
            null_value=null_value,
            method=method,
        )
    return Comparison(first=first, second=second, estimate=estimate, test=test)


def group_test(fit: GroupFit) -> Test:
    """Test whether the least squares means of all groups are equal, with balanced margins.

    F = (Lb)′(L(X′X)⁻¹L′)⁻¹(Lb) / (r s²) with the r = k − 1 differences of means in the rows of L. With one factor
    alone this is the F test of one-way analysis of variance; with covariates and factors it is the type III test of
    the group. Searle, Speed and Milliken, The American Statistician 34 (1980) 216–221,
    doi:10.1080/00031305.1980.10483031. Not for groups whose effect depends on a covariate in the model: the means
    are then equal at one value of it and not at another. In R: ``joint_tests(fit)`` of emmeans; in SAS: PROC GLM,
    "Type III SS" of the group.

    Parameters
    ----------
    fit
        From :func:`fit_groups`.

    Returns
    -------
    Test
        An F test; undefined for one group, where a mean is not estimable, without degrees of freedom and for a
        perfect fit.

    Examples
    --------
    >>> found = group_test(fit_groups([1, 2, 4, 5], ["a", "a", "b", "b"]))
    >>> round(found.statistic, 6), round(found.p_value, 6)
    (18.0, 0.051317)
    """
    method = f"F test of equal least squares means{_model(fit, 'balanced')}"
    means = np.array([_prediction(fit, name, "balanced") for name in fit.group.levels])
    rows = means[1:] - means[0]
    reason, deviation = _why_undefined(fit, rows), fit.residual_standard_deviation
    if reason is not None or not deviation:
        return undefined_test(method, reason or "undefined: the fit is perfect")
    differences = rows @ fit.solution.coefficients
    root = rows @ fit.solution.covariance_root * deviation
    numerator = len(rows)
    statistic = float(differences @ np.linalg.solve(root @ root.T, differences)) / numerator
    return f_test(method, statistic, numerator, fit.degrees_of_freedom)


def _refuse_names(
    continuous: Mapping[str, object], categorical: Mapping[str, object], interactions: Iterable[str]
) -> None:
    names = ["response", "group", *continuous, *categorical]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"the name {name!r} is used twice in a model", accepted="one variable for each name"
            )
    for name in interactions:
        known("covariate or factor", name, names[2:])


def _factor(name: str, found: tuple[str, ...]) -> Factor:
    levels, counts = np.unique(np.array(found), return_counts=True)
    return Factor(
        name=name,
        levels=tuple(str(level) for level in levels),
        counts=tuple(int(n) for n in counts),
    )


def _indicators(found: tuple[str, ...], factor: Factor) -> Floats:
    """One column for each level: redundant beside the intercept, which the fit can bear."""
    columns = np.zeros((len(found), len(factor.levels)))
    columns[np.arange(len(found)), np.searchsorted(factor.levels, found)] = 1
    return columns


def _add_block(blocks: list[Floats], columns: Floats, interacts: bool) -> None:
    """Add a variable's columns, and their products with the group's, in the order :func:`_prediction` follows."""
    blocks.append(columns)
    if interacts:
        inside = blocks[1]
        blocks.append(
            (inside[:, :, np.newaxis] * columns[:, np.newaxis, :]).reshape(len(columns), -1)
        )


def _centred(name: str, values: Floats) -> Floats:
    """One column about its mean; a column of rounding noise is no information, and becomes zero."""
    with np.errstate(over="ignore", invalid="ignore"):
        about = values - values.mean()
        spread, size = float(np.linalg.norm(about)), float(np.linalg.norm(values))
    if not math.isfinite(size):
        raise DataError(f"{name} is too large to be squared", where=name)
    column: Floats = about[:, np.newaxis]
    return column if spread > NOISE * size else np.zeros_like(column)


def _solve(design: Floats, outcome: Floats) -> Solution:
    """Solve for the outcome about its mean, by singular values, which dependent columns do not disturb."""
    with np.errstate(over="ignore", invalid="ignore"):
        # Without its mean: a large mean would cost the digits of a small spread.
        about = outcome - outcome.mean()
        size = float(np.linalg.norm(outcome))
    if not math.isfinite(size):
        raise DataError("the response is too large to be squared", where="response")
    # The singular values of the triangle are those of the design, and a triangle is small.
    basis, triangle = np.linalg.qr(design)
    inner, singular, right = np.linalg.svd(triangle, full_matrices=False)
    rank = int((singular > RANK_TOLERANCE * singular[0]).sum())
    root = right[:rank].T / singular[:rank]
    left = basis @ inner[:, :rank]
    coordinates = left.T @ about
    unexplained = float(np.linalg.norm(about - left @ coordinates))
    return Solution(
        coefficients=root @ coordinates,
        covariance_root=root,
        estimable_space=right[:rank],
        residual_norm=unexplained if unexplained > NOISE * size else 0.0,
    )


def _prediction(fit: GroupFit, group: str, margins: Margins) -> Floats:
    """Give the combination of coefficients that is one group's least squares mean."""
    known("group", group, fit.group.levels)
    known("margins", margins, ("balanced", "observed"))
    inside = np.array([level == group for level in fit.group.levels], dtype=np.float64)
    # Covariates are centred at their means, which is where a least squares mean is taken: their part is 0.
    settings = {name: np.zeros(1) for name in fit.covariates}
    for factor in fit.factors:
        shares = np.array(factor.counts) / fit.number
        settings[factor.name] = (
            shares if margins == "observed" else np.full(shares.size, 1 / shares.size)
        )
    parts = [np.ones(1), inside]
    for name, setting in settings.items():
        parts.append(setting)
        if name in fit.interactions:
            parts.append(np.outer(inside, setting).ravel())
    row: Floats = np.concatenate(parts) / fit.column_scales
    return row


def _why_undefined(fit: GroupFit, rows: Floats) -> str | None:
    """Say why combinations of coefficients cannot be estimated or compared, if they cannot."""
    if len(rows) == 0:
        return "undefined: there is a single group"
    space = fit.solution.estimable_space
    outside = np.linalg.norm(rows - (rows @ space.T) @ space, axis=-1)
    if (outside > ESTIMABLE_TOLERANCE * np.linalg.norm(rows, axis=-1)).any():
        return "not estimable: the data do not tell it apart from other effects (an empty cell, or confounding)"
    return "undefined: no degrees of freedom are left" if fit.degrees_of_freedom == 0 else None


def _estimate(fit: GroupFit, row: Floats, level: float, method: str) -> Estimate:
    level = confidence_level(level)
    reason = _why_undefined(fit, row[np.newaxis, :])
    deviation = fit.residual_standard_deviation
    estimable = reason is None or not reason.startswith("not estimable")
    value = float(row @ fit.solution.coefficients) if estimable else None
    if reason is not None or value is None or deviation is None:
        return undefined_estimate(method, str(reason), level, value=value)
    error = float(np.linalg.norm(row @ fit.solution.covariance_root)) * deviation
    half = t_multiplier(level, fit.degrees_of_freedom) * error
    return Estimate(
        value=value,
        lower=value - half,
        upper=value + half,
        level=level,
        method=method,
        standard_error=error,
        degrees_of_freedom=fit.degrees_of_freedom,
    )


def _model(fit: GroupFit, margins: Margins) -> str:
    """Name what the means are adjusted for."""
    names = [*fit.covariates, *(factor.name for factor in fit.factors)]
    adjusted = f" adjusted for {', '.join(names)}" if names else ""
    crossed = (
        f", interaction of group with {', '.join(fit.interactions)}" if fit.interactions else ""
    )
    return adjusted + crossed + (f", {margins} margins" if fit.factors else "")
