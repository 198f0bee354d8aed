"""Tables as Parquet: a folder with one file a table, whose metadata say what each column is."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from topline.errors import OutputError
from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.tables.registry import KEEPS, LOSES, TABLES, table_rows
from topline.formats.tables.table import Column, Row, Table

ROWS_HELD = 100_000
"""As many rows of one table are held before they are put aside on disk."""

_LARGEST_INTEGER = 2**63 - 1


def write(documents: Iterable[Document], folder: Path) -> None:
    """Write documents as tables, a study at a time.

    Parameters
    ----------
    documents
        The records.
    folder
        An empty folder.

    Raises
    ------
    OutputError
        If an integer is larger than Parquet holds.
    """
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name[:50]}.") as aside:
        files = {table.name: _TableFile(table, Path(aside)) for table in TABLES}
        for table, rows in table_rows(documents):
            files[table.name].add(rows)
        for table in TABLES:
            files[table.name].finish(folder / f"{table.name}.parquet")


class _TableFile:
    """The rows of one table: some held, the earlier ones on disk."""

    def __init__(self, table: Table, aside: Path) -> None:
        self._table = table
        self._aside = aside
        self._rows: list[Row] = []
        self._parts: list[Path] = []

    def add(self, rows: Iterable[Row]) -> None:
        self._rows.extend(rows)
        if len(self._rows) >= ROWS_HELD:
            part = self._aside / f"{self._table.name}.{len(self._parts):06}.parquet"
            self._frame().write_parquet(part)
            self._parts.append(part)

    def finish(self, path: Path) -> None:
        import polars as pl

        last = self._frame()
        if not self._parts:
            last.write_parquet(path, metadata=_metadata(self._table))
            return
        parts = [*(pl.scan_parquet(part) for part in self._parts), last.lazy()]
        pl.concat(parts).sink_parquet(path, metadata=_metadata(self._table))

    def _frame(self) -> Any:  # a Polars frame: the library is loaded only where it is used
        """Return the rows held, and hold them no longer."""
        import polars as pl

        types = {
            "text": pl.String(),
            "integer": pl.Int64(),
            "number": pl.Float64(),
            "boolean": pl.Boolean(),
        }
        columns = self._table.columns
        fields = list(zip(*self._rows, strict=True)) if self._rows else [()] * len(columns)
        self._rows = []
        return pl.DataFrame(
            [
                pl.Series(column.name, _converted(column, values), dtype=types[column.type])
                for column, values in zip(columns, fields, strict=True)
            ]
        )


def _converted(column: Column, values: Iterable[Any]) -> list[Any]:
    if column.type == "number":
        return [float(value) if isinstance(value, Decimal) else value for value in values]
    held = list(values)
    if column.type == "integer":
        for value in held:
            if value is not None and abs(value) > _LARGEST_INTEGER:
                raise OutputError(
                    f"{value} is larger than an integer of Parquet",
                    where=f"column {column.name}",
                    advice="write tables as CSV, where a number has any length",
                )
    return held


def _metadata(table: Table) -> dict[str, str]:
    described = {column.name: column.description for column in table.columns}
    return {
        "title": table.title,
        "row": table.row,
        "columns": json.dumps(described, ensure_ascii=False),
    }


FORMAT = Format(
    name="tables-parquet",
    title="Tables, Parquet",
    extensions=(),
    media_type="application/vnd.apache.parquet",
    keeps=KEEPS,
    loses=LOSES,
    write_folder=write,
    folder_files=tuple(f"{table.name}.parquet" for table in TABLES),
)
