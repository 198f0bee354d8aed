"""``topline explain``: where a number of a record comes from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json, read_address
from topline.cli.terminal import say, write, write_json

if TYPE_CHECKING:
    from topline.analysis.statistics import Statistic


def explain(
    record: Annotated[
        Path,
        typer.Argument(
            metavar="RECORD", help="The record.json that `topline build` wrote, or its folder."
        ),
    ],
    address: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS",
            help="The JSON Pointer of a number, or the link to it on the page; or of a part: then "
            "every number in it is explained.",
        ),
    ],
    statistics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The analysis results dataset; default: the one beside the record."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print the dataset, condition, method, raw value and rounding behind a posted number."""
    from topline.analysis import explanation
    from topline.analysis.statistics_table import FILE_NAME, read_statistics
    from topline.formats.registry import read_study
    from topline.record.cells import leaves
    from topline.render.whereabouts import leaf_words

    file = record / "record.json" if record.is_dir() else record
    study = read_study(file)
    computed = read_statistics(statistics or file.parent / FILE_NAME)
    found = explanation.explain(study, computed, read_address(address))
    if json:
        write_json(found)
        return
    words = {leaf.address: leaf_words(leaf) for leaf in leaves(study)}
    for index, row in enumerate(found):
        if index:
            write("")
        _print(row, words.get(row.address, ()))
    if len(found) > 1:
        say(f"{len(found)} numbers")


def _print(row: "Statistic", words: tuple[str, ...]) -> None:
    write(row.address)
    whose = "1 participant" if row.participants == 1 else f"{row.participants} participants"
    lines = {
        "where": " > ".join(words),
        "posted": row.posted,
        "statistic": row.name,
        "raw value": "not defined" if row.raw is None else repr(row.raw),
        "rounding": row.rounding or "none",
        "method": row.method,
        "group": row.group,
        "population": row.population,
        "dataset": row.dataset,
        "condition": row.condition,
        "rows": f"{row.rows}, of {whose}",
        "notes": row.notes,
    }
    for name, text in lines.items():
        if text:
            write(f"  {name + ':':<12} {text}")
