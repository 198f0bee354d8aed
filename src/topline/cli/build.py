"""``topline build``: from datasets and a specification to a record, its page and its provenance."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from topline.cli.options import Data, Json, Specification
from topline.cli.terminal import say, write, write_json


def build(
    specification: Specification,
    data: Data = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="The folder to write: new, empty, or of an earlier build, which is replaced.",
        ),
    ] = Path("out"),
    json: Json = False,
) -> None:
    """Build a results record: record.json, page.txt, page.html, statistics.parquet, figures/."""
    from topline.render.results_folder import check_folder

    check_folder(output)
    with _progress(shown=not json) as tell:
        from topline.analysis.build import build_file
        from topline.render.results_folder import write_results

        built = build_file(specification, data=data, progress=lambda part, *_: tell(part))
        results = write_results(built, output, progress=tell)
    summary = results.summary
    if json:
        write_json(summary)
        return
    for note in summary.notes:
        say(f"note: {note}")
    write(summary.title or summary.nct_id or "Results record")
    for line in summary.lines:
        write(f"  {line}")
    write(f"page: {results.folder / 'page.html'}")


@contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[str], None]]:
    """Give what tells the part that begins; a bar shows them where a person is watching."""
    if not shown or sys.stderr is None or not sys.stderr.isatty():
        yield lambda part: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from topline.analysis.build import PARTS
    from topline.render.results_folder import PARTS as FILES

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("specification", total=len(PARTS) + len(FILES))
        begun = 0

        def tell(part: str) -> None:
            nonlocal begun
            bar.update(task, description=part, completed=begun)
            begun += 1

        yield tell
