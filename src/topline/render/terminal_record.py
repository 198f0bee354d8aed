"""A record in the terminal: its head, and its results modules as tables that fit the width."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from topline.record import Study
from topline.render.overview import overview
from topline.render.table_model import ModuleTables, Section
from topline.render.terminal_table import print_table
from topline.render.terminal_text import plain


def print_record(console: Console, study: Study, modules: tuple[ModuleTables, ...]) -> None:
    """Print the head of a record and its results modules.

    Parameters
    ----------
    console
        Where to print; tables are as wide as it is.
    study
        The record.
    modules
        Its tables, as :func:`topline.render.tables.tables` gives them.

    Examples
    --------
    >>> print_record(Console(width=40), Study(), ())
    Untitled study
    The record has no results.
    """
    head = overview(study, modules)
    print_line(console, head.title, style="bold")
    words = [head.nct_id, *head.tags]
    if any(words):
        print_line(console, " · ".join(word for word in words if word))
    for fact in head.facts:
        _print_fact(console, fact.label, fact.text)
    for number in head.key_numbers:
        detail = f" ({number.detail})" if number.detail else ""
        _print_fact(console, number.label, f"{number.text}{detail}")
    if not modules:
        print_line(console, "The record has no results.")
    print_modules(console, modules)


def print_modules(console: Console, modules: Iterable[ModuleTables]) -> None:
    """Print results modules, each under its title.

    Parameters
    ----------
    console
        Where to print.
    modules
        What to print.
    """
    for module in modules:
        console.print()
        console.rule(Text(plain(module.title), style="bold"), align="left")
        for section in module.sections:
            print_section(console, section, titled=section.title != module.title)


def print_section(console: Console, section: Section, *, titled: bool = True) -> None:
    """Print a part of a module: its texts, its groups and its tables.

    Parameters
    ----------
    console
        Where to print.
    section
        What to print.
    titled
        Whether its title is said, which its module may have said already.
    """
    if titled:
        kind = f"{section.kind}: " if section.kind else ""
        console.print()
        print_line(console, f"{kind}{section.title}", style="bold")
    for fact in section.facts:
        _print_fact(console, fact.label, fact.text)
    for group in section.groups:
        said = f": {group.description}" if group.description else ""
        _print_fact(console, group.id, f"{group.title}{said}", sign="")
    for table in section.tables:
        console.print()
        print_table(console, table)


def print_line(console: Console, text: str, *, style: str = "") -> None:
    """Print a text as it reads, whatever characters are in it.

    Parameters
    ----------
    console
        Where to print.
    text
        The text; brackets are no markup in it.
    style
        A style of Rich for the whole of it.
    """
    console.print(Text(plain(text), style=style))


def _print_fact(console: Console, label: str, text: str, sign: str = ":") -> None:
    console.print(Text.assemble((f"{plain(label)}{sign} ", "dim"), plain(text)))
