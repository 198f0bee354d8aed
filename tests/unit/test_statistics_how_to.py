"""The how-to page of ``topline stat``: each command on it prints what stands below it."""

import re
import shlex
from pathlib import Path

import pytest
from tests.unit.command import Command

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "statistics.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`(\w+\.csv)`[^`]*```csv\n(.*?)```", PAGE, re.DOTALL))
SHOWN = re.findall(r"^\$ topline (.+)\n((?:(?!```|\$ ).*\n)+)", PAGE, re.MULTILINE)


def test_the_page_has_its_files_and_commands() -> None:
    assert set(FILES) == {"adtte.csv", "effects.csv"}
    assert len(SHOWN) == PAGE.count("$ topline ") - 1  # that of --explain is shown without its page


@pytest.mark.parametrize(("words", "printed"), SHOWN, ids=lambda text: text.partition(" --")[0])
def test_a_command_prints_what_the_page_says(
    words: str,
    printed: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    command, _, given = words.partition(" < ")
    with (tmp_path / (given or "adtte.csv")).open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        ran = Command(capsys)(*shlex.split(command))
    assert ran.out + ran.err == printed
