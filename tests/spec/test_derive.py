"""What ``topline derive`` promises: arithmetic by hand, order of groups, refusals, and the mark."""

import math
from typing import Any

import pytest
from tests.unit.derive_examples import OUTCOME, measure, row, study

from topline.analysis.derive.derivation import COMPUTED_HERE, DerivedEstimate
from topline.analysis.derive.registry import derivations
from topline.analysis.derive.runner import Wanted, derive
from topline.errors import NotFoundError, UsageError
from topline.record import Study
from topline.record.addresses import value_at
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    EventGroup,
    EventStats,
    MeasureAnalysis,
    OutcomeMeasure,
)

COUNTS = {"param_type": "COUNT_OF_PARTICIPANTS"}
MEANS = {"param_type": "MEAN", "dispersion_type": "STANDARD_DEVIATION", "unit_of_measure": "kg"}


def by_name(record: Study, wanted: Wanted | None = None) -> dict[str, DerivedEstimate]:
    found = derive(record, wanted or Wanted())
    return {one.name: one for one in found.estimates if len(one.groups) == 2}


def test_counts_of_two_groups_give_difference_ratio_and_odds_ratio() -> None:
    # 56 of 70 and 48 of 80: 0.8 − 0.6, 0.8 / 0.6, (56 · 32) / (48 · 14). The score limits of the difference are
    # those of Miettinen and Nurminen that topline.stats is proved with: 0.0528 to 0.3382.
    found = by_name(study(measure((70, 80), row("56", "48"), **COUNTS)))
    assert found["risk difference"].estimate == pytest.approx(0.2)
    assert found["risk difference"].lower == pytest.approx(0.0528, abs=5e-5)
    assert found["risk difference"].upper == pytest.approx(0.3382, abs=5e-5)
    assert found["risk ratio"].estimate == pytest.approx(4 / 3)
    assert found["odds ratio"].estimate == pytest.approx(8 / 3)
    # Pearson's 7.0234 · 149 / 150 on one degree of freedom.
    assert {round(one.p_value or 0, 6) for one in found.values()} == {0.008258}
    assert [found[name].null_value for name in ("risk difference", "odds ratio")] == [0, 1]


def test_a_mean_difference_is_welchs_unless_the_pooled_one_is_asked_for() -> None:
    # 12.3 (4.1) of 45 and 9.8 (5.6) of 50: by Welch t = 2.4991 on 89.42 degrees, limits 0.5124 and 4.4876.
    record = study(measure((45, 50), row(("12.3", "4.1"), ("9.8", "5.6")), **MEANS))
    welch = by_name(record)["mean difference"]
    assert welch.estimate == pytest.approx(2.5)
    assert welch.lower == pytest.approx(0.5124, abs=5e-5)
    assert welch.upper == pytest.approx(4.4876, abs=5e-5)
    assert welch.statistic == pytest.approx(2.4991, abs=5e-5)
    assert welch.degrees_of_freedom == pytest.approx(89.42, abs=5e-3)
    assert welch.unit == "kg"
    pooled = by_name(record, Wanted(methods={"mean_difference": "pooled"}))["mean difference"]
    assert pooled.degrees_of_freedom == 93
    # s² = (44 · 4.1² + 49 · 5.6²) / 93 and the error is s √(1/45 + 1/50).
    error = math.sqrt((44 * 4.1**2 + 49 * 5.6**2) / 93 * (1 / 45 + 1 / 50))
    assert pooled.statistic == pytest.approx(2.5 / error)
    assert "pooled variance" in pooled.method


def test_geometric_means_give_their_ratio() -> None:
    made = measure(
        (12, 12),
        row(("20.0", "50.0"), ("10.0", "50.0")),
        param_type="GEOMETRIC_MEAN",
        dispersion_type="GEOMETRIC_COEFFICIENT",
    )
    found = by_name(study(made))["ratio of geometric means"]
    assert found.estimate == pytest.approx(2.0)
    assert found.lower is not None
    assert found.upper is not None
    # On the logarithms the error is s √(2/12) with s = √log(1.25); t(22; 0.975) = 2.073873.
    half = 2.073873 * math.sqrt(math.log(1.25) * 2 / 12)
    assert math.log(found.upper / found.lower) / 2 == pytest.approx(half, rel=1e-6)
    assert (found.unit, found.null_value) == ("1", 1.0)


