"""``topline show``: a record in the terminal, as tables."""

from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Document, From, Json, StudyNumber, read_address
from topline.cli.terminal import say, width, write, write_json, write_lines

if TYPE_CHECKING:
    from topline.record.study import Study
    from topline.render.table_model import ModuleTables

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
        typer.Option(metavar="NAME", help=f"One module: {', '.join(MODULES)}."),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="One part: a module or an outcome measure as tables, anything else as it was "
            "posted. A JSON Pointer, or the link to a number on the page.",
        ),
    ] = None,
    derived: Annotated[
        bool,
        typer.Option(
            "--derived",
            help="Add the estimates that the record leaves out, marked as computed here.",
        ),
    ] = False,
    study: StudyNumber = None,
    source_format: From = None,
    json: Json = False,
) -> None:
    """Print a record as tables, whole or in part."""
    from topline.errors import UsageError
    from topline.formats.registry import read_study
    from topline.render.text_record import module_lines, record_lines

    if module is not None and address is not None:
        raise UsageError("both a module and an address are named", accepted="one of them")
    record = read_study(file, source_format, nct_id=study)
    if address is not None:
        _show_part(record, read_address(address), json=json, derived=derived)
        return
    chosen = _chosen(record, module, derived=derived)
    if json:
        write_json(chosen)
    elif module is None:
        write_lines(record_lines(record, chosen, width()))
    else:
        write_lines(module_lines(chosen, width()))


def _show_part(study: "Study", address: str, *, json: bool, derived: bool) -> None:
    from topline.record.addresses import value_at
    from topline.render.text_record import module_lines, section_lines
    from topline.render.whereabouts import whereabouts

    part = value_at(study, address)
    if json:
        write_json(part)
        return
    for module in _tables(study, derived=derived):
        if module.address == address:
            write_lines(module_lines((module,), width()))
            return
        for section in module.sections:
            if section.address == address:
                write_lines(section_lines(section, width()))
                return
    words = whereabouts(study, address)
    if words:
        say(" > ".join(words))
    if isinstance(part, str):
        write(part)
    else:
        write_json(part, indented=True)


def _chosen(study: "Study", module: str | None, *, derived: bool) -> "tuple[ModuleTables, ...]":
    from topline.errors import NotFoundError, UsageError

    if module is not None and module not in MODULES:
        raise UsageError(f"there is no module {module!r}", accepted=", ".join(MODULES))
    found = _tables(study, derived=derived)
    if module is None:
        return found
    chosen = tuple(one for one in found if one.key == module)
    if not chosen:
        raise NotFoundError(
            f"the record has no {module}",
            accepted=", ".join(one.key for one in found) or "nothing: it has no results",
        )
    return chosen


def _tables(study: "Study", *, derived: bool) -> "tuple[ModuleTables, ...]":
    from topline.render.tables import tables

    found = tables(study)
    if not derived:
        return found
    from topline.analysis.derive.runner import derive
    from topline.render.derived_tables import with_derived

    return with_derived(found, derive(study), study)
