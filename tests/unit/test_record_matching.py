"""Pairing the elements of two lists."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from topline.record.matching import match_elements, moved
from topline.record.results import AdverseEvent, EventStats, MeasureClass, OutcomeMeasure

lists = st.lists(st.sampled_from("abcdef"), max_size=7).map(tuple)


@given(lists, lists)
def test_every_element_of_both_lists_is_paired_or_left_once(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    pairs = match_elements(before, after)
    assert sorted(i for i, _ in pairs if i is not None) == list(range(len(before)))
    assert [j for _, j in pairs if j is not None] == list(range(len(after)))
    assert all((i, j) != (None, None) for i, j in pairs)


@given(lists)
def test_a_list_matches_itself_in_place(parts: tuple[str, ...]) -> None:
    pairs = match_elements(parts, parts)
    assert pairs == tuple((i, i) for i in range(len(parts)))
    assert not moved(pairs)


@given(st.permutations(range(7)))
def test_the_unmoved_elements_keep_their_order_and_are_as_many_as_can(order: list[int]) -> None:
    pairs = tuple((before, after) for after, before in enumerate(order))
    kept = [before for after, before in enumerate(order) if after not in moved(pairs)]
    assert kept == sorted(kept)
    longest = max(
        sum(1 for place in range(7) if mask >> place & 1)
        for mask in range(1, 128)
        if _is_increasing([order[place] for place in range(7) if mask >> place & 1])
    )
    assert len(kept) == longest


def _is_increasing(numbers: list[int]) -> bool:
    return all(one < two for one, two in pairwise(numbers))


def test_an_outcome_whose_time_frame_was_reworded_is_the_same_outcome() -> None:
    before = (OutcomeMeasure(title="Survival", time_frame="3 years"), OutcomeMeasure(title="X"))
    after = (OutcomeMeasure(title="New"), OutcomeMeasure(title="Survival", time_frame="36 months"))
    assert match_elements(before, after) == ((None, 0), (0, 1), (1, None))


def test_an_outcome_whose_title_was_reworded_and_whose_value_changed_is_the_same_outcome() -> None:
    before = (OutcomeMeasure(title="Overall survival time"),)
    after = (
        OutcomeMeasure(title="Response rate"),
        OutcomeMeasure(title="Overall survival time (OS)", description="From randomization"),
    )
    assert match_elements(before, after) == ((None, 0), (0, 1))


def test_one_outcome_in_the_place_of_another_is_not_the_same_outcome() -> None:
    before = (OutcomeMeasure(title="Survival", description="a"),)
    after = (OutcomeMeasure(title="Response", description="b"),)
    assert match_elements(before, after) == ((0, None), (None, 0))


def test_untitled_classes_pair_in_order() -> None:
    before = (MeasureClass(), MeasureClass(title="Week 4"))
    after = (MeasureClass(title="Week 4"), MeasureClass())
    assert match_elements(before, after) == ((1, 0), (0, 1))


def test_one_term_under_two_organ_systems_stays_two_rows() -> None:
    def row(system: str, affected: int) -> AdverseEvent:
        stats = (EventStats(group_id="EG000", num_affected=affected),)
        return AdverseEvent(term="Pain", organ_system=system, stats=stats)

    before = (row("General disorders", 1), row("Eye disorders", 2))
    after = (row("Eye disorders", 5), row("General disorders", 1))
    assert match_elements(before, after) == ((1, 0), (0, 1))


def test_a_renamed_term_with_the_same_counts_is_the_same_row() -> None:
    stats = (EventStats(group_id="EG000", num_affected=1),)
    before = (AdverseEvent(term="A"), AdverseEvent(term="Anemia", stats=stats))
    after = (AdverseEvent(term="A"), AdverseEvent(term="Anaemia", stats=stats))
    assert match_elements(before, after) == ((0, 0), (1, 1))
