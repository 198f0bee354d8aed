"""The members of a zip archive, one at a time, without unpacking anything to disk.

Written here because the registry's bulk download has some 612,000 members: the standard library
would hold a description of each in memory before the first could be read, and it follows members
that overlap, with which a small archive becomes petabytes. The structures are those of PKWARE's
APPNOTE 6.3.10, section 4.3.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from topline.errors import DocumentError, LimitError
from topline.formats.inflation import InflatedStream
from topline.formats.limits import Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ARCHIVE_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
"""How an archive begins: with its first member, or with its end if it has none."""

_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_END_LOCATOR_64 = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_MAGIC = b"PK\x01\x02"
_HEADER = struct.Struct("<4s5H3L2H")
_HEADER_MAGIC = b"PK\x03\x04"
_LONGEST_COMMENT = 0xFFFF
_DIRECTORY_BLOCK = 1 << 18
_IN_EXTRA_16 = 0xFFFF
_IN_EXTRA_32 = 0xFFFFFFFF
_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
_STORED, _DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class _Directory:
    count: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    flags: int
    method: int
    checksum: int
    compressed: int
    size: int
    offset: int


def open_members(
    archive: BinaryIO, *, name: str, limits: Limits
) -> Iterator[tuple[str, io.BufferedReader]]:
    """Open the files in an archive one after the other, in the order of its directory.

    Parameters
    ----------
    archive
        A seekable stream of the archive.
    name
        The name that errors give the archive.
    limits
        ``archive_members``, ``expansion`` and ``expansion_free`` are kept.

    Yields
    ------
    tuple[str, io.BufferedReader]
        Name of the member and its decompressed bytes; to be read before the next is asked for.
        Folders are left out.

    Raises
    ------
    DocumentError
        Where the archive is damaged, encrypted, compressed by another method than *stored* or
        *deflated*, or names a member outside of itself.
    LimitError
        Where it has too many members, or its members overlap.

    Examples
    --------
    >>> import zipfile
    >>> from topline.formats.limits import DEFAULT_LIMITS
    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as made:
    ...     made.writestr("35/NCT02252835.json", "{}")
    >>> [(member, stream.read()) for member, stream
    ...  in open_members(file, name="a.zip", limits=DEFAULT_LIMITS)]
    [('35/NCT02252835.json', b'{}')]
    """
    archive_size = archive.seek(0, io.SEEK_END)
    directory = _find_directory(archive, archive_size, name)
    if directory.count > limits.archive_members:
        raise LimitError(
            f"the archive has {directory.count:,} members",
            where=name,
            accepted=f"at most {limits.archive_members:,}",
            advice="split the archive",
        )
    held = 0
    for entry in _entries(archive, directory, name):
        if entry.offset > archive_size:
            raise _damaged(f"{name}: {entry.name}", "the member lies outside of it")
        held += entry.compressed
        if held > archive_size:
            raise LimitError(
                "the members of the archive overlap: this looks like a compression bomb",
                where=f"{name}: {entry.name}",
                accepted="members that stand one after the other",
                advice="make the archive again",
            )
        if not entry.name.endswith("/"):
            yield entry.name, _open_member(archive, entry, name, limits)


def _damaged(name: str, what: str) -> DocumentError:
    return DocumentError(
        f"the archive is damaged: {what}", where=name, advice="fetch or make the archive again"
    )


def _find_directory(archive: BinaryIO, archive_size: int, name: str) -> _Directory:
    tail_start = max(0, archive_size - _END.size - _LONGEST_COMMENT)
    archive.seek(tail_start)
    tail = archive.read()
    at = tail.rfind(_END_MAGIC)
    if at < 0 or at + _END.size > len(tail):
        raise _damaged(name, "its directory of members is missing; it may be truncated")
    _, disk, _, _, count, size, offset, _ = _END.unpack_from(tail, at)
    if _IN_EXTRA_16 in (disk, count) or _IN_EXTRA_32 in (size, offset):
        count, size, offset = _read_large_end(archive, tail_start + at, name)
    elif disk:
        raise DocumentError(
            "the archive is one part of several", where=name, advice="join the parts first"
        )
    if offset + size > archive_size:
        raise _damaged(name, "its directory lies outside of it; it may be truncated")
    return _Directory(count=count, offset=offset, size=size)


def _read_large_end(archive: BinaryIO, end: int, name: str) -> tuple[int, int, int]:
    if end < _END_LOCATOR_64.size:
        raise _damaged(name, "the locator of its directory is missing")
    archive.seek(end - _END_LOCATOR_64.size)
    magic, _, place, _ = _END_LOCATOR_64.unpack(archive.read(_END_LOCATOR_64.size))
    if magic != b"PK\x06\x07" or place + _END_64.size > end:
        raise _damaged(name, "the locator of its directory is missing")
    archive.seek(place)
    fields = _END_64.unpack(archive.read(_END_64.size))
    if fields[0] != b"PK\x06\x06":
        raise _damaged(name, "the end of its directory is missing")
    count, size, offset = fields[7], fields[8], fields[9]
    return count, size, offset


def _entries(archive: BinaryIO, directory: _Directory, name: str) -> Iterator[_Entry]:
    """Read the directory block by block: members are read from elsewhere in between."""
    position, end = directory.offset, directory.offset + directory.size
    block = b""
    at = 0
    for _ in range(directory.count):
        needed = _ENTRY.size
        while len(block) - at < needed or (
            len(block) - at < (needed := _entry_size(block, at, name))
        ):
            archive.seek(position)
            more = archive.read(min(_DIRECTORY_BLOCK, end - position))
            if not more:
                raise _damaged(name, "its directory ends too early")
            position += len(more)
            block = block[at:] + more
            at = 0
            needed = _ENTRY.size
        yield _parse_entry(block, at, name)
        at += needed
    if at != len(block) or position != end:
        raise _damaged(name, "its directory has more members than it says")


def _entry_size(block: bytes, at: int, name: str) -> int:
    fields = _ENTRY.unpack_from(block, at)
    if fields[0] != _ENTRY_MAGIC:
        raise _damaged(name, "an entry of its directory is not one")
    name_length, extra_length, comment_length = fields[10:13]
    return int(_ENTRY.size + name_length + extra_length + comment_length)


def _parse_entry(block: bytes, at: int, archive_name: str) -> _Entry:
    fields = _ENTRY.unpack_from(block, at)
    flags, method = fields[3], fields[4]
    checksum, compressed, size = fields[7], fields[8], fields[9]
    name_length, extra_length, offset = fields[10], fields[11], fields[16]
    name_start = at + _ENTRY.size
    extra_start = name_start + name_length
    try:
        name = block[name_start:extra_start].decode("utf-8" if flags & _NAME_IS_UTF8 else "cp437")
    except UnicodeDecodeError as error:
        raise _damaged(archive_name, "the name of a member is not UTF-8") from error
    _refuse_outside(name, archive_name)
    if _IN_EXTRA_32 in (size, compressed, offset):
        extra = block[extra_start : extra_start + extra_length]
        size, compressed, offset = _large_sizes(extra, (size, compressed, offset), archive_name)
    return _Entry(
        name=name,
        flags=flags,
        method=method,
        checksum=checksum,
        compressed=compressed,
        size=size,
        offset=offset,
    )


def _large_sizes(extra: bytes, sizes: tuple[int, int, int], name: str) -> tuple[int, int, int]:
    """Take the sizes that do not fit into 32 bits from the extra field 1, in their order."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            body = extra[at + 4 : at + 4 + length]
            wanted = sizes.count(_IN_EXTRA_32)
            if len(body) < 8 * wanted:
                break
            large = iter(struct.unpack_from(f"<{wanted}Q", body))
            size, compressed, offset = (
                next(large) if given == _IN_EXTRA_32 else given for given in sizes
            )
            return size, compressed, offset
        at += 4 + length
    raise _damaged(name, "the size of a large member is missing")


