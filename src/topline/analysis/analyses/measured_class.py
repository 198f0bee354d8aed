"""What a statistical analysis is given: one class of an outcome measure, with its groups, rows and categories."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from topline.analysis.cohort import INDEX
from topline.analysis.repeated_measures import GROUP as GROUP
from topline.analysis.summaries.summary import Sample
from topline.errors import UsageError
from topline.trial.condition_evaluation import to_expression
from topline.trial.conditions import parse_condition

RESPONDED = "__responded__"
"""The column that says whether a participant or unit counts in the category analysed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredClass:
    """A class of an outcome measure.

    Attributes
    ----------
    title
        The class's title; empty where the measure has one class without a title.
    keys
        The groups that the analysis is about, in its order.
    samples
        The rows with a value, by the key of the group; of all groups of the measure.
    every_class
        The rows of all classes by group, for a model over visits.
    categories
        Title of a category -> group -> the rows that count in it; empty where the measure counts nothing.
    participants
        Everyone of the population by group: rows of ADSL.
    whole_population
        Whether those without a value are analysed too, and then count in no category.
    titles
        Titles of the groups by key.
    control
        The one group whose type is a comparator or no intervention; ``None`` where there is not just one.
    options
        Those of the measure's summary, such as its censoring variable.
    selected
        Gives other rows of the outcome's dataset by a condition, by group.
    """

    title: str
    keys: tuple[str, ...]
    samples: Mapping[str, Sample]
    selected: Callable[[str], Mapping[str, Sample]]
    every_class: Mapping[str, Sample]
    participants: Mapping[str, pl.DataFrame]
    titles: Mapping[str, str]
    categories: Mapping[str, Mapping[str, Sample]] = field(default_factory=dict)
    whole_population: bool = False
    control: str | None = None
    options: Any = None

    @property
    def own(self) -> list[Sample]:
        """The rows of the groups that the analysis is about."""
        return [self.samples[key] for key in self.keys]

    @property
    def variable(self) -> str:
        """The variable analysed, in upper case."""
        return next(iter(self.samples.values())).variable.upper()

    def rows(self, groups: Sequence[str], *, every_class: bool = False) -> pl.DataFrame:
        """Give the rows with a value of some groups, one below the other, with :data:`GROUP`."""
        samples = self.every_class if every_class else self.samples
        return pl.concat(
            [samples[key].analysed().with_columns(pl.lit(key).alias(GROUP)) for key in groups],
            how="vertical_relaxed",
        )

    def single_rows(self, groups: Sequence[str]) -> pl.DataFrame:
        """Give the rows of some groups where each participant (or unit) must have one.

        Raises
        ------
        DataError
            If one has several rows, or the variable analysed is no number.
        """
        for key in groups:
            self.samples[key].numbers()
        return self.rows(groups)

    def responses(self, groups: Sequence[str], category: str | None = None) -> pl.DataFrame:
        """Give one row for each participant (or unit) analysed, with :data:`RESPONDED` and :data:`GROUP`.

        Where the whole population is analysed, those without a row come from ADSL and have not responded.

        Parameters
        ----------
        groups
            Keys of groups.
        category
            The title of the category; ``None`` where there is only one.

        Raises
        ------
        UsageError
            If the measure counts nothing, or which of its categories is meant is not said.
        """
        counted = self._category(category)
        frames = []
        for key in groups:
            sample = self.samples[key]
            unit = sample.unit_variable
            keys = [INDEX] if unit is None else [INDEX, unit.upper()]
            frame = sample.analysed().unique(keys, keep="first", maintain_order=True)
            if self.whole_population:
                others = self.participants[key].join(frame, on=INDEX, how="anti")
                frame = pl.concat([frame, others], how="diagonal_relaxed")
            responders = counted[key].frame.select(keys).unique()
            frames.append(
                frame.join(
                    responders.with_columns(pl.lit(True).alias(RESPONDED)),
                    on=keys,
                    how="left",
                    maintain_order="left",
                ).with_columns(pl.col(RESPONDED).fill_null(False), pl.lit(key).alias(GROUP))
            )
        return pl.concat(frames, how="diagonal_relaxed")

    @staticmethod
    def asked(frame: pl.DataFrame, condition: str) -> pl.Series:
        """Answer a condition for each of some rows: true or false."""
        expression = to_expression(parse_condition(condition), frame.schema, tidy=True)
        return frame.select(expression.alias("answer"))["answer"]

    def counts(self, group: str, category: str | None = None) -> tuple[int, int]:
        """Count who responded, of how many."""
        frame = self.responses([group], category)
        return int(frame[RESPONDED].sum()), frame.height

    def _category(self, title: str | None) -> Mapping[str, Sample]:
        if not self.categories:
            raise UsageError(
                "the outcome's summary counts no categories",
                accepted="an outcome whose summary is count_of_participants or percentage",
                advice="say `categories:` in the outcome, or analyze its values instead",
            )
        if title is None and len(self.categories) == 1:
            return next(iter(self.categories.values()))
        if title is None or title not in self.categories:
            raise UsageError(
                "which category is analyzed is not said" if title is None
                else f"the outcome has no category {title!r}",
                accepted=", ".join(self.categories),
                advice="say `category:` in the analysis",
            )  # fmt: skip
        return self.categories[title]
