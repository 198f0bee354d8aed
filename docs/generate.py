"""Write the pages and parts of pages that come from the code: ``make docs``; a test holds them current."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import typer
from typer.testing import CliRunner

from docs import speed
from docs.response_page import response_page
from docs.speed_chart import IMAGE, speed_chart
from docs.statistics_page import statistics_page
from topline.analysis.analyses.registry import analyses
from topline.analysis.methods import vocabulary
from topline.analysis.summaries.registry import summaries
from topline.cli.main import app
from topline.render.record_formats import RECORD_FORMATS
from topline.trial.specification_page import specification_page

REFERENCE = Path(__file__).parent / "reference"


def formats_page() -> str:
    """Say what each format reads, writes, keeps and loses, from its own declaration."""
    lines = [
        "# Formats",
        "",
        "Written from the declarations in the code; `topline formats NAME` prints the same of one.",
        "A document's format is found by its content, then by the ending of its name.",
    ]
    for format in RECORD_FORMATS.values():
        does = [
            word
            for word, done in (("read", format.read is not None), ("written", format.is_written))
            if done
        ]
        endings = " or ".join(f"`{ending}`" for ending in format.extensions)
        form = f"file names end in {endings}" if endings else "a folder of files"
        lines += [
            "",
            f"## {format.title}",
            "",
            f"`{format.name}`: {' and '.join(does)}; {form}; media type `{format.media_type}`.",
            "",
            f"What is lost on writing: {format.loses}",
        ]
        if format.folder_files:
            names = ", ".join(f"`{name}`" for name in format.folder_files)
            lines += ["", f"Files: {names}."]
        if format.keeps != ("",):
            lines += ["", "What is kept, by address (`*` is any position in a list):", ""]
            lines += [f"- `{address}`" for address in format.keeps]
    return "\n".join([*lines, ""])


def methods_page() -> str:
    """List the summaries and analyses with what each posts, from the registries."""
    lines = [
        "# Summaries and statistical analyses",
        "",
        "Each is one module that says what it posts. Their options are on the page of the",
        "[specification](specification.md).",
        "",
        "## Summaries",
        "",
        "| name | what | measure type |",
        "|---|---|---|",
        *(
            f"| `{summary.name}` | {summary.title} | `{summary.measure_type}` |"
            for summary in summaries().values()
        ),
        "",
        "## Statistical analyses",
        "",
        "| name | what |",
        "|---|---|",
        *(f"| `{analysis.name}` | {analysis.title} |" for analysis in analyses().values()),
        "",
    ]
    return "\n".join(lines)


def commands_page() -> str:
    """Give the help of every command as the terminal prints it."""
    lines = ["# Commands", "", "The help of each command, as the terminal prints it."]
    runner = CliRunner()
    for words in _commands(typer.main.get_command(app), ()):
        printed = runner.invoke(
            app, [*words, "--help"], prog_name="topline", env={"COLUMNS": "88"}, color=False
        )
        lines += ["", f"## {' '.join(('topline', *words))}", ""]
        lines += ["```text", printed.output.strip(), "```"]
    return "\n".join([*lines, ""])


def _commands(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(inner, (*words, name))


PAGES: Mapping[str, Callable[[], str]] = {
    "specification.md": lambda: specification_page(vocabulary()),
    "formats.md": formats_page,
    "methods.md": methods_page,
    "commands.md": commands_page,
    "response.md": response_page,
    "statistics.md": statistics_page,
}
"""Page of ``docs/reference`` -> what writes it."""


def page_of_speed() -> str:
    """Write the page of speed with its section of statistics anew; the rest of it is written by hand."""
    page = speed.PAGE.read_text(encoding="utf-8")
    return speed.page_with(speed.statistics_section(speed.read()), page)


def write_pages(names: Iterable[str]) -> None:
    """Write some pages of ``docs/reference`` anew, and what is shown of speed."""
    texts = {REFERENCE / name: PAGES[name]() for name in names}
    texts |= {speed.PAGE: page_of_speed(), IMAGE: speed_chart(speed.read())}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")


def main() -> None:
    """Write every page anew."""
    write_pages(PAGES)


if __name__ == "__main__":
    main()
