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

PIECE_BYTES = 1 << 22
MAXIMUM_DESCRIPTION = 1 << 26
"""Bytes of a description, and of a row: no dataset has this much, and more is not held in memory."""

_ROWS_KEY = re.compile(rb'(?<!\\)"rows"\s*:\s*\[')
_BOUNDARY = re.compile(rb"\]\s*,\s*\[")
_END = re.compile(rb"\]\s*\}\s*\Z")
_TAIL = 4096
_TRIES = 40  # how often a boundary may turn out to be text before the file counts as damaged

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
        return self._line_pieces() if self._lines else self._document_pieces()

    def _document(self) -> tuple[int, int, bytes]:
        """Find the rows of a document; the description is the document with no rows."""
        key = _ROWS_KEY.search(self._data, 0, MAXIMUM_DESCRIPTION)
        tail = max(0, len(self._data) - _TAIL)
        end = _END.search(self._data, tail)
        if key is None:
            # A description alone: decoding it says what is missing or damaged.
            return 0, 0, self._bounded(len(self._data), 0)
        if end is None or end.start() < key.end():
            raise self.damaged("the document does not end after its rows", len(self._data))
        return key.end(), end.start(), self._bounded(key.end(), 0) + self._data[end.start() :]

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
            found = _BOUNDARY.search(self._data, min(start + size, self._end), self._end)
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
            f"{self._path.name} has a row that is not a list of values: {error}",
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
    """Whether the first line is a whole object and the second begins a row, as in NDJSON."""
    end = data.find(b"\n", 0, MAXIMUM_DESCRIPTION)
    if end < 0:
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
