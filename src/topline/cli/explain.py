"""``topline explain``: where a number of a record comes from."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json

if TYPE_CHECKING:
    from topline.analysis.statistics import Statistic


def explain(
    record: Annotated[
        Path, typer.Argument(metavar="RECORD.JSON", help="The record that `topline build` wrote.")
    ],
    address: Annotated[
        str,
        typer.Argument(
            help="The JSON Pointer of a cell, or of a part: then every number in it is explained."
        ),
    ],
    statistics: Annotated[
        Path | None,
        typer.Option(help="The analysis results dataset; default: the one beside the record."),
    ] = None,
    json: Json = False,
) -> None:
    """Print the dataset, condition, method, raw value and rounding behind a posted number."""
    from topline.analysis.statistics_table import FILE_NAME, read_statistics
    from topline.errors import NotFoundError
    from topline.formats.registry import read_study
    from topline.record.addresses import value_at

    value_at(read_study(record), address)
    found = read_statistics(statistics or record.parent / FILE_NAME, address)
    if not len(found):
        raise NotFoundError(
            "no number was computed here",
            where=address,
            accepted="the address of a number, or of a part with numbers",
        )
    if json:
        import msgspec

        print(msgspec.json.encode(found.rows).decode())
        return
    for index, row in enumerate(found):
        if index:
            print()
        _print(row)
    if len(found) > 1:
        print(f"{len(found)} numbers", file=sys.stderr)


def _print(row: "Statistic") -> None:
    print(row.address)
    lines = {
        "posted": row.posted,
        "statistic": row.name,
        "raw value": "not defined" if row.raw is None else repr(row.raw),
        "rounding": row.rounding or "none",
        "method": row.method,
        "group": row.group,
        "population": row.population,
        "dataset": row.dataset,
        "condition": row.condition,
        "rows": f"{row.rows} ({row.participants} participants)",
        "notes": row.notes,
    }
    for name, text in lines.items():
        if text:
            print(f"  {name + ':':<12} {text}")
