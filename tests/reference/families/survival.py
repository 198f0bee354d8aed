"""Reference cases of survival curves, log-rank tests, restricted means and proportional hazards."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from tests.reference.case import Case, listed

from topline.stats.estimate import Estimate
from topline.stats.hazard_ratio import peto_hazard_ratio, pike_hazard_ratio
from topline.stats.log_rank import LogRank, log_rank
from topline.stats.restricted_mean import (
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)
from topline.stats.survival import (
    SurvivalCurve,
    kaplan_meier,
    nelson_aalen,
    survival_at,
    survival_quantile,
)

TRANSFORMS = {
    "plain": "plain",
    "log": "log",
    "loglog": "log-log",
    "logit": "logit",
    "arcsin": "arcsine",
}

WEIGHTS: Mapping[str, Mapping[str, Any]] = {
    "gehan_breslow": {"weight": "gehan-breslow"},
    "tarone_ware": {"weight": "tarone-ware"},
    "peto_peto_modified": {"weight": "peto-peto"},
}


def column(case: Case, name: str) -> list[str]:
    return [row[name] for row in case.rows()]


def numbers(case: Case, name: str) -> list[float]:
    return [float(value) for value in column(case, name)]


def limits(found: Estimate) -> dict[str, Any]:
    return {"lower": found.lower, "upper": found.upper}


def labels_of(values: list[str]) -> list[object]:
    """Read a column as R does: as numbers where all are numbers."""
    try:
        return [int(value) if value.lstrip("-").isdigit() else float(value) for value in values]
    except ValueError:
        return list(values)


def _observations(case: Case) -> tuple[list[float], list[float], list[float] | None]:
    if "data_file" not in case.input:
        entry = case.input.get("entry")
        return (
            case.column("time"),
            case.column("status"),
            None if entry is None else listed(entry),
        )
    columns = case.input["columns"]
    entry_column = columns.get("entry_col")
    return (
        numbers(case, columns["time_col"]),
        numbers(case, columns["status_col"]),
        numbers(case, entry_column) if entry_column else None,
    )


def kaplan_meier_case(case: Case) -> dict[str, Any]:
    time, status, entry = _observations(case)
    level = case.level
    curve = kaplan_meier(time, status, entry)
    found: dict[str, Any] = {"n": curve.number, "events": int(curve.events.sum())}
    for key, expected in case.expected.items():
        kind, _, detail = key.rpartition("_")
        if kind == "quantiles":
            found[key] = _quantiles(curve, listed(expected["prob"]), level, TRANSFORMS[detail])
        elif kind == "surv_at":
            found[key] = _at_times(curve, listed(expected["time"]), level, TRANSFORMS[detail])
        elif kind == "rmst":
            mean = restricted_mean(curve, expected["tau"], level=level)
            found[key] = {
                "tau": expected["tau"],
                "rmst": mean.value,
                "se": mean.standard_error,
                **limits(mean),
            }
        elif key == "reverse_km_median":
            reverse = kaplan_meier(time, [1 - one for one in status])
            median = survival_quantile(reverse, level=level, crossing="nearest")
            found[key] = {"estimate": median.value, **limits(median)}
        elif key == "curve":
            found[key] = _curve(curve)
    return found


def _quantiles(
    curve: SurvivalCurve, probabilities: list[float], level: float, transform: str
) -> dict[str, Any]:
    # The values are R's, which looks up limits that rise again in its own way.
    found = [
        survival_quantile(curve, probability, level=level, transform=transform, crossing="nearest")
        for probability in probabilities
    ]
    return {
        "prob": probabilities,
        "estimate": [one.value for one in found],
        "lower": [one.lower for one in found],
        "upper": [one.upper for one in found],
    }


def _at_times(
    curve: SurvivalCurve, times: list[float], level: float, transform: str
) -> dict[str, Any]:
    found = [
        survival_at(curve, time, level=level, transform=transform, extend=True) for time in times
    ]
    at_risk = _number_at_risk(curve, times)
    return {
        "time": times,
        "n_risk": at_risk,
        "surv": [one.value for one in found],
        "se": [one.standard_error for one in found],
        "lower": [one.lower for one in found],
        "upper": [one.upper for one in found],
    }


def _number_at_risk(curve: SurvivalCurve, times: list[float]) -> list[int]:
    """R's number at a time is that at the next time of the curve; after the last it is 0."""
    following = np.searchsorted(curve.time, times, side="left")
    return [int(np.append(curve.at_risk, 0)[place]) for place in following]


