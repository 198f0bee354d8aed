"""Who is counted: the participants of ADSL, the groups and the populations.

Every part of a record counts participants by the same rules. A participant's group comes from
ADSL (planned or actual treatment, as the population says), never from the dataset analysed, and
rows of other datasets are tied to ADSL by USUBJID.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from topline.errors import DataError
from topline.trial.condition_evaluation import to_expression
from topline.trial.conditions import EveryRow, Expression, all_of, parse_condition
from topline.trial.dataset import Dataset
from topline.trial.populations import DEFAULT_POPULATIONS, STANDARD_POPULATIONS, populations
from topline.trial.specification import Group, Population, Specification

PARTICIPANT = "USUBJID"
INDEX = "__participant__"
"""The column that ties a row to a row of ADSL, counted from 0."""

TOTAL = "Total"


@dataclass(frozen=True)
class Column:
    """A column of a table of the record: a group, or the total of all groups.

    Attributes
    ----------
    key
        The group's key in the specification, or ``Total``.
    title, description
        As posted.
    members
        Which rows of ADSL belong to it.
    rows
        For an intervention of a crossover: the condition that tells its rows of a dataset; ``None`` for all rows
        of the members.
    """

    key: str
    title: str
    description: str
    members: npt.NDArray[np.bool_]
    rows: str | None = None

    @cached_property
    def size(self) -> int:
        """How many participants belong to it."""
        return int(self.members.sum())


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a dataset that an analysis uses.

    Attributes
    ----------
    dataset
        The dataset's name.
    condition
        The condition that selected them, as text.
    frame
        The rows, with :data:`INDEX`.
    """

    dataset: str
    condition: str
    frame: pl.DataFrame
    _within: dict[int, tuple[npt.NDArray[np.bool_], pl.DataFrame]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def within(self, members: npt.NDArray[np.bool_]) -> pl.DataFrame:
        """Keep the rows of some participants; asked again of the same array, they are at hand."""
        if bool(members.all()):
            return self.frame
        # The array is kept beside its rows, so that no other can come to have its identity.
        if id(members) not in self._within:
            mask = members[self.frame[INDEX].to_numpy()]
            self._within[id(members)] = members, self.frame.filter(pl.Series(mask))
        return self._within[id(members)][1]


@dataclass
class Cohort:
    """The trial's participants and the datasets tied to them.

    Parameters
    ----------
    specification
        The study specification.
    datasets
        The datasets by upper-case name; ADSL must be among them.
    borrowed
        Dataset -> variables that it lacks and that its rows take from their participant in ADSL.

    Raises
    ------
    DataError
        If ADSL is missing, or a participant in it is named twice or not at all; if a dataset has no
        USUBJID.
    """

    specification: Specification
    datasets: Mapping[str, Dataset]
    borrowed: Mapping[str, Collection[str]] = field(default_factory=dict)
    _rows: dict[str, pl.DataFrame] = field(default_factory=dict)
    _columns: dict[tuple[str, tuple[str, ...], bool], tuple[Column, ...]] = field(
        default_factory=dict
    )
    _narrowed: dict[tuple[int, str], tuple[Rows, Rows]] = field(default_factory=dict)
    orphans: dict[str, int] = field(default_factory=dict)
    """Dataset -> rows set aside because their participant is not in ADSL."""

    @cached_property
    def participants(self) -> pl.DataFrame:
        """ADSL, one row a participant, with :data:`INDEX`."""
        dataset = self.datasets.get("ADSL")
        if dataset is None:
            raise DataError(
                "there is no ADSL dataset",
                accepted="one row a participant, with USUBJID, treatment and population flags",
                advice="add ADSL to the folder of datasets",
            )
        frame = _identified(dataset).with_columns(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias(INDEX)
        )
        if frame.is_empty():
            raise DataError(
                "ADSL holds no participant",
                where=str(dataset.source),
                accepted="one row a participant",
            )
        unnamed = frame[PARTICIPANT].null_count()
        if unnamed:
            raise DataError(
                f"{unnamed} rows of ADSL have no {PARTICIPANT}",
                where=str(dataset.source),
                accepted="one row a participant, each named",
            )
        twice = frame.filter(pl.col(PARTICIPANT).is_duplicated())
        if not twice.is_empty():
            raise DataError(
                f"ADSL holds {twice[PARTICIPANT][0]!r} more than once "
                f"({twice.height} rows of repeated participants)",
                where=str(dataset.source),
                accepted="one row a participant",
            )
        return frame

    def frame(self, name: str) -> pl.DataFrame:
        """Give a dataset's rows tied to ADSL; rows of participants unknown to ADSL are set aside."""
        name = name.upper()
        if name == "ADSL":
            return self.participants
        if name not in self._rows:
            index = self.participants.select(PARTICIPANT, INDEX, *self.borrowed.get(name, ()))
            frame = _identified(self.datasets[name]).join(
                index, on=PARTICIPANT, how="left", maintain_order="left"
            )
            lost = frame[INDEX].null_count()
            if lost:
                self.orphans[name] = lost
                frame = frame.filter(pl.col(INDEX).is_not_null())
            self._rows[name] = frame
        return self._rows[name]

    def rows(
        self, dataset: str, *conditions: str | None, columns: Sequence[pl.Expr] | None = None
    ) -> Rows:
        """Select rows of a dataset by conditions that must all hold.

        Only the columns named are computed and copied, which matters for millions of rows; ``None``
        keeps all.
        """
        frame = self.frame(dataset).lazy()
        condition = all_of(parse_condition(text) for text in conditions if text)
        if not isinstance(condition, EveryRow):
            frame = frame.filter(self._expression(dataset, condition))
        if columns is not None:
            frame = frame.select(columns)
        return Rows(dataset=dataset.upper(), condition=str(condition), frame=frame.collect())

    def asked(self, dataset: str, condition: str) -> pl.Expr:
        """Give the answer to a condition as a column of a dataset: true or false for every row."""
        return self._expression(dataset, parse_condition(condition))

    def _expression(self, dataset: str, condition: Expression) -> pl.Expr:
        return to_expression(condition, self.frame(dataset).schema, tidy=True)

    def select(self, rows: Rows, condition: str) -> Rows:
        """Narrow rows by a further condition."""
        asked = parse_condition(condition)
        both = all_of([parse_condition(rows.condition), asked])
        frame = rows.frame.filter(self._expression(rows.dataset, asked))
        return Rows(dataset=rows.dataset, condition=str(both), frame=frame)

    def of(self, rows: Rows, column: Column) -> Rows:
        """Keep the rows that are of a column: those of its members, and of its intervention."""
        if column.rows is None or rows.dataset == "ADSL":
            return rows
        key = (id(rows), column.key)
        if key not in self._narrowed:
            # The rows are kept beside what was chosen of them, so that no others can come to have their identity.
            self._narrowed[key] = rows, self.select(rows, column.rows)
        return self._narrowed[key][1]

    def reached(self, dataset: str, condition: str) -> npt.NDArray[np.bool_]:
        """Tell which participants have a row of a dataset that meets a condition."""
        mask = np.zeros(self.participants.height, dtype=np.bool_)
        mask[self.rows(dataset, condition, columns=[pl.col(INDEX)]).frame[INDEX].to_numpy()] = True
        return mask

    def population_name(self, name: str | None) -> str:
        """Name a population; where none is named, the first standard one whose flag ADSL has."""
        if name is not None:
            return name
        columns = set(self.participants.columns)
        for standard in DEFAULT_POPULATIONS:
            if STANDARD_POPULATIONS[standard].where.split()[0] in columns:
                return standard
        return "ALL"

    def population(self, name: str) -> Population:
        """Find a population of the specification, else a standard one."""
        return populations(self.specification.populations)[name.upper()]

    def members(self, population: str) -> npt.NDArray[np.bool_]:
        """Tell which participants belong to a population."""
        return self.reached("ADSL", self.population(population).where)

    def columns(
        self, population: str, keys: Collection[str] = (), *, total: bool = False
    ) -> tuple[Column, ...]:
        """Give the groups of a population as columns, with a total column if there are several.

        Asked again, the same columns are given: rows that were chosen by their members are at hand then.

        Without keys, groups that combine others or are interventions of a crossover are left out.
        The total is the union of the groups, so a participant in two groups counts once in it.
        """
        asked = (population, tuple(keys), total)
        if asked not in self._columns:
            self._columns[asked] = self._made_columns(population, keys, total)
        return self._columns[asked]

    def _made_columns(
        self, population: str, keys: Collection[str], total: bool
    ) -> tuple[Column, ...]:
        members = self.members(population)
        treatment = self.population(population).treatment or "planned"
        columns = tuple(
            Column(
                key,
                group.title,
                group.description or self._combination(group),
                members & self._assigned(group, treatment),
                group.rows,
            )
            for key, group in self.specification.groups.items()
            if (key in keys if keys else not group.combines and group.rows is None)
        )
        if total and len(columns) > 1:
            union = np.logical_or.reduce([column.members for column in columns])
            columns += (Column(TOTAL, TOTAL, "Total of all reporting groups", union),)
        return columns

    def _combination(self, group: Group) -> str:
        """Say what a group is made of, so that nobody adds it to its parts."""
        titles = [self.specification.groups[key].title for key in group.combines]
        return f"All participants of {' and '.join(titles)} together." if titles else ""

    def _assigned(self, group: Group, treatment: str) -> npt.NDArray[np.bool_]:
        if group.combines:
            parts = [
                self._assigned(self.specification.groups[key], treatment) for key in group.combines
            ]
            return np.asarray(np.logical_or.reduce(parts))
        if group.where is not None:
            return self.reached("ADSL", group.where)
        if group.treatment is None:
            return np.ones(self.participants.height, dtype=np.bool_)
        variable = self.treatment_variable(treatment)
        values = [group.treatment] if isinstance(group.treatment, str) else list(group.treatment)
        return self.participants[variable].cast(pl.String).is_in(values).fill_null(False).to_numpy()

    def received_another(self, population: str) -> int:
        """Count who of a population is in one group as assigned and in another as treated."""
        if self.treatment_variable("actual") not in self.participants.columns:
            return 0
        other = np.zeros(self.participants.height, dtype=np.bool_)
        for group in self.specification.groups.values():
            other |= self._assigned(group, "planned") != self._assigned(group, "actual")
        return int((other & self.members(population)).sum())

    def treatment_variable(self, treatment: str) -> str:
        """Name the ADSL variable of planned or actual treatment."""
        variables = self.specification.treatment
        return (variables.planned if treatment == "planned" else variables.actual).upper()


def _identified(dataset: Dataset) -> pl.DataFrame:
    """Give a dataset's rows with their participants as text, however its file stores them."""
    if PARTICIPANT not in dataset.frame.columns:
        raise DataError(
            f"{dataset.name} has no {PARTICIPANT}",
            where=str(dataset.source),
            accepted=f"{PARTICIPANT}, which ties a row to its participant",
        )
    return dataset.frame.with_columns(pl.col(PARTICIPANT).cast(pl.String))
