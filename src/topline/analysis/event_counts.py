"""Adverse events counted: rows and participants, by group and by organ system and term.

Events are rows of few and small columns: the participant's place in ADSL, and the organ system and
the term as categories. A million of them are joined with the groups once and counted in one pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from topline.analysis.cohort import INDEX, Column

#: Columns of events: what they are counted by.
SYSTEM, TERM = "__system__", "__term__"
_GROUP = "__group__"

Key = tuple[str, str]
"""An organ system and a term in it: the same term in two systems is two."""


@dataclass(frozen=True, slots=True)
class Count:
    """Events in one group, and the participants who had them.

    Attributes
    ----------
    affected
        How many participants had at least one [participants].
    events
        How many there were [events].
    """

    affected: int
    events: int


NO_EVENTS = Count(0, 0)


def in_groups(events: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Give the events of each group's participants; those of a participant in two groups, twice.

    Parameters
    ----------
    events
        Events with :data:`~topline.analysis.cohort.INDEX`.
    columns
        The groups.

    Returns
    -------
    polars.DataFrame
        The events with their group, as the other functions here take them. Events of participants
        in no group are left out.

    Examples
    --------
    >>> groups = [Column("A", "A", "", np.array([True, False])), Column("B", "B", "", np.array([True, True]))]
    >>> events = pl.DataFrame({INDEX: [0, 1, 1]}, schema={INDEX: pl.UInt32})
    >>> totals(in_groups(events, groups), groups)
    {'A': Count(affected=1, events=1), 'B': Count(affected=2, events=3)}
    """
    members = [
        pl.DataFrame(
            {INDEX: np.flatnonzero(column.members), _GROUP: place},
            schema_overrides={INDEX: pl.UInt32, _GROUP: pl.UInt32},
        )
        for place, column in enumerate(columns)
    ]
    return events.join(pl.concat(members), on=INDEX, how="inner")


def totals(events: pl.DataFrame, columns: Sequence[Column]) -> dict[str, Count]:
    """Count the events of every group, also where there are none, by the group's key."""
    counted = dict.fromkeys((column.key for column in columns), NO_EVENTS)
    for group, affected, number in events.group_by(_GROUP).agg(*_counts()).iter_rows():
        counted[columns[group].key] = Count(affected, number)
    return counted


def by_term(events: pl.DataFrame, columns: Sequence[Column]) -> Mapping[Key, Mapping[str, Count]]:
    """Count events by organ system and term, then by group's key; a group without any is left out."""
    table: dict[Key, dict[str, Count]] = {}
    rows = events.group_by(SYSTEM, TERM, _GROUP).agg(*_counts()).iter_rows()
    for system, term, group, affected, number in rows:
        table.setdefault((system, term), {})[columns[group].key] = Count(affected, number)
    return table


def _counts() -> tuple[pl.Expr, pl.Expr]:
    return pl.col(INDEX).n_unique().alias("affected"), pl.len().alias("events")
