"""``topline stat``: the numbers of the reference, as a table and as JSON, and errors that say what is accepted."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.command import Command

from topline.cli.stat import COMMANDS

REFERENCE = tomllib.loads(
    (Path(__file__).parents[1] / "reference" / "statistics.toml").read_text(encoding="utf-8")
)


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "160")
    return Command(capsys)


def computed(topline: Command, *words: object) -> dict[str, dict[str, Any]]:
    """The results of a command by name, from its JSON."""
    ran = topline("stat", *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    return {result["name"]: result for result in msgspec.json.decode(ran.out)["results"]}


@pytest.mark.parametrize("case", REFERENCE["proportion"], ids=lambda case: case["name"])
def test_a_proportion_is_that_of_the_reference_by_every_method(
    topline: Command, case: dict[str, Any]
) -> None:
    found = computed(
        topline, "proportion", f"{case['count']}/{case['number']}", "--level", 100 * case["level"]
    )
    compared = 0
    for name, result in found.items():
        assert result["value"] == pytest.approx(case["value"], rel=1e-9)
        if name in case:
            assert [result["lower"], result["upper"]] == pytest.approx(
                case[name], rel=1e-7, abs=1e-12
            )
            compared += 1
    assert compared >= 12


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself_without_data(topline: Command, command: Any) -> None:
    ran = topline("stat", command.name, "--explain")
    assert (ran.code, ran.err) == (0, "")
    for place in command.functions:
        assert f"topline.stats.{place.replace(':', '.')}" in ran.out
    assert ":func:" not in ran.out


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_help_of_every_command_has_an_example_of_it(topline: Command, command: Any) -> None:
    ran = topline("stat", command.name, "--help")
    assert ran.code == 0
    assert f"Example: topline stat {command.name} " in ran.out
