"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

import typer

Document = Annotated[
    str, typer.Argument(help="A document with a record; - is standard input.", metavar="FILE")
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="NAME",
        help="Its format; found by content, then by extension, if not named.",
    ),
]
StudyNumber = Annotated[
    str | None,
    typer.Option(
        "--study",
        metavar="NCT_ID",
        help="One study of a document that holds several: its NCT number.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Specification = Annotated[
    Path, typer.Argument(metavar="STUDY.YAML", help="The study specification.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        help="The folder of datasets, if it is not the one the specification names.",
    ),
]


def read_address(text: str) -> str:
    """Take an address as people copy it: alone, or as the link to a number on the page.

    Examples
    --------
    >>> read_address("out/page.html#/resultsSection/moreInfoModule")
    '/resultsSection/moreInfoModule'
    >>> read_address(" /resultsSection/ ")
    '/resultsSection'
    """
    _, link, anchor = text.strip().partition("#")
    return (unquote(anchor) if link else text.strip()).rstrip("/")
