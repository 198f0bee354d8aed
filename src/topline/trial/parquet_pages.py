"""A look over a Parquet file's headers before Polars decodes it.

Polars takes the counts and sizes in a file at their word: one damaged byte in a page header makes it ask for exabytes of
memory, and the process dies without an exception. So the footer and the header of every page that
will be read are held against each other and against the size of the file first. The headers are
Thrift structures in compact form (https://github.com/apache/parquet-format); only the few fields that
carry sizes and counts are looked at.
"""

import mmap
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from topline.errors import DataError

_MARK = b"PAR1"
_LARGEST_FOOTER = 1 << 26
_LARGEST_PAGE = 1 << 30
_DEEPEST = 24
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)

# Field numbers of the format's definition.
_ROW_GROUPS = 4
_GROUP_COLUMNS, _GROUP_ROWS = 1, 3
_COLUMN_METADATA, _PATH, _VALUES, _COMPRESSED, _DATA_OFFSET, _DICTIONARY_OFFSET = 3, 3, 5, 7, 9, 11
_PAGE_UNPACKED, _PAGE_PACKED, _PAGE_DATA, _PAGE_DICTIONARY, _PAGE_DATA_2 = 2, 3, 5, 7, 8
_PAGE_VALUES, _LEVEL_BYTES = 1, (5, 6)


def check_pages(path: Path, columns: Collection[str]) -> None:
    """Refuse a file whose sizes and counts contradict each other.

    Parameters
    ----------
    path
        A Parquet file of flat columns.
    columns
        The columns that will be read, as the file names them.

    Raises
    ------
    DataError
        The footer or the header of a page is not whole, or claims what cannot be.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            for chunk, rows in _chunks(data, columns):
                _check_chunk(data, chunk, rows)
        except (_Contradiction, IndexError, KeyError, TypeError, AttributeError) as error:
            # A field that is missing or of another type is damage like any other.
            raise DataError(
                f"{path.name} is not whole Parquet: {error}",
                where=str(path),
                accepted="a whole Parquet file",
                advice="copy the file again from its source",
            ) from error


class _Contradiction(Exception):
    """A header claims what cannot be."""


def _chunks(data: mmap.mmap, columns: Collection[str]) -> Iterator[tuple[dict[int, Any], int]]:
    """Yield the description of each chunk of the columns, with the rows of its group."""
    size = int.from_bytes(data[-8:-4], "little")
    if data[-4:] != _MARK or not 0 < size <= min(len(data) - 12, _LARGEST_FOOTER):
        raise _Contradiction("its footer is missing or cut off")
    footer = _Thrift(data, len(data) - 8 - size, len(data) - 8).structure()
    for group in footer[_ROW_GROUPS]:
        for column in group[_GROUP_COLUMNS]:
            chunk = column[_COLUMN_METADATA]
            if b".".join(chunk[_PATH]).decode(errors="replace") in columns:
                yield chunk, group[_GROUP_ROWS]


def _check_chunk(data: mmap.mmap, chunk: dict[int, Any], rows: int) -> None:
    if chunk[_VALUES] != rows or rows < 0:
        raise _Contradiction(f"a column has {chunk[_VALUES]} values for {rows} rows")
    place = min(chunk[_DATA_OFFSET], chunk.get(_DICTIONARY_OFFSET) or chunk[_DATA_OFFSET])
    end = place + chunk[_COMPRESSED]
    if not 0 < place <= end <= len(data):
        raise _Contradiction("a column lies outside the file")
    values = 0
    while values < rows:
        reader = _Thrift(data, place, end)
        page = reader.structure()
        packed, unpacked = page[_PAGE_PACKED], page[_PAGE_UNPACKED]
        if not 0 <= packed <= end - reader.place or not 0 <= unpacked <= _LARGEST_PAGE:
            raise _Contradiction(f"a page of {packed} bytes does not fit")
        values += _page_values(page, packed, rows)
        place = reader.place + packed
    if values != rows:
        raise _Contradiction(f"the pages of a column hold {values} values for {rows} rows")


def _page_values(page: dict[int, Any], packed: int, rows: int) -> int:
    """Return how many values a page adds to its column: none for a dictionary."""
    kinds = (_PAGE_DATA, _PAGE_DATA_2, _PAGE_DICTIONARY)
    kind = next((one for one in kinds if page.get(one)), None)
    if kind is None:
        return 0
    header: dict[int, Any] = page[kind]
    count: int = header[_PAGE_VALUES]
    if not 0 <= count <= rows:
        raise _Contradiction(f"a page has {count} values for {rows} rows")
    if kind == _PAGE_DATA_2:
        lengths = [header.get(field, 0) for field in _LEVEL_BYTES]
        if min(lengths) < 0 or sum(lengths) > packed:
            raise _Contradiction("the levels of a page do not fit")
    return 0 if kind == _PAGE_DICTIONARY else count


class _Thrift:
    """Reads one structure in Thrift's compact form, never beyond ``end``."""

    def __init__(self, data: mmap.mmap, place: int, end: int) -> None:
        self._data = data
        self.place = place
        self._end = end

    def structure(self, depth: int = 0) -> dict[int, Any]:
        """Return the fields by number."""
        if depth > _DEEPEST:
            raise _Contradiction("its headers are nested too deeply")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._integer()
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            return self._take(self._unsigned())
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _STRUCT:
            return self.structure(depth + 1)
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._take(8)
        raise _Contradiction(f"its headers hold a value of kind {kind}")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._unsigned()
        if count > self._end - self.place or depth > _DEEPEST:
            raise _Contradiction(f"its headers hold a list of {count}")
        return [self._value(head & 15, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, size: int) -> bytes:
        if size > self._end - self.place:
            raise _Contradiction("a header is cut off")
        self.place += size
        return self._data[self.place - size : self.place]

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise _Contradiction("a header holds a number beyond 64 bits")

    def _integer(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)
