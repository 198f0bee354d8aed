"""The ledger of a build: every posted number is entered with where it came from."""

from dataclasses import dataclass, field

import msgspec

from topline.analysis.rounding import Rounding
from topline.analysis.statistics import Statistic, Statistics


class Basis(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The rows a number rests on.

    Attributes
    ----------
    group, dataset, condition, population, rows, participants
        As in :class:`topline.analysis.statistics.Statistic`.
    """

    group: str
    dataset: str
    condition: str
    population: str
    rows: int
    participants: int


@dataclass(slots=True)
class Ledger:
    """Collects the statistics of a build in the order they are posted.

    Attributes
    ----------
    rounding
        The policy by which numbers become text.
    """

    rounding: Rounding
    rows: list[Statistic] = field(default_factory=list)

    def enter(
        self,
        address: str,
        name: str,
        basis: Basis,
        *,
        method: str,
        raw: float | None,
        posted: str,
        rounding: str = "",
        notes: str = "",
    ) -> None:
        """Enter one statistic whose text is already made."""
        self.rows.append(
            Statistic(
                address=address,
                name=name,
                group=basis.group,
                dataset=basis.dataset,
                condition=basis.condition,
                population=basis.population,
                rows=basis.rows,
                participants=basis.participants,
                method=method,
                raw=raw,
                rounding=rounding,
                posted=posted,
                notes=notes,
            )
        )

    def count(self, address: str, name: str, basis: Basis, count: int, *, method: str) -> str:
        """Enter a count and return its text."""
        text = str(count)
        self.enter(address, name, basis, method=method, raw=float(count), posted=text)
        return text

    def number(
        self,
        address: str,
        name: str,
        basis: Basis,
        number: float | None,
        decimals: int,
        *,
        method: str,
        notes: str = "",
    ) -> str:
        """Round, enter and return a number; ``None`` is posted as NA with its reason in ``notes``."""
        if number is None:
            self.enter(address, name, basis, method=method, raw=None, posted="NA", notes=notes)
            return "NA"
        text = self.rounding.text(number, decimals)
        self.enter(
            address,
            name,
            basis,
            method=method,
            raw=number,
            posted=text,
            rounding=self.rounding.describe(decimals),
            notes=notes,
        )
        return text

    def statistics(self) -> Statistics:
        """Close the ledger."""
        return Statistics(self.rows)
