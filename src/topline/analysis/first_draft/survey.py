"""What a folder of datasets tells at first sight: who takes part, in which arms, and what each dataset is for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from topline.errors import DataError
from topline.trial.dataset import Variable
from topline.trial.library import Library
from topline.trial.populations import DEFAULT_POPULATIONS, STANDARD_POPULATIONS

PARTICIPANT = "USUBJID"
NOT_TREATED = re.compile(r"screen\s*fail|not\s+(assigned|treated|randomi[sz]ed)|^$", re.IGNORECASE)
"""Values of a treatment variable that are no treatment."""


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm as the data name it: its key in the specification and its treatments, planned and actual."""

    key: str
    value: str


@dataclass(frozen=True)
class Survey:
    """A trial's datasets, looked at.

    Parameters
    ----------
    library
        The datasets.

    Raises
    ------
    DataError
        If there is no ADSL, or it has no treatment.
    """

    library: Library

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """The variables of ADSL."""
        if "ADSL" not in self.library:
            raise DataError(
                "there is no ADSL dataset",
                where=str(self.library.folder),
                accepted="one row a participant, with USUBJID, treatment and population flags",
                advice="name the folder with the analysis datasets",
            )
        return dict(self.library.variables("ADSL"))

    @cached_property
    def everyone(self) -> pl.DataFrame:
        """ADSL whole."""
        return self.library.read("ADSL").frame.with_columns(pl.col(PARTICIPANT).cast(pl.String))

    @cached_property
    def treatment(self) -> str | None:
        """The variable of the planned treatment; ``None`` where all are in one group."""
        return next((name for name in ("TRT01P", "ARM") if name in self.variables), None)

    @cached_property
    def actual(self) -> str | None:
        """The variable of the treatment received."""
        return next((name for name in ("TRT01A", "ACTARM") if name in self.variables), None)

    @cached_property
    def population(self) -> str:
        """The condition over ADSL for those who started."""
        for standard in DEFAULT_POPULATIONS:
            where = STANDARD_POPULATIONS[standard].where
            if where.split()[0] in self.variables:
                return where
        if "RANDDT" in self.variables and self._some(pl.col("RANDDT").is_not_null()):
            return "RANDDT is not missing"
        if "SAFFL" in self.variables:
            return "SAFFL == 'Y'"
        return "USUBJID is not missing"

    @property
    def standard_population(self) -> bool:
        """Whether a build finds that population without being told."""
        return any(
            STANDARD_POPULATIONS[name].where == self.population for name in DEFAULT_POPULATIONS
        )

    def _some(self, condition: pl.Expr) -> bool:
        return bool(self.everyone.select(condition.any()).item())

    @cached_property
    def started(self) -> pl.DataFrame:
        """The rows of ADSL of those who started, in an arm."""
        flag = self.population.split()[0]
        frame = self.everyone
        if self.population.endswith("'Y'"):
            frame = frame.filter(pl.col(flag).fill_null("") == "Y")
        else:
            frame = frame.filter(pl.col(flag).is_not_null())
        if self.treatment is None:
            return frame
        return frame.filter(pl.col(self.treatment).is_in([arm.value for arm in self.arms]))

    @cached_property
    def arms(self) -> list[Arm]:
        """The arms in the order of their number, else with the comparator last."""
        if self.treatment is None:
            return []
        frame = self.everyone
        order = f"{self.treatment}N"
        named = frame.filter(pl.col(self.treatment).is_not_null())
        if order in frame.columns and frame.schema[order].is_numeric():
            named = named.sort(order, maintain_order=True)
        values = [
            value
            for value in named[self.treatment].unique(maintain_order=True).to_list()
            if not NOT_TREATED.search(value)
        ]
        if order not in frame.columns:
            values = sorted(values, key=lambda value: (is_comparator(value), value))
        keys: list[str] = []
        for value in values:
            keys.append(key_of(value, keys))
        return [Arm(key, value) for key, value in zip(keys, values, strict=True)]

    @cached_property
    def comparators(self) -> list[Arm]:
        """The arms whose names say that the others are compared with them."""
        return [arm for arm in self.arms if is_comparator(arm.value)]

    @property
    def compares(self) -> bool:
        """Whether there is a comparator that the build finds by its type."""
        return len(self.arms) > 1 and len(self.comparators) == 1

    def has(self, name: str, *variables: str) -> bool:
        """Tell whether a dataset has some variables."""
        return name in self.library and set(variables) <= set(self.library.variables(name))

    def rows(self, name: str, columns: Sequence[str]) -> pl.DataFrame:
        """Give some columns of a dataset, of those who started."""
        there = set(self.library.variables(name))
        wanted = [one for one in dict.fromkeys((PARTICIPANT, *columns)) if one in there]
        frame = self.library.read(name, columns=wanted).frame.select(wanted)
        return frame.with_columns(pl.col(PARTICIPANT).cast(pl.String)).join(
            self.started.select(PARTICIPANT), on=PARTICIPANT, how="semi"
        )


def is_comparator(value: str) -> bool:
    """Tell whether a treatment's name says that others are compared with it.

    >>> is_comparator("Placebo"), is_comparator("Xanomeline High Dose")
    (True, False)
    """
    return (
        re.search(r"placebo|sham|vehicle|control|standard of care", value, re.IGNORECASE)
        is not None
    )


def key_of(value: str, taken: Sequence[str] = ()) -> str:
    """Make a short key of a title.

    >>> key_of("Xanomeline High Dose"), key_of("5 mg", ["group_5_mg"])
    ('xanomeline_high_dose', 'group_5_mg_2')
    """
    key = re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_")[:40].strip("_") or "group"
    if not key[0].isalpha():
        key = f"group_{key}"
    number, unique = 1, key
    while unique in taken:
        number += 1
        unique = f"{key}_{number}"
    return unique
