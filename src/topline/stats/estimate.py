"""What every statistic returns: a value with its limits, or a test, with the method and what went missing.

A result never holds NaN or infinity. A number that is undefined or was not reached is ``None``, and a note
that begins with the number's name (``"upper: not reached, because …"``) says why; :meth:`Estimate.reason`
and :meth:`Test.reason` find it. Only the array forms (:class:`Estimates`, :class:`Limits`), which exist for
many groups at once, mark an undefined number with NaN.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

Scale: TypeAlias = Literal["natural", "log"]
"""The scale that value and limits are given on: as observed, or as natural logarithms."""

Sides: TypeAlias = Literal["two-sided", "greater", "less"]
"""The alternative of a test: different from, greater than, or less than the null value."""


class Limits(NamedTuple):
    """A lower and an upper limit for each of many estimates; NaN where a limit is undefined."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One estimated number with its interval.

    Parameters
    ----------
    value
        The estimate; ``None`` where it is undefined or was not reached.
    lower, upper
        The limits of the interval; ``None`` where undefined or not reached, or, together with
        ``level``, where no interval was asked for.
    level
        The confidence level as a fraction, such as 0.95; ``None`` where no interval was asked for.
    scale
        The scale value and limits are on; see :data:`Scale`.
    method
        The estimator and the interval in words, complete enough to repeat the computation.
    notes
        What a reader must know. A note about a number begins with the field's name and a colon.
    standard_error
        The standard error of ``value`` on ``scale``; ``None`` where the method has none.
    degrees_of_freedom
        Of the t distribution behind the limits; ``None`` where the method uses none.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, or is ``None`` without a note that says why. That is a fault
        of the function that made the estimate, never of the user's data.

    Examples
    --------
    >>> median = Estimate(value=17.1, lower=6.2, level=0.95, method="Kaplan–Meier median, log-log limits",
    ...                   notes=("upper: not reached: the upper limit of survival stays above 0.5",))
    >>> median.reason("upper")
    'not reached: the upper limit of survival stays above 0.5'
    >>> median.reason("value") is None
    True
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    scale: Scale = "natural"
    method: str
    notes: tuple[str, ...] = ()
    standard_error: float | None = None
    degrees_of_freedom: float | None = None

    def __post_init__(self) -> None:
        for name in ("value", "lower", "upper", "standard_error", "degrees_of_freedom"):
            _refuse_unspeakable(name, getattr(self, name))
        explained = ["value"] if self.level is None else ["value", "lower", "upper"]
        _demand_reasons(explained, self, self.notes)

    def reason(self, part: str) -> str | None:
        """Say why a part of the estimate is ``None`` or needs care.

        Parameters
        ----------
        part
            ``"value"``, ``"lower"``, ``"upper"`` or ``"standard_error"``.

        Returns
        -------
        str or None
            The first note about that part, without the part's name; ``None`` if there is none.
        """
        return _reason(part, self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One hypothesis test.

    Parameters
    ----------
    statistic
        The test statistic; ``None`` where it is undefined.
    degrees_of_freedom
        Of the statistic's null distribution; of the numerator for an F statistic; ``None`` where it has none.
    denominator_degrees_of_freedom
        Of an F statistic; ``None`` otherwise.
    p_value
        The p-value for the alternative in ``sides``; ``None`` where it is undefined.
    sides
        The alternative; see :data:`Sides`.
    null_value
        The value tested against.
    method
        The test in words.
    notes
        As in :class:`Estimate`; a note about a number begins with ``statistic:`` or ``p_value:``.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, a p-value is outside [0, 1], or a number is ``None`` without a note.

    Examples
    --------
    >>> Test(statistic=2.2, degrees_of_freedom=28, p_value=0.0362, sides="two-sided", null_value=0.0,
    ...      method="one-sample t-test").p_value
    0.0362
    """

    # pytest must not take this class for a test case when a test module imports it.
    __test__ = False

    statistic: float | None
    degrees_of_freedom: float | None = None
    denominator_degrees_of_freedom: float | None = None
    p_value: float | None
    sides: Sides
    null_value: float
    method: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (
            "statistic",
            "degrees_of_freedom",
            "denominator_degrees_of_freedom",
            "p_value",
            "null_value",
        ):
            _refuse_unspeakable(name, getattr(self, name))
        if self.p_value is not None and not 0 <= self.p_value <= 1:
            raise ValueError(f"a p-value lies in [0, 1], not at {self.p_value!r}")
        _demand_reasons(["statistic", "p_value"], self, self.notes)

    def reason(self, part: str) -> str | None:
        """Say why ``"statistic"`` or ``"p_value"`` is ``None``; ``None`` if no note is about it."""
        return _reason(part, self.notes)


def undefined_estimate(
    method: str,
    reason: str,
    level: float,
    *,
    value: float | None = None,
    scale: Scale = "natural",
    with_error: bool = True,
) -> Estimate:
    """Give an estimate that has no limits, and no value where none is given, and says why.

    Parameters
    ----------
    method, level, value, scale
        As in :class:`Estimate`.
    reason
        Why the rest is undefined.
    with_error
        Whether a standard error would be given too, were it defined.

    Examples
    --------
    >>> undefined_estimate("mean", "a single observation", 0.95, value=2.0, with_error=False).notes
    ('lower: a single observation', 'upper: a single observation')
    """
    parts = [
        *(["value"] if value is None else []),
        "lower",
        "upper",
        *(["standard_error"] if with_error else []),
    ]
    return Estimate(
        value=value,
        level=level,
        scale=scale,
        method=method,
        notes=tuple(f"{part}: {reason}" for part in parts),
    )


def undefined_test(
    method: str,
    reason: str,
    *,
    sides: Sides = "two-sided",
    null_value: float = 0.0,
    degrees_of_freedom: float | None = None,
) -> Test:
    """Give a test that has no statistic and no p-value, and says why.

    Parameters
    ----------
    method, sides, null_value, degrees_of_freedom
        As in :class:`Test`.
    reason
        Why both are undefined.

    Examples
    --------
    >>> undefined_test("t-test", "undefined for a single observation").notes
    ('statistic: undefined for a single observation', 'p_value: undefined for a single observation')
    """
    return Test(
        statistic=None,
        degrees_of_freedom=degrees_of_freedom,
        p_value=None,
        sides=sides,
        null_value=null_value,
        method=method,
        notes=(f"statistic: {reason}", f"p_value: {reason}"),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimates:
    """Many estimates of one kind, as arrays of one length; NaN where a number is undefined.

    Parameters
    ----------
    value, lower, upper
        As in :class:`Estimate`, one element for each group. Infinite where nothing bounds the number.
    level, scale, method
        As in :class:`Estimate`, the same for all.
    undefined
        Why a number is not finite, where one is not; the notes are made of it.

    Examples
    --------
    >>> many = Estimates(value=np.array([0.5, 2.0]), lower=np.array([np.nan, 1.0]), upper=np.array([np.nan, np.inf]),
    ...                  level=0.95, method="risk ratio, Katz (log) interval", undefined="a group has no events")
    >>> many.notes
    ('lower: undefined at 1 of 2, first at 0: a group has no events', \
'upper: not finite at 2 of 2, first at 0: a group has no events')
    """

    value: Floats
    lower: Floats
    upper: Floats
    level: float
    scale: Scale = "natural"
    method: str
    undefined: str = "the method has no value there"

    @property
    def notes(self) -> tuple[str, ...]:
        """Which of the numbers are not finite and why: a note for each part, which begins with the part's name."""
        return notes_on_gaps(self.undefined, value=self.value, lower=self.lower, upper=self.upper)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tests:
    """Many tests of one kind, as arrays of one length; NaN where a number is undefined.

    Parameters
    ----------
    statistic, degrees_of_freedom, p_value
        As in :class:`Test`, one element for each test; the degrees of freedom ``None`` where the statistic has none.
    sides, null_value, method
        As in :class:`Test`, the same for all.
    undefined
        Why a number is undefined, where one is; the notes are made of it.
    """

    # As for Test: not a test case.
    __test__ = False

    statistic: Floats
    degrees_of_freedom: Floats | None = None
    p_value: Floats
    sides: Sides
    null_value: float
    method: str
    undefined: str = "the method has no value there"

    def __post_init__(self) -> None:
        outside = np.flatnonzero((self.p_value < 0) | (self.p_value > 1))
        if outside.size:
            place = outside[0]
            raise ValueError(
                f"a p-value lies in [0, 1], not at {self.p_value[place]!r}, as element {place} does"
            )

    @property
    def notes(self) -> tuple[str, ...]:
        """Which of the numbers are not finite and why: a note for each part, which begins with the part's name."""
        return notes_on_gaps(self.undefined, statistic=self.statistic, p_value=self.p_value)


def notes_on_gaps(why: str, **parts: Floats) -> tuple[str, ...]:
    """Say of arrays which of their numbers are not finite: how many, where the first is, and why.

    Examples
    --------
    >>> notes_on_gaps("the groups do not vary", statistic=np.array([1.0, np.nan]), p_value=np.array([0.5, 0.5]))
    ('statistic: undefined at 1 of 2, first at 1: the groups do not vary',)
    """
    notes = []
    for name, numbers in parts.items():
        gaps = np.flatnonzero(~np.isfinite(numbers))
        if gaps.size:
            what = "undefined" if np.isnan(numbers[gaps]).all() else "not finite"
            notes.append(
                f"{name}: {what} at {gaps.size} of {numbers.size}, first at {gaps[0]}: {why}"
            )
    return tuple(notes)


def _refuse_unspeakable(name: str, number: float | None) -> None:
    if number is not None and not math.isfinite(number):
        raise ValueError(
            f"{name} is {number!r}: a result holds a finite number, or None with its reason"
        )


def _demand_reasons(parts: list[str], result: object, notes: tuple[str, ...]) -> None:
    for part in parts:
        if getattr(result, part) is None and _reason(part, notes) is None:
            raise ValueError(f"{part} is None, and no note beginning with '{part}:' says why")


def _reason(part: str, notes: tuple[str, ...]) -> str | None:
    opening = f"{part}: "
    return next((note.removeprefix(opening) for note in notes if note.startswith(opening)), None)
