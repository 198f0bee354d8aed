"""A posted string as a value: a number, a bound, "not a number, and why", or unreadable.

The four types are all there is. None of them is a silent NaN or a silent zero: what cannot be read
beyond doubt is :class:`Unreadable` with the string as it was posted and the reason. Numbers are
exact decimals that keep how many digits were printed, so that "0.80" and "0.8" are the same number
with different rounding intervals.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

from topline.record.intervals import Interval

MAXIMUM_LENGTH = 100
"""Characters; a longer string is not read as a number."""
MAXIMUM_DIGITS = 64
MAXIMUM_EXPONENT = 400
"""Beyond these no trial reports a number; the limits bound the work on hostile input."""

# Sums of a number and half its last unit are exact at this precision.
_EXACT = Context(prec=MAXIMUM_DIGITS + 16)

BoundOperator: TypeAlias = Literal["<", "<=", ">", ">="]

NOT_A_NUMBER_TOKENS: Mapping[str, str] = MappingProxyType(
    {
        "NA": "not available",
        "N/A": "not available",
        "N.A.": "not available",
        "NOT AVAILABLE": "not available",
        "NOT APPLICABLE": "not applicable",
        "NR": "not reached or not reported",
        "NOT REACHED": "not reached",
        "NOT REPORTED": "not reported",
        "NE": "not estimable",
        "NOT ESTIMABLE": "not estimable",
        "NOT EVALUABLE": "not evaluable",
        "NC": "not calculated",
        "NOT CALCULATED": "not calculated",
        "NOT CALCULABLE": "not calculable",
        "ND": "not done or not determined",
        "NOT DONE": "not done",
        "NOT DETERMINED": "not determined",
    }
)
"""What stands where a number would stand (in capitals) -> what it says."""


class Printing(StrEnum):
    """How a number became its printed digits."""

    ROUNDED = "rounded"
    TRUNCATED = "truncated"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as printed.

    Parameters
    ----------
    amount
        The exact decimal, trailing zeros kept. A percentage is the number before its sign.
    decimals
        Digits printed after the point; negative where an exponent hides digits before it
        ("1.2E+3" is known to hundreds: -2).
    percent
        Whether a percent sign was printed.

    Raises
    ------
    ValueError
        If the amount is not finite, beyond the limits of this module, or ``decimals`` is not its
        own.

    Examples
    --------
    >>> print(Number(Decimal("0.08"), 2).interval())
    [0.075, 0.085]
    """

    amount: Decimal
    decimals: int
    percent: bool = False

    def __post_init__(self) -> None:
        _, digits, exponent = self.amount.as_tuple()
        if not isinstance(exponent, int):
            raise ValueError(f"a number is finite, not {self.amount}")
        if len(digits) > MAXIMUM_DIGITS or abs(exponent) > MAXIMUM_EXPONENT:
            raise ValueError("a number has at most 64 digits and an exponent within 400")
        if self.decimals != -exponent:
            raise ValueError(f"{self.amount} has {-exponent} decimals, not {self.decimals}")

    def interval(self, printing: Printing = Printing.ROUNDED) -> Interval:
        """Return the numbers that print as this one.

        Parameters
        ----------
        printing
            ``ROUNDED``: half a unit of the last printed digit to each side, both ends closed,
            since nothing tells which way a tie went. ``TRUNCATED``: digits were cut off, so the
            number lies up to one unit further from zero, that end open. ``EITHER``: all of these.

        Examples
        --------
        >>> minus = Number(Decimal("-1.2"), 1)
        >>> print(minus.interval(), minus.interval(Printing.TRUNCATED))
        [-1.25, -1.15] (-1.3, -1.2]
        """
        if printing is Printing.ROUNDED:
            return self._rounded()
        if printing is Printing.TRUNCATED:
            return self._truncated()
        return self._rounded().hull(self._truncated())

    def exact(self) -> Interval:
        """Return the number alone: right for counts, which are never rounded.

        Examples
        --------
        >>> print(Number(Decimal("37"), 0).exact())
        [37, 37]
        """
        return Interval.point(self.amount)

    def _rounded(self) -> Interval:
        half = Decimal((0, (5,), -self.decimals - 1))
        lower, upper = _EXACT.subtract(self.amount, half), _EXACT.add(self.amount, half)
        return Interval(lower, upper, True, True)

    def _truncated(self) -> Interval:
        unit = Decimal((0, (1,), -self.decimals))
        below, above = _EXACT.subtract(self.amount, unit), _EXACT.add(self.amount, unit)
        if self.amount.is_zero():
            return Interval(below, above, False, False)
        if self.amount > 0:
            return Interval(self.amount, above, True, False)
        return Interval(below, self.amount, False, True)


