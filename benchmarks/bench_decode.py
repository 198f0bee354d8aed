"""Decoding every real record: topline's reader against msgspec's own untyped decode of the same bytes.

``python benchmarks/bench_decode.py`` prints the ratio; ``pytest benchmarks/bench_decode.py
--benchmark-only`` measures both with pytest-benchmark. The records are those of the folder that
TOPLINE_CORPUS names. Both are measured in turns in one run, so that what else the machine does
weighs on both; the best of each counts.
"""

import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from topline.formats import api_json
from topline.record.study import Study

AIM = 1.5
ROUNDS = 9

Decode = Callable[[list[bytes]], None]


def load_records(corpus: Path) -> list[bytes]:
    records = [file.read_bytes() for file in sorted((corpus / "records/v2").glob("*.json"))]
    if not records:
        raise FileNotFoundError(f"no records in {corpus / 'records/v2'}")
    return records


def decode_untyped(records: list[bytes]) -> None:
    """Decode into dictionaries and lists: what every other tool begins with."""
    for data in records:
        msgspec.json.decode(data)


def decode_typed(records: list[bytes]) -> None:
    """Decode as topline reads: into the types, with the proof that nothing was lost."""
    for data in records:
        api_json.decode(data)


def decode_types_only(records: list[bytes]) -> None:
    """Decode into the types without the proof; records with unknown fields stop at the first."""
    decoder = msgspec.json.Decoder(Study)
    for data in records:
        try:
            decoder.decode(data)
        except msgspec.ValidationError:
            continue


def seconds(decode: Decode, records: list[bytes]) -> float:
    gc.collect()
    start = time.process_time()
    decode(records)
    return time.process_time() - start


def compare(records: list[bytes]) -> dict[Decode, float]:
    """Measure each way in turns and return its best time [seconds]."""
    ways = (decode_untyped, decode_typed, decode_types_only)
    measured = [{way: seconds(way, records) for way in ways} for _ in range(ROUNDS)]
    return {way: min(each[way] for each in measured) for way in ways}


def main() -> int:
    corpus = os.environ.get("TOPLINE_CORPUS")
    if not corpus:
        print("decode: skipped, TOPLINE_CORPUS names no folder of records")
        return 0
    records = load_records(Path(corpus))
    best = compare(records)
    base = best[decode_untyped]
    megabytes = sum(map(len, records)) / 1e6
    ratio = best[decode_typed] / base
    print(f"decode: {len(records)} records, {megabytes:.1f} MB")
    print(f"  msgspec untyped         {base:.3f} s  1.00")
    print(
        f"  topline                 {best[decode_typed]:.3f} s  {ratio:.2f}  (aim: at most {AIM})"
    )
    print(
        f"  types without the proof {best[decode_types_only]:.3f} s  {best[decode_types_only] / base:.2f}"
    )
    return 0


@pytest.mark.corpus
@pytest.mark.parametrize("decode", [decode_untyped, decode_typed], ids=["untyped", "topline"])
def test_decode(
    benchmark: Callable[[Decode, list[bytes]], None], corpus: Path, decode: Decode
) -> None:
    benchmark(decode, load_records(corpus))


@pytest.fixture
def corpus() -> Path:
    folder = os.environ.get("TOPLINE_CORPUS")
    if not folder:
        pytest.skip("TOPLINE_CORPUS is not set: no records to decode")
    return Path(folder)


if __name__ == "__main__":
    sys.exit(main())
