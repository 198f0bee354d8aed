"""Adverse events counted by arm, term and organ system: every table against a plain loop over its rows."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from topline.stats import event_incidence as module
from topline.stats.event_incidence import EventIncidence, event_incidence, event_incidences
from topline.stats.occurring_pairs import Marks, OccurringPairs, SortedPairs

COUNTS = tuple(
    field.name
    for field in dataclasses.fields(EventIncidence)
    if field.name not in {"method", "notes"}
)


@dataclasses.dataclass(frozen=True)
class Trial:
    """Rows, the arms that each participant is in, and the organ system of each term."""

    rows: list[tuple[int, int, bool]]
    members: list[list[bool]]
    system: list[int]
    systems: int

    @property
    def participant(self) -> list[int]:
        return [row[0] for row in self.rows]

    @property
    def term(self) -> list[int]:
        return [row[1] for row in self.rows]

    @property
    def serious(self) -> list[bool]:
        return [row[2] for row in self.rows]


@st.composite
def trials(draw: st.DrawFn, overlapping: bool = True) -> Trial:
    participants, arms = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    terms, systems = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    row = st.tuples(st.integers(0, participants - 1), st.integers(0, terms - 1), st.booleans())
    if overlapping:
        line = st.lists(st.booleans(), min_size=participants, max_size=participants)
        members = draw(st.lists(line, min_size=arms, max_size=arms))
    else:
        arm = draw(
            st.lists(st.integers(-1, arms - 1), min_size=participants, max_size=participants)
        )
        members = [[own == one for own in arm] for one in range(arms)]
    return Trial(
        rows=draw(st.lists(row, max_size=60)),
        members=members,
        system=draw(st.lists(st.integers(0, systems - 1), min_size=terms, max_size=terms)),
        systems=systems,
    )


def looped(trial: Trial, rows: Sequence[tuple[int, int, bool]]) -> dict[str, list[object]]:
    """Count as one would by hand: for each arm and each line of the table, go through all rows."""

    def count(chosen: Sequence[bool], terms: set[int]) -> tuple[int, int]:
        own = [who for who, what, _ in rows if chosen[who] and what in terms]
        return len(own), len(set(own))

    lines = {
        "": [[{term} for term in range(len(trial.system))]],
        "system_": [
            [
                {term for term, own in enumerate(trial.system) if own == system}
                for system in range(trial.systems)
            ]
        ],
    }
    found: dict[str, list[object]] = {"at_risk": [sum(chosen) for chosen in trial.members]}
    for place, name in enumerate(("events", "affected")):
        for prefix, (sets,) in lines.items():
            found[prefix + name] = [
                [count(chosen, terms)[place] for terms in sets] for chosen in trial.members
            ]
        every = set(range(len(trial.system)))
        found[f"total_{name}"] = [count(chosen, every)[place] for chosen in trial.members]
    return found


def as_lists(found: EventIncidence) -> dict[str, list[object]]:
    return {name: getattr(found, name).tolist() for name in COUNTS}


@contextlib.contextmanager
def kept_as(kind: type[OccurringPairs]) -> Iterator[None]:
    """Choose how pairs are kept, which otherwise depends on how many rows there are."""
    rows = 0 if kind is Marks else np.inf
    with (
        mock.patch.object(module, "ROWS_FOR_MARKS", rows),
        mock.patch.object(module, "MARKS_MEMORY", np.inf),
    ):
        yield


@given(trials(), st.sampled_from([Marks, SortedPairs]), st.sampled_from(["i1", "u2", "i4", "u8"]))
def test_every_count_is_that_of_a_loop(
    trial: Trial, kind: type[OccurringPairs], dtype: str
) -> None:
    with kept_as(kind):
        found = event_incidences(
            np.array(trial.participant, dtype=dtype),
            np.array(trial.term, dtype=dtype),
            np.array(trial.members),
            np.array(trial.system, dtype=dtype),
            subsets={
                "all": None,
                "serious": np.array(trial.serious, dtype=bool),
                "other": [int(not one) for one in trial.serious],
            },
            systems=trial.systems,
        )
    assert list(found) == ["all", "serious", "other"]
    assert as_lists(found["all"]) == looped(trial, trial.rows)
    for name, wanted in (("serious", True), ("other", False)):
        rows = [row for row in trial.rows if row[2] is wanted]
        assert as_lists(found[name]) == looped(trial, rows)
        outside = sum(not any(members[who] for members in trial.members) for who, _, _ in rows)
        assert bool(outside) == bool(found[name].notes)
        assert all(f"events: {outside} " in note for note in found[name].notes)


@given(trials(overlapping=False))
def test_codes_of_arms_count_as_their_matrix_does(trial: Trial) -> None:
    arm = [
        next((one for one, members in enumerate(trial.members) if members[who]), -1)
        for who in range(len(trial.members[0]))
    ]
    found = event_incidence(
        trial.participant,
        trial.term,
        arm,
        trial.system,
        arms=len(trial.members),
        systems=trial.systems,
    )
    assert as_lists(found) == looped(trial, trial.rows)


@given(trials(), st.randoms(use_true_random=False), st.sampled_from([Marks, SortedPairs]))
def test_counts_do_not_depend_on_the_order_of_rows_or_on_the_numbering(
    trial: Trial, random: object, kind: type[OccurringPairs]
) -> None:
    generator = np.random.default_rng(random.getrandbits(32))  # type: ignore[attr-defined]  # random.Random
    members, system = np.array(trial.members), np.array(trial.system)
    who = np.array(trial.participant, dtype=np.int64)
    what = np.array(trial.term, dtype=np.int64)
    rows = generator.permutation(who.size)
    people, terms = generator.permutation(members.shape[1]), generator.permutation(system.size)
    with kept_as(kind):
        found = event_incidence(who, what, members, system)
        renumbered = event_incidence(
            np.argsort(people)[who[rows]],
            np.argsort(terms)[what[rows]],
            members[:, people],
            system[terms],
        )
    for name in COUNTS:
        before = getattr(found, name)
        before = before[:, terms] if name in {"events", "affected"} else before
        np.testing.assert_array_equal(getattr(renumbered, name), before)


@given(trials(overlapping=False))
def test_arms_that_exclude_each_other_add_up_to_an_arm_of_all(trial: Trial) -> None:
    members = np.array([*trial.members, np.any(trial.members, axis=0)])
    found = event_incidence(
        trial.participant, trial.term, members, trial.system, systems=trial.systems
    )
    for name in COUNTS:
        counts = getattr(found, name)
        np.testing.assert_array_equal(counts[:-1].sum(axis=0), counts[-1])
    np.testing.assert_array_equal(found.events.sum(axis=1), found.total_events)
    np.testing.assert_array_equal(found.system_events.sum(axis=1), found.total_events)
    assert (found.affected <= found.events).all()
    assert (found.total_affected <= found.at_risk).all()
    assert (found.affected.sum(axis=1) >= found.total_affected).all()
