"""Pooling: what is refused, what is undefined and says why, and which rule was applied."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from topline.errors import DataError, ToplineError, UsageError
from topline.stats.effect_sizes import effects_from_intervals
from topline.stats.effect_sizes_means import mean_effects
from topline.stats.effect_sizes_one_group import (
    ONE_RATE_MEASURES,
    correlation_effects,
    one_rate_effects,
    proportion_effects,
    proportion_from_effect,
    rate_from_effect,
)
from topline.stats.effect_sizes_rates import rate_effects
from topline.stats.effect_sizes_two_by_two import ZERO_CELL_RULES, two_by_two_effects
from topline.stats.henmi_copas import henmi_copas_interval
from topline.stats.heterogeneity import heterogeneity_limits
from topline.stats.influence import diagnose_influence, leave_one_out
from topline.stats.mantel_haenszel_pooling import (
    pool_mantel_haenszel,
    pool_mantel_haenszel_rates,
)
from topline.stats.many_poolings import pool_many
from topline.stats.meta_regression import regress_effects
from topline.stats.peto_pooling import pool_peto
from topline.stats.pooling import pool, prediction_interval
from topline.stats.pooling_mixed import MODELS, pool_odds_ratios, pool_proportions
from topline.stats.publication_bias import begg_test, egger_test, failsafe_number
from topline.stats.root_finding import falling_roots
from topline.stats.stratified_tables import common_risk_ratio
from topline.stats.trim_and_fill import trim_and_fill

Y, V = [0.1, 0.9, 0.4, -0.2], [0.02, 0.05, 0.01, 0.03]
TABLES = ([1, 3, 2], [20, 40, 60], [2, 5, 6], [22, 41, 58])

REFUSED: list[tuple[Callable[[], object], type[ToplineError], str]] = [
    (lambda: pool([0.1, float("nan")], [1, 1]), DataError, r"effects\[1\] is nan"),
    (lambda: pool([0.1, 0.2], [1, 0]), DataError, r"variances\[1\] is 0"),
    (lambda: pool([0.1, 0.2], [1]), DataError, "effects has 2, variances has 1"),
    (lambda: pool([1e60, 0.2], [1, 1]), DataError, "1e-50 and 1e\\+50"),
    (lambda: pool([0.1, 0.2], [1, 1e-60]), DataError, "change the unit"),
    (lambda: pool(Y, V, method="reml"), UsageError, "no method 'reml'"),
    (lambda: pool(Y, V, interval="hksj"), UsageError, "no interval 'hksj'"),
    (lambda: pool(Y, V, level=95), UsageError, "write 0.95"),
    (lambda: prediction_interval(pool(Y, V), reference="k-2"), UsageError, "studies - 2"),
    (lambda: heterogeneity_limits([1], [1]), UsageError, "accepted: at least 2"),
    (lambda: heterogeneity_limits(Y, V, largest=0), UsageError, "largest is 0"),
    (lambda: pool_many(Y, V), DataError, "one dimension with offsets"),
    (lambda: pool_many([Y], [V], offsets=[0, 4]), DataError, "offsets with two-dimensional"),
    (lambda: pool_many(Y, V, offsets=[0, 3]), DataError, "end with 4"),
    (lambda: pool_many(Y, V, offsets=[0, 3, 2, 4]), DataError, "never fall"),
    (lambda: pool_many(Y, V[:3], offsets=[0, 4]), DataError, "the same shape"),
    (lambda: pool_many([Y], [V], mask=[[1, 1, 1, 0]]), DataError, "True or False"),
    (lambda: pool_many([Y], [[1, 1, -1, 1]]), DataError, r"variances\[0, 2\] is -1"),
    (lambda: pool_many([*Y[:3], math.inf], V, offsets=[0, 4]), DataError, r"effects\[3\] is inf"),
    (lambda: two_by_two_effects([3], [2], [0], [2]), DataError, r"count\[0\] is 3"),
    (lambda: two_by_two_effects([1], [2], [0], [0]), DataError, r"control_count\[0\] is 0"),
    (lambda: two_by_two_effects([0.5], [2], [0], [2]), DataError, "whole number"),
    (lambda: two_by_two_effects([1], [2], [0], [2], measure="HR"), UsageError, "no measure 'HR'"),
    (lambda: two_by_two_effects([1], [2], [0], [2], add=-1), UsageError, "from 0"),
    (lambda: mean_effects([1], [1], [1], [1], [1], [9]), DataError, r"number\[0\] is 1"),
    (lambda: mean_effects([1], [0], [9], [1], [1], [9]), DataError, "standard_deviation"),
    (lambda: rate_effects([1], [0], [1], [1]), DataError, "person_time"),
    (lambda: rate_effects([1], [1], [1], [1], add=math.nan), UsageError, "add is nan"),
    (lambda: proportion_effects([4], [3]), DataError, r"count\[0\] is 4"),
    (lambda: proportion_effects([1], [3], add=-1), UsageError, "added to cells"),
    (lambda: proportion_from_effect([0.5], measure="PFT"), UsageError, "harmonic mean"),
    (lambda: correlation_effects([1.2], [10]), DataError, "from -1 to 1"),
    (lambda: effects_from_intervals([0], [2], ratio=True), DataError, "a ratio above 0"),
    (lambda: effects_from_intervals([3], [2]), DataError, "below the upper"),
    (lambda: effects_from_intervals([1], [2], value=[3]), DataError, "around 3"),
    (lambda: pool_mantel_haenszel(*TABLES, measure="AS"), UsageError, "no measure 'AS'"),
    (lambda: pool_mantel_haenszel(*TABLES, variance="rbg"), UsageError, "sato"),
    (lambda: pool_odds_ratios(*TABLES, model="UM"), UsageError, "UM.FS"),
    (lambda: pool_odds_ratios(*TABLES, points=0), UsageError, "quadrature"),
    (lambda: pool_odds_ratios([0], [5], [0], [5]), DataError, "tells something"),
    (lambda: pool_proportions([6], [5]), DataError, r"count\[0\] is 6"),
    (lambda: regress_effects(Y, V, {}), UsageError, "pool the effects instead"),
    (lambda: regress_effects(Y, V, {"intercept": Y}), UsageError, "another name"),
    (lambda: regress_effects(Y[:2], V[:2], {"a": [1, 2]}), UsageError, "2 studies for 2"),
    (
        lambda: regress_effects(Y, V, {"a": [1, 2, 3, 4], "b": [2, 4, 6, 8]}),
        DataError,
        "combination of the others",
    ),
    (lambda: egger_test(Y, [1, 1, 1, 1]), DataError, "all variances are equal"),
    (lambda: egger_test(Y[:2], V[:2]), UsageError, "at least 3 studies"),
    (lambda: begg_test([1], [1]), UsageError, "1 study"),
    (lambda: failsafe_number(Y, V, kind="orwin"), UsageError, "rosenthal"),
    (lambda: trim_and_fill(Y[:2], V[:2]), UsageError, "2 studies"),
    (lambda: trim_and_fill(Y, V, estimator="R1"), UsageError, "L0, R0, Q0"),
    (lambda: henmi_copas_interval([1], [1]), UsageError, "1 study\n"),
    (lambda: leave_one_out([1], [1]), UsageError, "at least 2"),
    (lambda: diagnose_influence(Y[:2], V[:2]), UsageError, "at least 3"),
]


@pytest.mark.parametrize(("call", "error", "says"), REFUSED, ids=[says for *_, says in REFUSED])
def test_what_does_not_fit_is_refused_with_what_would(
    call: Callable[[], object], error: type[ToplineError], says: str
) -> None:
    with pytest.raises(error, match=says):
        call()


def test_one_study_has_its_own_effect_and_no_heterogeneity() -> None:
    found = pool([0.5], [0.04], interval="hartung-knapp")
    assert found.estimate.value == 0.5
    assert "one study" in (found.estimate.reason("lower") or "")
    assert found.between_study_variance is None
    assert found.notes == ("between_study_variance: one study does not tell how effects vary",)
    assert found.heterogeneity.i_squared is None
    assert found.heterogeneity.test.reason("p_value") is not None
    normal = pool([0.5], [0.04])
    assert normal.estimate.lower == pytest.approx(0.5 - 1.959963984540054 * 0.2)
    assert "one study" in (prediction_interval(normal).reason("upper") or "")


def test_equal_effects_leave_hartung_and_knapp_no_error() -> None:
    found = pool([0.1, 0.1, 0.1], [0.04, 0.05, 0.06], interval="hartung-knapp")
    assert (found.estimate.lower, found.estimate.upper) == (0.1, 0.1)
    assert found.estimate.reason("standard_error") == "zero, because all effects are equal"
    assert found.test.p_value is None
    assert "zero" in (found.test.reason("statistic") or "")
    floored = pool([0.1, 0.1, 0.1], [0.04, 0.05, 0.06], interval="hartung-knapp-floor")
    assert (
        floored.estimate.standard_error
        == pool([0.1] * 3, [0.04, 0.05, 0.06]).estimate.standard_error
    )


def test_two_studies_leave_no_degree_of_freedom_for_prediction() -> None:
    found = prediction_interval(pool([0.3, -0.2], [0.02, 0.05]))
    assert found.lower is None
    assert found.reason("lower") == "2 studies leave no degree of freedom"
    assert (
        prediction_interval(pool([0.3, -0.2], [0.02, 0.05]), reference="normal").lower is not None
    )


def test_profile_limits_say_when_nothing_is_plausible_or_a_limit_was_cut() -> None:
    alike = heterogeneity_limits([0.1, 0.1, 0.1, 0.1], [0.04, 0.05, 0.06, 0.02])
    assert alike.tau_squared == (0.0, 0.0)
    assert "so alike" in alike.notes[0]
    cut = heterogeneity_limits([0.3, -0.2], [0.02, 0.05], largest=100)
    assert cut.tau_squared == (0.0, 100)
    assert "was cut at 100" in cut.notes[0]


@pytest.mark.parametrize("rule", ZERO_CELL_RULES)
def test_the_zero_cell_rule_is_part_of_the_result(rule: str) -> None:
    found = two_by_two_effects([0, 5], [30, 30], [4, 6], [60, 60], zero_cells=rule)
    assert ZERO_CELL_RULES[rule].split("constant")[-1] in found.method
    assert (0 in found.reasons) == (rule == "none")
    changed = found.value[1] != pytest.approx(math.log(5 * 54 / (25 * 6)), rel=1e-12)
    assert changed == (rule in ("all", "all if any zero"))


def test_the_correction_by_group_size_pulls_to_no_effect_in_unequal_groups() -> None:
    tables = ([0], [30], [0], [90])
    assert two_by_two_effects(*tables, zero_cells="by group size").value[0] == pytest.approx(0)
    assert abs(two_by_two_effects(*tables).value[0]) > 1


def test_a_study_without_an_effect_says_why() -> None:
    means = mean_effects([1, 2], [1, 1], [9, 9], [-1, 1], [1, 1], [9, 9], measure="ROM")
    assert np.isnan(means.value[0])
    assert "one sign" in means.reasons[0]
    assert list(means.reasons) == [0]
    rates = rate_effects([0, 3], [10, 10], [2, 2], [10, 10], zero_cells="none")
    assert list(rates.reasons) == [0]
    assert rate_effects([0], [10], [2], [10], measure="IRSD").reasons == {}
    few = correlation_effects([0.5, 0.5], [3, 30])
    assert list(few.reasons) == [0]
    assert correlation_effects([0.5], [3], measure="COR").reasons == {}


@pytest.mark.parametrize(
    ("measure", "value", "variance"),
    [
        ("IR", 0.05, 0.005),
        ("IRLN", math.log(0.05), 2.0),
        ("IRS", math.sqrt(0.0), 1 / 40),
        ("IRFT", math.sqrt(0.1) / 2, 1 / 40),
    ],
)
def test_a_rate_of_no_events_takes_one_half_where_the_measure_needs_it(
    measure: str, value: float, variance: float
) -> None:
    found = one_rate_effects([0], [10], measure=measure)
    assert (found.value[0], found.variance[0]) == (pytest.approx(value), pytest.approx(variance))


def test_freeman_and_tukeys_rates_are_metafors_and_come_back() -> None:
    # R 4.2.2, metafor 3.8-1: escalc("IRFT", xi = c(0, 1, 9, 40), ti = c(10, 12.5, 413, 96)).
    time = [10, 12.5, 413, 96]
    found = one_rate_effects([0, 1, 9, 40], time, measure="IRFT")
    expected = [0.158113883008419, 0.34142135623731, 0.151612930206953, 0.649506677628912]
    assert found.value == pytest.approx(expected, rel=1e-13)
    assert found.variance == pytest.approx([0.025, 0.02, 0.000605326876513317, 1 / 384], rel=1e-13)
    for events, value, times in zip((0, 1, 9, 40), found.value.tolist(), time, strict=True):
        back = rate_from_effect([value], measure="IRFT", harmonic_time=times)
        assert back[0] == pytest.approx(events / times, rel=1e-12, abs=1e-15)
    assert rate_from_effect([-0.1, 0.0, 0.05], measure="IRFT", harmonic_time=10).tolist() == [0] * 3
    with pytest.raises(UsageError, match="harmonic mean"):
        rate_from_effect([0.1], measure="IRFT")


@pytest.mark.parametrize("measure", ONE_RATE_MEASURES)
def test_a_transformed_rate_comes_back(measure: str) -> None:
    found = one_rate_effects([7], [20], measure=measure)
    back = rate_from_effect(found.value, measure=measure, harmonic_time=20)
    assert back[0] == pytest.approx(7 / 20, rel=1e-12)


def test_glass_and_variability_ratios_have_their_formulas() -> None:
    arguments = ([12.0], [4.0], [21], [10.0], [2.0], [41])
    glass = mean_effects(*arguments, measure="SMD1")
    factor = math.exp(math.lgamma(20) - math.lgamma(19.5)) / math.sqrt(20)
    assert glass.value[0] == pytest.approx(factor)
    assert glass.variance[0] == pytest.approx(1 / 21 + 1 / 41 + factor**2 / 82)
    ratio = mean_effects(*arguments, measure="VR")
    assert ratio.value[0] == pytest.approx(math.log(2) + 1 / 40 - 1 / 80)
    assert ratio.variance[0] == pytest.approx(1 / 40 + 1 / 80)


def test_glass_delta_of_a_second_group_of_two_is_undefined() -> None:
    # R 4.2.2, metafor 3.8-1: escalc(measure="SMD1", m1i=12, sd1i=4, n1i=21, m2i=10, sd2i=2, n2i=c(2,3)): NA, and
    groups = ([12.0] * 2, [4.0] * 2, [21] * 2, [10.0] * 2, [2.0] * 2, [2, 3])
    found = mean_effects(*groups, measure="SMD1")
    assert np.isnan([found.value[0], found.variance[0]]).all()
    assert found.reasons[0].endswith("needs three participants in the second group")
    assert list(found.reasons) == [0]
    assert found.value[1] == pytest.approx(0.5641895835, rel=1e-9)
    assert found.variance[1] == pytest.approx(0.4340040286, rel=1e-9)
    # The pooled degrees of freedom of the others are enough.
    for measure in ("SMD", "SMDH"):
        assert mean_effects(*groups, measure=measure).reasons == {}


def test_a_ratio_is_undefined_without_events_in_one_group() -> None:
    tables = ([0, 0], [20, 30], [2, 4], [20, 30])
    for found in (pool_mantel_haenszel(*tables), pool_mantel_haenszel(*tables, measure="RR")):
        assert found.estimate.value is None
        assert "no events" in (found.estimate.reason("value") or "")
        assert found.heterogeneity.i_squared is None
    assert pool_mantel_haenszel(*tables, measure="RD").estimate.value == pytest.approx(-0.12)
    assert pool_peto(*tables).estimate.value is not None


def test_studies_without_events_are_named_and_left_out_of_ratios_only() -> None:
    tables = ([0, 1, 0, 2, 5], [20, 40, 35, 60, 110], [1, 3, 0, 6, 9], [22, 41, 30, 58, 108])
    kept = tuple([column[place] for place in (0, 1, 3, 4)] for column in tables)
    for measure in ("OR", "RR"):
        whole = pool_mantel_haenszel(*tables, measure=measure)
        assert whole.estimate == pool_mantel_haenszel(*kept, measure=measure).estimate
        assert (whole.studies, whole.informative) == (5, 4)
        assert "positions 2 " in whole.notes[0]
    differences = pool_mantel_haenszel(*tables, measure="RD")
    assert differences.estimate.value != pool_mantel_haenszel(*kept, measure="RD").estimate.value
    assert "left out of Q" in differences.notes[0]
    assert "positions 2 " in pool_peto(*tables).notes[0]
    assert pool_peto([0], [9], [0], [9]).estimate.value is None


def test_studies_with_nothing_but_events_count_in_a_risk_ratio() -> None:
    # R 4.2.2, metafor 3.8-1: rma.mh(measure="RR", ai=c(0,0,3,10), n1i=c(10,20,30,10), ci=c(0,4,0,10), n2i=c(12,18,33,10))
    tables = ([0, 0, 3, 10], [10, 20, 30, 10], [0, 4, 0, 10], [12, 18, 33, 10])
    found = pool_mantel_haenszel(*tables, measure="RR")
    assert found.estimate.value == pytest.approx(-0.0781045518382072, rel=1e-12)
    assert found.estimate.standard_error == pytest.approx(0.193349736298656, rel=1e-12)
    assert found.heterogeneity.test.statistic == pytest.approx(4.33483345291351, rel=1e-12)
    assert (found.studies, found.informative) == (4, 3)
    assert "positions 0 " in found.notes[0]
    assert "positions 3 " in found.notes[1]
    assert found.notes[1].endswith("left out of Q")
    stratum = common_risk_ratio(*tables)
    assert stratum.value == pytest.approx(0.924867724867725, rel=1e-12)
    assert stratum.notes[0].startswith("strata at positions 0 ")
    assert pool_mantel_haenszel(*tables, measure="OR").informative == 2


def test_iterated_der_simonian_laird_ends_where_metafor_does() -> None:
    # R 4.2.2, metafor 3.8-1: rma.uni(c(.5,.1,.9), c(.01,.04,.02), method="DLIT",
    # control=list(threshold=1e-15, maxiter=50000))
    found = pool([0.5, 0.1, 0.9], [0.01, 0.04, 0.02], method="DLIT")
    assert found.between_study_variance == pytest.approx(0.062578048854704, rel=1e-12)
    assert found.between_study_variance_standard_error == pytest.approx(
        0.147723846126140, rel=1e-12
    )
    assert found.estimate.value == pytest.approx(0.526501682407709, rel=1e-12)
    assert pool([0.5, 0.5], [0.01, 0.04], method="DLIT").between_study_variance == 0


def test_sidik_and_jonkman_begin_with_the_spread_of_all_effects_also_with_moderators() -> None:
    # R 4.2.2, metafor 3.8-1: rma.uni(y, v, mods=x, method="SJ")
    effects = [0.1, 0.35, 0.6, 0.2, -0.1, 0.8, 0.45, 0.05, 0.3]
    variances = [0.02, 0.05, 0.1, 0.03, 0.01, 0.2, 0.08, 0.02, 0.04]
    found = regress_effects(effects, variances, {"x": [1, 2, 3, 1, 0, 4, 3, 1, 2]}, method="SJ")
    assert found.between_study_variance == pytest.approx(0.002167024403182, rel=1e-11)
    assert found.coefficients["x"].value == pytest.approx(0.211687358512769, rel=1e-12)
    assert found.coefficients["x"].standard_error == pytest.approx(0.062495121001802, rel=1e-12)


def test_rate_differences_pool_with_greenland_and_robins_variance() -> None:
    found = pool_mantel_haenszel_rates([9], [413.0], [19], [398.0], measure="IRD")
    own = rate_effects([9], [413.0], [19], [398.0], measure="IRD")
    assert found.estimate.value == pytest.approx(own.value[0], rel=1e-12)
    assert found.estimate.standard_error == pytest.approx(own.variance[0] ** 0.5, rel=1e-12)
    silent = pool_mantel_haenszel_rates([0, 9], [10, 413.0], [0, 19], [10, 398.0])
    assert silent.informative == 1


def test_studies_without_events_count_in_a_rate_difference_and_not_in_a_rate_ratio() -> None:
    # Σ((x₁ t₂ − x₂ t₁)/T) = (3 · 10 − 1 · 10)/20 = 1, of Σ(t₁ t₂/T) = 100/20 + 400/40 = 15.
    two = pool_mantel_haenszel_rates([3, 0], [10, 20], [1, 0], [10, 20], measure="IRD")
    assert two.estimate.value == pytest.approx(1 / 15, rel=1e-14)
    assert two.estimate.standard_error == pytest.approx(1 / 15, rel=1e-14)
    # R 4.2.2, metafor 3.8-1: rma.mh(measure="IRD", x1i=c(3,0,5), t1i=c(10,20,33), x2i=c(1,0,2), t2i=c(10,25,41))
    rates = ([3, 0, 5], [10, 20, 33], [1, 0, 2], [10, 25, 41])
    found = pool_mantel_haenszel_rates(*rates, measure="IRD")
    assert found.estimate.value == pytest.approx(0.08368620945562492, rel=1e-13)
    assert found.estimate.standard_error == pytest.approx(0.04978901593559026, rel=1e-13)
    assert found.test.p_value == pytest.approx(0.09279852386834994, rel=1e-12)
    assert found.heterogeneity.test.statistic == pytest.approx(0.40098581983318732, rel=1e-12)
    assert found.heterogeneity.test.degrees_of_freedom == 1
    assert (found.studies, found.informative) == (3, 2)
    assert found.notes == ("studies at positions 1 have no events in both groups: left out of Q",)
    # The same with measure="IRR".
    ratio = pool_mantel_haenszel_rates(*rates)
    assert ratio.estimate.value == pytest.approx(1.1210132253572764, rel=1e-13)
    assert ratio.estimate.standard_error == pytest.approx(0.6776647000852810, rel=1e-13)
    assert ratio.notes == ("studies at positions 1 have no events in both groups: left out",)
    nobody = pool_mantel_haenszel_rates([0, 0], [10, 20], [0, 0], [10, 20], measure="IRD")
    assert nobody.estimate.value is None
    assert nobody.estimate.reason("value") is not None


@pytest.mark.parametrize("model", MODELS)
def test_mixed_models_leave_out_silent_studies_and_say_where_an_effect_is_infinite(
    model: str,
) -> None:
    found = pool_odds_ratios(
        [0, 3, 2, 0], [20, 40, 60, 9], [1, 5, 6, 0], [22, 41, 58, 9], model=model
    )
    assert (found.studies, found.informative) == (4, 3)
    assert "1 studies" in found.notes[0]
    assert found.wald_test.statistic is not None
    assert found.wald_test.degrees_of_freedom == 2
    assert "infinite (1) add nothing" in found.wald_test.notes[0]
    assert found.likelihood_ratio_test.degrees_of_freedom == 2
    none = pool_odds_ratios([0, 0], [20, 40], [1, 5], [22, 41], model=model)
    assert none.estimate.value is None
    assert "infinite" in (none.estimate.reason("value") or "")


@pytest.mark.parametrize(
    ("model", "statistic", "digits"),
    [
        ("UM.FS", 4.50287343965557, 1e-6),
        ("CM.AL", 4.31043178683312, 1e-6),
        ("UM.RS", 5.41943607, 2e-2),
    ],
)
def test_an_infinite_effect_adds_nothing_to_walds_test(
    model: str, statistic: float, digits: float
) -> None:
    # R 4.2.2 with metafor 3.8-1: rma.glmm(measure = "OR", ai, n1i, ci, n2i, model = model), QE.Wld and QE.df. What
    # stands for the infinite effect there adds 2e-7; lme4's errors (UM.RS) have two digits.
    tables = [22, 6, 40], [142, 176, 111], [43, 0, 66], [110, 39, 144]
    found = pool_odds_ratios(*tables, model=model).wald_test
    assert found.statistic == pytest.approx(statistic, rel=digits)
    assert found.degrees_of_freedom == 2


@pytest.mark.parametrize("model", MODELS)
def test_a_pooled_odds_ratio_at_infinity_is_said_in_the_words_of_a_finite_one(model: str) -> None:
    found = pool_odds_ratios(*TABLES, model=model)
    endless = pool_odds_ratios([0, 0, 0], [20, 40, 9], [1, 5, 0], [22, 41, 9], model=model)
    assert endless.estimate.scale == found.estimate.scale == "log"
    assert endless.estimate.method == found.estimate.method
    assert endless.test.method == found.test.method
    assert endless.wald_test.method == found.wald_test.method
    assert endless.likelihood_ratio_test.method == found.likelihood_ratio_test.method
    # No number stands for what was not estimated.
    assert endless.between_study_variance is None
    assert endless.log_likelihood is None
    assert [note.partition(": ")[0] for note in endless.notes] == [
        "estimate",
        "1 studies have no events, or nothing else, in both groups",
        "between_study_variance",
        "log_likelihood",
    ]


def test_proportions_all_at_one_end_have_infinite_log_odds() -> None:
    finite = pool_proportions([1, 7], [5, 7])
    for count in ([0, 0], [5, 7]):
        found = pool_proportions(count, [5, 7])
        assert found.estimate.value is None
        assert found.estimate.scale == finite.estimate.scale
        assert found.test.method == finite.test.method


def test_ties_and_nothing_but_ties_in_beggs_test() -> None:
    tied = begg_test([0.1, 0.5, 0.3, 0.2], [0.1, 0.1, 0.2, 0.3])
    assert "because of ties" in tied.method
    assert begg_test([0.1, 0.5, 0.3], [0.1, 0.1, 0.1]).reason("p_value") is not None


def test_no_study_is_needed_to_undo_what_is_not_significant() -> None:
    for kind in ("rosenthal", "rosenberg"):
        assert failsafe_number([0.1, -0.1], [0.1, 0.1], kind=kind) == 0


def test_effects_on_a_line_leave_egger_no_error() -> None:
    found = egger_test([0.5, 0.5, 0.5], [0.01, 0.04, 0.09])
    assert found.limit.value == pytest.approx(0.5)
    assert found.slope.value == pytest.approx(0, abs=1e-12)


def test_sets_of_none_and_one_are_not_settled_and_say_why() -> None:
    found = pool_many(Y, V, offsets=[0, 0, 1, 4], interval="hartung-knapp")
    assert found.studies.tolist() == [0, 1, 3]
    assert found.settled.tolist() == [False, False, True]
    assert found.reasons[0] == "no study"
    assert "one study" in found.reasons[1]
    assert np.isnan(found.value[0])
    assert found.value[1] == Y[0]
    assert np.isnan(found.lower[1])
    empty: list[Any] = []
    assert pool_many(empty, empty, offsets=[0]).value.size == 0


def test_a_root_that_newton_would_overshoot_is_found_in_its_bracket() -> None:
    def equation(place: Any, index: Any) -> Any:
        # Newton's step from far out leads away for ever.
        return -np.arctan(place - 3), -1 / (1 + (place - 3) ** 2)

    found = falling_roots(equation, np.array([90.0]), np.array([0.0]), np.array([100.0]))
    assert found.settled.all()
    assert found.place[0] == pytest.approx(3, rel=1e-12)
    stopped = falling_roots(
        equation, np.array([90.0]), np.array([0.0]), np.array([100.0]), most_steps=1
    )
    assert not stopped.settled.any()


def test_the_estimators_by_hand_on_two_studies() -> None:
    """For two studies the estimate is ((y₁ − y₂)² − v₁ − v₂)/2 by most methods."""
    for method in ("DL", "HE", "PM", "REML"):
        found = pool([0.3, -0.2], [0.02, 0.05], method=method)
        assert found.between_study_variance == pytest.approx((0.25 - 0.07) / 2, rel=1e-12)
