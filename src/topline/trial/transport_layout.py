"""Where everything lies in a SAS transport file (XPT, versions 5 and 8).

A transport file is a run of 80-byte records: headers, one description per variable, then the
observations end to end, padded with blanks to a whole record. Version 5 is described in SAS technical
note TS-140, version 8 in SAS's "Record layout of a SAS version 8 or 9 data set in SAS transport
format"; the latter omits that SAS writes the number of observations in the last header
(ReadStat issue 316), which is what shows that a version 8 file was cut off at the end of a row.

Nothing a header claims is believed before it fits the size of the file, because a cut file
must never pass for a smaller trial.
"""

import re
import struct
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from topline.errors import DataError
from topline.trial.dataset import Note
from topline.trial.sas_formats import written
from topline.trial.text_values import decoded, fallback_note

RECORD = 80
_HEADER = b"HEADER RECORD*******"
_BLANK = 0x20
_MEMBER = re.compile(rb"MEMB(?:ER |V8 )")
_SIZES = (140, 136)  # of one variable's description; 136 on VMS
_NUMBER, _TEXT = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One variable's place in an observation.

    Parameters
    ----------
    name, label, format
        As the file has them.
    is_text
        Text or number.
    start, length
        Its bytes within the observation.
    """

    name: str
    label: str | None
    format: str | None
    is_text: bool
    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The layout of the one dataset of a transport file.

    Parameters
    ----------
    name, label
        The dataset's.
    fields
        The variables in their order.
    start
        Where the first observation begins [bytes].
    record_length
        The length of an observation [bytes].
    records
        How many observations there are.
    notes
        What a reader of the data should know.
    """

    name: str
    label: str | None
    fields: tuple[Field, ...]
    start: int
    record_length: int
    records: int
    notes: tuple[Note, ...]


def recognises(head: bytes) -> bool:
    """Whether a file's first bytes are those of a transport file.

    Examples
    --------
    >>> recognises(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"), recognises(b"PAR1")
    (True, False)
    """
    return head.startswith((_HEADER + b"LIBRARY ", _HEADER + b"LIBV8   "))


def transport_layout(data: npt.NDArray[np.uint8], path: Path, encoding: str | None) -> Layout:
    """Return the layout of a transport file, checked against the file's size.

    Parameters
    ----------
    data
        All bytes of the file; only headers are touched, and 8 bytes of each 80.
    path
        The file, for messages.
    encoding
        The codepage of the labels; None tries UTF-8, then windows-1252.

    Raises
    ------
    DataError
        The file is not a transport file, is damaged or cut off, or holds several datasets.
    """
    cursor = _Cursor(data, path)
    first = cursor.header("LIBRARY", "LIBV8")
    cursor.take(2 * RECORD)
    member = cursor.header("MEMBER", "MEMBV8")
    size = _digits(member[74:78])
    if size not in _SIZES:
        raise cursor.damaged("the size of a variable's description is not 140 or 136 bytes")
    cursor.header("DSCRPTR", "DSCPTV8")
    described, more = cursor.take(RECORD), cursor.take(RECORD)
    version_8 = first[20:25] == b"LIBV8"
    texts = _Texts(path, encoding)
    raw_name = described[8:40] if version_8 else described[8:16]
    fields = _fields(cursor, size, texts, version_8)
    start = cursor.position
    length = sum(field.length for field in fields)
    _check_places(fields, length, cursor)
    _refuse_more_datasets(data[start:], path, raw_name)
    records, notes = _records(data[start:], length, cursor)
    claimed = cursor.claimed_records
    if claimed is not None and claimed != records:
        raise DataError(
            f"the header says {claimed} records, the file holds {records}",
            where=str(path),
            accepted="a file that ends where its header says",
            advice="the file was probably cut off: copy it again from its source",
        )
    return Layout(
        name=texts.text(raw_name).upper() or path.stem.upper(),
        label=texts.text(more[32:72]) or None,
        fields=fields,
        start=start,
        record_length=length,
        records=records,
        notes=(*texts.notes(), *notes),
    )


