"""Reading SAS transport files (XPT, versions 5 and 8).

Written here, and not left to pyreadstat, for four reasons: pyreadstat reads a file that was cut off as
a smaller dataset without a word; it drops the special missing values of transport files; one byte outside
UTF-8 stops it; and it decodes every column, where an analysis needs few. The columns are decoded
as NumPy arrays, several times faster; tests hold every value of real files against pyreadstat's.
"""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
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
from topline.trial.sas_formats import as_dates, date_kind
from topline.trial.text_values import SAS_PADDING, decoded, fallback_note, known_encoding, tidy
from topline.trial.transport_layout import Field, Layout, recognises, transport_layout

_CHUNK_BYTES = 1 << 23  # of one column at a time: memory stays bounded for any number of records
_BLANK = 0x20
_SEPARATORS = b"\n\x1f\x1e\x1d\x1c\x00"
_ORDINARY = 0x2E
_CODES = frozenset({_ORDINARY, 0x5F, *range(0x41, 0x5B)})  # . ._ .A to .Z

_MANTISSA = np.uint64(0x00FF_FFFF_FFFF_FFFF)
# Powers of 16 from IBM's excess-64 exponent, over the 14 hexadecimal digits of the mantissa: all exact.
_SCALE = np.ldexp(1.0, (np.arange(128) - 64) * 4 - 56)


def read_transport(path: Path, request: Request) -> Dataset:
    """Read a SAS transport file of version 5 or 8.

    Parameters
    ----------
    path
        The file. It is mapped, not loaded: memory is used for the columns that are asked for.
    request
        Which columns; ``encoding`` names the codepage of the text, since the file does not.

    Raises
    ------
    DataError
        The file is no transport file, is damaged or cut off, holds several datasets, lacks a column, or holds
        text that is not in the encoding.
    LimitError
        More values are asked for than topline holds.
    """
    encoding = known_encoding(request.encoding) if request.encoding else None
    data = np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
    layout = transport_layout(data, path, encoding)
    names = distinct_names((field.name for field in layout.fields), str(path))
    chosen = set(chosen_columns(request.columns, names, layout.name, str(path)))
    check_cells(layout.records, len(chosen), path)
    end = layout.start + layout.records * layout.record_length
    rows = data[layout.start : end].reshape(layout.records, layout.record_length)
    columns: list[pl.Series] = []
    variables: dict[str, Variable] = {}
    notes: list[Note] = list(layout.notes)
    special: dict[str, pl.Series] = {}
    for name, field in zip(names, layout.fields, strict=True):
        missing: dict[str, int] = {}
        kind: VariableType = "text" if field.is_text else date_kind(field.format) or "number"
        if name in chosen:
            cells = rows[:, field.start : field.start + field.length]
            if field.is_text:
                column, found = _text(name, cells, encoding, path)
            else:
                column, found, codes = _number(name, cells, field)
                missing = _counts(codes)
                if codes is not None and missing.keys() - {"."}:
                    special[name] = codes
                kind = "number" if column.dtype == pl.Float64 else kind
            columns.append(column)
            notes.extend(found)
        variables[name] = Variable(
            name=name,
            label=field.label,
            type=kind,
            length=field.length,
            format=field.format,
            missing=MappingProxyType(missing),
        )
    frame, padded = tidy(pl.DataFrame(columns), SAS_PADDING)
    return _dataset(path, layout, frame, variables, [*notes, *padded], special)


def _dataset(
    path: Path,
    layout: Layout,
    frame: pl.DataFrame,
    variables: dict[str, Variable],
    notes: list[Note],
    special: dict[str, pl.Series],
) -> Dataset:
    return Dataset(
        name=layout.name,
        label=layout.label,
        frame=frame,
        variables=MappingProxyType(variables),
        source=path,
        records=layout.records,
        format="xpt",
        notes=tuple(notes),
        special_missing=MappingProxyType(special),
    )


