"""Tables without a medium: what the page draws as HTML and the terminal as text.

A table is column groups (one per group of participants, usually) and rows of cells; a cell is the
posted texts in reading order, each with its address, so that whoever draws it can link every one.
"""

from typing import Literal

import msgspec

RowKind = Literal["heading", "denominator", "row", "total"]
"""``heading`` names the rows below it and holds no numbers; ``denominator`` says how many were
analysed; ``total`` sums up the table."""

# Parts, cells and rows (``gc=False``) hold no cycles: in a large trial's tables the garbage
# collector would look through tens of thousands of them again and again.


class Part(msgspec.Struct, frozen=True, gc=False):
    """A run of text within a cell.

    Parameters
    ----------
    text
        What is read.
    address
        JSON Pointer of the posted text it shows; empty for punctuation and computed numbers.
    computed
        Whether it was computed from the record here, and is not posted.
    refers
        JSON Pointer of a posted number that it repeats, to be linked to; empty elsewhere.
    """

    text: str
    address: str = ""
    computed: bool = False
    refers: str = ""


class Mark(msgspec.Struct, frozen=True):
    """A reference from a cell to a footnote of its table.

    Parameters
    ----------
    number
        Position of the footnote in the table, from 0.
    address
        JSON Pointer of the comment.
    """

    number: int
    address: str


class Cell(msgspec.Struct, frozen=True, gc=False):
    """What one row shows in one column.

    Parameters
    ----------
    parts
        The texts in reading order; none where the record holds nothing.
    marks
        Its footnotes.

    Examples
    --------
    >>> Cell((Part("67.4", "/a/value"), Part(" ("), Part("9.7", "/a/spread"), Part(")"))).text
    '67.4 (9.7)'
    """

    parts: tuple[Part, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def text(self) -> str:
        """The cell as one line of text, without its footnotes' marks."""
        return "".join(part.text for part in self.parts)


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row: its header and one cell per column.

    Parameters
    ----------
    header
        What the row is.
    cells
        One per column of the table, in order; none in a heading.
    kind
        What the row does in the table.
    level
        Depth under the headings above it, from 0.
    details
        Texts said below the header: the unit, a note of the term.
    marks
        Footnotes of the header.
    """

    header: Part
    cells: tuple[Cell, ...] = ()
    kind: RowKind = "row"
    level: int = 0
    details: tuple[Part, ...] = ()
    marks: tuple[Mark, ...] = ()


class ColumnGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Columns under one title.

    Parameters
    ----------
    title
        The title of the group of participants, or of the single column.
    columns
        Titles of the columns below it; one empty title where the group is one column.
    numeric
        Whether the cells are numbers, to be set flush right.
    computed
        Which columns hold numbers computed here, by position.
    """

    title: str
    columns: tuple[str, ...] = ("",)
    numeric: bool = True
    computed: tuple[int, ...] = ()


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a section.

    Parameters
    ----------
    key
        Short name, unique within the section.
    title
        Its caption.
    corner
        What the row headers are.
    column_groups
        The columns after the row header.
    rows
        The rows in the order of the record.
    footnotes
        Comments that cells refer to, each text once.
    note
        What a reader must know about the numbers; empty where there is nothing to say.
    title_parts
        The title as posted texts with their addresses; none where the title is topline's.
    computed
        How many estimates it holds that were computed here and nobody posted; 0 for a posted table.
    """

    key: str
    title: str
    corner: str
    column_groups: tuple[ColumnGroup, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[str, ...] = ()
    note: str = ""
    title_parts: tuple[Part, ...] = ()
    computed: int = 0

    @property
    def width(self) -> int:
        """How many columns it has beside the row header."""
        return sum(len(group.columns) for group in self.column_groups)


class Fact(msgspec.Struct, frozen=True):
    """A labelled text of a section: time frame, analysis population, a contact's address.

    Parameters
    ----------
    label
        What it is.
    text
        As posted, or the printed label of a code.
    address
        JSON Pointer of the posted text; empty where it was not posted as one text.
    """

    label: str
    text: str
    address: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group of participants as a section defines it.

    Parameters
    ----------
    id
        The group's id in the record.
    title, description
        As posted.
    title_address, description_address
        Their JSON Pointers, empty where nothing was posted.
    """

    id: str
    title: str
    description: str = ""
    title_address: str = ""
    description_address: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a module: an outcome measure, or the whole of another module.

    Parameters
    ----------
    key
        Short name, unique within the module.
    title
        As posted, or the module's own.
    address
        JSON Pointer of the part of the record it shows.
    title_address
        JSON Pointer of the posted title; empty where the title is topline's.
    kind
        ``Primary``, ``Secondary`` … of an outcome measure; empty elsewhere.
    facts
        Its texts.
    groups
        Its groups of participants.
    tables
        Its tables.
    """

    key: str
    title: str
    address: str
    title_address: str = ""
    kind: str = ""
    facts: tuple[Fact, ...] = ()
    groups: tuple[Group, ...] = ()
    tables: tuple[Table, ...] = ()


class ModuleTables(msgspec.Struct, frozen=True, kw_only=True):
    """A results module as facts and tables.

    Parameters
    ----------
    key
        Short name: ``participant-flow``, ``baseline``, ``outcome-measures``, ``adverse-events``,
        ``more-information``.
    title
        The module's title.
    address
        JSON Pointer of the module.
    sections
        Its parts, in the order of the record.
    """

    key: str
    title: str
    address: str
    sections: tuple[Section, ...]
