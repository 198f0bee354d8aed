"""Each reader's throughput beside lxml merely parsing, or msgspec merely decoding, the same files.

A file is read whole into memory first: what is measured is the reading of a document, not of a disk. The page
text has no parser of its own to stand beside: it is measured against decoding it as text and splitting its lines.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
from benchmarks.folders import corpus
from benchmarks.measure import Measured, ratio
from lxml import etree

from topline.formats.registry import FORMATS
from topline.formats.source import Source

#: At least half the throughput of merely parsing.
AIM = 2.0
#: Small corpora are read this often within a run, so that there is something to measure [bytes].
_ENOUGH = 3_000_000

CORPORA = {
    "api-json": "records/v2/*.json",
    "v1-json": "records/v1_json/*.json",
    "legacy-xml": "records/legacy_xml/*.xml",
    "prs-xml": "upload_xml/prs/*.xml",
    "eudract-xml": "upload_xml/eudract/*.xml",
    "page-text": "page/NCT03211416.txt",
}
"""Format -> the real files of it."""


def _parse_xml(documents: list[bytes]) -> None:
    for data in documents:
        etree.fromstring(data)


def _decode_json(documents: list[bytes]) -> None:
    for data in documents:
        msgspec.json.decode(data)


def _split_text(documents: list[bytes]) -> None:
    for data in documents:
        data.decode("utf-8").splitlines()


_PEERS: dict[str, tuple[str, Callable[[list[bytes]], None]]] = {
    "xml": ("lxml merely parsing", _parse_xml),
    "json": ("msgspec merely decoding", _decode_json),
    "text": ("splitting into lines", _split_text),
}


def _read(name: str, documents: list[bytes]) -> None:
    read = FORMATS[name].read
    assert read is not None  # CORPORA names formats that are read
    for data in documents:
        for _ in read(Source(name, io.BytesIO(data))):
            pass


def _documents(folder: Path, pattern: str) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.glob(pattern))]


def lines(rounds: int) -> list[Measured]:
    """Measure every reader there is a corpus for."""
    folder = corpus()
    if folder is None:
        return []
    found = []
    for name, pattern in CORPORA.items():
        if name not in FORMATS:
            continue
        documents = _documents(folder, pattern)
        size = sum(map(len, documents))
        documents *= max(1, _ENOUGH // size)
        peer, merely = _PEERS[name.rpartition("-")[2]]
        line = ratio(
            f"read {name}, {size / 1e6:.1f} MB",
            peer,
            lambda name=name, documents=documents: _read(name, documents),  # type: ignore[misc] # mypy infers no type for a default
            lambda merely=merely, documents=documents: merely(documents),  # type: ignore[misc] # as above
            aim=None if name == "page-text" else AIM,
            rounds=rounds,
            clock="cpu",
        )
        megabytes = sum(map(len, documents)) / 1e6
        assert line.theirs is not None  # a ratio has a peer
        speeds = f"{megabytes / line.ours:.0f} MB/s, {peer} {megabytes / line.theirs:.0f} MB/s"
        found.append(replace(line, what=f"{line.what}: {speeds}"))
    return found
