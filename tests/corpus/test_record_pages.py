"""The pages of real records: each number an anchor, nothing twice, no link into the void."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from topline.record import Study
from topline.record.cells import cells
from topline.render.page import render_page

pytestmark = pytest.mark.corpus

UNKNOWN_FIELDS = {"modelPredictions", "locations_nested"}
ID = re.compile(r' id="([^"]*)"')
LINK = re.compile(r' href="#([^"]*)"')


def known(part: Any) -> Any:
    """The record without the fields that the current interface does not have."""
    if isinstance(part, dict):
        return {name: known(value) for name, value in part.items() if name not in UNKNOWN_FIELDS}
    return [known(value) for value in part] if isinstance(part, list) else part


def test_every_number_of_a_record_is_an_anchor_of_its_page_once(corpus: Path) -> None:
    files = sorted((corpus / "records" / "v2").glob("NCT*.json"))
    assert len(files) > 300
    # Every third of them, for time; the tables of all are tested beside this.
    for file in files[::3]:
        study = msgspec.convert(known(msgspec.json.decode(file.read_bytes())), Study)
        page = render_page(study, drawn=())
        ids = Counter(ID.findall(page))
        assert not [name for name, times in ids.items() if times > 1], file.name
        missing = [cell.address for cell in cells(study) if cell.address not in ids]
        assert not missing, file.name
        dangling = [name for name in LINK.findall(page) if name and name not in ids]
        assert not dangling, file.name
