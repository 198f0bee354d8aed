"""What a reader of XML refuses, so that no document can hang it or make it fetch anything."""

import io

import pytest

from topline.errors import DocumentError, LimitError
from topline.formats.limits import Limits
from topline.formats.source import Source
from topline.formats.xml_tree import parse_tree, root_name


def _parse(data: bytes, **limits: int) -> str:
    return str(parse_tree(Source("a.xml", io.BytesIO(data), Limits(**limits))).tag)


_ENTITIES = b"".join(
    b'<!ENTITY e%d "%s">' % (i, (b"&e%d;" % (i - 1) if i else b"lol") * 10) for i in range(10)
)


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", DocumentError, "empty"),
        (b"<a>", DocumentError, "a.xml, line 1"),
        (b"<a>\n<b></a>", DocumentError, "line 2"),
        (b"nonsense", DocumentError, "not well-formed"),
        (b"<a>\xff</a>", DocumentError, "encoding"),
        (b"<a>\xff</a>", DocumentError, "to do: save the document as UTF-8"),
        (
            b"<a>\n<b>&nbsp;</b></a>",
            DocumentError,
            "Entity 'nbsp' not defined\n  where: a.xml, line 2",
        ),
        (b"<x:a/>", DocumentError, "prefix x"),
        (b"<!DOCTYPE a><a/>", DocumentError, "document type declaration"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', DocumentError, "document type"),
        (
            b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
            DocumentError,
            "document type",
        ),
        (b"<!DOCTYPE a [" + _ENTITIES + b"]><a>&e9;</a>", LimitError, "amplification"),
        (b"<!DOCTYPE a [" + _ENTITIES + b']><a b="&e9;"/>', LimitError, "amplification"),
        (b"<a>" * 300, LimitError, "depth"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", LimitError, "too long"),
    ],
)
def test_a_document_that_is_broken_or_meant_to_harm_is_refused(
    data: bytes, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        _parse(data)


def test_a_document_larger_than_the_limit_is_refused_without_reading_it_whole() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            self.given += size
            return b"<a>" + b" " * (size - 3) if self.given == size else b" " * size

    stream = Endless()
    with pytest.raises(LimitError, match=r"3,000,000 bytes"):
        parse_tree(Source("a.xml", stream, Limits(document_bytes=3_000_000)))  # type: ignore[arg-type]  # read is all it needs
    assert stream.given < 5_000_000


@pytest.mark.parametrize("data", [b"<a>" + b"<b/>" * 100 + b"</a>", b"<a" + b' b=""' * 100 + b"/>"])
def test_elements_and_attributes_are_counted_before_they_are_a_tree(data: bytes) -> None:
    with pytest.raises(LimitError, match="more than 99 tags and attributes"):
        _parse(data, elements=99)


def test_tags_are_counted_from_the_first_byte_on_once_there_may_be_too_many() -> None:
    # two blocks: the first alone has fewer bytes than tags are allowed, and most of the signs
    with pytest.raises(LimitError, match="more than 1,200,000 tags and attributes"):
        _parse(b"<a>" + b"=" * 1_250_000 + b"</a>", elements=1_200_000)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"]
)
def test_the_encoding_a_document_declares_is_understood(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><!-- é --><study>é</study>'
    data = text.encode(encoding)
    assert root_name(data) == "study"
    assert parse_tree(Source("a.xml", io.BytesIO(data))).text == "é"
