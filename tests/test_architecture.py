"""House rules that no linter can say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "topline"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

LONGEST_MODULE = 600
FORBIDDEN_NAMES = {"utils", "util", "common", "core", "models", "helpers", "helper", "misc"}

# Rooms of the house that need no more than the standard library and these.
LIGHT_PACKAGES = {"errors", "record", "stats"}
LIGHT_LIBRARIES = {"msgspec", "numpy", "scipy", "topline"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imports(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
    return found


def test_there_are_modules_to_judge() -> None:
    assert len(MODULES) > 10
    assert len(TESTS) > 5


@pytest.mark.parametrize("path", MODULES + TESTS, ids=_name)
def test_a_module_is_one_idea_and_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{lines} lines: split it by idea"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_is_named_after_what_it_holds(path: Path) -> None:
    parts = {part.removesuffix(".py").strip("_") for part in path.relative_to(PACKAGE).parts}
    assert not parts & FORBIDDEN_NAMES


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_module_reaches_into_the_private_names_of_another(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("topline"):
            private = [alias.name for alias in node.names if alias.name.startswith("_")]
            # The version is public in spite of its underscores.
            assert set(private) <= {"__version__"}, f"line {node.lineno}: {private}"


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0].removesuffix(".py") in LIGHT_PACKAGES
    ],
    ids=_name,
)
def test_the_lowest_layers_need_few_libraries(path: Path) -> None:
    tops = {name.split(".")[0] for name in _imports(path)}
    assert tops <= LIGHT_LIBRARIES | set(sys.stdlib_module_names)


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in TESTS if path.name.startswith("test_")]
    assert len(names) == len(set(names))


def test_imports_go_down_the_layers_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_importing_the_package_imports_none_of_its_rooms() -> None:
    code = "import sys, topline; print([m for m in sys.modules if m.startswith('topline.')])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
