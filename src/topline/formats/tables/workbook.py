"""Tables as one workbook (XLSX): a sheet a table, and a first sheet that says what they are."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from topline.errors import OutputError
from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.tables.registry import KEEPS, LOSES, TABLES, table_rows
from topline.formats.tables.table import Row, Table

SHEET_ROWS = 1_048_576
"""As many rows has a sheet; more go on in another."""
LONGEST_TEXT = 32_767
"""As many characters hold in a cell of a sheet."""
LARGEST_INTEGER = 2**53
"""Up to this every integer is a number of a sheet."""

_ABOUT = "about"
_WIDTHS = {"text": 24, "integer": 11, "number": 11, "boolean": 8}
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in every workbook as its date, so that equal content makes equal files."""


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write documents as a workbook; the rows of a sheet are on disk until it is put together.

    Parameters
    ----------
    documents
        The records.
    stream
        What to write to.

    Raises
    ------
    OutputError
        If a text or an integer is larger than a cell of a sheet holds.
    """
    import xlsxwriter

    with TemporaryDirectory() as aside:
        file = Path(aside) / "workbook.xlsx"
        options = {
            "constant_memory": True,
            "tmpdir": aside,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(str(file), options)
        try:
            book.set_properties({"created": _MADE})
            header = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
            about = book.add_worksheet(_ABOUT)
            sheets = {table.name: _Sheets(book, table, header) for table in TABLES}
            for table, rows in table_rows(documents):
                sheets[table.name].add(rows)
            for sheet in sheets.values():
                sheet.finish()
            _explain(about, header, {name: sheet.rows for name, sheet in sheets.items()})
        finally:
            book.close()  # also where a row is refused: sheets hold files open
        with file.open("rb") as made:
            shutil.copyfileobj(made, stream)


class _Sheets:
    """The sheet of a table, and those on which it goes on."""

    def __init__(self, book: Any, table: Table, header: Any) -> None:
        self.rows = 0
        self._book = book
        self._table = table
        self._header = header
        self._number = 0
        self._begin()

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if self._next == SHEET_ROWS:
                self.finish()
                self._begin()
            for place, field in enumerate(row):
                if field is not None:
                    self._write(place, field, row)
            self._next += 1
            self.rows += 1

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, self._next - 1, len(self._table.columns) - 1)

    def _begin(self) -> None:
        self._number += 1
        name = self._table.name + (f"_{self._number}" if self._number > 1 else "")
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._table.columns):
            self._sheet.set_column(place, place, _WIDTHS[column.type])
            self._sheet.write_string(0, place, column.name, self._header)
            self._sheet.write_comment(0, place, column.description, {"author": "topline"})
        self._next = 1

    def _write(self, place: int, field: str | float | Decimal, row: Row) -> None:
        # Never write(), which makes formulas and links of texts that look like such.
        if isinstance(field, bool):
            self._sheet.write_boolean(self._next, place, field)
        elif isinstance(field, str):
            self._check_text(field, place, row)
            self._sheet.write_string(self._next, place, field)
        else:
            if isinstance(field, int) and abs(field) > LARGEST_INTEGER:
                raise self._refusal(f"{field} is larger than an integer of a sheet", place, row)
            self._sheet.write_number(self._next, place, float(field))

    def _check_text(self, text: str, place: int, row: Row) -> None:
        if len(text) > LONGEST_TEXT:
            what = f"a text has {len(text)} characters, and a cell of a sheet {LONGEST_TEXT}"
            raise self._refusal(what, place, row)
        if text.startswith("<r>") and text.endswith("</r>"):
            # The library would take it for marked-up text and not write it as it is.
            raise self._refusal("a text has the form of a sheet's own markup", place, row)

    def _refusal(self, what: str, place: int, row: Row) -> OutputError:
        names = [column.name for column in self._table.columns]
        address = f", {row[names.index('address')]}" if "address" in names else ""
        return OutputError(
            what,
            where=f"study {row[0]}{address}, column {names[place]} of {self._table.name}",
            advice="write tables or tables-parquet, which have no such limit",
        )


def _explain(sheet: Any, header: Any, rows: dict[str, int]) -> None:
    """Fill the first sheet: what the tables and their columns are."""
    sheet.set_column(0, 1, 28)
    sheet.set_column(2, 2, 10)
    sheet.set_column(3, 3, 90)
    lines: list[tuple[tuple[str | int, ...], Any]] = [
        (("The results of a registry's record as tables, one a sheet.",), header),
        (
            (
                "Each number stands as posted in a column that ends in _text, and as numbers beside it.",
            ),
            None,
        ),
        (
            (
                "address is the JSON Pointer of the row; a cell's is that, a slash and its name below.",
            ),
            None,
        ),
        (("Text stays text, whatever it begins with: no cell is a formula.",), None),
        ((), None),
        (("table", "what", "rows", "one row is"), header),
    ]
    lines += [((one.name, one.title, rows[one.name], one.row), None) for one in TABLES]
    lines += [((), None), (("table", "column", "type", "description", "cell"), header)]
    lines += [
        ((one.name, column.name, column.type, column.description, column.cell or ""), None)
        for one in TABLES
        for column in one.columns
    ]
    for line, (fields, style) in enumerate(lines):
        for place, field in enumerate(fields):
            write_field = sheet.write_string if isinstance(field, str) else sheet.write_number
            write_field(line, place, field, style)


FORMAT = Format(
    name="tables-xlsx",
    title="Tables, one workbook",
    extensions=(".xlsx",),
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    keeps=KEEPS,
    loses=LOSES + " A text of more than 32,767 characters is refused.",
    write=write,
)
