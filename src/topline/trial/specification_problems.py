"""A mistake in a specification: where it stands, what was found, what is accepted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
LONGEST_SHOWN = 70
"""Texts are shortened to this in a message: [characters]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake, or one thing that may be one.

    Attributes
    ----------
    file
        The file's name.
    line, column
        Where in the file, from 1.
    path
        Where in the specification, such as ``outcomes[2].summary.method``; lists count from 0;
        empty for the whole.
    found
        What stands there.
    accepted
        What would be right.
    nearest
        The accepted word most like the one found.
    advice
        What to do, where the rest does not say it.

    Examples
    --------
    >>> print(Problem(file="study.yaml", line=9, column=5, path="outcomes[0].titel",
    ...               found="the key titel", accepted="title or unit", nearest="title"))
    study.yaml:9:5: outcomes[0].titel: found the key titel, accepted: title or unit \
(did you mean title?)
    """

    file: str
    line: int
    column: int
    path: str
    found: str
    accepted: str
    nearest: str | None = None
    advice: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: {self.path}"
        text = f"{place.removesuffix(': ')}: found {self.found}, accepted: {self.accepted}"
        if self.nearest:
            text += f" (did you mean {self.nearest}?)"
        return f"{text}; {self.advice}" if self.advice else text


def path_text(*steps: str | int) -> str:
    """Write where something stands in a specification.

    Parameters
    ----------
    steps
        Keys and positions in lists, from the outside in; a text that is already such a path may
        come first only through :func:`join`.

    Returns
    -------
    str
        The path; a key that is no plain word stands in brackets and quotation marks.

    Examples
    --------
    >>> path_text("groups", "Arm A", "treatment"), path_text("outcomes", 2, "where")
    ('groups["Arm A"].treatment', 'outcomes[2].where')
    """
    path = ""
    for step in steps:
        path = join(path, step)
    return path


def join(path: str, step: str | int) -> str:
    """Go one step further from a path.

    Parameters
    ----------
    path
        A path; empty for the whole specification.
    step
        A key, or a position in a list.

    Returns
    -------
    str
        The longer path.

    Examples
    --------
    >>> join("outcomes[2]", "where")
    'outcomes[2].where'
    """
    if isinstance(step, int):
        return f"{path}[{step}]"
    if not PLAIN_KEY.fullmatch(step):
        quoted = step.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{quoted}"]'
    return f"{path}.{step}" if path else step


def upwards(path: str) -> Iterator[str]:
    """List a path and those it leads on from, inside out; the whole specification is the last.

    Examples
    --------
    >>> list(upwards("outcomes[2].where"))
    ['outcomes[2].where', 'outcomes[2]', 'outcomes', '']
    """
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    yield ""


def shown(text: str) -> str:
    """Quote a text for a message: on one line, shortened, without control characters.

    Examples
    --------
    >>> shown("Off"), len(shown("x" * 1000))
    ('"Off"', 73)
    """
    flat = " ".join(text.split())
    clean = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in flat
    )
    short = clean if len(clean) <= LONGEST_SHOWN else clean[:LONGEST_SHOWN] + "…"
    return f'"{short}"'


def one_of(words: Iterable[str]) -> str:
    """List what is accepted.

    Examples
    --------
    >>> one_of(["a", "b", "c"]), one_of([])
    ('a, b or c', 'nothing')
    """
    listed = list(words)
    if len(listed) < 2:
        return listed[0] if listed else "nothing"
    return f"{', '.join(listed[:-1])} or {listed[-1]}"
