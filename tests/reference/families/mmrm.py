"""Repeated measures: mixed models with every coefficient, least squares mean and difference by visit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tests.reference.case import Case
from tests.reference.formula import is_number, parse_formula

from topline.stats.covariance_structures import STRUCTURES
from topline.stats.degrees_of_freedom import METHODS, Inference, mixed_model_inference
from topline.stats.effect import Effect
from topline.stats.mixed_model import MixedFit, fit_mixed_model
from topline.stats.mixed_model_means import (
    mixed_model_coefficients,
    mixed_model_contrast,
    mixed_model_difference,
)
from topline.stats.model_matrix import model_matrix, variables


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """A case's fit, with the levels of arm and visit, and the visit of the first row that was used."""

    fit: MixedFit
    arms: Sequence[str]
    visits: Sequence[str]
    first_visit: str


def _fit(case: Case, covariance: str) -> _Fitted:
    response, terms = parse_formula(case.input["formula"])
    names = [response, *dict.fromkeys(name for term in terms for name in term)]
    rows = [row for row in case.rows() if all(row[name] not in ("NA", "") for name in names)]
    arm, visit, subject = (case.input[key] for key in ("arm", "visit", "subject"))
    columns = {name: [row[name] for row in rows] for name in names}
    texts = [name for name in names[1:] if name in (arm, visit) or not is_number(columns[name])]
    made = variables(
        covariates={
            name: np.array(columns[name], dtype=np.float64)
            for name in names[1:]
            if name not in texts
        },
        factors={name: _labels(columns[name]) for name in texts},
    )
    visits = made.factors[visit].levels
    fit = fit_mixed_model(
        np.array(columns[response], dtype=np.float64),
        model_matrix(made, terms),
        subject=[row[subject] for row in rows],
        visit=_labels(columns[visit]),
        covariance=covariance,
        visit_order=visits,
    )
    return _Fitted(
        fit=fit, arms=made.factors[arm].levels, visits=visits, first_visit=columns[visit][0]
    )


def _labels(column: Sequence[str]) -> list[object]:
    """Read whole numbers as such, so that levels are in the order that R gives them."""
    if all(text.lstrip("-").isdigit() for text in column):
        return [int(text) for text in column]
    return list(column)


def _coefficients(case: Case, inference: Inference) -> list[Effect]:
    return list(mixed_model_coefficients(inference, level=case.level))


def _means(case: Case, fitted: _Fitted, inference: Inference) -> list[Effect]:
    arm, visit = case.input["arm"], case.input["visit"]
    rows = [fitted.fit.matrix.row({arm: a, visit: v}) for v in fitted.visits for a in fitted.arms]
    level = case.level
    return [mixed_model_contrast(inference, row, level=level) for row in rows]


def _differences(case: Case, fitted: _Fitted, inference: Inference) -> list[Effect]:
    arm, visit = case.input["arm"], case.input["visit"]
    return [
        mixed_model_difference(
            inference,
            {arm: a, visit: v},
            {arm: fitted.arms[0], visit: v},
            level=case.level,
        )
        for v in fitted.visits
        for a in fitted.arms[1:]
    ]


def _parts(effects: list[Effect]) -> dict[str, list[float | None]]:
    return {
        "estimate": [one.estimate.value for one in effects],
        "se": [one.estimate.standard_error for one in effects],
        "df": [one.estimate.degrees_of_freedom for one in effects],
        "lower": [one.estimate.lower for one in effects],
        "upper": [one.estimate.upper for one in effects],
        "t": [one.test.statistic for one in effects],
        "p": [one.test.p_value for one in effects],
    }


