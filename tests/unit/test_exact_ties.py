"""What is asked of a Cox fit whose tied events were handled as "exact": R's answer, or R's refusal.

R 4.2.2, survival 3.5-3: fit <- coxph(Surv(t, e) ~ x, ties = "exact", control = coxph.control(eps = 1e-14)).
"""

from collections.abc import Callable

import numpy as np
import pytest

from topline.errors import UsageError
from topline.stats.baseline_hazard import predicted_survival
from topline.stats.cox import CoxFit, cox
from topline.stats.cox_residuals import martingale_residuals, schoenfeld_residuals, score_residuals
from topline.stats.proportional_hazards import proportional_hazards

TIMES = [1, 1, 1, 2, 2, 3, 4, 5, 5, 6]
EVENTS = [1, 1, 1, 1, 1, 0, 1, 1, 0, 1]
TREATED = [0, 1, 1, 0, 1, 1, 0, 0, 1, 1]


@pytest.fixture
def fit() -> CoxFit:
    return cox(TIMES, EVENTS, TREATED, ties="exact")


@pytest.mark.parametrize("residuals", [score_residuals, schoenfeld_residuals])
def test_score_and_schoenfeld_residuals_are_refused(
    fit: CoxFit, residuals: Callable[[CoxFit], object]
) -> None:
    # residuals(fit, "score"): "score residuals are not available for the exact method"; and so "schoenfeld".
    with pytest.raises(UsageError, match=r"residuals of a fit whose ties .* 'exact'") as caught:
        residuals(fit)
    assert "efron" in (caught.value.accepted or "")
    for ties in ("efron", "breslow"):
        assert residuals(cox(TIMES, EVENTS, TREATED, ties=ties)) is not None


def test_martingale_residuals_take_breslows_hazard(fit: CoxFit) -> None:
    # residuals(fit, "martingale")
    assert martingale_residuals(fit) == pytest.approx(
        [
            *(0.5593521957875316, 0.7937652028083122, 0.7937652028083122, 0.1488520557945341),
            *(0.6016403078030603, -0.3983596921969396, -0.1917412784951624, -0.7082561273749719),
            *(-0.7995089334673386, -0.7995089334673386),
        ],
        rel=1e-9,
    )


def test_predicted_survival_takes_breslows_hazard(fit: CoxFit) -> None:
    # basehaz(fit, centered = FALSE); summary(survfit(fit, newdata = data.frame(x = 1)))$surv
    (control,) = predicted_survival(fit, [0])
    assert control.hazard == pytest.approx(
        [
            *(0.4406478042124684, 0.8511479442054659, 1.1917412784951624, 1.7082561273749717),
            3.8448878219909988,
        ],
        rel=1e-9,
    )
    (treated,) = predicted_survival(fit, [1])
    assert treated.survival == pytest.approx(
        [
            *(0.8136420129935465, 0.6714204795157751, 0.5724863664449585, 0.4495496687195417),
            0.1653800809073520,
        ],
        rel=1e-9,
    )


@pytest.mark.parametrize(
    ("scale", "statistic"), [("km", 2.13988737536513), ("identity", 2.41166257263168)]
)
def test_proportional_hazards_are_judged_by_breslows_likelihood(
    fit: CoxFit, scale: str, statistic: float
) -> None:
    # cox.zph(fit, transform = "km")$table, and "identity"
    found = proportional_hazards(fit, scale=scale).overall
    assert found.statistic == pytest.approx(statistic, rel=1e-9)


def test_without_ties_all_handlings_agree() -> None:
    distinct = np.arange(10)
    exact, efron = (cox(distinct, EVENTS, TREATED, ties=ties) for ties in ("exact", "efron"))
    assert martingale_residuals(exact) == pytest.approx(martingale_residuals(efron), rel=1e-9)
