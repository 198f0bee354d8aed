"""Where ``topline stat`` reads its dataset: a file, or standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from topline.errors import DataError, LimitError, ToplineError

STANDARD_INPUT = Path("-")
_NAME = Path("standard input")
_PIECE = 1 << 20
MAXIMUM_BYTES = 1 << 32
"""The most that is taken from standard input: it is kept in a file, as formats are read by places."""


@contextmanager
def dataset_file(path: Path) -> Iterator[tuple[Path, Path]]:
    """Give the file to read a dataset from, and what messages call it.

    Parameters
    ----------
    path
        A file, or ``-``: what standard input holds, of any format, where what is none by its content is CSV.

    Raises
    ------
    DataError
        If standard input is closed. An error within names standard input instead of the file it is kept in.
    LimitError
        If standard input is longer than topline is willing to keep.
    """
    if path != STANDARD_INPUT:
        yield path, path
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="topline-") as folder:
        kept = _recognized(_kept(Path(folder, "stdin")))
        try:
            yield kept, _NAME
        except ToplineError as error:
            raise _renamed(error, kept) from None


def _kept(file: Path) -> Path:
    # Python leaves out a stream that was closed before it began; types do not know that.
    stream: TextIO | None = sys.stdin
    if stream is None:
        raise DataError("standard input is closed", advice="name a file, or open it")
    size = 0
    with file.open("wb") as kept:
        while piece := stream.buffer.read(_PIECE):
            size += len(piece)
            if size > MAXIMUM_BYTES:
                raise LimitError(
                    f"standard input holds more than {MAXIMUM_BYTES:,} bytes",
                    advice="write it to a file, and name that",
                )
            kept.write(piece)
    return file


def _recognized(file: Path) -> Path:
    """Name a file so that it is read by its content, or as CSV, which has no mark of its own."""
    from topline.trial.reading import format_of

    try:
        format_of(file)
    except DataError:
        return file.rename(file.with_suffix(".csv"))
    return file


def _renamed(error: ToplineError, kept: Path) -> ToplineError:
    def named(text: str | None) -> str | None:
        return text and text.replace(str(kept), str(_NAME)).replace(kept.name, str(_NAME))

    return type(error)(
        named(error.message) or "",
        where=named(error.where),
        accepted=error.accepted,
        advice=named(error.advice),
    )
