"""``topline spec``: the study specification itself."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="The study specification: its schema, and whether one is right.", no_args_is_help=True
)


@app.command("schema")
def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; default: standard output.")
    ] = None,
) -> None:
    """Print the JSON Schema by which editors complete and check a study.yaml."""
    import msgspec

    from topline.analysis.methods import vocabulary
    from topline.trial.specification_schema import specification_schema

    text = msgspec.json.format(msgspec.json.encode(specification_schema(vocabulary())), indent=2)
    if output is None:
        print(text.decode())
    else:
        from topline.formats.output import open_output

        with open_output(output) as file:
            file.write(text + b"\n")


@app.command("check")
def check(
    specification: Annotated[Path, typer.Argument(metavar="STUDY.YAML")],
    data: Annotated[
        Path | None, typer.Option("--data", help="The folder of datasets, if not as it says.")
    ] = None,
) -> None:
    """Report every mistake of a specification, against its data if they are there."""
    from topline.analysis.build import check_file

    datasets = check_file(specification, data=data)
    words = f"{len(datasets)} datasets" if datasets else "no folder of datasets to check it against"
    print(f"{specification}: no mistake found ({words})")
