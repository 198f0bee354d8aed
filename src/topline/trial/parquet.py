"""Reading Parquet files.

Parquet has no labels of its own. Where the file's key-value metadata holds ``dataset_json``, the
description of a Dataset-JSON file without its rows, labels and formats are taken from there.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
import polars as pl
import polars.exceptions
import polars.selectors as cs

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
from topline.trial.parquet_pages import check_pages
from topline.trial.text_values import tidy

METADATA_KEY = "dataset_json"
_FAILURES = (
    polars.exceptions.PolarsError,
    polars.exceptions.PanicException,  # what a damaged page does to the decoder
    OSError,
    ValueError,
)


class _ColumnText(msgspec.Struct):
    name: str
    label: str | None = None
    displayFormat: str | None = None
    length: int | None = None


class _Text(msgspec.Struct):
    name: str | None = None
    label: str | None = None
    columns: list[_ColumnText] = []


def recognises(head: bytes) -> bool:
    """Whether a file's first bytes are those of a Parquet file.

    Examples
    --------
    >>> recognises(b"PAR1"), recognises(b"{}")
    (True, False)
    """
    return head.startswith(b"PAR1")


def read_parquet(path: Path, request: Request) -> Dataset:
    """Read a Parquet file.

    Integers become Int64, decimals and floats Float64 with NaN as null (files from pandas write missing so), categories
    text; times of day, dates and booleans stay; a time zone is dropped and local time kept, with a note.

    Parameters
    ----------
    path
        The file.
    request
        Which columns; an encoding has no meaning here, since Parquet text is UTF-8.

    Raises
    ------
    DataError
        The file is not Parquet, is damaged, lacks a column, or has columns of lists or structures.
    LimitError
        The file stands for more values than topline holds.
    """
    try:
        schema = pl.read_parquet_schema(path)
        metadata = pl.read_parquet_metadata(path)
        records = int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except _FAILURES as error:
        raise _damaged(path, error) from error
    names = distinct_names(schema, str(path))
    text = _text(metadata.get(METADATA_KEY), path)
    name = (text.name or path.stem).upper()
    chosen = set(chosen_columns(request.columns, names, name, str(path)))
    check_cells(records, len(chosen), path)
    raw = [one for one, upper in zip(schema, names, strict=True) if upper in chosen]
    types = {upper: schema[one] for one, upper in zip(schema, names, strict=True)}
    _check_types({upper: types[upper] for upper in types if upper in chosen}, path)
    check_pages(path, raw)
    try:
        frame = pl.read_parquet(path, columns=raw)
    except _FAILURES as error:
        raise _damaged(path, error) from error
    frame = frame.select(raw).rename(lambda one: one.strip().upper())
    if raw and frame.height != records:
        raise DataError(
            f"{path.name} says {records} records, but holds {frame.height}",
            where=str(path),
            accepted="a whole Parquet file",
        )
    frame, notes = _plain(frame, path)
    frame, padded = tidy(frame)
    described = {column.name.upper(): column for column in text.columns}
    variables: dict[str, Variable] = {}
    for upper in names:
        more = described.get(upper)
        variables[upper] = Variable(
            name=upper,
            type=_type(frame.schema.get(upper) or types[upper]),
            label=more.label if more else None,
            format=more.displayFormat if more else None,
            length=more.length if more else None,
        )
    return Dataset(
        name=name,
        label=text.label,
        frame=frame,
        variables=MappingProxyType(variables),
        source=path,
        records=records,
        format="parquet",
        notes=(*notes, *padded),
    )


def _text(value: str | None, path: Path) -> _Text:
    if value is None:
        return _Text()
    try:
        return msgspec.json.decode(value, type=_Text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DataError(
            f"the metadata {METADATA_KEY!r} is not a Dataset-JSON description: {error}",
            where=str(path),
        ) from error


def _check_types(types: Mapping[str, pl.DataType], path: Path) -> None:
    for name, dtype in types.items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object, pl.Duration):
            raise DataError(
                f"{name} has type {dtype}",
                where=str(path),
                accepted="text, numbers, dates, times and booleans",
                advice="write one value per cell",
            )


def _plain(frame: pl.DataFrame, path: Path) -> tuple[pl.DataFrame, list[Note]]:
    """Return the frame in the few types a dataset has."""
    zoned = [
        name
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    ]
    nan = frame.select(cs.float().is_nan().sum())
    notes = [Note(variable=name, message="the time zone was dropped") for name in zoned]
    notes += [
        Note(variable=name, message="NaN was read as missing", rows=rows)
        for counts in nan.iter_rows(named=True)  # one row, or none where no column is a float
        for name, rows in counts.items()
        if rows
    ]
    unsigned = [name for name, dtype in frame.schema.items() if dtype == pl.UInt64]
    for name in unsigned:
        if (frame[name] > (1 << 63) - 1).any():
            raise DataError(f"{name} has a whole number above 2^63", where=str(path))
    plain = frame.with_columns(
        cs.integer().cast(pl.Int64),
        (cs.float() | cs.decimal()).cast(pl.Float64).fill_nan(None),
        (cs.categorical() | cs.enum() | cs.by_dtype(pl.Null)).cast(pl.String),
        cs.datetime().dt.replace_time_zone(None).dt.cast_time_unit("us"),
    )
    return plain, notes


def _type(dtype: pl.DataType) -> VariableType:
    kinds: tuple[tuple[bool, VariableType], ...] = (
        (dtype.is_integer(), "integer"),
        (dtype.is_numeric(), "number"),
        (dtype == pl.Date, "date"),
        (dtype == pl.Time, "time"),
        (dtype == pl.Datetime, "datetime"),
        (dtype == pl.Boolean, "boolean"),
    )
    return next((kind for fits, kind in kinds if fits), "text")


def _damaged(path: Path, error: BaseException) -> DataError:
    return DataError(
        f"{path.name} cannot be read as Parquet: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
        where=str(path),
        accepted="a whole Parquet file",
        advice="copy the file again from its source",
    )


FORMAT = DatasetFormat(
    name="parquet",
    title="Parquet",
    extensions=(".parquet", ".pq"),
    recognises=recognises,
    read=read_parquet,
    by_column=True,
)
