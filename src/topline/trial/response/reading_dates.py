"""Dates of datasets, which may lack a day or a month."""

import calendar
from datetime import date, datetime
from functools import lru_cache

from topline.trial.response.reading_sources import PartialDates


def whole_date(value: object, partial: PartialDates) -> tuple[date | None, bool]:
    """Read a date, and tell whether a part of it was missing.

    Parameters
    ----------
    value
        A date, a datetime, or ISO 8601 text (``--DTC``), which may end after the month or the year.
    partial
        Which day of the month (or month of the year) stands for a missing one.

    Returns
    -------
    tuple
        The date, ``None`` where there is none that can be read; whether it was completed.

    Examples
    --------
    >>> whole_date("2014-02", "last")
    (datetime.date(2014, 2, 28), True)
    >>> whole_date("2014-07-02T11:45", "last")
    (datetime.date(2014, 7, 2), False)
    >>> whole_date("unknown", "last")
    (None, False)
    """
    if isinstance(value, datetime):
        return value.date(), False
    if isinstance(value, date):
        return value, False
    return _read(value, partial) if isinstance(value, str) else (None, False)


@lru_cache(maxsize=10_000)  # a trial has many records and few days
def _read(value: str, partial: PartialDates) -> tuple[date | None, bool]:
    parts = value.strip().partition("T")[0].split("-")
    try:
        numbers = [int(part) for part in parts if part]
        if len(numbers) != len(parts) or not numbers:
            return None, False
        return _completed(numbers, partial), len(numbers) < 3
    except ValueError:
        return None, False


def _completed(numbers: list[int], partial: PartialDates) -> date:
    last = partial == "last"
    year = numbers[0]
    month = numbers[1] if len(numbers) > 1 else (12 if last else 1)
    if len(numbers) > 2:
        return date(year, month, numbers[2])
    return date(year, month, calendar.monthrange(year, month)[1] if last else 1)
