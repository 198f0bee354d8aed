"""A dataset of a trial: a Polars frame with the names, labels and formats its file gave it.

A missing value is null, whatever the file wrote for it. SAS does not tell blank text from missing
text, so neither does topline: text of blanks alone is null in every format. Dates are dates where
the file says so (a SAS format, a typed Parquet column, a Dataset-JSON date with an integer
target); ISO 8601 text (``--DTC``) stays text, because it may be partial, and a number without a
date format stays a number.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import polars as pl

from topline.errors import DataError
from topline.trial.spelling import nearest

ROW_NUMBER = "__row__"
"""The column of record numbers that :meth:`Dataset.with_row_numbers` adds."""

VariableType = Literal["text", "number", "integer", "date", "time", "datetime", "boolean"]

_NAMES_LISTED = 150  # an error that lists a thousand variables helps nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What a file says about one of its variables.

    Parameters
    ----------
    name
        The name in upper case, as CDISC writes it.
    label
        The descriptive label, where the file has one.
    type
        What the values are. SAS numbers are ``number`` unless their format makes them dates or
        times; ``integer`` occurs only where the file declares or shows whole numbers.
    length
        The storage length [bytes] that the file declares.
    format
        The display format as SAS writes it, ``DATE9.``.
    missing
        How many values are missing under each SAS code (``.``, ``.A`` to ``.Z``, ``._``), for
        a number that was read from a SAS file; empty for other files.

    Examples
    --------
    >>> Variable(name="TRTSDT", label="Date of First Exposure", type="date", format="DATE9.").type
    'date'
    """

    name: str
    label: str | None = None
    type: VariableType = "text"
    length: int | None = None
    format: str | None = None
    missing: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the reader did to the values, or could not do, that a statistician may ask about.

    Parameters
    ----------
    message
        What happened, in words.
    variable
        The variable it happened to; None for the whole file.
    rows
        In how many records, where that has a meaning.

    Examples
    --------
    >>> print(Note(variable="AVISIT", message="leading blanks were removed", rows=3))
    AVISIT: leading blanks were removed (3 records)
    """

    message: str
    variable: str | None = None
    rows: int | None = None

    def __str__(self) -> str:
        start = f"{self.variable}: " if self.variable else ""
        end = "" if self.rows is None else f" ({self.rows} record{'' if self.rows == 1 else 's'})"
        return f"{start}{self.message}{end}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """One dataset as it was read. Rows stand in the order of the file.

    Parameters
    ----------
    name
        The dataset's name in upper case, ``ADSL``.
    frame
        The columns that were read, named in upper case. Text is String, numbers are Float64 or
        Int64, dates are Date, Time or Datetime in microseconds without a time zone.
    variables
        Every variable of the file, read or not, in the order of the file.
    source
        The file.
    records
        How many records the file holds, also where no column was read.
    format
        The name of the dataset format it was read as.
    label
        The dataset's label.
    notes
        What the reader did beyond copying.
    special_missing
        For each number with special missing values: the code of each record, null where the value
        is present. Ordinary missing values have the code ``.``.

    Examples
    --------
    >>> adsl = Dataset(
    ...     name="ADSL",
    ...     frame=pl.DataFrame({"USUBJID": ["01-701-1015"], "AGE": [63.0]}),
    ...     variables={"USUBJID": Variable(name="USUBJID"), "AGE": Variable(name="AGE", type="number")},
    ...     source=Path("adsl.xpt"), records=1, format="xpt")
    >>> adsl.variable("age").type
    'number'
    >>> print(adsl.variable("USUBJDI"))
    Traceback (most recent call last):
    topline.errors.DataError: ADSL has no variable USUBJDI
      where: adsl.xpt
      accepted: USUBJID, AGE
      to do: did you mean USUBJID?
    """

    name: str
    frame: pl.DataFrame
    variables: Mapping[str, Variable]
    source: Path
    records: int
    format: str
    label: str | None = None
    notes: tuple[Note, ...] = ()
    special_missing: Mapping[str, pl.Series] = field(default_factory=lambda: MappingProxyType({}))

    def __contains__(self, name: object) -> bool:
        """Whether the file has a variable of this name, in any case."""
        return isinstance(name, str) and name.upper() in self.variables

    def variable(self, name: str) -> Variable:
        """Return what the file says about a variable; the name may be in any case.

        Raises
        ------
        DataError
            The file has no such variable: names the nearest ones and all that exist.
        """
        return self.variables[self._known(name)]

    def column(self, name: str) -> pl.Series:
        """Return the values of a variable; the name may be in any case.

        Raises
        ------
        DataError
            The file has no such variable, or it was not among the columns that were read.
        """
        known = self._known(name)
        if known not in self.frame.columns:
            raise DataError(
                f"{self.name}.{known} was not read",
                where=str(self.source),
                accepted=", ".join(self.frame.columns) or "no column was read",
                advice=f"read the dataset again with {known} among the columns",
            )
        return self.frame[known]

    def missing_codes(self, name: str) -> pl.Series:
        """Return the SAS missing code of each record: ``.``, ``.A``…, null where a value is present.

        Only SAS files have special codes; elsewhere every null is ``.``.

        Examples
        --------
        >>> adsl = Dataset(name="ADSL", frame=pl.DataFrame({"AGE": [63.0, None]}),
        ...     variables={"AGE": Variable(name="AGE", type="number")},
        ...     source=Path("adsl.xpt"), records=2, format="xpt")
        >>> adsl.missing_codes("AGE").to_list()
        [None, '.']
        """
        values = self.column(name)
        special = self.special_missing.get(values.name)
        if special is not None:
            return special
        codes = pl.DataFrame({"missing": values.is_null()}).select(
            pl.when("missing").then(pl.lit(".")).alias(values.name)
        )
        return codes[values.name]

    def with_row_numbers(self) -> pl.DataFrame:
        """Return the frame with the 1-based record numbers of the file as column ``__row__``.

        Filter what this returns, and each row still says which record of the file it was. Rows are
        never reordered by reading, so that nothing is stored until this is asked for.

        Examples
        --------
        >>> adsl = Dataset(name="ADSL", frame=pl.DataFrame({"AGE": [63.0, 64.0]}),
        ...     variables={"AGE": Variable(name="AGE", type="number")},
        ...     source=Path("adsl.xpt"), records=2, format="xpt")
        >>> adsl.with_row_numbers().filter(pl.col("AGE") > 63)["__row__"].to_list()
        [2]
        """
        return self.frame.with_row_index(ROW_NUMBER, offset=1)

    def _known(self, name: str) -> str:
        upper = name.upper()
        if upper not in self.variables:
            raise missing_variable(name, self.name, self.variables, str(self.source))
        return upper


def missing_variable(
    name: str, dataset: str, variables: Iterable[str], where: str | None = None
) -> DataError:
    """Return the error for a variable that a dataset lacks: what exists, and the nearest spelling.

    Examples
    --------
    >>> missing_variable("SAFL", "ADSL", ["USUBJID", "SAFFL"]).advice
    'did you mean SAFFL?'
    """
    names = list(variables)
    return DataError(
        f"{dataset} has no variable {name}",
        where=where,
        accepted=listing(names) or "it has no variables at all",
        advice=meant(name, names),
    )


def meant(name: str, names: Iterable[str]) -> str | None:
    """Return the question that names the nearest spelling, or None where nothing is near.

    Examples
    --------
    >>> meant("adls", ["ADSL", "ADAE"])
    'did you mean ADSL?'
    """
    found = nearest(name, names)
    return f"did you mean {found}?" if found else None


def listing(names: Collection[str]) -> str:
    """Return names as one line, cut where there are too many to read.

    Examples
    --------
    >>> listing(["AGE", "SEX"])
    'AGE, SEX'
    """
    shown = ", ".join(list(names)[:_NAMES_LISTED])
    more = len(names) - _NAMES_LISTED
    return f"{shown} and {more} more" if more > 0 else shown


def chosen_columns(
    columns: Collection[str] | None, variables: Iterable[str], dataset: str, where: str
) -> list[str]:
    """Return the columns to read in the order of the file; None chooses all.

    Raises
    ------
    DataError
        One of the columns does not exist.

    Examples
    --------
    >>> chosen_columns(["age"], ["USUBJID", "AGE"], "ADSL", "adsl.xpt")
    ['AGE']
    """
    names = list(variables)
    if columns is None:
        return names
    wanted = {column.upper() for column in columns}
    for column in columns:
        if column.upper() not in names:
            raise missing_variable(column, dataset, names, where)
    return [name for name in names if name in wanted]


def distinct_names(names: Iterable[str], where: str) -> list[str]:
    """Return variable names in upper case, once it is sure that no two of them are the same.

    Raises
    ------
    DataError
        A name is blank, or two names differ in nothing but case.

    Examples
    --------
    >>> distinct_names(["usubjid", "Age"], "adsl.csv")
    ['USUBJID', 'AGE']
    """
    found: dict[str, str] = {}
    for position, name in enumerate(names, start=1):
        upper = name.strip().upper()
        if not upper or not upper.isprintable():
            raise DataError(
                f"variable {position} has no readable name: {name!r}",
                where=where,
                accepted="a printable name for each variable",
            )
        if upper in found or upper == ROW_NUMBER.upper():
            raise DataError(
                f"two variables have the same name: {found.get(upper, ROW_NUMBER)!r} and {name!r}",
                where=where,
                accepted="names that differ in more than upper and lower case",
            )
        found[upper] = name
    return list(found)
