"""An interval of possible values: what a printed number leaves open, and what follows from several of them.

A printed 0.08 is any number from 0.075 to 0.085. A result computed from printed numbers is known only as an interval
too; :func:`derive` gives the value from the numbers as printed, and the interval of all values that possible inputs
give.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from topline.errors import DataError


@dataclass(frozen=True, slots=True)
class PossibleValues:
    """The numbers between two ends; which of them was printed, if one was.

    Parameters
    ----------
    lower, upper
        The ends; infinite where nothing bounds the value on that side.
    printed
        The number as printed; ``None`` where only bounds are known, as of a p-value printed as below 0.001.

    Raises
    ------
    DataError
        If the ends are out of order or not numbers, or the printed number is not between them.

    Examples
    --------
    >>> PossibleValues(0.075, 0.085).middle
    0.08
    """

    lower: float
    upper: float
    printed: float | None = None

    def __post_init__(self) -> None:
        if math.isnan(self.lower) or math.isnan(self.upper) or self.lower > self.upper:
            raise DataError(
                f"no number lies between {self.lower} and {self.upper}",
                accepted="two ends, the smaller one first",
            )
        if self.printed is not None and not self.lower <= self.printed <= self.upper:
            raise DataError(
                f"{self.printed} does not lie between {self.lower} and {self.upper}",
                accepted="a printed number that is possible",
            )

    @property
    def middle(self) -> float:
        """The printed number, or else the middle, or the one finite end: some possible number."""
        if self.printed is not None:
            return self.printed
        if math.isinf(self.lower) or math.isinf(self.upper):
            ends = [end for end in (self.lower, self.upper) if math.isfinite(end)]
            return ends[0] if ends else 0.0
        return self.lower + (self.upper - self.lower) / 2

    def contains(self, number: float) -> bool:
        """Whether a number is possible; the ends are.

        Examples
        --------
        >>> rounded("0.08").contains(0.0849)
        True
        """
        return self.lower <= number <= self.upper

    def mapped(self, function: Callable[[float], float]) -> "PossibleValues":
        """Give what a function that rises or falls throughout makes of all possible values.

        Examples
        --------
        >>> rounded("4.0").mapped(lambda x: -x)
        PossibleValues(lower=-4.05, upper=-3.95, printed=-4.0)
        """
        ends = sorted((function(self.lower), function(self.upper)))
        printed = None if self.printed is None else function(self.printed)
        if printed is not None and not math.isfinite(printed):
            printed = None
        if printed is not None:
            ends = [min(ends[0], printed), max(ends[1], printed)]
        return PossibleValues(ends[0], ends[1], printed)

    def may_equal(self, other: "PossibleValues") -> bool:
        """Whether some number is possible for both.

        Examples
        --------
        >>> rounded("0.08").may_equal(rounded("0.085"))
        True
        """
        return self.lower <= other.upper and other.lower <= self.upper


Given: TypeAlias = float | PossibleValues
"""A number known exactly, or the interval of its possible values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A number computed from others, with the interval of what it can be.

    Parameters
    ----------
    value
        From the numbers as printed; ``None`` where it is infinite, or an input is known by its bounds only.
    possible
        Smallest and largest value that possible inputs give; one number twice where all inputs are exact.
        Inputs vary freely: where one follows from another the interval may be wider than need be, never too narrow.
    method
        The formula in words.
    notes
        What a reader must know; a note about ``value`` begins with it.

    Raises
    ------
    ValueError
        If the value is not finite, or is ``None`` without its reason.
    """

    value: float | None
    possible: PossibleValues
    method: str
    notes: tuple[str, ...] = ()

    @property
    def result(self) -> PossibleValues:
        """The possible values with the one from printed numbers, to compute with further."""
        return PossibleValues(self.possible.lower, self.possible.upper, self.value)

    def __post_init__(self) -> None:
        if self.value is None and not any(note.startswith("value: ") for note in self.notes):
            raise ValueError("value is None, and no note beginning with 'value:' says why")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"value is {self.value!r}: a result holds a finite number, or None")


def rounded(text: str) -> PossibleValues:
    """Read a printed decimal number as all numbers that are printed so, whichever way a half is rounded.

    Parameters
    ----------
    text
        Such as ``"0.08"``, ``"-1.50"``, ``"<0.001"``, ``"≤ 0.001"`` or ``">0.999"``; a number below another goes
        on without end, so that a p-value below 0.001 has to be cut at 0 by who knows that it is one.

    Raises
    ------
    DataError
        If it is not a number.

    Examples
    --------
    >>> rounded("0.08")
    PossibleValues(lower=0.075, upper=0.085, printed=0.08)
    >>> rounded("<0.001").upper
    0.001
    """
    if not isinstance(text, str):
        raise DataError(
            f"{text!r} is not text: a number does not say how it was rounded",
            accepted='the number as printed, in quotes, such as "0.080"',
        )
    bare = text.strip()
    sign = bare[:1] if bare[:1] in "<>≤≥" else ""
    try:
        number = Decimal(bare.removeprefix(sign).removeprefix("=").strip())
    except InvalidOperation:
        raise DataError(
            f"{text!r} is not a number", accepted="a decimal number, such as 0.08 or <0.001"
        ) from None
    if not number.is_finite():
        raise DataError(f"{text!r} is not a finite number", accepted="a decimal number")
    if sign in ("<", "≤") and sign:
        return PossibleValues(-math.inf, float(number))
    if sign:
        return PossibleValues(float(number), math.inf)
    exponent = number.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    return PossibleValues(float(number - half), float(number + half), float(number))


def possible(given: Given) -> PossibleValues:
    """Take a number or an interval as an interval.

    Examples
    --------
    >>> possible(2)
    PossibleValues(lower=2.0, upper=2.0, printed=2.0)
    """
    if isinstance(given, PossibleValues):
        return given
    is_text = isinstance(given, str)
    if is_text or not hasattr(given, "__float__") or not math.isfinite(given):
        raise DataError(f"{given!r} is not a finite number", accepted="a finite number")
    number = float(given)
    return PossibleValues(number, number, number)


def derive(
    function: Callable[..., float],
    given: tuple[Given, ...],
    method: str,
    *,
    notes: tuple[str, ...] = (),
) -> Derived:
    """Compute a number from others, and all it can be.

    Parameters
    ----------
    function
        Rises or falls with each of its arguments as long as the others stay (which way may depend on them): its
        extremes are then at corners. It may return infinity.
    given
        Its arguments.
    method
        The formula in words.
    notes
        What a reader must know.

    Examples
    --------
    >>> found = derive(lambda a, b: a * b, (rounded("2.0"), 3.0), "product")
    >>> found.value, round(found.possible.lower, 2), round(found.possible.upper, 2)
    (6.0, 5.85, 6.15)
    """
    ranges = [possible(one) for one in given]
    corners = itertools.product(*(dict.fromkeys((one.lower, one.upper)) for one in ranges))
    results = [function(*corner) for corner in corners]
    low, high = min(results), max(results)
    if any(one.printed is None for one in ranges):
        note = "value: an input is known by its bounds only"
        return Derived(
            value=None, possible=PossibleValues(low, high), method=method, notes=(*notes, note)
        )
    value = function(*(one.printed for one in ranges))
    if math.isfinite(value):
        # The middle is among the possible inputs; rounding must not part it from them.
        between = PossibleValues(min(low, value), max(high, value))
        return Derived(value=value, possible=between, method=method, notes=notes)
    return Derived(
        value=None,
        possible=PossibleValues(low, high),
        method=method,
        notes=(*notes, "value: not finite: the numbers as printed give no bound"),
    )
