"""Values of each participant that a specification derives from the rows of a dataset: a count, a sum, the highest grade.

They become variables of ADSL, so that conditions, summaries and the statistics' provenance speak of them as of any other.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import polars as pl

from topline.errors import DataError
from topline.trial.condition_evaluation import to_expression
from topline.trial.conditions import parse_condition, variables
from topline.trial.dataset import Dataset, Note, Variable
from topline.trial.library import Library
from topline.trial.specification import ParticipantValue, Specification

_PARTICIPANT = "USUBJID"


def described(name: str, value: ParticipantValue) -> str:
    """Say what a derived value is.

    Examples
    --------
    >>> described("WORSTGR", ParticipantValue(dataset="ADAE", take="highest", of="AETOXGRN", where="TRTEMFL == 'Y'"))
    "WORSTGR: highest AETOXGRN of a participant's rows of ADAE where TRTEMFL == 'Y'"
    >>> described("NAE", ParticipantValue(dataset="ADAE", take="count", at_most=1))
    "NAE: count of a participant's rows of ADAE, at most 1"
    """
    what = f"{value.take} {value.of.upper()}" if value.of and value.take != "count" else value.take
    text = f"{name.upper()}: {what} of a participant's rows of {value.dataset.upper()}"
    if value.where:
        text += f" where {value.where}"
    return text + (f", at most {value.at_most:g}" if value.at_most is not None else "")


class DerivedLibrary(Library):
    """A library whose ADSL has the derived values of participants as further variables.

    Parameters
    ----------
    library
        The datasets as they are.
    values
        Name → how the value is derived.
    """

    def __init__(self, library: Library, values: Mapping[str, ParticipantValue]) -> None:
        self.library = library
        self.folder: Path = library.folder
        self.values = {name.upper(): value for name, value in values.items()}
        self._everyone: Dataset | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """As of the library."""
        return self.library.names

    def __contains__(self, name: object) -> bool:
        """As of the library."""
        return name in self.library

    @property
    def derived(self) -> tuple[str, ...]:
        """As of the library."""
        return self.library.derived

    def add(self, dataset: Dataset, origin: object = None) -> None:
        """As of the library."""
        self.library.add(dataset, origin)

    def origin(self, name: str) -> object:
        """As of the library."""
        return self.library.origin(name)

    def path(self, name: str) -> Path:
        """As of the library."""
        return self.library.path(name)

    def variables(self, name: str) -> Mapping[str, Variable]:
        """Return the variables of a dataset; ADSL has the derived ones too."""
        own = self.library.variables(name)
        if name.upper() != "ADSL":
            return own
        return MappingProxyType({**own, **self._variables()})

    def _variables(self) -> dict[str, Variable]:
        return {
            name: Variable(name=name, label=described(name, value), type="number")
            for name, value in self.values.items()
        }

    def read(self, name: str, *, columns: Collection[str] | None = None) -> Dataset:
        """Return a dataset; ADSL comes with the derived values.

        Raises
        ------
        DataError
            If a value is of a variable that is no number, or ADSL has a variable of that name already.
        """
        if name.upper() != "ADSL":
            return self.library.read(name, columns=columns)
        if self._everyone is None:
            self._everyone = self._derive(self.library.read(name))
        return self._everyone

    def _derive(self, everyone: Dataset) -> Dataset:
        frame = everyone.frame
        for name, value in self.values.items():
            if name in frame.columns:
                raise DataError(
                    f"participant_values: {name} is a variable of ADSL already",
                    where=str(everyone.source),
                    accepted="a name that ADSL does not have",
                )
            frame = frame.join(
                self._of_each(name, value),
                left_on=pl.col(_PARTICIPANT).cast(pl.String),
                right_on="__who__",
                how="left",
                maintain_order="left",
            )
            if value.take in ("count", "sum"):
                frame = frame.with_columns(pl.col(name).fill_null(0))
        notes = [Note(message=described(name, value)) for name, value in self.values.items()]
        return replace(
            everyone,
            frame=frame,
            variables=MappingProxyType({**everyone.variables, **self._variables()}),
            notes=(*everyone.notes, *notes),
        )

    def _of_each(self, name: str, value: ParticipantValue) -> pl.DataFrame:
        condition = parse_condition(value.where) if value.where else None
        wanted = {_PARTICIPANT} | ({value.of.upper()} if value.of else set())
        if condition is not None:
            wanted |= {one.name for one in variables(condition)}
        rows = self.library.read(value.dataset, columns=sorted(wanted)).frame
        if condition is not None:
            rows = rows.filter(to_expression(condition, rows.schema, tidy=True))
        found = _AGGREGATES[value.take](_numeric(rows, name, value)).cast(pl.Float64)
        if value.at_most is not None:
            found = pl.min_horizontal(found, pl.lit(float(value.at_most)))
        return rows.group_by(pl.col(_PARTICIPANT).cast(pl.String).alias("__who__")).agg(
            found.alias(name)
        )


def _numeric(rows: pl.DataFrame, name: str, value: ParticipantValue) -> pl.Expr:
    if value.of is None:
        return pl.len()
    of = value.of.upper()
    if value.take != "count" and not rows.schema[of].is_numeric():
        raise DataError(
            f"participant_values: {name} is the {value.take} of {of}, which holds "
            f"{str(rows.schema[of]).lower()} values",
            accepted="a numeric variable, such as AETOXGRN",
        )
    return pl.col(of)


_AGGREGATES = {
    # Of a variable, how many rows have a value of it.
    "count": lambda given: given.count() if given.meta.output_name() != "len" else given,
    "sum": lambda given: given.sum(),
    "highest": lambda given: given.max(),
    "lowest": lambda given: given.min(),
}


def derived_library(specification: Specification, library: Library) -> Library:
    """Give a library with the derived values of a specification; the library itself where there are none."""
    values = specification.participant_values
    if not values or isinstance(library, DerivedLibrary):
        return library
    return DerivedLibrary(library, values)
