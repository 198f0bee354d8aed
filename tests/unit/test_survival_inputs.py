"""Survival statistics say what is wrong with their inputs, and what they cannot estimate."""

from collections.abc import Callable

import numpy as np
import pytest

from topline.errors import DataError, LimitError, ToplineError, UsageError
from topline.stats.baseline_hazard import predicted_survival
from topline.stats.competing_risks import cumulative_incidence, incidence_at
from topline.stats.concordance import concordance
from topline.stats.cox import cox
from topline.stats.fine_gray import fine_gray
from topline.stats.gray_test import gray_test
from topline.stats.hazard_ratio import peto_hazard_ratio, pike_hazard_ratio
from topline.stats.log_rank import log_rank, log_ranks, trend
from topline.stats.proportional_hazards import proportional_hazards
from topline.stats.restricted_mean import (
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_ratio,
)
from topline.stats.survival import kaplan_meier
from topline.stats.survival_curves import kaplan_meier_curves
from topline.stats.survival_quantiles import survival_quantiles

TIMES, EVENTS, GROUPS = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1]
CAUSES = [1, 2, 0, 1, 2, 1]

REFUSED: list[tuple[str, Callable[[], object], type[ToplineError], str]] = [
    ("one group", lambda: log_rank(TIMES, EVENTS, [1] * 6), DataError, "one label"),
    (
        "an unknown weight",
        lambda: log_rank(TIMES, EVENTS, GROUPS, weight="wilcoxon"),
        UsageError,
        "no weight",
    ),
    (
        "powers without their weight",
        lambda: log_rank(TIMES, EVENTS, GROUPS, rho=1),
        UsageError,
        "rho 1",
    ),
    (
        "a negative power",
        lambda: log_rank(TIMES, EVENTS, GROUPS, weight="fleming-harrington", rho=-1),
        UsageError,
        "rho -1",
    ),
    (
        "a missing group",
        lambda: log_rank(TIMES, EVENTS, [0, 1, None, 1, 0, 1]),
        DataError,
        r"group\[2\]",
    ),
    ("a short group", lambda: log_rank(TIMES, EVENTS, [0, 1]), DataError, "lengths differ"),
    (
        "a side for three groups",
        lambda: log_rank(TIMES, EVENTS, [0, 1, 2] * 2, sides="less"),
        UsageError,
        "one-sided",
    ),
    (
        "offsets that end early",
        lambda: log_ranks(TIMES, EVENTS, GROUPS, [0, 3]),
        DataError,
        "offsets go",
    ),
    (
        "offsets that descend",
        lambda: kaplan_meier_curves(TIMES, EVENTS, [0, 4, 2, 6]),
        DataError,
        r"offsets\[2\]",
    ),
    (
        "scores for other groups",
        lambda: trend(log_rank(TIMES, EVENTS, GROUPS), [1, 2, 3]),
        DataError,
        "lengths differ",
    ),
    (
        "a hazard ratio of a weighted test",
        lambda: peto_hazard_ratio(log_rank(TIMES, EVENTS, GROUPS, weight="tarone-ware")),
        UsageError,
        "Tarone",
    ),
    (
        "a hazard ratio of three groups",
        lambda: pike_hazard_ratio(log_rank(TIMES, EVENTS, [0, 1, 2] * 2)),
        UsageError,
        "3 groups",
    ),
    (
        "a horizon of 0",
        lambda: restricted_mean(kaplan_meier(TIMES, EVENTS), 0),
        UsageError,
        "horizon",
    ),
    (
        "a quantile of 1",
        lambda: survival_quantiles(TIMES, EVENTS, probabilities=[1]),
        UsageError,
        "probabilities",
    ),
    (
        "a missing time",
        lambda: survival_quantiles(np.array([1, np.nan]), [1, 1]),
        DataError,
        r"time\[1\] is nan",
    ),
    (
        "an infinite time",
        lambda: kaplan_meier(np.array([1, np.inf]), [1, 1]),
        DataError,
        r"time\[1\] is inf",
    ),
    (
        "a negative time",
        lambda: kaplan_meier(np.array([1, -2]), [1, 1]),
        DataError,
        r"time\[1\] is -2",
    ),
    (
        "an event of 2",
        lambda: kaplan_meier([1, 2], np.array([1, 2])),
        DataError,
        r"event\[1\] is 2",
    ),
    (
        "nobody with the event",
        lambda: cox(TIMES, [0] * 6, GROUPS),
        DataError,
        "nobody has the event",
    ),
    (
        "a covariate that does not vary",
        lambda: cox(TIMES, EVENTS, [1] * 6),
        DataError,
        "'x1' is 1 for everybody",
    ),
    (
        "a covariate that varies after the last event only",
        lambda: cox([1, 1, 2, 3], [1, 1, 0, 0], [0, 0, 0, 1], strata=[0, 0, 0, 1]),
        DataError,
        "does not vary among those at risk",
    ),
    (
        "the same covariate twice",
        lambda: cox(TIMES, EVENTS, np.column_stack([GROUPS, GROUPS])),
        DataError,
        "'x2' is a linear combination",
    ),
    (
        "a missing covariate",
        lambda: cox(TIMES, EVENTS, [0, 1, np.nan, 1, 0, 1]),
        DataError,
        r"covariates\[2\] is nan",
    ),
    (
        "covariates of one row each",
        lambda: cox(TIMES, EVENTS, np.ones((2, 2, 2))),
        DataError,
        "shape",
    ),
    (
        "names of other covariates",
        lambda: cox(TIMES, EVENTS, GROUPS, names=["a", "b"]),
        UsageError,
        "2 names",
    ),
    (
        "an unknown handling of ties",
        lambda: cox(TIMES, EVENTS, GROUPS, ties="efrom"),
        UsageError,
        "efrom",
    ),
    (
        "weights with the exact method",
        lambda: cox(TIMES, EVENTS, GROUPS, ties="exact", weights=[1] * 6),
        UsageError,
        "exact",
    ),
    (
        "a weight of 0",
        lambda: cox(TIMES, EVENTS, GROUPS, weights=[1, 0, 1, 1, 1, 1]),
        DataError,
        r"weights\[1\]",
    ),
    (
        "an entry after the time",
        lambda: cox(TIMES, EVENTS, GROUPS, entry=[2, 0, 0, 0, 0, 0]),
        DataError,
        r"entry\[0\]",
    ),
    (
        "a short cluster",
        lambda: cox(TIMES, EVENTS, GROUPS, cluster=[1, 2]),
        DataError,
        "cluster has 2",
    ),
    (
        "an unknown scale of time",
        lambda: proportional_hazards(cox(TIMES, EVENTS, GROUPS), scale="sqrt"),
        UsageError,
        "sqrt",
    ),
    (
        "terms of other covariates",
        lambda: proportional_hazards(cox(TIMES, EVENTS, GROUPS), terms={"a": ["b"]}),
        UsageError,
        "terms",
    ),
    (
        "the logarithm of an event at 0",
        lambda: proportional_hazards(cox([0, *TIMES[1:]], EVENTS, GROUPS), scale="log"),
        UsageError,
        "time 0",
    ),
    (
        "values of other covariates",
        lambda: predicted_survival(cox(TIMES, EVENTS, GROUPS), [1, 2]),
        DataError,
        "lengths",
    ),
    (
        "no event of any cause",
        lambda: cumulative_incidence(TIMES, [0] * 6),
        DataError,
        "nobody has an event",
    ),
    ("half a cause", lambda: cumulative_incidence(TIMES, [0.5] * 6), DataError, r"cause\[0\]"),
    (
        "an incidence without events",
        lambda: incidence_at(cumulative_incidence(TIMES, CAUSES), 3, 2),
        UsageError,
        "cause 3",
    ),
    ("Gray's test of one group", lambda: gray_test(TIMES, CAUSES, [1] * 6), DataError, "one label"),
    (
        "Gray's test of another cause",
        lambda: gray_test(TIMES, CAUSES, GROUPS, event=4),
        UsageError,
        "cause 4",
    ),
    (
        "a regression of another cause",
        lambda: fine_gray(TIMES, CAUSES, GROUPS, event=4),
        UsageError,
        "cause 4",
    ),
]


