"""One registry of dataset formats, and one function that reads any of them.

A format is recognised by what its files begin with; only CSV, which has no mark, by its extension. To add
a format, write a module with a ``FORMAT`` and list it here.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from topline.errors import DataError, NotFoundError
from topline.trial import comma_separated, dataset_json, parquet, sas7bdat, transport
from topline.trial.dataset import Dataset, Note
from topline.trial.dataset_format import DatasetFormat, Request

DATASET_FORMATS: tuple[DatasetFormat, ...] = (
    transport.FORMAT,
    sas7bdat.FORMAT,
    parquet.FORMAT,
    dataset_json.FORMAT,
    comma_separated.FORMAT,
)
"""Every dataset format, in the order of detection."""

_HEAD_BYTES = 4096


def read_dataset(
    path: Path | str, *, columns: Collection[str] | None = None, encoding: str | None = None
) -> Dataset:
    r"""Read a dataset from a file of any known format.

    Parameters
    ----------
    path
        The file.
    columns
        The variables to read, in any case; None for all. Naming the few that are needed saves time and memory in all
        formats that store columns apart. An empty collection reads the description alone.
    encoding
        The codepage of the text, for files that do not name it (XPT, CSV) or name it wrongly
        (SAS7BDAT). None tries what the file says or UTF-8, then windows-1252, and notes it.

    Returns
    -------
    Dataset
        Rows in the order of the file, names in upper case, missing values as null.

    Raises
    ------
    NotFoundError
        There is no such file.
    DataError
        The file is of no known format, damaged or cut off, or lacks one of the columns.
    LimitError
        The file stands for more than topline is willing to hold.
    UsageError
        There is no such encoding.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "adsl.csv")
    ...     _ = file.write_text("usubjid,age\n01-701-1015,63\n")
    ...     adsl = read_dataset(file, columns=["AGE"])
    >>> adsl.name, adsl.records, adsl.frame.to_dicts()
    ('ADSL', 1, [{'AGE': 63}])
    """
    path = Path(path)
    found, note = detected(path, _head(path))
    try:
        dataset = found.read(path, Request(columns=columns, encoding=encoding))
    except OSError as error:
        raise _unreadable(path, error) from error
    return replace(dataset, notes=(note, *dataset.notes)) if note else dataset


def format_of(path: Path) -> DatasetFormat:
    """Return the format a file would be read as.

    Raises
    ------
    NotFoundError, DataError
        As :func:`read_dataset`.
    """
    return detected(path, _head(path))[0]


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {path}", where=str(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(f"{path} cannot be read: {error.strerror or error}", where=str(path))


def detected(path: Path, head: bytes) -> tuple[DatasetFormat, Note | None]:
    """Return the format of a file, and a note where its extension says another.

    Parameters
    ----------
    path
        The file's name.
    head
        Its first bytes.

    Raises
    ------
    DataError
        The file is empty, or neither its content nor its extension is known.

    Examples
    --------
    >>> found, note = detected(Path("adsl.xpt"), b"PAR1")
    >>> found.name, note.message
    ('parquet', 'the name ends in .xpt, but the content is Parquet')
    """
    if not head:
        raise DataError(
            f"{path.name} is empty", where=str(path), advice="copy the file again from its source"
        )
    extension = path.suffix.lower()
    for one in DATASET_FORMATS:
        if one.recognises(head):
            if extension in one.extensions:
                return one, None
            words = f"the name ends in {extension or 'nothing'}, but the content is {one.title}"
            return one, Note(message=words)
    # By extension alone: CSV is read, and a file that is not what its name says is told so there.
    for one in DATASET_FORMATS:
        if extension in one.extensions:
            return one, None
    raise DataError(
        f"{path.name} is of no known dataset format; it begins with {head[:16]!r}",
        where=str(path),
        accepted=", ".join(f"{one.title} ({' '.join(one.extensions)})" for one in DATASET_FORMATS),
    )
