"""``topline spec``: the study specification itself."""

from typing import Annotated

import typer

from topline.cli.options import Data, Json, Specification
from topline.cli.terminal import say, write, write_json

app = typer.Typer(
    help="The study specification: its schema, and whether one is right.", no_args_is_help=True
)


@app.command("schema")
def schema(
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write; - is standard output."
        ),
    ] = "-",
) -> None:
    """Print the JSON Schema by which editors complete and check a study.yaml."""
    import msgspec

    from topline.analysis.methods import vocabulary
    from topline.formats.output import open_output
    from topline.trial.specification_schema import specification_schema

    text = msgspec.json.format(msgspec.json.encode(specification_schema(vocabulary())), indent=2)
    with open_output(output) as file:
        file.write(text + b"\n")


@app.command("check")
def check(specification: Specification, data: Data = None, json: Json = False) -> None:
    """Report every mistake of a specification, against its data if they are there."""
    from topline.analysis.build import check_file
    from topline.errors import SpecificationError

    try:
        checked = check_file(specification, data=data)
    except SpecificationError as error:
        if not json:
            raise
        write_json({"mistakes": error.problems, "warnings": (), "datasets": ()})
        raise typer.Exit(error.exit_code) from error
    if json:
        write_json({"mistakes": (), "warnings": checked.warnings, "datasets": checked.datasets})
        return
    for warning in checked.warnings:
        say(f"note: {warning}")
    count = len(checked.datasets)
    against = "1 dataset" if count == 1 else f"{count} datasets"
    write(
        f"{specification}: no mistake found "
        f"({against if count else 'checked without data: no folder of datasets is named'})"
    )
