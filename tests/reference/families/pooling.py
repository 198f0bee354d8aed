"""Effect sizes, inverse-variance pooling, meta-regression and pooling of counts."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from tests.reference.case import Case

from topline.stats.effect_sizes import EffectSizes, effects_from_intervals
from topline.stats.effect_sizes_means import MEAN_MEASURES, mean_effects
from topline.stats.effect_sizes_one_group import (
    PROPORTION_MEASURES,
    correlation_effects,
    one_rate_effects,
    proportion_effects,
    proportion_from_effect,
)
from topline.stats.effect_sizes_rates import RATE_MEASURES, rate_effects
from topline.stats.effect_sizes_two_by_two import two_by_two_effects
from topline.stats.estimate import Estimate, Test
from topline.stats.heterogeneity import heterogeneity_limits
from topline.stats.mantel_haenszel_pooling import (
    pool_mantel_haenszel,
    pool_mantel_haenszel_rates,
)
from topline.stats.meta_regression import INTERCEPT, MetaRegression, regress_effects
from topline.stats.peto_pooling import pool_peto
from topline.stats.pooled_tables import PooledTables
from topline.stats.pooling import Pooling, pool, prediction_interval


def limits(estimate: Estimate) -> dict[str, float | None]:
    """Give the limits alone, as the files nest them."""
    return {"lower": estimate.lower, "upper": estimate.upper}


def columns(case: Case, *names: str) -> list[np.ndarray[Any, Any]]:
    """Give columns of the input; a file writes a vector of one as a number."""
    return [np.atleast_1d(np.asarray(case.input[name])) for name in names]


def studies(case: Case) -> list[np.ndarray[Any, Any]]:
    """Give effects and variances of the studies that have both, as metafor takes them."""
    pairs = [
        (y, v)
        for y, v in zip(*columns(case, "yi", "vi"), strict=True)
        if y is not None and v is not None
    ]
    return [np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True)]


def numbers(values: np.ndarray[Any, Any]) -> list[float | None]:
    """Give an array as a file writes it, undefined numbers as None."""
    return [float(value) if np.isfinite(value) else None for value in values]


def effects_of(case: Case) -> EffectSizes:
    """Compute effect sizes from whichever columns a case has."""
    measure = str(case.params["measure"])
    has = case.input.keys()
    if "ai" in has:
        return two_by_two_effects(*columns(case, "ai", "n1i", "ci", "n2i"), measure=measure)
    if "m1" in has and measure in MEAN_MEASURES:
        return mean_effects(*columns(case, "m1", "sd1", "n1", "m2", "sd2", "n2"), measure=measure)
    if "x1" in has and measure in RATE_MEASURES:
        return rate_effects(*columns(case, "x1", "t1", "x2", "t2"), measure=measure)
    if "xi" in has and "ni" in has and measure in PROPORTION_MEASURES:
        return proportion_effects(*columns(case, "xi", "ni"), measure=measure)
    if "xi" in has and "ti" in has:
        return one_rate_effects(*columns(case, "xi", "ti"), measure=measure)
    if "ri" in has:
        return correlation_effects(*columns(case, "ri", "ni"), measure=measure)
    if "hr" in has:
        return effects_from_intervals(
            *columns(case, "lower", "upper"), value=columns(case, "hr")[0], ratio=True
        )
    raise NotImplementedError(f"effect sizes {measure} from {sorted(has)}")


def effect_sizes(case: Case) -> dict[str, Any]:
    """Compute the effects and variances of studies."""
    found = effects_of(case)
    return {"yi": numbers(found.value), "vi": numbers(found.variance)}


def statistic_and_probability(test: Test) -> tuple[float | str | None, float | None]:
    """Give statistic and p-value as R does: infinite, and 0, where the standard error is 0."""
    if test.statistic is None and "standard error is zero" in (test.reason("statistic") or ""):
        return "Inf", 0.0
    return test.statistic, test.p_value


def meta_generic(case: Case) -> dict[str, Any]:
    """Pool effects by inverse variance with every interval."""
    y, v = studies(case)
    level, method = case.level, str(case.params["tau2_method"])
    found = pool(y, v, method=method, level=level)
    between = found.between_study_variance
    result: dict[str, Any] = {
        "k": found.studies,
        "estimate": found.estimate.value,
        "se": found.estimate.standard_error,
        "z": found.test.statistic,
        "p": found.test.p_value,
        **limits(found.estimate),
        "tau2": between,
        "se_tau2": found.between_study_variance_standard_error,
        "I2": found.heterogeneity.i_squared,
        "H2": found.heterogeneity.h_squared,
        "Q": found.heterogeneity.test.statistic,
        "Q_p": found.heterogeneity.test.p_value,
        "loglik_ml": found.log_likelihood,
        "loglik_reml": found.restricted_log_likelihood,
    }
    if method == "EE":
        return result
    knapp = pool(y, v, method=method, level=level, interval="hartung-knapp")
    floor = pool(y, v, method=method, level=level, interval="hartung-knapp-floor")
    statistic, p_value = statistic_and_probability(knapp.test)
    if statistic == "Inf" and (knapp.estimate.value or 0) < 0:
        statistic = "-Inf"
    result |= {
        "pi_z": limits(prediction_interval(found, reference="normal")),
        "hksj": {
            "se": knapp.estimate.standard_error,
            "t": statistic,
            "df": found.studies - 1,
            "p": p_value,
            **limits(knapp.estimate),
        },
        "pi_hksj_t_kminus1": limits(prediction_interval(knapp, reference="studies - 1")),
        "pi_hts_t_kminus2": limits(prediction_interval(found, reference="studies - 2")),
        "pi_t_kminus1_classic_se": limits(prediction_interval(found, reference="studies - 1")),
        "hksj_adhoc": {"se": floor.estimate.standard_error, **limits(floor.estimate)},
    }
    if method in ("REML", "PM", "DL"):
        # metafor looks no further than this for the upper limit; the files widen it for Paule and Mandel's.
        largest = 1e6 if method == "PM" else max(100.0, 10 * (between or 0.0))
        profile = heterogeneity_limits(y, v, level=level, largest=largest)
        result["tau2_q_profile"] = dict(zip(("lower", "upper"), profile.tau_squared, strict=True))
        result["I2_ci"] = dict(zip(("lower", "upper"), profile.i_squared, strict=True))
    return result


def pooled_tables(found: PooledTables) -> dict[str, Any]:
    """Give what all poolings of counts have."""
    return {
        "estimate": found.estimate.value,
        "se": found.estimate.standard_error,
        **limits(found.estimate),
        "p": found.test.p_value,
        "Q": found.heterogeneity.test.statistic,
        "Q_p": found.heterogeneity.test.p_value,
        "I2": found.heterogeneity.i_squared,
    }


def meta_mh(case: Case) -> dict[str, Any]:
    """Pool counts by Mantel and Haenszel."""
    measure, level = str(case.params["measure"]), case.level
    if "x1" in case.input:
        rates = columns(case, "x1", "t1", "x2", "t2")
        return pooled_tables(pool_mantel_haenszel_rates(*rates, measure=measure, level=level))
    tables = columns(case, "ai", "n1i", "ci", "n2i")
    found = pool_mantel_haenszel(*tables, measure=measure, level=level)
    result = pooled_tables(found)
    if found.association is not None:
        result["cmh"] = found.association.statistic
        result["cmh_p"] = found.association.p_value
        result |= {name: test.statistic for name, test in found.homogeneity}
    return result


def meta_peto(case: Case) -> dict[str, Any]:
    """Pool counts by Peto."""
    tables = columns(case, "ai", "n1i", "ci", "n2i")
    return pooled_tables(pool_peto(*tables, level=case.level))


def regression(found: MetaRegression) -> dict[str, Any]:
    """Give the coefficients in columns."""
    estimates = list(found.coefficients.values())
    return {
        "se": [one.standard_error for one in estimates],
        "lower": [one.lower for one in estimates],
        "upper": [one.upper for one in estimates],
        "p": [one.p_value for one in found.tests.values()],
    }


def meta_regression(case: Case) -> dict[str, Any]:
    """Regress effects on moderators, with normal and Hartung–Knapp limits."""
    names = case.params["moderators"]
    names = [names] if isinstance(names, str) else list(names)
    y, v, *moderators = columns(case, "yi", "vi", *names)
    given: Mapping[str, Any] = dict(zip(names, moderators, strict=True))
    level, method = case.level, str(case.params["tau2_method"])
    found = regress_effects(y, v, given, method=method, level=level)
    result = {
        "terms": [{INTERCEPT: "intrcpt"}.get(term, term) for term in found.coefficients],
        "coef": [one.value for one in found.coefficients.values()],
        **regression(found),
        "tau2": found.between_study_variance,
        "QM": found.moderator_test.statistic,
        "QM_p": found.moderator_test.p_value,
        "QE": found.heterogeneity.test.statistic,
        "I2": found.heterogeneity.i_squared,
        "R2": found.explained,
    }
    if method != "EE":
        # Where there is nothing to be explained metafor says that no part of it is.
        result["R2"] = found.explained or 0.0
        knapp = regress_effects(y, v, given, method=method, level=level, interval="hartung-knapp")
        result["knha"] = {
            **regression(knapp),
            "F": knapp.moderator_test.statistic,
            "F_p": knapp.moderator_test.p_value,
        }
    return result


def meta_single_proportion(case: Case) -> dict[str, Any]:
    """Pool proportions on a transformed scale and turn them back."""
    found_effects = effects_of(case)
    measure = str(case.params["measure"])
    found: Pooling = pool(
        found_effects.value,
        found_effects.variance,
        method=str(case.params["tau2_method"]),
        level=case.level,
    )
    (totals,) = columns(case, "ni")
    estimate = found.estimate
    assert estimate.value is not None
    assert estimate.lower is not None
    assert estimate.upper is not None
    pooled, lower, upper = proportion_from_effect(
        [estimate.value, estimate.lower, estimate.upper],
        measure=measure,
        harmonic_number=float(1 / np.mean(1 / totals)),
    ).tolist()
    return {
        "beta": estimate.value,
        "se": estimate.standard_error,
        "tau2": found.between_study_variance,
        "Q": found.heterogeneity.test.statistic,
        "pooled": pooled,
        "lower": lower,
        "upper": upper,
    }


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {
    "effect_sizes": effect_sizes,
    "meta_generic": meta_generic,
    "meta_mh": meta_mh,
    "meta_peto": meta_peto,
    "meta_regression": meta_regression,
    "meta_single_proportion": meta_single_proportion,
}
