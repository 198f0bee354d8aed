"""Reading CSV files, whose text says nothing about types.

A column becomes numbers only where that cannot change what stands there: every value is a plain
numeral without leading zeros or more digits than a double holds, and the name is not one that CDISC
defines as text (identifiers, flags, ISO 8601 dates, codes). So '007' and '01-701-1015' stay as they are,
and SITEID 701 too. A name that ends in DT is a numeric date by ADaM's naming, and its ISO 8601
dates are read as dates; --DTC stays text.
"""

import csv
import io
import re
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import polars as pl

from topline.errors import DataError, LimitError
from topline.trial.dataset import (
    Dataset,
    Note,
    Variable,
    VariableType,
    chosen_columns,
    distinct_names,
)
from topline.trial.dataset_format import DatasetFormat, Request
from topline.trial.text_values import decoded, fallback_note, known_encoding, tidy

MAXIMUM_BYTES = 1 << 29
"""The largest CSV file that is read: its text and the frame made of it are in memory at once."""

_LONGEST_HEADER = 1 << 20
_PIECE_LINES = 1 << 14
_SEPARATORS = (",", ";", "\t")
# Names that ADaM and SDTM define as character, whatever their values look like.
_TEXT_NAME = re.compile(r".*(ID|FL|DTC|TESTCD|PARAMCD|ARMCD|CAT|TERM|GR\d+|AVALC|ORRES|STRESC)")
_DATE_NAME = re.compile(r"(?!.*DTC$).*DT")
_NUMERAL = r"^[+-]?(?:0|[1-9]\d{0,14}|0?\.\d+|(?:0|[1-9]\d{0,14})\.\d*)(?:[eE][+-]?\d{1,3})?$"
_WHOLE = r"^-?(?:0|[1-9]\d{0,14})$"
_MISSING = r"^(?:\.[A-Z_]?|NA)$"  # as SAS and R write a missing number


def recognises(head: bytes) -> bool:
    """CSV has no mark of its own: it is known by its extension alone.

    Examples
    --------
    >>> recognises(b"USUBJID,AGE")
    False
    """
    return False


def read_csv(path: Path, request: Request) -> Dataset:
    """Read a CSV file with a header line, separated by commas, semicolons or tabs.

    Parameters
    ----------
    path
        The file.
    request
        Which columns; ``encoding`` names the codepage, otherwise UTF-8 and then windows-1252 is tried.

    Raises
    ------
    DataError
        The file is binary, ragged, not in its encoding, or lacks a column.
    LimitError
        The file is larger than :data:`MAXIMUM_BYTES`.
    """
    size = path.stat().st_size
    if size > MAXIMUM_BYTES:
        raise LimitError(
            f"{path.name} has {size} bytes",
            where=str(path),
            accepted=f"CSV files of up to {MAXIMUM_BYTES} bytes",
            advice="write it as Parquet or as a transport file (XPT)",
        )
    encoding = known_encoding(request.encoding) if request.encoding else None
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in content:
        raise DataError(f"{path.name} is binary, not CSV", where=str(path), accepted="text")
    text, used = decoded(content, encoding, str(path))
    header = text[:_LONGEST_HEADER].partition("\n")[0]
    if len(header) == _LONGEST_HEADER:
        raise DataError(f"{path.name} has no line breaks", where=str(path), accepted="CSV")
    separator = max(_SEPARATORS, key=header.count) if header.strip() else ","
    frame, blank = _frame(text, separator, path)
    names = frame.columns
    name = path.stem.upper()
    chosen = chosen_columns(request.columns, names, name, str(path))
    notes = [fallback_note(None)] if encoding is None and used != "utf-8" else []
    if blank:
        notes.append(Note(message=f"{blank} blank lines were skipped"))
    tidied, padded = tidy(frame.select(chosen))
    columns, more = _typed(tidied)
    variables = {
        one: Variable(name=one, type=_type(columns[one].dtype) if one in columns else "text")
        for one in names
    }
    return Dataset(
        name=name,
        frame=pl.DataFrame(list(columns.values())),
        variables=MappingProxyType(variables),
        source=path,
        records=frame.height,
        format="csv",
        notes=(*notes, *padded, *more),
    )


def _frame(text: str, separator: str, path: Path) -> tuple[pl.DataFrame, int]:
    """Return the text as columns of text, and how many blank lines were skipped.

    Python's reader, not Polars': that one fills short lines with nulls and makes records of blank lines, which
    would let a file that was cut off pass for a whole one.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = distinct_names(next(reader, []), str(path))
        if not names:
            raise DataError(
                f"{path.name} begins with a blank line, so it has no variables",
                where=str(path),
                accepted="the names of the variables in the first line",
            )
        parts = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
        blank = 0
        while lines := list(islice(reader, _PIECE_LINES)):
            rows = [line for line in lines if line]
            blank += len(lines) - len(rows)
            before = sum(part.height for part in parts)
            for number, row in enumerate(rows, start=before + 1):
                if len(row) != len(names):
                    raise DataError(
                        f"record {number} has {len(row)} values for {len(names)} variables",
                        where=f"{path}, record {number}",
                        accepted="as many values in every line as the first line has names",
                        advice="if it is the last record, the file was probably cut off",
                    )
            columns = dict(zip(names, zip(*rows, strict=True), strict=bool(rows)))
            parts.append(pl.DataFrame(columns, schema=parts[0].schema))
    except csv.Error as error:
        raise DataError(
            f"{path.name} cannot be read as CSV: {error}",
            where=f"{path}, line {reader.line_num}",
            accepted="values that are quoted as RFC 4180 says",
        ) from error
    return pl.concat(parts), blank


def _typed(frame: pl.DataFrame) -> tuple[dict[str, pl.Series], list[Note]]:
    columns: dict[str, pl.Series] = {}
    notes: list[Note] = []
    for column in frame:
        columns[column.name], note = _column(column)
        notes.extend([note] if note else [])
    return columns, notes


def _column(values: pl.Series) -> tuple[pl.Series, Note | None]:
    """Return a column as numbers or dates where that loses nothing, otherwise as it is."""
    name = values.name
    present = values.drop_nulls()
    if _DATE_NAME.fullmatch(name) and len(present):
        dates: pl.Series = values.str.to_date("%Y-%m-%d", strict=False)
        if dates.null_count() == values.null_count():
            return dates, None
    if _TEXT_NAME.fullmatch(name) or not len(present):
        return values, None
    missing = present.str.contains(_MISSING)
    numerals = present.filter(~missing)
    if not len(numerals) or not numerals.str.contains(_NUMERAL).all():
        return values, None
    cleaned = values.set(values.str.contains(_MISSING).fill_null(False), None)
    whole = bool(numerals.str.contains(_WHOLE).all())
    numbers = cleaned.cast(pl.Int64 if whole else pl.Float64)
    if not whole and numbers.is_infinite().any():
        return values, None  # a numeral beyond the range of doubles
    if not missing.any():
        return numbers, None
    words = ", ".join(sorted(set(present.filter(missing))))
    return numbers, Note(
        variable=name, message=f"{words} was read as missing", rows=int(missing.sum())
    )


def _type(dtype: pl.DataType) -> VariableType:
    kinds: dict[pl.DataType, VariableType] = {
        pl.Int64(): "integer",
        pl.Float64(): "number",
        pl.Date(): "date",
    }
    return kinds.get(dtype, "text")


FORMAT = DatasetFormat(
    name="csv",
    title="CSV",
    extensions=(".csv", ".tsv"),
    recognises=recognises,
    read=read_csv,
    by_column=False,
)
