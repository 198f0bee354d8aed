"""How groups of a results table relate: what is inferred, on what, and what stays unknown."""

import pytest
from tests.unit.derive_examples import TITLES, study

from topline.record import Study
from topline.record.group_relations import (
    AnalyzedGroup,
    GroupRelation,
    GroupRelations,
    Relation,
)


def between(record: Study, *groups: tuple[str, int | None]) -> GroupRelation:
    first, second = (
        AnalyzedGroup(id=f"OG{place:03}", title=title, number=number)
        for place, (title, number) in enumerate(groups)
    )
    return GroupRelations(record).between(first, second)


def test_two_groups_of_the_flow_that_started_one_period_are_disjoint_with_their_addresses() -> None:
    found = between(study(starts=[(40, 42)]), ("Drug", 40), ("Placebo", 41))
    assert found.relation is Relation.DISJOINT
    assert "40 and 42 who started" in found.reason
    assert found.addresses == (
        "/resultsSection/participantFlowModule/groups/0/title",
        "/resultsSection/participantFlowModule/groups/1/title",
    )


@pytest.mark.parametrize("title", ["DRUG", " drug ", "Drug."])
def test_titles_are_the_same_in_spite_of_case_blanks_and_a_final_stop(title: str) -> None:
    found = between(study(starts=[(40, 42)]), (title, 40), ("Placebo", 41))
    assert found.relation is Relation.DISJOINT


def test_a_title_that_is_nearly_that_of_a_flow_group_is_not_guessed() -> None:
    found = between(study(starts=[(40, 42)]), ("Drug, week 12", 40), ("Placebo", 41))
    assert found.relation is Relation.UNKNOWN
    assert "Drug, week 12" in found.reason


def test_groups_that_started_different_periods_only_are_not_disjoint() -> None:
    # Those on open-label drug may be those who were on placebo before.
    record = study(starts=[(0, 42), (40, 0)], model="SINGLE_GROUP", allocation="NA")
    assert between(record, ("Drug", 40), ("Placebo", 41)).relation is Relation.UNKNOWN


def test_more_analyzed_than_started_stays_unknown() -> None:
    record = study(starts=[(40, 42)], enrolled=500, allocation="NON_RANDOMIZED")
    assert between(record, ("Drug", 41), ("Placebo", 41)).relation is Relation.UNKNOWN


def test_a_period_that_more_started_than_the_trial_has_makes_nothing_disjoint() -> None:
    record = study(starts=[(40, 42)], enrolled=60, allocation="NON_RANDOMIZED")
    assert between(record, ("Drug", 20), ("Placebo", 20)).relation is Relation.UNKNOWN


def test_more_analyzed_in_both_groups_than_the_trial_has_share_some() -> None:
    found = between(study(starts=[(40, 42)]), ("Drug", 50), ("Placebo", 50))
    assert found.relation is Relation.OVERLAPPING
    assert "at least 18 are in both" in found.reason


def test_in_a_crossover_they_are_the_same_participants_one_time_after_the_other() -> None:
    record = study(starts=[(10, 10), (10, 10)], model="CROSSOVER", enrolled=20)
    assert between(record, ("Drug", 20), ("Placebo", 19)).relation is Relation.SEQUENTIAL


def test_a_crossover_is_unknown_where_numbers_prove_nothing() -> None:
    record = study(starts=[(10, 10)], model="CROSSOVER", enrolled=20)
    assert between(record, ("Drug", 10), ("Placebo", 9)).relation is Relation.UNKNOWN


def test_sequences_of_a_crossover_are_disjoint() -> None:
    titles = ("Drug then placebo", "Placebo then drug")
    record = study(starts=[(10, 10)], flow_titles=titles, model="CROSSOVER", enrolled=20)
    assert between(record, (titles[0], 10), (titles[1], 9)).relation is Relation.DISJOINT


@pytest.mark.parametrize("title", ["Total", "All Participants", "Overall"])
def test_a_total_holds_the_other_group(title: str) -> None:
    for groups in ([("Drug", 10), (title, 20)], [(title, 20), ("Drug", 10)]):
        assert between(study(starts=[(40, 42)]), *groups).relation is Relation.SUBSET


def test_pooled_groups_are_unknown_since_nothing_says_which() -> None:
    found = between(study(starts=[(40, 42)]), ("Pooled doses", 20), ("Placebo", 20))
    assert found.relation is Relation.UNKNOWN


def test_two_totals_hold_neither_the_other() -> None:
    found = between(study(starts=[(40, 42)]), ("Overall, drug", 20), ("Overall, placebo", 20))
    assert found.relation is Relation.UNKNOWN


def test_two_groups_with_the_description_of_one_flow_group_overlap() -> None:
    record = study(starts=[(40, 42)])
    described = AnalyzedGroup(id="OG000", title="Drug", number=10)
    again = AnalyzedGroup(id="OG001", title="drug", number=10)
    assert GroupRelations(record).between(described, again).relation is Relation.OVERLAPPING


def test_arms_of_a_randomized_parallel_trial_are_disjoint_where_the_flow_has_other_titles() -> None:
    arms = [("Drug", "EXPERIMENTAL"), ("Placebo", "PLACEBO_COMPARATOR")]
    record = study(starts=[(40, 42)], flow_titles=("Arm 1", "Arm 2"), arms=arms)
    found = between(record, ("Drug", 40), ("Placebo", 41))
    assert found.relation is Relation.DISJOINT
    assert found.addresses[0] == "/protocolSection/armsInterventionsModule/armGroups/0/label"


def test_arms_of_a_trial_that_is_not_randomized_prove_nothing() -> None:
    arms = [("Drug", "EXPERIMENTAL"), ("Placebo", "PLACEBO_COMPARATOR")]
    record = study(
        starts=[(40, 42)], flow_titles=("Arm 1", "Arm 2"), arms=arms, allocation="NON_RANDOMIZED"
    )
    assert between(record, ("Drug", 40), ("Placebo", 41)).relation is Relation.UNKNOWN


def test_an_empty_record_says_nothing() -> None:
    assert between(Study(), (TITLES[0], 10), (TITLES[1], 10)).relation is Relation.UNKNOWN


def test_the_order_of_the_groups_does_not_matter() -> None:
    record = study(starts=[(40, 42)])
    forth = between(record, ("Drug", 50), ("Placebo", 40))
    back = between(record, ("Placebo", 40), ("Drug", 50))
    assert forth.relation is back.relation
