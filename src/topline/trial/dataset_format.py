"""What a dataset format is: how it is recognised, and what reads it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from topline.errors import LimitError
from topline.trial.dataset import Dataset

MAXIMUM_CELLS = 500_000_000
"""Values that topline is willing to hold of one dataset: a small file can stand for billions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a reader is asked for.

    Parameters
    ----------
    columns
        The variables to read, in any case; None for all, empty for the description alone.
    encoding
        The codepage of the text, where the caller knows it; None lets the file or its bytes decide.

    Examples
    --------
    >>> Request(columns=["USUBJID"]).encoding is None
    True
    """

    columns: Collection[str] | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFormat:
    """One kind of file that holds a dataset.

    Parameters
    ----------
    name
        The word for it in options and reports.
    title
        What people call it.
    extensions
        How its files' names end, in lower case with the dot.
    recognises
        Says from a file's first bytes (a few kilobytes) whether it is of this kind.
    read
        Reads a file of this kind; raises DataError or LimitError, nothing else.
    by_column
        Whether asking for few columns saves the reading of the others.

    Examples
    --------
    >>> from topline.trial.reading import DATASET_FORMATS
    >>> [one.name for one in DATASET_FORMATS]
    ['xpt', 'sas7bdat', 'parquet', 'dataset-json', 'csv']
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[Path, Request], Dataset]
    by_column: bool


def check_cells(records: int, variables: int, path: Path) -> None:
    """Refuse a dataset that would fill the memory.

    Raises
    ------
    LimitError
        Records times variables exceed :data:`MAXIMUM_CELLS`.

    Examples
    --------
    >>> check_cells(254, 48, Path("adsl.xpt"))
    """
    if records * variables > MAXIMUM_CELLS:
        raise LimitError(
            f"{path.name} holds {records} records of {variables} variables",
            where=str(path),
            accepted=f"up to {MAXIMUM_CELLS} values at a time",
            advice="read fewer variables, or divide the dataset",
        )
