"""What a table is: typed columns, each with its description, and the rows that a study gives it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from topline.formats.repetition import check_repetition
from topline.formats.tables.posted_numbers import PostedNumbers
from topline.record.cells import Cell, Leaf, Text, leaves
from topline.record.study import Study

if TYPE_CHECKING:
    from topline.formats.tables.arms import Arms

ColumnType: TypeAlias = Literal["text", "integer", "number", "boolean"]
Field: TypeAlias = str | int | bool | float | Decimal | None
"""What stands in a row: ``None`` where nothing does; a number is exact until a writer rounds it."""
Row: TypeAlias = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name
        Its heading.
    type
        What its fields are; any of them may be missing.
    description
        What it says, with the unit.
    cell
        The record's name of the number whose posted text stands here: the row's address, a slash and
        this are the address of that cell. ``None`` where the column holds no such text.
    """

    name: str
    type: ColumnType
    description: str
    cell: str | None = None


class StudyPart:
    """A study whose rows are wanted, with its number among the studies and its posted numbers.

    Parameters
    ----------
    study
        The record.
    number
        Which study of the input it is, from 1.
    place
        Where it was found.
    """

    def __init__(self, study: Study, number: int, place: str) -> None:
        self.study = study
        self.number = number
        self.place = place

    @cached_property
    def nct_id(self) -> str | None:
        """The study's number in the registry; ``None`` where the record has none."""
        return self.study.identification.nct_id

    @cached_property
    def numbers(self) -> PostedNumbers:
        """Every posted number of the results, by address."""
        return PostedNumbers(leaf for leaf in self._leaves if isinstance(leaf, Cell))

    @property
    def texts(self) -> Iterator[Text]:
        """Every other posted leaf of the results."""
        return (leaf for leaf in self._leaves if isinstance(leaf, Text))

    def check_size(self) -> None:
        """Make sure that the tables of the study are of a size that a real study has.

        Raises
        ------
        LimitError
            If a text is so long that repeating it in every row makes an endless document.
        """
        check_repetition(self._leaves, self.place)

    @cached_property
    def _leaves(self) -> tuple[Leaf, ...]:
        return tuple(leaves(self.study))

    @cached_property
    def arms(self) -> "Arms":
        """What can be pooled of the results, by arm."""
        # Reading summaries loads distributions, which a reader of tables' declarations need not pay.
        from topline.formats.tables.arms import Arms

        return Arms(self.study)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: one kind of row, from any number of studies.

    Attributes
    ----------
    name
        Of its file or sheet.
    title
        What it is, in a few words.
    row
        What one row is.
    own_columns
        Its columns after those that every table begins with.
    own_rows
        The rows that a study gives, in the order of the record, without the first columns.
    """

    name: str
    title: str
    row: str
    own_columns: tuple[Column, ...]
    own_rows: Callable[[StudyPart], Iterator[Row]]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, from left to right."""
        return (*FIRST_COLUMNS, *self.own_columns)

    def rows(self, part: StudyPart) -> Iterator[Row]:
        """Yield the rows of a study."""
        first = (part.number, part.nct_id)
        return ((*first, *row) for row in self.own_rows(part))


FIRST_COLUMNS = (
    Column("record", "integer", "Which study of the input the row belongs to, from 1."),
    Column("nct_id", "text", "The study's number in the registry."),
)
ADDRESS = Column(
    "address", "text", "JSON Pointer of the row in the record: a cell's is this, / and its name."
)
GROUP_COLUMNS = (
    Column("group_id", "text", "The group's id within its module or outcome measure."),
    Column("group_title", "text", "The group's title."),
)
