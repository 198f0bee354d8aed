"""The fields of one part of an EudraCT document where nothing is wrong with them, read in one pass.

Nearly every part is such. Where one is not, nothing is said about it: the longer way through the tree then finds what
is wrong, and in which line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from lxml import etree

from topline.formats.eudract_fields import Field
from topline.formats.eudract_layout import Value

BLANKS = " \t\r\n"
Children = dict[str, etree._Element]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A field to be read, and how its number is; ``None`` for a text, which is read as it stands."""

    name: str
    number: Callable[[str], str | None] | None


_Plan = dict[str, "_Leaf | _Plan | None"]
"""What stands under a name: a field, more names, or a list that is not read here."""
_UNKNOWN: _Plan = {}
#: Numbers of more characters are not kept in memory to be looked up again.
_LONGEST_NUMBER = 15


def plain_values(
    element: etree._Element, wanted: tuple[Field, ...], lists: tuple[str, ...] = ()
) -> tuple[dict[str, Value], Children] | None:
    """Read the values of a part, and give the elements of its lists.

    Parameters
    ----------
    element
        Of the part.
    wanted
        The fields that it may have.
    lists
        The names of the other elements that it may have.

    Returns
    -------
    tuple or None
        ``None`` if the part holds anything else, or anything twice, or a number that is none.
    """
    plan, values = _plan(wanted, lists), _no_values(wanted).copy()
    found: Children = {}
    return (values, found) if _fill(element, plan, values, found) else None


def number_read(field: Field, text: str) -> str | None:
    """Give a number as it is read: a count without leading zeros; ``None`` if it is not one of the field.

    No participants at all is no reason to refuse what was posted.
    """
    if field.fault(text) is not None and not (field.least == 1 and text == "0"):
        return None
    return str(int(text)) if field.kind == "count" else text


def _fill(element: etree._Element, plan: _Plan, values: dict[str, Value], found: Children) -> bool:
    """Read the fields within an element; false as soon as anything wants a closer look."""
    between = element.text
    if between is not None and between.strip(BLANKS):
        return False
    names = set()
    for child in element:
        between = child.tail
        if between is not None and between.strip(BLANKS):
            return False
        name: Any = child.tag  # a str: comments and instructions are left out on parsing
        names.add(name)
        step = plan.get(name, _UNKNOWN)
        if isinstance(step, _Leaf):
            if not _read(child, step, values):
                return False
        elif step is None:
            found[name] = child
        elif step is _UNKNOWN or not _fill(child, step, values, found):
            return False
    return len(names) == len(element)  # else one of them stands there twice


def _read(element: etree._Element, leaf: _Leaf, values: dict[str, Value]) -> bool:
    text: str | None = element.text
    if text is not None:
        text = text.strip(BLANKS)
        if text and leaf.number is not None:
            text = leaf.number(text) if len(text) <= _LONGEST_NUMBER else None
            if text is None:
                return False
        values[leaf.name] = text or None
    return len(element) == 0


@cache
def _no_values(wanted: tuple[Field, ...]) -> dict[str, Value]:
    return {field.name: None for field in wanted}


@cache
def _plan(wanted: tuple[Field, ...], lists: tuple[str, ...]) -> _Plan:
    plan: _Plan = dict.fromkeys(lists)
    for first in dict.fromkeys(field.name.partition("/")[0] for field in wanted):
        plan[first] = _step(first, wanted)
    return plan


def _step(path: str, wanted: tuple[Field, ...]) -> _Leaf | _Plan:
    """Return the field of a path, or the names under it."""
    start = path + "/"
    below = {
        field.name.removeprefix(start).partition("/")[0]
        for field in wanted
        if field.name.startswith(start)
    }
    if below:
        return {name: _step(start + name, wanted) for name in below}
    field = next(field for field in wanted if field.name == path)
    # The same small numbers stand in nearly every row.
    number = lru_cache(maxsize=4096)(partial(number_read, field)) if field.is_number else None
    return _Leaf(path, number)
