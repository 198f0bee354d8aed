"""A reference case: inputs, parameters, and what software of a stated version gave for them."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case of a file of reference values.

    Attributes
    ----------
    id, family
        Its name, and the kind of computation.
    input, params, expected
        As in the file; ``params`` is empty where the file has an empty list.
    data
        The folder of the data files that inputs name.
    """

    id: str
    family: str
    input: Mapping[str, Any]
    params: Mapping[str, Any]
    expected: Mapping[str, Any]
    data: Path

    @property
    def level(self) -> float:
        """The confidence level; files may leave 0.95 out."""
        return float(self.params.get("conf_level", 0.95))

    def column(self, name: str) -> list[Any]:
        """Give a vector of the input; a vector of length one may stand as a scalar."""
        return listed(self.input[name])

    def rows(self) -> list[dict[str, str]]:
        """Give the rows of the data file that the input names, as text, narrowed by its subset."""
        with (self.data / self.input["data_file"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        subset = self.input.get("subset")
        if not subset:
            return rows
        return [row for row in rows if _chosen(row, subset)]


def listed(values: Any) -> list[Any]:
    """Undo that a vector of length one may stand as a scalar.

    >>> listed(3), listed([3, 4])
    ([3], [3, 4])
    """
    return values if isinstance(values, list) else [values]


def _chosen(row: Mapping[str, str], subset: str) -> bool:
    """Tell whether a row is in a subset, in the few forms that the files use.

    >>> _chosen({"sex": "2"}, "sex==2"), _chosen({"rx": "Lev"}, "rx in (Obs, Lev+5FU)")
    (True, False)
    >>> _chosen({"id": "PT7"}, "id in PT1..PT40"), _chosen({"inst": "NA"}, "!is.na(inst)")
    (True, False)
    """
    if subset.startswith("complete cases"):
        return "NA" not in row.values() and "" not in row.values()
    if found := re.fullmatch(r"!is\.na\((\S+)\)", subset):
        return row[found[1]] not in ("NA", "")
    if found := re.fullmatch(r"(\S+) in ([A-Za-z]*)(\d+)\.\.([A-Za-z]*)(\d+)", subset):
        number = row[found[1]].removeprefix(found[2])
        return number.isdigit() and int(found[3]) <= int(number) <= int(found[5])
    if found := re.fullmatch(r"(\S+) in \((.*)\)", subset):
        return row[found[1]] in [value.strip() for value in found[2].split(",")]
    if found := re.fullmatch(r"(\S+?)\s*==\s*(.*)", subset):
        return row[found[1]] == found[2].strip("'\"")
    raise ValueError(f"no rule for the subset {subset!r}")


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """List the leaves of nested values with their paths; a list of one is the thing itself.

    >>> list(flatten({"a": {"b": 1}, "c": [2, None]}))
    [('a.b', 1), ('c[0]', 2), ('c[1]', None)]
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from flatten(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and len(value) != 1:
        for position, inner in enumerate(value):
            yield from flatten(inner, f"{path}[{position}]")
    elif isinstance(value, list | tuple):
        yield from flatten(value[0], path)
    else:
        yield path, value
