"""``topline diff``: the cells in which two records differ."""

import sys
from typing import TYPE_CHECKING

import typer

from topline.cli.options import Document, From, Json

if TYPE_CHECKING:
    from topline.record.difference import Difference


def diff(before: Document, after: Document, source_format: From = None, json: Json = False) -> None:
    """Compare two records cell by cell; exit code 1 if they differ."""
    from topline.formats.registry import read_study
    from topline.record.difference import differences, summarize

    if before == after == "-":
        from topline.errors import UsageError

        raise UsageError("both records are standard input", accepted="- for one of them")
    found = differences(read_study(before, source_format), read_study(after, source_format))
    if json:
        import msgspec

        print(msgspec.json.encode(found).decode())
    else:
        for difference in found:
            print(_line(difference))
        for line in summarize(found):
            print(line, file=sys.stderr)
    if found:
        raise typer.Exit(1)
    if not json:
        print("the records are equal", file=sys.stderr)


_SIGNS = {"changed": "~", "added": "+", "removed": "-", "moved": ">"}


def _line(difference: "Difference") -> str:
    where = difference.address_b or difference.address_a
    words = [*difference.leaf.context, difference.field] if difference.leaf else [difference.field]
    what = " > ".join(word for word in words if word)
    values = {
        "changed": f"{difference.before!r} -> {difference.after!r}",
        "added": f"{difference.after!r}",
        "removed": f"{difference.before!r}",
        "moved": f"from {difference.address_a}",
    }[difference.kind.value]
    same = " (same value)" if difference.same_value else ""
    return f"{_SIGNS[difference.kind.value]} {where}\n    {what}: {values}{same}"
