"""Standard errors and degrees of freedom of fixed effects in a mixed model: Satterthwaite and Kenward–Roger.

Four methods, three of them by the names that R's mmrm uses, in lower case:

``"satterthwaite"``
    The asymptotic standard error, with degrees of freedom from the variance of its square (Satterthwaite,
    Biometrics Bulletin 2 (1946) 110–114, doi:10.2307/3002019; several contrasts at once by Fai and Cornelius,
    Journal of Statistical Computation and Simulation 54 (1996) 363–378).
``"kenward-roger"``
    The covariance adjusted for the covariance parameters being estimated (Kenward and Roger, Biometrics 53 (1997)
    983–997, doi:10.2307/2533558), with second derivatives of the covariance matrix. These depend on how a
    structure is written in parameters; here as in R's mmrm. For an unstructured matrix, written by its Cholesky
    factor, the standard errors are too small in small trials (docs/explanation/coverage.md).
``"kenward-roger-sas"``
    The same with SAS's parameters, variances and correlations or elements of the matrix: SAS's DDFM=KR.
``"kenward-roger-linear"``
    Without second derivatives: SAS's DDFM=KR(LINEAR), and DDFM=KR for an unstructured matrix, whose parameters in
    SAS are its elements. It does not depend on the choice of parameters.

The covariance of the covariance parameters is the inverse of the observed information (SAS, R's mmrm) or the
expected information (Kenward and Roger's paper, R's pbkrtest). Published analyses rest on the first.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import linalg

from topline.stats.checking import known
from topline.stats.covariance_structures import Derivatives
from topline.stats.estimate import Floats
from topline.stats.mixed_model import NOISE, MixedFit
from topline.stats.restricted_likelihood import slopes_of

Method: TypeAlias = Literal[
    "satterthwaite", "kenward-roger", "kenward-roger-sas", "kenward-roger-linear"
]
"""How standard errors and degrees of freedom are computed."""

Information: TypeAlias = Literal["observed", "expected"]
"""Which information matrix says how well the covariance parameters are known."""

METHODS: tuple[Method, ...] = (
    "satterthwaite",
    "kenward-roger",
    "kenward-roger-sas",
    "kenward-roger-linear",
)
INFORMATION: tuple[Information, ...] = ("observed", "expected")

NO_VARIANCE = "undefined: the adjusted covariance is not positive definite (too few participants for this method)"
_NO_FREEDOM = "undefined: too few degrees of freedom"

EQUAL_SLOPES = 1e-10
"""A share by which Kenward and Roger's two traces may differ from those of equal degrees of freedom by rounding."""

