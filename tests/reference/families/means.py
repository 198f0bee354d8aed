"""Means of one and two samples, analysis of variance and of covariance."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from tests.reference.case import Case
from tests.reference.formula import is_number, parse_formula

from topline.stats.analysis_of_variance import (
    bartlett_test,
    brown_forsythe_test,
    differences_from,
    one_way_analysis,
    summarize_groups,
    tukey_differences,
    welch_analysis,
)
from topline.stats.correlation import correlation
from topline.stats.effect import Effect
from topline.stats.estimate import Estimate, Test
from topline.stats.k_sample_ranks import kruskal_wallis
from topline.stats.linear_model import (
    LinearFit,
    fit_linear_model,
    linear_model_coefficients,
    linear_model_difference,
    linear_model_mean,
    type_three_tests,
    type_two_tests,
)
from topline.stats.mean import (
    MeanSummary,
    arithmetic_mean,
    geometric_mean,
    one_sample_t_test,
    paired_t_test,
    summarize,
    summarize_logarithms,
    summarize_pairs,
)
from topline.stats.median import median, sign_test
from topline.stats.model_matrix import Term, model_matrix, variables
from topline.stats.quantile import DEFINITIONS, quantiles, spread
from topline.stats.shape import shapiro_wilk_test, skewness
from topline.stats.standardized_difference import cohens_d, hedges_g, small_sample_correction
from topline.stats.two_means import (
    geometric_mean_ratio,
    mean_difference,
    pooled_standard_deviation,
    two_sample_t_test,
)
from topline.stats.variances import standard_deviation, variance_ratio, variance_ratio_test


def _limits(found: Estimate) -> dict[str, float | None]:
    return {"lower": found.lower, "upper": found.upper}


def _square(value: float | None) -> float | None:
    return None if value is None else value**2


def one_sample_mean(case: Case) -> dict[str, Any]:
    """Compute a case of one sample's data."""
    values, level, null = case.column("x"), case.level, case.params["mu"]
    summary, extent = summarize(values), spread(values)
    test = one_sample_t_test(summary, null_value=null)
    middle = median(values, level=level)
    shape = shapiro_wilk_test(values)
    found: dict[str, Any] = {
        "n": summary.number,
        "mean": summary.mean,
        "sd": summary.standard_deviation,
        "se": summary.standard_error,
        "var": _square(summary.standard_deviation),
        "t_ci": _limits(arithmetic_mean(summary, level=level)),
        "t": test.statistic,
        "df": test.degrees_of_freedom,
        "p": test.p_value,
        "p_greater": one_sample_t_test(summary, null_value=null, sides="greater").p_value,
        "min": extent.minimum,
        "max": extent.maximum,
        "median": extent.median,
        "sd_ci": _limits(standard_deviation(summary, level=level)),
        "skew_b1": skewness(values),
        "shapiro_w": shape.statistic,
        "shapiro_p": shape.p_value,
        "median_ci_order_stat": _limits(middle.estimate),
        "median_ci_order_stat_coverage": middle.coverage,
        "sign_test_p": sign_test(values, null_value=null).p_value,
    }
    for name, definition in DEFINITIONS.items():
        quartiles = quantiles(values, (0.25, 0.5, 0.75), definition=name)
        found[f"quartiles_type{definition.type}"] = list(quartiles)
    if min(values) > 0:
        geometric = geometric_mean(values, level=level)
        variation = geometric.coefficient_of_variation
        found |= {
            "geomean": geometric.estimate.value,
            "geomean_ci": _limits(geometric.estimate),
            "geo_cv_percent": None if variation is None else 100 * variation,
            "geo_sd": geometric.standard_deviation,
        }
    return found


def one_sample_mean_summary(case: Case) -> dict[str, Any]:
    """Compute a case of one sample's number, mean and standard deviation."""
    summary = MeanSummary(
        number=case.input["n"],
        mean=case.input["mean"],
        standard_deviation=case.input["sd"],
    )
    test = one_sample_t_test(summary, null_value=case.params["mu"])
    return {
        "se": summary.standard_error,
        "t": test.statistic,
        "df": test.degrees_of_freedom,
        "p": test.p_value,
        "ci": _limits(arithmetic_mean(summary, level=case.level)),
    }


