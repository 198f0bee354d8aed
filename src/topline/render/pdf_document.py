"""A record as a PDF: tagged, paginated, the same bytes for the same record on every machine.

Typst sets it. The template is topline's; what a record says goes in as data and comes out as
characters, whatever it looks like. Only the fonts within Typst are used, none of the machine's.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any, BinaryIO, Literal

import msgspec
import typst

from topline.formats.document import Document
from topline.formats.single_study import single_document
from topline.render.figure import FONT
from topline.render.print_blocks import PrintedDocument
from topline.render.print_document import printed_document
from topline.render.print_table import PORTRAIT, text_width

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: accessible by its tags, and no character without a glyph."""
_BREAK = "\N{ZERO WIDTH SPACE}"
"""Where a word longer than its line may be broken."""
_SURE = 0x180
"""Characters below are in the fonts."""


def write_pdf(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write the record of one study as a PDF.

    Parameters
    ----------
    documents
        The study.
    stream
        Where to write.

    Raises
    ------
    DocumentError
        If there is no study, or more than one.
    """
    stream.write(pdf(printed_document(single_document(documents, "pdf"))))


def pdf(document: PrintedDocument) -> bytes:
    """Return a printed document as a PDF.

    Characters that no font has are written in their plain form where there is one (a full-width
    parenthesis as a parenthesis), else by their number, as ``[U+4E2D]``.

    Parameters
    ----------
    document
        What is printed.
    """
    return _with_row_headers(_set(document, format="pdf", pdf_standards=[STANDARD]))


def pages(document: PrintedDocument, resolution: float) -> tuple[bytes, ...]:
    """Return the pages of the PDF as pictures (PNG).

    Parameters
    ----------
    document
        What is printed.
    resolution
        Pixels per inch.
    """
    made: bytes | list[bytes] = _set(document, format="png", ppi=resolution)
    return (made,) if isinstance(made, bytes) else tuple(made)


def _set(document: PrintedDocument, **options: Any) -> Any:
    text = msgspec.json.encode(_breakable(document)).decode()
    text = text.replace(FONT, _SVG_FONT)
    lacking = _lacking(sorted(_unsure(text)))
    return typst.compile(
        _template(),
        sys_inputs={"document": text.translate({ord(char): _spelt(char) for char in lacking})},
        ignore_system_fonts=True,
        **options,
    )


_SVG_FONT = "Libertinus Serif"


@cache
def _template() -> bytes:
    return resources.files("topline.render").joinpath("templates", "print.typ").read_bytes()


def _unsure(text: str) -> Iterator[str]:
    return (char for char in set(text) if ord(char) >= _SURE)


def _lacking(characters: Sequence[str]) -> Iterator[str]:
    """Yield those of some characters that no font has, by trying to set them."""
    if not characters or _can_be_set(" ".join(characters)):
        return
    if len(characters) == 1:
        yield characters[0]
        return
    middle = len(characters) // 2
    yield from _lacking(characters[:middle])
    yield from _lacking(characters[middle:])


@lru_cache(maxsize=4096)
def _can_be_set(text: str) -> bool:
    trial = msgspec.json.encode(_trial(text)).decode()
    try:
        typst.compile(
            _template(),
            sys_inputs={"document": trial},
            ignore_system_fonts=True,
            pdf_standards=[STANDARD],
        )
    except typst.TypstError:
        return False
    return True


def _trial(text: str) -> PrintedDocument:
    return PrintedDocument(
        title="-",
        official_title="",
        number="",
        author="",
        date=None,
        tags=text,
        opening=(),
        chapters=(),
    )


def _spelt(character: str) -> str:
    """Return what is printed for a character without a glyph.

    Examples
    --------
    >>> _spelt("\N{FULLWIDTH LEFT PARENTHESIS}"), _spelt("\N{CJK UNIFIED IDEOGRAPH-4E2D}")
    ('(', '[U+4E2D]')
    """
    form = unicodedata.normalize("NFKC", character)
    # What would be read as markup by the data or a drawing is spelt out.
    if form.isascii() and form.isprintable() and not set(form) & set('"\\<>&'):
        return form
    return f"[U+{ord(character):04X}]"


def _breakable(document: PrintedDocument) -> Any:
    """Return the document as plain data, in which no word is longer than the line it stands in."""
    tree = msgspec.to_builtins(document)
    for field in ("title", "official_title", "tags"):
        tree[field] = _broken(tree[field], PORTRAIT / 3)
    _break_blocks(tree["opening"])
    for chapter in tree["chapters"]:
        chapter["title"] = _broken(chapter["title"], PORTRAIT / 2)
        _break_blocks(chapter["blocks"])
    return tree


def _break_blocks(blocks: Iterable[dict[str, Any]]) -> None:
    for block in blocks:
        if block["type"] == "terms":
            block["items"] = [
                [_broken(text, PORTRAIT * 0.8) for text in item] for item in block["items"]
            ]
        elif block["type"] == "table":
            _break_table(block)
        for field in ("text", "caption"):
            if field in block:
                block[field] = _broken(block[field], PORTRAIT * 0.6)


def _break_table(table: dict[str, Any]) -> None:
    widths = table["widths"]
    _break_head(table["head"], widths)
    for row in table["rows"]:
        for runs, width in zip((row[2], *row[3]), widths, strict=False):
            room = sum(widths) / 2 if row[0] == "heading" else width - _MARGIN - 3 * row[1]
            for run in runs:
                run[0] = _broken(run[0], room)
    table["notes"] = [[mark, _broken(text, PORTRAIT / 2)] for mark, text in table["notes"]]


def _break_head(head: Sequence[list[Any]], widths: Sequence[float]) -> None:
    """Make the titles of columns breakable, each to the width of what it stands over."""
    below = iter(head[1] if len(head) > 1 else ())
    place = 0
    for cell in head[0]:
        _, across, down, _ = cell
        own = widths[place : place + across]
        cell[0] = _broken(cell[0], sum(own) - _MARGIN)
        if len(head) > down:
            for width in own:
                title = next(below)
                title[0] = _broken(title[0], width - _MARGIN)
        place += across


_MARGIN = 2.4
"""What a column's width holds beside its text [mm]."""


def _broken(text: str, room: float) -> str:
    """Return a text whose words may be broken where they are longer than a line.

    Examples
    --------
    >>> _broken("a" * 12, 9.0).split(_BREAK)
    ['aaaaaa', 'aaaaaa']
    >>> _broken("67.4 (9.7)", 20.0)
    '67.4 (9.7)'
    """
    if 2.05 * len(text) <= room and text.isascii():
        return text
    return _WORD.sub(lambda word: _broken_word(word[0], room), text)


def _broken_word(word: str, room: float) -> str:
    if text_width(word) <= room:
        return word
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter) > room:
            pieces.append("")
        pieces[-1] += letter
    return _BREAK.join(pieces)


_WORD = re.compile(r"\S+")


def _with_row_headers(made: bytes) -> bytes:
    """Return the PDF with the first cell of each row tagged as the header of its row.

    Typst tags the cells of a table's head as headers, and those of a row only behind a switch that
    its Python package does not offer. The tags stand in the file as text; the entry that becomes a
    header is as long as the one it replaces, so that nothing behind it moves.
    """
    rows: set[bytes] = set()

    def tagged(found: re.Match[bytes]) -> bytes:
        row = found[2]
        if row in rows:
            return found[0]
        rows.add(row)
        return found[1] + b"H" + row + found[3] + b"/Scope/Row".ljust(len(found[4]))

    return _CELL.sub(tagged, made)


_CELL = re.compile(
    rb"(<</Type/StructElem/S/T)D(/P \d+ 0 R)(/A\[<</O/Table)(/Headers\[[^\[\]]{7,}\])"
)