@pytest.mark.parametrize(
    ("call", "kind", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(call: Callable[[], object], kind: type[ToplineError], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        call()
    assert caught.value.accepted


def test_a_covariate_that_separates_the_events_has_no_finite_ratio() -> None:
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], names=["exposed"])
    ratio = fit.hazard_ratios[0]
    assert ratio.value is None
    assert "infinity" in (ratio.reason("value") or "")
    assert fit.coefficient_tests[0].p_value is None
    assert fit.notes == ("coefficient of 'exposed': not finite",)
    # The likelihood-ratio test needs no finite coefficient.
    assert fit.likelihood_ratio.p_value is not None
    assert fit.likelihood_ratio.p_value < 0.05


def test_a_finite_coefficient_beside_one_that_is_not_keeps_its_limits() -> None:
    generator = np.random.default_rng(8)
    age, exposed = generator.normal(size=80), np.repeat([1.0, 0.0], [20, 60])
    time, event = generator.exponential(np.exp(-age)), exposed == 0
    fit = cox(time, event, np.column_stack([age, exposed]), names=["age", "exposed"])
    assert fit.hazard_ratios[1].value is None
    assert "0" in (fit.hazard_ratios[1].reason("value") or "")
    alone = cox(time[exposed == 0], event[exposed == 0], age[exposed == 0])
    assert fit.hazard_ratios[0].upper is not None
    assert float(fit.coefficients[0]) == pytest.approx(float(alone.coefficients[0]), abs=1e-4)


def test_without_comparable_groups_a_test_says_so() -> None:
    nobody = log_rank(TIMES, [0] * 6, GROUPS)
    assert nobody.test.statistic is None
    assert "no event" in (nobody.test.reason("p_value") or "")
    assert trend(nobody).p_value is None
    assert peto_hazard_ratio(nobody).value is None
    assert pike_hazard_ratio(nobody).value is None
    never_together = log_rank([1, 2, 3, 4], [1, 1, 1, 1], [0, 0, 1, 1], strata=["a", "a", "b", "b"])
    assert never_together.test.statistic is None
    assert log_rank(TIMES, [0] * 6, GROUPS, sides="less").test.reason("statistic") is not None


def test_groups_that_only_meet_in_pairs_have_as_many_degrees_of_freedom_as_contrasts() -> None:
    time = [1, 2, 3, 4, 5, 6, 7, 8]
    found = log_rank(time, [1] * 8, list("ABABCDCD"), strata=[1] * 4 + [2] * 4)
    apart = [log_rank(time[:4], [1] * 4, list("ABAB")), log_rank(time[4:], [1] * 4, list("CDCD"))]
    assert found.test.degrees_of_freedom == 2
    assert found.test.statistic == pytest.approx(sum(one.test.statistic or 0 for one in apart))


def test_no_pair_can_be_compared() -> None:
    found = concordance([1, 2, 3], [0, 0, 1], [1, 2, 3]).estimate
    assert found.value is None
    assert "no pair" in (found.reason("value") or "")


def test_restricted_means_say_what_they_assumed() -> None:
    short = kaplan_meier([1, 2, 3], [1, 0, 0])
    found = restricted_mean(short, 10)
    assert found.reason("value") == "survival is carried from the last time, 3, on to 10"
    quiet = kaplan_meier([5, 6], [0, 0])
    difference, test = restricted_mean_difference(quiet, quiet, 4)
    assert difference.value == 0
    assert test.p_value is None
    at_once = kaplan_meier([0, 0], [1, 1])
    assert restricted_mean_ratio(at_once, quiet, 4).value is None


def test_the_variance_of_a_restricted_mean_may_be_corrected_for_few_events() -> None:
    curve = kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    plain, corrected = (restricted_mean(curve, 4, corrected=way) for way in (False, True))
    assert plain.standard_error is not None
    assert corrected.standard_error == pytest.approx(plain.standard_error * (3 / 2) ** 0.5)
    assert corrected.value == plain.value
    assert "m / (m − 1)" in corrected.method
    one = restricted_mean(curve, 1.5, corrected=True)
    assert "needs two events" in (one.reason("standard_error") or "")
    assert (one.value, one.lower) == (1.4, None)
    nobody = restricted_mean(kaplan_meier([5, 6], [0, 0]), 4, corrected=True)
    assert (nobody.value, nobody.standard_error) == (4, 0)


def test_too_many_ties_for_the_exact_method_are_refused_not_guessed() -> None:
    time, event = np.ones(1500), np.arange(1500) % 2 == 0
    with pytest.raises(LimitError, match="750 tied events are too many for the exact method"):
        cox(time, event, np.arange(1500) % 7, ties="exact")


def test_inputs_are_left_as_they_were() -> None:
    time = np.array([3.0, 1.0, 2.0, 1.5] * 20_000)
    event = np.arange(time.size) % 2 == 0
    group = np.arange(time.size) % 3
    kept = time.copy()
    kaplan_meier(time, event)
    survival_quantiles(time, event)
    log_rank(time, event, group)
    cox(time, event, group)
    assert np.array_equal(time, kept)
    assert event.dtype == np.bool_
    assert kaplan_meier(time[:3], event[:3]).time.flags.writeable is False


def test_predicted_survival_at_the_means_is_the_default() -> None:
    fit = cox(TIMES, EVENTS, GROUPS, strata=["a", "a", "b", "b", "a", "b"])
    for one, other in zip(predicted_survival(fit), predicted_survival(fit, [0.5]), strict=True):
        assert one.stratum == other.stratum
        assert one.survival == pytest.approx(other.survival)
