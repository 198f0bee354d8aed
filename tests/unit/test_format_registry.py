"""The registry of formats: recognition, reading, writing whole or not at all, converting."""

import gzip
import io
import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import pytest

from topline.errors import DocumentError, LimitError, NotFoundError, OutputError, UsageError
from topline.formats.api_json import FORMAT, LINES_FORMAT, encode
from topline.formats.conversion import Loss, convert, parts_not_kept
from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.limits import Limits
from topline.formats.output import open_output
from topline.formats.registry import (
    FORMATS,
    find_format,
    find_format_to_write,
    read_document,
    read_documents,
    read_study,
    recognize_format,
    write_documents,
)
from topline.formats.source import Source
from topline.record.protocol import (
    ConditionsModule,
    IdentificationModule,
    ProtocolSection,
    SecondaryIdInfo,
)
from topline.record.study import Study

STUDY = b'{"hasResults":true}'
NESTED = Study(
    has_results=True,
    protocol_section=ProtocolSection(
        identification_module=IdentificationModule(
            nct_id="NCT00000001",
            secondary_id_infos=(SecondaryIdInfo(id="a", type="b"), SecondaryIdInfo(id="c")),
        ),
        conditions_module=ConditionsModule(conditions=("x", "y")),
    ),
)


def document(study: Study = NESTED) -> Document:
    return Document(study=study, format="api-json", place="made")


def write_nothing(documents: Iterable[Document], stream: BinaryIO) -> None:
    for _ in documents:
        pass


class TestRegistry:
    def test_names_are_those_of_the_formats(self) -> None:
        assert all(name == format.name for name, format in FORMATS.items())

    @pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)
    def test_each_declares_what_is_needed(self, format: Format) -> None:
        assert format.read or format.is_written
        assert not (format.write and format.write_folder), "a file or a folder"
        assert bool(format.write_folder) == bool(format.folder_files)
        assert format.title
        assert format.loses
        assert "/" in format.media_type
        assert bool(format.extensions) != bool(format.write_folder), "a folder has no ending"
        assert all(ending.startswith(".") for ending in format.extensions)
        assert all(address == "" or address.startswith("/") for address in format.keeps)
        assert set(format.gives_back) <= set(FORMATS)

    def test_endings_belong_to_one_format(self) -> None:
        endings = [ending for format in FORMATS.values() for ending in format.extensions]
        assert len(endings) == len(set(endings))

    def test_an_unknown_name_gets_the_nearest(self) -> None:
        with pytest.raises(UsageError, match="there is no format 'api-jsn'") as raised:
            find_format("api-jsn")
        assert raised.value.advice == "did you mean api-json?"
        assert raised.value.accepted == ", ".join(FORMATS)


class TestRecognition:
    @pytest.mark.parametrize("data", [STUDY, b"\n [", b"\xef\xbb\xbf{}", "{}".encode("utf-16")])
    def test_content_comes_first(self, data: bytes) -> None:
        assert recognize_format(Source("a.txt", io.BytesIO(data))) is FORMAT

    def test_the_ending_comes_second(self) -> None:
        assert recognize_format(Source("a.JSON", io.BytesIO(b"???"))) is FORMAT
        assert recognize_format(Source("a.ndjson.gz", io.BytesIO(b"???"))) is LINES_FORMAT

    def test_of_no_format(self) -> None:
        with pytest.raises(DocumentError, match="of no format") as raised:
            recognize_format(Source("a.bin", io.BytesIO(bytes(range(128, 228)))))
        assert "api-json" in (raised.value.accepted or "")

    def test_an_empty_document(self) -> None:
        with pytest.raises(DocumentError, match="empty"):
            recognize_format(Source("a.json", io.BytesIO(b"")))