def test_least_squares_means_give_their_difference_without_an_interval() -> None:
    made = measure(
        (12, 12),
        row(("-1.48", "0.1"), ("-0.92", "0.1")),
        param_type="LEAST_SQUARES_MEAN",
        dispersion_type="STANDARD_ERROR",
    )
    found = by_name(study(made))["mean difference"]
    assert found.estimate == pytest.approx(-0.56)
    assert (found.lower, found.upper, found.level, found.p_value) == (None, None, None, None)
    assert found.estimate_possible is not None
    assert found.estimate_possible.lower == pytest.approx(-0.57)
    assert any(note.startswith("lower: the model's") for note in found.notes)


def test_a_group_without_events_leaves_the_ratio_undefined_with_the_reason() -> None:
    found = by_name(study(measure((20, 20), row("3", "0"), **COUNTS)))
    ratio = found["risk ratio"]
    assert (ratio.estimate, ratio.upper) == (None, None)
    assert ratio.lower is not None
    assert any(note.startswith("value: infinite") for note in ratio.notes)


def test_a_change_is_tested_against_0_and_a_level_is_not_tested() -> None:
    record = study(
        measure((20,), row(("1.0", "2.0")), titles=("Drug",), title="Change in Weight", **MEANS),
        measure((20,), row(("70", "9")), titles=("Drug",), title="Weight", **MEANS),
    )
    change, weight = derive(record).estimates
    assert change.null_value == 0
    assert change.statistic == pytest.approx(1 / (2 / math.sqrt(20)))
    assert (weight.null_value, weight.p_value) == (None, None)


def test_every_estimate_is_marked_and_its_inputs_are_posted_numbers() -> None:
    record = study(
        measure((70, 80), row("56", "48", title="Week 4"), **COUNTS),
        measure((45, 50), row(("12.3", "4.1"), ("9.8", "5.6")), **MEANS),
    )
    found = derive(record)
    assert len(found.estimates) == 8
    for one in found.estimates:
        assert one.computed == COMPUTED_HERE == "computed here"
        assert one.method
        assert one.address.startswith("/resultsSection/outcomeMeasuresModule/outcomeMeasures/")
        assert one.inputs
        assert all(isinstance(value_at(record, address), str) for address in one.inputs)
        assert bool(one.relation) == (len(one.groups) == 2)
    assert found.estimates[0].context == ("Outcome", "Week 4")


def test_groups_of_unknown_relation_are_refused_unless_somebody_vouches_for_them() -> None:
    record = study(measure((20, 20), row("5", "6"), titles=("Early", "Late"), **COUNTS))
    assert by_name(record) == {}
    (refusal,) = derive(record).refusals
    assert refusal.what == "comparison"
    assert refusal.groups == ("OG000", "OG001")
    assert refusal.reason.startswith("how the groups relate is unknown")
    vouched = by_name(record, Wanted(take_as_disjoint=True))["risk difference"]
    assert vouched.relation.startswith("taken to be disjoint as asked")


def test_groups_that_certainly_share_participants_are_refused_whoever_vouches() -> None:
    record = study(
        measure((20, 20), row("5", "6"), **COUNTS),
        starts=[(10, 10), (10, 10)],
        model="CROSSOVER",
        enrolled=20,
    )
    for wanted in (Wanted(), Wanted(take_as_disjoint=True)):
        assert by_name(record, wanted) == {}
    assert "sequential" in derive(record).refusals[0].reason


def three_arms(**fields: object) -> Study:
    titles = ("Low", "High", "Placebo")
    return study(
        measure((20, 20, 20), row("5", "6", "2"), titles=titles, **COUNTS),
        starts=[(20, 20, 20)],
        flow_titles=titles,
    )


def compared(record: Study, **wanted: object) -> list[tuple[str, ...]]:
    found = derive(record, Wanted(**wanted))  # type: ignore[arg-type]  # as a caller would
    return [one.groups for one in found.estimates if one.name == "risk difference"]


def test_groups_are_compared_with_the_control_group() -> None:
    assert compared(three_arms()) == [("OG000", "OG002"), ("OG001", "OG002")]


def test_another_group_to_compare_with_is_named_by_id_or_title() -> None:
    expected = [("OG001", "OG000"), ("OG002", "OG000")]
    assert compared(three_arms(), against="OG000") == expected
    assert compared(three_arms(), against="low") == expected
    assert len(compared(three_arms(), against="all")) == 3


