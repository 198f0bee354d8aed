"""Adverse events: serious and other events by organ system and term, and all-cause mortality.

A participant counts once a term however many events there were; terms are kept apart by organ
system; other events are those strictly above the threshold in any group, by unrounded numbers.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import polars as pl

from topline.analysis.cohort import INDEX, PARTICIPANT, Cohort, Column, Rows
from topline.analysis.condition_texts import among, every, negated
from topline.analysis.event_counts import SYSTEM, TERM, CodedEvents, Count, EventCounts, Key
from topline.analysis.event_outcomes import EventOutcomes, narrowed
from topline.analysis.findings import Findings
from topline.analysis.ledger import Basis, Ledger
from topline.analysis.organ_systems import ORGAN_SYSTEM_VARIABLES, ORGAN_SYSTEMS, organ_system
from topline.errors import DataError
from topline.formats import eudract_fields as fields
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    EventGroup,
    EventStats,
)
from topline.trial.conditions import And, parse_condition
from topline.trial.specification import AdverseEvents

ADDRESS = "/resultsSection/adverseEventsModule"
#: Columns of events: how they were flagged, and what they are posted as.
FLAGGED, UNFLAGGED, FATAL = "__flagged__", "__unflagged__", "__fatal__"
SERIOUS, RELATED = "__serious__", "__related__"
_UNMAPPED_SHOWN = 10
#: A condition that no row meets: every row has its participant.
_NO_ROW = f"{PARTICIPANT} is missing"


class AdverseEventsBuilder:
    """Builds the adverse events module of one trial.

    Parameters
    ----------
    cohort, ledger, findings
        The trial, and where numbers and oddities go.

    Attributes
    ----------
    beyond
        Counts that a record has no place for: see :mod:`topline.analysis.event_outcomes`.
    """

    def __init__(
        self, cohort: Cohort, specification: AdverseEvents, ledger: Ledger, findings: Findings
    ) -> None:
        self.cohort = cohort
        self.specification = specification
        self.ledger = ledger
        self.findings = findings
        self.beyond = Ledger(ledger.rounding)
        self.variables = cohort.frame(specification.dataset).columns
        self.population = cohort.population_name(specification.population or "SAFETY")
        self.columns = cohort.columns(self.population, specification.groups)
        self.ids = [f"EG{k:03d}" for k in range(len(self.columns))]
        self.exposed = {
            column.key: self._people(column, self.population, "true", column.members)
            for column in self.columns
        }
        # Posted name -> the collected values that became it.
        self.collected: dict[str, dict[str, list[str]]] = {SYSTEM: {}, TERM: {}}
        self.rows = self._rows()
        self.events = self._events()
        self.coded = CodedEvents(self.events, self.columns)
        # Posted organ system -> the condition that an event is of it.
        self.of_system = {
            name: among(self._organ_system_variable(), sorted(values))
            for name, values in self.collected[SYSTEM].items()
        }

    def build(self) -> AdverseEventsModule:
        """Build the module."""
        counted = {serious: self.coded.counted(self._chosen(serious)) for serious in (True, False)}
        serious, other = counted[True].by_term, counted[False].by_term
        listed_serious = sorted(serious, key=_order)
        most = self._most_not_listed()
        above = (key for key, counts in other.items() if _above(counts, most))
        listed_other = sorted(above, key=_order)
        self._report_reclassified()
        self._report_assigned()
        threshold = self._threshold()
        self._enter_outcomes(listed_serious)
        return AdverseEventsModule(
            frequency_threshold=threshold,
            time_frame=self.specification.time_frame,
            description=self.specification.description,
            all_cause_mortality_comment=self.specification.mortality.comment,
            event_groups=self._groups(counted, listed_other),
            serious_events=self._posted("seriousEvents", listed_serious, serious) or None,
            other_events=self._posted("otherEvents", listed_other, other) or None,
        )

    def _enter_outcomes(self, listed: Sequence[Key]) -> None:
        """Count causality and deaths by serious term beside the record, where asked for."""
        related, fatal = self.specification.related_where, self._fatal_condition()
        if related is None:
            return
        outcomes = EventOutcomes(
            self.beyond, self.columns, dataset=self.rows.dataset, population=self.population
        )
        addresses = {key: f"{ADDRESS}/seriousEvents/{at}" for at, key in enumerate(listed)}
        condition = self._bracketed(True)
        where = {key: f"{condition} and {self._coded(key[0], [key[1]])}" for key in listed}
        serious = self._chosen(True)
        is_related, is_fatal = (self.events[name].to_numpy() for name in (RELATED, FATAL))
        counted = self.coded.counted(serious & is_related)
        outcomes.of_terms(fields.RELATED, addresses, counted, narrowed(where, related))
        if fatal is None:
            return
        died = self.coded.counted(serious & is_fatal)
        outcomes.of_terms(fields.FATAL, addresses, died, narrowed(where, fatal))
        both = self.coded.counted(serious & is_fatal & is_related)
        outcomes.of_terms(fields.FATAL_RELATED, addresses, both, narrowed(where, fatal, related))
        all_died = self.coded.counted(is_fatal)
        outcomes.of_groups(f"{ADDRESS}/eventGroups", all_died, every(self.rows.condition, fatal))

    def _threshold(self) -> str:
        threshold = self.specification.threshold
        text = f"{Decimal(str(threshold)).normalize():f}"
        self.ledger.enter(
            f"{ADDRESS}/frequencyThreshold",
            "frequency threshold",
            Basis(
                group="",
                dataset=self.rows.dataset,
                condition=self.rows.condition,
                population=self.population,
                rows=self.events.height,
                participants=self.events[INDEX].n_unique(),
            ),
            method="as specified: other events strictly above it in any group are listed",
            raw=float(threshold),
            posted=text,
        )
        return text

    def _where(self) -> str | None:
        if self.specification.where is not None:
            return self.specification.where
        has_flag = "TRTEMFL" in self.variables
        if not has_flag:
            self.findings.note(
                "adverse_events",
                f"{self.specification.dataset} has no TRTEMFL: every event is counted",
                "say `where:` if only some should be",
            )
        return "TRTEMFL == 'Y'" if has_flag else None

    def _organ_system_variable(self) -> str:
        if self.specification.organ_system is not None:
            return self.specification.organ_system.upper()
        for name in ORGAN_SYSTEM_VARIABLES:
            if name in self.variables:
                return name
        raise DataError(
            f"{self.specification.dataset.upper()} has none of {', '.join(ORGAN_SYSTEM_VARIABLES)}",
            accepted="the organ system of each event",
            advice="name its variable: `organ_system:`",
        )

    def _flagged_condition(self) -> str:
        return self.specification.serious_where or "AESER == 'Y'"

    def _serious_condition(self) -> str:
        flagged = self._flagged_condition()
        if self.specification.serious == "as_flagged":
            return flagged
        fatal = self._fatal_condition()
        return f"({flagged}) or ({fatal})" if fatal else flagged

    def _fatal_condition(self) -> str | None:
        if self.specification.fatal_where is not None:
            return self.specification.fatal_where
        parts = [
            f"{variable} == '{value}'"
            for variable, value in (("AESDTH", "Y"), ("AEOUT", "FATAL"))
            if variable in self.variables
        ]
        return " or ".join(parts) or None

    def _rows(self) -> Rows:
        """Give the events asked for in the few small columns that they are counted by."""
        dataset = self.specification.dataset
        fatal = self._fatal_condition()
        related = self.specification.related_where
        named = {SYSTEM: self._organ_system_variable(), TERM: self.specification.term.upper()}
        by_rule = self.specification.serious_where is not None
        return self.cohort.rows(
            dataset,
            self._where(),
            columns=[
                pl.col(INDEX),
                self.cohort.asked(dataset, self._flagged_condition()).alias(FLAGGED),
                (pl.lit(False) if by_rule else pl.col("AESER").is_null()).alias(UNFLAGGED),
                (self.cohort.asked(dataset, fatal) if fatal else pl.lit(False)).alias(FATAL),
                *([self.cohort.asked(dataset, related).alias(RELATED)] if related else []),
                *(
                    pl.col(variable).cast(pl.String).cast(pl.Categorical).alias(name)
                    for name, variable in named.items()
                ),
            ],
        )

    def _events(self) -> pl.DataFrame:
        """Give the events of the population with organ system, term and seriousness as posted."""
        frame = self.rows.frame
        union = np.logical_or.reduce([column.members for column in self.columns])
        if not union.all():
            frame = frame.filter(pl.Series(union[frame[INDEX].to_numpy()]))
        self._report_outside(self.rows.frame.height - frame.height)
        self._report_unflagged(int(frame[UNFLAGGED].sum()))
        system = self._organ_system_variable()
        self._report_uncoded(frame, system, self.specification.term.upper())
        frame = frame.drop_nulls([SYSTEM, TERM])  # reported, and a build with problems ends
        as_flagged = self.specification.serious == "as_flagged"
        serious = pl.col(FLAGGED) if as_flagged else pl.col(FLAGGED) | pl.col(FATAL)
        return frame.with_columns(
            serious.alias(SERIOUS), self._systems(frame[SYSTEM], system), self._terms(frame[TERM])
        )

    def _report_outside(self, number: int) -> None:
        if number:
            self.findings.note(
                "adverse_events",
                f"{number} events are of participants in no group of {self.population}",
                "they are not counted",
            )

    def _report_unflagged(self, missing: int) -> None:
        if missing:
            self.findings.note(
                "adverse_events",
                f"{missing} events have no AESER",
                "they count as not serious, unless fatal",
            )

    def _report_uncoded(self, frame: pl.DataFrame, system: str, term: str) -> None:
        for column, variable in ((SYSTEM, system), (TERM, term)):
            missing = frame[column].null_count()
            if missing:
                self.findings.problem(
                    "adverse_events",
                    f"{missing} events have no {variable}",
                    "code them, or leave them out by `where:`",
                )

    def _systems(self, values: pl.Series, variable: str) -> pl.Series:
        own = self._own_systems()
        names: dict[str, str] = {}
        unknown = []
        for value in values.unique().drop_nulls().cast(pl.String).to_list():
            name = own.get(value.strip().upper()) or organ_system(value)
            if name is None:
                unknown.append(value)
            names[value] = name or value
            self.collected[SYSTEM].setdefault(names[value], []).append(value)
        if unknown:
            self.findings.problem(
                "adverse_events",
                f"{variable} holds {', '.join(map(repr, sorted(unknown)[:_UNMAPPED_SHOWN]))}"
                + (f" and {len(unknown) - _UNMAPPED_SHOWN} more" if len(unknown) > 10 else "")
                + ", which are none of the registry's 27 organ systems",
                "map them with `organ_systems:`",
            )
        return _renamed(values, names)

    def _own_systems(self) -> dict[str, str]:
        """Give the specification's own mapping, to names of the registry's list only."""
        own = {}
        for collected, name in self.specification.organ_systems.items():
            listed = organ_system(name)
            if listed is None:
                self.findings.problem(
                    "adverse_events.organ_systems",
                    f"{collected!r} is mapped to {name!r}, which is none of the registry's 27 "
                    "organ systems",
                    f"map it to one of: {'; '.join(ORGAN_SYSTEMS)}",
                )
            own[collected.strip().upper()] = listed or name
        return own

    def _terms(self, values: pl.Series) -> pl.Series:
        names = {}
        for value in values.unique().drop_nulls().cast(pl.String).to_list():
            name = " ".join(value.split())
            if self.specification.term_case == "sentence" and name.isupper():
                name = name.capitalize()
            names[value] = name
            self.collected[TERM].setdefault(name, []).append(value)
        return _renamed(values, names)

    def _chosen(self, serious: bool) -> npt.NDArray[np.bool_]:
        return (self.events[SERIOUS] == serious).to_numpy()

    def _most_not_listed(self) -> dict[str, int]:
        """Say of how many participants of each group a term is not above the threshold."""
        threshold = Fraction(str(self.specification.threshold)) / 100
        return {column.key: math.floor(threshold * column.size) for column in self.columns}

    def _affected_by(
        self, serious: bool, counts: EventCounts, keys: Sequence[Key] | None
    ) -> dict[str, Basis]:
        """Say how many participants had any listed event, by group; no keys: every event is listed."""
        condition = self._condition(serious) if keys is None else self._bracketed(serious)
        if keys is not None:
            counts = self.coded.counted(self._chosen(serious) & self.coded.among(keys))
            condition += f" and {self._listed(keys)}"
        return {
            group: Basis(
                group=group,
                dataset=self.rows.dataset,
                condition=condition,
                population=self.population,
                rows=count.events,
                participants=count.affected,
            )
            for group, count in counts.totals.items()
        }

    def _condition(self, serious: bool) -> str:
        asked = self._serious_condition()
        return every(self.rows.condition, asked if serious else negated(asked))

    def _bracketed(self, serious: bool) -> str:
        """Give the condition as the first of several that must hold."""
        # What follows is joined as text: a condition a term is not worth parsing a thousand times.
        condition = self._condition(serious)
        joins = isinstance(parse_condition(condition), And) or condition.startswith("not (")
        return condition if joins else f"({condition})"

    def _coded(self, system: str, terms: Sequence[str]) -> str:
        """Say as a condition that an event is one of some terms of an organ system."""
        values = [value for term in terms for value in sorted(self.collected[TERM][term])]
        return f"{self.of_system[system]} and {among(self.specification.term, values)}"

    def _listed(self, keys: Sequence[Key]) -> str:
        terms: dict[str, list[str]] = {}
        for system, term in keys:
            terms.setdefault(system, []).append(term)
        either = [f"({self._coded(system, listed)})" for system, listed in terms.items()]
        return f"({' or '.join(either)})" if either else _NO_ROW

    def _groups(
        self, counted: Mapping[bool, EventCounts], listed_other: Sequence[Key]
    ) -> tuple[EventGroup, ...]:
        serious = self._affected_by(True, counted[True], None)
        everything = len(listed_other) == len(counted[False].by_term)
        other = self._affected_by(False, counted[False], None if everything else listed_other)
        mortality = self.specification.mortality
        population = self.cohort.population_name(mortality.population or self.population)
        deaths_condition = mortality.deaths or "DTHFL == 'Y'"
        died = self.cohort.reached("ADSL", deaths_condition)
        self._report_unknown_deaths(died, deaths_condition)
        at_risk = {
            column.key: column
            for column in self.cohort.columns(population, self.specification.groups)
        }
        groups = []
        for index, column in enumerate(self.columns):
            address = f"{ADDRESS}/eventGroups/{index}"
            mortality_column = at_risk[column.key]
            deaths = self._people(
                mortality_column, population, deaths_condition, mortality_column.members & died
            )
            everyone = self._people(mortality_column, population, "true", mortality_column.members)
            exposed = self.exposed[column.key]
            groups.append(
                EventGroup(
                    id=self.ids[index],
                    title=column.title,
                    description=column.description or None,
                    deaths_num_affected=self._count(f"{address}/deathsNumAffected", deaths),
                    deaths_num_at_risk=self._count(f"{address}/deathsNumAtRisk", everyone),
                    serious_num_affected=self._count(
                        f"{address}/seriousNumAffected", serious[column.key]
                    ),
                    serious_num_at_risk=self._count(f"{address}/seriousNumAtRisk", exposed),
                    other_num_affected=self._count(
                        f"{address}/otherNumAffected", other[column.key]
                    ),
                    other_num_at_risk=self._count(f"{address}/otherNumAtRisk", exposed),
                )
            )
        return tuple(groups)

    def _people(
        self, column: Column, population: str, condition: str, members: npt.NDArray[np.bool_]
    ) -> Basis:
        where = self.cohort.population(population).where
        number = int(members.sum())
        return Basis(
            group=column.key,
            dataset="ADSL",
            condition=every(where, condition),
            population=population,
            rows=number,
            participants=number,
        )

    def _count(self, address: str, basis: Basis) -> int:
        """Enter the participants of a basis as a total of the group."""
        name = "at risk" if address.endswith("AtRisk") else "affected"
        method = "participants at risk" if name == "at risk" else "participants with an event"
        if "deaths" in address:
            method = "participants at risk" if name == "at risk" else "participants who died"
        self.ledger.count(address, name, basis, basis.participants, method=method)
        return basis.participants

    def _posted(
        self, kind: str, keys: Sequence[Key], table: Mapping[Key, Mapping[str, Count]]
    ) -> tuple[AdverseEvent, ...]:
        assessment = f"{self.specification.assessment.upper()}_ASSESSMENT"
        condition = self._bracketed(kind == "seriousEvents")
        return tuple(
            AdverseEvent(
                term=key[1],
                organ_system=key[0],
                source_vocabulary=self.specification.vocabulary,
                assessment_type=assessment,
                stats=self._stats(f"{ADDRESS}/{kind}/{index}/stats", key, table[key], condition),
            )
            for index, key in enumerate(keys)
        )

    def _stats(
        self, address: str, key: Key, counts: Mapping[str, Count], condition: str
    ) -> tuple[EventStats, ...]:
        stats = []
        condition += f" and {self._coded(key[0], [key[1]])}"
        for index, column in enumerate(self.columns):
            count = counts[column.key]
            basis = Basis(
                group=column.key,
                dataset=self.rows.dataset,
                condition=condition,
                population=self.population,
                rows=count.events,
                participants=count.affected,
            )
            exposed = self.exposed[column.key]
            for field, name, number, method, of in (
                ("numEvents", "events", count.events, "events", basis),
                ("numAffected", "affected", count.affected, "participants with the event", basis),
                ("numAtRisk", "at risk", column.size, "participants of the population", exposed),
            ):
                self.ledger.count(f"{address}/{index}/{field}", name, of, number, method=method)
            stats.append(
                EventStats(
                    group_id=self.ids[index],
                    num_events=count.events,
                    num_affected=count.affected,
                    num_at_risk=column.size,
                )
            )
        return tuple(stats)

    def _report_unknown_deaths(self, died: npt.NDArray[np.bool_], condition: str) -> None:
        """Say where an event is fatal and its participant did not die: one of the two is wrong."""
        rows = self.rows.frame.filter(FATAL)
        alive = rows.filter(pl.Series(~died[rows[INDEX].to_numpy()]))
        if not alive.is_empty():
            self.findings.note(
                "adverse_events",
                f"{alive[INDEX].n_unique()} participants have an event that resulted in death and "
                f"do not meet {condition}",
                "all-cause mortality does not count them: reconcile the two",
            )

    def _report_assigned(self) -> None:
        if self.cohort.population(self.population).treatment == "actual":
            return
        number = self.cohort.received_another(self.population)
        if number:
            self.findings.note(
                "adverse_events",
                f"{self.population} counts participants by the treatment assigned, and {number} of "
                "them received another",
                "say `treatment: actual` in the population to count them by what they received",
            )

    def _report_reclassified(self) -> None:
        """Say which fatal events were not flagged as serious, and what was done with them."""
        chosen = (self.events[FATAL] & ~self.events[FLAGGED]).to_numpy()
        odd = self.coded.counted(chosen).totals
        by_group = [f"{column.title}: {odd[column.key].affected}" for column in self.columns]
        number = sum(count.events for count in odd.values())
        if number:
            as_serious = self.specification.serious == "deaths_are_serious"
            self.findings.note(
                "adverse_events",
                f"{number} events resulted in death and were not flagged as serious "
                f"(participants: {'; '.join(by_group)})",
                "posted as serious, as 42 CFR 11.10 has it; `serious: as_flagged` changes that"
                if as_serious
                else "posted as not serious, as flagged",
            )


def _above(counts: Mapping[str, Count], most: Mapping[str, int]) -> bool:
    return any(count.affected > most[group] for group, count in counts.items())


def _renamed(values: pl.Series, names: Mapping[str, str]) -> pl.Series:
    """Rename categories; the codes of a million rows are left alone where nothing changes."""
    if all(old == new for old, new in names.items()):
        return values
    return values.replace_strict(dict(names), return_dtype=pl.Categorical)


def _order(key: Key) -> tuple[int, str, str]:
    """Order by the registry's list of organ systems, then by term."""
    system, term = key
    place = ORGAN_SYSTEMS.index(system) if system in ORGAN_SYSTEMS else len(ORGAN_SYSTEMS)
    return place, term.casefold(), term
