"""The summaries that a record posts, read so that something can be computed from them.

Each number enters as all numbers that print so. What cannot be used is a reason in words, never a
guess: a missing denominator, units other than participants, an interval that is not symmetric.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from topline.record.intervals import Interval
from topline.record.values import Number, Unreadable, Value, read_value
from topline.stats.mean import MeanSummary
from topline.stats.possible_values import PossibleValues

Kind: TypeAlias = Literal["arithmetic", "least squares", "geometric", "geometric least squares"]
MODELLED_KINDS: frozenset[Kind] = frozenset({"least squares", "geometric least squares"})
"""Means that a model gave: what is posted beside them is no spread of measurements."""
LOGARITHMIC_KINDS: frozenset[Kind] = frozenset({"geometric", "geometric least squares"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCount:
    """How many of a group have a characteristic.

    Attributes
    ----------
    group
        The group's id.
    count
        The count posted, or the one nearest to the posted percentage [participants].
    lowest, highest
        The smallest and largest count that print as posted.
    number
        Participants analyzed.
    inputs
        Addresses of what was posted.
    notes
        What a reader must know about them.
    """

    group: str
    count: int
    lowest: int
    highest: int
    number: int
    inputs: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether only one count is possible."""
        return self.lowest == self.highest


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMean:
    """The mean of a group, with its standard deviation where that can be had.

    Attributes
    ----------
    group
        The group's id.
    kind
        Of a geometric mean, ``mean`` and ``standard_deviation`` are those of the natural logarithms.
    mean
        As posted, with all it can be.
    standard_deviation
        Of the measurements; ``None`` where nothing posted gives it.
    why_none
        Why there is no standard deviation; empty where there is one.
    number
        Participants analyzed.
    spread_is
        What the spread was taken as, in words.
    inputs
        Addresses of what was posted.
    notes
        What a reader must know about them.
    """

    group: str
    kind: Kind
    mean: PossibleValues
    standard_deviation: PossibleValues | None
    why_none: str = ""
    number: int
    spread_is: str = ""
    inputs: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> MeanSummary | None:
        """The numbers as printed; ``None`` without a standard deviation."""
        deviation = self.standard_deviation
        if deviation is None or deviation.printed is None or self.mean.printed is None:
            return None
        return MeanSummary(
            number=self.number, mean=self.mean.printed, standard_deviation=deviation.printed
        )


Posted: TypeAlias = PostedCount | PostedMean


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a posted cell gives nothing to compute with."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A category of a class of an outcome measure, or a term: one posted summary a group.

    Attributes
    ----------
    address
        JSON Pointer of the category.
    titles
        Of the class and the category, those that are posted.
    cells
        By group id, in the order of the record.
    """

    address: str
    titles: tuple[str, ...]
    cells: Mapping[str, Posted | Unusable] = field(default_factory=dict)

    def posted(self) -> Iterator[Posted]:
        """Yield the cells that can be computed with."""
        return (cell for cell in self.cells.values() if not isinstance(cell, Unusable))


def possible(text: str | None, comment: str | None = None) -> PossibleValues | str:
    """Read a posted number as all numbers that print so; else say why it is none.

    Examples
    --------
    >>> possible("1.17")
    PossibleValues(lower=1.165, upper=1.175, printed=1.17)
    >>> possible("NA", "Not reached")
    'the record says there is no number: Not reached'
    """
    if text is None:
        return "no number is posted"
    value = read_value(text, comment)
    if not isinstance(value, Number):
        return _why_not(value)
    found = value.interval()
    return PossibleValues(*_ends(found), float(value.amount))


def whole_number(text: str | None) -> int | str:
    """Read a posted count; else say why it is none.

    Examples
    --------
    >>> whole_number("1,234"), whole_number("8.5")
    (1234, '8.5 is not a whole number')
    """
    if text is None:
        return "no number is posted"
    value = read_value(text)
    if not isinstance(value, Number):
        return _why_not(value)
    if value.amount != value.amount.to_integral_value() or value.amount < 0 or value.percent:
        return f"{text.strip()} is not a whole number"
    return int(value.amount)


def counts_of_share(text: str | None, number: int, whole: int) -> tuple[int, int, int] | str:
    """Return the smallest, the nearest and the largest count whose share prints as posted.

    Parameters
    ----------
    text
        The percentage or fraction as posted.
    number
        Participants analyzed, from 1.
    whole
        What the whole is: 100 for percentages, 1 for fractions.

    Examples
    --------
    >>> counts_of_share("29.6", 27, 100), counts_of_share("30", 40, 100)
    ((8, 8, 8), (12, 12, 12))
    >>> counts_of_share("28.9", 27, 100)
    '28.9 is not the percentage of a whole number of 27 participants'
    """
    value = read_value(text or "")
    if not isinstance(value, Number):
        return _why_not(value)
    interval = value.interval()
    low, high = (end if end is not None else Decimal(0) for end in (interval.lower, interval.upper))
    lowest = max(math.ceil(low * number / whole), 0)
    highest = min(math.floor(high * number / whole), number)
    if lowest > highest:
        what = "percentage" if whole == 100 else "share"
        return f"{value.amount} is not the {what} of a whole number of {number} participants"
    nearest = min(max(round(value.amount * number / whole), lowest), highest)
    return lowest, nearest, highest


def _ends(interval: Interval) -> tuple[float, float]:
    lower = -math.inf if interval.lower is None else float(interval.lower)
    upper = math.inf if interval.upper is None else float(interval.upper)
    return lower, upper


def _why_not(value: Value) -> str:
    match value:
        case Unreadable():
            return f"{value.text.strip()!r} cannot be read: {value.reason}"
        case Number():
            return f"{value.amount} does not fit"
    comment = getattr(value, "comment", None)
    if comment is not None:
        return f"the record says there is no number: {comment}"
    return "only a bound is posted" if hasattr(value, "operator") else "there is no number"
