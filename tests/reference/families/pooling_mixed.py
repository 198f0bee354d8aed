"""Generalized linear mixed models for pooling."""

from collections.abc import Callable
from typing import Any

from tests.reference.case import Case
from tests.reference.families.pooling import columns, level_of, limits

from topline.stats.pooling_mixed import pool_odds_ratios, pool_proportions


def meta_glmm(case: Case) -> dict[str, Any]:
    """Pool counts of one or two groups by a mixed model."""
    level = level_of(case)
    found = (
        pool_proportions(*columns(case, "xi", "ni"), level=level)
        if "xi" in case.input
        else pool_odds_ratios(
            *columns(case, "ai", "n1i", "ci", "n2i"), model=str(case.params["model"]), level=level
        )
    )
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
