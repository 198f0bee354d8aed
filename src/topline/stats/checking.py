"""Inputs checked for meaning, once, before any formula sees them.

A position in a message counts from 0, as the caller's sequence does. What was passed is never changed:
nothing is dropped, rounded, clipped or coerced from text.
"""

import difflib
import math
from collections.abc import Iterable, Sized

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError, UsageError
from topline.stats.estimate import Floats, Integers

LARGEST_COUNT = 2**53
"""Beyond it a float no longer holds every whole number."""


def finite(name: str, values: ArrayLike, *, minimum: float | None = None) -> Floats:
    """Take a sequence of finite numbers.

    Parameters
    ----------
    name
        What the sequence is called in a message.
    values
        One number for each observation; at least one.
    minimum
        The smallest number accepted; ``None`` for no bound.

    Returns
    -------
    numpy.ndarray
        One-dimensional, float64.

    Raises
    ------
    DataError
        If the sequence is empty or not one-dimensional, or an element is missing, not a number,
        infinite or below ``minimum``; the message names the first such element.

    Examples
    --------
    >>> finite("time", [1, 2.5])
    array([1. , 2.5])
    >>> finite("time", [1, float("nan")])
    Traceback (most recent call last):
        ...
    topline.errors.DataError: time[1] is nan
      where: time[1]
      accepted: a finite number; leave out what is missing before computing
    """
    numbers = _floats(name, values)
    _refuse_first(
        name,
        numbers,
        ~np.isfinite(numbers),
        "a finite number; leave out what is missing before computing",
    )
    if minimum is not None:
        _refuse_first(name, numbers, numbers < minimum, f"a number of at least {minimum:g}")
    return numbers


def scalar(name: str, value: float) -> float:
    """Take one finite number, which is an option rather than data.

    Raises
    ------
    UsageError
        If it is missing, text, infinite or not a number.

    Examples
    --------
    >>> scalar("horizon", 12)
    12.0
    >>> scalar("horizon", None)
    Traceback (most recent call last):
        ...
    topline.errors.UsageError: horizon is None, not a number
      where: horizon
      accepted: a finite number
    """
    is_text = isinstance(value, str | bytes | np.str_)
    # An array of one has a number too, but is not one.
    if is_text or np.ndim(value) or isinstance(value, complex) or not hasattr(value, "__float__"):
        raise UsageError(
            f"{name} is {value!r}, not a number", where=name, accepted="a finite number"
        )
    number = float(value)
    if not math.isfinite(number):
        raise UsageError(f"{name} is {number:g}", where=name, accepted="a finite number")
    return number


def positive(name: str, values: ArrayLike, *, why: str = "") -> Floats:
    """Take a sequence of finite numbers above zero; otherwise as :func:`finite`.

    ``why`` ends the sentence that says what is accepted.
    """
    numbers = finite(name, values)
    _refuse_first(name, numbers, numbers <= 0, f"a number above 0{why}")
    return numbers


def counts(name: str, values: ArrayLike) -> Integers:
    """Take a sequence of counts: whole numbers from 0.

    Returns
    -------
    numpy.ndarray
        One-dimensional, int64.

    Raises
    ------
    DataError
        As :func:`finite`, and if an element is negative, not whole, or above 2**53.

    Examples
    --------
    >>> counts("events", [0, 3.0])
    array([0, 3])
    """
    numbers = finite(name, values)
    wrong = (numbers < 0) | (numbers != np.floor(numbers)) | (numbers > LARGEST_COUNT)
    _refuse_first(name, numbers, wrong, "a count: a whole number from 0")
    return numbers.astype(np.int64)


