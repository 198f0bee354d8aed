"""Reading CDISC Dataset-JSON 1.1, in its JSON and its NDJSON form.

The standard: https://www.cdisc.org/standards/data-exchange/dataset-json, version 1.1. A column
has a data type, and where the target (SAS, ADaM) stores it otherwise, a target data type: a date
with the target ``integer`` is a numeric SAS date and becomes a date here, a date without one is
ISO 8601 text and stays text. Decimals are exact strings; "integer" columns that hold decimals, which exist,
keep them.
"""

import mmap
import re
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec
import polars as pl

from topline.errors import DataError
from topline.trial.dataset import (
    Dataset,
    Note,
    Variable,
    VariableType,
    chosen_columns,
    distinct_names,
)
from topline.trial.dataset_format import DatasetFormat, Request, check_cells
from topline.trial.dataset_json_rows import BYTE_ORDER_MARK, Cell, RowFile, Rows
from topline.trial.text_values import tidy

_TEXT_TYPES = frozenset({"string", "URI"})
_DATE_TYPES = frozenset({"date", "datetime", "time"})
_NUMBER_TYPES = frozenset({"integer", "float", "double", "decimal"})
_NUMERAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_MISSING = frozenset({".", "NA"})  # as writers in SAS and R leave a missing number in text
_EXACT = 1 << 53
_HEAD = 4096


class Column(msgspec.Struct, frozen=True, rename="camel"):
    """The description of one column, as the standard names its parts.

    Examples
    --------
    >>> msgspec.json.decode(b'{"name":"AGE","dataType":"integer","label":"Age"}', type=Column).label
    'Age'
    """

    name: str
    data_type: str
    label: str | None = None
    target_data_type: str | None = None
    length: int | None = None
    display_format: str | None = None


class Description(msgspec.Struct, frozen=True, rename="camel"):
    """The description of a dataset: everything but its rows that is used here."""

    columns: list[Column]
    name: str | None = None
    label: str | None = None
    records: int | None = None
    version: str | None = msgspec.field(name="datasetJSONVersion", default=None)


def recognises(head: bytes) -> bool:
    """Whether a file's first bytes are those of a JSON object.

    Examples
    --------
    >>> recognises(b' {"datasetJSONVersion": "1.1.0"'), recognises(b"[1]")
    (True, False)
    """
    return head.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] == b"{"


