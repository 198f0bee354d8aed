"""What the tables of every module need: columns by group, footnotes, facts, printed labels."""

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, TypeVar

from topline.record.codes import CODE_LISTS
from topline.record.values import Number, read_value
from topline.render.table_model import Cell, Fact, Group, Mark, Part

EMPTY = Cell()
_SHOWN = Decimal("0.1")
"""Percent; the last digit shown."""
_BEYOND_A_PERCENTAGE = 1_000_000
"""Percent; a posted count this many times its denominator is an error not worth its digits."""


class HasGroup(Protocol):
    """A posted number of a group."""

    @property
    def group_id(self) -> str | None:
        """The group's id."""


class IsGroup(Protocol):
    """A posted group of any module."""

    @property
    def id(self) -> str | None:
        """The group's id."""

    @property
    def title(self) -> str | None:
        """Its title."""

    @property
    def description(self) -> str | None:
        """Its description."""


Of = TypeVar("Of", bound=HasGroup)


class Footnotes:
    """Collects the comments of a table, each text once.

    Examples
    --------
    >>> notes = Footnotes()
    >>> [notes.mark(text, "")[0].number for text in ("not reached", "too few", "not reached")]
    [0, 1, 0]
    >>> notes.texts
    ('not reached', 'too few')
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, text: str | None, address: str) -> tuple[Mark, ...]:
        """Keep a comment and return the reference to it, none where there is no comment."""
        if not text:
            return ()
        return (Mark(self._numbers.setdefault(text, len(self._numbers)), address),)

    @property
    def texts(self) -> tuple[str, ...]:
        """The comments, in the order of their first reference."""
        return tuple(self._numbers)


def label(code_list: str, code: str | None) -> str:
    """Return the registry's printed label of a code; the code itself where the list lacks it.

    Examples
    --------
    >>> label("MeasureParam", "GEOMETRIC_MEAN"), label("MeasureParam", "Mean")
    ('Geometric Mean', 'Mean')
    """
    if code is None:
        return ""
    return CODE_LISTS[code_list].get(code, code)


def facts(address: str, found: Iterable[tuple[str, str, str | None]]) -> tuple[Fact, ...]:
    """Return the facts that were posted.

    Parameters
    ----------
    address
        JSON Pointer of the part that holds them.
    found
        Label, JSON name below ``address``, text; those without a text are left out.
    """
    return tuple(
        Fact(name, text, f"{address}/{member}") for name, member, text in found if text is not None
    )


def groups(posted: Sequence[IsGroup] | None, address: str) -> tuple[Group, ...]:
    """Return the groups that a module or measure defines.

    Parameters
    ----------
    posted
        The record's groups.
    address
        JSON Pointer of their list.
    """
    seen: set[str] = set()
    found: list[Group] = []
    for place, group in enumerate(posted or ()):
        group_id = group.id or ""
        if group_id in seen:  # numbers go to the first; a second column must not repeat them
            group_id = f"{group_id} again, place {place}"
        seen.add(group_id)
        found.append(_group(group, group_id, f"{address}/{place}"))
    return tuple(found)


def _group(group: IsGroup, group_id: str, address: str) -> Group:
    return Group(
        id=group_id,
        title=group.title or group.id or "(no title)",
        description=group.description or "",
        title_address=f"{address}/title" if group.title is not None else "",
        description_address=(f"{address}/description" if group.description is not None else ""),
    )


def with_strays(
    defined: tuple[Group, ...], numbers: Iterable[Iterable[HasGroup] | None]
) -> tuple[Group, ...]:
    """Return the groups, followed by those that numbers name and the record does not define.

    A posted number whose group is missing is still shown, in a column of its own.
    """
    known = {group.id for group in defined}
    strays: dict[str, None] = {}
    for several in numbers:
        for number in several or ():
            group_id = number.group_id or ""
            if group_id not in known:
                strays.setdefault(group_id)
    return defined + tuple(
        Group(id=stray, title=f"{stray or 'No group'} (not defined in the record)")
        for stray in strays
    )


def by_group(numbers: Sequence[Of] | None) -> Mapping[str, list[tuple[int, Of]]]:
    """Return the numbers of each group with their place in the posted list."""
    found: dict[str, list[tuple[int, Of]]] = {}
    for place, number in enumerate(numbers or ()):
        found.setdefault(number.group_id or "", []).append((place, number))
    return found


def joined(cells: Sequence[Cell]) -> Cell:
    """Return one cell of the several that a record posts for one group in one row.

    Examples
    --------
    >>> joined((Cell((Part("1"),)), Cell((Part("2"),)))).text
    '1; 2'
    """
    if not cells:
        return EMPTY
    if len(cells) == 1:
        return cells[0]
    parts: list[Part] = []
    for cell in cells:
        parts += [Part("; "), *cell.parts] if parts else cell.parts
    return Cell(tuple(parts), tuple(mark for cell in cells for mark in cell.marks))


def number(text: str | None) -> float | None:
    """Return a posted number for drawing, ``None`` where there is none to draw.

    Examples
    --------
    >>> number("1,234"), number("NA"), number("<0.001"), number(None)
    (1234.0, None, None, None)
    """
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 15:  # nearly all: spare the full reading
        return float(text)
    value = read_value(text)
    if not isinstance(value, Number):
        return None
    amount = float(value.amount)
    return amount if math.isfinite(amount) else None


def percentage(affected: float | None, of: float | None) -> Part | None:
    """Return the percentage with one decimal, marked as computed; ``None`` without a denominator.

    Rounded half away from zero, in decimal; one that would round to zero without being zero says
    so.

    Examples
    --------
    >>> percentage(8, 27).text, percentage(1, 8).text, percentage(0, 0)
    ('29.6%', '12.5%', None)
    >>> percentage(1, 5080).text
    '<0.1%'
    """
    if affected is None or not of:
        return None
    exact = Decimal(repr(affected)) * 100 / Decimal(repr(of))
    if 0 < exact < _SHOWN / 2:
        return Part(f"<{_SHOWN}%", computed=True)
    if abs(exact) >= _BEYOND_A_PERCENTAGE:
        return None
    return Part(f"{exact.quantize(_SHOWN, ROUND_HALF_UP)}%", computed=True)
