r"""The lines of a page: how any text is written among them so that it can be read back.

The site prints texts as they are. Nearly always that can be read back, since tables have marks and
sections have headings. Where it could not, three small rules apply; each leaves ordinary text as
it is, and each shows in the page:

- *Mark.* A line of text that reads like one of the page's own lines in that place gets a backslash
  in front: a description with the line ``|`` holds ``\|`` on the page. So does such a line that
  already begins with backslashes. All other lines stay as they are, with or without backslashes.
- *Continuation.* Where the page has room for one line (titles, units), a text of several lines ends
  each but the last in a backslash; backslashes at the end of a line of the text itself are doubled.
- *Word.* Where the page has room for one word (values), ``\s`` is a space, ``\l`` a line break,
  ``\\`` a backslash and ``\-`` an absent value.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MARK = "\\"
ABSENT = r"\-"

_WORD_ESCAPES = {"\\": r"\\", " ": r"\s", "\n": r"\l"}
_WORD_MEANINGS = {"\\": "\\", "s": " ", "l": "\n", "-": ""}
_ESCAPED = re.compile(r"\\(.)")
_ORDINAL = re.compile(r"(.*) (\\+)(\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive lines of a page, as they stand there.

    Attributes
    ----------
    line
        Number of the first line in the page, from 1; where there are no lines, the number of the
        line that follows.
    lines
        The lines without their line ends.
    """

    line: int
    lines: tuple[str, ...]


class OwnLines:
    r"""The page's own lines in one place: what a text must not be mistaken for there.

    Parameters
    ----------
    exact
        Lines that are the page's own as a whole.
    beginnings
        Beginnings of lines, as regular expressions.

    Examples
    --------
    >>> cell = OwnLines("|")
    >>> cell.mark(["|", "a | b", r"\|", r"\>5"])
    ['\\|', 'a | b', '\\\\|', '\\>5']
    >>> cell.unmark(cell.mark(["|", r"\|", r"\>5"])) == ["|", r"\|", r"\>5"]
    True
    """

    def __init__(self, *exact: str, beginnings: Iterable[str] = ()) -> None:
        whole = [re.escape(line) + r"\Z" for line in exact]
        self._pattern = re.compile("|".join([*whole, *beginnings]))

    def own(self, line: str) -> bool:
        """Whether a line is one of the page's own in this place."""
        return self._pattern.match(line) is not None

    def mark(self, lines: Iterable[str]) -> list[str]:
        """Lines of text, marked where they read like the page's own."""
        return [MARK + line if self.own(line.lstrip(MARK)) else line for line in lines]

    def unmark(self, lines: Iterable[str]) -> list[str]:
        """Lines of the page without the marks that :meth:`mark` gave them."""
        return [
            line[1:] if line.startswith(MARK) and self.own(line.lstrip(MARK)) else line
            for line in lines
        ]


def text_lines(text: str | None) -> list[str]:
    r"""Write a text of any number of lines; an absent text has none.

    Examples
    --------
    >>> text_lines("a\n\nb"), text_lines(None)
    (['a', '', 'b'], [])
    """
    return [] if text is None else text.split("\n")


def lines_text(lines: Sequence[str]) -> str | None:
    """Read what :func:`text_lines` wrote."""
    return "\n".join(lines) if lines else None


def title_lines(text: str | None) -> list[str]:
    r"""Write a text where the page has room for one line: continued where it has more.

    An absent and an empty text are both one empty line.

    Examples
    --------
    >>> title_lines("Overall Study")
    ['Overall Study']
    >>> title_lines("Age\nat entry")
    ['Age\\', 'at entry']
    """
    lines = (text or "").split("\n")
    doubled = [line + MARK * _final_marks(line) for line in lines]
    return [line + MARK for line in doubled[:-1]] + doubled[-1:]


