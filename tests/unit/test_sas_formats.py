"""A SAS format decides whether a number is a date, a date and time, a time, or a number."""

from datetime import date, datetime, time

import polars as pl
import pytest

from topline.trial.sas_formats import as_dates, date_kind, written


@pytest.mark.parametrize(
    ("format", "kind"),
    [
        ("DATE9.", "date"),
        ("date9.", "date"),
        ("DATE", "date"),
        ("YYMMDD10.", "date"),
        ("YYMMDDN8.", "date"),
        ("DDMMYYP10.", "date"),
        ("E8601DA10.", "date"),
        ("E8601DA.", "date"),
        ("IS8601DA.", "date"),
        ("DATETIME20.", "datetime"),
        ("DATETIME20.3", "datetime"),
        ("E8601DT19.", "datetime"),
        ("DTDATE9.", "datetime"),
        ("TIME5.", "time"),
        ("TIME8.", "time"),
        ("TOD8.", "time"),
        ("E8601TM8.", "time"),
        ("YEAR4.", None),
        ("HOUR5.", None),
        ("8.2", None),
        ("BEST12.", None),
        ("$20.", None),
        ("", None),
        (None, None),
    ],
)
def test_the_format_decides(format: str | None, kind: str | None) -> None:
    assert date_kind(format) == kind


# From the SAS documentation: date constants '01JAN1960'd = 0, '31DEC1959'd = -1; '02JAN2014'd is
# 54 years of days later: (date(2014, 1, 2) - date(1960, 1, 1)).days = 19725.
def test_days_count_from_1960() -> None:
    dates, note = as_dates(pl.Series("ADT", [0.0, -1.0, 19725.0, None]), "date")
    assert dates.to_list() == [date(1960, 1, 1), date(1959, 12, 31), date(2014, 1, 2), None]
    assert note is None


def test_fractions_of_a_day_are_dropped_with_a_note() -> None:
    dates, note = as_dates(pl.Series("ADT", [19725.75, -0.5]), "date")
    assert dates.to_list() == [date(2014, 1, 2), date(1959, 12, 31)]
    assert str(note) == "ADT: fractions of a day were dropped (2 records)"


def test_seconds_keep_their_microseconds() -> None:
    instant = 19725 * 86400 + 3 * 3600 + 4 * 60 + 5.25
    moments, _ = as_dates(pl.Series("ADTM", [instant, 0.0, None]), "datetime")
    assert moments.to_list() == [
        datetime(2014, 1, 2, 3, 4, 5, 250_000),  # noqa: DTZ001  # SAS has no time zones
        datetime(1960, 1, 1),  # noqa: DTZ001  # SAS has no time zones
        None,
    ]


def test_times_of_day() -> None:
    times, note = as_dates(pl.Series("ATM", [0.0, 86399.0, 3661.5, None]), "time")
    assert times.to_list() == [time(0), time(23, 59, 59), time(1, 1, 1, 500_000), None]
    assert note is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("time", 86400.0),
        ("time", -1.0),
        ("time", 86399.99999999),
        ("date", 2_936_550.0),
        ("date", -138_062.0),
        ("date", 1e300),
        ("datetime", 1e18),
    ],
)
def test_a_value_outside_the_calendar_leaves_the_whole_variable_a_number(
    kind: str, value: float
) -> None:
    values = pl.Series("X", [1.0, value, None])
    kept, note = as_dates(values, kind)  # type: ignore[arg-type]  # parametrised words
    assert kept.equals(values)
    assert note is not None
    assert note.rows == 1


def test_the_first_and_last_day_are_inside() -> None:
    dates, note = as_dates(pl.Series("X", [-138_061.0, 2_936_549.0]), "date")
    assert dates.to_list() == [date(1582, 1, 1), date(9999, 12, 31)]
    assert note is None


def test_a_format_is_written_as_sas_writes_it() -> None:
    assert written("DATE", 9, 0) == "DATE9."
    assert written("DATE", 0, 0) == "DATE."
    assert written("", 8, 2) == "8.2"
    assert written("$", 20, 0) == "$20."
    assert written("", 0, 0) is None
