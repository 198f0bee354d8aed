"""Each command of ``topline stat`` prints what R computes from the same data or numbers."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.command import Command

from topline.cli.stat import COMMANDS

FOLDER = Path(__file__).parent / "commands"
CASES = tomllib.loads((FOLDER / "commands.toml").read_text(encoding="utf-8"))["case"]
ELSEWHERE = {"proportion"}
"""Commands that tests/unit/test_cli_stat.py compares with statistics.toml."""


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "160")
    return Command(capsys)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["words"][:60])
def test_a_command_prints_what_r_computes(topline: Command, case: dict[str, Any]) -> None:
    words = [word.replace("FILE", str(FOLDER)) for word in case["words"].split(" ")]
    ran = topline("stat", *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    found = {result["name"]: result for result in msgspec.json.decode(ran.out)["results"]}
    for name, expected in case["results"].items():
        numbers = {part: number for part, number in expected.items() if part != "digits"}
        tolerance = 0.5 * 10.0 ** (1 - expected["digits"]) if "digits" in expected else 1e-7
        shown = {part: found[name][part] for part in numbers}
        assert shown == pytest.approx(numbers, rel=tolerance), (name, case["command"])


def test_every_command_has_a_case() -> None:
    seen = {case["words"].split(" ")[0] for case in CASES}
    assert {command.name for command in COMMANDS} - seen == ELSEWHERE
