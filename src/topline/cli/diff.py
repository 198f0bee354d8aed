"""``topline diff``: the cells in which two records differ."""

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Document, From, Json, StudyNumber
from topline.cli.terminal import say, write, write_json

if TYPE_CHECKING:
    from topline.record.difference import Difference

_After = Annotated[
    str, typer.Argument(help="The document to compare with it.", metavar="OTHER_FILE")
]


def diff(
    before: Document,
    after: _After,
    study: StudyNumber = None,
    source_format: From = None,
    json: Json = False,
) -> None:
    """Compare two records cell by cell; exit code 1 if they differ.

    A part that one of them has and the other has not is told once, by what it begins with; --json
    lists all that is in it.
    """
    from topline.errors import UsageError
    from topline.formats.registry import read_study
    from topline.record.difference import differences, summarize

    if before == after == "-":
        raise UsageError("both records are standard input", accepted="- for one of them")
    found = differences(
        read_study(before, source_format, nct_id=study),
        read_study(after, source_format, nct_id=study),
    )
    if json:
        write_json(found)
    else:
        for _, alike in groupby(found, key=lambda one: (one.kind, one.whole or id(one))):
            write(_told(list(alike)))
        for line in summarize(found):
            say(line)
        if not found:
            say("the records are equal")
    if found:
        raise typer.Exit(1)


_SIGNS = {"changed": "~", "added": "+", "removed": "-", "moved": ">"}
_MOST_TOLD = 3
"""Of a part that came or went as a whole, so much is told [texts and numbers]."""
_LONGEST_TOLD = 100
"""Its texts are shortened to this [characters]."""


def _told(alike: "list[Difference]") -> str:
    """Tell one difference, or what came or went with one part."""
    first = alike[0]
    sign = _SIGNS[first.kind.value]
    if first.whole is None or len(alike) == 1:
        return f"{sign} {first.address_b or first.address_a}\n    {_words(first)}: {_values(first)}"
    told = "; ".join(f"{_words(one)}: {_shortened(_values(one))}" for one in alike[:_MOST_TOLD])
    rest = len(alike) - _MOST_TOLD
    more = f"; and {rest} more" if rest > 0 else ""
    return f"{sign} {first.whole}\n    {told}{more}"


def _words(difference: "Difference") -> str:
    from topline.render.whereabouts import leaf_words

    leaf = difference.leaf
    return " > ".join(leaf_words(leaf)) if leaf else difference.field.replace("_", " ")


def _values(difference: "Difference") -> str:
    same = " (same value)" if difference.same_value else ""
    return {
        "changed": f"{difference.before!r} -> {difference.after!r}{same}",
        "added": f"{difference.after!r}",
        "removed": f"{difference.before!r}",
        "moved": f"{difference.before!r}, from {difference.address_a}",
    }[difference.kind.value]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"
