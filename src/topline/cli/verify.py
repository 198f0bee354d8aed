"""``topline verify``: a posted record against its data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Data, From, Json, Specification, StudyNumber
from topline.cli.progress import progress
from topline.cli.terminal import say, write, write_json
from topline.cli.text_changes import changes

if TYPE_CHECKING:
    from topline.analysis.verification import Verification
    from topline.render.verification_entries import Entry


def verify(
    specification: Specification,
    posted: Annotated[
        str,
        typer.Argument(
            metavar="POSTED", help="The document with the posted record; - is standard input."
        ),
    ],
    data: Data = None,
    study: StudyNumber = None,
    source_format: From = None,
    numbers: Annotated[
        bool,
        typer.Option("--numbers", help="Compare numbers only: no titles, descriptions or codes."),
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a report for people.")
    ] = None,
    json: Json = False,
) -> None:
    """Build again from the data and compare a posted record; exit code 1 if they do not agree.

    Each number and text is equal, equal by another rule of rounding or spelling, different, only
    here (in the build) or only there (in the posted record). Groups and outcome measures are
    matched by their content.
    """
    from topline.analysis.build import PARTS
    from topline.analysis.verification import verify_file

    with progress(len(PARTS), shown=not json) as tell:
        found = verify_file(
            specification,
            posted,
            data=data,
            format=source_format,
            nct_id=study,
            progress=lambda part, *_: tell(part),
        )
    if numbers:
        found = found.numbers_only()
    if html is not None:
        from topline.render.page_templates import write_page
        from topline.render.verification_page import render_verification

        write_page(render_verification(found), html)
    if json:
        write_json(_for_programs(found))
    else:
        _print(found)
    if found.discrepancies:
        raise typer.Exit(1)


def _for_programs(found: "Verification") -> dict[str, object]:
    return {
        "nct_id": found.nct_id,
        "title": found.title,
        "format": found.format,
        "agrees": not found.discrepancies,
        "tallies": found.tallies,
        "rules": [{"rule": rule, "count": count} for rule, count in found.rules],
        "discrepancies": found.discrepancies,
        "by_rule": found.by_rule,
        "notes": found.notes,
    }


_COLUMNS = (
    ("compared", "compared"),
    ("equal", "equal"),
    ("by_rule", "by rule"),
    ("different", "different"),
    ("only_here", "only here"),
    ("only_there", "only there"),
    ("not_shown", "not shown"),
)
"""Fields of a tally and what stands above them."""
_FIRST = 33
_MOST_TOLD = 3
"""Of a part that one record has alone, so much is told [numbers and texts]."""
_LONGEST_TOLD = 100
"""Texts are shortened to this, and of two that are longer what differs is told [characters]."""


def _print(found: "Verification") -> None:
    from topline.render.verification_entries import entries

    for note in found.notes:
        say(f"note: {note}")
    write(" " * _FIRST + "".join(f"{title:>11}" for _, title in _COLUMNS))
    for tally in found.tallies:
        what = f"{tally.module.value}, {'numbers' if tally.are_numbers else 'texts'}"
        write(f"{what:<{_FIRST}}" + "".join(f"{getattr(tally, name):>11}" for name, _ in _COLUMNS))
    for rule, count in found.rules:
        write(f"equal by another rule: {count} by {rule}")
    for entry in entries(found):
        write("")
        for line in _told(entry):
            write(line)
    if not found.discrepancies:
        say("the posted record agrees with the data")


def _told(entry: "Entry") -> list[str]:
    """Tell one discrepancy, or what one record has alone."""
    from topline.render.verification_entries import inside

    first, count = entry.comparisons[0], len(entry.comparisons)
    at = f"{entry.verdict.value}: {entry.address_built or entry.address_posted}"
    if first.built is not None and first.posted is not None:
        if first.address_posted != first.address_built:
            at += f", posted at {first.address_posted}"
        if max(len(first.built), len(first.posted)) > _LONGEST_TOLD:
            told = changes(first.built, first.posted)
            return [at, f"  {entry.title}, [-in the build-] {{+posted+}}: {told}"]
        raw = "" if first.raw is None else f" (raw value {first.raw!r})"
        both = f"{_shown(first.built)}{raw} in the build, {_shown(first.posted)} posted"
        return [at, f"  {entry.title}: {both}"]
    told = "; ".join(
        f"{inside(entry, one)} {_shown(one.built or one.posted)}"
        for one in entry.comparisons[:_MOST_TOLD]
    )
    more = f"; and {count - _MOST_TOLD} more" if count > _MOST_TOLD else ""
    return [at, f"  {entry.title}: {told}{more}"]


def _shown(text: str | None) -> str:
    shortened = text if text is None or len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"
    return repr(shortened)
