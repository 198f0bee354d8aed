"""What a SAS display format says about a number: a date, a date and time, a time of day, or none.

SAS keeps a date as days and a date and time as seconds since 1 January 1960, a time as seconds since
midnight; nothing but the format tells them from other numbers. A number without such a format
therefore stays a number. Formats that show only a part (``YEAR4.``, ``MONTH2.``, ``HOUR5.``) are not taken as
dates, because they are often put on plain numbers.
"""

import re
from typing import Literal

import polars as pl

from topline.trial.dataset import Note

DateKind = Literal["date", "datetime", "time"]

_SEPARATORS = ("", "B", "C", "D", "N", "P", "S")  # blank, colon, dash, none, period, slash
_KINDS: dict[str, DateKind] = {
    **{
        f"{order}{mark}": "date" for order in ("DDMMYY", "MMDDYY", "YYMMDD") for mark in _SEPARATORS
    },
    **dict.fromkeys(
        (
            "DATE",
            "E8601DA",
            "B8601DA",
            "IS8601DA",
            "JULIAN",
            "MONYY",
            "NLDATE",
            "WEEKDATE",
            "WEEKDATX",
            "WORDDATE",
            "WORDDATX",
            "YYMON",
        ),
        "date",
    ),
    # DTDATE and its like show the date of a value in seconds: taking it for days would be wrong.
    **dict.fromkeys(
        (
            "DATETIME",
            "DATEAMPM",
            "MDYAMPM",
            "E8601DT",
            "B8601DT",
            "IS8601DT",
            "NLDATM",
            "E8601DZ",
            "B8601DZ",
            "DTDATE",
            "E8601DN",
            "B8601DN",
            "IS8601DN",
            "DTMONYY",
            "DTWKDATX",
        ),
        "datetime",
    ),
    **dict.fromkeys(
        ("TIME", "TIMEAMPM", "TOD", "HHMM", "E8601TM", "B8601TM", "IS8601TM", "NLTIME"), "time"
    ),
}
_NAME = re.compile(r"(?P<name>[A-Z_](?:[A-Z0-9_]*[A-Z_])?)\d*(?:\.\d*)?")

_EPOCH_DAYS = 3653  # from 1960-01-01 to 1970-01-01
_DAY_SECONDS = 86_400
_FIRST_DAY = -138_061  # 1582-01-01, the first date SAS has
_LAST_DAY = 2_936_549  # 9999-12-31, the last date Python has


def written(name: str, width: int, decimals: int) -> str | None:
    """Return a format as SAS writes it, or None where there is none.

    Examples
    --------
    >>> written("DATE", 9, 0), written("", 8, 2), written("", 0, 0)
    ('DATE9.', '8.2', None)
    """
    if not name and not width and not decimals:
        return None
    return f"{name}{width or ''}.{decimals or ''}"


def date_kind(format: str | None) -> DateKind | None:
    """Return what a display format makes of a number.

    Examples
    --------
    >>> date_kind("DATE9."), date_kind("E8601DT19."), date_kind("TIME5"), date_kind("8.2")
    ('date', 'datetime', 'time', None)
    """
    if format is None:
        return None
    found = _NAME.fullmatch(format.strip().upper())
    return _KINDS.get(found["name"]) if found else None


def as_dates(values: pl.Series, kind: DateKind) -> tuple[pl.Series, Note | None]:
    """Return SAS numbers as dates, dates and times, or times of day.

    Parameters
    ----------
    values
        Float64: days (``date``) or seconds (``datetime``) since 1960-01-01, or seconds since
        midnight (``time``).
    kind
        What the numbers are.

    Returns
    -------
    tuple
        Date, Datetime in microseconds, or Time; and a note. Where any value lies outside what such a column
        can hold (years 1582 to 9999, times of 0:00 to 24:00), the whole column stays numbers
        and the note says so. The fraction of a day is dropped, as SAS drops it in display.

    Examples
    --------
    >>> as_dates(pl.Series("ADT", [0.0, None]), "date")[0].to_list()
    [datetime.date(1960, 1, 1), None]
    >>> print(as_dates(pl.Series("ATM", [90000.0]), "time")[1])
    ATM: 90000.0 is not a time, so the variable stays a number (1 record)
    """
    scale = 1 if kind == "date" else _DAY_SECONDS
    if kind == "time":
        inside = (values >= 0) & ((values * 1e6).round() < _DAY_SECONDS * 1e6)
    else:
        inside = (values >= _FIRST_DAY * scale) & (values < (_LAST_DAY + 1) * scale)
    outside = values.filter(~inside)
    if len(outside):
        words = f"{outside[0]} is not a {kind}, so the variable stays a number"
        return values, Note(variable=values.name, message=words, rows=len(outside))
    if kind == "date":
        days = values.floor()
        fractions = int((days != values).sum())
        note = Note(variable=values.name, message="fractions of a day were dropped", rows=fractions)
        return (days.cast(pl.Int32) - _EPOCH_DAYS).cast(pl.Date), note if fractions else None
    if kind == "datetime":
        since_1970 = (values * 1e6).round().cast(pl.Int64) - _EPOCH_DAYS * _DAY_SECONDS * 1_000_000
        return since_1970.cast(pl.Datetime("us")), None
    # Rounded to microseconds first: a double holds no more of a time of day.
    return ((values * 1e6).round().cast(pl.Int64) * 1000).cast(pl.Time), None
