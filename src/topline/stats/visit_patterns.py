"""Repeated measurements reduced to what a likelihood of normal errors needs, one summary for each pattern of visits.

Participants who were seen at the same visits share a covariance matrix, so that their rows of design and
response enter a likelihood only through sums of products. Those sums are kept as a few pseudo-participants:
rows with the same sums of products (a QR factorisation), of which there are at most as many as distinct columns.
Twenty thousand participants at four visits become about a hundred rows, without loss.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from topline.stats.estimate import Floats, Integers

NOISE = 1e-14
"""A row of the reduced data this small beside the largest is rounding noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VisitPatterns:
    """Repeated measurements, reduced.

    Parameters
    ----------
    rows
        Pseudo-participants × visits × columns; the last column is the response. Zero where not observed.
    pattern
        The position of each pseudo-participant's pattern.
    observed
        Patterns × visits: which visits a pattern holds.
    participants
        How many participants have each pattern.
    """

    rows: Floats
    pattern: NDArray[np.intp]
    observed: NDArray[np.bool_]
    participants: Integers


def reduce_to_patterns(
    columns: Floats, subject: NDArray[np.intp], visit: NDArray[np.intp], visits: int
) -> VisitPatterns:
    """Reduce measurements to pseudo-participants by pattern of observed visits.

    Parameters
    ----------
    columns
        One row for each measurement; the last column is the response.
    subject, visit
        The positions of each measurement's participant and visit. No participant has a visit twice.
    visits
        How many visits there are.

    Returns
    -------
    VisitPatterns
        With the same sums of products within each pattern as the measurements have.
    """
    cells = np.full((int(subject.max()) + 1, visits), -1)
    cells[subject, visit] = np.arange(len(columns))
    seen = cells >= 0
    words = np.packbits(seen, axis=1)
    _, first, belongs, participants = np.unique(
        words, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(belongs.reshape(-1), kind="stable")
    ends = np.cumsum(participants)
    reduced: list[Floats] = []
    for position, (end, count) in enumerate(zip(ends, participants, strict=True)):
        members = order[end - count : end]
        inside = np.flatnonzero(seen[first[position]])
        block = columns[cells[np.ix_(members, inside)]]
        rows = np.zeros((min(count, block[0].size), visits, columns.shape[1]))
        kept = _with_the_same_products(block.reshape(count, -1))
        rows = np.zeros((len(kept), visits, columns.shape[1]))
        rows[:, inside] = kept.reshape(len(kept), inside.size, -1)
        reduced.append(rows)
    return VisitPatterns(
        rows=np.concatenate(reduced),
        pattern=np.repeat(np.arange(len(reduced)), [len(rows) for rows in reduced]),
        observed=seen[first],
        participants=participants.astype(np.int64),
    )


def _with_the_same_products(matrix: Floats) -> Floats:
    """Give a matrix of as few rows as possible with the same products of columns."""
    number, width = matrix.shape
    if number == 1:
        return matrix
    # Most columns repeat (an arm's indicator at each visit) or are zero (another visit's): find them by a key.
    key = np.cos(np.arange(1, number + 1)) @ matrix
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    if not np.array_equal(matrix, matrix[:, first[which]]):
        first, which = np.arange(width), np.arange(width)
    distinct = matrix[:, first]
    if number > distinct.shape[1]:
        triangle = linalg.qr(distinct, mode="r", check_finite=False)[0]
        distinct = triangle[: distinct.shape[1]].astype(np.float64)
    scales = np.linalg.norm(distinct, axis=0)
    scales[scales == 0] = 1.0
    triangle, pivots = linalg.qr(distinct / scales, mode="r", pivoting=True, check_finite=False)
    size = np.abs(np.diagonal(triangle))
    rank = int((size > NOISE * size[0]).sum())
    reduced: Floats = np.empty((rank, distinct.shape[1]))
    reduced[:, pivots] = triangle[:rank]
    back: Floats = (reduced * scales)[:, which]
    return back
