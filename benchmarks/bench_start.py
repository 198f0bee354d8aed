"""What starting costs: ``import topline`` against ``import numpy``, and the CPU time of ``topline --help``.

Each run is a fresh interpreter; its own start is part of every figure.
"""

import resource
import statistics
import subprocess
import sys

from benchmarks.folders import ROOT
from benchmarks.measure import Measured, compare

IMPORT_AIM = 1.0
HELP_AIM = 0.25  # seconds of CPU


def cpu_seconds(*arguments: str) -> float:
    """Run Python with arguments and return the CPU time that the process and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def lines(rounds: int) -> list[Measured]:
    """Measure the import and the help."""
    helped = [cpu_seconds("-m", "topline", "--help") for _ in range(rounds)]
    return [
        compare(
            "import topline (CPU)",
            "import numpy",
            lambda: cpu_seconds("-c", "import topline"),
            lambda: cpu_seconds("-c", "import numpy"),
            aim=IMPORT_AIM,
            rounds=rounds,
        ),
        Measured(
            what="topline --help (CPU)",
            peer="",
            ours=statistics.median(helped),
            theirs=None,
            unit="s",
            aim=HELP_AIM,
            figure=statistics.median(helped),
        ),
    ]
