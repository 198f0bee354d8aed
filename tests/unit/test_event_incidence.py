"""Adverse events by arm, term and organ system: a table done by arithmetic, large ones, and what is refused."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from topline.errors import DataError, ToplineError, UsageError
from topline.stats import event_incidence as module
from topline.stats.event_incidence import event_incidence, event_incidences
from topline.stats.occurring_pairs import BLOCK

COUNTS = (
    "events",
    "affected",
    "system_events",
    "system_affected",
    "total_events",
    "total_affected",
)


def test_a_participant_with_two_events_of_a_term_counts_once() -> None:
    found = event_incidence([0, 0], [0, 0], [0], [0])
    assert (found.events.tolist(), found.affected.tolist()) == ([[2]], [[1]])


def test_a_participant_with_two_terms_counts_once_in_their_organ_system_and_once_in_all() -> None:
    # Terms 0 and 2 belong to system 0, term 1 to system 1; participant 1 has all three.
    found = event_incidence([1, 1, 1, 0], [0, 1, 2, 2], [0, 0], [0, 1, 0])
    assert found.affected.tolist() == [[1, 1, 2]]
    assert found.system_affected.tolist() == [[2, 1]]
    assert found.system_events.tolist() == [[3, 1]]
    assert found.total_affected.tolist() == [2]
    assert found.total_events.tolist() == [4]


@pytest.mark.parametrize("memory", [0.0, module.MARKS_MEMORY])
def test_a_table_known_by_arithmetic_at_size(
    memory: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Participant p has term t exactly (p + t) mod 3 times; 300 participants in three arms, ten terms, two systems."""
    monkeypatch.setattr(module, "MARKS_MEMORY", memory)
    people, terms = np.divmod(np.arange(300 * 10), 10)
    times = (people + terms) % 3
    who, what = np.repeat(people, times), np.repeat(terms, times)
    order = np.random.default_rng(20261129).permutation(who.size)
    found = event_incidence(
        who[order].astype(np.int32),
        what[order].astype(np.int16),
        np.arange(300) % 3,
        np.arange(10) // 5,
    )
    # In arm a every participant has term t (a + t) mod 3 times.
    each = (np.arange(3)[:, np.newaxis] + np.arange(10)) % 3
    np.testing.assert_array_equal(found.events, 100 * each)
    np.testing.assert_array_equal(found.affected, 100 * (each > 0))
    np.testing.assert_array_equal(found.system_events, 100 * each.reshape(3, 2, 5).sum(axis=2))
    # Of five successive terms none is 0 times for all.
    np.testing.assert_array_equal(found.system_affected, np.full((3, 2), 100))
    assert found.total_affected.tolist() == [100, 100, 100]
    assert found.notes == ()


def test_a_pair_that_recurs_from_block_to_block_counts_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MARKS_MEMORY", 0.0)
    number = 3 * BLOCK + 1
    found = event_incidence(np.arange(number) % 2, np.zeros(number, dtype=int), [0, 0], [0])
    assert (found.events.tolist(), found.affected.tolist()) == ([[number]], [[2]])


def test_no_events_are_zeros_of_the_same_shape() -> None:
    found = event_incidence([], [], [0, 1, -1], [0, 1, 1], arms=4, systems=5)
    assert found.events.shape == found.affected.shape == (4, 3)
    assert found.system_affected.shape == (4, 5)
    assert not any(getattr(found, name).any() for name in COUNTS)
    assert found.at_risk.tolist() == [1, 1, 0, 0]


def test_no_participants_or_no_terms_are_a_table_without_them() -> None:
    found = event_incidence([], [], [0, 0], [])
    assert (found.events.shape, found.total_affected.tolist()) == ((1, 0), [0])
    found = event_incidence([], [], [], [0], arms=2)
    assert (found.affected.tolist(), found.at_risk.tolist()) == ([[0], [0]], [0, 0])


def test_events_of_participants_in_no_arm_are_told_and_not_counted() -> None:
    found = event_incidence([0, 1, 1], [0, 0, 0], [0, -1], [0])
    assert found.events.tolist() == [[1]]
    assert found.notes == ("events: 2 are of participants in no arm, and are not counted",)
    assert event_incidence([0], [0], [-1], [0]).events.shape == (0, 1)


