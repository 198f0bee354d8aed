"""The rows of a Dataset-JSON file, a few megabytes at a time.

A Dataset-JSON file is one JSON document whose last member, ``rows``, is nearly all of it; its NDJSON form has
the description in the first line and a row in each further line. Decoding either whole would hold
every cell as a Python object at once, ten times the size of the file. Here a piece ends where the
text ``],[`` does; where that stood inside a value, the piece is not valid JSON by itself
and a longer one is tried, so that a piece that decodes is always a run of whole rows.
"""

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from topline.errors import DataError, LimitError

Cell = str | int | float | bool | None
Rows = list[list[Cell]]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
PIECE_BYTES = 1 << 22
MAXIMUM_DESCRIPTION = 1 << 26
"""Bytes of a description, and of a row: no dataset has this much, and more is not held in memory."""

_ROWS_KEY = re.compile(rb'(?<!\\)"rows"\s*:\s*\[')
_BOUNDARY = re.compile(rb"\]\s*,\s*\[")
_END = re.compile(rb"\]\s*\}\s*\Z")
_TAIL = 4096
_TRIES = 40  # how often a boundary may turn out to be text before the file counts as damaged


class _Document(msgspec.Struct):
    rows: Rows


_document_decoder = msgspec.json.Decoder(_Document)
_rows_decoder = msgspec.json.Decoder(Rows)
_row_decoder = msgspec.json.Decoder(list[Cell])


class RowFile:
    """A Dataset-JSON file opened for reading: its description, then its rows in pieces.

    Parameters
    ----------
    data
        The bytes of the file, mapped.
    path
        The file, for messages.
    """

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._data = data
        self._path = path
        self._whole = False
        self._lines = _is_lines(data)
        if self._lines:
            self._start = _line_end(data, 0, path) + 1
            self._end = len(data)
            self.description = data[: self._start]
        else:
            self._start, self._end, self.description = self._document()

    def pieces(self) -> Iterator[Rows]:
        """Yield the rows in their order, a few megabytes at a time.

        Raises
        ------
        DataError
            The JSON is damaged or cut off, or a row is not a plain list of values.
        LimitError
            A row is larger than :data:`MAXIMUM_DESCRIPTION`.
        """
        if self._whole:
            return self._whole_document()
        return self._line_pieces() if self._lines else self._document_pieces()

    def _whole_document(self) -> Iterator[Rows]:
        try:
            yield _document_decoder.decode(self.description.removeprefix(BYTE_ORDER_MARK)).rows
        except msgspec.ValidationError as error:
            raise self._wrong_row(error, 0) from error
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise self.damaged(str(error), 0) from error

    def _document(self) -> tuple[int, int, bytes]:
        """Find the rows of a document; the description is the document with no rows."""
        key = _ROWS_KEY.search(self._data, 0, MAXIMUM_DESCRIPTION)
        end = _END.search(self._data, max(0, len(self._data) - _TAIL))
        rows_are_last = key and end and key.end() <= end.start() and self._before(key.start())
        if key and end and rows_are_last:
            return key.end(), end.start(), self._bounded(key.end(), 0) + self._data[end.start() :]
        # Rows in the middle, none, or damage: decoding the whole says which, if it is of a bearable size.
        self._whole = True
        return 0, 0, self._bounded(len(self._data), 0)

    def _before(self, end: int) -> bool:
        """Whether the columns are described before this place, so that the rows can be the last member."""
        return self._data.find(b'"columns"', 0, end) >= 0

    def _bounded(self, end: int, start: int) -> bytes:
        if end - start > MAXIMUM_DESCRIPTION:
            raise LimitError(
                f"{self._path.name} has {end - start} bytes without a row boundary",
                where=f"{self._path}, byte {start}",
                accepted=f"up to {MAXIMUM_DESCRIPTION} bytes",
                advice="this is not a dataset, or it is damaged",
            )
        return self._data[start:end]

    def _document_pieces(self) -> Iterator[Rows]:
        start = self._start
        while start < self._end:
            rows, start = self._next_piece(start)
            yield rows

    def _next_piece(self, start: int) -> tuple[Rows, int]:
        """Return the rows that begin here, and where the next piece begins."""
        size = PIECE_BYTES
        failure: Exception | None = None
        for _ in range(_TRIES):
            furthest = min(start + size + MAXIMUM_DESCRIPTION, self._end)
            found = _BOUNDARY.search(self._data, min(start + size, furthest), furthest)
            end = found.start() + 1 if found else self._end
            piece = self._bounded(end, start)
            try:
                rows = _rows_decoder.decode(b"[" + piece + b"]")
            except msgspec.ValidationError as error:
                raise self._wrong_row(error, start) from error
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
                failure = error
                if found is None:
                    break
                size = max(size, end - start) + (1 << 16)
            else:
                return rows, found.end() - 1 if found else self._end
        raise self.damaged(str(failure), start) from failure

    def _line_pieces(self) -> Iterator[Rows]:
        start = self._start
        while start < self._end:
            end = self._data.rfind(b"\n", start, start + PIECE_BYTES) + 1
            if start + PIECE_BYTES >= self._end:
                end = self._end
            elif not end:
                end = _line_end(self._data, start, self._path) + 1
            piece = self._data[start:end]
            try:
                yield _row_decoder.decode_lines(piece)
            except msgspec.ValidationError as error:
                raise self._wrong_row(error, start) from error
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
                raise self.damaged(str(error), start) from error
            start = end

    def _wrong_row(self, error: msgspec.ValidationError, start: int) -> DataError:
        return DataError(
            f"{self._path.name} has no rows of plain values: {error}",
            where=f"{self._path}, in the rows from byte {start}",
            accepted="text, numbers, true, false and null in each row",
        )

    def damaged(self, what: str, start: int) -> DataError:
        """Return the error for JSON that cannot be decoded."""
        return DataError(
            f"{self._path.name} is not whole JSON: {what}",
            where=f"{self._path}, from byte {start}",
            accepted="a whole Dataset-JSON file (JSON or NDJSON, version 1.1)",
            advice="copy the file again from its source",
        )


def _is_lines(data: mmap.mmap) -> bool:
    """Whether the first line is a whole object without rows and the second begins one, as in NDJSON."""
    end = data.find(b"\n", 0, MAXIMUM_DESCRIPTION)
    if end < 0 or _ROWS_KEY.search(data, 0, end):
        return False
    following = data[end : end + 256].lstrip()
    return data[max(0, end - 64) : end].rstrip().endswith(b"}") and following[:1] in (b"[", b"")


def _line_end(data: mmap.mmap, start: int, path: Path) -> int:
    end = data.find(b"\n", start, start + MAXIMUM_DESCRIPTION)
    if end >= 0:
        return end
    if len(data) - start <= MAXIMUM_DESCRIPTION:
        return len(data)
    raise LimitError(
        f"{path.name} has a line of more than {MAXIMUM_DESCRIPTION} bytes",
        where=f"{path}, byte {start}",
        accepted="one row per line",
    )
