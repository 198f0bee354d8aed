"""Fisher's exact test for tables larger than two by two (Freeman and Halton's test).

The p-value is the probability, given both margins, of all tables no likelier than the observed one. The columns are split
into two halves. For each way in which the left half can use up the rows, the tables of both halves are listed with their
log probabilities; sorting one list and searching it for each entry of the other counts all pairs without forming them.
Equal entries are merged on the way.
"""

import itertools
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import LimitError
from topline.stats.estimate import Floats, Integers, Test
from topline.stats.proportion_tests import TIED
from topline.stats.table_counts import contingency_table

MOST_LISTED = 20_000_000
"""Most entries of all lists together: some ten seconds, and far below 1 GB at a time."""


class Listed(NamedTuple):
    """Partial tables: how much of each row they use, −Σ log cell!, and how many there are of each."""

    used: Integers
    logarithm: Floats
    times: Floats


def freeman_halton_test(table: ArrayLike) -> Test:
    """Test exactly whether rows and columns of a table are independent, given its margins.

    p = Σ P(T) over the tables T with P(T) ≤ P(observed), where P(T) = Π rᵢ! Π cⱼ! / (N! Π tᵢⱼ!). Freeman, Halton,
    Biometrika 38 (1951) 141–149. For two by two tables it is Fisher's two-sided test. Tables within a relative 1e-7
    of the observed probability count as equally likely. In R: ``fisher.test(table)``; in SAS: PROC FREQ,
    ``FISHER``.

    Not for: tables of hundreds of participants in many cells, where Pearson's test
    (:func:`topline.stats.contingency.pearson_test`) is as good and this one would take too long.

    Parameters
    ----------
    table
        As for :func:`topline.stats.table_counts.contingency_table` [participants]. Empty rows and columns change
        nothing.

    Returns
    -------
    Test
        The statistic is the probability of the observed table given its margins [1]; it and the p-value are 1 where
        the margins allow no other.

    Raises
    ------
    DataError
        If the table does not fit.
    LimitError
        If the halves would list more than :data:`MOST_LISTED` tables.

    Examples
    --------
    >>> round(freeman_halton_test([[12, 5, 8], [9, 3, 14], [7, 10, 2]]).p_value, 8)
    0.00815624
    """
    cells = contingency_table(table)
    kept = cells[np.ix_(cells.sum(axis=1) > 0, cells.sum(axis=0) > 0)]
    method = "Freeman–Halton exact test of independence"
    own = _log_probability(kept)
    probability = 1.0 if min(kept.shape) < 2 else _probability(kept, own)
    return Test(
        statistic=math.exp(own),
        p_value=min(1.0, probability),
        sides="two-sided",
        null_value=0.0,
        method=method,
    )


def _log_margins(cells: Floats) -> float:
    """Give the part of the log probability that all tables of the margins share."""
    margins = [*cells.sum(axis=0), *cells.sum(axis=1)]
    return float(np.sum(special.gammaln(np.array(margins) + 1)) - special.gammaln(cells.sum() + 1))


def _log_probability(cells: Floats) -> float:
    return _log_margins(cells) - float(np.sum(special.gammaln(cells + 1)))


def _probability(cells: Floats, own: float) -> float:
    rows, columns, split = _arrangement(cells)
    left = _list_columns(np.zeros_like(rows), rows, columns[:split])
    # What the right half can be depends on how much the rows have left, not on which row has it.
    left = _merged(Listed(np.sort(rows - left.used, axis=1), left.logarithm, left.times))
    changes = np.flatnonzero(np.any(np.diff(left.used, axis=0) != 0, axis=1)) + 1
    begins = np.concatenate([[0], changes, [left.times.size]])
    room = left.used[begins[:-1]]
    # A table counts if left + right logarithms are at most the observed one's, ties included.
    margins = _log_margins(cells)
    limit = own - margins + math.log(TIED)
    highest = _upper_bounds(room, columns[split:])
    whole = _log_totals(room, columns[split:])
    listed, total = left.times.size, 0.0
    for state, (begin, end) in enumerate(itertools.pairwise(begins.tolist())):
        logarithm, times = left.logarithm[begin:end], left.times[begin:end]
        # Up to here every right half counts, and their sum is known.
        known = int(np.searchsorted(logarithm, limit - highest[state], side="right"))
        total += float(np.sum(times[:known] * np.exp(logarithm[:known] + whole[state] + margins)))
        if known == end - begin:
            continue
        right = _list_columns(np.zeros_like(rows), room[state], columns[split:])
        listed += right.times.size
        if listed > MOST_LISTED:
            raise _too_large(listed)
        total += _counted(
            Listed(left.used[begin:end], logarithm[known:], times[known:]), right, limit, margins
        )
    return total


def _counted(left: Listed, right: Listed, limit: float, margins: float) -> float:
    """Sum the probabilities of the pairs of halves that are no likelier than the limit."""
    ascending = np.argsort(right.logarithm)
    logarithm = right.logarithm[ascending]
    # What is moved from one half to the other, so that neither underflows.
    shift = float(left.logarithm[0])
    weights = right.times[ascending] * np.exp(logarithm + margins + shift)
    summed = np.concatenate([[0.0], np.cumsum(weights)])
    place = np.searchsorted(logarithm, limit - left.logarithm, side="right")
    return float(np.sum(left.times * np.exp(left.logarithm - shift) * summed[place]))