def _refuse_outside(member: str, archive_name: str) -> None:
    """Refuse names that point outside: harmless here, but the sign of an archive meant to harm."""
    parts = member.replace("\\", "/").split("/")
    if parts[0] == "" or ".." in parts or parts[0].endswith(":") or "\0" in member:
        raise DocumentError(
            f"the archive names a member outside of itself: {member!r:.200}",
            where=archive_name,
            accepted="relative names such as 35/NCT02252835.json",
            advice="do not unpack this archive with other tools before looking into it",
        )


def _open_member(
    archive: BinaryIO, entry: _Entry, archive_name: str, limits: Limits
) -> io.BufferedReader:
    name = f"{archive_name}: {entry.name}"
    if entry.flags & _ENCRYPTED:
        raise DocumentError(
            "the member of the archive is encrypted", where=name, advice="decrypt the archive first"
        )
    archive.seek(entry.offset)
    header = archive.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(_HEADER_MAGIC):
        raise _damaged(name, "the member does not stand where the directory says")
    name_length, extra_length = _HEADER.unpack(header)[9:11]
    part = _Part(
        archive, entry.offset + _HEADER.size + name_length + extra_length, entry.compressed
    )
    stream: BinaryIO
    if entry.method == _STORED:
        stream = io.BufferedReader(part)
    elif entry.method == _DEFLATED:
        inflated = InflatedStream(io.BufferedReader(part), name=name, limits=limits, bare=True)
        stream = io.BufferedReader(inflated)
    else:
        raise DocumentError(
            f"the member of the archive is compressed by method {entry.method}",
            where=name,
            accepted="stored (0) or deflated (8)",
            advice="make the archive again with the usual compression",
        )
    return io.BufferedReader(_Checked(stream, entry.size, entry.checksum, name))


class _Part(io.RawIOBase):
    """A part of a seekable stream, which may be moved by others between two readings."""

    def __init__(self, whole: BinaryIO, start: int, length: int) -> None:
        super().__init__()
        self._whole = whole
        self._position = start
        self._end = start + length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        self._whole.seek(self._position)
        piece = self._whole.read(min(len(view), self._end - self._position))
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)


class _Checked(io.RawIOBase):
    """A member's bytes, compared at their end with the size and checksum of the directory."""

    def __init__(self, stream: BinaryIO, size: int, checksum: int, name: str) -> None:
        super().__init__()
        self._stream = stream
        self._left = size
        self._expected = checksum
        self._checksum = 0
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._stream.read(len(view))
        self._left -= len(piece)
        self._checksum = zlib.crc32(piece, self._checksum)
        if self._left < 0 or (not piece and (self._left or self._checksum != self._expected)):
            raise _damaged(self._name, "the member is not what the directory says it is")
        view[: len(piece)] = piece
        return len(piece)