def _curve(curve: SurvivalCurve) -> dict[str, Any]:
    hazard = nelson_aalen(curve)
    return {
        "time": curve.time.tolist(),
        "n_risk": curve.at_risk.tolist(),
        "n_event": curve.events.tolist(),
        "n_censor": curve.censored.tolist(),
        "surv": curve.survival.tolist(),
        "se_greenwood": [
            None if np.isnan(error) else error for error in curve.standard_error.tolist()
        ],
        "cumhaz_na": hazard.hazard.tolist(),
    }


def log_rank_case(case: Case) -> dict[str, Any]:
    columns = case.input["columns"]
    time = numbers(case, columns["time_col"])
    status = numbers(case, columns["status_col"])
    group = labels_of(column(case, columns["group_col"]))
    strata_column = columns.get("strata_col")
    strata = column(case, strata_column) if strata_column else None

    def test(**options: Any) -> LogRank:
        return log_rank(time, status, group, strata=strata, **options)

    plain = test()
    found: dict[str, Any] = {
        "groups": list(plain.groups),
        "observed": plain.observed.tolist(),
        "expected": plain.expected.tolist(),
        "logrank_chisq": plain.test.statistic,
        "logrank_p": plain.test.p_value,
        "df": plain.test.degrees_of_freedom,
        "logrank_z_group1": float(plain.score[0] / np.sqrt(plain.variance[0, 0])),
    }
    for key in case.expected:
        if key in WEIGHTS or key.startswith("fh_"):
            weighted = test(**(WEIGHTS.get(key) or _powers(key)))
            found[key] = {"chisq": weighted.test.statistic, "p": weighted.test.p_value}
    if "peto_hr_group1_vs_2" in case.expected:
        peto = peto_hazard_ratio(plain)
        found["peto_hr_group1_vs_2"] = peto.value
        found["peto_hr_ci"] = limits(peto)
        found["pike_hr"] = pike_hazard_ratio(plain).value
    return found


def _powers(key: str) -> dict[str, Any]:
    _, rho, gamma = key.split("_")
    return {"weight": "fleming-harrington", "rho": float(rho), "gamma": float(gamma)}


def restricted_mean_case(case: Case) -> dict[str, Any]:
    columns = case.input["columns"]
    time = np.array(numbers(case, columns["time_col"]))
    status = np.array(numbers(case, columns["status_col"]))
    group = np.array(column(case, columns["group_col"]))
    tau, level = case.params["tau"], case.level
    first, second = (
        kaplan_meier(time[group == label], status[group == label])
        for label in case.input["group_levels"]
    )
    means = [restricted_mean(curve, tau, level=level) for curve in (first, second)]
    # survRM2 contrasts arm 1 with arm 0.
    difference, test = restricted_mean_difference(second, first, tau, level=level)
    ratio = restricted_mean_ratio(second, first, tau, level=level)
    return {
        "rmst": [mean.value for mean in means],
        "se": [mean.standard_error for mean in means],
        "diff": difference.value,
        "diff_se": difference.standard_error,
        "diff_ci": limits(difference),
        "diff_p": test.p_value,
        "ratio": ratio.value,
        "ratio_ci": limits(ratio),
    }


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {
    "kaplan_meier": kaplan_meier_case,
    "logrank": log_rank_case,
    "rmst_difference": restricted_mean_case,
}
