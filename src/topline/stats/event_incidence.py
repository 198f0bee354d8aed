"""Adverse events counted from rows: events and affected participants by arm, for each term and organ system.

Rows are integer codes, and ten million of them are counted in one pass. Which participants have which term is kept
by :mod:`topline.stats.occurring_pairs`, in the way that is faster and needs less memory for the rows at hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError, UsageError
from topline.stats.checking import finite, same_length
from topline.stats.estimate import Integers
from topline.stats.occurring_pairs import BLOCK, Marks, OccurringPairs, SortedPairs

MARKS_MEMORY = 2.0
"""A table of marks may take this many times the memory of the rows."""
ROWS_FOR_MARKS = 64
"""Rows for each count of the result from which a table of marks is faster than sorting."""

_METHOD = (
    "events are rows; a participant is affected once by a term, an organ system or at all, "
    "however many events there were"
)

Codes = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventIncidence:
    """Events and affected participants.

    Parameters
    ----------
    events, affected
        By arm and term: arrays of one row for each arm, one column for each term [events, participants].
    system_events, system_affected
        By arm and organ system. A participant with two terms of a system is affected once.
    total_events, total_affected
        By arm, over all terms.
    at_risk
        Participants of each arm, with or without events.
    method
        How they were counted.
    notes
        Events that are in no count.
    """

    events: Integers
    affected: Integers
    system_events: Integers
    system_affected: Integers
    total_events: Integers
    total_affected: Integers
    at_risk: Integers
    method: str = _METHOD
    notes: tuple[str, ...] = ()


def event_incidence(
    participant: ArrayLike,
    term: ArrayLike,
    arm: ArrayLike,
    system: ArrayLike,
    *,
    arms: int | None = None,
    systems: int | None = None,
) -> EventIncidence:
    """Count the events and the affected participants of each arm, by term, by organ system and in all.

    With rows r, and arm a as a set of participants: events(a, t) = #{r : termᵣ = t, participantᵣ ∈ a}, and
    affected(a, t) = #{participantᵣ : termᵣ = t, participantᵣ ∈ a}, a set, in which a participant with two events
    counts once. For an organ system the condition is system(termᵣ) = s; in all there is none. Affected participants
    therefore do not add up over terms or systems, and events do.

    These are the numbers of an adverse-event table: "number of participants affected". 42 CFR part 11, section
    11.48(a)(4), Federal Register 81 (2016) 64981–65157.

    Parameters
    ----------
    participant
        For each event its participant, as a place in ``arm`` [1].
    term
        For each event its term, as a place in ``system`` [1]. A term that stands under two organ systems is two
        terms.
    arm
        For each participant the arm, counted from 0, or -1 for a participant in no arm [1]. Or, where arms overlap, a
        matrix of booleans with a row for each arm and a column for each participant.
    system
        For each term its organ system, counted from 0 [1].
    arms, systems
        How many there are [1], where the last of them may have no participant or no term; ``None``: as many as the
        highest code says. ``arms`` is not for a matrix, which has its rows.

    Returns
    -------
    EventIncidence
        All zeros where there are no events. Events of participants in no arm are not counted, and a note says how
        many they are.

    Raises
    ------
    DataError
        If a code is missing, not whole, negative or too high, or the lengths differ; the message names the first.
    UsageError
        If ``arms`` or ``systems`` is less than the codes say, or ``arms`` stands beside a matrix.

    Notes
    -----
    For rates per time at risk see :func:`topline.stats.rate.event_rate`; for a comparison of affected participants
    :mod:`topline.stats.risk_difference`. Memory beyond the result is at most twice that of the rows (int32 and int16
    suffice for most trials). Where arms overlap it also grows with the number of different sets of arms that
    participants are in.

    Not for a comparison of arms that were observed for different times, whose numbers of affected participants differ
    by that alone; and the codes must be of the events to report already: no treatment-emergent rule is applied here.

    In R: ``cards::ard_stack_hierarchical()`` and ``cards::ard_stack_hierarchical_count()``; in SAS: PROC SQL,
    count(*) and count(distinct USUBJID).

    Examples
    --------
    Participants 0 and 1 are in arm 0, participant 2 in arm 1; terms 0 and 1 belong to one organ system. Participant
    0 has term 0 twice and term 1 once:

    >>> found = event_incidence([0, 0, 0, 2], [0, 0, 1, 1], arm=[0, 0, 1], system=[0, 0])
    >>> found.events
    array([[2, 1],
           [0, 1]])
    >>> found.affected
    array([[1, 1],
           [0, 1]])
    >>> found.system_affected.tolist(), found.total_affected.tolist(), found.at_risk.tolist()
    ([[1], [1]], [1, 1], [2, 1])

    An arm of all participants beside the two:

    >>> member = np.array([[True, True, False], [False, False, True], [True, True, True]])
    >>> event_incidence([0, 0, 0, 2], [0, 0, 1, 1], arm=member, system=[0, 0]).total_affected
    array([1, 1, 2])
    """
    return event_incidences(
        participant, term, arm, system, subsets={"": None}, arms=arms, systems=systems
    )[""]


def event_incidences(
    participant: ArrayLike,
    term: ArrayLike,
    arm: ArrayLike,
    system: ArrayLike,
    *,
    subsets: Mapping[str, ArrayLike | None],
    arms: int | None = None,
    systems: int | None = None,
) -> dict[str, EventIncidence]:
    """Count several subsets of the same rows, such as all events and the serious, each as :func:`event_incidence` does.

    Parameters
    ----------
    participant, term, arm, system, arms, systems
        As in :func:`event_incidence`.
    subsets
        By a name of the caller's choice, for each event whether it belongs: 0 or 1, False or True [1]. ``None`` is
        all events.

    Returns
    -------
    dict
        The incidence of each subset by its name, in the order given; an empty subset has zeros.

    Raises
    ------
    DataError, UsageError
        As :func:`event_incidence`, and if a subset has another length than the rows or holds something else.

    Examples
    --------
    >>> found = event_incidences([0, 0, 1], [0, 0, 0], arm=[0, 0], system=[0],
    ...                          subsets={"all": None, "serious": [True, False, False]})
    >>> {name: (one.events.item(), one.affected.item()) for name, one in found.items()}
    {'all': (3, 2), 'serious': (1, 1)}
    """
    membership = _membership(arm, arms)
    of_term = _codes("system", system)
    table = _Table(membership, of_term, _number("systems", systems, of_term))
    participants, terms = membership.shape[1], of_term.size
    who = _codes("participant", participant, below=participants, of=": a place in arm")
    what = _codes("term", term, below=terms, of=": a place in system")
    same_length(participant=who, term=what)
    masks = {name: _mask(name, values, who.size) for name, values in subsets.items()}
    return {name: table.incidence(who, what, mask) for name, mask in masks.items()}


class _Table:
    """Arms, terms and organ systems in an order in which everything to count stands in runs.

    Participants who are in the same arms are of one kind and neighbours, and an arm is a sum of kinds: so arms that
    overlap cost no second pass. Terms of one organ system are neighbours too.
    """

    def __init__(self, membership: NDArray[np.bool_], system: Codes, systems: int) -> None:
        kind = _kinds(membership)
        people = np.argsort(kind, kind="stable")
        self.sizes = np.bincount(kind)
        self.members = membership[:, people[np.cumsum(self.sizes) - 1]].astype(np.int64)
        self.place = _places(people)
        terms = np.argsort(system, kind="stable")
        self.column = _places(terms)
        self.starts = np.searchsorted(system[terms], np.arange(systems + 1))
        # Where the counts of a participant's kind begin, and the pairs of a term.
        self.first_count = kind * system.size
        self.first_pair = self.column * kind.size

    def incidence(
        self, participant: Codes, term: Codes, mask: NDArray[np.bool_] | None
    ) -> EventIncidence:
        """Count the rows that a mask chooses."""
        kinds, terms = self.sizes.size, self.column.size
        number = participant.size if mask is None else int(np.count_nonzero(mask))
        pairs = self._pairs(number, participant.nbytes + term.nbytes)
        counted = np.zeros(kinds * terms, dtype=np.int64)
        # Blocks no smaller than the counts: each block passes over all of them.
        for people, what in _blocks(participant, term, mask, max(BLOCK, counted.size)):
            counted += np.bincount(self.first_count.take(people) + what, minlength=counted.size)
            pairs.add(self.first_pair.take(what) + self.place.take(people))
        affected = self._in_arms(pairs.by_kind(self.sizes))[:, self.column]
        of_systems = pairs.merged(self.starts)
        system_affected = self._in_arms(of_systems.by_kind(self.sizes))
        of_any = of_systems.merged(np.array([0, self.starts.size - 1]))
        by_kind = counted.reshape(kinds, terms)
        events = self._in_arms(by_kind)
        return EventIncidence(
            events=events,
            affected=affected,
            system_events=self._in_systems(events),
            system_affected=system_affected,
            total_events=events.sum(axis=1),
            total_affected=self._in_arms(of_any.by_kind(self.sizes))[:, 0],
            at_risk=self._in_arms(self.sizes),
            notes=self._outside(by_kind),
        )

    def _pairs(self, number: int, memory: int) -> OccurringPairs:
        terms, participants = self.column.size, self.place.size
        # The marks of the organ systems stand beside those of the terms for a moment.
        marks = (terms + self.starts.size) * participants
        enough = number >= ROWS_FOR_MARKS * self.sizes.size * terms
        if enough and marks <= MARKS_MEMORY * memory:
            return Marks(terms, participants)
        return SortedPairs(terms, participants, number)

    def _in_arms(self, by_kind: Integers) -> Integers:
        return np.asarray(self.members @ by_kind)

    def _in_systems(self, events: Integers) -> Integers:
        running = np.zeros((events.shape[0], self.column.size + 1), dtype=np.int64)
        running[:, 1 + self.column] = events
        np.cumsum(running, axis=1, out=running)
        return np.diff(running[:, self.starts], axis=1)

    def _outside(self, by_kind: Integers) -> tuple[str, ...]:
        outside = by_kind[~self.members.any(axis=0)].sum()
        if not outside:
            return ()
        return (f"events: {outside} are of participants in no arm, and are not counted",)


def _places(order: Integers) -> Integers:
    """Invert an order: where each element stands in it."""
    places = np.empty(order.size, dtype=np.int64)
    places[order] = np.arange(order.size)
    return places


def _kinds(membership: NDArray[np.bool_]) -> Integers:
    """Give each participant a number for the set of arms that it is in; only sets that occur are numbered."""
    kind = np.zeros(membership.shape[1], dtype=np.int64)
    for members in membership:
        kind = 2 * kind + members
        # Numbered anew after each arm: a hundred arms do not make 2**100 kinds.
        kind = (np.cumsum(np.bincount(kind) > 0) - 1)[kind]
    return kind


def _blocks(
    participant: Codes, term: Codes, mask: NDArray[np.bool_] | None, size: int
) -> Iterator[tuple[Codes, Codes]]:
    for start in range(0, participant.size, size):
        rows = slice(start, start + size)
        if mask is None:
            yield participant[rows], term[rows]
        else:
            yield participant[rows][mask[rows]], term[rows][mask[rows]]


def _membership(arm: ArrayLike, arms: int | None) -> NDArray[np.bool_]:
    """Give arms as a matrix: one row for each, one column for each participant."""
    array = np.asarray(arm)
    if array.ndim == 2 and array.dtype == np.bool_:
        if arms is not None:
            raise UsageError(
                f"arms is {arms}, and arm is a matrix with {array.shape[0]} rows",
                accepted="arms=None where arm is a matrix",
            )
        return array
    if array.ndim == 2:
        raise DataError(
            f"arm is a matrix of {array.dtype}, {array.shape[0]} × {array.shape[1]}",
            where="arm",
            accepted="a code for each participant, or a matrix of booleans: a row for each arm, a column for each participant",
        )
    codes = _codes("arm", arm, lowest=-1)
    number = _number("arms", arms, codes)
    return np.asarray(codes == np.arange(number)[:, np.newaxis])


def _codes(
    name: str,
    values: ArrayLike,
    *,
    lowest: int = 0,
    below: int | None = None,
    of: str = "",
) -> Codes:
    """Take whole numbers in a range, in the type they have where that is a whole one."""
    array = np.asarray(values)
    if array.size == 0 and array.ndim == 1:
        return np.zeros(0, dtype=np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        array = _whole(name, values)
    lowest_found, highest_found = int(array.min()), int(array.max())
    if lowest_found < lowest or (below is not None and highest_found >= below):
        wrong = array < lowest
        if below is not None:
            wrong |= array >= below
        position = int(np.argmax(wrong))
        where = f"{name}[{position}]"
        upwards = f"from {lowest}" + ("" if below is None else f" and less than {below}")
        raise DataError(
            f"{where} is {array[position]}", where=where, accepted=f"a whole number {upwards}{of}"
        )
    return array.astype(np.int64) if array.dtype == np.uint64 else array


def _whole(name: str, values: ArrayLike) -> Integers:
    array = np.asarray(values)
    if array.dtype == np.bool_:
        raise DataError(f"{name} holds booleans", where=name, accepted="codes: whole numbers")
    numbers = finite(name, values)
    wrong = numbers != np.floor(numbers)
    if wrong.any():
        position = int(np.argmax(wrong))
        where = f"{name}[{position}]"
        raise DataError(
            f"{where} is {numbers[position]:g}", where=where, accepted="a code: a whole number"
        )
    return numbers.astype(np.int64)


def _mask(name: str, values: ArrayLike | None, number: int) -> NDArray[np.bool_] | None:
    if values is None:
        return None
    array = np.asarray(values)
    title = f"subset {name!r}"
    if array.dtype != np.bool_ or array.ndim != 1:
        array = _codes(title, values, below=2).astype(np.bool_)
    if array.size != number:
        raise DataError(
            f"{title} has {array.size:,} elements, and there are {number:,} events",
            where=title,
            accepted="one element for each event",
        )
    return array


def _number(name: str, given: int | None, codes: Codes) -> int:
    """Say how many arms or organ systems there are."""
    least = int(codes.max()) + 1 if codes.size else 0
    if given is not None and given < least:
        raise UsageError(
            f"{name} is {given}, and the codes go up to {least - 1}",
            accepted=f"at least {least}",
        )
    return least if given is None else given
