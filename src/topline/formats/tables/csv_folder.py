"""Tables as CSV: a folder with one file a table, and one that says what each column is."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.tables.registry import KEEPS, LOSES, TABLES, table_rows
from topline.formats.tables.table import Field, Row

DICTIONARY = "columns"
"""Name of the file that says what each column is."""

_QUOTED = re.compile(r'[",\r\n]|^\s|\s$|^$')


def csv_line(fields: Iterable[Field]) -> str:
    r"""Return a line of CSV (RFC 4180), its end included.

    Nothing is nothing; an empty text is quoted, so that the two stay apart. A number is written with
    the digits that were posted.

    Examples
    --------
    >>> from decimal import Decimal
    >>> csv_line(["a, b", None, "", Decimal("0.80"), 3, True])
    '"a, b",,"",0.80,3,true\r\n'
    """
    return ",".join(map(_field, fields)) + "\r\n"


def _field(field: Field) -> str:
    if field is None:
        return ""
    if isinstance(field, str):
        return _text(field)
    if isinstance(field, bool):
        return "true" if field else "false"
    return str(field)


@lru_cache(maxsize=4096)  # a study's titles come again in every row
def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def write(documents: Iterable[Document], folder: Path) -> None:
    """Write documents as tables, a study at a time.

    Parameters
    ----------
    documents
        The records.
    folder
        An empty folder.
    """
    with ExitStack() as stack:
        files = {
            table.name: stack.enter_context(
                (folder / f"{table.name}.csv").open("x", encoding="utf-8", newline="")
            )
            for table in TABLES
        }
        for table in TABLES:
            files[table.name].write(csv_line(column.name for column in table.columns))
        for table, rows in table_rows(documents):
            files[table.name].writelines(map(csv_line, rows))
    with (folder / f"{DICTIONARY}.csv").open("x", encoding="utf-8", newline="") as file:
        file.writelines(map(csv_line, _dictionary()))


def _dictionary() -> Iterator[Row]:
    yield ("table", "column", "type", "description", "cell")
    for table in TABLES:
        for column in table.columns:
            yield (table.name, column.name, column.type, column.description, column.cell)


FORMAT = Format(
    name="tables",
    title="Tables, CSV",
    extensions=(),
    media_type="text/csv",
    keeps=KEEPS,
    loses=LOSES,
    write_folder=write,
    folder_files=tuple(f"{name}.csv" for name in (*(t.name for t in TABLES), DICTIONARY)),
)