FEWEST_EQUAL = 1e-8
"""Degrees of freedom that differ less than this are one number in Fai and Cornelius' average."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inference:
    """How a mixed model's coefficients are judged.

    Parameters
    ----------
    fit
        The fitted model.
    method, information
        See the module.
    adjusted_root, adjusted_signs
        As ``fit.root``, for the covariance that standard errors are taken from: the product of the root, with each
        column times its sign, and the transposed root. A sign of -1 says that the adjusted covariance is not
        positive definite, as with hardly more participants than coefficients.
    parameter_covariance
        Of the covariance parameters; ``None`` where the fit did not converge.
    """

    fit: MixedFit
    method: Method
    information: Information
    adjusted_root: Floats
    adjusted_signs: Floats
    parameter_covariance: Floats | None

    def variance(self, row: Floats) -> float:
        """Give the variance of a combination of coefficients; not above 0 where the adjustment leaves none."""
        return float(_covariance(self, np.atleast_2d(row))[0, 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class JointStatistic:
    """An F statistic of several contrasts at once."""

    statistic: float
    numerator: int
    denominator: float


def mixed_model_inference(
    fit: MixedFit, *, method: Method = "satterthwaite", information: Information = "observed"
) -> Inference:
    """Say how a mixed model's coefficients are to be judged.

    The covariance of the coefficients is Φ = (Σ Xᵢ′Vᵢ⁻¹Xᵢ)⁻¹, for the Kenward–Roger methods enlarged by what the
    estimates of the covariance parameters add; a combination of variance v has 2v²/(g′Wg) degrees of freedom, with
    its derivatives g by the covariance parameters and their covariance W. Satterthwaite, Biometrics Bulletin 2
    (1946) 110–114, doi:10.2307/3002019; Kenward and Roger, Biometrics 53 (1997) 983–997, doi:10.2307/2533558. Not
    for an unstructured matrix in a small trial by ``"kenward-roger"``, whose standard errors are then too small:
    ``"kenward-roger-linear"``.

    Parameters
    ----------
    fit
        From :func:`topline.stats.mixed_model.fit_mixed_model`.
    method
        A name in :data:`METHODS`.
    information
        ``"observed"`` or ``"expected"``.

    Returns
    -------
    Inference
        For the functions of :mod:`topline.stats.mixed_model_means`, whose results are undefined where the fit did
        not converge.

    Raises
    ------
    UsageError
        If the method or the information is not known.

    See Also
    --------
    R: ``mmrm_control(method = "Satterthwaite")``, ``mmrm_control(method = "Kenward-Roger", vcov =
    "Kenward-Roger-Linear")``; SAS: MODEL … / DDFM=SATTERTHWAITE, DDFM=KR, DDFM=KR(LINEAR).

    Examples
    --------
    >>> from topline.stats.mixed_model import fit_mixed_model
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> visit = ["1", "2"] * 4
    >>> made = model_matrix(variables(factors={"visit": visit}), [("visit",)])
    >>> fit = fit_mixed_model([1, 2, 2, 4, 4, 3, 5, 7], made, subject=[1, 1, 2, 2, 3, 3, 4, 4], visit=visit)
    >>> inference = mixed_model_inference(fit)
    >>> round(degrees_of_freedom(inference, [0, 1]), 6)
    3.0
    """
    known("method", method, METHODS)
    known("information", information, INFORMATION)
    root, signs = fit.root, np.ones(fit.root.shape[1])
    uncertainty = None
    if fit.converged:
        second = fit.curvature.observed if information == "observed" else fit.curvature.expected
        # Parameters of very different curvature are brought to one size: what is left is well conditioned.
        lengths = np.sqrt(np.diag(second))
        scales = np.outer(lengths, lengths)
        uncertainty = 2 * linalg.inv(second / scales, check_finite=False) / scales
        if method != "satterthwaite":
            factor, signs = _adjustment(fit, uncertainty, method)
            root = root @ factor
    return Inference(
        fit=fit,
        method=method,
        information=information,
        adjusted_root=root,
        adjusted_signs=signs,
        parameter_covariance=uncertainty,
    )


def degrees_of_freedom(inference: Inference, row: Floats) -> float | None:
    """Give the degrees of freedom of one combination of coefficients. Part of :func:`mixed_model_inference`.

    They are ``2 v² / (g′ W g)`` with the asymptotic variance v of the combination, its derivatives g by the
    covariance parameters and their covariance W. Kenward and Roger's for one combination are the same.

    Parameters
    ----------
    inference
        From :func:`mixed_model_inference`.
    row
        One number for each column of the model [1].

    Returns
    -------
    float or None
        ``None`` where the fit did not converge, or the variance does not depend on the covariance parameters.

    Examples
    --------
    >>> from topline.stats.mixed_model import fit_mixed_model
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> visit = ["1", "2"] * 4
    >>> made = model_matrix(variables(factors={"visit": visit}), [("visit",)])
    >>> fit = fit_mixed_model([1, 2, 2, 4, 4, 3, 5, 7], made, subject=[1, 1, 2, 2, 3, 3, 4, 4], visit=visit)
    >>> round(degrees_of_freedom(mixed_model_inference(fit), np.array([1.0, 0.0])), 6)
    3.0
    """
    if inference.parameter_covariance is None:
        return None
    fit = inference.fit
    turned = np.asarray(row, dtype=np.float64) @ fit.root
    variance = float(turned @ turned)
    slope = (fit.curvature.slopes @ turned) @ turned
    spread = float(slope @ inference.parameter_covariance @ slope)
    return 2 * variance**2 / spread if spread > 0 else None


def joint_statistic(inference: Inference, rows: Floats) -> JointStatistic | str:
    """Give the F statistic that several linearly independent combinations are zero.

    Part of :func:`topline.stats.mixed_model_means.mixed_model_test`.

    Parameters
    ----------
    inference
        From :func:`mixed_model_inference`.
    rows
        Combinations × columns [1], linearly independent.

    Returns
    -------
    JointStatistic or str
        Or why there is none: the fit did not converge; Satterthwaite's degrees of freedom are not above 2 on
        average; no F distribution has the moments of Kenward and Roger's statistic; the adjusted covariance is not
        positive definite. R's mmrm stops or gives NaN there.

    Examples
    --------
    >>> from topline.stats.mixed_model import fit_mixed_model
    >>> from topline.stats.model_matrix import model_matrix, variables
    >>> visit = ["1", "2"] * 4
    >>> made = model_matrix(variables(factors={"visit": visit}), [("visit",)])
    >>> fit = fit_mixed_model([1, 2, 2, 4, 4, 3, 5, 7], made, subject=[1, 1, 2, 2, 3, 3, 4, 4], visit=visit)
    >>> found = joint_statistic(mixed_model_inference(fit), np.eye(2))
    >>> found.numerator, round(found.statistic, 4)
    (2, 7.1186)
    """
    if inference.parameter_covariance is None:
        return "undefined: the fit did not converge"
    if inference.method == "satterthwaite":
        return _fai_cornelius(inference, rows)
    return _kenward_roger(inference, inference.parameter_covariance, rows)


def _adjustment(fit: MixedFit, uncertainty: Floats, method: Method) -> tuple[Floats, Floats]:
    """Give the factor from the asymptotic to the adjusted root, and signs (Kenward and Roger 1997, equation 3)."""
    visits = len(fit.visits)
    derivatives = fit.structure.derivatives(fit.parameters, visits)
    found, slopes = fit.likelihood, fit.curvature.slopes
    # Σ W_kl (Q_kl − P_k Φ P_l − R_kl / 4), in the coordinates where Φ is the identity.
    paired = np.tensordot(uncertainty, derivatives.first, axes=1)
    inner = (derivatives.first[:, np.newaxis] @ found.inverses @ paired[:, np.newaxis]).sum(axis=0)
    columns = found.weighted_columns
    size = columns.shape[2]
    middle = inner[fit.patterns.pattern] @ columns
    total = columns.reshape(-1, size).T @ middle.reshape(-1, size)
    total -= (slopes @ np.tensordot(uncertainty, slopes, axes=1)).sum(axis=0)
    curved = _curved(fit, uncertainty, derivatives, method)
    if curved is not None:
        total -= slopes_of(found, curved[np.newaxis])[0] / 4
    adjusted = np.eye(size) + total + total.T
    values, vectors = linalg.eigh(adjusted, check_finite=False)
    return vectors * np.sqrt(np.abs(values)), np.where(values < 0, -1.0, 1.0)


def _curved(
    fit: MixedFit, uncertainty: Floats, derivatives: Derivatives, method: Method
) -> Floats | None:
    """Give Σ W_kl ∂²V/∂θ_k∂θ_l by the method's own parameters; ``None`` where it is zero."""
    bend = fit.structure.sas_curvature
    if method == "kenward-roger-linear" or (method == "kenward-roger-sas" and bend is None):
        return None
    curved: Floats = np.tensordot(uncertainty, derivatives.second, axes=2)
    if method == "kenward-roger-sas" and bend is not None:
        # Chain rule; each of SAS's parameters is a function of one of ours.
        own = np.diag(uncertainty) * bend(fit.parameters, len(fit.visits))
        curved = curved + np.tensordot(own, derivatives.first, axes=1)
    return curved


