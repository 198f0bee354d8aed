"""A measure: what a baseline measure and an outcome measure have in common.

A measure selects rows of a dataset, splits them into classes and groups, summarises each, and
posts the result as classes, categories and measurements, entering every number in the ledger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl

from topline.analysis.cohort import INDEX, PARTICIPANT, Cohort, Column, Rows
from topline.analysis.condition_texts import among, every, present
from topline.analysis.dispersion import Dispersion
from topline.analysis.findings import Findings
from topline.analysis.ledger import Basis, Ledger
from topline.analysis.rounding import decimal_places
from topline.analysis.summaries.summary import Sample, Summarised, Summary
from topline.errors import ToplineError
from topline.record.results import (
    Denom,
    DenomCount,
    MeasureCategory,
    MeasureClass,
    Measurement,
)
from topline.stats.survival import SurvivalCurve
from topline.trial.specification import Category
from topline.trial.specification import MeasureClass as ClassSpecification

PARTICIPANTS = "Participants"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A measure, with every default filled in.

    Attributes
    ----------
    part
        Path in the specification, for findings.
    address
        JSON Pointer of the measure in the record.
    population
        The population's name.
    dataset, where, variable
        The rows and the variable.
    summary, options
        The summary and its options.
    categories
        Rows of counts; none: one row for each value found.
    classes
        Classes; none: one class without a title.
    decimals
        Decimal places asked for; ``None``: as the summary has it.
    whole_population
        Whether those without a value are analysed too, and then count in no category.
    unit_title, unit_variable
        Units analysed other than participants.
    class_denominators
        Whether the denominators stand in every class, and not in the measure; else only in classes
        where they differ from those of the measure.
    """

    part: str
    address: str
    population: str
    dataset: str
    where: str | None
    variable: str
    summary: Summary
    options: Any
    categories: Sequence[Category] = ()
    classes: Sequence[ClassSpecification] = ()
    decimals: int | None = None
    whole_population: bool = False
    unit_title: str | None = None
    unit_variable: str | None = None
    class_denominators: bool = False

    @property
    def units(self) -> str:
        """What is counted."""
        return self.unit_title or PARTICIPANTS


