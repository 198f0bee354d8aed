"""Files of a gigabyte, and files that pretend: an error, soon, and in bounded memory."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from topline.errors import DataError, LimitError
from topline.trial.reading import DATASET_FORMATS, read_dataset

GIGABYTE = 1 << 30
BEGINNINGS = {
    "xpt": b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
    "sas7bdat": bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011"),
    "parquet": b"PAR1",
    "json": b'{"columns":[{"name":"A","dataType":"string"}],"rows":[["',
    "ndjson": b'{"columns":[{"name":"A","dataType":"string"}]}\n["',
    "csv": b"USUBJID,AGE\n",
}
READ_ALL = """
import sys
from topline.errors import DataError, LimitError
from topline.trial.reading import read_dataset
for name in sys.argv[1:]:
    try:
        read_dataset(name)
    except (DataError, LimitError) as error:
        assert error.where, error
    else:
        sys.exit(name + " was read")
# Not getrusage: its peak is that of the process that started this one, where that was higher.
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")))
"""


def test_there_is_a_beginning_for_every_format() -> None:
    for one in DATASET_FORMATS:
        assert any(f".{name}" in one.extensions for name in BEGINNINGS), one.name


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc"
)
def test_files_of_a_gigabyte_are_refused_within_bounded_memory(tmp_path: Path) -> None:
    """Sparse files: one all zero and one with the right beginning for each format."""
    paths: list[str] = []
    for name, beginning in BEGINNINGS.items():
        for start in (b"\x00", beginning):
            path = tmp_path / f"dataset{len(paths)}.{name}"
            path.write_bytes(start)
            with path.open("r+b") as file:
                file.truncate(GIGABYTE)
            paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, *paths],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert int(done.stdout) < 600  # megabytes at the peak, Python and Polars included


def test_a_transport_file_that_claims_nine_thousand_variables(tmp_path: Path) -> None:
    path = tmp_path / "adsl.xpt"
    pyreadstat.write_xport(pl.DataFrame({"A": ["x"]}), str(path))
    path.write_bytes(path.read_bytes().replace(b"0000000001000", b"0000009999000", 1))
    with pytest.raises(DataError, match="number of variables is not readable"):
        read_dataset(path)


def test_a_transport_file_with_more_values_than_memory_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("topline.trial.dataset_format.MAXIMUM_CELLS", 5)
    path = tmp_path / "adsl.xpt"
    pyreadstat.write_xport(pl.DataFrame({"A": ["x"] * 4, "B": ["y"] * 4}), str(path))
    with pytest.raises(LimitError, match="4 records of 2 variables"):
        read_dataset(path)
    assert read_dataset(path, columns=["A"]).records == 4
