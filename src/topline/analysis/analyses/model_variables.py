"""The explanatory variables of a model that compares two or more groups, from the rows of a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import polars as pl
from msgspec import Meta

from topline.analysis.analyses.comparison import ComparisonOptions, SidedOptions
from topline.analysis.analyses.measured_class import GROUP, MeasuredClass
from topline.errors import DataError
from topline.stats.estimate import Floats
from topline.stats.model_matrix import ModelMatrix, model_matrix, variables
from topline.trial.specification import Variable

CovariatesOption = Annotated[
    tuple[Variable, ...], Meta(description="Continuous covariates, such as BASE.")
]
FactorsOption = Annotated[
    tuple[Variable, ...], Meta(description="Categorical covariates, such as SITEGR1.")
]


FittedToOption = Annotated[
    Literal["all", "compared"],
    Meta(
        description="Whether the model is fitted to all groups of the outcome, or to those compared."
    ),
]


class ModelOptions(ComparisonOptions, frozen=True, kw_only=True):
    """What a model holds beside the groups."""

    covariates: CovariatesOption = ()
    factors: FactorsOption = ()
    fitted_to: FittedToOption = "all"


class SidedModelOptions(SidedOptions, frozen=True, kw_only=True):
    """The same where the test has a direction."""

    covariates: CovariatesOption = ()
    factors: FactorsOption = ()
    fitted_to: FittedToOption = "all"


def modelled(
    measured: MeasuredClass,
    compared: Sequence[tuple[str, str]],
    fitted_to: Literal["all", "compared"],
) -> list[str]:
    """List the groups that a model is fitted to, the reference first; a group without rows is not among them."""
    reference = compared[0][1]
    own = [reference, *(first for first, _ in compared)]
    if fitted_to == "compared":
        return own
    others = [
        key
        for key, sample in measured.samples.items()
        if key not in own and (sample.participants or measured.whole_population)
    ]
    return [*own, *others]


@dataclass(frozen=True, slots=True)
class ModelRows:
    """Rows with every variable of a model.

    Attributes
    ----------
    frame
        The rows.
    covariates, factors
        By upper-case name; factors as text.
    left_out
        How many rows lack a variable and are left out.
    """

    frame: pl.DataFrame
    covariates: dict[str, Floats]
    factors: dict[str, list[str]]
    left_out: int

    @property
    def groups(self) -> list[str]:
        """The group of each row, by key."""
        return self.frame[GROUP].to_list()

    def matrix(self, groups: Sequence[str]) -> ModelMatrix:
        """Make the columns of the model; the first of the groups is the one the others are compared with."""
        return model_matrix(
            variables(
                covariates=self.covariates,
                factors={"group": self.groups, **self.factors},
                levels={"group": groups},
            ),
            [("group",), *((name,) for name in (*self.covariates, *self.factors))],
        )

    @property
    def comment(self) -> str:
        """What to say of the model's variables and of who is left out."""
        named = [*self.covariates, *self.factors]
        words = f"Adjusted for {', '.join(named)}." if named else ""
        if self.left_out:
            words += f" {self.left_out} participants who lack one of them are left out."
        return words


def model_rows(
    frame: pl.DataFrame, covariates: Sequence[str], factors: Sequence[str], groups: Sequence[str]
) -> ModelRows:
    """Take the rows that have every variable of a model.

    A factor that has one value among them says nothing and is left out of the model.

    Raises
    ------
    DataError
        If a covariate is no number, or a group has no row left.
    """
    covariates = [name.upper() for name in covariates]
    factors = [name.upper() for name in factors]
    for name in covariates:
        if not frame.schema[name].is_numeric():
            raise DataError(
                f"{name} holds {str(frame.schema[name]).lower()} values",
                accepted="a number as a covariate",
                advice="name a categorical variable among `factors:`",
            )
    known = frame.drop_nulls([*covariates, *factors])
    for key in groups:
        if known.filter(pl.col(GROUP) == key).is_empty():
            raise DataError(f"no participant of the group {key} was analyzed")
    return ModelRows(
        frame=known,
        covariates={
            name: np.asarray(known[name].cast(pl.Float64).to_numpy()) for name in covariates
        },
        factors={
            name: known[name].cast(pl.String).to_list()
            for name in factors
            if known[name].n_unique() > 1
        },
        left_out=frame.height - known.height,
    )
