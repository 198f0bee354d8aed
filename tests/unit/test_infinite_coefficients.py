"""What is asked of a survival model whose coefficient is not finite says so, and never with confidence."""

import numpy as np
import pytest

from topline.stats.baseline_hazard import predicted_survival
from topline.stats.cox import TIES, cox
from topline.stats.fine_gray import fine_gray, predicted_incidence
from topline.stats.proportional_hazards import TIME_SCALES, proportional_hazards

TIMES, EVENTS = range(1, 11), [1, 0, 1, 1, 1, 1, 0, 1, 1, 0]
FIRST, SPARED = [1, 0, 1, 0, 1, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0, 1, 0, 0, 1]
"""Nobody of those spared has the event: their hazard ratio goes to 0, that of the first column is finite."""


def test_proportional_hazards_of_a_coefficient_that_is_not_finite_are_undefined() -> None:
    # In R 4.2.2, survival 3.5-3, cox.zph(coxph(Surv(1:4, c(1,0,0,1)) ~ c(1,0,1,0))) stops: "exactly singular".
    found = proportional_hazards(cox([1, 2, 3, 4], [1, 0, 0, 1], [1, 0, 1, 0]))
    for test in (*found.tests, found.overall):
        assert test.statistic is None
        assert test.p_value is None
        assert test.reason("p_value") == "undefined: the coefficient of 'x1' is not finite"


@pytest.mark.parametrize(
    ("scale", "statistic"), [("km", 0.613508861234659), ("identity", 0.835808430909505)]
)
def test_the_finite_terms_beside_it_keep_their_tests(scale: str, statistic: float) -> None:
    # R 4.2.2, survival 3.5-3: cox.zph(coxph(Surv(t,e)~x+z), transform="km"), and "identity", row x.
    fit = cox(TIMES, EVENTS, np.column_stack([FIRST, SPARED]), names=["x", "z"])
    found = proportional_hazards(fit, scale=scale)
    assert found.tests[0].statistic == pytest.approx(statistic, rel=1e-5)
    assert found.tests[1].statistic is None
    assert found.overall.reason("statistic") == "undefined: the coefficient of 'z' is not finite"
    joint = proportional_hazards(fit, scale=scale, terms={"both": ["x", "z"]})
    assert joint.tests[0].p_value is None


@pytest.mark.parametrize("scale", TIME_SCALES)
def test_without_such_a_coefficient_nothing_is_lost(scale: str) -> None:
    fit = cox(TIMES, EVENTS, FIRST)
    assert fit.finite.tolist() == [True]
    assert proportional_hazards(fit, scale=scale).overall.p_value is not None
    assert all(curve.notes == () for curve in predicted_survival(fit))


def test_what_is_predicted_with_it_says_so() -> None:
    fit = cox(TIMES, EVENTS, SPARED, names=["spared"])
    assert fit.finite.tolist() == [False]
    (curve,) = predicted_survival(fit, [0])
    assert curve.notes == (
        "survival: the coefficient of 'spared' is not finite:"
        " what is predicted depends on where the search ended",
    )
    causes = [1, 2, 1, 1, 0, 1, 2, 1, 0, 2]
    incidence = predicted_incidence(fine_gray(TIMES, causes, SPARED), [1])
    assert incidence.notes[0].startswith("incidence: the coefficient of 'x1' is not finite")
    assert predicted_incidence(fine_gray(TIMES, causes, FIRST), [1]).notes == ()


@pytest.mark.parametrize("ties", TIES)
def test_the_joint_wald_test_says_that_its_p_value_is_no_evidence(ties: str) -> None:
    # In R 4.2.2, survival 3.5-3, summary(coxph(Surv(t,e)~z)) gives a Wald test with p near 1 and no word of it there.
    fit = cox(TIMES, EVENTS, SPARED, ties=ties)
    assert fit.wald.p_value is not None
    assert fit.wald.p_value > 0.95
    assert "a coefficient is not finite" in (fit.wald.reason("p_value") or "")
    # The others measure the evidence, and need no word.
    for test in (fit.likelihood_ratio, fit.score):
        assert test.p_value is not None
        assert test.p_value < 0.06
        assert test.notes == ()


def test_the_joint_wald_test_of_finite_coefficients_has_no_note() -> None:
    assert cox(TIMES, EVENTS, FIRST).wald.notes == ()
