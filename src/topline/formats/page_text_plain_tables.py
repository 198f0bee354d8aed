"""Tables of the plain variant of a page, which has no table marks.

Where one cell ends and the next begins has to follow from the lines. Descriptions stand on one line
each in this variant, every measure has the registry's numbers, and each kind of table has one thing
that stands fast: milestones a row STARTED, baseline cells the site's ``n=``, outcome rows the
measure's title, events a percentage. A table that more than one reading fits, or none, is an error;
nothing is guessed.
"""

import itertools
import re
from collections.abc import Sequence

from topline.errors import DocumentError
from topline.formats.page_text_labels import (
    INTERVAL,
    PLAIN_TABLE,
    TOTAL_DESCRIPTION,
    TOTAL_TITLE,
    is_dispersion,
)
from topline.formats.page_text_lines import Block
from topline.formats.page_text_table import PageEnds, Table, page_error, shown

_COUNT = re.compile(r"n=[0-9,]+ .+")
_CELL_END = re.compile(r"(?:.* • )?n=[0-9,]+ .+")
_FLOW_CELL = re.compile(r"[0-9,]+(?: [0-9,]+)?")
_VALUE = re.compile(r"(?:NA|[<>]?=?-?[0-9.,]*[0-9][0-9.,]*)(?: .+)?")
_PERCENTAGE = re.compile(r"-|[0-9]+(?:\.[0-9]+)?%")
_DISPERSION = re.compile(r"(.+?) \S+(?: to \S+)?")
_AGES = ("Age, Continuous", "Age, Categorical", "Age, Customized")
_STARTED = "STARTED"
_MOST_GROUPS = 100  # tried as the number of groups of a baseline table
_FLOW_LABEL = 2
_EVENT_LABEL = 2
_EVENT_CELL = 2
_VALUE_CELL = 2
_VALUE_LABELS = (1, 2, 3)


