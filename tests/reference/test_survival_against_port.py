"""Cox regression against the Rust port of R's survival package, for what the reference values do not cover.

Weights, late entry and clusters together, every scale of the test of proportional hazards, and concordance.
"""

import itertools
import math

import numpy as np
import pytest
import survival

from topline.stats.baseline_hazard import predicted_survival
from topline.stats.concordance import cox_concordance
from topline.stats.cox import cox
from topline.stats.proportional_hazards import TIME_SCALES, proportional_hazards

NUMBER = 200
GENERATOR = np.random.default_rng(5)
COVARIATES = np.column_stack([GENERATOR.normal(size=NUMBER), GENERATOR.integers(0, 3, NUMBER)])
STRATUM = GENERATOR.integers(0, 2, NUMBER)
WEIGHT = GENERATOR.choice([0.5, 1.0, 2.0], NUMBER)
CLUSTER = GENERATOR.integers(0, 30, NUMBER)
ENTRY = np.floor(GENERATOR.exponential(3, NUMBER))
TIME = ENTRY + 1 + np.floor(GENERATOR.exponential(8 * np.exp(-0.4 * COVARIATES[:, 0])))
EVENT = (GENERATOR.random(NUMBER) < 0.7).astype(np.int64)
FRAME = {
    "entry": ENTRY,
    "time": TIME,
    "event": EVENT,
    "one": COVARIATES[:, 0],
    "two": COVARIATES[:, 1],
    "stratum": STRATUM,
}


@pytest.mark.parametrize(
    ("late", "stratified", "weighted", "clustered", "ties"),
    list(
        itertools.product(
            [False, True], [False, True], [False, True], [False, True], ["efron", "breslow"]
        )
    ),
)
def test_cox(late: bool, stratified: bool, weighted: bool, clustered: bool, ties: str) -> None:
    fit = cox(
        TIME,
        EVENT,
        COVARIATES,
        entry=ENTRY if late else None,
        strata=STRATUM if stratified else None,
        weights=WEIGHT if weighted else None,
        cluster=CLUSTER if clustered else None,
        robust=weighted,  # as the port, like R, decides by itself for weights that are not whole
        ties=ties,
    )
    response = "Surv(entry, time, event)" if late else "Surv(time, event)"
    model = survival.coxph(
        f"{response} ~ one + two{' + strata(stratum)' if stratified else ''}",
        FRAME,
        weights=WEIGHT if weighted else None,
        cluster=CLUSTER if clustered else None,
        ties=ties,
        eps=1e-12,
        toler_chol=1e-13,
    )
    assert fit.coefficients == pytest.approx(np.asarray(survival.coef(model)), rel=1e-7)
    assert fit.covariance == pytest.approx(np.asarray(survival.vcov(model)), rel=1e-7)
    if clustered:
        return
    theirs = survival.concordance(model)
    ours = cox_concordance(fit).estimate
    assert ours.value == pytest.approx(float(np.ravel(theirs.concordance)[0]))
    assert ours.standard_error == pytest.approx(math.sqrt(float(np.asarray(theirs.var).flat[0])))
    for scale in TIME_SCALES:
        judged = proportional_hazards(fit, scale=scale)
        table = survival.cox_zph(model, transform=scale).table
        for test, row in zip((*judged.tests, judged.overall), table, strict=True):
            assert test.statistic == pytest.approx(row["chisq"], rel=1e-7)


def test_baseline_hazard() -> None:
    fit = cox(TIME, EVENT, COVARIATES)
    model = survival.coxph("Surv(time, event) ~ one + two", FRAME, eps=1e-12, toler_chol=1e-13)
    theirs = survival.basehaz(model, centered=False)
    (ours,) = predicted_survival(fit, [0, 0])
    place = np.searchsorted(np.asarray(theirs.time), ours.time)
    assert ours.hazard == pytest.approx(np.asarray(theirs.hazard)[place], rel=1e-7)
