"""``topline diff``: the cells in which two records differ."""

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
    """Compare two records cell by cell; exit code 1 if they differ."""
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
        for difference in found:
            write(_line(difference))
        for line in summarize(found):
            say(line)
        if not found:
            say("the records are equal")
    if found:
        raise typer.Exit(1)


_SIGNS = {"changed": "~", "added": "+", "removed": "-", "moved": ">"}


def _line(difference: "Difference") -> str:
    from topline.render.whereabouts import leaf_words

    where = difference.address_b or difference.address_a
    what = " > ".join(leaf_words(difference.leaf)) if difference.leaf else difference.field
    values = {
        "changed": f"{difference.before!r} -> {difference.after!r}",
        "added": f"{difference.after!r}",
        "removed": f"{difference.before!r}",
        "moved": f"from {difference.address_a}",
    }[difference.kind.value]
    same = " (same value)" if difference.same_value else ""
    return f"{_SIGNS[difference.kind.value]} {where}\n    {what}: {values}{same}"