def two_sample_mean(case: Case) -> dict[str, Any]:
    """Compute a case of two samples' data."""
    first, second = summarize(case.column("x")), summarize(case.column("y"))
    level = case.level
    welch = two_sample_t_test(first, second)
    pooled = two_sample_t_test(first, second, variances="equal")
    difference = mean_difference(first, second, level=level)
    ratio = variance_ratio_test(first, second)
    found: dict[str, Any] = {
        "diff": difference.value,
        "welch_t": welch.statistic,
        "welch_df": welch.degrees_of_freedom,
        "welch_p": welch.p_value,
        "welch_ci": _limits(difference),
        "pooled_t": pooled.statistic,
        "pooled_df": pooled.degrees_of_freedom,
        "pooled_p": pooled.p_value,
        "pooled_ci": _limits(mean_difference(first, second, variances="equal", level=level)),
        "pooled_sd": pooled_standard_deviation(first, second),
        "cohen_d": cohens_d(first, second).value,
        "hedges_g": hedges_g(first, second).value,
        "hedges_J": small_sample_correction(first.number + second.number - 2),
        "f_ratio": ratio.statistic,
        "f_p": ratio.p_value,
        "f_ci": _limits(variance_ratio(first, second, level=level)),
    }
    if min(*case.column("x"), *case.column("y")) > 0:
        logarithms = summarize_logarithms(case.column("x")), summarize_logarithms(case.column("y"))
        geometric = geometric_mean_ratio(*logarithms, level=level)
        found |= {
            "gmr": geometric.value,
            "gmr_ci_pooled": _limits(geometric),
            "gmr_ci90_pooled": _limits(geometric_mean_ratio(*logarithms, level=0.9)),
        }
    return found


def two_sample_mean_summary(case: Case) -> dict[str, Any]:
    """Compute a case of two samples' numbers, means and standard deviations."""
    first, second = (
        MeanSummary(
            number=case.input[f"n{i}"],
            mean=case.input[f"m{i}"],
            standard_deviation=case.input[f"s{i}"],
        )
        for i in (1, 2)
    )
    level, null = case.level, case.params["null"]
    welch = two_sample_t_test(first, second, null_value=null)
    pooled = two_sample_t_test(first, second, variances="equal", null_value=null)
    greater = two_sample_t_test(first, second, variances="equal", null_value=null, sides="greater")
    return {
        "welch_t": welch.statistic,
        "welch_df": welch.degrees_of_freedom,
        "welch_p": welch.p_value,
        "welch_ci": _limits(mean_difference(first, second, level=level)),
        "pooled_t": pooled.statistic,
        "pooled_p": pooled.p_value,
        "pooled_ci": _limits(mean_difference(first, second, variances="equal", level=level)),
        "pooled_sd": pooled_standard_deviation(first, second),
        "pooled_p_greater": greater.p_value,
    }


def paired_mean(case: Case) -> dict[str, Any]:
    """Compute a case of pairs."""
    first, second = case.column("x"), case.column("y")
    summary, test = summarize_pairs(first, second), paired_t_test(first, second)
    return {
        "diff": summary.mean,
        "sd_diff": summary.standard_deviation,
        "t": test.statistic,
        "df": test.degrees_of_freedom,
        "p": test.p_value,
        "ci": _limits(arithmetic_mean(summary, level=case.level)),
        "correlation": correlation(first, second).value,
    }


