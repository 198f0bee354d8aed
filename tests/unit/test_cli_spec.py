"""``topline spec``: the schema that editors use, and a check that tells every mistake at once."""

from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml
from tests.unit.command import Command
from tests.unit.tiny_trial import SPECIFICATION, trial_files

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/study.yaml"))

MISTAKES = """\
groups:
  active: {titel: Active, treatment: Active}
outcomes:
  - title: Change
    type: primry
    time_frame: 8 weeks
    dataset: ADQS
    summary: meen
"""


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_schema_accepts_the_examples(topline: Command, example: Path) -> None:
    schema = msgspec.json.decode(topline("spec", "schema").out)
    validator = jsonschema.Draft202012Validator(schema)
    # Dates are texts in a specification, whatever YAML takes them for.
    found: Any = yaml.load(example.read_bytes(), Loader=_Texts)
    assert [error.message for error in validator.iter_errors(found)] == []


class _Texts(yaml.SafeLoader):
    """Loads dates as the texts they are written as."""


_Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_the_schema_refuses_a_misspelt_key(topline: Command) -> None:
    schema = msgspec.json.decode(topline("spec", "schema").out)
    validator = jsonschema.Draft202012Validator(schema)
    assert not validator.is_valid(yaml.safe_load(MISTAKES))


def test_the_schema_is_written_to_a_file(topline: Command, tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    ran = topline("spec", "schema", "-o", file)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert file.read_text(encoding="utf-8") == topline("spec", "schema").out
    assert topline("spec", "schema", "-o", tmp_path / "no" / "schema.json").code == 7


def test_a_right_specification_says_what_it_was_checked_against(
    topline: Command, tmp_path: Path
) -> None:
    path = trial_files(tmp_path)
    ran = topline("spec", "check", path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{path}: no mistake found (2 datasets)\n"


def test_without_data_it_says_that_there_were_none(topline: Command, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(SPECIFICATION.partition("\n")[2], encoding="utf-8")
    assert "checked without data" in topline("spec", "check", path).out
    trial = tmp_path / "trial"
    trial.mkdir()
    trial_files(trial)
    assert "2 datasets" in topline("spec", "check", path, "--data", trial / "adam").out


def test_every_mistake_is_told_at_once_with_its_line(topline: Command, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(MISTAKES, encoding="utf-8")
    ran = topline("spec", "check", path)
    assert (ran.code, ran.out) == (5, "")
    places = [line.split(":")[1] for line in ran.err.splitlines() if line.startswith(str(path))]
    assert places == ["2", "5", "8"]
    assert "did you mean title?" in ran.err
    assert "did you mean mean?" in ran.err


def test_mistakes_against_the_data_are_told_too(topline: Command, tmp_path: Path) -> None:
    path = trial_files(tmp_path)
    path.write_text(SPECIFICATION.replace("variable: CHG", "variable: CHNG"), encoding="utf-8")
    ran = topline("spec", "check", path)
    assert ran.code == 5
    assert f"{path}:11:" in ran.err
    assert "did you mean CHG?" in ran.err


def test_mistakes_as_json_have_their_places(topline: Command, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(MISTAKES, encoding="utf-8")
    ran = topline("spec", "check", path, "--json")
    assert (ran.code, ran.err) == (5, "")
    found = msgspec.json.decode(ran.out)
    assert [(one["line"], one["nearest"]) for one in found["mistakes"]][-1] == (8, "mean")
    right = topline("spec", "check", trial_files(tmp_path), "--json")
    assert msgspec.json.decode(right.out) == {
        "mistakes": [],
        "warnings": [],
        "datasets": ["ADQS", "ADSL"],
    }


def test_what_may_be_a_mistake_is_said_without_failing(
    topline: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from topline.analysis import build
    from topline.trial.specification_problems import Problem

    warning = Problem(
        file="study.yaml", line=3, column=1, path="groups", found="x\x1b[2J", accepted="y"
    )
    monkeypatch.setattr(
        build, "check_file", lambda *_, **__: build.Check(datasets=("ADSL",), warnings=(warning,))
    )
    ran = topline("spec", "check", tmp_path / "study.yaml")
    assert ran.code == 0
    assert ran.err == "note: study.yaml:3:1: groups: found x\\x1b[2J, accepted: y\n"
    assert "(1 dataset)" in ran.out


def test_a_specification_that_is_not_there_is_not_found(topline: Command, tmp_path: Path) -> None:
    assert topline("spec", "check", tmp_path / "study.yaml").code == 8
    assert topline("spec", "check", tmp_path).code == 8
