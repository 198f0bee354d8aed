"""``topline formats``: the forms of a record, and what each keeps and loses."""

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.terminal import width, write, write_json

if TYPE_CHECKING:
    from topline.formats.format import Format


def formats(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="One format: what it keeps and what it loses."),
    ] = None,
    json: Json = False,
) -> None:
    """List the formats, what each keeps and what it loses; of one, every address that it keeps."""
    from topline.formats.registry import find_format
    from topline.render.record_formats import RECORD_FORMATS

    chosen = (
        tuple(RECORD_FORMATS.values()) if name is None else (find_format(name, RECORD_FORMATS),)
    )
    if json:
        write_json([_declared(format) for format in chosen])
    elif name is None:
        _write_table(chosen)
    else:
        _write_one(chosen[0])


def _declared(format: "Format") -> dict[str, object]:
    return {
        "name": format.name,
        "title": format.title,
        "extensions": format.extensions,
        "reads": format.read is not None,
        "writes": format.is_written,
        "folder": format.write_folder is not None,
        "keeps": format.keeps,
        "loses": format.loses,
    }


def _write_table(formats: tuple["Format", ...]) -> None:
    rows = [("NAME", "READS", "WRITES", "ENDINGS", "FORM")]
    rows += [
        (
            format.name,
            "reads" if format.read is not None else "-",
            "writes" if format.is_written else "-",
            _endings(format),
            format.title,
        )
        for format in formats
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(wide) for cell, wide in zip(row, widths, strict=True))
        write("  ".join(cells).rstrip())
    for format in formats:
        write("")
        kept = len(format.keeps)
        whole = format.keeps == ("",)
        verb = "keeps" if format.is_written else "holds"
        what = (
            "the whole record"
            if whole
            else f"{kept} {'part' if kept == 1 else 'parts'} of a record"
        )
        write(f"{format.name} {verb} {what}")
        _write_loses(format)
    write("")
    write("Every address that one keeps: topline formats NAME")


def _write_one(format: "Format") -> None:
    does = [
        word
        for word, done in (("reads", format.read is not None), ("writes", format.is_written))
        if done
    ]
    write(f"{format.name}: {format.title} ({_endings(format)}); {', '.join(does)}")
    for address in format.keeps:
        write(f"  keeps: {address or 'the whole record'}")
    _write_loses(format)


def _write_loses(format: "Format") -> None:
    for line in textwrap.wrap(f"loses: {format.loses}", width() - 2, subsequent_indent="  "):
        write(f"  {line}")


def _endings(format: "Format") -> str:
    return ", ".join(format.extensions) or "a folder"
