"""Run one build in this process and print, as JSON, the memory it added to what the imports hold [bytes]."""

import json
import resource
import sys
from pathlib import Path

from topline.analysis.build import build_file
from topline.render.results_folder import write_results

_STATUS = Path("/proc/self/status")


def peak() -> int:
    """Give the most memory that this process has held so far [bytes].

    ``getrusage`` alone does not do on Linux: there a new process inherits the peak of the one that
    started it.
    """
    if _STATUS.exists():
        fields = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(part: str, specification: Path) -> None:
    """Build, and write the results as well if the part is ``build``."""
    before = peak()
    built = build_file(specification)
    if part == "build":
        write_results(built, specification.parent / "results")
    print(json.dumps({"before": before, "added": peak() - before}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
