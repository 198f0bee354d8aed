"""Decoding every real record: topline's reader against msgspec's own untyped decode of the same bytes."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from benchmarks.folders import corpus, example_records
from benchmarks.measure import Measured, ratio

from topline.formats import api_json
from topline.record.study import Study

AIM = 1.5
#: The bundled example's one record is decoded this often, so that there is something to measure.
_REPEATED = 200


def load_records() -> tuple[str, list[bytes]]:
    """Give the records and what they are; where no folder is named, the bundled example's."""
    folder = corpus()
    if folder is None:
        return f"the bundled example's record {_REPEATED} times", example_records(_REPEATED)
    return from_folder(folder)


def from_folder(folder: Path) -> tuple[str, list[bytes]]:
    """Read the records of a corpus."""
    records = [file.read_bytes() for file in sorted((folder / "records/v2").glob("*.json"))]
    if not records:
        raise FileNotFoundError(f"no records in {folder / 'records/v2'}")
    megabytes = sum(map(len, records)) / 1e6
    return f"{len(records)} real records, {megabytes:.1f} MB", records


def decode_untyped(records: Sequence[bytes]) -> None:
    """Decode into dictionaries and lists: what every other tool begins with."""
    for data in records:
        msgspec.json.decode(data)


def decode_typed(records: Sequence[bytes]) -> None:
    """Decode as topline reads: into the types, with the proof that nothing was lost."""
    for data in records:
        api_json.decode(data)


def decode_types_only(records: Sequence[bytes]) -> None:
    """Decode into the types without the proof; records with unknown fields stop at the first."""
    decoder = msgspec.json.Decoder(Study)
    for data in records:
        try:
            decoder.decode(data)
        except msgspec.ValidationError:
            continue


def lines(rounds: int) -> list[Measured]:
    """Measure the reader, and the types alone."""
    what, records = load_records()
    return [
        ratio(
            title,
            "msgspec untyped",
            lambda decode=decode: decode(records),  # type: ignore[misc] # mypy infers no type for a default
            lambda: decode_untyped(records),
            aim=AIM,
            rounds=rounds,
            clock="cpu",
        )
        for title, decode in (
            (f"decode {what}", decode_typed),
            ("  the types alone, without the proof that nothing is lost", decode_types_only),
        )
    ]
