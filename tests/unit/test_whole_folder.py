"""A folder that appears complete or not at all."""

import errno
import os
from pathlib import Path

import pytest

from topline.errors import OutputError
from topline.formats import whole_folder
from topline.formats.whole_folder import check_replaceable, replace_folder

NEW = {"record.json": b"new", "figures/a.svg": b"<svg/>"}


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(params=["exchange", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of taking the place of a folder: not every system can exchange two."""
    if request.param == "two renames":
        monkeypatch.setattr(whole_folder, "_exchanged", lambda one, other: False)
    return str(request.param)


def test_a_new_folder_holds_the_files_and_nothing_is_left_beside_it(
    tmp_path: Path, way: str
) -> None:
    folder = tmp_path / "a" / "b" / "out"
    replace_folder(folder, NEW)
    assert content(folder) == NEW
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_an_earlier_folder_is_replaced_as_a_whole(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "out"
    replace_folder(folder, {"old.txt": b"old", "figures/old.svg": b"old"})
    replace_folder(folder, NEW)
    assert content(folder) == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_files_are_as_readable_as_any_other(tmp_path: Path, way: str) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.mkdir()
    (ordinary / "file").touch()
    replace_folder(tmp_path / "out", NEW)
    made = (tmp_path / "out", tmp_path / "out" / "record.json")
    assert made[0].stat().st_mode == ordinary.stat().st_mode
    assert made[1].stat().st_mode == (ordinary / "file").stat().st_mode


def test_of_a_link_the_target_is_replaced(tmp_path: Path, way: str) -> None:
    target = tmp_path / "target"
    replace_folder(target, {"old.txt": b"old"})
    link = tmp_path / "link"
    link.symlink_to(target)
    replace_folder(link, NEW)
    assert link.is_symlink()
    assert content(target) == NEW
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "target"]


def test_of_a_link_to_nothing_the_target_is_made(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("later")
    replace_folder(link, NEW)
    assert content(tmp_path / "later") == NEW


@pytest.mark.parametrize("failing", ["write", "rename"])
def test_where_writing_fails_the_earlier_folder_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, failing: str
) -> None:
    folder = tmp_path / "out"
    replace_folder(folder, {"old.txt": b"old"})

    def full(*_: object) -> bool:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        if failing == "write":
            patched.setattr(os, "fsync", full)
        elif way == "exchange":
            patched.setattr(whole_folder, "_exchanged", full)
        else:
            rename = Path.rename

            def refuses_the_new(self: Path, target: Path) -> Path:
                if target == folder and self.suffix == ".partial":
                    full()
                return rename(self, target)

            patched.setattr(Path, "rename", refuses_the_new)
        with pytest.raises(OutputError, match="No space left on device"):
            replace_folder(folder, NEW)
    assert content(folder) == {"old.txt": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("way_in", ["interrupt", "exit"])
def test_whoever_stops_it_finds_the_earlier_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way_in: str
) -> None:
    folder = tmp_path / "out"
    replace_folder(folder, {"old.txt": b"old"})
    stopping = KeyboardInterrupt if way_in == "interrupt" else SystemExit

    def stopped(number: int) -> None:
        raise stopping

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(stopping):
        replace_folder(folder, NEW)
    assert content(folder) == {"old.txt": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_is_not_replaced_by_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="this is not a folder"):
        check_replaceable(tmp_path / "out")
    with pytest.raises(OutputError, match="a file stands where a folder should"):
        check_replaceable(tmp_path / "out" / "in")


def test_the_folder_one_is_in_is_not_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    within = tmp_path / "out" / "deeper"
    within.mkdir(parents=True)
    monkeypatch.chdir(within)
    for folder in (Path(), Path(".."), tmp_path):
        with pytest.raises(OutputError, match="the folder you are in"):
            check_replaceable(folder)
    check_replaceable(Path("new"))
    check_replaceable(Path("../beside"))


def test_a_mounted_folder_is_not_exchanged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda path: path == tmp_path)
    with pytest.raises(OutputError, match="a file system is mounted"):
        check_replaceable(tmp_path)


def test_a_folder_that_may_not_be_written_is_refused_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="not allowed"):
        check_replaceable(tmp_path / "out")


def test_a_loop_of_links_is_an_error(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OutputError):
        replace_folder(loop, NEW)
