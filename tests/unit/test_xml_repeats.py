"""Rows that are read once for all that are written alike: the same is read as row by row, or nothing is said."""

import io
import random

import pytest
from lxml import etree
from tests.spec.hostile_samples import SAMPLES

from topline.errors import ToplineError
from topline.formats import prs_xml
from topline.formats.document import Document
from topline.formats.source import Source
from topline.formats.xml_repeats import Repeats

PARTS = (
    "<row><n>1</n></row>",
    "<row><n>2</n></row>",
    '<row a="1"><n>1</n></row>',
    "<row> <n>1</n>\n</row>",
    "<row><n>&lt;1</n></row>",
    "<row/>",
    "<other/>",
    "<other><row><n>1</n></row></other>",
    "<row><row><n>1</n></row></row>",
    '<row xmlns="urn:x"><n>1</n></row>',
    " ",
    "loose",
)


def _read(row: etree._Element) -> tuple[object, ...] | None:
    if any(child.tag != "n" or len(child) for child in row):
        return None
    return (*row.items(), *(child.text for child in row))


def _by_row(table: etree._Element) -> list[tuple[object, ...] | None]:
    return [_read(row) if row.tag == "row" else None for row in table]


def test_it_reads_what_is_read_row_by_row_or_says_nothing() -> None:
    chance = random.Random(4)
    repeats = Repeats("row", _read)
    said = 0
    for _ in range(3_000):
        size = chance.randrange(5)
        inner = "".join(
            chance.choice(PARTS[:4] if chance.random() < 0.8 else PARTS) for _ in range(size)
        )
        start = chance.choice(("<rows>", '<rows b="2">', '<rows xmlns:x="urn:y">'))
        table = etree.fromstring(f"{start}{inner}</rows>")
        found = repeats.listed(table)
        if found is not None:
            said += 1
            assert found == _by_row(table)
            assert "loose" not in inner
    assert said > 1_000


def test_a_row_is_read_once() -> None:
    asked: list[etree._Element] = []

    def read(row: etree._Element) -> tuple[object, ...] | None:
        asked.append(row)
        return _read(row)

    repeats = Repeats("row", read)
    table = etree.fromstring("<rows>" + PARTS[0] * 3 + PARTS[1] * 2 + "</rows>")
    assert repeats.listed(table) == [("1",)] * 3 + [("2",)] * 2
    assert len(asked) == 2


def test_rows_of_another_namespace_are_others() -> None:
    repeats = Repeats("row", _read)
    plain = etree.fromstring("<rows><row><n>1</n></row></rows>")
    assert repeats.listed(plain) == [("1",)]
    assert (
        repeats.listed(etree.fromstring('<rows xmlns="urn:x"><row><n>1</n></row></rows>')) is None
    )


# what is put into a table of events, somewhere between two tags
SPOILERS = (
    b"loose",
    b"<odd/>",
    b"<eventStats/>",
    b"<numEvents>3</numEvents>",
    b"<numSubjects>007</numSubjects>",
    b"<reportingGroupId>EG000</reportingGroupId>",
    b"<eventStats><reportingGroupId>EG000</reportingGroupId></eventStats>",
    b"</eventStats><eventStats>",
)


def _outcome(data: bytes) -> Document | str:
    try:
        (document,) = prs_xml.read(Source("a.xml", io.BytesIO(data)))
    except ToplineError as error:
        return str(error)
    return document


def test_uploads_are_read_as_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longer way is the reference: records, what is set aside and errors are the same."""
    data = SAMPLES["prs-xml"].data
    begin, end = data.index(b"<eventStats"), data.index(b"</adverseEventStats")
    rows = data[begin:end] * 3
    chance = random.Random(9)
    spoilt = [data[:begin] + rows + data[end:]]
    places = [at for at in range(len(rows)) if rows[at : at + 1] == b"<"]
    for _ in range(400):
        at = chance.choice(places)
        text = rows[:at] + chance.choice(SPOILERS) + rows[at:]
        spoilt.append(data[:begin] + text + data[end:])
    quick = [_outcome(one) for one in spoilt]
    monkeypatch.setattr(Repeats, "listed", lambda *_: None)
    assert quick == [_outcome(one) for one in spoilt]
    assert len({str(one) for one in quick}) > 20
    assert any(isinstance(one, Document) and one.set_aside for one in quick)
