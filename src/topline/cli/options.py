"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Document = Annotated[
    str, typer.Argument(help="A document with a record; - is standard input.", metavar="FILE")
]
From = Annotated[
    str | None,
    typer.Option("--from", help="Its format; found by content, then by extension, if not named."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")]
