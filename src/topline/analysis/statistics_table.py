"""The analysis results dataset as a file: one row per statistic, as Parquet."""

from pathlib import Path

import msgspec
import polars as pl

from topline.analysis.statistics import Statistic, Statistics
from topline.errors import DataError, NotFoundError
from topline.trial.dataset_format import Request
from topline.trial.parquet import read_parquet

FILE_NAME = "statistics.parquet"

_TYPES: dict[object, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float | None: pl.Float64(),
}
_SCHEMA = {field.name: _TYPES[field.type] for field in msgspec.structs.fields(Statistic)}


def statistics_frame(statistics: Statistics) -> pl.DataFrame:
    """Give the statistics as a frame, one column for each field of a :class:`Statistic`.

    Examples
    --------
    >>> statistics_frame(Statistics()).columns[:3]
    ['address', 'name', 'group']
    """
    columns = {
        name: pl.Series(name, [getattr(row, name) for row in statistics], dtype=kind)
        for name, kind in _SCHEMA.items()
    }
    return pl.DataFrame(columns)


def read_statistics(file: Path) -> Statistics:
    """Read statistics back.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataError
        If the file is not an analysis results dataset, or is damaged.
    LimitError
        If it stands for more than topline is willing to hold.
    """
    if not file.is_file():
        raise NotFoundError(
            "there is no analysis results dataset",
            where=str(file),
            accepted=f"{FILE_NAME} beside the record, as `topline build` writes it",
        )
    # Read as any dataset is: a damaged Parquet file can end the process otherwise.
    frame = read_parquet(file, Request(columns=list(_SCHEMA))).frame
    texts = [name for name, kind in _SCHEMA.items() if kind == pl.String()]
    try:
        # A dataset does not tell an empty text from a missing one.
        rows = frame.select(
            pl.col(name.upper()).cast(kind).alias(name) for name, kind in _SCHEMA.items()
        ).with_columns(pl.col(texts).fill_null(""))
        return Statistics(msgspec.convert(rows.to_dicts(), list[Statistic]))
    except (pl.exceptions.PolarsError, msgspec.ValidationError) as error:
        raise DataError(
            f"a column holds what it cannot: {error}",
            where=str(file),
            accepted="an analysis results dataset as `topline build` writes it",
        ) from error
