"""The analysis results dataset as a file: one row per statistic, as Parquet."""

from pathlib import Path

import msgspec
import polars as pl

from topline.analysis.statistics import Statistic, Statistics
from topline.errors import DataError, NotFoundError

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


def read_statistics(file: Path, address: str | None = None) -> Statistics:
    """Read statistics back, all of them or those of one address and below it.

    Raises
    ------
    NotFoundError
        If there is no such file.
    DataError
        If the file is not an analysis results dataset.
    """
    if not file.is_file():
        raise NotFoundError(
            "there is no analysis results dataset",
            where=str(file),
            accepted=f"{FILE_NAME} beside the record, as `topline build` writes it",
        )
    try:
        frame = pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"not a Parquet file: {error}", where=str(file)) from error
    missing = [name for name in _SCHEMA if name not in frame.columns]
    if missing:
        raise DataError(
            f"columns are missing: {', '.join(missing)}",
            where=str(file),
            accepted="an analysis results dataset as `topline build` writes it",
        )
    if address is not None:
        inside = (pl.col("address") == address) | pl.col("address").str.starts_with(f"{address}/")
        frame = frame.filter(inside)
    return Statistics(Statistic(**row) for row in frame.select(list(_SCHEMA)).iter_rows(named=True))
