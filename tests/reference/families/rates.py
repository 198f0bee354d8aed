"""Rates, their comparison, and regressions of counts and of binary outcomes."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from tests.reference.case import Case
from tests.reference.formula import is_number, parse_formula

from topline.stats.effect import Effect
from topline.stats.estimate import Estimate
from topline.stats.logistic import fit_logistic
from topline.stats.model_matrix import ModelMatrix, model_matrix, variables
from topline.stats.negative_binomial import (
    fit_negative_binomial,
    negative_binomial_ratios,
    theta_error_as_mass,
)
from topline.stats.poisson_regression import fit_poisson
from topline.stats.rate import event_rate
from topline.stats.rate_comparison import rate_difference, rate_ratio, rate_ratio_test
from topline.stats.regression_ratios import coefficient_ratios

Numbers = np.ndarray[Any, np.dtype[np.float64]]

RATES = {
    "exact_garwood": "exact",
    "byar": "byar",
    "mid_p": "mid_p",
    "score": "score",
    "jeffreys": "jeffreys",
    "wald": "wald",
    "wald_log": "wald_log",
}
"""The files' names of the intervals of one rate."""


def _limits(estimate: Estimate) -> dict[str, Any]:
    return {"lower": estimate.lower, "upper": estimate.upper}


def one_rate(case: Case) -> dict[str, Any]:
    """Compute a rate with every interval."""
    events, exposure = float(case.input["events"]), float(case.input["exposure"])
    level = case.level
    found = {
        name: event_rate(events, exposure, level=level, interval=interval)
        for name, interval in RATES.items()
    }
    return {
        "rate": found["exact_garwood"].value,
        **{name: _limits(estimate) for name, estimate in found.items()},
    }


def _as_r(estimate: Estimate, events: float, control_events: float) -> dict[str, Any]:
    """Give the limits of a ratio as R's arithmetic has them where a group has no event."""
    limits = _limits(estimate)
    if events == 0 and control_events > 0 and limits["lower"] is None:
        limits["lower"] = 0.0
    if control_events == 0 and events > 0 and limits["upper"] is None:
        limits["upper"] = "Inf"
    return limits


def two_rates(case: Case) -> dict[str, Any]:
    """Compute ratio and difference of two rates with every interval."""
    x, t, y, u = (float(case.input[name]) for name in ("x1", "t1", "x2", "t2"))
    level = case.level
    exact, wald, mid_p = (
        rate_ratio(x, t, y, u, level=level, interval=interval)
        for interval in ("exact", "wald_log", "mid_p")
    )
    plain, score = (
        rate_difference(x, t, y, u, level=level, interval=interval)
        for interval in ("wald", "score")
    )
    conditional = rate_ratio_test(x, t, y, u, test="score")
    return {
        "ratio": "Inf" if y == 0 and x > 0 else exact.value,
        "exact_ci": _as_r(exact, x, y),
        "exact_p": rate_ratio_test(x, t, y, u).p_value,
        "wald_log_ci": _as_r(wald, x, y),
        "midp_ci": _as_r(mid_p, x, y),
        "cond_score_z": conditional.statistic,
        "cond_score_p": conditional.p_value,
        "diff": plain.value,
        "diff_wald": _limits(plain),
        "diff_score_mn": _limits(score),
    }


def _design(case: Case) -> tuple[Numbers, ModelMatrix, Numbers | None]:
    """Read response, columns and offset that a formula of names, log(name) and offset(...) asks for."""
    response, _, right = (part.strip() for part in case.input["formula"].partition("~"))
    offset_of = re.search(r"offset\((log\(\w+\)|\w+)\)", right)
    right = re.sub(r"\+?\s*offset\((log\(\w+\)|\w+)\)", "", right).strip() or "1"
    # A logarithm becomes a column of its own, under a name that the formula's grammar takes.
    logarithms = dict.fromkeys(re.findall(r"log\((\w+)\)", right))
    plain = re.sub(r"log\((\w+)\)", r"log__\1", right)
    _, terms = parse_formula(f"{response} ~ {plain}")
    names = [name for term in terms for name in term]
    needed = [response, *(name.removeprefix("log__") for name in names)]
    rows = [row for row in case.rows() if all(row[name] not in ("NA", "") for name in needed)]
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}

    def numbers(term: str) -> Numbers:
        inner = re.fullmatch(r"log\((\w+)\)", term)
        found = np.array(columns[inner[1] if inner else term], dtype=np.float64)
        return np.log(found) if inner else found

    covariates: dict[str, Numbers] = {
        f"log({name})": numbers(f"log({name})") for name in logarithms
    }
    factors: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        if name.startswith("log__"):
            continue
        if is_number(columns[name]):
            covariates[name] = numbers(name)
        else:
            factors[name] = columns[name]
    renamed = [tuple(re.sub(r"^log__(\w+)$", r"log(\1)", name) for name in term) for term in terms]
    made = model_matrix(variables(covariates=covariates, factors=factors), renamed)
    return numbers(response), made, None if offset_of is None else numbers(offset_of[1])


def _column(effects: tuple[Effect, ...], part: str) -> list[Any]:
    return [getattr(one.estimate, part) for one in effects]


def _errors(covariance: Numbers) -> list[float]:
    return [float(error) for error in np.sqrt(np.diag(covariance))]


def negative_binomial(case: Case) -> dict[str, Any]:
    """Compute MASS's glm.nb, and the Poisson regression beside it."""
    events, matrix, offset = _design(case)
    level = case.level
    fit = fit_negative_binomial(events, matrix, offset=offset, information="expected")
    effects = negative_binomial_ratios(fit, level=level)
    poisson = fit_poisson(events, matrix, offset=offset)
    dispersion = poisson.pearson_dispersion or np.nan
    return {
        "terms": list(fit.names),
        "coef": fit.coefficients.tolist(),
        "se": _errors(fit.covariance),
        "rate_ratio": _column(effects, "value"),
        "lower": _column(effects, "lower"),
        "upper": _column(effects, "upper"),
        "p": [one.test.p_value for one in effects],
        "theta": fit.theta,
        "dispersion_k": fit.dispersion,
        "theta_se": theta_error_as_mass(fit),
        "loglik": fit.log_likelihood,
        "poisson": {
            "coef": poisson.coefficients.tolist(),
            "se": _errors(poisson.covariance),
            "loglik": poisson.log_likelihood,
            "deviance": poisson.deviance,
            "pearson_dispersion": dispersion,
        },
        "quasipoisson_se": _errors(poisson.covariance * dispersion),
    }


def logistic(case: Case) -> dict[str, Any]:
    """Compute a logistic regression with both kinds of limits."""
    outcome, matrix, offset = _design(case)
    level = case.level
    fit = fit_logistic(outcome, matrix, offset=offset)
    wald = coefficient_ratios(fit, level=level)
    profile = coefficient_ratios(fit, level=level, limits="profile_interpolated")
    return {
        "terms": list(fit.names),
        "coef": fit.coefficients.tolist(),
        "se": _errors(fit.covariance),
        "or": _column(wald, "value"),
        "wald_lower": _column(wald, "lower"),
        "wald_upper": _column(wald, "upper"),
        "p": [one.test.p_value for one in wald],
        "profile_lower": _column(profile, "lower"),
        "profile_upper": _column(profile, "upper"),
        "deviance": fit.deviance,
        "null_deviance": fit.null_deviance,
        "loglik": fit.log_likelihood,
    }


FAMILIES: Mapping[str, Any] = {
    "one_rate": one_rate,
    "two_rates": two_rates,
    "negative_binomial": negative_binomial,
    "logistic": logistic,
}