def read_dataset_json(path: Path, request: Request) -> Dataset:
    """Read a Dataset-JSON 1.1 file, as JSON or NDJSON.

    Parameters
    ----------
    path
        The file; it is mapped and decoded a few megabytes at a time.
    request
        Which columns; an encoding has no meaning here, since JSON is UTF-8.

    Raises
    ------
    DataError
        The JSON is damaged or cut off, is not Dataset-JSON 1.1, has another number of rows than it says, or a value that does
        not fit its column's type.
    LimitError
        The description or one row is larger than any dataset has.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        rows = RowFile(data, path)
        description = _description(rows, path)
        names = distinct_names((column.name for column in description.columns), str(path))
        name = (description.name or path.stem).strip().upper()
        chosen = set(chosen_columns(request.columns, names, name, str(path)))
        builders = [
            _Builder(upper, column, path) if upper in chosen else None
            for upper, column in zip(names, description.columns, strict=True)
        ]
        records = 0
        for piece in rows.pieces():
            for number, row in enumerate(piece, start=records + 1):
                if len(row) != len(builders):
                    raise DataError(
                        f"row {number} has {len(row)} values for {len(builders)} columns",
                        where=str(path),
                        accepted="one value for each column",
                    )
            _add(builders, piece, records)
            records += len(piece)
            check_cells(records, len(chosen), path)
    if description.records is not None and description.records != records:
        raise DataError(
            f"the description says {description.records} records, the file holds {records}",
            where=str(path),
            accepted="as many rows as the description says",
            advice="the file was probably cut off: copy it again from its source",
        )
    return _dataset(path, name, description, names, builders, records)


def _add(builders: Sequence["_Builder | None"], piece: Rows, before: int) -> None:
    """Give each column its values of some rows."""
    if not piece:
        return
    for builder, values in zip(builders, zip(*piece, strict=True), strict=True):
        if builder is not None:
            builder.add(values, before)


def _description(rows: RowFile, path: Path) -> Description:
    text = rows.description.removeprefix(BYTE_ORDER_MARK)
    try:
        description = msgspec.json.decode(text, type=Description)
    except msgspec.ValidationError as error:
        # What only versions up to 1.0 have, near the beginning.
        older = re.search(rb'"(?:clinical|reference)Data"', text[:_HEAD])
        found = "is of Dataset-JSON 1.0 or before" if older else f"is not Dataset-JSON: {error}"
        raise DataError(
            f"{path.name} {found}",
            where=str(path),
            accepted="Dataset-JSON 1.1",
            advice="export the dataset as Dataset-JSON 1.1",
        ) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise rows.damaged(str(error), 0) from error
    for column in description.columns:
        known = _TEXT_TYPES | _DATE_TYPES | _NUMBER_TYPES | {"boolean"}
        if column.data_type not in known:
            raise DataError(
                f"{column.name} has data type {column.data_type!r}",
                where=str(path),
                accepted=", ".join(sorted(known)),
            )
    return description


def _dataset(
    path: Path,
    name: str,
    description: Description,
    names: list[str],
    builders: Sequence["_Builder | None"],
    records: int,
) -> Dataset:
    columns: list[pl.Series] = []
    variables: dict[str, Variable] = {}
    notes: list[Note] = []
    for upper, column, builder in zip(names, description.columns, builders, strict=True):
        kind = _declared_type(column)
        if builder is not None:
            series, more = builder.finished()
            columns.append(series)
            notes.extend(more)
            kind = _type(series.dtype)
        variables[upper] = Variable(
            name=upper,
            label=column.label,
            type=kind,
            length=column.length,
            format=column.display_format,
        )
    frame, padded = tidy(pl.DataFrame(columns))
    return Dataset(
        name=name,
        label=description.label,
        frame=frame,
        variables=MappingProxyType(variables),
        source=path,
        records=records,
        format="dataset-json",
        notes=(*notes, *padded),
    )


class _Builder:
    """Gathers one column from the pieces of a file."""

    def __init__(self, name: str, column: Column, path: Path) -> None:
        self._name = name
        self._column = column
        self._path = path
        self._parts: list[pl.Series] = []
        self._missing = 0

    def add(self, values: Sequence[Cell], before: int) -> None:
        """Add the values of the next rows; ``before`` rows came earlier."""
        data_type = self._column.data_type
        if data_type in _NUMBER_TYPES:
            part = self._numbers(values, before)
        elif data_type == "boolean":
            part = self._exactly(values, before, bool, pl.Boolean())
        else:
            part = self._texts(values, before)
        self._parts.append(part)

    def finished(self) -> tuple[pl.Series, list[Note]]:
        """Return the whole column, and what should be known about it."""
        series, note = self._finished()
        notes = [note] if note else []
        if self._missing:
            words = "NA or . was read as missing"
            notes.append(Note(variable=self._name, message=words, rows=self._missing))
        return series, notes

    def _finished(self) -> tuple[pl.Series, Note | None]:
        column, declared = self._column, _declared_type(self._column)
        parts = self._parts
        if declared in ("integer", "number"):
            whole = declared == "integer" and all(part.dtype == pl.Int64 for part in parts)
            dtype = pl.Int64 if whole else pl.Float64
            series = pl.concat(
                [pl.Series(self._name, [], dtype=dtype), *(p.cast(dtype) for p in parts)]
            )
            if declared == "integer" and not whole:
                words = "declared as integer, but holds decimals, which were kept"
                return series, Note(variable=self._name, message=words)
            return series, None
        empty = pl.Series(self._name, [], dtype=pl.Boolean if declared == "boolean" else pl.String)
        series = pl.concat([empty, *parts])
        if column.data_type in _DATE_TYPES and column.target_data_type is not None:
            return self._dates(series)
        return series, None

    def _texts(self, values: Sequence[Cell], before: int) -> pl.Series:
        if all(value is None or type(value) is str for value in values):
            return pl.Series(self._name, values, dtype=pl.String)
        # Identifiers written as JSON whole numbers are read as they stand: 701 is "701".
        texts = [str(value) if type(value) is int else value for value in values]
        return self._exactly(texts, before, str, pl.String())

    def _exactly(
        self, values: Sequence[Cell], before: int, kind: type, dtype: pl.DataType
    ) -> pl.Series:
        for number, value in enumerate(values, start=before + 1):
            if value is not None and type(value) is not kind:
                raise self._unfit(value, number)
        return pl.Series(self._name, values, dtype=dtype)

    def _numbers(self, values: Sequence[Cell], before: int) -> pl.Series:
        kinds = set(map(type, values))
        if not kinds <= {int, float, type(None)}:
            values = [self._number(value, row) for row, value in enumerate(values, before + 1)]
            kinds = set(map(type, values))
        if self._column.data_type == "integer":
            if float in kinds and all(
                type(value) is not float or (value.is_integer() and abs(value) <= _EXACT)
                for value in values
            ):
                values = [int(value) if type(value) is float else value for value in values]
                kinds = {int}
            if float not in kinds:
                return self._whole(values, before)
        return pl.Series(self._name, values, dtype=pl.Float64)

    def _whole(self, values: Sequence[Cell], before: int) -> pl.Series:
        for number, value in enumerate(values, start=before + 1):
            if type(value) is int and not -(1 << 63) <= value < 1 << 63:
                raise self._unfit(value, number)
        return pl.Series(self._name, values, dtype=pl.Int64)

    def _number(self, value: Cell, row: int) -> int | float | None:
        if value is None or type(value) in (int, float):
            return value  # type: ignore[return-value]  # bool is excluded by type()
        if type(value) is str:
            text = value.strip(" ")
            if not text:
                return None
            if text in _MISSING:
                self._missing += 1
                return None
            if _NUMERAL.fullmatch(text):
                return int(text) if self._is_whole(text) else float(text)
        raise self._unfit(value, row)

    def _is_whole(self, text: str) -> bool:
        return (
            self._column.data_type == "integer" and text.lstrip("+-").isdigit() and len(text) < 20
        )

    def _dates(self, values: pl.Series) -> tuple[pl.Series, Note | None]:
        """Return ISO 8601 text as dates, or as text where any value is partial."""
        text = values.str.strip_chars(" ")
        text = text.set(text.str.len_bytes() == 0, None)
        if self._column.data_type == "date":
            dates: pl.Series = text.str.to_date("%Y-%m-%d", strict=False)
        elif self._column.data_type == "time":
            dates = text.str.to_time("%H:%M:%S%.f", strict=False)
        else:
            dates = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
        lost = dates.null_count() - text.null_count()
        if not lost:
            return dates, None
        words = f"not all values are a whole {self._column.data_type}, so the variable stays text"
        return values, Note(variable=self._name, message=words, rows=lost)

    def _unfit(self, value: Cell, row: int) -> DataError:
        return DataError(
            f"{self._name} is declared as {self._column.data_type}, but holds {str(value)[:60]!r}",
            where=f"{self._path}, row {row}",
            accepted=f"values of type {self._column.data_type}, or null",
        )


def _declared_type(column: Column) -> VariableType:
    if column.data_type in _DATE_TYPES and column.target_data_type is not None:
        return column.data_type  # type: ignore[return-value]  # the three words are the same
    if column.data_type in _NUMBER_TYPES:
        return "integer" if column.data_type == "integer" else "number"
    return "boolean" if column.data_type == "boolean" else "text"


def _type(dtype: pl.DataType) -> VariableType:
    kinds: tuple[tuple[bool, VariableType], ...] = (
        (dtype == pl.Int64, "integer"),
        (dtype == pl.Float64, "number"),
        (dtype == pl.Date, "date"),
        (dtype == pl.Time, "time"),
        (dtype == pl.Datetime, "datetime"),
        (dtype == pl.Boolean, "boolean"),
    )
    return next((kind for fits, kind in kinds if fits), "text")


FORMAT = DatasetFormat(
    name="dataset-json",
    title="CDISC Dataset-JSON 1.1 (JSON or NDJSON)",
    extensions=(".json", ".ndjson"),
    recognises=recognises,
    read=read_dataset_json,
    by_column=False,
)
