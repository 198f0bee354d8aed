"""What surrounds a pooled effect: funnel asymmetry, missing studies, influence."""

from collections.abc import Callable
from typing import Any

from tests.reference.case import Case
from tests.reference.families.pooling import limits, studies

from topline.stats.henmi_copas import henmi_copas_interval
from topline.stats.influence import accumulate, diagnose_influence, leave_one_out, shrink
from topline.stats.pooling import pool
from topline.stats.publication_bias import begg_test, egger_test, failsafe_number
from topline.stats.trim_and_fill import trim_and_fill


def filled(y: Any, v: Any, level: float) -> dict[str, Any]:
    """Trim and fill with both methods and both estimators."""
    result: dict[str, Any] = {}
    for estimator in ("L0", "R0"):
        for method in ("EE", "DL"):
            found = trim_and_fill(y, v, estimator=estimator, method=method, level=level)
            estimate = found.pooling.estimate
            result[f"trimfill_{method}_{estimator}"] = {
                "k0": found.missing,
                "side": found.side,
                "estimate": estimate.value,
                "se": estimate.standard_error,
                **limits(estimate),
                "tau2": found.pooling.between_study_variance,
            }
    return result


def meta_extras(case: Case) -> dict[str, Any]:
    """Compute everything around a pooled effect."""
    y, v = studies(case)
    level = case.level
    egger, mixed, begg = egger_test(y, v), egger_test(y, v, method="REML"), begg_test(y, v)
    left, left_restricted = (leave_one_out(y, v, method=method) for method in ("DL", "REML"))
    cumulative = accumulate(y, v, method="DL")
    copas = henmi_copas_interval(y, v, level=level)
    shrunk, influence = shrink(y, v), diagnose_influence(y, v)
    return {
        "egger_lm_t": egger.test.statistic,
        "egger_lm_p": egger.test.p_value,
        "egger_lm_df": egger.test.degrees_of_freedom,
        "egger_lm_limit": egger.limit.value,
        "egger_rma_z": mixed.test.statistic,
        "egger_rma_p": mixed.test.p_value,
        "egger_rma_limit": mixed.limit.value,
        "begg_tau": begg.statistic,
        "begg_p": begg.p_value,
        **filled(y, v, level),
        "leave1out_DL": {
            "estimate": left.value.tolist(),
            "se": left.standard_error.tolist(),
            "tau2": left.between_study_variance.tolist(),
            "I2": left.i_squared.tolist(),
            "Q": left.q.tolist(),
        },
        "leave1out_REML": {
            "estimate": left_restricted.value.tolist(),
            "se": left_restricted.standard_error.tolist(),
            "tau2": left_restricted.between_study_variance.tolist(),
        },
        "cumulative_DL": {
            "estimate": cumulative.value.tolist(),
            "se": cumulative.standard_error.tolist(),
            # metafor writes 0 for the first study, of which there is no variance between studies.
            "tau2": [0.0, *cumulative.between_study_variance[1:].tolist()],
        },
        "fsn_rosenthal": failsafe_number(y, v, kind="rosenthal"),
        "fsn_rosenberg": failsafe_number(y, v, kind="rosenberg"),
        "henmi_copas": {
            "estimate": copas.value,
            "se": copas.standard_error,
            **limits(copas),
            "tau2": pool(y, v, method="DL").between_study_variance,
        },
        "blup": {"pred": shrunk.value.tolist(), "se": shrunk.standard_error.tolist()},
        "weights_percent": pool(y, v).weights,
        "cook_d": influence.cook_distance.tolist(),
        "rstudent": influence.studentized_residual.tolist(),
        "hat": influence.hat.tolist(),
    }


FAMILIES: dict[str, Callable[[Case], dict[str, Any]]] = {"meta_extras": meta_extras}
