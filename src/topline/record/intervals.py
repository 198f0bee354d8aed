"""An interval of possible numbers: what a printed number leaves open, with its ends explicit.

A posted "0.08" is any number that prints so; two posted numbers contradict each other only where
no number satisfies both. All comparisons are exact, in decimal.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two ends, each end belonging to the interval or not.

    Parameters
    ----------
    lower, upper
        The ends; ``None`` where the interval has no end on that side.
    lower_closed, upper_closed
        Whether the end itself belongs to the interval. An end that is ``None`` is never closed.

    Raises
    ------
    ValueError
        If the ends are out of order, not finite, or leave no number between them.

    Examples
    --------
    >>> print(Interval(Decimal("0.075"), Decimal("0.085"), True, True))
    [0.075, 0.085]
    >>> print(Interval(None, Decimal("0.001"), False, False))
    (-∞, 0.001)
    """

    lower: Decimal | None
    upper: Decimal | None
    lower_closed: bool
    upper_closed: bool

    def __post_init__(self) -> None:
        for end, closed in ((self.lower, self.lower_closed), (self.upper, self.upper_closed)):
            if end is None and closed:
                raise ValueError("an interval without an end cannot be closed there")
            if end is not None and not end.is_finite():
                raise ValueError(f"the end of an interval is a finite number, not {end}")
        if _is_empty(self.lower, self.upper, self.lower_closed and self.upper_closed):
            raise ValueError(f"no number lies between {self.lower} and {self.upper}")

    @classmethod
    def point(cls, amount: Decimal) -> "Interval":
        """Return the interval that holds one number only, as for an exact count.

        Examples
        --------
        >>> print(Interval.point(Decimal(37)))
        [37, 37]
        """
        return cls(amount, amount, True, True)

    def contains(self, amount: Decimal) -> bool:
        """Whether a number lies in the interval.

        Examples
        --------
        >>> Interval(None, Decimal("0.001"), False, False).contains(Decimal("0.001"))
        False
        """
        return self.may_equal(Interval.point(amount))

    def may_equal(self, other: "Interval") -> bool:
        """Whether some number lies in both intervals: the two prints may mean the same number.

        Examples
        --------
        >>> one = Interval(Decimal("0.075"), Decimal("0.085"), True, True)
        >>> two = Interval(Decimal("0.0795"), Decimal("0.0805"), True, True)
        >>> one.may_equal(two)
        True
        """
        return not (self.certainly_less(other) or other.certainly_less(self))

    def certainly_less(self, other: "Interval") -> bool:
        """Whether every number here is less than every number there.

        Examples
        --------
        >>> low = Interval(None, Decimal("0.05"), False, False)
        >>> low.certainly_less(Interval.point(Decimal("0.05")))
        True
        """
        if self.upper is None or other.lower is None:
            return False
        if self.upper == other.lower:
            return not (self.upper_closed and other.lower_closed)
        return self.upper < other.lower

    def certainly_greater(self, other: "Interval") -> bool:
        """Whether every number here is greater than every number there.

        Examples
        --------
        >>> Interval.point(Decimal(38)).certainly_greater(Interval.point(Decimal(37)))
        True
        """
        return other.certainly_less(self)

    def may_be_less(self, other: "Interval") -> bool:
        """Whether some number here is less than some number there.

        Examples
        --------
        >>> Interval.point(Decimal(37)).may_be_less(Interval.point(Decimal(37)))
        False
        """
        # The infimum here and the supremum there are approached even where they are open,
        # so only a strict order of the two ends leaves room for a smaller number.
        return self.lower is None or other.upper is None or self.lower < other.upper

    def intersection(self, other: "Interval") -> "Interval | None":
        """Return the numbers in both intervals; ``None`` where there is none.

        Examples
        --------
        >>> probability = Interval(Decimal(0), Decimal(1), True, True)
        >>> print(Interval(None, Decimal("0.001"), False, False).intersection(probability))
        [0, 0.001)
        """
        if not self.may_equal(other):
            return None
        lower, lower_closed = _inner_lower(self, other)
        upper, upper_closed = _inner_upper(self, other)
        return Interval(lower, upper, lower_closed, upper_closed)

    def hull(self, other: "Interval") -> "Interval":
        """Return the smallest interval that holds both.

        Examples
        --------
        >>> print(Interval.point(Decimal(1)).hull(Interval(Decimal(2), None, False, False)))
        [1, ∞)
        """
        lower, lower_closed = _outer_lower(self, other)
        upper, upper_closed = _outer_upper(self, other)
        return Interval(lower, upper, lower_closed, upper_closed)

    def __str__(self) -> str:
        left = "[" if self.lower_closed else "("
        right = "]" if self.upper_closed else ")"
        lower = "-∞" if self.lower is None else f"{self.lower:f}"
        upper = "∞" if self.upper is None else f"{self.upper:f}"
        return f"{left}{lower}, {upper}{right}"


def _is_empty(lower: Decimal | None, upper: Decimal | None, both_closed: bool) -> bool:
    if lower is None or upper is None:
        return False
    return lower > upper or (lower == upper and not both_closed)


def _inner_lower(one: Interval, two: Interval) -> tuple[Decimal | None, bool]:
    if one.lower is None or two.lower is None:
        kept = two if one.lower is None else one
        return kept.lower, kept.lower_closed
    if one.lower == two.lower:
        return one.lower, one.lower_closed and two.lower_closed
    kept = one if one.lower > two.lower else two
    return kept.lower, kept.lower_closed


def _inner_upper(one: Interval, two: Interval) -> tuple[Decimal | None, bool]:
    if one.upper is None or two.upper is None:
        kept = two if one.upper is None else one
        return kept.upper, kept.upper_closed
    if one.upper == two.upper:
        return one.upper, one.upper_closed and two.upper_closed
    kept = one if one.upper < two.upper else two
    return kept.upper, kept.upper_closed


def _outer_lower(one: Interval, two: Interval) -> tuple[Decimal | None, bool]:
    if one.lower is None or two.lower is None:
        return None, False
    if one.lower == two.lower:
        return one.lower, one.lower_closed or two.lower_closed
    kept = one if one.lower < two.lower else two
    return kept.lower, kept.lower_closed


def _outer_upper(one: Interval, two: Interval) -> tuple[Decimal | None, bool]:
    if one.upper is None or two.upper is None:
        return None, False
    if one.upper == two.upper:
        return one.upper, one.upper_closed or two.upper_closed
    kept = one if one.upper > two.upper else two
    return kept.upper, kept.upper_closed