class _Texts:
    """Decodes names and labels, and remembers whether any was not UTF-8."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        self._path = path
        self._encoding = encoding
        self._used: set[str] = set()

    def text(self, value: bytes) -> str:
        found, used = decoded(value, self._encoding, f"{self._path}, a name or label")
        self._used.add(used)
        return found.strip(" \x00")

    def notes(self) -> tuple[Note, ...]:
        guessed = self._encoding is None and self._used - {"utf-8"}
        return (
            (
                replace(
                    fallback_note(None),
                    message="a name or label is not UTF-8; read as windows-1252",
                ),
            )
            if guessed
            else ()
        )


class _Cursor:
    """Walks the header records; every step is checked against the end of the file."""

    def __init__(self, data: npt.NDArray[np.uint8], path: Path) -> None:
        self._data = data
        self.path = path
        self.position = 0
        self.claimed_records: int | None = None

    def take(self, size: int) -> bytes:
        """Return the next bytes and step over them."""
        found = self._data[self.position : self.position + size].tobytes()
        if len(found) < size:
            raise self.damaged("the file ends within its header")
        self.position += size
        return found

    def header(self, *names: str) -> bytes:
        """Return the next header record, which must have one of the names."""
        found = self.take(RECORD)
        if not any(found.startswith(_HEADER + name.encode().ljust(8)) for name in names):
            self.position -= RECORD
            raise self.damaged(f"there is no {' or '.join(names)} header, but {found[:28]!r}")
        return found

    def at_header(self, *names: str) -> bool:
        """Whether the next record is a header with one of the names."""
        found = self._data[self.position : self.position + 28].tobytes()
        return found in [_HEADER + name.encode().ljust(8) for name in names]

    @property
    def remaining(self) -> int:
        """The bytes from here to the end of the file."""
        return len(self._data) - self.position

    def damaged(self, what: str) -> DataError:
        """Return the error for a header that is not as it should be."""
        return DataError(
            f"{self.path.name} is not a whole SAS transport file: {what}",
            where=f"{self.path}, byte {self.position}",
            accepted="a transport file (XPT) of version 5 or 8 with one dataset",
            advice="copy the file again from its source; transfers in text mode damage it",
        )


def _digits(value: bytes) -> int | None:
    text = value.strip()
    return int(text) if text.isdigit() else None


def _fields(cursor: _Cursor, size: int, texts: _Texts, version_8: bool) -> tuple[Field, ...]:
    header = cursor.header("NAMESTR", "NAMSTV8")
    start = cursor.position
    # SAS documents 4 digits, and wider counts exist: the one that leads to the next header is right.
    for width in (4, 6, 8):
        count = _digits(header[54 : 54 + width])
        if not count or count * size > cursor.remaining:
            continue
        block = cursor.take(-(-count * size // RECORD) * RECORD)
        if cursor.at_header("OBS", "OBSV8", "LABELV8", "LABELV9"):
            break
        cursor.position = start
    else:
        raise cursor.damaged(f"the number of variables is not readable: {header[48:78]!r}")
    fields = [
        _field(block[place : place + size], texts, version_8, cursor)
        for place in range(0, count * size, size)
    ]
    if cursor.at_header("LABELV8", "LABELV9"):
        fields = _with_long_labels(fields, cursor, texts)
    observations = cursor.header("OBS", "OBSV8")
    if observations.startswith(_HEADER + b"OBSV8"):
        # 15 digits, right-aligned. Zeros: a writer that follows the printed description.
        cursor.claimed_records = _digits(observations[48:63]) or None
    return tuple(fields)


def _field(description: bytes, texts: _Texts, version_8: bool, cursor: _Cursor) -> Field:
    kind, _, length, _ = struct.unpack(">4h", description[:8])
    width, decimals = struct.unpack(">2h", description[64:68])
    (start,) = struct.unpack(">i", description[84:88])
    short = texts.text(description[8:16])
    name = (texts.text(description[88:120]) if version_8 else "") or short
    limit = 32_767 if kind == _TEXT else 8
    if kind not in (_NUMBER, _TEXT) or not (1 if kind == _TEXT else 2) <= length <= limit:
        raise cursor.damaged(f"variable {name!r} has type {kind} and length {length}")
    return Field(
        name=name,
        label=texts.text(description[16:56]) or None,
        format=written(texts.text(description[56:64]), max(width, 0), max(decimals, 0)),
        is_text=kind == _TEXT,
        start=start,
        length=length,
    )


def _with_long_labels(fields: list[Field], cursor: _Cursor, texts: _Texts) -> list[Field]:
    """Return the fields with the names, labels and formats that are too long for a description."""
    has_formats = cursor.at_header("LABELV9")
    count = _digits(cursor.take(RECORD)[48:63].rstrip())
    begin = cursor.position
    if count is None or count > len(fields):
        raise cursor.damaged("the number of long labels is not readable")
    changed = list(fields)
    for _ in range(count):
        lengths = struct.unpack(
            ">5h" if has_formats else ">3h", cursor.take(10 if has_formats else 6)
        )
        number, *sizes = lengths
        if not 1 <= number <= len(fields) or min(sizes) < 0:
            raise cursor.damaged(f"a long label belongs to variable {number}")
        name, label, *formats = (texts.text(cursor.take(one)) for one in sizes)
        old = changed[number - 1]
        changed[number - 1] = replace(
            old,
            name=name or old.name,
            label=label or old.label,
            format=(formats[0] if formats else None) or old.format,
        )
    cursor.take(-(cursor.position - begin) % RECORD)
    return changed


def _check_places(fields: tuple[Field, ...], length: int, cursor: _Cursor) -> None:
    """Refuse variables that overlap or leave gaps: their values would be read from wrong bytes."""
    expected = 0
    for field in sorted(fields, key=lambda one: one.start):
        if field.start != expected:
            raise cursor.damaged(
                f"variable {field.name!r} begins at byte {field.start} of {length}, not {expected}"
            )
        expected += field.length


def _refuse_more_datasets(data: npt.NDArray[np.uint8], path: Path, name: bytes) -> None:
    whole = len(data) // RECORD * RECORD
    heads = data[:whole].reshape(-1, RECORD)[:, : len(_HEADER)]
    candidates = heads[:, 0] == _HEADER[0]
    for index, letter in enumerate(_HEADER[1:8], start=1):
        candidates &= heads[:, index] == letter
    for place in np.flatnonzero(candidates):
        record = data[place * RECORD : (place + 1) * RECORD].tobytes()
        if record.startswith(_HEADER) and _MEMBER.match(record[20:28]):
            raise DataError(
                f"{path.name} holds more than one dataset; the first is {name.decode('ascii', 'replace').strip()}",
                where=f"{path}, a second member header",
                accepted="transport files with one dataset each, as regulators ask for",
                advice="write one file per dataset",
            )


def _records(
    data: npt.NDArray[np.uint8], length: int, cursor: _Cursor
) -> tuple[int, tuple[Note, ...]]:
    """Return how many observations there are, once what follows the last is sure to be padding."""
    records, rest = divmod(len(data), length)
    padding = data[records * length :]
    if rest >= RECORD or bool((padding != _BLANK).any()):
        raise DataError(
            f"the file ends within record {records + 1}",
            where=f"{cursor.path}, byte {cursor.position + records * length}",
            accepted=f"whole records of {length} bytes, padded with blanks to a multiple of 80",
            advice="the file was cut off: copy it again from its source",
        )
    # Short records can fit into the padding: blank ones there are padding, not observations.
    while records and rest + length < RECORD:
        row = data[(records - 1) * length : records * length]
        if bool((row != _BLANK).any()):
            break
        records, rest = records - 1, rest + length
    if (cursor.position + len(data)) % RECORD == 0:
        return records, ()
    message = (
        "the file does not end with a whole 80-byte record: "
        "its writer does not pad, or it was cut off after the last record"
    )
    return records, (Note(message=message),)