def test_more_pairs_than_a_short_number_holds_are_kept_apart() -> None:
    # 70,000 terms × 70,000 participants exceed 2**32; so do 100,000 organ systems of one term.
    number = 70_000
    each = np.arange(number)
    found = event_incidence(each, each, np.zeros(number, dtype=int), np.zeros(number, dtype=int))
    assert found.total_affected.tolist() == found.system_affected[0].tolist() == [number]
    assert (found.affected == 1).all()
    one = event_incidence(each, np.zeros(number, dtype=int), np.zeros(number, dtype=int), [99_999])
    assert one.system_affected[0, -1] == one.system_affected.sum() == number


def test_many_overlapping_arms_are_counted_each_by_itself() -> None:
    random = np.random.default_rng(20261129)
    members = random.random((80, 200)) < 0.3
    who, what = random.integers(0, 200, 3_000), random.integers(0, 7, 3_000)
    found = event_incidence(who, what, members, np.zeros(7, dtype=int))
    for arm, member in enumerate(members):
        alone = event_incidence(who, what, member.astype(int) - 1, np.zeros(7, dtype=int), arms=1)
        for name in COUNTS:
            np.testing.assert_array_equal(getattr(found, name)[arm], getattr(alone, name)[0])


@pytest.mark.parametrize(
    ("participants", "terms"), [(200, 50), (100_000, 2_000), (200_000, 30_000)]
)
def test_memory_is_at_most_three_times_the_rows(participants: int, terms: int) -> None:
    random = np.random.default_rng(20261129)
    number = 2_000_000
    who = random.integers(0, participants, number, dtype=np.int32)
    what = random.integers(0, terms, number, dtype=np.int16)
    arm, system = np.arange(participants) % 3, np.arange(terms) % 27
    serious = random.random(number) < 0.1
    tracemalloc.start()
    try:
        event_incidences(who, what, arm, system, subsets={"all": None, "serious": serious})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 3 * (who.nbytes + what.nbytes)


WRONG: list[tuple[Callable[[], Any], type[ToplineError], str]] = [
    (lambda: event_incidence([0, 2], [0, 0], [0, 0], [0]), DataError, "participant[1] is 2"),
    (lambda: event_incidence([0, -1], [0, 0], [0, 0], [0]), DataError, "participant[1] is -1"),
    (lambda: event_incidence([0, 0], [0, 3], [0], [0, 0]), DataError, "term[1] is 3"),
    (lambda: event_incidence([0], [0], [0, -2], [0]), DataError, "arm[1] is -2"),
    (lambda: event_incidence([0], [0], [0], [0, -1]), DataError, "system[1] is -1"),
    (lambda: event_incidence([0.5], [0], [0], [0]), DataError, "participant[0] is 0.5"),
    (lambda: event_incidence([0], [np.nan], [0], [0]), DataError, "term[0] is nan"),
    (lambda: event_incidence(np.array([None]), [0], [0], [0]), DataError, "participant[0] is None"),
    (lambda: event_incidence(["0"], [0], [0], [0]), DataError, "'0'), not a number"),
    (lambda: event_incidence([True], [0], [0], [0]), DataError, "participant holds booleans"),
    (lambda: event_incidence([0], [0], [True], [0]), DataError, "arm holds booleans"),
    (lambda: event_incidence([[0]], [0], [0], [0]), DataError, "participant has 2 dimensions"),
    (lambda: event_incidence([0], [0, 0], [0], [0]), DataError, "participant has 1, term has 2"),
    (lambda: event_incidence([0], [0], [], [0]), DataError, "participant[0] is 0"),
    (lambda: event_incidence([0], [0], [0], []), DataError, "term[0] is 0"),
    (lambda: event_incidence([0], [0], [[0, 1]], [0]), DataError, "arm is a matrix of int64"),
    (lambda: event_incidence([0], [0], [0, 1], [0], arms=1), UsageError, "arms is 1"),
    (lambda: event_incidence([0], [0], [0], [0, 2], systems=2), UsageError, "systems is 2"),
    (
        lambda: event_incidence([0], [0], [[True]], [0], arms=1),
        UsageError,
        "arm is a matrix with 1",
    ),
    (
        lambda: event_incidences([0, 0], [0, 0], [0], [0], subsets={"serious": [0, 2]}),
        DataError,
        "subset 'serious'[1] is 2",
    ),
    (
        lambda: event_incidences([0, 0], [0, 0], [0], [0], subsets={"serious": [True]}),
        DataError,
        "subset 'serious' has 1 elements, and there are 2 events",
    ),
]


@pytest.mark.parametrize(("call", "error", "said"), WRONG, ids=[said for _, _, said in WRONG])
def test_what_is_refused_and_the_element_that_is_named(
    call: Callable[[], Any], error: type[ToplineError], said: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert said in str(caught.value)
    assert "accepted: " in str(caught.value)