def test_the_type_of_the_arm_tells_the_control_group_where_titles_do_not() -> None:
    titles = ("A", "B", "C")
    arms = [("A", "PLACEBO_COMPARATOR"), ("B", "EXPERIMENTAL"), ("C", "EXPERIMENTAL")]
    record = study(
        measure((20, 20, 20), row("5", "6", "2"), titles=titles, **COUNTS),
        starts=[(20, 20, 20)],
        flow_titles=titles,
        arms=arms,
    )
    assert compared(record) == [("OG001", "OG000"), ("OG002", "OG000")]


def test_many_groups_without_a_control_are_not_all_compared_with_each_other() -> None:
    titles = tuple(f"Dose {place}" for place in range(6))
    numbers = (20,) * 6
    record = study(
        measure(numbers, row(*"123456"), titles=titles, **COUNTS),
        starts=[numbers],
        flow_titles=titles,
    )
    assert compared(record) == []
    assert "6 groups make 15 pairs" in derive(record).refusals[0].reason
    assert len(compared(record, against="all")) == 15


def test_a_group_that_a_table_does_not_have_leaves_a_refusal() -> None:
    record = study(
        measure((20, 20), row("5", "6"), titles=("Low", "Sham"), **COUNTS),
        measure((20, 20), row("5", "6"), titles=("Low", "High"), **COUNTS),
        starts=[(20, 20, 20)],
        flow_titles=("Low", "High", "Sham"),
    )
    found = derive(record, Wanted(against="Sham"))
    assert [one.groups for one in found.estimates if one.name == "risk difference"] == [
        ("OG000", "OG001")
    ]
    assert "no group of the table is called 'Sham'" in found.refusals[0].reason


def test_a_group_that_no_table_has_is_an_error_that_says_what_groups_are_called() -> None:
    with pytest.raises(NotFoundError, match="no group is called 'Placbo'") as raised:
        derive(three_arms(), Wanted(against="Placbo"))
    assert raised.value.accepted == "Low; High; Placebo"
    assert raised.value.advice == "did you mean 'Placebo'?"


EVENTS = AdverseEventsModule(
    event_groups=(
        EventGroup(
            id="EG000",
            title="Drug",
            deaths_num_affected=1,
            deaths_num_at_risk=60,
            serious_num_affected=4,
            serious_num_at_risk=60,
        ),
        EventGroup(
            id="EG001",
            title="Placebo",
            deaths_num_affected=2,
            deaths_num_at_risk=58,
            serious_num_affected=3,
            serious_num_at_risk=58,
        ),
    ),
    serious_events=(
        AdverseEvent(
            term="Sepsis",
            organ_system="Infections and infestations",
            stats=(
                EventStats(group_id="EG000", num_affected=3, num_at_risk=60),
                EventStats(group_id="EG001", num_affected=1),
            ),
        ),
        AdverseEvent(
            term="Fall",
            stats=(
                EventStats(group_id="EG000", num_affected=70, num_at_risk=60),
                EventStats(group_id="EG001", num_affected=1, num_at_risk=58),
            ),
        ),
    ),
)


def test_adverse_events_are_compared_when_asked_for() -> None:
    record = study(events=EVENTS, starts=[(60, 58)])
    assert derive(record).estimates == ()
    found = derive(record, Wanted(events=True))
    differences = [one for one in found.estimates if one.name == "risk difference"]
    assert [one.context[-1] for one in differences] == [
        "All-cause mortality",
        "Any serious adverse event",
        "Sepsis",
    ]
    sepsis = differences[-1]
    # A term without its own number at risk has that of the group.
    assert sepsis.estimate == pytest.approx(3 / 60 - 1 / 58)
    assert sepsis.inputs[-1].endswith("/eventGroups/1/seriousNumAtRisk")
    assert {len(one.groups) for one in found.estimates} == {2}
    assert [one.reason for one in found.refusals] == ["70 participants affected of 60 at risk"]


def test_a_spread_is_refused_where_the_text_contradicts_its_label() -> None:
    made = measure(
        (30, 30), row(("5", "1"), ("4", "1")), description="Mean (SEM) is shown", **MEANS
    )
    found = derive(study(made))
    assert found.estimates == ()
    assert 'the text says "sem"' in found.refusals[0].reason