def title_spans(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    r"""Find where one-line texts that follow each other begin and end.

    Examples
    --------
    >>> list(title_spans(["Age\\", "at entry", "Sex"]))
    [(0, 2), (2, 3)]
    """
    start = 0
    for at, line in enumerate(lines, 1):
        if at == len(lines) or _final_marks(line) % 2 == 0:
            yield start, at
            start = at


def lines_title(lines: Sequence[str]) -> str | None:
    r"""Read the lines of one such text; an empty text is absent.

    Examples
    --------
    >>> lines_title(["Age\\", "at entry"]), lines_title([""])
    ('Age\nat entry', None)
    """
    *further, last = lines
    parts = [line[: len(line) - (_final_marks(line) + 1) // 2] for line in further]
    marks = _final_marks(last)  # an odd number: the site's own backslash, nothing is continued
    parts.append(last if marks % 2 else last[: len(last) - marks // 2])
    return "\n".join(parts) or None


def lines_titles(lines: Sequence[str]) -> list[str | None]:
    r"""Read one-line texts that follow each other.

    Examples
    --------
    >>> lines_titles(["Sex: Female, Male", "Fe\\", "male", ""])
    ['Sex: Female, Male', 'Fe\nmale', None]
    """
    return [lines_title(lines[start:end]) for start, end in title_spans(lines)]


def first_titles(lines: Sequence[str], count: int) -> tuple[list[str | None], Sequence[str]]:
    r"""Read up to ``count`` one-line texts, and return them with the lines that are left.

    Examples
    --------
    >>> first_titles(["Overall Study", "STARTED", "a\\", "b"], 2)
    (['Overall Study', 'STARTED'], ['a\\', 'b'])
    """
    spans = list(itertools.islice(title_spans(lines), count))
    titles = [lines_title(lines[start:end]) for start, end in spans]
    return titles, lines[spans[-1][1] if spans else 0 :]


def word(text: str | None) -> str:
    r"""Write a text where the page has room for one word.

    Examples
    --------
    >>> word("67.4"), word("1 234"), word(None)
    ('67.4', '1\\s234', '\\-')
    """
    if not text:
        return ABSENT
    if text.isalnum():
        return text
    return "".join(_WORD_ESCAPES.get(character, character) for character in text)


def word_text(written: str) -> str | None:
    r"""Read a word; an absent or empty one is ``None``.

    Examples
    --------
    >>> word_text("67.4"), word_text(r"1\s234"), word_text(r"\-")
    ('67.4', '1 234', None)
    """
    if MARK not in written:
        return written or None
    return _ESCAPED.sub(lambda found: _WORD_MEANINGS.get(found[1], found[0]), written) or None


def number_repeats(titles: Iterable[str | None]) -> list[str]:
    r"""Titles made different from each other: a repeated one says which of its kind it is.

    Rows of a table belong together by their titles, so two measures of one title would flow
    together.

    Examples
    --------
    >>> number_repeats(["Age", "Sex", "Age", None])
    ['Age', 'Sex', 'Age \\2', '']
    """
    seen: dict[str, int] = {}
    numbered = []
    for title in titles:
        text = title or ""
        found = _ORDINAL.fullmatch(text)
        if found:  # the title itself ends like a number of ours
            text = f"{found[1]} {found[2]}{MARK}{found[3]}"
        seen[text] = seen.get(text, 0) + 1
        numbered.append(text if seen[text] == 1 else f"{text} {MARK}{seen[text]}")
    return numbered


def unnumbered(title: str | None) -> str | None:
    r"""Read one title that :func:`number_repeats` wrote.

    Examples
    --------
    >>> unnumbered("Age \\2"), unnumbered("Age"), unnumbered(" \\2")
    ('Age', 'Age', None)
    """
    if title is None:
        return None
    found = _ORDINAL.fullmatch(title)
    if found is None:
        return title
    if found[2] == MARK:
        return found[1] or None
    return f"{found[1]} {found[2][1:]}{found[3]}"


def _final_marks(line: str) -> int:
    return len(line) - len(line.rstrip(MARK))
