"""A docstring as a terminal shows it: in plain words, and broken to its width."""

import inspect
import re
from collections.abc import Collection, Iterator

from topline.cli.terminal import width

_ROLE = re.compile(r":(?:func|data|mod|class|meth):`(?:~[\w.]*\.(?=\w))?([^`]+)`")
_HEADING = re.compile(r"(?m)^(?=\S[^\n]*\n-{3,}$)")
_WIDEST = 100
"""Longer lines of prose are hard to read [columns]."""


def words_of(documented: object, *, without: Collection[str] = ()) -> str:
    """Return what stands in a docstring, without its markup.

    Parameters
    ----------
    documented
        What the docstring is of.
    without
        The titles of sections to leave out.

    Examples
    --------
    >>> words_of(words_of, without=("Parameters", "Examples"))
    'Return what stands in a docstring, without its markup.'
    """
    text = _ROLE.sub(r"\1", inspect.getdoc(documented) or "").replace("``", "")
    sections = _HEADING.split(text)
    return "".join(
        section for section in sections if section.partition("\n")[0] not in without
    ).strip()


def laid_out(text: str, blanks: int) -> str:
    r"""Break paragraphs to the width of the terminal, behind so many blanks; headings and examples stay as they are.

    Examples
    --------
    >>> print(laid_out("count\n    Two lines\n    of a sentence.", 2))
      count
          Two lines of a sentence.
    """
    from topline.render.text_lines import wrapped

    most = min(width(), _WIDEST)
    lines: list[str] = []
    for depth, words, movable in _paragraphs(text):
        indent = " " * (blanks + depth)
        lines += wrapped(words, most, indent) if movable else [f"{indent}{words}".rstrip()]
    return "\n".join(lines)


def _paragraphs(text: str) -> Iterator[tuple[int, str, bool]]:
    """Give what stands together, how far it is indented, and whether it may be broken anew."""
    gathered: list[str] = []
    before, in_example = 0, False
    for line in text.splitlines():
        words = line.strip()
        depth = len(line) - len(line.lstrip())
        in_example = bool(words) and (in_example or words.startswith(">>>"))
        fixed = in_example or not words or set(words) == {"-"}
        if gathered and (fixed or depth != before or words.startswith("- ")):
            yield before, " ".join(gathered), True
            gathered = []
        if fixed:
            yield depth, line[depth:], False
        else:
            gathered.append(words)
        before = depth
    if gathered:
        yield before, " ".join(gathered), True
