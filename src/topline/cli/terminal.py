"""What commands print: results on standard output, all that is said about them on standard error.

Nothing of a document, a dataset or a file name reaches the terminal with characters it would obey.
"""

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from topline.render.terminal_text import plain, plain_json

if TYPE_CHECKING:
    from topline.render.text_lines import Line

_BEGIN = {"": "", "bold": "\x1b[1m", "dim": "\x1b[2m"}
_END = {"": "", "bold": "\x1b[0m", "dim": "\x1b[0m"}
_USUAL = 80
_NARROWEST = 40
"""A terminal that says it is narrower is taken for one of this width [columns]."""


def write(text: str) -> None:
    """Print a line of the result."""
    print(plain(text))


def write_lines(lines: "Iterable[Line]") -> None:
    """Print lines of the result, with their styles where a terminal shows them."""
    styled = sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for text, style in lines:
        print(f"{_BEGIN[style]}{text}{_END[style]}" if styled else text)


def width() -> int:
    """Return how wide lines may be: as the terminal, or as ``COLUMNS`` says [columns]."""
    return known_width() or _USUAL


def known_width() -> int | None:
    """Return how wide lines may be, or None where they go to no terminal [columns]."""
    size = shutil.get_terminal_size(fallback=(0, 0)).columns
    if not size:
        # A pager that reads our output shows it where our errors are shown.
        try:
            size = os.get_terminal_size(2).columns
        except OSError:
            return None
    return max(size, _NARROWEST)


def write_json(value: Any, *, aside: bool = False, indented: bool = False) -> None:
    """Print a value as JSON.

    Parameters
    ----------
    value
        Anything that msgspec encodes.
    aside
        Whether standard output is taken by a document: then it goes to standard error.
    indented
        Whether laid out for people.
    """
    import msgspec

    encoded = msgspec.json.encode(value)
    if indented:
        encoded = msgspec.json.format(encoded, indent=2)
    text = plain_json(encoded.decode())
    if aside:
        say(text)
    else:
        print(text)


def say(text: str) -> None:
    """Print a line about the result, which is not part of it."""
    # print() would take standard output in place of a standard error that is closed.
    if sys.stderr is None:
        return
    try:
        print(plain(text), file=sys.stderr)
    except BrokenPipeError:
        # Who reads no further what is said still wants the result; from here on nobody is told.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stderr.fileno())
        os.close(nowhere)
