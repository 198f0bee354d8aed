"""Writing a dataset as CDISC Dataset-JSON 1.1, one participant's row on one line.

The form is that of the CDISC Dataset-JSON specification, version 1.1. Dates are ISO 8601 text with
the numeric target type that ADaM dates have. Every file says in its originator, study, file and
label that the data are synthetic.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

Value = str | int | float | date | None
Row = Mapping[str, Value]
DataType = Literal["string", "integer", "double", "date"]

STUDY = "SYNTHETIC-HCC"
ORIGINATOR = "topline example: synthetic data, no participant is real"
CREATED = "2025-01-15T12:00:00"
"""Fixed, so that the same seed gives the same bytes on any day."""


@dataclass(frozen=True, slots=True)
class Column:
    """A variable of a dataset: its name, label and type."""

    name: str
    label: str
    type: DataType = "string"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset: its name and label, its columns, its keys, and its rows.

    Attributes
    ----------
    name, label
        Such as ADSL and what it holds.
    keys
        The columns that tell rows apart, the first first; the rows are in their order.
    columns
        The columns in order.
    rows
        One mapping from column to value for each row; a missing value is None.
    """

    name: str
    label: str
    keys: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Row]


def _column_description(dataset: Dataset, column: Column) -> dict[str, object]:
    description: dict[str, object] = {
        "itemOID": f"IT.{dataset.name}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": column.type,
    }
    if column.type == "date":
        description |= {"targetDataType": "integer", "displayFormat": "E8601DA."}
    if column.type == "string":
        longest = max((len(str(row[column.name] or "")) for row in dataset.rows), default=0)
        description["length"] = max(longest, 1)
    if column.name in dataset.keys:
        description["keySequence"] = dataset.keys.index(column.name) + 1
    return description


def _header(dataset: Dataset) -> dict[str, object]:
    return {
        "datasetJSONCreationDateTime": CREATED,
        "datasetJSONVersion": "1.1.0",
        "fileOID": f"{STUDY}.{dataset.name}.SYNTHETIC",
        "dbLastModifiedDateTime": CREATED,
        "originator": ORIGINATOR,
        "sourceSystem": {"name": "topline examples/hcc/make_data.py", "version": "1"},
        "studyOID": f"{STUDY}.SYNTHETIC",
        "itemGroupOID": f"IG.{dataset.name}",
        "isReferenceData": False,
        "records": len(dataset.rows),
        "name": dataset.name,
        "label": f"{dataset.label} (synthetic)",
    }


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def dataset_text(dataset: Dataset) -> str:
    """Return the text of a dataset's file: a line for each column and for each row.

    Examples
    --------
    >>> age = Column("AGE", "Age", "integer")
    >>> participants = Dataset("ADSL", "Participants", ["AGE"], [age], [{"AGE": 67}])
    >>> print(dataset_text(participants))  # doctest: +ELLIPSIS
    {
    "datasetJSONCreationDateTime": "2025-01-15T12:00:00",
    ...
    "columns": [
    {"itemOID": "IT.ADSL.AGE", "name": "AGE", ..., "dataType": "integer", "keySequence": 1}
    ],
    "rows": [
    [67]
    ]
    }
    <BLANKLINE>
    """
    header = [f"{_compact(key)}: {_compact(value)}" for key, value in _header(dataset).items()]
    columns = [_compact(_column_description(dataset, column)) for column in dataset.columns]
    rows = [
        _compact(
            [
                value.isoformat() if isinstance(value, date) else value
                for value in (row[column.name] for column in dataset.columns)
            ]
        )
        for row in dataset.rows
    ]
    blocks = [
        *header,
        '"columns": [\n' + ",\n".join(columns) + "\n]",
        '"rows": [\n' + ",\n".join(rows) + "\n]",
    ]
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def write_dataset(dataset: Dataset, folder: Path) -> Path:
    """Write a dataset into the folder as its lower-case name with ``.json``; return the path."""
    path = folder / f"{dataset.name.lower()}.json"
    path.write_text(dataset_text(dataset), encoding="utf-8", newline="\n")
    return path