class TestReading:
    def test_nothing_is_opened_under_an_unknown_format(self) -> None:
        with pytest.raises(UsageError):
            read_documents("is not looked for", "none")

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(NotFoundError):
            next(read_documents(tmp_path / "a.json"))

    def test_limits_are_passed_on(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_bytes(STUDY)
        with pytest.raises(LimitError):
            list(read_documents(tmp_path / "a.json", limits=Limits(study_bytes=5)))

    def test_a_single_study(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_bytes(b'{"hasResults":true,"new":1}')
        assert read_study(file) == Study(has_results=True)
        assert read_document(file).set_aside[0].field == "new"

    def test_not_a_single_study(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_bytes(b"[{},{}]")
        with pytest.raises(DocumentError, match="more than one") as raised:
            read_study(file)
        assert raised.value.where == f"{file}, study 1; {file}, study 2"
        file.write_bytes(b"[]")
        with pytest.raises(DocumentError, match="there is no study"):
            read_study(file)


class TestWriting:
    def test_the_ending_says_the_format(self, tmp_path: Path) -> None:
        for name, wanted in [
            ("a.json", STUDY + b"\n"),
            ("a.ndjson", STUDY + b"\n"),
            ("a.jsonl", STUDY + b"\n"),
        ]:
            write_documents([document(Study(has_results=True))], tmp_path / name)
            assert (tmp_path / name).read_bytes() == wanted

    def test_a_name_that_ends_in_gz_is_compressed(self, tmp_path: Path) -> None:
        for _ in range(2):
            write_documents([document()], tmp_path / "a.json.gz")
            packed = (tmp_path / "a.json.gz").read_bytes()
            assert read_study(tmp_path / "a.json.gz") == NESTED
        write_documents([document()], tmp_path / "b.json.gz")
        assert (tmp_path / "b.json.gz").read_bytes() == packed, "equal content, equal file"
        assert gzip.decompress(packed).endswith(b"}\n")

    def test_indented(self, tmp_path: Path) -> None:
        write_documents([document()], tmp_path / "a.json", indented=True)
        assert b'\n  "hasResults": true\n' in (tmp_path / "a.json").read_bytes()
        with pytest.raises(UsageError, match="no indented layout"):
            write_documents([document()], tmp_path / "a.ndjson", indented=True)

    def test_an_ending_that_says_nothing(self) -> None:
        with pytest.raises(UsageError, match="does not say which format") as raised:
            find_format_to_write("a.xyz")
        assert "api-json (.json)" in (raised.value.accepted or "")

    def test_a_failure_leaves_the_earlier_file_and_nothing_else(self, tmp_path: Path) -> None:
        def documents() -> Iterator[Document]:
            yield document()
            yield document()
            raise DocumentError("the third is damaged")

        for name in ("a.json", "a.json.gz", "new.json"):
            if name != "new.json":
                (tmp_path / name).write_bytes(b"earlier")
            with pytest.raises(DocumentError, match="the third"):
                write_documents(documents(), tmp_path / name)
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
            "a.json": b"earlier",
            "a.json.gz": b"earlier",
        }

    def test_standard_output(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = io.BytesIO()
        monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=stream))
        write_documents([document(Study(has_results=True))], "-")
        assert stream.getvalue() == STUDY + b"\n"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
    def test_a_full_disk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(OutputError, match="cannot be written"):
            write_documents([document()], "/dev/full", "api-json")
        stream = open("/dev/full", "wb", buffering=0)
        monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=stream))
        with pytest.raises(OutputError, match="standard output cannot be written"):
            write_documents([document()], "-")
        stream.close()

    def test_closed_streams(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", None)
        monkeypatch.setattr("sys.stdout", None)
        with pytest.raises(DocumentError, match="standard input is closed"):
            read_study("-")
        with pytest.raises(OutputError, match="standard output is closed"):
            write_documents([document()], "-")

    def test_a_link_stays_and_its_target_is_written(self, tmp_path: Path) -> None:
        target = tmp_path / "target.json"
        target.write_bytes(b"earlier")
        (tmp_path / "link.json").symlink_to(target)
        write_documents([document()], tmp_path / "link.json")
        assert (tmp_path / "link.json").is_symlink()
        assert read_study(target) == NESTED

    def test_permissions_stay(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_bytes(b"")
        file.chmod(0o640)
        write_documents([document()], file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o640

    def test_a_device_is_not_replaced(self) -> None:
        write_documents([document()], os.devnull, "api-json")
        assert not Path(os.devnull).is_file()

    @pytest.mark.parametrize("place", ["folder", "missing/a.json", "x" * 300 + ".json", "a\0.json"])
    def test_what_cannot_be_written(self, tmp_path: Path, place: str) -> None:
        (tmp_path / "folder").mkdir()
        with pytest.raises(OutputError):
            write_documents([document()], f"{tmp_path}/{place}", "api-json")
        assert [file.name for file in tmp_path.iterdir()] == ["folder"]

    def test_a_fault_of_the_writer_is_not_hidden(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="fault"), open_output(tmp_path / "a"):
            raise ValueError("fault")


class TestConversion:
    def test_unknown_fields_come_along_into_json(self, tmp_path: Path) -> None:
        source = tmp_path / "a.json"
        trees = [{"hasResults": True, "new": {"a": [1.50]}}, {"protocolSection": {"b": None}}]
        source.write_text(json.dumps(trees))
        done = convert(source, tmp_path / "b.ndjson")
        assert (done.studies, done.given_back, done.losses) == (2, 2, ())
        assert (done.read_as, done.written_as) == (("api-json",), "api-ndjson")
        back = convert(tmp_path / "b.ndjson", tmp_path / "c.json", indented=True)
        assert (back.studies, back.given_back, back.losses) == (2, 2, ())
        assert json.loads((tmp_path / "c.json").read_bytes()) == {"studies": trees}

    def test_a_file_may_be_converted_into_itself(self, tmp_path: Path) -> None:
        file = tmp_path / "a.json"
        file.write_bytes(STUDY)
        convert(file, file, indented=True)
        assert file.read_bytes() == b'{\n  "hasResults": true\n}\n'

    def test_what_does_not_come_along_is_counted_by_kind(self, tmp_path: Path) -> None:
        narrow = Format(
            name="narrow",
            title="Narrow",
            extensions=(".narrow",),
            media_type="text/plain",
            keeps=("/protocolSection/identificationModule/secondaryIdInfos/*/id",),
            loses="Nearly everything.",
            write=write_nothing,
        )
        formats = {**FORMATS, "narrow": narrow}
        source = tmp_path / "a.ndjson"
        line = json.dumps(json.loads(encode(document())) | {"new": [7]})
        source.write_text(f"{line}\n{line}\n")
        done = convert(source, tmp_path / "a.narrow", formats=formats)
        first = f"{source}, line 1"
        kept = "narrow does not keep it"
        assert done.losses == (
            Loss(
                address="/new",
                reason="the record's types have no such field",
                count=2,
                first=first,
            ),
            Loss(
                address="/protocolSection/identificationModule/nctId",
                reason=kept,
                count=2,
                first=first,
            ),
            Loss(
                address="/protocolSection/identificationModule/secondaryIdInfos/*/type",
                reason=kept,
                count=2,
                first=first,
            ),
            Loss(address="/protocolSection/conditionsModule", reason=kept, count=2, first=first),
            Loss(address="/hasResults", reason=kept, count=2, first=first),
        )
        with pytest.raises(UsageError, match="narrow is written, not read"):
            read_documents(source, "narrow", formats=formats)

    @pytest.mark.parametrize(
        ("keeps", "lost"),
        [
            ([""], []),
            ([], ["/protocolSection", "/hasResults"]),
            (["/protocolSection", "/protocolSection/conditionsModule"], ["/hasResults"]),
            (["/protocolSection/conditionsModule", "/protocolSection"], ["/hasResults"]),
            (
                ["/hasResults", "/protocolSection/identificationModule"],
                ["/protocolSection/conditionsModule"],
            ),
            (
                [
                    "/hasResults",
                    "/protocolSection/conditionsModule/conditions/*",
                    "/protocolSection/identificationModule/secondaryIdInfos/*/id",
                ],
                [
                    "/protocolSection/identificationModule/nctId",
                    "/protocolSection/identificationModule/secondaryIdInfos/*/type",
                ],
            ),
        ],
    )
    def test_what_a_format_does_not_keep(self, keeps: list[str], lost: list[str]) -> None:
        for _ in range(2):  # the addresses of one call must not colour the next
            assert list(parts_not_kept(NESTED, keeps)) == lost