def analysed(spread: str, **fields: Any) -> OutcomeMeasure:
    analysis = MeasureAnalysis(
        group_ids=("OG000", "OG001"),
        param_type="Mean Difference (Final Values)",
        param_value="1.00",
        **fields,
    )
    return measure((25, 25), row(("5.00", spread), ("4.00", spread)), analyses=(analysis,), **MEANS)


def test_a_spread_is_refused_where_a_posted_interval_contradicts_its_label() -> None:
    # With standard errors of 0.50 the difference's is 0.50 √2 = 0.707, its t interval 1 ± 2.0106 · 0.707; were
    # they standard deviations, five times narrower.
    limits = {"ci_pct_value": "95", "ci_lower_limit": "-0.42", "ci_upper_limit": "2.42"}
    found = derive(study(analysed("0.50", **limits)))
    assert found.estimates == ()
    assert "statistical analysis 1" in found.refusals[0].reason
    honest = derive(study(analysed("2.50", **limits)))
    assert honest.refusals == ()


def test_an_interval_nearly_as_wide_is_enough_to_doubt_a_label() -> None:
    nearly = {"dispersion_type": "STANDARD_ERROR_OF_MEAN", "dispersion_value": "0.74"}
    assert derive(study(analysed("0.50", **nearly))).estimates == ()


def test_groups_further_apart_than_any_participants_are_are_refused_as_ambiguous() -> None:
    made = measure((200, 200), row(("-2.2", "9.1"), ("-60.2", "9.0")), **MEANS)
    found = derive(study(made))
    assert found.estimates == ()
    assert "of them apart; it may be a standard error" in found.refusals[0].reason


def test_every_derivation_has_a_default_among_its_methods_and_a_place_of_its_own() -> None:
    known = derivations()
    assert set(known) == {
        "proportion",
        "risk_difference",
        "risk_ratio",
        "odds_ratio",
        "mean",
        "mean_difference",
        "geometric_mean",
        "geometric_mean_ratio",
    }
    assert all(one.default in one.methods for one in known.values())
    assert len({one.place for one in known.values()}) == len(known)


@pytest.mark.parametrize("name", sorted(derivations()))
def test_every_method_of_every_derivation_can_be_asked_for(name: str) -> None:
    record = study(
        measure((70, 80), row("56", "48"), **COUNTS),
        measure((45, 50), row(("12.3", "4.1"), ("9.8", "5.6")), **MEANS),
        measure(
            (12, 12),
            row(("20.0", "50.0"), ("10.0", "50.0")),
            param_type="GEOMETRIC_MEAN",
            dispersion_type="GEOMETRIC_COEFFICIENT",
        ),
    )
    title = derivations()[name].title
    for method in derivations()[name].methods:
        found = derive(record, Wanted(methods={name: method}, level=0.9))
        ours = [one for one in found.estimates if one.name == title]
        assert ours
        assert all(one.level == pytest.approx(0.9) for one in ours)


@pytest.mark.parametrize(
    ("wanted", "accepted"),
    [
        ({"methods": {"hazard": "cox"}}, "proportion, risk_difference"),
        ({"methods": {"proportion": "magic"}}, "agresti_coull"),
        ({"level": 1.5}, None),
    ],
)
def test_unknown_words_are_refused_with_those_that_are_known(
    wanted: dict[str, object], accepted: str | None
) -> None:
    with pytest.raises(UsageError) as raised:
        Wanted(**wanted)  # type: ignore[arg-type]  # as a caller would
    assert accepted is None or accepted in (raised.value.accepted or "")


def test_an_outcome_measure_that_does_not_exist_is_told() -> None:
    with pytest.raises(NotFoundError, match="no outcome measure 3"):
        derive(study(measure((27,), row("8"), **COUNTS)), Wanted(outcomes=(2,)))


def test_one_outcome_measure_can_be_asked_for() -> None:
    record = study(
        measure((27,), row("8"), titles=("Drug",), **COUNTS),
        measure((27,), row("9"), titles=("Drug",), **COUNTS),
    )
    (only,) = derive(record, Wanted(outcomes=(1,))).estimates
    assert only.address == OUTCOME.replace("/0", "/1") + "/classes/0/categories/0"
