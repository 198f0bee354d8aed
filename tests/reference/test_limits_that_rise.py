"""Where limits that fall and rise again cross a probability: as R 4.2.2 with survival 3.5-3 does, and at the first time.

With few entered by the first event its lower limit is below all later ones:
quantile(survfit(Surv(entry, time, status) ~ 1, conf.type = "log-log"), c(.25, .5, .75))
"""

import pytest

from topline.stats.survival import kaplan_meier, survival_quantile

ENTRY = [0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3]
TIME = [1, 6, 7, 4, 5, 6, 7, 8, 9, 10, 11, 12]
STATUS = [1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1]


@pytest.mark.parametrize(
    ("probability", "value", "lower", "upper"),
    [(0.25, 1, 6, 7), (0.5, 6, 6, 11), (0.75, 9, 6, None)],
)
def test_nearest_is_where_r_looks_it_up(
    probability: float, value: float, lower: float, upper: float | None
) -> None:
    curve = kaplan_meier(TIME, STATUS, ENTRY)
    as_r = survival_quantile(curve, probability, crossing="nearest")
    assert (as_r.value, as_r.lower, as_r.upper) == (value, lower, upper)
    if upper is None:
        assert (
            as_r.reason("upper") == "not reached: the upper limit of survival does not fall to 0.25"
        )


@pytest.mark.parametrize("probability", [0.25, 0.5, 0.75])
def test_first_is_never_beyond_the_estimate(probability: float) -> None:
    # R's lower limit of the first quartile, 6, is greater than its estimate, 1.
    found = survival_quantile(kaplan_meier(TIME, STATUS, ENTRY), probability)
    assert found.value is not None
    assert found.lower == 1
    assert found.lower <= found.value
