"""Reading SAS7BDAT files, SAS's own and undocumented format, through pyreadstat.

What pyreadstat leaves to be done is done here: the header is held against the size of the file before
the library sees it, dates are made from formats by the same rules as for other files, special
missing values are kept, and every way in which the library fails becomes one kind of error.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

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
from topline.trial.dataset_format import DatasetFormat, Request
from topline.trial.sas_formats import as_dates, date_kind
from topline.trial.text_values import FALLBACK_ENCODING, SAS_PADDING, known_encoding, tidy

_MAGIC = bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011")
_SET = 0x33  # the byte that switches 64-bit layout and 4-byte alignment on
_HEADER_BYTES = 288
_LARGEST_HEADER = 1 << 20
_LARGEST_PAGE = 1 << 26


class _Description(Protocol):
    """The parts of pyreadstat's metadata that are used here; it ships no types for them."""

    column_names: Sequence[str]
    column_names_to_labels: Mapping[str, str | None]
    original_variable_types: Mapping[str, str | None]
    readstat_variable_types: Mapping[str, str]
    variable_storage_width: Mapping[str, int]
    table_name: str | None
    file_label: str | None
    number_rows: int | None


def recognises(head: bytes) -> bool:
    """Whether a file's first bytes are those of a SAS7BDAT file.

    Examples
    --------
    >>> recognises(b"HEADER RECORD*******LIBRARY ")
    False
    """
    return head.startswith(_MAGIC)


def read_sas7bdat(path: Path, request: Request) -> Dataset:
    """Read a SAS7BDAT file.

    Parameters
    ----------
    path
        The file.
    request
        Which columns; ``encoding`` overrides the codepage that the file declares.

    Raises
    ------
    DataError
        The file is not SAS7BDAT, is damaged, cut off or encrypted, lacks a column, or holds text that is
        not in its encoding.
    """
    _check_size(path)
    encoding = known_encoding(request.encoding) if request.encoding else None
    description, _, encoding, notes = _described(path, encoding)
    raw_names = list(description.column_names)
    names = distinct_names(raw_names, str(path))
    name = (description.table_name or path.stem).strip().upper()
    chosen = chosen_columns(request.columns, names, name, str(path))
    wanted = [raw for raw, upper in zip(raw_names, names, strict=True) if upper in chosen]
    data: Mapping[str, Sequence[Any]] = {}
    if wanted:
        _, data, _, more = _described(path, encoding, wanted)
        notes = [*notes, *more]
    columns: list[pl.Series] = []
    variables: dict[str, Variable] = {}
    special: dict[str, pl.Series] = {}
    for raw, upper in zip(raw_names, names, strict=True):
        is_text = description.readstat_variable_types[raw] == "string"
        format = _written(description.original_variable_types.get(raw))
        kind: VariableType = "text" if is_text else date_kind(format) or "number"
        missing: Mapping[str, int] = MappingProxyType({})
        if raw in data:
            if is_text:
                columns.append(pl.Series(upper, data[raw], dtype=pl.String))
            else:
                column, codes, note = _number(upper, data[raw], format)
                columns.append(column)
                notes.extend([note] if note else [])
                missing = _counts(column, codes)
                if codes is not None:
                    special[upper] = codes
                kind = "number" if column.dtype == pl.Float64 else kind
        variables[upper] = Variable(
            name=upper,
            label=description.column_names_to_labels.get(raw) or None,
            type=kind,
            length=description.variable_storage_width.get(raw),
            format=format,
            missing=missing,
        )
    frame, padded = tidy(pl.DataFrame(columns), SAS_PADDING)
    return Dataset(
        name=name,
        label=description.file_label or None,
        frame=frame,
        variables=MappingProxyType(variables),
        source=path,
        records=description.number_rows or 0,
        format="sas7bdat",
        notes=(*notes, *padded),
        special_missing=MappingProxyType(special),
    )