def _fai_cornelius(inference: Inference, rows: Floats) -> JointStatistic | str:
    values, vectors = linalg.eigh(_covariance(inference, rows), check_finite=False)
    turned = vectors.T @ rows
    squares = (turned @ inference.fit.coefficients) ** 2 / values
    each = [degrees_of_freedom(inference, row) for row in turned]
    if any(number is None for number in each):
        return _NO_FREEDOM
    numbers = np.array(each, dtype=np.float64)
    size = len(rows)
    if np.ptp(numbers) <= FEWEST_EQUAL * numbers.max():
        return JointStatistic(
            statistic=float(squares.mean()), numerator=size, denominator=float(numbers.mean())
        )
    # The F with ν degrees of freedom has mean ν / (ν − 2): match the mean of the sum of squared t statistics.
    above = numbers[numbers > 2]
    expected = float((above / (above - 2)).sum())
    if expected <= size:
        return _NO_FREEDOM
    return JointStatistic(
        statistic=float(squares.mean()),
        numerator=size,
        denominator=2 * expected / (expected - size),
    )


def _kenward_roger(inference: Inference, uncertainty: Floats, rows: Floats) -> JointStatistic | str:
    """Scale the Wald statistic and match it to an F (Kenward and Roger 1997, section 3)."""
    fit = inference.fit
    turned = rows @ fit.root
    # tr(Θ Φ P_k Φ) with Θ = L′(LΦL′)⁻¹L, in coordinates where Φ is the identity.
    whitened = linalg.solve_triangular(
        np.linalg.cholesky(turned @ turned.T), turned, lower=True, check_finite=False
    )
    inside = whitened @ fit.curvature.slopes @ whitened.T
    traces = np.trace(inside, axis1=1, axis2=2)
    flat = inside.reshape(len(inside), -1)
    first = float(traces @ uncertainty @ traces)
    second = float(((flat @ flat.T) * uncertainty).sum())
    matched = _matched(first, second, len(rows)) if second > 0 else None
    if matched is None:
        return _NO_FREEDOM
    covariance = _covariance(inference, rows)
    if not _is_positive_definite(covariance):
        return NO_VARIANCE
    differences = rows @ fit.coefficients
    wald = float(differences @ linalg.solve(covariance, differences, assume_a="pos"))
    scale, denominator = matched
    return JointStatistic(
        statistic=scale * wald / len(rows), numerator=len(rows), denominator=denominator
    )


