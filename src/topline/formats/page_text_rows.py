"""The rows of baseline and outcome tables: measures, classes and categories.

A row's label is the measure's title and, below it, a class or a category; the site does not say
which. Rows of the registry's own measures of sex, race, ethnicity and age groups are read as
categories, as the registry has them, and so are rows that count participants and add up to the
denominators, since categories exclude each other and classes need not. All others are read as
classes. In the 376 real records this was tried on, that is the record's own structure for 1,185 of
1,292 baseline measures and 3,103 of 3,236 outcome measures with such rows; all but 10 of the others
are classes that happen to add up. Pages of ours print class and category on a line each, one of them
empty, where the record is not as it would be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from topline.formats.page_text_groups import Column
from topline.formats.page_text_labels import (
    DISPERSION,
    LABEL_CELL,
    OF_CATEGORIES,
    PARAMETER,
    PARTICIPANTS,
    REGION,
    UNIT,
)
from topline.formats.page_text_lines import (
    Block,
    first_titles,
    lines_titles,
    title_lines,
    unnumbered,
)
from topline.formats.page_text_table import page_error, shown
from topline.formats.page_text_values import ValueCell, read_value

_DIGITS = 18  # of a count; longer ones are no numbers of participants
_LABEL_TITLES = 3  # measure, class, category
_ATTRIBUTES = (UNIT, DISPERSION, PARAMETER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table of values.

    Attributes
    ----------
    page, line
        Where it stands.
    below
        What stands below the title in the label: nothing, a class or category, or both.
    attributes
        By label, what the row says of the whole measure.
    """

    page: str
    line: int
    title: str | None
    below: tuple[str | None, ...]
    attributes: dict[str, str]
    cells: tuple[ValueCell, ...]

    @property
    def units(self) -> tuple[str | None, ...]:
        """The unit that its cells print, or nothing where none has a value."""
        return tuple(cell.unit for cell in self.cells if cell.measured)[:1]


def read_row(name: str, row: Sequence[Block]) -> Row:
    """Read a row: its label and its cells.

    Raises
    ------
    DocumentError
        If the label has no or too many lines, a cell is not one of values, or the cells print
        different units.
    """
    label, *cells = row
    lines = list(label.lines)
    start = next((at for at, line in enumerate(lines) if line.startswith(_ATTRIBUTES)), len(lines))
    titles, rest = first_titles(LABEL_CELL.unmark(lines[:start]), _LABEL_TITLES)
    if not titles or rest:
        raise page_error(
            name,
            label.line,
            f"the label of a row has {start} lines",
            "the measure's title, and below it a class, a category or both",
        )
    found = Row(
        page=name,
        line=label.line,
        title=titles[0],
        below=tuple(titles[1:]),
        attributes=_read_attributes(lines[start:]),
        cells=tuple(read_value(name, cell) for cell in cells),
    )
    check_unit(found, found.units)
    return found


def check_unit(row: Row, units: Sequence[str | None]) -> None:
    """Make sure that all cells of a row print one unit.

    Raises
    ------
    DocumentError
        If a cell prints another one.
    """
    for cell in row.cells:
        if cell.measured and cell.unit != units[0]:
            raise page_error(
                row.page,
                cell.line,
                f"found the unit {shown(cell.unit or '')}",
                f"{shown(units[0] or '')}, as in the cells before",
            )


def are_categories(
    title: str | None,
    unit: str | None,
    rows: Sequence[Sequence[str | None]],
    columns: Sequence[Column],
) -> bool:
    """Whether what stands alone below a measure's title is a category, not a class.

    Parameters
    ----------
    title, unit
        Of the measure.
    rows
        In each such row, the value of each group.
    columns
        The groups, with the denominators of the table's header.

    Examples
    --------
    >>> groups = [Column("OG000", "Drug", None, (("27", "Participants"),))]
    >>> are_categories("Response", "Participants", [["8"], ["19"]], groups)
    True
    >>> are_categories("Adverse reactions", "Participants", [["8"], ["9"]], groups)
    False
    """
    if title in OF_CATEGORIES:
        return True
    if unit != PARTICIPANTS or title == REGION or not rows:
        return False
    compared = False
    for place, column in enumerate(columns):
        due = whole_number(column.counts[0][0]) if column.counts else None
        values = [whole_number(row[place]) for row in rows]
        if due is None or None in values or sum(value or 0 for value in values) != due:
            return False
        compared = True
    return compared


def whole_number(text: str | None) -> int | None:
    """Read a count; ``None`` where it is not one.

    Examples
    --------
    >>> whole_number("1,234"), whole_number("0.5"), whole_number(None)
    (1234, None, None)
    """
    digits = (text or "").replace(",", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS else None


def label_lines(
    title: str | None,
    unit: str | None,
    rows: Sequence[tuple[str, str, Sequence[str | None]]],
    columns: Sequence[Column],
) -> list[list[str]]:
    """Write the labels of the rows of one measure.

    Parameters
    ----------
    title
        The measure's title, numbered if the table has another of that title.
    unit
        The measure's unit.
    rows
        For each row the titles of class and category, either of them empty where there is none,
        and the value of each group.
    columns
        The groups, with the denominators of the table's header.
    """
    single = [row for row in rows if bool(row[0]) != bool(row[1])]
    categories = are_categories(
        unnumbered(title), unit, [values for _, _, values in single], columns
    )
    explicit = any(bool(row[1]) != categories for row in single)
    labels = []
    for class_title, category_title, _ in rows:
        below = [class_title, category_title]
        if not class_title and not category_title:
            below = []
        elif not explicit and not (class_title and category_title):
            below = [class_title or category_title]
        lines = [line for text in [title, *below] for line in title_lines(text)]
        labels.append(LABEL_CELL.mark(lines))
    return labels


def _read_attributes(lines: Sequence[str]) -> dict[str, str]:
    texts = [title or "" for title in lines_titles(lines)]
    return {
        label: text[len(label) :]
        for text in texts
        for label in _ATTRIBUTES
        if text.startswith(label)
    }
