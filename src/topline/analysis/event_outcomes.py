"""Causality and deaths by term: counts that a registry record has no place for and EudraCT wants.

They are counted from the rows of the posted serious events and kept with their provenance beside the record,
by the address of the part that they belong to and the name of the field that EudraCT gives them.
"""

from collections.abc import Mapping, Sequence

from topline.analysis.cohort import Column
from topline.analysis.condition_texts import every
from topline.analysis.event_counts import Count, EventCounts, Key
from topline.analysis.ledger import Basis, Ledger
from topline.formats.eudract_fields import DEATHS_BY_EVENTS, FATAL, FATAL_RELATED, RELATED, Field

_METHODS = {
    RELATED: "events causally related to the treatment",
    FATAL: "participants in whom the event resulted in death",
    FATAL_RELATED: "participants in whom a related event resulted in death",
    DEATHS_BY_EVENTS: "participants in whom any event resulted in death",
}


class EventOutcomes:
    """Enters what became of serious events into a ledger.

    Parameters
    ----------
    ledger
        Where the counts go: another one than that of the posted numbers.
    columns
        The groups.
    dataset, population
        What the events were counted from.
    """

    def __init__(
        self, ledger: Ledger, columns: Sequence[Column], *, dataset: str, population: str
    ) -> None:
        self._ledger = ledger
        self._columns = columns
        self._dataset = dataset
        self._population = population

    def of_terms(
        self,
        field: Field,
        addresses: Mapping[Key, str],
        counts: EventCounts,
        where: Mapping[Key, str],
    ) -> None:
        """Enter the counts of a field for each term and group.

        Parameters
        ----------
        field
            The field: related events, deaths or related deaths.
        addresses
            Address of each posted term.
        counts
            The counts; a term that is not among them has none.
        where
            The condition of the events counted, by term.
        """
        for key, address in addresses.items():
            by_group = counts.by_term.get(key, {})
            for position, column in enumerate(self._columns):
                count = by_group.get(column.key, Count(affected=0, events=0))
                self._enter(f"{address}/stats/{position}", field, column, count, where[key])

    def of_groups(self, address: str, counts: EventCounts, where: str) -> None:
        """Enter the deaths that resulted from any event, for each group."""
        for position, column in enumerate(self._columns):
            count = counts.totals[column.key]
            self._enter(f"{address}/{position}", DEATHS_BY_EVENTS, column, count, where)

    def _enter(self, address: str, field: Field, column: Column, count: Count, where: str) -> None:
        basis = Basis(
            group=column.key,
            dataset=self._dataset,
            condition=where,
            population=self._population,
            rows=count.events,
            participants=count.affected,
        )
        number = count.events if field is RELATED else count.affected
        self._ledger.count(
            f"{address}/{field.name}", field.name, basis, number, method=_METHODS[field]
        )


def narrowed(where: Mapping[Key, str], *conditions: str) -> dict[Key, str]:
    """Narrow the conditions of terms by further ones."""
    return {key: every(condition, *conditions) for key, condition in where.items()}
