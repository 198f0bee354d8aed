"""``topline convert``: a document in one format to the same records in another."""

import sys
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from topline.cli.options import From, StudyNumber
from topline.cli.terminal import say, write_json
from topline.errors import UsageError

_MOST_LINES = 40
"""How many losses of one reason are printed; a record's statistical analyses can have hundreds."""

if TYPE_CHECKING:
    from topline.formats.conversion import Conversion


def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="The document; - is standard input.")],
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="OUT", help="Where to write; - is standard output."),
    ] = "-",
    study: StudyNumber = None,
    source_format: From = None,
    target_format: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="NAME", help="The format to write; by extension if not named."
        ),
    ] = None,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answers",
            metavar="FILE",
            help="A table of what the format wants and a record does not hold (CSV), as --ask "
            "writes it, filled in. May be repeated.",
        ),
    ] = None,
    questions: Annotated[
        str | None,
        typer.Option(
            "--ask",
            metavar="FILE",
            help="Write the table of what the format wants and the record does not give, and "
            "nothing else.",
        ),
    ] = None,
    indent: Annotated[bool, typer.Option("--indent", help="Lay JSON out for people.")] = False,
    into: Annotated[
        str | None,
        typer.Option(
            "--into",
            metavar="DOWNLOADED",
            help="A document downloaded from the registry: written again with the results of this study "
            "replaced, and every other byte as it is.",
        ),
    ] = None,
    replace_all: Annotated[
        bool,
        typer.Option(
            "--replace-all",
            help="Write an upload by which the registry deletes every results module that it omits; asks first.",
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask whether to delete with --replace-all.")
    ] = False,
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Say in JSON what was done: on standard output, or on standard error where the "
            "document goes to standard output.",
        ),
    ] = False,
) -> None:
    """Convert records from one format to another, and say what does not come along."""
    from topline.formats.conversion import convert as convert_documents
    from topline.render.record_formats import RECORD_FORMATS

    if questions is not None:
        _ask(source, questions, target_format, source_format=source_format, study=study)
        return
    if output == "-" and sys.stdout is not None and sys.stdout.isatty():
        _refuse_binary(target_format)

    told: list[Conversion] = []

    def before_writing(planned: "Conversion") -> None:
        if not json:
            _say_losses(planned)
            told.append(planned)
        if replace_all:
            _confirm(planned, yes=yes)

    done = convert_documents(
        source,
        output,
        source_format=source_format,
        target_format=target_format,
        indented=indent,
        nct_id=study,
        answers=answers or (),
        into=into,
        replace_all=replace_all,
        before_writing=before_writing,
        formats=RECORD_FORMATS,
    )
    if json:
        write_json(done, aside=output == "-")
    else:
        _say(done, "standard output" if output == "-" else output)
        if not told:
            _say_losses(done)


def _refuse_binary(target_format: str | None) -> None:
    """Refuse to fill a terminal with what is not text."""
    from topline.formats.registry import find_format_to_write
    from topline.render.record_formats import RECORD_FORMATS

    found = find_format_to_write("-", target_format, RECORD_FORMATS)
    is_text = found.media_type.startswith("text/") or found.media_type.endswith(("json", "xml"))
    if not is_text and found.write_folder is None:
        raise UsageError(
            f"{found.name} is no text, and standard output is a terminal",
            accepted="a file, or a program that reads it",
            advice="name a file with -o",
        )


def _confirm(planned: "Conversion", *, yes: bool) -> None:
    """Say what the registry would delete, and ask whether it shall."""
    say("without partialUpload, the registry deletes every results module that the upload omits:")
    for line in planned.deletes or ("none is omitted",):
        say(f"  {line}")
    if yes:
        return
    if not _has_terminal():
        raise UsageError(
            "nothing was written: --replace-all asks, and there is no terminal to answer",
            advice="add --yes, or leave --replace-all out: the registry then keeps what the upload omits",
        )
    if not typer.confirm("Write it?", err=True):
        raise UsageError("nothing was written, as you answered")


def _has_terminal() -> bool:
    # Python leaves out a stream that was closed before it began; types do not know that.
    stream: TextIO | None = sys.stdin
    return stream is not None and stream.isatty()


def _ask(
    source: str,
    questions: str,
    target_format: str | None,
    *,
    source_format: str | None,
    study: str | None,
) -> None:
    from topline.errors import UsageError
    from topline.formats.conversion import ask

    if target_format is None:
        raise UsageError("--ask needs the format that asks", advice="name it: `--to NAME`")
    lines = ask(source, questions, target_format, source_format=source_format, nct_id=study)
    if not lines:
        say(f"{target_format} asks for nothing that this record does not give")
        return
    place = "standard output" if questions == "-" else questions
    wanted = "1 line" if lines == 1 else f"{lines} lines"
    say(f"{wanted} to fill in, written to {place}; then convert with `--answers`")


def _say(done: "Conversion", place: str) -> None:
    studies = "1 study" if done.studies == 1 else f"{done.studies} studies"
    read = f" from {' and '.join(done.read_as)}" if done.read_as else ""
    say(f"{studies}{read}, written to {place} as {done.written_as}")
    if done.given_back:
        things = "1 thing" if done.given_back == 1 else f"{done.given_back} things"
        say(f"  {things} outside the record came along")


def _say_losses(done: "Conversion") -> None:
    for caution in done.cautions:
        say(f"  note: {caution}")
    by_reason: dict[str, list[str]] = {}
    for loss in done.losses:
        times = f"{loss.count} x " if loss.count > 1 else ""
        first = f" (first in {loss.first})" if done.studies > 1 else ""
        by_reason.setdefault(loss.reason, []).append(f"{times}{loss.address}{first}")
    for reason, lost in by_reason.items():
        say(f"  not kept, since {reason}:")
        for line in lost[:_MOST_LINES]:
            say(f"    {line}")
        if len(lost) > _MOST_LINES:
            say(f"    and {len(lost) - _MOST_LINES} more, which --json lists")
