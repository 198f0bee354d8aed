"""Running ``topline`` in tests: within the process, or as a process of its own with bounds."""

import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from topline.cli.main import main

GIGABYTE = 1 << 30

RECORD = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A Trial of Two Arms"}
    },
    "resultsSection": {
        "outcomeMeasuresModule": {
            "outcomeMeasures": [
                {
                    "type": "PRIMARY",
                    "title": "Change in Score",
                    "timeFrame": "8 weeks",
                    "paramType": "MEAN",
                    "dispersionType": "STANDARD_DEVIATION",
                    "unitOfMeasure": "points",
                    "groups": [
                        {"id": "OG000", "title": "Active", "description": "10 mg a day"},
                        {"id": "OG001", "title": "Placebo"},
                    ],
                    "classes": [
                        {
                            "categories": [
                                {
                                    "measurements": [
                                        {"groupId": "OG000", "value": "2.00", "spread": "0.71"},
                                        {"groupId": "OG001", "value": "0.50", "spread": "0.70"},
                                    ]
                                }
                            ]
                        }
                    ],
                }
            ]
        }
    },
    "hasResults": True,
}
"""A small record as the JSON of its document."""

MEASURE = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0"
VALUE = f"{MEASURE}/classes/0/categories/0/measurements/0/value"


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code, and what it printed."""

    code: int
    out: str
    err: str


class Command:
    """Runs commands within this process.

    Parameters
    ----------
    captured
        What pytest captures.
    """

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured

    def __call__(self, *words: object) -> Ran:
        self._captured.readouterr()
        code = main([str(word) for word in words])
        printed = self._captured.readouterr()
        return Ran(code, printed.out, printed.err)


def process(
    *words: object,
    stdin: bytes | int | None = None,
    environment: dict[str, str] | None = None,
    memory: int | None = None,
    file_size: int | None = None,
    timeout: float = 120,
    folder: Path | None = None,
) -> Ran:
    """Run ``topline`` as a process.

    Parameters
    ----------
    words
        The words after ``topline``.
    stdin
        Bytes for standard input, or an open descriptor.
    environment
        Variables beside those of this process.
    memory, file_size
        What it may address, and the largest file it may write [bytes].
    timeout
        After which it hangs, and the test fails [seconds].
    folder
        Where it runs.
    """

    def bound() -> None:
        for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, file_size)):
            if most is not None:
                resource.setrlimit(kind, (most, most))

    done = subprocess.run(
        [sys.executable, "-m", "topline", *map(str, words)],
        input=stdin if isinstance(stdin, bytes) else None,
        stdin=stdin if isinstance(stdin, int) else None,
        capture_output=True,
        timeout=timeout,
        cwd=folder,
        env={**os.environ, "COLUMNS": "80", **(environment or {})},
        preexec_fn=bound,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode(errors="surrogateescape"))


def written(folder: Path, name: str = "record.json", record: object = RECORD) -> Path:
    """Write a record, or what stands for one, as JSON."""
    path = folder / name
    path.write_bytes(msgspec.json.encode(record))
    return path