@dataclass(frozen=True, slots=True)
class GroupCurve:
    """A Kaplan–Meier curve found on the way."""

    column: Column
    curve: SurvivalCurve


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure as it is posted.

    Attributes
    ----------
    denominators
        Overall numbers analysed: participants, and units where they differ.
    classes
        The classes.
    dispersion
        What stands beside the values; ``None`` for nothing.
    analysed
        Participants analysed by column key.
    curves
        Kaplan–Meier curves of the first class.
    decimals
        Decimal places of values and of spread or limits.
    """

    denominators: tuple[Denom, ...]
    classes: tuple[MeasureClass, ...]
    dispersion: Dispersion | None
    analysed: dict[str, int]
    curves: tuple[GroupCurve, ...]
    decimals: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PreparedClass:
    """A class of a measure with its rows.

    Attributes
    ----------
    title
        The class's title; ``None`` where the measure has one class without a title.
    variable
        The variable summarised.
    rows, valued
        The rows that were asked for, and those of them with a value of the variable.
    """

    title: str | None
    variable: str
    rows: Rows
    valued: Rows


class MeasureBuilder:
    """Builds one measure.

    Parameters
    ----------
    cohort, ledger, findings
        The trial, and where numbers and oddities go.
    definition
        The measure.
    columns
        The groups, with a total column where there is one.
    ids
        The id of each column in the record.
    """

    def __init__(
        self,
        cohort: Cohort,
        ledger: Ledger,
        findings: Findings,
        definition: Definition,
        columns: Sequence[Column],
        ids: Sequence[str],
    ) -> None:
        self.cohort = cohort
        self.ledger = ledger
        self.findings = findings
        self.definition = definition
        self.columns = columns
        self.ids = ids
        self.members = np.logical_or.reduce([column.members for column in columns])
        self.classes = [self._prepared(one) for one in definition.classes or (None,)]
        self.analysed = self._in_any_class()
        self.decimals = self._decimals()
        self._counted_rows: dict[int, dict[str, Rows]] = {}

    def build(self) -> Measured:
        """Build the measure: denominators first, then classes in order."""
        definition = self.definition
        self._demand_units()
        overall = self.samples(self.analysed, self.classes[0].variable)
        denominators: tuple[Denom, ...] = ()
        if not definition.class_denominators:
            denominators = self._denominators(
                f"{definition.address}/denoms", overall, self.analysed
            )
        built = [self._class(index, one, overall) for index, one in enumerate(self.classes)]
        return Measured(
            denominators=denominators,
            classes=tuple(posted for posted, _ in built),
            dispersion=definition.summary.dispersion(definition.options),
            analysed={column.key: self._number(overall, column) for column in self.columns},
            curves=built[0][1],
            decimals=self.decimals,
        )

    def _prepared(self, specification: ClassSpecification | None) -> PreparedClass:
        definition = self.definition
        variable = (specification.variable if specification else None) or definition.variable
        where = specification.where if specification else None
        rows = self.cohort.rows(definition.dataset, definition.where, where)
        return PreparedClass(
            title=specification.title if specification else None,
            variable=variable.upper(),
            rows=rows,
            valued=self.cohort.select(rows, present(variable)),
        )

    def _in_any_class(self) -> Rows:
        """Select the rows with a value in any class: whoever has one is analysed."""
        if len(self.classes) == 1:
            return self.classes[0].valued
        # Each class's own condition without what they share, which is asked once.
        either = [
            every(one.where, present(one.variable or self.definition.variable))
            for one in self.definition.classes
        ]
        return self.cohort.rows(
            self.definition.dataset,
            self.definition.where,
            " or ".join(f"({condition})" for condition in dict.fromkeys(either)),
        )

    def _decimals(self) -> tuple[int, int]:
        if self.definition.decimals is not None:
            return self.definition.decimals, self.definition.decimals
        places = 0
        for one in self.classes:
            values = one.valued.within(self.members)[one.variable]
            if values.dtype.is_float():
                places = max(places, decimal_places(values.drop_nulls().to_numpy()))
        return self.definition.summary.decimals(places, self.definition.options)

    def samples(self, rows: Rows, variable: str) -> dict[str, Sample]:
        """Give the rows of each column, by its key."""
        return {
            column.key: Sample(
                column.key,
                self.cohort.of(rows, column).within(column.members),
                variable,
                self.definition.unit_variable,
            )
            for column in self.columns
        }

    def rows_of(self, condition: str, variable: str) -> Rows:
        """Select other rows of the dataset, those with a value of the variable."""
        return self.cohort.rows(self.definition.dataset, condition, present(variable))

    def selected(self, condition: str, variable: str) -> dict[str, Sample]:
        """Give other rows of the dataset in each column."""
        return self.samples(self.rows_of(condition, variable), variable)

    def _demand_units(self) -> None:
        """Demand that every value says which of a participant's units it is of."""
        variable = self.definition.unit_variable
        if variable is None:
            return
        missing = self.analysed.within(self.members)[variable.upper()].null_count()
        if missing:
            self.findings.problem(
                self.definition.part,
                f"{missing} rows with a value have no {variable.upper()}",
                "say in the data which unit each value is of, or narrow `where`",
            )

    def _number(self, samples: Mapping[str, Sample], column: Column) -> int:
        """Count the participants analysed."""
        if self.definition.whole_population:
            return column.size
        return samples[column.key].participants

    def _size(self, samples: Mapping[str, Sample], column: Column) -> int:
        """Count what percentages refer to: units, else participants."""
        if self.definition.unit_variable is not None:
            return samples[column.key].size
        return self._number(samples, column)

    def _basis(self, column: Column, rows: Rows) -> Basis:
        own = self.cohort.of(rows, column)
        inside = own.within(column.members)
        return Basis(
            group=column.key,
            dataset=own.dataset,
            condition=own.condition,
            population=self.definition.population,
            rows=inside.height,
            participants=int(inside[INDEX].n_unique()),
        )

    def _everyone(self, column: Column) -> Basis:
        return Basis(
            group=column.key,
            dataset="ADSL",
            condition=self.cohort.population(self.definition.population).where,
            population=self.definition.population,
            rows=column.size,
            participants=column.size,
        )

    def _denominators(
        self, address: str, samples: Mapping[str, Sample], rows: Rows
    ) -> tuple[Denom, ...]:
        kinds = [(PARTICIPANTS, self._number, self.definition.whole_population)]
        if self.definition.unit_title is not None:
            kinds.append((self.definition.unit_title, self._size, False))
        denominators = []
        for kind, (units, number, whole) in enumerate(kinds):
            counts = []
            for index, column in enumerate(self.columns):
                text = self.ledger.count(
                    f"{address}/{kind}/counts/{index}/value",
                    "number analyzed",
                    self._everyone(column) if whole else self._basis(column, rows),
                    number(samples, column),
                    method=f"{units.lower()} of the population"
                    if whole
                    else f"{units.lower()} with a value",
                )
                counts.append(DenomCount(group_id=self.ids[index], value=text))
            denominators.append(Denom(units=units, counts=tuple(counts)))
        return tuple(denominators)

    def _class(
        self, index: int, one: PreparedClass, overall: Mapping[str, Sample]
    ) -> tuple[MeasureClass, tuple[GroupCurve, ...]]:
        definition = self.definition
        address = f"{definition.address}/classes/{index}"
        samples = self.samples(one.valued, one.variable)
        differs = any(
            self._size(samples, column) != self._size(overall, column)
            or self._number(samples, column) != self._number(overall, column)
            for column in self.columns
        )
        denominators = None
        if definition.class_denominators or differs:
            denominators = self._denominators(f"{address}/denoms", samples, one.valued)
        if definition.summary.count is not None:
            categories = self._counted(address, one, samples)
            curves: tuple[GroupCurve, ...] = ()
        else:
            categories, curves = self._summarised(address, one, samples)
        posted = MeasureClass(title=one.title, denoms=denominators, categories=categories)
        return posted, curves

    @cached_property
    def _categories(self) -> Sequence[Category]:
        """List the categories asked for, else one for each value found; all classes have the same."""
        if self.definition.categories:
            return self.definition.categories
        values: set[Any] = set()
        for one in self.classes:
            found = one.valued.within(self.members)[one.variable]
            values.update(found.unique().to_list())
        if not values:
            self.findings.problem(
                self.definition.part,
                "no value is found, so that there are no categories",
                "list them: `categories:`",
            )
        ordered = sorted(values, key=lambda value: (type(value).__name__, value))
        return [Category(title=_shown(value), values=(value,)) for value in ordered]

    def counted_rows(self, one: PreparedClass) -> dict[str, Rows]:
        """Give the rows that count in each category of a class, by its title; none where nothing is counted."""
        if self.definition.summary.count is None:
            return {}
        key = id(one)
        if key not in self._counted_rows:
            self._counted_rows[key] = {
                category.title: self._chosen(one, category) for category in self._categories
            }
        return self._counted_rows[key]

    def _chosen(self, one: PreparedClass, category: Category) -> Rows:
        """Select the rows of a category.

        Where the whole population is analysed, a condition may also ask for what is missing; else
        only rows with a value count, and what is not counted is reported.
        """
        condition = category_condition(category, one.variable)
        if self.definition.whole_population:
            return self.cohort.select(one.rows, condition)
        chosen = self.cohort.select(one.valued, condition)
        beyond = self.cohort.select(one.rows, condition).frame.height - chosen.frame.height
        if beyond:
            self.findings.note(
                self.definition.part,
                f"{beyond} rows meet the condition of {category.title!r} and have no {one.variable}",
                "they are not analyzed, and so not counted; `analyzed: population` counts them",
            )
        return chosen

    def _counted(
        self, address: str, one: PreparedClass, samples: Mapping[str, Sample]
    ) -> tuple[MeasureCategory, ...]:
        count = self.definition.summary.count
        assert count is not None  # _class asks only for summaries that count
        built = []
        counted = list(self.counted_rows(one).values())
        for index, (category, chosen) in enumerate(zip(self._categories, counted, strict=True)):
            measurements = []
            inside = self.samples(chosen, PARTICIPANT)
            for position, column in enumerate(self.columns):
                measurements.append(
                    self._measurement(
                        f"{address}/categories/{index}/measurements/{position}",
                        position,
                        count(
                            inside[column.key].size,
                            self._size(samples, column),
                            self.definition.options,
                        ),
                        self._basis(column, chosen),
                    )
                )
            built.append(
                MeasureCategory(title=category.title or None, measurements=tuple(measurements))
            )
        self._report_overlap(one, counted)
        return tuple(built)

    def _report_overlap(self, one: PreparedClass, counted: Sequence[Rows]) -> None:
        """Say how many count in several categories, and how many with a value in none."""
        keys = [INDEX]
        if self.definition.unit_variable is not None:
            keys.append(self.definition.unit_variable.upper())
        analysed = one.valued.within(self.members).select(keys).unique()
        parts = [rows.within(self.members).select(keys).unique() for rows in counted]
        times = pl.concat([analysed.clear(), *parts]).group_by(keys).len()
        several = times.filter(pl.col("len") > 1).height
        units, place = self.definition.units.lower(), f" of {one.title!r}" if one.title else ""
        if several:
            self.findings.note(
                self.definition.part,
                f"{several} {units} count in several categories{place}",
                "say so in the description, or narrow `where` to one row each",
            )
        lost = analysed.join(times, on=keys, how="anti").height
        # A percentage is often posted of one category alone; counts are expected to add up.
        if lost and self.definition.summary.measure_type == "COUNT_OF_PARTICIPANTS":
            self.findings.note(
                self.definition.part,
                f"{lost} {units} have a value and count in no category{place}",
                "add a category for them, or narrow `where` to those who should be analyzed",
            )

    def _summarised(
        self, address: str, one: PreparedClass, samples: Mapping[str, Sample]
    ) -> tuple[tuple[MeasureCategory, ...], tuple[GroupCurve, ...]]:
        try:
            summarised = self._summaries(one, samples)
        except ToplineError as error:
            self.findings.problem(self.definition.part, error.in_one_line)
            return (), ()
        measurements = tuple(
            self._measurement(
                f"{address}/categories/0/measurements/{position}",
                position,
                found,
                self._basis(column, one.valued),
            )
            for position, (column, found) in enumerate(zip(self.columns, summarised, strict=True))
        )
        curves = tuple(
            GroupCurve(column, found.curve)
            for column, found in zip(self.columns, summarised, strict=True)
            if found.curve is not None
        )
        return (MeasureCategory(measurements=measurements),), curves

    def _summaries(self, one: PreparedClass, samples: Mapping[str, Sample]) -> Sequence[Summarised]:
        summary, options = self.definition.summary, self.definition.options
        if summary.summarise_within is not None:
            return summary.summarise_within(
                list(samples.values()), options, partial(self._within, one)
            )
        assert summary.summarise is not None  # a summary counts or summarises
        return summary.summarise(list(samples.values()), options)

    def _within(self, one: PreparedClass, condition: str | None) -> list[Sample]:
        """Give the rows of all classes, or others of the dataset, to a model over visits."""
        chosen = (
            self.samples(self.analysed, one.variable)
            if condition is None
            else self.selected(condition, one.variable)
        )
        return list(chosen.values())

    def _measurement(
        self, address: str, position: int, found: Summarised, basis: Basis
    ) -> Measurement:
        value_decimals, other_decimals = self.decimals
        dispersion = self.definition.summary.dispersion(self.definition.options)

        def post(field: str, name: str, number: float | None, decimals: int) -> str:
            return self.ledger.number(
                f"{address}/{field}",
                name,
                basis,
                number,
                decimals,
                method=found.method.replace(
                    " of participants", f" of {self.definition.units.lower()}"
                ),
                notes=found.reasons.get(name_of[field], found.notes),
            )

        name_of = {
            "value": "value", "spread": "spread", "lowerLimit": "lower", "upperLimit": "upper",
        }  # fmt: skip
        spread = lower = upper = None
        value = post("value", "value", found.value, value_decimals)
        if dispersion is not None and dispersion.shape == "spread":
            spread = post("spread", dispersion.outcome.lower(), found.spread, other_decimals)
        elif dispersion is not None:
            lower = post("lowerLimit", "lower limit", found.lower, other_decimals)
            upper = post("upperLimit", "upper limit", found.upper, other_decimals)
        return Measurement(
            group_id=self.ids[position],
            value=value,
            spread=spread,
            lower_limit=lower,
            upper_limit=upper,
            comment=_comment(found),
        )


_PART_WORDS = {
    "value": "Value",
    "spread": "Dispersion",
    "lower": "Lower limit",
    "upper": "Upper limit",
}


def _comment(found: Summarised) -> str | None:
    """Say why each NA is one, in the words of the method that could not give the number."""
    by_reason: dict[str, list[str]] = {}
    for part, reason in found.reasons.items():
        by_reason.setdefault(reason, []).append(part)
    sentences = []
    for reason, parts in by_reason.items():
        words = [_PART_WORDS[part] for part in parts]
        named = " and ".join([words[0], *(word.lower() for word in words[1:])])
        joint = " " if reason.startswith("not ") else ": "
        sentences.append(f"{named}{joint}{reason}")
    return ". ".join(sentences) + "." if sentences else None


def category_condition(category: Category, variable: str) -> str:
    """Say as a condition who counts in a category.

    Examples
    --------
    >>> category_condition(Category(title="Responder", values=("CR", "PR")), "AVALC")
    "AVALC in ['CR', 'PR']"
    """
    if category.where is not None:
        return category.where
    return among(variable, category.values or (category.title,))


def _shown(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)
