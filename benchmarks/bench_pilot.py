"""Building a real trial's record against merely reading the files that the build reads.

The trial is CDISC's pilot study where TOPLINE_CORPUS is set, else the bundled example. The peer reads
the same files into Polars frames: XPT by pyreadstat, the example's Dataset-JSON by msgspec and Polars.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import polars as pl
import pyreadstat
from benchmarks.folders import EXAMPLE, PILOT, copy_pilot, corpus
from benchmarks.measure import Measured, ratio

from topline.analysis.build import build_file

AIM = 3.0


def _read_transport(file: Path) -> pl.DataFrame:
    frame, _ = pyreadstat.read_xport(file, output_format="polars")
    assert isinstance(frame, pl.DataFrame)
    return frame


def _read_dataset_json(file: Path) -> pl.DataFrame:
    dataset = msgspec.json.decode(file.read_bytes())
    names = [column["name"] for column in dataset["columns"]]
    return pl.DataFrame(dataset["rows"], schema=names, orient="row", infer_schema_length=None)


_READERS: dict[str, tuple[str, Callable[[Path], pl.DataFrame]]] = {
    ".xpt": ("pyreadstat", _read_transport),
    ".json": ("msgspec with Polars", _read_dataset_json),
}


def lines(rounds: int) -> list[Measured]:
    """Measure the build of one trial."""
    folder = corpus()
    if folder is None:
        # No aim: with 37 participants, all that is measured is what a build costs at least.
        return [_build("build of the bundled example", EXAMPLE, None, None, rounds)]
    with tempfile.TemporaryDirectory() as data:
        copy_pilot(folder, Path(data))
        return [_build("build of the CDISC pilot study", PILOT, Path(data), AIM, rounds)]


def _build(
    what: str, specification: Path, data: Path | None, aim: float | None, rounds: int
) -> Measured:
    where = data or specification.parent / "adam"
    files = [where / one.file for one in build_file(specification, data=data).datasets]
    readers = sorted({_READERS[file.suffix][0] for file in files})
    return ratio(
        what,
        f"{' and '.join(readers)} reading its {len(files)} files",
        lambda: build_file(specification, data=data),
        lambda: _read(files),
        aim=aim,
        rounds=rounds,
    )


def _read(files: Sequence[Path]) -> None:
    for file in files:
        _READERS[file.suffix][1](file)
