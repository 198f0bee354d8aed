"""Whatever document a person is sent: it is read whole, or refused in words, and nothing is fetched.

Every form that is read is spoilt in every way that applies to it, and converted as a user would, in a process that may
use so much memory and so much processor time and no more.
"""

import gzip
import os
import random
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.spec.hostile_samples import JSON, READ, SAMPLES, XML
from tests.unit.command import GIGABYTE, process
from tests.unit.forked_command import MEGABYTE, Ended, ForkedCommand

SECRET = "what-no-document-may-read"


@pytest.fixture(scope="module")
def topline() -> Iterator[ForkedCommand]:
    with ForkedCommand(memory=GIGABYTE, seconds=30) as command:
        yield command


class Attempt:
    """A document that is converted, and what came of it."""

    def __init__(self, topline: ForkedCommand, folder: Path) -> None:
        self._topline = topline
        self._folder = folder
        self._target = folder / "out" / "record.json"
        self._target.parent.mkdir()

    def __call__(self, data: bytes, ending: str, *more: object) -> Ended:
        """Convert a document, and hold the command to what is so however it ends."""
        document = self._folder / f"document{ending}"
        document.write_bytes(data)
        self._target.unlink(missing_ok=True)
        ended = self._topline("convert", document, "-o", self._target, *more)
        assert ended.code in (0, 3, 6), ended
        assert ended.out == ""
        assert "Traceback" not in ended.err
        assert all(char.isprintable() or char == "\n" for char in ended.err)
        assert ended.peak < GIGABYTE
        assert os.listdir(self._target.parent) == (["record.json"] if ended.code == 0 else [])
        return ended

    def refused(self, data: bytes, ending: str, *more: object, code: int | None = None) -> str:
        """Convert what must be refused, and return what was said."""
        ended = self(data, ending, *more)
        assert ended.code in ((3, 6) if code is None else (code,)), ended
        assert ended.err.startswith("topline: ")
        assert ended.err.count("topline: ") == 1
        assert "  where: " in ended.err
        assert "  accepted: " in ended.err or "  to do: " in ended.err
        assert len(ended.err) < 2000
        return ended.err

    def read(self, data: bytes, ending: str, *more: object) -> str:
        """Convert what must be read, and return the record with all that was said."""
        ended = self(data, ending, *more)
        assert ended.code == 0, ended
        return self.written() + ended.err

    def written(self) -> str:
        """Return the record that was written last."""
        return self._target.read_text(encoding="utf-8")


@pytest.fixture
def attempt(topline: ForkedCommand, tmp_path: Path) -> Attempt:
    return Attempt(topline, tmp_path)


def test_there_is_a_sample_of_every_form_that_is_read() -> None:
    assert set(SAMPLES) == set(READ)
    for sample in SAMPLES.values():
        for part in (sample.text, sample.count, sample.reference, sample.group):
            assert part in sample.data


