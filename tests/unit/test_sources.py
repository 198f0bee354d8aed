"""Files, standard input, gzip and zip as sources: unpacked in bounds, or refused with the reason."""

import gzip
import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from topline.errors import DocumentError, LimitError, NotFoundError
from topline.formats.limits import Limits
from topline.formats.source import HEAD_BYTES, Source, open_sources

TEXT = b'{"hasResults": true}'


def contents(place: Path | str, limits: Limits | None = None) -> list[tuple[str, bytes]]:
    return [
        (source.name, source.stream.read()) for source in open_sources(place, limits or Limits())
    ]


def make_zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "given"


def standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Make standard input a pipe: it cannot be sought in, and gives what happens to be there."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.rest = data

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # narrower than any buffer
            size = min(5, len(buffer), len(self.rest))
            buffer[:size], self.rest = self.rest[:size], self.rest[size:]
            return size

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BufferedReader(Pipe())))


class TestPlain:
    def test_a_file(self, file: Path) -> None:
        file.write_bytes(TEXT)
        assert contents(file) == [(str(file), TEXT)]

    def test_looking_at_the_head_consumes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        data = bytes(range(256)) * 1000
        standard_input(monkeypatch, data)
        (source,) = [
            (source.name, source.head(), source.head(), source.stream.read())
            for source in open_sources("-")
        ]
        assert source == ("standard input", data[:HEAD_BYTES], data[:HEAD_BYTES], data)

    def test_the_head_of_a_source_made_from_a_file(self, file: Path) -> None:
        file.write_bytes(TEXT)
        with file.open("rb") as stream:
            source = Source("a", stream)
            assert (source.head(), stream.read()) == (TEXT, TEXT)

    def test_what_is_not_there(self, file: Path) -> None:
        with pytest.raises(NotFoundError, match="there is no file"):
            contents(file)

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match="is a folder"):
            contents(tmp_path)

    def test_a_name_that_is_none(self) -> None:
        with pytest.raises(DocumentError, match="cannot be opened"):
            contents("a\0b")

    def test_a_file_is_closed_when_its_reader_stops_early(self, file: Path) -> None:
        file.write_bytes(make_zip({"a": TEXT, "b": TEXT}))
        sources = open_sources(file)
        next(sources)
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
        sources.close()  # type: ignore[attr-defined]  # it is a generator
        if before is not None:
            assert len(os.listdir("/proc/self/fd")) == before - 1


class TestGzip:
    def test_joined_and_padded_files(self, file: Path) -> None:
        file.write_bytes(gzip.compress(b"a") + gzip.compress(b"b") + b"\0" * 100)
        assert contents(file) == [(str(file), b"ab")]

    def test_joined_where_a_reading_ends(self, file: Path) -> None:
        first = gzip.compress(os.urandom(70_000))
        padding = b"\0" * (2 * HEAD_BYTES - len(first))
        file.write_bytes(first + padding + gzip.compress(b"b"))
        assert contents(file)[0][1].endswith(b"b")

    def test_on_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        standard_input(monkeypatch, gzip.compress(TEXT))
        assert contents("-") == [("standard input", TEXT)]

    def test_truncated_anywhere(self, file: Path) -> None:
        packed = gzip.compress(TEXT)
        for size in range(2, len(packed)):
            file.write_bytes(packed[:size])
            with pytest.raises(DocumentError, match="end before they are complete"):
                contents(file)

    def test_damaged_anywhere(self, file: Path) -> None:
        packed = gzip.compress(TEXT * 5)
        for position in range(10, len(packed)):  # the ten bytes of the header say little
            file.write_bytes(
                packed[:position] + bytes([packed[position] ^ 0x55]) + packed[position + 1 :]
            )
            with pytest.raises(DocumentError, match=r"damaged|complete|followed"):
                contents(file)

    def test_followed_by_something_else(self, file: Path) -> None:
        file.write_bytes(gzip.compress(TEXT) + b"more")
        with pytest.raises(DocumentError, match="followed by something that is not gzip"):
            contents(file)

    def test_a_bomb(self, file: Path) -> None:
        file.write_bytes(gzip.compress(b"\0" * (32 << 20)))
        with pytest.raises(LimitError, match="compression bomb") as raised:
            contents(file)
        assert raised.value.where == str(file)
        assert raised.value.accepted == "at most 200 bytes from one"

    def test_layers_without_end(self, file: Path) -> None:
        packed = TEXT
        for _ in range(4):
            packed = gzip.compress(packed)
        file.write_bytes(packed)
        with pytest.raises(LimitError, match="inside one another too often"):
            contents(file)


