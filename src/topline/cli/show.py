"""``topline show``: a record in the terminal, as tables."""

from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Document, From, Json

if TYPE_CHECKING:
    from rich.console import Console

    from topline.record.study import Study
    from topline.render.table_model import ModuleTables, Section, Table

MODULES = (
    "participant-flow",
    "baseline",
    "outcome-measures",
    "adverse-events",
    "more-information",
)
"""The keys of the results modules, as :func:`topline.render.tables.tables` gives them."""


def show(
    file: Document,
    module: Annotated[
        str | None,
        typer.Option(
            help="One module: participant-flow, baseline, outcome-measures, adverse-events or "
            "more-information."
        ),
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="One part of the record, by its JSON Pointer.")
    ] = None,
    source_format: From = None,
    json: Json = False,
) -> None:
    """Print a record as tables, whole or in part."""
    from rich.console import Console

    from topline.formats.registry import read_study

    study = read_study(file, source_format)
    console = Console(highlight=False)
    if address is not None:
        _show_part(study, address)
        return
    chosen = _chosen(study, module)
    if json:
        import msgspec

        print(msgspec.json.encode(chosen).decode())
        return
    _print_title(console, study)
    for one in chosen:
        _print_module(console, one)


def _show_part(study: "Study", address: str) -> None:
    import msgspec

    from topline.record.addresses import value_at

    part = value_at(study, address)
    if isinstance(part, str | int | float | bool):
        print(part)
    else:
        print(msgspec.json.format(msgspec.json.encode(part), indent=2).decode())


def _chosen(study: "Study", module: str | None) -> "tuple[ModuleTables, ...]":
    from topline.errors import NotFoundError, UsageError
    from topline.render.tables import tables

    if module is not None and module not in MODULES:
        raise UsageError(f"there is no module {module!r}", accepted=", ".join(MODULES))
    found = tables(study)
    if module is None:
        return found
    chosen = tuple(one for one in found if one.key == module)
    if not chosen:
        raise NotFoundError(
            f"the record has no {module}", accepted=", ".join(one.key for one in found) or "nothing"
        )
    return chosen


def _print_title(console: "Console", study: "Study") -> None:
    protocol = study.protocol_section
    identification = protocol.identification_module if protocol else None
    if identification is not None:
        title = identification.brief_title or identification.official_title or ""
        console.print(f"[bold]{_plain(title)}[/bold] {identification.nct_id or ''}".strip())


def _print_module(console: "Console", module: "ModuleTables") -> None:
    console.rule(f"[bold]{_plain(module.title)}", align="left")
    for section in module.sections:
        _print_section(console, section, module.title)


def _print_section(console: "Console", section: "Section", module_title: str) -> None:
    if section.title != module_title:
        kind = f"{section.kind}: " if section.kind else ""
        console.print(f"\n[bold]{kind}{_plain(section.title)}[/bold]")
    for fact in section.facts:
        console.print(f"[dim]{fact.label}:[/dim] {_plain(fact.text)}")
    for group in section.groups:
        console.print(f"[dim]{group.id}[/dim] {_plain(group.title)}")
    for table in section.tables:
        _print_table(console, table)


def _print_table(console: "Console", table: "Table") -> None:
    from rich import box
    from rich.table import Table as RichTable

    shown = RichTable(title=_plain(table.title), title_justify="left", box=box.SIMPLE_HEAD)
    shown.add_column(_plain(table.corner))
    for group in table.column_groups:
        for column in group.columns:
            title = " ".join(part for part in (group.title, column) if part)
            shown.add_column(_plain(title), justify="right" if group.numeric else "left")
    for row in table.rows:
        header = "  " * row.level + row.header.text
        details = " ".join(part.text for part in row.details)
        marks = "".join(f"[{mark.number + 1}]" for mark in row.marks)
        cells = [
            cell.text + "".join(f" [{mark.number + 1}]" for mark in cell.marks)
            for cell in row.cells
        ]
        text = " ".join(part for part in (header, details, marks) if part.strip())
        shown.add_row(
            _plain(("  " * row.level) + text.strip()),
            *map(_plain, cells),
            style="bold" if row.kind in ("heading", "total") else None,
        )
    console.print(shown)
    for number, note in enumerate(table.footnotes, 1):
        console.print(f"[dim]\\[{number}] {_plain(note)}[/dim]")
    if table.note:
        console.print(f"[dim]{_plain(table.note)}[/dim]")


def _plain(text: str) -> str:
    """Keep a record's brackets from being markup and its control characters from the terminal."""
    from rich.markup import escape

    return escape("".join(char if char.isprintable() or char == "\n" else " " for char in text))
