"""The classes of a measure as statistical analyses get them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from topline.analysis.analyses.analysis import Analysed, AnalysisOptions
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.cohort import INDEX, TOTAL, Column, Rows
from topline.analysis.ledger import Basis
from topline.analysis.measures import MeasureBuilder, PreparedClass
from topline.analysis.summaries.summary import Sample

CONTROLS = ("PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION", "ACTIVE_COMPARATOR")
"""Types of groups that others are compared with, the first that only one group has."""


@dataclass(frozen=True)
class ClassesOfMeasure:
    """The classes of one measure.

    Attributes
    ----------
    builder
        The measure, built.
    decimals
        Decimal places of its values.
    """

    builder: MeasureBuilder
    decimals: int

    @property
    def several(self) -> bool:
        """Whether an analysis must say which class it is of."""
        return len(self.builder.classes) > 1

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Titles of the groups by key."""
        return {column.key: column.title for column in self.builder.columns}

    def mistakes(self, options: AnalysisOptions) -> list[tuple[str, str]]:
        """List the groups and classes that the measure does not have: what was found, and what is accepted."""
        found = []
        named = [*options.groups, getattr(options, "reference", None)]
        absent = [key for key in named if key is not None and key not in self.titles]
        if absent:
            found.append(
                (
                    f"groups {', '.join(absent)} are not among those of the outcome",
                    f"one of {', '.join(self.titles)}",
                )
            )
        known = [one.title or "" for one in self.builder.classes]
        unknown = [title for title in self._asked(options) if title not in known]
        if unknown:
            found.append(
                (
                    f"classes {', '.join(unknown)}, which the outcome does not have",
                    f"one of {', '.join(known)}, or all"
                    if self.several
                    else "leave `classes:` out",
                )
            )
        return found

    def _asked(self, options: AnalysisOptions) -> Sequence[str]:
        if options.classes == "all":
            return [one.title or "" for one in self.builder.classes]
        return (options.classes,) if isinstance(options.classes, str) else options.classes

    def chosen(self, options: AnalysisOptions) -> list[PreparedClass]:
        """Give the classes analysed, in the order of the measure; where none is named, the first."""
        asked = self._asked(options)
        if not asked:
            return self.builder.classes[:1]
        return [one for one in self.builder.classes if (one.title or "") in asked]

    def measured(self, one: PreparedClass, options: AnalysisOptions) -> MeasuredClass:
        """Give a class to an analysis, with the groups that it is about in its order."""
        builder = self.builder
        keys = list(options.groups or [key for key in self.titles if key != TOTAL])
        reference = getattr(options, "reference", None)
        if reference is not None and reference not in keys:
            keys.append(reference)
        members = {column.key: column.members for column in builder.columns}
        everyone = builder.cohort.participants
        return MeasuredClass(
            title=one.title or "",
            keys=tuple(keys),
            samples=_groups(builder.samples(one.valued, one.variable)),
            selected=lambda condition: builder.selected(condition, one.variable),
            every_class=_groups(builder.samples(builder.analysed, one.variable)),
            categories={
                title: builder.samples(rows, INDEX)
                for title, rows in builder.counted_rows(one).items()
            },
            participants={key: everyone.filter(chosen) for key, chosen in members.items()},
            whole_population=builder.definition.whole_population,
            titles=self.titles,
            control=self._control(keys),
            options=builder.definition.options,
        )

    def _control(self, keys: Sequence[str]) -> str | None:
        groups = self.builder.cohort.specification.groups
        for kind in CONTROLS:
            found = [key for key in keys if groups[key].type == kind]
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def _rows_of(self, rows: Rows, chosen: Sequence[Column]) -> tuple[list[pl.DataFrame], str, str]:
        """Give the rows of some columns, with their dataset and the condition that selects them."""
        parts = [self.builder.cohort.of(rows, column) for column in chosen]
        conditions = list(dict.fromkeys(part.condition for part in parts))
        condition = (
            conditions[0] if len(conditions) == 1 else " or ".join(f"({one})" for one in conditions)
        )
        frames = [part.within(column.members) for part, column in zip(parts, chosen, strict=True)]
        return frames, rows.dataset, condition

    def basis(self, one: PreparedClass, found: Analysed) -> Basis:
        """Say which rows an analysis rests on."""
        builder = self.builder
        chosen = [column for column in builder.columns if column.key in found.groups]
        if found.basis == "population":
            frames = [builder.cohort.participants.filter(column.members) for column in chosen]
            dataset = "ADSL"
            condition = builder.cohort.population(builder.definition.population).where
        elif found.condition is not None:
            frames, dataset, condition = self._rows_of(
                builder.rows_of(found.condition, one.variable), chosen
            )
        else:
            frames, dataset, condition = self._rows_of(
                one.valued if found.basis == "class" else builder.analysed, chosen
            )
        return Basis(
            group=", ".join(found.groups),
            dataset=dataset,
            condition=condition,
            population=builder.definition.population,
            rows=sum(frame.height for frame in frames),
            # A participant of a crossover has rows in several groups.
            participants=int(pl.concat([frame[INDEX] for frame in frames]).n_unique()),
        )


def _groups(samples: Mapping[str, Sample]) -> dict[str, Sample]:
    """Leave the total out: it is no group to compare."""
    return {key: sample for key, sample in samples.items() if key != TOTAL}
