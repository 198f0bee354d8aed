"""Every real record as a page and back: all that the format declares it keeps is the same."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from topline.formats.document import Document
from topline.formats.page_text import FORMAT, page_text, read_page_text
from topline.formats.source import Source
from topline.record.study import Study

pytestmark = pytest.mark.corpus

RECORDS = 376
UNKNOWN = {"modelPredictions", "locations_nested"}  # fields of no current registry document
KEPT = frozenset(FORMAT.keeps)


def known(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: known(value) for name, value in part.items() if name not in UNKNOWN}
    return [known(value) for value in part] if isinstance(part, list) else part


def kept(part: Any, address: str = "", pattern: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves by address, whose addresses with ``*`` for any index the format keeps."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from kept(value, f"{address}/{name}", f"{pattern}/{name}")
    elif isinstance(part, list | tuple):
        for place, value in enumerate(part):
            yield from kept(value, f"{address}/{place}", f"{pattern}/*")
    elif pattern in KEPT:
        yield address, part


def test_every_record_comes_back_from_its_page(corpus: Path) -> None:
    files = sorted((corpus / "records/v2").glob("*.json"))
    assert len(files) == RECORDS
    leaves = 0
    for file in files:
        tree = known(msgspec.json.decode(file.read_bytes()))
        study = msgspec.convert(tree, Study)
        text = page_text(Document(study=study, format="api-json", place=file.name))
        document = read_page_text(Source(file.name, io.BytesIO(text.encode())))
        expected = dict(kept(tree))
        found = dict(kept(msgspec.to_builtins(document.study)))
        for address in found.keys() - expected.keys():
            # 30 posted outcome measures do not say so; their page shows that they have data.
            assert address.endswith("/reportingStatus"), (file.name, address)
            assert found.pop(address) == "POSTED"
        assert found == expected, file.name
        assert page_text(document) == text, file.name
        # Some records have limits and no dispersion type; nothing else is set aside.
        assert {item.field for item in document.set_aside} <= {"interval"}, file.name
        leaves += len(expected)
    assert leaves > 900_000  # nothing was skipped
