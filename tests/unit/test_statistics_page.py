"""The page of the statistics names every public function, and the saved agreement is what it shows."""

import ast
import json
import tomllib
from pathlib import Path

import pytest
from docs.statistics_page import (
    AGREEMENT,
    FAMILIES,
    STATS,
    printed_examples,
    statistics_page,
)
from tests.reference.__main__ import main


def test_every_public_function_is_on_the_page() -> None:
    page = statistics_page()
    for path in STATS.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        missing = [name for name in names if name[0] != "_" and f"\n- `{name}`: " not in page]
        assert missing == [], path.stem


def test_every_module_of_a_family_exists_and_belongs_to_one() -> None:
    named = [module for modules in FAMILIES.values() for module in modules]
    assert len(named) == len(set(named))
    assert [module for module in named if not (STATS / f"{module}.py").exists()] == []


def test_the_saved_agreement_has_no_failures() -> None:
    saved = tomllib.loads(AGREEMENT.read_text(encoding="utf-8"))
    assert saved
    assert [name for name, family in saved.items() if family["failed"]] == []


def test_a_comparison_saves_its_agreement_and_its_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = {
        "id": "one",
        "family": "no_such_family",
        "input": {},
        "params": [],
        "expected": {"a": 1},
    }
    (tmp_path / "some.json").write_text(json.dumps({"cases": [case]}), encoding="utf-8")
    assert main([str(tmp_path), "--save", str(tmp_path / "agreement.toml")]) == 1
    saved = tomllib.loads((tmp_path / "agreement.toml").read_text(encoding="utf-8"))
    assert saved == {
        "no_such_family": {
            "cases": 1,
            "values": 1,
            "failed": 1,
            "least_digits": 0.0,
            "exempted": 0,
        }
    }
    assert main([str(tmp_path), "--sav", "x"]) == 2
    assert "usage" in capsys.readouterr().err


def test_the_page_names_where_the_example_of_a_method_is_printed() -> None:
    lines = statistics_page().splitlines()
    function = lines.index("### `topline.stats.proportion`")
    assert (
        "  - Printed example of Clopper–Pearson interval: "
        "Newcombe, Statistics in Medicine 17 (1998) 857–872, Table I"
    ) in lines[function : function + 20]


def test_examples_without_a_page_or_not_verified_are_not_on_the_page(tmp_path: Path) -> None:
    example = '[[source.example]]\nmethod = "m"\nfunction = "a.b"\n'
    for known, unknown in (("page", "seen"), ("seen", "page")):
        (tmp_path / "some.toml").write_text(
            f'[[source]]\ntext = "s"\n{known} = "1"\n{unknown} = ""\n{example}', encoding="utf-8"
        )
        assert printed_examples(tmp_path) == {}
    (tmp_path / "some.toml").write_text(
        f'[[source]]\ntext = "s"\npage = "1"\nseen = "so"\n{example}', encoding="utf-8"
    )
    assert printed_examples(tmp_path) == {"a.b": {"m": "s, 1"}}
