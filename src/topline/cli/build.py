"""``topline build``: from datasets and a specification to a record, its page and its provenance."""

from pathlib import Path
from typing import Annotated

import typer

from topline.cli.options import Data, Json, Specification
from topline.cli.progress import progress
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
    export: Annotated[
        list[str] | None,
        typer.Option(
            "--export",
            metavar="NAME",
            help="Also write the analysis results as others read them: ars, ard; eudract: "
            "what EudraCT asks for beyond the record. May be repeated.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Build a results record: record.json, page.txt, page.html, statistics.parquet, figures/."""
    from topline.analysis.build import PARTS, build_file
    from topline.analysis.exports.registry import find_export
    from topline.render.results_folder import PARTS as FILES
    from topline.render.results_folder import check_folder, write_results

    wanted = [find_export(name) for name in export or ()]
    check_folder(output)
    with progress(len(PARTS) + len(FILES), shown=not json) as tell:
        built = build_file(specification, data=data, progress=lambda part, *_: tell(part))
        results = write_results(built, output, wanted=wanted, progress=tell)
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
