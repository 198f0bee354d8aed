"""Running ``topline`` many times, each in a process of its own with bounds, at the cost of starting one.

A server loads the package once and makes a copy of itself for each command, as a user's shell would start it: the
copy has its own bound on memory and on processor time, and what it used at most is measured when it ends.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes
    ----------
    code
        Its exit code; negative where a signal ended it, as where it has used up its time.
    out, err
        What it printed.
    peak
        The most memory that it held [bytes].
    """

    code: int
    out: str
    err: str
    peak: int


class ForkedCommand:
    """Runs commands in processes of their own.

    Parameters
    ----------
    memory
        What each may address beyond what the loaded package takes [bytes].
    seconds
        Processor time after which one is ended [s].
    """

    def __init__(self, *, memory: int, seconds: int) -> None:
        self._server = subprocess.Popen(
            [sys.executable, __file__, str(memory), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> "ForkedCommand":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.communicate()

    def __call__(self, *words: object, stdin: Path | None = None) -> Ended:
        """Run a command.

        Parameters
        ----------
        words
            The words after ``topline``.
        stdin
            What it reads as standard input; nothing if not given.
        """
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        asked = {"words": [str(word) for word in words], "stdin": str(stdin or os.devnull)}
        self._server.stdin.write(json.dumps(asked).encode() + b"\n")
        self._server.stdin.flush()
        return Ended(**json.loads(self._server.stdout.readline()))


def _serve(memory: int, seconds: int) -> None:
    from topline.cli.main import main

    main(["formats", "--json"])  # most of what a command imports is then imported
    for line in sys.stdin.buffer:
        answer = _ended(json.loads(line), memory, seconds)
        os.write(_ANSWERS, json.dumps(answer).encode() + b"\n")


def _ended(asked: dict[str, Any], memory: int, seconds: int) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            _run(asked, (out.fileno(), err.fileno()), memory, seconds)
        _, status, used = os.wait4(child, 0)
        out.seek(0)
        err.seek(0)
        return {
            "code": os.waitstatus_to_exitcode(status),
            "out": out.read().decode(errors="replace"),
            "err": err.read().decode(errors="replace"),
            "peak": used.ru_maxrss * 1024,
        }


def _run(asked: dict[str, Any], streams: tuple[int, int], memory: int, seconds: int) -> None:
    """Become the command, and end with its exit code."""
    from topline.cli.main import run

    os.dup2(os.open(asked["stdin"], os.O_RDONLY), 0)
    os.dup2(streams[0], 1)
    os.dup2(streams[1], 2)
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, "w", closefd=False)
    sys.stderr = open(2, "w", closefd=False)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + memory, held + memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    code = 70
    sys.argv = ["topline", *asked["words"]]
    try:
        run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 70
    except BaseException as error:  # noqa: BLE001  # it is printed as the interpreter would
        sys.__excepthook__(type(error), error, error.__traceback__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _ANSWERS = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _serve(int(sys.argv[1]), int(sys.argv[2]))