def _upper_bounds(room: Integers, columns: Integers) -> Floats:
    """Bound −Σ log x! from above over all ways to fill columns from what each row has left, one bound a state.

    The function is concave, so it lies below its tangent at any point y. With y + 1/2 the product of a row and a
    column factor, the slopes ψ(y + 1) are nearly a row's plus a column's part, which no filling can gain from; what
    they are not is bounded cell by cell, a fiftieth at most.
    """
    by_row, by_column = room + columns.size / 2, columns + room.shape[1] / 2
    shifted = by_row[:, :, None] * by_column[None, None, :] / by_column.sum()
    point = shifted - 0.5
    gain = (special.psi(point + 1) - np.log(shifted)) * np.maximum(point, 0.0)
    bound = (np.maximum(gain, 0.0) - special.gammaln(point + 1)).sum(axis=(1, 2))
    return np.asarray(bound + 1e-9, dtype=np.float64)


def _log_totals(room: Integers, columns: Integers) -> Floats:
    """Give the logarithm of Σ exp(−Σ log x!) over all such ways: n! / (Π row! Π column!)."""
    totals = (
        special.gammaln(columns.sum() + 1)
        - special.gammaln(columns + 1).sum()
        - special.gammaln(room + 1).sum(axis=1)
    )
    return np.asarray(totals, dtype=np.float64)


def _arrangement(cells: Floats) -> tuple[Integers, Integers, int]:
    """Choose which margin is rows, the order of columns and where to split, for the fewest listed tables."""
    best: tuple[float, Integers, Integers, int] | None = None
    for turned in (cells, cells.T):
        rows = turned.sum(axis=1).astype(np.int64)
        columns = np.sort(turned.sum(axis=0).astype(np.int64))
        ways = [_ways(rows, int(column)) for column in columns]
        for split in range(1, columns.size):
            left = math.prod(ways[:split])
            states = min(left, _ways(rows, int(columns[:split].sum())))
            # The last column is what the others leave.
            cost = left + states * math.prod(ways[split:-1])
            if best is None or cost < best[0]:
                best = (cost, rows, columns, split)
    assert best is not None  # there are two columns at least
    if best[0] > 50 * MOST_LISTED:
        raise _too_large(best[0])
    return best[1:]


def _ways(rows: Integers, column: int) -> float:
    """Count the ways to fill one column from the rows; of more than can be listed, only a bound from below.

    The largest row takes what the others leave, and filling the column says what is left out of it: a table with one
    huge cell, or one small row, has few ways and needs no long list to count them.
    """
    largest, others = int(rows.max()), np.delete(rows, int(np.argmax(rows)))
    column = min(column, int(rows.sum()) - column)
    most = min(column, int(others.sum()))
    if most > MOST_LISTED:
        # What the other rows take together can be any number from max(0, column - largest) to there.
        return float(most - max(0, column - largest) + 1)
    counted = np.zeros(most + 1)
    counted[0] = 1.0
    for row in others:
        summed = np.cumsum(counted)
        over = np.concatenate([np.zeros(min(int(row), most) + 1), summed])[: most + 1]
        counted = summed - over
    return float(counted[max(0, column - largest) :].sum())


def _list_columns(used: Integers, rows: Integers, columns: Integers) -> Listed:
    """List all fillings of some columns, from rows of which some is used up; the last one may be forced."""
    found = Listed(used[None, :], np.zeros(1), np.ones(1))
    for column in columns:
        found = _merged(_with_column(found, rows, int(column)))
    return found


def _with_column(found: Listed, rows: Integers, column: int) -> Listed:
    """Fill one more column, row by row."""
    used, logarithm, times = found
    left = np.full(times.size, column)
    # What the rows below can still take bounds each cell from below.
    room = rows - used
    below = np.cumsum(room[:, ::-1], axis=1)[:, ::-1] - room
    source = np.arange(times.size)
    filled = np.zeros((times.size, 0), dtype=np.int64)
    for row in range(rows.size):
        most = np.minimum(room[source, row], left)
        least = np.maximum(0, left - below[source, row])
        choices = np.maximum(most - least + 1, 0)
        if int(choices.sum()) > MOST_LISTED:
            raise _too_large(float(choices.sum()))
        parent = np.repeat(np.arange(source.size), choices)
        first = np.repeat(np.cumsum(choices) - choices, choices)
        cell = least[parent] + np.arange(parent.size) - first
        source, left = source[parent], left[parent] - cell
        filled = np.concatenate([filled[parent], cell[:, None]], axis=1)
    return Listed(
        used[source] + filled,
        logarithm[source] - special.gammaln(filled + 1.0).sum(axis=1),
        times[source],
    )


def _merged(found: Listed) -> Listed:
    """Put together partial tables that use the rows alike and are equally likely."""
    if found.times.size < 2:
        return found
    order = np.lexsort((found.logarithm, *found.used.T))
    used, logarithm, times = found.used[order], found.logarithm[order], found.times[order]
    new = np.any(np.diff(used, axis=0) != 0, axis=1) | (np.diff(logarithm) > 1e-11)
    begin = np.concatenate([[0], np.flatnonzero(new) + 1])
    return Listed(used[begin], logarithm[begin], np.add.reduceat(times, begin))


def _too_large(listed: float) -> LimitError:
    return LimitError(
        f"about {listed:,.0f} partial tables have these margins",
        accepted=f"at most {MOST_LISTED:,}",
        advice="use Pearson's test: with so many participants it is as good",
    )
