"""The probability of all tables no likelier than a given one, by a network of what the rows have left.

Mehta, Patel, Journal of the American Statistical Association 78 (1983) 427–434, doi:10.1080/01621459.1983.10477989. The
tables of given margins are built column by column. How a table can go on depends only on how much its rows have left,
in any order: its *state*. Whether it counts in the end depends on its state and on −Σ log x! of the cells filled so
far: its *past*. Tables that agree in both are merged. Where every way to go on counts, the probability of all of them
is known at once; where none counts, nothing is added; only what is undecided is carried into the next column. The last
two columns are filled together.

Pasts are whole numbers of small units, made of the prime factors of the factorials: equally likely tables have equal
ones. Probabilities are only ever added and multiplied, so that small ones keep their digits.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from topline.errors import LimitError
from topline.stats.estimate import Floats, Integers
from topline.stats.freeman_halton_factorials import Factorials, log_tails

MOST_LISTED = 200_000_000
"""Most partial tables that are looked at: some thirty seconds."""

_LISTED = "partial tables"

_MOST_WAYS = 6_000_000
"""Most undecided ways to fill one column that are kept at a time …"""

_MOST_PASTS = 12_000_000
"""… and most pasts: all together stay below 1 GB."""

_TOGETHER = 1_000_000
"""How many partial tables are worked on at a time."""

_MOST_AT_ONCE = 8_000_000
"""Most ways to fill a cell and those above it, where they cannot be split."""

_TAILS = 12
"""The tails of a two by two table are as much work as so many tables."""

_FIRST = 32
"""So many states tell how much work the others will be."""


class States(NamedTuple):
    """What rows have left, and the pasts of each state in ascending order.

    ``begin[s]:begin[s + 1]`` are those of state ``s``: the past in units above ``base[s]``, the probability of the
    tables that come there, and the same summed within the state.
    """

    room: Integers
    base: Integers
    begin: Integers
    past: Integers
    weight: Floats
    summed: Floats


class Partial(NamedTuple):
    """Columns filled down to some row: in which state, and how much the rows below must take.

    ``bound`` is the most −Σ log x! can be of any table that goes on so, ``units`` what the cells filled add to the
    past, ``chance`` the logarithm of their probability without the rows below.
    """

    state: Integers
    left: Integers
    bound: Floats
    units: Integers
    chance: Floats
    cells: tuple[Integers, ...]

    def at(self, place: Integers) -> "Partial":
        """Give some of them."""
        return Partial(
            self.state[place],
            self.left[place],
            self.bound[place],
            self.units[place],
            self.chance[place],
            tuple(cell[place] for cell in self.cells),
        )


class Ways(NamedTuple):
    """Ways to fill a column: from which state, what they add to the past, their probability, what rows have left."""

    state: Integers
    units: Integers
    probability: Floats
    room: Integers


_NO_WAYS = Ways(
    np.zeros(0, dtype=np.int64),
    np.zeros(0, dtype=np.int64),
    np.zeros(0),
    np.zeros((0, 0), dtype=np.int64),
)


class Undecided(NamedTuple):
    """Ways with the pasts they are undecided for: the first one's place, how many, what is added, and what is left."""

    begin: Integers
    number: Integers
    units: Integers
    probability: Floats
    room: Integers

    def at(self, place: Integers) -> "Undecided":
        """Give some of them, or all in another order."""
        return Undecided(
            self.begin[place],
            self.number[place],
            self.units[place],
            self.probability[place],
            self.room[place],
        )


class Column(NamedTuple):
    """What filling a column from some states needs to know of them.

    A cell adds ``lift + slope × x − log x!`` to the bound: at most 0. ``whole`` is a state's probability.
    """

    states: Integers
    room: Integers
    below: Integers
    slope: Floats
    lift: Floats
    whole: Floats
    last: bool
    tails: bool


