"""The command's entry: its subcommands, and what happens to errors and signals."""

import signal
import sys
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Annotated

import typer

from topline import __version__
from topline.cli import (
    build,
    convert,
    derive,
    diff,
    explain,
    export,
    formats,
    init,
    response,
    show,
    spec,
    stat,
    verify,
)
from topline.cli.terminal import say
from topline.errors import LimitError, OutputError, ToplineError

_SIGNALLED = 128
"""A command stopped by a signal ends as a shell reports it: with this and the signal's number."""
_FAULT = 70
"""An error that is not the user's; not 1, by which ``diff`` says that records differ."""

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
        "6 limit; 7 output; 8 not found; 9 the data do not allow the build; 70 a fault of topline."
    ),
)
app.command("init")(init.init)
app.command("build")(build.build)
app.command("explain")(explain.explain)
app.command("verify")(verify.verify)
app.command("convert")(convert.convert)
app.command("show")(show.show)
app.command("derive")(derive.derive)
app.command("diff")(diff.diff)
app.command("response")(response.response)
app.command("export")(export.export)
app.command("formats")(formats.formats)
app.add_typer(spec.app, name="spec")
app.add_typer(stat.app, name="stat")


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


class Stopped(BaseException):
    """A signal asks the process to end; raised, so that nothing half done is left behind.

    Parameters
    ----------
    number
        The signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run() -> None:
    """Run the command as a process: with its signals, its streams and its exit code."""
    for number in _ending_signals():
        # Whoever starts a process to outlive a signal (nohup) has it ignored from the start.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        # A terminal that cannot show a character is shown its number.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.excepthook = _report_fault
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run a command within this process, and return its exit code.

    Parameters
    ----------
    arguments
        The words after ``topline``.

    Returns
    -------
    int
        0, or what the help lists. An error of the user's is printed without a traceback.

    Examples
    --------
    >>> main(["--version"])
    topline 0.1.0
    0
    """
    try:
        code = _invoked(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        return _read_enough()
    except ToplineError as error:
        return _told(error)
    except MemoryError:
        return _told(
            LimitError("there is not enough memory", advice="free memory, or split the input")
        )
    except OSError as error:
        return _told(OutputError(f"the system refuses: {error}"))
    except Stopped as stopped:
        say("topline: stopped")
        return _SIGNALLED + stopped.number
    if code == _SIGNALLED + signal.SIGINT:
        say("topline: interrupted")
    return code


def _invoked(arguments: Sequence[str]) -> int:
    """Run the command and return the code with which Typer would end the process."""
    try:
        typer.main.get_command(app)(args=list(arguments), prog_name="topline")
    except SystemExit as ended:
        # Typer ends with 1 where a pipe is closed, which would read as "the records differ".
        if isinstance(ended.__context__, BrokenPipeError):
            return _read_enough()
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def _told(error: ToplineError) -> int:
    say(f"topline: {error}")
    return error.exit_code


def _read_enough() -> int:
    """Whoever read the output has read enough, as ``head`` does: that is no error."""
    import os

    # What is still buffered would be written when the process ends, and complained about.
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _ending_signals() -> tuple[signal.Signals, ...]:
    # There is no SIGHUP on Windows.
    names = ("SIGTERM", "SIGHUP")
    return tuple(signal.Signals[name] for name in names if name in signal.Signals.__members__)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)


def _report_fault(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    sys.__excepthook__(kind, error, trace)
    say("topline: this is a fault of topline itself; please report it with the lines above")
    raise SystemExit(_FAULT)
