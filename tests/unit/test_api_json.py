"""API JSON: its forms, what is set aside, and what is said about faults."""

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from topline.errors import DocumentError, LimitError, OutputError
from topline.formats import api_json
from topline.formats.api_json import decode, encode, read
from topline.formats.document import Document, SetAside
from topline.formats.json_extents import CHUNK_BYTES
from topline.formats.limits import Limits
from topline.formats.registry import read_documents
from topline.formats.source import Source
from topline.formats.unknown_fields import EXPLICIT_NULL, UNKNOWN
from topline.record.study import Study


def study(number: int, **more: Any) -> dict[str, Any]:
    module = {"nctId": f"NCT{number:08}", "briefTitle": 'A "quoted" [bracketed] {title} \\'}
    return {"protocolSection": {"identificationModule": module, **more}, "hasResults": True}


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def pretty(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()


def read_bytes(data: bytes, limits: Limits | None = None) -> list[Document]:
    return list(read(Source("a.json", io.BytesIO(data), limits or Limits())))


THREE = [study(1), study(2), study(3)]
LINES = b"\n".join(compact(each) for each in THREE)
ANSWER = (
    b'{"totalCount":3,"studies":[\n'
    + b",\n".join(compact(each) for each in THREE)
    + b'\n],"nextPageToken":"ZVNj7o2Elu8o3lpv"}'
)
FORMS = {
    "list": compact(THREE),
    "indented list": pretty(THREE),
    "answer of the API": ANSWER,
    "indented answer": pretty({"studies": THREE, "nextPageToken": "x"}),
    "one study per line": LINES + b"\n",
    "lines with blanks between": b"\r\n\n" + LINES.replace(b"\n", b" \r\n\r\n"),
    "indented studies, one after the other": b"\n".join(pretty(each) for each in THREE),
    "one page of an answer per line": compact({"studies": THREE[:2]})
    + b"\n"
    + compact({"studies": THREE[2:]}),
    "with a byte order mark": b"\xef\xbb\xbf" + compact(THREE),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_studies(form: str) -> None:
    assert [json.loads(encode(document)) for document in read_bytes(FORMS[form])] == THREE


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_read_the_same_in_gzip_and_in_an_archive(form: str, tmp_path: Path) -> None:
    packed = tmp_path / "a.json.gz"
    packed.write_bytes(gzip.compress(FORMS[form]))
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("35/all.json", FORMS[form])
        file.writestr("36/all.json.gz", gzip.compress(FORMS[form]))
    assert [json.loads(encode(document)) for document in read_documents(packed)] == THREE
    assert [json.loads(encode(document)) for document in read_documents(archive)] == THREE * 2


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_chunks_may_end_anywhere(form: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topline.formats.json_extents.CHUNK_BYTES", chunk)
    assert [json.loads(encode(document)) for document in read_bytes(FORMS[form])] == THREE


def test_the_bulk_download_is_read_member_by_member(tmp_path: Path) -> None:
    archive = tmp_path / "ctg-studies.json.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for number in (2252835, 135):
            file.writestr(f"35/NCT{number:08}.json", compact(study(number)))
    assert [document.place for document in read_documents(archive)] == [
        f"{archive}: 35/NCT02252835.json",
        f"{archive}: 35/NCT00000135.json",
    ]


def test_places_name_the_study_or_line() -> None:
    assert [document.place for document in read_bytes(compact(THREE[0]))] == ["a.json"]
    assert [document.place for document in read_bytes(ANSWER)][2] == "a.json, study 3"
    assert [document.place for document in read_bytes(LINES)] == [
        "a.json, line 1",
        "a.json, line 2",
        "a.json, line 3",
    ]
    after_indented = pretty(THREE[0]) + b"\n" + compact(THREE[1])
    assert read_bytes(after_indented)[1].place == f"a.json, line {pretty(THREE[0]).count(10) + 2}"


def test_a_list_without_studies_is_no_study() -> None:
    assert read_bytes(b"[]") == []
    assert read_bytes(b'{"totalCount":0,"studies":[\n\n]}') == []


UNKNOWN_CASES = {
    "at the top": ('{"hasResults":true,"new":[1,{"a":null}]}', "", "new", '[1,{"a":null}]'),
    "within": (
        '{"protocolSection":{"designModule":{"x":"é"}}}',
        "/protocolSection/designModule",
        "x",
        '"é"',
    ),
    "in a list": (
        '{"protocolSection":{"armsInterventionsModule":{"armGroups":[{},{"n":1.10}]}}}',
        "/protocolSection/armsInterventionsModule/armGroups/1",
        "n",
        "1.10",
    ),
    "a large number": (
        '{"hasResults":true,"n":123456789012345678901234567890}',
        "",
        "n",
        "123456789012345678901234567890",
    ),
    "a number of many digits": (
        '{"hasResults":true,"n":0.1234567890123456789012345}',
        "",
        "n",
        "0.1234567890123456789012345",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN_CASES)
def test_unknown_fields_are_set_aside_verbatim_and_written_again(case: str) -> None:
    text, address, field, value = UNKNOWN_CASES[case]
    document = decode(text.encode())
    assert document.set_aside == (SetAside(address, field, value, UNKNOWN),)
    assert encode(document).decode() == text


@pytest.mark.parametrize("blank", ["", " "])
def test_fields_given_as_null_are_set_aside_and_written_again(blank: str) -> None:
    text = f'{{"hasResults":{blank}null,"protocolSection":{blank}{{"designModule":null}}}}'
    document = decode(text.encode())
    assert document.set_aside == (
        SetAside("", "hasResults", "null", EXPLICIT_NULL),
        SetAside("/protocolSection", "designModule", "null", EXPLICIT_NULL),
    )
    assert json.loads(encode(document)) == json.loads(text)


@pytest.mark.parametrize("longer", ["12.0", "1e2", "0.005", "12"])
def test_a_null_does_not_hide_behind_numbers_that_grow(longer: str) -> None:
    # 1e2 is written again as 100.0 and so makes room for what was lost elsewhere.
    point = f'{{"geoPoint":{{"lat":{longer},"lon":1}}}}'
    locations = ",".join([point] * 7)
    for name in ("zip", "city", "state", "status", "country", "facility"):
        text = (
            '{"protocolSection":{"contactsLocationsModule":{"locations":'
            f'[{locations},{{"{name}":null}}]}}}}}}'
        )
        document = decode(text.encode())
        assert [item.field for item in document.set_aside] == [name]
        assert json.loads(encode(document)) == json.loads(text)


REPEATED = {
    "at the top": ('{"hasResults":true,"hasResults":false}', "/hasResults"),
    "with blanks": ('{"hasResults" : true, "hasResults" : false}', "/hasResults"),
    "in an unknown field": ('{"hasResults":true,"n":[{"a":1,"a":2}]}', "/n/0/a"),
    "balanced by a text with an escaped quotation mark": (
        '{"hasResults":true,"hasResults":false,"protocolSection":{"designModule":'
        '{"targetDuration":"\\u0022:"}}}',
        "/hasResults",
    ),
    "balanced by a text with an escaped colon": (
        '{"hasResults":true,"hasResults":false,"protocolSection":{"designModule":'
        '{"targetDuration":"\\u003a"}}}',
        "/hasResults",
    ),
    "written in two ways": ('{"hasResults":true,"has\\u0052esults":false}', "/hasResults"),
}


@pytest.mark.parametrize("case", REPEATED)
def test_a_field_given_twice_is_refused(case: str) -> None:
    text, address = REPEATED[case]
    with pytest.raises(DocumentError, match="given twice") as raised:
        decode(text.encode(), place="a.json")
    assert raised.value.where == f"a.json, {address}"


WRONG_TYPES = {
    "text": (
        study(7, designModule={"enrollmentInfo": {"count": "12"}}),
        "/protocolSection/designModule/enrollmentInfo/count",
        'the text "12"',
        "a whole number",
    ),
    "number": (
        study(7, designModule={"targetDuration": 12}),
        "/protocolSection/designModule/targetDuration",
        "the number 12",
        "text",
    ),
    "fraction": (
        study(7, designModule={"enrollmentInfo": {"count": 1.50}}),
        "/protocolSection/designModule/enrollmentInfo/count",
        "the number 1.5",
        "a whole number",
    ),
    "list": (
        study(7, armsInterventionsModule={"armGroups": [{}, {"label": []}]}),
        "/protocolSection/armsInterventionsModule/armGroups/1/label",
        "a list",
        "text",
    ),
    "object": (
        study(7, conditionsModule=[]),
        "/protocolSection/conditionsModule",
        "a list",
        "an object",
    ),
    "null in a list": (
        study(7, conditionsModule={"keywords": ["a", None]}),
        "/protocolSection/conditionsModule/keywords/1",
        "null",
        "text",
    ),
    "truth": (
        {**study(7), "hasResults": 1},
        "/hasResults",
        "the number 1",
        "true or false",
    ),
}


@pytest.mark.parametrize("case", WRONG_TYPES)
def test_a_value_of_the_wrong_type_is_named_with_its_place(case: str) -> None:
    tree, address, found, accepted = WRONG_TYPES[case]
    with pytest.raises(DocumentError) as raised:
        decode(compact(tree), place="a.json, line 4")
    assert raised.value.message == f"the study has {found} where {accepted} belongs"
    assert raised.value.where == f"a.json, line 4, NCT00000007, {address}"
    assert raised.value.accepted == accepted


def test_an_unknown_field_does_not_hide_a_wrong_type() -> None:
    with pytest.raises(DocumentError, match="the number 1 where true or false belongs"):
        decode(b'{"new":1,"hasResults":1}')


NO_STUDIES = {
    "older API": (b'{"FullStudy":{"Rank":1}}', "an object with FullStudy"),
    "a dataset": (b'{"datasetJSONVersion":"1.1","rows":[]}', "datasetJSONVersion, rows"),
    "a number": (b"[12]", "'12]'"),
    "a list in a list": (b"[[]]", "'[]]'"),
    "a text": (b'"a"', "'\"a\"'"),
    "something behind": (b"{} x", "'x'"),
    "something between": (b"[{} {}]", "'{}]'"),
    "a comma too much": (b"[{},]", "']'"),
    "a comma too little": (b"[{}", "the end of the document"),
    "an answer with more": (b'{"studies":[],"more":1}', "more"),
    "an answer that ends": (b'{"studies":[]', "the end of the document"),
    "brackets that do not match": (b'{"hasResults":true]', "malformed"),
    "not a number": (b'{"hasResults":NaN}', "malformed"),
    "infinity": (b'{"hasResults":true,"n":Infinity}', "malformed"),
    "half a character": (b'{"hasResults":true,"n":"\\ud800"}', "cannot be read"),
    "a raw line break in a text": (b'{"hasResults":true,"n":"a\nb"}', "malformed"),
    "a number of 10,000 digits": (
        b'{"hasResults":true,"n":' + b"9" * 10_000 + b"}",
        "out of range",
    ),
    "truncated": (compact(study(1))[:-4], "ends before the study"),
    "truncated in a text": (compact(study(1))[:60], "ends before the study"),
    "empty": (b"", "empty"),
    "blank": (b" \n\n", "empty"),
    "zero bytes": (b"{}" + b"\0" * 8, "UTF-16"),
    "bytes that are no text": (b"[\xff\xfe\x01]", r"b'\xff\xfe\x01]'"),
    "coordinates that lack one": (
        compact(study(1, contactsLocationsModule={"locations": [{"geoPoint": {"lat": 1.5}}]})),
        "missing required field `lon`",
    ),
    "a coordinate that is text": (
        compact(study(1, contactsLocationsModule={"locations": [{"geoPoint": {"lat": "N"}}]})),
        'the text "N" where a whole number or a number belongs',
    ),
    "UTF-16": ('{"hasResults":true}'.encode("utf-16"), "UTF-16"),
    "UTF-16 without mark": ('{"hasResults":true}'.encode("utf-16-le"), "UTF-16"),
    "UTF-32": ('{"hasResults":true}'.encode("utf-32"), "UTF-16 or UTF-32"),
}


@pytest.mark.parametrize("case", NO_STUDIES)
def test_what_is_no_study_is_refused_with_what_was_found(case: str) -> None:
    data, found = NO_STUDIES[case]
    with pytest.raises(DocumentError) as raised:
        read_bytes(data)
    assert found in raised.value.message
    assert (raised.value.where or "").startswith("a.json")


def test_another_encoding_is_named_with_its_byte() -> None:
    data = compact(study(9)).replace(b"title", "é".encode("latin-1"))
    with pytest.raises(
        DocumentError, match=r"not in UTF-8: it has byte 0xE9 at position \d+"
    ) as raised:
        read_bytes(data)
    assert raised.value.where == "a.json, NCT00000009"


def test_an_empty_study_is_a_study() -> None:
    assert read_bytes(b"{}")[0].study == Study()


class TestLimits:
    def test_brackets_without_end(self) -> None:
        with pytest.raises(LimitError, match="nested more than 64 deep"):
            read_bytes(b'{"a":' + b"[" * 100_000)

    def test_brackets_in_an_unknown_field_of_a_line(self) -> None:
        data = b'{"hasResults":true,"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
        with pytest.raises(LimitError, match="nested more than 64 deep"):
            read_bytes(data)
        with pytest.raises(LimitError, match="nested more than 64 deep"):
            decode(data)

    def test_a_study_that_is_too_large(self) -> None:
        for data in (compact(study(1)), pretty(study(1)), compact([study(1)])):
            with pytest.raises(LimitError, match="larger than 100 bytes") as raised:
                read_bytes(data, Limits(study_bytes=100))
            assert (raised.value.where or "").startswith("a.json, from byte ")

    def test_a_gigabyte_of_one_text_ends_early_in_little_memory(self) -> None:
        stream = Generated(b'{"a":"', b"x" * CHUNK_BYTES, times=1024)
        tracemalloc.start()
        try:
            with pytest.raises(LimitError, match="larger than"):
                list(read(Source("a.json", io.BufferedReader(stream), Limits(study_bytes=1 << 23))))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < (1 << 23) + 6 * CHUNK_BYTES
        assert stream.produced < (1 << 23) + 6 * CHUNK_BYTES

    def test_a_gigabyte_of_escapes_takes_linear_time(self) -> None:
        stream = Generated(b'{"a":"', b"\\" * CHUNK_BYTES, times=1024)
        with pytest.raises(LimitError, match="larger than"):
            list(read(Source("a.json", io.BufferedReader(stream), Limits(study_bytes=1 << 23))))

    def test_many_small_studies_on_one_line_take_linear_time(self) -> None:
        # Looking at the whole line for each of them would take minutes.
        stream = Generated(b"[{}", b",{}" * 50_000, times=1, end=b"]")
        assert sum(1 for _ in read(Source("a.json", io.BufferedReader(stream)))) == 50_001

    @pytest.mark.parametrize("layout", ["lines", "list on one line", "indented list"])
    def test_a_stream_larger_than_memory_is_held_study_by_study(self, layout: str) -> None:
        one = study(1, descriptionModule={"detailedDescription": "Words of a description. " * 4000})
        text = pretty(one) if layout == "indented list" else compact(one)
        begin, separator, end = {
            "lines": (b"", b"\n", b""),
            "list on one line": (b"[", b",", b"]"),
            "indented list": (b"[", b",\n", b"]"),
        }[layout]
        times = 40 * CHUNK_BYTES // len(text)
        stream = Generated(begin + text, separator + text, times=times, end=end)
        source = Source("a.json", io.BufferedReader(stream, CHUNK_BYTES))
        tracemalloc.start()
        try:
            count = sum(1 for _ in read(source))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert count == times + 1
        assert stream.produced > 40 * CHUNK_BYTES
        assert peak < 8 * CHUNK_BYTES


class Generated(io.RawIOBase):
    """A stream of any length that is never in memory as a whole."""

    def __init__(self, start: bytes, block: bytes, *, times: int, end: bytes = b"") -> None:
        super().__init__()
        self._parts: Iterator[bytes] = self._make(start, block, times, end)
        self._rest = b""
        self.produced = 0

    @staticmethod
    def _make(start: bytes, block: bytes, times: int, end: bytes) -> Iterator[bytes]:
        yield start
        for _ in range(times):
            yield block
        yield end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = part
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self.produced += size
        return size


class TestWriting:
    def documents(self, count: int) -> list[Document]:
        return [decode(compact(study(number))) for number in range(1, count + 1)]

    @pytest.mark.parametrize("write", [api_json.write, api_json.write_indented])
    def test_one_study_is_an_object_and_several_are_an_answer(self, write: Any) -> None:
        for count in (0, 1, 2, 5):
            stream = io.BytesIO()
            write(self.documents(count), stream)
            tree = json.loads(stream.getvalue())
            wanted = [study(number) for number in range(1, count + 1)]
            assert tree == (wanted[0] if count == 1 else {"studies": wanted})

    def test_several_studies_stand_one_per_line_as_the_registry_writes_them(self) -> None:
        stream = io.BytesIO()
        api_json.write(self.documents(2), stream)
        assert stream.getvalue() == (
            b'{"studies":[\n' + compact(study(1)) + b",\n" + compact(study(2)) + b"\n]}\n"
        )

    def test_lines(self) -> None:
        stream = io.BytesIO()
        api_json.write_lines(self.documents(2), stream)
        assert stream.getvalue() == compact(study(1)) + b"\n" + compact(study(2)) + b"\n"

    def test_what_another_format_set_aside_is_not_json(self) -> None:
        item = SetAside("/resultsSection", "n=", "12", "a fault of the site")
        document = Document(study=Study(), format="page-text", place="a", set_aside=(item,))
        assert encode(document) == b"{}"

    def test_a_field_without_its_part_cannot_be_written(self) -> None:
        item = SetAside("/resultsSection", "new", "12", UNKNOWN)
        document = Document(study=Study(), format="api-json", place="a", set_aside=(item,))
        with pytest.raises(OutputError, match="'new' that was set aside has nowhere to go"):
            encode(document)

    def test_what_is_set_aside_must_be_json(self) -> None:
        item = SetAside("", "new", "{", UNKNOWN)
        document = Document(study=Study(), format="api-json", place="a", set_aside=(item,))
        with pytest.raises(OutputError, match="not JSON"):
            encode(document)
