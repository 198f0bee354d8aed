"""Reference cases of proportions: one, two independent or paired ones, strata, and larger tables."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from tests.reference.case import Case

from topline.errors import LimitError
from topline.stats.agreement import cohen_kappa
from topline.stats.contingency import (
    cochran_armitage_test,
    cochran_mantel_haenszel_test,
    cramers_v,
    kruskal_wallis_of_columns,
    pearson_test,
)
from topline.stats.estimate import Estimate, Test
from topline.stats.exact_tables import conditional_odds_ratio, fisher_test
from topline.stats.freeman_halton import freeman_halton_test
from topline.stats.mcnemar import mcnemar_test
from topline.stats.non_inferiority import difference_test, restricted_proportions
from topline.stats.odds_ratio import odds_ratio
from topline.stats.paired_proportions import paired_difference, paired_odds_ratio
from topline.stats.proportion import proportion
from topline.stats.proportion_tests import proportion_test
from topline.stats.risk_difference import risk_difference
from topline.stats.risk_ratio import risk_ratio
from topline.stats.stratified_risk_difference import common_risk_difference
from topline.stats.stratified_tables import (
    cochran_mantel_haenszel,
    common_odds_ratio,
    common_risk_ratio,
    homogeneity_test,
)
from topline.stats.two_proportions import two_proportions_test
from topline.stats.unconditional_tests import unconditional_test

Table = tuple[float, float, float, float]

ONE_PROPORTION: Mapping[str, str] = {
    "wald": "wald",
    "wald_cc": "wald_corrected",
    "wilson": "wilson",
    "wilson_cc_newcombe": "wilson_corrected",
    "wilson_cc_R_prop_test": "wilson_prop_test",
    "clopper_pearson": "clopper_pearson",
    "agresti_coull": "agresti_coull",
    "jeffreys_edge": "jeffreys",
    "jeffreys_noedge": "jeffreys_without_edge_rule",
    "mid_p": "mid_p",
    "blaker": "blaker",
    "arcsine": "arcsine",
    "likelihood_ratio": "likelihood_ratio",
    "logit": "logit",
}
DIFFERENCES: Mapping[str, str] = {
    "diff_wald": "wald",
    "diff_wald_cc": "wald_corrected",
    "diff_newcombe": "newcombe",
    "diff_newcombe_cc": "newcombe_corrected",
    "diff_agresti_caffo": "agresti_caffo",
    "diff_miettinen_nurminen": "miettinen_nurminen",
    "diff_mee": "mee",
}
RATIOS: Mapping[str, str] = {
    "ratio_miettinen_nurminen": "miettinen_nurminen",
    "ratio_koopman": "koopman",
    "ratio_katz": "katz",
}
ODDS_RATIOS: Mapping[str, str] = {
    "or_miettinen_nurminen": "miettinen_nurminen",
    "or_score_nobias": "cornfield",
    "or_woolf": "woolf",
}
UNCONDITIONAL: Mapping[str, Mapping[str, Any]] = {
    "barnard_pooled_two_sided": {"test": "barnard_pooled"},
    "barnard_pooled_greater": {"test": "barnard_pooled", "sides": "greater"},
    "barnard_pooled_less": {"test": "barnard_pooled", "sides": "less"},
    "barnard_unpooled_two_sided": {"test": "barnard_unpooled"},
    "barnard_unpooled_greater": {"test": "barnard_unpooled", "sides": "greater"},
    "barnard_unpooled_less": {"test": "barnard_unpooled", "sides": "less"},
    "boschloo_two_sided": {"test": "boschloo"},
    "boschloo_greater": {"test": "boschloo", "sides": "greater"},
    "boschloo_less": {"test": "boschloo", "sides": "less"},
}


def limits(found: Estimate) -> dict[str, Any]:
    """Limits as the files write them: without bound is "Inf"."""
    return {"lower": found.lower, "upper": _bound(found, "upper")}


def _bound(found: Estimate, part: str) -> Any:
    reason = found.reason(part) or ""
    infinite = reason.startswith(("without bound", "infinite"))
    return "Inf" if infinite else getattr(found, part)


def one_proportion(case: Case) -> dict[str, Any]:
    count, number, level = case.input["x"], case.input["n"], case.level
    found: dict[str, Any] = {"estimate": proportion(count, number).value}
    for key, interval in ONE_PROPORTION.items():
        found[key] = limits(proportion(count, number, level=level, interval=interval))
    return found


def one_proportion_test(case: Case) -> dict[str, Any]:
    count, number, share = case.input["x"], case.input["n"], case.params["p0"]
    score = proportion_test(count, number, share, test="score")
    corrected = proportion_test(count, number, share, test="score_corrected")
    mid = proportion_test(count, number, share, test="mid_p", sides="greater")
    return {
        "exact_two_sided": proportion_test(count, number, share).p_value,
        "exact_less": proportion_test(count, number, share, sides="less").p_value,
        "exact_greater": proportion_test(count, number, share, sides="greater").p_value,
        "midp_greater": mid.p_value,
        "score_z": score.statistic,
        "score_p_two_sided": score.p_value,
        "score_cc_z": corrected.statistic,
        "score_cc_p": corrected.p_value,
    }


def _table(case: Case) -> Table:
    given = case.input
    return given["x1"], given["n1"], given["x2"], given["n2"]


def two_proportions(case: Case) -> dict[str, Any]:
    table, level = _table(case), case.level
    katz = risk_ratio(*table, level=level, interval="katz", scale="log")
    woolf = odds_ratio(*table, level=level, interval="woolf", scale="log")
    halves = odds_ratio(*table, level=level, interval="haldane_anscombe")
    found: dict[str, Any] = {
        "diff": risk_difference(*table).value,
        "ratio": risk_ratio(*table).value,
        "log_ratio_se": katz.standard_error,
        "odds_ratio": odds_ratio(*table).value,
        "log_or_se": woolf.standard_error,
        "or_haldane_anscombe": {"estimate": halves.value, **limits(halves)},
        "fisher": _fisher(table, level),
        "chisq": _chi_squared(table),
        "z_unpooled": _statistic(table),
    }
    for key, interval in DIFFERENCES.items():
        found[key] = limits(risk_difference(*table, level=level, interval=interval))
    for key, interval in RATIOS.items():
        found[key] = limits(risk_ratio(*table, level=level, interval=interval))
    for key, interval in ODDS_RATIOS.items():
        found[key] = limits(odds_ratio(*table, level=level, interval=interval))
    for key, options in UNCONDITIONAL.items():
        if key in case.expected:
            found[key] = unconditional_test(*table, **options).p_value
    return found


def _fisher(table: Table, level: float) -> dict[str, Any]:
    conditional = conditional_odds_ratio(*table, level=level)
    value = _bound(conditional, "value")
    if conditional.value is None and conditional.lower == 0:
        # The margins allow this table only. The files then say 0, the smallest maximum of a flat likelihood.
        value = 0
    mid_p = fisher_test(*table, tail="mid_p")
    return {
        "p_two_sided": fisher_test(*table).p_value,
        "p_less": fisher_test(*table, sides="less").p_value,
        "p_greater": fisher_test(*table, sides="greater").p_value,
        "cond_mle_or": value,
        "or_lower": conditional.lower,
        "or_upper": _bound(conditional, "upper"),
        "midp_two_sided": mid_p.p_value,
    }


def _chi_squared(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    names = {"pearson": "pearson", "yates": "pearson_corrected", "g": "likelihood_ratio"}
    for key, name in names.items():
        test = two_proportions_test(*table, test=name)
        found |= {key: test.statistic, f"{key}_p": test.p_value}
    return found


def _statistic(table: Table) -> Any:
    return _z(two_proportions_test(*table, test="unpooled"), table)


def _z(test: Test, table: Table, null: float = 0.0) -> Any:
    if (test.reason("statistic") or "").startswith("infinite"):
        x, n, y, m = table
        return "Inf" if x / n - y / m > null else "-Inf"
    return test.statistic


def non_inferiority(case: Case) -> dict[str, Any]:
    table, null = _table(case), case.params["null_difference"]
    tests = {
        name: difference_test(*table, null_difference=null, test=name)
        for name in ("farrington_manning", "miettinen_nurminen", "wald")
    }
    return {
        "fm_z": tests["farrington_manning"].statistic,
        "fm_p_greater": tests["farrington_manning"].p_value,
        "mn_z": tests["miettinen_nurminen"].statistic,
        "mn_p_greater": tests["miettinen_nurminen"].p_value,
        "restricted_p2": restricted_proportions(*table, null_difference=null)[1],
        "wald_z": _z(tests["wald"], table, null),
    }


def paired_proportions(case: Case) -> dict[str, Any]:
    a, b, c, d = (case.input[name] for name in "abcd")
    level = case.level
    intervals = {
        key: paired_difference(a, b, c, d, level=level, interval=name)
        for key, name in {"wald": "wald", "tango": "tango", "newcombe10": "newcombe"}.items()
    }
    plain, corrected = mcnemar_test(b, c), mcnemar_test(b, c, test="corrected")
    return {
        "diff": intervals["tango"].value,
        **{key: limits(found) for key, found in intervals.items()},
        "mcnemar": plain.statistic,
        "mcnemar_p": plain.p_value,
        "mcnemar_cc": corrected.statistic,
        "mcnemar_cc_p": corrected.p_value,
        "exact_p": mcnemar_test(b, c, test="exact").p_value,
        "midp": mcnemar_test(b, c, test="mid_p").p_value,
        "conditional_or": _bound(paired_odds_ratio(b, c, level=level), "value"),
        "kappa": cohen_kappa([[a, b], [c, d]]).value,
    }


def stratified(case: Case) -> dict[str, Any]:
    given = {name: case.column(name) for name in ("x1", "n1", "x2", "n2")}
    strata, level = tuple(given.values()), case.level
    odds = common_odds_ratio(*strata, level=level)
    ratio = common_risk_ratio(*strata, level=level)
    exact = conditional_odds_ratio(*strata, level=level)
    difference = {
        name: common_risk_difference(*strata, level=level, interval=name)
        for name in ("sato", "greenland_robins", "miettinen_nurminen", "newcombe")
    }
    tests: dict[str, Test] = {
        "cmh": cochran_mantel_haenszel(*strata),
        "cmh_cc": cochran_mantel_haenszel(*strata, corrected=True),
        "breslow_day": homogeneity_test(*strata),
        "tarone": homogeneity_test(*strata, test="tarone"),
    }
    found: dict[str, Any] = {
        "mh_or": odds.value,
        "mh_or_ci_rbg": limits(odds),
        "exact_cond_or": _bound(exact, "value"),
        "exact_or_ci": limits(exact),
        "exact_p": fisher_test(*strata).p_value,
        "mh_rr": ratio.value,
        "mh_rr_ci_greenland_robins": limits(ratio),
        "mh_log_rr_se": common_risk_ratio(*strata, level=level, scale="log").standard_error,
        "mh_rd": difference["sato"].value,
        "strat_mn_cmh_weights": limits(difference["miettinen_nurminen"]),
        "strat_newcombe_yan_su": limits(difference["newcombe"]),
    }
    # metafor's standard error is Sato's.
    for key, name in {"metafor": "sato", "sato": "sato", "wald": "greenland_robins"}.items():
        found[f"mh_rd_se_{key}"] = difference[name].standard_error
        found[f"mh_rd_ci_{key}"] = limits(difference[name])
    for key, test in tests.items():
        found |= {key: test.statistic, f"{key}_p": test.p_value}
    return found


def rows_by_columns(case: Case) -> dict[str, Any]:
    table = case.input["table"]
    row_scores, column_scores = case.params["row_scores"], case.params["col_scores"]
    scores = {"row_scores": row_scores, "column_scores": column_scores}
    pearson = pearson_test(table)
    association = cochran_mantel_haenszel_test([table])
    means = cochran_mantel_haenszel_test([table], test="row_mean_scores", **scores)
    trend = cochran_mantel_haenszel_test([table], test="correlation", **scores)
    found: dict[str, Any] = {
        "pearson": pearson.statistic,
        "df": pearson.degrees_of_freedom,
        "p": pearson.p_value,
        "cramers_v": cramers_v(table),
        "mantel_linear_trend": trend.statistic,
        "mantel_linear_trend_p": trend.p_value,
        "cmh_general_association": association.statistic,
        "cmh_general_association_p": association.p_value,
        "cmh_row_mean_scores": means.statistic,
        "cmh_row_mean_scores_p": means.p_value,
        "kruskal_on_columns": kruskal_wallis_of_columns(table, column_scores).statistic,
    }
    with contextlib.suppress(LimitError):  # beyond it this one value counts as not computed
        found["fisher_freeman_halton_p"] = freeman_halton_test(table).p_value
    if len(table[0]) == 2:
        affected, number = [row[0] for row in table], [sum(row) for row in table]
        armitage = cochran_armitage_test(affected, number, row_scores)
        found["cochran_armitage_chisq"] = armitage.statistic
        found["cochran_armitage_p"] = armitage.p_value
    return found


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {
    "one_proportion_ci": one_proportion,
    "one_proportion_test": one_proportion_test,
    "two_proportions": two_proportions,
    "two_proportions_ni": non_inferiority,
    "paired_proportions": paired_proportions,
    "stratified_2x2": stratified,
    "rxc_table": rows_by_columns,
}