def _matched(first: float, second: float, size: int) -> tuple[float, float] | None:
    """Give the factor and degrees of freedom of the F with the Wald statistic's moments, if there is one.

    They are Kenward and Roger's λ and m from their A₁ and A₂ and the number of combinations, with numerator and
    denominator of the variance kept apart: at m = 2 and m = 4 the mean or the variance is infinite, and λ and m are not.
    """
    if abs(first - size * second) <= EQUAL_SLOPES * size * second:
        # All combinations have the same degrees of freedom: the statistic is an F as it is.
        return 1.0, 2 * size / second
    spread = (first + 6 * second) / (2 * size)
    ratio = ((size + 1) * first - (size + 4) * second) / ((size + 2) * second)
    below = 3 * size + 2 * (1 - ratio)
    away = 1 - second / size
    above = away**2 * (1 + ratio / below * spread)
    under = (1 - (size - ratio) / below * spread) ** 2 * (1 - (size + 2 - ratio) / below * spread)
    if above == under:
        return None
    denominator = 4 + (size + 2) * under / (above - under)
    if denominator <= 0 or denominator == 2:
        return None
    scale = denominator * away / (denominator - 2)
    return (scale, denominator) if scale > 0 else None


def _is_positive_definite(covariance: Floats) -> bool:
    variances = np.diag(covariance)
    if not (variances > 0).all():
        return False
    lengths = np.sqrt(variances)
    return bool(np.linalg.eigvalsh(covariance / lengths[:, np.newaxis] / lengths)[0] > NOISE)


def _covariance(inference: Inference, rows: Floats) -> Floats:
    turned = rows @ inference.adjusted_root
    product: Floats = (turned * inference.adjusted_signs) @ turned.T
    return product