@pytest.mark.parametrize("form", READ)
def test_a_sample_that_is_not_spoilt_is_read(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    for named in ((), ("--from", form)):
        found = attempt.read(sample.data, sample.ending, *named)
        assert f"1 study from {'api-json' if form == 'api-ndjson' else form}" in found
        assert "17" in found


API = {"api-json", "api-ndjson"}  # each reads the other's documents


@pytest.mark.parametrize(
    ("form", "other"),
    [(a, b) for a in READ for b in READ if a != b and {a, b} != API],
)
def test_a_document_of_one_form_named_as_another_is_refused(
    attempt: Attempt, form: str, other: str
) -> None:
    attempt.refused(SAMPLES[form].data, SAMPLES[form].ending, "--from", other, code=3)


SPOILT_ROOTS = {
    "an unknown root": (rb"<(/?)(?:\w+:)?(clinical_study|result|adverseEvents)\b", rb"<\1trial"),
    "the root in no namespace": (rb"<(/?)(?:rrs|aev):", rb"<\1"),
    "the root in a later namespace": (rb'"(http://[^"]*/(?:rrs|adverse_events))"', rb'"\1/2"'),
    "a prefix without its namespace": (rb"xmlns:", b"data-"),
    "everything in a namespace": (
        rb"<((?:\w+:)?(?:clinical_study|result|adverseEvents))\b",
        rb'<\1 xmlns="urn:of:someone"',
    ),
}


@pytest.mark.parametrize(
    ("spoilt", "form"),
    [
        (spoilt, form)
        for spoilt, (pattern, _) in SPOILT_ROOTS.items()
        for form in XML
        if re.search(pattern, SAMPLES[form].data)  # the oldest form has no namespace
    ],
)
def test_another_schema_is_refused_with_the_root_and_what_is_accepted(
    attempt: Attempt, spoilt: str, form: str
) -> None:
    sample = SAMPLES[form]
    pattern, by = SPOILT_ROOTS[spoilt]
    data = re.sub(pattern, by, sample.data)
    for named in ((), ("--from", form)):
        said = attempt.refused(data, sample.ending, *named, code=3)
        assert re.search(r"document\.xml, line [1-9]", said)


@pytest.mark.parametrize("ending", [".json", ".xml", ".txt"])
@pytest.mark.parametrize(
    "data",
    [
        b'{"schemaVersion": "3.0", "study": {"protocol": {"nctId": "NCT00000001"}}}',
        b'{"FullStudiesResponse": {"APIVrs": "1.01.05", "Studies": []}}',
        b'{"StudyFieldsResponse": {"APIVrs": "1.01.05", "StudyFields": [{"Rank": 1}]}}',
        b"<trials><trial/></trials>",
        b"<html><body>Trial Outcomes</body></html>",
    ],
)
def test_what_is_of_no_form_is_refused_whatever_its_name(
    attempt: Attempt, data: bytes, ending: str
) -> None:
    attempt.refused(data, ending, code=3)


@pytest.mark.parametrize("form", XML)
def test_names_without_an_end_are_not_printed_whole(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    name = b"x" * 40_000
    attempt.refused(b"<%s/>" % name, sample.ending, "--from", form)
    attempt.refused(b'<x xmlns="urn:%s"/>' % name, sample.ending, "--from", form)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port of this machine that notices whoever connects to it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def test_the_listener_would_notice(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        connection.close()


DECLARATIONS = {
    "an entity": b'<!DOCTYPE z [<!ENTITY e SYSTEM "PLACE">]>',
    "a public entity": b'<!DOCTYPE z [<!ENTITY e PUBLIC "-//A//B" "PLACE">]>',
    "a document type": b'<!DOCTYPE z SYSTEM "PLACE">',
    "a public document type": b'<!DOCTYPE z PUBLIC "-//A//B" "PLACE">',
    "a parameter entity": b'<!DOCTYPE z [<!ENTITY % p SYSTEM "PLACE"> %p;]>',
    "a parameter entity that makes an entity": b'<!DOCTYPE z SYSTEM "PLACE" '
    b'[<!ENTITY % p SYSTEM "PLACE"><!ENTITY % q "<!ENTITY e SYSTEM \'PLACE\'>">%p;%q;]>',
    "an unparsed entity": b'<!DOCTYPE z [<!NOTATION n SYSTEM "PLACE">'
    b'<!ENTITY e SYSTEM "PLACE" NDATA n>]>',
    "a default of an attribute": b'<!DOCTYPE z [<!ENTITY e SYSTEM "PLACE">'
    b'<!ATTLIST z a CDATA "&e;">]>',
}


@pytest.mark.parametrize("at", ["file", "address"])
@pytest.mark.parametrize("form", XML)
def test_a_declaration_that_would_fetch_something_is_refused_unread(
    attempt: Attempt, tmp_path: Path, listener: socket.socket, form: str, at: str
) -> None:
    sample = SAMPLES[form]
    place = _place(tmp_path, listener, at)
    for declaration in DECLARATIONS.values():
        declared = b"?>" + declaration.replace(b"PLACE", place)
        spoilt = sample.with_text(b"&e;" if b"ENTITY e" in declaration else b"8 weeks")
        said = attempt.refused(spoilt.replace(b"?>", declared, 1), sample.ending)
        assert SECRET not in said
    _assert_nothing_came(listener)


INCLUSIONS = {
    "an inclusion of text": b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" '
    b'href="PLACE" parse="text"/>',
    "an inclusion": b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="PLACE"/>',
    "a style sheet": b'8 weeks<?xml-stylesheet type="text/xsl" href="PLACE"?>',
    "the place of a schema": b'<a xmlns:s="http://www.w3.org/2001/XMLSchema-instance" '
    b's:noNamespaceSchemaLocation="PLACE" s:schemaLocation="urn:a PLACE"/>',
    "a base": b'<a xml:base="PLACE" href="b"/>',
    "a link": b'<a xmlns:x="http://www.w3.org/1999/xlink" x:type="simple" x:href="PLACE" '
    b'x:actuate="onLoad" x:show="embed"/>',
}


@pytest.mark.parametrize("at", ["file", "address"])
@pytest.mark.parametrize("form", XML)
def test_what_asks_to_be_included_is_not(
    attempt: Attempt, tmp_path: Path, listener: socket.socket, form: str, at: str
) -> None:
    sample = SAMPLES[form]
    place = _place(tmp_path, listener, at)
    for inclusion in INCLUSIONS.values():
        ended = attempt(sample.with_text(inclusion.replace(b"PLACE", place)), sample.ending)
        assert SECRET not in ended.err
        assert all(
            SECRET not in made.read_text(encoding="utf-8") for made in (tmp_path / "out").iterdir()
        )
    _assert_nothing_came(listener)


def _place(folder: Path, listener: socket.socket, at: str) -> bytes:
    if at == "address":
        return f"http://127.0.0.1:{listener.getsockname()[1]}/secret".encode()
    secret = folder / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    return secret.as_uri().encode()


def _assert_nothing_came(listener: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        listener.accept()


def _entities(kind: bytes, reference: bytes) -> bytes:
    return b"".join(
        b'<!ENTITY %se%d "%s">'
        % (kind, level, (reference % (level - 1)) * 10 if level else b"ha" * 10)
        for level in range(12)
    )


BOMBS = {
    "a billion laughs": (_entities(b"", b"&e%d;"), b"&e11;"),
    "a billion laughs of parameters": (_entities(b"% ", b"&#37;e%d;") + b"%e11;", b"8 weeks"),
    "one long entity many times": (b'<!ENTITY e "%s">' % (b"x" * 100_000), b"&e;" * 20_000),
    "an entity within itself": (b'<!ENTITY e "&f;"><!ENTITY f "&e;">', b"&e;"),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("form", XML)
def test_entities_that_unfold_are_refused_in_texts_and_in_attributes(
    attempt: Attempt, form: str, bomb: str
) -> None:
    sample = SAMPLES[form]
    entities, used = BOMBS[bomb]
    declared = b"?><!DOCTYPE z [" + entities + b"]>"
    in_text = sample.with_text(used)
    in_attribute = sample.data.replace(b'="', b'="' + used, 4)  # the fourth is of the document
    in_attribute = in_attribute.replace(b'="' + used, b'="', 2)
    for spoilt in (in_text, in_attribute):
        attempt.refused(spoilt.replace(b"?>", declared, 1), sample.ending)


STREAM = """
import sys
out = sys.stdout.buffer
out.write(bytes.fromhex(sys.argv[1]))
for _ in range(2048):
    out.write(b"x" * (1 << 20))
out.write(bytes.fromhex(sys.argv[2]))
"""


@pytest.mark.parametrize("form", [*XML, "v1-json"])
def test_a_text_of_two_gigabytes_is_refused_as_it_comes(form: str) -> None:
    sample = SAMPLES[form]
    before, after = sample.data.split(sample.text)
    with subprocess.Popen(
        [sys.executable, "-c", STREAM, before.hex(), after.hex()],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as stream:
        assert stream.stdout is not None
        ran = process("convert", "-", stdin=stream.stdout.fileno(), memory=GIGABYTE)
        stream.stdout.close()
    assert ran.code == 6
    assert ran.out == ""
    assert ran.err.startswith("topline: ")
    assert "standard input" in ran.err


@pytest.mark.parametrize("form", READ)
def test_two_gigabytes_that_were_compressed_are_refused(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    before, after = sample.data.split(sample.text)
    piece = gzip.compress(b"x" * (16 * MEGABYTE))
    packed = gzip.compress(before) + piece * 128 + gzip.compress(after)
    assert len(packed) < 3 * MEGABYTE
    attempt.refused(packed, f"{sample.ending}.gz", code=6)


@pytest.mark.parametrize("form", READ)
def test_an_archive_of_a_bomb_is_refused_and_nothing_is_unpacked_beside_it(
    attempt: Attempt, tmp_path: Path, form: str
) -> None:
    sample = SAMPLES[form]
    bomb, outside = tmp_path / "bomb", tmp_path / "outside"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(f"a{sample.ending}", sample.with_text(b"x" * (64 * MEGABYTE)))
    attempt.refused(bomb.read_bytes(), ".zip", code=6)
    with zipfile.ZipFile(outside, "w") as archive:
        archive.writestr(f"../beside{sample.ending}", sample.data)
    said = attempt.refused(outside.read_bytes(), ".zip", code=3)
    assert "../beside" in said
    assert not list(tmp_path.parent.glob("beside*"))


@pytest.mark.parametrize("form", XML)
def test_elements_nested_without_an_end_are_refused(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    attempt.refused(sample.with_text(b"<a>" * 100_000 + b"</a>" * 100_000), sample.ending, code=6)
    attempt.refused(sample.with_text(b"<a>" * 100_000), sample.ending, code=6)


@pytest.mark.parametrize("form", JSON)
def test_lists_nested_without_an_end_are_refused(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    nested = b"[" * 100_000 + b"]" * 100_000
    attempt.refused(sample.data.replace(b'"8 weeks"', nested), sample.ending, code=6)


@pytest.mark.parametrize("form", XML)
def test_a_million_siblings_or_attributes_are_read_or_refused(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    attempt(sample.with_text(b"8 weeks" + b"<a/>" * 1_000_000), sample.ending)
    attributes = b"".join(b' a%d=""' % number for number in range(1_000_000))
    attempt.refused(sample.with_text(b"<a" + attributes + b"/>"), sample.ending, code=6)


def test_more_elements_than_fit_into_memory_are_refused(attempt: Attempt) -> None:
    sample = SAMPLES["legacy-xml"]
    said = attempt.refused(sample.with_text(b"<a/>" * 4_000_001), sample.ending, code=6)
    assert "more than 4,000,000 tags and attributes" in said


@pytest.mark.parametrize("form", JSON)
def test_a_hundred_thousand_groups_are_read_or_refused(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    many = b", ".join([sample.group] * 100_000)
    attempt(sample.data.replace(sample.group, many), sample.ending)


@pytest.mark.parametrize("form", READ)
def test_a_document_cut_off_anywhere_is_refused(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    drawn = random.Random(20250101)
    places = sorted(drawn.sample(range(1, len(sample.data) - 1), 8))
    for place in places:
        attempt.refused(sample.data[:place], sample.ending, code=3)
    packed = gzip.compress(sample.data)
    attempt.refused(packed[: len(packed) // 2], f"{sample.ending}.gz", code=3)


@pytest.mark.parametrize("form", XML)
def test_a_second_document_behind_the_first_is_refused(attempt: Attempt, form: str) -> None:
    sample = SAMPLES[form]
    attempt.refused(sample.data * 2, sample.ending, code=3)


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "a byte that is no UTF-8": lambda data: data.replace(b"8 weeks", b"8 w\xe9eks").replace(
        b"town", b"t\xf6wn"
    ),
    "a zero byte": lambda data: data.replace(b"8 weeks", b"8\0weeks").replace(b"17 17", b"17\0 17"),
    "two byte order marks": lambda data: b"\xef\xbb\xbf" * 2 + data,
    "a byte order mark alone": lambda data: b"\xef\xbb\xbf",
    "the wrong byte order mark": lambda data: b"\xff\xfe" + data,
    "UTF-32": lambda data: data.decode().encode("utf-32"),
    "EBCDIC": lambda data: data.decode().encode("cp037", errors="replace"),
}


@pytest.mark.parametrize("spoilt", ENCODINGS)
@pytest.mark.parametrize("form", READ)
def test_bytes_in_no_known_encoding_are_refused(attempt: Attempt, form: str, spoilt: str) -> None:
    sample = SAMPLES[form]
    attempt.refused(ENCODINGS[spoilt](sample.data), sample.ending, code=3)


@pytest.mark.parametrize("declared", ["UTF-16", "UTF-32", "x-unknown", "US-ASCII"])
@pytest.mark.parametrize("form", XML)
def test_an_encoding_that_a_document_declares_and_does_not_have_is_refused(
    attempt: Attempt, form: str, declared: str
) -> None:
    sample = SAMPLES[form]
    data = sample.with_text("8 wéeks".encode()).replace(b"UTF-8", declared.encode())
    attempt.refused(data, sample.ending, code=3)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", READ)
def test_a_byte_order_mark_says_how_a_document_is_read(
    attempt: Attempt, form: str, encoding: str
) -> None:
    sample = SAMPLES[form]
    data = sample.data.decode().replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)
    if encoding == "utf-8-sig" or form in XML:
        assert "17" in attempt.read(data, sample.ending)
    else:
        attempt.refused(data, sample.ending, code=3)


@pytest.mark.parametrize("count", [b"twelve", b"1e9999", b"-0x11", b"9" * 5000, b"NaN"])
@pytest.mark.parametrize("form", READ)
def test_a_count_that_is_no_number_is_refused_or_told_or_kept(
    attempt: Attempt, form: str, count: bytes
) -> None:
    sample = SAMPLES[form]
    ended = attempt(sample.with_count(count), sample.ending)
    if ended.code == 0:
        kept = count.decode() in attempt.written()
        assert kept or re.search(r"not kept, since .*:\n(?: .*\n)*? .*ffected", ended.err)
    else:
        attempt.refused(sample.with_count(count), sample.ending, code=3)


@pytest.mark.parametrize("form", [name for name in READ if SAMPLES[name].reference])
def test_numbers_of_a_group_that_does_not_exist_are_refused_or_told_or_kept(
    attempt: Attempt, form: str
) -> None:
    sample = SAMPLES[form]
    elsewhere = re.sub(rb"\w(?=\"?$)", b"7", sample.reference)
    _assert_not_lost(attempt, sample.data.replace(sample.reference, elsewhere), sample.ending)


@pytest.mark.parametrize("form", [name for name in READ if SAMPLES[name].group])
def test_numbers_of_one_of_two_groups_with_one_id_go_to_neither_in_silence(
    attempt: Attempt, form: str
) -> None:
    sample = SAMPLES[form]
    between = b"," if form in JSON else b""
    twice = sample.group + between + sample.group.replace(b"Green", b"Black")
    _assert_not_lost(attempt, sample.data.replace(sample.group, twice), sample.ending)


def _assert_not_lost(attempt: Attempt, data: bytes, ending: str) -> None:
    ended = attempt(data, ending)
    if ended.code == 0:
        assert "17" in attempt.written() or re.search("not kept, since .*group", ended.err)
    else:
        attempt.refused(data, ending, code=3)
