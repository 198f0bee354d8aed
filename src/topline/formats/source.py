"""A source of bytes with a name: a file, standard input, or a member of an archive."""

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from topline.errors import DocumentError, LimitError, NotFoundError, OutputError
from topline.formats.archive import ARCHIVE_MAGICS, open_members
from topline.formats.inflation import GZIP_MAGIC, InflatedStream
from topline.formats.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STANDARD_INPUT = "-"
"""The place that means standard input on reading and standard output on writing."""

HEAD_BYTES = 1 << 16
"""How many bytes at the start of a document a format may look at to recognize it [bytes]."""


@dataclass(frozen=True, slots=True)
class Source:
    """A readable stream of (decompressed) bytes and the name errors give it.

    Attributes
    ----------
    name
        File name, ``standard input``, or ``archive.zip: member``.
    stream
        The bytes, positioned at the start of the document.
    limits
        What the reader may hold.
    """

    name: str
    stream: BinaryIO
    limits: Limits = DEFAULT_LIMITS

    def head(self) -> bytes:
        """Return the first bytes of the document without consuming them.

        Returns
        -------
        bytes
            At most ``HEAD_BYTES``; the whole document if it is shorter.

        Examples
        --------
        >>> source = Source("a.json", io.BytesIO(b"{}"))
        >>> source.head(), source.stream.read()
        (b'{}', b'{}')
        """
        if isinstance(self.stream, io.BufferedReader) and not self.stream.seekable():
            return self.stream.peek(HEAD_BYTES)[:HEAD_BYTES]
        start = self.stream.tell()
        head = self.stream.read(HEAD_BYTES)
        self.stream.seek(start)
        return head


def open_sources(place: str | PathLike[str], limits: Limits = DEFAULT_LIMITS) -> Iterator[Source]:
    """Open a file, or standard input, as the documents in it: one, or one per archive member.

    Gzip and zip are known by their content and may stand inside one another.

    Parameters
    ----------
    place
        A path, or ``-`` for standard input.
    limits
        What may be unpacked and held; passed on with each source.

    Yields
    ------
    Source
        To be read before the next is asked for. Files are closed when the iterator ends or is
        closed.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DocumentError
        If the file is empty, damaged, a folder, or may not be read.
    LimitError
        If a limit is exceeded.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "a.json")
    ...     _ = file.write_bytes(b"{}")
    ...     [source.stream.read() for source in open_sources(file)]
    [b'{}']
    """
    with ExitStack() as stack:
        if str(place) == STANDARD_INPUT:
            stream, name = _standard_input(), "standard input"
        else:
            stream, name = stack.enter_context(_open_file(Path(place))), str(place)
        yield from _unpack(stream, name, limits, limits.layers)


def _standard_input() -> BinaryIO:
    # Python leaves out a stream that was closed before it began; types do not know that.
    stream: TextIO | None = sys.stdin
    if stream is None:
        raise DocumentError("standard input is closed", advice="name a file, or open it")
    return stream.buffer


def _open_file(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {path}", advice="check the name") from error
    except IsADirectoryError as error:
        raise DocumentError(
            f"{path} is a folder",
            accepted="a file, or - for standard input",
            advice=f"did you mean {built}?" if (built := path / "record.json").is_file() else None,
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte in it
        raise DocumentError(f"{str(path)!r} cannot be opened: {error}") from error


def _unpack(stream: BinaryIO, name: str, limits: Limits, layers: int) -> Iterator[Source]:
    """Yield what stands in a stream: itself, what a gzip file holds, or each archive member."""
    reader = io.BufferedReader(_WholeReads(stream, name), HEAD_BYTES)
    start = reader.peek(HEAD_BYTES)[:4]
    packed = start.startswith(GZIP_MAGIC) or start in ARCHIVE_MAGICS
    if packed and layers == 0:
        raise LimitError(
            "compressed files stand inside one another too often",
            where=name,
            accepted=f"at most {limits.layers} layers",
            advice="unpack the file first",
        )
    if start.startswith(GZIP_MAGIC):
        inflated = InflatedStream(reader, name=name, limits=limits)
        yield from _unpack(io.BufferedReader(inflated, HEAD_BYTES), name, limits, layers - 1)
    elif start in ARCHIVE_MAGICS:
        yield from _unpack_archive(stream, reader, name, limits, layers - 1)
    else:
        yield Source(name, reader, limits)


def _unpack_archive(
    stream: BinaryIO, reader: BinaryIO, name: str, limits: Limits, layers: int
) -> Iterator[Source]:
    with ExitStack() as stack:
        archive = stream
        if not stream.seekable():
            archive = stack.enter_context(tempfile.TemporaryFile())
            _spool(reader, archive, name, limits)
        empty = True
        for member, content in open_members(archive, name=name, limits=limits):
            # Beside each file, one operating system puts a file of its own into archives.
            if member.startswith("__MACOSX/"):
                continue
            empty = False
            yield from _unpack(content, f"{name}: {member}", limits, layers)
        if empty:
            raise DocumentError(
                "the archive holds no file",
                where=name,
                accepted="an archive of studies, such as the registry's bulk download",
            )


def _spool(reader: BinaryIO, file: BinaryIO, name: str, limits: Limits) -> None:
    written = 0
    while block := reader.read(HEAD_BYTES):
        written += len(block)
        if written > limits.spooled_bytes:
            raise LimitError(
                f"the archive is larger than {limits.spooled_bytes:,} bytes",
                where=name,
                accepted="archives of any size as a file instead of standard input",
                advice="save the archive to a file and name the file",
            )
        try:
            file.write(block)
        except OSError as error:
            raise OutputError(
                f"the archive cannot be kept in a temporary file: {error}",
                where=name,
                advice="save the archive to a file and name the file",
            ) from error


class _WholeReads(io.RawIOBase):
    """A stream whose readings are only short at its end, so that the head can be looked at.

    A pipe returns what happens to be there; recognition needs the first bytes, all of them.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__()
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        filled = 0
        try:
            while filled < len(view) and (block := self._stream.read(len(view) - filled)):
                view[filled : filled + len(block)] = block
                filled += len(block)
        except OSError as error:
            raise DocumentError(f"reading failed: {error}", where=self._name) from error
        return filled
