"""``topline init``: a first specification, written by looking at the data."""

from pathlib import Path
from typing import Annotated

import typer

from topline.cli.options import Json
from topline.cli.terminal import say, write, write_json


def init(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="The folder of datasets (ADaM; XPT, SAS7BDAT, Dataset-JSON ...)."
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write; - is standard output."
        ),
    ] = "study.yaml",
    json: Json = False,
) -> None:
    """Write a study.yaml that builds as it is, with a question wherever a person must decide.

    Where the file exists already, it is not written over: what changed in the data since is shown.
    """
    from topline.analysis.build import tabulations
    from topline.analysis.first_draft.draft import data_path, draft
    from topline.formats.output import open_output
    from topline.trial.library import Library

    library = Library(data, beside=tabulations(data))
    file = Path(output)
    made = draft(library, data_path(data, file))
    if output != "-" and file.exists():
        _show_changes(file, made, library, json=json)
        return
    with open_output(output) as opened:
        opened.write(made.text.encode())
    if output == "-":
        return
    specification = made.specification
    left = [one for one in made.proposals if one.content is None]
    if json:
        write_json(
            {
                "file": output,
                "groups": list(specification["groups"]),
                "outcomes": [one["title"] for one in specification.get("outcomes", [])],
                "left_out": [
                    {"dataset": one.dataset, "parameter": one.parameter, "reason": one.reason}
                    for one in left
                ],
                "questions": list(made.questions),
            }
        )
        return
    write(f"{output}: a first specification")
    write(f"  groups: {', '.join(one['title'] for one in specification['groups'].values())}")
    write(f"  baseline measures: {len(specification['baseline']['measures'])}")
    write(f"  outcome measures: {len(specification.get('outcomes', []))}")
    write(f"  parameters left for a person to decide: {len(left)}")
    write(f"  questions: {len(made.questions)}, marked by # ?")
    say(f"next: answer the questions in {output}, then `topline build {output} -o out`")


def _show_changes(file: Path, made: object, library: object, *, json: bool) -> None:
    """Say what changed in the data since a specification was written."""
    from topline.analysis.first_draft.differences import differences
    from topline.analysis.first_draft.draft import Draft
    from topline.analysis.methods import vocabulary
    from topline.trial.library import Library
    from topline.trial.specification_reading import read_specification

    assert isinstance(made, Draft)
    assert isinstance(library, Library)
    reading = read_specification(file, vocabulary())
    found = differences(made, reading, file.read_text(encoding="utf-8"), library)
    if json:
        write_json({"file": str(file), "differences": found})
        return
    if not found:
        write(f"{file}: exists, and the data hold nothing that it does not speak of")
        return
    write(f"{file}: exists and is kept; the data differ from it:")
    for one in found:
        write(f"  {one}")
    say("to see a new draft: `topline init FOLDER -o -`")
