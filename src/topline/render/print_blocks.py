"""A printed document without a medium: what the PDF and the Word file say, block by block.

Every text is a run of characters and nothing else: whoever sets it must not read markup in it.
"""

from typing import Any, Literal

import msgspec

RunStyle = Literal["", "computed", "mark", "detail"]
"""``computed`` was computed here and not posted; ``mark`` refers to a footnote; ``detail`` is said
below a row's header."""


class Run(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Characters set alike.

    Parameters
    ----------
    text
        What is read.
    style
        How it stands out.
    """

    text: str
    style: RunStyle = ""


Runs = tuple[Run, ...]


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """A heading.

    Parameters
    ----------
    text
        What is read.
    level
        From 1, a chapter's own, to 3.
    """

    text: str
    level: int


class Terms(msgspec.Struct, frozen=True, tag="terms"):
    """Labelled texts: facts of a section, or groups with their descriptions.

    Parameters
    ----------
    items
        Label and text of each.
    """

    items: tuple[tuple[str, str], ...]


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """A text of its own.

    Parameters
    ----------
    text
        What is read.
    """

    text: str


class Picture(msgspec.Struct, frozen=True, kw_only=True, tag="picture"):
    """A figure.

    Parameters
    ----------
    caption
        Its number and title, and what a reader who sees it should know.
    alternative
        What a reader who cannot see it should know.
    svg
        The drawing.
    width, height
        Its size on paper [mm].
    spec
        Its Vega-Lite definition, for media that cannot show the drawing.
    """

    caption: str
    alternative: str
    svg: str
    width: float
    height: float
    spec: dict[str, Any]


class HeadCell(msgspec.Struct, frozen=True, array_like=True):
    """A column title.

    Parameters
    ----------
    text
        What is read.
    across
        Columns it stands over.
    down
        Rows of the head it takes.
    numeric
        Whether numbers stand below it.
    """

    text: str
    across: int = 1
    down: int = 1
    numeric: bool = True


class PrintedRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A row of a table.

    Parameters
    ----------
    kind
        As in :class:`topline.render.table_model.Row`.
    level
        Depth under the headings above it.
    header
        What stands before the row.
    cells
        What stands in each further column; none in a heading.
    tall
        Whether it may be broken over pages, since it could be higher than one.
    repeated
        Whether it is a heading with rows below it, said again on each page they go on to.
    """

    kind: str
    level: int
    header: Runs
    cells: tuple[Runs, ...]
    tall: bool
    repeated: bool = False


class PrintedTable(msgspec.Struct, frozen=True, kw_only=True, tag="table"):
    """A table, or as many columns of it as fit beside each other.

    Parameters
    ----------
    caption
        Its number and title.
    widths
        Of the row headers and each further column [mm].
    numeric
        Whether each further column holds numbers.
    head
        Its one or two rows of column titles.
    rows
        Its rows.
    notes
        What is said below it: footnotes, each with its letter, then without one what to know about
        the numbers.
    """

    caption: str
    widths: tuple[float, ...]
    numeric: tuple[bool, ...]
    head: tuple[tuple[HeadCell, ...], ...]
    rows: tuple[PrintedRow, ...]
    notes: tuple[tuple[str, str], ...] = ()


Block = Heading | Terms | Paragraph | Picture | PrintedTable


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the document; it begins on a page of its own where the pages are turned.

    Parameters
    ----------
    title
        Its heading.
    landscape
        Whether its pages lie on their side.
    blocks
        What it says.
    """

    title: str
    landscape: bool
    blocks: tuple[Block, ...]


class PrintedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A record as a document to be filed.

    Parameters
    ----------
    title
        The study's title.
    official_title
        Empty where it says nothing more.
    number
        The registry's number, which heads every page; empty where the record has none.
    author
        The sponsor, for the document's properties; may be empty.
    date
        Year, month and day of the record's last update; none where it has none.
    tags
        Status, phase and study type in one line.
    opening
        What stands on the first page below the title.
    chapters
        The results modules.
    """

    title: str
    official_title: str
    number: str
    author: str
    date: tuple[int, int, int] | None
    tags: str
    opening: tuple[Block, ...]
    chapters: tuple[Chapter, ...]
