"""What a page holds and the record does not: collected on reading, given back on writing."""

from collections.abc import Iterable

from topline.formats.document import SetAside


class Notes:
    """The set-aside things of one page, in page order, known by address and field.

    Parameters
    ----------
    set_aside
        Those a document brought along.

    Examples
    --------
    >>> notes = Notes()
    >>> notes.add("/resultsSection", "example", "as printed", "An example.")
    >>> notes.get("/resultsSection", "example"), notes.get("/resultsSection", "other")
    ('as printed', None)
    """

    def __init__(self, set_aside: Iterable[SetAside] = ()) -> None:
        self._items = {(item.address, item.field): item for item in set_aside}

    def add(self, address: str, field: str, value: str, reason: str) -> None:
        """Set one thing aside."""
        self._items[address, field] = SetAside(address, field, value, reason)

    def extend(self, other: "Notes") -> None:
        """Set aside what another collection has, after what is there."""
        self._items.update(other._items)

    def get(self, address: str, field: str) -> str | None:
        """Return the value set aside, or ``None``."""
        item = self._items.get((address, field))
        return None if item is None else item.value

    def all(self) -> tuple[SetAside, ...]:
        """All that was set aside."""
        return tuple(self._items.values())