@dataclass(frozen=True, slots=True)
class Bound:
    """An inequality: the number itself was not printed, only a limit of it.

    Parameters
    ----------
    operator
        ``<``, ``<=``, ``>`` or ``>=``.
    number
        The printed limit.

    Examples
    --------
    >>> print(Bound("<", Number(Decimal("0.001"), 3)).interval())
    (-∞, 0.001)
    """

    operator: BoundOperator
    number: Number

    def interval(self) -> Interval:
        """Return the half-open interval the inequality allows; the limit is taken as exact.

        Examples
        --------
        >>> print(Bound(">=", Number(Decimal("5"), 0)).interval())
        [5, ∞)
        """
        closed = self.operator in ("<=", ">=")
        if self.operator in ("<", "<="):
            return Interval(None, self.number.amount, False, closed)
        return Interval(self.number.amount, None, closed, False)


@dataclass(frozen=True, slots=True)
class NotANumber:
    """The record says that there is no number here; the comment says why.

    Parameters
    ----------
    token
        What was posted, such as ``NA`` or ``NE``, without surrounding blanks.
    comment
        The posted reason; ``None`` where the record gives none (which a registry does not allow).

    Raises
    ------
    ValueError
        If the token is none of :data:`NOT_A_NUMBER_TOKENS`.

    Examples
    --------
    >>> value = read_value("NA", "Median not reached")
    >>> value.comment
    'Median not reached'
    """

    token: str
    comment: str | None = None

    def __post_init__(self) -> None:
        if not _is_token(self.token):
            known = ", ".join(NOT_A_NUMBER_TOKENS)
            raise ValueError(f"{self.token!r} does not say that there is no number; {known} do")

    @property
    def meaning(self) -> str:
        """What the token says, in words.

        Examples
        --------
        >>> NotANumber("NE").meaning
        'not estimable'
        """
        return NOT_A_NUMBER_TOKENS[" ".join(self.token.upper().split())]

    def interval(self) -> Interval | None:
        """Return ``None``: the record leaves open no numbers, it states that there is none."""
        return None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A string that cannot be read as a number beyond doubt.

    Parameters
    ----------
    text
        The string exactly as posted.
    reason
        Why it was not read, with the possible readings.

    Examples
    --------
    >>> read_value("1,23").reason
    'the comma does not separate thousands: 1.23 or 123?'
    """

    text: str
    reason: str

    def interval(self) -> Interval | None:
        """Return ``None``: which numbers are possible is not known."""
        return None


Value: TypeAlias = Number | Bound | NotANumber | Unreadable
"""A posted string, read: the closed set of what it can be."""

_OPERATORS: Mapping[str, BoundOperator | Literal["="]] = MappingProxyType(
    {
        "<": "<",
        "<=": "<=",
        "=<": "<=",
        "≤": "<=",
        "⩽": "<=",
        ">": ">",
        ">=": ">=",
        "=>": ">=",
        "≥": ">=",
        "⩾": ">=",
        "=": "=",
    }
)

# U+2212 is the minus sign; word processors also put an en dash or a hyphen of their own.
_MINUS = dict.fromkeys(map(ord, "\u2212\u2013\u2010\u2011\ufe63\uff0d"), "-")

_INEQUALITY = re.compile(r"(?:[pP]\s*)?(<=|>=|=<|=>|[<>=≤≥⩽⩾])\s*(.*)", re.DOTALL)
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)"
    r"(?:(?P<thousands>[1-9][0-9]{0,2}(?:,[0-9]{3})+)|(?P<whole>[0-9]*))"
    r"(?P<fraction>\.[0-9]*)?"
    r"(?:[eE](?P<exponent>[-+]?[0-9]{1,4})|\s*[x×*]\s*10\^(?P<power>[-+]?[0-9]{1,4}))?"
    r"(?P<percent>\s*%)?"
)
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")


def read_value(text: str, comment: str | None = None) -> Value:
    """Read a posted string as a value.

    Read are: digits with a thousands comma, a leading or trailing point, a sign (the typographic
    minus too), an exponent ("1.5E-05", "1.5 x 10^-5"), a percent sign, ``<``, ``<=``, ``>``,
    ``>=`` and their signs, ``=`` (also after a "p"), blanks around all of it, and the tokens of
    :data:`NOT_A_NUMBER_TOKENS`. A comma that does not separate thousands, and a zero before other
    digits without a point ("-0141" was posted where -0.141 was meant), are not guessed.

    Parameters
    ----------
    text
        The posted string.
    comment
        The comment posted with it; kept on :class:`NotANumber`.

    Returns
    -------
    Number, Bound, NotANumber or Unreadable
        Never an exception, never a NaN.

    Examples
    --------
    >>> read_value(" 1,234 ")
    Number(amount=Decimal('1234'), decimals=0, percent=False)
    >>> read_value(".08")
    Number(amount=Decimal('0.08'), decimals=2, percent=False)
    >>> print(read_value("≤0.05").interval())
    (-∞, 0.05]
    >>> read_value("about 5")
    Unreadable(text='about 5', reason='not a number')
    """
    stripped = text.strip()
    if not stripped:
        return Unreadable(text, "empty")
    if len(stripped) > MAXIMUM_LENGTH:
        return Unreadable(text, f"longer than {MAXIMUM_LENGTH} characters")
    if _is_token(stripped):
        return NotANumber(stripped, comment)
    inequality = _INEQUALITY.fullmatch(stripped)
    if inequality is None:
        number = _read_number(stripped)
        return number if isinstance(number, Number) else Unreadable(text, number)
    number = _read_number(inequality[2])
    if not isinstance(number, Number):
        return Unreadable(text, number)
    operator = _OPERATORS[inequality[1]]
    return number if operator == "=" else Bound(operator, number)


def _is_token(text: str) -> bool:
    return " ".join(text.upper().split()) in NOT_A_NUMBER_TOKENS


def _read_number(text: str) -> Number | str:
    """Read digits; what stands in the way is returned as the reason."""
    plain = text.translate(_MINUS)
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return _why_not(plain)
    whole = (match["thousands"] or match["whole"] or "").replace(",", "")
    fraction = match["fraction"] or ""
    if not (whole or fraction[1:]):
        return "not a number"
    if len(whole) > 1 and whole[0] == "0" and not fraction and whole.strip("0"):
        return f"a zero before other digits: {whole.lstrip('0')} or 0.{whole[1:]}?"
    exponent = int(match["exponent"] or match["power"] or 0)
    amount = Decimal(f"{match['sign']}{whole}{fraction}")
    sign, digits, places = amount.as_tuple()
    # A finite decimal's exponent is an integer; the types also allow the letters of NaN.
    decimals = -int(places) - exponent
    if len(digits) > MAXIMUM_DIGITS or abs(decimals) > MAXIMUM_EXPONENT:
        return "more digits than any number a trial reports"
    amount = Decimal((sign, digits, -decimals))
    return Number(amount, decimals, percent=match["percent"] is not None)


def _why_not(text: str) -> str:
    if _COMMA.fullmatch(text):
        readings = text.replace(",", ".")
        if not text.lstrip("-+").startswith("0"):  # no thousands begin with a zero
            readings += f" or {text.replace(',', '')}"
        return f"the comma does not separate thousands: {readings}?"
    return "not a number"


def format_value(value: Value) -> str:
    """Write a value as a registry prints it.

    A string in the canonical form (a minus sign or none, no needless zeros before the point, no
    thousands comma, an operator without blanks) comes back as it was; any other spelling comes
    back as the canonical string of the same value.

    Examples
    --------
    >>> format_value(read_value("<0.001")), format_value(read_value("< .0010"))
    ('<0.001', '<0.0010')
    """
    match value:
        case Number():
            return _format_number(value)
        case Bound():
            return f"{value.operator}{_format_number(value.number)}"
        case NotANumber():
            return value.token
        case Unreadable():
            return value.text


def _format_number(number: Number) -> str:
    text = f"{number.amount:f}"
    if number.decimals < 0 or len(text) > MAXIMUM_DIGITS:
        # Digits that were not printed must not appear, and long runs of zeros say nothing.
        text = f"{number.amount:E}"
    return f"{text}%" if number.percent else text


def same_value(one: str, two: str) -> bool:
    """Whether two posted strings spell the same value ("0.80" and "0.8", "1,234" and "1234").

    The printed precision may differ; a percent sign on one side only is a difference. Strings
    that cannot be read are the same only if they are equal.

    Examples
    --------
    >>> same_value("0.80", ".8"), same_value("0.80", "0.81"), same_value("<.05", "< 0.05")
    (True, False, True)
    """
    return one == two or _sense(read_value(one)) == _sense(read_value(two))


def _sense(value: Value) -> tuple[object, ...]:
    match value:
        case Number():
            return ("=", value.amount, value.percent)
        case Bound():
            return (value.operator, value.number.amount, value.number.percent)
        case NotANumber():
            return (value.meaning,)
        case Unreadable():
            return ("unreadable", value.text)
