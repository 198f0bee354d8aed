"""``topline convert``: a document in one format to the same records in another."""

import sys
from typing import Annotated

import typer

from topline.cli.options import From, Json


def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="The document; - is standard input.")],
    output: Annotated[
        str, typer.Option("--output", "-o", help="Where to write; - is standard output.")
    ] = "-",
    source_format: From = None,
    target_format: Annotated[
        str | None, typer.Option("--to", help="The format to write; by extension if not named.")
    ] = None,
    indent: Annotated[bool, typer.Option("--indent", help="Lay JSON out for people.")] = False,
    json: Json = False,
) -> None:
    """Convert records from one format to another, and say what does not come along."""
    from topline.formats.conversion import convert as convert_documents

    done = convert_documents(
        source, output, source_format=source_format, target_format=target_format, indented=indent
    )
    if json:
        import msgspec

        print(msgspec.json.encode(done).decode(), file=sys.stderr if output == "-" else sys.stdout)
        return
    studies = "1 study" if done.studies == 1 else f"{done.studies} studies"
    print(
        f"{studies}: {', '.join(done.read_as) or 'nothing'} -> {done.written_as} ({output})",
        file=sys.stderr,
    )
    if done.given_back:
        print(f"  {done.given_back} things outside the record were written again", file=sys.stderr)
    for loss in done.losses:
        print(f"  not kept: {loss.count} x {loss.address}: {loss.reason}", file=sys.stderr)
        print(f"    first: {loss.first}", file=sys.stderr)
