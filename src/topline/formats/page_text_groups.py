"""Groups of a table: its header cells, and its body cells by group.

A header cell is the group's title, its denominators as ``n=37 Participants``, and its description.
Groups have no ids on the page: they get the registry's, in order. A group of a record whose id is
not the registry's for its place says so on a line ``id=…``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from topline.errors import OutputError
from topline.formats.page_text_labels import GROUP_ID, HEADER_CELL
from topline.formats.page_text_lines import (
    Block,
    lines_text,
    lines_title,
    text_lines,
    title_lines,
    title_spans,
    word,
    word_text,
)
from topline.formats.page_text_numbers import number_word, read_number_word
from topline.formats.page_text_table import Table, page_error, shown

_COUNT = "n="


class Group(Protocol):
    """What the groups of all modules have."""

    @property
    def id(self) -> str | None:
        """The id."""

    @property
    def title(self) -> str | None:
        """The title."""

    @property
    def description(self) -> str | None:
        """The description."""


class OfGroup(Protocol):
    """What is given by group: a count, a measurement, the statistics of an event."""

    @property
    def group_id(self) -> str | None:
        """The id of its group."""


Cell = TypeVar("Cell", bound=OfGroup)


@dataclass(frozen=True, slots=True)
class Column:
    """One group as the header of a table has it.

    Attributes
    ----------
    counts
        Denominators with their units, such as ``("37", "Participants")``.
    """

    id: str | None
    title: str | None
    description: str | None
    counts: tuple[tuple[str | None, str | None], ...] = ()

    @property
    def identity(self) -> tuple[str | None, str | None, str | None]:
        """What the tables of one module must agree on."""
        return self.id, self.title, self.description


def read_columns(
    name: str, table: Table, prefix: str, *, counted: bool = True
) -> tuple[Column, ...]:
    """Read the header of a table.

    Parameters
    ----------
    name
        The name that errors give the page.
    table
        The table.
    prefix
        What the registry begins the ids of such groups with: FG, BG, OG or EG.
    counted
        Whether the header of such a table has denominators.

    Raises
    ------
    DocumentError
        If a denominator is not a number.
    """
    return tuple(
        _read_column(name, cell, f"{prefix}{place:03d}", counted)
        for place, cell in enumerate(table.header)
    )


def agreed_columns(
    name: str, tables: Sequence[tuple[Table, tuple[Column, ...]]]
) -> tuple[Column, ...]:
    """Return the groups that all tables of a module have.

    Raises
    ------
    DocumentError
        If a later table has other groups than the first.
    """
    first: tuple[Column, ...] | None = None
    for table, columns in tables:
        if first is None:
            first = columns
            continue
        found = [column.identity for column in columns]
        expected = [column.identity for column in first]
        if found != expected:
            raise page_error(
                name,
                table.line,
                f"the groups of this table, {_titles(columns)}, are not those of the table before",
                f"the same titles and descriptions as before: {_titles(first)}",
            )
    return first or ()


def column_lines(
    group: Group, place: int, prefix: str, counts: Sequence[tuple[str | None, str | None]] = ()
) -> list[str]:
    """Write one header cell."""
    expected = f"{prefix}{place:03d}"
    named = [] if group.id == expected else title_lines(f"{GROUP_ID}{word(group.id)}")
    counted = [
        line
        for count, unit in counts
        for line in title_lines(f"{_COUNT}{number_word(count)} {unit or ''}")
    ]
    return [
        *HEADER_CELL.mark(title_lines(group.title)),
        *named,
        *counted,
        *HEADER_CELL.mark(text_lines(group.description)),
    ]


def by_group(
    groups: Sequence[Group], cells: Sequence[Cell] | None, address: str
) -> list[Cell | None]:
    """Put what is given by group in the order of the groups.

    Raises
    ------
    OutputError
        If something belongs to no group of the table, or a group has two: the page has no place
        for it.
    """
    places = {group.id: place for place, group in enumerate(groups)}
    if len(places) != len(groups):
        raise OutputError(
            "two groups have the same id",
            where=address,
            accepted="ids that tell groups apart",
            advice="give each group its own id",
        )
    ordered: list[Cell | None] = [None] * len(groups)
    for cell in cells or ():
        place = places.get(cell.group_id)
        if place is None or ordered[place] is not None:
            problem = "is not a group of this table" if place is None else "has two values here"
            raise OutputError(
                f"group {shown(cell.group_id or '')} {problem}",
                where=address,
                accepted="one value for each group",
                advice="mend the groupId in the record",
            )
        ordered[place] = cell
    return ordered


def _read_column(name: str, cell: Block, usual_id: str, counted: bool) -> Column:
    spans = title_spans(cell.lines)
    end = next(spans, (0, 0))[1]
    title = lines_title(HEADER_CELL.unmark(cell.lines[:end])) if end else None
    group_id: str | None = usual_id
    counts: list[tuple[str | None, str | None]] = []
    for start, after in spans:
        text = lines_title(cell.lines[start:after]) or ""
        own = HEADER_CELL.own(cell.lines[start])
        if own and text.startswith(GROUP_ID) and start == end and not counts:
            group_id = word_text(text[len(GROUP_ID) :])
        elif own and text.startswith(_COUNT) and counted:
            counts.append(_read_count(name, cell.line, text))
        else:
            break
        end = after
    return Column(
        id=group_id,
        title=title,
        description=lines_text(HEADER_CELL.unmark(cell.lines[end:])),
        counts=tuple(counts),
    )


def _read_count(name: str, line: int, text: str) -> tuple[str | None, str | None]:
    count, _, unit = text[len(_COUNT) :].partition(" ")
    return read_number_word(name, line, count), unit or None


def _titles(columns: Sequence[Column]) -> str:
    return ", ".join(shown(column.title or "") for column in columns) or "none"
