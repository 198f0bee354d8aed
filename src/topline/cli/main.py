"""The command's entry: its subcommands, and what happens to an error."""

import sys
from typing import Annotated

import typer

from topline import __version__
from topline.cli import build, convert, diff, explain, formats, show, spec
from topline.errors import ToplineError

#: A command stopped by Ctrl-C ends as a shell reports it: 128 and the number of the signal.
_INTERRUPTED = 130

app = typer.Typer(
    name="topline",
    help="From a clinical trial's participant-level data to its registry results record, and back.",
    no_args_is_help=True,
    # Plain help: the boxes of Rich would double the time until a person sees it.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 done; 1 records differ; 2 wrong usage; 3 document; 4 data; 5 specification; "
        "6 limit; 7 output; 8 not found; 9 the data do not allow the build."
    ),
)
app.command("build")(build.build)
app.command("explain")(explain.explain)
app.command("convert")(convert.convert)
app.command("show")(show.show)
app.command("diff")(diff.diff)
app.command("formats")(formats.formats)
app.add_typer(spec.app, name="spec")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"topline {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    # Typer needs a callback for options of the command itself; all it does is in the options.
    pass


def run() -> None:
    """Run the command; an error of the user's is printed without a traceback."""
    try:
        app()
    except ToplineError as error:
        print(f"topline: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("topline: interrupted; nothing was written", file=sys.stderr)
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has read enough, as `head` does: that is no error.
        sys.stderr.close()
        sys.exit(0)
