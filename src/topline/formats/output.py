"""Writing a file whole or not at all."""

import gzip
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from topline.errors import OutputError
from topline.formats.source import STANDARD_INPUT

GZIP_ENDING = ".gz"


@contextmanager
def open_output(place: str | PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file to write, which appears under its name only when it is complete.

    Where writing fails, an earlier file of that name stays as it was and nothing else is left.
    Devices and pipes are written as they are, and so is standard output: neither can be replaced.

    Parameters
    ----------
    place
        A path, or ``-`` for standard output. A name that ends in ``.gz`` is compressed.

    Yields
    ------
    BinaryIO
        What to write to.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "a.json")
    ...     with open_output(file) as stream:
    ...         _ = stream.write(b"{}")
    ...     file.read_bytes()
    b'{}'
    """
    if str(place) == STANDARD_INPUT:
        with _standard_output() as stream:
            yield stream
        return
    if "\0" in os.fspath(place):
        raise OutputError(f"{os.fspath(place)!r} is no name of a file: it has a zero byte in it")
    # The target of a link is replaced, not the link.
    path = Path(os.path.realpath(place))
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as stream:
                yield stream
            return
        with _replacing(path) as stream, ExitStack() as stack:
            if path.name.lower().endswith(GZIP_ENDING):
                # Without a name and time in the header, equal content makes equal files.
                packed = gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0)
                stream = cast(BinaryIO, stack.enter_context(packed))
            yield stream
    except OSError as error:
        folder = Path(place).parent
        if not folder.exists():
            raise OutputError(
                f"there is no folder {str(folder)!r}",
                where=os.fspath(place),
                advice="make it, or name a file in a folder that exists",
            ) from error
        # Not the error itself: it names the unfinished file beside the one that was asked for.
        raise OutputError(
            f"{os.fspath(place)!r} cannot be written: {error.strerror or error}",
            advice="name a file in a folder that may be written to",
        ) from error


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    # Python leaves out a stream that was closed before it began; types do not know that.
    stream: TextIO | None = sys.stdout
    if stream is None:
        raise OutputError("standard output is closed", advice="name a file, or open it")
    try:
        yield stream.buffer
        stream.buffer.flush()
    except BrokenPipeError:
        raise  # whoever reads has read enough, which is for the caller to judge
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {error}") from error


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder")
    partial = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.partial")
    # Not tempfile: its files are for their owner only, and the result is an ordinary file.
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            partial.chmod(path.stat().st_mode & 0o7777)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
