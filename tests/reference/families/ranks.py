"""Rank tests, Hodges–Lehmann estimates and correlations."""

from typing import Any

import numpy as np
from tests.reference.case import Case

from topline.stats.correlation import Coefficient, correlation, correlation_test
from topline.stats.estimate import Estimate
from topline.stats.k_sample_ranks import (
    jonckheere_terpstra,
    jonckheere_terpstra_statistic,
    kruskal_wallis,
)
from topline.stats.rank_sum import (
    hodges_lehmann,
    moses_place,
    rank_sum_statistic,
    rank_sum_test,
)
from topline.stats.signed_rank import pseudomedian, signed_rank_statistic, signed_rank_test
from topline.stats.stratified_ranks import stratified_rank_test


def _column(case: Case, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.atleast_1d(np.asarray(case.input[name], dtype=np.float64))


def _limits(estimate: Estimate) -> dict[str, float | None]:
    return {"lower": estimate.lower, "upper": estimate.upper}


def signed_rank(case: Case) -> dict[str, Any]:
    """Compute R's wilcox.test of one sample, and exactRankTests'."""
    x, null = _column(case, "x"), float(case.params["mu"])
    level = case.level
    corrected, plain = (
        pseudomedian(x, level=level, interval=interval, estimator="root", null_value=null)
        for interval in ("normal_corrected", "normal")
    )
    exact = pseudomedian(x, level=level, interval="exact")
    probability = signed_rank_test(x, null_value=null, method="exact").p_value
    return {
        "V": signed_rank_statistic(x, null_value=null).value,
        "p_normal_cc": signed_rank_test(x, null_value=null, method="normal_corrected").p_value,
        "p_normal": signed_rank_test(x, null_value=null, method="normal").p_value,
        "normal_cc_root_estimate": corrected.value,
        "normal_cc_root_ci": _limits(corrected),
        "normal_root_estimate": plain.value,
        "normal_root_ci": _limits(plain),
        "walsh_median": exact.value,
        "p_exact": probability,
        "exact_estimate": exact.value,
        "exact_ci": _limits(exact),
        "p_exact_with_ties": probability,
    }


def two_sample_rank(case: Case) -> dict[str, Any]:
    """Compute R's wilcox.test of two samples, exactRankTests', and Moses' limits."""
    x, y = _column(case, "x"), _column(case, "y")
    level = case.level
    corrected, plain = (
        hodges_lehmann(x, y, level=level, interval=interval, estimator="root")
        for interval in ("normal_corrected", "normal")
    )
    exact, floor, nearest = (
        hodges_lehmann(x, y, level=level, interval=interval)
        for interval in ("exact", "moses_floor", "moses_round")
    )
    statistic = rank_sum_statistic(x, y).value
    probability = rank_sum_test(x, y, method="exact").p_value
    return {
        "W": statistic,
        "p_normal_cc": rank_sum_test(x, y, method="normal_corrected").p_value,
        "p_normal": rank_sum_test(x, y, method="normal").p_value,
        "normal_cc_root_estimate": corrected.value,
        "normal_cc_root_ci": _limits(corrected),
        "normal_root_estimate": plain.value,
        "normal_root_ci": _limits(plain),
        "hodges_lehmann": exact.value,
        "moses_ci_floor": _limits(floor),
        "moses_k_floor": moses_place(x.size, y.size, level),
        "moses_ci_round": _limits(nearest),
        "p_exact": probability,
        "exact_estimate": exact.value,
        "exact_ci": _limits(exact),
        "p_exact_with_ties": probability,
        "prob_index": statistic / (x.size * y.size),
    }


def stratified_rank(case: Case) -> dict[str, Any]:
    """Compute van Elteren's test and the one with equal weights."""
    arguments = (_column(case, "y"), case.column("group"), case.column("stratum"))
    optimal = stratified_rank_test(*arguments)
    equal = stratified_rank_test(*arguments, weights="equal")
    z, z_equal = optimal.statistic, equal.statistic
    return {
        "van_elteren_z": z,
        "van_elteren_chisq": None if z is None else z * z,
        "p": optimal.p_value,
        "equal_weight_chisq": None if z_equal is None else z_equal * z_equal,
        "equal_weight_p": equal.p_value,
    }


def k_sample_rank(case: Case) -> dict[str, Any]:
    """Compute Kruskal–Wallis and, in the order of the groups' text, Jonckheere–Terpstra."""
    y, group = _column(case, "y"), [str(label) for label in case.column("group")]
    kruskal, trend = kruskal_wallis(y, group), jonckheere_terpstra(y, group)
    return {
        "kruskal": kruskal.statistic,
        "kruskal_p": kruskal.p_value,
        "jonckheere_J": jonckheere_terpstra_statistic(y, group).value,
        "jonckheere_z": trend.statistic,
        "jonckheere_p_two_sided": trend.p_value,
    }


def _t_probability(x: Any, y: Any, coefficient: Coefficient) -> float | None:
    """Give the p-value by t; that of a complete correlation, undefined here, is 0 in R, whose t is infinite."""
    if abs(correlation(x, y, coefficient=coefficient).value or 0.0) == 1:
        return 0.0
    return correlation_test(x, y, coefficient=coefficient).p_value


def correlations(case: Case) -> dict[str, Any]:
    """Compute the three correlations with their asymptotic tests."""
    x, y = _column(case, "x"), _column(case, "y")
    pearson = correlation(x, y, level=case.level)
    return {
        "pearson": pearson.value,
        "pearson_ci": _limits(pearson),
        "pearson_p": _t_probability(x, y, "pearson"),
        "spearman": correlation(x, y, coefficient="spearman").value,
        "spearman_p_t": _t_probability(x, y, "spearman"),
        "kendall_b": correlation(x, y, coefficient="kendall").value,
        "kendall_p_normal": correlation_test(x, y, coefficient="kendall").p_value,
    }


FAMILIES = {
    "signed_rank": signed_rank,
    "two_sample_rank": two_sample_rank,
    "stratified_rank": stratified_rank,
    "k_sample_rank": k_sample_rank,
    "correlation": correlations,
}
