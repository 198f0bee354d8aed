"""A posted number in six fields: the number, its text, what it can be, and why it is none."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from topline.record.cells import Cell
from topline.record.values import Bound, NotANumber, Number, Unreadable

NumberFields: TypeAlias = tuple[
    Decimal | None, str | None, Decimal | None, Decimal | None, str | None, str | None
]
SUFFIXES = ("", "_text", "_from", "_to", "_comparator", "_reason")
"""What the six fields of a number are called, after the number's own name."""

NOTHING: NumberFields = (None, None, None, None, None, None)
BEYOND_DOUBLES = "beyond what a double holds"


class PostedNumbers:
    """The posted numbers of a study by address.

    Parameters
    ----------
    cells
        The numbers.
    """

    def __init__(self, cells: Iterable[Cell]) -> None:
        self._cells = {cell.address: cell for cell in cells}

    def fields(self, *addresses: str) -> tuple[Decimal | str | None, ...]:
        """Return the six fields of each number, one after the other; empty ones where there is none.

        Parameters
        ----------
        addresses
            JSON Pointers of cells.
        """
        found: tuple[Decimal | str | None, ...] = ()
        for address in addresses:
            cell = self._cells.get(address)
            found += NOTHING if cell is None else number_fields(cell)
        return found

    def count(self, address: str) -> int | None:
        """Return a number that the record holds as an integer; ``None`` where there is none."""
        cell = self._cells.get(address)
        return None if cell is None else int(cell.text)


def number_fields(cell: Cell) -> NumberFields:
    """Return the six fields of a posted number.

    Parameters
    ----------
    cell
        The number.

    Returns
    -------
    tuple
        The number; its text as posted; the smallest and the largest number that prints so, the same
        for a count; the sign where only a bound was posted, whose number is then among the two
        before; why there is no number, in words.

    Examples
    --------
    >>> from topline.record.cells import CellKind, Module
    >>> def posted(text):
    ...     cell = Cell(address="", module=Module.OUTCOME_MEASURES, kind=CellKind.VALUE, text=text)
    ...     return [field if field is None else str(field) for field in number_fields(cell)]
    >>> posted("0.08")
    ['0.08', '0.08', '0.075', '0.085', None, None]
    >>> posted("<0.001")
    [None, '<0.001', None, '0.001', '<', None]
    >>> posted("NE"), posted("1,23")[-1]
    ([None, 'NE', None, None, None, 'not estimable'], \
'cannot be read: the comma does not separate thousands: 1.23 or 123?')
    """
    value = cell.value()
    amount: Decimal | None
    comparator: str | None
    match value:
        case NotANumber():
            return (None, cell.text, None, None, None, value.meaning)
        case Unreadable():
            return (None, cell.text, None, None, None, f"cannot be read: {value.reason}")
        case Number():
            amount, comparator = value.amount, None
            interval = value.exact() if cell.exact else value.interval()
        case Bound():
            amount, comparator = None, value.operator
            interval = value.interval()
    lower, upper = interval.lower, interval.upper
    if not all(_fits(one) for one in (amount, lower, upper)):
        return (None, cell.text, None, None, comparator, BEYOND_DOUBLES)
    return (amount, cell.text, lower, upper, comparator, None)


def _fits(number: Decimal | None) -> bool:
    """Whether a double holds a number: neither an infinity nor a zero in place of it."""
    if number is None or not number:
        return True
    return -300 < number.adjusted() < 300
