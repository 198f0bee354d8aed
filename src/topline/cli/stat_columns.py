"""Columns of a dataset as the arrays that statistics take, with what was left out on the way."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from topline.cli.stat_input import dataset_file
from topline.errors import DataError, UsageError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from topline.stats.estimate import Floats

_VALUES_LISTED = 20
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_RECORD = "record of the file"
"""The column that says which record each was, from 1; no dataset has one of small letters."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The records that a statistic is computed from.

    Attributes
    ----------
    frame
        The columns that were asked for, without records that lack one of them, and which record each was.
    source
        The file.
    notes
        What was left out.
    """

    frame: "pl.DataFrame"
    source: Path
    notes: tuple[str, ...]

    def numbers(self, name: str) -> "Floats":
        """Return a column of numbers."""
        return self._numbers(name, as_event=False)

    def times(self, name: str) -> "Floats":
        """Return a column of numbers from 0, as times and counts are."""
        values = self.numbers(name)
        self.refuse(name, values, values < 0, "a number of at least 0")
        return values

    def counts(self, name: str) -> "Floats":
        """Return a column of whole numbers from 0."""
        values = self.numbers(name)
        wrong = (values < 0) | (values % 1 != 0)
        self.refuse(name, values, wrong, "a count: a whole number from 0")
        return values

    def positive(self, name: str) -> "Floats":
        """Return a column of numbers above 0, as variances are."""
        values = self.numbers(name)
        self.refuse(name, values, values <= 0, "a number above 0")
        return values

    def refuse(
        self,
        name: str,
        values: "Floats",
        wrong: "NDArray[np.bool_]",
        accepted: str,
        *,
        advice: str | None = None,
    ) -> None:
        """Refuse the first value that is wrong, by its record in the file."""
        if wrong.any():
            place = int(wrong.argmax())
            raise DataError(
                f"{name.upper()} is {values[place]:g}",
                where=self._record(place),
                accepted=accepted,
                advice=advice,
            )

    def _record(self, place: int) -> str:
        return f"{self.source}, record {self.frame[_RECORD][place]:,}"

    def _numbers(self, name: str, *, as_event: bool) -> "Floats":
        import numpy as np

        column = self.frame[name.upper()]
        if not (column.dtype.is_numeric() or str(column.dtype) == "Boolean"):
            texts = [_text(value) for value in column.to_list()]
            place = next((at for at, text in enumerate(texts) if not _is_number(text)), 0)
            text = texts[place]
            advice = "write decimals with a point" if _DECIMAL_COMMA.fullmatch(text) else None
            # What is text may well be an event by one of its values.
            if as_event:
                advice = f"write {column.name}={text} if that is the event"
            raise DataError(
                f"{column.name} is not a column of numbers: it holds {text!r}",
                where=self._record(place),
                accepted="a column of numbers; cells of missing values are empty",
                advice=advice,
            )
        values = np.asarray(column.to_numpy(), dtype=np.float64)
        self.refuse(name, values, ~np.isfinite(values), "a finite number")
        return values

    def labels(self, name: str) -> list[str]:
        """Return a column of categories as text; whole numbers without a decimal point."""
        return [_text(value) for value in self.frame[name.upper()].to_list()]

    def happened(self, event: str) -> "Floats":
        """Return 1 for an event and 0 for none, from ``COL`` or ``COL=VALUE``."""
        import numpy as np

        name, equals, value = event.partition("=")
        if not equals:
            values = self._numbers(name, as_event=True)
            accepted = "1 for an event or 0 for none (ADaM's CNSR is the reverse: CNSR=0)"
            wrong = (values != 0) & (values != 1)
            other = f"write {name.upper()}={_text(values.max())} if that is the event"
            self.refuse(name, values, wrong, accepted, advice=other)
            return values
        # That the value occurs at all was made sure on reading; a group may well be without events.
        found = _equal(self.frame[name.upper()], value)
        return np.asarray(found.to_numpy(), dtype=np.float64)

    def groups(self, name: str, reference: str | None = None) -> list[str]:
        """Return the labels of a column in the order of its values, numbers by their size, the reference first."""
        from topline.stats.checking import known

        values = self.frame[name.upper()].unique().sort().to_list()
        found = list(dict.fromkeys(_text(value) for value in values))
        if reference is None:
            return found
        known("group", reference, found)
        return [reference, *(label for label in found if label != reference)]

    def two_groups(self, name: str, reference: str | None = None) -> tuple[str, str]:
        """Return the label that is compared and the reference; there must be two."""
        found = self.groups(name, reference)
        if len(found) != 2:
            raise DataError(
                f"{name.upper()} has {len(found)} groups: {', '.join(found[:_VALUES_LISTED])}",
                where=str(self.source),
                accepted="a column with two groups",
                advice="choose records with --where",
            )
        return found[1], found[0]

    def within(self, name: str, label: str) -> "Columns":
        """Return the records of one group."""
        import polars as pl

        same = pl.Series([found == label for found in self.labels(name)], dtype=pl.Boolean)
        return Columns(self.frame.filter(same), self.source, ())


def columns(path: Path, names: Sequence[str | None], where: Sequence[str] | None = None) -> Columns:
    """Read columns of a dataset.

    Parameters
    ----------
    path
        The file; ``-`` for standard input.
    names
        The columns, in any case, an event as ``COL`` or ``COL=VALUE``; None is passed over.
    where
        Conditions, ``COL=VALUE``.

    Raises
    ------
    DataError, NotFoundError, UsageError
        If the file, a column or a condition does not fit, or no record remains.
    """
    from topline.trial.reading import read_dataset

    wanted = list(dict.fromkeys(name.partition("=")[0].upper() for name in names if name))
    conditions = [_condition(text) for text in where or ()]
    read = dict.fromkeys([*wanted, *(name for name, _ in conditions)])
    with dataset_file(path) as (file, path):
        dataset = read_dataset(file, columns=list(read))
    frame = dataset.frame.with_row_index(_RECORD, offset=1)
    for name, value in conditions:
        frame = frame.filter(_matches(frame[name], value, path).fill_null(value=False))
    whole = frame.drop_nulls(wanted)
    notes = [str(note) for note in dataset.notes]
    if whole.height < frame.height:
        lacking = ", ".join(name for name in wanted if frame[name].null_count())
        left_out = frame.height - whole.height
        notes.append(f"{left_out:,} of {frame.height:,} records left out: {lacking} missing")
    if not whole.height:
        raise DataError(
            "no record remains", where=str(path), accepted="at least one record with all columns"
        )
    for name, equals, value in (name.partition("=") for name in names if name):
        if equals:
            _matches(whole[name.upper()], value, path)
    return Columns(whole, path, tuple(notes))


def _condition(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(
            f"{text!r} is not a condition", where="--where", accepted="COL=VALUE, as PARAMCD=OS"
        )
    return name.upper(), value


def _equal(column: "pl.Series", value: str) -> "pl.Series":
    """Say which elements have a value, compared as numbers in a column of numbers, else as text."""
    import polars as pl

    if not column.dtype.is_numeric():
        return column.cast(pl.String) == value
    try:
        return column == float(value)
    except ValueError:
        return pl.Series([False] * len(column), dtype=pl.Boolean)


def _matches(column: "pl.Series", value: str, source: Path) -> "pl.Series":
    """Say which elements have a value that one at least must have."""
    found = _equal(column, value)
    if not found.any():
        present = [_text(one) for one in column.drop_nulls().unique().sort()[:_VALUES_LISTED]]
        raise DataError(
            f"no record has {column.name} = {value!r}",
            where=str(source),
            accepted=", ".join(present) or "nothing: the column is empty",
        )
    return found


def _is_number(text: str) -> bool:
    """Say whether a text is a finite number.

    Examples
    --------
    >>> _is_number("12"), _is_number("x"), _is_number("NaN")
    (True, False, False)
    """
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