class Network:
    """The tables of given margins, of which those count that are no likelier than one of them.

    Parameters
    ----------
    cells
        That table; its columns are filled in their order.
    tied
        By how much the logarithm of a probability may exceed that table's and still count.

    Examples
    --------
    >>> round(Network(np.array([[12, 5, 8], [9, 3, 14], [7, 10, 2]]), 1e-7).probability(), 8)
    0.00815624
    """

    def __init__(self, cells: Integers, tied: float) -> None:
        total = int(cells.sum())
        self._columns = cells.sum(axis=0)
        self._factorials = Factorials(total)
        self._unit = self._factorials.unit
        # Numbers and units of the same logarithm may differ by this.
        self._margin = 1e-7 + total * self._unit
        self._limit = int(tied / self._unit) - int(self._factorials.units(cells).sum())
        self._sure = self._limit * self._unit - self._margin
        self._room_type = np.min_scalar_type(total)
        self._looked = 0
        self._total = 0.0
        one, zero = np.ones(1), np.zeros(1, dtype=np.int64)
        room = np.sort(cells.sum(axis=1))[np.newaxis]
        self._states = States(room, zero, np.array([0, 1]), zero, one, one)

    def probability(self) -> float:
        """Give the probability of all tables that count; LimitError where they are too many."""
        parts = iter([(self._states, 1.0)])
        for place in range(self._columns.size - 2):
            self._states = _joined(parts)
            undecided = self._column(self._columns[place:])
            if not undecided.begin.size:
                return self._total
            parts = self._reached(undecided, self._columns[place + 1 :])
        before = self._looked
        for self._states, share in parts:
            for ways, _ in self._all_ways(self._columns[-2:], last=True):
                self._count(ways, self._within(ways, np.zeros_like(ways.state)))
            _expect(self._looked - before, share, MOST_LISTED, _LISTED)
        return self._total

    def _column(self, columns: Integers) -> Undecided:
        """Fill a column from all states, and keep what is undecided after it."""
        kept: list[Undecided] = []
        number = 0
        for ways, share in self._all_ways(columns, last=False):
            kept.append(self._undecided(ways, columns[1:]))
            number += kept[-1].number.size
            _expect(number, share, _MOST_WAYS, "undecided ways to fill a column")
        return Undecided(*(np.concatenate(part) for part in zip(*kept, strict=True)))

    def _all_ways(self, columns: Integers, last: bool) -> Iterator[tuple[Ways, float]]:
        """Fill the next column (both of the last two) from all states, with the share of the work done by then.

        The states are in no order: the first few tell how much work the others will be.
        """
        number = self._states.base.size
        before, done, size = self._looked, 0, _FIRST
        while done < number:
            chosen = np.arange(done, min(done + size, number))
            for ways, share in self._ways(chosen, columns, last):
                share = (done + share * chosen.size) / number
                yield ways, share
                looked = self._looked - before
                _expect(looked, share, MOST_LISTED, _LISTED)
            done += chosen.size
            size = int(min(max(_FIRST, _TOGETHER * done / max(looked, 1)), 1 << 16))

    def _ways(
        self, chosen: Integers, columns: Integers, last: bool
    ) -> Iterator[tuple[Ways, float]]:
        """Fill it from some states: depth first, so that never very many are at hand."""
        column, start = self._begin(chosen, columns, last)
        width = column.room.shape[1]
        pending, done = [(0, start, 1.0)], 0.0
        while pending:
            row, partial, share = pending.pop()
            if row == width - 1:
                done += share
                yield self._filled(column, partial), done
                continue
            if row == width - 2 and column.tails:
                done += share
                self._add_tails(column, partial)
                yield _NO_WAYS, done
                continue
            low = np.maximum(0, partial.left - column.below[partial.state, row])
            choices = np.minimum(column.room[partial.state, row], partial.left) - low + 1
            number = int(choices.sum())
            if number > _TOGETHER and choices.size > 1:
                pieces = min(choices.size, 1 + number // _TOGETHER)
                # Each is like the whole.
                split = [
                    partial.at(np.arange(piece, choices.size, pieces)) for piece in range(pieces)
                ]
                pending += [(row, piece, share / pieces) for piece in split]
                continue
            self._looked += number
            _expect(number, 1.0, _MOST_AT_ONCE, "ways to fill one column")
            _expect(self._looked, 1.0, MOST_LISTED, _LISTED)
            pending.append((row + 1, self._next_row(column, partial, row, low, choices), share))

    def _begin(self, chosen: Integers, columns: Integers, last: bool) -> tuple[Column, Partial]:
        states = self._states
        room = states.room[chosen]
        upper, most, slope = _tangents(room, columns, self._factorials)
        ends = states.begin[chosen + 1] - 1
        highest = (states.base[chosen] + states.past[ends]) * self._unit + upper
        # What the rows from the next one on have together.
        below = room.sum(axis=1, keepdims=True) - np.cumsum(room, axis=1)
        if last:
            lift = slope[:, :, 1] * room - most.sum(axis=2)
            slope = slope[:, :, 0] - slope[:, :, 1]
        else:
            slope, lift = slope[:, :, 0], -most[:, :, 0]
        # Where states have few pasts, tails are less work than listing what is compared with all pasts at once.
        listed = np.minimum(states.room[:, -2], columns[0]).sum() / 2
        tails = last and room.shape[1] > 2 and _TAILS * states.past.size <= listed
        column = Column(chosen, room, below, slope, lift, states.summed[ends], last, tails)
        one = np.full(chosen.size, columns[0])
        chance = -self._factorials.choose(np.full(chosen.size, columns.sum()), one)
        units = np.zeros(chosen.size, dtype=np.int64)
        return column, Partial(np.arange(chosen.size), one, highest, units, chance, ())

    def _next_row(
        self, column: Column, partial: Partial, row: int, low: Integers, choices: Integers
    ) -> Partial:
        """Fill one more row, and keep what is undecided."""
        parent = np.repeat(np.arange(choices.size), choices)
        first = np.cumsum(choices) - choices
        cell = np.arange(parent.size) - (first - low)[parent]
        filled = self._with_cell(column, partial.at(parent), row, cell)
        decided = filled.bound <= self._sure
        if not decided.any():
            return filled
        counted = np.flatnonzero(decided)
        state, left = filled.state[counted], filled.left[counted]
        chance = filled.chance[counted] + self._factorials.choose(column.below[state, row], left)
        self._total += float(np.sum(column.whole[state] * np.exp(chance)))
        return filled.at(np.flatnonzero(~decided))

    def _with_cell(self, column: Column, partial: Partial, row: int, cell: Integers) -> Partial:
        state = partial.state
        room = column.room[state, row]
        rest = room - cell
        here, there = self._factorials.logarithm(cell), self._factorials.logarithm(rest)
        bound = partial.bound + column.lift[state, row] + column.slope[state, row] * cell - here
        units = partial.units - self._factorials.units(cell)
        if column.last:
            bound -= there
            units -= self._factorials.units(rest)
        chance = partial.chance + self._factorials.logarithm(room) - here - there
        cells = partial.cells if column.last else (*partial.cells, cell)
        return Partial(state, partial.left - cell, bound, units, chance, cells)

    def _filled(self, column: Column, partial: Partial) -> Ways:
        """Fill the last row, which takes what is left."""
        whole = self._with_cell(column, partial, column.room.shape[1] - 1, partial.left)
        room = np.empty((whole.state.size, 0), dtype=self._room_type)
        if not column.last:
            rest = [column.room[whole.state, row] - cell for row, cell in enumerate(whole.cells)]
            room = np.stack([cell.astype(self._room_type) for cell in rest], axis=1)
            room.sort(axis=1)
        return Ways(column.states[whole.state], whole.units, np.exp(whole.chance), room)

    def _add_tails(self, column: Column, partial: Partial) -> None:
        """Fill the last two rows: of their two by two tables those count that are in the tails."""
        states, last = self._states, column.room.shape[1] - 1
        begin = states.begin[column.states[partial.state]]
        number = states.begin[column.states[partial.state] + 1] - begin
        self._looked += _TAILS * int(number.sum())
        pieces = 1 + int(number.sum()) // _TOGETHER
        for piece in range(min(pieces, number.size)):
            here = slice(piece, None, pieces)
            which = np.repeat(np.arange(number.size)[here], number[here])
            entry = np.arange(which.size)
            entry += np.repeat(begin[here] - (np.cumsum(number[here]) - number[here]), number[here])
            state = partial.state[which]
            past = states.past[entry] + states.base[column.states[state]] + partial.units[which]
            rows = column.room[state, last - 1], column.room[state, last]
            ways = log_tails(*rows, partial.left[which], self._limit - past, self._factorials)
            self._total += float(
                np.sum(states.weight[entry] * np.exp(partial.chance[which] + ways))
            )

    def _within(self, ways: Ways, follow: Integers) -> Integers:
        """Count the pasts of each way's state that stay within the limit with what follows."""
        if not ways.state.size:
            return np.zeros(0, dtype=np.int64)
        states = self._states
        first, until = int(ways.state.min()), int(ways.state.max()) + 1
        begin = states.begin[first : until + 1]
        past = states.past[begin[0] : begin[-1]]
        # Each state's pasts have a range of their own in one ascending list.
        width = int(past.max()) + 2
        ascending = past + np.repeat(np.arange(until - first) * width, np.diff(begin))
        most = self._limit - ways.units - follow - states.base[ways.state]
        sought = np.clip(most, -1, width - 2) + (ways.state - first) * width
        found = np.searchsorted(ascending, sought, side="right")
        return np.asarray(found + begin[0] - states.begin[ways.state])

    def _count(self, ways: Ways, number: Integers) -> None:
        """Add the probability of each way with the first pasts of its state."""
        some = np.flatnonzero(number)
        place = self._states.begin[ways.state[some]] + number[some] - 1
        self._total += float(np.sum(self._states.summed[place] * ways.probability[some]))

    def _bounds(self, room: Integers, columns: Integers) -> tuple[Integers, Integers]:
        """Bound from below and above, in units, what the columns can add to a past."""
        lower = _lower_bounds(room, columns, self._factorials) - self._margin
        upper = _tangents(room, columns, self._factorials)[0] + self._margin
        return (
            np.floor(lower / self._unit).astype(np.int64),
            np.ceil(upper / self._unit).astype(np.int64),
        )

    def _undecided(self, ways: Ways, columns: Integers) -> Undecided:
        """Count what is decided after a column, and give the rest."""
        _, first, place = _grouped(ways.room)
        lowest, highest = self._bounds(ways.room[first].astype(np.int64), columns)
        known = self._within(ways, highest[place])
        number = self._within(ways, lowest[place]) - known
        self._count(ways, known)
        kept = np.flatnonzero(number > 0)
        number, state = number[kept], ways.state[kept]
        self._looked += int(number.sum())  # checked by what asks for the next ways
        return Undecided(
            self._states.begin[state] + known[kept],
            number,
            ways.units[kept] + self._states.base[state],
            ways.probability[kept],
            ways.room[kept],
        )

    def _reached(self, ways: Undecided, columns: Integers) -> Iterator[tuple[States, float]]:
        """Go on to the states after a column: some at a time in no order, with the share of the work done by then."""
        states = self._states
        _, first, place = _grouped(ways.room)
        # Mixed, so that the first ones tell about the others.
        mixed = np.random.default_rng(0).permutation(first.size)
        place = mixed[place]
        room = np.empty((first.size, ways.room.shape[1]), dtype=np.int64)
        room[mixed] = ways.room[first]
        order = np.argsort(place, kind="stable")
        ways, place = ways.at(order), place[order]
        lowest, highest = self._bounds(room, columns)
        base = self._limit - highest + 1
        bits = int((highest - lowest).max()).bit_length() + 1
        begin = np.concatenate([[0], np.flatnonzero(np.diff(place)) + 1, [place.size]])
        reached = np.concatenate([[0], np.cumsum(ways.number)])[begin]
        at = 0
        while at < first.size:
            end = int(np.searchsorted(reached, reached[at] + _TOGETHER, side="right")) - 1
            end = min(max(end, at + 1), at + (1 << 62 - bits))
            inside = slice(begin[at], begin[end])
            number = ways.number[inside]
            entry = np.arange(int(number.sum()))
            entry += np.repeat(ways.begin[inside] - (np.cumsum(number) - number), number)
            key = (ways.units[inside] - base[place[inside]]) + ((place[inside] - at) << bits)
            past = states.past[entry] + np.repeat(key, number)
            weight = states.weight[entry] * np.repeat(ways.probability[inside], number)
            here = slice(at, end)
            at = end
            yield _merged(room[here], base[here], bits, past, weight), reached[end] / reached[-1]


def _merged(room: Integers, base: Integers, bits: int, key: Integers, weight: Floats) -> States:
    """Make states of unordered pasts; a key is the number of the state and, in so many bits, the past."""
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    weight, key = np.add.reduceat(weight[order], first), key[first]
    begin = np.searchsorted(key, np.arange(base.size + 1) << bits)
    summed = weight.copy()
    for state in np.flatnonzero(np.diff(begin) > 1):
        inside = slice(begin[state], begin[state + 1])
        np.cumsum(weight[inside], out=summed[inside])
    return States(room, base, begin, key & ((1 << bits) - 1), weight, summed)


def _joined(parts: Iterator[tuple[States, float]]) -> States:
    kept: list[States] = []
    begin, number = [np.zeros(1, dtype=np.int64)], 0
    for states, share in parts:
        kept.append(states)
        begin.append(states.begin[1:] + number)
        number += states.past.size
        _expect(number, share, _MOST_PASTS, "undecided partial tables")
    return States(
        np.concatenate([states.room for states in kept]),
        np.concatenate([states.base for states in kept]),
        np.concatenate(begin),
        np.concatenate([states.past for states in kept]),
        np.concatenate([states.weight for states in kept]),
        np.concatenate([states.summed for states in kept]),
    )


def _grouped(room: Integers) -> tuple[Integers, Integers, Integers]:
    """Give the order of rows of counts, where each different one is first, and the number of each row's group."""
    code = room[:, 0].astype(np.int64)
    for column in room.T[1:-1]:  # the sums are alike, so the last one is known
        radix = int(column.max(initial=0)) + 1
        if int(code.max(initial=0)) >= (1 << 62) // radix:
            code = np.unique(code, return_inverse=True)[1]
        code = code * radix + column
    order = np.argsort(code)
    ordered = code[order]
    new = np.ones(order.size, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return order, order[new], place


def _tangents(
    room: Integers, columns: Integers, factorials: Factorials
) -> tuple[Floats, Floats, Floats]:
    """Bound −Σ log x! from above over all ways to fill columns from what each row has left.

    For any positive m, −log x! = (x log m − log x!) − x log m, and the first part is largest at x = ⌊m⌋. If m is the
    product of a row's and a column's factor, the second part is the same for all ways. The factors are chosen so that
    m − 1/2 has about the margins.

    Returns
    -------
    tuple
        The bound of each state; of each cell the largest first part, and log m.
    """
    total = columns.sum() + room.shape[1] * columns.size / 2
    # A row that has nothing left takes nothing.
    by_row = np.where(room > 0, (room + columns.size / 2) / total, 1e-200)
    by_column = columns + room.shape[1] / 2
    mean = by_row[:, :, np.newaxis] * by_column
    slope = np.log(mean)
    best = np.minimum(mean.astype(np.int64), np.minimum(room[:, :, np.newaxis], columns))
    most = best * slope - factorials.logarithm(best)
    fixed = (room * np.log(by_row)).sum(axis=1) + np.sum(columns * np.log(by_column))
    return most.sum(axis=(1, 2)) - fixed, most, slope


def _lower_bounds(room: Integers, columns: Integers, factorials: Factorials) -> Floats:
    """Bound the same from below.

    Σ log x! is largest where few cells are large: each column alone filled from the rows that have most, and each row
    alone from the largest columns, exceed what is possible.
    """
    by_column, by_row = np.zeros(room.shape[0]), np.zeros(room.shape[0])
    for column in columns:
        left = np.full(room.shape[0], column)
        for row in range(room.shape[1] - 1, -1, -1):
            cell = np.minimum(left, room[:, row])
            by_column += factorials.logarithm(cell)
            left -= cell
    left = room.copy()
    for column in np.sort(columns)[::-1]:
        cells = np.minimum(left, column)
        by_row += factorials.logarithm(cells).sum(axis=1)
        left -= cells
    return -np.minimum(by_column, by_row)


def _expect(number: float, share: float, most: int, what: str) -> None:
    """Refuse what is too much, or will clearly be when all is done of which this is a share."""
    # Few states tell it roughly only.
    slack = 2.0 if share < 0.05 else 1.05
    if number > most or number > slack * most * share:
        raise _too_large(number / share, most, what)


def _too_large(number: float, most: int, what: str) -> LimitError:
    return LimitError(
        f"these margins have about {number:,.0f} {what}",
        accepted=f"at most {most:,}",
        advice="use Pearson's test: with so many participants it is as good",
    )
