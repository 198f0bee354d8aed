"""``topline build``: from datasets and a specification to a record, its page and its provenance."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json, Output

if TYPE_CHECKING:
    from topline.render.results_folder import ResultsFolder


def build(
    specification: Annotated[
        Path, typer.Argument(metavar="STUDY.YAML", help="The study specification.")
    ],
    data: Annotated[
        Path | None,
        typer.Option("--data", help="The folder of datasets; default: as the specification says."),
    ] = None,
    output: Output = Path("out"),
    json: Json = False,
) -> None:
    """Build a results record: record.json, page.txt, page.html, statistics.parquet, figures/."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from topline.analysis.build import PARTS, build_file
    from topline.render.results_folder import PARTS as FILES
    from topline.render.results_folder import check_folder, write_results

    check_folder(output)
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=console,
        disable=json or not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("specification", total=len(PARTS) + len(FILES))

        def told(part: str) -> None:
            bar.update(task, description=part, advance=1)

        built = build_file(specification, data=data, progress=lambda part, *_: told(part))
        results = write_results(built, output, progress=told)
    if json:
        import msgspec

        print(msgspec.json.encode(results.summary).decode())
    else:
        _print(results)


def _print(results: "ResultsFolder") -> None:
    summary = results.summary
    print(f"{summary.title or summary.nct_id or 'Results record'}")
    for line in summary.lines:
        print(f"  {line}")
    for note in summary.notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"page: {results.folder / 'page.html'}")
