"""Counts that commands of ``topline stat`` take as words, counted from a dataset of participants instead."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from topline.cli.stat_columns import Columns, columns
from topline.errors import DataError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OptionalEvent = Annotated[
    str | None,
    typer.Option(
        "--event",
        metavar="COL[=VALUE]",
        help="With --data: 1 for an event and 0 for none, or the value that means an event: AVALC=Y.",
    ),
]


class Share(NamedTuple):
    """How many of how many, or events over person-time."""

    happened: float
    whole: float


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts by group, in the order of the groups, with what was left out."""

    groups: dict[str, Share]
    notes: tuple[str, ...]

    def two(self, by: str) -> tuple[str, str]:
        """Return the label that is compared and the reference; there must be two.

        Examples
        --------
        >>> Counted({"Placebo": Share(3, 30), "Active": Share(8, 27)}, ()).two("ARM")
        ('Active', 'Placebo')
        """
        if len(self.groups) != 2:
            raise DataError(
                f"{by.upper()} has {len(self.groups)} groups: {', '.join(self.groups)}",
                accepted="a column with two groups",
                advice="choose records with --where",
            )
        reference, label = self.groups
        return label, reference


def words_or_data(words: Sequence[str | None], data: Path | None, needed: str) -> Path | None:
    """Make sure that there are either numbers in words or a dataset, and return the dataset if it is that.

    Examples
    --------
    >>> words_or_data(["8/27"], None, "COUNT/NUMBER, or --data with --event")
    >>> words_or_data([None], None, "COUNT/NUMBER, or --data with --event")
    Traceback (most recent call last):
        ...
    topline.errors.UsageError: there is nothing to compute from
      accepted: COUNT/NUMBER, or --data with --event
    """
    given = [word for word in words if word is not None]
    if data is not None and given:
        raise UsageError("both numbers and --data are given", accepted="one of them")
    if data is None and len(given) < len(words):
        missing = "there is nothing to compute from" if not given else "the second group is missing"
        raise UsageError(missing, accepted=needed)
    return data


def asked_for(option: str, name: str | None) -> str:
    """Return the name of a column that has to be given with ``--data``.

    Examples
    --------
    >>> asked_for("--event", "AVALC=Y")
    'AVALC=Y'
    """
    if name is None:
        raise UsageError(f"{option} is missing", accepted=f"{option} COL, with --data")
    return name


def counted_events(
    data: Path,
    event: str | None,
    by: str | None,
    where: Sequence[str] | None,
    reference: str | None = None,
) -> Counted:
    """Count the participants with an event and all participants, by group."""
    name = asked_for("--event", event)
    read = columns(data, [name, by], where)
    found = {}
    for label in read.groups(by, reference) if by else [""]:
        happened = events_of(read.within(by, label) if by else read, name)
        found[label] = Share(float(happened.sum()), float(happened.size))
    return Counted(found, read.notes)


def events_of(read: Columns, event: str) -> "NDArray[np.bool_]":
    """Return who has an event; a column without a value that means it has to hold 0 and 1 only."""
    from topline.stats.checking import zero_or_one

    return zero_or_one(event, read.happened(event))


def counted_rates(
    data: Path,
    events: str | None,
    time: str | None,
    by: str | None,
    where: Sequence[str] | None,
    reference: str | None = None,
) -> Counted:
    """Add up events and person-time, by group."""
    names = asked_for("--events", events), asked_for("--time", time)
    read = columns(data, [*names, by], where)
    found = {}
    for label in read.groups(by, reference) if by else [""]:
        group = read.within(by, label) if by else read
        happened, exposed = group.counts(names[0]), group.times(names[1])
        found[label] = Share(float(happened.sum()), float(exposed.sum()))
    return Counted(found, read.notes)


def counted_strata(
    data: Path,
    event: str | None,
    by: str | None,
    strata: str | None,
    where: Sequence[str] | None,
    reference: str | None = None,
) -> tuple[str, list[tuple[float, float, float, float]], tuple[str, ...]]:
    """Count two groups within strata.

    Returns
    -------
    tuple
        Which group is compared with which, in words; for each stratum the counts and numbers of both; and notes, of
        strata that lack a group too, which say nothing about a difference.
    """
    name, group, stratum = (
        asked_for("--event", event),
        asked_for("--by", by),
        asked_for("--strata", strata),
    )
    read = columns(data, [name, group, stratum], where)
    label, base = read.two_groups(group, reference)
    found, notes = [], list(read.notes)
    for one in read.groups(stratum):
        within = read.within(stratum, one)
        both = [within.within(group, place) for place in (label, base)]
        if not all(part.frame.height for part in both):
            notes.append(f"stratum {one} is left out: it has one of the groups only")
            continue
        counts = [(float(events_of(part, name).sum()), float(part.frame.height)) for part in both]
        found.append((*counts[0], *counts[1]))
    if not found:
        raise DataError(
            "no stratum has both groups", where=str(data), accepted="strata with both groups"
        )
    return f"{label} against {base}", found, tuple(notes)


def counted_pairs(
    data: Path, first: str | None, second: str | None, where: Sequence[str] | None
) -> tuple[tuple[float, float, float, float], tuple[str, ...]]:
    """Count pairs in which both, only the first, only the second, or neither have the event."""
    names = asked_for("--first", first), asked_for("--second", second)
    read = columns(data, names, where)
    one, other = (events_of(read, name) for name in names)
    cells = (one & other, one & ~other, ~one & other, ~one & ~other)
    both, only, last, neither = (float(cell.sum()) for cell in cells)
    return (both, only, last, neither), read.notes


def counted_table(
    data: Path,
    rows: str | None,
    columns_: str | None,
    strata: str | None,
    where: Sequence[str] | None,
) -> tuple[list[list[tuple[float, ...]]], tuple[str, ...]]:
    """Count participants by two columns of categories, one table for each stratum.

    Categories are in the order of their names, numbers in theirs; a note says which order that is.
    """
    names = asked_for("--rows", rows), asked_for("--columns", columns_)
    read = columns(data, [*names, strata], where)
    by_row, by_column = (read.groups(name) for name in names)
    notes = [
        f"{what}: {', '.join(labels)}"
        for what, labels in (("rows", by_row), ("columns", by_column))
    ]
    tables = []
    for one in read.groups(strata) if strata else [""]:
        within = read.within(strata, one) if strata else read
        cells = Counter(zip(*(within.labels(name) for name in names), strict=True))
        tables.append([tuple(float(cells[row, column]) for column in by_column) for row in by_row])
    return tables, (*read.notes, *notes)
