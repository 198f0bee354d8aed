"""The documentation is complete and current."""

from pathlib import Path

import pytest
import typer
from docs.generate import PAGES, REFERENCE

from topline.analysis.analyses.registry import analyses
from topline.analysis.exports.registry import exports
from topline.analysis.summaries.registry import summaries
from topline.cli.main import app
from topline.render.record_formats import RECORD_FORMATS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_reference_page_is_what_the_code_says_now(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_every_command_has_help() -> None:
    commands = getattr(typer.main.get_command(app), "commands", {})
    known = {
        "build",
        "derive",
        "explain",
        "verify",
        "export",
        "convert",
        "show",
        "diff",
        "formats",
        "spec",
        "init",
        "response",
    }
    assert known <= set(commands)
    assert all(command.help for command in commands.values())


def test_the_contributors_guide_says_how_to_add_each_kind_of_extension() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for heading in (
        "Add a format",
        "Add an outcome summary",
        "Add an analysis",
        "Add an estimator",
        "Add a derived estimate",
    ):
        assert f"### {heading}" in guide


def test_every_extension_is_named_on_its_page() -> None:
    pages = {
        "analysis-results.md": list(exports()),
        "formats.md": list(RECORD_FORMATS),
        "methods.md": [*summaries(), *analyses()],
        "specification.md": [*summaries(), *analyses()],
    }
    for page, names in pages.items():
        text = (REFERENCE / page).read_text(encoding="utf-8")
        assert [name for name in names if f"`{name}`" not in text] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]:
        for part in page.read_text(encoding="utf-8").split("](")[1:]:
            target = part.split(")", 1)[0].split("#", 1)[0]
            if target and "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []
