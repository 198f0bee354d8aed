"""The way back from natural logarithms, for what was computed on them."""

import math
from dataclasses import replace

from topline.stats.estimate import Estimate
from topline.stats.possible_values import PossibleValues


def exponential(logarithm: float) -> float:
    """Return e to the power of a number, infinite where no floating-point number is so large.

    Examples
    --------
    >>> exponential(0.0), exponential(1e6)
    (1.0, inf)
    """
    try:
        return math.exp(logarithm)
    except OverflowError:
        return math.inf


def back(logarithms: PossibleValues) -> PossibleValues:
    """Return the possible values whose logarithms are given.

    Examples
    --------
    >>> back(PossibleValues(0.0, 0.0)).upper
    1.0
    """
    return PossibleValues(exponential(logarithms.lower), exponential(logarithms.upper))


def estimate_back(found: Estimate, method: str) -> Estimate:
    """Return an estimate of a mean of logarithms on the scale of the measurements.

    Examples
    --------
    >>> estimate_back(Estimate(value=0.0, method=""), "geometric mean").value
    1.0
    """
    notes = [note for note in found.notes if not note.startswith("standard_error: ")]
    numbers: dict[str, float | None] = {}
    for part in ("value", "lower", "upper"):
        logarithm = getattr(found, part)
        number = None if logarithm is None else exponential(logarithm)
        if number is not None and math.isinf(number):
            number = None
            notes.append(f"{part}: too large for a floating-point number")
        numbers[part] = number
    return replace(
        found,
        value=numbers["value"],
        lower=numbers["lower"],
        upper=numbers["upper"],
        standard_error=None,
        method=method,
        notes=tuple(notes),
    )