def numbers(cells: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return IBM System/360 hexadecimal numbers as doubles.

    Parameters
    ----------
    cells
        One number per row, 2 to 8 bytes, big-endian; the bytes a shorter number lacks are zero.

    Returns
    -------
    numpy.ndarray
        The numbers; exact for every number that was a double before. Rows that hold a missing value
        have no meaning here.

    Examples
    --------
    >>> numbers(np.frombuffer(bytes.fromhex("4110000000000000c276a00000000000"), np.uint8).reshape(2, 8))
    array([   1.   , -118.625])
    """
    return _values(_bits(cells))


def _values(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    scale = _SCALE[(bits >> np.uint64(56)) & np.uint64(127)]
    values: npt.NDArray[np.float64] = (bits & _MANTISSA).astype(np.float64) * scale
    return np.where(bits >> np.uint64(63), -values, values)


def _bits(cells: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    whole = np.zeros((len(cells), 8), np.uint8)
    whole[:, : cells.shape[1]] = cells
    return whole.view(">u8")[:, 0].astype(np.uint64)


def _number(
    name: str, cells: npt.NDArray[np.uint8], field: Field
) -> tuple[pl.Series, list[Note], pl.Series | None]:
    bits = _bits(cells)
    first = (bits >> np.uint64(56)).astype(np.uint8)
    # A missing value is its code and zeros; a number never has a zero mantissa, except zero itself.
    candidates = ((bits & _MANTISSA) == 0) & (first != 0)
    column = pl.Series(name, _values(bits))
    codes: pl.Series | None = None
    if candidates.any():
        is_code = candidates & np.isin(first, list(_CODES))
        column = column.set(pl.Series(is_code), None)
        codes = _code_column(name, first, is_code)
    kind = date_kind(field.format)
    if kind is None:
        return column, [], codes
    dates, note = as_dates(column, kind)
    return dates, [note] if note else [], codes


def _code_column(
    name: str, first: npt.NDArray[np.uint8], is_code: npt.NDArray[np.bool_]
) -> pl.Series:
    present = {int(code) for code in np.unique(first[is_code])}
    words = {code: "." if code == _ORDINARY else f".{chr(code)}" for code in present}
    codes = pl.Series(name, first).set(pl.Series(~is_code), None)
    return codes.replace_strict(words, return_dtype=pl.String, default=None)


def _counts(codes: pl.Series | None) -> dict[str, int]:
    if codes is None:
        return {}
    counted = codes.drop_nulls().value_counts(sort=False)
    return dict(sorted(zip(counted[codes.name], counted["count"], strict=True)))


def _text(
    name: str, cells: npt.NDArray[np.uint8], encoding: str | None, path: Path
) -> tuple[pl.Series, list[Note]]:
    step = max(1, _CHUNK_BYTES // (cells.shape[1] + 1))
    parts: list[pl.Series] = []
    guessed = 0
    for begin in range(0, len(cells), step):
        part, fallbacks = _text_part(name, cells[begin : begin + step], encoding, path, begin)
        parts.append(part)
        guessed += fallbacks
    column = pl.concat(parts) if parts else pl.Series(name, [], dtype=pl.String)
    return column, [fallback_note(name, guessed)] if guessed else []


def _text_part(
    name: str, cells: npt.NDArray[np.uint8], encoding: str | None, path: Path, begin: int
) -> tuple[pl.Series, int]:
    """Return some records' text, and how many of them were not UTF-8."""
    used = np.flatnonzero((cells != _BLANK).any(axis=0))
    width = int(used[-1]) + 1 if len(used) else 0
    if not width:
        return pl.Series(name, [""], dtype=pl.String).new_from_index(0, len(cells)), 0
    separator = next((one for one in _SEPARATORS if not (cells == one).any()), None)
    if separator is not None:
        # All cells decoded as one string: many times faster than cell by cell.
        joined = np.full((len(cells), width + 1), separator, np.uint8)
        joined[:, :width] = cells[:, :width]
        try:
            text = joined.tobytes()[:-1].decode(encoding or "utf-8")
        except UnicodeDecodeError:
            pass  # cell by cell below, to name the record or to count those in another codepage
        else:
            split = text.split(chr(separator))
            if len(split) == len(cells):  # always, unless a codepage eats the separator
                return pl.Series(name, split, dtype=pl.String), 0
    values: list[str] = []
    fallbacks = 0
    for offset, cell in enumerate(_cells(cells), start=begin + 1):
        value, used_encoding = decoded(cell, encoding, f"{path}, {name}, record {offset}")
        fallbacks += encoding is None and used_encoding != "utf-8"
        values.append(value)
    return pl.Series(name, values, dtype=pl.String), fallbacks


def _cells(cells: npt.NDArray[np.uint8]) -> Iterator[bytes]:
    width = cells.shape[1]
    data = cells.tobytes()
    for place in range(0, len(data), width):
        yield data[place : place + width]


def read(path: Path, request: Request) -> Dataset:
    """Read a transport file; a file that cannot be mapped (an empty one) is an error like any other."""
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty", where=str(path), accepted="a SAS transport file")
    return read_transport(path, request)


FORMAT = DatasetFormat(
    name="xpt",
    title="SAS transport file (XPT), version 5 or 8",
    extensions=(".xpt", ".xport"),
    recognises=recognises,
    read=read,
    by_column=True,
)
