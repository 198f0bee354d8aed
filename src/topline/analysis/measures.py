"""A measure: what a baseline measure and an outcome measure have in common.

A measure selects rows of a dataset, splits them into classes and groups, summarises each, and
posts the result as classes, categories and measurements, entering every number in the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from topline.analysis.cohort import INDEX, Cohort, Column, Rows
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

Mask = npt.NDArray[np.bool_]
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
        Whether every class states its denominators, or only where they differ.
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
    samples
        The samples of the first class, for analyses.
    curves
        Kaplan–Meier curves of the first class.
    decimals
        Decimal places of values and of spread or limits.
    """

    denominators: tuple[Denom, ...]
    classes: tuple[MeasureClass, ...]
    dispersion: Dispersion | None
    analysed: dict[str, int]
    samples: tuple[Sample, ...]
    curves: tuple[GroupCurve, ...]
    decimals: tuple[int, int]


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
        self.rows = cohort.rows(definition.dataset, definition.where)
        self.decimals = self._decimals()
        self.overall = {column.key: self._sample(self.rows, column) for column in columns}

    def build(self) -> Measured:
        """Build the measure: denominators first, then classes in order."""
        definition = self.definition
        classes: list[MeasureClass] = []
        samples: tuple[Sample, ...] = ()
        curves: tuple[GroupCurve, ...] = ()
        specified = definition.classes or (None,)
        denominators = self._denominators(f"{definition.address}/denoms", self.overall, self.rows)
        for index, specification in enumerate(specified):
            rows = self.rows
            if specification is not None and specification.where:
                rows = self.cohort.rows(definition.dataset, definition.where, specification.where)
            variable = (specification.variable if specification else None) or definition.variable
            of_class = {column.key: self._sample(rows, column, variable) for column in self.columns}
            built, found = self._class(index, specification, rows, of_class)
            classes.append(built)
            if index == 0:
                samples, curves = tuple(of_class.values()), found
        return Measured(
            denominators=denominators,
            classes=tuple(classes),
            dispersion=definition.summary.dispersion(definition.options),
            analysed={column.key: self._number(self.overall, column) for column in self.columns},
            samples=samples,
            curves=curves,
            decimals=self.decimals,
        )

    def _decimals(self) -> tuple[int, int]:
        if self.definition.decimals is not None:
            return self.definition.decimals, self.definition.decimals
        name = self.definition.variable.upper()
        values = self.rows.frame[name] if name in self.rows.frame.columns else pl.Series([])
        places = (
            decimal_places(values.drop_nulls().unique().head(1000).to_list())
            if values.dtype.is_float()
            else 0
        )
        return self.definition.summary.decimals(places, self.definition.options)

    def _sample(self, rows: Rows, column: Column, variable: str | None = None) -> Sample:
        return Sample(
            column.key,
            rows.within(column.members),
            variable or self.definition.variable,
            self.definition.unit_variable,
        )

    def _number(self, samples: dict[str, Sample], column: Column) -> int:
        """Count the participants analysed."""
        if self.definition.whole_population:
            return column.size
        return samples[column.key].participants

    def _size(self, samples: dict[str, Sample], column: Column) -> int:
        """Count what percentages refer to: units, else participants."""
        if self.definition.unit_variable is not None:
            return samples[column.key].size
        return self._number(samples, column)

    def _basis(self, column: Column, rows: Rows, sample: Sample, condition: str = "") -> Basis:
        analysed = sample.analysed()
        both = [part for part in (rows.condition, condition) if part and part != "true"]
        return Basis(
            group=column.key,
            dataset=rows.dataset,
            condition=" and ".join(both) or "true",
            population=self.definition.population,
            rows=analysed.height,
            participants=int(analysed[INDEX].n_unique()),
        )

    def _denominators(
        self, address: str, samples: dict[str, Sample], rows: Rows
    ) -> tuple[Denom, ...]:
        kinds = [(PARTICIPANTS, self._number)]
        if self.definition.unit_title is not None:
            kinds.append((self.definition.unit_title, self._size))
        denominators = []
        for kind, (units, number) in enumerate(kinds):
            counts = []
            for index, column in enumerate(self.columns):
                text = self.ledger.count(
                    f"{address}/{kind}/counts/{index}/value",
                    "number analyzed",
                    self._basis(column, rows, samples[column.key]),
                    number(samples, column),
                    method=f"{units.lower()} of the population"
                    if self.definition.whole_population
                    else f"{units.lower()} with a value of {samples[column.key].variable.upper()}",
                )
                counts.append(DenomCount(group_id=self.ids[index], value=text))
            denominators.append(Denom(units=units, counts=tuple(counts)))
        return tuple(denominators)

    def _class(
        self,
        index: int,
        specification: ClassSpecification | None,
        rows: Rows,
        samples: dict[str, Sample],
    ) -> tuple[MeasureClass, tuple[GroupCurve, ...]]:
        definition = self.definition
        address = f"{definition.address}/classes/{index}"
        differs = any(
            self._size(samples, column) != self._size(self.overall, column)
            for column in self.columns
        )
        denominators = None
        if definition.class_denominators or differs:
            denominators = self._denominators(f"{address}/denoms", samples, rows)
        if definition.summary.count is not None:
            categories = self._counted(address, rows, samples)
            curves: tuple[GroupCurve, ...] = ()
        else:
            categories, curves = self._summarised(address, rows, samples)
        return (
            MeasureClass(
                title=specification.title if specification else None,
                denoms=denominators,
                categories=categories,
            ),
            curves,
        )

    def _counted(
        self, address: str, rows: Rows, samples: dict[str, Sample]
    ) -> tuple[MeasureCategory, ...]:
        variable = next(iter(samples.values())).variable.upper()
        categories = self.definition.categories or _found_categories(rows.frame, variable)
        count = self.definition.summary.count
        assert count is not None  # _class asks only for summaries that count
        built = []
        totals = [0] * len(self.columns)
        for index, category in enumerate(categories):
            condition = category_condition(category, variable)
            chosen = self.cohort.select(rows, condition)
            measurements = []
            for position, column in enumerate(self.columns):
                sample = self._sample(chosen, column, variable)
                number = self._size(samples, column)
                inside = sample.size
                totals[position] += inside
                found = count(inside, number, self.definition.options)
                measurements.append(
                    self._measurement(
                        f"{address}/categories/{index}/measurements/{position}",
                        position,
                        found,
                        self._basis(column, chosen, sample),
                    )
                )
            title = category.title if len(categories) > 1 or category.title else None
            built.append(MeasureCategory(title=title, measurements=tuple(measurements)))
        self._report_overlap(samples, totals)
        return tuple(built)

    def _report_overlap(self, samples: dict[str, Sample], totals: Sequence[int]) -> None:
        for column, total in zip(self.columns, totals, strict=True):
            number = self._size(samples, column)
            if total > number:
                self.findings.note(
                    self.definition.part,
                    f"the categories add up to {total} in {column.title!r}, where {number} were "
                    "analysed: some count in several categories",
                    "say so in the description, or narrow `where` to one row a participant",
                )

    def _summarised(
        self, address: str, rows: Rows, samples: dict[str, Sample]
    ) -> tuple[tuple[MeasureCategory, ...], tuple[GroupCurve, ...]]:
        summarise = self.definition.summary.summarise
        assert summarise is not None  # a summary counts or summarises
        try:
            summarised = summarise(list(samples.values()), self.definition.options)
        except ToplineError as error:
            self.findings.problem(self.definition.part, _one_line(error))
            return (), ()
        measurements = tuple(
            self._measurement(
                f"{address}/categories/0/measurements/{position}",
                position,
                found,
                self._basis(column, rows, samples[column.key]),
            )
            for position, (column, found) in enumerate(zip(self.columns, summarised, strict=True))
        )
        curves = tuple(
            GroupCurve(column, found.curve)
            for column, found in zip(self.columns, summarised, strict=True)
            if found.curve is not None
        )
        return (MeasureCategory(measurements=measurements),), curves

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
                method=found.method,
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
    values = category.values or (category.title,)
    return f"{variable} in [{', '.join(literal(value) for value in values)}]"


def literal(value: str | float) -> str:
    """Write a value as the condition language does.

    Examples
    --------
    >>> literal("Crohn's"), literal(2)
    ("'Crohn''s'", '2')
    """
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _found_categories(frame: pl.DataFrame, variable: str) -> list[Category]:
    values = frame[variable].drop_nulls().unique().sort().to_list()
    return [Category(title=str(value), values=(value,)) for value in values]


def _one_line(error: ToplineError) -> str:
    return "; ".join(line.strip() for line in str(error).splitlines())
