"""Decompression that stays within limits: gzip files and the members of archives."""

import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from topline.errors import DocumentError, LimitError
from topline.formats.limits import Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP_MAGIC = b"\x1f\x8b"
_INPUT_BYTES = 1 << 16
_GZIP_WINDOW = 31  # zlib: 15 bits of window, plus 16 for the gzip header and checksum
_RAW_WINDOW = -15  # zlib: 15 bits of window, no header, as in archives


class InflatedStream(io.RawIOBase):
    """The decompressed bytes of a stream, produced only as they are read.

    Parameters
    ----------
    compressed
        The compressed bytes, from where they start.
    name
        The name that errors give the stream.
    limits
        ``expansion`` and ``expansion_free`` are kept.
    bare
        Whether this is the bare form that archives hold, without the header, checksum and
        repetition of a gzip file.

    Raises
    ------
    DocumentError
        On reading, where the data are damaged, truncated or followed by something else.
    LimitError
        On reading, where a few bytes unfold to too many.

    Examples
    --------
    >>> import gzip
    >>> from topline.formats.limits import DEFAULT_LIMITS
    >>> packed = io.BytesIO(gzip.compress(b"a record"))
    >>> InflatedStream(packed, name="a.gz", limits=DEFAULT_LIMITS).readall()
    b'a record'
    """

    def __init__(
        self, compressed: BinaryIO, *, name: str, limits: Limits, bare: bool = False
    ) -> None:
        super().__init__()
        self._compressed = compressed
        self._name = name
        self._limits = limits
        self._bare = bare
        self._inflater = self._new_inflater()
        self._pending = b""
        self._bytes_in = 0
        self._bytes_out = 0
        self._ended = False

    def readable(self) -> bool:
        """Return that the stream can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer with decompressed bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")
        while not self._ended:
            piece = self._next_piece(len(view))
            if piece:
                view[: len(piece)] = piece
                return len(piece)
        return 0

    def _new_inflater(self) -> "zlib._Decompress":
        return zlib.decompressobj(_RAW_WINDOW if self._bare else _GZIP_WINDOW)

    def _next_piece(self, size: int) -> bytes:
        if self._inflater.eof:
            self._begin_next_part()
            return b""
        if not self._pending:
            self._pending = self._compressed.read(_INPUT_BYTES)
            self._bytes_in += len(self._pending)
        at_end = not self._pending
        try:
            piece = self._inflater.decompress(self._pending, size)
        except zlib.error as error:
            raise DocumentError(
                "the compressed data are damaged",
                where=f"{self._name}, after {self._bytes_out:,} decompressed bytes ({error})",
                advice="fetch or make the file again",
            ) from error
        self._pending = self._inflater.unconsumed_tail
        if at_end and not piece and not self._inflater.eof:
            raise DocumentError(
                "the compressed data end before they are complete",
                where=f"{self._name}, after {self._bytes_out:,} decompressed bytes",
                advice="fetch or make the file again",
            )
        self._bytes_out += len(piece)
        self._check_expansion()
        return piece

    def _begin_next_part(self) -> None:
        """Go on behind the end of a compressed part: gzip files may be joined, or padded by zeros."""
        rest = self._inflater.unused_data
        if self._bare:
            self._ended = True
            return
        while not (rest := rest.lstrip(b"\0")):
            rest = self._compressed.read(_INPUT_BYTES)
            self._bytes_in += len(rest)
            if not rest:
                self._ended = True
                return
        if not rest.startswith(GZIP_MAGIC[: len(rest)]):
            raise DocumentError(
                "the gzip data are followed by something that is not gzip",
                where=f"{self._name}, after {self._bytes_out:,} decompressed bytes",
                advice="fetch or make the file again",
            )
        self._inflater = self._new_inflater()
        self._pending = rest

    def _check_expansion(self) -> None:
        limits = self._limits
        if self._bytes_out <= limits.expansion_free:
            return
        if self._bytes_out > limits.expansion * self._bytes_in:
            raise LimitError(
                f"{self._bytes_in:,} compressed bytes have become more than "
                f"{self._bytes_out:,} bytes: this looks like a compression bomb",
                where=self._name,
                accepted=f"at most {limits.expansion} bytes from one",
                advice="decompress the file yourself if you trust it, and give topline the result",
            )
