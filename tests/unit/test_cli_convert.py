"""``topline convert``: from any place to any place, with an account of what does not come along."""

import gzip
import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.unit.command import RECORD, Command, process, written

from topline.formats.conversion import Conversion, Loss
from topline.render.record_formats import RECORD_FORMATS


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def test_the_summary_says_what_was_read_and_written_and_lost(
    topline: Command, tmp_path: Path
) -> None:
    ran = topline("convert", written(tmp_path), "-o", tmp_path / "page.txt")
    assert (ran.code, ran.out) == (0, "")
    lines = ran.err.splitlines()
    assert lines[0] == f"1 study from api-json, written to {tmp_path}/page.txt as page-text"
    assert lines[1] == "  not kept, since page-text does not keep it:"
    assert "    /hasResults" in lines


def test_the_summary_of_several_studies_says_where_each_loss_came_first(
    topline: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = Loss(address="/hasResults", reason="it cannot say that", count=2, first="a.zip: 1.json")
    done = Conversion(
        studies=2, read_as=("api-json",), written_as="other", given_back=1, losses=(lost,)
    )
    monkeypatch.setattr("topline.formats.conversion.convert", lambda *_, **__: done)
    assert topline("convert", "a.zip").err.splitlines() == [
        "2 studies from api-json, written to standard output as other",
        "  1 thing outside the record came along",
        "  not kept, since it cannot say that:",
        "    2 x /hasResults (first in a.zip: 1.json)",
    ]


def test_one_study_of_several_is_converted_when_asked(topline: Command, tmp_path: Path) -> None:
    source = written(tmp_path, record=[{"hasResults": False}, RECORD])
    page = tmp_path / "page.txt"
    assert topline("convert", source, "-o", page).code == 2
    assert "one of its 2 studies" in topline("show", source, "--study", "NCT00000002").err
    only = topline("show", written(tmp_path, "one.json"), "--study", "NCT00000002")
    assert "accepted: NCT00000001, its only study" in only.err
    assert not page.exists()
    assert topline("convert", source, "-o", page, "--study", "NCT00000001").code == 0
    assert "Change in Score" in page.read_text(encoding="utf-8")


def test_the_account_as_json_is_alone_on_standard_output(topline: Command, tmp_path: Path) -> None:
    ran = topline("convert", written(tmp_path), "-o", tmp_path / "two.ndjson", "--json")
    assert ran.err == ""
    assert msgspec.json.decode(ran.out) == {
        "studies": 1,
        "read_as": ["api-json"],
        "written_as": "api-ndjson",
        "given_back": 0,
        "losses": [],
        "cautions": [],
        "deletes": [],
    }


def test_from_standard_input_to_standard_output_only_the_document_is_written() -> None:
    data = msgspec.json.encode(RECORD)
    ran = process("convert", "-", "--json", stdin=gzip.compress(data))
    assert ran.code == 0
    assert msgspec.json.decode(ran.out) == RECORD
    assert msgspec.json.decode(ran.err)["studies"] == 1


def test_a_name_that_ends_in_gz_is_packed(topline: Command, tmp_path: Path) -> None:
    packed = tmp_path / "record.json.gz"
    assert topline("convert", written(tmp_path), "-o", packed).code == 0
    assert msgspec.json.decode(gzip.decompress(packed.read_bytes())) == RECORD


def test_json_is_laid_out_for_people_when_asked(topline: Command, tmp_path: Path) -> None:
    ran = topline("convert", written(tmp_path), "--indent")
    assert ran.out.startswith('{\n  "protocolSection": {\n')


def test_a_file_may_be_converted_onto_itself(topline: Command, tmp_path: Path) -> None:
    path = written(tmp_path)
    path.chmod(0o640)
    assert topline("convert", path, "-o", path, "--indent").code == 0
    assert msgspec.json.decode(path.read_bytes()) == RECORD
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("words", [("--to", "api-jsn"), ("--from", "api-jsn")])
def test_a_misspelt_format_is_wrong_usage_with_the_nearest(
    topline: Command, tmp_path: Path, words: tuple[str, str]
) -> None:
    ran = topline("convert", written(tmp_path), *words)
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean api-json?" in ran.err


def test_an_ending_that_says_no_format_is_wrong_usage(topline: Command, tmp_path: Path) -> None:
    ran = topline("convert", written(tmp_path), "-o", tmp_path / "record.odt")
    assert ran.code == 2
    assert all(name in ran.err for name, format in RECORD_FORMATS.items() if format.is_written)


def test_a_folder_that_does_not_exist_is_an_output_error(topline: Command, tmp_path: Path) -> None:
    ran = topline("convert", written(tmp_path), "-o", tmp_path / "no" / "record.json")
    assert ran.code == 7
    assert ran.err.startswith("topline: ")


def test_a_failure_leaves_the_earlier_file_and_nothing_else(
    topline: Command, tmp_path: Path
) -> None:
    target = written(tmp_path, "target.json")
    source = tmp_path / "source.ndjson"
    source.write_bytes(msgspec.json.encode(RECORD) + b'\n{"protocolSection": ')
    before = target.read_bytes()
    ran = topline("convert", source, "-o", target)
    assert ran.code == 3
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.ndjson", "target.json"]


def test_names_that_a_terminal_would_obey_are_written_out(topline: Command, tmp_path: Path) -> None:
    ran = topline("convert", tmp_path / "\x1b[2J.json")
    assert ran.code == 8
    assert "\\x1b[2J.json" in ran.err
    assert "\x1b" not in ran.err


def test_an_unknown_field_with_a_hostile_name_is_written_out(
    topline: Command, tmp_path: Path
) -> None:
    source = written(tmp_path, record={**RECORD, "\x1b[2Jscore": 1})
    ran = topline("convert", source, "-o", tmp_path / "page.txt")
    assert ran.code == 0
    assert "\\x1b[2Jscore" in ran.err


def test_a_file_name_that_is_not_text_is_shown_all_the_same(tmp_path: Path) -> None:
    name = os.fsdecode(b"record\xff.json")
    try:
        source = written(tmp_path, name)
    except OSError:
        pytest.skip("this file system has no such names")
    ran = process("convert", source, "-o", tmp_path / "page.txt")
    assert ran.code == 0
    missing = process("convert", f"{source}x")
    assert missing.code == 8
    assert "record\\udcff.jsonx" in missing.err


def test_the_document_is_written_though_nobody_reads_what_is_said(tmp_path: Path) -> None:
    # As after `2>&1 | head`: the pipe of standard error is closed before the first loss is told.
    reading, writing = os.pipe()
    os.close(reading)
    record, upload = written(tmp_path), tmp_path / "upload.xml"
    done = subprocess.run(
        [sys.executable, "-m", "topline", "convert", str(record), "-o", str(upload)],
        stderr=writing,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 0
    assert upload.read_bytes().endswith(b"</rrs:result>\n")


def test_an_output_in_a_folder_that_is_not_there_is_told_without_our_own_files(
    topline: Command, tmp_path: Path
) -> None:
    ran = topline("convert", written(tmp_path), "-o", tmp_path / "none" / "a.txt")
    assert ran.code == 7
    assert f"there is no folder '{tmp_path}/none'" in ran.err
    assert "partial" not in ran.err
    assert not (tmp_path / "none").exists()


def test_a_folder_of_a_build_leads_to_its_record(topline: Command, tmp_path: Path) -> None:
    record = written(tmp_path)
    ran = topline("show", tmp_path)
    assert ran.code == 3
    assert f"did you mean {record}?" in ran.err
    record.unlink()
    assert "did you mean" not in topline("show", tmp_path).err


def test_a_terminal_is_not_filled_with_what_is_no_text(
    topline: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = written(tmp_path)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    ran = topline("convert", record, "--to", "pdf")
    assert (ran.code, ran.out) == (2, "")
    assert "name a file with -o" in ran.err
    assert topline("convert", record, "--to", "page-text").code == 0