class TestZip:
    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_members_in_order_without_folders(self, file: Path, method: int) -> None:
        file.write_bytes(make_zip({"35/": b"", "35/b.json": TEXT, "35/a.json": b""}, method))
        assert contents(file) == [(f"{file}: 35/b.json", TEXT), (f"{file}: 35/a.json", b"")]

    def test_on_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        standard_input(monkeypatch, make_zip({"a.json": TEXT}))
        assert contents("-") == [("standard input: a.json", TEXT)]

    def test_an_archive_on_standard_input_has_a_limit(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        standard_input(monkeypatch, make_zip({"a.json": TEXT}))
        with pytest.raises(LimitError, match="larger than 100 bytes"):
            contents("-", Limits(spooled_bytes=100))

    def test_an_archive_in_gzip(self, file: Path) -> None:
        file.write_bytes(gzip.compress(make_zip({"a.json.gz": gzip.compress(TEXT)})))
        assert contents(file) == [(f"{file}: a.json.gz", TEXT)]

    def test_more_members_than_a_block_of_the_directory(self, file: Path) -> None:
        names = [f"{number % 100:02}/NCT{number:08}.json" for number in range(5000)]
        file.write_bytes(make_zip(dict.fromkeys(names, TEXT), zipfile.ZIP_STORED))
        assert contents(file) == [(f"{file}: {name}", TEXT) for name in names]

    def test_large_forms(self, file: Path) -> None:
        # What an archive of more than 4 GB or 65,535 members looks like, made small.
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(stream, "w") as archive,
            archive.open("a", "w", force_zip64=True) as member,
        ):
            member.write(TEXT)
        data = bytearray(stream.getvalue())
        entry = data.index(b"PK\x01\x02")
        compressed, size = struct.unpack_from("<2L", data, entry + 20)
        struct.pack_into("<2L", data, entry + 20, 0xFFFFFFFF, 0xFFFFFFFF)
        (name_length,) = struct.unpack_from("<H", data, entry + 28)
        extra = struct.pack("<2H2Q", 1, 16, size, compressed)
        struct.pack_into("<H", data, entry + 30, len(extra))
        data[entry + 46 + name_length : entry + 46 + name_length] = extra
        end = data.index(b"PK\x05\x06")
        large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, end - entry, entry)
        locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
        struct.pack_into("<4H2L", data, end + 4, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
        data[end:end] = large + locator
        file.write_bytes(data)
        assert contents(file) == [(f"{file}: a", TEXT)]

    @pytest.mark.parametrize(
        "name",
        ["../a.json", "a/../../b.json", "/etc/a.json", "\\a.json", "..\\a.json", "C:\\a.json"],
    )
    def test_names_that_point_outside(self, file: Path, name: str) -> None:
        file.write_bytes(make_zip({name: TEXT}))
        with pytest.raises(DocumentError, match="outside of itself"):
            contents(file)

    def test_names_with_dots_are_names(self, file: Path) -> None:
        file.write_bytes(make_zip({"a..b/c...json": TEXT}))
        assert contents(file) == [(f"{file}: a..b/c...json", TEXT)]

    def test_no_members(self, file: Path) -> None:
        file.write_bytes(make_zip({}))
        with pytest.raises(DocumentError, match="holds no file"):
            contents(file)

    def test_too_many_members(self, file: Path) -> None:
        file.write_bytes(make_zip({"a": TEXT, "b": TEXT, "c": TEXT}))
        with pytest.raises(LimitError, match="3 members"):
            contents(file, Limits(archive_members=2))

    def test_a_bomb(self, file: Path) -> None:
        file.write_bytes(make_zip({"a.json": b"\0" * (32 << 20)}))
        with pytest.raises(LimitError, match="compression bomb") as raised:
            contents(file)
        assert raised.value.where == f"{file}: a.json"

    def test_members_that_overlap(self, file: Path) -> None:
        data = make_zip({"a": os.urandom(2000), "b": b""}, zipfile.ZIP_STORED)
        start = data.index(b"PK\x01\x02")
        end = data.index(b"PK\x05\x06")
        entry = data[start : start + 47]
        overlapping = data[:start] + entry * 3
        overlapping += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, 3 * 47, start, 0)
        assert end > start
        file.write_bytes(overlapping)
        with pytest.raises(LimitError, match="overlap"):
            contents(file)

    @pytest.mark.parametrize(
        ("method", "number"), [(zipfile.ZIP_BZIP2, 12), (zipfile.ZIP_LZMA, 14)]
    )
    def test_other_methods(self, file: Path, method: int, number: int) -> None:
        file.write_bytes(make_zip({"a": TEXT}, method))
        with pytest.raises(DocumentError, match=f"compressed by method {number}"):
            contents(file)

    def test_encrypted_members(self, file: Path) -> None:
        data = bytearray(make_zip({"a": TEXT}))
        data[data.index(b"PK\x01\x02") + 8] |= 1
        file.write_bytes(data)
        with pytest.raises(DocumentError, match="encrypted"):
            contents(file)

    def test_truncated_anywhere(self, file: Path) -> None:
        data = make_zip({"a": TEXT, "b": TEXT})
        for size in range(4, len(data)):
            file.write_bytes(data[:size])
            with pytest.raises(DocumentError, match="damaged"):
                contents(file)

    def test_damaged_anywhere_is_an_error_or_the_same(self, file: Path) -> None:
        data = make_zip({"35/a": TEXT * 3, "b": os.urandom(50)})
        file.write_bytes(data)
        right = [content for _, content in contents(file)]
        for position in range(4, len(data)):
            for flip in (0x01, 0x80, 0xFF):
                file.write_bytes(
                    data[:position] + bytes([data[position] ^ flip]) + data[position + 1 :]
                )
                try:
                    found = [content for _, content in contents(file)]
                except (DocumentError, LimitError):
                    continue
                assert found == right

    def test_a_member_with_another_checksum(self, file: Path) -> None:
        data = make_zip({"a": TEXT}, zipfile.ZIP_STORED)
        file.write_bytes(data.replace(TEXT, TEXT[:-1] + b"]"))
        assert zlib.crc32(TEXT) != zlib.crc32(TEXT[:-1] + b"]")
        with pytest.raises(DocumentError, match="not what the directory says"):
            contents(file)
