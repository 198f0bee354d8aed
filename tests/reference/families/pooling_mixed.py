"""Generalized linear mixed models for pooling."""

from collections.abc import Callable
from typing import Any

from tests.reference.case import Case
from tests.reference.families.pooling import columns, limits

from topline.stats.pooling_mixed import POINTS, pool_odds_ratios, pool_proportions

NODES = 7
"""The reference's number of quadrature nodes; its CM.EL integrates adaptively."""


def meta_glmm(case: Case) -> dict[str, Any]:
    """Pool counts of one or two groups by a mixed model."""
    level, model = case.level, str(case.params["model"])
    if "xi" in case.input:
        found = pool_proportions(*columns(case, "xi", "ni"), level=level, points=NODES)
    else:
        tables = columns(case, "ai", "n1i", "ci", "n2i")
        points = POINTS if model == "CM.EL" else NODES
        found = pool_odds_ratios(*tables, model=model, level=level, points=points)
    return {
        "estimate": found.estimate.value,
        "se": found.estimate.standard_error,
        **limits(found.estimate),
        "p": found.test.p_value,
        "tau2": found.between_study_variance,
        "wald_Q": found.wald_test.statistic,
        "lrt_Q": found.likelihood_ratio_test.statistic,
    }


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {"meta_glmm": meta_glmm}