def _check_size(path: Path) -> None:
    """Refuse a file whose header and size do not fit, before a library takes its word."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    if not recognises(head) or len(head) < _HEADER_BYTES:
        raise _damaged(path, "its header is missing or incomplete")
    order = "little" if head[37] == 1 else "big"
    shift = 4 if head[35] == _SET else 0
    wide = 8 if head[32] == _SET else 4
    header, page, count = (
        int.from_bytes(head[start + shift : start + shift + length], order)  # type: ignore[arg-type]  # "little" | "big"
        for start, length in ((196, 4), (200, 4), (204, wide))
    )
    if not 0 < header <= _LARGEST_HEADER or not 0 < page <= _LARGEST_PAGE:
        raise _damaged(path, f"its header of {header} bytes with pages of {page} is impossible")
    expected, size = header + page * count, path.stat().st_size
    if size < expected:
        raise _damaged(path, f"its header says {expected} bytes, it has {size}: it was cut off")


def _described(
    path: Path, encoding: str | None, wanted: list[str] | None = None
) -> tuple[_Description, Mapping[str, Sequence[Any]], str | None, list[Note]]:
    """Return a file's metadata, and the columns asked for, in the first encoding that works.

    Without one that is asked for, the file's own is tried, then windows-1252.
    """
    # Imported here because only trials with SAS7BDAT files need to pay for it.
    from pyreadstat import PyreadstatError, ReadstatError, read_sas7bdat

    read: Callable[..., tuple[Any, Any]] = read_sas7bdat
    failures: list[str] = []
    for tried in (encoding,) if encoding else (None, FALLBACK_ENCODING):
        try:
            data, description = read(
                path,
                metadataonly=wanted is None,
                usecols=wanted,
                encoding=tried,
                user_missing=True,
                disable_datetime_conversion=True,
                output_format="dict",
            )
        # Seen with 3,000 damaged files: the two of the library, text that is not UTF-8, and plain
        # slips of its Python code on values that a header should not have.
        except (PyreadstatError, ReadstatError, UnicodeDecodeError) as error:
            failures.append(str(error))
            if not isinstance(error, UnicodeDecodeError) and "byte sequence" not in str(error):
                break  # not a matter of the codepage
        except (TypeError, ValueError, OverflowError, MemoryError) as error:
            raise _damaged(path, str(error) or type(error).__name__) from error
        else:
            notes = [Note(message=f"text is not in the declared encoding; read as {tried}")]
            return description, data, tried, notes if tried and not encoding else []
    raise _damaged(path, failures[0])


def _damaged(path: Path, what: str) -> DataError:
    return DataError(
        f"{path.name} cannot be read as SAS7BDAT: {what}",
        where=str(path),
        accepted="a whole SAS7BDAT file that is not encrypted",
        advice="copy the file again from its source, or export it as a transport file (XPT)",
    )


def _written(format: str | None) -> str | None:
    """Return a format with the point that pyreadstat leaves out.

    Examples
    --------
    >>> _written("DATE9"), _written("8.2"), _written("")
    ('DATE9.', '8.2', None)
    """
    if not format:
        return None
    return format if "." in format else f"{format}."


def _number(
    name: str, values: Sequence[Any], format: str | None
) -> tuple[pl.Series, pl.Series | None, Note | None]:
    """Return the numbers or dates, the missing codes where any is special, and a note."""
    codes: pl.Series | None = None
    if any(isinstance(value, str) for value in values):
        words = [
            f".{value}" if isinstance(value, str) else "." if value is None else None
            for value in values
        ]
        codes = pl.Series(name, words, dtype=pl.String)
        values = [None if isinstance(value, str) else value for value in values]
    column = pl.Series(name, values, dtype=pl.Float64).fill_nan(None)
    kind = date_kind(format)
    if kind is None:
        return column, codes, None
    dates, note = as_dates(column, kind)
    return dates, codes, note


def _counts(column: pl.Series, codes: pl.Series | None) -> Mapping[str, int]:
    if codes is None:
        ordinary = column.null_count()
        return MappingProxyType({".": ordinary} if ordinary else {})
    counted = codes.drop_nulls().value_counts(sort=False)
    return MappingProxyType(dict(sorted(zip(counted[codes.name], counted["count"], strict=True))))


FORMAT = DatasetFormat(
    name="sas7bdat",
    title="SAS7BDAT",
    extensions=(".sas7bdat",),
    recognises=recognises,
    read=read_sas7bdat,
    by_column=True,
)
