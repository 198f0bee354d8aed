"""``topline convert``: a document in one format to the same records in another."""

from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import From, StudyNumber
from topline.cli.terminal import say, write_json

if TYPE_CHECKING:
    from topline.formats.conversion import Conversion


def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="The document; - is standard input.")],
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="OUT", help="Where to write; - is standard output."),
    ] = "-",
    study: StudyNumber = None,
    source_format: From = None,
    target_format: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="NAME", help="The format to write; by extension if not named."
        ),
    ] = None,
    indent: Annotated[bool, typer.Option("--indent", help="Lay JSON out for people.")] = False,
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Say in JSON what was done: on standard output, or on standard error where the "
            "document goes to standard output.",
        ),
    ] = False,
) -> None:
    """Convert records from one format to another, and say what does not come along."""
    from topline.formats.conversion import convert as convert_documents

    done = convert_documents(
        source,
        output,
        source_format=source_format,
        target_format=target_format,
        indented=indent,
        nct_id=study,
    )
    if json:
        write_json(done, aside=output == "-")
    else:
        _say(done, "standard output" if output == "-" else output)


def _say(done: "Conversion", place: str) -> None:
    studies = "1 study" if done.studies == 1 else f"{done.studies} studies"
    read = f" from {' and '.join(done.read_as)}" if done.read_as else ""
    say(f"{studies}{read}, written to {place} as {done.written_as}")
    if done.given_back:
        things = "1 thing" if done.given_back == 1 else f"{done.given_back} things"
        say(f"  {things} outside the record came along")
    by_reason: dict[str, list[str]] = {}
    for loss in done.losses:
        times = f"{loss.count} x " if loss.count > 1 else ""
        first = f" (first in {loss.first})" if done.studies > 1 else ""
        by_reason.setdefault(loss.reason, []).append(f"{times}{loss.address}{first}")
    for reason, lost in by_reason.items():
        say(f"  not kept, since {reason}:")
        for line in lost:
            say(f"    {line}")
