"""What a mixed model for repeated measures says: coefficients, least squares means, differences, joint tests.

A least squares mean is the model's prediction at named levels of some variables, at the mean of each covariate
over the measurements and averaged over the levels of the other categorical variables (Searle, Speed and Milliken,
The American Statistician 34 (1980) 216–221, doi:10.1080/00031305.1980.10483031; R's emmeans, SAS's LSMEANS).
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import UsageError
from topline.stats.checking import confidence_level, finite, known, same_length
from topline.stats.degrees_of_freedom import (
    NO_VARIANCE,
    Inference,
    degrees_of_freedom,
    joint_statistic,
)
from topline.stats.effect import Effect, Question, t_effect, undefined_effect
from topline.stats.estimate import Estimate, Floats, Sides, Test, undefined_test
from topline.stats.judged_statistics import f_test
from topline.stats.mixed_model import MixedFit, fit_mixed_model
from topline.stats.model_matrix import (
    Margins,
    Term,
    model_matrix,
    refuse_no_difference,
    variables,
)

_METHODS = {
    "satterthwaite": "Satterthwaite degrees of freedom",
    "kenward-roger": "Kenward–Roger covariance and degrees of freedom",
    "kenward-roger-sas": "Kenward–Roger covariance (SAS's parameters) and degrees of freedom",
    "kenward-roger-linear": "Kenward–Roger covariance (linear) and degrees of freedom",
}

_NOT_ESTIMABLE = "not estimable: the data do not tell it apart from other effects (an empty cell, or confounding)"


def fit_repeated_measures(
    response: ArrayLike,
    *,
    subject: Iterable[object],
    visit: Iterable[object],
    group: Iterable[object],
    covariates: Mapping[str, ArrayLike] | None = None,
    factors: Mapping[str, Iterable[object]] | None = None,
    visit_interactions: Sequence[str] = (),
    covariance: str = "unstructured",
    visit_order: Sequence[object] | None = None,
) -> MixedFit:
    """Fit the usual model of a trial with repeated measurements: group, visit, their interaction and covariates.

    y = group + visit + group × visit + covariates + error, the errors of a participant correlated, fitted by
    :func:`topline.stats.mixed_model.fit_mixed_model`. Mallinckrodt, Lane, Schnell, Peng and Mancuso, Drug
    Information Journal 42 (2008) 303–319, doi:10.1177/009286150804200402. Not for values that are missing because
    of what they would have been: it supposes that data are missing at random.

    Parameters
    ----------
    response, subject, visit, covariance, visit_order
        As in :func:`topline.stats.mixed_model.fit_mixed_model`.
    group
        The group of each measurement's participant.
    covariates
        Continuous variables by name, such as the baseline value [the unit of each].
    factors
        Categorical variables by name, such as the region.
    visit_interactions
        The names among them whose effect may differ between visits.

    Returns
    -------
    MixedFit
        Its variables are called ``"group"`` and ``"visit"`` beside the names given. With a single group or a single
        visit their columns fall away.

    Raises
    ------
    DataError, UsageError, LimitError
        As :func:`topline.stats.mixed_model.fit_mixed_model`.

    See Also
    --------
    R: ``mmrm(response ~ covariates + group * visit + us(visit | subject))``. SAS: PROC MIXED with MODEL response =
    covariates group visit group*visit.

    Examples
    --------
    >>> fit = fit_repeated_measures([1, 2, 2, 4, 4, 3, 5, 7], subject=[1, 1, 2, 2, 3, 3, 4, 4],
    ...                             visit=[1, 2] * 4, group=list("aaaabbbb"), covariance="compound-symmetry")
    >>> fit.matrix.names
    ('(Intercept)', 'groupb', 'visit2', 'groupb:visit2')
    """
    others = [*(covariates or {}), *(factors or {})]
    for name in others:
        if name in ("group", "visit"):
            raise UsageError(
                f"the name {name!r} is used twice in a model", accepted="one variable for each name"
            )
    for name in visit_interactions:
        known("covariate or factor", name, others)
    visits = visit.tolist() if isinstance(visit, np.ndarray) else list(visit)
    made = variables(
        covariates=covariates,
        factors={**(factors or {}), "group": group, "visit": visits},
        levels={} if visit_order is None else {"visit": visit_order},
    )
    terms: list[Term] = [(name,) for name in [*others, "group", "visit"]]
    terms += [("group", "visit"), *((name, "visit") for name in visit_interactions)]
    return fit_mixed_model(
        response,
        model_matrix(made, terms),
        subject=subject,
        visit=visits,
        covariance=covariance,
        visit_order=visit_order,
    )


def mixed_model_coefficients(inference: Inference, *, level: float = 0.95) -> tuple[Effect, ...]:
    """Estimate and test every coefficient.

    bⱼ with its standard error, and t = bⱼ over it with the degrees of freedom ν = 2v²/(g′Wg) of
    :mod:`topline.stats.degrees_of_freedom`. Source: :func:`topline.stats.degrees_of_freedom.mixed_model_inference`.
    Not for the effect of a group at a visit where the model has their interaction: the coefficient of a group is
    then its difference at the first visit: :func:`mixed_model_difference`. In R: ``summary(fit)$coefficients`` of
    mmrm; in SAS: PROC MIXED, MODEL … / SOLUTION, with the last level as reference and not the first.

    Parameters
    ----------
    inference
        From :func:`topline.stats.degrees_of_freedom.mixed_model_inference`.
    level
        The confidence level, a fraction [1].

    Returns
    -------
    tuple of Effect
        One for each column [the response's unit over the column's]. A column determined by those before it has no
        estimate; all are undefined where the fit did not converge.

    Examples
    --------
    >>> from topline.stats.degrees_of_freedom import mixed_model_inference
    >>> fit = fit_repeated_measures([1, 2, 2, 4, 4, 3, 5, 7], subject=[1, 1, 2, 2, 3, 3, 4, 4],
    ...                             visit=[1, 2] * 4, group=list("aaaabbbb"), covariance="compound-symmetry")
    >>> found = mixed_model_coefficients(mixed_model_inference(fit))[1]
    >>> found.name, round(found.estimate.value, 6), round(found.estimate.standard_error, 6)
    ('groupb', 3.0, 1.658312)
    """
    names = inference.fit.matrix.names
    found = []
    for name, row, told in zip(names, np.eye(len(names)), inference.fit.estimated, strict=True):
        reason = None if told else "not estimable: determined by the columns before it"
        found.append(_effect(inference, name, row, level, "coefficient", reason=reason))
    return tuple(found)


def mixed_model_mean(
    inference: Inference,
    at: Mapping[str, str | float],
    *,
    level: float = 0.95,
    margins: Margins = "balanced",
) -> Estimate:
    """Estimate a least squares mean.

    x′b, with the standard error and degrees of freedom of
    :func:`topline.stats.degrees_of_freedom.mixed_model_inference`, and limits x′b ± t e. Searle, Speed and
    Milliken, The American Statistician 34 (1980) 216–221, doi:10.1080/00031305.1980.10483031. Not for comparison
    with an observed mean of those who were measured: it is the mean had all been measured, with the covariates of
    all. In R: ``emmeans(fit, ~ group | visit)``; in SAS: PROC MIXED, LSMEANS group*visit / CL.

    Parameters
    ----------
    inference
        From :func:`topline.stats.degrees_of_freedom.mixed_model_inference`.
    at
        Levels of categorical variables, or values of covariates, by name [the covariate's unit]: ``{"group": "B",
        "visit": "3"}``.
    level
        The confidence level, a fraction [1].
    margins
        How the levels of variables that are not named are weighted: equally, or by their share of measurements.

    Returns
    -------
    Estimate
        In the response's unit, with standard error and degrees of freedom. The value is ``None`` where the data
        cannot tell it, and everything where the fit did not converge.

    Raises
    ------
    UsageError
        If a variable, a level or the margins are not known.

    Examples
    --------
    >>> from topline.stats.degrees_of_freedom import mixed_model_inference
    >>> fit = fit_repeated_measures([1, 2, 2, 4, 4, 3, 5, 7], subject=[1, 1, 2, 2, 3, 3, 4, 4],
    ...                             visit=[1, 2] * 4, group=list("aaaabbbb"), covariance="compound-symmetry")
    >>> round(mixed_model_mean(mixed_model_inference(fit), {"group": "b", "visit": "2"}).value, 6)
    5.0
    """
    row = inference.fit.matrix.row(at, margins=margins)
    return _effect(inference, "", row, level, f"least squares mean{_weights(margins)}").estimate


def mixed_model_difference(
    inference: Inference,
    first: Mapping[str, str | float],
    second: Mapping[str, str | float],
    *,
    level: float = 0.95,
    margins: Margins = "balanced",
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Effect:
    """Estimate and test the difference of two least squares means, first minus second.

    d = (x₁ − x₂)′b with its standard error e, and t = (d − δ₀)/e. Source:
    :func:`topline.stats.degrees_of_freedom.mixed_model_inference`. Not for claims about several comparisons at
    once: nothing is adjusted for their number. In R: ``pairs(emmeans(fit, ~ group | visit), adjust = "none")``; in
    SAS: PROC MIXED, LSMEANS group*visit / PDIFF CL.

    Parameters
    ----------
    inference, level, margins
        As in :func:`mixed_model_mean`.
    first, second
        Where the two means are taken, as ``at`` in :func:`mixed_model_mean` [the covariate's unit].
    null_value
        The difference under the null hypothesis [the response's unit].
    sides
        The alternative: ``"greater"`` where the difference is greater than ``null_value``.

    Returns
    -------
    Effect
        In the response's unit; undefined as in :func:`mixed_model_mean`.

    Raises
    ------
    UsageError
        If the model gives both places one mean whatever the data, as it does a place and itself.

    Examples
    --------
    >>> from topline.stats.degrees_of_freedom import mixed_model_inference
    >>> fit = fit_repeated_measures([1, 2, 2, 4, 4, 3, 5, 7], subject=[1, 1, 2, 2, 3, 3, 4, 4],
    ...                             visit=[1, 2] * 4, group=list("aaaabbbb"), covariance="compound-symmetry")
    >>> found = mixed_model_difference(mixed_model_inference(fit), {"group": "b", "visit": "2"},
    ...                                {"group": "a", "visit": "2"})
    >>> round(found.estimate.value, 6), round(found.test.p_value, 4)
    (2.0, 0.3121)
    """
    matrix = inference.fit.matrix
    row = matrix.row(first, margins=margins) - matrix.row(second, margins=margins)
    refuse_no_difference(row, first, second)
    name = f"{_place(first)} - {_place(second)}"
    what = f"difference of least squares means{_weights(margins)}"
    return _effect(inference, name, row, level, what, null_value=null_value, sides=sides)


def mixed_model_contrast(
    inference: Inference,
    row: ArrayLike,
    *,
    name: str = "",
    level: float = 0.95,
    null_value: float = 0.0,
    sides: Sides = "two-sided",
) -> Effect:
    """Estimate and test any combination of coefficients.

    x′b with the standard error √(x′Φx) and t = (x′b − δ₀) over it, Φ being the covariance of b. Source:
    :func:`topline.stats.degrees_of_freedom.mixed_model_inference`. Not for combinations chosen after looking at the
    estimates: nothing is adjusted for the choice. In R: ``mmrm::df_1d(fit, row)``; in SAS: PROC MIXED, ESTIMATE.

    Parameters
    ----------
    inference, level, null_value, sides
        As in :func:`mixed_model_difference`.
    row
        One number for each column of the model [1], as from :meth:`topline.stats.model_matrix.ModelMatrix.row`.
    name
        What to call it.

    Returns
    -------
    Effect
        In the response's unit; undefined where the data cannot tell it, or the fit did not converge.

    Raises
    ------
    DataError
        If the row does not fit the model.

    Examples
    --------
    >>> from topline.stats.degrees_of_freedom import mixed_model_inference
    >>> fit = fit_repeated_measures([1, 2, 2, 4, 4, 3, 5, 7], subject=[1, 1, 2, 2, 3, 3, 4, 4],
    ...                             visit=[1, 2] * 4, group=list("aaaabbbb"), covariance="compound-symmetry")
    >>> found = mixed_model_contrast(mixed_model_inference(fit), fit.matrix.row({"group": "b"}))
    >>> round(found.estimate.value, 6)
    4.75
    """
    combination = finite("row", row)
    same_length(row=combination, columns=inference.fit.matrix.names)
    return _effect(
        inference,
        name,
        combination,
        level,
        "combination of coefficients",
        null_value=null_value,
        sides=sides,
    )


def mixed_model_test(inference: Inference, rows: ArrayLike) -> Test:
    """Test that several combinations of coefficients are all zero.

    F = (Lb)′(LΦL′)⁻¹(Lb)/r for the r rows of L, with the degrees of freedom of Fai and Cornelius, Journal of
    Statistical Computation and Simulation 54 (1996) 363–378, doi:10.1080/00949659608811740; with the Kenward–Roger
    methods scaled as in Kenward and Roger, Biometrics 53 (1997) 983–997, doi:10.2307/2533558, section 3. Not for
    rows of which one follows from the others. In R: ``mmrm::df_md(fit, rows)``; in SAS: PROC MIXED, CONTRAST.

    Parameters
    ----------
    inference
        From :func:`topline.stats.degrees_of_freedom.mixed_model_inference`.
    rows
        Combinations × columns [1], linearly independent; rows of :meth:`topline.stats.model_matrix.ModelMatrix.row`
        and their differences.

    Returns
    -------
    Test
        An F test: Fai and Cornelius' with Satterthwaite's method, otherwise Kenward and Roger's scaled one.
        Undefined where the fit did not converge, or the degrees of freedom of the single combinations are too few.

    Raises
    ------
    UsageError
        If the rows do not fit the model or are linearly dependent.

    Examples
    --------
    >>> from topline.stats.degrees_of_freedom import mixed_model_inference
    >>> fit = fit_repeated_measures([1, 2, 2, 4, 4, 3, 5, 7], subject=[1, 1, 2, 2, 3, 3, 4, 4],
    ...                             visit=[1, 2] * 4, group=list("aaaabbbb"), covariance="compound-symmetry")
    >>> found = mixed_model_test(mixed_model_inference(fit), [[0, 1, 0, 0], [0, 0, 0, 1]])
    >>> found.degrees_of_freedom, round(found.statistic, 4)
    (2, 1.6706)
    """
    fit = inference.fit
    given = np.asarray(rows, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != len(fit.matrix.names) or not np.isfinite(given).all():
        raise UsageError(
            f"combinations of shape {given.shape} for a model of {len(fit.matrix.names)} columns",
            where="rows",
            accepted="a table of finite numbers, one column for each column of the model",
        )
    if np.linalg.matrix_rank(given) < len(given):
        raise UsageError("the combinations are linearly dependent", where="rows")
    method = f"F test of {len(given)} combinations{_model(inference)}"
    reason = None if all(fit.estimable(row) for row in given) else _NOT_ESTIMABLE
    reason = reason or _why_not(inference)
    found = reason or joint_statistic(inference, given)
    if isinstance(found, str):
        return undefined_test(method, found)
    return f_test(method, found.statistic, found.numerator, found.denominator)


def _effect(
    inference: Inference,
    name: str,
    row: Floats,
    level: float,
    what: str,
    *,
    null_value: float = 0.0,
    sides: Sides = "two-sided",
    reason: str | None = None,
) -> Effect:
    level = confidence_level(level)
    known("alternative", sides, ("two-sided", "greater", "less"))
    null_value = float(finite("null_value", [null_value])[0])
    fit = inference.fit
    question = Question(
        name=name,
        method=f"{what}{_model(inference)}",
        level=level,
        null_value=null_value,
        sides=sides,
    )
    freedom = degrees_of_freedom(inference, row)
    # A coefficient beside one that was left out is estimated as if that were not in the model, as in R.
    if reason is None and what != "coefficient" and not fit.estimable(row):
        reason = _NOT_ESTIMABLE
    reason = reason or _why_not(inference)
    if reason is None and freedom is None:
        reason = "undefined: the degrees of freedom are"
    if reason is not None or freedom is None:
        return undefined_effect(question, reason or "")
    value, variance = float(row @ fit.coefficients), inference.variance(row)
    if variance <= 0:
        return undefined_effect(question, NO_VARIANCE, value=value)
    return t_effect(question, value, math.sqrt(variance), freedom)


def _why_not(inference: Inference) -> str | None:
    """Say why nothing can be estimated, if nothing can."""
    return None if inference.fit.converged else inference.fit.notes[0]


def _model(inference: Inference) -> str:
    return (
        f", mixed model for repeated measures, {inference.fit.structure.name} covariance, REML, "
        f"{_METHODS[inference.method]} from the {inference.information} information"
    )


def _weights(margins: Margins) -> str:
    return "" if margins == "balanced" else ", observed margins"


def _place(at: Mapping[str, str | float]) -> str:
    return ", ".join(str(value) for value in at.values())
