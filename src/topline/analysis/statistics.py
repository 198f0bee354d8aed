"""The provenance of a record: one row per statistic, from data to posted text."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import msgspec


# A large trial makes tens of thousands; of texts and numbers, none can be part of a cycle.
class Statistic(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How one posted number came to be.

    Attributes
    ----------
    address
        JSON Pointer of the text in the record that shows it.
    name
        What it is: ``count``, ``mean``, ``standard deviation``, ``lower limit``, ``at risk`` ...
    group
        The key of the group in the specification; ``Total`` for the total column; empty where the
        number belongs to no single group.
    dataset
        The dataset it was computed from.
    condition
        The condition that selects its rows, in the specification's condition language.
    population
        The population's name.
    rows
        How many rows of the dataset were used.
    participants
        How many participants those rows belong to.
    method
        The method and its options in words.
    raw
        The value to full precision; ``None`` where it is undefined or not reached.
    rounding
        The rounding applied, such as ``1 decimal, half away from zero``; empty for counts.
    posted
        The text posted.
    notes
        What a reader should know: an edge rule applied, a limit not reached, a published convention.
    """

    address: str
    name: str
    group: str
    dataset: str
    condition: str
    population: str
    rows: int
    participants: int
    method: str
    raw: float | None
    rounding: str
    posted: str
    notes: str = ""


class Statistics:
    """The analysis results dataset of a build, found by address.

    Parameters
    ----------
    rows
        Its rows, in the order of the record.

    Examples
    --------
    >>> row = Statistic(
    ...     address="/a", name="count", group="A", dataset="ADSL", condition="SEX == 'F'",
    ...     population="ITT", rows=11, participants=11, method="count of participants", raw=11.0,
    ...     rounding="", posted="11",
    ... )
    >>> [found.posted for found in Statistics([row]).at("/a")]
    ['11']
    """

    def __init__(self, rows: Iterable[Statistic] = ()) -> None:
        self.rows: tuple[Statistic, ...] = tuple(rows)

    @cached_property
    def by_address(self) -> Mapping[str, list[Statistic]]:
        """The rows of each address."""
        found: dict[str, list[Statistic]] = {}
        for row in self.rows:
            found.setdefault(row.address, []).append(row)
        return found

    def __iter__(self) -> Iterator[Statistic]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, address: str) -> tuple[Statistic, ...]:
        """Give the rows of one address, none if the address was not computed."""
        return tuple(self.by_address.get(address, ()))