def _three_ways(fit: MixedFit, effects: Callable[[Inference], list[Effect]]) -> dict[str, Any]:
    """Judge effects by Satterthwaite, and by Kenward–Roger with observed and with expected information."""
    plain = _parts(effects(mixed_model_inference(fit)))
    adjusted = _parts(effects(mixed_model_inference(fit, method="kenward-roger-linear")))
    expected = _parts(
        effects(mixed_model_inference(fit, method="kenward-roger-linear", information="expected"))
    )
    return {
        "estimate": plain["estimate"],
        "se": plain["se"],
        **{f"{part}_satterthwaite": plain[part] for part in ("df", "lower", "upper", "p")},
        **{f"{part}_kr": adjusted[part] for part in ("se", "lower", "upper", "p")},
        **{f"{part}_kr_expected_info": expected[part] for part in ("se", "df")},
    }


def mmrm_exact(case: Case) -> dict[str, Any]:
    """Compute a case of a fit driven to the last digits."""
    fitted = _fit(case, case.params["covariance"])
    fit, arms, visits = fitted.fit, fitted.arms, fitted.visits
    return {
        "n_obs": fit.number,
        "terms": list(fit.matrix.names),
        "coef": _three_ways(fit, lambda inference: _coefficients(case, inference)),
        "ls_means": {
            "arm": [a for _ in visits for a in arms],
            "visit": [v for v in visits for _ in arms],
            **_three_ways(fit, lambda inference: _means(case, fitted, inference)),
        },
        "diff_vs_first_arm": {
            "arm": [a for _ in visits for a in arms[1:]],
            "visit": [v for v in visits for _ in arms[1:]],
            "reference": arms[0],
            **_three_ways(fit, lambda inference: _differences(case, fitted, inference)),
        },
        "sigma": fit.covariance.tolist(),
        "neg2_reml_loglik": fit.minus_twice_log_likelihood,
        "aic": fit.akaike_criterion,
        "gradient_max": float(np.abs(fit.curvature.gradient).max()),
    }


def mmrm(case: Case) -> dict[str, Any]:
    """Compute a case of R's mmrm, with nlme's gls beside it where the file has it."""
    (structure,) = (one.name for one in STRUCTURES.values() if one.r == case.params["covariance"])
    (method,) = (one for one in METHODS if one == case.params["df_method"].lower())
    fitted = _fit(case, structure)
    fit = fitted.fit
    inference = mixed_model_inference(fit, method=method)
    coefficients = _parts(_coefficients(case, inference))
    means = _parts(_means(case, fitted, inference))
    differences = _parts(_differences(case, fitted, inference))
    found: dict[str, Any] = {
        "n_obs": fit.number,
        "n_subjects": fit.participants,
        "terms": list(fit.matrix.names),
        "coef": coefficients["estimate"],
        **{part: coefficients[part] for part in ("se", "df", "t", "p")},
        "cov": fit.covariance.tolist(),
        "neg2_reml_loglik": fit.minus_twice_log_likelihood,
        "aic": fit.akaike_criterion,
        "bic": fit.bayesian_criterion,
        "ls_means": {
            "arm": [a for _ in fitted.visits for a in fitted.arms],
            "visit": [v for v in fitted.visits for _ in fitted.arms],
            **{part: means[part] for part in ("estimate", "se", "df", "lower", "upper")},
        },
        "diff": {
            "contrast": [f"{a} - {fitted.arms[0]}" for _ in fitted.visits for a in fitted.arms[1:]],
            "visit": [v for v in fitted.visits for _ in fitted.arms[1:]],
            **differences,
        },
    }
    if "gls" in case.expected:
        # gls gives no degrees of freedom of its own: its table is the asymptotic one. Its sigma is the standard
        # deviation at the visit that comes first in the data.
        plain = _parts(_coefficients(case, mixed_model_inference(fit)))
        place = fitted.visits.index(fitted.first_visit)
        found["gls"] = {
            "coef": plain["estimate"],
            "se": plain["se"],
            "neg2_reml_loglik": fit.minus_twice_log_likelihood,
            "sigma": float(np.sqrt(fit.covariance[place, place])),
        }
    return found


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {"mmrm": mmrm, "mmrm_exact": mmrm_exact}
