"""A frame written in any format that can be written comes back as it was."""

import csv
import json
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.trial.reading import read_dataset

# Text as a dataset can hold it: no blanks at the ends, since padding is not text, and no zero bytes.
characters = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])
texts = st.none() | st.text(characters, min_size=1, max_size=12).map(
    lambda one: one.strip(" ") or None
)
# Within what a hexadecimal number holds exactly; from 2**249 on, the writer used here puts the largest instead.
numbers = st.none() | st.floats(-1e74, 1e74, allow_nan=False).filter(
    lambda one: one == 0 or abs(one) > 1e-75
)
whole = st.none() | st.integers(-(1 << 53), 1 << 53)
dates = st.none() | st.dates(date(1582, 1, 1), date(9999, 12, 31))
booleans = st.none() | st.booleans()


@st.composite
def frames(draw: st.DrawFn, *, integers: bool) -> pl.DataFrame:
    """Frames with a variable of each kind, at least one of them text that is never blank."""
    height = draw(st.integers(1, 12))

    def column(strategy: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(strategy, min_size=height, max_size=height))

    columns: dict[str, tuple[list[Any], Any]] = {
        "USUBJID": (column(st.text("0123456789-", min_size=1, max_size=11)), pl.String),
        "T": (column(texts), pl.String),
        "X": (column(numbers), pl.Float64),
        "ADT": (column(dates), pl.Date),
    }
    if integers:
        columns["N"] = (column(whole), pl.Int64)
        columns["YES"] = (column(booleans), pl.Boolean)
    return pl.DataFrame(
        [pl.Series(name, values, dtype=dtype) for name, (values, dtype) in columns.items()]
    )


def back(write: Callable[[Path], object], name: str) -> pl.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        write(path)
        return read_dataset(path).frame


@settings(max_examples=60)
@given(frames(integers=False), st.sampled_from([5, 8]))
def test_transport_files(frame: pl.DataFrame, version: Any) -> None:
    found = back(
        lambda path: pyreadstat.write_xport(frame, str(path), file_format_version=version),
        "adsl.xpt",
    )
    assert found.equals(frame)


@settings(max_examples=60)
@given(frames(integers=True))
def test_parquet(frame: pl.DataFrame) -> None:
    assert back(frame.write_parquet, "adsl.parquet").equals(frame)


def as_json(frame: pl.DataFrame, path: Path, exact: bool) -> None:
    kinds: dict[str, dict[str, str]] = {
        "X": {"dataType": "decimal" if exact else "double"},
        "N": {"dataType": "integer"},
        "YES": {"dataType": "boolean"},
        "ADT": {"dataType": "date", "targetDataType": "integer"},
    }
    columns = [{"name": name, **kinds.get(name, {"dataType": "string"})} for name in frame.columns]
    rows = [
        [
            value.isoformat()
            if isinstance(value, date)
            else repr(value)
            if exact and isinstance(value, float)
            else value
            for value in row
        ]
        for row in frame.iter_rows()
    ]
    description = {"name": "ADSL", "records": frame.height, "columns": columns}
    if path.suffix == ".json":
        path.write_text(json.dumps({**description, "rows": rows}), encoding="utf-8")
    else:
        lines = [json.dumps(line, ensure_ascii=False) for line in (description, *rows)]
        path.write_text("\n".join(lines), encoding="utf-8", newline="")


@settings(max_examples=60)
@given(frames(integers=True), st.booleans(), st.sampled_from(["adsl.json", "adsl.ndjson"]))
def test_dataset_json(frame: pl.DataFrame, exact: bool, name: str) -> None:
    assert back(lambda path: as_json(frame, path, exact), name).equals(frame)


def as_csv(frame: pl.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(frame.columns)
        writer.writerows(
            ["" if value is None else value for value in row] for row in frame.iter_rows()
        )


@settings(max_examples=60)
@given(frames(integers=False))
def test_csv_keeps_what_stands_in_it(frame: pl.DataFrame) -> None:
    """Without types, a column comes back as its own kind or as the very text that was written."""
    found = back(lambda path: as_csv(frame, path), "adsl.csv")
    assert found["USUBJID"].equals(frame["USUBJID"])
    for value, expected in zip(found["T"], frame["T"], strict=True):
        assert value == expected or float(expected) == value
    for value, expected in zip(found["X"], frame["X"], strict=True):
        assert value == expected or float(value) == expected
    if frame["ADT"].null_count() < frame.height:
        assert found["ADT"].equals(frame["ADT"])


def test_the_strategy_reaches_the_first_and_last_date() -> None:
    span = date(9999, 12, 31) - date(1582, 1, 1)
    assert span == timedelta(days=2_936_549 + 138_061)