class PlainTable:
    """The lines of one table of the plain variant.

    Parameters
    ----------
    name
        The name that errors give the page.
    block
        The table's lines, from its caption on.
    last
        Whether it is the last thing on the page, so that a missing line means a page cut off.
    allow_incomplete
        Whether a last row that is cut off is left out rather than an error.
    """

    def __init__(self, name: str, block: Block, *, last: bool, allow_incomplete: bool) -> None:
        self.name = name
        self.line = block.line
        self.lines = block.lines
        self.last = last
        self.allow_incomplete = allow_incomplete
        if len(self.lines) < _FLOW_LABEL or self.lines[1] != PLAIN_TABLE:
            raise self.error(1, f"a line {PLAIN_TABLE!r} below the caption")

    def flow(self, groups: int | None) -> Table:
        """Read a table of milestones, or one of reasons if the number of groups is known."""
        body = self.lines[2:]
        if groups is None:
            groups = self._started_groups(body)
        start = self._first_flow_row(body, groups)
        described = start == 2 * groups
        width = 2 if described else 1
        header = tuple(self._block(2 + at * width, 2 + (at + 1) * width) for at in range(groups))
        return Table(self.line, header, self._fixed_rows(2 + start, _FLOW_LABEL, groups, 1))

    def events(self) -> Table:
        """Read a table of adverse events."""
        counts = [at for at, line in enumerate(self.lines) if _COUNT.fullmatch(line)]
        first = next(
            (
                at
                for at in range(counts[-1] + 1 if counts else 0, len(self.lines))
                if _PERCENTAGE.fullmatch(self.lines[at])
            ),
            None,
        )
        if not counts or first is None:
            raise self.error(
                len(self.lines) - 1, "groups with 'n=37 participants at risk', and events"
            )
        described = first - _EVENT_LABEL - counts[-1] - 1
        others = self._other_descriptions(counts)
        if described not in (0, 1) or (others in ({0}, {1}) and described not in others):
            raise self.error(first, "an organ system and a term before the percentage")
        header = self._counted_header(counts, described)
        start = first - _EVENT_LABEL
        return Table(
            self.line, header, self._fixed_rows(start, _EVENT_LABEL, len(counts), _EVENT_CELL)
        )

    def outcome(self) -> Table:
        """Read a table of an outcome measure."""
        counts = [at for at, line in enumerate(self.lines) if _COUNT.fullmatch(line)]
        if not counts:
            raise self.error(len(self.lines) - 1, "groups with 'n=37 Participants'")
        readings = []
        for described in (0, 1):
            start = counts[-1] + 1 + described
            rows = self._titled_rows(start, len(counts))
            if rows:
                readings.append(Table(self.line, self._counted_header(counts, described), rows))
        return self._only(readings, counts[-1] + 1)

    def baseline(self) -> Table:
        """Read a table of baseline characteristics."""
        counts = [at for at, line in enumerate(self.lines) if _COUNT.fullmatch(line)]
        readings = []
        for groups in range(1, min(len(counts), _MOST_GROUPS) + 1):
            rows = self._ended_rows(counts[groups - 1] + 1, groups)
            if not rows:
                continue
            described = self._described(counts[:groups], rows)
            first = rows[0][0]
            label = Block(first.line + described, first.lines[described:])
            if label.lines:
                header = self._counted_header(counts[:groups], described)
                readings.append(Table(self.line, header, ((label, *rows[0][1:]), *rows[1:])))
        return self._only(readings, 2)

    def error(self, at: int, accepted: str) -> DocumentError:
        """Make the error for one line of the table."""
        at = min(at, len(self.lines) - 1)
        if self.last:
            return PageEnds(
                "the page ends, or is cut off, in a table",
                where=f"{self.name}, line {self.line + len(self.lines) - 1}",
                accepted=accepted,
                advice="give the whole page; an excerpt is not a record",
            )
        return page_error(
            self.name,
            self.line + at,
            f"the table is not clear at {shown(self.lines[at])}",
            accepted,
        )

    def _started_groups(self, body: Sequence[str]) -> int:
        started = next((at for at, line in enumerate(body) if line == _STARTED), None)
        if started is None:
            raise self.error(len(self.lines) - 1, f"a row {_STARTED!r}")
        groups = 0
        for line in body[started + 1 :]:
            if not _FLOW_CELL.fullmatch(line):
                break
            groups += 1
        return groups

    def _first_flow_row(self, body: Sequence[str], groups: int) -> int:
        """Where the first row begins: behind titles with descriptions, or titles alone."""
        starts = [
            start
            for start in (groups, 2 * groups)
            if groups
            and len(body) >= start + _FLOW_LABEL + groups
            and all(
                _FLOW_CELL.fullmatch(line)
                for line in body[start + _FLOW_LABEL : start + _FLOW_LABEL + groups]
            )
            and not any(_FLOW_CELL.fullmatch(line) for line in body[:start])
        ]
        if len(starts) != 1:
            raise self.error(
                2, "for each group a title and a description, or for each a title alone"
            )
        return starts[0]

    def _fixed_rows(
        self, start: int, label: int, groups: int, cell: int
    ) -> tuple[tuple[Block, ...], ...]:
        rows = []
        height = label + groups * cell
        for at in range(start, len(self.lines), height):
            if at + height > len(self.lines):
                if self.last and self.allow_incomplete:
                    break
                raise self.error(len(self.lines) - 1, f"rows of {height} lines")
            cells = [
                self._block(at + label + place * cell, at + label + (place + 1) * cell)
                for place in range(groups)
            ]
            pattern = _FLOW_CELL if cell == 1 else _PERCENTAGE
            for found in cells:
                if not pattern.fullmatch(found.lines[0]):
                    raise self.error(found.line - self.line, "a number for each group")
            rows.append((self._block(at, at + label), *cells))
        return tuple(rows)

    def _titled_rows(self, start: int, groups: int) -> tuple[tuple[Block, ...], ...]:
        """Rows that all begin with one title, or nothing if they do not read as such."""
        if start >= len(self.lines):
            return ()
        title = self.lines[start]
        starts = [at for at in range(start, len(self.lines)) if self.lines[at] == title]
        rows: list[tuple[Block, ...]] = []
        for at, end in zip(starts, [*starts[1:], len(self.lines)], strict=True):
            row = self._titled_row(at, end, groups)
            if row is None:
                if end == len(self.lines) and rows and self.last and self.allow_incomplete:
                    break
                return ()
            rows.append(row)
        return tuple(rows)

    def _titled_row(self, start: int, end: int, groups: int) -> tuple[Block, ...] | None:
        cells: list[Block] = []
        at = end
        while len(cells) < groups:
            height = 2 if at - start > 1 and _is_dispersion(self.lines[at - 1]) else 1
            at -= height
            if at <= start or not _VALUE.fullmatch(self.lines[at]):
                return None
            cells.insert(0, self._block(at, at + height))
        if at - start not in _VALUE_LABELS:
            return None
        return (self._block(start, at), *cells)

    def _ended_rows(self, start: int, groups: int) -> list[tuple[Block, ...]]:
        """Rows whose cells end in ``n=``; the first label still holds the last description."""
        rows: list[tuple[Block, ...]] = []
        at = start
        while at < len(self.lines):
            end = next(
                (
                    found
                    for found in range(at, len(self.lines))
                    if _CELL_END.fullmatch(self.lines[found])
                ),
                None,
            )
            row = None if end is None else self._ended_row(at, end - 1, groups)
            if row is None or len(row[0].lines) > _VALUE_LABELS[-1] + (not rows):
                cut = self.last and self.allow_incomplete and self._is_tail(at, groups)
                return rows if cut else []
            rows.append(row)
            at = row[-1].line - self.line + _VALUE_CELL
        return rows

    def _ended_row(self, start: int, values: int, groups: int) -> tuple[Block, ...] | None:
        if values <= start or values + groups * _VALUE_CELL > len(self.lines):
            return None
        cells = []
        for place in range(groups):
            at = values + place * _VALUE_CELL
            if not _VALUE.fullmatch(self.lines[at]) or not _CELL_END.fullmatch(self.lines[at + 1]):
                return None
            cells.append(self._block(at, at + _VALUE_CELL))
        return (self._block(start, values), *cells)

    def _is_tail(self, at: int, groups: int) -> bool:
        """Whether what is left is less than one row."""
        return len(self.lines) - at < _VALUE_LABELS[-1] + groups * _VALUE_CELL

    def _described(self, counts: Sequence[int], rows: Sequence[tuple[Block, ...]]) -> int:
        """Whether the first label of the table holds the description of the last group."""
        first = rows[0][0].lines
        title = self.lines[counts[-1] - 1]
        if title == TOTAL_TITLE and first[0] == TOTAL_DESCRIPTION:
            return 1
        if first[0] in _AGES or len(first) == 1:
            return 0
        others = self._other_descriptions(counts)
        if others in ({0}, {1}):
            return others.pop()
        if first[1] in _AGES:
            return 1
        raise self.error(counts[-1] + 1, "a description of the last group, or none, to be told")

    def _other_descriptions(self, counts: Sequence[int]) -> set[int]:
        """How many lines of description the groups before the last have."""
        return {after - before - 2 for before, after in itertools.pairwise(counts)}

    def _counted_header(self, counts: Sequence[int], described: int) -> tuple[Block, ...]:
        ends = [count - 1 for count in counts[1:]] + [counts[-1] + 1 + described]
        return tuple(self._block(count - 1, end) for count, end in zip(counts, ends, strict=True))

    def _only(self, readings: Sequence[Table], at: int) -> Table:
        if len(readings) != 1:
            raise self.error(at, "a table that can be read in one way")
        return readings[0]

    def _block(self, start: int, end: int) -> Block:
        return Block(self.line + start, tuple(self.lines[start:end]))


def _is_dispersion(line: str) -> bool:
    found = _DISPERSION.fullmatch(line)
    if found is None:
        return False
    if line.startswith(INTERVAL + " "):
        return " to " in line
    label = line.rpartition(" ")[0]
    return is_dispersion(label)
