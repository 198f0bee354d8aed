"""10,000 mutations of real JSON: each is read, or refused with an error that says why.

Byte flips, deletions, truncations, repeated and moved chunks, at places drawn with a fixed seed, of
the smallest real records, alone, in a list, in lines, and compressed.
"""

import gzip
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from topline.errors import DocumentError, LimitError, ToplineError
from topline.formats.api_json import encode
from topline.formats.limits import Limits
from topline.formats.registry import read_documents

pytestmark = pytest.mark.corpus

MUTATIONS = 10_000
TOKENS = (b'"', b"{", b"}", b"[", b"]", b":", b",", b"\\", b"null", b"NaN", b"1e999", b"\n", b"\0")


def smallest_records(corpus: Path) -> list[bytes]:
    files = sorted((corpus / "records/v2").glob("*.json"), key=lambda file: file.stat().st_size)
    return [file.read_bytes().strip() for file in files[:5]]


def seeds(corpus: Path) -> list[bytes]:
    """Documents of some kilobytes: whole sections of real records, in the forms they come in."""
    found = []
    for number, data in enumerate(smallest_records(corpus)):
        study = json.loads(data)
        results = {"resultsSection": study["resultsSection"], "hasResults": True}
        protocol = {"protocolSection": study["protocolSection"], "new": {"a": [1.5, None]}}
        text = json.dumps(results if number % 2 else protocol, ensure_ascii=False).encode()
        short = json.dumps({"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}})
        line = short.encode()
        found += [
            text,
            b"[" + line + b",\n" + line + b"]",
            b'{"totalCount":2,"studies":[\n' + line + b",\n" + line + b'\n],"nextPageToken":"a"}',
            line + b"\n" + line + b"\n",
            gzip.compress(line + b"\n" + line, mtime=0),
            archive({"01/a.json": line, "02/b.json": line}),
        ]
    return found


def archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def mutate(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.choice((1, 2, 10, 100)))
        piece = data[at:to]
        data = chance.choice(
            (
                data[:at]
                + bytes(byte ^ (1 << chance.randrange(8)) for byte in piece[:1])
                + data[at + 1 :],
                data[:at] + chance.randbytes(1) + data[at + 1 :],
                data[:at] + data[to:],
                data[:at],
                data[:to] + piece * chance.choice((1, 3)) + data[to:],
                data[:at] + chance.choice(TOKENS) + data[at:],
                data[:at] + chance.choice(TOKENS) + data[at + 1 :],
            )
        )
    return data


def studies_in(data: bytes) -> list[Any] | None:
    """Return the studies of a JSON document as another parser sees them; ``None`` if it does not."""
    try:
        tree = json.loads(data)
    except ValueError:
        return None
    if isinstance(tree, dict):
        tree = tree.get("studies", [tree])
    return list(tree)


def test_mutated_documents_are_read_whole_or_refused(corpus: Path, tmp_path: Path) -> None:
    chance = random.Random(3211416)
    documents = seeds(corpus)
    file = tmp_path / "mutated.json"
    limits = Limits(study_bytes=1 << 20)
    read = compared = 0
    refused: list[ToplineError] = []
    for number in range(MUTATIONS):
        data = mutate(documents[number % len(documents)], chance)
        file.write_bytes(data)
        try:
            found = [
                json.loads(encode(document)) for document in read_documents(file, limits=limits)
            ]
        except (DocumentError, LimitError) as error:
            refused.append(error)
            continue
        read += 1
        expected = studies_in(data)
        if expected is not None:
            compared += 1
            assert found == expected, data
    assert read + len(refused) == MUTATIONS
    assert [fault for fault in refused if str(file) not in (fault.where or "")] == []
    # All three happen often, or the mutations test nothing.
    assert read > MUTATIONS / 20
    assert compared > MUTATIONS / 50
    assert len(refused) > MUTATIONS / 4
