"""The command as a whole: help, exit codes, streams, and what it costs to start."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.unit.command import RECORD, VALUE, Command, process, written

from topline.errors import (
    DataError,
    DocumentError,
    LimitError,
    NotFoundError,
    OutputError,
    SpecificationError,
    ToplineError,
    UsageError,
)

COMMANDS = ("build", "explain", "convert", "show", "diff", "formats", "spec check", "spec schema")


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_help(topline: Command, words: str) -> None:
    ran = topline(*words.split(), "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: topline {words}")


def test_the_help_tells_every_exit_code(topline: Command) -> None:
    from topline.analysis.findings import AnalysisError

    printed = topline("--help").out
    kinds = (
        UsageError, DocumentError, DataError, SpecificationError, LimitError, OutputError,
        NotFoundError, AnalysisError,
    )  # fmt: skip
    assert [kind.exit_code for kind in kinds] == [2, 3, 4, 5, 6, 7, 8, 9]
    codes = printed[printed.index("Exit codes:") :]
    assert all(f" {code} " in " ".join(codes.split()) for code in (0, 1, *range(2, 10), 70))


@pytest.mark.parametrize("words", [(), ("shw",), ("show",), ("show", "--modul", "x", "y")])
def test_words_that_do_not_fit_end_with_2(topline: Command, words: tuple[str, ...]) -> None:
    ran = topline(*words)
    assert ran.code == 2
    assert "Usage: topline" in ran.out + ran.err


@pytest.mark.parametrize(
    "kind", [UsageError, DocumentError, DataError, LimitError, OutputError, NotFoundError]
)
def test_an_error_is_told_in_its_parts_and_ends_with_its_code(
    topline: Command, monkeypatch: pytest.MonkeyPatch, kind: type[ToplineError]
) -> None:
    error = kind("found x\x1b[1m", where="a.json, line 3", accepted="y", advice="write y")

    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("topline.formats.registry.read_study", fails)
    ran = topline("show", "a.json")
    assert ran.code == kind.exit_code
    assert ran.out == ""
    assert ran.err.splitlines() == [
        "topline: found x\\x1b[1m",
        "  where: a.json, line 3",
        "  accepted: y",
        "  to do: write y",
    ]


def test_lack_of_memory_is_a_limit_and_no_traceback(
    topline: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("topline.formats.registry.read_study", fails)
    ran = topline("show", "a.json")
    assert ran.code == 6
    assert ran.err.startswith("topline: there is not enough memory")


def test_a_fault_of_our_own_is_not_taken_for_a_difference(tmp_path: Path) -> None:
    script = (
        "import sys, topline.formats.comparison as comparison\n"
        "from topline.cli.main import run\n"
        "comparison.read_document = None\n"
        "sys.argv = ['topline', 'diff', 'a', 'b']\n"
        "run()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 70
    assert b"this is a fault of topline itself" in done.stderr


def test_starting_costs_no_heavy_import() -> None:
    script = (
        "import sys, topline.cli.main\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    heavy = {"polars", "numpy", "scipy", "altair", "rich", "jinja2", "msgspec", "yaml", "pyarrow"}
    assert loaded & heavy == set()


def test_a_reader_who_has_read_enough_is_no_error(tmp_path: Path) -> None:
    many = b"\n".join([msgspec.json.encode(RECORD)] * 2000)
    pipe = subprocess.Popen(
        [sys.executable, "-m", "topline", "convert", "-", "--to", "api-ndjson"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert pipe.stdin is not None
    assert pipe.stdout is not None
    assert pipe.stderr is not None
    with pipe:
        pipe.stdout.close()
        try:
            pipe.stdin.write(many)
            pipe.stdin.close()
        except BrokenPipeError:
            pass  # it may have ended before it read everything
        said = pipe.stderr.read()
    assert pipe.returncode == 0
    assert b"Traceback" not in said
    assert b"Exception" not in said


@pytest.mark.parametrize("words", [("show",), ("show", "--json"), ("convert",)])
def test_a_full_disk_behind_standard_output_is_an_output_error(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "topline", *words, str(written(tmp_path))],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 7
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_crash(tmp_path: Path, closed: str) -> None:
    script = f'"$0" -m topline show "$1" --address "{VALUE}" {closed}; exit $?'
    done = subprocess.run(
        ["sh", "-c", script, sys.executable, str(written(tmp_path))],
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 7)
    assert b"Traceback" not in done.stderr
    if closed == "2>&-":
        assert done.stdout == b"2.00\n"


def test_a_terminal_without_the_character_is_shown_its_number(tmp_path: Path) -> None:
    record = {"protocolSection": {"identificationModule": {"briefTitle": "Köln → 東京"}}}
    ran = process(
        "show", written(tmp_path, record=record), environment={"PYTHONIOENCODING": "ascii"}
    )
    assert ran.code == 0
    assert "K\\xf6ln \\u2192 \\u6771\\u4eac" in ran.out


def test_formats_are_listed_for_people_and_programs(topline: Command) -> None:
    from topline.render.record_formats import RECORD_FORMATS

    listed = msgspec.json.decode(topline("formats", "--json").out)
    assert [one["name"] for one in listed] == list(RECORD_FORMATS)
    table, *told, advice = topline("formats").out.rstrip("\n").split("\n\n")
    heading, *lines = table.splitlines()
    for part, format in zip(told, RECORD_FORMATS.values(), strict=True):
        assert part.startswith(f"{format.name} {'keeps' if format.is_written else 'holds'} ")
        assert " ".join(f"loses: {format.loses}".split()) in " ".join(part.split())
    assert heading.split() == ["NAME", "READS", "WRITES", "ENDINGS", "FORM"]
    assert advice.endswith("topline formats NAME")
    for line, format in zip(lines, RECORD_FORMATS.values(), strict=True):
        name, reads, writes, *_ = line.split()
        assert name == format.name
        assert reads == ("reads" if format.read is not None else "-")
        assert writes == ("writes" if format.is_written else "-")
        assert line.endswith(format.title)


def test_a_format_is_shown_with_what_it_keeps_and_loses(topline: Command) -> None:
    from topline.render.record_formats import RECORD_FORMATS

    for format in RECORD_FORMATS.values():
        ran = topline("formats", format.name)
        assert ran.code == 0
        assert " ".join(format.loses.split()) in " ".join(ran.out.split())
        assert all(f"  keeps: {address or 'the whole'}" in ran.out for address in format.keeps)
        (listed,) = msgspec.json.decode(topline("formats", format.name, "--json").out)
        assert listed["keeps"] == list(format.keeps)
    assert topline("formats", "api-jsn").code == 2
