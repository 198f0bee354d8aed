"""Which pairs of code and participant occur: as marks in a table of bytes, or as sorted numbers.

Pairs come in blocks, each as one number: the code times the number of participants, plus the participant's place.
Participants of one kind (those in the same arms, say) have neighbouring places. Marks cost a byte for each pair that
could occur, sorted numbers at most eight for each that is added; the counts are the same.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topline.stats.estimate import Integers

BLOCK = 1 << 15
"""Pairs that are worked on at once: they stay in the processor's cache."""


class OccurringPairs(ABC):
    """A set of pairs of code and participant.

    Parameters
    ----------
    codes, participants
        How many there are: codes are 0 to ``codes - 1``, places 0 to ``participants - 1``.
    """

    def __init__(self, codes: int, participants: int) -> None:
        self.codes = codes
        self.participants = participants

    @abstractmethod
    def add(self, pairs: Integers) -> None:
        """Add pairs, in any order and any number of times."""

    @abstractmethod
    def by_kind(self, sizes: Integers) -> Integers:
        """Count participants.

        Parameters
        ----------
        sizes
            How many participants there are of each kind, in the order of their places.

        Returns
        -------
        numpy.ndarray
            One row for each kind, one column for each code [participants].
        """

    @abstractmethod
    def merged(self, starts: Integers) -> "OccurringPairs":
        """Give what occurs with any code of a run of codes, for each run.

        This set is used up by it: it holds no more pairs that mean something.

        Parameters
        ----------
        starts
            The first code of each run, and at the end the number of codes; a run may be empty.
        """


class Marks(OccurringPairs):
    """Pairs as a table of booleans, one row for each code.

    Examples
    --------
    >>> pairs = Marks(codes=2, participants=3)
    >>> pairs.add(np.array([0, 5, 2, 0]))
    >>> pairs.by_kind(np.array([2, 1]))
    array([[1, 0],
           [1, 1]])
    >>> pairs.merged(np.array([0, 2])).by_kind(np.array([2, 1]))
    array([[1],
           [1]])
    """

    def __init__(self, codes: int, participants: int) -> None:
        super().__init__(codes, participants)
        self._marks = np.zeros((codes, participants), dtype=np.bool_)

    def add(self, pairs: Integers) -> None:
        """Mark pairs."""
        self._marks.reshape(-1)[pairs] = True

    def by_kind(self, sizes: Integers) -> Integers:
        """Count the marks in each run of places."""
        ends = np.cumsum(sizes).tolist()
        found = np.empty((sizes.size, self.codes), dtype=np.int64)
        for row, end, size in zip(found, ends, sizes.tolist(), strict=True):
            # NumPy counts the True of one run ten times faster than it adds up along an axis.
            row[:] = [np.count_nonzero(marks[end - size : end]) for marks in self._marks]
        return found

    def merged(self, starts: Integers) -> "Marks":
        """Join the rows of each run."""
        found = Marks(starts.size - 1, self.participants)
        bounds = starts.tolist()
        for row, start, stop in zip(found._marks, bounds[:-1], bounds[1:], strict=True):
            np.logical_or.reduce(self._marks[start:stop], axis=0, out=row)
        return found


class SortedPairs(OccurringPairs):
    """Pairs as sorted numbers, each once.

    Parameters
    ----------
    codes, participants
        As in :class:`OccurringPairs`.
    number
        How many pairs are to be added, repetitions included, before anything is counted.

    Examples
    --------
    >>> pairs = SortedPairs(codes=2, participants=3, number=4)
    >>> pairs.add(np.array([0, 5, 2, 0]))
    >>> pairs.by_kind(np.array([2, 1]))
    array([[1, 0],
           [1, 1]])
    >>> pairs.merged(np.array([0, 2])).by_kind(np.array([2, 1]))
    array([[1],
           [1]])
    """

    def __init__(self, codes: int, participants: int, number: int) -> None:
        super().__init__(codes, participants)
        short = codes * participants <= 2**32
        self._pairs: NDArray[Any] = np.empty(number, dtype=np.uint32 if short else np.int64)
        self._filled = 0
        self._distinct = False

    def add(self, pairs: Integers) -> None:
        """Put pairs behind those that were added."""
        self._pairs[self._filled : self._filled + pairs.size] = pairs
        self._filled += pairs.size

    def by_kind(self, sizes: Integers) -> Integers:
        """Sort, and count the pairs that differ."""
        self._sort()
        counts = sizes.size * self.codes
        found = np.zeros(counts, dtype=np.int64)
        first_count = np.repeat(np.arange(sizes.size), sizes) * self.codes
        # Blocks no smaller than the counts: each block passes over all of them.
        for _, code, place in self._split(max(BLOCK, counts)):
            found += np.bincount(first_count.take(place) + code, minlength=counts)
        return found.reshape(sizes.size, self.codes)

    def merged(self, starts: Integers) -> OccurringPairs:
        """Renumber the pairs where they stand, or mark them where few could occur."""
        runs = starts.size - 1
        first_pair = np.repeat(np.arange(runs), np.diff(starts)) * self.participants
        if runs * self.participants <= self._pairs.size:
            marks = Marks(runs, self.participants)
            for _, code, place in self._split(BLOCK):
                marks.add(first_pair.take(code) + place)
            return marks
        found = SortedPairs(runs, self.participants, 0)
        found._pairs = self._pairs.astype(found._pairs.dtype, copy=False)
        for start, code, place in self._split(BLOCK):
            found._pairs[start : start + place.size] = first_pair.take(code) + place
        return found

    def _sort(self) -> None:
        """Sort, and move what differs from its neighbour to the front, in the memory that there is."""
        if self._distinct:
            return
        self._pairs.sort()
        kept, last = 0, None
        for start in range(0, self._pairs.size, BLOCK):
            block = self._pairs[start : start + BLOCK]
            differs = np.empty(block.size, dtype=np.bool_)
            differs[0] = last is None or bool(block[0] != last)
            np.not_equal(block[1:], block[:-1], out=differs[1:])
            last = block[-1]
            chosen = block[differs]
            self._pairs[kept : kept + chosen.size] = chosen
            kept += chosen.size
        self._pairs = self._pairs[:kept]
        self._distinct = True

    def _split(self, block: int) -> Iterator[tuple[int, Integers, Integers]]:
        """Give blocks of pairs as their codes and places, with the position where each block begins."""
        participants = self._pairs.dtype.type(self.participants)
        for start in range(0, self._pairs.size, block):
            pairs = self._pairs[start : start + block]
            code = pairs // participants
            yield start, code.astype(np.int64), (pairs - code * participants).astype(np.int64)
