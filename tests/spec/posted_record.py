"""A posted record as JSON, in which discrepancies are planted with what must be reported of each."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

from topline.analysis.verification import Verdict

Expected = tuple[Verdict, str | None, str | None]
"""A verdict with the address in the built and in the posted record."""

FLOW = "/resultsSection/participantFlowModule"
BASELINE = "/resultsSection/baselineCharacteristicsModule"
OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
EVENTS = "/resultsSection/adverseEventsModule"
MORE = "/resultsSection/moreInfoModule"
CELL = "classes/*/categories/*/measurements/*"
SERIOUS = f"{EVENTS}/seriousEvents"
OTHER = f"{EVENTS}/otherEvents"


class NotHere(Exception):
    """The record has no place for a kind of discrepancy."""


class Posted:
    """A record in which discrepancies are planted.

    Parameters
    ----------
    record
        Its JSON; a copy is changed.
    """

    def __init__(self, record: dict[str, Any]) -> None:
        self.record: dict[str, Any] = copy.deepcopy(record)
        self.expected: set[Expected] = set()

    def at(self, address: str) -> Any:
        """The part at an address."""
        part: Any = self.record
        for token in address.split("/")[1:]:
            part = part[int(token)] if isinstance(part, list) else part[token]
        return part

    def all(self, pattern: str) -> Iterator[str]:
        """Yield the addresses that match a pattern, ``*`` for any position."""
        found = [""]
        for token in pattern.split("/")[1:]:
            found = [f"{one}/{name}" for one in found for name in self._names(one, token)]
        yield from found

    def _names(self, address: str, token: str) -> Iterator[str]:
        part = self.at(address)
        if token == "*" and isinstance(part, list):
            yield from map(str, range(len(part)))
        elif isinstance(part, dict) and token in part:
            yield token
        elif isinstance(part, list) and token.isdecimal() and int(token) < len(part):
            yield token

    def find(self, pattern: str, fits: Callable[[Any], Any] = bool) -> str:
        """Return the first address that matches a pattern and whose part fits."""
        for address in self.all(pattern):
            if fits(self.at(address)):
                return address
        raise NotHere(pattern)

    def change(self, address: str, value: Any) -> None:
        """Post another number or text in place of one that is there."""
        old, parent, name = self.at(address), *self._parent(address)
        if old == value:
            raise NotHere(f"{address} is {value} already")
        parent[name] = value
        self.expected.add((Verdict.DIFFERENT, address, address))

    def lose(self, address: str) -> None:
        """Leave a part out."""
        self.expected |= {(Verdict.ONLY_HERE, leaf, None) for leaf in leaf_addresses(self, address)}
        parent, name = self._parent(address)
        del parent[name]

    def add(self, address: str, part: Any) -> None:
        """Post a part that was not there: at the end of a list, or as a field."""
        parent, name = self._parent(address)
        if isinstance(parent, list):
            assert len(parent) == name
            parent.append(part)
        else:
            assert name not in parent
            parent[name] = part
        self.expected |= {
            (Verdict.ONLY_THERE, None, leaf) for leaf in leaf_addresses(self, address)
        }

    def append(self, address: str, part: Any) -> None:
        """Post a further element of a list."""
        self.add(f"{address}/{len(self.at(address))}", part)

    def exchange(self, one: str, two: str) -> None:
        """Post two numbers or texts in each other's place."""
        first, second = self.at(one), self.at(two)
        self.change(one, second)
        self.change(two, first)

    def _parent(self, address: str) -> tuple[Any, Any]:
        above, _, name = address.rpartition("/")
        parent = self.at(above)
        return parent, int(name) if isinstance(parent, list) else name


def leaf_addresses(posted: Posted, address: str) -> list[str]:
    """List what is compared of a part: its numbers and texts, but no ids of groups.

    The groups of a statistical analysis are one text.
    """

    def walk(part: Any, here: str) -> Iterator[str]:
        name = here.rpartition("/")[2]
        if name in ("id", "groupId"):
            return
        if name == "groupIds" or not isinstance(part, dict | list):
            yield here
        elif isinstance(part, dict):
            for key, value in part.items():
                yield from walk(value, f"{here}/{key}")
        else:
            for position, value in enumerate(part):
                yield from walk(value, f"{here}/{position}")

    return list(walk(posted.at(address), address))


Kind = Callable[[Posted], None]
KINDS: dict[str, Kind] = {}
"""Every kind of discrepancy by its name."""


def kind(function: Kind) -> Kind:
    """Enter a kind under the name of its function."""
    KINDS[function.__name__.replace("_", " ")] = function
    return function


def is_decimal(text: str) -> bool:
    """Whether a text is a number with a point."""
    return re.fullmatch(r"-?[0-9]+\.[0-9]+", text) is not None
