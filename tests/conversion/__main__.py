"""``python -m tests.conversion DIR``: every corpus of a folder through every form, as one table."""

import sys
from pathlib import Path

from tests.conversion.run import Passage, passages

from topline.formats.registry import FORMATS

_HEADS = (
    "corpus",
    "form",
    "files",
    "studies",
    "cells in",
    "not kept",
    "cells out",
    "lost",
    "valid",
)
_WIDTHS = (18, 15, 7, 9, 11, 10, 11, 9, 7)


def main(arguments: list[str]) -> int:
    """Print the table, then where cells were lost; 1 if a document was refused or none was found."""
    forms = arguments[1:] or list(FORMATS)
    if not arguments or not Path(arguments[0]).is_dir() or not set(forms) <= set(FORMATS):
        print("usage: python -m tests.conversion DIR [FORM ...]", file=sys.stderr)
        print("  DIR holds records/v2, records/legacy_xml, upload_xml/prs ...", file=sys.stderr)
        print(
            f"  FORM is one of {', '.join(FORMATS)}; all of them if none is named", file=sys.stderr
        )
        return 2
    print(_line(_HEADS))
    found = []
    for passage in passages(Path(arguments[0]), forms):
        found.append(passage)
        print(_line(_row(passage)), flush=True)
    for passage in found:
        _tell(passage)
    return 0 if found and not any(passage.refused for passage in found) else 1


def _row(passage: Passage) -> tuple[str, ...]:
    return (
        passage.corpus,
        passage.form,
        f"{passage.files:,}",
        f"{passage.studies:,}",
        f"{passage.cells_in:,}",
        f"{passage.not_kept:,}",
        "-" if passage.cells_out is None else f"{passage.cells_out:,}",
        "-" if passage.cells_out is None else f"{passage.lost.total():,}",
        "-" if passage.valid is None else f"{passage.valid:,}",
    )


def _line(cells: tuple[str, ...]) -> str:
    return "".join(
        cell.ljust(width) if place < 2 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )


def _tell(passage: Passage) -> None:
    if not (passage.lost or passage.added or passage.refused):
        return
    print(f"\n{passage.corpus} as {passage.form}:")
    for why, count in passage.refused.most_common():
        print(f"  {count:,} {why}")
    for address, count in passage.lost.most_common():
        print(f"  {count:,} lost at {address}")
    if passage.added:
        print(f"  {passage.added:,} came back that were not there")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
