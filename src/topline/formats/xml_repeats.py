"""Elements that an XML document repeats as they are written, each read once.

In the tables of adverse events most rows are like others: no one was affected, and the participants at risk are
those of the group. To write a list as text again is quicker than to look at each element in it, and tells which
elements were read before.
"""

from collections.abc import Callable
from typing import Generic, TypeVar, cast

from lxml import etree

T = TypeVar("T")

_BLANKS = " \t\r\n"


class Repeats(Generic[T]):
    """What was read of the elements of a name.

    Parameters
    ----------
    name
        The name, which is in no namespace.
    read
        Reads an element; ``None`` if it, or anything in it, needs a closer look. It may depend on nothing but
        the element, and must return ``None`` for one that holds another of the name.

    Examples
    --------
    >>> repeats = Repeats("row", lambda element: element.findtext("count"))
    >>> table = etree.fromstring("<rows><row><count>7</count></row><row><count>7</count></row></rows>")
    >>> repeats.listed(table)
    ['7', '7']
    >>> repeats.listed(etree.fromstring("<rows><row><count>7</count></row> and others</rows>")) is None
    True
    """

    def __init__(self, name: str, read: Callable[[etree._Element], T | None]) -> None:
        self._name = name
        self._read = read
        self._found: dict[str, dict[str, T]] = {}
        """What was read, by the start of the element around it, which declares namespaces, and by its text."""

    def listed(self, container: etree._Element) -> list[T] | None:
        """Read the elements in another; ``None`` if it holds anything else, or one that needs a closer look."""
        text: str = etree.tostring(container, encoding="unicode", with_tail=False)
        start, _, inside = text.partition(">")
        *pieces, rest = inside.split(f"</{self._name}>")
        if len(pieces) != len(container) or not _begins_blank(rest):
            return None
        found = self._found.setdefault(start, {})
        known = list(map(found.get, pieces))
        if None not in known:
            return cast(list[T], known)
        listed = []
        # As long as each piece is an element of the name alone, the next begins where the next element does.
        for piece, one, element in zip(pieces, known, container, strict=True):
            if one is None and (one := found.get(piece)) is None:
                if element.tag != self._name or not _begins_blank(piece):
                    return None
                one = self._read(element)
                if one is None:
                    return None
                found[piece] = one
            listed.append(one)
        return listed


def _begins_blank(text: str) -> bool:
    """Whether there is nothing but blanks before the first tag."""
    return not text.partition("<")[0].strip(_BLANKS)
