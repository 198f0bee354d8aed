"""``topline diff``: what differs between two documents, whatever their forms."""

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Document, From, Json, StudyNumber
from topline.cli.terminal import say, write, write_json
from topline.cli.text_changes import changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topline.formats.comparison import Comparison, NotCompared
    from topline.record.difference import Difference

_After = Annotated[
    str, typer.Argument(help="The document to compare with it.", metavar="OTHER_FILE")
]


def diff(
    before: Document,
    after: _After,
    study: StudyNumber = None,
    source_format: From = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a report for people.")
    ] = None,
    json: Json = False,
) -> None:
    """Compare two records cell by cell; exit code 1 if they differ.

    The documents may be of any forms that can be read. Groups, outcome measures and adverse events are
    matched by what they are, not by ids or places. What the form of one does not hold is not
    compared, and counted. A part that one of them has and the other has not is told once, by what
    it begins with; --json lists all that is in it.
    """
    from topline.formats.comparison import compare_files

    found = compare_files(before, after, format=source_format, nct_id=study)
    if html is not None:
        from topline.render.difference_page import render_comparison
        from topline.render.page_templates import write_page

        write_page(render_comparison(found), html)
    if json:
        write_json(_for_programs(found))
    else:
        _print(found)
    if found.differences:
        raise typer.Exit(1)


def _for_programs(found: "Comparison") -> dict[str, object]:
    return {
        "before": found.before,
        "after": found.after,
        "equal": not found.differences,
        "tallies": found.tallies,
        "differences": found.differences,
        "not_compared": found.not_compared,
    }


def _say_not_compared(form: str, parts: "Sequence[NotCompared]") -> None:
    results = [part for part in parts if part.address.startswith("/resultsSection")]
    others = sum(part.count for part in parts) - sum(part.count for part in results)
    say(f"not compared, since {form} does not hold it:")
    for part in results:
        say(f"  {part.count} x {part.address}" if part.count > 1 else f"  {part.address}")
    if others:
        say(f"  {others:,} outside the results section (--json lists their addresses)")


_SIGNS = {"changed": "~", "added": "+", "removed": "-", "moved": ">"}
_MOST_TOLD = 3
"""Of a part that came or went as a whole, so much is told [texts and numbers]."""
_LONGEST_TOLD = 100
"""Its texts are shortened to this [characters]."""


def _print(found: "Comparison") -> None:
    for _, alike in groupby(found.differences, key=lambda one: (one.kind, one.whole or id(one))):
        write(_told(list(alike)))
    for tally in found.tallies:
        say(tally.words())
    for form in dict.fromkeys(part.format for part in found.not_compared):
        _say_not_compared(form, [part for part in found.not_compared if part.format == form])
    if not found.differences:
        say("what both hold is equal" if found.not_compared else "the records are equal")


def _told(alike: "list[Difference]") -> str:
    """Tell one difference, or what came or went with one part."""
    first = alike[0]
    sign = _SIGNS[first.kind.value]
    if first.whole is None or len(alike) == 1:
        at = first.address_b or first.address_a or "the study"
        return f"{sign} {at}\n    {_words(first)}: {_values(first)}"
    told = "; ".join(f"{_words(one)}: {_shortened(_values(one))}" for one in alike[:_MOST_TOLD])
    rest = len(alike) - _MOST_TOLD
    more = f"; and {rest} more" if rest > 0 else ""
    return f"{sign} {first.whole}\n    {told}{more}"


def _words(difference: "Difference") -> str:
    from topline.render.whereabouts import leaf_words

    leaf = difference.leaf
    return " > ".join(leaf_words(leaf)) if leaf else difference.field.replace("_", " ")


def _values(difference: "Difference") -> str:
    from topline.record.cells import Cell

    before, after = difference.before or "", difference.after or ""
    if difference.kind.value == "changed":
        if difference.same_value and not isinstance(difference.leaf, Cell):
            return f"{_shortened(' '.join(after.split()))!r} (only blanks and line breaks differ)"
        if max(len(before), len(after)) > _LONGEST_TOLD:
            return changes(before, after)
        same = " (same value)" if difference.same_value else ""
        return f"{before!r} -> {after!r}{same}"
    return {
        "added": f"{after!r}",
        "removed": f"{before!r}",
        "moved": f"{before!r}, from {difference.address_a}",
    }[difference.kind.value]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"