def anova(case: Case) -> dict[str, Any]:
    """Compute a case of several samples."""
    values, group, level = case.column("y"), case.column("group"), case.level
    groups = summarize_groups(values, group)
    analysis, welch = one_way_analysis(groups), welch_analysis(groups)
    bartlett, levene = bartlett_test(groups), brown_forsythe_test(values, group)
    ranks = kruskal_wallis(values, group)
    tukey = tukey_differences(groups, level=level)
    against = _table(differences_from(groups, next(iter(groups)), level=level))
    return {
        "F": analysis.test.statistic,
        "df1": analysis.test.degrees_of_freedom,
        "df2": analysis.test.denominator_degrees_of_freedom,
        "p": analysis.test.p_value,
        "mse": analysis.mean_square_within,
        "welch_F": welch.statistic,
        "welch_df2": welch.denominator_degrees_of_freedom,
        "welch_p": welch.p_value,
        "bartlett": bartlett.statistic,
        "bartlett_p": bartlett.p_value,
        "brown_forsythe_F": levene.statistic,
        "brown_forsythe_p": levene.p_value,
        "kruskal": ranks.statistic,
        "kruskal_p": ranks.p_value,
        "tukey": {
            # R writes these pairs without spaces.
            "contrast": ["-".join(one.name.split(" - ")) for one in tukey],
            "diff": [one.estimate.value for one in tukey],
            "lower": [one.estimate.lower for one in tukey],
            "upper": [one.estimate.upper for one in tukey],
            "p_adj": [one.test.p_value for one in tukey],
        },
        "vs_first": {
            key: against[key] for key in ("contrast", "estimate", "se", "lower", "upper", "p")
        },
    }


def ancova(case: Case) -> dict[str, Any]:
    """Compute a case of a linear model."""
    fit = _fit(case)
    factor, level = case.input["factor"], case.level
    levels = fit.matrix.variables.factors[factor].levels
    means = [linear_model_mean(fit, {factor: one}, level=level) for one in levels]
    differences = [
        linear_model_difference(fit, {factor: one}, {factor: levels[0]}, level=level)
        for one in levels[1:]
    ]
    coefficients = linear_model_coefficients(fit, level=level)
    return {
        "ls_means": {
            "level": list(levels),
            "estimate": [one.value for one in means],
            "se": [one.standard_error for one in means],
            "df": [one.degrees_of_freedom for one in means],
            "lower": [one.lower for one in means],
            "upper": [one.upper for one in means],
        },
        "vs_reference": _table(differences),
        "sigma": fit.residual_standard_deviation,
        "r_squared": fit.determination,
        "coef": [one.estimate.value for one in coefficients],
        "coef_names": list(fit.matrix.names),
        "coef_se": [one.estimate.standard_error for one in coefficients],
        "type2": _tests(type_two_tests(fit).items()),
        "type3": _tests(type_three_tests(fit).items()),
    }


def _fit(case: Case) -> LinearFit:
    response, terms = parse_formula(case.input["formula"])
    names = [response, *dict.fromkeys(name for term in terms for name in term)]
    rows = [row for row in case.rows() if all(row[name] not in ("NA", "") for name in names)]
    columns = {name: [row[name] for row in rows] for name in names}
    made = variables(
        covariates={
            name: np.array(columns[name], dtype=np.float64)
            for name in names[1:]
            if is_number(columns[name])
        },
        factors={name: columns[name] for name in names[1:] if not is_number(columns[name])},
    )
    return fit_linear_model(
        np.array(columns[response], dtype=np.float64), model_matrix(made, terms)
    )


def _table(effects: Iterable[Effect]) -> dict[str, list[Any]]:
    found = list(effects)
    return {
        "contrast": [one.name for one in found],
        "estimate": [one.estimate.value for one in found],
        "se": [one.estimate.standard_error for one in found],
        "df": [one.estimate.degrees_of_freedom for one in found],
        "lower": [one.estimate.lower for one in found],
        "upper": [one.estimate.upper for one in found],
        "t": [one.test.statistic for one in found],
        "p": [one.test.p_value for one in found],
    }


def _tests(tests: Iterable[tuple[Term, Test]]) -> dict[str, list[Any]]:
    """Lay tests out as R prints them: the residuals as a last line without a test."""
    found = list(tests)
    return {
        "term": [*(":".join(term) or "(Intercept)" for term, _ in found), "Residuals"],
        "F": [*(test.statistic for _, test in found), None],
        "p": [*(test.p_value for _, test in found), None],
    }


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {
    "one_sample_mean": one_sample_mean,
    "one_sample_mean_summary": one_sample_mean_summary,
    "two_sample_mean": two_sample_mean,
    "two_sample_mean_summary": two_sample_mean_summary,
    "paired_mean": paired_mean,
    "anova": anova,
    "ancova": ancova,
}
