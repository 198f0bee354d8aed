"""``topline build``: a folder complete or untouched, the same every time, and words for everyone."""

import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.unit.command import Command, process
from tests.unit.tiny_trial import ADSL, SPECIFICATION, trial_files

FILES = [
    "figures/outcome-01-groups.svg",
    "page.html",
    "page.txt",
    "record.json",
    "statistics.parquet",
]


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    folder.mkdir()
    return trial_files(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_build_writes_its_files_and_says_what_is_in_them(
    topline: Command, study: Path, tmp_path: Path
) -> None:
    ran = topline("build", study, "-o", tmp_path / "out")
    assert (ran.code, ran.err) == (0, "")
    assert list(content(tmp_path / "out")) == FILES
    assert ran.out.splitlines() == [
        "A Trial of Two Arms",
        "  participants: 4 started, 3 completed",
        "  baseline measures: 4",
        "  outcome measures: 1",
        "  statistical analyses: 0",
        "  numbers with provenance: 71",
        "  figures: 1",
        f"page: {tmp_path}/out/page.html",
    ]


def test_json_is_alone_on_standard_output(topline: Command, study: Path, tmp_path: Path) -> None:
    ran = topline("build", study, "-o", tmp_path / "out", "--json")
    assert (ran.code, ran.err) == (0, "")
    summary = msgspec.json.decode(ran.out)
    assert summary["files"] == FILES
    assert (summary["started"], summary["completed"]) == (4, 3)
    assert summary["serious_terms"] is None


def test_notes_are_said_beside_the_summary(topline: Command, study: Path, tmp_path: Path) -> None:
    scores = study.parent / "adam" / "adqs.csv"
    scores.write_text(scores.read_text(encoding="utf-8") + "99,1.0\n", encoding="utf-8")
    ran = topline("build", study, "-o", tmp_path / "out")
    assert ran.code == 0
    assert ran.err.startswith("note: ADQS: 1 row belongs to participants who are not in ADSL")
    assert "note:" not in ran.out
    told = topline("build", study, "-o", tmp_path / "out", "--json")
    assert told.err == ""
    assert len(msgspec.json.decode(told.out)["notes"]) == 1


def test_the_same_trial_gives_the_same_bytes_whatever_the_hash_seed(
    study: Path, tmp_path: Path
) -> None:
    import polars as pl

    for seed in ("1", "2"):
        ran = process(
            "build", study, "-o", tmp_path / seed,
            environment={"PYTHONHASHSEED": seed, "FORCE_COLOR": "1"},
        )  # fmt: skip
        assert (ran.code, ran.err) == (0, "")  # no bar where standard error is no terminal
    one, two = content(tmp_path / "1"), content(tmp_path / "2")
    table = "statistics.parquet"
    assert pl.read_parquet(tmp_path / "1" / table).equals(pl.read_parquet(tmp_path / "2" / table))
    assert {**one, table: b""} == {**two, table: b""}


@pytest.mark.parametrize("place", ["out", "./out/", "../work/out", "new/deep/out", "out\n2", "-o"])
def test_the_folder_may_be_named_in_any_way(
    topline: Command, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for _ in range(2):
        ran = topline("build", study, f"--output={place}", "--json")
        assert ran.code == 0, ran.err
    assert list(content(Path(place))) == FILES


def test_an_empty_folder_and_a_link_are_taken(
    topline: Command, study: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.mkdir()
    link = tmp_path / "link"
    link.symlink_to(target)
    for _ in range(2):
        assert topline("build", study, "-o", link).code == 0
    assert link.is_symlink()
    assert list(content(target)) == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target", "trial"]


def test_the_folder_one_is_in_is_refused_with_advice(
    topline: Command, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = topline("build", study, "-o", ".")
    assert ran.code == 7
    assert "name a folder within it" in ran.err


@pytest.mark.parametrize("foreign", ["notes.txt", "record.json", "figures/mine.png", ".git/config"])
def test_a_folder_with_what_a_build_does_not_write_is_refused(
    topline: Command, study: Path, tmp_path: Path, foreign: str
) -> None:
    out = tmp_path / "out"
    if foreign != "record.json":  # alone it may be anybody's; beside its provenance it is ours
        assert topline("build", study, "-o", out).code == 0
    mine = out / foreign
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("mine", encoding="utf-8")
    before = content(out)
    ran = topline("build", study, "-o", out)
    assert ran.code == 7
    assert repr(foreign.removesuffix("/config")) in ran.err
    assert content(out) == before


def test_what_comes_into_the_folder_meanwhile_is_not_lost(
    topline: Command, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from topline.render import results_folder

    out = tmp_path / "out"
    assert topline("build", study, "-o", out).code == 0

    def while_the_user_saves(*_: object, **__: object) -> str:
        (out / "notes.txt").write_text("mine", encoding="utf-8")
        return "<!doctype html>"

    monkeypatch.setattr(results_folder, "render_page", while_the_user_saves)
    assert topline("build", study, "-o", out).code == 7
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("what", "code"),
    [("specification", 5), ("dataset", 4), ("missing", 8), ("analysis", 9), ("folder", 7)],
)
def test_a_build_that_fails_leaves_the_earlier_one_untouched(
    topline: Command, study: Path, tmp_path: Path, what: str, code: int
) -> None:
    out = tmp_path / "out"
    assert topline("build", study, "-o", out).code == 0
    before = content(out)
    adsl = study.parent / "adam" / "adsl.csv"
    target = out
    if what == "specification":
        study.write_text(SPECIFICATION.replace("summary: mean", "summary: meen"), encoding="utf-8")
    elif what == "dataset":
        adsl.write_bytes(b"\0\1\2" * 100)
    elif what == "missing":
        shutil.rmtree(adsl.parent)
    elif what == "analysis":
        adsl.write_text(ADSL.replace("61,F", "61,?"), encoding="utf-8")
    else:
        target = out / "page.html" / "out"
    ran = topline("build", study, "-o", target)
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert content(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "trial"]


def test_a_full_disk_leaves_the_earlier_build_and_no_litter(
    topline: Command, study: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert topline("build", study, "-o", out).code == 0
    before = content(out)
    # A file that may not grow fails as a full disk does.
    ran = process("build", study, "-o", out, file_size=20_000)
    assert ran.code == 7
    assert "cannot write the folder" in ran.err
    assert "Traceback" not in ran.err
    assert content(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "trial"]


STOPPED_WHILE_WRITING = """
import os, sys, time
from topline.cli.main import run
from topline.formats import whole_folder

number = int(sys.argv.pop())

def stopped(descriptor):
    os.kill(os.getpid(), number)
    time.sleep(60)

whole_folder.os.fsync = stopped
run()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_stopped_while_writing_leaves_the_earlier_one(
    topline: Command, study: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out"
    assert topline("build", study, "-o", out).code == 0
    before = content(out)
    done = subprocess.run(
        [
            sys.executable, "-c", STOPPED_WHILE_WRITING,
            "build", str(study), "-o", str(out), str(int(number)),
        ],
        capture_output=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    killed = number == signal.SIGKILL
    assert done.returncode == (-9 if killed else 128 + number)
    assert b"Traceback" not in done.stderr
    assert content(out) == before
    litter = sorted({path.name for path in tmp_path.iterdir()} - {"out", "trial"})
    assert len(litter) == (1 if killed else 0)
    assert topline("build", study, "-o", out).code == 0
    assert content(out) == before


def test_a_bar_is_drawn_on_a_terminal_only(study: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "topline", "build", str(study), "-o", str(tmp_path / "out")]
    drawn = on_a_terminal(words)
    # Quick parts may pass between two drawings of the bar; the first is always drawn.
    assert 0 <= drawn.index("specification") < drawn.index("0/9") < drawn.index("participants: 4")
    assert "/9" not in on_a_terminal([*words, "--json"])


def on_a_terminal(words: list[str]) -> str:
    """Run a command on a terminal of its own, and return all that appears there."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    with subprocess.Popen(
        words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as running:
        os.close(theirs)
        shown = b""
        while block := _read(ours):
            shown += block
    os.close(ours)
    assert running.returncode == 0, shown
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other side is closed
        return b""
