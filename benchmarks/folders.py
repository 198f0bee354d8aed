"""Where the benchmarks' data are: the folder that TOPLINE_CORPUS names, else the bundled example."""

import os
import shutil
from functools import cache
from pathlib import Path

import msgspec

from topline.analysis.build import build_file

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "hcc" / "study.yaml"
PILOT = ROOT / "examples" / "cdiscpilot01" / "study.yaml"


def corpus() -> Path | None:
    """Give the folder of real records and trials; ``None`` where none is named."""
    folder = os.environ.get("TOPLINE_CORPUS")
    return Path(folder) if folder else None


def copy_pilot(corpus: Path, folder: Path) -> None:
    """Put the real trial's analysis datasets and its demographics into one folder."""
    trial = corpus / "trials" / "cdiscpilot01"
    for file in [*sorted((trial / "adam").glob("*.xpt")), trial / "sdtm" / "dm.xpt"]:
        shutil.copy(file, folder)


@cache
def _example_record() -> bytes:
    return msgspec.json.encode(build_file(EXAMPLE).study)


def example_records(number: int) -> list[bytes]:
    """Give the bundled example's record, built now, several times."""
    return [_example_record()] * number
