"""Rounding: a policy, applied once, at the end, in decimal."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

_MODES = {"half_away_from_zero": ROUND_HALF_UP, "half_to_even": ROUND_HALF_EVEN}
_WORDS = {
    "half_away_from_zero": "half away from zero",
    "half_to_even": "half to even",
}
#: Binary arithmetic leaves noise in the 16th and 17th digit; 15 digits carry the number meant,
#: so that 0.285 rounds as 0.285 and not as the 0.28499999999999998 that a double stores.
_SIGNIFICANT = 15
_WHOLE = 10.0**_SIGNIFICANT
_NOISE = 0.5 * 10.0 ** (1 - _SIGNIFICANT)


@dataclass(frozen=True, slots=True)
class Rounding:
    """How numbers become posted text.

    Attributes
    ----------
    ties
        What happens to a number half-way between two: ``half_away_from_zero``, as SAS and
        reviewers expect, or ``half_to_even``.

    Examples
    --------
    >>> Rounding().text(0.285, 2), Rounding("half_to_even").text(0.285, 2)
    ('0.29', '0.28')
    >>> Rounding().text(-0.04, 1)
    '0.0'
    """

    ties: Literal["half_away_from_zero", "half_to_even"] = "half_away_from_zero"

    def text(self, number: float | Fraction, decimals: int) -> str:
        """Round a finite number to ``decimals`` places; a result of zero has no sign."""
        rounded = quantized(number, decimals, _MODES[self.ties])
        return f"{abs(rounded) if rounded == 0 else rounded:f}"

    def describe(self, decimals: int) -> str:
        """Name the rounding as provenance states it.

        Examples
        --------
        >>> Rounding().describe(1)
        '1 decimal, half away from zero'
        """
        places = "1 decimal" if decimals == 1 else f"{decimals} decimals"
        return f"{places}, {_WORDS[self.ties]}"

    def p_value(self, p: float, decimals: int = 4) -> str:
        """Round a p-value; one that would print as zero is posted as below the last place.

        Examples
        --------
        >>> Rounding().p_value(0.00003), Rounding().p_value(0.37676)
        ('<0.0001', '0.3768')
        """
        smallest = Decimal(1).scaleb(-decimals)
        text = self.text(p, decimals)
        if Decimal(text) == 0:
            return f"<{smallest:f}"
        if Decimal(text) == 1 and p < 1:
            return f">{1 - smallest:f}"
        return text


def quantized(number: float | Fraction, decimals: int, mode: str) -> Decimal:
    """Bring a finite number to a count of decimal places, by a rounding mode of :mod:`decimal`.

    Examples
    --------
    >>> quantized(0.285, 2, ROUND_HALF_UP), quantized(0.289, 2, "ROUND_DOWN")
    (Decimal('0.29'), Decimal('0.28'))
    """
    with localcontext() as context:
        # The largest double has 309 digits before the point: all must survive quantize().
        context.prec = 400
        return meant(number).quantize(Decimal(1).scaleb(-decimals), rounding=mode)


def meant(number: float | Fraction) -> Decimal:
    """Return the decimal that a finite number stands for, without binary noise.

    Examples
    --------
    >>> meant(0.1 + 0.2)
    Decimal('0.3')
    """
    if isinstance(number, Fraction):
        return Decimal(number.numerator) / Decimal(number.denominator)
    return Decimal(f"{number:.{_SIGNIFICANT}g}")


def decimal_places(numbers: ArrayLike, *, most: int = 6) -> int:
    """Count the decimal places that numbers were recorded with, at most ``most``.

    Binary noise in the 16th digit is no decimal place; missing numbers have none.

    Examples
    --------
    >>> decimal_places([67.0, 28.5, 3.25]), decimal_places([0.1 + 0.2]), decimal_places([])
    (2, 1, 0)
    """
    values = np.asarray(numbers, dtype=np.float64)
    # From there on a double holds whole numbers only.
    values = values[np.abs(values) < _WHOLE]
    for places in range(most):
        noise = np.abs(values) * _NOISE
        if (np.abs(values - np.round(values, places)) <= noise).all():
            return places
    return most
