"""Reference cases of Cox regression."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from tests.reference.case import Case

from topline.stats.concordance import cox_concordance
from topline.stats.cox import CoxFit, cox
from topline.stats.proportional_hazards import ProportionalHazards, proportional_hazards

MISSING = ("NA", "")


@dataclass(frozen=True)
class Model:
    """A formula with its data: what goes into the function, and which columns belong to which term."""

    time: list[float]
    status: list[float]
    entry: list[float] | None
    columns: dict[str, list[float]]
    terms: dict[str, list[str]]
    strata: list[object] | None
    cluster: list[str] | None

    def fit(self, ties: str, level: float, *, clustered: bool = False) -> CoxFit:
        return cox(
            self.time,
            self.status,
            np.column_stack(list(self.columns.values())),
            names=list(self.columns),
            entry=self.entry,
            strata=self.strata,
            cluster=self.cluster if clustered else None,
            ties=ties,
            level=level,
        )


def model_of(case: Case) -> Model:
    """Read a formula such as ``Surv(time, status) ~ sex + strata(celltype)`` and drop what is missing."""
    response, _, right = case.input["formula"].replace("\n", " ").partition("~")
    found = re.search(r"Surv\((.*)\)", response)
    assert found, case.input["formula"]
    surv = [name.strip() for name in found[1].split(",")]
    parts = [part.strip() for part in right.split("+")]
    wrapped = [re.fullmatch(r"(\w+)\((.*)\)", part) for part in parts]
    strata = [
        name.strip() for one in wrapped if one and one[1] == "strata" for name in one[2].split(",")
    ]
    terms = {
        part: (one[2].strip() if one else part)
        for part, one in zip(parts, wrapped, strict=True)
        if not (one and one[1] in ("strata", "cluster"))
    }
    cluster = _cluster_column(case)
    used = [*surv, *strata, *terms.values(), *([cluster] if cluster else [])]
    rows = [row for row in _rows(case) if not any(row[name] in MISSING for name in used)]
    columns: dict[str, list[float]] = {}
    members: dict[str, list[str]] = {}
    for term, name in terms.items():
        made = _columns(term, [row[name] for row in rows])
        members[term] = list(made)
        columns.update(made)
    return Model(
        time=[float(row[surv[-2]]) for row in rows],
        status=[float(row[surv[-1]]) for row in rows],
        entry=[float(row[surv[0]]) for row in rows] if len(surv) == 3 else None,
        columns=columns,
        terms=members,
        strata=[tuple(row[name] for name in strata) for row in rows] if strata else None,
        cluster=[row[cluster] for row in rows] if cluster else None,
    )


def _rows(case: Case) -> list[dict[str, str]]:
    """Give the rows; "complete cases" speaks of the variables of the formula only."""
    subset = case.input.get("subset")
    if subset and subset.startswith("complete cases"):
        case = replace(case, input={**case.input, "subset": None})
    return case.rows()


def _cluster_column(case: Case) -> str | None:
    """The files name the cluster's column in the id only, after "cluster_"."""
    if "robust_cluster" not in case.expected:
        return None
    return str(case.params.get("cluster") or case.id.rpartition("cluster_")[2])


def _columns(term: str, values: list[str]) -> dict[str, list[float]]:
    """One column for numbers; for a category one for each label but the first."""
    if not term.startswith("factor("):
        try:
            return {term: [float(value) for value in values]}
        except ValueError:
            pass
    levels = sorted(set(values), key=lambda label: (label.lower(), label))
    return {f"{term}{level}": [float(value == level) for value in values] for level in levels[1:]}


def cox_case(case: Case) -> dict[str, Any]:
    model, level = model_of(case), float(case.params.get("conf_level", 0.95))
    found: dict[str, Any] = {
        ties: _fit(model.fit(ties, level))
        for ties in ("efron", "breslow", "exact")
        if ties in case.expected
    }
    efron = model.fit("efron", level)
    for key in case.expected:
        if key.startswith("zph_"):
            judged = proportional_hazards(efron, scale=key.removeprefix("zph_"), terms=model.terms)
            found[key] = _zph(judged, with_terms="term" in case.expected[key])
    concordance = cox_concordance(efron).estimate
    found["concordance"] = concordance.value
    found["concordance_se"] = concordance.standard_error
    if "robust_cluster" in case.expected:
        robust = model.fit("efron", level, clustered=True)
        found["robust_cluster"] = {
            "coef": robust.coefficients.tolist(),
            "robust_se": robust.standard_errors.tolist(),
            "naive_se": np.sqrt(np.diag(robust.model_covariance)).tolist(),
        }
    return found


def _fit(fit: CoxFit) -> dict[str, Any]:
    return {
        "terms": list(fit.names),
        "coef": fit.coefficients.tolist(),
        "se": fit.standard_errors.tolist(),
        "hr": [ratio.value for ratio in fit.hazard_ratios],
        "lower": [ratio.lower for ratio in fit.hazard_ratios],
        "upper": [ratio.upper for ratio in fit.hazard_ratios],
        "z": [test.statistic for test in fit.coefficient_tests],
        "p": [test.p_value for test in fit.coefficient_tests],
        "loglik_null": fit.log_likelihood_null,
        "loglik": fit.log_likelihood,
        "lr": fit.likelihood_ratio.statistic,
        "wald": _printed(fit.wald.statistic),
        "score": fit.score.statistic,
        "lr_p": fit.likelihood_ratio.p_value,
        "score_p": fit.score.p_value,
    }


def _printed(statistic: float | None) -> float | None:
    """R's summary holds the Wald statistic with two decimals."""
    return None if statistic is None else round(statistic, 2)


def _zph(judged: ProportionalHazards, *, with_terms: bool) -> dict[str, Any]:
    tests = [*judged.tests, judged.overall]
    found: dict[str, Any] = {"term": [*judged.terms, "GLOBAL"]} if with_terms else {}
    found["chisq"] = [test.statistic for test in tests]
    found["p"] = [test.p_value for test in tests]
    return found


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {"cox": cox_case}
