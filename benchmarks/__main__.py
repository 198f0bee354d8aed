"""``python -m benchmarks`` prints every ratio of topline to its peers, measured in one run.

It always ends with exit code 0 when everything ran: a ratio is something to look at, not a test.
"""

import argparse
import contextlib
import importlib
import os
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

import msgspec
from benchmarks.measure import Measured

#: Name -> module, in the order they run; a module is imported when its turn comes.
BENCHMARKS = {
    "decode": "benchmarks.bench_decode",
    "readers": "benchmarks.bench_readers",
    "pilot": "benchmarks.bench_pilot",
    "large": "benchmarks.bench_large_trial",
    "analyses": "benchmarks.bench_analyses",
    "start": "benchmarks.bench_start",
    "survival": "benchmarks.stats_survival",
    "proportions": "benchmarks.stats_proportions",
    "means": "benchmarks.stats_means",
    "repeated-measures": "benchmarks.stats_repeated_measures",
    "pooling": "benchmarks.stats_pooling",
    "ranks-and-rates": "benchmarks.stats_ranks_and_rates",
    "adverse-events": "benchmarks.stats_adverse_events",
    "growth": "benchmarks.cost_growth",
}
_VERSIONS = (
    *(
        "topline",
        "polars",
        "msgspec",
        "lxml",
        "pyreadstat",
        "numpy",
        "scipy",
        "altair",
        "vl-convert-python",
    ),
    *("statsmodels", "lifelines", "survival", "pymare", "duckdb"),
)


def run(names: Iterable[str], rounds: int) -> list[Measured]:
    """Run benchmarks by name, saying on standard error which one is being run."""
    found: list[Measured] = []
    for name in names:
        print(f"{name} ...", file=sys.stderr)
        found.extend(importlib.import_module(BENCHMARKS[name]).lines(rounds))
    return found


def circumstances() -> dict[str, str]:
    """Say what the figures were measured with."""
    about = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
    }
    for name in _VERSIONS:
        with contextlib.suppress(PackageNotFoundError):  # most peers are optional
            about[name] = version(name)
    return about


def table(found: Iterable[Measured]) -> str:
    """Lay the lines out: what, ours, peer's, ratio, aim, whether it is met, against what."""
    heads = ("what", "ours", "peer's", "ratio", "aim", "", "peer")
    rows = [heads, *(_row(line) for line in found)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads) - 1)]
    return "\n".join(
        "  ".join(
            [
                cell.ljust(width) if place in (0, 5) else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=False))
            ]
            + [row[-1]]
        ).rstrip()
        for row in rows
    )


def _row(line: Measured) -> tuple[str, ...]:
    places = 3 if line.unit == "s" else 0
    amounts = [f"{number:.{places}f} {line.unit}" for number in (line.ours, line.theirs or 0.0)]
    ratio = (
        f"{line.figure:{'.2f' if line.figure >= 0.1 else '.1g'}}" if line.theirs is not None else ""
    )
    return (
        line.what,
        amounts[0],
        amounts[1] if line.theirs is not None else "",
        ratio,
        "" if line.aim is None else f"{line.aim:.3g}" + ("" if ratio else f" {line.unit}"),
        {True: "met", False: "NOT MET", None: ""}[line.met],
        line.peer,
    )


def as_json(found: Iterable[Measured]) -> bytes:
    """Give the lines and the circumstances as one JSON object."""
    rows = [{**msgspec.to_builtins(line), "met": line.met} for line in found]
    return msgspec.json.format(
        msgspec.json.encode({"circumstances": circumstances(), "results": rows})
    )


def main() -> int:
    """Parse the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--rounds", type=int, default=7, help="measured runs of each (default: 7)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    found = run(options.names or BENCHMARKS, max(1, options.rounds))
    if options.json:
        print(as_json(found).decode())
    else:
        print(table(found))
        print("; ".join(f"{name} {value}" for name, value in circumstances().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