def zero_or_one(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """Take a sequence of indicators: 0 or 1, False or True.

    Raises
    ------
    DataError
        As :func:`finite`, and if an element is neither 0 nor 1.

    Examples
    --------
    >>> zero_or_one("event", [1, 0])
    array([ True, False])
    """
    array = np.asarray(values)
    if array.dtype == np.bool_ and array.ndim == 1 and array.size:
        return array
    numbers = finite(name, values)
    _refuse_first(
        name,
        numbers,
        (numbers != 0) & (numbers != 1),
        "1 for an event or 0 for none (ADaM's CNSR is the reverse)",
    )
    return numbers.astype(np.bool_)


def labels(name: str, values: Iterable[object]) -> tuple[str, ...]:
    """Take a sequence of category labels as text.

    Raises
    ------
    DataError
        If the sequence is empty, or an element is missing (``None`` or NaN).

    Examples
    --------
    >>> labels("site", ["A", 3])
    ('A', '3')
    """
    found = tuple(values)
    if not found:
        raise DataError(f"{name} is empty", where=name, accepted="at least one observation")
    if set(map(type, found)) == {str}:
        return found  # type: ignore[return-value]  # as the line above has seen
    for position, label in enumerate(found):
        # NaN is the one value that differs from itself: pandas and NumPy write a missing label so.
        if label is None or label != label:
            raise DataError(
                f"{name}[{position}] is missing",
                where=f"{name}[{position}]",
                accepted="a label for every observation; leave out the observation, or name the category of missing",
            )
    return tuple(str(label) for label in found)


def same_length(**sequences: Sized) -> None:
    """Refuse sequences of different lengths; the keywords are their names.

    Raises
    ------
    DataError
        If the lengths differ.

    Examples
    --------
    >>> same_length(time=finite("time", [1, 2]), event=zero_or_one("event", [1]))
    Traceback (most recent call last):
        ...
    topline.errors.DataError: the lengths differ: time has 2, event has 1
      accepted: one element for each observation in every sequence
    """
    lengths = {name: len(sequence) for name, sequence in sequences.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} has {length:,}" for name, length in lengths.items())
        raise DataError(
            f"the lengths differ: {listed}",
            accepted="one element for each observation in every sequence",
        )


def confidence_level(level: float) -> float:
    """Take a confidence level as a fraction.

    Raises
    ------
    UsageError
        If it is not strictly between 0 and 1.

    Examples
    --------
    >>> confidence_level(95)
    Traceback (most recent call last):
        ...
    topline.errors.UsageError: the confidence level is 95
      accepted: a fraction strictly between 0 and 1, such as 0.95
      to do: write 0.95 for 95 %
    """
    if isinstance(level, str) or np.ndim(level) or not hasattr(level, "__float__"):
        raise UsageError(
            f"the confidence level is {level!r}, not a number",
            accepted="a fraction strictly between 0 and 1, such as 0.95",
        )
    if not 0 < level < 1:
        percent = 1 < level < 100
        raise UsageError(
            f"the confidence level is {level}",
            accepted="a fraction strictly between 0 and 1, such as 0.95",
            advice=f"write {level / 100:g} for {level:g} %" if percent else None,
        )
    return float(level)


def known(name: str, value: str, accepted: Iterable[str]) -> str:
    """Take a word from a closed list.

    Raises
    ------
    UsageError
        If the word is not in the list; the message proposes the nearest.

    Examples
    --------
    >>> known("interval", "wilsn", ["wald", "wilson"])
    Traceback (most recent call last):
        ...
    topline.errors.UsageError: there is no interval 'wilsn'
      accepted: wald, wilson
      to do: did you mean 'wilson'?
    """
    words = list(accepted)
    if value in words:
        return value
    near = difflib.get_close_matches(str(value), words, n=1)
    raise UsageError(
        f"there is no {name} {value!r}",
        accepted=", ".join(words),
        advice=f"did you mean {near[0]!r}?" if near else None,
    )


def _floats(name: str, values: ArrayLike) -> Floats:
    """Convert without reading text as numbers, as NumPy otherwise would."""
    try:
        array = np.asarray(values)
    except ValueError:  # ragged nested sequences
        raise DataError(f"{name} is not a plain sequence of numbers", where=name) from None
    if array.ndim != 1:
        raise DataError(
            f"{name} has {array.ndim} dimensions", where=name, accepted="a sequence: one dimension"
        )
    if array.size == 0:
        raise DataError(f"{name} is empty", where=name, accepted="at least one observation")
    if array.dtype.kind in "buif":
        return array.astype(np.float64)
    return np.array([_number(name, position, value) for position, value in enumerate(array)])


def _number(name: str, position: int, value: object) -> float:
    """Convert one element of a sequence of mixed types, such as decimals with missing values."""
    where = f"{name}[{position}]"
    if isinstance(value, str | bytes | complex | np.str_) or not hasattr(value, "__float__"):
        raise DataError(
            f"{where} is {value!r}, not a number", where=where, accepted="a finite number"
        )
    return float(value)


def _refuse_first(name: str, numbers: Floats, wrong: NDArray[np.bool_], accepted: str) -> None:
    if wrong.any():
        position = int(np.argmax(wrong))
        where = f"{name}[{position}]"
        raise DataError(f"{where} is {numbers[position]:g}", where=where, accepted=accepted)
