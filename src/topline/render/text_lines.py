"""Lines of text: broken to a width measured as a terminal does, with a style for the whole line."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from rich.cells import cell_len

Style = Literal["", "bold", "dim"]


class Line(NamedTuple):
    """A line as it will stand in the terminal.

    Attributes
    ----------
    text
        What is read.
    style
        How it stands out, where the terminal can show that.
    """

    text: str
    style: Style = ""


def width_of(text: str) -> int:
    """Return how many columns of a terminal a line of text takes.

    Examples
    --------
    >>> width_of("mg"), width_of("東京")
    (2, 4)
    """
    return len(text) if text.isascii() else cell_len(text)


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    r"""Break a text into lines, at blanks where it can be; nothing of it is left out but blanks.

    Parameters
    ----------
    text
        The text; its own line breaks stay.
    width
        The most a line takes [columns].
    indent
        What every line begins with; shortened where it would leave no room.

    Examples
    --------
    >>> wrapped("No longer meets criteria", 12, "  ")
    ['  No longer', '  meets', '  criteria']
    >>> wrapped("a\n\nb", 12)
    ['a', '', 'b']
    """
    indent = indent[: max(width // 2, 0)]
    room = max(width - len(indent), 1)
    return [
        f"{indent}{line}".rstrip()
        for paragraph in text.split("\n")
        for line in _broken(paragraph, room)
    ]


def _broken(paragraph: str, room: int) -> Iterator[str]:
    if width_of(paragraph) <= room:
        yield paragraph
        return
    line, used = "", 0
    for word in paragraph.split(" "):
        size = width_of(word)
        if line and used + 1 + size > room:
            yield line
            line, used = "", 0
        while size > room and len(word) > 1:
            fits = _fitting(word, room)
            yield word[:fits]
            word = word[fits:]
            size = width_of(word)
        line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    yield line


def _fitting(word: str, room: int) -> int:
    """Return how many characters of a word fit; at least one."""
    used = 0
    for place, char in enumerate(word):
        used += width_of(char)
        if used > room:
            return max(place, 1)
    return len(word)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Fill a line with blanks to a width, on its left where it stands to the right.

    Examples
    --------
    >>> padded("11", 4, right=True), padded("東", 4)
    ('  11', '東  ')
    """
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks
