"""``topline export``: the analysis results of a build in the forms that others read."""

from pathlib import Path
from typing import Annotated

import typer

from topline.cli.terminal import write


def export(
    results: Annotated[
        Path,
        typer.Argument(
            metavar="RESULTS",
            help="The folder that `topline build` wrote, or its statistics.parquet.",
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="NAME",
            help="ars: a reporting event of the CDISC Analysis Results Standard (.json); ard: "
            "analysis results data with the columns of cards (.parquet, .csv).",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write; default: beside the statistics, under the usual name.",
        ),
    ] = None,
) -> None:
    """Write the analysis results of a build in a form that others read."""
    from topline.analysis.exports.registry import export_folder, find_export

    folder = results if results.is_dir() else results.parent
    statistics = None if results.is_dir() else results
    write(str(export_folder(folder, find_export(to), output, statistics=statistics)))
